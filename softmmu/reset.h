/* SPDX-License-Identifier: MIT */
/* System reset: handlers in registration order, vCPUs paused. */
#ifndef SOFTMMU_RESET_H
#define SOFTMMU_RESET_H

#include "softmmu/vm-lock.h"

typedef void ResetHandler(void *opaque);
void reset_register(ResetHandler *fn, void *opaque) REQUIRES(vm_lock);
void reset_unregister(ResetHandler *fn, void *opaque) REQUIRES(vm_lock);
void reset_run(void) REQUIRES(vm_lock);

#endif
