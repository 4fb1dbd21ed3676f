/* SPDX-License-Identifier: MIT */
/* Performance monitors: the counters behind the registers of arm-sysregs-pmu.c. */
#ifndef HW_CPU_ARM_PMU_H
#define HW_CPU_ARM_PMU_H

#include "hw/cpu/arm-cpu.h"

enum {
    PMU_COUNTERS = ARM_PMU_COUNTERS, /* PMCR_EL0.N */
    PMU_CYCLES = 31,                 /* the cycle counter's number */

    PMCR_E = 1 << 0,
    PMCR_P = 1 << 1,
    PMCR_C = 1 << 2,
    PMCR_D = 1 << 3,
    PMCR_DP = 1 << 5,
    PMCR_LC = 1 << 6,

    EVENT_SW_INCR = 0x00,
    EVENT_INST_RETIRED = 0x08,
    EVENT_CPU_CYCLES = 0x11,
    EVENT_CHAIN = 0x1e,

    TYPER_EVENT = 0x3ff,
    MDCR_EL2_HPME = 1 << 7,
    MDCR_EL3_SPME = 1 << 17,
};
#define TYPER_P       (UINT64_C(1) << 31)
#define TYPER_U       (UINT64_C(1) << 30)
#define TYPER_NSK     (UINT64_C(1) << 29)
#define TYPER_NSU     (UINT64_C(1) << 28)
#define TYPER_NSH     (UINT64_C(1) << 27)
#define TYPER_M       (UINT64_C(1) << 26)
#define TYPER_FILTERS (UINT64_C(0x3f) << 26)

/* Counters that EL1 and EL0 have: up to MDCR_EL2.HPMN. */
unsigned arm_pmu_guest_counters(const ArmCpu *cpu);
/* Brings the counters up to now. */
void arm_pmu_sync(ArmCpu *cpu);
/* After a change, of what is counted or of the interrupt: what counts now, timer and line. After a
 * sync; by the CPU's thread, or while the CPU stands still. */
void arm_pmu_update(ArmCpu *cpu) REQUIRES(vm_lock);
void arm_pmu_software_increment(ArmCpu *cpu, uint64_t which);
/* The same two around a change by a CPU that may not have vm_lock: of level, of MDCR_ELx. */
void arm_pmu_before_change(ArmCpu *cpu);
void arm_pmu_after_change(ArmCpu *cpu);

#endif
