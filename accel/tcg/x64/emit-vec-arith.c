/* SPDX-License-Identifier: MIT */
/* Integer vector operations element by element. */
#include "accel/tcg/x64/emit-vec.h"

typedef struct Operands {
    unsigned d, a, b, esize, n;
} Operands;

/* ---- what the host has for a size: an instruction, or 0 */

static const uint32_t direct[IR_V_COUNT][4] = {
    [IR_V_ADD] = {V66 | 0xfc, V66 | 0xfd, V66 | 0xfe, V66 | 0xd4},
    [IR_V_SUB] = {V66 | 0xf8, V66 | 0xf9, V66 | 0xfa, V66 | 0xfb},
    [IR_V_MUL] = {0, V66 | 0xd5, X_PMULLD, 0},
    [IR_V_AND] = {X_PAND, X_PAND, X_PAND, X_PAND},
    [IR_V_OR] = {X_POR, X_POR, X_POR, X_POR},
    [IR_V_XOR] = {X_PXOR, X_PXOR, X_PXOR, X_PXOR},
    [IR_V_EQ] = {V66 | 0x74, V66 | 0x75, V66 | 0x76, X_PCMPEQQ},
    [IR_V_GTS] = {V66 | 0x64, V66 | 0x65, V66 | 0x66, X_PCMPGTQ},
    [IR_V_MAXS] = {V66_38 | 0x3c, V66 | 0xee, V66_38 | 0x3d, 0},
    [IR_V_MINS] = {V66_38 | 0x38, V66 | 0xea, V66_38 | 0x39, 0},
    [IR_V_MAXU] = {V66 | 0xde, V66_38 | 0x3e, V66_38 | 0x3f, 0},
    [IR_V_MINU] = {V66 | 0xda, V66_38 | 0x3a, V66_38 | 0x3b, 0},
    [IR_V_MULH] = {0, V66 | 0xe5, 0, 0},
    [IR_V_MULHR] = {0, V66_38 | 0x0b, 0, 0}, /* pmulhrsw */
    [IR_V_MULADD] = {0, V66 | 0xf5, 0, 0},   /* pmaddwd */
    [IR_V_AVGU] = {V66 | 0xe0, V66 | 0xe3, 0, 0},
    [IR_V_QADDS] = {V66 | 0xec, V66 | 0xed, 0, 0},
    [IR_V_QADDU] = {V66 | 0xdc, V66 | 0xdd, 0, 0},
    [IR_V_QSUBS] = {V66 | 0xe8, V66 | 0xe9, 0, 0},
    [IR_V_QSUBU] = {V66 | 0xd8, V66 | 0xd9, 0, 0},
    [IR_V_QNARROWS] = {V66 | 0x63, V66 | 0x6b, 0, 0},
    [IR_V_QNARROWSU] = {X_PACKUSWB, X_PACKUSDW, 0, 0},
};

/* ---- products */

static void multiply_8(Emit *e, const Operands *o)
{
    vec_shift_imm(e, VEC_SHRU, 1, 0, o->a, 8);
    vec_shift_imm(e, VEC_SHRU, 1, 1, o->b, 8);
    vec_op(e, V66 | 0xd5, 0, 0, 1); /* pmullw */
    vec_shift_imm(e, VEC_SHL, 1, 0, 0, 8);
    vec_op(e, V66 | 0xd5, o->d, o->a, o->b);
    vec_op_const(e, X_PAND, o->d, o->d, K_LOW_8);
    vec_op(e, X_POR, o->d, o->d, 0);
}

static bool is_widened(const Emit *e, IrRef r, unsigned op)
{
    const IrNode *n = emit_at(e, r);

    return n->op == IR_VEC && n->aux == op && n->aux2 == 2;
}

/* Products of what is extended from 32 bits are single instructions. */
static void multiply_64(Emit *e, IrRef r, const Operands *o)
{
    IrRef a = emit_at(e, r)->a, b = emit_at(e, r)->b;

    if (is_widened(e, a, IR_V_WIDENS) && is_widened(e, b, IR_V_WIDENS)) {
        vec_op(e, V66_38 | 0x28, o->d, o->a, o->b); /* pmuldq */
        return;
    }
    if (!is_widened(e, a, IR_V_WIDENU) || !is_widened(e, b, IR_V_WIDENU)) {
        vec_un_imm(e, X_PSHUFD, 0, o->b, 0xb1);
        vec_op(e, X_PMULLD, 0, 0, o->a);
        vec_shift_imm(e, VEC_SHRU, 3, 1, 0, 32);
        vec_op(e, X_PADDD, 1, 1, 0);
        vec_shift_imm(e, VEC_SHL, 3, 1, 1, 32);
        vec_op(e, X_PMULUDQ, o->d, o->a, o->b);
        vec_op(e, X_PADDQ, o->d, o->d, 1);
        return;
    }
    vec_op(e, X_PMULUDQ, o->d, o->a, o->b);
}

/* ---- comparisons */

static void invert(Emit *e, unsigned d)
{
    vec_ones(e, 0);
    vec_op(e, X_PXOR, d, d, 0);
}

/* a > b, unsigned, of 64 bits. */
static void above_64(Emit *e, unsigned d, unsigned a, unsigned b)
{
    vec_op_const(e, X_PXOR, 0, a, K_SIGN_D);
    vec_op_const(e, X_PXOR, 1, b, K_SIGN_D);
    vec_op(e, X_PCMPGTQ, d, 0, 1);
}

static void compare_unsigned(Emit *e, const Operands *o, bool or_equal)
{
    if (o->esize == 3) {
        if (or_equal) {
            above_64(e, o->d, o->b, o->a);
            invert(e, o->d);
        } else {
            above_64(e, o->d, o->a, o->b);
        }
        return;
    }
    /* a >= b where the larger is a; a > b but where the smaller is. */
    vec_op(e, direct[or_equal ? IR_V_MAXU : IR_V_MINU][o->esize], o->d, o->a, o->b);
    vec_op(e, direct[IR_V_EQ][o->esize], o->d, o->d, o->a);
    if (!or_equal) {
        invert(e, o->d);
    }
}

/* Maxima and minima of 64 bits: by a mask. */
static void choose_64(Emit *e, unsigned op, const Operands *o)
{
    bool max = op == IR_V_MAXS || op == IR_V_MAXU;
    unsigned first = max ? o->a : o->b, second = max ? o->b : o->a;

    if (op == IR_V_MAXU || op == IR_V_MINU) {
        above_64(e, 2, o->a, o->b);
    } else {
        vec_op(e, X_PCMPGTQ, 2, o->a, o->b);
    }
    vec_op(e, X_PAND, o->d, first, 2);
    vec_op(e, X_PANDN, 2, 2, second);
    vec_op(e, X_POR, o->d, o->d, 2);
}

static void absolute(Emit *e, const Operands *o)
{
    if (o->esize < 3) {
        vec_un(e, V66_38 | (0x1c + o->esize), o->d, o->a);
        return;
    }
    vec_zero(e, 0);
    vec_op(e, X_PCMPGTQ, 0, 0, o->a);
    vec_op(e, X_PXOR, o->d, o->a, 0);
    vec_op(e, direct[IR_V_SUB][3], o->d, o->d, 0);
}

/* ---- shifts */

static void shift_8(Emit *e, unsigned op, const Operands *o)
{
    vec_shift_imm(e, op == IR_V_SHL ? VEC_SHL : VEC_SHRU, 1, o->d, o->a, o->n);
    vec_op_const(e, X_PAND, o->d, o->d, (op == IR_V_SHL ? K_SHL_8 : K_SHRU_8) + o->n);
    if (op == IR_V_SHRS) {
        vec_load_const(e, 0, K_SIGN_8 + o->n);
        vec_op(e, X_PXOR, o->d, o->d, 0);
        vec_op(e, direct[IR_V_SUB][0], o->d, o->d, 0);
    }
}

static void shift_signed_64(Emit *e, const Operands *o)
{
    vec_zero(e, 0);
    vec_op(e, X_PCMPGTQ, 0, 0, o->a); /* all sign */
    if (o->n == 63) {
        vec_mov(e, o->d, 0);
        return;
    }
    vec_shift_imm(e, VEC_SHL, 3, 0, 0, 64 - o->n);
    vec_shift_imm(e, VEC_SHRU, 3, o->d, o->a, o->n);
    vec_op(e, X_POR, o->d, o->d, 0);
}

static void shift(Emit *e, unsigned op, const Operands *o)
{
    if (o->esize == 0) {
        shift_8(e, op, o);
    } else if (o->esize == 3 && op == IR_V_SHRS) {
        shift_signed_64(e, o);
    } else {
        vec_shift_imm(e,
                      op == IR_V_SHL    ? VEC_SHL
                      : op == IR_V_SHRU ? VEC_SHRU
                                        : VEC_SHRS,
                      o->esize, o->d, o->a, o->n);
    }
}

/* ---- the rest */

static void popcount(Emit *e, const Operands *o)
{
    vec_op_const(e, X_PAND, 0, o->a, K_NIBBLE);
    vec_shift_imm(e, VEC_SHRU, 1, 1, o->a, 4);
    vec_op_const(e, X_PAND, 1, 1, K_NIBBLE);
    vec_load_const(e, 2, K_POPCOUNT);
    vec_op(e, X_PSHUFB, o->d, 2, 0);
    vec_op(e, X_PSHUFB, 2, 2, 1);
    vec_op(e, direct[IR_V_ADD][0], o->d, o->d, 2);
}

static bool compute(Emit *e, IrRef r, unsigned op, const Operands *o)
{
    switch (op) {
    case IR_V_MUL:
        if (o->esize == 0) {
            multiply_8(e, o);
        } else {
            multiply_64(e, r, o);
        }
        return true;
    case IR_V_BIC:
        vec_op(e, X_PANDN, o->d, o->b, o->a);
        return true;
    case IR_V_GES:
        vec_op(e, direct[IR_V_GTS][o->esize], o->d, o->b, o->a);
        invert(e, o->d);
        return true;
    case IR_V_GTU:
    case IR_V_GEU:
        compare_unsigned(e, o, op == IR_V_GEU);
        return true;
    case IR_V_ABS:
        absolute(e, o);
        return true;
    case IR_V_SHL:
    case IR_V_SHRU:
    case IR_V_SHRS:
        shift(e, op, o);
        return true;
    case IR_V_POPCOUNT:
        popcount(e, o);
        return true;
    case IR_V_SUMS:
        vec_zero(e, 0);
        vec_op(e, V66 | 0xf6, o->d, o->a, 0); /* psadbw */
        return true;
    default: /* maxima and minima of 64 bits */
        choose_64(e, op, o);
        return true;
    }
}

bool emit_vec_arith(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);

    Operands o = {.a = emit_use_xmm(e, n->a), .esize = n->aux2, .n = (unsigned)n->imm};
    o.b = n->b ? emit_use_xmm(e, n->b) : 0;
    o.d = emit_define_xmm(e, r);
    if (direct[n->aux][o.esize]) {
        vec_op(e, direct[n->aux][o.esize], o.d, o.a, o.b);
        return true;
    }
    return compute(e, r, n->aux, &o);
}
