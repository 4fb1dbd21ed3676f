/* SPDX-License-Identifier: MIT */
/* State and priorities common to GICv2 (IHI 0048) and GICv3 (IHI 0069). */
#include "hw/intc/gic-common.h"

#include "util/bits.h"

/* ---- 32 interrupts */

/* The interrupts of which NSACR has at least this value. */
static uint32_t with_ns_access(const GicBank *b, unsigned least)
{
    uint32_t mask = 0;

    for (unsigned bit = 0; b->ns_access && bit < 32; bit++) {
        mask |= gic_bank_ns_access(b, bit) >= least ? BIT(bit) : 0;
    }
    return mask;
}

/* What Non-secure software may see and change in a register. */
static uint32_t visible(const GicBank *b, GicBitReg reg, bool secure)
{
    if (secure) {
        return ~0u;
    }
    switch (reg) {
    case GIC_IGROUPR:
        return 0;
    case GIC_ISPENDR:
        return b->group | with_ns_access(b, 1);
    case GIC_ICPENDR:
        return b->group | with_ns_access(b, 2);
    default:
        return b->group;
    }
}

uint32_t gic_bank_read_bits(const GicBank *b, GicBitReg reg, bool secure)
{
    uint32_t value = 0;

    switch (reg) {
    case GIC_IGROUPR:
        value = b->group;
        break;
    case GIC_ISENABLER:
    case GIC_ICENABLER:
        value = b->enabled;
        break;
    case GIC_ISPENDR:
    case GIC_ICPENDR:
        value = gic_bank_pending(b);
        break;
    case GIC_ISACTIVER:
    case GIC_ICACTIVER:
        value = b->active;
        break;
    }
    return value & visible(b, reg, secure);
}

void gic_bank_write_bits(GicBank *b, GicBitReg reg, uint32_t value, bool secure)
{
    value &= visible(b, reg, secure);
    switch (reg) {
    case GIC_IGROUPR:
        b->group = secure ? value : b->group;
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

uint32_t gic_bank_read_config(const GicBank *b, bool upper, bool secure)
{
    uint32_t value = 0, edge = secure ? b->edge : b->edge & b->group;

    for (unsigned i = 0; i < 16; i++) {
        value |= (edge >> (upper * 16 + i) & 1) << (2 * i + 1);
    }
    return value;
}

void gic_bank_write_config(GicBank *b, bool upper, uint32_t value, bool secure)
{
    for (unsigned i = 0; i < 16; i++) {
        uint32_t bit = BIT(upper * 16 + i);

        if (secure || (b->group & bit)) {
            b->edge = value >> (2 * i + 1) & 1 ? b->edge | bit : b->edge & ~bit;
        }
    }
}

uint32_t gic_bank_read_ns_access(const GicBank *b, bool upper)
{
    return (uint32_t)(b->ns_access >> (upper ? 32 : 0));
}

void gic_bank_write_ns_access(GicBank *b, bool upper, uint32_t value)
{
    b->ns_access = deposit64(b->ns_access, upper ? 32 : 0, 32, value);
}

uint8_t gic_bank_read_priority(const GicBank *b, unsigned bit, bool secure)
{
    if (secure) {
        return b->priority[bit];
    }
    return b->group >> bit & 1 ? gic_priority_to_ns(b->priority[bit]) : 0;
}

void gic_bank_write_priority(GicBank *b, unsigned bit, uint8_t value, bool secure, unsigned bits)
{
    if (secure || (b->group >> bit & 1)) {
        value = secure ? value : gic_priority_from_ns(value);
        b->priority[bit] = value & gic_priority_mask(bits);
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

void gic_bank_reset(GicBank *b)
{
    *b = (GicBank){.level = b->level};
}

/* ---- priorities */

/* Bits of a priority that can decide about preemption: at most 7. */
static unsigned preemption_bits(const GicCpuIf *c)
{
    return c->priority_bits < 7 ? c->priority_bits : 7;
}

void gic_cpuif_reset(GicCpuIf *c, unsigned priority_bits)
{
    *c = (GicCpuIf){.priority_bits = priority_bits};
    for (GicGroup g = 0; g < GIC_GROUPS; g++) {
        c->bpr[g] = gic_cpuif_min_bpr(c, g);
    }
}

/* The number of the most urgent active priority; -1: none. */
static int running_level(const GicCpuIf *c)
{
    for (int n = 0; n < GIC_APRS; n++) {
        uint32_t active = c->apr[GIC_G0][n] | c->apr[GIC_G1NS][n] | c->apr[GIC_G1S][n];

        if (active) {
            return n * 32 + __builtin_ctz(active);
        }
    }
    return -1;
}

uint8_t gic_cpuif_running_priority(const GicCpuIf *c)
{
    int level = running_level(c);

    return level < 0 ? GIC_PRIORITY_IDLE : (uint8_t)(level << (8 - preemption_bits(c)));
}

GicGroup gic_cpuif_running_group(const GicCpuIf *c)
{
    int level = running_level(c);

    for (GicGroup g = 0; level >= 0 && g < GIC_GROUPS; g++) {
        if (c->apr[g][level / 32] >> (level % 32) & 1) {
            return g;
        }
    }
    return GIC_GROUPS;
}

/* The bits of a priority that count for preemption. The Non-secure BPR1 has one bit less of
 * subpriority than the others for the same value. */
static uint8_t group_priority_mask(const GicCpuIf *c, unsigned group)
{
    if (c->cbpr[group] || group == GIC_G0) {
        return (uint8_t)(0xffu << (c->bpr[GIC_G0] + 1));
    }
    return (uint8_t)(0xffu << (c->bpr[group] + (group == GIC_G1S)));
}

bool gic_cpuif_can_signal(const GicCpuIf *c, const GicBest *best)
{
    uint8_t running;

    if (best->irq == GIC_SPURIOUS || best->priority >= c->pmr || !c->enabled[best->group]) {
        return false;
    }
    running = gic_cpuif_running_priority(c);
    return running == GIC_PRIORITY_IDLE ||
           (best->priority & group_priority_mask(c, best->group)) < running;
}

void gic_cpuif_activate(GicCpuIf *c, const GicBest *best)
{
    unsigned level =
        (best->priority & group_priority_mask(c, best->group)) >> (8 - preemption_bits(c));

    c->apr[best->group][level / 32] |= BIT(level % 32);
}

void gic_cpuif_drop(GicCpuIf *c)
{
    int level = running_level(c);
    GicGroup group = gic_cpuif_running_group(c);

    if (group < GIC_GROUPS) {
        c->apr[group][level / 32] &= ~BIT(level % 32);
    }
}

uint8_t gic_cpuif_min_bpr(const GicCpuIf *c, GicGroup group)
{
    return (uint8_t)(7 - preemption_bits(c) + (group == GIC_G1NS));
}

void gic_cpuif_write_bpr(GicCpuIf *c, GicGroup group, uint64_t value)
{
    uint8_t v = value & 7, min = gic_cpuif_min_bpr(c, group);

    c->bpr[group] = v < min ? min : v;
}

uint8_t gic_cpuif_common_bpr(const GicCpuIf *c)
{
    return c->bpr[GIC_G0] < 7 ? c->bpr[GIC_G0] + 1 : 7;
}

uint8_t gic_cpuif_read_pmr(const GicCpuIf *c, bool secure)
{
    return secure ? c->pmr : gic_priority_to_ns(c->pmr);
}

void gic_cpuif_write_pmr(GicCpuIf *c, uint8_t value, bool secure)
{
    if (!secure && !(c->pmr & 0x80)) {
        return; /* Secure software masks all that Non-secure software could */
    }
    value = secure ? value : gic_priority_from_ns(value);
    c->pmr = value & gic_priority_mask(c->priority_bits);
}

uint8_t gic_cpuif_read_rpr(const GicCpuIf *c, bool secure)
{
    uint8_t running = gic_cpuif_running_priority(c);

    return secure || running == GIC_PRIORITY_IDLE ? running : gic_priority_to_ns(running);
}

/* ---- state */

void gic_bank_hash(const GicBank *b, StateHash *h)
{
    const uint32_t words[] = {b->group, b->modifier, b->enabled, b->latch,
                              b->level, b->active,   b->edge};

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        state_hash_u64(h, words[i]);
    }
    state_hash_u64(h, b->ns_access);
    state_hash_bytes(h, b->priority, sizeof(b->priority));
}

void gic_cpuif_hash(const GicCpuIf *c, StateHash *h)
{
    state_hash_u64(h, c->pmr);
    for (unsigned i = 0; i < GIC_REGIMES; i++) {
        state_hash_u64(h, c->eoi_mode[i]);
    }
    for (unsigned group = 0; group < GIC_GROUPS; group++) {
        state_hash_u64(h, c->enabled[group]);
        state_hash_u64(h, c->cbpr[group]);
        state_hash_u64(h, c->bpr[group]);
        for (unsigned i = 0; i < GIC_APRS; i++) {
            state_hash_u64(h, c->apr[group][i]);
        }
    }
}
