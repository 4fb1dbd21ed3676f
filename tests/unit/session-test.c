/* SPDX-License-Identifier: MIT */
/* A QMP session over a transport of the test's own, with commands of the test's own: out-of-band
 * execution, answers that come later, descriptors, roles, phases, bounds, clients that leave. */
#include "monitor/session.h"

#include "monitor/events.h"
#include "monitor/policy.h"
#include "qapi/dispatch.h"
#include "tests/lib/check-main.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static GString *out; /* what the client would read */
static size_t unread;
static SessionProfile profile;
static Session *session;
static QmpReply *deferred;
static int cancelled;

/* ---- transport */

static void write_out(void *opaque, const char *text, size_t len)
{
    g_string_append_len(out, text, (gssize)len);
}

static size_t pending(void *opaque)
{
    return unread;
}

static void ready(void *opaque)
{
}

static const SessionTransport transport = {write_out, pending, ready};

/* ---- commands */

static bool cmd_now(JsonObject *args, JsonNode **ret, Error **errp)
{
    *ret = qmp_empty_result();
    return true;
}

static bool cmd_capabilities(JsonObject *args, JsonNode **ret, Error **errp)
{
    session_negotiate(session_current(), args && json_object_has_member(args, "oob"));
    *ret = qmp_empty_result();
    return true;
}

static void on_cancel(void *opaque)
{
    cancelled++;
}

static bool defer(bool in_order, Error **errp)
{
    deferred = qmp_defer(in_order);
    qmp_reply_on_cancel(deferred, on_cancel, NULL);
    return true;
}

static bool cmd_later(JsonObject *args, JsonNode **ret, Error **errp)
{
    return defer(true, errp);
}

static bool cmd_overtaken(JsonObject *args, JsonNode **ret, Error **errp)
{
    return defer(false, errp);
}

static bool cmd_leave(JsonObject *args, JsonNode **ret, Error **errp)
{
    session_free(g_steal_pointer(&session));
    *ret = qmp_empty_result();
    return true;
}

static bool cmd_take_fd(JsonObject *args, JsonNode **ret, Error **errp)
{
    int fd = session_take_fd(session_current());

    *ret = json_new_bool(fd >= 0);
    if (fd >= 0) {
        close(fd);
    }
    return true;
}

/* Sorted by name. */
static const QmpCommand commands[] = {
    {"later", cmd_later, QMP_ALLOW_PRECONFIG},
    {"leave", cmd_leave, QMP_ALLOW_PRECONFIG},
    {"look", cmd_now, QMP_FOR_OBSERVER | QMP_ALLOW_PRECONFIG},
    {"now", cmd_now, QMP_ALLOW_PRECONFIG},
    {"oob", cmd_now, QMP_ALLOW_OOB | QMP_ALLOW_PRECONFIG},
    {"operate", cmd_now, QMP_FOR_OPERATOR},
    {"overtaken", cmd_overtaken, QMP_ALLOW_PRECONFIG},
    {"prepare", cmd_now, QMP_PRECONFIG_ONLY},
    {"qmp_capabilities", cmd_capabilities, QMP_FOR_OBSERVER | QMP_ALLOW_PRECONFIG},
    {"take-fd", cmd_take_fd, QMP_ALLOW_PRECONFIG},
};

/* ---- setting up */

static void settle(void)
{
    while (g_main_context_iteration(NULL, FALSE)) {
    }
}

static void feed(const char *text)
{
    session_receive(session, text, strlen(text));
    settle();
}

static void expect(const char *what)
{
    ck_assert_str_eq(out->str, what);
    g_string_truncate(out, 0);
}

static void start(const char *capabilities)
{
    out = g_string_new(NULL);
    unread = 0;
    cancelled = 0;
    profile = (SessionProfile){.monitor = "test", .role = MONITOR_ROLE_ADMIN};
    qmp_register_commands(commands, G_N_ELEMENTS(commands));
    session = session_new(&transport, NULL, &profile, NULL);
    ck_assert(!session_can_receive(session));
    settle();
    ck_assert(strstr(out->str, "\"capabilities\": [\"oob\"]}}\r\n"));
    g_string_truncate(out, 0);
    feed(capabilities);
    expect("{\"return\": {}}\r\n");
}

static void setup(void)
{
    start("{'execute':'qmp_capabilities'}");
}

static void setup_oob(void)
{
    start("{'execute':'qmp_capabilities','arguments':{'oob':1}}");
}

static void teardown(void)
{
    g_clear_pointer(&session, session_free);
    policy_set_phase(MACHINE_PHASE_MACHINE);
    g_string_free(out, TRUE);
}

#define OK(id) "{\"return\": {}, \"id\": " #id "}\r\n"

static void end_deferred(void)
{
    qmp_reply_return(g_steal_pointer(&deferred), qmp_empty_result());
    settle();
}

/* ---- tests */

START_TEST(later_in_order)
{
    feed("{'execute':'later','id':1}{'execute':'now','id':2}{'execute':'now','id':3}");
    expect("");
    ck_assert(!session_can_receive(session));
    end_deferred();
    expect(OK(1) OK(2) OK(3));
    ck_assert(session_can_receive(session));
}
END_TEST

START_TEST(later_overtaken)
{
    feed("{'execute':'overtaken','id':1}{'execute':'now','id':2}");
    expect(OK(2));
    end_deferred();
    expect(OK(1));
}
END_TEST

START_TEST(oob_overtakes)
{
    feed("{'execute':'later','id':1}{'execute':'now','id':2}{'exec-oob':'oob','id':3}");
    expect(OK(3));
    ck_assert(session_can_receive(session));
    feed("{'exec-oob':'oob','id':4}");
    expect(OK(4));
    end_deferred();
    expect(OK(1) OK(2));
}
END_TEST

/* Eight requests are queued; what follows them is not looked at. */
START_TEST(oob_window)
{
    feed("{'execute':'later','id':0}");
    for (int i = 1; i <= 7; i++) {
        feed("{'execute':'now','id':1}");
    }
    ck_assert(session_can_receive(session));
    feed("{'execute':'now','id':2}{'exec-oob':'oob','id':3}");
    ck_assert(!session_can_receive(session));
    expect("");
    end_deferred();
    /* The first one leaves the queue, and the out-of-band one moves up. */
    expect(OK(0) OK(1) OK(3) OK(1) OK(1) OK(1) OK(1) OK(1) OK(1) OK(2));
}
END_TEST

START_TEST(oob_not_enabled)
{
    feed("{'execute':'later','id':1}{'exec-oob':'oob','id':2}");
    expect("");
    end_deferred();
    expect(
        OK(1) "{\"id\": 2, \"error\": {\"class\": \"GenericError\", \"desc\": \"QMP input member "
              "'exec-oob' is unexpected\", \"x-code\": \"request-invalid\"}}\r\n");
}
END_TEST

START_TEST(leaves_with_deferred)
{
    feed("{'execute':'later','id':1}{'execute':'now','id':2}");
    g_clear_pointer(&session, session_free);
    ck_assert_int_eq(cancelled, 1);
    end_deferred();
    expect("");
}
END_TEST

START_TEST(leaves_in_command)
{
    feed("{'execute':'now','id':1}{'execute':'leave','id':2}{'execute':'now','id':3}");
    ck_assert_ptr_null(session);
    expect(OK(1));
}
END_TEST

START_TEST(leaves_before_greeting)
{
    Session *other = session_new(&transport, NULL, &profile, NULL);

    session_free(other);
    settle();
    expect("");
}
END_TEST

START_TEST(unread_replies)
{
    unread = 2 << 20;
    feed("{'execute':'now','id':1}");
    expect("");
    ck_assert(!session_can_receive(session));
    unread = 0;
    session_drained(session);
    expect(OK(1));
    ck_assert(session_can_receive(session));
}
END_TEST

static void event(const char *name, uint64_t number)
{
    g_autofree char *text = g_strdup_printf("{'event': '%s'}", name);
    g_autoptr(JsonNode) node = json_parse(text, -1, NULL);

    session_broadcast(name, node, number);
}

START_TEST(unread_events)
{
    event("A", 1);
    expect("{\"event\": \"A\"}\r\n");
    unread = 64 << 20;
    event("B", 2);
    event("C", 3);
    expect("");
    unread = 0;
    event("D", 4);
    ck_assert(strstr(out->str, "\"event\": \"X_EVENTS_DROPPED\", \"data\": {\"count\": 2}}\r\n"
                               "{\"event\": \"D\"}\r\n"));
    g_string_truncate(out, 0);
    unread = 64 << 20;
    event("E", 5);
    unread = 0;
    session_drained(session);
    ck_assert(strstr(out->str, "{\"count\": 1}}\r\n"));
}
END_TEST

START_TEST(subscription)
{
    GHashTable *only = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    g_hash_table_add(only, g_strdup("B"));
    session_subscribe(session, only);
    event("A", 1);
    event("B", 2);
    expect("{\"event\": \"B\", \"x-seq\": 2}\r\n");
    session_subscribe(session, NULL);
    event("A", 3);
    expect("{\"event\": \"A\", \"x-seq\": 3}\r\n");
}
END_TEST

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void arrive(int *ret_a, int *ret_b)
{
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    *ret_a = fds[0];
    *ret_b = fds[1];
    session_receive_fds(session, fds, 2);
}

START_TEST(descriptors)
{
    int a, b, c, d;

    feed("{'execute':'take-fd'}");
    expect("{\"return\": false}\r\n");
    arrive(&a, &b);
    feed("{'execute':'ta"); /* the rest of the text comes without */
    feed("ke-fd'}{'execute':'take-fd'}");
    expect("{\"return\": true}\r\n{\"return\": false}\r\n");
    ck_assert(!is_open(a) && !is_open(b));
    /* Those of a later message do not reach an earlier command. */
    arrive(&a, &b);
    feed("{'execute':'later'}{'execute':'take-fd'}");
    arrive(&c, &d);
    ck_assert(is_open(a) && is_open(c));
    end_deferred();
    expect("{\"return\": {}}\r\n{\"return\": true}\r\n");
    ck_assert(!is_open(a) && !is_open(b) && is_open(c) && is_open(d));
    g_clear_pointer(&session, session_free);
    ck_assert(!is_open(c) && !is_open(d));
}
END_TEST

START_TEST(named_descriptors)
{
    FdNames names = {0};
    int fds[2];
    g_autoptr(GError) err = NULL;

    ck_assert_int_eq(pipe(fds), 0);
    fd_names_put(&names, "x", fds[0]);
    fd_names_put(&names, "x", fds[1]);
    ck_assert(!is_open(fds[0]));
    ck_assert_int_eq(fd_names_take(&names, "x", &err), fds[1]);
    ck_assert_int_eq(fd_names_take(&names, "x", &err), -1);
    ck_assert_str_eq(err->message, "File descriptor named 'x' not found");
    ck_assert_int_eq(error_code(err), ERROR_CODE_NOT_FOUND);
    close(fds[1]);
    g_hash_table_unref(names.table);
}
END_TEST

/* What is refused, and by which code. */
static void try(const char *command, const char *code)
{
    g_autofree char *request = g_strdup_printf("{'execute':'%s'}", command);
    g_autofree char *refusal = g_strdup_printf("\"x-code\": \"%s\"}}\r\n", code ? code : "");

    feed(request);
    ck_assert_msg(code ? g_str_has_suffix(out->str, refusal)
                       : !strcmp(out->str, "{\"return\": {}}\r\n"),
                  "%s: %s", command, out->str);
    g_string_truncate(out, 0);
}

START_TEST(roles)
{
    profile.role = MONITOR_ROLE_OBSERVER;
    try("look", NULL);
    try("operate", "permission-denied");
    try("now", "permission-denied");
    profile.role = MONITOR_ROLE_OPERATOR;
    try("look", NULL);
    try("operate", NULL);
    try("now", "permission-denied");
    profile.role = MONITOR_ROLE_ADMIN;
    try("operate", NULL);
    try("now", NULL);
}
END_TEST

START_TEST(phases)
{
    try("now", NULL);
    try("operate", NULL);
    feed("{'execute':'prepare'}");
    expect("{\"error\": {\"class\": \"GenericError\", \"desc\": \"The command is permitted only "
           "before machine initialization\", \"x-code\": \"wrong-state\"}}\r\n");
    policy_set_phase(MACHINE_PHASE_PRECONFIG);
    try("now", NULL);
    try("prepare", NULL);
    feed("{'execute':'operate'}");
    expect("{\"error\": {\"class\": \"GenericError\", \"desc\": \"The command 'operate' is "
           "permitted only after machine initialization has completed\", "
           "\"x-code\": \"wrong-state\"}}\r\n");
}
END_TEST

START_TEST(garbage_in_order)
{
    feed("{'execute':'later','id':1}%{'execute':'now','id':2}");
    expect("");
    end_deferred();
    ck_assert(g_str_has_prefix(out->str, OK(1) "{\"error\": "));
    ck_assert(g_str_has_suffix(out->str, OK(2)));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("session");
    TCase *plain = tcase_create("plain");
    TCase *oob = tcase_create("oob");

    tcase_add_checked_fixture(plain, setup, teardown);
    tcase_add_checked_fixture(oob, setup_oob, teardown);
    suite_add_tcase(s, plain);
    suite_add_tcase(s, oob);
    tcase_add_test(plain, later_in_order);
    tcase_add_test(plain, later_overtaken);
    tcase_add_test(plain, oob_not_enabled);
    tcase_add_test(plain, leaves_with_deferred);
    tcase_add_test(plain, leaves_in_command);
    tcase_add_test(plain, leaves_before_greeting);
    tcase_add_test(plain, unread_replies);
    tcase_add_test(plain, unread_events);
    tcase_add_test(plain, subscription);
    tcase_add_test(plain, descriptors);
    tcase_add_test(plain, named_descriptors);
    tcase_add_test(plain, roles);
    tcase_add_test(plain, phases);
    tcase_add_test(plain, garbage_in_order);
    tcase_add_test(oob, oob_overtakes);
    tcase_add_test(oob, oob_window);
    return s;
}
TEST_MAIN(make_suite)
