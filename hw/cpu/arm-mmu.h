/* SPDX-License-Identifier: MIT */
/* VMSAv8-64 address translation (Arm ARM D8): walks of both stages, permissions, faults. */
#ifndef HW_CPU_ARM_MMU_H
#define HW_CPU_ARM_MMU_H

#include "hw/cpu/arm-cpu.h"
#include "hw/cpu/arm-exc.h"

typedef enum ArmAccess { ARM_LOAD, ARM_STORE, ARM_FETCH } ArmAccess;

/* Translation contexts that need TLB entries of their own. */
typedef enum ArmMmuIdx {
    ARM_MMU_EL0,     /* EL1&0, unprivileged (EL0, and LDTR/STTR at EL1) */
    ARM_MMU_EL1,     /* EL1&0, privileged */
    ARM_MMU_EL1_PAN, /* the same with PSTATE.PAN set */
    ARM_MMU_EL20_0,  /* EL2&0 (E2H), unprivileged: EL0 under TGE, LDTR/STTR at EL2 */
    ARM_MMU_EL20_2,  /* EL2&0, privileged */
    ARM_MMU_EL20_2_PAN,
    ARM_MMU_EL2, /* EL2 without E2H */
    ARM_MMU_EL3,
    ARM_MMU_COUNT,
} ArmMmuIdx;

/* TlbFlush.contexts of a regime. */
#define ARM_MMU_EL10_CONTEXTS (1u << ARM_MMU_EL0 | 1u << ARM_MMU_EL1 | 1u << ARM_MMU_EL1_PAN)
#define ARM_MMU_EL20_CONTEXTS \
    (1u << ARM_MMU_EL20_0 | 1u << ARM_MMU_EL20_2 | 1u << ARM_MMU_EL20_2_PAN)
#define ARM_MMU_EL2_CONTEXTS (1u << ARM_MMU_EL2)
#define ARM_MMU_EL3_CONTEXTS (1u << ARM_MMU_EL3)

enum { ARM_PERM_R = 1, ARM_PERM_W = 2, ARM_PERM_X = 4 };

/* An access to translate. */
typedef struct ArmMmuRequest {
    uint64_t va;
    ArmAccess access;
    ArmMmuIdx idx;
    bool unaligned;   /* for its size: faults on Device memory */
    bool rmw;         /* a store that reads too: what a read would meet is not called a write */
    bool maintenance; /* cache maintenance, address translation: the syndrome has CM */
    bool debug;       /* nothing in memory changes: the access flag is not looked at */
} ArmMmuRequest;

typedef struct ArmTranslation {
    uint64_t pa;       /* of the address asked for, to the end of its 4K page */
    uint64_t map_size; /* bytes of the stage 1 mapping, a power of two; alignment implied */
    uint8_t perms;     /* all that this context may do */
    bool device;       /* Device memory: unaligned accesses fault */
    bool global;       /* matches any ASID */
    bool guarded;      /* BTI: the page checks branch targets (GP) */
    MemAttrs attrs;    /* secure: the physical address space */
} ArmTranslation;

/* The context of the current state, and of LDTR and STTR in it. */
ArmMmuIdx arm_mmu_idx(const ArmCpu *cpu);
ArmMmuIdx arm_mmu_idx_unpriv(const ArmCpu *cpu);
/* Translates; false: *exc is the abort to take (its `ret` not filled). For data accesses the
 * syndrome has WnR; ISV is 0. Walks update nothing but AF/DBM where enabled. */
bool arm_mmu_request(ArmCpu *cpu, const ArmMmuRequest *req, ArmTranslation *ret, ArmException *exc);
/* A plain access. */
bool arm_mmu_translate(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx,
                       ArmTranslation *ret, ArmException *exc);
/* The abort for a bus error after a good translation (external abort), for alignment, and for an
 * exclusive or atomic access that the memory does not support. */
ArmException arm_mmu_external_abort(ArmCpu *cpu, uint64_t va, ArmAccess access);
ArmException arm_mmu_alignment_fault(ArmCpu *cpu, uint64_t va, ArmAccess access);
ArmException arm_mmu_unsupported_atomic(ArmCpu *cpu, uint64_t va, ArmAccess access);
/* A data abort that stage 2 gave for the access itself: its syndrome may describe the access. */
bool arm_mmu_wants_isv(const ArmException *exc);
/* SCTLR_ELx.A of the current regime: unaligned accesses fault on all memory. */
bool arm_mmu_checks_alignment(const ArmCpu *cpu);
/* Top-byte-ignore: the address translation sees. */
uint64_t arm_mmu_strip(const ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx);
/* For AT instructions: PAR_EL1 format. `both`: stage 2 follows stage 1 (AT S12E1R and the like).
 * False: *exc is to be taken instead (a stage 2 fault on the walk of an AT S1E1R at EL1, external
 * aborts on walks). */
bool arm_mmu_at(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx, bool both,
                uint64_t *ret_par, ArmException *exc);

/* What the translations of a regime are made from, besides the tables; the tags of TLB entries. */
typedef struct ArmMmuKey {
    uint64_t sctlr, tcr, mair, hcr, vtcr; /* as far as they matter */
    uint16_t secure, no_ns_fetch;         /* truth values: the structure has no padding */
    uint16_t vmid;                        /* EL1&0 */
    uint16_t asid;
} ArmMmuKey;
/* Of the regime whose controls are level `el`'s; for 2, the one HCR_EL2.E2H selects. */
ArmMmuKey arm_mmu_key(const ArmCpu *cpu, int el);

/* How the address's half of the current regime treats it: for pointer authentication and the tags
 * of branch targets (Arm ARM D8.8, D5.1.5). */
typedef struct ArmVaParams {
    bool high; /* bit 55 of a regime with two halves */
    bool two_halves;
    bool tbi;     /* the top byte is ignored for this kind of access */
    unsigned tsz; /* TxSZ in effect: 64 - bits of the region */
} ArmVaParams;
ArmVaParams arm_mmu_va_params(const ArmCpu *cpu, uint64_t va, ArmAccess access);

#endif
