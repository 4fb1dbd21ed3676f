/* SPDX-License-Identifier: MIT */
/* Meanings of pointer authentication and branch targets (Arm ARM C6.2, D5.1). */
#include "accel/tcg/a64/sem.h"

enum { LINK = 30 };

/* Signs or authenticates register d with a modifier. */
SEM_INLINE SemRet code_register(SemCtx c, unsigned auth, unsigned key, unsigned d, V64 modifier)
{
    V64 r;

    TRY(v_pac(c, auth, key, x_get(c, d), modifier, &r));
    x_set(c, d, r);
    return sem_next(c);
}

SEM(PAC, unsigned auth)
{
    return code_register(c, auth, i->a, i->rd, x_get(c, i->rn));
}

SEM(PACZ, unsigned auth)
{
    return code_register(c, auth, i->a, i->rd, v_const(c, 0));
}

SEM(XPAC)
{
    x_set(c, i->rd, v_pac_strip(c, i->a, x_get(c, i->rd)));
    return sem_next(c);
}

SEM(PACGA)
{
    V64 r;

    TRY(v_pac_generic(c, x_get(c, i->rn), x_get(c, i->rm), &r));
    x_set(c, i->rd, r);
    return sem_next(c);
}

SEM(XPACLRI)
{
    x_set(c, LINK, v_pac_strip(c, 0, x_get(c, LINK)));
    return sem_next(c);
}

SEM(PAC_1716, unsigned auth)
{
    return code_register(c, auth, i->a, 17, x_get(c, 16));
}

SEM(PACI_Z, unsigned auth)
{
    return code_register(c, auth, i->a, LINK, v_const(c, 0));
}

SEM(PACI_SP)
{
    return code_register(c, 0, i->a, LINK, x_get(c, ARM_X_SP));
}

SEM(AUTI_SP)
{
    return code_register(c, 1, i->a, LINK, x_get(c, ARM_X_SP));
}

/* A landing place for branches: the branch looks for it. */
SEM(BTI, unsigned kind)
{
    return sem_next(c);
}

/* ---- branches to authenticated addresses */

SEM_INLINE SemRet branch_auth(SemCtx c, unsigned key, unsigned n, V64 modifier, bool link)
{
    V64 target;

    TRY(v_pac(c, 1, key, x_get(c, n), modifier, &target));
    if (link) {
        x_set(c, LINK, v_add(c, 1, pc_get(c), v_const(c, 4)));
    }
    return br_indirect(c, n, link, target);
}

SEM(BRAZ)
{
    return branch_auth(c, i->a, i->rn, v_const(c, 0), false);
}

SEM(BRA)
{
    return branch_auth(c, i->a, i->rn, x_get(c, i->rm), false);
}

SEM(BLRAZ)
{
    return branch_auth(c, i->a, i->rn, v_const(c, 0), true);
}

SEM(BLRA)
{
    return branch_auth(c, i->a, i->rn, x_get(c, i->rm), true);
}

SEM(RETA)
{
    V64 target;

    TRY(v_pac(c, 1, i->a, x_get(c, LINK), x_get(c, ARM_X_SP), &target));
    return br_to(c, target);
}

SEM(ERETA)
{
    return sys_eret_auth(c, i->a);
}

/* ---- loads */

SEM(LDRA, unsigned W)
{
    V64 base, addr, v;

    TRY(mem_base(c, i->rn, &base));
    TRY(v_pac(c, 1, 2u + i->a, base, v_const(c, 0), &base));
    addr = v_add(c, 1, base, v_const(c, i->imm));
    TRY(v_ld(c, MO_64, addr, &v));
    if (W) {
        x_set(c, i->rn, addr);
    }
    x_set(c, i->rd, v);
    return sem_next(c);
}

#include "gen/a64-wrap-pauth.h"
