/* SPDX-License-Identifier: MIT */
/* Exceptions: routing, entry, return, masking of interrupts, FP access traps (Arm ARM D1). */
#include "hw/cpu/arm-exc.h"

#include "hw/cpu/arm-internal.h"
#include "util/log.h"

#include <inttypes.h>

enum {
    ESR_EC_SHIFT = 26,
    ESR_IL = 1 << 25,
    SCTLR_SPAN_BIT = 23,
    SCTLR_DSSBS_BIT = 44,
    CPACR_FPEN_SHIFT = 20,
    VECTOR_SAME_SPX = 0x200,
    VECTOR_LOWER_A64 = 0x400,
};

/* Synchronous exceptions never go down; from EL0 they go to EL1 (to EL2 under HCR_EL2.TGE). */
static int sync_target_el(const ArmCpu *cpu)
{
    int el = arm_el(cpu);

    if (el == 0) {
        return cpu->has_el2 && (cpu->hcr & BIT64(27)) ? 2 : 1;
    }
    return el;
}

ArmException arm_exc_sync(ArmCpu *cpu, unsigned ec, uint32_t iss)
{
    return (ArmException){
        .kind = ARM_EXC_SYNC,
        .target_el = sync_target_el(cpu),
        .esr = ec << ESR_EC_SHIFT | ESR_IL | iss,
        .ret = cpu->pc,
    };
}

ArmException arm_exc_undefined(ArmCpu *cpu)
{
    return arm_exc_sync(cpu, EC_UNKNOWN, 0);
}

/* PSTATE in the handler. DIT and the flags are kept. */
static uint32_t entry_pstate(const ArmCpu *cpu, int target_el)
{
    uint32_t p = arm_pstate_read(cpu);

    p &= ~(PSTATE_SS | PSTATE_IL | PSTATE_UAO | PSTATE_BTYPE | PSTATE_NRW | PSTATE_SP |
           PSTATE_SSBS | 3u << PSTATE_EL_SHIFT);
    p |= PSTATE_DAIF | PSTATE_SP | (uint32_t)target_el << PSTATE_EL_SHIFT;
    if (target_el == 1 && arm_has(cpu, ARM_FEAT_PAN) && !(cpu->sctlr[1] & BIT64(SCTLR_SPAN_BIT))) {
        p |= PSTATE_PAN;
    }
    if (arm_has(cpu, ARM_FEAT_SSBS) && (cpu->sctlr[target_el] & BIT64(SCTLR_DSSBS_BIT))) {
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
    if (el == 0) {
        return spsr & PSTATE_SP;
    }
    if ((el == 2 && !cpu->has_el2) || (el == 3 && !cpu->has_el3)) {
        return true;
    }
    return el == 1 && cpu->has_el2 && (cpu->hcr & BIT64(27));
}

/* A branch to EL0 or EL1 drops the tag of an address whose half ignores the top byte. */
static uint64_t return_address(const ArmCpu *cpu, uint64_t addr)
{
    int el = arm_el(cpu);
    uint64_t tcr = cpu->tcr[MAX(el, 1)];

    if (el >= 2) {
        return tcr & BIT64(20) ? addr & MASK64(56) : addr;
    }
    if (addr >> 55 & 1) {
        return tcr & BIT64(38) && !(tcr & BIT64(52)) ? addr | 0xffull << 56 : addr;
    }
    return tcr & BIT64(37) && !(tcr & BIT64(51)) ? addr & MASK64(56) : addr;
}

void arm_exc_return(ArmCpu *cpu)
{
    int el = arm_el(cpu);
    uint32_t spsr = (uint32_t)cpu->spsr[el] & arm_pstate_valid_mask(cpu);
    uint64_t pc = cpu->elr[el];

    if (is_illegal_return(cpu, (uint32_t)cpu->spsr[el])) {
        const uint32_t kept = 3u << PSTATE_EL_SHIFT | PSTATE_SP | PSTATE_NRW;

        spsr = (spsr & ~(kept | PSTATE_SS)) | (cpu->pstate & kept) | PSTATE_IL;
    } else {
        /* Software step needs MDSCR_EL1.SS and is not there: the bit does not reach PSTATE. */
        spsr &= ~PSTATE_SS;
    }
    arm_pstate_write(cpu, spsr);
    cpu->pc = spsr & PSTATE_IL ? pc : return_address(cpu, pc);
    cpu->excl_addr = ~0ull;
    cpu->event_register = true;
}

/* ---- asynchronous */

/* Physical interrupts go to EL1 as long as nothing above it takes them. */
static int interrupt_target_el(const ArmCpu *cpu, bool fiq)
{
    if (cpu->has_el3 && (cpu->scr & (fiq ? BIT64(2) : BIT64(1)))) {
        return 3;
    }
    if (cpu->has_el2 && (cpu->hcr & (BIT64(27) | (fiq ? BIT64(3) : BIT64(4))))) {
        return 2;
    }
    return MAX(arm_el(cpu), 1);
}

static bool is_masked(const ArmCpu *cpu, int target_el, uint32_t mask_bit)
{
    /* An interrupt for a higher level than EL1 cannot be masked from below it. */
    return (target_el < 2 || arm_el(cpu) >= target_el) && (cpu->pstate & mask_bit);
}

bool arm_exc_pending(ArmCpu *cpu, ArmException *ret)
{
    uint32_t pending = atomic_load_explicit(&cpu->cs.interrupt, memory_order_relaxed);

    if (!(pending & (ARM_INTERRUPT_IRQ | ARM_INTERRUPT_FIQ))) {
        return false;
    }
    for (int fiq = 1; fiq >= 0; fiq--) {
        int target = interrupt_target_el(cpu, fiq);

        if ((pending & (fiq ? ARM_INTERRUPT_FIQ : ARM_INTERRUPT_IRQ)) &&
            !is_masked(cpu, target, fiq ? PSTATE_F : PSTATE_I)) {
            *ret = (ArmException){
                .kind = fiq ? ARM_EXC_FIQ : ARM_EXC_IRQ,
                .target_el = target,
                .ret = cpu->pc,
            };
            return true;
        }
    }
    return false;
}

/* ---- FP */

bool arm_fp_access(ArmCpu *cpu, ArmException *exc)
{
    const uint32_t no_condition = 1u << 24 | 0xeu << 20;
    unsigned fpen = extract64(cpu->cpacr, CPACR_FPEN_SHIFT, 2);
    int el = arm_el(cpu);

    if (el <= 1 && fpen != 3 && !(el == 1 && fpen == 1)) {
        *exc = arm_exc_sync(cpu, EC_FP_ACCESS, no_condition);
        return false;
    }
    for (int trap_el = 2; trap_el <= 3; trap_el++) {
        bool exists = trap_el == 2 ? cpu->has_el2 : cpu->has_el3;

        if (exists && el <= trap_el && (cpu->cptr[trap_el] & BIT64(10))) {
            *exc = arm_exc_sync(cpu, EC_FP_ACCESS, no_condition);
            exc->target_el = trap_el;
            return false;
        }
    }
    return true;
}
