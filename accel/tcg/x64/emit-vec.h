/* SPDX-License-Identifier: MIT */
/* What the files of the back end that emit vector and floating-point code share. Instructions come
 * in two forms: of SSE, whose first operand is the destination, and of AVX with three operands. */
#ifndef ACCEL_TCG_X64_EMIT_VEC_H
#define ACCEL_TCG_X64_EMIT_VEC_H

#include "accel/tcg/host-caps.h"
#include "accel/tcg/x64/emit.h"

/* Opcodes; comments say which vary. */
enum {
    V66 = X64_P66 | X64_0F,
    V66_38 = X64_P66 | X64_0F38,
    V66_3A = X64_P66 | X64_0F3A,
    X_PAND = V66 | 0xdb,
    X_PANDN = V66 | 0xdf, /* ~first & second */
    X_POR = V66 | 0xeb,
    X_PXOR = V66 | 0xef,
    X_PSHUFB = V66_38 | 0x00,
    X_PSHUFD = V66 | 0x70,
    X_PSHUFLW = X64_PF2 | X64_0F | 0x70,
    X_PSHUFHW = X64_PF3 | X64_0F | 0x70,
    X_PUNPCKLQDQ = V66 | 0x6c,
    X_PUNPCKHQDQ = V66 | 0x6d,
    X_PACKUSWB = V66 | 0x67,
    X_PACKUSDW = V66_38 | 0x2b,
    X_PCMPEQB = V66 | 0x74, /* + size */
    X_PCMPEQQ = V66_38 | 0x29,
    X_PCMPGTQ = V66_38 | 0x37,
    X_PBLENDW = V66_3A | 0x0e,
    X_INSERTPS = V66_3A | 0x21,
    X_PMULUDQ = V66 | 0xf4,
    X_PADDD = V66 | 0xfe,
    X_PADDQ = V66 | 0xd4,
    X_PMULLD = V66_38 | 0x40,
    X_PTEST = V66_38 | 0x17,
    X_MOVUPS = X64_0F | 0x10,         /* + 1: to memory */
    X_MOVQ = X64_PF3 | X64_0F | 0x7e, /* zero above */
};

/* Constants in memory near to the code (emit-vec-const.c). */
typedef enum EmitConst {
    K_ABS_S, /* what has all bits but the sign; by format */
    K_ABS_D,
    K_SIGN_S,
    K_SIGN_D,
    K_MIN_S, /* the smallest normal numbers */
    K_MIN_D,
    K_ABS_H,
    K_MIN_H,
    K_INT_MIN_S,
    K_2_32_S, /* limits of unsigned integers in each format */
    K_2_32_D,
    K_2_63_S,
    K_2_63_D,
    K_NIBBLE,
    K_POPCOUNT,
    K_LOW_8, /* the low halves of elements of 16 and 32 bits */
    K_LOW_16,
    K_BYTES_1, /* the first 1, 2, 4 bytes */
    K_BYTES_2,
    K_BYTES_4,
    K_SHL_8, /* + n: bits that are left of bytes shifted by n */
    K_SHRU_8 = K_SHL_8 + 8,
    K_SIGN_8 = K_SHRU_8 + 8, /* + n: where the sign is then */
    K_COUNT = K_SIGN_8 + 8
} EmitConst;

bool emit_consts_make(X64Asm *s);

static inline bool emit_avx(void)
{
    return host_has(HOST_AVX);
}

/* ---- emit-vec-asm.c. d is never b unless it is a, too. */

/* d = a op b; with an immediate operand. */
void vec_op(Emit *e, uint32_t opcode, unsigned d, unsigned a, unsigned b);
void vec_op_imm(Emit *e, uint32_t opcode, unsigned d, unsigned a, unsigned b, unsigned imm);
/* d = a op constant. */
void vec_op_const(Emit *e, uint32_t opcode, unsigned d, unsigned a, EmitConst k);
void vec_op_const_imm(Emit *e, uint32_t opcode, unsigned d, unsigned a, EmitConst k, unsigned imm);
/* d = op a. */
void vec_un(Emit *e, uint32_t opcode, unsigned d, unsigned a);
void vec_un_imm(Emit *e, uint32_t opcode, unsigned d, unsigned a, unsigned imm);
/* Compares with a constant in memory: flags only. */
void vec_flags_const(Emit *e, uint32_t opcode, unsigned a, EmitConst k);
void vec_mov(Emit *e, unsigned d, unsigned a);
void vec_load_const(Emit *e, unsigned d, EmitConst k);
void vec_zero(Emit *e, unsigned d);
void vec_ones(Emit *e, unsigned d);
/* Shifts elements of 16 bits and more; kind as psllw's /n: 6 left, 2 right, 4 with sign. */
enum { VEC_SHL = 6, VEC_SHRU = 2, VEC_SHRS = 4 };
void vec_shift_imm(Emit *e, unsigned kind, unsigned esize, unsigned d, unsigned a, unsigned n);
/* All of the register to the right by n bytes. */
void vec_shift_bytes(Emit *e, unsigned d, unsigned a, unsigned n);

/* ---- families */

bool emit_vec_move(Emit *e, IrRef r);    /* between registers and memory, constants */
bool emit_vec_shuffle(Emit *e, IrRef r); /* IR_VEC: order of elements */
bool emit_vec_crypto(Emit *e, IrRef r);
bool emit_vec_arith(Emit *e, IrRef r); /* IR_VEC: the rest */
bool emit_fp(Emit *e, IrRef r);
/* Asks the node's function for its value. */
void emit_vec_call(Emit *e, IrRef r);
/* The same in cold code: what jumps there has not changed an operand. */
EmitCold *emit_vec_cold(Emit *e, IrRef r);

#endif
