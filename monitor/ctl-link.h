/* SPDX-License-Identifier: MIT */
/* Inside "poise ctl": a connection to a QMP server. */
#ifndef MONITOR_CTL_LINK_H
#define MONITOR_CTL_LINK_H

#include "util/json.h"

/* Exit statuses: a part of the interface. */
typedef enum CtlStatus {
    CTL_OK,
    CTL_FAILED,            /* wrong usage, or no connection */
    CTL_ERROR,             /* the server answered with an error: GenericError */
    CTL_COMMAND_NOT_FOUND, /* ... CommandNotFound */
    CTL_DEVICE,            /* ... DeviceNotFound, DeviceNotActive */
    CTL_DENIED,            /* ... the session's role does not permit it */
    CTL_TIMEOUT,
} CtlStatus;

typedef struct CtlLink CtlLink;

/* Connects ("PATH", "unix:PATH", "@ABSTRACT", "HOST:PORT", "tcp:HOST:PORT") and ends the
 * negotiation. All that is done with it has to be over at deadline_us of g_get_monotonic_time();
 * 0: never. */
CtlLink *ctl_link_open(const char *address, int64_t deadline_us, Error **errp);
void ctl_link_free(CtlLink *l);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CtlLink, ctl_link_free)

/* "poise-..." when the server is one of ours. (borrowed) */
const char *ctl_link_package(const CtlLink *l);
/* The reply to a command, with member "return" or "error" (transfer full); NULL with an error of
 * the connection. arguments and id may be NULL, and are borrowed. */
JsonObject *ctl_link_execute(CtlLink *l, const char *command, JsonObject *arguments, JsonNode *id,
                             Error **errp);
/* From here on events that come are kept. */
void ctl_link_keep_events(CtlLink *l);
/* The next event (transfer full). NULL without an error: the server closed the connection. */
JsonObject *ctl_link_next_event(CtlLink *l, Error **errp);

/* The text of a string member, "" when there is none. (borrowed) */
const char *ctl_text(JsonObject *obj, const char *name);

#endif
