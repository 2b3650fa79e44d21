#include "check.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"

static int failed;

void check_that(bool holds, const char *what, const char *file, int line) {
    if (!holds) {
        fprintf(stderr, "%s:%d: %s\n", file, line, what);
        failed++;
    }
}

void check_text(merlon_text text, const char *wanted, const char *file, int line) {
    bool same = text.data != NULL && text.size == strlen(wanted) && memcmp(text.data, wanted, text.size) == 0;
    if (!same) {
        fprintf(stderr, "%s:%d: `%.*s` is not `%s`\n", file, line, (int)text.size, text.data, wanted);
        failed++;
    }
}

int main(void) {
    static void (*const TESTS[])(void) = {test_memory, test_texts, test_json, test_batches};
    for (size_t n = 0; n < sizeof TESTS / sizeof TESTS[0]; n++) {
        merlon_mark mark = merlon_mark_here();
        TESTS[n]();
        merlon_release(mark);
    }
    puts(failed == 0 ? "all checks hold" : "FAILED");
    return failed == 0 ? 0 : 1;
}
