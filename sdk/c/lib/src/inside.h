/* What the files of this library share about a batch that is being judged. */
#ifndef MERLON_INSIDE_H
#define MERLON_INSIDE_H

#include "../bindings/plugin.h"
#include "../merlon.h"

typedef struct merlon_inside {
    const merlon_plugin_types_batch_t *raw;
    merlon_strings fields;
    const merlon_manifest *manifest;
    merlon_finding *first;
    merlon_finding *last;
    size_t findings;
    merlon_error misuse; /* the first mistake of the plugin's code, in words */
} merlon_inside;

/* The first mistake is the one to mend. */
#define merlon_misuse(inside, ...) \
    ((inside)->misuse == NULL ? (void)((inside)->misuse = merlon_format(__VA_ARGS__).data) : (void)0)

/* Between the texts of the interface and those of the author. */
merlon_text merlon_text_of(plugin_string_t string);
merlon_texts merlon_texts_of(plugin_list_string_t strings);
plugin_string_t merlon_string_of(merlon_text text);
plugin_option_string_t merlon_option_of(merlon_text text);
plugin_list_string_t merlon_list_of(merlon_strings strings);

/* The answer to the batch. */
exports_merlon_plugin_detector_list_finding_t merlon_answer(const merlon_inside *inside);

/* The manifest as the host wants it. */
merlon_plugin_types_manifest_t merlon_manifest_of(const merlon_manifest *manifest);

#endif
