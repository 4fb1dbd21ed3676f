/* SPDX-License-Identifier: MIT */
/* Descriptor sets: numbering, order, removal, and paths that name them. */
#include "util/fdset.h"

#include "tests/lib/check-main.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int file(int mode)
{
    int fd = open("/dev/null", mode | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    return fd;
}

static void list(void *opaque, int64_t set, int fd, const char *note)
{
    g_string_append_printf(opaque, "%d:%s:%s ", (int)set, fcntl(fd, F_GETFD) < 0 ? "shut" : "open",
                           note ? note : "-");
}

static void check_list(const char *want)
{
    g_autoptr(GString) got = g_string_new(NULL);

    fdset_foreach(list, got);
    ck_assert_str_eq(got->str, want);
}

START_TEST(numbering)
{
    g_autoptr(GError) err = NULL;
    int fd = file(O_RDONLY);

    check_list("");
    ck_assert_int_eq(fdset_add(-1, file(O_RDONLY), "a", NULL), 0);
    ck_assert_int_eq(fdset_add(2, file(O_RDONLY), "b", NULL), 2);
    ck_assert_int_eq(fdset_add(-1, file(O_RDONLY), NULL, NULL), 1);
    ck_assert_int_eq(fdset_add(-1, file(O_RDONLY), "d", NULL), 3);
    ck_assert_int_eq(fdset_add(1, fd, "e", NULL), 1);
    ck_assert_int_eq(fdset_add(0, file(O_RDWR), "f", NULL), 0);
    check_list("0:open:a 0:open:f 1:open:- 1:open:e 2:open:b 3:open:d ");
    ck_assert_int_eq(fdset_add(-2, 0, NULL, &err), -1);
    ck_assert_str_eq(err->message, "Parameter 'fdset-id' expects a non-negative value");
    ck_assert(fdset_remove(1, fd, NULL));
    ck_assert(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
    ck_assert(fdset_remove(0, -1, NULL));
    check_list("1:open:- 2:open:b 3:open:d ");
    ck_assert_int_eq(fdset_add(-1, file(O_RDONLY), "g", NULL), 0);
}
END_TEST

START_TEST(removal_of_what_is_not_there)
{
    g_autoptr(GError) err = NULL;

    ck_assert(!fdset_remove(7, -1, &err));
    ck_assert_str_eq(err->message, "File descriptor named 'fdset-id:7' not found");
    ck_assert_int_eq(error_code(err), ERROR_CODE_NOT_FOUND);
    g_clear_error(&err);
    ck_assert_int_eq(fdset_add(7, file(O_RDONLY), NULL, NULL), 7);
    ck_assert(!fdset_remove(7, 9999, &err));
    ck_assert_str_eq(err->message, "File descriptor named 'fdset-id:7, fd:9999' not found");
    check_list("7:open:- ");
}
END_TEST

static void check_no_open(const char *path, int flags, const char *text)
{
    g_autoptr(GError) err = NULL;

    ck_assert_int_eq(host_open(path, flags, 0600, &err), -1);
    ck_assert_str_eq(err->message, text);
}

START_TEST(opening)
{
    int in = file(O_RDONLY), out = file(O_WRONLY);

    fdset_add(4, in, NULL, NULL);
    fdset_add(4, out, NULL, NULL);
    int fd = host_open("/dev/fdset/4", O_WRONLY | O_CREAT | O_TRUNC, 0600, NULL);
    ck_assert(fd >= 0 && fd != in && fd != out);
    ck_assert_int_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    ck_assert(fdset_remove(4, out, NULL));
    ck_assert_int_eq(write(fd, "x", 1), 1); /* what was opened stays open */
    close(fd);
    check_no_open("/dev/fdset/4", O_RDWR, "Could not open '/dev/fdset/4': Permission denied");
    check_no_open("/dev/fdset/5", O_RDWR,
                  "Could not open '/dev/fdset/5': No such file or directory");
    check_no_open("/dev/fdset/4/4", O_RDONLY,
                  "Could not open '/dev/fdset/4/4': expected /dev/fdset/NUMBER");
    check_no_open("/dev/fdset/", O_RDONLY,
                  "Could not open '/dev/fdset/': expected /dev/fdset/NUMBER");
    check_no_open("/nosuch/x", O_RDONLY, "Could not open '/nosuch/x': No such file or directory");
    fd = host_open("/dev/null", O_RDONLY, 0, NULL);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("fdset");
    TCase *tc = tcase_create("fdset");

    tcase_add_test(tc, numbering);
    tcase_add_test(tc, removal_of_what_is_not_there);
    tcase_add_test(tc, opening);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
