/* SPDX-License-Identifier: MIT */
/* What the files of softfp share: unpacked numbers, NaN rules, rounding. Private to them. */
#ifndef UTIL_SOFTFP_CORE_H
#define UTIL_SOFTFP_CORE_H

#include "util/softfp.h"

typedef enum FpKind { FP_ZERO, FP_FINITE, FP_INF, FP_QNAN, FP_SNAN } FpKind;

/* A finite value is frac * 2^(exp - 63) and bit 63 of frac is set. */
typedef struct FpParts {
    FpKind kind;
    bool sign;
    int exp;
    uint64_t frac;
} FpParts;

typedef struct FpLayout {
    int bits, exp_bits, frac_bits, bias;
} FpLayout;

static inline FpLayout fp_layout(SoftFpFormat f)
{
    static const FpLayout layouts[] = {
        [SOFTFP_H] = {16, 5, 10, 15},
        [SOFTFP_S] = {32, 8, 23, 127},
        [SOFTFP_D] = {64, 11, 52, 1023},
    };

    return layouts[f];
}

static inline uint64_t fp_inf(SoftFpFormat f, bool sign)
{
    FpLayout l = fp_layout(f);

    return (uint64_t)sign << (l.bits - 1) | MASK64(l.exp_bits) << l.frac_bits;
}

static inline uint64_t fp_zero(SoftFpFormat f, bool sign)
{
    return (uint64_t)sign << (fp_layout(f).bits - 1);
}

static inline uint64_t fp_max_normal(SoftFpFormat f, bool sign)
{
    return fp_inf(f, sign) - 1;
}

static inline uint64_t fp_default_nan(SoftFpFormat f)
{
    return fp_inf(f, false) | BIT64(fp_layout(f).frac_bits - 1);
}

static inline bool fp_is_nan(FpKind k)
{
    return k >= FP_QNAN;
}

/* Shifts right; bits that fall off stay visible in bit 0. */
static inline uint64_t fp_shift_jam(uint64_t v, int n)
{
    if (n <= 0) {
        return v;
    }
    if (n > 63) {
        return v != 0;
    }
    return v >> n | ((v & MASK64(n)) != 0);
}

/* softfp.c */
/* Takes an operand apart; denormals are flushed as s says. */
FpParts fp_unpack(SoftFp *s, SoftFpFormat f, uint64_t a);
/* The same for a conversion between formats: FZ16 is ignored, AHP is honoured. */
FpParts fp_unpack_cv(SoftFp *s, SoftFpFormat f, uint64_t a);
/* frac * 2^(exp - 63), bit 63 of frac set, bit 0 sticky: rounded and packed. */
uint64_t fp_round(SoftFp *s, SoftFpFormat f, bool sign, int exp, uint64_t frac);
uint64_t fp_round_cv(SoftFp *s, SoftFpFormat f, bool sign, int exp, uint64_t frac);
/* What a NaN operand becomes. */
uint64_t fp_nan(SoftFp *s, SoftFpFormat f, FpKind kind, uint64_t a);
/* When an operand is a NaN: the result that the priority rules give. */
bool fp_nans(SoftFp *s, SoftFpFormat f, const FpParts *pa, const FpParts *pb, uint64_t a,
             uint64_t b, uint64_t *ret);
uint64_t fp_invalid(SoftFp *s, SoftFpFormat f);
/* The integer nearest to frac * 2^(exp - 63) by `rounding`, for magnitudes below 2^64;
 * *ret_inexact tells whether it differs. */
uint64_t fp_to_magnitude(bool sign, int exp, uint64_t frac, SoftFpRounding rounding,
                         bool *ret_inexact);

/* Whether rounding goes away from zero, from the lowest kept bit and the discarded part
 * compared with half a unit (-1, 0, 1) and with zero. */
static inline bool fp_round_away(SoftFpRounding rounding, bool sign, bool lsb, int against_half,
                                 bool inexact)
{
    switch (rounding) {
    case SOFTFP_NEAREST_EVEN:
        return against_half > 0 || (against_half == 0 && lsb);
    case SOFTFP_TIES_AWAY:
        return against_half >= 0;
    case SOFTFP_UP:
        return inexact && !sign;
    case SOFTFP_DOWN:
        return inexact && sign;
    default:
        return false;
    }
}

#endif
