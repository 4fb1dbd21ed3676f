/* SPDX-License-Identifier: MIT */
/* What the translator tells people: -d in_asm,op,out_asm, and names of its code for perf(1). */
#ifndef ACCEL_TCG_JIT_LOG_H
#define ACCEL_TCG_JIT_LOG_H

#include "accel/tcg/ir.h"
#include "util/log.h"

enum { LOG_JIT = LOG_IN_ASM | LOG_OP | LOG_OUT_ASM };

extern bool jit_perf_on; /* set by jit_perf_init */

static inline bool jit_log_wanted(void)
{
    return unlikely((log_mask & LOG_JIT) || jit_perf_on);
}

/* A block was translated: its code executes at `code`, and can be read there. */
void jit_log_block(const IrBlock *b, const uint8_t *code, size_t len);

/* Its parts by LOG_IN_ASM, LOG_OP, LOG_OUT_ASM. */
void jit_log_text(const IrBlock *b, unsigned what, const uint8_t *code, size_t len, GString *out);

/* jit-perf.c: opens what the accelerator's properties perfmap and jitdump ask for. */
bool jit_perf_init(bool map, bool dump, Error **errp);
/* Code with a name, in both. */
void jit_perf_name(const char *name, const uint8_t *code, size_t len);

/* jit-disas.c: host code as text, a line for each instruction. */
void jit_disassemble_host(const uint8_t *code, size_t len, GString *out);

#endif
