#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../merlon.h"

enum { CHUNK = 16 * 1024 };

/* Larger pieces get memory of their own: they would waste the rest of a chunk. Under the address sanitizer
 * every piece does, so that it sees each step outside of one, and each use after the call. */
#ifndef MERLON_LARGE
#ifdef __SANITIZE_ADDRESS__
#define MERLON_LARGE 0
#else
#define MERLON_LARGE (CHUNK / 8)
#endif
#endif

typedef struct merlon_chunk {
    struct merlon_chunk *before;
    size_t size;
    alignas(8) char bytes[];
} merlon_chunk;

static merlon_mark here;

/* `abort` of some libc prints; a trap is what the host understands. */
_Noreturn static void die(void) {
    __builtin_trap();
}

static merlon_chunk *chunk_of(size_t size, merlon_chunk *before) {
    if (size > SIZE_MAX - sizeof(merlon_chunk)) {
        die();
    }
    merlon_chunk *chunk = malloc(sizeof(merlon_chunk) + size);
    if (chunk == NULL) {
        die();
    }
    chunk->before = before;
    chunk->size = size;
    return chunk;
}

void *merlon_take(size_t size, size_t align) {
    if (size > MERLON_LARGE) {
        here.large = chunk_of(size, here.large);
        return here.large->bytes;
    }
    size_t start = (here.used + align - 1) & ~(align - 1);
    if (here.chunk == NULL || start + size > here.chunk->size) {
        here.chunk = chunk_of(CHUNK, here.chunk);
        start = 0;
    }
    here.used = start + size;
    return here.chunk->bytes + start;
}

void *merlon_take_many(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        die();
    }
    return merlon_take(bytes, 8);
}

void *merlon_grow(void *array, size_t count, size_t size) {
    /* Arrays grow at the powers of two, so the number of elements says when one is full. */
    if ((count & (count - 1)) != 0) {
        return array;
    }
    void *larger = merlon_take_many(count == 0 ? 1 : count * 2, size);
    if (count > 0) {
        memcpy(larger, array, count * size);
    }
    return larger;
}

void *merlon_alloc(size_t size) {
    return memset(merlon_take(size, 8), 0, size);
}

merlon_mark merlon_mark_here(void) {
    return here;
}

static void free_until(merlon_chunk *chunk, const merlon_chunk *last) {
    while (chunk != last) {
        merlon_chunk *before = chunk->before;
        free(chunk);
        chunk = before;
    }
}

void merlon_release(merlon_mark mark) {
    free_until(here.large, mark.large);
    free_until(here.chunk, mark.chunk);
    here = mark;
}
