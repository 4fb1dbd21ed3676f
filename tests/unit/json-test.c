/* SPDX-License-Identifier: MIT */
/* JSON: a table of texts with their values or errors, streams cut anywhere, limits, writing. */
#include "util/json.h"

#include "tests/lib/check-main.h"
#include <math.h>
#include <string.h>

static const struct {
    const char *text;
    size_t len;
    const char *result;
} texts[] = {
#define TEXT(text, result) {text, sizeof(text) - 1, result},
#include "tests/unit/json-texts.h"
};

/* Values and errors, joined by "; ". */
static void collect(void *opaque, JsonNode *node, const Error *err)
{
    GString *out = opaque;
    g_autoptr(JsonNode) value = node ? node : json_new_string(err->message);

    g_string_append_printf(out, "%s%s", out->len ? "; " : "", node ? "" : "E");
    json_write_to(out, value, false);
}

static char *feed(const char *text, size_t len, size_t piece)
{
    GString *out = g_string_new(NULL);
    JsonStream *js = json_stream_new(collect, out);

    for (size_t i = 0; i < len; i += piece) {
        json_stream_feed(js, text + i, MIN(piece, len - i));
    }
    json_stream_feed(js, "\n", 1);
    json_stream_free(js);
    return g_string_free(out, FALSE);
}

START_TEST(text_table)
{
    g_autofree char *whole = feed(texts[_i].text, texts[_i].len, texts[_i].len + 1);
    g_autofree char *bytes = feed(texts[_i].text, texts[_i].len, 1);

    ck_assert_str_eq(whole, texts[_i].result);
    ck_assert_str_eq(bytes, texts[_i].result);
}
END_TEST

/* What can be written is read again as the same value. */
START_TEST(round_trip)
{
    g_autoptr(JsonNode) first = json_parse(texts[_i].text, (gssize)texts[_i].len, NULL);

    /* -0.0 is written as "-0", as the peer does, and that reads as an integer. */
    if (first && !strstr(texts[_i].text, "-0.0")) {
        g_autofree char *plain = json_write(first, false);
        g_autofree char *pretty = json_write(first, true);
        g_autoptr(JsonNode) second = json_parse(plain, -1, NULL);
        g_autoptr(JsonNode) third = json_parse(pretty, -1, NULL);
        g_autofree char *again = json_write(second, false);
        g_autofree char *again_pretty = json_write(third, false);

        ck_assert_str_eq(plain, again);
        ck_assert_str_eq(plain, again_pretty);
    }
}
END_TEST

static const struct {
    const char *text;
    const char *error;
} whole[] = {
    {"{\"a\": 1", "JSON parse error, premature EOI"},
    {"{", "JSON parse error, premature EOI"},
    {"", "JSON parse error, premature EOI"},
    {"  ", "JSON parse error, premature EOI"},
    {"{\"a\"", "JSON parse error, premature EOI"},
    {"[1", "JSON parse error, premature EOI"},
    {"{\"a\":\"x", "JSON parse error, stray '\"x'"},
    {"{\"a\":1} x", "Expecting at most one JSON value"},
    {"1 2", "Expecting at most one JSON value"},
    {"tru", "JSON parse error, invalid keyword 'tru'"},
    {"12", NULL},
    {"true", NULL},
    {" [1, 2] ", NULL},
};

START_TEST(whole_texts)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonNode) node = json_parse(whole[_i].text, -1, &err);

    ck_assert_msg(!node == !!whole[_i].error, "'%s'", whole[_i].text);
    if (err) {
        ck_assert_str_eq(err->message, whole[_i].error);
    }
}
END_TEST

START_TEST(nesting_limit)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) err = NULL;

    for (int i = 0; i < JSON_MAX_NESTING; i++) {
        g_string_append_c(text, '[');
    }
    for (int i = 0; i < JSON_MAX_NESTING; i++) {
        g_string_append_c(text, ']');
    }
    g_autoptr(JsonNode) node = json_parse(text->str, -1, NULL);
    ck_assert_ptr_nonnull(node);
    g_string_prepend_c(text, '[');
    ck_assert_ptr_null(json_parse(text->str, -1, &err));
    ck_assert_str_eq(err->message, "JSON nesting depth limit exceeded");
}
END_TEST

/* Nothing that a writer leaves open may be held without bound. */
START_TEST(token_limits)
{
    g_autoptr(GString) got = g_string_new(NULL);
    JsonStream *js = json_stream_new(collect, got);
    g_autofree char *block = g_malloc(1 << 20);

    memset(block, 'a', 1 << 20);
    json_stream_feed(js, "\"", 1);
    for (int i = 0; i <= 64; i++) {
        json_stream_feed(js, block, 1 << 20);
    }
    ck_assert_str_eq(got->str, "E\"JSON token size limit exceeded\"");
    json_stream_feed(js, "\n", 1); /* ends what is left of the block: a word */
    g_string_truncate(got, 0);
    memset(block, ',', 1 << 20);
    json_stream_feed(js, "[", 1);
    for (int i = 0; i < 2 && !got->len; i++) {
        json_stream_feed(js, block, 1 << 20);
    }
    ck_assert(g_str_has_prefix(got->str, "E\"JSON token count limit exceeded\""));
    g_string_truncate(got, 0);
    json_stream_feed(js, "\n{}", 3);
    ck_assert_str_eq(got->str, "{}");
    json_stream_free(js);
}
END_TEST

START_TEST(integers)
{
    g_autoptr(JsonNode) big = json_new_uint(UINT64_MAX);
    g_autoptr(JsonNode) small = json_new_uint(INT64_MAX);
    g_autoptr(JsonNode) negative = json_new_int(-1);
    g_autoptr(JsonNode) copy = json_node_copy(big);
    uint64_t u;
    int64_t i;

    ck_assert_int_eq(json_kind(big), JSON_KIND_UINT);
    ck_assert_int_eq(json_kind(copy), JSON_KIND_UINT);
    ck_assert_int_eq(json_kind(small), JSON_KIND_INT);
    ck_assert(json_get_uint64(copy, &u) && u == UINT64_MAX);
    ck_assert(!json_get_int64(big, &i) && json_get_int64(small, &i) && i == INT64_MAX);
    ck_assert(!json_get_uint64(negative, &u));
    ck_assert_ptr_null(json_get_string(big));
}
END_TEST

START_TEST(pretty)
{
    g_autoptr(JsonNode) node = json_parse("{'a': [1, {}], 'b': {'c': null}, 'd': []}", -1, NULL);
    g_autofree char *text = json_write(node, true);

    ck_assert_str_eq(text, "{\n    \"a\": [\n        1,\n        {\n        }\n    ],\n"
                           "    \"b\": {\n        \"c\": null\n    },\n    \"d\": [\n    ]\n}");
}
END_TEST

START_TEST(odd_values)
{
    g_autoptr(JsonNode) inf = json_new_double(-INFINITY);
    g_autoptr(JsonNode) nan_node = json_new_double(NAN);
    g_autoptr(JsonNode) bytes = json_new_string("a\xff\xc3z");
    g_autofree char *a = json_write(inf, false);
    g_autofree char *b = json_write(nan_node, false);
    g_autofree char *c = json_write(bytes, false);

    ck_assert_str_eq(a, "-1e+999");
    ck_assert_str_eq(b, "null");
    ck_assert_str_eq(c, "\"a\\uFFFD\\uFFFDz\"");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("json");
    TCase *tc = tcase_create("json");

    tcase_add_loop_test(tc, text_table, 0, G_N_ELEMENTS(texts));
    tcase_add_loop_test(tc, round_trip, 0, G_N_ELEMENTS(texts));
    tcase_add_loop_test(tc, whole_texts, 0, G_N_ELEMENTS(whole));
    tcase_add_test(tc, nesting_limit);
    tcase_add_test(tc, token_limits);
    tcase_add_test(tc, integers);
    tcase_add_test(tc, pretty);
    tcase_add_test(tc, odd_values);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
