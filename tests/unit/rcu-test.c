/* SPDX-License-Identifier: MIT */
/* Retired objects are freed at once without readers, and not before the last section ends. */
#include "util/rcu.h"

#include "tests/lib/check-main.h"
#include <glib.h>

static int freed;

static void count_free(void *data)
{
    freed++;
}

START_TEST(free_without_readers)
{
    rcu_retire(count_free, NULL);
    ck_assert_int_eq(freed, 1);
}
END_TEST

START_TEST(section_delays_free)
{
    rcu_read_lock();
    rcu_read_lock();
    rcu_retire(count_free, NULL);
    rcu_read_unlock();
    rcu_poll();
    ck_assert_int_eq(freed, 0);
    rcu_read_unlock();
    rcu_poll();
    ck_assert_int_eq(freed, 1);
}
END_TEST

static gpointer reader(gpointer stop)
{
    while (!g_atomic_int_get((gint *)stop)) {
        rcu_read_lock();
        rcu_read_unlock();
    }
    rcu_unregister_thread();
    return NULL;
}

START_TEST(many_retired_under_readers)
{
    gint stop = 0;
    GThread *t[2];

    for (size_t i = 0; i < G_N_ELEMENTS(t); i++) {
        t[i] = g_thread_new("reader", reader, &stop);
    }
    for (int i = 0; i < 20000; i++) {
        rcu_retire(count_free, NULL);
    }
    g_atomic_int_set(&stop, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(t); i++) {
        g_thread_join(t[i]);
    }
    rcu_poll();
    ck_assert_int_eq(freed, 20000);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("rcu");
    TCase *tc = tcase_create("rcu");

    tcase_add_test(tc, free_without_readers);
    tcase_add_test(tc, section_delays_free);
    tcase_add_test(tc, many_retired_under_readers);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
