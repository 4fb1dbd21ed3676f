/* SPDX-License-Identifier: MIT */
/* System instructions on caches and for address translation (Arm ARM C5.3, C5.4).
 *
 * Memory is coherent and instruction fetch follows stores, so cache maintenance has rules of access
 * and faults but no effect. DC ZVA's store is done by the executor; its row has the access rule. */
#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-mmu.h"

/* ---- access from EL0 */

static ArmSysAccess el0_access(const ArmCpu *cpu, uint64_t sctlr_bit)
{
    bool allowed = arm_el(cpu) || (cpu->sctlr[arm_control_el(cpu)] & sctlr_bit);

    return allowed ? ARM_SYS_OK : ARM_SYS_TRAP_EL1;
}

static ArmSysAccess uci_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return el0_access(cpu, SCTLR_UCI);
}

static ArmSysAccess zva_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return el0_access(cpu, SCTLR_DZE);
}

/* ---- cache maintenance */

static void no_effect(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
}

/* Faults as an access would, and says so in the syndrome. PAN does not apply. */
static bool maintain(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmException *exc)
{
    ArmMmuIdx idx = arm_mmu_idx(cpu);
    ArmMmuRequest req = {.va = va, .access = access, .maintenance = true};
    ArmTranslation t;

    req.idx = idx == ARM_MMU_EL1_PAN      ? ARM_MMU_EL1
              : idx == ARM_MMU_EL20_2_PAN ? ARM_MMU_EL20_2
                                          : idx;
    return arm_mmu_request(cpu, &req, &t, exc);
}

static bool maintain_load(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value, ArmException *exc)
{
    return maintain(cpu, value, ARM_LOAD, exc);
}

/* Invalidation would lose data: it needs write permission. */
static bool maintain_store(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value, ArmException *exc)
{
    return maintain(cpu, value, ARM_STORE, exc);
}

/* ---- AT */

/* With VHE and TGE, the instructions for EL1&0 are about EL2&0. */
static ArmMmuIdx at_idx(const ArmCpu *cpu, bool el0, bool pan)
{
    const uint64_t host = HCR_E2H | HCR_TGE;

    if (arm_el2_enabled(cpu) && (cpu->hcr & host) == host) {
        return el0 ? ARM_MMU_EL20_0 : pan ? ARM_MMU_EL20_2_PAN : ARM_MMU_EL20_2;
    }
    return el0 ? ARM_MMU_EL0 : pan ? ARM_MMU_EL1_PAN : ARM_MMU_EL1;
}

static bool at(ArmCpu *cpu, const ArmSysReg *reg, uint64_t va, ArmMmuIdx idx, bool both,
               ArmException *exc)
{
    ArmAccess access = reg->encoding & 1 ? ARM_STORE : ARM_LOAD;

    return arm_mmu_at(cpu, va, access, idx, both, &cpu->par, exc);
}

static bool at_s1e01(ArmCpu *cpu, const ArmSysReg *reg, uint64_t va, ArmException *exc)
{
    bool pan_form = extract32(reg->encoding, 3, 4) == 9;

    return at(cpu, reg, va, at_idx(cpu, reg->encoding & 2, pan_form && (cpu->pstate & PSTATE_PAN)),
              false, exc);
}

static bool at_s12(ArmCpu *cpu, const ArmSysReg *reg, uint64_t va, ArmException *exc)
{
    return at(cpu, reg, va, at_idx(cpu, reg->encoding & 2, false), true, exc);
}

static bool at_s1e2(ArmCpu *cpu, const ArmSysReg *reg, uint64_t va, ArmException *exc)
{
    return at(cpu, reg, va, cpu->hcr & HCR_E2H ? ARM_MMU_EL20_2 : ARM_MMU_EL2, false, exc);
}

static bool at_s1e3(ArmCpu *cpu, const ArmSysReg *reg, uint64_t va, ArmException *exc)
{
    return at(cpu, reg, va, ARM_MMU_EL3, false, exc);
}

/* EL3 has no use for EL2's regime while there is none below. */
static ArmSysAccess el2_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el2_enabled(cpu) ? ARM_SYS_OK : ARM_SYS_UNDEF;
}

/* ---- the tables */

#define MAINT(n, op1, crm, op2) .name = (n), SR(1, op1, 7, crm, op2), SR_NO_FIELD
#define EL1_NOP(n, op1, crm, op2, t)                                                      \
    {                                                                                     \
        MAINT(n, op1, crm, op2), SR_WO(1), .trap = ARM_TRAP_CACHE_##t, .write = no_effect \
    }
#define BY_VA(n, crm, op2, t)                                                              \
    {                                                                                      \
        MAINT(n, 3, crm, op2), SR_WO(0), .trap = ARM_TRAP_CACHE_##t, .access = uci_access, \
                                         .execute = maintain_load                          \
    }
#define AT(n, op1, crm, op2, el, fn)                              \
    {                                                             \
        MAINT("AT " n, op1, crm, op2), SR_WO(el), .execute = (fn) \
    }

static const ArmSysReg base_rows[] = {
    EL1_NOP("IC IALLUIS", 0, 1, 0, POU),
    EL1_NOP("IC IALLU", 0, 5, 0, POU),
    BY_VA("IC IVAU", 5, 1, POU),
    {MAINT("DC IVAC", 0, 6, 1), SR_WO(1), .trap = ARM_TRAP_CACHE_POC, .execute = maintain_store},
    EL1_NOP("DC ISW", 0, 6, 2, SW),
    EL1_NOP("DC CSW", 0, 10, 2, SW),
    EL1_NOP("DC CISW", 0, 14, 2, SW),
    {MAINT("DC ZVA", 3, 4, 1), SR_WO(0), .trap = ARM_TRAP_ZVA, .access = zva_access,
     .write = no_effect},
    BY_VA("DC CVAC", 10, 1, POC),
    BY_VA("DC CVAU", 11, 1, POU),
    BY_VA("DC CIVAC", 14, 1, POC),
    AT("S1E1R", 0, 8, 0, 1, at_s1e01),
    AT("S1E1W", 0, 8, 1, 1, at_s1e01),
    AT("S1E0R", 0, 8, 2, 1, at_s1e01),
    AT("S1E0W", 0, 8, 3, 1, at_s1e01),
};
static const ArmSysReg dpb_rows[] = {BY_VA("DC CVAP", 12, 1, POC)};
static const ArmSysReg dpb2_rows[] = {BY_VA("DC CVADP", 13, 1, POC)};
static const ArmSysReg pan2_rows[] = {AT("S1E1RP", 0, 9, 0, 1, at_s1e01),
                                      AT("S1E1WP", 0, 9, 1, 1, at_s1e01)};
static const ArmSysReg el2_rows[] = {
    {MAINT("AT S1E2R", 4, 8, 0), SR_WO(2), .access = el2_access, .execute = at_s1e2},
    {MAINT("AT S1E2W", 4, 8, 1), SR_WO(2), .access = el2_access, .execute = at_s1e2},
};
static const ArmSysReg above_el1_rows[] = {
    AT("S12E1R", 4, 8, 4, 2, at_s12),
    AT("S12E1W", 4, 8, 5, 2, at_s12),
    AT("S12E0R", 4, 8, 6, 2, at_s12),
    AT("S12E0W", 4, 8, 7, 2, at_s12),
};
static const ArmSysReg el3_rows[] = {AT("S1E3R", 6, 8, 0, 3, at_s1e3),
                                     AT("S1E3W", 6, 8, 1, 3, at_s1e3)};

#define PRESENT(name, condition)        \
    static bool name(const ArmCpu *cpu) \
    {                                   \
        return condition;               \
    }
PRESENT(has_dpb, arm_has(cpu, ARM_FEAT_DPB))
PRESENT(has_dpb2, arm_has(cpu, ARM_FEAT_DPB2))
PRESENT(has_pan2, extract64(cpu->id.id_aa64mmfr1, 20, 4) >= 2)
PRESENT(has_el2, cpu->has_el2)
PRESENT(has_el3, cpu->has_el3)
PRESENT(has_more_than_el1, cpu->has_el2 || cpu->has_el3)

const ArmSysRegGroup arm_sysregs_maint[] = {
    {base_rows, G_N_ELEMENTS(base_rows), NULL},
    {dpb_rows, G_N_ELEMENTS(dpb_rows), has_dpb},
    {dpb2_rows, G_N_ELEMENTS(dpb2_rows), has_dpb2},
    {pan2_rows, G_N_ELEMENTS(pan2_rows), has_pan2},
    {above_el1_rows, G_N_ELEMENTS(above_el1_rows), has_more_than_el1},
    {el2_rows, G_N_ELEMENTS(el2_rows), has_el2},
    {el3_rows, G_N_ELEMENTS(el3_rows), has_el3},
    {NULL, 0, NULL},
};
