/* SPDX-License-Identifier: MIT */
/* Pointer authentication and branch targets in the interpreter (Arm ARM D5.1.4, D5.1.5).
 *
 * PSTATE.BTYPE is 0 between instructions but for the moment between an indirect branch and its
 * target. Branches look at their target at once where they can, so that it need not be set. */
#include "accel/tcg/pauth.h"

#include "accel/tcg/exec.h"
#include "accel/tcg/sys.h"
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
    return cpu->sctlr[arm_control_el(cpu)] >> (arm_el(cpu) ? 36 : 35) & 1;
}

/* Is the instruction a landing place for this type of branch? */
static bool accepts(const ArmCpu *cpu, const A64Insn *i, unsigned type)
{
    static const bool bti[4][4] = {{false, false, false, false}, /* BTI: by type of branch */
                                   {true, true, true, false},    /* BTI c */
                                   {true, true, false, true},    /* BTI j */
                                   {true, true, true, true}};    /* BTI jc */

    if (i->op >= A64_OP_BTI && i->op < A64_OP_BTI + 4) {
        return bti[i->op - A64_OP_BTI][type];
    }
    if (i->op == A64_OP_PACI_SP) {
        return type != 3 || !sctlr_bt(cpu);
    }
    return i->op == A64_OP_BRK || i->op == A64_OP_HLT;
}

static bool page_accepts(const ArmCpu *cpu, CodePage *page, const A64Insn *i, unsigned type)
{
    if (i->op == A64_OP_UNDECODED) {
        code_decode(page, i);
    }
    return accepts(cpu, i, type);
}

bool tcg_branch_type_check(ArmCpu *cpu, TcgCpu *t, uint64_t target)
{
    const TlbCodeEntry *e = code_entry(t, target);
    const TlbCodeEntry *from = code_entry(t, tcg_pc_of(t, t->branch_from));
    unsigned type = t->branch_type;

    t->branch_type = 0;
    /* BR from a page that checks nothing goes wherever BR X16 may. */
    type = type == 3 && from && !from->guarded ? 1 : type;
    if (e && !e->guarded) {
        return true;
    }
    if (e) {
        const A64Insn *to = e->page->insns + (target & 0xffc) / 4;

        /* A BRK's exception tells the type. */
        if (page_accepts(cpu, e->page, to, type) && to->op != A64_OP_BRK) {
            return true;
        }
    }
    cpu->pstate |= type << BTYPE_SHIFT;
    return false;
}

bool tcg_branch_type_enter(ArmCpu *cpu, TcgCpu *t, CodePage *page)
{
    const TlbCodeEntry *e = code_entry(t, cpu->pc);
    const A64Insn *to = page->insns + (cpu->pc & 0xffc) / 4;
    unsigned type = (cpu->pstate & PSTATE_BTYPE) >> BTYPE_SHIFT;

    if (e && e->guarded && !page_accepts(cpu, page, to, type)) {
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
