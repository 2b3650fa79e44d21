#include "check.h"

#include <stdint.h>
#include <string.h>

#include "arena.h"

static void pieces_are_aligned_and_apart(void) {
    char *before = merlon_take(1, 1);
    *before = 'a';
    for (size_t size = 0; size < 5000; size += 7) {
        char *piece = merlon_take(size, 8);
        CHECK((uintptr_t)piece % 8 == 0);
        memset(piece, 'b', size);
    }
    CHECK(*before == 'a');
}

static void memory_of_an_author_is_zeroed_however_often_it_was_used(void) {
    for (int round = 0; round < 3; round++) {
        merlon_mark mark = merlon_mark_here();
        char *bytes = merlon_alloc(3000);
        bool zeroed = bytes[0] == 0 && memcmp(bytes, bytes + 1, 2999) == 0;
        CHECK(zeroed);
        memset(bytes, 'x', 3000);
        merlon_release(mark);
    }
}

static void what_was_before_a_mark_survives_going_back(void) {
    char *kept = merlon_take(8, 1), *large = merlon_take(100000, 1);
    strcpy(kept, "kept");
    memset(large, 'l', 100000);
    merlon_mark mark = merlon_mark_here();
    for (int n = 0; n < 100; n++) {
        memset(merlon_take(1000, 1), 'x', 1000);
        memset(merlon_take(70000, 1), 'x', 70000);
    }
    merlon_release(mark);
    memset(merlon_take(1000, 1), 'y', 1000);
    CHECK(strcmp(kept, "kept") == 0);
    CHECK(large[0] == 'l' && large[99999] == 'l');
}

static void arrays_grow_and_keep_their_elements(void) {
    int *numbers = NULL;
    for (int n = 0; n < 1000; n++) {
        numbers = merlon_grow(numbers, (size_t)n, sizeof *numbers);
        numbers[n] = n;
    }
    for (int n = 0; n < 1000; n++) {
        CHECK(numbers[n] == n);
    }
}

void test_memory(void) {
    pieces_are_aligned_and_apart();
    memory_of_an_author_is_zeroed_however_often_it_was_used();
    what_was_before_a_mark_survives_going_back();
    arrays_grow_and_keep_their_elements();
}
