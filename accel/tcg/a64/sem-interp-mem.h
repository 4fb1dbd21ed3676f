/* SPDX-License-Identifier: MIT */
/* Memory verbs of the interpreter: the TLB's answer inline, everything else out of line. */
#ifndef ACCEL_TCG_A64_SEM_INTERP_MEM_H
#define ACCEL_TCG_A64_SEM_INTERP_MEM_H

/* Included by sem-interp.h, after the types. */
#include "accel/tcg/a64/sem-interp.h"

/* Host memory of an access that lies in one page, NULL when the TLB does not know it. The page of
 * the last byte is compared under the index of the first: accesses that cross a page miss. */
static inline void *tlb_find_read(const TlbBank *bank, uint64_t va, unsigned bytes)
{
    const TlbEntry *e = &bank->data[va >> GUEST_PAGE_BITS & (TLB_DATA_ENTRIES - 1)];

    return likely(e->read == ((va + bytes - 1) & ~(uint64_t)(GUEST_PAGE_SIZE - 1)))
               ? (void *)(e->addend + va)
               : NULL;
}

static inline void *tlb_find_write(const TlbBank *bank, uint64_t va, unsigned bytes)
{
    const TlbEntry *e = &bank->data[va >> GUEST_PAGE_BITS & (TLB_DATA_ENTRIES - 1)];

    return likely(e->write == ((va + bytes - 1) & ~(uint64_t)(GUEST_PAGE_SIZE - 1)))
               ? (void *)(e->addend + va)
               : NULL;
}

static inline const TlbBank *mem_bank(SemCtx c, unsigned mo)
{
    return mo & MO_UNPRIV ? c.t->bank_unpriv : c.t->bank;
}

static inline V64 mem_extend(unsigned mo, uint64_t v)
{
    unsigned bits = 8u << (mo & MO_SIZE);

    if (mo & MO_SIGN64) {
        return (V64){(uint64_t)sextract64(v, 0, bits)};
    }
    return (V64){mo & MO_SIGN32 ? (uint32_t)sextract64(v, 0, bits) : v};
}

/* 1 to 8 bytes. */
static inline bool v_ld(SemCtx c, unsigned mo, V64 addr, V64 *ret)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    const void *p = tlb_find_read(mem_bank(c, mo), addr.u, bytes);
    uint64_t v;

    if (likely(p)) {
        v = ld_le(p, bytes);
    } else {
        if (!tcg_load_slow(c.cpu, c.t, c.i, addr.u, mo)) {
            return false;
        }
        v = c.t->loaded[0];
    }
    *ret = mem_extend(mo, v);
    return true;
}

static inline bool v_st(SemCtx c, unsigned mo, V64 addr, V64 v)
{
    unsigned bytes = 1u << (mo & MO_SIZE);
    void *p = tlb_find_write(mem_bank(c, mo), addr.u, bytes);

    if (likely(p)) {
        st_le(p, bytes, v.u);
        return true;
    }
    return tcg_store_slow(c.cpu, c.t, c.i, addr.u, mo, v.u, 0);
}

static inline bool v_ld128(SemCtx c, unsigned mo, V64 addr, V128 *ret)
{
    const void *p = tlb_find_read(mem_bank(c, mo), addr.u, 16);

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

static inline bool v_st128(SemCtx c, unsigned mo, V64 addr, V128 v)
{
    void *p = tlb_find_write(mem_bank(c, mo), addr.u, 16);

    if (likely(p)) {
        memcpy(p, &v, 16);
        return true;
    }
    return tcg_store_slow(c.cpu, c.t, c.i, addr.u, mo | MO_128, v.v.d[0], v.v.d[1]);
}

#endif
