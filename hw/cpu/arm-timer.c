/* SPDX-License-Identifier: MIT */
/* The generic timer (Arm ARM D11): system counter, EL1 physical and virtual timers.
 *
 * The counter is the virtual clock in ticks of counter_hz; vCPU threads read it without a lock.
 * A timer is one Timer of softmmu at the moment its condition becomes true. Output lines are
 * levels: condition met, enabled and not masked. */
#include "hw/cpu/arm-internal.h"

enum {
    CTL_ENABLE = 1 << 0,
    CTL_IMASK = 1 << 1,
    CTL_ISTATUS = 1 << 2,
    /* CNTKCTL_EL1 */
    EL0PCTEN = 1 << 0,
    EL0VCTEN = 1 << 1,
    EL0VTEN = 1 << 8,
    EL0PTEN = 1 << 9,
};
#define NS_PER_S 1000000000ull

/* ---- ticks and nanoseconds */

static uint64_t ns_to_ticks(uint64_t ns, uint64_t hz)
{
    if (NS_PER_S % hz == 0) {
        return ns / (NS_PER_S / hz);
    }
    return (uint64_t)((unsigned __int128)ns * hz / NS_PER_S);
}

/* The first nanosecond at which the counter shows at least `ticks`; INT64_MAX when never. */
static int64_t ticks_to_ns(uint64_t ticks, uint64_t hz)
{
    unsigned __int128 ns = ((unsigned __int128)ticks * NS_PER_S + hz - 1) / hz;

    return ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
}

uint64_t arm_timer_count(ArmCpu *cpu)
{
    return ns_to_ticks((uint64_t)clock_now_ns(CLOCK_TYPE_VIRTUAL), cpu->counter_hz);
}

static uint64_t offset_of(const ArmCpu *cpu, ArmTimerId id)
{
    return id == ARM_TIMER_VIRT ? cpu->cntvoff : 0;
}

static uint64_t timer_count(ArmCpu *cpu, ArmTimerId id)
{
    return arm_timer_count(cpu) - offset_of(cpu, id);
}

/* ---- the condition and the line */

static void set_line(ArmCpu *cpu, ArmTimerId id, bool level) REQUIRES(vm_lock)
{
    device_set_output(&cpu->dev, "timer", id, level);
}

/* The only place that drives lines and arms timers. */
static void timer_update(ArmCpu *cpu, ArmTimerId id) REQUIRES(vm_lock)
{
    ArmGenericTimer *t = &cpu->timers[id];
    bool armed = (t->ctl & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE;
    bool met = timer_count(cpu, id) >= t->cval;
    uint64_t target = t->cval + offset_of(cpu, id);
    int64_t deadline = target >= t->cval ? ticks_to_ns(target, cpu->counter_hz) : INT64_MAX;

    if (armed && !met && deadline != INT64_MAX) {
        timer_mod(&t->timer, deadline);
    } else {
        timer_del(&t->timer);
    }
    set_line(cpu, id, armed && met);
}

#define TIMER_CALLBACK(name, id)                    \
    static void name(void *opaque) NO_THREAD_SAFETY \
    {                                               \
        timer_update(opaque, id);                   \
    }
TIMER_CALLBACK(phys_expired, ARM_TIMER_PHYS)
TIMER_CALLBACK(virt_expired, ARM_TIMER_VIRT)
TIMER_CALLBACK(hyp_expired, ARM_TIMER_HYP)
TIMER_CALLBACK(sec_expired, ARM_TIMER_SEC)
TIMER_CALLBACK(hyp_virt_expired, ARM_TIMER_HYP_VIRT)

void arm_timer_init(ArmCpu *cpu)
{
    static TimerCallback *const expired[] = {
        [ARM_TIMER_PHYS] = phys_expired,         [ARM_TIMER_VIRT] = virt_expired,
        [ARM_TIMER_HYP] = hyp_expired,           [ARM_TIMER_SEC] = sec_expired,
        [ARM_TIMER_HYP_VIRT] = hyp_virt_expired,
    };

    for (int id = 0; id < ARM_TIMER_COUNT; id++) {
        timer_init(&cpu->timers[id].timer, CLOCK_TYPE_VIRTUAL, expired[id], cpu);
    }
}

void arm_timer_reset(ArmCpu *cpu)
{
    for (int id = 0; id < ARM_TIMER_COUNT; id++) {
        cpu->timers[id].ctl = 0;
        cpu->timers[id].cval = 0;
        timer_update(cpu, id);
    }
}

void arm_timer_stop(ArmCpu *cpu)
{
    for (int id = 0; id < ARM_TIMER_COUNT; id++) {
        timer_del(&cpu->timers[id].timer);
    }
}

/* ---- registers; `opaque` is the ArmTimerId */

static ArmTimerId id_of(const ArmSysReg *reg)
{
    return (ArmTimerId)(intptr_t)reg->opaque;
}

/* CNTKCTL_EL1 lets EL0 at the counters and timers. */
static ArmSysAccess el0_access(const ArmCpu *cpu, uint64_t enables)
{
    return arm_el(cpu) == 0 && !(cpu->cntkctl & enables) ? ARM_SYS_TRAP_EL1 : ARM_SYS_OK;
}

static ArmSysAccess freq_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return el0_access(cpu, EL0PCTEN | EL0VCTEN);
}

static ArmSysAccess count_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return el0_access(cpu, id_of(reg) == ARM_TIMER_VIRT ? EL0VCTEN : EL0PCTEN);
}

static ArmSysAccess timer_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return el0_access(cpu, id_of(reg) == ARM_TIMER_VIRT ? EL0VTEN : EL0PTEN);
}

static uint64_t count_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return timer_count(cpu, id_of(reg));
}

static uint64_t cval_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->timers[id_of(reg)].cval;
}

static uint64_t tval_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return (uint32_t)(cpu->timers[id_of(reg)].cval - timer_count(cpu, id_of(reg)));
}

static uint64_t ctl_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    const ArmGenericTimer *t = &cpu->timers[id_of(reg)];
    bool met = (t->ctl & CTL_ENABLE) && timer_count(cpu, id_of(reg)) >= t->cval;

    return t->ctl | (met ? CTL_ISTATUS : 0);
}

/* Writes arm timers and drive lines, so they take the lock; reads do not need it. */
static void update_locked(ArmCpu *cpu, ArmTimerId id) NO_THREAD_SAFETY
{
    bool taken = arm_vm_lock_enter();

    timer_update(cpu, id);
    arm_vm_lock_leave(taken);
}

static void cval_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    __atomic_store_n(&cpu->timers[id_of(reg)].cval, value, __ATOMIC_RELAXED);
    update_locked(cpu, id_of(reg));
}

static void tval_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cval_write(cpu, reg, timer_count(cpu, id_of(reg)) + (uint64_t)(int64_t)(int32_t)value);
}

static void ctl_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu->timers[id_of(reg)].ctl = (uint32_t)value & (CTL_ENABLE | CTL_IMASK);
    update_locked(cpu, id_of(reg));
}

static uint64_t frequency_reset(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->counter_hz;
}

#define TIMER_ROWS(prefix, crm, id)                                              \
    {.name = prefix "_TVAL_EL0",                                                 \
     SR(3, 3, 14, crm, 0),                                                       \
     SR_RW(0),                                                                   \
     SR_NO_FIELD,                                                                \
     .access = timer_access,                                                     \
     .read = tval_read,                                                          \
     .write = tval_write,                                                        \
     .opaque = (void *)(intptr_t)(id)},                                          \
        {.name = prefix "_CTL_EL0",                                              \
         SR(3, 3, 14, crm, 1),                                                   \
         SR_RW(0),                                                               \
         SR_NO_FIELD,                                                            \
         .access = timer_access,                                                 \
         .read = ctl_read,                                                       \
         .write = ctl_write,                                                     \
         .opaque = (void *)(intptr_t)(id)},                                      \
    {                                                                            \
        .name = prefix "_CVAL_EL0", SR(3, 3, 14, crm, 2), SR_RW(0), SR_NO_FIELD, \
        .access = timer_access, .read = cval_read, .write = cval_write,          \
        .opaque = (void *)(intptr_t)(id)                                         \
    }

static const ArmSysReg rows[] = {
    {.name = "CNTFRQ_EL0",
     SR(3, 3, 14, 0, 0),
     .read_el = 0,
     .write_el = 1,
     SR_FIELD(cntfrq),
     .access = freq_access,
     .reset_value = frequency_reset,
     .write_mask = 0xffffffff},
    {.name = "CNTPCT_EL0",
     SR(3, 3, 14, 0, 1),
     SR_RO(0),
     SR_NO_FIELD,
     .access = count_access,
     .read = count_read,
     .opaque = (void *)(intptr_t)ARM_TIMER_PHYS},
    {.name = "CNTVCT_EL0",
     SR(3, 3, 14, 0, 2),
     SR_RO(0),
     SR_NO_FIELD,
     .access = count_access,
     .read = count_read,
     .opaque = (void *)(intptr_t)ARM_TIMER_VIRT},
    {.name = "CNTKCTL_EL1", SR(3, 0, 14, 1, 0), SR_RW(1), SR_FIELD(cntkctl), .write_mask = 0x3ff},
    TIMER_ROWS("CNTP", 2, ARM_TIMER_PHYS),
    TIMER_ROWS("CNTV", 3, ARM_TIMER_VIRT),
};

const ArmSysRegGroup arm_sysregs_timer[] = {{rows, G_N_ELEMENTS(rows), NULL}, {NULL, 0, NULL}};
