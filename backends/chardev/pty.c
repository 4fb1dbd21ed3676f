/* SPDX-License-Identifier: MIT */
/* Character device "pty": a pseudo-terminal whose other end any terminal program can open.
 *
 * The kernel tells that the other end is closed (by POLLHUP), but not when it gets opened: that is
 * looked for once a second, and whenever there is something to write. */
#include "backends/chardev/chardev-impl.h"

#include "util/module.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

typedef struct ChardevPty {
    Chardev parent;
    int master;
    char *path;
    guint timer;
} ChardevPty;

static void check_peer(Chardev *chr)
{
    ChardevPty *s = (ChardevPty *)chr;
    struct pollfd p = {.fd = s->master, .events = POLLOUT};

    if (!chr->connected && poll(&p, 1, 0) >= 0 && !(p.revents & POLLHUP)) {
        int fd = fcntl(s->master, F_DUPFD_CLOEXEC, 0);

        if (fd >= 0) {
            chardev_connect(chr, fd, fd);
        }
    }
}

static gboolean look(gpointer opaque)
{
    ChardevPty *s = opaque;

    check_peer(&s->parent);
    if (s->parent.connected) {
        s->timer = 0;
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static void pty_hangup(Chardev *chr)
{
    ChardevPty *s = (ChardevPty *)chr;

    if (!s->timer && s->master >= 0) {
        s->timer = g_timeout_add_seconds(1, look, s);
    }
}

/* Raw from the start; opening and closing the other end once makes the kernel report it closed. */
static bool prepare_other_end(const char *path, Error **errp)
{
    struct termios t;
    int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || tcgetattr(fd, &t) < 0) {
        error_set_errno(errp, errno, "Failed to open the pseudo-terminal %s", path);
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    cfmakeraw(&t);
    tcsetattr(fd, TCSAFLUSH, &t);
    close(fd);
    return true;
}

static bool pty_open(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    ChardevPty *s = (ChardevPty *)chr;
    char path[64];

    s->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (s->master < 0 || grantpt(s->master) < 0 || unlockpt(s->master) < 0 ||
        ptsname_r(s->master, path, sizeof(path)) != 0) {
        return error_set_errno(errp, errno, "Failed to create a pseudo-terminal");
    }
    s->path = g_strdup(path);
    if (!prepare_other_end(path, errp)) {
        return false;
    }
    pty_hangup(chr);
    return true;
}

static void pty_close(Chardev *chr)
{
    ChardevPty *s = (ChardevPty *)chr;

    if (s->timer) {
        g_source_remove(s->timer);
        s->timer = 0;
    }
    if (s->master >= 0) {
        close(s->master);
        s->master = -1;
    }
}

static char *pty_filename(const Chardev *chr)
{
    return g_strdup_printf("pty:%s", ((const ChardevPty *)chr)->path);
}

static void pty_init(Object *obj)
{
    ((ChardevPty *)obj)->master = -1;
}

static void pty_finalize(Object *obj)
{
    ChardevPty *s = (ChardevPty *)obj;

    pty_close(&s->parent);
    g_free(s->path);
}

static void pty_class_init(ObjectClass *klass, const void *data)
{
    ChardevClass *k = (ChardevClass *)klass;

    k->open = pty_open;
    k->close = pty_close;
    k->describe = pty_filename;
    k->hangup = pty_hangup;
    k->check_peer = check_peer;
}

static const TypeInfo pty_types[] = {{
    .name = "chardev-pty",
    .parent = TYPE_CHARDEV,
    .instance_size = sizeof(ChardevPty),
    .class_init = pty_class_init,
    .instance_init = pty_init,
    .instance_finalize = pty_finalize,
}};
DEFINE_TYPES(pty_types);
