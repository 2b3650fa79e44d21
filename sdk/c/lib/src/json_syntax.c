/* Checking: each function gives the place behind what it read, or NULL. */
#include "json_syntax.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { DEPTH = 128 };

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

const char *merlon_json_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) {
        at++;
    }
    return at;
}

int merlon_json_hex(char byte) {
    if (is_digit(byte)) {
        return byte - '0';
    }
    char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static const char *read_escape(const char *at, const char *end) {
    if (at >= end) {
        return NULL;
    }
    if (*at != 'u') {
        return strchr("\"\\/bfnrt", *at) != NULL && *at != '\0' ? at + 1 : NULL;
    }
    if (end - at < 5) {
        return NULL;
    }
    for (int n = 1; n <= 4; n++) {
        if (merlon_json_hex(at[n]) < 0) {
            return NULL;
        }
    }
    return at + 5;
}

static const char *read_string(const char *at, const char *end) {
    for (at++; at < end && *at != '"';) {
        if ((unsigned char)*at < 0x20) {
            return NULL;
        }
        at = *at == '\\' ? read_escape(at + 1, end) : at + 1;
        if (at == NULL) {
            return NULL;
        }
    }
    return at < end ? at + 1 : NULL;
}

static const char *read_digits(const char *at, const char *end) {
    if (at >= end || !is_digit(*at)) {
        return NULL;
    }
    while (at < end && is_digit(*at)) {
        at++;
    }
    return at;
}

static const char *read_number(const char *at, const char *end) {
    if (at < end && *at == '-') {
        at++;
    }
    if (at < end && *at == '0') {
        at++;
    } else if ((at = read_digits(at, end)) == NULL) {
        return NULL;
    }
    if (at < end && *at == '.' && (at = read_digits(at + 1, end)) == NULL) {
        return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) {
            at++;
        }
        return read_digits(at, end);
    }
    return at;
}

static const char *read_word(const char *at, const char *end, const char *word) {
    size_t size = strlen(word);
    return (size_t)(end - at) >= size && memcmp(at, word, size) == 0 ? at + size : NULL;
}

static const char *read_scalar(const char *at, const char *end) {
    if (at >= end) {
        return NULL;
    }
    switch (*at) {
    case '"':
        return read_string(at, end);
    case 't':
        return read_word(at, end, "true");
    case 'f':
        return read_word(at, end, "false");
    case 'n':
        return read_word(at, end, "null");
    default:
        return read_number(at, end);
    }
}

/* The name of a member and its colon. */
static const char *read_name(const char *at, const char *end) {
    if (at >= end || *at != '"' || (at = read_string(at, end)) == NULL) {
        return NULL;
    }
    at = merlon_json_space(at, end);
    return at < end && *at == ':' ? merlon_json_space(at + 1, end) : NULL;
}

/* What is open: one bracket per level. */
typedef struct {
    char brackets[DEPTH];
    int depth;
} nesting;

/* Goes into lists and objects until a value ends. */
static const char *read_until_value_ends(const char *at, const char *end, nesting *open) {
    while (at < end && (*at == '[' || *at == '{')) {
        if (open->depth == DEPTH) {
            return NULL;
        }
        char bracket = *at, closing = (char)(bracket + 2);
        at = merlon_json_space(at + 1, end);
        if (at < end && *at == closing) {
            return at + 1;
        }
        open->brackets[open->depth++] = bracket;
        if (bracket == '{' && (at = read_name(at, end)) == NULL) {
            return NULL;
        }
    }
    return read_scalar(at, end);
}

/* Goes behind a comma, or out of what closes here. `*more`: another value must follow. */
static const char *read_after_value(const char *at, const char *end, nesting *open, bool *more) {
    char bracket = open->brackets[open->depth - 1];
    at = merlon_json_space(at, end);
    if (at >= end) {
        return NULL;
    }
    *more = *at == ',';
    if (*more) {
        at = merlon_json_space(at + 1, end);
        return bracket == '{' ? read_name(at, end) : at;
    }
    if (*at != bracket + 2) {
        return NULL;
    }
    open->depth--;
    return at + 1;
}

const char *merlon_json_read(const char *at, const char *end) {
    nesting open = {.depth = 0};
    for (;;) {
        at = read_until_value_ends(at, end, &open);
        for (bool more = false; at != NULL && !more;) {
            if (open.depth == 0) {
                return at;
            }
            at = read_after_value(at, end, &open, &more);
        }
        if (at == NULL) {
            return NULL;
        }
    }
}
