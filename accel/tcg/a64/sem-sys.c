/* SPDX-License-Identifier: MIT */
/* Meanings of hints, barriers, PSTATE and system register accesses (Arm ARM C4.1.94). */
#include "accel/tcg/a64/sem.h"

/* ---- hints */

SEM(HINT)
{
    return sem_next(c);
}

SEM(YIELD)
{
    return sys_yield(c);
}

SEM(WFE)
{
    return sys_wfe(c);
}

SEM(WFI)
{
    return sys_wfi(c);
}

SEM(SEV)
{
    sys_sev(c);
    return sem_next(c);
}

SEM(SEVL)
{
    sys_sevl(c);
    return sem_next(c);
}

/* ---- barriers */

SEM(CLREX)
{
    excl_clear(c);
    return sem_next(c);
}

SEM(DSB)
{
    return sys_dsb(c);
}

/* CRm<1:0> 01 orders loads before everything, 10 stores before stores: what the host does anyway.
 */
SEM(DMB)
{
    v_fence(c, (i->a & 3) == 1 || (i->a & 3) == 2 ? FENCE_ACQUIRE_RELEASE : FENCE_FULL);
    return sem_next(c);
}

SEM(ISB)
{
    return sys_isb(c);
}

SEM(SB)
{
    return sem_next(c);
}

/* ---- PSTATE */

SEM(CFINV)
{
    V64 f = v_xor(c, flags_pack(c, flags_get(c)), v_const(c, PSTATE_C));

    flags_set(c, flags_unpack(c, f));
    return sem_next(c);
}

/* From and to the flags that x86-like comparisons leave (C6.2.13, C6.2.388). */
SEM(XAFLAG)
{
    V64 f = flags_pack(c, flags_get(c)), zero = v_const(c, 0);
    VB fz = v_bit(c, f, 30), fc = v_bit(c, f, 29);
    V64 n = v_select(c, fc, zero, v_select(c, fz, zero, v_const(c, PSTATE_N)));
    V64 z = v_select(c, fc, v_select(c, fz, v_const(c, PSTATE_Z), zero), zero);
    V64 carry = v_select(c, fc, v_const(c, PSTATE_C), v_select(c, fz, v_const(c, PSTATE_C), zero));
    V64 v = v_select(c, fc, zero, v_select(c, fz, v_const(c, PSTATE_V), zero));

    flags_set(c, flags_unpack(c, v_or(c, v_or(c, n, z), v_or(c, carry, v))));
    return sem_next(c);
}

SEM(AXFLAG)
{
    V64 f = flags_pack(c, flags_get(c)), zero = v_const(c, 0);
    VB fz = v_bit(c, f, 30), fc = v_bit(c, f, 29), fv = v_bit(c, f, 28);
    V64 z = v_select(c, fv, v_const(c, PSTATE_Z), v_select(c, fz, v_const(c, PSTATE_Z), zero));
    V64 carry = v_select(c, fv, zero, v_select(c, fc, v_const(c, PSTATE_C), zero));

    flags_set(c, flags_unpack(c, v_or(c, z, carry)));
    return sem_next(c);
}

SEM(MSR_UAO)
{
    return pstate_set(c, PSTATE_UAO, i->a & 1, 1);
}

SEM(MSR_PAN)
{
    return pstate_set(c, PSTATE_PAN, i->a & 1, 1);
}

SEM(MSR_SPSEL)
{
    return pstate_set(c, PSTATE_SP, i->a & 1, 1);
}

SEM(MSR_SSBS)
{
    return pstate_set(c, PSTATE_SSBS, i->a & 1, 0);
}

SEM(MSR_DIT)
{
    return pstate_set(c, PSTATE_DIT, i->a & 1, 0);
}

SEM(MSR_DAIFSET)
{
    return daif_change(c, (uint32_t)i->a << 6, true);
}

SEM(MSR_DAIFCLR)
{
    return daif_change(c, (uint32_t)i->a << 6, false);
}

/* ---- system registers and instructions */

SEM(DC_ZVA)
{
    return sys_zero_block(c, x_get(c, i->rd));
}

SEM(SYS)
{
    return sysreg_write(c, (uint16_t)i->imm, x_get(c, i->rd));
}

SEM(SYSL)
{
    return sysreg_read(c, (uint16_t)i->imm);
}

SEM(MSR_reg)
{
    return sysreg_write(c, (uint16_t)i->imm, x_get(c, i->rd));
}

SEM(MRS)
{
    return sysreg_read(c, (uint16_t)i->imm);
}

#include "gen/a64-wrap-sys.h"
