/* SPDX-License-Identifier: MIT */
/* Character devices through the real program: the commands, compared with the installed peer's,
 * and the bytes that arrive at the other side. POISE and PEER name the programs. */
#include "tests/lib/qtest-client.h"
#include "tests/lib/tap.h"
#include "tests/qmp/shape.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *poise;

/* ---- the script: replies are compared with the peer's */

/* {'id': ID, 'backend': {'type': TYPE, 'data': DATA}} */
#define ADD(id, type, data) \
    "chardev-add", "{'id':'" id "','backend':{'type':'" type "','data':{" data "}}}"
#define CHANGE(id, type, data) \
    "chardev-change", "{'id':'" id "','backend':{'type':'" type "','data':{" data "}}}"
#define UNIX(path)       "'addr':{'type':'unix','data':{'path':'" path "'}}"
#define INET(host, port) "'addr':{'type':'inet','data':{'host':'" host "','port':'" port "'}}"
#define FD(name)         "'addr':{'type':'fd','data':{'str':'" name "'}}"

/* Where the peer names only the last member of a path, we name all of it. */
static bool same_error(const char *ours, const char *theirs)
{
    static const char parameter[] = "Parameter '";
    const char *dot = ours ? strrchr(ours, '.') : NULL;
    const char *theirs_name = theirs ? strstr(theirs, parameter) : NULL;

    if (!g_strcmp0(ours, theirs)) {
        return true;
    }
    return dot && theirs_name && strstr(ours, parameter) &&
           !strcmp(dot + 1, theirs_name + strlen(parameter));
}

static const struct {
    const char *command, *arguments;
} script[] = {
    {"query-chardev", NULL},
    {"query-chardev-backends", NULL},
    {ADD("n", "null", "")},
    {ADD("n", "null", "")},
    {ADD("p", "pty", "")},
    {ADD("f", "file", "'out':'f.out'")},
    {ADD("f2", "file", "'out':'f2.out','append':true,'in':'f.out','logfile':'f2.log'")},
    {ADD("f3", "file", "'out':'/nosuch/x'")},
    {ADD("f3", "file", "'out':'f3.out','in':'/nosuch/i'")},
    {ADD("f3", "file", "")},
    {ADD("f3", "file", "'out':'/dev/fdset/4'")},
    {ADD("pi", "pipe", "'device':'/nosuch/pipe'")},
    {ADD("rb", "ringbuf", "'size':15")},
    {ADD("rb", "ringbuf", "'size':-16")},
    {ADD("rb", "ringbuf", "'size':'16'")},
    {ADD("rb", "ringbuf", "'size':16")},
    {ADD("mem", "memory", "")},
    {ADD("mx", "mux", "'chardev':'nosuch'")},
    {ADD("mx", "mux", "'chardev':'mem'")},
    {ADD("mx2", "mux", "'chardev':'mem'")},
    {ADD("mx2", "mux", "'chardev':'mx'")},
    {ADD("s1", "socket", UNIX("s1"))},
    {ADD("s2", "socket", UNIX("s1") ",'server':false")},
    {ADD("s3", "socket", UNIX("nosuch") ",'server':false")},
    {ADD("s3", "socket", UNIX("s3") ",'server':false,'wait':true")},
    {ADD("s3", "socket", UNIX("s3") ",'reconnect':3")},
    {ADD("s3", "socket", UNIX("nosuch") ",'server':false,'reconnect':3")},
    {ADD("s4", "socket", INET("127.0.0.1", "0") ",'telnet':true")},
    {ADD("s5", "socket", INET("127.0.0.1", "0") ",'websocket':true")},
    {ADD("s6", "socket", INET("127.0.0.1", "1") ",'server':false,'websocket':true")},
    {ADD("s6", "socket", INET("127.0.0.1", "1") ",'server':false")},
    {ADD("s6", "socket", FD("nosuch"))},
    {ADD("s6", "socket", FD("77"))},
    {ADD("s6", "socket", "'addr':{'type':'nosuch','data':{}}")},
    {ADD("x", "nosuch", "")},
    {"chardev-add", "{'id':'x'}"},
    {"chardev-add", "{'backend':{'type':'null','data':{}}}"},
    {"query-chardev", NULL},
    {"ringbuf-write", "{'device':'rb','data':'hello'}"},
    {"ringbuf-read", "{'device':'rb','size':3}"},
    {"ringbuf-read", "{'device':'rb','size':300}"},
    {"ringbuf-read", "{'device':'rb','size':1}"},
    {"ringbuf-read", "{'device':'rb','size':0}"},
    {"ringbuf-read", "{'device':'rb','size':-1}"},
    {"ringbuf-write", "{'device':'rb','data':'0123456789abcdefXYZ'}"},
    {"ringbuf-read", "{'device':'rb','size':100,'format':'base64'}"},
    {"ringbuf-write", "{'device':'rb','data':'w6nigqw=','format':'base64'}"},
    {"ringbuf-read", "{'device':'rb','size':100,'format':'utf8'}"},
    {"ringbuf-write", "{'device':'rb','data':'4oLDKMI=','format':'base64'}"},
    {"ringbuf-read", "{'device':'rb','size':100}"},
    {"ringbuf-write", "{'device':'rb','data':'!!','format':'base64'}"},
    {"ringbuf-write", "{'device':'rb','data':'x','format':'nosuch'}"},
    {"ringbuf-write", "{'device':'n','data':'x'}"},
    {"ringbuf-read", "{'device':'n','size':1}"},
    {"ringbuf-read", "{'device':'nosuch','size':1}"},
    {"ringbuf-write", "{'device':'nosuch','data':'x'}"},
    {"chardev-send-break", "{'id':'nosuch'}"},
    {"chardev-send-break", "{'id':'n'}"},
    {CHANGE("nosuch", "null", "")},
    {CHANGE("n", "pty", "")},
    {CHANGE("mx2", "null", "")},
    {CHANGE("mon", "null", "")},
    {"query-chardev", NULL},
    {"chardev-remove", "{'id':'nosuch'}"},
    {"chardev-remove", "{'id':'mem'}"},
    {"chardev-remove", "{'id':'mx'}"},
    {"chardev-remove", "{'id':'mon'}"},
    {"chardev-remove", "{'id':'s1'}"},
    {"chardev-remove", "{'id':'s2'}"},
    {"chardev-remove", "{'id':'s4'}"},
    {"chardev-remove", "{'id':'n'}"},
    {"chardev-remove", "{'id':'p'}"},
    {"chardev-remove", "{'id':'f'}"},
    {"chardev-remove", "{'id':'rb'}"},
    {"chardev-remove", "{'id':'rb'}"},
    {"chardev-remove", "{}"},
};

typedef struct Played {
    JsonNode *result[G_N_ELEMENTS(script)];
    char *error[G_N_ELEMENTS(script)];
} Played;

static const char *const none_args[] = {"-machine", "none", "-nodefaults",
                                        "-display", "none", NULL};

/* With a session named "mon". */
static QmpClient *start(const char *program, const char *const *args)
{
    g_autoptr(GError) err = NULL;
    QmpClient *c = qmp_client_start(program, args, &err);

    if (!c || !qmp_client_negotiate(c, &err)) {
        fprintf(stderr, "%s: %s\n", program, err->message);
        exit(1);
    }
    return c;
}

static Played *play(const char *program)
{
    g_autoptr(QmpClient) c = start(program, none_args);
    Played *p = g_new0(Played, 1);

    for (size_t i = 0; i < G_N_ELEMENTS(script); i++) {
        g_autoptr(GError) err = NULL;
        const char *arguments = script[i].arguments;
        g_autoptr(JsonNode) chardevs = qmp_client_execute(c, "query-chardev", NULL, NULL);
        g_autofree char *own = NULL;

        /* The monitor's own device has another id for each of the two. */
        if (arguments && strstr(arguments, "'id':'mon'")) {
            JsonArray *list = json_node_get_array(chardevs);
            const char *label = NULL;

            for (guint j = 0; j < json_array_get_length(list); j++) {
                JsonObject *o = json_array_get_object_element(list, j);
                const char *name = json_object_get_string_member(o, "label");

                label = g_strrstr(name, "mon") ? name : label;
            }
            g_auto(GStrv) parts = g_strsplit(arguments, "'mon'", 2);
            own = g_strdup_printf("%s'%s'%s", parts[0], label, parts[1]);
            arguments = own;
        }
        p->result[i] = qmp_client_execute(c, script[i].command, arguments, &err);
        p->error[i] = err ? g_strdup(err->message) : NULL;
    }
    return p;
}

/* The ids of monitors and the numbers of pseudo-terminals differ. */
static char *blurred(const char *text)
{
    g_autoptr(GRegex) re = g_regex_new("'[a-z_]*mon[a-z_]*[0-9]+'", 0, 0, NULL);

    return text ? g_regex_replace_literal(re, text, -1, 0, "MON", 0, NULL) : NULL;
}

static void compare(size_t i, const Played *ours, const Played *theirs)
{
    g_autofree char *a = blurred(ours->error[i]), *b = blurred(theirs->error[i]);
    g_autofree char *difference = NULL;
    bool ok = same_error(a, b);

    if (ok && !a && strcmp(script[i].command, "query-chardev-backends") != 0) {
        ok = shape_is_part_of(ours->result[i], theirs->result[i], &difference);
    }
    if (ok && !a && !strcmp(script[i].command, "ringbuf-read")) {
        ok = !g_strcmp0(json_node_get_string(ours->result[i]),
                        json_node_get_string(theirs->result[i]));
    }
    g_autofree char *detail =
        g_strdup_printf("%s\nours   %s\ntheirs %s", difference ? difference : "",
                        a ? a : "went through", b ? b : "went through");
    tap_ok(ok, detail, "like the peer: %s %s", script[i].command,
           script[i].arguments ? script[i].arguments : "");
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The devices, sorted, "label filename" a line; the peer's internal order differs. */
static char *summary(JsonNode *chardevs)
{
    JsonArray *list = json_node_get_array(chardevs);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GRegex) numbers = g_regex_new("(/dev/pts/|127.0.0.1:)[0-9]+", 0, 0, NULL);

    for (guint i = 0; i < json_array_get_length(list); i++) {
        JsonObject *o = json_array_get_object_element(list, i);
        const char *label = json_object_get_string_member(o, "label");
        const char *name = json_object_get_string_member(o, "filename");

        /* The peer does not name what a client is connected to. */
        if (strstr(label, "mon") || !strcmp(label, "s2")) {
            continue;
        }
        g_autofree char *blur = g_regex_replace_literal(numbers, name, -1, 0, "N", 0, NULL);
        bool open = json_object_get_boolean_member(o, "frontend-open");
        g_ptr_array_add(lines, g_strdup_printf("%s %s%s", label, blur, open ? " open" : ""));
    }
    g_ptr_array_sort(lines, by_text);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

static void played_free(Played *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(script); i++) {
        g_clear_pointer(&p->result[i], json_node_unref);
        g_free(p->error[i]);
    }
    g_free(p);
}

static void test_script(const char *peer)
{
    Played *ours = play(poise);

    tap_ok(ours->result[0] && ours->result[1], ours->error[0], "script against ours");
    if (!peer || !*peer) {
        tap_skip("no peer emulator", "script against the peer");
    } else {
        Played *theirs = play(peer);

        for (size_t i = 0; i < G_N_ELEMENTS(script); i++) {
            compare(i, ours, theirs);
            if (!strcmp(script[i].command, "query-chardev")) {
                g_autofree char *a = summary(ours->result[i]), *b = summary(theirs->result[i]);
                g_autofree char *detail = g_strdup_printf("ours\n%s\ntheirs\n%s", a, b);

                tap_ok(!strcmp(a, b), detail, "devices like the peer's at step %zu", i);
            }
        }
        played_free(theirs);
    }
    played_free(ours);
}

/* ---- the other side of a device */

static char *path_in(const QmpClient *c, const char *name)
{
    return g_build_filename(qmp_client_dir(c), name, NULL);
}

static int connect_to(const QmpClient *c, const char *name)
{
    g_autofree char *path = path_in(c, name);
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(sa.sun_path, path, sizeof(sa.sun_path));
    if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Reads until n bytes are there, the end, or the limit; what came. */
static GByteArray *read_bytes(int fd, size_t n)
{
    GByteArray *got = g_byte_array_new();
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint8_t buf[4096];

    while (got->len < n && poll(&p, 1, QMP_CLIENT_TIMEOUT_MS) == 1) {
        ssize_t r = read(fd, buf, MIN(sizeof(buf), n - got->len));

        if (r <= 0) {
            break;
        }
        g_byte_array_append(got, buf, (guint)r);
    }
    return got;
}

static bool reads(int fd, const void *want, size_t n)
{
    g_autoptr(GByteArray) got = read_bytes(fd, n);

    return got->len == n && !memcmp(got->data, want, n);
}

/* Reads what is left: is there an end to it? */
static bool ends(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    g_byte_array_unref(read_bytes(fd, SIZE_MAX));
    return poll(&p, 1, 0) == 1 && (p.revents & POLLHUP);
}

static bool file_is(const QmpClient *c, const char *name, const char *want)
{
    g_autofree char *path = path_in(c, name);
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) && !strcmp(text, want);
}

/* Executes what has to go through. */
static JsonNode *must(QmpClient *c, const char *command, const char *arguments)
{
    g_autoptr(GError) err = NULL;
    JsonNode *ret = qmp_client_execute(c, command, arguments, &err);

    if (!ret) {
        tap_ok(false, err->message, "%s %s", command, arguments ? arguments : "");
    }
    return ret;
}

static void must_do(QmpClient *c, const char *command, const char *arguments)
{
    JsonNode *ret = must(c, command, arguments);

    g_clear_pointer(&ret, json_node_unref);
}

/* ---- a serial port on each kind of device */

enum { UART = 0x09000000, UARTDR = UART, UARTFR = UART + 0x18, UARTCR = UART + 0x30 };

static void uart_print(Qtest *q, const char *text)
{
    for (; *text; text++) {
        qtest_writel(q, UARTDR, (uint8_t)*text);
    }
}

/* Waits for a character; data and error bits. */
static unsigned uart_get(Qtest *q)
{
    for (int i = 0; i < 1000; i++) {
        if (!(qtest_readl(q, UARTFR) & 0x10)) {
            return qtest_readl(q, UARTDR);
        }
        g_usleep(1000); /* the bytes are on their way through the kernel */
    }
    return 0xdead;
}

static void test_serial_port(void)
{
    static const char *const args[] = {
        "-M", "virt", "-chardev", "file,id=c,path=out,logfile=log", "-serial", "chardev:c", NULL};
    Qtest *q = qtest_start(poise, args);
    QmpClient *c = q->qmp;

    qtest_writel(q, UARTCR, 0x301);
    uart_print(q, "file\n");
    tap_ok(file_is(c, "out", "file\n") && file_is(c, "log", "file\n"), NULL,
           "output of a serial port in its file and its log");
    must_do(c, CHANGE("c", "ringbuf", "'size':64,'logfile':'log','logappend':true"));
    uart_print(q, "ring\n");
    g_autoptr(JsonNode) ring = must(c, "ringbuf-read", "{'device':'c','size':100}");
    tap_ok(ring && !strcmp(json_node_get_string(ring), "ring\n") && file_is(c, "out", "file\n") &&
               file_is(c, "log", "file\nring\n"),
           NULL, "the port goes on with another device, the log is appended to");
    must_do(c, CHANGE("c", "socket", UNIX("c.sock") ",'telnet':true"));
    int fd = connect_to(c, "c.sock");
    tap_ok(reads(fd, "\xff\xfb\x01\xff\xfb\x03\xff\xfb\x00\xff\xfd\x00", 12), NULL,
           "telnet negotiation");
    (void)!write(fd, "k\xff\xff\xff\xf3", 5);
    tap_ok(uart_get(q) == 'k' && uart_get(q) == 0xff && (uart_get(q) & 0x400), NULL,
           "a key, an escaped byte and a break through telnet");
    uart_print(q, "\xff!");
    tap_ok(reads(fd, "\xff\xff!", 3), NULL, "output through telnet");
    close(fd);
    must_do(c, "chardev-send-break", "{'id':'c'}");
    tap_ok(uart_get(q) & 0x400, NULL, "a break by command");
    must_do(c, CHANGE("c", "pty", ""));
    g_autoptr(JsonNode) list = must(c, "query-chardev", NULL);
    g_autofree char *text = json_write(list, false);
    tap_ok(strstr(text, "\"pty:/dev/pts/") != NULL, text, "changed to a pseudo-terminal");
    uart_print(q, "nobody is there");
    must_do(c, CHANGE("c", "null", ""));
    uart_print(q, "x");
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonNode) no = qmp_client_execute(c, "chardev-remove", "{'id':'c'}", &err);
    tap_ok(!no && strstr(err->message, "Chardev 'c' is busy"), NULL,
           "a device in use is not removed");
    qtest_free(q);
}

/* ---- a mux */

static void test_mux(void)
{
    static const char *const args[] = {
        "-M",      "virt",      "-chardev", "socket,id=m,path=m.sock,server=on,wait=off,mux=on",
        "-serial", "chardev:m", "-mon",     "chardev=m,mode=control",
        NULL};
    Qtest *q = qtest_start(poise, args);
    int fd = connect_to(q->qmp, "m.sock");
    g_autoptr(GByteArray) greeting = read_bytes(fd, 8);

    tap_ok(greeting->len == 8 && !memcmp(greeting->data, "{\"QMP\": ", 8), NULL,
           "greeting of a monitor on a mux");
    qtest_writel(q, UARTCR, 0x301);
    (void)!write(fd, "s", 1);
    bool to_port = uart_get(q) == 's';
    static const char keys[] = "\001c{'execute':'qmp_capabilities','id':'mux'}\001c\001bt";
    (void)!write(fd, keys, strlen(keys));
    tap_ok(to_port && (uart_get(q) & 0x400) && uart_get(q) == 't', NULL,
           "a serial port and a monitor share a mux: keys go to the one in focus");
    bool found = false;
    g_autoptr(GString) all = g_string_new(NULL);
    while (!found) {
        g_autoptr(GByteArray) more = read_bytes(fd, 1);

        if (!more->len) {
            break;
        }
        g_string_append_len(all, (const char *)more->data, 1);
        found = strstr(all->str, "{\"return\": {}, \"id\": \"mux\"}") != NULL;
    }
    tap_ok(found, all->str, "a reply through the mux");
    (void)!write(fd, "\001x", 2);
    tap_ok(qmp_client_wait_exit(q->qmp) == 0, NULL, "C-a x ends the process");
    close(fd);
    qtest_free(q);
}

/* ---- QMP through a WebSocket, and several clients */

static bool handshake(int fd)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                 "Connection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    return write(fd, request, strlen(request)) == (ssize_t)strlen(request) &&
           reads(fd, answer, strlen(answer));
}

/* The payload of a short frame of the server. (transfer full) */
static char *read_frame(int fd)
{
    g_autoptr(GByteArray) head = read_bytes(fd, 2);
    size_t n = head->len == 2 ? head->data[1] : 0;

    if (n == 126) {
        g_autoptr(GByteArray) size = read_bytes(fd, 2);

        n = size->len == 2 ? (size_t)size->data[0] << 8 | size->data[1] : 0;
    }
    g_autoptr(GByteArray) payload = read_bytes(fd, n);
    return g_strndup((const char *)payload->data, payload->len);
}

static void test_websocket(void)
{
    enum { CLIENTS = 5 };
    static const char *const args[] = {"-machine",
                                       "none",
                                       "-nodefaults",
                                       "-display",
                                       "none",
                                       "-chardev",
                                       "socket,id=w,path=w.sock,server=on,wait=off,websocket=on",
                                       "-mon",
                                       "chardev=w,mode=control",
                                       NULL};
    static const char request[] = "\x81\x9e\0\0\0\0{'execute':'qmp_capabilities'}";
    g_autoptr(QmpClient) c = start(poise, args);
    int fds[CLIENTS], silent = connect_to(c, "w.sock");
    bool ok = silent >= 0;

    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = connect_to(c, "w.sock");
        ok = ok && handshake(fds[i]);
    }
    tap_ok(ok, NULL, "%d WebSocket clients at once, and one that says nothing", CLIENTS);
    for (int i = CLIENTS - 1; i >= 0; i--) {
        g_autofree char *greeting = read_frame(fds[i]);

        ok = ok && g_str_has_prefix(greeting, "{\"QMP\": ");
        ok = ok && write(fds[i], request, sizeof(request) - 1) == sizeof(request) - 1;
        g_autofree char *reply = ok ? read_frame(fds[i]) : NULL;
        ok = ok && !strcmp(reply, "{\"return\": {}}\r\n");
    }
    tap_ok(ok, NULL, "each has a session of its own");
    (void)!write(fds[0], "\x89\x81\0\0\0\0p\x88\x80\0\0\0\0", 13);
    tap_ok(reads(fds[0], "\x8a\x01p\x88\x02\x03\xe8", 7), NULL, "ping and close are answered");
    g_autoptr(GByteArray) rest = read_bytes(fds[0], 1);
    tap_ok(rest->len == 0, NULL, "the connection ends after a close");
    for (int i = 0; i < CLIENTS; i++) {
        close(fds[i]);
    }
    close(silent);
}

/* ---- random bytes at the protocols */

static void test_random_bytes(void)
{
    g_autoptr(QmpClient) c = start(poise, none_args);
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    uint8_t bytes[2000];

    must_do(c, ADD("t", "socket", UNIX("t.sock") ",'telnet':true"));
    must_do(c, ADD("w", "socket", UNIX("w.sock") ",'websocket':true"));
    for (int i = 0; i < 60; i++) {
        int fd = connect_to(c, i % 2 ? "t.sock" : "w.sock");

        if (i % 4 == 2) {
            (void)handshake(fd);
        }
        for (size_t k = 0; k < sizeof(bytes); k++) {
            bytes[k] = g_rand_boolean(rand) ? (uint8_t)g_rand_int(rand)
                                            : (uint8_t)g_rand_int_range(rand, 0xf0, 0x100);
        }
        (void)!send(fd, bytes, (size_t)g_rand_int_range(rand, 1, sizeof(bytes)), MSG_NOSIGNAL);
        close(fd);
    }
    g_autoptr(JsonNode) status = must(c, "query-status", NULL);
    tap_ok(status, NULL, "random bytes at telnet and WebSocket");
}

/* ---- descriptors */

static bool send_fd(QmpClient *c, const char *text, int fd)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {.iov_base = (char *)text, .iov_len = strlen(text)};
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control),
    };
    struct cmsghdr *cm = CMSG_FIRSTHDR(&msg);

    cm->cmsg_level = SOL_SOCKET;
    cm->cmsg_type = SCM_RIGHTS;
    cm->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(cm), &fd, sizeof(int));
    if (sendmsg(qmp_client_fd(c), &msg, 0) < 0) {
        return false;
    }
    g_autoptr(JsonObject) reply = qmp_client_receive(c, NULL);
    return reply && json_object_has_member(reply, "return");
}

static void test_descriptors(void)
{
    g_autoptr(QmpClient) c = start(poise, none_args);
    int pair[2], log[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || pipe(log) < 0) {
        tap_ok(false, NULL, "descriptors to pass");
        return;
    }
    tap_ok(send_fd(c, "{'execute':'getfd','arguments':{'fdname':'s'}}", pair[0]) &&
               send_fd(c, "{'execute':'add-fd','arguments':{'fdset-id':2}}", log[1]),
           NULL, "descriptors arrive");
    close(pair[0]);
    close(log[1]);
    must_do(c, ADD("s", "socket", FD("s") ",'server':false,'logfile':'/dev/fdset/2'"));
    must_do(c, ADD("m", "mux", "'chardev':'s'"));
    must_do(c, "remove-fd", "{'fdset-id':2}");
    (void)!write(pair[1], "\001h", 2);
    g_autoptr(GByteArray) help = read_bytes(pair[1], 10);
    tap_ok(help->len == 10 && reads(log[0], help->data, 10), NULL,
           "a device on a descriptor that was sent, its log in a set's");
    must_do(c, "chardev-remove", "{'id':'m'}");
    must_do(c, "chardev-remove", "{'id':'s'}");
    tap_ok(ends(pair[1]) && ends(log[0]), NULL, "both are closed after it");
    close(pair[1]);
    close(log[0]);
}

/* ---- nobody waits for a connection that takes its time */

static void test_slow_connection(void)
{
    static const char *const args[] = {"-machine",
                                       "none",
                                       "-nodefaults",
                                       "-display",
                                       "none",
                                       "-qmp",
                                       "unix:second.sock,server=on,wait=off",
                                       NULL};
    g_autoptr(QmpClient) c = start(poise, args);
    g_autoptr(QmpClient) other = qmp_client_connect(c, "second.sock", NULL);
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(sa);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fill[4];

    /* A backlog that is full: the next connection is neither accepted nor refused. */
    if (!other || !qmp_client_negotiate(other, NULL) ||
        bind(server, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(server, 0) < 0 ||
        getsockname(server, (struct sockaddr *)&sa, &len) < 0) {
        tap_ok(false, NULL, "a server that does not answer");
        return;
    }
    for (int i = 0; i < 4; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)!connect(fill[i], (struct sockaddr *)&sa, sizeof(sa));
    }
    g_autofree char *request = g_strdup_printf(
        "{'execute':'chardev-add','id':1,'arguments':{'id':'c','backend':{'type':'socket','data':"
        "{'server':false,'addr':{'type':'inet','data':{'host':'127.0.0.1','port':'%d'}}}}}}"
        "{'execute':'query-status','id':2}",
        ntohs(sa.sin_port));
    qmp_client_send(c, request, NULL);
    for (int i = 0; i < 20; i++) {
        must_do(other, "query-status", NULL);
    }
    g_autofree char *early = qmp_client_read_line(c, 50, NULL);
    tap_ok(!early, early, "other sessions are answered while a connection is made");
    close(server);
    g_autoptr(JsonObject) first = qmp_client_receive(c, NULL);
    g_autoptr(JsonObject) second = qmp_client_receive(c, NULL);
    tap_ok(first && json_object_get_int_member(first, "id") == 1 &&
               json_object_has_member(first, "error") && second &&
               json_object_get_int_member(second, "id") == 2,
           NULL, "its own session is answered in order, once the connection has failed");
    for (int i = 0; i < 4; i++) {
        close(fill[i]);
    }
    /* The process ends while a connection is being made, and the client is gone. */
    qmp_client_send(c,
                    "{'execute':'chardev-add','arguments':{'id':'d','backend':{'type':'socket',"
                    "'data':{'server':false,'addr':{'type':'inet','data':{'host':'localhost',"
                    "'port':'1'}}}}}}",
                    NULL);
    qmp_client_disconnect(c);
    must_do(other, "quit", NULL);
    tap_ok(qmp_client_wait_exit(c) == 0, NULL, "the end does not wait for connections");
}

int main(void)
{
    poise = getenv("POISE");
    if (!poise) {
        fprintf(stderr, "POISE names no program\n");
        return 1;
    }
    test_script(getenv("PEER"));
    test_serial_port();
    test_mux();
    test_websocket();
    test_random_bytes();
    test_descriptors();
    test_slow_connection();
    return tap_done();
}
