/* SPDX-License-Identifier: MIT */
/* The translator's intermediate representation: one block of guest code as a list of nodes in
 * execution order, each computing at most one value (SSA). Built by the meanings of instructions
 * (a64/sem-jit*.h), with folding as they are appended; consumed by a host back end (x64/).
 *
 * A block has one entry and may leave in the middle (side exits). The guest's registers are slots:
 * x0..x30, zero register and SP by the numbers of ArmCpu.x, v0..v31. GETX/GETV read a slot,
 * SETX/SETV write it *at that point*: whenever a node may leave or fault, the guest's registers are
 * those that the nodes before have set. So an instruction sets registers after its last node that
 * may fault. The flags are the exception: a node of class "flags" is not computed until somebody
 * asks, and a node that may leave or fault remembers which flags node was current (IrNode.flags).
 */
#ifndef ACCEL_TCG_IR_H
#define ACCEL_TCG_IR_H

#include "accel/tcg/ir-vec.h"
#include "accel/tcg/tcg-cpu.h"
#include "util/bits.h"
#include <glib.h>

/* An index into IrBlock.nodes; 0 is no node. */
typedef uint16_t IrRef;

/* X(name, class, arguments). Classes: what the node's value is and how it is treated.
 *   i  64-bit integer            b  truth value, evaluated where it is used
 *   f  flags, likewise           v  128-bit vector
 *   s  no value: a statement     x  a statement that may fault or leave the block ("site")
 *   l  an integer, and a site    w  a vector, and a site
 * `wide` is 0 for operations on 32 bits (operands' upper halves are zero, so is the result's) and 1
 * for
 * 64. Values without a user are removed, and registers are not set that are soon set again. */
#define IR_OPS(X)                                                                                  \
    X(NONE, s)   /* nothing: a node that was removed */                                            \
    X(CONST, i)  /* imm */                                                                         \
    X(GETX, i)   /* aux: slot */                                                                   \
    X(SETX, s)   /* aux: slot; a: value */                                                         \
    X(PCPAGE, i) /* virtual address of the page that the block is in */                            \
    X(ADD, i)    /* a + b */                                                                       \
    X(SUB, i)                                                                                      \
    X(MUL, i)                                                                                      \
    X(UMULH, i)                                                                                    \
    X(SMULH, i)                                                                                    \
    X(UDIV, i) /* Arm's: by zero gives 0 */                                                        \
    X(SDIV, i)                                                                                     \
    X(AND, i)                                                                                      \
    X(ANDN, i) /* a & ~b */                                                                        \
    X(OR, i)                                                                                       \
    X(XOR, i)                                                                                      \
    X(NOT, i)                                                                                      \
    X(SHL, i) /* a by b modulo the width */                                                        \
    X(SHR, i)                                                                                      \
    X(SAR, i)                                                                                      \
    X(ROR, i)                                                                                      \
    X(CLZ, i)                                                                                      \
    X(CLS, i)                                                                                      \
    X(CTZ, i)                                                                                      \
    X(RBIT, i) /* bits in reverse order */                                                         \
    X(REV, i)  /* bytes in reverse order in each aux-byte part of 64 bits */                       \
    X(SEXT, i) /* low aux bits, to 64 */                                                           \
    X(ZEXT, i)                                                                                     \
    X(EXTR, i)       /* low width's bits of a:b from bit aux up, aux != 0 */                       \
    X(SELECT, i)     /* a: truth value; b, c */                                                    \
    X(FLAGS_PACK, i) /* a: flags, as NZCV in bits 31:28 */                                         \
    X(ADC, i)        /* a + b + C of flags c */                                                    \
    X(ADC_NZCV, i)   /* the flags that leaves, as FLAGS_PACK's */                                  \
    X(CALL, i)       /* imm: IrFunction *; a, b, c: integers */                                    \
    /* truth values */                                                                             \
    X(CMP, b)  /* a aux b; aux: IrCompare */                                                       \
    X(TEST, b) /* (a & b) != 0; aux 1: == 0 */                                                     \
    X(COND, b) /* a: flags; aux: an A64 condition, not AL */                                       \
    X(BOOL, b) /* a constant: aux */                                                               \
    /* flags */                                                                                    \
    X(FLAGS_HOME, f)  /* as they are in the CPU's state */                                         \
    X(FLAGS_ADD, f)   /* of a + b = c */                                                           \
    X(FLAGS_SUB, f)   /* of a - b = c; Arm's polarity of C */                                      \
    X(FLAGS_LOGIC, f) /* N and Z of a */                                                           \
    X(FLAGS_FP, f)    /* a: FP_COMPARE */                                                          \
    X(FLAGS_NZCV, f)  /* a: integer, NZCV in bits 31:28, the rest 0 */                             \
    /* memory; imm: byte offset to add to the address a; aux: MO_* of sem.h, size and sign */      \
    X(LOAD, l)                                                                                     \
    X(STORE, x) /* b: value */                                                                     \
    X(LOAD2, l) /* two neighbours; the second's value is the HIGH node that follows at once */     \
    X(HIGH, i)                                                                                     \
    X(STORE2, x) /* b, c */                                                                        \
    X(LOADX, l)  /* marks the address for STOREX (exclusive) */                                    \
    X(STOREX, l) /* b: value; 0 when it was stored, else 1 */                                      \
    X(RMW, l)    /* aux2: RmwOp; b: operand; what memory held */                                   \
    X(CAS, l)    /* b: expected; c: new value; what memory held */                                 \
    X(ZERO, x)   /* aux2 bytes at a, aligned to that */                                            \
    X(SYNC, x)   /* waits for what was broadcast to other vCPUs */                                 \
    /* ArmCpu as memory; imm: byte offset */                                                       \
    X(LDENV, i)                                                                                    \
    X(STENV, s)    /* a: value */                                                                  \
    X(GUARD, x)    /* 32 bits there & aux are aux2, or the interpreter goes on */                  \
    X(PENDING, x)  /* then the loop looks if an interrupt waits; aux: or if asked to */            \
    X(FENCE, s)    /* aux: Fence */                                                                \
    X(SP_CHECK, x) /* a: the stack pointer; faults when unaligned and that is checked */           \
    /* vectors: ir-vec.h */                                                                        \
    X(GETV, v)   /* aux: register; aux2: bytes that are read, zero above */                        \
    X(SETV, s)   /* aux: register; a */                                                            \
    X(LOADV, w)  /* 2^aux bytes, zero above */                                                     \
    X(STOREV, x) /* b: vector */                                                                   \
    X(LOADV2, w) /* two neighbours of 16 bytes, as LOAD2; the second's value: */                   \
    X(HIGHV, v)                                                                                    \
    X(STOREV2, x)    /* b, c */                                                                    \
    X(VCONST, v)     /* imm, imm2 */                                                               \
    X(VEC, v)        /* aux: IrVecOp; aux2: element size (log2); a, b: vectors; imm */             \
    X(VFROMX, v)     /* integers a (low half), b (high half; 0: zero) */                           \
    X(VTOX, i)       /* aux: element size (log2), aux2: which element; a: vector */                \
    X(VINSERT, v)    /* aux, aux2 as VTOX; a: vector, b: integer */                                \
    X(VDUP, v)       /* aux: element size; a: integer */                                           \
    X(VSELECT, v)    /* a: truth value; b, c */                                                    \
    X(VQC, s)        /* sets FPSR.QC if a bit of a is set */                                       \
    X(FP, v)         /* aux: IrFpOp; aux2: ir_shape(); a, b, c: vectors; ptr, imm2: IrVecFunction, \
                      * its extra operand */                                                       \
    X(FP_COMPARE, i) /* the low elements of a and b; aux: signalling; aux2: log2 of the size. How  \
                      * they compare: IrFpCompare. Stays if unused: it raises exceptions */        \
    X(FP_COND, b)    /* aux: an A64 condition of the flags of that; aux2, a, b likewise */         \
    X(FP_TO_INT, i)  /* aux: IrFpToInt; wide: to 64 bits; the rest as FP */                        \
    X(FP_FROM_INT, v) /* a: integer; wide: of 64 bits; aux: it is signed; the rest as FP */        \
    X(FP_ENABLED, x)  /* faults when FP and AdvSIMD trap */                                        \
    X(FP_MODE, x)     /* leaves when FPCR is not what the block was made for */                    \
    /* leaving */                                                                                  \
    X(INTERP, x)      /* the interpreter executes this instruction; imm: its A64Insn in the page.  \
                       * aux: the block ends with it */                                            \
    X(EXIT_IF, x)     /* a: truth value; imm: target's distance from the page's start */           \
    X(EXIT, x)        /* imm, likewise */                                                          \
    X(EXIT_TO, x)     /* a: address; aux: PSTATE.BTYPE there, 0: no matter */                      \
    X(EXIT_INTERP, x) /* the interpreter goes on at this instruction */                            \
    X(EXIT_LOOK, x)   /* imm, likewise: the loop looks at what is pending first */

typedef enum IrOp {
#define IR_OP(name, class) IR_##name,
    IR_OPS(IR_OP)
#undef IR_OP
        IR_OP_COUNT
} IrOp;

/* The class letter of an operation. */
extern const char ir_class[IR_OP_COUNT];
extern const char *const ir_name[IR_OP_COUNT];

static inline bool ir_is_site(IrOp op)
{
    char k = ir_class[op];

    return k == 'x' || k == 'l' || k == 'w';
}

static inline bool ir_has_value(IrOp op)
{
    char k = ir_class[op];

    return k == 'i' || k == 'l' || k == 'v' || k == 'w';
}

static inline bool ir_is_vector(IrOp op)
{
    char k = ir_class[op];

    return k == 'v' || k == 'w';
}

/* Evaluated where it is used, not where it stands. */
static inline bool ir_is_lazy(IrOp op)
{
    char k = ir_class[op];

    return k == 'b' || k == 'f' || op == IR_CONST;
}

/* As the host's AH has it after LAHF. */
typedef enum IrFpCompare {
    IR_FP_GREATER = 0x02,
    IR_FP_LESS = 0x03,
    IR_FP_EQUAL = 0x42,
    IR_FP_UNORDERED = 0x47,
} IrFpCompare;

typedef enum IrCompare { IR_EQ, IR_NE, IR_LTU, IR_LTS } IrCompare;

/* A function that an IR_CALL calls: pure, of integers. */
typedef uint64_t IrFunction(ArmCpu *cpu, uint64_t a, uint64_t b, uint64_t c);
/* CRC32 of bytes (c >> 1 of them) b after a; c & 1: with Castagnoli's polynomial. */
IrFunction jit_crc32;

typedef struct IrNode {
    uint8_t op; /* IrOp */
    uint8_t wide;
    uint16_t aux;
    IrRef a, b, c;
    uint16_t aux2;
    uint16_t insn;  /* sites: the instruction's number in the page */
    uint16_t count; /* sites: instructions of the block that were executed before */
    IrRef flags;    /* sites: the current flags */
    IrRef last_use; /* the last node that needs the value (ir_finish) */
    uint16_t uses;  /* how many nodes name it, unwanted ones not counted (ir_finish) */
    bool is_set;    /* a register is set to it: its value outlives its operands' */
    union {
        int64_t imm;
        void *ptr;
    };
    uint64_t imm2;
} IrNode;

enum {
    IR_MAX_NODES = 1536,
    IR_MAX_INSNS = 64,  /* of a block */
    IR_INSN_NODES = 40, /* that one instruction may append */
    IR_HASH_SLOTS = 256,
};

/* What is known while a block is built; an instruction that is given up is undone by setting it
 * back. */
typedef struct IrState {
    unsigned n;           /* nodes in use; 0 is none */
    IrRef x[ARM_X_COUNT]; /* the node with a slot's value; 0: not read yet */
    IrRef v[32];
    IrRef v_low[2][32]; /* their low 4 and 8 bytes, zero above, read while v is not */
    IrRef flags;
    IrRef pcpage;
    IrRef sp_checked;     /* a stack pointer that SP_CHECK has seen */
    bool mode_checked;    /* GUARD has seen that level and stack pointer are those now */
    bool fp_checked;      /* FP_ENABLED has been said */
    bool fp_mode_checked; /* FP_MODE, likewise */
} IrState;

typedef struct IrBlock {
    IrNode nodes[IR_MAX_NODES];
    IrRef hash[IR_HASH_SLOTS]; /* nodes that equal ones may share, by hash */
    IrState state;
    bool unsupported; /* a verb that is not there was used: the interpreter gets the instruction */
    bool ends;        /* the instruction that was left to the interpreter ends the block */
    /* ---- what it is made from */
    ArmCpu *cpu; /* for its features and FPCR */
    CodePage *page;
    unsigned first;     /* number of the first instruction in the page */
    unsigned insn;      /* of the one that is being translated */
    unsigned count;     /* instructions before it */
    unsigned max_insns; /* the block ends after so many, at most IR_MAX_INSNS */
    bool lockstep;      /* every way out goes to the loop (verify.h) */
    bool alone;         /* no other thread executes guest code: see jit_company() */
    uint64_t fp_mode;   /* what FP_MODE asks for */
} IrBlock;

void ir_begin(IrBlock *b, ArmCpu *cpu, CodePage *page, unsigned first);
/* Appends a node and fills in what sites need. */
IrRef ir_append(IrBlock *b, IrNode node);
/* The same for pure values: an equal node that exists, or a simpler one, is taken. */
IrRef ir_pure(IrBlock *b, IrNode node);
IrRef ir_const(IrBlock *b, uint64_t v);
bool ir_is_const(const IrBlock *b, IrRef r, uint64_t *ret);
/* After an instruction that changed registers behind the block's back. */
void ir_forget_state(IrBlock *b);
/* Removes values without use; sets uses and last_use. A value that sites need for the flags is used
 * by them. */
void ir_finish(IrBlock *b);

/* Text for humans. */
void ir_dump(const IrBlock *b, GString *out);

#endif
