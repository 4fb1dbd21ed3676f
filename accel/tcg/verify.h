/* SPDX-License-Identifier: MIT */
/* Lockstep, -accel tcg,verify=N: every so many translated blocks are executed twice, by translated
 * code and by the interpreter on a copy of the state, and compared. */
#ifndef ACCEL_TCG_VERIFY_H
#define ACCEL_TCG_VERIFY_H

#include "accel/tcg/exec.h"
#include "accel/tcg/jit.h"

/* It is this block's turn. In lockstep every block comes back to the loop. */
bool tcg_verify_due(TcgCpu *t);
/* Executes `code`, translated from record `first` of the current page, in place of jit_enter(), and
 * then the interpreter. What cannot be done twice (devices, system registers with effects, faults)
 * ends it before that instruction. A difference is reported, the VM is stopped as by an internal
 * error, and the interpreter's state stays. */
JitExit tcg_verify_block(ArmCpu *cpu, TcgCpu *t, const A64Insn *first, const void *code);
/* Of a block that is being verified: what the site asks for may be done twice. */
bool tcg_verify_may(ArmCpu *cpu, TcgCpu *t, const JitSite *s);
/* The same: `bytes` at host memory are about to be stored to. */
void tcg_verify_stored(TcgCpu *t, void *host, unsigned bytes);
void tcg_verify_destroy(TcgCpu *t);

static inline void tcg_note_store(TcgCpu *t, void *host, unsigned bytes)
{
    if (unlikely(t->verifying)) {
        tcg_verify_stored(t, host, bytes);
    }
}

#endif
