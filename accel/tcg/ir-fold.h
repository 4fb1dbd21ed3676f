/* SPDX-License-Identifier: MIT */
/* Simplification of IR while it is appended. */
#ifndef ACCEL_TCG_IR_FOLD_H
#define ACCEL_TCG_IR_FOLD_H

#include "accel/tcg/ir.h"

/* An existing node that `node` equals; or 0, and `node` is in its simplest form. */
IrRef ir_fold(IrBlock *b, IrNode *node);
/* How many low bits of an integer may be other than 0. */
unsigned ir_width(const IrBlock *b, IrRef r);

/* How many low bytes of a vector may be other than zero. */
unsigned ir_vec_bytes(const IrBlock *b, IrRef r);

#endif
