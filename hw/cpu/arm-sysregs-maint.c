/* SPDX-License-Identifier: MIT */
/* System instructions: cache and TLB maintenance, address translation (Arm ARM C5.3 to C5.5).
 *
 * Memory is coherent and instruction fetch follows stores, so cache maintenance has rules of access
 * and faults but no effect. DC ZVA's store is done by the executor; its row has the access rule. */
#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-mmu.h"

/* ---- access from EL0 */

enum { SCTLR_DZE = 14, SCTLR_UCI = 26 };

static ArmSysAccess uci_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el(cpu) == 0 && !(cpu->sctlr[1] & BIT64(SCTLR_UCI)) ? ARM_SYS_TRAP_EL1 : ARM_SYS_OK;
}

static ArmSysAccess zva_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el(cpu) == 0 && !(cpu->sctlr[1] & BIT64(SCTLR_DZE)) ? ARM_SYS_TRAP_EL1 : ARM_SYS_OK;
}

/* ---- TLBI: which entries; CRm tells the shareability domain, of which all CPUs are in one */

static bool is_broadcast(const ArmSysReg *reg)
{
    unsigned crm = extract32(reg->encoding, 3, 4);

    return crm < 6; /* 1 OS, 2 range IS, 3 IS, 5 range OS; 6 range, 7 local */
}

static void flush(ArmCpu *cpu, const TlbFlush *f)
{
    if (accel_cpu_ops && accel_cpu_ops->tlb_flush) {
        accel_cpu_ops->tlb_flush(&cpu->cs, f);
    }
}

static uint16_t operand_asid(const ArmCpu *cpu, uint64_t operand)
{
    unsigned asid = (unsigned)(operand >> 48);

    return cpu->tcr[1] & BIT64(36) ? asid : asid & 0xff;
}

/* Bytes one last-level entry translates, by the granule of the half the address is in. */
static uint64_t granule_bytes(const ArmCpu *cpu, uint64_t va)
{
    static const uint8_t tg0_bits[] = {12, 16, 14, 12}, tg1_bits[] = {12, 14, 12, 16};
    unsigned bits = va >> 55 & 1 ? tg1_bits[extract64(cpu->tcr[1], 30, 2)]
                                 : tg0_bits[extract64(cpu->tcr[1], 14, 2)];

    return BIT64(bits);
}

static void tlbi_all(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush(cpu, &(TlbFlush){.scope = TLB_FLUSH_ALL, .broadcast = is_broadcast(reg)});
}

static void tlbi_asid(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush(cpu, &(TlbFlush){.scope = TLB_FLUSH_ASID,
                           .broadcast = is_broadcast(reg),
                           .asid = operand_asid(cpu, value)});
}

static void flush_va(ArmCpu *cpu, const ArmSysReg *reg, uint64_t operand, TlbFlushScope scope)
{
    uint64_t va = (uint64_t)sextract64(operand << 12, 0, 56);
    uint64_t len = granule_bytes(cpu, va);

    flush(cpu, &(TlbFlush){.scope = scope,
                           .broadcast = is_broadcast(reg),
                           .asid = operand_asid(cpu, operand),
                           .va = va & ~(len - 1),
                           .len = len});
}

static void tlbi_va(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_va(cpu, reg, value, TLB_FLUSH_VA);
}

static void tlbi_va_all_asids(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_va(cpu, reg, value, TLB_FLUSH_VA_ALL_ASIDS);
}

/* Ranges name their granule; one that is not in use has no entries. */
static void flush_range(ArmCpu *cpu, const ArmSysReg *reg, uint64_t operand, TlbFlushScope scope)
{
    static const uint8_t granule_bits[] = {0, 12, 14, 16};
    unsigned bits = granule_bits[extract64(operand, 46, 2)];
    uint64_t va = (uint64_t)sextract64(operand, 0, 37) << bits;
    unsigned scale = (unsigned)extract64(operand, 44, 2);

    if (bits && BIT64(bits) == granule_bytes(cpu, va)) {
        flush(cpu, &(TlbFlush){.scope = scope,
                               .broadcast = is_broadcast(reg),
                               .asid = operand_asid(cpu, operand),
                               .va = va,
                               .len = (extract64(operand, 39, 5) + 1) << (5 * scale + 1 + bits)});
    }
}

static void tlbi_range(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_range(cpu, reg, value, TLB_FLUSH_VA);
}

static void tlbi_range_all_asids(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_range(cpu, reg, value, TLB_FLUSH_VA_ALL_ASIDS);
}

/* ---- AT */

/* As the privileged or unprivileged side would access it, with PAN for the E1xP forms. */
static void address_translate(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    unsigned op2 = extract32(reg->encoding, 0, 3);
    bool with_pan = extract32(reg->encoding, 3, 4) == 9;
    ArmMmuIdx idx = op2 & 2 ? ARM_MMU_EL0 : ARM_MMU_EL1;

    if (with_pan && (cpu->pstate & PSTATE_PAN)) {
        idx = ARM_MMU_EL1_PAN;
    }
    ArmException exc;
    arm_mmu_at(cpu, value, op2 & 1 ? ARM_STORE : ARM_LOAD, idx, false, &cpu->par, &exc);
}

static void no_effect(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
}

/* ---- the tables */

#define MAINT(n, op1, crm, op2) .name = (n), SR(1, op1, 7, crm, op2), SR_NO_FIELD
#define EL1_NOP(n, op1, crm, op2)                             \
    {                                                         \
        MAINT(n, op1, crm, op2), SR_WO(1), .write = no_effect \
    }
#define BY_VA(n, crm, op2)                                                                \
    {                                                                                     \
        MAINT(n, 3, crm, op2), SR_WO(0), .flags = ARM_SYSREG_BY_VA, .access = uci_access, \
                                         .write = no_effect                               \
    }
#define TLBI(n, crm, op2, fn)                                                         \
    {                                                                                 \
        .name = "TLBI " n, SR(1, 0, 8, crm, op2), SR_WO(1), SR_NO_FIELD, .write = fn, \
        .flags = ARM_SYSREG_ENDS_BLOCK                                                \
    }
#define TLBI_ALL_FORMS(domain, crm)                                                                \
    TLBI("VMALLE1" domain, crm, 0, tlbi_all), TLBI("VAE1" domain, crm, 1, tlbi_va),                \
        TLBI("ASIDE1" domain, crm, 2, tlbi_asid), TLBI("VAAE1" domain, crm, 3, tlbi_va_all_asids), \
        TLBI("VALE1" domain, crm, 5, tlbi_va), TLBI("VAALE1" domain, crm, 7, tlbi_va_all_asids)
#define TLBI_RANGE_FORMS(domain, crm)                                                              \
    TLBI("RVAE1" domain, crm, 1, tlbi_range), TLBI("RVAAE1" domain, crm, 3, tlbi_range_all_asids), \
        TLBI("RVALE1" domain, crm, 5, tlbi_range),                                                 \
        TLBI("RVAALE1" domain, crm, 7, tlbi_range_all_asids)
#define AT(n, crm, op2)                                                                           \
    {                                                                                             \
        .name = "AT " n, SR(1, 0, 7, crm, op2), SR_WO(1), SR_NO_FIELD, .write = address_translate \
    }

static const ArmSysReg base_rows[] = {
    EL1_NOP("IC IALLUIS", 0, 1, 0),
    EL1_NOP("IC IALLU", 0, 5, 0),
    BY_VA("IC IVAU", 5, 1),
    {MAINT("DC IVAC", 0, 6, 1), SR_WO(1), .flags = ARM_SYSREG_BY_VA, .write = no_effect},
    EL1_NOP("DC ISW", 0, 6, 2),
    EL1_NOP("DC CSW", 0, 10, 2),
    EL1_NOP("DC CISW", 0, 14, 2),
    {MAINT("DC ZVA", 3, 4, 1), SR_WO(0), .access = zva_access, .write = no_effect},
    BY_VA("DC CVAC", 10, 1),
    BY_VA("DC CVAU", 11, 1),
    BY_VA("DC CIVAC", 14, 1),
    AT("S1E1R", 8, 0),
    AT("S1E1W", 8, 1),
    AT("S1E0R", 8, 2),
    AT("S1E0W", 8, 3),
    TLBI_ALL_FORMS("IS", 3),
    TLBI_ALL_FORMS("", 7),
};
static const ArmSysReg tlb_os_rows[] = {TLBI_ALL_FORMS("OS", 1)};
static const ArmSysReg tlb_range_rows[] = {TLBI_RANGE_FORMS("IS", 2), TLBI_RANGE_FORMS("OS", 5),
                                           TLBI_RANGE_FORMS("", 6)};
static const ArmSysReg dpb_rows[] = {BY_VA("DC CVAP", 12, 1)};
static const ArmSysReg dpb2_rows[] = {BY_VA("DC CVADP", 13, 1)};
static const ArmSysReg pan2_rows[] = {AT("S1E1RP", 9, 0), AT("S1E1WP", 9, 1)};

static bool has_dpb(const ArmCpu *cpu)
{
    return arm_has(cpu, ARM_FEAT_DPB);
}

static bool has_dpb2(const ArmCpu *cpu)
{
    return arm_has(cpu, ARM_FEAT_DPB2);
}

static bool has_tlb_os(const ArmCpu *cpu)
{
    return extract64(cpu->id.id_aa64isar0, 56, 4) >= 1;
}

static bool has_tlb_range(const ArmCpu *cpu)
{
    return extract64(cpu->id.id_aa64isar0, 56, 4) >= 2;
}

static bool has_pan2(const ArmCpu *cpu)
{
    return extract64(cpu->id.id_aa64mmfr1, 20, 4) >= 2;
}

const ArmSysRegGroup arm_sysregs_maint[] = {
    {base_rows, G_N_ELEMENTS(base_rows), NULL},
    {tlb_os_rows, G_N_ELEMENTS(tlb_os_rows), has_tlb_os},
    {tlb_range_rows, G_N_ELEMENTS(tlb_range_rows), has_tlb_range},
    {dpb_rows, G_N_ELEMENTS(dpb_rows), has_dpb},
    {dpb2_rows, G_N_ELEMENTS(dpb2_rows), has_dpb2},
    {pan2_rows, G_N_ELEMENTS(pan2_rows), has_pan2},
    {NULL, 0, NULL},
};
