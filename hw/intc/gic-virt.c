/* SPDX-License-Identifier: MIT */
/* Virtual interrupts: IHI 0069 chapter 6 and 12.4, IHI 0048 chapter 5. */
#include "hw/intc/gic-virt.h"

#include "util/bits.h"

enum {
    MISR_EOI = 1 << 0,
    MISR_U = 1 << 1,
    MISR_LRENP = 1 << 2,
    MISR_NP = 1 << 3,
    MISR_VGRP0_E = 1 << 4,
    MISR_VGRP0_D = 1 << 5,
    MISR_VGRP1_E = 1 << 6,
    MISR_VGRP1_D = 1 << 7,
};
#define LR_STATE (GIC_LR_PENDING | GIC_LR_ACTIVE)

void gic_virt_reset(GicVirt *v, bool fiq_en)
{
    *v = (GicVirt){.fiq_en = fiq_en};
    gic_cpuif_reset(&v->cpuif, GIC_VIRT_PRIORITY_BITS);
}

/* ---- VMCR: the guest's CPU interface as its hypervisor saves it */

uint32_t gic_virt_read_vmcr(const GicVirt *v)
{
    const GicCpuIf *c = &v->cpuif;

    return c->enabled[GIC_G0] | (uint32_t)c->enabled[GIC_G1NS] << 1 |
           (v->ack_ctl ? GIC_VMCR_ACK_CTL : 0) | (v->fiq_en ? GIC_VMCR_FIQ_EN : 0) |
           (uint32_t)c->cbpr[GIC_G1NS] << 4 | (uint32_t)c->eoi_mode[GIC_NON_SECURE] << 9 |
           (uint32_t)c->bpr[GIC_G1NS] << 18 | (uint32_t)c->bpr[GIC_G0] << 21 |
           (uint32_t)c->pmr << 24;
}

void gic_virt_write_vmcr(GicVirt *v, uint32_t value)
{
    GicCpuIf *c = &v->cpuif;

    c->enabled[GIC_G0] = value & 1;
    c->enabled[GIC_G1NS] = value >> 1 & 1;
    v->ack_ctl = value & GIC_VMCR_ACK_CTL;
    v->fiq_en = value & GIC_VMCR_FIQ_EN;
    c->cbpr[GIC_G1NS] = value >> 4 & 1;
    c->eoi_mode[GIC_NON_SECURE] = value >> 9 & 1;
    gic_cpuif_write_bpr(c, GIC_G1NS, value >> 18);
    gic_cpuif_write_bpr(c, GIC_G0, value >> 21);
    gic_cpuif_write_pmr(c, (uint8_t)(value >> 24), true);
}

/* ---- list registers */

static uint8_t lr_priority(uint64_t lr)
{
    return (uint8_t)(lr >> GIC_LR_PRIORITY_SHIFT) & gic_priority_mask(GIC_VIRT_PRIORITY_BITS);
}

GicBest gic_virt_best(const GicVirt *v)
{
    GicBest best = GIC_BEST_NONE;

    for (unsigned i = 0; (v->hcr & GIC_HCR_EN) && i < GIC_LRS; i++) {
        uint64_t lr = v->lr[i];
        GicGroup group = lr & GIC_LR_GROUP1 ? GIC_G1NS : GIC_G0;

        if ((lr & LR_STATE) == GIC_LR_PENDING && v->cpuif.enabled[group]) {
            gic_best_consider(&best, (uint32_t)lr, lr_priority(lr), group);
        }
    }
    return best;
}

uint64_t gic_virt_acknowledge(GicVirt *v, const GicBest *best)
{
    gic_cpuif_activate(&v->cpuif, best);
    for (unsigned i = 0; i < GIC_LRS; i++) {
        uint64_t lr = v->lr[i];

        if ((lr & LR_STATE) == GIC_LR_PENDING && (uint32_t)lr == best->irq &&
            lr_priority(lr) == best->priority) {
            /* An LPI has no active state. */
            v->lr[i] = (lr & ~GIC_LR_PENDING) | (best->irq < GIC_FIRST_LPI ? GIC_LR_ACTIVE : 0);
            return lr;
        }
    }
    return best->irq; /* not reached: best is from a list register */
}

static uint64_t *find_active(GicVirt *v, uint32_t irq)
{
    for (unsigned i = 0; i < GIC_LRS; i++) {
        if ((v->lr[i] & GIC_LR_ACTIVE) && (uint32_t)v->lr[i] == irq) {
            return &v->lr[i];
        }
    }
    return NULL;
}

static void count_missing(GicVirt *v)
{
    v->hcr += 1u << GIC_HCR_EOI_COUNT_SHIFT; /* five bits, which wrap */
}

static int lr_deactivate(uint64_t *lr)
{
    *lr &= ~GIC_LR_ACTIVE;
    if (!(*lr & GIC_LR_HW)) {
        return -1;
    }
    return (int)extract64(*lr, GIC_LR_PHYSICAL_SHIFT, GIC_LR_PHYSICAL_BITS);
}

int gic_virt_deactivate(GicVirt *v, uint32_t irq)
{
    uint64_t *lr = find_active(v, irq);

    if (lr) {
        return lr_deactivate(lr);
    }
    if (irq < GIC_MAX_IRQS) {
        count_missing(v);
    }
    return -1;
}

int gic_virt_end(GicVirt *v, uint32_t irq)
{
    if (gic_cpuif_running_group(&v->cpuif) == GIC_GROUPS) {
        return -1;
    }
    gic_cpuif_drop(&v->cpuif);
    return v->cpuif.eoi_mode[GIC_NON_SECURE] ? -1 : gic_virt_deactivate(v, irq);
}

/* ---- maintenance */

uint32_t gic_virt_eisr(const GicVirt *v)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < GIC_LRS; i++) {
        if ((v->lr[i] & (LR_STATE | GIC_LR_HW | GIC_LR_EOI)) == GIC_LR_EOI) {
            mask |= BIT(i);
        }
    }
    return mask;
}

uint32_t gic_virt_elrsr(const GicVirt *v)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < GIC_LRS; i++) {
        mask |= v->lr[i] & LR_STATE ? 0 : BIT(i);
    }
    return mask & ~gic_virt_eisr(v);
}

uint32_t gic_virt_misr(const GicVirt *v)
{
    const bool *enabled = v->cpuif.enabled;
    unsigned valid = 0, pending = 0;
    uint32_t hcr = v->hcr, misr;

    if (!(hcr & GIC_HCR_EN)) {
        return 0;
    }
    misr = gic_virt_eisr(v) ? MISR_EOI : 0;
    for (unsigned i = 0; i < GIC_LRS; i++) {
        valid += (v->lr[i] & LR_STATE) != 0;
        pending += (v->lr[i] & LR_STATE) == GIC_LR_PENDING;
    }
    misr |= (hcr & GIC_HCR_UIE) && valid <= 1 ? MISR_U : 0;
    misr |= (hcr & GIC_HCR_LRENPIE) && hcr >> GIC_HCR_EOI_COUNT_SHIFT ? MISR_LRENP : 0;
    misr |= (hcr & GIC_HCR_NPIE) && !pending ? MISR_NP : 0;
    misr |= (hcr & GIC_HCR_VGRP0_EIE) && enabled[GIC_G0] ? MISR_VGRP0_E : 0;
    misr |= (hcr & GIC_HCR_VGRP0_DIE) && !enabled[GIC_G0] ? MISR_VGRP0_D : 0;
    misr |= (hcr & GIC_HCR_VGRP1_EIE) && enabled[GIC_G1NS] ? MISR_VGRP1_E : 0;
    misr |= (hcr & GIC_HCR_VGRP1_DIE) && !enabled[GIC_G1NS] ? MISR_VGRP1_D : 0;
    return misr;
}

unsigned gic_virt_outputs(const GicVirt *v)
{
    unsigned outputs = 0;
    GicBest best;

    if (!(v->hcr & GIC_HCR_EN)) {
        return 0;
    }
    best = gic_virt_best(v);
    if (gic_cpuif_can_signal(&v->cpuif, &best)) {
        outputs = best.group == GIC_G0 && v->fiq_en ? GIC_VIRT_FIQ : GIC_VIRT_IRQ;
    }
    return outputs | (gic_virt_misr(v) ? GIC_VIRT_MAINTENANCE : 0);
}

void gic_virt_hash(const GicVirt *v, StateHash *h)
{
    gic_cpuif_hash(&v->cpuif, h);
    state_hash_u64(h, v->hcr);
    state_hash_u64(h, v->ack_ctl);
    state_hash_u64(h, v->fiq_en);
    for (unsigned i = 0; i < GIC_LRS; i++) {
        state_hash_u64(h, v->lr[i]);
    }
}
