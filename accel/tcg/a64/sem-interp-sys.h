/* SPDX-License-Identifier: MIT */
/* System verbs of the interpreter (a fragment of sem.h): exceptions, PSTATE, system registers,
 * waiting. */
#ifndef ACCEL_TCG_A64_SEM_INTERP_SYS_H
#define ACCEL_TCG_A64_SEM_INTERP_SYS_H

/* Included by sem-interp.h, after the types. */
#include "accel/tcg/a64/sem-interp.h"
#include "accel/tcg/pauth.h"
#include "accel/tcg/sys.h"
#include "hw/cpu/arm-pauth.h"

/* ---- exceptions the program asks for */

SEM_INLINE SemRet raise_svc(SemCtx c, uint32_t imm16)
{
    return (SemRet){sys_svc(c.cpu, c.t, c.i, imm16)};
}

SEM_INLINE SemRet raise_hvc(SemCtx c, uint32_t imm16)
{
    return (SemRet){sys_hvc(c.cpu, c.t, c.i, imm16)};
}

SEM_INLINE SemRet raise_smc(SemCtx c, uint32_t imm16)
{
    return (SemRet){sys_smc(c.cpu, c.t, c.i, imm16)};
}

SEM_INLINE SemRet raise_hlt(SemCtx c, uint32_t imm16)
{
    return (SemRet){sys_hlt(c.cpu, c.t, c.i, imm16)};
}

SEM_INLINE SemRet raise_brk(SemCtx c, uint32_t imm16)
{
    return (SemRet){sys_brk(c.cpu, c.t, c.i, imm16)};
}

SEM_INLINE SemRet raise_undefined(SemCtx c)
{
    return (SemRet){sys_undefined(c.cpu, c.t, c.i)};
}

SEM_INLINE SemRet sys_eret(SemCtx c)
{
    return (SemRet){sys_exception_return(c.cpu, c.t, c.i)};
}

SEM_INLINE SemRet sys_eret_auth(SemCtx c, unsigned key)
{
    return (SemRet){sys_exception_return_auth(c.cpu, c.t, c.i, key)};
}

/* ---- pointer authentication */

SEM_INLINE bool v_pac(SemCtx c, bool authenticate, unsigned key, V64 ptr, V64 modifier, V64 *ret)
{
    if (!tcg_pac(c.cpu, c.t, c.i, authenticate, key, ptr.u, modifier.u)) {
        return false;
    }
    *ret = (V64){c.t->loaded[0]};
    return true;
}

SEM_INLINE bool v_pac_generic(SemCtx c, V64 value, V64 modifier, V64 *ret)
{
    if (!tcg_pac_generic(c.cpu, c.t, c.i, value.u, modifier.u)) {
        return false;
    }
    *ret = (V64){c.t->loaded[0]};
    return true;
}

SEM_INLINE V64 v_pac_strip(SemCtx c, bool data, V64 ptr)
{
    return (V64){arm_pauth_strip(c.cpu, data, ptr.u)};
}

/* ---- waiting and order */

SEM_INLINE SemRet sys_yield(SemCtx c)
{
    return (SemRet){sys_wait(c.cpu, c.t, c.i, SYS_YIELD)};
}

SEM_INLINE SemRet sys_wfe(SemCtx c)
{
    return (SemRet){sys_wait(c.cpu, c.t, c.i, SYS_WFE)};
}

SEM_INLINE SemRet sys_wfi(SemCtx c)
{
    return (SemRet){sys_wait(c.cpu, c.t, c.i, SYS_WFI)};
}

SEM_INLINE void sys_sev(SemCtx c)
{
    arm_event_send_all();
}

SEM_INLINE void sys_sevl(SemCtx c)
{
    __atomic_store_n(&c.cpu->event_register, true, __ATOMIC_RELAXED);
}

SEM_INLINE SemRet sys_dsb(SemCtx c)
{
    atomic_thread_fence(memory_order_seq_cst);
    return unlikely(c.t->sync_pending) ? (SemRet){sys_sync(c.cpu, c.t, c.i)} : sem_next(c);
}

SEM_INLINE SemRet sys_isb(SemCtx c)
{
    return (SemRet){tcg_leave(c.cpu, c.t, c.i + 1)};
}

/* ---- PSTATE */

/* MSR (immediate) to a bit other than DAIF; undefined below min_el. */
SEM_INLINE SemRet pstate_set(SemCtx c, uint32_t bit, unsigned value, int min_el)
{
    return (SemRet){sys_pstate_set(c.cpu, c.t, c.i, bit, value, min_el)};
}

/* DAIFSet and DAIFClr. Unmasking looks for interrupts. */
SEM_INLINE SemRet daif_change(SemCtx c, uint32_t bits, bool set)
{
    if (unlikely(arm_el(c.cpu) == 0)) {
        return (SemRet){sys_daif_el0(c.cpu, c.t, c.i, bits, set)};
    }
    if (set) {
        c.cpu->pstate |= bits;
        return sem_next(c);
    }
    c.cpu->pstate &= ~bits;
    if (unlikely(atomic_load_explicit(&c.cpu->cs.interrupt, memory_order_relaxed) ||
                 c.cpu->debug_active)) {
        return (SemRet){tcg_leave(c.cpu, c.t, c.i + 1)};
    }
    return sem_next(c);
}

/* ---- system registers; Rt is in slot rd */

SEM_INLINE SemRet sysreg_read(SemCtx c, uint16_t encoding)
{
    return (SemRet){sys_read(c.cpu, c.t, c.i, encoding)};
}

SEM_INLINE SemRet sysreg_write(SemCtx c, uint16_t encoding, V64 v)
{
    return (SemRet){sys_write(c.cpu, c.t, c.i, encoding, v.u)};
}

/* DC ZVA. */
SEM_INLINE SemRet sys_zero_block(SemCtx c, V64 addr)
{
    return (SemRet){sys_dc_zva(c.cpu, c.t, c.i, addr.u)};
}

#endif
