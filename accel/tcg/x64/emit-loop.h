/* SPDX-License-Identifier: MIT */
/* What a block that branches back to itself keeps in registers meanwhile. */
#ifndef ACCEL_TCG_X64_EMIT_LOOP_H
#define ACCEL_TCG_X64_EMIT_LOOP_H

#include "accel/tcg/x64/emit.h"

/* Before the first node; e->loop.entry is where the next round begins. */
void emit_loop_begin(Emit *e);
/* A vector register is set. */
void emit_loop_set(Emit *e, unsigned v, IrRef value);
/* Where the values are that the next round wants, at the node that is being emitted. */
void emit_loop_places(const Emit *e, uint8_t *ret);
/* Puts them where it wants them and goes there. */
void emit_loop_again(Emit *e, const uint8_t *places);

#endif
