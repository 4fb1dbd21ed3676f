/* SPDX-License-Identifier: MIT */
/* Special operands of floating point. */
#ifndef TESTS_TCG_FP_VALUES_H
#define TESTS_TCG_FP_VALUES_H

#include <stdbool.h>
#include <stdint.h>

enum { FP_MAX_VALUES = 100 };

typedef struct FpValues {
    uint64_t v[FP_MAX_VALUES];
    unsigned n;
} FpValues;

/* For an operation with so many operands: the more operands, the fewer values. `full`: more of
 * them. */
FpValues fp_values(unsigned format, bool integer, unsigned sources, bool full);
uint64_t fp_one(unsigned format);

#endif
