/* SPDX-License-Identifier: MIT */
/* The generic register walk: every register bank of every device of a machine, from the table that
 * the device itself shows (property x-registers). */
#include "tests/lib/qtest-client.h"
#include "tests/lib/tap.h"

#include <stdlib.h>
#include <string.h>

typedef struct Reg {
    const char *name;
    uint64_t addr;
    unsigned size;
    bool readable, writable, is_volatile, read_effect, write_effect;
    uint64_t reset, write_mask, w1c_mask;
} Reg;

static uint64_t mask_of(unsigned size)
{
    return size == 8 ? ~0ull : (1ull << (size * 8)) - 1;
}

static Reg reg_from(JsonObject *o, uint64_t base, int64_t element)
{
    const char *access = json_object_get_string_member(o, "access");

    return (Reg){
        .name = json_object_get_string_member(o, "name"),
        .addr = base + (uint64_t)json_object_get_int_member(o, "offset") +
                (uint64_t)(element * json_object_get_int_member(o, "stride")),
        .size = (unsigned)json_object_get_int_member(o, "size"),
        .readable = strcmp(access, "wo") != 0,
        .writable = strcmp(access, "ro") != 0,
        .is_volatile = json_object_get_boolean_member(o, "volatile"),
        .read_effect = json_object_get_boolean_member(o, "read-effect"),
        .write_effect = json_object_get_boolean_member(o, "write-effect"),
        .reset = (uint64_t)json_object_get_int_member(o, "reset"),
        .write_mask = (uint64_t)json_object_get_int_member(o, "write-mask"),
        .w1c_mask = (uint64_t)json_object_get_int_member(o, "w1c-mask"),
    };
}

static bool differs(GString *log, const Reg *r, const char *when, uint64_t got, uint64_t want)
{
    if (got == want) {
        return false;
    }
    g_string_append_printf(log,
                           "%s %s: 0x%" G_GINT64_MODIFIER "x, expected 0x%" G_GINT64_MODIFIER "x\n",
                           r->name, when, got, want);
    return true;
}

/* Narrow reads are the bytes of the wide one. */
static void check_narrow(Qtest *q, const Reg *r, GString *log)
{
    uint64_t whole = qtest_read(q, r->addr, r->size);

    for (unsigned size = 1; size < r->size; size *= 2) {
        for (unsigned at = 0; at < r->size; at += size) {
            uint64_t part = qtest_read(q, r->addr + at, size);

            differs(log, r, "narrow read", part, whole >> (at * 8) & mask_of(size));
        }
    }
}

static void check_writes(Qtest *q, const Reg *r, GString *log)
{
    static const uint64_t patterns[] = {~0ull, 0, 0xaaaaaaaaaaaaaaaaull, 0x5555555555555555ull};
    uint64_t fixed = r->reset & ~r->write_mask & ~r->w1c_mask & mask_of(r->size);

    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
        uint64_t want = fixed | (patterns[i] & r->write_mask & mask_of(r->size));

        qtest_write(q, r->addr, r->size, patterns[i]);
        differs(log, r, "after a write", qtest_read(q, r->addr, r->size) & ~r->w1c_mask, want);
    }
    qtest_write(q, r->addr, r->size, r->reset);
}

static void walk_register(Qtest *q, const Reg *r, GString *log)
{
    bool stable = r->readable && !r->read_effect && !r->is_volatile;

    if (stable) {
        differs(log, r, "at reset", qtest_read(q, r->addr, r->size), r->reset);
        check_narrow(q, r, log);
    }
    if (stable && !r->writable) {
        qtest_write(q, r->addr, r->size, ~r->reset);
        differs(log, r, "after a write to a read-only register", qtest_read(q, r->addr, r->size),
                r->reset);
    }
    if (stable && r->writable && !r->write_effect) {
        check_writes(q, r, log);
    }
    if (!r->readable) {
        differs(log, r, "write-only", qtest_read(q, r->addr, r->size), 0);
    }
}

/* Offsets of no register read as zero and ignore writes. */
static void walk_holes(Qtest *q, uint64_t base, uint64_t size, GHashTable *used, GString *log)
{
    for (uint64_t at = 0; at < size; at += 4) {
        if (g_hash_table_contains(used, GUINT_TO_POINTER(at / 4 + 1))) {
            continue;
        }
        Reg hole = {.name = "hole"};
        qtest_writel(q, base + at, 0xffffffff);
        if (differs(log, &hole, "read", qtest_readl(q, base + at), 0)) {
            return;
        }
    }
}

static void walk_bank(Qtest *q, const char *path, JsonObject *bank)
{
    uint64_t base = (uint64_t)json_object_get_int_member(bank, "address");
    const char *name = json_object_get_string_member(bank, "name");
    JsonArray *regs = json_object_get_array_member(bank, "registers");
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < json_array_get_length(regs); i++) {
        JsonObject *o = json_array_get_object_element(regs, i);

        for (int64_t e = 0; e < json_object_get_int_member(o, "count"); e++) {
            Reg r = reg_from(o, base, e);

            for (unsigned byte = 0; byte < r.size; byte++) {
                g_hash_table_add(used, GUINT_TO_POINTER((r.addr - base + byte) / 4 + 1));
            }
            walk_register(q, &r, log);
        }
    }
    walk_holes(q, base, (uint64_t)json_object_get_int_member(bank, "size"), used, log);
    tap_ok(log->len == 0, log->str, "%s: %s, %u rows", path, name, json_array_get_length(regs));
}

static void walk_device(Qtest *q, const char *path)
{
    g_autofree char *args =
        g_strdup_printf("{\"path\": \"%s\", \"property\": \"x-registers\"}", path);
    g_autoptr(JsonNode) node = qmp_client_execute(q->qmp, "qom-get", args, NULL);
    JsonArray *banks = node ? json_node_get_array(node) : NULL;

    for (guint i = 0; banks && i < json_array_get_length(banks); i++) {
        JsonObject *bank = json_array_get_object_element(banks, i);

        if (json_object_get_boolean_member(bank, "mapped")) {
            walk_bank(q, path, bank);
        }
    }
}

static unsigned walk_machine(const char *program, const char *machine)
{
    const char *const args[] = {"-M", machine, NULL};
    Qtest *q = qtest_start(program, args);
    g_autoptr(Error) err = NULL;
    g_autoptr(JsonNode) list =
        qmp_client_execute(q->qmp, "qom-list", "{\"path\": \"/machine/unattached\"}", &err);
    JsonArray *children = list ? json_node_get_array(list) : NULL;
    unsigned n = children ? json_array_get_length(children) : 0;

    tap_ok(n > 3, err ? err->message : "no devices", "%s has devices", machine);
    for (guint i = 0; i < n; i++) {
        JsonObject *child = json_array_get_object_element(children, i);
        g_autofree char *path =
            g_strconcat("/machine/unattached/", json_object_get_string_member(child, "name"), NULL);

        if (g_str_has_prefix(json_object_get_string_member(child, "type"), "child<")) {
            walk_device(q, path);
        }
    }
    qtest_free(q);
    return n;
}

int main(int argc, char **argv)
{
    const char *program = g_getenv("POISE") ? g_getenv("POISE") : "./poise-system-aarch64";

    walk_machine(program, "virt,gic-version=2");
    walk_machine(program, "virt,gic-version=3");
    return tap_done();
}
