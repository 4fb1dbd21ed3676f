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
    ARM_MMU_EL2,
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
    uint16_t asid;
    MemAttrs attrs;
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
/* For AT instructions and debuggers: PAR_EL1 format. */
uint64_t arm_mmu_at(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx);

#endif
