/* SPDX-License-Identifier: MIT */
/* From predecoded instructions to a block of IR. */
#include "accel/tcg/a64/jit.h"

#include "accel/tcg/code.h"

/* Groups that are not compiled against IR leave theirs undefined: NULL. */
#define DECLARE(name) A64JitOp a64_jit_##name __attribute__((weak));
#define ENTRY(name)   a64_jit_##name,
A64_OPS(DECLARE)

A64JitOp *const a64_jit_ops[A64_OP_COUNT] = {NULL, NULL, NULL, NULL,
                                             NULL, NULL, NULL, A64_OPS(ENTRY)};

/* An instruction that only the interpreter has. */
static bool interpret(IrBlock *b, const A64Insn *i)
{
    const A64RowInfo *row = a64_row_of_op(i->op);

    if (!row || (row->flags & (A64_ROW_ENDS_ALWAYS | A64_ROW_ENDS_MAYBE))) {
        ir_append(b, (IrNode){.op = IR_EXIT_INTERP});
        return true;
    }
    ir_append(b, (IrNode){.op = IR_INTERP, .imm = b->insn});
    ir_forget_state(b);
    return false;
}

static bool translate_one(IrBlock *b, const A64Insn *i)
{
    if (__atomic_load_n(&i->op, __ATOMIC_ACQUIRE) == A64_OP_UNDECODED) {
        code_decode(b->page, i);
    }
    A64JitOp *op = a64_jit_ops[i->op];
    if (!op) {
        return interpret(b, i);
    }
    IrState before = b->state;
    SemRet ret = op((SemCtx){b, i}, i);
    if (b->unsupported) {
        b->state = before;
        b->unsupported = false;
        return interpret(b, i);
    }
    return ret.ends;
}

void a64_translate(IrBlock *b)
{
    for (;; b->insn++, b->count++) {
        if (b->insn == INSNS_PER_PAGE || b->count == b->max_insns ||
            b->state.n + IR_INSN_NODES > IR_MAX_NODES) {
            ir_append(b, (IrNode){.op = IR_EXIT, .imm = b->insn * 4});
            return;
        }
        if (translate_one(b, &b->page->insns[b->insn])) {
            return;
        }
    }
}

unsigned a64_block_insns(const IrBlock *b)
{
    const IrNode *last = &b->nodes[b->state.n - 1];
    unsigned n = b->insn - b->first;

    if (b->insn == INSNS_PER_PAGE || b->count == b->max_insns) {
        return n;
    }
    if (last->op == IR_EXIT && last->insn == b->insn && last->imm == b->insn * 4) {
        const A64RowInfo *row = a64_row_of_op(b->page->insns[b->insn].op);

        return n + (row && row->flags & A64_ROW_ENDS_ALWAYS); /* a branch to itself */
    }
    return n + 1;
}
