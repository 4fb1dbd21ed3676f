/* SPDX-License-Identifier: MIT */
/* Pointer authentication and branch targets in the interpreter (Arm ARM D5.1.4, D5.1.5).
 *
 * PSTATE.BTYPE is 0 between instructions but for the moment between an indirect branch and its
 * target. Branches look at their target at once where they can, so that it need not be set. */
#include "accel/tcg/pauth.h"

#include "accel/tcg/exec.h"
#include "accel/tcg/sys.h"
#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-pauth.h"

enum { BTYPE_SHIFT = 10 };

/* ---- pointer authentication */

bool tcg_pac(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, bool authenticate, unsigned key,
             uint64_t ptr, uint64_t modifier)
{
    ArmException exc;

    switch (arm_pauth_use(cpu, key, &exc)) {
    case ARM_PAC_TRAP:
        tcg_raise(cpu, t, i, &exc);
        return false;
    case ARM_PAC_ON:
        ptr = authenticate ? arm_pauth_check(cpu, key, ptr, modifier)
                           : arm_pauth_sign(cpu, key, ptr, modifier);
        break;
    default:
        break;
    }
    t->loaded[0] = ptr;
    return true;
}

bool tcg_pac_generic(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, uint64_t value, uint64_t modifier)
{
    ArmException exc;

    if (arm_pauth_use_generic(cpu, &exc) == ARM_PAC_TRAP) {
        tcg_raise(cpu, t, i, &exc);
        return false;
    }
    t->loaded[0] = arm_pauth_generic(cpu, value, modifier);
    return true;
}

const A64Insn *sys_exception_return_auth(ArmCpu *cpu, TcgCpu *t, const A64Insn *i, unsigned key)
{
    int el = arm_el(cpu);
    uint64_t elr = cpu->elr[el];

    if (el == 0) {
        return sys_undefined(cpu, t, i);
    }
    if (!tcg_pac(cpu, t, i, true, key, elr, cpu->x[ARM_X_SP])) {
        return NULL;
    }
    /* The register keeps its code. */
    cpu->elr[el] = t->loaded[0];
    sys_exception_return(cpu, t, i);
    cpu->elr[el] = elr;
    return NULL;
}

/* ---- branch targets */

static const TlbCodeEntry *code_entry(const TcgCpu *t, uint64_t pc)
{
    const TlbCodeEntry *e = &t->bank->code[pc >> GUEST_PAGE_BITS & (TLB_CODE_ENTRIES - 1)];

    return e->tag == (pc & ~0xffcull) ? e : NULL;
}

static bool sctlr_bt(const ArmCpu *cpu)
{
    return cpu->sctlr[arm_control_el(cpu)] & (arm_el(cpu) ? SCTLR_BT1 : SCTLR_BT0);
}

/* BTI j and jc are for all branches but calls, BTI c and jc for all but BR by other registers than
 * X16 and X17. PACIASP and PACIBSP are like the latter. */
const uint8_t tcg_landings[A64_OP_COUNT] = {
    [A64_OP_BTI + 1] = 1 << 1 | 1 << 2,
    [A64_OP_BTI + 2] = 1 << 1 | 1 << 3,
    [A64_OP_BTI + 3] = 1 << 1 | 1 << 2 | 1 << 3,
    [A64_OP_PACI_SP] = 1 << 1 | 1 << 2,
    [A64_OP_BRK] = 1, /* its exception tells */
    [A64_OP_UNDECODED] = 1,
};

/* Is the instruction a landing place for this type of branch? */
static bool accepts(const ArmCpu *cpu, const A64Insn *i, unsigned type)
{
    return tcg_landings[i->op] >> type & 1 || (i->op == A64_OP_PACI_SP && !sctlr_bt(cpu)) ||
           i->op == A64_OP_BRK || i->op == A64_OP_HLT;
}

static bool page_is_guarded(ArmCpu *cpu, const TcgCpu *t, uint64_t pc)
{
    const TlbCodeEntry *e = code_entry(t, pc);
    ArmTranslation tr;
    ArmException exc;

    if (e) {
        return e->guarded;
    }
    return arm_mmu_translate(cpu, pc, ARM_FETCH, arm_mmu_idx(cpu), &tr, &exc) && tr.guarded;
}

void tcg_branch_type_set(ArmCpu *cpu, TcgCpu *t, uint64_t from, unsigned type)
{
    /* BR from a page that checks nothing goes wherever BR X16 may. */
    type = type == 3 && !page_is_guarded(cpu, t, from) ? 1 : type;
    cpu->pstate |= type << BTYPE_SHIFT;
}

bool tcg_branch_type_check(ArmCpu *cpu, TcgCpu *t, uint64_t target)
{
    const TlbCodeEntry *e = code_entry(t, target);
    unsigned type = t->branch_type;

    t->branch_type = 0;
    if (e) {
        unsigned lands = tcg_landings[e->page->insns[(target & 0xffc) / 4].op];

        if (lands >> type & 1 || (!e->guarded && !(lands & 1))) {
            return true;
        }
    }
    tcg_branch_type_set(cpu, t, tcg_pc_of(t, t->branch_from), type);
    return false;
}

bool tcg_branch_type_enter(ArmCpu *cpu, TcgCpu *t, CodePage *page)
{
    const A64Insn *to = page->insns + (cpu->pc & 0xffc) / 4;
    unsigned type = (cpu->pstate & PSTATE_BTYPE) >> BTYPE_SHIFT;

    if (to->op == A64_OP_UNDECODED) {
        code_decode(page, to);
    }
    if (page_is_guarded(cpu, t, cpu->pc) && !accepts(cpu, to, type)) {
        ArmException exc = arm_exc_sync(cpu, EC_BTI, type);

        exc.ret = cpu->pc;
        arm_exc_enter(cpu, &exc);
        return false;
    }
    if (to->op != A64_OP_BRK) {
        cpu->pstate &= ~PSTATE_BTYPE;
    }
    return true;
}
