/* SPDX-License-Identifier: MIT */
/* Random commands, shaped by the program's own schema, over three monitors of one process: each
 * gets one reply, the process lives, and when what was made is removed there are as many open
 * descriptors as before. POISE names the program, COMMANDS says how many (of which each kind of
 * machine gets its part), SEED (1) which ones. */
#include "tests/fuzz/random-args.h"
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MONITORS = 3, BATCH = 16 };

typedef struct Run {
    const char *what;
    QmpClient *mon[MONITORS]; /* the first one owns the process */
    JsonNode *schema;
    RandomArgs *random;         /* borrows it */
    GHashTable *open[MONITORS]; /* of requests: id -> text */
    guint next_id;
    GString *last; /* the requests of the present batch, for a report */
} Run;

/* ---- requests */

static bool is_skipped(const char *name)
{
    return !strcmp(name, "quit");
}

static void set_int(JsonNode *args, const char *name, gint64 v)
{
    if (args) {
        json_object_set_int_member(json_node_get_object(args), name, v);
    }
}

/* What would only cost time, memory or disk: waits end soon, files stay small, memory is not
 * touched before it is used. And nothing ends the process on purpose. */
static void keep_small(Run *run, const char *command, JsonNode *args)
{
    JsonObject *obj = args ? json_node_get_object(args) : NULL;

    if (!strcmp(command, "x-wait") || !strcmp(command, "x-events")) {
        set_int(args, "timeout-ms", random_args_below(run->random, 20));
    } else if (obj && g_str_has_suffix(command, "memsave")) {
        JsonNode *size = json_object_get_member(obj, "size");
        gint64 n;

        if (size && json_get_int64(size, &n) && n > 1 << 20) {
            set_int(args, "size", 4096);
        }
    } else if (!strcmp(command, "set-action") && obj) {
        /* The two that let a later command end the process. */
        json_object_set_string_member(obj, "reboot", "reset");
        json_object_set_string_member(obj, "shutdown", "pause");
    } else if (obj && json_object_has_member(obj, "prealloc")) {
        json_object_set_boolean_member(obj, "prealloc", FALSE);
    } else if (!strcmp(command, "human-monitor-command") && obj) {
        static const char *const verbs[] = {"info status", "help", "info nosuch", "stop", "x /i 0"};

        json_object_set_string_member(obj, "command-line",
                                      verbs[random_args_below(run->random, G_N_ELEMENTS(verbs))]);
    }
}

static bool send_request(Run *run, guint m, Error **errp)
{
    g_autoptr(JsonNode) args = NULL;
    const char *command = random_args_command(run->random, is_skipped, &args);
    JsonObject *request = json_object_new();
    guint id = run->next_id++;

    keep_small(run, command, args);
    json_object_set_string_member(request, "execute", command);
    if (args) {
        json_object_set_member(request, "arguments", g_steal_pointer(&args));
    }
    json_object_set_int_member(request, "id", id);
    g_autoptr(JsonNode) node = json_new_object(request);
    char *text = json_write(node, false);
    g_string_append_printf(run->last, "monitor %u: %s\n", m, text);
    g_hash_table_insert(run->open[m], GUINT_TO_POINTER(id), text);
    return qmp_client_send(run->mon[m], text, errp);
}

/* Reads until every request of the monitor has its reply. */
static bool read_replies(Run *run, guint m, Error **errp)
{
    while (g_hash_table_size(run->open[m])) {
        g_autofree char *line = qmp_client_read_line(run->mon[m], QMP_CLIENT_TIMEOUT_MS, errp);
        g_autoptr(JsonNode) node = line ? json_parse(line, -1, errp) : NULL;

        if (!node) {
            return false;
        }
        JsonObject *reply = json_node_get_object(node);
        if (json_object_has_member(reply, "event")) {
            continue;
        }
        guint id = (guint)json_object_get_int_member_with_default(reply, "id", -1);
        if (!g_hash_table_remove(run->open[m], GUINT_TO_POINTER(id))) {
            return error_set_code(errp, ERROR_CODE_UNSPECIFIED, "reply without request: %s", line);
        }
    }
    return true;
}

static bool run_commands(Run *run, guint n, Error **errp)
{
    for (guint sent = 0; sent < n;) {
        g_string_truncate(run->last, 0);
        for (guint m = 0; m < MONITORS; m++) {
            for (guint k = random_args_below(run->random, BATCH); k; k--, sent++) {
                if (!send_request(run, m, errp)) {
                    return false;
                }
            }
        }
        for (guint m = 0; m < MONITORS; m++) {
            if (!read_replies(run, m, errp)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- what the requests left behind */

static void try_command(Run *run, const char *command, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
static void try_command(Run *run, const char *command, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_autofree char *args = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    JsonNode *answer = qmp_client_execute(run->mon[0], command, args, NULL);
    g_clear_pointer(&answer, json_node_unref);
}

static bool is_own_chardev(const char *label)
{
    return !strcmp(label, "test-qmp") || g_str_has_prefix(label, "compat_") ||
           g_str_has_prefix(label, "serial") || g_str_has_prefix(label, "parallel");
}

/* Runs command for the member `name` of each object that a query lists. */
static bool for_each(Run *run, const char *query, const char *args, const char *name,
                     const char *command, const char *parameter, Error **errp)
{
    g_autoptr(JsonNode) answer = qmp_client_execute(run->mon[0], query, args, errp);

    for (guint i = 0; answer && i < json_array_get_length(json_node_get_array(answer)); i++) {
        JsonObject *o = json_array_get_object_element(json_node_get_array(answer), i);
        g_autofree char *value = json_write(json_object_get_member(o, name), false);
        const char *label = json_object_get_string_member_with_default(o, "label", "");

        if (!is_own_chardev(label)) {
            try_command(run, command, "{\"%s\": %s}", parameter, value);
        }
    }
    return answer;
}

/* Removes what requests made, users before what they use. */
static bool clean_up(Run *run, Error **errp)
{
    for (int again = 0; again < 3; again++) {
        if (!for_each(run, "qom-list", "{'path': '/objects'}", "name", "object-del", "id", errp) ||
            !for_each(run, "query-chardev", NULL, "label", "chardev-remove", "id", errp) ||
            !for_each(run, "query-named-block-nodes", NULL, "node-name", "blockdev-del",
                      "node-name", errp)) {
            return false;
        }
    }
    return for_each(run, "query-fdsets", NULL, "fdset-id", "remove-fd", "fdset-id", errp);
}

/* Where the process's descriptors lead. (transfer full) */
static char *list_descriptors(const Run *run)
{
    g_autofree char *folder = g_strdup_printf("/proc/%d/fd", (int)qmp_client_pid(run->mon[0]));
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    GString *all = g_string_new(NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *to = g_file_read_link(path, NULL);

        g_string_append_printf(all, "%s: %s\n", name, to ? to : "?");
    }
    return g_string_free(all, FALSE);
}

/* ---- one process */

static bool start(Run *run, const char *const *args, guint32 seed, Error **errp)
{
    run->mon[0] = qmp_client_start(getenv("POISE"), args, errp);
    if (!run->mon[0] || !qmp_client_negotiate(run->mon[0], errp)) {
        return false;
    }
    for (guint m = 1; m < MONITORS; m++) {
        g_autofree char *path = g_strdup_printf("m%u.sock", m);

        run->mon[m] = qmp_client_connect(run->mon[0], path, errp);
        if (!run->mon[m] || !qmp_client_negotiate(run->mon[m], errp)) {
            return false;
        }
    }
    for (guint m = 0; m < MONITORS; m++) {
        run->open[m] = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    }
    run->schema = qmp_client_execute(run->mon[0], "query-qmp-schema", "{'x-names': true}", errp);
    run->random = run->schema ? random_args_new(run->schema, seed) : NULL;
    return run->random;
}

/* Memory of the machine, which a request may have made: it stays. */
static int count_machines_own(const char *descriptors)
{
    static const char *const names[] = {"/memfd:mach-virt.ram ", "/memfd:virt.flash"};
    int n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        for (const char *p = descriptors; (p = strstr(p, names[i])); p++) {
            n++;
        }
    }
    return n;
}

/* Half of the commands warm up; the other half must not leave descriptors behind. */
static bool run_all(Run *run, guint n, int *ret_more_fds, Error **errp)
{
    if (!run_commands(run, n / 2, errp) || !clean_up(run, errp)) {
        return false;
    }
    int before = qmp_client_count_fds(run->mon[0]);
    g_autofree char *before_list = list_descriptors(run);
    if (!run_commands(run, n - n / 2, errp) || !clean_up(run, errp)) {
        return false;
    }
    g_autofree char *made = list_descriptors(run);
    before += count_machines_own(made) - count_machines_own(before_list);
    qmp_client_await_fds(run->mon[0], before);
    *ret_more_fds = qmp_client_count_fds(run->mon[0]) - before;
    if (*ret_more_fds) {
        g_autofree char *now_list = list_descriptors(run);

        fprintf(stderr, "descriptors before:\n%snow:\n%s", before_list, now_list);
    }
    return qmp_client_send(run->mon[0], "{'execute': 'quit'}", errp);
}

/* What was sent last, and what of it has no reply. */
static void report(const Run *run, const char *why)
{
    g_autofree char *err = qmp_client_stderr(run->mon[0]);
    g_auto(GStrv) lines = g_strsplit(run->last->str, "\n", -1);

    fprintf(stderr, "%s: %s\nthe last requests ('*': without a reply):\n", run->what, why);
    for (char **l = lines; *l && **l; l++) {
        const char *id = strrchr(*l, ' ') + 1;
        guint m = (guint)(strchr(*l, ' ')[1] - '0');
        bool open = g_hash_table_contains(run->open[m], GUINT_TO_POINTER(atoi(id)));

        fprintf(stderr, "%s %.1000s\n", open ? "*" : " ", *l);
    }
    fprintf(stderr, "stderr:\n%.4000s\n", err ? err : "");
}

static void check_process(const char *what, const char *const *args, guint n, guint32 seed)
{
    Run run = {.what = what, .last = g_string_new(NULL)};
    g_autoptr(GError) err = NULL;
    int more_fds = 0, status = -1;

    bool ok = start(&run, args, seed, &err) && run_all(&run, n, &more_fds, &err);
    if (run.mon[0]) {
        if (ok || !strstr(err->message, "in time")) {
            status = qmp_client_wait_exit(run.mon[0]);
        }
        if (!ok || status) {
            report(&run, err ? err->message : "it does not end well");
        }
    }
    tap_ok(ok, err ? err->message : NULL, "%s: %u random commands, each with its reply (seed %u)",
           what, n, seed);
    tap_ok(more_fds == 0, NULL, "%s: %d descriptors left behind", what, more_fds);
    tap_ok(status == 0, NULL, "%s: exit status %d", what, status);
    for (guint m = MONITORS; m-- > 0;) {
        g_clear_pointer(&run.open[m], g_hash_table_unref);
        g_clear_pointer(&run.mon[m], qmp_client_free);
    }
    g_clear_pointer(&run.random, random_args_free);
    g_clear_pointer(&run.schema, json_node_unref);
    g_string_free(run.last, TRUE);
}

#define MONITOR_ARGS                                                                              \
    "-nodefaults", "-display", "none", "-no-shutdown", "-qmp", "unix:m1.sock,server=on,wait=off", \
        "-qmp", "unix:m2.sock,server=on,wait=off"

int main(void)
{
    static const char *const none[] = {"-M", "none", MONITOR_ARGS, NULL};
    static const char *const virt[] = {"-M", "virt", MONITOR_ARGS, NULL};
    static const char *const early[] = {"-M", "virt", "-preconfig", MONITOR_ARGS, NULL};
    const char *commands = getenv("COMMANDS");
    const char *given = getenv("SEED");
    guint n = commands ? (guint)strtoul(commands, NULL, 10) : 20000;
    guint32 seed = given ? (guint32)strtoul(given, NULL, 10) : 1;

    check_process("no machine", none, n * 2 / 5, seed);
    check_process("virt", virt, n * 2 / 5, seed + 1);
    check_process("before the machine", early, n / 5, seed + 2);
    return tap_done();
}
