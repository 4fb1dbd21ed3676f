/* SPDX-License-Identifier: MIT */
/* One "max" CPU with RAM, driven by the tests themselves, and TAP output. */
#include "tests/tcg/env.h"

#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"
#include "softmmu/clock.h"
#include "util/module.h"
#include "util/rcu.h"

#include <stdarg.h>
#include <stdio.h>

ArmCpu *env_cpu;
TcgCpu *env_tcg;
uint8_t *env_ram;

static MemoryRegion ram;

/* RAM is mapped to itself, Normal write-back, by two blocks: the lower is data for EL1 and EL0, the
 * upper is code and data for EL1. */
void env_make_tables(void)
{
    uint64_t *level1 = (uint64_t *)(void *)(env_ram + ENV_TABLES), *level2 = level1 + 512;

    level1[ENV_RAM_BASE >> 30] = (ENV_RAM_BASE + ENV_TABLES + 0x1000) | 3;
    level2[0] = ENV_RAM_BASE | 0x741; /* AF, inner shareable, EL0 too, block */
    level2[1] = ENV_CODE | 0x701;
    if (env_cpu) {
        tlb_state_changed(&env_cpu->cs);
    }
}

static void set_level(Device *dev, const char *name)
{
    Error *err = NULL;

    if (!object_set_bool(OBJECT(dev), name, true, &err)) {
        g_error("%s", err->message);
    }
}

void env_need_translator(size_t bytes)
{
    Error *err = NULL;

    if (!jit_init(bytes, &err)) {
        printf("1..0 # SKIP %s\n", err->message);
        exit(0);
    }
}

/* TIER=jit in the environment: everything is translated when it is first reached. */
static void choose_tier(void)
{
    const char *tier = getenv("TIER");

    tcg_options.heat_limit = TCG_NEVER;
    if (g_strcmp0(tier, "jit") == 0) {
        tcg_options.heat_limit = 0;
        env_need_translator(64 << 20);
    }
}

static void init(bool all_levels) NO_THREAD_SAFETY
{
    Error *err = NULL;

    vm_lock_acquire();
    module_call_init(MODULE_QOM);
    memory_map_init();
    clock_virtual_manual();
    if (!memory_region_init_ram(&ram, "ram", ENV_RAM_SIZE, &err)) {
        g_error("%s", err->message);
    }
    memory_region_add(system_memory(), ENV_RAM_BASE, &ram);
    env_ram = ram.ram->host;
    env_make_tables();
    Device *dev = device_new("max" ARM_CPU_TYPE_SUFFIX);
    if (all_levels) {
        set_level(dev, "has_el2");
        set_level(dev, "has_el3");
    }
    if (!device_realize(dev, &err)) { /* no accelerator yet: no thread */
        g_error("%s", err->message);
    }
    env_cpu = ARM_CPU(dev);
    const AccelClass *tcg = (AccelClass *)type_get_class(type_find("tcg-accel"));
    accel_cpu_ops = tcg->cpu_ops;
    ram_code_written = code_written;
    choose_tier();
    if (!accel_cpu_ops->create(&env_cpu->cs, &err)) {
        g_error("%s", err->message);
    }
    env_tcg = tcg_cpu_of(env_cpu);
    cpu_current = &env_cpu->cs;
    atomic_store(&env_cpu->cs.stopped, false);
    vm_lock_release();
    env_reset_state();
}

void env_init(void)
{
    init(false);
}

void env_init_all_levels(void)
{
    init(true);
}

void env_reset_state(void)
{
    ArmCpu *cpu = env_cpu;

    if (cpu->has_el3) {
        cpu->scr = SCR_NS | SCR_RW | SCR_HCE;
        cpu->hcr = HCR_RW;
    }

    arm_pstate_write(cpu, 1u << PSTATE_EL_SHIFT | PSTATE_SP | PSTATE_DAIF);
    cpu->sctlr[1] = ENV_SCTLR;
    cpu->tcr[1] = ENV_TCR;
    for (int half = 0; half < 2; half++) {
        cpu->apia[half] = ENV_KEY(0, half);
        cpu->apib[half] = ENV_KEY(1, half);
        cpu->apda[half] = ENV_KEY(2, half);
        cpu->apdb[half] = ENV_KEY(3, half);
        cpu->apga[half] = ENV_KEY(4, half);
    }
    cpu->mair[1] = 0xff;
    cpu->ttbr0[1] = ENV_RAM_BASE + ENV_TABLES;
    cpu->vbar[1] = ENV_VBAR;
    cpu->cpacr = 3 << 20;
    cpu->excl_addr = UINT64_MAX;
    atomic_store(&cpu->cs.exit_request, 0);
    atomic_store(&cpu->cs.halted, false);
    atomic_store(&cpu->cs.interrupt, 0);
    tlb_regime_changed(&cpu->cs);
    tlb_select(cpu, env_tcg);
}

void env_run(void)
{
    tcg_exec(&env_cpu->cs);
}

/* ---- TAP */

static int tap_n, tap_failed;

void tap(bool ok, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    printf("%sok %d - ", ok ? "" : "not ", ++tap_n);
    vprintf(fmt, ap);
    putchar('\n');
    va_end(ap);
    tap_failed += !ok;
}

void tap_skip(const char *reason, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    printf("ok %d - ", ++tap_n);
    vprintf(fmt, ap);
    printf(" # SKIP %s\n", reason);
    va_end(ap);
}

void tap_note(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    printf("# ");
    vprintf(fmt, ap);
    putchar('\n');
    va_end(ap);
}

int tap_status(void)
{
    printf("1..%d\n", tap_n);
    return tap_failed ? 1 : 0;
}
