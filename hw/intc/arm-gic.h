/* SPDX-License-Identifier: MIT */
/* GICv2 for up to 8 CPUs. */
#ifndef HW_INTC_ARM_GIC_H
#define HW_INTC_ARM_GIC_H

#include "hw/core/device.h"
#include "hw/intc/gic-common.h"

#define TYPE_ARM_GIC     "arm_gic"
#define ARM_GIC_MAX_CPUS 8

typedef struct ArmGic {
    Device dev;
    MemoryRegion dist_mr, cpu_mr;
    uint32_t num_cpu, num_irq, revision; /* num_irq counts the 32 private ones */

    bool group_enabled[2]; /* GICD_CTLR */
    GicBank private[ARM_GIC_MAX_CPUS];
    GicBank shared[GIC_MAX_BANKS]; /* [0] is unused */
    uint8_t target[GIC_MAX_BANKS * 32];
    uint8_t sgi_source[ARM_GIC_MAX_CPUS][GIC_SGIS]; /* who sent what waits, a bit a CPU */
    GicCpuIf cpu[ARM_GIC_MAX_CPUS];
    uint32_t cpu_ctlr[ARM_GIC_MAX_CPUS]; /* GICC_CTLR as written */

    GicBest best[ARM_GIC_MAX_CPUS]; /* derived by update */
    uint8_t out_level[ARM_GIC_MAX_CPUS];
    IrqLine out[4 * ARM_GIC_MAX_CPUS];
} ArmGic;

enum { GICC_CTLR_FIQ_EN = 1 << 3 }; /* group 0 is signalled as FIQ */

#define ARM_GIC(obj) OBJECT_CHECK(ArmGic, obj, TYPE_ARM_GIC)

/* Recomputes what every CPU sees and drives the outputs; after any change of state. */
void arm_gic_update(ArmGic *s) REQUIRES(vm_lock);
GicBank *arm_gic_bank(ArmGic *s, unsigned cpu, unsigned irq);

/* arm-gic-mmio.c */
extern const MemoryRegionOps arm_gic_dist_ops, arm_gic_cpu_ops;

#endif
