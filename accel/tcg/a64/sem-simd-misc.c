/* SPDX-License-Identifier: MIT */
/* Meanings of AdvSIMD on two registers and across lanes (Arm ARM C4.1.96). */
#include "accel/tcg/a64/sem-vec.h"

typedef V128 Verb1(SemCtx c, VecShape s, V128 a);
typedef V128 Verb2(SemCtx c, VecShape s, V128 a, V128 b);

SEM_INLINE SemRet misc_verb(SemCtx c, Verb1 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, op(c, s, vec_get(c, c.i->rn)));
}

SEM_INLINE SemRet misc_lanes(SemCtx c, VecLanes1 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_lanes1(c, s, op, vec_get(c, c.i->rn)));
}

/* rd = op(rd, rn), saturating. */
SEM_INLINE SemRet misc_acc(SemCtx c, VecLanes2 *op)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_lanes2(c, s, op, vec_get(c, c.i->rd), vec_get(c, c.i->rn)));
}

/* A comparison with zero; `swap` puts the zero first. */
SEM_INLINE SemRet misc_zero(SemCtx c, Verb2 *op, bool swap)
{
    VecShape s = shape_of(c.i);
    V128 a = vec_get(c, c.i->rn), zero = vec_const(c, 0, 0);

    return vec_done(c, s.bytes, swap ? op(c, s, zero, a) : op(c, s, a, zero));
}

SEM_INLINE SemRet misc_reverse(SemCtx c, unsigned container)
{
    VecShape s = shape_of(c.i);

    return vec_done(c, s.bytes, vec_reverse(c, s, container, vec_get(c, c.i->rn)));
}

/* Sums of neighbours, twice as long. */
SEM_INLINE SemRet misc_addlp(SemCtx c, bool is_signed, bool acc)
{
    VecShape s = shape_of(c.i), w = shape_wide(s);
    unsigned bits = 8u << s.esize;
    V128 a = vec_get(c, c.i->rn), even = vec_shl(c, w, a, bits), r;

    if (is_signed) {
        r = vec_add(c, w, vec_shrs(c, w, even, bits), vec_shrs(c, w, a, bits));
    } else {
        r = vec_add(c, w, vec_shru(c, w, even, bits), vec_shru(c, w, a, bits));
    }
    return vec_done(c, s.bytes, acc ? vec_add(c, w, vec_get(c, c.i->rd), r) : r);
}

#define MISC(kind, row, ...)                \
    SEM(row)                                \
    {                                       \
        return misc_##kind(c, __VA_ARGS__); \
    }

MISC(reverse, REV64_v, 3)
MISC(reverse, REV32_v, 2)
MISC(reverse, REV16_v, 1)
MISC(addlp, SADDLP_v, true, false)
MISC(addlp, UADDLP_v, false, false)
MISC(addlp, SADALP_v, true, true)
MISC(addlp, UADALP_v, false, true)
MISC(lanes, CLS_v, lanes_cls)
MISC(lanes, CLZ_v, lanes_clz)
MISC(verb, CNT_v, vec_popcount)
MISC(lanes, RBIT_v, lanes_rbit)
MISC(lanes, URECPE_v, lanes_urecpe)
MISC(lanes, URSQRTE_v, lanes_ursqrte)
MISC(lanes, SQABS_v, lanes_sqabs)
MISC(lanes, SQNEG_v, lanes_sqneg)
MISC(lanes, SQABS_s, lanes_sqabs)
MISC(lanes, SQNEG_s, lanes_sqneg)
MISC(acc, SUQADD_v, lanes_suqadd)
MISC(acc, USQADD_v, lanes_usqadd)
MISC(acc, SUQADD_s, lanes_suqadd)
MISC(acc, USQADD_s, lanes_usqadd)
MISC(zero, CMGT0_v, vec_gts, false)
MISC(zero, CMGE0_v, vec_ges, false)
MISC(zero, CMEQ0_v, vec_eq, false)
MISC(zero, CMLE0_v, vec_ges, true)
MISC(zero, CMLT0_v, vec_gts, true)
MISC(zero, CMGT0_s, vec_gts, false)
MISC(zero, CMGE0_s, vec_ges, false)
MISC(zero, CMEQ0_s, vec_eq, false)
MISC(zero, CMLE0_s, vec_ges, true)
MISC(zero, CMLT0_s, vec_gts, true)
MISC(verb, ABS_v, vec_abs)
MISC(verb, NEG_v, vec_neg)
MISC(verb, NOT_v, vec_not)
MISC(verb, ABS_s, vec_abs)
MISC(verb, NEG_s, vec_neg)

/* ---- narrowing: imm selects the half of rd that is written */

SEM_INLINE SemRet misc_narrow(SemCtx c, VecLanes1 *op)
{
    VecShape s = shape_of(c.i);
    V128 a = vec_get(c, c.i->rn);

    /* A scalar operand is twice as long as its result; a vector fills the register. */
    if (s.bytes < 8 || s.esize == 3) {
        a = vec_low(c, s.bytes * 2u, a);
    }
    V128 v = vec_lanes1(c, s, op, a);
    return vec_done(c, s.bytes, vec_join(c, (unsigned)c.i->imm, vec_get(c, c.i->rd), v));
}

SEM(XTN_v)
{
    VecShape s = shape_of(i);
    V128 v = vec_narrow(c, s, vec_get(c, i->rn));

    return vec_done(c, s.bytes, vec_join(c, (unsigned)i->imm, vec_get(c, i->rd), v));
}

MISC(narrow, SQXTN_v, lanes_sqxtn)
MISC(narrow, UQXTN_v, lanes_uqxtn)
MISC(narrow, SQXTUN_v, lanes_sqxtun)
MISC(narrow, SQXTN_s, lanes_sqxtn)
MISC(narrow, UQXTN_s, lanes_uqxtn)
MISC(narrow, SQXTUN_s, lanes_sqxtun)

SEM(SHLL_v)
{
    VecShape s = shape_of(i);
    V128 v = vec_widenu(c, s, vec_half(c, (unsigned)i->imm, vec_get(c, i->rn)));

    return vec_done(c, 16, vec_shl(c, shape_wide(s), v, 8u << s.esize));
}

/* ---- across lanes: the result is one element */

SEM_INLINE SemRet misc_across(SemCtx c, VecLanes1 *op, unsigned widening)
{
    VecShape s = shape_of(c.i);
    V128 v = vec_lanes1(c, s, op, vec_get(c, c.i->rn));

    return vec_done(c, 1u << (s.esize + widening), v);
}

MISC(across, SADDLV_v, lanes_saddlv, 1)
MISC(across, UADDLV_v, lanes_uaddlv, 1)
MISC(across, ADDV_v, lanes_addv, 0)
MISC(across, SMAXV_v, lanes_smaxv, 0)
MISC(across, UMAXV_v, lanes_umaxv, 0)
MISC(across, SMINV_v, lanes_sminv, 0)
MISC(across, UMINV_v, lanes_uminv, 0)

SEM(ADDP_s)
{
    V128 a = vec_get(c, i->rn);

    return vec_done(c, 8, vec_add(c, shape_of(i), a, vec_half(c, 1, a)));
}

#include "gen/a64-wrap-simd-misc.h"
