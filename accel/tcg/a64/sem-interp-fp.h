/* SPDX-License-Identifier: MIT */
/* Floating-point verbs of the interpreter: the host's FPU where that is certain to be right (see
 * util/softfp-fast.h), softfp otherwise. Formats are log2 of the size, as element sizes are. */
#ifndef ACCEL_TCG_A64_SEM_INTERP_FP_H
#define ACCEL_TCG_A64_SEM_INTERP_FP_H

#include "accel/tcg/a64/sem-interp-vec.h"
#include "accel/tcg/a64/vec-fp.h"
#include "util/softfp-fast.h"

/* ---- scalar registers */

/* A scalar of floating point, where the translator tells it from an integer. */
typedef V64 VS;

/* The low element; what is above is not looked at. */
static inline VS f_get(SemCtx c, unsigned format, unsigned n)
{
    return (V64){lane_u(&c.cpu->v[n], format, 0)};
}

static inline void f_set(SemCtx c, unsigned n, V64 v)
{
    vec_set(c, n, vec_const(c, v.u, 0));
}

/* Its image as an integer, and back. */
static inline V64 f_bits(SemCtx c, VS a)
{
    return a;
}

static inline VS f_of_bits(SemCtx c, unsigned format, V64 a)
{
    return a;
}

static inline VS f_const(SemCtx c, unsigned format, uint64_t v)
{
    return (VS){v};
}

SEM_INLINE VS f_select(SemCtx c, VB cond, VS a, VS b)
{
    return v_select(c, cond, a, b);
}

/* ---- arithmetic on scalars */

static inline bool f_host_ok(SemCtx c)
{
    return softfp_host_ok(c.cpu->fpcr, c.cpu->fpsr);
}

/* Nothing that FPCR says matters to an operation that does not round. */
static inline bool f_no_flush(SemCtx c)
{
    return !(c.cpu->fpcr & SOFTFP_FPCR_FZ);
}

static inline VS f_op2(SemCtx c, SoftFpFastOp fast, FpOp2 *op, unsigned format, V64 a, V64 b)
{
    if (format == SOFTFP_D && likely(f_host_ok(c))) {
        uint64_t r;
        if (likely(softfp_fast2_64(fast, a.u, b.u, &r))) {
            return (V64){r};
        }
    } else if (format == SOFTFP_S && likely(f_host_ok(c))) {
        uint32_t r;
        if (likely(softfp_fast2_32(fast, (uint32_t)a.u, (uint32_t)b.u, &r))) {
            return (V64){r};
        }
    }
    return (V64){fp_run2(c.cpu, format, op, a.u, b.u)};
}

static inline VS f_add(SemCtx c, unsigned format, V64 a, V64 b)
{
    return f_op2(c, SOFTFP_FAST_ADD, softfp_add, format, a, b);
}

static inline VS f_sub(SemCtx c, unsigned format, V64 a, V64 b)
{
    return f_op2(c, SOFTFP_FAST_SUB, softfp_sub, format, a, b);
}

static inline VS f_mul(SemCtx c, unsigned format, V64 a, V64 b)
{
    return f_op2(c, SOFTFP_FAST_MUL, softfp_mul, format, a, b);
}

static inline VS f_div(SemCtx c, unsigned format, V64 a, V64 b)
{
    return f_op2(c, SOFTFP_FAST_DIV, softfp_div, format, a, b);
}

static inline VS f_neg(SemCtx c, unsigned format, V64 a)
{
    return (V64){softfp_neg((SoftFpFormat)format, a.u)};
}

static inline VS f_abs(SemCtx c, unsigned format, V64 a)
{
    return (V64){softfp_abs((SoftFpFormat)format, a.u)};
}

static inline VS f_sqrt(SemCtx c, unsigned format, V64 a)
{
    if (format == SOFTFP_D && f_host_ok(c) && softfp_plain64(a.u) && !(a.u >> 63)) {
        return (V64){softfp_of_double(sqrt(softfp_double(a.u)))};
    }
    if (format == SOFTFP_S && f_host_ok(c) && softfp_plain32((uint32_t)a.u) && !(a.u >> 31)) {
        return (V64){softfp_of_float(sqrtf(softfp_float((uint32_t)a.u)))};
    }
    return (V64){fp_run1(c.cpu, format, softfp_sqrt, a.u)};
}

/* acc + a * b. */
static inline VS f_muladd(SemCtx c, unsigned format, V64 acc, V64 a, V64 b)
{
    if (format == SOFTFP_D && likely(f_host_ok(c))) {
        uint64_t r;
        if (likely(softfp_fast_muladd64(acc.u, a.u, b.u, &r))) {
            return (V64){r};
        }
    } else if (format == SOFTFP_S && likely(f_host_ok(c))) {
        uint32_t r;
        if (likely(softfp_fast_muladd32((uint32_t)acc.u, (uint32_t)a.u, (uint32_t)b.u, &r))) {
            return (V64){r};
        }
    }
    return (V64){fp_run3(c.cpu, format, softfp_muladd, acc.u, a.u, b.u)};
}

/* The larger or smaller of two numbers, `op` where a NaN or a zero makes that a question. */
static inline VS f_minmax(SemCtx c, unsigned format, bool max, FpOp2 *op, V64 a, V64 b)
{
    if (format == SOFTFP_D && softfp_plain64(a.u) && softfp_plain64(b.u)) {
        bool above = softfp_double(a.u) > softfp_double(b.u);
        return above == max ? a : b;
    }
    if (format == SOFTFP_S && softfp_plain32((uint32_t)a.u) && softfp_plain32((uint32_t)b.u)) {
        bool above = softfp_float((uint32_t)a.u) > softfp_float((uint32_t)b.u);
        return above == max ? a : b;
    }
    return (V64){fp_run2(c.cpu, format, op, a.u, b.u)};
}

/* To integral values by a rounding that is the instruction's own: raises nothing. `host` rounds a
 * double the same way, and keeps the sign of zeros. */
static inline VS f_round(SemCtx c, unsigned format, double (*host)(double), FpOp1 *op, V64 a)
{
    if (format == SOFTFP_D && softfp_plain64(a.u)) {
        return (V64){softfp_of_double(host(softfp_double(a.u)))};
    }
    if (format == SOFTFP_S && softfp_plain32((uint32_t)a.u)) {
        return (V64){softfp_of_float((float)host(softfp_float((uint32_t)a.u)))};
    }
    return (V64){fp_run1(c.cpu, format, op, a.u)};
}

/* Any other operation of one or two operands. */
static inline VS f_call1(SemCtx c, unsigned format, FpOp1 *op, V64 a)
{
    return (V64){fp_run1(c.cpu, format, op, a.u)};
}

static inline VS f_call2(SemCtx c, unsigned format, FpOp2 *op, V64 a, V64 b)
{
    return (V64){fp_run2(c.cpu, format, op, a.u, b.u)};
}

static inline uint32_t f_order_flags(bool less, bool equal)
{
    return less ? PSTATE_N : equal ? PSTATE_Z | PSTATE_C : PSTATE_C;
}

static inline VF f_compare(SemCtx c, unsigned format, V64 a, V64 b, bool signalling)
{
    if (format == SOFTFP_D && likely(f_no_flush(c))) {
        double x = softfp_double(a.u), y = softfp_double(b.u);
        if (likely(!isunordered(x, y))) {
            return (VF){f_order_flags(x < y, x == y)};
        }
    } else if (format == SOFTFP_S && likely(f_no_flush(c))) {
        float x = softfp_float((uint32_t)a.u), y = softfp_float((uint32_t)b.u);
        if (likely(!isunordered(x, y))) {
            return (VF){f_order_flags(x < y, x == y)};
        }
    }
    return (VF){fp_compare(c.cpu, format, a.u, b.u, signalling)};
}

/* The comparison, with its exceptions, where cond holds; else `otherwise`. */
static inline VF f_compare_if(SemCtx c, VB cond, unsigned format, V64 a, V64 b, bool signalling,
                              VF otherwise)
{
    return cond.b ? f_compare(c, format, a, b, signalling) : otherwise;
}

/* ---- conversions of scalars */

static inline VS f_convert(SemCtx c, unsigned to, unsigned from, V64 a)
{
    if (to == SOFTFP_D && from == SOFTFP_S && likely(softfp_plain32((uint32_t)a.u))) {
        return (V64){softfp_of_double(softfp_float((uint32_t)a.u))};
    }
    if (to == SOFTFP_S && from == SOFTFP_D && likely(f_host_ok(c))) {
        uint32_t r = softfp_of_float((float)softfp_double(a.u));
        if (likely(softfp_plain32(r))) {
            return (V64){r};
        }
    }
    return (V64){fp_convert(c.cpu, to, from, a.u)};
}

/* Rounding is one of SoftFpRounding, or -1: as FPCR says. */
static inline V64 f_to_int(SemCtx c, unsigned format, unsigned sf, bool is_signed, int fbits,
                           int rounding, V64 a)
{
    if (is_signed && fbits == 0 && rounding == SOFTFP_ZERO && format >= SOFTFP_S &&
        likely(f_no_flush(c))) {
        double x = format == SOFTFP_D ? softfp_double(a.u) : softfp_float((uint32_t)a.u);
        double limit = sf ? 0x1p63 : 0x1p31;
        if (likely(x > -limit && x < limit)) {
            int64_t n = (int64_t)x;
            if ((double)n == x || (c.cpu->fpsr & SOFTFP_IXC)) {
                return (V64){sf ? (uint64_t)n : (uint32_t)n};
            }
        }
    }
    return (V64){fp_to_int(c.cpu, format, a.u, sf ? 64 : 32, is_signed, fbits, rounding)};
}

static inline VS f_from_int(SemCtx c, unsigned format, unsigned sf, bool is_signed, int fbits,
                            V64 a)
{
    if (format == SOFTFP_D && fbits == 0) {
        int64_t n = sf ? (int64_t)a.u : is_signed ? (int32_t)a.u : (int64_t)(uint32_t)a.u;
        /* Below 2^53 nothing is rounded. */
        if (likely((uint64_t)n + (1ull << 53) < 1ull << 54) && (is_signed || n >= 0)) {
            return (V64){softfp_of_double((double)n)};
        }
    }
    return (V64){fp_from_int(c.cpu, format, a.u, sf ? 64 : 32, is_signed, fbits)};
}

/* FJCVTZS: bit 32 of the result is the Z flag. */
static inline V64 f_to_int_js(SemCtx c, V64 a)
{
    return (V64){fp_to_int_js(c.cpu, a.u)};
}

/* ---- vectors */

static inline bool vec_plain32(VecShape s, V128 r)
{
    bool ok = softfp_plain32(r.v.s[0]) && softfp_plain32(r.v.s[1]);

    return ok && (s.bytes == 8 || (softfp_plain32(r.v.s[2]) && softfp_plain32(r.v.s[3])));
}

static inline bool vec_plain64(V128 r)
{
    return softfp_plain64(r.v.d[0]) && softfp_plain64(r.v.d[1]);
}

#define VEC_FP2(name, sign)                                                        \
    static inline V128 vec_f##name(SemCtx c, VecShape s, V128 a, V128 b)           \
    {                                                                              \
        if (s.esize == SOFTFP_S && s.bytes >= 8 && likely(f_host_ok(c))) {         \
            VecF32 r_ = VEC_FROM(VecF32, a) sign VEC_FROM(VecF32, b);              \
            V128 r = VEC_TO(r_);                                                   \
            if (likely(vec_plain32(s, r))) {                                       \
                return r;                                                          \
            }                                                                      \
        } else if (s.esize == SOFTFP_D && s.bytes == 16 && likely(f_host_ok(c))) { \
            VecF64 r_ = VEC_FROM(VecF64, a) sign VEC_FROM(VecF64, b);              \
            V128 r = VEC_TO(r_);                                                   \
            if (likely(vec_plain64(r))) {                                          \
                return r;                                                          \
            }                                                                      \
        }                                                                          \
        return (V128){fp_lanes2(c.cpu, s, softfp_##name, a.v, b.v)};               \
    }

VEC_FP2(add, +)
VEC_FP2(sub, -)
VEC_FP2(mul, *)
VEC_FP2(div, /)

/* acc + a * b, or acc - a * b. */
SEM_INLINE V128 vec_fmuladd(SemCtx c, VecShape s, bool subtract, V128 acc, V128 a, V128 b)
{
    if (s.esize == SOFTFP_S && s.bytes >= 8 && likely(f_host_ok(c))) {
        VecF32 x = VEC_FROM(VecF32, a);
        VecF32 sum = fp_host_mla32(VEC_FROM(VecF32, acc), subtract ? -x : x, VEC_FROM(VecF32, b));
        V128 r = VEC_TO(sum);
        if (likely(vec_plain32(s, r))) {
            return r;
        }
    } else if (s.esize == SOFTFP_D && s.bytes == 16 && likely(f_host_ok(c))) {
        VecF64 x = VEC_FROM(VecF64, a);
        VecF64 sum = fp_host_mla64(VEC_FROM(VecF64, acc), subtract ? -x : x, VEC_FROM(VecF64, b));
        V128 r = VEC_TO(sum);
        if (likely(vec_plain64(r))) {
            return r;
        }
    }
    return (V128){fp_lanes3(c.cpu, s, subtract ? fpop_mls : softfp_muladd, acc.v, a.v, b.v)};
}

static inline V128 vec_fcall1(SemCtx c, VecShape s, FpOp1 *op, V128 a)
{
    return (V128){fp_lanes1(c.cpu, s, op, a.v)};
}

static inline V128 vec_fcall2(SemCtx c, VecShape s, FpOp2 *op, V128 a, V128 b)
{
    return (V128){fp_lanes2(c.cpu, s, op, a.v, b.v)};
}

static inline V128 vec_fpairs(SemCtx c, VecShape s, FpOp2 *op, V128 a, V128 b)
{
    return (V128){fp_pairs(c.cpu, s, op, a.v, b.v)};
}

static inline V128 vec_facross(SemCtx c, VecShape s, FpOp2 *op, V128 a)
{
    return (V128){fp_across(c.cpu, s, op, a.v)};
}

static inline V128 vec_fto_int(SemCtx c, VecShape s, bool is_signed, int fbits, int rounding,
                               V128 a)
{
    return (V128){fp_lanes_to_int(c.cpu, s, a.v, is_signed, fbits, rounding)};
}

static inline V128 vec_ffrom_int(SemCtx c, VecShape s, bool is_signed, int fbits, V128 a)
{
    return (V128){fp_lanes_from_int(c.cpu, s, a.v, is_signed, fbits)};
}

static inline V128 vec_fnarrow(SemCtx c, VecShape s, bool round_to_odd, V128 a)
{
    return (V128){fp_lanes_narrow(c.cpu, s, a.v, round_to_odd)};
}

static inline V128 vec_fwiden(SemCtx c, VecShape s, V128 a)
{
    return (V128){fp_lanes_widen(c.cpu, s, a.v)};
}

static inline V128 vec_fcomplex_add(SemCtx c, VecShape s, unsigned rotation, V128 a, V128 b)
{
    return (V128){fp_complex_add(c.cpu, s, rotation, a.v, b.v)};
}

static inline V128 vec_fcomplex_mla(SemCtx c, VecShape s, unsigned rotation, V128 acc, V128 a,
                                    V128 b)
{
    return (V128){fp_complex_mla(c.cpu, s, rotation, acc.v, a.v, b.v)};
}

static inline V128 vec_fmla_half(SemCtx c, VecShape s, bool subtract, V128 acc, V128 a, V128 b)
{
    return (V128){fp_mla_half(c.cpu, s, subtract, acc.v, a.v, b.v)};
}

#endif
