/* SPDX-License-Identifier: MIT */
/* Vectors between registers, memory and general registers; what a function of C has to compute. */
#include "accel/tcg/x64/emit-vec.h"

#include "accel/tcg/a64/vec-lanes.h"
#include "accel/tcg/memop.h"

/* ---- functions */

static JitSite *call_site(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    JitSite *site = emit_site(e, JIT_SITE_VEC, r);

    site->a = emit_place(e, n->a);
    site->b = emit_place(e, n->b);
    site->c = emit_place(e, n->c);
    site->mo = n->aux2;
    site->function = emit_pool(e, (uintptr_t)n->ptr);
    site->to2 = emit_pool(e, n->imm2);
    return site;
}

static JitValue result_place(Emit *e, IrRef r)
{
    if (ir_is_vector(emit_at(e, r)->op)) {
        return (JitValue){JIT_XMM, (uint8_t)emit_define_xmm(e, r), 0};
    }
    return (JitValue){JIT_REG, (uint8_t)emit_define(e, r), 0};
}

void emit_vec_call(Emit *e, IrRef r)
{
    JitSite *site = call_site(e, r);

    site->to = result_place(e, r);
    e->uses_vectors = true;
    emit_ask(e, site);
}

/* The result has its register already, the operands are in registers that are pinned. */
EmitCold *emit_vec_cold(Emit *e, IrRef r)
{
    JitSite *site = call_site(e, r);

    site->to = emit_place(e, r);
    e->uses_vectors = true;
    return emit_cold(e, site);
}

/* ---- constants, and general registers */

static void constant(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    uint64_t lo = (uint64_t)n->imm, hi = n->imm2;
    unsigned d = emit_define_xmm(e, r);

    if (!(lo | hi)) {
        vec_zero(e, d);
    } else if ((lo & hi) == UINT64_MAX) {
        vec_ones(e, d);
    } else {
        bool small = lo == hi && lo >> 32 == (uint32_t)lo;
        x64_mov_imm(&e->s, RAX, small ? (uint32_t)lo : lo);
        x64_rr(&e->s, !small, V66 | 0x6e, d, RAX); /* movd, movq */
        if (small) {
            vec_un_imm(e, X_PSHUFD, d, d, 0);
        } else if (lo == hi) {
            vec_op(e, X_PUNPCKLQDQ, d, d, d);
        } else if (hi) {
            x64_mov_imm(&e->s, RAX, hi);
            x64_rr(&e->s, true, V66_3A | 0x22, d, RAX); /* pinsrq */
            x64_byte(&e->s, 1);
        }
    }
}

static void from_integers(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    X64Reg lo = emit_use(e, n->a, RAX), hi = n->b ? emit_use(e, n->b, RCX) : RCX;
    unsigned d = emit_define_xmm(e, r);

    x64_rr(&e->s, true, V66 | 0x6e, d, lo);
    if (n->b) {
        x64_rr(&e->s, true, V66_3A | 0x22, d, hi);
        x64_byte(&e->s, 1);
    }
}

/* pextrb, pextrw, pextrd, pextrq. */
static void extract_lane(Emit *e, unsigned esize, unsigned lane, X64Reg to, unsigned a)
{
    static const uint32_t opcodes[] = {V66_3A | 0x14, V66 | 0xc5, V66_3A | 0x16, V66_3A | 0x16};

    if (lane == 0 && esize >= 2) {
        x64_rr(&e->s, esize == 3, V66 | 0x7e, a, to);
        return;
    }
    if (esize == 1) { /* the general register is the destination here */
        x64_rr(&e->s, false, opcodes[1], to, a);
    } else {
        x64_rr(&e->s, esize == 3, opcodes[esize], a, to);
    }
    x64_byte(&e->s, (uint8_t)lane);
}

static void insert_lane(Emit *e, unsigned esize, unsigned lane, unsigned d, X64Reg from)
{
    static const uint32_t opcodes[] = {V66_3A | 0x20, V66 | 0xc4, V66_3A | 0x22, V66_3A | 0x22};

    x64_rr(&e->s, esize == 3, opcodes[esize], d, from);
    x64_byte(&e->s, (uint8_t)lane);
}

static void to_integer(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned a = emit_use_xmm(e, n->a);

    extract_lane(e, n->aux, n->aux2, emit_define(e, r), a);
}

static void insert(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned a = emit_use_xmm(e, n->a);
    X64Reg x = emit_use(e, n->b, RAX);
    unsigned d = emit_define_xmm(e, r);

    vec_mov(e, d, a);
    insert_lane(e, n->aux, n->aux2, d, x);
}

static void move_lane(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned a = emit_use_xmm(e, n->a), b = emit_use_xmm(e, n->b), d = emit_define_xmm(e, r);
    unsigned to = (unsigned)n->imm & 15, from = (unsigned)n->imm >> 4;

    if (n->aux2 == 3) {
        vec_un_imm(e, X_PSHUFD, 0, b, from ? 0xee : 0x44);
        vec_op_imm(e, X_PBLENDW, d, a, 0, to ? 0xf0 : 0x0f);
    } else if (n->aux2 == 2) {
        vec_op_imm(e, X_INSERTPS, d, a, b, from << 6 | to << 4);
    } else {
        extract_lane(e, n->aux2, from, RAX, b);
        vec_mov(e, d, a);
        insert_lane(e, n->aux2, to, d, RAX);
    }
}

static void duplicate(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    X64Reg a = emit_use(e, n->a, RAX);
    unsigned d = emit_define_xmm(e, r);

    x64_rr(&e->s, n->aux == 3, V66 | 0x6e, d, a);
    if (n->aux == 0) {
        vec_zero(e, 0);
        vec_op(e, X_PSHUFB, d, d, 0);
        return;
    }
    if (n->aux == 1) {
        vec_un_imm(e, X_PSHUFLW, d, d, 0);
    }
    vec_un_imm(e, X_PSHUFD, d, d, n->aux == 3 ? 0x44 : 0);
}

/* ---- memory */

static void load(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned size = n->aux & MO_SIZE;
    X64Reg a = emit_address(e, n);
    JitSite *site = emit_access_site(e, JIT_SITE_LOADV, r, a);
    unsigned d = emit_define_xmm(e, r);
    EmitCold *cold = emit_cold(e, site);

    site->to = (JitValue){JIT_XMM, (uint8_t)d, 0};
    X64Mem m = emit_tlb(e, n, 1u << size, false, a, cold);
    if (size == MO_128) {
        x64_rm(&e->s, false, X_MOVUPS, d, m);
    } else if (size == MO_64) {
        x64_rm(&e->s, false, X_MOVQ, d, m);
    } else if (size == MO_32) {
        x64_rm(&e->s, false, V66 | 0x6e, d, m);
    } else {
        x64_load_zx(&e->s, 1u << size, RDX, m);
        x64_rr(&e->s, false, V66 | 0x6e, d, RDX);
    }
    emit_cold_back(e, cold);
}

static void store(Emit *e, IrRef r)
{
    static const struct {
        uint32_t opcode;
        bool lane;
    } forms[] = {[MO_8] = {V66_3A | 0x14, true}, /* pextrb, pextrw */
                 [MO_16] = {V66_3A | 0x15, true},
                 [MO_32] = {V66 | 0x7e, false},
                 [MO_64] = {V66 | 0xd6, false},
                 [MO_128] = {X_MOVUPS | 1, false}};
    const IrNode *n = emit_at(e, r);
    unsigned size = n->aux & MO_SIZE, v = emit_use_xmm(e, n->b);
    X64Reg a = emit_address(e, n);
    JitSite *site = emit_access_site(e, JIT_SITE_STOREV, r, a);
    EmitCold *cold = emit_cold(e, site);

    site->b = (JitValue){JIT_XMM, (uint8_t)v, 0};
    x64_rm(&e->s, false, forms[size].opcode, v, emit_tlb(e, n, 1u << size, true, a, cold));
    if (forms[size].lane) {
        x64_byte(&e->s, 0);
    }
    emit_cold_back(e, cold);
}

/* Two registers of 16 bytes; the second one's value is the node behind. */
static void load_pair(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    IrRef high = (IrRef)(r + 1);
    bool wanted = emit_at(e, high)->op == IR_HIGHV;
    X64Reg a = emit_address(e, n);
    JitSite *site = emit_access_site(e, JIT_SITE_LOADV2, r, a);
    unsigned lo = emit_define_xmm(e, r), hi = wanted ? emit_define_xmm(e, high) : 0;
    EmitCold *cold = emit_cold(e, site);

    site->to = (JitValue){JIT_XMM, (uint8_t)lo, 0};
    site->to2 = (JitValue){JIT_XMM, (uint8_t)hi, 0};
    X64Mem m = emit_tlb(e, n, 32, false, a, cold);
    x64_rm(&e->s, false, X_MOVUPS, lo, m);
    m.disp = 16;
    x64_rm(&e->s, false, X_MOVUPS, hi, m);
    emit_cold_back(e, cold);
}

static void store_pair(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned lo = emit_use_xmm(e, n->b), hi = emit_use_xmm(e, n->c);
    X64Reg a = emit_address(e, n);
    JitSite *site = emit_access_site(e, JIT_SITE_STOREV2, r, a);
    EmitCold *cold = emit_cold(e, site);

    site->b = (JitValue){JIT_XMM, (uint8_t)lo, 0};
    site->c = (JitValue){JIT_XMM, (uint8_t)hi, 0};
    X64Mem m = emit_tlb(e, n, 32, true, a, cold);
    x64_rm(&e->s, false, X_MOVUPS | 1, lo, m);
    m.disp = 16;
    x64_rm(&e->s, false, X_MOVUPS | 1, hi, m);
    emit_cold_back(e, cold);
}

/* ---- the rest */

static void select_vector(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    unsigned b = emit_use_xmm(e, n->b), c = emit_use_xmm(e, n->c), d = emit_define_xmm(e, r);
    X64Cond cc = emit_condition(e, n->a);

    vec_mov(e, d, b);
    X64Jump done = x64_jcc_later(&e->s, cc);
    vec_mov(e, d, c);
    x64_here(&e->s, done);
}

static void note_qc(Emit *e, IrRef r)
{
    unsigned a = emit_use_xmm(e, emit_at(e, r)->a);

    vec_un(e, X_PTEST, a, a);
    X64Jump none = x64_jcc_later(&e->s, CC_E);
    x64_alu_mem_imm(&e->s, 4, ALU_OR, x64_at(RBP, EMIT_CPU(fpsr)), FPSR_QC);
    x64_here(&e->s, none);
}

static bool vec(Emit *e, IrRef r)
{
    if (emit_at(e, r)->aux == IR_V_MOVE) {
        move_lane(e, r);
        return true;
    }
    return emit_vec_shuffle(e, r) || emit_vec_crypto(e, r) || emit_vec_arith(e, r);
}

bool emit_vec(Emit *e, IrRef r)
{
    switch (emit_at(e, r)->op) {
    case IR_VCONST:
        constant(e, r);
        return true;
    case IR_VEC:
        return vec(e, r);
    case IR_VFROMX:
        from_integers(e, r);
        return true;
    case IR_VTOX:
        to_integer(e, r);
        return true;
    case IR_VINSERT:
        insert(e, r);
        return true;
    case IR_VDUP:
        duplicate(e, r);
        return true;
    case IR_VSELECT:
        select_vector(e, r);
        return true;
    case IR_VQC:
        note_qc(e, r);
        return true;
    case IR_LOADV:
        load(e, r);
        return true;
    case IR_STOREV:
        store(e, r);
        return true;
    case IR_LOADV2:
        load_pair(e, r);
        return true;
    case IR_HIGHV: /* made with the node before */
        return true;
    case IR_STOREV2:
        store_pair(e, r);
        return true;
    default:
        return emit_fp(e, r);
    }
}
