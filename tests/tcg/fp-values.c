/* SPDX-License-Identifier: MIT */
/* Special operands of each format: zeros, subnormal numbers, limits, ties, infinities, NaNs. */
#include "tests/tcg/fp-values.h"

#include "util/softfp.h"

#include <glib.h>
#include <string.h>

typedef enum ExpBase { FROM_ZERO, FROM_ONE, FROM_TOP, PRECISION, HALF_RANGE, MINUS_HALF } ExpBase;
typedef enum Fraction { F_0, F_1, F_ONES, F_TOP, F_QUARTER, F_PAYLOAD, F_QUIET, F_THIRD } Fraction;

/* In the order of importance: three operands take the first FEW only. */
enum { FEW = 13 };
static const struct {
    ExpBase base;
    int exp;
    Fraction fraction;
} specials[] = {
    {FROM_ZERO, 0, F_0},      {FROM_TOP, 0, F_0},     /* infinity */
    {FROM_TOP, 0, F_PAYLOAD},                         /* signalling */
    {FROM_TOP, 0, F_QUIET},   {FROM_ZERO, 1, F_0},    /* the smallest normal number */
    {FROM_ONE, 0, F_0},       {FROM_TOP, -1, F_ONES}, /* the largest number */
    {FROM_ZERO, 0, F_ONES},                           /* subnormal, the largest */
    {FROM_ONE, -1, F_ONES},                           /* below one */
    {FROM_ZERO, 0, F_1},      {FROM_ONE, 0, F_1},
    {HALF_RANGE, 0, F_THIRD}, {FROM_TOP, 0, F_TOP}, /* the default NaN's fraction */
    {FROM_ZERO, 0, F_TOP},    {FROM_ZERO, 1, F_1},
    {FROM_ZERO, 1, F_ONES},   {FROM_ONE, -1, F_0},
    {FROM_ONE, -1, F_1},      {FROM_ONE, 0, F_TOP}, /* 1.5 */
    {FROM_ONE, 1, F_QUARTER},                       /* 2.5 */
    {FROM_ONE, -2, F_THIRD},  {PRECISION, 0, F_1},  /* integers with and without a half */
    {PRECISION, -1, F_1},     {PRECISION, -1, F_ONES},
    {MINUS_HALF, 0, F_0}, /* squares at the limits */
    {HALF_RANGE, 1, F_0},     {MINUS_HALF, -1, F_ONES},
    {FROM_TOP, -1, F_0},      {PRECISION, 2, F_THIRD},
    {FROM_ZERO, 2, F_1},
};

static unsigned fraction_bits(unsigned format)
{
    static const uint8_t bits[] = {[SOFTFP_H] = 10, [SOFTFP_S] = 23, [SOFTFP_D] = 52};

    return bits[format];
}

static uint64_t special(unsigned format, size_t i, bool negative)
{
    unsigned f = fraction_bits(format), e = (8u << format) - 1 - f;
    int top = (1 << e) - 1, bias = top / 2;
    const int bases[] = {[FROM_ZERO] = 0,
                         [FROM_ONE] = bias,
                         [FROM_TOP] = top,
                         [PRECISION] = bias + (int)f,
                         [HALF_RANGE] = bias + bias / 2,
                         [MINUS_HALF] = bias - bias / 2};
    const uint64_t fractions[] = {[F_0] = 0,
                                  [F_1] = 1,
                                  [F_ONES] = MASK64(f),
                                  [F_TOP] = BIT64(f - 1),
                                  [F_QUARTER] = BIT64(f - 2),
                                  [F_PAYLOAD] = BIT64(f - 3) | 5,
                                  [F_QUIET] = BIT64(f - 1) | 0x23,
                                  [F_THIRD] = 0x5555555555555555ull & MASK64(f)};
    int exp = CLAMP(bases[specials[i].base] + specials[i].exp, 0, top);

    return (uint64_t)negative << (e + f) | (uint64_t)exp << f | fractions[specials[i].fraction];
}

/* What conversions stumble over, as doubles: limits of integers and of formats, and ties. */
static const double limits[] = {
    0.49999999999999994,
    0.5,
    1.5,
    2.5,
    32767.5,
    32768,
    65503,
    65519.99,
    65520,
    65535.5,
    65536,
    2147483647,
    2147483647.5,
    2147483648,
    2147483649,
    4294967295,
    4294967295.5,
    4294967296,
    9223372036854774784.0,
    9223372036854775808.0,
    18446744073709549568.0,
    18446744073709551616.0,
    36893488147419103232.0,
    4503599627370497.5,
    9007199254740993.0,
    16777217,
    0x1p-24, /* halves: the smallest, half of it, what rounds to the smallest normal one */
    0x1p-25,
    0x1.ffcp-15,
    0x1.fffp-15,
    0x1p-14,
    0x1.ffdp-15,
    0x1.fffffcp-127, /* singles, likewise */
    0x1.ffffffp-127,
    0x1p-126,
    0x1p-149,
    0x1p-150,
    0x1.fffffep127,
    0x1.ffffffp127, /* rounds to infinity */
};

static const uint64_t integers[] = {
    0,
    1,
    ~0ull,
    0x7fff,
    0x8000,
    0xffff,
    65519,
    65520,
    65536,
    0x7fffffff,
    0x80000000,
    0x80000001,
    0xffffffff,
    0x100000000,
    0xfffffffe,
    0x1000001,
    0x1000003,
    0x1ffffff,
    0x7fffffbf,
    0x7fffffc0,
    0xffffff7f,
    0xffffff80,
    0xffffffff80000000ull,
    0xffffffff7fffffffull,
    0x20000000000001ull,
    0x20000000000003ull,
    0x7fffffffffffffffull,
    0x8000000000000000ull,
    0x8000000000000001ull,
    0x7ffffffffffffdffull,
    0x7ffffffffffffe00ull,
    0xfffffffffffffbffull,
    0xfffffffffffffc00ull,
    0x7fffffbfffffffffull,
    0x7fffffc000000000ull,
    0xffffff7fffffffffull,
    0xffffff8000000000ull,
    0x8000000000000400ull,
    0x8000008000000000ull,
};

static void add(FpValues *l, uint64_t v)
{
    g_assert(l->n < FP_MAX_VALUES);
    l->v[l->n++] = v;
}

/* Both signs of the first `both`, one sign of the others. */
static FpValues specials_of(unsigned format, size_t n, size_t both)
{
    FpValues l = {.n = 0};

    for (size_t i = 0; i < n; i++) {
        if (i < both) {
            add(&l, special(format, i, false));
        }
        add(&l, special(format, i, i < both || i % 2));
    }
    return l;
}

FpValues fp_values(unsigned format, bool integer, unsigned sources, bool full)
{
    const size_t all = G_N_ELEMENTS(specials);
    FpValues l = {.n = 0};
    SoftFp s = {.rounding = SOFTFP_NEAREST_EVEN};

    if (integer) {
        for (size_t i = 0; i < G_N_ELEMENTS(integers); i++) {
            add(&l, integers[i]);
        }
        return l;
    }
    if (sources == 3) {
        return specials_of(format, full ? FEW + 4 : FEW, full ? 4 : 2);
    }
    l = specials_of(format, all, full || sources == 1 ? all : 8);
    for (size_t i = 0; i < G_N_ELEMENTS(limits) && sources == 1; i++) {
        uint64_t d;
        memcpy(&d, &limits[i], 8);
        d |= i % 2 ? BIT64(63) : 0;
        add(&l, format == SOFTFP_D ? d : softfp_convert(&s, (SoftFpFormat)format, SOFTFP_D, d));
    }
    return l;
}

uint64_t fp_one(unsigned format)
{
    return special(format, 5, false);
}
