/* SPDX-License-Identifier: MIT */
/* The core of softfp: unpacking, NaN rules, rounding and packing. */
#include "util/softfp.h"

#include "util/softfp-core.h"

static FpParts unpack(SoftFp *s, SoftFpFormat f, uint64_t a, bool flush, bool alternative)
{
    FpLayout l = fp_layout(f);
    uint64_t frac = a & MASK64(l.frac_bits);
    int exp = (int)(a >> l.frac_bits & MASK64(l.exp_bits));
    FpParts p = {.sign = a >> (l.bits - 1) & 1};

    if (exp == 0) {
        if (frac == 0 || flush) {
            /* Only S and D tell of the flush. */
            if (frac && f != SOFTFP_H) {
                s->flags |= SOFTFP_IDC;
            }
            p.kind = FP_ZERO;
            return p;
        }
        int shift = __builtin_clzll(frac);
        p.kind = FP_FINITE;
        p.frac = frac << shift;
        p.exp = 1 - l.bias - l.frac_bits + 63 - shift;
        return p;
    }
    if (exp == (int)MASK64(l.exp_bits) && !alternative) {
        p.kind = frac == 0 ? FP_INF : frac >> (l.frac_bits - 1) ? FP_QNAN : FP_SNAN;
        return p;
    }
    p.kind = FP_FINITE;
    p.exp = exp - l.bias;
    p.frac = BIT64(63) | frac << (63 - l.frac_bits);
    return p;
}

FpParts fp_unpack(SoftFp *s, SoftFpFormat f, uint64_t a)
{
    return unpack(s, f, a, f == SOFTFP_H ? s->fz16 : s->flush_to_zero, false);
}

FpParts fp_unpack_cv(SoftFp *s, SoftFpFormat f, uint64_t a)
{
    bool half = f == SOFTFP_H;

    return unpack(s, f, a, !half && s->flush_to_zero, half && s->ahp);
}

static uint64_t overflow(SoftFp *s, SoftFpFormat f, bool sign)
{
    s->flags |= SOFTFP_OFC | SOFTFP_IXC;
    switch (s->rounding) {
    case SOFTFP_UP:
        return sign ? fp_max_normal(f, true) : fp_inf(f, false);
    case SOFTFP_DOWN:
        return sign ? fp_inf(f, true) : fp_max_normal(f, false);
    case SOFTFP_ZERO:
    case SOFTFP_ODD:
        return fp_max_normal(f, sign);
    default:
        return fp_inf(f, sign);
    }
}

static uint64_t round_pack(SoftFp *s, SoftFpFormat f, bool sign, int exp, uint64_t frac, bool flush,
                           bool alternative)
{
    FpLayout l = fp_layout(f);
    int biased = exp + l.bias;
    int drop = 63 - l.frac_bits;
    int max_biased = (int)MASK64(l.exp_bits) - !alternative;

    if (biased < 1) {
        if (flush) {
            s->flags |= SOFTFP_UFC;
            return fp_zero(f, sign);
        }
        frac = fp_shift_jam(frac, 1 - biased);
        biased = 0;
    }
    uint64_t rest = frac & MASK64(drop);
    uint64_t half = BIT64(drop - 1);
    uint64_t kept = frac >> drop;
    bool inexact = rest != 0;
    if (inexact && biased == 0) {
        s->flags |= SOFTFP_UFC;
    }
    if (fp_round_away(s->rounding, sign, kept & 1, (rest > half) - (rest < half), inexact)) {
        kept++;
    } else if (inexact && s->rounding == SOFTFP_ODD) {
        kept |= 1;
    }
    /* A carry out of the fraction moves into the exponent by itself, also from denormal. */
    uint64_t mag = kept + ((uint64_t)(biased > 0 ? biased - 1 : 0) << l.frac_bits);
    if (biased > max_biased || mag >> l.frac_bits > (uint64_t)max_biased) {
        if (alternative) {
            s->flags |= SOFTFP_IOC;
            return fp_zero(f, sign) | MASK64(15);
        }
        return overflow(s, f, sign);
    }
    if (inexact) {
        s->flags |= SOFTFP_IXC;
    }
    return fp_zero(f, sign) | mag;
}

uint64_t fp_round(SoftFp *s, SoftFpFormat f, bool sign, int exp, uint64_t frac)
{
    return round_pack(s, f, sign, exp, frac, f == SOFTFP_H ? s->fz16 : s->flush_to_zero, false);
}

uint64_t fp_round_cv(SoftFp *s, SoftFpFormat f, bool sign, int exp, uint64_t frac)
{
    bool half = f == SOFTFP_H;

    return round_pack(s, f, sign, exp, frac, !half && s->flush_to_zero, half && s->ahp);
}

uint64_t fp_nan(SoftFp *s, SoftFpFormat f, FpKind kind, uint64_t a)
{
    if (kind == FP_SNAN) {
        s->flags |= SOFTFP_IOC;
    }
    if (s->default_nan) {
        return fp_default_nan(f);
    }
    return (a & MASK64(fp_layout(f).bits)) | BIT64(fp_layout(f).frac_bits - 1);
}

bool fp_nans(SoftFp *s, SoftFpFormat f, const FpParts *pa, const FpParts *pb, uint64_t a,
             uint64_t b, uint64_t *ret)
{
    if (likely(!fp_is_nan(pa->kind) && !fp_is_nan(pb->kind))) {
        return false;
    }
    if (pa->kind == FP_SNAN || (pb->kind != FP_SNAN && pa->kind == FP_QNAN)) {
        *ret = fp_nan(s, f, pa->kind, a);
    } else {
        *ret = fp_nan(s, f, pb->kind, b);
    }
    return true;
}

uint64_t fp_invalid(SoftFp *s, SoftFpFormat f)
{
    s->flags |= SOFTFP_IOC;
    return fp_default_nan(f);
}

uint64_t fp_to_magnitude(bool sign, int exp, uint64_t frac, SoftFpRounding rounding,
                         bool *ret_inexact)
{
    /* Bits of weight below one. */
    int drop = 63 - exp;

    if (drop <= 0) {
        *ret_inexact = false;
        return frac;
    }
    uint64_t kept = drop > 63 ? 0 : frac >> drop;
    uint64_t rest = drop > 63 ? frac : frac << (64 - drop);
    int against_half;
    if (drop > 64) {
        against_half = -1;
    } else {
        against_half = (rest > BIT64(63)) - (rest < BIT64(63));
    }
    *ret_inexact = rest != 0;
    /* 2^64 - 1 and a bit cannot round to 2^64: drop > 0 leaves the top bit of kept clear. */
    return kept + fp_round_away(rounding, sign, kept & 1, against_half, *ret_inexact);
}
