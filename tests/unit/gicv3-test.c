/* SPDX-License-Identifier: MIT */
/* GICv3 by MMIO and system registers: priorities, preemption, end of interrupt, SGIs, routing,
 * redistributor regions. */
#include "hw/intc/arm-gicv3.h"

#include "tests/lib/check-main.h"
#include "tests/unit/gic-env.h"
#include "util/json.h"

/* ---- GICv3 */

#define ICC_PMR     ARM_SYSREG(3, 0, 4, 6, 0)
#define ICC_IAR0    ARM_SYSREG(3, 0, 12, 8, 0)
#define ICC_EOIR0   ARM_SYSREG(3, 0, 12, 8, 1)
#define ICC_DIR     ARM_SYSREG(3, 0, 12, 11, 1)
#define ICC_RPR     ARM_SYSREG(3, 0, 12, 11, 3)
#define ICC_SGI1R   ARM_SYSREG(3, 0, 12, 11, 5)
#define ICC_SGI0R   ARM_SYSREG(3, 0, 12, 11, 7)
#define ICC_IAR1    ARM_SYSREG(3, 0, 12, 12, 0)
#define ICC_EOIR1   ARM_SYSREG(3, 0, 12, 12, 1)
#define ICC_HPPIR1  ARM_SYSREG(3, 0, 12, 12, 2)
#define ICC_BPR1    ARM_SYSREG(3, 0, 12, 12, 3)
#define ICC_CTLR    ARM_SYSREG(3, 0, 12, 12, 4)
#define ICC_SRE     ARM_SYSREG(3, 0, 12, 12, 5)
#define ICC_IGRPEN0 ARM_SYSREG(3, 0, 12, 12, 6)
#define ICC_IGRPEN1 ARM_SYSREG(3, 0, 12, 12, 7)

static uint64_t redist(int cpu, unsigned offset)
{
    return REDIST + (uint64_t)cpu * ARM_GICV3_REDIST_SIZE + offset;
}

static uint64_t sgi_frame(int cpu, unsigned offset)
{
    return redist(cpu, 0x10000 + offset);
}

/* All interrupts in group 1, as Linux has it; CPU 1 is 0.0.1.0. */
static void setup_v3(void) NO_THREAD_SAFETY
{
    env_init();
    cpus[0] = env_cpu("max-arm-cpu");
    Device *dev = device_new("max-arm-cpu");

    ck_assert(object_set_uint(OBJECT(dev), "mp-affinity", 0x100, NULL));
    cpus[1] = ARM_CPU(env_realize(dev));
    make_gic(TYPE_ARM_GICV3, 2, NULL);
    device_map(gic, 0, DIST);
    device_map(gic, 1, REDIST);
    st32(DIST + CTLR, 3);
    st32(DIST + IGROUPR + 4, ~0u);
    st32(DIST + IGROUPR + 8, ~0u);
    for (int i = 0; i < 2; i++) {
        st32(redist(i, 0x14), 0);
        st32(sgi_frame(i, IGROUPR), ~0u);
        st32(sgi_frame(i, ISENABLER), 0xffff);
        env_msr(cpus[i], ICC_PMR, 0xf8);
        env_msr(cpus[i], ICC_IGRPEN1, 1);
    }
}

static void enable_spi_v3(unsigned irq, uint8_t priority, uint64_t route)
{
    st32(DIST + ISENABLER + irq / 32 * 4, 1u << irq % 32);
    st(DIST + IPRIORITYR + irq, 1, priority);
    st(DIST + 0x6000 + 8 * irq, 8, route);
}

START_TEST(v3_identification)
{
    ck_assert_uint_eq(ld32(DIST + CTLR), 3 | 1 << 4 | 1 << 6); /* ARE, DS */
    ck_assert_uint_eq(ld32(DIST + 4) & 31, NUM_IRQ / 32 - 1);
    ck_assert_uint_eq(ld32(DIST + 0xffe8) >> 4 & 15, 3);
    ck_assert_uint_eq(ld32(redist(0, 0xffe8)) >> 4 & 15, 3);
    ck_assert_uint_eq(ld(redist(0, 8), 8), 0);
    ck_assert_uint_eq(ld(redist(1, 8), 8), 0x100ull << 32 | 1 << 8 | 1 << 4); /* Last */
    ck_assert_uint_eq(ld32(DIST + ISENABLER), 0); /* private ones are in the redistributor */
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_SRE), 7);
    env_msr(cpus[0], ICC_SRE, 0);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_SRE), 7);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_CTLR) >> 8 & 7, 4);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), SPURIOUS);
    ck_assert_uint_eq(env_mrs(cpus[0], ARM_SYSREG(3, 0, 0, 4, 0)) >> 24 & 15, 1);
    env_set_el(cpus[0], 0);
    ArmException exc;
    uint64_t v;

    ck_assert(!arm_sysreg_read(cpus[0], ICC_IAR1, 0, &v, &exc));
}
END_TEST

START_TEST(v3_spi)
{
    enable_spi_v3(40, 0x80, 0x100);
    set_input(8, 1);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_int_eq(irq_level[1], 1);
    ck_assert_uint_eq(env_mrs(cpus[1], ICC_HPPIR1), 40);
    ck_assert_uint_eq(env_mrs(cpus[1], ICC_IAR0), SPURIOUS);
    ck_assert_uint_eq(env_mrs(cpus[1], ICC_IAR1), 40);
    ck_assert_int_eq(irq_level[1], 0);
    ck_assert_uint_eq(env_mrs(cpus[1], ICC_RPR), 0x80);
    set_input(8, 0);
    env_msr(cpus[1], ICC_EOIR1, 40);
    ck_assert_uint_eq(env_mrs(cpus[1], ICC_RPR), 0xff);
    /* The route is to nobody; then by halves to CPU 0. */
    st(DIST + 0x6000 + 8 * 40, 8, 0x123);
    set_input(8, 1);
    ck_assert_int_eq(irq_level[0] | irq_level[1], 0);
    st32(DIST + 0x6000 + 8 * 40, 0);
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_uint_eq(ld(DIST + 0x6000 + 8 * 40, 8), 0);
}
END_TEST

START_TEST(v3_any_cpu)
{
    enable_spi_v3(40, 0x80, 1u << 31);
    env_msr(cpus[0], ICC_IGRPEN1, 0);
    set_input(8, 1);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_int_eq(irq_level[1], 1);
    ck_assert_uint_eq(env_mrs(cpus[1], ICC_IAR1), 40);
}
END_TEST

/* A CPU that wakes from power-down has lost its CPU interface, not its redistributor. What any CPU
 * may take goes to another then. */
START_TEST(v3_power_down)
{
    enable_spi_v3(40, 0x80, 1ull << 31);
    env_msr(cpus[0], ICC_SGI1R, 1);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), 0);
    set_input(8, 1);
    cpus[0]->psci_resume_pc = 0x8000;
    arm_psci_resume(cpus[0]);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IGRPEN1), 0);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_PMR), 0);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_RPR), 0xff);
    ck_assert_uint_eq(ld32(sgi_frame(0, ISACTIVER)), 1);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_int_eq(irq_level[1], 1);
    ck_assert_uint_eq(env_mrs(cpus[1], ICC_IAR1), 40);
}
END_TEST

START_TEST(v3_waker)
{
    st32(sgi_frame(0, ISENABLER), 1u << 27);
    set_ppi(0, 27, 1);
    ck_assert_int_eq(irq_level[0], 1);
    st32(redist(0, 0x14), 2);
    ck_assert_uint_eq(ld32(redist(0, 0x14)), 6);
    ck_assert_int_eq(irq_level[0], 0);
    st32(redist(0, 0x14), 0);
    ck_assert_uint_eq(ld32(redist(0, 0x14)), 0);
    ck_assert_int_eq(irq_level[0], 1);
}
END_TEST

START_TEST(v3_preemption)
{
    enable_spi_v3(40, 0x80, 0);
    enable_spi_v3(41, 0x60, 0);
    enable_spi_v3(42, 0x40, 0);
    set_input(8, 1);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), 40);
    set_input(9, 1);
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), 41);
    env_msr(cpus[0], ICC_BPR1, 0);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_BPR1), 3);
    env_msr(cpus[0], ICC_BPR1, 6); /* groups of 64 priorities: 0x40 and 0x60 are one */
    set_input(10, 1);
    ck_assert_int_eq(irq_level[0], 1); /* 0x40 is more urgent than the 0x60 that runs */
    set_input(10, 0);
    set_input(9, 0);
    set_input(8, 0);
    env_msr(cpus[0], ICC_EOIR1, 41);
    env_msr(cpus[0], ICC_EOIR1, 40);
    set_input(9, 1);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), 41);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_RPR), 0x40);
    set_input(10, 1);
    ck_assert_int_eq(irq_level[0], 0);
    env_msr(cpus[0], ICC_PMR, 0x40);
    env_msr(cpus[0], ICC_EOIR1, 41);
    ck_assert_int_eq(irq_level[0], 0); /* masked now */
    env_msr(cpus[0], ICC_PMR, 0xff);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_PMR), 0xf8);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), 42);
}
END_TEST

START_TEST(v3_split_end)
{
    enable_spi_v3(40, 0x80, 0);
    env_msr(cpus[0], ICC_CTLR, 2);
    set_input(8, 1);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), 40);
    env_msr(cpus[0], ICC_EOIR1, 40);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_RPR), 0xff);
    ck_assert_uint_eq(ld32(DIST + ISACTIVER + 4), 1 << 8);
    ck_assert_int_eq(irq_level[0], 0);
    env_msr(cpus[0], ICC_DIR, 40);
    ck_assert_int_eq(irq_level[0], 1);
    env_msr(cpus[0], ICC_EOIR1, 1023); /* nothing */
    env_msr(cpus[0], ICC_DIR, 5000);
}
END_TEST

START_TEST(v3_sgis)
{
    env_msr(cpus[0], ICC_SGI1R, 7ull << 24 | 1 << 16 | 1); /* 0.0.1.0 */
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_int_eq(irq_level[1], 1);
    ck_assert_uint_eq(env_mrs(cpus[1], ICC_IAR1), 7);
    env_msr(cpus[1], ICC_EOIR1, 7);
    ck_assert_int_eq(irq_level[1], 0);
    env_msr(cpus[0], ICC_SGI1R, 7ull << 24 | 1 << 16 | 2); /* 0.0.1.1 is nobody */
    ck_assert_int_eq(irq_level[0] | irq_level[1], 0);
    env_msr(cpus[1], ICC_SGI1R, 1ull << 40 | 3ull << 24); /* all but itself */
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_int_eq(irq_level[1], 0);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), 3);
    env_msr(cpus[0], ICC_EOIR1, 3);
    env_msr(cpus[1], ICC_SGI0R, 1ull << 40 | 3ull << 24); /* SGI 3 is not of group 0 */
    ck_assert_int_eq(irq_level[0] | fiq_level[0], 0);
}
END_TEST

START_TEST(v3_group_0_is_fiq)
{
    st32(DIST + IGROUPR + 4, ~0u & ~(1u << 8));
    enable_spi_v3(40, 0x80, 0);
    env_msr(cpus[0], ICC_IGRPEN0, 1);
    set_input(8, 1);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_int_eq(fiq_level[0], 1);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), SPURIOUS);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR0), 40);
    env_msr(cpus[0], ICC_EOIR1, 40); /* the wrong one: nothing happens */
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_RPR), 0x80);
    set_input(8, 0);
    env_msr(cpus[0], ICC_EOIR0, 40);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_RPR), 0xff);
}
END_TEST

START_TEST(bad_properties)
{
    ck_assert(realize_fails(TYPE_ARM_GICV3, "num-cpu", 0));
    ck_assert(realize_fails(TYPE_ARM_GICV3, "num-cpu", 100000));
    ck_assert(realize_fails(TYPE_ARM_GICV3, "num-irq", 33));
    ck_assert(realize_fails(TYPE_ARM_GICV3, "num-irq", 0));
    ck_assert(realize_fails(TYPE_ARM_GICV3, "num-irq", 1024));
    ck_assert(realize_fails(TYPE_ARM_GICV3, "revision", 1));
    ck_assert(realize_fails(TYPE_ARM_GICV3, "num-cpu", 3)); /* there are two CPUs */
}
END_TEST

/* Whatever a guest writes anywhere, nothing breaks, and after a reset all is as before. */
START_TEST(hostile_writes) NO_THREAD_SAFETY
{
    static const uint64_t values[] = {0, ~0ull, 0x5a5a5a5a5a5a5a5a};

    for (unsigned v = 0; v < G_N_ELEMENTS(values); v++) {
        for (unsigned size = 1; size <= 8; size *= 2) {
            for (unsigned off = 0; off < 0x10000; off += size) {
                st(DIST + off, size, values[v]);
                ld(DIST + off, size);
            }
        }
    }
    for (unsigned off = 0; off < 0x40000; off += 4) {
        st32(REDIST + off, ~0u);
        ld32(REDIST + off);
    }
    for (int n = 0; n < SPIS + 64; n++) {
        set_input(n, 1);
    }
    for (int i = 0; i < 3000; i++) {
        env_msr(cpus[i & 1], ICC_EOIR1, env_mrs(cpus[i & 1], ICC_IAR1));
    }
    device_reset(gic);
    ck_assert_int_eq(irq_level[0] | irq_level[1] | fiq_level[0] | fiq_level[1], 0);
    ck_assert_uint_eq(ld32(DIST + CTLR), 1 << 4 | 1 << 6);
}
END_TEST

/* ---- redistributors in two places */

static bool set_regions(Device *dev, const char *counts)
{
    g_autoptr(JsonNode) node = json_parse(counts, -1, NULL);

    return object_set(OBJECT(dev), "redist-region-count", node, NULL);
}

START_TEST(regions) NO_THREAD_SAFETY
{
    static const char *const wrong[] = {"[1]", "[2, 0]", "[0, 2]"};
    const uint64_t second = 0xa000000;

    env_init();
    cpus[0] = env_cpu("max-arm-cpu");
    cpus[1] = env_cpu("max-arm-cpu");
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        Device *dev = device_new(TYPE_ARM_GICV3);

        ck_assert(object_set_uint(OBJECT(dev), "num-cpu", 2, NULL));
        ck_assert(set_regions(dev, wrong[i]));
        ck_assert(!device_realize(dev, NULL));
        object_unref(OBJECT(dev));
    }
    gic = device_new(TYPE_ARM_GICV3);
    ck_assert(object_set_uint(OBJECT(gic), "num-cpu", 2, NULL));
    ck_assert(set_regions(gic, "[1, 7, 1]"));
    env_realize(gic);
    device_map(gic, 1, REDIST);
    device_map(gic, 2, second);
    device_map(gic, 3, second + 0x100000);
    ck_assert_uint_eq(ld(REDIST + 8, 8), 1 << 4); /* CPU 0, Last */
    ck_assert_uint_eq(ld(second + 8, 8), 1ull << 32 | 1 << 8 | 1 << 4);
    ck_assert_uint_eq(ld(second + 0x100000 + 8, 8), 0); /* no CPU is left for the third */
    st32(second + 0x100014, 0);
}
END_TEST

/* ---- outputs of the virtual interface, and the state of the CPU */

START_TEST(virtual_outputs) NO_THREAD_SAFETY
{
    Device *dev;

    env_init();
    dev = device_new("max-arm-cpu");
    ck_assert(object_set_bool(OBJECT(dev), "has_el2", true, NULL));
    cpus[0] = ARM_CPU(env_realize(dev));
    make_gic(TYPE_ARM_GICV3, 1, NULL);
    env_set_el(cpus[0], 2);
    env_msr(cpus[0], ARM_SYSREG(3, 4, 12, 11, 0), 1);               /* ICH_HCR */
    env_msr(cpus[0], ARM_SYSREG(3, 4, 12, 11, 7), 0xf8u << 24 | 3); /* ICH_VMCR */
    env_msr(cpus[0], ARM_SYSREG(3, 4, 12, 12, 0), 1ull << 62 | 1ull << 41 | 40);
    ck_assert_int_eq(vfiq_level[0], 1);
    env_msr(cpus[0], ARM_SYSREG(3, 4, 12, 12, 0), 5ull << 60 | 1ull << 41 | 40);
    ck_assert_int_eq(vfiq_level[0], 0);
    ck_assert_int_eq(virq_level[0], 1);
    cpus[0]->hcr = HCR_IMO;
    env_set_el(cpus[0], 1);
    ck_assert_uint_eq(env_mrs(cpus[0], ICC_IAR1), 40);
    ck_assert_int_eq(virq_level[0] | maintenance_level[0], 0);
    env_msr(cpus[0], ICC_EOIR1, 40);
    ck_assert_int_eq(maintenance_level[0], 1);
    device_reset(gic);
    ck_assert_int_eq(maintenance_level[0], 0);
}
END_TEST

START_TEST(lines_follow_security) NO_THREAD_SAFETY
{
    static const char *const switches[] = {"has-security-extensions", NULL};
    Device *dev;

    env_init();
    dev = device_new("max-arm-cpu");
    ck_assert(object_set_bool(OBJECT(dev), "has_el3", true, NULL));
    cpus[0] = ARM_CPU(env_realize(dev));
    make_gic(TYPE_ARM_GICV3, 1, switches);
    device_map(gic, 0, DIST);
    device_map(gic, 1, REDIST);
    secure_access = true;
    st32(DIST + CTLR, 7);
    st32(redist(0, 0x14), 0);
    st32(sgi_frame(0, IGROUPR), 1);
    st32(sgi_frame(0, ISENABLER), 1);
    env_set_el(cpus[0], 3);
    env_msr(cpus[0], ARM_SYSREG(3, 6, 12, 12, 7), 3);
    env_msr(cpus[0], ICC_PMR, 0xff);
    st32(sgi_frame(0, ISPENDR), 1);
    ck_assert_int_eq(fiq_level[0], 1); /* at EL3 */
    cpus[0]->scr = SCR_NS;
    env_set_el(cpus[0], 1);
    ck_assert_int_eq(fiq_level[0], 0);
    ck_assert_int_eq(irq_level[0], 1);
    env_set_el(cpus[0], 3);
    ck_assert_int_eq(fiq_level[0], 1);
    ck_assert_int_eq(irq_level[0], 0);
    cpus[0]->scr = 0;
    env_set_el(cpus[0], 1);
    ck_assert_int_eq(fiq_level[0], 1); /* Non-secure group 1 in the Secure state */
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("gicv3");
    TCase *plain = tcase_create("plain"), *own = tcase_create("own");

    tcase_add_checked_fixture(plain, setup_v3, NULL);
    tcase_add_test(plain, v3_identification);
    tcase_add_test(plain, v3_spi);
    tcase_add_test(plain, v3_any_cpu);
    tcase_add_test(plain, v3_power_down);
    tcase_add_test(plain, v3_waker);
    tcase_add_test(plain, v3_preemption);
    tcase_add_test(plain, v3_split_end);
    tcase_add_test(plain, v3_sgis);
    tcase_add_test(plain, v3_group_0_is_fiq);
    tcase_add_test(plain, bad_properties);
    tcase_add_test(plain, hostile_writes);
    tcase_add_test(own, regions);
    tcase_add_test(own, virtual_outputs);
    tcase_add_test(own, lines_follow_security);
    suite_add_tcase(s, plain);
    suite_add_tcase(s, own);
    return s;
}

TEST_MAIN(make_suite)
