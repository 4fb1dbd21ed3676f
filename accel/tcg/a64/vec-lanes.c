/* SPDX-License-Identifier: MIT */
/* Integer vector operations element by element (Arm ARM C7.2). */
#include "accel/tcg/a64/vec-lanes.h"

#include "accel/tcg/host-caps.h"
#include "util/softfp.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

typedef __int128 i128;
typedef unsigned __int128 u128;

#define LANES(s) ((unsigned)(s).bytes >> (s).esize)

static uint64_t sat_signed(ArmCpu *cpu, i128 v, unsigned bits)
{
    i128 max = ((i128)1 << (bits - 1)) - 1;

    if (v > max || v < -max - 1) {
        cpu->fpsr |= FPSR_QC;
        v = v > max ? max : -max - 1;
    }
    return (uint64_t)v;
}

static uint64_t sat_unsigned(ArmCpu *cpu, u128 v, unsigned bits)
{
    if (v > MASK64(bits)) {
        cpu->fpsr |= FPSR_QC;
        v = MASK64(bits);
    }
    return (uint64_t)v;
}

/* A signed value to the unsigned range. */
static uint64_t sat_positive(ArmCpu *cpu, i128 v, unsigned bits)
{
    if (v < 0) {
        cpu->fpsr |= FPSR_QC;
        return 0;
    }
    return sat_unsigned(cpu, (u128)v, bits);
}

/* ---- one definition makes the loop; `x y z` are elements, `bits` their size */

#define LANES1(name, get, expr)                            \
    ArmVec lanes_##name(ArmCpu *cpu, VecShape s, ArmVec a) \
    {                                                      \
        const unsigned bits = 8u << s.esize;               \
        ArmVec r = {0};                                    \
        for (unsigned n = 0; n < LANES(s); n++) {          \
            i128 x = get(&a, s.esize, n);                  \
            lane_put(&r, s.esize, n, (uint64_t)(expr));    \
        }                                                  \
        (void)bits;                                        \
        return r;                                          \
    }

#define LANES2(name, get_a, get_b, expr)                               \
    ArmVec lanes_##name(ArmCpu *cpu, VecShape s, ArmVec a, ArmVec b)   \
    {                                                                  \
        const unsigned bits = 8u << s.esize;                           \
        ArmVec r = {0};                                                \
        for (unsigned n = 0; n < LANES(s); n++) {                      \
            i128 x = get_a(&a, s.esize, n), y = get_b(&b, s.esize, n); \
            lane_put(&r, s.esize, n, (uint64_t)(expr));                \
        }                                                              \
        (void)bits;                                                    \
        return r;                                                      \
    }

#define LANES3(name, get, expr)                                                               \
    ArmVec lanes_##name(ArmCpu *cpu, VecShape s, ArmVec acc, ArmVec a, ArmVec b)              \
    {                                                                                         \
        const unsigned bits = 8u << s.esize;                                                  \
        ArmVec r = {0};                                                                       \
        for (unsigned n = 0; n < LANES(s); n++) {                                             \
            i128 x = get(&a, s.esize, n), y = get(&b, s.esize, n), z = get(&acc, s.esize, n); \
            lane_put(&r, s.esize, n, (uint64_t)(expr));                                       \
        }                                                                                     \
        return r;                                                                             \
    }

/* ---- shifts by register: 64 places left and 66 right do all that more would do */

static int shift_count(i128 y)
{
    int n = (int8_t)(uint64_t)y;

    return n > 64 ? 64 : n < -66 ? -66 : n;
}

static i128 shift_s(i128 x, i128 y, bool round)
{
    int n = shift_count(y);

    if (n >= 0) {
        return (i128)((u128)x << n);
    }
    return (x + (round ? (i128)1 << (-n - 1) : 0)) >> -n;
}

static u128 shift_u(i128 x, i128 y, bool round)
{
    int n = shift_count(y);

    if (n >= 0) {
        return (u128)x << n;
    }
    return ((u128)x + (round ? (u128)1 << (-n - 1) : 0)) >> -n;
}

LANES2(sshl, lane_s, lane_s, shift_s(x, y, false))
LANES2(ushl, lane_u, lane_s, shift_u(x, y, false))
LANES2(srshl, lane_s, lane_s, shift_s(x, y, true))
LANES2(urshl, lane_u, lane_s, shift_u(x, y, true))
LANES2(sqshl, lane_s, lane_s, sat_signed(cpu, shift_s(x, y, false), bits))
LANES2(uqshl, lane_u, lane_s, sat_unsigned(cpu, shift_u(x, y, false), bits))
LANES2(sqrshl, lane_s, lane_s, sat_signed(cpu, shift_s(x, y, true), bits))
LANES2(uqrshl, lane_u, lane_s, sat_unsigned(cpu, shift_u(x, y, true), bits))
LANES2(sqshlu, lane_s, lane_s, sat_positive(cpu, shift_s(x, y, false), bits))

/* ---- saturating arithmetic */

LANES2(sqdmulh, lane_s, lane_s, sat_signed(cpu, (2 * x * y) >> bits, bits))
LANES2(sqrdmulh, lane_s, lane_s,
       sat_signed(cpu, (2 * x * y + ((i128)1 << (bits - 1))) >> bits, bits))
LANES3(sqrdmlah, lane_s,
       sat_signed(cpu, (z * ((i128)1 << bits) + 2 * x * y + ((i128)1 << (bits - 1))) >> bits, bits))
LANES3(sqrdmlsh, lane_s,
       sat_signed(cpu, (z * ((i128)1 << bits) - 2 * x * y + ((i128)1 << (bits - 1))) >> bits, bits))
/* a is the accumulator. */
LANES2(suqadd, lane_s, lane_u, sat_signed(cpu, x + y, bits))
LANES2(usqadd, lane_u, lane_s, sat_positive(cpu, x + y, bits))
LANES1(sqabs, lane_s, sat_signed(cpu, x < 0 ? -x : x, bits))
LANES1(sqneg, lane_s, sat_signed(cpu, -x, bits))

/* ---- bits */

static unsigned count_leading(uint64_t v, unsigned bits)
{
    return v ? (unsigned)__builtin_clzll(v) - (64 - bits) : bits;
}

static unsigned reverse8(unsigned v)
{
    v = (v & 0x0f) << 4 | (v >> 4 & 0x0f);
    v = (v & 0x33) << 2 | (v >> 2 & 0x33);
    return (v & 0x55) << 1 | (v >> 1 & 0x55);
}

LANES1(clz, lane_u, count_leading((uint64_t)x, bits))
LANES1(cls, lane_s, count_leading((uint64_t)(x < 0 ? ~x : x), bits) - 1)
LANES1(rbit, lane_u, reverse8((unsigned)x))
LANES1(urecpe, lane_u, softfp_urecpe((uint32_t)x))
LANES1(ursqrte, lane_u, softfp_ursqrte((uint32_t)x))

/* ---- narrowing: s gives the narrow element */

#define NARROW(name, get, expr)                            \
    ArmVec lanes_##name(ArmCpu *cpu, VecShape s, ArmVec a) \
    {                                                      \
        const unsigned bits = 8u << s.esize;               \
        ArmVec r = {0};                                    \
        for (unsigned n = 0; n < 8u >> s.esize; n++) {     \
            i128 x = get(&a, s.esize + 1u, n);             \
            lane_put(&r, s.esize, n, expr);                \
        }                                                  \
        return r;                                          \
    }

NARROW(sqxtn, lane_s, sat_signed(cpu, x, bits))
NARROW(sqxtun, lane_s, sat_positive(cpu, x, bits))
NARROW(uqxtn, lane_u, sat_unsigned(cpu, (u128)x, bits))

/* ---- polynomials over {0, 1} */

static u128 carryless(uint64_t a, uint64_t b)
{
    u128 r = 0;

    for (; b; b &= b - 1) {
        r ^= (u128)a << __builtin_ctzll(b);
    }
    return r;
}

#ifdef __x86_64__
/* One instruction of the host instead of a loop over bits. */
__attribute__((target("pclmul"))) static u128 carryless_x86(uint64_t a, uint64_t b)
{
    __m128i p =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)a), _mm_cvtsi64_si128((long long)b), 0);
    __m128i upper = _mm_unpackhi_epi64(p, p);

    return (u128)(uint64_t)_mm_cvtsi128_si64(upper) << 64 | (uint64_t)_mm_cvtsi128_si64(p);
}
#endif

LANES2(pmul, lane_u, lane_u, carryless((uint64_t)x, (uint64_t)y))

ArmVec lanes_pmull(ArmCpu *cpu, VecShape s, ArmVec a, ArmVec b)
{
    ArmVec r;

    if (s.esize == 3) {
#ifdef __x86_64__
        if (host_has(HOST_PCLMUL)) {
            r.q = carryless_x86(a.d[0], b.d[0]);
            return r;
        }
#endif
        r.q = carryless(a.d[0], b.d[0]);
        return r;
    }
    for (unsigned n = 0; n < 8; n++) {
        r.h[n] = (uint16_t)carryless(a.b[n], b.b[n]);
    }
    return r;
}

/* ---- sums of products */

#define DOT(name, get_a, get_b)                                                  \
    ArmVec lanes_##name(ArmCpu *cpu, VecShape s, ArmVec acc, ArmVec a, ArmVec b) \
    {                                                                            \
        for (unsigned n = 0; n < s.bytes; n++) {                                 \
            acc.s[n / 4] += (uint32_t)(get_a(&a, 0, n) * get_b(&b, 0, n));       \
        }                                                                        \
        return acc;                                                              \
    }

DOT(sdot, lane_s, lane_s)
DOT(udot, lane_u, lane_u)
DOT(usdot, (int64_t)lane_u, lane_s)

/* Element (i, j) is row i of a times row j of b. */
#define MMLA(name, get_a, get_b)                                                               \
    ArmVec lanes_##name(ArmCpu *cpu, VecShape s, ArmVec acc, ArmVec a, ArmVec b)               \
    {                                                                                          \
        for (unsigned n = 0; n < 32; n++) {                                                    \
            unsigned i = n / 16, j = n / 8 & 1, k = n & 7;                                     \
            acc.s[i * 2 + j] += (uint32_t)(get_a(&a, 0, i * 8 + k) * get_b(&b, 0, j * 8 + k)); \
        }                                                                                      \
        return acc;                                                                            \
    }

MMLA(smmla, lane_s, lane_s)
MMLA(ummla, lane_u, lane_u)
MMLA(usmmla, (int64_t)lane_u, lane_s)

/* ---- across: the result has the element's size, or twice that for the long sums */

#define ACROSS_LOOP(T, member, expr)                         \
    {                                                        \
        x = (T)a.member[0];                                  \
        for (unsigned n = 1; n < s.bytes / sizeof(T); n++) { \
            y = (T)a.member[n];                              \
            x = expr;                                        \
        }                                                    \
    }
/* No operand has elements of 64 bits. */
#define ACROSS(name, sign, wide, expr)                     \
    ArmVec lanes_##name(ArmCpu *cpu, VecShape s, ArmVec a) \
    {                                                      \
        ArmVec r = {0};                                    \
        sign##64_t x, y;                                   \
        if (s.esize == 0) {                                \
            ACROSS_LOOP(sign##8_t, b, expr)                \
        } else if (s.esize == 1) {                         \
            ACROSS_LOOP(sign##16_t, h, expr)               \
        } else {                                           \
            ACROSS_LOOP(sign##32_t, s, expr)               \
        }                                                  \
        lane_put(&r, s.esize + wide, 0, (uint64_t)x);      \
        return r;                                          \
    }

ACROSS(saddlv, int, 1, x + y)
ACROSS(uaddlv, uint, 1, x + y)
ACROSS(addv, uint, 0, x + y)
ACROSS(smaxv, int, 0, x > y ? x : y)
ACROSS(umaxv, uint, 0, x > y ? x : y)
ACROSS(sminv, int, 0, x < y ? x : y)
ACROSS(uminv, uint, 0, x < y ? x : y)

ArmVec lanes_tbl(ArmCpu *cpu, unsigned rn, unsigned n, ArmVec index, ArmVec other)
{
    for (unsigned k = 0; k < 16; k++) {
        unsigned at = index.b[k];
        if (at < n * 16) {
            other.b[k] = cpu->v[(rn + at / 16) & 31].b[at % 16];
        }
    }
    return other;
}

/* ---- memory */

#define GATHER(T, member)                                          \
    for (unsigned n = 0; n < s.bytes / sizeof(T); n++) {           \
        memcpy(&r.member[n], p + n * step * sizeof(T), sizeof(T)); \
    }                                                              \
    break;
#define SCATTER(T, member)                                          \
    for (unsigned n = 0; n < s.bytes / sizeof(T); n++) {            \
        memcpy(p + n * step * sizeof(T), &v->member[n], sizeof(T)); \
    }                                                               \
    break;

void lanes_gather(ArmVec *ret, VecShape s, unsigned step, const uint8_t *p)
{
    ArmVec r = {0};

    switch (s.esize) {
    case 0:
        GATHER(uint8_t, b)
    case 1:
        GATHER(uint16_t, h)
    case 2:
        GATHER(uint32_t, s)
    default:
        GATHER(uint64_t, d)
    }
    *ret = r;
}

void lanes_scatter(const ArmVec *v, VecShape s, unsigned step, uint8_t *p)
{
    switch (s.esize) {
    case 0:
        SCATTER(uint8_t, b)
    case 1:
        SCATTER(uint16_t, h)
    case 2:
        SCATTER(uint32_t, s)
    default:
        SCATTER(uint64_t, d)
    }
}
