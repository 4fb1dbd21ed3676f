/* SPDX-License-Identifier: MIT */
/* Which level takes a physical interrupt, and what masks it, by HCR_EL2 and SCR_EL3: with the
 * virtual timer's, through GICv2. */
#include "kit/bare.h"

#define HCR_IMO (1ull << 4)
#define HCR_TGE (1ull << 27)
#define HCR_RW  (1ull << 31)
#define HCR_E2H (1ull << 34)
enum { SCR_NS = 1, SCR_IRQ = 2, PPI = 27, MASKED = 0x80 };

static bool has_el2, has_vhe;
static Trap taken;

static void seen(const Trap *t)
{
    taken = *t;
    wr(cntv_ctl_el0, 0);
    /* GICD_ICPENDR: a level that is gone, or an edge that is not wanted. */
    wr32(GICC + 0x10, rd32(GICC + 0xc));
}

static void timer_on(void)
{
    wr(cntv_cval_el0, 0);
    wr(cntv_ctl_el0, 1);
}

/* The interrupt is pending from here to there, with PSTATE.I as it is. */
static void wait_a_bit(void)
{
    uint64_t start = rd(cntvct_el0);

    while (!taken.taken && rd(cntvct_el0) - start < 20000) {
    }
}

static void with_masks(void *arg)
{
    wait_a_bit();
}

static void without_masks(void *arg)
{
    op("msr daifclr, #2");
    wait_a_bit();
    op("msr daifset, #2");
}

static void at_el0(void *arg)
{
    ((void (*)(void *))arg)(NULL);
    op("svc #0x5afe");
}

static void nothing(void *arg)
{
}

/* The level that takes it at `el`; 0: none. */
static int route(int el, bool masked)
{
    void (*fn)(void *) = masked ? with_masks : without_masks;

    taken = (Trap){0};
    if (el == 0 && boot_el > 1 && !(boot_el == 2 && (rd(hcr_el2) & HCR_TGE))) {
        run_at(1, nothing, NULL);
    }
    timer_on();
    if (el == current_el()) {
        fn(NULL);
    } else if (el) {
        run_at(el, fn, NULL);
    } else {
        run_at(0, at_el0, (void *)fn);
    }
    wr(cntv_ctl_el0, 0);
    return taken.taken ? taken.el : 0;
}

static void routes(int el, int open, int masked, const char *rule, const char *what)
{
    check_eq((uint64_t)route(el, false), (uint64_t)open, rule, what);
    check_eq((uint64_t)route(el, true), (uint64_t)masked, rule, "and with PSTATE.I");
}

static void el1_only(void)
{
    routes(1, 1, 0, "D1.3.6 routing", "EL1 takes its own");
    check_eq((uint64_t)taken.vector, 0, "kit", "nothing was taken last");
    route(1, false);
    check_eq((uint64_t)taken.vector, 5, "D1.3.1 vectors", "IRQ at the same level: 0x280");
    check_eq(taken.spsr & 0xf, 5, "D1.3.1 SPSR", "EL1h");
    check_eq(taken.esr >> 26, rd(esr_el1) >> 26, "D17.2.37 ESR", "an interrupt leaves it alone");
}

/* WFI ends with an interrupt that is masked. */
static void waiting(void)
{
    taken = (Trap){0};
    wr(cntv_cval_el0, rd(cntvct_el0) + 50000);
    wr(cntv_ctl_el0, 1);
    op("wfi");
    check(rd(cntv_ctl_el0) & 4, "D1.6.2 WFI", "ends for the interrupt");
    check(!taken.taken, "D1.6.2 WFI", "that is masked, and not taken");
    check_eq(rd(isr_el1), MASKED, "ISR_EL1", "shows it");
    wr(cntv_ctl_el0, 0);
}

static void el2_routes(void)
{
    wr(hcr_el2, HCR_RW);
    routes(1, 1, 0, "HCR_EL2.IMO", "0: EL1 takes its own");
    check_eq((uint64_t)route(2, false), 0, "HCR_EL2.IMO", "0: EL2 does not take it");
    wr(hcr_el2, HCR_RW | HCR_IMO);
    routes(1, 2, 2, "HCR_EL2.IMO", "1: from EL1 to EL2");
    check_eq((uint64_t)taken.vector, 9, "D1.3.1 vectors", "IRQ of a lower level: 0x480");
    routes(2, 2, 0, "HCR_EL2.IMO", "1: EL2 takes its own");
    wr(hcr_el2, HCR_RW | HCR_TGE);
    routes(2, 2, 0, "HCR_EL2.TGE", "1: EL2 takes its own");
    check_eq((uint64_t)route(0, true), 2, "HCR_EL2.TGE", "1: from EL0, unmasked by EL0");
    if (has_vhe) {
        wr(hcr_el2, HCR_RW | HCR_TGE | HCR_E2H);
        check_eq((uint64_t)route(0, true), 0, "HCR_EL2.E2H and TGE", "EL0 of the host may mask it");
    }
    wr(hcr_el2, HCR_RW);
}

static void el3_routes(void)
{
    uint64_t scr = rd(scr_el3) & ~(uint64_t)(SCR_NS | SCR_IRQ);

    wr(scr_el3, scr);
    routes(1, 1, 0, "SCR_EL3.IRQ", "0: Secure EL1 takes its own");
    check_eq((uint64_t)route(3, false), 0, "SCR_EL3.IRQ", "0: EL3 does not take it");
    wr(scr_el3, scr | SCR_IRQ);
    routes(1, 3, 3, "SCR_EL3.IRQ", "1: from Secure EL1 to EL3");
    routes(3, 3, 0, "SCR_EL3.IRQ", "1: EL3 takes its own");
    wr(scr_el3, scr | SCR_IRQ | SCR_NS);
    routes(1, 3, 3, "SCR_EL3.IRQ", "1: from Non-secure EL1 to EL3");
    if (has_el2) {
        wr(hcr_el2, HCR_RW | HCR_IMO);
        routes(1, 3, 3, "SCR_EL3.IRQ", "1: before HCR_EL2.IMO");
        routes(2, 3, 3, "SCR_EL3.IRQ", "1: from EL2 to EL3");
        wr(scr_el3, scr | SCR_NS);
        run_at(2, nothing, NULL); /* EL2 has a stack */
        wr(hcr_el2, HCR_RW);
    }
    wr(scr_el3, scr | SCR_NS);
    routes(1, 1, 0, "SCR_EL3.IRQ", "0: Non-secure EL1 takes its own");
    wr(scr_el3, scr | SCR_NS);
}

void suite_main(void)
{
    has_el2 = rd(id_aa64pfr0_el1) >> 8 & 15;
    has_vhe = rd(id_aa64mmfr1_el1) >> 8 & 15;
    on_interrupt = seen;
    wr(cntkctl_el1, 0x303); /* EL0 looks at the clock */
    wr32(GICD + 0x100, 1u << PPI);
    wr32(GICD, 3);
    wr32(GICC + 4, 0xff);
    wr32(GICC, 3);
    waiting();
    if (boot_el == 1) {
        el1_only();
    } else if (boot_el == 2) {
        el2_routes();
    } else {
        el3_routes();
    }
}
