/* SPDX-License-Identifier: MIT */
/* Performance monitors: the cycle counter, event counters, filters, overflow, access. */
#include "kit/bare.h"

enum {
    PMCR_E = 1,
    PMCR_P = 2,
    PMCR_C = 4,
    PMCR_D = 8,
    PMCR_LC = 64,
    SW_INCR = 0,
    CPU_CYCLES = 0x11,
    CHAIN = 0x1e,
    EC_SYSREG = 0x18,
};
#define CYCLE   (1ull << 31)
#define NO_EL1  (1ull << 31) /* P */
#define NO_EL0  (1ull << 30) /* U */
#define EL2_TOO (1ull << 27) /* NSH */

/* Where the suite runs is counted: at EL2 that needs NSH, at EL3 the Secure state's permission. */
static uint64_t here(void)
{
    return boot_el == 2 ? EL2_TOO : 0;
}

static void spin(void)
{
    uint64_t start = rd(cntpct_el0);
    while (rd(cntpct_el0) - start < 2000) {
    }
}

static void stop_all(void)
{
    wr(pmcr_el0, PMCR_LC | PMCR_P | PMCR_C);
    wr(pmcntenclr_el0, ~0ull);
    wr(pmintenclr_el1, ~0ull);
    wr(pmovsclr_el0, ~0ull);
}

static void identification(void)
{
    check(rd(id_aa64dfr0_el1) >> 8 & 15, "ID_AA64DFR0_EL1.PMUVer", "there is a PMU");
    check_eq(rd(pmcr_el0) >> 11 & 31, 6, "PMCR_EL0.N", "six event counters");
    check_eq(rd(pmcr_el0) & (PMCR_P | PMCR_C), 0, "PMCR_EL0", "P and C read 0");
    check(rd(pmceid0_el0) & 1, "PMCEID0_EL0", "SW_INCR");
    check(rd(pmceid0_el0) >> CPU_CYCLES & 1, "PMCEID0_EL0", "CPU_CYCLES");
    wr(pmcntenset_el0, ~0ull);
    check_eq(rd(pmcntenset_el0), CYCLE | 0x3f, "PMCNTENSET_EL0", "as many bits as counters");
    wr(pmcntenclr_el0, ~0ull);
    check_eq(rd(pmcntenset_el0), 0, "PMCNTENCLR_EL0", "clears");
    wr(pmintenset_el1, ~0ull);
    check_eq(rd(pmintenclr_el1), CYCLE | 0x3f, "PMINTENCLR_EL1", "reads the same");
    wr(pmintenclr_el1, ~0ull);
    wr(pmovsset_el0, 5);
    check_eq(rd(pmovsclr_el0), 5, "PMOVSCLR_EL0", "reads what PMOVSSET_EL0 set");
    wr(pmovsclr_el0, 4);
    check_eq(rd(pmovsset_el0), 1, "PMOVSCLR_EL0", "clears by bit");
    wr(pmovsclr_el0, ~0ull);
}

static void cycles(void)
{
    stop_all();
    wr(pmccfiltr_el0, here());
    wr(pmccntr_el0, 1000);
    spin();
    check_eq(rd(pmccntr_el0), 1000, "PMCR_EL0.E", "0: nothing counts");
    wr(pmcr_el0, PMCR_E | PMCR_LC);
    spin();
    check_eq(rd(pmccntr_el0), 1000, "PMCNTENSET_EL0", "0: the cycle counter stands");
    wr(pmcntenset_el0, CYCLE);
    spin();
    uint64_t a = rd(pmccntr_el0);
    check(a > 1000, "PMCCNTR_EL0", "counts");
    spin();
    check(rd(pmccntr_el0) > a, "PMCCNTR_EL0", "goes on");
    wr(pmcr_el0, PMCR_LC);
    a = rd(pmccntr_el0);
    spin();
    check_eq(rd(pmccntr_el0), a, "PMCR_EL0.E", "0: keeps its value");
    wr(pmcr_el0, PMCR_LC | PMCR_C);
    check_eq(rd(pmccntr_el0), 0, "PMCR_EL0.C", "resets it");
    /* Overflow of 64 bits, and of 32 without LC. */
    wr(pmccntr_el0, 0xfffffff0);
    wr(pmcr_el0, PMCR_LC | PMCR_E);
    spin();
    check(rd(pmccntr_el0) > 0xffffffff, "PMCR_EL0.LC", "1: 64 bits");
    check_eq(rd(pmovsclr_el0) & CYCLE, 0, "PMCR_EL0.LC", "1: 32 bits are no overflow");
    wr(pmccntr_el0, ~0ull - 15);
    spin();
    check(rd(pmovsclr_el0) & CYCLE, "PMOVSCLR_EL0", "overflow of 64 bits");
    wr(pmovsclr_el0, CYCLE);
    wr(pmcr_el0, PMCR_E);
    wr(pmccntr_el0, 0xfffffff0);
    spin();
    check(rd(pmovsclr_el0) & CYCLE, "PMCR_EL0.LC", "0: overflow of 32 bits");
    stop_all();
}

static void events(void)
{
    stop_all();
    wr(pmevtyper0_el0, SW_INCR | here());
    wr(pmevtyper1_el0, SW_INCR | here());
    wr(pmcntenset_el0, 1);
    wr(pmcr_el0, PMCR_E | PMCR_LC);
    wr(pmswinc_el0, 3);
    check_eq(rd(pmevcntr0_el0), 1, "PMSWINC_EL0", "an enabled counter");
    check_eq(rd(pmevcntr1_el0), 0, "PMSWINC_EL0", "not one that is not enabled");
    if ((rd(id_aa64dfr0_el1) >> 8 & 15) < 6) { /* not FEAT_PMUv3p5 */
        wr(pmevcntr0_el0, 0xffffffff);
        wr(pmswinc_el0, 1);
        check_eq(rd(pmevcntr0_el0), 0, "PMEVCNTR_EL0", "32 bits");
        check_eq(rd(pmovsclr_el0), 1, "PMOVSCLR_EL0", "overflow of an event counter");
    }
    wr(pmselr_el0, 0);
    isb();
    check_eq(rd(pmxevtyper_el0), SW_INCR | here(), "PMXEVTYPER_EL0", "the selected one's type");
    wr(pmxevcntr_el0, 77);
    check_eq(rd(pmevcntr0_el0), 77, "PMXEVCNTR_EL0", "the selected one");
    wr(pmselr_el0, 31);
    check_eq(rd(pmxevtyper_el0), rd(pmccfiltr_el0), "PMSELR_EL0 31", "the cycle counter's filter");
    wr(pmcr_el0, PMCR_E | PMCR_LC | PMCR_P);
    check_eq(rd(pmevcntr0_el0), 0, "PMCR_EL0.P", "resets event counters");
    wr(pmevtyper2_el0, CPU_CYCLES | here());
    wr(pmcntenset_el0, 4);
    spin();
    check(rd(pmevcntr2_el0) > 0, "event 0x11", "CPU_CYCLES counts");
    wr(pmcntenclr_el0, 4);
    if (rd(pmceid0_el0) >> 8 & 1) {
        wr(pmevtyper3_el0, 8 | here());
        wr(pmcntenset_el0, 8);
        uint64_t a = rd(pmevcntr3_el0);
        op("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop");
        uint64_t b = rd(pmevcntr3_el0);
        check(b - a >= 8 && b - a < 16, "event 0x08", "INST_RETIRED counts instructions");
    }
    if (rd(pmceid0_el0) >> CHAIN & 1) {
        wr(pmcntenclr_el0, ~0ull);
        wr(pmevtyper4_el0, SW_INCR | here());
        wr(pmevtyper5_el0, CHAIN | here());
        wr(pmevcntr4_el0, 0xffffffff);
        wr(pmcntenset_el0, 3 << 4);
        wr(pmswinc_el0, 1 << 4);
        check_eq(rd(pmevcntr5_el0), 1, "event 0x1e", "CHAIN counts the overflow below it");
    }
    stop_all();
}

/* ---- filters: a counter that must not count at this level */

static void increment(void *arg)
{
    wr(pmswinc_el0, 1);
}

static void eight_nops(void *arg)
{
    op("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop");
}

static void many_below(void *arg)
{
    asm volatile("mov x0, #10000\n1:\tsubs x0, x0, #1\n\tb.ne 1b" ::: "x0", "cc");
}

static void filters(void)
{
    uint64_t counted;

    stop_all();
    wr(pmcntenset_el0, 1);
    wr(pmcr_el0, PMCR_E | PMCR_LC);
    if (boot_el == 1) {
        wr(pmevtyper0_el0, SW_INCR | NO_EL1);
        wr(pmswinc_el0, 1);
        check_eq(rd(pmevcntr0_el0), 0, "PMEVTYPER.P", "1: not at EL1");
        wr(pmevtyper0_el0, SW_INCR | NO_EL0);
        wr(pmswinc_el0, 1);
        check_eq(rd(pmevcntr0_el0), 1, "PMEVTYPER.U", "1: at EL1");
        wr(pmuserenr_el0, 1);
        run_at(0, increment, NULL);
        check_eq(rd(pmevcntr0_el0), 1, "PMEVTYPER.U", "1: not at EL0");
        wr(pmevtyper0_el0, SW_INCR | NO_EL1);
        run_at(0, increment, NULL);
        counted = rd(pmevcntr0_el0);
        check_eq(counted, 2, "PMEVTYPER.P", "1: at EL0");
        if (rd(pmceid0_el0) >> 8 & 1) {
            wr(pmevtyper0_el0, 8 | NO_EL1);
            wr(pmevcntr0_el0, 0);
            run_at(0, eight_nops, NULL);
            spin();
            counted = rd(pmevcntr0_el0);
            check(counted >= 8 && counted < 100, "PMEVTYPER.P",
                  "1: what EL0 executed, read at EL1");
            wr(pmevtyper0_el0, 8 | NO_EL0);
            wr(pmevcntr0_el0, 0);
            run_at(0, many_below, NULL);
            counted = rd(pmevcntr0_el0);
            check(counted < 2000, "PMEVTYPER.U", "1: nothing of what EL0 executed");
        }
        wr(pmuserenr_el0, 0);
    } else if (boot_el == 2) {
        wr(pmevtyper0_el0, SW_INCR);
        wr(pmswinc_el0, 1);
        check_eq(rd(pmevcntr0_el0), 0, "PMEVTYPER.NSH", "0: not at EL2");
        run_at(1, increment, NULL);
        check_eq(rd(pmevcntr0_el0), 1, "PMEVTYPER.NSH", "0: at EL1");
        wr(pmevtyper0_el0, SW_INCR | EL2_TOO);
        wr(pmswinc_el0, 1);
        check_eq(rd(pmevcntr0_el0), 2, "PMEVTYPER.NSH", "1: at EL2");
    }
    stop_all();
}

/* ---- access */

#define CODE(name, text)                       \
    static void name(void *arg)                \
    {                                          \
        asm volatile(text ::: "x0", "memory"); \
    }
CODE(read_pmcr, "mrs x0, pmcr_el0")
CODE(read_cycles, "mrs x0, pmccntr_el0")
CODE(write_cycles, "msr pmccntr_el0, x0")
CODE(read_counter, "mrs x0, pmevcntr0_el0")
CODE(software, "mov x0, #0\n\tmsr pmswinc_el0, x0")

static void (*what)(void *);
static int where;
static void go(void *arg)
{
    run_at(where, what, NULL);
}

static bool traps(int el, void (*fn)(void *), int to)
{
    where = el;
    what = fn;
    Trap t = expect(go, NULL);
    return t.taken && t.el == to && trap_ec(&t) == EC_SYSREG;
}

static void user_access(void)
{
    wr(pmuserenr_el0, 0);
    check(traps(0, read_pmcr, 1), "PMUSERENR_EL0", "0: PMCR_EL0 is not EL0's");
    check(traps(0, read_cycles, 1), "PMUSERENR_EL0", "0: PMCCNTR_EL0 is not EL0's");
    wr(pmuserenr_el0, 4);
    check(!traps(0, read_cycles, 1), "PMUSERENR_EL0.CR", "1: PMCCNTR_EL0 may be read");
    check(traps(0, write_cycles, 1), "PMUSERENR_EL0.CR", "1: but not written");
    wr(pmuserenr_el0, 8);
    check(!traps(0, read_counter, 1), "PMUSERENR_EL0.ER", "1: PMEVCNTR0_EL0 may be read");
    wr(pmuserenr_el0, 2);
    check(!traps(0, software, 1), "PMUSERENR_EL0.SW", "1: PMSWINC_EL0 may be written");
    wr(pmuserenr_el0, 1);
    check(!traps(0, read_pmcr, 1), "PMUSERENR_EL0.EN", "1: everything");
    wr(pmuserenr_el0, 0);
}

static uint64_t n_seen;
static void see_n(void *arg)
{
    n_seen = rd(pmcr_el0) >> 11 & 31;
}

static void el2_access(void)
{
    uint64_t mdcr = rd(mdcr_el2);

    check_eq(mdcr & 31, 6, "MDCR_EL2.HPMN", "starts as PMCR_EL0.N");
    wr(mdcr_el2, mdcr | 1 << 6);
    check(traps(1, read_cycles, 2), "MDCR_EL2.TPM", "PMCCNTR_EL0 at EL1");
    wr(mdcr_el2, mdcr | 1 << 5);
    check(traps(1, read_pmcr, 2), "MDCR_EL2.TPMCR", "PMCR_EL0 at EL1");
    check(!traps(1, read_cycles, 2), "MDCR_EL2.TPMCR", "not PMCCNTR_EL0");
    wr(mdcr_el2, (mdcr & ~31ull) | 2);
    run_at(1, see_n, NULL);
    check_eq(n_seen, 2, "MDCR_EL2.HPMN", "is EL1's PMCR_EL0.N");
    check_eq(rd(pmcr_el0) >> 11 & 31, 6, "MDCR_EL2.HPMN", "not EL2's");
    /* Counters of EL2: PMCR_EL0.E does not count, HPME does. */
    stop_all();
    wr(pmevtyper3_el0, SW_INCR | EL2_TOO);
    wr(pmcntenset_el0, 8);
    wr(pmcr_el0, PMCR_E | PMCR_LC);
    wr(pmswinc_el0, 8);
    check_eq(rd(pmevcntr3_el0), 0, "MDCR_EL2.HPME", "0: EL2's counters stand");
    wr(mdcr_el2, (mdcr & ~31ull) | 2 | 1 << 7);
    wr(pmswinc_el0, 8);
    check_eq(rd(pmevcntr3_el0), 1, "MDCR_EL2.HPME", "1: they count");
    wr(mdcr_el2, mdcr);
    stop_all();
}

void suite_main(void)
{
    identification();
    cycles();
    events();
    filters();
    if (boot_el == 1) {
        user_access();
    } else if (boot_el == 2) {
        el2_access();
    }
}
