/* SPDX-License-Identifier: MIT */
/* Meanings of scalar floating point (Arm ARM C4.1.97). The record's a is the format. */
#include "accel/tcg/a64/sem-vec.h"

SEM_INLINE SemRet f_done(SemCtx c, VS v)
{
    f_set(c, c.i->rd, v);
    return sem_next(c);
}

/* ---- two sources */

typedef VS Verb2(SemCtx c, unsigned format, VS a, VS b);

SEM_INLINE SemRet two(SemCtx c, unsigned format, Verb2 *op)
{
    return f_done(c, op(c, format, f_get(c, format, c.i->rn), f_get(c, format, c.i->rm)));
}

SEM_INLINE SemRet two_call(SemCtx c, FpOp2 *op)
{
    unsigned f = c.i->a;

    return f_done(c, f_call2(c, f, op, f_get(c, f, c.i->rn), f_get(c, f, c.i->rm)));
}

#define TWO(row, op)                 \
    SEM(row, unsigned sz)            \
    {                                \
        return two(c, 2 + sz, op);   \
    }                                \
    SEM(row##_h)                     \
    {                                \
        return two(c, SOFTFP_H, op); \
    }
#define TWO_CALL(row, op)       \
    SEM(row)                    \
    {                           \
        return two_call(c, op); \
    }                           \
    SEM(row##_h)                \
    {                           \
        return two_call(c, op); \
    }

SEM_INLINE SemRet min_max(SemCtx c, FpOp2 *op, bool max)
{
    unsigned f = c.i->a;

    return f_done(c, f_minmax(c, f, max, op, f_get(c, f, c.i->rn), f_get(c, f, c.i->rm)));
}

#define MINMAX(row, op, max)        \
    SEM(row)                        \
    {                               \
        return min_max(c, op, max); \
    }                               \
    SEM(row##_h)                    \
    {                               \
        return min_max(c, op, max); \
    }

TWO(FADD, f_add)
TWO(FSUB, f_sub)
TWO(FMUL, f_mul)
TWO(FDIV, f_div)
MINMAX(FMAX, softfp_max, true)
MINMAX(FMIN, softfp_min, false)
MINMAX(FMAXNM, softfp_maxnum, true)
MINMAX(FMINNM, softfp_minnum, false)
TWO_CALL(FNMUL, fpop_nmul)

/* ---- three sources: signs are changed in the operands, NaNs included */

SEM_INLINE SemRet three(SemCtx c, unsigned format, bool neg_acc, bool neg_product)
{
    VS acc = f_get(c, format, c.i->ra), a = f_get(c, format, c.i->rn);

    if (neg_acc) {
        acc = f_neg(c, format, acc);
    }
    if (neg_product) {
        a = f_neg(c, format, a);
    }
    return f_done(c, f_muladd(c, format, acc, a, f_get(c, format, c.i->rm)));
}

#define THREE(row, neg_acc, neg_product)                 \
    SEM(row, unsigned sz)                                \
    {                                                    \
        return three(c, 2 + sz, neg_acc, neg_product);   \
    }                                                    \
    SEM(row##_h)                                         \
    {                                                    \
        return three(c, SOFTFP_H, neg_acc, neg_product); \
    }

THREE(FMADD, false, false)
THREE(FMSUB, false, true)
THREE(FNMADD, true, true)
THREE(FNMSUB, true, false)

/* ---- one source */

typedef VS Verb1(SemCtx c, unsigned format, VS a);

SEM_INLINE VS f_move(SemCtx c, unsigned format, VS a)
{
    return a;
}

SEM_INLINE SemRet one(SemCtx c, unsigned format, Verb1 *op)
{
    return f_done(c, op(c, format, f_get(c, format, c.i->rn)));
}

SEM_INLINE SemRet one_call(SemCtx c, FpOp1 *op)
{
    return f_done(c, f_call1(c, c.i->a, op, f_get(c, c.i->a, c.i->rn)));
}

#define ONE(row, op)                 \
    SEM(row, unsigned sz)            \
    {                                \
        return one(c, 2 + sz, op);   \
    }                                \
    SEM(row##_h)                     \
    {                                \
        return one(c, SOFTFP_H, op); \
    }
#define ONE_CALL(row, op)       \
    SEM(row)                    \
    {                           \
        return one_call(c, op); \
    }
#define ONE_CALL2(row, op) ONE_CALL(row, op) ONE_CALL(row##_h, op)

#define ROUND_ONE(row, op, host)                                             \
    SEM(row)                                                                 \
    {                                                                        \
        return f_done(c, f_round(c, i->a, host, op, f_get(c, i->a, i->rn))); \
    }
#define ROUND(row, op, host) ROUND_ONE(row, op, host) ROUND_ONE(row##_h, op, host)

ONE(FMOV, f_move)
ONE(FABS, f_abs)
ONE(FNEG, f_neg)
ROUND(FRINTN, fpop_rintn, rint)
ROUND(FRINTP, fpop_rintp, ceil)
ROUND(FRINTM, fpop_rintm, floor)
ROUND(FRINTZ, fpop_rintz, trunc)
ROUND(FRINTA, fpop_rinta, round)
ONE_CALL2(FRINTX, fpop_rintx)
ONE_CALL2(FRINTI, fpop_rinti)
ONE_CALL(FRINT32Z, fpop_rint32z)
ONE_CALL(FRINT32X, fpop_rint32x)
ONE_CALL(FRINT64Z, fpop_rint64z)
ONE_CALL(FRINT64X, fpop_rint64x)

SEM(FSQRT)
{
    return one(c, i->a, f_sqrt);
}

SEM(FSQRT_h)
{
    return one(c, SOFTFP_H, f_sqrt);
}

/* FCVT_<to><from>. */
SEM_INLINE SemRet convert(SemCtx c, unsigned to, unsigned from)
{
    return f_done(c, f_convert(c, to, from, f_get(c, from, c.i->rn)));
}

#define CONVERT(row, to, from)       \
    SEM(row)                         \
    {                                \
        return convert(c, to, from); \
    }

CONVERT(FCVT_ds, SOFTFP_D, SOFTFP_S)
CONVERT(FCVT_hs, SOFTFP_H, SOFTFP_S)
CONVERT(FCVT_sd, SOFTFP_S, SOFTFP_D)
CONVERT(FCVT_hd, SOFTFP_H, SOFTFP_D)
CONVERT(FCVT_sh, SOFTFP_S, SOFTFP_H)
CONVERT(FCVT_dh, SOFTFP_D, SOFTFP_H)

/* ---- compare */

SEM_INLINE SemRet compare(SemCtx c, unsigned format, bool signalling, bool with_zero)
{
    VS a = f_get(c, format, c.i->rn);
    VS b = with_zero ? f_const(c, format, 0) : f_get(c, format, c.i->rm);

    flags_set(c, f_compare(c, format, a, b, signalling));
    return sem_next(c);
}

#define COMPARE(row, signalling, with_zero)                 \
    SEM(row, unsigned sz)                                   \
    {                                                       \
        return compare(c, 2 + sz, signalling, with_zero);   \
    }                                                       \
    SEM(row##_h)                                            \
    {                                                       \
        return compare(c, SOFTFP_H, signalling, with_zero); \
    }

COMPARE(FCMP, false, false)
COMPARE(FCMPE, true, false)
COMPARE(FCMP_z, false, true)
COMPARE(FCMPE_z, true, true)

/* imm is the condition; b the flags when it does not hold. The comparison and its exceptions
 * happen only when it does. */
SEM_INLINE SemRet cond_compare(SemCtx c, bool signalling)
{
    VS a = f_get(c, c.i->a, c.i->rn), b = f_get(c, c.i->a, c.i->rm);
    VB cond = f_cond(c, (unsigned)c.i->imm, flags_get(c));

    flags_set(c, f_compare_if(c, cond, c.i->a, a, b, signalling, flags_const(c, c.i->b)));
    return sem_next(c);
}

SEM(FCCMP)
{
    return cond_compare(c, false);
}

SEM(FCCMP_h)
{
    return cond_compare(c, false);
}

SEM(FCCMPE)
{
    return cond_compare(c, true);
}

SEM(FCCMPE_h)
{
    return cond_compare(c, true);
}

SEM_INLINE SemRet cond_select(SemCtx c)
{
    VS a = f_get(c, c.i->a, c.i->rn), b = f_get(c, c.i->a, c.i->rm);

    return f_done(c, f_select(c, f_cond(c, (unsigned)c.i->imm, flags_get(c)), a, b));
}

SEM(FCSEL)
{
    return cond_select(c);
}

SEM(FCSEL_h)
{
    return cond_select(c);
}

SEM(FMOV_i)
{
    return f_done(c, f_const(c, i->a, (uint64_t)i->imm));
}

SEM(FMOV_ih)
{
    return f_done(c, f_const(c, i->a, (uint64_t)i->imm));
}

/* ---- general registers: b = sf, imm = bits after the point */

SEM_INLINE SemRet to_general(SemCtx c, bool is_signed, int rounding)
{
    VS v = f_get(c, c.i->a, c.i->rn);

    x_set(c, c.i->rd, f_to_int(c, c.i->a, c.i->b, is_signed, (int)c.i->imm, rounding, v));
    return sem_next(c);
}

SEM_INLINE SemRet from_general(SemCtx c, bool is_signed)
{
    V64 v = x_getw(c, c.i->b, c.i->rn);

    return f_done(c, f_from_int(c, c.i->a, c.i->b, is_signed, (int)c.i->imm, v));
}

#define TO_GENERAL(row, is_signed, rounding)       \
    SEM(row)                                       \
    {                                              \
        return to_general(c, is_signed, rounding); \
    }                                              \
    SEM(row##h)                                    \
    {                                              \
        return to_general(c, is_signed, rounding); \
    }
#define FROM_GENERAL(row, is_signed)       \
    SEM(row)                               \
    {                                      \
        return from_general(c, is_signed); \
    }                                      \
    SEM(row##h)                            \
    {                                      \
        return from_general(c, is_signed); \
    }

TO_GENERAL(FCVTNS_g, true, SOFTFP_NEAREST_EVEN)
TO_GENERAL(FCVTNU_g, false, SOFTFP_NEAREST_EVEN)
TO_GENERAL(FCVTPS_g, true, SOFTFP_UP)
TO_GENERAL(FCVTPU_g, false, SOFTFP_UP)
TO_GENERAL(FCVTMS_g, true, SOFTFP_DOWN)
TO_GENERAL(FCVTMU_g, false, SOFTFP_DOWN)
TO_GENERAL(FCVTZS_g, true, SOFTFP_ZERO)
TO_GENERAL(FCVTZU_g, false, SOFTFP_ZERO)
TO_GENERAL(FCVTAS_g, true, SOFTFP_TIES_AWAY)
TO_GENERAL(FCVTAU_g, false, SOFTFP_TIES_AWAY)
TO_GENERAL(FCVTZS_gf, true, SOFTFP_ZERO)
TO_GENERAL(FCVTZU_gf, false, SOFTFP_ZERO)
FROM_GENERAL(SCVTF_g, true)
FROM_GENERAL(UCVTF_g, false)
FROM_GENERAL(SCVTF_gf, true)
FROM_GENERAL(UCVTF_gf, false)

SEM(FJCVTZS)
{
    V64 r = f_to_int_js(c, f_get(c, SOFTFP_D, i->rn));

    x_set(c, i->rd, v_zext(c, 32, r));
    flags_set(c, flags_select(c, v_bit(c, r, 32), flags_const(c, 4), flags_const(c, 0)));
    return sem_next(c);
}

/* ---- moves between general and floating-point registers */

SEM(FMOV_tog, unsigned sf)
{
    x_set(c, i->rd, f_bits(c, f_get(c, sf ? SOFTFP_D : SOFTFP_S, i->rn)));
    return sem_next(c);
}

SEM(FMOV_fromg, unsigned sf)
{
    return f_done(c, f_of_bits(c, sf ? SOFTFP_D : SOFTFP_S, x_getw(c, sf, i->rn)));
}

SEM(FMOV_togh)
{
    x_set(c, i->rd, f_bits(c, f_get(c, SOFTFP_H, i->rn)));
    return sem_next(c);
}

SEM(FMOV_fromgh)
{
    return f_done(c, f_of_bits(c, SOFTFP_H, v_zext(c, 16, x_get(c, i->rn))));
}

SEM(FMOV_tog_d1)
{
    x_set(c, i->rd, vec_lane(c, 3, 1, vec_get(c, i->rn)));
    return sem_next(c);
}

SEM(FMOV_fromg_d1)
{
    return vec_done(c, 16, vec_insert(c, 3, 1, vec_get(c, i->rd), x_get(c, i->rn)));
}

#include "gen/a64-wrap-fp.h"
