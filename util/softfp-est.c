/* SPDX-License-Identifier: MIT */
/* Reciprocal estimates of softfp, as precise as the architecture says and no more. */
#include "util/softfp-core.h"
#include "util/softfp.h"

/* 256 <= a < 512 stands for 0.5 <= x < 1; the result for 1 <= 1/x < 2 in the same unit. */
static unsigned recip_estimate(unsigned a)
{
    unsigned b = (1u << 19) / (a * 2 + 1);

    return (b + 1) / 2;
}

/* 128 <= a < 512 stands for 0.25 <= x < 1; the result for 1 <= 1/sqrt(x) < 2. */
static unsigned recip_sqrt_estimate(unsigned a)
{
    unsigned lo = 512, hi = 1024;

    a = a < 256 ? a * 2 + 1 : ((a & ~1u) + 1) * 2;
    /* The largest b with a * b * b < 2^28. */
    while (hi - lo > 1) {
        unsigned mid = (lo + hi) / 2;
        if (a * mid * mid < 1u << 28) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return (lo + 1) / 2;
}

/* What a reciprocal of a number too small gives. */
static uint64_t recpe_overflow(SoftFp *s, SoftFpFormat f, bool sign)
{
    bool to_inf =
        s->rounding == SOFTFP_NEAREST_EVEN || s->rounding == (sign ? SOFTFP_DOWN : SOFTFP_UP);

    s->flags |= SOFTFP_OFC | SOFTFP_IXC;
    return to_inf ? fp_inf(f, sign) : fp_max_normal(f, sign);
}

uint64_t softfp_recpe(SoftFp *s, SoftFpFormat f, uint64_t a)
{
    FpLayout l = fp_layout(f);
    FpParts p = fp_unpack(s, f, a);

    if (fp_is_nan(p.kind)) {
        return fp_nan(s, f, p.kind, a);
    }
    if (p.kind == FP_INF) {
        return fp_zero(f, p.sign);
    }
    if (p.kind == FP_ZERO) {
        s->flags |= SOFTFP_DZC;
        return fp_inf(f, p.sign);
    }
    if (p.exp < -l.bias - 1) {
        return recpe_overflow(s, f, p.sign);
    }
    if ((f == SOFTFP_H ? s->fz16 : s->flush_to_zero) && p.exp >= l.bias - 1) {
        s->flags |= SOFTFP_UFC;
        return fp_zero(f, p.sign);
    }
    uint64_t estimate = recip_estimate((unsigned)(p.frac >> 55));
    int exp = l.bias - 1 - p.exp; /* biased */
    uint64_t frac = (estimate & 0xff) << (l.frac_bits - 8);
    if (exp <= 0) {
        /* One or two bits into the denormals; what falls off is zero but for H's last bits. */
        frac = (frac | BIT64(l.frac_bits)) >> (1 - exp);
        exp = 0;
    }
    return fp_zero(f, p.sign) | (uint64_t)exp << l.frac_bits | frac;
}

uint64_t softfp_rsqrte(SoftFp *s, SoftFpFormat f, uint64_t a)
{
    FpLayout l = fp_layout(f);
    FpParts p = fp_unpack(s, f, a);

    if (fp_is_nan(p.kind)) {
        return fp_nan(s, f, p.kind, a);
    }
    if (p.kind == FP_ZERO) {
        s->flags |= SOFTFP_DZC;
        return fp_inf(f, p.sign);
    }
    if (p.sign) {
        return fp_invalid(s, f);
    }
    if (p.kind == FP_INF) {
        return fp_zero(f, false);
    }
    /* x = m * 2^(2k) with 0.25 <= m < 1. */
    int biased = p.exp + l.bias;
    bool low = biased & 1;
    unsigned m = (unsigned)(p.frac >> (low ? 56 : 55));
    uint64_t estimate = recip_sqrt_estimate(m);
    int exp = (3 * l.bias - 1 - biased) >> 1;
    return (uint64_t)exp << l.frac_bits | (estimate & 0xff) << (l.frac_bits - 8);
}

uint64_t softfp_recpx(SoftFp *s, SoftFpFormat f, uint64_t a)
{
    FpLayout l = fp_layout(f);
    FpParts p = fp_unpack(s, f, a);
    uint64_t max = MASK64(l.exp_bits);
    uint64_t exp = a >> l.frac_bits & max;

    if (fp_is_nan(p.kind)) {
        return fp_nan(s, f, p.kind, a);
    }
    exp = exp == 0 ? max - 1 : ~exp & max;
    return fp_zero(f, p.sign) | exp << l.frac_bits;
}

uint32_t softfp_urecpe(uint32_t a)
{
    return a >> 31 ? recip_estimate(a >> 23) << 23 : UINT32_MAX;
}

uint32_t softfp_ursqrte(uint32_t a)
{
    return a >> 30 ? recip_sqrt_estimate(a >> 23) << 23 : UINT32_MAX;
}
