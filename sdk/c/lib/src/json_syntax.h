/* RFC 8259, at most 128 levels. */
#ifndef MERLON_JSON_SYNTAX_H
#define MERLON_JSON_SYNTAX_H

/* Behind the white space. */
const char *merlon_json_space(const char *at, const char *end);

/* Behind the value that starts here; NULL where none does. */
const char *merlon_json_read(const char *at, const char *end);

/* The value of a hexadecimal digit, or -1. */
int merlon_json_hex(char byte);

#endif
