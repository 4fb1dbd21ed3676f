/* SPDX-License-Identifier: MIT */
/* System registers of EL2 and EL3 (Arm ARM D17.2): control of the levels below, translation,
 * exceptions. Registers that only AArch32 state would use are RES0. */
#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-pmu.h"

/* ---- HCR_EL2 */

/* What there is of HCR_EL2 on every CPU: not TID0 (AArch32), HCD (only without EL3), RW (RAO). */
#define HCR_BASE (MASK64(34) & ~(BIT64(15) | HCR_HCD | HCR_RW))

static uint64_t hcr_mask(const ArmCpu *cpu)
{
    uint64_t mask = HCR_BASE;

    mask |= cpu->has_el3 ? 0 : HCR_HCD;
    mask |= arm_has(cpu, ARM_FEAT_VHE) ? HCR_E2H : 0;
    mask |= arm_has(cpu, ARM_FEAT_LOR) ? BIT64(35) : 0;
    mask |= arm_has(cpu, ARM_FEAT_PAUTH) ? HCR_APK | HCR_API : 0;
    mask |= extract64(cpu->id.id_aa64mmfr2, 40, 4) ? BIT64(46) : 0; /* FWB */
    mask |= arm_has_scxtnum(cpu) ? HCR_ENSCXT : 0;
    return mask;
}

static void hcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    uint64_t new = (value & hcr_mask(cpu)) | HCR_RW, changed = cpu->hcr ^ new;

    __atomic_store_n(&cpu->hcr, new, __ATOMIC_RELAXED);
    if (changed & (HCR_VI | HCR_VF | HCR_VSE)) {
        bool taken = arm_vm_lock_enter();

        arm_virtual_interrupts_update(cpu);
        arm_vm_lock_leave(taken);
    }
}

/* ---- SCR_EL3 */

static uint64_t scr_mask(const ArmCpu *cpu)
{
    uint64_t mask =
        SCR_NS | SCR_IRQ | SCR_FIQ | SCR_EA | SCR_SMD | SCR_SIF | SCR_ST | SCR_TWI | SCR_TWE;

    mask |= cpu->has_el2 ? SCR_HCE : 0;
    mask |= arm_has(cpu, ARM_FEAT_LOR) ? BIT64(14) : 0;
    mask |= arm_has(cpu, ARM_FEAT_PAUTH) ? SCR_APK | SCR_API : 0;
    mask |= arm_has_scxtnum(cpu) ? SCR_ENSCXT : 0;
    return mask;
}

#define SCR_RES1 (SCR_RW | 3u << 4)

static void scr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    if (cpu->pmu_by_level) {
        arm_pmu_before_change(cpu);
    }
    cpu->scr = (value & scr_mask(cpu)) | SCR_RES1;
    if (cpu->pmu_by_level) {
        arm_pmu_after_change(cpu);
    }
}

/* ---- CPTR_ELx */

enum { CPTR_RES1 = 0x33ff }; /* the format without E2H, no SVE */

static void cptr_el2_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    if (cpu->hcr & HCR_E2H) {
        cpu->cptr[2] = value & (CPTR_TCPAC | 3u << CPTR_FPEN_SHIFT);
    } else {
        cpu->cptr[2] = (value & (CPTR_TCPAC | CPTR_TFP)) | CPTR_RES1;
    }
}

/* ---- MDCR_EL2.HPMN and VPIDR, VMPIDR start as what they stand for */

static uint64_t mdcr_el2_mask(const ArmCpu *cpu)
{
    /* TDE, TDA, TDOSA, TDRA; with a PMU: HPMN, TPMCR, TPM, HPME. */
    return 0xf00 | (cpu->has_pmu ? 0xff : 0);
}

static void mdcr_el2_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    arm_pmu_before_change(cpu);
    cpu->mdcr[2] = value & mdcr_el2_mask(cpu);
    arm_pmu_after_change(cpu);
}

static uint64_t mdcr_el2_reset(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->has_pmu ? PMU_COUNTERS : 0;
}

static void mdcr_el3_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    /* TPM, TDA, TDOSA, SDD, SPME */
    uint64_t mask = BIT64(9) | BIT64(10) | BIT64(16);

    mask |= cpu->has_pmu ? BIT64(6) | BIT64(17) : 0;
    arm_pmu_before_change(cpu);
    cpu->mdcr[3] = value & mask;
    arm_pmu_after_change(cpu);
}

static uint64_t vpidr_reset(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->id.midr;
}

static uint64_t vmpidr_reset(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->mpidr;
}

/* ---- VTCR_EL2, VTTBR_EL2 */

static bool has_vmid16(const ArmCpu *cpu)
{
    return extract64(cpu->id.id_aa64mmfr1, 4, 4) >= 2;
}

static void vtcr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    uint64_t mask = MASK64(19); /* T0SZ, SL0, IRGN0, ORGN0, SH0, TG0, PS */
    unsigned hafdbs = (unsigned)extract64(cpu->id.id_aa64mmfr1, 0, 4);

    mask |= has_vmid16(cpu) ? BIT64(19) : 0;
    mask |= hafdbs >= 1 ? BIT64(21) : 0;
    mask |= hafdbs >= 2 ? BIT64(22) : 0;
    cpu->vtcr = (value & mask) | BIT64(31);
}

static void vttbr_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    uint64_t mask = has_vmid16(cpu) ? ~0ull : MASK64(56);

    mask &= extract64(cpu->id.id_aa64mmfr2, 0, 4) ? ~0ull : ~1ull; /* CnP */
    cpu->vttbr = value & mask;
}

/* ---- the tables */

enum { REGIME = ARM_SYSREG_REGIME | ARM_SYSREG_ENDS_BLOCK, ENDS = ARM_SYSREG_ENDS_BLOCK };

#define LEVEL(el)             .opaque = (void *)(intptr_t)(el)
#define EL2(n, crn, crm, op2) .name = n, SR(3, 4, crn, crm, op2), SR_RW(2)
#define EL3(n, crn, crm, op2) .name = n, SR(3, 6, crn, crm, op2), SR_RW(3)
#define RES0(n, crn, crm, op2)             \
    {                                      \
        EL2(n, crn, crm, op2), SR_NO_FIELD \
    }
/* The registers that EL2 and EL3 have alike. */
#define SAME(row, el)                                                                                \
    {                                                                                                \
        row("SCTLR_EL" #el, 1, 0, 0),                                                                \
        .flags = REGIME,                                                                             \
        SR_FIELD(sctlr[el]),                                                                         \
        .write = arm_sctlr_write,                                                                    \
        .reset_value = arm_sctlr_reset,                                                              \
        LEVEL(el)},                                                                                  \
        {row("ACTLR_EL" #el, 1, 0, 1), SR_FIELD(actlr[el])},                                         \
        {row("TTBR0_EL" #el, 2, 0, 0), .flags = REGIME, SR_FIELD(ttbr0[el])},                        \
        {row("TCR_EL" #el, 2, 0, 2),     .flags = REGIME, SR_FIELD(tcr[el]), .write = arm_tcr_write, \
         .reset = BIT64(31) | BIT64(23), LEVEL(el)},                                                 \
        {row("SPSR_EL" #el, 4, 0, 0), SR_FIELD(spsr[el]), .write_mask = 0xffffffff},                 \
        {row("ELR_EL" #el, 4, 0, 1), SR_FIELD(elr[el])},                                             \
        {row("AFSR0_EL" #el, 5, 1, 0), SR_FIELD(afsr0[el])},                                         \
        {row("AFSR1_EL" #el, 5, 1, 1), SR_FIELD(afsr1[el])},                                         \
        {row("ESR_EL" #el, 5, 2, 0), SR_FIELD(esr[el]), .write_mask = 0xffffffff},                   \
        {row("FAR_EL" #el, 6, 0, 0), SR_FIELD(far[el])},                                             \
        {row("MAIR_EL" #el, 10, 2, 0), .flags = REGIME, SR_FIELD(mair[el])},                         \
        {row("AMAIR_EL" #el, 10, 3, 0), SR_FIELD(amair[el])},                                        \
        {row("VBAR_EL" #el, 12, 0, 0), SR_FIELD(vbar[el]), .write_mask = ~0x7ffull},                 \
    {                                                                                                \
        row("TPIDR_EL" #el, 13, 0, 2), SR_FIELD(tpidr[el])                                           \
    }
/* The stack pointer of level el, from the levels above. */
#define SP_ROW(op1, el)                                                         \
    {                                                                           \
        .name = "SP_EL" #el, SR(3, op1, 4, 1, 0), SR_RW((el) + 1), SR_NO_FIELD, \
        .read = arm_sp_row_read, .write = arm_sp_row_write, LEVEL(el)           \
    }

static const ArmSysReg el2_rows[] = {
    SAME(EL2, 2),
    {EL2("VPIDR_EL2", 0, 0, 0), SR_FIELD(vpidr), .reset_value = vpidr_reset,
     .write_mask = 0xffffffff},
    {EL2("VMPIDR_EL2", 0, 0, 5), SR_FIELD(vmpidr), .reset_value = vmpidr_reset,
     .write_mask = 0xffffffffff},
    {EL2("HCR_EL2", 1, 1, 0), .flags = REGIME, SR_FIELD(hcr), .write = hcr_write, .reset = HCR_RW},
    {EL2("MDCR_EL2", 1, 1, 1), .flags = ENDS, SR_FIELD(mdcr[2]), .trap = ARM_TRAP_DEBUG,
     .write = mdcr_el2_write, .reset_value = mdcr_el2_reset},
    {EL2("CPTR_EL2", 1, 1, 2), .flags = ENDS, SR_FIELD(cptr[2]), .trap = ARM_TRAP_CPTR,
     .write = cptr_el2_write, .reset = CPTR_RES1},
    RES0("HSTR_EL2", 1, 1, 3),
    RES0("HACR_EL2", 1, 1, 7),
    {EL2("VTTBR_EL2", 2, 1, 0), .flags = REGIME, SR_FIELD(vttbr), .write = vttbr_write},
    {EL2("VTCR_EL2", 2, 1, 2), .flags = REGIME, SR_FIELD(vtcr), .write = vtcr_write,
     .reset = BIT64(31)},
    RES0("DACR32_EL2", 3, 0, 0),
    RES0("SPSR_irq", 4, 3, 0),
    RES0("SPSR_abt", 4, 3, 1),
    RES0("SPSR_und", 4, 3, 2),
    RES0("SPSR_fiq", 4, 3, 3),
    RES0("IFSR32_EL2", 5, 0, 1),
    RES0("FPEXC32_EL2", 5, 3, 0),
    {EL2("HPFAR_EL2", 6, 0, 4), SR_FIELD(hpfar), .write_mask = MASK64(44) & ~0xfull},
};
static const ArmSysReg el2_vhe_rows[] = {
    {EL2("TTBR1_EL2", 2, 0, 1), .flags = REGIME, SR_FIELD(ttbr1[2])},
    {EL2("CONTEXTIDR_EL2", 13, 0, 1), SR_FIELD(contextidr[2]), .write_mask = 0xffffffff},
};
static const ArmSysReg el2_context_rows[] = {
    {EL2("SCXTNUM_EL2", 13, 0, 7), SR_FIELD(scxtnum[2]), .trap = ARM_TRAP_CONTEXT},
};
static const ArmSysReg sp_el1_rows[] = {SP_ROW(4, 1)};
static const ArmSysReg sp_el2_rows[] = {SP_ROW(6, 2)};
static const ArmSysReg el3_rows[] = {
    SAME(EL3, 3),
    {EL3("SCR_EL3", 1, 1, 0), .flags = REGIME, SR_FIELD(scr), .write = scr_write,
     .reset = SCR_RES1},
    {EL3("SDER32_EL3", 1, 1, 1), SR_NO_FIELD},
    {EL3("CPTR_EL3", 1, 1, 2), .flags = ENDS, SR_FIELD(cptr[3]),
     .write_mask = CPTR_TCPAC | CPTR_TFP},
    {EL3("MDCR_EL3", 1, 3, 1), .flags = ENDS, SR_FIELD(mdcr[3]), .write = mdcr_el3_write},
};
static const ArmSysReg el3_context_rows[] = {
    {EL3("SCXTNUM_EL3", 13, 0, 7), SR_FIELD(scxtnum[3])},
};

static bool has_vhe(const ArmCpu *cpu)
{
    return arm_has(cpu, ARM_FEAT_VHE);
}

static bool has_el3(const ArmCpu *cpu)
{
    return cpu->has_el3;
}

static bool has_above_el1(const ArmCpu *cpu)
{
    return cpu->has_el2 || cpu->has_el3;
}

static bool has_el2_and_el3(const ArmCpu *cpu)
{
    return cpu->has_el2 && cpu->has_el3;
}

static bool has_el3_scxtnum(const ArmCpu *cpu)
{
    return cpu->has_el3 && arm_has_scxtnum(cpu);
}

const ArmSysRegGroup arm_sysregs_el2[] = {
    {el2_rows, G_N_ELEMENTS(el2_rows), NULL},
    {el2_vhe_rows, G_N_ELEMENTS(el2_vhe_rows), has_vhe},
    {el2_context_rows, G_N_ELEMENTS(el2_context_rows), arm_has_scxtnum},
    {NULL, 0, NULL},
};
const ArmSysRegGroup arm_sysregs_el3[] = {
    {sp_el1_rows, G_N_ELEMENTS(sp_el1_rows), has_above_el1},
    {sp_el2_rows, G_N_ELEMENTS(sp_el2_rows), has_el2_and_el3},
    {el3_rows, G_N_ELEMENTS(el3_rows), has_el3},
    {el3_context_rows, G_N_ELEMENTS(el3_context_rows), has_el3_scxtnum},
    {NULL, 0, NULL},
};
