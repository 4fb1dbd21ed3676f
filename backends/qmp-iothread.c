/* SPDX-License-Identifier: MIT */
/* QMP commands of module iothread. */
#include "backends/iothread.h"
#include "gen/qapi-commands.h"

static bool append(Object *child, void *opaque)
{
    IOThreadInfoList *list = opaque;

    if (object_is_a(child, TYPE_IOTHREAD)) {
        IOThreadInfo *info = g_new0(IOThreadInfo, 1);
        IoThreadSettings s = iothread_settings(IOTHREAD(child));

        info->id = g_strdup(child->name);
        info->thread_id = iothread_thread_id(IOTHREAD(child));
        info->poll_max_ns = s.poll_max_ns;
        info->poll_grow = s.poll_grow;
        info->poll_shrink = s.poll_shrink;
        info->aio_max_batch = s.aio_max_batch;
        QAPI_LIST_APPEND(list, info);
    }
    return true;
}

IOThreadInfoList *qmp_query_iothreads(Error **errp)
{
    IOThreadInfoList *list = g_new0(IOThreadInfoList, 1);

    object_foreach_child(object_container("/objects"), append, list);
    return list;
}
