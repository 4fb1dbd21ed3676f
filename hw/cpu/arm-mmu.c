/* SPDX-License-Identifier: MIT */
/* VMSAv8-64 stage 1 translation (Arm ARM D8): table walks, permissions, faults.
 *
 * A Regime is what a translation context selects: its controls, one or two halves. Tables are read
 * straight from host memory inside an RCU section. The contiguous hint is not used: each entry
 * already says all that its pages need. */
#include "hw/cpu/arm-mmu.h"

#include "hw/cpu/arm-internal.h"
#include "util/log.h"
#include "util/rcu.h"

#include <inttypes.h>

/* Fault status codes; walks add the level. */
enum {
    FSC_ADDRESS_SIZE = 0x00,
    FSC_TRANSLATION = 0x04,
    FSC_ACCESS_FLAG = 0x08,
    FSC_PERMISSION = 0x0c,
    FSC_EXTERNAL = 0x10,
    FSC_EXTERNAL_WALK = 0x14,
    FSC_ALIGNMENT = 0x21,
    FSC_UNSUPPORTED_UPDATE = 0x31,

    ISS_WNR = 1 << 6,
};

/* Descriptor bits. */
#define DESC_VALID    BIT64(0)
#define DESC_TABLE    BIT64(1) /* at the last level: a page */
#define DESC_AP_SHIFT 6        /* AP[2:1]: 1 EL0 may access, 2 read-only */
#define DESC_AP_RO    BIT64(7)
#define DESC_AF       BIT64(10)
#define DESC_NG       BIT64(11)
#define DESC_DBM      BIT64(51)
#define DESC_PXN      BIT64(53)
#define DESC_UXN      BIT64(54)
#define TABLE_PXN     BIT64(59)
#define TABLE_UXN     BIT64(60)
#define TABLE_AP_EL0  BIT64(61) /* no access from EL0 below */
#define TABLE_AP_RO   BIT64(62) /* no writes below */

enum { AP_EL0 = 1, AP_RO = 2 };

/* What one half of a regime's address space is translated with. */
typedef struct Regime {
    int el; /* whose SCTLR, TCR, MAIR */
    bool two_halves;
    bool high;
    uint64_t sctlr, tcr, ttbr;
    unsigned tsz, granule_bits;
    bool disabled; /* no walks: EPD, or E0PD for what is unprivileged */
    bool tbi;
    bool no_hierarchy; /* HPD */
    bool hw_af, hw_dirty;
    unsigned pa_bits;
} Regime;

/* A walk on its way. */
typedef struct Walk {
    ArmCpu *cpu;
    ArmMmuIdx idx;
    ArmAccess access;
    Regime r;
    uint64_t table_perms; /* TABLE_* bits gathered so far */
    uint64_t desc;        /* the leaf */
    uint64_t pa, map_size;
    uint8_t perms, attr; /* attr: the MAIR byte */
    unsigned fsc;        /* of a failed walk */
} Walk;

/* ---- the regime of an address */

static int regime_el(ArmMmuIdx idx)
{
    return idx <= ARM_MMU_EL1_PAN ? 1 : idx == ARM_MMU_EL2 ? 2 : 3;
}

static unsigned granule_of(const ArmCpu *cpu, const Regime *r)
{
    static const uint8_t tg0[] = {12, 16, 14, 12}, tg1[] = {12, 14, 12, 16};
    unsigned bits = r->high ? tg1[extract64(r->tcr, 30, 2)] : tg0[extract64(r->tcr, 14, 2)];

    if (bits == 14 && !extract64(cpu->id.id_aa64mmfr0, 20, 4)) {
        return 12; /* not implemented: any that is may be used */
    }
    return bits;
}

static Regime regime_select(const ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx)
{
    int el = regime_el(idx);
    Regime r = {.el = el, .sctlr = cpu->sctlr[el], .tcr = cpu->tcr[el], .two_halves = el == 1};
    bool fetch = access == ARM_FETCH;
    unsigned pa_limit = arm_pa_bits(extract64(cpu->id.id_aa64mmfr0, 0, 4));

    r.high = r.two_halves && (va >> 55 & 1);
    if (r.two_halves) {
        unsigned half = r.high;

        r.ttbr = half ? cpu->ttbr1[el] : cpu->ttbr0[el];
        r.tsz = (unsigned)extract64(r.tcr, half ? 16 : 0, 6);
        r.disabled = extract64(r.tcr, half ? 23 : 7, 1) ||
                     (idx == ARM_MMU_EL0 && extract64(r.tcr, 55 + half, 1));
        r.tbi = extract64(r.tcr, 37 + half, 1) && !(fetch && extract64(r.tcr, 51 + half, 1));
        r.hw_af = extract64(r.tcr, 39, 1);
        r.hw_dirty = r.hw_af && extract64(r.tcr, 40, 1);
        r.no_hierarchy = extract64(r.tcr, 41 + half, 1);
        r.pa_bits = arm_pa_bits((unsigned)extract64(r.tcr, 32, 3));
    } else {
        r.ttbr = cpu->ttbr0[el];
        r.tsz = (unsigned)extract64(r.tcr, 0, 6);
        r.tbi = extract64(r.tcr, 20, 1) && !(fetch && extract64(r.tcr, 29, 1));
        r.hw_af = extract64(r.tcr, 21, 1);
        r.hw_dirty = r.hw_af && extract64(r.tcr, 22, 1);
        r.no_hierarchy = extract64(r.tcr, 24, 1);
        r.pa_bits = arm_pa_bits((unsigned)extract64(r.tcr, 16, 3));
    }
    r.pa_bits = MIN(r.pa_bits, pa_limit);
    r.granule_bits = granule_of(cpu, &r);
    return r;
}

static uint64_t strip_tag(const Regime *r, uint64_t va)
{
    if (!r->tbi) {
        return va;
    }
    return r->two_halves ? (uint64_t)sextract64(va, 0, 56) : va & MASK64(56);
}

ArmMmuIdx arm_mmu_idx(const ArmCpu *cpu)
{
    switch (arm_el(cpu)) {
    case 0:
        return ARM_MMU_EL0;
    case 1:
        return cpu->pstate & PSTATE_PAN ? ARM_MMU_EL1_PAN : ARM_MMU_EL1;
    case 2:
        return ARM_MMU_EL2;
    default:
        return ARM_MMU_EL3;
    }
}

uint64_t arm_mmu_strip(const ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx)
{
    Regime r = regime_select(cpu, va, access, idx);

    return strip_tag(&r, va);
}

uint16_t arm_mmu_asid(const ArmCpu *cpu)
{
    uint64_t ttbr = cpu->tcr[1] & BIT64(22) ? cpu->ttbr1[1] : cpu->ttbr0[1];
    unsigned asid = (unsigned)(ttbr >> 48);

    return (uint16_t)(cpu->tcr[1] & BIT64(36) ? asid : asid & 0xff);
}

/* ---- aborts */

static ArmException make_abort(ArmCpu *cpu, uint64_t va, ArmAccess access, int el, unsigned fsc)
{
    bool lower = arm_el(cpu) < MAX(el, 1);
    unsigned ec = access == ARM_FETCH ? (lower ? EC_IABORT_LOWER : EC_IABORT_SAME)
                                      : (lower ? EC_DABORT_LOWER : EC_DABORT_SAME);
    ArmException exc = arm_exc_sync(cpu, ec, fsc | (access == ARM_STORE ? ISS_WNR : 0));

    exc.target_el = MAX(exc.target_el, el);
    exc.far = va;
    exc.has_far = true;
    return exc;
}

ArmException arm_mmu_external_abort(ArmCpu *cpu, uint64_t va, ArmAccess access)
{
    return make_abort(cpu, va, access, MAX(arm_el(cpu), 1), FSC_EXTERNAL);
}

ArmException arm_mmu_alignment_fault(ArmCpu *cpu, uint64_t va, ArmAccess access)
{
    return make_abort(cpu, va, access, MAX(arm_el(cpu), 1), FSC_ALIGNMENT);
}

/* ---- descriptors in memory */

static bool walk_fault(Walk *w, unsigned fsc, int level)
{
    w->fsc = fsc + (unsigned)level;
    return false;
}

/* Where a descriptor lies in host memory; NULL for tables in devices or nowhere. */
static uint64_t *desc_host(const FlatRange *fr, uint64_t pa)
{
    return fr && fr->host ? (uint64_t *)(fr->host + (pa - fr->start)) : NULL;
}

static bool desc_load(Walk *w, uint64_t pa, int level, uint64_t *ret_desc)
{
    const uint64_t *host = desc_host(address_space_find(w->cpu->cs.as, pa), pa);

    if (host) {
        *ret_desc = __atomic_load_n(host, __ATOMIC_ACQUIRE);
        return true;
    }
    if (address_space_load(w->cpu->cs.as, pa, 8, MEM_ATTRS_NONE, ret_desc) == MEM_OK) {
        return true;
    }
    return walk_fault(w, FSC_EXTERNAL_WALK, level);
}

/* Sets AF, clears AP[2]. *ret_again: somebody else changed the entry, walk again. */
static bool desc_update(Walk *w, uint64_t pa, uint64_t old, uint64_t new, bool *ret_again)
{
    const FlatRange *fr = address_space_find(w->cpu->cs.as, pa);
    uint64_t *host = desc_host(fr, pa);

    if (!host || !fr->writable) {
        return walk_fault(w, FSC_UNSUPPORTED_UPDATE, 0);
    }
    *ret_again =
        !__atomic_compare_exchange_n(host, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    if (!*ret_again && fr->ram) {
        ram_written(fr->ram, (uint64_t)((uint8_t *)host - fr->ram->host), sizeof(new));
    }
    return true;
}

/* ---- permissions */

static uint8_t leaf_perms(const Walk *w, unsigned ap, bool uxn, bool pxn)
{
    bool el0 = ap & AP_EL0, writable = !(ap & AP_RO);
    bool wxn = w->r.sctlr & BIT64(19);
    uint8_t perms = 0;

    if (!w->r.two_halves) {
        perms = ARM_PERM_R | (writable ? ARM_PERM_W : 0);
        return perms | (!uxn && !(wxn && writable) ? ARM_PERM_X : 0);
    }
    if (w->idx == ARM_MMU_EL0) {
        perms = el0 ? ARM_PERM_R | (writable ? ARM_PERM_W : 0) : 0;
        return perms | (!uxn && !(wxn && el0 && writable) ? ARM_PERM_X : 0);
    }
    if (!(w->idx == ARM_MMU_EL1_PAN && el0)) {
        perms = ARM_PERM_R | (writable ? ARM_PERM_W : 0);
    }
    /* What EL0 may write, EL1 must not execute. */
    return perms | (!pxn && !(el0 && writable) && !(wxn && writable) ? ARM_PERM_X : 0);
}

static uint8_t needed_perm(ArmAccess access)
{
    return access == ARM_LOAD ? ARM_PERM_R : access == ARM_STORE ? ARM_PERM_W : ARM_PERM_X;
}

/* Checks the leaf in w->desc and updates it where the hardware manages AF or dirty state. */
static bool leaf_accept(Walk *w, uint64_t desc_pa, int level, bool *ret_again)
{
    uint64_t desc = w->desc, new_desc;
    unsigned ap = (unsigned)extract64(desc, DESC_AP_SHIFT, 2);
    bool uxn = desc & DESC_UXN || w->table_perms & TABLE_UXN;
    bool pxn = desc & DESC_PXN || w->table_perms & TABLE_PXN;
    bool table_ro = w->table_perms & TABLE_AP_RO;
    bool clean = w->r.hw_dirty && (desc & DESC_DBM) && (ap & AP_RO) && !table_ro;

    if (!(desc & DESC_AF) && !w->r.hw_af) {
        return walk_fault(w, FSC_ACCESS_FLAG, level);
    }
    ap = w->table_perms & TABLE_AP_EL0 ? ap & ~(unsigned)AP_EL0 : ap;
    ap = table_ro ? ap | AP_RO : ap;
    ap = clean ? ap & ~(unsigned)AP_RO : ap; /* writable, on the condition of being marked */
    w->perms = leaf_perms(w, ap, uxn, pxn);
    if (!(w->perms & needed_perm(w->access))) {
        return walk_fault(w, FSC_PERMISSION, level);
    }
    new_desc = desc | DESC_AF;
    if (clean) {
        if (w->access == ARM_STORE) {
            new_desc &= ~DESC_AP_RO;
        } else {
            w->perms &= (uint8_t)~ARM_PERM_W; /* so that the first store comes here */
        }
    }
    return new_desc == desc || desc_update(w, desc_pa, desc, new_desc, ret_again);
}

/* ---- the walk */

static bool is_block_level(const Regime *r, int level)
{
    return level == 2 || (level == 1 && r->granule_bits == 12);
}

static bool walk_tables(Walk *w, uint64_t va, bool *ret_again)
{
    const Regime *r = &w->r;
    unsigned stride = r->granule_bits - 3, in_bits = 64 - r->tsz;
    int level = 4 - (int)((in_bits - r->granule_bits + stride - 1) / stride);
    unsigned top_bits = in_bits - ((3 - (unsigned)level) * stride + r->granule_bits);
    uint64_t base = r->ttbr & MASK64(48) & ~MASK64(top_bits + 3);
    uint64_t addr_mask = MASK64(48) & ~MASK64(r->granule_bits);

    if (base >> r->pa_bits) {
        return walk_fault(w, FSC_ADDRESS_SIZE, 0);
    }
    for (unsigned index_bits = top_bits;; level++, index_bits = stride) {
        unsigned shift = (3 - (unsigned)level) * stride + r->granule_bits;
        uint64_t desc_pa = base + extract64(va, shift, index_bits) * 8;

        if (!desc_load(w, desc_pa, level, &w->desc)) {
            return false;
        }
        if (!(w->desc & DESC_VALID) || (!(w->desc & DESC_TABLE) && !is_block_level(r, level))) {
            return walk_fault(w, FSC_TRANSLATION, level);
        }
        base = w->desc & addr_mask;
        if (base >> r->pa_bits) {
            return walk_fault(w, FSC_ADDRESS_SIZE, level);
        }
        if (level == 3 || !(w->desc & DESC_TABLE)) {
            w->map_size = BIT64(shift);
            w->pa = (base & ~MASK64(shift)) | (va & MASK64(shift));
            return leaf_accept(w, desc_pa, level, ret_again);
        }
        w->table_perms |= r->no_hierarchy ? 0 : w->desc;
    }
}

/* MMU off: flat; data is Device, instructions are Normal. */
static bool walk_flat(Walk *w, uint64_t va)
{
    unsigned bits = arm_pa_bits(extract64(w->cpu->id.id_aa64mmfr0, 0, 4));

    if (va >> bits) {
        return walk_fault(w, FSC_ADDRESS_SIZE, 0);
    }
    w->pa = va;
    w->map_size = BIT64(30);
    w->perms = ARM_PERM_R | ARM_PERM_W | ARM_PERM_X;
    if (w->access == ARM_FETCH) {
        w->attr = w->r.sctlr & BIT64(12) ? 0xaa : 0x44; /* write-through, or non-cacheable */
    }
    return true;
}

static bool walk(Walk *w, uint64_t va)
{
    const Regime *r = &w->r;
    bool again, ok;

    va = strip_tag(r, va);
    if (!(r->sctlr & 1)) {
        return walk_flat(w, va);
    }
    /* Sizes outside of 25..48 bits are reserved: nothing is mapped. The bits above the region must
     * all be those of its half. */
    if (r->disabled || r->tsz < 16 || r->tsz > 39 || (r->high ? ~va : va) >> (64 - r->tsz)) {
        return walk_fault(w, FSC_TRANSLATION, 0);
    }
    do {
        again = false;
        w->table_perms = 0;
        rcu_read_lock();
        ok = walk_tables(w, va, &again);
        rcu_read_unlock();
    } while (ok && again);
    if (ok) {
        w->attr = (uint8_t)(w->cpu->mair[r->el] >> (8 * extract64(w->desc, 2, 3)));
    }
    return ok;
}

bool arm_mmu_translate(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx,
                       ArmTranslation *ret, ArmException *exc)
{
    Walk w = {.cpu = cpu, .idx = idx, .access = access};

    w.r = regime_select(cpu, va, access, idx);
    if (!walk(&w, va)) {
        *exc = make_abort(cpu, va, access, w.r.el, w.fsc);
        if (log_enabled(LOG_MMU)) {
            log_printf(LOG_MMU,
                       "CPU %d: no %s at 0x%" PRIx64 ", fault status 0x%02x, pc 0x%" PRIx64,
                       cpu->cs.index,
                       access == ARM_FETCH   ? "fetch"
                       : access == ARM_STORE ? "store"
                                             : "load",
                       va, w.fsc, cpu->pc);
        }
        return false;
    }
    *ret = (ArmTranslation){
        .pa = w.pa,
        .map_size = w.map_size,
        .perms = w.perms,
        .device = w.attr >> 4 == 0,
        .global = !w.r.two_halves || !(w.r.sctlr & 1) || !(w.desc & DESC_NG),
        .asid = arm_mmu_asid(cpu),
        .attrs = {.user = idx == ARM_MMU_EL0},
    };
    return true;
}

bool arm_mmu_at(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx, bool both,
                uint64_t *ret_par, ArmException *exc)
{
    const uint64_t res1 = BIT64(11), non_secure = BIT64(9);
    Walk w = {.cpu = cpu, .idx = idx, .access = access};
    uint64_t sh;

    w.r = regime_select(cpu, va, access, idx);
    if (!walk(&w, va)) {
        *ret_par = res1 | (uint64_t)w.fsc << 1 | 1;
        return true;
    }
    sh = w.attr >> 4 == 0 || !(w.r.sctlr & 1) ? 2 : extract64(w.desc, 8, 2);
    *ret_par =
        (uint64_t)w.attr << 56 | (w.pa & MASK64(48) & ~0xfffull) | res1 | non_secure | sh << 7;
    return true;
}
