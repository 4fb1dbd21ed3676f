/* SPDX-License-Identifier: MIT */
/* Exceptions of AArch64 state (Arm ARM D1.10): syndromes, entry, return, masking. */
#ifndef HW_CPU_ARM_EXC_H
#define HW_CPU_ARM_EXC_H

#include "hw/cpu/arm-cpu.h"

/* ESR_ELx.EC (Arm ARM D17.2.37). */
enum {
    EC_UNKNOWN = 0x00,
    EC_WFX = 0x01,
    EC_FP_ACCESS = 0x07,
    EC_PAUTH = 0x09,
    EC_BTI = 0x0d,
    EC_ILLEGAL_STATE = 0x0e,
    EC_SVC64 = 0x15,
    EC_HVC64 = 0x16,
    EC_SMC64 = 0x17,
    EC_SYSREG = 0x18,
    EC_IABORT_LOWER = 0x20,
    EC_IABORT_SAME = 0x21,
    EC_PC_ALIGN = 0x22,
    EC_DABORT_LOWER = 0x24,
    EC_DABORT_SAME = 0x25,
    EC_SP_ALIGN = 0x26,
    EC_FP_EXC = 0x2c,
    EC_SERROR = 0x2f,
    EC_BREAKPOINT_LOWER = 0x30,
    EC_BREAKPOINT_SAME = 0x31,
    EC_STEP_LOWER = 0x32,
    EC_STEP_SAME = 0x33,
    EC_WATCHPOINT_LOWER = 0x34,
    EC_WATCHPOINT_SAME = 0x35,
    EC_BRK = 0x3c,
};

typedef enum ArmExcKind { ARM_EXC_SYNC, ARM_EXC_IRQ, ARM_EXC_FIQ, ARM_EXC_SERROR } ArmExcKind;

/* An exception to take. Makers below fill everything but `ret`. */
typedef struct ArmException {
    ArmExcKind kind;
    int target_el;
    uint32_t esr; /* EC, IL and ISS; 0 for interrupts */
    uint64_t far;
    bool has_far;
    bool has_hpfar; /* a stage 2 fault: target_el is 2 */
    uint64_t hpfar; /* HPFAR_EL2 */
    uint64_t ret;   /* preferred return address: ELR_ELx */
} ArmException;

/* Synchronous exception with this class and syndrome, from the current level to the level that
 * the routing rules say. IL is set. */
ArmException arm_exc_sync(ArmCpu *cpu, unsigned ec, uint32_t iss);
ArmException arm_exc_undefined(ArmCpu *cpu);
/* Enters the exception: ELR, SPSR, ESR, FAR, PSTATE, PC = VBAR + offset. */
void arm_exc_enter(ArmCpu *cpu, const ArmException *exc);
/* ERET: PSTATE from SPSR (illegal returns set PSTATE.IL), PC from ELR. */
void arm_exc_return(ArmCpu *cpu);
/* The interrupt that is pending and unmasked, in the order of priority; false when none. Its
 * `ret` is the current pc. Cheap. */
bool arm_exc_pending(ArmCpu *cpu, ArmException *ret);
/* FP and SIMD access allowed at the current level? False: *exc is the trap (CPACR, CPTR). */
bool arm_fp_access(ArmCpu *cpu, ArmException *exc);

#endif
