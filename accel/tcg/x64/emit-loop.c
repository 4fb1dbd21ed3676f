/* SPDX-License-Identifier: MIT */
/* Blocks that branch back to their own beginning. Vector registers that such a block reads stay in
 * host registers from one round to the next, though they are stored as everywhere, and floating
 * point is looked at once, before the first round. */
#include "accel/tcg/x64/emit-loop.h"

#include "accel/tcg/ir-fold.h"
#include "accel/tcg/x64/emit-vec.h"

#include <string.h>

enum { FROM_MEMORY = 0xff, SCRATCH = 0, LAST_XMM = 15 };

static bool goes_back(const IrBlock *b, const IrNode *n)
{
    return (n->op == IR_EXIT || n->op == IR_EXIT_IF) && n->imm == (int64_t)b->first * 4;
}

/* The last branch back before which the interpreter changes no registers; 0: there is none. */
static IrRef last_round(const IrBlock *b)
{
    IrRef last = 0;

    for (unsigned i = 1; i < b->state.n && b->nodes[i].op != IR_INTERP; i++) {
        last = goes_back(b, &b->nodes[i]) ? (IrRef)i : last;
    }
    return last;
}

/* The nodes are looked at before all others: what they leave to the interpreter is the whole block.
 */
static void check_first(Emit *e, IrRef last)
{
    IrBlock *b = e->b;

    for (unsigned i = 1; i < last; i++) {
        IrNode *n = &b->nodes[i];

        if (n->op == IR_FP_ENABLED || n->op == IR_FP_MODE) {
            n->insn = (uint16_t)b->first;
            n->count = 0;
            n->flags = 0;
            if (n->op == IR_FP_ENABLED) {
                emit_exit(e, (IrRef)i);
            } else {
                emit_vec(e, (IrRef)i);
            }
        }
    }
    e->loop.last = last;
}

static void choose_homes(Emit *e, IrRef last)
{
    EmitLoop *l = &e->loop;

    for (unsigned i = 1; i < last && l->n < EMIT_LOOP_HOMES; i++) {
        const IrNode *n = &e->b->nodes[i];
        if (n->op == IR_GETV) {
            l->homes[l->n] = (EmitLoopHome){
                .head = (IrRef)i, .v = (uint8_t)n->aux, .xmm = (uint8_t)(LAST_XMM - l->n)};
            l->n++;
        }
    }
}

/* What a register is set to when a round ends lives until then, if it can where it is wanted. */
static void keep_values(Emit *e, IrRef last)
{
    IrBlock *b = e->b;
    IrRef now[32] = {0};

    for (unsigned i = 1; i <= last; i++) {
        const IrNode *n = &b->nodes[i];

        if (n->op == IR_SETV) {
            now[n->aux] = n->a;
        }
        for (unsigned k = 0; k < e->loop.n && goes_back(b, n); k++) {
            const EmitLoopHome *h = &e->loop.homes[k];
            IrNode *value = &b->nodes[now[h->v] ? now[h->v] : h->head];

            value->last_use = MAX(value->last_use, (IrRef)i);
            if (now[h->v]) {
                e->hint[now[h->v]] = h->xmm;
            }
        }
    }
}

void emit_loop_begin(Emit *e)
{
    IrRef last = last_round(e->b);

    memset(&e->loop, 0, sizeof(e->loop));
    if (last && e->uses_vectors) {
        choose_homes(e, last);
        keep_values(e, last);
        check_first(e, last);
        for (unsigned k = 0; k < e->loop.n; k++) {
            const EmitLoopHome *h = &e->loop.homes[k];
            emit_bind_xmm(e, h->xmm, h->head);
            emit_load_low(e, h->xmm, h->v, e->b->nodes[h->head].aux2);
        }
    }
    e->loop.entry = x64_rx(&e->s);
}

void emit_loop_set(Emit *e, unsigned v, IrRef value)
{
    e->loop.now[v] = value;
}

void emit_loop_places(const Emit *e, uint8_t *ret)
{
    for (unsigned k = 0; k < e->loop.n; k++) {
        const EmitLoopHome *h = &e->loop.homes[k];
        IrRef value = e->loop.now[h->v] ? e->loop.now[h->v] : h->head;
        bool fits = ir_vec_bytes(e->b, value) <= e->b->nodes[h->head].aux2;

        ret[k] = fits && e->v[value].reg != X64_NO_REG ? e->v[value].reg : FROM_MEMORY;
    }
}

/* Is the home of k still to be moved elsewhere? */
static bool is_source(const EmitLoop *l, const uint8_t *from, uint32_t pending, unsigned k)
{
    for (unsigned i = 0; i < l->n; i++) {
        if (i != k && (pending >> i & 1) && from[i] == l->homes[k].xmm) {
            return true;
        }
    }
    return false;
}

/* All at once, as it were. */
static void move_all(Emit *e, uint8_t *from)
{
    const EmitLoop *l = &e->loop;
    uint32_t pending = 0;

    for (unsigned k = 0; k < l->n; k++) {
        pending |= from[k] != FROM_MEMORY && from[k] != l->homes[k].xmm ? 1u << k : 0;
    }
    while (pending) {
        uint32_t before = pending;

        for (unsigned k = 0; k < l->n; k++) {
            if ((pending >> k & 1) && !is_source(l, from, pending, k)) {
                vec_mov(e, l->homes[k].xmm, from[k]);
                pending &= ~(1u << k);
            }
        }
        if (pending == before) { /* they wait for each other: one home's value steps aside */
            unsigned k = (unsigned)__builtin_ctz(pending);
            vec_mov(e, SCRATCH, l->homes[k].xmm);
            for (unsigned i = 0; i < l->n; i++) {
                from[i] = from[i] == l->homes[k].xmm ? SCRATCH : from[i];
            }
        }
    }
}

void emit_loop_again(Emit *e, const uint8_t *places)
{
    const EmitLoop *l = &e->loop;
    uint8_t from[EMIT_LOOP_HOMES];

    memcpy(from, places, sizeof(from));
    move_all(e, from);
    for (unsigned k = 0; k < l->n; k++) {
        const EmitLoopHome *h = &l->homes[k];
        if (places[k] == FROM_MEMORY) {
            emit_load_low(e, h->xmm, h->v, e->b->nodes[h->head].aux2);
        }
    }
    x64_jmp(&e->s, l->entry);
}
