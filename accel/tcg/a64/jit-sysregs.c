/* SPDX-License-Identifier: MIT */
/* System registers that are words of ArmCpu, as IR; all others are the interpreter's. */
#include "accel/tcg/a64/jit.h"

#define A64_JIT
#include "accel/tcg/a64/sem.h"

/* For the counter: what it reads is known when it is executed. */
static uint64_t call_read(ArmCpu *cpu, uint64_t reg, uint64_t b, uint64_t c)
{
    const ArmSysReg *row = (const ArmSysReg *)(uintptr_t)reg;

    return row->read(cpu, row);
}

static SemRet done(SemCtx c, V64 v)
{
    x_set(c, c.i->rd, v);
    return sem_next(c);
}

/* What EL0 may read when a bit says so: guards that it does. */
static bool is_open(SemCtx c, const ArmSysReg *reg)
{
    static const struct {
        uint32_t encoding;
        uint16_t offset, bit;
    } rules[] = {
        {JIT_CNTVCT, offsetof(ArmCpu, cntkctl), CNTKCTL_EL0VCTEN},
        {JIT_CTR, offsetof(ArmCpu, sctlr[1]), SCTLR_UCT},
        {JIT_DCZID, offsetof(ArmCpu, sctlr[1]), SCTLR_DZE}, /* what is read depends on it */
    };

    if (reg->encoding == JIT_CNTVCT && c.b->lockstep) { /* which would read it twice */
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rules) && jit_no_traps(c); i++) {
        if (reg->encoding == rules[i].encoding) {
            if (jit_el(c) == 0) {
                env_guard(c, rules[i].offset, rules[i].bit, rules[i].bit);
            }
            return true;
        }
    }
    return false;
}

static V64 open_value(SemCtx c, const ArmSysReg *reg)
{
    V64 row = v_const(c, (uintptr_t)reg);

    switch (reg->encoding) {
    case JIT_CNTVCT:
        return (V64){ir_append(
            c.b, (IrNode){.op = IR_CALL, .wide = 1, .a = row.r, .ptr = (void *)call_read})};
    case JIT_DCZID:
        return v_const(c, c.b->cpu->id.dczid);
    default:
        return v_const(c, c.b->cpu->id.ctr);
    }
}

SemRet jit_sysreg_read(SemCtx c, const ArmSysReg *reg)
{
    const ArmCpu *cpu = c.b->cpu;
    int el = jit_el(c);

    if (reg->encoding == JIT_SP_EL0 && (cpu->pstate & PSTATE_SP)) {
        return done(c, env_get(c, true, offsetof(ArmCpu, sp_bank[0])));
    }
    if (reg->encoding == JIT_DAIF && el > 0) {
        V64 p = env_get(c, false, offsetof(ArmCpu, pstate));
        return done(c, v_and(c, p, v_const(c, PSTATE_DAIF)));
    }
    if (is_open(c, reg)) {
        return done(c, open_value(c, reg));
    }
    if (reg->access || reg->read) {
        return sem_interpret(c, false);
    }
    return done(c, reg->field < 0 ? v_const(c, reg->reset) : env_get(c, true, (size_t)reg->field));
}

SemRet jit_sysreg_write(SemCtx c, const ArmSysReg *reg, V64 v)
{
    const ArmCpu *cpu = c.b->cpu;
    int el = jit_el(c);

    if (reg->encoding == JIT_SP_EL0 && (cpu->pstate & PSTATE_SP)) {
        env_set(c, true, offsetof(ArmCpu, sp_bank[0]), v);
        return sem_next(c);
    }
    if (reg->encoding == JIT_DAIF && el > 0) {
        size_t at = offsetof(ArmCpu, pstate);
        V64 rest = v_and(c, env_get(c, false, at), v_const(c, (uint32_t)~PSTATE_DAIF));
        env_set(c, false, at, v_or(c, rest, v_and(c, v, v_const(c, PSTATE_DAIF))));
        jit_pending(c, false);
        return sem_next(c);
    }
    if (reg->access || reg->write || reg->execute || reg->field < 0 ||
        (reg->flags & (ARM_SYSREG_CONST | ARM_SYSREG_REGIME | ARM_SYSREG_ENDS_BLOCK))) {
        return sem_interpret(c, false);
    }
    size_t at = (size_t)reg->field;
    if (reg->write_mask) {
        V64 rest = v_and(c, env_get(c, true, at), v_const(c, ~reg->write_mask));
        v = v_or(c, rest, v_and(c, v, v_const(c, reg->write_mask)));
    }
    env_set(c, true, at, v);
    return sem_next(c);
}
