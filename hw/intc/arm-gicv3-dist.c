/* SPDX-License-Identifier: MIT */
/* GICv3 distributor registers (IHI 0069 12.9), and what they have in common with redistributors. */
#include "hw/intc/arm-gicv3.h"

#include "util/bits.h"
#include "util/log.h"

enum {
    GICD_CTLR = 0x0000,
    GICD_TYPER = 0x0004,
    GICD_IIDR = 0x0008,
    GICD_TYPER2 = 0x000c, /* of GICv4.1, which drivers look for */
    GICD_STATUSR = 0x0010,
    GIC_BITS = 0x0080,
    GIC_PRIORITY = 0x0400,
    GIC_TARGETS = 0x0800, /* affinity routing: reserved, as are the other registers of GICv2 */
    GIC_CONFIG = 0x0c00,
    GIC_MODIFIER = 0x0d00,
    GIC_NSAC = 0x0e00,
    GIC_BITS_END = 0x0f30,
    GICD_IROUTER = 0x6000,
    GICD_IROUTER_END = 0x7fe0,
    GIC_IDS = 0xffd0,

    CTLR_GRP0 = 1 << 0,
    CTLR_GRP1NS = 1 << 1,
    CTLR_GRP1S = 1 << 2,
    CTLR_ARE = 1 << 4, /* secure: ARE_S */
    CTLR_ARE_NS = 1 << 5,
    CTLR_DS = 1 << 6,
    TYPER_SECURITY = 1 << 10,
    TYPER_LPIS = 1 << 17,
    TYPER_A3V = 1 << 24,
    IIDR = 0x43b, /* Arm */
    PART_DIST = 0x92,
};

uint32_t arm_gicv3_id_register(uint32_t offset, uint8_t part)
{
    /* PIDR4..7, PIDR0..3 (JEP106 Arm, architecture 3), CIDR0..3 */
    static const uint8_t ids[] = {0x44, 0, 0, 0, 0, 0xb4, 0x3b, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    unsigned n = (offset - GIC_IDS) / 4;

    return n == 4 ? part : ids[n];
}

/* ---- registers that a bank of interrupts has in either place */

static uint32_t read_priorities(const GicBank *b, unsigned first, bool secure)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 4; i++) {
        value |= (uint32_t)gic_bank_read_priority(b, first + i, secure) << (8 * i);
    }
    return value;
}

bool arm_gicv3_bank_read(const ArmGicV3 *s, const GicBank *b, uint32_t offset, bool upper,
                         bool secure, uint32_t *ret)
{
    bool two_states = secure && !s->ds; /* registers about Security are there for this access */

    *ret = 0;
    if (offset < GIC_BITS || offset >= GIC_BITS_END) {
        return false;
    }
    if (offset < GIC_PRIORITY) {
        *ret = gic_bank_read_bits(b, offset >> 7, secure);
    } else if (offset < GIC_TARGETS) {
        *ret = read_priorities(b, offset & 0x1c, secure);
    } else if (offset >= GIC_CONFIG && offset < GIC_MODIFIER) {
        *ret = gic_bank_read_config(b, upper, secure);
    } else if (offset >= GIC_MODIFIER && offset < GIC_MODIFIER + 0x80) {
        *ret = two_states ? b->modifier : 0;
    } else if (offset >= GIC_NSAC && offset < GIC_NSAC + 0x100) {
        *ret = two_states ? gic_bank_read_ns_access(b, upper) : 0;
    }
    return true;
}

bool arm_gicv3_bank_write(const ArmGicV3 *s, GicBank *b, uint32_t offset, bool upper, bool secure,
                          uint32_t value)
{
    bool two_states = secure && !s->ds;

    if (offset < GIC_BITS || offset >= GIC_BITS_END) {
        return false;
    }
    if (offset < GIC_PRIORITY) {
        gic_bank_write_bits(b, offset >> 7, value, secure);
    } else if (offset < GIC_TARGETS) {
        for (unsigned i = 0; i < 4; i++) {
            gic_bank_write_priority(b, (offset & 0x1c) + i, (uint8_t)(value >> (8 * i)), secure,
                                    GICV3_PRIORITY_BITS);
        }
    } else if (offset >= GIC_CONFIG && offset < GIC_MODIFIER) {
        gic_bank_write_config(b, upper, value, secure);
    } else if (offset >= GIC_MODIFIER && offset < GIC_MODIFIER + 0x80 && two_states) {
        b->modifier = value;
    } else if (offset >= GIC_NSAC && offset < GIC_NSAC + 0x100 && two_states) {
        gic_bank_write_ns_access(b, upper, value);
    }
    return true;
}

/* The first interrupt that a banked register of the distributor is about. */
static unsigned irq_of_offset(uint32_t offset)
{
    if (offset < GIC_PRIORITY || (offset >= GIC_MODIFIER && offset < GIC_NSAC)) {
        return (offset & 0x7c) * 8;
    }
    return offset < GIC_CONFIG ? offset & 0x3fc : (offset & 0xfc) * 4;
}

/* ---- GICD_CTLR: three views */

static uint32_t read_ctlr(const ArmGicV3 *s, bool secure)
{
    uint32_t g0 = s->group_enabled[GIC_G0] ? CTLR_GRP0 : 0;
    uint32_t g1ns = s->group_enabled[GIC_G1NS] ? CTLR_GRP1NS : 0;
    uint32_t g1s = s->group_enabled[GIC_G1S] ? CTLR_GRP1S : 0;

    if (s->ds) {
        return g0 | g1ns | CTLR_ARE | CTLR_DS;
    }
    return secure ? g0 | g1ns | g1s | CTLR_ARE | CTLR_ARE_NS : g1ns | CTLR_ARE;
}

/* One Security state, once chosen, stays until reset. */
static void write_ctlr(ArmGicV3 *s, uint32_t value, bool secure)
{
    if (secure) {
        s->ds = s->ds || (value & CTLR_DS);
        s->group_enabled[GIC_G0] = value & CTLR_GRP0;
        s->group_enabled[GIC_G1S] = !s->ds && (value & CTLR_GRP1S);
    }
    s->group_enabled[GIC_G1NS] = value & CTLR_GRP1NS;
}

/* ---- distributor */

static bool has_spi(const ArmGicV3 *s, unsigned irq)
{
    return irq >= GIC_PRIVATE && irq < s->num_irq;
}

/* NSACR 3 lets Non-secure software route an interrupt of Secure software's. */
static bool may_route(const ArmGicV3 *s, unsigned irq, bool secure)
{
    const GicBank *b = &s->shared[irq / 32];

    return secure || (b->group >> (irq % 32) & 1) || gic_bank_ns_access(b, irq % 32) == 3;
}

static uint32_t read_word(void *opaque, uint32_t offset, bool secure)
{
    ArmGicV3 *s = opaque;
    unsigned irq = irq_of_offset(offset);
    uint32_t value;

    if (arm_gicv3_bank_read(s, &s->shared[irq / 32 % GIC_MAX_BANKS], offset, irq & 16, secure,
                            &value)) {
        return has_spi(s, irq) ? value : 0;
    }
    if (offset >= GICD_IROUTER && offset < GICD_IROUTER_END) {
        irq = (offset - GICD_IROUTER) / 8;
        return has_spi(s, irq) && may_route(s, irq, secure)
                   ? (uint32_t)(s->route[irq] >> (offset & 4 ? 32 : 0))
                   : 0;
    }
    if (offset >= GIC_IDS) {
        return arm_gicv3_id_register(offset, PART_DIST);
    }
    switch (offset) {
    case GICD_CTLR:
        return read_ctlr(s, secure);
    case GICD_TYPER:
        return (s->num_irq / 32 - 1) | (s->ds ? 0 : TYPER_SECURITY) |
               (s->has_lpi ? TYPER_LPIS : 0) | (GICV3_ID_BITS - 1) << 19 | TYPER_A3V;
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

static void write_word(void *opaque, uint32_t offset, uint32_t value, bool secure)
{
    ArmGicV3 *s = opaque;
    unsigned irq = irq_of_offset(offset);

    if (offset >= GIC_BITS && offset < GIC_BITS_END) {
        if (has_spi(s, irq)) {
            arm_gicv3_bank_write(s, &s->shared[irq / 32], offset, irq & 16, secure, value);
        }
    } else if (offset >= GICD_IROUTER && offset < GICD_IROUTER_END) {
        irq = (offset - GICD_IROUTER) / 8;
        if (has_spi(s, irq) && may_route(s, irq, secure)) {
            arm_gicv3_set_route(s, irq, deposit64(s->route[irq], offset & 4 ? 32 : 0, 32, value));
        }
    } else if (offset == GICD_CTLR) {
        write_ctlr(s, value, secure);
    } else if (offset != GICD_STATUSR) {
        guest_error("arm-gicv3: write to read-only or reserved distributor offset 0x%x", offset);
    }
}

/* ---- accesses of any size on words */

uint64_t arm_gicv3_frame_read(const GicV3Frame *f, void *opaque, uint32_t offset, unsigned size,
                              bool secure)
{
    if (size == 8) {
        uint64_t low = f->read(opaque, offset, secure);

        return low | (uint64_t)f->read(opaque, offset + 4, secure) << 32;
    }
    return extract64(f->read(opaque, offset & ~3u, secure), (offset & 3) * 8, size * 8);
}

void arm_gicv3_frame_write(const GicV3Frame *f, void *opaque, uint32_t offset, unsigned size,
                           uint64_t value, bool secure)
{
    uint32_t in_frame = offset & 0xffff, aligned = offset & ~3u;

    if (size >= 4) {
        f->write(opaque, offset, (uint32_t)value, secure);
        if (size == 8) {
            f->write(opaque, offset + 4, (uint32_t)(value >> 32), secure);
        }
    } else if (in_frame >= GIC_PRIORITY && in_frame < GIC_TARGETS) {
        uint32_t word = f->read(opaque, aligned, secure);

        f->write(opaque, aligned, (uint32_t)deposit64(word, (offset & 3) * 8, size * 8, value),
                 secure);
    } else {
        guest_error("arm-gicv3: %u-byte write to offset 0x%x", size, offset);
    }
}

static const GicV3Frame dist_frame = {read_word, write_word};

static MemResult dist_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                           MemAttrs attrs)
{
    ArmGicV3 *s = opaque;

    *ret_value = arm_gicv3_frame_read(&dist_frame, s, (uint32_t)addr, size, attrs.secure || s->ds);
    return MEM_OK;
}

static MemResult dist_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                            MemAttrs attrs) NO_THREAD_SAFETY
{
    ArmGicV3 *s = opaque;

    arm_gicv3_frame_write(&dist_frame, s, (uint32_t)addr, size, value, attrs.secure || s->ds);
    arm_gicv3_update(s);
    return MEM_OK;
}

const MemoryRegionOps arm_gicv3_dist_ops = {.read = dist_read, .write = dist_write};
