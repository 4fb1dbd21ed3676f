/* SPDX-License-Identifier: MIT */
/* Character device "pipe": the named pipes PATH.in, which is read, and PATH.out, which is written;
 * where they do not exist, PATH for both.
 *
 * Pipes are opened in both directions: that waits for nobody, and they do not end when the last
 * program at the other side leaves. */
#include "backends/chardev/chardev-impl.h"

#include "util/fdset.h"
#include "util/module.h"

#include <fcntl.h>
#include <unistd.h>

static int open_pipe(const char *path, Error **errp)
{
    return host_open(path, O_RDWR | O_NONBLOCK | O_NOCTTY, 0, errp);
}

static bool pipe_open(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    const char *path = backend->u.pipe.data->device;
    g_autofree char *in_path = g_strconcat(path, ".in", NULL);
    g_autofree char *out_path = g_strconcat(path, ".out", NULL);
    int in = open_pipe(in_path, NULL);
    int out = open_pipe(out_path, NULL);

    if (in < 0 || out < 0) {
        if (in >= 0) {
            close(in);
        }
        if (out >= 0) {
            close(out);
        }
        in = out = open_pipe(path, errp);
    }
    if (in < 0) {
        return false;
    }
    chardev_connect(chr, in, out);
    return true;
}

static char *pipe_filename(const Chardev *chr)
{
    return g_strdup("pipe");
}

static void pipe_class_init(ObjectClass *klass, const void *data)
{
    ChardevClass *k = (ChardevClass *)klass;

    k->separate_directions = true;
    k->open = pipe_open;
    k->describe = pipe_filename;
}

static const TypeInfo pipe_types[] = {{
    .name = "chardev-pipe",
    .parent = TYPE_CHARDEV,
    .class_init = pipe_class_init,
}};
DEFINE_TYPES(pipe_types);
