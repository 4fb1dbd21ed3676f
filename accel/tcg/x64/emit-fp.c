/* SPDX-License-Identifier: MIT */
/* Floating point. The host computes with everything masked and rounding to nearest; its exception
 * flags are sticky and become FPSR's (jit-fp.c). They are Arm's but for underflow, which the host
 * judges after rounding: then the result is exactly the smallest normal number. NaNs differ in
 * value. So results that are NaNs or that number are computed again by the node's function; the
 * flags that the host has raised by then are those the function raises, or fewer. Where that would
 * not be so, operands are looked at first. */
#include "accel/tcg/x64/emit-vec.h"

enum { S = 2, D = 3 };
enum { X_UCOMIS = 0x2e, X_COMIS = 0x2f, X_CMP = 0xc2, X_MOVMSK = 0x50 };
enum { CMP_EQ, CMP_LT, CMP_LE, CMP_UNORD, CMP_EQ_OR_UNORD = 8 }; /* the last with AVX only */

typedef struct FpNode {
    const IrNode *n;
    unsigned op, format;
    bool scalar;
    uint32_t prefix; /* of instructions on this format, with the escape byte */
    unsigned d, a, b, c;
} FpNode;

static uint32_t prefix_of(unsigned format, bool scalar)
{
    if (scalar) {
        return X64_0F | (uint32_t)(format == S ? X64_PF3 : X64_PF2);
    }
    return X64_0F | (uint32_t)(format == S ? 0 : X64_P66);
}

/* Of comparisons that set the host's flags. */
static uint32_t ucomis(unsigned format, bool signalling)
{
    return X64_0F | (uint32_t)(format == S ? 0 : X64_P66) | (signalling ? X_COMIS : X_UCOMIS);
}

static EmitConst by_format(EmitConst of_s, unsigned format)
{
    return of_s + (format - S);
}

/* ---- looking at results */

static void cold_if_any(Emit *e, EmitCold *cold, unsigned mask)
{
    vec_un(e, X_PTEST, mask, mask);
    emit_cold_jump(e, cold, CC_NE);
}

static void check_nan(Emit *e, const FpNode *f, EmitCold *cold)
{
    if (f->scalar) {
        x64_rr(&e->s, false, ucomis(f->format, false), f->d, f->d);
        emit_cold_jump(e, cold, CC_P);
    } else {
        vec_op_imm(e, f->prefix | X_CMP, 0, f->d, f->d, CMP_UNORD);
        cold_if_any(e, cold, 0);
    }
}

/* NaNs, and the smallest normal numbers. */
static void check_min(Emit *e, unsigned format, bool scalar, unsigned d, EmitCold *cold)
{
    vec_op_const(e, X_PAND, 0, d, by_format(K_ABS_S, format));
    if (scalar) { /* equal or unordered: Z is set */
        vec_flags_const(e, ucomis(format, false), 0, by_format(K_MIN_S, format));
        emit_cold_jump(e, cold, CC_E);
        return;
    }
    if (emit_avx()) {
        vec_op_const_imm(e, prefix_of(format, false) | X_CMP, 0, 0, by_format(K_MIN_S, format),
                         CMP_EQ_OR_UNORD);
    } else {
        vec_mov(e, 1, 0);
        vec_op_imm(e, prefix_of(format, false) | X_CMP, 1, 1, 0, CMP_UNORD);
        vec_op_const(e, format == S ? (uint32_t)X_PCMPEQB + 2 : X_PCMPEQQ, 0, 0,
                     by_format(K_MIN_S, format));
        vec_op(e, X_POR, 0, 0, 1);
    }
    cold_if_any(e, cold, 0);
}

/* ---- arithmetic */

static void binary(Emit *e, IrRef r, const FpNode *f)
{
    static const uint8_t opcodes[] = {
        [IR_FP_ADD] = 0x58, [IR_FP_SUB] = 0x5c,  [IR_FP_MUL] = 0x59,
        [IR_FP_DIV] = 0x5e, [IR_FP_NMUL] = 0x59, [IR_FP_ABD] = 0x5c,
    };
    bool sum = f->op == IR_FP_ADD || f->op == IR_FP_SUB || f->op == IR_FP_ABD;
    EmitCold *cold = emit_vec_cold(e, r);

    vec_op(e, f->prefix | opcodes[f->op], f->d, f->a, f->b);
    if (sum) { /* tiny sums are exact */
        check_nan(e, f, cold);
    } else {
        check_min(e, f->format, f->scalar, f->d, cold);
    }
    if (f->op == IR_FP_NMUL) {
        vec_op_const(e, X_PXOR, f->d, f->d, by_format(K_SIGN_S, f->format));
    } else if (f->op == IR_FP_ABD) {
        vec_op_const(e, X_PAND, f->d, f->d, by_format(K_ABS_S, f->format));
    }
    emit_cold_back(e, cold);
}

/* vf[n]m{add,sub}231: d = [-](b * c) +- d. */
static void fused(Emit *e, IrRef r, const FpNode *f)
{
    static const uint8_t opcodes[] = {
        [IR_FP_MADD] = 0xb8, [IR_FP_MSUB] = 0xbc, [IR_FP_NMADD] = 0xbe, [IR_FP_NMSUB] = 0xba};
    EmitCold *cold = emit_vec_cold(e, r);

    vec_mov(e, f->d, f->a);
    x64_vex_rr(&e->s, f->format == D, false, V66_38 | (uint32_t)(opcodes[f->op] + f->scalar), f->d,
               f->b, f->c);
    check_min(e, f->format, f->scalar, f->d, cold);
    emit_cold_back(e, cold);
}

static void square_root(Emit *e, IrRef r, const FpNode *f)
{
    EmitCold *cold = emit_vec_cold(e, r);

    if (f->scalar) {
        vec_op(e, f->prefix | 0x51, f->d, f->a, f->a);
    } else {
        vec_un(e, f->prefix | 0x51, f->d, f->a);
    }
    check_nan(e, f, cold);
    emit_cold_back(e, cold);
}

/* The host takes its second operand of two zeros, and tells quiet NaNs as invalid: those are found
 * before. Both orders of the operands bring both zeros. */
static void min_max(Emit *e, IrRef r, const FpNode *f)
{
    uint32_t opcode = f->prefix | (f->op == IR_FP_MAX ? 0x5f : 0x5d);
    EmitCold *cold = emit_vec_cold(e, r);

    if (f->scalar) {
        x64_rr(&e->s, false, ucomis(f->format, false), f->a, f->b);
        emit_cold_jump(e, cold, CC_P);
    } else {
        vec_op_imm(e, f->prefix | X_CMP, 0, f->a, f->b, CMP_UNORD);
        cold_if_any(e, cold, 0);
    }
    vec_op(e, opcode, 0, f->b, f->a);
    vec_op(e, opcode, f->d, f->a, f->b);
    vec_op(e, f->op == IR_FP_MAX ? X_PAND : X_POR, f->d, f->d, 0);
    emit_cold_back(e, cold);
}

/* Equality is quiet, order is not: as Arm has it. */
static void compare(Emit *e, const FpNode *f)
{
    bool absolute = f->op == IR_FP_ABS_GE || f->op == IR_FP_ABS_GT;
    bool ge = f->op == IR_FP_GE || f->op == IR_FP_ABS_GE;
    unsigned a = f->a, b = f->b;

    if (f->op == IR_FP_EQ) {
        vec_op_imm(e, f->prefix | X_CMP, f->d, a, b, CMP_EQ);
        return;
    }
    if (absolute) {
        vec_op_const(e, X_PAND, 0, a, by_format(K_ABS_S, f->format));
        vec_op_const(e, X_PAND, 1, b, by_format(K_ABS_S, f->format));
        a = 0;
        b = 1;
    }
    vec_op_imm(e, f->prefix | X_CMP, f->d, b, a, ge ? CMP_LE : CMP_LT);
}

/* ---- rounding to integral values */

enum { ROUND_EVEN, ROUND_DOWN, ROUND_UP, ROUND_ZERO, ROUND_QUIET = 8 };

static void round_to(Emit *e, unsigned format, bool scalar, unsigned how, unsigned d, unsigned a)
{
    uint32_t opcode = V66_3A | (uint32_t)(0x08 + (scalar ? 2 : 0) + (format == D));

    if (scalar) {
        vec_op_imm(e, opcode, d, a, a, how);
    } else {
        vec_un_imm(e, opcode, d, a, how);
    }
}

static void round_integral(Emit *e, const FpNode *f)
{
    static const uint8_t how[] = {
        [IR_FP_RINT_EVEN] = ROUND_QUIET | ROUND_EVEN,
        [IR_FP_RINT_UP] = ROUND_QUIET | ROUND_UP,
        [IR_FP_RINT_DOWN] = ROUND_QUIET | ROUND_DOWN,
        [IR_FP_RINT_ZERO] = ROUND_QUIET | ROUND_ZERO,
        [IR_FP_RINT_EXACT] = ROUND_EVEN,
    };

    round_to(e, f->format, f->scalar, how[f->op], f->d, f->a);
}

/* ---- between formats. f->format is the narrow one. NaNs are alike on both sides. */

enum { X_CVT = 0x5a, X_VCVTPH2PS = V66_38 | 0x13, X_VCVTPS2PH = V66_3A | 0x1d };

static void widen(Emit *e, const FpNode *f)
{
    if (f->format == S && f->scalar) {
        vec_op(e, f->prefix | X_CVT, f->d, f->a, f->a);
    } else if (f->format == S) {
        vec_un(e, f->prefix | X_CVT, f->d, f->a);
    } else if (f->scalar) { /* other elements may be anything */
        vec_op_const(e, X_PAND, 0, f->a, K_BYTES_2);
        vec_un(e, X_VCVTPH2PS, f->d, 0);
    } else {
        vec_un(e, X_VCVTPH2PS, f->d, f->a);
    }
}

static void narrow_to_half(Emit *e, const FpNode *f, EmitCold *cold)
{
    unsigned a = f->a;

    if (f->scalar) {
        vec_op_const(e, X_PAND, 0, a, K_BYTES_4);
        a = 0;
    }
    x64_vex_rr(&e->s, false, false, X_VCVTPS2PH, a, 0, f->d);
    x64_byte(&e->s, ROUND_EVEN);
    vec_op_const(e, X_PAND, 0, f->d, K_ABS_H);
    vec_op_const(e, (uint32_t)X_PCMPEQB + 1, 0, 0, K_MIN_H);
    cold_if_any(e, cold, 0);
}

static void narrow(Emit *e, IrRef r, const FpNode *f)
{
    EmitCold *cold = emit_vec_cold(e, r);

    if (f->format < S) {
        narrow_to_half(e, f, cold);
    } else {
        if (f->scalar) {
            vec_op(e, prefix_of(D, true) | X_CVT, f->d, f->a, f->a);
        } else {
            vec_un(e, prefix_of(D, false) | X_CVT, f->d, f->a);
        }
        check_min(e, S, f->scalar, f->d, cold);
    }
    emit_cold_back(e, cold);
}

/* ---- vectors of integers: what does not fit is the most negative one */

static void to_integers(Emit *e, IrRef r, const FpNode *f)
{
    EmitCold *cold = emit_vec_cold(e, r);

    vec_un(e, X64_0F | 0x5b | (uint32_t)(f->op == IR_FP_TO_S ? X64_PF3 : X64_P66), f->d, f->a);
    vec_op_const(e, (uint32_t)X_PCMPEQB + 2, 0, f->d, K_INT_MIN_S);
    cold_if_any(e, cold, 0);
    emit_cold_back(e, cold);
}

/* ---- nodes of vectors */

static bool is_native(const FpNode *f)
{
    switch (f->op) {
    case IR_FP_CALL:
        return false;
    case IR_FP_MADD:
    case IR_FP_MSUB:
    case IR_FP_NMADD:
    case IR_FP_NMSUB:
        return host_has(HOST_FMA);
    case IR_FP_WIDEN:
    case IR_FP_NARROW:
        return f->format >= S || host_has(HOST_F16C);
    default:
        return true;
    }
}

static void native(Emit *e, IrRef r, const FpNode *f)
{
    switch (f->op) {
    case IR_FP_ADD:
    case IR_FP_SUB:
    case IR_FP_MUL:
    case IR_FP_DIV:
    case IR_FP_NMUL:
    case IR_FP_ABD:
        binary(e, r, f);
        break;
    case IR_FP_SQRT:
        square_root(e, r, f);
        break;
    case IR_FP_MADD:
    case IR_FP_MSUB:
    case IR_FP_NMADD:
    case IR_FP_NMSUB:
        fused(e, r, f);
        break;
    case IR_FP_MAX:
    case IR_FP_MIN:
        min_max(e, r, f);
        break;
    case IR_FP_EQ:
    case IR_FP_GE:
    case IR_FP_GT:
    case IR_FP_ABS_GE:
    case IR_FP_ABS_GT:
        compare(e, f);
        break;
    case IR_FP_WIDEN:
        widen(e, f);
        break;
    case IR_FP_NARROW:
        narrow(e, r, f);
        break;
    case IR_FP_TO_S:
    case IR_FP_TO_S_EVEN:
        to_integers(e, r, f);
        break;
    case IR_FP_FROM_S:
        vec_un(e, X64_0F | 0x5b, f->d, f->a); /* cvtdq2ps */
        break;
    default:
        round_integral(e, f);
        break;
    }
}

static void vector_node(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    FpNode f = {.n = n,
                .op = n->aux,
                .format = ir_shape_esize(n->aux2),
                .scalar = ir_shape_is_scalar(n->aux2)};

    if (!is_native(&f)) {
        emit_vec_call(e, r);
        return;
    }
    f.prefix = prefix_of(f.format, f.scalar);
    f.a = emit_use_xmm(e, n->a);
    f.b = n->b ? emit_use_xmm(e, n->b) : 0;
    f.c = n->c ? emit_use_xmm(e, n->c) : 0;
    f.d = emit_define_xmm(e, r);
    native(e, r, &f);
}

/* ---- scalars to integers */

static void cvt_to_int(Emit *e, unsigned format, bool truncate, bool wide, X64Reg to, unsigned a)
{
    x64_rr(&e->s, wide, prefix_of(format, true) | (truncate ? 0x2c : 0x2d), to, a);
}

/* The most negative integer stands for what does not fit. */
static void check_int(Emit *e, bool wide, X64Reg to, EmitCold *cold)
{
    x64_alu_imm(&e->s, wide, ALU_CMP, to, 1);
    emit_cold_jump(e, cold, CC_O);
}

/* The rounding must not tell of being inexact before it is clear that the result fits. */
static void to_int_by(Emit *e, const IrNode *n, unsigned how, X64Reg to, unsigned a, EmitCold *cold)
{
    unsigned format = ir_shape_esize(n->aux2);

    round_to(e, format, true, how | ROUND_QUIET, 0, a);
    cvt_to_int(e, format, true, n->wide, to, 0);
    check_int(e, n->wide, to, cold);
    round_to(e, format, true, how, 0, a);
}

/* From 0 on, and below 2^32 or 2^63: as signed integers of 64 bits. */
static void to_unsigned(Emit *e, const IrNode *n, X64Reg to, unsigned a, EmitCold *cold)
{
    unsigned format = ir_shape_esize(n->aux2);

    vec_zero(e, 0);
    x64_rr(&e->s, false, ucomis(format, false), a, 0);
    emit_cold_jump(e, cold, CC_B);
    vec_flags_const(e, ucomis(format, false), a, by_format(n->wide ? K_2_63_S : K_2_32_S, format));
    emit_cold_jump(e, cold, CC_AE);
    cvt_to_int(e, format, true, true, to, a);
}

static void to_int(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);

    if (n->aux == IR_TO_INT_CALL) {
        emit_vec_call(e, r);
        return;
    }
    unsigned a = emit_use_xmm(e, n->a);
    X64Reg to = emit_define(e, r);
    EmitCold *cold = emit_vec_cold(e, r);
    if (n->aux == IR_TO_INT_UNSIGNED) {
        to_unsigned(e, n, to, a, cold);
    } else if (n->aux == IR_TO_INT_UP || n->aux == IR_TO_INT_DOWN) {
        to_int_by(e, n, n->aux == IR_TO_INT_UP ? ROUND_UP : ROUND_DOWN, to, a, cold);
    } else {
        cvt_to_int(e, ir_shape_esize(n->aux2), n->aux == IR_TO_INT_ZERO, n->wide, to, a);
        check_int(e, n->wide, to, cold);
    }
    emit_cold_back(e, cold);
}

static void from_int(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    bool is_signed = n->aux & 1;

    if (n->aux & 2) {
        emit_vec_call(e, r);
        return;
    }
    X64Reg a = emit_use(e, n->a, RAX);
    unsigned d = emit_define_xmm(e, r);
    EmitCold *cold = NULL;
    if (!is_signed && n->wide) { /* the function has those that are no signed ones */
        cold = emit_vec_cold(e, r);
        e->sites[e->n_sites - 1].a = (JitValue){JIT_REG, (uint8_t)a, 0};
        x64_test(&e->s, true, a, a);
        emit_cold_jump(e, cold, CC_S);
    }
    vec_zero(e, d);
    x64_rr(&e->s, n->wide || !is_signed, prefix_of(ir_shape_esize(n->aux2), true) | 0x2a, d, a);
    if (cold) {
        emit_cold_back(e, cold);
    }
}

/* ---- comparisons: the host's flags are C for less, Z for equal, all for unordered */

static void compare_low(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned a = emit_use_xmm(e, n->a), b = emit_use_xmm(e, n->b);
    X64Reg to = n->uses ? emit_define(e, r) : RAX;

    x64_rr(&e->s, false, ucomis(n->aux2, n->aux), a, b);
    if (n->uses) {
        x64_byte(&e->s, 0x9f);                       /* lahf */
        x64_rr(&e->s, false, X64_0F | 0xb6, RAX, 4); /* movzx eax, ah */
        x64_mov(&e->s, false, to, RAX);
    }
}

/* By A64 condition: the operands the other way round, the host's condition. */
static const struct {
    bool swap;
    uint8_t cc;
} conditions[] = {
    {0},
    {0}, /* EQ and NE have no single one */
    {true, CC_BE},
    {true, CC_A}, /* CS: not less */
    {true, CC_A},
    {true, CC_BE}, /* MI: less */
    {false, CC_P},
    {false, CC_NP}, /* VS: unordered */
    {true, CC_B},
    {true, CC_AE}, /* HI: greater or unordered */
    {false, CC_AE},
    {false, CC_B}, /* GE */
    {false, CC_A},
    {false, CC_BE}, /* GT */
};

X64Cond emit_fp_condition(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned a = emit_use_xmm(e, n->a), b = emit_use_xmm(e, n->b);

    if (n->aux < 2) {
        vec_op_imm(e, prefix_of(n->aux2, true) | X_CMP, 0, a, b, CMP_EQ);
        x64_rr(&e->s, false, V66 | 0x7e, 0, RAX); /* movd */
        x64_test(&e->s, false, RAX, RAX);
        return n->aux ? CC_E : CC_NE;
    }
    bool swap = conditions[n->aux].swap;
    x64_rr(&e->s, false, ucomis(n->aux2, false), swap ? b : a, swap ? a : b);
    return conditions[n->aux].cc;
}

/* ---- FPCR is what the host's unit is set up for, and that is set up */

static void check_mode(Emit *e, IrRef r)
{
    EmitCold *cold = emit_cold(e, emit_site(e, JIT_SITE_FP_MODE, r));

    x64_alu_mem_imm(&e->s, 4, ALU_CMP, x64_at(RBP, EMIT_STATE(fp_live)), 0);
    emit_cold_jump(e, cold, CC_E);
    emit_cold_back(e, cold);
}

bool emit_fp(Emit *e, IrRef r)
{
    switch (emit_at(e, r)->op) {
    case IR_FP:
        vector_node(e, r);
        return true;
    case IR_FP_TO_INT:
        to_int(e, r);
        return true;
    case IR_FP_FROM_INT:
        from_int(e, r);
        return true;
    case IR_FP_COMPARE:
        compare_low(e, r);
        return true;
    case IR_FP_MODE:
        check_mode(e, r);
        return true;
    default:
        return false;
    }
}
