/* SPDX-License-Identifier: MIT */
/* Integer and flag verbs of the interpreter: a fragment of sem.h. */
#ifndef ACCEL_TCG_A64_SEM_INTERP_INT_H
#define ACCEL_TCG_A64_SEM_INTERP_INT_H

/* Included by sem-interp.h, after the types. */
#include "accel/tcg/a64/sem-interp.h"

SEM_INLINE V64 v_trunc(unsigned sf, uint64_t v)
{
    return (V64){sf ? v : (uint32_t)v};
}

SEM_INLINE V64 v_const(SemCtx c, uint64_t v)
{
    return (V64){v};
}

/* ---- arithmetic and logic */

SEM_INLINE V64 v_add(SemCtx c, unsigned sf, V64 a, V64 b)
{
    return v_trunc(sf, a.u + b.u);
}

SEM_INLINE V64 v_sub(SemCtx c, unsigned sf, V64 a, V64 b)
{
    return v_trunc(sf, a.u - b.u);
}

SEM_INLINE V64 v_mul(SemCtx c, unsigned sf, V64 a, V64 b)
{
    return v_trunc(sf, a.u * b.u);
}

SEM_INLINE V64 v_umulh(SemCtx c, V64 a, V64 b)
{
    return (V64){(uint64_t)((unsigned __int128)a.u * b.u >> 64)};
}

SEM_INLINE V64 v_smulh(SemCtx c, V64 a, V64 b)
{
    return (V64){(uint64_t)((__int128)(int64_t)a.u * (int64_t)b.u >> 64)};
}

/* Arm's division: by zero gives 0, the most negative number by -1 gives itself. */
SEM_INLINE V64 v_udiv(SemCtx c, unsigned sf, V64 a, V64 b)
{
    return (V64){b.u ? a.u / b.u : 0};
}

SEM_INLINE V64 v_sdiv(SemCtx c, unsigned sf, V64 a, V64 b)
{
    int64_t x = sf ? (int64_t)a.u : (int32_t)a.u, y = sf ? (int64_t)b.u : (int32_t)b.u;

    if (y == -1) {
        return v_trunc(sf, -(uint64_t)x);
    }
    return v_trunc(sf, y ? (uint64_t)(x / y) : 0);
}

SEM_INLINE V64 v_and(SemCtx c, V64 a, V64 b)
{
    return (V64){a.u & b.u};
}

SEM_INLINE V64 v_or(SemCtx c, V64 a, V64 b)
{
    return (V64){a.u | b.u};
}

SEM_INLINE V64 v_xor(SemCtx c, V64 a, V64 b)
{
    return (V64){a.u ^ b.u};
}

SEM_INLINE V64 v_not(SemCtx c, unsigned sf, V64 a)
{
    return v_trunc(sf, ~a.u);
}

/* Shifts by a value modulo the width. */
SEM_INLINE V64 v_shl(SemCtx c, unsigned sf, V64 a, V64 n)
{
    return v_trunc(sf, a.u << (n.u & (sf ? 63 : 31)));
}

SEM_INLINE V64 v_shr(SemCtx c, unsigned sf, V64 a, V64 n)
{
    return (V64){a.u >> (n.u & (sf ? 63 : 31))};
}

SEM_INLINE V64 v_sar(SemCtx c, unsigned sf, V64 a, V64 n)
{
    return sf ? (V64){(uint64_t)((int64_t)a.u >> (n.u & 63))}
              : (V64){(uint32_t)((int32_t)a.u >> (n.u & 31))};
}

SEM_INLINE V64 v_ror(SemCtx c, unsigned sf, V64 a, V64 n)
{
    return (V64){sf ? ror64(a.u, n.u & 63) : ror32((uint32_t)a.u, n.u & 31)};
}

SEM_INLINE V64 v_clz(SemCtx c, unsigned sf, V64 a)
{
    return (V64){a.u ? (uint64_t)__builtin_clzll(a.u) - (sf ? 0 : 32) : (sf ? 64 : 32)};
}

SEM_INLINE V64 v_cls(SemCtx c, unsigned sf, V64 a)
{
    return (V64){(uint64_t)(sf ? __builtin_clrsbll((long long)a.u) : __builtin_clrsb((int)a.u))};
}

/* Bytes of every `bytes`-byte part in reverse order. */
SEM_INLINE V64 v_rev(SemCtx c, unsigned bytes, V64 a)
{
    uint64_t v = __builtin_bswap64(a.u);

    switch (bytes) {
    case 2:
        return (V64){(a.u >> 8 & 0x00ff00ff00ff00ffull) | (a.u & 0x00ff00ff00ff00ffull) << 8};
    case 4:
        return (V64){ror64(v, 32)};
    default:
        return (V64){v};
    }
}

SEM_INLINE V64 v_rbit(SemCtx c, unsigned sf, V64 a)
{
    uint64_t v = __builtin_bswap64(a.u);

    v = (v >> 4 & 0x0f0f0f0f0f0f0f0full) | (v & 0x0f0f0f0f0f0f0f0full) << 4;
    v = (v >> 2 & 0x3333333333333333ull) | (v & 0x3333333333333333ull) << 2;
    v = (v >> 1 & 0x5555555555555555ull) | (v & 0x5555555555555555ull) << 1;
    return (V64){sf ? v : v >> 32};
}

/* The low `bits` bits, sign- or zero-extended to 64. */
SEM_INLINE V64 v_sext(SemCtx c, unsigned bits, V64 a)
{
    return (V64){(uint64_t)sextract64(a.u, 0, bits)};
}

SEM_INLINE V64 v_zext(SemCtx c, unsigned bits, V64 a)
{
    return (V64){a.u & MASK64(bits)};
}

/* ExtendReg() without its shift: `option` is UXTB, UXTH, UXTW, UXTX, SXTB, ... */
SEM_INLINE V64 v_extend_reg(SemCtx c, unsigned option, V64 a)
{
    unsigned bits = 8u << (option & 3);

    return option & 4 ? v_sext(c, bits, a) : v_zext(c, bits, a);
}

/* The width's bits of a:b from bit n up. */
SEM_INLINE V64 v_extr(SemCtx c, unsigned sf, V64 a, V64 b, unsigned n)
{
    return n ? v_trunc(sf, b.u >> n | a.u << ((sf ? 64 : 32) - n)) : b;
}

/* CRC of the low bytes, with the polynomial of IEEE 802.3 or Castagnoli's. */
SEM_INLINE V64 v_crc32(SemCtx c, unsigned castagnoli, unsigned bytes, V64 crc, V64 data)
{
    return (V64){tcg_crc32(castagnoli, bytes, (uint32_t)crc.u, data.u)};
}

/* ---- truth values */

SEM_INLINE VB v_eqz(SemCtx c, V64 a)
{
    return (VB){a.u == 0};
}

SEM_INLINE VB v_nez(SemCtx c, V64 a)
{
    return (VB){a.u != 0};
}

SEM_INLINE VB v_eq(SemCtx c, V64 a, V64 b)
{
    return (VB){a.u == b.u};
}

SEM_INLINE VB v_bit(SemCtx c, V64 a, unsigned n)
{
    return (VB){a.u >> n & 1};
}

SEM_INLINE VB v_lts(SemCtx c, V64 a, V64 b)
{
    return (VB){(int64_t)a.u < (int64_t)b.u};
}

SEM_INLINE VB v_ltu(SemCtx c, V64 a, V64 b)
{
    return (VB){a.u < b.u};
}

SEM_INLINE V64 v_select(SemCtx c, VB cond, V64 a, V64 b)
{
    return cond.b ? a : b;
}

/* ---- flags */

SEM_INLINE VF flags_get(SemCtx c)
{
    return (VF){c.cpu->nzcv};
}

SEM_INLINE void flags_set(SemCtx c, VF f)
{
    c.cpu->nzcv = f.nzcv;
}

/* NZCV from the low four bits of a constant. */
SEM_INLINE VF flags_const(SemCtx c, unsigned nzcv)
{
    return (VF){nzcv << 28};
}

SEM_INLINE VF flags_select(SemCtx c, VB cond, VF a, VF b)
{
    return cond.b ? a : b;
}

/* As a register holds them: bits 31:28. */
SEM_INLINE V64 flags_pack(SemCtx c, VF f)
{
    return (V64){f.nzcv};
}

SEM_INLINE VF flags_unpack(SemCtx c, V64 a)
{
    return (VF){(uint32_t)a.u & PSTATE_NZCV};
}

SEM_INLINE VF f_nzcv(unsigned sf, uint64_t r, bool carry, uint64_t overflow)
{
    return sf ? (VF){(uint32_t)(r >> 32 & PSTATE_N) | (uint32_t)(r == 0) << 30 |
                     (uint32_t)carry << 29 | (uint32_t)(overflow >> 63) << 28}
              : (VF){((uint32_t)r & PSTATE_N) | (uint32_t)((uint32_t)r == 0) << 30 |
                     (uint32_t)carry << 29 | (uint32_t)(overflow >> 31 & 1) << 28};
}

/* N and Z of a result; C and V clear. */
SEM_INLINE VF f_logic(SemCtx c, unsigned sf, V64 r)
{
    return f_nzcv(sf, r.u, false, 0);
}

SEM_INLINE V64 v_adds(SemCtx c, unsigned sf, V64 a, V64 b, VF *ret)
{
    V64 r = v_add(c, sf, a, b);

    *ret = f_nzcv(sf, r.u, r.u < a.u, (a.u ^ r.u) & (b.u ^ r.u));
    return r;
}

SEM_INLINE V64 v_subs(SemCtx c, unsigned sf, V64 a, V64 b, VF *ret)
{
    V64 r = v_sub(c, sf, a, b);

    *ret = f_nzcv(sf, r.u, a.u >= b.u, (a.u ^ b.u) & (a.u ^ r.u));
    return r;
}

/* a + b + C. */
SEM_INLINE V64 v_adcs(SemCtx c, unsigned sf, V64 a, V64 b, VF in, VF *ret)
{
    unsigned __int128 wide = (unsigned __int128)a.u + b.u + (in.nzcv >> 29 & 1);
    V64 r = v_trunc(sf, (uint64_t)wide);

    *ret = f_nzcv(sf, r.u, (wide >> (sf ? 64 : 32)) & 1, (a.u ^ r.u) & (b.u ^ r.u));
    return r;
}

/* ConditionHolds(), `cond` being the instruction's field. */
SEM_INLINE VB f_cond(SemCtx c, unsigned cond, VF f)
{
    /* Bit n: does the condition hold when NZCV is n. */
    static const uint16_t holds[16] = {0xf0f0, 0x0f0f, 0xcccc, 0x3333, 0xff00, 0x00ff,
                                       0xaaaa, 0x5555, 0x0c0c, 0xf3f3, 0xaa55, 0x55aa,
                                       0x0a05, 0xf5fa, 0xffff, 0xffff};

    return (VB){holds[cond] >> (f.nzcv >> 28) & 1};
}

#endif
