/* SPDX-License-Identifier: MIT */
/* Which value is in which register, while a block is emitted. */
#include "accel/tcg/x64/emit-loop.h"

#include <string.h>

#define NO X64_NO_REG
/* The registers that compiled code uses most; those that C preserves first. */
const uint8_t emit_home[ARM_X_COUNT] = {
    [0] = R8,  [1] = R9,  [2] = R12, [3] = R13, [4] = NO,         [5] = NO,   [6] = NO,
    [7] = NO,  [8] = NO,  [9] = NO,  [10] = NO, [11] = NO,        [12] = NO,  [13] = NO,
    [14] = NO, [15] = NO, [16] = NO, [17] = NO, [18] = NO,        [19] = RBX, [20] = NO,
    [21] = NO, [22] = NO, [23] = NO, [24] = NO, [25] = NO,        [26] = NO,  [27] = NO,
    [28] = NO, [29] = NO, [30] = NO, [31] = NO, [ARM_X_SP] = R15,
};
const uint8_t emit_homed[EMIT_HOMES] = {0, 1, 2, 3, 19, ARM_X_SP};
static const uint8_t temps[EMIT_TEMPS] = {RSI, RDI, R10, R11};
enum { XMM_FIRST = 3 }; /* below are scratch */

static bool is_temp(unsigned reg)
{
    return reg == RSI || reg == RDI || reg == R10 || reg == R11;
}

static X64Mem slot_of(unsigned x)
{
    return x64_at(RBP, EMIT_CPU(x) + (int32_t)x * 8);
}

static X64Mem vec_of(unsigned v)
{
    return x64_at(RBP, EMIT_CPU(v) + (int32_t)v * 16);
}

static X64Mem spill_of(unsigned n)
{
    return x64_at(RBP, EMIT_STATE(spill) + (int32_t)n * 8);
}

static X64Mem spill_vec_of(unsigned n)
{
    return x64_at(RBP, EMIT_STATE(spill_vec) + (int32_t)n * 16);
}

static void xmm_load(Emit *e, unsigned to, X64Mem m)
{
    x64_rm(&e->s, false, X64_0F | 0x28, to, m); /* movaps */
}

static void xmm_store(Emit *e, X64Mem m, unsigned from)
{
    x64_rm(&e->s, false, X64_0F | 0x29, from, m);
}

static bool needed_later(const Emit *e, IrRef r)
{
    return e->b->nodes[r].last_use > e->at;
}

bool emit_dies(const Emit *e, IrRef r)
{
    return !needed_later(e, r);
}

/* A value may be computed where it is to be set, if nothing between looks at what is there. */
static void find_hint(Emit *e, IrRef set)
{
    const IrBlock *b = e->b;
    unsigned slot = b->nodes[set].aux;
    IrRef v = b->nodes[set].a;

    if (emit_home[slot] == NO || ir_class[b->nodes[v].op] == 'f' || e->hint[v] != NO ||
        b->nodes[v].op == IR_CONST || b->nodes[v].op == IR_GETX) {
        return;
    }
    for (unsigned i = v + 1u; i < set; i++) {
        const IrNode *n = &b->nodes[i];
        if (ir_is_site(n->op) || ((n->op == IR_SETX || n->op == IR_GETX) && n->aux == slot)) {
            return;
        }
    }
    e->hint[v] = emit_home[slot];
}

void emit_regs_begin(Emit *e)
{
    const IrBlock *b = e->b;

    memset(e->v, 0xff, sizeof(e->v[0]) * b->state.n);
    memset(e->hint, NO, b->state.n);
    memset(e->reg, 0, sizeof(e->reg));
    memset(e->xmm, 0, sizeof(e->xmm));
    memset(e->spilled, 0, sizeof(e->spilled));
    memset(e->spilled_vec, 0, sizeof(e->spilled_vec));
    e->pinned = e->xmm_pinned = 0;
    for (unsigned i = 1; i < b->state.n; i++) {
        if (b->nodes[i].op == IR_SETX) {
            find_hint(e, (IrRef)i);
        }
    }
}

static void bind(Emit *e, X64Reg reg, IrRef r)
{
    e->reg[reg] = r;
    e->v[r].reg = (uint8_t)reg;
}

/* ---- making room */

static unsigned spill_slot(Emit *e, IrRef *slots, unsigned n, IrRef r)
{
    for (unsigned i = 0; i < n; i++) {
        if (!slots[i]) {
            slots[i] = r;
            e->v[r].spill = (int8_t)i;
            return i;
        }
    }
    e->failed = true;
    return 0;
}

/* The register is about to get another value: the one in it moves to where else it is, or memory.
 */
static void release(Emit *e, X64Reg reg)
{
    IrRef r = e->reg[reg];

    e->reg[reg] = 0;
    if (!r || e->v[r].reg != reg) {
        return;
    }
    e->v[r].reg = NO;
    if (!needed_later(e, r)) {
        return;
    }
    for (unsigned i = 0; i < 16; i++) {
        if (e->reg[i] == r) {
            e->v[r].reg = (uint8_t)i;
            return;
        }
    }
    if (e->v[r].spill < 0) {
        x64_store(&e->s, 8, spill_of(spill_slot(e, e->spilled, JIT_SPILLS, r)), reg);
    }
}

static X64Reg take_temp(Emit *e)
{
    X64Reg best = NO;

    for (unsigned i = 0; i < EMIT_TEMPS; i++) {
        X64Reg t = temps[i];
        if (e->pinned >> t & 1) {
            continue;
        }
        if (!e->reg[t]) {
            best = t;
            break;
        }
        if (best == NO || e->b->nodes[e->reg[t]].last_use > e->b->nodes[e->reg[best]].last_use) {
            best = t;
        }
    }
    if (best == NO) { /* more than four in one node: there is none such */
        e->failed = true;
        return temps[0];
    }
    release(e, best);
    e->pinned |= 1u << best;
    return best;
}

X64Reg emit_temp(Emit *e)
{
    return take_temp(e);
}

X64Reg emit_use(Emit *e, IrRef r, X64Reg scratch)
{
    const IrNode *n = &e->b->nodes[r];

    if (n->op == IR_CONST) {
        X64Reg to = scratch == NO ? take_temp(e) : scratch;
        x64_mov_imm(&e->s, to, (uint64_t)n->imm);
        return to;
    }
    if (e->v[r].reg == NO) {
        X64Reg to = take_temp(e);
        x64_load(&e->s, true, to, spill_of((unsigned)e->v[r].spill & (JIT_SPILLS - 1)));
        e->failed |= e->v[r].spill < 0;
        bind(e, to, r);
    }
    e->pinned |= 1u << e->v[r].reg;
    return e->v[r].reg;
}

void emit_move_to(Emit *e, X64Reg to, IrRef r)
{
    const IrNode *n = &e->b->nodes[r];

    if (n->op == IR_CONST) {
        x64_mov_imm(&e->s, to, (uint64_t)n->imm);
    } else if (e->v[r].reg != NO) {
        x64_mov(&e->s, true, to, e->v[r].reg);
    } else {
        e->failed |= e->v[r].spill < 0;
        x64_load(&e->s, true, to, spill_of((unsigned)e->v[r].spill & (JIT_SPILLS - 1)));
    }
}

/* ---- results */

X64Reg emit_define_over(Emit *e, IrRef r, IrRef over)
{
    uint8_t home = e->hint[r];
    X64Reg reg;

    if (home != NO &&
        (!e->reg[home] || e->v[e->reg[home]].reg != home || !needed_later(e, e->reg[home]))) {
        release(e, home);
        reg = home;
    } else if (over && e->v[over].reg != NO && !needed_later(e, over) &&
               e->reg[e->v[over].reg] == over && is_temp(e->v[over].reg)) {
        reg = e->v[over].reg;
        release(e, reg);
    } else {
        reg = take_temp(e);
    }
    bind(e, reg, r);
    e->pinned |= 1u << reg;
    return reg;
}

X64Reg emit_define(Emit *e, IrRef r)
{
    return emit_define_over(e, r, 0);
}

void emit_getx(Emit *e, IrRef r)
{
    unsigned slot = e->b->nodes[r].aux;
    uint8_t home = emit_home[slot];

    if (home != NO) {
        release(e, home);
        bind(e, home, r);
    } else {
        x64_load(&e->s, true, emit_define(e, r), slot_of(slot));
    }
}

void emit_setx(Emit *e, IrRef r)
{
    const IrNode *n = &e->b->nodes[r];
    uint8_t home = emit_home[n->aux];
    int32_t imm;

    if (home == NO) {
        if (emit_imm(e, n->a, true, &imm)) {
            x64_store_imm(&e->s, 8, slot_of(n->aux), imm);
        } else {
            x64_store(&e->s, 8, slot_of(n->aux), emit_use(e, n->a, RAX));
        }
        return;
    }
    uint8_t from = e->b->nodes[n->a].op == IR_CONST ? NO : e->v[n->a].reg;
    if (from == home) {
        return;
    }
    release(e, home);
    emit_move_to(e, home, n->a);
    if (e->b->nodes[n->a].op == IR_CONST) {
        return;
    }
    e->reg[home] = n->a;
    if (from == NO || is_temp(from)) { /* its temporary register is free again */
        if (from != NO) {
            e->reg[from] = 0;
        }
        e->v[n->a].reg = home;
    }
}

/* ---- the same for vectors */

static void release_xmm(Emit *e, unsigned x)
{
    IrRef r = e->xmm[x];

    e->xmm[x] = 0;
    if (!r) {
        return;
    }
    e->v[r].reg = NO;
    if (needed_later(e, r) && e->v[r].spill < 0) {
        xmm_store(e, spill_vec_of(spill_slot(e, e->spilled_vec, 16, r)), x);
    }
}

unsigned emit_temp_xmm(Emit *e)
{
    unsigned best = 0;

    for (unsigned x = XMM_FIRST; x < 16; x++) {
        if (e->xmm_pinned >> x & 1) {
            continue;
        }
        if (!e->xmm[x]) {
            best = x;
            break;
        }
        if (!best || e->b->nodes[e->xmm[x]].last_use > e->b->nodes[e->xmm[best]].last_use) {
            best = x;
        }
    }
    e->failed |= !best;
    release_xmm(e, best);
    e->xmm_pinned |= 1u << best;
    e->uses_vectors = true;
    return best;
}

void emit_bind_xmm(Emit *e, unsigned x, IrRef r)
{
    e->xmm[x] = r;
    e->v[r].reg = (uint8_t)x;
}

unsigned emit_use_xmm(Emit *e, IrRef r)
{
    if (e->v[r].reg == NO) {
        unsigned x = emit_temp_xmm(e);
        e->failed |= e->v[r].spill < 0;
        xmm_load(e, x, spill_vec_of((unsigned)e->v[r].spill & 15));
        emit_bind_xmm(e, x, r);
    }
    e->xmm_pinned |= 1u << e->v[r].reg;
    return e->v[r].reg;
}

unsigned emit_define_xmm(Emit *e, IrRef r)
{
    unsigned x = e->hint[r];

    if (x != NO && !e->xmm[x] && !(e->xmm_pinned >> x & 1)) {
        e->xmm_pinned |= 1u << x;
    } else {
        x = emit_temp_xmm(e);
    }
    emit_bind_xmm(e, x, r);
    return x;
}

/* All of the register, or its low bytes and zeros. */
void emit_load_low(Emit *e, unsigned to, unsigned v, unsigned bytes)
{
    static const uint32_t opcodes[] = {[4] = X64_PF3 | X64_0F | 0x10, /* movss, movq, movaps */
                                       [8] = X64_PF3 | X64_0F | 0x7e,
                                       [16] = X64_0F | 0x28};

    x64_rm(&e->s, false, opcodes[bytes], to, vec_of(v));
}

void emit_getv(Emit *e, IrRef r)
{
    const IrNode *n = &e->b->nodes[r];

    if (e->v[r].reg == NO && e->v[r].spill < 0) { /* else it is there since the loop began */
        emit_load_low(e, emit_define_xmm(e, r), n->aux, n->aux2);
    }
}

void emit_setv(Emit *e, IrRef r)
{
    const IrNode *n = &e->b->nodes[r];

    xmm_store(e, vec_of(n->aux), emit_use_xmm(e, n->a));
    emit_loop_set(e, n->aux, n->a);
}

/* ---- between nodes */

void emit_node_done(Emit *e)
{
    e->pinned = e->xmm_pinned = 0;
    for (unsigned i = 0; i < EMIT_TEMPS; i++) {
        IrRef r = e->reg[temps[i]];
        if (r && !needed_later(e, r)) {
            e->reg[temps[i]] = 0;
            e->v[r].reg = NO;
        }
    }
    for (unsigned i = 0; i < JIT_SPILLS; i++) {
        if (e->spilled[i] && !needed_later(e, e->spilled[i])) {
            e->spilled[i] = 0;
        }
    }
    for (unsigned x = XMM_FIRST; e->uses_vectors && x < 16; x++) {
        if (e->xmm[x] && !needed_later(e, e->xmm[x])) {
            e->v[e->xmm[x]].reg = NO;
            e->xmm[x] = 0;
        }
    }
    for (unsigned i = 0; e->uses_vectors && i < 16; i++) {
        if (e->spilled_vec[i] && !needed_later(e, e->spilled_vec[i])) {
            e->spilled_vec[i] = 0;
        }
    }
}

JitValue emit_place(Emit *e, IrRef r)
{
    const IrNode *n = &e->b->nodes[r];
    bool vector = ir_is_vector(n->op);

    if (!r) {
        return (JitValue){JIT_NOWHERE, 0, 0};
    }
    if (n->op == IR_CONST) {
        return emit_pool(e, (uint64_t)n->imm);
    }
    if (e->v[r].reg != NO) {
        return (JitValue){vector ? JIT_XMM : JIT_REG, e->v[r].reg, 0};
    }
    e->failed |= e->v[r].spill < 0;
    return (JitValue){vector ? JIT_SPILL_VEC : JIT_SPILL, (uint8_t)e->v[r].spill, 0};
}
