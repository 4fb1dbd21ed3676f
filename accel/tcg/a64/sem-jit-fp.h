/* SPDX-License-Identifier: MIT */
/* Floating-point verbs of the translator (a fragment of sem-vec.h). Every node names a function
 * that computes it exactly, and what a back end may compute instead (ir-vec.h). */
#ifndef ACCEL_TCG_A64_SEM_JIT_FP_H
#define ACCEL_TCG_A64_SEM_JIT_FP_H

#include "accel/tcg/a64/sem-jit-vec-call.h"
#include "accel/tcg/a64/sem-jit-vec-mem.h"
#include "accel/tcg/a64/vec-fp.h"
#include <math.h>

/* A scalar is the low element of a vector; what is above does not matter. */
typedef struct VS {
    IrRef r;
    uint8_t format;
} VS;

/* The host computes from here on: FPCR has to be what it can do. */
SEM_INLINE void jit_fp_mode(SemCtx c)
{
    if (!c.b->state.fp_mode_checked) {
        ir_append(c.b, (IrNode){.op = IR_FP_MODE});
        c.b->state.fp_mode_checked = true;
    }
}

SEM_INLINE V128 jit_fp(SemCtx c, IrFpOp hint, VecShape s, IrVecFunction *function,
                       const void *extra, V128 a, V128 b, V128 d)
{
    if (hint != IR_FP_CALL) {
        jit_fp_mode(c);
    }
    V128 r = jit_vcall(c, s, function, extra, a, b, d);
    c.b->nodes[r.r].aux = (uint16_t)hint;
    return r;
}

/* Formats that hosts compute in. */
SEM_INLINE IrFpOp jit_if_native(unsigned format, IrFpOp hint)
{
    return format >= SOFTFP_S ? hint : IR_FP_CALL;
}

SEM_INLINE VecShape jit_scalar(unsigned format)
{
    return (VecShape){(uint8_t)format, (uint8_t)(1u << format)};
}

SEM_INLINE V128 jit_v(VS a)
{
    return (V128){a.r};
}

SEM_INLINE VS jit_s(unsigned format, V128 a)
{
    return (VS){a.r, (uint8_t)format};
}

/* ---- scalar registers */

SEM_INLINE VS f_get(SemCtx c, unsigned format, unsigned n)
{
    return jit_s(format, format < SOFTFP_S ? vec_get(c, n) : jit_get_low(c, format, n));
}

SEM_INLINE void f_set(SemCtx c, unsigned n, VS v)
{
    vec_set(c, n, vec_low(c, 1u << v.format, jit_v(v)));
}

SEM_INLINE V64 f_bits(SemCtx c, VS a)
{
    return vec_lane(c, a.format, 0, jit_v(a));
}

SEM_INLINE VS f_of_bits(SemCtx c, unsigned format, V64 a)
{
    return jit_s(format, vec_from64(c, a, v_const(c, 0)));
}

SEM_INLINE VS f_const(SemCtx c, unsigned format, uint64_t v)
{
    return jit_s(format, vec_const(c, v, 0));
}

SEM_INLINE V128 jit_vselect(SemCtx c, VB cond, V128 a, V128 b)
{
    if (jit_of(c, cond.r)->op == IR_BOOL) {
        return jit_of(c, cond.r)->aux ? a : b;
    }
    return jit_vnode(c, (IrNode){.op = IR_VSELECT, .a = cond.r, .b = a.r, .c = b.r});
}

SEM_INLINE VS f_select(SemCtx c, VB cond, VS a, VS b)
{
    return jit_s(a.format, jit_vselect(c, cond, jit_v(a), jit_v(b)));
}

/* ---- scalar arithmetic */

SEM_INLINE VS jit_f2(SemCtx c, IrFpOp hint, FpOp2 *op, unsigned format, VS a, VS b)
{
    return jit_s(format, jit_fp(c, jit_if_native(format, hint), jit_scalar(format), jitv_fp2,
                                (void *)(uintptr_t)op, jit_v(a), jit_v(b), (V128){0}));
}

SEM_INLINE VS jit_f1(SemCtx c, IrFpOp hint, FpOp1 *op, unsigned format, VS a)
{
    return jit_s(format, jit_fp(c, jit_if_native(format, hint), jit_scalar(format), jitv_fp1,
                                (void *)(uintptr_t)op, jit_v(a), (V128){0}, (V128){0}));
}

#define JIT_F2(name, hint)                                        \
    SEM_INLINE VS f_##name(SemCtx c, unsigned format, VS a, VS b) \
    {                                                             \
        return jit_f2(c, hint, softfp_##name, format, a, b);      \
    }

JIT_F2(add, IR_FP_ADD)
JIT_F2(sub, IR_FP_SUB)
JIT_F2(mul, IR_FP_MUL)
JIT_F2(div, IR_FP_DIV)

SEM_INLINE V128 jit_sign(SemCtx c, unsigned format)
{
    return jit_dup_const(c, format, BIT64((8u << format) - 1));
}

SEM_INLINE VS f_neg(SemCtx c, unsigned format, VS a)
{
    V128 sign = vec_const(c, BIT64((8u << format) - 1), 0);

    return jit_s(format, jit_vec(c, IR_V_XOR, 3, jit_v(a), sign, 0));
}

SEM_INLINE VS f_abs(SemCtx c, unsigned format, VS a)
{
    V128 rest = vec_const(c, MASK64((8u << format) - 1), 0);

    return jit_s(format, jit_vec(c, IR_V_AND, 3, jit_v(a), rest, 0));
}

SEM_INLINE VS f_sqrt(SemCtx c, unsigned format, VS a)
{
    return jit_f1(c, IR_FP_SQRT, softfp_sqrt, format, a);
}

/* Whether f_neg() made it, and of what. */
SEM_INLINE bool jit_is_neg(SemCtx c, VS *a)
{
    const IrNode *n = jit_of(c, a->r), *sign = jit_of(c, n->b);

    if (n->op != IR_VEC || n->aux != IR_V_XOR || sign->op != IR_VCONST ||
        (uint64_t)sign->imm != BIT64((8u << a->format) - 1) || sign->imm2) {
        return false;
    }
    a->r = n->a;
    return true;
}

FpOp3 jit_fp_nmadd, jit_fp_nmsub;

SEM_INLINE VS f_muladd(SemCtx c, unsigned format, VS acc, VS a, VS b)
{
    static const struct {
        IrFpOp hint;
        FpOp3 *op;
    } forms[] = {{IR_FP_MADD, softfp_muladd},
                 {IR_FP_MSUB, fpop_mls},
                 {IR_FP_NMSUB, jit_fp_nmsub},
                 {IR_FP_NMADD, jit_fp_nmadd}};
    unsigned form = jit_is_neg(c, &acc) ? 2 : 0;

    form += jit_is_neg(c, &a);
    return jit_s(format,
                 jit_fp(c, jit_if_native(format, forms[form].hint), jit_scalar(format), jitv_fp3,
                        (void *)(uintptr_t)forms[form].op, jit_v(acc), jit_v(a), jit_v(b)));
}

SEM_INLINE VS f_minmax(SemCtx c, unsigned format, bool max, FpOp2 *op, VS a, VS b)
{
    return jit_f2(c, max ? IR_FP_MAX : IR_FP_MIN, op, format, a, b);
}

SEM_INLINE IrFpOp jit_hint1(FpOp1 *op)
{
    return op == softfp_sqrt                      ? IR_FP_SQRT
           : op == fpop_rintn || op == fpop_rinti ? IR_FP_RINT_EVEN
           : op == fpop_rintp                     ? IR_FP_RINT_UP
           : op == fpop_rintm                     ? IR_FP_RINT_DOWN
           : op == fpop_rintz                     ? IR_FP_RINT_ZERO
           : op == fpop_rintx                     ? IR_FP_RINT_EXACT
                                                  : IR_FP_CALL;
}

SEM_INLINE IrFpOp jit_hint2(FpOp2 *op)
{
    return op == softfp_add                          ? IR_FP_ADD
           : op == fpop_nmul                         ? IR_FP_NMUL
           : op == fpop_abd                          ? IR_FP_ABD
           : op == softfp_max || op == softfp_maxnum ? IR_FP_MAX
           : op == softfp_min || op == softfp_minnum ? IR_FP_MIN
           : op == fpop_eq                           ? IR_FP_EQ
           : op == fpop_ge                           ? IR_FP_GE
           : op == fpop_gt                           ? IR_FP_GT
           : op == fpop_age                          ? IR_FP_ABS_GE
           : op == fpop_agt                          ? IR_FP_ABS_GT
                                                     : IR_FP_CALL;
}

SEM_INLINE VS f_call1(SemCtx c, unsigned format, FpOp1 *op, VS a)
{
    return jit_f1(c, jit_hint1(op), op, format, a);
}

SEM_INLINE VS f_round(SemCtx c, unsigned format, double (*host)(double), FpOp1 *op, VS a)
{
    return f_call1(c, format, op, a);
}

SEM_INLINE VS f_call2(SemCtx c, unsigned format, FpOp2 *op, VS a, VS b)
{
    return jit_f2(c, jit_hint2(op), op, format, a, b);
}

/* ---- comparisons */

/* An integer that only a function can make. */
SEM_INLINE V64 jit_fp_integer(SemCtx c, unsigned format, IrVecFunction *function, uint64_t extra,
                              VS a, VS b)
{
    return (V64){ir_append(c.b, (IrNode){.op = IR_FP_TO_INT,
                                         .aux = IR_TO_INT_CALL,
                                         .aux2 = ir_shape(format, 1u << format),
                                         .wide = 1,
                                         .a = a.r,
                                         .b = b.r,
                                         .ptr = (void *)(uintptr_t)function,
                                         .imm2 = extra})};
}

SEM_INLINE VF f_compare(SemCtx c, unsigned format, VS a, VS b, bool signalling)
{
    IrNode n = {
        .op = IR_FP_COMPARE, .aux = signalling, .aux2 = (uint16_t)format, .a = a.r, .b = b.r};

    if (format < SOFTFP_S) {
        return jit_flags_of(c, jit_fp_integer(c, format, jitv_compare, signalling, a, b));
    }
    jit_fp_mode(c);
    return (VF){ir_pure(c.b, (IrNode){.op = IR_FLAGS_FP, .a = ir_append(c.b, n)})};
}

/* Where cond does not hold, zeros are compared: that raises nothing. */
SEM_INLINE VF f_compare_if(SemCtx c, VB cond, unsigned format, VS a, VS b, bool signalling,
                           VF otherwise)
{
    VS zero = f_const(c, format, 0);
    VF f = f_compare(c, format, f_select(c, cond, a, zero), f_select(c, cond, b, zero), signalling);

    return flags_select(c, cond, f, otherwise);
}

/* ---- conversions */

SEM_INLINE VS f_convert(SemCtx c, unsigned to, unsigned from, VS a)
{
    IrFpOp hint = to == from + 1 ? IR_FP_WIDEN : from == to + 1 ? IR_FP_NARROW : IR_FP_CALL;

    return jit_s(to, jit_fp(c, hint, jit_scalar(MIN(to, from)), jitv_convert,
                            (void *)(uintptr_t)(from | to << 8), jit_v(a), (V128){0}, (V128){0}));
}

SEM_INLINE IrFpToInt jit_to_int_hint(unsigned format, bool is_signed, int fbits, int rounding)
{
    if (format < SOFTFP_S || fbits) {
        return IR_TO_INT_CALL;
    }
    if (!is_signed) {
        return rounding == SOFTFP_ZERO ? IR_TO_INT_UNSIGNED : IR_TO_INT_CALL;
    }
    return rounding == SOFTFP_ZERO           ? IR_TO_INT_ZERO
           : rounding == SOFTFP_NEAREST_EVEN ? IR_TO_INT_EVEN
           : rounding == SOFTFP_UP           ? IR_TO_INT_UP
           : rounding == SOFTFP_DOWN         ? IR_TO_INT_DOWN
                                             : IR_TO_INT_CALL;
}

SEM_INLINE V64 jit_to_int(SemCtx c, unsigned format, unsigned sf, bool is_signed, int fbits,
                          int rounding, V128 a)
{
    IrFpToInt hint = jit_to_int_hint(format, is_signed, fbits, rounding);

    if (hint != IR_TO_INT_CALL) {
        jit_fp_mode(c);
    }
    return (V64){ir_append(c.b, (IrNode){.op = IR_FP_TO_INT,
                                         .aux = (uint16_t)hint,
                                         .aux2 = ir_shape(format, 1u << format),
                                         .wide = sf != 0,
                                         .a = a.r,
                                         .ptr = (void *)(uintptr_t)jitv_to_int,
                                         .imm2 = jitv_conversion(sf, is_signed, fbits, rounding)})};
}

SEM_INLINE V64 f_to_int(SemCtx c, unsigned format, unsigned sf, bool is_signed, int fbits,
                        int rounding, VS a)
{
    return jit_to_int(c, format, sf, is_signed, fbits, rounding, jit_v(a));
}

SEM_INLINE V64 f_to_int_js(SemCtx c, VS a)
{
    return jit_fp_integer(c, SOFTFP_D, jitv_to_int_js, 0, a, (VS){0});
}

/* aux: 1: signed, 2: only the function. */
SEM_INLINE V128 jit_from_int(SemCtx c, unsigned format, unsigned sf, bool is_signed, int fbits,
                             V64 a)
{
    bool call = format < SOFTFP_S || fbits;

    if (!call) {
        jit_fp_mode(c);
    }
    return (V128){ir_append(c.b, (IrNode){.op = IR_FP_FROM_INT,
                                          .aux = (uint16_t)(is_signed | call << 1),
                                          .aux2 = ir_shape(format, 1u << format),
                                          .wide = sf != 0,
                                          .a = a.r,
                                          .ptr = (void *)(uintptr_t)jitv_from_int,
                                          .imm2 = jitv_conversion(sf, is_signed, fbits, 0)})};
}

SEM_INLINE VS f_from_int(SemCtx c, unsigned format, unsigned sf, bool is_signed, int fbits, V64 a)
{
    return jit_s(format, jit_from_int(c, format, sf, is_signed, fbits, a));
}

/* ---- vectors */

/* Hosts compute whole registers: the lower half twice raises what it raises once. */
SEM_INLINE VecShape jit_whole(SemCtx c, IrFpOp hint, VecShape s, V128 *a)
{
    if (hint != IR_FP_CALL && s.bytes == 8 && s.esize < 3) {
        *a = a->r ? jit_vec1(c, IR_V_DUP, 3, jit_any_above(c, *a), 0) : *a;
        s.bytes = 16;
    }
    return s;
}

SEM_INLINE V128 jit_vf(SemCtx c, IrFpOp hint, VecShape s, IrVecFunction *function,
                       const void *extra, V128 a, V128 b, V128 d)
{
    VecShape whole = jit_whole(c, hint, s, &a);

    jit_whole(c, hint, s, &b);
    jit_whole(c, hint, s, &d);
    return jit_fp(c, hint, whole, function, extra, a, b, d);
}

SEM_INLINE V128 jit_vf2(SemCtx c, IrFpOp hint, FpOp2 *op, VecShape s, V128 a, V128 b)
{
    return jit_vf(c, jit_if_native(s.esize, hint), s, jitv_fp2, (void *)(uintptr_t)op, a, b,
                  (V128){0});
}

#define JIT_VF2(name, hint)                                           \
    SEM_INLINE V128 vec_f##name(SemCtx c, VecShape s, V128 a, V128 b) \
    {                                                                 \
        return jit_vf2(c, hint, softfp_##name, s, a, b);              \
    }

JIT_VF2(add, IR_FP_ADD)
JIT_VF2(sub, IR_FP_SUB)
JIT_VF2(mul, IR_FP_MUL)
JIT_VF2(div, IR_FP_DIV)

SEM_INLINE V128 vec_fmuladd(SemCtx c, VecShape s, bool subtract, V128 acc, V128 a, V128 b)
{
    return jit_vf(c, jit_if_native(s.esize, subtract ? IR_FP_MSUB : IR_FP_MADD), s, jitv_fp3,
                  (void *)(uintptr_t)(subtract ? fpop_mls : softfp_muladd), acc, a, b);
}

SEM_INLINE V128 vec_fcall1(SemCtx c, VecShape s, FpOp1 *op, V128 a)
{
    if (op == fpop_neg) {
        return vec_xor(c, s, a, jit_sign(c, s.esize));
    }
    if (op == fpop_abs) {
        return vec_bic(c, s, a, jit_sign(c, s.esize));
    }
    return jit_vf(c, jit_if_native(s.esize, jit_hint1(op)), s, jitv_fp1, (void *)(uintptr_t)op, a,
                  (V128){0}, (V128){0});
}

SEM_INLINE V128 vec_fcall2(SemCtx c, VecShape s, FpOp2 *op, V128 a, V128 b)
{
    if (op == fpop_le) {
        return jit_vf2(c, jit_hint2(fpop_ge), fpop_ge, s, b, a);
    }
    if (op == fpop_lt) {
        return jit_vf2(c, jit_hint2(fpop_gt), fpop_gt, s, b, a);
    }
    return jit_vf2(c, jit_hint2(op), op, s, a, b);
}

SEM_INLINE V128 vec_fpairs(SemCtx c, VecShape s, FpOp2 *op, V128 a, V128 b)
{
    return vec_fcall2(c, s, op, vec_unzip(c, s, 0, a, b), vec_unzip(c, s, 1, a, b));
}

SEM_INLINE V128 vec_facross(SemCtx c, VecShape s, FpOp2 *op, V128 a)
{
    if (s.esize < SOFTFP_S) {
        return jit_vcall(c, s, jitv_fp_across, (void *)(uintptr_t)op, a, (V128){0}, (V128){0});
    }
    if (s.bytes == 16 && s.esize == SOFTFP_S) {
        a = vec_fpairs(c, s, op, a, a);
    }
    return jit_vf2(c, jit_hint2(op), op, jit_scalar(s.esize), a, jit_rotate(c, a, 1u << s.esize));
}

/* The second of two elements, first. */
SEM_INLINE V128 jit_second(SemCtx c, V128 a)
{
    return jit_vec1(c, IR_V_UPPER, 3, a, 0);
}

SEM_INLINE V128 vec_fto_int(SemCtx c, VecShape s, bool is_signed, int fbits, int rounding, V128 a)
{
    unsigned sf = s.esize == SOFTFP_D;
    IrFpToInt how = jit_to_int_hint(s.esize, is_signed, fbits, rounding);
    IrFpOp hint = how == IR_TO_INT_ZERO   ? IR_FP_TO_S
                  : how == IR_TO_INT_EVEN ? IR_FP_TO_S_EVEN
                                          : IR_FP_CALL;

    if (s.esize >= SOFTFP_S && s.bytes == 1u << s.esize) {
        V64 r = jit_to_int(c, s.esize, sf, is_signed, fbits, rounding, a);
        return vec_from64(c, r, v_const(c, 0));
    }
    if (sf) {
        V64 lo = jit_to_int(c, SOFTFP_D, 1, is_signed, fbits, rounding, a);
        V64 hi = jit_to_int(c, SOFTFP_D, 1, is_signed, fbits, rounding, jit_second(c, a));
        return vec_from64(c, lo, hi);
    }
    return jit_vf(c, hint, s, jitv_lanes_to_int,
                  (void *)(uintptr_t)jitv_conversion(sf, is_signed, fbits, rounding), a, (V128){0},
                  (V128){0});
}

SEM_INLINE V128 vec_ffrom_int(SemCtx c, VecShape s, bool is_signed, int fbits, V128 a)
{
    unsigned sf = s.esize == SOFTFP_D;
    IrFpOp hint = s.esize == SOFTFP_S && is_signed && !fbits ? IR_FP_FROM_S : IR_FP_CALL;

    if (s.esize >= SOFTFP_S && s.bytes == 1u << s.esize) {
        return jit_from_int(c, s.esize, sf, is_signed, fbits, vec_lane(c, s.esize, 0, a));
    }
    if (sf) {
        V128 lo = jit_from_int(c, SOFTFP_D, 1, is_signed, fbits, vec_lane(c, 3, 0, a));
        V128 hi = jit_from_int(c, SOFTFP_D, 1, is_signed, fbits, vec_lane(c, 3, 1, a));
        return vec_join(c, 1, lo, hi);
    }
    return jit_vf(c, hint, s, jitv_lanes_from_int,
                  (void *)(uintptr_t)jitv_conversion(sf, is_signed, fbits, 0), a, (V128){0},
                  (V128){0});
}

SEM_INLINE V128 vec_fnarrow(SemCtx c, VecShape s, bool round_to_odd, V128 a)
{
    IrFpOp hint = round_to_odd ? IR_FP_CALL : IR_FP_NARROW;

    if (hint != IR_FP_CALL) {
        s.bytes = 16;
    }
    return jit_fp(c, hint, s, jitv_narrow, (void *)(uintptr_t)round_to_odd, a, (V128){0},
                  (V128){0});
}

SEM_INLINE V128 vec_fwiden(SemCtx c, VecShape s, V128 a)
{
    s.bytes = 16;
    return jit_fp(c, IR_FP_WIDEN, s, jitv_widen, NULL, a, (V128){0}, (V128){0});
}

SEM_INLINE V128 vec_fcomplex_add(SemCtx c, VecShape s, unsigned rotation, V128 a, V128 b)
{
    return jit_vcall(c, s, jitv_complex_add, (void *)(uintptr_t)rotation, a, b, (V128){0});
}

SEM_INLINE V128 vec_fcomplex_mla(SemCtx c, VecShape s, unsigned rotation, V128 acc, V128 a, V128 b)
{
    return jit_vcall(c, s, jitv_complex_mla, (void *)(uintptr_t)rotation, acc, a, b);
}

SEM_INLINE V128 vec_fmla_half(SemCtx c, VecShape s, bool subtract, V128 acc, V128 a, V128 b)
{
    return jit_vcall(c, s, jitv_mla_half, (void *)(uintptr_t)subtract, acc, a, b);
}

#endif
