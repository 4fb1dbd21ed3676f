/* SPDX-License-Identifier: MIT */
/* Guests that mean harm: random code at every level with random tables for both stages, random
 * controls and registers. Whatever they do, the emulator stands; sanitizers say whether it did.
 * Each program is a few hundred instructions of a CPU with everything there is. N=n programs,
 * SEED=n: program i of seed s is program 0 of seed s + i. TIER=jit translates them. */
#include "tests/tcg/diff.h"
#include "tests/tcg/env.h"

#include "accel/tcg/options.h"
#include "hw/cpu/arm-sysregs.h"
#include "util/rcu.h"

#include <stdlib.h>

enum {
    PROGRAMS = 3000,
    WORDS = 128,
    TABLE_PAGES = 24, /* a run of pages in RAM that tables come from */
    INSTRUCTIONS = 400,
    MICROSECONDS = 500, /* for programs that only fault */
};

/* ---- the end of a program that does not count instructions */

static _Atomic bool finished;

static gpointer watchdog(gpointer data)
{
    while (!atomic_load(&finished)) {
        g_usleep(MICROSECONDS);
        atomic_store(&env_cpu->cs.exit_request, 1);
    }
    return NULL;
}

/* ---- random things, of which enough are almost right */

static bool one_in(unsigned n)
{
    return diff_random() % n == 0;
}

static uint64_t random_ram(void)
{
    return ENV_RAM_BASE + (diff_random() & (ENV_RAM_SIZE - 1));
}

static uint64_t table_page(void)
{
    return ENV_RAM_BASE + ENV_TABLES + diff_random() % TABLE_PAGES * GUEST_PAGE_SIZE;
}

static uint64_t random_descriptor(void)
{
    uint64_t attrs = diff_random() & 0xfff8000000000ffcull;

    switch (diff_random() % 8) {
    case 0:
        return diff_random();
    case 1:
        return 0;
    case 2: /* everything below, in one block */
        return ENV_RAM_BASE | (attrs & ~(1ull << 54 | 1ull << 53)) | 1 << 10 | 1;
    case 3:
        return table_page() | 3; /* no restriction */
    case 4:
        return table_page() | attrs | 3;
    default: /* a page or a block, rather accessible */
        return (random_ram() & ~0xfffull) | (attrs & ~(1ull << 54)) | 1 << 10 | (one_in(4) ? 1 : 3);
    }
}

static void random_tables(void)
{
    for (int i = 0; i < 400; i++) {
        uint64_t at = ENV_TABLES + (diff_random() % (TABLE_PAGES * GUEST_PAGE_SIZE) & ~7ull);
        uint64_t desc = random_descriptor();

        /* Low entries are reached more often. */
        at = one_in(2) ? at & ~0xfc0ull : at;
        memcpy(env_ram + at, &desc, sizeof(desc));
    }
}

static uint32_t random_word(void)
{
    const A64RowInfo *row = &a64_rows[diff_random() % A64_ROW_COUNT];

    return one_in(16) ? (uint32_t)diff_random()
                      : row->value | (~row->mask & (uint32_t)diff_random());
}

static void random_code(uint64_t at, unsigned words)
{
    for (unsigned i = 0; i < words && at + 4 <= ENV_RAM_BASE + ENV_RAM_SIZE; i++, at += 4) {
        env_put(at, random_word());
    }
}

/* Through the registers' own rules, as far as this level may. */
static void random_sysregs(void)
{
    static const uint16_t interesting[] = {
        ARM_SYSREG(3, 0, 1, 0, 0),  ARM_SYSREG(3, 0, 2, 0, 2),  ARM_SYSREG(3, 0, 10, 2, 0),
        ARM_SYSREG(3, 4, 1, 1, 0),  ARM_SYSREG(3, 4, 1, 0, 0),  ARM_SYSREG(3, 4, 2, 0, 2),
        ARM_SYSREG(3, 4, 2, 1, 2),  ARM_SYSREG(3, 4, 10, 2, 0), ARM_SYSREG(3, 6, 1, 0, 0),
        ARM_SYSREG(3, 6, 2, 0, 2),  ARM_SYSREG(3, 6, 1, 1, 0),  ARM_SYSREG(3, 6, 10, 2, 0),
        ARM_SYSREG(3, 4, 1, 1, 2),  ARM_SYSREG(3, 6, 1, 1, 2),  ARM_SYSREG(3, 0, 1, 0, 2),
        ARM_SYSREG(3, 4, 1, 1, 1),  ARM_SYSREG(2, 0, 0, 2, 2),  ARM_SYSREG(3, 6, 1, 3, 1),
        ARM_SYSREG(3, 0, 14, 1, 0), ARM_SYSREG(3, 4, 14, 1, 0),
    };
    static const uint16_t bases[] = {
        ARM_SYSREG(3, 0, 2, 0, 0), ARM_SYSREG(3, 0, 2, 0, 1), ARM_SYSREG(3, 4, 2, 0, 0),
        ARM_SYSREG(3, 4, 2, 0, 1), ARM_SYSREG(3, 4, 2, 1, 0), ARM_SYSREG(3, 6, 2, 0, 0),
    };
    const ArmSysReg *reg;
    ArmException exc;

    for (size_t i = 0; i < G_N_ELEMENTS(interesting); i++) {
        if (one_in(3)) {
            uint64_t v = one_in(2) ? diff_random() : diff_random() & diff_random() & diff_random();
            arm_sysreg_write(env_cpu, interesting[i], 0, v, &reg, &exc);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bases); i++) {
        uint64_t v = one_in(16) ? diff_random() : table_page() | (diff_random() & 3) << 48;
        arm_sysreg_write(env_cpu, bases[i], 0, v, &reg, &exc);
    }
}

/* Sizes that translate something, for half of the programs. */
static void likely_sizes(void)
{
    static const uint8_t tg[] = {0, 1, 2};
    uint64_t tsz = 16 + diff_random() % 24, g = tg[diff_random() % 3];

    env_cpu->tcr[1] = tsz | tsz << 16 | g << 14 |
                      (g == 0   ? 2ull
                       : g == 1 ? 3ull
                                : 1ull)
                          << 30 |
                      5ull << 32 | (diff_random() & (3ull << 39 | 3ull << 37));
    env_cpu->tcr[2] = env_cpu->tcr[3] = tsz | g << 14 | 5 << 16 | (diff_random() & 3 << 21);
    env_cpu->vtcr = (16 + diff_random() % 24) | (diff_random() & 0xc0) | g << 14 | 5 << 16 |
                    (diff_random() & 3 << 21);
    env_cpu->mair[1] = env_cpu->mair[2] = env_cpu->mair[3] = 0xff00ff44ff00ffffull;
}

static void make_program(void)
{
    ArmCpu *cpu = env_cpu;
    DiffState s;

    env_make_tables();
    env_reset_state();
    random_tables();
    diff_random_state(&s);
    for (int i = 0; i < 31; i++) { /* many addresses that are good */
        cpu->x[i] = i % 3 ? s.x[i] : random_ram();
    }
    cpu->x[ARM_X_ZR] = 0;
    memcpy(cpu->v, s.v, sizeof(s.v));
    arm_pstate_write(cpu, 3u << PSTATE_EL_SHIFT | PSTATE_SP | PSTATE_DAIF);
    if (!one_in(4)) {
        random_sysregs();
    }
    if (one_in(2)) {
        likely_sizes();
    }
    for (int el = 1; el <= 3; el++) {
        cpu->vbar[el] = random_ram() & ~0x7ffull;
        random_code(cpu->vbar[el] + 0x200, 8);
        random_code(cpu->vbar[el] + 0x400, 8);
        if (one_in(2)) {
            cpu->sctlr[el] &= ~1ull;
        }
    }
    cpu->pc = random_ram() & ~3ull;
    random_code(cpu->pc, WORDS);
    uint32_t el = diff_random() % 4;
    arm_pstate_write(cpu, el << PSTATE_EL_SHIFT | (el && one_in(2) ? PSTATE_SP : 0) |
                              ((uint32_t)diff_random() & (PSTATE_PAN | PSTATE_UAO | PSTATE_DAIF)));
    cpu->x[ARM_X_SP] = random_ram() & ~15ull;
    ram_written(ram_blocks, 0, ENV_RAM_SIZE);
    tlb_state_changed(&cpu->cs);
}

static uint64_t run_program(uint64_t seed)
{
    diff_seed(seed);
    make_program();
    uint64_t before = atomic_load(&env_cpu->cs.insn_count);
    /* The translator does not stop at an exact instruction: the watchdog ends it. */
    env_cpu->cs.insn_limit =
        tcg_options.heat_limit == TCG_NEVER ? before + INSTRUCTIONS : UINT64_MAX;
    env_run();
    return atomic_load(&env_cpu->cs.insn_count) - before;
}

int main(void)
{
    const char *seed_text = g_getenv("SEED"), *n = g_getenv("N");
    uint64_t seed = seed_text ? strtoull(seed_text, NULL, 0) : 1, executed = 0;
    unsigned long programs = n ? strtoul(n, NULL, 0) : PROGRAMS, ran = 0;

    env_init_all_levels();
    env_cpu->isa_features = UINT64_MAX;
    GThread *thread = g_thread_new("watchdog", watchdog, NULL);
    for (unsigned long i = 0; i < programs; i++) {
        uint64_t count = run_program(seed + i);
        executed += count;
        ran += count >= 10;
    }
    atomic_store(&finished, true);
    g_thread_join(thread);
    tap(true, "%lu programs", programs);
    tap(ran >= programs / 6, "%lu of them executed ten instructions or more, all together %llu",
        ran, (unsigned long long)executed);
    return tap_status();
}
