/* SPDX-License-Identifier: MIT */
/* Character devices "ringbuf" and its old name "memory": the newest output, kept until a client
 * reads it with ringbuf-read. */
#include "backends/chardev/ringbuf.h"

#include "backends/chardev/chardev-impl.h"
#include "util/module.h"

#include <string.h>

enum { DEFAULT_SIZE = 64 << 10, MAX_SIZE = 1 << 30 };

typedef struct RingbufState {
    Chardev parent;
    uint8_t *data;
    size_t size;  /* a power of two */
    size_t start; /* of what was not read yet, below size */
    size_t len;
} RingbufState;

static bool ringbuf_open(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    RingbufState *s = (RingbufState *)chr;
    const ChardevRingbuf *options = backend->u.ringbuf.data; /* "memory" has the same */
    int64_t size = options->has_size ? options->size : DEFAULT_SIZE;

    if (size <= 0 || (size & (size - 1))) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "size of ringbuf chardev must be power of two");
    }
    s->data = size <= MAX_SIZE ? g_try_malloc((size_t)size) : NULL;
    if (!s->data) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "size of ringbuf chardev is too large");
    }
    s->size = (size_t)size;
    chardev_connect(chr, -1, -1);
    return true;
}

static void ringbuf_put(Chardev *chr, const uint8_t *buf, size_t len)
{
    RingbufState *s = (RingbufState *)chr;

    if (len > s->size) { /* the rest would be overwritten at once */
        buf += len - s->size;
        len = s->size;
    }
    size_t lost = s->len + len > s->size ? s->len + len - s->size : 0;
    s->start = (s->start + lost) & (s->size - 1);
    s->len -= lost;
    size_t at = (s->start + s->len) & (s->size - 1);
    size_t first = MIN(len, s->size - at);
    memcpy(s->data + at, buf, first);
    memcpy(s->data, buf + first, len - first);
    s->len += len;
}

/* A ringbuf of that id; the error names it. */
static RingbufState *find(const char *id, Error **errp)
{
    Chardev *chr = chardev_find(id);

    if (!chr) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "Device '%s' not found", id);
    } else if (CHARDEV_GET_CLASS(chr)->write != ringbuf_put) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "%s is not a ringbuf device", id);
    } else {
        return (RingbufState *)chr;
    }
    return NULL;
}

bool ringbuf_write(const char *id, const uint8_t *buf, size_t len, Error **errp)
{
    RingbufState *s = find(id, errp);

    if (s) {
        ringbuf_put(&s->parent, buf, len);
    }
    return s;
}

GByteArray *ringbuf_read(const char *id, size_t max, Error **errp)
{
    RingbufState *s = find(id, errp);

    if (!s) {
        return NULL;
    }
    size_t n = MIN(max, s->len), first = MIN(n, s->size - s->start);
    GByteArray *bytes = g_byte_array_sized_new((guint)n);
    g_byte_array_append(bytes, s->data + s->start, (guint)first);
    g_byte_array_append(bytes, s->data, (guint)(n - first));
    s->start = (s->start + n) & (s->size - 1);
    s->len -= n;
    return bytes;
}

/* ---- the kinds */

static char *ringbuf_filename(const Chardev *chr)
{
    return g_strdup("ringbuf");
}

static char *memory_filename(const Chardev *chr)
{
    return g_strdup("memory");
}

static void ringbuf_finalize(Object *obj)
{
    g_free(((RingbufState *)obj)->data);
}

static void ringbuf_class_init(ObjectClass *klass, const void *data)
{
    ChardevClass *k = (ChardevClass *)klass;

    k->open = ringbuf_open;
    k->write = ringbuf_put;
    k->describe = ringbuf_filename;
}

static void memory_class_init(ObjectClass *klass, const void *data)
{
    ((ChardevClass *)klass)->describe = memory_filename;
}

static const TypeInfo ringbuf_types[] = {
    {
        .name = "chardev-ringbuf",
        .parent = TYPE_CHARDEV,
        .instance_size = sizeof(RingbufState),
        .class_init = ringbuf_class_init,
        .instance_finalize = ringbuf_finalize,
    },
    {
        .name = "chardev-memory",
        .parent = "chardev-ringbuf",
        .class_init = memory_class_init,
    },
};
DEFINE_TYPES(ringbuf_types);
