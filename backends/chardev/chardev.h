/* SPDX-License-Identifier: MIT */
/* Character devices: byte streams between a device or monitor (the front end) and the host.
 * All of it runs in the main loop with vm_lock held. */
#ifndef BACKENDS_CHARDEV_CHARDEV_H
#define BACKENDS_CHARDEV_CHARDEV_H

#include "gen/qapi-types.h"
#include "qom/object.h"

#define TYPE_CHARDEV "chardev" /* subclasses: "chardev-socket", "chardev-stdio", ... */
typedef struct Chardev Chardev;

typedef enum ChardevEvent {
    CHARDEV_OPENED, /* a peer is there */
    CHARDEV_CLOSED,
    CHARDEV_BREAK,
    CHARDEV_MUX_IN,  /* input of a shared device comes here from now on ... */
    CHARDEV_MUX_OUT, /* ... and no more */
} ChardevEvent;

/* What the front end provides; any may be NULL. */
typedef struct ChardevHandlers {
    bool keep_all; /* output is never dropped: the front end itself bounds what is unread */
    size_t (*can_receive)(void *opaque); /* bytes it takes now */
    /* Descriptors that came with the bytes of the next receive(): SCM_RIGHTS. (transfer full of
     * the descriptors; the array is borrowed.) NULL: they are closed. */
    void (*receive_fds)(void *opaque, const int *fds, size_t n);
    void (*receive)(void *opaque, const uint8_t *buf, size_t len);
    void (*event)(void *opaque, ChardevEvent event);
    void (*drained)(void *opaque); /* everything written so far has been taken by the host */
    /* chardev-change: `to` takes the place of the device, which is detached already; it is attached
     * to the same front end next. NULL: the device cannot be changed while in use. */
    void (*change)(void *opaque, Chardev *to);
} ChardevHandlers;

/* Under /chardevs/<id>. The error names the id. (borrowed) */
Chardev *chardev_new(const char *id, const ChardevBackend *backend, Error **errp);
/* "socket,id=x,path=/y,server=on,wait=off" (as -chardev takes it). (borrowed) */
Chardev *chardev_new_from_options(const char *options, Error **errp);
/* "unix:/x,server,nowait", "stdio", "null", "pty", "file:x", "tcp:...", "mon:stdio",
 * "chardev:id": the short form of -serial, -qmp, -monitor, -qtest. (borrowed) */
Chardev *chardev_new_from_short(const char *id, const char *text, Error **errp);
/* What the two forms mean; the first also takes JSON, {"id": ..., "backend": {...}}.
 * (transfer full) */
ChardevBackend *chardev_parse_options(const char *text, char **ret_id, Error **errp);
ChardevBackend *chardev_parse_short(const char *text, Error **errp);
/* "mon:..." asks for a device that a human monitor shares: a mux, to which the caller attaches
 * one. */
bool chardev_short_is_shared(const char *text);
Chardev *chardev_find(const char *id);
bool chardev_remove(const char *id, Error **errp);
const char *chardev_id(const Chardev *chr);
/* What it was made from; NULL when it is a part of another one. (borrowed) */
const ChardevBackend *chardev_backend(const Chardev *chr);
/* In order of creation; fn may not make or remove any. */
void chardev_foreach(void (*fn)(Chardev *chr, void *opaque), void *opaque);
/* As query-chardev shows it: "pty:/dev/pts/3". (transfer full) */
char *chardev_filename(const Chardev *chr);
bool chardev_is_open(const Chardev *chr);

/* One front end at a time; an error when there is one already. Reports CHARDEV_OPENED at once
 * when a peer is connected. */
bool chardev_attach(Chardev *chr, const ChardevHandlers *h, void *opaque, Error **errp);
void chardev_detach(Chardev *chr);
/* For front ends that may share a device with others (a mux): detaches the one that was attached
 * with `opaque`. */
void chardev_detach_front_end(Chardev *chr, const void *opaque);
/* True for what can serve several clients at once: a socket that listens. Then, instead of
 * chardev_attach(), the front end takes each client as a character device of its own (transfer
 * full): connected, without an id, not among /chardevs, gone when its last reference is dropped.
 * Clients are accepted from the main loop as soon as they knock; with a backlog of at least 64. */
bool chardev_is_listener(const Chardev *chr);
bool chardev_attach_listener(Chardev *chr, void (*client)(void *opaque, Chardev *chr), void *opaque,
                             Error **errp);
/* Who is at the other end of a Unix socket (SO_PEERCRED); false when that is not known. */
typedef struct ChardevPeer {
    int64_t pid, uid, gid;
} ChardevPeer;
bool chardev_peer(const Chardev *chr, ChardevPeer *ret);
/* Breaks the connections of a socket, with those of a listener's clients, whatever they are at:
 * they end from the main loop, as if the other side had left. Only sockets can be yanked. */
bool chardev_can_yank(const Chardev *chr);
void chardev_yank(Chardev *chr);
/* Queues all of buf and never blocks. Past a bound of 1 MiB of unread bytes the newest are dropped,
 * unless the front end asked to keep_all. Dropped too while no peer is connected. */
void chardev_write(Chardev *chr, const void *buf, size_t len);
size_t chardev_pending(const Chardev *chr); /* bytes queued for a slow reader */
/* The front end can receive again. */
void chardev_accept_input(Chardev *chr);
/* How the name in "fd=NAME" is found: a descriptor (transfer full), or -1 with an error. On the
 * command line only names that are no number are looked for. */
void chardev_set_fd_lookup(int (*fn)(const char *name, Error **errp));
/* The key that mux devices listen to (C-a). */
void chardev_set_mux_escape(uint8_t key);
/* What the keys C-a x of a mux do; without it, nothing. */
void chardev_set_exit(void (*fn)(void));
/* Flushes at exit, closes, removes sockets files; an exit notifier does it for all. */
void chardev_cleanup_all(void);

#endif
