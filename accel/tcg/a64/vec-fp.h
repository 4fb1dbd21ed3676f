/* SPDX-License-Identifier: MIT */
/* Floating-point operations of vectors and scalars through softfp, out of line. */
#ifndef ACCEL_TCG_A64_VEC_FP_H
#define ACCEL_TCG_A64_VEC_FP_H

#include "accel/tcg/a64/vec-lanes.h"
#include "util/softfp.h"

typedef float VecF32 __attribute__((vector_size(16)));
typedef double VecF64 __attribute__((vector_size(16)));

/* Operations on one element; comparisons give all ones or zero. */
typedef uint64_t FpOp1(SoftFp *s, SoftFpFormat f, uint64_t a);
typedef uint64_t FpOp2(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b);
typedef uint64_t FpOp3(SoftFp *s, SoftFpFormat f, uint64_t acc, uint64_t a, uint64_t b);

/* An operation with the CPU's FPCR; its flags go to FPSR. */
uint64_t fp_run1(ArmCpu *cpu, unsigned format, FpOp1 *op, uint64_t a);
uint64_t fp_run2(ArmCpu *cpu, unsigned format, FpOp2 *op, uint64_t a, uint64_t b);
uint64_t fp_run3(ArmCpu *cpu, unsigned format, FpOp3 *op, uint64_t acc, uint64_t a, uint64_t b);
ArmVec fp_lanes1(ArmCpu *cpu, VecShape s, FpOp1 *op, ArmVec a);
ArmVec fp_lanes2(ArmCpu *cpu, VecShape s, FpOp2 *op, ArmVec a, ArmVec b);
ArmVec fp_lanes3(ArmCpu *cpu, VecShape s, FpOp3 *op, ArmVec acc, ArmVec a, ArmVec b);
/* Neighbours first of a, then of b; of a single register's elements down to one. */
ArmVec fp_pairs(ArmCpu *cpu, VecShape s, FpOp2 *op, ArmVec a, ArmVec b);
ArmVec fp_across(ArmCpu *cpu, VecShape s, FpOp2 *op, ArmVec a);

/* NZCV of a comparison, bits 31:28. */
uint32_t fp_compare(ArmCpu *cpu, unsigned format, uint64_t a, uint64_t b, bool signalling);
uint64_t fp_convert(ArmCpu *cpu, unsigned to, unsigned from, uint64_t a);
/* rounding -1: as FPCR says. */
uint64_t fp_to_int(ArmCpu *cpu, unsigned format, uint64_t a, unsigned bits, bool is_signed,
                   int fbits, int rounding);
uint64_t fp_from_int(ArmCpu *cpu, unsigned format, uint64_t a, unsigned bits, bool is_signed,
                     int fbits);
/* Result in bits 31:0, the Z flag in bit 32. */
uint64_t fp_to_int_js(ArmCpu *cpu, uint64_t a);
ArmVec fp_lanes_to_int(ArmCpu *cpu, VecShape s, ArmVec a, bool is_signed, int fbits, int rounding);
ArmVec fp_lanes_from_int(ArmCpu *cpu, VecShape s, ArmVec a, bool is_signed, int fbits);
/* s gives the narrow format, and the bytes of narrow elements. */
ArmVec fp_lanes_narrow(ArmCpu *cpu, VecShape s, ArmVec a, bool round_to_odd);
ArmVec fp_lanes_widen(ArmCpu *cpu, VecShape s, ArmVec a);
/* Complex addition and multiplication with rotation by degrees; pairs of real and imaginary. */
ArmVec fp_complex_add(ArmCpu *cpu, VecShape s, unsigned rotation, ArmVec a, ArmVec b);
ArmVec fp_complex_mla(ArmCpu *cpu, VecShape s, unsigned rotation, ArmVec acc, ArmVec a, ArmVec b);
/* acc + or - products of the lower halves of a and b, half precision into single. */
ArmVec fp_mla_half(ArmCpu *cpu, VecShape s, bool subtract, ArmVec acc, ArmVec a, ArmVec b);

/* acc + a * b of all elements on the host's FPU, fused; see softfp-fast.h for when
 * the result may be used. */
VecF32 fp_host_mla32(VecF32 acc, VecF32 a, VecF32 b);
VecF64 fp_host_mla64(VecF64 acc, VecF64 a, VecF64 b);

FpOp2 fpop_eq, fpop_ge, fpop_gt, fpop_le, fpop_lt, fpop_age, fpop_agt, fpop_abd, fpop_nmul;
FpOp3 fpop_mls;
FpOp1 fpop_rintn, fpop_rintm, fpop_rintp, fpop_rintz, fpop_rinta, fpop_rintx, fpop_rinti;
FpOp1 fpop_rint32z, fpop_rint32x, fpop_rint64z, fpop_rint64x, fpop_abs, fpop_neg;

#endif
