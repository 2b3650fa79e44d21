#include "arena.h"
#include "inside.h"

#include <string.h>

typedef merlon_plugin_types_column_t column;

static const char *const TYPES[] = {"a text", "a list of texts", "a number", "a list of numbers", "a flag"};

/* NULL when the subscription does not ask for it. */
static const column *find(const merlon_batch *batch, const char *field) {
    const merlon_inside *inside = batch->inside;
    for (size_t n = 0; n < inside->fields.count && n < inside->raw->columns.len; n++) {
        const char *name = inside->fields.items[n];
        /* Equal literals of one program are mostly one literal. */
        if (name == field || strcmp(name, field) == 0) {
            return &inside->raw->columns.ptr[n];
        }
    }
    return NULL;
}

static const column *find_of_type(const merlon_batch *batch, const char *field, uint8_t type) {
    const column *found = find(batch, field);
    if (found == NULL) {
        merlon_misuse(batch->inside, "the subscription to %s does not ask for the field `%s`: add it there",
                      batch->kind, field);
        return NULL;
    }
    /* A type that this library does not know yet is read as missing. */
    if (found->tag != type && found->tag < sizeof TYPES / sizeof TYPES[0]) {
        merlon_misuse(batch->inside, "the field `%s` of %s is %s: it was read as %s", field, batch->kind,
                      TYPES[found->tag], TYPES[type]);
    }
    return found->tag == type ? found : NULL;
}

/* The items of one row of a list column: from `*start`, that many. */
static size_t range_of(plugin_list_u32_t ends, size_t items, uint32_t row, size_t *start) {
    *start = row > 0 && row <= ends.len ? ends.ptr[row - 1] : 0;
    size_t end = row < ends.len ? ends.ptr[row] : *start;
    return *start <= end && end <= items ? end - *start : 0;
}

merlon_text merlon_symbol_text(const merlon_batch *batch, uint32_t symbol) {
    plugin_list_string_t strings = batch->inside->raw->strings;
    return symbol == 0 || symbol >= strings.len ? (merlon_text){NULL, 0}
                                                : merlon_text_of(strings.ptr[symbol]);
}

uint32_t merlon_symbols(const merlon_batch *batch) {
    return (uint32_t)batch->inside->raw->strings.len;
}

uint32_t merlon_symbol_at(const merlon_batch *batch, uint32_t row, const char *field) {
    const column *found = find_of_type(batch, field, MERLON_PLUGIN_TYPES_COLUMN_TEXTS);
    return found != NULL && row < found->val.texts.len ? found->val.texts.ptr[row] : 0;
}

merlon_text merlon_text_at(const merlon_batch *batch, uint32_t row, const char *field) {
    return merlon_symbol_text(batch, merlon_symbol_at(batch, row, field));
}

static plugin_list_u32_t symbols_of(const column *found, uint32_t row) {
    if (found == NULL || found->tag != MERLON_PLUGIN_TYPES_COLUMN_TEXT_LISTS) {
        return (plugin_list_u32_t){NULL, 0};
    }
    size_t start;
    size_t count = range_of(found->val.text_lists.ends, found->val.text_lists.items.len, row, &start);
    return (plugin_list_u32_t){found->val.text_lists.items.ptr + start, count};
}

static merlon_numbers numbers_of(const column *found, uint32_t row) {
    if (found == NULL || found->tag != MERLON_PLUGIN_TYPES_COLUMN_NUMBER_LISTS) {
        return (merlon_numbers){NULL, 0};
    }
    size_t start;
    size_t count = range_of(found->val.number_lists.ends, found->val.number_lists.items.len, row, &start);
    return (merlon_numbers){found->val.number_lists.items.ptr + start, count};
}

merlon_texts merlon_texts_at(const merlon_batch *batch, uint32_t row, const char *field) {
    plugin_list_u32_t symbols =
        symbols_of(find_of_type(batch, field, MERLON_PLUGIN_TYPES_COLUMN_TEXT_LISTS), row);
    merlon_text *items = merlon_take_many(symbols.len, sizeof *items);
    for (size_t n = 0; n < symbols.len; n++) {
        items[n] = merlon_or(merlon_symbol_text(batch, symbols.ptr[n]), "");
    }
    return (merlon_texts){items, symbols.len};
}

bool merlon_number_at(const merlon_batch *batch, uint32_t row, const char *field, uint64_t *number) {
    const column *found = find_of_type(batch, field, MERLON_PLUGIN_TYPES_COLUMN_NUMBERS);
    bool there = found != NULL && row < found->val.numbers.len && found->val.numbers.ptr[row] != UINT64_MAX;
    *number = there ? found->val.numbers.ptr[row] : 0;
    return there;
}

merlon_numbers merlon_numbers_at(const merlon_batch *batch, uint32_t row, const char *field) {
    return numbers_of(find_of_type(batch, field, MERLON_PLUGIN_TYPES_COLUMN_NUMBER_LISTS), row);
}

merlon_flag merlon_flag_at(const merlon_batch *batch, uint32_t row, const char *field) {
    const column *found = find_of_type(batch, field, MERLON_PLUGIN_TYPES_COLUMN_FLAGS);
    bool there = found != NULL && row < found->val.flags.len && found->val.flags.ptr[row] <= MERLON_YES;
    return there ? (merlon_flag)found->val.flags.ptr[row] : MERLON_UNKNOWN;
}

static uint32_t small(merlon_numbers list, size_t n) {
    if (n >= list.count) {
        return 0;
    }
    return list.items[n] > UINT32_MAX ? UINT32_MAX : (uint32_t)list.items[n];
}

static merlon_text nth_text(const merlon_batch *batch, plugin_list_u32_t symbols, size_t n) {
    return merlon_symbol_text(batch, n < symbols.len ? symbols.ptr[n] : 0);
}

merlon_hits merlon_hits_at(const merlon_batch *batch, uint32_t row) {
    merlon_numbers patterns = merlon_numbers_at(batch, row, "hits.pattern");
    merlon_numbers offsets = numbers_of(find(batch, "hits.offset"), row);
    merlon_numbers lengths = numbers_of(find(batch, "hits.length"), row);
    merlon_numbers lines = numbers_of(find(batch, "hits.line"), row);
    merlon_numbers columns = numbers_of(find(batch, "hits.column"), row);
    plugin_list_u32_t texts = symbols_of(find(batch, "hits.text"), row);
    plugin_list_u32_t contexts = symbols_of(find(batch, "hits.context"), row);
    merlon_hit *items = merlon_take_many(patterns.count, sizeof *items);
    for (size_t n = 0; n < patterns.count; n++) {
        items[n] = (merlon_hit){
            .pattern = small(patterns, n),
            .offset = n < offsets.count ? offsets.items[n] : 0,
            .length = small(lengths, n),
            .line = small(lines, n),
            .column = small(columns, n),
            .text = nth_text(batch, texts, n),
            .context = nth_text(batch, contexts, n),
        };
    }
    return (merlon_hits){items, patterns.count};
}
