/* SPDX-License-Identifier: MIT */
/* QMP commands of module qdev. */
#include "gen/qapi-commands.h"
#include "hw/core/device.h"
#include "qom/qmp-qom.h"

#include <string.h>

static void append_settable(const Property *prop, void *opaque)
{
    if (!(prop->flags & PROP_READ_ONLY) && (!prop->get || prop->set) && prop->kind != PROP_CHILD) {
        object_property_info_append(prop, opaque);
    }
}

ObjectPropertyInfoList *qmp_device_list_properties(const char *typename, Error **errp)
{
    const Type *type = type_find(typename);

    if (!type) {
        error_set_class(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "Device '%s' not found", typename);
        return NULL;
    }
    if (!type_is_a(type, TYPE_DEVICE)) {
        error_set(errp, "Parameter 'typename' expects a non-abstract device type");
        return NULL;
    }
    if (type_is_abstract(type)) {
        error_set(errp, "Parameter 'typename' expects a non-abstract device type");
        return NULL;
    }
    ObjectPropertyInfoList *list = g_new0(ObjectPropertyInfoList, 1);
    type_foreach_property(type, append_settable, list);
    return list;
}
