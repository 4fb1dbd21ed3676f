/* SPDX-License-Identifier: MIT */
/* Monitors of our program: many clients on one socket, one of them frozen; clients that come and
 * go; waits; events by number; descriptors. POISE names the program. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *poise;

/* ---- processes and sessions */

static const char *const listener_args[] = {"-machine",
                                            "none",
                                            "-nodefaults",
                                            "-display",
                                            "none",
                                            "-qmp",
                                            "unix:qmp.sock,server=on,wait=off",
                                            NULL};

static QmpClient *start_listener(const char *what)
{
    g_autoptr(GError) err = NULL;
    QmpClient *p = qmp_client_start_bare(poise, listener_args, &err);

    if (!p) {
        tap_ok(false, err->message, "start for: %s", what);
    }
    return p;
}

static bool run(QmpClient *c, const char *command, const char *arguments, Error **errp)
{
    g_autoptr(JsonNode) ret = qmp_client_execute(c, command, arguments, errp);

    return ret;
}

/* Takes the next message and drops it. */
static bool skip(QmpClient *c)
{
    g_autoptr(JsonObject) msg = qmp_client_receive(c, NULL);

    return msg;
}

static const char *message(const Error *err)
{
    return err ? err->message : NULL;
}

static bool is_id(JsonObject *msg, const char *id)
{
    return msg && !g_strcmp0(json_object_get_string_member_with_default(msg, "id", ""), id);
}

/* ---- many clients */

enum { N_CLIENTS = 50, ROUNDS = 40 };

/* Sanitizers say at the end what they found. */
static void end(QmpClient *process, QmpClient *c)
{
    bool ok = run(c, "quit", NULL, NULL) && qmp_client_wait_exit(process) == 0;
    g_autofree char *text = qmp_client_stderr(process);

    tap_ok(ok, text, "the process ends well");
}

static gint by_value(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

    return x < y ? -1 : x > y;
}

/* query-status of each of clients [first, N) in turn; the 99th percentile in microseconds, -1 when
 * one failed. */
static gint64 measure(QmpClient **clients, int first, Error **errp)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = first; i < N_CLIENTS; i++) {
            gint64 begin = g_get_monotonic_time();

            if (!run(clients[i], "query-status", NULL, errp)) {
                return -1;
            }
            gint64 took = g_get_monotonic_time() - begin;
            g_array_append_val(times, took);
        }
    }
    g_array_sort(times, by_value);
    return g_array_index(times, gint64, times->len * 99 / 100);
}

/* Asks for far more than it will ever read. */
static bool freeze(QmpClient *c, Error **errp)
{
    int flags = fcntl(qmp_client_fd(c), F_GETFL);

    fcntl(qmp_client_fd(c), F_SETFL, flags | O_NONBLOCK);
    for (int i = 0; i < 2000; i++) {
        if (!qmp_client_send(c, "{'execute':'query-qmp-schema'}", NULL)) {
            return true; /* nothing more is taken from it */
        }
    }
    return error_set_code(errp, ERROR_CODE_UNSPECIFIED,
                          "everything was read from a client that reads nothing");
}

static void test_many_clients(void)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) process = start_listener("many clients");
    QmpClient *clients[N_CLIENTS] = {NULL};
    bool ok = process;
    gint64 before = -1, after = -1;

    for (int i = 0; ok && i < N_CLIENTS; i++) {
        clients[i] = qmp_client_join(process, "qmp.sock", &err);
        ok = clients[i];
    }
    tap_ok(ok, message(err), "%d clients at a time on one socket", N_CLIENTS);
    if (ok) {
        before = measure(clients, 1, &err);
        ok = before >= 0 && freeze(clients[0], &err);
        after = ok ? measure(clients, 1, &err) : -1;
        printf("# p99 of query-status: %d us; with a frozen client: %d us\n", (int)before,
               (int)after);
    }
    tap_ok(after >= 0 && after < 1000 * 1000, message(err),
           "a frozen client holds up none of the others");
    if (ok) {
        end(process, clients[1]);
    }
    for (int i = 0; i < N_CLIENTS; i++) {
        g_clear_pointer(&clients[i], qmp_client_free);
    }
}

/* Leaves at another point each time. */
static bool visit(QmpClient *process, int i, Error **errp)
{
    g_autoptr(QmpClient) c = qmp_client_connect(process, "qmp.sock", errp);

    switch (c ? i % 5 : 0) {
    case 1:
        return qmp_client_negotiate(c, errp);
    case 2:
        return qmp_client_negotiate(c, errp) &&
               qmp_client_send(c, "{'execute':'x-wait','arguments':{'event':'STOP'}}", errp);
    case 3:
        return qmp_client_negotiate(c, errp) && qmp_client_send(c, "{'execute':'qu", errp);
    case 4:
        return qmp_client_send(c, "{'execute':'qmp_capabilities'}{'execute':'query-commands'}",
                               errp);
    default:
        return c;
    }
}

static void test_come_and_go(void)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) process = start_listener("clients that come and go");
    g_autoptr(QmpClient) stays = process ? qmp_client_join(process, "qmp.sock", &err) : NULL;
    bool ok = stays;
    int before = ok ? qmp_client_count_fds(process) : 0;

    for (int i = 0; ok && i < 1000; i++) {
        ok = visit(process, i, &err);
    }
    tap_ok(ok && qmp_client_await_fds(process, before) && run(stays, "query-status", NULL, &err),
           message(err), "1000 clients come and go, and leave no descriptors");
    if (ok) {
        end(process, stays);
    }
}

/* ---- negotiation and out-of-band */

static void test_oob(void)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) c = qmp_client_start(
        poise, (const char *const[]){"-machine", "none", "-nodefaults", NULL}, &err);
    g_autoptr(JsonObject) greeting = qmp_client_receive(c, &err);
    g_autoptr(JsonObject) agreed =
        qmp_client_ask(c, "{'execute':'qmp_capabilities','arguments':{'enable':['oob']}}");
    /* The reply to a reset waits for the reset; what is out of band does not. */
    g_autoptr(JsonObject) first = qmp_client_ask(
        c, "{'execute':'system_reset','id':'a'}{'exec-oob':'query-status','id':'b'}");
    g_autoptr(JsonObject) second = qmp_client_receive(c, &err);
    g_autoptr(JsonObject) third = qmp_client_receive(c, &err);

    tap_ok(greeting && agreed && json_object_has_member(agreed, "return"), message(err),
           "oob can be switched on");
    tap_ok(is_id(first, "b") && !strcmp(qmp_reply_error(first, "desc"),
                                        "The command query-status does not support OOB"),
           message(err), "an out-of-band command overtakes");
    tap_ok(second && json_object_has_member(second, "event") && is_id(third, "a"), message(err),
           "what was overtaken goes on");
}

/* ---- waits */

static void test_wait_for_event(QmpClient *c)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonObject) resume = NULL, event = NULL, waited = NULL, stopped = NULL;

    run(c, "cont", NULL, &err);
    resume = qmp_client_wait_event(c, "RESUME", &err);
    event = qmp_client_ask(c, "{'execute':'x-wait','arguments':{'event':'STOP'},'id':'wait'}"
                              "{'execute':'stop','id':'stop'}");
    gint64 begin = g_get_monotonic_time();
    waited = qmp_client_receive(c, &err);
    gint64 took = g_get_monotonic_time() - begin;
    stopped = qmp_client_receive(c, &err);
    tap_ok(resume && event && json_object_has_member(event, "event") && is_id(waited, "wait") &&
               json_object_has_member(waited, "return") && is_id(stopped, "stop"),
           message(err), "x-wait answers right after the event, and holds back no command");
    printf("# %d us after the event\n", (int)took);
}

static void test_wait_for_data(QmpClient *c)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonObject) reset = qmp_client_ask(
        c, "{'execute':'x-wait','id':'no','arguments':{'event':'RESET','data':{'guest':true},"
           "'timeout-ms':300}}"
           "{'execute':'x-wait','id':'yes','arguments':{'event':'RESET','data':{'reason':"
           "'host-qmp-system-reset'},'timeout-ms':10000}}"
           "{'execute':'system_reset','id':'reset'}");
    g_autoptr(JsonObject) yes = qmp_client_receive(c, &err);
    g_autoptr(JsonObject) done = qmp_client_receive(c, &err);
    g_autoptr(JsonObject) no = qmp_client_receive(c, &err);

    tap_ok(reset && is_id(yes, "yes") && is_id(done, "reset") && is_id(no, "no") &&
               !strcmp(qmp_reply_error(no, "x-code"), "timeout"),
           message(err), "x-wait for an event with certain data");
}

static void test_wait_for_state(QmpClient *c)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonObject) now =
        qmp_client_ask(c, "{'execute':'x-wait','id':'now','arguments':{'run-state':'prelaunch'}}");
    g_autoptr(JsonObject) resume = NULL, cont = NULL, then = NULL, late = NULL;

    tap_ok(is_id(now, "now") && json_object_has_member(now, "return"), NULL,
           "x-wait for the present run state answers at once");
    resume =
        qmp_client_ask(c, "{'execute':'x-wait','id':'then','arguments':{'run-state':'running'}}"
                          "{'execute':'cont','id':'cont'}");
    cont = qmp_client_receive(c, &err);
    then = qmp_client_receive(c, &err);
    tap_ok(is_id(cont, "cont") && is_id(then, "then") && json_object_has_member(then, "return"),
           message(err), "x-wait for another run state answers when it comes");
    gint64 begin = g_get_monotonic_time();
    late = qmp_client_ask(c, "{'execute':'x-wait','arguments':{'event':'STOP','timeout-ms':50}}");
    gint64 took = g_get_monotonic_time() - begin;
    tap_ok(!strcmp(qmp_reply_error(late, "x-code"), "timeout") &&
               g_str_has_prefix(qmp_reply_error(late, "desc"), "Timeout") && took >= 50000,
           qmp_reply_error(late, "desc"), "x-wait gives up in time");
    printf("# a wait of 50 ms took %d us\n", (int)took);
}

static void test_wait_errors(QmpClient *c)
{
    static const char *const bad[][2] = {
        {"{}", "parameter-missing"},
        {"{'event':'NOSUCH'}", "not-found"},
        {"{'event':1}", "parameter-type"},
        {"{'run-state':'nosuch'}", "parameter-value"},
        {"{'run-state':'debug','data':{}}", "parameter-unexpected"},
        {"{'event':'STOP','data':1}", "parameter-type"},
        {"{'event':'STOP','timeout-ms':-1}", "parameter-value"},
        {"{'event':'STOP','timeout-ms':9223372036854775807}", "parameter-value"},
        {"{'event':'STOP','x':1}", "parameter-unexpected"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *request =
            g_strdup_printf("{'execute':'x-wait','arguments':%s}", bad[i][0]);
        g_autoptr(JsonObject) reply = qmp_client_ask(c, request);

        tap_ok(!strcmp(qmp_reply_error(reply, "x-code"), bad[i][1]), qmp_reply_error(reply, "desc"),
               "x-wait %s: %s", bad[i][0], bad[i][1]);
    }
}

/* 256 of them; the next is refused, and one event ends them all. */
static void test_wait_bound(QmpClient *c)
{
    g_autoptr(GString) burst = g_string_new(NULL);
    g_autoptr(JsonObject) refused = NULL, event = NULL;
    int answers = 0;

    for (int i = 0; i < 257; i++) {
        g_string_append_printf(burst, "{'execute':'x-wait','id':'%d','arguments':{'event':'STOP'}}",
                               i);
    }
    refused = qmp_client_ask(c, burst->str);
    event = qmp_client_ask(c, "{'execute':'stop','id':'stop'}");
    for (int i = 0; i < 256; i++) {
        g_autoptr(JsonObject) reply = qmp_client_receive(c, NULL);

        answers += reply && json_object_has_member(reply, "return");
    }
    g_autoptr(JsonObject) stopped = qmp_client_receive(c, NULL);
    tap_ok(is_id(refused, "256") && !strcmp(qmp_reply_error(refused, "x-code"), "limit-exceeded") &&
               answers == 256 && is_id(stopped, "stop"),
           NULL, "256 waits in one session, no more");
}

static void test_waits(void)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) process = start_listener("waits");
    g_autoptr(QmpClient) c = process ? qmp_client_join(process, "qmp.sock", &err) : NULL;

    if (!tap_ok(c, message(err), "session for waits")) {
        return;
    }
    test_wait_for_event(c);
    test_wait_for_data(c);
    test_wait_for_state(c);
    test_wait_errors(c);
    test_wait_bound(c);
    qmp_client_send(c, "{'execute':'x-wait','arguments':{'event':'STOP'}}", NULL);
    end(process, c);
}

/* ---- events by number */

/* The answer of x-events; -1 and no events when it failed. */
static JsonArray *catch_up(QmpClient *c, const char *arguments, gint64 *ret_next,
                           gint64 *ret_dropped)
{
    g_autoptr(JsonNode) ret = qmp_client_execute(c, "x-events", arguments, NULL);
    JsonObject *obj = ret ? json_node_get_object(ret) : NULL;

    *ret_next = obj ? json_object_get_int_member(obj, "next") : -1;
    *ret_dropped = obj ? json_object_get_int_member(obj, "dropped") : -1;
    return obj ? json_array_ref(json_object_get_array_member(obj, "events")) : json_array_new();
}

static void note(GString *seen, JsonObject *event)
{
    g_string_append_printf(seen, "%d %s\n", (int)json_object_get_int_member(event, "x-seq"),
                           json_object_get_string_member(event, "event"));
}

/* Notes the next n events. */
static gint64 follow(QmpClient *c, int n, GString *seen)
{
    gint64 last = 0;

    for (int i = 0; i < n; i++) {
        g_autoptr(JsonObject) event = qmp_client_wait_event(c, NULL, NULL);

        if (!event) {
            return -1;
        }
        note(seen, event);
        last = json_object_get_int_member(event, "x-seq");
    }
    return last;
}

static void toggle(QmpClient *c, int times)
{
    for (int i = 0; i < times; i++) {
        run(c, i % 2 ? "stop" : "cont", NULL, NULL);
    }
}

/* One watches all the time; the other leaves without a word, comes back, and has missed nothing. */
static void test_catch_up(QmpClient *process, QmpClient *actor)
{
    g_autoptr(QmpClient) watcher = qmp_client_join(process, "qmp.sock", NULL);
    g_autoptr(QmpClient) other = qmp_client_join(process, "qmp.sock", NULL);
    g_autoptr(GString) all = g_string_new(NULL), pieces = g_string_new(NULL);
    gint64 next, dropped;

    run(watcher, "x-events", NULL, NULL);
    run(other, "x-events", NULL, NULL);
    toggle(actor, 20);
    follow(watcher, 20, all);
    gint64 last = follow(other, 7, pieces);
    qmp_client_disconnect(other);
    toggle(actor, 20);
    follow(watcher, 20, all);
    g_autoptr(QmpClient) again = qmp_client_join(process, "qmp.sock", NULL);
    g_autofree char *since = g_strdup_printf("{\"since\": %d}", (int)last + 1);
    g_autoptr(JsonArray) past = catch_up(again, since, &next, &dropped);
    for (guint i = 0; i < json_array_get_length(past); i++) {
        note(pieces, json_array_get_object_element(past, i));
    }
    toggle(actor, 4);
    follow(watcher, 4, all);
    follow(again, 4, pieces);
    tap_ok(dropped == 0 && all->len > 100 && !strcmp(all->str, pieces->str), pieces->str,
           "who comes back catches up with everything");
}

static void test_only(QmpClient *process, QmpClient *actor)
{
    g_autoptr(QmpClient) c = qmp_client_join(process, "qmp.sock", NULL);
    g_autoptr(GString) seen = g_string_new(NULL);
    gint64 next, dropped;
    g_autoptr(JsonArray) past =
        catch_up(c, "{\"since\": 0, \"only\": [\"STOP\"]}", &next, &dropped);
    bool ok = json_array_get_length(past) > 10;

    for (guint i = 0; i < json_array_get_length(past); i++) {
        JsonObject *event = json_array_get_object_element(past, i);

        ok = ok && !strcmp(json_object_get_string_member(event, "event"), "STOP");
    }
    toggle(actor, 4);
    follow(c, 2, seen);
    tap_ok(ok && strstr(seen->str, " STOP\n") && !strstr(seen->str, "RESUME"), seen->str,
           "only the events that were asked for, past and future");
    g_autoptr(GError) unknown = NULL, early = NULL, late = NULL;
    tap_ok(!run(c, "x-events", "{\"only\": [\"STOP\", \"NOSUCH\"]}", &unknown) &&
               strstr(unknown->message, "NOSUCH") &&
               !run(c, "x-events", "{\"since\": -1}", &early) &&
               !run(c, "x-events", "{\"since\": 1000000000}", &late),
           NULL, "x-events refuses unknown names and impossible numbers");
}

/* More events than are kept, and more than a client is owed that does not read. */
static void test_bounds(QmpClient *process, QmpClient *actor)
{
    enum { PAIRS = 40000, BURST = 500 };
    g_autoptr(QmpClient) deaf = qmp_client_join(process, "qmp.sock", NULL);
    g_autoptr(GString) burst = g_string_new(NULL);
    gint64 next, dropped, counted = 0, received = 0;

    run(actor, "x-events", "{\"only\": []}", NULL);
    for (int i = 0; i < BURST; i++) {
        g_string_append(burst, "{'execute':'cont'}{'execute':'stop'}");
    }
    for (int i = 0; i < PAIRS; i += BURST) {
        qmp_client_send(actor, burst->str, NULL);
        for (int k = 0; k < 2 * BURST; k++) {
            skip(actor);
        }
    }
    g_autoptr(JsonArray) kept = catch_up(actor, "{\"since\": 1}", &next, &dropped);
    tap_ok(json_array_get_length(kept) == 4096 && dropped == next - 1 - 4096, NULL,
           "the last 4096 events are kept, and the others counted");
    /* One more, so that what it missed is said before. */
    run(actor, "cont", NULL, NULL);
    while (received + counted < 2 * PAIRS + 1) {
        g_autoptr(JsonObject) event = qmp_client_wait_event(deaf, NULL, NULL);

        if (!event) {
            break;
        }
        if (!strcmp(json_object_get_string_member(event, "event"), "X_EVENTS_DROPPED")) {
            counted +=
                json_object_get_int_member(json_object_get_object_member(event, "data"), "count");
        } else {
            received++;
        }
    }
    g_autofree char *detail =
        g_strdup_printf("%d received, %d dropped", (int)received, (int)counted);
    tap_ok(counted > 0 && received + counted == 2 * PAIRS + 1, detail,
           "who does not read is told how many events it lost");
}

static void test_events(void)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) process = start_listener("events");
    g_autoptr(QmpClient) actor = process ? qmp_client_join(process, "qmp.sock", &err) : NULL;

    if (!tap_ok(actor, message(err), "session for events")) {
        return;
    }
    test_catch_up(process, actor);
    test_only(process, actor);
    test_bounds(process, actor);
    end(process, actor);
}

/* ---- descriptors */

static void test_names(QmpClient *c)
{
    static const struct {
        const char *request;
        bool with_fd;
        const char *error; /* NULL: success */
    } steps[] = {
        {"{'execute':'getfd','arguments':{'fdname':'a'}}", false,
         "No file descriptor supplied via SCM_RIGHTS"},
        {"{'execute':'getfd','arguments':{'fdname':'1'}}", true,
         "Parameter 'fdname' expects a name not starting with a digit"},
        {"{'execute':'getfd','arguments':{'fdname':'a'}}", true, NULL},
        {"{'execute':'getfd','arguments':{'fdname':'a'}}", true, NULL},
        {"{'execute':'getfd','arguments':{'fdname':'b'}}", false,
         "No file descriptor supplied via SCM_RIGHTS"},
        {"{'execute':'closefd','arguments':{'fdname':'a'}}", false, NULL},
        {"{'execute':'closefd','arguments':{'fdname':'a'}}", false,
         "File descriptor named 'a' not found"},
        {"{'execute':'add-fd'}", false, "No file descriptor supplied via SCM_RIGHTS"},
        {"{'execute':'add-fd','arguments':{'fdset-id':-1}}", true,
         "Parameter 'fdset-id' expects a non-negative value"},
        {"{'execute':'add-fd','arguments':{'opaque':'note'}}", true, NULL},
        {"{'execute':'add-fd','arguments':{'fdset-id':9223372036854775807}}", true, NULL},
        {"{'execute':'remove-fd','arguments':{'fdset-id':7}}", false,
         "File descriptor named 'fdset-id:7' not found"},
        {"{'execute':'remove-fd','arguments':{'fdset-id':0,'fd':-1}}", false,
         "File descriptor named 'fdset-id:0, fd:-1' not found"},
        {"{'execute':'remove-fd','arguments':{'fdset-id':-1}}", false,
         "File descriptor named 'fdset-id:-1' not found"},
        {"{'execute':'remove-fd','arguments':{'fdset-id':9223372036854775807}}", false, NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        bool sent = steps[i].with_fd ? qmp_client_send_fd(c, steps[i].request, fd, NULL)
                                     : qmp_client_send(c, steps[i].request, NULL);
        g_autoptr(JsonObject) reply = sent ? qmp_client_receive(c, NULL) : NULL;

        close(fd);
        tap_ok(reply && (steps[i].error ? !strcmp(qmp_reply_error(reply, "desc"), steps[i].error)
                                        : json_object_has_member(reply, "return")),
               qmp_reply_error(reply, "desc"), "%s%s", steps[i].request,
               steps[i].with_fd ? " with a descriptor" : "");
    }
}

static void test_descriptors(void)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) process = start_listener("descriptors");
    g_autoptr(QmpClient) c = process ? qmp_client_join(process, "qmp.sock", &err) : NULL;

    if (!tap_ok(c, message(err), "session for descriptors")) {
        return;
    }
    int before = qmp_client_count_fds(process);
    test_names(c);
    g_autoptr(JsonNode) sets = qmp_client_execute(c, "query-fdsets", NULL, &err);
    g_autofree char *text = sets ? json_write(sets, false) : NULL;
    tap_ok(text && g_str_has_prefix(text, "[{\"fdset-id\": 0, \"fds\": [{\"fd\": ") &&
               g_str_has_suffix(text, ", \"opaque\": \"note\"}]}]"),
           text, "query-fdsets shows what is left");
    tap_ok(qmp_client_count_fds(process) == before + 1, NULL,
           "descriptors that nobody kept are closed");
    /* The name outlives the session, the set does not. */
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    qmp_client_send_fd(c, "{'execute':'getfd','arguments':{'fdname':'keep'}}", fd, &err);
    close(fd);
    skip(c);
    qmp_client_disconnect(c);
    /* The session's descriptor and the set's are gone, the named one stays. */
    tap_ok(qmp_client_await_fds(process, before), NULL,
           "a session that ends closes what it leaves");
    g_autoptr(QmpClient) again = qmp_client_join(process, "qmp.sock", &err);
    g_autoptr(JsonNode) none = qmp_client_execute(again, "query-fdsets", NULL, &err);
    tap_ok(none && !json_array_get_length(json_node_get_array(none)) &&
               run(again, "closefd", "{\"fdname\": \"keep\"}", &err),
           message(err), "named descriptors outlive the session, sets end with the last one");
    end(process, again);
}

int main(void)
{
    poise = getenv("POISE");
    if (!poise) {
        fprintf(stderr, "POISE names no program\n");
        return 1;
    }
    setenv("G_DEBUG", "fatal-criticals", 1);
    test_many_clients();
    test_come_and_go();
    test_oob();
    test_waits();
    test_events();
    test_descriptors();
    return tap_done();
}
