/* SPDX-License-Identifier: MIT */
/* Random guest programs that end: instructions of every kind, branches, loops, calls, faults that a
 * handler logs and skips, code that changes code. */
#ifndef TESTS_TCG_PROGRAM_H
#define TESTS_TCG_PROGRAM_H

#include "tests/tcg/diff.h"
#include "tests/tcg/env.h"

enum {
    /* Data: pages of different rights, and a hole on both sides. */
    PROGRAM_WINDOW = ENV_RAM_BASE + 0x80000,
    PROGRAM_WINDOW_SIZE = 32 * GUEST_PAGE_SIZE,
    /* Where the handler tells what it saw. */
    PROGRAM_LOG = ENV_RAM_BASE + 0x100000,
    PROGRAM_LOG_SIZE = 0x100000,
    /* Code; behind it nothing is mapped. */
    PROGRAM_CODE = ENV_CODE + 0x10000,
    PROGRAM_CODE_SIZE = 4 * GUEST_PAGE_SIZE,
    PROGRAM_MAX_WORDS = 768,
    PROGRAM_MAX_UNITS = 32,
};

typedef struct ProgramFix {
    unsigned at, unit; /* the word at `at` refers to the unit's first word, `bytes` off */
    int bytes;
} ProgramFix;

/* A program. It ends by waiting (WFI) in its handler. */
typedef struct Program {
    DiffState start;
    uint64_t sctlr, cpacr, cntkctl;
    uint32_t pstate;
    uint8_t page_kind[PROGRAM_WINDOW_SIZE / GUEST_PAGE_SIZE];
    uint32_t words[PROGRAM_MAX_WORDS];
    unsigned n;
    /* Registers that have a purpose: bound of all loops, the handler's, where it logs, pointers,
     * an index, an address that survives the handler. */
    uint8_t counter, temp, log, base[2], index, keep;
    bool el0, logs_vectors;
    bool all_good;   /* no page of the window faults */
    bool exact;      /* instructions are counted exactly (ArmCpu.exact_count) */
    uint8_t guarded; /* pages of code that check branch targets (BTI), as bits */
    /* ---- while it is made */
    unsigned unit[PROGRAM_MAX_UNITS * 2 + 8], n_units, n_main;
    unsigned single[PROGRAM_MAX_UNITS * 2], n_single; /* units that may be overwritten */
    ProgramFix fixes[PROGRAM_MAX_WORDS], patches[PROGRAM_MAX_UNITS];
    unsigned n_fixes, n_patches;
} Program;

void program_make(Program *p, uint64_t seed);
/* Page tables and handler of the program, into RAM. */
void program_install(const Program *p);

#endif
