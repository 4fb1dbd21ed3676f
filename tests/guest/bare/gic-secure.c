/* SPDX-License-Identifier: MIT */
/* GICv3 with two Security states: views, groups, routing, SGIs, banked registers (IHI 0069). Starts
 * at EL3. */
#include "kit/gic.h"

enum { SCR_NS = 1, SCR_IRQ = 2, SCR_FIQ = 4, FOR_SECURE = 1020, FOR_NON_SECURE = 1021 };

static uint64_t got[8];

static void scr(uint64_t bits)
{
    wr(scr_el3, (rd(scr_el3) & ~7ull) | bits);
}

/* SGI n: its group, then pending with a priority. */
static void pend(unsigned n, bool group, bool modifier, uint8_t priority)
{
    uint32_t bit = 1u << n;

    wr32(SGI_BASE + IGROUPR, (rd32(SGI_BASE + IGROUPR) & ~bit) | (group ? bit : 0));
    wr32(SGI_BASE + IGRPMODR, (rd32(SGI_BASE + IGRPMODR) & ~bit) | (modifier ? bit : 0));
    wr8(SGI_BASE + IPRIORITYR + n, priority);
    wr32(SGI_BASE + ISENABLER, bit);
    wr32(SGI_BASE + ISPENDR, bit);
}

static void clear(void)
{
    wr32(SGI_BASE + ICPENDR, ~0u);
    wr32(SGI_BASE + ICACTIVER, ~0u);
}

static void distributor(void)
{
    check_eq(rd32(GICD + CTLR), 0x30, "12.9 GICD_CTLR", "ARE_S and ARE_NS, DS is 0");
    check_eq(rd32(GICD + TYPER) >> 10 & 1, 1, "12.9 GICD_TYPER", "SecurityExtn");
    wr32(GICD + CTLR, 7);
    check_eq(rd32(GICD + CTLR), 0x37, "12.9 GICD_CTLR", "three groups");
    wr32(GICD + IGRPMODR + 4, ~0u);
    check_eq(rd32(GICD + IGRPMODR + 4), ~0u, "12.9 GICD_IGRPMODR", "is there");
    wr32(GICD + IGRPMODR + 4, 0);
    wr32(GICD + NSACR + 8, 0x55);
    check_eq(rd32(GICD + NSACR + 8), 0x55, "12.9 GICD_NSACR", "is there");
    wr32(GICD + NSACR + 8, 0);
    wr32(RD_BASE + WAKER, 0);
    check_eq(RD(ICC_SRE_EL3) & 15, 15, "12.2 ICC_SRE_EL3", "Enable, DIB, DFB, SRE");
    WR(ICC_PMR, 0xff);
    WR(ICC_IGRPEN_EL3, 3);
    WR(ICC_IGRPEN0, 1);
    scr(SCR_NS);
    check_eq(RD(ICC_IGRPEN1), 1, "12.2 ICC_IGRPEN1_EL3", "the Non-secure copy");
    WR(ICC_IGRPEN1, 0);
    check_eq(RD(ICC_IGRPEN_EL3), 2, "12.2 ICC_IGRPEN1_EL1", "is banked");
    WR(ICC_IGRPEN_EL3, 3);
    check_eq(RD(ICC_BPR1), 3, "12.2 ICC_BPR1_EL1", "Non-secure minimum");
    scr(0);
    check_eq(RD(ICC_BPR1), 2, "12.2 ICC_BPR1_EL1", "Secure minimum");
}

/* ---- what Non-secure software sees, at EL1 */

static void look(void *arg)
{
    got[0] = rd32(GICD + CTLR);
    got[1] = rd8(GICD + IPRIORITYR + 40); /* group 1 */
    got[2] = rd8(GICD + IPRIORITYR + 41); /* group 0 */
    wr8(GICD + IPRIORITYR + 40, 0x40);
    wr8(GICD + IPRIORITYR + 41, 0x40);
    got[3] = rd32(GICD + ISENABLER + 4);
    wr32(GICD + ICENABLER + 4, ~0u);
    wr32(GICD + IGROUPR + 4, ~0u);
    got[4] = rd32(GICD + IGROUPR + 4) | rd32(GICD + IGRPMODR + 4) | rd32(GICD + NSACR + 8);
    got[5] = rd32(RD_BASE + WAKER);
    wr32(GICD + CTLR, 0);
    got[6] = rd32(GICD + CTLR);
    wr32(GICD + ISPENDR + 4, 3u << 8);
    got[7] = rd32(GICD + ISPENDR + 4);
}

static void views(void)
{
    wr32(GICD + IGROUPR + 4, 1u << 8);
    wr8(GICD + IPRIORITYR + 40, 0xc0);
    wr8(GICD + IPRIORITYR + 41, 0x20);
    wr32(GICD + ISENABLER + 4, 3u << 8);
    scr(SCR_NS);
    run_at(1, look, NULL);
    scr(0);
    check_eq(got[0], 0x12, "12.9 GICD_CTLR", "Non-secure view: ARE_NS, EnableGrp1A");
    check_eq(got[1], 0x80, "4.8.6 priorities", "the lower half is all there is");
    check_eq(got[2], 0, "4.8.6 priorities", "group 0 reads as 0");
    check_eq(rd8(GICD + IPRIORITYR + 40), 0xa0, "4.8.6 priorities", "a Non-secure write is halved");
    check_eq(rd8(GICD + IPRIORITYR + 41), 0x20, "4.8.6 priorities", "group 0 cannot be written");
    check_eq(got[3], 1u << 8, "12.9 GICD_ISENABLER", "group 1 only");
    check_eq(rd32(GICD + ISENABLER + 4), 1u << 9, "12.9 GICD_ICENABLER", "group 1 only");
    check_eq(got[4], 0, "12.9 GICD_IGROUPR", "Secure registers read as 0");
    check_eq(rd32(GICD + IGROUPR + 4), 1u << 8, "12.9 GICD_IGROUPR", "and ignore writes");
    check_eq(got[5], 0, "12.11 GICR_WAKER", "is Secure");
    check_eq(got[6], 0x10, "12.9 GICD_CTLR", "Non-secure group 1 off");
    check_eq(rd32(GICD + CTLR), 0x35, "12.9 GICD_CTLR", "and only that");
    check_eq(got[7], 1u << 8, "12.9 GICD_ISPENDR", "group 1 only");
    wr32(GICD + CTLR, 7);
    wr32(GICD + ICPENDR + 4, ~0u);
    wr32(GICD + NSACR + 8, 1u << 18); /* 41: may be made pending */
    scr(SCR_NS);
    run_at(1, look, NULL);
    scr(0);
    check_eq(rd32(GICD + ISPENDR + 4), 3u << 8, "12.9 GICD_NSACR", "1: may be made pending");
    wr32(GICD + CTLR, 7);
    wr32(GICD + ICPENDR + 4, ~0u);
    wr32(GICD + NSACR + 8, 0);
    wr32(GICD + ICENABLER + 4, ~0u);
}

/* ---- groups at EL3 */

static void groups(void)
{
    pend(1, true, false, 0x90);
    check_eq(RD(ICC_HPPIR0), FOR_NON_SECURE, "4.6 1021", "one of Non-secure group 1");
    check_eq(RD(ICC_HPPIR1), 1, "4.6 HPPIR1", "at EL3 sees it");
    check_eq(rd(isr_el1) >> 6 & 3, 1, "4.6 group 1", "is FIQ at EL3");
    check_eq(RD(ICC_IAR0), FOR_NON_SECURE, "4.6 1021", "IAR0 tells whose it is");
    check_eq(RD(ICC_IAR1), 1, "4.6 IAR1", "at EL3 acknowledges it");
    check_eq(RD(ICC_RPR), 0x90, "4.8 RPR", "runs");
    scr(SCR_NS);
    check_eq(RD(ICC_AP1R0), 1u << 18, "12.2 ICC_AP1R0_EL1", "the Non-secure copy");
    scr(0);
    check_eq(RD(ICC_AP1R0), 0, "12.2 ICC_AP1R0_EL1", "not the Secure one");
    WR(ICC_EOIR1, 1);
    check_eq(RD(ICC_RPR), 0xff, "4.8 RPR", "idle");
    pend(2, false, true, 0x90);
    check_eq(RD(ICC_HPPIR0), FOR_SECURE, "4.6 1020", "one of Secure group 1");
    check_eq(rd(isr_el1) >> 6 & 3, 1, "4.6 Secure group 1", "is FIQ at EL3");
    check_eq(RD(ICC_IAR1), 2, "4.6 IAR1", "at EL3 acknowledges it");
    check_eq(RD(ICC_AP1R0), 1u << 18, "12.2 ICC_AP1R0_EL1", "the Secure copy");
    WR(ICC_EOIR1, 2);
    pend(3, false, false, 0x90);
    check_eq(RD(ICC_IAR1), SPURIOUS, "4.6 group 0", "not through IAR1");
    check_eq(RD(ICC_IAR0), 3, "4.6 group 0", "through IAR0");
    WR(ICC_EOIR0, 3);
    wr32(GICD + CTLR, 3);
    pend(2, false, true, 0x90);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "12.9 GICD_CTLR", "Secure group 1 off");
    wr32(GICD + CTLR, 7);
    check_eq(RD(ICC_HPPIR1), 2, "12.9 GICD_CTLR", "and on");
    clear();
}

/* ---- IRQ or FIQ below EL3 */

static void lines(void *arg)
{
    got[0] = rd(isr_el1) >> 6 & 3;
    got[1] = RD(ICC_HPPIR1);
    got[2] = RD(ICC_IAR1);
    got[3] = RD(ICC_HPPIR0);
}

static void routing(void)
{
    pend(1, true, false, 0x90);
    scr(SCR_NS);
    run_at(1, lines, NULL);
    scr(0);
    check_eq(got[0], 2, "4.6 Non-secure group 1", "is IRQ for Non-secure EL1");
    check_eq(got[1], 1, "4.6 HPPIR1", "which sees it");
    check_eq(got[2], 1, "4.6 IAR1", "and acknowledges it");
    WR(ICC_EOIR1, 1);
    pend(1, true, false, 0x90);
    run_at(1, lines, NULL);
    check_eq(got[0], 1, "4.6 Non-secure group 1", "is FIQ for Secure EL1");
    check_eq(got[1], SPURIOUS, "4.6 HPPIR1", "which does not see it");
    check_eq(got[2], SPURIOUS, "4.6 IAR1", "nor acknowledges it");
    clear();
    pend(2, false, true, 0x90);
    scr(SCR_NS);
    run_at(1, lines, NULL);
    scr(0);
    check_eq(got[0], 1, "4.6 Secure group 1", "is FIQ for Non-secure EL1");
    check_eq(got[1], SPURIOUS, "4.6 HPPIR1", "which does not see it");
    check_eq(got[3], SPURIOUS, "4.6 HPPIR0", "nor here");
    run_at(1, lines, NULL);
    check_eq(got[0], 2, "4.6 Secure group 1", "is IRQ for Secure EL1");
    check_eq(got[2], 2, "4.6 IAR1", "which acknowledges it");
    WR(ICC_EOIR1, 2);
    clear();
    pend(3, false, false, 0x90);
    scr(SCR_NS);
    run_at(1, lines, NULL);
    scr(0);
    check_eq(got[0], 1, "4.6 group 0", "is FIQ for Non-secure EL1");
    run_at(1, lines, NULL);
    check_eq(got[0], 1, "4.6 group 0", "is FIQ for Secure EL1");
    clear();
}

/* ---- priorities of the CPU interface */

static void ns_pmr(void *arg)
{
    got[0] = RD(ICC_PMR);
    WR(ICC_PMR, 0x40);
    got[1] = RD(ICC_PMR);
}

static void priorities(void)
{
    WR(ICC_PMR, 0xf0);
    scr(SCR_NS | SCR_FIQ);
    run_at(1, ns_pmr, NULL);
    check_eq(got[0], 0xe0, "4.8.6 PMR", "the Non-secure view is doubled");
    check_eq(got[1], 0x40, "4.8.6 PMR", "and written so");
    scr(0);
    check_eq(RD(ICC_PMR), 0xa0, "4.8.6 PMR", "in the lower half");
    WR(ICC_PMR, 0x70);
    scr(SCR_NS | SCR_FIQ);
    run_at(1, ns_pmr, NULL);
    scr(0);
    check_eq(got[0], 0, "4.8.6 PMR", "Secure masks read as 0");
    check_eq(RD(ICC_PMR), 0x70, "4.8.6 PMR", "and cannot be changed");
    WR(ICC_PMR, 0xff);
    for (unsigned bpr = 3; bpr < 8; bpr++) {
        scr(SCR_NS);
        WR(ICC_BPR1, bpr);
        scr(0);
        pend(1, true, false, 0xe8);
        RD(ICC_IAR1);
        check_eq(RD(ICC_RPR), 0xe8u & 0xff << bpr, "4.8.2 BPR1", "Non-secure group priority");
        WR(ICC_EOIR1, 1);
        WR(ICC_BPR1, bpr - 1);
        pend(2, false, true, 0x78);
        RD(ICC_IAR1);
        check_eq(RD(ICC_RPR), 0x78u & 0xff << bpr, "4.8.2 BPR1", "Secure group priority");
        WR(ICC_EOIR1, 2);
    }
    WR(ICC_BPR1, 0);
    scr(SCR_NS);
    WR(ICC_BPR1, 0);
    scr(0);
}

/* ---- traps to EL3 */

#define ACCESS(name, text)         \
    static void name(void *unused) \
    {                              \
        op(text);                  \
    }
ACCESS(read_iar1, "mrs x0, S3_0_C12_C12_0")
ACCESS(read_iar0, "mrs x0, S3_0_C12_C8_0")
ACCESS(read_pmr, "mrs x0, S3_0_C4_C6_0")

static Trap trap;

static void at_el1(void *arg)
{
    trap = expect((void (*)(void *))arg, NULL);
}

static bool trapped(void (*fn)(void *arg), uint64_t bits)
{
    scr(SCR_NS | bits);
    run_at(1, at_el1, (void *)fn);
    scr(0);
    return trap.taken && trap.el == 3 && trap_ec(&trap) == 0x18;
}

static void traps(void)
{
    check(trapped(read_iar1, SCR_IRQ), "12.2 SCR_EL3.IRQ", "ICC_IAR1_EL1 traps");
    check(!trapped(read_iar1, SCR_FIQ), "12.2 SCR_EL3.FIQ", "ICC_IAR1_EL1 does not");
    check(trapped(read_iar0, SCR_FIQ), "12.2 SCR_EL3.FIQ", "ICC_IAR0_EL1 traps");
    check(!trapped(read_pmr, SCR_FIQ), "12.2 SCR_EL3.FIQ", "ICC_PMR_EL1 does not");
    check(trapped(read_pmr, SCR_FIQ | SCR_IRQ), "12.2 SCR_EL3.IRQ, FIQ", "ICC_PMR_EL1 traps");
}

/* ---- SGIs */

static void send(void *arg)
{
    uint64_t value = 4ull << 24 | 1;

    switch ((uintptr_t)arg) {
    case 0:
        WR(ICC_SGI0R, value);
        break;
    case 1:
        WR(ICC_SGI1R, value);
        break;
    default:
        WR(ICC_ASGI1R, value);
        break;
    }
}

/* Bits by group (0, Secure 1, Non-secure 1): a register's SGI arrives where it is of that group. */
static unsigned reach(uintptr_t reg, bool non_secure)
{
    unsigned result = 0;

    for (unsigned group = 0; group < 3; group++) {
        wr32(SGI_BASE + IGROUPR, group == 2 ? 1 << 4 : 0);
        wr32(SGI_BASE + IGRPMODR, group == 1 ? 1 << 4 : 0);
        if (non_secure) {
            scr(SCR_NS);
            run_at(1, send, (void *)reg);
            scr(0);
        } else {
            send((void *)reg);
        }
        result |= (rd32(SGI_BASE + ISPENDR) >> 4 & 1) << group;
        clear();
    }
    return result;
}

static void sgis(void)
{
    check_eq(reach(0, false), 1, "12.2 ICC_SGI0R_EL1", "Secure: group 0");
    check_eq(reach(1, false), 3, "12.2 ICC_SGI1R_EL1", "Secure: group 0 and Secure group 1");
    check_eq(reach(2, false), 4, "12.2 ICC_ASGI1R_EL1", "Secure: Non-secure group 1");
    check_eq(reach(0, true), 0, "12.11 GICR_NSACR", "0: no ICC_SGI0R_EL1");
    check_eq(reach(1, true), 4, "12.2 ICC_SGI1R_EL1", "Non-secure: Non-secure group 1");
    check_eq(reach(2, true), 0, "12.11 GICR_NSACR", "0: no ICC_ASGI1R_EL1");
    wr32(SGI_BASE + NSACR, 1 << 8);
    check_eq(reach(0, true), 1, "12.11 GICR_NSACR", "1: group 0 by ICC_SGI0R_EL1");
    check_eq(reach(2, true), 1, "12.11 GICR_NSACR", "1: group 0 by ICC_ASGI1R_EL1");
    wr32(SGI_BASE + NSACR, 2 << 8);
    check_eq(reach(2, true), 3, "12.11 GICR_NSACR", "2: Secure group 1, too");
    wr32(SGI_BASE + NSACR, 0);
}

/* ---- EL3's control, and the way to one Security state */

static void control(void)
{
    WR(ICC_CTLR_EL3, 1 << 2 | 1 << 4);
    scr(SCR_NS);
    check_eq(RD(ICC_CTLR) & 3, 2, "12.2 ICC_CTLR_EL3", "EOImode_EL1NS is EL1's");
    WR(ICC_CTLR, 1);
    check_eq(RD(ICC_CTLR) & 3, 0, "12.2 ICC_CTLR_EL1", "CBPR is read-only");
    scr(0);
    pend(3, false, false, 0x90);
    RD(ICC_IAR0);
    WR(ICC_EOIR0, 3);
    check_eq(rd32(SGI_BASE + ISACTIVER) >> 3 & 1, 1, "12.2 ICC_CTLR_EL3", "EOImode_EL3 1");
    WR(ICC_DIR, 3);
    check_eq(rd32(SGI_BASE + ISACTIVER) >> 3 & 1, 0, "12.2 ICC_DIR_EL1", "deactivates");
    WR(ICC_CTLR_EL3, 0);
    clear();
    wr32(GICD + CTLR, 1 << 6 | 3);
    check_eq(rd32(GICD + CTLR), 0x53, "12.9 GICD_CTLR.DS", "one Security state");
    check_eq(rd32(GICD + TYPER) >> 10 & 1, 0, "12.9 GICD_CTLR.DS", "SecurityExtn is 0");
    wr32(GICD + CTLR, 3);
    check_eq(rd32(GICD + CTLR), 0x53, "12.9 GICD_CTLR.DS", "for ever");
    pend(1, true, false, 0x90);
    scr(SCR_NS);
    run_at(1, lines, NULL);
    scr(0);
    check_eq(got[0], 2, "12.9 GICD_CTLR.DS", "group 1 is IRQ");
    check_eq(got[2], 1, "12.9 GICD_CTLR.DS", "for whoever asks");
}

void suite_main(void)
{
    distributor();
    views();
    groups();
    routing();
    priorities();
    traps();
    sgis();
    control();
}
