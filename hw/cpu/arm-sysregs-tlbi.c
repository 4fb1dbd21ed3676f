/* SPDX-License-Identifier: MIT */
/* TLB maintenance instructions (Arm ARM C5.5, D8.13): which translations each drops.
 *
 * All CPUs are in one shareability domain, inner and outer. TLBs hold the outcome of both stages
 * under the tags of stage 1, so what is said of an intermediate address drops all of the virtual
 * machine's. */
#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-mmu.h"

/* ---- what an instruction is about */

/* Levels by op1 of the encoding. */
enum { OP1_EL1 = 0, OP1_EL2 = 4, OP1_EL3 = 6 };

/* Level 1's instructions are about EL2&0 for a host with VHE. */
static bool is_host(const ArmCpu *cpu)
{
    const uint64_t host = HCR_E2H | HCR_TGE;

    return arm_el2_enabled(cpu) && (cpu->hcr & host) == host;
}

static bool is_broadcast(const ArmCpu *cpu, const ArmSysReg *reg)
{
    unsigned crm = extract32(reg->encoding, 3, 4), op2 = extract32(reg->encoding, 0, 3);

    if (arm_el(cpu) == 1 && (arm_hcr_effective(cpu) & HCR_FB)) {
        return true;
    }
    if (crm == 4) { /* IPAS2E1 and its forms: 0, 3, 4, 7 for the outer domain */
        return op2 == 0 || op2 == 3 || op2 == 4 || op2 == 7;
    }
    return crm < 6; /* 0, 3 IS; 1 OS; 2 range IS, 5 range OS; 6 range, 7 local */
}

/* The regime, as far as the encoding tells: control level for TCR, contexts, tags. */
typedef struct Regime {
    int el;
    bool two_halves;
} Regime;

static Regime regime_begin(ArmCpu *cpu, const ArmSysReg *reg, TlbFlush *f)
{
    unsigned op1 = extract32(reg->encoding, 11, 3);

    *f = (TlbFlush){.broadcast = is_broadcast(cpu, reg), .any_vmid = true};
    if (op1 == OP1_EL3) {
        f->contexts = ARM_MMU_EL3_CONTEXTS;
        return (Regime){3, false};
    }
    if (op1 == OP1_EL2 || is_host(cpu)) {
        bool e2h = cpu->hcr & HCR_E2H;

        f->contexts = e2h ? ARM_MMU_EL20_CONTEXTS : ARM_MMU_EL2_CONTEXTS;
        return (Regime){2, e2h};
    }
    f->contexts = ARM_MMU_EL10_CONTEXTS;
    f->any_vmid = false;
    f->vmid = arm_mmu_key(cpu, 1).vmid;
    return (Regime){1, true};
}

static void flush(ArmCpu *cpu, const TlbFlush *f)
{
    if (accel_cpu_ops && accel_cpu_ops->tlb_flush) {
        accel_cpu_ops->tlb_flush(&cpu->cs, f);
    }
}

static uint16_t operand_asid(const ArmCpu *cpu, Regime r, uint64_t operand)
{
    unsigned asid = (unsigned)(operand >> 48);

    return (uint16_t)(cpu->tcr[r.el] & BIT64(36) ? asid : asid & 0xff);
}

/* log2 of what one last-level entry translates, by the granule of the half the address is in. */
static unsigned granule_bits(const ArmCpu *cpu, Regime r, uint64_t va)
{
    static const uint8_t tg0_bits[] = {12, 16, 14, 12}, tg1_bits[] = {12, 14, 12, 16};
    uint64_t tcr = cpu->tcr[r.el];
    bool high = r.two_halves && (va >> 55 & 1);

    return high ? tg1_bits[extract64(tcr, 30, 2)] : tg0_bits[extract64(tcr, 14, 2)];
}

/* ---- everything of a regime, or of an ASID */

static void tlbi_all(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    TlbFlush f;

    regime_begin(cpu, reg, &f);
    f.scope = TLB_FLUSH_ALL;
    flush(cpu, &f);
}

static void tlbi_asid(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    TlbFlush f;
    Regime r = regime_begin(cpu, reg, &f);

    f.scope = TLB_FLUSH_ASID;
    f.asid = operand_asid(cpu, r, value);
    flush(cpu, &f);
}

/* ALLE1 and those of a virtual machine: EL1&0 whatever the host's regime is. */
static void flush_el1(ArmCpu *cpu, const ArmSysReg *reg, bool any_vmid)
{
    flush(cpu, &(TlbFlush){.scope = TLB_FLUSH_ALL,
                           .broadcast = is_broadcast(cpu, reg),
                           .contexts = ARM_MMU_EL10_CONTEXTS,
                           .any_vmid = any_vmid,
                           .vmid = arm_mmu_key(cpu, 1).vmid});
}

static void tlbi_alle1(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_el1(cpu, reg, true);
}

static void tlbi_vmalls12(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_el1(cpu, reg, false);
}

static void tlbi_ipa(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    if (arm_el2_enabled(cpu)) {
        flush_el1(cpu, reg, false);
    }
}

/* ---- addresses */

static void flush_va(ArmCpu *cpu, const ArmSysReg *reg, uint64_t operand, bool all_asids)
{
    uint64_t va = (uint64_t)sextract64(operand << 12, 0, 56);
    TlbFlush f;
    Regime r = regime_begin(cpu, reg, &f);

    /* A regime without ASIDs has global entries only. */
    f.scope = all_asids ? TLB_FLUSH_VA_ALL_ASIDS : TLB_FLUSH_VA;
    f.asid = operand_asid(cpu, r, operand);
    f.len = BIT64(granule_bits(cpu, r, va));
    f.va = va & ~(f.len - 1);
    flush(cpu, &f);
}

static void tlbi_va(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_va(cpu, reg, value, false);
}

static void tlbi_vaa(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_va(cpu, reg, value, true);
}

/* Ranges name their granule; one that is not in use has no entries. */
static void flush_range(ArmCpu *cpu, const ArmSysReg *reg, uint64_t operand, bool all_asids)
{
    static const uint8_t named[] = {0, 12, 14, 16};
    unsigned bits = named[extract64(operand, 46, 2)];
    uint64_t va = (uint64_t)sextract64(operand, 0, 37) << bits;
    unsigned scale = (unsigned)extract64(operand, 44, 2);
    TlbFlush f;
    Regime r = regime_begin(cpu, reg, &f);

    if (bits && bits == granule_bits(cpu, r, va)) {
        f.scope = all_asids ? TLB_FLUSH_VA_ALL_ASIDS : TLB_FLUSH_VA;
        f.asid = operand_asid(cpu, r, operand);
        f.va = va;
        f.len = (extract64(operand, 39, 5) + 1) << (5 * scale + 1 + bits);
        flush(cpu, &f);
    }
}

static void tlbi_rva(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_range(cpu, reg, value, false);
}

static void tlbi_rvaa(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    flush_range(cpu, reg, value, true);
}

/* ---- access */

/* EL3 has no use for EL2's regime while there is none below. */
static ArmSysAccess el2_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el2_enabled(cpu) ? ARM_SYS_OK : ARM_SYS_UNDEF;
}

/* ---- the tables: crm tells the domain */

#define TLBI(n, op1, crm, op2, el, fn, ...)                                                \
    {                                                                                      \
        .name = "TLBI " n, SR(1, op1, 8, crm, op2), SR_WO(el), SR_NO_FIELD, .write = (fn), \
        .flags = ARM_SYSREG_ENDS_BLOCK, ##__VA_ARGS__                                      \
    }
#define E1(n, crm, op2, fn)  TLBI(n, OP1_EL1, crm, op2, 1, fn, .trap = ARM_TRAP_TLB)
#define E12(n, crm, op2, fn) TLBI(n, OP1_EL2, crm, op2, 2, fn)
#define E2(n, crm, op2, fn)  TLBI(n, OP1_EL2, crm, op2, 2, fn, .access = el2_access)
#define E3(n, crm, op2, fn)  TLBI(n, OP1_EL3, crm, op2, 3, fn)

#define E1_FORMS(domain, crm)                                                         \
    E1("VMALLE1" domain, crm, 0, tlbi_all), E1("VAE1" domain, crm, 1, tlbi_va),       \
        E1("ASIDE1" domain, crm, 2, tlbi_asid), E1("VAAE1" domain, crm, 3, tlbi_vaa), \
        E1("VALE1" domain, crm, 5, tlbi_va), E1("VAALE1" domain, crm, 7, tlbi_vaa)
#define E1_RANGES(domain, crm)                                                    \
    E1("RVAE1" domain, crm, 1, tlbi_rva), E1("RVAAE1" domain, crm, 3, tlbi_rvaa), \
        E1("RVALE1" domain, crm, 5, tlbi_rva), E1("RVAALE1" domain, crm, 7, tlbi_rvaa)
#define E12_FORMS(domain, crm) \
    E12("ALLE1" domain, crm, 4, tlbi_alle1), E12("VMALLS12E1" domain, crm, 6, tlbi_vmalls12)
#define E2_FORMS(domain, crm)                                                 \
    E2("ALLE2" domain, crm, 0, tlbi_all), E2("VAE2" domain, crm, 1, tlbi_va), \
        E2("VALE2" domain, crm, 5, tlbi_va)
#define E2_RANGES(domain, crm) \
    E2("RVAE2" domain, crm, 1, tlbi_rva), E2("RVALE2" domain, crm, 5, tlbi_rva)
#define E3_FORMS(domain, crm)                                                 \
    E3("ALLE3" domain, crm, 0, tlbi_all), E3("VAE3" domain, crm, 1, tlbi_va), \
        E3("VALE3" domain, crm, 5, tlbi_va)
#define E3_RANGES(domain, crm) \
    E3("RVAE3" domain, crm, 1, tlbi_rva), E3("RVALE3" domain, crm, 5, tlbi_rva)

static const ArmSysReg e1_rows[] = {E1_FORMS("IS", 3), E1_FORMS("", 7)};
static const ArmSysReg e1_os_rows[] = {E1_FORMS("OS", 1)};
static const ArmSysReg e1_range_rows[] = {E1_RANGES("IS", 2), E1_RANGES("OS", 5), E1_RANGES("", 6)};

static const ArmSysReg e12_rows[] = {
    E12_FORMS("IS", 3),
    E12_FORMS("", 7),
    E12("IPAS2E1IS", 0, 1, tlbi_ipa),
    E12("IPAS2LE1IS", 0, 5, tlbi_ipa),
    E12("IPAS2E1", 4, 1, tlbi_ipa),
    E12("IPAS2LE1", 4, 5, tlbi_ipa),
};
static const ArmSysReg e12_os_rows[] = {
    E12_FORMS("OS", 1),
    E12("IPAS2E1OS", 4, 0, tlbi_ipa),
    E12("IPAS2LE1OS", 4, 4, tlbi_ipa),
};
static const ArmSysReg e12_range_rows[] = {
    E12("RIPAS2E1IS", 0, 2, tlbi_ipa), E12("RIPAS2LE1IS", 0, 6, tlbi_ipa),
    E12("RIPAS2E1", 4, 2, tlbi_ipa),   E12("RIPAS2LE1", 4, 6, tlbi_ipa),
    E12("RIPAS2E1OS", 4, 3, tlbi_ipa), E12("RIPAS2LE1OS", 4, 7, tlbi_ipa),
};

static const ArmSysReg e2_rows[] = {E2_FORMS("IS", 3), E2_FORMS("", 7)};
static const ArmSysReg e2_os_rows[] = {E2_FORMS("OS", 1)};
static const ArmSysReg e2_range_rows[] = {E2_RANGES("IS", 2), E2_RANGES("OS", 5), E2_RANGES("", 6)};
static const ArmSysReg e3_rows[] = {E3_FORMS("IS", 3), E3_FORMS("", 7)};
static const ArmSysReg e3_os_rows[] = {E3_FORMS("OS", 1)};
static const ArmSysReg e3_range_rows[] = {E3_RANGES("IS", 2), E3_RANGES("OS", 5), E3_RANGES("", 6)};

static bool tlb_feature(const ArmCpu *cpu, unsigned min)
{
    return extract64(cpu->id.id_aa64isar0, 56, 4) >= min;
}

#define PRESENT(name, condition)                   \
    static bool name(const ArmCpu *cpu)            \
    {                                              \
        return condition;                          \
    }                                              \
    static bool name##_os(const ArmCpu *cpu)       \
    {                                              \
        return (condition) && tlb_feature(cpu, 1); \
    }                                              \
    static bool name##_range(const ArmCpu *cpu)    \
    {                                              \
        return (condition) && tlb_feature(cpu, 2); \
    }
PRESENT(has_e1, true)
PRESENT(has_e12, cpu->has_el2 || cpu->has_el3)
PRESENT(has_e2, cpu->has_el2)
PRESENT(has_e3, cpu->has_el3)

#define GROUPS(level)                                                             \
    {level##_rows, G_N_ELEMENTS(level##_rows), has_##level},                      \
        {level##_os_rows, G_N_ELEMENTS(level##_os_rows), has_##level##_os},       \
    {                                                                             \
        level##_range_rows, G_N_ELEMENTS(level##_range_rows), has_##level##_range \
    }

const ArmSysRegGroup arm_sysregs_tlbi[] = {
    GROUPS(e1), GROUPS(e12), GROUPS(e2), GROUPS(e3), {NULL, 0, NULL},
};
