/* SPDX-License-Identifier: MIT */
/* IEEE 754 arithmetic in integers with the rules of Arm (DDI 0487, "shared/functions/float"). */
#ifndef UTIL_SOFTFP_H
#define UTIL_SOFTFP_H

#include "util/bits.h"

/* log2 of the size in bytes, so that a decoder's element size is a format. */
typedef enum SoftFpFormat { SOFTFP_H = 1, SOFTFP_S = 2, SOFTFP_D = 3 } SoftFpFormat;

/* The first four as FPCR.RMode encodes them. */
typedef enum SoftFpRounding {
    SOFTFP_NEAREST_EVEN,
    SOFTFP_UP,   /* towards plus infinity */
    SOFTFP_DOWN, /* towards minus infinity */
    SOFTFP_ZERO,
    SOFTFP_TIES_AWAY,
    SOFTFP_ODD, /* von Neumann rounding: FCVTXN */
} SoftFpRounding;

/* SoftFp.flags, laid out as in FPSR. */
#define SOFTFP_IOC BIT(0) /* invalid operation */
#define SOFTFP_DZC BIT(1) /* division by zero */
#define SOFTFP_OFC BIT(2) /* overflow */
#define SOFTFP_UFC BIT(3) /* underflow: tiny before rounding and inexact, or flushed */
#define SOFTFP_IXC BIT(4) /* inexact */
#define SOFTFP_IDC BIT(7) /* denormal input flushed */

/* FPCR bits that arithmetic looks at. */
#define SOFTFP_FPCR_FZ16     BIT(19)
#define SOFTFP_FPCR_RM_SHIFT 22
#define SOFTFP_FPCR_FZ       BIT(24)
#define SOFTFP_FPCR_DN       BIT(25)
#define SOFTFP_FPCR_AHP      BIT(26)

/* How to compute, and the flags that were raised; flags are only ever added. */
typedef struct SoftFp {
    SoftFpRounding rounding;
    bool default_nan;   /* DN: every NaN result is the default NaN */
    bool flush_to_zero; /* FZ: denormal inputs and results of S and D are zeros */
    bool fz16;          /* the same of H; conversions between formats ignore it */
    bool ahp;           /* H has no infinities and NaNs in conversions between formats */
    uint32_t flags;
} SoftFp;

static inline SoftFp softfp_from_fpcr(uint32_t fpcr)
{
    return (SoftFp){
        .rounding = (SoftFpRounding)(fpcr >> SOFTFP_FPCR_RM_SHIFT & 3),
        .default_nan = fpcr & SOFTFP_FPCR_DN,
        .flush_to_zero = fpcr & SOFTFP_FPCR_FZ,
        .fz16 = fpcr & SOFTFP_FPCR_FZ16,
        .ahp = fpcr & SOFTFP_FPCR_AHP,
    };
}

/* Values are bit patterns in the low bits; bits above the format are ignored in operands and
 * zero in results. */

/* softfp-arith.c */
uint64_t softfp_add(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
uint64_t softfp_sub(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
uint64_t softfp_mul(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
/* As mul, but zero times infinity is two (FMULX). */
uint64_t softfp_mulx(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
uint64_t softfp_div(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
uint64_t softfp_sqrt(SoftFp *s, SoftFpFormat f, uint64_t a);
/* addend + a * b with one rounding. */
uint64_t softfp_muladd(SoftFp *s, SoftFpFormat f, uint64_t addend, uint64_t a, uint64_t b);
/* S addend + H a * H b (FMLAL). */
uint64_t softfp_muladd_h(SoftFp *s, uint64_t addend, uint64_t a, uint64_t b);
/* 2 - a * b and (3 - a * b) / 2, fused: the steps of Newton's iteration. */
uint64_t softfp_recps(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
uint64_t softfp_rsqrts(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);

/* softfp-cmp.c */
typedef enum SoftFpRelation {
    SOFTFP_LESS,
    SOFTFP_EQUAL,
    SOFTFP_GREATER,
    SOFTFP_UNORDERED
} SoftFpRelation;
/* A quiet NaN is invalid only when `signalling`. */
SoftFpRelation softfp_compare(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b, bool signalling);
uint64_t softfp_max(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
uint64_t softfp_min(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
/* A single quiet NaN loses against a number (FMAXNM, FMINNM). */
uint64_t softfp_maxnum(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
uint64_t softfp_minnum(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);

/* softfp-conv.c */
uint64_t softfp_convert(SoftFp *s, SoftFpFormat to, SoftFpFormat from, uint64_t a);
/* Integer of `bits` (16, 32 or 64), scaled by 2^-fbits, to floating point, rounded as s says. */
uint64_t softfp_from_int(SoftFp *s, SoftFpFormat f, uint64_t v, int bits, bool is_signed,
                         int fbits);
/* a * 2^fbits rounded by `rounding` and saturated to `bits`; signed results are sign-extended
 * within `bits` only. */
uint64_t softfp_to_int(SoftFp *s, SoftFpFormat f, uint64_t a, int bits, bool is_signed, int fbits,
                       SoftFpRounding rounding);
/* Double to int32 modulo 2^32 (FJCVTZS); *ret_exact is the Z flag. */
uint32_t softfp_to_int_js(SoftFp *s, uint64_t a, bool *ret_exact);
/* To integral floating point; `exact` raises inexact. */
uint64_t softfp_round_int(SoftFp *s, SoftFpFormat f, uint64_t a, SoftFpRounding rounding,
                          bool exact);
/* FRINT32/FRINT64: what does not fit the signed integer becomes its most negative value. */
uint64_t softfp_round_int_n(SoftFp *s, SoftFpFormat f, uint64_t a, int bits,
                            SoftFpRounding rounding);

/* softfp-est.c: table estimates, 8 bits of fraction. */
uint64_t softfp_recpe(SoftFp *s, SoftFpFormat f, uint64_t a);
uint64_t softfp_rsqrte(SoftFp *s, SoftFpFormat f, uint64_t a);
uint64_t softfp_recpx(SoftFp *s, SoftFpFormat f, uint64_t a);
uint32_t softfp_urecpe(uint32_t a);
uint32_t softfp_ursqrte(uint32_t a);

static inline int softfp_bits(SoftFpFormat f)
{
    return 8 << f;
}

static inline uint64_t softfp_neg(SoftFpFormat f, uint64_t a)
{
    return a ^ BIT64(softfp_bits(f) - 1);
}

static inline uint64_t softfp_abs(SoftFpFormat f, uint64_t a)
{
    return a & ~BIT64(softfp_bits(f) - 1);
}

#endif
