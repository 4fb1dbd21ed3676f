/* SPDX-License-Identifier: MIT */
/* GICv3: distributor, redistributors, and CPU interfaces as system registers. */
#ifndef HW_INTC_ARM_GICV3_H
#define HW_INTC_ARM_GICV3_H

#include "hw/core/device.h"
#include "hw/cpu/arm-cpu.h"
#include "hw/intc/gic-common.h"
#include "hw/intc/gic-virt.h"

#define TYPE_ARM_GICV3        "arm-gicv3"
#define ARM_GICV3_MAX_CPUS    512
#define ARM_GICV3_DIST_SIZE   0x10000
#define ARM_GICV3_REDIST_SIZE 0x20000 /* a CPU: RD_base and SGI_base frames */

enum {
    GICV3_PRIORITY_BITS = 5,
    GICV3_ID_BITS = 16, /* of interrupt numbers, so that LPIs are 8192 to 65535 */
    GICV3_LPIS = (1 << GICV3_ID_BITS) - GIC_FIRST_LPI,
};

typedef struct ArmGicV3 ArmGicV3;

/* LPIs of a redistributor (arm-gicv3-lpi.c). The tables in guest memory are read when LPIs are
 * enabled, configuration also on the ITS's INV commands; pending LPIs are written back when LPIs
 * are disabled. */
typedef struct GicV3Lpis {
    bool enabled; /* GICR_CTLR.EnableLPIs */
    uint64_t propbaser, pendbaser;
    uint64_t *pending; /* a bit each from GIC_FIRST_LPI on; NULL: never enabled */
    uint8_t *config;   /* a byte each */
    unsigned count;    /* of LPIs that the configuration table has */
    GicBest best;      /* derived */
} GicV3Lpis;

/* One CPU's redistributor and CPU interface. */
typedef struct GicV3Cpu {
    ArmGicV3 *gic;
    ArmCpu *cpu;
    unsigned index;
    bool last_of_region;
    GicBank bank; /* SGIs and PPIs */
    uint32_t waker;
    GicV3Lpis lpis;
    GicCpuIf cpuif;
    GicVirt virt;

    uint32_t routed[GIC_MAX_BANKS]; /* derived: SPIs of which the route names this CPU */
    GicBest best;                   /* derived by arm_gicv3_update_cpu */
    uint8_t out_levels;             /* GICV3_OUT_* */
} GicV3Cpu;

/* The outputs, in the order of the unnamed list; then the named one, "maintenance". */
enum { GICV3_OUT_IRQ, GICV3_OUT_FIQ, GICV3_OUT_VIRQ, GICV3_OUT_VFIQ, GICV3_OUT_MAINTENANCE };

typedef struct GicV3Region {
    MemoryRegion mr;
    ArmGicV3 *gic;
    unsigned first_cpu;
} GicV3Region;

struct ArmGicV3 {
    Device dev;
    MemoryRegion dist_mr;
    GicV3Region *regions;
    uint32_t num_cpu, num_irq, revision; /* num_irq counts the 32 private ones */
    bool has_security, has_lpi;          /* properties */
    bool reset_nonsecure;    /* as firmware leaves them, all interrupts are in group 1 */
    PropArray region_counts; /* redistributors in each region; none: all in one */

    bool group_enabled[GIC_GROUPS]; /* GICD_CTLR */
    bool ds;                        /* GICD_CTLR.DS: one Security state */
    GicBank shared[GIC_MAX_BANKS];  /* [0] is unused */
    uint64_t route[GIC_MAX_BANKS * 32];
    GicV3Cpu *cpus;
    IrqLine *out, *maintenance;

    /* Derived: the CPU that a route names, -1: none; where SPIs that any CPU may take go now, by
     * group. */
    int16_t target[GIC_MAX_BANKS * 32];
    uint32_t any[GIC_MAX_BANKS];
    unsigned any_count;
    int any_cpu[GIC_GROUPS];
};

enum {
    GICR_WAKER_SLEEP = 1 << 1,
    GICR_WAKER_CHILDREN_ASLEEP = 1 << 2,
};

#define GICR_PENDBASER_PTZ BIT64(62) /* the pending table is all zeros; not read back */

#define ARM_GICV3(obj) OBJECT_CHECK(ArmGicV3, obj, TYPE_ARM_GICV3)

/* Recompute what CPUs see and drive the outputs, after a change of state: of every CPU; of what
 * one CPU has for itself; of one interrupt, where it goes and on the CPU that changed it; of what
 * lets groups through to a CPU. */
void arm_gicv3_update(ArmGicV3 *s) REQUIRES(vm_lock);
void arm_gicv3_update_cpu(GicV3Cpu *c) REQUIRES(vm_lock);
void arm_gicv3_update_irq(GicV3Cpu *c, unsigned irq) REQUIRES(vm_lock);
void arm_gicv3_update_gates(GicV3Cpu *c) REQUIRES(vm_lock);
/* Stores an SPI's route and finds the CPU it names. */
void arm_gicv3_set_route(ArmGicV3 *s, unsigned irq, uint64_t route);
/* Affinity fields packed as in GICR_TYPER[63:32]: Aff3.Aff2.Aff1.Aff0. */
uint32_t arm_gicv3_affinity(const GicV3Cpu *c);
GicBank *arm_gicv3_bank(GicV3Cpu *c, unsigned irq);
GicGroup arm_gicv3_group(const ArmGicV3 *s, const GicBank *b, unsigned bit);
/* The active state of a private or shared interrupt ends. */
void arm_gicv3_deactivate(GicV3Cpu *c, unsigned irq) REQUIRES(vm_lock);

/* arm-gicv3-dist.c, arm-gicv3-redist.c */
extern const MemoryRegionOps arm_gicv3_dist_ops, arm_gicv3_redist_ops;
/* Registers that a bank has in either place, by offset; `upper`: the second half of a register
 * with two bits an interrupt. False: there is no such register. */
bool arm_gicv3_bank_read(const ArmGicV3 *s, const GicBank *b, uint32_t offset, bool upper,
                         bool secure, uint32_t *ret);
bool arm_gicv3_bank_write(const ArmGicV3 *s, GicBank *b, uint32_t offset, bool upper, bool secure,
                          uint32_t value);
/* PIDR4 to CIDR3 at 0xffd0, of which only the part number differs. */
uint32_t arm_gicv3_id_register(uint32_t offset, uint8_t part);
/* Accesses of any size on registers of 32 bits; bytes exist where an interrupt has one. */
typedef struct GicV3Frame {
    uint32_t (*read)(void *opaque, uint32_t offset, bool secure);
    void (*write)(void *opaque, uint32_t offset, uint32_t value, bool secure);
} GicV3Frame;
uint64_t arm_gicv3_frame_read(const GicV3Frame *f, void *opaque, uint32_t offset, unsigned size,
                              bool secure);
void arm_gicv3_frame_write(const GicV3Frame *f, void *opaque, uint32_t offset, unsigned size,
                           uint64_t value, bool secure);

/* arm-gicv3-lpi.c */
void arm_gicv3_lpi_reset(GicV3Cpu *c);
void arm_gicv3_lpi_finalize(GicV3Cpu *c);
void arm_gicv3_lpi_enable(GicV3Cpu *c, bool enable) REQUIRES(vm_lock);
/* All from the ITS. irq counts from GIC_FIRST_LPI on; others are ignored. */
void arm_gicv3_lpi_set(GicV3Cpu *c, uint32_t irq, bool pending) REQUIRES(vm_lock);
/* Reads the configuration of one LPI, or (irq 0) of all, again. */
void arm_gicv3_lpi_invalidate(GicV3Cpu *c, uint32_t irq) REQUIRES(vm_lock);
/* Moves one pending LPI, or (irq 0) all. */
void arm_gicv3_lpi_move(GicV3Cpu *from, GicV3Cpu *to, uint32_t irq) REQUIRES(vm_lock);
void arm_gicv3_lpi_hash(const GicV3Cpu *c, StateHash *h);
/* Guest RAM; other memory is refused, so that tables cannot reach devices. */
bool arm_gicv3_ram_read(ArmGicV3 *s, hwaddr addr, void *buf, uint64_t len);
bool arm_gicv3_ram_write(ArmGicV3 *s, hwaddr addr, const void *buf, uint64_t len);

/* arm-gicv3-cpuif.c, -cpuif-virt.c: give the CPU its ICC_* and ICH_* registers. */
void arm_gicv3_add_sysregs(GicV3Cpu *c);
void arm_gicv3_add_hyp_sysregs(GicV3Cpu *c);

/* What a row of an ICC_* register is about; in ArmSysReg.reset, as these have no field. */
enum {
    GICV3_REG_G0 = 1 << 0,
    GICV3_REG_G1 = 1 << 1,
    GICV3_REG_COMMON = GICV3_REG_G0 | GICV3_REG_G1,
    GICV3_REG_SGI = 1 << 2,
    GICV3_REG_DIR = 1 << 3,
};
/* arm-gicv3-sgi.c: a write to the register with these GICV3_REG_* bits. */
void arm_gicv3_sgi_send(GicV3Cpu *from, unsigned what, uint64_t value) REQUIRES(vm_lock);
/* The same register for a guest: ICV_* (arm-gicv3-cpuif-virt.c). */
typedef struct ArmSysReg ArmSysReg;
bool arm_gicv3_is_virtual(const ArmCpu *cpu, const ArmSysReg *reg);
uint64_t arm_gicv3_icv_read(GicV3Cpu *c, uint16_t encoding) REQUIRES(vm_lock);
void arm_gicv3_icv_write(GicV3Cpu *c, uint16_t encoding, uint64_t value) REQUIRES(vm_lock);

#endif
