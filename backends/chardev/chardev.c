/* SPDX-License-Identifier: MIT */
/* Character devices: the base class, which queues bytes and moves them between a front end and the
 * descriptors that a kind opened. */
#include "backends/chardev/chardev-impl.h"

#include "util/module.h"
#include "util/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOSSY_BOUND = 1 << 20, READ_SIZE = 16 << 10, FLUSH_MS = 1000, MAX_FDS = 16 };

static GQueue all = G_QUEUE_INIT; /* of Chardev, also those without an id */

/* ---- events */

void chardev_report(Chardev *chr, ChardevEvent event)
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

static bool is_unix_socket(int fd)
{
    int domain;
    socklen_t len = sizeof(domain);

    return fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
           domain == AF_UNIX;
}

static void peer_is_there(Chardev *chr)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);
    bool attached = chr->handlers; /* else attaching, in opened(), reports it */

    chr->connected = true;
    TRACE(chardev_opened, "%s", chardev_id(chr));
    if (k->opened) {
        k->opened(chr);
    }
    if (attached) {
        chardev_report(chr, CHARDEV_OPENED);
    }
}

void chardev_connect(Chardev *chr, int in_fd, int out_fd)
{
    g_assert(!chr->linked);
    if (in_fd >= 0) {
        g_unix_set_fd_nonblocking(in_fd, TRUE, NULL);
    }
    if (out_fd >= 0) {
        g_unix_set_fd_nonblocking(out_fd, TRUE, NULL);
    }
    object_ref(OBJECT(chr));
    chr->in_fd = in_fd;
    chr->out_fd = out_fd;
    chr->is_unix = is_unix_socket(in_fd);
    chr->linked = true;
    chr->eof = false;
    if (!chr->codec || chr->codec->ready) {
        peer_is_there(chr);
    }
    chardev_update_watches(chr);
    object_unref(OBJECT(chr));
}

void chardev_disconnect(Chardev *chr)
{
    bool was_connected = chr->connected;

    if (!chr->linked) {
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
    if (chr->codec) {
        chr->codec->free(chr->codec);
        chr->codec = NULL;
    }
    chr->linked = chr->connected = false;
    if (was_connected) {
        TRACE(chardev_closed, "%s", chardev_id(chr));
        chardev_report(chr, CHARDEV_CLOSED);
    }
}

void chardev_hangup(Chardev *chr)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    object_ref(OBJECT(chr));
    chardev_disconnect(chr);
    if (k->hangup) {
        k->hangup(chr);
    }
    object_unref(OBJECT(chr));
}

/* ---- output */

size_t chardev_pending(const Chardev *chr)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    return k->pending ? k->pending(chr) : chr->queue->len - chr->queue_start;
}

static size_t unsent(const Chardev *chr)
{
    return chr->queue->len - chr->queue_start;
}

/* Writes what the host takes now; false when the peer is gone. */
static bool flush(Chardev *chr)
{
    while (unsent(chr)) {
        ssize_t n = write(chr->out_fd, chr->queue->data + chr->queue_start, unsent(chr));

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
    if (!flush(chr) || (chr->eof && !unsent(chr))) {
        chardev_hangup(chr);
        return G_SOURCE_REMOVE;
    }
    object_ref(OBJECT(chr));
    chardev_update_watches(chr);
    if (!unsent(chr) && chr->connected && chr->handlers && chr->handlers->drained) {
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

/* A log that cannot keep up loses bytes; one that is broken is given up. */
static void write_log(Chardev *chr, const uint8_t *buf, size_t len)
{
    while (chr->log_fd >= 0 && len) {
        ssize_t n = write(chr->log_fd, buf, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return;
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

/* A failed write is noticed again in the main loop: the caller's state stays as it is. */
static void push(Chardev *chr)
{
    if (!chr->out_watch) {
        (void)flush(chr);
        chardev_update_watches(chr);
    }
}

void chardev_queue(Chardev *chr, const uint8_t *buf, size_t len, bool keep_all)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    if (!chr->connected && k->check_peer) {
        k->check_peer(chr);
    }
    if (!chr->connected || chr->out_fd < 0) {
        return;
    }
    if (!keep_all) {
        size_t pending = unsent(chr);

        len = MIN(len, pending < LOSSY_BOUND ? LOSSY_BOUND - pending : 0);
    }
    compact(chr);
    if (chr->codec) {
        chr->codec->encode(chr->codec, buf, len, chr->queue);
    } else {
        g_byte_array_append(chr->queue, buf, (guint)len);
    }
    push(chr);
}

void chardev_write(Chardev *chr, const void *buf, size_t len)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    write_log(chr, buf, len);
    if (k->write) {
        k->write(chr, buf, len);
    } else {
        chardev_queue(chr, buf, len, chr->handlers && chr->handlers->keep_all);
    }
}

/* ---- input */

static size_t front_end_takes(const Chardev *chr)
{
    if (chr->codec && !chr->codec->ready) {
        return READ_SIZE;
    }
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
        if (chr->in_fd != chr->out_fd) {
            close(chr->in_fd);
        }
        chr->in_fd = -1;
        return;
    }
    chr->eof = true;
    if (!unsent(chr) || chr->out_fd < 0) {
        chardev_hangup(chr);
    } else {
        chardev_update_watches(chr);
    }
}

static void give_fds(Chardev *chr, const int *fds, size_t n)
{
    if (chr->handlers && chr->handlers->receive_fds) {
        chr->handlers->receive_fds(chr->opaque, fds, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        close(fds[i]);
    }
}

/* Reads bytes together with the descriptors that came with them, which the front end gets first. */
static ssize_t read_with_fds(Chardev *chr, uint8_t *buf, size_t room)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(MAX_FDS * sizeof(int))];
    } control;
    struct iovec iov = {.iov_base = buf, .iov_len = room};
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control),
    };
    ssize_t n = recvmsg(chr->in_fd, &msg, MSG_CMSG_CLOEXEC); /* the kernel closes those past 16 */

    if (n < 0) {
        return n;
    }
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
        int fds[MAX_FDS];
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && count <= MAX_FDS) {
            memcpy(fds, CMSG_DATA(c), count * sizeof(int));
            give_fds(chr, fds, count);
        }
    }
    return n;
}

/* Makes n bytes of the wire into fewer for the front end; false: they were the last. */
static bool decode(Chardev *chr, uint8_t *buf, size_t *n)
{
    ChardevCodec *c = chr->codec;
    bool was_ready = c->ready;
    bool goes_on = c->decode(c, buf, n, chr->queue);
    bool got_break = c->got_break;

    c->got_break = false;
    push(chr);
    if (!was_ready && c->ready) {
        peer_is_there(chr);
    }
    if (got_break) {
        chardev_report(chr, CHARDEV_BREAK);
    }
    return goes_on;
}

/* n bytes of the wire; the front end has room for as many. */
static void take_input(Chardev *chr, uint8_t *buf, size_t n)
{
    bool goes_on = !chr->codec || decode(chr, buf, &n);

    if (n && chr->handlers && chr->handlers->receive) {
        chr->handlers->receive(chr->opaque, buf, n);
    }
    if (!goes_on && chr->linked) {
        end_of_input(chr);
    }
}

static gboolean input_ready(gint fd, GIOCondition cond, gpointer opaque)
{
    uint8_t buf[READ_SIZE];
    Chardev *chr = opaque;
    guint watch = chr->in_watch;
    size_t room = MIN(front_end_takes(chr), sizeof(buf));
    ssize_t n;

    if (!room) {
        chr->in_watch = 0; /* chardev_accept_input() goes on */
        return G_SOURCE_REMOVE;
    }
    /* The front end may let go of the device in any of its callbacks. */
    object_ref(OBJECT(chr));
    if (chr->is_unix && !chr->codec && chr->handlers->receive_fds) {
        n = read_with_fds(chr, buf, room);
    } else {
        n = read(fd, buf, room);
    }
    if (n > 0) {
        take_input(chr, buf, (size_t)n);
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
        chardev_hangup(chr);
    }
    return G_SOURCE_REMOVE;
}

void chardev_update_watches(Chardev *chr)
{
    bool reads = chr->linked && chr->in_fd >= 0 && !chr->eof;
    bool negotiates = chr->codec && !chr->codec->ready;
    /* Where nobody will ever read, the end of the connection has to be seen otherwise. */
    bool deaf = reads && !negotiates && !(chr->handlers && chr->handlers->receive);

    if (!reads || deaf) {
        remove_watch(&chr->in_watch);
    } else if (!chr->in_watch && front_end_takes(chr)) {
        chr->in_watch = g_unix_fd_add(chr->in_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, input_ready, chr);
    }
    if (!deaf) {
        remove_watch(&chr->hup_watch);
    } else if (!chr->hup_watch) {
        chr->hup_watch = g_unix_fd_add(chr->in_fd, G_IO_HUP | G_IO_ERR, peer_left, chr);
    }
    if (chr->linked && chr->out_fd >= 0 && unsent(chr) && !chr->out_watch) {
        chr->out_watch =
            g_unix_fd_add(chr->out_fd, G_IO_OUT | G_IO_HUP | G_IO_ERR, output_ready, chr);
    }
}

bool chardev_can_yank(const Chardev *chr)
{
    return CHARDEV_GET_CLASS(chr)->belongs;
}

void chardev_yank(Chardev *chr)
{
    for (GList *l = all.head; l; l = l->next) {
        Chardev *other = l->data;
        const ChardevClass *k = CHARDEV_GET_CLASS(other);

        if (other->linked && k->belongs && k->belongs(other, chr)) {
            shutdown(other->in_fd, SHUT_RDWR);
        }
    }
}

/* ---- the end of the process */

/* A last chance for readers that are merely behind. */
static void flush_until(Chardev *chr, gint64 end)
{
    while (chr->linked && chr->out_fd >= 0 && unsent(chr) && flush(chr) && unsent(chr)) {
        struct pollfd p = {.fd = chr->out_fd, .events = POLLOUT};
        gint64 left = (end - g_get_monotonic_time()) / 1000;

        if (left <= 0 || poll(&p, 1, (int)left) <= 0) {
            return;
        }
    }
}

void chardev_flush_all(void)
{
    gint64 end = g_get_monotonic_time() + FLUSH_MS * 1000;

    for (GList *l = all.head; l; l = l->next) {
        flush_until(l->data, end);
    }
}

/* ---- the type */

static void chardev_init(Object *obj)
{
    Chardev *chr = (Chardev *)obj;

    chr->in_fd = chr->out_fd = chr->log_fd = chr->prepared_fd = -1;
    chr->queue = g_byte_array_new();
    g_queue_push_tail(&all, chr);
}

static void chardev_finalize(Object *obj)
{
    Chardev *chr = (Chardev *)obj;

    chr->handlers = NULL;
    chardev_disconnect(chr);
    g_queue_remove(&all, chr);
    qapi_free_ChardevBackend(chr->made_from);
    if (chr->log_fd >= 0) {
        close(chr->log_fd);
    }
    if (chr->prepared_fd >= 0) {
        close(chr->prepared_fd);
    }
    g_byte_array_unref(chr->queue);
    g_free(chr->id);
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
