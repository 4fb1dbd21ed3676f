/* SPDX-License-Identifier: MIT */
/* Self-hosted debug: breakpoints, watchpoints, software step, at EL1 and from EL2. */
#include "kit/bare.h"

enum {
    EC_BREAK_LOWER = 0x30,
    EC_BREAK_SAME = 0x31,
    EC_STEP_LOWER = 0x32,
    EC_STEP_SAME = 0x33,
    EC_WATCH_LOWER = 0x34,
    EC_WATCH_SAME = 0x35,
    SS = 1 << 0,
    KDE = 1 << 13,
    MDE = 1 << 15,
    FSC = 0x22,
    WNR = 1 << 6,
    ISV = 1 << 24,
    EX = 1 << 6,
    PSTATE_SS = 1 << 21,
    PSTATE_D = 1 << 9,
    /* DBGBCR, DBGWCR */
    E = 1,
    EL1_ONLY = 1 << 1,
    EL0_ONLY = 2 << 1,
    EL1_EL0 = 3 << 1,
    BAS_4 = 0xf << 5,
    LOAD = 1 << 3,
    STORE = 2 << 3,
    BOTH = 3 << 3,
};

/* ---- places */

asm(".text\n.global spot, spot_end, spot_b\n"
    "spot: nop\n\tmov x0, #1\nspot_b: mov x1, #2\n\tret\nspot_end:");
void spot(void);
extern char spot_b[];
static uint64_t data[16] __attribute__((aligned(64)));

static int test_el = 1;

static void unlock(void)
{
    wr(oslar_el1, 0);
}

static bool is(Trap t, unsigned ec, uint32_t iss)
{
    return t.taken && t.kind == TRAP_SYNC && trap_ec(&t) == ec && trap_iss(&t) == iss;
}

static void tell(Trap t)
{
    note_value("ESR", t.esr);
    note_value("ELR", t.elr);
}

static void expect_is(Trap t, unsigned ec, uint32_t iss, const char *rule, const char *what)
{
    check(is(t, ec, iss), rule, what);
    if (!is(t, ec, iss)) {
        tell(t);
    }
}

/* ---- breakpoints */

static void call_spot(void *arg)
{
    op("msr daifclr, #8");
    asm volatile("bl spot" ::: "x0", "x1", "x30");
    op("msr daifset, #8");
}

static void call_spot_el0(void *arg)
{
    asm volatile("bl spot" ::: "x0", "x1", "x30");
    op("svc #0x5afe");
}

static Trap run_spot(void)
{
    return expect(call_spot, NULL);
}

static void run_el0(void *fn)
{
    run_at(0, (void (*)(void *))fn, NULL);
}

static Trap run_spot_el0(void)
{
    return expect(run_el0, call_spot_el0);
}

static void breakpoints(void)
{
    wr(dbgbvr0_el1, (uint64_t)spot_b);
    wr(dbgbcr0_el1, E | EL1_EL0 | BAS_4);
    wr(mdscr_el1, MDE | KDE);
    Trap t = run_spot();
    expect_is(t, EC_BREAK_SAME, FSC, "D2.9 breakpoint", "at EL1 with KDE and PSTATE.D 0");
    check_eq(t.elr, (uint64_t)spot_b, "D2.9 breakpoint", "ELR is the instruction");
    wr(mdscr_el1, MDE);
    check(!run_spot().taken, "MDSCR_EL1.KDE", "0: not at EL1");
    t = run_spot_el0();
    expect_is(t, EC_BREAK_LOWER, FSC, "D2.9 breakpoint", "EL0 to EL1 without KDE");
    wr(mdscr_el1, KDE);
    check(!run_spot_el0().taken, "MDSCR_EL1.MDE", "0: no breakpoints");
    wr(mdscr_el1, MDE | KDE);
    wr(dbgbcr0_el1, E | EL1_ONLY | BAS_4);
    check(!run_spot_el0().taken, "DBGBCR.PMC", "1: not at EL0");
    check(run_spot().taken, "DBGBCR.PMC", "1: at EL1");
    wr(dbgbcr0_el1, E | EL0_ONLY | BAS_4);
    check(run_spot_el0().taken, "DBGBCR.PMC", "2: at EL0");
    check(!run_spot().taken, "DBGBCR.PMC", "2: not at EL1");
    wr(dbgbcr0_el1, EL1_EL0 | BAS_4);
    check(!run_spot().taken, "DBGBCR.E", "0: disabled");
    wr(dbgbcr0_el1, E | EL1_EL0 | BAS_4);
    wr(oslar_el1, 1);
    check(!run_spot().taken, "OSLAR_EL1", "locked: no debug exceptions");
    check_eq(rd(oslsr_el1) & 2, 2, "OSLSR_EL1.OSLK", "tells");
    unlock();
    check(run_spot().taken, "OSLAR_EL1", "unlocked: again");
    wr(dbgbcr0_el1, 0);
}

static void masked(void)
{
    void fn(void *arg)
    {
        op("msr daifset, #8");
        asm volatile("bl spot" ::: "x0", "x1", "x30");
    }
    wr(dbgbcr0_el1, E | EL1_EL0 | BAS_4);
    check(!expect(fn, NULL).taken, "PSTATE.D", "1: no breakpoint at EL1");
    wr(dbgbcr0_el1, 0);
}

static void linked(void)
{
    unsigned last = rd(id_aa64dfr0_el1) >> 12 & 15;

    /* The last one is context-aware. */
    wr(contextidr_el1, 0x77);
    switch (last) {
    case 5:
        wr(dbgbvr5_el1, 0x77);
        wr(dbgbcr5_el1, E | EL1_EL0 | BAS_4 | 3 << 20);
        break;
    default:
        return;
    }
    wr(dbgbcr0_el1, E | EL1_EL0 | BAS_4 | 1 << 20 | 5 << 16);
    check(run_spot().taken, "DBGBCR.BT 1", "linked to a context that matches");
    wr(contextidr_el1, 0x78);
    check(!run_spot().taken, "DBGBCR.BT 1", "linked to a context that does not");
    wr(dbgbcr0_el1, 0);
    check(!run_spot().taken, "DBGBCR.BT 3", "a linked context alone does nothing");
    wr(dbgbvr5_el1, 0x78);
    wr(dbgbcr5_el1, E | EL0_ONLY | BAS_4 | 2 << 20);
    Trap t = run_spot_el0();
    expect_is(t, EC_BREAK_LOWER, FSC, "DBGBCR.BT 2", "a context alone, at EL0");
    wr(dbgbcr5_el1, 0);
    wr(dbgbcr0_el1, E | EL1_EL0 | BAS_4 | 1 << 20 | 5 << 16);
    check(!run_spot().taken, "DBGBCR.LBN", "linked to one that is disabled");
    wr(dbgbcr0_el1, 0);
}

/* ---- watchpoints */

static volatile uint8_t *touch_at;
static unsigned touch_size;
static bool touch_store;

static void touch(void *arg)
{
    uint64_t v = 0;

    op("msr daifclr, #8");
    switch (touch_size << 1 | touch_store) {
    case 2:
        asm volatile("ldrb %w0, [%1]" : "=r"(v) : "r"(touch_at));
        break;
    case 3:
        asm volatile("strb %w0, [%1]" : : "r"(v), "r"(touch_at) : "memory");
        break;
    case 8:
        asm volatile("ldr %w0, [%1]" : "=r"(v) : "r"(touch_at));
        break;
    case 16:
        asm volatile("ldr %0, [%1]" : "=r"(v) : "r"(touch_at));
        break;
    case 17:
        asm volatile("str %0, [%1]" : : "r"(v), "r"(touch_at) : "memory");
        break;
    case 32:
        asm volatile("ldp %0, x9, [%1]" : "=r"(v) : "r"(touch_at) : "x9");
        break;
    default:
        asm volatile("stp %0, %0, [%1]" : : "r"(v), "r"(touch_at) : "memory");
        break;
    }
    op("msr daifset, #8");
}

static Trap touching(void *p, unsigned size, bool store)
{
    touch_at = p;
    touch_size = size;
    touch_store = store;
    return expect(touch, NULL);
}

static void exclusive_touch(void *arg)
{
    op("msr daifclr, #8");
    asm volatile("ldxr x9, [%0]\n\tstxr w10, x9, [%0]" ::"r"(data) : "x9", "x10", "memory");
    op("msr daifset, #8");
}

static void watchpoints(void)
{
    uint8_t *p = (uint8_t *)data;

    wr(mdscr_el1, MDE | KDE);
    wr(dbgwvr0_el1, (uint64_t)p);
    wr(dbgwcr0_el1, E | EL1_EL0 | BOTH | 0xff << 5);
    Trap t = touching(p, 8, false);
    expect_is(t, EC_WATCH_SAME, FSC, "D2.10 watchpoint", "a load");
    check_eq(t.far, (uint64_t)p, "D2.10 FAR", "is the address");
    t = touching(p, 8, true);
    expect_is(t, EC_WATCH_SAME, FSC | WNR, "D2.10 watchpoint", "a store has WnR");
    check(!touching(p + 8, 8, true).taken, "D2.10 watchpoint", "not the doubleword behind it");
    check(!touching(p - 8 + 64, 8, true).taken, "D2.10 watchpoint", "not others of the page");
    wr(dbgwcr0_el1, E | EL1_EL0 | LOAD | 0xff << 5);
    check(touching(p, 8, false).taken, "DBGWCR.LSC", "1: loads");
    check(!touching(p, 8, true).taken, "DBGWCR.LSC", "1: not stores");
    wr(dbgwcr0_el1, E | EL1_EL0 | STORE | 0xff << 5);
    check(!touching(p, 8, false).taken, "DBGWCR.LSC", "2: not loads");
    check(touching(p, 8, true).taken, "DBGWCR.LSC", "2: stores");
    t = expect(exclusive_touch, NULL);
    expect_is(t, EC_WATCH_SAME, FSC | WNR, "D2.10 watchpoint", "a store-exclusive");
    wr(dbgwcr0_el1, E | EL1_EL0 | BOTH | 1 << (5 + 3));
    check(!touching(p, 1, false).taken, "DBGWCR.BAS", "byte 0 is not selected");
    check(touching(p + 3, 1, false).taken, "DBGWCR.BAS", "byte 3 is");
    check(touching(p, 8, false).taken, "DBGWCR.BAS", "an access that includes it");
    check(!touching(p + 4, 4, false).taken, "DBGWCR.BAS", "the other word");
    wr(dbgwvr0_el1, (uint64_t)p + 4);
    wr(dbgwcr0_el1, E | EL1_EL0 | BOTH | 0xf << 5);
    check(touching(p + 4, 4, false).taken, "DBGWVR<2>", "a word, with BAS<3:0>");
    check(!touching(p, 4, false).taken, "DBGWVR<2>", "not the one before");
    check(touching(p, 16, false).taken, "D2.10 watchpoint", "half of a pair");
    wr(dbgwvr0_el1, (uint64_t)p & ~63ull);
    wr(dbgwcr0_el1, E | EL1_EL0 | BOTH | 0xff << 5 | 6 << 24);
    check(touching(p + 40, 1, true).taken, "DBGWCR.MASK", "6: 64 bytes");
    check(!touching(p + 64, 8, true).taken, "DBGWCR.MASK", "6: not more");
    wr(dbgwcr0_el1, E | EL0_ONLY | BOTH | 0xff << 5 | 6 << 24);
    check(!touching(p, 8, true).taken, "DBGWCR.PAC", "2: not EL1's accesses");
    void unprivileged(void *arg)
    {
        op("msr daifclr, #8");
        asm volatile("ldtr x9, [%0]" ::"r"(data) : "x9");
        op("msr daifset, #8");
    }
    check(expect(unprivileged, NULL).taken, "DBGWCR.PAC", "2: LDTR at EL1 is EL0's access");
    wr(dbgwcr0_el1, 0);
    check(!touching(p, 8, true).taken, "DBGWCR.E", "0: disabled");
}

/* ---- software step: handlers count, and set SPSR.SS again while `steps` lasts */

static volatile int steps;
static Trap step_traps[8];
static volatile int step_count;

static bool on_step(const Trap *t, uint64_t *x, uint64_t *ret_elr, uint64_t *ret_spsr)
{
    unsigned ec = trap_ec(t);

    if (t->kind != TRAP_SYNC || (ec != EC_STEP_LOWER && ec != EC_STEP_SAME)) {
        return false;
    }
    if (step_count < 8) {
        step_traps[step_count] = *t;
    }
    step_count++;
    if (--steps > 0) {
        *ret_spsr = t->spsr | PSTATE_SS;
    } else {
        wr(mdscr_el1, 0);
        *ret_spsr = t->spsr & ~(uint64_t)PSTATE_SS;
    }
    return true;
}

/* Goes to `target` at the current level with PSTATE.D 0 and SS. */
asm(".text\n.global step_code, step_code_end\n"
    "step_code: mov x9, #1\n\tldxr x10, [x0]\n\tcbz xzr, 1f\n\tnop\n1:\tmov x11, #3\n"
    "step_code_end: msr daifset, #8\n\tret");
extern char step_code[], step_code_end[];

static void jump_stepping(void *arg)
{
    uint64_t spsr = (uint64_t)test_el << 2 | 1 | 0x1c0 | (arg ? PSTATE_SS : 0);

    wr(mdscr_el1, SS | KDE);
    if (test_el == 1) {
        wr(spsr_el1, spsr);
        asm volatile("adr x9, step_code\n\tmsr elr_el1, x9\n\tadr x30, 1f\n\tmov x0, %0\n\tisb\n\t"
                     "eret\n1:" ::"r"(data)
                     : "x0", "x9", "x10", "x11", "x30", "memory");
    }
}

static void stepping(void)
{
    on_trap = on_step;
    steps = 4;
    step_count = 0;
    jump_stepping((void *)1);
    check_eq((uint64_t)step_count, 4, "D2.11 step", "one exception for each instruction");
    check(is(step_traps[0], EC_STEP_SAME, FSC | ISV), "D2.11 step", "EC 0x33, ISV");
    check_eq(step_traps[0].elr, (uint64_t)step_code + 4, "D2.11 step", "behind the first");
    expect_is(step_traps[1], EC_STEP_SAME, FSC | ISV | EX, "D2.11 EX", "a load-exclusive");
    check_eq(step_traps[1].elr, (uint64_t)step_code + 8, "D2.11 step", "behind the second");
    check_eq(step_traps[2].elr, (uint64_t)step_code + 16, "D2.11 step", "where the branch goes");
    expect_is(step_traps[2], EC_STEP_SAME, FSC | ISV, "D2.11 EX", "not for a branch");
    check_eq(step_traps[0].spsr & PSTATE_SS, 0, "D2.11 SPSR.SS", "0 when the step is complete");
    /* Active-pending at once: nothing was stepped. */
    steps = 1;
    step_count = 0;
    jump_stepping(NULL);
    check_eq((uint64_t)step_count, 1, "D2.11 active-pending", "a return with SPSR.SS 0");
    check_eq(step_traps[0].elr, (uint64_t)step_code, "D2.11 active-pending", "before any step");
    check(is(step_traps[0], EC_STEP_SAME, FSC), "D2.11 active-pending", "ISV is 0");
    on_trap = NULL;
}

/* EL0: SVC ends a step before the exception is taken. */
asm(".text\n.global step_el0\nstep_el0: mov x9, #5\n\tsvc #0x99\n\tsvc #0x5afe");
extern char step_el0[];
static Trap svc_trap;

static bool on_step_el0(const Trap *t, uint64_t *x, uint64_t *ret_elr, uint64_t *ret_spsr)
{
    if (trap_ec(t) == 0x15 && (t->esr & 0xffff) == 0x99) {
        svc_trap = *t;
        return true;
    }
    return on_step(t, x, ret_elr, ret_spsr);
}

static void go_el0_stepping(void *arg)
{
    wr(mdscr_el1, SS);
    wr(spsr_el1, PSTATE_SS | 0x3c0);
    asm volatile("adr x9, step_el0\n\tmsr elr_el1, x9\n\tisb\n\teret" ::: "x9", "memory");
}

static void stepping_el0(void)
{
    on_trap = on_step_el0;
    steps = 3;
    step_count = 0;
    Trap t = expect(go_el0_stepping, NULL);
    on_trap = NULL;
    wr(mdscr_el1, 0);
    check(!t.taken, "D2.11 step of EL0", "nothing but steps and calls");
    check_eq(step_traps[0].elr, (uint64_t)step_el0 + 4, "D2.11 step of EL0",
             "behind the first instruction");
    check(is(step_traps[0], EC_STEP_LOWER, FSC | ISV), "D2.11 step of EL0", "EC 0x32, ISV");
    check_eq(svc_trap.spsr & PSTATE_SS, 0, "D2.11 SVC", "ends the step: SPSR.SS is 0");
    check_eq(svc_trap.elr, (uint64_t)step_el0 + 8, "D2.11 SVC", "returns behind itself");
    check_eq(step_traps[1].elr, (uint64_t)step_el0 + 8, "D2.11 SVC",
             "after the return the step is pending");
    check(is(step_traps[1], EC_STEP_LOWER, FSC), "D2.11 SVC", "of which nothing is known: ISV 0");
}

/* ---- EL2's: debug exceptions of EL1 go there with MDCR_EL2.TDE */

static void spot_at_el1(void *arg)
{
    asm volatile("bl spot" ::: "x0", "x1", "x30");
}

static void down_to_spot(void *arg)
{
    run_at(1, spot_at_el1, NULL);
}

static void from_el2(void)
{
    uint64_t mdcr = rd(mdcr_el2);

    wr(dbgbvr0_el1, (uint64_t)spot_b);
    wr(dbgbcr0_el1, E | EL1_EL0 | BAS_4);
    wr(mdscr_el1, MDE);
    wr(mdcr_el2, mdcr | 1 << 8);
    Trap t = expect(down_to_spot, NULL);
    expect_is(t, EC_BREAK_LOWER, FSC, "MDCR_EL2.TDE", "a breakpoint at EL1 goes to EL2");
    check_eq((uint64_t)t.el, 2, "MDCR_EL2.TDE", "the level");
    wr(mdcr_el2, mdcr);
    check(!expect(down_to_spot, NULL).taken, "MDCR_EL2.TDE", "0: masked at EL1 without KDE");
    /* A breakpoint of EL2 itself: HMC with SSC 3 and PMC 0. */
    wr(dbgbcr0_el1, E | 1 << 13 | 3 << 14 | BAS_4);
    wr(mdscr_el1, MDE | KDE);
    wr(mdcr_el2, mdcr | 1 << 8);
    t = run_spot();
    expect_is(t, EC_BREAK_SAME, FSC, "DBGBCR.HMC", "EL2 only: at EL2");
    check(!expect(down_to_spot, NULL).taken, "DBGBCR.HMC", "EL2 only: not at EL1");
    wr(dbgbcr0_el1, 0);
    wr(mdscr_el1, 0);
    wr(mdcr_el2, mdcr);
}

static void at_el1(void *arg)
{
    breakpoints();
    masked();
    linked();
    watchpoints();
    stepping();
    stepping_el0();
}

void suite_main(void)
{
    unlock();
    if (boot_el == 1) {
        at_el1(NULL);
    } else if (boot_el == 2) {
        from_el2();
    }
}
