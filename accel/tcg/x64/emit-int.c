/* SPDX-License-Identifier: MIT */
/* Integers. */
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
    const IrNode *n = emit_at(e, r);
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
    const IrNode *n = emit_at(e, r);
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

static void and_not(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);

    if (host_has(HOST_BMI1)) {
        X64Reg b = emit_use(e, n->b, RCX), a = emit_use(e, n->a, RAX);
        x64_vex_rr(&e->s, n->wide, false, X64_0F38 | 0xf2, emit_define(e, r), b, a); /* andn */
    } else {
        X64Reg a = emit_use(e, n->a, RCX);
        emit_move_to(e, RAX, n->b);
        x64_rr(&e->s, n->wide, 0xf7, 2, RAX); /* not */
        x64_alu(&e->s, n->wide, ALU_AND, RAX, a);
        x64_mov(&e->s, n->wide, emit_define(e, r), RAX);
    }
    e->new_host_flags = r;
}

static void multiply(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
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
    const IrNode *n = emit_at(e, r);
    X64Reg b = emit_use(e, n->b, RCX);

    emit_move_to(e, RAX, n->a);
    x64_rr(&e->s, true, 0xf7, n->op == IR_UMULH ? 4 : 5, b);
    x64_mov(&e->s, true, emit_define(e, r), RDX);
}

/* Division by zero gives 0; the most negative number by -1 itself: the host traps on both. */
static void divide(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
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

/* SHLX, SHRX, SARX: any register has the count. */
static void shift_by_any(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    uint32_t prefix = n->op == IR_SHL ? X64_P66 : n->op == IR_SHR ? X64_PF2 : X64_PF3;
    X64Reg b = emit_use(e, n->b, RCX), a = emit_use(e, n->a, RAX);

    x64_vex_rr(&e->s, n->wide, false, prefix | X64_0F38 | 0xf7, emit_define(e, r), b, a);
}

static void shift(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    uint64_t count;

    if (ir_is_const(e->b, n->b, &count)) {
        X64Reg a = emit_use(e, n->a, RAX), to = emit_define_over(e, r, n->a);
        if (to != a && n->op == IR_ROR && host_has(HOST_BMI2)) {
            x64_vex_rr(&e->s, n->wide, false, X64_PF2 | X64_0F3A | 0xf0, to, 0, a); /* rorx */
            x64_byte(&e->s, count & (n->wide ? 63 : 31));
            return;
        }
        if (to != a) {
            x64_mov(&e->s, n->wide, to, a);
        }
        x64_shift_imm(&e->s, n->wide, shift_of(n->op), to, count & (n->wide ? 63 : 31));
        return;
    }
    if (n->op != IR_ROR && host_has(HOST_BMI2)) {
        shift_by_any(e, r);
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
    const IrNode *n = emit_at(e, r);
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

    if (host_has(HOST_LZCNT)) {
        x64_rr(&e->s, wide, X64_PF3 | X64_0F | 0xbd, RCX, RCX);
        return;
    }
    x64_mov_imm(&e->s, RAX, (uint64_t)top * 2 + 1);
    x64_rr(&e->s, wide, X64_0F | 0xbd, RCX, RCX); /* bsr */
    x64_cmov(&e->s, wide, CC_E, RCX, RAX);
    x64_alu_imm(&e->s, wide, ALU_XOR, RCX, top);
}

static void leading(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);

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
    const IrNode *n = emit_at(e, r);
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
    const IrNode *n = emit_at(e, r);
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
    const IrNode *n = emit_at(e, r);
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
    const IrNode *n = emit_at(e, r);
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
    const IrNode *n = emit_at(e, r);
    X64Reg a = emit_use(e, n->a, RCX);

    emit_move_to(e, RAX, n->b);
    x64_rr(&e->s, n->wide, X64_0F | 0xac, a, RAX); /* shrd */
    x64_byte(&e->s, (uint8_t)n->aux);
    x64_mov(&e->s, n->wide, emit_define(e, r), RAX);
}

static void call(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
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
    const IrNode *n = emit_at(e, r);

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
    case IR_ANDN:
        and_not(e, r);
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
    case IR_CALL:
        call(e, r);
        break;
    default:
        return false;
    }
    return true;
}
