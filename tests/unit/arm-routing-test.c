/* SPDX-License-Identifier: MIT */
/* Where exceptions go: the tables of the Arm manual (D1.3.6) against the code, case by case; who
 * traps what; the names of VHE; what debug exceptions match. */
#include "hw/cpu/arm-debug.h"
#include "tests/lib/check-main.h"
#include "tests/unit/arm-env.h"
#include "util/lock.h"

static ArmCpu *cpu;

/* A CPU with these levels. */
static ArmCpu *cpu_with(bool el2, bool el3)
{
    Device *dev = device_new("max-arm-cpu");

    ck_assert(object_set_bool(OBJECT(dev), "has_el2", el2, NULL));
    ck_assert(object_set_bool(OBJECT(dev), "has_el3", el3, NULL));
    return ARM_CPU(env_realize(dev));
}

static void setup(void)
{
    env_init();
    cpu = cpu_with(true, true);
}

static void set_input(ArmCpu *c, int n, int level) NO_THREAD_SAFETY
{
    IrqLine line = device_input(&c->dev, "", n);

    irq_set(&line, level);
}

/* ---- physical interrupts: the level for each current level, '-' stays pending, lower case only
 * when PSTATE does not mask it. Columns are EL0, EL1, EL2, EL3. */

typedef struct Route {
    bool ns, scr, tge, e2h, hcr;
    const char *levels; /* "1" masked by PSTATE, "2!" not */
} Route;

static const Route routes[] = {
    /* To EL3: SCR_EL3.IRQ, whatever the rest. */
    {true, true, false, false, false, "3! 3! 3! 3"},
    {true, true, false, false, true, "3! 3! 3! 3"},
    {true, true, true, false, false, "3! x 3! 3"},
    {true, true, true, true, true, "3! x 3! 3"},
    {false, true, false, false, false, "3! 3! x 3"},
    {false, true, false, false, true, "3! 3! x 3"},
    /* Secure without: EL1's. */
    {false, false, false, false, false, "1 1 x -"},
    {false, false, false, false, true, "1 1 x -"},
    {false, false, true, false, true, "1 1 x -"},
    /* Non-secure: EL1's unless HCR_EL2 says otherwise; EL2 does not take what is EL1's. */
    {true, false, false, false, false, "1 1 - -"},
    {true, false, false, true, false, "1 1 - -"},
    {true, false, false, false, true, "2! 2! 2 -"},
    {true, false, false, true, true, "2! 2! 2 -"},
    {true, false, true, false, false, "2! x 2 -"},
    {true, false, true, false, true, "2! x 2 -"},
    /* EL0 of the host masks for EL2. */
    {true, false, true, true, false, "2 x 2 -"},
    {true, false, true, true, true, "2 x 2 -"},
};

static int taken_to(uint32_t masks, int el)
{
    ArmException exc;

    arm_pstate_write(cpu, (uint32_t)el << PSTATE_EL_SHIFT | (el ? PSTATE_SP : 0) | masks);
    return arm_exc_pending(cpu, &exc) ? exc.target_el : 0;
}

static void check_route(const Route *r, bool fiq)
{
    const char *p = r->levels;

    cpu->scr = (r->ns ? SCR_NS : 0) | (r->scr ? (fiq ? SCR_FIQ : SCR_IRQ) : 0);
    cpu->hcr =
        (r->tge ? HCR_TGE : 0) | (r->e2h ? HCR_E2H : 0) | (r->hcr ? (fiq ? HCR_FMO : HCR_IMO) : 0);
    for (int el = 0; el <= 3; el++) {
        char want = *p++;
        bool always = *p == '!';

        p += always ? 2 : 1;
        if (want == 'x') {
            continue; /* there is no such state */
        }
        int level = want == '-' ? 0 : want - '0';
        ck_assert_msg(taken_to(0, el) == level, "route %zu, EL%d", (size_t)(r - routes), el);
        ck_assert_msg(taken_to(fiq ? PSTATE_F : PSTATE_I, el) == (always ? level : 0),
                      "route %zu, EL%d masked", (size_t)(r - routes), el);
        /* The other kind's mask has no say. */
        ck_assert_int_eq(taken_to(fiq ? PSTATE_I : PSTATE_F, el), level);
    }
}

START_TEST(physical_interrupts)
{
    for (int fiq = 0; fiq <= 1; fiq++) {
        set_input(cpu, fiq, 1);
        check_route(&routes[_i], fiq);
        ck_assert(cpu->cs.ops->has_work(&cpu->cs)); /* WFI ends whatever masks it */
        set_input(cpu, fiq, 0);
    }
}
END_TEST

/* ---- virtual ones: EL0 and EL1, Non-secure, routed, not TGE */

START_TEST(virtual_interrupts)
{
    static const struct {
        uint64_t pend, route;
        uint32_t mask;
        ArmExcKind kind;
    } kinds[] = {{HCR_VI, HCR_IMO, PSTATE_I, ARM_EXC_IRQ},
                 {HCR_VF, HCR_FMO, PSTATE_F, ARM_EXC_FIQ},
                 {HCR_VSE, HCR_AMO, PSTATE_A, ARM_EXC_SERROR}};
    ArmException exc;

    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        for (unsigned bits = 0; bits < 16; bits++) {
            bool ns = bits & 1, routed = bits & 2, tge = bits & 4, masked = bits & 8;

            for (int el = 0; el <= 3; el++) {
                if ((el == 2 && !ns) || (el == 1 && tge && ns)) {
                    continue;
                }
                arm_pstate_write(cpu, 3 << 2 | PSTATE_SP);
                env_msr(cpu, ARM_SYSREG(3, 4, 1, 1, 0),
                        kinds[k].pend | (routed ? kinds[k].route : 0) | (tge ? HCR_TGE : 0));
                cpu->scr = ns ? SCR_NS : 0;
                arm_pstate_write(cpu, (uint32_t)el << 2 | (masked ? kinds[k].mask : 0));
                bool deliverable = ns && routed && !tge && el <= 1;

                ck_assert_int_eq(arm_exc_pending(cpu, &exc), deliverable && !masked);
                ck_assert_int_eq(cpu->cs.ops->has_work(&cpu->cs), deliverable);
                if (deliverable && !masked) {
                    ck_assert_int_eq(exc.kind, kinds[k].kind);
                    ck_assert_int_eq(exc.target_el, 1);
                }
            }
        }
    }
}
END_TEST

START_TEST(virtual_error_ends_when_taken)
{
    ArmException exc;

    cpu->scr = SCR_NS;
    env_msr(cpu, ARM_SYSREG(3, 4, 1, 1, 0), HCR_AMO | HCR_VSE);
    env_set_el(cpu, 0);
    ck_assert(arm_exc_pending(cpu, &exc));
    arm_exc_enter(cpu, &exc);
    ck_assert_uint_eq(cpu->esr[1], 0x2fu << 26 | 1u << 25);
    ck_assert_uint_eq(cpu->hcr & HCR_VSE, 0);
    ck_assert_uint_eq(cpu->pc, cpu->vbar[1] + 0x580);
    env_set_el(cpu, 0);
    ck_assert(!arm_exc_pending(cpu, &exc));
}
END_TEST

/* An input and a bit of HCR_EL2 together are one interrupt. */
START_TEST(virtual_input_and_bit)
{
    ArmException exc;

    cpu->scr = SCR_NS;
    set_input(cpu, 2, 1);
    env_msr(cpu, ARM_SYSREG(3, 4, 1, 1, 0), HCR_IMO | HCR_VI);
    env_set_el(cpu, 1);
    ck_assert(arm_exc_pending(cpu, &exc));
    set_input(cpu, 2, 0);
    ck_assert(arm_exc_pending(cpu, &exc));
    arm_pstate_write(cpu, 3 << 2 | PSTATE_SP);
    env_msr(cpu, ARM_SYSREG(3, 4, 1, 1, 0), HCR_IMO);
    env_set_el(cpu, 1);
    ck_assert(!arm_exc_pending(cpu, &exc));
}
END_TEST

/* ---- synchronous */

START_TEST(synchronous_routing)
{
    static const struct {
        unsigned ec;
        int el;
        uint64_t hcr, mdcr;
        int target;
    } t[] = {
        {EC_SVC64, 0, 0, 0, 1},
        {EC_SVC64, 0, HCR_TGE, 0, 2},
        {EC_SVC64, 1, 0, 0, 1},
        {EC_SVC64, 2, 0, 0, 2},
        {EC_SVC64, 3, 0, 0, 3},
        {EC_HVC64, 1, 0, 0, 2},
        {EC_HVC64, 2, 0, 0, 2},
        {EC_HVC64, 3, 0, 0, 3},
        {EC_SMC64, 1, 0, 0, 3},
        {EC_SMC64, 3, 0, 0, 3},
        {EC_UNKNOWN, 0, HCR_TGE, 0, 2},
        {EC_UNKNOWN, 1, 0, 0, 1},
        {EC_BRK, 0, 0, 0, 1},
        {EC_BRK, 1, 0, MDCR_EL2_TDE, 2},
        {EC_BRK, 0, HCR_TGE, 0, 2},
        {EC_BRK, 2, 0, MDCR_EL2_TDE, 2},
        {EC_BRK, 3, 0, MDCR_EL2_TDE, 3},
        {EC_SVC64, 0, 0, MDCR_EL2_TDE, 1},
    };

    cpu->scr = SCR_NS;
    for (size_t i = 0; i < G_N_ELEMENTS(t); i++) {
        cpu->hcr = t[i].hcr;
        cpu->mdcr[2] = t[i].mdcr;
        env_set_el(cpu, t[i].el);
        ArmException exc = arm_exc_sync(cpu, t[i].ec, 0);

        ck_assert_msg(exc.target_el == t[i].target, "row %zu: EL%d", i, exc.target_el);
    }
    /* Secure: EL2 has no say. */
    cpu->scr = 0;
    cpu->hcr = HCR_TGE;
    env_set_el(cpu, 0);
    ck_assert_int_eq(arm_exc_sync(cpu, EC_SVC64, 0).target_el, 1);
}
END_TEST

/* Returns from each level: the SPSR's level that is legal, by TGE and Security state. */
START_TEST(returns)
{
    for (int from = 1; from <= 3; from++) {
        for (int to = 0; to <= 3; to++) {
            for (unsigned bits = 0; bits < 4; bits++) {
                bool ns = bits & 1, tge = bits & 2;

                if (from == 2 && !ns) {
                    continue;
                }
                cpu->scr = ns ? SCR_NS : 0;
                cpu->hcr = tge ? HCR_TGE : 0;
                env_set_el(cpu, from);
                cpu->spsr[from] = (uint64_t)to << 2 | (to ? 1 : 0);
                cpu->elr[from] = 0x1000;
                arm_exc_return(cpu);
                bool legal = to <= from && !(to == 2 && !ns) && !(to == 1 && ns && tge);

                ck_assert_msg(!!(cpu->pstate & PSTATE_IL) == !legal, "EL%d to EL%d, %u", from, to,
                              bits);
                ck_assert_int_eq(arm_el(cpu), legal ? to : from);
            }
        }
    }
}
END_TEST

/* ---- traps: of two levels that would, the lower takes it */

static int trap_level(uint16_t encoding, bool write)
{
    const ArmSysReg *reg;
    ArmException exc;
    uint64_t v;
    bool ok = write ? arm_sysreg_write(cpu, encoding, 0, 0, &reg, &exc)
                    : arm_sysreg_read(cpu, encoding, 0, &v, &exc);

    return ok ? 0 : exc.esr >> 26 == EC_SYSREG ? exc.target_el : -exc.target_el;
}

START_TEST(trap_order)
{
    const uint16_t cpacr = ARM_SYSREG(3, 0, 1, 0, 2), ctr = ARM_SYSREG(3, 3, 0, 0, 1);
    const uint16_t pmccntr = ARM_SYSREG(3, 3, 9, 13, 0), lorc = ARM_SYSREG(3, 0, 10, 4, 3);

    cpu->scr = SCR_NS;
    env_set_el(cpu, 1);
    ck_assert_int_eq(trap_level(cpacr, false), 0);
    cpu->cptr[3] = 1ull << 31;
    ck_assert_int_eq(trap_level(cpacr, false), 3);
    cpu->cptr[2] = 1ull << 31;
    ck_assert_int_eq(trap_level(cpacr, false), 2);
    env_set_el(cpu, 0);
    ck_assert_int_eq(trap_level(cpacr, false), -1); /* undefined comes first */
    ck_assert_int_eq(trap_level(ctr, false), 1);    /* SCTLR_EL1.UCT */
    cpu->hcr = 1ull << 17;
    ck_assert_int_eq(trap_level(ctr, false), 1);
    cpu->sctlr[1] |= 1u << 15;
    ck_assert_int_eq(trap_level(ctr, false), 2);
    /* PMU: PMUSERENR_EL0, MDCR_EL2, MDCR_EL3. */
    cpu->mdcr[3] = 1u << 6;
    cpu->mdcr[2] |= 1u << 6;
    ck_assert_int_eq(trap_level(pmccntr, false), 1);
    cpu->pmuserenr = 1;
    ck_assert_int_eq(trap_level(pmccntr, false), 2);
    cpu->mdcr[2] &= ~(1ull << 6);
    ck_assert_int_eq(trap_level(pmccntr, false), 3);
    /* LORegions: TLOR of EL2 and EL3. */
    env_set_el(cpu, 1);
    cpu->scr |= 1u << 14;
    ck_assert_int_eq(trap_level(lorc, true), 3);
    cpu->hcr |= 1ull << 35;
    ck_assert_int_eq(trap_level(lorc, true), 2);
    cpu->scr &= ~SCR_NS; /* Secure: EL2 does not count */
    ck_assert_int_eq(trap_level(lorc, true), 3);
}
END_TEST

/* Every class of traps, by the bit that is its: data against arm-trap.c. */
START_TEST(trap_classes)
{
    static const struct {
        uint16_t encoding;
        bool write;
        unsigned bit;
    } t[] = {
        {ARM_SYSREG(3, 0, 1, 0, 0), true, 26},  {ARM_SYSREG(3, 0, 1, 0, 0), false, 30},
        {ARM_SYSREG(3, 0, 2, 0, 1), true, 26},  {ARM_SYSREG(3, 0, 10, 2, 0), true, 26},
        {ARM_SYSREG(3, 0, 5, 2, 0), false, 30}, {ARM_SYSREG(3, 0, 13, 0, 1), true, 26},
        {ARM_SYSREG(3, 0, 0, 0, 6), false, 16}, {ARM_SYSREG(3, 1, 0, 0, 7), false, 16},
        {ARM_SYSREG(3, 2, 0, 0, 0), true, 17},  {ARM_SYSREG(3, 1, 0, 0, 0), false, 17},
        {ARM_SYSREG(3, 0, 0, 7, 2), false, 18}, {ARM_SYSREG(3, 0, 0, 1, 0), false, 18},
        {ARM_SYSREG(3, 0, 1, 0, 1), true, 21},  {ARM_SYSREG(3, 5, 15, 3, 4), false, 20},
        {ARM_SYSREG(1, 0, 7, 14, 2), true, 22}, {ARM_SYSREG(1, 0, 7, 1, 0), true, 24},
        {ARM_SYSREG(1, 0, 8, 3, 1), true, 25},  {ARM_SYSREG(3, 0, 10, 4, 7), false, 35},
    };

    cpu->scr = SCR_NS;
    for (size_t i = 0; i < G_N_ELEMENTS(t); i++) {
        env_set_el(cpu, 1);
        cpu->hcr = 0;
        int without = trap_level(t[i].encoding, t[i].write);

        cpu->hcr = 1ull << t[i].bit;
        ck_assert_msg(without != 2 && trap_level(t[i].encoding, t[i].write) == 2, "row %zu", i);
        env_set_el(cpu, 2);
        ck_assert_int_ne(trap_level(t[i].encoding, t[i].write), 2); /* not EL2's own */
    }
}
END_TEST

/* ---- VHE: each name of EL1 that means EL2's register, and the one that still means EL1's */

START_TEST(vhe_names)
{
    static const uint8_t names[][4] = {
        /* op1, CRn, CRm, op2 */
        {0, 1, 0, 0},  {0, 2, 0, 0},  {0, 2, 0, 1},  {0, 2, 0, 2},  {0, 4, 0, 0},
        {0, 4, 0, 1},  {0, 5, 1, 0},  {0, 5, 1, 1},  {0, 5, 2, 0},  {0, 6, 0, 0},
        {0, 10, 2, 0}, {0, 10, 3, 0}, {0, 12, 0, 0}, {0, 13, 0, 1}, {0, 13, 0, 7},
        {0, 14, 1, 0}, {3, 14, 2, 1}, {3, 14, 2, 2}, {3, 14, 3, 1}, {3, 14, 3, 2},
    };
    const uint64_t value = 0x800;

    cpu->scr = SCR_NS | 1u << 25; /* EnSCXT */
    env_set_el(cpu, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const uint8_t *n = names[i];
        uint16_t name = ARM_SYSREG(3, n[0], n[1], n[2], n[3]);
        uint16_t el2 = ARM_SYSREG(3, 4, n[1], n[2], n[3]);
        uint16_t el12 = ARM_SYSREG(3, 5, n[1], n[2], n[3]);

        cpu->hcr = HCR_RW;
        ck_assert_int_lt(trap_level(el12, false), 0); /* undefined */
        env_msr(cpu, name, 0);
        uint64_t zero = env_mrs(cpu, name);

        cpu->hcr = HCR_RW | HCR_E2H;
        env_msr(cpu, el2, 0);
        uint64_t zero2 = env_mrs(cpu, el2);
        env_msr(cpu, name, value | 2);
        uint64_t written = env_mrs(cpu, el2);

        ck_assert_msg(written != zero2, "name %zu reaches EL2's register", i);
        ck_assert_uint_eq(env_mrs(cpu, name), written);
        ck_assert_uint_eq(env_mrs(cpu, el12), zero);
        env_msr(cpu, el12, value | 2);
        ck_assert_uint_eq(env_mrs(cpu, el2), written);
        ck_assert_msg(env_mrs(cpu, el12) != zero, "name %zu: EL12", i);
        cpu->hcr = HCR_RW;
        ck_assert_msg(env_mrs(cpu, name) != zero, "name %zu: EL1's was written", i);
    }
}
END_TEST

/* ---- HCR_EL2 as it is felt */

START_TEST(effective_hcr)
{
    const uint64_t routing = HCR_FMO | HCR_IMO | HCR_AMO;
    const uint64_t stage2 = HCR_VM | HCR_DC | HCR_PTW | HCR_CD | HCR_ID | HCR_TWI | HCR_TWE;
    const uint64_t virtuals = HCR_VI | HCR_VF | HCR_VSE;
    const uint64_t all = HCR_RW | routing | stage2 | virtuals;

    env_set_el(cpu, 0);
    cpu->scr = SCR_NS;
    cpu->hcr = all;
    ck_assert_uint_eq(arm_hcr_effective(cpu), all);
    cpu->hcr = all | HCR_TGE;
    ck_assert_uint_eq(arm_hcr_effective(cpu), HCR_RW | HCR_TGE | routing | stage2);
    cpu->hcr = HCR_RW | HCR_TGE;
    ck_assert_uint_eq(arm_hcr_effective(cpu), HCR_RW | HCR_TGE | routing);
    cpu->hcr = all | HCR_TGE | HCR_E2H;
    ck_assert_uint_eq(arm_hcr_effective(cpu), HCR_RW | HCR_TGE | HCR_E2H);
    cpu->scr = 0;
    ck_assert_uint_eq(arm_hcr_effective(cpu), 0);
}
END_TEST

/* ---- what there is without levels */

START_TEST(levels_that_are_not_there)
{
    const uint16_t hcr = ARM_SYSREG(3, 4, 1, 1, 0), scr = ARM_SYSREG(3, 6, 1, 1, 0);
    const uint16_t vpidr = ARM_SYSREG(3, 4, 0, 0, 0), vmpidr = ARM_SYSREG(3, 4, 0, 0, 5);
    const uint16_t cnthp = ARM_SYSREG(3, 4, 14, 2, 2), cntps = ARM_SYSREG(3, 7, 14, 2, 1);

    cpu = cpu_with(false, true);
    ck_assert_int_eq(arm_el(cpu), 3);
    env_msr(cpu, hcr, ~0ull);
    env_msr(cpu, cnthp, ~0ull);
    ck_assert_uint_eq(env_mrs(cpu, hcr) | env_mrs(cpu, cnthp), 0);
    ck_assert_uint_eq(env_mrs(cpu, vpidr), cpu->id.midr);
    ck_assert_uint_eq(env_mrs(cpu, vmpidr), cpu->mpidr);
    env_set_el(cpu, 1);
    ck_assert_int_eq(trap_level(hcr, false), -1);
    cpu = cpu_with(true, false);
    ck_assert_int_eq(arm_el(cpu), 2);
    ck_assert_int_eq(trap_level(scr, false), -2);
    ck_assert_int_eq(trap_level(cntps, false), -2);
    ck_assert_uint_eq(env_mrs(cpu, hcr), HCR_RW);
    cpu = cpu_with(false, false);
    ck_assert_int_eq(arm_el(cpu), 1);
    ck_assert_int_eq(trap_level(hcr, false), -1);
    ck_assert_uint_eq(env_mrs(cpu, ARM_SYSREG(3, 0, 0, 4, 0)) & 0xff00, 0);
}
END_TEST

/* ---- debug */

enum { BCR_E = 1, BCR_EL1 = 1 << 1, BCR_EL0 = 2 << 1 };

static void enable_debug(uint64_t mdscr)
{
    cpu->oslsr = 8;
    cpu->mdscr = mdscr;
    arm_debug_update(cpu);
}

START_TEST(breakpoint_states)
{
    /* HMC, SSC, PMC: where it matches, by level and state. "n" Non-secure, "s" Secure. */
    static const struct {
        unsigned hmc, ssc, pmc;
        const char *where;
    } t[] = {
        {0, 0, 1, "n1 s1"},
        {0, 0, 2, "n0 s0"},
        {0, 0, 3, "n0 n1 s0 s1"},
        {0, 1, 1, "n1"},
        {0, 1, 3, "n0 n1"},
        {0, 2, 1, "s1"},
        {0, 2, 3, "s0 s1"},
        {1, 0, 1, "n1 n2 s1 s3"},
        {1, 0, 3, "n0 n1 n2 s0 s1 s3"},
        {1, 1, 1, "n1 n2"},
        {1, 1, 3, "n0 n1 n2"},
        {1, 2, 1, "s1 s3"},
        {1, 3, 0, "n2"},
        {0, 0, 0, ""},
        {0, 3, 1, ""},
        {1, 0, 0, ""},
        {1, 1, 0, ""},
        {1, 3, 1, ""},
    };
    ArmException exc;

    cpu->pc = 0x1000;
    cpu->dbgbvr[0] = 0x1000;
    for (size_t i = 0; i < G_N_ELEMENTS(t); i++) {
        cpu->dbgbcr[0] = BCR_E | t[i].pmc << 1 | 0xf << 5 | t[i].hmc << 13 | t[i].ssc << 14;
        for (int el = 0; el <= 3; el++) {
            for (int ns = 0; ns <= 1; ns++) {
                char at[3] = {ns ? 'n' : 's', (char)('0' + el), 0};

                if ((el == 3 && ns) || (el == 2 && !ns)) {
                    continue;
                }
                cpu->scr = ns ? SCR_NS : 0;
                env_set_el(cpu, el);
                /* From EL2 they are taken with TDE; EL3 generates none at all. */
                cpu->mdcr[2] = MDCR_EL2_TDE;
                enable_debug(MDSCR_MDE | MDSCR_KDE);
                ck_assert_msg(arm_debug_breakpoint(cpu, &exc) ==
                                  (el < 3 && strstr(t[i].where, at) != NULL),
                              "row %zu at %s", i, at);
            }
        }
    }
}
END_TEST

START_TEST(debug_enables)
{
    ArmException exc;

    cpu->pc = 0x1000;
    cpu->dbgbvr[0] = 0x1000;
    cpu->dbgbcr[0] = BCR_E | BCR_EL1 | BCR_EL0 | 0xf << 5;
    cpu->scr = SCR_NS;
    env_set_el(cpu, 1);
    enable_debug(MDSCR_MDE);
    ck_assert(cpu->debug_active && !arm_debug_breakpoint(cpu, &exc)); /* no KDE */
    enable_debug(MDSCR_MDE | MDSCR_KDE);
    ck_assert(arm_debug_breakpoint(cpu, &exc));
    ck_assert_uint_eq(exc.esr, 0x31u << 26 | 1u << 25 | 0x22);
    cpu->pstate |= PSTATE_D;
    ck_assert(!arm_debug_breakpoint(cpu, &exc));
    env_set_el(cpu, 0);
    cpu->pstate |= PSTATE_D; /* masks only at the level that takes it */
    ck_assert(arm_debug_breakpoint(cpu, &exc));
    ck_assert_uint_eq(exc.esr >> 26, 0x30);
    ck_assert(arm_debug_breaks_page(cpu, 0x1ffc) && !arm_debug_breaks_page(cpu, 0x2000));
    cpu->osdlr = 1;
    arm_debug_update(cpu);
    ck_assert(!cpu->debug_active && !arm_debug_breakpoint(cpu, &exc));
    cpu->osdlr = 0;
    /* MDCR_EL3.SDD: none in Secure state. */
    cpu->scr = 0;
    enable_debug(MDSCR_MDE);
    ck_assert(arm_debug_breakpoint(cpu, &exc));
    cpu->mdcr[3] = 1u << 16;
    ck_assert(!arm_debug_breakpoint(cpu, &exc));
}
END_TEST

START_TEST(watchpoint_ranges)
{
    ArmException exc;

    cpu->scr = SCR_NS;
    env_set_el(cpu, 0);
    cpu->dbgwvr[1] = 0x5000;
    cpu->dbgwcr[1] = 1 | 3 << 1 | 3 << 3 | 0x3cu << 5; /* bytes 2 to 5 */
    enable_debug(MDSCR_MDE);
    for (uint64_t va = 0x4ff0; va < 0x5010; va++) {
        for (unsigned bytes = 1; bytes <= 8; bytes *= 2) {
            bool touches = va < 0x5006 && va + bytes > 0x5002;

            ck_assert_int_eq(arm_debug_watch(cpu, va, bytes, ARM_LOAD, false, false, &exc),
                             touches);
            if (touches) {
                ck_assert_uint_eq(exc.far, MAX(va, 0x5002));
            }
        }
    }
    ck_assert(arm_debug_watches_page(cpu, 0x5fff) && !arm_debug_watches_page(cpu, 0x6000));
    cpu->dbgwcr[1] = 1 | 3 << 1 | 2 << 3 | 0xffu << 5 | 13u << 24; /* stores, 8K */
    cpu->dbgwvr[1] = 0x6000;
    arm_debug_update(cpu);
    ck_assert(arm_debug_watches_page(cpu, 0x7000) && !arm_debug_watches_page(cpu, 0x8000));
    ck_assert(!arm_debug_watch(cpu, 0x7008, 8, ARM_LOAD, false, false, &exc));
    ck_assert(arm_debug_watch(cpu, 0x7008, 8, ARM_STORE, false, false, &exc));
    ck_assert(arm_debug_watch(cpu, 0x7008, 8, ARM_STORE, true, false, &exc));
    ck_assert_uint_eq(exc.esr, 0x34u << 26 | 1u << 25 | 0x22 | 1u << 6);
    cpu->dbgwcr[1] |= 1u << 3; /* loads too: what reads and writes is told as a read */
    ck_assert(arm_debug_watch(cpu, 0x7008, 8, ARM_STORE, true, false, &exc));
    ck_assert_uint_eq(exc.esr & 1u << 6, 0);
}
END_TEST

START_TEST(step_states)
{
    ArmException exc;

    cpu->scr = SCR_NS;
    enable_debug(MDSCR_SS);
    /* EL1 returns to EL0 with SPSR.SS: one step. */
    env_set_el(cpu, 1);
    cpu->spsr[1] = PSTATE_SS;
    cpu->elr[1] = 0x1000;
    arm_exc_return(cpu);
    ck_assert(cpu->pstate & PSTATE_SS);
    ck_assert(!arm_debug_step_pending(cpu, &exc) && arm_debug_one_insn(cpu));
    arm_debug_stepped(cpu, true);
    ck_assert(arm_debug_step_pending(cpu, &exc));
    ck_assert_uint_eq(exc.esr, 0x32u << 26 | 1u << 25 | 0x22 | 1u << 24 | 1u << 6);
    arm_exc_enter(cpu, &exc);
    ck_assert(!arm_debug_step_pending(cpu, &exc) && !arm_debug_one_insn(cpu));
    /* Without SPSR.SS the step is pending at once, and nothing is known of it. */
    cpu->spsr[1] = 0;
    arm_exc_return(cpu);
    ck_assert(arm_debug_step_pending(cpu, &exc));
    ck_assert_uint_eq(exc.esr, 0x32u << 26 | 1u << 25 | 0x22);
    /* From a level where debug exceptions are enabled SS is not taken over. */
    enable_debug(MDSCR_SS | MDSCR_KDE);
    env_set_el(cpu, 1);
    cpu->spsr[1] = PSTATE_SS | 1 << 2 | PSTATE_SP;
    arm_exc_return(cpu);
    ck_assert(!(cpu->pstate & PSTATE_SS));
}
END_TEST

/* ---- waiting for events */

START_TEST(events) NO_THREAD_SAFETY
{
    const CpuOps *ops = cpu->cs.ops;

    env_set_el(cpu, 1);
    arm_event_wait(cpu);
    ck_assert(atomic_load(&cpu->cs.halted) && !ops->has_work(&cpu->cs));
    arm_event_send_all();
    ck_assert(ops->has_work(&cpu->cs));
    arm_event_woken(cpu);
    ck_assert(!cpu->event_register && !ops->has_work(&cpu->cs));
    /* The event stream: bit 12 of the counter, 16 ns a tick. */
    cpu->cntkctl = 1 << 2 | 12 << 4;
    arm_event_wait(cpu);
    int64_t deadline = clock_deadline_ns(CLOCK_TYPE_VIRTUAL);
    ck_assert_int_ge(deadline, 16 * 4096);
    ck_assert_int_le(deadline, 16 * 4097);
    clock_virtual_advance_to(deadline);
    ck_assert(ops->has_work(&cpu->cs));
    /* Events that come too fast to wait for: WFE just ends. */
    arm_event_woken(cpu);
    atomic_store(&cpu->cs.halted, false);
    cpu->cntkctl = 1 << 2;
    arm_event_wait(cpu);
    ck_assert(!atomic_load(&cpu->cs.halted));
}
END_TEST

/* ---- direct boot, power-down */

START_TEST(boot_levels)
{
    cpu->boot_pc = 0x4000;
    cpu->boot_x0 = 0x77;
    cpu->cs.ops->reset(&cpu->cs);
    ck_assert_int_eq(arm_el(cpu), 2);
    ck_assert(!arm_is_secure(cpu) && (cpu->scr & SCR_HCE) && (cpu->scr & SCR_RW));
    ck_assert_uint_eq(cpu->pc, 0x4000);
    ck_assert_uint_eq(cpu->x[0], 0x77);
    cpu->boot_pc = 0;
    cpu->cs.ops->reset(&cpu->cs);
    ck_assert_int_eq(arm_el(cpu), 3);
    ck_assert(arm_is_secure(cpu));
}
END_TEST

START_TEST(suspend_to_power_down)
{
    cpu->psci_conduit = ARM_PSCI_SMC;
    cpu->scr = SCR_NS;
    env_set_el(cpu, 2);
    cpu->x[0] = 0xc4000001;
    cpu->x[1] = 1u << 30;
    ck_assert(arm_psci_call(cpu, ARM_PSCI_SMC));
    ck_assert_int_eq((int64_t)cpu->x[0], -2);
    cpu->x[0] = 0xc4000001;
    cpu->x[1] = 1u << 16;
    cpu->x[2] = 0x8000;
    cpu->x[3] = 0x55;
    cpu->x[9] = 9;
    ck_assert(arm_psci_call(cpu, ARM_PSCI_SMC));
    ck_assert(atomic_load(&cpu->cs.halted) && cpu->psci_resume);
    arm_psci_resume(cpu);
    ck_assert_uint_eq(cpu->pc, 0x8000);
    ck_assert_uint_eq(cpu->x[0], 0x55);
    ck_assert_uint_eq(cpu->x[9], 0);
    ck_assert_int_eq(arm_el(cpu), 2);
    ck_assert(!cpu->psci_resume && (cpu->scr & SCR_NS));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("arm-routing");
    TCase *tc = tcase_create("routing");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_loop_test(tc, physical_interrupts, 0, G_N_ELEMENTS(routes));
    tcase_add_test(tc, virtual_interrupts);
    tcase_add_test(tc, virtual_error_ends_when_taken);
    tcase_add_test(tc, virtual_input_and_bit);
    tcase_add_test(tc, synchronous_routing);
    tcase_add_test(tc, returns);
    tcase_add_test(tc, trap_order);
    tcase_add_test(tc, trap_classes);
    tcase_add_test(tc, vhe_names);
    tcase_add_test(tc, effective_hcr);
    tcase_add_test(tc, levels_that_are_not_there);
    tcase_add_test(tc, breakpoint_states);
    tcase_add_test(tc, debug_enables);
    tcase_add_test(tc, watchpoint_ranges);
    tcase_add_test(tc, step_states);
    tcase_add_test(tc, events);
    tcase_add_test(tc, boot_levels);
    tcase_add_test(tc, suspend_to_power_down);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
