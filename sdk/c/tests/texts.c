#include "check.h"

#include <limits.h>
#include <string.h>

static void a_missing_text_is_like_no_string(void) {
    merlon_text missing = merlon_str(NULL);
    CHECK(missing.data == NULL && missing.size == 0);
    CHECK(!merlon_is(missing, "") && !merlon_starts_with(missing, "") && !merlon_ends_with(missing, ""));
    CHECK(!merlon_contains(missing, "") && !merlon_same(missing, merlon_str("")));
    CHECK(merlon_same(missing, merlon_str(NULL)));
    CHECK_TEXT(merlon_or(missing, "else"), "else");
    CHECK_TEXT(merlon_or(merlon_str(""), "else"), "");
    CHECK(merlon_file_name(missing).data == NULL);
}

static void comparisons_see_the_whole_text(void) {
    merlon_text zero = MERLON_BYTES("sh\0x");
    CHECK(!merlon_is(zero, "sh") && merlon_starts_with(zero, "sh") && merlon_contains(zero, "x"));
    CHECK(merlon_is(merlon_str("sh"), "sh") && !merlon_is(merlon_str("shx"), "sh"));
    CHECK(!merlon_is(merlon_str("s"), "sh") && !merlon_starts_with(merlon_str("s"), "sh"));
    CHECK(merlon_ends_with(merlon_str("a.sh"), ".sh") && !merlon_ends_with(merlon_str("sh"), ".sh"));
    CHECK(merlon_contains(merlon_str("image@sha256:0"), "@sha256:"));
    CHECK(!merlon_contains(merlon_str("@sha256"), "@sha256:"));
}

static void the_name_of_a_file_is_behind_the_last_slash(void) {
    CHECK_TEXT(merlon_file_name(merlon_str("/bin/sh")), "sh");
    CHECK_TEXT(merlon_file_name(merlon_str("sh")), "sh");
    CHECK_TEXT(merlon_file_name(merlon_str("/bin/")), "");
}

static void texts_are_joined(void) {
    merlon_text items[] = {MERLON_BYTES("a"), {NULL, 0}, MERLON_BYTES("b")};
    CHECK_TEXT(merlon_join((merlon_texts){items, 3}, ", "), "a, , b");
    CHECK_TEXT(merlon_join((merlon_texts){items, 1}, ", "), "a");
    CHECK_TEXT(merlon_join((merlon_texts){NULL, 0}, ", "), "");
}

static void formats_are_those_of_printf(void) {
    CHECK_TEXT(merlon_format("%s is %d%%", "it", 7), "it is 7%");
    CHECK_TEXT(merlon_format("%u %x %c", 42u, 0xbeefu, 'z'), "42 beef z");
    CHECK_TEXT(merlon_format("%02x%02x %5d|%05d", 1u, 255u, -42, -42), "01ff   -42|-0042");
    CHECK_TEXT(merlon_format("%d %lld %lld", INT_MIN, LLONG_MIN, LLONG_MAX),
               "-2147483648 -9223372036854775808 9223372036854775807");
    CHECK_TEXT(merlon_format("%llu %zu %lu", ULLONG_MAX, (size_t)9, 8ul), "18446744073709551615 9 8");
    CHECK_TEXT(merlon_format("%.3s|%.*s", "abcdef", 2, "xyz"), "abc|xy");
    CHECK_TEXT(merlon_format("nothing"), "nothing");
}

static void a_text_is_formatted_whole(void) {
    merlon_text zero = MERLON_BYTES("a\0b"), text = merlon_format("<%.*s>", MERLON_ARG(zero));
    CHECK(text.size == 5 && memcmp(text.data, "<a\0b>", 6) == 0);
    merlon_text missing = merlon_str(NULL);
    CHECK_TEXT(merlon_format("<%.*s>", MERLON_ARG(missing)), "<>");
}

static void what_is_no_conversion_ends_the_text_as_it_is(void) {
    const char *unknown = "a %d b %q c %d";
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wformat\"")
        _Pragma("GCC diagnostic ignored \"-Wformat-security\"")
            _Pragma("GCC diagnostic ignored \"-Wformat-nonliteral\"")
                CHECK_TEXT(merlon_format(unknown, 1), "a 1 b %q c %d");
    _Pragma("GCC diagnostic pop")
}

void test_texts(void) {
    a_missing_text_is_like_no_string();
    comparisons_see_the_whole_text();
    the_name_of_a_file_is_behind_the_last_slash();
    texts_are_joined();
    formats_are_those_of_printf();
    a_text_is_formatted_whole();
    what_is_no_conversion_ends_the_text_as_it_is();
}
