/* SPDX-License-Identifier: MIT */
/* Meanings of exclusives, ordered accesses and atomics (Arm ARM C4.1.96, B2.9, B2.3). */
#include "accel/tcg/a64/sem.h"

/* ---- exclusives. Acquire and release forms are alike: the exchange orders everything. */

SEM(LDXR, unsigned size)
{
    V64 addr, lo, hi;

    TRY(mem_base(c, i->rn, &addr));
    TRY(v_ld_excl(c, size, addr, &lo, &hi));
    x_set(c, i->rd, lo);
    return sem_next(c);
}

SEM(LDXP, unsigned sz)
{
    V64 addr, lo, hi;

    TRY(mem_base(c, i->rn, &addr));
    TRY(v_ld_excl_pair(c, MO_32 + sz, addr, &lo, &hi));
    x_set(c, i->rd, lo);
    x_set(c, i->ra, hi);
    return sem_next(c);
}

SEM(STXR, unsigned size)
{
    V64 addr, failed;

    TRY(mem_base(c, i->rn, &addr));
    TRY(v_st_excl(c, size, addr, x_get(c, i->rd), &failed));
    x_set(c, i->rm, failed);
    return sem_next(c);
}

SEM(STXP, unsigned sz)
{
    V64 addr, failed;

    TRY(mem_base(c, i->rn, &addr));
    TRY(v_st_excl_pair(c, MO_32 + sz, addr, x_get(c, i->rd), x_get(c, i->ra), &failed));
    x_set(c, i->rm, failed);
    return sem_next(c);
}

/* ---- ordered loads and stores */

SEM_INLINE SemRet load_acquire(SemCtx c, unsigned mo)
{
    V64 addr, v;

    TRY(mem_base(c, c.i->rn, &addr));
    addr = v_add(c, 1, addr, v_const(c, (uint64_t)c.i->imm));
    TRY(v_ld(c, mo | MO_ALIGN | MO_ACQUIRE, addr, &v));
    x_set(c, c.i->rd, v);
    return sem_next(c);
}

SEM_INLINE SemRet store_release(SemCtx c, unsigned mo)
{
    V64 addr;

    TRY(mem_base(c, c.i->rn, &addr));
    addr = v_add(c, 1, addr, v_const(c, (uint64_t)c.i->imm));
    TRY(v_st(c, mo | MO_ALIGN | MO_RELEASE, addr, x_get(c, c.i->rd)));
    return sem_next(c);
}

SEM(STLR, unsigned size)
{
    return store_release(c, size);
}

SEM(LDAR, unsigned size)
{
    return load_acquire(c, size);
}

SEM(STLLR, unsigned size)
{
    return store_release(c, size);
}

SEM(LDLAR, unsigned size)
{
    return load_acquire(c, size);
}

SEM(LDAPR, unsigned size)
{
    return load_acquire(c, size);
}

SEM(STLUR, unsigned size)
{
    return store_release(c, size);
}

SEM(LDAPUR, unsigned size)
{
    return load_acquire(c, size);
}

SEM(LDAPURS, unsigned size, unsigned w)
{
    return load_acquire(c, size | (w ? MO_SIGN32 : MO_SIGN64));
}

/* ---- FEAT_LSE */

SEM_INLINE SemRet read_modify_write(SemCtx c, unsigned size, RmwOp op)
{
    V64 addr, old;

    TRY(mem_base(c, c.i->rn, &addr));
    TRY(v_rmw(c, op, size, addr, x_get(c, c.i->rm), &old));
    x_set(c, c.i->rd, old);
    return sem_next(c);
}

SEM(LDOP, unsigned size, unsigned opc)
{
    return read_modify_write(c, size, (RmwOp)opc);
}

SEM(SWP, unsigned size)
{
    return read_modify_write(c, size, RMW_SWP);
}

SEM(CAS, unsigned size)
{
    V64 addr, old;

    TRY(mem_base(c, i->rn, &addr));
    TRY(v_cas(c, size, addr, x_get(c, i->rm), x_get(c, i->rd), &old));
    x_set(c, i->rm, old);
    return sem_next(c);
}

SEM(CASP, unsigned sz)
{
    unsigned s = i->rm, t = i->rd; /* even: the second of a pair is never the stack pointer */
    V64 addr, lo, hi;

    TRY(mem_base(c, i->rn, &addr));
    TRY(v_cas_pair(c, MO_32 + sz, addr, x_get(c, s), x_get(c, s + 1), x_get(c, t), x_get(c, t + 1),
                   &lo, &hi));
    x_set(c, s, lo);
    x_set(c, s + 1, hi);
    return sem_next(c);
}

#include "gen/a64-wrap-atomic.h"
