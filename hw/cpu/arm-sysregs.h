/* SPDX-License-Identifier: MIT */
/* System registers of the A-profile: one table that serves execution, reset, save and debug. */
#ifndef HW_CPU_ARM_SYSREGS_H
#define HW_CPU_ARM_SYSREGS_H

#include "hw/cpu/arm-cpu.h"
#include "hw/cpu/arm-exc.h"

/* op0:op1:CRn:CRm:op2 as in bits 20:5 of MRS/MSR/SYS. */
#define ARM_SYSREG(op0, op1, crn, crm, op2) \
    ((uint16_t)((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2)))

typedef struct ArmSysReg ArmSysReg;

enum {
    ARM_SYSREG_CONST = 1 << 0,      /* reads its field, or `reset`; never reset nor saved */
    ARM_SYSREG_VM_LOCK = 1 << 1,    /* hooks need vm_lock (interrupt controller, timers) */
    ARM_SYSREG_REGIME = 1 << 2,     /* a write changes translation: accelerator is told */
    ARM_SYSREG_ENDS_BLOCK = 1 << 3, /* a write may unmask or change decoding */
    ARM_SYSREG_ALIAS = 1 << 4,      /* the state is saved by another row */
    ARM_SYSREG_FP = 1 << 5,         /* behind the FP access trap */
    ARM_SYSREG_COUNTS = 1 << 6,     /* time changes it: not in the digest of the state */
};

/* What an access may lead to. */
typedef enum ArmSysAccess {
    ARM_SYS_OK,
    ARM_SYS_UNDEF,    /* EC 0x00 */
    ARM_SYS_TRAP_EL1, /* EC 0x18 to that level */
    ARM_SYS_TRAP_EL2,
    ARM_SYS_TRAP_EL3,
} ArmSysAccess;

/* The controls of EL2 and EL3 that may trap an access that the level and `access` allow. arm-trap.c
 * has, for each class, the bits that decide. */
typedef enum ArmTrap {
    ARM_TRAP_NONE,
    ARM_TRAP_VM,        /* translation controls: HCR_EL2.TVM, TRVM */
    ARM_TRAP_ID1,       /* HCR_EL2.TID1: identification */
    ARM_TRAP_ID2,       /* HCR_EL2.TID2 */
    ARM_TRAP_ID3,       /* HCR_EL2.TID3 */
    ARM_TRAP_ACTLR,     /* HCR_EL2.TACR */
    ARM_TRAP_IMPDEF,    /* HCR_EL2.TIDCP */
    ARM_TRAP_CACHE_SW,  /* HCR_EL2.TSW: by set and way */
    ARM_TRAP_CACHE_POC, /* HCR_EL2.TPCP */
    ARM_TRAP_CACHE_POU, /* HCR_EL2.TPU */
    ARM_TRAP_TLB,       /* HCR_EL2.TTLB */
    ARM_TRAP_ZVA,       /* HCR_EL2.TDZ */
    ARM_TRAP_LOR,       /* TLOR of HCR_EL2 and SCR_EL3 */
    ARM_TRAP_KEYS,      /* APK of both: pointer authentication keys */
    ARM_TRAP_CONTEXT,   /* EnSCXT of both */
    ARM_TRAP_CPACR,     /* CPTR_ELx.TCPAC */
    ARM_TRAP_CPTR,      /* CPTR_EL3.TCPAC on CPTR_EL2 */
    ARM_TRAP_DEBUG,     /* MDCR_ELx.TDA */
    ARM_TRAP_DEBUG_OS,  /* MDCR_ELx.TDOSA */
    ARM_TRAP_DEBUG_ROM, /* MDCR_EL2.TDRA, MDCR_EL3.TDA */
    ARM_TRAP_PMU,       /* MDCR_ELx.TPM */
    ARM_TRAP_PMCR,      /* the same and MDCR_EL2.TPMCR */
    ARM_TRAP_COUNT,
} ArmTrap;

struct ArmSysReg {
    const char *name; /* "SCTLR_EL1" */
    uint16_t encoding;
    uint16_t host; /* what the name means in the EL2&0 regime (VHE); 0: the same */
    /* Lowest levels that may read and write; 4: none. */
    uint8_t read_el, write_el;
    uint8_t trap; /* ArmTrap */
    uint16_t flags;
    int32_t field; /* offset of a uint64_t in ArmCpu; -1: none */
    uint64_t reset;
    uint64_t write_mask; /* 0: all bits */
    /* Further rules, after the level check; NULL: none. */
    ArmSysAccess (*access)(ArmCpu *cpu, const ArmSysReg *reg, bool write);
    uint64_t (*read)(ArmCpu *cpu, const ArmSysReg *reg);
    void (*write)(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value);
    /* Instead of `write`, for system instructions that may fault: false, *exc is to be taken. */
    bool (*execute)(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value, ArmException *exc);
    uint64_t (*reset_value)(ArmCpu *cpu, const ArmSysReg *reg);
    void *opaque; /* for hooks of devices */
};

/* NULL when the CPU has no such register. */
const ArmSysReg *arm_sysreg_find(const ArmCpu *cpu, uint16_t encoding);
/* MRS, MSR (register) and SYS, by the instruction's encoding. False: *exc is what to take, with
 * the syndrome (rt, direction) filled in. Takes vm_lock by itself where the row asks for it.
 * *ret_reg gets the row (NULL when undefined), for its flags. */
bool arm_sysreg_read(ArmCpu *cpu, uint16_t encoding, int rt, uint64_t *ret_value,
                     ArmException *exc);
bool arm_sysreg_write(ArmCpu *cpu, uint16_t encoding, int rt, uint64_t value,
                      const ArmSysReg **ret_reg, ArmException *exc);
/* A device (GICv3 CPU interface) adds rows with its own hooks; rows live for ever. */
void arm_sysregs_add(ArmCpu *cpu, const ArmSysReg *rows, size_t n, void *opaque);

#endif
