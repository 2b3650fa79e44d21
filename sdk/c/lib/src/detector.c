/* What the component exports, over the three functions of the author. */
#include "arena.h"
#include "inside.h"

#include <string.h>

static merlon_manifest manifest;

/* What was made before it lives as long as the plugin. */
static merlon_mark described;

bool exports_merlon_plugin_detector_describe(plugin_string_t *settings,
                                             exports_merlon_plugin_detector_manifest_t *answer,
                                             plugin_string_t *error) {
    merlon_error refused = plugin_new(merlon_text_of(*settings));
    if (refused != NULL) {
        *error = merlon_string_of(merlon_str(refused));
        return false;
    }
    manifest = plugin_manifest();
    *answer = merlon_manifest_of(&manifest);
    return true;
}

bool exports_merlon_plugin_detector_evaluate(exports_merlon_plugin_detector_batch_t *raw,
                                             exports_merlon_plugin_detector_list_finding_t *answer,
                                             plugin_string_t *error) {
    if (raw->subscription >= manifest.subscriptions.count) {
        *error = merlon_string_of(
            merlon_format("batch of subscription %u, which does not exist", (unsigned)raw->subscription));
        return false;
    }
    const merlon_subscription *subscription = &manifest.subscriptions.items[raw->subscription];
    merlon_inside inside = {.raw = raw, .fields = subscription->fields, .manifest = &manifest};
    merlon_batch batch = {subscription->kind, raw->subscription, raw->rows, &inside};
    merlon_error failed = plugin_evaluate(&batch);
    if (failed == NULL) {
        failed = inside.misuse;
    }
    if (failed != NULL) {
        *error = merlon_string_of(merlon_str(failed));
        return false;
    }
    *answer = merlon_answer(&inside);
    return true;
}

/* The three functions below replace weak ones of the generated code, which take from and give to malloc
 * piece by piece. */
#define EXPORT(name) __attribute__((export_name(name)))
#define DETECTOR "merlon:plugin/detector@0.1.0#"

EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size);
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
    char *bytes = merlon_take(size + 1, align);
    if (old_size > 0) {
        memcpy(bytes, old, old_size < size ? old_size : size);
    }
    /* Texts of the host become C strings. */
    bytes[size] = '\0';
    return bytes;
}

EXPORT("cabi_post_" DETECTOR "describe")
void __wasm_export_exports_merlon_plugin_detector_describe_post_return(uint8_t *answer);
void __wasm_export_exports_merlon_plugin_detector_describe_post_return(uint8_t *answer) {
    (void)answer;
    described = merlon_mark_here();
}

EXPORT("cabi_post_" DETECTOR "evaluate")
void __wasm_export_exports_merlon_plugin_detector_evaluate_post_return(uint8_t *answer);
void __wasm_export_exports_merlon_plugin_detector_evaluate_post_return(uint8_t *answer) {
    (void)answer;
    merlon_release(described);
}
