/* SPDX-License-Identifier: MIT */
/* QMP commands of module char. */
#include "backends/chardev/chardev-impl.h"

#include "backends/chardev/ringbuf.h"
#include "gen/qapi-commands.h"
#include "gen/qapi-visit.h"
#include "qapi/dispatch.h"

#include <string.h>
#include <unistd.h>

/* ---- what there is */

static bool add_info(Object *child, void *opaque)
{
    const Chardev *chr = (const Chardev *)child;
    ChardevInfo *info = g_new0(ChardevInfo, 1);

    info->label = g_strdup(chardev_id(chr));
    info->filename = chardev_filename(chr);
    info->frontend_open = chardev_in_use(chr) && !mux_is_idle(chr);
    QAPI_LIST_APPEND((ChardevInfoList *)opaque, info);
    return true;
}

ChardevInfoList *qmp_query_chardev(Error **errp)
{
    ChardevInfoList *list = g_new0(ChardevInfoList, 1);

    object_foreach_child(object_container("/chardevs"), add_info, list);
    return list;
}

ChardevBackendInfoList *qmp_query_chardev_backends(Error **errp)
{
    ChardevBackendInfoList *list = g_new0(ChardevBackendInfoList, 1);

    for (int kind = 0; kind < CHARDEV_BACKEND_KIND__MAX; kind++) {
        ChardevBackendInfo *info = g_new0(ChardevBackendInfo, 1);

        info->name = g_strdup(ChardevBackendKind_str((ChardevBackendKind)kind));
        QAPI_LIST_APPEND(list, info);
    }
    return list;
}

/* ---- making and changing */

typedef Chardev *MakeChardev(const char *id, const ChardevBackend *backend, int fd, Error **errp);

/* A request that waits for a socket. */
typedef struct Pending {
    ChardevDefinition *def;
    MakeChardev *make;
    QmpReply *reply;
} Pending;

static Chardev *add(const char *id, const ChardevBackend *backend, int fd, Error **errp)
{
    if (chardev_find(id)) {
        error_set_code(errp, ERROR_CODE_ID_DUPLICATE, "Chardev with id '%s' already exists", id);
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    Chardev *chr = chardev_new_prepared(id, backend, fd, errp);
    if (!chr) {
        error_prefix(errp, "Failed to add chardev '%s': ", id);
    }
    return chr;
}

/* Takes fd. (transfer full) */
static JsonNode *make(const ChardevDefinition *def, MakeChardev *fn, int fd, Error **errp)
{
    Chardev *chr = fn(def->id, def->backend, fd, errp);
    ChardevReturn answer = {.pty = NULL};

    if (!chr) {
        return NULL;
    }
    g_autofree char *name = chardev_base_filename(chr);
    if (def->backend->type == CHARDEV_BACKEND_KIND_PTY) {
        answer.pty = name + strlen("pty:");
    }
    return qapi_ChardevReturn_to_json(&answer);
}

static void socket_made(void *opaque, int fd, const Error *socket_err)
{
    Pending *p = opaque;
    g_autoptr(GError) err = NULL;
    JsonNode *answer = NULL;

    if (fd < 0) {
        err = g_error_copy(socket_err);
        error_prefix(&err, "Failed to add chardev '%s': ", p->def->id);
    } else {
        answer = make(p->def, p->make, fd, &err);
    }
    if (answer) {
        qmp_reply_return(p->reply, answer);
    } else {
        qmp_reply_error(p->reply, err);
    }
    qapi_free_ChardevDefinition(p->def);
    g_free(p);
}

/* A client names descriptors; numbers mean nothing to it. */
static int take_named_fd(const SocketAddressLegacy *addr, bool listening, Error **errp)
{
    const char *name = addr->u.fd.data->str;
    int fd = socket_by_name(name, errp);

    if (fd >= 0 && socket_check(fd, name, listening, errp) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Makes the socket in the background: the reply comes later. Takes def on success. */
static bool make_later(ChardevDefinition *def, MakeChardev *fn, bool listening, Error **errp)
{
    QmpReply *reply = qmp_defer(true);

    if (!reply) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "nobody can wait for its socket here");
    }
    Pending *p = g_new(Pending, 1);
    *p = (Pending){.def = def, .make = fn, .reply = reply};
    socket_dial(def->backend->u.socket.data->addr, listening, socket_made, p);
    return true;
}

/* What a socket needs beforehand: *ret_fd, or def is taken (and NULL) because it takes its time. */
static bool prepare_socket(ChardevDefinition **def, MakeChardev *fn, int *ret_fd, Error **errp)
{
    ChardevSocket *options = (*def)->backend->u.socket.data;
    bool listening = !options->has_server || options->server;
    bool retries = !listening && options->has_reconnect && options->reconnect > 0;

    if (!socket_check_options(options, errp)) {
        return false;
    }
    if (listening) {
        options->wait = false; /* start-up alone may wait */
    }
    if (options->addr->type == SOCKET_ADDRESS_TYPE_FD) {
        *ret_fd = take_named_fd(options->addr, listening, errp);
        return *ret_fd >= 0;
    }
    if (retries || !socket_is_slow(options->addr, listening)) {
        return true;
    }
    if (!make_later(*def, fn, listening, errp)) {
        return false;
    }
    *def = NULL;
    return true;
}

/* What is known at once to be wrong must not wait for the network. */
static bool check_id(const char *id, MakeChardev *fn, Error **errp)
{
    bool exists = chardev_find(id);

    if (fn == add && exists) {
        return error_set_code(errp, ERROR_CODE_ID_DUPLICATE, "Chardev with id '%s' already exists",
                              id);
    }
    if (fn != add && !exists) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND, "Chardev '%s' does not exist", id);
    }
    return true;
}

static bool make_by_request(JsonObject *args, MakeChardev *fn, JsonNode **ret, Error **errp)
{
    g_autoptr(ChardevDefinition) def = qmp_arguments(&qapi_type_ChardevDefinition, args, errp);
    int fd = -1;

    if (!def || !check_id(def->id, fn, errp)) {
        return false;
    }
    if (def->backend->type == CHARDEV_BACKEND_KIND_SOCKET && !prepare_socket(&def, fn, &fd, errp)) {
        error_prefix(errp, "Failed to add chardev '%s': ", def->id);
        return false;
    }
    if (def) {
        *ret = make(def, fn, fd, errp);
    }
    return !def || *ret;
}

bool qmp_chardev_add(JsonObject *args, JsonNode **ret, Error **errp)
{
    return make_by_request(args, add, ret, errp);
}

bool qmp_chardev_change(JsonObject *args, JsonNode **ret, Error **errp)
{
    return make_by_request(args, chardev_change, ret, errp);
}

void qmp_chardev_remove(const char *id, Error **errp)
{
    (void)chardev_remove(id, errp);
}

void qmp_chardev_send_break(const char *id, Error **errp)
{
    Chardev *chr = chardev_find(id);

    if (!chr) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "Chardev '%s' not found", id);
    } else {
        chardev_report(chr, CHARDEV_BREAK);
    }
}

/* ---- ring buffers */

void qmp_ringbuf_write(const char *device, const char *data, bool has_format, DataFormat format,
                       Error **errp)
{
    if (has_format && format == DATA_FORMAT_BASE64) {
        size_t valid = strspn(data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                    "0123456789+/=\n");
        gsize n;

        if (data[valid]) {
            error_set_code(errp, ERROR_CODE_FORMAT_INVALID,
                           "Base64 data contains invalid characters");
            return;
        }
        g_autofree guchar *bytes = g_base64_decode(data, &n);
        (void)ringbuf_write(device, bytes, n, errp);
    } else {
        (void)ringbuf_write(device, (const uint8_t *)data, strlen(data), errp);
    }
}

/* The length of what stands at p, though it is no character: a first byte and those that seem to
 * continue it. */
static gsize broken_length(const char *p, gsize left)
{
    uint8_t first = (uint8_t)*p;
    gsize want = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    gsize n = 1;

    while (n < want && n < left && ((uint8_t)p[n] & 0xc0) == 0x80) {
        n++;
    }
    return n;
}

/* JSON strings hold text: what is none is replaced, and NUL, which a C string cannot hold. */
static char *as_text(const GByteArray *bytes)
{
    GString *text = g_string_new(NULL);
    const char *p = (const char *)bytes->data;
    gsize left = bytes->len;

    while (left) {
        gunichar c = g_utf8_get_char_validated(p, (gssize)left);
        bool valid = c != 0 && c != (gunichar)-1 && c != (gunichar)-2;
        gsize n = valid ? (gsize)(g_utf8_next_char(p) - p) : broken_length(p, left);

        g_string_append_unichar(text, valid ? c : 0xfffd);
        p += n;
        left -= n;
    }
    return g_string_free(text, FALSE);
}

char *qmp_ringbuf_read(const char *device, int64_t size, bool has_format, DataFormat format,
                       Error **errp)
{
    if (size <= 0) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "size must be greater than zero");
        return NULL;
    }
    g_autoptr(GByteArray) bytes = ringbuf_read(device, (size_t)size, errp);
    if (!bytes) {
        return NULL;
    }
    if (has_format && format == DATA_FORMAT_BASE64) {
        return g_base64_encode(bytes->data, bytes->len);
    }
    return as_text(bytes);
}
