/* SPDX-License-Identifier: MIT */
/* Read-copy-update by epochs: one slot per reading thread, one queue of retired objects. */
#include "util/rcu.h"

#include "util/lock.h"
#include <glib.h>

typedef struct Retired {
    struct Retired *next;
    uint64_t epoch; /* sections that began at or before this epoch may see the object */
    void (*fn)(void *data);
    void *data;
} Retired;

_Thread_local RcuReader *rcu_self;
_Atomic uint64_t rcu_epoch = 1;

static Mutex lock;
static RcuReader *readers;
static Retired *queue_head;
static Retired **queue_tail = &queue_head;

void rcu_register_thread(void)
{
    if (rcu_self) {
        return;
    }
    rcu_self = g_new0(RcuReader, 1);
    mutex_lock(&lock);
    rcu_self->next = readers;
    readers = rcu_self;
    mutex_unlock(&lock);
}

void rcu_unregister_thread(void)
{
    if (!rcu_self) {
        return;
    }
    mutex_lock(&lock);
    for (RcuReader **p = &readers; *p; p = &(*p)->next) {
        if (*p == rcu_self) {
            *p = rcu_self->next;
            break;
        }
    }
    mutex_unlock(&lock);
    g_free(rcu_self);
    rcu_self = NULL;
}

/* Detaches every retired object that no open section can see. */
static Retired *take_unreachable(void)
{
    uint64_t oldest = UINT64_MAX;
    Retired *done = NULL, **tail = &done;

    for (RcuReader *r = readers; r; r = r->next) {
        uint64_t e = atomic_load(&r->epoch);

        if (e && e < oldest) {
            oldest = e;
        }
    }
    while (queue_head && queue_head->epoch < oldest) {
        *tail = queue_head;
        tail = &queue_head->next;
        queue_head = queue_head->next;
    }
    *tail = NULL;
    if (!queue_head) {
        queue_tail = &queue_head;
    }
    return done;
}

void rcu_poll(void)
{
    mutex_lock(&lock);
    Retired *done = take_unreachable();
    mutex_unlock(&lock);

    while (done) {
        Retired *next = done->next;

        done->fn(done->data);
        g_free(done);
        done = next;
    }
}

void rcu_retire(void (*fn)(void *data), void *data)
{
    Retired *r = g_new0(Retired, 1);

    r->fn = fn;
    r->data = data;
    mutex_lock(&lock);
    r->epoch = atomic_fetch_add(&rcu_epoch, 1);
    *queue_tail = r;
    queue_tail = &r->next;
    mutex_unlock(&lock);
    rcu_poll();
}
