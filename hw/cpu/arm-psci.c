/* SPDX-License-Identifier: MIT */
/* PSCI 1.1 (Arm DEN 0022) and the discovery calls of SMCCC 1.1 (DEN 0028), as if firmware above
 * EL1 answered HVC or SMC. */
#include "hw/cpu/arm-internal.h"
#include "softmmu/run-state.h"
#include "util/log.h"

#include <inttypes.h>

enum {
    SMC64 = 1 << 30,
    /* Function numbers of the standard secure service range, 0x84000000 and 0xc4000000 up. */
    PSCI_BASE = 0x84000000u,
    PSCI_VERSION = 0,
    PSCI_CPU_SUSPEND = 1,
    PSCI_CPU_OFF = 2,
    PSCI_CPU_ON = 3,
    PSCI_AFFINITY_INFO = 4,
    PSCI_MIGRATE_INFO_TYPE = 6,
    PSCI_SYSTEM_OFF = 8,
    PSCI_SYSTEM_RESET = 9,
    PSCI_FEATURES = 10,
    PSCI_SYSTEM_RESET2 = 18,
    PSCI_FUNCTIONS = 32,

    SMCCC_VERSION = 0x80000000u,
    SMCCC_ARCH_FEATURES = 0x80000001u,
    SMCCC_ARCH_WORKAROUND_3 = 0x80003fffu,
    SMCCC_ARCH_WORKAROUND_2 = 0x80007fffu,
    SMCCC_ARCH_WORKAROUND_1 = 0x80008000u,
};

enum {
    PSCI_SUCCESS = 0,
    PSCI_NOT_SUPPORTED = -1,
    PSCI_INVALID_PARAMETERS = -2,
    PSCI_ALREADY_ON = -4,
    PSCI_ON_PENDING = -5,
    PSCI_INVALID_ADDRESS = -9,

    PSCI_STATE_ON = 0,
    PSCI_STATE_OFF = 1,
    PSCI_STATE_ON_PENDING = 2,

    PSCI_MIGRATE_NOT_NEEDED = 2, /* also: there is no Trusted OS */
    SMCCC_NOT_NEEDED = 1,        /* the workaround exists and this CPU can do without */
};

/* Which functions there are, and in which widths. */
enum { W32 = 1, W64 = 2 };
static const uint8_t widths[PSCI_FUNCTIONS] = {
    [PSCI_VERSION] = W32,
    [PSCI_CPU_SUSPEND] = W32 | W64,
    [PSCI_CPU_OFF] = W32,
    [PSCI_CPU_ON] = W32 | W64,
    [PSCI_AFFINITY_INFO] = W32 | W64,
    [PSCI_MIGRATE_INFO_TYPE] = W32,
    [PSCI_SYSTEM_OFF] = W32,
    [PSCI_SYSTEM_RESET] = W32,
    [PSCI_FEATURES] = W32,
    [PSCI_SYSTEM_RESET2] = W32 | W64,
};

/* The function number, -1 when the id is none of PSCI's. */
static int psci_function(uint32_t id)
{
    uint32_t number = (id & ~(uint32_t)SMC64) - PSCI_BASE;

    if (number >= PSCI_FUNCTIONS || !(widths[number] & (id & SMC64 ? W64 : W32))) {
        return -1;
    }
    return (int)number;
}

/* Leaves the execution loop; the thread waits until there is work for this CPU. */
static void halt(ArmCpu *cpu)
{
    atomic_store(&cpu->cs.halted, true);
    atomic_store(&cpu->cs.exit_request, 1);
}

/* ---- CPU_ON, CPU_OFF */

typedef struct CpuOnRequest {
    uint64_t entry, context;
} CpuOnRequest;

/* The state that firmware starts a CPU in: reset, in the highest level that it serves. */
static void start_at(ArmCpu *cpu, uint64_t entry, uint64_t context) REQUIRES(vm_lock)
{
    if (cpu->interface_reset) {
        cpu->interface_reset(cpu->gic_opaque);
    }
    arm_cpu_reset_registers(cpu);
    arm_cpu_start_non_secure(cpu, cpu->has_el2 && cpu->psci_conduit == ARM_PSCI_SMC ? 2 : 1);
    cpu->pc = entry;
    cpu->x[0] = context;
}

/* In the thread of the CPU that is to run, vm_lock held. */
static void cpu_on_work(CpuState *cs, void *data) REQUIRES(vm_lock)
{
    ArmCpu *cpu = arm_cpu_of(cs);
    g_autofree CpuOnRequest *req = data;

    if (!cpu->psci_on_pending) {
        return; /* the system was reset meanwhile */
    }
    start_at(cpu, req->entry, req->context);
    cpu->psci_on_pending = false;
    __atomic_store_n(&cpu->power_off, false, __ATOMIC_RELEASE);
    atomic_store(&cs->halted, false);
    if (accel_cpu_ops && accel_cpu_ops->state_changed) {
        accel_cpu_ops->state_changed(cs);
    }
}

static int64_t cpu_on(uint64_t affinity, uint64_t entry, uint64_t context) REQUIRES(vm_lock)
{
    ArmCpu *target = affinity & ~ARM_AFFINITY_MASK ? NULL : arm_cpu_by_affinity(affinity);

    if (!target) {
        return PSCI_INVALID_PARAMETERS;
    }
    if (entry & 3) {
        return PSCI_INVALID_ADDRESS;
    }
    if (target->psci_on_pending) {
        return PSCI_ON_PENDING;
    }
    if (!target->power_off) {
        return PSCI_ALREADY_ON;
    }
    CpuOnRequest *req = g_new(CpuOnRequest, 1);

    *req = (CpuOnRequest){entry, context};
    target->psci_on_pending = true;
    cpu_run_on_async(&target->cs, cpu_on_work, req);
    return PSCI_SUCCESS;
}

static void cpu_off(ArmCpu *cpu) REQUIRES(vm_lock)
{
    __atomic_store_n(&cpu->power_off, true, __ATOMIC_RELEASE);
    halt(cpu);
}

/* power_state: StateID, StateType (power-down), PowerLevel; the rest must be 0. */
enum { POWER_STATE_DOWN = 1 << 16 };
#define POWER_STATE_RES0 0xfcfe0000u

/* Standby goes on behind the call, power-down starts at the entry: when there is an interrupt. */
static int64_t cpu_suspend(ArmCpu *cpu, uint64_t state, uint64_t entry, uint64_t context)
{
    if (state & POWER_STATE_RES0) {
        return PSCI_INVALID_PARAMETERS;
    }
    if (state & POWER_STATE_DOWN) {
        if (entry & 3) {
            return PSCI_INVALID_ADDRESS;
        }
        cpu->psci_resume = true;
        cpu->psci_resume_pc = entry;
        cpu->psci_resume_x0 = context;
    }
    halt(cpu);
    return PSCI_SUCCESS;
}

void arm_psci_resume(ArmCpu *cpu) NO_THREAD_SAFETY
{
    bool taken = arm_vm_lock_enter();
    uint64_t pc = cpu->psci_resume_pc, x0 = cpu->psci_resume_x0;

    start_at(cpu, pc, x0);
    if (accel_cpu_ops && accel_cpu_ops->state_changed) {
        accel_cpu_ops->state_changed(&cpu->cs);
    }
    arm_vm_lock_leave(taken);
}

static int64_t affinity_info(uint64_t affinity, uint64_t lowest_level) REQUIRES(vm_lock)
{
    ArmCpu *target = arm_cpu_by_affinity(affinity);

    if (lowest_level > 0 || (affinity & ~ARM_AFFINITY_MASK) || !target) {
        return PSCI_INVALID_PARAMETERS;
    }
    if (target->psci_on_pending) {
        return PSCI_STATE_ON_PENDING;
    }
    return target->power_off ? PSCI_STATE_OFF : PSCI_STATE_ON;
}

/* ---- the calls */

static int64_t features(uint32_t id)
{
    if (id == SMCCC_VERSION) {
        return PSCI_SUCCESS;
    }
    return psci_function(id) >= 0 ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

static int64_t arch_features(uint32_t id)
{
    switch (id) {
    case SMCCC_VERSION:
    case SMCCC_ARCH_FEATURES:
        return PSCI_SUCCESS;
    case SMCCC_ARCH_WORKAROUND_1:
    case SMCCC_ARCH_WORKAROUND_2:
    case SMCCC_ARCH_WORKAROUND_3:
        return SMCCC_NOT_NEEDED;
    default:
        return PSCI_NOT_SUPPORTED;
    }
}

/* The caller does not come back: it is off until the machine is reset. */
static int64_t system_off(ArmCpu *cpu) REQUIRES(vm_lock)
{
    cpu_off(cpu);
    vm_request_shutdown(SHUTDOWN_CAUSE_GUEST_SHUTDOWN);
    return PSCI_SUCCESS;
}

static int64_t system_reset(ArmCpu *cpu) REQUIRES(vm_lock)
{
    cpu_off(cpu);
    vm_request_reset(SHUTDOWN_CAUSE_GUEST_RESET);
    return PSCI_SUCCESS;
}

static int64_t psci_call(ArmCpu *cpu, int function, const uint64_t *arg) REQUIRES(vm_lock)
{
    switch (function) {
    case PSCI_VERSION:
        return 1 << 16 | 1;
    case PSCI_CPU_SUSPEND:
        return cpu_suspend(cpu, arg[0], arg[1], arg[2]);
    case PSCI_CPU_OFF:
        cpu_off(cpu);
        return PSCI_SUCCESS;
    case PSCI_CPU_ON:
        return cpu_on(arg[0], arg[1], arg[2]);
    case PSCI_AFFINITY_INFO:
        return affinity_info(arg[0], arg[1]);
    case PSCI_MIGRATE_INFO_TYPE:
        return PSCI_MIGRATE_NOT_NEEDED;
    case PSCI_SYSTEM_OFF:
        return system_off(cpu);
    case PSCI_SYSTEM_RESET:
        return system_reset(cpu);
    case PSCI_SYSTEM_RESET2:
        /* 0: an architectural warm reset; vendors' ones are not there. */
        return (uint32_t)arg[0] ? PSCI_NOT_SUPPORTED : system_reset(cpu);
    case PSCI_FEATURES:
        return features((uint32_t)arg[0]);
    default:
        return PSCI_NOT_SUPPORTED;
    }
}

bool arm_psci_call(ArmCpu *cpu, ArmPsciConduit conduit) NO_THREAD_SAFETY
{
    uint32_t id = (uint32_t)cpu->x[0];
    uint64_t mask = id & SMC64 ? ~0ull : 0xffffffffull;
    uint64_t arg[3] = {cpu->x[1] & mask, cpu->x[2] & mask, cpu->x[3] & mask};
    int64_t result = PSCI_NOT_SUPPORTED;

    if (conduit == ARM_PSCI_NONE || (int)conduit != cpu->psci_conduit) {
        return false;
    }
    if (id == SMCCC_VERSION) {
        result = 1 << 16 | 1;
    } else if (id == SMCCC_ARCH_FEATURES) {
        result = arch_features((uint32_t)arg[0]);
    } else if (id == SMCCC_ARCH_WORKAROUND_1 || id == SMCCC_ARCH_WORKAROUND_2 ||
               id == SMCCC_ARCH_WORKAROUND_3) {
        result = PSCI_SUCCESS;
    } else if (psci_function(id) >= 0) {
        bool taken = arm_vm_lock_enter();

        result = psci_call(cpu, psci_function(id), arg);
        arm_vm_lock_leave(taken);
    }
    cpu->x[0] = (uint64_t)result;
    return true;
}
