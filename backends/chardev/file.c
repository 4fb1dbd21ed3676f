/* SPDX-License-Identifier: MIT */
/* Character devices "file", which writes one (and may read another), and "null". */
#include "backends/chardev/chardev-impl.h"

#include "util/fdset.h"
#include "util/module.h"

#include <fcntl.h>
#include <unistd.h>

static bool file_open(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    const ChardevFile *f = backend->u.file.data;
    int mode = f->append ? O_APPEND : O_TRUNC;
    int out = host_open(f->out, O_WRONLY | O_CREAT | O_NONBLOCK | mode, 0666, errp);
    int in = -1;

    if (out < 0) {
        return false;
    }
    if (f->in) {
        in = host_open(f->in, O_RDONLY | O_NONBLOCK, 0, errp);
        if (in < 0) {
            close(out);
            return false;
        }
    }
    chardev_connect(chr, in, out);
    return true;
}

static char *file_filename(const Chardev *chr)
{
    return g_strdup("file");
}

static void file_class_init(ObjectClass *klass, const void *data)
{
    ChardevClass *k = (ChardevClass *)klass;

    k->open = file_open;
    k->describe = file_filename;
}

static bool null_open(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    chardev_connect(chr, -1, -1);
    return true;
}

static char *null_filename(const Chardev *chr)
{
    return g_strdup("null");
}

static void null_class_init(ObjectClass *klass, const void *data)
{
    ChardevClass *k = (ChardevClass *)klass;

    k->open = null_open;
    k->describe = null_filename;
}

static const TypeInfo file_types[] = {
    {
        .name = "chardev-file",
        .parent = TYPE_CHARDEV,
        .class_init = file_class_init,
    },
    {
        .name = "chardev-null",
        .parent = TYPE_CHARDEV,
        .class_init = null_class_init,
    },
};
DEFINE_TYPES(file_types);
