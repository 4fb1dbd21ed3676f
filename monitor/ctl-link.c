/* SPDX-License-Identifier: MIT */
/* "poise ctl": a connection to a QMP server. */
#include "monitor/ctl-link.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* A server that serves one client at a time greets others when it is their turn, if ever. */
enum { GREETING_S = 30, READ_SIZE = 64 << 10 };

struct CtlLink {
    int fd;
    int64_t deadline_us; /* 0: none */
    JsonStream *stream;
    GQueue messages; /* of JsonObject *: not looked at yet */
    GQueue events;   /* of JsonObject *: kept */
    bool keep_events;
    char *package;
    Error *broken; /* what came is not QMP */
};

/* ---- time */

static bool time_is_over(Error **errp)
{
    return error_set_code(errp, ERROR_CODE_TIMEOUT, "timed out");
}

/* Milliseconds for poll(). */
static int time_left(int64_t deadline_us)
{
    if (!deadline_us) {
        return -1;
    }
    int64_t left = (deadline_us - g_get_monotonic_time() + 999) / 1000;
    return (int)CLAMP(left, 0, G_MAXINT);
}

/* For connect() and send(). */
static void limit_output(int fd, int64_t deadline_us)
{
    int ms = time_left(deadline_us);
    struct timeval tv = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};

    if (ms == 0) {
        tv.tv_usec = 1;
    }
    if (ms >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
    }
}

/* ---- connecting */

static int connect_to(int family, const struct sockaddr *addr, socklen_t len, int64_t deadline_us)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -1;
    }
    limit_output(fd, deadline_us);
    if (connect(fd, addr, len) < 0) {
        int err = errno == EINPROGRESS || errno == EAGAIN ? ETIMEDOUT : errno;

        close(fd);
        errno = err;
        return -1;
    }
    return fd;
}

static int connect_unix(const char *path, int64_t deadline_us)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    size_t len = strlen(path);

    if (!len || len >= sizeof(addr.sun_path)) {
        errno = len ? ENAMETOOLONG : ENOENT;
        return -1;
    }
    memcpy(addr.sun_path, path, len);
    if (*path == '@') {
        addr.sun_path[0] = '\0';
        len--; /* no NUL after an abstract name */
    }
    return connect_to(AF_UNIX, (struct sockaddr *)&addr,
                      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1), deadline_us);
}

static int connect_tcp(const char *text, const char *colon, int64_t deadline_us)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    bool brackets = *text == '[' && colon > text && colon[-1] == ']';
    g_autofree char *host = g_strndup(text + brackets, (gsize)(colon - text) - (brackets ? 2 : 0));
    int fd = -1;

    if (getaddrinfo(*host ? host : "localhost", colon + 1, &hints, &list)) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
        fd = connect_to(a->ai_family, a->ai_addr, a->ai_addrlen, deadline_us);
    }
    freeaddrinfo(list);
    return fd;
}

static int connect_address(const char *address, int64_t deadline_us)
{
    const char *colon = strrchr(address, ':');

    if (g_str_has_prefix(address, "unix:")) {
        return connect_unix(address + strlen("unix:"), deadline_us);
    }
    if (g_str_has_prefix(address, "tcp:")) {
        address += strlen("tcp:");
        colon = strrchr(address, ':');
    } else if (!colon || *address == '@' || strchr(address, '/')) {
        return connect_unix(address, deadline_us);
    }
    if (!colon) {
        errno = EINVAL;
        return -1;
    }
    return connect_tcp(address, colon, deadline_us);
}

/* ---- messages */

static void take_value(void *opaque, JsonNode *node, const Error *err)
{
    CtlLink *l = opaque;

    if (l->broken) {
        g_clear_pointer(&node, json_node_unref);
    } else if (err || json_kind(node) != JSON_KIND_OBJECT) {
        error_set_code(&l->broken, ERROR_CODE_FORMAT_INVALID, "this is no QMP server: %s",
                       err ? err->message : "what it says is no object");
        g_clear_pointer(&node, json_node_unref);
    } else {
        g_queue_push_tail(&l->messages, json_object_ref(json_node_get_object(node)));
        json_node_unref(node);
    }
}

/* Waits for bytes. *closed: there will be no more. */
static bool read_some(CtlLink *l, int64_t deadline_us, bool *closed, Error **errp)
{
    struct pollfd p = {.fd = l->fd, .events = POLLIN};
    g_autofree char *buf = NULL;
    ssize_t n;
    int r;

    do {
        r = poll(&p, 1, time_left(deadline_us));
    } while (r < 0 && errno == EINTR);
    if (r == 0) {
        return time_is_over(errp);
    }
    buf = g_malloc(READ_SIZE);
    n = read(l->fd, buf, READ_SIZE);
    if (n < 0 && errno != EINTR && errno != ECONNRESET) {
        return error_set_errno(errp, errno, "cannot read from the server");
    }
    *closed = n == 0 || (n < 0 && errno == ECONNRESET);
    if (n > 0) {
        json_stream_feed(l->stream, buf, (size_t)n);
    }
    return true;
}

/* (transfer full); NULL without an error: closed. */
static JsonObject *receive(CtlLink *l, int64_t deadline_us, Error **errp)
{
    bool closed = false;

    while (!l->messages.length) {
        if (l->broken) {
            g_propagate_error(errp, g_error_copy(l->broken));
            return NULL;
        }
        if (closed || !read_some(l, deadline_us, &closed, errp)) {
            return NULL;
        }
    }
    return g_queue_pop_head(&l->messages);
}

static bool send_text(CtlLink *l, const char *text, Error **errp)
{
    size_t len = strlen(text);

    while (len) {
        limit_output(l->fd, l->deadline_us);
        ssize_t n = send(l->fd, text, len, MSG_NOSIGNAL);

        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return time_is_over(errp);
        }
        if (n < 0 && errno != EINTR) {
            return error_set_errno(errp, errno, "cannot write to the server");
        }
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static bool closed_early(Error **errp)
{
    return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "the server closed the connection");
}

/* ---- commands */

const char *ctl_text(JsonObject *obj, const char *name)
{
    JsonNode *node = json_object_get_member(obj, name);

    return node && json_kind(node) == JSON_KIND_STRING ? json_get_string(node) : "";
}

/* The reply of the one command that is under way. (transfer full) */
static JsonObject *receive_reply(CtlLink *l, Error **errp)
{
    Error *err = NULL;
    JsonObject *message;

    while ((message = receive(l, l->deadline_us, &err)) &&
           json_object_has_member(message, "event")) {
        if (l->keep_events) {
            g_queue_push_tail(&l->events, message);
        } else {
            json_object_unref(message);
        }
    }
    if (err) {
        g_propagate_error(errp, err);
    } else if (!message) {
        closed_early(errp);
    }
    return message;
}

JsonObject *ctl_link_execute(CtlLink *l, const char *command, JsonObject *arguments, JsonNode *id,
                             Error **errp)
{
    g_autoptr(JsonObject) request = json_object_new();

    json_object_set_string_member(request, "execute", command);
    if (arguments && json_object_get_size(arguments)) {
        json_object_set_object_member(request, "arguments", json_object_ref(arguments));
    }
    if (id) {
        json_object_set_member(request, "id", json_node_copy(id));
    }
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(request));
    g_autofree char *text = json_write(node, false);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    if (!send_text(l, line, errp)) {
        return NULL;
    }
    g_autoptr(JsonObject) reply = receive_reply(l, errp);
    if (!reply) {
        return NULL;
    }
    JsonNode *error = json_object_get_member(reply, "error");
    if (error ? json_kind(error) != JSON_KIND_OBJECT : !json_object_has_member(reply, "return")) {
        error_set_code(errp, ERROR_CODE_FORMAT_INVALID, "this is no QMP server: it gives no reply");
        return NULL;
    }
    return g_steal_pointer(&reply);
}

/* ---- events */

void ctl_link_keep_events(CtlLink *l)
{
    l->keep_events = true;
}

JsonObject *ctl_link_next_event(CtlLink *l, Error **errp)
{
    JsonObject *event = g_queue_pop_head(&l->events);

    while (!event) {
        event = receive(l, l->deadline_us, errp);
        if (!event) {
            return NULL;
        }
        if (!json_object_has_member(event, "event")) {
            g_clear_pointer(&event, json_object_unref);
        }
    }
    return event;
}

/* ---- the connection */

static bool take_greeting(CtlLink *l, Error **errp)
{
    int64_t limit_us = g_get_monotonic_time() + GREETING_S * G_USEC_PER_SEC;
    Error *err = NULL;

    if (l->deadline_us && l->deadline_us < limit_us) {
        limit_us = l->deadline_us;
    }
    g_autoptr(JsonObject) greeting = receive(l, limit_us, &err);
    if (err) {
        g_propagate_error(errp, err);
        error_prefix(errp, "no greeting: ");
        return false;
    }
    if (!greeting) {
        return closed_early(errp);
    }
    JsonNode *qmp = json_object_get_member(greeting, "QMP");
    JsonNode *version = qmp && json_kind(qmp) == JSON_KIND_OBJECT
                            ? json_object_get_member(json_node_get_object(qmp), "version")
                            : NULL;
    if (!version || json_kind(version) != JSON_KIND_OBJECT) {
        return error_set_code(errp, ERROR_CODE_FORMAT_INVALID,
                              "this is no QMP server: it greets otherwise");
    }
    l->package = g_strdup(ctl_text(json_node_get_object(version), "package"));
    return true;
}

CtlLink *ctl_link_open(const char *address, int64_t deadline_us, Error **errp)
{
    int fd = connect_address(address, deadline_us);

    if (fd < 0) {
        int err = errno;

        error_set_errno(errp, err, "cannot connect to '%s'", address);
        if (err == ETIMEDOUT) {
            error_change_code(errp, ERROR_CODE_TIMEOUT);
        }
        return NULL;
    }
    g_autoptr(CtlLink) l = g_new0(CtlLink, 1);
    l->fd = fd;
    l->deadline_us = deadline_us;
    l->stream = json_stream_new(take_value, l);
    if (!take_greeting(l, errp)) {
        return NULL;
    }
    g_autoptr(JsonObject) reply = ctl_link_execute(l, "qmp_capabilities", NULL, NULL, errp);
    if (reply && json_object_has_member(reply, "error")) {
        error_set_code(errp, ERROR_CODE_HOST_FAILURE, "the server refuses the negotiation: %s",
                       ctl_text(json_object_get_object_member(reply, "error"), "desc"));
        return NULL;
    }
    return reply ? g_steal_pointer(&l) : NULL;
}

const char *ctl_link_package(const CtlLink *l)
{
    return l->package;
}

static void unref_object(gpointer obj)
{
    json_object_unref(obj);
}

void ctl_link_free(CtlLink *l)
{
    close(l->fd);
    json_stream_free(l->stream);
    g_queue_clear_full(&l->messages, unref_object);
    g_queue_clear_full(&l->events, unref_object);
    g_clear_error(&l->broken);
    g_free(l->package);
    g_free(l);
}
