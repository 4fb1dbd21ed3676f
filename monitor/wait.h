/* SPDX-License-Identifier: MIT */
/* Inside monitor: clients that wait for an event or a run state. */
#ifndef MONITOR_WAIT_H
#define MONITOR_WAIT_H

#include "gen/qapi-types.h"
#include "qapi/dispatch.h"

enum { WAITS_PER_SESSION = 256 };

/* Starts to watch the run state. */
void wait_init(void);
/* x-wait: the answer at once in *ret, or later. */
bool wait_begin(const WaitArguments *args, JsonNode **ret, Error **errp);
/* An event was sent. */
void wait_event(const char *name, JsonNode *event, uint64_t number);

#endif
