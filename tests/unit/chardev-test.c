/* SPDX-License-Identifier: MIT */
/* Character devices: both option forms, bytes through each kind, slow and leaving peers. */
#include "tests/unit/chardev-env.h"

#include "gen/qapi-visit.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <termios.h>

/* ---- options */

static const struct {
    const char *text;
    const char *json;  /* the backend; NULL: an error ... */
    const char *error; /* ... with this in it */
} forms[] = {
    {"stdio", "{'type':'stdio','data':{}}"},
    {"mon:stdio", "{'type':'stdio','data':{'x-mux':true,'signal':false}}"},
    {"null", "{'type':'null','data':{}}"},
    {"none", "{'type':'null','data':{}}"},
    {"pty", "{'type':'pty','data':{}}"},
    {"file:a,b=c", "{'type':'file','data':{'out':'a,b=c'}}"},
    {"unix:/s",
     "{'type':'socket','data':{'addr':{'type':'unix','data':{'path':'/s'}},'server':false}}"},
    {"unix:/s,server,nowait",
     "{'type':'socket','data':{'addr':{'type':'unix','data':{'path':'/s'}},'server':true,"
     "'wait':false}}"},
    {"unix:/s,server=on",
     "{'type':'socket','data':{'addr':{'type':'unix','data':{'path':'/s'}},'server':true,"
     "'wait':true}}"},
    {"unix:x,abstract=on,tight=off,server=on,wait=off",
     "{'type':'socket','data':{'addr':{'type':'unix','data':{'path':'x','abstract':true,"
     "'tight':false}},'server':true,'wait':false}}"},
    {"tcp:localhost:99,server=on,wait=off,nodelay",
     "{'type':'socket','data':{'addr':{'type':'inet','data':{'host':'localhost','port':'99'}},"
     "'server':true,'wait':false,'nodelay':true}}"},
    {"tcp::99,ipv4=on,to=105",
     "{'type':'socket','data':{'addr':{'type':'inet','data':{'host':'','port':'99','to':105,"
     "'ipv4':true}},'server':false}}"},
    {"tcp:[::1]:99,reconnect=3",
     "{'type':'socket','data':{'addr':{'type':'inet','data':{'host':'::1','port':'99'}},"
     "'server':false,'reconnect':3}}"},
    {"fd:3", "{'type':'socket','data':{'addr':{'type':'fd','data':{'str':'3'}},'server':false}}"},
    {"foo", NULL, "'foo' is not a valid char driver"},
    {"foo:x", NULL, "'foo:x' is not a valid char driver"},
    {"", NULL, "not a valid char driver"},
    {"unix:", NULL, "exactly one of 'path', 'host' and 'fd'"},
    {"unix:/s,server=maybe", NULL, "Parameter 'server' expects 'on' or 'off'"},
    {"unix:/s,foo=1", NULL, "Parameter 'foo' is unexpected"},
    {"unix:/s,host=x", NULL, "exactly one of"},
    {"tcp:localhost", NULL, "lacks a port"},
    {"tcp:x:1,to=70000", NULL, "Parameter 'to' expects uint16_t"},
    {"tcp:x:1,reconnect=soon", NULL, "Parameter 'reconnect' expects integer"},
};

static const struct {
    const char *text;
    const char *id;
    const char *json;
    const char *error;
} options[] = {
    {"null,id=a", "a", "{'type':'null','data':{}}"},
    {"backend=null,id=a", "a", "{'type':'null','data':{}}"},
    {"stdio,id=a,signal=off,logfile=l,logappend=on", "a",
     "{'type':'stdio','data':{'logfile':'l','logappend':true,'signal':false}}"},
    {"file,id=a,path=p,,q,append=on,input-path=i", "a",
     "{'type':'file','data':{'in':'i','out':'p,q','append':true}}"},
    {"socket,id=a,host=h,port=1", "a",
     "{'type':'socket','data':{'addr':{'type':'inet','data':{'host':'h','port':'1'}},"
     "'server':false}}"},
    {"socket,id=a,fd=4,server=on,wait=off", "a",
     "{'type':'socket','data':{'addr':{'type':'fd','data':{'str':'4'}},'server':true,"
     "'wait':false}}"},
    {"socket,id=a,path=p,nodelay", "a",
     "{'type':'socket','data':{'addr':{'type':'unix','data':{'path':'p'}},'nodelay':true,"
     "'server':false}}"},
    {"{\"id\":\"j\",\"backend\":{\"type\":\"null\",\"data\":{}}}", "j",
     "{'type':'null','data':{}}"},
    {"{\"id\":\"j\"}", NULL, NULL, "Parameter 'backend' is missing"},
    {"{\"id\":\"j\",\"backend\":{\"type\":\"null\"}}", NULL, NULL,
     "Parameter 'backend.data' is missing"},
    {"{\"id\":\"j\",\"x\":1}", NULL, NULL, "Parameter 'x' is unexpected"},
    {"null", NULL, NULL, "no id specified"},
    {"id=a", NULL, NULL, "no backend given"},
    {"foo,id=a", NULL, NULL, "'foo' is not a valid char driver name"},
    {"file,id=a", NULL, NULL, "no filename given"},
    {"socket,id=a", NULL, NULL, "exactly one of"},
    {"socket,id=a,host=x", NULL, NULL, "Parameter 'port' is missing"},
    {"socket,id=a,path=x,port=1", NULL, NULL, "Parameter 'port' is unexpected"},
    {"null,id=a,foo=1", NULL, NULL, "Parameter 'foo' is unexpected"},
    {"stdio,id=a,signal=2", NULL, NULL, "Parameter 'signal' expects 'on' or 'off'"},
};

static void check_backend(const char *text, ChardevBackend *b, const char *json, const char *error,
                          const Error *err)
{
    ck_assert_msg(!b == !json, "'%s': %s", text, err ? err->message : "taken");
    if (!b) {
        ck_assert_msg(strstr(err->message, error), "'%s': %s", text, err->message);
        return;
    }
    g_autoptr(JsonNode) want_node = json_parse(json, -1, NULL);
    g_autoptr(ChardevBackend) want = qapi_ChardevBackend_from_json(want_node, "want", NULL);
    ck_assert_ptr_nonnull(want);
    g_autoptr(JsonNode) x = qapi_ChardevBackend_to_json(b);
    g_autoptr(JsonNode) y = qapi_ChardevBackend_to_json(want);
    g_autofree char *got_text = json_write(x, false);
    g_autofree char *want_text = json_write(y, false);
    ck_assert_str_eq(got_text, want_text);
}

START_TEST(short_forms)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(ChardevBackend) b = chardev_parse_short(forms[_i].text, &err);

    check_backend(forms[_i].text, b, forms[_i].json, forms[_i].error, err);
}
END_TEST

START_TEST(option_forms)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *id = NULL;
    g_autoptr(ChardevBackend) b = chardev_parse_options(options[_i].text, &id, &err);

    check_backend(options[_i].text, b, options[_i].json, options[_i].error, err);
    if (b) {
        ck_assert_str_eq(id, options[_i].id);
    }
}
END_TEST

START_TEST(table_of_devices)
{
    g_autoptr(GError) err = NULL;

    ck_assert_ptr_nonnull(chardev_new_from_options("null,id=a", &err));
    ck_assert_ptr_null(chardev_new_from_options("null,id=a", &err));
    ck_assert_str_eq(err->message, "Duplicate ID 'a' for chardev");
    g_clear_error(&err);
    ck_assert_ptr_null(chardev_new_from_options("null,id=9a", &err));
    ck_assert_str_eq(err->message, "Parameter 'id' expects an identifier");
    g_clear_error(&err);
    ck_assert_ptr_eq(chardev_new_from_short("b", "chardev:a", NULL), chardev_find("a"));
    ck_assert_ptr_null(chardev_new_from_short("b", "chardev:c", &err));
    ck_assert_str_eq(err->message, "chardev \"c\" not found");
    g_clear_error(&err);
    ck_assert_ptr_null(chardev_new_from_options("socket,id=s,path=/nosuch/x,server=on", &err));
    ck_assert_str_eq(err->message, "Failed to bind socket to /nosuch/x: No such file or directory");
    g_clear_error(&err);
    ck_assert_ptr_null(chardev_find("s"));
    ck_assert_ptr_null(chardev_new_from_options("socket,id=s,fd=999", &err));
    ck_assert_str_eq(err->message, "File descriptor '999' was not inherited, or is in use already");
    ck_assert(chardev_remove("a", NULL) && !chardev_find("a") && !chardev_remove("a", NULL));
}
END_TEST

/* ---- bytes */

START_TEST(socket_server)
{
    Front f;
    Chardev *chr = attach("socket,id=s,path=s.sock,server=on,wait=off", &handlers, &f);
    char buf[16];

    for (int i = 1; i <= 3; i++) {
        int fd = client("s.sock");

        RUN_UNTIL(f.opened == i);
        ck_assert(chardev_is_open(chr));
        ck_assert_int_eq(write(fd, "hello", 5), 5);
        RUN_UNTIL(f.got->len == 5u * (unsigned)i);
        chardev_write(chr, "answer", 6);
        ck_assert_int_eq(read(fd, buf, sizeof(buf)), 6);
        close(fd);
        RUN_UNTIL(f.closed == i);
        ck_assert(!chardev_is_open(chr));
    }
    ck_assert_int_eq(access("s.sock", F_OK), 0);
    chardev_detach(chr);
    ck_assert(chardev_remove("s", NULL));
    ck_assert_int_ne(access("s.sock", F_OK), 0);
}
END_TEST

START_TEST(front_end_takes_little)
{
    Front f;
    Chardev *chr = attach("socket,id=s,path=s.sock,server=on,wait=off", &handlers, &f);
    int fd = client("s.sock");

    f.room = 3;
    ck_assert_int_eq(write(fd, "abcdefgh", 8), 8);
    RUN_UNTIL(f.got->len == 3);
    f.room = 2;
    chardev_accept_input(chr);
    RUN_UNTIL(f.got->len == 5);
    close(fd); /* what was sent before still arrives */
    f.room = 100;
    chardev_accept_input(chr);
    RUN_UNTIL(f.closed == 1);
    ck_assert_str_eq(f.got->str, "abcdefgh");
}
END_TEST

/* The client says all it has to and then reads slowly: it gets everything. */
START_TEST(answers_after_end_of_input)
{
    enum { SIZE = 8 << 20 };
    Front f;
    Chardev *chr = attach("socket,id=s,path=s.sock,server=on,wait=off", &keeping, &f);
    int fd = client("s.sock");
    g_autofree char *big = g_malloc0(SIZE);
    g_autofree char *buf = g_malloc(1 << 20);
    size_t total = 0;

    RUN_UNTIL(f.opened == 1);
    chardev_write(chr, big, SIZE);
    ck_assert_uint_gt(chardev_pending(chr), SIZE / 2);
    shutdown(fd, SHUT_WR);
    while (!f.closed) {
        ssize_t n = read(fd, buf, 1 << 20);

        total += n > 0 ? (size_t)n : 0;
        g_main_context_iteration(NULL, n <= 0);
    }
    for (ssize_t n; (n = read(fd, buf, 1 << 20)) > 0;) {
        total += (size_t)n;
    }
    ck_assert_uint_eq(total, SIZE);
    close(fd);
}
END_TEST

START_TEST(guest_output_is_bounded)
{
    Front f;
    Chardev *chr = attach("socket,id=s,path=s.sock,server=on,wait=off", &handlers, &f);
    int fd = client("s.sock");
    g_autofree char *block = g_malloc0(1 << 16);
    char buf[4096];

    RUN_UNTIL(f.opened == 1);
    for (int i = 0; i < 100; i++) {
        chardev_write(chr, block, 1 << 16);
        ck_assert_uint_le(chardev_pending(chr), 1 << 20);
    }
    ck_assert_uint_eq(chardev_pending(chr), 1 << 20);
    while (!f.drained) {
        (void)!read(fd, buf, sizeof(buf));
        g_main_context_iteration(NULL, FALSE);
    }
    ck_assert_uint_eq(chardev_pending(chr), 0);
    close(fd);
}
END_TEST

START_TEST(peer_of_nobody_leaves)
{
    static const ChardevHandlers deaf = {.event = front_event};
    Front f;
    int fd;

    attach("socket,id=s,path=s.sock,server=on,wait=off", &deaf, &f);
    fd = client("s.sock");
    RUN_UNTIL(f.opened == 1);
    close(fd);
    RUN_UNTIL(f.closed == 1);
    fd = client("s.sock");
    RUN_UNTIL(f.opened == 2);
    close(fd);
}
END_TEST

START_TEST(write_to_a_peer_that_left)
{
    Front f;
    Chardev *chr = attach("socket,id=s,path=s.sock,server=on,wait=off", &handlers, &f);
    int fd = client("s.sock");

    RUN_UNTIL(f.opened == 1);
    close(fd);
    chardev_write(chr, "lost", 4);
    ck_assert_int_eq(f.closed, 0); /* the writer is never called back */
    RUN_UNTIL(f.closed == 1);
    chardev_write(chr, "lost", 4);
    ck_assert_uint_eq(chardev_pending(chr), 0);
}
END_TEST

START_TEST(socket_client_reconnects)
{
    Front server, f;
    Chardev *chr;

    chr = attach("socket,id=c,path=r.sock,reconnect=1", &handlers, &f);
    ck_assert(!chardev_is_open(chr));
    attach("socket,id=s,path=r.sock,server=on,wait=off", &handlers, &server);
    RUN_UNTIL(f.opened == 1 && server.opened == 1);
    chardev_write(chr, "x", 1);
    RUN_UNTIL(server.got->len == 1);
    chardev_detach(chardev_find("s"));
    ck_assert(chardev_remove("s", NULL));
    RUN_UNTIL(f.closed == 1);
    attach("socket,id=s,path=r.sock,server=on,wait=off", &handlers, &server);
    RUN_UNTIL(f.opened == 2);
}
END_TEST

START_TEST(tcp)
{
    Front f, g;
    Chardev *s = attach("socket,id=s,host=127.0.0.1,port=0,server=on,wait=off", &handlers, &f);
    g_autofree char *name = chardev_filename(s);
    const char *port = strrchr(name, ':') + 1;
    g_autofree char *text = g_strdup_printf("socket,id=c,host=127.0.0.1,port=%.*s,nodelay=on",
                                            (int)strcspn(port, ","), port);

    ck_assert(g_str_has_prefix(name, "disconnected:tcp:127.0.0.1:"));
    ck_assert(g_str_has_suffix(name, ",server=on"));
    Chardev *c = attach(text, &handlers, &g);
    RUN_UNTIL(f.opened == 1 && g.opened == 1);
    chardev_write(c, "ping", 4);
    RUN_UNTIL(f.got->len == 4);
}
END_TEST

START_TEST(abstract_and_inherited)
{
    Front f, g;
    int pair[2];
    char buf[8];
    g_autofree char *name = g_strdup_printf("poise-test-%d", (int)getpid());
    g_autofree char *server =
        g_strdup_printf("socket,id=s,path=%s,abstract=on,server=on,wait=off", name);
    g_autofree char *c = g_strdup_printf("socket,id=c,path=%s,abstract=on", name);

    attach(server, &handlers, &f);
    attach(c, &handlers, &g);
    RUN_UNTIL(f.opened == 1 && g.opened == 1);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    g_autofree char *text = g_strdup_printf("socket,id=fd,fd=%d", pair[0]);
    Chardev *chr = attach(text, &handlers, &f);
    ck_assert_int_eq(f.opened, 1);
    chardev_write(chr, "x", 1);
    ck_assert_int_eq(read(pair[1], buf, sizeof(buf)), 1);
    g_autofree char *wrong = g_strdup_printf("socket,id=fd2,fd=%d,server=on,wait=off", pair[1]);
    ck_assert_ptr_null(chardev_new_from_options(wrong, NULL));
    close(pair[1]);
}
END_TEST

START_TEST(files)
{
    Front f;
    g_autofree char *text = NULL;
    Chardev *chr;

    ck_assert(g_file_set_contents("in", "typed", 5, NULL));
    ck_assert(g_file_set_contents("out", "old", 3, NULL));
    chr = attach("file,id=f,path=out,input-path=in,logfile=log", &handlers, &f);
    RUN_UNTIL(f.got->len == 5);
    ck_assert_str_eq(f.got->str, "typed");
    RUN_UNTIL(f.closed == 1); /* the end of the input */
    chardev_detach(chr);
    ck_assert(chardev_remove("f", NULL));
    chr = attach("file,id=f,path=out,append=on,logfile=log", &handlers, &f);
    chardev_write(chr, "new", 3);
    chardev_write(chr, "er", 2);
    ck_assert(g_file_get_contents("out", &text, NULL, NULL));
    ck_assert_str_eq(text, "newer");
    g_free(text);
    ck_assert(g_file_get_contents("log", &text, NULL, NULL));
    ck_assert_str_eq(text, "newer");
    g_autoptr(GError) err = NULL;
    ck_assert_ptr_null(chardev_new_from_short("g", "file:nosuch/x", &err));
    ck_assert_str_eq(err->message, "Could not open 'nosuch/x': No such file or directory");
}
END_TEST

START_TEST(pty)
{
    Front f;
    Chardev *chr = attach("pty,id=p", &handlers, &f);
    g_autofree char *name = chardev_filename(chr);
    char buf[16];
    struct termios t;

    ck_assert(g_str_has_prefix(name, "pty:/dev/"));
    ck_assert_int_eq(f.opened, 0);
    chardev_write(chr, "lost", 4);
    for (int i = 1; i <= 2; i++) {
        int fd = open(name + 4, O_RDWR | O_NOCTTY);

        chardev_write(chr, "\r\nx", 3); /* finds that somebody is there */
        ck_assert_int_eq(f.opened, i);
        ck_assert_int_eq(read(fd, buf, sizeof(buf)), 3);
        ck_assert_int_eq(tcgetattr(fd, &t), 0);
        ck_assert_uint_eq(t.c_lflag & (ICANON | ECHO), 0);
        ck_assert_int_eq(write(fd, "k", 1), 1);
        RUN_UNTIL(f.got->len == (unsigned)i);
        close(fd);
        RUN_UNTIL(f.closed == i);
    }
    int fd = open(name + 4, O_RDWR | O_NOCTTY);
    RUN_UNTIL(f.opened == 3); /* by looking once a second */
    close(fd);
}
END_TEST

START_TEST(stdio)
{
    Front f;
    int in[2], out[2];
    char buf[8];

    ck_assert(pipe(in) == 0 && pipe(out) == 0);
    int old_in = dup(0), old_out = dup(1);
    dup2(in[0], 0);
    dup2(out[1], 1);
    Chardev *chr = attach("stdio,id=a", &handlers, &f);
    g_autoptr(GError) err = NULL;
    ck_assert_ptr_null(chardev_new_from_options("stdio,id=b", &err));
    ck_assert_str_eq(err->message, "cannot use stdio by multiple character devices");
    ck_assert_int_eq(write(in[1], "in", 2), 2);
    RUN_UNTIL(f.got->len == 2);
    chardev_write(chr, "out", 3);
    ck_assert_int_eq(read(out[0], buf, sizeof(buf)), 3);
    close(in[1]);
    close(in[0]);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    /* The end of input is not the end of output. */
    chardev_write(chr, "more", 4);
    ck_assert_int_eq(read(out[0], buf, sizeof(buf)), 4);
    ck_assert_int_eq(f.closed, 0);
    chardev_detach(chr);
    ck_assert(chardev_remove("a", NULL));
    ck_assert_int_eq(fcntl(0, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_ptr_nonnull(chardev_new_from_options("stdio,id=b", NULL));
    dup2(old_in, 0);
    dup2(old_out, 1);
}
END_TEST

START_TEST(one_front_end)
{
    Front f, g = {0};
    g_autoptr(GError) err = NULL;
    Chardev *chr = attach("null,id=n", &handlers, &f);

    ck_assert_int_eq(f.opened, 1);
    ck_assert(!chardev_attach(chr, &handlers, &g, &err));
    ck_assert_str_eq(err->message, "Device 'n' is in use");
    g_clear_error(&err);
    ck_assert(!chardev_remove("n", &err));
    ck_assert_str_eq(err->message, "Chardev 'n' is busy");
    chardev_detach(chr);
    ck_assert(chardev_attach(chr, &handlers, &g, NULL));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("chardev");
    TCase *tc = tcase_create("chardev");

    tcase_add_checked_fixture(tc, chardev_setup, chardev_teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_loop_test(tc, short_forms, 0, G_N_ELEMENTS(forms));
    tcase_add_loop_test(tc, option_forms, 0, G_N_ELEMENTS(options));
    tcase_add_test(tc, table_of_devices);
    tcase_add_test(tc, socket_server);
    tcase_add_test(tc, front_end_takes_little);
    tcase_add_test(tc, answers_after_end_of_input);
    tcase_add_test(tc, guest_output_is_bounded);
    tcase_add_test(tc, peer_of_nobody_leaves);
    tcase_add_test(tc, write_to_a_peer_that_left);
    tcase_add_test(tc, socket_client_reconnects);
    tcase_add_test(tc, tcp);
    tcase_add_test(tc, abstract_and_inherited);
    tcase_add_test(tc, files);
    tcase_add_test(tc, pty);
    tcase_add_test(tc, stdio);
    tcase_add_test(tc, one_front_end);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
