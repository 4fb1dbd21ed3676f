/* SPDX-License-Identifier: MIT */
/* Integer vector verbs of the translator (a fragment of sem-vec.h): what the IR has no operation
 * for is put together here, or left to a function. */
#ifndef ACCEL_TCG_A64_SEM_JIT_VEC_H
#define ACCEL_TCG_A64_SEM_JIT_VEC_H

#include "accel/tcg/a64/jit-vec.h"
#include "accel/tcg/a64/sem.h"
#include "accel/tcg/a64/vec-lanes.h"
#include "accel/tcg/ir-fold.h"

SEM_INLINE V128 jit_vnode(SemCtx c, IrNode n)
{
    return (V128){ir_pure(c.b, n)};
}

SEM_INLINE V128 jit_vec(SemCtx c, IrVecOp op, unsigned esize, V128 a, V128 b, int64_t imm)
{
    return jit_vnode(c, (IrNode){.op = IR_VEC,
                                 .aux = (uint16_t)op,
                                 .aux2 = (uint16_t)esize,
                                 .a = a.r,
                                 .b = b.r,
                                 .imm = imm});
}

SEM_INLINE V128 jit_vec1(SemCtx c, IrVecOp op, unsigned esize, V128 a, int64_t imm)
{
    return jit_vec(c, op, esize, a, (V128){0}, imm);
}

/* What not every host has. */
SEM_INLINE V128 jit_vec_or_call(SemCtx c, IrVecOp op, IrVecFunction *function, const void *extra,
                                V128 a, V128 b, V128 d)
{
    return jit_vnode(c, (IrNode){.op = IR_VEC,
                                 .aux = (uint16_t)op,
                                 .aux2 = ir_shape(3, 16),
                                 .a = a.r,
                                 .b = b.r,
                                 .c = d.r,
                                 .ptr = (void *)(uintptr_t)function,
                                 .imm2 = (uintptr_t)extra});
}

/* What a function of C computes. */
SEM_INLINE V128 jit_vcall(SemCtx c, VecShape s, IrVecFunction *function, const void *extra, V128 a,
                          V128 b, V128 d)
{
    return (V128){ir_append(c.b, (IrNode){.op = IR_FP,
                                          .aux = IR_FP_CALL,
                                          .aux2 = ir_shape(s.esize, s.bytes),
                                          .a = a.r,
                                          .b = b.r,
                                          .c = d.r,
                                          .ptr = (void *)(uintptr_t)function,
                                          .imm2 = (uintptr_t)extra})};
}

/* ---- registers */

SEM_INLINE V128 vec_get(SemCtx c, unsigned n)
{
    if (!c.b->state.v[n]) {
        c.b->state.v[n] = ir_append(c.b, (IrNode){.op = IR_GETV, .aux = (uint16_t)n, .aux2 = 16});
    }
    return (V128){c.b->state.v[n]};
}

/* For those who do not look above 2^size bytes, 4 or 8 of them. */
SEM_INLINE V128 jit_get_low(SemCtx c, unsigned size, unsigned n)
{
    IrRef *low = &c.b->state.v_low[size - 2][n];

    if (c.b->state.v[n]) {
        return (V128){c.b->state.v[n]};
    }
    if (!*low) {
        *low = ir_append(
            c.b, (IrNode){.op = IR_GETV, .aux = (uint16_t)n, .aux2 = (uint16_t)(1u << size)});
    }
    return (V128){*low};
}

SEM_INLINE void vec_set(SemCtx c, unsigned n, V128 v)
{
    if (c.b->state.v[n] != v.r) {
        ir_append(c.b, (IrNode){.op = IR_SETV, .aux = (uint16_t)n, .a = v.r});
        c.b->state.v[n] = v.r;
    }
}

SEM_INLINE V128 vec_const(SemCtx c, uint64_t lo, uint64_t hi)
{
    return jit_vnode(c, (IrNode){.op = IR_VCONST, .imm = (int64_t)lo, .imm2 = hi});
}

SEM_INLINE V128 vec_low(SemCtx c, unsigned bytes, V128 v)
{
    if (ir_vec_bytes(c.b, v.r) <= bytes) {
        return v;
    }
    if (jit_of(c, v.r)->op == IR_VEC && jit_of(c, v.r)->aux == IR_V_LOW) {
        v.r = jit_of(c, v.r)->a;
    }
    return jit_vec1(c, IR_V_LOW, 0, v, (int64_t)bytes);
}

/* For those who look at the low half alone. */
SEM_INLINE V128 jit_any_above(SemCtx c, V128 v)
{
    const IrNode *n = jit_of(c, v.r);

    return n->op == IR_VEC && n->aux == IR_V_LOW && n->imm >= 8 ? (V128){n->a} : v;
}

SEM_INLINE V128 vec_half(SemCtx c, unsigned high, V128 v)
{
    return high ? jit_vec1(c, IR_V_UPPER, 3, v, 0) : vec_low(c, 8, v);
}

SEM_INLINE V128 vec_join(SemCtx c, unsigned high, V128 old, V128 v)
{
    v = jit_any_above(c, v);
    return high ? jit_vec(c, IR_V_JOIN, 3, jit_any_above(c, old), v, 0) : vec_low(c, 8, v);
}

SEM_INLINE V64 vec_lane(SemCtx c, unsigned esize, unsigned n, V128 v)
{
    return jit_node(
        c,
        (IrNode){.op = IR_VTOX, .wide = 1, .aux = (uint16_t)esize, .aux2 = (uint16_t)n, .a = v.r});
}

/* x is such an element. */
SEM_INLINE bool jit_is_lane(SemCtx c, unsigned esize, V64 x)
{
    return jit_of(c, x.r)->op == IR_VTOX && jit_of(c, x.r)->aux == esize;
}

SEM_INLINE V128 vec_insert(SemCtx c, unsigned esize, unsigned n, V128 v, V64 x)
{
    if (jit_is_lane(c, esize, x)) {
        const IrNode *from = jit_of(c, x.r);
        return jit_vec(c, IR_V_MOVE, esize, v, (V128){from->a}, n | from->aux2 << 4);
    }
    return jit_vnode(
        c, (IrNode){
               .op = IR_VINSERT, .aux = (uint16_t)esize, .aux2 = (uint16_t)n, .a = v.r, .b = x.r});
}

SEM_INLINE V128 vec_from64(SemCtx c, V64 lo, V64 hi)
{
    uint64_t l, h;
    bool zero = ir_is_const(c.b, hi.r, &h) && h == 0;

    if (zero && jit_of(c, lo.r)->op == IR_VTOX && jit_of(c, lo.r)->aux2 == 0) {
        const IrNode *lane = jit_of(c, lo.r);
        return vec_low(c, 1u << lane->aux, (V128){lane->a});
    }
    if (zero && ir_is_const(c.b, lo.r, &l)) {
        return vec_const(c, l, 0);
    }
    return jit_vnode(c, (IrNode){.op = IR_VFROMX, .a = lo.r, .b = zero ? 0 : hi.r});
}

SEM_INLINE V128 jit_dup_const(SemCtx c, unsigned esize, uint64_t v)
{
    static const uint64_t ones[] = {0x0101010101010101, 0x0001000100010001, 0x100000001, 1};

    v = (v & MASK64(8u << esize)) * ones[esize];
    return vec_const(c, v, v);
}

SEM_INLINE V128 vec_dup(SemCtx c, unsigned esize, V64 x)
{
    uint64_t v;

    if (ir_is_const(c.b, x.r, &v)) {
        return jit_dup_const(c, esize, v);
    }
    if (jit_is_lane(c, esize, x)) {
        return jit_vec1(c, IR_V_DUP, esize, (V128){jit_of(c, x.r)->a}, jit_of(c, x.r)->aux2);
    }
    return jit_vnode(c, (IrNode){.op = IR_VDUP, .aux = (uint16_t)esize, .a = x.r});
}

/* ---- element by element */

#define JIT_VEC2(name, op)                                           \
    SEM_INLINE V128 vec_##name(SemCtx c, VecShape s, V128 a, V128 b) \
    {                                                                \
        return jit_vec(c, op, s.esize, a, b, 0);                     \
    }
#define JIT_VEC_BITS(name, op)                                       \
    SEM_INLINE V128 vec_##name(SemCtx c, VecShape s, V128 a, V128 b) \
    {                                                                \
        return jit_vec(c, op, 3, a, b, 0);                           \
    }

JIT_VEC2(add, IR_V_ADD)
JIT_VEC2(sub, IR_V_SUB)
JIT_VEC2(mul, IR_V_MUL)
JIT_VEC_BITS(and, IR_V_AND)
JIT_VEC_BITS(or, IR_V_OR)
JIT_VEC_BITS(xor, IR_V_XOR)
JIT_VEC_BITS(bic, IR_V_BIC)
JIT_VEC2(eq, IR_V_EQ)
JIT_VEC2(gts, IR_V_GTS)
JIT_VEC2(ges, IR_V_GES)
JIT_VEC2(gtu, IR_V_GTU)
JIT_VEC2(geu, IR_V_GEU)
JIT_VEC2(maxs, IR_V_MAXS)
JIT_VEC2(mins, IR_V_MINS)
JIT_VEC2(maxu, IR_V_MAXU)
JIT_VEC2(minu, IR_V_MINU)

SEM_INLINE V128 vec_not(SemCtx c, VecShape s, V128 a)
{
    return vec_xor(c, s, a, vec_const(c, ~0ull, ~0ull));
}

SEM_INLINE V128 vec_orn(SemCtx c, VecShape s, V128 a, V128 b)
{
    return vec_or(c, s, a, vec_not(c, s, b));
}

SEM_INLINE V128 vec_neg(SemCtx c, VecShape s, V128 a)
{
    return vec_sub(c, s, vec_const(c, 0, 0), a);
}

SEM_INLINE V128 vec_abs(SemCtx c, VecShape s, V128 a)
{
    return jit_vec1(c, IR_V_ABS, s.esize, a, 0);
}

SEM_INLINE V128 vec_popcount(SemCtx c, VecShape s, V128 a)
{
    return jit_vec1(c, IR_V_POPCOUNT, 0, a, 0);
}

SEM_INLINE V128 vec_tst(SemCtx c, VecShape s, V128 a, V128 b)
{
    return vec_not(c, s, vec_eq(c, s, vec_and(c, s, a, b), vec_const(c, 0, 0)));
}

SEM_INLINE V128 vec_abds(SemCtx c, VecShape s, V128 a, V128 b)
{
    return vec_sub(c, s, vec_maxs(c, s, a, b), vec_mins(c, s, a, b));
}

SEM_INLINE V128 vec_abdu(SemCtx c, VecShape s, V128 a, V128 b)
{
    return vec_sub(c, s, vec_maxu(c, s, a, b), vec_minu(c, s, a, b));
}

/* ---- shifts */

SEM_INLINE V128 vec_shl(SemCtx c, VecShape s, V128 a, unsigned n)
{
    return n ? jit_vec1(c, IR_V_SHL, s.esize, a, n) : a;
}

SEM_INLINE V128 vec_shru(SemCtx c, VecShape s, V128 a, unsigned n)
{
    if (n >= 8u << s.esize) {
        return vec_const(c, 0, 0);
    }
    return n ? jit_vec1(c, IR_V_SHRU, s.esize, a, n) : a;
}

SEM_INLINE V128 vec_shrs(SemCtx c, VecShape s, V128 a, unsigned n)
{
    n = MIN(n, (8u << s.esize) - 1);
    return n ? jit_vec1(c, IR_V_SHRS, s.esize, a, n) : a;
}

/* The highest bit that a shift drops. */
SEM_INLINE V128 jit_dropped(SemCtx c, VecShape s, V128 a, unsigned n)
{
    return vec_and(c, s, vec_shru(c, s, a, n - 1), jit_dup_const(c, s.esize, 1));
}

SEM_INLINE V128 vec_rshru(SemCtx c, VecShape s, V128 a, unsigned n)
{
    return vec_add(c, s, vec_shru(c, s, a, n), jit_dropped(c, s, a, n));
}

SEM_INLINE V128 vec_rshrs(SemCtx c, VecShape s, V128 a, unsigned n)
{
    return vec_add(c, s, vec_shrs(c, s, a, n), jit_dropped(c, s, a, n));
}

/* Halves of sums and differences, which do not overflow; the rounding ones round up. */
SEM_INLINE V128 vec_haddu(SemCtx c, VecShape s, V128 a, V128 b)
{
    return vec_add(c, s, vec_and(c, s, a, b), vec_shru(c, s, vec_xor(c, s, a, b), 1));
}

SEM_INLINE V128 vec_hadds(SemCtx c, VecShape s, V128 a, V128 b)
{
    return vec_add(c, s, vec_and(c, s, a, b), vec_shrs(c, s, vec_xor(c, s, a, b), 1));
}

SEM_INLINE V128 vec_rhaddu(SemCtx c, VecShape s, V128 a, V128 b)
{
    if (s.esize < 2) {
        return jit_vec(c, IR_V_AVGU, s.esize, a, b, 0);
    }
    return vec_sub(c, s, vec_or(c, s, a, b), vec_shru(c, s, vec_xor(c, s, a, b), 1));
}

SEM_INLINE V128 vec_rhadds(SemCtx c, VecShape s, V128 a, V128 b)
{
    return vec_sub(c, s, vec_or(c, s, a, b), vec_shrs(c, s, vec_xor(c, s, a, b), 1));
}

/* The borrow of the bits that the halves lose. */
SEM_INLINE V128 jit_hsub(SemCtx c, VecShape s, V128 a, V128 b, V128 half_a, V128 half_b)
{
    V128 borrow = vec_and(c, s, vec_bic(c, s, b, a), jit_dup_const(c, s.esize, 1));

    return vec_sub(c, s, vec_sub(c, s, half_a, half_b), borrow);
}

SEM_INLINE V128 vec_hsubu(SemCtx c, VecShape s, V128 a, V128 b)
{
    return jit_hsub(c, s, a, b, vec_shru(c, s, a, 1), vec_shru(c, s, b, 1));
}

SEM_INLINE V128 vec_hsubs(SemCtx c, VecShape s, V128 a, V128 b)
{
    return jit_hsub(c, s, a, b, vec_shrs(c, s, a, 1), vec_shrs(c, s, b, 1));
}

/* ---- saturating */

SEM_INLINE void jit_qc(SemCtx c, V128 over)
{
    ir_append(c.b, (IrNode){.op = IR_VQC, .a = over.r});
}

/* What saturated, where it differs from what wrapped. */
SEM_INLINE V128 jit_qc_differs(SemCtx c, V128 saturated, V128 wrapped)
{
    jit_qc(c, jit_vec(c, IR_V_XOR, 3, saturated, wrapped, 0));
    return saturated;
}

SEM_INLINE V128 vec_uqadd(SemCtx c, VecShape s, V128 a, V128 b)
{
    V128 r = vec_add(c, s, a, b);

    if (s.esize < 2) {
        return jit_qc_differs(c, jit_vec(c, IR_V_QADDU, s.esize, a, b, 0), r);
    }
    V128 over = vec_gtu(c, s, a, r);
    jit_qc(c, over);
    return vec_or(c, s, r, over);
}

SEM_INLINE V128 vec_uqsub(SemCtx c, VecShape s, V128 a, V128 b)
{
    V128 r = vec_sub(c, s, a, b);

    if (s.esize < 2) {
        return jit_qc_differs(c, jit_vec(c, IR_V_QSUBU, s.esize, a, b, 0), r);
    }
    V128 over = vec_gtu(c, s, b, a);
    jit_qc(c, over);
    return vec_bic(c, s, r, over);
}

/* r, or a's limit where the top bit of `over` is set. */
SEM_INLINE V128 jit_saturate(SemCtx c, VecShape s, V128 a, V128 r, V128 over)
{
    unsigned top = (8u << s.esize) - 1;
    V128 limit = vec_xor(c, s, vec_shrs(c, s, a, top), jit_dup_const(c, s.esize, MASK64(top)));

    over = vec_shrs(c, s, over, top);
    jit_qc(c, over);
    return vec_or(c, s, vec_and(c, s, limit, over), vec_bic(c, s, r, over));
}

SEM_INLINE V128 vec_sqadd(SemCtx c, VecShape s, V128 a, V128 b)
{
    V128 r = vec_add(c, s, a, b);

    if (s.esize < 2) {
        return jit_qc_differs(c, jit_vec(c, IR_V_QADDS, s.esize, a, b, 0), r);
    }
    return jit_saturate(c, s, a, r, vec_bic(c, s, vec_xor(c, s, a, r), vec_xor(c, s, a, b)));
}

SEM_INLINE V128 vec_sqsub(SemCtx c, VecShape s, V128 a, V128 b)
{
    V128 r = vec_sub(c, s, a, b);

    if (s.esize < 2) {
        return jit_qc_differs(c, jit_vec(c, IR_V_QSUBS, s.esize, a, b, 0), r);
    }
    return jit_saturate(c, s, a, r, vec_and(c, s, vec_xor(c, s, a, r), vec_xor(c, s, a, b)));
}

/* ---- order of elements */

SEM_INLINE V128 vec_unzip(SemCtx c, VecShape s, unsigned odd, V128 a, V128 b)
{
    if (s.bytes == 8) {
        a = b = vec_join(c, 1, a, b);
    }
    return jit_vec(c, IR_V_UNZIP, s.esize, a, b, odd);
}

/* Bytes from position n on, in a circle. */
SEM_INLINE V128 jit_rotate(SemCtx c, V128 a, unsigned n)
{
    return jit_vec(c, IR_V_EXT, 0, a, a, n);
}

SEM_INLINE V128 vec_zip(SemCtx c, VecShape s, unsigned upper, V128 a, V128 b)
{
    if (upper && s.bytes == 16) {
        return jit_vec(c, IR_V_ZIPH, s.esize, a, b, 0);
    }
    if (upper) {
        a = jit_rotate(c, a, 4);
        b = jit_rotate(c, b, 4);
    }
    return jit_vec(c, IR_V_ZIP, s.esize, jit_any_above(c, a), jit_any_above(c, b), 0);
}

SEM_INLINE V128 vec_transpose(SemCtx c, VecShape s, unsigned odd, V128 a, V128 b)
{
    return jit_vec(c, IR_V_TRN, s.esize, a, b, odd);
}

SEM_INLINE V128 vec_widenu(SemCtx c, VecShape s, V128 a)
{
    return jit_vec1(c, IR_V_WIDENU, s.esize, jit_any_above(c, a), 0);
}

SEM_INLINE V128 vec_widens(SemCtx c, VecShape s, V128 a)
{
    return jit_vec1(c, IR_V_WIDENS, s.esize, jit_any_above(c, a), 0);
}

SEM_INLINE V128 vec_narrow(SemCtx c, VecShape s, V128 a)
{
    return jit_vec1(c, IR_V_NARROW, s.esize, a, 0);
}

SEM_INLINE V128 vec_extract(SemCtx c, VecShape s, unsigned n, V128 a, V128 b)
{
    if (!n) {
        return a;
    }
    if (s.bytes == 8) {
        return jit_rotate(c, vec_join(c, 1, a, b), n);
    }
    return jit_vec(c, IR_V_EXT, 0, a, b, n);
}

SEM_INLINE V128 vec_reverse(SemCtx c, VecShape s, unsigned container, V128 a)
{
    unsigned flip = ((1u << (container - s.esize)) - 1) << s.esize;
    uint64_t lo = 0;

    for (unsigned k = 0; k < 8; k++) {
        lo |= (uint64_t)(k ^ flip) << 8 * k;
    }
    return jit_vec(c, IR_V_BYTES, 0, a, vec_const(c, lo, lo | 0x0808080808080808), 0);
}

/* Indices beyond the registers have bit 7 set after adding 0x70 with saturation. */
SEM_INLINE V128 vec_table(SemCtx c, unsigned rn, unsigned n, V128 index, V128 other)
{
    const VecShape s = {0, 16};
    V128 r = {0};

    for (unsigned k = 0; k < n; k++) {
        V128 at = k ? vec_sub(c, s, index, jit_dup_const(c, 0, 16 * k)) : index;
        at = jit_vec(c, IR_V_QADDU, 0, at, jit_dup_const(c, 0, 0x70), 0);
        V128 v = jit_vec(c, IR_V_BYTES, 0, vec_get(c, (rn + k) & 31), at, 0);
        r = k ? vec_or(c, s, r, v) : v;
    }
    const IrNode *o = jit_of(c, other.r);
    if (o->op != IR_VCONST || o->imm || o->imm2) {
        V128 beyond = vec_geu(c, s, index, jit_dup_const(c, 0, 16 * n));
        r = vec_or(c, s, r, vec_and(c, s, other, beyond));
    }
    return r;
}

#endif
