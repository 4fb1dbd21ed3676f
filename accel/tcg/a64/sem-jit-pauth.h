/* SPDX-License-Identifier: MIT */
/* Pointer authentication as IR (a fragment of sem.h): calls of functions, in their order, for what
 * they return depends on keys and controls that instructions between them may change. Where a
 * higher level may trap it is the interpreter's. */
#ifndef ACCEL_TCG_A64_SEM_JIT_PAUTH_H
#define ACCEL_TCG_A64_SEM_JIT_PAUTH_H

#include "accel/tcg/a64/sem-jit-sys.h"

SEM_INLINE V64 jit_pac_call(SemCtx c, IrFunction *function, V64 x, V64 y, V64 z)
{
    if (!jit_no_traps(c)) {
        return (V64){jit_unsupported(c)};
    }
    return (V64){ir_append(
        c.b,
        (IrNode){.op = IR_CALL, .wide = 1, .a = x.r, .b = y.r, .c = z.r, .ptr = (void *)function})};
}

SEM_INLINE bool v_pac(SemCtx c, bool authenticate, unsigned key, V64 ptr, V64 modifier, V64 *ret)
{
    V64 how = v_const(c, key | (authenticate ? JIT_PAC_CHECK : 0));

    *ret = jit_pac_call(c, jit_pac, ptr, modifier, how);
    return true;
}

SEM_INLINE bool v_pac_generic(SemCtx c, V64 value, V64 modifier, V64 *ret)
{
    *ret = jit_pac_call(c, jit_pac_generic, value, modifier, v_const(c, 0));
    return true;
}

SEM_INLINE V64 v_pac_strip(SemCtx c, bool data, V64 ptr)
{
    return jit_pac_call(c, jit_pac_strip, ptr, v_const(c, data), v_const(c, 0));
}

SEM_INLINE SemRet sys_eret_auth(SemCtx c, unsigned key)
{
    jit_unsupported(c);
    return sem_next(c);
}

#endif
