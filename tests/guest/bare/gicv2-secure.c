/* SPDX-License-Identifier: MIT */
/* GICv2 with security extensions: views, groups, acknowledge and end by Security state (IHI 0048B).
 * Starts at EL3. */
#include "kit/gic.h"

enum {
    SGIR = GICD + 0xf00,
    SPENDSGIR = GICD + 0xf20,
    SCR_NS = 1,
};

static void scr(uint64_t bits)
{
    wr(scr_el3, (rd(scr_el3) & ~7ull) | bits);
}

/* One access by Non-secure EL1. */
typedef struct Access {
    uintptr_t addr;
    uint32_t value;
} Access;

static void do_read(void *arg)
{
    Access *a = arg;

    a->value = rd32(a->addr);
}

static void do_write(void *arg)
{
    const Access *a = arg;

    wr32(a->addr, a->value);
}

static uint32_t ns_rd(uintptr_t addr)
{
    Access a = {addr, 0};

    scr(SCR_NS);
    run_at(1, do_read, &a);
    scr(0);
    return a.value;
}

static void ns_wr(uintptr_t addr, uint32_t value)
{
    Access a = {addr, value};

    scr(SCR_NS);
    run_at(1, do_write, &a);
    scr(0);
}

static void setup(void)
{
    wr32(GICD + IGROUPR + 4, 1u << 8); /* 40 is Non-secure software's, 41 not */
    wr32(GICD + ICFGR + 8, 2u << 16 | 2u << 18);
    wr8(GICD + IPRIORITYR + 40, 0xa0);
    wr8(GICD + IPRIORITYR + 41, 0x40);
    wr32(GICD + ISENABLER + 4, 3u << 8);
    wr32(GICD + CTLR, 3);
    wr32(C_CTLR, 3 | 8); /* group 0 as FIQ */
    wr32(C_PMR, 0xff);
}

static void distributor(void)
{
    check_eq(rd32(GICD + TYPER) >> 10 & 1, 1, "4.3 GICD_TYPER", "security extensions");
    check_eq(ns_rd(GICD + CTLR), 1, "4.3 GICD_CTLR", "Non-secure view: group 1 in bit 0");
    ns_wr(GICD + CTLR, 0);
    check_eq(rd32(GICD + CTLR), 1, "4.3 GICD_CTLR", "Non-secure software has group 1 only");
    ns_wr(GICD + CTLR, 1);
    check_eq(ns_rd(GICD + IGROUPR + 4), 0, "4.3 GICD_IGROUPR", "reads as 0");
    ns_wr(GICD + IGROUPR + 4, ~0u);
    check_eq(rd32(GICD + IGROUPR + 4), 1u << 8, "4.3 GICD_IGROUPR", "ignores writes");
    check_eq(ns_rd(GICD + ISENABLER + 4), 1u << 8, "4.3 GICD_ISENABLER", "group 1 only");
    ns_wr(GICD + ICENABLER + 4, 3u << 8);
    check_eq(rd32(GICD + ISENABLER + 4), 1u << 9, "4.3 GICD_ICENABLER", "group 1 only");
    wr32(GICD + ISENABLER + 4, 3u << 8);
    check_eq(ns_rd(GICD + IPRIORITYR + 40), 0x40, "3.3 priorities", "doubled; group 0 hidden");
    ns_wr(GICD + IPRIORITYR + 40, 0x2020);
    check_eq(rd32(GICD + IPRIORITYR + 40), 0x4090, "3.3 priorities", "halved; group 0 kept");
    wr8(GICD + IPRIORITYR + 40, 0xa0);
    ns_wr(GICD + ISPENDR + 4, 3u << 8);
    check_eq(rd32(GICD + ISPENDR + 4), 1u << 8, "4.3 GICD_ISPENDR", "group 1 only");
    wr32(GICD + ICPENDR + 4, ~0u);
}

static void acknowledge(void)
{
    set_bit(GICD + ISPENDR, 40);
    check_eq(rd32(C_HPPIR), 1022, "3.4 AckCtl 0", "Secure HPPIR of group 1");
    check_eq(rd32(C_IAR), 1022, "3.4 AckCtl 0", "Secure IAR of group 1");
    check_eq(ns_rd(C_HPPIR), 40, "3.4 Non-secure HPPIR", "of group 1");
    check_eq(ns_rd(C_IAR), 40, "3.4 Non-secure IAR", "of group 1");
    check_eq(rd32(C_RPR), 0xa0, "4.4 GICC_RPR", "Secure view");
    check_eq(ns_rd(C_RPR), 0x40, "4.4 GICC_RPR", "Non-secure view");
    set_bit(GICD + ISPENDR, 41);
    check_eq(rd(isr_el1) >> 6 & 3, 1, "3.4 FIQEn", "group 0 is FIQ, and preempts");
    check_eq(ns_rd(C_IAR), SPURIOUS, "3.4 Non-secure IAR", "nothing of group 0");
    check_eq(ns_rd(C_HPPIR), SPURIOUS, "3.4 Non-secure HPPIR", "nothing of group 0");
    check_eq(rd32(C_IAR), 41, "3.4 Secure IAR", "of group 0");
    check_eq(ns_rd(C_RPR), 0, "4.4 GICC_RPR", "a Secure priority reads as 0");
    wr32(C_EOIR, 41);
    check_eq(rd32(C_RPR), 0xa0, "4.4 GICC_EOIR", "back");
    ns_wr(C_EOIR, 40);
    check_eq(rd32(C_RPR), 0xff, "4.4 GICC_EOIR", "Non-secure end of group 1");
    set_bit(GICD + ISPENDR, 40);
    check_eq(rd32(C_AIAR), 40, "4.4 GICC_AIAR", "Secure software's way to group 1");
    wr32(C_AEOIR, 40);
    check_eq(rd32(C_RPR), 0xff, "4.4 GICC_AEOIR", "and its end");
}

static void cpu_interface(void)
{
    wr32(C_CTLR, 3 | 1 << 10);
    check_eq(ns_rd(C_CTLR) & 0x201, 0x201, "4.4 GICC_CTLR", "EOImodeNS is bit 9 there");
    ns_wr(C_CTLR, 0);
    check_eq(rd32(C_CTLR), 1, "4.4 GICC_CTLR", "Non-secure software has group 1's");
    ns_wr(C_CTLR, 0x201);
    check_eq(rd32(C_CTLR), 3 | 1 << 10, "4.4 GICC_CTLR", "and gives them back");
    set_bit(GICD + ISPENDR, 40);
    check_eq(ns_rd(C_IAR), 40, "3.2 EOImodeNS", "acknowledges");
    ns_wr(C_EOIR, 40);
    check_eq(bit_of(GICD + ISACTIVER, 40), 1, "3.2 EOImodeNS", "active after EOIR");
    ns_wr(C_DIR, 40);
    check_eq(bit_of(GICD + ISACTIVER, 40), 0, "3.2 EOImodeNS", "until DIR");
    wr32(C_PMR, 0xf0);
    check_eq(ns_rd(C_PMR), 0xe0, "3.3 PMR", "doubled");
    ns_wr(C_PMR, 0x80);
    check_eq(rd32(C_PMR), 0xc0, "3.3 PMR", "halved");
    wr32(C_PMR, 0x70);
    check_eq(ns_rd(C_PMR), 0, "3.3 PMR", "a Secure mask reads as 0");
    ns_wr(C_PMR, 0x80);
    check_eq(rd32(C_PMR), 0x70, "3.3 PMR", "and stays");
    wr32(C_PMR, 0xff);
    ns_wr(C_BPR, 5);
    check_eq(rd32(C_ABPR), 5, "4.4 GICC_ABPR", "is the Non-secure BPR");
    wr32(C_BPR, 3);
    wr32(C_CTLR, 3 | 1 << 4);
    check_eq(ns_rd(C_BPR), 4, "3.3 CBPR", "BPR + 1");
    ns_wr(C_BPR, 7);
    check_eq(rd32(C_ABPR), 5, "3.3 CBPR", "writes are ignored");
    wr32(C_CTLR, 3);
}

static void sgis(void)
{
    wr32(GICD + IGROUPR, 1u << 5);
    wr32(SGIR, 2u << 24 | 5);
    check_eq(bit_of(GICD + ISPENDR, 5), 0, "4.3 SGIR.NSATT 0", "not one of group 1");
    wr32(SGIR, 2u << 24 | 1 << 15 | 5);
    check_eq(bit_of(GICD + ISPENDR, 5), 1, "4.3 SGIR.NSATT 1", "one of group 1");
    wr32(SGIR, 2u << 24 | 1 << 15 | 6);
    check_eq(bit_of(GICD + ISPENDR, 6), 0, "4.3 SGIR.NSATT 1", "not one of group 0");
    ns_wr(SGIR, 2u << 24 | 6);
    check_eq(bit_of(GICD + ISPENDR, 6), 0, "4.3 GICD_SGIR", "Non-secure: not of group 0");
    check_eq(ns_rd(SPENDSGIR + 4) & 0xff0000, 0, "4.3 GICD_SPENDSGIR", "hidden");
    ns_wr(C_EOIR, ns_rd(C_IAR));
    ns_wr(SGIR, 2u << 24 | 5);
    check_eq(ns_rd(C_IAR), 5, "4.3 GICD_SGIR", "Non-secure: of group 1");
    ns_wr(C_EOIR, 5);
}

void suite_main(void)
{
    setup();
    distributor();
    acknowledge();
    cpu_interface();
    sgis();
}
