/* SPDX-License-Identifier: MIT */
/* Meanings of AdvSIMD shifts by an immediate (Arm ARM C4.1.96). The record's imm is the distance.
 */
#include "accel/tcg/a64/sem-vec.h"

typedef V128 Verb1(SemCtx c, VecShape s, V128 a);
typedef V128 VerbShift(SemCtx c, VecShape s, V128 a, unsigned n);

SEM_INLINE SemRet shift_plain(SemCtx c, VerbShift *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, op(c, s, vec_get(c, c.i->rn), (unsigned)c.i->imm));
}

SEM_INLINE SemRet shift_acc(SemCtx c, VerbShift *op)
{
    VecShape s = shape_of(c.i);
    V128 v = op(c, s, vec_get(c, c.i->rn), (unsigned)c.i->imm);

    return vec_done(c, s.bytes, vec_add(c, s, vec_get(c, c.i->rd), v));
}

/* Shift and insert: the places that the shift empties keep rd's bits. */
SEM_INLINE SemRet shift_insert(SemCtx c, VerbShift *op)
{
    VecShape s = shape_of(c.i);
    unsigned n = (unsigned)c.i->imm;
    V128 v = op(c, s, vec_get(c, c.i->rn), n);
    V128 mask = op(c, s, vec_const(c, ~0ull, ~0ull), n);

    return vec_done(c, s.bytes, vec_or(c, s, v, vec_bic(c, s, vec_get(c, c.i->rd), mask)));
}

SEM_INLINE SemRet shift_sat(SemCtx c, VecLanes2 *op)
{
    VecShape s = shape_of(c.i);
    V128 n = vec_dup(c, s.esize, v_const(c, (uint64_t)c.i->imm));

    return vec_done(c, s.bytes, vec_lanes2(c, s, op, vec_get(c, c.i->rn), n));
}

/* Shifts wide elements right and narrows them; rm selects the half of rd that is written. */
SEM_INLINE V128 shifted_wide(SemCtx c, VerbShift *op)
{
    VecShape s = shape_of(c.i);
    V128 a = vec_get(c, c.i->rn);

    if (s.bytes < 8) {
        a = vec_low(c, s.bytes * 2u, a);
    }
    return op(c, shape_wide(s), a, (unsigned)c.i->imm);
}

SEM_INLINE SemRet narrow_done(SemCtx c, V128 v)
{
    return vec_done(c, c.i->b, vec_join(c, c.i->rm, vec_get(c, c.i->rd), v));
}

SEM_INLINE SemRet shift_narrow(SemCtx c, VerbShift *op)
{
    return narrow_done(c, vec_narrow(c, shape_of(c.i), shifted_wide(c, op)));
}

SEM_INLINE SemRet shift_narrow_sat(SemCtx c, VerbShift *op, VecLanes1 *narrow)
{
    VecShape s = shape_of(c.i);
    V128 v = shifted_wide(c, op);

    if (s.bytes == 4) {
        v = vec_low(c, 8, v); /* the one wide element */
    }
    return narrow_done(c, vec_lanes1(c, s, narrow, v));
}

SEM_INLINE SemRet shift_long(SemCtx c, Verb1 *widen)
{
    VecShape s = shape_of(c.i);
    V128 v = widen(c, s, vec_half(c, c.i->rm, vec_get(c, c.i->rn)));

    return vec_done(c, 16, vec_shl(c, shape_wide(s), v, (unsigned)c.i->imm));
}

#define SHIFT(kind, row, ...)                \
    SEM(row)                                 \
    {                                        \
        return shift_##kind(c, __VA_ARGS__); \
    }

SHIFT(plain, SSHR_v, vec_shrs)
SHIFT(plain, USHR_v, vec_shru)
SHIFT(plain, SRSHR_v, vec_rshrs)
SHIFT(plain, URSHR_v, vec_rshru)
SHIFT(plain, SHL_v, vec_shl)
SHIFT(acc, SSRA_v, vec_shrs)
SHIFT(acc, USRA_v, vec_shru)
SHIFT(acc, SRSRA_v, vec_rshrs)
SHIFT(acc, URSRA_v, vec_rshru)
SHIFT(insert, SRI_v, vec_shru)
SHIFT(insert, SLI_v, vec_shl)
SHIFT(sat, SQSHLU_v, lanes_sqshlu)
SHIFT(sat, SQSHL_i_v, lanes_sqshl)
SHIFT(sat, UQSHL_i_v, lanes_uqshl)
SHIFT(narrow, SHRN_v, vec_shru)
SHIFT(narrow, RSHRN_v, vec_rshru)
SHIFT(narrow_sat, SQSHRN_v, vec_shrs, lanes_sqxtn)
SHIFT(narrow_sat, SQRSHRN_v, vec_rshrs, lanes_sqxtn)
SHIFT(narrow_sat, UQSHRN_v, vec_shru, lanes_uqxtn)
SHIFT(narrow_sat, UQRSHRN_v, vec_rshru, lanes_uqxtn)
SHIFT(narrow_sat, SQSHRUN_v, vec_shrs, lanes_sqxtun)
SHIFT(narrow_sat, SQRSHRUN_v, vec_rshrs, lanes_sqxtun)
SHIFT(long, SSHLL_v, vec_widens)
SHIFT(long, USHLL_v, vec_widenu)

SHIFT(plain, SSHR_s, vec_shrs)
SHIFT(plain, USHR_s, vec_shru)
SHIFT(plain, SRSHR_s, vec_rshrs)
SHIFT(plain, URSHR_s, vec_rshru)
SHIFT(plain, SHL_s, vec_shl)
SHIFT(acc, SSRA_s, vec_shrs)
SHIFT(acc, USRA_s, vec_shru)
SHIFT(acc, SRSRA_s, vec_rshrs)
SHIFT(acc, URSRA_s, vec_rshru)
SHIFT(insert, SRI_s, vec_shru)
SHIFT(insert, SLI_s, vec_shl)
SHIFT(sat, SQSHLU_s, lanes_sqshlu)
SHIFT(sat, SQSHL_i_s, lanes_sqshl)
SHIFT(sat, UQSHL_i_s, lanes_uqshl)
SHIFT(narrow_sat, SQSHRN_s, vec_shrs, lanes_sqxtn)
SHIFT(narrow_sat, SQRSHRN_s, vec_rshrs, lanes_sqxtn)
SHIFT(narrow_sat, UQSHRN_s, vec_shru, lanes_uqxtn)
SHIFT(narrow_sat, UQRSHRN_s, vec_rshru, lanes_uqxtn)
SHIFT(narrow_sat, SQSHRUN_s, vec_shrs, lanes_sqxtun)
SHIFT(narrow_sat, SQRSHRUN_s, vec_rshrs, lanes_sqxtun)

#include "gen/a64-wrap-simd-shift.h"
