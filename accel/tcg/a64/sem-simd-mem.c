/* SPDX-License-Identifier: MIT */
/* Meanings of loads and stores of SIMD&FP registers (Arm ARM C4.1.94). */
#include "accel/tcg/a64/sem-vec.h"

typedef enum Indexing { OFFSET, POST, PRE } Indexing;

SEM_INLINE V64 with_imm(SemCtx c, V64 base)
{
    return v_add(c, 1, base, v_const(c, (uint64_t)c.i->imm));
}

/* ---- one register */

SEM_INLINE SemRet load(SemCtx c, unsigned size, Indexing ix)
{
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    TRY(vec_ld(c, size, ix == POST ? base : with_imm(c, base), c.i->rd));
    if (ix != OFFSET) {
        x_set(c, c.i->rn, with_imm(c, base));
    }
    return sem_next(c);
}

SEM_INLINE SemRet store(SemCtx c, unsigned size, Indexing ix)
{
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    TRY(vec_st(c, size, ix == POST ? base : with_imm(c, base), c.i->rd));
    if (ix != OFFSET) {
        x_set(c, c.i->rn, with_imm(c, base));
    }
    return sem_next(c);
}

/* Register offset: b is the extension, imm the shift. */
SEM_INLINE V64 register_offset(SemCtx c, V64 base)
{
    V64 off = v_extend_reg(c, c.i->b, x_get(c, c.i->rm));

    return v_add(c, 1, base, v_shl(c, 1, off, v_const(c, (uint64_t)c.i->imm)));
}

SEM_INLINE SemRet load_indexed(SemCtx c, unsigned size)
{
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    TRY(vec_ld(c, size, register_offset(c, base), c.i->rd));
    return sem_next(c);
}

SEM_INLINE SemRet store_indexed(SemCtx c, unsigned size)
{
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    TRY(vec_st(c, size, register_offset(c, base), c.i->rd));
    return sem_next(c);
}

/* Rows of B to D are split by size, those of Q stand alone. */
#define LOAD_STORE(suffix, ix)       \
    SEM(LDR##suffix, unsigned size)  \
    {                                \
        return load(c, size, ix);    \
    }                                \
    SEM(LDR##suffix##q)              \
    {                                \
        return load(c, MO_128, ix);  \
    }                                \
    SEM(STR##suffix, unsigned size)  \
    {                                \
        return store(c, size, ix);   \
    }                                \
    SEM(STR##suffix##q)              \
    {                                \
        return store(c, MO_128, ix); \
    }

LOAD_STORE(_vu, OFFSET)
LOAD_STORE(_vur, OFFSET)
LOAD_STORE(_vpost, POST)
LOAD_STORE(_vpre, PRE)

SEM(LDR_vr, unsigned size)
{
    return load_indexed(c, size);
}

SEM(LDR_vrq)
{
    return load_indexed(c, MO_128);
}

SEM(STR_vr, unsigned size)
{
    return store_indexed(c, size);
}

SEM(STR_vrq)
{
    return store_indexed(c, MO_128);
}

SEM(LDR_vlit)
{
    TRY(vec_ld(c, i->a, with_imm(c, pc_get(c)), i->rd));
    return sem_next(c);
}

/* ---- pairs */

SEM_INLINE SemRet load_pair(SemCtx c, unsigned opc, Indexing ix)
{
    unsigned esize = opc == 0 ? MO_32 : MO_64;
    V64 base, addr;

    TRY(mem_base(c, c.i->rn, &base));
    addr = ix == POST ? base : with_imm(c, base);
    if (opc == 2) {
        TRY(vec_ld_pair(c, addr, c.i->rd, c.i->ra));
    } else {
        V64 lo, hi;
        TRY(v_ld_pair(c, esize, addr, &lo, &hi));
        f_set(c, c.i->rd, f_of_bits(c, esize, lo));
        f_set(c, c.i->ra, f_of_bits(c, esize, hi));
    }
    if (ix != OFFSET) {
        x_set(c, c.i->rn, with_imm(c, base));
    }
    return sem_next(c);
}

SEM_INLINE SemRet store_pair(SemCtx c, unsigned opc, Indexing ix)
{
    unsigned esize = opc == 0 ? MO_32 : MO_64;
    V64 base, addr;

    TRY(mem_base(c, c.i->rn, &base));
    addr = ix == POST ? base : with_imm(c, base);
    if (opc == 2) {
        TRY(vec_st_pair(c, addr, c.i->rd, c.i->ra));
    } else {
        TRY(v_st_pair(c, esize, addr, f_bits(c, f_get(c, esize, c.i->rd)),
                      f_bits(c, f_get(c, esize, c.i->ra))));
    }
    if (ix != OFFSET) {
        x_set(c, c.i->rn, with_imm(c, base));
    }
    return sem_next(c);
}

#define PAIR(suffix, ix)               \
    SEM(LDP##suffix, unsigned opc)     \
    {                                  \
        return load_pair(c, opc, ix);  \
    }                                  \
    SEM(STP##suffix, unsigned opc)     \
    {                                  \
        return store_pair(c, opc, ix); \
    }

PAIR(_v, OFFSET)
PAIR(_vpost, POST)
PAIR(_vpre, PRE)

SEM(LDNP_v, unsigned opc)
{
    return load_pair(c, opc, OFFSET);
}

SEM(STNP_v, unsigned opc)
{
    return store_pair(c, opc, OFFSET);
}

/* ---- structures: ra registers from rd on, modulo 32 */

static inline unsigned reg_of(SemCtx c, unsigned k)
{
    return (c.i->rd + k) & 31;
}

SEM_INLINE V64 at_offset(SemCtx c, V64 base, unsigned off)
{
    return v_add(c, 1, base, v_const(c, off));
}

/* Post-index: rm is added, or, when it is 31, the size of what was transferred. */
static inline void advance(SemCtx c, bool post, V64 base, unsigned bytes)
{
    if (post) {
        V64 off = c.i->rm == 31 ? v_const(c, bytes) : x_get(c, c.i->rm);
        x_set(c, c.i->rn, v_add(c, 1, base, off));
    }
}

/* Consecutive registers, 8 or 16 bytes each. */
SEM_INLINE SemRet load_registers(SemCtx c, unsigned regs, bool post)
{
    unsigned bytes = c.i->b;
    V128 v[4];
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    if (vec_ld_block(c, regs, bytes, base)) {
        advance(c, post, base, regs * bytes);
        return sem_next(c);
    }
    for (unsigned k = 0; k < regs; k++) {
        V64 addr = at_offset(c, base, k * bytes), x;
        if (bytes == 16) {
            TRY(v_ld128(c, MO_128, addr, &v[k]));
        } else {
            TRY(v_ld(c, MO_64, addr, &x));
            v[k] = vec_from64(c, x, v_const(c, 0));
        }
    }
    advance(c, post, base, regs * bytes);
    for (unsigned k = 0; k < regs; k++) {
        vec_set(c, reg_of(c, k), v[k]);
    }
    return sem_next(c);
}

SEM_INLINE SemRet store_registers(SemCtx c, unsigned regs, bool post)
{
    unsigned bytes = c.i->b;
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    if (vec_st_block(c, regs, bytes, base)) {
        advance(c, post, base, regs * bytes);
        return sem_next(c);
    }
    for (unsigned k = 0; k < regs; k++) {
        TRY(vec_st(c, bytes == 16 ? MO_128 : MO_64, at_offset(c, base, k * bytes), reg_of(c, k)));
    }
    advance(c, post, base, regs * bytes);
    return sem_next(c);
}

/* Element e of register k is the (e * regs + k)'th in memory. */
SEM_INLINE SemRet load_interleaved(SemCtx c, unsigned regs, bool post)
{
    unsigned bytes = c.i->b, esize = c.i->a, lanes = bytes >> esize;
    V128 v[4];
    V64 base, x;

    TRY(mem_base(c, c.i->rn, &base));
    if (vec_ld_interleaved(c, shape_of(c.i), regs, base)) {
        advance(c, post, base, regs * bytes);
        return sem_next(c);
    }
    for (unsigned k = 0; k < regs; k++) {
        v[k] = vec_const(c, 0, 0);
    }
    for (unsigned n = 0; n < lanes * regs; n++) {
        TRY(v_ld(c, esize, at_offset(c, base, n << esize), &x));
        v[n % regs] = vec_insert(c, esize, n / regs, v[n % regs], x);
    }
    advance(c, post, base, regs * bytes);
    for (unsigned k = 0; k < regs; k++) {
        vec_set(c, reg_of(c, k), v[k]);
    }
    return sem_next(c);
}

SEM_INLINE SemRet store_interleaved(SemCtx c, unsigned regs, bool post)
{
    unsigned bytes = c.i->b, esize = c.i->a, lanes = bytes >> esize;
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    if (vec_st_interleaved(c, shape_of(c.i), regs, base)) {
        advance(c, post, base, regs * bytes);
        return sem_next(c);
    }
    for (unsigned n = 0; n < lanes * regs; n++) {
        TRY(v_st(c, esize, at_offset(c, base, n << esize),
                 vec_lane(c, esize, n / regs, vec_get(c, reg_of(c, n % regs)))));
    }
    advance(c, post, base, regs * bytes);
    return sem_next(c);
}

/* One element of each register; imm is its index. */
SEM_INLINE SemRet load_element(SemCtx c, unsigned regs, unsigned esize, bool post)
{
    V64 base, x[4];

    TRY(mem_base(c, c.i->rn, &base));
    for (unsigned k = 0; k < regs; k++) {
        TRY(v_ld(c, esize, at_offset(c, base, k << esize), &x[k]));
    }
    advance(c, post, base, regs << esize);
    for (unsigned k = 0; k < regs; k++) {
        unsigned r = reg_of(c, k);
        vec_set(c, r, vec_insert(c, esize, (unsigned)c.i->imm, vec_get(c, r), x[k]));
    }
    return sem_next(c);
}

SEM_INLINE SemRet store_element(SemCtx c, unsigned regs, unsigned esize, bool post)
{
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    for (unsigned k = 0; k < regs; k++) {
        V64 x = vec_lane(c, esize, (unsigned)c.i->imm, vec_get(c, reg_of(c, k)));
        TRY(v_st(c, esize, at_offset(c, base, k << esize), x));
    }
    advance(c, post, base, regs << esize);
    return sem_next(c);
}

/* One element to all places of a register. */
SEM_INLINE SemRet load_replicate(SemCtx c, unsigned regs, bool post)
{
    unsigned esize = c.i->a;
    V64 base, x[4];

    TRY(mem_base(c, c.i->rn, &base));
    for (unsigned k = 0; k < regs; k++) {
        TRY(v_ld(c, esize, at_offset(c, base, k << esize), &x[k]));
    }
    advance(c, post, base, regs << esize);
    for (unsigned k = 0; k < regs; k++) {
        vec_put(c, reg_of(c, k), c.i->b, vec_dup(c, esize, x[k]));
    }
    return sem_next(c);
}

#define STRUCTURES(row, worker, ...)          \
    SEM(row)                                  \
    {                                         \
        return worker(c, __VA_ARGS__, false); \
    }                                         \
    SEM(row##_post)                           \
    {                                         \
        return worker(c, __VA_ARGS__, true);  \
    }
#define ELEMENTS(n)                            \
    STRUCTURES(LD##n##_b, load_element, n, 0)  \
    STRUCTURES(LD##n##_h, load_element, n, 1)  \
    STRUCTURES(LD##n##_s, load_element, n, 2)  \
    STRUCTURES(LD##n##_d, load_element, n, 3)  \
    STRUCTURES(ST##n##_b, store_element, n, 0) \
    STRUCTURES(ST##n##_h, store_element, n, 1) \
    STRUCTURES(ST##n##_s, store_element, n, 2) \
    STRUCTURES(ST##n##_d, store_element, n, 3) \
    STRUCTURES(LD##n##R, load_replicate, n)    \
    STRUCTURES(LD1_##n, load_registers, n)     \
    STRUCTURES(ST1_##n, store_registers, n)

ELEMENTS(1)
ELEMENTS(2)
ELEMENTS(3)
ELEMENTS(4)
STRUCTURES(LD2, load_interleaved, 2)
STRUCTURES(LD3, load_interleaved, 3)
STRUCTURES(LD4, load_interleaved, 4)
STRUCTURES(ST2, store_interleaved, 2)
STRUCTURES(ST3, store_interleaved, 3)
STRUCTURES(ST4, store_interleaved, 4)

#include "gen/a64-wrap-simd-mem.h"
