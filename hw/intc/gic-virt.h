/* SPDX-License-Identifier: MIT */
/* The virtual CPU interface of GICv2 and GICv3: list registers and what a guest sees of them. */
#ifndef HW_INTC_GIC_VIRT_H
#define HW_INTC_GIC_VIRT_H

#include "hw/intc/gic-common.h"

enum {
    GIC_LRS = 4,
    GIC_VIRT_PRIORITY_BITS = 5,

    /* ICH_HCR_EL2, and GICH_HCR up to bit 7 and from bit 27 on. */
    GIC_HCR_EN = 1 << 0,
    GIC_HCR_UIE = 1 << 1,
    GIC_HCR_LRENPIE = 1 << 2,
    GIC_HCR_NPIE = 1 << 3,
    GIC_HCR_VGRP0_EIE = 1 << 4,
    GIC_HCR_VGRP0_DIE = 1 << 5,
    GIC_HCR_VGRP1_EIE = 1 << 6,
    GIC_HCR_VGRP1_DIE = 1 << 7,
    GIC_HCR_TC = 1 << 10,
    GIC_HCR_TALL0 = 1 << 11,
    GIC_HCR_TALL1 = 1 << 12,
    GIC_HCR_TSEI = 1 << 13,
    GIC_HCR_TDIR = 1 << 14,
    GIC_HCR_EOI_COUNT_SHIFT = 27,

    /* VMCR of either version. */
    GIC_VMCR_ACK_CTL = 1 << 2,
    GIC_VMCR_FIQ_EN = 1 << 3,

    /* gic_virt_outputs */
    GIC_VIRT_IRQ = 1 << 0,
    GIC_VIRT_FIQ = 1 << 1,
    GIC_VIRT_MAINTENANCE = 1 << 2,

    GIC_FIRST_LPI = 8192,
};

/* A list register, in the format of ICH_LR<n>_EL2. */
#define GIC_LR_PENDING        (UINT64_C(1) << 62)
#define GIC_LR_ACTIVE         (UINT64_C(1) << 63)
#define GIC_LR_HW             (UINT64_C(1) << 61)
#define GIC_LR_GROUP1         (UINT64_C(1) << 60)
#define GIC_LR_EOI            (UINT64_C(1) << 41)
#define GIC_LR_PRIORITY_SHIFT 48
#define GIC_LR_PHYSICAL_SHIFT 32
#define GIC_LR_PHYSICAL_BITS  13

typedef struct GicVirt {
    GicCpuIf cpuif; /* groups GIC_G0 and GIC_G1NS */
    uint32_t hcr;
    bool ack_ctl, fiq_en; /* GICv2 has them; with GICv3 group 0 is always FIQ */
    uint64_t lr[GIC_LRS];
} GicVirt;

void gic_virt_reset(GicVirt *v, bool fiq_en);
uint32_t gic_virt_read_vmcr(const GicVirt *v);
void gic_virt_write_vmcr(GicVirt *v, uint32_t value);
/* Maintenance: why; registers whose end of interrupt is to be told; registers to be filled. */
uint32_t gic_virt_misr(const GicVirt *v);
uint32_t gic_virt_eisr(const GicVirt *v);
uint32_t gic_virt_elrsr(const GicVirt *v);
/* The most urgent pending interrupt of an enabled group. */
GicBest gic_virt_best(const GicVirt *v);
/* Levels: GIC_VIRT_IRQ, GIC_VIRT_FIQ, GIC_VIRT_MAINTENANCE. */
unsigned gic_virt_outputs(const GicVirt *v);
/* Makes `best` active; its list register. */
uint64_t gic_virt_acknowledge(GicVirt *v, const GicBest *best);
/* End and deactivation; the physical interrupt to deactivate with it, or -1. */
int gic_virt_end(GicVirt *v, uint32_t irq);
int gic_virt_deactivate(GicVirt *v, uint32_t irq);
void gic_virt_hash(const GicVirt *v, StateHash *h);

#endif
