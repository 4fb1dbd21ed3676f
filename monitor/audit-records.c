/* SPDX-License-Identifier: MIT */
/* What the audit journal says of sessions, commands and events; and what it keeps to itself. */
#include "monitor/audit.h"

#include <string.h>
#include <time.h>

enum { ARGUMENTS_BOUND = 64 << 10 };

/* ---- secrets */

static const char hidden[] = "(hidden)";

static bool is_secret_member(const char *name)
{
    static const char *const names[] = {"password", "passwd", "proxy-password"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!strcmp(name, names[i])) {
            return true;
        }
    }
    return false;
}

/* Objects of type secret carry it in "data". */
static bool is_secret_object(JsonObject *obj)
{
    JsonNode *type = json_object_get_member(obj, "qom-type");
    const char *text = type ? json_get_string(type) : NULL;

    return text && g_str_has_prefix(text, "secret");
}

static JsonNode *redact(JsonNode *node);

static JsonNode *redact_object(JsonObject *obj)
{
    JsonObject *copy = json_object_new();
    bool secret = is_secret_object(obj);
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    json_object_iter_init_ordered(&it, obj);
    while (json_object_iter_next_ordered(&it, &name, &value)) {
        bool hide = is_secret_member(name) || (secret && !strcmp(name, "data"));

        json_object_set_member(copy, name, hide ? json_new_string(hidden) : redact(value));
    }
    return json_new_object(copy);
}

static JsonNode *redact(JsonNode *node)
{
    if (json_kind(node) == JSON_KIND_OBJECT) {
        return redact_object(json_node_get_object(node));
    }
    if (json_kind(node) != JSON_KIND_ARRAY) {
        return json_node_copy(node);
    }
    JsonArray *array = json_node_get_array(node);
    JsonArray *copy = json_array_new();
    for (guint i = 0; i < json_array_get_length(array); i++) {
        json_array_add_element(copy, redact(json_array_get_element(array, i)));
    }
    return json_new_array(copy);
}

/* Members that are secret only in one command. */
static const char *const line_secrets[] = {"secret", "passw", NULL};
static const struct {
    const char *command, *member;
    const char *when_member; /* contains one of these: */
    const char *const *when_texts;
} command_secrets[] = {
    {"human-monitor-command", "command-line", "command-line", line_secrets},
    {"qom-set", "value", "property", (const char *const[]){"data", "secret", "passw", NULL}},
};

static bool contains_any(const char *text, const char *const *parts)
{
    for (; text && *parts; parts++) {
        if (strstr(text, *parts)) {
            return true;
        }
    }
    return false;
}

static JsonNode *redact_arguments(const char *command, JsonObject *arguments)
{
    JsonNode *copy = redact_object(arguments);
    JsonObject *obj = json_node_get_object(copy);

    for (size_t i = 0; i < G_N_ELEMENTS(command_secrets); i++) {
        JsonNode *when = json_object_get_member(arguments, command_secrets[i].when_member);

        if (!strcmp(command, command_secrets[i].command) &&
            json_object_has_member(obj, command_secrets[i].member) && when &&
            contains_any(json_get_string(when), command_secrets[i].when_texts)) {
            json_object_set_string_member(obj, command_secrets[i].member, hidden);
        }
    }
    g_autofree char *text = json_write(copy, false);
    if (strlen(text) > ARGUMENTS_BOUND) {
        json_node_unref(copy);
        copy = json_new_empty_object();
        json_object_set_int_member(json_node_get_object(copy), "x-bytes", (gint64)strlen(text));
    }
    return copy;
}

/* ---- records */

int64_t audit_now_ns(void)
{
    struct timespec ts;

    if (!audit_is_open()) {
        return 0;
    }
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static JsonObject *of_session(uint64_t session)
{
    JsonObject *members = json_object_new();

    json_object_set_int_member(members, "session", (gint64)session);
    return members;
}

void audit_connect(uint64_t session, const char *monitor, MonitorRole role, const ChardevPeer *peer)
{
    if (!audit_is_open()) {
        return;
    }
    JsonObject *members = of_session(session);
    json_object_set_string_member(members, "monitor", monitor);
    json_object_set_string_member(members, "role", MonitorRole_str(role));
    if (peer) {
        JsonObject *client = json_object_new();

        json_object_set_int_member(client, "pid", peer->pid);
        json_object_set_int_member(client, "uid", peer->uid);
        json_object_set_object_member(members, "client", client);
    }
    audit_record("connect", members);
}

void audit_disconnect(uint64_t session)
{
    if (audit_is_open()) {
        audit_record("disconnect", of_session(session));
    }
}

static void copy_member(JsonObject *to, JsonObject *from, const char *name)
{
    JsonNode *value = json_object_get_member(from, name);

    if (value) {
        json_object_set_member(to, name, json_node_copy(value));
    }
}

static void add_outcome(JsonObject *members, JsonNode *reply)
{
    JsonNode *error = reply ? json_object_get_member(json_node_get_object(reply), "error") : NULL;

    json_object_set_string_member(members, "outcome", error ? "error" : "success");
    if (error) {
        json_object_set_member(members, "error", json_node_copy(error));
    }
}

/* What was asked for, if that can be made out. */
static void add_request(JsonObject *members, JsonObject *request)
{
    bool oob = json_object_has_member(request, "exec-oob");
    JsonNode *name = json_object_get_member(request, oob ? "exec-oob" : "execute");
    JsonNode *arguments = json_object_get_member(request, "arguments");

    if (name && json_kind(name) == JSON_KIND_STRING) {
        json_object_set_string_member(members, "command", json_node_get_string(name));
        if (arguments && json_kind(arguments) == JSON_KIND_OBJECT) {
            json_object_set_member(
                members, "arguments",
                redact_arguments(json_node_get_string(name), json_node_get_object(arguments)));
        }
    }
    copy_member(members, request, "id");
    if (oob) {
        json_object_set_boolean_member(members, "oob", TRUE);
    }
}

void audit_command(uint64_t session, JsonNode *request, bool ended, JsonNode *reply,
                   int64_t start_ns)
{
    int64_t end_ns = audit_now_ns();

    if (!audit_is_open()) {
        return;
    }
    JsonObject *members = of_session(session);
    if (json_kind(request) == JSON_KIND_OBJECT) {
        add_request(members, json_node_get_object(request));
    }
    if (ended) {
        add_outcome(members, reply);
    } else {
        json_object_set_string_member(members, "outcome", "later");
    }
    json_object_set_int_member(members, "duration-ns", end_ns - start_ns);
    audit_record("command", members);
}

void audit_line(uint64_t session, const char *line)
{
    if (audit_is_open()) {
        JsonObject *members = of_session(session);

        json_object_set_string_member(members, "text",
                                      contains_any(line, line_secrets) ? hidden : line);
        audit_record("line", members);
    }
}

void audit_late_reply(uint64_t session, JsonNode *reply)
{
    if (audit_is_open()) {
        JsonObject *members = of_session(session);

        copy_member(members, json_node_get_object(reply), "id");
        add_outcome(members, reply);
        audit_record("reply", members);
    }
}

void audit_event(JsonNode *numbered_event)
{
    JsonObject *members = json_object_new();

    json_object_set_member(members, "event", json_node_copy(numbered_event));
    audit_record("event", members);
}
