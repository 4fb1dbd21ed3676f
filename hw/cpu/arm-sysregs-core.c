/* SPDX-License-Identifier: MIT */
/* System registers that every kernel uses: control, translation, exceptions, threads, and PSTATE
 * through its special-purpose registers (Arm ARM D17.2, C5.2). */
#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-internal.h"

/* ---- SCTLR_ELx; `opaque` of these rows is the level */

enum {
    SCTLR_RES1_EL1 = 0x30d00800, /* EOS, TSCXT, EIS, SPAN, nTLSMD, LSMAOE */
    SCTLR_RES1_ONE_HALF = 0x30c50830,
};

/* The registers of EL1, and of EL2 under E2H, control EL0 too. */
static bool controls_el0(const ArmCpu *cpu, int el)
{
    return el == 1 || (el == 2 && (cpu->hcr & HCR_E2H));
}

uint64_t arm_sctlr_res1(const ArmCpu *cpu, int el)
{
    uint64_t res1 = SCTLR_RES1_EL1;

    if (!controls_el0(cpu, el)) {
        return SCTLR_RES1_ONE_HALF;
    }
    if (arm_has(cpu, ARM_FEAT_PAN)) {
        res1 &= ~SCTLR_SPAN;
    }
    if (arm_has_scxtnum(cpu)) {
        res1 &= ~SCTLR_TSCXT;
    }
    return res1;
}

/* Bits that do something here; mixed endianness (EE, E0E) is not among them. */
static uint64_t sctlr_mask(const ArmCpu *cpu, int el)
{
    uint64_t mask = SCTLR_M | SCTLR_A | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN;
    uint64_t pauth = SCTLR_ENIA | SCTLR_ENIB | SCTLR_ENDA | SCTLR_ENDB;

    mask |= arm_has(cpu, ARM_FEAT_SSBS) ? SCTLR_DSSBS : 0;
    mask |= arm_has(cpu, ARM_FEAT_BTI) ? SCTLR_BT1 : 0;
    mask |= arm_has(cpu, ARM_FEAT_PAUTH) ? pauth : 0;
    if (!controls_el0(cpu, el)) {
        return mask;
    }
    mask |= SCTLR_SA0 | SCTLR_DZE | SCTLR_UCT | SCTLR_NTWI | SCTLR_NTWE | SCTLR_UCI;
    mask |= el == 1 ? SCTLR_UMA : 0;
    mask |= arm_has(cpu, ARM_FEAT_PAN) ? SCTLR_SPAN : 0;
    mask |= arm_has_scxtnum(cpu) ? SCTLR_TSCXT : 0;
    mask |= arm_has(cpu, ARM_FEAT_BTI) ? SCTLR_BT0 : 0;
    return mask;
}

static int level_of(const ArmSysReg *reg)
{
    return (int)(intptr_t)reg->opaque;
}

void arm_sctlr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    int el = level_of(reg);

    cpu->sctlr[el] = (value & sctlr_mask(cpu, el)) | arm_sctlr_res1(cpu, el);
}

uint64_t arm_sctlr_reset(ArmCpu *cpu, const ArmSysReg *reg)
{
    return level_of(reg) == 1 ? SCTLR_RES1_EL1 : SCTLR_RES1_ONE_HALF;
}

/* ---- TCR_ELx: fields of features that are not there read 0 */

/* With two halves: EL1, and EL2 under E2H. */
static uint64_t tcr_mask_two_halves(const ArmCpu *cpu)
{
    uint64_t mask = 0x0000001fffffffffull & ~(BIT64(6) | BIT64(35));
    unsigned hafdbs = (unsigned)extract64(cpu->id.id_aa64mmfr1, 0, 4);

    mask |= BIT64(37) | BIT64(38); /* TBI0, TBI1 */
    mask |= hafdbs >= 1 ? BIT64(39) : 0;
    mask |= hafdbs >= 2 ? BIT64(40) : 0;
    mask |= extract64(cpu->id.id_aa64mmfr1, 12, 4) ? BIT64(41) | BIT64(42) : 0;
    mask |= arm_has(cpu, ARM_FEAT_PAUTH) ? BIT64(51) | BIT64(52) : 0;
    mask |= extract64(cpu->id.id_aa64mmfr2, 60, 4) ? BIT64(55) | BIT64(56) : 0; /* E0PD */
    return mask;
}

static uint64_t tcr_mask_one_half(const ArmCpu *cpu)
{
    uint64_t mask = MASK64(6) | 0xff00 | 7u << 16 | BIT64(20); /* T0SZ, IRGN0 to TG0, PS, TBI */
    unsigned hafdbs = (unsigned)extract64(cpu->id.id_aa64mmfr1, 0, 4);

    mask |= hafdbs >= 1 ? BIT64(21) : 0;
    mask |= hafdbs >= 2 ? BIT64(22) : 0;
    mask |= extract64(cpu->id.id_aa64mmfr1, 12, 4) ? BIT64(24) : 0;
    mask |= arm_has(cpu, ARM_FEAT_PAUTH) ? BIT64(29) : 0;
    return mask;
}

void arm_tcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    const uint64_t res1 = BIT64(31) | BIT64(23);
    int el = level_of(reg);

    cpu->tcr[el] = controls_el0(cpu, el) ? value & tcr_mask_two_halves(cpu)
                                         : (value & tcr_mask_one_half(cpu)) | res1;
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

/* DAIF from EL0 needs SCTLR_EL1.UMA; SCTLR_EL2 has no such bit. */
static ArmSysAccess daif_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el(cpu) == 0 && !(arm_sctlr(cpu) & SCTLR_UMA) ? ARM_SYS_TRAP_EL1 : ARM_SYS_OK;
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
    return arm_el(cpu) == 0 && (arm_sctlr(cpu) & SCTLR_TSCXT) ? ARM_SYS_TRAP_EL1 : ARM_SYS_OK;
}

/* ---- interrupts that wait: what the level sees of them */

static uint64_t isr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    uint32_t pending = atomic_load_explicit(&cpu->cs.interrupt, memory_order_relaxed);
    uint64_t hcr = arm_el(cpu) == 1 ? arm_hcr_effective(cpu) : 0;
    bool irq = pending & (hcr & HCR_IMO ? ARM_INTERRUPT_VIRQ : ARM_INTERRUPT_IRQ);
    bool fiq = pending & (hcr & HCR_FMO ? ARM_INTERRUPT_VFIQ : ARM_INTERRUPT_FIQ);
    bool error = (hcr & HCR_AMO) && (pending & ARM_INTERRUPT_VSERROR);

    return (error ? PSTATE_A : 0) | (irq ? PSTATE_I : 0) | (fiq ? PSTATE_F : 0);
}

/* ---- stack pointers, FP status */

/* SP_EL0 has no name of its own while it is SP. */
static ArmSysAccess sp_el0_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return cpu->pstate & PSTATE_SP ? ARM_SYS_OK : ARM_SYS_UNDEF;
}

uint64_t arm_sp_row_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return arm_sp_read(cpu, (int)(intptr_t)reg->opaque);
}

void arm_sp_row_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
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

#define LEVEL(el) .opaque = (void *)(intptr_t)(el)
/* Control of EL1's translation: HCR_EL2 may trap it; under VHE EL2's has the name. */
#define VM_ROW(n, crn, crm, op2) \
    .name = (n), SR(3, 0, crn, crm, op2), SR_RW(1), SR_HOST(crn, crm, op2), .trap = ARM_TRAP_VM

static const ArmSysReg base_rows[] = {
    {VM_ROW("SCTLR_EL1", 1, 0, 0), .flags = REGIME, SR_FIELD(sctlr[1]), .write = arm_sctlr_write,
     .reset_value = arm_sctlr_reset, LEVEL(1)},
    {.name = "ACTLR_EL1", SR(3, 0, 1, 0, 1), SR_RW(1), SR_FIELD(actlr[1]), .trap = ARM_TRAP_ACTLR},
    {.name = "CPACR_EL1",
     SR(3, 0, 1, 0, 2),
     SR_RW(1),
     .flags = ENDS,
     SR_FIELD(cpacr),
     .host = ARM_SYSREG(3, 4, 1, 1, 2),
     .trap = ARM_TRAP_CPACR,
     .write_mask = 3u << 20},
    {VM_ROW("TTBR0_EL1", 2, 0, 0), .flags = REGIME, SR_FIELD(ttbr0[1])},
    {VM_ROW("TTBR1_EL1", 2, 0, 1), .flags = REGIME, SR_FIELD(ttbr1[1])},
    {VM_ROW("TCR_EL1", 2, 0, 2), .flags = REGIME, SR_FIELD(tcr[1]), .write = arm_tcr_write,
     LEVEL(1)},
    {.name = "SPSR_EL1",
     SR(3, 0, 4, 0, 0),
     SR_RW(1),
     SR_HOST(4, 0, 0),
     SR_FIELD(spsr[1]),
     .write_mask = 0xffffffff},
    {.name = "ELR_EL1", SR(3, 0, 4, 0, 1), SR_RW(1), SR_HOST(4, 0, 1), SR_FIELD(elr[1])},
    {VM_ROW("AFSR0_EL1", 5, 1, 0), SR_FIELD(afsr0[1])},
    {VM_ROW("AFSR1_EL1", 5, 1, 1), SR_FIELD(afsr1[1])},
    {VM_ROW("ESR_EL1", 5, 2, 0), SR_FIELD(esr[1]), .write_mask = 0xffffffff},
    {VM_ROW("FAR_EL1", 6, 0, 0), SR_FIELD(far[1])},
    {.name = "PAR_EL1", SR(3, 0, 7, 4, 0), SR_RW(1), SR_FIELD(par)},
    {VM_ROW("MAIR_EL1", 10, 2, 0), .flags = REGIME, SR_FIELD(mair[1])},
    {VM_ROW("AMAIR_EL1", 10, 3, 0), SR_FIELD(amair[1])},
    {.name = "VBAR_EL1",
     SR(3, 0, 12, 0, 0),
     SR_RW(1),
     SR_HOST(12, 0, 0),
     SR_FIELD(vbar[1]),
     .write_mask = ~0x7ffull},
    {.name = "ISR_EL1", SR(3, 0, 12, 1, 0), SR_RO(1), SR_NO_FIELD, .read = isr_read},
    {VM_ROW("CONTEXTIDR_EL1", 13, 0, 1), SR_FIELD(contextidr[1]), .write_mask = 0xffffffff},
    {.name = "TPIDR_EL1", SR(3, 0, 13, 0, 4), SR_RW(1), SR_FIELD(tpidr[1])},
    {.name = "TPIDR_EL0", SR(3, 3, 13, 0, 2), SR_RW(0), SR_FIELD(tpidr[0])},
    {.name = "TPIDRRO_EL0", SR(3, 3, 13, 0, 3), .read_el = 0, .write_el = 1, SR_FIELD(tpidrro_el0)},
    {.name = "SP_EL0",
     SR(3, 0, 4, 1, 0),
     SR_RW(1),
     SR_NO_FIELD,
     .access = sp_el0_access,
     .read = arm_sp_row_read,
     .write = arm_sp_row_write,
     .opaque = (void *)0},
    {.name = "SPSel",
     SR(3, 0, 4, 2, 0),
     SR_RW(1),
     .flags = ENDS,
     SR_NO_FIELD,
     .read = spsel_read,
     .write = spsel_write},
    {.name = "CurrentEL", SR(3, 0, 4, 2, 2), SR_RO(1), SR_NO_FIELD, .read = current_el_read},
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
     .access = scxtnum_access,
     .trap = ARM_TRAP_CONTEXT},
    {.name = "SCXTNUM_EL1",
     SR(3, 0, 13, 0, 7),
     SR_RW(1),
     SR_HOST(13, 0, 7),
     SR_FIELD(scxtnum[1]),
     .trap = ARM_TRAP_CONTEXT},
};
/* No LORegions (LORID_EL1 is 0): the registers that would describe them read as zero. */
#define LOR(n, op2, access)                                                             \
    {                                                                                   \
        .name = (n), SR(3, 0, 10, 4, op2), access(1), SR_NO_FIELD, .trap = ARM_TRAP_LOR \
    }
static const ArmSysReg lor_rows[] = {
    LOR("LORSA_EL1", 0, SR_RW), LOR("LOREA_EL1", 1, SR_RW), LOR("LORN_EL1", 2, SR_RW),
    LOR("LORC_EL1", 3, SR_RW),  LOR("LORID_EL1", 7, SR_RO),
};
/* Cortex-A53, A57, A72: implementation-defined controls, which here control nothing. */
#define CORTEX(n, crn, crm, op2, access)                                                      \
    {                                                                                         \
        .name = (n), SR(3, 1, crn, crm, op2), access(1), SR_NO_FIELD, .trap = ARM_TRAP_IMPDEF \
    }
static const ArmSysReg cortex_rows[] = {
    CORTEX("L2CTLR_EL1", 11, 0, 2, SR_RW),   CORTEX("L2ECTLR_EL1", 11, 0, 3, SR_RW),
    CORTEX("L2ACTLR_EL1", 15, 0, 0, SR_RW),  CORTEX("CPUACTLR_EL1", 15, 2, 0, SR_RW),
    CORTEX("CPUECTLR_EL1", 15, 2, 1, SR_RW), CORTEX("CPUMERRSR_EL1", 15, 2, 2, SR_RW),
    CORTEX("L2MERRSR_EL1", 15, 2, 3, SR_RW), CORTEX("CBAR_EL1", 15, 3, 0, SR_RO),
};

/* Where the highest level starts. Below it the register is not there. */
#define RVBAR(op1, el)                                                                      \
    {                                                                                       \
        .name = "RVBAR_EL" #el, SR(3, op1, 12, 0, 1), SR_RO(el), .flags = ARM_SYSREG_CONST, \
        SR_FIELD(rvbar)                                                                     \
    }
static const ArmSysReg rvbar_rows[][1] = {{RVBAR(0, 1)}, {RVBAR(4, 2)}, {RVBAR(6, 3)}};

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
PRESENT(highest_is_el1, arm_highest_el(cpu) == 1)
PRESENT(highest_is_el2, arm_highest_el(cpu) == 2)
PRESENT(highest_is_el3, arm_highest_el(cpu) == 3)
PRESENT(is_cortex, extract64(cpu->id.midr, 24, 8) == 0x41 && !arm_has(cpu, ARM_FEAT_VHE))

const ArmSysRegGroup arm_sysregs_core[] = {
    {base_rows, G_N_ELEMENTS(base_rows), NULL},
    {pan_rows, G_N_ELEMENTS(pan_rows), has_pan},
    {uao_rows, G_N_ELEMENTS(uao_rows), has_uao},
    {dit_rows, G_N_ELEMENTS(dit_rows), has_dit},
    {ssbs_rows, G_N_ELEMENTS(ssbs_rows), has_ssbs},
    {scxtnum_rows, G_N_ELEMENTS(scxtnum_rows), arm_has_scxtnum},
    {lor_rows, G_N_ELEMENTS(lor_rows), has_lor},
    {cortex_rows, G_N_ELEMENTS(cortex_rows), is_cortex},
    {rvbar_rows[0], 1, highest_is_el1},
    {rvbar_rows[1], 1, highest_is_el2},
    {rvbar_rows[2], 1, highest_is_el3},
    {NULL, 0, NULL},
};
