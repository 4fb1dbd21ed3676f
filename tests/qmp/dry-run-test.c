/* SPDX-License-Identifier: MIT */
/* What is wrong with a command line: -dry-run finds each mistake, says where it is, and touches
 * nothing; machine-init refuses the same over QMP and can be tried again; options of the peer are
 * known. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/run.h"
#include "tests/lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *poise;
static char *dir;

enum { MAX_ARGS = 12, DRY_RUN_FINDINGS = 2 };

typedef struct Finding {
    const char *pointer, *code;
} Finding;

typedef struct Mistake {
    const char *args[MAX_ARGS];
    Finding expected;
} Mistake;

static const Mistake mistakes[] = {
    {{NULL}, {"/machine/type", "parameter-missing"}},
    {{"-M", "nosuch"}, {"/machine/type", "parameter-value"}},
    {{"-M", "virt,foo=1"}, {"/machine/props/foo", "not-found"}},
    {{"-M", "virt,gic-version=9"}, {"/machine/props/gic-version", "parameter-value"}},
    {{"-M", "virt,memory-backend=nosuch"}, {"/machine/props/memory-backend", "not-found"}},
    {{"-M", "virt", "-cpu", "foo"}, {"/machine/cpu/model", "parameter-value"}},
    {{"-M", "virt", "-cpu", "max,foo=1"}, {"/machine/cpu/features/foo", "not-found"}},
    {{"-M", "virt", "-cpu", "max,pmu=7"}, {"/machine/cpu/features/pmu", "parameter-value"}},
    {{"-M", "virt", "-smp", "9"}, {"/machine/smp", "limit-exceeded"}},
    {{"-M", "virt", "-smp", "4,cores=3"}, {"/machine/smp", "parameter-value"}},
    {{"-M", "virt", "-m", "abc"}, {"/machine/memory", "parameter-value"}},
    {{"-M", "virt,highmem=off", "-m", "4G"}, {"/machine/memory/size", "limit-exceeded"}},
    {{"-M", "virt", "-m", "1G,slots=2"}, {"/machine/memory", "not-supported"}},
    {{"-M", "virt", "-kernel", "nosuch"}, {"/machine/boot/kernel", "host-failure"}},
    {{"-M", "virt", "-kernel", "."}, {"/machine/boot/kernel", "format-invalid"}},
    {{"-M", "none", "-kernel", "/dev/null"}, {"/machine/boot/kernel", "not-supported"}},
    {{"-M", "virt", "-append", "x"}, {"/machine/boot/append", "parameter-missing"}},
    {{"-M", "virt", "-initrd", "/dev/null"}, {"/machine/boot/initrd", "parameter-missing"}},
    {{"-M", "virt", "-dtb", "nosuch"}, {"/machine/boot/dtb", "host-failure"}},
    {{"-M", "virt", "-bios", "/dev/null", "-pflash", "/dev/null"},
     {"/machine/boot/firmware", "parameter-unexpected"}},
    {{"-M", "virt", "-boot", "order=z"}, {"/machine/boot/order", "parameter-value"}},
    {{"-M", "virt", "-rtc", "base=noon"}, {"/machine/rtc/base", "parameter-value"}},
    {{"-M", "virt", "-rtc", "clock=sun"}, {"/machine/rtc/clock", "parameter-value"}},
    {{"-M", "none", "-uuid", "x"}, {"/machine/identity/uuid", "parameter-value"}},
    {{"-M", "virt", "-serial", "null", "-serial", "null"},
     {"/machine/serials/1", "limit-exceeded"}},
    {{"-M", "virt,secure=on", "-serial", "null", "-serial", "null", "-serial", "null"},
     {"/machine/serials/2", "limit-exceeded"}},
    {{"-M", "virt", "-serial", "chardev:nosuch"}, {"/machine/serials/0", "not-found"}},
    {{"-M", "virt", "-accel", "foo"}, {"/accel/0/accel", "parameter-value"}},
    {{"-M", "virt", "-accel", "tcg,foo=1"}, {"/accel/0/props/foo", "not-found"}},
    {{"-M", "virt", "-global", "pl011.foo=1"}, {"/globals/0/property", "not-found"}},
    {{"-M", "none", "-chardev", "foo,id=a"}, {"/chardevs/0", "parameter-value"}},
    {{"-M", "none", "-chardev", "null"}, {"/chardevs/0", "parameter-missing"}},
    {{"-M", "none", "-chardev", "null,id=a", "-chardev", "null,id=a"},
     {"/chardevs/1/id", "id-duplicate"}},
    {{"-M", "none", "-mon", "nosuch,mode=control"}, {"/monitors/0", "not-found"}},
    {{"-M", "none", "-mon", "x,mode=loud"}, {"/monitors/0/mode", "parameter-value"}},
    {{"-M", "none", "-object", "foo,id=x"}, {"/objects/0/qom-type", "parameter-value"}},
    {{"-M", "none", "-object", "iothread,id=1x"}, {"/objects/0/id", "id-invalid"}},
    {{"-M", "none", "-object", "iothread,id=x", "-object", "iothread,id=x"},
     {"/objects/1/id", "id-duplicate"}},
    {{"-M", "none", "-object", "secret,id=x"}, {"/objects/0", "parameter-missing"}},
    {{"-M", "none", "-object", "memory-backend-ram,id=x,size=0"},
     {"/objects/0", "parameter-value"}},
    {{"-M", "virt", "-device", "foo"}, {"/devices/0/driver", "not-found"}},
    {{"-M", "virt", "-device", "pl011"}, {"/devices/0/driver", "parameter-value"}},
    {{"-M", "none", "-action", "panic=foo"}, {"/action/panic", "parameter-value"}},
    {{"-M", "none", "-add-fd", "fd=99,set=1"}, {"/fds/0/fd", "parameter-value"}},
    {{"-M", "none", "-sandbox", "maybe"}, {"/process/sandbox/enable", "parameter-value"}},
    {{"-M", "none", "-sandbox", "on,spawn=children"}, {"/process/sandbox", "parameter-value"}},
    {{"-M", "none", "-runas", "no such user"}, {"/process/runas", "parameter-value"}},
    {{"-M", "none", "-d", "foo"}, {"/log/items", "parameter-value"}},
    {{"-M", "none", "-set", "device.x.y=1"}, {"", "not-found"}},
    {{"-M", "none", "-nosuch"}, {"", "parameter-unexpected"}},
    {{"-M", "none", "word"}, {"", "parameter-unexpected"}},
    {{"-M", "none", "-readconfig", "nosuch"}, {"", "host-failure"}},
    {{"-M", "none", "-config", "nosuch"}, {"", "host-failure"}},
};

/* ---- the report */

static bool is_finding(JsonObject *o, const Finding *f)
{
    const char *message = json_object_get_string_member(o, "message");

    return strcmp(json_object_get_string_member(o, "pointer"), f->pointer) == 0 &&
           strcmp(json_object_get_string_member(o, "code"), f->code) == 0 && *message;
}

static JsonArray *report_of(const RunResult *r, JsonNode **ret_owner)
{
    *ret_owner = json_parse(r->out, -1, NULL);
    return *ret_owner && json_kind(*ret_owner) == JSON_KIND_ARRAY ? json_node_get_array(*ret_owner)
                                                                  : NULL;
}

/* What would be opened, listened on, written or left to run if this were no dry run. */
static const char *const temptations[] = {"-qmp",       "unix:sock,server=on,wait=off",
                                          "-pidfile",   "pid",
                                          "-D",         "log",
                                          "-audit",     "journal",
                                          "-chardev",   "file,id=temptation,path=out",
                                          "-daemonize", "-dry-run"};

static void add_args(GPtrArray *argv, const char *const *args)
{
    for (; *args; args++) {
        g_ptr_array_add(argv, (gpointer)*args);
    }
}

static RunResult dry_run(GPtrArray *argv)
{
    for (size_t i = 0; i < G_N_ELEMENTS(temptations); i++) {
        g_ptr_array_add(argv, (gpointer)temptations[i]);
    }
    g_ptr_array_add(argv, NULL);
    return run_program(dir, poise, (const char *const *)argv->pdata);
}

static void test_mistake(const Mistake *m)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *name = g_strjoinv(" ", (char **)m->args);
    g_autoptr(JsonNode) owner = NULL;

    add_args(argv, m->args);
    g_auto(RunResult) r = dry_run(argv);
    JsonArray *a = report_of(&r, &owner);
    tap_ok(r.status == DRY_RUN_FINDINGS && a && json_array_get_length(a) == 1 &&
               is_finding(json_array_get_object_element(a, 0), &m->expected) && !*r.err &&
               run_count_files(dir) == 0,
           r.out, "dry run: '%s' -> %s %s", name, m->expected.pointer, m->expected.code);
}

/* Start-up refuses the same, with one line, before anything is left behind. */
static void test_start(const Mistake *m)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *name = g_strjoinv(" ", (char **)m->args);

    add_args(argv, m->args);
    g_ptr_array_add(argv, (gpointer) "-qmp");
    g_ptr_array_add(argv, (gpointer) "unix:sock,server=on,wait=off");
    g_ptr_array_add(argv, NULL);
    g_auto(RunResult) r = run_program(dir, poise, (const char *const *)argv->pdata);
    tap_ok(r.status == 1 && g_str_has_prefix(r.err, "poise") && !*r.out &&
               run_count_files(dir) == 0,
           r.err, "start: '%s' is refused", name);
}

static void test_together(void)
{
    static const size_t chosen[] = {2, 5, 31, 40, 45};
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(JsonNode) owner = NULL;
    unsigned found = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(chosen); i++) {
        add_args(argv, mistakes[chosen[i]].args);
    }
    g_auto(RunResult) r = dry_run(argv);
    JsonArray *a = report_of(&r, &owner);
    for (guint n = 0; a && n < json_array_get_length(a); n++) {
        for (size_t i = 0; i < G_N_ELEMENTS(chosen); i++) {
            found += is_finding(json_array_get_object_element(a, n), &mistakes[chosen[i]].expected);
        }
    }
    tap_ok(r.status == DRY_RUN_FINDINGS && found == G_N_ELEMENTS(chosen), r.out,
           "dry run: five mistakes at once");
}

static void test_nothing_wrong(void)
{
    const char *const args[] = {"-M", "virt", NULL};
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(JsonNode) owner = NULL;

    add_args(argv, args);
    g_auto(RunResult) r = dry_run(argv);
    JsonArray *a = report_of(&r, &owner);
    tap_ok(r.status == 0 && a && !json_array_get_length(a) && run_count_files(dir) == 0, r.out,
           "dry run: nothing wrong, nothing done");
}

/* ---- over QMP */

typedef struct Step {
    const char *command, *arguments;
    const char *code; /* of the error; NULL: it succeeds */
} Step;

/* Errors found before anything is made can be corrected. */
static const Step corrected[] = {
    {"query-version", NULL, NULL},
    {"machine-init", NULL, "parameter-missing"},
    {"machine-set", "{'type':'nosuch'}", "parameter-value"},
    {"machine-set", "{'type':'virt','props':{'gic-version':'9'}}", "parameter-value"},
    {"machine-set", "{'type':'virt','smp':{'cpus':99}}", "limit-exceeded"},
    {"machine-set", "{'type':'virt','cpu':{'model':'nosuch'}}", "parameter-value"},
    {"machine-set", "{'type':'virt','serials':['late']}", NULL},
    {"machine-init", NULL, "not-found"},
    {"accel-set", "{'accel':[{'accel':'nosuch'}]}", "parameter-value"},
    {"device_add", "{'driver':'nosuch'}", "not-found"},
    {"device_add", "{'driver':'pl011'}", "parameter-value"},
    {"object-add", "{'qom-type':'nosuch','id':'x'}", "parameter-value"},
    {"x-state-hash", NULL, "wrong-state"},
    {"cont", NULL, "wrong-state"},
    {"query-status", NULL, NULL},
    {"chardev-add", "{'id':'late','backend':{'type':'null','data':{}}}", NULL},
    {"machine-init", NULL, NULL},
    {"machine-set", "{'type':'none'}", "wrong-state"},
    {"machine-init", NULL, "wrong-state"},
    {"x-state-hash", NULL, NULL},
    {"cont", NULL, NULL},
    {"quit", NULL, NULL},
};

/* A later one stays, and the process still answers. */
static const Step failed[] = {
    {"machine-set", "{'type':'virt','boot':{'kernel':'/dev/null'}}", NULL},
    {"machine-init", NULL, "format-invalid"},
    {"machine-init", NULL, "format-invalid"},
    {"query-status", NULL, NULL},
    {"query-config", NULL, NULL},
    {"qom-list", "{'path':'/machine'}", NULL},
    {"query-startup", NULL, NULL},
    {"quit", NULL, NULL},
};

static void run_steps(const char *name, const Step *steps, size_t n)
{
    const char *const args[] = {"-preconfig", NULL};
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, NULL);
    bool ready = qmp_client_negotiate(c, NULL);

    tap_ok(ready, NULL, "%s: an empty process answers", name);
    for (size_t i = 0; i < n && ready; i++) {
        const Step *s = &steps[i];
        g_autofree char *request =
            g_strdup_printf("{'execute':'%s'%s%s}\n", s->command,
                            s->arguments ? ",'arguments':" : "", s->arguments ? s->arguments : "");
        g_autoptr(JsonObject) reply = qmp_client_ask(c, request);

        while (reply && json_object_has_member(reply, "event")) {
            json_object_unref(reply);
            reply = qmp_client_receive(c, NULL);
        }
        const char *code = reply ? qmp_reply_error(reply, "x-code") : "closed";
        tap_ok(strcmp(code, s->code ? s->code : "") == 0, code, "%s: %s %s -> %s", name, s->command,
               s->arguments ? s->arguments : "", s->code ? s->code : "success");
    }
    tap_ok(qmp_client_wait_exit(c) == 0, NULL, "%s: ends with status 0", name);
}

/* ---- files of sections, and -set */

static void test_ini(const char *text, const char *message)
{
    const char *const args[] = {"-readconfig", "ini", "-qmp", "null", NULL};
    g_autofree char *path = g_build_filename(dir, "ini", NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_auto(RunResult) r = run_program(dir, poise, args);
    tap_ok(r.status == 1 && strstr(r.err, message), r.err, "-readconfig: %s", message);
    remove(path);
}

static void test_files(void)
{
    test_ini("type = \"virt\"\n", "ini:1: a setting before the first section");
    test_ini("# x\n[nosuch]\n", "ini:2: there is no option group 'nosuch'");
    test_ini("[machine\n", "ini:1: expected [GROUP] or [GROUP \"ID\"]");
    test_ini("[machine]\ntype virt\n", "ini:2: expected KEY = \"VALUE\"");
    test_ini("[machine]\n type = \"virt\n", "ini:2: expected KEY = \"VALUE\"");
    test_ini("\n\n[object \"x\"]\n qom-type = \"nosuch\"\n",
             "ini:3: Parameter 'qom-type' does not accept value 'nosuch'");
    test_ini("[chardev \"c\"]\n backend = \"file\"\n", "ini:1: ");
    test_ini("[machine]\n type = \"virt\"\n[memory]\n size = \"x\"\n", "ini:3: ");
    test_ini("[machine]\n type = \"\xff\"\n", "no UTF-8 text");
}

static void test_set(void)
{
    const char *const args[] = {
        "-M",       "none", "-object", "iothread,id=io", "-set", "object.io.poll-max-ns=77",
        "-explain", NULL};
    g_auto(RunResult) r = run_program(dir, poise, args);

    tap_ok(r.status == 0 && strstr(r.out, "\"poll-max-ns\": 77"), r.out,
           "-set gives an object a property of the right type");
}

/* ---- the peer's options, and exit statuses */

static void test_statuses(void)
{
    const char *const ok[] = {"-version", NULL};
    const char *const bad[] = {"-nosuch", NULL};
    const char *const peers[] = {"-netdev", "user,id=x", NULL};
    g_auto(RunResult) r0 = run_program(dir, poise, ok);
    g_auto(RunResult) r1 = run_program(dir, poise, bad);
    g_auto(RunResult) r3 = run_program(dir, poise, peers);

    tap_ok(r0.status == 0 && *r0.out && !*r0.err, r0.err, "exit status 0");
    tap_ok(r1.status == 1 && !*r1.out && strstr(r1.err, "-nosuch"), r1.err, "exit status 1");
    tap_ok(r3.status == 3 && !*r3.out && strstr(r3.err, "-netdev"), r3.err, "exit status 3");
}

/* "-name arg" or "-name/-other arg" at the start of a line of the peer's help: its first name. */
static char *option_of_line(const char *line)
{
    size_t len = *line == '-' ? strcspn(line, " \t,/") : 0;

    return len > 1 ? g_strndup(line, len) : NULL;
}

/* An option that we have is refused, if at all, for its missing or senseless argument. */
static void test_peer_option(const char *option, GString *unknown)
{
    const char *const args[] = {"-M", "none", option, "senseless", "-version", NULL};
    g_auto(RunResult) r = run_program(dir, poise, args);

    if (strstr(r.err, "invalid option") || r.status > 3 || r.status < 0) {
        g_string_append_printf(unknown, "%s (status %d)\n", option, r.status);
    }
}

static void test_peer_options(const char *peer)
{
    const char *const args[] = {"-help", NULL};
    g_autofree char *path = peer && *peer ? g_find_program_in_path(peer) : NULL;
    g_autoptr(GString) unknown = g_string_new(NULL);
    unsigned n = 0;

    if (!path) {
        tap_skip("the peer is not installed", "every option of the peer is known");
        return;
    }
    g_auto(RunResult) help = run_program(dir, path, args);
    g_auto(GStrv) lines = g_strsplit(help.out, "\n", -1);
    for (char **l = lines; *l; l++) {
        g_autofree char *option = option_of_line(*l);

        if (option) {
            test_peer_option(option, unknown);
            n++;
        }
    }
    tap_ok(n > 100 && !unknown->len, unknown->str, "every one of the peer's options is known");
}

int main(void)
{
    poise = g_getenv("POISE") ? g_getenv("POISE") : "./poise-system-aarch64";
    dir = run_make_dir();
    for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        test_mistake(&mistakes[i]);
        test_start(&mistakes[i]);
    }
    test_together();
    test_nothing_wrong();
    run_steps("corrected", corrected, G_N_ELEMENTS(corrected));
    run_steps("failed", failed, G_N_ELEMENTS(failed));
    test_files();
    test_set();
    test_statuses();
    test_peer_options(g_getenv("PEER"));
    run_remove_dir(dir);
    return tap_done();
}
