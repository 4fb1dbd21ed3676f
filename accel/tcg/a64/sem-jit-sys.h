/* SPDX-License-Identifier: MIT */
/* System verbs of the translator (a fragment of sem.h): mostly left to the interpreter. */
#ifndef ACCEL_TCG_A64_SEM_JIT_SYS_H
#define ACCEL_TCG_A64_SEM_JIT_SYS_H

/* Included by sem-jit.h, after the types. */
#include "accel/tcg/a64/sem-jit.h"
#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-sysregs.h"

#define JIT_ENDS(name, ...)                         \
    SEM_INLINE SemRet name(SemCtx c, ##__VA_ARGS__) \
    {                                               \
        return sem_interpret(c, true);              \
    }

JIT_ENDS(raise_svc, uint32_t imm16)
JIT_ENDS(raise_hvc, uint32_t imm16)
JIT_ENDS(raise_smc, uint32_t imm16)
JIT_ENDS(raise_hlt, uint32_t imm16)
JIT_ENDS(raise_brk, uint32_t imm16)
JIT_ENDS(raise_undefined)
JIT_ENDS(sys_eret)
JIT_ENDS(sys_yield)
JIT_ENDS(sys_wfe)
JIT_ENDS(sys_wfi)
JIT_ENDS(pstate_set, uint32_t bit, unsigned value, int min_el)

SEM_INLINE void sys_sev(SemCtx c)
{
    sem_interpret(c, false);
}

SEM_INLINE void sys_sevl(SemCtx c)
{
    sem_interpret(c, false);
}

SEM_INLINE SemRet sys_dsb(SemCtx c)
{
    v_fence(c, FENCE_SYNC);
    ir_append(c.b, (IrNode){.op = IR_SYNC});
    return sem_next(c);
}

/* ---- what depends on the level: a block is made for the one it is first executed at */

enum { JIT_MODE = 3 << PSTATE_EL_SHIFT | PSTATE_SP };

SEM_INLINE int jit_el(SemCtx c)
{
    if (!c.b->state.mode_checked) {
        env_guard(c, offsetof(ArmCpu, pstate), JIT_MODE, c.b->cpu->pstate & JIT_MODE);
        c.b->state.mode_checked = true;
    }
    return arm_el(c.b->cpu);
}

/* No higher level can trap anything. */
SEM_INLINE bool jit_no_traps(SemCtx c)
{
    return !c.b->cpu->has_el2 && !c.b->cpu->has_el3;
}

/* Interrupts may be unmasked: the loop looks for them. */
SEM_INLINE void jit_pending(SemCtx c, bool asked)
{
    ir_append(c.b, (IrNode){.op = IR_PENDING, .aux = asked, .imm = jit_target(c, 4)});
}

/* Whatever changes the context or code has left, or asks to. */
SEM_INLINE SemRet sys_isb(SemCtx c)
{
    jit_pending(c, true);
    return sem_next(c);
}

SEM_INLINE SemRet daif_change(SemCtx c, uint32_t bits, bool set)
{
    size_t at = offsetof(ArmCpu, pstate);

    if (jit_el(c) == 0) {
        return sem_interpret(c, false);
    }
    V64 old = env_get(c, false, at);
    if (set) {
        env_set(c, false, at, v_or(c, old, v_const(c, bits)));
        return sem_next(c);
    }
    env_set(c, false, at, v_and(c, old, v_const(c, (uint32_t)~bits)));
    jit_pending(c, false);
    return sem_next(c);
}

/* ---- system registers */

enum {
    JIT_SP_EL0 = ARM_SYSREG(3, 0, 4, 1, 0),
    JIT_DAIF = ARM_SYSREG(3, 3, 4, 2, 1),
    JIT_CNTVCT = ARM_SYSREG(3, 3, 14, 0, 2),
    JIT_CTR = ARM_SYSREG(3, 3, 0, 0, 1),
    JIT_DCZID = ARM_SYSREG(3, 3, 0, 0, 7),
};

/* An access that cannot be trapped or undefined at the level. */
SEM_INLINE bool jit_sysreg_open(SemCtx c, const ArmSysReg *reg, int lowest)
{
    return reg && jit_el(c) >= lowest && (reg->trap == ARM_TRAP_NONE || jit_no_traps(c)) &&
           !(reg->flags & ARM_SYSREG_FP) && (!reg->host || !c.b->cpu->has_el2);
}

SemRet jit_sysreg_read(SemCtx c, const ArmSysReg *reg);
SemRet jit_sysreg_write(SemCtx c, const ArmSysReg *reg, V64 v);

SEM_INLINE SemRet sysreg_read(SemCtx c, uint16_t encoding)
{
    const ArmSysReg *reg = arm_sysreg_find(c.b->cpu, encoding);

    return reg && jit_sysreg_open(c, reg, reg->read_el) ? jit_sysreg_read(c, reg)
                                                        : sem_interpret(c, false);
}

SEM_INLINE SemRet sysreg_write(SemCtx c, uint16_t encoding, V64 v)
{
    const ArmSysReg *reg = arm_sysreg_find(c.b->cpu, encoding);

    return reg && jit_sysreg_open(c, reg, reg->write_el) ? jit_sysreg_write(c, reg, v)
                                                         : sem_interpret(c, false);
}

/* DC ZVA; SCTLR_EL1.DZE lets EL0. */
SEM_INLINE SemRet sys_zero_block(SemCtx c, V64 addr)
{
    if (!jit_no_traps(c)) {
        return sem_interpret(c, false);
    }
    if (jit_el(c) == 0) {
        env_guard(c, offsetof(ArmCpu, sctlr[1]), SCTLR_DZE, SCTLR_DZE);
    }
    ir_append(
        c.b,
        (IrNode){.op = IR_ZERO, .a = addr.r, .aux2 = (uint16_t)(4u << (c.b->cpu->id.dczid & 15))});
    return sem_next(c);
}

#endif
