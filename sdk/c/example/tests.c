#include "merlon_test.h"

#include <assert.h>
#include <string.h>

static const char SETTINGS[] = "{\"servers\":[\"nginx\",\"n\\u00e9\"],\"burst\":2}";

static void settings_that_lack_something_are_refused(void) {
    assert(strcmp(merlon_test_start("{}"), "`servers` is missing") == 0);
    assert(strcmp(merlon_test_start("{\"servers\":[],\"burst\":1.5}"), "`burst` is missing") == 0);
    assert(strcmp(merlon_test_start("{"), "the text is no JSON") == 0);
}

static void a_shell_below_a_server_is_found(void) {
    assert(merlon_test_start(SETTINGS) == NULL);
    static const merlon_text ARGV[] = {MERLON_BYTES("sh"), MERLON_BYTES("-c"), MERLON_BYTES("id")};
    merlon_test_text("exe", "/bin/sh");
    merlon_test_texts("argv", (merlon_texts){ARGV, 3});
    merlon_test_ancestor((merlon_ancestor){.exe = merlon_str("/usr/bin/env")});
    merlon_test_ancestor((merlon_ancestor){.exe = merlon_str("/opt/né")});
    merlon_test_ancestor((merlon_ancestor){.exe = merlon_str("/usr/sbin/nginx")});
    merlon_test_row();
    merlon_test_text("exe", "/bin/bash");
    merlon_test_answers found = merlon_test_judge("process.exec");
    assert(found.error == NULL && found.count == 1 && found.items[0].row == 0);
    assert(merlon_is(found.items[0].message, "/bin/sh was started by /opt/né"));
    assert(merlon_is(merlon_test_evidence(&found.items[0], "command"), "sh -c id"));
    assert(merlon_test_logged("started by /opt/né") && !merlon_test_logged("bash"));
}

static void a_shell_too_many_is_found_within_a_minute_and_one_container(void) {
    assert(merlon_test_start(SETTINGS) == NULL);
    static const uint64_t TIMES[] = {0, 1000, 2000, 2500, 60000};
    static const char *const CONTAINERS[] = {"a", "b", "a", "a", "a"};
    for (int n = 0; n < 5; n++) {
        merlon_test_row();
        merlon_test_text("exe", "/bin/sh");
        merlon_test_text("container.id", CONTAINERS[n]);
        merlon_test_time(TIMES[n]);
    }
    merlon_test_answers found = merlon_test_judge("process.exec");
    assert(found.count == 1 && found.items[0].row == 3 && strcmp(found.items[0].rule, "shell-burst") == 0);
    assert(merlon_is(found.items[0].message, "3 shells within a minute in one container"));
}

static void a_script_is_told_from_a_page_by_its_first_bytes(void) {
    assert(merlon_test_start(SETTINGS) == NULL);
    static const char *const CONTENTS[] = {"#!/bin/sh\ncurl x | sh\n", "curl x | sh", "#"};
    for (int n = 0; n < 3; n++) {
        merlon_test_row();
        merlon_test_text("path", "install");
        merlon_test_hit((merlon_hit){.pattern = 1, .offset = 10, .length = 11, .line = 2, .column = 1});
        merlon_test_content(merlon_str(CONTENTS[n]));
    }
    merlon_test_answers found = merlon_test_judge("file.content");
    assert(found.count == 1 && found.items[0].row == 0 && found.items[0].line == 2);
    assert(found.items[0].has_offset && found.items[0].offset == 10);
    merlon_test_hit((merlon_hit){.pattern = 1});
    found = merlon_test_judge("file.content");
    assert(found.count == 0 && strcmp(found.error, "the bytes of this row are not kept") == 0);
}

static void each_image_without_a_digest_is_found(void) {
    assert(merlon_test_start(SETTINGS) == NULL);
    merlon_test_text("object",
                     "{\"spec\":{\"initContainers\":[{\"name\":\"i\",\"image\":\"b\"}],\"containers\":["
                     "{\"name\":\"p\",\"image\":\"a@sha256:0\"},{\"image\":\"a:1\",\"name\":\"l\"}]}}");
    merlon_test_answers found = merlon_test_judge("k8s.object");
    assert(found.count == 2 && merlon_is(found.items[0].container, "l"));
    assert(merlon_is(found.items[0].failed_paths.items[0], "spec.containers[1].image"));
    assert(merlon_is(found.items[1].failed_paths.items[0], "spec.initContainers[0].image"));
    assert(merlon_is(found.items[1].message, "b is not pinned by digest"));
}

int main(void) {
    settings_that_lack_something_are_refused();
    a_shell_below_a_server_is_found();
    a_shell_too_many_is_found_within_a_minute_and_one_container();
    a_script_is_told_from_a_page_by_its_first_bytes();
    each_image_without_a_digest_is_found();
    return 0;
}
