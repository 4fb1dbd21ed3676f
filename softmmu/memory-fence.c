/* SPDX-License-Identifier: MIT */
/* Fences between device threads and the guest. Guests execute many and devices few: the host can
 * have all of a process's threads pass a fence at once, so that guest code needs none. */
#include "softmmu/memory.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_bool for_all;

static bool membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

bool memory_fence_for_all(void)
{
    if (!atomic_load(&for_all) && membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
        membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) {
        atomic_store(&for_all, true);
    }
    return atomic_load(&for_all);
}

void memory_fence(void)
{
    /* Also of this thread. It was possible when it was asked for, and does not fail after. */
    if (atomic_load_explicit(&for_all, memory_order_relaxed)) {
        membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    }
    atomic_thread_fence(memory_order_seq_cst);
}
