/* SPDX-License-Identifier: MIT */
/* The generic timer (Arm ARM D11): system counter, timers of EL1, EL2 and Secure EL1.
 *
 * The counter is the virtual clock in ticks of counter_hz; vCPU threads read it without a lock.
 * A timer is one Timer of softmmu at the moment its condition becomes true. Output lines are
 * levels: condition met, enabled and not masked. */
#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-internal.h"

enum {
    CTL_ENABLE = 1 << 0,
    CTL_IMASK = 1 << 1,
    CTL_ISTATUS = 1 << 2,
    /* CNTHCTL_EL2: whether EL1 has the physical counter and timer; two formats */
    EL1PCTEN = 1 << 0,
    EL1PCEN = 1 << 1,
    EL1PCTEN_E2H = 1 << 10,
    EL1PTEN_E2H = 1 << 11,
    CNTHCTL_MASK = 0xff,
    CNTHCTL_MASK_E2H = 0xfff,
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

/* Who lets the levels below EL2 at a counter or timer: CNTKCTL_EL1 for EL0 (CNTHCTL_EL2, which has
 * the same bits then, in the EL2&0 regime), then CNTHCTL_EL2 by its format. */
typedef struct TimerRule {
    uint16_t el0;
    uint16_t el1, el1_e2h; /* 0: EL2 does not trap it */
} TimerRule;
static const TimerRule frequency_rule = {CNTKCTL_EL0PCTEN | CNTKCTL_EL0VCTEN, 0, 0};
static const TimerRule count_rules[] = {
    [ARM_TIMER_PHYS] = {CNTKCTL_EL0PCTEN, EL1PCTEN, EL1PCTEN_E2H},
    [ARM_TIMER_VIRT] = {CNTKCTL_EL0VCTEN, 0, 0},
};
static const TimerRule timer_rules[] = {
    [ARM_TIMER_PHYS] = {CNTKCTL_EL0PTEN, EL1PCEN, EL1PTEN_E2H},
    [ARM_TIMER_VIRT] = {CNTKCTL_EL0VTEN, 0, 0},
};

static ArmSysAccess access_by_rule(const ArmCpu *cpu, const TimerRule *r)
{
    bool host = arm_in_host_regime(cpu);
    int el = arm_el(cpu);

    if (el == 0 && !((host ? cpu->cnthctl : cpu->cntkctl) & r->el0)) {
        return ARM_SYS_TRAP_EL1;
    }
    if (el <= 1 && !host && r->el1 && arm_el2_enabled(cpu) &&
        !(cpu->cnthctl & (cpu->hcr & HCR_E2H ? r->el1_e2h : r->el1))) {
        return ARM_SYS_TRAP_EL2;
    }
    return ARM_SYS_OK;
}

/* Only the highest level sets the frequency. */
static ArmSysAccess freq_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    if (write) {
        return arm_el(cpu) == arm_highest_el(cpu) ? ARM_SYS_OK : ARM_SYS_UNDEF;
    }
    return access_by_rule(cpu, &frequency_rule);
}

static ArmSysAccess count_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return access_by_rule(cpu, &count_rules[id_of(reg)]);
}

static ArmSysAccess timer_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return access_by_rule(cpu, &timer_rules[id_of(reg)]);
}

/* The secure timer is EL3's; Secure EL1 has it when SCR_EL3.ST says so. */
static ArmSysAccess secure_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    switch (arm_el(cpu)) {
    case 3:
        return ARM_SYS_OK;
    case 1:
        return !arm_is_secure_below_el3(cpu) ? ARM_SYS_UNDEF
               : cpu->scr & SCR_ST           ? ARM_SYS_OK
                                             : ARM_SYS_TRAP_EL3;
    default:
        return ARM_SYS_UNDEF;
    }
}

/* The EL2&0 regime has no virtual offset. */
static uint64_t count_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return arm_in_host_regime(cpu) ? arm_timer_count(cpu) : timer_count(cpu, id_of(reg));
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

/* Writes arm timers and drive lines, which the main loop does too when a timer expires: they take
 * the lock. Reads do not need it, the vCPU is the only one that writes. */
static void cval_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    bool taken = arm_vm_lock_enter();

    cpu->timers[id_of(reg)].cval = value;
    timer_update(cpu, id_of(reg));
    arm_vm_lock_leave(taken);
}

static void tval_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cval_write(cpu, reg, timer_count(cpu, id_of(reg)) + (uint64_t)(int64_t)(int32_t)value);
}

static void ctl_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    bool taken = arm_vm_lock_enter();

    cpu->timers[id_of(reg)].ctl = (uint32_t)value & (CTL_ENABLE | CTL_IMASK);
    timer_update(cpu, id_of(reg));
    arm_vm_lock_leave(taken);
}

static uint64_t frequency_reset(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->counter_hz;
}

static void cntvoff_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value) NO_THREAD_SAFETY
{
    bool taken = arm_vm_lock_enter();

    cpu->cntvoff = value;
    timer_update(cpu, ARM_TIMER_VIRT);
    arm_vm_lock_leave(taken);
}

static void cnthctl_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu->cnthctl = value & (cpu->hcr & HCR_E2H ? CNTHCTL_MASK_E2H : CNTHCTL_MASK);
}

/* ---- the tables */

/* One register of a timer; `el` is the lowest level that may. */
#define TIMER_ROW(n, op1, crm, op2, el, id, rd, wr, ...)                             \
    {                                                                                \
        .name = (n), SR(3, op1, 14, crm, op2), SR_RW(el), SR_NO_FIELD, .read = (rd), \
        .write = (wr), .opaque = (void *)(intptr_t)(id), __VA_ARGS__                 \
    }
#define TIMER_ROWS(prefix, suffix, op1, crm, el, id, ...)                                       \
    TIMER_ROW(prefix "_TVAL" suffix, op1, crm, 0, el, id, tval_read, tval_write, __VA_ARGS__),  \
        TIMER_ROW(prefix "_CTL" suffix, op1, crm, 1, el, id, ctl_read, ctl_write, __VA_ARGS__), \
        TIMER_ROW(prefix "_CVAL" suffix, op1, crm, 2, el, id, cval_read, cval_write, __VA_ARGS__)
/* The same for a timer whose names mean EL2's timer under VHE. */
#define HOSTED_ROW(n, crm, op2, id, rd, wr) \
    TIMER_ROW(n, 3, crm, op2, 0, id, rd, wr, .access = timer_access, SR_HOST(14, crm, op2))
#define HOSTED_ROWS(prefix, crm, id)                                    \
    HOSTED_ROW(prefix "_TVAL_EL0", crm, 0, id, tval_read, tval_write),  \
        HOSTED_ROW(prefix "_CTL_EL0", crm, 1, id, ctl_read, ctl_write), \
        HOSTED_ROW(prefix "_CVAL_EL0", crm, 2, id, cval_read, cval_write)

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
    {.name = "CNTKCTL_EL1",
     SR(3, 0, 14, 1, 0),
     SR_RW(1),
     SR_HOST(14, 1, 0),
     SR_FIELD(cntkctl),
     .write_mask = 0x3ff},
    HOSTED_ROWS("CNTP", 2, ARM_TIMER_PHYS),
    HOSTED_ROWS("CNTV", 3, ARM_TIMER_VIRT),
};
static const ArmSysReg secure_rows[] = {
    TIMER_ROWS("CNTPS", "_EL1", 7, 2, 1, ARM_TIMER_SEC, .access = secure_access),
};
static const ArmSysReg el2_rows[] = {
    {.name = "CNTVOFF_EL2",
     SR(3, 4, 14, 0, 3),
     SR_RW(2),
     SR_FIELD(cntvoff),
     .write = cntvoff_write},
    {.name = "CNTHCTL_EL2",
     SR(3, 4, 14, 1, 0),
     SR_RW(2),
     SR_FIELD(cnthctl),
     .write = cnthctl_write,
     .reset = EL1PCTEN | EL1PCEN},
    TIMER_ROWS("CNTHP", "_EL2", 4, 2, 2, ARM_TIMER_HYP, .access = NULL),
};
static const ArmSysReg vhe_rows[] = {
    TIMER_ROWS("CNTHV", "_EL2", 4, 3, 2, ARM_TIMER_HYP_VIRT, .access = NULL),
};

static bool has_el3(const ArmCpu *cpu)
{
    return cpu->has_el3;
}

static bool has_vhe(const ArmCpu *cpu)
{
    return arm_has(cpu, ARM_FEAT_VHE);
}

const ArmSysRegGroup arm_sysregs_timer[] = {
    {rows, G_N_ELEMENTS(rows), NULL},
    {secure_rows, G_N_ELEMENTS(secure_rows), has_el3},
    {NULL, 0, NULL},
};
const ArmSysRegGroup arm_sysregs_timer_el2[] = {
    {el2_rows, G_N_ELEMENTS(el2_rows), NULL},
    {vhe_rows, G_N_ELEMENTS(vhe_rows), has_vhe},
    {NULL, 0, NULL},
};
