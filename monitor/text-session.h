/* SPDX-License-Identifier: MIT */
/* Inside monitor: a person at a terminal, whatever carries the bytes. */
#ifndef MONITOR_TEXT_SESSION_H
#define MONITOR_TEXT_SESSION_H

#include "monitor/session.h"

typedef struct TextSession TextSession;

/* Somebody is there. The banner follows from the main loop, once the session has the focus. */
TextSession *text_session_new(const SessionTransport *transport, void *opaque,
                              const SessionProfile *profile, const ChardevPeer *peer);
/* May be called from within its own verb. */
void text_session_free(TextSession *s);
/* Does it have the terminal? From the start it does; others may share it. */
void text_session_set_focus(TextSession *s, bool focus);
bool text_session_can_receive(const TextSession *s);
void text_session_receive(TextSession *s, const char *buf, size_t len);
/* The transport has written everything. */
void text_session_drained(TextSession *s);

#endif
