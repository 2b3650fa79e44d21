/* A shell runs in a container. */
#include "merlon.h"

static const merlon_rule RULES[] = {{
    .id = "shell-in-container",
    .title = "A shell runs in a container",
    .severity = MERLON_HIGH,
    .attack = MERLON_STRINGS("T1059.004"),
}};

static const merlon_subscription SUBSCRIPTIONS[] = {{
    .kind = "process.exec",
    .fields = MERLON_STRINGS("exe", "container.id"),
    .where = "container.id exists and exe.name in (\"sh\", \"bash\", \"dash\", \"ash\")",
}};

merlon_error plugin_new(merlon_text settings) {
    (void)settings;
    return NULL;
}

merlon_manifest plugin_manifest(void) {
    return (merlon_manifest){.rules = MERLON_ALL(RULES), .subscriptions = MERLON_ALL(SUBSCRIPTIONS)};
}

merlon_error plugin_evaluate(merlon_batch *batch) {
    for (uint32_t row = 0; row < batch->rows; row++) {
        merlon_text exe = merlon_text_at(batch, row, "exe");
        merlon_text container = merlon_text_at(batch, row, "container.id");
        merlon_finding *finding =
            merlon_found(batch, row, "shell-in-container", "%.*s runs in a container", MERLON_ARG(exe));
        merlon_evidence(finding, "container", container);
    }
    return NULL;
}
