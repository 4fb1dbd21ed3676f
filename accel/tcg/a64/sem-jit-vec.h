/* SPDX-License-Identifier: MIT */
/* Integer vector verbs of the translator (a fragment of sem-vec.h): what the IR has no operation
 * for is put together here, or left to a function. */
#ifndef ACCEL_TCG_A64_SEM_JIT_VEC_H
#define ACCEL_TCG_A64_SEM_JIT_VEC_H

#include "accel/tcg/a64/jit-vec.h"
#include "accel/tcg/a64/sem.h"
#include "accel/tcg/a64/vec-crypto.h"
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

/* ---- memory */

SEM_INLINE V128 jit_loadv(SemCtx c, unsigned mo, V64 addr)
{
    return (V128){ir_append(c.b, jit_access(c, IR_LOADV, mo, addr))};
}

SEM_INLINE void jit_storev(SemCtx c, unsigned mo, V64 addr, V128 v)
{
    IrNode n = jit_access(c, IR_STOREV, mo, addr);

    n.b = v.r;
    ir_append(c.b, n);
}

SEM_INLINE bool v_ld128(SemCtx c, unsigned mo, V64 addr, V128 *ret)
{
    *ret = jit_loadv(c, mo | MO_128, addr);
    return true;
}

SEM_INLINE bool vec_ld(SemCtx c, unsigned size, V64 addr, unsigned n)
{
    vec_set(c, n, jit_loadv(c, size, addr));
    return true;
}

SEM_INLINE bool vec_st(SemCtx c, unsigned size, V64 addr, unsigned n)
{
    jit_storev(c, size, addr, vec_get(c, n));
    return true;
}

SEM_INLINE V64 jit_ahead(SemCtx c, V64 addr, unsigned off)
{
    return v_add(c, 1, addr, v_const(c, off));
}

SEM_INLINE void jit_loadv2(SemCtx c, unsigned mo, V64 addr, V128 *ret_lo, V128 *ret_hi)
{
    *ret_lo = (V128){ir_append(c.b, jit_access(c, IR_LOADV2, mo | MO_128, addr))};
    *ret_hi = (V128){ir_append(c.b, (IrNode){.op = IR_HIGHV, .a = ret_lo->r})};
}

SEM_INLINE void jit_storev2(SemCtx c, unsigned mo, V64 addr, V128 lo, V128 hi)
{
    IrNode n = jit_access(c, IR_STOREV2, mo | MO_128, addr);

    n.b = lo.r;
    n.c = hi.r;
    ir_append(c.b, n);
}

/* `n` times 16 bytes. */
SEM_INLINE void jit_load_many(SemCtx c, unsigned mo, V64 addr, unsigned n, V128 *ret)
{
    unsigned k = 0;

    for (; k + 1 < n; k += 2) {
        jit_loadv2(c, mo, jit_ahead(c, addr, 16 * k), &ret[k], &ret[k + 1]);
    }
    if (k < n) {
        ret[k] = jit_loadv(c, mo | MO_128, jit_ahead(c, addr, 16 * k));
    }
}

SEM_INLINE void jit_store_many(SemCtx c, unsigned mo, V64 addr, unsigned n, const V128 *v)
{
    unsigned k = 0;

    for (; k + 1 < n; k += 2) {
        jit_storev2(c, mo, jit_ahead(c, addr, 16 * k), v[k], v[k + 1]);
    }
    if (k < n) {
        jit_storev(c, mo | MO_128, jit_ahead(c, addr, 16 * k), v[k]);
    }
}

SEM_INLINE bool vec_ld_pair(SemCtx c, V64 addr, unsigned n, unsigned m)
{
    V128 v[2];

    jit_load_many(c, 0, addr, 2, v);
    vec_set(c, n, v[0]);
    vec_set(c, m, v[1]);
    return true;
}

SEM_INLINE bool vec_st_pair(SemCtx c, V64 addr, unsigned n, unsigned m)
{
    jit_storev2(c, 0, addr, vec_get(c, n), vec_get(c, m));
    return true;
}

SEM_INLINE bool vec_ld_block(SemCtx c, unsigned regs, unsigned bytes, V64 addr)
{
    V128 v[4] = {{0}};

    if (bytes == 16) {
        jit_load_many(c, 0, addr, regs, v);
    }
    for (unsigned k = 0; bytes == 8 && k < regs; k++) {
        v[k] = jit_loadv(c, MO_64, jit_ahead(c, addr, k * bytes));
    }
    for (unsigned k = 0; k < regs; k++) {
        vec_set(c, (c.i->rd + k) & 31, v[k]);
    }
    return true;
}

/* Registers from rd on. False: one by one. */
SEM_INLINE bool vec_st_block(SemCtx c, unsigned regs, unsigned bytes, V64 addr)
{
    V128 v[4];

    for (unsigned k = 0; k < regs; k++) {
        v[k] = vec_get(c, (c.i->rd + k) & 31);
    }
    if (bytes == 16) {
        jit_store_many(c, 0, addr, regs, v);
    }
    return bytes == 16;
}

bool jit_ld_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr);
bool jit_st_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr);

SEM_INLINE bool vec_ld_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr)
{
    return jit_ld_interleaved(c, s, regs, addr);
}

SEM_INLINE bool vec_st_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr)
{
    return jit_st_interleaved(c, s, regs, addr);
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

/* ---- functions, some of which the IR can say */

/* An operation of all elements: the result stands in the first. */
SEM_INLINE V128 jit_across(SemCtx c, IrVecOp op, unsigned esize, unsigned bytes, V128 a)
{
    for (unsigned step = bytes / 2; step >= 1u << esize; step /= 2) {
        a = jit_vec(c, op, esize, a, jit_rotate(c, a, step), 0);
    }
    return a;
}

SEM_INLINE V128 jit_sum_bytes(SemCtx c, VecShape s, V128 a)
{
    V128 sums = jit_vec1(c, IR_V_SUMS, 0, a, 0);

    return s.bytes == 8 ? sums : jit_across(c, IR_V_ADD, 3, 16, sums);
}

/* Sums that do not wrap: neighbours first. */
SEM_INLINE V128 jit_sum_long(SemCtx c, VecShape s, bool is_signed, V128 a)
{
    VecShape w = {(uint8_t)(s.esize + 1), 16};
    unsigned bits = 8u << s.esize;
    V128 even = vec_shl(c, w, a, bits), r;

    if (is_signed) {
        r = vec_add(c, w, vec_shrs(c, w, even, bits), vec_shrs(c, w, a, bits));
    } else {
        r = vec_add(c, w, vec_shru(c, w, even, bits), vec_shru(c, w, a, bits));
    }
    return jit_across(c, IR_V_ADD, w.esize, s.bytes, r);
}

SEM_INLINE V128 jit_narrow_sat(SemCtx c, VecShape s, IrVecOp op, IrVecOp widen, V128 a)
{
    V128 r = jit_vec(c, op, s.esize, a, vec_const(c, 0, 0), 0);

    jit_qc_differs(c, jit_vec1(c, widen, s.esize, r, 0), a);
    return r;
}

SEM_INLINE V128 jit_bit_reverse(SemCtx c, V128 a)
{
    const VecShape s = {0, 16};
    V128 nibble = jit_dup_const(c, 0, 0x0f);
    V128 low = vec_const(c, 0xe060a020c0408000, 0xf070b030d0509010);
    V128 high = vec_const(c, 0x0e060a020c040800, 0x0f070b030d050901);

    low = jit_vec(c, IR_V_BYTES, 0, low, vec_and(c, s, a, nibble), 0);
    high = jit_vec(c, IR_V_BYTES, 0, high, vec_shru(c, s, a, 4), 0);
    return vec_or(c, s, low, high);
}

SEM_INLINE V128 jit_sqabs(SemCtx c, VecShape s, V128 a)
{
    V128 r = vec_abs(c, s, a), min = jit_dup_const(c, s.esize, BIT64((8u << s.esize) - 1));
    V128 over = vec_eq(c, s, r, min);

    jit_qc(c, over);
    return vec_xor(c, s, r, over);
}

SEM_INLINE V128 vec_lanes1(SemCtx c, VecShape s, VecLanes1 *op, V128 a)
{
    static const struct {
        VecLanes1 *op;
        IrVecOp of;
    } folds[] = {{lanes_addv, IR_V_ADD},
                 {lanes_smaxv, IR_V_MAXS},
                 {lanes_umaxv, IR_V_MAXU},
                 {lanes_sminv, IR_V_MINS},
                 {lanes_uminv, IR_V_MINU}};

    if (s.esize == 0 && (op == lanes_addv || op == lanes_uaddlv)) {
        return jit_sum_bytes(c, s, a);
    }
    if (op == lanes_saddlv || op == lanes_uaddlv) {
        return jit_sum_long(c, s, op == lanes_saddlv, a);
    }
    for (unsigned k = 0; k < G_N_ELEMENTS(folds); k++) {
        if (op == folds[k].op) {
            return jit_across(c, folds[k].of, s.esize, s.bytes, a);
        }
    }
    if (op == lanes_sqxtn && s.esize < 2) {
        return jit_narrow_sat(c, s, IR_V_QNARROWS, IR_V_WIDENS, a);
    }
    if (op == lanes_sqxtun && s.esize < 2) {
        return jit_narrow_sat(c, s, IR_V_QNARROWSU, IR_V_WIDENU, a);
    }
    if (op == lanes_uqxtn && s.esize < 2) {
        VecShape w = {(uint8_t)(s.esize + 1), 16};
        V128 max = jit_dup_const(c, w.esize, MASK64(8u << s.esize));
        return vec_narrow(c, s, jit_qc_differs(c, vec_minu(c, w, a, max), a));
    }
    if (op == lanes_sqneg) {
        return vec_sqsub(c, s, vec_const(c, 0, 0), vec_low(c, s.bytes, a));
    }
    if (op == lanes_sqabs) {
        return jit_sqabs(c, s, vec_low(c, s.bytes, a));
    }
    if (op == lanes_rbit) {
        return jit_bit_reverse(c, a);
    }
    return jit_vcall(c, s, jitv_lanes1, (void *)(uintptr_t)op, a, (V128){0}, (V128){0});
}

/* High halves of doubled products; only two most negative numbers are too much for them. */
SEM_INLINE V128 jit_sqdmulh(SemCtx c, VecShape s, bool round, V128 a, V128 b)
{
    const VecShape q = {3, 16};
    V128 r;

    a = vec_low(c, s.bytes, a);
    b = vec_low(c, s.bytes, b);
    if (s.esize == 1 && round) {
        r = jit_vec(c, IR_V_MULHR, 1, a, b, 0);
    } else if (s.esize == 1) {
        r = vec_or(c, s, vec_shl(c, s, jit_vec(c, IR_V_MULH, 1, a, b, 0), 1),
                   vec_shru(c, s, vec_mul(c, s, a, b), 15));
    } else {
        V128 lo = vec_mul(c, q, vec_widens(c, s, a), vec_widens(c, s, b));
        V128 hi =
            vec_mul(c, q, vec_widens(c, s, vec_half(c, 1, a)), vec_widens(c, s, vec_half(c, 1, b)));
        if (round) {
            lo = vec_add(c, q, lo, jit_dup_const(c, 3, 1u << 30));
            hi = vec_add(c, q, hi, jit_dup_const(c, 3, 1u << 30));
        }
        r = jit_vec(c, IR_V_UNZIP, 2, vec_shl(c, q, lo, 1), vec_shl(c, q, hi, 1), 1);
    }
    V128 over = vec_eq(c, s, r, jit_dup_const(c, s.esize, BIT64((8u << s.esize) - 1)));
    jit_qc(c, over);
    return vec_xor(c, s, r, over);
}

SEM_INLINE V128 vec_lanes2(SemCtx c, VecShape s, VecLanes2 *op, V128 a, V128 b)
{
    if (op == lanes_sqdmulh || op == lanes_sqrdmulh) {
        return jit_sqdmulh(c, s, op == lanes_sqrdmulh, a, b);
    }
    if (op == lanes_pmull && s.esize == 3) {
        return jit_vec_or_call(c, IR_V_PMULL, jitv_lanes2, (void *)(uintptr_t)op, a, b, (V128){0});
    }
    return jit_vcall(c, s, jitv_lanes2, (void *)(uintptr_t)op, a, b, (V128){0});
}

/* acc + sums of four products of bytes: products of two neighbours first. */
SEM_INLINE V128 jit_dot(SemCtx c, V128 acc, IrVecOp widen_a, IrVecOp widen_b, V128 a, V128 b)
{
    V128 sums[2];

    for (unsigned k = 0; k < 2; k++) {
        V128 x = jit_vec1(c, widen_a, 0, k ? vec_half(c, 1, a) : a, 0);
        V128 y = jit_vec1(c, widen_b, 0, k ? vec_half(c, 1, b) : b, 0);
        sums[k] = jit_vec(c, IR_V_MULADD, 1, x, y, 0);
    }
    V128 even = jit_vec(c, IR_V_UNZIP, 2, sums[0], sums[1], 0);
    V128 odd = jit_vec(c, IR_V_UNZIP, 2, sums[0], sums[1], 1);
    return jit_vec(c, IR_V_ADD, 2, acc, jit_vec(c, IR_V_ADD, 2, even, odd, 0), 0);
}

SEM_INLINE V128 vec_lanes3(SemCtx c, VecShape s, VecLanes3 *op, V128 acc, V128 a, V128 b)
{
    if (op == lanes_sdot || op == lanes_udot || op == lanes_usdot) {
        return jit_dot(c, acc, op == lanes_sdot ? IR_V_WIDENS : IR_V_WIDENU,
                       op == lanes_udot ? IR_V_WIDENU : IR_V_WIDENS, a, b);
    }
    return jit_vcall(c, s, jitv_lanes3, (void *)(uintptr_t)op, acc, a, b);
}

/* ---- cryptography */

/* Mixing of what has just been substituted: one step for a host. */
SEM_INLINE V128 jit_aes_mix(SemCtx c, bool inverse, CryptoOp1 *op, V128 n)
{
    const IrNode *x = jit_of(c, n.r);

    if (x->op == IR_VEC && x->aux == (inverse ? IR_V_AESD : IR_V_AESE)) {
        return jit_vec_or_call(c, inverse ? IR_V_AESD_IMC : IR_V_AESE_MC, jitv_aes_mixed,
                               (void *)(uintptr_t)inverse, (V128){x->a}, (V128){x->b}, (V128){0});
    }
    return jit_vec_or_call(c, inverse ? IR_V_AESIMC : IR_V_AESMC, jitv_crypto1,
                           (void *)(uintptr_t)op, n, (V128){0}, (V128){0});
}

SEM_INLINE V128 vec_crypto1(SemCtx c, CryptoOp1 *op, V128 n)
{
    if (op == crypto_aesmc || op == crypto_aesimc) {
        return jit_aes_mix(c, op == crypto_aesimc, op, n);
    }
    return jit_vcall(c, (VecShape){0, 16}, jitv_crypto1, (void *)(uintptr_t)op, n, (V128){0},
                     (V128){0});
}

SEM_INLINE V128 vec_crypto2(SemCtx c, CryptoOp2 *op, V128 d, V128 n)
{
    IrVecOp vec = op == crypto_aese        ? IR_V_AESE
                  : op == crypto_aesd      ? IR_V_AESD
                  : op == crypto_sha256su0 ? IR_V_SHA256SU0
                                           : IR_V_COUNT;

    if (vec != IR_V_COUNT) {
        return jit_vec_or_call(c, vec, jitv_crypto2, (void *)(uintptr_t)op, d, n, (V128){0});
    }
    return jit_vcall(c, (VecShape){0, 16}, jitv_crypto2, (void *)(uintptr_t)op, d, n, (V128){0});
}

SEM_INLINE V128 vec_crypto3(SemCtx c, CryptoOp3 *op, V128 d, V128 n, V128 m)
{
    IrVecOp vec = op == crypto_sha256h     ? IR_V_SHA256H
                  : op == crypto_sha256h2  ? IR_V_SHA256H2
                  : op == crypto_sha256su1 ? IR_V_SHA256SU1
                                           : IR_V_COUNT;

    if (vec != IR_V_COUNT) {
        return jit_vec_or_call(c, vec, jitv_crypto3, (void *)(uintptr_t)op, d, n, m);
    }
    return jit_vcall(c, (VecShape){0, 16}, jitv_crypto3, (void *)(uintptr_t)op, d, n, m);
}

SEM_INLINE V128 vec_sm3tt(SemCtx c, CryptoSm3 op, unsigned index, V128 d, V128 n, V128 m)
{
    return jit_vcall(c, (VecShape){0, 16}, jitv_sm3tt, (void *)(uintptr_t)(op | index << 8), d, n,
                     m);
}

#endif
