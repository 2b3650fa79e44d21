#include "inside.h"

#include "arena.h"

/* The interface gives an empty text no address that can be read. */
merlon_text merlon_text_of(plugin_string_t string) {
    return string.len == 0 ? merlon_str("") : (merlon_text){(const char *)string.ptr, string.len};
}

merlon_texts merlon_texts_of(plugin_list_string_t strings) {
    merlon_text *items = merlon_take_many(strings.len, sizeof *items);
    for (size_t n = 0; n < strings.len; n++) {
        items[n] = merlon_text_of(strings.ptr[n]);
    }
    return (merlon_texts){items, strings.len};
}

plugin_string_t merlon_string_of(merlon_text text) {
    return (plugin_string_t){(uint8_t *)text.data, text.size};
}

plugin_option_string_t merlon_option_of(merlon_text text) {
    return (plugin_option_string_t){text.data != NULL, merlon_string_of(text)};
}

plugin_list_string_t merlon_list_of(merlon_strings strings) {
    plugin_string_t *items = merlon_take_many(strings.count, sizeof *items);
    for (size_t n = 0; n < strings.count; n++) {
        items[n] = merlon_string_of(merlon_str(strings.items[n]));
    }
    return (plugin_list_string_t){items, strings.count};
}
