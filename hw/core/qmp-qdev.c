/* SPDX-License-Identifier: MIT */
/* QMP commands of module qdev. */
#include "gen/qapi-commands.h"
#include "hw/core/machine.h"
#include "hw/core/qdev.h"
#include "qom/qmp-qom.h"
#include "util/json.h"

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
    if (!type_is_a(type, TYPE_DEVICE) || type_is_abstract(type)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter 'typename' expects a non-abstract device type");
        return NULL;
    }
    ObjectPropertyInfoList *list = g_new0(ObjectPropertyInfoList, 1);
    type_foreach_property(type, append_settable, list);
    return list;
}

bool qmp_device_add(JsonObject *args, JsonNode **ret, Error **errp)
{
    static const char *const texts[] = {"driver", "id", "bus"};
    g_autoptr(JsonObject) none = json_object_new();

    args = args ? args : none;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        JsonNode *node = json_object_get_member(args, texts[i]);

        if (node && !json_get_string(node)) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                                  "Invalid parameter type for '%s', expected: string", texts[i]);
        }
    }
    if (!current_machine && !qdev_cold_plug) {
        return error_set_code(errp, ERROR_CODE_WRONG_STATE, "There is no machine yet");
    }
    if (current_machine ? !qdev_hot_plug(args, errp) : !qdev_cold_plug(args, errp)) {
        return false;
    }
    *ret = qmp_empty_result();
    return true;
}

void qmp_device_del(const char *id, Error **errp)
{
    qdev_unplug(id, errp);
}
