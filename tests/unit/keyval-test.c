/* SPDX-License-Identifier: MIT */
/* Option arguments: the object that each text gives, or the key that its error names. */
#include "util/keyval.h"

#include "tests/lib/check-main.h"
#include "util/json.h"

typedef struct Case {
    const char *text;
    const char *json;  /* NULL: an error ... */
    const char *error; /* ... that contains this */
} Case;

static const Case strict[] = {
    {"", "{}"},
    {"virt", "{\"type\": \"virt\"}"},
    {"virt,a=1", "{\"type\": \"virt\", \"a\": \"1\"}"},
    {"type=virt,a=", "{\"type\": \"virt\", \"a\": \"\"}"},
    {"a=1,a=2", "{\"a\": \"2\"}"},
    {"x,,y,a=b,,c", "{\"type\": \"x,y\", \"a\": \"b,c\"}"},
    {"a=b=c", "{\"a\": \"b=c\"}"},
    {"a.b=1,a.c.d=2", "{\"a\": {\"b\": \"1\", \"c\": {\"d\": \"2\"}}}"},
    {"a.0=x,a.1=y", "{\"a\": [\"x\", \"y\"]}"},
    {"a.1=y,a.0=x", "{\"a\": [\"x\", \"y\"]}"},
    {"a.0.b=x,a.1.b=y", "{\"a\": [{\"b\": \"x\"}, {\"b\": \"y\"}]}"},
    {"a-b_c=1", "{\"a-b_c\": \"1\"}"},
    {"help", "{\"help\": \"on\"}"},
    {"virt,help", "{\"type\": \"virt\", \"help\": \"on\"}"},
    {"virt,?", "{\"type\": \"virt\", \"help\": \"on\"}"},
    {"virt,a=1,", "{\"type\": \"virt\", \"a\": \"1\"}"},
    {"{\"a\": [1, {\"b\": null}]}", "{\"a\": [1, {\"b\": null}]}"},
    {"{'a': 18446744073709551615}", "{\"a\": 18446744073709551615}"},
    {"virt,flag", NULL, "Expected '=' after parameter 'flag'"},
    {"virt,nowait", NULL, "Expected '=' after parameter 'nowait'"},
    {",a=1", NULL, "Invalid parameter ''"},
    {"=1", NULL, "Invalid parameter ''"},
    {"virt,,=1", NULL, NULL},
    {"virt,=1", NULL, "Invalid parameter ''"},
    {"a..b=1", NULL, "Invalid parameter 'a..b'"},
    {".a=1", NULL, "Invalid parameter '.a'"},
    {"a.=1", NULL, "Invalid parameter 'a.'"},
    {"0=1", NULL, "Invalid parameter '0'"},
    {"a.9x=1", NULL, "Invalid parameter 'a.9x'"},
    {"a b=1", NULL, "Invalid parameter 'a b'"},
    {"a=1,a.b=2", NULL, "'a.*' used inconsistently"},
    {"a.b=2,a=1", NULL, "'a.*' used inconsistently"},
    {"a.0=1,a.b=2", NULL, "'a.*' used inconsistently"},
    {"a.0=1,a.2=2", NULL, "'a.1' missing"},
    {"a.00=1", NULL, "'a.0' missing"},
    {"x.a.1=1", NULL, "'x.a.0' missing"},
    {"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q=1", NULL, "Invalid parameter"},
    {"{\"a\": 1", NULL, "premature EOI"},
    {"{\"a\": bad}", NULL, "invalid keyword 'bad'"},
    {"{} {}", NULL, "at most one"},
};

static const Case switches[] = {
    {"x,server,nowait", "{\"type\": \"x\", \"server\": \"on\", \"wait\": \"off\"}"},
    {"x,no", "{\"type\": \"x\", \"no\": \"on\"}"},
    {"x,help", "{\"type\": \"x\", \"help\": \"on\"}"},
    {"x,a.b", "{\"type\": \"x\", \"a\": {\"b\": \"on\"}}"},
    {"x,9", NULL, "Invalid parameter '9'"},
    {"x,,", "{\"type\": \"x,\"}"},
    {"x,a,,b", NULL, "Invalid parameter ''"},
};

static void check_case(const Case *c, JsonObject *got, const Error *err)
{
    if (!got) {
        ck_assert_msg(!c->json, "'%s' refused: %s", c->text, err->message);
        ck_assert_msg(!c->error || strstr(err->message, c->error), "'%s': %s", c->text,
                      err->message);
        return;
    }
    g_autoptr(JsonNode) node = json_new_object(got);
    g_autofree char *text = json_write(node, false);
    ck_assert_msg(c->json || !c->error, "'%s' taken: %s", c->text, text);
    if (c->json) {
        ck_assert_str_eq(text, c->json);
    }
}

START_TEST(strict_table)
{
    g_autoptr(GError) err = NULL;
    JsonObject *got = keyval_parse(strict[_i].text, "type", &err);

    check_case(&strict[_i], got, err);
}
END_TEST

START_TEST(switches_table)
{
    g_autoptr(GError) err = NULL;
    JsonObject *got = keyval_parse_switches(switches[_i].text, "type", &err);

    check_case(&switches[_i], got, err);
}
END_TEST

START_TEST(no_implied_key)
{
    g_autoptr(GError) err = NULL;

    ck_assert_ptr_null(keyval_parse("x", NULL, &err));
    ck_assert_str_eq(err->message, "Expected '=' after parameter 'x'");
}
END_TEST

START_TEST(get)
{
    g_autoptr(JsonObject) obj = keyval_parse("{'a': 'x', 'b': 1, 'c': {}}", NULL, NULL);

    ck_assert_str_eq(keyval_get(obj, "a"), "x");
    ck_assert_ptr_null(keyval_get(obj, "b"));
    ck_assert_ptr_null(keyval_get(obj, "c"));
    ck_assert_ptr_null(keyval_get(obj, "d"));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("keyval");
    TCase *tc = tcase_create("keyval");

    tcase_add_loop_test(tc, strict_table, 0, G_N_ELEMENTS(strict));
    tcase_add_loop_test(tc, switches_table, 0, G_N_ELEMENTS(switches));
    tcase_add_test(tc, no_implied_key);
    tcase_add_test(tc, get);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
