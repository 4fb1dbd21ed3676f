/* SPDX-License-Identifier: MIT */
/* x-state-hash tells states apart, part by part, and time does not change it. */
#include "tests/lib/qtest-client.h"
#include "tests/lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLASH = 0x00000000,
    GIC_DIST = 0x08000000,
    GIC_CPU = 0x08010000,
    UART = 0x09000000,
    RTC = 0x09010000,
    FW_CFG = 0x09020000,
    GPIO = 0x09030000,
    RAM = 0x40000000,
};

/* Path -> digest, "" for the whole. */
static GHashTable *state_of(QmpClient *c)
{
    GHashTable *parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(JsonNode) reply = qmp_client_execute(c, "x-state-hash", NULL, NULL);
    JsonObject *o = json_node_get_object(reply);
    JsonArray *a = json_object_get_array_member(o, "parts");

    g_hash_table_insert(parts, g_strdup(""), g_strdup(json_object_get_string_member(o, "hash")));
    for (guint i = 0; i < json_array_get_length(a); i++) {
        JsonObject *part = json_array_get_object_element(a, i);

        g_hash_table_insert(parts, g_strdup(json_object_get_string_member(part, "path")),
                            g_strdup(json_object_get_string_member(part, "hash")));
    }
    return parts;
}

/* How many parts differ; *ret_path is the last of them. The whole counts too. */
static int differing(GHashTable *a, GHashTable *b, char **ret_path)
{
    GHashTableIter it;
    gpointer path, hash;
    int n = g_hash_table_size(a) != g_hash_table_size(b);

    g_hash_table_iter_init(&it, a);
    while (g_hash_table_iter_next(&it, &path, &hash)) {
        if (g_strcmp0(g_hash_table_lookup(b, path), hash) != 0) {
            n++;
            if (*(char *)path) {
                g_free(*ret_path);
                *ret_path = g_strdup(path);
            }
        }
    }
    return n;
}

typedef struct Change {
    const char *name;
    uint64_t addr;
    unsigned size;
    uint64_t value;
    const char *type; /* of the device whose part changes; NULL: RAM */
} Change;

static const Change changes[] = {
    {"a byte of RAM", RAM + 0x123456, 1, 0x5a, NULL},
    {"the last byte of RAM", RAM + 0x7ffffff, 1, 1, NULL},
    {"the UART's interrupt mask", UART + 0x38, 4, 0x10, "pl011"},
    {"the UART's baud rate", UART + 0x24, 4, 7, "pl011"},
    {"the clock's alarm", RTC + 0x04, 4, 12345, "pl031"},
    {"the direction of a pin", GPIO + 0x400, 4, 0x80, "pl061"},
    {"the level of a pin", GPIO + 0x3fc, 4, 0x80, "pl061"},
    {"the selected item of fw_cfg", FW_CFG + 8, 2, 0x0100, "fw_cfg_mem"},
    {"the mode of a flash", FLASH, 4, 0x00900090, "cfi.pflash01"},
    {"an enabled interrupt", GIC_DIST + 0x104, 4, 2, "arm_gic"},
    {"the priority of an interrupt", GIC_DIST + 0x420, 1, 0x80, "arm_gic"},
    {"the target of an interrupt", GIC_DIST + 0x824, 1, 2, "arm_gic"},
};

static char *type_of(QmpClient *c, const char *path)
{
    g_autofree char *args =
        g_strdup_printf("{\"path\":\"%s\",\"property\":\"type\"}", path ? path : "");
    g_autoptr(JsonNode) type = qmp_client_execute(c, "qom-get", args, NULL);

    return type ? g_strdup(json_get_string(type)) : NULL;
}

static void test_change(Qtest *q, const Change *change)
{
    g_autoptr(GHashTable) before = state_of(q->qmp);
    g_autofree char *path = NULL;

    qtest_write(q, change->addr, change->size, change->value);
    g_autoptr(GHashTable) after = state_of(q->qmp);
    int n = differing(before, after, &path);
    g_autofree char *type = change->type ? type_of(q->qmp, path) : NULL;

    tap_ok(n == 2 && (change->type ? g_strcmp0(type, change->type) == 0
                                   : g_strcmp0(path, "ram:mach-virt.ram") == 0),
           path, "%s changes its part alone", change->name);
}

static void test_changes(void)
{
    const char *const args[] = {"-M", "virt,dtb-randomness=off", "-smp", "2", NULL};
    Qtest *q = qtest_start(getenv("POISE"), args);
    g_autofree char *path = NULL;
    g_autoptr(Error) err = NULL;
    g_autoptr(JsonNode) early = qmp_client_execute(q->qmp, "x-state-hash", NULL, &err);

    tap_ok(!early && strstr(err->message, "while the machine runs"), err ? err->message : "",
           "no digest of a machine that runs");
    g_autoptr(JsonNode) stopped = qmp_client_execute(q->qmp, "stop", NULL, NULL);
    g_autoptr(GHashTable) first = state_of(q->qmp);
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        test_change(q, &changes[i]);
    }
    qtest_write(q, RAM + 0x123456, 1, 0);
    qtest_write(q, RAM + 0x7ffffff, 1, 0);
    g_autoptr(JsonNode) reset = qmp_client_execute(q->qmp, "system_reset", NULL, NULL);
    g_autoptr(JsonObject) event = qmp_client_wait_event(q->qmp, "RESET", NULL);
    g_autoptr(GHashTable) again = state_of(q->qmp);
    tap_ok(stopped && reset && event && differing(first, again, &path) == 0, path,
           "a reset makes the state that of the start");
    qtest_free(q);
}

static void test_time(void)
{
    const char *const args[] = {"-M", "virt,gic-version=3,dtb-randomness=off", NULL};
    Qtest *q = qtest_start(getenv("POISE"), args);
    g_autofree char *path = NULL;

    g_autoptr(JsonNode) a = qmp_client_execute(q->qmp, "stop", NULL, NULL);
    g_autoptr(GHashTable) before = state_of(q->qmp);
    qtest_clock_step(q, 3600ll * 1000000000);
    g_autoptr(GHashTable) after = state_of(q->qmp);
    tap_ok(a && differing(before, after, &path) == 0, path, "an hour does not change it");
    qtest_free(q);
}

/* Memory that nobody wrote is not touched, so the digest does not make the process larger. */
static void test_memory(void)
{
    const char *const args[] = {"-M", "virt,dtb-randomness=off", "-m", "8G", NULL};
    g_autoptr(QmpClient) c = qmp_client_start(getenv("POISE"), args, NULL);
    bool ready = qmp_client_negotiate(c, NULL);
    g_autofree char *statm = g_strdup_printf("/proc/%d/statm", (int)qmp_client_pid(c));
    g_autoptr(GHashTable) state = ready ? state_of(c) : NULL;
    g_autofree char *text = NULL;
    long total = 0, shared = 0, resident = 0;

    tap_ok(state && g_file_get_contents(statm, &text, NULL, NULL) &&
               sscanf(text, "%ld %ld %ld", &total, &resident, &shared) == 3 &&
               shared < (64 << 20) / 4096,
           text, "the digest of 8 GiB touches what is written alone");
}

/* What a guest did is in the digest of the vCPU. */
static void test_guest(void)
{
    const char *const args[] = {"-M", "virt,dtb-randomness=off", "-kernel", NULL, NULL};
    g_autofree char *kernel = g_canonicalize_filename("hello.img", NULL);
    const char *argv[G_N_ELEMENTS(args)];
    g_autofree char *path = NULL;

    if (!g_file_test(kernel, G_FILE_TEST_EXISTS)) {
        tap_skip("no A64 cross compiler for a kernel", "a guest that ran");
        return;
    }
    memcpy(argv, args, sizeof(args));
    argv[3] = kernel;
    g_autoptr(QmpClient) c = qmp_client_start(getenv("POISE"), argv, NULL);
    bool ok = qmp_client_negotiate(c, NULL);
    g_autoptr(GHashTable) before = state_of(c);
    for (uint64_t n = 0; ok && n == 0;) {
        g_autoptr(JsonNode) cont = qmp_client_execute(c, "cont", NULL, NULL);
        g_autoptr(JsonNode) stop = qmp_client_execute(c, "stop", NULL, NULL);
        g_autoptr(JsonNode) count = qmp_client_execute(
            c, "qom-get",
            "{\"path\":\"/machine/unattached/device[0]\",\"property\":\"x-instructions\"}", NULL);

        ok = cont && stop && count && json_get_uint64(count, &n);
    }
    g_autoptr(GHashTable) after = state_of(c);
    differing(before, after, &path);
    tap_ok(ok && strcmp(g_hash_table_lookup(before, "/machine/unattached/device[0]"),
                        g_hash_table_lookup(after, "/machine/unattached/device[0]")) != 0,
           path, "a vCPU that ran has another state");
}

int main(void)
{
    if (!g_getenv("POISE")) {
        g_setenv("POISE", "./poise-system-aarch64", TRUE);
    }
    test_changes();
    test_time();
    test_memory();
    test_guest();
    return tap_done();
}
