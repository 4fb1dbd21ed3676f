/* SPDX-License-Identifier: MIT */
/* A QMP session: one client's requests, replies and events, whatever carries its bytes. */
#ifndef MONITOR_SESSION_H
#define MONITOR_SESSION_H

#include "gen/qapi-types.h"
#include <stddef.h>

typedef struct Session Session;

/* What carries a session. */
typedef struct SessionTransport {
    void (*write)(void *opaque, const char *text, size_t len); /* never blocks */
    size_t (*pending)(void *opaque);                           /* bytes not taken yet */
    void (*ready)(void *opaque); /* session_can_receive() may be true again */
} SessionTransport;

/* A client connected. The greeting follows from the main loop. */
Session *session_new(const SessionTransport *transport, void *opaque, bool pretty);
/* The client is gone. May be called from within its own command. */
void session_free(Session *s);

bool session_can_receive(const Session *s);
void session_receive(Session *s, const char *buf, size_t len);
/* The transport has written everything. */
void session_drained(Session *s);

/* The session whose command is being executed; NULL outside of commands. */
Session *session_current(void);
/* The end of negotiation; false when it was over already. */
bool session_negotiate(Session *s);

/* Sends an event to every session that has negotiated. */
void session_broadcast(JsonNode *event);
/* The process ends: replies that wait for something are sent. */
void session_flush_all(void);

#endif
