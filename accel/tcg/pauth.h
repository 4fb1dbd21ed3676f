/* SPDX-License-Identifier: MIT */
/* Pointer authentication and branch targets, as operations and the loop call them (Arm ARM D5.1).
 */
#ifndef ACCEL_TCG_PAUTH_H
#define ACCEL_TCG_PAUTH_H

#include "accel/tcg/tcg-cpu.h"
#include "util/bits.h"

/* False: the trap has been taken. The result is in t->loaded[0]. `key`: ArmPacKey. */
bool tcg_pac(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, bool authenticate, unsigned key,
             uint64_t ptr, uint64_t modifier);
bool tcg_pac_generic(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t value, uint64_t modifier);
/* ERETAA, ERETAB. */
const A64Insn *sys_exception_return_auth(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, unsigned key);

/* The branch of t->jump_record is one that its target accepts. False: PSTATE.BTYPE is set, for
 * tcg_branch_type_enter() to look at. */
bool tcg_branch_type_check(ArmCpu *cpu, TcgCpu *t, uint64_t target);
static inline bool tcg_branch_type_settled(ArmCpu *cpu, TcgCpu *t, uint64_t target)
{
    return likely(!t->branch_type) || tcg_branch_type_check(cpu, t, target);
}
/* The instruction at pc, in `page`, is entered with PSTATE.BTYPE set, which is cleared; false: the
 * exception has been taken. */
bool tcg_branch_type_enter(ArmCpu *cpu, TcgCpu *t, CodePage *page);

#endif
