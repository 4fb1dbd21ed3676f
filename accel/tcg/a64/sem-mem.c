/* SPDX-License-Identifier: MIT */
/* Meanings of plain loads and stores of general registers (Arm ARM C4.1.96). */
#include "accel/tcg/a64/sem.h"

/* How the address is made from base and offset. */
typedef enum Indexing { OFFSET, POST, PRE } Indexing;

SEM_INLINE V64 with_offset(SemCtx c, V64 base)
{
    return v_add(c, 1, base, v_const(c, (uint64_t)c.i->imm));
}

SEM_INLINE V64 access_address(SemCtx c, Indexing ix, V64 base)
{
    return ix == POST ? base : with_offset(c, base);
}

SEM_INLINE void write_back(SemCtx c, Indexing ix, V64 base)
{
    if (ix != OFFSET) {
        x_set(c, c.i->rn, with_offset(c, base));
    }
}

/* A load of 2^size bytes that extends its sign to 64 (w: 32) bits. */
SEM_INLINE unsigned mo_signed(unsigned size, unsigned w)
{
    return size | (w ? MO_SIGN32 : MO_SIGN64);
}

/* ---- immediate offsets */

SEM_INLINE SemRet load(SemCtx c, unsigned mo, Indexing ix)
{
    V64 base, v;

    TRY(mem_base(c, c.i->rn, &base));
    TRY(v_ld(c, mo, access_address(c, ix, base), &v));
    write_back(c, ix, base);
    x_set(c, c.i->rd, v);
    return sem_next(c);
}

SEM_INLINE SemRet store(SemCtx c, unsigned mo, Indexing ix)
{
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    TRY(v_st(c, mo, access_address(c, ix, base), x_get(c, c.i->rd)));
    write_back(c, ix, base);
    return sem_next(c);
}

SEM(STR_ui, unsigned size)
{
    return store(c, size, OFFSET);
}

SEM(LDR_ui, unsigned size)
{
    return load(c, size, OFFSET);
}

SEM(LDRS_ui, unsigned size, unsigned w)
{
    return load(c, mo_signed(size, w), OFFSET);
}

SEM(STR_ur, unsigned size)
{
    return store(c, size, OFFSET);
}

SEM(LDR_ur, unsigned size)
{
    return load(c, size, OFFSET);
}

SEM(LDRS_ur, unsigned size, unsigned w)
{
    return load(c, mo_signed(size, w), OFFSET);
}

SEM(STR_po, unsigned size)
{
    return store(c, size, POST);
}

SEM(LDR_po, unsigned size)
{
    return load(c, size, POST);
}

SEM(LDRS_po, unsigned size, unsigned w)
{
    return load(c, mo_signed(size, w), POST);
}

SEM(STR_pr, unsigned size)
{
    return store(c, size, PRE);
}

SEM(LDR_pr, unsigned size)
{
    return load(c, size, PRE);
}

SEM(LDRS_pr, unsigned size, unsigned w)
{
    return load(c, mo_signed(size, w), PRE);
}

SEM(STR_tr, unsigned size)
{
    return store(c, size | MO_UNPRIV, OFFSET);
}

SEM(LDR_tr, unsigned size)
{
    return load(c, size | MO_UNPRIV, OFFSET);
}

SEM(LDRS_tr, unsigned size, unsigned w)
{
    return load(c, mo_signed(size, w) | MO_UNPRIV, OFFSET);
}

SEM(PRFM_ui)
{
    return sem_next(c);
}

SEM(PRFM_ur)
{
    return sem_next(c);
}

SEM(PRFM_rr)
{
    return sem_next(c);
}

SEM(PRFM_lit)
{
    return sem_next(c);
}

/* ---- register offset */

SEM_INLINE V64 register_offset(SemCtx c, V64 base, unsigned option, unsigned shift)
{
    V64 off = v_extend_reg(c, option, x_get(c, c.i->rm));

    return v_add(c, 1, base, v_shl(c, 1, off, v_const(c, shift)));
}

SEM_INLINE SemRet load_indexed(SemCtx c, unsigned mo, unsigned option, unsigned shift)
{
    V64 base, v;

    TRY(mem_base(c, c.i->rn, &base));
    TRY(v_ld(c, mo, register_offset(c, base, option, shift), &v));
    x_set(c, c.i->rd, v);
    return sem_next(c);
}

SEM(STR_rr, unsigned size, unsigned option, unsigned s)
{
    V64 base;

    TRY(mem_base(c, i->rn, &base));
    TRY(v_st(c, size, register_offset(c, base, option, s ? size : 0), x_get(c, i->rd)));
    return sem_next(c);
}

SEM(LDR_rr, unsigned size, unsigned option, unsigned s)
{
    return load_indexed(c, size, option, s ? size : 0);
}

SEM(LDRS_rr, unsigned size, unsigned w, unsigned option, unsigned s)
{
    return load_indexed(c, mo_signed(size, w), option, s ? size : 0);
}

/* ---- literal */

SEM_INLINE SemRet load_literal(SemCtx c, unsigned mo)
{
    V64 v;

    TRY(v_ld(c, mo, with_offset(c, pc_get(c)), &v));
    x_set(c, c.i->rd, v);
    return sem_next(c);
}

SEM(LDR_lit, unsigned sf)
{
    return load_literal(c, sf ? MO_64 : MO_32);
}

SEM(LDRSW_lit)
{
    return load_literal(c, MO_32 | MO_SIGN64);
}

/* ---- pairs */

SEM_INLINE SemRet load_pair(SemCtx c, unsigned mo, Indexing ix)
{
    V64 base, lo, hi;

    TRY(mem_base(c, c.i->rn, &base));
    TRY(v_ld_pair(c, mo, access_address(c, ix, base), &lo, &hi));
    write_back(c, ix, base);
    x_set(c, c.i->rd, lo);
    x_set(c, c.i->ra, hi);
    return sem_next(c);
}

SEM_INLINE SemRet store_pair(SemCtx c, unsigned mo, Indexing ix)
{
    V64 base;

    TRY(mem_base(c, c.i->rn, &base));
    TRY(v_st_pair(c, mo, access_address(c, ix, base), x_get(c, c.i->rd), x_get(c, c.i->ra)));
    write_back(c, ix, base);
    return sem_next(c);
}

SEM(STNP, unsigned sf)
{
    return store_pair(c, MO_32 + sf, OFFSET);
}

SEM(LDNP, unsigned sf)
{
    return load_pair(c, MO_32 + sf, OFFSET);
}

SEM(STP_of, unsigned sf)
{
    return store_pair(c, MO_32 + sf, OFFSET);
}

SEM(LDP_of, unsigned sf)
{
    return load_pair(c, MO_32 + sf, OFFSET);
}

SEM(STP_po, unsigned sf)
{
    return store_pair(c, MO_32 + sf, POST);
}

SEM(LDP_po, unsigned sf)
{
    return load_pair(c, MO_32 + sf, POST);
}

SEM(STP_pr, unsigned sf)
{
    return store_pair(c, MO_32 + sf, PRE);
}

SEM(LDP_pr, unsigned sf)
{
    return load_pair(c, MO_32 + sf, PRE);
}

SEM(LDPSW_of)
{
    return load_pair(c, MO_32 | MO_SIGN64, OFFSET);
}

SEM(LDPSW_po)
{
    return load_pair(c, MO_32 | MO_SIGN64, POST);
}

SEM(LDPSW_pr)
{
    return load_pair(c, MO_32 | MO_SIGN64, PRE);
}

#include "gen/a64-wrap-mem.h"
