#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bindings/plugin.h"
#include "../src/inside.h"

typedef struct {
    merlon_text key;
    merlon_text value;
    uint64_t count;
    uint64_t expires;
} entry;

static struct {
    const merlon_fake_row *rows;
    size_t row_count;
    merlon_text *log;
    size_t log_count;
    merlon_test_pair *files;
    size_t file_count;
    merlon_test_pair *objects;
    size_t object_count;
    entry *store;
    size_t store_count;
} host;

void *merlon_fake_grow(void *array, size_t count, size_t size) {
    void *larger = realloc(array, (count + 1) * size);
    if (larger == NULL) {
        abort();
    }
    return larger;
}

merlon_text merlon_fake_copy(merlon_text text) {
    char *data = merlon_fake_grow(NULL, text.size, 1);
    if (text.size > 0) {
        memcpy(data, text.data, text.size);
    }
    data[text.size] = '\0';
    return (merlon_text){data, text.size};
}

void merlon_fake_reset(void) {
    memset(&host, 0, sizeof host);
}

void merlon_fake_rows(const merlon_fake_row *rows, size_t count) {
    host.rows = rows;
    host.row_count = count;
}

static void lend(merlon_test_pair **list, size_t *count, const char *key, merlon_text value) {
    *list = merlon_fake_grow(*list, *count, sizeof **list);
    (*list)[(*count)++] = (merlon_test_pair){merlon_fake_copy(merlon_str(key)), merlon_fake_copy(value)};
}

void merlon_test_file(const char *path, merlon_text bytes) {
    lend(&host.files, &host.file_count, path, bytes);
}

void merlon_test_object(const char *kind, const char *json) {
    lend(&host.objects, &host.object_count, kind, merlon_str(json));
}

bool merlon_test_logged(const char *part) {
    for (size_t n = 0; n < host.log_count; n++) {
        if (merlon_contains(host.log[n], part)) {
            return true;
        }
    }
    return false;
}

/* A row that is not there is a mistake of the plugin's code that the real host would stop it for. */
static const merlon_fake_row *row_of(uint32_t row) {
    if (row >= host.row_count) {
        fprintf(stderr, "the batch has no row %u\n", (unsigned)row);
        abort();
    }
    return &host.rows[row];
}

static plugin_string_t string_of(merlon_text text) {
    return merlon_string_of(merlon_format("%.*s", MERLON_ARG(text)));
}

static plugin_list_string_t strings_of(merlon_texts texts) {
    plugin_string_t *items = merlon_alloc(texts.count * sizeof *items);
    for (size_t n = 0; n < texts.count; n++) {
        items[n] = string_of(texts.items[n]);
    }
    return (plugin_list_string_t){items, texts.count};
}

void merlon_plugin_log_write(merlon_plugin_log_level_t level, plugin_string_t *message) {
    (void)level;
    host.log = merlon_fake_grow(host.log, host.log_count, sizeof *host.log);
    host.log[host.log_count++] = merlon_fake_copy(merlon_text_of(*message));
}

void merlon_plugin_ruleset_files(plugin_list_string_t *files) {
    merlon_text *paths = merlon_alloc(host.file_count * sizeof *paths);
    for (size_t n = 0; n < host.file_count; n++) {
        paths[n] = host.files[n].key;
    }
    *files = strings_of((merlon_texts){paths, host.file_count});
}

bool merlon_plugin_ruleset_read(plugin_string_t *path, plugin_list_u8_t *bytes, plugin_string_t *error) {
    for (size_t n = 0; n < host.file_count; n++) {
        if (merlon_same(host.files[n].key, merlon_text_of(*path))) {
            plugin_string_t copy = string_of(host.files[n].value);
            *bytes = (plugin_list_u8_t){copy.ptr, copy.len};
            return true;
        }
    }
    *error = string_of(merlon_str("the ruleset has no such file"));
    return false;
}

bool merlon_plugin_content_read(uint32_t row, uint64_t offset, uint32_t length, plugin_list_u8_t *bytes,
                                plugin_string_t *error) {
    const merlon_fake_row *about = row_of(row);
    if (!about->has_content) {
        *error = string_of(merlon_str("the bytes of this row are not kept"));
        return false;
    }
    merlon_text content = about->content;
    size_t start = offset < content.size ? (size_t)offset : content.size;
    size_t count = content.size - start < length ? content.size - start : length;
    plugin_string_t copy = string_of((merlon_text){content.data + start, count});
    *bytes = (plugin_list_u8_t){copy.ptr, copy.len};
    return true;
}

void merlon_plugin_process_ancestors(uint32_t row, merlon_plugin_process_list_ancestor_t *list) {
    const merlon_fake_row *about = row_of(row);
    merlon_plugin_process_ancestor_t *items = merlon_alloc(about->ancestor_count * sizeof *items);
    for (size_t n = 0; n < about->ancestor_count; n++) {
        const merlon_ancestor *one = &about->ancestors[n];
        items[n] = (merlon_plugin_process_ancestor_t){
            .exec_id = string_of(one->exec_id),
            .pid = one->pid,
            .exe = string_of(one->exe),
            .argv = strings_of(one->argv),
            .comm = string_of(one->comm),
            .uid = one->uid,
            .euid = one->euid,
        };
    }
    *list = (merlon_plugin_process_list_ancestor_t){items, about->ancestor_count};
}

void merlon_plugin_kubernetes_list(plugin_string_t *kind, plugin_list_string_t *objects) {
    merlon_text wanted = merlon_text_of(*kind), *found = merlon_alloc(host.object_count * sizeof *found);
    size_t count = 0;
    for (size_t n = 0; n < host.object_count; n++) {
        if (wanted.size == 0 || merlon_same(host.objects[n].key, wanted)) {
            found[count++] = host.objects[n].value;
        }
    }
    *objects = strings_of((merlon_texts){found, count});
}

/* The entry of a key, unless it expired before the row. */
static entry *find(uint32_t row, plugin_string_t key) {
    for (size_t n = 0; n < host.store_count; n++) {
        entry *one = &host.store[n];
        if (merlon_same(one->key, merlon_text_of(key)) && row_of(row)->time < one->expires) {
            return one;
        }
    }
    return NULL;
}

static entry *find_or_add(uint32_t row, plugin_string_t key, uint64_t ttl_ms) {
    entry *found = find(row, key);
    if (found != NULL) {
        return found;
    }
    host.store = merlon_fake_grow(host.store, host.store_count, sizeof *host.store);
    found = &host.store[host.store_count++];
    *found = (entry){.key = merlon_fake_copy(merlon_text_of(key)), .expires = row_of(row)->time + ttl_ms};
    return found;
}

bool merlon_plugin_state_get(uint32_t row, plugin_string_t *key, plugin_string_t *value) {
    entry *found = find(row, *key);
    if (found != NULL) {
        *value = string_of(found->value);
    }
    return found != NULL;
}

bool merlon_plugin_state_set(uint32_t row, plugin_string_t *key, plugin_string_t *value, uint64_t ttl_ms,
                             plugin_string_t *error) {
    (void)error;
    entry *one = find_or_add(row, *key, ttl_ms);
    one->value = merlon_fake_copy(merlon_text_of(*value));
    one->expires = row_of(row)->time + ttl_ms;
    return true;
}

bool merlon_plugin_state_increment(uint32_t row, plugin_string_t *key, uint64_t by, uint64_t ttl_ms,
                                   uint64_t *value, plugin_string_t *error) {
    (void)error;
    *value = find_or_add(row, *key, ttl_ms)->count += by;
    return true;
}
