/* Memory of one call. */
#ifndef MERLON_ARENA_H
#define MERLON_ARENA_H

#include <stddef.h>

/* A place to go back to: what was taken since is free again. */
typedef struct merlon_mark {
    struct merlon_chunk *chunk;
    size_t used;
    struct merlon_chunk *large;
} merlon_mark;

/* Not zeroed. `align` is a power of two up to 8. The plugin dies when memory is used up. */
void *merlon_take(size_t size, size_t align);

/* Room for `count` elements; a number of bytes that overflows is memory that is used up. */
void *merlon_take_many(size_t count, size_t size);

/* The array of `count` elements with room for one more: where it is full, a copy twice as large. */
void *merlon_grow(void *array, size_t count, size_t size);

merlon_mark merlon_mark_here(void);
void merlon_release(merlon_mark mark);

#endif
