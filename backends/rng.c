/* SPDX-License-Identifier: MIT */
/* Sources of random bytes: the queue of requests, and the kinds rng-random (a file or device) and
 * rng-builtin (the host's kernel). */
#include "backends/rng.h"

#include "qom/user-creatable.h"
#include "util/fdset.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct RngBackend {
    Object parent;
    GQueue requests; /* of RngRequest *, in order */
    guint source;    /* in the main loop, while there are requests */
};

typedef struct RngBackendClass {
    ObjectClass parent;
    /* Up to len bytes; 0 at the end of the source; -1 with errno, EAGAIN: not now. */
    ssize_t (*read)(RngBackend *rng, uint8_t *buf, size_t len);
    /* What tells that there may be something to read; NULL: there is always. (transfer full) */
    GSource *(*watch)(RngBackend *rng);
} RngBackendClass;

struct RngRequest {
    RngBackend *rng;
    size_t len;
    RngReceiveFn *fn;
    void *opaque;
};

/* ---- requests */

static RngBackendClass *class_of(RngBackend *rng)
{
    return OBJECT_GET_CLASS(RngBackendClass, rng);
}

/* One request at a time, so that the main loop is not kept from others. */
static gboolean serve(gpointer opaque)
{
    RngBackend *rng = opaque;
    RngRequest *r = g_queue_peek_head(&rng->requests);
    uint8_t buf[4096];
    g_autofree uint8_t *large = r->len > sizeof(buf) ? g_malloc(r->len) : NULL;
    uint8_t *data = large ? large : buf;
    ssize_t n = class_of(rng)->read(rng, data, r->len);

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return G_SOURCE_CONTINUE;
    }
    g_queue_pop_head(&rng->requests);
    bool more = !g_queue_is_empty(&rng->requests);
    if (!more) {
        rng->source = 0;
    }
    /* The receiver may ask for more, which starts a source of its own when there was none left. */
    r->fn(r->opaque, data, n > 0 ? (size_t)n : 0);
    g_free(r);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean serve_fd(gint fd, GIOCondition condition, gpointer opaque)
{
    return serve(opaque);
}

RngRequest *rng_request(RngBackend *rng, size_t len, RngReceiveFn *fn, void *opaque)
{
    RngRequest *r = g_new(RngRequest, 1);

    g_assert(len > 0 && len <= RNG_REQUEST_MAX);
    *r = (RngRequest){rng, len, fn, opaque};
    g_queue_push_tail(&rng->requests, r);
    if (!rng->source) {
        GSource *source = class_of(rng)->watch ? class_of(rng)->watch(rng) : g_idle_source_new();

        g_source_set_callback(source, class_of(rng)->watch ? G_SOURCE_FUNC(serve_fd) : serve, rng,
                              NULL);
        rng->source = g_source_attach(source, NULL);
        g_source_unref(source);
    }
    return r;
}

static void stop_source(RngBackend *rng)
{
    if (rng->source) {
        g_source_remove(rng->source);
        rng->source = 0;
    }
}

void rng_cancel(RngRequest *request)
{
    RngBackend *rng = request->rng;

    g_queue_remove(&rng->requests, request);
    g_free(request);
    if (g_queue_is_empty(&rng->requests)) {
        stop_source(rng);
    }
}

/* ---- rng-random */

typedef struct RngRandom {
    RngBackend rng;
    char *filename;
    int fd;
} RngRandom;

static ssize_t random_read(RngBackend *rng, uint8_t *buf, size_t len)
{
    return read(((RngRandom *)rng)->fd, buf, len);
}

static GSource *random_watch(RngBackend *rng)
{
    return g_unix_fd_source_new(((RngRandom *)rng)->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
}

static bool random_complete(Object *obj, Error **errp)
{
    RngRandom *r = (RngRandom *)obj;

    r->fd = host_open(r->filename, O_RDONLY | O_NONBLOCK, 0, errp);
    return r->fd >= 0;
}

static bool random_may_set(Object *obj, const Property *prop, Error **errp)
{
    return ((RngRandom *)obj)->fd < 0 ||
           error_set_code(errp, ERROR_CODE_WRONG_STATE, "Property '%s' can no longer be set",
                          prop->name);
}

static JsonNode *random_opened(Object *obj, const Property *prop, Error **errp)
{
    return json_new_bool(((RngRandom *)obj)->fd >= 0);
}

static void random_init(Object *obj)
{
    ((RngRandom *)obj)->fd = -1;
}

static void random_finalize(Object *obj)
{
    RngRandom *r = (RngRandom *)obj;

    if (r->fd >= 0) {
        close(r->fd);
    }
}

static const Property random_props[] = {
    {.name = "opened", .kind = PROP_BOOL, .get = random_opened},
    {.name = "filename",
     .kind = PROP_STRING,
     .offset = offsetof(RngRandom, filename),
     .default_string = "/dev/urandom"},
    DEFINE_PROP_END(),
};

static void random_class_init(ObjectClass *klass, const void *data)
{
    static const UserCreatableClass creatable = {.complete = random_complete};

    ((RngBackendClass *)klass)->read = random_read;
    ((RngBackendClass *)klass)->watch = random_watch;
    klass->may_set = random_may_set;
    object_class_implement(klass, TYPE_USER_CREATABLE, &creatable);
}

/* ---- rng-builtin */

static ssize_t builtin_read(RngBackend *rng, uint8_t *buf, size_t len)
{
    return getrandom(buf, len, GRND_NONBLOCK);
}

static void builtin_class_init(ObjectClass *klass, const void *data)
{
    ((RngBackendClass *)klass)->read = builtin_read;
}

/* ---- types */

static void rng_finalize(Object *obj)
{
    RngBackend *rng = (RngBackend *)obj;

    stop_source(rng);
    g_queue_clear_full(&rng->requests, g_free);
}

static const char *const creatable_interface[] = {TYPE_USER_CREATABLE, NULL};
static const TypeInfo rng_types[] = {
    {.name = TYPE_RNG_BACKEND,
     .abstract = true,
     .instance_size = sizeof(RngBackend),
     .class_size = sizeof(RngBackendClass),
     .interfaces = creatable_interface,
     .instance_finalize = rng_finalize},
    {.name = TYPE_RNG_RANDOM,
     .parent = TYPE_RNG_BACKEND,
     .instance_size = sizeof(RngRandom),
     .properties = random_props,
     .class_init = random_class_init,
     .instance_init = random_init,
     .instance_finalize = random_finalize},
    {.name = TYPE_RNG_BUILTIN, .parent = TYPE_RNG_BACKEND, .class_init = builtin_class_init},
};
DEFINE_TYPES(rng_types);
