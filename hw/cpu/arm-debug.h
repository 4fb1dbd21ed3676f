/* SPDX-License-Identifier: MIT */
/* Self-hosted debug (Arm ARM D2): routing, breakpoints, watchpoints, software step.
 *
 * Costs nothing while nothing is enabled: the executor looks at ArmCpu.debug_active before it runs
 * on, and keeps pages that arm_debug_breaks_page() and arm_debug_watches_page() name out of its
 * fast paths. */
#ifndef HW_CPU_ARM_DEBUG_H
#define HW_CPU_ARM_DEBUG_H

#include "hw/cpu/arm-exc.h"
#include "hw/cpu/arm-mmu.h"

#define MDCR_EL2_TDE (UINT64_C(1) << 8)

enum {
    MDSCR_SS = 1 << 0,
    MDSCR_TDCC = 1 << 12,
    MDSCR_KDE = 1 << 13,
    MDSCR_MDE = 1 << 15,
};

/* The level that debug exceptions from below it go to. */
int arm_debug_target_el(const ArmCpu *cpu);
/* PSTATE.SS after an exception return that takes this SPSR: PSTATE_SS or 0. Before the return. */
uint32_t arm_debug_return_ss(const ArmCpu *cpu, uint32_t spsr, bool illegal);
/* After a write to a debug register: what is enabled. */
void arm_debug_update(ArmCpu *cpu);

/* ---- what the executor asks */

/* SVC, HVC and SMC are executed before their exception is taken: a step ends with them. */
void arm_debug_step_done(ArmCpu *cpu);
/* The next instruction is to be executed alone: it is stepped, or a breakpoint may be at it. */
bool arm_debug_one_insn(const ArmCpu *cpu);
/* The step before it is complete: true, *exc is to be taken. Comes before fetching. */
bool arm_debug_step_pending(ArmCpu *cpu, ArmException *exc);
/* A breakpoint is at pc: true, *exc is to be taken. */
bool arm_debug_breakpoint(ArmCpu *cpu, ArmException *exc);
/* One instruction was executed alone without an exception. */
void arm_debug_stepped(ArmCpu *cpu, bool load_exclusive);
/* A breakpoint may be in the page of this address; a watchpoint. */
bool arm_debug_breaks_page(const ArmCpu *cpu, uint64_t va);
bool arm_debug_watches_page(const ArmCpu *cpu, uint64_t va);
/* A watchpoint sees an access that would not fault: true, *exc is to be taken. `rmw`: it reads and
 * writes. */
bool arm_debug_watch(ArmCpu *cpu, uint64_t va, unsigned bytes, ArmAccess access, bool rmw,
                     bool unprivileged, ArmException *exc);

#endif
