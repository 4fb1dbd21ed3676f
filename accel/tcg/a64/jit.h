/* SPDX-License-Identifier: MIT */
/* Guest instructions as IR: what translates a record. */
#ifndef ACCEL_TCG_A64_JIT_H
#define ACCEL_TCG_A64_JIT_H

#include "accel/tcg/ir.h"

/* What the meanings see. */
typedef struct SemCtx {
    IrBlock *b;
    const A64Insn *i;
} SemCtx;

/* Whether the block ends with the instruction. */
typedef struct SemRet {
    bool ends;
} SemRet;

/* Appends the IR of an operation. */
typedef SemRet A64JitOp(SemCtx c, const A64Insn *i);

/* By operation; NULL: the interpreter has to execute it. */
extern A64JitOp *const a64_jit_ops[A64_OP_COUNT];

/* Pointers with their codes put in, or checked and taken out: a, with modifier b; c: ArmPacKey, and
 * JIT_PAC_CHECK. Without them: a; b: of data. And PACGA. */
enum { JIT_PAC_CHECK = 4 };
IrFunction jit_pac, jit_pac_strip, jit_pac_generic;

/* Appends blocks' instructions from b->first on. */
void a64_translate(IrBlock *b);
/* Instructions of the block: before b->insn where something ran out, else up to it. */
unsigned a64_block_insns(const IrBlock *b);

#endif
