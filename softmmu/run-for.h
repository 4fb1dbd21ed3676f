/* SPDX-License-Identifier: MIT */
/* Runs the VM for a while of virtual time or a number of instructions, then pauses it. */
#ifndef SOFTMMU_RUN_FOR_H
#define SOFTMMU_RUN_FOR_H

#include "softmmu/vm-lock.h"
#include "util/error.h"
#include <stdint.h>

/* Exactly there with -icount; else as soon after as the host manages. */
bool run_for_ns(uint64_t ns, Error **errp) REQUIRES(vm_lock);
/* -icount only: at the first branch after so many more, by all vCPUs. */
bool run_for_instructions(uint64_t n, Error **errp) REQUIRES(vm_lock);

#endif
