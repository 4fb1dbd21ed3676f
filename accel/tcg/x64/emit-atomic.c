/* SPDX-License-Identifier: MIT */
/* Atomic accesses, and the CPU's state as memory. What the TLB does not answer the interpreter does
 * as a whole instruction, which leaves the node's value where jit_slow() finds it. */
#include "accel/tcg/x64/emit.h"

#include "accel/tcg/atomic.h"
#include "accel/tcg/memop.h"

static X64Mem env(int64_t offset)
{
    return x64_at(RBP, EMIT_CPU(dev) + (int32_t)offset);
}

static void lock(Emit *e)
{
    x64_byte(&e->s, 0xf0);
}

/* For opcodes whose byte form is one less. */
static void sized(Emit *e, uint32_t opcode, unsigned bytes, X64Reg reg, X64Mem m)
{
    uint32_t op = bytes == 1 ? (opcode - 1) | X64_BYTE : bytes == 2 ? opcode | X64_P66 : opcode;

    x64_rm(&e->s, bytes == 8, op, reg, m);
}

enum { CMPXCHG = X64_0F | 0xb1, XADD = X64_0F | 0xc1, XCHG = 0x87 };

typedef struct Atomic {
    unsigned bytes;
    X64Reg address, to;
    EmitCold *cold;
} Atomic;

/* Host memory's address into RCX, when `value` (0: none) and the address are in registers. */
static Atomic begin(Emit *e, IrRef r, bool store)
{
    const IrNode *n = emit_at(e, r);
    Atomic a = {.bytes = 1u << (n->aux & MO_SIZE)};

    a.address = emit_address(e, n);
    JitSite *site = emit_access_site(e, JIT_SITE_ATOMIC, r, a.address);
    a.to = emit_define(e, r);
    site->to = (JitValue){JIT_REG, (uint8_t)a.to, 0};
    a.cold = emit_cold(e, site);
    emit_tlb(e, n, a.bytes, store, a.address, a.cold);
    x64_alu(&e->s, true, ALU_ADD, RCX, a.address);
    return a;
}

/* The operand in a register, or X64_NO_REG for a constant. */
static X64Reg operand(Emit *e, IrRef v)
{
    return !v || emit_at(e, v)->op == IR_CONST ? X64_NO_REG : emit_use(e, v, X64_NO_REG);
}

static void operand_to(Emit *e, X64Reg to, X64Reg from, IrRef v)
{
    if (from == X64_NO_REG) {
        x64_mov_imm(&e->s, to, (uint64_t)emit_at(e, v)->imm);
    } else {
        x64_mov(&e->s, true, to, from);
    }
}

/* Nobody else reads and writes: what stands in memory is in RAX, and goes to the node's value. */
static void store_alone(Emit *e, const Atomic *a, X64Reg value, IrRef v)
{
    if (value == X64_NO_REG) {
        operand_to(e, RDX, value, v);
        value = RDX;
    }
    x64_store(&e->s, a->bytes, x64_at(RCX, 0), value);
}

static void load_exclusive(Emit *e, IrRef r)
{
    X64Asm *s = &e->s;
    Atomic a = begin(e, r, false);

    /* The address first: the result may take its register. */
    x64_store(s, 8, x64_at(RBP, EMIT_CPU(excl_addr)), a.address);
    x64_load_zx(s, a.bytes, a.to, x64_at(RCX, 0));
    x64_store(s, 8, x64_at(RBP, EMIT_CPU(excl_value)), a.to);
    x64_store_imm(s, 8, x64_at(RBP, EMIT_CPU(excl_value) + 8), 0);
    x64_store_imm(s, 4, x64_at(RBP, EMIT_CPU(excl_size)), (int32_t)a.bytes);
    emit_cold_back(e, a.cold);
}

static void store_exclusive(Emit *e, IrRef r)
{
    X64Asm *s = &e->s;
    IrRef v = emit_at(e, r)->b;
    X64Reg value = operand(e, v);
    Atomic a = begin(e, r, true);

    x64_rm(s, true, 0x39, a.address, x64_at(RBP, EMIT_CPU(excl_addr))); /* cmp m, r */
    X64Jump other = x64_jcc_later(s, CC_NE);
    x64_alu_mem_imm(s, 4, ALU_CMP, x64_at(RBP, EMIT_CPU(excl_size)), (int32_t)a.bytes);
    X64Jump size = x64_jcc_later(s, CC_NE);
    if (e->b->alone) {
        x64_load_zx(s, a.bytes, RAX, x64_at(RCX, 0));
        x64_alu_load(s, true, ALU_CMP, RAX, x64_at(RBP, EMIT_CPU(excl_value)));
        X64Jump changed = x64_jcc_later(s, CC_NE);
        store_alone(e, &a, value, v);
        x64_here(s, changed);
    } else {
        x64_load(s, true, RAX, x64_at(RBP, EMIT_CPU(excl_value)));
        operand_to(e, RDX, value, v);
        lock(e);
        sized(e, CMPXCHG, a.bytes, RDX, x64_at(RCX, 0));
    }
    x64_here(s, other);
    x64_here(s, size);
    /* Not equal, for whatever reason: nothing is stored. */
    x64_setcc(s, CC_NE, RDX);
    x64_movzx(s, 1, a.to, RDX);
    x64_store_imm(s, 8, x64_at(RBP, EMIT_CPU(excl_addr)), -1);
    emit_cold_back(e, a.cold);
}

/* RDX: the operand, and what an operation other than an exchange makes of it and RAX. */
static void compute(Emit *e, unsigned op, X64Reg value, IrRef v)
{
    X64Asm *s = &e->s;

    operand_to(e, RDX, value, v);
    if (op == RMW_CLR) {
        x64_rr(s, true, 0xf7, 2, RDX); /* not */
    }
    x64_alu(s, true,
            op == RMW_ADD   ? ALU_ADD
            : op == RMW_CLR ? ALU_AND
            : op == RMW_EOR ? ALU_XOR
                            : ALU_OR,
            RDX, RAX);
}

static void modify_alone(Emit *e, const Atomic *a, unsigned op, X64Reg value, IrRef v)
{
    x64_load_zx(&e->s, a->bytes, RAX, x64_at(RCX, 0));
    if (op != RMW_SWP) {
        compute(e, op, value, v);
        value = RDX;
    }
    store_alone(e, a, value, v);
    x64_mov(&e->s, true, a->to, RAX);
}

static void modify(Emit *e, IrRef r)
{
    X64Asm *s = &e->s;
    IrRef v = emit_at(e, r)->b;
    unsigned op = emit_at(e, r)->aux2;
    X64Reg value = operand(e, v);
    Atomic a = begin(e, r, true);
    X64Mem m = x64_at(RCX, 0);

    if (e->b->alone) {
        modify_alone(e, &a, op, value, v);
        emit_cold_back(e, a.cold);
        return;
    }
    if (op == RMW_ADD || op == RMW_SWP) {
        operand_to(e, RDX, value, v);
        if (op == RMW_ADD) {
            lock(e);
        }
        sized(e, op == RMW_ADD ? XADD : XCHG, a.bytes, RDX, m);
        x64_movzx(s, a.bytes, a.to, RDX);
        emit_cold_back(e, a.cold);
        return;
    }
    x64_load_zx(s, a.bytes, RAX, m);
    const uint8_t *again = x64_rx(s);
    compute(e, op, value, v);
    lock(e);
    sized(e, CMPXCHG, a.bytes, RDX, m);
    x64_jcc(s, CC_NE, again);
    x64_movzx(s, a.bytes, a.to, RAX);
    emit_cold_back(e, a.cold);
}

static void compare_and_swap_alone(Emit *e, const Atomic *a, X64Reg expected, X64Reg value,
                                   const IrNode *n)
{
    X64Asm *s = &e->s;

    x64_load_zx(s, a->bytes, RAX, x64_at(RCX, 0));
    operand_to(e, RDX, expected, n->b);
    if (a->bytes < 4) {
        x64_movzx(s, a->bytes, RDX, RDX);
    }
    x64_alu(s, a->bytes == 8, ALU_CMP, RAX, RDX);
    X64Jump different = x64_jcc_later(s, CC_NE);
    store_alone(e, a, value, n->c);
    x64_here(s, different);
    x64_mov(s, true, a->to, RAX);
}

static void compare_and_swap(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    X64Reg expected = operand(e, n->b), value = operand(e, n->c);
    Atomic a = begin(e, r, true);

    if (e->b->alone) {
        compare_and_swap_alone(e, &a, expected, value, n);
    } else {
        operand_to(e, RAX, expected, n->b);
        operand_to(e, RDX, value, n->c);
        lock(e);
        sized(e, CMPXCHG, a.bytes, RDX, x64_at(RCX, 0));
        x64_movzx(&e->s, a.bytes, a.to, RAX);
    }
    emit_cold_back(e, a.cold);
}

/* XMM0 is scratch. */
static void zero(Emit *e, IrRef r)
{
    IrNode n = *emit_at(e, r);
    X64Asm *s = &e->s;
    X64Reg a = emit_use(e, n.a, RAX);

    if (a != RAX) {
        x64_mov(s, true, RAX, a);
    }
    JitSite *site = emit_access_site(e, JIT_SITE_ATOMIC, r, RAX);
    EmitCold *cold = emit_cold(e, site);
    x64_alu_imm(s, true, ALU_AND, RAX, -(int32_t)n.aux2);
    n.aux = 0;
    X64Mem m = emit_tlb(e, &n, n.aux2, true, RAX, cold);
    x64_rr(s, false, X64_0F | 0x57, 0, 0); /* xorps */
    for (unsigned i = 0; i < n.aux2; i += 16) {
        m.disp = (int32_t)i;
        x64_rm(s, false, X64_0F | 0x11, 0, m); /* movups */
    }
    emit_cold_back(e, cold);
}

/* ---- the CPU's state */

static void store_env(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    int32_t imm;

    if (emit_imm(e, n->a, n->wide, &imm)) {
        x64_store_imm(&e->s, n->wide ? 8 : 4, env(n->imm), imm);
    } else {
        x64_store(&e->s, n->wide ? 8 : 4, env(n->imm), emit_use(e, n->a, RAX));
    }
}

static void guard(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    EmitCold *cold = emit_cold(e, emit_site(e, JIT_SITE_LEAVE, r));

    x64_load(&e->s, false, RAX, env(n->imm));
    x64_alu_imm(&e->s, false, ALU_AND, RAX, n->aux);
    x64_alu_imm(&e->s, false, ALU_CMP, RAX, n->aux2);
    emit_cold_jump(e, cold, CC_NE);
    emit_cold_back(e, cold);
}

/* An interrupt's level is enough to look: masked ones are rare. */
static void pending(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    EmitCold *cold = emit_cold(e, NULL);

    cold->look = true;
    cold->target = n->imm;
    cold->count = (uint16_t)(n->count + 1);
    cold->flags = emit_pending_flags(e, n->flags);
    x64_alu_mem_imm(&e->s, 4, ALU_CMP, x64_at(RBP, EMIT_CPU(cs.interrupt)), 0);
    emit_cold_jump(e, cold, CC_NE);
    x64_alu_mem_imm(&e->s, 1, ALU_CMP, x64_at(RBP, EMIT_CPU(debug_active)), 0);
    emit_cold_jump(e, cold, CC_NE);
    if (n->aux) {
        x64_alu_mem_imm(&e->s, 4, ALU_CMP, x64_at(RBP, EMIT_CPU(cs.exit_request)), 0);
        emit_cold_jump(e, cold, CC_NE);
    }
}

static void synchronize(Emit *e, IrRef r)
{
    EmitCold *cold = emit_cold(e, emit_site(e, JIT_SITE_INTERP, r));

    x64_load(&e->s, true, RAX, x64_at(RBP, EMIT_STATE(t)));
    x64_alu_mem_imm(&e->s, 1, ALU_CMP, x64_at(RAX, offsetof(TcgCpu, sync_pending)), 0);
    emit_cold_jump(e, cold, CC_NE);
    emit_cold_back(e, cold);
}

bool emit_atomic(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);

    switch (n->op) {
    case IR_LOADX:
        load_exclusive(e, r);
        break;
    case IR_STOREX:
        store_exclusive(e, r);
        break;
    case IR_RMW:
        modify(e, r);
        break;
    case IR_CAS:
        compare_and_swap(e, r);
        break;
    case IR_ZERO:
        zero(e, r);
        break;
    case IR_LDENV:
        x64_load(&e->s, n->wide, emit_define(e, r), env(n->imm));
        break;
    case IR_STENV:
        store_env(e, r);
        break;
    case IR_GUARD:
        guard(e, r);
        break;
    case IR_PENDING:
        pending(e, r);
        break;
    case IR_SYNC:
        synchronize(e, r);
        break;
    default:
        return false;
    }
    return true;
}
