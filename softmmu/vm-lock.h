/* SPDX-License-Identifier: MIT */
/* The one lock that guards device and machine state.
 *
 * The main loop holds it except while it waits for events; a vCPU thread takes it for device
 * access and for state changes, never while it executes guest code. */
#ifndef SOFTMMU_VM_LOCK_H
#define SOFTMMU_VM_LOCK_H

#include "util/lock.h"
#include "util/thread-safety.h"
#include <glib.h>
#include <stdbool.h>

typedef struct CAPABILITY("mutex") VmLock {
    Mutex mutex;
} VmLock;

extern VmLock vm_lock;

void vm_lock_acquire(void) ACQUIRE(vm_lock);
void vm_lock_release(void) RELEASE(vm_lock);
bool vm_lock_held(void); /* by the calling thread */
/* Waits on cond, releasing the lock meanwhile. */
void vm_lock_wait(Cond *cond) REQUIRES(vm_lock);

#endif
