/* SPDX-License-Identifier: MIT */
/* GICv3 virtualisation: list registers, what a guest at EL1 sees, maintenance, traps (IHI 0069
 * chapter 6). Starts at EL2. */
#include "kit/gic.h"

enum { HCR_FMO = 1 << 3, HCR_IMO = 1 << 4, HCR_TC = 1 << 10, HCR_TALL0 = 1 << 11 };
enum { HCR_TALL1 = 1 << 12, HCR_TDIR = 1 << 14, MAINTENANCE = 25 };
#define PENDING   (1ull << 62)
#define ACTIVE    (2ull << 62)
#define HW        (1ull << 61)
#define GROUP1    (1ull << 60)
#define EOI       (1ull << 41)
#define PRI(p)    ((uint64_t)(p) << 48)
#define PHYS(irq) ((uint64_t)(irq) << 32)

static uint64_t got[8];

static void set_routing(uint64_t bits)
{
    wr(hcr_el2, (rd(hcr_el2) & ~(uint64_t)(HCR_FMO | HCR_IMO)) | bits);
}

static void registers(void)
{
    check_eq(RD(ICH_VTR) & 31, 3, "12.4 ICH_VTR_EL2", "4 list registers");
    check_eq(RD(ICH_VTR) >> 29, 4, "12.4 ICH_VTR_EL2", "5 bits of priority");
    check_eq(RD(ICH_VTR) >> 20 & 3, 3, "12.4 ICH_VTR_EL2", "Aff3, and no GICv4");
    check_eq(RD(ICH_ELRSR), 15, "12.4 ICH_ELRSR_EL2", "all empty");
    check_eq(RD(ICH_VMCR) & 0xf, 8, "12.4 ICH_VMCR_EL2", "VFIQEn is fixed");
    check_eq(RD(ICC_SRE_EL2) & 15, 15, "12.2 ICC_SRE_EL2", "Enable, DIB, DFB, SRE");
    WR(ICH_LR1, ~0ull);
    check_eq(RD(ICH_LR1) >> 60, 15, "12.4 ICH_LR_EL2", "state, HW, group");
    check_eq(RD(ICH_LR1) >> 56 & 15, 0, "12.4 ICH_LR_EL2", "bits 59:56 are 0");
    check_eq(RD(ICH_ELRSR), 13, "12.4 ICH_ELRSR_EL2", "one in use");
    WR(ICH_LR1, 0);
    WR(ICH_VMCR, 0xf8ull << 24 | 2ull << 21 | 3ull << 18 | 3);
    check_eq(RD(ICH_VMCR) >> 24, 0xf8, "12.4 ICH_VMCR_EL2", "VPMR");
    WR(ICH_HCR, 1);
}

/* ---- a guest's interrupt, acknowledged and ended */

static void guest_takes(void *arg)
{
    got[0] = RD(ICC_HPPIR1);
    got[1] = rd(isr_el1) >> 6 & 7;
    got[2] = RD(ICC_IAR1);
    got[3] = RD(ICC_RPR);
    got[4] = RD(ICC_AP1R0);
    got[5] = RD(ICC_PMR);
    got[6] = RD(ICC_CTLR) >> 8 & 7;
    WR(ICC_EOIR1, got[2]);
    got[7] = RD(ICC_RPR);
}

static void delivery(void)
{
    set_routing(HCR_IMO | HCR_FMO);
    WR(ICH_LR0, PENDING | GROUP1 | PRI(0x80) | 40);
    run_at(1, guest_takes, NULL);
    check_eq(got[0], 40, "6.1 ICV_HPPIR1_EL1", "the pending one");
    check_eq(got[1], 2, "6.1 virtual IRQ", "ISR_EL1 of the guest");
    check_eq(got[2], 40, "6.1 ICV_IAR1_EL1", "acknowledges");
    check_eq(got[3], 0x80, "6.1 ICV_RPR_EL1", "runs");
    check_eq(got[4], 1u << 16, "6.1 ICV_AP1R0_EL1", "a bit a priority");
    check_eq(got[5], 0xf8, "6.1 ICV_PMR_EL1", "is VMCR's");
    check_eq(got[6], 4, "6.1 ICV_CTLR_EL1", "5 bits of priority");
    check_eq(got[7], 0xff, "6.1 ICV_EOIR1_EL1", "idle");
    check_eq(RD(ICH_LR0) >> 62, 0, "6.1 ICV_EOIR1_EL1", "the list register is empty");
    check_eq(RD(ICH_AP1R0), 0, "12.4 ICH_AP1R0_EL2", "nothing active");
    WR(ICH_LR0, PENDING | PRI(0x40) | 41);
    run_at(1, guest_takes, NULL);
    check_eq(got[0], SPURIOUS, "6.1 group 0", "not in HPPIR1");
    check_eq(got[1], 1, "6.1 group 0", "is virtual FIQ");
    check_eq(got[2], SPURIOUS, "6.1 group 0", "not through IAR1");
    WR(ICH_LR0, 0);
    WR(ICH_HCR, 0);
    WR(ICH_LR0, PENDING | GROUP1 | PRI(0x80) | 40);
    run_at(1, guest_takes, NULL);
    check_eq(got[1], 0, "12.4 ICH_HCR_EL2.En", "0: nothing is signalled");
    WR(ICH_LR0, 0);
    WR(ICH_HCR, 1);
}

static void guest_settings(void *arg)
{
    WR(ICC_BPR0, 0);
    got[0] = RD(ICC_BPR0);
    WR(ICC_BPR1, 5);
    got[1] = RD(ICC_BPR1);
    WR(ICC_PMR, 0x5f);
    WR(ICC_CTLR, 3);
    got[2] = RD(ICC_BPR1);
    WR(ICC_IGRPEN0, 0);
    got[3] = RD(ICC_IGRPEN0) | RD(ICC_IGRPEN1) << 1;
}

static void settings(void)
{
    run_at(1, guest_settings, NULL);
    check_eq(got[0], 2, "6.1 ICV_BPR0_EL1", "its minimum");
    check_eq(got[1], 5, "6.1 ICV_BPR1_EL1", "is kept");
    check_eq(got[2], 3, "6.1 ICV_CTLR_EL1.CBPR", "BPR1 shows BPR0 + 1");
    check_eq(got[3], 2, "6.1 ICV_IGRPEN", "group 1 only");
    check_eq(RD(ICH_VMCR), 0x58ull << 24 | 2ull << 21 | 5ull << 18 | 1 << 9 | 1 << 4 | 8 | 2,
             "12.4 ICH_VMCR_EL2", "has it all");
    check_eq(RD(ICC_BPR1), 3, "6.1 virtual interface", "the physical one is another");
    WR(ICH_VMCR, 0xf8ull << 24 | 2ull << 21 | 3ull << 18 | 3);
}

/* ---- priorities among list registers */

static void guest_two(void *arg)
{
    got[0] = RD(ICC_IAR1);
    got[1] = RD(ICC_IAR1);
    WR(ICC_EOIR1, got[0]);
    got[2] = RD(ICC_IAR1);
    WR(ICC_EOIR1, got[2]);
}

static void several(void)
{
    WR(ICH_LR2, PENDING | GROUP1 | PRI(0x80) | 50);
    WR(ICH_LR3, PENDING | GROUP1 | PRI(0x60) | 51);
    run_at(1, guest_two, NULL);
    check_eq(got[0], 51, "6.1 priorities", "the more urgent first");
    check_eq(got[1], SPURIOUS, "6.1 priorities", "no preemption");
    check_eq(got[2], 50, "6.1 priorities", "then the other");
}

/* ---- the physical interrupt behind it */

static void hardware(void)
{
    wr32(RD_BASE + WAKER, 0);
    wr32(GICD + CTLR, 3);
    wr32(GICD + IGROUPR + 4, ~0u);
    wr32(GICD + ICFGR + 8, 2u << 16); /* 40: edge */
    wr64(GICD + IROUTER + 8 * 40, 0);
    wr8(GICD + IPRIORITYR + 40, 0x80);
    set_bit(GICD + ISENABLER, 40);
    WR(ICC_PMR, 0xff);
    WR(ICC_IGRPEN1, 1);
    WR(ICC_CTLR, 2);
    set_bit(GICD + ISPENDR, 40);
    check_eq(RD(ICC_IAR1), 40, "6.2 HW", "the hypervisor takes it");
    WR(ICC_EOIR1, 40);
    check_eq(bit_of(GICD + ISACTIVER, 40), 1, "6.2 HW", "and leaves it active");
    WR(ICH_LR0, PENDING | GROUP1 | HW | PRI(0x80) | PHYS(40) | 60);
    run_at(1, guest_takes, NULL);
    check_eq(got[2], 60, "6.2 HW", "the guest has it by another number");
    check_eq(bit_of(GICD + ISACTIVER, 40), 0, "6.2 HW", "the guest's end deactivates it");
    WR(ICC_CTLR, 0);
}

static void guest_split(void *arg)
{
    WR(ICC_CTLR, 2);
    got[0] = RD(ICC_IAR1);
    WR(ICC_EOIR1, got[0]);
    got[1] = RD(ICC_RPR);
}

static void guest_deactivates(void *arg)
{
    WR(ICC_DIR, 61);
    WR(ICC_CTLR, 0);
}

static void split_end(void)
{
    WR(ICH_LR0, PENDING | GROUP1 | PRI(0x80) | 61);
    run_at(1, guest_split, NULL);
    check_eq(got[1], 0xff, "6.1 ICV EOImode 1", "EOIR drops the priority");
    check_eq(RD(ICH_LR0) >> 62, 2, "6.1 ICV EOImode 1", "it stays active");
    run_at(1, guest_deactivates, NULL);
    check_eq(RD(ICH_LR0) >> 62, 0, "6.1 ICV_DIR_EL1", "deactivates");
}

/* ---- maintenance */

static void guest_ends_missing(void *arg)
{
    WR(ICC_EOIR1, 99);
}

static void maintenance(void)
{
    wr32(SGI_BASE + IGROUPR, ~0u);
    set_bit(SGI_BASE + ISENABLER, MAINTENANCE);
    WR(ICC_PMR, 0); /* it is looked at, not taken */
    wr8(SGI_BASE + IPRIORITYR + MAINTENANCE, 0x40);
    WR(ICH_LR0, PENDING | GROUP1 | EOI | PRI(0x80) | 62);
    check_eq(RD(ICH_MISR), 0, "6.3 EOI", "not before the end");
    run_at(1, guest_takes, NULL);
    check_eq(RD(ICH_EISR), 1, "6.3 EOI", "the end is told");
    check_eq(RD(ICH_ELRSR), 14, "6.3 EOI", "not free until looked at");
    check_eq(RD(ICH_MISR), 1, "6.3 EOI", "by the maintenance interrupt");
    check_eq(RD(ICC_HPPIR1), MAINTENANCE, "6.3 maintenance", "is this PPI");
    WR(ICH_LR0, 0);
    check_eq(RD(ICC_HPPIR1), SPURIOUS, "6.3 maintenance", "a level that goes away");
    WR(ICH_HCR, 1 | 2);
    check_eq(RD(ICH_MISR), 2, "6.3 U", "no valid list register");
    WR(ICH_LR0, PENDING | 1);
    check_eq(RD(ICH_MISR), 2, "6.3 U", "one");
    WR(ICH_LR1, PENDING | 2);
    check_eq(RD(ICH_MISR), 0, "6.3 U", "two");
    WR(ICH_HCR, 1 | 8);
    check_eq(RD(ICH_MISR), 0, "6.3 NP", "some are pending");
    WR(ICH_LR0, ACTIVE | 1);
    WR(ICH_LR1, 0);
    check_eq(RD(ICH_MISR), 8, "6.3 NP", "none is");
    WR(ICH_LR0, 0);
    WR(ICH_HCR, 1 | 1 << 6);
    check_eq(RD(ICH_MISR), 1 << 6, "6.3 VGrp1E", "group 1 is enabled");
    WR(ICH_HCR, 1 | 1 << 5 | 1 << 7);
    check_eq(RD(ICH_MISR), 0, "6.3 VGrp0D VGrp1D", "neither is disabled");
    WR(ICH_VMCR, RD(ICH_VMCR) & ~3ull);
    check_eq(RD(ICH_MISR), 1 << 5 | 1 << 7, "6.3 VGrp0D VGrp1D", "both are");
    WR(ICH_VMCR, RD(ICH_VMCR) | 3);
    WR(ICH_HCR, 1 | 4);
    run_at(1, guest_ends_missing, NULL);
    check_eq(RD(ICH_HCR) >> 27, 0, "6.1 EOIcount", "nothing was active");
    WR(ICH_AP1R0, 1u << 16);
    run_at(1, guest_ends_missing, NULL);
    check_eq(RD(ICH_HCR) >> 27, 1, "6.1 EOIcount", "an end without a list register");
    check_eq(RD(ICH_MISR), 4, "6.3 LRENP", "tells it");
    check_eq(RD(ICH_AP1R0), 0, "6.1 EOIcount", "the priority drops all the same");
    WR(ICH_HCR, 1);
}

/* ---- traps */

typedef struct TrapCase {
    void (*fn)(void *arg);
    uint64_t control;
    const char *what;
    bool traps;
} TrapCase;

#define ACCESS(name, text)         \
    static void name(void *unused) \
    {                              \
        op(text);                  \
    }
ACCESS(read_iar1, "mrs x0, S3_0_C12_C12_0")
ACCESS(read_iar0, "mrs x0, S3_0_C12_C8_0")
ACCESS(read_pmr, "mrs x0, S3_0_C4_C6_0")
ACCESS(write_dir, "mov x0, #99\n\tmsr S3_0_C12_C11_1, x0")
ACCESS(write_sgi1, "mov x0, #1\n\tmsr S3_0_C12_C11_5, x0")
ACCESS(read_sre, "mrs x0, S3_0_C12_C12_5")
ACCESS(read_hcr, "mrs x0, S3_4_C12_C11_0")

static Trap trap;

static void at_el1(void *arg)
{
    trap = expect((void (*)(void *))arg, NULL);
}

static bool trapped(void (*fn)(void *arg), uint64_t control)
{
    WR(ICH_HCR, control | 1);
    run_at(1, at_el1, (void *)fn);
    WR(ICH_HCR, 1);
    return trap.taken && trap.el == 2 && trap_ec(&trap) == 0x18;
}

static void traps(void)
{
    check(!trapped(read_iar1, 0), "12.4 ICH_HCR_EL2", "nothing traps by itself");
    check(trapped(read_iar1, HCR_TALL1), "12.4 ICH_HCR_EL2.TALL1", "ICC_IAR1_EL1");
    check_eq(trap_iss(&trap), 0x30 << 16 | 0 << 14 | 12 << 10 | 0 << 5 | 12 << 1 | 1, "D17 ESR_ELx",
             "syndrome of the trapped read");
    check(!trapped(read_iar1, HCR_TALL0 | HCR_TC | HCR_TDIR), "12.4 ICH_HCR_EL2",
          "the others do not trap ICC_IAR1_EL1");
    check(trapped(read_iar0, HCR_TALL0), "12.4 ICH_HCR_EL2.TALL0", "ICC_IAR0_EL1");
    check(!trapped(read_iar0, HCR_TALL1 | HCR_TC), "12.4 ICH_HCR_EL2", "not ICC_IAR0_EL1");
    check(trapped(read_pmr, HCR_TC), "12.4 ICH_HCR_EL2.TC", "ICC_PMR_EL1");
    check(!trapped(read_pmr, HCR_TALL0 | HCR_TALL1), "12.4 ICH_HCR_EL2", "not ICC_PMR_EL1");
    check(trapped(write_dir, HCR_TC), "12.4 ICH_HCR_EL2.TC", "ICC_DIR_EL1");
    check(trapped(write_dir, HCR_TDIR), "12.4 ICH_HCR_EL2.TDIR", "ICC_DIR_EL1");
    check(!trapped(write_dir, HCR_TALL0 | HCR_TALL1), "12.4 ICH_HCR_EL2", "not ICC_DIR_EL1");
    check(trapped(write_sgi1, 0), "12.2 ICC_SGI1R_EL1", "traps with HCR_EL2.IMO");
    check(!trapped(read_sre, HCR_TC | HCR_TALL0 | HCR_TALL1), "12.2 ICC_SRE_EL1", "does not");
    set_routing(0);
    check(!trapped(write_sgi1, 0), "12.2 ICC_SGI1R_EL1", "is the guest's without IMO and FMO");
    check(trapped(write_sgi1, HCR_TC), "12.4 ICH_HCR_EL2.TC", "ICC_SGI1R_EL1");
    check(trapped(read_iar1, HCR_TALL1), "12.4 ICH_HCR_EL2.TALL1", "also without IMO");
    trapped(read_hcr, 0);
    check(trap.taken && trap_ec(&trap) == 0 && trap.el == 1, "12.4 ICH_HCR_EL2",
          "is undefined at EL1");
}

/* ---- which interface */

static void guest_reads(void *arg)
{
    got[0] = RD(ICC_HPPIR1);
    got[1] = RD(ICC_PMR);
}

static void routing(void)
{
    WR(ICH_LR0, PENDING | GROUP1 | PRI(0x80) | 70);
    wr8(GICD + IPRIORITYR + 40, 0xf0);
    WR(ICC_PMR, 0xe8); /* too low to be taken */
    set_bit(GICD + ISPENDR, 40);
    set_routing(0);
    run_at(1, guest_reads, NULL);
    check_eq(got[0], 40, "6.1 HCR_EL2.IMO 0", "the physical interface");
    check_eq(got[1], 0xe8, "6.1 HCR_EL2.IMO 0", "its PMR");
    set_routing(HCR_IMO);
    run_at(1, guest_reads, NULL);
    check_eq(got[0], 70, "6.1 HCR_EL2.IMO 1", "the virtual interface");
    check_eq(got[1], 0xf8, "6.1 HCR_EL2.IMO 1", "its PMR");
    set_routing(HCR_FMO);
    run_at(1, guest_reads, NULL);
    check_eq(got[0], 40, "6.1 HCR_EL2.FMO only", "group 1 is physical");
    check_eq(got[1], 0xf8, "6.1 HCR_EL2.FMO only", "what is common is virtual");
    set_bit(GICD + ICPENDR, 40);
}

static volatile uint64_t taken, taken_el;

static void acknowledge(const Trap *t)
{
    taken_el = (uint64_t)t->el;
    taken = RD(ICC_IAR1);
    WR(ICC_EOIR1, taken);
}

static void guest_unmasks(void *arg)
{
    op("msr daifclr, #2");
    for (volatile int i = 0; i < 1000 && !taken; i++) {
    }
    op("msr daifset, #2");
}

static void interrupts(void)
{
    set_routing(HCR_IMO | HCR_FMO);
    WR(ICH_LR0, PENDING | GROUP1 | PRI(0x80) | 71);
    on_interrupt = acknowledge;
    WR(ICC_PMR, 0xff);
    run_at(1, guest_unmasks, NULL);
    check_eq(taken, 71, "D1.3 virtual IRQ", "is taken");
    check_eq(taken_el, 1, "D1.3 virtual IRQ", "at EL1");
    taken = 0;
    set_bit(GICD + ISPENDR, 40);
    run_at(1, guest_unmasks, NULL);
    check_eq(taken, 40, "D1.3 HCR_EL2.IMO", "a physical IRQ is taken");
    check_eq(taken_el, 2, "D1.3 HCR_EL2.IMO", "at EL2");
    on_interrupt = NULL;
}

void suite_main(void)
{
    registers();
    delivery();
    settings();
    several();
    hardware();
    split_end();
    maintenance();
    traps();
    routing();
    interrupts();
}
