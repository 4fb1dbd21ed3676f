/* SPDX-License-Identifier: MIT */
/* A fragment of sem.h. The vocabulary as plain C: what the interpreter compiles sem-*.c against. */
#ifndef ACCEL_TCG_A64_SEM_INTERP_H
#define ACCEL_TCG_A64_SEM_INTERP_H

#include "accel/tcg/exec.h"
#include "accel/tcg/pauth.h"
#include "accel/tcg/tcg-cpu.h"
#include "util/bits.h"

/* Passed by value everywhere, so that nothing of an operation's frame escapes and the jump to the
 * next operation stays a jump. */
typedef struct SemCtx {
    ArmCpu *cpu;
    TcgCpu *t;
    const A64Insn *i;
} SemCtx;

typedef struct V64 {
    uint64_t u;
} V64;
typedef struct VB {
    bool b;
} VB;
typedef struct VF {
    uint32_t nzcv; /* bits 31:28 */
} VF;
typedef struct V128 {
    ArmVec v;
} V128;
/* Where execution goes on: a record, or NULL for "look at cpu->pc again". */
typedef struct SemRet {
    const A64Insn *next;
} SemRet;

/* ---- operations: a64_op_NAME(cpu, t, record) executes from the record on */

enum { A64_WRAP_STORE = 1, A64_WRAP_FP = 2 };

#define A64_OP(name, wrap_flags, meaning)                             \
    A64_HANDLER(name)                                                 \
    {                                                                 \
        SemCtx c = {cpu, t, i};                                       \
        if (((wrap_flags)&A64_WRAP_FP) && unlikely(!t->fp_enabled)) { \
            return tcg_fp_trap(cpu, t, i);                            \
        }                                                             \
        const A64Insn *next = (meaning).next;                         \
        if (unlikely(!next)) {                                        \
            return NULL;                                              \
        }                                                             \
        if (((wrap_flags)&A64_WRAP_STORE) && unlikely(t->leave)) {    \
            return tcg_leave(cpu, t, next);                           \
        }                                                             \
        A64_DISPATCH(cpu, t, next);                                   \
    }

/* ---- control */

SEM_INLINE SemRet sem_next(SemCtx c)
{
    return (SemRet){c.i + 1};
}

SEM_INLINE SemRet sem_stop(SemCtx c)
{
    return (SemRet){NULL};
}

/* The address of the instruction. */
SEM_INLINE V64 pc_get(SemCtx c)
{
    return (V64){tcg_pc_of(c.t, c.i)};
}

/* A branch by a constant distance in bytes. */
SEM_INLINE SemRet br_rel(SemCtx c, int64_t off)
{
    /* Records are four times as long as instructions. */
    const A64Insn *n = (const A64Insn *)((uintptr_t)c.i + (uint64_t)off * 4);

    if (likely((uintptr_t)n - (uintptr_t)c.t->insns < INSNS_PER_PAGE * sizeof(A64Insn))) {
        return (SemRet){tcg_taken(c.cpu, c.t, c.i, n)};
    }
    return (SemRet){tcg_jump_later(c.t, c.i, tcg_pc_of(c.t, c.i) + (uint64_t)off)};
}

SEM_INLINE SemRet br_if(SemCtx c, VB cond, int64_t off)
{
    return cond.b ? br_rel(c, off) : sem_next(c);
}

/* A branch to an address from a register. */
SEM_INLINE SemRet br_to(SemCtx c, V64 target)
{
    return (SemRet){tcg_jump(c.cpu, c.t, c.i, target.u)};
}

/* The same for BR and BLR, which tell their target what they are: `n` is the register. */
SEM_INLINE SemRet br_indirect(SemCtx c, unsigned n, bool link, V64 target)
{
    if (unlikely(c.t->checks_branches)) {
        c.t->branch_type = tcg_branch_type(n, link);
        return (SemRet){tcg_jump_later(c.t, c.i, target.u)};
    }
    return br_to(c, target);
}

/* ---- registers */

SEM_INLINE V64 x_get(SemCtx c, unsigned n)
{
    return (V64){c.cpu->x[n]};
}

/* 64 or 32 bits of it. */
SEM_INLINE V64 x_getw(SemCtx c, unsigned sf, unsigned n)
{
    return (V64){sf ? c.cpu->x[n] : (uint32_t)c.cpu->x[n]};
}

SEM_INLINE void x_set(SemCtx c, unsigned n, V64 v)
{
    c.cpu->x[n] = v.u;
    c.cpu->x[ARM_X_ZR] = 0; /* cheaper than asking whether it was this one */
}

SEM_INLINE V128 vec_get(SemCtx c, unsigned n)
{
    return (V128){c.cpu->v[n]};
}

SEM_INLINE void vec_set(SemCtx c, unsigned n, V128 v)
{
    c.cpu->v[n] = v.v;
}

#include "accel/tcg/a64/sem-interp-int.h"
#include "accel/tcg/a64/sem-interp-mem.h"
#include "accel/tcg/a64/sem-interp-sys.h"

#endif
