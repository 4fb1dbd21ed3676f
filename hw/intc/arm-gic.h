/* SPDX-License-Identifier: MIT */
/* GICv2 for up to 8 CPUs. */
#ifndef HW_INTC_ARM_GIC_H
#define HW_INTC_ARM_GIC_H

#include "hw/core/device.h"
#include "hw/intc/gic-common.h"
#include "hw/intc/gic-virt.h"

#define TYPE_ARM_GIC     "arm_gic"
#define ARM_GIC_MAX_CPUS 8

/* One CPU's private interrupts and interfaces. */
typedef struct ArmGicCpu {
    GicBank bank;                 /* SGIs and PPIs */
    uint8_t sgi_source[GIC_SGIS]; /* who sent what waits, a bit a CPU */
    GicCpuIf cpuif;
    bool ack_ctl, fiq_en; /* GICC_CTLR */
    GicVirt virt;

    uint32_t targeted[GIC_MAX_BANKS]; /* derived: SPIs that have this CPU as a target */
    GicBest best;                     /* derived by arm_gic_update_cpu */
    uint8_t out_levels;               /* GIC_OUT_* */
} ArmGicCpu;

/* The outputs, in the order of the unnamed list; then the named one, "maintenance". */
enum { GIC_OUT_IRQ, GIC_OUT_FIQ, GIC_OUT_VIRQ, GIC_OUT_VFIQ, GIC_OUT_MAINTENANCE };

typedef struct ArmGic {
    Device dev;
    MemoryRegion dist_mr, cpu_mr, hyp_mr, vcpu_mr;
    uint32_t num_cpu, num_irq, revision; /* num_irq counts the 32 private ones */
    uint32_t priority_bits;
    bool has_security, has_virtualization; /* properties */
    bool reset_nonsecure; /* as firmware leaves them, all interrupts are in group 1 */

    bool group_enabled[GIC_GROUPS]; /* GICD_CTLR */
    GicBank shared[GIC_MAX_BANKS];  /* [0] is unused */
    uint8_t target[GIC_MAX_BANKS * 32];
    ArmGicCpu cpu[ARM_GIC_MAX_CPUS];
    IrqLine out[4 * ARM_GIC_MAX_CPUS], maintenance[ARM_GIC_MAX_CPUS];
} ArmGic;

#define ARM_GIC(obj) OBJECT_CHECK(ArmGic, obj, TYPE_ARM_GIC)

/* Recompute what CPUs see and drive the outputs, after a change of state: of every CPU; of what
 * one CPU has for itself; of one interrupt, where it goes and on the CPU that changed it. */
void arm_gic_update(ArmGic *s) REQUIRES(vm_lock);
void arm_gic_update_cpu(ArmGic *s, unsigned cpu) REQUIRES(vm_lock);
void arm_gic_update_irq(ArmGic *s, unsigned cpu, unsigned irq) REQUIRES(vm_lock);
GicBank *arm_gic_bank(ArmGic *s, unsigned cpu, unsigned irq);
void arm_gic_set_target(ArmGic *s, unsigned irq, uint8_t cpus);
void arm_gic_set_sgi_source(ArmGic *s, unsigned cpu, unsigned sgi, uint8_t sources);
/* The active state of an interrupt ends. */
void arm_gic_deactivate(ArmGic *s, unsigned cpu, unsigned irq) REQUIRES(vm_lock);
/* The CPU whose access this is; outside of vCPU threads (debugger, qtest) the first one. */
unsigned arm_gic_current_cpu(const ArmGic *s);
/* An access that sees everything. */
static inline bool arm_gic_sees_secure(const ArmGic *s, MemAttrs attrs)
{
    return attrs.secure || !s->has_security;
}

enum {
    ARM_GIC_IIDR_DIST = 0x0200143b, /* GIC-400 r0p1 */
    ARM_GIC_IIDR_CPU = 0x0202143b,
};

/* GICC and GICV have the same registers. */
enum {
    GICC_CTLR = 0x00,
    GICC_PMR = 0x04,
    GICC_BPR = 0x08,
    GICC_IAR = 0x0c,
    GICC_EOIR = 0x10,
    GICC_RPR = 0x14,
    GICC_HPPIR = 0x18,
    GICC_ABPR = 0x1c,
    GICC_AIAR = 0x20,
    GICC_AEOIR = 0x24,
    GICC_AHPPIR = 0x28,
    GICC_APR0 = 0xd0, /* of four, as are the next */
    GICC_NSAPR0 = 0xe0,
    GICC_APR_END = 0xf0,
    GICC_IIDR = 0xfc,
    GICC_DIR = 0x1000,

    GICC_CTLR_GRP0 = 1 << 0,
    GICC_CTLR_GRP1 = 1 << 1,
    GICC_CTLR_ACK_CTL = 1 << 2,
    GICC_CTLR_FIQ_EN = 1 << 3,
    GICC_CTLR_CBPR = 1 << 4,
    GICC_CTLR_EOI_MODE = 1 << 9, /* of Secure software, with two states */
    GICC_CTLR_EOI_MODE_NS = 1 << 10,
};

/* arm-gic-dist.c, arm-gic-cpuif.c, arm-gic-virt.c */
extern const MemoryRegionOps arm_gic_dist_ops, arm_gic_cpu_ops, arm_gic_hyp_ops, arm_gic_vcpu_ops;

#endif
