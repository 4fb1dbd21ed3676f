/* SPDX-License-Identifier: MIT */
/* An Arm CPU's part of the digest of the machine's state. */
#include "hw/core/state-hash.h"
#include "hw/cpu/arm-internal.h"

static void hash_general(const ArmCpu *cpu, StateHash *h)
{
    for (int i = 0; i < ARM_X_ZR; i++) {
        state_hash_u64(h, cpu->x[i]);
    }
    for (int el = 0; el < 4; el++) {
        state_hash_u64(h, arm_sp_read(cpu, el));
    }
    state_hash_u64(h, cpu->pc);
    state_hash_u64(h, arm_pstate_read(cpu));
    state_hash_u64(h, cpu->step_did);
    state_hash_u64(h, cpu->step_did && cpu->step_exclusive);
}

static void hash_vectors(const ArmCpu *cpu, StateHash *h)
{
    for (int i = 0; i < 32; i++) {
        state_hash_u64(h, cpu->v[i].d[0]);
        state_hash_u64(h, cpu->v[i].d[1]);
    }
    state_hash_u64(h, cpu->fpcr);
    state_hash_u64(h, cpu->fpsr);
}

/* What the monitor saw counts only while it is closed on an address. */
static void hash_monitors(const ArmCpu *cpu, StateHash *h)
{
    state_hash_u64(h, cpu->excl_addr);
    if (cpu->excl_addr != UINT64_MAX) {
        state_hash_u64(h, cpu->excl_size);
        state_hash_u64(h, cpu->excl_value[0]);
        state_hash_u64(h, cpu->excl_value[1]);
    }
    state_hash_u64(h, cpu->event_register);
    state_hash_u64(h, cpu->event_wait);
}

static void hash_power(const ArmCpu *cpu, StateHash *h)
{
    state_hash_u64(h, cpu->power_off);
    state_hash_u64(h, cpu->psci_on_pending);
    state_hash_u64(h, cpu->psci_resume);
    state_hash_u64(h, cpu->psci_resume ? cpu->psci_resume_pc : 0);
    state_hash_u64(h, cpu->psci_resume ? cpu->psci_resume_x0 : 0);
    state_hash_u64(h, atomic_load(&cpu->cs.halted));
    state_hash_u64(h, cpu->input_levels);
}

void arm_cpu_hash(Device *dev, StateHash *h)
{
    ArmCpu *cpu = ARM_CPU(dev);

    hash_general(cpu, h);
    hash_vectors(cpu, h);
    hash_monitors(cpu, h);
    hash_power(cpu, h);
    for (int i = 0; i < ARM_TIMER_COUNT; i++) {
        state_hash_u64(h, cpu->timers[i].cval);
        state_hash_u64(h, cpu->timers[i].ctl);
    }
    state_hash_u64(h, cpu->mpidr);
    state_hash_bytes(h, &cpu->id, sizeof(cpu->id));
    arm_sysregs_hash(cpu, h);
}
