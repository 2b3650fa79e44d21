# Builds build/plugin.core.wasm, the plugin as a core module. The project's Makefile sets SOURCES (its .c
# files) and MERLON (this directory), and includes this file. `merlon plugin build` makes a component of it.
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

.PHONY: clean
clean:
	rm -rf $(BUILD)

-include $(own_objects:.o=.d) $(filter-out %/world.d,$(merlon_objects:.o=.d))
