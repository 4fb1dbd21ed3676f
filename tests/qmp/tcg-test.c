/* SPDX-License-Identifier: MIT */
/* The accelerator tcg for clients: its properties on the command line and at /accel, and what it
 * counts while a guest runs, which has to add up. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/run.h"
#include "tests/lib/tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *poise, *guest;

/* An arm64 Image that maps memory as it is and stores to each of 64 pages, again and again. */
enum { GUEST_PAGES = 64, LOOP_INSNS = GUEST_PAGES * 4 + 4, TABLE = 0x1000 / 4 };
static const uint32_t image[] = {
    [0] = 0x14000010,  /* b      0x40 */
    [4] = 0x00100000,  /* size of the image */
    [6] = 0x0000000a,  /* flags: 4K pages, anywhere */
    [14] = 0x644d5241, /* "ARM\x64" */
    [16] = 0x10007e02, /* adr    x2, . + 0xfc0: the table */
    0xd5182002,        /* msr    ttbr0_el1, x2 */
    0xd2801fe0,        /* mov    x0, #0xff: normal memory */
    0xd518a200,        /* msr    mair_el1, x0 */
    0xd2800320,        /* mov    x0, #25: 39 bits */
    0xf2a01000,        /* movk   x0, #0x80, lsl #16: EPD1 */
    0xd5182040,        /* msr    tcr_el1, x0 */
    0xd5033fdf,        /* isb */
    0xd5381000,        /* mrs    x0, sctlr_el1 */
    0xb2400000,        /* orr    x0, x0, #1: M */
    0xd5181000,        /* msr    sctlr_el1, x0 */
    0xd5033fdf,        /* isb */
    0x10080002,        /* adr    x2, . + 0x10000 */
    0xaa0203e3,        /* mov    x3, x2 */
    0xd2800800,        /* mov    x0, #64 */
    0xf9000061,        /* str    x1, [x3] */
    0x91400463,        /* add    x3, x3, #1, lsl #12 */
    0xf1000400,        /* subs   x0, x0, #1 */
    0x54ffffa1,        /* b.ne   str */
    0x91000421,        /* add    x1, x1, #1 */
    0x17fffff9,        /* b      mov x3 */
    /* A table of level 1: the gigabyte from 0x40000000 on, accessed before, shareable. */
    [TABLE + 2] = 0x40000701,
    [TABLE + 1023] = 0,
};

static QmpClient *start(const char *const *args)
{
    g_autoptr(Error) err = NULL;
    QmpClient *c = qmp_client_start(poise, args, &err);

    if (!c || !qmp_client_negotiate(c, &err)) {
        tap_ok(false, err->message, "start");
        exit(tap_done());
    }
    return c;
}

/* ---- properties */

static void check_property(QmpClient *c, const char *name, const char *expected)
{
    g_autofree char *args = g_strdup_printf("{\"path\": \"/accel\", \"property\": \"%s\"}", name);
    g_autoptr(JsonNode) value = qmp_client_execute(c, "qom-get", args, NULL);
    g_autofree char *text = value ? json_write(value, false) : NULL;

    tap_ok(g_strcmp0(text, expected) == 0, text, "/accel: %s is %s", name, expected);
}

static void test_defaults(void)
{
    g_autoptr(QmpClient) c = start((const char *const[]){"-M", "virt", NULL});

    check_property(c, "type", "\"tcg-accel\"");
    check_property(c, "thread", "\"multi\"");
    check_property(c, "tb-size", "256");
    check_property(c, "one-insn-per-tb", "false");
    check_property(c, "host", "\"auto\"");
    check_property(c, "verify", "0");
    check_property(c, "perfmap", "false");
    check_property(c, "jitdump", "false");
}

static void test_told(void)
{
    static const struct {
        const char *name, *value, *shown;
    } set[] = {
#ifdef __x86_64__
        {"tier", "jit", "\"jit\""},         {"verify", "1000", "1000"},
#else
        {"tier", "interp", "\"interp\""},
#endif
        {"thread", "single", "\"single\""}, {"tb-size", "8", "8"},
        {"one-insn-per-tb", "on", "true"},  {"jitdump", "on", "true"},
    };
    g_autoptr(GString) accel = g_string_new("tcg");

    for (size_t i = 0; i < G_N_ELEMENTS(set); i++) {
        g_string_append_printf(accel, ",%s=%s", set[i].name, set[i].value);
    }
    g_autoptr(QmpClient) c = start((const char *const[]){"-M", "virt", "-accel", accel->str, NULL});
    for (size_t i = 0; i < G_N_ELEMENTS(set); i++) {
        g_autofree char *args =
            g_strdup_printf("{\"path\": \"/accel\", \"property\": \"%s\", \"value\": %s}",
                            set[i].name, set[i].shown);
        g_autoptr(Error) err = NULL;

        check_property(c, set[i].name, set[i].shown);
        g_autoptr(JsonNode) ret = qmp_client_execute(c, "qom-set", args, &err);
        tap_ok(!ret && strstr(err->message, "cannot be changed"), err ? err->message : NULL,
               "/accel: %s cannot be set", set[i].name);
    }
    g_autofree char *dump =
        g_strdup_printf("%s/jit-%d.dump", qmp_client_dir(c), (int)qmp_client_pid(c));
    tap_ok(g_file_test(dump, G_FILE_TEST_IS_REGULAR), dump, "jitdump=on makes the file");
}

/* Each level that the host has, and 0 for the default size. */
static void test_levels(void)
{
    static const char *const levels[] = {"sse4", "avx2", "avx512"};

    for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
        g_autofree char *accel = g_strdup_printf("tcg,tb-size=0,host=%s", levels[i]);
        g_autofree char *shown = g_strdup_printf("\"%s\"", levels[i]);
        const char *const args[] = {"-M", "virt", "-accel", accel, NULL};
        g_auto(RunResult) r = run_program(
            ".", poise, (const char *const[]){"--dry-run", "-M", "virt", "-accel", accel, NULL});

        if (r.status != 0) {
            tap_ok(strstr(r.out, "This host's CPU is not of level ") != NULL, r.out,
                   "host=%s is refused", levels[i]);
            continue;
        }
        g_autoptr(QmpClient) c = start(args);
        check_property(c, "host", shown);
        check_property(c, "tb-size", "256");
    }
}

static void test_mistakes(void)
{
    static const struct {
        const char *props, *error;
    } mistakes[] = {
        {"tb-size=7", "'tb-size' expects a number of MiB from 8 to 2047"},
        {"tb-size=2048", "'tb-size' expects a number of MiB from 8 to 2047"},
        {"tb-size=99999999999", "'tb-size'"},
        {"tb-size=-1", "'-1'"},
        {"tier=fast", "'tier' does not accept value 'fast'"},
        {"host=z80", "'host' does not accept value 'z80'"},
        {"one-insn-per-tb=2", "'one-insn-per-tb' expects 'on' or 'off'"},
        {"verify=x", "'x'"},
        {"tier=interp,verify=1", "'verify' expects a translator"},
        {"nosuch=1", "Property 'tcg-accel.nosuch' not found"},
        {"verify=1 --run -display none -icount 0", "'verify' has nothing to compare with -icount"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autofree char *line = g_strdup_printf("-M virt -accel tcg,%s", mistakes[i].props);
        g_auto(GStrv) args = g_strsplit(line, " ", -1);
        g_auto(RunResult) r = run_program(".", poise, (const char *const *)args);

        tap_ok(r.status == 1 && strstr(r.err, mistakes[i].error), r.err, "%s is refused",
               mistakes[i].props);
    }
}

/* ---- statistics */

/* The reply of query-stats with these arguments: its elements; NULL: it failed. */
static JsonArray *query(QmpClient *c, const char *args, JsonNode **ret_owner)
{
    *ret_owner = qmp_client_execute(c, "query-stats", args, NULL);
    return *ret_owner ? json_node_get_array(*ret_owner) : NULL;
}

static JsonArray *stats_in(JsonArray *results, guint n)
{
    return json_object_get_array_member(json_array_get_object_element(results, n), "stats");
}

/* A statistic by name; UINT64_MAX: it is not there. */
static uint64_t value_in(JsonArray *stats, const char *name)
{
    for (guint i = 0; i < json_array_get_length(stats); i++) {
        JsonObject *o = json_array_get_object_element(stats, i);
        uint64_t v;

        if (strcmp(json_object_get_string_member(o, "name"), name) == 0 &&
            json_get_uint64(json_object_get_member(o, "value"), &v)) {
            return v;
        }
    }
    return UINT64_MAX;
}

static uint64_t machine_value(QmpClient *c, const char *name)
{
    g_autoptr(JsonNode) owner = NULL;
    JsonArray *results = query(c, "{\"target\": \"vm\"}", &owner);

    return results && json_array_get_length(results) == 1 ? value_in(stats_in(results, 0), name)
                                                          : UINT64_MAX;
}

/* Both lists have the same names in the same order. */
static bool same_names(JsonArray *a, JsonArray *b)
{
    bool same = json_array_get_length(a) == json_array_get_length(b);

    for (guint i = 0; same && i < json_array_get_length(a); i++) {
        JsonObject *x = json_array_get_object_element(a, i),
                   *y = json_array_get_object_element(b, i);

        same = strcmp(json_object_get_string_member(x, "name"),
                      json_object_get_string_member(y, "name")) == 0;
    }
    return same;
}

static void test_schemas(QmpClient *c)
{
    static const char *const targets[] = {"vm", "vcpu"};
    g_autoptr(JsonNode) owner = qmp_client_execute(c, "query-stats-schemas", NULL, NULL);
    JsonArray *schemas = owner ? json_node_get_array(owner) : NULL;
    bool ok = schemas && json_array_get_length(schemas) == 2;

    for (guint i = 0; ok && i < 2; i++) {
        JsonObject *o = json_array_get_object_element(schemas, i);
        g_autofree char *args = g_strdup_printf("{\"target\": \"%s\"}", targets[i]);
        g_autoptr(JsonNode) results_owner = NULL;
        JsonArray *results = query(c, args, &results_owner);

        ok = strcmp(json_object_get_string_member(o, "provider"), "tcg") == 0 &&
             strcmp(json_object_get_string_member(o, "target"), targets[i]) == 0 && results &&
             json_array_get_length(results) == (i ? 2 : 1);
        for (guint n = 0; ok && n < json_array_get_length(results); n++) {
            ok = same_names(stats_in(results, n), json_object_get_array_member(o, "stats"));
        }
    }
    tap_ok(ok, NULL, "query-stats gives what query-stats-schemas says");
}

static void check_count(QmpClient *c, const char *args, guint objects, guint stats)
{
    g_autoptr(JsonNode) owner = NULL;
    JsonArray *results = query(c, args, &owner);
    bool ok = results && json_array_get_length(results) == objects;

    for (guint i = 0; ok && i < objects; i++) {
        ok = json_array_get_length(stats_in(results, i)) == stats;
    }
    tap_ok(ok, NULL, "query-stats %s: %u of %u", args, stats, objects);
}

static void test_filters(QmpClient *c)
{
    check_count(c,
                "{\"target\": \"vcpu\", \"providers\": [{\"provider\": \"tcg\", "
                "\"names\": [\"instructions\", \"tlb-misses-code\", \"nosuch\"]}]}",
                2, 2);
    check_count(c,
                "{\"target\": \"vcpu\", \"vcpus\": [\"/machine/unattached/device[1]\"], "
                "\"providers\": [{\"provider\": \"tcg\", \"names\": [\"instructions\"]}]}",
                1, 1);
    check_count(c, "{\"target\": \"vcpu\", \"vcpus\": [\"/machine\"]}", 0, 0);
    check_count(c, "{\"target\": \"vm\", \"providers\": [{\"provider\": \"kvm\"}]}", 0, 0);
    check_count(c,
                "{\"target\": \"vm\", \"providers\": [{\"provider\": \"kvm\"}, {\"provider\": "
                "\"tcg\", \"names\": [\"translation-time\", \"instructions\"]}]}",
                1, 2);
    /* Not of a vCPU. */
    check_count(c,
                "{\"target\": \"vcpu\", \"providers\": [{\"provider\": \"tcg\", "
                "\"names\": [\"translation-time\"]}]}",
                0, 0);
}

/* The machine's are the sums of the vCPUs'. */
static void test_sums(QmpClient *c)
{
    g_autoptr(JsonNode) vm_owner = NULL, cpu_owner = NULL;
    JsonArray *vm = query(c, "{\"target\": \"vm\"}", &vm_owner);
    JsonArray *cpus = query(c, "{\"target\": \"vcpu\"}", &cpu_owner);
    JsonArray *first = stats_in(cpus, 0);
    bool ok = true;

    for (guint i = 0; i < json_array_get_length(first); i++) {
        const char *name =
            json_object_get_string_member(json_array_get_object_element(first, i), "name");

        ok = ok && value_in(first, name) + value_in(stats_in(cpus, 1), name) ==
                       value_in(stats_in(vm, 0), name);
    }
    tap_ok(ok, NULL, "statistics of the machine are sums");
}

/* Exactly counted, and by the interpreter alone. */
static void test_counts(void)
{
    enum { RUNS = 100, INSNS = RUNS * LOOP_INSNS };
    g_autoptr(QmpClient) c = start((const char *const[]){
        "-M", "virt", "-nodefaults", "-smp", "2", "-kernel", guest, "-icount", "shift=1", NULL});
    g_autofree char *args = g_strdup_printf("{\"instructions\": %d}", INSNS);

    tap_ok(machine_value(c, "instructions") == 0, NULL, "nothing is executed before cont");
    g_autoptr(JsonNode) reply = qmp_client_execute(c, "x-run-for", args, NULL);
    g_autoptr(JsonObject) stop = reply ? qmp_client_wait_event(c, "STOP", NULL) : NULL;
    tap_ok(stop != NULL, NULL, "the guest runs");
    uint64_t data = machine_value(c, "tlb-misses-data"), code = machine_value(c, "tlb-misses-code");
    g_autofree char *detail = g_strdup_printf("data %" PRIu64 ", code %" PRIu64, data, code);
    g_autoptr(JsonNode) icount = qmp_client_execute(c, "x-query-icount", NULL, NULL);
    uint64_t n = (uint64_t)json_object_get_int_member(json_node_get_object(icount), "instructions");
    /* It pauses at the next branch. */
    tap_ok(n >= INSNS && n < INSNS + LOOP_INSNS && machine_value(c, "instructions") == n, NULL,
           "instructions are counted");
    tap_ok(machine_value(c, "instructions-interpreted") == n, NULL, "the interpreter's too");
    tap_ok(machine_value(c, "instructions-translated") == 0, NULL, "none was translated");
    /* Boot code of the board may add some. */
    tap_ok(data >= GUEST_PAGES && data < 2 * GUEST_PAGES, detail, "each page is missed once");
    tap_ok(code >= 1 && code < 10, detail, "code is missed seldom");
    test_schemas(c);
    test_filters(c);
    test_sums(c);
}

/* Whoever executes: numbers fit together. */
static void test_tier(const char *tier)
{
    g_autofree char *accel = g_strdup_printf("tcg,tier=%s,tb-size=8", tier);
    g_autoptr(QmpClient) c = start((const char *const[]){"-M", "virt", "-nodefaults", "-kernel",
                                                         guest, "-accel", accel, NULL});
    g_autoptr(JsonNode) cont = qmp_client_execute(c, "cont", NULL, NULL);
    int tries = 0;

    while (machine_value(c, "instructions") < 1000000 && tries++ < 100000) {
    }
    uint64_t then = machine_value(c, "instructions");
    uint64_t running = machine_value(c, "instructions-translated");
    g_autoptr(JsonNode) stop = qmp_client_execute(c, "stop", NULL, NULL);
    uint64_t all = machine_value(c, "instructions");
    uint64_t blocks = machine_value(c, "translated-blocks");
    uint64_t translated = machine_value(c, "instructions-translated");
    g_autofree char *detail =
        g_strdup_printf("%" PRIu64 " instructions, %" PRIu64 " translated, %" PRIu64 " blocks", all,
                        translated, blocks);
    tap_ok(cont && stop && all >= 1000000 && all != UINT64_MAX &&
               all == translated + machine_value(c, "instructions-interpreted"),
           detail, "tier=%s: instructions of all tiers add up", tier);
    bool any = blocks > 0;
    tap_ok(any == (machine_value(c, "translated-guest-bytes") > 0) &&
               any == (machine_value(c, "translated-host-bytes") > 0) &&
               any == (machine_value(c, "translation-time") > 0) && any == (translated > 0) &&
               (!any || machine_value(c, "code-cache-used") <= machine_value(c, "code-cache-size")),
           detail, "tier=%s: translations have sizes and time", tier);
    tap_ok(strcmp(tier, "interp") != 0 || !any, detail, "tier=%s: who executes", tier);
    tap_ok(!any || running > then / 2, detail,
           "tier=%s: what is translated counts while it executes", tier);
}

/* An accelerator that counts nothing. */
static void test_qtest(void)
{
    g_autoptr(QmpClient) c = start((const char *const[]){"-M", "virt", "-accel", "qtest", NULL});
    g_autoptr(JsonNode) schemas = qmp_client_execute(c, "query-stats-schemas", NULL, NULL);

    check_property(c, "type", "\"qtest-accel\"");
    tap_ok(schemas && json_array_get_length(json_node_get_array(schemas)) == 0, NULL,
           "qtest has no statistics");
    check_count(c, "{\"target\": \"vm\"}", 0, 0);
    check_count(c, "{\"target\": \"vcpu\"}", 0, 0);
}

int main(void)
{
    g_autofree char *path = g_canonicalize_filename(getenv("POISE"), NULL);
    g_autofree char *dir = run_make_dir();
    g_autofree char *file = g_build_filename(dir, "image", NULL);

    poise = path;
    guest = file;
    g_file_set_contents(file, (const char *)image, sizeof(image), NULL);
    test_defaults();
    test_told();
    test_levels();
    test_mistakes();
    test_counts();
    test_tier("interp");
    test_tier("auto");
    test_qtest();
    run_remove_dir(g_steal_pointer(&dir));
    return tap_done();
}
