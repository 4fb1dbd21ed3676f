/* SPDX-License-Identifier: MIT */
/* Clients that wait for an event or a run state: each has its answer held back until it comes, the
 * time is over, or the client leaves. */
#include "monitor/wait.h"

#include "gen/qapi-visit.h"
#include "monitor/events.h"
#include "monitor/session.h"
#include "softmmu/main-loop.h"
#include "softmmu/run-state.h"

#include <string.h>

typedef struct Wait {
    uint64_t session;
    QmpReply *reply;
    WaitArguments *args;
    guint timer; /* 0: none */
    GList link;
} Wait;

static GQueue waits = G_QUEUE_INIT;
static bool look_scheduled;

/* ---- does it hold? */

static bool includes(JsonNode *have, JsonNode *want);

/* Every member wanted is there. */
static bool object_includes(JsonObject *have, JsonObject *want)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    json_object_iter_init(&it, want);
    while (json_object_iter_next(&it, &name, &value)) {
        JsonNode *other = json_object_get_member(have, name);

        if (!other || !includes(other, value)) {
            return false;
        }
    }
    return true;
}

static bool includes(JsonNode *have, JsonNode *want)
{
    if (json_kind(have) == JSON_KIND_OBJECT && json_kind(want) == JSON_KIND_OBJECT) {
        return object_includes(json_node_get_object(have), json_node_get_object(want));
    }
    g_autofree char *a = json_write(have, false), *b = json_write(want, false);
    return !strcmp(a, b);
}

static bool event_fits(const WaitArguments *args, const char *name, JsonNode *event)
{
    JsonNode *data = json_object_get_member(json_node_get_object(event), "data");

    return args->event && !strcmp(args->event, name) &&
           (!args->data || (data && includes(data, args->data)));
}

/* event is borrowed; NULL: it was the state. */
static JsonNode *result(JsonNode *event)
{
    WaitResult r = {.event = event, .has_status = !event, .status = run_state_get()};

    return qapi_WaitResult_to_json(&r);
}

/* ---- the end of a wait */

/* What is left is the caller's: the reply. */
static QmpReply *wait_remove(Wait *w)
{
    QmpReply *reply = w->reply;

    g_queue_unlink(&waits, &w->link);
    if (w->timer) {
        g_source_remove(w->timer);
    }
    qapi_free_WaitArguments(w->args);
    g_free(w);
    return reply;
}

static gboolean timed_out(gpointer opaque)
{
    Wait *w = opaque;
    g_autoptr(GError) err = NULL;
    const char *what = w->args->event ? w->args->event : RunState_str(w->args->run_state);

    error_set_code(&err, ERROR_CODE_TIMEOUT, "Timeout: no %s within %" G_GINT64_FORMAT " ms", what,
                   w->args->timeout_ms);
    w->timer = 0;
    qmp_reply_error(wait_remove(w), err);
    return G_SOURCE_REMOVE;
}

/* Nobody wants to know any more. */
static void cancelled(void *opaque)
{
    g_autoptr(GError) err = NULL;

    error_set_code(&err, ERROR_CODE_UNSPECIFIED, "The client left");
    qmp_reply_error(wait_remove(opaque), err);
}

void wait_event(const char *name, JsonNode *event, uint64_t number)
{
    GList *next;

    for (GList *l = waits.head; l; l = next) {
        Wait *w = l->data;

        next = l->next;
        if (event_fits(w->args, name, event)) {
            g_autoptr(JsonNode) numbered = event_with_number(event, number);

            qmp_reply_return(wait_remove(w), result(numbered));
        }
    }
}

static void look_at_state(void *opaque)
{
    GList *next;

    look_scheduled = false;
    for (GList *l = waits.head; l; l = next) {
        Wait *w = l->data;

        next = l->next;
        if (w->args->has_run_state && w->args->run_state == run_state_get()) {
            qmp_reply_return(wait_remove(w), result(NULL));
        }
    }
}

/* In whichever thread changed it, with vm_lock held, perhaps in the midst of more. */
static void state_changed(Notifier *n, void *data)
{
    if (waits.length && !look_scheduled) {
        look_scheduled = true;
        main_loop_run_soon(look_at_state, NULL);
    }
}

void wait_init(void)
{
    static Notifier notifier = {.notify = state_changed};

    run_state_add_notifier(&notifier);
}

/* ---- the beginning */

static size_t waits_of(uint64_t session)
{
    size_t n = 0;

    for (GList *l = waits.head; l; l = l->next) {
        n += ((Wait *)l->data)->session == session;
    }
    return n;
}

static bool check(const WaitArguments *args, Error **errp)
{
    if (!args->event && !args->has_run_state) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                              "Parameter 'event' or 'run-state' is missing");
    }
    if (args->data && !args->event) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                              "Parameter 'data' needs 'event'");
    }
    if (args->data && json_kind(args->data) != JSON_KIND_OBJECT) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                              "Invalid parameter type for 'data', expected: object");
    }
    if (args->has_timeout_ms && (args->timeout_ms < 0 || args->timeout_ms > G_MAXINT)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'timeout-ms' expects 0 to %d", G_MAXINT);
    }
    return !args->event || event_check_name(args->event, errp);
}

bool wait_begin(const WaitArguments *args, JsonNode **ret, Error **errp)
{
    Session *s = session_current();

    if (!check(args, errp)) {
        return false;
    }
    if (args->has_run_state && args->run_state == run_state_get()) {
        *ret = result(NULL);
        return true;
    }
    if (s && waits_of(session_number(s)) >= WAITS_PER_SESSION) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "This session waits for %d things already", WAITS_PER_SESSION);
    }
    QmpReply *reply = s ? qmp_defer(false) : NULL;
    if (!reply) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "There is no session to answer to");
    }
    Wait *w = g_new0(Wait, 1);
    w->session = session_number(s);
    w->reply = reply;
    w->args = qapi_clone_WaitArguments(args);
    w->link.data = w;
    g_queue_push_tail_link(&waits, &w->link);
    if (args->has_timeout_ms) {
        w->timer = g_timeout_add((guint)args->timeout_ms, timed_out, w);
    }
    qmp_reply_on_cancel(reply, cancelled, w);
    return true;
}
