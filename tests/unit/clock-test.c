/* SPDX-License-Identifier: MIT */
/* Timers run in order of their deadlines, and virtual time moves only as it may. */
#include "softmmu/clock.h"

#include "tests/lib/check-main.h"

static GString *log_text;
static Timer timers[4];

static void note(void *opaque) NO_THREAD_SAFETY
{
    g_string_append_printf(log_text, "%ld@%ld ", (long)((Timer *)opaque - timers),
                           (long)clock_now_ns(CLOCK_TYPE_VIRTUAL));
    if (opaque == &timers[3] && clock_now_ns(CLOCK_TYPE_VIRTUAL) < 40) {
        timer_mod(opaque, clock_now_ns(CLOCK_TYPE_VIRTUAL) + 10);
    }
}

static void setup(void) NO_THREAD_SAFETY
{
    vm_lock_acquire();
    clock_virtual_manual();
    log_text = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(timers); i++) {
        timer_init(&timers[i], CLOCK_TYPE_VIRTUAL, note, &timers[i]);
    }
}

static void teardown(void) NO_THREAD_SAFETY
{
    g_string_free(log_text, TRUE);
    vm_lock_release();
}

START_TEST(order_of_deadlines) NO_THREAD_SAFETY
{
    timer_mod(&timers[0], 10);
    timer_mod(&timers[1], 5);
    timer_mod(&timers[2], 20);
    ck_assert_int_eq(clock_deadline_ns(CLOCK_TYPE_VIRTUAL), 5);
    clock_virtual_advance_to(15);
    ck_assert_str_eq(log_text->str, "1@5 0@10 ");
    ck_assert_int_eq(clock_now_ns(CLOCK_TYPE_VIRTUAL), 15);
    ck_assert(!timer_pending(&timers[0]) && timer_pending(&timers[2]));
    timer_del(&timers[2]);
    clock_virtual_advance_to(30);
    ck_assert_str_eq(log_text->str, "1@5 0@10 ");
    ck_assert_int_eq(clock_deadline_ns(CLOCK_TYPE_VIRTUAL), -1);
}
END_TEST

START_TEST(armed_again_in_the_callback) NO_THREAD_SAFETY
{
    timer_mod(&timers[3], 10);
    clock_virtual_advance_to(100);
    ck_assert_str_eq(log_text->str, "3@10 3@20 3@30 3@40 ");
}
END_TEST

START_TEST(moved_and_never_backwards) NO_THREAD_SAFETY
{
    timer_mod(&timers[0], 50);
    timer_mod(&timers[0], 7);
    clock_virtual_advance_to(60);
    clock_virtual_advance_to(10);
    ck_assert_str_eq(log_text->str, "0@7 ");
    ck_assert_int_eq(clock_now_ns(CLOCK_TYPE_VIRTUAL), 60);
    timer_mod(&timers[1], 20); /* already past: due at once */
    clock_virtual_advance_to(60);
    ck_assert_str_eq(log_text->str, "0@7 1@60 ");
    clock_virtual_enable(true); /* a manual clock does not start to run */
    ck_assert_int_eq(clock_now_ns(CLOCK_TYPE_VIRTUAL), 60);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("clock");
    TCase *tc = tcase_create("clock");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, order_of_deadlines);
    tcase_add_test(tc, armed_again_in_the_callback);
    tcase_add_test(tc, moved_and_never_backwards);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
