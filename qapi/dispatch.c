/* SPDX-License-Identifier: MIT */
/* From a request to the function that implements the command. */
#include "qapi/dispatch.h"

#include "util/trace.h"

#include <string.h>

static const QmpCommand *commands;
static size_t n_commands;

void qmp_register_commands(const QmpCommand *table, size_t n)
{
    commands = table;
    n_commands = n;
}

size_t qmp_command_count(void)
{
    return n_commands;
}

const QmpCommand *qmp_command_at(size_t i)
{
    return &commands[i];
}

const QmpCommand *qmp_find_command(const char *name)
{
    size_t low = 0, high = n_commands;

    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strcmp(name, commands[mid].name);

        if (!order) {
            return &commands[mid];
        }
        if (order < 0) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return NULL;
}

bool qmp_check_request(JsonNode *request, bool oob_enabled, QmpRequest *ret, Error **errp)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *node;

    *ret = (QmpRequest){0};
    if (json_kind(request) != JSON_KIND_OBJECT) {
        return error_set_code(errp, ERROR_CODE_REQUEST_INVALID, "QMP input must be a JSON object");
    }
    json_object_iter_init_ordered(&it, json_node_get_object(request));
    while (json_object_iter_next_ordered(&it, &name, &node)) {
        bool oob = oob_enabled && !strcmp(name, "exec-oob");

        if (!strcmp(name, "execute") || oob) {
            if (json_kind(node) != JSON_KIND_STRING) {
                return error_set_code(errp, ERROR_CODE_REQUEST_INVALID,
                                      "QMP input member '%s' must be a string", name);
            }
            if (ret->command) {
                return error_set_code(errp, ERROR_CODE_REQUEST_INVALID,
                                      "QMP input member '%s' clashes with '%s'",
                                      oob ? "exec-oob" : "execute", oob ? "execute" : "exec-oob");
            }
            ret->command = json_node_get_string(node);
            ret->oob = oob;
        } else if (!strcmp(name, "arguments")) {
            if (json_kind(node) != JSON_KIND_OBJECT) {
                return error_set_code(errp, ERROR_CODE_REQUEST_INVALID,
                                      "QMP input member 'arguments' must be an object");
            }
            ret->arguments = json_node_get_object(node);
        } else if (strcmp(name, "id") != 0) {
            return error_set_code(errp, ERROR_CODE_REQUEST_INVALID,
                                  "QMP input member '%s' is unexpected", name);
        }
    }
    return ret->command ||
           error_set_code(errp, ERROR_CODE_REQUEST_INVALID, "QMP input lacks member 'execute'");
}

/* ---- replies */

/* What the client gave to tell its replies apart; NULL: nothing. */
static JsonNode *request_id(JsonNode *request)
{
    return json_kind(request) == JSON_KIND_OBJECT
               ? json_object_get_member(json_node_get_object(request), "id")
               : NULL;
}

static JsonNode *error_reply(const Error *err, JsonNode *id)
{
    JsonObject *reply = json_object_new();
    JsonObject *detail = json_object_new();

    if (id) {
        json_object_set_member(reply, "id", json_node_copy(id));
    }
    json_object_set_string_member(detail, "class", error_class_name(err));
    json_object_set_string_member(detail, "desc", err->message);
    json_object_set_string_member(detail, "x-code", error_code_name(error_code(err)));
    if (error_path(err)) {
        json_object_set_string_member(detail, "x-path", error_path(err));
    }
    json_object_set_object_member(reply, "error", detail);
    return json_new_object(reply);
}

JsonNode *qmp_error_reply(const Error *err)
{
    return error_reply(err, NULL);
}

/* Takes answer. */
static JsonNode *success_reply(JsonNode *answer, JsonNode *id)
{
    JsonObject *reply = json_object_new();

    json_object_set_member(reply, "return", answer);
    if (id) {
        json_object_set_member(reply, "id", json_node_copy(id));
    }
    return json_new_object(reply);
}

/* ---- replies that come later */

struct QmpReply {
    QmpCaller *caller; /* NULL: it left */
    JsonNode *id;
    JsonNode *early; /* ended while the handler still ran */
    bool in_order;
    bool in_handler;
    void (*cancel)(void *opaque);
    void *cancel_opaque;
};

/* The request that a handler runs for. */
typedef struct Running {
    QmpCaller *caller;
    JsonNode *id;
    QmpReply *deferred;
} Running;

static Running *running;

QmpReply *qmp_defer(bool in_order)
{
    if (!running || !running->caller || !running->caller->reply) {
        return NULL;
    }
    g_assert(!running->deferred);
    QmpReply *reply = g_new0(QmpReply, 1);
    reply->caller = running->caller;
    reply->id = running->id ? json_node_copy(running->id) : NULL;
    reply->in_order = in_order;
    reply->in_handler = true;
    reply->caller->deferred = g_list_prepend(reply->caller->deferred, reply);
    running->deferred = reply;
    return reply;
}

static void reply_free(QmpReply *reply)
{
    if (reply->caller) {
        reply->caller->deferred = g_list_remove(reply->caller->deferred, reply);
    }
    g_clear_pointer(&reply->id, json_node_unref);
    g_free(reply);
}

/* Takes both. */
static void reply_end(QmpReply *reply, JsonNode *node)
{
    if (reply->in_handler) {
        g_assert(!reply->early);
        reply->early = node; /* qmp_dispatch() picks it up */
        return;
    }
    QmpCaller *caller = reply->caller;
    bool in_order = reply->in_order;
    reply_free(reply);
    if (caller) {
        caller->reply(caller->opaque, node, in_order);
    } else {
        json_node_unref(node);
    }
}

void qmp_reply_return(QmpReply *reply, JsonNode *answer)
{
    reply_end(reply, success_reply(answer, reply->id));
}

void qmp_reply_error(QmpReply *reply, const Error *err)
{
    reply_end(reply, error_reply(err, reply->id));
}

void qmp_reply_on_cancel(QmpReply *reply, void (*fn)(void *opaque), void *opaque)
{
    reply->cancel = fn;
    reply->cancel_opaque = opaque;
}

/* The hook of one may end others: each look starts at the front. */
void qmp_caller_leave(QmpCaller *caller)
{
    while (caller->deferred) {
        QmpReply *reply = caller->deferred->data;

        caller->deferred = g_list_delete_link(caller->deferred, caller->deferred);
        reply->caller = NULL;
        if (reply->cancel) {
            reply->cancel(reply->cancel_opaque);
        }
    }
}

/* ---- requests */

static bool run(QmpCaller *caller, JsonNode *request, JsonNode **ret, Error **errp)
{
    static const QmpCaller anybody;
    const QmpCaller *who = caller ? caller : &anybody;
    QmpRequest req;

    if (!qmp_check_request(request, who->oob_enabled, &req, errp)) {
        return false;
    }
    if (who->only && strcmp(req.command, who->only) != 0) {
        error_set_class(errp, ERROR_CLASS_COMMAND_NOT_FOUND,
                        "Expecting capabilities negotiation with '%s'", who->only);
        error_change_code(errp, ERROR_CODE_NOT_NEGOTIATED);
        return false;
    }
    const QmpCommand *cmd = qmp_find_command(req.command);
    if (!cmd) {
        return error_set_class(errp, ERROR_CLASS_COMMAND_NOT_FOUND,
                               "The command %s has not been found", req.command);
    }
    if (req.oob && !(cmd->flags & QMP_ALLOW_OOB)) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "The command %s does not support OOB",
                              req.command);
    }
    if (who->allow && !who->allow(who->opaque, cmd, errp)) {
        return false;
    }
    TRACE(qmp_command, "%s", req.command);
    bool ok = cmd->fn(req.arguments, ret, errp);
    TRACE(qmp_command_done, "%s %s", req.command, ok ? "ok" : "failed");
    return ok;
}

/* The handler returned: what it deferred is due later, or now when it was ended already. */
static QmpOutcome settle(QmpReply *reply, JsonNode **ret_reply)
{
    reply->in_handler = false;
    if (reply->early) {
        *ret_reply = reply->early;
        reply_free(reply);
        return QMP_DONE;
    }
    return reply->in_order ? QMP_LATER_IN_ORDER : QMP_LATER;
}

QmpOutcome qmp_dispatch(QmpCaller *caller, JsonNode *request, JsonNode **ret_reply)
{
    Running now = {.caller = caller, .id = request_id(request)};
    Running *outer = running;
    g_autoptr(GError) err = NULL;
    JsonNode *answer = NULL;

    running = &now;
    bool ok = run(caller, request, &answer, &err);
    running = outer;
    *ret_reply = NULL;
    if (now.deferred) {
        g_assert(ok && !answer);
        return settle(now.deferred, ret_reply);
    }
    if (!ok) {
        *ret_reply = error_reply(err, now.id);
    } else if (answer) {
        *ret_reply = success_reply(answer, now.id);
    }
    return QMP_DONE;
}

/* ---- for marshallers */

void *qmp_arguments(const QapiType *type, JsonObject *args, Error **errp)
{
    g_autoptr(JsonNode) node = json_new_object(args ? json_object_ref(args) : json_object_new());

    return qapi_from_json(type, node, NULL, QAPI_JSON, errp);
}

bool qmp_no_arguments(JsonObject *args, Error **errp)
{
    static const QapiType nothing = {.name = "q_empty", .kind = QAPI_STRUCT, .size = 1};

    if (!args || !json_object_get_size(args)) {
        return true;
    }
    void *obj = qmp_arguments(&nothing, args, errp);
    qapi_free(&nothing, obj);
    return obj;
}

JsonNode *qmp_empty_result(void)
{
    return json_new_empty_object();
}
