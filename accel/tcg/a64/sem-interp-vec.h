/* SPDX-License-Identifier: MIT */
/* Integer vector verbs of the interpreter: the host's vectors where GCC can make them. */
#ifndef ACCEL_TCG_A64_SEM_INTERP_VEC_H
#define ACCEL_TCG_A64_SEM_INTERP_VEC_H

#include "accel/tcg/a64/sem.h"
#include "accel/tcg/a64/vec-crypto.h"
#include "accel/tcg/a64/vec-lanes.h"

typedef uint8_t VecU8 __attribute__((vector_size(16)));
typedef uint16_t VecU16 __attribute__((vector_size(16)));
typedef uint32_t VecU32 __attribute__((vector_size(16)));
typedef uint64_t VecU64 __attribute__((vector_size(16)));
typedef int8_t VecS8 __attribute__((vector_size(16)));
typedef int16_t VecS16 __attribute__((vector_size(16)));
typedef int32_t VecS32 __attribute__((vector_size(16)));
typedef int64_t VecS64 __attribute__((vector_size(16)));

/* Between register images and the host's vectors. A value that is put together from halves in
 * memory and then read whole stalls the host: halves are moved by shuffles too. */
#define VEC_FROM(T, v)            \
    ({                            \
        T from_;                  \
        memcpy(&from_, &(v), 16); \
        from_;                    \
    })
#define VEC_TO(value)               \
    ({                              \
        V128 to_;                   \
        memcpy(&to_, &(value), 16); \
        to_;                        \
    })
#define VEC_SHUFFLE(T, a, b, ...)                                                           \
    ({                                                                                      \
        T shuffled_ = __builtin_shufflevector(VEC_FROM(T, a), VEC_FROM(T, b), __VA_ARGS__); \
        VEC_TO(shuffled_);                                                                  \
    })

/* ---- registers */

static inline V128 vec_const(SemCtx c, uint64_t lo, uint64_t hi)
{
    const VecU64 v = {lo, hi};

    return VEC_TO(v);
}

/* The bytes that count, zero above. */
static inline V128 vec_low(SemCtx c, unsigned bytes, V128 v)
{
    if (bytes == 8) {
        const V128 zero = vec_const(c, 0, 0);
        return VEC_SHUFFLE(VecU64, v, zero, 0, 2);
    }
    if (bytes < 8) {
        return vec_const(c, v.v.d[0] & MASK64(8 * bytes), 0);
    }
    return v;
}

/* The lower or the upper half, in the low half. */
static inline V128 vec_half(SemCtx c, unsigned high, V128 v)
{
    const V128 zero = vec_const(c, 0, 0);

    return high ? VEC_SHUFFLE(VecU64, v, zero, 1, 2) : VEC_SHUFFLE(VecU64, v, zero, 0, 2);
}

/* The low half of v as the lower (upper zero) or, with the lower kept from `old`, upper half. */
static inline V128 vec_join(SemCtx c, unsigned high, V128 old, V128 v)
{
    const V128 zero = vec_const(c, 0, 0);

    return high ? VEC_SHUFFLE(VecU64, old, v, 0, 2) : VEC_SHUFFLE(VecU64, v, zero, 0, 2);
}

static inline V64 vec_lane(SemCtx c, unsigned esize, unsigned n, V128 v)
{
    return (V64){lane_u(&v.v, esize, n)};
}

static inline V128 vec_insert(SemCtx c, unsigned esize, unsigned n, V128 v, V64 x)
{
    lane_put(&v.v, esize, n, x.u);
    return v;
}

static inline V128 vec_from64(SemCtx c, V64 lo, V64 hi)
{
    return vec_const(c, lo.u, hi.u);
}

/* Every element the low bits of x. */
static inline V128 vec_dup(SemCtx c, unsigned esize, V64 x)
{
    static const uint64_t ones[] = {0x0101010101010101, 0x0001000100010001, 0x100000001, 1};
    uint64_t v = (x.u & MASK64(8u << esize)) * ones[esize];

    return vec_const(c, v, v);
}

/* ---- memory: straight between memory and registers, since a register that is written in halves
 * and read whole stalls the host. Nothing is written when an access faults. */

/* Loads 2^size bytes, up to 16; the rest of the register becomes zero. */
SEM_INLINE bool vec_ld(SemCtx c, unsigned size, V64 addr, unsigned n)
{
    const void *p = mem_find(c, size, addr.u, 1u << size, false);

    if (unlikely(!p)) {
        if (!tcg_load_slow(c.cpu, c.t, c.i, addr.u, size)) {
            return false;
        }
        vec_set(c, n, vec_const(c, c.t->loaded[0], size == MO_128 ? c.t->loaded[1] : 0));
    } else if (size == MO_128) {
        memcpy(&c.cpu->v[n], p, 16);
    } else {
        vec_set(c, n, vec_const(c, ld_le(p, 1u << size), 0));
    }
    return true;
}

SEM_INLINE bool vec_st(SemCtx c, unsigned size, V64 addr, unsigned n)
{
    void *p = mem_find(c, size, addr.u, 1u << size, true);
    const ArmVec *v = &c.cpu->v[n];

    if (unlikely(!p)) {
        return tcg_store_slow(c.cpu, c.t, c.i, addr.u, size, v->d[0], v->d[1]);
    }
    memcpy(p, v, 1u << size);
    return true;
}

/* Two registers of 16 bytes: one look at the TLB where they share a page. */
SEM_INLINE bool vec_ld_pair(SemCtx c, V64 addr, unsigned n, unsigned m)
{
    const uint8_t *p = mem_find(c, MO_128, addr.u, 32, false);
    uint64_t lo, hi;

    if (likely(p)) {
        memcpy(&c.cpu->v[n], p, 16);
        memcpy(&c.cpu->v[m], p + 16, 16);
        return true;
    }
    if (!tcg_load_slow(c.cpu, c.t, c.i, addr.u, MO_128)) {
        return false;
    }
    lo = c.t->loaded[0];
    hi = c.t->loaded[1];
    if (!tcg_load_slow(c.cpu, c.t, c.i, addr.u + 16, MO_128)) {
        return false;
    }
    c.cpu->v[n] = (ArmVec){.d = {lo, hi}};
    c.cpu->v[m] = (ArmVec){.d = {c.t->loaded[0], c.t->loaded[1]}};
    return true;
}

SEM_INLINE bool vec_st_pair(SemCtx c, V64 addr, unsigned n, unsigned m)
{
    const ArmVec *lo = &c.cpu->v[n], *hi = &c.cpu->v[m];
    uint8_t *p = mem_find(c, MO_128, addr.u, 32, true);

    if (likely(p)) {
        memcpy(p, lo, 16);
        memcpy(p + 16, hi, 16);
        return true;
    }
    return tcg_store_slow(c.cpu, c.t, c.i, addr.u, MO_128, lo->d[0], lo->d[1]) &&
           tcg_store_slow(c.cpu, c.t, c.i, addr.u + 16, MO_128, hi->d[0], hi->d[1]);
}

/* `regs` registers of 8 or 16 bytes from rd on, all in one page. False: nothing was done. */
static inline bool vec_ld_block(SemCtx c, unsigned regs, unsigned bytes, V64 addr)
{
    const uint8_t *p = mem_find(c, MO_64, addr.u, regs * bytes, false);

    for (unsigned k = 0; p && k < regs; k++) {
        unsigned n = (c.i->rd + k) & 31;
        if (bytes == 16) {
            memcpy(&c.cpu->v[n], p + 16 * k, 16);
        } else {
            vec_set(c, n, vec_const(c, ld_le(p + 8 * k, 8), 0));
        }
    }
    return p;
}

/* False: one by one. */
static inline bool vec_st_block(SemCtx c, unsigned regs, unsigned bytes, V64 addr)
{
    return false;
}

/* Elements of `regs` registers from rd on in turn, all in one page. False: nothing was done, the
 * elements have to be accessed one by one. */
static inline bool vec_ld_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr)
{
    const uint8_t *p = mem_find(c, s.esize, addr.u, regs * s.bytes, false);

    if (unlikely(!p)) {
        return false;
    }
    for (unsigned k = 0; k < regs; k++) {
        lanes_gather(&c.cpu->v[(c.i->rd + k) & 31], s, regs, p + (k << s.esize));
    }
    return true;
}

static inline bool vec_st_interleaved(SemCtx c, VecShape s, unsigned regs, V64 addr)
{
    uint8_t *p = mem_find(c, s.esize, addr.u, regs * s.bytes, true);

    if (unlikely(!p)) {
        return false;
    }
    for (unsigned k = 0; k < regs; k++) {
        lanes_scatter(&c.cpu->v[(c.i->rd + k) & 31], s, regs, p + (k << s.esize));
    }
    return true;
}

/* ---- element by element
 * In the expressions x and y are unsigned vectors, X and Y the same signed; n is a constant. */

#define VEC_CASE(bits, expr)                            \
    {                                                   \
        typedef VecU##bits U;                           \
        typedef VecS##bits S;                           \
        enum { BITS = bits };                           \
        const U x = VEC_FROM(U, a), y = VEC_FROM(U, b); \
        const S X = (S)x, Y = (S)y;                     \
        const U r_ = (U)(expr);                         \
        (void)X, (void)Y, (void)y, (void)BITS;          \
        return VEC_TO(r_);                              \
    }
#define VEC_SWITCH(expr)   \
    switch (s.esize) {     \
    case 0:                \
        VEC_CASE(8, expr)  \
    case 1:                \
        VEC_CASE(16, expr) \
    case 2:                \
        VEC_CASE(32, expr) \
    default:               \
        VEC_CASE(64, expr) \
    }
#define VEC2(name, expr)                                                \
    static inline V128 vec_##name(SemCtx c, VecShape s, V128 a, V128 b) \
    {                                                                   \
        VEC_SWITCH(expr)                                                \
    }
#define VEC1(name, expr)                                        \
    static inline V128 vec_##name(SemCtx c, VecShape s, V128 a) \
    {                                                           \
        const V128 b = a;                                       \
        VEC_SWITCH(expr)                                        \
    }
#define VEC_SHIFT(name, expr)                                               \
    static inline V128 vec_##name(SemCtx c, VecShape s, V128 a, unsigned n) \
    {                                                                       \
        const V128 b = a;                                                   \
        VEC_SWITCH(expr)                                                    \
    }
/* Chosen by a mask of all ones or zeros. */
#define VEC_PICK(mask, u, v) (((U)(mask) & (U)(u)) | (~(U)(mask) & (U)(v)))

VEC2(add, x + y)
VEC2(sub, x - y)
VEC2(mul, x *y)
VEC2(and, x &y)
VEC2(or, x | y)
VEC2(xor, x ^ y)
VEC2(bic, x & ~y)
VEC2(orn, x | ~y)
VEC1(not, ~x)
VEC1(neg, -x)
VEC1(abs, (x ^ (U)(X >> (BITS - 1))) - (U)(X >> (BITS - 1)))
/* Bits set in every byte. */
static inline V128 vec_popcount(SemCtx c, VecShape s, V128 a)
{
    VecU8 x = VEC_FROM(VecU8, a);

    x -= x >> 1 & 0x55;
    x = (x & 0x33) + (x >> 2 & 0x33);
    x = (x + (x >> 4)) & 0x0f;
    return VEC_TO(x);
}
VEC2(eq, x == y)
VEC2(gts, X > Y)
VEC2(ges, X >= Y)
VEC2(gtu, x > y)
VEC2(geu, x >= y)
VEC2(tst, (x & y) != 0)
VEC2(maxs, VEC_PICK(X > Y, x, y))
VEC2(mins, VEC_PICK(X > Y, y, x))
VEC2(maxu, VEC_PICK(x > y, x, y))
VEC2(minu, VEC_PICK(x > y, y, x))
VEC2(abds, VEC_PICK(X > Y, x - y, y - x))
VEC2(abdu, VEC_PICK(x > y, x - y, y - x))
/* Halves of sums and differences, which do not overflow; the rounding ones round up. */
VEC2(haddu, (x & y) + ((x ^ y) >> 1))
VEC2(hadds, (x & y) + (U)((S)(x ^ y) >> 1))
VEC2(rhaddu, (x | y) - ((x ^ y) >> 1))
VEC2(rhadds, (x | y) - (U)((S)(x ^ y) >> 1))
VEC2(hsubu, (x >> 1) - (y >> 1) - (~x & y & 1))
VEC2(hsubs, (U)(X >> 1) - (U)(Y >> 1) - (~x & y & 1))

/* Shifts by 0 to the element's size, that included. */
VEC_SHIFT(shl, x << n)
VEC_SHIFT(shru, n < BITS ? x >> n : x ^ x)
VEC_SHIFT(shrs, X >> (n < BITS ? n : BITS - 1))
VEC_SHIFT(rshru, (n < BITS ? x >> n : x ^ x) + (x >> (n - 1) & 1))
VEC_SHIFT(rshrs, (U)(X >> (n < BITS ? n : BITS - 1)) + (x >> (n - 1) & 1))

/* ---- saturating: QC is set when an element was out of range */

static inline void vec_note_qc(SemCtx c, uint64_t lo, uint64_t hi)
{
    if (lo | hi) {
        c.cpu->fpsr |= FPSR_QC;
    }
}
#define VEC_SAT_CASE(bits, over_expr, sat_expr, sum)               \
    {                                                              \
        typedef VecU##bits U;                                      \
        typedef VecS##bits S;                                      \
        enum { BITS = bits };                                      \
        const U x = VEC_FROM(U, a), y = VEC_FROM(U, b), r = (sum); \
        const U over = (U)(over_expr), sat = (U)(sat_expr);        \
        const U r_ = VEC_PICK(over, sat, r);                       \
        const V128 o_ = VEC_TO(over);                              \
        (void)BITS, (void)sizeof(S);                               \
        vec_note_qc(c, o_.v.d[0], o_.v.d[1]);                      \
        return VEC_TO(r_);                                         \
    }
#define VEC_SAT(name, sum, over, sat)                                   \
    static inline V128 vec_##name(SemCtx c, VecShape s, V128 a, V128 b) \
    {                                                                   \
        switch (s.esize) {                                              \
        case 0:                                                         \
            VEC_SAT_CASE(8, over, sat, sum)                             \
        case 1:                                                         \
            VEC_SAT_CASE(16, over, sat, sum)                            \
        case 2:                                                         \
            VEC_SAT_CASE(32, over, sat, sum)                            \
        default:                                                        \
            VEC_SAT_CASE(64, over, sat, sum)                            \
        }                                                               \
    }
#define VEC_SIGN(v)  ((S)(v) >> (BITS - 1))
#define VEC_LIMIT(v) ((U)VEC_SIGN(v) ^ ((U)(-(x ^ x) - 1) >> 1))

VEC_SAT(uqadd, x + y, r < x, ~(x ^ x))
VEC_SAT(uqsub, x - y, x < y, x ^ x)
VEC_SAT(sqadd, x + y, VEC_SIGN(~(x ^ y) & (x ^ r)), VEC_LIMIT(x))
VEC_SAT(sqsub, x - y, VEC_SIGN((x ^ y) & (x ^ r)), VEC_LIMIT(x))

/* ---- order of elements: shuffles that are constant for each size */

/* The even (odd) elements of b:a; of their low halves when 8 bytes count. */
static inline V128 vec_unzip(SemCtx c, VecShape s, unsigned odd, V128 a, V128 b)
{
    if (s.bytes == 8) {
        a = b = VEC_SHUFFLE(VecU64, a, b, 0, 2);
    }
    switch (s.esize * 2u + odd) {
    case 0:
        return VEC_SHUFFLE(VecU8, a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    case 1:
        return VEC_SHUFFLE(VecU8, a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    case 2:
        return VEC_SHUFFLE(VecU16, a, b, 0, 2, 4, 6, 8, 10, 12, 14);
    case 3:
        return VEC_SHUFFLE(VecU16, a, b, 1, 3, 5, 7, 9, 11, 13, 15);
    case 4:
        return VEC_SHUFFLE(VecU32, a, b, 0, 2, 4, 6);
    case 5:
        return VEC_SHUFFLE(VecU32, a, b, 1, 3, 5, 7);
    case 6:
        return VEC_SHUFFLE(VecU64, a, b, 0, 2);
    default:
        return VEC_SHUFFLE(VecU64, a, b, 1, 3);
    }
}

/* Pairs of an element of a and one of b, from the low halves. */
static inline V128 vec_interleave(SemCtx c, unsigned esize, V128 a, V128 b)
{
    switch (esize) {
    case 0:
        return VEC_SHUFFLE(VecU8, a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    case 1:
        return VEC_SHUFFLE(VecU16, a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    case 2:
        return VEC_SHUFFLE(VecU32, a, b, 0, 4, 1, 5);
    default:
        return VEC_SHUFFLE(VecU64, a, b, 0, 2);
    }
}

/* The same from the lower or upper half of what counts. */
static inline V128 vec_zip(SemCtx c, VecShape s, unsigned upper, V128 a, V128 b)
{
    if (upper && s.bytes == 16) {
        a = VEC_SHUFFLE(VecU64, a, a, 1, 1);
        b = VEC_SHUFFLE(VecU64, b, b, 1, 1);
    } else if (upper) {
        a = VEC_SHUFFLE(VecU32, a, a, 1, 1, 1, 1);
        b = VEC_SHUFFLE(VecU32, b, b, 1, 1, 1, 1);
    }
    return vec_interleave(c, s.esize, a, b);
}

/* The even (odd) elements of a, each followed by its fellow of b. */
static inline V128 vec_transpose(SemCtx c, VecShape s, unsigned odd, V128 a, V128 b)
{
    switch (s.esize * 2u + odd) {
    case 0:
        return VEC_SHUFFLE(VecU8, a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
    case 1:
        return VEC_SHUFFLE(VecU8, a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    case 2:
        return VEC_SHUFFLE(VecU16, a, b, 0, 8, 2, 10, 4, 12, 6, 14);
    case 3:
        return VEC_SHUFFLE(VecU16, a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    case 4:
        return VEC_SHUFFLE(VecU32, a, b, 0, 4, 2, 6);
    case 5:
        return VEC_SHUFFLE(VecU32, a, b, 1, 5, 3, 7);
    case 6:
        return VEC_SHUFFLE(VecU64, a, b, 0, 2);
    default:
        return VEC_SHUFFLE(VecU64, a, b, 1, 3);
    }
}

/* ---- changes of element size: s gives the narrow element */

/* The elements of the low half, extended to twice their size. */
static inline V128 vec_widenu(SemCtx c, VecShape s, V128 a)
{
    return vec_interleave(c, s.esize, a, vec_const(c, 0, 0));
}

static inline V128 vec_widens(SemCtx c, VecShape s, V128 a)
{
    VecShape wide = {(uint8_t)(s.esize + 1), 16};

    return vec_shrs(c, wide, vec_interleave(c, s.esize, a, a), 8u << s.esize);
}

/* The low halves of elements of twice the size, in the low half. */
static inline V128 vec_narrow(SemCtx c, VecShape s, V128 a)
{
    return vec_unzip(c, (VecShape){s.esize, 16}, 0, a, vec_const(c, 0, 0));
}

/* Bytes from position n of b:a on; of their low halves when 8 bytes count. */
static inline V128 vec_extract(SemCtx c, VecShape s, unsigned n, V128 a, V128 b)
{
    if (s.bytes == 8) {
        unsigned __int128 v = (unsigned __int128)b.v.d[0] << 64 | a.v.d[0];
        return (V128){{.q = v >> 8 * n}};
    }
    return n ? (V128){{.q = a.v.q >> 8 * n | b.v.q << (128 - 8 * n)}} : a;
}

/* Elements in reverse order in every container of 2^container bytes. */
static inline V128 vec_reverse(SemCtx c, VecShape s, unsigned container, V128 a)
{
    V128 r;
    unsigned flip = (1u << (container - s.esize)) - 1;

    for (unsigned k = 0; k < 16u >> s.esize; k++) {
        lane_put(&r.v, s.esize, k ^ flip, lane_u(&a.v, s.esize, k));
    }
    return r;
}

/* ---- out of line */

static inline V128 vec_lanes1(SemCtx c, VecShape s, VecLanes1 *op, V128 a)
{
    return (V128){op(c.cpu, s, a.v)};
}

static inline V128 vec_lanes2(SemCtx c, VecShape s, VecLanes2 *op, V128 a, V128 b)
{
    return (V128){op(c.cpu, s, a.v, b.v)};
}

static inline V128 vec_lanes3(SemCtx c, VecShape s, VecLanes3 *op, V128 acc, V128 a, V128 b)
{
    return (V128){op(c.cpu, s, acc.v, a.v, b.v)};
}

static inline V128 vec_table(SemCtx c, unsigned rn, unsigned n, V128 index, V128 other)
{
    return (V128){lanes_tbl(c.cpu, rn, n, index.v, other.v)};
}

/* ---- cryptography: a step of an algorithm on whole registers */

SEM_INLINE V128 vec_crypto1(SemCtx c, CryptoOp1 *op, V128 n)
{
    return (V128){op(n.v)};
}

SEM_INLINE V128 vec_crypto2(SemCtx c, CryptoOp2 *op, V128 d, V128 n)
{
    return (V128){op(d.v, n.v)};
}

SEM_INLINE V128 vec_crypto3(SemCtx c, CryptoOp3 *op, V128 d, V128 n, V128 m)
{
    return (V128){op(d.v, n.v, m.v)};
}

SEM_INLINE V128 vec_sm3tt(SemCtx c, CryptoSm3 op, unsigned index, V128 d, V128 n, V128 m)
{
    return (V128){crypto_sm3tt(op, index, d.v, n.v, m.v)};
}

#endif
