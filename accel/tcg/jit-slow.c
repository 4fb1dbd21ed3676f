/* SPDX-License-Identifier: MIT */
/* What translated code asks C for: accesses that the TLB does not answer, instructions that only
 * the interpreter has, flags. */
#include "accel/tcg/jit.h"

#include "accel/tcg/a64/sem.h"
#include "accel/tcg/exec.h"
#include "accel/tcg/ir.h"
#include "accel/tcg/jit-fp.h"
#include "accel/tcg/verify.h"
#include "accel/tcg/x64/emit.h"

/* ---- values */

uint64_t jit_value(const JitState *js, const JitSite *s, JitValue v)
{
    switch (v.place) {
    case JIT_REG:
        return js->saved[v.n];
    case JIT_SPILL:
        return js->spill[v.n];
    case JIT_POOL:
        return ((const uint64_t *)((uintptr_t)s & ~(uintptr_t)7))[v.pool];
    default:
        return 0;
    }
}

static ArmVec vec_value(const JitState *js, JitValue v)
{
    return v.place == JIT_XMM ? js->saved_vec[v.n] : js->spill_vec[v.n];
}

static void set(JitState *js, JitValue to, uint64_t v)
{
    if (to.place == JIT_REG) {
        js->saved[to.n] = v;
    }
}

/* ---- the guest's registers between host registers and ArmCpu */

static void homes_to_cpu(ArmCpu *cpu, const JitState *js)
{
    for (unsigned i = 0; i < EMIT_HOMES; i++) {
        cpu->x[emit_homed[i]] = js->saved[emit_home[emit_homed[i]]];
    }
}

static void homes_from_cpu(const ArmCpu *cpu, JitState *js)
{
    for (unsigned i = 0; i < EMIT_HOMES; i++) {
        js->saved[emit_home[emit_homed[i]]] = cpu->x[emit_homed[i]];
    }
}

/* ---- flags */

/* Arm ARM, FPCompare(). */
static uint32_t nzcv_of_compare(IrFpCompare how)
{
    switch (how) {
    case IR_FP_EQUAL:
        return PSTATE_Z | PSTATE_C;
    case IR_FP_LESS:
        return PSTATE_N;
    case IR_FP_GREATER:
        return PSTATE_C;
    default: /* IR_FP_UNORDERED */
        return PSTATE_C | PSTATE_V;
    }
}

static uint32_t nzcv_of(unsigned kind, uint64_t a, uint64_t b)
{
    unsigned wide = kind & 1;
    uint64_t mask = wide ? UINT64_MAX : UINT32_MAX, top = wide ? BIT64(63) : BIT64(31), r, v = 0;
    bool carry = false;

    a &= mask;
    b &= mask;
    switch (kind & ~1u) {
    case JIT_FLAGS_ADDR:
    case JIT_FLAGS_ADD:
        a = (kind & ~1u) == JIT_FLAGS_ADDR ? (a - b) & mask : a;
        r = (a + b) & mask;
        carry = r < a;
        v = (a ^ r) & (b ^ r);
        break;
    case JIT_FLAGS_SUBR:
    case JIT_FLAGS_SUB:
        a = (kind & ~1u) == JIT_FLAGS_SUBR ? (a + b) & mask : a;
        r = (a - b) & mask;
        carry = a >= b;
        v = (a ^ b) & (a ^ r);
        break;
    case JIT_FLAGS_LOGIC:
        r = a;
        break;
    case JIT_FLAGS_FP:
        return nzcv_of_compare((IrFpCompare)a);
    default: /* JIT_FLAGS_VALUE */
        return (uint32_t)a;
    }
    return (r & top ? PSTATE_N : 0) | (r == 0 ? PSTATE_Z : 0) | (carry ? PSTATE_C : 0) |
           (v & top ? PSTATE_V : 0);
}

void jit_settle_flags(ArmCpu *cpu)
{
    JitState *js = jit_state(cpu);

    if (js->flags != JIT_FLAGS_NZCV) {
        cpu->nzcv = nzcv_of(js->flags, js->flags_a, js->flags_b);
        js->flags = JIT_FLAGS_NZCV;
    }
}

static void settle(ArmCpu *cpu, JitState *js, const JitSite *s)
{
    if (s->flags != JIT_FLAGS_NZCV) {
        cpu->nzcv = nzcv_of(s->flags, jit_value(js, s, s->flags_a), jit_value(js, s, s->flags_b));
        js->flags = JIT_FLAGS_NZCV;
    } else {
        jit_settle_flags(cpu);
    }
}

/* ---- memory */

static uint64_t extended(unsigned mo, uint64_t v)
{
    unsigned bits = 8u << (mo & MO_SIZE);

    v &= MASK64(bits);
    if (mo & MO_SIGN64) {
        return (uint64_t)sextract64(v, 0, bits);
    }
    return mo & MO_SIGN32 ? (uint32_t)sextract64(v, 0, bits) : v;
}

/* Code that the vCPU is in was written: it leaves at the next chance. */
static void stored(ArmCpu *cpu, TcgCpu *t)
{
    if (t->leave) {
        atomic_store(&cpu->cs.exit_request, 1);
    }
}

static bool load(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, JitState *js, const JitSite *s)
{
    uint64_t va = jit_value(js, s, s->a);

    if (!tcg_load_slow(cpu, t, i, va, s->mo)) {
        return false;
    }
    uint64_t first = extended(s->mo, t->loaded[0]);
    if (s->kind == JIT_SITE_LOAD2) {
        if (!tcg_load_slow(cpu, t, i, va + (1u << (s->mo & MO_SIZE)), s->mo)) {
            return false;
        }
        set(js, s->to2, extended(s->mo, t->loaded[0]));
    }
    set(js, s->to, first);
    return true;
}

static bool store(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, JitState *js, const JitSite *s)
{
    uint64_t va = jit_value(js, s, s->a);

    if (!tcg_store_slow(cpu, t, i, va, s->mo, jit_value(js, s, s->b), 0)) {
        return false;
    }
    if (s->kind == JIT_SITE_STORE2 && !tcg_store_slow(cpu, t, i, va + (1u << (s->mo & MO_SIZE)),
                                                      s->mo, jit_value(js, s, s->c), 0)) {
        return false;
    }
    stored(cpu, t);
    return true;
}

/* Structures are accessed element by element, and fault so; other vectors as a whole. */
static unsigned element_of(unsigned mo)
{
    unsigned part = mo >> MO_PART_SHIFT & 7;

    return part ? part - 1 : mo & MO_SIZE;
}

static bool load_elements(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo,
                          ArmVec *ret)
{
    unsigned size = mo & MO_SIZE, element = element_of(mo);

    *ret = (ArmVec){.d = {0, 0}};
    for (unsigned done = 0; done < 1u << size; done += 1u << element) {
        if (!tcg_load_slow(cpu, t, i, va + done, element)) {
            return false;
        }
        memcpy(&ret->b[done], t->loaded, 1u << element);
    }
    return true;
}

static bool store_elements(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo,
                           const ArmVec *v)
{
    unsigned size = mo & MO_SIZE, element = element_of(mo);

    for (unsigned done = 0; done < 1u << size; done += 1u << element) {
        ArmVec part = {.d = {0, 0}};

        memcpy(&part, &v->b[done], 1u << element);
        if (!tcg_store_slow(cpu, t, i, va + done, element, part.d[0], part.d[1])) {
            return false;
        }
    }
    return true;
}

static bool load_vector(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, JitState *js, const JitSite *s)
{
    unsigned n = s->kind == JIT_SITE_LOADV2 ? 2 : 1;
    JitValue to[] = {s->to, s->to2};
    ArmVec v[2];

    for (unsigned k = 0; k < n; k++) {
        if (!load_elements(cpu, t, i, jit_value(js, s, s->a) + 16 * k, s->mo, &v[k])) {
            return false;
        }
    }
    for (unsigned k = 0; k < n; k++) {
        if (to[k].place == JIT_XMM) {
            js->saved_vec[to[k].n] = v[k];
        }
    }
    return true;
}

static bool store_vector(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, JitState *js, const JitSite *s)
{
    unsigned n = s->kind == JIT_SITE_STOREV2 ? 2 : 1;

    for (unsigned k = 0; k < n; k++) {
        ArmVec v = vec_value(js, k ? s->c : s->b);
        if (!store_elements(cpu, t, i, jit_value(js, s, s->a) + 16 * k, s->mo, &v)) {
            return false;
        }
    }
    stored(cpu, t);
    return true;
}

/* ---- instructions */

/* The interpreter goes on to this when the instruction is done. */
A64_HANDLER(resume)
{
    t->resumed = true;
    return NULL;
}

/* False: it took an exception, or wants the loop to look. */
static bool interpret(ArmCpu *cpu, TcgCpu *t, JitState *js, const JitSite *s)
{
    CodePage *alone = code_page_alone(&t->alone_jit, A64_OP_RESUME), *page = js->page;
    A64Insn *i = &alone->insns[s->insn];

    alone->ram = page->ram;
    alone->offset = page->offset;
    i->op = __atomic_load_n(&page->insns[s->insn].op, __ATOMIC_ACQUIRE); /* see publish(), code.c */
    *i = page->insns[s->insn];
    tcg_see_page(t, alone->insns, js->pcpage);
    t->run_start = i - s->count;
    t->resumed = false;
    for (const A64Insn *k = i; k;) {
        k = a64_handler_of(k)(cpu, t, k);
    }
    i->op = A64_OP_RESUME;
    if (t->resumed && t->leave) {
        tcg_leave(cpu, t, i + 1);
        return false;
    }
    return t->resumed;
}

/* The interpreter goes on at the instruction. */
static bool leave_before(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, JitState *js)
{
    js->exit = JIT_EXIT_INTERP;
    tcg_leave(cpu, t, i);
    return false;
}

static bool ask(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, JitState *js, const JitSite *s)
{
    switch ((JitSiteKind)s->kind) {
    case JIT_SITE_LOAD:
    case JIT_SITE_LOAD2:
        return load(cpu, t, i, js, s);
    case JIT_SITE_STORE:
    case JIT_SITE_STORE2:
        return store(cpu, t, i, js, s);
    case JIT_SITE_LOADV:
    case JIT_SITE_LOADV2:
        return load_vector(cpu, t, i, js, s);
    case JIT_SITE_STOREV:
    case JIT_SITE_STOREV2:
        return store_vector(cpu, t, i, js, s);
    case JIT_SITE_SP:
        return tcg_sp_aligned(cpu, t, i);
    case JIT_SITE_FP_MODE:
    case JIT_SITE_LEAVE:
        if (s->kind == JIT_SITE_FP_MODE && jit_fp_begin(cpu)) {
            return true;
        }
        return leave_before(cpu, t, i, js);
    default: /* JIT_SITE_FLAGS: it is done */
        return true;
    }
}

/* Makes ArmCpu what it is at the site. */
static void settle_all(ArmCpu *cpu, JitState *js, const JitSite *s)
{
    js->exit = JIT_EXIT_LOOK;
    homes_to_cpu(cpu, js);
    settle(cpu, js, s);
}

/* The record of the site's instruction. */
static const A64Insn *go_to(TcgCpu *t, const JitState *js, const JitSite *s)
{
    tcg_see_page(t, js->page->insns, js->pcpage);
    t->run_start = &t->insns[s->insn] - s->count;
    return &t->insns[s->insn];
}

/* Devices do not look at the CPU's state: an access to one needs none of it. False: it is none;
 * *ret_leave as jit_slow(). */
static bool device(ArmCpu *cpu, JitState *js, const JitSite *s, bool *ret_leave)
{
    ArmAccess access = s->kind == JIT_SITE_STORE ? ARM_STORE : ARM_LOAD;
    uint64_t va = jit_value(js, s, s->a), v = 0;
    TcgCpu *t = js->t;
    MemResult result;

    if (access == ARM_STORE) {
        v = jit_value(js, s, s->b);
    }
    if (!tcg_io(cpu, t, va, s->mo, access, &v, &result)) {
        return false;
    }
    *ret_leave = result != MEM_OK;
    if (result != MEM_OK) {
        settle_all(cpu, js, s);
        tcg_io_abort(cpu, t, go_to(t, js, s), va, access);
    } else if (access == ARM_STORE) {
        stored(cpu, t);
    } else {
        set(js, s->to, extended(s->mo, v));
    }
    return true;
}

/* True: leave. */
static bool serve(ArmCpu *cpu, JitState *js, const JitSite *s)
{
    TcgCpu *t = js->t;
    bool leave;

    tcg_stats_add(&t->stats.slow_calls, 1);
    if ((s->kind == JIT_SITE_LOAD || s->kind == JIT_SITE_STORE) && device(cpu, js, s, &leave)) {
        return leave;
    }
    settle_all(cpu, js, s);
    if (unlikely(t->verifying) && !tcg_verify_may(cpu, t, s)) {
        return !leave_before(cpu, t, go_to(t, js, s), js);
    }
    if (s->kind == JIT_SITE_INTERP || s->kind == JIT_SITE_ATOMIC) {
        bool done = interpret(cpu, t, js, s);
        if (s->kind == JIT_SITE_INTERP) {
            homes_from_cpu(cpu, js);
        } else {
            set(js, s->to, t->loaded[0]);
        }
        return !done;
    }
    return !ask(cpu, t, go_to(t, js, s), js, s);
}

static bool slow(ArmCpu *cpu, JitState *js, const JitSite *s)
{
    uint64_t count = atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed);

    if (serve(cpu, js, s)) {
        return true;
    }
    /* What made it exact in between counted instructions that the block counts at its end. */
    atomic_store_explicit(&cpu->cs.insn_count, count, memory_order_relaxed);
    return false;
}

static void call(ArmCpu *cpu, JitState *js, const JitSite *s)
{
    IrFunction *f = (IrFunction *)(uintptr_t)jit_value(js, s, s->function);
    uint64_t a = jit_value(js, s, s->a), b = jit_value(js, s, s->b), c = jit_value(js, s, s->c);

    set(js, s->to, f(cpu, a, b, c));
}

bool jit_slow(ArmCpu *cpu, const JitSite *s)
{
    JitState *js = jit_state(cpu);
    bool fp = js->fp_live;

    if (s->kind == JIT_SITE_VEC) {
        jit_call_vec(cpu, s);
        return false;
    }
    if (s->kind == JIT_SITE_CALL) {
        call(cpu, js, s);
        return false;
    }
    jit_fp_end(cpu);
    bool leave = slow(cpu, js, s);
    if (fp && !leave) {
        jit_fp_begin(cpu);
    }
    return leave;
}
