/* SPDX-License-Identifier: MIT */
/* Pointer authentication (Arm ARM D5.1.5): codes in the unused bits of pointers. */
#ifndef HW_CPU_ARM_PAUTH_H
#define HW_CPU_ARM_PAUTH_H

#include "hw/cpu/arm-cpu.h"
#include "hw/cpu/arm-exc.h"

typedef enum ArmPacKey { ARM_PAC_IA, ARM_PAC_IB, ARM_PAC_DA, ARM_PAC_DB } ArmPacKey;

typedef enum ArmPacUse { ARM_PAC_OFF, ARM_PAC_ON, ARM_PAC_TRAP } ArmPacUse;
/* May the current level use the key? ARM_PAC_OFF: pointers are left as they are. ARM_PAC_TRAP:
 * *exc is to be taken. */
ArmPacUse arm_pauth_use(ArmCpu *cpu, ArmPacKey key, ArmException *exc);
/* The same for PACGA's key, which cannot be off. */
ArmPacUse arm_pauth_use_generic(ArmCpu *cpu, ArmException *exc);

/* Puts a code into a pointer; checks it and removes it, leaving a pointer that faults where it is
 * wrong; removes it unchecked. */
uint64_t arm_pauth_sign(const ArmCpu *cpu, ArmPacKey key, uint64_t ptr, uint64_t modifier);
uint64_t arm_pauth_check(const ArmCpu *cpu, ArmPacKey key, uint64_t ptr, uint64_t modifier);
uint64_t arm_pauth_strip(const ArmCpu *cpu, bool data, uint64_t ptr);
/* PACGA: a code of 32 bits, in the upper half. */
uint64_t arm_pauth_generic(const ArmCpu *cpu, uint64_t value, uint64_t modifier);

#endif
