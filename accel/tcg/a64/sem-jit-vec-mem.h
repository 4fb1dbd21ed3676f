/* SPDX-License-Identifier: MIT */
/* Loads and stores of vectors as IR (a fragment of sem-vec.h). */
#ifndef ACCEL_TCG_A64_SEM_JIT_VEC_MEM_H
#define ACCEL_TCG_A64_SEM_JIT_VEC_MEM_H

#include "accel/tcg/a64/sem-jit-vec.h"

SEM_INLINE V128 jit_loadv(SemCtx c, unsigned mo, V64 addr)
{
    return (V128){ir_append(c.b, jit_access(c, IR_LOADV, mo, addr))};
}

SEM_INLINE void jit_storev(SemCtx c, unsigned mo, V64 addr, V128 v)
{
    IrNode n = jit_access(c, IR_STOREV, mo, addr);

    n.b = v.r;
    ir_append(c.b, n);
}

SEM_INLINE bool v_ld128(SemCtx c, unsigned mo, V64 addr, V128 *ret)
{
    *ret = jit_loadv(c, mo | MO_128, addr);
    return true;
}

SEM_INLINE bool vec_ld(SemCtx c, unsigned size, V64 addr, unsigned n)
{
    vec_set(c, n, jit_loadv(c, size, addr));
    return true;
}

SEM_INLINE bool vec_st(SemCtx c, unsigned size, V64 addr, unsigned n)
{
    jit_storev(c, size, addr, vec_get(c, n));
    return true;
}

SEM_INLINE V64 jit_ahead(SemCtx c, V64 addr, unsigned off)
{
    return v_add(c, 1, addr, v_const(c, off));
}

SEM_INLINE void jit_loadv2(SemCtx c, unsigned mo, V64 addr, V128 *ret_lo, V128 *ret_hi)
{
    *ret_lo = (V128){ir_append(c.b, jit_access(c, IR_LOADV2, mo | MO_128, addr))};
    *ret_hi = (V128){ir_append(c.b, (IrNode){.op = IR_HIGHV, .a = ret_lo->r})};
}

SEM_INLINE void jit_storev2(SemCtx c, unsigned mo, V64 addr, V128 lo, V128 hi)
{
    IrNode n = jit_access(c, IR_STOREV2, mo | MO_128, addr);

    n.b = lo.r;
    n.c = hi.r;
    ir_append(c.b, n);
}

/* `n` times 16 bytes. */
SEM_INLINE void jit_load_many(SemCtx c, unsigned mo, V64 addr, unsigned n, V128 *ret)
{
    unsigned k = 0;

    for (; k + 1 < n; k += 2) {
        jit_loadv2(c, mo, jit_ahead(c, addr, 16 * k), &ret[k], &ret[k + 1]);
    }
    if (k < n) {
        ret[k] = jit_loadv(c, mo | MO_128, jit_ahead(c, addr, 16 * k));
    }
}

SEM_INLINE void jit_store_many(SemCtx c, unsigned mo, V64 addr, unsigned n, const V128 *v)
{
    unsigned k = 0;

    for (; k + 1 < n; k += 2) {
        jit_storev2(c, mo, jit_ahead(c, addr, 16 * k), v[k], v[k + 1]);
    }
    if (k < n) {
        jit_storev(c, mo | MO_128, jit_ahead(c, addr, 16 * k), v[k]);
    }
}

SEM_INLINE bool vec_ld_pair(SemCtx c, V64 addr, unsigned n, unsigned m)
{
    V128 v[2];

    jit_load_many(c, 0, addr, 2, v);
    vec_set(c, n, v[0]);
    vec_set(c, m, v[1]);
    return true;
}

SEM_INLINE bool vec_st_pair(SemCtx c, V64 addr, unsigned n, unsigned m)
{
    jit_storev2(c, 0, addr, vec_get(c, n), vec_get(c, m));
    return true;
}

SEM_INLINE bool vec_ld_block(SemCtx c, unsigned regs, unsigned bytes, V64 addr)
{
    V128 v[4] = {{0}};

    if (bytes == 16) {
        jit_load_many(c, 0, addr, regs, v);
    }
    for (unsigned k = 0; bytes == 8 && k < regs; k++) {
        v[k] = jit_loadv(c, MO_64, jit_ahead(c, addr, k * bytes));
    }
    for (unsigned k = 0; k < regs; k++) {
        vec_set(c, (c.i->rd + k) & 31, v[k]);
    }
    return true;
}

/* Registers from rd on. False: one by one. */
SEM_INLINE bool vec_st_block(SemCtx c, unsigned regs, unsigned bytes, V64 addr)
{
    V128 v[4];

    for (unsigned k = 0; k < regs; k++) {
        v[k] = vec_get(c, (c.i->rd + k) & 31);
    }
    if (bytes == 16) {
        jit_store_many(c, 0, addr, regs, v);
    }
    return bytes == 16;
}

bool jit_ld_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr);
bool jit_st_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr);

SEM_INLINE bool vec_ld_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr)
{
    return jit_ld_interleaved(c, s, regs, addr);
}

SEM_INLINE bool vec_st_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr)
{
    return jit_st_interleaved(c, s, regs, addr);
}

#endif
