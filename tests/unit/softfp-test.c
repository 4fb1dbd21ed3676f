/* SPDX-License-Identifier: MIT */
/* softfp against the host's FPU in four rounding modes, and Arm's own rules by example. */
#include "util/softfp.h"

#include "tests/lib/check-main.h"
#include "util/softfp-fast.h"
#include <fenv.h>

#define CASES      40000
#define HOST_FLAGS (SOFTFP_IOC | SOFTFP_DZC | SOFTFP_OFC | SOFTFP_UFC | SOFTFP_IXC)

static uint64_t rng_state = 0x9e3779b97f4a7c15;

static uint64_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state * 0x2545f4914f6cdd1d;
}

static const uint64_t specials_h[] = {0, 1, 0x3ff, 0x400, 0x3c00, 0x3c01, 0x7bff, 0x7c00, 0x7e00};
static const uint64_t specials_s[] = {0,          1,          0x7fffff,   0x800000,  0x3f800000,
                                      0x3f800001, 0x7f7fffff, 0x7f800000, 0x7fc00000};
static const uint64_t specials_d[] = {0,
                                      1,
                                      0xfffffffffffff,
                                      0x10000000000000,
                                      0x3ff0000000000000,
                                      0x3ff0000000000001,
                                      0x7fefffffffffffff,
                                      0x7ff0000000000000,
                                      0x7ff8000000000000};

/* Special values, patterns, and numbers close enough to each other that sums cancel. */
static uint64_t operand(SoftFpFormat f)
{
    const uint64_t *specials = f == SOFTFP_H ? specials_h : f == SOFTFP_S ? specials_s : specials_d;
    int frac_bits = f == SOFTFP_H ? 10 : f == SOFTFP_S ? 23 : 52;
    uint64_t mask = MASK64(softfp_bits(f)), r = rng();
    uint64_t v;

    switch (r & 7) {
    case 0:
        v = specials[(r >> 8) % 9];
        break;
    case 1:
        v = specials[(r >> 8) % 7] + (r >> 16 & 7) - 3;
        break;
    case 2:
    case 3:
    case 4: /* near one */
        v = specials[4] + (((rng() & 63) - 32) << frac_bits) + (rng() & MASK64(frac_bits));
        if (r & 64) {
            v &= ~MASK64(frac_bits - 6);
        }
        break;
    default:
        v = rng();
        break;
    }
    return (v ^ (r & 128 ? BIT64(softfp_bits(f) - 1) : 0)) & mask;
}

static const struct {
    SoftFpRounding soft;
    int host;
} modes[] = {{SOFTFP_NEAREST_EVEN, FE_TONEAREST},
             {SOFTFP_UP, FE_UPWARD},
             {SOFTFP_DOWN, FE_DOWNWARD},
             {SOFTFP_ZERO, FE_TOWARDZERO}};

static uint32_t host_flags(void)
{
    int e = fetestexcept(FE_ALL_EXCEPT);

    return (e & FE_INVALID ? SOFTFP_IOC : 0) | (e & FE_DIVBYZERO ? SOFTFP_DZC : 0) |
           (e & FE_OVERFLOW ? SOFTFP_OFC : 0) | (e & FE_UNDERFLOW ? SOFTFP_UFC : 0) |
           (e & FE_INEXACT ? SOFTFP_IXC : 0);
}

static bool is_nan(SoftFpFormat f, uint64_t v)
{
    uint64_t inf = f == SOFTFP_H ? 0x7c00 : f == SOFTFP_S ? 0x7f800000 : 0x7ff0000000000000;

    return softfp_abs(f, v) > inf;
}

enum { ADD, SUB, MUL, DIV, SQRT, FMA, OPS };

static uint64_t soft_op(SoftFp *s, SoftFpFormat f, int op, uint64_t a, uint64_t b, uint64_t c)
{
    switch (op) {
    case ADD:
        return softfp_add(s, f, a, b);
    case SUB:
        return softfp_sub(s, f, a, b);
    case MUL:
        return softfp_mul(s, f, a, b);
    case DIV:
        return softfp_div(s, f, a, b);
    case SQRT:
        return softfp_sqrt(s, f, a);
    default:
        return softfp_muladd(s, f, c, a, b);
    }
}

static uint64_t host_op64(int op, uint64_t a, uint64_t b, uint64_t c)
{
    volatile double x = softfp_double(a), y = softfp_double(b), z = softfp_double(c), r;

    feclearexcept(FE_ALL_EXCEPT);
    r = op == ADD    ? x + y
        : op == SUB  ? x - y
        : op == MUL  ? x * y
        : op == DIV  ? x / y
        : op == SQRT ? sqrt(x)
                     : fma(x, y, z);
    return softfp_of_double(r);
}

static uint64_t host_op32(int op, uint64_t a, uint64_t b, uint64_t c)
{
    volatile float x = softfp_float((uint32_t)a), y = softfp_float((uint32_t)b);
    volatile float z = softfp_float((uint32_t)c), r;

    feclearexcept(FE_ALL_EXCEPT);
    r = op == ADD    ? x + y
        : op == SUB  ? x - y
        : op == MUL  ? x * y
        : op == DIV  ? x / y
        : op == SQRT ? sqrtf(x)
                     : fmaf(x, y, z);
    return softfp_of_float(r);
}

static void compare_result(SoftFpFormat f, int op, int mode, const uint64_t v[3], uint64_t soft,
                           uint32_t soft_flags, uint64_t host, uint32_t flags)
{
    uint64_t min_normal = f == SOFTFP_H ? 0x400 : f == SOFTFP_S ? 0x800000 : 0x10000000000000;

    /* The host looks for tininess after rounding, we before. */
    if (softfp_abs(f, soft) == min_normal) {
        soft_flags &= ~SOFTFP_UFC;
        flags &= ~SOFTFP_UFC;
    }
    /* Whether 0 * inf + QNaN is invalid differs by host. */
    if (op == FMA && is_nan(f, v[2])) {
        soft_flags = flags;
    }
    bool same = soft == host || (is_nan(f, soft) && is_nan(f, host));
    ck_assert_msg(same && soft_flags == flags,
                  "format %d op %d mode %d: %016llx %016llx %016llx -> %016llx/%02x, host "
                  "%016llx/%02x",
                  f, op, mode, (unsigned long long)v[0], (unsigned long long)v[1],
                  (unsigned long long)v[2], (unsigned long long)soft, soft_flags,
                  (unsigned long long)host, flags);
}

static void arithmetic(SoftFpFormat f)
{
    for (int mode = 0; mode < 4; mode++) {
        fesetround(modes[mode].host);
        for (int op = 0; op < OPS; op++) {
            for (int i = 0; i < CASES; i++) {
                uint64_t v[3] = {operand(f), operand(f), operand(f)};
                SoftFp s = {.rounding = modes[mode].soft};
                uint64_t soft = soft_op(&s, f, op, v[0], v[1], v[2]);
                uint64_t host = f == SOFTFP_S ? host_op32(op, v[0], v[1], v[2])
                                              : host_op64(op, v[0], v[1], v[2]);
                compare_result(f, op, mode, v, soft, s.flags, host, host_flags());
            }
        }
    }
    fesetround(FE_TONEAREST);
}

START_TEST(arithmetic_single)
{
    arithmetic(SOFTFP_S);
}
END_TEST

START_TEST(arithmetic_double)
{
    arithmetic(SOFTFP_D);
}
END_TEST

/* An H pattern as a double, which holds every value of H. */
static double half_value(uint64_t h)
{
    int exp = (int)(h >> 10 & 31);
    double frac = (double)(h & 0x3ff);
    double mag = exp == 31 ? (h & 0x3ff ? NAN : INFINITY)
                 : exp     ? ldexp(1024 + frac, exp - 25)
                           : ldexp(frac, -24);

    return h & 0x8000 ? -mag : mag;
}

/* A double rounded to H in the host's rounding mode, by arithmetic of the test's own. */
static uint64_t half_of(double v, uint32_t *flags)
{
    uint64_t sign = signbit(v) ? 0x8000 : 0;
    double mag = fabs(v);

    if (isnan(v)) {
        return 0x7e00;
    }
    if (isinf(v) || mag == 0) {
        return sign | (mag == 0 ? 0 : 0x7c00);
    }
    int exp = ilogb(mag) < -14 ? -14 : ilogb(mag);
    double quantum = ldexp(1, exp - 10);
    double n = fabs(nearbyint(v / quantum));
    if (n * quantum != mag) {
        *flags |= SOFTFP_IXC | (mag < ldexp(1, -14) ? SOFTFP_UFC : 0);
    }
    if (n * quantum > 65504) {
        int m = fegetround();
        *flags |= SOFTFP_OFC | SOFTFP_IXC;
        bool inf = m == FE_TONEAREST || m == (sign ? FE_DOWNWARD : FE_UPWARD);
        return sign | (inf ? 0x7c00 : 0x7bff);
    }
    /* n is the significand with its leading one, or below for denormals. */
    return sign | ((uint64_t)(exp + 14) * 1024 + (uint64_t)n);
}

START_TEST(arithmetic_half)
{
    for (int mode = 0; mode < 4; mode++) {
        fesetround(modes[mode].host);
        for (int op = 0; op < FMA; op++) {
            for (int i = 0; i < (op == SQRT ? 0x10000 : CASES); i++) {
                uint64_t v[3] = {op == SQRT ? (uint64_t)i : operand(SOFTFP_H), operand(SOFTFP_H)};
                if (is_nan(SOFTFP_H, v[0]) || is_nan(SOFTFP_H, v[1])) {
                    continue;
                }
                SoftFp s = {.rounding = modes[mode].soft};
                uint64_t soft = soft_op(&s, SOFTFP_H, op, v[0], v[1], 0);
                /* Wide enough that rounding twice does no harm. */
                uint64_t wide = host_op64(op, softfp_of_double(half_value(v[0])),
                                          softfp_of_double(half_value(v[1])), 0);
                uint32_t flags = host_flags() & ~SOFTFP_IXC;
                bool was_inexact = host_flags() & SOFTFP_IXC;
                uint64_t host = half_of(softfp_double(wide), &flags);
                compare_result(SOFTFP_H, op, mode, v, soft, s.flags, host,
                               flags | (was_inexact ? SOFTFP_IXC : 0));
            }
        }
    }
    fesetround(FE_TONEAREST);
}
END_TEST

START_TEST(formats)
{
    for (int mode = 0; mode < 4; mode++) {
        fesetround(modes[mode].host);
        for (int i = 0; i < CASES; i++) {
            uint64_t v[3] = {operand(SOFTFP_D)};
            SoftFp s = {.rounding = modes[mode].soft};
            volatile double d = softfp_double(v[0]);
            feclearexcept(FE_ALL_EXCEPT);
            volatile float narrow = (float)d;
            uint32_t flags = host_flags();
            uint64_t soft = softfp_convert(&s, SOFTFP_S, SOFTFP_D, v[0]);
            compare_result(SOFTFP_S, 20, mode, v, soft, s.flags, softfp_of_float(narrow), flags);

            s.flags = flags = 0;
            uint64_t h = softfp_convert(&s, SOFTFP_H, SOFTFP_D, v[0]);
            if (!isnan(d)) {
                uint64_t expect = half_of(d, &flags);
                compare_result(SOFTFP_H, 21, mode, v, h, s.flags, expect, flags);
            }
        }
        for (uint64_t h = 0; h < 0x10000; h++) {
            SoftFp s = {.rounding = modes[mode].soft};
            uint64_t d = softfp_convert(&s, SOFTFP_D, SOFTFP_H, h);
            uint64_t w = softfp_convert(&s, SOFTFP_S, SOFTFP_H, h);
            if (is_nan(SOFTFP_H, h)) {
                ck_assert_uint_eq(softfp_convert(&s, SOFTFP_H, SOFTFP_S, w), h | 0x200);
                ck_assert_uint_eq(s.flags, h & 0x200 ? 0 : SOFTFP_IOC);
                continue;
            }
            ck_assert(softfp_double(d) == half_value(h) &&
                      softfp_float((uint32_t)w) == half_value(h));
            ck_assert_uint_eq(softfp_convert(&s, SOFTFP_H, SOFTFP_S, w), h);
            ck_assert_uint_eq(softfp_convert(&s, SOFTFP_H, SOFTFP_D, d), h);
            ck_assert_uint_eq(s.flags, 0);
        }
    }
    fesetround(FE_TONEAREST);
}
END_TEST

START_TEST(from_integer)
{
    for (int mode = 0; mode < 4; mode++) {
        fesetround(modes[mode].host);
        for (int i = 0; i < CASES; i++) {
            int fbits = (int)(rng() % 65), bits = i & 1 ? 64 : 32;
            bool is_signed = i & 2;
            uint64_t n = rng() >> (rng() & 63);
            n = i & 4 ? ~n : n;
            SoftFp s = {.rounding = modes[mode].soft};
            uint64_t v[3] = {n, (uint64_t)fbits, (uint64_t)(bits + is_signed)};
            volatile long double x = bits == 64
                                         ? (is_signed ? (int64_t)n : (long double)n)
                                         : (is_signed ? (int32_t)n : (long double)(uint32_t)n);
            x = ldexpl(x, -fbits);
            feclearexcept(FE_ALL_EXCEPT);
            volatile double d = (double)x;
            uint32_t flags = host_flags();
            uint64_t soft = softfp_from_int(&s, SOFTFP_D, n, bits, is_signed, fbits);
            compare_result(SOFTFP_D, 30, mode, v, soft, s.flags, softfp_of_double(d), flags);
            s.flags = 0;
            feclearexcept(FE_ALL_EXCEPT);
            volatile float narrow = (float)x;
            flags = host_flags();
            soft = softfp_from_int(&s, SOFTFP_S, n, bits, is_signed, fbits);
            compare_result(SOFTFP_S, 31, mode, v, soft, s.flags, softfp_of_float(narrow), flags);
        }
    }
    fesetround(FE_TONEAREST);
}
END_TEST

static long double host_integral(long double v, SoftFpRounding r)
{
    switch (r) {
    case SOFTFP_UP:
        return ceill(v);
    case SOFTFP_DOWN:
        return floorl(v);
    case SOFTFP_ZERO:
        return truncl(v);
    case SOFTFP_TIES_AWAY:
        return roundl(v);
    default:
        return nearbyintl(v);
    }
}

START_TEST(to_integer)
{
    static const int widths[] = {16, 32, 64};

    for (int i = 0; i < 8 * CASES; i++) {
        SoftFpFormat f = i & 1 ? SOFTFP_D : SOFTFP_S;
        uint64_t a = operand(f);
        int bits = widths[rng() % 3], fbits = rng() & 1 ? (int)(rng() % 65) : 0;
        bool is_signed = rng() & 1;
        SoftFpRounding r = (SoftFpRounding)(rng() % 5);
        SoftFp s = {0};
        uint64_t soft = softfp_to_int(&s, f, a, bits, is_signed, fbits, r);
        long double v = f == SOFTFP_D ? softfp_double(a) : softfp_float((uint32_t)a);
        uint64_t expect;
        uint32_t flags = 0;
        if (isnan(v)) {
            expect = 0;
            flags = SOFTFP_IOC;
        } else {
            long double x = ldexpl(v, fbits);
            long double n = host_integral(x, r);
            long double max = ldexpl(1, bits - is_signed) - 1, min = is_signed ? -max - 1 : 0;
            flags = n > max || n < min ? SOFTFP_IOC : n != x ? SOFTFP_IXC : 0;
            n = n > max ? max : n < min ? min : n;
            expect = (n < 0 ? (uint64_t)(int64_t)n : (uint64_t)n) & MASK64(bits);
        }
        ck_assert_msg(soft == expect && s.flags == flags,
                      "%016llx bits %d signed %d fbits %d mode %d: %llx/%x, host %llx/%x",
                      (unsigned long long)a, bits, is_signed, fbits, r, (unsigned long long)soft,
                      s.flags, (unsigned long long)expect, flags);
    }
}
END_TEST

START_TEST(to_integral)
{
    for (int i = 0; i < 4 * CASES; i++) {
        SoftFpFormat f = i & 1 ? SOFTFP_D : SOFTFP_S;
        uint64_t a = operand(f);
        SoftFpRounding r = (SoftFpRounding)(rng() % 5);
        SoftFp s = {0};
        if (is_nan(f, a)) {
            continue;
        }
        uint64_t soft = softfp_round_int(&s, f, a, r, true);
        long double v = f == SOFTFP_D ? softfp_double(a) : softfp_float((uint32_t)a);
        long double n = host_integral(v, r);
        uint64_t expect = f == SOFTFP_D ? softfp_of_double((double)n) : softfp_of_float((float)n);
        ck_assert_uint_eq(soft, expect);
        ck_assert_uint_eq(s.flags, n != v ? SOFTFP_IXC : 0);

        int bits = i & 2 ? 64 : 32;
        s.flags = 0;
        soft = softfp_round_int_n(&s, f, a, bits, r);
        bool fits = n < ldexpl(1, bits - 1) && n >= -ldexpl(1, bits - 1);
        long double min = -ldexpl(1, bits - 1);
        ck_assert_uint_eq(soft, fits            ? expect
                                : f == SOFTFP_D ? softfp_of_double((double)min)
                                                : softfp_of_float((float)min));
        ck_assert_uint_eq(s.flags, !fits ? SOFTFP_IOC : n != v ? SOFTFP_IXC : 0);
    }
}
END_TEST

START_TEST(javascript_conversion)
{
    for (int i = 0; i < 2 * CASES; i++) {
        uint64_t a = operand(SOFTFP_D);
        double v = softfp_double(a);
        bool exact, negative_zero = a == BIT64(63);
        SoftFp s = {0};
        uint32_t soft = softfp_to_int_js(&s, a, &exact);
        uint32_t expect = isfinite(v) ? (uint32_t)(int64_t)fmod(trunc(v), 4294967296.0) : 0;
        ck_assert_uint_eq(soft, expect);
        ck_assert_int_eq(exact, v == (int32_t)expect && isfinite(v) && !negative_zero);
    }
}
END_TEST

START_TEST(comparisons)
{
    for (int i = 0; i < 4 * CASES; i++) {
        SoftFpFormat f = i & 1 ? SOFTFP_D : SOFTFP_S;
        uint64_t a = operand(f), b = i & 6 ? operand(f) : a;
        SoftFp s = {0};
        SoftFpRelation rel = softfp_compare(&s, f, a, b, i & 8);
        double x = f == SOFTFP_D ? softfp_double(a) : softfp_float((uint32_t)a);
        double y = f == SOFTFP_D ? softfp_double(b) : softfp_float((uint32_t)b);
        ck_assert_int_eq(rel, isunordered(x, y) ? SOFTFP_UNORDERED
                              : x < y           ? SOFTFP_LESS
                              : x == y          ? SOFTFP_EQUAL
                                                : SOFTFP_GREATER);
        if (rel != SOFTFP_UNORDERED) {
            ck_assert_uint_eq(s.flags, 0);
            uint64_t max = softfp_max(&s, f, a, b), min = softfp_min(&s, f, a, b);
            ck_assert_uint_eq(max, rel == SOFTFP_LESS ? b
                                   : rel == SOFTFP_GREATER || softfp_neg(f, a) != b
                                       ? a
                                       : softfp_abs(f, a));
            ck_assert_uint_eq(max ^ min, a ^ b);
        } else if (i & 8) {
            ck_assert_uint_eq(s.flags, SOFTFP_IOC);
        }
    }
}
END_TEST

/* Operands and results of single precision. */
START_TEST(nan_rules)
{
    const uint64_t q1 = 0x7fc00001, q2 = 0xffc00002, s1 = 0x7f800003, s2 = 0xff800004;
    const uint64_t inf = 0x7f800000, dn = 0x7fc00000;
    SoftFp s = {0}, d = {.default_nan = true};

    ck_assert_uint_eq(softfp_add(&s, SOFTFP_S, q1, q2), q1);
    ck_assert_uint_eq(softfp_add(&s, SOFTFP_S, 0, q2), q2);
    ck_assert_uint_eq(s.flags, 0);
    ck_assert_uint_eq(softfp_mul(&s, SOFTFP_S, q1, s2), s2 | 0x400000);
    ck_assert_uint_eq(softfp_mul(&s, SOFTFP_S, s1, s2), s1 | 0x400000);
    ck_assert_uint_eq(s.flags, SOFTFP_IOC);
    ck_assert_uint_eq(softfp_add(&d, SOFTFP_S, q2, 0), dn);
    ck_assert_uint_eq(d.flags, 0);
    ck_assert_uint_eq(softfp_sub(&s, SOFTFP_S, inf, inf), dn);
    /* Fused: addend, then the factors; a quiet addend yields to an invalid product. */
    ck_assert_uint_eq(softfp_muladd(&s, SOFTFP_S, q1, q2, 0), q1);
    ck_assert_uint_eq(softfp_muladd(&s, SOFTFP_S, q1, 0, s2), s2 | 0x400000);
    ck_assert_uint_eq(softfp_muladd(&s, SOFTFP_S, q2, 0, inf), dn);
    ck_assert_uint_eq(softfp_muladd(&s, SOFTFP_S, s2, 0, inf), s2 | 0x400000);
    /* One quiet NaN loses, two or a signalling one do not. */
    s.flags = 0;
    ck_assert_uint_eq(softfp_maxnum(&s, SOFTFP_S, q1, 0xbf800000), 0xbf800000);
    ck_assert_uint_eq(softfp_minnum(&s, SOFTFP_S, 0x3f800000, q2), 0x3f800000);
    ck_assert_uint_eq(softfp_maxnum(&s, SOFTFP_S, q1, q2), q1);
    ck_assert_uint_eq(s.flags, 0);
    ck_assert_uint_eq(softfp_maxnum(&s, SOFTFP_S, q1, s2), s2 | 0x400000);
    ck_assert_uint_eq(s.flags, SOFTFP_IOC);
}
END_TEST

START_TEST(flushing)
{
    SoftFp s = {.flush_to_zero = true};

    ck_assert_uint_eq(softfp_add(&s, SOFTFP_S, 0x80000001, 0x80000000), 0x80000000);
    ck_assert_uint_eq(s.flags, SOFTFP_IDC);
    s.flags = 0;
    ck_assert_uint_eq(softfp_mul(&s, SOFTFP_D, 0x0010000000000000, 0x3fe0000000000000), 0);
    ck_assert_uint_eq(s.flags, SOFTFP_UFC);
    s.flags = 0;
    /* H has a bit of its own, which tells nothing of inputs. */
    ck_assert_uint_eq(softfp_add(&s, SOFTFP_H, 1, 1), 2);
    s.fz16 = true;
    ck_assert_uint_eq(softfp_add(&s, SOFTFP_H, 1, 0x3c00), 0x3c00);
    ck_assert_uint_eq(softfp_convert(&s, SOFTFP_S, SOFTFP_H, 1), 0x33800000);
    ck_assert_uint_eq(s.flags, 0);
}
END_TEST

START_TEST(alternative_half)
{
    SoftFp s = {.ahp = true};

    ck_assert_uint_eq(softfp_convert(&s, SOFTFP_S, SOFTFP_H, 0x7c00), 0x47800000);
    ck_assert_uint_eq(softfp_convert(&s, SOFTFP_H, SOFTFP_S, 0x47ffe000), 0x7fff);
    ck_assert_uint_eq(s.flags, 0);
    ck_assert_uint_eq(softfp_convert(&s, SOFTFP_H, SOFTFP_S, 0xff800000), 0xffff);
    ck_assert_uint_eq(s.flags, SOFTFP_IOC);
    s.flags = 0;
    ck_assert_uint_eq(softfp_convert(&s, SOFTFP_H, SOFTFP_S, 0xffc00000), 0x8000);
    ck_assert_uint_eq(s.flags, SOFTFP_IOC);
    s.flags = 0;
    ck_assert_uint_eq(softfp_convert(&s, SOFTFP_H, SOFTFP_S, 0x48000000), 0x7fff);
    ck_assert_uint_eq(s.flags, SOFTFP_IOC);
}
END_TEST

START_TEST(round_to_odd)
{
    SoftFp s = {.rounding = SOFTFP_ODD};

    ck_assert_uint_eq(softfp_convert(&s, SOFTFP_S, SOFTFP_D, 0x3ff0000000000001), 0x3f800001);
    ck_assert_uint_eq(s.flags, SOFTFP_IXC);
    ck_assert_uint_eq(softfp_convert(&s, SOFTFP_S, SOFTFP_D, 0x7fe0000000000000), 0x7f7fffff);
    ck_assert_uint_eq(s.flags, SOFTFP_IXC | SOFTFP_OFC);
}
END_TEST

START_TEST(estimates)
{
    SoftFp s = {0};

    /* Within 1/256 of the true value, wherever that is a normal number. */
    for (int i = 0; i < CASES; i++) {
        uint64_t a = (rng() & MASK64(52)) | (500 + rng() % 1000) << 52;
        double x = softfp_double(a);
        double e = softfp_double(softfp_recpe(&s, SOFTFP_D, a));
        double q = softfp_double(softfp_rsqrte(&s, SOFTFP_D, a));
        ck_assert(fabs(e * x - 1) < 1.0 / 256 && fabs(q * q * x - 1) < 2.0 / 256);
    }
    ck_assert_uint_eq(s.flags, 0);
    ck_assert_uint_eq(softfp_recpe(&s, SOFTFP_S, 0x3f800000), 0x3f7f8000);
    ck_assert_uint_eq(softfp_rsqrte(&s, SOFTFP_S, 0x3f800000), 0x3f7f8000);
    ck_assert_uint_eq(softfp_recpx(&s, SOFTFP_S, 0x40400000), 0x3f800000);
    ck_assert_uint_eq(softfp_recpe(&s, SOFTFP_S, 0x80000000), 0xff800000);
    ck_assert_uint_eq(s.flags, SOFTFP_DZC);
    s.flags = 0;
    ck_assert_uint_eq(softfp_recpe(&s, SOFTFP_S, 1), 0x7f800000);
    ck_assert_uint_eq(s.flags, SOFTFP_OFC | SOFTFP_IXC);
    ck_assert_uint_eq(softfp_rsqrte(&s, SOFTFP_S, 0xbf800000), 0x7fc00000);
    ck_assert_uint_eq(softfp_urecpe(0x80000000), 0xff800000);
    ck_assert_uint_eq(softfp_ursqrte(0x3fffffff), 0xffffffff);
}
END_TEST

START_TEST(newton_steps)
{
    SoftFp s = {0};
    const uint64_t one = 0x3ff0000000000000, two = one + (1ull << 52), inf = 0x7ffull << 52;

    ck_assert_uint_eq(softfp_recps(&s, SOFTFP_D, one, one), one);
    ck_assert_uint_eq(softfp_recps(&s, SOFTFP_D, inf, 0), two);
    ck_assert_uint_eq(softfp_rsqrts(&s, SOFTFP_D, one, one), one);
    ck_assert_uint_eq(softfp_rsqrts(&s, SOFTFP_D, 0, inf), 0x3ff8000000000000);
    ck_assert_uint_eq(softfp_mulx(&s, SOFTFP_D, softfp_neg(SOFTFP_D, inf), 0), two | BIT64(63));
    ck_assert_uint_eq(s.flags, 0);
}
END_TEST

/* Where the host's FPU is trusted it must agree, sticky inexact aside. */
START_TEST(fast_paths)
{
    for (int i = 0; i < 4 * CASES; i++) {
        uint64_t a = operand(SOFTFP_D), b = operand(SOFTFP_D), c = operand(SOFTFP_D), r;
        uint64_t sa = operand(SOFTFP_S), sb = operand(SOFTFP_S), sc = operand(SOFTFP_S);
        SoftFpFastOp op = (SoftFpFastOp)(i & 3);
        SoftFp s = {0};
        uint32_t w;
        if (softfp_fast2_64(op, a, b, &r)) {
            ck_assert_uint_eq(r, soft_op(&s, SOFTFP_D, ADD + (int)op, a, b, 0));
        }
        if (softfp_fast2_32(op, (uint32_t)sa, (uint32_t)sb, &w)) {
            ck_assert_uint_eq(w, soft_op(&s, SOFTFP_S, ADD + (int)op, sa, sb, 0));
        }
        if (softfp_fast_muladd64(c, a, b, &r)) {
            ck_assert_uint_eq(r, softfp_muladd(&s, SOFTFP_D, c, a, b));
        }
        if (softfp_fast_muladd32((uint32_t)sc, (uint32_t)sa, (uint32_t)sb, &w)) {
            ck_assert_uint_eq(w, softfp_muladd(&s, SOFTFP_S, sc, sa, sb));
        }
        ck_assert_uint_eq(s.flags & ~SOFTFP_IXC, 0);
    }
}
END_TEST

static Suite *softfp_suite(void)
{
    const TTest *const tests[] = {
        arithmetic_single, arithmetic_double, arithmetic_half,  formats,
        from_integer,      to_integer,        to_integral,      comparisons,
        nan_rules,         flushing,          alternative_half, round_to_odd,
        estimates,         newton_steps,      fast_paths,       javascript_conversion,
    };
    Suite *s = suite_create("softfp");
    TCase *tc = tcase_create("softfp");

    tcase_set_timeout(tc, 60);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        tcase_add_test(tc, tests[i]);
    }
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(softfp_suite)
