/* SPDX-License-Identifier: MIT */
/* Guest memory into files of the host. What is asked for is settled at once; writing it may take as
 * long as the disk likes, and happens in a thread of its own where somebody can wait for the end.
 */
#ifndef SOFTMMU_MEMSAVE_H
#define SOFTMMU_MEMSAVE_H

#include "softmmu/cpus.h"

typedef struct MemorySave MemorySave;

/* [addr, addr + size) by physical address. What is not memory is written as zeros: devices are not
 * disturbed. (transfer full) */
MemorySave *memsave_physical(uint64_t addr, uint64_t size, const char *path, Error **errp);
/* The same by virtual address, as the vCPU translates now; an error where it does not. */
MemorySave *memsave_virtual(CpuState *cpu, uint64_t addr, uint64_t size, const char *path,
                            Error **errp) REQUIRES(vm_lock);

/* Writes it now. Takes s. */
bool memsave_write(MemorySave *s, Error **errp);
/* Writes it in a thread; then the main loop calls done, with NULL or the error (borrowed). Takes s.
 */
void memsave_write_later(MemorySave *s, void (*done)(void *opaque, const Error *err), void *opaque);

#endif
