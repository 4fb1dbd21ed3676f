/* SPDX-License-Identifier: MIT */
/* What system instructions do (Arm ARM C4.1.94, D1): exceptions, waiting, PSTATE, registers. */
#include "accel/tcg/sys.h"

#include "accel/tcg/exec.h"
#include "accel/tcg/tlb.h"
#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-debug.h"
#include "hw/cpu/arm-sysregs.h"

enum { SEMIHOSTING_HLT = 0xf000 };

/* ---- exceptions */

static const A64Insn *raise_sync(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, unsigned ec,
                                 uint32_t iss)
{
    ArmException exc = arm_exc_sync(cpu, ec, iss);

    return tcg_raise(cpu, t, i, &exc);
}

const A64Insn *sys_undefined(ArmCpu *cpu, TcgCpu *t, const A64Insn *i)
{
    ArmException exc = arm_exc_undefined(cpu);

    return tcg_raise(cpu, t, i, &exc);
}

/* A call of a higher level returns behind itself. */
static const A64Insn *raise_call(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, unsigned ec,
                                 uint32_t iss)
{
    arm_debug_step_done(cpu);
    return raise_sync(cpu, t, i + 1, ec, iss);
}

const A64Insn *sys_svc(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16)
{
    return raise_call(cpu, t, i, EC_SVC64, imm16);
}

/* Firmware calls are answered when PSCI uses this instruction; pc already stands behind it. */
static bool firmware_call(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, ArmPsciConduit conduit)
{
    if (cpu->psci_conduit != (int)conduit || arm_el(cpu) == 0) {
        return false;
    }
    uint64_t pc = cpu->pc;
    cpu->pc = tcg_pc_of(t, i + 1);
    if (!arm_psci_call(cpu, conduit)) {
        cpu->pc = pc;
        return false;
    }
    tcg_count(cpu, t, i + 1);
    return true;
}

/* From EL1 and EL2; SCR_EL3.HCE, or without EL3 HCR_EL2.HCD, may take it away (Arm ARM C6.2, HVC).
 */
static bool hvc_is_defined(const ArmCpu *cpu)
{
    int el = arm_el(cpu);

    if (!cpu->has_el2 || el == 0 || (el == 1 && !arm_el2_enabled(cpu))) {
        return false;
    }
    return cpu->has_el3 ? cpu->scr & SCR_HCE : !(cpu->hcr & HCR_HCD);
}

const A64Insn *sys_hvc(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16)
{
    if (firmware_call(cpu, t, i, ARM_PSCI_HVC)) {
        return NULL;
    }
    if (!hvc_is_defined(cpu)) {
        return sys_undefined(cpu, t, i);
    }
    return raise_call(cpu, t, i, EC_HVC64, imm16);
}

/* HCR_EL2.TSC comes before everything else, and returns to the instruction itself. */
const A64Insn *sys_smc(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16)
{
    if (arm_el(cpu) == 1 && (arm_hcr_effective(cpu) & HCR_TSC)) {
        ArmException exc = arm_exc_sync(cpu, EC_SMC64, imm16);

        exc.target_el = 2;
        return tcg_raise(cpu, t, i, &exc);
    }
    if (firmware_call(cpu, t, i, ARM_PSCI_SMC)) {
        return NULL;
    }
    if (!cpu->has_el3 || arm_el(cpu) == 0 || (cpu->scr & SCR_SMD)) {
        return sys_undefined(cpu, t, i);
    }
    return raise_call(cpu, t, i, EC_SMC64, imm16);
}

const A64Insn *sys_brk(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16)
{
    return raise_sync(cpu, t, i, EC_BRK, imm16);
}

/* A call that has to wait is executed again, after a look at what is asked of the vCPU. */
const A64Insn *sys_hlt(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16)
{
    if (imm16 != SEMIHOSTING_HLT || !arm_semihosting_enabled(cpu)) {
        return sys_undefined(cpu, t, i);
    }
    tcg_leave(cpu, t, i);
    if (arm_semihosting_call(cpu)) {
        tcg_leave(cpu, t, i + 1);
    }
    return NULL;
}

const A64Insn *sys_exception_return(ArmCpu *cpu, TcgCpu *t, const A64Insn *i)
{
    if (arm_el(cpu) == 0) {
        return sys_undefined(cpu, t, i);
    }
    tcg_leave(cpu, t, i + 1);
    cpu->excl_addr = UINT64_MAX;
    arm_exc_return(cpu);
    return NULL;
}

/* ---- waiting */

/* The level that traps a wait: EL1 for EL0 (EL2 in the EL2&0 regime), then EL2, then EL3; 0: none.
 */
static int wait_trap_level(const ArmCpu *cpu, SysWait what)
{
    bool wfe = what == SYS_WFE;
    int el = arm_el(cpu);

    if (el == 0 && !(cpu->sctlr[arm_control_el(cpu)] & (wfe ? SCTLR_NTWE : SCTLR_NTWI))) {
        return 1;
    }
    if (el < 2 && !arm_in_host_regime(cpu) &&
        (arm_hcr_effective(cpu) & (wfe ? HCR_TWE : HCR_TWI))) {
        return 2;
    }
    return el < 3 && cpu->has_el3 && (cpu->scr & (wfe ? SCR_TWE : SCR_TWI)) ? 3 : 0;
}

/* The syndrome says "always" and which instruction. */
static const A64Insn *wait_trap(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, SysWait what, int level)
{
    ArmException exc = arm_exc_sync(cpu, EC_WFX, 1u << 24 | 0xeu << 20 | (what == SYS_WFE));

    exc.target_el = MAX(exc.target_el, level);
    return tcg_raise(cpu, t, i, &exc);
}

const A64Insn *sys_wait(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, SysWait what)
{
    int level = what == SYS_YIELD ? 0 : wait_trap_level(cpu, what);

    if (level) {
        bool would_wait = what == SYS_WFI
                              ? !cpu->cs.ops->has_work(&cpu->cs)
                              : !__atomic_load_n(&cpu->event_register, __ATOMIC_RELAXED);
        if (would_wait) {
            return wait_trap(cpu, t, i, what, level);
        }
    }
    tcg_leave(cpu, t, i + 1);
    if (what == SYS_WFI) {
        if (!cpu->cs.ops->has_work(&cpu->cs)) {
            atomic_store(&cpu->cs.halted, true);
        }
    } else if (what == SYS_WFE &&
               __atomic_exchange_n(&cpu->event_register, false, __ATOMIC_SEQ_CST)) {
        return NULL;
    } else if (what == SYS_WFE && cpu->excl_addr == UINT64_MAX) {
        arm_event_wait(cpu);
    } else {
        /* Others' stores to a monitored address are an event too, which nobody sends here: a
         * spurious wake-up is allowed, and other vCPUs get the host's time. */
        cpu_yield(&cpu->cs);
    }
    return NULL;
}

const A64Insn *sys_sync(ArmCpu *cpu, TcgCpu *t, const A64Insn *i)
{
    tlb_sync(cpu, t);
    return tcg_leave(cpu, t, i + 1);
}

/* ---- PSTATE */

const A64Insn *sys_pstate_set(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t bit,
                              unsigned value, int min_el)
{
    if (arm_el(cpu) < min_el) {
        return sys_undefined(cpu, t, i);
    }
    uint32_t old = arm_pstate_read(cpu);
    arm_pstate_write(cpu, value ? old | bit : old & ~bit);
    return tcg_leave(cpu, t, i + 1);
}

const A64Insn *sys_daif_el0(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t bits, bool set)
{
    if (!(cpu->sctlr[arm_control_el(cpu)] & SCTLR_UMA)) {
        /* ISS of a trapped MSR: op0 0, op1 3, CRn 4, CRm, op2, Rt 31, write. */
        unsigned op2 = set ? 6 : 7, crm = bits >> 6;
        return raise_sync(cpu, t, i, EC_SYSREG,
                          op2 << 17 | 3u << 14 | 4u << 10 | 31u << 5 | crm << 1);
    }
    cpu->pstate = set ? cpu->pstate | bits : cpu->pstate & ~bits;
    return tcg_leave(cpu, t, i + 1);
}

/* ---- system registers */

const A64Insn *sys_read(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint16_t encoding)
{
    ArmException exc;
    uint64_t v;

    tcg_settle(cpu, t, i);
    if (unlikely(!arm_sysreg_read(cpu, encoding, i->rd, &v, &exc))) {
        return tcg_raise(cpu, t, i, &exc);
    }
    cpu->x[i->rd] = v;
    cpu->x[ARM_X_ZR] = 0;
    return i + 1;
}

const A64Insn *sys_write(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint16_t encoding, uint64_t v)
{
    const ArmSysReg *reg = NULL;
    ArmException exc;

    tcg_settle(cpu, t, i);
    if (unlikely(!arm_sysreg_write(cpu, encoding, i->rd, v, &reg, &exc))) {
        return tcg_raise(cpu, t, i, &exc);
    }
    if (!reg || (reg->flags & (ARM_SYSREG_REGIME | ARM_SYSREG_ENDS_BLOCK))) {
        return tcg_leave(cpu, t, i + 1);
    }
    return i + 1;
}

/* The row for DC ZVA has the rule of access; the stores are ours. */
const A64Insn *sys_dc_zva(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t addr)
{
    uint64_t size = 4ull << (cpu->id.dczid & 15);
    const ArmSysReg *reg = NULL;
    ArmException exc;

    if (!arm_sysreg_write(cpu, ARM_SYSREG(1, 3, 7, 4, 1), i->rd, addr, &reg, &exc)) {
        return tcg_raise(cpu, t, i, &exc);
    }
    void *p = tlb_find_write(t->bank, addr & ~(size - 1), (unsigned)size);
    if (likely(p)) {
        memset(p, 0, size);
    } else if (!tcg_zero_slow(cpu, t, i, addr, size)) {
        return NULL;
    }
    return i + 1;
}
