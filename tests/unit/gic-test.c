/* SPDX-License-Identifier: MIT */
/* GICv2 by MMIO and GICv3 by MMIO and system registers: priorities, preemption, end of interrupt,
 * SGIs, levels and edges, routing. */
#include "hw/intc/arm-gic.h"
#include "hw/intc/arm-gicv3.h"

#include "tests/lib/check-main.h"
#include "tests/unit/arm-env.h"

enum {
    DIST = 0x8000000,
    CPUIF = 0x8010000,
    REDIST = 0x80a0000,
    NUM_IRQ = 96,
    SPIS = NUM_IRQ - 32,

    CTLR = 0x000,
    IGROUPR = 0x080,
    ISENABLER = 0x100,
    ICENABLER = 0x180,
    ISPENDR = 0x200,
    ICPENDR = 0x280,
    ISACTIVER = 0x300,
    IPRIORITYR = 0x400,
    ITARGETSR = 0x800,
    ICFGR = 0xc00,
    SGIR = 0xf00,
    CPENDSGIR = 0xf10,
    SPENDSGIR = 0xf20,

    C_CTLR = CPUIF + 0x00,
    C_PMR = CPUIF + 0x04,
    C_BPR = CPUIF + 0x08,
    C_IAR = CPUIF + 0x0c,
    C_EOIR = CPUIF + 0x10,
    C_RPR = CPUIF + 0x14,
    C_HPPIR = CPUIF + 0x18,
    C_AIAR = CPUIF + 0x20,
    C_DIR = CPUIF + 0x1000,

    SPURIOUS = 1023,
};

static ArmCpu *cpus[2];
static Device *gic;
static int irq_level[4], fiq_level[4];

/* ---- accesses */

static uint64_t ld(uint64_t addr, unsigned size)
{
    uint64_t v;

    ck_assert_int_eq(address_space_load(&address_space_memory, addr, size, MEM_ATTRS_NONE, &v),
                     MEM_OK);
    return v;
}

static void st(uint64_t addr, unsigned size, uint64_t v)
{
    ck_assert_int_eq(address_space_store(&address_space_memory, addr, size, MEM_ATTRS_NONE, v),
                     MEM_OK);
}

static uint32_t ld32(uint64_t addr)
{
    return (uint32_t)ld(addr, 4);
}

static void st32(uint64_t addr, uint32_t v)
{
    st(addr, 4, v);
}

/* Accesses come from this CPU from now on. */
static void on_cpu(int n)
{
    cpu_current = &cpus[n]->cs;
}

static void set_input(int n, int level) NO_THREAD_SAFETY
{
    IrqLine line = device_input(gic, "", n);

    irq_set(&line, level);
}

static void set_ppi(int cpu, int ppi, int level)
{
    set_input(SPIS + 32 * cpu + ppi, level);
}

static void irq_line(void *opaque, int n, int level)
{
    irq_level[n] = level;
}

static void fiq_line(void *opaque, int n, int level)
{
    fiq_level[n] = level;
}

static void make_gic(const char *type, int num_cpu)
{
    gic = device_new(type);
    ck_assert(object_set_uint(OBJECT(gic), "num-cpu", (uint64_t)num_cpu, NULL));
    ck_assert(object_set_uint(OBJECT(gic), "num-irq", NUM_IRQ, NULL));
    env_realize(gic);
    for (int i = 0; i < num_cpu; i++) {
        device_connect(gic, "", i, (IrqLine){irq_line, NULL, i});
        device_connect(gic, "", num_cpu + i, (IrqLine){fiq_line, NULL, i});
    }
}

/* ---- GICv2 */

/* Both groups of the distributor on, both CPU interfaces on for group 0, nothing masked. */
static void setup_v2(void) NO_THREAD_SAFETY
{
    env_init();
    cpus[0] = env_cpu("cortex-a57-arm-cpu");
    cpus[1] = env_cpu("cortex-a57-arm-cpu");
    make_gic(TYPE_ARM_GIC, 2);
    device_map(gic, 0, DIST);
    device_map(gic, 1, CPUIF);
    st32(DIST + CTLR, 3);
    for (int i = 1; i >= 0; i--) {
        on_cpu(i);
        st32(C_CTLR, 1);
        st32(C_PMR, 0xff);
    }
}

/* Enables an SPI for CPU 0 with a priority. */
static void enable_spi(unsigned irq, uint8_t priority)
{
    st32(DIST + ISENABLER + irq / 32 * 4, 1u << irq % 32);
    st(DIST + IPRIORITYR + irq, 1, priority);
    st(DIST + ITARGETSR + irq, 1, 1);
}

START_TEST(v2_identification)
{
    ck_assert_uint_eq(ld32(DIST + 4), (NUM_IRQ / 32 - 1) | 1 << 5);
    ck_assert_uint_eq(ld32(DIST + 0xfe8) >> 4 & 15, 2); /* architecture version */
    ck_assert_uint_eq(ld(DIST + ITARGETSR, 1), 1);
    on_cpu(1);
    ck_assert_uint_eq(ld32(DIST + ITARGETSR), 0x02020202);
    st32(DIST + IPRIORITYR + 40, 0x12345678);
    ck_assert_uint_eq(ld32(DIST + IPRIORITYR + 40), 0x12345678); /* 256 levels */
    ck_assert_uint_eq(ld(DIST + IPRIORITYR + 42, 2), 0x1234);
    ck_assert_uint_eq(ld32(DIST + ISENABLER), 0xffff); /* SGIs are always enabled */
    st32(DIST + ICENABLER, ~0u);
    ck_assert_uint_eq(ld32(DIST + ISENABLER), 0xffff);
    ck_assert_uint_eq(ld32(DIST + ICFGR), 0xaaaaaaaa);
    ck_assert_uint_eq(ld32(DIST + ISENABLER + 12), 0); /* beyond num-irq */
    ck_assert_uint_eq(ld32(C_IAR), SPURIOUS);
    ck_assert_uint_eq(ld32(C_RPR), 0xff);
}
END_TEST

START_TEST(v2_level)
{
    enable_spi(40, 0x80);
    set_input(8, 1);
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_int_eq(irq_level[1], 0);
    ck_assert_uint_eq(ld32(C_HPPIR), 40);
    ck_assert_uint_eq(ld32(C_IAR), 40);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_uint_eq(ld32(C_RPR), 0x80);
    ck_assert_uint_eq(ld32(DIST + ISPENDR + 4), 1 << 8); /* active and pending */
    ck_assert_uint_eq(ld32(C_IAR), SPURIOUS);
    st32(C_EOIR, 40);
    ck_assert_int_eq(irq_level[0], 1); /* still asserted: again */
    ck_assert_uint_eq(ld32(C_IAR), 40);
    set_input(8, 0);
    st32(C_EOIR, 40);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_uint_eq(ld32(C_RPR), 0xff);
    /* A withdrawn level is not pending any more. */
    set_input(8, 1);
    set_input(8, 0);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_uint_eq(ld32(C_IAR), SPURIOUS);
}
END_TEST

START_TEST(v2_edge)
{
    enable_spi(40, 0x80);
    st32(DIST + ICFGR + 8, 2u << 16);
    set_input(8, 1);
    set_input(8, 0);
    ck_assert_int_eq(irq_level[0], 1); /* remembered */
    ck_assert_uint_eq(ld32(C_IAR), 40);
    st32(C_EOIR, 40);
    ck_assert_int_eq(irq_level[0], 0);
    set_input(8, 1);
    ck_assert_uint_eq(ld32(C_IAR), 40);
    set_input(8, 0);
    set_input(8, 1); /* a second edge while active */
    st32(C_EOIR, 40);
    ck_assert_uint_eq(ld32(C_IAR), 40);
    st32(C_EOIR, 40);
    ck_assert_uint_eq(ld32(C_IAR), SPURIOUS); /* the level alone is nothing */
    st32(DIST + ISPENDR + 4, 1 << 8);
    ck_assert_int_eq(irq_level[0], 1);
    st32(DIST + ICPENDR + 4, 1 << 8);
    ck_assert_int_eq(irq_level[0], 0);
}
END_TEST

START_TEST(v2_priorities)
{
    enable_spi(40, 0x80);
    enable_spi(41, 0x40);
    enable_spi(70, 0x40);
    set_input(8, 1);
    set_input(38, 1);
    set_input(9, 1);
    st32(C_PMR, 0x40);
    ck_assert_int_eq(irq_level[0], 0); /* must be more urgent than the mask */
    st32(C_PMR, 0x48);
    ck_assert_uint_eq(ld32(C_IAR), 41); /* the lower number of equals */
    st32(C_PMR, 0xff);
    ck_assert_int_eq(irq_level[0], 0); /* no preemption by equals */
    set_input(9, 0);
    st32(C_EOIR, 41);
    ck_assert_uint_eq(ld32(C_IAR), 70);
    set_input(38, 0);
    st32(C_EOIR, 70);
    ck_assert_uint_eq(ld32(C_IAR), 40);
    set_input(9, 1); /* preempts */
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_uint_eq(ld32(C_IAR), 41);
    ck_assert_uint_eq(ld32(C_RPR), 0x40);
    st32(C_EOIR, 41);
    ck_assert_uint_eq(ld32(C_RPR), 0x80);
    st32(C_EOIR, 1023); /* nothing */
    ck_assert_uint_eq(ld32(C_RPR), 0x80);
    st32(C_EOIR, 40);
    ck_assert_uint_eq(ld32(C_RPR), 0xff);
}
END_TEST

START_TEST(v2_binary_point)
{
    enable_spi(40, 0x58);
    enable_spi(41, 0x40);
    st32(C_BPR, 0);
    ck_assert_uint_eq(ld32(C_BPR), 0);
    st32(C_BPR, 4); /* groups of 32 priorities: both are of 0x40 */
    set_input(8, 1);
    ck_assert_uint_eq(ld32(C_IAR), 40);
    set_input(9, 1);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_uint_eq(ld32(C_RPR), 0x40);
    st32(C_BPR, 3); /* of 16: 0x40 would preempt 0x50, but 0x40 is what runs */
    ck_assert_int_eq(irq_level[0], 0);
    st32(C_EOIR, 40);
    ck_assert_int_eq(irq_level[0], 1);
}
END_TEST

START_TEST(v2_eoi_mode)
{
    enable_spi(40, 0x80);
    st32(C_CTLR, 1 | 1 << 9);
    set_input(8, 1);
    ck_assert_uint_eq(ld32(C_IAR), 40);
    st32(C_EOIR, 40);
    ck_assert_uint_eq(ld32(C_RPR), 0xff);
    ck_assert_uint_eq(ld32(DIST + ISACTIVER + 4), 1 << 8);
    ck_assert_int_eq(irq_level[0], 0); /* active: not signalled again */
    st32(C_DIR, 40);
    ck_assert_uint_eq(ld32(DIST + ISACTIVER + 4), 0);
    ck_assert_int_eq(irq_level[0], 1);
}
END_TEST

START_TEST(v2_sgis)
{
    st32(DIST + SGIR, 2u << 16 | 5); /* to CPU 1 */
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_int_eq(irq_level[1], 1);
    on_cpu(1);
    st32(DIST + SGIR, 2u << 24 | 5); /* to itself */
    ck_assert_uint_eq(ld(DIST + SPENDSGIR + 5, 1), 3);
    ck_assert_uint_eq(ld32(C_IAR), 5); /* from CPU 0 first */
    ck_assert_int_eq(irq_level[1], 0);
    st32(C_EOIR, 5);
    ck_assert_uint_eq(ld32(C_IAR), 5 | 1 << 10);
    st32(C_EOIR, 5 | 1 << 10);
    ck_assert_uint_eq(ld32(C_IAR), SPURIOUS);
    st32(DIST + SGIR, 1u << 24 | 9); /* to all others */
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_int_eq(irq_level[1], 0);
    on_cpu(0);
    st(DIST + CPENDSGIR + 9, 1, 2);
    ck_assert_int_eq(irq_level[0], 0);
    st(DIST + SPENDSGIR + 9, 1, 2);
    ck_assert_uint_eq(ld32(C_IAR), 9 | 1 << 10);
}
END_TEST

START_TEST(v2_ppis_and_targets)
{
    on_cpu(1);
    st32(DIST + ISENABLER, 1u << 27);
    set_ppi(0, 27, 1);
    ck_assert_int_eq(irq_level[0] | irq_level[1], 0); /* enabled for the other CPU only */
    set_ppi(1, 27, 1);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_int_eq(irq_level[1], 1);
    ck_assert_uint_eq(ld32(C_IAR), 27);
    /* An SPI for both: the first to ask gets it. */
    on_cpu(0);
    enable_spi(50, 0x10);
    st(DIST + ITARGETSR + 50, 1, 3);
    set_ppi(1, 27, 0);
    set_input(18, 1);
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_uint_eq(ld32(C_IAR), 50);
    on_cpu(1);
    st32(C_EOIR, 27);
    ck_assert_uint_eq(ld32(C_IAR), SPURIOUS);
    ck_assert_int_eq(irq_level[1], 0);
}
END_TEST

START_TEST(v2_groups)
{
    enable_spi(40, 0x80);
    st32(DIST + IGROUPR + 4, 1 << 8);
    set_input(8, 1);
    ck_assert_int_eq(irq_level[0], 0); /* group 1 is off at the CPU interface */
    st32(C_CTLR, 3 | 1 << 3);          /* both groups, group 0 as FIQ */
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_int_eq(fiq_level[0], 0);
    ck_assert_uint_eq(ld32(C_IAR), 1022); /* not without AckCtl */
    ck_assert_uint_eq(ld32(C_AIAR), 40);
    enable_spi(41, 0x40);
    set_input(9, 1);
    ck_assert_int_eq(fiq_level[0], 1);
    ck_assert_uint_eq(ld32(C_AIAR), SPURIOUS);
    ck_assert_uint_eq(ld32(C_IAR), 41);
    st32(C_EOIR, 41);
    ck_assert_uint_eq(ld32(C_RPR), 0x80);
    st32(C_EOIR, 40);
    st32(DIST + CTLR, 2);
    ck_assert_int_eq(fiq_level[0], 0);
}
END_TEST

START_TEST(v2_reset) NO_THREAD_SAFETY
{
    enable_spi(40, 0x80);
    set_input(8, 1);
    ck_assert_int_eq(irq_level[0], 1);
    device_reset(gic);
    ck_assert_int_eq(irq_level[0], 0);
    ck_assert_uint_eq(ld32(DIST + CTLR), 0);
    ck_assert_uint_eq(ld32(DIST + ISENABLER + 4), 0);
    ck_assert_uint_eq(ld32(DIST + ISPENDR + 4), 1 << 8); /* the line is still high */
    ck_assert_uint_eq(ld32(C_PMR), 0);
}
END_TEST

static bool realize_fails(const char *type, const char *property, uint64_t v) NO_THREAD_SAFETY
{
    Device *dev = device_new(type);
    g_autoptr(Error) err = NULL;
    bool ok;

    ck_assert(object_set_uint(OBJECT(dev), property, v, NULL));
    ok = device_realize(dev, &err);
    ck_assert(ok == (err == NULL));
    object_unref(OBJECT(dev));
    return !ok;
}

START_TEST(bad_properties)
{
    static const char *const types[] = {TYPE_ARM_GIC, TYPE_ARM_GICV3};

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        ck_assert(realize_fails(types[i], "num-cpu", 0));
        ck_assert(realize_fails(types[i], "num-cpu", 100000));
        ck_assert(realize_fails(types[i], "num-irq", 33));
        ck_assert(realize_fails(types[i], "num-irq", 0));
        ck_assert(realize_fails(types[i], "num-irq", 1024));
        ck_assert(realize_fails(types[i], "revision", 1));
    }
    ck_assert(realize_fails(TYPE_ARM_GICV3, "num-cpu", 3)); /* there are two CPUs */
}
END_TEST

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
    make_gic(TYPE_ARM_GICV3, 2);
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

/* Whatever a guest writes anywhere, nothing breaks, and after a reset all is as before. */
START_TEST(hostile_writes) NO_THREAD_SAFETY
{
    static const uint64_t values[] = {0, ~0ull, 0x5a5a5a5a5a5a5a5a};
    bool v3 = _i;

    if (v3) {
        setup_v3();
    } else {
        setup_v2();
    }
    for (unsigned v = 0; v < G_N_ELEMENTS(values); v++) {
        for (unsigned size = 1; size <= (v3 ? 8 : 4); size *= 2) {
            for (unsigned off = 0; off < (v3 ? 0x10000 : 0x1000); off += size) {
                st(DIST + off, size, values[v]);
                ld(DIST + off, size);
            }
        }
    }
    for (unsigned off = 0; off < (v3 ? 0x40000 : 0x2000); off += 4) {
        st32((v3 ? REDIST : CPUIF) + off, ~0u);
        ld32((v3 ? REDIST : CPUIF) + off);
    }
    for (int n = 0; n < SPIS + 64; n++) {
        set_input(n, 1);
    }
    for (int i = 0; i < 3000; i++) {
        if (v3) {
            env_msr(cpus[i & 1], ICC_EOIR1, env_mrs(cpus[i & 1], ICC_IAR1));
        } else {
            on_cpu(i & 1);
            st32(C_EOIR, ld32(C_IAR));
        }
    }
    device_reset(gic);
    ck_assert_int_eq(irq_level[0] | irq_level[1] | fiq_level[0] | fiq_level[1], 0);
    ck_assert_uint_eq(ld32(DIST + CTLR), v3 ? 1 << 4 | 1 << 6 : 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("gic");
    TCase *v2 = tcase_create("v2"), *v3 = tcase_create("v3"), *any = tcase_create("any");

    tcase_add_checked_fixture(v2, setup_v2, NULL);
    tcase_add_test(v2, v2_identification);
    tcase_add_test(v2, v2_level);
    tcase_add_test(v2, v2_edge);
    tcase_add_test(v2, v2_priorities);
    tcase_add_test(v2, v2_binary_point);
    tcase_add_test(v2, v2_eoi_mode);
    tcase_add_test(v2, v2_sgis);
    tcase_add_test(v2, v2_ppis_and_targets);
    tcase_add_test(v2, v2_groups);
    tcase_add_test(v2, v2_reset);
    tcase_add_test(v2, bad_properties);
    tcase_add_checked_fixture(v3, setup_v3, NULL);
    tcase_add_test(v3, v3_identification);
    tcase_add_test(v3, v3_spi);
    tcase_add_test(v3, v3_any_cpu);
    tcase_add_test(v3, v3_waker);
    tcase_add_test(v3, v3_preemption);
    tcase_add_test(v3, v3_split_end);
    tcase_add_test(v3, v3_sgis);
    tcase_add_test(v3, v3_group_0_is_fiq);
    tcase_add_loop_test(any, hostile_writes, 0, 2);
    suite_add_tcase(s, v2);
    suite_add_tcase(s, v3);
    suite_add_tcase(s, any);
    return s;
}

TEST_MAIN(make_suite)
