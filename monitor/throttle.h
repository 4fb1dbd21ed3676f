/* SPDX-License-Identifier: MIT */
/* Rate limits of events: at most one a second of the kinds that a guest can cause in floods. */
#ifndef MONITOR_THROTTLE_H
#define MONITOR_THROTTLE_H

#include "util/json.h"

typedef struct Throttle Throttle;
typedef void ThrottleDeliverFn(void *opaque, JsonNode *event); /* event is borrowed */

/* deliver gets every event that may go out. It does not call back into the throttle. */
Throttle *throttle_new(ThrottleDeliverFn *deliver, void *opaque);
void throttle_free(Throttle *t);

/* An event happens. The first of a kind is delivered at once; of those in the second that follows
 * only the last, when that second is over. */
void throttle_event(Throttle *t, int64_t now_ns, JsonNode *event);
/* Delivers what is due. */
void throttle_expire(Throttle *t, int64_t now_ns);
/* When throttle_expire() has something to do next; -1: nothing to wait for. */
int64_t throttle_deadline_ns(const Throttle *t);

#endif
