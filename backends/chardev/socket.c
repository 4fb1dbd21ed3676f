/* SPDX-License-Identifier: MIT */
/* Character device "socket": a stream socket that listens, or connects (again and again, when told
 * to).
 *
 * A listening one serves its front end one client at a time, or hands each client over as a device
 * of its own. */
#include "backends/chardev/chardev-impl.h"

#include "gen/qapi-types.h"
#include "util/module.h"

#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A client has this long to end its handshake; as many may be at it at a time. */
enum { HANDSHAKE_SECONDS = 10, MAX_ARRIVING = 64 };

typedef struct ChardevSocketState ChardevSocketState;
struct ChardevSocketState {
    Chardev parent;
    ChardevSocket *options;
    bool server;
    int listen_fd; /* -1 for a client */
    SocketDial *dial;
    guint accept_watch, retry_timer, handshake_timer;
    struct stat made; /* the socket file that we bound, to remove only that */
    char *file;       /* its absolute path: the process may change its directory */
    /* A listener whose clients are devices of their own. */
    GQueue arriving; /* those in their handshake: our references */
    unsigned served; /* those handed over that are still connected */
    /* Such a client. */
    ChardevSocketState *listener; /* a reference; NULL: not one */
    bool handed_over;
    char *name;
};

static void watch_clients(ChardevSocketState *s);
static void retry_later(ChardevSocketState *s);

static void stop_source(guint *source)
{
    if (*source) {
        g_source_remove(*source);
        *source = 0;
    }
}

/* ---- connections */

static gboolean handshake_is_late(gpointer opaque)
{
    ChardevSocketState *s = opaque;

    s->handshake_timer = 0;
    chardev_hangup(&s->parent);
    return G_SOURCE_REMOVE;
}

/* options are those of the listener for its clients. */
static void connected(ChardevSocketState *s, const ChardevSocket *options, int fd)
{
    Chardev *chr = &s->parent;

    if (options->nodelay) {
        int on = 1;

        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (options->websocket) {
        chr->codec = websocket_codec_new();
        s->handshake_timer = g_timeout_add_seconds(HANDSHAKE_SECONDS, handshake_is_late, s);
    } else if (options->telnet) {
        chr->codec = telnet_codec_new(s->server ? chr->queue : NULL);
    }
    chardev_connect(chr, fd, fd);
}

static void socket_opened(Chardev *chr)
{
    ChardevSocketState *s = (ChardevSocketState *)chr;
    ChardevSocketState *listener = s->listener;

    stop_source(&s->handshake_timer);
    if (!listener) {
        return;
    }
    g_queue_remove(&listener->arriving, s);
    if (listener->parent.client) {
        s->handed_over = true;
        listener->served++;
        listener->parent.client(listener->parent.client_opaque, chr);
    } else {
        object_unref(OBJECT(chr)); /* the front end left meanwhile */
    }
}

static void socket_hangup(Chardev *chr)
{
    ChardevSocketState *s = (ChardevSocketState *)chr;

    stop_source(&s->handshake_timer);
    if (s->handed_over) {
        s->handed_over = false;
        s->listener->served--;
    } else if (s->listener) {
        if (g_queue_remove(&s->listener->arriving, s)) {
            object_unref(OBJECT(chr));
        }
    } else if (s->listen_fd >= 0) {
        watch_clients(s);
    } else if (!s->server) {
        retry_later(s);
    }
}

/* ---- server */

/* A device of its own for a client. (transfer full) */
static ChardevSocketState *new_client(ChardevSocketState *s)
{
    ChardevSocketState *c = (ChardevSocketState *)object_new("chardev-socket");

    c->server = true;
    c->listener = (ChardevSocketState *)object_ref(OBJECT(s));
    c->name = socket_describe(s->options->addr, "tcp", s->listen_fd);
    if (s->parent.log_fd >= 0) {
        c->parent.log_fd = dup(s->parent.log_fd);
    }
    return c;
}

static void add_client(ChardevSocketState *s, int fd)
{
    ChardevSocketState *c = new_client(s);

    if (g_queue_get_length(&s->arriving) >= MAX_ARRIVING) {
        chardev_hangup(g_queue_peek_head(&s->arriving));
    }
    g_queue_push_tail(&s->arriving, c);
    connected(c, s->options, fd);
}

static gboolean accept_again(gpointer opaque)
{
    ChardevSocketState *s = opaque;

    s->accept_watch = 0;
    watch_clients(s);
    return G_SOURCE_REMOVE;
}

static gboolean client_ready(gint fd, GIOCondition cond, gpointer opaque)
{
    ChardevSocketState *s = opaque;
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (client >= 0 && s->parent.client) {
        add_client(s, client);
        return G_SOURCE_CONTINUE;
    }
    if (client >= 0) {
        s->accept_watch = 0; /* one client at a time: others wait in the backlog */
        connected(s, s->options, client);
        return G_SOURCE_REMOVE;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
        warn_report("character device %s: %s", chardev_id(&s->parent), g_strerror(errno));
        s->accept_watch = g_timeout_add_seconds(1, accept_again, s);
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static void watch_clients(ChardevSocketState *s)
{
    if (!s->accept_watch) {
        s->accept_watch = g_unix_fd_add(s->listen_fd, G_IO_IN, client_ready, s);
    }
}

/* Who is connected already (wait=on) is the first to be handed over. */
static void socket_serve(Chardev *chr)
{
    ChardevSocketState *s = (ChardevSocketState *)chr;
    int first = chr->linked ? dup(chr->in_fd) : -1;

    if (chr->linked) {
        chardev_disconnect(chr);
        stop_source(&s->handshake_timer);
    }
    watch_clients(s);
    if (first >= 0) {
        add_client(s, first);
    }
}

/* The next client of a listener; waits for it, or for a signal that is to end the process (which
 * stays pending: those are blocked, and the main loop is not there yet to hear them). */
static int accept_waiting(int listen_fd, Error **errp)
{
    struct pollfd p[] = {{.fd = listen_fd, .events = POLLIN}, {.events = POLLIN}};
    int client = -1;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    p[1].fd = signalfd(-1, &set, SFD_CLOEXEC);
    while (client < 0) {
        if (poll(p, 2, -1) < 0 && errno != EINTR) {
            error_set_errno(errp, errno, "Failed to wait for a connection");
            break;
        }
        if (p[1].revents) {
            error_set_code(errp, ERROR_CODE_WRONG_STATE,
                           "a signal ended the wait for a connection");
            break;
        }
        client = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    }
    if (p[1].fd >= 0) {
        close(p[1].fd);
    }
    return client;
}

/* wait=on: start-up goes on when somebody is there. */
static bool wait_for_client(ChardevSocketState *s, Error **errp)
{
    g_autofree char *name = chardev_filename(&s->parent);

    info_report("waiting for connection on: %s", name);
    int client = accept_waiting(s->listen_fd, errp);
    if (client < 0) {
        return false;
    }
    connected(s, s->options, client);
    return true;
}

static bool open_server(ChardevSocketState *s, int prepared, Error **errp)
{
    const SocketAddressLegacy *addr = s->options->addr;

    s->listen_fd = prepared >= 0 ? prepared : socket_listen(addr, errp);
    if (s->listen_fd < 0) {
        return false;
    }
    s->parent.listens = true;
    if (addr->type == SOCKET_ADDRESS_TYPE_UNIX && !addr->u.q_unix.data->abstract) {
        s->file = g_canonicalize_filename(addr->u.q_unix.data->path, NULL);
        (void)stat(s->file, &s->made);
    }
    if (s->options->wait) {
        return wait_for_client(s, errp);
    }
    watch_clients(s);
    return true;
}

/* ---- client */

static void dialed(void *opaque, int fd, const Error *err)
{
    ChardevSocketState *s = opaque;

    s->dial = NULL;
    if (fd >= 0) {
        connected(s, s->options, fd);
    } else {
        retry_later(s);
    }
}

static gboolean retry(gpointer opaque)
{
    ChardevSocketState *s = opaque;

    s->retry_timer = 0;
    s->dial = socket_dial(s->options->addr, false, dialed, s);
    return G_SOURCE_REMOVE;
}

static void retry_later(ChardevSocketState *s)
{
    if (s->options->has_reconnect && s->options->reconnect > 0) {
        s->retry_timer = g_timeout_add_seconds((guint)s->options->reconnect, retry, s);
    }
}

/* The first failure is reported, later ones are not: what is tried every few seconds would fill
 * logs. */
static void first_dialed(void *opaque, int fd, const Error *err)
{
    ChardevSocketState *s = opaque;

    if (fd < 0) {
        warn_report("Unable to connect character device %s: %s", chardev_id(&s->parent),
                    err->message);
    }
    dialed(opaque, fd, err);
}

static bool open_client(ChardevSocketState *s, int prepared, Error **errp)
{
    if (s->options->has_reconnect && s->options->reconnect > 0) {
        s->dial = socket_dial(s->options->addr, false, first_dialed, s);
        return true;
    }
    int fd = prepared >= 0 ? prepared : socket_connect(s->options->addr, errp);
    if (fd < 0) {
        return false;
    }
    connected(s, s->options, fd);
    return true;
}

/* ---- the kind */

bool socket_check_options(const ChardevSocket *options, Error **errp)
{
    bool server = !options->has_server || options->server;
    const char *text = NULL;

    if (server && options->has_reconnect && options->reconnect) {
        text = "'reconnect' option is incompatible with socket in server listen mode";
    } else if (!server && options->has_wait) {
        text = "'wait' option is incompatible with socket in client connect mode";
    } else if (options->has_reconnect &&
               (options->reconnect < 0 || options->reconnect > G_MAXINT)) {
        text = "Parameter 'reconnect' expects a number of seconds";
    } else if (options->reconnect && options->addr->type == SOCKET_ADDRESS_TYPE_FD) {
        text = "'reconnect' option is incompatible with 'fd'";
    } else if (options->websocket && options->telnet) {
        text = "'websocket' and 'telnet' exclude each other";
    } else if (options->websocket && !server) {
        text = "Websocket client is not implemented";
    }
    return !text || error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "%s", text);
}

static bool socket_open(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    ChardevSocketState *s = (ChardevSocketState *)chr;

    if (!socket_check_options(backend->u.socket.data, errp)) {
        return false;
    }
    s->options = qapi_clone_ChardevSocket(backend->u.socket.data);
    s->server = !s->options->has_server || s->options->server;
    return s->server ? open_server(s, g_steal_fd(&chr->prepared_fd), errp)
                     : open_client(s, g_steal_fd(&chr->prepared_fd), errp);
}

static void remove_socket_file(const ChardevSocketState *s)
{
    struct stat now;

    if (s->made.st_ino && stat(s->file, &now) == 0 && now.st_ino == s->made.st_ino &&
        now.st_dev == s->made.st_dev) {
        unlink(s->file);
    }
}

static void socket_close(Chardev *chr)
{
    ChardevSocketState *s = (ChardevSocketState *)chr;

    stop_source(&s->accept_watch);
    stop_source(&s->retry_timer);
    stop_source(&s->handshake_timer);
    while (!g_queue_is_empty(&s->arriving)) {
        chardev_hangup(g_queue_peek_head(&s->arriving));
    }
    if (s->listen_fd >= 0) {
        close(s->listen_fd);
        s->listen_fd = -1;
        remove_socket_file(s);
    }
    if (s->dial) {
        socket_dial_cancel(s->dial);
        s->dial = NULL;
    }
}

static char *socket_filename(const Chardev *chr)
{
    const ChardevSocketState *s = (const ChardevSocketState *)chr;
    bool there = chr->connected || s->served;
    int fd = s->listen_fd >= 0 ? s->listen_fd : chr->out_fd;

    if (s->listener) {
        return g_strdup(s->name);
    }
    const char *kind = s->options->telnet ? "telnet" : s->options->websocket ? "websocket" : "tcp";
    g_autofree char *address = socket_describe(s->options->addr, kind, fd);
    return g_strdup_printf("%s%s%s", there ? "" : "disconnected:", address,
                           s->server ? ",server=on" : "");
}

static bool socket_belongs(const Chardev *chr, const Chardev *to)
{
    const ChardevSocketState *s = (const ChardevSocketState *)chr;

    return chr == to || (s->listener && &s->listener->parent == to);
}

static void socket_init(Object *obj)
{
    ((ChardevSocketState *)obj)->listen_fd = -1;
}

static void socket_finalize(Object *obj)
{
    ChardevSocketState *s = (ChardevSocketState *)obj;

    socket_close(&s->parent);
    if (s->handed_over) {
        s->listener->served--;
    }
    if (s->listener) {
        object_unref(OBJECT(s->listener));
    }
    g_free(s->file);
    qapi_free_ChardevSocket(s->options);
    g_free(s->name);
}

static void socket_class_init(ObjectClass *klass, const void *data)
{
    ChardevClass *k = (ChardevClass *)klass;

    k->open = socket_open;
    k->close = socket_close;
    k->describe = socket_filename;
    k->hangup = socket_hangup;
    k->opened = socket_opened;
    k->belongs = socket_belongs;
    k->serve = socket_serve;
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
