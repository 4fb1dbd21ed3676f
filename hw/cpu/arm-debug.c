/* SPDX-License-Identifier: MIT */
/* Self-hosted debug (Arm ARM D2): which debug exceptions happen where. */
#include "hw/cpu/arm-debug.h"

#include "hw/cpu/arm-internal.h"

uint32_t arm_debug_return_ss(const ArmCpu *cpu, uint32_t spsr, bool illegal)
{
    return 0;
}
