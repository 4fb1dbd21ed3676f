/* SPDX-License-Identifier: MIT */
/* Devices and objects made on request: -device, -object and their help. */
#include "hw/core/qdev.h"

#include "gen/qapi-events.h"
#include "hw/core/machine.h"
#include "qom/user-creatable.h"
#include "util/keyval.h"
#include <stdio.h>
#include <string.h>

static bool set_properties(Object *obj, JsonObject *props, const char *const *skip, Error **errp)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    json_object_iter_init(&it, props);
    while (json_object_iter_next(&it, &name, &value)) {
        if (!g_strv_contains(skip, name) && !object_set(obj, name, value, errp)) {
            return false;
        }
    }
    return true;
}

const Type *qdev_device_type(const char *driver, Error **errp)
{
    const Type *type = type_find(driver);

    if (!type || !type_is_a(type, TYPE_DEVICE)) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "'%s' is not a valid device model name", driver);
        return NULL;
    }
    if (type_is_abstract(type)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter 'driver' expects a non-abstract device type");
        return NULL;
    }
    if (!((DeviceClass *)type_get_class(type))->user_creatable) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter 'driver' expects a pluggable device type");
        return NULL;
    }
    return type;
}

static bool place(Device *dev, const char *id, Error **errp)
{
    if (!id) {
        object_add_child(object_container("/machine/peripheral-anon"), "device[*]", OBJECT(dev));
        return true;
    }
    if (!id_is_valid(id)) {
        return error_set_code(errp, ERROR_CODE_ID_INVALID, "Parameter 'id' expects an identifier");
    }
    if (object_child(object_container("/machine/peripheral"), id)) {
        return error_set_code(errp, ERROR_CODE_ID_DUPLICATE, "Duplicate device ID '%s'", id);
    }
    dev->id = g_strdup(id);
    return object_try_add_child(object_container("/machine/peripheral"), id, OBJECT(dev), errp);
}

Device *qdev_device_add(JsonObject *props, Error **errp) NO_THREAD_SAFETY
{
    static const char *const skip[] = {"driver", "id", NULL};
    const char *driver = keyval_get(props, "driver");
    const Type *type;

    if (!driver) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "Parameter 'driver' is missing");
        return NULL;
    }
    type = qdev_device_type(driver, errp);
    if (!type) {
        return NULL;
    }
    Device *dev = device_new(type_name(type));
    bool ok =
        set_properties(OBJECT(dev), props, skip, errp) && place(dev, keyval_get(props, "id"), errp);
    if (ok && !device_realize(dev, errp)) {
        object_unparent(OBJECT(dev));
        ok = false;
    }
    object_unref(OBJECT(dev));
    return ok ? dev : NULL;
}

/* ---- while the machine exists */

bool (*qdev_cold_plug)(JsonObject *props, Error **errp);

bool qdev_hot_plug(JsonObject *props, Error **errp)
{
    const char *driver = keyval_get(props, "driver");
    const Type *type = driver ? qdev_device_type(driver, errp) : NULL;

    if (driver && !type) {
        return false;
    }
    if (type && !((DeviceClass *)type_get_class(type))->hotpluggable) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "Device '%s' does not support hotplugging", driver);
    }
    return qdev_device_add(props, errp) != NULL;
}

/* By id, or by path. */
static Object *find_device(const char *id)
{
    return *id == '/' ? object_resolve(id, NULL)
                      : object_child(object_container("/machine/peripheral"), id);
}

bool qdev_unplug(const char *id, Error **errp)
{
    Object *obj = find_device(id);

    if (!obj) {
        return error_set_class(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "Device '%s' not found", id);
    }
    if (!object_is_a(obj, TYPE_DEVICE)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "%s is not a hotpluggable device",
                              id);
    }
    if (!DEVICE_GET_CLASS(obj)->hotpluggable) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "Device '%s' does not support hotplugging", object_type_name(obj));
    }
    g_autofree char *path = object_path(obj);
    g_autofree char *name = g_strdup(DEVICE(obj)->id);
    object_unparent(obj);
    qapi_event_send_device_deleted(name, path);
    return true;
}

/* ---- objects */

/* ---- help */

static void print_devices(void)
{
    g_autoptr(GPtrArray) types = type_list(TYPE_DEVICE, false);
    g_autoptr(GHashTable) printed = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < types->len; i++) {
        const DeviceClass *ci = (DeviceClass *)type_get_class(g_ptr_array_index(types, i));
        const char *category = ci->category ? ci->category : "Misc devices";

        if (!ci->user_creatable || !g_hash_table_add(printed, (gpointer)category)) {
            continue;
        }
        printf("%s%s:\n", g_hash_table_size(printed) > 1 ? "\n" : "", category);
        for (guint j = i; j < types->len; j++) {
            const Type *t = g_ptr_array_index(types, j);
            const DeviceClass *cj = (DeviceClass *)type_get_class(t);

            if (cj->user_creatable &&
                strcmp(cj->category ? cj->category : "Misc devices", category) == 0) {
                printf("name \"%s\"%s%s%s\n", type_name(t), cj->desc ? ", desc \"" : "",
                       cj->desc ? cj->desc : "", cj->desc ? "\"" : "");
            }
        }
    }
}

bool qdev_print_help(const anyList *devices)
{
    for (size_t i = 0; i < devices->n; i++) {
        JsonObject *props = json_node_get_object(devices->items[i]);
        const char *driver = keyval_get(props, "driver");

        if (!driver ? json_object_has_member(props, "help")
                    : strcmp(driver, "help") == 0 || strcmp(driver, "?") == 0) {
            print_devices();
            return true;
        }
        const Type *t = driver ? type_find(driver) : NULL;
        if (json_object_has_member(props, "help") && t && type_is_a(t, TYPE_DEVICE)) {
            type_print_properties(t, driver);
            return true;
        }
    }
    return false;
}

static void print_objects(void)
{
    g_autoptr(GPtrArray) types = type_list(TYPE_USER_CREATABLE, false);

    printf("List of user creatable objects:\n");
    for (guint i = 0; i < types->len; i++) {
        printf("  %s\n", type_name(g_ptr_array_index(types, i)));
    }
}

bool qdev_print_object_help(JsonObject *props)
{
    const char *name = keyval_get(props, "qom-type");
    const Type *t = name ? type_find(name) : NULL;

    if (!name ? json_object_has_member(props, "help")
              : strcmp(name, "help") == 0 || strcmp(name, "?") == 0) {
        print_objects();
        return true;
    }
    if (json_object_has_member(props, "help") && t && type_is_a(t, TYPE_USER_CREATABLE)) {
        type_print_properties(t, name);
        return true;
    }
    return false;
}
