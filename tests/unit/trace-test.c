/* SPDX-License-Identifier: MIT */
/* Trace points: off and on by name and pattern, what they write, lists in files. */
#include "tests/lib/check-main.h"
#include "util/log.h"
#include "util/trace.h"
#include <glib/gstdio.h>
#include <string.h>

static int evaluated;

static int count(void)
{
    return ++evaluated;
}

static void pass_points(void)
{
    TRACE(unit_first, "number %d", count());
    TRACE(unit_second, "text %s", "x");
}

static bool is_on(const char *name)
{
    g_autoptr(GPtrArray) found = trace_find(name);

    ck_assert_uint_eq(found->len, 1);
    return ((const TracePoint *)found->pdata[0])->enabled;
}

START_TEST(silent_points_evaluate_nothing)
{
    pass_points();
    ck_assert_int_eq(evaluated, 0);
    ck_assert(!is_on("unit_first"));
}
END_TEST

START_TEST(patterns_switch)
{
    g_autoptr(Error) err = NULL;
    g_autoptr(GPtrArray) all = trace_find("unit_*");

    ck_assert_uint_eq(all->len, 2);
    ck_assert_str_eq(((const TracePoint *)all->pdata[0])->name, "unit_first");
    ck_assert(trace_set("unit_*", true, NULL));
    ck_assert(is_on("unit_first") && is_on("unit_second"));
    trace_apply("-unit_s?cond");
    ck_assert(is_on("unit_first") && !is_on("unit_second"));
    ck_assert(trace_set("nothing*", true, NULL));
    ck_assert(!trace_set("nothing", true, &err));
    ck_assert_str_eq(err->message, "unknown event \"nothing\"");
    ck_assert_int_eq(error_code(err), ERROR_CODE_NOT_FOUND);
}
END_TEST

START_TEST(lines_have_time_and_name)
{
    g_autofree char *text = NULL;
    int pid, us, number;
    long long s;

    ck_assert(log_set_file("trace-test.log", NULL));
    ck_assert(trace_set("unit_first", true, NULL));
    pass_points();
    ck_assert_int_eq(evaluated, 1);
    ck_assert(g_file_get_contents("trace-test.log", &text, NULL, NULL));
    ck_assert_int_eq(sscanf(text, "%d@%lld.%6d:unit_first number %d\n", &pid, &s, &us, &number), 4);
    ck_assert_int_eq(number, 1);
    ck_assert_ptr_eq(strchr(text, '\n') + 1, text + strlen(text)); /* the other one is off */
    g_unlink("trace-test.log");
}
END_TEST

START_TEST(files_list_names)
{
    g_autoptr(Error) err = NULL;

    ck_assert(
        g_file_set_contents("trace-test.list", "# both\n\n unit_* \n-unit_first\n", -1, NULL));
    ck_assert(trace_apply_file("trace-test.list", NULL));
    ck_assert(!is_on("unit_first") && is_on("unit_second"));
    g_unlink("trace-test.list");
    ck_assert(!trace_apply_file("trace-test.list", &err));
    ck_assert(strstr(err->message, "trace-test.list"));
    ck_assert_int_eq(error_code(err), ERROR_CODE_HOST_FAILURE);
}
END_TEST

START_TEST(log_items_switch)
{
    ck_assert(log_set_items("unimp,trace:unit_sec*", NULL));
    ck_assert(is_on("unit_second") && !is_on("unit_first"));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("trace");
    TCase *tc = tcase_create("trace");

    tcase_add_test(tc, silent_points_evaluate_nothing);
    tcase_add_test(tc, patterns_switch);
    tcase_add_test(tc, lines_have_time_and_name);
    tcase_add_test(tc, files_list_names);
    tcase_add_test(tc, log_items_switch);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
