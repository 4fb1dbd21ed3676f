/* SPDX-License-Identifier: MIT */
/* The generic timer: counters, the timers of each level, who may use them, the event stream. */
#include "kit/bare.h"

enum { ENABLE = 1, IMASK = 2, ISTATUS = 4, EC_SYSREG = 0x18, EC_UNKNOWN = 0 };
#define HCR_RW  (1ull << 31)
#define HCR_E2H (1ull << 34)
#define HCR_TGE (1ull << 27)

static bool has_el2, has_vhe;
static void (*what)(void *arg);
static int where;

static void nothing(void *arg)
{
}

static void at_el0(void *arg)
{
    what(arg);
    op("svc #0x5afe");
}

static void go_down(void *arg)
{
    if (where == current_el()) {
        what(arg);
    } else {
        run_at(where, where ? what : at_el0, arg);
    }
}

static Trap at(int el, void (*fn)(void *arg))
{
    if (el == 0 && boot_el > 1 && !(boot_el == 2 && (rd(hcr_el2) & HCR_TGE))) {
        run_at(1, nothing, NULL);
    }
    where = el;
    what = fn;
    return expect(go_down, NULL);
}

#define CODE(name, text)                       \
    static void name(void *arg)                \
    {                                          \
        asm volatile(text ::: "x0", "memory"); \
    }
CODE(read_pct, "mrs x0, cntpct_el0")
CODE(read_vct, "mrs x0, cntvct_el0")
CODE(read_frq, "mrs x0, cntfrq_el0")
CODE(write_frq, "mrs x0, cntfrq_el0\n\tmsr cntfrq_el0, x0")
CODE(read_p, "mrs x0, cntp_ctl_el0")
CODE(read_v, "mrs x0, cntv_ctl_el0")
CODE(read_voff, "mrs x0, cntvoff_el2")
CODE(read_ps, "mrs x0, cntps_ctl_el1")

static void is_trap(Trap t, int el, unsigned ec, const char *rule, const char *name)
{
    check(t.taken && t.kind == TRAP_SYNC && t.el == el && trap_ec(&t) == ec, rule, name);
}

static void is_free(Trap t, const char *rule, const char *name)
{
    check(!t.taken, rule, name);
}

/* ---- counters */

static void counters(void)
{
    uint64_t a = rd(cntpct_el0), b = rd(cntpct_el0);
    check(b >= a, "D11.1 CNTPCT_EL0", "does not go back");
    while (rd(cntpct_el0) == a) {
    }
    check(true, "D11.1 CNTPCT_EL0", "goes on");
    uint64_t v = rd(cntvct_el0), p = rd(cntpct_el0), v2 = rd(cntvct_el0);
    check(v <= p && p <= v2, "D11.1 CNTVCT_EL0", "is CNTPCT_EL0 while the offset is 0");
    check(rd(cntfrq_el0) >= 1000000, "D11.1 CNTFRQ_EL0", "is at least 1 MHz");
    if (boot_el > 1) {
        is_trap(at(1, write_frq), 1, EC_UNKNOWN, "CNTFRQ_EL0", "is the highest level's to write");
    }
    is_free(at(boot_el == 2 ? 2 : boot_el, write_frq), "CNTFRQ_EL0",
            "written at the highest level");
}

/* ---- one timer, by its three registers */

#define TIMER_CHECKS(rule, tval, ctl, cval, count)                                        \
    do {                                                                                  \
        wr(ctl, 0);                                                                       \
        check_eq(rd(ctl), 0, rule, "disabled: no status");                                \
        wr(tval, 0x7fffffff);                                                             \
        uint64_t now = rd(count), far_off = rd(cval);                                     \
        check(far_off - now <= 0x7fffffff && far_off - now > 0x70000000, rule,            \
              "TVAL is relative to the counter");                                         \
        wr(ctl, ENABLE);                                                                  \
        check_eq(rd(ctl), ENABLE, rule, "the condition is not met yet");                  \
        wr(cval, rd(count) + 1000);                                                       \
        while (!(rd(ctl) & ISTATUS)) {                                                    \
        }                                                                                 \
        check(rd(count) >= rd(cval), rule, "ISTATUS comes with the counter's value");     \
        check((int32_t)rd(tval) <= 0, rule, "TVAL counts down, signed");                  \
        wr(ctl, ENABLE | IMASK);                                                          \
        check_eq(rd(ctl), ENABLE | IMASK | ISTATUS, rule, "IMASK does not hide ISTATUS"); \
        wr(tval, (uint32_t)-5);                                                           \
        check(rd(ctl) & ISTATUS, rule, "a negative TVAL is in the past");                 \
        wr(cval, ~0ull);                                                                  \
        check_eq(rd(ctl), ENABLE | IMASK, rule, "ISTATUS goes when CVAL moves on");       \
        wr(ctl, 0);                                                                       \
    } while (0)

static void timers(void)
{
    TIMER_CHECKS("D11.2.4 CNTP", cntp_tval_el0, cntp_ctl_el0, cntp_cval_el0, cntpct_el0);
    TIMER_CHECKS("D11.2.4 CNTV", cntv_tval_el0, cntv_ctl_el0, cntv_cval_el0, cntvct_el0);
}

/* ---- EL0 */

static void el0_access(void)
{
    wr(cntkctl_el1, 0);
    is_trap(at(0, read_pct), 1, EC_SYSREG, "CNTKCTL_EL1.EL0PCTEN", "0: CNTPCT_EL0");
    is_trap(at(0, read_vct), 1, EC_SYSREG, "CNTKCTL_EL1.EL0VCTEN", "0: CNTVCT_EL0");
    is_trap(at(0, read_frq), 1, EC_SYSREG, "CNTKCTL_EL1", "0: CNTFRQ_EL0");
    is_trap(at(0, read_p), 1, EC_SYSREG, "CNTKCTL_EL1.EL0PTEN", "0: CNTP_CTL_EL0");
    is_trap(at(0, read_v), 1, EC_SYSREG, "CNTKCTL_EL1.EL0VTEN", "0: CNTV_CTL_EL0");
    wr(cntkctl_el1, 2);
    is_free(at(0, read_vct), "CNTKCTL_EL1.EL0VCTEN", "1: CNTVCT_EL0");
    is_free(at(0, read_frq), "CNTKCTL_EL1", "either: CNTFRQ_EL0");
    is_trap(at(0, read_pct), 1, EC_SYSREG, "CNTKCTL_EL1.EL0PCTEN", "not by EL0VCTEN");
    wr(cntkctl_el1, 1 | 1 << 8 | 1 << 9);
    is_free(at(0, read_pct), "CNTKCTL_EL1.EL0PCTEN", "1: CNTPCT_EL0");
    is_free(at(0, read_p), "CNTKCTL_EL1.EL0PTEN", "1: CNTP_CTL_EL0");
    is_free(at(0, read_v), "CNTKCTL_EL1.EL0VTEN", "1: CNTV_CTL_EL0");
    is_trap(at(0, write_frq), 1, EC_UNKNOWN, "CNTFRQ_EL0", "is not EL0's to write");
    wr(cntkctl_el1, 0);
}

/* ---- EL2 */

static uint64_t seen;
static void see_vct(void *arg)
{
    seen = rd(cntvct_el0);
}

static void el2_control(void)
{
    wr(cnthctl_el2, 0);
    is_trap(at(1, read_pct), 2, EC_SYSREG, "CNTHCTL_EL2.EL1PCTEN", "0: CNTPCT_EL0 at EL1");
    is_trap(at(1, read_p), 2, EC_SYSREG, "CNTHCTL_EL2.EL1PCEN", "0: CNTP_CTL_EL0 at EL1");
    is_free(at(1, read_v), "CNTHCTL_EL2", "does not trap CNTV");
    wr(cnthctl_el2, 1);
    is_free(at(1, read_pct), "CNTHCTL_EL2.EL1PCTEN", "1: CNTPCT_EL0 at EL1");
    wr(cnthctl_el2, 2);
    is_free(at(1, read_p), "CNTHCTL_EL2.EL1PCEN", "1: CNTP_CTL_EL0 at EL1");
    wr(cntkctl_el1, 1);
    wr(cnthctl_el2, 0);
    is_trap(at(0, read_pct), 2, EC_SYSREG, "CNTHCTL_EL2.EL1PCTEN", "0: at EL0, behind CNTKCTL_EL1");
    wr(cntkctl_el1, 0);
    is_trap(at(0, read_pct), 1, EC_SYSREG, "D1.3.6 priority", "CNTKCTL_EL1 before CNTHCTL_EL2");
    wr(cnthctl_el2, 3);
    is_trap(at(1, read_voff), 1, EC_UNKNOWN, "CNTVOFF_EL2", "UNDEFINED at EL1");
    wr(cntvoff_el2, 1ull << 40);
    uint64_t before = rd(cntpct_el0);
    at(1, see_vct);
    seen += 1ull << 40;
    check(seen >= before && seen <= rd(cntpct_el0), "CNTVOFF_EL2",
          "CNTVCT_EL0 at EL1 is less by it");
    before = rd(cntpct_el0);
    seen = rd(cntvct_el0) + (1ull << 40);
    check(seen >= before && seen <= rd(cntpct_el0), "CNTVOFF_EL2",
          "CNTVCT_EL0 at EL2 too, without E2H");
    wr(cntvoff_el2, 0);
    TIMER_CHECKS("D11.2.4 CNTHP", cnthp_tval_el2, cnthp_ctl_el2, cnthp_cval_el2, cntpct_el0);
}

static void host_timers(void)
{
    wr(hcr_el2, HCR_RW | HCR_E2H);
    TIMER_CHECKS("D11.2.4 CNTHV", S3_4_C14_C3_0, S3_4_C14_C3_1, S3_4_C14_C3_2, cntpct_el0);
    wr(cntvoff_el2, 1ull << 40);
    uint64_t v = rd(cntvct_el0), p = rd(cntpct_el0);
    check(p - v < 1ull << 39, "CNTVOFF_EL2", "does not count at EL2 with E2H");
    wr(cntvoff_el2, 0);
    wr(cntp_cval_el0, 0x1111);
    check_eq(rd(cnthp_cval_el2), 0x1111, "D8.1 VHE names", "CNTP_CVAL_EL0 is CNTHP_CVAL_EL2");
    wr(S3_5_C14_C2_2, 0x2222);
    check_eq(rd(cnthp_cval_el2), 0x1111, "D8.1 VHE names", "CNTP_CVAL_EL02 is not");
    check_eq(rd(S3_5_C14_C2_2), 0x2222, "D8.1 VHE names", "CNTP_CVAL_EL02 is a register");
    wr(cntv_cval_el0, 0x3333);
    check_eq(rd(S3_4_C14_C3_2), 0x3333, "D8.1 VHE names", "CNTV_CVAL_EL0 is CNTHV_CVAL_EL2");
    wr(cntkctl_el1, 3 | 1 << 10 | 1 << 11);
    check_eq(rd(cnthctl_el2), 3 | 1 << 10 | 1 << 11, "D8.1 VHE names",
             "CNTKCTL_EL1 is CNTHCTL_EL2");
    wr(cnthctl_el2, 0);
    is_trap(at(1, read_pct), 2, EC_SYSREG, "CNTHCTL_EL2.EL1PCTEN with E2H", "bit 10, 0: trapped");
    is_trap(at(1, read_p), 2, EC_SYSREG, "CNTHCTL_EL2.EL1PTEN with E2H", "bit 11, 0: trapped");
    wr(cnthctl_el2, 3 << 10);
    is_free(at(1, read_pct), "CNTHCTL_EL2.EL1PCTEN with E2H", "bit 10, 1");
    is_free(at(1, read_p), "CNTHCTL_EL2.EL1PTEN with E2H", "bit 11, 1");
    wr(hcr_el2, HCR_RW | HCR_E2H | HCR_TGE);
    is_trap(at(0, read_pct), 2, EC_SYSREG, "CNTHCTL_EL2.EL0PCTEN", "0: EL0 of the host is trapped");
    wr(cnthctl_el2, 1);
    is_free(at(0, read_pct), "CNTHCTL_EL2.EL0PCTEN", "1: EL0 of the host is free");
    is_trap(at(0, read_p), 2, EC_SYSREG, "CNTHCTL_EL2.EL0PTEN", "0: CNTP of EL0 of the host");
    wr(cnthctl_el2, 1 << 9);
    static uint64_t cval;
    void see_cval(void *arg)
    {
        cval = rd(cntp_cval_el0);
    }
    wr(cnthp_cval_el2, 0x4444);
    at(0, see_cval);
    check_eq(cval, 0x4444, "D8.1 VHE names", "CNTP_CVAL_EL0 at EL0 of the host is CNTHP_CVAL_EL2");
    wr(hcr_el2, HCR_RW);
    wr(cnthctl_el2, 3);
    check_eq(rd(cntp_cval_el0), 0x2222, "D8.1 VHE names", "CNTP_CVAL_EL0 itself, without E2H");
    Trap t = EXPECT("mrs x0, S3_5_C14_C2_2");
    check(t.taken && trap_ec(&t) == EC_UNKNOWN, "D8.1 VHE names", "CNTP_CVAL_EL02 without E2H");
}

/* ---- EL3 */

static void secure_timer(void)
{
    uint64_t scr = rd(scr_el3);

    TIMER_CHECKS("D11.2.4 CNTPS", cntps_tval_el1, cntps_ctl_el1, cntps_cval_el1, cntpct_el0);
    wr(scr_el3, scr & ~(1ull | 1 << 11));
    is_trap(at(1, read_ps), 3, EC_SYSREG, "SCR_EL3.ST", "0: CNTPS at Secure EL1 is trapped");
    wr(scr_el3, (scr & ~1ull) | 1 << 11);
    is_free(at(1, read_ps), "SCR_EL3.ST", "1: CNTPS is Secure EL1's");
    wr(scr_el3, scr | 1 | 1 << 11);
    is_trap(at(1, read_ps), 1, EC_UNKNOWN, "CNTPS", "UNDEFINED at Non-secure EL1");
    wr(scr_el3, scr);
}

/* ---- events */

static void events(void)
{
    op("sevl\n\twfe");
    check(true, "SEVL", "sets the event register, WFE clears it");
    op("sev\n\twfe");
    check(true, "SEV", "sets one's own too");
    /* About 2^14 ticks between 0 to 1 transitions of bit 13. */
    wr(cntkctl_el1, 1 << 2 | 13 << 4);
    for (int i = 0; i < 4; i++) {
        op("wfe");
    }
    check(true, "D11.2.5 event stream", "WFE wakes without any other event");
    wr(cntkctl_el1, 1 << 2 | 1 << 3 | 13 << 4);
    op("wfe");
    check(true, "D11.2.5 event stream", "and on the other transition");
    wr(cntkctl_el1, 0);
}

static volatile bool second_waits, second_woke;

static void waiter(void *arg)
{
    second_waits = true;
    op("wfe");
    second_woke = true;
    op("dsb sy\n\tsev");
    for (;;) {
        op("wfi");
    }
}

static void other_cpus(void)
{
    if (!cpu_start(1, waiter, NULL)) {
        return;
    }
    while (!second_waits) {
    }
    uint64_t start = rd(cntpct_el0);
    while (rd(cntpct_el0) - start < 100000) {
    }
    for (int i = 0; !second_woke && i < 1000000; i++) {
        op("sev");
    }
    check(second_woke, "SEV", "wakes another CPU's WFE");
}

void suite_main(void)
{
    has_el2 = rd(id_aa64pfr0_el1) >> 8 & 15;
    has_vhe = rd(id_aa64mmfr1_el1) >> 8 & 15;
    if (boot_el == 3) {
        wr(scr_el3, rd(scr_el3) | 1);
    }
    counters();
    timers();
    el0_access();
    if (boot_el == 2) {
        el2_control();
        if (has_vhe) {
            host_timers();
        }
    }
    if (boot_el == 3) {
        secure_timer();
    }
    events();
    other_cpus();
}
