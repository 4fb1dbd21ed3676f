/* SPDX-License-Identifier: MIT */
/* The interpreter's loop, and what operations call: dispatch, branches, exceptions, memory. */
#ifndef ACCEL_TCG_EXEC_H
#define ACCEL_TCG_EXEC_H

#include "accel/tcg/code.h"
#include "accel/tcg/tcg-cpu.h"
#include "hw/cpu/arm-exc.h"
#include "softmmu/icount.h"
#include "util/bits.h"

/* An operation either jumps to the next one, with the same three arguments in the same registers,
 * or returns: NULL to have cpu->pc looked at, or (without sibling calls) the next record. Whoever
 * makes it return NULL has counted the instructions and set cpu->pc. */
typedef const A64Insn *A64Handler(ArmCpu *cpu, TcgCpu *t, const A64Insn *i);
extern A64Handler *const a64_handlers[A64_OP_COUNT];

/* Sibling calls are certain only in optimised, uninstrumented builds. */
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(POISE_NO_TAIL_CALLS)
#define A64_TAIL_CALLS 1
#else
#define A64_TAIL_CALLS 0
#endif

static inline A64Handler *a64_handler_of(const A64Insn *i)
{
    /* The last store that publishes a record is its op. */
    return a64_handlers[__atomic_load_n(&i->op, __ATOMIC_ACQUIRE)];
}

#if A64_TAIL_CALLS && defined(__clang__)
#define A64_DISPATCH(cpu, t, next) \
    __attribute__((musttail)) return a64_handler_of(next)(cpu, t, next)
#elif A64_TAIL_CALLS
#define A64_DISPATCH(cpu, t, next) return a64_handler_of(next)(cpu, t, next)
#else
#define A64_DISPATCH(cpu, t, next) return next
#endif

/* Equal operations stay apart: each has a jump of its own for the host to predict. */
#if defined(__GNUC__) && !defined(__clang__)
#define A64_NO_MERGE __attribute__((no_icf))
#else
#define A64_NO_MERGE
#endif

#define A64_HANDLER(name)     \
    A64Handler a64_op_##name; \
    A64_NO_MERGE const A64Insn *a64_op_##name(ArmCpu *cpu, TcgCpu *t, const A64Insn *i)

/* The address of a record of the current page. */
static inline uint64_t tcg_pc_of(const TcgCpu *t, const A64Insn *i)
{
    return t->pc_bias + ((uintptr_t)i >> 2);
}

/* From now on the current page is the one with these records, which the guest sees at `base`. */
static inline void tcg_see_page(TcgCpu *t, const A64Insn *insns, uint64_t base)
{
    t->insns = insns;
    t->pc_bias = base - ((uintptr_t)insns >> 2);
}

/* Counts the instructions since the last branch, up to but not including `end`. */
static inline uint64_t tcg_count(ArmCpu *cpu, TcgCpu *t, const A64Insn *end)
{
    uint64_t n = atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed) +
                 (uint64_t)(end - t->run_start);

    atomic_store_explicit(&cpu->cs.insn_count, n, memory_order_relaxed);
    return n;
}

/* Makes the count exact before something may look at virtual time or count instructions. */
static inline void tcg_settle(ArmCpu *cpu, TcgCpu *t, const A64Insn *i)
{
    if (unlikely(icount_enabled() || cpu->exact_count)) {
        tcg_count(cpu, t, i);
        t->run_start = i;
    }
}

/* Back to the loop with pc at `next`; always NULL. */
const A64Insn *tcg_leave(ArmCpu *cpu, TcgCpu *t, const A64Insn *next);
/* Takes an exception at i, which does not count as executed; its return address is i. NULL. */
const A64Insn *tcg_raise(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, ArmException *exc);
const A64Insn *tcg_fp_trap(ArmCpu *cpu, TcgCpu *t, const A64Insn *i);

static inline bool tcg_exit_requested(ArmCpu *cpu)
{
    return unlikely(atomic_load_explicit(&cpu->cs.exit_request, memory_order_relaxed));
}

/* Somebody wants the loop to look, or the instructions asked for are executed: n says how many. */
static inline bool tcg_must_leave(ArmCpu *cpu, uint64_t n)
{
    return tcg_exit_requested(cpu) || unlikely(n >= cpu->cs.insn_limit);
}

/* Counts a branch that arrives at a record of the current page: true when the translator should
 * have it. */
static inline bool tcg_warm(TcgCpu *t, const A64Insn *n)
{
    uint8_t *heat = &code_page_of(t->insns)->heat[n - t->insns];
    unsigned h = __atomic_load_n(heat, __ATOMIC_RELAXED);

    if (unlikely(h >= t->heat_limit)) {
        return true;
    }
    __atomic_store_n(heat, (uint8_t)(h + 1), __ATOMIC_RELAXED);
    return false;
}

/* A taken branch from i to n in the same page. */
static inline const A64Insn *tcg_taken(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, const A64Insn *n)
{
    uint64_t count = tcg_count(cpu, t, i + 1);

    t->run_start = n;
    if (tcg_must_leave(cpu, count) || tcg_warm(t, n)) {
        t->branch_from = n;
        return &t->leave_record;
    }
    return n;
}

/* A branch that tcg_jump has to look at. */
static inline const A64Insn *tcg_jump_later(TcgCpu *t, const A64Insn *i, uint64_t target)
{
    t->branch_from = i;
    t->branch_target = target;
    return &t->jump_record;
}

/* An indirect branch. */
static inline const A64Insn *tcg_jump(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t target)
{
    uint64_t off = target - tcg_pc_of(t, t->insns);

    if (likely(off < GUEST_PAGE_SIZE && !(off & 3))) {
        return tcg_taken(cpu, t, i, t->insns + off / 4);
    }
    const TlbCodeEntry *e = &t->bank->code[target >> GUEST_PAGE_BITS & (TLB_CODE_ENTRIES - 1)];
    if (likely(e->tag == (target & ~0xffcull))) {
        uint64_t count = tcg_count(cpu, t, i + 1);

        tcg_see_page(t, e->page->insns, e->tag);
        t->run_start = t->insns + (target & 0xffc) / 4;
        if (tcg_must_leave(cpu, count) || tcg_warm(t, t->run_start)) {
            t->branch_from = t->run_start;
            return &t->leave_record;
        }
        return t->run_start;
    }
    return tcg_jump_later(t, i, target);
}

/* Memory accesses that the TLB does not answer. False: the exception has been taken. Loads leave
 * their value, not extended, in t->loaded. `mo` as in sem.h. */
bool tcg_load_slow(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo);
bool tcg_store_slow(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, uint64_t lo,
                    uint64_t hi);
/* An access to a device whose page the TLB knows: false: it does not, or there is more to look at.
 * True: it was made; *ret says how it went, and `v` what was loaded, not extended. */
bool tcg_io(ArmCpu *cpu, TcgCpu *t, uint64_t va, unsigned mo, ArmAccess access, uint64_t *v,
            MemResult *ret);
/* Takes the abort of one that went wrong; false. */
bool tcg_io_abort(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, ArmAccess access);
/* Zeroes the block of `size` bytes that va is in. */
bool tcg_zero_slow(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, uint64_t size);
/* False: the stack pointer's alignment is checked and the fault has been taken. */
bool tcg_sp_aligned(ArmCpu *cpu, TcgCpu *t, const A64Insn *i);

uint32_t tcg_crc32(unsigned castagnoli, unsigned bytes, uint32_t crc, uint64_t data);

/* Executes translated code from record i of the current page on, if there is or can be any: true,
 * and pc says where to go on, *ret_interpret that the interpreter has to. */
bool tcg_run_translated(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, bool *ret_interpret);

/* step.c: something may stop at an instruction. True: looked at pc, and perhaps executed one
 * instruction; false: nothing stops in its page. */
bool tcg_step(ArmCpu *cpu, TcgCpu *t);

/* AccelCpuOps.exec. */
void tcg_exec(CpuState *cs);

#endif
