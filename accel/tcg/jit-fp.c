/* SPDX-License-Identifier: MIT */
/* The host's floating-point unit on behalf of translated code, and what that cannot compute. */
#include "accel/tcg/jit-fp.h"

#include "accel/tcg/ir-vec.h"
#include "util/softfp.h"

/* ---- the control and status register (Intel SDM volume 1, 10.2.3) */

enum {
    MXCSR_DEFAULT = 0x1f80, /* everything masked, to nearest, nothing flushed */
    MXCSR_IE = 1 << 0,
    MXCSR_ZE_TO_PE = 15 << 2, /* four flags in FPSR's order, a place higher */
};

/* What has to be 0 for the host to compute as Arm does. */
#define FPCR_OTHER (3u << SOFTFP_FPCR_RM_SHIFT | SOFTFP_FPCR_FZ | SOFTFP_FPCR_DN | SOFTFP_FPCR_AHP)

#ifdef __x86_64__
static uint32_t mxcsr(void)
{
    return __builtin_ia32_stmxcsr();
}

static void set_mxcsr(uint32_t v)
{
    __builtin_ia32_ldmxcsr(v);
}
#else
static uint32_t mxcsr(void)
{
    return MXCSR_DEFAULT;
}

static void set_mxcsr(uint32_t v)
{
}
#endif

bool jit_fp_begin(ArmCpu *cpu)
{
    if (cpu->fpcr & FPCR_OTHER) {
        return false;
    }
    set_mxcsr(MXCSR_DEFAULT);
    jit_state(cpu)->fp_live = true;
    return true;
}

void jit_fp_collect(ArmCpu *cpu)
{
    uint32_t v = mxcsr();

    cpu->fpsr |= (v & MXCSR_IE) | (v & MXCSR_ZE_TO_PE) >> 1;
    jit_state(cpu)->fp_live = false;
}

/* ---- functions */

static ArmVec operand(const JitState *js, const JitSite *s, JitValue v)
{
    switch (v.place) {
    case JIT_XMM:
        return js->saved_vec[v.n];
    case JIT_SPILL_VEC:
        return js->spill_vec[v.n];
    default:
        return (ArmVec){.d = {jit_value(js, s, v), 0}};
    }
}

void jit_call_vec(ArmCpu *cpu, const JitSite *s)
{
    JitState *js = jit_state(cpu);
    IrVecFunction *f = (IrVecFunction *)(uintptr_t)jit_value(js, s, s->function);
    IrVecArgs x = {
        .a = operand(js, s, s->a),
        .b = operand(js, s, s->b),
        .c = operand(js, s, s->c),
        .extra = jit_value(js, s, s->to2),
        .shape = s->mo,
    };
    ArmVec r = f(cpu, &x);

    if (s->to.place == JIT_XMM) {
        js->saved_vec[s->to.n] = r;
    } else {
        js->saved[s->to.n] = r.d[0];
    }
}
