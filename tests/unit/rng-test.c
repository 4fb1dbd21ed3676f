/* SPDX-License-Identifier: MIT */
/* Sources of random bytes: order, ends, cancelled requests, requests made while one is answered. */
#include "backends/rng.h"

#include "qom/user-creatable.h"
#include "tests/lib/check-main.h"
#include "util/json.h"
#include "util/module.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static GString *log_text;
static char a[] = "a", b[] = "b", c[] = "c", d[] = "d"; /* who asks */

static void setup(void)
{
    module_call_init(MODULE_QOM);
    log_text = g_string_new(NULL);
}

static RngBackend *add(const char *type, const char *filename)
{
    g_autoptr(JsonObject) props = json_object_new();

    if (filename) {
        json_object_set_string_member(props, "filename", filename);
    }
    return RNG_BACKEND(user_creatable_add(type, "r", props, NULL));
}

static void note(void *opaque, const uint8_t *data, size_t len)
{
    g_string_append_printf(log_text, "%s:%.*s ", (const char *)opaque, (int)len,
                           (const char *)data);
}

static void note_count(void *opaque, const uint8_t *data, size_t len)
{
    g_string_append_printf(log_text, "%s:%zu ", (const char *)opaque, len);
}

static void run_until(size_t log_len)
{
    while (log_text->len < log_len) {
        g_main_context_iteration(NULL, TRUE);
    }
}

START_TEST(builtin)
{
    RngBackend *r = add(TYPE_RNG_BUILTIN, NULL);

    rng_request(r, 16, note_count, a);
    rng_request(r, RNG_REQUEST_MAX, note_count, b);
    rng_cancel(rng_request(r, 1, note_count, c));
    ck_assert_str_eq(log_text->str, ""); /* nothing before the main loop runs */
    run_until(12);
    ck_assert_str_eq(log_text->str, "a:16 b:65536 ");
}
END_TEST

START_TEST(urandom)
{
    RngBackend *r = add(TYPE_RNG_RANDOM, NULL);

    rng_request(r, 16, note_count, a);
    rng_cancel(rng_request(r, 8, note_count, b));
    run_until(5);
    ck_assert_str_eq(log_text->str, "a:16 ");
}
END_TEST

/* A pipe: what comes late is waited for, without keeping the main loop busy. */
START_TEST(late)
{
    g_autofree char *dir = g_dir_make_tmp("rng-test.XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "fifo", NULL);

    ck_assert_int_eq(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDWR);
    RngBackend *r = add(TYPE_RNG_RANDOM, path);
    rng_request(r, 4, note, a);
    RngRequest *cancelled = rng_request(r, 4, note, b);
    rng_request(r, 4, note, c);
    ck_assert(!g_main_context_iteration(NULL, FALSE));
    rng_cancel(cancelled);
    ck_assert_int_eq(write(fd, "1234567", 7), 7);
    run_until(13);
    ck_assert_str_eq(log_text->str, "a:1234 c:567 ");
    rng_request(r, 4, note, d); /* never answered: gone with the object */
    ck_assert(user_creatable_del("r", NULL));
    ck_assert(!g_main_context_iteration(NULL, FALSE));
    close(fd);
    unlink(path);
    rmdir(dir);
}
END_TEST

static void again(void *opaque, const uint8_t *data, size_t len)
{
    RngBackend *r = opaque;

    g_string_append_printf(log_text, "%.*s ", (int)len, (const char *)data);
    if (len) {
        rng_request(r, 2, again, r);
    }
}

/* A file, which ends. */
START_TEST(file)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "rng-test.XXXXXX", NULL);
    int fd = g_mkstemp(path);

    ck_assert_int_eq(write(fd, "12345", 5), 5);
    RngBackend *r = add(TYPE_RNG_RANDOM, path);
    rng_request(r, 2, again, r);
    run_until(9);
    ck_assert_str_eq(log_text->str, "12 34 5  ");
    close(fd);
    unlink(path);
}
END_TEST

START_TEST(refused)
{
    g_autoptr(Error) err = NULL;
    g_autoptr(JsonObject) props = json_object_new();
    RngBackend *r = add(TYPE_RNG_RANDOM, NULL);

    ck_assert(!object_set_str(OBJECT(r), "filename", "/dev/null", &err));
    ck_assert_str_eq(err->message, "Property 'filename' can no longer be set");
    g_clear_error(&err);
    json_object_set_string_member(props, "filename", "/nonexistent");
    ck_assert_ptr_null(user_creatable_add(TYPE_RNG_RANDOM, "x", props, &err));
    ck_assert_str_eq(err->message, "Could not open '/nonexistent': No such file or directory");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("rng");
    TCase *tc = tcase_create("rng");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, builtin);
    tcase_add_test(tc, urandom);
    tcase_add_test(tc, late);
    tcase_add_test(tc, file);
    tcase_add_test(tc, refused);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
