/* SPDX-License-Identifier: MIT */
/* GICv3: distributor, redistributors, and CPU interfaces as system registers. */
#ifndef HW_INTC_ARM_GICV3_H
#define HW_INTC_ARM_GICV3_H

#include "hw/core/device.h"
#include "hw/cpu/arm-cpu.h"
#include "hw/intc/gic-common.h"

#define TYPE_ARM_GICV3        "arm-gicv3"
#define ARM_GICV3_MAX_CPUS    512
#define ARM_GICV3_DIST_SIZE   0x10000
#define ARM_GICV3_REDIST_SIZE 0x20000 /* a CPU: RD_base and SGI_base frames */

typedef struct ArmGicV3 ArmGicV3;

/* One CPU's redistributor and CPU interface. */
typedef struct GicV3Cpu {
    ArmGicV3 *gic;
    ArmCpu *cpu;
    unsigned index;
    GicBank bank; /* SGIs and PPIs */
    uint32_t waker;
    GicCpuIf cpuif;
    GicBest best;      /* derived by arm_gicv3_update */
    uint8_t out_level; /* 1 IRQ, 2 FIQ */
} GicV3Cpu;

struct ArmGicV3 {
    Device dev;
    MemoryRegion dist_mr, redist_mr;
    uint32_t num_cpu, num_irq, revision; /* num_irq counts the 32 private ones */

    bool group_enabled[2];
    GicBank shared[GIC_MAX_BANKS]; /* [0] is unused */
    uint64_t route[GIC_MAX_BANKS * 32];
    int16_t target[GIC_MAX_BANKS * 32]; /* CPU that route names; -1 none, or GICV3_ANY_CPU */
    GicV3Cpu *cpus;
    IrqLine *out;
};

enum {
    GICV3_ANY_CPU = -2, /* IROUTER.IRM: one that can take it */
    GICR_WAKER_SLEEP = 1 << 1,
    GICR_WAKER_CHILDREN_ASLEEP = 1 << 2,
};

#define ARM_GICV3(obj) OBJECT_CHECK(ArmGicV3, obj, TYPE_ARM_GICV3)

/* Recomputes what every CPU sees and drives the outputs; after any change of state. */
void arm_gicv3_update(ArmGicV3 *s) REQUIRES(vm_lock);
/* Stores an SPI's route and finds the CPU it names. */
void arm_gicv3_set_route(ArmGicV3 *s, unsigned irq, uint64_t route);
/* Affinity fields packed as in GICR_TYPER[63:32]: Aff3.Aff2.Aff1.Aff0. */
uint32_t arm_gicv3_affinity(const GicV3Cpu *c);
GicBank *arm_gicv3_bank(GicV3Cpu *c, unsigned irq);

/* arm-gicv3-mmio.c */
extern const MemoryRegionOps arm_gicv3_dist_ops, arm_gicv3_redist_ops;
/* arm-gicv3-cpuif.c: gives the CPU its ICC_* registers. */
void arm_gicv3_add_sysregs(GicV3Cpu *c);

#endif
