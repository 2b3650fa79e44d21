#include "arena.h"
#include "inside.h"

static merlon_plugin_types_severity_t severity_of(merlon_grade grade) {
    return (merlon_plugin_types_severity_t)((grade == MERLON_DEFAULT ? MERLON_MEDIUM : grade) - MERLON_INFO);
}

/* The interface has no confidence below low and none above high. */
static merlon_plugin_types_confidence_t confidence_of(merlon_grade grade) {
    switch (grade) {
    case MERLON_INFO:
    case MERLON_LOW:
        return MERLON_PLUGIN_TYPES_CONFIDENCE_LOW;
    case MERLON_MEDIUM:
        return MERLON_PLUGIN_TYPES_CONFIDENCE_MEDIUM;
    default:
        return MERLON_PLUGIN_TYPES_CONFIDENCE_HIGH;
    }
}

static merlon_plugin_types_rule_t rule_of(const merlon_rule *rule) {
    return (merlon_plugin_types_rule_t){
        .id = merlon_string_of(merlon_str(rule->id)),
        .title = merlon_string_of(merlon_str(rule->title)),
        .severity = severity_of(rule->severity),
        .confidence = confidence_of(rule->confidence),
        .attack = merlon_list_of(rule->attack),
        .controls = merlon_list_of(rule->controls),
        .remediation = merlon_string_of(merlon_str(rule->remediation)),
        .references = merlon_list_of(rule->references),
    };
}

static merlon_plugin_types_subscription_t subscription_of(const merlon_subscription *subscription) {
    return (merlon_plugin_types_subscription_t){
        .kind = merlon_string_of(merlon_str(subscription->kind)),
        .fields = merlon_list_of(subscription->fields),
        .where = merlon_option_of(merlon_str(subscription->where)),
    };
}

static merlon_plugin_types_pattern_source_t source_of(const merlon_pattern *pattern) {
    merlon_plugin_types_pattern_source_t source;
    if (pattern->regex != NULL) {
        source.tag = MERLON_PLUGIN_TYPES_PATTERN_SOURCE_REGEX;
        source.val.regex = merlon_string_of(merlon_str(pattern->regex));
    } else {
        source.tag = MERLON_PLUGIN_TYPES_PATTERN_SOURCE_LITERAL;
        source.val.literal = (plugin_list_u8_t){(uint8_t *)pattern->literal.data, pattern->literal.size};
    }
    return source;
}

static merlon_plugin_types_pattern_t pattern_of(const merlon_pattern *pattern) {
    return (merlon_plugin_types_pattern_t){
        .id = pattern->id,
        .source = source_of(pattern),
        .nocase = pattern->ignore_case,
        .files = merlon_option_of(merlon_str(pattern->files)),
    };
}

/* One list of the manifest, element by element. */
#define CONVERT(list, convert, from) \
    do { \
        (list).len = (from).count; \
        (list).ptr = merlon_take_many((from).count, sizeof *(list).ptr); \
        for (size_t n = 0; n < (from).count; n++) { \
            (list).ptr[n] = convert(&(from).items[n]); \
        } \
    } while (0)

merlon_plugin_types_manifest_t merlon_manifest_of(const merlon_manifest *manifest) {
    merlon_plugin_types_manifest_t raw;
    CONVERT(raw.rules, rule_of, manifest->rules);
    CONVERT(raw.subscriptions, subscription_of, manifest->subscriptions);
    CONVERT(raw.patterns, pattern_of, manifest->patterns);
    return raw;
}
