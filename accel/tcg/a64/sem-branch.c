/* SPDX-License-Identifier: MIT */
/* Meanings of branches and exception generation (Arm ARM C4.1.94). */
#include "accel/tcg/a64/sem.h"

SEM_INLINE void link_set(SemCtx c)
{
    x_set(c, 30, v_add(c, 1, pc_get(c), v_const(c, 4)));
}

SEM(B)
{
    return br_rel(c, i->imm);
}

SEM(BL)
{
    link_set(c);
    return br_rel(c, i->imm);
}

SEM(B_cond, unsigned cond)
{
    return br_if(c, f_cond(c, cond, flags_get(c)), i->imm);
}

SEM(CBZ, unsigned sf)
{
    return br_if(c, v_eqz(c, x_getw(c, sf, i->rd)), i->imm);
}

SEM(CBNZ, unsigned sf)
{
    return br_if(c, v_nez(c, x_getw(c, sf, i->rd)), i->imm);
}

SEM(TBZ)
{
    return br_if(c, v_eqz(c, v_and(c, x_get(c, i->rd), v_const(c, 1ull << i->a))), i->imm);
}

SEM(TBNZ)
{
    return br_if(c, v_nez(c, v_and(c, x_get(c, i->rd), v_const(c, 1ull << i->a))), i->imm);
}

SEM(BR)
{
    return br_indirect(c, i->rn, false, x_get(c, i->rn));
}

SEM(BLR)
{
    V64 target = x_get(c, i->rn); /* may be x30 itself */

    link_set(c);
    return br_indirect(c, i->rn, true, target);
}

SEM(RET)
{
    return br_to(c, x_get(c, i->rn));
}

SEM(ERET)
{
    return sys_eret(c);
}

SEM(SVC)
{
    return raise_svc(c, (uint32_t)i->imm);
}

SEM(HVC)
{
    return raise_hvc(c, (uint32_t)i->imm);
}

SEM(SMC)
{
    return raise_smc(c, (uint32_t)i->imm);
}

SEM(BRK)
{
    return raise_brk(c, (uint32_t)i->imm);
}

SEM(HLT)
{
    return raise_hlt(c, (uint32_t)i->imm);
}

#include "gen/a64-wrap-branch.h"
