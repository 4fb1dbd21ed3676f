/* SPDX-License-Identifier: MIT */
/* Clocks in nanoseconds and one-shot timers on them, run by the main loop. */
#ifndef SOFTMMU_CLOCK_H
#define SOFTMMU_CLOCK_H

#include "softmmu/vm-lock.h"
#include <stdint.h>

typedef enum ClockType {
    CLOCK_TYPE_REALTIME, /* monotonic host time; always runs */
    CLOCK_TYPE_VIRTUAL,  /* guest time: stands still while the VM is stopped; qtest steps it */
    CLOCK_TYPE_HOST,     /* wall clock */
    CLOCK_TYPE_COUNT,
} ClockType;

/* Any thread, no lock. */
int64_t clock_now_ns(ClockType type);

/* run-state.c: the virtual clock runs between resume and pause. */
void clock_virtual_enable(bool run) REQUIRES(vm_lock);
/* qtest: from now on the virtual clock moves only by clock_virtual_set. */
void clock_virtual_manual(void) REQUIRES(vm_lock);
/* Moves to target, stopping at each deadline on the way to run its timers in order. Never
 * moves backwards. */
void clock_virtual_advance_to(int64_t target_ns) REQUIRES(vm_lock);

typedef void TimerCallback(void *opaque);
typedef struct Timer {
    ClockType clock;
    TimerCallback *fn; /* called by the main loop, vm_lock held */
    void *opaque;
    int64_t deadline_ns; /* -1: not pending */
    struct Timer *next;
} Timer;

void timer_init(Timer *t, ClockType clock, TimerCallback *fn, void *opaque);
void timer_mod(Timer *t, int64_t deadline_ns) REQUIRES(vm_lock);
void timer_del(Timer *t) REQUIRES(vm_lock);
bool timer_pending(const Timer *t);
/* The earliest deadline of the clock, -1: none. */
int64_t clock_deadline_ns(ClockType type) REQUIRES(vm_lock);
/* main-loop.c: runs what is due; nanoseconds until the next deadline of a running clock, -1:
 * none. */
void clock_run_timers(ClockType type) REQUIRES(vm_lock);
int64_t clock_wait_ns(void) REQUIRES(vm_lock);

#endif
