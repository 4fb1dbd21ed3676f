/* SPDX-License-Identifier: MIT */
/* Meanings of data processing with one, two and three sources (Arm ARM C4.1.95). */
#include "accel/tcg/a64/sem.h"

SEM_INLINE SemRet result(SemCtx c, V64 v)
{
    x_set(c, c.i->rd, v);
    return sem_next(c);
}

SEM_INLINE V64 n_get(SemCtx c, unsigned sf)
{
    return x_getw(c, sf, c.i->rn);
}

SEM_INLINE V64 m_get(SemCtx c, unsigned sf)
{
    return x_getw(c, sf, c.i->rm);
}

/* ---- two sources */

SEM(UDIV, unsigned sf)
{
    return result(c, v_udiv(c, sf, n_get(c, sf), m_get(c, sf)));
}

SEM(SDIV, unsigned sf)
{
    return result(c, v_sdiv(c, sf, n_get(c, sf), m_get(c, sf)));
}

SEM(LSLV, unsigned sf)
{
    return result(c, v_shl(c, sf, n_get(c, sf), m_get(c, sf)));
}

SEM(LSRV, unsigned sf)
{
    return result(c, v_shr(c, sf, n_get(c, sf), m_get(c, sf)));
}

SEM(ASRV, unsigned sf)
{
    return result(c, v_sar(c, sf, n_get(c, sf), m_get(c, sf)));
}

SEM(RORV, unsigned sf)
{
    return result(c, v_ror(c, sf, n_get(c, sf), m_get(c, sf)));
}

SEM(CRC32, unsigned castagnoli, unsigned sz)
{
    return result(c, v_crc32(c, castagnoli, 1u << sz, n_get(c, 0), m_get(c, 1)));
}

/* ---- one source */

SEM(RBIT, unsigned sf)
{
    return result(c, v_rbit(c, sf, n_get(c, sf)));
}

SEM(REV16, unsigned sf)
{
    return result(c, v_rev(c, 2, n_get(c, sf)));
}

SEM(REV32, unsigned sf)
{
    return result(c, v_rev(c, 4, n_get(c, sf)));
}

SEM(REV64)
{
    return result(c, v_rev(c, 8, n_get(c, 1)));
}

SEM(CLZ, unsigned sf)
{
    return result(c, v_clz(c, sf, n_get(c, sf)));
}

SEM(CLS, unsigned sf)
{
    return result(c, v_cls(c, sf, n_get(c, sf)));
}

/* ---- three sources */

SEM(MADD, unsigned sf)
{
    V64 product = v_mul(c, sf, n_get(c, sf), m_get(c, sf));

    return result(c, v_add(c, sf, x_getw(c, sf, i->ra), product));
}

SEM(MSUB, unsigned sf)
{
    V64 product = v_mul(c, sf, n_get(c, sf), m_get(c, sf));

    return result(c, v_sub(c, sf, x_getw(c, sf, i->ra), product));
}

/* 32 x 32 -> 64 bits. */
SEM_INLINE V64 signed_product(SemCtx c)
{
    return v_mul(c, 1, v_sext(c, 32, x_get(c, c.i->rn)), v_sext(c, 32, x_get(c, c.i->rm)));
}

SEM_INLINE V64 unsigned_product(SemCtx c)
{
    return v_mul(c, 1, n_get(c, 0), m_get(c, 0));
}

SEM(SMADDL)
{
    return result(c, v_add(c, 1, x_get(c, i->ra), signed_product(c)));
}

SEM(SMSUBL)
{
    return result(c, v_sub(c, 1, x_get(c, i->ra), signed_product(c)));
}

SEM(UMADDL)
{
    return result(c, v_add(c, 1, x_get(c, i->ra), unsigned_product(c)));
}

SEM(UMSUBL)
{
    return result(c, v_sub(c, 1, x_get(c, i->ra), unsigned_product(c)));
}

SEM(SMULH)
{
    return result(c, v_smulh(c, n_get(c, 1), m_get(c, 1)));
}

SEM(UMULH)
{
    return result(c, v_umulh(c, n_get(c, 1), m_get(c, 1)));
}

#include "gen/a64-wrap-muldiv.h"
