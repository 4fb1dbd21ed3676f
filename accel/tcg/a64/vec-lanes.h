/* SPDX-License-Identifier: MIT */
/* Integer vector operations element by element: those that are rare or long, out of line. */
#ifndef ACCEL_TCG_A64_VEC_LANES_H
#define ACCEL_TCG_A64_VEC_LANES_H

#include "hw/cpu/arm-cpu.h"

/* Element size as log2 of its bytes; bytes of the register that count. */
typedef struct VecShape {
    uint8_t esize, bytes;
} VecShape;

#define FPSR_QC (1u << 27)

typedef ArmVec VecLanes1(ArmCpu *cpu, VecShape s, ArmVec a);
typedef ArmVec VecLanes2(ArmCpu *cpu, VecShape s, ArmVec a, ArmVec b);
typedef ArmVec VecLanes3(ArmCpu *cpu, VecShape s, ArmVec acc, ArmVec a, ArmVec b);

static inline uint64_t lane_u(const ArmVec *v, unsigned esize, unsigned n)
{
    switch (esize) {
    case 0:
        return v->b[n];
    case 1:
        return v->h[n];
    case 2:
        return v->s[n];
    default:
        return v->d[n];
    }
}

static inline int64_t lane_s(const ArmVec *v, unsigned esize, unsigned n)
{
    switch (esize) {
    case 0:
        return (int8_t)v->b[n];
    case 1:
        return (int16_t)v->h[n];
    case 2:
        return (int32_t)v->s[n];
    default:
        return (int64_t)v->d[n];
    }
}

static inline void lane_put(ArmVec *v, unsigned esize, unsigned n, uint64_t x)
{
    switch (esize) {
    case 0:
        v->b[n] = (uint8_t)x;
        break;
    case 1:
        v->h[n] = (uint16_t)x;
        break;
    case 2:
        v->s[n] = (uint32_t)x;
        break;
    default:
        v->d[n] = x;
        break;
    }
}

/* Shifts by the signed low byte of b's elements: plain, rounding, saturating. */
VecLanes2 lanes_sshl, lanes_ushl, lanes_srshl, lanes_urshl;
VecLanes2 lanes_sqshl, lanes_uqshl, lanes_sqrshl, lanes_uqrshl;
/* Signed operand, unsigned saturation. */
VecLanes2 lanes_sqshlu;
VecLanes2 lanes_sqdmulh, lanes_sqrdmulh, lanes_suqadd, lanes_usqadd, lanes_pmul;
VecLanes3 lanes_sqrdmlah, lanes_sqrdmlsh;
VecLanes1 lanes_cls, lanes_clz, lanes_rbit, lanes_sqabs, lanes_sqneg;
VecLanes1 lanes_urecpe, lanes_ursqrte;
/* Elements of twice the size s gives to elements of that size in the low half, saturated. */
VecLanes1 lanes_sqxtn, lanes_sqxtun, lanes_uqxtn;
/* Polynomial product of 8- or 64-bit elements of the low halves. */
VecLanes2 lanes_pmull;
/* acc + sums of four products of bytes; signed, unsigned, unsigned by signed. */
VecLanes3 lanes_sdot, lanes_udot, lanes_usdot;
/* acc + 2x8 by 8x2 matrix product. */
VecLanes3 lanes_smmla, lanes_ummla, lanes_usmmla;
/* Sum, maximum or minimum of all elements; sums of long elements do not wrap. */
VecLanes1 lanes_saddlv, lanes_uaddlv, lanes_smaxv, lanes_umaxv, lanes_sminv, lanes_uminv,
    lanes_addv;
/* Table look-up: `n` registers from v[rn] on; out of range: the byte of `other`. */
ArmVec lanes_tbl(ArmCpu *cpu, unsigned rn, unsigned n, ArmVec index, ArmVec other);

/* Every `step`th element of memory from p on to a register (zero above), and back. */
void lanes_gather(ArmVec *ret, VecShape s, unsigned step, const uint8_t *p);
void lanes_scatter(const ArmVec *v, VecShape s, unsigned step, uint8_t *p);

#endif
