/* SPDX-License-Identifier: MIT */
/* The host's floating-point unit as translated code uses it: set up when a block first wants it,
 * its exception flags added to FPSR when C takes over. */
#ifndef ACCEL_TCG_JIT_FP_H
#define ACCEL_TCG_JIT_FP_H

#include "accel/tcg/jit.h"

/* Translated code may compute from here on. False: not with this FPCR. */
bool jit_fp_begin(ArmCpu *cpu);
void jit_fp_collect(ArmCpu *cpu);

/* After translated code, before anything that looks at FPSR or computes. */
static inline void jit_fp_end(ArmCpu *cpu)
{
    if (unlikely(jit_state(cpu)->fp_live)) {
        jit_fp_collect(cpu);
    }
}

/* A site that has a function compute a value. */
void jit_call_vec(ArmCpu *cpu, const JitSite *s);

#endif
