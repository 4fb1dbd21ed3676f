/* SPDX-License-Identifier: MIT */
/* I/O threads: an event loop that looks for work for a while before it sleeps. */
#include "backends/iothread.h"

#include "qom/user-creatable.h"
#include "util/json.h"
#include "util/lock.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MAX_DEFAULT_NS = 32768, POLL_START_NS = 4000, POLL_GROW_DEFAULT = 2 };

/* What iothread_run() waits for. */
typedef struct Errand {
    void (*fn)(void *opaque);
    void *opaque;
    bool ended;
} Errand;

struct IoThread {
    Object parent;
    /* Properties; the thread reads them at any time. */
    _Atomic int64_t poll_max_ns, poll_grow, poll_shrink, aio_max_batch;

    GMainContext *context;
    GThread *thread;
    _Atomic int64_t thread_id;
    _Atomic bool stop;
    _Atomic bool has_errands;
    unsigned users;
    Mutex lock; /* of errands and their end */
    Cond done;
    GQueue errands; /* of Errand *, in order */
};

/* ---- the thread */

static int64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static bool run_errands(IoThread *t)
{
    Errand *e;

    if (!atomic_exchange(&t->has_errands, false)) {
        return false;
    }
    mutex_lock(&t->lock);
    while ((e = g_queue_pop_head(&t->errands))) {
        mutex_unlock(&t->lock);
        e->fn(e->opaque);
        mutex_lock(&t->lock);
        e->ended = true;
        cond_broadcast(&t->done);
    }
    mutex_unlock(&t->lock);
    return true;
}

/* Looks for work for up to `window` nanoseconds. */
static bool poll_for_work(IoThread *t, int64_t window)
{
    int64_t end = now_ns() + window;

    do {
        if (g_main_context_iteration(t->context, FALSE) || run_errands(t) ||
            atomic_load(&t->stop)) {
            return true;
        }
    } while (now_ns() < end);
    return false;
}

/* The window grows while work comes soon after it closed, and shrinks when looking did not pay. */
static int64_t adapt(IoThread *t, int64_t window, int64_t slept_ns)
{
    int64_t max = atomic_load(&t->poll_max_ns), grow = atomic_load(&t->poll_grow);
    int64_t shrink = atomic_load(&t->poll_shrink);

    if (slept_ns > max) {
        return shrink ? window / shrink : 0;
    }
    grow = grow ? grow : POLL_GROW_DEFAULT;
    if (!window) {
        return MIN(POLL_START_NS, max);
    }
    return window > max / grow ? max : window * grow;
}

static gpointer run(gpointer opaque)
{
    IoThread *t = opaque;
    int64_t window = 0;

    g_main_context_push_thread_default(t->context);
    mutex_lock(&t->lock);
    atomic_store(&t->thread_id, gettid());
    cond_signal(&t->done);
    mutex_unlock(&t->lock);
    while (!atomic_load(&t->stop)) {
        int64_t max = atomic_load(&t->poll_max_ns);

        if (run_errands(t) || (max && poll_for_work(t, MIN(window, max)))) {
            continue;
        }
        int64_t from = now_ns();
        g_main_context_iteration(t->context, TRUE);
        window = max ? adapt(t, MIN(window, max), now_ns() - from) : 0;
    }
    g_main_context_pop_thread_default(t->context);
    return NULL;
}

static bool complete(Object *obj, Error **errp)
{
    IoThread *t = (IoThread *)obj;
    g_autofree char *name = g_strdup_printf("IO %s", obj->name);
    g_autoptr(GError) err = NULL;

    t->context = g_main_context_new();
    t->thread = g_thread_try_new(name, run, t, &err);
    if (!t->thread) {
        return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "cannot start iothread '%s': %s",
                              obj->name, err->message);
    }
    mutex_lock(&t->lock);
    while (!atomic_load(&t->thread_id)) {
        cond_wait(&t->done, &t->lock);
    }
    mutex_unlock(&t->lock);
    return true;
}

static bool can_be_deleted(Object *obj)
{
    return ((IoThread *)obj)->users == 0;
}

static void finalize(Object *obj)
{
    IoThread *t = (IoThread *)obj;

    if (t->thread) {
        atomic_store(&t->stop, true);
        g_main_context_wakeup(t->context);
        g_thread_join(t->thread);
    }
    if (t->context) {
        g_main_context_unref(t->context);
    }
}

/* ---- for users */

GMainContext *iothread_context(IoThread *t)
{
    return t->context;
}

int64_t iothread_thread_id(const IoThread *t)
{
    return atomic_load(&t->thread_id);
}

void iothread_use(IoThread *t)
{
    t->users++;
}

void iothread_unuse(IoThread *t)
{
    g_assert(t->users > 0);
    t->users--;
}

void iothread_run(IoThread *t, void (*fn)(void *opaque), void *opaque)
{
    Errand e = {fn, opaque, false};

    mutex_lock(&t->lock);
    g_queue_push_tail(&t->errands, &e);
    atomic_store(&t->has_errands, true);
    g_main_context_wakeup(t->context);
    while (!e.ended) {
        cond_wait(&t->done, &t->lock);
    }
    mutex_unlock(&t->lock);
}

IoThreadSettings iothread_settings(const IoThread *t)
{
    return (IoThreadSettings){.poll_max_ns = atomic_load(&t->poll_max_ns),
                              .poll_grow = atomic_load(&t->poll_grow),
                              .poll_shrink = atomic_load(&t->poll_shrink),
                              .aio_max_batch = atomic_load(&t->aio_max_batch)};
}

/* ---- properties */

static _Atomic int64_t *setting(Object *obj, const Property *prop)
{
    return (_Atomic int64_t *)((char *)obj + prop->offset);
}

static JsonNode *get_setting(Object *obj, const Property *prop, Error **errp)
{
    return json_new_int(atomic_load(setting(obj, prop)));
}

static bool set_setting(Object *obj, const Property *prop, JsonNode *value, Error **errp)
{
    int64_t v;

    if (!json_get_int64(value, &v)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                              "Invalid parameter type for '%s', expected: integer", prop->name);
    }
    if (v < 0) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "%s value must be in range [0, %" PRId64 "]", prop->name, INT64_MAX);
    }
    atomic_store(setting(obj, prop), v);
    return true;
}

#define SETTING(n, field, def, text)                                                              \
    {                                                                                             \
        .name = (n), .kind = PROP_INT64, .type_name = "int", .offset = offsetof(IoThread, field), \
        .has_default = true, .default_value = (def), .get = get_setting, .set = set_setting,      \
        .description = (text)                                                                     \
    }

static const Property iothread_props[] = {
    SETTING("poll-max-ns", poll_max_ns, POLL_MAX_DEFAULT_NS,
            "Nanoseconds to look for work before sleeping"),
    SETTING("poll-grow", poll_grow, 0, "Factor by which that time grows while it pays"),
    SETTING("poll-shrink", poll_shrink, 0, "Divisor by which it shrinks again"),
    SETTING("aio-max-batch", aio_max_batch, 0, "Most requests to hand to the host at once"),
    DEFINE_PROP_END(),
};

static void instance_init(Object *obj)
{
    atomic_store(&((IoThread *)obj)->poll_max_ns, POLL_MAX_DEFAULT_NS);
}

static void class_init(ObjectClass *klass, const void *data)
{
    static const UserCreatableClass creatable = {NULL, complete, can_be_deleted};

    object_class_implement(klass, TYPE_USER_CREATABLE, &creatable);
}

static const char *const creatable_interface[] = {TYPE_USER_CREATABLE, NULL};
static const TypeInfo iothread_types[] = {
    {.name = TYPE_IOTHREAD,
     .instance_size = sizeof(IoThread),
     .interfaces = creatable_interface,
     .properties = iothread_props,
     .class_init = class_init,
     .instance_init = instance_init,
     .instance_finalize = finalize},
};
DEFINE_TYPES(iothread_types);
