/* SPDX-License-Identifier: MIT */
/* Vector and floating-point operations of the IR: what IrNode.aux of IR_VEC and IR_FP says. */
#ifndef ACCEL_TCG_IR_VEC_H
#define ACCEL_TCG_IR_VEC_H

#include "hw/cpu/arm-cpu.h"

/* Integer operations, element by element where nothing else is said; aux2 is log2 of the element's
 * size in bytes, n is imm. */
typedef enum IrVecOp {
    IR_V_ADD,
    IR_V_SUB,
    IR_V_MUL,
    IR_V_AND,
    IR_V_OR,
    IR_V_XOR,
    IR_V_BIC, /* a & ~b */
    /* all ones where it holds */
    IR_V_EQ,
    IR_V_GTS,
    IR_V_GES,
    IR_V_GTU,
    IR_V_GEU,
    IR_V_MAXS,
    IR_V_MINS,
    IR_V_MAXU,
    IR_V_MINU,
    IR_V_ABS,
    IR_V_MULH,   /* upper halves of signed products, 16 bits */
    IR_V_MULHR,  /* bits 30:15 of such products, rounded */
    IR_V_MULADD, /* a product of signed 16 bits + its neighbour's, 32 bits */
    IR_V_AVGU,   /* (a + b + 1) / 2, 8 and 16 bits */
    IR_V_QADDS,  /* saturating, 8 and 16 bits */
    IR_V_QADDU,
    IR_V_QSUBS,
    IR_V_QSUBU,
    IR_V_QNARROWS,  /* b:a from elements of twice the size, saturated; 8 and 16 bits */
    IR_V_QNARROWSU, /* the same, signed operands to unsigned results */
    IR_V_SHL,       /* by n, below the element's size */
    IR_V_SHRU,
    IR_V_SHRS,
    IR_V_POPCOUNT, /* of bytes */
    /* whole registers */
    IR_V_LOW,    /* n bytes of a, zero above */
    IR_V_UPPER,  /* the upper half of a, zero above */
    IR_V_JOIN,   /* lower halves: a's below, b's above */
    IR_V_ZIP,    /* pairs of elements from the lower halves of a and b; */
    IR_V_ZIPH,   /* from the upper halves */
    IR_V_UNZIP,  /* even (n = 1: odd) elements of b:a */
    IR_V_TRN,    /* even (odd) elements of a, each followed by its fellow of b */
    IR_V_EXT,    /* 16 bytes of b:a from byte n (0 to 15) on */
    IR_V_BYTES,  /* bytes of a by the low 4 bits of b's bytes; 0 where b's bit 7 is set */
    IR_V_DUP,    /* element n of a in all places */
    IR_V_MOVE,   /* a with element n & 15 replaced by element n >> 4 of b */
    IR_V_WIDENU, /* the low half's elements, extended to twice their size */
    IR_V_WIDENS,
    IR_V_NARROW, /* low halves of elements of twice the size, in the low half */
    IR_V_SUMS,   /* sums of 8 bytes, in each half */
    /* cryptography; ptr, imm2 and aux2 (ir_shape()) as IR_FP: for hosts that do not have it */
    IR_V_AESE, /* SubBytes(ShiftRows(a ^ b)) */
    IR_V_AESD, /* the inverse */
    IR_V_AESMC,
    IR_V_AESIMC,
    IR_V_AESE_MC, /* the first of these, mixed */
    IR_V_AESD_IMC,
    IR_V_SHA256H, /* four rounds: a: the state's half that is wanted, b: the other, c: schedule */
    IR_V_SHA256H2,
    IR_V_SHA256SU0,
    IR_V_SHA256SU1,
    IR_V_PMULL, /* carryless product of the low halves */
    IR_V_COUNT
} IrVecOp;

/* Floating point. IR_FP_CALL is no operation by itself: the node's function says what happens. The
 * others are hints which of them a back end may compute; where it does not or is not certain to get
 * every bit and flag right, it calls the function. Scalars: one element, the rest of the result is
 * a's for the first group and undefined for the others. */
typedef enum IrFpOp {
    IR_FP_CALL,
    /* ---- the rest of a scalar's register is a's */
    IR_FP_ADD,
    IR_FP_SUB,
    IR_FP_MUL,
    IR_FP_DIV,
    IR_FP_SQRT,
    IR_FP_MADD,  /* a + b * c, fused */
    IR_FP_MSUB,  /* a - b * c */
    IR_FP_NMADD, /* -a - b * c */
    IR_FP_NMSUB, /* -a + b * c */
    IR_FP_LAST_OF_A = IR_FP_NMSUB,
    /* ---- */
    IR_FP_NMUL, /* -(a * b) */
    IR_FP_ABD,  /* |a - b| */
    IR_FP_MAX,
    IR_FP_MIN, /* MAXNM and MINNM differ in the function only */
    IR_FP_EQ,  /* all ones where it holds */
    IR_FP_GE,
    IR_FP_GT,
    IR_FP_ABS_GE,
    IR_FP_ABS_GT,
    IR_FP_RINT_EVEN, /* to integral values, inexact not told */
    IR_FP_RINT_UP,
    IR_FP_RINT_DOWN,
    IR_FP_RINT_ZERO,
    IR_FP_RINT_EXACT, /* to nearest, inexact told */
    IR_FP_WIDEN,      /* to the next format; vectors: of the low half */
    IR_FP_NARROW,     /* to the format before; vectors: to the low half, zero above */
    IR_FP_TO_S,       /* truncated to integers of the same size; + rounding: */
    IR_FP_TO_S_EVEN,
    IR_FP_FROM_S, /* from integers of the same size */
    IR_FP_FROM_U,
    IR_FP_COUNT
} IrFpOp;

/* How scalars become integers (IR_FP_TO_INT, aux). */
typedef enum IrFpToInt {
    IR_TO_INT_CALL,
    IR_TO_INT_ZERO,
    IR_TO_INT_EVEN,
    IR_TO_INT_UP,
    IR_TO_INT_DOWN,
    IR_TO_INT_UNSIGNED, /* towards zero */
} IrFpToInt;

/* The shape of an operation with a function: log2 of the element's size, bytes that count. */
static inline uint16_t ir_shape(unsigned esize, unsigned bytes)
{
    return (uint16_t)(esize | bytes << 8);
}

static inline unsigned ir_shape_esize(uint16_t shape)
{
    return shape & 0xff;
}

static inline unsigned ir_shape_bytes(uint16_t shape)
{
    return shape >> 8;
}

static inline bool ir_shape_is_scalar(uint16_t shape)
{
    return ir_shape_bytes(shape) <= 1u << ir_shape_esize(shape);
}

/* Operands of a node's function. Integers stand in the low halves. */
typedef struct IrVecArgs {
    ArmVec a, b, c;
    uint64_t extra; /* IrNode.imm2 */
    uint16_t shape;
} IrVecArgs;

/* IrNode.ptr of IR_FP, IR_FP_TO_INT, IR_FP_FROM_INT: exact, flags go to FPSR. */
typedef ArmVec IrVecFunction(ArmCpu *cpu, const IrVecArgs *x);

#endif
