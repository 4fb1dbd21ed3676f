/* SPDX-License-Identifier: MIT */
/* Character device "socket": a stream socket that listens for one client at a time, or connects
 * (again and again, when told to). */
#include "backends/chardev/chardev-impl.h"

#include "util/module.h"

#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONNECT_MS = 60000 };

typedef struct ChardevSocketState {
    Chardev parent;
    ChardevSocket *options;
    bool server;
    int listen_fd;  /* -1 for a client */
    int pending_fd; /* being connected; -1: none */
    guint accept_watch, connect_watch, retry_timer;
    struct stat made; /* the socket file that we bound, to remove only that */
} ChardevSocketState;

static void watch_clients(ChardevSocketState *s);
static void retry_later(ChardevSocketState *s);

static void connected(ChardevSocketState *s, int fd)
{
    if (s->options->nodelay) {
        int on = 1;

        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    chardev_connect(&s->parent, fd, fd);
}

/* ---- server */

static gboolean client_ready(gint fd, GIOCondition cond, gpointer opaque)
{
    ChardevSocketState *s = opaque;
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (client < 0) {
        return G_SOURCE_CONTINUE;
    }
    s->accept_watch = 0; /* one client at a time: others wait in the backlog */
    connected(s, client);
    return G_SOURCE_REMOVE;
}

static void watch_clients(ChardevSocketState *s)
{
    if (!s->accept_watch) {
        s->accept_watch = g_unix_fd_add(s->listen_fd, G_IO_IN, client_ready, s);
    }
}

/* wait=on: start-up goes on when somebody is there. */
static bool wait_for_client(ChardevSocketState *s, Error **errp)
{
    g_autofree char *name = chardev_filename(&s->parent);
    struct pollfd p = {.fd = s->listen_fd, .events = POLLIN};
    int client;

    info_report("waiting for connection on: %s", name);
    do {
        if (poll(&p, 1, -1) < 0 && errno != EINTR) {
            return error_set_errno(errp, errno, "Failed to wait for a connection");
        }
        client = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    } while (client < 0);
    connected(s, client);
    return true;
}

static bool open_server(ChardevSocketState *s, Error **errp)
{
    const SocketAddressLegacy *addr = s->options->addr;

    if (s->options->has_reconnect && s->options->reconnect) {
        return error_set(errp,
                         "'reconnect' option is incompatible with socket in server listen mode");
    }
    s->listen_fd = socket_listen(addr, errp);
    if (s->listen_fd < 0) {
        return false;
    }
    if (addr->type == SOCKET_ADDRESS_TYPE_UNIX && !addr->u.q_unix.data->abstract) {
        (void)stat(addr->u.q_unix.data->path, &s->made);
    }
    if (s->options->wait) {
        return wait_for_client(s, errp);
    }
    watch_clients(s);
    return true;
}

/* ---- client */

/* 0 when the connection has been made, else the error it ended with. */
static int connect_result(int fd)
{
    int err = 0;
    socklen_t len = sizeof(err);

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 ? errno : err;
}

static gboolean connect_done(gint fd, GIOCondition cond, gpointer opaque)
{
    ChardevSocketState *s = opaque;
    int err = connect_result(fd);

    s->connect_watch = 0;
    s->pending_fd = -1;
    if (!err) {
        connected(s, fd);
        return G_SOURCE_REMOVE;
    }
    close(fd);
    retry_later(s);
    return G_SOURCE_REMOVE;
}

/* One attempt. Errors are reported once: what is tried every few seconds would fill logs. */
static void try_connect(ChardevSocketState *s, bool say)
{
    g_autoptr(GError) err = NULL;
    bool pending;
    int fd = socket_connect(s->options->addr, &pending, &err);

    if (fd < 0) {
        if (say) {
            warn_report("Unable to connect character device %s: %s", chardev_id(&s->parent),
                        err->message);
        }
        retry_later(s);
    } else if (pending) {
        s->pending_fd = fd;
        s->connect_watch = g_unix_fd_add(fd, G_IO_OUT | G_IO_HUP | G_IO_ERR, connect_done, s);
    } else {
        connected(s, fd);
    }
}

static gboolean retry(gpointer opaque)
{
    ChardevSocketState *s = opaque;

    s->retry_timer = 0;
    try_connect(s, false);
    return G_SOURCE_REMOVE;
}

static void retry_later(ChardevSocketState *s)
{
    if (s->options->has_reconnect && s->options->reconnect > 0) {
        s->retry_timer = g_timeout_add_seconds((guint)s->options->reconnect, retry, s);
    }
}

static bool open_client(ChardevSocketState *s, Error **errp)
{
    bool pending;

    if (s->options->has_wait) {
        return error_set(errp, "'wait' option is incompatible with socket in client connect mode");
    }
    if (s->options->has_reconnect && s->options->reconnect > 0) {
        try_connect(s, true);
        return true;
    }
    int fd = socket_connect(s->options->addr, &pending, errp);
    if (fd < 0) {
        return false;
    }
    if (pending) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        int err = poll(&p, 1, CONNECT_MS) == 1 ? connect_result(fd) : ETIMEDOUT;

        if (err) {
            g_autofree char *name = socket_describe(s->options->addr, -1);

            close(fd);
            return error_set_errno(errp, err, "Failed to connect to '%s'", strchr(name, ':') + 1);
        }
    }
    connected(s, fd);
    return true;
}

/* ---- the kind */

static bool socket_open(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    ChardevSocketState *s = (ChardevSocketState *)chr;

    s->options = qapi_clone_ChardevSocket(backend->u.socket.data);
    s->server = !s->options->has_server || s->options->server;
    if (s->options->has_reconnect &&
        (s->options->reconnect < 0 || s->options->reconnect > G_MAXINT)) {
        return error_set(errp, "Parameter 'reconnect' expects a number of seconds");
    }
    return s->server ? open_server(s, errp) : open_client(s, errp);
}

static void socket_hangup(Chardev *chr)
{
    ChardevSocketState *s = (ChardevSocketState *)chr;

    if (s->listen_fd >= 0) {
        watch_clients(s);
    } else if (!s->server) {
        retry_later(s);
    }
}

static void remove_socket_file(const ChardevSocketState *s)
{
    struct stat now;

    if (s->made.st_ino && stat(s->options->addr->u.q_unix.data->path, &now) == 0 &&
        now.st_ino == s->made.st_ino && now.st_dev == s->made.st_dev) {
        unlink(s->options->addr->u.q_unix.data->path);
    }
}

static void socket_close(Chardev *chr)
{
    ChardevSocketState *s = (ChardevSocketState *)chr;
    guint *sources[] = {&s->accept_watch, &s->connect_watch, &s->retry_timer};

    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        if (*sources[i]) {
            g_source_remove(*sources[i]);
            *sources[i] = 0;
        }
    }
    if (s->listen_fd >= 0) {
        close(s->listen_fd);
        s->listen_fd = -1;
        remove_socket_file(s);
    }
    if (s->pending_fd >= 0) {
        close(s->pending_fd);
        s->pending_fd = -1;
    }
}

static char *socket_filename(const Chardev *chr)
{
    const ChardevSocketState *s = (const ChardevSocketState *)chr;
    int fd = s->listen_fd >= 0 ? s->listen_fd : chr->out_fd;
    g_autofree char *address = socket_describe(s->options->addr, fd);

    return g_strdup_printf("%s%s%s", chr->connected ? "" : "disconnected:", address,
                           s->server ? ",server=on" : "");
}

static void socket_init(Object *obj)
{
    ChardevSocketState *s = (ChardevSocketState *)obj;

    s->listen_fd = s->pending_fd = -1;
}

static void socket_finalize(Object *obj)
{
    ChardevSocketState *s = (ChardevSocketState *)obj;

    socket_close(&s->parent);
    qapi_free_ChardevSocket(s->options);
}

static void socket_class_init(ObjectClass *klass, const void *data)
{
    ChardevClass *k = (ChardevClass *)klass;

    k->open = socket_open;
    k->close = socket_close;
    k->describe = socket_filename;
    k->hangup = socket_hangup;
}

static const TypeInfo socket_types[] = {{
    .name = "chardev-socket",
    .parent = TYPE_CHARDEV,
    .instance_size = sizeof(ChardevSocketState),
    .class_init = socket_class_init,
    .instance_init = socket_init,
    .instance_finalize = socket_finalize,
}};
DEFINE_TYPES(socket_types);
