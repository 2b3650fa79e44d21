/* The host of a test. */
#ifndef MERLON_FAKE_H
#define MERLON_FAKE_H

#include "../merlon_test.h"

/* What the host knows about a row beside its fields. */
typedef struct merlon_fake_row {
    uint64_t time;
    merlon_text content;
    bool has_content;
    merlon_ancestor *ancestors;
    size_t ancestor_count;
} merlon_fake_row;

/* Forgets the store, the log and everything that was lent. */
void merlon_fake_reset(void);

/* The rows of the batch that is being judged. */
void merlon_fake_rows(const merlon_fake_row *rows, size_t count);

/* An array with room for one more element. Memory of tests is not freed: their process ends. */
void *merlon_fake_grow(void *array, size_t count, size_t size);

merlon_text merlon_fake_copy(merlon_text text);

#endif
