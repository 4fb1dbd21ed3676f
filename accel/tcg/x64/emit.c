/* SPDX-License-Identifier: MIT */
/* A block of IR as x86-64 code: the pass over its nodes, and what stands behind the code. */
#include "accel/tcg/x64/emit.h"

#include "accel/tcg/code-cache.h"
#include "accel/tcg/x64/emit-loop.h"
#include <string.h>

JitValue emit_pool(Emit *e, uint64_t v)
{
    unsigned i = 0;

    while (i < e->n_pool && e->pool[i] != v) {
        i++;
    }
    if (i == EMIT_MAX_POOL) {
        e->failed = true;
        i = 0;
    } else if (i == e->n_pool) {
        e->pool[e->n_pool++] = v;
    }
    return (JitValue){JIT_POOL, 0, (uint16_t)i};
}

/* ---- sites */

/* The result of an addition or subtraction may be there when its first operand is not. */
static bool by_result(const Emit *e, const IrNode *f)
{
    return e->b->nodes[f->c].is_set;
}

EmitFlags emit_pending_flags(Emit *e, IrRef flags)
{
    const IrNode *f = &e->b->nodes[flags];
    EmitFlags ret = {.kind = JIT_FLAGS_NZCV};

    switch (f->op) {
    case IR_FLAGS_ADD:
    case IR_FLAGS_SUB:
        ret.kind = f->op == IR_FLAGS_ADD ? JIT_FLAGS_ADD : JIT_FLAGS_SUB;
        if (by_result(e, f)) {
            ret.kind += JIT_FLAGS_ADDR - JIT_FLAGS_ADD;
        }
        ret.kind |= f->wide;
        ret.a = emit_place(e, by_result(e, f) ? f->c : f->a);
        ret.b = emit_place(e, f->b);
        break;
    case IR_FLAGS_LOGIC:
        ret.kind = JIT_FLAGS_LOGIC | f->wide;
        ret.a = emit_place(e, f->a);
        break;
    case IR_FLAGS_FP:
        ret.kind = JIT_FLAGS_FP;
        ret.a = emit_place(e, f->a);
        break;
    case IR_FLAGS_NZCV:
        ret.kind = JIT_FLAGS_VALUE;
        ret.a = emit_place(e, f->a);
        break;
    default:
        break;
    }
    return ret;
}

JitSite *emit_site(Emit *e, JitSiteKind kind, IrRef r)
{
    const IrNode *n = &e->b->nodes[r];
    EmitFlags flags = emit_pending_flags(e, n->flags);

    if (e->n_sites == EMIT_MAX_SITES) {
        e->failed = true;
        e->n_sites = 0;
    }
    JitSite *site = &e->sites[e->n_sites++];
    *site = (JitSite){
        .kind = (uint8_t)kind,
        .flags = flags.kind,
        .insn = n->insn,
        .count = n->count,
        .flags_a = flags.a,
        .flags_b = flags.b,
    };
    return site;
}

static void push_site(Emit *e, unsigned site)
{
    x64_push_imm(&e->s, 0);
    if (e->n_pushes == G_N_ELEMENTS(e->pushes)) {
        e->failed = true;
        return;
    }
    e->pushes[e->n_pushes].at = e->s.p - 4;
    e->pushes[e->n_pushes++].site = (uint16_t)site;
}

void emit_ask(Emit *e, JitSite *site)
{
    push_site(e, (unsigned)(site - e->sites));
    x64_call(&e->s, e->uses_vectors ? emit_thunks.slow_vec : emit_thunks.slow);
}

static EmitCold *cold_new(Emit *e)
{
    if (e->n_cold == EMIT_MAX_COLD) {
        e->failed = true;
        e->n_cold = 0;
    }
    EmitCold *c = &e->cold[e->n_cold++];
    memset(c, 0, sizeof(*c));
    c->site = -1;
    return c;
}

EmitCold *emit_cold(Emit *e, JitSite *site)
{
    EmitCold *c = cold_new(e);

    if (site) {
        c->site = (int16_t)(site - e->sites);
    }
    return c;
}

void emit_cold_jump(Emit *e, EmitCold *c, X64Cond cc)
{
    c->from[c->n_from++] = x64_jcc_later(&e->s, cc);
}

void emit_cold_back(Emit *e, EmitCold *c)
{
    c->back = e->s.p;
}

/* ---- behind the code */

static void emit_cold_code(Emit *e)
{
    for (unsigned i = 0; i < e->n_cold && !e->failed; i++) {
        EmitCold *c = &e->cold[i];

        for (unsigned k = 0; k < c->n_from; k++) {
            x64_here(&e->s, c->from[k]);
        }
        if (c->site < 0) {
            emit_leave(e, c);
            continue;
        }
        push_site(e, (unsigned)c->site);
        x64_call(&e->s, e->uses_vectors ? emit_thunks.slow_vec : emit_thunks.slow);
        x64_jmp(&e->s, c->back + e->s.rx_delta);
    }
}

static void fix_pool(JitValue *v, size_t distance)
{
    if (v->place == JIT_POOL) {
        v->pool = (uint16_t)(v->pool + distance / 8);
    }
}

/* Sites and then the pool, so that sites find it by a distance. */
static void emit_data(Emit *e)
{
    size_t sites = e->n_sites * sizeof(JitSite), pool = e->n_pool * 8;

    e->code_bytes = (size_t)(e->s.p - e->s.start);
    x64_align(&e->s, 16);
    if (e->failed || e->s.overflow || (size_t)(e->s.end - e->s.p) < sites + pool + 16) {
        e->failed = true;
        return;
    }
    uint8_t *first = e->s.p;
    size_t padded = (sites + 7) & ~(size_t)7;
    for (unsigned i = 0; i < e->n_sites; i++) {
        JitSite *s = &e->sites[i];
        JitValue *values[] = {&s->a,   &s->b,       &s->c,       &s->to,
                              &s->to2, &s->flags_a, &s->flags_b, &s->function};
        size_t at = i * sizeof(JitSite);
        /* Units of 8 bytes, counted from where the site is rounded down to. */
        size_t distance = padded - (at & ~(size_t)7);

        for (unsigned k = 0; k < G_N_ELEMENTS(values); k++) {
            fix_pool(values[k], distance);
        }
        memcpy(first + at, s, sizeof(*s));
    }
    memcpy(first + padded, e->pool, pool);
    e->s.p = first + padded + pool;
    for (unsigned i = 0; i < e->n_pushes; i++) {
        const uint8_t *rx = first + e->s.rx_delta + e->pushes[i].site * sizeof(JitSite);
        uint32_t offset = (uint32_t)(rx - code_cache_base());
        memcpy(e->pushes[i].at, &offset, 4);
    }
}

/* ---- the pass */

static void emit_node(Emit *e, IrRef r)
{
    const IrNode *n = &e->b->nodes[r];

    switch (n->op) {
    case IR_GETX:
        emit_getx(e, r);
        break;
    case IR_SETX:
        emit_setx(e, r);
        break;
    case IR_GETV:
        emit_getv(e, r);
        break;
    case IR_SETV:
        emit_setv(e, r);
        break;
    default:
        if (!emit_int(e, r) && !emit_flags(e, r) && !emit_mem(e, r) && !emit_atomic(e, r) &&
            !emit_exit(e, r) && !emit_vec(e, r)) {
            e->failed = true;
        }
        break;
    }
}

/* Nodes that are made of moves. */
static bool keeps_flags(unsigned op)
{
    return op == IR_GETX || op == IR_SETX || op == IR_PCPAGE || op == IR_GETV || op == IR_SETV ||
           op == IR_EXIT_IF;
}

static bool any_vectors(const IrBlock *b)
{
    for (unsigned i = 1; i < b->state.n; i++) {
        char k = ir_class[b->nodes[i].op];
        if (k == 'v' || k == 'w') {
            return true;
        }
    }
    return false;
}

bool emit_block(Emit *e, IrBlock *b, uint8_t *rw, uint8_t *rw_end, ptrdiff_t rx_delta,
                size_t *ret_used)
{
    e->s = (X64Asm){.p = rw, .start = rw, .end = rw_end, .rx_delta = rx_delta};
    e->b = b;
    e->n_sites = e->n_pool = e->n_cold = e->n_pushes = 0;
    e->host_flags = 0;
    e->nzcv_true = e->failed = false;
    e->uses_vectors = any_vectors(b);
    e->at = 0;
    emit_regs_begin(e);
    emit_loop_begin(e);
    for (unsigned i = 1; i < b->state.n && !e->failed; i++) {
        IrOp op = b->nodes[i].op;

        if (op == IR_NONE || ir_is_lazy(op) ||
            (i < e->loop.last && (op == IR_FP_ENABLED || op == IR_FP_MODE))) {
            continue;
        }
        e->at = i;
        e->new_host_flags = 0;
        emit_node(e, (IrRef)i);
        emit_node_done(e);
        if (!keeps_flags(op)) {
            e->host_flags = e->new_host_flags;
        }
    }
    emit_cold_code(e);
    emit_data(e);
    *ret_used = (size_t)(e->s.p - rw);
    return !e->failed && !e->s.overflow;
}
