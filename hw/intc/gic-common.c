/* SPDX-License-Identifier: MIT */
/* State and priorities common to GICv2 (IHI 0048) and GICv3 (IHI 0069). */
#include "hw/intc/gic-common.h"

#include "util/bits.h"

/* ---- 32 interrupts */

uint32_t gic_bank_read_bits(const GicBank *b, GicBitReg reg)
{
    switch (reg) {
    case GIC_IGROUPR:
        return b->group;
    case GIC_ISENABLER:
    case GIC_ICENABLER:
        return b->enabled;
    case GIC_ISPENDR:
    case GIC_ICPENDR:
        return gic_bank_pending(b);
    case GIC_ISACTIVER:
    case GIC_ICACTIVER:
        return b->active;
    }
    return 0;
}

void gic_bank_write_bits(GicBank *b, GicBitReg reg, uint32_t value)
{
    switch (reg) {
    case GIC_IGROUPR:
        b->group = value;
        break;
    case GIC_ISENABLER:
        b->enabled |= value;
        break;
    case GIC_ICENABLER:
        b->enabled &= ~value;
        break;
    case GIC_ISPENDR:
        b->latch |= value;
        break;
    case GIC_ICPENDR:
        b->latch &= ~value; /* an asserted level stays pending */
        break;
    case GIC_ISACTIVER:
        b->active |= value;
        break;
    case GIC_ICACTIVER:
        b->active &= ~value;
        break;
    }
}

uint32_t gic_bank_read_config(const GicBank *b, bool upper)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 16; i++) {
        value |= (b->edge >> (upper * 16 + i) & 1) << (2 * i + 1);
    }
    return value;
}

void gic_bank_write_config(GicBank *b, bool upper, uint32_t value)
{
    for (unsigned i = 0; i < 16; i++) {
        uint32_t bit = BIT(upper * 16 + i);

        b->edge = value >> (2 * i + 1) & 1 ? b->edge | bit : b->edge & ~bit;
    }
}

bool gic_bank_set_level(GicBank *b, unsigned bit, bool level)
{
    if ((b->level >> bit & 1) == level) {
        return false;
    }
    b->level ^= BIT(bit);
    if (level && (b->edge >> bit & 1)) {
        b->latch |= BIT(bit);
    }
    return true;
}

/* ---- priorities */

void gic_cpuif_reset(GicCpuIf *c)
{
    *c = (GicCpuIf){.bpr = {GIC_MIN_BPR0, GIC_MIN_BPR1}};
}

uint8_t gic_cpuif_running_priority(const GicCpuIf *c)
{
    uint32_t active = c->apr[0] | c->apr[1];

    return active ? (uint8_t)(__builtin_ctz(active) << 3) : GIC_PRIORITY_IDLE;
}

unsigned gic_cpuif_running_group(const GicCpuIf *c)
{
    uint32_t active = c->apr[0] | c->apr[1];

    return c->apr[1] & active & -active ? 1 : 0;
}

/* The bits of a priority that count for preemption. BPR1 has one bit less of subpriority than BPR0
 * for the same value. */
static uint8_t group_priority_mask(const GicCpuIf *c, unsigned group)
{
    unsigned shift = group && !c->cbpr ? c->bpr[1] : c->bpr[0] + 1u;

    return (uint8_t)(0xffu << shift);
}

bool gic_cpuif_can_signal(const GicCpuIf *c, const GicBest *best)
{
    uint8_t running = gic_cpuif_running_priority(c);

    if (best->irq == GIC_SPURIOUS || best->priority >= c->pmr || !c->enabled[best->group]) {
        return false;
    }
    return running == GIC_PRIORITY_IDLE ||
           (best->priority & group_priority_mask(c, best->group)) < running;
}

void gic_cpuif_activate(GicCpuIf *c, const GicBest *best)
{
    c->apr[best->group] |= BIT((best->priority & group_priority_mask(c, best->group)) >> 3);
}

bool gic_cpuif_drop(GicCpuIf *c, unsigned group)
{
    bool was_active = c->apr[group] != 0;

    c->apr[group] &= c->apr[group] - 1;
    return was_active;
}

void gic_cpuif_write_bpr(GicCpuIf *c, unsigned group, uint64_t value)
{
    uint8_t min = group ? GIC_MIN_BPR1 : GIC_MIN_BPR0;
    uint8_t v = value & 7;

    c->bpr[group] = v < min ? min : v;
}

/* ---- state */

void gic_bank_hash(const GicBank *b, StateHash *h)
{
    const uint32_t words[] = {b->group, b->enabled, b->latch, b->level, b->active, b->edge};

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        state_hash_u64(h, words[i]);
    }
    state_hash_bytes(h, b->priority, sizeof(b->priority));
}

void gic_cpuif_hash(const GicCpuIf *c, StateHash *h)
{
    state_hash_u64(h, c->cbpr);
    state_hash_u64(h, c->eoi_mode);
    state_hash_u64(h, c->pmr);
    for (unsigned group = 0; group < 2; group++) {
        state_hash_u64(h, c->enabled[group]);
        state_hash_u64(h, c->bpr[group]);
        state_hash_u64(h, c->apr[group]);
    }
}
