/* SPDX-License-Identifier: MIT */
/* Which accesses to system registers EL2 and EL3 trap: the control bits of each class, and the one
 * function that asks them in the order of the architecture (Arm ARM D1.3.6). */
#include "hw/cpu/arm-internal.h"

/* Bits that trap while they are 1. The `enable` members trap while they are 0. */
typedef struct TrapRule {
    uint64_t hcr_read, hcr_write; /* HCR_EL2, for accesses from EL0 and EL1 */
    uint64_t hcr_enable;
    uint64_t cptr2, mdcr2;
    uint64_t scr; /* SCR_EL3 and the others, for accesses from below EL3 */
    uint64_t scr_enable;
    uint64_t cptr3, mdcr3;
    uint8_t min_el; /* the lowest level whose accesses are looked at */
} TrapRule;

#define HCR_BOTH(n) .hcr_read = BIT64(n), .hcr_write = BIT64(n)
enum { MDCR_TPMCR = 5, MDCR_TPM = 6, MDCR_TDE = 8, MDCR_TDA = 9, MDCR_TDOSA = 10, MDCR_TDRA = 11 };

static const TrapRule rules[ARM_TRAP_COUNT] = {
    [ARM_TRAP_VM] = {.hcr_read = BIT64(30), .hcr_write = BIT64(26), .min_el = 1},
    [ARM_TRAP_ID1] = {HCR_BOTH(16), .min_el = 1},
    [ARM_TRAP_ID2] = {HCR_BOTH(17)},
    [ARM_TRAP_ID3] = {HCR_BOTH(18), .min_el = 1},
    [ARM_TRAP_ACTLR] = {HCR_BOTH(21), .min_el = 1},
    [ARM_TRAP_IMPDEF] = {HCR_BOTH(20), .min_el = 1},
    [ARM_TRAP_CACHE_SW] = {HCR_BOTH(22), .min_el = 1},
    [ARM_TRAP_CACHE_POC] = {HCR_BOTH(23)},
    [ARM_TRAP_CACHE_POU] = {HCR_BOTH(24)},
    [ARM_TRAP_TLB] = {HCR_BOTH(25), .min_el = 1},
    [ARM_TRAP_ZVA] = {HCR_BOTH(28)},
    [ARM_TRAP_LOR] = {HCR_BOTH(35), .scr = BIT64(14), .min_el = 1},
    [ARM_TRAP_KEYS] = {.hcr_enable = HCR_APK, .scr_enable = SCR_APK, .min_el = 1},
    [ARM_TRAP_CONTEXT] = {.hcr_enable = HCR_ENSCXT, .scr_enable = SCR_ENSCXT},
    [ARM_TRAP_CPACR] = {.cptr2 = CPTR_TCPAC, .cptr3 = CPTR_TCPAC, .min_el = 1},
    [ARM_TRAP_CPTR] = {.cptr3 = CPTR_TCPAC, .min_el = 2},
    [ARM_TRAP_DEBUG] = {.mdcr2 = BIT64(MDCR_TDA), .mdcr3 = BIT64(MDCR_TDA)},
    [ARM_TRAP_DEBUG_OS] = {.mdcr2 = BIT64(MDCR_TDOSA), .mdcr3 = BIT64(MDCR_TDOSA), .min_el = 1},
    [ARM_TRAP_DEBUG_ROM] = {.mdcr2 = BIT64(MDCR_TDRA), .mdcr3 = BIT64(MDCR_TDA), .min_el = 1},
    [ARM_TRAP_PMU] = {.mdcr2 = BIT64(MDCR_TPM), .mdcr3 = BIT64(MDCR_TPM)},
    [ARM_TRAP_PMCR] = {.mdcr2 = BIT64(MDCR_TPM) | BIT64(MDCR_TPMCR), .mdcr3 = BIT64(MDCR_TPM)},
};

uint64_t arm_mdcr_el2_effective(const ArmCpu *cpu)
{
    const uint64_t all_debug = BIT64(MDCR_TDA) | BIT64(MDCR_TDOSA) | BIT64(MDCR_TDRA);
    uint64_t mdcr = arm_el2_enabled(cpu) ? cpu->mdcr[2] : 0;

    if (arm_hcr_effective(cpu) & HCR_TGE) {
        mdcr |= BIT64(MDCR_TDE);
    }
    return mdcr & BIT64(MDCR_TDE) ? mdcr | all_debug : mdcr;
}

static bool traps_to_el2(const ArmCpu *cpu, const TrapRule *r, bool write)
{
    uint64_t hcr = arm_hcr_effective(cpu);

    if (!arm_in_host_regime(cpu)) {
        if ((hcr & (write ? r->hcr_write : r->hcr_read)) || (r->hcr_enable & ~hcr)) {
            return true;
        }
    }
    return (cpu->cptr[2] & r->cptr2) || (arm_mdcr_el2_effective(cpu) & r->mdcr2);
}

static bool traps_to_el3(const ArmCpu *cpu, const TrapRule *r)
{
    return (cpu->scr & r->scr) || (r->scr_enable & ~cpu->scr) || (cpu->cptr[3] & r->cptr3) ||
           (cpu->mdcr[3] & r->mdcr3);
}

ArmSysAccess arm_trap_check(const ArmCpu *cpu, ArmTrap trap, bool write)
{
    const TrapRule *r = &rules[trap];
    int el = arm_el(cpu);

    if (el < r->min_el) {
        return ARM_SYS_OK;
    }
    if (el < 2 && arm_el2_enabled(cpu) && traps_to_el2(cpu, r, write)) {
        return ARM_SYS_TRAP_EL2;
    }
    return el < 3 && cpu->has_el3 && traps_to_el3(cpu, r) ? ARM_SYS_TRAP_EL3 : ARM_SYS_OK;
}
