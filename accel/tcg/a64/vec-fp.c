/* SPDX-License-Identifier: MIT */
/* Floating-point operations of vectors and scalars through softfp (Arm ARM J1.3.3). */
#include "accel/tcg/a64/vec-fp.h"

#include "accel/tcg/host-caps.h"
#include "util/softfp-fast.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define LANES(s) ((unsigned)(s).bytes >> (s).esize)

/* ---- operations that softfp does not have by itself */

static uint64_t truth(bool b)
{
    return b ? ~0ull : 0;
}

uint64_t fpop_eq(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return truth(softfp_compare(s, f, a, b, false) == SOFTFP_EQUAL);
}

uint64_t fpop_ge(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    SoftFpRelation r = softfp_compare(s, f, a, b, true);

    return truth(r == SOFTFP_GREATER || r == SOFTFP_EQUAL);
}

uint64_t fpop_gt(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return truth(softfp_compare(s, f, a, b, true) == SOFTFP_GREATER);
}

uint64_t fpop_le(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return fpop_ge(s, f, b, a);
}

uint64_t fpop_lt(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return fpop_gt(s, f, b, a);
}

uint64_t fpop_age(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return fpop_ge(s, f, softfp_abs(f, a), softfp_abs(f, b));
}

uint64_t fpop_agt(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return fpop_gt(s, f, softfp_abs(f, a), softfp_abs(f, b));
}

uint64_t fpop_abd(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return softfp_abs(f, softfp_sub(s, f, a, b));
}

uint64_t fpop_nmul(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return softfp_neg(f, softfp_mul(s, f, a, b));
}

uint64_t fpop_mls(SoftFp *s, SoftFpFormat f, uint64_t acc, uint64_t a, uint64_t b)
{
    return softfp_muladd(s, f, acc, softfp_neg(f, a), b);
}

uint64_t fpop_abs(SoftFp *s, SoftFpFormat f, uint64_t a)
{
    return softfp_abs(f, a);
}

uint64_t fpop_neg(SoftFp *s, SoftFpFormat f, uint64_t a)
{
    return softfp_neg(f, a);
}

#define RINT(name, rounding, exact)                             \
    uint64_t fpop_##name(SoftFp *s, SoftFpFormat f, uint64_t a) \
    {                                                           \
        return softfp_round_int(s, f, a, rounding, exact);      \
    }

RINT(rintn, SOFTFP_NEAREST_EVEN, false)
RINT(rintm, SOFTFP_DOWN, false)
RINT(rintp, SOFTFP_UP, false)
RINT(rintz, SOFTFP_ZERO, false)
RINT(rinta, SOFTFP_TIES_AWAY, false)
RINT(rintx, s->rounding, true)
RINT(rinti, s->rounding, false)

#define RINT_N(name, bits, rounding)                            \
    uint64_t fpop_##name(SoftFp *s, SoftFpFormat f, uint64_t a) \
    {                                                           \
        return softfp_round_int_n(s, f, a, bits, rounding);     \
    }

RINT_N(rint32z, 32, SOFTFP_ZERO)
RINT_N(rint32x, 32, s->rounding)
RINT_N(rint64z, 64, SOFTFP_ZERO)
RINT_N(rint64x, 64, s->rounding)

/* ---- scalars */

uint64_t fp_run1(ArmCpu *cpu, unsigned format, FpOp1 *op, uint64_t a)
{
    SoftFp s = softfp_from_fpcr(cpu->fpcr);
    uint64_t r = op(&s, (SoftFpFormat)format, a);

    cpu->fpsr |= s.flags;
    return r;
}

uint64_t fp_run2(ArmCpu *cpu, unsigned format, FpOp2 *op, uint64_t a, uint64_t b)
{
    SoftFp s = softfp_from_fpcr(cpu->fpcr);
    uint64_t r = op(&s, (SoftFpFormat)format, a, b);

    cpu->fpsr |= s.flags;
    return r;
}

uint64_t fp_run3(ArmCpu *cpu, unsigned format, FpOp3 *op, uint64_t acc, uint64_t a, uint64_t b)
{
    SoftFp s = softfp_from_fpcr(cpu->fpcr);
    uint64_t r = op(&s, (SoftFpFormat)format, acc, a, b);

    cpu->fpsr |= s.flags;
    return r;
}

uint32_t fp_compare(ArmCpu *cpu, unsigned format, uint64_t a, uint64_t b, bool signalling)
{
    static const uint32_t nzcv[] = {
        [SOFTFP_LESS] = PSTATE_N,
        [SOFTFP_EQUAL] = PSTATE_Z | PSTATE_C,
        [SOFTFP_GREATER] = PSTATE_C,
        [SOFTFP_UNORDERED] = PSTATE_C | PSTATE_V,
    };
    SoftFp s = softfp_from_fpcr(cpu->fpcr);
    SoftFpRelation r = softfp_compare(&s, (SoftFpFormat)format, a, b, signalling);

    cpu->fpsr |= s.flags;
    return nzcv[r];
}

uint64_t fp_convert(ArmCpu *cpu, unsigned to, unsigned from, uint64_t a)
{
    SoftFp s = softfp_from_fpcr(cpu->fpcr);
    uint64_t r = softfp_convert(&s, (SoftFpFormat)to, (SoftFpFormat)from, a);

    cpu->fpsr |= s.flags;
    return r;
}

uint64_t fp_to_int(ArmCpu *cpu, unsigned format, uint64_t a, unsigned bits, bool is_signed,
                   int fbits, int rounding)
{
    SoftFp s = softfp_from_fpcr(cpu->fpcr);
    SoftFpRounding how = rounding < 0 ? s.rounding : (SoftFpRounding)rounding;
    uint64_t r = softfp_to_int(&s, (SoftFpFormat)format, a, (int)bits, is_signed, fbits, how);

    cpu->fpsr |= s.flags;
    return r;
}

uint64_t fp_from_int(ArmCpu *cpu, unsigned format, uint64_t a, unsigned bits, bool is_signed,
                     int fbits)
{
    SoftFp s = softfp_from_fpcr(cpu->fpcr);
    uint64_t r = softfp_from_int(&s, (SoftFpFormat)format, a, (int)bits, is_signed, fbits);

    cpu->fpsr |= s.flags;
    return r;
}

uint64_t fp_to_int_js(ArmCpu *cpu, uint64_t a)
{
    SoftFp s = softfp_from_fpcr(cpu->fpcr);
    bool exact;
    uint64_t r = softfp_to_int_js(&s, a, &exact);

    cpu->fpsr |= s.flags;
    return r | (uint64_t)exact << 32;
}

/* ---- vectors */

ArmVec fp_lanes1(ArmCpu *cpu, VecShape s, FpOp1 *op, ArmVec a)
{
    SoftFp fp = softfp_from_fpcr(cpu->fpcr);
    ArmVec r = {0};

    for (unsigned n = 0; n < LANES(s); n++) {
        lane_put(&r, s.esize, n, op(&fp, (SoftFpFormat)s.esize, lane_u(&a, s.esize, n)));
    }
    cpu->fpsr |= fp.flags;
    return r;
}

ArmVec fp_lanes2(ArmCpu *cpu, VecShape s, FpOp2 *op, ArmVec a, ArmVec b)
{
    SoftFp fp = softfp_from_fpcr(cpu->fpcr);
    ArmVec r = {0};

    for (unsigned n = 0; n < LANES(s); n++) {
        lane_put(&r, s.esize, n,
                 op(&fp, (SoftFpFormat)s.esize, lane_u(&a, s.esize, n), lane_u(&b, s.esize, n)));
    }
    cpu->fpsr |= fp.flags;
    return r;
}

ArmVec fp_lanes3(ArmCpu *cpu, VecShape s, FpOp3 *op, ArmVec acc, ArmVec a, ArmVec b)
{
    SoftFp fp = softfp_from_fpcr(cpu->fpcr);
    ArmVec r = {0};

    for (unsigned n = 0; n < LANES(s); n++) {
        lane_put(&r, s.esize, n,
                 op(&fp, (SoftFpFormat)s.esize, lane_u(&acc, s.esize, n), lane_u(&a, s.esize, n),
                    lane_u(&b, s.esize, n)));
    }
    cpu->fpsr |= fp.flags;
    return r;
}

ArmVec fp_pairs(ArmCpu *cpu, VecShape s, FpOp2 *op, ArmVec a, ArmVec b)
{
    SoftFp fp = softfp_from_fpcr(cpu->fpcr);
    unsigned half = LANES(s) / 2;
    ArmVec r = {0};

    for (unsigned n = 0; n < 2 * half; n++) {
        const ArmVec *v = n < half ? &a : &b;
        unsigned k = 2 * (n % half);
        lane_put(&r, s.esize, n,
                 op(&fp, (SoftFpFormat)s.esize, lane_u(v, s.esize, k), lane_u(v, s.esize, k + 1)));
    }
    cpu->fpsr |= fp.flags;
    return r;
}

ArmVec fp_across(ArmCpu *cpu, VecShape s, FpOp2 *op, ArmVec a)
{
    for (unsigned bytes = s.bytes; bytes > 1u << s.esize; bytes /= 2) {
        a = fp_pairs(cpu, (VecShape){s.esize, (uint8_t)bytes}, op, a, a);
    }
    return a;
}

ArmVec fp_lanes_to_int(ArmCpu *cpu, VecShape s, ArmVec a, bool is_signed, int fbits, int rounding)
{
    ArmVec r = {0};

    for (unsigned n = 0; n < LANES(s); n++) {
        lane_put(&r, s.esize, n,
                 fp_to_int(cpu, s.esize, lane_u(&a, s.esize, n), 8u << s.esize, is_signed, fbits,
                           rounding));
    }
    return r;
}

ArmVec fp_lanes_from_int(ArmCpu *cpu, VecShape s, ArmVec a, bool is_signed, int fbits)
{
    ArmVec r = {0};

    for (unsigned n = 0; n < LANES(s); n++) {
        lane_put(
            &r, s.esize, n,
            fp_from_int(cpu, s.esize, lane_u(&a, s.esize, n), 8u << s.esize, is_signed, fbits));
    }
    return r;
}

ArmVec fp_lanes_narrow(ArmCpu *cpu, VecShape s, ArmVec a, bool round_to_odd)
{
    SoftFp fp = softfp_from_fpcr(cpu->fpcr);
    unsigned lanes = LANES(s) < 8u >> s.esize ? LANES(s) : 8u >> s.esize;
    ArmVec r = {0};

    if (round_to_odd) {
        fp.rounding = SOFTFP_ODD;
    }
    for (unsigned n = 0; n < lanes; n++) {
        lane_put(&r, s.esize, n,
                 softfp_convert(&fp, (SoftFpFormat)s.esize, (SoftFpFormat)(s.esize + 1),
                                lane_u(&a, s.esize + 1u, n)));
    }
    cpu->fpsr |= fp.flags;
    return r;
}

ArmVec fp_lanes_widen(ArmCpu *cpu, VecShape s, ArmVec a)
{
    SoftFp fp = softfp_from_fpcr(cpu->fpcr);
    ArmVec r = {0};

    for (unsigned n = 0; n < 8u >> s.esize; n++) {
        lane_put(&r, s.esize + 1u, n,
                 softfp_convert(&fp, (SoftFpFormat)(s.esize + 1), (SoftFpFormat)s.esize,
                                lane_u(&a, s.esize, n)));
    }
    cpu->fpsr |= fp.flags;
    return r;
}

ArmVec fp_complex_add(ArmCpu *cpu, VecShape s, unsigned rotation, ArmVec a, ArmVec b)
{
    SoftFp fp = softfp_from_fpcr(cpu->fpcr);
    SoftFpFormat f = (SoftFpFormat)s.esize;
    ArmVec r = {0};

    for (unsigned n = 0; n < LANES(s); n += 2) {
        uint64_t re = lane_u(&b, s.esize, n), im = lane_u(&b, s.esize, n + 1);
        uint64_t x = rotation == 90 ? softfp_neg(f, im) : im;
        uint64_t y = rotation == 90 ? re : softfp_neg(f, re);
        lane_put(&r, s.esize, n, softfp_add(&fp, f, lane_u(&a, s.esize, n), x));
        lane_put(&r, s.esize, n + 1, softfp_add(&fp, f, lane_u(&a, s.esize, n + 1), y));
    }
    cpu->fpsr |= fp.flags;
    return r;
}

ArmVec fp_complex_mla(ArmCpu *cpu, VecShape s, unsigned rotation, ArmVec acc, ArmVec a, ArmVec b)
{
    SoftFp fp = softfp_from_fpcr(cpu->fpcr);
    SoftFpFormat f = (SoftFpFormat)s.esize;
    bool swap = rotation == 90 || rotation == 270;
    bool negate_x = rotation == 90 || rotation == 180, negate_y = rotation >= 180;
    ArmVec r = {0};

    for (unsigned n = 0; n < LANES(s); n += 2) {
        uint64_t k = lane_u(&a, s.esize, n + swap);
        uint64_t x = lane_u(&b, s.esize, n + swap), y = lane_u(&b, s.esize, n + !swap);
        x = negate_x ? softfp_neg(f, x) : x;
        y = negate_y ? softfp_neg(f, y) : y;
        lane_put(&r, s.esize, n, softfp_muladd(&fp, f, lane_u(&acc, s.esize, n), k, x));
        lane_put(&r, s.esize, n + 1, softfp_muladd(&fp, f, lane_u(&acc, s.esize, n + 1), k, y));
    }
    cpu->fpsr |= fp.flags;
    return r;
}

ArmVec fp_mla_half(ArmCpu *cpu, VecShape s, bool subtract, ArmVec acc, ArmVec a, ArmVec b)
{
    SoftFp fp = softfp_from_fpcr(cpu->fpcr);

    for (unsigned n = 0; n < s.bytes / 4u; n++) {
        uint64_t x = subtract ? softfp_neg(SOFTFP_H, a.h[n]) : a.h[n];
        acc.s[n] = (uint32_t)softfp_muladd_h(&fp, acc.s[n], x, b.h[n]);
    }
    cpu->fpsr |= fp.flags;
    return acc;
}

/* ---- the host's fused operations: one instruction where there is one, libm otherwise */

#ifdef __x86_64__
__attribute__((target("fma"))) static VecF32 mla32_x86(VecF32 acc, VecF32 a, VecF32 b)
{
    return (VecF32)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)acc);
}

__attribute__((target("fma"))) static VecF64 mla64_x86(VecF64 acc, VecF64 a, VecF64 b)
{
    return (VecF64)_mm_fmadd_pd((__m128d)a, (__m128d)b, (__m128d)acc);
}
#endif

VecF32 fp_host_mla32(VecF32 acc, VecF32 a, VecF32 b)
{
#ifdef __x86_64__
    if (likely(host_has(HOST_FMA))) {
        return mla32_x86(acc, a, b);
    }
#endif
    for (unsigned n = 0; n < 4; n++) {
        acc[n] = fmaf(a[n], b[n], acc[n]);
    }
    return acc;
}

VecF64 fp_host_mla64(VecF64 acc, VecF64 a, VecF64 b)
{
#ifdef __x86_64__
    if (likely(host_has(HOST_FMA))) {
        return mla64_x86(acc, a, b);
    }
#endif
    for (unsigned n = 0; n < 2; n++) {
        acc[n] = fma(a[n], b[n], acc[n]);
    }
    return acc;
}
