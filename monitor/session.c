/* SPDX-License-Identifier: MIT */
/* A QMP session: greeting, negotiation, requests in order, replies, events.
 *
 * What a client can make us hold is bounded: requests are read in pieces and executed one by one;
 * while more than REPLY_BOUND bytes of replies are unread, none are executed and nothing is read
 * from that client. Events are dropped for a client that left EVENT_BOUND bytes unread. */
#include "monitor/session.h"

#include "monitor/audit.h"
#include "monitor/events.h"
#include "monitor/policy.h"
#include "monitor/qmp-fd.h"
#include "monitor/version.h"
#include "qapi/dispatch.h"
#include "softmmu/run-state.h"

enum { REPLY_BOUND = 1 << 20, EVENT_BOUND = 4 << 20 };
/* With out-of-band execution: as many requests are looked at before their turn. */
enum { OOB_WINDOW = 8 };

/* What came: read, not executed yet. */
typedef struct Request {
    JsonNode *node;
    JsonNode *reply; /* the error, in the place of what was no JSON */
    bool oob;        /* executed at once, if the session may */
    FdBatch *fds;    /* NULL: none came along */
} Request;

struct Session {
    const SessionTransport *transport;
    void *opaque;
    SessionProfile *profile;
    uint64_t number;
    QmpCaller caller;
    bool greeted;
    bool negotiated;
    bool running; /* in a command: another call only queues */
    bool blocked; /* a command that answers later holds back the next */
    bool gone;    /* freed while running */
    JsonStream *stream;
    FdBatch *arrived; /* for the next requests; NULL: none */
    GQueue requests;  /* of Request * */
    Request *request; /* being executed */
    JsonNode *held;   /* a reply that comes after the effect of its command */
    bool numbered;    /* events carry their number */
    GHashTable *only; /* the events it wants; NULL: all */
    int64_t dropped;  /* events, since the last that was sent */
    guint idle;       /* greets, or sends what is held */
    GList link;
};

static GQueue sessions = G_QUEUE_INIT;
static Session *current;

Session *session_current(void)
{
    return current;
}

SessionProfile *session_profile(Session *s)
{
    return s->profile;
}

uint64_t session_new_number(void)
{
    static uint64_t last_number;

    return ++last_number;
}

uint64_t session_number(const Session *s)
{
    return s->number;
}

int session_take_fd(Session *s)
{
    return fd_batch_take(s->request->fds);
}

static void request_free(void *opaque)
{
    Request *r = opaque;

    g_clear_pointer(&r->node, json_node_unref);
    g_clear_pointer(&r->reply, json_node_unref);
    fd_batch_unref(r->fds);
    g_free(r);
}

/* ---- output */

/* The peer's protocol ends lines in CR LF, those within a pretty reply too. */
static void send(Session *s, JsonNode *node)
{
    g_autoptr(GString) text = g_string_new(NULL);

    json_write_to(text, node, s->profile->pretty);
    if (s->profile->pretty) {
        g_string_replace(text, "\n", "\r\n", 0);
    }
    g_string_append(text, "\r\n");
    s->transport->write(s->opaque, text->str, text->len);
}

static size_t unread(const Session *s)
{
    return s->transport->pending(s->opaque);
}

static void send_greeting(Session *s)
{
    g_autoptr(JsonNode) version = version_to_json();
    JsonArray *capabilities = json_array_new();
    JsonObject *qmp = json_object_new();
    JsonObject *greeting = json_object_new();

    json_array_add_string_element(capabilities, QMPCapability_str(QMP_CAPABILITY_OOB));
    json_object_set_member(qmp, "version", g_steal_pointer(&version));
    json_object_set_array_member(qmp, "capabilities", capabilities);
    json_object_set_object_member(greeting, "QMP", qmp);
    g_autoptr(JsonNode) node = json_new_object(greeting);
    send(s, node);
}

static void send_dropped(Session *s)
{
    g_autoptr(JsonNode) data = json_new_empty_object();

    json_object_set_int_member(json_node_get_object(data), "count", s->dropped);
    g_autoptr(JsonNode) event = event_new("X_EVENTS_DROPPED", data);
    s->dropped = 0;
    send(s, event);
}

/* ---- requests */

static gboolean session_idle(gpointer opaque);

static void wake_soon(Session *s)
{
    if (!s->idle) {
        s->idle = g_idle_add_full(G_PRIORITY_DEFAULT, session_idle, s, NULL);
    }
}

static bool is_oob(JsonNode *node)
{
    JsonObject *obj = json_kind(node) == JSON_KIND_OBJECT ? json_node_get_object(node) : NULL;

    return obj && json_object_has_member(obj, "exec-oob") &&
           !json_object_has_member(obj, "execute");
}

static void take_value(void *opaque, JsonNode *node, const Error *err)
{
    Session *s = opaque;
    Request *r = g_new0(Request, 1);

    if (err) {
        r->reply = qmp_error_reply(err); /* in its turn, so that replies stay in order */
    } else {
        r->node = node;
        r->oob = is_oob(node);
        r->fds = fd_batch_ref(s->arrived);
    }
    g_queue_push_tail(&s->requests, r);
}

/* Events that a command causes are written before its reply. Some of them come from the main loop,
 * which has to act on a request first: the reply then waits for it. Takes reply. */
static void send_or_hold(Session *s, JsonNode *reply)
{
    if (run_state_requests_pending()) {
        s->held = reply;
        wake_soon(s);
    } else {
        send(s, reply);
        json_node_unref(reply);
    }
}

static void execute(Session *s, Request *r)
{
    g_autoptr(JsonNode) reply = NULL;
    int64_t start_ns = audit_now_ns();
    Session *outer = current;

    current = s;
    s->request = r;
    QmpOutcome outcome = qmp_dispatch(&s->caller, r->node, &reply);
    s->request = NULL;
    current = outer;
    audit_command(s->number, r->node, outcome == QMP_DONE, reply, start_ns);
    if (s->gone) {
        return;
    }
    s->blocked = s->blocked || outcome == QMP_LATER_IN_ORDER;
    if (reply && r->oob && s->caller.oob_enabled) {
        send(s, reply);
    } else if (reply) {
        send_or_hold(s, g_steal_pointer(&reply));
    }
}

/* The first one that is executed before its turn. */
static GList *find_oob(Session *s)
{
    GList *l = s->caller.oob_enabled ? s->requests.head : NULL;

    for (int i = 0; l && i < OOB_WINDOW; i++, l = l->next) {
        if (((Request *)l->data)->oob) {
            return l;
        }
    }
    return NULL;
}

/* (transfer full); NULL: nothing to do now. */
static Request *next_request(Session *s)
{
    if (!s->greeted || s->gone || unread(s) > REPLY_BOUND) {
        return NULL;
    }
    GList *l = find_oob(s);
    if (!l && (s->held || s->blocked)) {
        return NULL;
    }
    l = l ? l : s->requests.head;
    Request *r = l ? l->data : NULL;
    if (l) {
        g_queue_delete_link(&s->requests, l);
    }
    return r;
}

static void destroy(Session *s)
{
    if (s->idle) {
        g_source_remove(s->idle);
    }
    g_queue_clear_full(&s->requests, request_free);
    g_clear_pointer(&s->held, json_node_unref);
    g_clear_pointer(&s->only, g_hash_table_unref);
    fd_batch_unref(s->arrived);
    json_stream_free(s->stream);
    g_free(s);
}

static void run_requests(Session *s)
{
    Request *r;

    if (s->running) {
        return;
    }
    s->running = true;
    while ((r = next_request(s))) {
        if (r->reply) {
            send_or_hold(s, g_steal_pointer(&r->reply));
        } else {
            execute(s, r);
        }
        request_free(r);
    }
    s->running = false;
    if (s->gone) {
        destroy(s);
    } else if (session_can_receive(s)) {
        s->transport->ready(s->opaque);
    }
}

/* A command that answers later has ended. Takes reply. */
static void take_late_reply(void *opaque, JsonNode *reply, bool in_order)
{
    Session *s = opaque;

    audit_late_reply(s->number, reply);
    if (in_order) {
        s->blocked = false;
        send_or_hold(s, reply);
        wake_soon(s);
    } else {
        send(s, reply);
        json_node_unref(reply);
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
    guint room = s->caller.oob_enabled ? OOB_WINDOW : 1;
    bool stuck = (s->held || s->blocked) && !s->caller.oob_enabled;

    return s->greeted && !stuck && s->requests.length < room && unread(s) <= REPLY_BOUND;
}

void session_receive_fds(Session *s, const int *fds, size_t n)
{
    fd_batch_unref(s->arrived);
    s->arrived = fd_batch_new(fds, n);
}

void session_receive(Session *s, const char *buf, size_t len)
{
    json_stream_feed(s->stream, buf, len);
    run_requests(s);
}

void session_drained(Session *s)
{
    if (s->dropped) {
        send_dropped(s);
    }
    run_requests(s);
}

bool session_negotiate(Session *s, bool oob)
{
    if (s->negotiated) {
        return false;
    }
    s->negotiated = true;
    s->caller.only = NULL;
    s->caller.oob_enabled = oob;
    return true;
}

static bool allow(void *opaque, const QmpCommand *cmd, Error **errp)
{
    const Session *s = opaque;

    return policy_allow(s->profile->role, cmd, errp);
}

/* ---- events */

void session_subscribe(Session *s, GHashTable *only)
{
    g_clear_pointer(&s->only, g_hash_table_unref);
    s->only = only;
    s->numbered = true;
}

static void send_event(Session *s, const char *name, JsonNode *event, uint64_t number)
{
    if (!s->negotiated || (s->only && !g_hash_table_contains(s->only, name))) {
        return;
    }
    if (unread(s) > EVENT_BOUND) {
        s->dropped++;
        return;
    }
    if (s->dropped) {
        send_dropped(s);
    }
    if (s->numbered) {
        g_autoptr(JsonNode) numbered = event_with_number(event, number);

        send(s, numbered);
    } else {
        send(s, event);
    }
}

void session_broadcast(const char *name, JsonNode *event, uint64_t number)
{
    GList *next;

    for (GList *l = sessions.head; l; l = next) {
        next = l->next;
        send_event(l->data, name, event, number);
    }
}

/* ---- all sessions */

Session *session_new(const SessionTransport *transport, void *opaque, SessionProfile *profile,
                     const ChardevPeer *peer)
{
    Session *s = g_new0(Session, 1);

    s->transport = transport;
    s->opaque = opaque;
    s->profile = profile;
    s->number = session_new_number();
    s->caller = (QmpCaller){
        .allow = allow, .reply = take_late_reply, .opaque = s, .only = "qmp_capabilities"};
    s->stream = json_stream_new(take_value, s);
    g_queue_init(&s->requests);
    s->link.data = s;
    g_queue_push_tail_link(&sessions, &s->link);
    audit_connect(s->number, profile->monitor, profile->role, peer);
    wake_soon(s);
    return s;
}

void session_free(Session *s)
{
    g_queue_unlink(&sessions, &s->link);
    s->gone = true;
    audit_disconnect(s->number);
    qmp_caller_leave(&s->caller);
    if (!sessions.length) {
        fd_sets_dissolve();
    }
    if (!s->running) {
        destroy(s);
    }
}

void session_flush_all(void)
{
    for (GList *l = sessions.head; l; l = l->next) {
        send_held(l->data);
    }
}
