/* SPDX-License-Identifier: MIT */
/* The vocabulary of SIMD&FP meanings, on top of sem.h.
 *
 * A vector verb takes the shape of its operands: the element size, and how many bytes of the
 * register count. A scalar of AdvSIMD is a vector of one element, so a family needs one meaning
 * for both. Verbs may leave anything above the bytes that count: vec_put() makes it zero. Verbs
 * that set QC look at the whole register: their operands come from vec_take(). Verbs of floating
 * point look at the elements that count, and set FPSR. */
#ifndef ACCEL_TCG_A64_SEM_VEC_H
#define ACCEL_TCG_A64_SEM_VEC_H

#include "accel/tcg/a64/sem.h"

#ifdef A64_JIT
#include "accel/tcg/a64/sem-jit-fp.h"
#else
#include "accel/tcg/a64/sem-interp-fp.h"
#endif

/* The shape that the record holds. */
static inline VecShape shape_of(const A64Insn *i)
{
    return (VecShape){i->a, i->b};
}

/* The same bytes seen as elements of twice the size. */
static inline VecShape shape_wide(VecShape s)
{
    return (VecShape){(uint8_t)(s.esize + 1), s.bytes};
}

/* Writes a result: what is above its bytes becomes zero. */
SEM_INLINE void vec_put(SemCtx c, unsigned n, unsigned bytes, V128 v)
{
    vec_set(c, n, vec_low(c, bytes, v));
}

SEM_INLINE V128 vec_take(SemCtx c, VecShape s, unsigned n)
{
    return vec_low(c, s.bytes, vec_get(c, n));
}

static inline SemRet vec_done(SemCtx c, unsigned bytes, V128 v)
{
    vec_put(c, c.i->rd, bytes, v);
    return sem_next(c);
}

#endif
