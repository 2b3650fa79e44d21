/* Writing a Merlon plugin in C. A plugin says which events it wants to see, and judges them in batches:
 * it defines plugin_new, plugin_manifest and plugin_evaluate.
 *
 * Memory: everything that these functions return, and every merlon_alloc, belongs to the call that is
 * running. What is made in plugin_new and plugin_manifest lives as long as the plugin; what is made in
 * plugin_evaluate is gone when it returned. Nothing is freed by hand. */
#ifndef MERLON_H
#define MERLON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Texts ---------------------------------------------------------------------------------------- */

/* UTF-8, or bytes. A missing text has no `data`. A zero follows the last byte of every text that this
 * library makes, so that `data` is also a C string; zeros inside of it are data like any other. */
typedef struct merlon_text {
    const char *data;
    size_t size;
} merlon_text;

typedef struct merlon_texts {
    const merlon_text *items;
    size_t count;
} merlon_texts;

/* What went wrong, for the operator; NULL when nothing did. */
typedef const char *merlon_error;

/* A C string as a text; NULL is the missing text. */
merlon_text merlon_str(const char *string);

/* The text is there and is this string, starts with it, ends with it, has it inside. */
bool merlon_is(merlon_text text, const char *string);
bool merlon_starts_with(merlon_text text, const char *string);
bool merlon_ends_with(merlon_text text, const char *string);
bool merlon_contains(merlon_text text, const char *string);
bool merlon_same(merlon_text one, merlon_text other);

/* The text, or this string where it is missing. */
merlon_text merlon_or(merlon_text text, const char *string);

/* What is behind the last `/`. */
merlon_text merlon_file_name(merlon_text path);

merlon_text merlon_join(merlon_texts texts, const char *between);

/* As printf: %s %.*s %c %d %i %u %x %% with the sizes l, ll and z, a width and zeros in front of numbers;
 * no floating point. `%.*s` takes a whole text, zeros inside of it included: MERLON_ARG(text). */
__attribute__((format(printf, 1, 2))) merlon_text merlon_format(const char *format, ...);

#define MERLON_ARG(text) (int)(text).size, (text).data

/* Zeroed memory of the call that is running; the plugin dies when there is none left. */
void *merlon_alloc(size_t size);

/* ---- What the plugin is --------------------------------------------------------------------------- */

/* Severities, and (low, medium, high) confidences. */
typedef enum merlon_grade {
    MERLON_DEFAULT, /* medium severity, high confidence */
    MERLON_INFO,
    MERLON_LOW,
    MERLON_MEDIUM,
    MERLON_HIGH,
    MERLON_CRITICAL,
} merlon_grade;

typedef struct merlon_strings {
    const char *const *items;
    size_t count;
} merlon_strings;

/* MERLON_STRINGS("exe", "argv"), for tables outside of functions: inside of one, the list would be gone
 * when it returns. */
#define MERLON_STRINGS(...) \
    {(const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)}

/* A literal with zeros inside as a text. */
#define MERLON_BYTES(literal) {(literal), sizeof(literal) - 1}

/* The elements of an array and their number: `.rules = MERLON_ALL(RULES)`. */
#define MERLON_ALL(array) {(array), sizeof(array) / sizeof((array)[0])}

/* A rule; what is left out is empty. */
typedef struct merlon_rule {
    const char *id; /* lower-case words joined by `-` */
    const char *title;
    merlon_grade severity;
    merlon_grade confidence;
    merlon_strings attack;   /* MITRE ATT&CK techniques */
    merlon_strings controls; /* ids of frameworks */
    const char *remediation;
    merlon_strings references;
} merlon_rule;

typedef struct merlon_subscription {
    const char *kind; /* `process.exec`, `file.content`, `k8s.object` ... */
    merlon_strings fields;
    const char *where; /* the host shows only events for which it holds; NULL: all of them */
} merlon_subscription;

/* What the host looks for in every file: `literal` bytes or a `regex` (RE2 syntax; capture group 1, if
 * there is one, is the text of the hit). A hit reaches the subscription to `file.content`. */
typedef struct merlon_pattern {
    uint32_t id; /* the plugin's choice; hits carry it */
    merlon_text literal;
    const char *regex;
    bool ignore_case;
    const char *files; /* only files whose path matches this glob */
} merlon_pattern;

typedef struct merlon_manifest {
    struct {
        const merlon_rule *items;
        size_t count;
    } rules;
    struct {
        const merlon_subscription *items;
        size_t count;
    } subscriptions;
    struct {
        const merlon_pattern *items;
        size_t count;
    } patterns;
} merlon_manifest;

/* ---- What it is shown ----------------------------------------------------------------------------- */

/* Events of one subscription, in order: rows 0 to rows - 1. */
typedef struct merlon_batch {
    const char *kind;
    uint32_t subscription; /* place in the manifest */
    uint32_t rows;
    struct merlon_inside *inside;
} merlon_batch;

typedef enum merlon_flag { MERLON_NO, MERLON_YES, MERLON_UNKNOWN } merlon_flag;

typedef struct merlon_numbers {
    const uint64_t *items;
    size_t count;
} merlon_numbers;

/* A field of a row, by its name. A field that the subscription does not ask for, or of another type, makes
 * the call an error that names it. */
merlon_text merlon_text_at(const merlon_batch *batch, uint32_t row, const char *field);
merlon_texts merlon_texts_at(const merlon_batch *batch, uint32_t row, const char *field);
/* False, and a zero, when it is missing. */
bool merlon_number_at(const merlon_batch *batch, uint32_t row, const char *field, uint64_t *number);
merlon_numbers merlon_numbers_at(const merlon_batch *batch, uint32_t row, const char *field);
merlon_flag merlon_flag_at(const merlon_batch *batch, uint32_t row, const char *field);

/* A text field as its place in the batch's table: equal symbols are equal texts, 0 is the missing one.
 * For work that is worth doing once per different text; there are merlon_symbols of them. */
uint32_t merlon_symbol_at(const merlon_batch *batch, uint32_t row, const char *field);
merlon_text merlon_symbol_text(const merlon_batch *batch, uint32_t symbol);
uint32_t merlon_symbols(const merlon_batch *batch);

/* A hit of one of the plugin's patterns. What was not subscribed to is 0 or missing. */
typedef struct merlon_hit {
    uint32_t pattern;
    uint32_t length;
    uint64_t offset;
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1, in bytes */
    merlon_text text;
    merlon_text context;
} merlon_hit;

typedef struct merlon_hits {
    const merlon_hit *items;
    size_t count;
} merlon_hits;

/* The hits in the file, by offset. The subscription must ask for `hits.pattern`; of the other `hits.`
 * fields, what it asks for is filled in. */
merlon_hits merlon_hits_at(const merlon_batch *batch, uint32_t row);

/* ---- What it answers ------------------------------------------------------------------------------ */

typedef enum merlon_outcome { MERLON_FAIL, MERLON_PASS, MERLON_SKIP } merlon_outcome;

typedef struct merlon_finding merlon_finding;

/* The rule fails on that row. Findings are answered in the order in which they are found. */
__attribute__((format(printf, 4, 5))) merlon_finding *merlon_found(merlon_batch *batch, uint32_t row,
                                                                   const char *rule, const char *format, ...);

/* What the rule saw; never a secret. */
void merlon_evidence(merlon_finding *finding, const char *key, merlon_text value);
void merlon_outcome_is(merlon_finding *finding, merlon_outcome outcome);
/* The container inside the object. */
void merlon_container(merlon_finding *finding, merlon_text name);
/* Where in the file. */
void merlon_at_bytes(merlon_finding *finding, uint64_t offset, uint32_t length);
/* Both from 1; 0 is unknown. */
void merlon_at_line(merlon_finding *finding, uint32_t line, uint32_t column);
void merlon_at_hit(merlon_finding *finding, const merlon_hit *hit);
/* A path inside the object: `spec.containers[0].image`. */
void merlon_failed_path(merlon_finding *finding, merlon_text path);
/* A change that would make the rule pass. */
void merlon_fix(merlon_finding *finding, merlon_text path, merlon_text value);
/* What tells it from another finding of the same rule on the same subject. With `=` in front it is the
 * whole identity, and the subject's path does not count. */
void merlon_distinct(merlon_finding *finding, merlon_text identity);

/* ---- What the host lends: list it under `requires.capabilities` in ruleset.yaml ------------------- */

typedef enum merlon_log_level {
    MERLON_LOG_DEBUG,
    MERLON_LOG_INFO,
    MERLON_LOG_WARN,
    MERLON_LOG_ERROR,
} merlon_log_level;

/* log: a line for the operator. */
__attribute__((format(printf, 2, 3))) void merlon_log(merlon_log_level level, const char *format, ...);

/* ruleset: the paths of the ruleset's own files, and one of them, whole. */
merlon_texts merlon_ruleset_files(void);
merlon_error merlon_ruleset_read(const char *path, merlon_text *bytes);

/* content: bytes of the file that a row is about, into `buffer`. `count` is 0 at the end of the file, and
 * never more than 64 KiB. */
merlon_error merlon_content_read(uint32_t row, uint64_t offset, void *buffer, size_t size, size_t *count);

typedef struct merlon_ancestor {
    merlon_text exec_id;
    uint32_t pid;
    merlon_text exe;
    merlon_texts argv;
    merlon_text comm;
    uint32_t uid;
    uint32_t euid;
} merlon_ancestor;

typedef struct merlon_ancestors {
    const merlon_ancestor *items;
    size_t count;
} merlon_ancestors;

/* process: the ancestors of the process that a row is about, parent first. */
merlon_ancestors merlon_process_ancestors(uint32_t row);

/* kubernetes: JSON of the objects of that kind; of every kind when it is empty. */
merlon_texts merlon_kubernetes_list(const char *kind);

/* state: a bounded store that outlives the instance. Its clock is the time of the row's event. */
merlon_text merlon_state_get(uint32_t row, merlon_text key);
merlon_error merlon_state_set(uint32_t row, merlon_text key, merlon_text value, uint64_t ttl_ms);
/* Adds to a counter that is forgotten `ttl_ms` after it was first counted; gives the new value. */
merlon_error merlon_state_increment(uint32_t row, merlon_text key, uint64_t by, uint64_t ttl_ms,
                                    uint64_t *value);

/* ---- JSON: settings and objects ------------------------------------------------------------------- */

typedef enum merlon_json_kind {
    MERLON_JSON_NOTHING, /* there is no such value */
    MERLON_JSON_NULL,
    MERLON_JSON_FLAG,
    MERLON_JSON_NUMBER,
    MERLON_JSON_TEXT,
    MERLON_JSON_LIST,
    MERLON_JSON_OBJECT,
} merlon_json_kind;

/* A value inside of a text, which it points into. Questions that do not fit its kind are answered by
 * nothing, so they can be chained without a check in between. */
typedef struct merlon_json {
    merlon_json_kind kind;
    merlon_text source;
} merlon_json;

/* Checks the whole text (RFC 8259, at most 128 levels). */
merlon_error merlon_json_parse(merlon_text text, merlon_json *value);

/* The member of an object; the last one of that name. */
merlon_json merlon_json_member(merlon_json object, const char *name);

/* A member of a member: `spec.containers`. */
merlon_json merlon_json_at(merlon_json object, const char *path);

/* Items of a list, members of an object:
 *     merlon_json item;
 *     for (merlon_json_items items = merlon_json_each(list); merlon_json_next(&items, &item);) ... */
typedef struct merlon_json_items {
    merlon_json_kind of;
    const char *at;
    const char *end;
    merlon_json name; /* of the member that merlon_json_next gave */
    size_t place;     /* of the item that merlon_json_next gave */
} merlon_json_items;
merlon_json_items merlon_json_each(merlon_json value);
bool merlon_json_next(merlon_json_items *items, merlon_json *item);

/* The text with its escapes resolved. */
merlon_text merlon_json_text(merlon_json value);
/* False when it is no number without fraction and exponent, or beyond an int64_t. */
bool merlon_json_integer(merlon_json value, int64_t *number);
merlon_flag merlon_json_flag(merlon_json value);

/* ---- What the author writes ----------------------------------------------------------------------- */

/* Called once per instance. `settings` is JSON that the host checked against the ruleset's schema. */
merlon_error plugin_new(merlon_text settings);

/* Called once per instance, after plugin_new. */
merlon_manifest plugin_manifest(void);

/* Called per batch. An error says why it cannot answer; the policy's `on_fault` decides what that means. */
merlon_error plugin_evaluate(merlon_batch *batch);

#endif
