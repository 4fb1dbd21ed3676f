/* SPDX-License-Identifier: MIT */
/* A QMP session: one client's requests, replies and events, whatever carries its bytes. */
#ifndef MONITOR_SESSION_H
#define MONITOR_SESSION_H

#include "backends/chardev/chardev.h"
#include "monitor/fds.h"
#include <stddef.h>

typedef struct Session Session;

/* What carries a session. */
typedef struct SessionTransport {
    void (*write)(void *opaque, const char *text, size_t len); /* never blocks */
    size_t (*pending)(void *opaque);                           /* bytes not taken yet */
    void (*ready)(void *opaque); /* session_can_receive() may be true again */
} SessionTransport;

/* What a session gets from its monitor; it must outlive the session. */
typedef struct SessionProfile {
    const char *monitor; /* its name, for the journal */
    bool pretty;
    MonitorRole role;
    FdNames fds; /* getfd */
} SessionProfile;

/* A client connected. The greeting follows from the main loop. peer NULL: nothing is known of it.
 */
Session *session_new(const SessionTransport *transport, void *opaque, SessionProfile *profile,
                     const ChardevPeer *peer);
/* The client is gone. May be called from within its own command. */
void session_free(Session *s);

bool session_can_receive(const Session *s);
/* Descriptors that came with the bytes of the next session_receive(). (transfer full of them) */
void session_receive_fds(Session *s, const int *fds, size_t n);
void session_receive(Session *s, const char *buf, size_t len);
/* The transport has written everything. */
void session_drained(Session *s);

/* The session whose command is being executed; NULL outside of commands. */
Session *session_current(void);
SessionProfile *session_profile(Session *s);
/* From 1, never used again. */
uint64_t session_new_number(void);
uint64_t session_number(const Session *s);
/* The descriptor that came with the command that is being executed, -1: none. */
int session_take_fd(Session *s);
/* The end of negotiation; false when it was over already. */
bool session_negotiate(Session *s, bool oob);
/* From here on events carry their number, and only those in the set are sent (NULL: all). Takes
 * the set, of event names. */
void session_subscribe(Session *s, GHashTable *only);

/* Sends an event to every session that has negotiated and wants it. */
void session_broadcast(const char *name, JsonNode *event, uint64_t number);
/* The process ends: replies that wait for something are sent. */
void session_flush_all(void);

#endif
