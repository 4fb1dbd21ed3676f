/* SPDX-License-Identifier: MIT */
/* The main loop: GLib's default context, with vm_lock held except while it waits. */
#ifndef SOFTMMU_MAIN_LOOP_H
#define SOFTMMU_MAIN_LOOP_H

#include "softmmu/vm-lock.h"
#include "util/error.h"

/* Makes the loop and its wake-up; the caller holds vm_lock from here on. */
void main_loop_init(void) ACQUIRE(vm_lock);
/* Runs until run_state asks for the end. */
void main_loop(void) REQUIRES(vm_lock);
/* From any thread: the loop looks at timers and requests again. */
void main_loop_wake(void);
/* From any thread: runs fn(opaque) once in the main loop, vm_lock held. */
void main_loop_run_soon(void (*fn)(void *opaque), void *opaque);

#endif
