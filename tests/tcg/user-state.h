/* SPDX-License-Identifier: MIT */
/* What goes to the runner under a user-mode emulator and comes back: registers around one word. */
#ifndef TESTS_TCG_USER_STATE_H
#define TESTS_TCG_USER_STATE_H

#include <stdint.h>

typedef struct UserState {
    uint64_t x[31], sp;
    uint64_t v[64] __attribute__((aligned(16)));
    uint64_t nzcv, fpcr, fpsr;
    uint64_t word;
    uint64_t faulted; /* a signal came instead */
    uint64_t reserved;
} UserState;

#endif
