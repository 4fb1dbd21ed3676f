/* SPDX-License-Identifier: MIT */
/* Meanings of AdvSIMD copies, permutations, table look-up, modified immediates (Arm ARM C4.1.96).
 */
#include "accel/tcg/a64/sem-vec.h"

/* ---- copy; imm is the index */

SEM_INLINE V64 element(SemCtx c)
{
    return vec_lane(c, c.i->a, (unsigned)c.i->imm, vec_get(c, c.i->rn));
}

SEM(DUP_ve)
{
    return vec_done(c, i->b, vec_dup(c, i->a, element(c)));
}

SEM(DUP_vg)
{
    return vec_done(c, i->b, vec_dup(c, i->a, x_get(c, i->rn)));
}

SEM(DUP_s)
{
    return vec_done(c, 16, vec_from64(c, element(c), v_const(c, 0)));
}

SEM(SMOV)
{
    V64 v = v_sext(c, 8u << i->a, element(c));

    x_set(c, i->rd, i->b ? v : v_zext(c, 32, v));
    return sem_next(c);
}

SEM(UMOV)
{
    x_set(c, i->rd, element(c));
    return sem_next(c);
}

SEM(INS_g)
{
    V128 v = vec_insert(c, i->a, (unsigned)i->imm, vec_get(c, i->rd), x_get(c, i->rn));

    return vec_done(c, 16, v);
}

/* b is the index in rn. */
SEM(INS_e)
{
    V64 x = vec_lane(c, i->a, i->b, vec_get(c, i->rn));

    return vec_done(c, 16, vec_insert(c, i->a, (unsigned)i->imm, vec_get(c, i->rd), x));
}

/* ---- permute */

typedef V128 VerbPermute(SemCtx c, VecShape s, unsigned part, V128 a, V128 b);

#define PERMUTE(row, op, part)                                                             \
    SEM(row)                                                                               \
    {                                                                                      \
        VecShape s = shape_of(i);                                                          \
                                                                                           \
        return vec_done(c, s.bytes, op(c, s, part, vec_get(c, i->rn), vec_get(c, i->rm))); \
    }

PERMUTE(UZP1_v, vec_unzip, 0)
PERMUTE(UZP2_v, vec_unzip, 1)
PERMUTE(TRN1_v, vec_transpose, 0)
PERMUTE(TRN2_v, vec_transpose, 1)
PERMUTE(ZIP1_v, vec_zip, 0)
PERMUTE(ZIP2_v, vec_zip, 1)
PERMUTE(EXT_v, vec_extract, (unsigned)i->imm)

/* a is the number of registers from rn on. */
SEM(TBL_v)
{
    V128 v = vec_table(c, i->rn, i->a, vec_get(c, i->rm), vec_const(c, 0, 0));

    return vec_done(c, i->b, v);
}

SEM(TBX_v)
{
    return vec_done(c, i->b, vec_table(c, i->rn, i->a, vec_get(c, i->rm), vec_get(c, i->rd)));
}

/* ---- modified immediate: imm is both halves, inverted already where op asks for it */

SEM_INLINE V128 immediate(SemCtx c)
{
    return vec_const(c, (uint64_t)c.i->imm, (uint64_t)c.i->imm);
}

SEM(MOVI_v)
{
    return vec_done(c, i->b, immediate(c));
}

SEM(MVNI_v)
{
    return vec_done(c, i->b, immediate(c));
}

SEM(FMOV_vi)
{
    return vec_done(c, i->b, immediate(c));
}

SEM(FMOV_vih)
{
    return vec_done(c, i->b, immediate(c));
}

SEM(ORR_vi)
{
    return vec_done(c, i->b, vec_or(c, (VecShape){3, 16}, vec_get(c, i->rd), immediate(c)));
}

SEM(BIC_vi)
{
    return vec_done(c, i->b, vec_and(c, (VecShape){3, 16}, vec_get(c, i->rd), immediate(c)));
}

#include "gen/a64-wrap-simd-perm.h"
