/* SPDX-License-Identifier: MIT */
/* Listening sockets that hand each client over, descriptors that come with bytes, names of hosts
 * that are looked up in the background, and front ends that let go while they are called. */
#include "tests/unit/chardev-env.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { CLIENTS = 50 };

typedef struct Server {
    GPtrArray *chrs; /* our references */
    Front fronts[CLIENTS + 1];
} Server;

static void take_client(void *opaque, Chardev *chr)
{
    Server *s = opaque;
    Front *f = &s->fronts[s->chrs->len];

    ck_assert_uint_le(s->chrs->len, CLIENTS);
    *f = (Front){.got = g_string_new(NULL), .room = 1 << 20};
    g_ptr_array_add(s->chrs, chr);
    ck_assert(chardev_attach(chr, &keeping, f, NULL));
    ck_assert_int_eq(f->opened, 1);
}

static void server_init(Server *s, const char *options)
{
    g_autoptr(GError) err = NULL;
    Chardev *chr = chardev_new_from_options(options, &err);

    ck_assert_msg(chr, "%s", err ? err->message : "");
    ck_assert(chardev_is_listener(chr));
    s->chrs = g_ptr_array_new_with_free_func((GDestroyNotify)object_unref);
    ck_assert(chardev_attach_listener(chr, take_client, s, NULL));
}

static void server_free(Server *s)
{
    for (guint i = 0; i < s->chrs->len; i++) {
        chardev_detach(s->chrs->pdata[i]);
        g_string_free(s->fronts[i].got, TRUE);
    }
    g_ptr_array_unref(s->chrs);
}

/* One of them reads nothing and gets megabytes: the others do not notice. */
START_TEST(many_clients)
{
    static Server s;
    g_autofree char *big = g_malloc0(4 << 20);
    ChardevPeer peer;
    int fds[CLIENTS];
    char buf[16];

    server_init(&s, "socket,id=s,path=s.sock,server=on,wait=off");
    for (int i = 0; i < CLIENTS; i++) { /* all wait in the backlog at once */
        fds[i] = client("s.sock");
    }
    RUN_UNTIL(s.chrs->len == CLIENTS);
    g_autofree char *name = chardev_filename(chardev_find("s"));
    ck_assert_str_eq(name, "unix:s.sock,server=on");
    chardev_write(s.chrs->pdata[0], big, 4 << 20);
    ck_assert_uint_gt(chardev_pending(s.chrs->pdata[0]), 0);
    for (int i = 1; i < CLIENTS; i++) {
        uint8_t byte = (uint8_t)i;
        ck_assert_int_eq(write(fds[i], &byte, 1), 1);
    }
    for (int i = 1; i < CLIENTS; i++) {
        Front *f = &s.fronts[i];

        RUN_UNTIL(f->got->len == 1);
        chardev_write(s.chrs->pdata[i], f->got->str, 1);
    }
    for (int i = 1; i < CLIENTS; i++) {
        ck_assert_int_eq(read(fds[i], buf, sizeof(buf)), 1);
        ck_assert_int_eq(buf[0], i);
        ck_assert(chardev_peer(s.chrs->pdata[i], &peer));
        ck_assert_int_eq(peer.pid, getpid());
        ck_assert_int_eq(peer.uid, getuid());
        close(fds[i]);
    }
    for (int i = 1; i < CLIENTS; i++) {
        RUN_UNTIL(s.fronts[i].closed == 1);
    }
    ck_assert_int_eq(s.fronts[0].closed, 0);
    int again = client("s.sock");
    RUN_UNTIL(s.chrs->len == CLIENTS + 1);
    close(again);
    close(fds[0]);
    RUN_UNTIL(s.fronts[0].closed == 1 && s.fronts[CLIENTS].closed == 1);
    g_autofree char *left = chardev_filename(chardev_find("s"));
    ck_assert_str_eq(left, "disconnected:unix:s.sock,server=on");
    server_free(&s);
}
END_TEST

START_TEST(listener_is_in_use)
{
    static Server s;
    g_autoptr(GError) err = NULL;
    Front f;

    server_init(&s, "socket,id=s,path=s.sock,server=on,wait=off");
    Chardev *chr = chardev_find("s");
    ck_assert(!chardev_attach(chr, &handlers, &f, &err));
    ck_assert_str_eq(err->message, "Device 's' is in use");
    g_clear_error(&err);
    ck_assert(!chardev_remove("s", &err));
    ck_assert_str_eq(err->message, "Chardev 's' is busy");
    int fd = client("s.sock");
    RUN_UNTIL(s.chrs->len == 1);
    /* The clients outlive their listener. */
    chardev_detach(chr);
    ck_assert(chardev_remove("s", NULL));
    ck_assert_int_eq(write(fd, "x", 1), 1);
    RUN_UNTIL(s.fronts[0].got->len == 1);
    close(fd);
    server_free(&s);
}
END_TEST

START_TEST(clients_with_a_handshake)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    static Server s;
    char buf[512];

    server_init(&s, "socket,id=s,path=s.sock,server=on,wait=off,websocket=on");
    int silent = client("s.sock"), gone = client("s.sock"), fd = client("s.sock");
    close(gone);
    ck_assert_int_eq(write(fd, request, strlen(request)), (ssize_t)strlen(request));
    RUN_UNTIL(s.chrs->len == 1); /* who says nothing keeps nobody waiting */
    ssize_t n = read(fd, buf, sizeof(buf));
    ck_assert_int_gt(n, 0);
    ck_assert_mem_eq(buf, "HTTP/1.1 101 ", 13);
    chardev_write(s.chrs->pdata[0], "hi", 2);
    ck_assert_int_eq(read(fd, buf, sizeof(buf)), 4);
    ck_assert_mem_eq(buf, "\x82\x02hi", 4);
    ck_assert_int_eq(write(fd, "\x82\x82\0\0\0\0yo\x88\x80\0\0\0\0", 14), 14);
    RUN_UNTIL(s.fronts[0].closed == 1);
    ck_assert_str_eq(s.fronts[0].got->str, "yo");
    ck_assert_int_eq(read(fd, buf, sizeof(buf)), 4);
    ck_assert_int_eq(read(fd, buf, sizeof(buf)), 0);
    close(fd);
    close(silent);
    server_free(&s);
}
END_TEST

/* ---- one client at a time */

START_TEST(websocket_for_one)
{
    Front f;
    char buf[256];

    attach("socket,id=s,path=s.sock,server=on,wait=off,websocket=on", &handlers, &f);
    int fd = client("s.sock");
    ck_assert_int_eq(write(fd, "rubbish\r\n\r\n", 11), 11);
    ssize_t n;
    while ((n = read(fd, buf, sizeof(buf))) < 0) {
        g_main_context_iteration(NULL, TRUE);
    }
    ck_assert_mem_eq(buf, "HTTP/1.1 400 ", 13);
    RUN_UNTIL(read(fd, buf, sizeof(buf)) == 0);
    ck_assert_int_eq(f.opened, 0);
    ck_assert_int_eq(f.closed, 0);
    close(fd);
}
END_TEST

START_TEST(telnet_break)
{
    Front f;
    char buf[64];

    Chardev *chr = attach("socket,id=s,path=s.sock,server=on,wait=off,telnet=on", &handlers, &f);
    int fd = client("s.sock");
    RUN_UNTIL(read(fd, buf, sizeof(buf)) == 12);
    ck_assert_int_eq(f.opened, 1);
    ck_assert_int_eq(write(fd, "a\xff\xf3\xff\xff", 5), 5);
    RUN_UNTIL(f.breaks == 1 && f.got->len == 2);
    chardev_write(chr, "\xff", 1);
    ck_assert_int_eq(read(fd, buf, sizeof(buf)), 2);
    close(fd);
}
END_TEST

/* ---- descriptors */

static int received[64];
static size_t n_received;

static void receive_fds(void *opaque, const int *fds, size_t n)
{
    memcpy(received + n_received, fds, n * sizeof(int));
    n_received += n;
}

static void send_fds(int sock, const char *text, int fd, size_t n)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(64 * sizeof(int))];
    } control = {0};
    struct iovec iov = {.iov_base = (char *)text, .iov_len = strlen(text)};
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = CMSG_SPACE(n * sizeof(int)),
    };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(n * sizeof(int));
    for (size_t i = 0; i < n; i++) {
        memcpy(CMSG_DATA(c) + i * sizeof(int), &fd, sizeof(int));
    }
    ck_assert_int_eq(sendmsg(sock, &msg, 0), (ssize_t)strlen(text));
}

static int count_fds(void)
{
    g_autoptr(GDir) d = g_dir_open("/proc/self/fd", 0, NULL);
    int n = 0;

    while (g_dir_read_name(d)) {
        n++;
    }
    return n;
}

START_TEST(descriptors_come_first)
{
    static const ChardevHandlers h = {
        .can_receive = front_room,
        .receive = front_receive,
        .receive_fds = receive_fds,
        .event = front_event,
    };
    Front f;
    Chardev *chr = attach("socket,id=s,path=s.sock,server=on,wait=off", &h, &f);
    int fd = client("s.sock");
    int p[2];

    RUN_UNTIL(f.opened == 1);
    ck_assert_int_eq(pipe(p), 0);
    int before = count_fds();
    send_fds(fd, "two", p[0], 2);
    RUN_UNTIL(f.got->len == 3);
    ck_assert_uint_eq(n_received, 2);
    ck_assert_int_eq(fcntl(received[1], F_GETFD), FD_CLOEXEC);
    close(received[0]);
    close(received[1]);
    n_received = 0;
    send_fds(fd, "many", p[0], 40); /* no more than 16 are taken */
    RUN_UNTIL(f.got->len == 7);
    ck_assert_uint_eq(n_received, 16);
    while (n_received) {
        close(received[--n_received]);
    }
    ck_assert_int_eq(count_fds(), before);
    /* A front end that does not want them has none left behind. */
    chardev_detach(chr);
    ck_assert(chardev_attach(chr, &handlers, &f, NULL));
    send_fds(fd, "none", p[0], 3);
    RUN_UNTIL(f.got->len == 11);
    ck_assert_uint_eq(n_received, 0);
    ck_assert_int_eq(count_fds(), before);
    close(fd);
}
END_TEST

static int named = -1;

static int find_named(const char *name, Error **errp)
{
    if (strcmp(name, "serial") != 0) {
        error_set_code(errp, ERROR_CODE_UNSPECIFIED,
                       "File descriptor named '%s' has not been found", name);
        return -1;
    }
    return named;
}

START_TEST(named_descriptors)
{
    g_autoptr(GError) err = NULL;
    int pair[2];
    Front f;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_ptr_null(chardev_new_from_options("socket,id=a,fd=serial", &err));
    ck_assert_str_eq(err->message, "File descriptor named 'serial' has not been found");
    g_clear_error(&err);
    chardev_set_fd_lookup(find_named);
    ck_assert_ptr_null(chardev_new_from_options("socket,id=a,fd=other", &err));
    ck_assert_str_eq(err->message, "File descriptor named 'other' has not been found");
    g_clear_error(&err);
    named = pair[0];
    attach("socket,id=a,fd=serial", &handlers, &f);
    ck_assert_int_eq(f.opened, 1);
    g_autofree char *again = g_strdup_printf("socket,id=b,fd=%d", pair[0]);
    ck_assert_ptr_null(chardev_new_from_options(again, &err));
    ck_assert(strstr(err->message, "was not inherited, or is in use already"));
    close(pair[1]);
}
END_TEST

/* ---- names of hosts */

START_TEST(dialing)
{
    Front f;

    /* A name that does not exist, tried again and again; then removed while it is looked up. */
    attach("socket,id=c,host=nosuch.invalid,port=1,reconnect=1", &handlers, &f);
    for (int i = 0; i < 10; i++) {
        g_main_context_iteration(NULL, FALSE);
    }
    ck_assert_int_eq(f.opened, 0);
    chardev_detach(chardev_find("c"));
    ck_assert(chardev_remove("c", NULL));
    /* A name that does. */
    Front server;
    Chardev *s =
        attach("socket,id=s,host=localhost,port=0,ipv4=on,server=on,wait=off", &handlers, &server);
    g_autofree char *name = chardev_filename(s);
    int port = atoi(strrchr(name, ':') + 1);
    g_autofree char *text =
        g_strdup_printf("socket,id=c,host=localhost,port=%d,ipv4=on,reconnect=1", port);
    attach(text, &handlers, &f);
    RUN_UNTIL(f.opened == 1 && server.opened == 1);
}
END_TEST

/* ---- reentrance */

static void receive_and_detach(void *opaque, const uint8_t *buf, size_t len)
{
    Chardev *chr = chardev_find("s");

    chardev_detach(chr);
    ck_assert(chardev_remove("s", NULL));
    (*(int *)opaque)++;
}

static void event_and_detach(void *opaque, ChardevEvent event)
{
    if (event == CHARDEV_CLOSED) {
        receive_and_detach(opaque, NULL, 0);
    }
}

static void drained_and_detach(void *opaque)
{
    receive_and_detach(opaque, NULL, 0);
}

START_TEST(front_end_leaves_within)
{
    static const ChardevHandlers leaving[] = {
        {.receive = receive_and_detach},
        {.receive = receive_and_detach, .event = event_and_detach},
        {.drained = drained_and_detach},
    };
    g_autofree char *big = g_malloc0(1 << 20);
    int calls = 0;
    char buf[4096];

    Chardev *chr = chardev_new_from_options("socket,id=s,path=s.sock,server=on,wait=off", NULL);
    ck_assert(chardev_attach(chr, &leaving[_i], &calls, NULL));
    int fd = client("s.sock");
    RUN_UNTIL(chardev_is_open(chr));
    if (_i == 0) {
        ck_assert_int_eq(write(fd, "x", 1), 1);
    } else if (_i == 1) {
        close(fd);
    } else {
        chardev_write(chr, big, 1 << 20);
        while (!calls) {
            (void)!read(fd, buf, sizeof(buf));
            g_main_context_iteration(NULL, FALSE);
        }
    }
    RUN_UNTIL(calls == 1);
    ck_assert_ptr_null(chardev_find("s"));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("chardev-listen");
    TCase *tc = tcase_create("listen");

    tcase_add_checked_fixture(tc, chardev_setup, chardev_teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, many_clients);
    tcase_add_test(tc, listener_is_in_use);
    tcase_add_test(tc, clients_with_a_handshake);
    tcase_add_test(tc, websocket_for_one);
    tcase_add_test(tc, telnet_break);
    tcase_add_test(tc, descriptors_come_first);
    tcase_add_test(tc, named_descriptors);
    tcase_add_test(tc, dialing);
    tcase_add_loop_test(tc, front_end_leaves_within, 0, 3);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
