/* SPDX-License-Identifier: MIT */
/* Clocks and one-shot timers: a sorted list a clock, looked at by the main loop. */
#include "softmmu/clock.h"

#include "softmmu/icount.h"
#include "softmmu/main-loop.h"
#include <stdatomic.h>
#include <time.h>

/* Virtual time = offset + monotonic while it runs, else offset. Readers retry while the
 * sequence is odd or changes (a writer is at work). */
static atomic_uint virtual_seq;
static atomic_bool virtual_runs;
static _Atomic int64_t virtual_offset_ns;
static bool virtual_manual;
static Timer *timers[CLOCK_TYPE_COUNT];

static int64_t host_ns(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t virtual_now_ns(void)
{
    if (icount_enabled()) {
        return icount_now_ns();
    }
    for (;;) {
        unsigned seq = atomic_load_explicit(&virtual_seq, memory_order_acquire);
        int64_t t = atomic_load_explicit(&virtual_offset_ns, memory_order_relaxed);

        if (atomic_load_explicit(&virtual_runs, memory_order_relaxed)) {
            t += host_ns(CLOCK_MONOTONIC);
        }
        atomic_thread_fence(memory_order_acquire);
        if (!(seq & 1) && seq == atomic_load_explicit(&virtual_seq, memory_order_relaxed)) {
            return t;
        }
    }
}

int64_t clock_now_ns(ClockType type)
{
    switch (type) {
    case CLOCK_TYPE_VIRTUAL:
        return virtual_now_ns();
    case CLOCK_TYPE_HOST:
        return host_ns(CLOCK_REALTIME);
    default:
        return host_ns(CLOCK_MONOTONIC);
    }
}

static void virtual_set(bool run, int64_t offset_ns) REQUIRES(vm_lock)
{
    atomic_fetch_add(&virtual_seq, 1);
    atomic_store(&virtual_runs, run);
    atomic_store(&virtual_offset_ns, offset_ns);
    atomic_fetch_add(&virtual_seq, 1);
}

void clock_virtual_enable(bool run)
{
    bool runs = atomic_load(&virtual_runs);
    int64_t now = virtual_now_ns();

    if (virtual_manual || icount_enabled() || run == runs) {
        return;
    }
    virtual_set(run, run ? now - host_ns(CLOCK_MONOTONIC) : now);
    main_loop_wake();
}

void clock_virtual_manual(void)
{
    clock_virtual_enable(false);
    virtual_manual = true;
}

void clock_virtual_advance_to(int64_t target_ns)
{
    for (;;) {
        int64_t deadline = clock_deadline_ns(CLOCK_TYPE_VIRTUAL);
        int64_t now = virtual_now_ns();

        if (deadline < 0 || deadline > target_ns) {
            break;
        }
        virtual_set(false, MAX(now, deadline));
        clock_run_timers(CLOCK_TYPE_VIRTUAL);
    }
    virtual_set(false, MAX(virtual_now_ns(), target_ns));
}

/* ---- timers */

void timer_init(Timer *t, ClockType clock, TimerCallback *fn, void *opaque)
{
    *t = (Timer){.clock = clock, .fn = fn, .opaque = opaque, .deadline_ns = -1};
}

void timer_del(Timer *t)
{
    if (t->deadline_ns < 0) {
        return;
    }
    Timer **p = &timers[t->clock];
    while (*p != t) {
        p = &(*p)->next;
    }
    *p = t->next;
    t->deadline_ns = -1;
}

void timer_mod(Timer *t, int64_t deadline_ns)
{
    Timer **p = &timers[t->clock];

    timer_del(t);
    t->deadline_ns = MAX(deadline_ns, 0);
    while (*p && (*p)->deadline_ns <= t->deadline_ns) {
        p = &(*p)->next;
    }
    t->next = *p;
    *p = t;
    if (timers[t->clock] != t) {
        return;
    }
    if (t->clock == CLOCK_TYPE_VIRTUAL && icount_enabled()) {
        cpus_deadline_changed();
    } else {
        main_loop_wake();
    }
}

bool timer_pending(const Timer *t)
{
    return t->deadline_ns >= 0;
}

int64_t clock_deadline_ns(ClockType type)
{
    return timers[type] ? timers[type]->deadline_ns : -1;
}

void clock_run_timers(ClockType type)
{
    int64_t now = clock_now_ns(type);

    while (timers[type] && timers[type]->deadline_ns <= now) {
        Timer *t = timers[type];

        timer_del(t);
        t->fn(t->opaque);
    }
}

int64_t clock_wait_ns(void)
{
    int64_t wait = -1;

    for (ClockType c = 0; c < CLOCK_TYPE_COUNT; c++) {
        if (!timers[c] || (c == CLOCK_TYPE_VIRTUAL && !atomic_load(&virtual_runs))) {
            continue;
        }
        int64_t left = MAX(timers[c]->deadline_ns - clock_now_ns(c), 0);

        wait = wait < 0 ? left : MIN(wait, left);
    }
    return wait;
}
