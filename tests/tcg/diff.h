/* SPDX-License-Identifier: MIT */
/* Comparison of single instructions with an independent implementation. */
#ifndef TESTS_TCG_DIFF_H
#define TESTS_TCG_DIFF_H

#include "hw/cpu/arm-cpu.h"

#include <stdbool.h>
#include <stdint.h>

/* What an instruction sees and leaves. */
typedef struct DiffState {
    uint64_t x[31], sp, pc;
    uint32_t nzcv, fpcr, fpsr;
    ArmVec v[32];
    bool faulted; /* an exception was taken; the rest is then not compared */
} DiffState;

/* Memory of both sides: offsets in RAM, which lies at the same address. */
enum {
    DIFF_CODE = 0,
    DIFF_CODE_SIZE = 0x1000,
    DIFF_WINDOW = 0x80000,
    DIFF_WINDOW_SIZE = 0x40000,
};

/* oracle.c. The oracle's memory, DIFF_WINDOW onwards; NULL: there is no oracle. */
uint8_t *oracle_open(const char **ret_reason);
/* Executes the word at pc. */
void oracle_step(uint32_t word, DiffState *s);

/* oracle-user.c: the same, in another process, for instructions on registers alone. */
bool user_oracle_open(const char *const *argv, const char **ret_reason);
void user_oracle_step(uint32_t word, DiffState *s);

/* oracle-bugs.c: what the oracle does wrong. */
typedef struct OracleBug {
    const char *row;      /* glob */
    uint32_t mask, value; /* of the words concerned; 0: all */
    const char *why;      /* with the paragraph of the Arm ARM */
} OracleBug;
const OracleBug *oracle_bug_find(const char *row, uint32_t word);

/* state.c: random encodings and states with a liking for edges. */
uint64_t diff_random(void);
void diff_seed(uint64_t seed);
uint64_t diff_random_value(void);
void diff_random_state(DiffState *s);
void diff_state_load(ArmCpu *cpu, const DiffState *s);

#endif
