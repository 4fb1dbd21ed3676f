/* SPDX-License-Identifier: MIT */
/* Events (Arm ARM B2.8, D11.2.5): WFE that really waits, SEV, and the event stream of the timer.
 *
 * The waiter announces itself and then looks at the register; the sender sets the register and then
 * looks for waiters: one of them sees the other. */
#include "hw/cpu/arm-internal.h"

enum {
    EVNTEN = 1 << 2,
    EVNTDIR = 1 << 3,
    EVNTI_SHIFT = 4,
    MIN_WAIT_NS = 5000, /* less is not worth a timer: WFE may end without an event */
};

static void set_event(ArmCpu *cpu)
{
    __atomic_store_n(&cpu->event_register, true, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&cpu->event_wait, __ATOMIC_SEQ_CST)) {
        cpu_kick(&cpu->cs);
    }
}

void arm_event_send_all(void)
{
    CPU_FOREACH (cs) {
        set_event(arm_cpu_of(cs));
    }
}

/* ---- the event stream: bit EVNTI of a counter changes to 1, or with EVNTDIR to 0 */

/* Ticks until that, at least 1. */
static uint64_t ticks_until_event(uint64_t control, uint64_t count)
{
    unsigned bit = (unsigned)extract64(control, EVNTI_SHIFT, 4);
    uint64_t period = BIT64(bit + 1), at = control & EVNTDIR ? 0 : BIT64(bit);
    uint64_t left = (at - count) & (period - 1);

    return left ? left : period;
}

static uint64_t next_stream_event(ArmCpu *cpu)
{
    uint64_t count = arm_timer_count(cpu), ticks = UINT64_MAX;

    if (cpu->cntkctl & EVNTEN) {
        ticks = ticks_until_event(cpu->cntkctl, count - cpu->cntvoff);
    }
    if (cpu->cnthctl & EVNTEN) {
        ticks = MIN(ticks, ticks_until_event(cpu->cnthctl, count));
    }
    return ticks;
}

static void stream_event(void *opaque)
{
    set_event(opaque);
}

void arm_event_init(ArmCpu *cpu)
{
    timer_init(&cpu->event_timer, CLOCK_TYPE_VIRTUAL, stream_event, cpu);
}

/* False: it comes too soon to wait for it. */
static bool arm_stream(ArmCpu *cpu, uint64_t ticks) NO_THREAD_SAFETY
{
    uint64_t ns = (uint64_t)((unsigned __int128)ticks * 1000000000 / cpu->counter_hz);

    if (ns < MIN_WAIT_NS) {
        return false;
    }
    bool taken = arm_vm_lock_enter();
    timer_mod(&cpu->event_timer, clock_now_ns(CLOCK_TYPE_VIRTUAL) + (int64_t)ns + 1);
    arm_vm_lock_leave(taken);
    return true;
}

/* ---- WFE */

void arm_event_wait(ArmCpu *cpu)
{
    uint64_t ticks = next_stream_event(cpu);

    if (ticks != UINT64_MAX && !arm_stream(cpu, ticks)) {
        return;
    }
    __atomic_store_n(&cpu->event_wait, true, __ATOMIC_SEQ_CST);
    atomic_store(&cpu->cs.halted, true);
}

void arm_event_woken(ArmCpu *cpu)
{
    __atomic_store_n(&cpu->event_wait, false, __ATOMIC_SEQ_CST);
    __atomic_store_n(&cpu->event_register, false, __ATOMIC_SEQ_CST);
}

void arm_event_reset(ArmCpu *cpu)
{
    arm_event_woken(cpu);
    timer_del(&cpu->event_timer);
}
