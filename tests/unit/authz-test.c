/* SPDX-License-Identifier: MIT */
/* Authorization: which identities objects of each kind let in. */
#include "backends/authz.h"

#include "qom/user-creatable.h"
#include "tests/lib/check-main.h"
#include "util/json.h"
#include "util/module.h"
#include <unistd.h>

static void setup(void)
{
    module_call_init(MODULE_QOM);
}

static Object *add(const char *type, const char *id, const char *json, Error **errp)
{
    g_autoptr(JsonNode) node = json_parse(json, -1, NULL);

    ck_assert_ptr_nonnull(node);
    return user_creatable_add(type, id, json_node_get_object(node), errp);
}

START_TEST(simple)
{
    Object *a = add(TYPE_AUTHZ_SIMPLE, "a", "{'identity':'fred'}", NULL);
    Object *nobody = add(TYPE_AUTHZ_SIMPLE, "nobody", "{}", NULL);

    ck_assert(authz_check(a, "fred"));
    ck_assert(!authz_check(a, "Fred"));
    ck_assert(!authz_check(a, "freddy"));
    ck_assert(!authz_check(a, ""));
    ck_assert(!authz_check(nobody, ""));
}
END_TEST

START_TEST(list)
{
    Object *a = add(TYPE_AUTHZ_LIST, "a",
                    "{'policy':'deny','rules':["
                    "{'match':'fred*','policy':'deny'},"
                    "{'match':'root','policy':'deny'},"
                    "{'match':'r??t','policy':'allow','format':'glob'},"
                    "{'match':'fred*','policy':'allow','format':'glob'}]}",
                    NULL);
    Object *open = add(TYPE_AUTHZ_LIST, "open", "{'policy':'allow'}", NULL);
    Object *closed = add(TYPE_AUTHZ_LIST, "closed", "{}", NULL);

    ck_assert(!authz_check(a, "fred*")); /* the first rule is no pattern */
    ck_assert(authz_check(a, "freddy"));
    ck_assert(authz_check(a, "rest"));
    ck_assert(!authz_check(a, "root")); /* the first that matches decides */
    ck_assert(!authz_check(a, "joe"));
    ck_assert(authz_check(open, "joe"));
    ck_assert(!authz_check(closed, "joe"));
}
END_TEST

START_TEST(list_changes)
{
    g_autoptr(Error) err = NULL;
    Object *a = add(TYPE_AUTHZ_LIST, "a", "{}", NULL);
    g_autoptr(JsonNode) rules = json_parse("[{'match':'joe','policy':'allow'}]", -1, NULL);
    g_autoptr(JsonNode) bad = json_parse("[{'match':'joe','policy':'maybe'}]", -1, NULL);
    g_autoptr(JsonNode) got = NULL;

    ck_assert(object_set(a, "rules", rules, NULL));
    ck_assert(authz_check(a, "joe"));
    ck_assert(!object_set(a, "rules", bad, &err));
    ck_assert(authz_check(a, "joe")); /* what was wrong changed nothing */
    got = object_get(a, "rules", NULL);
    ck_assert_uint_eq(json_array_get_length(json_node_get_array(got)), 1);
}
END_TEST

static void write_file(const char *path, const char *text)
{
    ck_assert(g_file_set_contents(path, text, -1, NULL));
}

START_TEST(list_file)
{
    g_autoptr(Error) err = NULL;
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "authz-test.XXXXXX", NULL);
    int fd = g_mkstemp(path);
    g_autofree char *json = g_strdup_printf("{'filename':'%s'}", path);
    g_autofree char *once = g_strdup_printf("{'filename':'%s','refresh':false}", path);

    close(fd);
    ck_assert_ptr_null(add(TYPE_AUTHZ_LIST_FILE, "bad", json, &err));
    ck_assert_int_eq(error_code(err), ERROR_CODE_FORMAT_INVALID);
    g_clear_error(&err);
    write_file(path, "{'rules':[{'match':'joe','policy':'allow'}]}");
    Object *a = add(TYPE_AUTHZ_LIST_FILE, "a", json, NULL);
    Object *b = add(TYPE_AUTHZ_LIST_FILE, "b", once, NULL);
    ck_assert(authz_check(a, "joe") && authz_check(b, "joe") && !authz_check(a, "jim"));
    write_file(path, "{'policy':'allow','rules':[{'match':'joe','policy':'deny'}]}");
    ck_assert(!authz_check(a, "joe") && authz_check(a, "jim"));
    ck_assert(authz_check(b, "joe") && !authz_check(b, "jim"));
    write_file(path, "{'rules':5}");
    ck_assert(!authz_check(a, "joe") && authz_check(a, "jim")); /* the last good rules stay */
    unlink(path);
    ck_assert(!authz_check(a, "joe") && authz_check(a, "jim"));
    ck_assert_ptr_null(add(TYPE_AUTHZ_LIST_FILE, "gone", json, &err));
    g_clear_error(&err);
    ck_assert_ptr_null(add(TYPE_AUTHZ_LIST_FILE, "none", "{}", &err));
    ck_assert_str_eq(err->message, "Parameter 'filename' is missing");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("authz");
    TCase *tc = tcase_create("authz");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, simple);
    tcase_add_test(tc, list);
    tcase_add_test(tc, list_changes);
    tcase_add_test(tc, list_file);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
