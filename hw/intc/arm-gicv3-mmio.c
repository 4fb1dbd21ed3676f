/* SPDX-License-Identifier: MIT */
/* GICv3 distributor and redistributor registers (IHI 0069 chapter 12). Words are the unit: doubles
 * are two words, bytes exist where an interrupt has a byte. */
#include "hw/intc/arm-gicv3.h"

#include "util/bits.h"
#include "util/log.h"

#include <inttypes.h>

enum {
    GICD_CTLR = 0x0000,
    GICD_TYPER = 0x0004,
    GICD_IIDR = 0x0008,
    GICD_TYPER2 = 0x000c, /* of GICv4.1, which drivers look for */
    GICD_STATUSR = 0x0010,
    GIC_BITS = 0x0080,
    GIC_PRIORITY = 0x0400,
    GIC_TARGETS = 0x0800, /* affinity routing: reserved */
    GIC_CONFIG = 0x0c00,
    GIC_GRPMOD = 0x0d00, /* one security state: reserved */
    GIC_BITS_END = 0x0f30,
    GICD_IROUTER = 0x6000,
    GICD_IROUTER_END = 0x7fe0,
    GIC_IDS = 0xffd0,

    GICR_CTLR = 0x0000,
    GICR_IIDR = 0x0004,
    GICR_TYPER = 0x0008,
    GICR_STATUSR = 0x0010,
    GICR_WAKER = 0x0014,
    GICR_SGI_FRAME = 0x10000,

    CTLR_GRP0 = 1 << 0,
    CTLR_GRP1 = 1 << 1,
    CTLR_ARE = 1 << 4,
    CTLR_DS = 1 << 6,
    TYPER_IDBITS = 9 << 19, /* 10 bits of interrupt number */
    TYPER_A3V = 1 << 24,
    IIDR = 0x43b, /* Arm */
};

static uint32_t id_register(uint32_t offset)
{
    /* PIDR4..7, PIDR0..3 (part 0x492, JEP106 Arm, architecture 3), CIDR0..3 */
    static const uint8_t ids[] = {0x44, 0, 0, 0, 0x92, 0xb4, 0x3b, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

    return ids[(offset - GIC_IDS) / 4];
}

/* ---- registers that a bank of interrupts has in either place; irq: the bank's first */

static bool is_bank_offset(uint32_t offset)
{
    return offset >= GIC_BITS && offset < GIC_BITS_END;
}

static uint32_t bank_read(const GicBank *b, uint32_t offset, bool upper)
{
    if (offset < GIC_PRIORITY) {
        return gic_bank_read_bits(b, offset >> 7);
    }
    if (offset < GIC_TARGETS) {
        return (uint32_t)ld_le(&b->priority[offset & 0x1c], 4);
    }
    return offset >= GIC_CONFIG && offset < GIC_GRPMOD ? gic_bank_read_config(b, upper) : 0;
}

static void bank_write(GicBank *b, uint32_t offset, bool upper, uint32_t value)
{
    if (offset < GIC_PRIORITY) {
        gic_bank_write_bits(b, offset >> 7, value);
    } else if (offset < GIC_TARGETS) {
        st_le(&b->priority[offset & 0x1c], 4, value & (GIC_PRIORITY_MASK * 0x01010101u));
    } else if (offset >= GIC_CONFIG && offset < GIC_GRPMOD) {
        gic_bank_write_config(b, upper, value);
    }
}

/* The first interrupt a banked register of the distributor is about. */
static unsigned irq_of_offset(uint32_t offset)
{
    if (offset < GIC_PRIORITY) {
        return (offset & 0x7c) * 8;
    }
    return offset < GIC_CONFIG ? offset & 0x3fc : (offset & 0xfc) * 4;
}

/* ---- distributor */

static bool has_spi(const ArmGicV3 *s, unsigned irq)
{
    return irq >= GIC_PRIVATE && irq < s->num_irq;
}

static uint32_t dist_read_word(ArmGicV3 *s, uint32_t offset)
{
    unsigned irq;

    if (is_bank_offset(offset)) {
        irq = irq_of_offset(offset);
        return has_spi(s, irq) ? bank_read(&s->shared[irq / 32], offset, irq & 16) : 0;
    }
    if (offset >= GICD_IROUTER && offset < GICD_IROUTER_END) {
        irq = (offset - GICD_IROUTER) / 8;
        return has_spi(s, irq) ? (uint32_t)(s->route[irq] >> (offset & 4 ? 32 : 0)) : 0;
    }
    if (offset >= GIC_IDS) {
        return id_register(offset);
    }
    switch (offset) {
    case GICD_CTLR:
        return s->group_enabled[0] | (uint32_t)s->group_enabled[1] << 1 | CTLR_ARE | CTLR_DS;
    case GICD_TYPER:
        return (s->num_irq / 32 - 1) | TYPER_IDBITS | TYPER_A3V;
    case GICD_IIDR:
        return IIDR;
    case GICD_TYPER2:
    case GICD_STATUSR:
        return 0;
    default:
        guest_error("arm-gicv3: read of reserved distributor offset 0x%x", offset);
        return 0;
    }
}

static void dist_write_word(ArmGicV3 *s, uint32_t offset, uint32_t value)
{
    unsigned irq;

    if (is_bank_offset(offset)) {
        irq = irq_of_offset(offset);
        if (has_spi(s, irq)) {
            bank_write(&s->shared[irq / 32], offset, irq & 16, value);
        }
    } else if (offset >= GICD_IROUTER && offset < GICD_IROUTER_END) {
        irq = (offset - GICD_IROUTER) / 8;
        if (has_spi(s, irq)) {
            arm_gicv3_set_route(s, irq, deposit64(s->route[irq], offset & 4 ? 32 : 0, 32, value));
        }
    } else if (offset == GICD_CTLR) {
        s->group_enabled[0] = value & CTLR_GRP0;
        s->group_enabled[1] = value & CTLR_GRP1;
    } else if (offset != GICD_STATUSR) {
        guest_error("arm-gicv3: write to read-only or reserved distributor offset 0x%x", offset);
    }
}

/* ---- redistributors */

/* Registers of the SGI frame about the 32 private interrupts. */
static bool is_private_offset(uint32_t offset)
{
    if (offset < GIC_PRIORITY) {
        return offset >= GIC_BITS && !(offset & 0x7c);
    }
    return offset < GIC_PRIORITY + GIC_PRIVATE || (offset >= GIC_CONFIG && offset < GIC_CONFIG + 8);
}

static uint32_t redist_read_word(GicV3Cpu *c, uint32_t offset)
{
    bool last = c->index == c->gic->num_cpu - 1;

    if (offset >= GICR_SGI_FRAME) {
        offset -= GICR_SGI_FRAME;
        return is_private_offset(offset) ? bank_read(&c->bank, offset, offset & 4) : 0;
    }
    if (offset >= GIC_IDS) {
        return id_register(offset);
    }
    switch (offset) {
    case GICR_IIDR:
        return IIDR;
    case GICR_TYPER:
        return c->index << 8 | (uint32_t)last << 4;
    case GICR_TYPER + 4:
        return arm_gicv3_affinity(c);
    case GICR_WAKER:
        return c->waker;
    default:
        /* GICR_CTLR; and without LPIs their registers are reserved. */
        return 0;
    }
}

static void redist_write_word(GicV3Cpu *c, uint32_t offset, uint32_t value)
{
    if (offset >= GICR_SGI_FRAME) {
        offset -= GICR_SGI_FRAME;
        /* GICR_ICFGR0 is fixed: SGIs are edges. */
        if (is_private_offset(offset) && offset != GIC_CONFIG) {
            bank_write(&c->bank, offset, offset & 4, value);
        }
    } else if (offset == GICR_WAKER) {
        bool sleep = value & GICR_WAKER_SLEEP;

        c->waker = sleep ? GICR_WAKER_SLEEP | GICR_WAKER_CHILDREN_ASLEEP : 0;
    } else if (offset != GICR_CTLR && offset != GICR_STATUSR) {
        guest_error("arm-gicv3: write to redistributor offset 0x%x", offset);
    }
}

/* ---- accesses of any size on words */

typedef struct Frame {
    ArmGicV3 *gic;
    GicV3Cpu *cpu; /* NULL: distributor */
} Frame;

static uint32_t frame_read(const Frame *f, uint32_t offset)
{
    return f->cpu ? redist_read_word(f->cpu, offset) : dist_read_word(f->gic, offset);
}

static void frame_write(const Frame *f, uint32_t offset, uint32_t value)
{
    if (f->cpu) {
        redist_write_word(f->cpu, offset, value);
    } else {
        dist_write_word(f->gic, offset, value);
    }
}

static uint64_t sized_read(const Frame *f, uint32_t offset, unsigned size)
{
    if (size == 8) {
        return frame_read(f, offset) | (uint64_t)frame_read(f, offset + 4) << 32;
    }
    return extract64(frame_read(f, offset & ~3u), (offset & 3) * 8, size * 8);
}

static void sized_write(const Frame *f, uint32_t offset, unsigned size, uint64_t value)
{
    uint32_t in_frame = offset & 0xffff;

    if (size >= 4) {
        frame_write(f, offset, (uint32_t)value);
        if (size == 8) {
            frame_write(f, offset + 4, (uint32_t)(value >> 32));
        }
    } else if (in_frame >= GIC_PRIORITY && in_frame < GIC_TARGETS) {
        uint32_t word = frame_read(f, offset & ~3u);

        frame_write(f, offset & ~3u, (uint32_t)deposit64(word, (offset & 3) * 8, size * 8, value));
    } else {
        guest_error("arm-gicv3: %u-byte write to offset 0x%x", size, offset);
    }
}

static Frame redist_frame(ArmGicV3 *s, hwaddr addr)
{
    unsigned cpu = (unsigned)(addr / ARM_GICV3_REDIST_SIZE);

    return (Frame){.gic = s, .cpu = &s->cpus[MIN(cpu, s->num_cpu - 1)]};
}

static MemResult dist_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                           MemAttrs attrs)
{
    *ret_value = sized_read(&(Frame){.gic = opaque}, (uint32_t)addr, size);
    return MEM_OK;
}

static MemResult dist_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                            MemAttrs attrs) NO_THREAD_SAFETY
{
    sized_write(&(Frame){.gic = opaque}, (uint32_t)addr, size, value);
    arm_gicv3_update(opaque);
    return MEM_OK;
}

static MemResult redist_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                             MemAttrs attrs)
{
    Frame f = redist_frame(opaque, addr);

    *ret_value = sized_read(&f, (uint32_t)(addr % ARM_GICV3_REDIST_SIZE), size);
    return MEM_OK;
}

static MemResult redist_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                              MemAttrs attrs) NO_THREAD_SAFETY
{
    Frame f = redist_frame(opaque, addr);

    sized_write(&f, (uint32_t)(addr % ARM_GICV3_REDIST_SIZE), size, value);
    arm_gicv3_update(opaque);
    return MEM_OK;
}

const MemoryRegionOps arm_gicv3_dist_ops = {.read = dist_read, .write = dist_write};
const MemoryRegionOps arm_gicv3_redist_ops = {.read = redist_read, .write = redist_write};
