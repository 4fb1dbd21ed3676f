/* SPDX-License-Identifier: MIT */
/* I/O threads: objects of type iothread, each a host thread that runs an event loop of its own for
 * the work of devices. */
#ifndef BACKENDS_IOTHREAD_H
#define BACKENDS_IOTHREAD_H

#include "qom/object.h"

#define TYPE_IOTHREAD "iothread"

typedef struct IoThread IoThread;
#define IOTHREAD(obj) OBJECT_CHECK(IoThread, obj, TYPE_IOTHREAD)

/* Its loop: sources attached to the context run in the thread, without the machine's lock. */
GMainContext *iothread_context(IoThread *t);
int64_t iothread_thread_id(const IoThread *t); /* of the host thread */
/* Who uses it keeps it from being deleted. */
void iothread_use(IoThread *t);
void iothread_unuse(IoThread *t);
/* Runs fn(opaque) in the thread and waits for it. Not from the thread itself. */
void iothread_run(IoThread *t, void (*fn)(void *opaque), void *opaque);

typedef struct IoThreadSettings {
    int64_t poll_max_ns, poll_grow, poll_shrink, aio_max_batch;
} IoThreadSettings;
/* The properties. */
IoThreadSettings iothread_settings(const IoThread *t);

#endif
