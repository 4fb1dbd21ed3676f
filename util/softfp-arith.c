/* SPDX-License-Identifier: MIT */
/* Arithmetic of softfp: sums, products, quotients, roots, fused products. */
#include "util/softfp-core.h"
#include "util/softfp.h"

typedef unsigned __int128 u128;

/* A zero that is an exact sum of opposites. */
static uint64_t cancelled(SoftFp *s, SoftFpFormat f)
{
    return fp_zero(f, s->rounding == SOFTFP_DOWN);
}

static uint64_t add_finite(SoftFp *s, SoftFpFormat f, FpParts a, FpParts b)
{
    if (a.exp < b.exp || (a.exp == b.exp && a.frac < b.frac)) {
        FpParts t = a;
        a = b;
        b = t;
    }
    /* Ten bits or more of guard remain, so that the sticky bit never reaches the result. */
    uint64_t x = a.frac >> 1;
    uint64_t y = fp_shift_jam(b.frac >> 1, a.exp - b.exp);
    uint64_t sum = a.sign == b.sign ? x + y : x - y;
    if (sum == 0) {
        return cancelled(s, f);
    }
    int shift = __builtin_clzll(sum);
    return fp_round(s, f, a.sign, a.exp + 1 - shift, sum << shift);
}

static uint64_t add(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b, bool negate)
{
    FpParts pa = fp_unpack(s, f, a);
    FpParts pb = fp_unpack(s, f, b);
    uint64_t r;

    if (fp_nans(s, f, &pa, &pb, a, b, &r)) {
        return r;
    }
    pb.sign ^= negate;
    if (pa.kind == FP_INF) {
        if (pb.kind == FP_INF && pa.sign != pb.sign) {
            return fp_invalid(s, f);
        }
        return fp_inf(f, pa.sign);
    }
    if (pb.kind == FP_INF) {
        return fp_inf(f, pb.sign);
    }
    if (pa.kind == FP_ZERO && pb.kind == FP_ZERO) {
        return pa.sign == pb.sign ? fp_zero(f, pa.sign) : cancelled(s, f);
    }
    if (pa.kind == FP_ZERO) {
        return fp_round(s, f, pb.sign, pb.exp, pb.frac);
    }
    if (pb.kind == FP_ZERO) {
        return fp_round(s, f, pa.sign, pa.exp, pa.frac);
    }
    return add_finite(s, f, pa, pb);
}

uint64_t softfp_add(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return add(s, f, a, b, false);
}

uint64_t softfp_sub(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return add(s, f, a, b, true);
}

/* The upper 64 bits of a number of 128 with its leading one moved to the top; *exp follows. */
static uint64_t normalize128(u128 v, int *exp)
{
    uint64_t hi = (uint64_t)(v >> 64);
    int shift = hi ? __builtin_clzll(hi) : 64 + __builtin_clzll((uint64_t)v);

    v <<= shift;
    *exp -= shift;
    return (uint64_t)(v >> 64) | ((uint64_t)v != 0);
}

static uint64_t mul(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b, bool extended)
{
    FpParts pa = fp_unpack(s, f, a);
    FpParts pb = fp_unpack(s, f, b);
    bool sign = pa.sign ^ pb.sign;
    uint64_t r;

    if (fp_nans(s, f, &pa, &pb, a, b, &r)) {
        return r;
    }
    if (pa.kind == FP_INF || pb.kind == FP_INF) {
        if (pa.kind == FP_ZERO || pb.kind == FP_ZERO) {
            return extended ? fp_round(s, f, sign, 1, BIT64(63)) : fp_invalid(s, f);
        }
        return fp_inf(f, sign);
    }
    if (pa.kind == FP_ZERO || pb.kind == FP_ZERO) {
        return fp_zero(f, sign);
    }
    int exp = pa.exp + pb.exp + 1;
    uint64_t frac = normalize128((u128)pa.frac * pb.frac, &exp);
    return fp_round(s, f, sign, exp, frac);
}

uint64_t softfp_mul(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return mul(s, f, a, b, false);
}

uint64_t softfp_mulx(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return mul(s, f, a, b, true);
}

uint64_t softfp_div(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    FpParts pa = fp_unpack(s, f, a);
    FpParts pb = fp_unpack(s, f, b);
    bool sign = pa.sign ^ pb.sign;
    uint64_t r;

    if (fp_nans(s, f, &pa, &pb, a, b, &r)) {
        return r;
    }
    if (pa.kind == pb.kind && pa.kind != FP_FINITE) {
        return fp_invalid(s, f); /* inf / inf and 0 / 0 */
    }
    if (pa.kind == FP_INF) {
        return fp_inf(f, sign);
    }
    if (pb.kind == FP_ZERO) {
        s->flags |= SOFTFP_DZC;
        return fp_inf(f, sign);
    }
    if (pa.kind == FP_ZERO || pb.kind == FP_INF) {
        return fp_zero(f, sign);
    }
    u128 num = (u128)pa.frac << 63;
    u128 quot = num / pb.frac;
    int exp = pa.exp - pb.exp;
    if (pa.frac < pb.frac) {
        num <<= 1;
        quot = num / pb.frac;
        exp--;
    }
    uint64_t frac = (uint64_t)quot;
    return fp_round(s, f, sign, exp, frac | (num != (u128)frac * pb.frac));
}

/* The root of v, whose top bit or the one below is set, to `bits` bits below bit 64; the rest
 * is a sticky bit 0. */
static uint64_t isqrt_sticky(u128 v, int bits)
{
    uint64_t root = 0;

    for (int i = 63; i > 63 - bits; i--) {
        uint64_t t = root | BIT64(i);
        if ((u128)t * t <= v) {
            root = t;
        }
    }
    return root | ((u128)root * root != v);
}

uint64_t softfp_sqrt(SoftFp *s, SoftFpFormat f, uint64_t a)
{
    FpParts p = fp_unpack(s, f, a);

    if (fp_is_nan(p.kind)) {
        return fp_nan(s, f, p.kind, a);
    }
    if (p.kind == FP_ZERO) {
        return fp_zero(f, p.sign);
    }
    if (p.sign) {
        return fp_invalid(s, f);
    }
    if (p.kind == FP_INF) {
        return fp_inf(f, false);
    }
    /* An even exponent leaves 62 + 64 bits below the point, an odd one takes a bit more. */
    int odd = p.exp & 1;
    u128 v = (u128)p.frac << (63 + odd);
    return fp_round(s, f, false, (p.exp - odd) / 2, isqrt_sticky(v, fp_layout(f).frac_bits + 3));
}

static u128 shift_jam128(u128 v, int n)
{
    if (n <= 0) {
        return v;
    }
    if (n > 127) {
        return v != 0;
    }
    return v >> n | ((v & (((u128)1 << n) - 1)) != 0);
}

/* addend + a * b, then divided by 2^halve, of operands that are finite or zero. */
static uint64_t muladd_finite(SoftFp *s, SoftFpFormat f, FpParts c, FpParts a, FpParts b, int halve)
{
    bool sign = a.sign ^ b.sign;
    bool zero = a.kind == FP_ZERO || b.kind == FP_ZERO;

    if (zero && c.kind == FP_ZERO) {
        return c.sign == sign ? fp_zero(f, sign) : cancelled(s, f);
    }
    if (zero) {
        return fp_round(s, f, c.sign, c.exp - halve, c.frac);
    }
    /* Both with weight 2^(exp - 125): the product of two significands of 53 bits has 22 zero
     * bits at its end, so nothing is lost. */
    u128 p = (u128)a.frac * b.frac >> 1;
    int exp = a.exp + b.exp;
    if (c.kind != FP_ZERO) {
        u128 q = (u128)c.frac << 62;
        if (c.exp > exp) {
            p = shift_jam128(p, c.exp - exp);
            exp = c.exp;
        } else {
            q = shift_jam128(q, exp - c.exp);
        }
        if (c.sign == sign) {
            p += q;
        } else if (p >= q) {
            p -= q;
        } else {
            p = q - p;
            sign = c.sign;
        }
        if (p == 0) {
            return cancelled(s, f);
        }
    }
    exp += 2;
    uint64_t frac = normalize128(p, &exp);
    return fp_round(s, f, sign, exp - halve, frac);
}

/* The part after NaNs: infinities, then the arithmetic. */
static uint64_t muladd(SoftFp *s, SoftFpFormat f, FpParts c, FpParts a, FpParts b)
{
    bool inf = a.kind == FP_INF || b.kind == FP_INF;
    bool sign = a.sign ^ b.sign;

    if (inf && (a.kind == FP_ZERO || b.kind == FP_ZERO)) {
        return fp_invalid(s, f);
    }
    if (c.kind == FP_INF) {
        return inf && sign != c.sign ? fp_invalid(s, f) : fp_inf(f, c.sign);
    }
    if (inf) {
        return fp_inf(f, sign);
    }
    return muladd_finite(s, f, c, a, b, 0);
}

static bool inf_times_zero(const FpParts *a, const FpParts *b)
{
    return (a->kind == FP_INF && b->kind == FP_ZERO) || (a->kind == FP_ZERO && b->kind == FP_INF);
}

/* Which of addend, a, b decides when one is a NaN: 0, 1, 2, or -1 without NaNs. */
static int pick_nan3(const FpParts *c, const FpParts *a, const FpParts *b)
{
    const FpParts *p[] = {c, a, b};

    for (FpKind kind = FP_SNAN; kind >= FP_QNAN; kind--) {
        for (int i = 0; i < 3; i++) {
            if (p[i]->kind == kind) {
                return i;
            }
        }
    }
    return -1;
}

uint64_t softfp_muladd(SoftFp *s, SoftFpFormat f, uint64_t addend, uint64_t a, uint64_t b)
{
    FpParts pc = fp_unpack(s, f, addend);
    FpParts pa = fp_unpack(s, f, a);
    FpParts pb = fp_unpack(s, f, b);

    if (pc.kind == FP_QNAN && inf_times_zero(&pa, &pb)) {
        return fp_invalid(s, f);
    }
    switch (pick_nan3(&pc, &pa, &pb)) {
    case 0:
        return fp_nan(s, f, pc.kind, addend);
    case 1:
        return fp_nan(s, f, pa.kind, a);
    case 2:
        return fp_nan(s, f, pb.kind, b);
    default:
        return muladd(s, f, pc, pa, pb);
    }
}

uint64_t softfp_muladd_h(SoftFp *s, uint64_t addend, uint64_t a, uint64_t b)
{
    FpParts pc = fp_unpack(s, SOFTFP_S, addend);
    FpParts pa = fp_unpack(s, SOFTFP_H, a);
    FpParts pb = fp_unpack(s, SOFTFP_H, b);

    if (pc.kind == FP_QNAN && inf_times_zero(&pa, &pb)) {
        return fp_invalid(s, SOFTFP_S);
    }
    switch (pick_nan3(&pc, &pa, &pb)) {
    case 0:
        return fp_nan(s, SOFTFP_S, pc.kind, addend);
    case 1:
        return softfp_convert(&(SoftFp){.default_nan = s->default_nan}, SOFTFP_S, SOFTFP_H,
                              fp_nan(s, SOFTFP_H, pa.kind, a));
    case 2:
        return softfp_convert(&(SoftFp){.default_nan = s->default_nan}, SOFTFP_S, SOFTFP_H,
                              fp_nan(s, SOFTFP_H, pb.kind, b));
    default:
        return muladd(s, SOFTFP_S, pc, pa, pb);
    }
}

/* (whole - a * b) / 2^halve; zero times infinity counts as zero. */
static uint64_t newton_step(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b, FpParts whole,
                            int halve)
{
    a = softfp_neg(f, a);
    FpParts pa = fp_unpack(s, f, a);
    FpParts pb = fp_unpack(s, f, b);
    uint64_t r;

    if (fp_nans(s, f, &pa, &pb, a, b, &r)) {
        return r;
    }
    if (inf_times_zero(&pa, &pb)) {
        return fp_round(s, f, false, whole.exp - halve, whole.frac);
    }
    if (pa.kind == FP_INF || pb.kind == FP_INF) {
        return fp_inf(f, pa.sign ^ pb.sign);
    }
    return muladd_finite(s, f, whole, pa, pb, halve);
}

uint64_t softfp_recps(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    static const FpParts two = {.kind = FP_FINITE, .exp = 1, .frac = BIT64(63)};

    return newton_step(s, f, a, b, two, 0);
}

uint64_t softfp_rsqrts(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    static const FpParts three = {.kind = FP_FINITE, .exp = 1, .frac = 3ull << 62};

    return newton_step(s, f, a, b, three, 1);
}
