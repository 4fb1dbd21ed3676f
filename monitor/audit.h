/* SPDX-License-Identifier: MIT */
/* The audit journal: who asked for what and how it ended, and what happened; one JSON object a
 * line. Records are handed to a thread that writes them, so a slow disk holds nothing up; what
 * does not fit into its queue is counted, and the count is recorded.
 *
 * Every record has "seq" (from 1, without gaps), "time" (UTC) and "kind":
 *   connect   session, monitor, role; client: its pid and uid where known
 *   command   session, command, arguments (secrets replaced, very long ones left out), id,
 *             oob; outcome "success", "error" (then with error, as the client got it) or
 *             "later"; duration-ns
 *   line      session, text: what a person said to a text monitor (hidden where it has a secret)
 *   reply     session, id, outcome: the end of a command whose outcome was "later"
 *   event     event: as clients get it, with its number as x-seq
 *   disconnect  session
 *   dropped   count: as many records were lost */
#ifndef MONITOR_AUDIT_H
#define MONITOR_AUDIT_H

#include "backends/chardev/chardev.h"

/* Appends to the file, once in a process; it is closed when the process ends. Before the monitors
 * are made, for what they have to record then. */
bool audit_open(const char *path, Error **errp);
bool audit_is_open(void);
/* Writes what is queued, waiting for the disk a second at most. */
void audit_close(void);

/* A record of this kind, while the journal is open; members is (transfer full). */
void audit_record(const char *kind, JsonObject *members);

/* audit-records.c: the following do nothing without a journal. */
int64_t audit_now_ns(void);
void audit_connect(uint64_t session, const char *monitor, MonitorRole role,
                   const ChardevPeer *peer); /* peer NULL: not known */
void audit_disconnect(uint64_t session);
/* The request was executed; ended: with reply (NULL: none is due), else later. */
void audit_command(uint64_t session, JsonNode *request, bool ended, JsonNode *reply,
                   int64_t start_ns);
void audit_line(uint64_t session, const char *line);
void audit_late_reply(uint64_t session, JsonNode *reply);
void audit_event(JsonNode *numbered_event);

#endif
