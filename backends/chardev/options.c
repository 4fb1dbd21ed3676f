/* SPDX-License-Identifier: MIT */
/* Character devices on the command line: "socket,id=x,path=/y,server=on" and "unix:/y,server=on".
 *
 * The flat options are put into the nested form of the schema, which then checks them. */
#include "backends/chardev/chardev-impl.h"

#include "gen/qapi-visit.h"
#include "util/json.h"
#include "util/keyval.h"
#include "util/size.h"

#include <string.h>

static void move_all(JsonObject *from, JsonObject *to, const char *const *names)
{
    for (; *names; names++) {
        json_move_member(from, *names, to, *names);
    }
}

/* {"type": type, "data": data}; takes data. */
static JsonObject *wrap(const char *type, JsonObject *data)
{
    JsonObject *obj = json_object_new();

    json_object_set_string_member(obj, "type", type);
    json_object_set_object_member(obj, "data", data);
    return obj;
}

/* Checks members against a type of the schema, so that errors name them as they were written. */
static bool check(const QapiType *type, JsonObject *obj, Error **errp)
{
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(obj));
    void *parsed = qapi_from_json(type, node, NULL, QAPI_TEXT, errp);

    qapi_free(type, parsed);
    return parsed;
}

/* Takes the options that make the address; NULL with an error. */
static JsonObject *take_address(JsonObject *options, Error **errp)
{
    static const char *const unix_names[] = {"path", "abstract", "tight", NULL};
    static const char *const inet_names[] = {"host", "port", "to", "ipv4", "ipv6", NULL};
    bool has_path = json_object_has_member(options, "path");
    bool has_host = json_object_has_member(options, "host");
    bool has_fd = json_object_has_member(options, "fd");
    g_autoptr(JsonObject) data = json_object_new();
    const QapiType *type;
    const char *kind;

    if (has_path + has_host + has_fd != 1) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "chardev: socket: exactly one of 'path', 'host' and 'fd' is required");
        return NULL;
    }
    if (has_path) {
        move_all(options, data, unix_names);
        kind = "unix";
        type = &qapi_type_UnixSocketAddress;
    } else if (has_host) {
        move_all(options, data, inet_names);
        kind = "inet";
        type = &qapi_type_InetSocketAddress;
    } else {
        json_move_member(options, "fd", data, "str");
        kind = "fd";
        type = &qapi_type_String;
    }
    if (!check(type, data, errp)) {
        return NULL;
    }
    return wrap(kind, g_steal_pointer(&data));
}

/* On the command line a socket connects unless server=on, and a server waits unless wait=off. */
static bool convert_socket(JsonObject *options, Error **errp)
{
    JsonObject *addr = take_address(options, errp);
    bool server = false;

    if (!addr) {
        return false;
    }
    json_object_set_object_member(options, "addr", addr);
    if (!keyval_get(options, "server")) {
        json_object_set_string_member(options, "server", "off");
    } else {
        (void)parse_bool(keyval_get(options, "server"), &server, NULL);
    }
    if (server && !keyval_get(options, "wait")) {
        json_object_set_string_member(options, "wait", "on");
    }
    /* The old name of "nodelay", from when a bare word "nodelay" meant delay=off. */
    if (keyval_get(options, "delay")) {
        bool delay;

        if (!parse_bool(keyval_get(options, "delay"), &delay, errp)) {
            return false;
        }
        json_object_remove_member(options, "delay");
        json_object_set_string_member(options, "nodelay", delay ? "off" : "on");
    }
    return true;
}

static bool convert_pipe(JsonObject *options, Error **errp)
{
    return json_move_member(options, "path", options, "device") ||
           error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                          "chardev: pipe: no device path given");
}

/* "64k": sizes have suffixes on the command line, but not in JSON. */
static bool convert_ringbuf(JsonObject *options, Error **errp)
{
    const char *text = keyval_get(options, "size");
    uint64_t size;

    if (text) {
        if (!parse_size(text, &size, errp)) {
            error_prefix(errp, "Parameter 'size': ");
            return false;
        }
        json_object_set_int_member(options, "size", (gint64)MIN(size, INT64_MAX));
    }
    return true;
}

static bool convert_file(JsonObject *options, Error **errp)
{
    json_move_member(options, "input-path", options, "in");
    return json_move_member(options, "path", options, "out") ||
           error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "chardev: file: no filename given");
}

/* What is left of the options are the members of the kind's type. */
static ChardevBackend *backend_from_options(const char *kind, JsonObject *options, Error **errp)
{
    static const struct {
        const QapiType *type;
        bool (*convert)(JsonObject *options, Error **errp); /* to the names of the schema */
    } kinds[] = {
        [CHARDEV_BACKEND_KIND_FILE] = {&qapi_type_ChardevFile, convert_file},
        [CHARDEV_BACKEND_KIND_SOCKET] = {&qapi_type_ChardevSocket, convert_socket},
        [CHARDEV_BACKEND_KIND_PIPE] = {&qapi_type_ChardevHostdev, convert_pipe},
        [CHARDEV_BACKEND_KIND_PTY] = {&qapi_type_ChardevCommon, NULL},
        [CHARDEV_BACKEND_KIND_NULL] = {&qapi_type_ChardevCommon, NULL},
        [CHARDEV_BACKEND_KIND_MUX] = {&qapi_type_ChardevMux, NULL},
        [CHARDEV_BACKEND_KIND_STDIO] = {&qapi_type_ChardevStdio, NULL},
        [CHARDEV_BACKEND_KIND_RINGBUF] = {&qapi_type_ChardevRingbuf, convert_ringbuf},
        [CHARDEV_BACKEND_KIND_MEMORY] = {&qapi_type_ChardevRingbuf, convert_ringbuf},
    };
    ChardevBackendKind k;

    if (!ChardevBackendKind_parse(kind, &k, NULL)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "'%s' is not a valid char driver name",
                       kind);
        return NULL;
    }
    json_move_member(options, "mux", options, "x-mux");
    if ((kinds[k].convert && !kinds[k].convert(options, errp)) ||
        !check(kinds[k].type, options, errp)) {
        return NULL;
    }
    g_autoptr(JsonNode) node = json_new_object(wrap(kind, json_object_ref(options)));
    return qapi_ChardevBackend_from_text(node, "backend", errp);
}

/* {"id": ..., "backend": {...}}: the arguments of a command that would make it. */
static ChardevBackend *backend_from_json(JsonObject *obj, char **ret_id, Error **errp)
{
    static const char *const names[] = {"id", "backend", NULL};
    g_autoptr(GList) members = json_object_get_members(obj);

    for (GList *l = members; l; l = l->next) {
        if (!g_strv_contains(names, l->data)) {
            error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED, "Parameter '%s' is unexpected",
                           (const char *)l->data);
            return NULL;
        }
    }
    *ret_id = g_strdup(keyval_get(obj, "id"));
    if (!*ret_id || !json_object_has_member(obj, "backend")) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "Parameter '%s' is missing",
                       *ret_id ? "backend" : "id");
        return NULL;
    }
    return qapi_ChardevBackend_from_json(json_object_get_member(obj, "backend"), "backend", errp);
}

ChardevBackend *chardev_parse_options(const char *text, char **ret_id, Error **errp)
{
    g_autoptr(JsonObject) options = keyval_parse_switches(text, "backend", errp);

    if (!options) {
        return NULL;
    }
    if (text[0] == '{') {
        return backend_from_json(options, ret_id, errp);
    }
    g_autofree char *kind = g_strdup(keyval_get(options, "backend"));
    if (!kind) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "chardev: no backend given");
        return NULL;
    }
    *ret_id = g_strdup(keyval_get(options, "id"));
    if (!*ret_id) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "chardev: no id specified");
        return NULL;
    }
    json_object_remove_member(options, "backend");
    json_object_remove_member(options, "id");
    return backend_from_options(kind, options, errp);
}

/* "HOST:PORT" at the start of a tcp: form, or "[HOST]:PORT" for a host with colons. */
static JsonObject *parse_tcp(const char *text, Error **errp)
{
    g_autoptr(JsonObject) options = keyval_parse_switches(text, "host", errp);
    const char *both = options ? keyval_get(options, "host") : NULL;
    const char *colon = both ? strrchr(both, ':') : NULL;

    if (!options) {
        return NULL;
    }
    if (!colon || !colon[1]) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "'%s' lacks a port: expected HOST:PORT",
                       text);
        return NULL;
    }
    size_t n = (size_t)(colon - both);
    bool brackets = n >= 2 && both[0] == '[' && colon[-1] == ']';
    g_autofree char *host = brackets ? g_strndup(both + 1, n - 2) : g_strndup(both, n);
    g_autofree char *port = g_strdup(colon + 1);
    json_object_set_string_member(options, "host", host);
    json_object_set_string_member(options, "port", port);
    return g_steal_pointer(&options);
}

/* A socket of the form PREFIX:REST; NULL with an error. */
static JsonObject *parse_socket(const char *text, const char *rest, Error **errp)
{
    static const char *const protocols[] = {"telnet", "websocket"};
    JsonObject *options;

    if (g_str_has_prefix(text, "unix:")) {
        return keyval_parse_switches(rest, "path", errp);
    }
    if (g_str_has_prefix(text, "fd:")) {
        return keyval_parse_switches(rest, "fd", errp);
    }
    if (g_str_has_prefix(text, "tcp:")) {
        return parse_tcp(rest, errp);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++) {
        if (g_str_has_prefix(text, protocols[i]) && text[strlen(protocols[i])] == ':') {
            options = parse_tcp(rest, errp);
            if (options) {
                json_object_set_string_member(options, protocols[i], "on");
            }
            return options;
        }
    }
    error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "'%s' is not a valid char driver", text);
    return NULL;
}

/* "KIND:PATH": commas are part of the path. */
static JsonObject *parse_path(const char *rest)
{
    JsonObject *options = json_object_new();

    json_object_set_string_member(options, "path", rest);
    return options;
}

static ChardevBackend *parse_plain(const char *text, bool shared, Error **errp)
{
    static const char *const words[] = {"stdio", "pty", "null", NULL};
    g_autoptr(JsonObject) options = NULL;
    const char *kind = "socket";
    const char *colon = strchr(text, ':');

    if (g_strv_contains(words, text)) {
        kind = text;
        options = json_object_new();
    } else if (g_str_has_prefix(text, "file:") || g_str_has_prefix(text, "pipe:")) {
        kind = text[0] == 'f' ? "file" : "pipe";
        options = parse_path(colon + 1);
    } else if (colon) {
        options = parse_socket(text, colon + 1, errp);
    } else {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "'%s' is not a valid char driver", text);
    }
    if (options && shared) {
        json_object_set_string_member(options, "mux", "on");
        if (!strcmp(kind, "stdio")) {
            json_object_set_string_member(options, "signal", "off"); /* Ctrl-C is the guest's */
        }
    }
    return options ? backend_from_options(kind, options, errp) : NULL;
}

ChardevBackend *chardev_parse_short(const char *text, Error **errp)
{
    bool shared = chardev_short_is_shared(text);

    if (shared) {
        text += strlen("mon:");
    }
    return parse_plain(strcmp(text, "none") ? text : "null", shared, errp);
}

bool chardev_short_is_shared(const char *text)
{
    return g_str_has_prefix(text, "mon:");
}
