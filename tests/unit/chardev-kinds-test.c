/* SPDX-License-Identifier: MIT */
/* Character devices without a peer of their own: mux, ringbuf, pipe; and logs of any. */
#include "tests/unit/chardev-env.h"

#include "backends/chardev/ringbuf.h"
#include "util/fdset.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void refused(const char *options, const char *text)
{
    g_autoptr(GError) err = NULL;

    ck_assert_ptr_null(chardev_new_from_options(options, &err));
    ck_assert_str_eq(err->message, text);
}

static void settle(void)
{
    while (g_main_context_iteration(NULL, FALSE)) {
    }
}

/* ---- ringbuf */

static void check_ring(const char *want)
{
    g_autoptr(GByteArray) got = ringbuf_read("r", 100, NULL);

    ck_assert_uint_eq(got->len, strlen(want));
    ck_assert(!got->len || !memcmp(got->data, want, got->len));
}

START_TEST(ringbuf)
{
    g_autoptr(GError) err = NULL;
    Front f;
    Chardev *chr = attach("ringbuf,id=r,size=8", &handlers, &f);

    ck_assert_int_eq(f.opened, 1);
    check_ring("");
    chardev_write(chr, "hello", 5);
    g_autoptr(GByteArray) some = ringbuf_read("r", 2, NULL);
    ck_assert_uint_eq(some->len, 2);
    check_ring("llo");
    chardev_write(chr, "abcdef", 6); /* around the end */
    check_ring("abcdef");
    chardev_write(chr, "12345", 5);
    chardev_write(chr, "67890", 5);
    check_ring("34567890");
    chardev_write(chr, "much longer than that", 21);
    check_ring("han that");
    ck_assert(ringbuf_write("r", (const uint8_t *)"in", 2, NULL));
    check_ring("in");
    ck_assert_ptr_nonnull(chardev_new_from_options("null,id=n", NULL));
    ck_assert(!ringbuf_write("n", NULL, 0, &err));
    ck_assert_str_eq(err->message, "n is not a ringbuf device");
    g_clear_error(&err);
    ck_assert_ptr_null(ringbuf_read("x", 1, &err));
    ck_assert_str_eq(err->message, "Device 'x' not found");
    ck_assert_ptr_nonnull(chardev_new_from_options("memory,id=m,size=64k", NULL));
    refused("ringbuf,id=q,size=15", "size of ringbuf chardev must be power of two");
    refused("ringbuf,id=q,size=0", "size of ringbuf chardev must be power of two");
    refused("ringbuf,id=q,size=1T", "size of ringbuf chardev is too large");
}
END_TEST

/* ---- pipe */

START_TEST(pipes)
{
    Front f;
    char buf[16];

    refused("pipe,id=p,path=nosuch", "Could not open 'nosuch': No such file or directory");
    refused("pipe,id=p", "chardev: pipe: no device path given");
    ck_assert(mkfifo("p.in", 0600) == 0 && mkfifo("p.out", 0600) == 0);
    Chardev *chr = attach("pipe,id=p,path=p", &handlers, &f); /* waits for nobody */
    for (unsigned i = 1; i <= 2; i++) {
        int in = open("p.in", O_WRONLY | O_NONBLOCK), out = open("p.out", O_RDONLY | O_NONBLOCK);

        ck_assert_int_eq(write(in, "in", 2), 2);
        RUN_UNTIL(f.got->len == 2 * i);
        chardev_write(chr, "out", 3);
        ck_assert_int_eq(read(out, buf, sizeof(buf)), 3);
        close(in);
        close(out);
        settle();
        ck_assert_int_eq(f.closed, 0); /* others may come */
    }
}
END_TEST

/* ---- logs */

static void check_file(const char *path, const char *want)
{
    g_autofree char *text = NULL;

    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_str_eq(text, want);
}

START_TEST(logs)
{
    Front f;
    struct stat st;

    ck_assert(g_file_set_contents("log", "old\n", 4, NULL));
    Chardev *chr = attach("null,id=a,logfile=log,logappend=on", &handlers, &f);
    chardev_write(chr, "new\n", 4);
    check_file("log", "old\nnew\n");
    chr = attach("ringbuf,id=r,logfile=log2", &handlers, &f);
    chardev_write(chr, "ring", 4);
    check_file("log2", "ring");
    int fd = open("log3", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(fdset_add(3, fd, NULL, NULL), 3);
    chr = attach("null,id=b,logfile=/dev/fdset/3,logappend=on", &handlers, &f);
    chardev_write(chr, "set", 3);
    check_file("log3", "set");
    ck_assert(fdset_remove(3, -1, NULL));
    refused("null,id=c,logfile=/dev/fdset/3",
            "Unable to open logfile: Could not open '/dev/fdset/3': No such file or directory");
    ck_assert_ptr_null(chardev_find("c"));
    /* A log that nobody reads does not hold anybody up. */
    ck_assert_int_eq(mkfifo("fifo", 0600), 0);
    fd = open("fifo", O_RDONLY | O_NONBLOCK);
    chr = attach("null,id=d,logfile=fifo", &handlers, &f);
    g_autofree char *big = g_malloc0(1 << 20);
    chardev_write(chr, big, 1 << 20);
    ck_assert_int_eq(fstat(fd, &st), 0);
    close(fd);
}
END_TEST

/* ---- mux */

static int exits;

static void count_exit(void)
{
    exits++;
}

typedef struct Console {
    int in, out; /* the test's ends */
    Front a, b;
    Chardev *mux;
} Console;

static void type(const Console *c, const char *keys, size_t n)
{
    ck_assert_int_eq(write(c->in, keys, n), (ssize_t)n);
}

/* What appeared so far. (transfer full) */
static char *screen(const Console *c)
{
    char buf[4096];
    ssize_t n = read(c->out, buf, sizeof(buf));

    return g_strndup(buf, n > 0 ? (gsize)n : 0);
}

static void console_init(Console *c)
{
    g_autoptr(GError) err = NULL;

    *c = (Console){.a = {.got = g_string_new(NULL), .room = 1 << 20},
                   .b = {.got = g_string_new(NULL), .room = 1 << 20}};
    ck_assert(mkfifo("c.in", 0600) == 0 && mkfifo("c.out", 0600) == 0);
    c->mux = chardev_new_from_options("pipe,id=c,path=c,mux=on", &err);
    ck_assert_msg(c->mux, "%s", err ? err->message : "");
    c->in = open("c.in", O_WRONLY | O_NONBLOCK);
    c->out = open("c.out", O_RDONLY | O_NONBLOCK);
    ck_assert(chardev_attach(c->mux, &handlers, &c->a, NULL));
    ck_assert(chardev_attach(c->mux, &handlers, &c->b, NULL));
}

START_TEST(mux_focus)
{
    Console c;
    g_autoptr(GError) err = NULL;

    console_init(&c);
    ck_assert_ptr_eq(chardev_find("c"), c.mux);
    ck_assert_ptr_nonnull(chardev_find("c-base"));
    ck_assert_int_eq(c.a.opened, 1);
    ck_assert_int_eq(c.b.opened, 1);
    type(&c, "to b", 4); /* who came last has the focus */
    RUN_UNTIL(c.b.got->len == 4);
    type(&c, "x\001cto a\001\001", 9); /* in one go, to both */
    RUN_UNTIL(c.a.got->len == 5);
    ck_assert_str_eq(c.a.got->str, "to a\001");
    ck_assert_str_eq(c.b.got->str, "to bx");
    ck_assert_int_eq(c.b.out, 1);
    ck_assert_int_eq(c.a.in, 2);
    type(&c, "\001", 1);
    settle();
    type(&c, "b", 1);
    RUN_UNTIL(c.a.breaks == 1);
    ck_assert_int_eq(c.b.breaks, 0);
    chardev_write(c.mux, "out", 3);
    g_autofree char *text = screen(&c);
    ck_assert_str_eq(text, "out");
    /* Both ends are in use. */
    ck_assert(!chardev_remove("c", &err));
    ck_assert_str_eq(err->message, "Chardev 'c' is busy");
    g_clear_error(&err);
    ck_assert(!chardev_remove("c-base", &err));
    ck_assert_str_eq(err->message, "Chardev 'c-base' is busy");
    /* Who has the focus leaves: the other gets it. */
    chardev_detach_front_end(c.mux, &c.a);
    type(&c, "y", 1);
    RUN_UNTIL(c.b.got->len == 6);
    chardev_detach_front_end(c.mux, &c.b);
    ck_assert(chardev_remove("c", NULL));
    ck_assert(chardev_remove("c-base", NULL));
}
END_TEST

START_TEST(mux_commands)
{
    Console c;

    console_init(&c);
    chardev_set_exit(count_exit);
    type(&c, "\001h", 2);
    settle();
    g_autofree char *help = screen(&c);
    ck_assert(strstr(help, "C-a x ") && strstr(help, "C-a C-a "));
    type(&c, "\001x", 2);
    RUN_UNTIL(exits == 1);
    g_free(screen(&c));
    chardev_set_mux_escape(2);
    type(&c, "\001\002?", 3);
    RUN_UNTIL(c.b.got->len == 1);
    g_autofree char *other = screen(&c);
    ck_assert(strstr(other, "C-b x "));
    type(&c, "\002t", 2);
    settle();
    chardev_write(c.mux, "one\ntw", 6);
    chardev_write(c.mux, "o\n", 2);
    g_autofree char *stamped = screen(&c);
    ck_assert_msg(g_regex_match_simple("^\\[00:00:\\d\\d\\.\\d{3}\\] one\n"
                                       "\\[00:00:\\d\\d\\.\\d{3}\\] two\n$",
                                       stamped, 0, 0),
                  "%s", stamped);
    type(&c, "\002t\002q", 4);
    settle();
    chardev_write(c.mux, "plain\n", 6);
    g_autofree char *plain = screen(&c);
    ck_assert_str_eq(plain, "plain\n");
    ck_assert_uint_eq(c.b.got->len, 1);
}
END_TEST

/* A front end that takes nothing keeps neither the keys of the mux nor the other from working. */
START_TEST(mux_with_a_deaf_front_end)
{
    Console c;

    console_init(&c);
    c.b.room = 0;
    type(&c, "held", 4);
    settle();
    type(&c, "\001cseen", 6);
    RUN_UNTIL(c.a.got->len == 4);
    ck_assert_uint_eq(c.b.got->len, 0);
    c.b.room = 3;
    chardev_accept_input(c.mux);
    ck_assert_str_eq(c.b.got->str, "hel");
    c.b.room = 3;
    chardev_accept_input(c.mux);
    ck_assert_str_eq(c.b.got->str, "held");
    type(&c, "\001c", 2);
    settle();
    c.b.room = 0;
    for (int i = 0; i < 100; i++) { /* it is bounded */
        (void)!write(c.in, "0123456789", 10);
        settle();
    }
    c.b.room = 4000;
    chardev_accept_input(c.mux);
    RUN_UNTIL(c.b.got->len == 4 + 1000);
}
END_TEST

START_TEST(mux_errors)
{
    ck_assert_ptr_nonnull(chardev_new_from_options("null,id=n,mux=on", NULL));
    refused("mux,id=m,chardev=nosuch", "mux: base chardev nosuch not found");
    refused("mux,id=m,chardev=n-base", "Device 'n-base' is in use");
    refused("null,id=n-base", "Duplicate ID 'n-base' for chardev");
    ck_assert_ptr_nonnull(chardev_new_from_options("null,id=o-base", NULL));
    refused("null,id=o,mux=on", "Duplicate ID 'o-base' for chardev");
    refused("null,id=9,mux=on", "Parameter 'id' expects an identifier");
    ck_assert_ptr_null(chardev_find("o"));
    ck_assert_ptr_nonnull(chardev_new_from_options("mux,id=m,chardev=n", NULL));
    ck_assert(chardev_remove("m", NULL));
    ck_assert(chardev_remove("n", NULL));
    ck_assert(chardev_remove("n-base", NULL));
}
END_TEST

/* ---- change */

static Chardev *changed;

static void change(void *opaque, Chardev *to)
{
    changed = to;
}

START_TEST(change_in_use)
{
    static const ChardevHandlers h = {
        .can_receive = front_room,
        .receive = front_receive,
        .event = front_event,
        .change = change,
    };
    g_autoptr(GError) err = NULL;
    g_autofree char *id = NULL;
    g_autoptr(ChardevBackend) ring = chardev_parse_options("ringbuf,id=r", &id, NULL);
    g_autoptr(ChardevBackend) broken = chardev_parse_short("file:nosuch/x", NULL);
    Front f, g;

    attach("socket,id=r,path=s.sock,server=on,wait=off", &h, &f);
    ck_assert_ptr_null(chardev_change("r", broken, -1, &err));
    ck_assert_str_eq(err->message, "Could not open 'nosuch/x': No such file or directory");
    g_clear_error(&err);
    int fd = client("s.sock");
    RUN_UNTIL(f.opened == 1); /* nothing happened to it */
    Chardev *to = chardev_change("r", ring, -1, NULL);
    ck_assert(to && to == changed && to == chardev_find("r"));
    ck_assert_int_eq(f.opened, 2);
    chardev_write(to, "new", 3);
    check_ring("new");
    ck_assert_int_ne(access("s.sock", F_OK), 0);
    close(fd);
    attach("null,id=n", &handlers, &g);
    ck_assert_ptr_null(chardev_change("n", ring, -1, &err));
    ck_assert_str_eq(err->message, "Chardev user does not support chardev hotswap");
    g_clear_error(&err);
    ck_assert_ptr_null(chardev_change("x", ring, -1, &err));
    ck_assert_str_eq(err->message, "Chardev 'x' does not exist");
    g_clear_error(&err);
    ck_assert_ptr_nonnull(chardev_new_from_options("null,id=m,mux=on", NULL));
    ck_assert_ptr_null(chardev_change("m", ring, -1, &err));
    ck_assert_str_eq(err->message, "Mux device hotswap not supported yet");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("chardev-kinds");
    TCase *tc = tcase_create("kinds");

    tcase_add_checked_fixture(tc, chardev_setup, chardev_teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, ringbuf);
    tcase_add_test(tc, pipes);
    tcase_add_test(tc, logs);
    tcase_add_test(tc, mux_focus);
    tcase_add_test(tc, mux_commands);
    tcase_add_test(tc, mux_with_a_deaf_front_end);
    tcase_add_test(tc, mux_errors);
    tcase_add_test(tc, change_in_use);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
