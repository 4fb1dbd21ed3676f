/* SPDX-License-Identifier: MIT */
/* Front ends of a character device: who uses it, and what they can ask of it. */
#include "backends/chardev/chardev-impl.h"

#include <sys/socket.h>

void chardev_accept_input(Chardev *chr)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    if (k->accept_input) {
        k->accept_input(chr);
    } else {
        chardev_update_watches(chr);
    }
}

bool chardev_in_use(const Chardev *chr)
{
    return chr->handlers || chr->client;
}

static bool refuse_second(const Chardev *chr, Error **errp)
{
    return !chardev_in_use(chr) ||
           error_set_code(errp, ERROR_CODE_IN_USE, "Device '%s' is in use", chardev_id(chr));
}

bool chardev_attach(Chardev *chr, const ChardevHandlers *h, void *opaque, Error **errp)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    if (k->attach) {
        k->attach(chr, h, opaque);
        return true;
    }
    if (!refuse_second(chr, errp)) {
        return false;
    }
    object_ref(OBJECT(chr));
    chr->handlers = h;
    chr->opaque = opaque;
    if (chr->connected) {
        chardev_report(chr, CHARDEV_OPENED);
    }
    chardev_update_watches(chr);
    object_unref(OBJECT(chr));
    return true;
}

void chardev_detach_front_end(Chardev *chr, const void *opaque)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    if (k->detach) {
        k->detach(chr, opaque);
        return;
    }
    chr->handlers = NULL;
    chr->opaque = NULL;
    chr->client = NULL;
    chardev_update_watches(chr);
}

void chardev_detach(Chardev *chr)
{
    chardev_detach_front_end(chr, chr->opaque);
}

bool chardev_is_listener(const Chardev *chr)
{
    return chr->listens;
}

bool chardev_attach_listener(Chardev *chr, void (*client)(void *opaque, Chardev *chr), void *opaque,
                             Error **errp)
{
    g_assert(chr->listens);
    if (!refuse_second(chr, errp)) {
        return false;
    }
    chr->client = client;
    chr->client_opaque = opaque;
    CHARDEV_GET_CLASS(chr)->serve(chr);
    return true;
}

bool chardev_is_open(const Chardev *chr)
{
    return chr->connected;
}

bool chardev_peer(const Chardev *chr, ChardevPeer *ret)
{
    struct ucred cred;
    socklen_t len = sizeof(cred);

    if (!chr->linked || !chr->is_unix ||
        getsockopt(chr->in_fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0) {
        return false;
    }
    *ret = (ChardevPeer){.pid = cred.pid, .uid = cred.uid, .gid = cred.gid};
    return true;
}

const char *chardev_id(const Chardev *chr)
{
    return chr->id ? chr->id : "client";
}

char *chardev_filename(const Chardev *chr)
{
    return CHARDEV_GET_CLASS(chr)->describe(chr);
}

char *chardev_base_filename(const Chardev *chr)
{
    const ChardevClass *k = CHARDEV_GET_CLASS(chr);

    return chardev_filename(k->base ? k->base(chr) : chr);
}
