/* SPDX-License-Identifier: MIT */
/* The translator at run time: what translated code and C know of each other.
 *
 * Translated code runs with the vCPU's general registers partly in host registers (x64/emit.h), the
 * rest and the vector registers in ArmCpu, and with what is below in ArmCpu.accel_words. It is
 * entered by jit_run() and comes back with a JitExit. What it cannot do itself it asks jit_slow()
 * for, telling a JitSite: then every register is saved where C finds it. */
#ifndef ACCEL_TCG_JIT_H
#define ACCEL_TCG_JIT_H

#include "accel/tcg/code.h"

/* How the guest's flags are kept: NZCV in ArmCpu.nzcv, or the operands of the last instruction that
 * set them. `r` forms have the result and the second operand. + 1: of 64 bits. */
typedef enum JitFlags {
    JIT_FLAGS_NZCV = 0,
    JIT_FLAGS_ADD = 2,    /* a + b */
    JIT_FLAGS_ADDR = 4,   /* a is the sum */
    JIT_FLAGS_SUB = 6,    /* a - b */
    JIT_FLAGS_SUBR = 8,   /* a is the difference */
    JIT_FLAGS_LOGIC = 10, /* N and Z of a */
    JIT_FLAGS_VALUE = 12, /* a is NZCV; in sites only */
    JIT_FLAGS_FP = 14,    /* a is an IrFpCompare */
} JitFlags;

enum { JIT_SPILLS = 32 };

/* Lies in ArmCpu.accel_words. */
typedef struct JitState {
    uint64_t pcpage; /* virtual address of the page that executes */
    CodePage *page;
    uint32_t flags;      /* JitFlags */
    uint32_t exit;       /* JitExit of jit_slow() */
    bool fp_enabled;     /* TcgCpu's */
    uint8_t branch_type; /* JIT_EXIT_JUMP: PSTATE.BTYPE; 0: not looked at */
    uint32_t fp_live;    /* the host's unit is set up and has flags that FPSR has not (jit-fp.h) */
    uint64_t flags_a, flags_b;
    TcgCpu *t;
    TlbBank *bank_unpriv;
    uint64_t spill[JIT_SPILLS];
    uint64_t saved[16];                                /* general registers, by number */
    ArmVec saved_vec[16] __attribute__((aligned(16))); /* XMM registers */
    ArmVec spill_vec[16];
} JitState;

_Static_assert(sizeof(JitState) <= sizeof(((ArmCpu *)0)->accel_words), "room for JitState");

static inline JitState *jit_state(ArmCpu *cpu)
{
    return (JitState *)(void *)cpu->accel_words;
}

typedef enum JitExit {
    JIT_EXIT_LOOK,   /* pc is true: look at what is pending, go on from there */
    JIT_EXIT_JUMP,   /* pc is a branch's target, as the register had it */
    JIT_EXIT_INTERP, /* pc is true: the interpreter has to go on */
} JitExit;

/* Where a value is when a site asks. */
typedef enum JitPlace {
    JIT_NOWHERE,
    JIT_REG,
    JIT_XMM,
    JIT_SPILL,
    JIT_SPILL_VEC,
    JIT_POOL
} JitPlace;
typedef struct JitValue {
    uint8_t place; /* JitPlace */
    uint8_t n;     /* number of the register or spill slot */
    uint16_t pool; /* JIT_POOL: in units of 8 bytes behind the site */
} JitValue;

typedef enum JitSiteKind {
    JIT_SITE_LOAD,
    JIT_SITE_STORE,
    JIT_SITE_LOAD2,
    JIT_SITE_STORE2,
    JIT_SITE_LOADV,
    JIT_SITE_STOREV,
    JIT_SITE_LOADV2,
    JIT_SITE_STOREV2,
    JIT_SITE_SP,      /* a is the stack pointer, which is not aligned */
    JIT_SITE_INTERP,  /* the interpreter executes the instruction */
    JIT_SITE_ATOMIC,  /* the same; the registers get what it has read by translated code */
    JIT_SITE_CALL,    /* to = function(a, b, c) */
    JIT_SITE_FLAGS,   /* makes JIT_FLAGS_NZCV of what flags are kept */
    JIT_SITE_LEAVE,   /* the interpreter goes on at the instruction */
    JIT_SITE_VEC,     /* to = function(a, b, c; to2: its extra operand, mo: shape): ir-vec.h */
    JIT_SITE_FP_MODE, /* floating point is about to be used */
} JitSiteKind;

/* Something in translated code that asks C. Stands behind the code of its block, with the constants
 * it refers to. */
typedef struct JitSite {
    uint8_t kind;
    uint8_t flags;    /* JitFlags of the pending flags; JIT_FLAGS_NZCV: none is pending */
    uint16_t mo;      /* MO_* of the access */
    uint16_t insn;    /* number of the instruction in its page */
    uint16_t count;   /* instructions of the block before it */
    JitValue a, b, c; /* operands; a: the address */
    JitValue to, to2; /* results */
    JitValue flags_a, flags_b;
    JitValue function; /* IrFunction *, in the pool */
} JitSite;

/* A value that is no vector. */
uint64_t jit_value(const JitState *js, const JitSite *s, JitValue v);

/* The back end's (x64/thunks.c). */
typedef JitExit JitEnter(ArmCpu *cpu, const void *code, TlbBank *bank);
extern JitEnter *jit_enter;
extern const void *jit_miss; /* the entry of what is not translated: comes back to the loop */

/* Executes from `code` on, and makes everything in ArmCpu true. */
JitExit jit_run(ArmCpu *cpu, const void *code, TlbBank *bank);

/* From translated code. True: leave, pc and everything is in ArmCpu; false: go on with jit_state's
 * saved registers. */
bool jit_slow(ArmCpu *cpu, const JitSite *site);

#ifdef __x86_64__
enum { JIT_FOR_HOST = true };
#else
enum { JIT_FOR_HOST = false };
#endif
/* Turns the translator on, where there is one. */
bool jit_init(uint64_t cache_size, Error **errp);

/* What is translated for record n of the page, or NULL. */
static inline const void *jit_find(CodePage *page, unsigned n)
{
    const void **entries = atomic_load_explicit(&page->entries, memory_order_acquire);
    const void *code = __atomic_load_n(&entries[n], __ATOMIC_ACQUIRE);

    return code == jit_miss ? NULL : code;
}

/* Translates the block that begins at record n; NULL: not now. In the vCPU's thread. */
const void *jit_translate(ArmCpu *cpu, CodePage *page, unsigned n);
/* Text of such a block as it is, or would be, translated. */
void jit_describe(ArmCpu *cpu, CodePage *page, unsigned n, GString *out);
/* From now on somebody else executes guest code, or the like, on the same memory: atomic accesses
 * have to be atomic for the host too. Until then translated code counts on what stands in
 * docs/decisions/0009-translated-code.md. A vCPU that is in it is told by who calls this. */
void jit_company(void);
/* A page begins without translated code; and ends. */
void jit_page_init(CodePage *page);
void jit_page_retire(CodePage *page);
/* Makes ArmCpu.nzcv true. */
void jit_settle_flags(ArmCpu *cpu);

#endif
