/* SPDX-License-Identifier: MIT */
/* QMP commands of module yank: breaking connections that hang. Of the things that the protocol
 * knows, only character devices have connections so far. */
#include "backends/chardev/chardev.h"
#include "gen/qapi-commands.h"

/* NULL: there is none. */
static Chardev *find(const YankInstance *instance)
{
    Chardev *chr =
        instance->type == YANK_INSTANCE_TYPE_CHARDEV ? chardev_find(instance->u.chardev.id) : NULL;

    return chr && chardev_can_yank(chr) ? chr : NULL;
}

void qmp_yank(YankInstanceList *instances, Error **errp)
{
    for (size_t i = 0; i < instances->n; i++) {
        if (!find(instances->items[i])) {
            error_set_class(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "Instance not found");
            return;
        }
    }
    for (size_t i = 0; i < instances->n; i++) {
        chardev_yank(find(instances->items[i]));
    }
}

static bool add_instance(Object *child, void *opaque)
{
    const Chardev *chr = (const Chardev *)child;

    if (chardev_can_yank(chr)) {
        YankInstance *instance = g_new0(YankInstance, 1);

        instance->type = YANK_INSTANCE_TYPE_CHARDEV;
        instance->u.chardev.id = g_strdup(chardev_id(chr));
        QAPI_LIST_APPEND((YankInstanceList *)opaque, instance);
    }
    return true;
}

YankInstanceList *qmp_query_yank(Error **errp)
{
    YankInstanceList *list = g_new0(YankInstanceList, 1);

    object_foreach_child(object_container("/chardevs"), add_instance, list);
    return list;
}
