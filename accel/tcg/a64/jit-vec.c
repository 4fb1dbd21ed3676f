/* SPDX-License-Identifier: MIT */
/* Functions of SIMD&FP that translated code calls. */
#include "accel/tcg/a64/jit-vec.h"

#include "accel/tcg/a64/vec-crypto.h"
#include "accel/tcg/a64/vec-fp.h"

static VecShape shape(const IrVecArgs *x)
{
    return (VecShape){(uint8_t)ir_shape_esize(x->shape), (uint8_t)ir_shape_bytes(x->shape)};
}

static unsigned format(const IrVecArgs *x)
{
    return ir_shape_esize(x->shape);
}

#define FUNCTION(type) ((type *)(uintptr_t)x->extra)
#define ADAPTER(name, call)                             \
    ArmVec jitv_##name(ArmCpu *cpu, const IrVecArgs *x) \
    {                                                   \
        return call;                                    \
    }
#define INTEGER(name, call)                             \
    ArmVec jitv_##name(ArmCpu *cpu, const IrVecArgs *x) \
    {                                                   \
        return (ArmVec){.d = {call, 0}};                \
    }

ADAPTER(lanes1, FUNCTION(VecLanes1)(cpu, shape(x), x->a))
ADAPTER(lanes2, FUNCTION(VecLanes2)(cpu, shape(x), x->a, x->b))
ADAPTER(lanes3, FUNCTION(VecLanes3)(cpu, shape(x), x->a, x->b, x->c))
ADAPTER(crypto1, FUNCTION(CryptoOp1)(x->a))
ADAPTER(crypto2, FUNCTION(CryptoOp2)(x->a, x->b))
ADAPTER(crypto3, FUNCTION(CryptoOp3)(x->a, x->b, x->c))
ADAPTER(aes_mixed,
        x->extra ? crypto_aesimc(crypto_aesd(x->a, x->b)) : crypto_aesmc(crypto_aese(x->a, x->b)))
ADAPTER(sm3tt,
        crypto_sm3tt((CryptoSm3)(x->extra & 0xff), (unsigned)(x->extra >> 8), x->a, x->b, x->c))
ADAPTER(fp1, fp_lanes1(cpu, shape(x), FUNCTION(FpOp1), x->a))
ADAPTER(fp2, fp_lanes2(cpu, shape(x), FUNCTION(FpOp2), x->a, x->b))
ADAPTER(fp3, fp_lanes3(cpu, shape(x), FUNCTION(FpOp3), x->a, x->b, x->c))
ADAPTER(fp_across, fp_across(cpu, shape(x), FUNCTION(FpOp2), x->a))
ADAPTER(narrow, fp_lanes_narrow(cpu, shape(x), x->a, x->extra))
ADAPTER(widen, fp_lanes_widen(cpu, shape(x), x->a))
ADAPTER(complex_add, fp_complex_add(cpu, shape(x), (unsigned)x->extra, x->a, x->b))
ADAPTER(complex_mla, fp_complex_mla(cpu, shape(x), (unsigned)x->extra, x->a, x->b, x->c))
ADAPTER(mla_half, fp_mla_half(cpu, shape(x), x->extra, x->a, x->b, x->c))

/* ---- conversions */

static bool is_signed(const IrVecArgs *x)
{
    return x->extra >> 1 & 1;
}

static int fbits(const IrVecArgs *x)
{
    return x->extra >> 8 & 0xff;
}

static int rounding(const IrVecArgs *x)
{
    return (int)(x->extra >> 16) - 1;
}

static unsigned int_bits(const IrVecArgs *x)
{
    return x->extra & 1 ? 64 : 32;
}

INTEGER(to_int,
        fp_to_int(cpu, format(x), x->a.d[0], int_bits(x), is_signed(x), fbits(x), rounding(x)))
INTEGER(from_int, fp_from_int(cpu, format(x), x->a.d[0], int_bits(x), is_signed(x), fbits(x)))
INTEGER(to_int_js, fp_to_int_js(cpu, x->a.d[0]))
INTEGER(convert, fp_convert(cpu, (unsigned)(x->extra >> 8), x->extra & 0xff, x->a.d[0]))
INTEGER(compare, fp_compare(cpu, format(x), x->a.d[0], x->b.d[0], x->extra))
ADAPTER(lanes_to_int, fp_lanes_to_int(cpu, shape(x), x->a, is_signed(x), fbits(x), rounding(x)))
ADAPTER(lanes_from_int, fp_lanes_from_int(cpu, shape(x), x->a, is_signed(x), fbits(x)))

/* ---- fused operations with the sum negated: -acc - a * b, -acc + a * b */

FpOp3 jit_fp_nmadd, jit_fp_nmsub;

uint64_t jit_fp_nmadd(SoftFp *s, SoftFpFormat f, uint64_t acc, uint64_t a, uint64_t b)
{
    return softfp_muladd(s, f, softfp_neg(f, acc), softfp_neg(f, a), b);
}

uint64_t jit_fp_nmsub(SoftFp *s, SoftFpFormat f, uint64_t acc, uint64_t a, uint64_t b)
{
    return softfp_muladd(s, f, softfp_neg(f, acc), a, b);
}
