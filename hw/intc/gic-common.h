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
    GIC_SPURIOUS = 1023,

    /* 32 priority levels: bits 7:3. */
    GIC_PRIORITY_MASK = 0xf8,
    GIC_PRIORITY_IDLE = 0xff,
    GIC_MIN_BPR0 = 2,
    GIC_MIN_BPR1 = 3,
};

/* Interrupts 32n to 32n+31, a bit each. */
typedef struct GicBank {
    uint32_t group; /* 1: group 1 */
    uint32_t enabled;
    uint32_t latch; /* pending by an edge or by software */
    uint32_t level; /* of the input */
    uint32_t active;
    uint32_t edge; /* configuration */
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
uint32_t gic_bank_read_bits(const GicBank *b, GicBitReg reg);
void gic_bank_write_bits(GicBank *b, GicBitReg reg, uint32_t value);
/* ICFGR: two bits an interrupt, 16 in a register; `upper` is the second of the bank. */
uint32_t gic_bank_read_config(const GicBank *b, bool upper);
void gic_bank_write_config(GicBank *b, bool upper, uint32_t value);
/* The input changed; false when that is nothing new. */
bool gic_bank_set_level(GicBank *b, unsigned bit, bool level);

/* The interrupt to signal next. */
typedef struct GicBest {
    uint16_t irq; /* GIC_SPURIOUS: none */
    uint8_t priority;
    uint8_t group;
} GicBest;
#define GIC_BEST_NONE ((GicBest){GIC_SPURIOUS, GIC_PRIORITY_IDLE, 0})

/* Takes interrupt `bit` of the bank that starts at `base` when it is more urgent. */
static inline void gic_best_consider(GicBest *best, const GicBank *b, unsigned base, unsigned bit)
{
    if (b->priority[bit] < best->priority) {
        *best = (GicBest){(uint16_t)(base + bit), b->priority[bit], b->group >> bit & 1};
    }
}

/* A CPU interface. */
typedef struct GicCpuIf {
    bool enabled[2]; /* by group */
    bool cbpr;       /* group 1 uses BPR0 */
    bool eoi_mode;   /* EOIR drops the priority only */
    uint8_t pmr;
    uint8_t bpr[2];
    uint32_t apr[2]; /* active priorities, bit n for priority 8n */
} GicCpuIf;

void gic_cpuif_reset(GicCpuIf *c);
uint8_t gic_cpuif_running_priority(const GicCpuIf *c);
/* The group the running priority belongs to. */
unsigned gic_cpuif_running_group(const GicCpuIf *c);
/* Unmasked, and urgent enough to preempt what runs. */
bool gic_cpuif_can_signal(const GicCpuIf *c, const GicBest *best);
/* Acknowledge: its priority becomes the running one. */
void gic_cpuif_activate(GicCpuIf *c, const GicBest *best);
/* Priority drop of a group; false when nothing of it is active. */
bool gic_cpuif_drop(GicCpuIf *c, unsigned group);
void gic_bank_hash(const GicBank *b, StateHash *h);
void gic_cpuif_hash(const GicCpuIf *c, StateHash *h);
void gic_cpuif_write_bpr(GicCpuIf *c, unsigned group, uint64_t value);

#endif
