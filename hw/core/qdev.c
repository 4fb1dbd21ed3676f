/* SPDX-License-Identifier: MIT */
/* Devices and objects made on request: -device, -object and their help. */
#include "hw/core/qdev.h"

#include "hw/core/machine.h"
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
        error_set(errp, "'%s' is not a valid device model name", driver);
        return NULL;
    }
    if (type_is_abstract(type)) {
        error_set(errp, "Parameter 'driver' expects a non-abstract device type");
        return NULL;
    }
    if (!((DeviceClass *)type_get_class(type))->user_creatable) {
        error_set(errp, "Parameter 'driver' expects a pluggable device type");
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
        return error_set(errp, "Parameter 'id' expects an identifier");
    }
    if (object_child(object_container("/machine/peripheral"), id)) {
        return error_set(errp, "Duplicate device ID '%s'", id);
    }
    dev->id = g_strdup(id);
    object_add_child(object_container("/machine/peripheral"), id, OBJECT(dev));
    return true;
}

Device *qdev_device_add(JsonObject *props, Error **errp) NO_THREAD_SAFETY
{
    static const char *const skip[] = {"driver", "id", NULL};
    const char *driver = keyval_get(props, "driver");
    const Type *type;

    if (!driver) {
        error_set(errp, "Parameter 'driver' is missing");
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

Object *qdev_add_object(JsonObject *props, Error **errp)
{
    const char *type = keyval_get(props, "qom-type");
    const char *id = keyval_get(props, "id");

    if (!type || !id) {
        error_set(errp, "Parameter '%s' is missing", type ? "id" : "qom-type");
        return NULL;
    }
    g_autofree char *type_copy = g_strdup(type), *id_copy = g_strdup(id);
    json_object_remove_member(props, "qom-type");
    json_object_remove_member(props, "id");
    return user_creatable_add(type_copy, id_copy, props, errp);
}

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
