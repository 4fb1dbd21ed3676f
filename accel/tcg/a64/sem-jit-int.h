/* SPDX-License-Identifier: MIT */
/* Integer and flag verbs of the translator: a fragment of sem.h. */
#ifndef ACCEL_TCG_A64_SEM_JIT_INT_H
#define ACCEL_TCG_A64_SEM_JIT_INT_H

/* Included by sem-jit.h, after the types. */
#include "accel/tcg/a64/sem-jit.h"

SEM_INLINE V64 v_const(SemCtx c, uint64_t v)
{
    return (V64){ir_const(c.b, v)};
}

/* ---- arithmetic and logic */

SEM_INLINE V64 jit_op(SemCtx c, IrOp op, unsigned sf, V64 x, V64 y)
{
    return jit_node(c, (IrNode){.op = (uint8_t)op, .wide = (uint8_t)(sf != 0), .a = x.r, .b = y.r});
}

#define JIT_SIZED2(name, op)                                     \
    SEM_INLINE V64 v_##name(SemCtx c, unsigned sf, V64 a, V64 b) \
    {                                                            \
        return jit_op(c, op, sf, a, b);                          \
    }
#define JIT_WIDE2(name, op)                         \
    SEM_INLINE V64 v_##name(SemCtx c, V64 a, V64 b) \
    {                                               \
        return jit_op(c, op, 1, a, b);              \
    }
#define JIT_SIZED1(name, op)                              \
    SEM_INLINE V64 v_##name(SemCtx c, unsigned sf, V64 a) \
    {                                                     \
        return jit_op(c, op, sf, a, (V64){0});            \
    }
JIT_SIZED2(add, IR_ADD)
JIT_SIZED2(sub, IR_SUB)
JIT_SIZED2(mul, IR_MUL)
JIT_SIZED2(udiv, IR_UDIV)
JIT_SIZED2(sdiv, IR_SDIV)
JIT_SIZED2(shl, IR_SHL)
JIT_SIZED2(shr, IR_SHR)
JIT_SIZED2(sar, IR_SAR)
JIT_SIZED2(ror, IR_ROR)
JIT_WIDE2(umulh, IR_UMULH)
JIT_WIDE2(smulh, IR_SMULH)
JIT_WIDE2(and, IR_AND)
JIT_WIDE2(or, IR_OR)
JIT_WIDE2(xor, IR_XOR)
JIT_SIZED1(not, IR_NOT)
JIT_SIZED1(clz, IR_CLZ)
JIT_SIZED1(cls, IR_CLS)
JIT_SIZED1(rbit, IR_RBIT)

SEM_INLINE V64 v_rev(SemCtx c, unsigned bytes, V64 a)
{
    return jit_node(c, (IrNode){.op = IR_REV, .wide = 1, .aux = (uint16_t)bytes, .a = a.r});
}

SEM_INLINE V64 v_sext(SemCtx c, unsigned bits, V64 a)
{
    if (bits >= 64) {
        return a;
    }
    return jit_node(c, (IrNode){.op = IR_SEXT, .wide = 1, .aux = (uint16_t)bits, .a = a.r});
}

SEM_INLINE V64 v_extend_reg(SemCtx c, unsigned option, V64 a)
{
    unsigned bits = 8u << (option & 3);

    return option & 4 ? v_sext(c, bits, a) : v_zext(c, bits, a);
}

SEM_INLINE V64 v_extr(SemCtx c, unsigned sf, V64 a, V64 b, unsigned n)
{
    if (!n) {
        return b;
    }
    return jit_node(
        c, (IrNode){
               .op = IR_EXTR, .wide = (uint8_t)(sf != 0), .aux = (uint16_t)n, .a = a.r, .b = b.r});
}

SEM_INLINE V64 v_crc32(SemCtx c, unsigned castagnoli, unsigned bytes, V64 crc, V64 data)
{
    IrNode n = {.op = IR_CALL, .a = crc.r, .b = data.r, .ptr = (void *)jit_crc32};

    n.c = v_const(c, castagnoli | bytes << 1).r;
    return jit_node(c, n);
}

/* ---- truth values */

SEM_INLINE VB jit_compare(SemCtx c, IrCompare cmp, V64 a, V64 b)
{
    return (VB){
        ir_pure(c.b, (IrNode){.op = IR_CMP, .wide = 1, .aux = (uint16_t)cmp, .a = a.r, .b = b.r})};
}

SEM_INLINE VB v_eqz(SemCtx c, V64 a)
{
    return jit_compare(c, IR_EQ, a, v_const(c, 0));
}

SEM_INLINE VB v_nez(SemCtx c, V64 a)
{
    return jit_compare(c, IR_NE, a, v_const(c, 0));
}

SEM_INLINE VB v_eq(SemCtx c, V64 a, V64 b)
{
    return jit_compare(c, IR_EQ, a, b);
}

SEM_INLINE VB v_bit(SemCtx c, V64 a, unsigned n)
{
    return v_nez(c, v_and(c, a, v_const(c, 1ull << n)));
}

SEM_INLINE VB v_lts(SemCtx c, V64 a, V64 b)
{
    return jit_compare(c, IR_LTS, a, b);
}

SEM_INLINE VB v_ltu(SemCtx c, V64 a, V64 b)
{
    return jit_compare(c, IR_LTU, a, b);
}

SEM_INLINE V64 v_select(SemCtx c, VB cond, V64 a, V64 b)
{
    return jit_node(c, (IrNode){.op = IR_SELECT, .wide = 1, .a = cond.r, .b = a.r, .c = b.r});
}

/* ---- flags */

SEM_INLINE VF flags_get(SemCtx c)
{
    return (VF){c.b->state.flags};
}

SEM_INLINE void flags_set(SemCtx c, VF f)
{
    c.b->state.flags = f.r;
}

SEM_INLINE V64 flags_pack(SemCtx c, VF f)
{
    if (c.b->nodes[f.r].op == IR_FLAGS_NZCV) {
        return (V64){c.b->nodes[f.r].a};
    }
    return jit_node(c, (IrNode){.op = IR_FLAGS_PACK, .a = f.r});
}

SEM_INLINE VF jit_flags_of(SemCtx c, V64 nzcv)
{
    return (VF){ir_pure(c.b, (IrNode){.op = IR_FLAGS_NZCV, .a = nzcv.r})};
}

SEM_INLINE VF flags_unpack(SemCtx c, V64 a)
{
    return jit_flags_of(c, v_and(c, a, v_const(c, PSTATE_NZCV)));
}

SEM_INLINE VF flags_const(SemCtx c, unsigned nzcv)
{
    return jit_flags_of(c, v_const(c, (uint64_t)nzcv << 28));
}

SEM_INLINE VF flags_select(SemCtx c, VB cond, VF a, VF b)
{
    return jit_flags_of(c, v_select(c, cond, flags_pack(c, a), flags_pack(c, b)));
}

SEM_INLINE VF f_logic(SemCtx c, unsigned sf, V64 r)
{
    return (VF){ir_pure(c.b, (IrNode){.op = IR_FLAGS_LOGIC, .wide = (uint8_t)(sf != 0), .a = r.r})};
}

SEM_INLINE VF jit_flags(SemCtx c, IrOp op, unsigned sf, V64 a, V64 b, V64 result)
{
    return (VF){ir_pure(
        c.b,
        (IrNode){
            .op = (uint8_t)op, .wide = (uint8_t)(sf != 0), .a = a.r, .b = b.r, .c = result.r})};
}

SEM_INLINE V64 v_adds(SemCtx c, unsigned sf, V64 a, V64 b, VF *ret)
{
    V64 r = v_add(c, sf, a, b);

    *ret = jit_flags(c, IR_FLAGS_ADD, sf, a, b, r);
    return r;
}

SEM_INLINE V64 v_subs(SemCtx c, unsigned sf, V64 a, V64 b, VF *ret)
{
    V64 r = v_sub(c, sf, a, b);

    *ret = jit_flags(c, IR_FLAGS_SUB, sf, a, b, r);
    return r;
}

SEM_INLINE V64 v_adcs(SemCtx c, unsigned sf, V64 a, V64 b, VF in, VF *ret)
{
    IrNode n = {.op = IR_ADC, .wide = (uint8_t)(sf != 0), .a = a.r, .b = b.r, .c = in.r};
    V64 r = jit_node(c, n);

    n.op = IR_ADC_NZCV;
    *ret = jit_flags_of(c, jit_node(c, n));
    return r;
}

SEM_INLINE VB f_cond(SemCtx c, unsigned cond, VF f)
{
    if (cond >= 14) {
        return (VB){ir_pure(c.b, (IrNode){.op = IR_BOOL, .aux = 1})};
    }
    if (jit_of(c, f.r)->op == IR_FLAGS_FP) { /* straight from what was compared */
        IrNode fp = *jit_of(c, jit_of(c, f.r)->a);
        return (VB){ir_pure(
            c.b,
            (IrNode){
                .op = IR_FP_COND, .aux = (uint16_t)cond, .aux2 = fp.aux2, .a = fp.a, .b = fp.b})};
    }
    return (VB){ir_pure(c.b, (IrNode){.op = IR_COND, .aux = (uint16_t)cond, .a = f.r})};
}

#endif
