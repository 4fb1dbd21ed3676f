/* SPDX-License-Identifier: MIT */
/* GICv2 virtualisation: a hypervisor's GICH registers, a guest's GICV (IHI 0048B 5.3 to 5.5). */
#include "hw/intc/arm-gic.h"

#include "util/bits.h"
#include "util/log.h"

#include <inttypes.h>

enum {
    GICH_HCR = 0x00,
    GICH_VTR = 0x04,
    GICH_VMCR = 0x08,
    GICH_MISR = 0x10,
    GICH_EISR0 = 0x20,
    GICH_EISR1 = 0x24, /* of the 33rd list register and on */
    GICH_ELRSR0 = 0x30,
    GICH_ELRSR1 = 0x34,
    GICH_APR = 0xf0,
    GICH_LR0 = 0x100,

    VTR_VALUE = 0x90000000 | (GIC_LRS - 1), /* 5 bits of priority and of preemption */
};
#define HCR_WRITABLE ((uint32_t)MASK64(8) | 31u << GIC_HCR_EOI_COUNT_SHIFT)

/* ---- list registers: GICH_LRn and the format of ICH_LRn_EL2 */

static uint64_t lr_to_v3(uint32_t lr)
{
    return extract32(lr, 0, 10) | (uint64_t)extract32(lr, 10, 10) << GIC_LR_PHYSICAL_SHIFT |
           (uint64_t)extract32(lr, 23, 5) << (GIC_LR_PRIORITY_SHIFT + 3) |
           (lr & BIT(28) ? GIC_LR_PENDING : 0) | (lr & BIT(29) ? GIC_LR_ACTIVE : 0) |
           (lr & BIT(30) ? GIC_LR_GROUP1 : 0) | (lr & BIT(31) ? GIC_LR_HW : 0);
}

static uint32_t lr_from_v3(uint64_t lr)
{
    return (uint32_t)extract64(lr, 0, 10) |
           (uint32_t)extract64(lr, GIC_LR_PHYSICAL_SHIFT, 10) << 10 |
           (uint32_t)extract64(lr, GIC_LR_PRIORITY_SHIFT + 3, 5) << 23 |
           (lr & GIC_LR_PENDING ? BIT(28) : 0) | (lr & GIC_LR_ACTIVE ? BIT(29) : 0) |
           (lr & GIC_LR_GROUP1 ? BIT(30) : 0) | (lr & GIC_LR_HW ? BIT(31) : 0);
}

/* ---- GICH */

static MemResult hyp_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                          MemAttrs attrs)
{
    ArmGic *s = opaque;
    const GicVirt *v = &s->cpu[arm_gic_current_cpu(s)].virt;

    *ret_value = 0;
    if (addr >= GICH_LR0 && addr < GICH_LR0 + 4 * GIC_LRS) {
        *ret_value = lr_from_v3(v->lr[(addr - GICH_LR0) / 4]);
        return MEM_OK;
    }
    switch (addr) {
    case GICH_HCR:
        *ret_value = v->hcr;
        break;
    case GICH_VTR:
        *ret_value = VTR_VALUE;
        break;
    case GICH_VMCR:
        *ret_value = gic_virt_read_vmcr(v);
        break;
    case GICH_MISR:
        *ret_value = gic_virt_misr(v);
        break;
    case GICH_EISR0:
        *ret_value = gic_virt_eisr(v);
        break;
    case GICH_ELRSR0:
        *ret_value = gic_virt_elrsr(v);
        break;
    case GICH_EISR1:
    case GICH_ELRSR1:
        break;
    case GICH_APR:
        *ret_value = v->cpuif.apr[GIC_G0][0] | v->cpuif.apr[GIC_G1NS][0];
        break;
    default:
        guest_error("arm_gic: read of virtual interface control offset 0x%" PRIx64, addr);
        break;
    }
    return MEM_OK;
}

static MemResult hyp_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                           MemAttrs attrs) NO_THREAD_SAFETY
{
    ArmGic *s = opaque;
    unsigned cpu = arm_gic_current_cpu(s);
    GicVirt *v = &s->cpu[cpu].virt;

    if (addr >= GICH_LR0 && addr < GICH_LR0 + 4 * GIC_LRS) {
        v->lr[(addr - GICH_LR0) / 4] = lr_to_v3((uint32_t)value);
    } else if (addr == GICH_HCR) {
        v->hcr = (uint32_t)value & HCR_WRITABLE;
    } else if (addr == GICH_VMCR) {
        gic_virt_write_vmcr(v, (uint32_t)value);
    } else if (addr == GICH_APR) {
        /* One register for both groups: whose a priority is does not matter to a guest. */
        v->cpuif.apr[GIC_G0][0] = (uint32_t)value;
        v->cpuif.apr[GIC_G1NS][0] = 0;
    } else {
        guest_error("arm_gic: write of virtual interface control offset 0x%" PRIx64, addr);
    }
    arm_gic_update_cpu(s, cpu);
    return MEM_OK;
}

/* ---- GICV */

static uint32_t shown(const GicVirt *v, const GicBest *best, bool aliased)
{
    if (best->irq == GIC_SPURIOUS || (aliased && best->group == GIC_G0)) {
        return GIC_SPURIOUS;
    }
    return !aliased && best->group == GIC_G1NS && !v->ack_ctl ? GIC_OTHER_GROUP : best->irq;
}

/* Who sent a software-generated interrupt that the hypervisor made up. */
static uint32_t source_bits(uint64_t lr)
{
    return lr & GIC_LR_HW ? 0 : (uint32_t)extract64(lr, GIC_LR_PHYSICAL_SHIFT, 3) << 10;
}

static uint32_t acknowledge(GicVirt *v, bool aliased)
{
    GicBest best = gic_virt_best(v);
    uint32_t irq = shown(v, &best, aliased);

    if (!gic_cpuif_can_signal(&v->cpuif, &best)) {
        return GIC_SPURIOUS;
    }
    return irq == best.irq ? irq | source_bits(gic_virt_acknowledge(v, &best)) : irq;
}

static uint32_t read_ctlr(const GicVirt *v)
{
    const GicCpuIf *i = &v->cpuif;

    return i->enabled[GIC_G0] | (i->enabled[GIC_G1NS] ? GICC_CTLR_GRP1 : 0) |
           (v->ack_ctl ? GICC_CTLR_ACK_CTL : 0) | (v->fiq_en ? GICC_CTLR_FIQ_EN : 0) |
           (i->cbpr[GIC_G1NS] ? GICC_CTLR_CBPR : 0) |
           (i->eoi_mode[GIC_NON_SECURE] ? GICC_CTLR_EOI_MODE : 0);
}

static void write_ctlr(GicVirt *v, uint32_t value)
{
    v->cpuif.enabled[GIC_G0] = value & GICC_CTLR_GRP0;
    v->cpuif.enabled[GIC_G1NS] = value & GICC_CTLR_GRP1;
    v->cpuif.cbpr[GIC_G1NS] = value & GICC_CTLR_CBPR;
    v->cpuif.eoi_mode[GIC_NON_SECURE] = value & GICC_CTLR_EOI_MODE;
    v->ack_ctl = value & GICC_CTLR_ACK_CTL;
    v->fiq_en = value & GICC_CTLR_FIQ_EN;
}

static void end_physical(ArmGic *s, unsigned cpu, int irq) REQUIRES(vm_lock)
{
    if (irq >= 0) {
        arm_gic_deactivate(s, cpu, (unsigned)irq);
    }
}

static MemResult vcpu_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                           MemAttrs attrs) NO_THREAD_SAFETY
{
    ArmGic *s = opaque;
    unsigned cpu = arm_gic_current_cpu(s);
    GicVirt *v = &s->cpu[cpu].virt;
    GicBest best = gic_virt_best(v);

    *ret_value = 0;
    switch (addr) {
    case GICC_CTLR:
        *ret_value = read_ctlr(v);
        break;
    case GICC_PMR:
        *ret_value = v->cpuif.pmr;
        break;
    case GICC_BPR:
        *ret_value = v->cpuif.bpr[GIC_G0];
        break;
    case GICC_ABPR:
        *ret_value = v->cpuif.bpr[GIC_G1NS];
        break;
    case GICC_IAR:
    case GICC_AIAR:
        *ret_value = attrs.debug ? GIC_SPURIOUS : acknowledge(v, addr == GICC_AIAR);
        arm_gic_update_cpu(s, cpu);
        break;
    case GICC_RPR:
        *ret_value = gic_cpuif_running_priority(&v->cpuif);
        break;
    case GICC_HPPIR:
    case GICC_AHPPIR:
        *ret_value = shown(v, &best, addr == GICC_AHPPIR);
        break;
    case GICC_APR0:
        *ret_value = v->cpuif.apr[GIC_G0][0] | v->cpuif.apr[GIC_G1NS][0];
        break;
    case GICC_IIDR:
        *ret_value = ARM_GIC_IIDR_CPU;
        break;
    default:
        guest_error("arm_gic: guest's read of CPU interface offset 0x%" PRIx64, addr);
        break;
    }
    return MEM_OK;
}

static MemResult vcpu_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                            MemAttrs attrs) NO_THREAD_SAFETY
{
    ArmGic *s = opaque;
    unsigned cpu = arm_gic_current_cpu(s);
    GicVirt *v = &s->cpu[cpu].virt;

    switch (addr) {
    case GICC_CTLR:
        write_ctlr(v, (uint32_t)value);
        break;
    case GICC_PMR:
        gic_cpuif_write_pmr(&v->cpuif, (uint8_t)value, true);
        break;
    case GICC_BPR:
        gic_cpuif_write_bpr(&v->cpuif, GIC_G0, value);
        break;
    case GICC_ABPR:
        gic_cpuif_write_bpr(&v->cpuif, GIC_G1NS, value);
        break;
    case GICC_EOIR:
    case GICC_AEOIR:
        if ((value & 0x3ff) < GIC_MAX_IRQS) {
            end_physical(s, cpu, gic_virt_end(v, value & 0x3ff));
        }
        break;
    case GICC_APR0:
        v->cpuif.apr[GIC_G0][0] = (uint32_t)value;
        v->cpuif.apr[GIC_G1NS][0] = 0;
        break;
    case GICC_DIR:
        if (v->cpuif.eoi_mode[GIC_NON_SECURE]) {
            end_physical(s, cpu, gic_virt_deactivate(v, value & 0x3ff));
        }
        break;
    default:
        guest_error("arm_gic: guest's write of CPU interface offset 0x%" PRIx64, addr);
        break;
    }
    arm_gic_update_cpu(s, cpu);
    return MEM_OK;
}

const MemoryRegionOps arm_gic_hyp_ops = {
    .read = hyp_read, .write = hyp_write, .min_access = 4, .max_access = 4};
const MemoryRegionOps arm_gic_vcpu_ops = {
    .read = vcpu_read, .write = vcpu_write, .min_access = 4, .max_access = 4};
