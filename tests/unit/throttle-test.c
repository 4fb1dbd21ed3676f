/* SPDX-License-Identifier: MIT */
/* Rate limits of events, at times of the test's choice. */
#include "monitor/throttle.h"

#include "tests/lib/check-main.h"
#include <string.h>

enum { MS = 1000000 };

static GString *delivered; /* "NAME:n " for each event */

static void deliver(void *opaque, JsonNode *event)
{
    JsonObject *obj = json_node_get_object(event);
    JsonObject *data = json_object_get_object_member(obj, "data");

    g_string_append_printf(delivered, "%s:%d ", json_object_get_string_member(obj, "event"),
                           (int)json_object_get_int_member(data, "n"));
}

static Throttle *setup(void)
{
    delivered = g_string_new(NULL);
    return throttle_new(deliver, NULL);
}

static void teardown(Throttle *t)
{
    throttle_free(t);
    g_string_free(delivered, TRUE);
}

static void happen(Throttle *t, int64_t at_ms, const char *name, const char *id, int n)
{
    g_autofree char *text = g_strdup_printf(
        "{'event': '%s', 'data': {'id': '%s', 'qom-path': '%s', 'n': %d}}", name, id, id, n);
    g_autoptr(JsonNode) event = json_parse(text, -1, NULL);

    throttle_event(t, at_ms * MS, event);
}

static void expect(const char *what)
{
    ck_assert_str_eq(delivered->str, what);
    g_string_truncate(delivered, 0);
}

START_TEST(without_limit)
{
    Throttle *t = setup();

    for (int i = 0; i < 3; i++) {
        happen(t, 0, "STOP", "", i);
    }
    expect("STOP:0 STOP:1 STOP:2 ");
    ck_assert_int_eq(throttle_deadline_ns(t), -1);
    teardown(t);
}
END_TEST

START_TEST(one_a_second)
{
    static const char *const names[] = {
        "BALLOON_CHANGE", "MEMORY_DEVICE_SIZE_CHANGE", "QUORUM_FAILURE", "QUORUM_REPORT_BAD",
        "RTC_CHANGE",     "VSERPORT_CHANGE",           "WATCHDOG"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        Throttle *t = setup();
        g_autofree char *first = g_strdup_printf("%s:1 ", names[i]);
        g_autofree char *last = g_strdup_printf("%s:4 ", names[i]);

        happen(t, 100, names[i], "", 1);
        expect(first);
        happen(t, 101, names[i], "", 2);
        happen(t, 500, names[i], "", 3);
        happen(t, 1099, names[i], "", 4);
        expect("");
        ck_assert_int_eq(throttle_deadline_ns(t), (int64_t)1100 * MS);
        throttle_expire(t, (int64_t)1100 * MS);
        expect(last);
        /* What was delivered late starts a second of its own; a silent one is the end. */
        ck_assert_int_eq(throttle_deadline_ns(t), (int64_t)2100 * MS);
        throttle_expire(t, (int64_t)2100 * MS);
        expect("");
        ck_assert_int_eq(throttle_deadline_ns(t), -1);
        happen(t, 2100, names[i], "", 1);
        expect(first);
        teardown(t);
    }
}
END_TEST

START_TEST(subjects_apart)
{
    Throttle *t = setup();

    happen(t, 0, "VSERPORT_CHANGE", "a", 1);
    happen(t, 0, "VSERPORT_CHANGE", "b", 2);
    happen(t, 1, "VSERPORT_CHANGE", "a", 3);
    happen(t, 0, "MEMORY_DEVICE_SIZE_CHANGE", "a", 4);
    happen(t, 0, "MEMORY_DEVICE_SIZE_CHANGE", "b", 5);
    happen(t, 0, "WATCHDOG", "a", 6);
    happen(t, 0, "WATCHDOG", "b", 7);
    expect("VSERPORT_CHANGE:1 VSERPORT_CHANGE:2 MEMORY_DEVICE_SIZE_CHANGE:4 "
           "MEMORY_DEVICE_SIZE_CHANGE:5 WATCHDOG:6 ");
    throttle_expire(t, (int64_t)1000 * MS);
    expect("VSERPORT_CHANGE:3 WATCHDOG:7 ");
    teardown(t);
}
END_TEST

/* What is due comes before what happens now, even when nobody asked in time. */
START_TEST(late_timer)
{
    Throttle *t = setup();

    happen(t, 0, "RTC_CHANGE", "", 1);
    happen(t, 10, "RTC_CHANGE", "", 2);
    happen(t, 5000, "RTC_CHANGE", "", 3);
    expect("RTC_CHANGE:1 RTC_CHANGE:2 ");
    throttle_expire(t, (int64_t)6000 * MS);
    expect("RTC_CHANGE:3 ");
    teardown(t);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("throttle");
    TCase *tc = tcase_create("throttle");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, without_limit);
    tcase_add_test(tc, one_a_second);
    tcase_add_test(tc, subjects_apart);
    tcase_add_test(tc, late_timer);
    return s;
}
TEST_MAIN(make_suite)
