/* SPDX-License-Identifier: MIT */
/* The main loop: GLib's default context, with vm_lock held except while it waits. */
#include "softmmu/main-loop.h"

#include "softmmu/clock.h"
#include "softmmu/icount.h"
#include "softmmu/run-state.h"
#include "util/lock.h"
#include <poll.h>
#include <time.h>

#define NS_PER_MS 1000000
#define NS_PER_S  1000000000

typedef struct Deferred {
    void (*fn)(void *opaque);
    void *opaque;
} Deferred;

/* GLib counts in milliseconds; guest timers want better. */
static gint poll_unlocked(GPollFD *fds, guint n, gint timeout_ms) NO_THREAD_SAFETY
{
    int64_t timeout_ns = timeout_ms < 0 ? -1 : (int64_t)timeout_ms * NS_PER_MS;
    int64_t timers_ns = timeout_ms ? clock_wait_ns() : -1;
    gint r;

    if (timeout_ms == 0) {
        return g_poll(fds, n, 0);
    }
    if (timers_ns >= 0 && (timeout_ns < 0 || timers_ns < timeout_ns)) {
        timeout_ns = timers_ns;
    }
    struct timespec ts = {timeout_ns / NS_PER_S, timeout_ns % NS_PER_S};
    vm_lock_release();
    /* A GPollFD is laid out as a struct pollfd. */
    r = ppoll((struct pollfd *)fds, n, timeout_ns < 0 ? NULL : &ts, NULL);
    vm_lock_acquire();
    return r;
}

static gboolean timers_prepare(GSource *source, gint *timeout_ms) NO_THREAD_SAFETY
{
    int64_t wait = clock_wait_ns();

    *timeout_ms = wait < 0 ? -1 : (gint)MIN((wait + NS_PER_MS - 1) / NS_PER_MS, 60000);
    return wait == 0;
}

static gboolean timers_check(GSource *source) NO_THREAD_SAFETY
{
    return clock_wait_ns() == 0;
}

static gboolean timers_dispatch(GSource *source, GSourceFunc fn, gpointer opaque) NO_THREAD_SAFETY
{
    clock_run_timers(CLOCK_TYPE_REALTIME);
    clock_run_timers(CLOCK_TYPE_HOST);
    if (!icount_enabled()) { /* else between instructions: see icount.h */
        clock_run_timers(CLOCK_TYPE_VIRTUAL);
    }
    return G_SOURCE_CONTINUE;
}

void main_loop_init(void)
{
    static GSourceFuncs timer_funcs = {timers_prepare, timers_check, timers_dispatch, NULL};
    GSource *source = g_source_new(&timer_funcs, sizeof(GSource));

    vm_lock_acquire();
    g_main_context_set_poll_func(g_main_context_default(), poll_unlocked);
    g_source_attach(source, NULL);
    g_source_unref(source);
    (void)g_main_context_acquire(g_main_context_default());
}

void main_loop(void)
{
    while (!run_state_handle_requests()) {
        g_main_context_iteration(NULL, TRUE);
    }
}

void main_loop_wake(void)
{
    g_main_context_wakeup(NULL);
}

/* Held while work is handed over: GLib's own lock for that is one that no analyser sees. */
static Mutex handover;

static gboolean run_deferred(gpointer opaque)
{
    Deferred *d = opaque;

    mutex_lock(&handover);
    mutex_unlock(&handover);
    d->fn(d->opaque);
    return G_SOURCE_REMOVE;
}

void main_loop_run_soon(void (*fn)(void *opaque), void *opaque)
{
    Deferred *d = g_new(Deferred, 1);

    *d = (Deferred){fn, opaque};
    mutex_lock(&handover);
    g_idle_add_full(G_PRIORITY_HIGH, run_deferred, d, g_free);
    mutex_unlock(&handover);
}
