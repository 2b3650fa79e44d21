/* A test is a function; a check that does not hold is printed and counted. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

#include "merlon.h"

void check_that(bool holds, const char *what, const char *file, int line);
void check_text(merlon_text text, const char *wanted, const char *file, int line);

#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)
#define CHECK_TEXT(text, wanted) check_text((text), (wanted), __FILE__, __LINE__)

void test_memory(void);
void test_texts(void);
void test_json(void);
void test_batches(void);

#endif
