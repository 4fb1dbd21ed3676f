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

/* The flags that the CPU's state does not have yet. */
typedef struct EmitFlags {
    uint8_t kind; /* JitFlags */
    JitValue a, b;
} EmitFlags;

enum { EMIT_TEMPS = 4, EMIT_HOMES = 6, EMIT_LOOP_HOMES = 7 };

/* A vector register that stays in an XMM register from one round of a loop to the next. */
typedef struct EmitLoopHome {
    IrRef head; /* the node that reads it first */
    uint8_t v, xmm;
} EmitLoopHome;

/* Of a block that branches back to its beginning (emit-loop.c). */
typedef struct EmitLoop {
    EmitLoopHome homes[EMIT_LOOP_HOMES];
    unsigned n;
    IrRef now[32];        /* what vector registers were set to; 0: nothing yet */
    IrRef last;           /* the branch back; FP_ENABLED and FP_MODE before it were emitted first */
    const uint8_t *entry; /* of the next round */
} EmitLoop;

/* Code that is jumped to and stands behind the block: it asks a site and comes back, or leaves. */
typedef struct EmitCold {
    X64Jump from[3];
    uint8_t n_from;
    int16_t site;    /* -1: it leaves */
    uint8_t *back;   /* where it comes back to */
    EmitFlags flags; /* leaving: as EXIT does, by `count` and to `target` */
    uint16_t count, insn;
    bool look;                       /* to the loop, whatever is translated */
    uint8_t places[EMIT_LOOP_HOMES]; /* for the next round, if it is one */
    int64_t target;
} EmitCold;

typedef struct Emit {
    X64Asm s;
    IrBlock *b;
    EmitValue v[IR_MAX_NODES];
    uint8_t hint[IR_MAX_NODES]; /* the register that a value is soon to be in, or X64_NO_REG */
    IrRef reg[16]; /* the value in a general register; homes: the last one that was read or set */
    IrRef xmm[16];
    IrRef spilled[JIT_SPILLS], spilled_vec[16]; /* by slot */
    unsigned at;                                /* the node that is being emitted */
    uint32_t pinned, xmm_pinned; /* registers that must not be given away within this node */
    /* The value whose computing left the host's flags as its flags node says; 0: none. */
    IrRef host_flags, new_host_flags;
    bool nzcv_true;    /* ArmCpu.nzcv is, unless flags are pending */
    bool uses_vectors; /* sites save XMM registers too */
    EmitLoop loop;
    size_t code_bytes; /* of the block; sites and constants follow */
    JitSite sites[EMIT_MAX_SITES];
    unsigned n_sites;
    uint64_t pool[EMIT_MAX_POOL];
    unsigned n_pool;
    EmitCold cold[EMIT_MAX_COLD];
    unsigned n_cold;
    struct { /* pushes of a site's offset, filled in when it is known */
        uint8_t *at;
        uint16_t site;
    } pushes[EMIT_MAX_SITES + EMIT_MAX_COLD];
    unsigned n_pushes;
    bool failed; /* something ran out: the block has to be made shorter */
} Emit;

static inline const IrNode *emit_at(const Emit *e, IrRef r)
{
    return &e->b->nodes[r];
}

/* ---- registers (regs.c) */

/* The host register that a guest register lives in, or X64_NO_REG. */
extern const uint8_t emit_home[ARM_X_COUNT];
/* Those that live in one. */
extern const uint8_t emit_homed[EMIT_HOMES];
void emit_regs_begin(Emit *e);
/* The register with a value: loads it from its spill slot, makes constants (in `scratch` unless
 * that is X64_NO_REG). Pinned until emit_node_done(). */
X64Reg emit_use(Emit *e, IrRef r, X64Reg scratch);
/* A register for the value of the node being emitted: its home where that is free to be written, a
 * free one, or one whose value is spilled. Never a register that is pinned. */
X64Reg emit_define(Emit *e, IrRef r);
/* The same; takes the register of operand `over` if that is not needed any more. */
X64Reg emit_define_over(Emit *e, IrRef r, IrRef over);
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

/* GETX and SETX. */
void emit_getx(Emit *e, IrRef r);
void emit_setx(Emit *e, IrRef r);
void emit_getv(Emit *e, IrRef r);
void emit_setv(Emit *e, IrRef r);
/* The low bytes of a vector register, 4, 8 or 16, and zeros. */
void emit_load_low(Emit *e, unsigned to, unsigned v, unsigned bytes);
void emit_bind_xmm(Emit *e, unsigned x, IrRef r);

/* ---- sites and cold code (emit.c) */

/* Describes node r, which is being emitted, as a site; operands and results are the caller's. */
JitSite *emit_site(Emit *e, JitSiteKind kind, IrRef r);
/* Cold code that asks the site. Jumps to it; then, where it comes back to. */
EmitCold *emit_cold(Emit *e, JitSite *site);
void emit_cold_jump(Emit *e, EmitCold *cold, X64Cond cc);
void emit_cold_back(Emit *e, EmitCold *cold);
/* Asks the site in line. */
void emit_ask(Emit *e, JitSite *site);
/* The flags that are pending at node r. */
EmitFlags emit_pending_flags(Emit *e, IrRef flags);
JitValue emit_pool(Emit *e, uint64_t v);

/* ---- families of nodes; false: not theirs */

bool emit_int(Emit *e, IrRef r);
bool emit_flags(Emit *e, IrRef r);
bool emit_mem(Emit *e, IrRef r);
bool emit_atomic(Emit *e, IrRef r);
bool emit_exit(Emit *e, IrRef r);
bool emit_vec(Emit *e, IrRef r);
/* A condition of a comparison of floating point (emit-fp.c). */
X64Cond emit_fp_condition(Emit *e, IrRef r);

/* Sets the host's flags for a truth value; the condition that says it holds. */
X64Cond emit_condition(Emit *e, IrRef r);
/* Puts a value into a register of the caller's choice, which is scratch. Changes no flags. */
void emit_move_to(Emit *e, X64Reg to, IrRef r);
/* The low 32 bits of a constant that an instruction of this width can have in it. */
bool emit_imm(const Emit *e, IrRef r, bool wide, int32_t *ret);
/* The host's flags as NZCV in RAX's bits 31:28, C as the host's carry is. */
void emit_pack_host_flags(Emit *e);
/* What EXIT does, in cold code. */
void emit_leave(Emit *e, const EmitCold *cold);
/* The address of an access in a register. */
X64Reg emit_address(Emit *e, const IrNode *n);
/* Its site, described when all operands are in registers, before results are given some. */
JitSite *emit_access_site(Emit *e, JitSiteKind kind, IrRef r, X64Reg address);
/* Host memory of an access of `bytes` bytes at address register a. Misses go to `cold`. Every
 * register that the node needs has been given by now: cold code must not miss a move. Changes RCX
 * and RDX. */
X64Mem emit_tlb(Emit *e, const IrNode *n, unsigned bytes, bool store, X64Reg a, EmitCold *cold);

/* ---- thunks (thunks.c): code that every block uses */

typedef struct EmitThunks {
    const void *slow, *slow_vec;         /* pushed: the site's offset from code_cache_base() */
    const void *jump[4];                 /* RAX: target address; by PSTATE.BTYPE there */
    const void *exit_jump[4];            /* the same, to the loop */
    const void *exit_look, *exit_interp; /* RAX: offset in the page */
} EmitThunks;
extern EmitThunks emit_thunks;
bool emit_thunks_make(X64Asm *s);

/* Emits a block. False: it did not fit. */
bool emit_block(Emit *e, IrBlock *b, uint8_t *rw, uint8_t *rw_end, ptrdiff_t rx_delta,
                size_t *ret_used);

#endif
