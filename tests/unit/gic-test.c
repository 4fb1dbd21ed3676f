/* SPDX-License-Identifier: MIT */
/* GICv2 by MMIO: priorities, preemption, end of interrupt, SGIs, levels and edges, targets,
 * security and virtualisation extensions; GICv2m. */
#include "hw/intc/arm-gic.h"

#include "tests/lib/check-main.h"
#include "tests/unit/gic-env.h"

enum {
    C_CTLR = CPUIF + 0x00,
    C_PMR = CPUIF + 0x04,
    C_BPR = CPUIF + 0x08,
    C_IAR = CPUIF + 0x0c,
    C_EOIR = CPUIF + 0x10,
    C_RPR = CPUIF + 0x14,
    C_HPPIR = CPUIF + 0x18,
    C_AIAR = CPUIF + 0x20,
    C_DIR = CPUIF + 0x1000,
};

/* ---- GICv2 */

/* Both groups of the distributor on, both CPU interfaces on for group 0, nothing masked. */
static void setup_v2(void) NO_THREAD_SAFETY
{
    env_init();
    cpus[0] = env_cpu("cortex-a57-arm-cpu");
    cpus[1] = env_cpu("cortex-a57-arm-cpu");
    make_gic(TYPE_ARM_GIC, 2, NULL);
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

START_TEST(bad_properties)
{
    ck_assert(realize_fails(TYPE_ARM_GIC, "num-cpu", 0));
    ck_assert(realize_fails(TYPE_ARM_GIC, "num-cpu", 100000));
    ck_assert(realize_fails(TYPE_ARM_GIC, "num-irq", 33));
    ck_assert(realize_fails(TYPE_ARM_GIC, "num-irq", 0));
    ck_assert(realize_fails(TYPE_ARM_GIC, "num-irq", 1024));
    ck_assert(realize_fails(TYPE_ARM_GIC, "revision", 1));
    ck_assert(realize_fails(TYPE_ARM_GIC, "num-priority-bits", 3));
    ck_assert(realize_fails(TYPE_ARM_GIC, "num-priority-bits", 9));
}
END_TEST

/* Whatever a guest writes anywhere, nothing breaks, and after a reset all is as before. */
START_TEST(hostile_writes) NO_THREAD_SAFETY
{
    static const uint64_t values[] = {0, ~0ull, 0x5a5a5a5a5a5a5a5a};

    for (unsigned v = 0; v < G_N_ELEMENTS(values); v++) {
        for (unsigned size = 1; size <= 4; size *= 2) {
            for (unsigned off = 0; off < 0x1000; off += size) {
                st(DIST + off, size, values[v]);
                ld(DIST + off, size);
            }
        }
    }
    for (unsigned off = 0; off < 0x2000; off += 4) {
        st32(CPUIF + off, ~0u);
        ld32(CPUIF + off);
    }
    for (int n = 0; n < SPIS + 64; n++) {
        set_input(n, 1);
    }
    for (int i = 0; i < 3000; i++) {
        on_cpu(i & 1);
        st32(C_EOIR, ld32(C_IAR));
    }
    device_reset(gic);
    ck_assert_int_eq(irq_level[0] | irq_level[1] | fiq_level[0] | fiq_level[1], 0);
    ck_assert_uint_eq(ld32(DIST + CTLR), 0);
}
END_TEST

/* ---- security extensions */

static void setup_secure(void) NO_THREAD_SAFETY
{
    static const char *const switches[] = {"has-security-extensions", NULL};

    env_init();
    cpus[0] = env_cpu("cortex-a57-arm-cpu");
    make_gic(TYPE_ARM_GIC, 1, switches);
    device_map(gic, 0, DIST);
    device_map(gic, 1, CPUIF);
    on_cpu(0);
    secure_access = true;
    st32(DIST + CTLR, 3);
    st32(DIST + IGROUPR + 4, 1u << 8); /* 40 is Non-secure software's */
    st32(C_CTLR, 3 | 1 << 3);
    st32(C_PMR, 0xff);
    enable_spi(40, 0xa0);
    enable_spi(41, 0x40);
}

static uint32_t ns32(uint64_t addr)
{
    uint32_t v;

    secure_access = false;
    v = ld32(addr);
    secure_access = true;
    return v;
}

static void ns_st32(uint64_t addr, uint32_t v)
{
    secure_access = false;
    st32(addr, v);
    secure_access = true;
}

START_TEST(secure_distributor)
{
    ck_assert_uint_eq(ld32(DIST + 4) >> 10 & 1, 1);
    ck_assert_uint_eq(ns32(DIST + CTLR), 1);
    ns_st32(DIST + CTLR, 0);
    ck_assert_uint_eq(ld32(DIST + CTLR), 1); /* group 0 is not theirs */
    ns_st32(DIST + CTLR, 1);
    ck_assert_uint_eq(ld32(DIST + CTLR), 3);
    ck_assert_uint_eq(ns32(DIST + IGROUPR + 4), 0);
    ns_st32(DIST + IGROUPR + 4, ~0u);
    ck_assert_uint_eq(ld32(DIST + IGROUPR + 4), 1u << 8);
    ck_assert_uint_eq(ns32(DIST + ISENABLER + 4), 1u << 8);
    ns_st32(DIST + ICENABLER + 4, ~0u);
    ck_assert_uint_eq(ld32(DIST + ISENABLER + 4), 1u << 9);
    ck_assert_uint_eq(ns32(DIST + IPRIORITYR + 40), 0x40); /* 0xa0 doubled; 0x40 is not shown */
    ns_st32(DIST + IPRIORITYR + 40, 0x8080);
    ck_assert_uint_eq(ld32(DIST + IPRIORITYR + 40), 0x40c0);
    ns_st32(DIST + ISPENDR + 4, 3u << 8);
    ck_assert_uint_eq(ld32(DIST + ISPENDR + 4), 1u << 8);
    st32(DIST + 0xe00 + 8, 1u << 18); /* NSACR: 41 may be made pending */
    ck_assert_uint_eq(ns32(DIST + 0xe00 + 8), 0);
    ns_st32(DIST + ISPENDR + 4, 3u << 8);
    ck_assert_uint_eq(ld32(DIST + ISPENDR + 4), 3u << 8);
}
END_TEST

START_TEST(secure_sgis)
{
    st32(DIST + IGROUPR, 1u << 5);
    st32(DIST + SGIR, 2u << 24 | 5);
    ck_assert_uint_eq(ld(DIST + SPENDSGIR + 5, 1), 0); /* NSATT says group 0 */
    st32(DIST + SGIR, 2u << 24 | 1 << 15 | 5);
    ck_assert_uint_eq(ld(DIST + SPENDSGIR + 5, 1), 1);
    ns_st32(DIST + SGIR, 2u << 24 | 6);
    ck_assert_uint_eq(ld(DIST + SPENDSGIR + 6, 1), 0);
    st32(DIST + 0xe00, 1u << 12);
    ns_st32(DIST + SGIR, 2u << 24 | 6);
    ck_assert_uint_eq(ld(DIST + SPENDSGIR + 6, 1), 1);
    ck_assert_uint_eq(ns32(DIST + CPENDSGIR + 4), 1 << 8); /* 5, not 6 */
    ns_st32(DIST + CPENDSGIR + 4, 0x0101 << 8);
    ck_assert_uint_eq(ld32(DIST + CPENDSGIR + 4), 1 << 16);
}
END_TEST

START_TEST(secure_acknowledge)
{
    set_input(8, 1);
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_uint_eq(ld32(C_HPPIR), 1022);
    ck_assert_uint_eq(ld32(C_IAR), 1022); /* not without AckCtl */
    ck_assert_uint_eq(ns32(C_HPPIR), 40);
    ck_assert_uint_eq(ns32(C_AIAR), 0);
    ck_assert_uint_eq(ns32(C_IAR), 40);
    ck_assert_uint_eq(ld32(C_RPR), 0xa0);
    ck_assert_uint_eq(ns32(C_RPR), 0x40);
    ck_assert_uint_eq(ns32(CPUIF + 0xd0), 1u << 16); /* NSAPR2 */
    set_input(9, 1);
    ck_assert_int_eq(fiq_level[0], 1); /* Secure software preempts */
    ck_assert_uint_eq(ns32(C_IAR), SPURIOUS);
    ck_assert_uint_eq(ns32(C_HPPIR), SPURIOUS);
    ck_assert_uint_eq(ld32(C_IAR), 41);
    ck_assert_uint_eq(ns32(C_RPR), 0); /* of no concern to them */
    ns_st32(C_EOIR, 41);
    ck_assert_uint_eq(ld32(C_RPR), 0x40);
    st32(C_EOIR, 41);
    ns_st32(C_EOIR, 40);
    ck_assert_uint_eq(ld32(C_RPR), 0xff);
}
END_TEST

START_TEST(secure_cpu_interface)
{
    st32(C_CTLR, 3 | 1 << 10); /* Non-secure EOImode */
    ck_assert_uint_eq(ns32(C_CTLR), 1 | 1 << 9);
    ns_st32(C_CTLR, 0);
    ck_assert_uint_eq(ld32(C_CTLR), 1);
    ns_st32(C_CTLR, 1 | 1 << 9);
    ck_assert_uint_eq(ld32(C_CTLR), 3 | 1 << 10);
    set_input(8, 1);
    ck_assert_uint_eq(ns32(C_IAR), 40);
    set_input(8, 0);
    ns_st32(C_EOIR, 40);
    ck_assert_uint_eq(ld32(DIST + ISACTIVER + 4), 1u << 8);
    ns_st32(C_DIR, 40);
    ck_assert_uint_eq(ld32(DIST + ISACTIVER + 4), 0);
    ck_assert_uint_eq(ns32(C_PMR), 0xfe);
    ns_st32(C_PMR, 0x80);
    ck_assert_uint_eq(ld32(C_PMR), 0xc0);
    st32(C_PMR, 0x70);
    ck_assert_uint_eq(ns32(C_PMR), 0);
    ns_st32(C_PMR, 0x80);
    ck_assert_uint_eq(ld32(C_PMR), 0x70);
    ns_st32(C_BPR, 5);
    ck_assert_uint_eq(ld32(CPUIF + 0x1c), 5); /* is ABPR */
    ck_assert_uint_eq(ld32(C_BPR), 0);
    st32(C_CTLR, 3 | 1 << 4); /* CBPR */
    st32(C_BPR, 3);
    ck_assert_uint_eq(ns32(C_BPR), 4);
    ns_st32(C_BPR, 7);
    ck_assert_uint_eq(ns32(C_BPR), 4);
}
END_TEST

/* ---- virtualization extensions: the outputs; the registers have a bare-metal suite */

START_TEST(virtual_outputs) NO_THREAD_SAFETY
{
    static const char *const switches[] = {"has-virtualization-extensions", NULL};
    const uint64_t gich = 0x8030000, gicv = 0x8040000;

    env_init();
    cpus[0] = env_cpu("cortex-a57-arm-cpu");
    cpus[1] = env_cpu("cortex-a57-arm-cpu");
    make_gic(TYPE_ARM_GIC, 2, switches);
    device_map(gic, 2, gich);
    device_map(gic, 3, gicv);
    on_cpu(1);
    st32(gich, 1);
    st32(gich + 8, 0xf0u << 24 | 1);
    st32(gich + 0x100, 1u << 28 | 1 << 19 | 40);
    ck_assert_int_eq(virq_level[1], 1);
    ck_assert_int_eq(virq_level[0] | vfiq_level[1] | irq_level[1], 0);
    st32(gich + 8, 0xf0u << 24 | 1 | 1 << 3); /* FIQEn */
    ck_assert_int_eq(virq_level[1], 0);
    ck_assert_int_eq(vfiq_level[1], 1);
    ck_assert_uint_eq(ld32(gicv + 0xc), 40);
    ck_assert_int_eq(vfiq_level[1], 0);
    ck_assert_int_eq(maintenance_level[1], 0);
    st32(gicv + 0x10, 40);
    ck_assert_int_eq(maintenance_level[1], 1);
    st32(gich, 0);
    ck_assert_int_eq(maintenance_level[1], 0);
    on_cpu(0);
    ck_assert_uint_eq(ld32(gich + 0x30), 15); /* another CPU's list registers */
}
END_TEST

/* ---- GICv2m */

START_TEST(messages) NO_THREAD_SAFETY
{
    Device *dev = device_new("arm-gicv2m");

    ck_assert(realize_fails("arm-gicv2m", "num-spi", 0));
    ck_assert(realize_fails("arm-gicv2m", "num-spi", 989));
    ck_assert(realize_fails("arm-gicv2m", "base-spi", 0xffffffff));
    ck_assert(object_set_uint(OBJECT(dev), "base-spi", 16, NULL));
    ck_assert(object_set_uint(OBJECT(dev), "num-spi", 2, NULL));
    env_realize(dev);
    device_map(dev, 0, 0x8020000);
    for (int i = 0; i < 2; i++) {
        device_connect(dev, "", i, device_input(gic, "", 16 + i));
    }
    ck_assert_uint_eq(ld32(0x8020008), 48 << 16 | 2);
    enable_spi(49, 0x80);
    st32(DIST + ICFGR + 12, 2u << 2);
    st32(0x8020040, 49);
    ck_assert_int_eq(irq_level[0], 1);
    ck_assert_uint_eq(ld32(C_IAR), 49);
    st32(0x8020040, 50);
    st32(0x8020040, 47);
    st32(0x8020040, 1023);
    st32(C_EOIR, 49);
    ck_assert_uint_eq(ld32(C_IAR), SPURIOUS);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("gic");
    TCase *plain = tcase_create("plain"), *secure = tcase_create("secure");
    TCase *virtual = tcase_create("virtual");

    tcase_add_checked_fixture(plain, setup_v2, NULL);
    tcase_add_test(plain, v2_identification);
    tcase_add_test(plain, v2_level);
    tcase_add_test(plain, v2_edge);
    tcase_add_test(plain, v2_priorities);
    tcase_add_test(plain, v2_binary_point);
    tcase_add_test(plain, v2_eoi_mode);
    tcase_add_test(plain, v2_sgis);
    tcase_add_test(plain, v2_ppis_and_targets);
    tcase_add_test(plain, v2_groups);
    tcase_add_test(plain, v2_reset);
    tcase_add_test(plain, bad_properties);
    tcase_add_test(plain, hostile_writes);
    tcase_add_test(plain, messages);
    tcase_add_checked_fixture(secure, setup_secure, NULL);
    tcase_add_test(secure, secure_distributor);
    tcase_add_test(secure, secure_sgis);
    tcase_add_test(secure, secure_acknowledge);
    tcase_add_test(secure, secure_cpu_interface);
    tcase_add_test(virtual, virtual_outputs);
    suite_add_tcase(s, plain);
    suite_add_tcase(s, secure);
    suite_add_tcase(s, virtual);
    return s;
}

TEST_MAIN(make_suite)
