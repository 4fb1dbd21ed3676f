/* SPDX-License-Identifier: MIT */
/* Exception entry and return, masking, stack pointer banks, and PSCI. */
#include "hw/cpu/arm-exc.h"

#include "softmmu/run-state.h"
#include "tests/lib/check-main.h"
#include "tests/unit/arm-env.h"
#include "util/lock.h"

static ArmCpu *cpu;

static void setup(void)
{
    env_init();
    cpu = env_cpu("max-arm-cpu");
    cpu->vbar[1] = 0x10000;
    env_set_el(cpu, 1);
}

/* Takes an SVC with this state before it; returns the vector's offset. */
static uint64_t take_svc(uint32_t pstate)
{
    arm_pstate_write(cpu, pstate);
    cpu->pc = 0x4000;
    ArmException exc = arm_exc_sync(cpu, EC_SVC64, 0x1234);

    exc.ret = 0x4004;
    arm_exc_enter(cpu, &exc);
    ck_assert_uint_eq(cpu->elr[1], 0x4004);
    ck_assert_uint_eq(cpu->spsr[1], pstate);
    ck_assert_uint_eq(cpu->esr[1], 0x15u << 26 | 1u << 25 | 0x1234);
    ck_assert_int_eq(arm_el(cpu), 1);
    return cpu->pc - cpu->vbar[1];
}

START_TEST(entry)
{
    ck_assert_uint_eq(take_svc(PSTATE_N | PSTATE_C), 0x400);
    ck_assert_uint_eq(cpu->nzcv, PSTATE_N | PSTATE_C);
    ck_assert_uint_eq(take_svc(1 << 2 | PSTATE_SP | PSTATE_DIT), 0x200);
    ck_assert_uint_eq(cpu->pstate & (PSTATE_DAIF | PSTATE_DIT), PSTATE_DAIF | PSTATE_DIT);
    ck_assert_uint_eq(take_svc(1 << 2 | PSTATE_UAO | PSTATE_IL | PSTATE_SS), 0);
    ck_assert_uint_eq(cpu->pstate & (PSTATE_UAO | PSTATE_IL | PSTATE_SS), 0);
    ck_assert_uint_eq(cpu->pstate & PSTATE_SP, PSTATE_SP);
    /* PAN is set on entry when SCTLR_EL1.SPAN is clear. */
    cpu->sctlr[1] |= 1 << 23;
    take_svc(0);
    ck_assert_uint_eq(cpu->pstate & PSTATE_PAN, 0);
    cpu->sctlr[1] &= ~(1ull << 23);
    take_svc(0);
    ck_assert_uint_eq(cpu->pstate & PSTATE_PAN, PSTATE_PAN);
    /* SSBS becomes what SCTLR_EL1.DSSBS says. */
    cpu->sctlr[1] |= 1ull << 44;
    take_svc(0);
    ck_assert_uint_eq(cpu->pstate & PSTATE_SSBS, PSTATE_SSBS);
}
END_TEST

START_TEST(stack_pointer_banks)
{
    arm_sp_write(cpu, 0, 0xe10);
    arm_sp_write(cpu, 1, 0xe11);
    env_set_el(cpu, 0);
    ck_assert_uint_eq(cpu->x[ARM_X_SP], 0xe10);
    cpu->x[ARM_X_SP] = 0xabc;
    take_svc(0);
    ck_assert_uint_eq(cpu->x[ARM_X_SP], 0xe11);
    ck_assert_uint_eq(arm_sp_read(cpu, 0), 0xabc);
    arm_exc_return(cpu);
    ck_assert_uint_eq(cpu->x[ARM_X_SP], 0xabc);
    ck_assert_uint_eq(arm_sp_read(cpu, 1), 0xe11);
}
END_TEST

START_TEST(far_only_where_there_is_one)
{
    ArmException exc = arm_mmu_alignment_fault(cpu, 0x77, ARM_LOAD);

    cpu->far[1] = 1;
    arm_exc_enter(cpu, &exc);
    ck_assert_uint_eq(cpu->far[1], 0x77);
    take_svc(1 << 2 | PSTATE_SP);
    ck_assert_uint_eq(cpu->far[1], 0x77);
    exc = (ArmException){.kind = ARM_EXC_IRQ, .target_el = 1, .ret = 0x88};
    arm_exc_enter(cpu, &exc);
    ck_assert_uint_eq(cpu->esr[1] >> 26, 0x15); /* an interrupt leaves ESR alone */
    ck_assert_uint_eq(cpu->elr[1], 0x88);
    ck_assert_uint_eq(cpu->pc, cpu->vbar[1] + 0x280);
}
END_TEST

START_TEST(good_returns)
{
    cpu->excl_addr = 0x100;
    cpu->spsr[1] = PSTATE_Z | PSTATE_I;
    cpu->elr[1] = 0x8000;
    arm_exc_return(cpu);
    ck_assert_uint_eq(arm_pstate_read(cpu), PSTATE_Z | PSTATE_I);
    ck_assert_uint_eq(cpu->pc, 0x8000);
    ck_assert_uint_eq(cpu->excl_addr, ~0ull);
    ck_assert(cpu->event_register);
    /* EL1 with SP_EL0; a tagged address where the top byte is ignored. */
    env_set_el(cpu, 1);
    cpu->tcr[1] |= 1ull << 37;
    cpu->spsr[1] = 1 << 2;
    cpu->elr[1] = 0x5500000000008000;
    arm_exc_return(cpu);
    ck_assert_uint_eq(arm_pstate_read(cpu), 1 << 2);
    ck_assert_uint_eq(cpu->pc, 0x8000);
}
END_TEST

/* To AArch32, to EL0 with its own SP bit, to a level that is higher or not there, reserved. */
static const uint32_t illegal_spsr[] = {1 << 4, 1, 2 << 2, 3 << 2 | 1, 1 << 2 | 2};

START_TEST(illegal_returns)
{
    cpu->spsr[1] = illegal_spsr[_i] | PSTATE_V | PSTATE_F;
    cpu->elr[1] = 0x8000;
    arm_exc_return(cpu);
    ck_assert_uint_eq(arm_pstate_read(cpu), 1 << 2 | PSTATE_SP | PSTATE_IL | PSTATE_V | PSTATE_F);
    ck_assert_uint_eq(cpu->pc, 0x8000);
}
END_TEST

static void set_input(int n, int level) NO_THREAD_SAFETY
{
    IrqLine line = device_input(&cpu->dev, "", n);

    irq_set(&line, level);
}

START_TEST(pending_interrupts)
{
    ArmException exc;

    ck_assert(!arm_exc_pending(cpu, &exc));
    set_input(0, 1);
    ck_assert(arm_exc_pending(cpu, &exc));
    ck_assert_int_eq(exc.kind, ARM_EXC_IRQ);
    ck_assert_int_eq(exc.target_el, 1);
    cpu->pstate |= PSTATE_I;
    ck_assert(!arm_exc_pending(cpu, &exc));
    ck_assert(cpu->cs.ops->has_work(&cpu->cs)); /* WFI ends all the same */
    set_input(1, 1);
    ck_assert(arm_exc_pending(cpu, &exc));
    ck_assert_int_eq(exc.kind, ARM_EXC_FIQ);
    cpu->pstate |= PSTATE_F;
    ck_assert(!arm_exc_pending(cpu, &exc));
    /* Masks count at EL0 too: the target is EL1. */
    arm_pstate_write(cpu, PSTATE_I | PSTATE_F);
    ck_assert(!arm_exc_pending(cpu, &exc));
    arm_pstate_write(cpu, 0);
    set_input(1, 0);
    ck_assert(arm_exc_pending(cpu, &exc) && exc.kind == ARM_EXC_IRQ);
    set_input(0, 0);
    ck_assert(!arm_exc_pending(cpu, &exc));
    ck_assert(!cpu->cs.ops->has_work(&cpu->cs));
    set_input(2, 1); /* virtual interrupts mean nothing without EL2 */
    ck_assert(!arm_exc_pending(cpu, &exc) && !cpu->cs.ops->has_work(&cpu->cs));
}
END_TEST

START_TEST(fp_access)
{
    ArmException exc;

    for (int el = 0; el <= 1; el++) {
        for (unsigned fpen = 0; fpen < 4; fpen++) {
            env_set_el(cpu, el);
            cpu->cpacr = fpen << 20;
            bool ok = arm_fp_access(cpu, &exc);

            ck_assert_int_eq(ok, fpen == 3 || (fpen == 1 && el == 1));
            if (!ok) {
                ck_assert_uint_eq(exc.esr, 0x07u << 26 | 1u << 25 | 1u << 24 | 0xeu << 20);
                ck_assert_int_eq(exc.target_el, 1);
            }
        }
    }
}
END_TEST

/* ---- PSCI */

enum {
    PSCI_VERSION = 0x84000000u,
    PSCI_CPU_OFF = 0x84000002u,
    PSCI_AFFINITY_INFO = 0x84000004u,
    PSCI_MIGRATE_INFO_TYPE = 0x84000006u,
    PSCI_SYSTEM_OFF = 0x84000008u,
    PSCI_SYSTEM_RESET = 0x84000009u,
    PSCI_FEATURES = 0x8400000au,
};
#define PSCI_CPU_SUSPEND64 0xc4000001u
#define PSCI_CPU_ON64      0xc4000003u

static int64_t psci(uint32_t id, uint64_t a1, uint64_t a2, uint64_t a3)
{
    cpu->psci_conduit = ARM_PSCI_HVC;
    cpu->x[0] = id;
    cpu->x[1] = a1;
    cpu->x[2] = a2;
    cpu->x[3] = a3;
    ck_assert(arm_psci_call(cpu, ARM_PSCI_HVC));
    return (int64_t)cpu->x[0];
}

START_TEST(psci_discovery)
{
    cpu->x[0] = PSCI_VERSION;
    ck_assert(!arm_psci_call(cpu, ARM_PSCI_HVC)); /* no conduit set */
    ck_assert_int_eq(psci(PSCI_VERSION, 0, 0, 0), 0x10001);
    ck_assert(!arm_psci_call(cpu, ARM_PSCI_SMC));
    ck_assert_int_eq(psci(0x80000000, 0, 0, 0), 0x10001); /* SMCCC_VERSION */
    ck_assert_int_eq(psci(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0), 2);
    ck_assert_int_eq(psci(PSCI_FEATURES, PSCI_CPU_ON64, 0, 0), 0);
    ck_assert_int_eq(psci(PSCI_FEATURES, 0x80000000, 0, 0), 0);
    ck_assert_int_eq(psci(PSCI_FEATURES, 0xc4000002, 0, 0), -1); /* CPU_OFF is 32-bit only */
    ck_assert_int_eq(psci(PSCI_FEATURES, 0x84000013, 0, 0), -1);
    ck_assert_int_eq(psci(0x8400001f, 0, 0, 0), -1);
    ck_assert_int_eq(psci(0xdeadbeef, 0, 0, 0), -1);
    ck_assert_int_eq(psci(0x80000001, 0x80008000, 0, 0), 1); /* workaround 1: not needed */
    ck_assert_int_eq(psci(0x80000001, 0x80001234, 0, 0), -1);
}
END_TEST

START_TEST(psci_power)
{
    ck_assert_int_eq(psci(PSCI_AFFINITY_INFO, 0, 0, 0), 0);
    ck_assert_int_eq(psci(PSCI_AFFINITY_INFO, 7, 0, 0), -2);
    ck_assert_int_eq(psci(PSCI_AFFINITY_INFO, 0, 1, 0), -2);
    ck_assert_int_eq(psci(PSCI_CPU_ON64, 0, 0x1000, 0), -4);
    ck_assert_int_eq(psci(PSCI_CPU_ON64, 1ull << 24, 0x1000, 0), -2);
    ck_assert_int_eq(psci(PSCI_CPU_SUSPEND64, 0, 0, 0), 0);
    ck_assert(atomic_load(&cpu->cs.halted) && atomic_load(&cpu->cs.exit_request));
    psci(PSCI_CPU_OFF, 0, 0, 0);
    set_input(0, 1);
    ck_assert(!cpu->cs.ops->has_work(&cpu->cs)); /* interrupts do not wake what is off */
    ck_assert_int_eq(psci(PSCI_AFFINITY_INFO, 0, 0, 0), 1);
    cpu->cs.ops->reset(&cpu->cs);
    ck_assert(!atomic_load(&cpu->cs.halted) && !cpu->power_off);
}
END_TEST

START_TEST(psci_system) NO_THREAD_SAFETY
{
    psci(PSCI_SYSTEM_RESET, 0, 0, 0);
    ck_assert(atomic_load(&cpu->cs.halted) && cpu->power_off);
    cpu->boot_pc = 0x40080000;
    cpu->boot_x0 = 0x44000000;
    ck_assert(!run_state_handle_requests());
    ck_assert_uint_eq(cpu->pc, 0x40080000);
    ck_assert_uint_eq(cpu->x[0], 0x44000000);
    ck_assert(!cpu->power_off);
    psci(PSCI_SYSTEM_OFF, 0, 0, 0);
    ck_assert(run_state_handle_requests());
}
END_TEST

/* A CPU thread that runs nothing: it tells where it was to start, and is off again. */
static Cond started;
static uint64_t started_pc, started_x0;

static void record_start(CpuState *cs)
{
    ArmCpu *c = arm_cpu_of(cs);

    vm_lock_acquire();
    started_pc = c->pc;
    started_x0 = c->x[0];
    c->power_off = true;
    atomic_store(&cs->halted, true);
    cond_signal(&started);
    vm_lock_release();
}

START_TEST(psci_cpu_on) NO_THREAD_SAFETY
{
    static const AccelCpuOps ops = {.exec = record_start};
    Device *dev = device_new("max-arm-cpu");

    accel_cpu_ops = &ops;
    ck_assert(object_set_bool(OBJECT(dev), "start-powered-off", true, NULL));
    ck_assert(object_set_uint(OBJECT(dev), "mp-affinity", 0x10203, NULL));
    ArmCpu *second = ARM_CPU(env_realize(dev));

    cpus_resume_all();
    second->x[5] = 99;
    ck_assert_int_eq(psci(PSCI_AFFINITY_INFO, 0x10203, 0, 0), 1);
    ck_assert_int_eq(psci(PSCI_CPU_ON64, 0x10203, 0x1002, 7), -9);
    ck_assert_int_eq(psci(PSCI_CPU_ON64, 0x10203, 0x123456789000, 0xfeed), 0);
    ck_assert_int_eq(psci(PSCI_CPU_ON64, 0x10203, 0x2000, 0), -5);
    ck_assert_int_eq(psci(PSCI_AFFINITY_INFO, 0x10203, 0, 0), 2);
    while (!started_pc) {
        vm_lock_wait(&started);
    }
    ck_assert_uint_eq(started_pc, 0x123456789000);
    ck_assert_uint_eq(started_x0, 0xfeed);
    ck_assert_uint_eq(second->x[5], 0);
    ck_assert_uint_eq(arm_pstate_read(second), 1 << 2 | 1 | PSTATE_DAIF);
    cpus_shutdown();
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("arm-exc");
    TCase *tc = tcase_create("exceptions");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, entry);
    tcase_add_test(tc, stack_pointer_banks);
    tcase_add_test(tc, far_only_where_there_is_one);
    tcase_add_test(tc, good_returns);
    tcase_add_loop_test(tc, illegal_returns, 0, G_N_ELEMENTS(illegal_spsr));
    tcase_add_test(tc, pending_interrupts);
    tcase_add_test(tc, fp_access);
    tcase_add_test(tc, psci_discovery);
    tcase_add_test(tc, psci_power);
    tcase_add_test(tc, psci_system);
    tcase_add_test(tc, psci_cpu_on);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
