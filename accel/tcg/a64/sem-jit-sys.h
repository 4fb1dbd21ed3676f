/* SPDX-License-Identifier: MIT */
/* System verbs of the translator (a fragment of sem.h): mostly left to the interpreter. */
#ifndef ACCEL_TCG_A64_SEM_JIT_SYS_H
#define ACCEL_TCG_A64_SEM_JIT_SYS_H

/* Included by sem-jit.h, after the types. */
#include "accel/tcg/a64/sem-jit.h"

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
JIT_ENDS(sys_isb)
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
    return sem_interpret(c, false);
}

SEM_INLINE SemRet daif_change(SemCtx c, uint32_t bits, bool set)
{
    return sem_interpret(c, false);
}

SEM_INLINE SemRet sysreg_read(SemCtx c, uint16_t encoding)
{
    return sem_interpret(c, false);
}

SEM_INLINE SemRet sysreg_write(SemCtx c, uint16_t encoding, V64 v)
{
    return sem_interpret(c, false);
}

SEM_INLINE SemRet sys_zero_block(SemCtx c, V64 addr)
{
    return sem_interpret(c, false);
}

#endif
