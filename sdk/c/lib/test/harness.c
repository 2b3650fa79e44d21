#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/inside.h"
#include "fake.h"

/* The column of a field that no row sets: no type. */
enum { UNSET = 0xff };

/* One field of one row, as it was given. */
typedef struct {
    size_t row;
    merlon_text field;
    uint8_t type;
    merlon_texts texts; /* one for a text field */
    uint64_t *numbers;  /* one for a number or a flag */
    size_t number_count;
} cell;

static cell *cells;
static size_t cell_count;
static merlon_fake_row *rows;
static size_t row_count;

void __wasm_export_exports_merlon_plugin_detector_describe_post_return(uint8_t *answer);
void __wasm_export_exports_merlon_plugin_detector_evaluate_post_return(uint8_t *answer);

merlon_error merlon_test_start(const char *settings) {
    merlon_fake_reset();
    cells = NULL;
    rows = NULL;
    cell_count = row_count = 0;
    merlon_text copy = merlon_fake_copy(merlon_str(settings));
    plugin_string_t text = merlon_string_of(copy), error;
    exports_merlon_plugin_detector_manifest_t manifest;
    bool runs = exports_merlon_plugin_detector_describe(&text, &manifest, &error);
    __wasm_export_exports_merlon_plugin_detector_describe_post_return(NULL);
    return runs ? NULL : merlon_text_of(error).data;
}

void merlon_test_row(void) {
    rows = merlon_fake_grow(rows, row_count, sizeof *rows);
    rows[row_count++] = (merlon_fake_row){0};
}

static merlon_fake_row *last_row(void) {
    if (row_count == 0) {
        merlon_test_row();
    }
    return &rows[row_count - 1];
}

/* The cell of the last row, made where it is not there yet. */
static cell *cell_of(const char *field, uint8_t type) {
    last_row();
    for (size_t n = 0; n < cell_count; n++) {
        if (cells[n].row == row_count - 1 && merlon_is(cells[n].field, field)) {
            return &cells[n];
        }
    }
    cells = merlon_fake_grow(cells, cell_count, sizeof *cells);
    cells[cell_count] =
        (cell){.row = row_count - 1, .field = merlon_fake_copy(merlon_str(field)), .type = type};
    return &cells[cell_count++];
}

static void add_text(cell *to, merlon_text text) {
    merlon_text *items = merlon_fake_grow((void *)to->texts.items, to->texts.count, sizeof *items);
    items[to->texts.count] = merlon_fake_copy(text);
    to->texts = (merlon_texts){items, to->texts.count + 1};
}

static void add_number(cell *to, uint64_t number) {
    to->numbers = merlon_fake_grow(to->numbers, to->number_count, sizeof *to->numbers);
    to->numbers[to->number_count++] = number;
}

void merlon_test_text(const char *field, const char *text) {
    add_text(cell_of(field, MERLON_PLUGIN_TYPES_COLUMN_TEXTS), merlon_str(text));
}

void merlon_test_texts(const char *field, merlon_texts texts) {
    cell *to = cell_of(field, MERLON_PLUGIN_TYPES_COLUMN_TEXT_LISTS);
    for (size_t n = 0; n < texts.count; n++) {
        add_text(to, texts.items[n]);
    }
}

void merlon_test_number(const char *field, uint64_t number) {
    add_number(cell_of(field, MERLON_PLUGIN_TYPES_COLUMN_NUMBERS), number);
}

void merlon_test_flag(const char *field, bool flag) {
    add_number(cell_of(field, MERLON_PLUGIN_TYPES_COLUMN_FLAGS), flag);
}

void merlon_test_hit(merlon_hit hit) {
    add_number(cell_of("hits.pattern", MERLON_PLUGIN_TYPES_COLUMN_NUMBER_LISTS), hit.pattern);
    add_number(cell_of("hits.offset", MERLON_PLUGIN_TYPES_COLUMN_NUMBER_LISTS), hit.offset);
    add_number(cell_of("hits.length", MERLON_PLUGIN_TYPES_COLUMN_NUMBER_LISTS), hit.length);
    add_number(cell_of("hits.line", MERLON_PLUGIN_TYPES_COLUMN_NUMBER_LISTS), hit.line);
    add_number(cell_of("hits.column", MERLON_PLUGIN_TYPES_COLUMN_NUMBER_LISTS), hit.column);
    add_text(cell_of("hits.text", MERLON_PLUGIN_TYPES_COLUMN_TEXT_LISTS), hit.text);
    add_text(cell_of("hits.context", MERLON_PLUGIN_TYPES_COLUMN_TEXT_LISTS), hit.context);
}

void merlon_test_time(uint64_t ms) {
    last_row()->time = ms;
}

void merlon_test_content(merlon_text bytes) {
    last_row()->content = merlon_fake_copy(bytes);
    last_row()->has_content = true;
}

void merlon_test_ancestor(merlon_ancestor ancestor) {
    merlon_fake_row *row = last_row();
    row->ancestors = merlon_fake_grow(row->ancestors, row->ancestor_count, sizeof ancestor);
    row->ancestors[row->ancestor_count++] = ancestor;
}

/* ---- The batch ------------------------------------------------------------------------------------ */

/* Places in the table of texts, where 0 is the missing one. */
static uint32_t symbol_of(plugin_list_string_t *strings, merlon_text text) {
    for (size_t n = 1; n < strings->len; n++) {
        if (merlon_same(merlon_text_of(strings->ptr[n]), text)) {
            return (uint32_t)n;
        }
    }
    strings->ptr = merlon_fake_grow(strings->ptr, strings->len, sizeof *strings->ptr);
    strings->ptr[strings->len] = merlon_string_of(text);
    return (uint32_t)strings->len++;
}

static const cell *find_cell(const char *field, size_t row) {
    for (size_t n = 0; n < cell_count; n++) {
        if (cells[n].row == row && merlon_is(cells[n].field, field)) {
            return &cells[n];
        }
    }
    return NULL;
}

static void put_lists(merlon_plugin_types_column_t *column, const cell *from, plugin_list_string_t *strings) {
    merlon_plugin_types_text_lists_t *texts = &column->val.text_lists;
    merlon_plugin_types_number_lists_t *numbers = &column->val.number_lists;
    bool of_texts = column->tag == MERLON_PLUGIN_TYPES_COLUMN_TEXT_LISTS;
    for (size_t n = 0; from != NULL && of_texts && n < from->texts.count; n++) {
        texts->items.ptr = merlon_fake_grow(texts->items.ptr, texts->items.len, sizeof *texts->items.ptr);
        texts->items.ptr[texts->items.len++] = symbol_of(strings, from->texts.items[n]);
    }
    for (size_t n = 0; from != NULL && !of_texts && n < from->number_count; n++) {
        numbers->items.ptr =
            merlon_fake_grow(numbers->items.ptr, numbers->items.len, sizeof *numbers->items.ptr);
        numbers->items.ptr[numbers->items.len++] = from->numbers[n];
    }
    plugin_list_u32_t *ends = of_texts ? &texts->ends : &numbers->ends;
    ends->ptr = merlon_fake_grow(ends->ptr, ends->len, sizeof *ends->ptr);
    ends->ptr[ends->len++] = (uint32_t)(of_texts ? texts->items.len : numbers->items.len);
}

static void put(merlon_plugin_types_column_t *column, const cell *from, plugin_list_string_t *strings) {
    plugin_list_u32_t *texts = &column->val.texts;
    plugin_list_u64_t *numbers = &column->val.numbers;
    plugin_list_u8_t *flags = &column->val.flags;
    switch (column->tag) {
    case MERLON_PLUGIN_TYPES_COLUMN_TEXTS:
        texts->ptr = merlon_fake_grow(texts->ptr, texts->len, sizeof *texts->ptr);
        texts->ptr[texts->len++] = from == NULL ? 0 : symbol_of(strings, from->texts.items[0]);
        break;
    case MERLON_PLUGIN_TYPES_COLUMN_NUMBERS:
        numbers->ptr = merlon_fake_grow(numbers->ptr, numbers->len, sizeof *numbers->ptr);
        numbers->ptr[numbers->len++] = from == NULL ? UINT64_MAX : from->numbers[0];
        break;
    case MERLON_PLUGIN_TYPES_COLUMN_FLAGS:
        flags->ptr = merlon_fake_grow(flags->ptr, flags->len, sizeof *flags->ptr);
        flags->ptr[flags->len++] = from == NULL ? MERLON_UNKNOWN : (uint8_t)from->numbers[0];
        break;
    case UNSET:
        break;
    default:
        put_lists(column, from, strings);
    }
}

static merlon_plugin_types_column_t column_of(const char *field, plugin_list_string_t *strings) {
    merlon_plugin_types_column_t column = {.tag = UNSET};
    for (size_t n = 0; n < cell_count && column.tag == UNSET; n++) {
        if (merlon_is(cells[n].field, field)) {
            column.tag = cells[n].type;
        }
    }
    for (size_t row = 0; row < row_count; row++) {
        put(&column, find_cell(field, row), strings);
    }
    return column;
}

/* A field that is set and not asked for would be a test of something that never happens; hits are given as
 * a whole. */
static void check_fields(const merlon_subscription *subscription) {
    for (size_t n = 0; n < cell_count; n++) {
        bool asked = merlon_starts_with(cells[n].field, "hits.");
        for (size_t place = 0; place < subscription->fields.count; place++) {
            asked |= merlon_is(cells[n].field, subscription->fields.items[place]);
        }
        if (!asked) {
            fprintf(stderr, "the subscription to %s does not ask for the field `%s`\n", subscription->kind,
                    cells[n].field.data);
            abort();
        }
    }
}

static uint32_t subscription_to(const merlon_manifest *manifest, const char *kind) {
    for (size_t n = 0; n < manifest->subscriptions.count; n++) {
        if (strcmp(manifest->subscriptions.items[n].kind, kind) == 0) {
            return (uint32_t)n;
        }
    }
    fprintf(stderr, "the plugin has no subscription to %s\n", kind);
    abort();
}

static exports_merlon_plugin_detector_batch_t batch_of(const merlon_manifest *manifest, const char *kind) {
    exports_merlon_plugin_detector_batch_t batch = {.subscription = subscription_to(manifest, kind),
                                                    .rows = (uint32_t)row_count};
    const merlon_subscription *subscription = &manifest->subscriptions.items[batch.subscription];
    check_fields(subscription);
    batch.strings = (plugin_list_string_t){merlon_fake_grow(NULL, 0, sizeof(plugin_string_t)), 1};
    batch.strings.ptr[0] = merlon_string_of(merlon_str(""));
    merlon_plugin_types_column_t *columns = NULL;
    for (size_t n = 0; n < subscription->fields.count; n++) {
        columns = merlon_fake_grow(columns, n, sizeof *columns);
        columns[n] = column_of(subscription->fields.items[n], &batch.strings);
    }
    batch.columns = (merlon_plugin_types_list_column_t){columns, subscription->fields.count};
    return batch;
}

/* ---- The answer ----------------------------------------------------------------------------------- */

static merlon_text option_of(plugin_option_string_t option) {
    return option.is_some ? merlon_text_of(option.val) : (merlon_text){NULL, 0};
}

static merlon_test_answer answer_of(const exports_merlon_plugin_detector_finding_t *raw,
                                    const merlon_manifest *manifest) {
    merlon_test_pair *evidence = merlon_alloc(raw->evidence.len * sizeof *evidence);
    for (size_t n = 0; n < raw->evidence.len; n++) {
        evidence[n] = (merlon_test_pair){merlon_text_of(raw->evidence.ptr[n].f0),
                                         merlon_text_of(raw->evidence.ptr[n].f1)};
    }
    bool located = raw->location.is_some;
    return (merlon_test_answer){
        .row = raw->row,
        .rule = manifest->rules.items[raw->rule].id,
        .outcome = (merlon_outcome)raw->outcome,
        .message = merlon_text_of(raw->message),
        .container = option_of(raw->container),
        .failed_paths = merlon_texts_of(raw->failed_paths),
        .evidence = evidence,
        .evidence_count = raw->evidence.len,
        .distinct = option_of(raw->distinct),
        .has_offset = located && raw->location.val.offset.is_some,
        .offset = located && raw->location.val.offset.is_some ? raw->location.val.offset.val : 0,
        .line = located && raw->location.val.line.is_some ? raw->location.val.line.val : 0,
    };
}

merlon_test_answers merlon_test_judge(const char *kind) {
    /* The real host ends a call when it has read the answer; a test reads it until here. */
    __wasm_export_exports_merlon_plugin_detector_evaluate_post_return(NULL);
    merlon_manifest manifest = plugin_manifest();
    exports_merlon_plugin_detector_batch_t batch = batch_of(&manifest, kind);
    exports_merlon_plugin_detector_list_finding_t found;
    plugin_string_t error;
    merlon_fake_rows(rows, row_count);
    bool judged = exports_merlon_plugin_detector_evaluate(&batch, &found, &error);
    cells = NULL;
    rows = NULL;
    cell_count = row_count = 0;
    if (!judged) {
        return (merlon_test_answers){.error = merlon_text_of(error).data};
    }
    merlon_test_answer *items = merlon_alloc(found.len * sizeof *items);
    for (size_t n = 0; n < found.len; n++) {
        items[n] = answer_of(&found.ptr[n], &manifest);
    }
    return (merlon_test_answers){NULL, items, found.len};
}

merlon_text merlon_test_evidence(const merlon_test_answer *answer, const char *key) {
    for (size_t n = 0; n < answer->evidence_count; n++) {
        if (merlon_is(answer->evidence[n].key, key)) {
            return answer->evidence[n].value;
        }
    }
    return (merlon_text){NULL, 0};
}
