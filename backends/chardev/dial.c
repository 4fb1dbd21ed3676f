/* SPDX-License-Identifier: MIT */
/* Sockets made by a thread of their own: a name look-up or a connection may take its time, and the
 * main loop has none. */
#include "backends/chardev/chardev-impl.h"

#include "gen/qapi-types.h"
#include "util/lock.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

struct SocketDial {
    SocketAddressLegacy *addr;
    bool listening;
    SocketDialed *fn; /* NULL: cancelled. Main loop only, as is opaque */
    void *opaque;
    int fd;
    Error *err;
};

/* Held while a dial is handed over: GLib's own lock for that is one that no analyser sees. */
static Mutex handover;

static void dial_free(SocketDial *d)
{
    if (d->fd >= 0) {
        close(d->fd);
    }
    g_clear_error(&d->err);
    qapi_free_SocketAddressLegacy(d->addr);
    g_free(d);
}

static gboolean finished(gpointer opaque)
{
    SocketDial *d = opaque;

    mutex_lock(&handover);
    mutex_unlock(&handover);
    if (d->fn) {
        d->fn(d->opaque, g_steal_fd(&d->fd), d->err);
    }
    dial_free(d);
    return G_SOURCE_REMOVE;
}

static gpointer dial_thread(gpointer opaque)
{
    SocketDial *d = opaque;

    d->fd = d->listening ? socket_listen(d->addr, &d->err) : socket_connect(d->addr, &d->err);
    mutex_lock(&handover);
    g_idle_add_full(G_PRIORITY_DEFAULT, finished, d, NULL);
    mutex_unlock(&handover);
    return NULL;
}

/* Signals are for the other threads. */
static GThread *start(SocketDial *d, Error **errp)
{
    sigset_t none, old;

    sigfillset(&none);
    pthread_sigmask(SIG_SETMASK, &none, &old);
    GThread *thread = g_thread_try_new("dial", dial_thread, d, errp);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return thread;
}

SocketDial *socket_dial(const SocketAddressLegacy *addr, bool listening, SocketDialed *fn,
                        void *opaque)
{
    SocketDial *d = g_new0(SocketDial, 1);

    *d = (SocketDial){
        .addr = qapi_clone_SocketAddressLegacy(addr),
        .listening = listening,
        .fn = fn,
        .opaque = opaque,
        .fd = -1,
    };
    GThread *thread = start(d, &d->err);
    if (thread) {
        g_thread_unref(thread);
    } else {
        g_idle_add_full(G_PRIORITY_DEFAULT, finished, d, NULL);
    }
    return d;
}

void socket_dial_cancel(SocketDial *d)
{
    d->fn = NULL;
}
