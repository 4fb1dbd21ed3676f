/* SPDX-License-Identifier: MIT */
/* A QMP session: greeting, negotiation, requests in order, replies, events.
 *
 * What a client can make us hold is bounded: requests are read in pieces and executed one by one;
 * while more than REPLY_BOUND bytes of replies are unread, none are executed and nothing is read
 * from that client. Events are dropped for a client that left EVENT_BOUND bytes unread. */
#include "monitor/session.h"

#include "monitor/version.h"
#include "qapi/dispatch.h"
#include "softmmu/run-state.h"

enum { REPLY_BOUND = 1 << 20, EVENT_BOUND = 64 << 20 };

struct Session {
    const SessionTransport *transport;
    void *opaque;
    bool pretty;
    bool greeted;
    bool negotiated;
    bool running; /* in a command: another call only queues */
    bool gone;    /* freed while running */
    JsonStream *stream;
    GQueue requests; /* of JsonNode *: read, not executed yet. Replies to what was no JSON too */
    JsonNode *held;  /* a reply that comes after the effect of its command */
    guint idle;      /* greets, or sends what is held */
    GList link;
};

static GQueue sessions = G_QUEUE_INIT;
static Session *current;

Session *session_current(void)
{
    return current;
}

/* ---- output */

/* The peer's protocol ends lines in CR LF, those within a pretty reply too. */
static void send(Session *s, JsonNode *node)
{
    g_autoptr(GString) text = g_string_new(NULL);

    json_write_to(text, node, s->pretty);
    if (s->pretty) {
        g_string_replace(text, "\n", "\r\n", 0);
    }
    g_string_append(text, "\r\n");
    s->transport->write(s->opaque, text->str, text->len);
}

static void send_greeting(Session *s)
{
    g_autoptr(JsonNode) version = version_to_json();
    JsonObject *qmp = json_object_new();
    JsonObject *greeting = json_object_new();

    json_object_set_member(qmp, "version", g_steal_pointer(&version));
    json_object_set_array_member(qmp, "capabilities", json_array_new());
    json_object_set_object_member(greeting, "QMP", qmp);
    g_autoptr(JsonNode) node = json_new_object(greeting);
    send(s, node);
}

/* ---- requests */

static gboolean session_idle(gpointer opaque);
static void run_requests(Session *s);

static void wake_soon(Session *s)
{
    if (!s->idle) {
        s->idle = g_idle_add_full(G_PRIORITY_DEFAULT, session_idle, s, NULL);
    }
}

static void take_value(void *opaque, JsonNode *node, const Error *err)
{
    Session *s = opaque;

    if (err) {
        /* Kept among the requests, so that replies stay in order; see execute(). */
        node = qmp_error_reply(err);
        json_object_set_boolean_member(json_node_get_object(node), "\xff", TRUE);
    }
    g_queue_push_tail(&s->requests, node);
}

/* An error reply in the place of what was no JSON; NULL for requests. */
static JsonNode *prepared_reply(JsonNode *node)
{
    if (json_kind(node) != JSON_KIND_OBJECT ||
        !json_object_has_member(json_node_get_object(node), "\xff")) {
        return NULL;
    }
    json_object_remove_member(json_node_get_object(node), "\xff");
    return json_node_ref(node);
}

static JsonNode *execute(Session *s, JsonNode *request)
{
    JsonNode *reply = prepared_reply(request);
    Session *outer = current;

    if (reply) {
        return reply;
    }
    current = s;
    QmpCaller caller = {.only = s->negotiated ? NULL : "qmp_capabilities"};
    qmp_dispatch(&caller, request, &reply);
    current = outer;
    return reply;
}

static bool may_run(const Session *s)
{
    return s->greeted && !s->held && !s->gone && s->requests.length &&
           s->transport->pending(s->opaque) <= REPLY_BOUND;
}

static void destroy(Session *s)
{
    if (s->idle) {
        g_source_remove(s->idle);
    }
    g_queue_clear_full(&s->requests, (GDestroyNotify)json_node_unref);
    g_clear_pointer(&s->held, json_node_unref);
    json_stream_free(s->stream);
    g_free(s);
}

/* Events that a command causes are written before its reply. Some of them come from the main loop,
 * which has to act on a request first: the reply then waits for it. */
static void run_requests(Session *s)
{
    if (s->running) {
        return;
    }
    s->running = true;
    while (may_run(s)) {
        g_autoptr(JsonNode) request = g_queue_pop_head(&s->requests);
        g_autoptr(JsonNode) reply = execute(s, request);

        if (s->gone) {
            break;
        }
        if (reply && run_state_requests_pending()) {
            s->held = g_steal_pointer(&reply);
            wake_soon(s);
        } else if (reply) {
            send(s, reply);
        }
    }
    s->running = false;
    if (s->gone) {
        destroy(s);
    } else if (session_can_receive(s)) {
        s->transport->ready(s->opaque);
    }
}

static void send_held(Session *s)
{
    if (s->held) {
        g_autoptr(JsonNode) reply = g_steal_pointer(&s->held);

        send(s, reply);
    }
}

/* In the main loop: start-up is over, and requests to it have been carried out. */
static gboolean session_idle(gpointer opaque)
{
    Session *s = opaque;

    s->idle = 0;
    if (!s->greeted) {
        send_greeting(s);
        s->greeted = true;
    }
    send_held(s);
    run_requests(s);
    return G_SOURCE_REMOVE;
}

bool session_can_receive(const Session *s)
{
    return s->greeted && !s->held && !s->requests.length &&
           s->transport->pending(s->opaque) <= REPLY_BOUND;
}

void session_receive(Session *s, const char *buf, size_t len)
{
    json_stream_feed(s->stream, buf, len);
    run_requests(s);
}

void session_drained(Session *s)
{
    run_requests(s);
}

bool session_negotiate(Session *s)
{
    bool first = !s->negotiated;

    s->negotiated = true;
    return first;
}

/* ---- all sessions */

Session *session_new(const SessionTransport *transport, void *opaque, bool pretty)
{
    Session *s = g_new0(Session, 1);

    s->transport = transport;
    s->opaque = opaque;
    s->pretty = pretty;
    s->stream = json_stream_new(take_value, s);
    g_queue_init(&s->requests);
    s->link.data = s;
    g_queue_push_tail_link(&sessions, &s->link);
    wake_soon(s);
    return s;
}

void session_free(Session *s)
{
    g_queue_unlink(&sessions, &s->link);
    s->gone = true;
    if (!s->running) {
        destroy(s);
    }
}

void session_broadcast(JsonNode *event)
{
    GList *next;

    for (GList *l = sessions.head; l; l = next) {
        Session *s = l->data;

        next = l->next;
        if (s->negotiated && s->transport->pending(s->opaque) <= EVENT_BOUND) {
            send(s, event);
        }
    }
}

void session_flush_all(void)
{
    for (GList *l = sessions.head; l; l = l->next) {
        send_held(l->data);
    }
}
