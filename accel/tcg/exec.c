/* SPDX-License-Identifier: MIT */
/* The interpreter's loop: from cpu->pc to records, and what operations do when they leave them. */
#include "accel/tcg/exec.h"

#include "accel/tcg/jit-fp.h"
#include "accel/tcg/options.h"
#include "accel/tcg/pauth.h"
#include "accel/tcg/sys.h"
#include "accel/tcg/tlb.h"
#include "accel/tcg/verify.h"
#include "util/rcu.h"

/* ---- ways out of operations */

const A64Insn *tcg_leave(ArmCpu *cpu, TcgCpu *t, const A64Insn *next)
{
    tcg_count(cpu, t, next);
    t->run_start = next;
    cpu->pc = tcg_pc_of(t, next);
    return NULL;
}

const A64Insn *tcg_raise(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, ArmException *exc)
{
    tcg_leave(cpu, t, i);
    exc->ret = cpu->pc;
    t->raised = true;
    arm_exc_enter(cpu, exc);
    return NULL;
}

const A64Insn *tcg_fp_trap(ArmCpu *cpu, TcgCpu *t, const A64Insn *i)
{
    ArmException exc;

    if (arm_fp_access(cpu, &exc)) { /* fp_enabled was out of date */
        return tcg_leave(cpu, t, i);
    }
    return tcg_raise(cpu, t, i, &exc);
}

/* ---- the operations that no row makes */

A64_HANDLER(undecoded)
{
    code_decode(code_page_of(t->insns), i);
    A64_DISPATCH(cpu, t, i);
}

A64_HANDLER(leave)
{
    return tcg_leave(cpu, t, t->branch_from);
}

/* Leaves the page for one that the code TLB may know. */
A64_HANDLER(jump)
{
    const A64Insn *from = t->branch_from;
    uint64_t target = t->branch_target;
    const TlbCodeEntry *e = &t->bank->code[target >> GUEST_PAGE_BITS & (TLB_CODE_ENTRIES - 1)];

    if (likely(tcg_branch_type_settled(cpu, t, target)) && e->tag == (target & ~0xffcull)) {
        const A64Insn *next = tcg_jump(cpu, t, from, target);
        A64_DISPATCH(cpu, t, next);
    }
    tcg_count(cpu, t, from + 1);
    t->run_start = t->insns;
    cpu->pc = arm_mmu_strip(cpu, target, ARM_FETCH, arm_mmu_idx(cpu));
    return NULL;
}

/* Behind the last record of a page: falling through into the next. */
A64_HANDLER(page_end)
{
    const A64Insn *next = tcg_jump(cpu, t, i - 1, tcg_pc_of(t, i));

    A64_DISPATCH(cpu, t, next);
}

A64_HANDLER(unallocated)
{
    return sys_undefined(cpu, t, i);
}

/* ---- the loop */

/* The record of cpu->pc; NULL when fetching it took an exception. */
static const A64Insn *enter_page(ArmCpu *cpu, TcgCpu *t)
{
    ArmException exc;
    CodePage *page = tlb_lookup_code(cpu, t, cpu->pc, &exc);

    if (!page) {
        exc.ret = cpu->pc;
        arm_exc_enter(cpu, &exc);
        return NULL;
    }
    tcg_see_page(t, page->insns, cpu->pc & ~(uint64_t)(GUEST_PAGE_SIZE - 1));
    t->run_start = t->insns + (cpu->pc & (GUEST_PAGE_SIZE - 1)) / 4;
    if (unlikely(cpu->pstate & PSTATE_BTYPE) && !tcg_branch_type_enter(cpu, t, page)) {
        return NULL;
    }
    return t->run_start;
}

/* What comes before the next instruction: true when it changed pc. Interrupts; below, the state
 * that an illegal return leaves. */
static bool take_pending(ArmCpu *cpu)
{
    ArmException exc;

    if (atomic_load_explicit(&cpu->cs.interrupt, memory_order_relaxed) &&
        arm_exc_pending(cpu, &exc)) {
        arm_exc_enter(cpu, &exc);
        return true;
    }
    return false;
}

static bool take_illegal_state(ArmCpu *cpu)
{
    if (likely(!(cpu->pstate & PSTATE_IL))) {
        return false;
    }
    ArmException exc = arm_exc_sync(cpu, EC_ILLEGAL_STATE, 0);

    arm_exc_enter(cpu, &exc);
    return true;
}

/* ---- the translator's part of it */

/* Exact counting and debugging are the interpreter's. */
static unsigned heat_limit(const ArmCpu *cpu)
{
    bool exact = icount_enabled() || cpu->debug_active || cpu->cs.insn_limit != UINT64_MAX;

    return exact ? TCG_NEVER : tcg_options.heat_limit;
}

static const void *translated(ArmCpu *cpu, TcgCpu *t, const A64Insn *i)
{
    CodePage *page = code_page_of(t->insns);
    unsigned n = (unsigned)(i - t->insns);
    const void *code = jit_find(page, n);

    return code || !tcg_warm(t, i) ? code : jit_translate(cpu, page, n);
}

JitExit jit_run(ArmCpu *cpu, const void *code, TlbBank *bank)
{
    JitState *js = jit_state(cpu);
    JitExit why = jit_enter(cpu, code, bank);

    jit_fp_end(cpu);
    jit_settle_flags(cpu);
    if (why == JIT_EXIT_JUMP) {
        if (js->branch_type) {
            tcg_branch_type_set(cpu, js->t, js->pcpage, js->branch_type);
        }
        cpu->pc = arm_mmu_strip(cpu, cpu->pc, ARM_FETCH, arm_mmu_idx(cpu));
    }
    return why;
}

bool tcg_run_translated(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, bool *ret_interpret)
{
    const void *code = translated(cpu, t, i);
    JitState *js = jit_state(cpu);

    if (!code) {
        return false;
    }
    js->t = t;
    js->page = code_page_of(t->insns);
    js->pcpage = tcg_pc_of(t, t->insns);
    js->bank_unpriv = t->bank_unpriv;
    js->fp_enabled = t->fp_enabled;
    js->flags = JIT_FLAGS_NZCV;
    js->branch_type = 0;
    tcg_stats_enter(&t->stats, atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed));
    JitExit why = unlikely(tcg_options.verify) && tcg_verify_due(t)
                      ? tcg_verify_block(cpu, t, i, code)
                      : jit_run(cpu, code, t->bank);
    tcg_stats_exit(&t->stats, why, atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed));
    *ret_interpret = why == JIT_EXIT_INTERP;
    return true;
}

void tcg_exec(CpuState *cs)
{
    ArmCpu *cpu = arm_cpu_of(cs);
    TcgCpu *t = tcg_cpu_of(cpu);
    bool interpret = false; /* the next instruction */

    if (cpu->event_wait) {
        arm_event_woken(cpu);
    }
    if (cpu->psci_resume) {
        arm_psci_resume(cpu);
    }
    rcu_read_lock();
    atomic_store(&t->in_guest, true);
    while (!tcg_must_leave(cpu, atomic_load_explicit(&cs->insn_count, memory_order_relaxed)) &&
           !atomic_load_explicit(&cs->halted, memory_order_relaxed)) {
        if (unlikely(atomic_load_explicit(&t->has_posted, memory_order_acquire))) {
            /* A new section: what is dead now can be freed though this vCPU never pauses. Before
             * it serves: whatever is retired from here on tells it again, or waits. */
            rcu_read_unlock();
            rcu_read_lock();
            tlb_serve(cpu, t);
        }
        t->leave = false;
        if (take_pending(cpu)) {
            continue;
        }
        tlb_select(cpu, t);
        if ((unlikely(cpu->debug_active) && tcg_step(cpu, t)) || take_illegal_state(cpu)) {
            continue;
        }
        const A64Insn *i = enter_page(cpu, t);
        t->heat_limit = heat_limit(cpu);
        if (i && t->heat_limit != TCG_NEVER && !interpret &&
            tcg_run_translated(cpu, t, i, &interpret)) {
            continue;
        }
        interpret = false;
        while (i) {
            i = a64_handler_of(i)(cpu, t, i);
        }
    }
    atomic_store(&t->in_guest, false);
    rcu_read_unlock();
}
