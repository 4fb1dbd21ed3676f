/* SPDX-License-Identifier: MIT */
/* Functions of SIMD&FP that translated code calls: each gets IrVecArgs, and does exactly what the
 * interpreter does. `extra` is a function of vec-lanes.h, vec-fp.h or vec-crypto.h where nothing
 * else is said. */
#ifndef ACCEL_TCG_A64_JIT_VEC_H
#define ACCEL_TCG_A64_JIT_VEC_H

#include "accel/tcg/ir-vec.h"

IrVecFunction jitv_lanes1, jitv_lanes2, jitv_lanes3;
IrVecFunction jitv_crypto1, jitv_crypto2, jitv_crypto3;
IrVecFunction jitv_aes_mixed; /* extra: is the inverse */
IrVecFunction jitv_sm3tt;     /* extra: CryptoSm3 | index << 8 */
IrVecFunction jitv_fp1, jitv_fp2, jitv_fp3;
IrVecFunction jitv_fp_across;
/* extra: jitv_conversion() */
IrVecFunction jitv_to_int, jitv_from_int; /* shape: of the elements; integers of `sf` */
IrVecFunction jitv_to_int_js;
IrVecFunction jitv_lanes_to_int, jitv_lanes_from_int;
IrVecFunction jitv_convert; /* extra: from | to << 8 */
IrVecFunction jitv_compare; /* extra: signalling */
IrVecFunction jitv_narrow;  /* extra: round to odd */
IrVecFunction jitv_widen;
IrVecFunction jitv_complex_add, jitv_complex_mla; /* extra: rotation */
IrVecFunction jitv_mla_half;                      /* extra: subtract */

static inline uint64_t jitv_conversion(unsigned sf, bool is_signed, int fbits, int rounding)
{
    return sf | (uint64_t)is_signed << 1 | (uint64_t)fbits << 8 | (uint64_t)(rounding + 1) << 16;
}

#endif
