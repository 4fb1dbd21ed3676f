/* SPDX-License-Identifier: MIT */
/* -icount: two runs of a guest are the same, instruction by instruction; x-run-for pauses where it
 * says; vCPUs take turns. With KERNEL and INITRD in the environment the guest is that Linux, which
 * must write EXPECT on its console; without, the embedded guest. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/run.h"
#include "tests/lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 10 };

typedef struct Sample {
    uint64_t instructions;
    int64_t ns;
    char *hash;
} Sample;

/* An arm64 Image that counts, looks at the time and stores it, for ever. */
static const uint32_t counter_image[] = {
    [0] = 0x14000010,  /* b      0x40 */
    [4] = 0x00002000,  /* size of the image */
    [6] = 0x0000000a,  /* flags: 4K pages, anywhere */
    [14] = 0x644d5241, /* "ARM\x64" */
    [16] = 0x10008002, /* adr    x2, . + 0x1000 */
    0x91000400,        /* add    x0, x0, #1 */
    0xd53be041,        /* mrs    x1, cntvct_el0 */
    0xf9000041,        /* str    x1, [x2] */
    0x17fffffd,        /* b      add */
};

static const char *poise, *guest;

static void samples_clear(Sample *s)
{
    for (int i = 0; i < SAMPLES; i++) {
        g_clear_pointer(&s[i].hash, g_free);
    }
}

static QmpClient *start(const char *const *more)
{
    const char *args[48] = {"-M",
                            "virt,dtb-randomness=off",
                            "-nodefaults",
                            "-rtc",
                            "base=2022-01-01T00:00:00,clock=vm",
                            "-serial",
                            "file:console",
                            "-kernel",
                            guest};
    int n = 9;

    if (getenv("INITRD")) {
        args[n++] = "-initrd";
        args[n++] = getenv("INITRD");
        args[n++] = "-append";
        args[n++] = "console=ttyAMA0 TERM=linux";
        args[n++] = "-m";
        args[n++] = "512";
    }
    for (; *more; more++) {
        args[n++] = *more;
    }
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, NULL);

    return c && qmp_client_negotiate(c, NULL) ? g_steal_pointer(&c) : NULL;
}

/* Runs for that long; false: it did not come to a pause. */
static bool run_for(QmpClient *c, const char *what, uint64_t n)
{
    g_autofree char *args = g_strdup_printf("{\"%s\": %" G_GUINT64_FORMAT "}", what, n);
    g_autoptr(JsonNode) reply = qmp_client_execute(c, "x-run-for", args, NULL);
    g_autoptr(JsonObject) stop = NULL;

    for (int tries = 0; reply && !stop && tries < 10; tries++) {
        stop = qmp_client_wait_event(c, "STOP", NULL);
    }
    return stop;
}

static bool take_sample(QmpClient *c, Sample *s)
{
    g_autoptr(JsonNode) count = qmp_client_execute(c, "x-query-icount", NULL, NULL);
    g_autoptr(JsonNode) state = qmp_client_execute(c, "x-state-hash", NULL, NULL);

    if (!count || !state) {
        return false;
    }
    JsonObject *o = json_node_get_object(count);
    s->instructions = (uint64_t)json_object_get_int_member(o, "instructions");
    s->ns = json_object_get_int_member(o, "ns");
    s->hash = g_strdup(json_object_get_string_member(json_node_get_object(state), "hash"));
    return true;
}

static bool run_samples(const char *const *more, uint64_t step_ns, Sample *ret, char **ret_console)
{
    g_autoptr(QmpClient) c = start(more);
    bool ok = c;

    for (int i = 0; ok && i < SAMPLES; i++) {
        ok = run_for(c, "ns", step_ns) && take_sample(c, &ret[i]);
    }
    if (c && ret_console) {
        g_autofree char *path = g_build_filename(qmp_client_dir(c), "console", NULL);
        g_file_get_contents(path, ret_console, NULL, NULL);
    }
    return ok;
}

static void test_same(const char *name, uint64_t step_ns, const char *const *more)
{
    Sample a[SAMPLES] = {0}, b[SAMPLES] = {0};
    g_autofree char *console = NULL;
    const char *expect = getenv("EXPECT");
    bool ran = run_samples(more, step_ns, a, NULL) && run_samples(more, step_ns, b, &console);

    tap_ok(ran, NULL, "%s: two runs of %d stretches", name, SAMPLES);
    for (int i = 0; ran && i < SAMPLES; i++) {
        g_autofree char *detail = g_strdup_printf(
            "%" G_GUINT64_FORMAT " instructions, %s; %" G_GUINT64_FORMAT " instructions, %s",
            a[i].instructions, a[i].hash, b[i].instructions, b[i].hash);

        tap_ok(strcmp(a[i].hash, b[i].hash) == 0 && a[i].instructions == b[i].instructions &&
                   a[i].ns == b[i].ns,
               detail, "%s: equal states after %" G_GUINT64_FORMAT " instructions", name,
               a[i].instructions);
    }
    if (expect) {
        tap_ok(console && strstr(console, expect), NULL, "%s: the guest wrote \"%s\"", name,
               expect);
    }
    samples_clear(a);
    samples_clear(b);
}

static void test_stretch(void)
{
    const char *const more[] = {"-icount", "shift=3,sleep=off", NULL};
    g_autoptr(QmpClient) c = start(more);
    g_autoptr(Error) err = NULL;
    Sample s = {0};

    tap_ok(c && run_for(c, "ns", 8000) && take_sample(c, &s) && s.ns >= 8000 && s.ns < 16000, NULL,
           "a stretch of time ends at its end, or a branch later");
    g_clear_pointer(&s.hash, g_free);
    uint64_t before = s.instructions;
    tap_ok(c && run_for(c, "instructions", 1000) && take_sample(c, &s) &&
               s.instructions >= before + 1000 && s.instructions < before + 2000,
           NULL, "a stretch of instructions too");
    g_clear_pointer(&s.hash, g_free);
    g_autoptr(JsonNode) none = qmp_client_execute(c, "x-run-for", "{}", &err);
    tap_ok(!none && strstr(err->message, "either 'ns' or 'instructions'"), NULL,
           "x-run-for says what it takes");
    g_clear_error(&err);
    g_autoptr(JsonNode) cont = qmp_client_execute(c, "cont", NULL, NULL);
    g_autoptr(JsonNode) running = qmp_client_execute(c, "x-run-for", "{\"ns\": 5}", &err);
    tap_ok(cont && !running && strstr(err->message, "runs already"), NULL,
           "and refuses while the machine runs");
    g_autoptr(JsonNode) stop = qmp_client_execute(c, "stop", NULL, NULL);
    g_autoptr(JsonNode) reset = qmp_client_execute(c, "system_reset", NULL, NULL);
    tap_ok(stop && reset && run_for(c, "ns", 1000), NULL, "it goes on after stop and a reset");
}

static void test_without(void)
{
    const char *const more[] = {NULL};
    g_autoptr(QmpClient) c = start(more);
    g_autoptr(Error) err = NULL;

    tap_ok(c && run_for(c, "ns", 1000000), NULL, "without -icount time can be asked for");
    g_autoptr(JsonNode) n = qmp_client_execute(c, "x-run-for", "{\"instructions\": 5}", &err);
    tap_ok(!n && strstr(err->message, "with -icount"), NULL, "but not instructions");
}

/* Virtual time that would run away waits for the host's, and a pause in between does not count. */
static void test_align(void)
{
    const char *const more[] = {"-icount", "shift=10,align=on", NULL};
    g_autoptr(QmpClient) c = start(more);

    for (int i = 1; i <= 2; i++) {
        int64_t before_us = g_get_monotonic_time();
        bool ran = c && run_for(c, "ns", 60000000);
        int64_t took_us = g_get_monotonic_time() - before_us;

        tap_ok(ran && took_us >= 50000, NULL, "align=on: 60 ms take as long, time %d", i);
        g_usleep(100000);
    }
}

static void test_auto(void)
{
    const char *const more[] = {"-icount", "shift=auto", "-smp", "2", NULL};
    g_autoptr(QmpClient) c = start(more);
    g_autoptr(JsonNode) count = NULL;

    tap_ok(c && run_for(c, "ns", 500000000), NULL, "shift=auto: runs and pauses");
    count = c ? qmp_client_execute(c, "x-query-icount", NULL, NULL) : NULL;
    tap_ok(count && json_object_get_int_member(json_node_get_object(count), "shift") <= 10, NULL,
           "shift=auto: tells its shift");
}

static void test_refused(const char *value, const char *message)
{
    const char *const args[] = {"-M", "none", "-icount", value, NULL};
    g_auto(RunResult) r = run_program(".", poise, args);

    tap_ok(r.status == 1 && strstr(r.err, message), r.err, "-icount %s: %s", value, message);
}

static void test_options(void)
{
    test_refused("shift=11", "icount: Invalid shift value");
    test_refused("fast", "icount: Invalid shift value");
    test_refused("align=on", "Please specify shift option when using align");
    test_refused("shift=auto,sleep=off", "shift=auto and sleep=off are incompatible");
    test_refused("shift=auto,align=on", "shift=auto and align=on are incompatible");
    test_refused("shift=3,align=on,sleep=off", "align=on and sleep=off are incompatible");
    test_refused("shift=3,speed=1", "speed");
}

/* One thread for all, as the thread ids tell. */
static void test_single_thread(void)
{
    const char *const more[] = {"-accel", "tcg,thread=single", "-smp", "3", NULL};
    g_autoptr(QmpClient) c = start(more);
    g_autoptr(JsonNode) cpus = c ? qmp_client_execute(c, "query-cpus-fast", NULL, NULL) : NULL;
    JsonArray *a = cpus ? json_node_get_array(cpus) : NULL;
    int64_t id = -1;
    bool same = a && json_array_get_length(a) == 3;

    for (guint i = 0; same && i < 3; i++) {
        int64_t thread =
            json_object_get_int_member(json_array_get_object_element(a, i), "thread-id");

        same = i == 0 || thread == id;
        id = thread;
    }
    tap_ok(same, NULL, "thread=single: three vCPUs have one thread");
    tap_ok(c && run_for(c, "ns", 5000000), NULL, "thread=single: they run and pause");
}

int main(void)
{
    const char *const one[] = {"-icount", "shift=1,sleep=off", NULL};
    const char *const four[] = {"-icount", "shift=1,sleep=off", "-smp", "4", NULL};
    const char *const sleeps[] = {"-icount", "shift=7", NULL};
    g_autofree char *dir = run_make_dir();
    g_autofree char *counter = g_build_filename(dir, "counter.img", NULL);
    g_autofree char *path = g_canonicalize_filename(getenv("POISE"), NULL);
    uint64_t step = 100000;

    poise = path;
    guest = getenv("KERNEL") ? getenv("KERNEL") : counter;
    g_file_set_contents(counter, (const char *)counter_image, sizeof(counter_image), NULL);
    if (getenv("KERNEL")) {
        test_same("Linux, 1 vCPU", 1400000000, one);
        test_same("Linux, 4 vCPUs", 1800000000, four);
        run_remove_dir(g_steal_pointer(&dir));
        return tap_done();
    }
    test_same("1 vCPU", step, one);
    test_same("4 vCPUs", step, four);
    test_same("time passes while it sleeps", step, sleeps);
    test_stretch();
    test_align();
    test_auto();
    test_without();
    test_options();
    test_single_thread();
    run_remove_dir(g_steal_pointer(&dir));
    return tap_done();
}
