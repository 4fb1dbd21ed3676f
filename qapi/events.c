/* SPDX-License-Identifier: MIT */
/* Where events go. */
#include "qapi/events.h"

static QapiEventSink *event_sink;

void qapi_event_set_sink(QapiEventSink *sink)
{
    event_sink = sink;
}

void qapi_event_emit(int id, const char *name, JsonNode *data)
{
    if (event_sink) {
        event_sink(id, name, data);
    }
    g_clear_pointer(&data, json_node_unref);
}
