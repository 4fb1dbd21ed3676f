/* SPDX-License-Identifier: MIT */
/* From a request to the function that implements the command. */
#include "qapi/dispatch.h"

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
        return error_set(errp, "QMP input must be a JSON object");
    }
    json_object_iter_init_ordered(&it, json_node_get_object(request));
    while (json_object_iter_next_ordered(&it, &name, &node)) {
        bool oob = oob_enabled && !strcmp(name, "exec-oob");

        if (!strcmp(name, "execute") || oob) {
            if (json_kind(node) != JSON_KIND_STRING) {
                return error_set(errp, "QMP input member '%s' must be a string", name);
            }
            if (ret->command) {
                return error_set(errp, "QMP input member '%s' clashes with '%s'",
                                 oob ? "exec-oob" : "execute", oob ? "execute" : "exec-oob");
            }
            ret->command = json_node_get_string(node);
            ret->oob = oob;
        } else if (!strcmp(name, "arguments")) {
            if (json_kind(node) != JSON_KIND_OBJECT) {
                return error_set(errp, "QMP input member 'arguments' must be an object");
            }
            ret->arguments = json_node_get_object(node);
        } else if (strcmp(name, "id") != 0) {
            return error_set(errp, "QMP input member '%s' is unexpected", name);
        }
    }
    return ret->command || error_set(errp, "QMP input lacks member 'execute'");
}

static bool run(JsonNode *request, bool oob_enabled, const char *only, JsonNode **ret, Error **errp)
{
    QmpRequest req;

    if (!qmp_check_request(request, oob_enabled, &req, errp)) {
        return false;
    }
    const QmpCommand *cmd = qmp_find_command(req.command);
    if (only && strcmp(req.command, only) != 0) {
        return error_set_class(errp, ERROR_CLASS_COMMAND_NOT_FOUND,
                               "Expecting capabilities negotiation with '%s'", only);
    }
    if (!cmd) {
        return error_set_class(errp, ERROR_CLASS_COMMAND_NOT_FOUND,
                               "The command %s has not been found", req.command);
    }
    if (req.oob && !(cmd->flags & QMP_ALLOW_OOB)) {
        return error_set(errp, "The command %s does not support OOB", req.command);
    }
    return cmd->fn(req.arguments, ret, errp);
}

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
    json_object_set_object_member(reply, "error", detail);
    return json_new_object(reply);
}

JsonNode *qmp_error_reply(const Error *err)
{
    return error_reply(err, NULL);
}

JsonNode *qmp_dispatch(JsonNode *request, bool oob_enabled, const char *only)
{
    g_autoptr(GError) err = NULL;
    JsonNode *id = request_id(request);
    JsonNode *answer = NULL;

    if (!run(request, oob_enabled, only, &answer, &err)) {
        return error_reply(err, id);
    }
    if (!answer) {
        return NULL;
    }
    JsonObject *reply = json_object_new();
    json_object_set_member(reply, "return", answer);
    if (id) {
        json_object_set_member(reply, "id", json_node_copy(id));
    }
    return json_new_object(reply);
}

/* ---- for marshallers */

void *qmp_arguments(const QapiType *type, JsonObject *args, Error **errp)
{
    g_autoptr(JsonNode) node = json_new_object(args ? json_object_ref(args) : json_object_new());

    return qapi_from_json(type, node, NULL, QAPI_JSON, errp);
}

bool qmp_no_arguments(JsonObject *args, Error **errp)
{
    JsonObjectIter it;
    const char *name;

    if (args) {
        json_object_iter_init_ordered(&it, args);
        if (json_object_iter_next_ordered(&it, &name, NULL)) {
            return error_set(errp, "Parameter '%s' is unexpected", name);
        }
    }
    return true;
}

JsonNode *qmp_empty_result(void)
{
    return json_new_empty_object();
}
