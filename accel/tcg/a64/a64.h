/* SPDX-License-Identifier: MIT */
/* The A64 instruction table as data: predecoded records, row descriptions, decoder, disassembler.
 */
#ifndef ACCEL_TCG_A64_A64_H
#define ACCEL_TCG_A64_A64_H

#include "gen/a64-ops.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A decoded instruction. Register slots index ArmCpu.x or .v; what `a`, `b` and `imm` hold is the
 * row's choice. Records of a page stand in an array, in the order of the instructions. */
typedef struct A64Insn {
    uint16_t op; /* enum A64Op */
    uint8_t rd, rn, rm, ra;
    uint8_t a, b;
    int64_t imm;
} A64Insn;

_Static_assert(sizeof(A64Insn) == 16, "four records a cache line; pc arithmetic relies on it");

typedef struct A64Field {
    const char *name;
    uint8_t lsb, width;
} A64Field;

enum {
    A64_ROW_LOADS = 1 << 0,
    A64_ROW_STORES = 1 << 1,
    A64_ROW_ENDS_ALWAYS = 1 << 2, /* what follows is not reached by falling through */
    A64_ROW_ENDS_MAYBE = 1 << 3,
    A64_ROW_READS_FLAGS = 1 << 4,
    A64_ROW_WRITES_FLAGS = 1 << 5,
    A64_ROW_TRAP_FP = 1 << 6, /* needs access to FP and AdvSIMD */
};

/* A row of the table. */
typedef struct A64RowInfo {
    const char *name, *group, *class, *test, *assembly;
    uint32_t mask, value; /* fixed bits */
    int16_t feature;      /* ArmFeature; -1: base */
    uint16_t op, n_ops;   /* first operation and how many the split makes */
    uint16_t flags;
    const A64Field *fields;
    size_t n_fields;
} A64RowInfo;

extern const A64RowInfo a64_rows[A64_ROW_COUNT]; /* by enum A64RowId */

/* The row that `word` is for a CPU with these features (ArmCpu.isa_features), and its record. NULL:
 * unallocated; the record is then A64_OP_UNALLOCATED. */
const A64RowInfo *a64_decode(uint32_t word, uint64_t features, A64Insn *ret);
/* The row an operation was made from; NULL for those of no row. */
const A64RowInfo *a64_row_of_op(unsigned op);
/* Writes the assembly text; `pc` makes branch targets absolute. */
void a64_disassemble(uint32_t word, uint64_t pc, char *buf, size_t size);

#endif
