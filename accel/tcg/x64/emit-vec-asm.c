/* SPDX-License-Identifier: MIT */
/* Vector instructions in the form that the host has, and constants in memory for them. */
#include "accel/tcg/x64/emit-vec.h"

#include <string.h>

/* ---- constants */

static const uint8_t *consts; /* where they are in the code's mapping */

#define TWICE(v)      \
    {                 \
        .d = { v, v } \
    }
#define FOUR(v)   TWICE((uint64_t)(v) << 32 | (v))
#define EIGHT(v)  FOUR((uint32_t)(v) << 16 | (v))
#define BYTES(v)  EIGHT((v) << 8 | (v))
#define LEFT(n)   [K_SHL_8 + (n)] = BYTES(0xffu << (n)&0xff)
#define RIGHT(n)  [K_SHRU_8 + (n)] = BYTES(0xffu >> (n))
#define SIGN(n)   [K_SIGN_8 + (n)] = BYTES(0x80u >> (n))
#define ALL(what) what(0), what(1), what(2), what(3), what(4), what(5), what(6), what(7)

static const ArmVec table[K_COUNT] = {
    [K_ABS_S] = FOUR(0x7fffffffu),
    [K_ABS_D] = TWICE(0x7fffffffffffffff),
    [K_SIGN_S] = FOUR(0x80000000u),
    [K_SIGN_D] = TWICE(0x8000000000000000),
    [K_MIN_S] = FOUR(0x00800000u),
    [K_MIN_D] = TWICE(0x0010000000000000),
    [K_ABS_H] = EIGHT(0x7fffu),
    [K_MIN_H] = EIGHT(0x0400u),
    [K_INT_MIN_S] = FOUR(0x80000000u),
    [K_2_32_S] = FOUR(0x4f800000u),
    [K_2_32_D] = TWICE(0x41f0000000000000),
    [K_2_63_S] = FOUR(0x5f000000u),
    [K_2_63_D] = TWICE(0x43e0000000000000),
    [K_NIBBLE] = BYTES(0x0fu),
    [K_POPCOUNT] = {.d = {0x0302020102010100, 0x0403030203020201}},
    [K_LOW_8] = EIGHT(0x00ffu),
    [K_LOW_16] = FOUR(0x0000ffffu),
    [K_BYTES_1] = {.d = {0xff, 0}},
    [K_BYTES_2] = {.d = {0xffff, 0}},
    [K_BYTES_4] = {.d = {0xffffffff, 0}},
    ALL(LEFT),
    ALL(RIGHT),
    ALL(SIGN),
};

bool emit_consts_make(X64Asm *s)
{
    x64_align(s, 64);
    if (s->overflow || (size_t)(s->end - s->p) < sizeof(table)) {
        return false;
    }
    memcpy(s->p, table, sizeof(table));
    consts = s->p + s->rx_delta;
    s->p += sizeof(table);
    return true;
}

/* The four bytes before here are a distance from the next instruction, which begins n bytes on. */
static void point_to(Emit *e, EmitConst k, unsigned n)
{
    const uint8_t *next = (const uint8_t *)x64_rx(&e->s) + n;
    uint32_t distance = (uint32_t)(consts + 16 * (size_t)k - next);

    if (!e->s.overflow) {
        memcpy(e->s.p - 4, &distance, 4);
    }
}

static const X64Mem here = {X64_NO_REG, X64_NO_REG, 0, 0};

/* ---- instructions */

void vec_mov(Emit *e, unsigned d, unsigned a)
{
    if (d != a) {
        x64_rr(&e->s, false, X64_0F | 0x28, d, a); /* movaps */
    }
}

void vec_op(Emit *e, uint32_t opcode, unsigned d, unsigned a, unsigned b)
{
    if (emit_avx()) {
        x64_vex_rr(&e->s, false, false, opcode, d, a, b);
        return;
    }
    e->failed |= d == b && d != a;
    vec_mov(e, d, a);
    x64_rr(&e->s, false, opcode, d, b);
}

void vec_op_imm(Emit *e, uint32_t opcode, unsigned d, unsigned a, unsigned b, unsigned imm)
{
    vec_op(e, opcode, d, a, b);
    x64_byte(&e->s, (uint8_t)imm);
}

static void op_const(Emit *e, uint32_t opcode, unsigned d, unsigned a, EmitConst k, unsigned ahead)
{
    if (emit_avx()) {
        x64_vex_rm(&e->s, false, false, opcode, d, a, here);
    } else {
        vec_mov(e, d, a);
        x64_rm(&e->s, false, opcode, d, here);
    }
    point_to(e, k, ahead);
}

void vec_op_const(Emit *e, uint32_t opcode, unsigned d, unsigned a, EmitConst k)
{
    op_const(e, opcode, d, a, k, 0);
}

void vec_op_const_imm(Emit *e, uint32_t opcode, unsigned d, unsigned a, EmitConst k, unsigned imm)
{
    op_const(e, opcode, d, a, k, 1);
    x64_byte(&e->s, (uint8_t)imm);
}

void vec_un(Emit *e, uint32_t opcode, unsigned d, unsigned a)
{
    if (emit_avx()) {
        x64_vex_rr(&e->s, false, false, opcode, d, 0, a);
    } else {
        x64_rr(&e->s, false, opcode, d, a);
    }
}

void vec_un_imm(Emit *e, uint32_t opcode, unsigned d, unsigned a, unsigned imm)
{
    vec_un(e, opcode, d, a);
    x64_byte(&e->s, (uint8_t)imm);
}

void vec_flags_const(Emit *e, uint32_t opcode, unsigned a, EmitConst k)
{
    x64_rm(&e->s, false, opcode, a, here);
    point_to(e, k, 0);
}

void vec_load_const(Emit *e, unsigned d, EmitConst k)
{
    x64_rm(&e->s, false, X64_0F | 0x28, d, here);
    point_to(e, k, 0);
}

void vec_zero(Emit *e, unsigned d)
{
    x64_rr(&e->s, false, X_PXOR, d, d);
}

void vec_ones(Emit *e, unsigned d)
{
    x64_rr(&e->s, false, X_PCMPEQB, d, d);
}

static void shift(Emit *e, uint32_t opcode, unsigned kind, unsigned d, unsigned a, unsigned n)
{
    if (emit_avx()) {
        x64_vex_rr(&e->s, false, false, opcode, kind, d, a);
    } else {
        vec_mov(e, d, a);
        x64_rr(&e->s, false, opcode, kind, d);
    }
    x64_byte(&e->s, (uint8_t)n);
}

void vec_shift_imm(Emit *e, unsigned kind, unsigned esize, unsigned d, unsigned a, unsigned n)
{
    shift(e, V66 | (0x70 + esize), kind, d, a, n);
}

void vec_shift_bytes(Emit *e, unsigned d, unsigned a, unsigned n)
{
    shift(e, V66 | 0x73, 3, d, a, n);
}
