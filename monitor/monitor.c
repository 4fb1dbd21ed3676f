/* SPDX-License-Identifier: MIT */
/* QMP monitors: sessions over character devices, and the events that all of them get. */
#include "monitor/monitor.h"

#include "backends/chardev/chardev.h"
#include "monitor/session.h"
#include "qapi/events.h"
#include "softmmu/main-loop.h"
#include "softmmu/run-state.h"

typedef struct Monitor {
    Chardev *chr;
    bool pretty;
    Session *session; /* NULL: nobody is connected */
} Monitor;

/* ---- transport of a session */

static void monitor_write(void *opaque, const char *text, size_t len)
{
    Monitor *mon = opaque;

    chardev_write(mon->chr, text, len);
}

static size_t monitor_pending(void *opaque)
{
    Monitor *mon = opaque;

    return chardev_pending(mon->chr);
}

static void monitor_ready(void *opaque)
{
    Monitor *mon = opaque;

    chardev_accept_input(mon->chr);
}

static const SessionTransport transport = {monitor_write, monitor_pending, monitor_ready};

/* ---- front end of the character device */

static size_t monitor_can_receive(void *opaque)
{
    Monitor *mon = opaque;

    return mon->session && session_can_receive(mon->session) ? 16 << 10 : 0;
}

static void monitor_receive(void *opaque, const uint8_t *buf, size_t len)
{
    Monitor *mon = opaque;

    session_receive(mon->session, (const char *)buf, len);
}

static void monitor_event(void *opaque, ChardevEvent event)
{
    Monitor *mon = opaque;

    if (event == CHARDEV_OPENED && !mon->session) {
        mon->session = session_new(&transport, mon, mon->pretty);
    } else if (event == CHARDEV_CLOSED && mon->session) {
        g_clear_pointer(&mon->session, session_free);
    }
}

static void monitor_drained(void *opaque)
{
    Monitor *mon = opaque;

    if (mon->session) {
        session_drained(mon->session);
    }
}

static const ChardevHandlers handlers = {
    .keep_all = true,
    .can_receive = monitor_can_receive,
    .receive = monitor_receive,
    .event = monitor_event,
    .drained = monitor_drained,
};

/* ---- events */

/* {"timestamp": ..., "event": ..., "data": ...} (transfer full) */
static JsonNode *event_new(const char *name, JsonNode *data)
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

static void broadcast_event(void *opaque)
{
    g_autoptr(JsonNode) event = opaque;

    session_broadcast(event);
}

/* Sessions belong to the main loop; an event of another thread is handed over with its time. */
static void event_sink(int id, const char *name, JsonNode *data)
{
    JsonNode *event = event_new(name, data);

    if (g_main_context_is_owner(g_main_context_default())) {
        broadcast_event(event);
    } else {
        main_loop_run_soon(broadcast_event, event);
    }
}

/* ---- monitors: they live as long as the process */

static GSList *monitors;

static void at_exit(Notifier *n, void *data)
{
    session_flush_all();
}

static void init_once(void)
{
    static Notifier exit_notifier = {.notify = at_exit};
    static bool done;

    if (!done) {
        done = true;
        qapi_event_set_sink(event_sink);
        exit_add_notifier(&exit_notifier);
    }
}

bool monitor_add(const char *chardev_id, bool pretty, Error **errp)
{
    Chardev *chr = chardev_find(chardev_id);

    if (!chr) {
        return error_set(errp, "chardev \"%s\" not found", chardev_id);
    }
    init_once();
    Monitor *mon = g_new0(Monitor, 1);
    mon->chr = chr;
    mon->pretty = pretty;
    if (!chardev_attach(chr, &handlers, mon, errp)) {
        g_free(mon);
        return false;
    }
    monitors = g_slist_prepend(monitors, mon);
    return true;
}
