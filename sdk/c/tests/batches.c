/* The exported functions, called as the host calls them, over a small plugin. */
#include "check.h"

#include <string.h>

#include "arena.h"
#include "inside.h"

static const merlon_rule RULES[] = {
    {.id = "plain", .title = "Plain"},
    {.id = "full",
     .title = "Full",
     .severity = MERLON_CRITICAL,
     .confidence = MERLON_LOW,
     .attack = MERLON_STRINGS("T1", "T2")},
};
static const merlon_subscription SUBSCRIPTIONS[] = {
    {.kind = "process.exec",
     .fields = MERLON_STRINGS("exe", "argv", "pid", "hits.pattern", "flag"),
     .where = "pid > 1"},
};
static const merlon_pattern PATTERNS[] = {
    {.id = 1, .regex = "a+"},
    {.id = 2, .literal = MERLON_BYTES("\0"), .ignore_case = true, .files = "*.c"},
};

static merlon_error (*judge)(merlon_batch *batch);

merlon_error plugin_new(merlon_text settings) {
    return merlon_is(settings, "{}") ? NULL : "refused";
}

merlon_manifest plugin_manifest(void) {
    return (merlon_manifest){MERLON_ALL(RULES), MERLON_ALL(SUBSCRIPTIONS), MERLON_ALL(PATTERNS)};
}

merlon_error plugin_evaluate(merlon_batch *batch) {
    return judge(batch);
}

static plugin_string_t raw(const char *text) {
    return (plugin_string_t){(uint8_t *)text, strlen(text)};
}

/* Two rows: the second has nothing. */
static exports_merlon_plugin_detector_batch_t events(void) {
    static plugin_string_t strings[] = {{(uint8_t *)1, 0}, {(uint8_t *)"/bin/sh", 7}, {(uint8_t *)1, 0}};
    static uint32_t exe[] = {1, 0}, argv_ends[] = {2, 2}, argv[] = {1, 2}, ends[] = {1, 1};
    static uint64_t pid[] = {7, UINT64_MAX}, patterns[] = {1ULL << 40};
    static uint8_t flags[] = {1, 2};
    static merlon_plugin_types_column_t columns[] = {
        {MERLON_PLUGIN_TYPES_COLUMN_TEXTS, {.texts = {exe, 2}}},
        {MERLON_PLUGIN_TYPES_COLUMN_TEXT_LISTS, {.text_lists = {{argv_ends, 2}, {argv, 2}}}},
        {MERLON_PLUGIN_TYPES_COLUMN_NUMBERS, {.numbers = {pid, 2}}},
        {MERLON_PLUGIN_TYPES_COLUMN_NUMBER_LISTS, {.number_lists = {{ends, 2}, {patterns, 1}}}},
        {MERLON_PLUGIN_TYPES_COLUMN_FLAGS, {.flags = {flags, 2}}},
    };
    return (exports_merlon_plugin_detector_batch_t){0, 2, {strings, 3}, {columns, 5}};
}

static bool answer_of(merlon_error (*how)(merlon_batch *),
                      exports_merlon_plugin_detector_list_finding_t *answer, merlon_text *error) {
    exports_merlon_plugin_detector_batch_t batch = events();
    plugin_string_t text = raw("");
    judge = how;
    bool well = exports_merlon_plugin_detector_evaluate(&batch, answer, &text);
    *error = merlon_text_of(text);
    return well;
}

static void settings_are_refused_in_words(void) {
    plugin_string_t settings = raw("[]"), error;
    exports_merlon_plugin_detector_manifest_t manifest;
    CHECK(!exports_merlon_plugin_detector_describe(&settings, &manifest, &error));
    CHECK_TEXT(merlon_text_of(error), "refused");
}

static void tables_become_a_manifest(void) {
    plugin_string_t settings = raw("{}"), error;
    exports_merlon_plugin_detector_manifest_t manifest;
    CHECK(exports_merlon_plugin_detector_describe(&settings, &manifest, &error));
    CHECK(manifest.rules.len == 2 && manifest.rules.ptr[0].severity == MERLON_PLUGIN_TYPES_SEVERITY_MEDIUM);
    CHECK(manifest.rules.ptr[0].confidence == MERLON_PLUGIN_TYPES_CONFIDENCE_HIGH);
    CHECK(manifest.rules.ptr[0].attack.len == 0 && manifest.rules.ptr[0].remediation.len == 0);
    CHECK(manifest.rules.ptr[1].severity == MERLON_PLUGIN_TYPES_SEVERITY_CRITICAL);
    CHECK(manifest.rules.ptr[1].confidence == MERLON_PLUGIN_TYPES_CONFIDENCE_LOW);
    CHECK_TEXT(merlon_text_of(manifest.rules.ptr[1].attack.ptr[1]), "T2");
    CHECK(manifest.subscriptions.ptr[0].fields.len == 5 && manifest.subscriptions.ptr[0].where.is_some);
    CHECK(manifest.patterns.ptr[0].source.tag == MERLON_PLUGIN_TYPES_PATTERN_SOURCE_REGEX);
    CHECK(!manifest.patterns.ptr[0].files.is_some && manifest.patterns.ptr[1].source.val.literal.len == 1);
}

static merlon_error read_both_rows(merlon_batch *batch) {
    uint64_t pid;
    CHECK(strcmp(batch->kind, "process.exec") == 0 && batch->rows == 2);
    CHECK_TEXT(merlon_text_at(batch, 0, "exe"), "/bin/sh");
    CHECK(merlon_texts_at(batch, 0, "argv").count == 2);
    CHECK_TEXT(merlon_texts_at(batch, 0, "argv").items[1], "");
    CHECK(merlon_number_at(batch, 0, "pid", &pid) && pid == 7);
    CHECK(merlon_numbers_at(batch, 0, "hits.pattern").items[0] == 1ULL << 40);
    CHECK(merlon_flag_at(batch, 0, "flag") == MERLON_YES);
    CHECK(merlon_hits_at(batch, 0).count == 1 && merlon_hits_at(batch, 0).items[0].pattern == UINT32_MAX);
    CHECK(merlon_hits_at(batch, 0).items[0].text.data == NULL);
    CHECK(merlon_text_at(batch, 1, "exe").data == NULL && merlon_symbol_at(batch, 1, "exe") == 0);
    CHECK(merlon_texts_at(batch, 1, "argv").count == 0 && merlon_hits_at(batch, 1).count == 0);
    CHECK(!merlon_number_at(batch, 1, "pid", &pid) && pid == 0);
    CHECK(merlon_flag_at(batch, 1, "flag") == MERLON_UNKNOWN);
    CHECK(merlon_text_at(batch, 9, "exe").data == NULL && merlon_texts_at(batch, 9, "argv").count == 0);
    CHECK(!merlon_number_at(batch, 9, "pid", &pid) && merlon_flag_at(batch, 9, "flag") == MERLON_UNKNOWN);
    CHECK(merlon_symbol_text(batch, 99).data == NULL && merlon_symbols(batch) == 3);
    return NULL;
}

static void fields_are_read_and_what_is_missing_is_none(void) {
    exports_merlon_plugin_detector_list_finding_t answer;
    merlon_text error;
    CHECK(answer_of(read_both_rows, &answer, &error) && answer.len == 0);
}

static merlon_error find_much(merlon_batch *batch) {
    for (uint32_t n = 0; n < 100; n++) {
        merlon_finding *finding = merlon_found(batch, n, "full", "number %u", n);
        for (uint32_t pair = 0; pair < n; pair++) {
            merlon_evidence(finding, "key", merlon_format("%u", pair));
            merlon_failed_path(finding, merlon_format("a[%u]", pair));
            merlon_fix(finding, merlon_str("a"), merlon_str("b"));
        }
        merlon_at_line(finding, n, 0);
    }
    return NULL;
}

static void findings_keep_their_order_and_everything_in_them(void) {
    exports_merlon_plugin_detector_list_finding_t answer;
    merlon_text error;
    CHECK(answer_of(find_much, &answer, &error) && answer.len == 100);
    const exports_merlon_plugin_detector_finding_t *last = &answer.ptr[99];
    CHECK(last->row == 99 && last->rule == 1 && last->evidence.len == 99 && last->fix_paths.len == 99);
    CHECK_TEXT(merlon_text_of(last->message), "number 99");
    CHECK_TEXT(merlon_text_of(last->evidence.ptr[98].f1), "98");
    CHECK_TEXT(merlon_text_of(last->failed_paths.ptr[98]), "a[98]");
    CHECK(last->location.is_some && last->location.val.line.val == 99 && !last->location.val.column.is_some);
    CHECK(!last->container.is_some && !last->distinct.is_some && !answer.ptr[0].location.val.line.is_some);
}

static merlon_error name_a_rule_that_is_not_there(merlon_batch *batch) {
    merlon_evidence(merlon_found(batch, 0, "typo", "x"), "k", merlon_str("v"));
    merlon_text_at(batch, 0, "later");
    return NULL;
}

static merlon_error read_what_was_not_asked_for(merlon_batch *batch) {
    return merlon_text_at(batch, 0, "cwd").data == NULL ? NULL : "a text from nowhere";
}

static merlon_error read_as_another_type(merlon_batch *batch) {
    return merlon_text_at(batch, 0, "pid").data == NULL ? NULL : "a text from nowhere";
}

static merlon_error refuse(merlon_batch *batch) {
    merlon_found(batch, 0, "plain", "lost");
    return "cannot say";
}

static void mistakes_are_answered_in_words(void) {
    exports_merlon_plugin_detector_list_finding_t answer;
    merlon_text error;
    CHECK(!answer_of(name_a_rule_that_is_not_there, &answer, &error));
    CHECK_TEXT(error, "the manifest has no rule `typo`: add it there");
    CHECK(!answer_of(read_what_was_not_asked_for, &answer, &error));
    CHECK_TEXT(error, "the subscription to process.exec does not ask for the field `cwd`: add it there");
    CHECK(!answer_of(read_as_another_type, &answer, &error));
    CHECK_TEXT(error, "the field `pid` of process.exec is a number: it was read as a text");
    CHECK(!answer_of(refuse, &answer, &error));
    CHECK_TEXT(error, "cannot say");
}

static void a_batch_of_no_subscription_is_refused(void) {
    exports_merlon_plugin_detector_batch_t batch = events();
    exports_merlon_plugin_detector_list_finding_t answer;
    plugin_string_t error;
    batch.subscription = 1;
    CHECK(!exports_merlon_plugin_detector_evaluate(&batch, &answer, &error));
    CHECK_TEXT(merlon_text_of(error), "batch of subscription 1, which does not exist");
}

void test_batches(void) {
    settings_are_refused_in_words();
    tables_become_a_manifest();
    fields_are_read_and_what_is_missing_is_none();
    findings_keep_their_order_and_everything_in_them();
    mistakes_are_answered_in_words();
    a_batch_of_no_subscription_is_refused();
}
