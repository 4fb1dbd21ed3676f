/* SPDX-License-Identifier: MIT */
/* Stage 2 translation (Arm ARM D8.1.8, D8.5): from intermediate to physical addresses, for what
 * runs in EL1&0 and for the descriptors of its stage 1. */
#include "hw/cpu/arm-mmu-internal.h"

#define S2AP_READ  BIT64(6)
#define S2AP_WRITE BIT64(7)

/* The first level by VTCR_EL2.SL0; -1: reserved. */
static int start_level(const ArmCpu *cpu, unsigned granule_bits)
{
    static const int8_t start_4k[] = {2, 1, 0, 3}, start_others[] = {3, 2, 1, -1};
    unsigned sl0 = (unsigned)extract64(cpu->vtcr, 6, 2), pa_max = arm_pa_max(cpu);
    int level = granule_bits == 12 ? start_4k[sl0] : start_others[sl0];

    if ((granule_bits == 12 && level == 0 && pa_max < 44) ||
        (granule_bits == 12 && level == 3 && arm_max_tsz(cpu, granule_bits) == 39) ||
        (granule_bits == 14 && level == 1 && pa_max < 40) ||
        (granule_bits == 16 && level == 1 && pa_max < 44)) {
        return -1;
    }
    return level;
}

/* The tables VTTBR_EL2 and VTCR_EL2 describe. False: they cannot translate the address. */
static bool set_tables(ArmWalk *w, uint64_t ipa)
{
    static const uint8_t tg0[] = {12, 16, 14, 12};
    ArmCpu *cpu = w->cpu;
    unsigned tsz = (unsigned)extract64(cpu->vtcr, 0, 6);

    w->stage2 = true;
    w->granule_bits = arm_granule_bits(cpu, tg0[extract64(cpu->vtcr, 14, 2)], true);
    w->level = start_level(cpu, w->granule_bits);
    w->in_bits = 64 - tsz;
    w->base = cpu->vttbr & MASK64(48) & ~1ull;
    w->pa_bits = MIN(arm_pa_bits((unsigned)extract64(cpu->vtcr, 16, 3)), arm_pa_max(cpu));
    if (w->level < 0 || w->in_bits > arm_pa_max(cpu) || tsz > arm_max_tsz(cpu, w->granule_bits) ||
        ipa >> w->in_bits) {
        return false;
    }
    /* The first level resolves at least one bit, and at most 16 tables are joined there. */
    unsigned stride = w->granule_bits - 3;
    unsigned below = (3 - (unsigned)w->level) * stride + w->granule_bits;
    return w->in_bits > below && w->in_bits <= below + stride + 4;
}

/* ---- attributes */

/* The kind of one half of a Normal attribute: 1 not cached, 2 write-through, 3 write-back. */
static unsigned cacheability(unsigned nibble)
{
    return nibble == 4 ? 1 : nibble & 4 ? 3 : 2;
}

/* The weaker of what stage 1 says and a kind; allocation hints are stage 1's. */
static unsigned join_half(unsigned nibble, unsigned kind)
{
    if (kind >= cacheability(nibble)) {
        return nibble;
    }
    return kind == 1 ? 4 : (nibble & 3) | 8;
}

/* With FWB, stage 2 either overrides stage 1 or leaves it as it is. */
static uint8_t join_attrs_fwb(uint8_t s1, unsigned s2)
{
    if (!(s2 & 4)) {
        uint8_t device = (uint8_t)((s2 & 3) << 2);
        return arm_attr_is_device(s1) ? MIN(s1, device) : device;
    }
    if (arm_attr_is_device(s1) || (s2 & 3) == 3) {
        return s1;
    }
    return (s2 & 3) == 2 ? ATTR_WB : ATTR_NC;
}

static uint8_t join_attrs(uint8_t s1, unsigned s2, bool not_cached)
{
    unsigned outer = s2 >> 2, inner = s2 & 3;

    if (!outer) {
        uint8_t device = (uint8_t)(inner << 2);
        return arm_attr_is_device(s1) ? MIN(s1, device) : device;
    }
    if (arm_attr_is_device(s1)) {
        return s1;
    }
    outer = not_cached ? 1 : outer;
    inner = not_cached ? 1 : MAX(inner, 1);
    return (uint8_t)(join_half(s1 >> 4, outer) << 4 | join_half(s1 & 15, inner));
}

/* Outer shareable wins over inner, that over none. */
static uint8_t join_sh(uint8_t s1, uint8_t s2)
{
    return s1 == 2 || s2 == 2 ? 2 : MAX(s1, s2);
}

static void join(const ArmWalk *w, ArmStage *s, uint8_t perms)
{
    const ArmCpu *cpu = w->cpu;
    uint64_t hcr = arm_stage2_hcr(cpu);
    unsigned mem_attr = (unsigned)extract64(w->desc, 2, 4);
    bool fwb = (hcr & HCR_FWB) && extract64(cpu->id.id_aa64mmfr2, 40, 4);

    s->out = w->out;
    s->perms &= perms;
    s->attr =
        fwb ? join_attrs_fwb(s->attr, mem_attr)
            : join_attrs(s->attr, mem_attr, hcr & (w->req->access == ARM_FETCH ? HCR_ID : HCR_CD));
    s->sh = join_sh(s->sh, (uint8_t)extract64(w->desc, 8, 2));
    if (arm_attr_is_device(s->attr) || s->attr == ATTR_NC) {
        s->sh = 2;
    }
}

/* ---- permissions */

static bool may_execute(const ArmWalk *w)
{
    unsigned xn = (unsigned)extract64(w->desc, 53, 2);
    bool el0 = arm_idx_is_unpriv(w->req->idx);

    if (!extract64(w->cpu->id.id_aa64mmfr1, 28, 4)) { /* no XNX: bit 54 alone */
        return !(xn & 2);
    }
    return xn == 0 || (xn == 1 && el0) || (xn == 3 && !el0);
}

static uint8_t leaf_perms(const ArmWalk *w, bool writable)
{
    return (uint8_t)((w->desc & S2AP_READ ? ARM_PERM_R : 0) | (writable ? ARM_PERM_W : 0) |
                     (may_execute(w) ? ARM_PERM_X : 0));
}

/* What the access needs: for one that reads and writes, lacking the first is not a write's fault.
 */
static bool permitted(ArmWalk *w, uint8_t perms)
{
    ArmAccess access = w->req->access;

    if (access == ARM_FETCH) {
        return perms & ARM_PERM_X;
    }
    if ((access == ARM_LOAD || w->req->rmw) && !(perms & ARM_PERM_R)) {
        return false;
    }
    w->fault.write = access == ARM_STORE;
    return access == ARM_LOAD || (perms & ARM_PERM_W);
}

/* ---- the stage */

/* Accepts the leaf for the access and updates it. `walk`: the access is to a table of stage 1. */
static bool accept(ArmWalk *w, ArmStage *s, bool walk, bool *ret_again)
{
    const ArmCpu *cpu = w->cpu;
    unsigned hw = arm_hw_updates(cpu);
    bool hw_af = hw >= 1 && (cpu->vtcr & BIT64(21)), debug = w->req->debug;
    bool hw_dirty = hw_af && hw >= 2 && (cpu->vtcr & BIT64(22));
    bool clean = hw_dirty && (w->desc & DESC_DBM) && !(w->desc & S2AP_WRITE);
    uint8_t perms = leaf_perms(w, (w->desc & S2AP_WRITE) || clean);
    uint64_t new_desc = w->desc;

    if (!(w->desc & DESC_AF) && !hw_af && !debug) {
        return arm_walk_fail(w, FSC_ACCESS_FLAG, w->level);
    }
    join(w, s, perms);
    if (w->req->unaligned && !walk && arm_attr_is_device(s->attr)) {
        return arm_walk_fail(w, FSC_ALIGNMENT, 0);
    }
    if (walk && (arm_stage2_hcr(cpu) & HCR_PTW) && arm_attr_is_device(s->attr)) {
        return arm_walk_fail(w, FSC_PERMISSION, w->level);
    }
    if (!permitted(w, perms)) {
        return arm_walk_fail(w, FSC_PERMISSION, w->level);
    }
    w->fault.write = false;
    new_desc |= DESC_AF;
    if (clean && w->req->access == ARM_STORE && !w->req->maintenance) {
        new_desc |= S2AP_WRITE;
    } else if (clean) {
        s->perms &= (uint8_t)~ARM_PERM_W; /* so that the first store comes here */
    }
    return new_desc == w->desc || debug || arm_walk_update(w, new_desc, ret_again);
}

static bool stage2(ArmCpu *cpu, const ArmMmuRequest *req, bool walk, ArmStage *s,
                   ArmFault *ret_fault)
{
    const ArmStage stage1 = *s;
    ArmWalk w;
    bool ok, again;

    do {
        again = false;
        *s = stage1;
        w = (ArmWalk){.cpu = cpu, .req = req};
        ok = set_tables(&w, s->out) ? arm_walk(&w, s->out) && accept(&w, s, walk, &again)
                                    : arm_walk_fail(&w, FSC_TRANSLATION, 0);
    } while (ok && again);
    if (!ok) {
        w.fault.ipa = stage1.out;
        w.fault.s1ptw = walk;
        *ret_fault = w.fault;
    }
    return ok;
}

bool arm_stage2_apply(ArmCpu *cpu, const ArmMmuRequest *req, ArmStage *s, ArmFault *ret_fault)
{
    if (stage2(cpu, req, false, s, ret_fault)) {
        return true;
    }
    if (!req->rmw && req->access == ARM_STORE) {
        ret_fault->write = true;
    }
    return false;
}

bool arm_stage2_table(ArmCpu *cpu, const ArmMmuRequest *req, uint64_t ipa, bool write,
                      uint64_t *ret_pa, ArmFault *ret_fault)
{
    /* Walks are the hardware's: neither EL0's nor a fetch. */
    ArmMmuRequest table = {
        .va = req->va,
        .access = write ? ARM_STORE : ARM_LOAD,
        .idx = ARM_MMU_EL1,
        .debug = req->debug,
    };
    ArmStage s = {.out = ipa, .attr = ATTR_WB, .perms = ARM_PERM_R | ARM_PERM_W};

    if (stage2(cpu, &table, true, &s, ret_fault)) {
        *ret_pa = s.out;
        return true;
    }
    /* The access that caused the walk, or the update of the descriptor. */
    ret_fault->write = write || (req->access == ARM_STORE && !req->rmw);
    return false;
}
