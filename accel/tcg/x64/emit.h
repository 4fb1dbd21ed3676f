/* SPDX-License-Identifier: MIT */
/* What the files of the x86-64 back end share: one forward pass over a block's nodes that gives
 * values registers and emits code.
 *
 * Registers: RBP points into ArmCpu (EMIT_BASE), R14 is the TLB bank. RAX, RCX, RDX and XMM0..XMM2
 * are scratch within a node. Some guest registers live in host registers while translated code runs
 * (emit_home); all others in ArmCpu, written as soon as a node sets them. Values get the rest. */
#ifndef ACCEL_TCG_X64_EMIT_H
#define ACCEL_TCG_X64_EMIT_H

#include "accel/tcg/ir.h"
#include "accel/tcg/jit.h"
#include "accel/tcg/x64/asm.h"

enum {
    EMIT_MAX_SITES = 256,
    EMIT_MAX_POOL = 512,
    EMIT_MAX_COLD = 512,
    EMIT_BASE_X = 16, /* RBP points to ArmCpu.x[16] */
};

/* Offset of an ArmCpu field from RBP. */
#define EMIT_CPU(field) \
    ((int32_t)offsetof(ArmCpu, field) - (int32_t)(offsetof(ArmCpu, x) + EMIT_BASE_X * 8))
#define EMIT_STATE(field) (EMIT_CPU(accel_words) + (int32_t)offsetof(JitState, field))

/* Where a value is. */
typedef struct EmitValue {
    uint8_t reg;  /* X64Reg, or XMM number for vectors; X64_NO_REG: in none */
    int8_t spill; /* slot; -1: not spilled */
} EmitValue;

/* Code that is jumped to and stands behind the block. */
typedef struct EmitCold {
    X64Jump from;
    uint8_t *back; /* where it jumps back to; NULL: it does not */
    uint16_t node;
    int16_t site; /* -1: none */
    uint8_t kind; /* EMIT_COLD_* */
    uint8_t target_reg;
} EmitCold;

typedef struct Emit {
    X64Asm s;
    IrBlock *b;
    EmitValue v[IR_MAX_NODES];
    IrRef reg[16]; /* the value in a general register; homes: the last one that was read or set */
    IrRef xmm[16];
    uint32_t spills, vec_spills; /* slots in use */
    unsigned at;                 /* the node that is being emitted */
    uint32_t pinned, xmm_pinned; /* registers that must not be given away within this node */
    IrRef host_flags;            /* the flags node that the host's flags are; 0: none */
    bool nzcv_home;              /* ArmCpu.nzcv is known to be true unless flags are pending */
    bool uses_vectors;
    const uint8_t *entry; /* where the block begins to execute */
    JitSite sites[EMIT_MAX_SITES];
    unsigned n_sites;
    uint64_t pool[EMIT_MAX_POOL];
    unsigned n_pool;
    EmitCold cold[EMIT_MAX_COLD];
    unsigned n_cold;
    bool failed; /* something ran out: the block has to be made shorter */
} Emit;

/* ---- registers (regs.c) */

/* The host register that a guest register lives in, or X64_NO_REG. */
extern const uint8_t emit_home[ARM_X_COUNT];
void emit_regs_begin(Emit *e);
/* The register with a value: loads it from its spill slot, makes constants (in `scratch` unless
 * that is X64_NO_REG). Pinned until emit_node_done(). */
X64Reg emit_use(Emit *e, IrRef r, X64Reg scratch);
/* A register for the value of the node being emitted: its home where that is free to be written, a
 * free one, or one whose value is spilled. Never a register that is pinned. */
X64Reg emit_define(Emit *e, IrRef r);
/* One more for the time of this node. */
X64Reg emit_temp(Emit *e);
unsigned emit_use_xmm(Emit *e, IrRef r);
unsigned emit_define_xmm(Emit *e, IrRef r);
unsigned emit_temp_xmm(Emit *e);
/* A value is used by this node for the last time. */
bool emit_dies(const Emit *e, IrRef r);
/* Unpins, and frees registers whose values are no longer needed. */
void emit_node_done(Emit *e);
/* Where a value is, for a site. */
JitValue emit_place(Emit *e, IrRef r);

/* ---- sites and cold code (emit.c) */

/* Describes node n as a site; operands and results are filled in by the caller. */
JitSite *emit_site(Emit *e, JitSiteKind kind, IrRef n);
/* Code that jumps there with this condition asks the site, and comes back to where the emission is
 * when emit_back() is called. */
void emit_cold_site(Emit *e, X64Cond cc, JitSite *site);
void emit_back(Emit *e, JitSite *site);
/* Asks the site in line. */
void emit_ask(Emit *e, JitSite *site);

/* ---- families of nodes; false: not theirs */

bool emit_int(Emit *e, IrRef r);
bool emit_mem(Emit *e, IrRef r);
bool emit_exit(Emit *e, IrRef r);
bool emit_vec(Emit *e, IrRef r);

/* Sets the host's flags for a truth value; the condition that says it holds. */
X64Cond emit_condition(Emit *e, IrRef r);
/* Finds host memory of an access of `bytes` bytes: base register of ret; misses jump to cold code
 * of the site. */
X64Mem emit_tlb(Emit *e, const IrNode *n, unsigned bytes, bool store, JitSite *site);

/* ---- thunks (thunks.c): code that every block uses */

typedef struct EmitThunks {
    const void *slow, *slow_vec;         /* pushed: the site's offset from code_cache_base() */
    const void *jump;                    /* RAX: target address */
    const void *exit_look, *exit_interp; /* RAX: offset in the page */
} EmitThunks;
extern EmitThunks emit_thunks;
bool emit_thunks_make(X64Asm *s);

/* Emits a block. False: it did not fit. */
bool emit_block(Emit *e, IrBlock *b, uint8_t *rw, uint8_t *rw_end, ptrdiff_t rx_delta,
                size_t *ret_used);

#endif
