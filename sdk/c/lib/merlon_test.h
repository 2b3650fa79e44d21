/* Testing a plugin without WebAssembly: `make test` builds it for this machine, under the sanitizers, and
 * the host is a fake. Prefilters and patterns are the real host's: here every row is shown, with the hits
 * that it was given. */
#ifndef MERLON_TEST_H
#define MERLON_TEST_H

#include "merlon.h"

/* Starts the plugin, with an empty store and nothing lent. What it says when it refuses; NULL when it runs.
 */
merlon_error merlon_test_start(const char *settings);

/* A new row; the calls below are about the last one. Fields that they do not set are missing. */
void merlon_test_row(void);
void merlon_test_text(const char *field, const char *text);
void merlon_test_texts(const char *field, merlon_texts texts);
void merlon_test_number(const char *field, uint64_t number);
void merlon_test_flag(const char *field, bool flag);
/* A hit: fills the `hits.` fields that the plugin asks for. */
void merlon_test_hit(merlon_hit hit);
/* The time of the row, which is the clock of the store; 0 unless it is set. */
void merlon_test_time(uint64_t ms);
/* What the row's file holds, and the next ancestor of its process, parent first. */
void merlon_test_content(merlon_text bytes);
void merlon_test_ancestor(merlon_ancestor ancestor);

/* What the host lends: a file of the ruleset, an object of the inventory. */
void merlon_test_file(const char *path, merlon_text bytes);
void merlon_test_object(const char *kind, const char *json);

typedef struct merlon_test_pair {
    merlon_text key;
    merlon_text value;
} merlon_test_pair;

typedef struct merlon_test_answer {
    uint32_t row;
    const char *rule;
    merlon_outcome outcome;
    merlon_text message;
    merlon_text container;
    merlon_texts failed_paths;
    const merlon_test_pair *evidence;
    size_t evidence_count;
    merlon_text distinct;
    bool has_offset;
    uint64_t offset;
    uint32_t line; /* 0 is unknown */
} merlon_test_answer;

typedef struct merlon_test_answers {
    merlon_error error; /* then there are no answers */
    const merlon_test_answer *items;
    size_t count;
} merlon_test_answers;

/* Shows the rows to the plugin's first subscription to that kind, and forgets them. The answers are good
 * until the next judgement. */
merlon_test_answers merlon_test_judge(const char *kind);

/* The value of a piece of evidence; missing when there is none. */
merlon_text merlon_test_evidence(const merlon_test_answer *answer, const char *key);

/* Whether a log line has this inside. */
bool merlon_test_logged(const char *part);

#endif
