/* SPDX-License-Identifier: MIT */
/* Lockstep, -accel tcg,verify=1: agrees where translator and interpreter do, and tells every kind
 * of difference. Differences are made by changing a predecoded record after its block was
 * translated: then the interpreter executes something else. */
#include "tests/tcg/env.h"

#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"
#include "accel/tcg/verify.h"
#include <stdio.h>
#include <unistd.h>

enum { DATA = ENV_RAM_BASE + 0x10000, WFI = 0xd503207f };

/* x0: data, x1: counter, x2..: values. A loop, so that it is translated and executed again. */
static const uint32_t program[] = {
    0xd2800141, /* mov x1, #10 */
    0xf9400002, /* ldr x2, [x0] */
    0x8b010042, /* add x2, x2, x1 */
    0xf9000002, /* str x2, [x0] */
    0xa9010801, /* stp x1, x2, [x0, #16] */
    0xc85ffc03, /* ldaxr x3, [x0] */
    0xc804fc03, /* stlxr w4, x3, [x0] */
    0x4e080c40, /* dup v0.2d, x2 */
    0x4ee08400, /* add v0.2d, v0.2d, v0.2d */
    0x3c820000, /* stur q0, [x0, #32] */
    0x1e631861, /* fdiv d1, d3, d3 */
    0xf1000421, /* subs x1, x1, #1 */
    0x54fffea1, /* b.ne: to the load */
    WFI,
};

static CodePage *page_of(uint64_t va)
{
    ArmException exc;

    env_cpu->pc = va;
    tlb_select(env_cpu, env_tcg);
    return tlb_lookup_code(env_cpu, env_tcg, va, &exc);
}

static void begin(uint64_t va)
{
    env_reset_state();
    env_cpu->cpacr = 3 << 20; /* FPEN */
    memset(env_cpu->x, 0, sizeof(env_cpu->x));
    memset(env_cpu->v, 0, sizeof(env_cpu->v));
    memset(env_ram + (DATA - ENV_RAM_BASE), 0, 64);
    env_cpu->x[0] = DATA;
    env_cpu->nzcv = 0;
    env_cpu->fpsr = 0;
    env_cpu->pc = va;
    tlb_regime_changed(&env_cpu->cs);
    tlb_select(env_cpu, env_tcg);
}

static void run(uint64_t va)
{
    begin(va);
    while (!atomic_load(&env_cpu->cs.halted)) {
        atomic_store(&env_cpu->cs.exit_request, 0);
        env_run();
    }
}

/* The program in a page of its own. */
static uint64_t place(void)
{
    static unsigned used;
    uint64_t va = ENV_CODE + GUEST_PAGE_SIZE * (1 + used++);

    for (size_t i = 0; i < G_N_ELEMENTS(program); i++) {
        env_put(va + i * 4, program[i]);
    }
    return va;
}

static void test_agrees(void)
{
    const TcgStats *s = &env_tcg->stats;
    uint64_t sum = 0, data;
    uint64_t va = place();

    run(va);
    for (unsigned i = 1; i <= 10; i++) {
        sum += i;
    }
    data = ld_le(env_ram + (DATA - ENV_RAM_BASE), 8);
    tap(s->verified >= 10, "blocks are compared: %" G_GUINT64_FORMAT, s->verified);
    tap(s->differences == 0, "they do not differ");
    tap(data == sum && env_cpu->x[2] == sum, "every instruction took effect once");
    tap(env_cpu->fpsr == 1, "FPSR has the flag of the division"); /* 0 / 0: IOC */
}

typedef struct Change {
    const char *title;
    unsigned insn;
    unsigned like; /* the instruction whose record it gets; 0: by `edit` */
    void (*edit)(A64Insn *i);
} Change;

static void edit_rd(A64Insn *i)
{
    i->rd = 9;
}

static void edit_imm(A64Insn *i)
{
    i->imm += 8;
}

static const Change changes[] = {
    {"a general register", 2, 0, edit_rd},
    {"what a store stores", 3, 0, edit_rd},
    {"where a store stores", 3, 0, edit_imm},
    {"where a pair is stored", 4, 0, edit_imm},
    {"a store that is missing", 3, 2, NULL},
    {"a vector register", 8, 0, edit_rd},
    {"what a vector store stores", 9, 0, edit_rd},
    {"flags, and with them the branch", 11, 0, edit_imm},
    {"FPSR", 10, 8, NULL},
    {"the exclusive monitor", 5, 1, NULL},
};

/* Stops telling differences of the one before. */
static void again(void)
{
    tcg_verify_destroy(env_tcg);
    env_tcg->stats.differences = 0;
}

static void test_changed(const Change *c)
{
    uint64_t va = place();

    run(va); /* translates it */
    again();
    CodePage *page = page_of(va);
    unsigned first = (unsigned)(va % GUEST_PAGE_SIZE / 4);
    A64Insn *i = &page->insns[first + c->insn];
    if (c->edit) {
        c->edit(i);
    } else {
        *i = page->insns[first + c->like];
    }
    run(va);
    tap(env_tcg->stats.differences == 1, "told: %s", c->title);
}

int main(void)
{
    env_init();
    env_need_translator(64 << 20);
    tcg_options.verify = 1;
    tcg_options.heat_limit = 0;
    alarm(60);
    test_agrees();
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        test_changed(&changes[i]);
    }
    return tap_status();
}
