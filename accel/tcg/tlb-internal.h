/* SPDX-License-Identifier: MIT */
/* What tlb.c and tlbi.c share: the banks of a vCPU. */
#ifndef ACCEL_TCG_TLB_INTERNAL_H
#define ACCEL_TCG_TLB_INTERNAL_H

#include "accel/tcg/code.h"
#include "accel/tcg/tlb.h"
#include "util/lock.h"

#define PAGE_MASK_64 (~(uint64_t)(GUEST_PAGE_SIZE - 1))

/* Values of the registers that shape translation, when the banks were filled. */
typedef struct Regime {
    uint64_t sctlr[4], tcr[4], mair[4], hcr, scr;
} Regime;

struct TcgTlb {
    TlbBank *banks[ARM_MMU_COUNT][TLB_BANKS]; /* by ASID, made when first used */
    TlbBank *current[ARM_MMU_COUNT];          /* of this ASID; NULL: not yet looked for */
    uint16_t asid;
    uint64_t clock;
    Regime regime;
    Mutex lock;     /* guards what follows */
    GArray *posted; /* tlbi.c */
    bool post_all, post_dead_code, post_regime;
};

enum { MAX_BANKS = ARM_MMU_COUNT * TLB_BANKS };

void tlb_bank_clear(TlbBank *b);
void tlb_clear_all(TcgTlb *tlb);
/* The banks that have something in them, into ret[MAX_BANKS]; how many. */
size_t tlb_banks_in_use(TcgTlb *tlb, TlbBank **ret);
/* Looks at the registers that shape translation. */
void tlb_regime_update(ArmCpu *cpu, TcgTlb *tlb);
/* An empty list for what others post. */
GArray *tlb_posted_new(void);

#endif
