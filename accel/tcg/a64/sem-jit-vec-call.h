/* SPDX-License-Identifier: MIT */
/* Vector verbs that are functions of C, some of which the IR can say or hosts have (a fragment of
 * sem-vec.h). */
#ifndef ACCEL_TCG_A64_SEM_JIT_VEC_CALL_H
#define ACCEL_TCG_A64_SEM_JIT_VEC_CALL_H

#include "accel/tcg/a64/sem-jit-vec.h"
#include "accel/tcg/a64/vec-crypto.h"

/* An operation of all elements: the result stands in the first. */
SEM_INLINE V128 jit_across(SemCtx c, IrVecOp op, unsigned esize, unsigned bytes, V128 a)
{
    for (unsigned step = bytes / 2; step >= 1u << esize; step /= 2) {
        a = jit_vec(c, op, esize, a, jit_rotate(c, a, step), 0);
    }
    return a;
}

SEM_INLINE V128 jit_sum_bytes(SemCtx c, VecShape s, V128 a)
{
    V128 sums = jit_vec1(c, IR_V_SUMS, 0, a, 0);

    return s.bytes == 8 ? sums : jit_across(c, IR_V_ADD, 3, 16, sums);
}

/* Sums that do not wrap: neighbours first. */
SEM_INLINE V128 jit_sum_long(SemCtx c, VecShape s, bool is_signed, V128 a)
{
    VecShape w = {(uint8_t)(s.esize + 1), 16};
    unsigned bits = 8u << s.esize;
    V128 even = vec_shl(c, w, a, bits), r;

    if (is_signed) {
        r = vec_add(c, w, vec_shrs(c, w, even, bits), vec_shrs(c, w, a, bits));
    } else {
        r = vec_add(c, w, vec_shru(c, w, even, bits), vec_shru(c, w, a, bits));
    }
    return jit_across(c, IR_V_ADD, w.esize, s.bytes, r);
}

SEM_INLINE V128 jit_narrow_sat(SemCtx c, VecShape s, IrVecOp op, IrVecOp widen, V128 a)
{
    V128 r = jit_vec(c, op, s.esize, a, vec_const(c, 0, 0), 0);

    jit_qc_differs(c, jit_vec1(c, widen, s.esize, r, 0), a);
    return r;
}

SEM_INLINE V128 jit_bit_reverse(SemCtx c, V128 a)
{
    const VecShape s = {0, 16};
    V128 nibble = jit_dup_const(c, 0, 0x0f);
    V128 low = vec_const(c, 0xe060a020c0408000, 0xf070b030d0509010);
    V128 high = vec_const(c, 0x0e060a020c040800, 0x0f070b030d050901);

    low = jit_vec(c, IR_V_BYTES, 0, low, vec_and(c, s, a, nibble), 0);
    high = jit_vec(c, IR_V_BYTES, 0, high, vec_shru(c, s, a, 4), 0);
    return vec_or(c, s, low, high);
}

SEM_INLINE V128 jit_sqabs(SemCtx c, VecShape s, V128 a)
{
    V128 r = vec_abs(c, s, a), min = jit_dup_const(c, s.esize, BIT64((8u << s.esize) - 1));
    V128 over = vec_eq(c, s, r, min);

    jit_qc(c, over);
    return vec_xor(c, s, r, over);
}

SEM_INLINE V128 vec_lanes1(SemCtx c, VecShape s, VecLanes1 *op, V128 a)
{
    static const struct {
        VecLanes1 *op;
        IrVecOp of;
    } folds[] = {{lanes_addv, IR_V_ADD},
                 {lanes_smaxv, IR_V_MAXS},
                 {lanes_umaxv, IR_V_MAXU},
                 {lanes_sminv, IR_V_MINS},
                 {lanes_uminv, IR_V_MINU}};

    if (s.esize == 0 && (op == lanes_addv || op == lanes_uaddlv)) {
        return jit_sum_bytes(c, s, a);
    }
    if (op == lanes_saddlv || op == lanes_uaddlv) {
        return jit_sum_long(c, s, op == lanes_saddlv, a);
    }
    for (unsigned k = 0; k < G_N_ELEMENTS(folds); k++) {
        if (op == folds[k].op) {
            return jit_across(c, folds[k].of, s.esize, s.bytes, a);
        }
    }
    if (op == lanes_sqxtn && s.esize < 2) {
        return jit_narrow_sat(c, s, IR_V_QNARROWS, IR_V_WIDENS, a);
    }
    if (op == lanes_sqxtun && s.esize < 2) {
        return jit_narrow_sat(c, s, IR_V_QNARROWSU, IR_V_WIDENU, a);
    }
    if (op == lanes_uqxtn && s.esize < 2) {
        VecShape w = {(uint8_t)(s.esize + 1), 16};
        V128 max = jit_dup_const(c, w.esize, MASK64(8u << s.esize));
        return vec_narrow(c, s, jit_qc_differs(c, vec_minu(c, w, a, max), a));
    }
    if (op == lanes_sqneg) {
        return vec_sqsub(c, s, vec_const(c, 0, 0), vec_low(c, s.bytes, a));
    }
    if (op == lanes_sqabs) {
        return jit_sqabs(c, s, vec_low(c, s.bytes, a));
    }
    if (op == lanes_rbit) {
        return jit_bit_reverse(c, a);
    }
    return jit_vcall(c, s, jitv_lanes1, (void *)(uintptr_t)op, a, (V128){0}, (V128){0});
}

/* High halves of doubled products; only two most negative numbers are too much for them. */
SEM_INLINE V128 jit_sqdmulh(SemCtx c, VecShape s, bool round, V128 a, V128 b)
{
    const VecShape q = {3, 16};
    V128 r;

    a = vec_low(c, s.bytes, a);
    b = vec_low(c, s.bytes, b);
    if (s.esize == 1 && round) {
        r = jit_vec(c, IR_V_MULHR, 1, a, b, 0);
    } else if (s.esize == 1) {
        r = vec_or(c, s, vec_shl(c, s, jit_vec(c, IR_V_MULH, 1, a, b, 0), 1),
                   vec_shru(c, s, vec_mul(c, s, a, b), 15));
    } else {
        V128 lo = vec_mul(c, q, vec_widens(c, s, a), vec_widens(c, s, b));
        V128 hi =
            vec_mul(c, q, vec_widens(c, s, vec_half(c, 1, a)), vec_widens(c, s, vec_half(c, 1, b)));
        if (round) {
            lo = vec_add(c, q, lo, jit_dup_const(c, 3, 1u << 30));
            hi = vec_add(c, q, hi, jit_dup_const(c, 3, 1u << 30));
        }
        r = jit_vec(c, IR_V_UNZIP, 2, vec_shl(c, q, lo, 1), vec_shl(c, q, hi, 1), 1);
    }
    V128 over = vec_eq(c, s, r, jit_dup_const(c, s.esize, BIT64((8u << s.esize) - 1)));
    jit_qc(c, over);
    return vec_xor(c, s, r, over);
}

SEM_INLINE V128 vec_lanes2(SemCtx c, VecShape s, VecLanes2 *op, V128 a, V128 b)
{
    if (op == lanes_sqdmulh || op == lanes_sqrdmulh) {
        return jit_sqdmulh(c, s, op == lanes_sqrdmulh, a, b);
    }
    if (op == lanes_pmull && s.esize == 3) {
        return jit_vec_or_call(c, IR_V_PMULL, jitv_lanes2, (void *)(uintptr_t)op, a, b, (V128){0});
    }
    return jit_vcall(c, s, jitv_lanes2, (void *)(uintptr_t)op, a, b, (V128){0});
}

/* acc + sums of four products of bytes: products of two neighbours first. */
SEM_INLINE V128 jit_dot(SemCtx c, V128 acc, IrVecOp widen_a, IrVecOp widen_b, V128 a, V128 b)
{
    V128 sums[2];

    for (unsigned k = 0; k < 2; k++) {
        V128 x = jit_vec1(c, widen_a, 0, k ? vec_half(c, 1, a) : a, 0);
        V128 y = jit_vec1(c, widen_b, 0, k ? vec_half(c, 1, b) : b, 0);
        sums[k] = jit_vec(c, IR_V_MULADD, 1, x, y, 0);
    }
    V128 even = jit_vec(c, IR_V_UNZIP, 2, sums[0], sums[1], 0);
    V128 odd = jit_vec(c, IR_V_UNZIP, 2, sums[0], sums[1], 1);
    return jit_vec(c, IR_V_ADD, 2, acc, jit_vec(c, IR_V_ADD, 2, even, odd, 0), 0);
}

SEM_INLINE V128 vec_lanes3(SemCtx c, VecShape s, VecLanes3 *op, V128 acc, V128 a, V128 b)
{
    if (op == lanes_sdot || op == lanes_udot || op == lanes_usdot) {
        return jit_dot(c, acc, op == lanes_sdot ? IR_V_WIDENS : IR_V_WIDENU,
                       op == lanes_udot ? IR_V_WIDENU : IR_V_WIDENS, a, b);
    }
    return jit_vcall(c, s, jitv_lanes3, (void *)(uintptr_t)op, acc, a, b);
}

/* ---- cryptography */

/* Mixing of what has just been substituted: one step for a host. */
SEM_INLINE V128 jit_aes_mix(SemCtx c, bool inverse, CryptoOp1 *op, V128 n)
{
    const IrNode *x = jit_of(c, n.r);

    if (x->op == IR_VEC && x->aux == (inverse ? IR_V_AESD : IR_V_AESE)) {
        return jit_vec_or_call(c, inverse ? IR_V_AESD_IMC : IR_V_AESE_MC, jitv_aes_mixed,
                               (void *)(uintptr_t)inverse, (V128){x->a}, (V128){x->b}, (V128){0});
    }
    return jit_vec_or_call(c, inverse ? IR_V_AESIMC : IR_V_AESMC, jitv_crypto1,
                           (void *)(uintptr_t)op, n, (V128){0}, (V128){0});
}

SEM_INLINE V128 vec_crypto1(SemCtx c, CryptoOp1 *op, V128 n)
{
    if (op == crypto_aesmc || op == crypto_aesimc) {
        return jit_aes_mix(c, op == crypto_aesimc, op, n);
    }
    return jit_vcall(c, (VecShape){0, 16}, jitv_crypto1, (void *)(uintptr_t)op, n, (V128){0},
                     (V128){0});
}

SEM_INLINE V128 vec_crypto2(SemCtx c, CryptoOp2 *op, V128 d, V128 n)
{
    IrVecOp vec = op == crypto_aese        ? IR_V_AESE
                  : op == crypto_aesd      ? IR_V_AESD
                  : op == crypto_sha256su0 ? IR_V_SHA256SU0
                                           : IR_V_COUNT;

    if (vec != IR_V_COUNT) {
        return jit_vec_or_call(c, vec, jitv_crypto2, (void *)(uintptr_t)op, d, n, (V128){0});
    }
    return jit_vcall(c, (VecShape){0, 16}, jitv_crypto2, (void *)(uintptr_t)op, d, n, (V128){0});
}

SEM_INLINE V128 vec_crypto3(SemCtx c, CryptoOp3 *op, V128 d, V128 n, V128 m)
{
    IrVecOp vec = op == crypto_sha256h     ? IR_V_SHA256H
                  : op == crypto_sha256h2  ? IR_V_SHA256H2
                  : op == crypto_sha256su1 ? IR_V_SHA256SU1
                                           : IR_V_COUNT;

    if (vec != IR_V_COUNT) {
        return jit_vec_or_call(c, vec, jitv_crypto3, (void *)(uintptr_t)op, d, n, m);
    }
    return jit_vcall(c, (VecShape){0, 16}, jitv_crypto3, (void *)(uintptr_t)op, d, n, m);
}

SEM_INLINE V128 vec_sm3tt(SemCtx c, CryptoSm3 op, unsigned index, V128 d, V128 n, V128 m)
{
    return jit_vcall(c, (VecShape){0, 16}, jitv_sm3tt, (void *)(uintptr_t)(op | index << 8), d, n,
                     m);
}

#endif
