/* SPDX-License-Identifier: MIT */
/* Vector operations that bring elements to other places or to other sizes. */
#include "accel/tcg/x64/emit-vec.h"

typedef struct Operands {
    unsigned d, a, b, esize, n;
} Operands;

static void low(Emit *e, const Operands *o)
{
    switch (o->n) {
    case 1:
        vec_op_const(e, X_PAND, o->d, o->a, K_BYTES_1);
        break;
    case 2:
        vec_op_const(e, X_PAND, o->d, o->a, K_BYTES_2);
        break;
    case 4:
        vec_op_const(e, X_PAND, o->d, o->a, K_BYTES_4);
        break;
    default:
        vec_un(e, X_MOVQ, o->d, o->a);
        break;
    }
}

/* punpckl*, punpckh* */
static void zip(Emit *e, const Operands *o, bool high)
{
    static const uint8_t opcodes[] = {0x60, 0x61, 0x62, 0x6c};

    vec_op(e, V66 | (uint32_t)(opcodes[o->esize] + (high ? (o->esize == 3 ? 1 : 8) : 0)), o->d,
           o->a, o->b);
}

/* What is wanted of elements of twice the size becomes their low half, for a pack. */
static void isolate(Emit *e, const Operands *o, unsigned d, unsigned a)
{
    if (o->n) {
        vec_shift_imm(e, VEC_SHRU, o->esize + 1, d, a, 8u << o->esize);
    } else {
        vec_op_const(e, X_PAND, d, a, o->esize ? K_LOW_16 : K_LOW_8);
    }
}

static void unzip(Emit *e, const Operands *o)
{
    if (o->esize == 3) {
        vec_op(e, o->n ? X_PUNPCKHQDQ : X_PUNPCKLQDQ, o->d, o->a, o->b);
    } else if (o->esize == 2) {
        vec_op_imm(e, X64_0F | 0xc6, o->d, o->a, o->b, o->n ? 0xdd : 0x88); /* shufps */
    } else {
        isolate(e, o, 0, o->a);
        if (o->a != o->b) {
            isolate(e, o, 1, o->b);
        }
        vec_op(e, o->esize ? X_PACKUSDW : X_PACKUSWB, o->d, 0, o->a == o->b ? 0 : 1);
    }
}

static void transpose(Emit *e, const Operands *o)
{
    unsigned bits = 8u << o->esize, blend = o->esize == 2 ? 0xcc : 0xaa;

    if (o->esize == 3) {
        vec_op(e, o->n ? X_PUNPCKHQDQ : X_PUNPCKLQDQ, o->d, o->a, o->b);
    } else if (o->n) {
        vec_shift_imm(e, VEC_SHRU, o->esize + 1, 0, o->a, bits);
        if (o->esize) {
            vec_op_imm(e, X_PBLENDW, o->d, 0, o->b, blend);
        } else {
            vec_load_const(e, 1, K_LOW_8);
            vec_op(e, X_PANDN, 1, 1, o->b);
            vec_op(e, X_POR, o->d, 0, 1);
        }
    } else {
        vec_shift_imm(e, VEC_SHL, o->esize + 1, 0, o->b, bits);
        if (o->esize) {
            vec_op_imm(e, X_PBLENDW, o->d, o->a, 0, blend);
        } else {
            vec_op_const(e, X_PAND, o->d, o->a, K_LOW_8);
            vec_op(e, X_POR, o->d, o->d, 0);
        }
    }
}

/* Element n of eight of 16 bits. */
static void duplicate_16(Emit *e, unsigned d, unsigned a, unsigned n)
{
    vec_un_imm(e, n < 4 ? X_PSHUFLW : X_PSHUFHW, d, a, (n & 3) * 0x55);
    vec_un_imm(e, X_PSHUFD, d, d, n < 4 ? 0x44 : 0xee);
}

static void duplicate(Emit *e, const Operands *o)
{
    switch (o->esize) {
    case 0:
        vec_op(e, V66 | (o->n < 8 ? 0x60 : 0x68), 0, o->a, o->a);
        duplicate_16(e, o->d, 0, o->n & 7);
        break;
    case 1:
        duplicate_16(e, o->d, o->a, o->n);
        break;
    case 2:
        vec_un_imm(e, X_PSHUFD, o->d, o->a, o->n * 0x55);
        break;
    default:
        vec_un_imm(e, X_PSHUFD, o->d, o->a, o->n ? 0xee : 0x44);
        break;
    }
}

static void narrow(Emit *e, const Operands *o)
{
    if (o->esize == 2) {
        vec_un_imm(e, X_PSHUFD, o->d, o->a, 0x08);
        vec_un(e, X_MOVQ, o->d, o->d);
        return;
    }
    vec_op_const(e, X_PAND, o->d, o->a, o->esize ? K_LOW_16 : K_LOW_8);
    vec_zero(e, 0);
    vec_op(e, o->esize ? X_PACKUSDW : X_PACKUSWB, o->d, o->d, 0);
}

/* pmovzx*, pmovsx* */
static void widen(Emit *e, const Operands *o, bool sign)
{
    static const uint8_t opcodes[] = {0x30, 0x33, 0x35};

    vec_un(e, V66_38 | (uint32_t)(opcodes[o->esize] - (sign ? 0x10 : 0)), o->d, o->a);
}

static bool shuffle(Emit *e, unsigned op, const Operands *o)
{
    switch (op) {
    case IR_V_LOW:
        low(e, o);
        return true;
    case IR_V_UPPER:
        vec_shift_bytes(e, o->d, o->a, 8);
        return true;
    case IR_V_JOIN:
        vec_op(e, X_PUNPCKLQDQ, o->d, o->a, o->b);
        return true;
    case IR_V_ZIP:
    case IR_V_ZIPH:
        zip(e, o, op == IR_V_ZIPH);
        return true;
    case IR_V_UNZIP:
        unzip(e, o);
        return true;
    case IR_V_TRN:
        transpose(e, o);
        return true;
    case IR_V_EXT:
        vec_op_imm(e, V66_3A | 0x0f, o->d, o->b, o->a, o->n); /* palignr */
        return true;
    case IR_V_BYTES:
        vec_op(e, X_PSHUFB, o->d, o->a, o->b);
        return true;
    case IR_V_DUP:
        duplicate(e, o);
        return true;
    case IR_V_WIDENU:
    case IR_V_WIDENS:
        widen(e, o, op == IR_V_WIDENS);
        return true;
    default: /* IR_V_NARROW */
        narrow(e, o);
        return true;
    }
}

bool emit_vec_shuffle(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);

    if (n->aux < IR_V_LOW || n->aux > IR_V_NARROW) {
        return false;
    }
    Operands o = {.a = emit_use_xmm(e, n->a), .esize = n->aux2, .n = (unsigned)n->imm};
    o.b = n->b ? emit_use_xmm(e, n->b) : 0;
    o.d = emit_define_xmm(e, r);
    return shuffle(e, n->aux, &o);
}
