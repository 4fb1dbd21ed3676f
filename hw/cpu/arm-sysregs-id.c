/* SPDX-License-Identifier: MIT */
/* Identification registers (Arm ARM D17.2): constants of the model, and the cache they describe.
 * Encodings of the identification block without a register read as zero. */
#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-internal.h"

#define ID(n, crm, op2, f)                                                                       \
    {                                                                                            \
        .name = (n), SR(3, 0, 0, crm, op2), SR_RO(1), .flags = ARM_SYSREG_CONST, SR_FIELD(id.f), \
        .trap = ARM_TRAP_ID3                                                                     \
    }
#define ID_RES0(n, crm, op2)                                                                  \
    {                                                                                         \
        .name = (n), SR(3, 0, 0, crm, op2), SR_RO(1), .flags = ARM_SYSREG_CONST, SR_NO_FIELD, \
        .trap = ARM_TRAP_ID3                                                                  \
    }

/* CCSIDR_EL1: the geometry of the cache that CSSELR_EL1 names; unknown ones read 0. */
static uint64_t ccsidr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->id.ccsidr[cpu->csselr & 15];
}

/* EL1 sees what EL2 wants it to be. */
static uint64_t midr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return arm_el(cpu) == 1 && arm_el2_enabled(cpu) ? cpu->vpidr : cpu->id.midr;
}

static uint64_t mpidr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return arm_el(cpu) == 1 && arm_el2_enabled(cpu) ? cpu->vmpidr : cpu->mpidr;
}

/* EL0 may read CTR_EL0 when SCTLR_EL1.UCT says so. */
static ArmSysAccess ctr_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el(cpu) == 0 && !(arm_sctlr(cpu) & SCTLR_UCT) ? ARM_SYS_TRAP_EL1 : ARM_SYS_OK;
}

/* DCZID_EL0.DZP tells whether DC ZVA is allowed at the level that reads. */
static uint64_t dczid_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    bool prohibited = (arm_el(cpu) == 0 && !(arm_sctlr(cpu) & SCTLR_DZE)) ||
                      arm_trap_check(cpu, ARM_TRAP_ZVA, true) != ARM_SYS_OK;

    return cpu->id.dczid | (uint64_t)prohibited << 4;
}

static const ArmSysReg rows[] = {
    {.name = "MIDR_EL1",
     SR(3, 0, 0, 0, 0),
     SR_RO(1),
     .flags = ARM_SYSREG_CONST,
     SR_FIELD(id.midr),
     .read = midr_read},
    {.name = "MPIDR_EL1",
     SR(3, 0, 0, 0, 5),
     SR_RO(1),
     .flags = ARM_SYSREG_CONST,
     SR_FIELD(mpidr),
     .read = mpidr_read},
    {.name = "REVIDR_EL1",
     SR(3, 0, 0, 0, 6),
     SR_RO(1),
     .flags = ARM_SYSREG_CONST,
     SR_FIELD(id.revidr),
     .trap = ARM_TRAP_ID1},
    ID("ID_PFR0_EL1", 1, 0, id_aa32[0]),
    ID("ID_PFR1_EL1", 1, 1, id_aa32[1]),
    ID("ID_DFR0_EL1", 1, 2, id_aa32[2]),
    ID("ID_AFR0_EL1", 1, 3, id_aa32[3]),
    ID("ID_MMFR0_EL1", 1, 4, id_aa32[4]),
    ID("ID_MMFR1_EL1", 1, 5, id_aa32[5]),
    ID("ID_MMFR2_EL1", 1, 6, id_aa32[6]),
    ID("ID_MMFR3_EL1", 1, 7, id_aa32[7]),
    ID("ID_ISAR0_EL1", 2, 0, id_aa32[8]),
    ID("ID_ISAR1_EL1", 2, 1, id_aa32[9]),
    ID("ID_ISAR2_EL1", 2, 2, id_aa32[10]),
    ID("ID_ISAR3_EL1", 2, 3, id_aa32[11]),
    ID("ID_ISAR4_EL1", 2, 4, id_aa32[12]),
    ID("ID_ISAR5_EL1", 2, 5, id_aa32[13]),
    ID("ID_MMFR4_EL1", 2, 6, id_aa32[14]),
    ID("ID_ISAR6_EL1", 2, 7, id_aa32[15]),
    ID("MVFR0_EL1", 3, 0, id_aa32[16]),
    ID("MVFR1_EL1", 3, 1, id_aa32[17]),
    ID("MVFR2_EL1", 3, 2, id_aa32[18]),
    ID("S3_0_C0_C3_3", 3, 3, id_aa32[19]),
    ID("ID_PFR2_EL1", 3, 4, id_aa32[20]),
    ID("ID_DFR1_EL1", 3, 5, id_aa32[21]),
    ID("ID_MMFR5_EL1", 3, 6, id_aa32[22]),
    ID("S3_0_C0_C3_7", 3, 7, id_aa32[23]),
    ID("ID_AA64PFR0_EL1", 4, 0, id_aa64pfr0),
    ID("ID_AA64PFR1_EL1", 4, 1, id_aa64pfr1),
    ID_RES0("S3_0_C0_C4_2", 4, 2),
    ID_RES0("S3_0_C0_C4_3", 4, 3),
    ID("ID_AA64ZFR0_EL1", 4, 4, id_aa64zfr0),
    ID_RES0("S3_0_C0_C4_5", 4, 5),
    ID_RES0("S3_0_C0_C4_6", 4, 6),
    ID_RES0("S3_0_C0_C4_7", 4, 7),
    ID("ID_AA64DFR0_EL1", 5, 0, id_aa64dfr0),
    ID("ID_AA64DFR1_EL1", 5, 1, id_aa64dfr1),
    ID_RES0("S3_0_C0_C5_2", 5, 2),
    ID_RES0("S3_0_C0_C5_3", 5, 3),
    ID_RES0("ID_AA64AFR0_EL1", 5, 4),
    ID_RES0("ID_AA64AFR1_EL1", 5, 5),
    ID_RES0("S3_0_C0_C5_6", 5, 6),
    ID_RES0("S3_0_C0_C5_7", 5, 7),
    ID("ID_AA64ISAR0_EL1", 6, 0, id_aa64isar0),
    ID("ID_AA64ISAR1_EL1", 6, 1, id_aa64isar1),
    ID("ID_AA64ISAR2_EL1", 6, 2, id_aa64isar2),
    ID_RES0("S3_0_C0_C6_3", 6, 3),
    ID_RES0("S3_0_C0_C6_4", 6, 4),
    ID_RES0("S3_0_C0_C6_5", 6, 5),
    ID_RES0("S3_0_C0_C6_6", 6, 6),
    ID_RES0("S3_0_C0_C6_7", 6, 7),
    ID("ID_AA64MMFR0_EL1", 7, 0, id_aa64mmfr0),
    ID("ID_AA64MMFR1_EL1", 7, 1, id_aa64mmfr1),
    ID("ID_AA64MMFR2_EL1", 7, 2, id_aa64mmfr2),
    ID_RES0("S3_0_C0_C7_3", 7, 3),
    ID_RES0("S3_0_C0_C7_4", 7, 4),
    ID_RES0("S3_0_C0_C7_5", 7, 5),
    ID_RES0("S3_0_C0_C7_6", 7, 6),
    ID_RES0("S3_0_C0_C7_7", 7, 7),
    {.name = "CCSIDR_EL1",
     SR(3, 1, 0, 0, 0),
     SR_RO(1),
     .flags = ARM_SYSREG_CONST,
     SR_NO_FIELD,
     .read = ccsidr_read,
     .trap = ARM_TRAP_ID2},
    {.name = "CLIDR_EL1",
     SR(3, 1, 0, 0, 1),
     SR_RO(1),
     .flags = ARM_SYSREG_CONST,
     SR_FIELD(id.clidr),
     .trap = ARM_TRAP_ID2},
    {.name = "AIDR_EL1",
     SR(3, 1, 0, 0, 7),
     SR_RO(1),
     .flags = ARM_SYSREG_CONST,
     SR_NO_FIELD,
     .trap = ARM_TRAP_ID1},
    {.name = "CSSELR_EL1",
     SR(3, 2, 0, 0, 0),
     SR_RW(1),
     SR_FIELD(csselr),
     .write_mask = 0xf,
     .trap = ARM_TRAP_ID2},
    {.name = "CTR_EL0",
     SR(3, 3, 0, 0, 1),
     SR_RO(0),
     .flags = ARM_SYSREG_CONST,
     SR_FIELD(id.ctr),
     .access = ctr_access,
     .trap = ARM_TRAP_ID2},
    {.name = "DCZID_EL0",
     SR(3, 3, 0, 0, 7),
     SR_RO(0),
     .flags = ARM_SYSREG_CONST,
     SR_NO_FIELD,
     .read = dczid_read},
};

const ArmSysRegGroup arm_sysregs_id[] = {{rows, G_N_ELEMENTS(rows), NULL}, {NULL, 0, NULL}};
