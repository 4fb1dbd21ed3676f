/* SPDX-License-Identifier: MIT */
/* A fragment of sem.h. The vocabulary as IR: what the translator compiles sem-*.c against. Values
 * are nodes of the block that is being made; every access succeeds here, since a node that faults
 * leaves the block. */
#ifndef ACCEL_TCG_A64_SEM_JIT_H
#define ACCEL_TCG_A64_SEM_JIT_H

#include "accel/tcg/a64/jit.h"
#include "accel/tcg/pauth.h"
#include "hw/cpu/arm-exc.h"
#include "util/bits.h"

typedef struct V64 {
    IrRef r;
} V64;
typedef struct VB {
    IrRef r;
} VB;
typedef struct VF {
    IrRef r;
} VF;
typedef struct V128 {
    IrRef r;
} V128;

enum { A64_WRAP_STORE = 1, A64_WRAP_FP = 2 };

#define A64_OP(name, wrap_flags, meaning)             \
    A64JitOp a64_jit_##name;                          \
    SemRet a64_jit_##name(SemCtx c, const A64Insn *i) \
    {                                                 \
        if ((wrap_flags)&A64_WRAP_FP) {               \
            jit_fp_enabled(c);                        \
        }                                             \
        return meaning;                               \
    }

/* FP and AdvSIMD may trap: once a block is enough. */
SEM_INLINE void jit_fp_enabled(SemCtx c)
{
    if (!c.b->state.fp_checked) {
        ir_append(c.b, (IrNode){.op = IR_FP_ENABLED});
        c.b->state.fp_checked = true;
    }
}

/* ---- control */

SEM_INLINE SemRet sem_next(SemCtx c)
{
    return (SemRet){false};
}

SEM_INLINE SemRet sem_stop(SemCtx c)
{
    return (SemRet){c.b->ends};
}

/* The interpreter executes the instruction, and the block goes on if that does. */
SEM_INLINE SemRet sem_interpret(SemCtx c, bool ends)
{
    ir_append(c.b, (IrNode){.op = IR_INTERP, .aux = ends, .imm = c.b->insn});
    ir_forget_state(c.b);
    c.b->ends = ends;
    return (SemRet){ends};
}

/* The same for verbs of accesses, which then are over. */
SEM_INLINE bool sem_interpret_access(SemCtx c)
{
    sem_interpret(c, false);
    return false;
}

/* For verbs that are not compiled: what the instruction has appended is dropped again. */
SEM_INLINE IrRef jit_unsupported(SemCtx c)
{
    c.b->unsupported = true;
    return ir_const(c.b, 0);
}

SEM_INLINE V64 jit_node(SemCtx c, IrNode n)
{
    return (V64){ir_pure(c.b, n)};
}

SEM_INLINE V64 pc_get(SemCtx c)
{
    return jit_node(
        c, (IrNode){
               .op = IR_ADD, .wide = 1, .a = c.b->state.pcpage, .b = ir_const(c.b, c.b->insn * 4)});
}

/* Targets are told by their distance from the page's start. */
SEM_INLINE int64_t jit_target(SemCtx c, int64_t off)
{
    return (int64_t)c.b->insn * 4 + off;
}

SEM_INLINE SemRet br_rel(SemCtx c, int64_t off)
{
    ir_append(c.b, (IrNode){.op = IR_EXIT, .aux = 1, .imm = jit_target(c, off)});
    return (SemRet){true};
}

SEM_INLINE SemRet br_if(SemCtx c, VB cond, int64_t off)
{
    IrNode n = {.op = IR_EXIT_IF, .a = cond.r, .imm = jit_target(c, off)};

    if (c.b->nodes[cond.r].op != IR_BOOL) {
        ir_append(c.b, n);
    } else if (c.b->nodes[cond.r].aux) {
        return br_rel(c, off);
    }
    return sem_next(c);
}

/* `type`: PSTATE.BTYPE, 0: the target does not look. */
SEM_INLINE SemRet jit_branch(SemCtx c, unsigned type, V64 target)
{
    ir_append(c.b, (IrNode){.op = IR_EXIT_TO, .a = target.r, .aux = (uint16_t)type});
    return (SemRet){true};
}

SEM_INLINE SemRet br_to(SemCtx c, V64 target)
{
    return jit_branch(c, 0, target);
}

SEM_INLINE SemRet br_indirect(SemCtx c, unsigned n, bool link, V64 target)
{
    unsigned type = arm_has(c.b->cpu, ARM_FEAT_BTI) ? tcg_branch_type(n, link) : 0;

    return jit_branch(c, type, target);
}

/* ---- registers */

SEM_INLINE const IrNode *jit_of(SemCtx c, IrRef r)
{
    return &c.b->nodes[r];
}

SEM_INLINE V64 x_get(SemCtx c, unsigned n)
{
    if (n == ARM_X_ZR) {
        return (V64){ir_const(c.b, 0)};
    }
    if (!c.b->state.x[n]) {
        c.b->state.x[n] = ir_append(c.b, (IrNode){.op = IR_GETX, .wide = 1, .aux = (uint16_t)n});
    }
    return (V64){c.b->state.x[n]};
}

SEM_INLINE V64 v_zext(SemCtx c, unsigned bits, V64 a)
{
    if (bits >= 64) {
        return a;
    }
    return jit_node(c, (IrNode){.op = IR_ZEXT, .wide = 1, .aux = (uint16_t)bits, .a = a.r});
}

SEM_INLINE V64 x_getw(SemCtx c, unsigned sf, unsigned n)
{
    return sf ? x_get(c, n) : v_zext(c, 32, x_get(c, n));
}

SEM_INLINE void x_set(SemCtx c, unsigned n, V64 v)
{
    if (n != ARM_X_ZR) {
        ir_append(c.b, (IrNode){.op = IR_SETX, .aux = (uint16_t)n, .a = v.r});
        c.b->state.x[n] = v.r;
    }
}

#include "accel/tcg/a64/sem-jit-int.h"
#include "accel/tcg/a64/sem-jit-mem.h"
#include "accel/tcg/a64/sem-jit-pauth.h"
#include "accel/tcg/a64/sem-jit-sys.h"

#endif
