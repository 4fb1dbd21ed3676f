/* SPDX-License-Identifier: MIT */
/* Leaving a block: to other blocks, to the loop, to the interpreter. */
#include "accel/tcg/x64/emit-loop.h"

static void store_word(Emit *e, int32_t at, JitValue v)
{
    X64Asm *s = &e->s;
    X64Mem to = x64_at(RBP, at);

    if (v.place == JIT_REG) {
        x64_store(s, 8, to, v.n);
    } else if (v.place == JIT_SPILL) {
        x64_load(s, true, RAX, x64_at(RBP, EMIT_STATE(spill) + v.n * 8));
        x64_store(s, 8, to, RAX);
    } else if (v.place == JIT_POOL) {
        int64_t imm = (int64_t)e->pool[v.pool];
        if (imm == (int32_t)imm) {
            x64_store_imm(s, 8, to, (int32_t)imm);
        } else {
            x64_mov_imm(s, RAX, (uint64_t)imm);
            x64_store(s, 8, to, RAX);
        }
    }
}

/* Flags go to ArmCpu and JitState as they are pending. */
static void keep_flags(Emit *e, const EmitFlags *f)
{
    if (f->kind == JIT_FLAGS_NZCV) {
        return;
    }
    if ((f->kind & ~1) == JIT_FLAGS_VALUE) {
        if (f->a.place == JIT_REG) {
            x64_store(&e->s, 4, x64_at(RBP, EMIT_CPU(nzcv)), f->a.n);
        } else {
            store_word(e, EMIT_STATE(flags_a), f->a);
            x64_load(&e->s, false, RAX, x64_at(RBP, EMIT_STATE(flags_a)));
            x64_store(&e->s, 4, x64_at(RBP, EMIT_CPU(nzcv)), RAX);
        }
        x64_store_imm(&e->s, 4, x64_at(RBP, EMIT_STATE(flags)), JIT_FLAGS_NZCV);
        return;
    }
    store_word(e, EMIT_STATE(flags_a), f->a);
    store_word(e, EMIT_STATE(flags_b), f->b);
    x64_store_imm(&e->s, 4, x64_at(RBP, EMIT_STATE(flags)), f->kind);
}

static void count(Emit *e, unsigned n)
{
    if (n) {
        x64_alu_mem_imm(&e->s, 8, ALU_ADD, x64_at(RBP, EMIT_CPU(cs.insn_count)), (int32_t)n);
    }
}

/* Somebody wants the loop to look: there is nothing to do but to go there. */
static void poll(Emit *e, int64_t target)
{
    EmitCold *c = emit_cold(e, NULL);

    c->look = true;
    c->target = target;
    x64_alu_mem_imm(&e->s, 4, ALU_CMP, x64_at(RBP, EMIT_CPU(cs.exit_request)), 0);
    emit_cold_jump(e, c, CC_NE);
}

/* `type`: PSTATE.BTYPE of the target. */
static const void *jump_thunk(const Emit *e, unsigned type)
{
    return e->b->lockstep ? emit_thunks.exit_jump[type] : emit_thunks.jump[type];
}

/* To the block at a distance from the page's start. */
static void go(Emit *e, int64_t target, unsigned insn, const uint8_t *places, bool may_poll)
{
    X64Asm *s = &e->s;

    if (target < 0 || target >= GUEST_PAGE_SIZE) {
        x64_load(s, true, RAX, x64_at(RBP, EMIT_STATE(pcpage)));
        x64_rr(s, true, 0x81, ALU_ADD, RAX);
        x64_imm32(s, (uint32_t)target);
        x64_jmp(s, jump_thunk(e, 0));
        return;
    }
    if (e->b->lockstep) {
        x64_mov_imm(s, RAX, (uint64_t)target);
        x64_jmp(s, emit_thunks.exit_look);
        return;
    }
    unsigned n = (unsigned)target / 4;
    if (n <= insn && may_poll) {
        poll(e, target);
    }
    if (n == e->b->first) {
        emit_loop_again(e, places);
        return;
    }
    x64_mov_imm(s, RAX, (uint64_t)target);
    x64_jmp_through(s, &atomic_load_explicit(&e->b->page->entries, memory_order_relaxed)[n]);
}

void emit_leave(Emit *e, const EmitCold *c)
{
    count(e, c->count);
    keep_flags(e, &c->flags);
    if (c->look) {
        x64_mov_imm(&e->s, RAX, (uint64_t)c->target);
        x64_jmp(&e->s, emit_thunks.exit_look);
        return;
    }
    /* Behind the block no more cold code is made: ask the loop where a branch goes back. */
    unsigned n = (unsigned)c->target / 4;
    if (c->target >= 0 && c->target < GUEST_PAGE_SIZE && n <= c->insn) {
        x64_alu_mem_imm(&e->s, 4, ALU_CMP, x64_at(RBP, EMIT_CPU(cs.exit_request)), 0);
        x64_mov_imm(&e->s, RAX, (uint64_t)c->target);
        x64_jcc(&e->s, CC_NE, emit_thunks.exit_look);
    }
    go(e, c->target, c->insn, c->places, false);
}

static void exit_if(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    const uint8_t *before = e->s.p;
    X64Cond cond = emit_condition(e, n->a);
    EmitFlags flags = emit_pending_flags(e, n->flags);
    EmitCold *c = emit_cold(e, NULL);

    if (e->s.p != before) {
        e->host_flags = 0;
    }
    c->flags = flags;
    c->count = (uint16_t)(n->count + 1);
    c->insn = n->insn;
    c->target = n->imm;
    emit_loop_places(e, c->places);
    emit_cold_jump(e, c, cond);
}

static void keep_pending(Emit *e, const IrNode *n)
{
    EmitFlags flags = emit_pending_flags(e, n->flags);

    keep_flags(e, &flags);
}

static void leave_at(Emit *e, const IrNode *n, const void *thunk, int64_t target, unsigned executed)
{
    count(e, executed);
    keep_pending(e, n);
    x64_mov_imm(&e->s, RAX, (uint64_t)target);
    x64_jmp(&e->s, thunk);
}

static void interpret(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);

    emit_ask(e, emit_site(e, JIT_SITE_INTERP, r));
    e->nzcv_true = true;
    if (n->aux) {
        count(e, n->count + 1u);
        x64_mov_imm(&e->s, RAX, (n->insn + 1u) * 4);
        x64_jmp(&e->s, emit_thunks.exit_look);
    }
}

static void fp_enabled(Emit *e, IrRef r)
{
    JitSite *site = emit_site(e, JIT_SITE_LEAVE, r);
    EmitCold *cold = emit_cold(e, site);

    x64_alu_mem_imm(&e->s, 1, ALU_CMP, x64_at(RBP, EMIT_STATE(fp_enabled)), 0);
    emit_cold_jump(e, cold, CC_E);
    emit_cold_back(e, cold);
}

bool emit_exit(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);
    uint8_t places[EMIT_LOOP_HOMES];

    switch (n->op) {
    case IR_EXIT:
        count(e, n->count + (n->aux & 1));
        keep_pending(e, n);
        emit_loop_places(e, places);
        go(e, n->imm, n->insn, places, true);
        break;
    case IR_EXIT_IF:
        exit_if(e, r);
        break;
    case IR_EXIT_TO:
        if (emit_at(e, n->a)->op != IR_CONST) {
            emit_use(e, n->a, X64_NO_REG);
        }
        count(e, n->count + 1u);
        keep_pending(e, n);
        emit_move_to(e, RAX, n->a);
        x64_jmp(&e->s, jump_thunk(e, n->aux));
        break;
    case IR_EXIT_INTERP:
        leave_at(e, n, emit_thunks.exit_interp, n->insn * 4, n->count);
        break;
    case IR_EXIT_LOOK:
        leave_at(e, n, emit_thunks.exit_look, n->imm, n->count + (n->aux & 1u));
        break;
    case IR_INTERP:
        interpret(e, r);
        break;
    case IR_FP_ENABLED:
        fp_enabled(e, r);
        break;
    default:
        return false;
    }
    return true;
}

bool __attribute__((weak)) emit_vec(Emit *e, IrRef r)
{
    return false;
}
