/* SPDX-License-Identifier: MIT */
/* Meanings of AdvSIMD on registers of different types: long, wide, narrow (Arm ARM C4.1.96), and
 * the same with one element as the second operand.
 *
 * The record's a is the size of the narrow elements. Verbs work on the wide ones. */
#include "accel/tcg/a64/sem-vec.h"

typedef V128 Verb1(SemCtx c, VecShape s, V128 a);
typedef V128 Verb2(SemCtx c, VecShape s, V128 a, V128 b);

/* The shape of wide elements that fill a register, or are the only one. */
static inline VecShape wide_of(const A64Insn *i)
{
    return shape_wide(shape_of(i));
}

SEM_INLINE V128 take_half(SemCtx c, unsigned n, unsigned high)
{
    return vec_half(c, high, vec_get(c, n));
}

SEM_INLINE SemRet diff_long(SemCtx c, Verb1 *widen, Verb2 *op)
{
    VecShape s = shape_of(c.i), w = wide_of(c.i);
    unsigned high = (unsigned)c.i->imm;
    V128 a = widen(c, s, take_half(c, c.i->rn, high));
    V128 b = widen(c, s, take_half(c, c.i->rm, high));

    return vec_done(c, 16, op(c, w, a, b));
}

SEM_INLINE SemRet diff_wide(SemCtx c, Verb1 *widen, Verb2 *op)
{
    VecShape s = shape_of(c.i), w = wide_of(c.i);
    V128 b = widen(c, s, take_half(c, c.i->rm, (unsigned)c.i->imm));

    return vec_done(c, 16, op(c, w, vec_get(c, c.i->rn), b));
}

SEM_INLINE SemRet diff_acc(SemCtx c, Verb1 *widen, Verb2 *acc, Verb2 *op)
{
    VecShape s = shape_of(c.i), w = wide_of(c.i);
    unsigned high = (unsigned)c.i->imm;
    V128 a = widen(c, s, take_half(c, c.i->rn, high));
    V128 b = widen(c, s, take_half(c, c.i->rm, high));

    return vec_done(c, 16, acc(c, w, vec_get(c, c.i->rd), op(c, w, a, b)));
}

/* The upper halves of sums; the imm'th half of rd is written. */
SEM_INLINE SemRet diff_narrow(SemCtx c, Verb2 *op, bool round)
{
    VecShape s = shape_of(c.i), w = wide_of(c.i);
    unsigned bits = 8u << s.esize;
    V128 v = op(c, w, vec_get(c, c.i->rn), vec_get(c, c.i->rm));

    if (round) {
        v = vec_add(c, w, v, vec_dup(c, w.esize, v_const(c, BIT64(bits - 1))));
    }
    v = vec_narrow(c, s, vec_shru(c, w, v, bits));
    return vec_done(c, s.bytes, vec_join(c, (unsigned)c.i->imm, vec_get(c, c.i->rd), v));
}

#define DIFF(kind, row, ...)                \
    SEM(row)                                \
    {                                       \
        return diff_##kind(c, __VA_ARGS__); \
    }

DIFF(long, SADDL_v, vec_widens, vec_add)
DIFF(long, UADDL_v, vec_widenu, vec_add)
DIFF(long, SSUBL_v, vec_widens, vec_sub)
DIFF(long, USUBL_v, vec_widenu, vec_sub)
DIFF(long, SABDL_v, vec_widens, vec_abds)
DIFF(long, UABDL_v, vec_widenu, vec_abdu)
DIFF(long, SMULL_v, vec_widens, vec_mul)
DIFF(long, UMULL_v, vec_widenu, vec_mul)
DIFF(wide, SADDW_v, vec_widens, vec_add)
DIFF(wide, UADDW_v, vec_widenu, vec_add)
DIFF(wide, SSUBW_v, vec_widens, vec_sub)
DIFF(wide, USUBW_v, vec_widenu, vec_sub)
DIFF(acc, SABAL_v, vec_widens, vec_add, vec_abds)
DIFF(acc, UABAL_v, vec_widenu, vec_add, vec_abdu)
DIFF(acc, SMLAL_v, vec_widens, vec_add, vec_mul)
DIFF(acc, UMLAL_v, vec_widenu, vec_add, vec_mul)
DIFF(acc, SMLSL_v, vec_widens, vec_sub, vec_mul)
DIFF(acc, UMLSL_v, vec_widenu, vec_sub, vec_mul)
DIFF(narrow, ADDHN_v, vec_add, false)
DIFF(narrow, RADDHN_v, vec_add, true)
DIFF(narrow, SUBHN_v, vec_sub, false)
DIFF(narrow, RSUBHN_v, vec_sub, true)

/* ---- saturating doubling products: the product doubled, then added to or taken from rd; both
 * steps saturate. Only the bytes that count may reach QC. */

SEM_INLINE V128 double_product(SemCtx c, V128 a, V128 b)
{
    VecShape s = shape_of(c.i), w = wide_of(c.i);
    V128 p = vec_mul(c, w, vec_widens(c, s, a), vec_widens(c, s, b));

    p = vec_low(c, s.bytes, p);
    return vec_sqadd(c, w, p, p);
}

typedef enum Accumulate { PLAIN, ADD, SUB } Accumulate;

SEM_INLINE SemRet sqdmul(SemCtx c, Accumulate acc, V128 a, V128 b)
{
    VecShape s = shape_of(c.i), w = wide_of(c.i);
    V128 p = double_product(c, a, b);

    if (acc == ADD) {
        p = vec_sqadd(c, w, vec_take(c, s, c.i->rd), p);
    } else if (acc == SUB) {
        p = vec_sqsub(c, w, vec_take(c, s, c.i->rd), p);
    }
    return vec_done(c, s.bytes, p);
}

SEM_INLINE SemRet diff_sqdmul(SemCtx c, Accumulate acc)
{
    unsigned high = (unsigned)c.i->imm;

    return sqdmul(c, acc, take_half(c, c.i->rn, high), take_half(c, c.i->rm, high));
}

DIFF(sqdmul, SQDMULL_v, PLAIN)
DIFF(sqdmul, SQDMLAL_v, ADD)
DIFF(sqdmul, SQDMLSL_v, SUB)
DIFF(sqdmul, SQDMULL_s, PLAIN)
DIFF(sqdmul, SQDMLAL_s, ADD)
DIFF(sqdmul, SQDMLSL_s, SUB)

SEM_INLINE SemRet diff_pmull(SemCtx c)
{
    unsigned high = (unsigned)c.i->imm;

    return vec_done(c, 16,
                    vec_lanes2(c, shape_of(c.i), lanes_pmull, take_half(c, c.i->rn, high),
                               take_half(c, c.i->rm, high)));
}

SEM(PMULL_v)
{
    return diff_pmull(c);
}

SEM(PMULL_1q)
{
    return diff_pmull(c);
}

#include "gen/a64-wrap-simd-diff.h"

/* ---- by element: the imm'th element of rm in every place; ra selects the half of rn */

SEM_INLINE V128 element(SemCtx c, unsigned esize)
{
    return vec_dup(c, esize, vec_lane(c, esize, (unsigned)c.i->imm, vec_get(c, c.i->rm)));
}

SEM_INLINE SemRet elem_lanes(SemCtx c, VecLanes2 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_lanes2(c, s, op, vec_get(c, c.i->rn), element(c, s.esize)));
}

SEM_INLINE SemRet elem_lanes3(SemCtx c, VecLanes3 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(
        c, s.bytes,
        vec_lanes3(c, s, op, vec_get(c, c.i->rd), vec_get(c, c.i->rn), element(c, s.esize)));
}

SEM_INLINE SemRet elem_mla(SemCtx c, Verb2 *acc)
{
    VecShape s = shape_of(c.i);
    V128 p = vec_mul(c, s, vec_get(c, c.i->rn), element(c, s.esize));

    return vec_done(c, s.bytes, acc(c, s, vec_get(c, c.i->rd), p));
}

SEM_INLINE SemRet elem_long(SemCtx c, Verb1 *widen, Verb2 *acc)
{
    VecShape s = shape_of(c.i), w = wide_of(c.i);
    V128 a = widen(c, s, take_half(c, c.i->rn, c.i->ra));
    V128 p = vec_mul(c, w, a, widen(c, s, element(c, s.esize)));

    return vec_done(c, 16, acc ? acc(c, w, vec_get(c, c.i->rd), p) : p);
}

SEM_INLINE SemRet elem_sqdmul(SemCtx c, Accumulate acc)
{
    return sqdmul(c, acc, take_half(c, c.i->rn, c.i->ra), element(c, c.i->a));
}

#define ELEM(kind, row, ...)                \
    SEM(row)                                \
    {                                       \
        return elem_##kind(c, __VA_ARGS__); \
    }

SEM(MUL_ve)
{
    VecShape s = shape_of(i);

    return vec_done(c, s.bytes, vec_mul(c, s, vec_get(c, i->rn), element(c, s.esize)));
}

ELEM(mla, MLA_ve, vec_add)
ELEM(mla, MLS_ve, vec_sub)
ELEM(long, SMULL_ve, vec_widens, NULL)
ELEM(long, UMULL_ve, vec_widenu, NULL)
ELEM(long, SMLAL_ve, vec_widens, vec_add)
ELEM(long, UMLAL_ve, vec_widenu, vec_add)
ELEM(long, SMLSL_ve, vec_widens, vec_sub)
ELEM(long, UMLSL_ve, vec_widenu, vec_sub)
ELEM(sqdmul, SQDMULL_ve, PLAIN)
ELEM(sqdmul, SQDMLAL_ve, ADD)
ELEM(sqdmul, SQDMLSL_ve, SUB)
ELEM(sqdmul, SQDMULL_se, PLAIN)
ELEM(sqdmul, SQDMLAL_se, ADD)
ELEM(sqdmul, SQDMLSL_se, SUB)
ELEM(lanes, SQDMULH_ve, lanes_sqdmulh)
ELEM(lanes, SQRDMULH_ve, lanes_sqrdmulh)
ELEM(lanes, SQDMULH_se, lanes_sqdmulh)
ELEM(lanes, SQRDMULH_se, lanes_sqrdmulh)
ELEM(lanes3, SQRDMLAH_ve, lanes_sqrdmlah)
ELEM(lanes3, SQRDMLSH_ve, lanes_sqrdmlsh)
ELEM(lanes3, SQRDMLAH_se, lanes_sqrdmlah)
ELEM(lanes3, SQRDMLSH_se, lanes_sqrdmlsh)
ELEM(lanes3, SDOT_ve, lanes_sdot)
ELEM(lanes3, UDOT_ve, lanes_udot)
ELEM(lanes3, USDOT_ve, lanes_usdot)

/* Signed by unsigned: the element is the unsigned one. */
SEM(SUDOT_ve)
{
    VecShape s = shape_of(i);

    return vec_done(
        c, s.bytes,
        vec_lanes3(c, s, lanes_usdot, vec_get(c, i->rd), element(c, s.esize), vec_get(c, i->rn)));
}

#include "gen/a64-wrap-simd-elem.h"
