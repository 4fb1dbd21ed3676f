/* SPDX-License-Identifier: MIT */
/* System registers: lookup, rules of access and their syndromes, reset, masks, timers, PMU. */
#include "hw/cpu/arm-sysregs.h"

#include "tests/lib/check-main.h"
#include "tests/unit/arm-env.h"

#define SCTLR       ARM_SYSREG(3, 0, 1, 0, 0)
#define CPACR       ARM_SYSREG(3, 0, 1, 0, 2)
#define SP_EL0      ARM_SYSREG(3, 0, 4, 1, 0)
#define SPSEL       ARM_SYSREG(3, 0, 4, 2, 0)
#define CURRENT_EL  ARM_SYSREG(3, 0, 4, 2, 2)
#define PAN         ARM_SYSREG(3, 0, 4, 2, 3)
#define VBAR        ARM_SYSREG(3, 0, 12, 0, 0)
#define DAIF        ARM_SYSREG(3, 3, 4, 2, 1)
#define FPCR        ARM_SYSREG(3, 3, 4, 4, 0)
#define TPIDR_EL0   ARM_SYSREG(3, 3, 13, 0, 2)
#define TPIDRRO     ARM_SYSREG(3, 3, 13, 0, 3)
#define SCXTNUM_EL0 ARM_SYSREG(3, 3, 13, 0, 7)
#define CTR         ARM_SYSREG(3, 3, 0, 0, 1)
#define CSSELR      ARM_SYSREG(3, 2, 0, 0, 0)
#define CCSIDR      ARM_SYSREG(3, 1, 0, 0, 0)
#define MIDR        ARM_SYSREG(3, 0, 0, 0, 0)
#define MPIDR       ARM_SYSREG(3, 0, 0, 0, 5)
#define PFR0        ARM_SYSREG(3, 0, 0, 4, 0)
#define CNTFRQ      ARM_SYSREG(3, 3, 14, 0, 0)
#define CNTPCT      ARM_SYSREG(3, 3, 14, 0, 1)
#define CNTVCT      ARM_SYSREG(3, 3, 14, 0, 2)
#define CNTKCTL     ARM_SYSREG(3, 0, 14, 1, 0)
#define CNTV_TVAL   ARM_SYSREG(3, 3, 14, 3, 0)
#define CNTV_CTL    ARM_SYSREG(3, 3, 14, 3, 1)
#define CNTV_CVAL   ARM_SYSREG(3, 3, 14, 3, 2)
#define PMCR        ARM_SYSREG(3, 3, 9, 12, 0)
#define PMCNTENSET  ARM_SYSREG(3, 3, 9, 12, 1)
#define PMOVSCLR    ARM_SYSREG(3, 3, 9, 12, 3)
#define PMCCNTR     ARM_SYSREG(3, 3, 9, 13, 0)
#define PMUSERENR   ARM_SYSREG(3, 3, 9, 14, 0)
#define PMINTENSET  ARM_SYSREG(3, 0, 9, 14, 1)
#define OSLAR       ARM_SYSREG(2, 0, 1, 0, 4)
#define OSLSR       ARM_SYSREG(2, 0, 1, 1, 4)
#define DBGBVR(n)   ARM_SYSREG(2, 0, 0, n, 4)

#define ESR_UNDEFINED (1u << 25)

static ArmCpu *cpu;
static int timer_level[ARM_TIMER_COUNT], pmu_level;

static void timer_line(void *opaque, int n, int level)
{
    timer_level[n] = level;
}

static void pmu_line(void *opaque, int n, int level)
{
    pmu_level = level;
}

static void setup(void)
{
    env_init();
    cpu = env_cpu("max-arm-cpu");
    for (int i = 0; i < ARM_TIMER_COUNT; i++) {
        device_connect(&cpu->dev, "timer", i, (IrqLine){timer_line, NULL, i});
    }
    device_connect(&cpu->dev, "pmu", 0, (IrqLine){pmu_line, NULL, 0});
}

static uint32_t read_esr(uint16_t encoding)
{
    ArmException exc;
    uint64_t v;

    ck_assert(!arm_sysreg_read(cpu, encoding, 7, &v, &exc));
    ck_assert_int_eq(exc.target_el, 1);
    return exc.esr;
}

static uint32_t write_esr(uint16_t encoding)
{
    const ArmSysReg *reg;
    ArmException exc;

    ck_assert(!arm_sysreg_write(cpu, encoding, 7, 0, &reg, &exc));
    return exc.esr;
}

/* MSR and MRS of x7 with this encoding, trapped to EL1. */
static uint32_t trap_esr(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2,
                         bool read)
{
    return 0x18u << 26 | 1u << 25 | op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | 7 << 5 |
           crm << 1 | read;
}

START_TEST(lookup)
{
    const ArmSysReg *reg = arm_sysreg_find(cpu, SCTLR);

    ck_assert_str_eq(reg->name, "SCTLR_EL1");
    ck_assert_ptr_null(arm_sysreg_find(cpu, ARM_SYSREG(3, 7, 15, 15, 7)));
    ck_assert_uint_eq(read_esr(ARM_SYSREG(3, 7, 15, 15, 7)), ESR_UNDEFINED);
    ck_assert_uint_eq(write_esr(ARM_SYSREG(3, 7, 15, 15, 7)), ESR_UNDEFINED);
    /* Another model: fewer features, fewer registers. */
    ArmCpu *a57 = env_cpu("cortex-a57-arm-cpu");

    ck_assert_ptr_nonnull(arm_sysreg_find(cpu, PAN));
    ck_assert_ptr_null(arm_sysreg_find(a57, PAN));
    ck_assert_ptr_nonnull(arm_sysreg_find(a57, ARM_SYSREG(3, 1, 11, 0, 2)));
    ck_assert_ptr_null(arm_sysreg_find(cpu, ARM_SYSREG(3, 1, 11, 0, 2)));
}
END_TEST

START_TEST(identification)
{
    ArmCpu *a72 = env_cpu("cortex-a72-arm-cpu");

    ck_assert_uint_eq(env_mrs(a72, MIDR), 0x410fd083);
    ck_assert_uint_eq(env_mrs(a72, MPIDR), 0x80000001);
    ck_assert_uint_eq(env_mrs(a72, PFR0), 0x11);
    ck_assert_uint_eq(env_mrs(cpu, ARM_SYSREG(3, 0, 0, 7, 7)), 0);
    ck_assert_uint_eq(env_mrs(cpu, ARM_SYSREG(3, 0, 0, 1, 3)), 0);
    ck_assert_uint_eq(write_esr(PFR0), ESR_UNDEFINED);
    env_msr(a72, CSSELR, 2);
    ck_assert_uint_eq(env_mrs(a72, CCSIDR), 0x707fe07a);
    env_msr(a72, CSSELR, 0xffffffff);
    ck_assert_uint_eq(env_mrs(a72, CSSELR), 15);
    ck_assert_uint_eq(env_mrs(a72, CCSIDR), 0);
    ck_assert(arm_has(a72, ARM_FEAT_CRC32) && !arm_has(a72, ARM_FEAT_LSE));
    ck_assert(arm_has(cpu, ARM_FEAT_LSE) && arm_has(cpu, ARM_FEAT_PAUTH));
}
END_TEST

START_TEST(el0_rules)
{
    env_set_el(cpu, 0);
    ck_assert_uint_eq(read_esr(SCTLR), ESR_UNDEFINED);
    ck_assert_uint_eq(read_esr(MIDR), ESR_UNDEFINED);
    ck_assert_uint_eq(write_esr(TPIDRRO), ESR_UNDEFINED);
    env_mrs(cpu, TPIDRRO);
    env_msr(cpu, TPIDR_EL0, 5);
    ck_assert_uint_eq(cpu->tpidr[0], 5);
    ck_assert_uint_eq(read_esr(CTR), trap_esr(3, 3, 0, 0, 1, true));
    ck_assert_uint_eq(read_esr(DAIF), trap_esr(3, 3, 4, 2, 1, true));
    ck_assert_uint_eq(write_esr(DAIF), trap_esr(3, 3, 4, 2, 1, false));
    ck_assert_uint_eq(read_esr(CNTVCT), trap_esr(3, 3, 14, 0, 2, true));
    ck_assert_uint_eq(write_esr(CNTV_CTL), trap_esr(3, 3, 14, 3, 1, false));
    ck_assert_uint_eq(read_esr(PMCCNTR), trap_esr(3, 3, 9, 13, 0, true));
    ck_assert_uint_eq(write_esr(ARM_SYSREG(1, 3, 7, 10, 1)), trap_esr(1, 3, 7, 10, 1, false));
    ck_assert_uint_eq(write_esr(ARM_SYSREG(1, 3, 7, 4, 1)), trap_esr(1, 3, 7, 4, 1, false));
    ck_assert_uint_eq(write_esr(ARM_SYSREG(1, 0, 8, 7, 0)), ESR_UNDEFINED);
    cpu->sctlr[1] |= 1u << 15 | 1u << 9 | 1u << 26 | 1u << 14; /* UCT UMA UCI DZE */
    cpu->cntkctl = 1 << 1;                                     /* EL0VCTEN */
    cpu->pmuserenr = 1 << 2;                                   /* CR */
    env_mrs(cpu, CTR);
    env_mrs(cpu, DAIF);
    env_mrs(cpu, CNTVCT);
    env_mrs(cpu, CNTFRQ);
    env_mrs(cpu, PMCCNTR);
    ck_assert_uint_eq(read_esr(CNTPCT), trap_esr(3, 3, 14, 0, 1, true));
    ck_assert_uint_eq(write_esr(PMCCNTR), trap_esr(3, 3, 9, 13, 0, false));
    env_msr(cpu, ARM_SYSREG(1, 3, 7, 10, 1), 0x100);
    env_msr(cpu, ARM_SYSREG(1, 3, 7, 4, 1), 0x100);
    ck_assert_uint_eq(read_esr(SCXTNUM_EL0), trap_esr(3, 3, 13, 0, 7, true)); /* TSCXT */
    cpu->sctlr[1] &= ~(1ull << 20);
    env_msr(cpu, SCXTNUM_EL0, 77);
    ck_assert_uint_eq(env_mrs(cpu, SCXTNUM_EL0), 77);
}
END_TEST

START_TEST(fp_registers_trap)
{
    ck_assert_uint_eq(read_esr(FPCR), 0x07u << 26 | 1u << 25 | 1u << 24 | 0xeu << 20);
    env_msr(cpu, CPACR, 3u << 20);
    env_msr(cpu, FPCR, 0xffffffff);
    ck_assert_uint_eq(env_mrs(cpu, FPCR), 0x07c80000); /* AHP DN FZ RMode FZ16 */
    env_msr(cpu, CPACR, 1u << 20);                     /* EL1 only */
    env_mrs(cpu, FPCR);
    env_set_el(cpu, 0);
    read_esr(FPCR);
}
END_TEST

START_TEST(masks_and_reset)
{
    ck_assert_uint_eq(env_mrs(cpu, SCTLR), 0x30d00800);
    env_msr(cpu, SCTLR, ~0ull);
    ck_assert_uint_eq(env_mrs(cpu, SCTLR) & 0x30400800, 0x30400800);
    ck_assert_uint_eq(env_mrs(cpu, SCTLR) & (1 << 25 | 1 << 24), 0); /* EE, E0E */
    env_msr(cpu, SCTLR, 0);
    ck_assert_uint_eq(env_mrs(cpu, SCTLR), 0x30400800); /* SPAN, TSCXT: PAN, SCXTNUM */
    env_msr(cpu, VBAR, 0xffff000000001fff);
    ck_assert_uint_eq(env_mrs(cpu, VBAR), 0xffff000000001800);
    env_msr(cpu, CNTFRQ, 12345);
    env_msr(cpu, OSLAR, 0);
    ck_assert_uint_eq(env_mrs(cpu, OSLSR), 8);
    cpu->rvbar = 0x4000;
    cpu->x[3] = 7;
    cpu->cs.ops->reset(&cpu->cs);
    ck_assert_uint_eq(env_mrs(cpu, SCTLR), 0x30d00800);
    ck_assert_uint_eq(env_mrs(cpu, VBAR), 0);
    ck_assert_uint_eq(env_mrs(cpu, CNTFRQ), 62500000);
    ck_assert_uint_eq(env_mrs(cpu, OSLSR), 10);
    ck_assert_uint_eq(env_mrs(cpu, MPIDR), 0x80000000);
    ck_assert_uint_eq(cpu->pc, 0x4000);
    ck_assert_uint_eq(cpu->x[3], 0);
    ck_assert_uint_eq(arm_pstate_read(cpu), 1 << 2 | 1 | PSTATE_DAIF);
}
END_TEST

START_TEST(pstate_registers)
{
    env_msr(cpu, DAIF, ~0ull);
    ck_assert_uint_eq(cpu->pstate & PSTATE_DAIF, PSTATE_DAIF);
    env_msr(cpu, DAIF, PSTATE_I);
    ck_assert_uint_eq(env_mrs(cpu, DAIF), PSTATE_I);
    env_msr(cpu, PAN, ~0ull);
    ck_assert_uint_eq(env_mrs(cpu, PAN), PSTATE_PAN);
    ck_assert_uint_eq(env_mrs(cpu, CURRENT_EL), 4);
    /* SP_EL0 is reachable by name only while SP_EL1 is in use. */
    cpu->x[ARM_X_SP] = 0x1111;
    env_msr(cpu, SP_EL0, 0x2222);
    ck_assert_uint_eq(cpu->x[ARM_X_SP], 0x1111);
    env_msr(cpu, SPSEL, 0);
    ck_assert_uint_eq(cpu->x[ARM_X_SP], 0x2222);
    ck_assert_uint_eq(read_esr(SP_EL0), ESR_UNDEFINED);
    ck_assert_uint_eq(arm_sp_read(cpu, 1), 0x1111);
    env_msr(cpu, SPSEL, 1);
    ck_assert_uint_eq(cpu->x[ARM_X_SP], 0x1111);
    ck_assert_uint_eq(env_mrs(cpu, SP_EL0), 0x2222);
}
END_TEST

START_TEST(breakpoints_that_exist)
{
    env_msr(cpu, DBGBVR(5), 0x1000);
    ck_assert_uint_eq(env_mrs(cpu, DBGBVR(5)), 0x1000);
    ck_assert_uint_eq(read_esr(DBGBVR(6)), ESR_UNDEFINED);
}
END_TEST

START_TEST(virtual_timer) NO_THREAD_SAFETY
{
    clock_virtual_advance_to(1600);
    ck_assert_uint_eq(env_mrs(cpu, CNTVCT), 100); /* 16 ns a tick */
    env_msr(cpu, CNTV_CVAL, 200);
    ck_assert_uint_eq(env_mrs(cpu, CNTV_CTL), 0);
    env_msr(cpu, CNTV_CTL, 1);
    ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 0);
    ck_assert_int_eq(clock_deadline_ns(CLOCK_TYPE_VIRTUAL), 3200);
    clock_virtual_advance_to(3199);
    ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 0);
    clock_virtual_advance_to(3200);
    ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 1);
    ck_assert_uint_eq(env_mrs(cpu, CNTV_CTL), 5);
    env_msr(cpu, CNTV_CTL, 3); /* masked: the condition stays visible */
    ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 0);
    ck_assert_uint_eq(env_mrs(cpu, CNTV_CTL), 7);
    env_msr(cpu, CNTV_CTL, 1);
    ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 1);
    env_msr(cpu, CNTV_TVAL, 50); /* relative to now, 200 */
    ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 0);
    ck_assert_uint_eq(env_mrs(cpu, CNTV_CVAL), 250);
    env_msr(cpu, CNTV_TVAL, (uint32_t)-10); /* signed: already past */
    ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 1);
    ck_assert_uint_eq(env_mrs(cpu, CNTV_TVAL), 0xfffffff6);
    env_msr(cpu, CNTV_CVAL, ~0ull); /* never */
    ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 0);
    ck_assert_int_eq(clock_deadline_ns(CLOCK_TYPE_VIRTUAL), -1);
    env_msr(cpu, CNTV_CVAL, 0);
    cpu->cs.ops->reset(&cpu->cs);
    ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 0);
}
END_TEST

/* A frequency that does not divide a second: the tick is reached, not missed, at the deadline. */
START_TEST(odd_frequency) NO_THREAD_SAFETY
{
    cpu->counter_hz = 19200000;
    for (uint64_t tick = 1; tick < 2000; tick += 37) {
        env_msr(cpu, CNTV_CVAL, tick);
        env_msr(cpu, CNTV_CTL, 1);
        int64_t deadline = clock_deadline_ns(CLOCK_TYPE_VIRTUAL);

        clock_virtual_advance_to(deadline - 1);
        ck_assert_uint_eq(env_mrs(cpu, CNTVCT), tick - 1);
        clock_virtual_advance_to(deadline);
        ck_assert_uint_eq(env_mrs(cpu, CNTVCT), tick);
        ck_assert_int_eq(timer_level[ARM_TIMER_VIRT], 1);
        env_msr(cpu, CNTV_CTL, 0);
    }
}
END_TEST

START_TEST(cycle_counter) NO_THREAD_SAFETY
{
    env_msr(cpu, PMCCNTR, 1000);
    clock_virtual_advance_to(500);
    ck_assert_uint_eq(env_mrs(cpu, PMCCNTR), 1000); /* not running */
    env_msr(cpu, PMCNTENSET, ~0ull);
    ck_assert_uint_eq(env_mrs(cpu, PMCNTENSET), 1u << 31 | 0x3f);
    env_msr(cpu, PMCR, 1);
    ck_assert_uint_eq(env_mrs(cpu, PMCR) >> 11 & 31, 6); /* N */
    clock_virtual_advance_to(800);
    ck_assert_uint_eq(env_mrs(cpu, PMCCNTR), 1300);
    env_msr(cpu, PMINTENSET, 1u << 31);
    env_msr(cpu, PMCCNTR, 0xffffff00);
    clock_virtual_advance_to(800 + 255);
    ck_assert_int_eq(pmu_level, 0);
    clock_virtual_advance_to(800 + 256);
    ck_assert_int_eq(pmu_level, 1);
    env_msr(cpu, PMOVSCLR, 1u << 31);
    ck_assert_int_eq(pmu_level, 0);
    env_msr(cpu, PMCR, 1 << 2 | 1); /* C */
    ck_assert_uint_eq(env_mrs(cpu, PMCCNTR), 0);
}
END_TEST

START_TEST(no_pmu)
{
    Device *dev = device_new("cortex-a53-arm-cpu");

    ck_assert(object_set_bool(OBJECT(dev), "pmu", false, NULL));
    cpu = ARM_CPU(env_realize(dev));
    ck_assert_uint_eq(read_esr(PMCR), ESR_UNDEFINED);
    ck_assert_uint_eq(env_mrs(cpu, ARM_SYSREG(3, 0, 0, 5, 0)) >> 8 & 15, 0);
}
END_TEST

static bool realize_fails(const char *property, uint64_t value) NO_THREAD_SAFETY
{
    Device *dev = device_new("max-arm-cpu");
    g_autoptr(Error) err = NULL;

    ck_assert(object_set_uint(OBJECT(dev), property, value, NULL));
    bool failed = !device_realize(dev, &err);

    ck_assert(failed == (err != NULL));
    object_unref(OBJECT(dev));
    return failed;
}

START_TEST(bad_properties)
{
    ck_assert(realize_fails("cntfrq", 0));
    ck_assert(realize_fails("cntfrq", 2000000000));
    ck_assert(realize_fails("mp-affinity", 1ull << 62));
    ck_assert(realize_fails("mp-affinity", 0)); /* the first CPU has it */
}
END_TEST

static TlbFlush last_flush;
static int flushes, regime_changes;

static void count_tlb_flush(CpuState *cs, const TlbFlush *flush)
{
    last_flush = *flush;
    flushes++;
}

static void count_regime_change(CpuState *cs)
{
    regime_changes++;
}

START_TEST(tlb_maintenance)
{
    static const AccelCpuOps ops = {.tlb_flush = count_tlb_flush,
                                    .regime_changed = count_regime_change};

    accel_cpu_ops = &ops;
    cpu->tcr[1] = 2u << 30 | 1ull << 36; /* 4K high, 16-bit ASIDs */
    env_msr(cpu, ARM_SYSREG(1, 0, 8, 3, 1), 0x1234ull << 48 | 0xfffff8000001); /* VAE1IS */
    ck_assert_int_eq(flushes, 1);
    ck_assert_int_eq(last_flush.scope, TLB_FLUSH_VA);
    ck_assert(last_flush.broadcast);
    ck_assert_uint_eq(last_flush.asid, 0x1234);
    ck_assert_uint_eq(last_flush.va, 0xffffff8000001000);
    ck_assert_uint_eq(last_flush.len, 0x1000);
    cpu->tcr[1] = 1u << 14;                                             /* 64K low, 8-bit ASIDs */
    env_msr(cpu, ARM_SYSREG(1, 0, 8, 7, 7), 0x1234ull << 48 | 0x12345); /* VAALE1 */
    ck_assert_int_eq(last_flush.scope, TLB_FLUSH_VA_ALL_ASIDS);
    ck_assert(!last_flush.broadcast);
    ck_assert_uint_eq(last_flush.va, 0x12340000);
    ck_assert_uint_eq(last_flush.len, 0x10000);
    env_msr(cpu, ARM_SYSREG(1, 0, 8, 7, 2), 0x1234ull << 48); /* ASIDE1 */
    ck_assert_int_eq(last_flush.scope, TLB_FLUSH_ASID);
    ck_assert_uint_eq(last_flush.asid, 0x34);
    env_msr(cpu, ARM_SYSREG(1, 0, 8, 3, 0), 0); /* VMALLE1IS */
    ck_assert_int_eq(last_flush.scope, TLB_FLUSH_ALL);
    env_msr(cpu, ARM_SYSREG(1, 0, 8, 1, 0), 0); /* VMALLE1OS */
    ck_assert(last_flush.broadcast);
    /* RVAE1: (NUM 2 + 1) << (5 * SCALE 1 + 1) pages of 64K at the base. */
    env_msr(cpu, ARM_SYSREG(1, 0, 8, 6, 1),
            0x0055ull << 48 | 3ull << 46 | 1ull << 44 | 2ull << 39 | 0x777);
    ck_assert_int_eq(last_flush.scope, TLB_FLUSH_VA);
    ck_assert(!last_flush.broadcast);
    ck_assert_uint_eq(last_flush.asid, 0x55);
    ck_assert_uint_eq(last_flush.va, 0x7770000);
    ck_assert_uint_eq(last_flush.len, 3ull << 6 << 16);
    flushes = 0;
    env_msr(cpu, ARM_SYSREG(1, 0, 8, 2, 3), 1ull << 46 | 0x777); /* no 4K pages there */
    env_msr(cpu, ARM_SYSREG(1, 0, 8, 2, 3), 0x777);              /* reserved granule */
    ck_assert_int_eq(flushes, 0);
    cpu->tcr[1] = 2u << 30; /* 4K high */
    env_msr(cpu, ARM_SYSREG(1, 0, 8, 2, 3), 1ull << 46 | 31ull << 39 | 0x1fffffffe0);
    ck_assert_int_eq(last_flush.scope, TLB_FLUSH_VA_ALL_ASIDS);
    ck_assert(last_flush.broadcast);
    ck_assert_uint_eq(last_flush.va, 0xfffffffffffe0000);
    ck_assert_uint_eq(last_flush.len, 64 << 12);
    ck_assert_int_eq(regime_changes, 0);
    env_msr(cpu, ARM_SYSREG(3, 0, 2, 0, 0), 0x1000); /* TTBR0_EL1 */
    ck_assert_int_eq(regime_changes, 1);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("arm-sysregs");
    TCase *tc = tcase_create("sysregs");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, lookup);
    tcase_add_test(tc, identification);
    tcase_add_test(tc, el0_rules);
    tcase_add_test(tc, fp_registers_trap);
    tcase_add_test(tc, masks_and_reset);
    tcase_add_test(tc, pstate_registers);
    tcase_add_test(tc, breakpoints_that_exist);
    tcase_add_test(tc, virtual_timer);
    tcase_add_test(tc, odd_frequency);
    tcase_add_test(tc, cycle_counter);
    tcase_add_test(tc, no_pmu);
    tcase_add_test(tc, bad_properties);
    tcase_add_test(tc, tlb_maintenance);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
