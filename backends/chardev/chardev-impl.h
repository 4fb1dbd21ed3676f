/* SPDX-License-Identifier: MIT */
/* Inside backends/chardev: what a kind of character device builds on.
 *
 * The base class moves bytes between the front end and two descriptors (which may be one), through
 * a codec where the wire carries more than the bytes; a kind opens the descriptors, and says what
 * happens when the other side goes away. */
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
    /* The peer can be talked to: CHARDEV_OPENED follows. */
    void (*opened)(Chardev *chr);
    /* Before bytes are queued while no peer is known: perhaps there is one by now. NULL: no. */
    void (*check_peer)(Chardev *chr);
    /* Sockets: is chr `to` itself, or a client of it? NULL: no socket. */
    bool (*belongs)(const Chardev *chr, const Chardev *to);
    /* Of a listener: hand clients over from now on. */
    void (*serve)(Chardev *chr);
    /* Kinds without descriptors. NULL: what the base does with descriptors. */
    void (*write)(Chardev *chr, const uint8_t *buf, size_t len);
    size_t (*pending)(const Chardev *chr);
    void (*accept_input)(Chardev *chr);
    const Chardev *(*base)(const Chardev *chr); /* what it stands on; NULL: itself */
    /* A kind with several front ends. NULL: there is one. */
    void (*attach)(Chardev *chr, const ChardevHandlers *h, void *opaque);
    void (*detach)(Chardev *chr, const void *opaque);
} ChardevClass;
#define CHARDEV_GET_CLASS(obj) OBJECT_GET_CLASS(ChardevClass, obj)

/* A protocol between the bytes and the wire. */
typedef struct ChardevCodec ChardevCodec;
struct ChardevCodec {
    /* Makes *n bytes of the wire into no more bytes for the front end, in place. What is to be
     * answered is added to reply. False: nothing more will come; the peer is dropped. */
    bool (*decode)(ChardevCodec *c, uint8_t *buf, size_t *n, GByteArray *reply);
    void (*encode)(ChardevCodec *c, const uint8_t *buf, size_t n, GByteArray *wire);
    void (*free)(ChardevCodec *c);
    bool ready;     /* set by decode once there is a peer to talk to */
    bool got_break; /* set by decode, cleared by the caller */
};
/* greeting gets what is to be sent first. */
ChardevCodec *telnet_codec_new(GByteArray *greeting);
ChardevCodec *websocket_codec_new(void);

struct Chardev {
    Object parent;
    char *id;                        /* NULL: a client of a listener */
    const ChardevHandlers *handlers; /* of the front end; NULL: none */
    void *opaque;
    bool listens;                      /* can hand its clients over */
    void (*client)(void *, Chardev *); /* whom to; NULL: nobody */
    void *client_opaque;
    bool linked;       /* the descriptors below lead somewhere */
    bool connected;    /* a peer is there */
    bool eof;          /* it sent all it had; closed once our output is out */
    bool is_unix;      /* a Unix socket, which can bring descriptors */
    int in_fd, out_fd; /* -1: none */
    guint in_watch, out_watch, hup_watch;
    ChardevBackend *made_from; /* NULL: a client of a listener */
    int log_fd;                /* gets a copy of the output; -1: none */
    int prepared_fd;           /* made beforehand for open() to use; -1: none */
    ChardevCodec *codec;       /* NULL: bytes as they are */
    GByteArray *queue;         /* output; [queue_start, len) is unsent */
    size_t queue_start;
};

/* The other side is reached by these descriptors (-1: no such direction): made non-blocking,
 * watched, and CHARDEV_OPENED unless chr->codec has something to negotiate first. The base owns
 * them from here on; both may be the same. */
void chardev_connect(Chardev *chr, int in_fd, int out_fd);
/* Closes the descriptors, drops what is queued, CHARDEV_CLOSED. */
void chardev_disconnect(Chardev *chr);
/* The same, and what the kind does when a peer leaves. */
void chardev_hangup(Chardev *chr);
void chardev_report(Chardev *chr, ChardevEvent event);
/* Whom to wait for in the main loop, after the front end or what it takes has changed. */
void chardev_update_watches(Chardev *chr);
/* chardev_write() without the log. */
void chardev_queue(Chardev *chr, const uint8_t *buf, size_t len, bool keep_all);
bool chardev_in_use(const Chardev *chr);
/* mux.c: is its front end a mux that nobody uses, or another such mux? */
bool mux_is_idle(const Chardev *base);
/* Every device, those without an id included: sends what is queued, waiting for no more than a
 * second in all. */
void chardev_flush_all(void);

/* table.c: as chardev_new(), with a socket that was made beforehand (-1: none; taken also on
 * failure). */
Chardev *chardev_new_prepared(const char *id, const ChardevBackend *backend, int fd, Error **errp);
/* Puts another device in the place of id's; its front end goes on with the new one. (borrowed) */
Chardev *chardev_change(const char *id, const ChardevBackend *backend, int fd, Error **errp);
/* chardev_filename() of chr, or of what is under it when it is a mux. (transfer full) */
char *chardev_base_filename(const Chardev *chr);
void chardev_exit(void); /* what chardev_set_exit() was told */

/* address.c: sockets for an address, -1 on error; they take the time that a name look-up takes, and
 * connecting that of the network. */
int socket_listen(const SocketAddressLegacy *addr, Error **errp);
int socket_connect(const SocketAddressLegacy *addr, Error **errp);
/* A descriptor that was given the name. (transfer full) */
int socket_by_name(const char *name, Error **errp);
/* Is it a socket, and does it listen, or is connected, as wanted? Then fd, else -1. */
int socket_check(int fd, const char *name, bool listening, Error **errp);
/* "unix:/x", "tcp:127.0.0.1:99": of the address, or of what fd is bound to (-1: nothing); kind
 * stands for "tcp". (transfer full) */
char *socket_describe(const SocketAddressLegacy *addr, const char *kind, int fd);
/* May the two functions above take their time? */
bool socket_is_slow(const SocketAddressLegacy *addr, bool listening);

/* socket.c: do they fit together? */
bool socket_check_options(const ChardevSocket *options, Error **errp);

/* dial.c: the same in a thread of its own. fn is called from the main loop, once, with the socket
 * (transfer full) or an error (borrowed); not after socket_dial_cancel(). */
typedef struct SocketDial SocketDial;
typedef void SocketDialed(void *opaque, int fd, const Error *err);
SocketDial *socket_dial(const SocketAddressLegacy *addr, bool listening, SocketDialed *fn,
                        void *opaque);
void socket_dial_cancel(SocketDial *dial);

#endif
