#include "check.h"

#include <stdlib.h>
#include <string.h>

/* A copy without a zero behind it, so that a step too far is seen. */
static bool is_json(const char *bytes, size_t size) {
    char *copy = malloc(size == 0 ? 1 : size);
    memcpy(copy, bytes, size);
    merlon_json value;
    bool well = merlon_json_parse((merlon_text){copy, size}, &value) == NULL;
    CHECK(well == (value.kind != MERLON_JSON_NOTHING));
    free(copy);
    return well;
}

static merlon_json parsed(const char *text) {
    merlon_json value;
    CHECK(merlon_json_parse(merlon_str(text), &value) == NULL);
    return value;
}

static void what_is_json_is_taken(void) {
    static const char *const TEXTS[] = {
        "null",
        "true",
        " false ",
        "0",
        "-0",
        "-1.5e+10",
        "1E9",
        "\"\"",
        "[]",
        "{}",
        "[ ]",
        "{ }",
        "[1, 2]",
        "[[[[]]]]",
        "[{}, {\"\":[]}]",
        "\"\\u00e9\\ud83d\\ude00\\n\\/\"",
        "{\"a\":1,\"a\":{\"b\":[null]}}",
        "\n{\t\"a\" : 1 }\r ",
        "[1,{\"a\":[2,{}]},\"]\"]",
    };
    for (size_t n = 0; n < sizeof TEXTS / sizeof TEXTS[0]; n++) {
        CHECK(is_json(TEXTS[n], strlen(TEXTS[n])));
    }
}

static void what_is_no_json_is_refused(void) {
    static const char *const TEXTS[] = {
        "",
        " ",
        "nul",
        "tru",
        "True",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "1 2",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "{1:2}",
        "{\"a\" 1}",
        "[}",
        "{]",
        "[1}",
        "{\"a\":1]",
        "[]]",
        "{}}",
        "nullx",
        "'a'",
        "NaN",
        "//\n1",
        "[\"a\":1]",
        "\xef\xbb\xbf[]",
    };
    for (size_t n = 0; n < sizeof TEXTS / sizeof TEXTS[0]; n++) {
        CHECK(!is_json(TEXTS[n], strlen(TEXTS[n])));
    }
    CHECK(!is_json("[1]\0", 4) && !is_json("\"a\0b\"", 5) && !is_json("\"\\\0\"", 4));
    merlon_json value;
    CHECK(merlon_json_parse((merlon_text){NULL, 0}, &value) != NULL);
}

static void every_beginning_of_a_text_is_judged_without_looking_behind_it(void) {
    static const char TEXT[] = "{\"a\":[1,-2.5e3,\"\\u00e9\\\"\",true,{\"b\":null}],\"c\":false}";
    for (size_t size = 0; size < sizeof TEXT - 1; size++) {
        CHECK(!is_json(TEXT, size));
    }
}

static void levels_are_bounded(void) {
    char text[2 * 129];
    memset(text, '[', 129);
    memset(text + 129, ']', 129);
    CHECK(is_json(text + 1, 2 * 128));
    CHECK(!is_json(text, 2 * 129));
}

static void members_are_found_by_their_names(void) {
    merlon_json value =
        parsed("{\"a\":{\"b\":[1,2]},\"n\\u00e9\":\"x\",\"twice\":1,\"twice\":\"last\",\"}\":\"brace\"}");
    CHECK_TEXT(merlon_json_at(value, "a.b").source, "[1,2]");
    CHECK_TEXT(merlon_json_text(merlon_json_member(value, "né")), "x");
    CHECK_TEXT(merlon_json_text(merlon_json_member(value, "twice")), "last");
    CHECK_TEXT(merlon_json_text(merlon_json_member(value, "}")), "brace");
    CHECK(merlon_json_member(value, "none").kind == MERLON_JSON_NOTHING);
    CHECK(merlon_json_at(value, "a.c.d").kind == MERLON_JSON_NOTHING);
    CHECK(merlon_json_member(parsed("[{\"a\":1}]"), "a").kind == MERLON_JSON_NOTHING);
}

static void lists_and_objects_are_walked_in_order(void) {
    merlon_json item, list = parsed(" [ \"a,]\" , [1,2] ,3, {\"b\":4} ] ");
    const char *const wanted[] = {"\"a,]\"", "[1,2]", "3", "{\"b\":4}"};
    size_t count = 0;
    for (merlon_json_items items = merlon_json_each(list); merlon_json_next(&items, &item); count++) {
        CHECK(count < 4 && items.place == count);
        CHECK_TEXT(item.source, wanted[count]);
    }
    CHECK(count == 4);
    merlon_json_items items = merlon_json_each(parsed("{ \"a\" : 1 , \"b\" : [] }"));
    CHECK(merlon_json_next(&items, &item));
    CHECK_TEXT(merlon_json_text(items.name), "a");
    CHECK_TEXT(item.source, "1");
    CHECK(merlon_json_next(&items, &item));
    CHECK_TEXT(merlon_json_text(items.name), "b");
    CHECK(item.kind == MERLON_JSON_LIST);
    CHECK(!merlon_json_next(&items, &item) && !merlon_json_next(&items, &item));
    items = merlon_json_each(parsed("7"));
    CHECK(!merlon_json_next(&items, &item));
    items = merlon_json_each(parsed("[]"));
    CHECK(!merlon_json_next(&items, &item));
}

static void escapes_are_resolved(void) {
    CHECK_TEXT(merlon_json_text(parsed("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")), "\"\\/\b\f\n\r\t");
    CHECK_TEXT(merlon_json_text(parsed("\"\\u0041\\u00E9\\u20ac\\ud83d\\ude00\"")), "Aé€😀");
    CHECK_TEXT(merlon_json_text(parsed("\"\\ud83d\\ud83d\\ude00 \\ude00\\ud83dx\"")),
               "\xef\xbf\xbd😀 \xef\xbf\xbd\xef\xbf\xbdx");
    CHECK(merlon_json_text(parsed("\"\\u0000\"")).size == 1);
    CHECK_TEXT(merlon_json_text(parsed("\"é\"")), "é");
    CHECK(merlon_json_text(parsed("1")).data == NULL);
}

static void integers_are_exact_or_none(void) {
    int64_t number;
    CHECK(merlon_json_integer(parsed("-9223372036854775808"), &number) && number == INT64_MIN);
    CHECK(merlon_json_integer(parsed("9223372036854775807"), &number) && number == INT64_MAX);
    CHECK(!merlon_json_integer(parsed("9223372036854775808"), &number) && number == 0);
    CHECK(!merlon_json_integer(parsed("-9223372036854775809"), &number));
    CHECK(!merlon_json_integer(parsed("1.0"), &number) && !merlon_json_integer(parsed("1e2"), &number));
    CHECK(!merlon_json_integer(parsed("\"1\""), &number) && merlon_json_integer(parsed("-0"), &number));
}

static void flags_are_yes_no_or_unknown(void) {
    CHECK(merlon_json_flag(parsed("true")) == MERLON_YES && merlon_json_flag(parsed("false")) == MERLON_NO);
    CHECK(merlon_json_flag(parsed("\"true\"")) == MERLON_UNKNOWN);
}

void test_json(void) {
    what_is_json_is_taken();
    what_is_no_json_is_refused();
    every_beginning_of_a_text_is_judged_without_looking_behind_it();
    levels_are_bounded();
    members_are_found_by_their_names();
    lists_and_objects_are_walked_in_order();
    escapes_are_resolved();
    integers_are_exact_or_none();
    flags_are_yes_no_or_unknown();
}
