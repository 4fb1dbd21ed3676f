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
    TlbBank *current[ARM_MMU_COUNT];          /* of the current key; NULL: not yet looked for */
    ArmMmuKey keys[4];                        /* what is current, by control level */
    uint64_t clock;
    Mutex lock;     /* guards what follows */
    GArray *posted; /* tlbi.c */
    bool post_all, post_dead_code, post_regime;
};

enum { MAX_BANKS = ARM_MMU_COUNT * TLB_BANKS };

void tlb_bank_clear(TlbBank *b);
void tlb_io_clear(TlbBank *b);
void tlb_clear_all(TcgTlb *tlb);
/* The banks that have something in them, into ret[MAX_BANKS]; how many. */
size_t tlb_banks_in_use(TcgTlb *tlb, TlbBank **ret);
/* Looks at the registers that shape translation. */
void tlb_regime_update(ArmCpu *cpu, TcgTlb *tlb);
/* An empty list for what others post. */
GArray *tlb_posted_new(void);

#endif
