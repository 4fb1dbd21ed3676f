/* SPDX-License-Identifier: MIT */
/* GICv2 without security extensions: groups, priorities, preemption, SGIs, targets; with
 * virtualization=on its virtual interface; GICv2m (IHI 0048B). */
#include "kit/gic.h"

enum {
    V_CTLR = GICV + 0x00,
    V_PMR = GICV + 0x04,
    V_IAR = GICV + 0x0c,
    V_EOIR = GICV + 0x10,
    V_RPR = GICV + 0x14,
    V_HPPIR = GICV + 0x18,
    V_AIAR = GICV + 0x20,
    H_HCR = GICH + 0x00,
    H_VTR = GICH + 0x04,
    H_VMCR = GICH + 0x08,
    H_MISR = GICH + 0x10,
    H_EISR = GICH + 0x20,
    H_ELRSR = GICH + 0x30,
    H_APR = GICH + 0xf0,
    H_LR = GICH + 0x100,
    V2M = 0x08020000,
    SGIR = GICD + 0xf00,
    CPENDSGIR = GICD + 0xf10,
    SPENDSGIR = GICD + 0xf20,
};

static void enable_spi(unsigned irq, uint8_t priority)
{
    uintptr_t cfg = GICD + ICFGR + irq / 16 * 4;

    wr32(cfg, rd32(cfg) | 2u << irq % 16 * 2);
    wr8(GICD + IPRIORITYR + irq, priority);
    wr8(GICD + ITARGETSR + irq, 1);
    set_bit(GICD + ISENABLER, irq);
}

static void identification(void)
{
    check_eq(rd32(GICD + 0xfe8) >> 4 & 15, 2, "4.3 ICPIDR2", "architecture 2");
    check_eq(rd32(GICD + TYPER) >> 5 & 7, 1, "4.3 GICD_TYPER", "two CPUs");
    check_eq(rd32(GICD + TYPER) >> 10 & 1, 0, "4.3 GICD_TYPER", "no security extensions");
    check_eq(rd32(GICD + CTLR), 0, "4.3 GICD_CTLR", "off after reset");
    check_eq(rd32(GICD + ISENABLER) & 0xffff, 0xffff, "4.3 GICD_ISENABLER0", "SGIs are enabled");
    wr32(GICD + ICENABLER, 0xffff);
    check_eq(rd32(GICD + ISENABLER) & 0xffff, 0xffff, "4.3 GICD_ICENABLER0", "for ever");
    check_eq(rd8(GICD + ITARGETSR), 1, "4.3 GICD_ITARGETSR0", "this CPU");
    check_eq(rd32(GICD + ICFGR), 0xaaaaaaaa, "4.3 GICD_ICFGR0", "SGIs are edges");
    wr32(GICD + ITARGETSR + 40, 0xff);
    check_eq(rd8(GICD + ITARGETSR + 40), 3, "4.3 GICD_ITARGETSR", "only CPUs that exist");
    wr32(GICD + CTLR, 3);
    wr32(C_PMR, 0xff);
    check_eq(rd32(C_PMR), 0xff, "4.4 GICC_PMR", "256 levels");
    wr32(C_BPR, 0);
    check_eq(rd32(C_BPR), 0, "4.4 GICC_BPR", "its minimum");
    wr32(C_ABPR, 0);
    check_eq(rd32(C_ABPR), 1, "4.4 GICC_ABPR", "one more");
    check_eq(rd32(C_IAR), SPURIOUS, "4.4 GICC_IAR", "nothing");
    check_eq(rd32(C_RPR), 0xff, "4.4 GICC_RPR", "idle");
}

static void priorities(void)
{
    wr32(C_CTLR, 1);
    enable_spi(40, 0x80);
    enable_spi(41, 0x60);
    enable_spi(42, 0x60);
    set_bit(GICD + ISPENDR, 40);
    check_eq(rd32(C_HPPIR), 40, "4.4 GICC_HPPIR", "the one that is pending");
    check_eq(rd(isr_el1) >> 7 & 1, 1, "D17 ISR_EL1", "IRQ is pending");
    wr32(C_PMR, 0x80);
    check_eq(rd(isr_el1) >> 7 & 1, 0, "3.3 PMR", "masks its own priority");
    wr32(C_PMR, 0xf0);
    check_eq(rd32(C_IAR), 40, "4.4 GICC_IAR", "acknowledges");
    check_eq(rd32(C_RPR), 0x80, "4.4 GICC_RPR", "runs");
    check_eq(bit_of(GICD + ISACTIVER, 40), 1, "3.2 active", "after acknowledge");
    set_bit(GICD + ISPENDR, 42);
    set_bit(GICD + ISPENDR, 41);
    check_eq(rd32(C_IAR), 41, "3.3 preemption", "by a lower value, of equals the lower number");
    check_eq(rd32(C_IAR), SPURIOUS, "3.3 preemption", "not by an equal");
    wr32(C_EOIR, 41);
    check_eq(rd32(C_RPR), 0x80, "3.3 preemption", "back to the preempted one");
    check_eq(rd32(C_IAR), 42, "3.3 preemption", "then the other");
    wr32(C_EOIR, 42);
    wr32(C_EOIR, 40);
    check_eq(rd32(C_RPR), 0xff, "4.4 GICC_EOIR", "idle");
    check_eq(bit_of(GICD + ISACTIVER, 40), 0, "4.4 GICC_EOIR", "inactive");
}

static void grouping(void)
{
    wr32(C_BPR, 5); /* groups of 64 */
    wr8(GICD + IPRIORITYR + 41, 0x6a);
    wr8(GICD + IPRIORITYR + 42, 0x40);
    set_bit(GICD + ISPENDR, 41);
    check_eq(rd32(C_IAR), 41, "3.3.3 BPR", "acknowledges");
    check_eq(rd32(C_RPR), 0x40, "3.3.3 BPR", "runs at its group's priority");
    set_bit(GICD + ISPENDR, 42);
    check_eq(rd32(C_IAR), SPURIOUS, "3.3.3 BPR", "no preemption inside of a group");
    wr32(C_EOIR, 41);
    check_eq(rd32(C_IAR), 42, "3.3.3 BPR", "after the end");
    wr32(C_EOIR, 42);
    wr32(C_BPR, 0);
}

static void groups(void)
{
    wr32(GICD + IGROUPR + 4, 1u << 8);
    set_bit(GICD + ISPENDR, 40);
    check_eq(rd(isr_el1) >> 6 & 3, 0, "4.4 GICC_CTLR", "group 1 is off");
    wr32(C_CTLR, 3 | 8);
    check_eq(rd32(C_IAR), 1022, "3.4 AckCtl 0", "group 1 is not for IAR");
    check_eq(rd32(C_HPPIR), 1022, "3.4 AckCtl 0", "nor for HPPIR");
    check_eq(rd(isr_el1) >> 6 & 3, 2, "3.4 group 1", "is IRQ");
    check_eq(rd32(C_AIAR), 40, "3.4 aliased", "AIAR acknowledges it");
    set_bit(GICD + ISPENDR, 41);
    check_eq(rd(isr_el1) >> 6 & 3, 1, "3.4 FIQEn", "group 0 is FIQ");
    check_eq(rd32(C_AIAR), SPURIOUS, "3.4 aliased", "AIAR has nothing of group 0");
    check_eq(rd32(C_IAR), 41, "3.4 group 0", "IAR has");
    wr32(C_EOIR, 41);
    wr32(C_AEOIR, 40);
    check_eq(rd32(C_RPR), 0xff, "3.4 aliased", "AEOIR ends group 1");
    wr32(C_CTLR, 3 | 4);
    set_bit(GICD + ISPENDR, 40);
    check_eq(rd32(C_IAR), 40, "3.4 AckCtl 1", "IAR acknowledges group 1");
    wr32(C_EOIR, 40);
    check_eq(rd32(C_RPR), 0xff, "3.4 AckCtl 1", "EOIR ends it");
    wr32(GICD + IGROUPR + 4, 0);
}

static void split_end(void)
{
    wr32(C_CTLR, 1 | 1 << 9);
    set_bit(GICD + ISPENDR, 40);
    check_eq(rd32(C_IAR), 40, "3.2 EOImode", "acknowledges");
    wr32(C_EOIR, 40);
    check_eq(rd32(C_RPR), 0xff, "3.2 EOImode", "EOIR drops the priority");
    check_eq(bit_of(GICD + ISACTIVER, 40), 1, "3.2 EOImode", "and leaves it active");
    wr32(C_DIR, 40);
    check_eq(bit_of(GICD + ISACTIVER, 40), 0, "3.2 EOImode", "DIR deactivates");
    wr32(C_CTLR, 1);
}

static void sgis(void)
{
    wr32(SGIR, 1u << 16 | 5);
    check_eq(rd8(SPENDSGIR + 5), 1, "4.3 GICD_SPENDSGIR", "who sent it");
    check_eq(rd32(C_IAR), 5, "4.3 GICD_SGIR", "to itself");
    wr32(C_EOIR, 5);
    wr32(SGIR, 2u << 24 | 6);
    check_eq(rd32(C_IAR), 6, "4.3 GICD_SGIR", "filter 2: itself");
    wr32(C_EOIR, 6);
    wr32(SGIR, 1u << 24 | 7);
    check_eq(rd32(C_IAR), SPURIOUS, "4.3 GICD_SGIR", "filter 1: all others");
    wr8(SPENDSGIR + 9, 2);
    check_eq(rd32(C_IAR), 9 | 1 << 10, "4.4 GICC_IAR", "the source CPU with the number");
    wr32(C_EOIR, 9 | 1 << 10);
    wr8(SPENDSGIR + 9, 3);
    wr8(CPENDSGIR + 9, 1);
    check_eq(rd8(CPENDSGIR + 9), 2, "4.3 GICD_CPENDSGIR", "takes one source back");
    wr8(CPENDSGIR + 9, 2);
    wr8(GICD + ITARGETSR + 40, 2);
    set_bit(GICD + ISPENDR, 40);
    check_eq(rd32(C_HPPIR), SPURIOUS, "4.3 GICD_ITARGETSR", "an SPI of the other CPU");
    wr8(GICD + ITARGETSR + 40, 3);
    check_eq(rd32(C_IAR), 40, "4.3 GICD_ITARGETSR", "of both");
    wr32(C_EOIR, 40);
}

static void messages(void)
{
    unsigned first = rd32(V2M + 8) >> 16 & 0x3ff, n = rd32(V2M + 8) & 0x3ff;

    check_eq(first, 80, "GICv2m MSI_TYPER", "the first SPI");
    check_eq(n, 64, "GICv2m MSI_TYPER", "how many");
    enable_spi(first + 1, 0x80);
    wr32(V2M + 0x40, first + 1);
    check_eq(rd32(C_IAR), first + 1, "GICv2m MSI_SETSPI_NS", "pends its SPI");
    wr32(C_EOIR, first + 1);
    wr32(V2M + 0x40, first - 1);
    check_eq(rd32(C_IAR), SPURIOUS, "GICv2m MSI_SETSPI_NS", "and no other");
}

/* ---- the virtual interface, used from EL2 itself */

static void virtual_interface(void)
{
    check_eq(rd32(H_VTR), 0x90000003, "5.3 GICH_VTR", "5 bits, 4 list registers");
    check_eq(rd32(H_ELRSR), 15, "5.3 GICH_ELRSR", "all are empty");
    wr32(H_HCR, 1);
    wr32(H_VMCR, 0xf0u << 24 | 3);
    check_eq(rd32(V_PMR), 0xf0, "5.3 GICH_VMCR", "is the guest's PMR");
    check_eq(rd32(V_CTLR), 3, "5.3 GICH_VMCR", "and its groups");
    wr32(H_LR, 1u << 28 | 16u << 23 | 3 << 10 | 5); /* SGI 5 of CPU 3, 0x80, pending */
    check_eq(rd32(H_ELRSR), 14, "5.3 GICH_ELRSR", "one is in use");
    check_eq(rd32(V_HPPIR) & 0x3ff, 5, "5.5 GICV_HPPIR", "the guest sees it");
    check_eq(rd32(V_IAR), 5 | 3 << 10, "5.5 GICV_IAR", "with the CPU it is from");
    check_eq(rd32(H_LR) >> 28 & 3, 2, "5.3 GICH_LR", "active now");
    check_eq(rd32(V_RPR), 0x80, "5.5 GICV_RPR", "runs");
    check_eq(rd32(H_APR), 1u << 16, "5.3 GICH_APR", "its active priority");
    wr32(V_EOIR, 5 | 3 << 10);
    check_eq(rd32(H_LR) >> 28 & 3, 0, "5.5 GICV_EOIR", "empty again");
    check_eq(rd32(V_RPR), 0xff, "5.5 GICV_EOIR", "idle");
    wr32(H_LR, 1u << 30 | 1u << 28 | 4u << 23 | 1 << 19 | 40); /* group 1, tell the end */
    check_eq(rd32(V_IAR), 1022, "5.5 GICV_IAR", "group 1 is for AIAR");
    check_eq(rd32(V_AIAR), 40, "5.5 GICV_AIAR", "which has it");
    wr32(GICV + 0x24, 40);
    check_eq(rd32(H_EISR), 1, "5.3 GICH_EISR", "the end is told");
    check_eq(rd32(H_MISR) & 1, 1, "5.3 GICH_MISR", "by the maintenance interrupt");
    wr32(H_LR, 0);
    check_eq(rd32(H_MISR), 0, "5.3 GICH_MISR", "which ends with the register");
    wr32(H_HCR, 3);
    check_eq(rd32(H_MISR), 2, "5.3 GICH_MISR", "underflow");
    wr32(H_HCR, 1);
    wr32(H_LR + 4, 1u << 28 | 8u << 23 | 41);
    wr32(H_LR + 8, 1u << 28 | 6u << 23 | 42);
    check_eq(rd32(V_IAR), 42, "5.5 GICV_IAR", "the more urgent one");
    check_eq(rd32(V_IAR), SPURIOUS, "5.5 GICV_IAR", "no preemption");
    wr32(V_EOIR, 42);
    check_eq(rd32(V_IAR), 41, "5.5 GICV_IAR", "then the other");
    wr32(V_EOIR, 41);
    enable_spi(40, 0x80);
    wr32(C_CTLR, 1 | 1 << 9);
    set_bit(GICD + ISPENDR, 40);
    check_eq(rd32(C_IAR), 40, "5.2 HW", "the hypervisor takes the interrupt");
    wr32(C_EOIR, 40);
    wr32(H_LR, 1u << 31 | 1u << 28 | 8u << 23 | 40 << 10 | 50);
    check_eq(rd32(V_IAR), 50, "5.2 HW", "the guest has it by another number");
    check_eq(bit_of(GICD + ISACTIVER, 40), 1, "5.2 HW", "still active");
    wr32(V_EOIR, 50);
    check_eq(bit_of(GICD + ISACTIVER, 40), 0, "5.2 HW", "until the guest's end");
    wr32(H_HCR, 5);
    wr32(V_EOIR, 60);
    check_eq(rd32(H_HCR) >> 27, 0, "5.3 EOICount", "counts nothing with nothing active");
    wr32(H_APR, 1u << 16);
    wr32(V_EOIR, 60);
    check_eq(rd32(H_HCR) >> 27, 1, "5.3 EOICount", "counts an end without a list register");
    check_eq(rd32(H_MISR), 4, "5.3 GICH_MISR", "LRENP");
    wr32(H_HCR, 0);
    wr32(C_CTLR, 1);
}

void suite_main(void)
{
    identification();
    priorities();
    grouping();
    groups();
    split_end();
    sgis();
    messages();
    if (boot_el == 2) {
        virtual_interface();
    }
}
