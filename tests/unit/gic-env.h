/* SPDX-License-Identifier: MIT */
/* What tests of interrupt controllers share: two CPUs, a controller in memory, its outputs. */
#ifndef TESTS_UNIT_GIC_ENV_H
#define TESTS_UNIT_GIC_ENV_H

#include "hw/core/device.h"
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

    SPURIOUS = 1023,
};

static ArmCpu *cpus[2];
static bool secure_access; /* of ld and st */
static Device *gic;
static int irq_level[4], fiq_level[4], virq_level[4], vfiq_level[4], maintenance_level[4];

/* ---- accesses */

static inline uint64_t ld(uint64_t addr, unsigned size)
{
    uint64_t v;

    ck_assert_int_eq(address_space_load(&address_space_memory, addr, size,
                                        (MemAttrs){.secure = secure_access}, &v),
                     MEM_OK);
    return v;
}

static inline void st(uint64_t addr, unsigned size, uint64_t v)
{
    ck_assert_int_eq(address_space_store(&address_space_memory, addr, size,
                                         (MemAttrs){.secure = secure_access}, v),
                     MEM_OK);
}

static inline uint32_t ld32(uint64_t addr)
{
    return (uint32_t)ld(addr, 4);
}

static inline void st32(uint64_t addr, uint32_t v)
{
    st(addr, 4, v);
}

/* Accesses come from this CPU from now on. */
static inline void on_cpu(int n)
{
    cpu_current = &cpus[n]->cs;
}

static inline void set_input(int n, int level) NO_THREAD_SAFETY
{
    IrqLine line = device_input(gic, "", n);

    irq_set(&line, level);
}

static inline void set_ppi(int cpu, int ppi, int level)
{
    set_input(SPIS + 32 * cpu + ppi, level);
}

static inline void line_changed(void *opaque, int n, int level)
{
    ((int *)opaque)[n] = level;
}

/* A controller with these of its switches on, and its outputs. */
static inline void make_gic(const char *type, int num_cpu, const char *const *switches)
{
    int *const levels[] = {irq_level, fiq_level, virq_level, vfiq_level};

    gic = device_new(type);
    ck_assert(object_set_uint(OBJECT(gic), "num-cpu", (uint64_t)num_cpu, NULL));
    ck_assert(object_set_uint(OBJECT(gic), "num-irq", NUM_IRQ, NULL));
    for (; switches && *switches; switches++) {
        ck_assert(object_set_bool(OBJECT(gic), *switches, true, NULL));
    }
    env_realize(gic);
    for (int i = 0; i < num_cpu; i++) {
        for (int line = 0; line < 4; line++) {
            device_connect(gic, "", line * num_cpu + i, (IrqLine){line_changed, levels[line], i});
        }
        device_connect(gic, "maintenance", i, (IrqLine){line_changed, maintenance_level, i});
    }
}

static inline bool realize_fails(const char *type, const char *property,
                                 uint64_t v) NO_THREAD_SAFETY
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

#endif
