/* SPDX-License-Identifier: MIT */
/* Loads and stores to devices, by the interpreter and by translated code, first and when the TLB
 * knows the page: what devices are asked, what registers get, faults, and devices that go away. */
#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"
#include "tests/tcg/env.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    DEVICE_PA = 0x10000000,
    DEVICE_VA = ENV_RAM_BASE + 0x400000, /* the third block of the table */
    AT = DEVICE_VA + 0x40,
    WFI = 0xd503207fu,
    CMP = 0xeb02003fu, /* cmp x1, x2: 1 and 2 */
    MOV = 0xaa0103f3u, /* mov x19, x1 */
    LDR_W = 0xb9400003u,
    STR_W = 0xb9000001u,
    TIMES = 3,
};

typedef struct Toy {
    MemoryRegion mr;
    uint64_t value; /* what reads see */
    MemResult result;
    struct Toy *successor; /* takes its place when it is written to */
    uint64_t reads, writes, written;
    hwaddr at;
    unsigned size;
} Toy;

static Toy first = {.value = 0x8182838485868788}, second = {.value = 0x11}, small = {.value = 0x22};
static const char *tier;

static MemResult toy_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret, MemAttrs attrs)
{
    Toy *toy = opaque;

    toy->reads++;
    toy->at = addr;
    toy->size = size;
    *ret = toy->value;
    return toy->result;
}

static void replace(Toy *old, Toy *new) NO_THREAD_SAFETY
{
    memory_transaction_begin();
    if (old) {
        memory_region_remove(&old->mr);
    }
    if (new) {
        memory_region_add(system_memory(), DEVICE_PA, &new->mr);
    }
    memory_transaction_commit();
}

static MemResult toy_write(void *opaque, hwaddr addr, unsigned size, uint64_t value, MemAttrs attrs)
{
    Toy *toy = opaque;

    toy->writes++;
    toy->at = addr;
    toy->size = size;
    toy->written = value;
    if (toy->successor) {
        replace(toy, toy->successor);
    }
    return toy->result;
}

static const MemoryRegionOps toy_ops = {.read = toy_read, .write = toy_write};

/* ---- programs */

static uint64_t code_at = ENV_CODE;

static uint64_t put_program(const uint32_t *words, size_t n)
{
    uint64_t start = code_at += 0x1000;

    for (size_t i = 0; i < n; i++) {
        env_put(start + 4 * i, words[i]);
    }
    return start;
}

/* The vector's offset, -1 when none. */
static int run(uint64_t start, uint64_t address)
{
    env_reset_state();
    memset(env_cpu->x, 0, sizeof(env_cpu->x));
    env_cpu->x[0] = address;
    env_cpu->x[1] = 1;
    env_cpu->x[2] = 2;
    env_cpu->x[3] = 0x77;
    env_cpu->nzcv = 0;
    env_cpu->pc = start;
    while (!atomic_load(&env_cpu->cs.halted)) {
        atomic_store(&env_cpu->cs.exit_request, 0);
        env_run();
    }
    uint64_t off = env_cpu->pc - 4 - ENV_VBAR;
    return off < 0x800 ? (int)off : -1;
}

/* ---- tests */

static void test_load(const char *name, uint32_t word, unsigned size, uint64_t wanted)
{
    const uint32_t words[] = {CMP, MOV, word, WFI};
    uint64_t start = put_program(words, G_N_ELEMENTS(words)), before = first.reads;
    int good = 0;

    for (int i = 0; i < TIMES; i++) {
        int vector = run(start, AT);

        good += vector < 0 && env_cpu->x[3] == wanted && first.at == 0x40 && first.size == size &&
                env_cpu->x[19] == 1 && env_cpu->nzcv == PSTATE_N;
    }
    tap(good == TIMES && first.reads == before + TIMES, "%s: %s gets %" PRIx64, tier, name,
        env_cpu->x[3]);
}

static void test_store(const char *name, uint32_t word, unsigned size)
{
    const uint32_t words[] = {0x92800001 /* mov x1, #-1 */, word, WFI};
    uint64_t start = put_program(words, G_N_ELEMENTS(words)), before = first.writes;
    int good = 0;

    for (int i = 0; i < TIMES; i++) {
        good += run(start, AT) < 0 && first.written == MASK64(size * 8) && first.at == 0x40 &&
                first.size == size;
    }
    tap(good == TIMES && first.writes == before + TIMES, "%s: %s stores %" PRIx64, tier, name,
        first.written);
}

/* Also after accesses that did not fail. */
static void test_abort(const char *name, uint32_t word, uint64_t address, unsigned status)
{
    const uint32_t words[] = {CMP, MOV, word, WFI};
    uint64_t start = put_program(words, G_N_ELEMENTS(words));
    int good = 0;

    for (int i = 0; i < TIMES; i++) {
        int vector = run(start, address);

        good += vector == 0x200 && (env_cpu->esr[1] & 0xffffffbf) == (0x96000000u | status) &&
                env_cpu->far[1] == address && env_cpu->elr[1] == start + 8 && env_cpu->x[19] == 1 &&
                env_cpu->x[3] == 0x77 && (env_cpu->spsr[1] & 0xf0000000) == PSTATE_N;
    }
    tap(good == TIMES, "%s: %s: syndrome %" PRIx64, tier, name, env_cpu->esr[1]);
}

static void test_refusal(void)
{
    first.result = MEM_ERROR;
    test_abort("a load that the device refuses", LDR_W, AT, 0x10);
    test_abort("a store that the device refuses", STR_W, AT, 0x10);
    first.result = MEM_OK;
    test_abort("an unaligned load", LDR_W, AT + 1, 0x21);
}

/* Between two accesses of one block. */
static void test_successor(void)
{
    const uint32_t words[] = {LDR_W, STR_W, LDR_W, WFI};
    uint64_t start = put_program(words, G_N_ELEMENTS(words));
    int good = 0;

    first.successor = &second;
    for (int i = 0; i < TIMES; i++) {
        good += run(start, AT) < 0 && env_cpu->x[3] == 0x11 && first.written == 1;
        replace(&second, &first);
    }
    first.successor = NULL;
    tap(good == TIMES, "%s: a device that makes room for another", tier);
}

/* A device of less than a page, and none. */
static void test_others(void)
{
    const uint32_t words[] = {LDR_W, WFI};
    uint64_t start = put_program(words, G_N_ELEMENTS(words));
    int good = 0;

    replace(&first, &small);
    for (int i = 0; i < TIMES; i++) {
        good += run(start, AT) < 0 && env_cpu->x[3] == 0x22 && small.at == 0x40;
    }
    tap(good == TIMES, "%s: a small device", tier);
    test_abort("a load beside it", LDR_W, AT + 0x100, 0x10);
    replace(&small, NULL);
    test_abort("a load where it was", LDR_W, AT, 0x10);
    replace(NULL, &first);
}

static void test_tier(const char *name, unsigned heat_limit)
{
    tier = name;
    tcg_options.heat_limit = heat_limit;
    test_load("LDRB", 0x39400003, 1, 0x88);
    test_load("LDRH", 0x79400003, 2, 0x8788);
    test_load("LDR W", LDR_W, 4, 0x85868788);
    test_load("LDR X", 0xf9400003, 8, 0x8182838485868788);
    test_load("LDRSB W", 0x39c00003, 1, 0xffffff88);
    test_load("LDRSB X", 0x39800003, 1, 0xffffffffffffff88);
    test_load("LDRSH W", 0x79c00003, 2, 0xffff8788);
    test_load("LDRSH X", 0x79800003, 2, 0xffffffffffff8788);
    test_load("LDRSW", 0xb9800003, 4, 0xffffffff85868788);
    test_load("LDAR W", 0x88dffc03, 4, 0x85868788);
    test_load("LDTR W", 0xb8400803, 4, 0x85868788);
    test_store("STRB", 0x39000001, 1);
    test_store("STRH", 0x79000001, 2);
    test_store("STR W", STR_W, 4);
    test_store("STR X", 0xf9000001, 8);
    test_store("STLR W", 0x889ffc01, 4);
    test_refusal();
    test_successor();
    test_others();
}

int main(void)
{
    g_autoptr(Error) err = NULL;
    bool have_translator = true;

    env_init();
    if (!g_getenv("TIER") && !jit_init(8 << 20, &err)) {
        have_translator = false;
    }
    uint64_t *level2 = (uint64_t *)(void *)(env_ram + ENV_TABLES + 0x1000);
    level2[2] = DEVICE_PA | 0x745;      /* AF, inner shareable, EL0 too, block; attributes 1 */
    for (unsigned i = 0; i < 16; i++) { /* every vector waits */
        env_put(ENV_VBAR + i * 0x80, WFI);
    }
    memory_region_init_io(&first.mr, &toy_ops, &first, "first", 0x1000);
    memory_region_init_io(&second.mr, &toy_ops, &second, "second", 0x2000);
    memory_region_init_io(&small.mr, &toy_ops, &small, "small", 0x100);
    replace(NULL, &first);
    test_tier("interpreter", TCG_NEVER);
    if (have_translator) {
        test_tier("translator", 0);
        tcg_options.verify = 1; /* no access is made twice */
        test_tier("lockstep", 0);
    } else {
        tap_skip(err->message, "translated code");
    }
    return tap_status();
}
