/* SPDX-License-Identifier: MIT */
/* Exceptions: routing, entry, return, masking of interrupts, FP access traps (Arm ARM D1). */
#include "hw/cpu/arm-exc.h"

#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-debug.h"
#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-mmu.h"
#include "util/log.h"

#include <inttypes.h>

enum {
    ESR_EC_SHIFT = 26,
    ESR_IL = 1 << 25,
    VECTOR_SAME_SPX = 0x200,
    VECTOR_LOWER_A64 = 0x400,
};

/* ---- synchronous */

static bool is_debug_exception(unsigned ec)
{
    return (ec >= EC_BREAKPOINT_LOWER && ec <= EC_WATCHPOINT_SAME) || ec == EC_BRK;
}

/* Synchronous exceptions never go down; from EL0 they go to EL1 (to EL2 under HCR_EL2.TGE). */
static int sync_target_el(const ArmCpu *cpu, unsigned ec)
{
    int el = arm_el(cpu);

    if (ec == EC_HVC64) {
        return el == 3 ? 3 : 2;
    }
    if (ec == EC_SMC64) {
        return 3;
    }
    if (is_debug_exception(ec)) {
        return MAX(el, arm_debug_target_el(cpu));
    }
    if (el == 0) {
        return arm_hcr_effective(cpu) & HCR_TGE ? 2 : 1;
    }
    return el;
}

ArmException arm_exc_sync(ArmCpu *cpu, unsigned ec, uint32_t iss)
{
    return (ArmException){
        .kind = ARM_EXC_SYNC,
        .target_el = sync_target_el(cpu, ec),
        .esr = ec << ESR_EC_SHIFT | ESR_IL | iss,
        .ret = cpu->pc,
    };
}

ArmException arm_exc_undefined(ArmCpu *cpu)
{
    return arm_exc_sync(cpu, EC_UNKNOWN, 0);
}

/* ---- entry */

/* PAN is set where EL0's accesses are the business of this level, unless SPAN says to keep it. */
static bool sets_pan(const ArmCpu *cpu, int el)
{
    const uint64_t both = HCR_E2H | HCR_TGE;

    return arm_has(cpu, ARM_FEAT_PAN) && !(cpu->sctlr[el] & SCTLR_SPAN) &&
           (el == 1 || (el == 2 && (cpu->hcr & both) == both));
}

/* PSTATE in the handler. DIT and the flags are kept. */
static uint32_t entry_pstate(const ArmCpu *cpu, int target_el)
{
    uint32_t p = arm_pstate_read(cpu);

    p &= ~(PSTATE_SS | PSTATE_IL | PSTATE_UAO | PSTATE_BTYPE | PSTATE_NRW | PSTATE_SP |
           PSTATE_SSBS | 3u << PSTATE_EL_SHIFT);
    p |= PSTATE_DAIF | PSTATE_SP | (uint32_t)target_el << PSTATE_EL_SHIFT;
    p |= sets_pan(cpu, target_el) ? PSTATE_PAN : 0;
    if (arm_has(cpu, ARM_FEAT_SSBS) && (cpu->sctlr[target_el] & SCTLR_DSSBS)) {
        p |= PSTATE_SSBS;
    }
    return p;
}

static uint64_t vector_offset(const ArmCpu *cpu, const ArmException *exc)
{
    static const uint16_t by_kind[] = {
        [ARM_EXC_SYNC] = 0, [ARM_EXC_IRQ] = 0x80, [ARM_EXC_FIQ] = 0x100, [ARM_EXC_SERROR] = 0x180};
    uint64_t offset = by_kind[exc->kind];

    if (arm_el(cpu) < exc->target_el) {
        offset += VECTOR_LOWER_A64;
    } else if (cpu->pstate & PSTATE_SP) {
        offset += VECTOR_SAME_SPX;
    }
    return offset;
}

void arm_exc_enter(ArmCpu *cpu, const ArmException *exc)
{
    int el = exc->target_el;
    uint64_t vector = (cpu->vbar[el] & ~0x7ffull) + vector_offset(cpu, exc);

    if (log_enabled(LOG_INT)) {
        log_printf(LOG_INT,
                   "CPU %d: exception kind %d, EL%d to EL%d, ESR 0x%x, FAR 0x%" PRIx64
                   ", ELR 0x%" PRIx64,
                   cpu->cs.index, exc->kind, arm_el(cpu), el, exc->esr, exc->far, exc->ret);
    }
    cpu->spsr[el] = arm_pstate_read(cpu);
    cpu->elr[el] = exc->ret;
    if (exc->kind == ARM_EXC_SYNC || exc->kind == ARM_EXC_SERROR) {
        cpu->esr[el] = exc->esr;
    }
    if (exc->has_far) {
        cpu->far[el] = exc->far;
    }
    if (exc->has_hpfar) {
        cpu->hpfar = exc->hpfar;
    }
    if (exc->kind == ARM_EXC_SERROR) { /* there are only virtual ones; taking it ends it */
        __atomic_fetch_and(&cpu->hcr, ~HCR_VSE, __ATOMIC_RELAXED);
        cpu_interrupt_clear(&cpu->cs, ARM_INTERRUPT_VSERROR);
    }
    cpu->step_did = false;
    arm_pstate_write(cpu, entry_pstate(cpu, el));
    cpu->pc = vector;
}

/* ---- return */

/* The state that the SPSR asks for is not one this CPU can return to (Arm ARM D1.3.4). */
static bool is_illegal_return(const ArmCpu *cpu, uint32_t spsr)
{
    int el = spsr >> PSTATE_EL_SHIFT & 3;

    if (spsr & PSTATE_NRW || spsr & 2 || el > arm_el(cpu)) {
        return true; /* AArch32, a reserved mode, upwards */
    }
    switch (el) {
    case 0:
        return spsr & PSTATE_SP;
    case 1:
        return arm_hcr_effective(cpu) & HCR_TGE;
    case 2:
        return !arm_el2_enabled(cpu);
    default:
        return false;
    }
}

void arm_exc_return(ArmCpu *cpu)
{
    int el = arm_el(cpu);
    uint32_t old = (uint32_t)cpu->spsr[el], spsr = old & arm_pstate_valid_mask(cpu);
    uint32_t stepped = arm_debug_return_ss(cpu, old, is_illegal_return(cpu, old));

    if (is_illegal_return(cpu, old)) {
        const uint32_t kept = 3u << PSTATE_EL_SHIFT | PSTATE_SP | PSTATE_NRW;

        spsr = (spsr & ~kept) | (cpu->pstate & kept) | PSTATE_IL;
    }
    cpu->step_did = false;
    arm_pstate_write(cpu, (spsr & ~PSTATE_SS) | stepped);
    cpu->pc = arm_mmu_strip(cpu, cpu->elr[el], ARM_FETCH, arm_mmu_idx(cpu));
    cpu->excl_addr = ~0ull;
    __atomic_store_n(&cpu->event_register, true, __ATOMIC_RELAXED);
}

/* ---- asynchronous */

typedef struct Interrupt {
    uint32_t pending; /* ARM_INTERRUPT_* */
    ArmExcKind kind;
    uint32_t mask; /* PSTATE */
    uint64_t scr;  /* takes it to EL3 */
    uint64_t hcr;  /* takes it to EL2; allows the virtual one */
} Interrupt;

/* In the order in which those that are pending together are taken. */
static const Interrupt physical[] = {
    {ARM_INTERRUPT_FIQ, ARM_EXC_FIQ, PSTATE_F, SCR_FIQ, HCR_FMO},
    {ARM_INTERRUPT_IRQ, ARM_EXC_IRQ, PSTATE_I, SCR_IRQ, HCR_IMO},
};
static const Interrupt virtual[] = {
    {ARM_INTERRUPT_VSERROR, ARM_EXC_SERROR, PSTATE_A, 0, HCR_AMO},
    {ARM_INTERRUPT_VFIQ, ARM_EXC_FIQ, PSTATE_F, 0, HCR_FMO},
    {ARM_INTERRUPT_VIRQ, ARM_EXC_IRQ, PSTATE_I, 0, HCR_IMO},
};

/* The level that takes it, if it is taken now; 0: it waits (Arm ARM D1.3.6, tables of routing and
 * masking). */
static int physical_target(const ArmCpu *cpu, const Interrupt *i, uint64_t hcr)
{
    bool host = (hcr & HCR_TGE) && (hcr & HCR_E2H);
    int el = arm_el(cpu), target = 1;

    if (cpu->has_el3 && (cpu->scr & i->scr)) {
        target = 3;
    } else if (hcr & (HCR_TGE | i->hcr)) {
        target = 2;
    }
    if (target < el) {
        return 0;
    }
    /* From below, EL2 and EL3 are not masked, but EL2 is by its own EL0. */
    if (target > el && target > 1 && !(target == 2 && el == 0 && host)) {
        return target;
    }
    return cpu->pstate & i->mask ? 0 : target;
}

/* Physical SErrors have no source here: bus errors are synchronous. */
bool arm_exc_pending(ArmCpu *cpu, ArmException *ret)
{
    uint32_t pending = atomic_load_explicit(&cpu->cs.interrupt, memory_order_relaxed);
    uint64_t hcr = arm_hcr_effective(cpu);

    for (size_t i = 0; i < G_N_ELEMENTS(physical); i++) {
        int target = pending & physical[i].pending ? physical_target(cpu, &physical[i], hcr) : 0;

        if (target) {
            *ret = (ArmException){.kind = physical[i].kind, .target_el = target, .ret = cpu->pc};
            return true;
        }
    }
    if (arm_el(cpu) > 1 || (hcr & HCR_TGE)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(virtual); i++) {
        const Interrupt *v = &virtual[i];

        if ((pending & v->pending) && (hcr & v->hcr) && !(cpu->pstate & v->mask)) {
            *ret = (ArmException){.kind = v->kind, .target_el = 1, .ret = cpu->pc};
            ret->esr = v->kind == ARM_EXC_SERROR ? (uint32_t)EC_SERROR << ESR_EC_SHIFT | ESR_IL : 0;
            return true;
        }
    }
    return false;
}

/* ---- FP */

/* FPEN of CPACR_EL1 and, under E2H, of CPTR_EL2: 1 lets only EL0 down, 0 and 2 everybody. */
static bool fpen_allows(uint64_t reg, bool only_el0_matters)
{
    unsigned fpen = (unsigned)extract64(reg, CPACR_FPEN_SHIFT, 2);

    return fpen == 3 || (fpen == 1 && !only_el0_matters);
}

/* The level that traps; 0: allowed. */
static int fp_trap_level(const ArmCpu *cpu)
{
    int el = arm_el(cpu);

    if (el <= 1 && !arm_in_host_regime(cpu) && !fpen_allows(cpu->cpacr, el == 0)) {
        return 1;
    }
    if (el <= 2 && arm_el2_enabled(cpu)) {
        bool trapped = cpu->hcr & HCR_E2H
                           ? !fpen_allows(cpu->cptr[2], el == 0 && (cpu->hcr & HCR_TGE))
                           : (cpu->cptr[2] & CPTR_TFP) != 0;

        if (trapped) {
            return 2;
        }
    }
    return cpu->has_el3 && (cpu->cptr[3] & CPTR_TFP) ? 3 : 0;
}

bool arm_fp_access(ArmCpu *cpu, ArmException *exc)
{
    const uint32_t no_condition = 1u << 24 | 0xeu << 20;
    int trap_el = fp_trap_level(cpu);

    if (!trap_el) {
        return true;
    }
    *exc = arm_exc_sync(cpu, EC_FP_ACCESS, no_condition);
    if (trap_el == 1 && exc->target_el == 2) {
        *exc = arm_exc_undefined(cpu); /* EL2 gets CPACR_EL1's trap as that (TGE) */
    }
    exc->target_el = MAX(exc->target_el, trap_el);
    return false;
}
