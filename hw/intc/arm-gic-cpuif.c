/* SPDX-License-Identifier: MIT */
/* GICv2 CPU interface registers (IHI 0048B 4.4). */
#include "hw/intc/arm-gic.h"

#include "util/bits.h"
#include "util/log.h"

#include <inttypes.h>

/* An access: which CPU's interface, and as what it looks. */
typedef struct Access {
    ArmGic *gic;
    unsigned cpu;
    ArmGicCpu *c;
    bool secure;
} Access;

static Access access_of(ArmGic *s, MemAttrs attrs)
{
    unsigned cpu = arm_gic_current_cpu(s);

    return (Access){s, cpu, &s->cpu[cpu], arm_gic_sees_secure(s, attrs)};
}

/* ---- acknowledge and end */

/* What the register of an access shows of the most urgent interrupt. aliased: for group 1 only. */
static uint32_t shown(const Access *a, bool aliased)
{
    const GicBest *best = &a->c->best;

    if (best->irq == GIC_SPURIOUS) {
        return GIC_SPURIOUS;
    }
    if (best->group == GIC_G0) {
        return a->secure && !aliased ? best->irq : GIC_SPURIOUS;
    }
    return a->secure && !aliased && !a->c->ack_ctl ? GIC_OTHER_GROUP : best->irq;
}

static uint32_t sgi_source_bits(const Access *a, uint32_t irq)
{
    unsigned sources = irq < GIC_SGIS ? a->c->sgi_source[irq] : 0;

    return sources ? (uint32_t)__builtin_ctz(sources) << 10 : 0;
}

static uint32_t acknowledge(const Access *a, bool aliased) REQUIRES(vm_lock)
{
    GicBest best = a->c->best;
    uint32_t irq = shown(a, aliased), result = irq | sgi_source_bits(a, irq);
    GicBank *b;

    if (!gic_cpuif_can_signal(&a->c->cpuif, &best)) {
        return GIC_SPURIOUS;
    }
    if (irq != best.irq) {
        return irq;
    }
    b = arm_gic_bank(a->gic, a->cpu, irq);
    gic_cpuif_activate(&a->c->cpuif, &best);
    b->active |= BIT(irq % 32);
    if (irq < GIC_SGIS) {
        unsigned sources = a->c->sgi_source[irq];

        arm_gic_set_sgi_source(a->gic, a->cpu, irq, (uint8_t)(sources & (sources - 1)));
    } else {
        b->latch &= ~BIT(irq % 32);
    }
    arm_gic_update_irq(a->gic, a->cpu, irq);
    return result;
}

static bool splits_end(const Access *a)
{
    return a->c->cpuif.eoi_mode[a->secure ? GIC_SECURE : GIC_NON_SECURE];
}

/* Non-secure software cannot end what is not its own. */
static bool may_deactivate(const Access *a, unsigned irq)
{
    return irq < a->gic->num_irq &&
           (a->secure || (arm_gic_bank(a->gic, a->cpu, irq)->group >> (irq % 32) & 1));
}

static void end_of_interrupt(const Access *a, uint32_t value, bool aliased) REQUIRES(vm_lock)
{
    unsigned irq = value & 0x3ff;
    GicGroup running = gic_cpuif_running_group(&a->c->cpuif);

    if (irq >= a->gic->num_irq) {
        return; /* the identifiers of "nothing" may be written back */
    }
    if (running == GIC_GROUPS || (running == GIC_G0 && (!a->secure || aliased))) {
        guest_error("arm_gic: CPU %u ends interrupt %u with none active", a->cpu, irq);
        return;
    }
    gic_cpuif_drop(&a->c->cpuif);
    if (!splits_end(a) && may_deactivate(a, irq)) {
        arm_gic_deactivate(a->gic, a->cpu, irq);
    } else {
        arm_gic_update_cpu(a->gic, a->cpu);
    }
}

static void deactivate(const Access *a, unsigned irq) REQUIRES(vm_lock)
{
    if (!splits_end(a)) {
        guest_error("arm_gic: GICC_DIR written without EOImode");
    } else if (may_deactivate(a, irq)) {
        arm_gic_deactivate(a->gic, a->cpu, irq);
    }
}

/* ---- control */

/* Non-secure software has group 1's bits, at the place of group 0's. */
static uint32_t read_ctlr(const Access *a)
{
    const GicCpuIf *i = &a->c->cpuif;
    bool split_ns = i->eoi_mode[GIC_NON_SECURE];

    if (!a->secure) {
        return i->enabled[GIC_G1NS] | (split_ns ? GICC_CTLR_EOI_MODE : 0);
    }
    return i->enabled[GIC_G0] | (i->enabled[GIC_G1NS] ? GICC_CTLR_GRP1 : 0) |
           (a->c->ack_ctl ? GICC_CTLR_ACK_CTL : 0) | (a->c->fiq_en ? GICC_CTLR_FIQ_EN : 0) |
           (i->cbpr[GIC_G1NS] ? GICC_CTLR_CBPR : 0) |
           (i->eoi_mode[GIC_SECURE] ? GICC_CTLR_EOI_MODE : 0) |
           (split_ns && a->gic->has_security ? GICC_CTLR_EOI_MODE_NS : 0);
}

static void write_ctlr(const Access *a, uint32_t value)
{
    GicCpuIf *i = &a->c->cpuif;

    if (!a->secure) {
        i->enabled[GIC_G1NS] = value & 1;
        i->eoi_mode[GIC_NON_SECURE] = value & GICC_CTLR_EOI_MODE;
        return;
    }
    i->enabled[GIC_G0] = value & GICC_CTLR_GRP0;
    i->enabled[GIC_G1NS] = value & GICC_CTLR_GRP1;
    i->cbpr[GIC_G1NS] = value & GICC_CTLR_CBPR;
    i->eoi_mode[GIC_SECURE] = value & GICC_CTLR_EOI_MODE;
    i->eoi_mode[GIC_NON_SECURE] = a->gic->has_security && (value & GICC_CTLR_EOI_MODE_NS);
    a->c->ack_ctl = value & GICC_CTLR_ACK_CTL;
    a->c->fiq_en = value & GICC_CTLR_FIQ_EN;
}

/* ---- priorities */

static uint32_t read_bpr(const Access *a, bool aliased)
{
    const GicCpuIf *i = &a->c->cpuif;

    if (a->secure) {
        return i->bpr[aliased ? GIC_G1NS : GIC_G0];
    }
    if (aliased) {
        return 0;
    }
    return i->cbpr[GIC_G1NS] ? gic_cpuif_common_bpr(i) : i->bpr[GIC_G1NS];
}

static void write_bpr(const Access *a, bool aliased, uint32_t value)
{
    GicCpuIf *i = &a->c->cpuif;

    if (a->secure) {
        gic_cpuif_write_bpr(i, aliased ? GIC_G1NS : GIC_G0, value);
    } else if (!aliased && !i->cbpr[GIC_G1NS]) {
        gic_cpuif_write_bpr(i, GIC_G1NS, value);
    }
}

/* GICC_APRn and GICC_NSAPRn. Non-secure software sees its own half in the first, which are the
 * second two of the registers; NULL: nothing is there. */
static uint32_t *apr_at(const Access *a, hwaddr addr)
{
    unsigned n = (addr & 0xf) / 4;
    bool ns = addr >= GICC_NSAPR0;

    if (a->secure) {
        return &a->c->cpuif.apr[ns ? GIC_G1NS : GIC_G0][n];
    }
    return ns || n >= GIC_APRS / 2 ? NULL : &a->c->cpuif.apr[GIC_G1NS][n + GIC_APRS / 2];
}

/* ---- the register block */

static MemResult cpu_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                          MemAttrs attrs) NO_THREAD_SAFETY
{
    Access a = access_of(opaque, attrs);

    *ret_value = 0;
    if (addr >= GICC_APR0 && addr < GICC_APR_END) {
        const uint32_t *apr = apr_at(&a, addr);

        *ret_value = apr ? *apr : 0;
        return MEM_OK;
    }
    switch (addr) {
    case GICC_CTLR:
        *ret_value = read_ctlr(&a);
        break;
    case GICC_PMR:
        *ret_value = gic_cpuif_read_pmr(&a.c->cpuif, a.secure);
        break;
    case GICC_BPR:
    case GICC_ABPR:
        *ret_value = read_bpr(&a, addr == GICC_ABPR);
        break;
    case GICC_IAR:
        *ret_value = attrs.debug ? GIC_SPURIOUS : acknowledge(&a, false);
        break;
    case GICC_AIAR:
        if (a.secure) {
            *ret_value = attrs.debug ? GIC_SPURIOUS : acknowledge(&a, true);
        }
        break;
    case GICC_RPR:
        *ret_value = gic_cpuif_read_rpr(&a.c->cpuif, a.secure);
        break;
    case GICC_HPPIR:
    case GICC_AHPPIR:
        if (a.secure || addr == GICC_HPPIR) {
            uint32_t irq = shown(&a, addr == GICC_AHPPIR);

            *ret_value = irq | sgi_source_bits(&a, irq);
        }
        break;
    case GICC_IIDR:
        *ret_value = ARM_GIC_IIDR_CPU;
        break;
    default:
        guest_error("arm_gic: read of CPU interface offset 0x%" PRIx64, addr);
        break;
    }
    return MEM_OK;
}

static MemResult cpu_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                           MemAttrs attrs) NO_THREAD_SAFETY
{
    Access a = access_of(opaque, attrs);

    if (addr >= GICC_APR0 && addr < GICC_APR_END) {
        uint32_t *apr = apr_at(&a, addr);

        if (apr) {
            *apr = (uint32_t)value;
        }
        arm_gic_update_cpu(a.gic, a.cpu);
        return MEM_OK;
    }
    switch (addr) {
    case GICC_CTLR:
        write_ctlr(&a, (uint32_t)value);
        break;
    case GICC_PMR:
        gic_cpuif_write_pmr(&a.c->cpuif, (uint8_t)value, a.secure);
        break;
    case GICC_BPR:
    case GICC_ABPR:
        write_bpr(&a, addr == GICC_ABPR, (uint32_t)value);
        break;
    case GICC_EOIR:
        end_of_interrupt(&a, (uint32_t)value, false);
        return MEM_OK; /* which has updated what it touches */
    case GICC_AEOIR:
        if (a.secure) {
            end_of_interrupt(&a, (uint32_t)value, true);
        }
        return MEM_OK;
    case GICC_DIR:
        deactivate(&a, value & 0x3ff);
        return MEM_OK;
    default:
        guest_error("arm_gic: write of CPU interface offset 0x%" PRIx64, addr);
        break;
    }
    arm_gic_update_cpu(a.gic, a.cpu);
    return MEM_OK;
}

const MemoryRegionOps arm_gic_cpu_ops = {
    .read = cpu_read, .write = cpu_write, .min_access = 4, .max_access = 4};
