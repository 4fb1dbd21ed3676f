/* SPDX-License-Identifier: MIT */
/* VMSAv8-64 address translation (Arm ARM D8): walks, permissions, faults. */
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

enum { ARM_PERM_R = 1, ARM_PERM_W = 2, ARM_PERM_X = 4 };

typedef struct ArmTranslation {
    uint64_t pa;       /* of the address asked for */
    uint64_t map_size; /* bytes of the mapping that answers, a power of two; alignment implied */
    uint8_t perms;     /* all that this context may do */
    bool device;       /* Device memory: unaligned accesses fault */
    bool global;       /* matches any ASID */
    bool guarded;      /* BTI: the page checks branch targets (GP) */
    uint16_t asid;
    MemAttrs attrs; /* secure: the physical address space */
} ArmTranslation;

/* The context of the current state. */
ArmMmuIdx arm_mmu_idx(const ArmCpu *cpu);
/* Translates; false: *exc is the abort to take (its `ret` not filled). For data accesses the
 * syndrome has WnR; ISV is 0. Walks update nothing but AF/DBM where enabled. */
bool arm_mmu_translate(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx,
                       ArmTranslation *ret, ArmException *exc);
/* The abort for a bus error after a good translation (external abort), and for alignment. */
ArmException arm_mmu_external_abort(ArmCpu *cpu, uint64_t va, ArmAccess access);
ArmException arm_mmu_alignment_fault(ArmCpu *cpu, uint64_t va, ArmAccess access);
/* The current ASID of a low (TTBR0) or high address, and whether one is in use. */
uint16_t arm_mmu_asid(const ArmCpu *cpu);
/* Top-byte-ignore: the address translation sees. */
uint64_t arm_mmu_strip(const ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx);
/* For AT instructions: PAR_EL1 format. `both`: stage 2 follows stage 1 (AT S12E1R and the like).
 * False: *exc is to be taken instead (a stage 2 fault on the walk of an AT S1E1R). */
bool arm_mmu_at(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx, bool both,
                uint64_t *ret_par, ArmException *exc);

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
