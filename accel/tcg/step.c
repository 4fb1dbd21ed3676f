/* SPDX-License-Identifier: MIT */
/* One instruction at a time, for software step and breakpoints: its record alone in a page of
 * records that all stop. */
#include "accel/tcg/exec.h"
#include "accel/tcg/pauth.h"
#include "accel/tcg/sys.h"
#include "accel/tcg/tlb.h"
#include "hw/cpu/arm-debug.h"

A64_HANDLER(stop)
{
    return tcg_leave(cpu, t, i);
}

/* LDXR, LDAXR, LDXP, LDAXP. */
static bool is_load_exclusive(uint32_t word)
{
    return (word & 0x3fc00000) == 0x08400000;
}

/* Executes the instruction at pc, which is in `page`; false: it took an exception. */
static bool execute_one(ArmCpu *cpu, TcgCpu *t, CodePage *page)
{
    CodePage *alone = code_page_alone(&t->alone, A64_OP_STOP);
    size_t n = (cpu->pc & (GUEST_PAGE_SIZE - 1)) / 4;
    const A64Insn *shared = &page->insns[n];

    if (__atomic_load_n(&shared->op, __ATOMIC_ACQUIRE) == A64_OP_UNDECODED) {
        code_decode(page, shared);
    }
    alone->ram = page->ram;
    alone->offset = page->offset;
    alone->insns[n] = *shared;
    tcg_see_page(t, alone->insns, cpu->pc & ~(uint64_t)(GUEST_PAGE_SIZE - 1));
    t->run_start = &alone->insns[n];
    t->raised = false;
    for (const A64Insn *i = t->run_start; i;) {
        i = a64_handler_of(i)(cpu, t, i);
    }
    alone->insns[n].op = A64_OP_STOP;
    return !t->raised;
}

static bool take(ArmCpu *cpu, ArmException *exc)
{
    exc->ret = cpu->pc;
    arm_exc_enter(cpu, exc);
    return true;
}

/* In the order of priority: step, fetch, breakpoint, illegal state, the instruction itself. */
bool tcg_step(ArmCpu *cpu, TcgCpu *t)
{
    ArmException exc;

    if (arm_debug_step_pending(cpu, &exc)) {
        return take(cpu, &exc);
    }
    if (!arm_debug_one_insn(cpu)) {
        return false;
    }
    CodePage *page = tlb_lookup_code(cpu, t, cpu->pc, &exc);
    if (!page || arm_debug_breakpoint(cpu, &exc)) {
        return take(cpu, &exc);
    }
    if (cpu->pstate & PSTATE_IL) {
        exc = arm_exc_sync(cpu, EC_ILLEGAL_STATE, 0);
        return take(cpu, &exc);
    }
    if ((cpu->pstate & PSTATE_BTYPE) && !tcg_branch_type_enter(cpu, t, page)) {
        return true;
    }
    uint32_t word = code_word(page->insns, &page->insns[(cpu->pc & (GUEST_PAGE_SIZE - 1)) / 4]);
    if (execute_one(cpu, t, page)) {
        arm_debug_stepped(cpu, is_load_exclusive(word));
    }
    return true;
}
