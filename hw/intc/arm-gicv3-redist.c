/* SPDX-License-Identifier: MIT */
/* GICv3 redistributor registers (IHI 0069 12.10, 12.11). */
#include "hw/intc/arm-gicv3.h"

#include "util/bits.h"
#include "util/log.h"

enum {
    GICR_CTLR = 0x0000,
    GICR_IIDR = 0x0004,
    GICR_TYPER = 0x0008,
    GICR_STATUSR = 0x0010,
    GICR_WAKER = 0x0014,
    GICR_PROPBASER = 0x0070,
    GICR_PENDBASER = 0x0078,
    GICR_IDS = 0xffd0,
    GICR_SGI_FRAME = 0x10000,
    GICR_ICFGR0 = 0x0c00,
    GICR_PRIORITY = 0x0400,

    CTLR_ENABLE_LPIS = 1 << 0,
    CTLR_CES = 1 << 1, /* EnableLPIs may be cleared */
    TYPER_PLPIS = 1 << 0,
    TYPER_LAST = 1 << 4,
    TYPER_COMMON_BY_AFF3 = 1 << 24, /* who has to share a configuration table */
    IIDR = 0x43b,                   /* Arm */
    PART_REDIST = 0x93,
};

/* Registers of the SGI frame about the 32 private interrupts. */
static bool is_private_offset(uint32_t offset)
{
    if (offset < GICR_PRIORITY) {
        return !(offset & 0x7c);
    }
    if (offset < GICR_ICFGR0) {
        return offset < GICR_PRIORITY + GIC_PRIVATE;
    }
    return (offset & 0xff) < (offset < GICR_ICFGR0 + 0x100 ? 8 : 4);
}

static uint32_t read_sgi_frame(GicV3Cpu *c, uint32_t offset, bool secure)
{
    uint32_t value = 0;

    if (is_private_offset(offset)) {
        arm_gicv3_bank_read(c->gic, &c->bank, offset, offset & 4, secure, &value);
    }
    return value;
}

static uint32_t read_lpi_word(const GicV3Cpu *c, uint32_t offset)
{
    uint64_t value = (offset & ~7u) == GICR_PROPBASER ? c->lpis.propbaser
                                                      : c->lpis.pendbaser & ~GICR_PENDBASER_PTZ;

    return (uint32_t)(value >> (offset & 4 ? 32 : 0));
}

static uint32_t read_word(void *opaque, uint32_t offset, bool secure)
{
    GicV3Cpu *c = opaque;

    if (offset >= GICR_SGI_FRAME) {
        return read_sgi_frame(c, offset - GICR_SGI_FRAME, secure);
    }
    if (offset >= GICR_IDS) {
        return arm_gicv3_id_register(offset, PART_REDIST);
    }
    switch (offset) {
    case GICR_CTLR:
        return c->gic->has_lpi ? CTLR_CES | c->lpis.enabled : 0;
    case GICR_IIDR:
        return IIDR;
    case GICR_TYPER:
        return c->index << 8 | (c->last_of_region ? TYPER_LAST : 0) |
               (c->gic->has_lpi ? TYPER_PLPIS | TYPER_COMMON_BY_AFF3 : 0);
    case GICR_TYPER + 4:
        return arm_gicv3_affinity(c);
    case GICR_WAKER:
        return secure ? c->waker : 0;
    case GICR_PROPBASER:
    case GICR_PROPBASER + 4:
    case GICR_PENDBASER:
    case GICR_PENDBASER + 4:
        return c->gic->has_lpi ? read_lpi_word(c, offset) : 0;
    default:
        return 0;
    }
}

/* The bases cannot be changed while the tables are in use. Cacheability has no meaning here, it
 * is kept as written. */
#define PROPBASER_FIELDS (MASK64(5) | 7u << 7 | 3u << 10 | MASK64(40) << 12 | UINT64_C(7) << 56)
#define PENDBASER_FIELDS \
    (7u << 7 | 3u << 10 | MASK64(36) << 16 | UINT64_C(7) << 56 | GICR_PENDBASER_PTZ)

static void write_lpi_word(GicV3Cpu *c, uint32_t offset, uint32_t value)
{
    bool prop = (offset & ~7u) == GICR_PROPBASER;
    uint64_t *reg = prop ? &c->lpis.propbaser : &c->lpis.pendbaser;

    if (c->lpis.enabled) {
        guest_error("arm-gicv3: base of an LPI table written while LPIs are enabled");
        return;
    }
    *reg = deposit64(*reg, offset & 4 ? 32 : 0, 32, value) &
           (prop ? PROPBASER_FIELDS : PENDBASER_FIELDS);
}

static void write_word(void *opaque, uint32_t offset, uint32_t value, bool secure) NO_THREAD_SAFETY
{
    GicV3Cpu *c = opaque;
    bool lpi = c->gic->has_lpi;

    if (offset >= GICR_SGI_FRAME) {
        offset -= GICR_SGI_FRAME;
        /* GICR_ICFGR0 is fixed: SGIs are edges. */
        if (is_private_offset(offset) && offset != GICR_ICFGR0) {
            arm_gicv3_bank_write(c->gic, &c->bank, offset, offset & 4, secure, value);
        }
    } else if (offset == GICR_WAKER) {
        if (secure) {
            c->waker = value & GICR_WAKER_SLEEP ? GICR_WAKER_SLEEP | GICR_WAKER_CHILDREN_ASLEEP : 0;
        }
    } else if (offset == GICR_CTLR) {
        if (lpi) {
            arm_gicv3_lpi_enable(c, value & CTLR_ENABLE_LPIS);
        }
    } else if (lpi && offset >= GICR_PROPBASER && offset < GICR_PENDBASER + 8) {
        write_lpi_word(c, offset, value);
    } else if (offset != GICR_STATUSR) {
        guest_error("arm-gicv3: write to redistributor offset 0x%x", offset);
    }
}

/* ---- regions */

static const GicV3Frame redist_frame = {read_word, write_word};

/* NULL: a region that has no CPU. */
static GicV3Cpu *cpu_at(const GicV3Region *r, hwaddr addr)
{
    uint64_t cpu = r->first_cpu + addr / ARM_GICV3_REDIST_SIZE;

    return cpu < r->gic->num_cpu ? &r->gic->cpus[cpu] : NULL;
}

static MemResult redist_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                             MemAttrs attrs)
{
    GicV3Region *r = opaque;
    GicV3Cpu *c = cpu_at(r, addr);
    uint32_t offset = (uint32_t)(addr % ARM_GICV3_REDIST_SIZE);

    *ret_value =
        c ? arm_gicv3_frame_read(&redist_frame, c, offset, size, attrs.secure || r->gic->ds) : 0;
    return MEM_OK;
}

static MemResult redist_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                              MemAttrs attrs) NO_THREAD_SAFETY
{
    GicV3Region *r = opaque;
    GicV3Cpu *c = cpu_at(r, addr);

    if (c) {
        arm_gicv3_frame_write(&redist_frame, c, (uint32_t)(addr % ARM_GICV3_REDIST_SIZE), size,
                              value, attrs.secure || r->gic->ds);
        arm_gicv3_update_gates(c);
    }
    return MEM_OK;
}

const MemoryRegionOps arm_gicv3_redist_ops = {.read = redist_read, .write = redist_write};
