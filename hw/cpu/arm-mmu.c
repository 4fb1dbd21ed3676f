/* SPDX-License-Identifier: MIT */
/* Address translation (Arm ARM D8): stage 1 with its permissions, both stages, AT instructions. */
#include "hw/cpu/arm-mmu-internal.h"

#include "hw/cpu/arm-control.h"
#include "util/log.h"

#include <inttypes.h>

#define DESC_AP_SHIFT 6 /* AP[2:1]: 1 EL0 may access, 2 read-only */
#define DESC_NS       BIT64(5)
#define DESC_AP_RO    BIT64(7)
#define DESC_NG       BIT64(11)
#define DESC_GP       BIT64(50)
#define DESC_PXN      BIT64(53)
#define DESC_UXN      BIT64(54)

enum { AP_EL0 = 1, AP_RO = 2 };
enum { PERM_ALL = ARM_PERM_R | ARM_PERM_W | ARM_PERM_X };

/* ---- permissions of a leaf (D8.4) */

static uint8_t leaf_perms(const ArmRegime *r, ArmMmuIdx idx, unsigned ap, bool uxn, bool pxn)
{
    bool el0 = ap & AP_EL0, writable = !(ap & AP_RO);
    bool wxn = r->sctlr & SCTLR_WXN;
    uint8_t perms = 0;

    if (!r->two_halves) {
        perms = ARM_PERM_R | (writable ? ARM_PERM_W : 0);
        return perms | (!uxn && !(wxn && writable) ? ARM_PERM_X : 0);
    }
    if (arm_idx_is_unpriv(idx)) {
        perms = el0 ? ARM_PERM_R | (writable ? ARM_PERM_W : 0) : 0;
        return perms | (!uxn && !(wxn && el0 && writable) ? ARM_PERM_X : 0);
    }
    if (!((idx == ARM_MMU_EL1_PAN || idx == ARM_MMU_EL20_2_PAN) && el0)) {
        perms = ARM_PERM_R | (writable ? ARM_PERM_W : 0);
    }
    /* What EL0 may write, the level above must not execute. */
    return perms | (!pxn && !(el0 && writable) && !(wxn && writable) ? ARM_PERM_X : 0);
}

/* For an access that reads and writes, lacking the first is not a write's fault. */
static bool permitted(const ArmMmuRequest *req, uint8_t perms, ArmFault *fault)
{
    if (req->access == ARM_FETCH) {
        return perms & ARM_PERM_X;
    }
    if ((req->access == ARM_LOAD || req->rmw) && !(perms & ARM_PERM_R)) {
        return false;
    }
    fault->write = req->access == ARM_STORE;
    return req->access == ARM_LOAD || (perms & ARM_PERM_W);
}

/* ---- stage 1 */

/* What the leaf says, but for permissions. */
static void leaf_attrs(const ArmWalk *w, const ArmRegime *r, ArmStage *ret)
{
    uint64_t desc = w->desc;

    ret->out = w->out;
    ret->map_size = w->map_size;
    ret->attr = (uint8_t)(w->cpu->mair[r->el] >> (8 * extract64(desc, 2, 3)));
    ret->sh = arm_attr_is_device(ret->attr) || ret->attr == ATTR_NC ? 2 : extract64(desc, 8, 2);
    ret->secure = w->secure && !(desc & DESC_NS);
    /* What a Non-secure table maps for Secure state belongs to the ASID. */
    ret->global = !r->two_halves || !((desc & DESC_NG) || (w->table_bits & TABLE_NS));
    ret->guarded = (desc & DESC_GP) && arm_has(w->cpu, ARM_FEAT_BTI);
}

/* Checks the leaf and updates it where the hardware manages AF or dirty state. */
static bool leaf_accept(ArmWalk *w, const ArmRegime *r, ArmStage *ret, bool *ret_again)
{
    const ArmMmuRequest *req = w->req;
    uint64_t desc = w->desc, new_desc = desc | DESC_AF;
    uint64_t above = r->no_hierarchy ? 0 : w->table_bits;
    unsigned ap = (unsigned)extract64(desc, DESC_AP_SHIFT, 2);
    bool clean = r->hw_dirty && (desc & DESC_DBM) && (ap & AP_RO) && !(above & TABLE_AP_RO);

    if (!(desc & DESC_AF) && !r->hw_af && !req->debug) {
        return arm_walk_fail(w, FSC_ACCESS_FLAG, w->level);
    }
    leaf_attrs(w, r, ret);
    if (req->unaligned && arm_attr_is_device(ret->attr)) {
        return arm_walk_fail(w, FSC_ALIGNMENT, 0);
    }
    ap = above & TABLE_AP_EL0 ? ap & ~(unsigned)AP_EL0 : ap;
    ap = above & TABLE_AP_RO ? ap | AP_RO : ap;
    ap = clean ? ap & ~(unsigned)AP_RO : ap; /* writable, on the condition of being marked */
    ret->perms = leaf_perms(r, req->idx, ap, (desc & DESC_UXN) || (above & TABLE_UXN),
                            (desc & DESC_PXN) || (above & TABLE_PXN));
    if (r->secure && !ret->secure && (w->cpu->scr & SCR_SIF)) {
        ret->perms &= (uint8_t)~ARM_PERM_X;
    }
    if (!permitted(req, ret->perms, &w->fault)) {
        return arm_walk_fail(w, FSC_PERMISSION, w->level);
    }
    if (clean && req->access == ARM_STORE && !req->maintenance) {
        new_desc &= ~DESC_AP_RO;
    } else if (clean) {
        ret->perms &= (uint8_t)~ARM_PERM_W; /* so that the first store comes here */
    }
    return new_desc == desc || req->debug || arm_walk_update(w, new_desc, ret_again);
}

/* Stage 1 off: flat; data is Device, instructions are Normal, unless EL2 makes all Normal. */
static bool stage1_flat(ArmCpu *cpu, const ArmMmuRequest *req, const ArmRegime *r, uint64_t va,
                        ArmStage *ret, ArmFault *ret_fault)
{
    bool normal = r->el == 1 && (arm_stage2_hcr(cpu) & HCR_DC);

    if (va >> arm_pa_max(cpu)) {
        *ret_fault = (ArmFault){.fsc = FSC_ADDRESS_SIZE, .write = req->access == ARM_STORE};
        return false;
    }
    *ret = (ArmStage){
        .out = va,
        .map_size = GUEST_PAGE_SIZE, /* nothing that is forgotten at once */
        .perms = PERM_ALL,
        .attr = normal                     ? ATTR_WB
                : req->access != ARM_FETCH ? ATTR_DEVICE
                : r->sctlr & SCTLR_I       ? ATTR_WT
                                           : ATTR_NC,
        .sh = normal ? 0 : 2,
        .secure = r->secure,
        .global = true,
    };
    if (req->unaligned && arm_attr_is_device(ret->attr)) {
        *ret_fault =
            (ArmFault){.fsc = FSC_ALIGNMENT, .write = req->access == ARM_STORE && !req->rmw};
        return false;
    }
    return true;
}

static bool walk_once(ArmWalk *w, const ArmRegime *r, uint64_t va, ArmStage *ret, bool *ret_again)
{
    unsigned stride = r->granule_bits - 3, in_bits = 64 - r->tsz;

    w->secure = r->secure;
    w->through_stage2 = r->stage2;
    w->granule_bits = r->granule_bits;
    w->in_bits = in_bits;
    w->pa_bits = r->pa_bits;
    w->base = r->ttbr & ~1ull; /* CnP */
    w->level = 4 - (int)((in_bits - r->granule_bits + stride - 1) / stride);
    return arm_walk(w, va) && leaf_accept(w, r, ret, ret_again);
}

static bool stage1(ArmCpu *cpu, const ArmMmuRequest *req, const ArmRegime *r, ArmStage *ret,
                   ArmFault *ret_fault)
{
    uint64_t va = arm_regime_strip(r, req->va);
    bool write = req->access == ARM_STORE && !req->rmw, ok, again;
    ArmWalk w;

    if (!r->stage1) {
        return stage1_flat(cpu, req, r, va, ret, ret_fault);
    }
    /* The bits above the region must all be those of its half. */
    if (r->disabled || (r->high ? ~va : va) >> (64 - r->tsz)) {
        *ret_fault = (ArmFault){.fsc = FSC_TRANSLATION, .write = write};
        return false;
    }
    do {
        w = (ArmWalk){.cpu = cpu, .req = req};
        again = false;
        ok = walk_once(&w, r, va, ret, &again);
    } while (ok && again);
    if (!ok) {
        *ret_fault = w.fault;
        ret_fault->write |= write;
    }
    return ok;
}

/* ---- both stages */

static void log_fault(const ArmCpu *cpu, const ArmMmuRequest *req, const ArmFault *f)
{
    static const char *const names[] = {"load", "store", "fetch"};

    log_printf(LOG_MMU,
               "CPU %d: no %s at 0x%" PRIx64 ", stage %d fault status 0x%02x, pc 0x%" PRIx64,
               cpu->cs.index, names[req->access], req->va, 1 + f->stage2, f->fsc, cpu->pc);
}

bool arm_mmu_request(ArmCpu *cpu, const ArmMmuRequest *req, ArmTranslation *ret, ArmException *exc)
{
    ArmRegime r;
    ArmFault fault;
    ArmStage s;

    arm_regime_select(cpu, req->va, req->access, req->idx, &r);
    if (!stage1(cpu, req, &r, &s, &fault) ||
        (r.stage2 && !arm_stage2_apply(cpu, req, &s, &fault))) {
        *exc = arm_fault_exception(cpu, req, &fault);
        if (log_enabled(LOG_MMU)) {
            log_fault(cpu, req, &fault);
        }
        return false;
    }
    *ret = (ArmTranslation){
        .pa = s.out,
        .map_size = s.map_size,
        .perms = s.perms,
        .device = arm_attr_is_device(s.attr),
        .global = s.global,
        .guarded = s.guarded,
        .attrs = {.secure = s.secure, .user = arm_idx_is_unpriv(req->idx), .debug = req->debug},
    };
    return true;
}

bool arm_mmu_translate(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx,
                       ArmTranslation *ret, ArmException *exc)
{
    ArmMmuRequest req = {.va = va, .access = access, .idx = idx};

    return arm_mmu_request(cpu, &req, ret, exc);
}

/* ---- AT (C5.4, D17.2.112) */

#define PAR_F    BIT64(0)
#define PAR_PTW  BIT64(8)
#define PAR_S    BIT64(9)
#define PAR_NS   BIT64(9)
#define PAR_RES1 BIT64(11)

/* Faults that are taken rather than told: external aborts, and for code that EL2 watches over,
 * those of stage 2 on the walk of stage 1. */
static bool at_fault_is_taken(const ArmCpu *cpu, const ArmFault *f)
{
    return (f->fsc & ~3) == FSC_EXTERNAL_WALK || (f->s1ptw && arm_el(cpu) < 2);
}

bool arm_mmu_at(ArmCpu *cpu, uint64_t va, ArmAccess access, ArmMmuIdx idx, bool both,
                uint64_t *ret_par, ArmException *exc)
{
    ArmMmuRequest req = {.va = va, .access = access, .idx = idx, .maintenance = true};
    ArmRegime r;
    ArmFault f;
    ArmStage s;

    arm_regime_select(cpu, va, access, idx, &r);
    if (stage1(cpu, &req, &r, &s, &f) &&
        (!both || !r.stage2 || arm_stage2_apply(cpu, &req, &s, &f))) {
        *ret_par = (uint64_t)s.attr << 56 | (s.out & MASK64(48) & ~0xfffull) | PAR_RES1 |
                   (s.secure ? 0 : PAR_NS) | (uint64_t)s.sh << 7;
        return true;
    }
    if (at_fault_is_taken(cpu, &f)) {
        *exc = arm_fault_exception(cpu, &req, &f);
        return false;
    }
    *ret_par =
        PAR_RES1 | (f.stage2 ? PAR_S : 0) | (f.s1ptw ? PAR_PTW : 0) | (uint64_t)f.fsc << 1 | PAR_F;
    return true;
}
