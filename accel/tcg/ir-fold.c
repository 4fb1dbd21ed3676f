/* SPDX-License-Identifier: MIT */
/* Simplification of IR while it is appended: constants, identities, and widths, so that extensions
 * of what is extended already, and 64-bit forms of what fits in 32, go away. */
#include "accel/tcg/ir-fold.h"

#include "accel/tcg/memop.h"

/* ---- widths */

static unsigned const_width(uint64_t v)
{
    return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

unsigned ir_width(const IrBlock *b, IrRef r)
{
    const IrNode *n = &b->nodes[r];
    uint64_t v;

    switch (n->op) {
    case IR_CONST:
        return const_width((uint64_t)n->imm);
    case IR_ZEXT:
        return n->aux;
    case IR_LOAD:
    case IR_LOAD2:
    case IR_LOADX:
    case IR_RMW:
    case IR_CAS:
        return n->wide ? 64 : n->aux & MO_SIGN32 ? 32 : 8u << (n->aux & MO_SIZE);
    case IR_HIGH:
        return ir_width(b, n->a);
    case IR_STOREX:
        return 1;
    case IR_CLZ:
    case IR_CLS:
    case IR_CTZ:
        return 7;
    case IR_ANDN:
        return ir_width(b, n->a);
    case IR_AND:
        return MIN(ir_width(b, n->a), ir_width(b, n->b));
    case IR_OR:
    case IR_XOR:
        return MAX(ir_width(b, n->a), ir_width(b, n->b));
    case IR_SELECT:
        return MAX(ir_width(b, n->b), ir_width(b, n->c));
    case IR_SHR:
        if (ir_is_const(b, n->b, &v)) {
            unsigned w = MIN(ir_width(b, n->a), n->wide ? 64u : 32u);
            return w > v ? w - (unsigned)v : 0;
        }
        return n->wide ? 64 : 32;
    case IR_FLAGS_PACK:
    case IR_ADC_NZCV:
        return 32;
    case IR_FP_COMPARE:
        return 8;
    case IR_VTOX:
        return 8u << n->aux;
    default:
        return n->wide ? 64 : 32;
    }
}

static unsigned bytes_of(unsigned width)
{
    return (width + 7) / 8;
}

static unsigned const_bytes(const IrNode *n)
{
    return n->imm2 ? 8 + bytes_of(const_width(n->imm2)) : bytes_of(const_width((uint64_t)n->imm));
}

/* Operations that make zero of zeros. */
static unsigned vec_op_bytes(const IrBlock *b, const IrNode *n)
{
    switch (n->aux) {
    case IR_V_LOW:
        return (unsigned)n->imm;
    case IR_V_UPPER:
    case IR_V_NARROW:
        return 8;
    case IR_V_AND:
        return MIN(ir_vec_bytes(b, n->a), ir_vec_bytes(b, n->b));
    case IR_V_BIC:
        return ir_vec_bytes(b, n->a);
    case IR_V_OR:
    case IR_V_XOR:
        return MAX(ir_vec_bytes(b, n->a), ir_vec_bytes(b, n->b));
    default:
        return 16;
    }
}

unsigned ir_vec_bytes(const IrBlock *b, IrRef r)
{
    const IrNode *n = &b->nodes[r];

    switch (n->op) {
    case IR_GETV:
        return n->aux2;
    case IR_LOADV:
        return 1u << (n->aux & MO_SIZE);
    case IR_VCONST:
        return const_bytes(n);
    case IR_VFROMX:
        return n->b ? 16 : bytes_of(ir_width(b, n->a));
    case IR_FP_FROM_INT:
        return ir_shape_bytes(n->aux2);
    case IR_VSELECT:
        return MAX(ir_vec_bytes(b, n->b), ir_vec_bytes(b, n->c));
    case IR_FP:
        if (n->aux > IR_FP_CALL && n->aux <= IR_FP_LAST_OF_A && ir_shape_is_scalar(n->aux2)) {
            return MAX(ir_vec_bytes(b, n->a), ir_shape_bytes(n->aux2));
        }
        return 16;
    case IR_VEC:
        return vec_op_bytes(b, n);
    default:
        return 16;
    }
}

/* The operation looks at, and makes, the low 32 bits: what extends its operand to that is moot. */
static IrRef without_extension(const IrBlock *b, IrRef r)
{
    const IrNode *n = &b->nodes[r];

    return (n->op == IR_ZEXT || n->op == IR_SEXT) && n->aux == 32 ? n->a : r;
}

static bool fits32(const IrBlock *b, IrRef r)
{
    return ir_width(b, r) <= 32;
}

/* ---- constants */

static uint64_t trunc_to(unsigned wide, uint64_t v)
{
    return wide ? v : (uint32_t)v;
}

static bool eval(const IrNode *n, uint64_t a, uint64_t b, uint64_t *ret)
{
    unsigned wide = n->wide, shift = (unsigned)b & (wide ? 63 : 31);

    switch (n->op) {
    case IR_ADD:
        *ret = trunc_to(wide, a + b);
        return true;
    case IR_SUB:
        *ret = trunc_to(wide, a - b);
        return true;
    case IR_MUL:
        *ret = trunc_to(wide, a * b);
        return true;
    case IR_AND:
        *ret = a & b;
        return true;
    case IR_OR:
        *ret = a | b;
        return true;
    case IR_XOR:
        *ret = a ^ b;
        return true;
    case IR_NOT:
        *ret = trunc_to(wide, ~a);
        return true;
    case IR_SHL:
        *ret = trunc_to(wide, a << shift);
        return true;
    case IR_SHR:
        *ret = trunc_to(wide, a) >> shift;
        return true;
    case IR_SAR:
        *ret = wide ? (uint64_t)((int64_t)a >> shift) : (uint32_t)((int32_t)a >> shift);
        return true;
    case IR_SEXT:
        *ret = (uint64_t)sextract64(a, 0, n->aux);
        return true;
    case IR_ZEXT:
        *ret = a & MASK64(n->aux);
        return true;
    default:
        return false;
    }
}

static bool is_unary(unsigned op)
{
    return op == IR_NOT || op == IR_SEXT || op == IR_ZEXT;
}

/* ---- identities: the node's value is an operand's, or another node's */

static bool commutes(unsigned op)
{
    return op == IR_ADD || op == IR_MUL || op == IR_AND || op == IR_OR || op == IR_XOR;
}

static IrRef zext(IrBlock *b, unsigned bits, IrRef a)
{
    return ir_pure(b, (IrNode){.op = IR_ZEXT, .wide = 1, .aux = (uint16_t)bits, .a = a});
}

static bool in_register(const IrBlock *b, IrRef r)
{
    for (unsigned i = 0; i < ARM_X_COUNT; i++) {
        if (b->state.x[i] == r) {
            return true;
        }
    }
    return false;
}

/* a op constant. */
static IrRef fold_constant(IrBlock *b, IrNode *n, uint64_t v)
{
    const IrNode *x = &b->nodes[n->a];
    unsigned bits = n->wide ? 64 : 32;
    uint64_t w;

    switch (n->op) {
    case IR_ADD:
        /* But not from what no register has any more, if one has the sum. */
        if (v && x->op == IR_ADD && x->wide == n->wide && ir_is_const(b, x->b, &w) &&
            (!in_register(b, n->a) || in_register(b, x->a) || x->a == b->state.pcpage)) {
            n->b = ir_const(b, trunc_to(n->wide, v + w));
            n->a = x->a;
            return ir_pure(b, *n);
        }
        return v == 0 && (n->wide || fits32(b, n->a)) ? n->a : 0;
    case IR_SUB:
        return v == 0 && (n->wide || fits32(b, n->a)) ? n->a : 0;
    case IR_OR:
    case IR_XOR:
        return v == 0 ? n->a : 0;
    case IR_AND:
        if (v == 0) {
            return ir_const(b, 0);
        }
        if (v == 0xff || v == 0xffff || v == 0xffffffff || v == UINT64_MAX) {
            return v == UINT64_MAX ? n->a : zext(b, const_width(v), n->a);
        }
        /* The address of the page, from an address in it. */
        if (v == ~0xfffull && n->a == b->state.pcpage) {
            return n->a;
        }
        if (v == ~0xfffull && x->op == IR_ADD && x->a == b->state.pcpage &&
            ir_is_const(b, x->b, &w) && w < 0x1000) {
            return x->a;
        }
        return 0;
    case IR_SHL:
    case IR_SHR:
    case IR_SAR:
    case IR_ROR:
        if (!(v & (bits - 1))) {
            return n->wide || fits32(b, n->a) ? n->a : 0;
        }
        if (n->op != IR_SHL && n->op != IR_ROR && x->op == IR_SHL && x->wide == n->wide &&
            ir_is_const(b, x->b, &w) && w == v) {
            if (n->op == IR_SHR) {
                return zext(b, bits - (unsigned)v, x->a);
            }
            return n->wide ? ir_pure(b, (IrNode){.op = IR_SEXT,
                                                 .wide = 1,
                                                 .aux = (uint16_t)(64 - v),
                                                 .a = x->a})
                           : 0;
        }
        return 0;
    default:
        return 0;
    }
}

static IrRef fold_integer(IrBlock *b, IrNode *n)
{
    uint64_t u = 0, v = 0;
    bool ca = ir_is_const(b, n->a, &u), cb = n->b && ir_is_const(b, n->b, &v);

    if (ca && (cb || is_unary(n->op)) && eval(n, u, v, &u)) {
        return ir_const(b, u);
    }
    if (ca && !cb && commutes(n->op)) {
        IrRef t = n->a;
        n->a = n->b;
        n->b = t;
        v = u;
        cb = true;
    }
    if ((n->op == IR_AND || n->op == IR_OR || n->op == IR_XOR) && n->wide && fits32(b, n->a) &&
        fits32(b, n->b)) {
        n->wide = 0;
    }
    IrRef r = cb ? fold_constant(b, n, v) : 0;
    if (r) {
        return r;
    }
    if (!n->wide && n->op != IR_SEXT && n->op != IR_ZEXT) {
        n->a = without_extension(b, n->a);
        n->b = without_extension(b, n->b);
    }
    return 0;
}

static IrRef fold_zext(IrBlock *b, IrNode *n)
{
    const IrNode *x = &b->nodes[n->a];

    if (ir_width(b, n->a) <= n->aux) {
        return n->a;
    }
    if ((x->op == IR_ZEXT || x->op == IR_SEXT) && x->aux >= n->aux) {
        n->a = x->a;
    }
    return fold_integer(b, n);
}

static IrRef fold_compare(IrBlock *b, IrNode *n)
{
    const IrNode *x = &b->nodes[n->a];
    uint64_t u, v;

    if (!ir_is_const(b, n->b, &v)) {
        v = 1;
    } else if (ir_is_const(b, n->a, &u)) {
        bool r = n->aux == IR_EQ    ? u == v
                 : n->aux == IR_NE  ? u != v
                 : n->aux == IR_LTU ? u < v
                                    : (int64_t)u < (int64_t)v;
        return ir_pure(b, (IrNode){.op = IR_BOOL, .aux = r});
    }
    if (v == 0 && (n->aux == IR_EQ || n->aux == IR_NE) && x->op == IR_AND) {
        return ir_pure(
            b,
            (IrNode){.op = IR_TEST, .wide = x->wide, .aux = n->aux == IR_EQ, .a = x->a, .b = x->b});
    }
    if (n->aux != IR_LTS && fits32(b, n->a) && fits32(b, n->b)) {
        n->wide = 0;
        n->a = without_extension(b, n->a);
        n->b = without_extension(b, n->b);
    }
    return 0;
}

static IrRef fold_select(IrBlock *b, IrNode *n)
{
    if (b->nodes[n->a].op == IR_BOOL) {
        return b->nodes[n->a].aux ? n->b : n->c;
    }
    if (n->b == n->c) {
        return n->b;
    }
    n->wide = !(fits32(b, n->b) && fits32(b, n->c));
    if (!n->wide) {
        n->b = without_extension(b, n->b);
        n->c = without_extension(b, n->c);
    }
    return 0;
}

static IrRef fold_narrow(IrBlock *b, IrNode *n)
{
    if (!n->wide) {
        n->a = without_extension(b, n->a);
        n->b = without_extension(b, n->b);
    }
    return 0;
}

static IrRef fold_and(IrBlock *b, IrNode *n)
{
    IrRef r = fold_integer(b, n);

    if (r) {
        return r;
    }
    const IrNode *x = &b->nodes[n->a], *y = &b->nodes[n->b];
    if (y->op == IR_NOT && y->wide >= n->wide) {
        n->op = IR_ANDN;
        n->b = y->a;
    } else if (x->op == IR_NOT && x->wide >= n->wide && y->op != IR_CONST) {
        n->op = IR_ANDN;
        n->a = n->b;
        n->b = x->a;
    }
    return 0;
}

static IrRef fold_extract(IrBlock *b, const IrNode *n)
{
    if (n->a != n->b) {
        return 0;
    }
    return ir_pure(b, (IrNode){.op = IR_ROR, .wide = n->wide, .a = n->a, .b = ir_const(b, n->aux)});
}

IrRef ir_fold(IrBlock *b, IrNode *n)
{
    switch (n->op) {
    case IR_EXTR:
        return fold_extract(b, n);
    case IR_ZEXT:
        return fold_zext(b, n);
    case IR_SEXT:
    case IR_ADD:
    case IR_SUB:
    case IR_MUL:
    case IR_OR:
    case IR_XOR:
    case IR_NOT:
    case IR_SHL:
    case IR_SHR:
    case IR_SAR:
    case IR_ROR:
        return fold_integer(b, n);
    case IR_AND:
        return fold_and(b, n);
    case IR_CLZ:
        if (b->nodes[n->a].op == IR_RBIT && b->nodes[n->a].wide == n->wide) {
            return ir_pure(b, (IrNode){.op = IR_CTZ, .wide = n->wide, .a = b->nodes[n->a].a});
        }
        return fold_narrow(b, n);
    case IR_CLS:
    case IR_CTZ:
    case IR_RBIT:
    case IR_FLAGS_ADD:
    case IR_FLAGS_SUB:
    case IR_FLAGS_LOGIC:
    case IR_UDIV:
    case IR_SDIV:
    case IR_ADC:
    case IR_ADC_NZCV:
        return fold_narrow(b, n);
    case IR_CMP:
        return fold_compare(b, n);
    case IR_VEC: /* as MOV of vectors is encoded */
        return n->aux == IR_V_OR && n->a == n->b ? n->a : 0;
    case IR_SELECT:
        return fold_select(b, n);
    default:
        return 0;
    }
}
