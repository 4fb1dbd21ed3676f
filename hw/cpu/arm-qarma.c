/* SPDX-License-Identifier: MIT */
/* QARMA5-64 as pointer authentication has it: a state of sixteen cells of four bits; five rounds
 * forward, a middle, five rounds back, with a tweak that changes in each. */
#include "hw/cpu/arm-qarma.h"

#include <stdbool.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

enum { ROUNDS = 5 };
static const uint64_t round_constants[ROUNDS] = {0, 0x13198a2e03707344ull, 0xa4093822299f31d0ull,
                                                 0x082efa98ec4e6c89ull, 0x452821e638d01377ull};
#define ALPHA 0xc0ac29b7c97c50ddull

static uint64_t middle_key(uint64_t key_hi)
{
    return key_hi << 63 | (key_hi >> 1 ^ key_hi >> 63);
}

/* ---- for any host */

/* The result's four bits, of all cells at once, as sums of products of the cells' bits (algebraic
 * normal form): bit m of sums[k] is for the product of the bits that m names. */
static inline __attribute__((always_inline)) uint64_t
substitute(uint64_t v, uint16_t s0, uint16_t s1, uint16_t s2, uint16_t s3)
{
    const uint64_t ones = 0x1111111111111111ull;
    uint64_t a = v & ones, b = v >> 1 & ones, c = v >> 2 & ones, d = v >> 3 & ones;
    uint64_t ab = a & b, cd = c & d;
    const uint64_t products[16] = {ones, a,     b,     ab,     c,  a & c,  b & c,  ab & c,
                                   d,    a & d, b & d, ab & d, cd, a & cd, b & cd, ab & cd};

#define TERM(sum, m) ((sum) >> (m)&1 ? products[m] : 0)
#define FOUR(sum, m) (TERM(sum, m) ^ TERM(sum, (m) + 1) ^ TERM(sum, (m) + 2) ^ TERM(sum, (m) + 3))
#define SUM(sum)     (FOUR(sum, 0) ^ FOUR(sum, 4) ^ FOUR(sum, 8) ^ FOUR(sum, 12))
    return SUM(s0) | SUM(s1) << 1 | SUM(s2) << 2 | SUM(s3) << 3;
#undef SUM
#undef FOUR
#undef TERM
}

/* 0..15 become b 6 8 f c 0 9 e 3 7 4 5 d 2 1 a; and back. */
static uint64_t sub(uint64_t v)
{
    return substitute(v, 0x5ab7, 0x285d, 0x4c52, 0x7b0b);
}

static uint64_t inv_sub(uint64_t v)
{
    return substitute(v, 0x5fd3, 0x23fa, 0x6f99, 0x523e);
}

static uint64_t rotate(uint64_t v, unsigned cells)
{
    return cells ? v << 4 * cells | v >> (64 - 4 * cells) : v;
}
/* Permutations of cells, as rotations of those that move equally far. */
#define TO(cells, mask) (rotate(v, cells) & (mask))

/* Cells 13 6 11 0 7 12 1 10 8 3 14 5 2 9 4 15 become 0 to 15. */
static uint64_t shuffle(uint64_t v)
{
    return TO(0, 0xf000000f00000000ull) | TO(3, 0x000000000000f00full) |
           TO(4, 0x00f0000000000000ull) | TO(5, 0x000000000f000000ull) |
           TO(6, 0x0000f0f000000000ull) | TO(7, 0x0000000000000f00ull) |
           TO(9, 0x0000000000f00000ull) | TO(10, 0x0f0f000000000000ull) |
           TO(11, 0x00000000000000f0ull) | TO(12, 0x00000f0000000000ull) |
           TO(13, 0x00000000f00f0000ull);
}

static uint64_t inv_shuffle(uint64_t v)
{
    return TO(0, 0xf000000f00000000ull) | TO(3, 0x00000f00f0000000ull) |
           TO(4, 0x0f00000000000000ull) | TO(5, 0x000000000f000000ull) |
           TO(6, 0x00000000000f0f00ull) | TO(7, 0x000f000000000000ull) |
           TO(9, 0x0000f00000000000ull) | TO(10, 0x0000000000f0f000ull) |
           TO(11, 0x00000000000000f0ull) | TO(12, 0x000000f000000000ull) |
           TO(13, 0x00f000000000000full);
}

/* All cells rotated left by one bit; by two. */
static uint64_t rotate1(uint64_t v)
{
    return (v << 1 & 0xeeeeeeeeeeeeeeeeull) | (v >> 3 & 0x1111111111111111ull);
}

static uint64_t rotate2(uint64_t v)
{
    return (v << 2 & 0xccccccccccccccccull) | (v >> 2 & 0x3333333333333333ull);
}

/* The matrix with rows (0 1 2 1): row r gets rows r+1 and r+3 rotated by one, r+2 by two. */
static uint64_t multiply(uint64_t v)
{
    uint64_t once = rotate1(v), twice = rotate2(v);

    return (once >> 16 | once << 48) ^ (twice >> 32 | twice << 32) ^ (once >> 48 | once << 16);
}

/* Cells 4 5 6 7 11 2 3 8 12 13 14 15 0 1 10 9 become 0 to 15, and these turn by a step of a shift
 * register of four bits. */
#define TWEAK_TURNS 0xff0ff000f00f0f00ull

static uint64_t tweak_forward(uint64_t v)
{
    v = TO(3, 0x000000000ff00000ull) | TO(4, 0x0f00000000000000ull) | TO(6, 0xf000000000000000ull) |
        TO(9, 0x00000000000f0000ull) | TO(12, 0x00ffffff0000ffffull) |
        TO(15, 0x00000000f0000000ull);
    uint64_t turned = (v >> 1 & 0x7777777777777777ull) | ((v ^ v >> 1) & 0x1111111111111111ull)
                                                             << 3;
    return (turned & TWEAK_TURNS) | (v & ~TWEAK_TURNS);
}

static uint64_t tweak_backward(uint64_t v)
{
    uint64_t turned = (v << 1 & 0xeeeeeeeeeeeeeeeeull) | ((v ^ v >> 3) & 0x1111111111111111ull);

    v = (turned & TWEAK_TURNS) | (v & ~TWEAK_TURNS);
    return TO(1, 0x0000000f00000000ull) | TO(4, 0xffff0000ffff00ffull) |
           TO(7, 0x0000f00000000000ull) | TO(10, 0x000000f000000000ull) |
           TO(12, 0x00000f0000000000ull) | TO(13, 0x000000000000ff00ull);
}

uint64_t arm_qarma5_portable(uint64_t data, uint64_t modifier, uint64_t key_hi, uint64_t key_lo)
{
    uint64_t mod_key = middle_key(key_hi);
    uint64_t v = data ^ key_hi, tweak = modifier;

    for (unsigned i = 0; i < 5; i++) {
        v ^= key_lo ^ tweak ^ round_constants[i];
        v = i ? multiply(shuffle(v)) : v;
        v = sub(v);
        tweak = tweak_forward(tweak);
    }
    v ^= mod_key ^ tweak;
    v = sub(multiply(shuffle(v)));
    v = key_lo ^ multiply(shuffle(v));
    v = inv_sub(inv_shuffle(v));
    v = inv_shuffle(multiply(v)) ^ key_hi ^ tweak;
    for (unsigned i = 0; i < 5; i++) {
        v = inv_sub(v);
        v = i < 4 ? inv_shuffle(multiply(v)) : v;
        tweak = tweak_backward(tweak);
        v ^= round_constants[4 - i] ^ key_lo ^ tweak ^ ALPHA;
    }
    return v ^ mod_key;
}

/* ---- for hosts that look sixteen bytes up at once: a cell is a byte */

#ifdef __x86_64__
#define SSSE3 __attribute__((target("ssse3")))
typedef __m128i Cells;

SSSE3 static inline Cells spread(uint64_t v)
{
    const uint64_t low = 0x0f0f0f0f0f0f0f0full;

    return _mm_unpacklo_epi8(_mm_cvtsi64_si128((int64_t)(v & low)),
                             _mm_cvtsi64_si128((int64_t)(v >> 4 & low)));
}

SSSE3 static inline uint64_t gather(Cells v)
{
    Cells bytes = _mm_maddubs_epi16(v, _mm_set1_epi16(0x1001)); /* even + 16 * odd */

    return (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(bytes, bytes));
}

/* What cells become, by their value. */
static const uint8_t substitutes[16] = {11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10};
static const uint8_t originals[16] = {5, 14, 13, 8, 10, 11, 1, 9, 2, 6, 15, 0, 4, 12, 7, 3};
static const uint8_t rotated1[16] = {0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15};
static const uint8_t rotated2[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
static const uint8_t turned[16] = {0, 8, 9, 1, 2, 10, 11, 3, 4, 12, 13, 5, 6, 14, 15, 7};
static const uint8_t turned_back[16] = {0, 3, 4, 7, 8, 11, 12, 15, 1, 2, 5, 6, 9, 10, 13, 14};
/* Where cells come from. */
static const uint8_t shuffled[16] = {13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15};
static const uint8_t unshuffled[16] = {3, 6, 12, 9, 14, 11, 1, 4, 8, 13, 7, 2, 5, 0, 10, 15};
static const uint8_t tweaked[16] = {4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9};
static const uint8_t untweaked[16] = {12, 13, 5, 6, 0, 1, 2, 3, 7, 15, 14, 4, 8, 9, 10, 11};
static const uint8_t tweak_turns[16] = {0, 0, 15, 0, 15, 0, 0, 15, 0, 0, 0, 15, 15, 0, 15, 15};

SSSE3 static inline Cells table(const uint8_t t[16])
{
    return _mm_loadu_si128((const __m128i *)(const void *)t);
}

SSSE3 static inline Cells look_up(const uint8_t t[16], Cells v)
{
    return _mm_shuffle_epi8(table(t), v);
}

SSSE3 static inline Cells from(const uint8_t where[16], Cells v)
{
    return _mm_shuffle_epi8(v, table(where));
}

SSSE3 static inline Cells multiply_cells(Cells v)
{
    Cells once = look_up(rotated1, v), twice = look_up(rotated2, v);

    return _mm_xor_si128(
        _mm_shuffle_epi32(twice, 0x4e),
        _mm_xor_si128(_mm_shuffle_epi32(once, 0x39), _mm_shuffle_epi32(once, 0x93)));
}

SSSE3 static inline Cells turn(Cells v, const uint8_t t[16])
{
    Cells those = table(tweak_turns);

    return _mm_or_si128(_mm_and_si128(those, look_up(t, v)), _mm_andnot_si128(those, v));
}

SSSE3 static uint64_t qarma5_ssse3(uint64_t data, uint64_t modifier, uint64_t key_hi,
                                   uint64_t key_lo)
{
    Cells hi = spread(key_hi), lo = spread(key_lo), mod_key = spread(middle_key(key_hi));
    Cells v = _mm_xor_si128(spread(data), hi), tweak = spread(modifier), keys[ROUNDS];

    for (unsigned i = 0; i < ROUNDS; i++) {
        keys[i] = _mm_xor_si128(lo, spread(round_constants[i]));
        v = _mm_xor_si128(v, _mm_xor_si128(keys[i], tweak));
        v = i ? multiply_cells(from(shuffled, v)) : v;
        v = look_up(substitutes, v);
        tweak = turn(from(tweaked, tweak), turned);
    }
    v = _mm_xor_si128(v, _mm_xor_si128(mod_key, tweak));
    v = look_up(substitutes, multiply_cells(from(shuffled, v)));
    v = _mm_xor_si128(lo, multiply_cells(from(shuffled, v)));
    v = look_up(originals, from(unshuffled, v));
    v = _mm_xor_si128(from(unshuffled, multiply_cells(v)), _mm_xor_si128(hi, tweak));
    for (unsigned i = ROUNDS; i-- > 0;) {
        v = look_up(originals, v);
        v = i ? from(unshuffled, multiply_cells(v)) : v;
        tweak = from(untweaked, turn(tweak, turned_back));
        v = _mm_xor_si128(v, _mm_xor_si128(keys[i], _mm_xor_si128(tweak, spread(ALPHA))));
    }
    return gather(_mm_xor_si128(v, mod_key));
}
#endif

uint64_t arm_qarma5(uint64_t data, uint64_t modifier, uint64_t key_hi, uint64_t key_lo)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("ssse3")) {
        return qarma5_ssse3(data, modifier, key_hi, key_lo);
    }
#endif
    return arm_qarma5_portable(data, modifier, key_hi, key_lo);
}
