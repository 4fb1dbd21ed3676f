/* SPDX-License-Identifier: MIT */
/* What system instructions do: exceptions, waiting, PSTATE, system registers. Each gives the record
 * to go on with, or NULL (see exec.h). */
#ifndef ACCEL_TCG_SYS_H
#define ACCEL_TCG_SYS_H

#include "accel/tcg/tcg-cpu.h"

const A64Insn *sys_svc(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16);
const A64Insn *sys_hvc(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16);
const A64Insn *sys_smc(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16);
const A64Insn *sys_brk(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16);
const A64Insn *sys_hlt(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t imm16);
const A64Insn *sys_undefined(ArmCpu *cpu, TcgCpu *t, const A64Insn *i);
const A64Insn *sys_exception_return(ArmCpu *cpu, TcgCpu *t, const A64Insn *i);

typedef enum SysWait { SYS_YIELD, SYS_WFE, SYS_WFI } SysWait;
const A64Insn *sys_wait(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, SysWait what);
/* DSB while flushes that this vCPU broadcast are not done everywhere. */
const A64Insn *sys_sync(ArmCpu *cpu, TcgCpu *t, const A64Insn *i);

const A64Insn *sys_pstate_set(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t bit,
                              unsigned value, int min_el);
const A64Insn *sys_daif_el0(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint32_t bits, bool set);
const A64Insn *sys_read(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint16_t encoding);
const A64Insn *sys_write(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint16_t encoding, uint64_t v);
const A64Insn *sys_dc_zva(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t addr);

#endif
