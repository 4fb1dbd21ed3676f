/* SPDX-License-Identifier: MIT */
/* The performance monitors: which levels a counter counts in, what changes of the level and the
 * Security state do to it, overflow and its timer. */
#include "hw/cpu/arm-pmu.h"
#include "tests/lib/check-main.h"
#include "tests/unit/arm-env.h"
#include "util/lock.h"

#define PMCR       ARM_SYSREG(3, 3, 9, 12, 0)
#define PMCNTENSET ARM_SYSREG(3, 3, 9, 12, 1)
#define PMOVSCLR   ARM_SYSREG(3, 3, 9, 12, 3)
#define PMSWINC    ARM_SYSREG(3, 3, 9, 12, 4)
#define PMCCNTR    ARM_SYSREG(3, 3, 9, 13, 0)
#define PMINTENSET ARM_SYSREG(3, 0, 9, 14, 1)
#define PMCCFILTR  ARM_SYSREG(3, 3, 14, 15, 7)
#define CYCLES_BIT BIT64(PMU_CYCLES)

static ArmCpu *cpu;
static int line_level;

static void line_changed(void *opaque, int n, int level)
{
    line_level = level;
}

/* A CPU with these levels. */
static ArmCpu *cpu_with(bool el2, bool el3)
{
    Device *dev = device_new("max-arm-cpu");

    ck_assert(object_set_bool(OBJECT(dev), "has_el2", el2, NULL));
    ck_assert(object_set_bool(OBJECT(dev), "has_el3", el3, NULL));
    cpu = ARM_CPU(env_realize(dev));
    cpu->pmu_line = (IrqLine){line_changed, NULL, 0};
    return cpu;
}

static uint16_t counter_reg(unsigned n)
{
    return (uint16_t)ARM_SYSREG(3, 3, 14, 8, n);
}

static uint16_t type_reg(unsigned n)
{
    return (uint16_t)ARM_SYSREG(3, 3, 14, 12, n);
}

static void spend(uint64_t ns, uint64_t insns) NO_THREAD_SAFETY
{
    atomic_store(&cpu->cs.insn_count, atomic_load(&cpu->cs.insn_count) + insns);
    clock_virtual_advance_to(clock_now_ns(CLOCK_TYPE_VIRTUAL) + (int64_t)ns);
}

/* ---- filters */

START_TEST(filters) NO_THREAD_SAFETY
{
    enum { P = 1, U = 2, NSK = 4, NSU = 8, NSH = 16, M = 32 };

    cpu = cpu_with(true, true);
    for (unsigned f = 0; f < 64; f++) {
        for (int el = 0; el <= 3; el++) {
            for (int ns = 0; ns <= 1; ns++) {
                if ((el == 2 && !ns) || (el == 3 && ns)) {
                    continue;
                }
                bool counts = el == 0   ? (ns ? !(f & U) == !(f & NSU) : !(f & U))
                              : el == 1 ? (ns ? !(f & P) == !(f & NSK) : !(f & P))
                              : el == 2 ? (f & NSH) != 0
                                        : !(f & P) == !(f & M);
                uint64_t type = (f & P ? 1ull << 31 : 0) | (f & U ? 1ull << 30 : 0) |
                                (f & NSK ? 1ull << 29 : 0) | (f & NSU ? 1ull << 28 : 0) |
                                (f & NSH ? 1ull << 27 : 0) | (f & M ? 1ull << 26 : 0);

                cpu->pmcr = 1;
                cpu->pmcnten = 1;
                cpu->pmuserenr = 1;
                cpu->mdcr[3] = 1u << 17; /* SPME */
                cpu->pmevtyper[0] = type;
                cpu->pmevcntr[0] = 0;
                cpu->scr = ns ? SCR_NS : 0;
                env_set_el(cpu, el);
                arm_pmu_update(cpu);
                env_msr(cpu, PMSWINC, 1);
                ck_assert_msg(cpu->pmevcntr[0] == counts, "filter %u, EL%d, NS %d", f, el, ns);
            }
        }
    }
}
END_TEST

/* Time belongs to the level that spent it, however late the counter is read. */
START_TEST(levels_of_time)
{
    cpu = cpu_with(false, false);
    env_set_el(cpu, 1);
    env_msr(cpu, PMCCFILTR, TYPER_P);
    env_msr(cpu, type_reg(0), TYPER_U | EVENT_INST_RETIRED);
    env_msr(cpu, PMCNTENSET, CYCLES_BIT | 1);
    env_msr(cpu, PMCR, PMCR_E | PMCR_LC);
    spend(1000, 10);
    env_set_el(cpu, 0);
    spend(500, 5);
    env_set_el(cpu, 1);
    spend(300, 3);
    ck_assert_uint_eq(env_mrs(cpu, PMCCNTR), 500);
    ck_assert_uint_eq(env_mrs(cpu, counter_reg(0)), 13);
}
END_TEST

/* Exceptions and returns are such changes. */
START_TEST(levels_by_exception)
{
    cpu = cpu_with(false, false);
    env_set_el(cpu, 1);
    env_msr(cpu, PMCCFILTR, TYPER_U);
    env_msr(cpu, PMCNTENSET, CYCLES_BIT);
    env_msr(cpu, PMCR, PMCR_E | PMCR_LC);
    cpu->spsr[1] = 0;
    arm_exc_return(cpu);
    ck_assert_int_eq(arm_el(cpu), 0);
    spend(700, 0);
    ArmException exc = arm_exc_sync(cpu, EC_SVC64, 0);
    arm_exc_enter(cpu, &exc);
    spend(40, 0);
    ck_assert_uint_eq(env_mrs(cpu, PMCCNTR), 40);
}
END_TEST

/* Secure time is not counted unless MDCR_EL3.SPME allows it. */
START_TEST(security_states)
{
    cpu = cpu_with(false, true);
    env_msr(cpu, type_reg(1), TYPER_NSK | TYPER_M | EVENT_CPU_CYCLES); /* EL3 as EL1: counted */
    env_msr(cpu, PMCNTENSET, 2);
    env_msr(cpu, PMCR, PMCR_E | PMCR_LC);
    spend(1000, 0); /* EL3 */
    cpu->scr |= SCR_NS;
    env_set_el(cpu, 1);
    spend(20, 0);
    env_set_el(cpu, 3);
    spend(1000, 0);
    ck_assert_uint_eq(env_mrs(cpu, counter_reg(1)), 0); /* NSK unlike P: not in Non-secure EL1 */
    env_msr(cpu, type_reg(1), EVENT_CPU_CYCLES);
    env_set_el(cpu, 1);
    spend(20, 0);
    env_set_el(cpu, 3);
    spend(1000, 0);
    ck_assert_uint_eq(env_mrs(cpu, counter_reg(1)), 20);
    env_msr(cpu, ARM_SYSREG(3, 6, 1, 3, 1), MDCR_EL3_SPME);
    spend(3, 0);
    ck_assert_uint_eq(env_mrs(cpu, counter_reg(1)), 23);
}
END_TEST

/* ---- overflow */

START_TEST(overflow_interrupt) NO_THREAD_SAFETY
{
    cpu = cpu_with(false, false);
    env_msr(cpu, ARM_SYSREG(3, 3, 14, 12, 2), 0x11); /* PMEVTYPER2: cycles */
    env_msr(cpu, ARM_SYSREG(3, 3, 14, 12, 3), 0x1e); /* PMEVTYPER3: CHAIN */
    env_msr(cpu, ARM_SYSREG(3, 3, 14, 8, 2), 0xffffff00);
    env_msr(cpu, ARM_SYSREG(3, 3, 14, 8, 3), 0xffffffff);
    env_msr(cpu, ARM_SYSREG(3, 0, 9, 14, 1), 8); /* PMINTENSET: of the chained one */
    env_msr(cpu, ARM_SYSREG(3, 3, 9, 12, 1), 12);
    env_msr(cpu, ARM_SYSREG(3, 3, 9, 12, 0), 1);
    int64_t now = clock_now_ns(CLOCK_TYPE_VIRTUAL);

    clock_virtual_advance_to(now + 0xff);
    ck_assert_int_eq(line_level, 0);
    clock_virtual_advance_to(now + 0x100);
    ck_assert_int_eq(line_level, 1);
    ck_assert_uint_eq(env_mrs(cpu, ARM_SYSREG(3, 3, 9, 12, 3)), 12);
    ck_assert_uint_eq(env_mrs(cpu, ARM_SYSREG(3, 3, 14, 8, 3)), 0);
    env_msr(cpu, ARM_SYSREG(3, 3, 9, 12, 3), 12);
    ck_assert_int_eq(line_level, 0);
}
END_TEST

/* The timer runs while the CPU may be changing its level: it goes by what the CPU has said, not by
 * PSTATE, and decides nothing for it. */
START_TEST(overflow_timer_leaves_the_cpu_alone)
{
    cpu = cpu_with(false, false);
    env_set_el(cpu, 1);
    env_msr(cpu, type_reg(0), TYPER_U | EVENT_CPU_CYCLES);
    env_msr(cpu, counter_reg(0), 0xffffff00);
    env_msr(cpu, PMINTENSET, 1);
    env_msr(cpu, PMCNTENSET, 1);
    env_msr(cpu, PMCR, PMCR_E | PMCR_LC);
    uint64_t counting = cpu->pmu_counting;
    uint32_t pstate = cpu->pstate;

    cpu->pstate &= ~(3u << PSTATE_EL_SHIFT); /* the CPU, half-way to EL0 */
    spend(0x100, 0);
    ck_assert_int_eq(line_level, 1);
    ck_assert_uint_eq(cpu->pmu_counting, counting);
    cpu->pstate = pstate;
    ck_assert_uint_eq(env_mrs(cpu, PMOVSCLR), 1);
    ck_assert_uint_eq(env_mrs(cpu, counter_reg(0)), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("arm-pmu");
    TCase *tc = tcase_create("pmu");

    tcase_add_checked_fixture(tc, env_init, NULL);
    tcase_add_test(tc, filters);
    tcase_add_test(tc, levels_of_time);
    tcase_add_test(tc, levels_by_exception);
    tcase_add_test(tc, security_states);
    tcase_add_test(tc, overflow_interrupt);
    tcase_add_test(tc, overflow_timer_leaves_the_cpu_alone);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
