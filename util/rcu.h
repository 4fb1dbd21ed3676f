/* SPDX-License-Identifier: MIT */
/* Read-copy-update for structures that vCPU threads read without locks (flat views, code pages).
 * A reader's section is a few instructions; what a writer retires is freed when every section
 * that could have seen it has ended. */
#ifndef UTIL_RCU_H
#define UTIL_RCU_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct RcuReader {
    _Atomic uint64_t epoch; /* 0 outside of sections */
    unsigned depth;
    struct RcuReader *next;
} RcuReader;

extern _Thread_local RcuReader *rcu_self;
extern _Atomic uint64_t rcu_epoch;

/* Makes the calling thread a reader; done by the first section of a thread by itself. */
void rcu_register_thread(void);
void rcu_unregister_thread(void);

static inline void rcu_read_lock(void)
{
    if (__builtin_expect(!rcu_self, 0)) {
        rcu_register_thread();
    }
    if (rcu_self->depth++ == 0) {
        atomic_store_explicit(&rcu_self->epoch, atomic_load(&rcu_epoch), memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
    }
}

static inline void rcu_read_unlock(void)
{
    if (--rcu_self->depth == 0) {
        atomic_store_explicit(&rcu_self->epoch, 0, memory_order_release);
    }
}

/* Calls fn(data) once no section that began before this call is open: at once when there is
 * none, else at a later rcu_retire() or rcu_poll(). Any thread may call it. */
void rcu_retire(void (*fn)(void *data), void *data);
/* Frees what can be freed now. */
void rcu_poll(void);

#endif
