/* SPDX-License-Identifier: MIT */
/* Meanings of floating-point AdvSIMD, vector and scalar (Arm ARM C4.1.96). */
#include "accel/tcg/a64/sem-vec.h"

/* Rows of single and double, and of half precision (h). */
#define BOTH(row, call) \
    SEM(row)            \
    {                   \
        return call;    \
    }                   \
    SEM(row##h)         \
    {                   \
        return call;    \
    }

/* ---- three registers */

typedef V128 Verb2(SemCtx c, VecShape s, V128 a, V128 b);

SEM_INLINE SemRet same_verb(SemCtx c, Verb2 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, op(c, s, vec_get(c, c.i->rn), vec_get(c, c.i->rm)));
}

SEM_INLINE SemRet same_call(SemCtx c, FpOp2 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_fcall2(c, s, op, vec_get(c, c.i->rn), vec_get(c, c.i->rm)));
}

SEM_INLINE SemRet same_mla(SemCtx c, bool subtract, V128 b)
{
    VecShape s = shape_of(c.i);
    V128 acc = vec_get(c, c.i->rd);

    return vec_done(c, s.bytes, vec_fmuladd(c, s, subtract, acc, vec_get(c, c.i->rn), b));
}

SEM_INLINE SemRet pairs(SemCtx c, FpOp2 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_fpairs(c, s, op, vec_get(c, c.i->rn), vec_get(c, c.i->rm)));
}

BOTH(FADD_v, same_verb(c, vec_fadd))
BOTH(FSUB_v, same_verb(c, vec_fsub))
BOTH(FMUL_v, same_verb(c, vec_fmul))
BOTH(FDIV_v, same_verb(c, vec_fdiv))
BOTH(FMLA_v, same_mla(c, false, vec_get(c, i->rm)))
BOTH(FMLS_v, same_mla(c, true, vec_get(c, i->rm)))
BOTH(FMULX_v, same_call(c, softfp_mulx))
BOTH(FMAX_v, same_call(c, softfp_max))
BOTH(FMIN_v, same_call(c, softfp_min))
BOTH(FMAXNM_v, same_call(c, softfp_maxnum))
BOTH(FMINNM_v, same_call(c, softfp_minnum))
BOTH(FRECPS_v, same_call(c, softfp_recps))
BOTH(FRSQRTS_v, same_call(c, softfp_rsqrts))
BOTH(FABD_v, same_call(c, fpop_abd))
BOTH(FCMEQ_v, same_call(c, fpop_eq))
BOTH(FCMGE_v, same_call(c, fpop_ge))
BOTH(FCMGT_v, same_call(c, fpop_gt))
BOTH(FACGE_v, same_call(c, fpop_age))
BOTH(FACGT_v, same_call(c, fpop_agt))
BOTH(FADDP_v, pairs(c, softfp_add))
BOTH(FMAXP_v, pairs(c, softfp_max))
BOTH(FMINP_v, pairs(c, softfp_min))
BOTH(FMAXNMP_v, pairs(c, softfp_maxnum))
BOTH(FMINNMP_v, pairs(c, softfp_minnum))

BOTH(FMULX_s, same_call(c, softfp_mulx))
BOTH(FRECPS_s, same_call(c, softfp_recps))
BOTH(FRSQRTS_s, same_call(c, softfp_rsqrts))
BOTH(FABD_s, same_call(c, fpop_abd))
BOTH(FCMEQ_s, same_call(c, fpop_eq))
BOTH(FCMGE_s, same_call(c, fpop_ge))
BOTH(FCMGT_s, same_call(c, fpop_gt))
BOTH(FACGE_s, same_call(c, fpop_age))
BOTH(FACGT_s, same_call(c, fpop_agt))

/* ---- complex numbers; imm is the rotation in degrees */

SEM_INLINE SemRet complex_add(SemCtx c)
{
    VecShape s = shape_of(c.i);

    return vec_done(
        c, s.bytes,
        vec_fcomplex_add(c, s, (unsigned)c.i->imm, vec_get(c, c.i->rn), vec_get(c, c.i->rm)));
}

SEM_INLINE SemRet complex_mla(SemCtx c, V128 b)
{
    VecShape s = shape_of(c.i);

    return vec_done(
        c, s.bytes,
        vec_fcomplex_mla(c, s, (unsigned)c.i->imm, vec_get(c, c.i->rd), vec_get(c, c.i->rn), b));
}

/* ra is the index of a pair: twice as wide as the element. */
SEM_INLINE V128 pair_element(SemCtx c)
{
    unsigned size = c.i->a + 1u;

    return vec_dup(c, size, vec_lane(c, size, c.i->ra, vec_get(c, c.i->rm)));
}

BOTH(FCADD_v, complex_add(c))
BOTH(FCMLA_v, complex_mla(c, vec_get(c, i->rm)))
BOTH(FCMLA_ve, complex_mla(c, pair_element(c)))

/* ---- half times half into single: the lower or the upper half of what counts */

SEM_INLINE V128 half_of(SemCtx c, bool upper, V128 v)
{
    VecShape s = shape_of(c.i);

    return upper ? vec_extract(c, s, s.bytes / 2u, v, v) : v;
}

SEM_INLINE SemRet mla_half(SemCtx c, bool subtract, bool upper, V128 b)
{
    V128 a = half_of(c, upper, vec_get(c, c.i->rn));
    V128 acc = vec_get(c, c.i->rd);

    return vec_done(c, c.i->b, vec_fmla_half(c, shape_of(c.i), subtract, acc, a, b));
}

/* imm is the index of an element of half precision. */
SEM_INLINE V128 half_element(SemCtx c)
{
    return vec_dup(c, 1, vec_lane(c, 1, (unsigned)c.i->imm, vec_get(c, c.i->rm)));
}

#define MLA_HALF(row, subtract, upper)                                             \
    SEM(row##_v)                                                                   \
    {                                                                              \
        return mla_half(c, subtract, upper, half_of(c, upper, vec_get(c, i->rm))); \
    }                                                                              \
    SEM(row##_ve)                                                                  \
    {                                                                              \
        return mla_half(c, subtract, upper, half_element(c));                      \
    }

MLA_HALF(FMLAL, false, false)
MLA_HALF(FMLSL, true, false)
MLA_HALF(FMLAL2, false, true)
MLA_HALF(FMLSL2, true, true)

/* ---- by element; imm is the index */

SEM_INLINE V128 element(SemCtx c)
{
    unsigned size = c.i->a;

    return vec_dup(c, size, vec_lane(c, size, (unsigned)c.i->imm, vec_get(c, c.i->rm)));
}

SEM_INLINE SemRet elem_mul(SemCtx c)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_fmul(c, s, vec_get(c, c.i->rn), element(c)));
}

SEM_INLINE SemRet elem_mulx(SemCtx c)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_fcall2(c, s, softfp_mulx, vec_get(c, c.i->rn), element(c)));
}

BOTH(FMUL_ve, elem_mul(c))
BOTH(FMULX_ve, elem_mulx(c))
BOTH(FMLA_ve, same_mla(c, false, element(c)))
BOTH(FMLS_ve, same_mla(c, true, element(c)))
BOTH(FMUL_se, elem_mul(c))
BOTH(FMULX_se, elem_mulx(c))
BOTH(FMLA_se, same_mla(c, false, element(c)))
BOTH(FMLS_se, same_mla(c, true, element(c)))

/* ---- two registers */

SEM_INLINE SemRet one(SemCtx c, FpOp1 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_fcall1(c, s, op, vec_get(c, c.i->rn)));
}

SEM_INLINE SemRet with_zero(SemCtx c, FpOp2 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_fcall2(c, s, op, vec_get(c, c.i->rn), vec_const(c, 0, 0)));
}

/* imm is the number of bits after the point. */
SEM_INLINE SemRet to_int(SemCtx c, bool is_signed, int rounding)
{
    VecShape s = shape_of(c.i);
    V128 a = vec_get(c, c.i->rn);

    return vec_done(c, s.bytes, vec_fto_int(c, s, is_signed, (int)c.i->imm, rounding, a));
}

SEM_INLINE SemRet from_int(SemCtx c, bool is_signed)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_ffrom_int(c, s, is_signed, (int)c.i->imm, vec_get(c, c.i->rn)));
}

BOTH(FABS_v, one(c, fpop_abs))
BOTH(FNEG_v, one(c, fpop_neg))
BOTH(FSQRT_v, one(c, softfp_sqrt))
BOTH(FRINTN_v, one(c, fpop_rintn))
BOTH(FRINTM_v, one(c, fpop_rintm))
BOTH(FRINTP_v, one(c, fpop_rintp))
BOTH(FRINTZ_v, one(c, fpop_rintz))
BOTH(FRINTA_v, one(c, fpop_rinta))
BOTH(FRINTX_v, one(c, fpop_rintx))
BOTH(FRINTI_v, one(c, fpop_rinti))
BOTH(FRECPE_v, one(c, softfp_recpe))
BOTH(FRSQRTE_v, one(c, softfp_rsqrte))
BOTH(FRECPE_s, one(c, softfp_recpe))
BOTH(FRSQRTE_s, one(c, softfp_rsqrte))
BOTH(FRECPX_s, one(c, softfp_recpx))
BOTH(FCMGT0_v, with_zero(c, fpop_gt))
BOTH(FCMGE0_v, with_zero(c, fpop_ge))
BOTH(FCMEQ0_v, with_zero(c, fpop_eq))
BOTH(FCMLE0_v, with_zero(c, fpop_le))
BOTH(FCMLT0_v, with_zero(c, fpop_lt))
BOTH(FCMGT0_s, with_zero(c, fpop_gt))
BOTH(FCMGE0_s, with_zero(c, fpop_ge))
BOTH(FCMEQ0_s, with_zero(c, fpop_eq))
BOTH(FCMLE0_s, with_zero(c, fpop_le))
BOTH(FCMLT0_s, with_zero(c, fpop_lt))

#define TO_INT(name, is_signed, rounding)          \
    BOTH(name##_v, to_int(c, is_signed, rounding)) \
    BOTH(name##_s, to_int(c, is_signed, rounding))

TO_INT(FCVTNS, true, SOFTFP_NEAREST_EVEN)
TO_INT(FCVTNU, false, SOFTFP_NEAREST_EVEN)
TO_INT(FCVTMS, true, SOFTFP_DOWN)
TO_INT(FCVTMU, false, SOFTFP_DOWN)
TO_INT(FCVTPS, true, SOFTFP_UP)
TO_INT(FCVTPU, false, SOFTFP_UP)
TO_INT(FCVTZS, true, SOFTFP_ZERO)
TO_INT(FCVTZU, false, SOFTFP_ZERO)
TO_INT(FCVTAS, true, SOFTFP_TIES_AWAY)
TO_INT(FCVTAU, false, SOFTFP_TIES_AWAY)
BOTH(FCVTZS_vf, to_int(c, true, SOFTFP_ZERO))
BOTH(FCVTZU_vf, to_int(c, false, SOFTFP_ZERO))
BOTH(FCVTZS_sf, to_int(c, true, SOFTFP_ZERO))
BOTH(FCVTZU_sf, to_int(c, false, SOFTFP_ZERO))
BOTH(SCVTF_v, from_int(c, true))
BOTH(UCVTF_v, from_int(c, false))
BOTH(SCVTF_s, from_int(c, true))
BOTH(UCVTF_s, from_int(c, false))
BOTH(SCVTF_vf, from_int(c, true))
BOTH(UCVTF_vf, from_int(c, false))
BOTH(SCVTF_sf, from_int(c, true))
BOTH(UCVTF_sf, from_int(c, false))

SEM(FRINT32Z_v)
{
    return one(c, fpop_rint32z);
}

SEM(FRINT32X_v)
{
    return one(c, fpop_rint32x);
}

SEM(FRINT64Z_v)
{
    return one(c, fpop_rint64z);
}

SEM(FRINT64X_v)
{
    return one(c, fpop_rint64x);
}

/* ---- between formats: a is the narrow one, imm the half of the register */

SEM_INLINE SemRet narrow(SemCtx c, bool round_to_odd)
{
    VecShape s = shape_of(c.i);
    V128 v = vec_fnarrow(c, s, round_to_odd, vec_get(c, c.i->rn));

    return vec_done(c, s.bytes, vec_join(c, (unsigned)c.i->imm, vec_get(c, c.i->rd), v));
}

SEM(FCVTN_v)
{
    return narrow(c, false);
}

SEM(FCVTXN_v)
{
    return narrow(c, true);
}

SEM(FCVTXN_s)
{
    return narrow(c, true);
}

SEM(FCVTL_v)
{
    V128 v = vec_half(c, (unsigned)i->imm, vec_get(c, i->rn));

    return vec_done(c, 16, vec_fwiden(c, shape_of(i), v));
}

/* ---- one register's elements: a pair, or all of them */

SEM_INLINE SemRet reduce(SemCtx c, unsigned bytes, FpOp2 *op)
{
    unsigned size = c.i->a;
    VecShape s = {(uint8_t)size, (uint8_t)bytes};

    return vec_done(c, 1u << size, vec_facross(c, s, op, vec_get(c, c.i->rn)));
}

BOTH(FADDP_s, reduce(c, 2u << i->a, softfp_add))
BOTH(FMAXP_s, reduce(c, 2u << i->a, softfp_max))
BOTH(FMINP_s, reduce(c, 2u << i->a, softfp_min))
BOTH(FMAXNMP_s, reduce(c, 2u << i->a, softfp_maxnum))
BOTH(FMINNMP_s, reduce(c, 2u << i->a, softfp_minnum))
BOTH(FMAXV_v, reduce(c, i->b, softfp_max))
BOTH(FMINV_v, reduce(c, i->b, softfp_min))
BOTH(FMAXNMV_v, reduce(c, i->b, softfp_maxnum))
BOTH(FMINNMV_v, reduce(c, i->b, softfp_minnum))

#include "gen/a64-wrap-simd-fp.h"
