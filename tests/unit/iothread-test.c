/* SPDX-License-Identifier: MIT */
/* I/O threads: they run what they are given, polling or not, and end in order. */
#include "backends/iothread.h"

#include "qom/user-creatable.h"
#include "tests/lib/check-main.h"
#include "util/json.h"
#include "util/module.h"
#include <stdatomic.h>
#include <unistd.h>

static void setup(void)
{
    module_call_init(MODULE_QOM);
}

static IoThread *add(const char *id, const char *json)
{
    g_autoptr(JsonNode) node = json_parse(json, -1, NULL);

    return IOTHREAD(user_creatable_add(TYPE_IOTHREAD, id, json_node_get_object(node), NULL));
}

static void note_thread(void *opaque)
{
    *(int64_t *)opaque = gettid();
}

START_TEST(runs)
{
    IoThread *t = add("t", "{}"), *u = add("u", "{'poll-max-ns':0}");
    int64_t in_t = 0, in_u = 0;

    for (int i = 0; i < 100; i++) {
        iothread_run(t, note_thread, &in_t);
        iothread_run(u, note_thread, &in_u);
    }
    ck_assert_int_eq(in_t, iothread_thread_id(t));
    ck_assert_int_eq(in_u, iothread_thread_id(u));
    ck_assert_int_ne(in_t, in_u);
    ck_assert_int_ne(in_t, gettid());
    ck_assert(user_creatable_del("t", NULL) && user_creatable_del("u", NULL));
}
END_TEST

static gboolean count(gpointer opaque)
{
    return atomic_fetch_add((_Atomic int *)opaque, 1) < 4 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

typedef struct Ticks {
    IoThread *thread;
    _Atomic int n;
} Ticks;

static void start_ticks(void *opaque)
{
    Ticks *ticks = opaque;
    GSource *source = g_timeout_source_new(1);

    g_source_set_callback(source, count, (gpointer)&ticks->n, NULL);
    g_source_attach(source, iothread_context(ticks->thread));
    g_source_unref(source);
}

static void nothing(void *opaque)
{
}

/* Sources of its context; settings that change meanwhile. */
START_TEST(sources)
{
    IoThread *t = add("t", "{'poll-max-ns':1000000,'poll-grow':9223372036854775807}");
    Ticks ticks = {t, 0};

    iothread_run(t, start_ticks, &ticks);
    while (atomic_load(&ticks.n) < 5) {
        ck_assert(object_set_uint(OBJECT(t), "poll-shrink", 2, NULL));
        iothread_run(t, nothing, NULL);
    }
    ck_assert(object_set_uint(OBJECT(t), "poll-max-ns", 0, NULL));
    iothread_run(t, nothing, NULL);
    ck_assert(user_creatable_del("t", NULL));
}
END_TEST

START_TEST(settings)
{
    g_autoptr(Error) err = NULL;
    IoThread *t = add("t", "{'poll-max-ns':5,'poll-grow':6,'poll-shrink':7,'aio-max-batch':8}");
    IoThreadSettings s = iothread_settings(t);
    g_autoptr(JsonNode) negative = json_new_int(-1);

    ck_assert(s.poll_max_ns == 5 && s.poll_grow == 6 && s.poll_shrink == 7 && s.aio_max_batch == 8);
    ck_assert(!object_set(OBJECT(t), "poll-grow", negative, &err));
    ck_assert_str_eq(err->message, "poll-grow value must be in range [0, 9223372036854775807]");
    ck_assert_int_eq(iothread_settings(t).poll_grow, 6);
    ck_assert_uint_eq(object_get_uint(OBJECT(t), "aio-max-batch"), 8);
}
END_TEST

START_TEST(in_use)
{
    g_autoptr(Error) err = NULL;
    IoThread *t = add("t", "{}");

    iothread_use(t);
    ck_assert(!user_creatable_del("t", &err));
    ck_assert_str_eq(err->message, "object 't' is in use, can not be deleted");
    ck_assert_int_eq(error_code(err), ERROR_CODE_IN_USE);
    iothread_unuse(t);
    ck_assert(user_creatable_del("t", NULL));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("iothread");
    TCase *tc = tcase_create("iothread");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, runs);
    tcase_add_test(tc, sources);
    tcase_add_test(tc, settings);
    tcase_add_test(tc, in_use);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
