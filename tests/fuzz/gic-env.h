/* SPDX-License-Identifier: MIT */
/* What the fuzz targets of interrupt controllers share: two CPUs with every level, RAM at 0, and
 * the input as a stream of numbers. */
#ifndef TESTS_FUZZ_GIC_ENV_H
#define TESTS_FUZZ_GIC_ENV_H

#include "hw/core/state-hash.h"
#include "hw/cpu/arm-cpu.h"
#include "hw/cpu/arm-sysregs.h"
#include "softmmu/clock.h"
#include "tests/fuzz/fuzz.h"
#include "util/log.h"
#include "util/module.h"

#include <string.h>

enum { ENV_CPUS = 2, ENV_RAM = 1 << 20 };
static MemoryRegion env_ram;
static ArmCpu *env_cpus[ENV_CPUS];

static void env_realize(Device *dev) NO_THREAD_SAFETY
{
    Error *err = NULL;

    if (!device_realize(dev, &err)) {
        g_error("%s", err->message);
    }
}

/* Once: types, memory, CPUs; the lock is held from here on. */
static void env_init(void) NO_THREAD_SAFETY
{
    vm_lock_acquire();
    module_call_init(MODULE_QOM);
    memory_map_init();
    clock_virtual_manual();
    if (!memory_region_init_ram(&env_ram, "ram", ENV_RAM, NULL)) {
        g_error("no memory");
    }
    memory_region_add(system_memory(), 0, &env_ram);
    for (int i = 0; i < ENV_CPUS; i++) {
        Device *dev = device_new("max-arm-cpu");

        object_set_bool(OBJECT(dev), "has_el2", true, NULL);
        object_set_bool(OBJECT(dev), "has_el3", true, NULL);
        env_realize(dev);
        env_cpus[i] = ARM_CPU(dev);
    }
}

/* ---- the input: zeros behind its end */

typedef struct Input {
    const uint8_t *data;
    size_t left;
} Input;

static uint64_t take(Input *in, unsigned bytes)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < bytes; i++) {
        v |= in->left ? (uint64_t)*in->data << (8 * i) : 0;
        in->data += in->left > 0;
        in->left -= in->left > 0;
    }
    return v;
}

#endif
