/* SPDX-License-Identifier: MIT */
/* Translation regimes (Arm ARM D8.1): which context the CPU is in, its controls, ASID and VMID. */
#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-mmu-internal.h"

/* ---- contexts */

ArmMmuIdx arm_mmu_idx(const ArmCpu *cpu)
{
    bool host = arm_in_host_regime(cpu), pan = cpu->pstate & PSTATE_PAN;

    switch (arm_el(cpu)) {
    case 0:
        return host ? ARM_MMU_EL20_0 : ARM_MMU_EL0;
    case 1:
        return pan ? ARM_MMU_EL1_PAN : ARM_MMU_EL1;
    case 2:
        return !host ? ARM_MMU_EL2 : pan ? ARM_MMU_EL20_2_PAN : ARM_MMU_EL20_2;
    default:
        return ARM_MMU_EL3;
    }
}

ArmMmuIdx arm_mmu_idx_unpriv(const ArmCpu *cpu)
{
    const uint64_t host = HCR_E2H | HCR_TGE;
    int el = arm_el(cpu);

    if (!(cpu->pstate & PSTATE_UAO)) {
        if (el == 1) {
            return ARM_MMU_EL0;
        }
        if (el == 2 && (cpu->hcr & host) == host) {
            return ARM_MMU_EL20_0;
        }
    }
    return arm_mmu_idx(cpu);
}

bool arm_idx_is_unpriv(ArmMmuIdx idx)
{
    return idx == ARM_MMU_EL0 || idx == ARM_MMU_EL20_0;
}

static int idx_el(ArmMmuIdx idx)
{
    return idx <= ARM_MMU_EL1_PAN ? 1 : idx == ARM_MMU_EL3 ? 3 : 2;
}

static bool idx_has_two_halves(ArmMmuIdx idx)
{
    return idx <= ARM_MMU_EL20_2_PAN;
}

bool arm_mmu_checks_alignment(const ArmCpu *cpu)
{
    return cpu->sctlr[arm_control_el(cpu)] & SCTLR_A;
}

/* ---- sizes */

static bool has_granule(const ArmCpu *cpu, unsigned bits, bool stage2)
{
    uint64_t mmfr0 = cpu->id.id_aa64mmfr0;
    unsigned of_stage2 = (unsigned)extract64(mmfr0, bits == 12 ? 40 : bits == 14 ? 32 : 36, 4);

    if (stage2 && of_stage2) { /* 0: as stage 1 */
        return of_stage2 >= 2;
    }
    return bits == 14 ? extract64(mmfr0, 20, 4) : sextract64(mmfr0, bits == 12 ? 28 : 24, 4) >= 0;
}

unsigned arm_granule_bits(const ArmCpu *cpu, unsigned wanted, bool stage2)
{
    return has_granule(cpu, wanted, stage2) ? wanted : has_granule(cpu, 12, stage2) ? 12 : 16;
}

unsigned arm_max_tsz(const ArmCpu *cpu, unsigned granule_bits)
{
    bool small_tables = extract64(cpu->id.id_aa64mmfr2, 28, 4);

    return !small_tables ? 39 : granule_bits == 16 ? 47 : 48;
}

/* ---- the regime of an address */

uint64_t arm_stage2_hcr(const ArmCpu *cpu)
{
    return arm_hcr_effective(cpu);
}

/* Stage 1 of EL1&0 is off for EL0 under TGE and where EL2 gives default attributes. */
static bool stage1_enabled(const ArmCpu *cpu, int el)
{
    return (cpu->sctlr[el] & SCTLR_M) &&
           !(el == 1 && arm_el2_enabled(cpu) &&
             ((cpu->hcr & HCR_TGE) || (arm_stage2_hcr(cpu) & HCR_DC)));
}

/* How TCR_ELx has addresses. */
typedef struct Layout {
    unsigned tsz, granule_bits; /* as asked for, whether there is such or not */
    bool tbi;
} Layout;

static Layout layout_of_half(uint64_t tcr, unsigned half, bool fetch)
{
    static const uint8_t tg0[] = {12, 16, 14, 12}, tg1[] = {12, 14, 12, 16};

    return (Layout){
        .tsz = (unsigned)extract64(tcr, half ? 16 : 0, 6),
        .granule_bits = half ? tg1[extract64(tcr, 30, 2)] : tg0[extract64(tcr, 14, 2)],
        .tbi = extract64(tcr, 37 + half, 1) && !(fetch && extract64(tcr, 51 + half, 1)),
    };
}

static Layout layout_of_whole(uint64_t tcr, bool fetch)
{
    static const uint8_t tg0[] = {12, 16, 14, 12};

    return (Layout){
        .tsz = (unsigned)extract64(tcr, 0, 6),
        .granule_bits = tg0[extract64(tcr, 14, 2)],
        .tbi = extract64(tcr, 20, 1) && !(fetch && extract64(tcr, 29, 1)),
    };
}

static void set_layout(ArmRegime *r, Layout l)
{
    r->tsz = l.tsz;
    r->granule_bits = l.granule_bits;
    r->tbi = l.tbi;
}

static void select_half(const ArmCpu *cpu, ArmRegime *r, bool fetch, bool unpriv)
{
    unsigned half = r->high;

    set_layout(r, layout_of_half(r->tcr, half, fetch));
    r->ttbr = half ? cpu->ttbr1[r->el] : cpu->ttbr0[r->el];
    r->disabled =
        extract64(r->tcr, half ? 23 : 7, 1) || (unpriv && extract64(r->tcr, 55 + half, 1));
    r->hw_af = extract64(r->tcr, 39, 1);
    r->hw_dirty = extract64(r->tcr, 40, 1);
    r->no_hierarchy = extract64(r->tcr, 41 + half, 1);
    r->pa_bits = arm_pa_bits((unsigned)extract64(r->tcr, 32, 3));
}

static void select_whole(const ArmCpu *cpu, ArmRegime *r, bool fetch)
{
    set_layout(r, layout_of_whole(r->tcr, fetch));
    r->ttbr = cpu->ttbr0[r->el];
    r->hw_af = extract64(r->tcr, 21, 1);
    r->hw_dirty = extract64(r->tcr, 22, 1);
    r->no_hierarchy = extract64(r->tcr, 24, 1);
    r->pa_bits = arm_pa_bits((unsigned)extract64(r->tcr, 16, 3));
}

/* In place: copies of what was just written in parts are slow. */
void arm_regime_select(const ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx,
                       ArmRegime *ret)
{
    int el = idx_el(idx);
    uint64_t hcr = arm_stage2_hcr(cpu);

    memset(ret, 0, sizeof(*ret));
    ret->el = el;
    ret->two_halves = idx_has_two_halves(idx);
    ret->secure = el == 3 || (el == 1 && arm_is_secure_below_el3(cpu));
    ret->sctlr = cpu->sctlr[el];
    ret->tcr = cpu->tcr[el];
    ret->stage1 = stage1_enabled(cpu, el);
    ret->stage2 = el == 1 && (hcr & (HCR_VM | HCR_DC));
    if (ret->two_halves) {
        ret->high = va >> 55 & 1;
        select_half(cpu, ret, access == ARM_FETCH, arm_idx_is_unpriv(idx));
    } else {
        select_whole(cpu, ret, access == ARM_FETCH);
    }
    ret->granule_bits = arm_granule_bits(cpu, ret->granule_bits, false);
    /* Reserved sizes map nothing. */
    ret->disabled |= ret->tsz < 16 || ret->tsz > arm_max_tsz(cpu, ret->granule_bits);
    ret->hw_af = ret->hw_af && arm_hw_updates(cpu) >= 1;
    ret->hw_dirty = ret->hw_dirty && ret->hw_af && arm_hw_updates(cpu) >= 2;
    ret->pa_bits = MIN(ret->pa_bits, arm_pa_max(cpu));
}

uint64_t arm_regime_strip(const ArmRegime *r, uint64_t va)
{
    if (!r->tbi) {
        return va;
    }
    return r->two_halves ? (uint64_t)sextract64(va, 0, 56) : va & MASK64(56);
}

uint64_t arm_mmu_strip(const ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx)
{
    ArmRegime r;

    arm_regime_select(cpu, va, access, idx, &r);
    return arm_regime_strip(&r, va);
}

ArmVaParams arm_mmu_va_params(const ArmCpu *cpu, uint64_t va, ArmAccess access)
{
    ArmMmuIdx idx = arm_mmu_idx(cpu);
    bool fetch = access == ARM_FETCH, two_halves = idx_has_two_halves(idx);
    bool high = two_halves && (va >> 55 & 1);
    uint64_t tcr = cpu->tcr[idx_el(idx)];
    Layout l = two_halves ? layout_of_half(tcr, high, fetch) : layout_of_whole(tcr, fetch);
    unsigned max = arm_max_tsz(cpu, arm_granule_bits(cpu, l.granule_bits, false));

    return (ArmVaParams){
        .high = high,
        .two_halves = two_halves,
        .tbi = l.tbi,
        .tsz = MIN(MAX(l.tsz, 16), max),
    };
}

/* ---- tags */

static uint16_t current_asid(const ArmCpu *cpu, int el)
{
    uint64_t tcr = cpu->tcr[el];
    uint64_t ttbr = tcr & BIT64(22) ? cpu->ttbr1[el] : cpu->ttbr0[el];

    return (uint16_t)extract64(ttbr, 48, tcr & BIT64(36) ? 16 : 8);
}

static uint16_t current_vmid(const ArmCpu *cpu)
{
    bool wide = (cpu->vtcr & BIT64(19)) && extract64(cpu->id.id_aa64mmfr1, 4, 4) >= 2;

    return (uint16_t)extract64(cpu->vttbr, 48, wide ? 16 : 8);
}

ArmMmuKey arm_mmu_key(const ArmCpu *cpu, int el)
{
    ArmMmuKey key = {0};

    key.sctlr = cpu->sctlr[el] & (SCTLR_M | SCTLR_A | SCTLR_WXN);
    key.tcr = cpu->tcr[el];
    key.mair = cpu->mair[el];
    key.secure = el == 3 || (el == 1 && arm_is_secure_below_el3(cpu));
    key.no_ns_fetch = key.secure && (cpu->scr & SCR_SIF);
    if (el == 1 || (el == 2 && (cpu->hcr & HCR_E2H))) {
        key.asid = current_asid(cpu, el);
    }
    if (el == 1 && arm_el2_enabled(cpu)) {
        uint64_t hcr = arm_stage2_hcr(cpu);

        key.vmid = current_vmid(cpu);
        key.hcr = hcr & (HCR_VM | HCR_DC | HCR_PTW | HCR_FWB | HCR_TGE);
        key.vtcr = hcr & (HCR_VM | HCR_DC) ? cpu->vtcr : 0;
    }
    return key;
}
