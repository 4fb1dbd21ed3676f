/* SPDX-License-Identifier: MIT */
/* Self-hosted debug (Arm ARM D2): routing, breakpoints, watchpoints, software step. */
#ifndef HW_CPU_ARM_DEBUG_H
#define HW_CPU_ARM_DEBUG_H

#include "hw/cpu/arm-exc.h"

#define MDCR_EL2_TDE (UINT64_C(1) << 8)

/* The level that debug exceptions from below it go to. */
int arm_debug_target_el(const ArmCpu *cpu);
/* PSTATE.SS after an exception return that takes this SPSR: PSTATE_SS or 0. Before the return. */
uint32_t arm_debug_return_ss(const ArmCpu *cpu, uint32_t spsr, bool illegal);

#endif
