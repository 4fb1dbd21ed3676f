/* SPDX-License-Identifier: MIT */
/* Inside backends/chardev: what a kind of character device builds on.
 *
 * The base class moves bytes between the front end and two descriptors (which may be one); a kind
 * opens them, and says what happens when the other side goes away. */
#ifndef BACKENDS_CHARDEV_CHARDEV_IMPL_H
#define BACKENDS_CHARDEV_CHARDEV_IMPL_H

#include "backends/chardev/chardev.h"

typedef struct ChardevClass {
    ObjectClass parent;
    bool separate_directions; /* the end of input says nothing about output: stdio */
    bool (*open)(Chardev *chr, const ChardevBackend *backend, Error **errp);
    void (*close)(Chardev *chr); /* also after a failed open; NULL: the base does it all */
    char *(*describe)(const Chardev *chr);
    /* The other side is gone; the descriptors are closed already. NULL: stays closed. */
    void (*hangup)(Chardev *chr);
    /* Before bytes are queued while no peer is known: perhaps there is one by now. NULL: no. */
    void (*check_peer)(Chardev *chr);
} ChardevClass;
#define CHARDEV_GET_CLASS(obj) OBJECT_GET_CLASS(ChardevClass, obj)

struct Chardev {
    Object parent;
    const ChardevHandlers *handlers; /* of the front end; NULL: none */
    void *opaque;
    bool connected;    /* a peer is there */
    bool eof;          /* it sent all it had; closed once our output is out */
    int in_fd, out_fd; /* -1: none */
    guint in_watch, out_watch, hup_watch;
    int log_fd;        /* gets a copy of the output; -1: none */
    GByteArray *queue; /* output; [queue_start, len) is unsent */
    size_t queue_start;
};

/* A peer is there, reached by these descriptors (-1: no such direction): made non-blocking,
 * watched, CHARDEV_OPENED. The base owns them from here on; both may be the same. */
void chardev_connect(Chardev *chr, int in_fd, int out_fd);
/* Closes the descriptors, drops what is queued, CHARDEV_CLOSED. */
void chardev_disconnect(Chardev *chr);

/* options.c: both forms of the command line. (transfer full) */
ChardevBackend *chardev_parse_options(const char *text, char **ret_id, Error **errp);
ChardevBackend *chardev_parse_short(const char *text, Error **errp);

/* address.c: sockets for an address, -1 on error; connecting ones not blocking, and with
 * *ret_pending set when the connection is still being made. */
int socket_listen(const SocketAddressLegacy *addr, Error **errp);
int socket_connect(const SocketAddressLegacy *addr, bool *ret_pending, Error **errp);
/* An inherited descriptor, of which it is checked that it listens, or is connected. */
int socket_inherit(const SocketAddressLegacy *addr, bool listening, Error **errp);
/* "unix:/x", "tcp:127.0.0.1:99": of the address, or of what fd is bound to (-1: nothing).
 * (transfer full) */
char *socket_describe(const SocketAddressLegacy *addr, int fd);

#endif
