/* SPDX-License-Identifier: MIT */
/* Random register contents with a liking for edges: 0, -1, extremes, NaNs, denormals, infinities.
 */
#include "tests/tcg/diff.h"

#include <string.h>

static uint64_t seed_state[2] = {1, 2};

void diff_seed(uint64_t seed)
{
    seed_state[0] = seed * 0x9e3779b97f4a7c15ull | 1;
    seed_state[1] = seed ^ 0xd1b54a32d192ed03ull;
}

/* xoroshiro128+ */
uint64_t diff_random(void)
{
    uint64_t a = seed_state[0], b = seed_state[1], r = a + b;

    b ^= a;
    seed_state[0] = (a << 24 | a >> 40) ^ b ^ b << 16;
    seed_state[1] = b << 37 | b >> 27;
    return r;
}

static const uint64_t edges64[] = {
    0,
    1,
    2,
    ~0ull,
    ~1ull,
    0x7fffffffffffffffull,
    0x8000000000000000ull,
    0x8000000000000001ull,
    0xffffffff,
    0x80000000,
    0x7fffffff,
    0xffffffff80000000ull,
    0x100000000ull,
    63,
    64,
    32,
    31,
    0xff,
    0x80,
    0x7fff,
    0x8000,
    /* binary64: NaNs, infinity, extremes, denormals, one */
    0x7ff8000000000000ull,
    0x7ff0000000000001ull,
    0xfff4000000000000ull,
    0x7ff0000000000000ull,
    0xfff0000000000000ull,
    0x7fefffffffffffffull,
    0x0010000000000000ull,
    0x000fffffffffffffull,
    0x3ff0000000000000ull,
    0xbff0000000000000ull,
    0x43e0000000000000ull,
    0xc3e0000000000000ull,
    0x41dfffffffe00000ull,
};
static const uint32_t edges32[] = {
    0,          0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000,
    0x7f800001, 0xffa00000, 0x00800000, 0x007fffff, 0x00000001, 0x7f7fffff, 0x4f000000,
    0xcf000000, 0x3effffff, 0x3f000000, 0x4b000001, 0x33800000, 0xffffffff, 0x7fffffff,
};
static const uint16_t edges16[] = {
    0,      0x8000, 0x3c00, 0xbc00, 0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xfd00,
    0x0400, 0x03ff, 0x0001, 0x7bff, 0xffff, 0x7fff, 0x3800, 0x00ff, 0xff00,
};

#define PICK(array, r) (array)[(r) % (sizeof(array) / sizeof(*(array)))]

uint64_t diff_random_value(void)
{
    uint64_t r = diff_random(), v = diff_random();

    switch (r & 15) {
    case 0:
    case 1:
    case 2:
    case 3:
        return PICK(edges64, r >> 8);
    case 4:
        return v & 0xff;
    case 5:
        return (uint64_t)(int64_t)(int32_t)v;
    case 6:
        return (uint32_t)v;
    case 7:
        return v >> (r >> 8 & 63);
    case 8:
        return 1ull << (v & 63);
    case 9:
        return ~0ull << (v & 63);
    default:
        return v;
    }
}

/* Exponents near one another, so that sums neither vanish nor absorb. */
static uint64_t near_one64(uint64_t v)
{
    return (v & 0x800fffffffffffffull) | (0x3e0ull + (v >> 52 & 0x3f)) << 52;
}

static uint32_t near_one32(uint32_t v)
{
    return (v & 0x807fffff) | (0x70 + (v >> 23 & 0x1f)) << 23;
}

static uint64_t random_lanes(void)
{
    uint64_t kind = diff_random(), r = diff_random(), v = diff_random();

    switch (kind % 12) {
    case 0:
        return PICK(edges64, r);
    case 1:
        return PICK(edges32, r) | (uint64_t)PICK(edges32, r >> 32) << 32;
    case 2:
        return PICK(edges32, r) | v << 32;
    case 3:
        return PICK(edges16, r) | (uint64_t)PICK(edges16, r >> 16) << 16 |
               (uint64_t)PICK(edges16, r >> 32) << 32 | (uint64_t)PICK(edges16, r >> 48) << 48;
    case 4:
        return near_one64(v);
    case 5:
        return near_one32((uint32_t)v) | (uint64_t)near_one32((uint32_t)(v >> 32)) << 32;
    case 6:
        return diff_random_value();
    case 7: /* small denormals and large numbers of binary32 */
        return (v & 0x807fffff807fffffull) | (r & 1 ? 0x7f0000007f000000ull : 0);
    case 8:
        return 0;
    default:
        return v;
    }
}

void diff_random_state(DiffState *s)
{
    memset(s, 0, sizeof(*s));
    for (int i = 0; i < 31; i++) {
        s->x[i] = diff_random_value();
    }
    s->sp = diff_random_value() & ~15ull;
    s->nzcv = (uint32_t)diff_random() & PSTATE_NZCV;
    for (int i = 0; i < 32; i++) {
        s->v[i].d[0] = random_lanes();
        s->v[i].d[1] = random_lanes();
    }
    if (diff_random() % 3 == 0) { /* AHP, DN, FZ, RMode, FZ16 */
        s->fpcr = (uint32_t)diff_random() & (0x1fu << 22 | 1u << 19);
    }
}

void diff_state_load(ArmCpu *cpu, const DiffState *s)
{
    memcpy(cpu->x, s->x, sizeof(s->x));
    cpu->x[ARM_X_ZR] = 0;
    cpu->x[ARM_X_SP] = s->sp;
    cpu->pc = s->pc;
    cpu->nzcv = s->nzcv;
    cpu->fpcr = s->fpcr;
    cpu->fpsr = s->fpsr;
    memcpy(cpu->v, s->v, sizeof(s->v));
}
