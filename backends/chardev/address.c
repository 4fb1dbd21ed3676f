/* SPDX-License-Identifier: MIT */
/* Sockets for the addresses of the schema: UNIX, abstract, TCP and inherited ones.
 *
 * What may take its time (names, connections) is called from threads too: nothing here has state,
 * except for the function that finds descriptors by name, which only the main loop calls. */
#include "backends/chardev/chardev-impl.h"

#include "util/size.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128, CONNECT_MS = 60000 };

/* ---- UNIX */

static bool fill_unix(const UnixSocketAddress *u, struct sockaddr_un *sa, socklen_t *ret_len,
                      Error **errp)
{
    size_t n = strlen(u->path);
    bool tight = !u->has_tight || u->tight;

    memset(sa, 0, sizeof(*sa));
    sa->sun_family = AF_UNIX;
    if (!n) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "UNIX socket path is empty");
    }
    if (n + 1 > sizeof(sa->sun_path)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "UNIX socket path '%s' is too long",
                       u->path);
        error_append_hint(errp, "Path must be less than %zu bytes\n", sizeof(sa->sun_path));
        return false;
    }
    if (u->abstract) {
        memcpy(sa->sun_path + 1, u->path, n);
        *ret_len =
            (socklen_t)(tight ? offsetof(struct sockaddr_un, sun_path) + 1 + n : sizeof(*sa));
    } else {
        memcpy(sa->sun_path, u->path, n);
        *ret_len = sizeof(*sa);
    }
    return true;
}

/* What an earlier process left; anything else makes bind() fail. */
static void remove_old_socket(const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
        unlink(path);
    }
}

static int listen_unix(const UnixSocketAddress *u, Error **errp)
{
    struct sockaddr_un sa;
    socklen_t len;

    if (!fill_unix(u, &sa, &len, errp)) {
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        error_set_errno(errp, errno, "Failed to create a UNIX socket");
        return -1;
    }
    if (!u->abstract) {
        remove_old_socket(u->path);
    }
    if (bind(fd, (struct sockaddr *)&sa, len) < 0) {
        error_set_errno(errp, errno, "Failed to bind socket to %s", u->path);
    } else if (listen(fd, BACKLOG) < 0) {
        error_set_errno(errp, errno, "Failed to listen on socket");
    } else {
        return fd;
    }
    close(fd);
    return -1;
}

static int connect_unix(const UnixSocketAddress *u, Error **errp)
{
    struct sockaddr_un sa;
    socklen_t len;

    if (!fill_unix(u, &sa, &len, errp)) {
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, len) == 0) {
        return fd;
    }
    error_set_errno(errp, errno, "Failed to connect to '%s'", u->path);
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

/* ---- TCP */

static int family(const InetSocketAddress *in)
{
    bool want4 = in->has_ipv4 && in->ipv4, want6 = in->has_ipv6 && in->ipv6;
    bool no4 = in->has_ipv4 && !in->ipv4, no6 = in->has_ipv6 && !in->ipv6;

    if ((want4 && !want6) || no6) {
        return AF_INET;
    }
    if ((want6 && !want4) || no4) {
        return AF_INET6;
    }
    return AF_UNSPEC;
}

static struct addrinfo *resolve(const InetSocketAddress *in, bool passive, Error **errp)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = family(in)};
    struct addrinfo *list;

    if (in->has_ipv4 && in->has_ipv6 && !in->ipv4 && !in->ipv6) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Cannot disable IPv4 and IPv6 at same time");
        return NULL;
    }
    hints.ai_flags = passive ? AI_PASSIVE : 0;
    int r = getaddrinfo(*in->host ? in->host : NULL, in->port, &hints, &list);
    if (r) {
        error_set_code(errp, ERROR_CODE_HOST_FAILURE, "address resolution failed for %s:%s: %s",
                       in->host, in->port, gai_strerror(r));
        return NULL;
    }
    return list;
}

static void set_port(struct sockaddr *sa, uint16_t port)
{
    if (sa->sa_family == AF_INET) {
        ((struct sockaddr_in *)(void *)sa)->sin_port = htons(port);
    } else {
        ((struct sockaddr_in6 *)(void *)sa)->sin6_port = htons(port);
    }
}

static uint16_t get_port(const struct sockaddr *sa)
{
    return ntohs(sa->sa_family == AF_INET
                     ? ((const struct sockaddr_in *)(const void *)sa)->sin_port
                     : ((const struct sockaddr_in6 *)(const void *)sa)->sin6_port);
}

static int try_listen(const struct addrinfo *ai, int *ret_errno)
{
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
    int on = 1;

    *ret_errno = errno;
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) {
        return fd;
    }
    *ret_errno = errno;
    close(fd);
    return -1;
}

static int listen_inet(const InetSocketAddress *in, Error **errp)
{
    struct addrinfo *list = resolve(in, true, errp);
    int fd = -1, err = 0;

    for (const struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next) {
        unsigned port = get_port(ai->ai_addr);
        unsigned last = in->has_to ? in->to : port;

        do {
            set_port(ai->ai_addr, (uint16_t)port);
            fd = try_listen(ai, &err);
        } while (fd < 0 && err == EADDRINUSE && ++port <= last);
    }
    if (list && fd < 0) {
        error_set_errno(errp, err, "Failed to find an available port");
    }
    if (list) {
        freeaddrinfo(list);
    }
    return fd;
}

/* A connected socket, or -1 and an errno; waits for the answer. */
static int try_connect(const struct addrinfo *ai, int *ret_errno)
{
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
    int err = fd >= 0 && connect(fd, ai->ai_addr, ai->ai_addrlen) == 0 ? 0 : errno;

    if (fd >= 0 && err == EINPROGRESS) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        socklen_t len = sizeof(err);

        if (poll(&p, 1, CONNECT_MS) != 1) {
            err = ETIMEDOUT;
        } else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0) {
            err = errno;
        }
    }
    if (fd >= 0 && err) {
        close(fd);
        fd = -1;
    }
    *ret_errno = err;
    return fd;
}

static int connect_inet(const InetSocketAddress *in, Error **errp)
{
    struct addrinfo *list = resolve(in, false, errp);
    int fd = -1, err = 0;

    for (const struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next) {
        fd = try_connect(ai, &err);
    }
    if (list && fd < 0) {
        error_set_errno(errp, err, "Failed to connect to '%s:%s'", in->host, in->port);
    }
    if (list) {
        freeaddrinfo(list);
    }
    return fd;
}

static bool is_numeric(const InetSocketAddress *in)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *list;

    if (getaddrinfo(*in->host ? in->host : NULL, in->port, &hints, &list)) {
        return false;
    }
    freeaddrinfo(list);
    return true;
}

/* ---- inherited */

static int (*lookup)(const char *name, Error **errp);

void chardev_set_fd_lookup(int (*fn)(const char *name, Error **errp))
{
    lookup = fn;
}

int socket_by_name(const char *name, Error **errp)
{
    int fd = lookup ? lookup(name, NULL) : -1;

    if (fd >= 0) {
        return fd;
    }
    error_set_code(errp, ERROR_CODE_NOT_FOUND, "File descriptor named '%s' has not been found",
                   name);
    return -1;
}

/* A number that was inherited: all that we opened ourselves is closed on exec, and so is what was
 * taken already. */
static int take_number(const char *text, Error **errp)
{
    uint64_t n;

    if (!parse_uint64(text, &n, NULL) || n > INT32_MAX) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Unable to parse FD number %s", text);
        return -1;
    }
    int flags = fcntl((int)n, F_GETFD);
    if (flags < 0 || (flags & FD_CLOEXEC)) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND,
                       "File descriptor '%s' was not inherited, or is in use already", text);
        return -1;
    }
    return (int)n;
}

int socket_check(int fd, const char *name, bool listening, Error **errp)
{
    int is_listening;
    socklen_t len = sizeof(is_listening);

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) < 0) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "File descriptor '%s' is not a socket",
                       name);
    } else if (listening != (is_listening != 0)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "File descriptor '%s' is %s, which does not suit server=%s", name,
                       is_listening ? "a listening socket" : "not a listening socket",
                       listening ? "on" : "off");
    } else {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        return fd;
    }
    return -1;
}

static int inherit(const String *s, bool listening, Error **errp)
{
    bool number = g_ascii_isdigit(s->str[0]);
    int fd = number ? take_number(s->str, errp) : socket_by_name(s->str, errp);

    if (fd >= 0 && socket_check(fd, s->str, listening, errp) < 0) {
        if (!number) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

/* ---- any */

int socket_listen(const SocketAddressLegacy *addr, Error **errp)
{
    switch (addr->type) {
    case SOCKET_ADDRESS_TYPE_UNIX:
        return listen_unix(addr->u.q_unix.data, errp);
    case SOCKET_ADDRESS_TYPE_INET:
        return listen_inet(addr->u.inet.data, errp);
    default:
        return inherit(addr->u.fd.data, true, errp);
    }
}

int socket_connect(const SocketAddressLegacy *addr, Error **errp)
{
    switch (addr->type) {
    case SOCKET_ADDRESS_TYPE_UNIX:
        return connect_unix(addr->u.q_unix.data, errp);
    case SOCKET_ADDRESS_TYPE_INET:
        return connect_inet(addr->u.inet.data, errp);
    default:
        return inherit(addr->u.fd.data, false, errp);
    }
}

bool socket_is_slow(const SocketAddressLegacy *addr, bool listening)
{
    return addr->type == SOCKET_ADDRESS_TYPE_INET && (!listening || !is_numeric(addr->u.inet.data));
}

static char *describe_unix(const UnixSocketAddress *u)
{
    bool tight = !u->has_tight || u->tight;

    if (!u->abstract) {
        return g_strdup_printf("unix:%s", u->path);
    }
    return g_strdup_printf("unix:%s,abstract=on,tight=%s", u->path, tight ? "on" : "off");
}

static char *describe_bound(const char *kind, int fd)
{
    struct sockaddr_storage ss;
    socklen_t len = sizeof(ss);
    char host[NI_MAXHOST], port[NI_MAXSERV];

    if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0) {
        return NULL;
    }
    if (ss.ss_family == AF_UNIX) {
        const struct sockaddr_un *un = (const struct sockaddr_un *)(const void *)&ss;
        bool named = len > offsetof(struct sockaddr_un, sun_path) && un->sun_path[0];

        return g_strdup_printf("unix:%s", named ? un->sun_path : "");
    }
    if (getnameinfo((struct sockaddr *)&ss, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV)) {
        return NULL;
    }
    bool six = ss.ss_family == AF_INET6;
    return g_strdup_printf("%s:%s%s%s:%s", kind, six ? "[" : "", host, six ? "]" : "", port);
}

char *socket_describe(const SocketAddressLegacy *addr, const char *kind, int fd)
{
    char *bound = NULL;

    if (addr->type == SOCKET_ADDRESS_TYPE_UNIX) {
        return describe_unix(addr->u.q_unix.data);
    }
    if (fd >= 0) {
        bound = describe_bound(kind, fd);
    }
    if (!bound && addr->type == SOCKET_ADDRESS_TYPE_INET) {
        return g_strdup_printf("%s:%s:%s", kind, addr->u.inet.data->host, addr->u.inet.data->port);
    }
    return bound ? bound : g_strdup_printf("fd:%s", addr->u.fd.data->str);
}
