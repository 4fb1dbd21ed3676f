/* SPDX-License-Identifier: MIT */
/* Order of softfp numbers: comparison, minimum, maximum. */
#include "util/softfp-core.h"
#include "util/softfp.h"

/* Key that orders finite and infinite patterns; both zeros have the same. */
static int64_t order_key(SoftFpFormat f, const FpParts *p, uint64_t a)
{
    if (p->kind == FP_ZERO) {
        return 0;
    }
    int64_t mag = (int64_t)(a & MASK64(softfp_bits(f) - 1));
    return p->sign ? -mag : mag;
}

SoftFpRelation softfp_compare(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b, bool signalling)
{
    FpParts pa = fp_unpack(s, f, a);
    FpParts pb = fp_unpack(s, f, b);

    if (fp_is_nan(pa.kind) || fp_is_nan(pb.kind)) {
        if (signalling || pa.kind == FP_SNAN || pb.kind == FP_SNAN) {
            s->flags |= SOFTFP_IOC;
        }
        return SOFTFP_UNORDERED;
    }
    int64_t ka = order_key(f, &pa, a);
    int64_t kb = order_key(f, &pb, b);
    return ka < kb ? SOFTFP_LESS : ka == kb ? SOFTFP_EQUAL : SOFTFP_GREATER;
}

static uint64_t minmax(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b, bool max)
{
    FpParts pa = fp_unpack(s, f, a);
    FpParts pb = fp_unpack(s, f, b);
    uint64_t r;

    if (fp_nans(s, f, &pa, &pb, a, b, &r)) {
        return r;
    }
    if (pa.kind == FP_ZERO && pb.kind == FP_ZERO) {
        return fp_zero(f, max ? pa.sign & pb.sign : pa.sign | pb.sign);
    }
    int64_t ka = order_key(f, &pa, a);
    int64_t kb = order_key(f, &pb, b);
    bool first = max ? ka > kb : ka < kb;
    const FpParts *p = first ? &pa : &pb;
    if (p->kind == FP_ZERO) {
        return fp_zero(f, p->sign); /* may be a flushed denormal */
    }
    return (first ? a : b) & MASK64(softfp_bits(f));
}

uint64_t softfp_max(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return minmax(s, f, a, b, true);
}

uint64_t softfp_min(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return minmax(s, f, a, b, false);
}

static uint64_t minmaxnum(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b, bool max)
{
    bool qa = fp_unpack(s, f, a).kind == FP_QNAN;
    bool qb = fp_unpack(s, f, b).kind == FP_QNAN;

    if (qa && !qb) {
        a = fp_inf(f, max);
    } else if (qb && !qa) {
        b = fp_inf(f, max);
    }
    return minmax(s, f, a, b, max);
}

uint64_t softfp_maxnum(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return minmaxnum(s, f, a, b, true);
}

uint64_t softfp_minnum(SoftFp *s, SoftFpFormat f, uint64_t a, uint64_t b)
{
    return minmaxnum(s, f, a, b, false);
}
