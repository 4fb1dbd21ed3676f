/* SPDX-License-Identifier: MIT */
/* The audit journal: what it says, what it hides, and that it is whole lines without gaps. */
#include "monitor/audit.h"

#include "tests/lib/check-main.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *path;

static void setup(void)
{
    path = g_strdup_printf("%s/poise-audit-%d", g_get_tmp_dir(), (int)getpid());
    ck_assert(audit_open(path, NULL));
}

/* The journal's records. */
static GPtrArray *finish(void)
{
    GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)json_node_unref);
    g_autofree char *text = NULL;

    audit_close();
    ck_assert(!audit_is_open());
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    unlink(path);
    g_free(path);
    ck_assert(!*text || g_str_has_suffix(text, "\n"));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **l = lines; *l && **l; l++) {
        JsonNode *node = json_parse(*l, -1, NULL);

        ck_assert_msg(node != NULL, "%s", *l);
        g_ptr_array_add(records, node);
    }
    return records;
}

static void command(const char *request, const char *reply)
{
    g_autoptr(JsonNode) req = json_parse(request, -1, NULL);
    g_autoptr(JsonNode) rep = reply ? json_parse(reply, -1, NULL) : NULL;

    ck_assert(req);
    audit_command(7, req, reply, rep, audit_now_ns());
}

/* A record without the members that differ from run to run. (transfer full) */
static char *text_of(JsonNode *record)
{
    JsonObject *obj = json_node_get_object(record);
    const char *when = json_object_get_string_member(obj, "time");

    ck_assert_int_eq(strlen(when), strlen("2026-01-02T03:04:05.123456Z"));
    json_object_remove_member(obj, "time");
    if (json_object_has_member(obj, "duration-ns")) {
        ck_assert_int_ge(json_object_get_int_member(obj, "duration-ns"), 0);
        json_object_remove_member(obj, "duration-ns");
    }
    return json_write(record, false);
}

static void check(GPtrArray *records, const char *const *expected, guint n)
{
    ck_assert_uint_eq(records->len, n);
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = text_of(records->pdata[i]);

        ck_assert_str_eq(text, expected[i]);
    }
    g_ptr_array_unref(records);
}

START_TEST(says_what_happened)
{
    static const char *const expected[] = {
        "{\"seq\": 1, \"kind\": \"connect\", \"session\": 7, \"monitor\": \"m\", "
        "\"role\": \"operator\", \"client\": {\"pid\": 1, \"uid\": 2}}",
        "{\"seq\": 2, \"kind\": \"command\", \"session\": 7, \"command\": \"cont\", \"id\": [1], "
        "\"outcome\": \"success\"}",
        "{\"seq\": 3, \"kind\": \"command\", \"session\": 7, \"command\": \"x\", "
        "\"arguments\": {\"a\": 1}, \"oob\": true, \"outcome\": \"error\", "
        "\"error\": {\"class\": \"GenericError\", \"desc\": \"no\", \"x-code\": \"timeout\"}}",
        "{\"seq\": 4, \"kind\": \"command\", \"session\": 7, \"command\": \"x-wait\", \"id\": 5, "
        "\"outcome\": \"later\"}",
        "{\"seq\": 5, \"kind\": \"reply\", \"session\": 7, \"id\": 5, \"outcome\": \"success\"}",
        "{\"seq\": 6, \"kind\": \"command\", \"session\": 7, \"outcome\": \"success\"}",
        "{\"seq\": 7, \"kind\": \"event\", \"event\": {\"event\": \"STOP\", \"x-seq\": 9}}",
        "{\"seq\": 8, \"kind\": \"disconnect\", \"session\": 7}",
    };
    ChardevPeer peer = {.pid = 1, .uid = 2, .gid = 3};
    g_autoptr(JsonNode) reply = json_parse("{'return': {}, 'id': 5}", -1, NULL);
    g_autoptr(JsonNode) event = json_parse("{'event': 'STOP', 'x-seq': 9}", -1, NULL);

    audit_connect(7, "m", MONITOR_ROLE_OPERATOR, &peer);
    command("{'execute': 'cont', 'id': [1]}", "{'return': {}}");
    command("{'exec-oob': 'x', 'arguments': {'a': 1}}",
            "{'error': {'class': 'GenericError', 'desc': 'no', 'x-code': 'timeout'}}");
    command("{'execute': 'x-wait', 'id': 5}", NULL);
    audit_late_reply(7, reply);
    command("[]", "{'return': {}}");
    audit_event(event);
    audit_disconnect(7);
    check(finish(), expected, G_N_ELEMENTS(expected));
}
END_TEST

/* Nothing of "hush" may be in the journal; everything else stays. */
START_TEST(hides_secrets)
{
    static const char *const requests[] = {
        "{'execute': 'object-add', 'arguments': {'qom-type': 'secret', 'id': 'keep', "
        "'data': 'hush'}}",
        "{'execute': 'object-add', 'arguments': {'qom-type': 'secret_keyring', 'id': 'keep', "
        "'data': 'hush'}}",
        "{'execute': 'set_password', 'arguments': {'protocol': 'keep', 'password': 'hush'}}",
        "{'execute': 'x', 'arguments': {'list': ['keep', {'deep': {'password': 'hush'}}, "
        "{'qom-type': 'secret', 'data': {'x': 'hush'}}]}}",
        "{'execute': 'human-monitor-command', 'arguments': {'command-line': "
        "'object_add secret,id=x,data=hush', 'cpu-index': 'keep'}}",
        "{'execute': 'qom-set', 'arguments': {'path': 'keep', 'property': 'data', "
        "'value': 'hush'}}",
        "{'execute': 'ringbuf-write', 'arguments': {'device': 'keep', 'data': 'keep'}}",
        "{'execute': 'human-monitor-command', 'arguments': {'command-line': 'keep'}}",
        "{'execute': 'qom-set', 'arguments': {'path': 'x', 'property': 'y', 'value': 'keep'}}",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        command(requests[i], "{'return': {}}");
    }
    g_autoptr(GPtrArray) records = finish();
    ck_assert_uint_eq(records->len, G_N_ELEMENTS(requests));
    for (guint i = 0; i < records->len; i++) {
        g_autofree char *text = json_write(records->pdata[i], false);

        ck_assert_msg(!strstr(text, "hush"), "%s", text);
        ck_assert_msg(strstr(text, "keep") != NULL, "%s", text);
    }
}
END_TEST

START_TEST(leaves_out_what_is_long)
{
    g_autofree char *blob = g_strnfill(100000, 'x');
    g_autofree char *request =
        g_strdup_printf("{'execute': 'x', 'arguments': {'data': '%s'}}", blob);
    static const char *const expected[] = {
        "{\"seq\": 1, \"kind\": \"command\", \"session\": 7, \"command\": \"x\", "
        "\"arguments\": {\"x-bytes\": 100012}, \"outcome\": \"success\"}"};

    command(request, "{'return': {}}");
    check(finish(), expected, 1);
}
END_TEST

static gpointer read_all(gpointer fd)
{
    GString *text = g_string_new(NULL);
    char buf[65536];
    ssize_t n;

    while ((n = read(GPOINTER_TO_INT(fd), buf, sizeof(buf))) > 0) {
        g_string_append_len(text, buf, n);
    }
    return g_string_free(text, FALSE);
}

/* Nobody takes what is written for a while: nothing waits for that, what is too much is counted,
 * and the records have no gap. */
START_TEST(bounded)
{
    enum { N = 250 };
    g_autofree char *blob = g_strnfill(50000, 'x');
    g_autofree char *request =
        g_strdup_printf("{'execute': 'x', 'arguments': {'data': '%s'}}", blob);
    g_autofree char *fifo = g_strdup_printf("%s/poise-audit-fifo-%d", g_get_tmp_dir(), getpid());
    gint64 lost = 0, commands = 0;

    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    int fd = open(fifo, O_RDONLY | O_NONBLOCK);
    ck_assert(audit_open(fifo, NULL));
    unlink(fifo);
    for (int i = 0; i < N; i++) {
        command(request, "{'return': {}}");
    }
    g_unix_set_fd_nonblocking(fd, FALSE, NULL);
    GThread *reader = g_thread_new("reader", read_all, GINT_TO_POINTER(fd));
    audit_close();
    g_autofree char *text = g_thread_join(reader);
    close(fd);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i] && *lines[i]; i++) {
        gint64 seq = 0, count = 0;

        ck_assert_int_eq(sscanf(lines[i], "{\"seq\": %" G_GINT64_FORMAT, &seq), 1);
        ck_assert_int_eq(seq, i + 1);
        const char *at = strstr(lines[i], "\"kind\": \"dropped\", \"count\": ");
        count = at ? g_ascii_strtoll(strrchr(at, ' '), NULL, 10) : 0;
        lost += count;
        commands += !at;
    }
    ck_assert_int_gt(lost, 0);
    ck_assert_int_eq(lost + commands, N);
}
END_TEST

/* What was in the file stays. */
START_TEST(appends)
{
    g_autofree char *old = g_strdup_printf("%s/poise-audit-old-%d", g_get_tmp_dir(), (int)getpid());

    ck_assert(g_file_set_contents(old, "{\"old\": 1}\n", -1, NULL));
    ck_assert(audit_open(old, NULL));
    path = g_steal_pointer(&old);
    command("{'execute': 'new'}", "{'return': {}}");
    g_autoptr(GPtrArray) records = finish();
    ck_assert_uint_eq(records->len, 2);
}
END_TEST

START_TEST(cannot_open)
{
    g_autoptr(GError) err = NULL;

    ck_assert(!audit_open("/nonexistent/journal", &err));
    ck_assert(strstr(err->message, "/nonexistent/journal"));
    ck_assert(!audit_is_open());
    audit_close();
    audit_disconnect(1);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("audit");
    TCase *tc = tcase_create("journal");
    TCase *none = tcase_create("none");

    suite_add_tcase(s, tc);
    suite_add_tcase(s, none);
    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, says_what_happened);
    tcase_add_test(tc, hides_secrets);
    tcase_add_test(tc, leaves_out_what_is_long);
    tcase_add_test(none, bounded);
    tcase_add_test(none, appends);
    tcase_add_test(none, cannot_open);
    return s;
}
TEST_MAIN(make_suite)
