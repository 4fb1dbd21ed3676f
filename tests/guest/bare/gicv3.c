/* SPDX-License-Identifier: MIT */
/* GICv3 with one Security state: groups, priorities, preemption, SGIs, routing, LPIs (IHI 0069). */
#include "kit/gic.h"

static void enable_spi(unsigned irq, uint8_t priority, bool edge)
{
    uintptr_t cfg = GICD + ICFGR + irq / 16 * 4;
    unsigned shift = irq % 16 * 2 + 1;

    wr32(cfg, (rd32(cfg) & ~(1u << shift)) | (uint32_t)edge << shift);
    wr8(GICD + IPRIORITYR + irq, priority);
    wr64(GICD + IROUTER + 8 * irq, 0);
    set_bit(GICD + ISENABLER, irq);
}

static void identification(void)
{
    check_eq(rd32(GICD + PIDR2) >> 4 & 15, 3, "12.9 GICD_PIDR2", "ArchRev is 3");
    check_eq(rd32(RD_BASE + PIDR2) >> 4 & 15, 3, "12.11 GICR_PIDR2", "ArchRev is 3");
    check_eq(rd32(GICD + CTLR) >> 4 & 5, 5, "12.9 GICD_CTLR", "ARE and DS are 1");
    check_eq(rd32(GICD + TYPER) >> 10 & 1, 0, "12.9 GICD_TYPER", "SecurityExtn is 0 with DS");
    check_eq(rd32(GICD + TYPER) >> 19 & 31, 15, "12.9 GICD_TYPER", "16 bits of INTID");
    check_eq(rd32(GICD + TYPER) >> 17 & 1, 1, "12.9 GICD_TYPER", "LPIs");
    check_eq(RD(ICC_SRE) & 7, 7, "12.2 ICC_SRE_EL1", "SRE, DFB, DIB");
    check_eq(RD(ICC_CTLR) >> 8 & 7, 4, "12.2 ICC_CTLR_EL1", "5 bits of priority");
    check_eq(rd64(RD_BASE + 8) >> 32, 0, "12.11 GICR_TYPER", "affinity of CPU 0");
    check_eq(rd64(RD_BASE + 8) >> 4 & 1, 0, "12.11 GICR_TYPER", "CPU 0 is not the last of two");
    check_eq(rd64(RD_BASE + 0x20000 + 8) >> 4 & 1, 1, "12.11 GICR_TYPER", "CPU 1 is");
    check_eq(rd64(RD_BASE + 0x20000 + 8) >> 8 & 0xffff, 1, "12.11 GICR_TYPER", "its number");
    wr32(RD_BASE + WAKER, 2);
    check_eq(rd32(RD_BASE + WAKER), 6, "12.11 GICR_WAKER", "asleep with its children");
    wr32(RD_BASE + WAKER, 0);
    check_eq(rd32(RD_BASE + WAKER), 0, "12.11 GICR_WAKER", "awake with its children");
    check_eq(rd32(SGI_BASE + ICFGR), 0xaaaaaaaa, "12.11 GICR_ICFGR0", "SGIs are edges");
    check_eq(rd32(GICD + ISENABLER), 0, "12.9 GICD_ISENABLER0", "is in the redistributor");
    wr32(GICD + CTLR, 3);
    check_eq(rd32(GICD + CTLR), 0x53, "12.9 GICD_CTLR", "both groups on");
}

static void setup(void)
{
    for (unsigned n = 1; n < 9; n++) {
        wr32(GICD + IGROUPR + 4 * n, ~0u);
    }
    wr32(SGI_BASE + IGROUPR, ~0u);
    wr32(SGI_BASE + 0x20000 + IGROUPR, ~0u);
    WR(ICC_PMR, 0xff);
    WR(ICC_IGRPEN1, 1);
    WR(ICC_IGRPEN0, 1);
}

static void priorities(void)
{
    check_eq(RD(ICC_PMR), 0xf8, "4.8 PMR", "unimplemented bits are 0");
    check_eq(RD(ICC_RPR), 0xff, "4.8 RPR", "idle");
    WR(ICC_BPR0, 0);
    WR(ICC_BPR1, 0);
    check_eq(RD(ICC_BPR0), 2, "4.8.2 BPR0", "its minimum");
    check_eq(RD(ICC_BPR1), 3, "4.8.2 BPR1", "its minimum is one more");
    enable_spi(40, 0x80, true);
    enable_spi(41, 0x60, true);
    enable_spi(42, 0x60, true);
    check_eq(rd8(GICD + IPRIORITYR + 41), 0x60, "12.9 GICD_IPRIORITYR", "byte access");
    set_bit(GICD + ISPENDR, 40);
    check_eq(RD(ICC_HPPIR1), 40, "4.2 HPPIR1", "the only one pending");
    check_eq(RD(ICC_HPPIR0), SPURIOUS, "4.2 HPPIR0", "none of group 0");
    check_eq(rd(isr_el1) >> 7 & 1, 1, "D17 ISR_EL1", "IRQ is pending");
    WR(ICC_PMR, 0x80);
    check_eq(rd(isr_el1) >> 7 & 1, 0, "4.8 PMR", "masks its own priority");
    check_eq(RD(ICC_HPPIR1), 40, "4.2 HPPIR1", "is not masked by PMR");
    check_eq(RD(ICC_IAR1), SPURIOUS, "4.2 IAR1", "nothing while masked");
    WR(ICC_PMR, 0x88);
    check_eq(RD(ICC_IAR0), SPURIOUS, "4.2 IAR0", "nothing of group 0");
    check_eq(RD(ICC_IAR1), 40, "4.2 IAR1", "acknowledges");
    WR(ICC_PMR, 0xf8);
    check_eq(RD(ICC_RPR), 0x80, "4.8 RPR", "running");
    check_eq(RD(ICC_AP1R0), 1u << 16, "12.2 ICC_AP1R0_EL1", "a bit a priority");
    check_eq(bit_of(GICD + ISACTIVER, 40), 1, "4.2 active", "after acknowledge");
    check_eq(bit_of(GICD + ISPENDR, 40), 0, "4.2 edge", "not pending after acknowledge");
    set_bit(GICD + ISPENDR, 42);
    set_bit(GICD + ISPENDR, 41);
    check_eq(RD(ICC_IAR1), 41, "4.8 equal priorities", "the lower INTID");
    check_eq(RD(ICC_IAR1), SPURIOUS, "4.8.5 preemption", "not by an equal");
    check_eq(RD(ICC_HPPIR1), 42, "4.2 HPPIR1", "what waits");
    WR(ICC_EOIR1, 41);
    check_eq(RD(ICC_RPR), 0x80, "4.8.5 EOI", "back to the preempted one");
    check_eq(RD(ICC_IAR1), 42, "4.8.5 EOI", "then the other");
    WR(ICC_EOIR1, 42);
    WR(ICC_EOIR1, 40);
    check_eq(RD(ICC_RPR), 0xff, "4.8 RPR", "idle at the end");
    check_eq(bit_of(GICD + ISACTIVER, 40), 0, "4.2 EOImode 0", "EOI deactivates");
}

static void grouping(void)
{
    WR(ICC_BPR1, 6); /* groups of 64 priorities */
    enable_spi(41, 0x68, true);
    set_bit(GICD + ISPENDR, 41);
    check_eq(RD(ICC_IAR1), 41, "4.8.2 BPR1", "acknowledges");
    check_eq(RD(ICC_RPR), 0x40, "4.8.2 BPR1", "runs at its group's priority");
    enable_spi(42, 0x40, true);
    set_bit(GICD + ISPENDR, 42);
    check_eq(RD(ICC_IAR1), SPURIOUS, "4.8.2 BPR1", "no preemption inside of a group");
    WR(ICC_EOIR1, 41);
    check_eq(RD(ICC_IAR1), 42, "4.8.2 BPR1", "after the end");
    WR(ICC_EOIR1, 42);
    WR(ICC_BPR1, 3);
    WR(ICC_BPR0, 4);
    WR(ICC_CTLR, 1);
    check_eq(RD(ICC_BPR1), 5, "4.8.3 CBPR", "BPR1 shows BPR0 + 1");
    WR(ICC_BPR1, 7);
    check_eq(RD(ICC_BPR1), 5, "4.8.3 CBPR", "BPR1 ignores writes");
    WR(ICC_CTLR, 0);
    check_eq(RD(ICC_BPR1), 3, "4.8.3 CBPR", "BPR1 itself is kept");
    WR(ICC_BPR0, 2);
}

static void split_end(void)
{
    WR(ICC_CTLR, 2);
    set_bit(GICD + ISPENDR, 40);
    check_eq(RD(ICC_IAR1), 40, "4.4 EOImode 1", "acknowledges");
    WR(ICC_EOIR1, 40);
    check_eq(RD(ICC_RPR), 0xff, "4.4 EOImode 1", "EOIR drops the priority");
    check_eq(bit_of(GICD + ISACTIVER, 40), 1, "4.4 EOImode 1", "and leaves it active");
    set_bit(GICD + ISPENDR, 40);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "4.2 active and pending", "is not signalled");
    WR(ICC_DIR, 40);
    check_eq(bit_of(GICD + ISACTIVER, 40), 0, "4.4 EOImode 1", "DIR deactivates");
    check_eq(RD(ICC_IAR1), 40, "4.2 active and pending", "is signalled then");
    WR(ICC_EOIR1, 40);
    WR(ICC_DIR, 40);
    WR(ICC_CTLR, 0);
}

static void group0(void)
{
    wr32(GICD + IGROUPR + 4, ~0u & ~(1u << 8));
    set_bit(GICD + ISPENDR, 40);
    check_eq(rd(isr_el1) >> 6 & 3, 1, "4.6 group 0", "is FIQ");
    check_eq(RD(ICC_IAR1), SPURIOUS, "4.6 group 0", "not through IAR1");
    check_eq(RD(ICC_IAR0), 40, "4.6 group 0", "through IAR0");
    check_eq(RD(ICC_AP0R0), 1u << 16, "12.2 ICC_AP0R0_EL1", "its active priority");
    WR(ICC_EOIR0, 40);
    check_eq(RD(ICC_RPR), 0xff, "4.6 group 0", "ends through EOIR0");
    wr32(GICD + CTLR, 2);
    set_bit(GICD + ISPENDR, 40);
    check_eq(RD(ICC_HPPIR0), SPURIOUS, "12.9 GICD_CTLR", "group 0 off at the distributor");
    wr32(GICD + CTLR, 3);
    WR(ICC_IGRPEN0, 0);
    check_eq(RD(ICC_HPPIR0), SPURIOUS, "12.2 ICC_IGRPEN0_EL1", "group 0 off at the CPU");
    WR(ICC_IGRPEN0, 1);
    set_bit(GICD + ICPENDR, 40);
    check_eq(RD(ICC_HPPIR0), SPURIOUS, "12.9 GICD_ICPENDR", "takes it back");
    wr32(GICD + IGROUPR + 4, ~0u);
}

static void sgis(void)
{
    wr32(SGI_BASE + ISENABLER, 0xffff);
    WR(ICC_SGI1R, 5ull << 24 | 1);
    check_eq(RD(ICC_IAR1), 5, "12.2 ICC_SGI1R_EL1", "an SGI to itself");
    WR(ICC_EOIR1, 5);
    WR(ICC_SGI1R, 5ull << 24 | 2);
    check_eq(RD(ICC_IAR1), SPURIOUS, "12.2 ICC_SGI1R_EL1", "to the other CPU");
    check_eq(bit_of(SGI_BASE + 0x20000 + ISPENDR, 5), 1, "12.2 ICC_SGI1R_EL1", "pends there");
    WR(ICC_SGI1R, 1ull << 40 | 6ull << 24);
    check_eq(bit_of(SGI_BASE + ISPENDR, 6), 0, "12.2 SGI1R.IRM", "not to itself");
    check_eq(bit_of(SGI_BASE + 0x20000 + ISPENDR, 6), 1, "12.2 SGI1R.IRM", "to all others");
    WR(ICC_SGI1R, 5ull << 24 | 1ull << 16 | 1);
    check_eq(bit_of(SGI_BASE + ISPENDR, 5), 0, "12.2 SGI1R.Aff1", "another cluster");
    WR(ICC_SGI0R, 5ull << 24 | 1);
    check_eq(bit_of(SGI_BASE + ISPENDR, 5), 0, "12.2 ICC_SGI0R_EL1", "not what is of group 1");
    wr32(SGI_BASE + 0x20000 + ICPENDR, ~0u);
    wr64(GICD + IROUTER + 8 * 40, 1);
    set_bit(GICD + ISPENDR, 40);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "12.9 GICD_IROUTER", "an SPI of the other CPU");
    wr64(GICD + IROUTER + 8 * 40, 0);
    check_eq(RD(ICC_HPPIR1), 40, "12.9 GICD_IROUTER", "routed back while pending");
    set_bit(GICD + ICPENDR, 40);
}

static volatile uint64_t taken;
static volatile int taken_kind;

static void acknowledge(const Trap *t)
{
    taken = RD(ICC_IAR1);
    taken_kind = t->kind;
    WR(ICC_EOIR1, taken);
}

static void interrupts(void)
{
    taken = 0;
    on_interrupt = acknowledge;
    op("msr daifclr, #3");
    set_bit(GICD + ISPENDR, 40);
    dsb();
    isb();
    for (int i = 0; i < 1000 && !taken; i++) {
    }
    op("msr daifset, #3");
    on_interrupt = NULL;
    check_eq(taken, 40, "D1.3 IRQ", "taken while unmasked");
    check_eq((uint64_t)taken_kind, TRAP_IRQ, "4.6 group 1", "is IRQ");
}

/* ---- LPIs: one device, one event, one collection */

enum { LPI = 8200, EVENT = 3, DEVICE_ID = 7, COLLECTION = 2 };
static uint64_t *queue;
static unsigned tail;
static uint8_t *config;

static void command(uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3)
{
    uint64_t *c = queue + tail * 4;

    c[0] = w0;
    c[1] = w1;
    c[2] = w2;
    c[3] = w3;
    tail = (tail + 1) % 128;
    dsb();
    wr64(GITS + 0x88, tail * 32);
    for (int i = 0; i < 100000 && rd64(GITS + 0x90) != tail * 32; i++) {
    }
}

static void its_setup(void)
{
    uint8_t *pending = alloc_aligned(0x10000);
    unsigned itt_entry = (unsigned)(rd64(GITS + 8) >> 4 & 15) + 1;

    check_eq(rd64(GITS + 8) & 1, 1, "12.19 GITS_TYPER", "physical LPIs");
    check(itt_entry <= 16, "12.19 GITS_TYPER", "the size of entries");
    check_eq(rd32(GITS) >> 31, 1, "12.19 GITS_CTLR", "quiescent while disabled");
    check_eq(rd64(GITS + 0x100) >> 56 & 7, 1, "12.19 GITS_BASER0", "devices");
    check_eq(rd64(GITS + 0x108) >> 56 & 7, 4, "12.19 GITS_BASER1", "collections");
    check_eq(rd32(RD_BASE + 8) & 1, 1, "12.11 GICR_TYPER", "PLPIS");
    config = alloc_aligned(0x10000);
    queue = alloc_aligned(0x1000);
    wr64(RD_BASE + 0x70, (uintptr_t)config | 15);
    wr64(RD_BASE + 0x78, (uintptr_t)pending);
    config[LPI - 8192] = 0xa0 | 1;
    dsb();
    wr32(RD_BASE, 1);
    check_eq(rd32(RD_BASE) & 1, 1, "12.11 GICR_CTLR", "LPIs enabled");
    wr64(GITS + 0x100, 1ull << 63 | (uintptr_t)alloc_aligned(0x10000) | 0x200);
    wr64(GITS + 0x108, 1ull << 63 | (uintptr_t)alloc_aligned(0x10000) | 0x200);
    wr64(GITS + 0x80, 1ull << 63 | (uintptr_t)queue);
    wr32(GITS, 1);
    check_eq(rd32(GITS) >> 31, 0, "12.19 GITS_CTLR", "not quiescent while enabled");
}

static void its_map(void)
{
    uint64_t device = (uint64_t)DEVICE_ID << 32;

    command(8 | device, 4, 1ull << 63 | (uintptr_t)alloc_aligned(0x1000), 0); /* MAPD: 32 events */
    command(9, 0, 1ull << 63 | COLLECTION, 0);                                /* MAPC to CPU 0 */
    command(0xa | device, (uint64_t)LPI << 32 | EVENT, COLLECTION, 0);        /* MAPTI */
    command(0xc | device, EVENT, 0, 0);                                       /* INV */
    command(5, 0, 0, 0);                                                      /* SYNC */
    check_eq(rd64(GITS + 0x90), 5 * 32, "5.3 queue", "all commands are done");
}

static void lpis(void)
{
    uint64_t device = (uint64_t)DEVICE_ID << 32;

    its_setup();
    its_map();
    command(3 | device, EVENT, 0, 0); /* INT */
    check_eq(RD(ICC_HPPIR1), LPI, "5.3 INT", "the LPI is pending");
    command(4 | device, EVENT, 0, 0); /* CLEAR */
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "5.3 CLEAR", "and is not");
    command(3 | device, EVENT, 0, 0);
    check_eq(RD(ICC_IAR1), LPI, "5.1 LPIs", "are of group 1");
    check_eq(RD(ICC_RPR), 0xa0, "5.1 LPI configuration", "the priority");
    WR(ICC_EOIR1, LPI);
    check_eq(RD(ICC_RPR), 0xff, "5.1 LPIs", "end");
    check_eq(RD(ICC_IAR1), SPURIOUS, "5.1 LPIs", "are edges");
    command(3 | device, EVENT + 1, 0, 0);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "5.3 INT", "an event without mapping does nothing");
    command(3 | (uint64_t)(DEVICE_ID + 1) << 32, EVENT, 0, 0);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "5.3 INT", "nor a device without mapping");
    config[LPI - 8192] = 0xa0;
    dsb();
    command(0xc | device, EVENT, 0, 0);
    command(3 | device, EVENT, 0, 0);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "5.3 INV", "disabled in its table");
    config[LPI - 8192] = 0x50 | 1;
    dsb();
    command(0xd, 0, COLLECTION, 0); /* INVALL */
    check_eq(RD(ICC_HPPIR1), LPI, "5.3 INVALL", "enabled while pending");
    command(0xf | device, EVENT, 0, 0); /* DISCARD */
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "5.3 DISCARD", "ends the pending state");
    command(3 | device, EVENT, 0, 0);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "5.3 DISCARD", "and the mapping");
    command(0xb | device, LPI, COLLECTION, 0); /* MAPI: event is the LPI, beyond 32 */
    command(3 | device, LPI, 0, 0);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "5.3 MAPI", "an event that the device does not have");
    command(0xa | device, (uint64_t)LPI << 32 | EVENT, COLLECTION, 0);
    wr32(GITS + 0x10040, EVENT);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "12.19 GITS_TRANSLATER", "a CPU is not this device");
    command(8 | device, 0, 0, 0); /* MAPD, not valid */
    command(3 | device, EVENT, 0, 0);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "5.3 MAPD", "takes a device away");
}

/* ---- a CPU that is turned off with an interrupt active, and on again */

enum { OTHER = 0x20000 /* its redistributor */, OTHER_SGI = 3 };
static volatile uint64_t acknowledged, active, enables, active_again, running;
static volatile bool ran;

static void goes_off(void *arg)
{
    wr32(RD_BASE + OTHER + WAKER, 0);
    wr8(SGI_BASE + OTHER + IPRIORITYR + OTHER_SGI, 0x80);
    set_bit(SGI_BASE + OTHER + ISENABLER, OTHER_SGI);
    WR(ICC_PMR, 0xf0);
    WR(ICC_IGRPEN1, 1);
    WR(ICC_IGRPEN0, 1);
    WR(ICC_SGI1R, (uint64_t)OTHER_SGI << 24 | 2);
    while (RD(ICC_HPPIR1) != OTHER_SGI) {
    }
    acknowledged = RD(ICC_IAR1);
    active = RD(ICC_AP1R0);
    ran = true;
    psci(0x84000002, 0, 0, 0); /* CPU_OFF */
}

static void comes_back(void *arg)
{
    enables = RD(ICC_IGRPEN0) | RD(ICC_IGRPEN1) << 1;
    active_again = RD(ICC_AP1R0);
    running = RD(ICC_RPR);
    ran = true;
    psci(0x84000002, 0, 0, 0);
}

static bool runs_and_ends(void (*fn)(void *))
{
    ran = false;
    if (!cpu_start(1, fn, NULL)) {
        return false;
    }
    for (int i = 0; i < 10000000; i++) {
        if (ran && psci(0xc4000004, 1, 0, 0) == 1) { /* AFFINITY_INFO: off */
            return true;
        }
    }
    return false;
}

static void power(void)
{
    const char *rule = "12.2 reset of the CPU interface";

    check(runs_and_ends(goes_off), rule, "the other CPU goes off");
    check_eq(acknowledged, OTHER_SGI, rule, "with an interrupt active");
    check_eq(active, 1u << 16, rule, "at its priority");
    enables = active_again = running = ~0ull;
    check(runs_and_ends(comes_back), rule, "the CPU is started again");
    check_eq(enables, 0, rule, "ICC_IGRPEN0_EL1 and ICC_IGRPEN1_EL1 are 0");
    check_eq(active_again, 0, rule, "ICC_AP1R0_EL1 is 0");
    check_eq(running, 0xff, rule, "ICC_RPR_EL1: idle");
    check(bit_of(SGI_BASE + OTHER + ISACTIVER, OTHER_SGI), "12.11 GICR_ISACTIVER0",
          "the redistributor keeps its state");
}

void suite_main(void)
{
    identification();
    setup();
    priorities();
    grouping();
    split_end();
    group0();
    sgis();
    interrupts();
    lpis();
    power();
}
