/* Not the libc's: its printf imports files from the host, weighs more than the rest of a plugin, and stops
 * at the first zero of a text. */
#include "format.h"

#include <string.h>

#include "arena.h"

/* Where the text goes: nowhere while its size is found, then into memory of that size. */
typedef struct {
    char *data;
    size_t size;
} output;

typedef struct {
    char conversion;
    int longs; /* 0 int, 1 long, 2 long long, 3 size_t */
    char pad;
    int width;
    int precision; /* -1: none */
} directive;

static void put(output *out, const char *bytes, size_t size) {
    if (out->data != NULL && size > 0) {
        memcpy(out->data + out->size, bytes, size);
    }
    out->size += size;
}

static void put_number(output *out, const directive *what, unsigned long long value, bool negative) {
    const unsigned base = what->conversion == 'x' ? 16 : 10;
    char digits[24];
    size_t start = sizeof digits;
    do {
        digits[--start] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    int written = (int)(sizeof digits - start) + negative;
    if (negative && what->pad == '0') {
        put(out, "-", 1);
    }
    for (; written < what->width; written++) {
        put(out, &what->pad, 1);
    }
    if (negative && what->pad != '0') {
        put(out, "-", 1);
    }
    put(out, digits + start, sizeof digits - start);
}

static int digits_of(const char **at) {
    int number = 0;
    for (; **at >= '0' && **at <= '9' && number < 10000; ++*at) {
        number = number * 10 + (**at - '0');
    }
    return number;
}

static const char *read_directive(const char *at, directive *what, va_list *arguments) {
    *what = (directive){.pad = ' ', .precision = -1};
    if (*at == '0') {
        what->pad = '0';
        at++;
    }
    what->width = digits_of(&at);
    if (*at == '.' && at[1] == '*') {
        what->precision = va_arg(*arguments, int);
        at += 2;
    } else if (*at == '.') {
        at++;
        what->precision = digits_of(&at);
    }
    if (*at == 'z') {
        what->longs = 3;
        at++;
    }
    for (; *at == 'l' && what->longs < 2; at++) {
        what->longs++;
    }
    what->conversion = *at;
    return *at == '\0' ? at : at + 1;
}

static void put_signed(output *out, const directive *what, va_list *arguments) {
    long long value = what->longs == 0   ? va_arg(*arguments, int)
                      : what->longs == 1 ? va_arg(*arguments, long)
                      : what->longs == 2 ? va_arg(*arguments, long long)
                                         : va_arg(*arguments, ptrdiff_t);
    put_number(out, what, value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value,
               value < 0);
}

static void put_unsigned(output *out, const directive *what, va_list *arguments) {
    unsigned long long value = what->longs == 0   ? va_arg(*arguments, unsigned)
                               : what->longs == 1 ? va_arg(*arguments, unsigned long)
                               : what->longs == 2 ? va_arg(*arguments, unsigned long long)
                                                  : va_arg(*arguments, size_t);
    put_number(out, what, value, false);
}

static void put_string(output *out, const directive *what, va_list *arguments) {
    const char *string = va_arg(*arguments, const char *);
    if (string == NULL) {
        return;
    }
    put(out, string, what->precision < 0 ? strlen(string) : (size_t)what->precision);
}

/* False where the conversion is none of ours: its argument cannot be skipped, so nothing behind it can be
 * written either. */
static bool put_directive(output *out, const directive *what, va_list *arguments) {
    switch (what->conversion) {
    case 'd':
    case 'i':
        put_signed(out, what, arguments);
        return true;
    case 'u':
    case 'x':
        put_unsigned(out, what, arguments);
        return true;
    case 's':
        put_string(out, what, arguments);
        return true;
    case 'c':
        put(out, &(char){(char)va_arg(*arguments, int)}, 1);
        return true;
    case '%':
        put(out, "%", 1);
        return true;
    default:
        return false;
    }
}

static void write_all(output *out, const char *format, va_list *arguments) {
    while (*format != '\0') {
        const char *percent = strchr(format, '%');
        if (percent == NULL) {
            put(out, format, strlen(format));
            return;
        }
        put(out, format, (size_t)(percent - format));
        directive what;
        format = read_directive(percent + 1, &what, arguments);
        if (!put_directive(out, &what, arguments)) {
            put(out, percent, strlen(percent));
            return;
        }
    }
}

merlon_text merlon_format_list(const char *format, va_list arguments) {
    output measure = {NULL, 0}, out = {NULL, 0};
    va_list again;
    va_copy(again, arguments);
    write_all(&measure, format, &again);
    va_end(again);
    out.data = merlon_take(measure.size + 1, 1);
    va_copy(again, arguments);
    write_all(&out, format, &again);
    va_end(again);
    out.data[out.size] = '\0';
    return (merlon_text){out.data, out.size};
}
