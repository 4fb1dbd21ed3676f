/* SPDX-License-Identifier: MIT */
/* QMP commands of module char. */
#include "backends/chardev/chardev-impl.h"

#include "gen/qapi-commands.h"

static bool add_info(Object *child, void *opaque)
{
    const Chardev *chr = (const Chardev *)child;
    ChardevInfo *info = g_new0(ChardevInfo, 1);

    info->label = g_strdup(chardev_id(chr));
    info->filename = chardev_filename(chr);
    info->frontend_open = chr->handlers != NULL;
    QAPI_LIST_APPEND((ChardevInfoList *)opaque, info);
    return true;
}

ChardevInfoList *qmp_query_chardev(Error **errp)
{
    ChardevInfoList *list = g_new0(ChardevInfoList, 1);

    object_foreach_child(object_container("/chardevs"), add_info, list);
    return list;
}
