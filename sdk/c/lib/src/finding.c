#include "arena.h"
#include "format.h"
#include "inside.h"

#include <string.h>

struct merlon_finding {
    exports_merlon_plugin_detector_finding_t raw;
    merlon_finding *next;
};

static uint32_t place_of(merlon_inside *inside, const char *rule) {
    size_t count = inside->manifest->rules.count;
    for (size_t n = 0; n < count; n++) {
        const char *id = inside->manifest->rules.items[n].id;
        if (id == rule || strcmp(id, rule) == 0) {
            return (uint32_t)n;
        }
    }
    merlon_misuse(inside, "the manifest has no rule `%s`: add it there", rule);
    return UINT32_MAX;
}

merlon_finding *merlon_found(merlon_batch *batch, uint32_t row, const char *rule, const char *format, ...) {
    merlon_inside *inside = batch->inside;
    va_list arguments;
    va_start(arguments, format);
    merlon_text message = merlon_format_list(format, arguments);
    va_end(arguments);
    merlon_finding *finding = merlon_alloc(sizeof *finding);
    finding->raw.row = row;
    finding->raw.rule = place_of(inside, rule);
    finding->raw.outcome = MERLON_PLUGIN_TYPES_OUTCOME_FAIL;
    finding->raw.message = merlon_string_of(message);
    if (inside->last == NULL) {
        inside->first = finding;
    } else {
        inside->last->next = finding;
    }
    inside->last = finding;
    inside->findings++;
    return finding;
}

void merlon_evidence(merlon_finding *finding, const char *key, merlon_text value) {
    plugin_list_tuple2_string_string_t *list = &finding->raw.evidence;
    list->ptr = merlon_grow(list->ptr, list->len, sizeof *list->ptr);
    list->ptr[list->len++] =
        (plugin_tuple2_string_string_t){merlon_string_of(merlon_str(key)), merlon_string_of(value)};
}

void merlon_outcome_is(merlon_finding *finding, merlon_outcome outcome) {
    finding->raw.outcome = (merlon_plugin_types_outcome_t)outcome;
}

void merlon_container(merlon_finding *finding, merlon_text name) {
    finding->raw.container = merlon_option_of(name);
}

void merlon_at_bytes(merlon_finding *finding, uint64_t offset, uint32_t length) {
    finding->raw.location.is_some = true;
    finding->raw.location.val.offset = (plugin_option_u64_t){true, offset};
    finding->raw.location.val.length = (plugin_option_u32_t){true, length};
}

void merlon_at_line(merlon_finding *finding, uint32_t line, uint32_t column) {
    finding->raw.location.is_some = true;
    finding->raw.location.val.line = (plugin_option_u32_t){line > 0, line};
    finding->raw.location.val.column = (plugin_option_u32_t){column > 0, column};
}

void merlon_at_hit(merlon_finding *finding, const merlon_hit *hit) {
    merlon_at_bytes(finding, hit->offset, hit->length);
    merlon_at_line(finding, hit->line, hit->column);
}

void merlon_failed_path(merlon_finding *finding, merlon_text path) {
    plugin_list_string_t *list = &finding->raw.failed_paths;
    list->ptr = merlon_grow(list->ptr, list->len, sizeof *list->ptr);
    list->ptr[list->len++] = merlon_string_of(path);
}

void merlon_fix(merlon_finding *finding, merlon_text path, merlon_text value) {
    merlon_plugin_types_list_fix_t *list = &finding->raw.fix_paths;
    list->ptr = merlon_grow(list->ptr, list->len, sizeof *list->ptr);
    list->ptr[list->len++] = (merlon_plugin_types_fix_t){merlon_string_of(path), merlon_string_of(value)};
}

void merlon_distinct(merlon_finding *finding, merlon_text identity) {
    finding->raw.distinct = merlon_option_of(identity);
}

exports_merlon_plugin_detector_list_finding_t merlon_answer(const merlon_inside *inside) {
    exports_merlon_plugin_detector_finding_t *items = merlon_take_many(inside->findings, sizeof *items);
    size_t count = 0;
    for (const merlon_finding *finding = inside->first; finding != NULL; finding = finding->next) {
        items[count++] = finding->raw;
    }
    return (exports_merlon_plugin_detector_list_finding_t){items, count};
}
