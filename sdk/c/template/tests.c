/* `make test`: the plugin alone, no WebAssembly. */
#include "merlon_test.h"

#include <assert.h>
#include <string.h>

static void bash_in_a_container_is_found(void) {
    merlon_test_row();
    merlon_test_text("exe", "/bin/bash");
    merlon_test_text("container.id", "web");
    merlon_test_answers found = merlon_test_judge("process.exec");
    assert(found.error == NULL && found.count == 1);
    assert(strcmp(found.items[0].rule, "shell-in-container") == 0);
    assert(merlon_is(found.items[0].message, "/bin/bash runs in a container"));
    assert(merlon_is(merlon_test_evidence(&found.items[0], "container"), "web"));
}

int main(void) {
    assert(merlon_test_start("{}") == NULL);
    bash_in_a_container_is_found();
    return 0;
}
