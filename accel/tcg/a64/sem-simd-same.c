/* SPDX-License-Identifier: MIT */
/* Meanings of AdvSIMD on three registers of the same type (Arm ARM C4.1.96). */
#include "accel/tcg/a64/sem-vec.h"

typedef V128 Verb2(SemCtx c, VecShape s, V128 a, V128 b);

SEM_INLINE SemRet same(SemCtx c, VecShape s, Verb2 *op)
{
    return vec_done(c, s.bytes, op(c, s, vec_get(c, c.i->rn), vec_get(c, c.i->rm)));
}

/* For verbs that set QC. */
SEM_INLINE SemRet same_sat(SemCtx c, VecShape s, Verb2 *op)
{
    return vec_done(c, s.bytes, op(c, s, vec_take(c, s, c.i->rn), vec_take(c, s, c.i->rm)));
}

/* rd = rd + op(rn, rm), or less it. */
SEM_INLINE SemRet same_acc(SemCtx c, VecShape s, Verb2 *acc, Verb2 *op)
{
    V128 v = op(c, s, vec_get(c, c.i->rn), vec_get(c, c.i->rm));

    return vec_done(c, s.bytes, acc(c, s, vec_get(c, c.i->rd), v));
}

/* op on neighbours: first those of rn, then those of rm. */
SEM_INLINE SemRet same_pairs(SemCtx c, VecShape s, Verb2 *op)
{
    V128 a = vec_get(c, c.i->rn), b = vec_get(c, c.i->rm);

    return vec_done(c, s.bytes, op(c, s, vec_unzip(c, s, 0, a, b), vec_unzip(c, s, 1, a, b)));
}

SEM_INLINE SemRet same_lanes(SemCtx c, VecShape s, VecLanes2 *op)
{
    return vec_done(c, s.bytes, vec_lanes2(c, s, op, vec_get(c, c.i->rn), vec_get(c, c.i->rm)));
}

SEM_INLINE SemRet same_lanes3(SemCtx c, VecShape s, VecLanes3 *op)
{
    return vec_done(
        c, s.bytes,
        vec_lanes3(c, s, op, vec_get(c, c.i->rd), vec_get(c, c.i->rn), vec_get(c, c.i->rm)));
}

#define SAME(row, ...)                            \
    SEM(row)                                      \
    {                                             \
        return same(c, shape_of(i), __VA_ARGS__); \
    }
#define SAME_SPLIT(row, ...)                                                  \
    static inline SemRet sem_##row(SemCtx c, const A64Insn *i, unsigned size) \
    {                                                                         \
        return same(c, (VecShape){(uint8_t)size, i->b}, __VA_ARGS__);         \
    }
#define KIND(kind, row, ...)                             \
    SEM(row)                                             \
    {                                                    \
        return same_##kind(c, shape_of(i), __VA_ARGS__); \
    }

SAME_SPLIT(ADD_v, vec_add)
SAME_SPLIT(SUB_v, vec_sub)
SAME_SPLIT(MUL_v, vec_mul)
SAME_SPLIT(CMEQ_v, vec_eq)
SAME_SPLIT(CMGT_v, vec_gts)
SAME_SPLIT(CMGE_v, vec_ges)
SAME_SPLIT(CMHI_v, vec_gtu)
SAME_SPLIT(CMHS_v, vec_geu)
SAME(CMTST_v, vec_tst)
SAME(SHADD_v, vec_hadds)
SAME(UHADD_v, vec_haddu)
SAME(SRHADD_v, vec_rhadds)
SAME(URHADD_v, vec_rhaddu)
SAME(SHSUB_v, vec_hsubs)
SAME(UHSUB_v, vec_hsubu)
SAME(SMAX_v, vec_maxs)
SAME(UMAX_v, vec_maxu)
SAME(SMIN_v, vec_mins)
SAME(UMIN_v, vec_minu)
SAME(SABD_v, vec_abds)
SAME(UABD_v, vec_abdu)
KIND(sat, SQADD_v, vec_sqadd)
KIND(sat, UQADD_v, vec_uqadd)
KIND(sat, SQSUB_v, vec_sqsub)
KIND(sat, UQSUB_v, vec_uqsub)
KIND(acc, SABA_v, vec_add, vec_abds)
KIND(acc, UABA_v, vec_add, vec_abdu)
KIND(acc, MLA_v, vec_add, vec_mul)
KIND(acc, MLS_v, vec_sub, vec_mul)
KIND(pairs, ADDP_v, vec_add)
KIND(pairs, SMAXP_v, vec_maxs)
KIND(pairs, UMAXP_v, vec_maxu)
KIND(pairs, SMINP_v, vec_mins)
KIND(pairs, UMINP_v, vec_minu)
KIND(lanes, SSHL_v, lanes_sshl)
KIND(lanes, USHL_v, lanes_ushl)
KIND(lanes, SRSHL_v, lanes_srshl)
KIND(lanes, URSHL_v, lanes_urshl)
KIND(lanes, SQSHL_v, lanes_sqshl)
KIND(lanes, UQSHL_v, lanes_uqshl)
KIND(lanes, SQRSHL_v, lanes_sqrshl)
KIND(lanes, UQRSHL_v, lanes_uqrshl)
KIND(lanes, SQDMULH_v, lanes_sqdmulh)
KIND(lanes, SQRDMULH_v, lanes_sqrdmulh)
KIND(lanes, PMUL_v, lanes_pmul)
KIND(lanes3, SQRDMLAH_v, lanes_sqrdmlah)
KIND(lanes3, SQRDMLSH_v, lanes_sqrdmlsh)
KIND(lanes3, SDOT_v, lanes_sdot)
KIND(lanes3, UDOT_v, lanes_udot)
KIND(lanes3, USDOT_v, lanes_usdot)
KIND(lanes3, SMMLA_v, lanes_smmla)
KIND(lanes3, UMMLA_v, lanes_ummla)
KIND(lanes3, USMMLA_v, lanes_usmmla)

SAME(ADD_s, vec_add)
SAME(SUB_s, vec_sub)
SAME(CMEQ_s, vec_eq)
SAME(CMGT_s, vec_gts)
SAME(CMGE_s, vec_ges)
SAME(CMHI_s, vec_gtu)
SAME(CMHS_s, vec_geu)
SAME(CMTST_s, vec_tst)
KIND(sat, SQADD_s, vec_sqadd)
KIND(sat, UQADD_s, vec_uqadd)
KIND(sat, SQSUB_s, vec_sqsub)
KIND(sat, UQSUB_s, vec_uqsub)
KIND(lanes, SSHL_s, lanes_sshl)
KIND(lanes, USHL_s, lanes_ushl)
KIND(lanes, SRSHL_s, lanes_srshl)
KIND(lanes, URSHL_s, lanes_urshl)
KIND(lanes, SQSHL_s, lanes_sqshl)
KIND(lanes, UQSHL_s, lanes_uqshl)
KIND(lanes, SQRSHL_s, lanes_sqrshl)
KIND(lanes, UQRSHL_s, lanes_uqrshl)
KIND(lanes, SQDMULH_s, lanes_sqdmulh)
KIND(lanes, SQRDMULH_s, lanes_sqrdmulh)
KIND(lanes3, SQRDMLAH_s, lanes_sqrdmlah)
KIND(lanes3, SQRDMLSH_s, lanes_sqrdmlsh)

/* ---- bitwise; the element size does not matter */

SEM_INLINE SemRet bitwise(SemCtx c, unsigned q, Verb2 *op)
{
    return same(c, (VecShape){3, (uint8_t)(8u << q)}, op);
}

/* rd = mask ? a : b, bit by bit. */
SEM_INLINE SemRet bit_select(SemCtx c, unsigned q, V128 mask, V128 a, V128 b)
{
    const VecShape s = {3, 16};
    V128 r = vec_xor(c, s, b, vec_and(c, s, vec_xor(c, s, a, b), mask));

    return vec_done(c, 8u << q, r);
}

#define BITWISE_SPLIT(row, op)                                             \
    static inline SemRet sem_##row(SemCtx c, const A64Insn *i, unsigned q) \
    {                                                                      \
        return bitwise(c, q, op);                                          \
    }

BITWISE_SPLIT(AND_v, vec_and)
BITWISE_SPLIT(ORR_v, vec_or)
BITWISE_SPLIT(EOR_v, vec_xor)

SEM(BIC_v)
{
    return bitwise(c, i->b == 16, vec_bic);
}

SEM(ORN_v)
{
    return bitwise(c, i->b == 16, vec_orn);
}

SEM_INLINE SemRet sem_BSL_v(SemCtx c, const A64Insn *i, unsigned q)
{
    return bit_select(c, q, vec_get(c, i->rd), vec_get(c, i->rn), vec_get(c, i->rm));
}

SEM(BIT_v)
{
    return bit_select(c, i->b == 16, vec_get(c, i->rm), vec_get(c, i->rn), vec_get(c, i->rd));
}

SEM(BIF_v)
{
    return bit_select(c, i->b == 16, vec_get(c, i->rm), vec_get(c, i->rd), vec_get(c, i->rn));
}

#include "gen/a64-wrap-simd-same.h"
