/* SPDX-License-Identifier: MIT */
/* QMP sessions: the same script for our program and for the installed peer, replies compared; then
 * what only ours promises. POISE and PEER name the programs. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"
#include "tests/qmp/shape.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the script: replies are compared with the peer's */

/* EXACT: also the text of an error. LOOSE: success or failure and class alone, for commands whose
 * errors depend on objects that differ. */
enum { EXACT, LOOSE };
static const struct {
    int how;
    const char *request;
} script[] = {
    /* before negotiation */
    {EXACT, "{'execute':'query-status'}"},
    {EXACT, "{'execute':'nosuch','id':1}"},
    {EXACT, "{'execute':'query-status','arguments':{'x':1}}"},
    {EXACT, "{}"},
    {EXACT, "{'id':7}"},
    {EXACT, "[]"},
    {EXACT, "'x'"},
    {EXACT, "{'execute':1}"},
    {EXACT, "{'execute':'qmp_capabilities','argument':{}}"},
    {EXACT, "{'execute':'qmp_capabilities','arguments':[]}"},
    {EXACT, "{'execute':'qmp_capabilities','arguments':{'foo':1}}"},
    {EXACT, "{'execute':'qmp_capabilities','arguments':{'enable':5}}"},
    {EXACT, "{'execute':'qmp_capabilities','arguments':{'enable':[1]}}"},
    {LOOSE, "{'execute':'qmp_capabilities','arguments':{'enable':['x']}}"},
    {EXACT, "{'exec-oob':'qmp_capabilities'}"},
    {EXACT, "{'execute':'qmp_capabilities','id':{'a':[1,'b',null,true]}}"},
    /* after it */
    {EXACT, "{'execute':'qmp_capabilities'}"},
    {EXACT, "{'execute':'nosuch'}"},
    {EXACT, "{'execute':'nosuch','id':'s'}"},
    {EXACT, "{'execute':'nosuch','id':18446744073709551615}"},
    {EXACT, "{'execute':'nosuch','id':-1.5}"},
    {EXACT, "{'execute':'nosuch','id':null}"},
    {EXACT, "{'execute':'nosuch','arguments':3}"},
    {EXACT, "{'execute':'query-status','control':1}"},
    {EXACT, "{'execute':'query-status','execute':'query-name'}"},
    {EXACT, "{'execute':'query-status' 'id':1}"},
    {EXACT, "{'execute':bad}"},
    {EXACT, "{'execute':'query-\\ud800'}"},
    {EXACT, "{'execute':'\\u20ac'}"},
    {EXACT, "%"},
    {EXACT, "{'exec-oob':'query-status'}"},
    {EXACT, "{'execute':'query-status','id':'x'}"},
    {EXACT, "{'execute':'query-status','arguments':{}}"},
    {EXACT, "{'execute':'query-status','arguments':{'x':1},'id':[]}"},
    {EXACT, "{'execute':'query-version'}"},
    {EXACT, "{'execute':'query-version','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-commands','id':1}"},
    {EXACT, "{'execute':'query-commands','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-qmp-schema','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-name'}"},
    {EXACT, "{'execute':'query-name','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-uuid'}"},
    {EXACT, "{'execute':'query-uuid','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-target'}"},
    {EXACT, "{'execute':'query-target','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-machines'}"},
    {EXACT, "{'execute':'query-machines','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-cpus-fast'}"},
    {EXACT, "{'execute':'query-cpus-fast','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-cpu-definitions'}"},
    {EXACT, "{'execute':'query-cpu-definitions','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-chardev'}"},
    {EXACT, "{'execute':'query-chardev','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-kvm'}"},
    {EXACT, "{'execute':'query-kvm','arguments':{'x':1}}"},
    {EXACT, "{'execute':'query-memory-size-summary'}"},
    {EXACT, "{'execute':'query-memory-size-summary','arguments':{'x':1}}"},
    {EXACT, "{'execute':'qom-list','arguments':{'path':'/machine'}}"},
    {EXACT, "{'execute':'qom-list','arguments':{'path':'/nosuch'}}"},
    {EXACT, "{'execute':'qom-list','arguments':{'path':5}}"},
    {EXACT, "{'execute':'qom-list','arguments':{'path':'/','x':1}}"},
    {EXACT, "{'execute':'qom-list'}"},
    {EXACT, "{'execute':'qom-get','arguments':{'path':'/machine','property':'type'}}"},
    {EXACT, "{'execute':'qom-get','arguments':{'path':'/nosuch','property':'type'}}"},
    {LOOSE, "{'execute':'qom-get','arguments':{'path':'/machine','property':'nosuch'}}"},
    {EXACT, "{'execute':'qom-get','arguments':{'path':'/machine'}}"},
    {EXACT, "{'execute':'qom-get','arguments':{'path':'/machine','property':[]}}"},
    {EXACT, "{'execute':'qom-set','arguments':{'path':'/nosuch','property':'x','value':1}}"},
    {LOOSE, "{'execute':'qom-set','arguments':{'path':'/machine','property':'no','value':1}}"},
    {EXACT, "{'execute':'qom-set','arguments':{'path':'/machine','property':'no'}}"},
    {EXACT, "{'execute':'qom-list-types','arguments':{'implements':'device'}}"},
    {EXACT, "{'execute':'qom-list-types','arguments':{'implements':'nosuch'}}"},
    {EXACT, "{'execute':'qom-list-types','arguments':{'abstract':true}}"},
    {EXACT, "{'execute':'qom-list-types','arguments':{'abstract':'true'}}"},
    {EXACT, "{'execute':'qom-list-types','arguments':{'implements':null}}"},
    {EXACT, "{'execute':'qom-list-properties','arguments':{'typename':'pl011'}}"},
    {EXACT, "{'execute':'qom-list-properties','arguments':{'typename':'nosuch'}}"},
    {EXACT, "{'execute':'qom-list-properties','arguments':{}}"},
    {EXACT, "{'execute':'device-list-properties','arguments':{'typename':'pl011'}}"},
    {EXACT, "{'execute':'device-list-properties','arguments':{'typename':'nosuch'}}"},
    {EXACT, "{'execute':'device-list-properties','arguments':{'typename':'container'}}"},
    {EXACT, "{'execute':'device-list-properties','arguments':{}}"},
    {EXACT, "{'execute':'stop','arguments':{'x':1}}"},
    {EXACT, "{'execute':'stop','id':'stop'}"},
    {EXACT, "{'execute':'cont','arguments':{'x':1}}"},
    {EXACT, "{'execute':'system_reset','arguments':{'x':1}}"},
    {EXACT, "{'execute':'system_reset','id':'reset'}"},
    {EXACT, "{'execute':'system_powerdown','arguments':{'x':1}}"},
    {EXACT, "{'execute':'system_powerdown','id':'powerdown'}"},
    {EXACT, "{'execute':'cont','id':'cont'}"},
    {EXACT, "{'execute':'cont','id':'cont again'}"},
    {EXACT, "{'execute':'query-status'}"},
    {EXACT, "{'execute':'stop','id':'stop'}"},
    {EXACT, "{'execute':'query-status'}"},
    {EXACT, "{'execute':'quit','arguments':{'x':1}}"},
    {EXACT, "{'execute':'quit','id':'quit'}"},
};

typedef struct Transcript {
    JsonObject *greeting;
    JsonObject *replies[G_N_ELEMENTS(script)];
    char *events[G_N_ELEMENTS(script)]; /* names of those before each reply */
    int status;
    char *error; /* NULL: went through */
} Transcript;

static void transcript_clear(Transcript *t)
{
    g_clear_pointer(&t->greeting, json_object_unref);
    for (size_t i = 0; i < G_N_ELEMENTS(script); i++) {
        g_clear_pointer(&t->replies[i], json_object_unref);
        g_clear_pointer(&t->events[i], g_free);
    }
    g_clear_pointer(&t->error, g_free);
}

/* Reads up to the reply; notes the events on the way. */
static JsonObject *read_reply(QmpClient *c, char **ret_events, Error **errp)
{
    g_autoptr(GString) names = g_string_new(NULL);
    JsonObject *msg;

    while ((msg = qmp_client_receive(c, errp)) && json_object_has_member(msg, "event")) {
        g_string_append_printf(names, "%s ", json_object_get_string_member(msg, "event"));
        json_object_unref(msg);
    }
    *ret_events = g_strdup(names->str);
    return msg;
}

static void play(const char *program, const char *const *args, Transcript *t)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) c = qmp_client_start(program, args, &err);

    t->greeting = c ? qmp_client_receive(c, &err) : NULL;
    for (size_t i = 0; !err && i < G_N_ELEMENTS(script); i++) {
        g_autofree char *line = g_strdup_printf("%s\n", script[i].request);

        if (qmp_client_send(c, line, &err)) {
            t->replies[i] = read_reply(c, &t->events[i], &err);
        }
        if (err) {
            t->error = g_strdup_printf("at %s: %s", script[i].request, err->message);
        }
    }
    if (c) {
        t->status = err ? -1 : qmp_client_wait_exit(c);
    }
    if (err && !t->error) {
        t->error = g_strdup(err->message);
    }
}

static char *reply_text(JsonObject *reply)
{
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(reply));
    char *s = json_write(node, false);

    if (strlen(s) > 400) {
        strcpy(s + 397, "...");
    }
    return s;
}

static bool same_member(JsonObject *a, JsonObject *b, const char *name)
{
    JsonNode *x = json_object_get_member(a, name), *y = json_object_get_member(b, name);

    if (!x || !y) {
        return x == y;
    }
    g_autofree char *p = json_write(x, false), *q = json_write(y, false);
    return !strcmp(p, q);
}

static bool same_error(JsonObject *ours, JsonObject *theirs, int how)
{
    JsonObject *a = json_object_get_object_member(ours, "error");
    JsonObject *b = json_object_get_object_member(theirs, "error");

    return same_member(a, b, "class") && (how == LOOSE || same_member(a, b, "desc"));
}

static void compare(size_t i, JsonObject *ours, JsonObject *theirs, const char *our_events,
                    const char *their_events)
{
    bool failed = json_object_has_member(ours, "error");
    g_autofree char *a = reply_text(ours), *b = reply_text(theirs);
    g_autofree char *difference = NULL;
    bool ok = same_member(ours, theirs, "id") && !strcmp(our_events, their_events) &&
              failed == json_object_has_member(theirs, "error");

    if (ok && failed) {
        ok = same_error(ours, theirs, script[i].how);
    } else if (ok) {
        ok = shape_is_part_of(json_object_get_member(ours, "return"),
                              json_object_get_member(theirs, "return"), &difference);
    }
    g_autofree char *detail =
        g_strdup_printf("%s\nours   %s%s\ntheirs %s%s", difference ? difference : "", our_events, a,
                        their_events, b);
    tap_ok(ok, detail, "like the peer: %s", script[i].request);
}

static void test_script(const char *poise, const char *peer)
{
    const char *const args[] = {"-machine", "virt", "-cpu", "cortex-a57",  "-smp",
                                "2",        "-m",   "128M", "-nodefaults", "-display",
                                "none",     "-S",   NULL};
    static Transcript ours, theirs;

    play(poise, args, &ours);
    tap_ok(!ours.error && ours.status == 0, ours.error, "script against ours, exit status 0");
    if (!peer || !*peer) {
        tap_skip("no peer emulator", "script against the peer");
    } else if (!ours.error) {
        play(peer, args, &theirs);
        tap_ok(!theirs.error, theirs.error, "script against the peer");
        for (size_t i = 0; !theirs.error && i < G_N_ELEMENTS(script); i++) {
            compare(i, ours.replies[i], theirs.replies[i], ours.events[i], theirs.events[i]);
        }
        g_autoptr(JsonNode) a = json_new_object(json_object_ref(ours.greeting));
        g_autoptr(JsonNode) b = json_new_object(json_object_ref(theirs.greeting));
        g_autofree char *difference = NULL;
        tap_ok(shape_is_part_of(a, b, &difference), difference, "greeting like the peer's");
    }
    transcript_clear(&ours);
    transcript_clear(&theirs);
}

/* ---- single properties of ours */

static const char *const none_args[] = {"-machine", "none", "-nodefaults",
                                        "-display", "none", NULL};

static QmpClient *start_none(const char *poise, bool negotiate, const char *what)
{
    g_autoptr(GError) err = NULL;
    QmpClient *c = qmp_client_start(poise, none_args, &err);

    if (c && negotiate) {
        qmp_client_negotiate(c, &err);
    }
    if (err) {
        tap_ok(false, err->message, "start for: %s", what);
    }
    return c;
}

static void test_lines(const char *poise)
{
    g_autoptr(QmpClient) c = start_none(poise, false, "lines");
    g_autofree char *greeting = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, NULL);

    tap_ok(greeting && g_str_has_prefix(greeting, "{\"QMP\": {\"version\": {\"qemu\": {") &&
               g_str_has_suffix(greeting, "}\r\n") && strstr(greeting, "\"package\": \"poise-"),
           greeting, "greeting is one line that ends in CR LF");
    qmp_client_send(c, "{'execute':'qmp_capabilities','id':1}", NULL);
    g_autofree char *reply = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, NULL);
    tap_ok(!g_strcmp0(reply, "{\"return\": {}, \"id\": 1}\r\n"), reply,
           "a reply needs no line end behind the request, and has the peer's spacing");
}

static void test_pipelining(const char *poise)
{
    enum { N = 500 };
    g_autoptr(QmpClient) c = start_none(poise, true, "pipelining");
    g_autoptr(GString) burst = g_string_new(NULL);
    bool ok = true;

    for (int i = 0; i < N; i++) {
        g_string_append_printf(
            burst,
            i % 7 == 3 ? "{'execute':'nosuch','id':%d}" : "{'execute':'query-status','id':%d} ", i);
    }
    qmp_client_send(c, burst->str, NULL);
    for (int i = 0; ok && i < N; i++) {
        g_autoptr(JsonObject) reply = qmp_client_receive(c, NULL);

        ok = reply && json_object_get_int_member(reply, "id") == i &&
             json_object_has_member(reply, i % 7 == 3 ? "error" : "return");
    }
    tap_ok(ok, NULL, "%d requests in one burst are answered in order", N);
}

static void test_pieces(const char *poise)
{
    static const char request[] = "{\"execute\": \"query-name\", \"id\": \"\\u00e4 {[\"}";
    g_autoptr(QmpClient) c = start_none(poise, true, "pieces");

    for (size_t i = 0; request[i]; i++) {
        char one[2] = {request[i], 0};

        qmp_client_send(c, one, NULL);
    }
    g_autofree char *reply = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, NULL);
    tap_ok(!g_strcmp0(reply, "{\"return\": {}, \"id\": \"\\u00E4 {[\"}\r\n"), reply,
           "a request byte by byte");
}

static void test_garbage(const char *poise)
{
    g_autoptr(QmpClient) c = start_none(poise, true, "garbage");
    g_autoptr(JsonObject) error = NULL;
    JsonObject *reply;

    qmp_client_send(c, "{'a':[1,{'b\xff", NULL);
    error = qmp_client_receive(c, NULL);
    qmp_client_send(c, "\xff{'execute':'query-name','id':'after'}", NULL);
    while ((reply = qmp_client_receive(c, NULL)) && !json_object_has_member(reply, "id")) {
        json_object_unref(reply);
    }
    tap_ok(error && json_object_has_member(error, "error") && reply &&
               json_object_has_member(reply, "return"),
           NULL, "0xFF brings an unfinished request to its end");
    g_clear_pointer(&reply, json_object_unref);
}

/* Kilobytes of resident memory. */
static long rss_kb(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/statm", (int)pid);
    g_autofree char *text = NULL;
    long pages = -1;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        sscanf(text, "%*d %ld", &pages);
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* A client that asks and asks and does not read must not make us collect the answers. */
static void test_slow_reader(const char *poise)
{
    enum { N = 20000 };
    g_autoptr(QmpClient) c = start_none(poise, true, "slow reader");
    pid_t writer;
    long before = rss_kb(qmp_client_pid(c)), during;
    int answered = 0;

    writer = fork();
    if (writer == 0) {
        for (int i = 0; i < N; i++) {
            qmp_client_send(c, "{'execute':'query-qmp-schema'}", NULL);
        }
        _exit(0);
    }
    g_autofree char *first = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, NULL);
    during = rss_kb(qmp_client_pid(c));
    for (answered = first != NULL; answered < 200; answered++) {
        g_autofree char *line = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, NULL);

        if (!line) {
            break;
        }
        during = MAX(during, rss_kb(qmp_client_pid(c)));
    }
    kill(writer, SIGKILL);
    g_autofree char *detail =
        g_strdup_printf("%d answered, %ld KB before, %ld KB at most", answered, before, during);
    tap_ok(answered == 200 && during < before + (128 << 10), detail,
           "a slow reader is bounded, and served when it reads");
}

static void test_reconnect(const char *poise)
{
    const char *const args[] = {"-machine",
                                "none",
                                "-nodefaults",
                                "-display",
                                "none",
                                "-chardev",
                                "socket,id=q,path=qmp.sock,server=on,wait=off",
                                "-mon",
                                "chardev=q,mode=control",
                                NULL};
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) process = qmp_client_start_bare(poise, args, &err);
    g_autofree char *path = g_build_filename(qmp_client_dir(process), "qmp.sock", NULL);
    struct stat st;

    for (int i = 0; i < 5; i++) {
        g_autoptr(QmpClient) c = qmp_client_connect(process, "qmp.sock", &err);

        if (!tap_ok(c && qmp_client_negotiate(c, &err), err ? err->message : NULL,
                    "client %d gets a session of its own", i)) {
            return;
        }
        if (i == 3) { /* leaves in the middle of a request */
            qmp_client_send(c, "{'execute':", NULL);
        }
        if (i == 4) {
            g_autoptr(JsonNode) ret = qmp_client_execute(c, "quit", NULL, &err);

            tap_ok(ret, err ? err->message : NULL, "quit is answered");
        }
    }
    tap_ok(qmp_client_wait_exit(process) == 0, NULL, "exit status 0");
    tap_ok(stat(path, &st) < 0, NULL, "the socket file is removed");
}

static void test_events_go_everywhere(const char *poise)
{
    const char *const args[] = {"-machine",
                                "none",
                                "-nodefaults",
                                "-display",
                                "none",
                                "-qmp",
                                "unix:second.sock,server=on,wait=off",
                                NULL};
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) first = qmp_client_start(poise, args, &err);
    g_autoptr(QmpClient) second = qmp_client_connect(first, "second.sock", &err);

    if (!tap_ok(second && qmp_client_negotiate(first, &err) && qmp_client_negotiate(second, &err),
                err ? err->message : NULL, "two monitors")) {
        return;
    }
    g_autoptr(JsonNode) ret = qmp_client_execute(first, "cont", NULL, &err);
    g_autoptr(JsonObject) here = qmp_client_wait_event(first, "RESUME", &err);
    g_autoptr(JsonObject) there = qmp_client_wait_event(second, "RESUME", &err);
    JsonObject *stamp = there ? json_object_get_object_member(there, "timestamp") : NULL;

    tap_ok(ret && here && stamp && json_object_get_int_member(stamp, "seconds") > 1000000000,
           err ? err->message : NULL, "an event goes to both, with its time");
}

static void test_pretty(const char *poise)
{
    const char *const args[] = {"-machine",
                                "none",
                                "-nodefaults",
                                "-display",
                                "none",
                                "-chardev",
                                "socket,id=q,path=qmp.sock,server=on,wait=off",
                                "-mon",
                                "chardev=q,mode=control,pretty=on",
                                NULL};
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) process = qmp_client_start_bare(poise, args, &err);
    g_autoptr(QmpClient) c = qmp_client_connect(process, "qmp.sock", &err);
    g_autofree char *line = c ? qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, &err) : NULL;
    g_autofree char *next = c ? qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, &err) : NULL;

    tap_ok(!g_strcmp0(line, "{\r\n") && !g_strcmp0(next, "    \"QMP\": {\r\n"), line,
           "pretty=on: a line for each member");
}

/* Who has the greeting can use every command: a start-up that fails sends none. */
static void test_no_greeting_before_readiness(const char *poise)
{
    const char *const args[] = {"-machine", "none",    "-nodefaults",   "-display",
                                "none",     "-device", "nosuch-device", NULL};
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, &err);
    g_autofree char *line = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, &err);
    int status = qmp_client_wait_exit(c);
    g_autofree char *text = qmp_client_stderr(c);

    tap_ok(!line && status == 1 && strstr(text, "nosuch-device"), text,
           "no greeting from a start-up that fails; exit status 1 and a line that says why");
}

static void test_query_startup(const char *poise)
{
    g_autoptr(QmpClient) c = start_none(poise, true, "query-startup");
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonNode) ret = qmp_client_execute(c, "query-startup", NULL, &err);
    g_autoptr(GError) refused = NULL;
    g_autoptr(JsonNode) bad = qmp_client_execute(c, "query-startup", "{\"x\": 1}", &refused);
    gint64 at = -1;
    bool ok = ret != NULL;

    for (guint i = 0; ok; i++) {
        JsonArray *phases = json_object_get_array_member(json_node_get_object(ret), "phases");

        if (i == json_array_get_length(phases)) {
            ok = i > 5;
            break;
        }
        JsonObject *phase = json_array_get_object_element(phases, i);
        ok = json_object_get_int_member(phase, "time-ns") >= at &&
             json_object_get_int_member(phase, "duration-ns") >= 0;
        at = json_object_get_int_member(phase, "time-ns");
    }
    tap_ok(ok && json_object_get_boolean_member(json_node_get_object(ret), "ready"),
           err ? err->message : NULL, "query-startup: phases in order, all of them over");
    tap_ok(!bad && refused && strstr(refused->message, "Parameter 'x' is unexpected"), NULL,
           "query-startup refuses arguments");
}

/* The end of what a client says is not the end of what it hears. */
static void test_half_closed(const char *poise)
{
    g_autoptr(QmpClient) c = start_none(poise, false, "half-closed");
    g_autofree char *greeting = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, NULL);
    int answers = 0;

    tap_ok(greeting, NULL, "greeting of a client that is about to close its side");
    qmp_client_send(c,
                    "{'execute':'qmp_capabilities'}{'execute':'query-qmp-schema'}"
                    "{'execute':'query-qmp-schema'}{'execute':'query-name'}",
                    NULL);
    shutdown(qmp_client_fd(c), SHUT_WR);
    for (char *line; (line = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, NULL));) {
        answers += g_str_has_prefix(line, "{\"return\": ");
        g_free(line);
    }
    tap_ok(answers == 4, NULL, "a client that closes its side still gets its replies");
}

/* A client that never reads does not hold up another. */
static void test_frozen_neighbour(const char *poise)
{
    const char *const args[] = {"-machine",
                                "none",
                                "-nodefaults",
                                "-display",
                                "none",
                                "-qmp",
                                "unix:second.sock,server=on,wait=off",
                                NULL};
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) frozen = qmp_client_start(poise, args, &err);
    g_autoptr(QmpClient) c = qmp_client_connect(frozen, "second.sock", &err);
    bool ok = c && qmp_client_negotiate(frozen, &err) && qmp_client_negotiate(c, &err);

    for (int i = 0; ok && i < 300; i++) {
        ok = qmp_client_send(frozen, "{'execute':'query-qmp-schema'}", &err);
    }
    for (int i = 0; ok && i < 300; i++) {
        g_autoptr(JsonNode) ret = qmp_client_execute(c, "query-status", NULL, &err);

        ok = ret;
    }
    tap_ok(ok, err ? err->message : NULL, "a client that never reads does not hold up another");
}

int main(void)
{
    const char *poise = getenv("POISE");

    if (!poise) {
        fprintf(stderr, "POISE names no program\n");
        return 1;
    }
    /* Freed memory that a sanitizer holds back is not what is measured here. */
    setenv("ASAN_OPTIONS", "quarantine_size_mb=16", 0);
    test_script(poise, getenv("PEER"));
    test_lines(poise);
    test_pipelining(poise);
    test_pieces(poise);
    test_garbage(poise);
    test_slow_reader(poise);
    test_reconnect(poise);
    test_events_go_everywhere(poise);
    test_pretty(poise);
    test_no_greeting_before_readiness(poise);
    test_query_startup(poise);
    test_half_closed(poise);
    test_frozen_neighbour(poise);
    return tap_done();
}
