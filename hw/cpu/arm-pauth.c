/* SPDX-License-Identifier: MIT */
/* Pointer authentication (Arm ARM D5.1.5): the codes, where they go in a pointer, the rules of use.
 *
 * Codes come from QARMA5, which is slow in software, or with the property pauth-impdef from a keyed
 * hash that is fast and no secret keeper; the identification registers tell which. */
#include "hw/cpu/arm-pauth.h"

#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-mmu.h"

/* ---- QARMA5: sixteen cells of four bits */

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

uint64_t arm_pauth_qarma5(uint64_t data, uint64_t modifier, uint64_t key_hi, uint64_t key_lo)
{
    static const uint64_t round[] = {0, 0x13198a2e03707344ull, 0xa4093822299f31d0ull,
                                     0x082efa98ec4e6c89ull, 0x452821e638d01377ull};
    const uint64_t alpha = 0xc0ac29b7c97c50ddull;
    uint64_t mod_key = key_hi << 63 | (key_hi >> 1 ^ key_hi >> 63);
    uint64_t v = data ^ key_hi, tweak = modifier;

    for (unsigned i = 0; i < 5; i++) {
        v ^= key_lo ^ tweak ^ round[i];
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
        v ^= round[4 - i] ^ key_lo ^ tweak ^ alpha;
    }
    return v ^ mod_key;
}

/* ---- the fast alternative: multiplications that every bit goes through */

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 p = (unsigned __int128)(a ^ 0x9e3779b97f4a7c15ull) * (b | 1);

    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t fast_code(uint64_t data, uint64_t modifier, uint64_t key_hi, uint64_t key_lo)
{
    uint64_t v = mix(data ^ key_lo, key_hi ^ 0xd1b54a32d192ed03ull);

    return mix(v ^ modifier, key_lo ^ 0x8cb92ba72f3d8dd7ull) ^ mix(key_hi, v);
}

/* Returns authenticate what calls have signed, and loops sign the same again: remembers codes. */
static uint64_t remembered_code(uint64_t data, uint64_t modifier, const uint64_t key[2])
{
    static __thread struct {
        uint64_t data, modifier, key[2], code;
        bool valid;
    } codes[256];

    typeof(codes[0]) *c =
        &codes[(data >> 2 ^ modifier >> 4 ^ modifier >> 12 ^ key[0]) % G_N_ELEMENTS(codes)];
    if (!c->valid || c->data != data || c->modifier != modifier || c->key[0] != key[0] ||
        c->key[1] != key[1]) {
        c->data = data;
        c->modifier = modifier;
        c->key[0] = key[0];
        c->key[1] = key[1];
        c->code = arm_pauth_qarma5(data, modifier, key[1], key[0]);
        c->valid = true;
    }
    return c->code;
}

static uint64_t code_of(const ArmCpu *cpu, const uint64_t key[2], uint64_t data, uint64_t modifier)
{
    return cpu->pauth_impdef ? fast_code(data, modifier, key[1], key[0])
                             : remembered_code(data, modifier, key);
}

/* ---- where the code is in a pointer */

static const uint64_t *key_of(const ArmCpu *cpu, ArmPacKey key)
{
    const uint64_t *const keys[] = {cpu->apia, cpu->apib, cpu->apda, cpu->apdb};

    return keys[key];
}

static bool is_data(ArmPacKey key)
{
    return key >= ARM_PAC_DA;
}

static ArmVaParams params(const ArmCpu *cpu, bool data, uint64_t va)
{
    return arm_mmu_va_params(cpu, va, data ? ARM_LOAD : ARM_FETCH);
}

/* Bits of the pointer that the code may take: from the top of the address down to its size, less
 * bit 55, which tells the half. */
static uint64_t code_mask(const ArmVaParams *p)
{
    return (p->tbi ? MASK64(55) : ~BIT64(55)) & ~MASK64(64 - p->tsz);
}

/* The pointer as it was before a code was put in: all these bits as bit 55. */
static uint64_t without_code(const ArmVaParams *p, uint64_t ptr)
{
    uint64_t mask = code_mask(p);

    return ptr & BIT64(55) ? ptr | mask : ptr & ~mask;
}

uint64_t arm_pauth_sign(const ArmCpu *cpu, ArmPacKey key, uint64_t ptr, uint64_t modifier)
{
    ArmVaParams p = params(cpu, is_data(key), ptr);
    /* In a regime with two halves, either half ignoring its top byte makes bit 55 the one that
     * counts; else it is the top of the address. */
    bool by_55 = p.tbi || (p.two_halves && params(cpu, is_data(key), ptr ^ BIT64(55)).tbi);
    uint64_t half = ptr >> (by_55 ? 55 : 63) & 1;
    bool tbi = p.tbi;

    p = params(cpu, is_data(key), half << 55);
    p.tbi = tbi;
    uint64_t mask = code_mask(&p), all = mask | BIT64(55);
    uint64_t good = half ? ptr | all : ptr & ~all;
    uint64_t code = code_of(cpu, key_of(cpu, key), good, modifier);
    /* A pointer that was none gets a code that is wrong. */
    uint64_t top = tbi ? MASK64(56) : ~0ull, checked = ptr & top & ~MASK64(64 - p.tsz);

    if (checked && checked != (top & ~MASK64(64 - p.tsz))) {
        code ^= BIT64(tbi ? 54 : 62);
    }
    return (good & ~mask) | (code & mask);
}

uint64_t arm_pauth_check(const ArmCpu *cpu, ArmPacKey key, uint64_t ptr, uint64_t modifier)
{
    ArmVaParams p = params(cpu, is_data(key), ptr);
    uint64_t good = without_code(&p, ptr);
    uint64_t code = code_of(cpu, key_of(cpu, key), good, modifier);

    if (!((code ^ ptr) & code_mask(&p))) {
        return good;
    }
    /* Which kind of key failed stands where the address becomes one that is not mapped. */
    return deposit64(good, p.tbi ? 53 : 61, 2, key & 1 ? 2 : 1);
}

uint64_t arm_pauth_strip(const ArmCpu *cpu, bool data, uint64_t ptr)
{
    ArmVaParams p = params(cpu, data, ptr);

    return without_code(&p, ptr);
}

uint64_t arm_pauth_generic(const ArmCpu *cpu, uint64_t value, uint64_t modifier)
{
    return code_of(cpu, cpu->apga, value, modifier) & ~MASK64(32);
}

/* ---- who may use them */

static ArmPacUse trap(ArmCpu *cpu, int el, ArmException *exc)
{
    *exc = arm_exc_sync(cpu, EC_PAUTH, 0);
    exc->target_el = MAX(exc->target_el, el);
    return ARM_PAC_TRAP;
}

ArmPacUse arm_pauth_use_generic(ArmCpu *cpu, ArmException *exc)
{
    int el = arm_el(cpu);

    if (el < 2 && arm_el2_enabled(cpu) && !arm_in_host_regime(cpu) && !(cpu->hcr & HCR_API)) {
        return trap(cpu, 2, exc);
    }
    if (el < 3 && cpu->has_el3 && !(cpu->scr & SCR_API)) {
        return trap(cpu, 3, exc);
    }
    return ARM_PAC_ON;
}

ArmPacUse arm_pauth_use(ArmCpu *cpu, ArmPacKey key, ArmException *exc)
{
    static const uint64_t enable[] = {SCTLR_ENIA, SCTLR_ENIB, SCTLR_ENDA, SCTLR_ENDB};

    if (!(cpu->sctlr[arm_control_el(cpu)] & enable[key])) {
        return ARM_PAC_OFF;
    }
    return arm_pauth_use_generic(cpu, exc);
}
