#ifndef MERLON_FORMAT_H
#define MERLON_FORMAT_H

#include <stdarg.h>

#include "../merlon.h"

merlon_text merlon_format_list(const char *format, va_list arguments);

#endif
