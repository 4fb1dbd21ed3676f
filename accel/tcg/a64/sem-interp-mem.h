/* SPDX-License-Identifier: MIT */
/* Memory verbs of the interpreter (a fragment of sem.h): the TLB's answer inline, everything else
 * out of line. Every verb is false when the access faulted; the exception has then been taken. */
#ifndef ACCEL_TCG_A64_SEM_INTERP_MEM_H
#define ACCEL_TCG_A64_SEM_INTERP_MEM_H

/* Included by sem-interp.h, after the types. */
#include "accel/tcg/a64/sem-interp.h"
#include "accel/tcg/atomic.h"
#include "accel/tcg/tlb.h"

SEM_INLINE const TlbBank *mem_bank(SemCtx c, unsigned mo)
{
    return mo & MO_UNPRIV ? c.t->bank_unpriv : c.t->bank;
}

/* Host memory for an access of `bytes` bytes whose elements are mo's size; NULL: the slow way. */
SEM_INLINE void *mem_find(SemCtx c, unsigned mo, uint64_t va, unsigned bytes, bool store)
{
    if ((mo & MO_ALIGN) && unlikely(va & ((1u << (mo & MO_SIZE)) - 1))) {
        return NULL;
    }
    return store ? tlb_find_write(mem_bank(c, mo), va, bytes)
                 : tlb_find_read(mem_bank(c, mo), va, bytes);
}

SEM_INLINE V64 mem_extend(unsigned mo, uint64_t v)
{
    unsigned bits = 8u << (mo & MO_SIZE);

    if (mo & MO_SIGN64) {
        return (V64){(uint64_t)sextract64(v, 0, bits)};
    }
    return (V64){mo & MO_SIGN32 ? (uint32_t)sextract64(v, 0, bits) : v};
}

/* The base register of an access, with the stack pointer's alignment checked. */
SEM_INLINE bool mem_base(SemCtx c, unsigned n, V64 *ret)
{
    uint64_t v = c.cpu->x[n];

    *ret = (V64){v};
    /* One test: the mask is 0 unless n is ARM_X_SP (32). */
    return likely(!(v & (n >> 5) * 15)) || tcg_sp_aligned(c.cpu, c.t, c.i);
}

/* ---- 1 to 8 bytes */

SEM_INLINE bool v_ld(SemCtx c, unsigned mo, V64 addr, V64 *ret)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    const void *p = mem_find(c, mo, addr.u, bytes, false);
    uint64_t v;

    if (likely(p)) {
        v = mo & MO_ACQUIRE ? host_load_acquire(p, bytes) : ld_le(p, bytes);
    } else {
        if (!tcg_load_slow(c.cpu, c.t, c.i, addr.u, mo)) {
            return false;
        }
        v = c.t->loaded[0];
    }
    *ret = mem_extend(mo, v);
    return true;
}

SEM_INLINE bool v_st(SemCtx c, unsigned mo, V64 addr, V64 v)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    void *p = mem_find(c, mo, addr.u, bytes, true);

    if (unlikely(!p)) {
        return tcg_store_slow(c.cpu, c.t, c.i, addr.u, mo, v.u, 0);
    }
    if (mo & MO_RELEASE) {
        host_store_release(p, bytes, v.u);
    } else {
        st_le(p, bytes, v.u);
    }
    return true;
}

/* ---- two neighbours of 4 or 8 bytes each */

SEM_INLINE bool v_ld_pair(SemCtx c, unsigned mo, V64 addr, V64 *ret_lo, V64 *ret_hi)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    const uint8_t *p = mem_find(c, mo, addr.u, 2 * bytes, false);

    if (likely(p)) {
        *ret_lo = mem_extend(mo, ld_le(p, bytes));
        *ret_hi = mem_extend(mo, ld_le(p + bytes, bytes));
        return true;
    }
    return v_ld(c, mo, addr, ret_lo) && v_ld(c, mo, (V64){addr.u + bytes}, ret_hi);
}

SEM_INLINE bool v_st_pair(SemCtx c, unsigned mo, V64 addr, V64 lo, V64 hi)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    uint8_t *p = mem_find(c, mo, addr.u, 2 * bytes, true);

    if (likely(p)) {
        st_le(p, bytes, lo.u);
        st_le(p + bytes, bytes, hi.u);
        return true;
    }
    return v_st(c, mo, addr, lo) && v_st(c, mo, (V64){addr.u + bytes}, hi);
}

/* ---- 16 bytes */

SEM_INLINE bool v_ld128(SemCtx c, unsigned mo, V64 addr, V128 *ret)
{
    const void *p = mem_find(c, mo, addr.u, 16, false);

    if (likely(p)) {
        memcpy(ret, p, 16);
        return true;
    }
    if (!tcg_load_slow(c.cpu, c.t, c.i, addr.u, mo | MO_128)) {
        return false;
    }
    ret->v.d[0] = c.t->loaded[0];
    ret->v.d[1] = c.t->loaded[1];
    return true;
}

SEM_INLINE bool v_st128(SemCtx c, unsigned mo, V64 addr, V128 v)
{
    void *p = mem_find(c, mo, addr.u, 16, true);

    if (likely(p)) {
        memcpy(p, &v, 16);
        return true;
    }
    return tcg_store_slow(c.cpu, c.t, c.i, addr.u, mo | MO_128, v.v.d[0], v.v.d[1]);
}

/* ---- exclusives: the local monitor remembers address, size and value (B2.9) */

SEM_INLINE bool v_ld_excl(SemCtx c, unsigned mo, V64 addr, V64 *ret_lo, V64 *ret_hi)
{
    if (!tcg_load_excl(c.cpu, c.t, c.i, addr.u, mo, false)) {
        return false;
    }
    *ret_lo = (V64){c.t->loaded[0]};
    *ret_hi = (V64){c.t->loaded[1]};
    return true;
}

SEM_INLINE bool v_ld_excl_pair(SemCtx c, unsigned mo, V64 addr, V64 *ret_lo, V64 *ret_hi)
{
    if (!tcg_load_excl(c.cpu, c.t, c.i, addr.u, mo, true)) {
        return false;
    }
    *ret_lo = (V64){c.t->loaded[0]};
    *ret_hi = (V64){c.t->loaded[1]};
    return true;
}

/* *ret_failed: 0 when the store was made, 1 when not. */
SEM_INLINE bool v_st_excl(SemCtx c, unsigned mo, V64 addr, V64 v, V64 *ret_failed)
{
    if (!tcg_store_excl(c.cpu, c.t, c.i, addr.u, mo, false, v.u, 0)) {
        return false;
    }
    *ret_failed = (V64){c.t->loaded[0]};
    return true;
}

SEM_INLINE bool v_st_excl_pair(SemCtx c, unsigned mo, V64 addr, V64 lo, V64 hi, V64 *ret_failed)
{
    if (!tcg_store_excl(c.cpu, c.t, c.i, addr.u, mo, true, lo.u, hi.u)) {
        return false;
    }
    *ret_failed = (V64){c.t->loaded[0]};
    return true;
}

SEM_INLINE void excl_clear(SemCtx c)
{
    c.cpu->excl_addr = UINT64_MAX;
}

/* ---- atomics */

SEM_INLINE bool v_rmw(SemCtx c, RmwOp op, unsigned mo, V64 addr, V64 v, V64 *ret_old)
{
    if (!tcg_rmw(c.cpu, c.t, c.i, op, addr.u, mo, v.u)) {
        return false;
    }
    *ret_old = (V64){c.t->loaded[0]};
    return true;
}

SEM_INLINE bool v_cas(SemCtx c, unsigned mo, V64 addr, V64 expected, V64 v, V64 *ret_old)
{
    if (!tcg_cas(c.cpu, c.t, c.i, addr.u, mo, expected.u, v.u)) {
        return false;
    }
    *ret_old = (V64){c.t->loaded[0]};
    return true;
}

SEM_INLINE bool v_cas_pair(SemCtx c, unsigned mo, V64 addr, V64 expected_lo, V64 expected_hi,
                           V64 lo, V64 hi, V64 *ret_lo, V64 *ret_hi)
{
    c.t->loaded[0] = expected_lo.u; /* in and out: no address of a local may escape */
    c.t->loaded[1] = expected_hi.u;
    if (!tcg_cas_pair(c.cpu, c.t, c.i, addr.u, mo, lo.u, hi.u)) {
        return false;
    }
    *ret_lo = (V64){c.t->loaded[0]};
    *ret_hi = (V64){c.t->loaded[1]};
    return true;
}

/* ---- order */

SEM_INLINE void v_fence(SemCtx c, Fence f)
{
    if (f == FENCE_FULL) {
        atomic_thread_fence(memory_order_seq_cst);
    } else {
        atomic_thread_fence(memory_order_acq_rel);
    }
}

#endif
