# Builds build/plugin.core.wasm, the plugin as a core module. The project's Makefile sets SOURCES (its .c
# files) and MERLON (this directory), and includes this file. `merlon plugin build` makes a component of it;
# `make test` runs the project's TESTS.
#
# clang 19 and lld 19 with the libc for WebAssembly; on Debian:
#   apt-get install --no-install-recommends make clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32

BUILD ?= build
CC := $(if $(filter default,$(origin CC)),clang-19,$(CC))
CFLAGS ?= -Oz

merlon_sources := $(wildcard $(MERLON)/src/*.c) $(MERLON)/bindings/plugin.c
merlon_objects := $(patsubst $(MERLON)/%.c,$(BUILD)/merlon/%.o,$(merlon_sources)) $(BUILD)/merlon/world.o
own_objects := $(patsubst %.c,$(BUILD)/%.o,$(SOURCES))

# A reactor is a module that is called many times. The stack comes first in memory, so that one that is too
# deep is a trap and no damage.
merlon_compile = $(CC) --target=wasm32-wasi -std=gnu17 -flto -MMD -MP $(CFLAGS)
merlon_link = $(CC) --target=wasm32-wasi -mexec-model=reactor -flto $(CFLAGS) \
	-Wl,--strip-all -Wl,-z,stack-size=65536 -Wl,--stack-first

$(BUILD)/plugin.core.wasm: $(own_objects) $(merlon_objects)
	$(merlon_link) $(LDFLAGS) -o $@ $^

$(own_objects): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(merlon_compile) -Wall -Wextra -I$(MERLON) -c -o $@ $<

$(BUILD)/merlon/%.o: $(MERLON)/%.c
	@mkdir -p $(@D)
	$(merlon_compile) -w -c -o $@ $<

$(BUILD)/merlon/world.o: $(MERLON)/bindings/world.s
	@mkdir -p $(@D)
	$(CC) --target=wasm32-wasi -c -o $@ $<

# The plugin without WebAssembly, over the fake host of merlon_test.h and under the sanitizers. TESTS are the
# .c files with the project's tests, one of which has a main.
HOSTCC ?= cc
TEST_CFLAGS ?= -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all

$(BUILD)/tests: $(SOURCES) $(TESTS) $(wildcard *.h $(MERLON)/*.h $(MERLON)/src/*.[ch] $(MERLON)/test/*.[ch])
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu17 $(TEST_CFLAGS) -Wall -Wextra -Wno-attributes -I$(MERLON) -o $@ \
		$(SOURCES) $(TESTS) $(wildcard $(MERLON)/src/*.c $(MERLON)/test/*.c)

.PHONY: test clean
# What lives as long as the plugin is not freed, which is no leak.
test: $(BUILD)/tests
	ASAN_OPTIONS=detect_leaks=0 $(BUILD)/tests

clean:
	rm -rf $(BUILD)

-include $(own_objects:.o=.d) $(filter-out %/world.d,$(merlon_objects:.o=.d))
