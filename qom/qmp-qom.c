/* SPDX-License-Identifier: MIT */
/* QMP commands of module qom. */
#include "qom/qmp-qom.h"
#include "gen/qapi-commands.h"
#include "qom/user-creatable.h"

#include <string.h>

static Object *resolve_or_error(const char *path, Error **errp)
{
    bool ambiguous;
    Object *obj = object_resolve(path, &ambiguous);

    if (!obj && ambiguous) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Path '%s' is ambiguous", path);
    } else if (!obj) {
        error_set_class(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "Device '%s' not found", path);
    }
    return obj;
}

static void append_brief(const Property *prop, void *opaque)
{
    ObjectPropertyInfo *info = g_new0(ObjectPropertyInfo, 1);

    info->name = g_strdup(prop->name);
    info->type = property_type_name(prop);
    QAPI_LIST_APPEND((ObjectPropertyInfoList *)opaque, info);
}

void object_property_info_append(const Property *prop, void *opaque)
{
    ObjectPropertyInfo *info = g_new0(ObjectPropertyInfo, 1);

    info->name = g_strdup(prop->name);
    info->type = property_type_name(prop);
    info->description = g_strdup(prop->description);
    info->default_value = property_default(prop);
    QAPI_LIST_APPEND((ObjectPropertyInfoList *)opaque, info);
}

ObjectPropertyInfoList *qmp_qom_list(const char *path, Error **errp)
{
    Object *obj = resolve_or_error(path, errp);

    if (!obj) {
        return NULL;
    }
    ObjectPropertyInfoList *list = g_new0(ObjectPropertyInfoList, 1);
    object_foreach_property(obj, append_brief, list);
    return list;
}

JsonNode *qmp_qom_get(const char *path, const char *property, Error **errp)
{
    Object *obj = resolve_or_error(path, errp);

    return obj ? object_get(obj, property, errp) : NULL;
}

void qmp_qom_set(const char *path, const char *property, JsonNode *value, Error **errp)
{
    Object *obj = resolve_or_error(path, errp);

    if (obj) {
        object_set(obj, property, value, errp);
    }
}

ObjectTypeInfoList *qmp_qom_list_types(const char *implements, bool has_abstract, bool abstract,
                                       Error **errp)
{
    g_autoptr(GPtrArray) types = type_list(implements, has_abstract && abstract);
    ObjectTypeInfoList *list = g_new0(ObjectTypeInfoList, 1);

    for (guint i = 0; i < types->len; i++) {
        const Type *t = g_ptr_array_index(types, i);
        ObjectTypeInfo *info = g_new0(ObjectTypeInfo, 1);

        info->name = g_strdup(type_name(t));
        info->parent = g_strdup(type_parent_name(t));
        info->has_abstract = info->abstract = type_is_abstract(t);
        QAPI_LIST_APPEND(list, info);
    }
    return list;
}

ObjectPropertyInfoList *qmp_qom_list_properties(const char *typename, Error **errp)
{
    const Type *type = type_find(typename);

    if (!type) {
        error_set_class(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "Class '%s' not found", typename);
        return NULL;
    }
    if (!type_is_a(type, TYPE_OBJECT)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Parameter 'typename' expects a QOM type");
        return NULL;
    }
    ObjectPropertyInfoList *list = g_new0(ObjectPropertyInfoList, 1);
    type_foreach_property(type, object_property_info_append, list);
    return list;
}

void qmp_object_add(ObjectOptions *options, Error **errp)
{
    user_creatable_add_options(options, errp);
}

void qmp_object_del(const char *id, Error **errp)
{
    user_creatable_del(id, errp);
}
