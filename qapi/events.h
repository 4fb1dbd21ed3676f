/* SPDX-License-Identifier: MIT */
/* Where events go: generated qapi_event_send_x() functions hand them to one sink. */
#ifndef QAPI_EVENTS_H
#define QAPI_EVENTS_H

#include "util/json.h"

/* id is a QapiEvent; data is borrowed, NULL when the event has none. Called with what the sender
 * holds; the sink must not block. */
typedef void QapiEventSink(int id, const char *name, JsonNode *data);
/* NULL (as at first): events are dropped. */
void qapi_event_set_sink(QapiEventSink *sink);
/* For generated code: takes data. */
void qapi_event_emit(int id, const char *name, JsonNode *data);

#endif
