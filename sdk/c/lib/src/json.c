/* The whole text is checked once, so that everything that walks over it afterwards meets no error: it still
 * never reads behind `end`. */
#include <stdint.h>
#include <string.h>

#include "../merlon.h"
#include "arena.h"
#include "json_syntax.h"

static const char *skip_string(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++) {
        at += *at == '\\';
    }
    return at < end ? at + 1 : end;
}

static const char *skip_value(const char *at, const char *end) {
    size_t depth = 0;
    do {
        if (*at == '"') {
            at = skip_string(at, end);
        } else if (*at == '[' || *at == '{') {
            depth++;
            at++;
        } else if (*at == ']' || *at == '}') {
            depth--;
            at++;
        } else if (depth > 0) {
            at++;
        } else {
            while (at < end && strchr(",]} \t\r\n", *at) == NULL) {
                at++;
            }
        }
    } while (depth > 0 && at < end);
    return at;
}

static merlon_json value_at(const char *at, const char *end) {
    if (at >= end) {
        return (merlon_json){MERLON_JSON_NOTHING, {NULL, 0}};
    }
    merlon_json_kind kind = MERLON_JSON_NUMBER;
    switch (*at) {
    case '{':
        kind = MERLON_JSON_OBJECT;
        break;
    case '[':
        kind = MERLON_JSON_LIST;
        break;
    case '"':
        kind = MERLON_JSON_TEXT;
        break;
    case 't':
    case 'f':
        kind = MERLON_JSON_FLAG;
        break;
    case 'n':
        kind = MERLON_JSON_NULL;
        break;
    default:
        break;
    }
    return (merlon_json){kind, {at, (size_t)(skip_value(at, end) - at)}};
}

merlon_error merlon_json_parse(merlon_text text, merlon_json *value) {
    *value = (merlon_json){MERLON_JSON_NOTHING, {NULL, 0}};
    if (text.data == NULL) {
        return "there is no JSON text";
    }
    const char *end = text.data + text.size;
    const char *start = merlon_json_space(text.data, end), *at = merlon_json_read(start, end);
    if (at == NULL || merlon_json_space(at, end) != end) {
        return "the text is no JSON";
    }
    *value = value_at(start, end);
    return NULL;
}

merlon_json_items merlon_json_each(merlon_json value) {
    merlon_json_items items = {.of = value.kind, .place = SIZE_MAX};
    if (value.kind == MERLON_JSON_LIST || value.kind == MERLON_JSON_OBJECT) {
        items.at = value.source.data + 1;
        items.end = value.source.data + value.source.size - 1;
    }
    return items;
}

bool merlon_json_next(merlon_json_items *items, merlon_json *item) {
    const char *end = items->end, *at = merlon_json_space(items->at, end);
    if (at < end && *at == ',') {
        at = merlon_json_space(at + 1, end);
    }
    items->name = (merlon_json){MERLON_JSON_NOTHING, {NULL, 0}};
    if (at >= end) {
        *item = items->name;
        return false;
    }
    if (items->of == MERLON_JSON_OBJECT) {
        items->name = value_at(at, end);
        at = merlon_json_space(at + items->name.source.size, end);
        at = merlon_json_space(at + 1, end);
    }
    *item = value_at(at, end);
    items->at = at + item->source.size;
    items->place++;
    return true;
}

static bool is_named(merlon_json name, merlon_text wanted) {
    /* Between its quotes a name without escapes is the text itself. */
    if (memchr(name.source.data, '\\', name.source.size) == NULL) {
        return merlon_same((merlon_text){name.source.data + 1, name.source.size - 2}, wanted);
    }
    merlon_mark mark = merlon_mark_here();
    bool same = merlon_same(merlon_json_text(name), wanted);
    merlon_release(mark);
    return same;
}

static merlon_json member(merlon_json object, merlon_text name) {
    merlon_json found = {MERLON_JSON_NOTHING, {NULL, 0}}, value;
    if (object.kind == MERLON_JSON_OBJECT) {
        for (merlon_json_items items = merlon_json_each(object); merlon_json_next(&items, &value);) {
            if (is_named(items.name, name)) {
                found = value;
            }
        }
    }
    return found;
}

merlon_json merlon_json_member(merlon_json object, const char *name) {
    return member(object, merlon_str(name));
}

merlon_json merlon_json_at(merlon_json object, const char *path) {
    for (;;) {
        const char *dot = strchr(path, '.');
        if (dot == NULL) {
            return member(object, merlon_str(path));
        }
        object = member(object, (merlon_text){path, (size_t)(dot - path)});
        path = dot + 1;
    }
}

/* ---- Scalars -------------------------------------------------------------------------------------- */

static uint32_t unit_at(const char *at) {
    uint32_t unit = 0;
    for (int n = 0; n < 4; n++) {
        unit = unit << 4 | (uint32_t)merlon_json_hex(at[n]);
    }
    return unit;
}

static char *put_character(char *out, uint32_t code) {
    if (code < 0x80) {
        *out++ = (char)code;
        return out;
    }
    if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *out++ = (char)(0xE0 | code >> 12);
        } else {
            *out++ = (char)(0xF0 | code >> 18);
            *out++ = (char)(0x80 | (code >> 12 & 0x3F));
        }
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    }
    *out++ = (char)(0x80 | (code & 0x3F));
    return out;
}

/* A half of a pair without the other is U+FFFD: it has no UTF-8. */
static const char *put_unit(const char *at, const char *end, char **out) {
    uint32_t code = unit_at(at);
    at += 4;
    if (code >= 0xD800 && code < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        uint32_t low = unit_at(at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            *out = put_character(*out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
            return at + 6;
        }
    }
    *out = put_character(*out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
    return at;
}

static char unescaped(char letter) {
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

merlon_text merlon_json_text(merlon_json value) {
    if (value.kind != MERLON_JSON_TEXT) {
        return (merlon_text){NULL, 0};
    }
    const char *at = value.source.data + 1, *end = value.source.data + value.source.size - 1;
    /* No escape is shorter than what it stands for. */
    char *data = merlon_take((size_t)(end - at) + 1, 1), *out = data;
    while (at < end) {
        if (*at != '\\') {
            *out++ = *at++;
        } else if (at[1] == 'u') {
            at = put_unit(at + 2, end, &out);
        } else {
            *out++ = unescaped(at[1]);
            at += 2;
        }
    }
    *out = '\0';
    return (merlon_text){data, (size_t)(out - data)};
}

bool merlon_json_integer(merlon_json value, int64_t *number) {
    *number = 0;
    if (value.kind != MERLON_JSON_NUMBER) {
        return false;
    }
    const char *at = value.source.data, *end = at + value.source.size;
    bool negative = *at == '-';
    int64_t result = 0;
    for (at += negative; at < end; at++) {
        int64_t digit = negative ? '0' - *at : *at - '0';
        if (*at < '0' || *at > '9' || __builtin_mul_overflow(result, 10, &result) ||
            __builtin_add_overflow(result, digit, &result)) {
            return false;
        }
    }
    *number = result;
    return true;
}

merlon_flag merlon_json_flag(merlon_json value) {
    if (value.kind != MERLON_JSON_FLAG) {
        return MERLON_UNKNOWN;
    }
    return *value.source.data == 't' ? MERLON_YES : MERLON_NO;
}
