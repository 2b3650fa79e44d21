/* The conformance guest in C; conformance/guests/README.md says what it does. */
#include "merlon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"

static const char REFUSED[] = "refused: é";

static const merlon_rule RULES[] = {
    {.id = "echo", .title = "What the plugin was given", .severity = MERLON_INFO},
    {
        .id = "full",
        .title = "Every field of a finding ✓",
        .severity = MERLON_CRITICAL,
        .confidence = MERLON_LOW,
        .attack = MERLON_STRINGS("T1059.004", "T1204"),
        .controls = MERLON_STRINGS("C-0001", "NSA:x"),
        .remediation = "Do this.",
        .references = MERLON_STRINGS("https://example.org/a?b=ü"),
    },
};

static const merlon_subscription SUBSCRIPTIONS[] = {
    {
        .kind = "process.exec",
        .fields = MERLON_STRINGS("exe", "argv", "pid", "argv_truncated", "container.id"),
    },
    {
        .kind = "file.content",
        .fields = MERLON_STRINGS("path", "size", "hits", "hits.pattern", "hits.offset", "hits.length",
                                 "hits.line", "hits.column", "hits.text"),
        .where = "hits > 0",
    },
    {.kind = "k8s.object", .fields = MERLON_STRINGS("kind", "namespace", "name", "object")},
};

static const merlon_pattern PATTERNS[] = {
    {.id = 1, .regex = "mirror-([a-z0-9]+)"},
    {.id = 2, .literal = MERLON_BYTES("\xff\x00\xfe")},
    {.id = 3, .literal = MERLON_BYTES("MiRrOr-NoCaSe"), .ignore_case = true, .files = "*.txt"},
};

static merlon_text given;

static merlon_finding *plain(merlon_batch *batch, uint32_t row) {
    return merlon_found(batch, row, "echo", "%s %u", batch->kind, (unsigned)row);
}

/* A mode that says the same of each row. */
static merlon_error per_row(merlon_batch *batch, detail *add) {
    for (uint32_t row = 0; row < batch->rows; row++) {
        add(batch, row, plain(batch, row));
    }
    return NULL;
}

static merlon_error echo(merlon_batch *batch) {
    return per_row(batch, echo_of);
}

static merlon_error state(merlon_batch *batch) {
    return per_row(batch, state_of);
}

static merlon_error ancestors(merlon_batch *batch) {
    return per_row(batch, ancestors_of);
}

static merlon_error content(merlon_batch *batch) {
    return per_row(batch, content_of);
}

static merlon_error ruleset(merlon_batch *batch) {
    return per_row(batch, ruleset_of);
}

static merlon_error kubernetes(merlon_batch *batch) {
    return per_row(batch, kubernetes_of);
}

static merlon_error wasi(merlon_batch *batch) {
    return per_row(batch, wasi_of);
}

static merlon_error settings(merlon_batch *batch) {
    for (uint32_t row = 0; row < batch->rows; row++) {
        merlon_evidence(plain(batch, row), "settings", given);
    }
    return NULL;
}

static merlon_error full(merlon_batch *batch) {
    static const merlon_outcome OUTCOMES[] = {MERLON_FAIL, MERLON_PASS, MERLON_SKIP};
    for (uint32_t row = 0; row < batch->rows; row++) {
        merlon_finding *finding = merlon_found(batch, row, "full", "%s %u", batch->kind, (unsigned)row);
        merlon_outcome_is(finding, OUTCOMES[row % 3]);
        merlon_container(finding, merlon_str("app"));
        merlon_at_bytes(finding, 7, 3);
        merlon_at_line(finding, 2, 5);
        merlon_failed_path(finding, merlon_str("a.b"));
        merlon_failed_path(finding, merlon_str("c[0]"));
        merlon_fix(finding, merlon_str("a.b"), merlon_str("false"));
        merlon_evidence(finding, "k", merlon_str("v"));
        merlon_evidence(finding, "ü", merlon_str("日本"));
        merlon_distinct(finding, merlon_format("=same%u", (unsigned)row));
    }
    return NULL;
}

static merlon_error none(merlon_batch *batch) {
    (void)batch;
    return NULL;
}

static merlon_error backwards(merlon_batch *batch) {
    for (uint32_t row = batch->rows; row-- > 0;) {
        plain(batch, row);
    }
    return NULL;
}

static merlon_error large(merlon_batch *batch) {
    merlon_text letters[1000];
    for (size_t n = 0; n < 1000; n++) {
        letters[n] = merlon_str("é");
    }
    for (uint32_t row = 0; row < batch->rows; row++) {
        merlon_text filler = merlon_join((merlon_texts){letters, 1000}, "");
        for (int n = 0; n < 10; n++) {
            merlon_evidence(plain(batch, row), "filler", filler);
        }
    }
    return NULL;
}

static merlon_error excess(merlon_batch *batch) {
    enum { MILLIONS = 6000000 };
    if (batch->rows == 0) {
        return NULL;
    }
    char *letters = merlon_alloc(MILLIONS + 1);
    memset(letters, 'x', MILLIONS);
    merlon_found(batch, 0, "echo", "%s", letters);
    return NULL;
}

static merlon_error error(merlon_batch *batch) {
    (void)batch;
    return REFUSED;
}

static merlon_error trap(merlon_batch *batch) {
    (void)batch;
    abort();
}

static merlon_error loop(merlon_batch *batch) {
    for (volatile uint32_t rows = batch->rows;; rows++) {
    }
}

static merlon_error log_lines(merlon_batch *batch) {
    (void)batch;
    merlon_log(MERLON_LOG_DEBUG, "debug line");
    merlon_log(MERLON_LOG_INFO, "info line");
    merlon_log(MERLON_LOG_WARN, "warn line");
    merlon_log(MERLON_LOG_ERROR, "error line");
    puts("printed line");
    return NULL;
}

static const struct {
    const char *name;
    merlon_error (*judge)(merlon_batch *batch);
} MODES[] = {
    {"echo", echo},           {"settings", settings}, {"full", full},       {"none", none},
    {"backwards", backwards}, {"large", large},       {"excess", excess},   {"error", error},
    {"trap", trap},           {"loop", loop},         {"log", log_lines},   {"state", state},
    {"ancestors", ancestors}, {"content", content},   {"ruleset", ruleset}, {"kubernetes", kubernetes},
    {"wasi", wasi},
};

static merlon_error (*judge)(merlon_batch *batch);

merlon_error plugin_new(merlon_text text) {
    given = text;
    merlon_json value;
    merlon_error failed = merlon_json_parse(text, &value);
    if (failed != NULL) {
        return failed;
    }
    merlon_text mode = merlon_or(merlon_json_text(merlon_json_member(value, "mode")), "echo");
    if (merlon_is(mode, "refuse")) {
        return REFUSED;
    }
    for (size_t n = 0; n < sizeof MODES / sizeof MODES[0]; n++) {
        if (merlon_is(mode, MODES[n].name)) {
            judge = MODES[n].judge;
            return NULL;
        }
    }
    return merlon_format("unknown mode %.*s", MERLON_ARG(mode)).data;
}

merlon_manifest plugin_manifest(void) {
    return (merlon_manifest){
        .rules = MERLON_ALL(RULES),
        .subscriptions = MERLON_ALL(SUBSCRIPTIONS),
        .patterns = MERLON_ALL(PATTERNS),
    };
}

merlon_error plugin_evaluate(merlon_batch *batch) {
    return judge(batch);
}
