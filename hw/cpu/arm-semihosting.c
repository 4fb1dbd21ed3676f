/* SPDX-License-Identifier: MIT */
/* Semihosting calls of AArch64: HLT #0xf000 with the operation in W0 and its argument in X1. */
#include "hw/core/semihosting.h"
#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-mmu.h"

/* Guest memory with the caller's rights, page by page. */
static bool access_memory(ArmCpu *cpu, uint64_t va, void *buf, size_t len, ArmAccess access)
{
    uint8_t *p = buf;

    while (len) {
        size_t n = MIN(len, GUEST_PAGE_SIZE - va % GUEST_PAGE_SIZE);
        ArmTranslation t;
        ArmException exc;

        if (!arm_mmu_translate(cpu, va, access, arm_mmu_idx(cpu), &t, &exc)) {
            return false;
        }
        AddressSpace *as = arm_address_space(cpu, t.attrs.secure);
        MemResult r = access == ARM_STORE ? address_space_write(as, t.pa, t.attrs, p, n)
                                          : address_space_read(as, t.pa, t.attrs, p, n);
        if (r != MEM_OK) {
            return false;
        }
        va += n;
        p += n;
        len -= n;
    }
    return true;
}

static bool guest_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
    return access_memory(opaque, addr, buf, len, ARM_LOAD);
}

static bool guest_write(void *opaque, uint64_t addr, const void *buf, size_t len)
{
    return access_memory(opaque, addr, (void *)(uintptr_t)buf, len, ARM_STORE);
}

bool arm_semihosting_enabled(const ArmCpu *cpu)
{
    return semihosting_enabled(arm_el(cpu) == 0);
}

bool arm_semihosting_call(ArmCpu *cpu)
{
    const SemihostingGuest guest = {
        .word_bytes = 8, .opaque = cpu, .read = guest_read, .write = guest_write};

    switch (semihosting_call(&guest, (uint32_t)cpu->x[0], cpu->x[1], &cpu->x[0])) {
    case SEMIHOSTING_AGAIN:
        return false;
    case SEMIHOSTING_EXIT:
        atomic_store(&cpu->cs.halted, true);
        __atomic_store_n(&cpu->power_off, true, __ATOMIC_RELEASE);
        return true;
    default:
        return true;
    }
}
