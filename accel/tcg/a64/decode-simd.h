/* SPDX-License-Identifier: MIT */
/* Functions that the SIMD&FP rows call in sets and conditions; for decode.c alone. */
#ifndef ACCEL_TCG_A64_DECODE_SIMD_H
#define ACCEL_TCG_A64_DECODE_SIMD_H

#include "util/bits.h"

/* Numbers of the highest and the lowest bit set; v is not 0. */
static inline unsigned hsb(uint32_t v)
{
    return 31u - (unsigned)__builtin_clz(v | 1);
}

static inline unsigned lsb(uint32_t v)
{
    return (unsigned)__builtin_ctz(v | 1u << 31);
}

/* VFPExpandImm() of the Arm ARM (J1.3.3): the format is given by log2 of its size. */
static inline uint64_t fp_imm(unsigned format, uint32_t imm8)
{
    static const struct {
        unsigned exp_bits, frac_bits;
    } layouts[] = {{0}, {5, 10}, {8, 23}, {11, 52}};
    unsigned e = layouts[format].exp_bits, f = layouts[format].frac_bits;
    uint64_t sign = imm8 >> 7, top = imm8 >> 6 & 1, exp = imm8 >> 4 & 3, frac = imm8 & 15;

    exp |= top ? MASK64(e - 3) << 2 : BIT64(e - 1);
    return sign << (e + f) | exp << f | frac << (f - 4);
}

/* AdvSIMDExpandImm() (J1.3.3), 64 bits; inverted where op selects MVNI or BIC. */
static inline uint64_t simd_imm(uint32_t op, uint32_t cmode, uint64_t imm8)
{
    uint64_t v = 0;

    if (cmode < 8) {
        v = (imm8 << (cmode >> 1) * 8) * 0x100000001ull;
    } else if (cmode < 12) {
        v = (imm8 << (cmode >> 1 & 1) * 8) * 0x0001000100010001ull;
    } else if (cmode < 14) {
        v = (cmode & 1 ? imm8 << 16 | 0xffff : imm8 << 8 | 0xff) * 0x100000001ull;
    } else if (cmode == 14 && !op) {
        return imm8 * 0x0101010101010101ull;
    } else if (cmode == 14) {
        for (int i = 0; i < 8; i++) {
            v |= (imm8 >> i & 1 ? 0xffull : 0) << 8 * i;
        }
        return v;
    } else {
        return op ? fp_imm(3, (uint32_t)imm8) : fp_imm(2, (uint32_t)imm8) * 0x100000001ull;
    }
    return op ? ~v : v;
}

#endif
