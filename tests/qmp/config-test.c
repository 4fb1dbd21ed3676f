/* SPDX-License-Identifier: MIT */
/* One machine, described in every way there is: by options, as JSON (-explain, --config), over QMP
 * from an empty process, by query-config of itself, and by -readconfig. Configuration, object tree
 * and state must be the same. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *poise;
static char *kernel; /* an image that boots; NULL: none was built */

enum { MAX_ARGS = 32 };

typedef struct Case {
    const char *name;
    const char *args[MAX_ARGS]; /* KERNEL and FILE stand for paths */
    const char *ini;            /* the same for -readconfig; NULL: it cannot say it */
} Case;

#define KERNEL "@kernel"
#define FILES  "@file:" /* then: a name in the test's directory */

static const Case cases[] = {
    {"nothing", {"-M", "none"}, "[machine]\n type = \"none\"\n"},
    {"a board", {"-M", "virt,dtb-randomness=off"}, NULL},
    {"vCPUs and GICv3",
     {"-M", "virt,gic-version=3,dtb-randomness=off", "-smp", "4,sockets=2,cores=2", "-m", "256"},
     "[machine]\n type = \"virt\"\n gic-version = \"3\"\n dtb-randomness = \"off\"\n"
     "[smp-opts]\n cpus = \"4\"\n sockets = \"2\"\n cores = \"2\"\n[memory]\n size = \"256\"\n"},
    {"CPU with features", {"-M", "virt,dtb-randomness=off", "-cpu", "cortex-a72,pmu=off"}, NULL},
    {"CPU with a signed feature", {"-M", "virt,dtb-randomness=off", "-cpu", "max,-pmu"}, NULL},
    {"memory backend",
     {"-object", "memory-backend-ram,id=mem,size=64M,prealloc=on,share=on", "-M",
      "virt,memory-backend=mem,dtb-randomness=off"},
     "[object \"mem\"]\n qom-type = \"memory-backend-ram\"\n size = \"64M\"\n prealloc = \"on\"\n"
     " share = \"on\"\n"
     "[machine]\n type = \"virt\"\n memory-backend = \"mem\"\n dtb-randomness = \"off\"\n"},
    {"memory of a memfd",
     {"-object", "{\"qom-type\":\"memory-backend-memfd\",\"id\":\"mem\",\"size\":33554432}", "-M",
      "virt,memory-backend=mem,dtb-randomness=off", "-m", "32M"},
     NULL},
    {"kernel", {"-M", "virt,dtb-randomness=off", "-kernel", KERNEL, "-append", "a=1 b,c"}, NULL},
    {"kernel and initrd",
     {"-M", "virt,dtb-randomness=off", "-kernel", KERNEL, "-initrd", FILES "initrd", "-m", "64"},
     NULL},
    {"flash images",
     {"-M", "virt,dtb-randomness=off", "-bios", FILES "initrd", "-nodefaults"},
     NULL},
    {"serial port on a chardev",
     {"-M", "virt,dtb-randomness=off", "-chardev", "ringbuf,id=s0,size=128", "-serial",
      "chardev:s0"},
     NULL},
    {"serial port in short form",
     {"-M", "virt,dtb-randomness=off", "-serial", "file:" FILES "console"},
     NULL},
    {"no serial port", {"-M", "virt,dtb-randomness=off", "-serial", "none"}, NULL},
    {"identity",
     {"-M", "virt,dtb-randomness=off", "-name", "guest=g,process=p,debug-threads=on", "-uuid",
      "12345678-ABCD-1234-1234-123456789abc"},
     NULL},
    {"real-time clock",
     {"-M", "virt,dtb-randomness=off", "-rtc", "base=2020-02-29T12:00:00,clock=vm"},
     "[machine]\n type = \"virt\"\n dtb-randomness = \"off\"\n"
     "[rtc]\n base = \"2020-02-29T12:00:00\"\n clock = \"vm\"\n"},
    {"globals",
     {"-M", "virt,dtb-randomness=off", "-global", "arm-cpu.cntfrq=1000000", "-global",
      "driver=cortex-a57-arm-cpu,property=pmu,value=off"},
     "[machine]\n type = \"virt\"\n dtb-randomness = \"off\"\n"
     "[global]\n driver = \"arm-cpu\"\n property = \"cntfrq\"\n value = \"1000000\"\n"
     "[global]\n driver = \"cortex-a57-arm-cpu\"\n property = \"pmu\"\n value = \"off\"\n"},
    {"actions",
     {"-M", "none", "-action", "reboot=shutdown,panic=pause", "-no-shutdown"},
     "[machine]\n type = \"none\"\n[action]\n reboot = \"shutdown\"\n shutdown = \"pause\"\n"
     " panic = \"pause\"\n"},
    {"objects",
     {"-M", "none", "-object", "secret,id=sec,file=" FILES "initrd", "-object",
      "iothread,id=io,poll-max-ns=1000", "-object", "rng-builtin,id=rng", "-object",
      "authz-list,id=auth,policy=deny"},
     NULL},
    {"accelerators", {"-M", "virt,dtb-randomness=off,accel=kvm:tcg"}, NULL},
    {"a default of the peer", {"-M", "virt,dtb-randomness=off,usb=off", "-no-acpi"}, NULL},
    {"settings of the process",
     {"-M", "none", "-msg", "timestamp=on", "-overcommit", "cpu-pm=on", "-boot", "strict=on",
      "-no-user-config", "-nodefaults", "-display", "none"},
     NULL},
};

/* ---- small tools */

static char *take_json(JsonNode *node)
{
    return json_write(node, true);
}

/* text with FILES and KERNEL put in. (transfer full) */
static char *expand(const char *text, const char *dir)
{
    g_auto(GStrv) parts = g_strsplit(text, FILES, -1);
    g_autofree char *at = g_strconcat(dir, "/", NULL);

    return strcmp(text, KERNEL) == 0 ? g_strdup(kernel) : g_strjoinv(at, parts);
}

static char **expand_args(const char *const *args, const char *dir)
{
    g_autoptr(GStrvBuilder) b = g_strv_builder_new();

    for (; *args; args++) {
        g_autofree char *arg = expand(*args, dir);

        g_strv_builder_add(b, arg);
    }
    return g_strv_builder_end(b);
}

static void write_json(const char *path, JsonNode *node)
{
    g_autofree char *text = take_json(node);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* ---- what a machine looks like */

typedef struct Look {
    JsonNode *config;
    GString *tree;
    char *hash;
} Look;

static void look_clear(Look *l)
{
    g_clear_pointer(&l->config, json_node_unref);
    if (l->tree) {
        g_string_free(g_steal_pointer(&l->tree), TRUE);
    }
    g_clear_pointer(&l->hash, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

static bool is_own_monitor(JsonNode *item)
{
    JsonObject *o = json_node_get_object(item);
    const char *id = json_object_get_string_member_with_default(o, "id", NULL);
    const char *chardev = json_object_get_string_member_with_default(o, "chardev", NULL);

    return g_strcmp0(id, "test-qmp") == 0 || g_strcmp0(chardev, "test-qmp") == 0;
}

/* The monitor of the test itself is no part of what is compared. */
static void drop_own_monitor(JsonObject *config, const char *list)
{
    JsonArray *a =
        json_object_has_member(config, list) ? json_object_get_array_member(config, list) : NULL;

    for (guint i = a ? json_array_get_length(a) : 0; i-- > 0;) {
        if (is_own_monitor(json_array_get_element(a, i))) {
            json_array_remove_element(a, i);
        }
    }
    if (a && !json_array_get_length(a)) {
        json_object_remove_member(config, list);
    }
}

/* Properties that differ between equal machines. */
static bool is_of_this_process(const char *name)
{
    static const char *const names[] = {
        "x-registers", /* the time of day is among them; the state's digest has the others */
        "thread-id",   /* the host's */
        NULL,
    };

    return g_strv_contains(names, name);
}

static bool add_value(QmpClient *c, const char *path, const char *name, GString *out, Error **errp)
{
    g_autofree char *args = g_strdup_printf("{\"path\":\"%s\",\"property\":\"%s\"}", path, name);
    g_autoptr(Error) err = NULL;
    g_autoptr(JsonNode) value = qmp_client_execute(c, "qom-get", args, &err);
    g_autofree char *text = value ? json_write(value, false) : g_strdup(err->message);

    g_string_append_printf(out, "%s.%s = %s\n", path, name, text);
    return value || strstr(text, "not readable") ||
           error_set_code(errp, ERROR_CODE_UNSPECIFIED, "%s.%s: %s", path, name, text);
}

static bool add_tree(QmpClient *c, const char *path, GString *out, Error **errp)
{
    g_autofree char *args = g_strdup_printf("{\"path\":\"%s\"}", path);
    g_autoptr(JsonNode) list = qmp_client_execute(c, "qom-list", args, errp);
    JsonArray *a = list ? json_node_get_array(list) : NULL;

    for (guint i = 0; a && i < json_array_get_length(a); i++) {
        JsonObject *o = json_array_get_object_element(a, i);
        const char *name = json_object_get_string_member(o, "name");
        const char *type = json_object_get_string_member(o, "type");
        g_autofree char *below = g_strconcat(path[1] ? path : "", "/", name, NULL);

        if (strcmp(name, "test-qmp") == 0 || is_of_this_process(name)) {
            continue;
        }
        g_string_append_printf(out, "%s: %s\n", below, type);
        if (g_str_has_prefix(type, "child<") ? !add_tree(c, below, out, errp)
                                             : !add_value(c, path, name, out, errp)) {
            return false;
        }
    }
    return a;
}

static bool look_at(QmpClient *c, Look *ret, Error **errp)
{
    *ret = (Look){.tree = g_string_new(NULL)};
    ret->config = qmp_client_execute(c, "query-config", NULL, errp);
    if (!ret->config) {
        return false;
    }
    drop_own_monitor(json_node_get_object(ret->config), "chardevs");
    drop_own_monitor(json_node_get_object(ret->config), "monitors");
    g_autoptr(JsonNode) state = qmp_client_execute(c, "x-state-hash", NULL, errp);
    if (!state) {
        return false;
    }
    ret->hash = take_json(state);
    return add_tree(c, "/", ret->tree, errp);
}

/* ---- the ways to make it */

/* Starts with args and looks; the program's error text explains a failure. */
static bool look_with(char **args, bool (*build)(QmpClient *c, JsonObject *doc, Error **errp),
                      JsonObject *doc, Look *ret, Error **errp)
{
    g_autoptr(QmpClient) c = qmp_client_start(poise, (const char *const *)args, errp);

    if (c && qmp_client_negotiate(c, errp) && (!build || build(c, doc, errp)) &&
        look_at(c, ret, errp)) {
        return true;
    }
    if (c) {
        g_autofree char *text = qmp_client_stderr(c);

        error_prefix(errp, "%s", text);
    }
    return false;
}

static JsonNode *explain(char **args, Error **errp)
{
    g_autoptr(GStrvBuilder) b = g_strv_builder_new();
    g_autofree char *out = NULL, *text = NULL;
    int status = 0;

    g_strv_builder_add_many(b, "timeout", "20", poise, NULL);
    g_strv_builder_addv(b, (const char **)args);
    g_strv_builder_add(b, "-explain");
    g_auto(GStrv) argv = g_strv_builder_end(b);
    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &text, &status,
                      errp)) {
        return NULL;
    }
    if (status) {
        error_set_code(errp, ERROR_CODE_UNSPECIFIED, "-explain: status %d: %s", status, text);
        return NULL;
    }
    return json_parse(out, -1, errp);
}

static bool look_with_config(JsonNode *doc, const char *dir, Look *ret, Error **errp)
{
    g_autofree char *path = g_strconcat(dir, "/config", NULL);
    char *args[] = {(char *)"-config", path, NULL};

    write_json(path, doc);
    return look_with(args, NULL, NULL, ret, errp);
}

static bool say(QmpClient *c, const char *command, JsonNode *args, Error **errp)
{
    g_autofree char *text = json_write(args, false);
    g_autoptr(JsonNode) reply = qmp_client_execute(c, command, text, errp);

    if (!reply) {
        error_prefix(errp, "%s %s: ", command, text);
    }
    return reply;
}

/* A command for each element of a list. */
static bool say_each(QmpClient *c, const char *command, JsonObject *doc, const char *list,
                     Error **errp)
{
    JsonArray *a =
        json_object_has_member(doc, list) ? json_object_get_array_member(doc, list) : NULL;

    for (guint i = 0; a && i < json_array_get_length(a); i++) {
        if (!say(c, command, json_array_get_element(a, i), errp)) {
            return false;
        }
    }
    return true;
}

static bool say_member(QmpClient *c, const char *command, JsonObject *doc, const char *member,
                       Error **errp)
{
    return !json_object_has_member(doc, member) ||
           say(c, command, json_object_get_member(doc, member), errp);
}

static bool build_over_qmp(QmpClient *c, JsonObject *doc, Error **errp)
{
    g_autoptr(JsonNode) accel = json_new_object(json_object_new());

    if (json_object_has_member(doc, "accel")) {
        json_object_set_member(json_node_get_object(accel), "accel",
                               json_node_copy(json_object_get_member(doc, "accel")));
        if (!say(c, "accel-set", accel, errp)) {
            return false;
        }
    }
    if (!say_each(c, "chardev-add", doc, "chardevs", errp) ||
        !say_each(c, "object-add", doc, "objects", errp) ||
        !say_member(c, "machine-set", doc, "machine", errp) ||
        !say_member(c, "set-action", doc, "action", errp) ||
        !say_each(c, "device_add", doc, "devices", errp)) {
        return false;
    }
    g_autoptr(JsonNode) done = qmp_client_execute(c, "machine-init", NULL, errp);
    return done;
}

/* What QMP has no command for stays in a file. */
static bool look_over_qmp(JsonNode *doc, const char *dir, Look *ret, Error **errp)
{
    static const char *const over_qmp[] = {"machine", "accel",   "chardevs",
                                           "objects", "devices", "action"};
    g_autofree char *path = g_strconcat(dir, "/rest", NULL);
    g_autofree char *text = json_write(doc, false);
    g_autoptr(JsonNode) rest = json_parse(text, -1, errp);
    char *args[] = {(char *)"-preconfig", (char *)"-config", path, NULL};

    for (size_t i = 0; i < G_N_ELEMENTS(over_qmp); i++) {
        json_object_remove_member(json_node_get_object(rest), over_qmp[i]);
    }
    write_json(path, rest);
    return look_with(args, build_over_qmp, json_node_get_object(doc), ret, errp);
}

static bool look_with_ini(const char *ini, const char *dir, Look *ret, Error **errp)
{
    g_autofree char *path = g_strconcat(dir, "/ini", NULL);
    char *args[] = {(char *)"-readconfig", path, NULL};

    g_assert_true(g_file_set_contents(path, ini, -1, NULL));
    return look_with(args, NULL, NULL, ret, errp);
}

/* ---- comparison */

/* The first line that differs. */
static char *first_difference(const char *a, const char *b)
{
    g_auto(GStrv) x = g_strsplit(a, "\n", -1), y = g_strsplit(b, "\n", -1);
    size_t i = 0;

    while (x[i] && y[i] && strcmp(x[i], y[i]) == 0) {
        i++;
    }
    return g_strdup_printf("one:   %s\nother: %s", x[i] ? x[i] : "(end)", y[i] ? y[i] : "(end)");
}

static void compare(const Look *one, const Look *other, const char *name, const char *way)
{
    g_autofree char *one_config = take_json(one->config);
    g_autofree char *other_config = take_json(other->config);
    g_autofree char *tree = first_difference(one->tree->str, other->tree->str);
    g_autofree char *hash = first_difference(one->hash, other->hash);
    g_autofree char *both = g_strconcat(one_config, "\n", other_config, NULL);

    tap_ok(json_node_equal(one->config, other->config), both, "%s, %s: configuration", name, way);
    tap_ok(g_string_equal(one->tree, other->tree), tree, "%s, %s: object tree", name, way);
    tap_ok(strcmp(one->hash, other->hash) == 0, hash, "%s, %s: state", name, way);
}

static void check(bool ok, const Look *one, const Look *other, const char *name, const char *way,
                  const Error *err)
{
    if (!ok) {
        tap_ok(false, err ? err->message : "", "%s, %s", name, way);
    } else if (one) {
        compare(one, other, name, way);
    }
}

static void test_case(const Case *t, const char *dir)
{
    g_auto(GStrv) args = expand_args(t->args, dir);
    g_autoptr(Error) err = NULL;
    g_auto(Look) options = {0}, again = {0}, json = {0}, qmp = {0}, own = {0}, ini = {0};
    g_autoptr(JsonNode) doc = explain(args, &err);
    bool ok;

    if (!doc || !look_with(args, NULL, NULL, &options, &err) ||
        !look_with(args, NULL, NULL, &again, &err)) {
        tap_ok(false, err->message, "%s", t->name);
        return;
    }
    compare(&options, &again, t->name, "once more");
    ok = look_with_config(doc, dir, &json, &err);
    check(ok, &options, &json, t->name, "-explain and -config", err);
    g_clear_error(&err);
    ok = look_over_qmp(doc, dir, &qmp, &err);
    check(ok, &options, &qmp, t->name, "over QMP", err);
    g_clear_error(&err);
    ok = look_with_config(options.config, dir, &own, &err);
    check(ok, &options, &own, t->name, "query-config and -config", err);
    g_clear_error(&err);
    if (t->ini) {
        ok = look_with_ini(t->ini, dir, &ini, &err);
        check(ok, &options, &ini, t->name, "-readconfig", err);
    }
}

static bool needs_kernel(const Case *t)
{
    return g_strv_contains(t->args, KERNEL);
}

int main(void)
{
    g_autofree char *dir = g_dir_make_tmp("poise-test-XXXXXX", NULL);
    g_autofree char *blob = g_strconcat(dir, "/initrd", NULL);
    g_autofree char *clean = g_strdup_printf("rm -rf '%s'", dir);

    poise = g_getenv("POISE") ? g_getenv("POISE") : "./poise-system-aarch64";
    if (g_file_test("hello.img", G_FILE_TEST_EXISTS)) {
        kernel = g_canonicalize_filename("hello.img", NULL);
    }
    g_assert_true(g_file_set_contents(blob, "some bytes\n", -1, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (needs_kernel(&cases[i]) && !kernel) {
            tap_skip("no A64 cross compiler for a kernel", "%s", cases[i].name);
        } else {
            test_case(&cases[i], dir);
        }
    }
    g_free(kernel);
    if (system(clean)) {
        perror(clean);
    }
    return tap_done();
}
