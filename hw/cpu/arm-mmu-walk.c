/* SPDX-License-Identifier: MIT */
/* Walks of translation tables (Arm ARM D8.2): what stages 1 and 2 have in common.
 *
 * Tables are read straight from host memory inside an RCU section. The contiguous hint is not used:
 * each entry already says all that its pages need. */
#include "hw/cpu/arm-mmu-internal.h"

#include "util/rcu.h"

bool arm_walk_fail(ArmWalk *w, unsigned fsc, int level)
{
    w->fault.fsc = (uint8_t)(fsc + (unsigned)level);
    w->fault.stage2 = w->stage2;
    return false;
}

/* ---- descriptors in memory */

/* Where a descriptor lies in host memory; NULL for tables in devices or nowhere. */
static uint64_t *desc_host(const FlatRange *fr, uint64_t pa)
{
    return fr && fr->host ? (uint64_t *)(void *)(fr->host + (pa - fr->start)) : NULL;
}

/* The physical address of a descriptor, for reading it or writing it. */
static bool desc_locate(ArmWalk *w, uint64_t addr, bool write, uint64_t *ret_pa)
{
    *ret_pa = addr;
    return !w->through_stage2 || arm_stage2_table(w->cpu, w->req, addr, write, ret_pa, &w->fault);
}

static bool desc_load(ArmWalk *w, uint64_t addr, int level)
{
    AddressSpace *as = arm_address_space(w->cpu, w->secure);
    MemAttrs attrs = {.secure = w->secure, .debug = w->req->debug};
    uint64_t pa;

    w->desc_addr = addr;
    if (!desc_locate(w, addr, false, &pa)) {
        return false;
    }
    const uint64_t *host = desc_host(address_space_find(as, pa), pa);
    if (host) {
        w->desc = __atomic_load_n(host, __ATOMIC_ACQUIRE);
        return true;
    }
    if (address_space_load(as, pa, 8, attrs, &w->desc) == MEM_OK) {
        return true;
    }
    return arm_walk_fail(w, FSC_EXTERNAL_WALK, level);
}

bool arm_walk_update(ArmWalk *w, uint64_t new_desc, bool *ret_again)
{
    uint64_t old = w->desc, pa;
    bool ok = false;

    rcu_read_lock();
    if (desc_locate(w, w->desc_addr, true, &pa)) {
        const FlatRange *fr = address_space_find(arm_address_space(w->cpu, w->secure), pa);
        uint64_t *host = desc_host(fr, pa);

        ok = host && fr->writable;
        if (!ok) {
            arm_walk_fail(w, FSC_UNSUPPORTED_UPDATE, 0);
        } else if (!__atomic_compare_exchange_n(host, &old, new_desc, false, __ATOMIC_SEQ_CST,
                                                __ATOMIC_SEQ_CST)) {
            *ret_again = true;
        } else if (fr->ram) {
            ram_written(fr->ram, (uint64_t)((uint8_t *)host - fr->ram->host), sizeof(new_desc));
        }
    }
    rcu_read_unlock();
    return ok;
}

/* ---- the walk */

static bool is_block_level(const ArmWalk *w, int level)
{
    return level == 2 || (level == 1 && w->granule_bits == 12);
}

/* A table descriptor may move the rest of a Secure walk to Non-secure memory. */
static void enter_table(ArmWalk *w)
{
    w->table_bits |= w->desc & (TABLE_PXN | TABLE_UXN | TABLE_AP_EL0 | TABLE_AP_RO);
    if (w->secure && (w->desc & TABLE_NS)) {
        w->table_bits |= TABLE_NS;
        w->secure = false;
    }
}

static bool follow(ArmWalk *w, uint64_t in)
{
    unsigned stride = w->granule_bits - 3;
    unsigned shift = (3 - (unsigned)w->level) * stride + w->granule_bits;
    unsigned index_bits = w->in_bits - shift; /* more than a stride where tables are joined */
    uint64_t addr_mask = MASK64(48) & ~MASK64(w->granule_bits);
    uint64_t base = w->base & MASK64(48) & ~MASK64(index_bits + 3);

    if (base >> w->pa_bits) {
        return arm_walk_fail(w, FSC_ADDRESS_SIZE, 0);
    }
    for (;; w->level++, shift -= stride, index_bits = stride) {
        if (!desc_load(w, base + extract64(in, shift, index_bits) * 8, w->level)) {
            return false;
        }
        bool table = w->desc & DESC_TABLE;
        if (!(w->desc & DESC_VALID) || (!table && !is_block_level(w, w->level))) {
            return arm_walk_fail(w, FSC_TRANSLATION, w->level);
        }
        base = w->desc & addr_mask;
        if (base >> w->pa_bits) {
            return arm_walk_fail(w, FSC_ADDRESS_SIZE, w->level);
        }
        if (w->level == 3 || !table) {
            w->map_size = BIT64(shift);
            w->out = (base & ~MASK64(shift)) | (in & MASK64(shift));
            return true;
        }
        enter_table(w);
    }
}

bool arm_walk(ArmWalk *w, uint64_t in)
{
    bool ok;

    w->table_bits = 0;
    rcu_read_lock();
    ok = follow(w, in);
    rcu_read_unlock();
    return ok;
}
