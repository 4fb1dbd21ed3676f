/* SPDX-License-Identifier: MIT */
/* System registers that every kernel uses: control, translation, exceptions, threads, and PSTATE
 * through its special-purpose registers (Arm ARM D17.2, C5.2). */
#include "hw/cpu/arm-internal.h"

/* ---- SCTLR_EL1 */

enum {
    SCTLR_TSCXT = 20,
    SCTLR_SPAN = 23,
    SCTLR_RES1_V8 = 0x30d00800, /* EOS, TSCXT, EIS, SPAN, nTLSMD, LSMAOE */
};

/* FEAT_CSV2_2: software context numbers. */
static bool has_scxtnum(const ArmCpu *cpu)
{
    return extract64(cpu->id.id_aa64pfr0, 56, 4) >= 2;
}

uint64_t arm_sctlr_res1(const ArmCpu *cpu)
{
    uint64_t res1 = SCTLR_RES1_V8;

    if (arm_has(cpu, ARM_FEAT_PAN)) {
        res1 &= ~BIT64(SCTLR_SPAN);
    }
    if (has_scxtnum(cpu)) {
        res1 &= ~BIT64(SCTLR_TSCXT);
    }
    return res1;
}

/* Bits of SCTLR_EL1 that do something here; mixed endianness (EE, E0E) is not among them. */
static uint64_t sctlr_mask(const ArmCpu *cpu)
{
    uint64_t mask = BIT64(0) | BIT64(1) | BIT64(2) /* M A C */
                    | BIT64(3) | BIT64(4)          /* SA SA0 */
                    | BIT64(9) | BIT64(12)         /* UMA I */
                    | BIT64(14) | BIT64(15)        /* DZE UCT */
                    | BIT64(16) | BIT64(18)        /* nTWI nTWE */
                    | BIT64(19) | BIT64(26);       /* WXN UCI */

    mask |= arm_has(cpu, ARM_FEAT_PAN) ? BIT64(SCTLR_SPAN) : 0;
    mask |= has_scxtnum(cpu) ? BIT64(SCTLR_TSCXT) : 0;
    mask |= arm_has(cpu, ARM_FEAT_SSBS) ? BIT64(44) : 0;
    mask |= arm_has(cpu, ARM_FEAT_BTI) ? BIT64(35) | BIT64(36) : 0;
    mask |= arm_has(cpu, ARM_FEAT_PAUTH) ? BIT64(13) | BIT64(27) | BIT64(30) | BIT64(31) : 0;
    return mask;
}

static void sctlr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu->sctlr[1] = (value & sctlr_mask(cpu)) | arm_sctlr_res1(cpu);
}

static uint64_t sctlr_reset(ArmCpu *cpu, const ArmSysReg *reg)
{
    return SCTLR_RES1_V8;
}

/* ---- TCR_EL1: fields of features that are not there read 0 */

static void tcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    uint64_t mask = 0x0000001fffffffffull & ~(BIT64(6) | BIT64(35));
    bool af = extract64(cpu->id.id_aa64mmfr1, 0, 4) >= 1;
    bool dirty = extract64(cpu->id.id_aa64mmfr1, 0, 4) >= 2;

    mask |= BIT64(37) | BIT64(38); /* TBI0, TBI1 */
    mask |= af ? BIT64(39) : 0;
    mask |= dirty ? BIT64(40) : 0;
    mask |= extract64(cpu->id.id_aa64mmfr1, 12, 4) ? BIT64(41) | BIT64(42) : 0;
    mask |= arm_has(cpu, ARM_FEAT_PAUTH) ? BIT64(51) | BIT64(52) : 0;
    mask |= extract64(cpu->id.id_aa64mmfr2, 60, 4) ? BIT64(55) | BIT64(56) : 0; /* E0PD */
    cpu->tcr[1] = value & mask;
}

/* ---- PSTATE */

static uint64_t current_el_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return (uint64_t)arm_el(cpu) << 2;
}

static uint64_t spsel_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->pstate & PSTATE_SP;
}

static void spsel_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    arm_pstate_write(cpu, (arm_pstate_read(cpu) & ~PSTATE_SP) | (value & 1));
}

static uint64_t nzcv_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->nzcv;
}

static void nzcv_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu->nzcv = value & PSTATE_NZCV;
}

/* DAIF from EL0 needs SCTLR_EL1.UMA. */
static ArmSysAccess daif_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el(cpu) == 0 && !(cpu->sctlr[1] & BIT64(9)) ? ARM_SYS_TRAP_EL1 : ARM_SYS_OK;
}

/* Registers that show PSTATE bits in their SPSR position; `opaque` is the mask. */
static uint64_t pstate_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->pstate & (uint32_t)(uintptr_t)reg->opaque;
}

static void pstate_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    uint32_t mask = (uint32_t)(uintptr_t)reg->opaque;

    arm_pstate_write(cpu, (arm_pstate_read(cpu) & ~mask) | ((uint32_t)value & mask));
}
#define SR_PSTATE(mask) \
    SR_NO_FIELD, .read = pstate_read, .write = pstate_write, .opaque = (void *)(uintptr_t)(mask)

static ArmSysAccess scxtnum_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el(cpu) == 0 && (cpu->sctlr[1] & BIT64(SCTLR_TSCXT)) ? ARM_SYS_TRAP_EL1 : ARM_SYS_OK;
}

/* ---- stack pointers, FP status */

/* SP_EL0 has no name of its own while it is SP. */
static ArmSysAccess sp_el0_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return cpu->pstate & PSTATE_SP ? ARM_SYS_OK : ARM_SYS_UNDEF;
}

static uint64_t sp_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return arm_sp_read(cpu, (int)(intptr_t)reg->opaque);
}

static void sp_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    arm_sp_write(cpu, (int)(intptr_t)reg->opaque, value);
}

/* FPCR: AHP, DN, FZ, RMode, and FZ16 with half precision. Trapped exceptions are not there. */
static void fpcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    uint32_t mask = BIT(26) | BIT(25) | BIT(24) | 3u << 22;

    mask |= arm_has(cpu, ARM_FEAT_FP16) ? BIT(19) : 0;
    cpu->fpcr = (uint32_t)value & mask;
}

static uint64_t fpcr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->fpcr;
}

static void fpsr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu->fpsr = (uint32_t)value & 0x0800009fu; /* QC, IDC, IXC, UFC, OFC, DZC, IOC */
}

static uint64_t fpsr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->fpsr;
}

/* ---- the tables */

enum { REGIME = ARM_SYSREG_REGIME | ARM_SYSREG_ENDS_BLOCK, ENDS = ARM_SYSREG_ENDS_BLOCK };

static const ArmSysReg base_rows[] = {
    {.name = "SCTLR_EL1",
     SR(3, 0, 1, 0, 0),
     SR_RW(1),
     .flags = REGIME,
     SR_FIELD(sctlr[1]),
     .write = sctlr_write,
     .reset_value = sctlr_reset},
    {.name = "ACTLR_EL1", SR(3, 0, 1, 0, 1), SR_RW(1), SR_FIELD(actlr[1])},
    {.name = "CPACR_EL1",
     SR(3, 0, 1, 0, 2),
     SR_RW(1),
     .flags = ENDS,
     SR_FIELD(cpacr),
     .write_mask = 3u << 20},
    {.name = "TTBR0_EL1", SR(3, 0, 2, 0, 0), SR_RW(1), .flags = REGIME, SR_FIELD(ttbr0[1])},
    {.name = "TTBR1_EL1", SR(3, 0, 2, 0, 1), SR_RW(1), .flags = REGIME, SR_FIELD(ttbr1[1])},
    {.name = "TCR_EL1",
     SR(3, 0, 2, 0, 2),
     SR_RW(1),
     .flags = REGIME,
     SR_FIELD(tcr[1]),
     .write = tcr_write},
    {.name = "SPSR_EL1", SR(3, 0, 4, 0, 0), SR_RW(1), SR_FIELD(spsr[1]), .write_mask = 0xffffffff},
    {.name = "ELR_EL1", SR(3, 0, 4, 0, 1), SR_RW(1), SR_FIELD(elr[1])},
    {.name = "SP_EL0",
     SR(3, 0, 4, 1, 0),
     SR_RW(1),
     SR_NO_FIELD,
     .access = sp_el0_access,
     .read = sp_read,
     .write = sp_write,
     .opaque = (void *)0},
    {.name = "SPSel",
     SR(3, 0, 4, 2, 0),
     SR_RW(1),
     .flags = ENDS,
     SR_NO_FIELD,
     .read = spsel_read,
     .write = spsel_write},
    {.name = "CurrentEL", SR(3, 0, 4, 2, 2), SR_RO(1), SR_NO_FIELD, .read = current_el_read},
    {.name = "AFSR0_EL1", SR(3, 0, 5, 1, 0), SR_RW(1), SR_FIELD(afsr0[1])},
    {.name = "AFSR1_EL1", SR(3, 0, 5, 1, 1), SR_RW(1), SR_FIELD(afsr1[1])},
    {.name = "ESR_EL1", SR(3, 0, 5, 2, 0), SR_RW(1), SR_FIELD(esr[1]), .write_mask = 0xffffffff},
    {.name = "FAR_EL1", SR(3, 0, 6, 0, 0), SR_RW(1), SR_FIELD(far[1])},
    {.name = "PAR_EL1", SR(3, 0, 7, 4, 0), SR_RW(1), SR_FIELD(par)},
    {.name = "MAIR_EL1", SR(3, 0, 10, 2, 0), SR_RW(1), .flags = REGIME, SR_FIELD(mair[1])},
    {.name = "AMAIR_EL1", SR(3, 0, 10, 3, 0), SR_RW(1), SR_FIELD(amair[1])},
    {.name = "VBAR_EL1", SR(3, 0, 12, 0, 0), SR_RW(1), SR_FIELD(vbar[1]), .write_mask = ~0x7ffull},
    {.name = "RVBAR_EL1", SR(3, 0, 12, 0, 1), SR_RO(1), .flags = ARM_SYSREG_CONST, SR_FIELD(rvbar)},
    {.name = "CONTEXTIDR_EL1",
     SR(3, 0, 13, 0, 1),
     SR_RW(1),
     SR_FIELD(contextidr[1]),
     .write_mask = 0xffffffff},
    {.name = "TPIDR_EL1", SR(3, 0, 13, 0, 4), SR_RW(1), SR_FIELD(tpidr[1])},
    {.name = "TPIDR_EL0", SR(3, 3, 13, 0, 2), SR_RW(0), SR_FIELD(tpidr[0])},
    {.name = "TPIDRRO_EL0", SR(3, 3, 13, 0, 3), .read_el = 0, .write_el = 1, SR_FIELD(tpidrro_el0)},
    {.name = "NZCV",
     SR(3, 3, 4, 2, 0),
     SR_RW(0),
     SR_NO_FIELD,
     .read = nzcv_read,
     .write = nzcv_write},
    {.name = "DAIF",
     SR(3, 3, 4, 2, 1),
     SR_RW(0),
     .flags = ENDS,
     .access = daif_access,
     SR_PSTATE(PSTATE_DAIF)},
    {.name = "FPCR",
     SR(3, 3, 4, 4, 0),
     SR_RW(0),
     .flags = ARM_SYSREG_FP | ENDS,
     SR_NO_FIELD,
     .read = fpcr_read,
     .write = fpcr_write},
    {.name = "FPSR",
     SR(3, 3, 4, 4, 1),
     SR_RW(0),
     .flags = ARM_SYSREG_FP,
     SR_NO_FIELD,
     .read = fpsr_read,
     .write = fpsr_write},
};

static const ArmSysReg pan_rows[] = {
    {.name = "PAN", SR(3, 0, 4, 2, 3), SR_RW(1), .flags = ENDS, SR_PSTATE(PSTATE_PAN)},
};
static const ArmSysReg uao_rows[] = {
    {.name = "UAO", SR(3, 0, 4, 2, 4), SR_RW(1), .flags = ENDS, SR_PSTATE(PSTATE_UAO)},
};
static const ArmSysReg dit_rows[] = {
    {.name = "DIT", SR(3, 3, 4, 2, 5), SR_RW(0), SR_PSTATE(PSTATE_DIT)},
};
static const ArmSysReg ssbs_rows[] = {
    {.name = "SSBS", SR(3, 3, 4, 2, 6), SR_RW(0), SR_PSTATE(PSTATE_SSBS)},
};
static const ArmSysReg scxtnum_rows[] = {
    {.name = "SCXTNUM_EL0",
     SR(3, 3, 13, 0, 7),
     SR_RW(0),
     SR_FIELD(scxtnum[0]),
     .access = scxtnum_access},
    {.name = "SCXTNUM_EL1", SR(3, 0, 13, 0, 7), SR_RW(1), SR_FIELD(scxtnum[1])},
};
/* No LORegions (LORID_EL1 is 0): the registers that would describe them read as zero. */
static const ArmSysReg lor_rows[] = {
    {.name = "LORSA_EL1", SR(3, 0, 10, 4, 0), SR_RW(1), SR_NO_FIELD},
    {.name = "LOREA_EL1", SR(3, 0, 10, 4, 1), SR_RW(1), SR_NO_FIELD},
    {.name = "LORN_EL1", SR(3, 0, 10, 4, 2), SR_RW(1), SR_NO_FIELD},
    {.name = "LORC_EL1", SR(3, 0, 10, 4, 3), SR_RW(1), SR_NO_FIELD},
    {.name = "LORID_EL1", SR(3, 0, 10, 4, 7), SR_RO(1), SR_NO_FIELD},
};
/* Cortex-A53, A57, A72: implementation-defined controls, which here control nothing. */
static const ArmSysReg cortex_rows[] = {
    {.name = "L2CTLR_EL1", SR(3, 1, 11, 0, 2), SR_RW(1), SR_NO_FIELD},
    {.name = "L2ECTLR_EL1", SR(3, 1, 11, 0, 3), SR_RW(1), SR_NO_FIELD},
    {.name = "L2ACTLR_EL1", SR(3, 1, 15, 0, 0), SR_RW(1), SR_NO_FIELD},
    {.name = "CPUACTLR_EL1", SR(3, 1, 15, 2, 0), SR_RW(1), SR_NO_FIELD},
    {.name = "CPUECTLR_EL1", SR(3, 1, 15, 2, 1), SR_RW(1), SR_NO_FIELD},
    {.name = "CPUMERRSR_EL1", SR(3, 1, 15, 2, 2), SR_RW(1), SR_NO_FIELD},
    {.name = "L2MERRSR_EL1", SR(3, 1, 15, 2, 3), SR_RW(1), SR_NO_FIELD},
    {.name = "CBAR_EL1", SR(3, 1, 15, 3, 0), SR_RO(1), SR_NO_FIELD},
};

#define PRESENT(name, condition)        \
    static bool name(const ArmCpu *cpu) \
    {                                   \
        return condition;               \
    }
PRESENT(has_pan, arm_has(cpu, ARM_FEAT_PAN))
PRESENT(has_uao, arm_has(cpu, ARM_FEAT_UAO))
PRESENT(has_dit, arm_has(cpu, ARM_FEAT_DIT))
PRESENT(has_ssbs, arm_has(cpu, ARM_FEAT_SSBS))
PRESENT(has_lor, arm_has(cpu, ARM_FEAT_LOR))
PRESENT(is_cortex, extract64(cpu->id.midr, 24, 8) == 0x41)

const ArmSysRegGroup arm_sysregs_core[] = {
    {base_rows, G_N_ELEMENTS(base_rows), NULL},
    {pan_rows, G_N_ELEMENTS(pan_rows), has_pan},
    {uao_rows, G_N_ELEMENTS(uao_rows), has_uao},
    {dit_rows, G_N_ELEMENTS(dit_rows), has_dit},
    {ssbs_rows, G_N_ELEMENTS(ssbs_rows), has_ssbs},
    {scxtnum_rows, G_N_ELEMENTS(scxtnum_rows), has_scxtnum},
    {lor_rows, G_N_ELEMENTS(lor_rows), has_lor},
    {cortex_rows, G_N_ELEMENTS(cortex_rows), is_cortex},
    {NULL, 0, NULL},
};
