/* SPDX-License-Identifier: MIT */
/* Who may use which command, and when; what the journal says of it; breaking connections. POISE
 * names the program. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *poise;

static const char *const listener_args[] = {"-machine", "none", "-nodefaults", "-qmp",
                                            "unix:qmp.sock,server=on,wait=off"};

static bool run(QmpClient *c, const char *command, const char *arguments, Error **errp)
{
    g_autoptr(JsonNode) ret = qmp_client_execute(c, command, arguments, errp);

    return ret;
}

static const char *message(const Error *err)
{
    return err ? err->message : NULL;
}

/* ---- who may do what, and when */

static const char *const roles[] = {"observer", "operator", "admin"};

static int role_index(const char *name)
{
    int i = 0;

    while (i < (int)G_N_ELEMENTS(roles) && strcmp(name, roles[i]) != 0) {
        i++;
    }
    return i;
}

/* The least role for each command. */
static GHashTable *least_roles(QmpClient *c)
{
    g_autoptr(JsonNode) ret = qmp_client_execute(c, "x-query-commands", NULL, NULL);
    GHashTable *least = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    JsonArray *all = ret ? json_node_get_array(ret) : NULL;

    for (guint i = 0; all && i < json_array_get_length(all); i++) {
        JsonObject *obj = json_array_get_object_element(all, i);
        int role = role_index(json_object_get_string_member(obj, "role"));

        g_hash_table_insert(least, g_strdup(json_object_get_string_member(obj, "name")),
                            GINT_TO_POINTER(role));
    }
    return least;
}

/* What must not change by accident. */
static void test_known_roles(GHashTable *least)
{
    static const struct {
        const char *command;
        int role;
    } known[] = {
        {"qmp_capabilities", 0},
        {"query-status", 0},
        {"qom-get", 0},
        {"x-wait", 0},
        {"cont", 1},
        {"stop", 1},
        {"system_reset", 1},
        {"quit", 2},
        {"qom-set", 2},
        {"getfd", 2},
        {"chardev-add", 2},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        gpointer role = GINT_TO_POINTER(-1);

        tap_ok(g_hash_table_lookup_extended(least, known[i].command, NULL, &role) &&
                   GPOINTER_TO_INT(role) == known[i].role,
               NULL, "%s is for the role %s", known[i].command, roles[known[i].role]);
    }
}

/* Every command refuses this argument: whoever may use it is told so. (transfer full) */
static JsonObject *knock(QmpClient *c, const char *command)
{
    g_autofree char *request =
        g_strdup_printf("{'execute':'%s','arguments':{'no-such-argument':1}}", command);

    return qmp_client_ask(c, request);
}

/* Each command with this role; the texts of those that are wrong. */
static void test_role(QmpClient *c, int role, GHashTable *least)
{
    g_autoptr(GString) wrong = g_string_new(NULL);
    g_autoptr(JsonNode) mine = qmp_client_execute(c, "query-commands", NULL, NULL);
    GHashTableIter it;
    gpointer name, value;
    guint allowed = 0;

    g_hash_table_iter_init(&it, least);
    while (g_hash_table_iter_next(&it, &name, &value)) {
        g_autoptr(JsonObject) reply = knock(c, name);
        bool refused = !strcmp(qmp_reply_error(reply, "x-code"), "permission-denied");

        allowed += role >= GPOINTER_TO_INT(value);
        if (!reply || !json_object_has_member(reply, "error") ||
            refused != (role < GPOINTER_TO_INT(value))) {
            g_string_append_printf(wrong, "%s: %s\n", (char *)name, qmp_reply_error(reply, "desc"));
        }
    }
    tap_ok(!wrong->len, wrong->str, "%s: %d of %d commands", roles[role], (int)allowed,
           (int)g_hash_table_size(least));
    tap_ok(mine && json_array_get_length(json_node_get_array(mine)) == allowed, NULL,
           "%s: query-commands lists these", roles[role]);
}

static void test_roles(void)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) err = NULL;
    g_autoptr(GHashTable) least = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        g_ptr_array_add(args, g_strdup("-chardev"));
        g_ptr_array_add(args, g_strdup_printf("socket,id=%s,path=%s.sock,server=on,wait=off",
                                              roles[i], roles[i]));
        g_ptr_array_add(args, g_strdup("-mon"));
        g_ptr_array_add(args,
                        g_strdup_printf("chardev=%s,mode=control,role=%s", roles[i], roles[i]));
    }
    g_ptr_array_add(args, g_strdup("-machine"));
    g_ptr_array_add(args, g_strdup("none"));
    g_ptr_array_add(args, NULL);
    g_autoptr(QmpClient) process =
        qmp_client_start_bare(poise, (const char *const *)args->pdata, &err);
    for (int i = 2; i >= 0; i--) {
        g_autofree char *path = g_strdup_printf("%s.sock", roles[i]);
        g_autoptr(QmpClient) c = process ? qmp_client_join(process, path, &err) : NULL;

        if (!tap_ok(c, message(err), "session as %s", roles[i])) {
            return;
        }
        if (!least) {
            least = least_roles(c);
            test_known_roles(least);
        }
        test_role(c, i, least);
    }
}

/* Each command says when it is possible, and is. */
static void test_phase(QmpClient *c, const char *phase)
{
    g_autoptr(GString) wrong = g_string_new(NULL);
    g_autoptr(JsonNode) ret = qmp_client_execute(c, "x-query-commands", NULL, NULL);
    JsonArray *commands = ret ? json_node_get_array(ret) : NULL;
    guint n = commands ? json_array_get_length(commands) : 0, possible_ones = 0;

    for (guint i = 0; i < n; i++) {
        JsonObject *info = json_array_get_object_element(commands, i);
        const char *name = json_object_get_string_member(info, "name");
        JsonArray *phases = json_object_get_array_member(info, "phases");
        g_autoptr(JsonObject) reply = knock(c, name);
        const char *desc = qmp_reply_error(reply, "desc");
        bool possible = false;

        for (guint k = 0; k < json_array_get_length(phases); k++) {
            possible = possible || !strcmp(json_array_get_string_element(phases, k), phase);
        }
        possible_ones += possible;
        if (!*desc || possible == (strstr(desc, "is permitted only ") != NULL)) {
            g_string_append_printf(wrong, "%s: %s\n", name, desc);
        }
    }
    tap_ok(n > 20 && !wrong->len, wrong->str, "phase %s: %d of %d commands", phase,
           (int)possible_ones, (int)n);
}

static char *phase_of(QmpClient *c)
{
    g_autoptr(JsonNode) ret = qmp_client_execute(c, "x-query-phase", NULL, NULL);

    return ret ? json_write(ret, false) : g_strdup("");
}

static void test_phases(void)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(QmpClient) c = qmp_client_start(
        poise, (const char *const[]){"-machine", "none", "-preconfig", NULL}, &err);
    bool ok = c && qmp_client_negotiate(c, &err);
    g_autofree char *before = ok ? phase_of(c) : NULL;

    tap_ok(!g_strcmp0(before, "{\"phase\": \"preconfig\", \"role\": \"admin\"}"), before,
           "x-query-phase before there is a machine");
    if (!ok) {
        return;
    }
    test_phase(c, "preconfig");
    ok = run(c, "machine-init", NULL, &err);
    g_autofree char *after = phase_of(c);
    tap_ok(ok && !strcmp(after, "{\"phase\": \"machine\", \"status\": \"prelaunch\", "
                                "\"role\": \"admin\"}"),
           err ? err->message : after, "x-query-phase with one");
    test_phase(c, "machine");
}

/* ---- the journal */

/* Looks for records in this order, by a part of their text; NULL when all are there. */
static const char *missing_record(const char *journal, const char *const *parts)
{
    for (; *parts; parts++) {
        const char *at = strstr(journal, *parts);

        if (!at) {
            return *parts;
        }
        journal = strchr(at, '\n');
    }
    return NULL;
}

/* From 1, without gaps, each a JSON object on a line. */
static bool numbers_are_whole(const char *journal)
{
    g_auto(GStrv) lines = g_strsplit(journal, "\n", -1);
    int n = 0;

    for (; lines[n] && *lines[n]; n++) {
        g_autoptr(JsonNode) node = json_parse(lines[n], -1, NULL);

        if (!node || json_object_get_int_member(json_node_get_object(node), "seq") != n + 1) {
            return false;
        }
    }
    return n > 5;
}

static void test_journal(void)
{
    g_autofree char *us =
        g_strdup_printf("\"client\": {\"pid\": %d, \"uid\": %d}", (int)getpid(), (int)getuid());
    const char *const expected[] = {
        us,
        "\"command\": \"qmp_capabilities\", \"id\": 1, \"outcome\": \"success\"",
        "\"arguments\": {\"qom-type\": \"secret\", \"id\": \"s\", \"data\": \"(hidden)\"}",
        "\"command\": \"x-wait\"",
        "\"kind\": \"event\", \"event\": {\"timestamp\": ",
        "\"kind\": \"reply\", \"session\": 1, \"id\": \"w\", \"outcome\": \"success\"",
        "\"command\": \"cont\", \"id\": \"c\", \"outcome\": \"success\"",
        "\"x-code\": \"command-not-found\"",
        "\"kind\": \"disconnect\", \"session\": 1}",
        "\"kind\": \"connect\", \"session\": 2",
        "\"event\": \"SHUTDOWN\"",
        NULL};
    g_autoptr(GPtrArray) args = g_ptr_array_new();
    g_autoptr(GError) err = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(listener_args); i++) {
        g_ptr_array_add(args, (char *)listener_args[i]);
    }
    g_ptr_array_add(args, (char *)"-audit");
    g_ptr_array_add(args, (char *)"journal");
    g_ptr_array_add(args, NULL);
    g_autoptr(QmpClient) process =
        qmp_client_start_bare(poise, (const char *const *)args->pdata, &err);
    g_autoptr(QmpClient) c = process ? qmp_client_join(process, "qmp.sock", &err) : NULL;
    if (!tap_ok(c, message(err), "session with a journal")) {
        return;
    }
    static const char requests[] =
        "{'execute':'object-add','arguments':{'qom-type':'secret','id':'s','data':'hush'}}"
        "{'execute':'x-wait','arguments':{'event':'RESUME'},'id':'w'}"
        "{'execute':'cont','id':'c'}{'execute':'nosuch'}";
    qmp_client_send(c, requests, &err);
    for (int i = 0; i < 5; i++) { /* four replies and an event */
        g_autofree char *line = qmp_client_read_line(c, QMP_CLIENT_TIMEOUT_MS, &err);

        if (!tap_ok(line, message(err), "message %d", i)) {
            return;
        }
    }
    int fds = qmp_client_count_fds(process);
    qmp_client_disconnect(c);
    qmp_client_await_fds(process, fds - 1);
    g_autoptr(QmpClient) again = qmp_client_join(process, "qmp.sock", &err);
    bool ended = run(again, "quit", NULL, &err) && qmp_client_wait_exit(process) == 0;
    g_autofree char *path = g_build_filename(qmp_client_dir(process), "journal", NULL);
    g_autofree char *journal = NULL;
    g_file_get_contents(path, &journal, NULL, NULL);
    const char *missing = journal ? missing_record(journal, expected) : "(everything)";
    g_autofree char *detail = g_strdup_printf("missing: %s\n%s", missing, journal ? journal : "");
    tap_ok(ended && !missing, detail, "the journal has it all, in order");
    tap_ok(journal && numbers_are_whole(journal) && !strstr(journal, "hush"), detail,
           "whole lines, numbered without gaps, and no secrets");
}

/* ---- breaking connections */

/* A list of what can be yanked: its text. (transfer full) */
static char *instances(const char *id)
{
    return g_strdup_printf("{\"instances\": [{\"type\": \"chardev\", \"id\": \"%s\"}]}", id);
}

static void test_yank(void)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new();
    g_autoptr(GError) err = NULL, refused = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(listener_args); i++) {
        g_ptr_array_add(args, (char *)listener_args[i]);
    }
    g_ptr_array_add(args, NULL);
    g_autoptr(QmpClient) own = qmp_client_start(poise, (const char *const *)args->pdata, &err);
    g_autoptr(JsonObject) greeting = own ? qmp_client_receive(own, &err) : NULL;
    g_autoptr(JsonObject) agreed =
        qmp_client_ask(own, "{'execute':'qmp_capabilities','arguments':{'enable':['oob']}}");
    g_autoptr(QmpClient) first = qmp_client_join(own, "qmp.sock", &err);
    g_autoptr(QmpClient) second = qmp_client_join(own, "qmp.sock", &err);
    if (!tap_ok(greeting && agreed && first && second, message(err), "sessions to break")) {
        return;
    }
    g_autoptr(JsonObject) list = qmp_client_ask(own, "{'exec-oob':'query-yank','id':1}");
    g_autoptr(JsonNode) ret = json_node_copy(json_object_get_member(list, "return"));
    g_autofree char *text = json_write(ret, false);
    tap_ok(!strcmp(text, "[{\"type\": \"chardev\", \"id\": \"compat_monitor0\"}, "
                         "{\"type\": \"chardev\", \"id\": \"test-qmp\"}]"),
           text, "query-yank, out of band");
    g_autofree char *nobody = instances("nosuch");
    tap_ok(!run(own, "yank", nobody, &refused) &&
               !g_strcmp0(message(refused), "DeviceNotFound: Instance not found"),
           message(refused), "yank of what does not exist");
    g_autofree char *listener = instances("compat_monitor0");
    bool done = run(own, "yank", listener, &err);
    g_autoptr(JsonObject) nothing = qmp_client_receive(first, NULL);
    g_autoptr(JsonObject) nothing2 = qmp_client_receive(second, NULL);
    g_autoptr(QmpClient) third = qmp_client_join(own, "qmp.sock", &err);
    tap_ok(done && !nothing && !nothing2 && third, message(err),
           "yank breaks all sessions of a socket, and new ones can be opened");
    /* The last command of a session. */
    qmp_client_send(own,
                    "{'exec-oob':'yank','arguments':{'instances':[{'type':'chardev',"
                    "'id':'test-qmp'}]}}{'execute':'query-status'}",
                    NULL);
    for (char *line; (line = qmp_client_read_line(own, QMP_CLIENT_TIMEOUT_MS, NULL));) {
        g_free(line);
    }
    tap_ok(run(third, "query-status", NULL, &err), message(err),
           "a session can break its own connection");
}

/* ---- two monitors on one device */

static void test_in_use(void)
{
    static const char *const devices[] = {"socket,id=m,path=m.sock,server=on,wait=off",
                                          "null,id=m"};

    for (size_t i = 0; i < G_N_ELEMENTS(devices); i++) {
        g_autoptr(GError) err = NULL;
        g_autoptr(QmpClient) c = qmp_client_start_bare(
            poise,
            (const char *const[]){"-machine", "none", "-chardev", devices[i], "-mon",
                                  "chardev=m,mode=control", "-mon", "chardev=m,mode=control", NULL},
            &err);
        int status = c ? qmp_client_wait_exit(c) : -1;
        g_autofree char *text = c ? qmp_client_stderr(c) : g_strdup(message(err));

        tap_ok(status == 1 && strstr(text, "Device 'm' is in use"), text,
               "one monitor for each device: %s", devices[i]);
    }
}

int main(void)
{
    poise = getenv("POISE");
    if (!poise) {
        fprintf(stderr, "POISE names no program\n");
        return 1;
    }
    setenv("G_DEBUG", "fatal-criticals", 1);
    test_roles();
    test_phases();
    test_journal();
    test_yank();
    test_in_use();
    return tap_done();
}
