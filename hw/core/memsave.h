/* SPDX-License-Identifier: MIT */
/* Guest memory into files of the host. */
#ifndef HW_CORE_MEMSAVE_H
#define HW_CORE_MEMSAVE_H

#include "softmmu/cpus.h"

/* [addr, addr + size) by physical address. What is not memory reads as zeros: devices are not
 * disturbed. */
bool memsave_physical(AddressSpace *as, uint64_t addr, uint64_t size, const char *path,
                      Error **errp);
/* The same by virtual address, as the vCPU translates now; an error where it does not. */
bool memsave_virtual(CpuState *cpu, uint64_t addr, uint64_t size, const char *path, Error **errp)
    REQUIRES(vm_lock);

#endif
