/* SPDX-License-Identifier: MIT */
/* What tlb.c and tlbi.c share: the banks of a vCPU. */
#ifndef ACCEL_TCG_TLB_INTERNAL_H
#define ACCEL_TCG_TLB_INTERNAL_H

#include "accel/tcg/code.h"
#include "accel/tcg/tlb.h"
#include "util/lock.h"

#define PAGE_MASK_64 (~(uint64_t)(GUEST_PAGE_SIZE - 1))

struct TcgTlb {
    TlbBank *banks[ARM_MMU_COUNT][TLB_BANKS]; /* by key, made when first used */
    TlbBank *made[ARM_MMU_COUNT * TLB_BANKS]; /* all of them, in the order of making */
    size_t n_made;
    TlbBank *current[ARM_MMU_COUNT]; /* of the current key; NULL: not yet looked for */
    ArmMmuKey keys[4];               /* what is current, by control level */
    uint64_t clock;
    Mutex lock;     /* guards what follows */
    GArray *posted; /* tlbi.c */
    bool post_all, post_dead_code, post_regime;
};

void tlb_bank_clear(TlbBank *b);
void tlb_io_clear(TlbBank *b);
void tlb_clear_all(TcgTlb *tlb);
/* The banks that have something in them. */
#define TLB_FOREACH_BANK(tlb, b)                                                    \
    for (TlbBank **at_ = (tlb)->made, *b; at_ < (tlb)->made + (tlb)->n_made; at_++) \
        if (!(b = *at_)->empty)
void tlb_forget_sizes(TlbBank *b);
/* A mapping is entered; may a large one touch [va, va + len), a few pages? */
void tlb_note_size(TlbBank *b, uint64_t va, unsigned map_bits);
bool tlb_touches_large(const TlbBank *b, uint64_t va, uint64_t len);
/* Looks at the registers that shape translation. */
void tlb_regime_update(ArmCpu *cpu, TcgTlb *tlb);
/* An empty list for what others post. */
GArray *tlb_posted_new(void);

#endif
