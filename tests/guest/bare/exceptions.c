/* SPDX-License-Identifier: MIT */
/* Exceptions: vectors, state on entry, returns, routing, traps of EL1, EL2 and EL3, at the level it
 * starts at and those below. */
#include "kit/bare.h"

enum {
    EC_UNKNOWN = 0x00,
    EC_WFX = 0x01,
    EC_FP = 0x07,
    EC_ILLEGAL = 0x0e,
    EC_SVC = 0x15,
    EC_HVC = 0x16,
    EC_SMC = 0x17,
    EC_SYSREG = 0x18,
    EC_BRK = 0x3c,
    EL0T = 0,
    EL1T = 4,
    EL1H = 5,
    EL2H = 9,
    EL3H = 13,
    DAIF = 0x3c0,
};
#define HCR_FMO (1ull << 3)
#define HCR_IMO (1ull << 4)
#define HCR_AMO (1ull << 5)
#define HCR_VF  (1ull << 6)
#define HCR_VI  (1ull << 7)
#define HCR_VSE (1ull << 8)
#define HCR_TGE (1ull << 27)
#define HCR_RW  (1ull << 31)
#define HCR_E2H (1ull << 34)

static bool has_el2, has_el3, has_vhe, has_pan;

/* ---- code to run somewhere, with what the checks set before */

static void (*what)(void *arg);
static int where;

/* EL0 has neither HVC nor SMC: it comes back through the level that SVC reaches. */
static void at_el0(void *arg)
{
    what(arg);
    op("svc #0x5afe");
}

static void go_down(void *arg)
{
    if (where == current_el()) {
        what(arg);
    } else {
        run_at(where, where ? what : at_el0, arg);
    }
}

static void nothing(void *arg)
{
}

static Trap at(int el, void (*fn)(void *arg))
{
    if (el == 0 && boot_el > 1 && !(boot_el == 2 && (rd(hcr_el2) & HCR_TGE))) {
        run_at(1, nothing, NULL); /* EL1 has a fresh stack */
    }
    where = el;
    what = fn;
    return expect(go_down, NULL);
}

#define CODE(name, text)                       \
    static void name(void *arg)                \
    {                                          \
        asm volatile(text ::: "x0", "memory"); \
    }
CODE(do_svc, "svc #0x1234")
CODE(do_hvc, "hvc #0x4321")
CODE(do_smc, "smc #0x1111")
CODE(do_brk, "brk #0x2222")
CODE(do_udf, ".word 0")
CODE(do_wfi, "wfi")
CODE(do_wfe, "sevl\n\twfe\n\twfe")
CODE(do_sevl_wfe, "sevl\n\twfe")
CODE(do_fp, "fmov d0, d1")
CODE(do_fpcr, "mrs x0, fpcr")
CODE(do_eret, "eret")
CODE(read_daif, "mrs x0, daif")
CODE(set_daif, "msr daifset, #2")
CODE(read_ctr, "mrs x0, ctr_el0")
CODE(do_cvau, "mov x0, sp\n\tdc cvau, x0")
CODE(do_civac, "mov x0, sp\n\tdc civac, x0")
CODE(do_csw, "mov x0, #0\n\tdc csw, x0")
CODE(do_iallu, "ic iallu")
CODE(do_zva, "sub x0, sp, #512\n\tdc zva, x0")
CODE(do_vmalle1, "tlbi vmalle1")
CODE(read_sctlr, "mrs x0, sctlr_el1")
CODE(write_contextidr, "mov x0, #0\n\tmsr contextidr_el1, x0")
CODE(read_contextidr, "mrs x0, contextidr_el1")
CODE(write_far, "msr far_el1, x0")
CODE(read_actlr, "mrs x0, actlr_el1")
CODE(read_revidr, "mrs x0, revidr_el1")
CODE(read_clidr, "mrs x0, clidr_el1")
CODE(read_pfr0, "mrs x0, id_aa64pfr0_el1")
CODE(read_pfr1, "mrs x0, id_aa64pfr1_el1")
CODE(read_midr, "mrs x0, midr_el1")
CODE(read_cpacr, "mrs x0, cpacr_el1")
CODE(read_impdef, "mrs x0, S3_3_C15_C9_7")
CODE(read_mdscr, "mrs x0, mdscr_el1")
CODE(read_bvr, "mrs x0, dbgbvr0_el1")
CODE(read_oslsr, "mrs x0, oslsr_el1")
CODE(read_mdrar, "mrs x0, mdrar_el1")
CODE(read_hcr, "mrs x0, hcr_el2")
CODE(read_scr, "mrs x0, scr_el3")
CODE(read_cptr2, "mrs x0, cptr_el2")
CODE(read_sp0, "mrs x0, sp_el0")
CODE(unallocated, "mrs x0, S3_0_C0_C1_0\n\tmsr S3_0_C9_C1_1, x0")

/* The fields of an MRS or MSR trap of x0. */
#define SYS_ISS(op0, op1, crn, crm, op2, read) \
    ((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1 | (read))

static void is_trap(Trap t, int el, unsigned ec, const char *rule, const char *name)
{
    check(t.taken && t.kind == TRAP_SYNC && t.el == el && trap_ec(&t) == ec, rule, name);
    if (!t.taken || t.el != el || trap_ec(&t) != ec) {
        note_value("taken to EL", (uint64_t)(t.taken ? t.el : 99));
        note_value("with ESR", t.esr);
    }
}

static void is_free(Trap t, const char *rule, const char *name)
{
    check(!t.taken, rule, name);
    if (t.taken) {
        note_value("ESR", t.esr);
    }
}

/* ---- entry: vectors, ESR, SPSR, PSTATE */

static uint64_t entered_pstate, entered_el;

static bool look_at_entry(const Trap *t, uint64_t *x, uint64_t *ret_elr, uint64_t *ret_spsr)
{
    entered_el = rd(currentel) >> 2;
    entered_pstate = rd(daif) | rd(spsel) | (has_pan ? rd(S3_0_C4_C2_3) : 0);
    return false;
}

CODE(svc_with_flags, "mov x0, #0xf0000000\n\tmsr nzcv, x0\n\tsvc #1")
CODE(svc_on_sp0, "mrs x0, daif\n\tmov x0, sp\n\tmsr spsel, #0\n\tmov sp, x0\n\tsvc #2")

static void entry(void)
{
    int el = boot_el;

    on_trap = look_at_entry;
    Trap t = at(el, svc_with_flags);
    on_trap = NULL;
    check_eq((uint64_t)t.vector, 4, "D1.3.1 vectors", "same level with SP_ELx: 0x200");
    check_eq(entered_pstate & 0x3c0, 0x3c0, "D1.3.1 PSTATE", "D, A, I and F are set on entry");
    check_eq(entered_pstate & 1, 1, "D1.3.1 PSTATE", "SP_ELx is selected");
    check_eq(t.spsr >> 28, 0xf, "D1.3.1 SPSR", "has the flags");
    check_eq(t.spsr & 0xf, (uint64_t)el << 2 | 1, "D1.3.1 SPSR", "has the level and SP");
    check_eq(t.esr, 0x15u << 26 | 1 << 25 | 1, "D17.2.37 ESR", "EC, IL and immediate of SVC");
    check_eq((uint64_t)at(el, svc_on_sp0).vector, 0, "D1.3.1 vectors",
             "same level with SP_EL0: 0x000");
    if (el == 1 || has_el3 || has_el2) {
        t = at(0, do_svc);
        check_eq((uint64_t)t.vector, 8, "D1.3.1 vectors", "lower level, AArch64: 0x400");
        check_eq((uint64_t)t.el, 1, "D1.3.2 routing", "SVC from EL0 goes to EL1");
        check_eq(t.spsr & 0xf, 0, "D1.3.1 SPSR", "of EL0");
    }
    is_trap(at(el, do_udf), el, EC_UNKNOWN, "D1.3 UNDEFINED", "at the same level");
    t = at(el, do_brk);
    check(trap_ec(&t) == EC_BRK && trap_iss(&t) == 0x2222, "D2.8 BRK", "EC 0x3c and the immediate");
    check_eq(t.elr & 3, 0, "D2.8 BRK", "returns to the instruction itself");
}

static void pan_on_entry(void)
{
    if (!has_pan) {
        return;
    }
    uint64_t old = rd(sctlr_el1);

    wr(sctlr_el1, old & ~(1ull << 23));
    on_trap = look_at_entry;
    at(0, do_svc);
    check_eq(entered_pstate >> 22 & 1, 1, "SCTLR_EL1.SPAN", "0: PAN is set on entry to EL1");
    wr(sctlr_el1, old | 1 << 23);
    at(0, do_svc);
    check_eq(entered_pstate >> 22 & 1, 0, "SCTLR_EL1.SPAN", "1: PAN is left alone");
    on_trap = NULL;
    wr(sctlr_el1, old);
}

/* ---- returns */

static uint64_t return_spsr;

static void wr_return(uint64_t elr, uint64_t spsr)
{
    switch (current_el()) {
    case 1:
        wr(elr_el1, elr);
        wr(spsr_el1, spsr);
        break;
    case 2:
        wr(elr_el2, elr);
        wr(spsr_el2, spsr);
        break;
    default:
        wr(elr_el3, elr);
        wr(spsr_el3, spsr);
        break;
    }
}

static void __attribute__((noinline)) landing(void)
{
    op("svc #3");
}

static void return_there(void *arg)
{
    wr_return((uint64_t)landing, return_spsr);
    op("eret");
}

static Trap returns(uint64_t spsr)
{
    return_spsr = spsr;
    return expect(return_there, NULL);
}

static void illegal(uint64_t spsr, const char *name)
{
    Trap t = returns(spsr);

    check(t.taken && trap_ec(&t) == EC_ILLEGAL && t.el == boot_el, "D1.3.4 illegal return", name);
    check(t.spsr >> 20 & 1 && (t.spsr & 0x1f) == ((uint64_t)boot_el << 2 | 1) &&
              t.elr == (uint64_t)landing,
          "D1.3.4 illegal return", "IL is set, the level and SP stay, ELR is the target");
}

static void return_checks(void)
{
    uint64_t el = (uint64_t)boot_el;

    illegal(DAIF | el << 2 | 3, "bit 1 of the mode is reserved");
    if ((rd(id_aa64pfr0_el1) & 15) == 1) {
        illegal(DAIF | 0x10, "AArch32 where there is none");
    }
    illegal(DAIF | 1, "EL0 with SP_EL0's bit set");
    if (el < 3) {
        illegal(DAIF | (el + 1) << 2 | 1, "upwards");
    }
    Trap t = returns(DAIF | el << 2 | 1 | 1 << 20);
    check(trap_ec(&t) == EC_ILLEGAL, "D1.3.4 PSTATE.IL", "a return may set it");
    t = returns(0x60000000 | el << 2 | 1 | DAIF);
    check(trap_ec(&t) == EC_SVC && t.spsr >> 28 == 6, "D1.3.4 return", "restores the flags");
    if (has_el2 && el >= 2) {
        wr(hcr_el2, HCR_RW | HCR_TGE);
        illegal(DAIF | EL1H, "EL1 with HCR_EL2.TGE");
        wr(hcr_el2, HCR_RW);
    }
    if (el == 3 && has_el2) {
        uint64_t scr = rd(scr_el3);

        wr(scr_el3, scr & ~1ull);
        illegal(DAIF | EL2H, "EL2 in Secure state, which there is not");
        wr(scr_el3, scr);
    }
    /* EL0 has no ERET. */
    is_trap(at(0, do_eret), 1, EC_UNKNOWN, "ERET", "UNDEFINED at EL0");
}

/* ---- what EL1 controls of EL0 */

static void traps_of_el1(void)
{
    uint64_t old = rd(sctlr_el1);
    static const struct {
        unsigned bit;
        void (*fn)(void *);
        unsigned ec;
        uint32_t iss;
        const char *name;
    } t[] = {
        {9, read_daif, EC_SYSREG, SYS_ISS(3, 3, 4, 2, 1, 1), "UMA: reading DAIF"},
        {9, set_daif, EC_SYSREG, SYS_ISS(0, 3, 4, 2, 6, 0) | 31 << 5, "UMA: DAIFSet"},
        {15, read_ctr, EC_SYSREG, SYS_ISS(3, 3, 0, 0, 1, 1), "UCT: CTR_EL0"},
        {26, do_cvau, EC_SYSREG, SYS_ISS(1, 3, 7, 11, 1, 0), "UCI: DC CVAU"},
        {14, do_zva, EC_SYSREG, SYS_ISS(1, 3, 7, 4, 1, 0), "DZE: DC ZVA"},
        {16, do_wfi, EC_WFX, 1 << 24 | 0xe << 20, "nTWI: WFI"},
        {18, do_wfe, EC_WFX, 1 << 24 | 0xe << 20 | 1, "nTWE: WFE"},
    };

    for (unsigned i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        wr(sctlr_el1, old & ~(1ull << t[i].bit));
        Trap trap = at(0, t[i].fn);
        check(trap.taken && trap.el == 1 && trap_ec(&trap) == t[i].ec &&
                  trap_iss(&trap) == t[i].iss,
              "SCTLR_EL1", t[i].name);
        if (trap_iss(&trap) != t[i].iss) {
            note_value("ESR", trap.esr);
        }
    }
    wr(sctlr_el1, old | 1 << 9 | 1 << 15 | 1 << 26 | 1 << 18);
    is_free(at(0, read_daif), "SCTLR_EL1.UMA", "1: DAIF is EL0's too");
    is_free(at(0, read_ctr), "SCTLR_EL1.UCT", "1: CTR_EL0 is EL0's too");
    is_free(at(0, do_cvau), "SCTLR_EL1.UCI", "1: DC CVAU is EL0's too");
    wr(sctlr_el1, old);
    is_trap(at(0, read_sctlr), 1, EC_UNKNOWN, "D1.3 UNDEFINED", "registers of EL1 at EL0");
    is_trap(at(1, unallocated), 1, EC_UNKNOWN, "D1.3 UNDEFINED", "unallocated encodings");
    is_trap(at(1, read_hcr), 1, EC_UNKNOWN, "D1.3 UNDEFINED", "registers of EL2 at EL1");
    is_trap(at(1, read_scr), 1, EC_UNKNOWN, "D1.3 UNDEFINED", "registers of EL3 at EL1");
    is_trap(at(0, do_hvc), 1, EC_UNKNOWN, "HVC", "UNDEFINED at EL0");
    is_trap(at(0, do_smc), 1, EC_UNKNOWN, "SMC", "UNDEFINED at EL0");
    /* SPSel 0: SP_EL0 is SP and has no name. */
    Trap sp = EXPECT("mov x0, sp\n\tmsr spsel, #0\n\tmov sp, x0\n\tmrs x1, sp_el0");
    check(sp.taken && trap_ec(&sp) == EC_UNKNOWN, "SP_EL0", "UNDEFINED while it is SP");
    is_free(at(1, read_sp0), "SP_EL0", "readable with SP_EL1 in use");
}

static void fp_of_el1(void)
{
    const uint32_t iss = 1 << 24 | 0xe << 20;

    for (uint64_t fpen = 0; fpen < 4; fpen++) {
        wr(cpacr_el1, fpen << 20);
        Trap el0 = at(0, do_fp), el1 = at(1, do_fp);
        check_eq(el0.taken, fpen != 3, "CPACR_EL1.FPEN", "EL0");
        check_eq(el1.taken, !(fpen & 1), "CPACR_EL1.FPEN", "EL1");
        if (el0.taken) {
            check(trap_ec(&el0) == EC_FP && trap_iss(&el0) == iss, "CPACR_EL1.FPEN",
                  "EC 0x07, condition as always");
        }
    }
    wr(cpacr_el1, 0);
    is_trap(at(1, do_fpcr), 1, EC_FP, "CPACR_EL1.FPEN", "FPCR is behind it");
    wr(cpacr_el1, 3 << 20);
}

/* ---- what EL2 controls */

typedef struct HcrTrap {
    unsigned bit;
    bool inverted;
    int el;
    void (*fn)(void *);
    uint32_t iss;
    const char *name;
} HcrTrap;

static const HcrTrap hcr_traps[] = {
    {26, false, 1, write_contextidr, SYS_ISS(3, 0, 13, 0, 1, 0), "TVM: CONTEXTIDR_EL1 written"},
    {26, false, 1, write_far, SYS_ISS(3, 0, 6, 0, 0, 0), "TVM: FAR_EL1 written"},
    {30, false, 1, read_sctlr, SYS_ISS(3, 0, 1, 0, 0, 1), "TRVM: SCTLR_EL1 read"},
    {30, false, 1, read_contextidr, SYS_ISS(3, 0, 13, 0, 1, 1), "TRVM: CONTEXTIDR_EL1 read"},
    {21, false, 1, read_actlr, SYS_ISS(3, 0, 1, 0, 1, 1), "TACR: ACTLR_EL1"},
    {16, false, 1, read_revidr, SYS_ISS(3, 0, 0, 0, 6, 1), "TID1: REVIDR_EL1"},
    {17, false, 1, read_clidr, SYS_ISS(3, 1, 0, 0, 1, 1), "TID2: CLIDR_EL1"},
    {17, false, 1, read_ctr, SYS_ISS(3, 3, 0, 0, 1, 1), "TID2: CTR_EL0"},
    {18, false, 1, read_pfr0, SYS_ISS(3, 0, 0, 4, 0, 1), "TID3: ID_AA64PFR0_EL1"},
    {18, false, 1, read_pfr1, SYS_ISS(3, 0, 0, 4, 1, 1), "TID3: ID_AA64PFR1_EL1"},
    {22, false, 1, do_csw, SYS_ISS(1, 0, 7, 10, 2, 0), "TSW: DC CSW"},
    {23, false, 1, do_civac, SYS_ISS(1, 3, 7, 14, 1, 0), "TPC: DC CIVAC"},
    {24, false, 1, do_iallu, SYS_ISS(1, 0, 7, 5, 0, 0) | 31 << 5, "TPU: IC IALLU"},
    {24, false, 1, do_cvau, SYS_ISS(1, 3, 7, 11, 1, 0), "TPU: DC CVAU"},
    {25, false, 1, do_vmalle1, SYS_ISS(1, 0, 8, 7, 0, 0) | 31 << 5, "TTLB: TLBI VMALLE1"},
    {28, false, 1, do_zva, SYS_ISS(1, 3, 7, 4, 1, 0), "TDZ: DC ZVA"},
    {20, false, 1, read_impdef, SYS_ISS(3, 3, 15, 9, 7, 1), "TIDCP: an S3_3_C15 register"},
};

static void traps_of_hcr(void)
{
    for (unsigned i = 0; i < sizeof(hcr_traps) / sizeof(hcr_traps[0]); i++) {
        const HcrTrap *h = &hcr_traps[i];

        wr(hcr_el2, HCR_RW | 1ull << h->bit);
        Trap t = at(h->el, h->fn);
        check(t.taken && t.el == 2 && trap_ec(&t) == EC_SYSREG && trap_iss(&t) == h->iss, "HCR_EL2",
              h->name);
        if (!t.taken || trap_iss(&t) != h->iss) {
            note_value("ESR", t.esr);
        }
    }
    wr(hcr_el2, HCR_RW | 1ull << 26);
    is_free(at(1, read_contextidr), "HCR_EL2.TVM", "reads are not its");
    wr(hcr_el2, HCR_RW | 1ull << 30);
    is_free(at(1, write_contextidr), "HCR_EL2.TRVM", "writes are not its");
    wr(hcr_el2, HCR_RW | 1ull << 18);
    is_free(at(1, read_midr), "HCR_EL2.TID3", "MIDR_EL1 is not in group 3");
    /* EL1's own trap comes first: SCTLR_EL1.UCT is 0. */
    wr(hcr_el2, HCR_RW | 1ull << 17);
    is_trap(at(0, read_ctr), 1, EC_SYSREG, "D1.3.6 priority", "EL1's trap of CTR_EL0 before EL2's");
    wr(sctlr_el1, rd(sctlr_el1) | 1 << 15);
    is_trap(at(0, read_ctr), 2, EC_SYSREG, "HCR_EL2.TID2", "CTR_EL0 from EL0");
    wr(sctlr_el1, rd(sctlr_el1) & ~(1ull << 15));
    wr(hcr_el2, HCR_RW | 1ull << 13 | 1ull << 14);
    is_trap(at(1, do_wfi), 2, EC_WFX, "HCR_EL2.TWI", "WFI at EL1");
    is_trap(at(1, do_wfe), 2, EC_WFX, "HCR_EL2.TWE", "WFE at EL1");
    wr(hcr_el2, HCR_RW);
    /* VPIDR and VMPIDR are what EL1 reads. */
    uint64_t midr = rd(midr_el1);
    wr(vpidr_el2, 0x12345678);
    wr(hcr_el2, HCR_RW);
    static uint64_t seen;
    void read_it(void *arg)
    {
        seen = rd(midr_el1);
    }
    at(1, read_it);
    check_eq(seen, 0x12345678, "VPIDR_EL2", "is EL1's MIDR_EL1");
    check_eq(rd(midr_el1), midr, "VPIDR_EL2", "but not EL2's");
    wr(vpidr_el2, midr);
}

static void cptr_and_mdcr(void)
{
    uint64_t mdcr = rd(mdcr_el2);

    wr(cptr_el2, 0x33ff | 1 << 10);
    is_trap(at(1, do_fp), 2, EC_FP, "CPTR_EL2.TFP", "FP at EL1");
    is_trap(at(0, do_fp), 2, EC_FP, "CPTR_EL2.TFP", "FP at EL0");
    wr(cpacr_el1, 0);
    is_trap(at(1, do_fp), 1, EC_FP, "D1.3.6 priority", "CPACR_EL1 before CPTR_EL2");
    wr(cpacr_el1, 3 << 20);
    wr(cptr_el2, 0x33ff | 1ull << 31);
    is_trap(at(1, read_cpacr), 2, EC_SYSREG, "CPTR_EL2.TCPAC", "CPACR_EL1 at EL1");
    wr(cptr_el2, 0x33ff);
    wr(mdcr_el2, mdcr | 1 << 9);
    is_trap(at(1, read_mdscr), 2, EC_SYSREG, "MDCR_EL2.TDA", "MDSCR_EL1");
    is_trap(at(1, read_bvr), 2, EC_SYSREG, "MDCR_EL2.TDA", "DBGBVR0_EL1");
    is_free(at(1, read_oslsr), "MDCR_EL2.TDA", "not OSLSR_EL1");
    wr(mdcr_el2, mdcr | 1 << 10);
    is_trap(at(1, read_oslsr), 2, EC_SYSREG, "MDCR_EL2.TDOSA", "OSLSR_EL1");
    wr(mdcr_el2, mdcr | 1 << 11);
    is_trap(at(1, read_mdrar), 2, EC_SYSREG, "MDCR_EL2.TDRA", "MDRAR_EL1");
    wr(mdcr_el2, mdcr | 1 << 8);
    is_trap(at(1, do_brk), 2, EC_BRK, "MDCR_EL2.TDE", "BRK at EL1 goes to EL2");
    is_trap(at(1, read_oslsr), 2, EC_SYSREG, "MDCR_EL2.TDE", "means TDOSA too");
    wr(mdcr_el2, mdcr);
    is_trap(at(1, do_brk), 1, EC_BRK, "MDCR_EL2.TDE", "0: BRK at EL1 stays");
}

/* HVC is UNDEFINED: back through a trapped SMC. */
static Trap skipped;

static bool skip_at_el1(const Trap *t, uint64_t *x, uint64_t *ret_elr, uint64_t *ret_spsr)
{
    if (t->el != 1) {
        return false;
    }
    skipped = *t;
    *ret_elr = t->elr + 4;
    return true;
}

CODE(hvc_and_back, "hvc #0x4321\n\tsmc #0x5afe")

static void calls_of_el2(void)
{
    Trap t = at(1, do_hvc);

    check(t.el == 2 && trap_ec(&t) == EC_HVC && trap_iss(&t) == 0x4321, "HVC", "EL1 to EL2");
    check_eq((uint64_t)t.vector, 8, "D1.3.1 vectors", "lower level, AArch64: 0x400");
    t = at(2, do_hvc);
    check(t.el == 2 && trap_ec(&t) == EC_HVC && t.vector == 4, "HVC", "EL2 to itself");
    wr(hcr_el2, HCR_RW | 1 << 19);
    t = at(1, do_smc);
    check(t.el == 2 && trap_ec(&t) == EC_SMC && trap_iss(&t) == 0x1111, "HCR_EL2.TSC",
          "SMC at EL1 is trapped");
    check(*(uint32_t *)t.elr == 0xd4022223, "HCR_EL2.TSC", "ELR is the SMC itself");
    wr(hcr_el2, HCR_RW);
    if (!has_el3) {
        wr(hcr_el2, HCR_RW | 1 << 29 | 1 << 19);
        skipped = (Trap){0};
        on_trap = skip_at_el1;
        at(1, hvc_and_back);
        on_trap = NULL;
        is_trap(skipped, 1, EC_UNKNOWN, "HCR_EL2.HCD", "HVC is UNDEFINED at EL1");
        is_trap(at(2, do_hvc), 2, EC_UNKNOWN, "HCR_EL2.HCD", "HVC is UNDEFINED at EL2");
        wr(hcr_el2, HCR_RW);
    }
}

static void general_exceptions_to_el2(void)
{
    wr(hcr_el2, HCR_RW | HCR_TGE);
    Trap t = at(0, do_svc);
    check(t.el == 2 && trap_ec(&t) == EC_SVC, "HCR_EL2.TGE", "SVC of EL0 goes to EL2");
    is_trap(at(0, do_udf), 2, EC_UNKNOWN, "HCR_EL2.TGE", "UNDEFINED at EL0 goes to EL2");
    is_trap(at(0, do_brk), 2, EC_BRK, "HCR_EL2.TGE", "BRK of EL0 goes to EL2");
    is_trap(at(0, read_ctr), 2, EC_SYSREG, "HCR_EL2.TGE", "EL1's traps of EL0 go to EL2");
    wr(sctlr_el1, rd(sctlr_el1) | 1 << 16);
    wr(hcr_el2, HCR_RW | HCR_TGE | 1 << 13);
    is_trap(at(0, do_wfi), 2, EC_WFX, "HCR_EL2.TWI", "WFI at EL0 with TGE, without E2H");
    wr(hcr_el2, HCR_RW | HCR_TGE);
    wr(cpacr_el1, 0);
    is_trap(at(0, do_fp), 2, EC_UNKNOWN, "CPACR_EL1.FPEN", "with TGE, EL2 gets EC 0");
    wr(cpacr_el1, 3 << 20);
    wr(hcr_el2, HCR_RW);
}

/* ---- virtual interrupts */

static Trap last_interrupt;

static void count_interrupt(const Trap *t)
{
    last_interrupt = *t;
    op("hvc #0x77");
}

static bool end_virtual(const Trap *t, uint64_t *x, uint64_t *ret_elr, uint64_t *ret_spsr)
{
    if (t->el == 2 && trap_ec(t) == EC_HVC && (t->esr & 0xffff) == 0x77) {
        wr(hcr_el2, rd(hcr_el2) & ~(HCR_VI | HCR_VF | HCR_VSE));
        return true;
    }
    return false;
}

CODE(unmask, "msr daifclr, #7\n\tisb\n\tnop\n\tnop\n\tmsr daifset, #7")
static uint64_t isr;
static void read_isr(void *arg)
{
    isr = rd(isr_el1);
}

static void virtual_interrupts(void)
{
    on_trap = end_virtual;
    on_interrupt = count_interrupt;
    wr(hcr_el2, HCR_RW | HCR_IMO | HCR_VI);
    at(1, read_isr);
    check_eq(isr, 0x80, "ISR_EL1", "shows a virtual IRQ at EL1");
    check_eq(rd(isr_el1), 0, "ISR_EL1", "but not at EL2");
    last_interrupt = (Trap){0};
    at(1, unmask);
    check(last_interrupt.taken && last_interrupt.el == 1 && last_interrupt.kind == TRAP_IRQ,
          "HCR_EL2.VI", "a virtual IRQ is taken at EL1");
    wr(hcr_el2, HCR_RW | HCR_FMO | HCR_VF);
    last_interrupt = (Trap){0};
    at(1, unmask);
    check(last_interrupt.taken && last_interrupt.el == 1 && last_interrupt.kind == TRAP_FIQ,
          "HCR_EL2.VF", "a virtual FIQ is taken at EL1");
    wr(hcr_el2, HCR_RW | HCR_VI);
    last_interrupt = (Trap){0};
    at(1, unmask);
    check(!last_interrupt.taken, "HCR_EL2.IMO", "0: there is no virtual IRQ");
    on_interrupt = NULL;
    wr(hcr_el2, HCR_RW | HCR_AMO | HCR_VSE);
    Trap t = at(1, unmask);
    check(t.taken && t.el == 1 && t.kind == TRAP_SERROR, "HCR_EL2.VSE",
          "a virtual SError is taken at EL1");
    check_eq(rd(hcr_el2) & HCR_VSE, 0, "HCR_EL2.VSE", "and is no longer pending");
    wr(hcr_el2, HCR_RW | HCR_IMO | HCR_VI);
    op("msr daifclr, #7\n\tnop\n\tmsr daifset, #7");
    check(true, "D1.3.6", "virtual interrupts are not taken at EL2");
    on_trap = NULL;
    wr(hcr_el2, HCR_RW);
}

/* ---- VHE */

static void host_extensions(void)
{
    uint64_t hcr = HCR_RW | HCR_E2H;
    uint64_t vbar = rd(vbar_el2), tpidr = rd(tpidr_el1);

    wr(contextidr_el1, 0x11);
    wr(hcr_el2, hcr);
    /* The names of EL1 mean EL2's registers; op1 5 reaches EL1's. */
    wr(contextidr_el1, 0x22);
    check_eq(rd(S3_4_C13_C0_1), 0x22, "D8.1 VHE names", "CONTEXTIDR_EL1 is CONTEXTIDR_EL2");
    check_eq(rd(S3_5_C13_C0_1), 0x11, "D8.1 VHE names", "CONTEXTIDR_EL12 is CONTEXTIDR_EL1");
    check_eq(rd(vbar_el1), vbar, "D8.1 VHE names", "VBAR_EL1 is VBAR_EL2");
    wr(far_el1, 0x1234);
    check_eq(rd(far_el2), 0x1234, "D8.1 VHE names", "FAR_EL1 is FAR_EL2");
    wr(S3_5_C6_C0_0, 0x5678);
    check_eq(rd(far_el1), 0x1234, "D8.1 VHE names", "FAR_EL12 is not");
    wr(elr_el1, 0x4000);
    check_eq(rd(elr_el2), 0x4000, "D8.1 VHE names", "ELR_EL1 is ELR_EL2");
    check_eq(rd(tpidr_el1), tpidr, "D8.1 VHE names", "TPIDR_EL1 is itself");
    wr(cpacr_el1, 3 << 20);
    check_eq(rd(cptr_el2) & 3 << 20, 3 << 20, "D8.1 VHE names", "CPACR_EL1 is CPTR_EL2");
    is_free(at(2, do_fp), "CPTR_EL2.FPEN", "3: FP at EL2");
    wr(cpacr_el1, 0);
    is_trap(at(2, do_fp), 2, EC_FP, "CPTR_EL2.FPEN", "0: FP at EL2 traps");
    wr(cpacr_el1, 3 << 20);
    wr(hcr_el2, hcr | HCR_TGE);
    Trap t = at(0, do_svc);
    check(t.el == 2 && t.vector == 8, "HCR_EL2.E2H", "EL0 of the host calls EL2");
    wr(cpacr_el1, 1 << 20);
    is_trap(at(0, do_fp), 2, EC_FP, "CPTR_EL2.FPEN", "1: traps EL0 under TGE");
    is_free(at(2, do_fp), "CPTR_EL2.FPEN", "1: not EL2");
    wr(cpacr_el1, 3 << 20);
    is_trap(at(0, read_ctr), 2, EC_SYSREG, "SCTLR_EL2.UCT", "rules EL0 of the host");
    wr(sctlr_el1, rd(sctlr_el1) | 1 << 15);
    is_free(at(0, read_ctr), "SCTLR_EL2.UCT", "1: allows");
    wr(hcr_el2, hcr | HCR_TGE | 1 << 17);
    is_free(at(0, read_ctr), "HCR_EL2.TID2", "has no effect on EL0 of the host");
    wr(hcr_el2, hcr | HCR_TGE);
    wr(sctlr_el1, rd(sctlr_el1) & ~(1ull << 15));
    wr(hcr_el2, HCR_RW);
    Trap undefined = EXPECT("mrs x0, S3_5_C13_C0_1");
    check(undefined.taken && trap_ec(&undefined) == EC_UNKNOWN, "D8.1 VHE names",
          "CONTEXTIDR_EL12 is UNDEFINED without E2H");
    check_eq(rd(contextidr_el1), 0x11, "D8.1 VHE names", "without E2H the name is its own");
    wr(cptr_el2, 0x33ff);
    wr(cpacr_el1, 3 << 20);
}

/* ---- EL3 */

static void traps_of_el3(void)
{
    uint64_t scr = rd(scr_el3);

    Trap t = at(1, do_smc);
    check(t.el == 3 && trap_ec(&t) == EC_SMC && trap_iss(&t) == 0x1111, "SMC", "EL1 to EL3");
    wr(scr_el3, scr | 1 << 12);
    is_trap(at(1, do_wfi), 3, EC_WFX, "SCR_EL3.TWI", "WFI at EL1");
    wr(scr_el3, scr | 1 << 13);
    is_trap(at(1, do_wfe), 3, EC_WFX, "SCR_EL3.TWE", "WFE at EL1");
    is_free(at(3, do_sevl_wfe), "SCR_EL3.TWE", "not at EL3");
    is_free(at(1, do_sevl_wfe), "SCR_EL3.TWE", "not when there is an event");
    wr(scr_el3, scr);
    wr(cptr_el3, 1 << 10);
    is_trap(at(1, do_fp), 3, EC_FP, "CPTR_EL3.TFP", "FP at EL1");
    is_trap(at(3, do_fp), 3, EC_FP, "CPTR_EL3.TFP", "FP at EL3");
    wr(cptr_el3, 1ull << 31);
    is_trap(at(1, read_cpacr), 3, EC_SYSREG, "CPTR_EL3.TCPAC", "CPACR_EL1 at EL1");
    if (has_el2) {
        wr(scr_el3, scr | 1);
        is_trap(at(2, read_cptr2), 3, EC_SYSREG, "CPTR_EL3.TCPAC", "CPTR_EL2 at EL2");
        wr(scr_el3, scr);
    }
    wr(cptr_el3, 0);
    wr(mdcr_el3, 1 << 9);
    is_trap(at(1, read_mdscr), 3, EC_SYSREG, "MDCR_EL3.TDA", "MDSCR_EL1");
    wr(mdcr_el3, 1 << 10);
    is_trap(at(1, read_oslsr), 3, EC_SYSREG, "MDCR_EL3.TDOSA", "OSLSR_EL1");
    wr(mdcr_el3, 0);
    if (has_el2) {
        wr(scr_el3, (scr & ~(1ull << 8)) | 1);
        is_trap(at(1, do_hvc), 1, EC_UNKNOWN, "SCR_EL3.HCE", "0: HVC is UNDEFINED at EL1");
        wr(scr_el3, scr & ~1ull);
        if (!(rd(id_aa64pfr0_el1) >> 36 & 15)) {
            is_trap(at(1, do_hvc), 1, EC_UNKNOWN, "HVC", "UNDEFINED in Secure state without EL2");
        }
        wr(scr_el3, scr);
    } else {
        is_trap(at(1, do_hvc), 1, EC_UNKNOWN, "HVC", "UNDEFINED without EL2");
    }
    wr(scr_el3, scr | 1 << 7);
    is_trap(at(3, do_smc), 3, EC_UNKNOWN, "SCR_EL3.SMD", "SMC is UNDEFINED at EL3 too");
    wr(scr_el3, scr);
}

/* The registers of EL2 where there is no EL2. */
static void el2_is_not_there(void)
{
    Trap t = EXPECT("mov x0, #-1\n\tmsr sctlr_el2, x0\n\tmsr hcr_el2, x0\n\tmsr vttbr_el2, x0");

    is_free(t, "D17.2 without EL2", "its registers can be written at EL3");
    check_eq(rd(sctlr_el2) | rd(hcr_el2) | rd(vttbr_el2), 0, "D17.2 without EL2", "and are RES0");
    check_eq(rd(vpidr_el2), rd(midr_el1), "D17.2 without EL2", "VPIDR_EL2 is MIDR_EL1");
    is_trap(at(1, read_hcr), 1, EC_UNKNOWN, "D17.2 without EL2", "UNDEFINED at EL1");
}

void suite_main(void)
{
    uint64_t pfr0 = rd(id_aa64pfr0_el1), mmfr1 = rd(id_aa64mmfr1_el1);

    has_el2 = pfr0 >> 8 & 15;
    has_el3 = pfr0 >> 12 & 15;
    has_vhe = mmfr1 >> 8 & 15;
    has_pan = mmfr1 >> 20 & 15;
    if (boot_el == 3) {
        wr(scr_el3, rd(scr_el3) | 1);
    }
    entry();
    pan_on_entry();
    return_checks();
    traps_of_el1();
    fp_of_el1();
    if (boot_el >= 2 && has_el2) {
        if (boot_el == 2) {
            traps_of_hcr();
            cptr_and_mdcr();
            calls_of_el2();
            general_exceptions_to_el2();
            virtual_interrupts();
            if (has_vhe) {
                host_extensions();
            }
        }
    }
    if (boot_el == 3) {
        traps_of_el3();
        if (!has_el2) {
            el2_is_not_there();
        }
    }
}
