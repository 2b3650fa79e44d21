#include "arena.h"
#include "format.h"
#include "inside.h"

#include <string.h>

/* Length of the longest window that the host gives. */
enum { WINDOW = 64 * 1024 };

static merlon_error error_of(plugin_string_t text) {
    return merlon_text_of(text).data;
}

void merlon_log(merlon_log_level level, const char *format, ...) {
    merlon_mark mark = merlon_mark_here();
    va_list arguments;
    va_start(arguments, format);
    plugin_string_t line = merlon_string_of(merlon_format_list(format, arguments));
    va_end(arguments);
    merlon_plugin_log_write((merlon_plugin_log_level_t)level, &line);
    merlon_release(mark);
}

merlon_texts merlon_ruleset_files(void) {
    plugin_list_string_t files;
    merlon_plugin_ruleset_files(&files);
    return merlon_texts_of(files);
}

merlon_error merlon_ruleset_read(const char *path, merlon_text *bytes) {
    plugin_string_t name = merlon_string_of(merlon_str(path)), error;
    plugin_list_u8_t read;
    *bytes = (merlon_text){NULL, 0};
    if (!merlon_plugin_ruleset_read(&name, &read, &error)) {
        return error_of(error);
    }
    *bytes = merlon_text_of((plugin_string_t){read.ptr, read.len});
    return NULL;
}

merlon_error merlon_content_read(uint32_t row, uint64_t offset, void *buffer, size_t size, size_t *count) {
    /* A plugin that goes through a large file window by window keeps none of them. */
    merlon_mark mark = merlon_mark_here();
    plugin_list_u8_t read;
    plugin_string_t error;
    *count = 0;
    if (!merlon_plugin_content_read(row, offset, (uint32_t)(size > WINDOW ? WINDOW : size), &read, &error)) {
        return error_of(error);
    }
    *count = read.len < size ? read.len : size;
    if (*count > 0) {
        memcpy(buffer, read.ptr, *count);
    }
    merlon_release(mark);
    return NULL;
}

merlon_ancestors merlon_process_ancestors(uint32_t row) {
    merlon_plugin_process_list_ancestor_t list;
    merlon_plugin_process_ancestors(row, &list);
    merlon_ancestor *items = merlon_take_many(list.len, sizeof *items);
    for (size_t n = 0; n < list.len; n++) {
        const merlon_plugin_process_ancestor_t *raw = &list.ptr[n];
        items[n] = (merlon_ancestor){
            .exec_id = merlon_text_of(raw->exec_id),
            .pid = raw->pid,
            .exe = merlon_text_of(raw->exe),
            .argv = merlon_texts_of(raw->argv),
            .comm = merlon_text_of(raw->comm),
            .uid = raw->uid,
            .euid = raw->euid,
        };
    }
    return (merlon_ancestors){items, list.len};
}

merlon_texts merlon_kubernetes_list(const char *kind) {
    plugin_string_t name = merlon_string_of(merlon_str(kind));
    plugin_list_string_t objects;
    merlon_plugin_kubernetes_list(&name, &objects);
    return merlon_texts_of(objects);
}

merlon_text merlon_state_get(uint32_t row, merlon_text key) {
    plugin_string_t name = merlon_string_of(key), value;
    return merlon_plugin_state_get(row, &name, &value) ? merlon_text_of(value) : (merlon_text){NULL, 0};
}

merlon_error merlon_state_set(uint32_t row, merlon_text key, merlon_text value, uint64_t ttl_ms) {
    plugin_string_t name = merlon_string_of(key), text = merlon_string_of(value), error;
    return merlon_plugin_state_set(row, &name, &text, ttl_ms, &error) ? NULL : error_of(error);
}

merlon_error merlon_state_increment(uint32_t row, merlon_text key, uint64_t by, uint64_t ttl_ms,
                                    uint64_t *value) {
    plugin_string_t name = merlon_string_of(key), error;
    *value = 0;
    return merlon_plugin_state_increment(row, &name, by, ttl_ms, value, &error) ? NULL : error_of(error);
}
