/* SPDX-License-Identifier: MIT */
/* Events: from any thread to the main loop, through the rate limits, numbered, kept, to the
 * sessions and to those who wait for them. */
#include "monitor/events.h"

#include "gen/qapi-introspect.h"
#include "monitor/audit.h"
#include "monitor/session.h"
#include "monitor/throttle.h"
#include "monitor/wait.h"
#include "qapi/events.h"
#include "softmmu/main-loop.h"

#include <string.h>

enum { NS_PER_US = 1000, US_PER_MS = 1000 };

static Throttle *throttle;
static guint throttle_timer;

/* The last events: number n at n % EVENTS_KEPT. Numbers start with 1. */
static JsonNode *kept[EVENTS_KEPT];
static uint64_t next_number = 1;

/* ---- what events look like */

JsonNode *event_new(const char *name, JsonNode *data)
{
    gint64 now_us = g_get_real_time();
    JsonObject *timestamp = json_object_new();
    JsonObject *event = json_object_new();

    json_object_set_int_member(timestamp, "seconds", now_us / G_USEC_PER_SEC);
    json_object_set_int_member(timestamp, "microseconds", now_us % G_USEC_PER_SEC);
    json_object_set_object_member(event, "timestamp", timestamp);
    json_object_set_string_member(event, "event", name);
    if (data) {
        json_object_set_member(event, "data", json_node_copy(data));
    }
    return json_new_object(event);
}

JsonNode *event_with_number(JsonNode *event, uint64_t number)
{
    JsonObject *copy = json_object_new();
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    json_object_iter_init_ordered(&it, json_node_get_object(event));
    while (json_object_iter_next_ordered(&it, &name, &value)) {
        json_object_set_member(copy, name, json_node_copy(value));
    }
    json_object_set_int_member(copy, "x-seq", (gint64)number);
    return json_new_object(copy);
}

static const char *event_name(JsonNode *event)
{
    return json_object_get_string_member(json_node_get_object(event), "event");
}

bool event_check_name(const char *name, Error **errp)
{
    for (size_t i = 0; i < qapi_interface.n_events; i++) {
        if (!strcmp(name, qapi_interface.events[i].name)) {
            return true;
        }
    }
    return error_set_code(errp, ERROR_CODE_NOT_FOUND, "There is no event '%s'", name);
}

/* ---- kept events */

uint64_t events_next(void)
{
    return next_number;
}

static uint64_t oldest_kept(void)
{
    return next_number > EVENTS_KEPT ? next_number - EVENTS_KEPT : 1;
}

uint64_t events_since(uint64_t since, GHashTable *only, GPtrArray *ret)
{
    uint64_t first = MAX(since, oldest_kept());

    for (uint64_t n = first; n < next_number; n++) {
        JsonNode *event = kept[n % EVENTS_KEPT];

        if (!only || g_hash_table_contains(only, event_name(event))) {
            g_ptr_array_add(ret, event_with_number(event, n));
        }
    }
    return first - MAX(since, 1);
}

static void keep(JsonNode *event)
{
    JsonNode **slot = &kept[next_number % EVENTS_KEPT];

    g_clear_pointer(slot, json_node_unref);
    *slot = json_node_ref(event);
    next_number++;
}

/* ---- delivery, in the main loop */

static void deliver(void *opaque, JsonNode *event)
{
    uint64_t number = next_number;

    keep(event);
    if (audit_is_open()) {
        g_autoptr(JsonNode) numbered = event_with_number(event, number);

        audit_event(numbered);
    }
    session_broadcast(event_name(event), event, number);
    wait_event(event_name(event), event, number);
}

static int64_t now_ns(void)
{
    return g_get_monotonic_time() * NS_PER_US;
}

static gboolean window_over(gpointer opaque);

static void arm_timer(void)
{
    int64_t deadline = throttle_deadline_ns(throttle);

    if (!throttle_timer && deadline >= 0) {
        int64_t us = MAX(deadline - now_ns(), 0) / NS_PER_US;

        throttle_timer =
            g_timeout_add((guint)((us + US_PER_MS - 1) / US_PER_MS), window_over, NULL);
    }
}

static gboolean window_over(gpointer opaque)
{
    throttle_timer = 0;
    throttle_expire(throttle, now_ns());
    arm_timer();
    return G_SOURCE_REMOVE;
}

static void take_event(void *opaque)
{
    g_autoptr(JsonNode) event = opaque;

    throttle_event(throttle, now_ns(), event);
    arm_timer();
}

/* Sessions belong to the main loop; an event of another thread is handed over with its time. */
static void event_sink(int id, const char *name, JsonNode *data)
{
    JsonNode *event = event_new(name, data);

    if (g_main_context_is_owner(g_main_context_default())) {
        take_event(event);
    } else {
        main_loop_run_soon(take_event, event);
    }
}

void events_init(void)
{
    if (!throttle) {
        throttle = throttle_new(deliver, NULL);
        qapi_event_set_sink(event_sink);
    }
}
