/* SPDX-License-Identifier: MIT */
/* Arithmetic on the host's FPU where its result and flags are certain to be softfp's.
 *
 * A caller checks softfp_host_ok() first: rounding to nearest, no flushing, and inexact already
 * sticky, so that a normal result that was rounded has nothing left to tell. A result that is
 * zero, denormal, the smallest normal, infinite or a NaN may carry flags or NaN rules; then the
 * functions here say false and softfp has to compute. */
#ifndef UTIL_SOFTFP_FAST_H
#define UTIL_SOFTFP_FAST_H

#include "util/softfp.h"
#include <math.h>

static inline bool softfp_host_ok(uint32_t fpcr, uint32_t fpsr)
{
    return !(fpcr & (3u << SOFTFP_FPCR_RM_SHIFT | SOFTFP_FPCR_FZ)) && (fpsr & SOFTFP_IXC);
}

static inline double softfp_double(uint64_t v)
{
    double d;

    memcpy(&d, &v, sizeof(d));
    return d;
}

static inline float softfp_float(uint32_t v)
{
    float d;

    memcpy(&d, &v, sizeof(d));
    return d;
}

static inline uint64_t softfp_of_double(double d)
{
    uint64_t v;

    memcpy(&v, &d, sizeof(v));
    return v;
}

static inline uint32_t softfp_of_float(float d)
{
    uint32_t v;

    memcpy(&v, &d, sizeof(v));
    return v;
}

/* Magnitude above the smallest normal number and below infinity. */
static inline bool softfp_plain64(uint64_t v)
{
    const uint64_t low = 1ull << 52, inf = 0x7ffull << 52;

    return (v & ~(1ull << 63)) - low - 1 < inf - low - 1;
}

static inline bool softfp_plain32(uint32_t v)
{
    const uint32_t low = 1u << 23, inf = 0xffu << 23;

    return (v & ~(1u << 31)) - low - 1 < inf - low - 1;
}

typedef enum SoftFpFastOp {
    SOFTFP_FAST_ADD,
    SOFTFP_FAST_SUB,
    SOFTFP_FAST_MUL,
    SOFTFP_FAST_DIV
} SoftFpFastOp;

static inline bool softfp_fast2_64(SoftFpFastOp op, uint64_t a, uint64_t b, uint64_t *ret)
{
    double x = softfp_double(a), y = softfp_double(b);

    *ret = softfp_of_double(op == SOFTFP_FAST_ADD   ? x + y
                            : op == SOFTFP_FAST_SUB ? x - y
                            : op == SOFTFP_FAST_MUL ? x * y
                                                    : x / y);
    return softfp_plain64(*ret);
}

static inline bool softfp_fast2_32(SoftFpFastOp op, uint32_t a, uint32_t b, uint32_t *ret)
{
    float x = softfp_float(a), y = softfp_float(b);

    *ret = softfp_of_float(op == SOFTFP_FAST_ADD   ? x + y
                           : op == SOFTFP_FAST_SUB ? x - y
                           : op == SOFTFP_FAST_MUL ? x * y
                                                   : x / y);
    return softfp_plain32(*ret);
}

static inline bool softfp_fast_muladd64(uint64_t addend, uint64_t a, uint64_t b, uint64_t *ret)
{
    *ret = softfp_of_double(fma(softfp_double(a), softfp_double(b), softfp_double(addend)));
    return softfp_plain64(*ret);
}

/* The product of two floats is exact in double; rounding the sum twice is not innocent, so the
 * host's own fused operation it is. */
static inline bool softfp_fast_muladd32(uint32_t addend, uint32_t a, uint32_t b, uint32_t *ret)
{
    *ret = softfp_of_float(fmaf(softfp_float(a), softfp_float(b), softfp_float(addend)));
    return softfp_plain32(*ret);
}

#endif
