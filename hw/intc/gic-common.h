/* SPDX-License-Identifier: MIT */
/* What GICv2 and GICv3 share: the state of 32 interrupts, and a CPU interface's priorities. */
#ifndef HW_INTC_GIC_COMMON_H
#define HW_INTC_GIC_COMMON_H

#include "hw/core/state-hash.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    GIC_SGIS = 16,
    GIC_PRIVATE = 32, /* SGIs and PPIs */
    GIC_MAX_IRQS = 1020,
    GIC_MAX_BANKS = 32, /* of 32 interrupts */

    /* What an acknowledge register tells instead of an interrupt. */
    GIC_FOR_SECURE = 1020,     /* at EL3: one for Secure EL1 */
    GIC_FOR_NON_SECURE = 1021, /* at EL3: one for Non-secure EL1 or EL2 */
    GIC_OTHER_GROUP = 1022,    /* GICv2: one of group 1 */
    GIC_SPURIOUS = 1023,

    GIC_PRIORITY_IDLE = 0xff,
};

/* With one Security state, group 1 is GIC_G1NS. */
typedef enum GicGroup { GIC_G0, GIC_G1NS, GIC_G1S, GIC_GROUPS } GicGroup;
/* Whose EOImode counts. */
typedef enum GicRegime { GIC_NON_SECURE, GIC_SECURE, GIC_EL3, GIC_REGIMES } GicRegime;

/* The board's, which sets it when no firmware runs before a Non-secure kernel: all interrupts are
 * in group 1, and the priority mask is in the half that the Non-secure state may change. */
enum { GIC_PRIORITY_NONSECURE = 0x80 };
#define GIC_PROP_RESET_NONSECURE(state)                                              \
    {                                                                                \
        .name = "irq-reset-nonsecure", .kind = PROP_BOOL, .flags = PROP_SET_ANYTIME, \
        .offset = offsetof(state, reset_nonsecure)                                   \
    }

/* Interrupts 32n to 32n+31, a bit each. */
typedef struct GicBank {
    uint32_t group;    /* 1: Non-secure group 1 */
    uint32_t modifier; /* GICv3, where group is 0: Secure group 1 */
    uint32_t enabled;
    uint32_t latch; /* pending by an edge or by software */
    uint32_t level; /* of the input */
    uint32_t active;
    uint32_t edge;      /* configuration */
    uint64_t ns_access; /* two bits each: NSACR */
    uint8_t priority[32];
} GicBank;

/* One bit an interrupt: GICD and GICR registers from offset 0x080 on, 0x80 bytes each. */
typedef enum GicBitReg {
    GIC_IGROUPR = 1,
    GIC_ISENABLER,
    GIC_ICENABLER,
    GIC_ISPENDR,
    GIC_ICPENDR,
    GIC_ISACTIVER,
    GIC_ICACTIVER,
} GicBitReg;

static inline uint32_t gic_bank_pending(const GicBank *b)
{
    return b->latch | (b->level & ~b->edge);
}
/* What may be signalled, priorities and groups aside. */
static inline uint32_t gic_bank_candidates(const GicBank *b)
{
    return gic_bank_pending(b) & b->enabled & ~b->active;
}
static inline unsigned gic_bank_ns_access(const GicBank *b, unsigned bit)
{
    return b->ns_access >> (2 * bit) & 3;
}
/* Accesses as the guest makes them. secure: one that sees everything, also for want of a second
 * Security state; others see and change what is of Non-secure group 1, or what NSACR lets them. */
uint32_t gic_bank_read_bits(const GicBank *b, GicBitReg reg, bool secure);
void gic_bank_write_bits(GicBank *b, GicBitReg reg, uint32_t value, bool secure);
/* ICFGR: two bits an interrupt, 16 in a register; `upper` is the second of the bank. */
uint32_t gic_bank_read_config(const GicBank *b, bool upper, bool secure);
void gic_bank_write_config(GicBank *b, bool upper, uint32_t value, bool secure);
uint32_t gic_bank_read_ns_access(const GicBank *b, bool upper);
void gic_bank_write_ns_access(GicBank *b, bool upper, uint32_t value);
/* bits: how many of a priority there are. */
uint8_t gic_bank_read_priority(const GicBank *b, unsigned bit, bool secure);
void gic_bank_write_priority(GicBank *b, unsigned bit, uint8_t value, bool secure, unsigned bits);
/* The input changed; false when that is nothing new. */
bool gic_bank_set_level(GicBank *b, unsigned bit, bool level);
/* After reset only the input's level is left. */
void gic_bank_reset(GicBank *b);

/* Non-secure software has the lower half of the priorities, and sees it as all there are. */
static inline uint8_t gic_priority_to_ns(uint8_t priority)
{
    return priority & 0x80 ? (uint8_t)(priority << 1) : 0;
}
static inline uint8_t gic_priority_from_ns(uint8_t priority)
{
    return 0x80 | priority >> 1;
}
static inline uint8_t gic_priority_mask(unsigned bits)
{
    return (uint8_t)(0xff00u >> bits);
}

/* The interrupt to signal next. */
typedef struct GicBest {
    uint32_t irq; /* GIC_SPURIOUS: none */
    uint8_t priority;
    uint8_t group;
} GicBest;
#define GIC_BEST_NONE ((GicBest){GIC_SPURIOUS, GIC_PRIORITY_IDLE, GIC_G0})

/* Takes an interrupt when it is more urgent. */
static inline void gic_best_consider(GicBest *best, uint32_t irq, uint8_t priority, GicGroup group)
{
    if (priority < best->priority) {
        *best = (GicBest){irq, priority, (uint8_t)group};
    }
}

enum { GIC_APRS = 4 };

/* A CPU interface. */
typedef struct GicCpuIf {
    unsigned priority_bits; /* 4 to 8, for its life */
    bool enabled[GIC_GROUPS];
    bool cbpr[GIC_GROUPS];      /* this group uses BPR0 */
    bool eoi_mode[GIC_REGIMES]; /* EOIR drops the priority only */
    uint8_t pmr;
    uint8_t bpr[GIC_GROUPS];
    uint32_t apr[GIC_GROUPS][GIC_APRS]; /* active priorities, the most urgent in bit 0 */
} GicCpuIf;

void gic_cpuif_reset(GicCpuIf *c, unsigned priority_bits);
uint8_t gic_cpuif_running_priority(const GicCpuIf *c);
/* The group the running priority belongs to; GIC_GROUPS: nothing runs. */
GicGroup gic_cpuif_running_group(const GicCpuIf *c);
/* Unmasked, and urgent enough to preempt what runs. */
bool gic_cpuif_can_signal(const GicCpuIf *c, const GicBest *best);
/* Acknowledge: its priority becomes the running one. */
void gic_cpuif_activate(GicCpuIf *c, const GicBest *best);
/* Priority drop: what runs, runs no more. */
void gic_cpuif_drop(GicCpuIf *c);
uint8_t gic_cpuif_min_bpr(const GicCpuIf *c, GicGroup group);
void gic_cpuif_write_bpr(GicCpuIf *c, GicGroup group, uint64_t value);
/* BPR of group 1 as CBPR shows it. */
uint8_t gic_cpuif_common_bpr(const GicCpuIf *c);
/* PMR and RPR for software of either Security state. */
uint8_t gic_cpuif_read_pmr(const GicCpuIf *c, bool secure);
void gic_cpuif_write_pmr(GicCpuIf *c, uint8_t value, bool secure);
uint8_t gic_cpuif_read_rpr(const GicCpuIf *c, bool secure);

void gic_bank_hash(const GicBank *b, StateHash *h);
void gic_cpuif_hash(const GicCpuIf *c, StateHash *h);

#endif
