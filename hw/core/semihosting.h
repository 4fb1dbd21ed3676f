/* SPDX-License-Identifier: MIT */
/* Semihosting: files, console, time and exit of the host for a guest without an operating system
 * ("Semihosting for AArch32 and AArch64", Arm). The architecture decodes the trap. */
#ifndef HW_CORE_SEMIHOSTING_H
#define HW_CORE_SEMIHOSTING_H

#include "gen/qapi-types.h"
#include "softmmu/vm-lock.h"
#include "util/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who calls: guest memory as the caller sees it, and the size of its words. */
typedef struct SemihostingGuest {
    unsigned word_bytes; /* of the fields of parameter blocks: 4 or 8 */
    void *opaque;
    bool (*read)(void *opaque, uint64_t addr, void *buf, size_t len);
    bool (*write)(void *opaque, uint64_t addr, const void *buf, size_t len);
} SemihostingGuest;

typedef enum SemihostingResult {
    SEMIHOSTING_DONE,  /* *ret is the result register's value */
    SEMIHOSTING_AGAIN, /* nothing typed yet: make the same call again soon */
    SEMIHOSTING_EXIT,  /* the guest is done: it must not go on */
} SemihostingResult;

/* machine.semihosting of the configuration (NULL: off); arguments of the guest's command line are
 * the kernel and its -append when none are given. */
bool semihosting_configure(const SemihostingConfig *c, const char *kernel, const char *append,
                           Error **errp) REQUIRES(vm_lock);
/* The traps are semihosting calls, at this privilege. */
bool semihosting_enabled(bool user);
/* Memory that no image lies in, for SYS_HEAPINFO; by the board. */
void semihosting_set_heap(uint64_t base, uint64_t limit);
/* Any vCPU thread, without vm_lock. */
SemihostingResult semihosting_call(const SemihostingGuest *g, uint32_t op, uint64_t arg,
                                   uint64_t *ret);

#endif
