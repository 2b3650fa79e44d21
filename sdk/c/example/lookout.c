/* `conformance/lookout/README.md` says what is found; this is how it looks in C. */
#include "merlon.h"

#include <string.h>

enum { MINUTE_MS = 60000 };

static const char SHELLS[] = "exe.name in (\"sh\", \"bash\", \"dash\", \"ash\")";

static const merlon_rule RULES[] = {
    {
        .id = "shell-from-server",
        .title = "A server program started a shell",
        .severity = MERLON_HIGH,
        .attack = MERLON_STRINGS("T1059.004", "T1190"),
    },
    {
        .id = "shell-burst",
        .title = "Many shells in one container",
        .attack = MERLON_STRINGS("T1059.004"),
    },
    {
        .id = "piped-download",
        .title = "A script runs what it downloads",
        .severity = MERLON_HIGH,
        .attack = MERLON_STRINGS("T1105"),
    },
    {.id = "unpinned-image", .title = "An image is not pinned by digest", .severity = MERLON_LOW},
};

static const merlon_subscription SUBSCRIPTIONS[] = {
    {
        .kind = "process.exec",
        .fields = MERLON_STRINGS("exe", "argv", "container.id"),
        .where = SHELLS,
    },
    {
        .kind = "file.content",
        .fields =
            MERLON_STRINGS("path", "hits.pattern", "hits.offset", "hits.length", "hits.line", "hits.column"),
        .where = "hits > 0",
    },
    {.kind = "k8s.object", .fields = MERLON_STRINGS("object"), .where = "kind == \"Pod\""},
};

static const merlon_pattern PATTERNS[] = {
    {.id = 1, .regex = "(?:curl|wget)[^\\n|]{0,200}\\|[ \\t]*(?:ba)?sh"},
};

static merlon_json servers;
static int64_t burst;

merlon_error plugin_new(merlon_text settings) {
    merlon_json value;
    merlon_error error = merlon_json_parse(settings, &value);
    if (error != NULL) {
        return error;
    }
    servers = merlon_json_member(value, "servers");
    if (servers.kind != MERLON_JSON_LIST) {
        return "`servers` is missing";
    }
    return merlon_json_integer(merlon_json_member(value, "burst"), &burst) ? NULL : "`burst` is missing";
}

merlon_manifest plugin_manifest(void) {
    return (merlon_manifest){
        .rules = MERLON_ALL(RULES),
        .subscriptions = MERLON_ALL(SUBSCRIPTIONS),
        .patterns = MERLON_ALL(PATTERNS),
    };
}

static bool is_server(merlon_text exe) {
    merlon_text name = merlon_file_name(exe);
    merlon_json server;
    for (merlon_json_items items = merlon_json_each(servers); merlon_json_next(&items, &server);) {
        if (merlon_same(merlon_json_text(server), name)) {
            return true;
        }
    }
    return false;
}

static void find_shell_from_server(merlon_batch *batch, uint32_t row) {
    merlon_ancestors ancestors = merlon_process_ancestors(row);
    for (size_t n = 0; n < ancestors.count; n++) {
        merlon_text server = ancestors.items[n].exe, exe = merlon_text_at(batch, row, "exe");
        if (!is_server(server)) {
            continue;
        }
        merlon_finding *finding = merlon_found(batch, row, "shell-from-server", "%.*s was started by %.*s",
                                               MERLON_ARG(exe), MERLON_ARG(server));
        merlon_log(MERLON_LOG_INFO, "%.*s was started by %.*s", MERLON_ARG(exe), MERLON_ARG(server));
        merlon_evidence(finding, "ancestor", server);
        merlon_evidence(finding, "command", merlon_join(merlon_texts_at(batch, row, "argv"), " "));
        return;
    }
}

static merlon_error find_shell_burst(merlon_batch *batch, uint32_t row) {
    merlon_text container = merlon_text_at(batch, row, "container.id");
    if (container.data == NULL) {
        return NULL;
    }
    uint64_t count;
    merlon_text key = merlon_format("shells:%.*s", MERLON_ARG(container));
    merlon_error error = merlon_state_increment(row, key, 1, MINUTE_MS, &count);
    if (error == NULL && count > (uint64_t)burst) {
        merlon_finding *finding =
            merlon_found(batch, row, "shell-burst", "%llu shells within a minute in one container",
                         (unsigned long long)count);
        merlon_evidence(finding, "container", container);
    }
    return error;
}

static merlon_error find_piped_download(merlon_batch *batch, uint32_t row) {
    merlon_hits hits = merlon_hits_at(batch, row);
    char start[2];
    size_t count;
    if (hits.count == 0) {
        return NULL;
    }
    merlon_error error = merlon_content_read(row, 0, start, sizeof start, &count);
    if (error == NULL && count == sizeof start && memcmp(start, "#!", sizeof start) == 0) {
        merlon_text path = merlon_text_at(batch, row, "path");
        merlon_at_hit(
            merlon_found(batch, row, "piped-download", "%.*s runs what it downloads", MERLON_ARG(path)),
            &hits.items[0]);
    }
    return error;
}

static void find_unpinned(merlon_batch *batch, uint32_t row, merlon_json pod, const char *list) {
    merlon_json container, containers = merlon_json_member(merlon_json_member(pod, "spec"), list);
    for (merlon_json_items items = merlon_json_each(containers); merlon_json_next(&items, &container);) {
        merlon_text image = merlon_json_text(merlon_json_member(container, "image"));
        if (merlon_contains(image, "@sha256:")) {
            continue;
        }
        merlon_finding *finding =
            merlon_found(batch, row, "unpinned-image", "%.*s is not pinned by digest", MERLON_ARG(image));
        merlon_container(finding, merlon_json_text(merlon_json_member(container, "name")));
        merlon_failed_path(finding, merlon_format("spec.%s[%zu].image", list, items.place));
    }
}

static merlon_error find_unpinned_images(merlon_batch *batch, uint32_t row) {
    merlon_json pod;
    merlon_error error = merlon_json_parse(merlon_text_at(batch, row, "object"), &pod);
    if (error == NULL) {
        find_unpinned(batch, row, pod, "containers");
        find_unpinned(batch, row, pod, "initContainers");
    }
    return error;
}

static merlon_error find_in_row(merlon_batch *batch, uint32_t row) {
    switch (batch->subscription) {
    case 0:
        find_shell_from_server(batch, row);
        return find_shell_burst(batch, row);
    case 1:
        return find_piped_download(batch, row);
    default:
        return find_unpinned_images(batch, row);
    }
}

merlon_error plugin_evaluate(merlon_batch *batch) {
    merlon_error error = NULL;
    for (uint32_t row = 0; row < batch->rows && error == NULL; row++) {
        error = find_in_row(batch, row);
    }
    return error;
}
