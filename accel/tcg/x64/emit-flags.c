/* SPDX-License-Identifier: MIT */
/* Flags and truth values: made late, in the host's flags where these say the same, and what chooses
 * and calculates by them. */
#include "accel/tcg/x64/emit.h"

/* The operands of a flags node in registers: the first in RAX, where it may be changed. */
static void flags_operand(Emit *e, const IrNode *f)
{
    const IrNode *result = emit_at(e, f->c);
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
    const IrNode *result = emit_at(e, f->op == IR_FLAGS_LOGIC ? f->a : f->c);

    if (!e->host_flags || emit_at(e, e->host_flags) != result || result->wide != f->wide) {
        return false;
    }
    if (f->op == IR_FLAGS_LOGIC) {
        return result->op == IR_AND || result->op == IR_ANDN || result->op == IR_OR ||
               result->op == IR_XOR;
    }
    return result->op == (f->op == IR_FLAGS_ADD ? IR_ADD : IR_SUB) && result->a == f->a &&
           result->b == f->b;
}

/* The host's flags as an addition or subtraction leaves them. RAX is changed. */
static void host_flags_arith(Emit *e, IrRef flags)
{
    const IrNode *f = emit_at(e, flags);
    X64Alu op = f->op == IR_FLAGS_ADD ? ALU_ADD : ALU_CMP;
    int32_t imm;

    if (left_by_result(e, f)) {
        return;
    }
    X64Reg a = RAX;
    if (op == ALU_CMP && !emit_at(e, f->c)->is_set) {
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
    const IrNode *f = emit_at(e, flags);
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
    const IrNode *f = emit_at(e, flags);
    bool sign_or_zero = cond < COND_CS || cond == COND_MI || cond == COND_PL;

    switch (f->op) {
    case IR_FLAGS_LOGIC:
        host_flags_logic(e, f);
        return condition_logic(cond);
    case IR_FLAGS_ADD:
    case IR_FLAGS_SUB:
        if (sign_or_zero && emit_at(e, f->c)->is_set && !left_by_result(e, f)) {
            X64Reg r = emit_use(e, f->c, RAX);
            x64_test(&e->s, f->wide, r, r);
            return condition_logic(cond);
        }
        host_flags_arith(e, flags);
        return f->op == IR_FLAGS_SUB ? condition_sub(cond) : condition_add(e, cond);
    case IR_FLAGS_NZCV:
        return condition_nzcv(e, cond, emit_use(e, f->a, RAX));
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
    const IrNode *n = emit_at(e, r);

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
    const IrNode *n = emit_at(e, r);
    bool cb = emit_at(e, n->b)->op == IR_CONST, cc = emit_at(e, n->c)->op == IR_CONST;
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
        x64_mov_imm(&e->s, RDX, (uint64_t)emit_at(e, n->b)->imm);
    }
    if (cc) {
        x64_mov_imm(&e->s, RAX, (uint64_t)emit_at(e, n->c)->imm);
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

/* The host's carry becomes the C of flags. Registers but RAX and RCX stay. */
static void carry(Emit *e, IrRef flags)
{
    const IrNode *f = emit_at(e, flags);

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
    const IrNode *n = emit_at(e, r);
    bool cb = emit_at(e, n->b)->op == IR_CONST, ca = emit_at(e, n->a)->op == IR_CONST;
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
        x64_mov_imm(&e->s, RDX, (uint64_t)emit_at(e, n->b)->imm);
    }
    if (ca) {
        x64_mov_imm(&e->s, RAX, (uint64_t)emit_at(e, n->a)->imm);
    } else {
        x64_mov(&e->s, n->wide, RAX, a);
    }
    x64_alu(&e->s, n->wide, ALU_ADC, RAX, b);
    if (n->op == IR_ADC_NZCV) {
        emit_pack_host_flags(e);
    }
    x64_mov(&e->s, n->op == IR_ADC && n->wide, to, RAX);
}

bool emit_flags(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);

    switch (n->op) {
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
    default:
        return false;
    }
    return true;
}
