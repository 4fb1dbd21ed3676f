/* SPDX-License-Identifier: MIT */
/* Character devices: the base class, which queues and moves bytes, and the table of devices. */
#include "backends/chardev/chardev-impl.h"

#include "util/module.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { LOSSY_BOUND = 1 << 20, READ_SIZE = 64 << 10, FLUSH_MS = 1000 };

static void update_watches(Chardev *chr);

/* ---- events */

static void report(Chardev *chr, ChardevEvent event)
{
    if (chr->handlers && chr->handlers->event) {
        chr->handlers->event(chr->opaque, event);
    }
}

static void remove_watch(guint *watch)
{
    if (*watch) {
        g_source_remove(*watch);
        *watch = 0;
    }
}

void chardev_connect(Chardev *chr, int in_fd, int out_fd)
{
    g_assert(!chr->connected);
    if (in_fd >= 0) {
        g_unix_set_fd_nonblocking(in_fd, TRUE, NULL);
    }
    if (out_fd >= 0) {
        g_unix_set_fd_nonblocking(out_fd, TRUE, NULL);
    }
    chr->in_fd = in_fd;
    chr->out_fd = out_fd;
    chr->connected = true;
    chr->eof = false;
    report(chr, CHARDEV_OPENED);
    update_watches(chr);
}

void chardev_disconnect(Chardev *chr)
{
    if (!chr->connected) {
        return;
    }
    remove_watch(&chr->in_watch);
    remove_watch(&chr->out_watch);
    remove_watch(&chr->hup_watch);
    if (chr->in_fd >= 0) {
        close(chr->in_fd);
    }
    if (chr->out_fd >= 0 && chr->out_fd != chr->in_fd) {
        close(chr->out_fd);
    }
    chr->in_fd = chr->out_fd = -1;
    g_byte_array_set_size(chr->queue, 0);
    chr->queue_start = 0;
    chr->connected = false;
    report(chr, CHARDEV_CLOSED);
}

static void hangup(Chardev *chr)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    object_ref(OBJECT(chr));
    chardev_disconnect(chr);
    if (k->hangup) {
        k->hangup(chr);
    }
    object_unref(OBJECT(chr));
}

/* ---- input */

static size_t front_end_takes(const Chardev *chr)
{
    if (!chr->handlers || !chr->handlers->receive) {
        return 0;
    }
    return chr->handlers->can_receive ? chr->handlers->can_receive(chr->opaque) : READ_SIZE;
}

/* The peer has nothing more to say; what it has not read yet is still sent. Where the two
 * directions lead to different places, output goes on for ever. */
static void end_of_input(Chardev *chr)
{
    if (CHARDEV_GET_CLASS(chr)->separate_directions) {
        remove_watch(&chr->in_watch);
        remove_watch(&chr->hup_watch);
        close(chr->in_fd);
        chr->in_fd = -1;
        return;
    }
    chr->eof = true;
    if (!chardev_pending(chr) || chr->out_fd < 0) {
        hangup(chr);
    } else {
        update_watches(chr);
    }
}

static gboolean input_ready(gint fd, GIOCondition cond, gpointer opaque)
{
    static uint8_t buf[READ_SIZE]; /* main loop only, and front ends do not call back into here */
    Chardev *chr = opaque;
    guint watch = chr->in_watch;
    size_t room = MIN(front_end_takes(chr), sizeof(buf));

    if (!room) {
        chr->in_watch = 0; /* chardev_accept_input() goes on */
        return G_SOURCE_REMOVE;
    }
    object_ref(OBJECT(chr));
    ssize_t n = read(fd, buf, room);
    if (n > 0) {
        chr->handlers->receive(chr->opaque, buf, (size_t)n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        end_of_input(chr);
    }
    bool same = chr->in_watch == watch; /* else this watch is removed already */
    object_unref(OBJECT(chr));
    return same ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean peer_left(gint fd, GIOCondition cond, gpointer opaque)
{
    Chardev *chr = opaque;

    chr->hup_watch = 0;
    if (CHARDEV_GET_CLASS(chr)->separate_directions) {
        end_of_input(chr);
    } else {
        hangup(chr);
    }
    return G_SOURCE_REMOVE;
}

/* ---- output */

size_t chardev_pending(const Chardev *chr)
{
    return chr->queue->len - chr->queue_start;
}

/* Writes what the host takes now; false when the peer is gone. */
static bool flush(Chardev *chr)
{
    while (chardev_pending(chr)) {
        ssize_t n = write(chr->out_fd, chr->queue->data + chr->queue_start, chardev_pending(chr));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return errno == EAGAIN;
        }
        chr->queue_start += (size_t)n;
    }
    g_byte_array_set_size(chr->queue, 0);
    chr->queue_start = 0;
    return true;
}

static gboolean output_ready(gint fd, GIOCondition cond, gpointer opaque)
{
    Chardev *chr = opaque;

    chr->out_watch = 0;
    if (!flush(chr) || (chr->eof && !chardev_pending(chr))) {
        hangup(chr);
        return G_SOURCE_REMOVE;
    }
    object_ref(OBJECT(chr));
    update_watches(chr);
    if (!chardev_pending(chr) && chr->handlers && chr->handlers->drained) {
        chr->handlers->drained(chr->opaque);
    }
    object_unref(OBJECT(chr));
    return G_SOURCE_REMOVE;
}

/* Moves the unsent bytes to the front when more than half of the queue is behind them. */
static void compact(Chardev *chr)
{
    if (chr->queue_start > chr->queue->len / 2) {
        g_byte_array_remove_range(chr->queue, 0, (guint)chr->queue_start);
        chr->queue_start = 0;
    }
}

static void write_log(Chardev *chr, const uint8_t *buf, size_t len)
{
    while (chr->log_fd >= 0 && len) {
        ssize_t n = write(chr->log_fd, buf, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            warn_report("log file of character device %s: %s", chardev_id(chr), g_strerror(errno));
            close(chr->log_fd);
            chr->log_fd = -1;
            return;
        }
        buf += n;
        len -= (size_t)n;
    }
}

void chardev_write(Chardev *chr, const void *buf, size_t len)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);
    bool keep_all = chr->handlers && chr->handlers->keep_all;

    write_log(chr, buf, len);
    if (!chr->connected && k->check_peer) {
        k->check_peer(chr);
    }
    if (!chr->connected || chr->out_fd < 0) {
        return;
    }
    if (!keep_all) {
        size_t pending = chardev_pending(chr);

        len = MIN(len, pending < LOSSY_BOUND ? LOSSY_BOUND - pending : 0);
    }
    compact(chr);
    g_byte_array_append(chr->queue, buf, (guint)len);
    /* A failed write is noticed again in the main loop: the caller's state stays as it is. */
    if (!chr->out_watch) {
        (void)flush(chr);
        update_watches(chr);
    }
}

static void update_watches(Chardev *chr)
{
    bool reads = chr->connected && chr->in_fd >= 0 && !chr->eof;

    if (!reads) {
        remove_watch(&chr->in_watch);
    } else if (!chr->in_watch && front_end_takes(chr)) {
        chr->in_watch = g_unix_fd_add(chr->in_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, input_ready, chr);
    }
    /* Where nobody will ever read, the end of the connection has to be seen otherwise. */
    bool deaf = reads && !(chr->handlers && chr->handlers->receive);
    if (!deaf) {
        remove_watch(&chr->hup_watch);
    } else if (!chr->hup_watch) {
        chr->hup_watch = g_unix_fd_add(chr->in_fd, G_IO_HUP | G_IO_ERR, peer_left, chr);
    }
    if (chr->connected && chr->out_fd >= 0 && chardev_pending(chr) && !chr->out_watch) {
        chr->out_watch =
            g_unix_fd_add(chr->out_fd, G_IO_OUT | G_IO_HUP | G_IO_ERR, output_ready, chr);
    }
}

void chardev_accept_input(Chardev *chr)
{
    update_watches(chr);
}

/* ---- front ends */

bool chardev_attach(Chardev *chr, const ChardevHandlers *h, void *opaque, Error **errp)
{
    if (chr->handlers) {
        return error_set(errp, "Device '%s' is in use", chardev_id(chr));
    }
    chr->handlers = h;
    chr->opaque = opaque;
    if (chr->connected) {
        report(chr, CHARDEV_OPENED);
    }
    update_watches(chr);
    return true;
}

void chardev_detach(Chardev *chr)
{
    chr->handlers = NULL;
    chr->opaque = NULL;
    remove_watch(&chr->in_watch);
    update_watches(chr);
}

bool chardev_is_open(const Chardev *chr)
{
    return chr->connected;
}

/* ---- the table of devices */

static Object *container(void)
{
    return object_container("/chardevs");
}

const char *chardev_id(const Chardev *chr)
{
    return chr->parent.name;
}

char *chardev_filename(const Chardev *chr)
{
    return CHARDEV_GET_CLASS(chr)->describe(chr);
}

Chardev *chardev_find(const char *id)
{
    return (Chardev *)object_child(container(), id);
}

static bool check_id(const char *id, Error **errp)
{
    if (!id_is_valid(id)) {
        error_set(errp, "Parameter 'id' expects an identifier");
        error_append_hint(errp, "Identifiers consist of letters, digits, '-', '.', '_', starting "
                                "with a letter.\n");
        return false;
    }
    return !chardev_find(id) || error_set(errp, "Duplicate ID '%s' for chardev", id);
}

static bool open_log(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    /* Members of the common base come first in every kind's options. */
    const ChardevCommon *c = (const ChardevCommon *)backend->u.null.data;

    if (c->logfile) {
        int mode = c->logappend ? O_APPEND : O_TRUNC;

        chr->log_fd = open(c->logfile, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0666);
        if (chr->log_fd < 0) {
            return error_set_errno(errp, errno, "Unable to open logfile %s", c->logfile);
        }
    }
    return true;
}

Chardev *chardev_new(const char *id, const ChardevBackend *backend, Error **errp)
{
    g_autofree char *type = g_strdup_printf("chardev-%s", ChardevBackendKind_str(backend->type));

    if (!check_id(id, errp)) {
        return NULL;
    }
    g_autoptr(Object) obj = object_try_new(type, errp);
    if (!obj || !object_try_add_child(container(), id, obj, errp)) {
        return NULL;
    }
    Chardev *chr = (Chardev *)obj;
    if (!open_log(chr, backend, errp) || !CHARDEV_GET_CLASS(chr)->open(chr, backend, errp)) {
        object_unparent(obj);
        return NULL;
    }
    return chr;
}

Chardev *chardev_new_from_options(const char *options, Error **errp)
{
    g_autofree char *id = NULL;
    g_autoptr(ChardevBackend) backend = chardev_parse_options(options, &id, errp);

    return backend ? chardev_new(id, backend, errp) : NULL;
}

Chardev *chardev_new_from_short(const char *id, const char *text, Error **errp)
{
    if (g_str_has_prefix(text, "chardev:")) {
        Chardev *chr = chardev_find(text + strlen("chardev:"));

        if (!chr) {
            error_set(errp, "chardev \"%s\" not found", text + strlen("chardev:"));
        }
        return chr;
    }
    g_autoptr(ChardevBackend) backend = chardev_parse_short(text, errp);
    return backend ? chardev_new(id, backend, errp) : NULL;
}

bool chardev_remove(const char *id, Error **errp)
{
    Chardev *chr = chardev_find(id);

    if (!chr) {
        return error_set(errp, "Chardev '%s' not found", id);
    }
    if (chr->handlers) {
        return error_set(errp, "Chardev '%s' is busy", id);
    }
    object_unparent(OBJECT(chr));
    return true;
}

/* ---- the end of the process */

/* A last chance for readers that are merely behind; no more than FLUSH_MS for each device. */
static void flush_blocking(Chardev *chr)
{
    gint64 end = g_get_monotonic_time() + FLUSH_MS * 1000;

    while (chr->connected && chr->out_fd >= 0 && chardev_pending(chr) && flush(chr) &&
           chardev_pending(chr)) {
        struct pollfd p = {.fd = chr->out_fd, .events = POLLOUT};
        gint64 left = (end - g_get_monotonic_time()) / 1000;

        if (left <= 0 || poll(&p, 1, (int)left) <= 0) {
            return;
        }
    }
}

static bool collect(Object *child, void *opaque)
{
    g_ptr_array_add(opaque, object_ref(child));
    return true;
}

void chardev_cleanup_all(void)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)object_unref);

    object_foreach_child(container(), collect, all);
    for (guint i = 0; i < all->len; i++) {
        Chardev *chr = all->pdata[i];

        flush_blocking(chr);
        chr->handlers = NULL;
        object_unparent(OBJECT(chr));
    }
}

/* ---- the type */

static void chardev_init(Object *obj)
{
    Chardev *chr = (Chardev *)obj;

    chr->in_fd = chr->out_fd = chr->log_fd = -1;
    chr->queue = g_byte_array_new();
}

static void chardev_finalize(Object *obj)
{
    Chardev *chr = (Chardev *)obj;

    chardev_disconnect(chr);
    if (chr->log_fd >= 0) {
        close(chr->log_fd);
    }
    g_byte_array_unref(chr->queue);
}

static void chardev_unparent(Object *obj)
{
    Chardev *chr = (Chardev *)obj;
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    chardev_disconnect(chr);
    if (k->close) {
        k->close(chr);
    }
}

static void chardev_class_init(ObjectClass *klass, const void *data)
{
    klass->unparent = chardev_unparent;
}

static const TypeInfo types[] = {{
    .name = TYPE_CHARDEV,
    .abstract = true,
    .instance_size = sizeof(Chardev),
    .class_size = sizeof(ChardevClass),
    .class_init = chardev_class_init,
    .instance_init = chardev_init,
    .instance_finalize = chardev_finalize,
}};
DEFINE_TYPES(types);
