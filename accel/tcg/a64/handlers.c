/* SPDX-License-Identifier: MIT */
/* The interpreter's table: operation number -> handler. */
#include "accel/tcg/exec.h"

#define DECLARE(name) A64Handler a64_op_##name;
#define ENTRY(name)   a64_op_##name,

A64Handler a64_op_undecoded, a64_op_page_end, a64_op_unallocated, a64_op_leave, a64_op_jump,
    a64_op_stop, a64_op_resume;
A64_OPS(DECLARE)

A64Handler *const a64_handlers[A64_OP_COUNT] = {
    a64_op_undecoded, a64_op_page_end, a64_op_unallocated, a64_op_leave,
    a64_op_jump,      a64_op_stop,     a64_op_resume,      A64_OPS(ENTRY)};
