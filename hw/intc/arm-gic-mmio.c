/* SPDX-License-Identifier: MIT */
/* GICv2 registers: distributor (IHI 0048B 4.3) and CPU interface (4.4). */
#include "hw/intc/arm-gic.h"

#include "softmmu/cpus.h"
#include "util/bits.h"
#include "util/log.h"

#include <inttypes.h>

enum {
    GICD_CTLR = 0x000,
    GICD_TYPER = 0x004,
    GICD_IIDR = 0x008,
    GICD_BITS = 0x080, /* one bit an interrupt, up to GICD_PRIORITY */
    GICD_PRIORITY = 0x400,
    GICD_TARGETS = 0x800,
    GICD_CONFIG = 0xc00,
    GICD_NSAC = 0xe00,
    GICD_SGIR = 0xf00,
    GICD_CPENDSGIR = 0xf10,
    GICD_SPENDSGIR = 0xf20,
    GICD_IDS = 0xfd0,

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
    GICC_APR0 = 0xd0, /* of four, as are the next: 32 levels fit into the first */
    GICC_NSAPR0 = 0xe0,
    GICC_APR_END = 0xf0,
    GICC_IIDR = 0xfc,
    GICC_DIR = 0x1000,

    CTLR_GRP0 = 1 << 0,
    CTLR_GRP1 = 1 << 1,
    CTLR_ACK_CTL = 1 << 2,
    CTLR_CBPR = 1 << 4,
    CTLR_EOI_MODE = 1 << 9,
    CTLR_WRITABLE = 0x3ff, /* with the four bypass controls, which have nothing to bypass to */

    IIDR_DIST = 0x0200143b, /* GIC-400 r0p1 */
    IIDR_CPU = 0x0202143b,
    GIC_WRONG_GROUP = 1022,
};

/* The CPU whose access this is; outside of vCPU threads (debugger, qtest) the first one. */
static unsigned current_cpu(const ArmGic *s)
{
    return cpu_current && cpu_current->index < (int)s->num_cpu ? (unsigned)cpu_current->index : 0;
}

/* ---- software-generated interrupts */

static void sgi_set_source(ArmGic *s, unsigned cpu, unsigned sgi, uint8_t sources)
{
    s->sgi_source[cpu][sgi] = sources;
    s->private[cpu].latch = deposit64(s->private[cpu].latch, sgi, 1, sources != 0);
}

static void sgi_send(ArmGic *s, unsigned from, uint32_t value)
{
    unsigned sgi = value & 15, filter = extract32(value, 24, 2);
    unsigned targets = filter == 0   ? extract32(value, 16, 8)
                       : filter == 1 ? ~BIT(from)
                       : filter == 2 ? BIT(from)
                                     : 0;

    for (unsigned cpu = 0; cpu < s->num_cpu; cpu++) {
        if (targets >> cpu & 1) {
            sgi_set_source(s, cpu, sgi, s->sgi_source[cpu][sgi] | (uint8_t)BIT(from));
        }
    }
}

/* ---- distributor */

static uint32_t id_register(unsigned offset)
{
    /* PIDR4..7, PIDR0..3 (part 0x490, JEP106 Arm, architecture 2), CIDR0..3 */
    static const uint8_t ids[] = {0x04, 0, 0, 0, 0x90, 0xb4, 0x2b, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

    return ids[(offset - GICD_IDS) / 4];
}

/* Registers of a byte an interrupt. */
static uint8_t dist_read_byte(ArmGic *s, unsigned cpu, unsigned offset)
{
    unsigned irq = offset & 0x3ff;

    if (offset >= GICD_CPENDSGIR) {
        return s->sgi_source[cpu][offset & 15];
    }
    if (irq >= s->num_irq) {
        return 0;
    }
    if (offset < GICD_TARGETS) {
        return arm_gic_bank(s, cpu, irq)->priority[irq % 32];
    }
    if (s->num_cpu == 1) {
        return 0;
    }
    return irq < GIC_PRIVATE ? (uint8_t)BIT(cpu) : s->target[irq];
}

static void dist_write_byte(ArmGic *s, unsigned cpu, unsigned offset, uint8_t value)
{
    unsigned irq = offset & 0x3ff, sgi = offset & 15;

    if (offset >= GICD_SPENDSGIR) {
        sgi_set_source(s, cpu, sgi, s->sgi_source[cpu][sgi] | value);
    } else if (offset >= GICD_CPENDSGIR) {
        sgi_set_source(s, cpu, sgi, s->sgi_source[cpu][sgi] & (uint8_t)~value);
    } else if (irq >= s->num_irq) {
        return;
    } else if (offset < GICD_TARGETS) {
        arm_gic_bank(s, cpu, irq)->priority[irq % 32] = value & GIC_PRIORITY_MASK;
    } else if (irq >= GIC_PRIVATE && s->num_cpu > 1) {
        s->target[irq] = value & (uint8_t)MASK64(s->num_cpu);
    }
}

static bool is_byte_register(unsigned offset)
{
    return (offset >= GICD_PRIORITY && offset < GICD_CONFIG) ||
           (offset >= GICD_CPENDSGIR && offset < GICD_SPENDSGIR + GIC_SGIS);
}

static uint32_t dist_read_word(ArmGic *s, unsigned cpu, unsigned offset)
{
    unsigned irq;

    if (offset >= GICD_BITS && offset < GICD_PRIORITY) {
        irq = (offset & 0x7f) * 8;
        return irq < s->num_irq ? gic_bank_read_bits(arm_gic_bank(s, cpu, irq), offset >> 7) : 0;
    }
    if (offset >= GICD_CONFIG && offset < GICD_CONFIG + 0x100) {
        irq = (offset - GICD_CONFIG) * 4;
        return irq < s->num_irq ? gic_bank_read_config(arm_gic_bank(s, cpu, irq), irq & 16) : 0;
    }
    if (offset >= GICD_IDS) {
        return id_register(offset);
    }
    switch (offset) {
    case GICD_CTLR:
        return s->group_enabled[0] | (uint32_t)s->group_enabled[1] << 1;
    case GICD_TYPER:
        return (s->num_irq / 32 - 1) | (s->num_cpu - 1) << 5;
    case GICD_IIDR:
        return IIDR_DIST;
    default:
        if (offset < GICD_NSAC || offset > GICD_SGIR) {
            guest_error("arm_gic: read of reserved distributor offset 0x%x", offset);
        }
        return 0;
    }
}

static void dist_write_word(ArmGic *s, unsigned cpu, unsigned offset, uint32_t value)
{
    unsigned irq;

    if (offset >= GICD_BITS && offset < GICD_PRIORITY) {
        GicBitReg reg = offset >> 7;

        irq = (offset & 0x7f) * 8;
        if (irq >= s->num_irq) {
            return;
        }
        if (irq == 0 && (reg == GIC_ISENABLER || reg == GIC_ICENABLER)) {
            value &= 0xffff0000; /* SGIs are always enabled */
        } else if (irq == 0 && (reg == GIC_ISPENDR || reg == GIC_ICPENDR)) {
            value &= 0xffff0000; /* and pended through their own registers */
        }
        gic_bank_write_bits(arm_gic_bank(s, cpu, irq), reg, value);
    } else if (offset >= GICD_CONFIG && offset < GICD_CONFIG + 0x100) {
        irq = (offset - GICD_CONFIG) * 4;
        if (irq >= GIC_SGIS && irq < s->num_irq) {
            gic_bank_write_config(arm_gic_bank(s, cpu, irq), irq & 16, value);
        }
    } else if (offset == GICD_CTLR) {
        s->group_enabled[0] = value & CTLR_GRP0;
        s->group_enabled[1] = value & CTLR_GRP1;
    } else if (offset == GICD_SGIR) {
        sgi_send(s, cpu, value);
    } else if (offset < GICD_NSAC || offset > GICD_SGIR) {
        guest_error("arm_gic: write to read-only or reserved distributor offset 0x%x", offset);
    }
}

static MemResult dist_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                           MemAttrs attrs)
{
    ArmGic *s = opaque;
    unsigned offset = (unsigned)addr, cpu = current_cpu(s);

    *ret_value = 0;
    if (is_byte_register(offset)) {
        for (unsigned i = 0; i < size; i++) {
            *ret_value |= (uint64_t)dist_read_byte(s, cpu, offset + i) << (8 * i);
        }
    } else {
        *ret_value = dist_read_word(s, cpu, offset & ~3u) >> (8 * (offset & 3));
    }
    return MEM_OK;
}

static MemResult dist_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                            MemAttrs attrs) NO_THREAD_SAFETY
{
    ArmGic *s = opaque;
    unsigned offset = (unsigned)addr, cpu = current_cpu(s);

    if (is_byte_register(offset)) {
        for (unsigned i = 0; i < size; i++) {
            dist_write_byte(s, cpu, offset + i, (uint8_t)(value >> (8 * i)));
        }
    } else if (size == 4) {
        dist_write_word(s, cpu, offset, (uint32_t)value);
    } else {
        guest_error("arm_gic: %u-byte write to distributor offset 0x%x", size, offset);
    }
    arm_gic_update(s);
    return MEM_OK;
}

/* ---- CPU interface */

/* GICC_IAR and GICC_AIAR (aliased): what is signalled becomes active. */
static uint32_t acknowledge(ArmGic *s, unsigned cpu, bool aliased) REQUIRES(vm_lock)
{
    GicBest best = s->best[cpu];
    GicBank *b;
    uint32_t result = best.irq;

    if (!gic_cpuif_can_signal(&s->cpu[cpu], &best) || (aliased && best.group == 0)) {
        return GIC_SPURIOUS;
    }
    if (!aliased && best.group == 1 && !(s->cpu_ctlr[cpu] & CTLR_ACK_CTL)) {
        return GIC_WRONG_GROUP;
    }
    b = arm_gic_bank(s, cpu, best.irq);
    gic_cpuif_activate(&s->cpu[cpu], &best);
    b->active |= BIT(best.irq % 32);
    if (best.irq < GIC_SGIS) {
        unsigned sources = s->sgi_source[cpu][best.irq];
        unsigned from = (unsigned)__builtin_ctz(sources | 0x100);

        result |= (from & 7) << 10;
        sgi_set_source(s, cpu, best.irq, (uint8_t)(sources & (sources - 1)));
    } else {
        b->latch &= ~BIT(best.irq % 32);
    }
    arm_gic_update(s);
    return result;
}

static void deactivate(ArmGic *s, unsigned cpu, unsigned irq)
{
    if (irq < s->num_irq) {
        arm_gic_bank(s, cpu, irq)->active &= ~BIT(irq % 32);
    }
}

static void end_of_interrupt(ArmGic *s, unsigned cpu, uint32_t value)
{
    GicCpuIf *c = &s->cpu[cpu];
    unsigned irq = value & 0x3ff;

    if (irq >= s->num_irq) {
        return; /* the identifiers of "nothing" may be written back */
    }
    if (!gic_cpuif_drop(c, gic_cpuif_running_group(c))) {
        guest_error("arm_gic: CPU %u ends interrupt %u with none active", cpu, irq);
        return;
    }
    if (!c->eoi_mode) {
        deactivate(s, cpu, irq);
    }
}

static uint32_t highest_pending(const ArmGic *s, unsigned cpu, bool aliased)
{
    const GicBest *best = &s->best[cpu];
    uint32_t result = best->irq;

    if (best->irq == GIC_SPURIOUS || (aliased && best->group == 0)) {
        return GIC_SPURIOUS;
    }
    if (!aliased && best->group == 1 && !(s->cpu_ctlr[cpu] & CTLR_ACK_CTL)) {
        return GIC_WRONG_GROUP;
    }
    if (best->irq < GIC_SGIS) {
        result |= ((unsigned)__builtin_ctz(s->sgi_source[cpu][best->irq] | 0x100) & 7) << 10;
    }
    return result;
}

static void write_cpu_ctlr(ArmGic *s, unsigned cpu, uint32_t value)
{
    GicCpuIf *c = &s->cpu[cpu];

    s->cpu_ctlr[cpu] = value & CTLR_WRITABLE;
    c->enabled[0] = value & CTLR_GRP0;
    c->enabled[1] = value & CTLR_GRP1;
    c->cbpr = value & CTLR_CBPR;
    c->eoi_mode = value & CTLR_EOI_MODE;
}

/* The other active priority registers read as zero and ignore writes. */
static void report_unknown(hwaddr addr, const char *what)
{
    if (addr < GICC_APR0 || addr >= GICC_APR_END) {
        guest_error("arm_gic: %s of CPU interface offset 0x%" PRIx64, what, addr);
    }
}

static MemResult cpu_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                          MemAttrs attrs) NO_THREAD_SAFETY
{
    ArmGic *s = opaque;
    unsigned cpu = current_cpu(s);
    GicCpuIf *c = &s->cpu[cpu];

    switch (addr) {
    case GICC_CTLR:
        *ret_value = s->cpu_ctlr[cpu];
        break;
    case GICC_PMR:
        *ret_value = c->pmr;
        break;
    case GICC_BPR:
        *ret_value = c->bpr[0];
        break;
    case GICC_ABPR:
        *ret_value = c->bpr[1];
        break;
    case GICC_IAR:
    case GICC_AIAR:
        *ret_value = attrs.debug ? GIC_SPURIOUS : acknowledge(s, cpu, addr == GICC_AIAR);
        break;
    case GICC_RPR:
        *ret_value = gic_cpuif_running_priority(c);
        break;
    case GICC_HPPIR:
    case GICC_AHPPIR:
        *ret_value = highest_pending(s, cpu, addr == GICC_AHPPIR);
        break;
    case GICC_APR0:
        *ret_value = c->apr[0];
        break;
    case GICC_NSAPR0:
        *ret_value = c->apr[1];
        break;
    case GICC_IIDR:
        *ret_value = IIDR_CPU;
        break;
    default:
        report_unknown(addr, "read");
        *ret_value = 0;
        break;
    }
    return MEM_OK;
}

static MemResult cpu_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                           MemAttrs attrs) NO_THREAD_SAFETY
{
    ArmGic *s = opaque;
    unsigned cpu = current_cpu(s);
    GicCpuIf *c = &s->cpu[cpu];

    switch (addr) {
    case GICC_CTLR:
        write_cpu_ctlr(s, cpu, (uint32_t)value);
        break;
    case GICC_PMR:
        c->pmr = value & GIC_PRIORITY_MASK;
        break;
    case GICC_BPR:
        gic_cpuif_write_bpr(c, 0, value);
        break;
    case GICC_ABPR:
        gic_cpuif_write_bpr(c, 1, value);
        break;
    case GICC_EOIR:
    case GICC_AEOIR:
        end_of_interrupt(s, cpu, (uint32_t)value);
        break;
    case GICC_APR0:
        c->apr[0] = (uint32_t)value;
        break;
    case GICC_NSAPR0:
        c->apr[1] = (uint32_t)value;
        break;
    case GICC_DIR:
        if (c->eoi_mode) {
            deactivate(s, cpu, value & 0x3ff);
        } else {
            guest_error("arm_gic: GICC_DIR written without EOImode");
        }
        break;
    default:
        report_unknown(addr, "write");
        break;
    }
    arm_gic_update(s);
    return MEM_OK;
}

const MemoryRegionOps arm_gic_dist_ops = {.read = dist_read, .write = dist_write, .max_access = 4};
const MemoryRegionOps arm_gic_cpu_ops = {
    .read = cpu_read, .write = cpu_write, .min_access = 4, .max_access = 4};
