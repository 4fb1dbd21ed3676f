/* SPDX-License-Identifier: MIT */
/* The one lock that guards device and machine state. */
#include "softmmu/vm-lock.h"

VmLock vm_lock;
static _Thread_local bool held;

void vm_lock_acquire(void) NO_THREAD_SAFETY
{
    g_assert(!held);
    mutex_lock(&vm_lock.mutex);
    held = true;
}

void vm_lock_release(void) NO_THREAD_SAFETY
{
    g_assert(held);
    held = false;
    mutex_unlock(&vm_lock.mutex);
}

bool vm_lock_held(void)
{
    return held;
}

void vm_lock_wait(Cond *cond)
{
    held = false;
    cond_wait(cond, &vm_lock.mutex);
    held = true;
}
