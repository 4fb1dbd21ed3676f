/* SPDX-License-Identifier: MIT */
/* Pointer authentication for translated code: functions that it calls, on a CPU whose use of keys
 * no higher level traps. */
#include "accel/tcg/a64/jit.h"
#include "hw/cpu/arm-pauth.h"

uint64_t jit_pac(ArmCpu *cpu, uint64_t ptr, uint64_t modifier, uint64_t how)
{
    ArmPacKey key = how & 3;
    ArmException exc;

    if (arm_pauth_use(cpu, key, &exc) != ARM_PAC_ON) {
        return ptr;
    }
    return how & JIT_PAC_CHECK ? arm_pauth_check(cpu, key, ptr, modifier)
                               : arm_pauth_sign(cpu, key, ptr, modifier);
}

uint64_t jit_pac_strip(ArmCpu *cpu, uint64_t ptr, uint64_t data, uint64_t unused)
{
    return arm_pauth_strip(cpu, data, ptr);
}

uint64_t jit_pac_generic(ArmCpu *cpu, uint64_t value, uint64_t modifier, uint64_t unused)
{
    return arm_pauth_generic(cpu, value, modifier);
}
