/* SPDX-License-Identifier: MIT */
/* A64 decoder: the generated tables and what their expressions call. */
#include "accel/tcg/a64/a64.h"
#include "accel/tcg/a64/decode-simd.h"
#include "hw/cpu/arm-sysregs.h"
#include "util/bits.h"

/* ---- functions that sets and conditions of the table may call */

/* A register number whose 31 means the stack pointer. */
static inline uint8_t sp(uint32_t r)
{
    return r == 31 ? ARM_X_SP : (uint8_t)r;
}

/* Sign extension of a field of `bits` bits. */
static inline int64_t sx(uint64_t v, unsigned bits)
{
    return sextract64(v, 0, bits);
}

/* DecodeBitMasks() of the Arm ARM (J1.3.3): the element size, 0 when reserved. */
static inline unsigned bitmask_esize(uint32_t n, uint32_t imms)
{
    uint32_t v = n << 6 | (~imms & 0x3f);

    return v > 1 ? 1u << (31 - __builtin_clz(v)) : 0;
}

static inline bool bitmask_ok(uint32_t n, uint32_t imms, uint32_t sf)
{
    unsigned esize = bitmask_esize(n, imms);

    return esize && (sf || esize <= 32) && (imms & (esize - 1)) != esize - 1;
}

/* The logical immediate: s + 1 ones, rotated right by r in an element, replicated. */
static inline uint64_t bitmask(uint32_t n, uint32_t immr, uint32_t imms, uint32_t sf)
{
    unsigned esize = bitmask_esize(n, imms);
    unsigned s = imms & (esize - 1), r = immr & (esize - 1);
    uint64_t elem = MASK64(s + 1);

    elem = (elem >> r | (r ? elem << (esize - r) : 0)) & MASK64(esize);
    for (unsigned size = esize; size < 64; size *= 2) {
        elem |= elem << size;
    }
    return sf ? elem : (uint32_t)elem;
}

static inline uint64_t lsl(uint64_t v, unsigned n)
{
    return v << n;
}

static inline uint64_t trunc_sf(uint32_t sf, uint64_t v)
{
    return sf ? v : (uint32_t)v;
}

/* The bits that BFM takes from its rotated source. */
static inline uint64_t bfm_mask(uint32_t immr, uint32_t imms, uint32_t sf)
{
    return imms >= immr ? MASK64(imms - immr + 1) : MASK64(imms + 1) << ((sf ? 64 : 32) - immr);
}

static inline int64_t sysreg(uint32_t op0, uint32_t op1, uint32_t crn, uint32_t crm, uint32_t op2)
{
    return ARM_SYSREG(op0, op1, crn, crm, op2);
}

#include "gen/a64-rows.h"

const A64RowInfo *a64_decode(uint32_t word, uint64_t features, A64Insn *ret)
{
    uint16_t at = decode_top[word >> 21];

    if (at & 0x8000) {
        at = decode_second[(at & 0x7fff) * 64 + (word >> 10 & 63)];
    }
    for (const uint16_t *p = &decode_lists[at]; *p != 0xffff; p++) {
        const A64RowInfo *row = &a64_rows[*p];
        if ((word & row->mask) != row->value ||
            (row->feature >= 0 && !(features >> row->feature & 1))) {
            continue;
        }
        *ret = (A64Insn){0};
        if (row_decoders[*p](word, ret)) {
            return row;
        }
    }
    *ret = (A64Insn){.op = A64_OP_UNALLOCATED, .imm = word};
    return NULL;
}

const A64RowInfo *a64_row_of_op(unsigned op)
{
    for (size_t i = 0; i < A64_ROW_COUNT; i++) {
        if (op - a64_rows[i].op < a64_rows[i].n_ops) {
            return &a64_rows[i];
        }
    }
    return NULL;
}
