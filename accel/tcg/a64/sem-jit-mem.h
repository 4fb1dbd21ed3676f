/* SPDX-License-Identifier: MIT */
/* Memory verbs of the translator (a fragment of sem.h). */
#ifndef ACCEL_TCG_A64_SEM_JIT_MEM_H
#define ACCEL_TCG_A64_SEM_JIT_MEM_H

/* Included by sem-jit.h, after the types. */
#include "accel/tcg/a64/sem-jit.h"
#include "accel/tcg/atomic.h"

/* An access, with a constant that is added to the address taken out of it. */
SEM_INLINE IrNode jit_access(SemCtx c, IrOp op, unsigned mo, V64 addr)
{
    const IrNode *a = &c.b->nodes[addr.r];
    IrNode n = {.op = (uint8_t)op,
                .wide = (mo & MO_SIGN64) || (mo & MO_SIZE) == MO_64,
                .aux = (uint16_t)mo,
                .a = addr.r};
    uint64_t off;

    if (a->op == IR_ADD && a->wide && ir_is_const(c.b, a->b, &off) && (int64_t)off >= -0x10000 &&
        (int64_t)off <= 0x10000) {
        n.a = a->a;
        n.imm = (int64_t)off;
    }
    return n;
}

/* Seen to be aligned, or a multiple of 16 away from what was. */
SEM_INLINE bool jit_sp_is_aligned(SemCtx c, IrRef sp)
{
    const IrNode *n = &c.b->nodes[sp];
    uint64_t off;

    return c.b->state.sp_checked &&
           (sp == c.b->state.sp_checked || (n->op == IR_ADD && n->a == c.b->state.sp_checked &&
                                            ir_is_const(c.b, n->b, &off) && !(off & 15)));
}

SEM_INLINE bool mem_base(SemCtx c, unsigned n, V64 *ret)
{
    *ret = x_get(c, n);
    if (n == ARM_X_SP && !jit_sp_is_aligned(c, ret->r)) {
        ir_append(c.b, (IrNode){.op = IR_SP_CHECK, .a = ret->r});
        c.b->state.sp_checked = ret->r;
    }
    return true;
}

SEM_INLINE bool v_ld(SemCtx c, unsigned mo, V64 addr, V64 *ret)
{
    *ret = (V64){ir_append(c.b, jit_access(c, IR_LOAD, mo, addr))};
    return true;
}

SEM_INLINE bool v_st(SemCtx c, unsigned mo, V64 addr, V64 v)
{
    IrNode n = jit_access(c, IR_STORE, mo, addr);

    n.b = v.r;
    ir_append(c.b, n);
    return true;
}

SEM_INLINE bool v_ld_pair(SemCtx c, unsigned mo, V64 addr, V64 *ret_lo, V64 *ret_hi)
{
    *ret_lo = (V64){ir_append(c.b, jit_access(c, IR_LOAD2, mo, addr))};
    *ret_hi = (V64){ir_append(
        c.b, (IrNode){.op = IR_HIGH, .wide = c.b->nodes[ret_lo->r].wide, .a = ret_lo->r})};
    return true;
}

SEM_INLINE bool v_st_pair(SemCtx c, unsigned mo, V64 addr, V64 lo, V64 hi)
{
    IrNode n = jit_access(c, IR_STORE2, mo, addr);

    n.b = lo.r;
    n.c = hi.r;
    ir_append(c.b, n);
    return true;
}

/* ---- exclusives and atomics */

#define JIT_ACCESS(name, ...)                     \
    SEM_INLINE bool name(SemCtx c, ##__VA_ARGS__) \
    {                                             \
        return sem_interpret_access(c);           \
    }

JIT_ACCESS(v_ld_excl_pair, unsigned mo, V64 addr, V64 *ret_lo, V64 *ret_hi)
JIT_ACCESS(v_st_excl_pair, unsigned mo, V64 addr, V64 lo, V64 hi, V64 *ret_failed)
JIT_ACCESS(v_cas_pair, unsigned mo, V64 addr, V64 expected_lo, V64 expected_hi, V64 lo, V64 hi,
           V64 *ret_lo, V64 *ret_hi)

/* Naturally aligned, or it faults. */
SEM_INLINE IrNode jit_atomic(SemCtx c, IrOp op, unsigned mo, V64 addr, V64 v)
{
    IrNode n = jit_access(c, op, mo | MO_ALIGN, addr);

    n.b = v.r;
    return n;
}

SEM_INLINE bool v_ld_excl(SemCtx c, unsigned mo, V64 addr, V64 *ret_lo, V64 *ret_hi)
{
    *ret_lo = (V64){ir_append(c.b, jit_atomic(c, IR_LOADX, mo, addr, (V64){0}))};
    *ret_hi = v_const(c, 0);
    return true;
}

SEM_INLINE bool v_st_excl(SemCtx c, unsigned mo, V64 addr, V64 v, V64 *ret_failed)
{
    *ret_failed = (V64){ir_append(c.b, jit_atomic(c, IR_STOREX, mo, addr, v))};
    return true;
}

SEM_INLINE bool v_rmw(SemCtx c, RmwOp op, unsigned mo, V64 addr, V64 v, V64 *ret_old)
{
    IrNode n = jit_atomic(c, IR_RMW, mo, addr, v);

    if (op >= RMW_SMAX && op <= RMW_UMIN) {
        return sem_interpret_access(c);
    }
    n.aux2 = (uint16_t)op;
    *ret_old = (V64){ir_append(c.b, n)};
    return true;
}

SEM_INLINE bool v_cas(SemCtx c, unsigned mo, V64 addr, V64 expected, V64 v, V64 *ret_old)
{
    IrNode n = jit_atomic(c, IR_CAS, mo, addr, expected);

    n.c = v.r;
    *ret_old = (V64){ir_append(c.b, n)};
    return true;
}

/* ---- ArmCpu as memory */

SEM_INLINE V64 env_get(SemCtx c, bool wide, size_t offset)
{
    return (V64){ir_append(c.b, (IrNode){.op = IR_LDENV, .wide = wide, .imm = (int64_t)offset})};
}

SEM_INLINE void env_set(SemCtx c, bool wide, size_t offset, V64 v)
{
    ir_append(c.b, (IrNode){.op = IR_STENV, .wide = wide, .a = v.r, .imm = (int64_t)offset});
}

SEM_INLINE void env_guard(SemCtx c, size_t offset, unsigned mask, unsigned value)
{
    ir_append(c.b, (IrNode){.op = IR_GUARD,
                            .aux = (uint16_t)mask,
                            .aux2 = (uint16_t)value,
                            .imm = (int64_t)offset});
}

SEM_INLINE void excl_clear(SemCtx c)
{
    env_set(c, true, offsetof(ArmCpu, excl_addr), v_const(c, UINT64_MAX));
}

/* ---- order */

SEM_INLINE void v_fence(SemCtx c, Fence f)
{
    ir_append(c.b, (IrNode){.op = IR_FENCE, .aux = (uint16_t)f});
}

#endif
