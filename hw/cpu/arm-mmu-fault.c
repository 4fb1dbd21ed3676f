/* SPDX-License-Identifier: MIT */
/* From faults to exceptions (Arm ARM D17.2.37): class, syndrome, who takes them. */
#include "hw/cpu/arm-mmu-internal.h"

#define HCR_TEA BIT64(37)

enum { ISS_WNR = 1 << 6, ISS_S1PTW = 1 << 7, ISS_CM = 1 << 8 };

static bool is_external(const ArmFault *f)
{
    return f->fsc >= FSC_EXTERNAL && f->fsc < FSC_EXTERNAL + 8;
}

static int target_el(const ArmCpu *cpu, const ArmFault *f, int el)
{
    if (is_external(f) && cpu->has_el3 && (cpu->scr & SCR_EA)) {
        return 3;
    }
    if (f->stage2 || (is_external(f) && arm_has(cpu, ARM_FEAT_RAS) && arm_el2_enabled(cpu) &&
                      (cpu->hcr & HCR_TEA))) {
        return MAX(el, 2);
    }
    return el;
}

static uint32_t syndrome(const ArmMmuRequest *req, const ArmFault *f)
{
    uint32_t iss = f->fsc | (f->s1ptw ? ISS_S1PTW : 0);

    if (req->access == ARM_FETCH) {
        return iss;
    }
    if (req->maintenance) {
        return iss | ISS_CM | ISS_WNR;
    }
    return iss | (f->write ? ISS_WNR : 0);
}

ArmException arm_fault_exception(ArmCpu *cpu, const ArmMmuRequest *req, const ArmFault *f)
{
    unsigned ec = req->access == ARM_FETCH ? EC_IABORT_LOWER : EC_DABORT_LOWER;
    ArmException exc = arm_exc_sync(cpu, ec, syndrome(req, f));

    exc.target_el = target_el(cpu, f, exc.target_el);
    if (exc.target_el == arm_el(cpu)) {
        exc.esr += (uint32_t)(EC_DABORT_SAME - EC_DABORT_LOWER) << 26;
    }
    exc.far = req->va;
    exc.has_far = true;
    exc.has_hpfar = f->stage2;
    exc.hpfar = (f->ipa & MASK64(48)) >> 12 << 4;
    return exc;
}

static ArmException simple_fault(ArmCpu *cpu, uint64_t va, ArmAccess access, unsigned fsc)
{
    ArmMmuRequest req = {.va = va, .access = access};
    ArmFault f = {.fsc = (uint8_t)fsc, .write = access == ARM_STORE};

    return arm_fault_exception(cpu, &req, &f);
}

ArmException arm_mmu_external_abort(ArmCpu *cpu, uint64_t va, ArmAccess access)
{
    return simple_fault(cpu, va, access, FSC_EXTERNAL);
}

ArmException arm_mmu_alignment_fault(ArmCpu *cpu, uint64_t va, ArmAccess access)
{
    return simple_fault(cpu, va, access, FSC_ALIGNMENT);
}

ArmException arm_mmu_unsupported_atomic(ArmCpu *cpu, uint64_t va, ArmAccess access)
{
    return simple_fault(cpu, va, access, FSC_UNSUPPORTED_ATOMIC);
}

bool arm_mmu_wants_isv(const ArmException *exc)
{
    const uint32_t not_access = ISS_S1PTW | ISS_CM;

    return exc->has_hpfar && exc->esr >> 26 == EC_DABORT_LOWER && !(exc->esr & not_access) &&
           exc->target_el == 2 && (exc->esr & 0x30) == 0;
}
