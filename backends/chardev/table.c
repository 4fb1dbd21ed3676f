/* SPDX-License-Identifier: MIT */
/* The character devices by id: making, finding, replacing and removing them. */
#include "backends/chardev/chardev-impl.h"

#include "util/fdset.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void (*exit_fn)(void);

void chardev_set_exit(void (*fn)(void))
{
    exit_fn = fn;
}

void chardev_exit(void)
{
    if (exit_fn) {
        exit_fn();
    }
}

static Object *container(void)
{
    return object_container("/chardevs");
}

Chardev *chardev_find(const char *id)
{
    return (Chardev *)object_child(container(), id);
}

static bool check_id(const char *id, Error **errp)
{
    if (!id_is_valid(id)) {
        error_set_code(errp, ERROR_CODE_ID_INVALID, "Parameter 'id' expects an identifier");
        error_append_hint(errp, "Identifiers consist of letters, digits, '-', '.', '_', starting "
                                "with a letter.\n");
        return false;
    }
    return !chardev_find(id) ||
           error_set_code(errp, ERROR_CODE_ID_DUPLICATE, "Duplicate ID '%s' for chardev", id);
}

/* Members of the common base come first in every kind's options. */
static const ChardevCommon *common(const ChardevBackend *backend)
{
    return (const ChardevCommon *)backend->u.null.data;
}

static bool open_log(Chardev *chr, const ChardevCommon *c, Error **errp)
{
    if (c->logfile) {
        int mode = c->logappend ? O_APPEND : O_TRUNC;

        chr->log_fd = host_open(c->logfile, O_WRONLY | O_CREAT | O_NONBLOCK | mode, 0666, errp);
        if (chr->log_fd < 0) {
            error_prefix(errp, "Unable to open logfile: ");
            return false;
        }
    }
    return true;
}

/* Opened, but not in the table yet. Takes fd. (transfer full) */
static Chardev *open_device(const char *id, const ChardevBackend *backend, int fd, Error **errp)
{
    g_autofree char *type = g_strdup_printf("chardev-%s", ChardevBackendKind_str(backend->type));
    Object *obj = object_try_new(type, errp);

    if (!obj) {
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    Chardev *chr = (Chardev *)obj;
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);
    chr->id = g_strdup(id);
    chr->made_from = qapi_clone_ChardevBackend(backend);
    chr->prepared_fd = fd;
    if (!open_log(chr, common(backend), errp) || !k->open(chr, backend, errp)) {
        chardev_disconnect(chr);
        if (k->close) {
            k->close(chr);
        }
        object_unref(obj);
        return NULL;
    }
    return chr;
}

static Chardev *new_single(const char *id, const ChardevBackend *backend, int fd, Error **errp)
{
    if (!check_id(id, errp)) {
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    g_autoptr(Object) obj = (Object *)open_device(id, backend, fd, errp);
    if (obj && !object_try_add_child(container(), id, obj, errp)) {
        return NULL; /* a property of the container has this name */
    }
    return (Chardev *)obj;
}

/* The device as ID-base, and a mux over it that has the id. */
static Chardev *new_shared(const char *id, const ChardevBackend *backend, int fd, Error **errp)
{
    g_autofree char *base_id = g_strdup_printf("%s-base", id);
    ChardevMux options = {.chardev = base_id};
    ChardevMuxWrapper wrapper = {.data = &options};
    ChardevBackend mux = {.type = CHARDEV_BACKEND_KIND_MUX, .u.mux = wrapper};
    Chardev *base, *chr;

    if (!check_id(id, errp)) {
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    base = new_single(base_id, backend, fd, errp);
    chr = base ? new_single(id, &mux, -1, errp) : NULL;
    if (base && !chr) {
        object_unparent(OBJECT(base));
    } else if (chr) {
        /* Together they are what was asked for. */
        qapi_free_ChardevBackend(chr->made_from);
        chr->made_from = g_steal_pointer(&base->made_from);
    }
    return chr;
}

Chardev *chardev_new_prepared(const char *id, const ChardevBackend *backend, int fd, Error **errp)
{
    return common(backend)->x_mux ? new_shared(id, backend, fd, errp)
                                  : new_single(id, backend, fd, errp);
}

/* Whoever started the process learns on its standard output where the other end is. */
Chardev *chardev_new(const char *id, const ChardevBackend *backend, Error **errp)
{
    Chardev *chr = chardev_new_prepared(id, backend, -1, errp);

    if (chr && backend->type == CHARDEV_BACKEND_KIND_PTY) {
        g_autofree char *name = chardev_base_filename(chr);

        printf("char device redirected to %s (label %s)\n", name + strlen("pty:"), id);
        fflush(stdout);
    }
    return chr;
}

Chardev *chardev_new_from_options(const char *options, Error **errp)
{
    g_autofree char *id = NULL;
    g_autoptr(ChardevBackend) backend = chardev_parse_options(options, &id, errp);

    return backend ? chardev_new(id, backend, errp) : NULL;
}

Chardev *chardev_new_from_short(const char *id, const char *text, Error **errp)
{
    if (g_str_has_prefix(text, "chardev:")) {
        Chardev *chr = chardev_find(text + strlen("chardev:"));

        if (!chr) {
            error_set_code(errp, ERROR_CODE_NOT_FOUND, "chardev \"%s\" not found",
                           text + strlen("chardev:"));
        }
        return chr;
    }
    g_autoptr(ChardevBackend) backend = chardev_parse_short(text, errp);
    return backend ? chardev_new(id, backend, errp) : NULL;
}

const ChardevBackend *chardev_backend(const Chardev *chr)
{
    return chr->made_from;
}

static bool collect_one(Object *child, void *opaque)
{
    g_ptr_array_add(opaque, child);
    return true;
}

void chardev_foreach(void (*fn)(Chardev *chr, void *opaque), void *opaque)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();

    object_foreach_child(container(), collect_one, all);
    for (guint i = 0; i < all->len; i++) {
        fn(all->pdata[i], opaque);
    }
}

/* ---- changes */

bool chardev_remove(const char *id, Error **errp)
{
    Chardev *chr = chardev_find(id);

    if (!chr) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND, "Chardev '%s' not found", id);
    }
    if (chardev_in_use(chr)) {
        return error_set_code(errp, ERROR_CODE_IN_USE, "Chardev '%s' is busy", id);
    }
    object_unparent(OBJECT(chr));
    return true;
}

static bool can_change(const Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    if (CHARDEV_GET_CLASS(chr)->attach || backend->type == CHARDEV_BACKEND_KIND_MUX ||
        common(backend)->x_mux) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "Mux device hotswap not supported yet");
    }
    if (chr->client || (chr->handlers && !chr->handlers->change)) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "Chardev user does not support chardev hotswap");
    }
    return true;
}

Chardev *chardev_change(const char *id, const ChardevBackend *backend, int fd, Error **errp)
{
    Chardev *old = chardev_find(id);
    Chardev *chr = NULL;

    if (!old) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "Chardev '%s' does not exist", id);
    } else if (can_change(old, backend, errp)) {
        chr = open_device(id, backend, g_steal_fd(&fd), errp);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (!chr) {
        return NULL;
    }
    const ChardevHandlers *h = old->handlers;
    void *opaque = old->opaque;
    chardev_detach(old);
    object_unparent(OBJECT(old));
    object_add_child(container(), id, OBJECT(chr));
    if (h) {
        h->change(opaque, chr);
        (void)chardev_attach(chr, h, opaque, NULL); /* nobody else knows it yet */
    }
    object_unref(OBJECT(chr));
    return chr;
}

/* ---- the end of the process */

static bool collect(Object *child, void *opaque)
{
    g_ptr_array_add(opaque, object_ref(child));
    return true;
}

void chardev_cleanup_all(void)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new_with_free_func((GDestroyNotify)object_unref);

    chardev_flush_all();
    object_foreach_child(container(), collect, devices);
    for (guint i = 0; i < devices->len; i++) {
        Chardev *chr = devices->pdata[i];

        chr->handlers = NULL;
        chr->client = NULL;
        object_unparent(OBJECT(chr));
    }
}
