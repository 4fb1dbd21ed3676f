/* SPDX-License-Identifier: MIT */
/* Conversions of softfp: between formats, to and from integers, to integral values. */
#include "util/softfp-core.h"
#include "util/softfp.h"

static uint64_t convert_nan(SoftFp *s, SoftFpFormat to, SoftFpFormat from, bool sign, uint64_t a)
{
    FpLayout lt = fp_layout(to), lf = fp_layout(from);

    if (s->default_nan) {
        return fp_default_nan(to);
    }
    /* The payload keeps its upper end. */
    uint64_t top = (a & MASK64(lf.frac_bits)) << (63 - lf.frac_bits);
    return fp_inf(to, sign) | BIT64(lt.frac_bits - 1) | top >> (63 - lt.frac_bits);
}

uint64_t softfp_convert(SoftFp *s, SoftFpFormat to, SoftFpFormat from, uint64_t a)
{
    FpParts p = fp_unpack_cv(s, from, a);
    bool alternative = to == SOFTFP_H && s->ahp;

    switch (p.kind) {
    case FP_QNAN:
    case FP_SNAN:
        if (p.kind == FP_SNAN || alternative) {
            s->flags |= SOFTFP_IOC;
        }
        return alternative ? fp_zero(to, p.sign) : convert_nan(s, to, from, p.sign, a);
    case FP_INF:
        if (alternative) {
            s->flags |= SOFTFP_IOC;
            return fp_zero(to, p.sign) | MASK64(15);
        }
        return fp_inf(to, p.sign);
    case FP_ZERO:
        return fp_zero(to, p.sign);
    default:
        return fp_round_cv(s, to, p.sign, p.exp, p.frac);
    }
}

uint64_t softfp_from_int(SoftFp *s, SoftFpFormat f, uint64_t v, int bits, bool is_signed, int fbits)
{
    v &= MASK64(bits);
    bool sign = is_signed && v >> (bits - 1);
    uint64_t mag = sign ? -v & MASK64(bits) : v;

    if (mag == 0) {
        return fp_zero(f, false);
    }
    int shift = __builtin_clzll(mag);
    return fp_round(s, f, sign, 63 - shift - fbits, mag << shift);
}

static uint64_t saturate(bool sign, int bits, bool is_signed)
{
    if (!is_signed) {
        return sign ? 0 : MASK64(bits);
    }
    return MASK64(bits - 1) + sign;
}

uint64_t softfp_to_int(SoftFp *s, SoftFpFormat f, uint64_t a, int bits, bool is_signed, int fbits,
                       SoftFpRounding rounding)
{
    FpParts p = fp_unpack(s, f, a);
    bool inexact;

    switch (p.kind) {
    case FP_ZERO:
        return 0;
    case FP_INF:
        s->flags |= SOFTFP_IOC;
        return saturate(p.sign, bits, is_signed);
    case FP_QNAN:
    case FP_SNAN:
        s->flags |= SOFTFP_IOC;
        return 0;
    default:
        break;
    }
    if (p.exp + fbits > 63) {
        s->flags |= SOFTFP_IOC;
        return saturate(p.sign, bits, is_signed);
    }
    uint64_t mag = fp_to_magnitude(p.sign, p.exp + fbits, p.frac, rounding, &inexact);
    uint64_t limit = is_signed ? MASK64(bits - 1) + p.sign : p.sign ? 0 : MASK64(bits);
    if (mag > limit) {
        s->flags |= SOFTFP_IOC;
        return saturate(p.sign, bits, is_signed);
    }
    if (inexact) {
        s->flags |= SOFTFP_IXC;
    }
    return (p.sign ? -mag : mag) & MASK64(bits);
}

uint32_t softfp_to_int_js(SoftFp *s, uint64_t a, bool *ret_exact)
{
    FpParts p = fp_unpack(s, SOFTFP_D, a);
    bool inexact;

    *ret_exact = false;
    if (p.kind == FP_ZERO) {
        *ret_exact = !p.sign;
        return 0;
    }
    if (p.kind != FP_FINITE || p.exp > 63 + 31) {
        s->flags |= SOFTFP_IOC; /* not a number, or all bits weigh 2^32 or more */
        return 0;
    }
    if (p.exp > 63) {
        s->flags |= SOFTFP_IOC;
        uint32_t low = (uint32_t)(p.frac << (p.exp - 63));
        return p.sign ? -low : low;
    }
    uint64_t mag = fp_to_magnitude(p.sign, p.exp, p.frac, SOFTFP_ZERO, &inexact);
    if (mag > MASK64(31) + p.sign) {
        s->flags |= SOFTFP_IOC;
    } else if (inexact) {
        s->flags |= SOFTFP_IXC;
    } else {
        *ret_exact = true;
    }
    return p.sign ? -(uint32_t)mag : (uint32_t)mag;
}

uint64_t softfp_round_int(SoftFp *s, SoftFpFormat f, uint64_t a, SoftFpRounding rounding,
                          bool exact)
{
    FpParts p = fp_unpack(s, f, a);
    bool inexact;

    switch (p.kind) {
    case FP_QNAN:
    case FP_SNAN:
        return fp_nan(s, f, p.kind, a);
    case FP_INF:
        return fp_inf(f, p.sign);
    case FP_ZERO:
        return fp_zero(f, p.sign);
    default:
        break;
    }
    if (p.exp >= 63) {
        return a & MASK64(softfp_bits(f)); /* integral already */
    }
    uint64_t mag = fp_to_magnitude(p.sign, p.exp, p.frac, rounding, &inexact);
    if (inexact && exact) {
        s->flags |= SOFTFP_IXC;
    }
    if (mag == 0) {
        return fp_zero(f, p.sign);
    }
    int shift = __builtin_clzll(mag);
    return fp_round(s, f, p.sign, 63 - shift, mag << shift);
}

uint64_t softfp_round_int_n(SoftFp *s, SoftFpFormat f, uint64_t a, int bits,
                            SoftFpRounding rounding)
{
    FpParts p = fp_unpack(s, f, a);
    bool inexact = false;
    uint64_t mag = 0;

    if (p.kind == FP_ZERO) {
        return fp_zero(f, p.sign);
    }
    bool fits = p.kind == FP_FINITE && p.exp < 64;
    if (fits) {
        mag = fp_to_magnitude(p.sign, p.exp, p.frac, rounding, &inexact);
        fits = mag <= MASK64(bits - 1) + p.sign;
    }
    if (!fits) {
        s->flags |= SOFTFP_IOC;
        return fp_round(s, f, true, bits - 1, BIT64(63));
    }
    if (inexact) {
        s->flags |= SOFTFP_IXC;
    }
    if (mag == 0) {
        return fp_zero(f, p.sign);
    }
    int shift = __builtin_clzll(mag);
    return fp_round(s, f, p.sign, 63 - shift, mag << shift);
}
