/* SPDX-License-Identifier: MIT */
/* Pointer authentication and branch targets, as operations and the loop call them (Arm ARM D5.1).
 */
#ifndef ACCEL_TCG_PAUTH_H
#define ACCEL_TCG_PAUTH_H

#include "accel/tcg/tcg-cpu.h"
#include "util/bits.h"

/* Where branches land that their targets look at: bits by PSTATE.BTYPE, by operation; not all of
 * it: accepts() in pauth.c. Bit 0: BTYPE has to be set wherever the operation is. */
extern const uint8_t tcg_landings[A64_OP_COUNT];

/* PSTATE.BTYPE of BLR (link) or BR by register n, from a page that checks targets. */
static inline unsigned tcg_branch_type(unsigned n, bool link)
{
    return link ? 2 : n == 16 || n == 17 ? 1 : 3;
}

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
/* The same where translated code could not tell; `from` is the branch's page. Sets PSTATE.BTYPE. */
void tcg_branch_type_set(ArmCpu *cpu, TcgCpu *t, uint64_t from, unsigned type);
/* The instruction at pc, in `page`, is entered with PSTATE.BTYPE set, which is cleared; false: the
 * exception has been taken. */
bool tcg_branch_type_enter(ArmCpu *cpu, TcgCpu *t, CodePage *page);

#endif
