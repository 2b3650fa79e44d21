#include <stdarg.h>
#include <string.h>

#include "../merlon.h"
#include "arena.h"
#include "format.h"

merlon_text merlon_str(const char *string) {
    return (merlon_text){string, string == NULL ? 0 : strlen(string)};
}

static bool has_at(merlon_text text, size_t place, const char *bytes, size_t size) {
    return size <= text.size && place <= text.size - size && memcmp(text.data + place, bytes, size) == 0;
}

bool merlon_same(merlon_text one, merlon_text other) {
    if (one.data == NULL || other.data == NULL) {
        return one.data == other.data;
    }
    return one.size == other.size && has_at(one, 0, other.data, other.size);
}

bool merlon_is(merlon_text text, const char *string) {
    return text.data != NULL && merlon_same(text, merlon_str(string));
}

bool merlon_starts_with(merlon_text text, const char *string) {
    return text.data != NULL && has_at(text, 0, string, strlen(string));
}

bool merlon_ends_with(merlon_text text, const char *string) {
    size_t size = strlen(string);
    return text.data != NULL && size <= text.size && has_at(text, text.size - size, string, size);
}

bool merlon_contains(merlon_text text, const char *string) {
    size_t size = strlen(string);
    if (text.data == NULL || size > text.size) {
        return false;
    }
    for (size_t place = 0; place <= text.size - size; place++) {
        if (memcmp(text.data + place, string, size) == 0) {
            return true;
        }
    }
    return false;
}

merlon_text merlon_or(merlon_text text, const char *string) {
    return text.data == NULL ? merlon_str(string) : text;
}

merlon_text merlon_file_name(merlon_text path) {
    size_t start = path.size;
    while (start > 0 && path.data[start - 1] != '/') {
        start--;
    }
    return path.data == NULL ? path : (merlon_text){path.data + start, path.size - start};
}

merlon_text merlon_join(merlon_texts texts, const char *between) {
    size_t gap = strlen(between), size = 0;
    for (size_t n = 0; n < texts.count; n++) {
        size_t more = texts.items[n].size + (n == 0 ? 0 : gap);
        /* One text listed many times can be more than an address can say. */
        if (more > SIZE_MAX - 1 - size) {
            __builtin_trap();
        }
        size += more;
    }
    char *data = merlon_take(size + 1, 1), *end = data;
    for (size_t n = 0; n < texts.count; n++) {
        if (n > 0) {
            end = (char *)memcpy(end, between, gap) + gap;
        }
        if (texts.items[n].size > 0) {
            end = (char *)memcpy(end, texts.items[n].data, texts.items[n].size) + texts.items[n].size;
        }
    }
    *end = '\0';
    return (merlon_text){data, size};
}

merlon_text merlon_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    merlon_text text = merlon_format_list(format, arguments);
    va_end(arguments);
    return text;
}
