/* SPDX-License-Identifier: MIT */
/* Inside monitor: events on their way to the sessions, and those kept for who comes back. */
#ifndef MONITOR_EVENTS_H
#define MONITOR_EVENTS_H

#include "util/json.h"

enum { EVENTS_KEPT = 4096 };

/* From here on events reach the sessions and the journal. A second call changes nothing. */
void events_init(void);

/* {"event": ..., "data": ..., "timestamp": ...}; data is borrowed, NULL: none. (transfer full) */
JsonNode *event_new(const char *name, JsonNode *data);
/* A copy with the member "x-seq". (transfer full) */
JsonNode *event_with_number(JsonNode *event, uint64_t number);

/* The number of the next event. */
uint64_t events_next(void);
/* Appends the kept events from `since` on whose names are in `only` (NULL: all), numbered; returns
 * how many are not kept any more. */
uint64_t events_since(uint64_t since, GHashTable *only, GPtrArray *ret);
/* Is there an event of this name in the interface? The error names it. */
bool event_check_name(const char *name, Error **errp);

#endif
