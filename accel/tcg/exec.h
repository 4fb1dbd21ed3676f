/* SPDX-License-Identifier: MIT */
/* The interpreter's loop, and what operations call: dispatch, branches, exceptions, memory. */
#ifndef ACCEL_TCG_EXEC_H
#define ACCEL_TCG_EXEC_H

#include "accel/tcg/tcg-cpu.h"
#include "hw/cpu/arm-exc.h"
#include "util/bits.h"

/* An operation either jumps to the next one, with the same three arguments in the same registers,
 * or returns: NULL to have cpu->pc looked at, or (without sibling calls) the next record. */
typedef const A64Insn *A64Handler(ArmCpu *cpu, TcgCpu *t, const A64Insn *i);
extern A64Handler *const a64_handlers[A64_OP_COUNT];

/* Sibling calls are certain only in optimised, uninstrumented builds. */
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(POISE_NO_TAIL_CALLS)
#define A64_TAIL_CALLS 1
#else
#define A64_TAIL_CALLS 0
#endif

#if A64_TAIL_CALLS && defined(__clang__)
#define A64_DISPATCH(cpu, t, next) \
    __attribute__((musttail)) return a64_handlers[(next)->op](cpu, t, next)
#elif A64_TAIL_CALLS
#define A64_DISPATCH(cpu, t, next) return a64_handlers[(next)->op](cpu, t, next)
#else
#define A64_DISPATCH(cpu, t, next) return next
#endif

#define A64_HANDLER(name)     \
    A64Handler a64_op_##name; \
    const A64Insn *a64_op_##name(ArmCpu *cpu, TcgCpu *t, const A64Insn *i)

/* What the instructions before `i` were: counted. */
static inline void tcg_count(ArmCpu *cpu, TcgCpu *t, const A64Insn *end)
{
    uint64_t n = atomic_load_explicit(&cpu->cs.insn_count, memory_order_relaxed);

    atomic_store_explicit(&cpu->cs.insn_count, n + (uint64_t)(end - t->run_start),
                          memory_order_relaxed);
}

/* Out of line ends of tcg_taken and br_to; NULL or the record to go on with. */
const A64Insn *tcg_poll(ArmCpu *cpu, TcgCpu *t, uint64_t pc);
const A64Insn *tcg_jump(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t target);
/* Goes back to the loop with pc at `next`. */
const A64Insn *tcg_leave(ArmCpu *cpu, TcgCpu *t, const A64Insn *next);
/* Takes a synchronous exception at i; always NULL. */
const A64Insn *tcg_raise(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, ArmException *exc);
const A64Insn *tcg_fp_trap(ArmCpu *cpu, TcgCpu *t, const A64Insn *i);

/* A taken branch from i to n in the same page. */
static inline const A64Insn *tcg_taken(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, const A64Insn *n)
{
    tcg_count(cpu, t, i + 1);
    t->run_start = n;
    if (unlikely(atomic_load_explicit(&cpu->cs.exit_request, memory_order_relaxed))) {
        return tcg_leave(cpu, t, n);
    }
    return n;
}

/* Memory accesses that the TLB does not answer. False: the exception has been taken. Loads leave
 * their value, not extended, in t->loaded. `mo` as in sem.h. */
bool tcg_load_slow(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo);
bool tcg_store_slow(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t va, unsigned mo, uint64_t lo,
                    uint64_t hi);

#endif
