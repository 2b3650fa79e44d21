#include "evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char MISSING[] = "(missing)";

enum { KEPT_MS = 1000, WINDOW = 16 };

static bool is_one_of(const char *field, merlon_strings names) {
    for (size_t n = 0; n < names.count; n++) {
        if (strcmp(field, names.items[n]) == 0) {
            return true;
        }
    }
    return false;
}

static merlon_text joined_numbers(merlon_numbers numbers) {
    merlon_text *texts = merlon_alloc(numbers.count * sizeof *texts);
    for (size_t n = 0; n < numbers.count; n++) {
        texts[n] = merlon_format("%llu", (unsigned long long)numbers.items[n]);
    }
    return merlon_join((merlon_texts){texts, numbers.count}, ",");
}

static merlon_text number_of(const merlon_batch *batch, uint32_t row, const char *field) {
    uint64_t number;
    bool there = merlon_number_at(batch, row, field, &number);
    return there ? merlon_format("%llu", (unsigned long long)number) : merlon_str(MISSING);
}

static merlon_text flag_of(const merlon_batch *batch, uint32_t row, const char *field) {
    static const char *const WORDS[] = {"no", "yes", MISSING};
    return merlon_str(WORDS[merlon_flag_at(batch, row, field)]);
}

/* The types of fields, by their names; the host's tables have them too. */
static const merlon_strings LISTS = MERLON_STRINGS("argv", "hits.text");
static const merlon_strings NUMBERS = MERLON_STRINGS("pid", "size", "hits");
static const merlon_strings NUMBER_LISTS =
    MERLON_STRINGS("hits.pattern", "hits.offset", "hits.length", "hits.line", "hits.column");

static merlon_text value_of(const merlon_batch *batch, uint32_t row, const char *field) {
    if (is_one_of(field, LISTS)) {
        return merlon_join(merlon_texts_at(batch, row, field), "|");
    }
    if (is_one_of(field, NUMBERS)) {
        return number_of(batch, row, field);
    }
    if (is_one_of(field, NUMBER_LISTS)) {
        return joined_numbers(merlon_numbers_at(batch, row, field));
    }
    if (strcmp(field, "argv_truncated") == 0) {
        return flag_of(batch, row, field);
    }
    return merlon_or(merlon_text_at(batch, row, field), MISSING);
}

void echo_of(merlon_batch *batch, uint32_t row, merlon_finding *finding) {
    merlon_strings fields = plugin_manifest().subscriptions.items[batch->subscription].fields;
    for (size_t n = 0; n < fields.count; n++) {
        merlon_evidence(finding, fields.items[n], value_of(batch, row, fields.items[n]));
    }
}

void state_of(merlon_batch *batch, uint32_t row, merlon_finding *finding) {
    merlon_text exe = merlon_or(merlon_text_at(batch, row, "exe"), MISSING), last = merlon_str("last");
    uint64_t count;
    merlon_error error =
        merlon_state_increment(row, merlon_format("count:%.*s", MERLON_ARG(exe)), 1, KEPT_MS, &count);
    merlon_evidence(finding, "count",
                    error != NULL ? merlon_str(error) : merlon_format("%llu", (unsigned long long)count));
    merlon_evidence(finding, "last", merlon_or(merlon_state_get(row, last), MISSING));
    error = merlon_state_set(row, last, exe, KEPT_MS);
    merlon_evidence(finding, "set", merlon_str(error != NULL ? error : "ok"));
}

void ancestors_of(merlon_batch *batch, uint32_t row, merlon_finding *finding) {
    (void)batch;
    merlon_ancestors ancestors = merlon_process_ancestors(row);
    merlon_text *lines = merlon_alloc(ancestors.count * sizeof *lines);
    for (size_t n = 0; n < ancestors.count; n++) {
        const merlon_ancestor *one = &ancestors.items[n];
        lines[n] = merlon_format("%.*s %u %.*s %u %u %.*s", MERLON_ARG(one->exe), (unsigned)one->pid,
                                 MERLON_ARG(one->comm), (unsigned)one->uid, (unsigned)one->euid,
                                 MERLON_ARG(merlon_join(one->argv, " ")));
    }
    merlon_evidence(finding, "ancestors", merlon_join((merlon_texts){lines, ancestors.count}, "|"));
}

static merlon_text window_at(uint32_t row, uint64_t offset) {
    unsigned char bytes[WINDOW];
    size_t count;
    merlon_error error = merlon_content_read(row, offset, bytes, sizeof bytes, &count);
    if (error != NULL) {
        return merlon_format("error: %s", error);
    }
    merlon_text digits[WINDOW];
    for (size_t n = 0; n < count; n++) {
        digits[n] = merlon_format("%02x", (unsigned)bytes[n]);
    }
    return merlon_join((merlon_texts){digits, count}, "");
}

void content_of(merlon_batch *batch, uint32_t row, merlon_finding *finding) {
    (void)batch;
    merlon_evidence(finding, "first", window_at(row, 0));
    merlon_evidence(finding, "beyond", window_at(row, 1ULL << 40));
}

void ruleset_of(merlon_batch *batch, uint32_t row, merlon_finding *finding) {
    (void)batch, (void)row;
    merlon_text note, secret;
    merlon_error error = merlon_ruleset_read("note.txt", &note);
    merlon_evidence(finding, "files", merlon_join(merlon_ruleset_files(), "|"));
    merlon_evidence(finding, "note", error != NULL ? merlon_str(error) : note);
    error = merlon_ruleset_read("../secret", &secret);
    merlon_evidence(finding, "outside", merlon_str(error != NULL ? "refused" : "read"));
}

void kubernetes_of(merlon_batch *batch, uint32_t row, merlon_finding *finding) {
    (void)batch, (void)row;
    merlon_evidence(finding, "pods", merlon_format("%zu", merlon_kubernetes_list("Pod").count));
    merlon_evidence(finding, "all", merlon_format("%zu", merlon_kubernetes_list("").count));
}

void wasi_of(merlon_batch *batch, uint32_t row, merlon_finding *finding) {
    (void)batch, (void)row;
    FILE *file = fopen("/etc/passwd", "r");
    merlon_evidence(finding, "file", merlon_str(file == NULL ? "denied" : "read"));
    extern char **environ;
    size_t variables = 0;
    while (environ != NULL && environ[variables] != NULL) {
        variables++;
    }
    merlon_evidence(finding, "environment", merlon_format("%zu", variables));
    merlon_evidence(finding, "clock", merlon_format("%lld", (long long)time(NULL)));
    uint64_t random;
    bool drawn = getentropy(&random, sizeof random) == 0;
    merlon_evidence(finding, "random",
                    drawn ? merlon_format("%llu", (unsigned long long)random) : merlon_str("none"));
}
