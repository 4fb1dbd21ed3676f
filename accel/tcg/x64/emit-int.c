/* SPDX-License-Identifier: MIT */
/* Integers, truth values and flags. */
#include "accel/tcg/x64/emit.h"

#include "accel/tcg/host-caps.h"

bool emit_imm(const Emit *e, IrRef r, bool wide, int32_t *ret)
{
    const IrNode *n = &e->b->nodes[r];

    if (n->op != IR_CONST || (wide && n->imm != (int32_t)n->imm)) {
        return false;
    }
    *ret = (int32_t)n->imm;
    return true;
}

static const IrNode *node(const Emit *e, IrRef r)
{
    return &e->b->nodes[r];
}

/* ---- arithmetic */

static X64Alu alu_of(unsigned op)
{
    return op == IR_ADD   ? ALU_ADD
           : op == IR_SUB ? ALU_SUB
           : op == IR_AND ? ALU_AND
           : op == IR_OR  ? ALU_OR
                          : ALU_XOR;
}

static void alu_imm(Emit *e, IrRef r, int32_t imm)
{
    const IrNode *n = node(e, r);
    X64Reg a = emit_use(e, n->a, RAX), to = emit_define_over(e, r, n->a);

    if (to != a && (n->op == IR_ADD || (n->op == IR_SUB && imm != INT32_MIN && !n->is_set))) {
        x64_lea(&e->s, n->wide, to, x64_at(a, n->op == IR_ADD ? imm : -imm));
        return;
    }
    if (to != a) {
        x64_mov(&e->s, n->wide, to, a);
    }
    x64_alu_imm(&e->s, n->wide, alu_of(n->op), to, imm);
    e->new_host_flags = r;
}

static void alu(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    int32_t imm;

    if (emit_imm(e, n->b, n->wide, &imm)) {
        alu_imm(e, r, imm);
        return;
    }
    X64Reg b = emit_use(e, n->b, RCX), a = emit_use(e, n->a, RAX);
    X64Reg to = emit_define_over(e, r, n->a);
    if (to == b && to != a) {
        if (n->op == IR_SUB) {
            x64_rr(&e->s, n->wide, 0xf7, 3, to); /* neg */
            x64_alu(&e->s, n->wide, ALU_ADD, to, a);
            return;
        }
        x64_alu(&e->s, n->wide, alu_of(n->op), to, a);
    } else if (to != a && n->op == IR_ADD && !n->is_set) {
        x64_lea(&e->s, n->wide, to, x64_indexed(a, b, 0, 0));
        return;
    } else {
        if (to != a) {
            x64_mov(&e->s, n->wide, to, a);
        }
        x64_alu(&e->s, n->wide, alu_of(n->op), to, b);
    }
    e->new_host_flags = r;
}

static void multiply(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    int32_t imm;

    if (emit_imm(e, n->b, n->wide, &imm)) {
        X64Reg a = emit_use(e, n->a, RAX);
        x64_rr(&e->s, n->wide, 0x69, emit_define_over(e, r, n->a), a);
        x64_imm32(&e->s, (uint32_t)imm);
        return;
    }
    X64Reg b = emit_use(e, n->b, RCX), a = emit_use(e, n->a, RAX);
    X64Reg to = emit_define_over(e, r, n->a);
    if (to == b) {
        b = a;
    } else if (to != a) {
        x64_mov(&e->s, n->wide, to, a);
    }
    x64_rr(&e->s, n->wide, X64_0F | 0xaf, to, b);
}

static void multiply_high(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    X64Reg b = emit_use(e, n->b, RCX);

    emit_move_to(e, RAX, n->a);
    x64_rr(&e->s, true, 0xf7, n->op == IR_UMULH ? 4 : 5, b);
    x64_mov(&e->s, true, emit_define(e, r), RDX);
}

/* Division by zero gives 0; the most negative number by -1 itself: the host traps on both. */
static void divide(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    X64Asm *s = &e->s;
    bool is_signed = n->op == IR_SDIV;
    X64Jump minus_one, done2;

    emit_move_to(e, RDX, n->a);
    X64Reg b = emit_use(e, n->b, RCX), to = emit_define(e, r);
    X64Reg divisor = b == to ? RCX : b;
    if (b == to) {
        x64_mov(s, true, RCX, b);
    }
    x64_test(s, n->wide, divisor, divisor);
    x64_mov_imm(s, RAX, 0);
    X64Jump done = x64_jcc_later(s, CC_E);
    x64_mov(s, n->wide, RAX, RDX);
    if (is_signed) {
        x64_alu_imm(s, n->wide, ALU_CMP, divisor, -1);
        minus_one = x64_jcc_later(s, CC_E);
        if (n->wide) {
            x64_byte(s, 0x48);
        }
        x64_byte(s, 0x99); /* cqo, cdq */
        x64_rr(s, n->wide, 0xf7, 7, divisor);
        done2 = x64_jmp_later(s);
        x64_here(s, minus_one);
        x64_rr(s, n->wide, 0xf7, 3, RAX);
        x64_here(s, done2);
    } else {
        x64_mov_imm(s, RDX, 0);
        x64_rr(s, n->wide, 0xf7, 6, divisor);
    }
    x64_here(s, done);
    x64_mov(s, n->wide, to, RAX);
}

static X64Shift shift_of(unsigned op)
{
    return op == IR_SHL   ? SHIFT_SHL
           : op == IR_SHR ? SHIFT_SHR
           : op == IR_SAR ? SHIFT_SAR
                          : SHIFT_ROR;
}

static void shift(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    uint64_t count;

    if (ir_is_const(e->b, n->b, &count)) {
        X64Reg a = emit_use(e, n->a, RAX), to = emit_define_over(e, r, n->a);
        if (to != a) {
            x64_mov(&e->s, n->wide, to, a);
        }
        x64_shift_imm(&e->s, n->wide, shift_of(n->op), to, count & (n->wide ? 63 : 31));
        return;
    }
    emit_move_to(e, RCX, n->b);
    X64Reg a = emit_use(e, n->a, RAX), to = emit_define_over(e, r, n->a);
    if (to != a) {
        x64_mov(&e->s, n->wide, to, a);
    }
    x64_shift_cl(&e->s, n->wide, shift_of(n->op), to);
}

/* ---- bits */

static void not(Emit * e, IrRef r)
{
    const IrNode *n = node(e, r);
    X64Reg a = emit_use(e, n->a, RAX), to = emit_define_over(e, r, n->a);

    if (to != a) {
        x64_mov(&e->s, n->wide, to, a);
    }
    x64_rr(&e->s, n->wide, 0xf7, 2, to);
}

/* Into RCX: how many leading zeros RCX has. */
static void count_zeros(Emit *e, bool wide)
{
    int32_t top = wide ? 63 : 31;

    x64_mov_imm(&e->s, RAX, (uint64_t)top * 2 + 1);
    x64_rr(&e->s, wide, X64_0F | 0xbd, RCX, RCX); /* bsr */
    x64_cmov(&e->s, wide, CC_E, RCX, RAX);
    x64_alu_imm(&e->s, wide, ALU_XOR, RCX, top);
}

static void leading(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);

    emit_move_to(e, RCX, n->a);
    if (n->op == IR_CLS) { /* leading zeros of what differs from the sign, without the sign */
        x64_mov(&e->s, n->wide, RAX, RCX);
        x64_shift_imm(&e->s, n->wide, SHIFT_SAR, RAX, n->wide ? 63 : 31);
        x64_alu(&e->s, n->wide, ALU_XOR, RCX, RAX);
    }
    count_zeros(e, n->wide);
    X64Reg to = emit_define(e, r);
    if (n->op == IR_CLS) {
        x64_lea(&e->s, false, to, x64_at(RCX, -1));
    } else {
        x64_mov(&e->s, false, to, RCX);
    }
}

static void trailing(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    X64Reg a = emit_use(e, n->a, RCX), to = emit_define_over(e, r, n->a);

    if (host_has(HOST_BMI1)) {
        x64_rr(&e->s, n->wide, X64_PF3 | X64_0F | 0xbc, to, a); /* tzcnt */
        return;
    }
    x64_mov_imm(&e->s, RAX, n->wide ? 64 : 32);
    x64_rr(&e->s, n->wide, X64_0F | 0xbc, to, a); /* bsf */
    x64_cmov(&e->s, n->wide, CC_E, to, RAX);
}

static void swap_bytes(Emit *e, X64Reg r)
{
    x64_byte(&e->s, (uint8_t)(0x48 | (r >> 3)));
    x64_byte(&e->s, 0x0f);
    x64_byte(&e->s, (uint8_t)(0xc8 | (r & 7)));
}

static void reverse(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    X64Asm *s = &e->s;

    if (n->aux != 2) {
        X64Reg a = emit_use(e, n->a, RAX), to = emit_define_over(e, r, n->a);
        if (to != a) {
            x64_mov(s, true, to, a);
        }
        swap_bytes(e, to);
        if (n->aux == 4) {
            x64_shift_imm(s, true, SHIFT_ROR, to, 32);
        }
        return;
    }
    emit_move_to(e, RAX, n->a);
    x64_mov_imm(s, RDX, 0x00ff00ff00ff00ff);
    x64_mov(s, true, RCX, RAX);
    x64_shift_imm(s, true, SHIFT_SHR, RCX, 8);
    x64_alu(s, true, ALU_AND, RCX, RDX);
    x64_alu(s, true, ALU_AND, RAX, RDX);
    x64_shift_imm(s, true, SHIFT_SHL, RAX, 8);
    x64_lea(s, true, emit_define(e, r), x64_indexed(RAX, RCX, 0, 0));
}

/* Bytes are reversed, then what is in them: halves, pairs, bits. */
static void reverse_bits(Emit *e, IrRef r)
{
    static const struct {
        uint8_t by;
        uint64_t mask;
    } steps[] = {{4, 0x0f0f0f0f0f0f0f0f}, {2, 0x3333333333333333}, {1, 0x5555555555555555}};
    const IrNode *n = node(e, r);
    X64Asm *s = &e->s;

    emit_move_to(e, RAX, n->a);
    swap_bytes(e, RAX);
    if (!n->wide) {
        x64_shift_imm(s, true, SHIFT_SHR, RAX, 32);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        uint64_t mask = n->wide ? steps[i].mask : (uint32_t)steps[i].mask;

        x64_mov_imm(s, RDX, mask);
        x64_mov(s, true, RCX, RAX);
        x64_shift_imm(s, true, SHIFT_SHR, RCX, steps[i].by);
        x64_alu(s, true, ALU_AND, RAX, RDX);
        x64_alu(s, true, ALU_AND, RCX, RDX);
        x64_shift_imm(s, true, SHIFT_SHL, RAX, steps[i].by);
        x64_alu(s, true, ALU_OR, RAX, RCX);
    }
    x64_mov(s, true, emit_define(e, r), RAX);
}

static void extend(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    bool sign = n->op == IR_SEXT;
    X64Reg a = emit_use(e, n->a, RAX), to = emit_define_over(e, r, n->a);

    if (n->aux == 8 || n->aux == 16 || n->aux == 32) {
        if (sign) {
            x64_movsx(&e->s, n->aux / 8, true, to, a);
        } else {
            x64_movzx(&e->s, n->aux / 8, to, a);
        }
        return;
    }
    bool wide = n->aux > 31 || sign;
    if (to != a) {
        x64_mov(&e->s, wide, to, a);
    }
    if (!wide) {
        x64_alu_imm(&e->s, false, ALU_AND, to, (int32_t)MASK64(n->aux));
        return;
    }
    x64_shift_imm(&e->s, true, SHIFT_SHL, to, 64u - n->aux);
    x64_shift_imm(&e->s, true, sign ? SHIFT_SAR : SHIFT_SHR, to, 64u - n->aux);
}

static void extract(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    X64Reg a = emit_use(e, n->a, RCX);

    emit_move_to(e, RAX, n->b);
    x64_rr(&e->s, n->wide, X64_0F | 0xac, a, RAX); /* shrd */
    x64_byte(&e->s, (uint8_t)n->aux);
    x64_mov(&e->s, n->wide, emit_define(e, r), RAX);
}

/* ---- flags */

/* The operands of a flags node in registers: the first in RAX, where it may be changed. */
static void flags_operand(Emit *e, const IrNode *f)
{
    const IrNode *result = node(e, f->c);
    int32_t imm;

    if (!result->is_set) {
        emit_move_to(e, RAX, f->a);
        return;
    }
    /* The operand is what the result was made from. */
    X64Alu back = f->op == IR_FLAGS_ADD ? ALU_SUB : ALU_ADD;
    emit_move_to(e, RAX, f->c);
    if (emit_imm(e, f->b, f->wide, &imm)) {
        x64_alu_imm(&e->s, f->wide, back, RAX, imm);
    } else {
        x64_alu(&e->s, f->wide, back, RAX, emit_use(e, f->b, RCX));
    }
}

/* The node that made the result was the last to change the host's flags, and in the same way. */
static bool left_by_result(const Emit *e, const IrNode *f)
{
    const IrNode *result = node(e, f->op == IR_FLAGS_LOGIC ? f->a : f->c);

    if (!e->host_flags || node(e, e->host_flags) != result || result->wide != f->wide) {
        return false;
    }
    if (f->op == IR_FLAGS_LOGIC) {
        return result->op == IR_AND || result->op == IR_OR || result->op == IR_XOR;
    }
    return result->op == (f->op == IR_FLAGS_ADD ? IR_ADD : IR_SUB) && result->a == f->a &&
           result->b == f->b;
}

/* The host's flags as an addition or subtraction leaves them. RAX is changed. */
static void host_flags_arith(Emit *e, IrRef flags)
{
    const IrNode *f = node(e, flags);
    X64Alu op = f->op == IR_FLAGS_ADD ? ALU_ADD : ALU_CMP;
    int32_t imm;

    if (left_by_result(e, f)) {
        return;
    }
    X64Reg a = RAX;
    if (op == ALU_CMP && !node(e, f->c)->is_set) {
        a = emit_use(e, f->a, RAX);
    } else {
        flags_operand(e, f);
    }
    if (emit_imm(e, f->b, f->wide, &imm)) {
        if (op == ALU_CMP && imm == 0) {
            x64_test(&e->s, f->wide, a, a);
        } else {
            x64_alu_imm(&e->s, f->wide, op, a, imm);
        }
    } else {
        x64_alu(&e->s, f->wide, op, a, emit_use(e, f->b, RCX));
    }
}

static void host_flags_logic(Emit *e, const IrNode *f)
{
    if (left_by_result(e, f)) {
        return;
    }
    X64Reg a = emit_use(e, f->a, RAX);
    x64_test(&e->s, f->wide, a, a);
}

/* A64 conditions by pairs: after a subtraction, an addition; carry has the other sense there. */
static X64Cond condition_sub(unsigned cond)
{
    static const uint8_t map[] = {CC_E,  CC_NE, CC_AE, CC_B,  CC_S, CC_NS, CC_O,
                                  CC_NO, CC_A,  CC_BE, CC_GE, CC_L, CC_G,  CC_LE};

    return map[cond];
}

enum { COND_CS = 2, COND_CC, COND_MI, COND_PL, COND_VS, COND_VC, COND_HI, COND_LS };

static X64Cond condition_add(Emit *e, unsigned cond)
{
    if (cond == COND_CS || cond == COND_CC) {
        return cond == COND_CS ? CC_B : CC_AE;
    }
    if (cond == COND_HI || cond == COND_LS) {
        x64_byte(&e->s, 0xf5); /* cmc */
    }
    return condition_sub(cond);
}

/* C and V are clear. */
static X64Cond condition_logic(unsigned cond)
{
    if (cond == COND_CS || cond == COND_HI) {
        return CC_B;
    }
    return cond == COND_CC || cond == COND_LS ? CC_AE : condition_sub(cond);
}

/* Of NZCV in a register's bits 31:28. */
static X64Cond condition_nzcv(Emit *e, unsigned cond, X64Reg r)
{
    static const uint8_t bit[] = {30, 29, 31, 28};
    static const uint16_t holds[] = {0x0c0c, 0xf3f3, 0xaa55, 0x55aa, 0x0a05, 0xf5fa};

    if (cond < COND_HI) {
        x64_test_imm(&e->s, false, r, (int32_t)(1u << bit[cond / 2]));
        return cond & 1 ? CC_E : CC_NE;
    }
    x64_mov(&e->s, false, RCX, r);
    x64_shift_imm(&e->s, false, SHIFT_SHR, RCX, 28);
    x64_mov_imm(&e->s, RAX, holds[cond - COND_HI]);
    x64_rr(&e->s, false, X64_0F | 0xa3, RCX, RAX); /* bt */
    return CC_B;
}

/* ArmCpu.nzcv becomes true. */
static void settle(Emit *e)
{
    if (e->nzcv_true) {
        return;
    }
    JitSite *site = emit_site(e, JIT_SITE_FLAGS, 0);
    EmitCold *cold = emit_cold(e, site);
    x64_alu_mem_imm(&e->s, 4, ALU_CMP, x64_at(RBP, EMIT_STATE(flags)), JIT_FLAGS_NZCV);
    emit_cold_jump(e, cold, CC_NE);
    emit_cold_back(e, cold);
    e->nzcv_true = true;
}

/* NZCV of an IrFpCompare into RAX: a product and a sum whose highest bits are right for all four.
 */
static void pack_fp(Emit *e, IrRef compare)
{
    X64Asm *s = &e->s;

    emit_move_to(e, RAX, compare);
    x64_rr(s, false, 0x69, RAX, RAX); /* imul */
    x64_imm32(s, 0x5d000000);
    x64_alu_imm(s, false, ALU_ADD, RAX, 0x6e000000);
    x64_alu_imm(s, false, ALU_AND, RAX, (int32_t)0xf0000000);
}

/* The same of any flags, RAX being the only register that changes, but for RCX. */
static void pack(Emit *e, IrRef flags)
{
    const IrNode *f = node(e, flags);
    X64Asm *s = &e->s;

    switch (f->op) {
    case IR_FLAGS_HOME:
        settle(e);
        x64_load(s, false, RAX, x64_at(RBP, EMIT_CPU(nzcv)));
        return;
    case IR_FLAGS_NZCV:
        emit_move_to(e, RAX, f->a);
        return;
    case IR_FLAGS_FP:
        pack_fp(e, f->a);
        return;
    case IR_FLAGS_LOGIC:
        host_flags_logic(e, f);
        break;
    default:
        host_flags_arith(e, flags);
        if (f->op == IR_FLAGS_SUB) {
            x64_byte(s, 0xf5); /* cmc */
        }
        break;
    }
    emit_pack_host_flags(e);
}

void emit_pack_host_flags(Emit *e)
{
    X64Asm *s = &e->s;

    x64_byte(s, 0x9f); /* lahf */
    x64_setcc(s, CC_O, RAX);
    /* S, Z, C and O at bits 15, 14, 8, 0: a multiplication brings each to its place. */
    x64_alu_imm(s, false, ALU_AND, RAX, 0xc101);
    x64_rr(s, false, 0x69, RAX, RAX);
    x64_imm32(s, 1u << 16 | 1u << 21 | 1u << 28);
    x64_alu_imm(s, false, ALU_AND, RAX, (int32_t)0xf0000000);
}

static X64Cond condition_of_flags(Emit *e, IrRef flags, unsigned cond)
{
    const IrNode *f = node(e, flags);
    bool sign_or_zero = cond < COND_CS || cond == COND_MI || cond == COND_PL;

    switch (f->op) {
    case IR_FLAGS_LOGIC:
        host_flags_logic(e, f);
        return condition_logic(cond);
    case IR_FLAGS_ADD:
    case IR_FLAGS_SUB:
        if (sign_or_zero && node(e, f->c)->is_set && !left_by_result(e, f)) {
            X64Reg r = emit_use(e, f->c, RAX);
            x64_test(&e->s, f->wide, r, r);
            return condition_logic(cond);
        }
        host_flags_arith(e, flags);
        return f->op == IR_FLAGS_SUB ? condition_sub(cond) : condition_add(e, cond);
    case IR_FLAGS_NZCV:
        return condition_nzcv(e, cond, emit_use(e, f->a, RAX));
    case IR_FLAGS_FP:
        pack_fp(e, f->a);
        return condition_nzcv(e, cond, RAX);
    default:
        settle(e);
        x64_load(&e->s, false, RAX, x64_at(RBP, EMIT_CPU(nzcv)));
        return condition_nzcv(e, cond, RAX);
    }
}

static X64Cond compare(Emit *e, const IrNode *n)
{
    static const uint8_t map[] = {
        [IR_EQ] = CC_E, [IR_NE] = CC_NE, [IR_LTU] = CC_B, [IR_LTS] = CC_L};
    X64Reg a = emit_use(e, n->a, RAX);
    int32_t imm;

    if (!emit_imm(e, n->b, n->wide, &imm)) {
        x64_alu(&e->s, n->wide, ALU_CMP, a, emit_use(e, n->b, RCX));
    } else if (imm == 0 && (n->aux == IR_EQ || n->aux == IR_NE)) {
        x64_test(&e->s, n->wide, a, a);
    } else {
        x64_alu_imm(&e->s, n->wide, ALU_CMP, a, imm);
    }
    return map[n->aux];
}

static X64Cond test(Emit *e, const IrNode *n)
{
    X64Reg a = emit_use(e, n->a, RAX);
    uint64_t v;
    int32_t imm;

    if (emit_imm(e, n->b, n->wide, &imm)) {
        x64_test_imm(&e->s, n->wide, a, imm);
    } else if (ir_is_const(e->b, n->b, &v) && !(v & (v - 1))) {
        x64_rr(&e->s, true, X64_0F | 0xba, 4, a); /* bt */
        x64_byte(&e->s, (uint8_t)__builtin_ctzll(v));
        return n->aux ? CC_AE : CC_B;
    } else {
        x64_test(&e->s, n->wide, a, emit_use(e, n->b, RCX));
    }
    return n->aux ? CC_E : CC_NE;
}

X64Cond emit_condition(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);

    switch (n->op) {
    case IR_FP_COND:
        return emit_fp_condition(e, r);
    case IR_COND:
        return condition_of_flags(e, n->a, n->aux);
    case IR_TEST:
        return test(e, n);
    case IR_CMP:
        return compare(e, n);
    default: /* a constant: compare zero with it */
        x64_mov_imm(&e->s, RAX, n->aux);
        x64_test(&e->s, false, RAX, RAX);
        return CC_NE;
    }
}

static void choose(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    bool cb = node(e, n->b)->op == IR_CONST, cc = node(e, n->c)->op == IR_CONST;
    X64Reg b = cb ? RDX : emit_use(e, n->b, RDX), c = cc ? RAX : emit_use(e, n->c, RAX);
    uint32_t pinned = e->pinned;
    X64Cond cond = emit_condition(e, n->a);
    uint64_t u = 0, v = 0;

    e->pinned = pinned;
    X64Reg to = emit_define(e, r); /* moves only: the host's flags stay */

    if (cb && cc && ir_is_const(e->b, n->b, &u) && ir_is_const(e->b, n->c, &v) && u + v == 1 &&
        (u == 0 || v == 0)) {
        x64_setcc(&e->s, u ? cond : cond ^ 1, RAX);
        x64_movzx(&e->s, 1, to, RAX);
        return;
    }
    if (cb) {
        x64_mov_imm(&e->s, RDX, (uint64_t)node(e, n->b)->imm);
    }
    if (cc) {
        x64_mov_imm(&e->s, RAX, (uint64_t)node(e, n->c)->imm);
    }
    if (to == b) {
        x64_cmov(&e->s, n->wide, cond ^ 1, to, c);
        return;
    }
    if (to != c) {
        x64_mov(&e->s, n->wide, to, c);
    }
    x64_cmov(&e->s, n->wide, cond, to, b);
}

/* ---- with carry */

/* The host's carry becomes the C of flags, or with `inverted` its opposite. Registers but RAX and
 * RCX stay. */
static void carry(Emit *e, IrRef flags)
{
    const IrNode *f = node(e, flags);

    switch (f->op) {
    case IR_FLAGS_LOGIC:
        x64_byte(&e->s, 0xf8); /* clc */
        break;
    case IR_FLAGS_SUB:
        host_flags_arith(e, flags);
        x64_byte(&e->s, 0xf5); /* cmc */
        break;
    case IR_FLAGS_ADD:
        host_flags_arith(e, flags);
        break;
    default:
        pack(e, flags);
        x64_rr(&e->s, false, X64_0F | 0xba, 4, RAX); /* bt */
        x64_byte(&e->s, 29);
        break;
    }
}

static void add_with_carry(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    bool cb = node(e, n->b)->op == IR_CONST, ca = node(e, n->a)->op == IR_CONST;
    X64Reg b = cb ? RDX : emit_use(e, n->b, RDX);

    if (!ca) {
        emit_use(e, n->a, RAX);
    }
    X64Reg a = ca ? X64_NO_REG : e->v[n->a].reg;
    uint32_t pinned = e->pinned;
    carry(e, n->c);
    e->pinned = pinned;
    X64Reg to = emit_define(e, r);
    if (cb) {
        x64_mov_imm(&e->s, RDX, (uint64_t)node(e, n->b)->imm);
    }
    if (ca) {
        x64_mov_imm(&e->s, RAX, (uint64_t)node(e, n->a)->imm);
    } else {
        x64_mov(&e->s, n->wide, RAX, a);
    }
    x64_alu(&e->s, n->wide, ALU_ADC, RAX, b);
    if (n->op == IR_ADC_NZCV) {
        emit_pack_host_flags(e);
    }
    x64_mov(&e->s, n->op == IR_ADC && n->wide, to, RAX);
}

static void call(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);
    JitSite *site = emit_site(e, JIT_SITE_CALL, r);
    site->a = emit_place(e, n->a);
    site->b = emit_place(e, n->b);
    site->c = emit_place(e, n->c);
    site->function = emit_pool(e, (uint64_t)n->imm);
    X64Reg to = emit_define(e, r);
    site->to = (JitValue){JIT_REG, (uint8_t)to, 0};
    emit_ask(e, site);
}

bool emit_int(Emit *e, IrRef r)
{
    const IrNode *n = node(e, r);

    switch (n->op) {
    case IR_PCPAGE:
        x64_load(&e->s, true, emit_define(e, r), x64_at(RBP, EMIT_STATE(pcpage)));
        break;
    case IR_ADD:
    case IR_SUB:
    case IR_AND:
    case IR_OR:
    case IR_XOR:
        alu(e, r);
        break;
    case IR_MUL:
        multiply(e, r);
        break;
    case IR_UMULH:
    case IR_SMULH:
        multiply_high(e, r);
        break;
    case IR_UDIV:
    case IR_SDIV:
        divide(e, r);
        break;
    case IR_SHL:
    case IR_SHR:
    case IR_SAR:
    case IR_ROR:
        shift(e, r);
        break;
    case IR_NOT:
        not(e, r);
        break;
    case IR_CLZ:
    case IR_CLS:
        leading(e, r);
        break;
    case IR_CTZ:
        trailing(e, r);
        break;
    case IR_RBIT:
        reverse_bits(e, r);
        break;
    case IR_REV:
        reverse(e, r);
        break;
    case IR_SEXT:
    case IR_ZEXT:
        extend(e, r);
        break;
    case IR_EXTR:
        extract(e, r);
        break;
    case IR_SELECT:
        choose(e, r);
        break;
    case IR_FLAGS_PACK:
        pack(e, n->a);
        x64_mov(&e->s, false, emit_define(e, r), RAX);
        break;
    case IR_ADC:
    case IR_ADC_NZCV:
        add_with_carry(e, r);
        break;
    case IR_CALL:
        call(e, r);
        break;
    default:
        return false;
    }
    return true;
}
