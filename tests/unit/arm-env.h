/* SPDX-License-Identifier: MIT */
/* An environment for tests of the Arm CPU: memory with RAM at 0, CPUs, no accelerator. */
#ifndef TESTS_UNIT_ARM_ENV_H
#define TESTS_UNIT_ARM_ENV_H

#include "hw/cpu/arm-cpu.h"
#include "hw/cpu/arm-exc.h"
#include "hw/cpu/arm-mmu.h"
#include "hw/cpu/arm-sysregs.h"
#include "softmmu/clock.h"
#include "util/module.h"

#include <check.h>

enum { ENV_RAM_SIZE = 1 << 20 };
static MemoryRegion env_ram;

/* Types, memory, virtual clock by hand; the lock is held from here on. */
static inline void env_init(void) NO_THREAD_SAFETY
{
    Error *err = NULL;

    vm_lock_acquire();
    module_call_init(MODULE_QOM);
    memory_map_init();
    clock_virtual_manual();
    ck_assert(memory_region_init_ram(&env_ram, "ram", ENV_RAM_SIZE, &err));
    memory_region_add(system_memory(), 0, &env_ram);
}

static inline Device *env_realize(Device *dev) NO_THREAD_SAFETY
{
    Error *err = NULL;
    bool ok = device_realize(dev, &err);

    ck_assert_msg(ok, "%s", err ? err->message : "");
    return dev;
}

static inline ArmCpu *env_cpu(const char *type)
{
    Device *dev = device_new(type);

    return ARM_CPU(env_realize(dev));
}

static inline uint64_t env_ld(uint64_t pa)
{
    return ld_le(env_ram.ram->host + pa, 8);
}

static inline void env_st(uint64_t pa, uint64_t v)
{
    st_le(env_ram.ram->host + pa, 8, v);
}

/* EL1 with SP_EL1, or EL0; nothing masked. */
static inline void env_set_el(ArmCpu *cpu, int el)
{
    arm_pstate_write(cpu, (uint32_t)el << PSTATE_EL_SHIFT | (el ? PSTATE_SP : 0));
}

static inline uint64_t env_mrs(ArmCpu *cpu, uint16_t encoding)
{
    ArmException exc;
    uint64_t v = 0;

    ck_assert(arm_sysreg_read(cpu, encoding, 0, &v, &exc));
    return v;
}

static inline void env_msr(ArmCpu *cpu, uint16_t encoding, uint64_t v)
{
    const ArmSysReg *reg;
    ArmException exc;

    ck_assert(arm_sysreg_write(cpu, encoding, 0, v, &reg, &exc));
}

#endif
