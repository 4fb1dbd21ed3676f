/* SPDX-License-Identifier: MIT */
/* User-creatable objects: what -object and object-add make under /objects. */
#include "qom/user-creatable.h"

#include <string.h>

bool id_is_valid(const char *id)
{
    if (!g_ascii_isalpha(*id)) {
        return false;
    }
    return id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")] == 0;
}

static bool set_all(Object *obj, JsonObject *props, Error **errp)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    json_object_iter_init(&it, props);
    while (json_object_iter_next(&it, &name, &value)) {
        if (!object_set(obj, name, value, errp)) {
            return false;
        }
    }
    return true;
}

Object *user_creatable_add(const char *name, const char *id, JsonObject *props, Error **errp)
{
    const Type *type = type_find(name);

    if (!type || !type_is_a(type, TYPE_USER_CREATABLE)) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "invalid object type: %s", name);
        return NULL;
    }
    if (!id_is_valid(id)) {
        error_set_code(errp, ERROR_CODE_ID_INVALID, "Parameter 'id' expects an identifier");
        error_set_path(errp, "/id");
        return NULL;
    }
    g_autoptr(Object) obj = object_try_new(name, errp);
    if (!obj || (props && !set_all(obj, props, errp)) ||
        !object_try_add_child(object_container("/objects"), id, obj, errp)) {
        return NULL;
    }
    const UserCreatableClass *uc = object_class_interface(obj->klass, TYPE_USER_CREATABLE);
    if (uc && uc->complete && !uc->complete(obj, errp)) {
        object_unparent(obj);
        return NULL;
    }
    return obj;
}

/* By Object *, of ObjectOptions *, for as long as the object is there. */
static GHashTable *options_of;

static void free_options(gpointer options)
{
    qapi_free_ObjectOptions(options);
}

static void remember_options(Object *obj, const ObjectOptions *options)
{
    if (!options_of) {
        options_of = g_hash_table_new_full(NULL, NULL, NULL, free_options);
    }
    g_hash_table_insert(options_of, obj, qapi_clone_ObjectOptions(options));
}

const ObjectOptions *user_creatable_options(const Object *obj)
{
    return options_of ? g_hash_table_lookup(options_of, obj) : NULL;
}

/* What the schema calls a member the type calls a property. */
Object *user_creatable_add_options(ObjectOptions *options, Error **errp)
{
    g_autoptr(JsonNode) node = qapi_to_json(&qapi_type_ObjectOptions, options);
    JsonObject *props = json_node_get_object(node);

    json_object_remove_member(props, "qom-type");
    json_object_remove_member(props, "id");
    Object *obj = user_creatable_add(ObjectType_str(options->qom_type), options->id, props, errp);
    if (obj) {
        remember_options(obj, options);
    }
    return obj;
}

Object *user_creatable_add_json(JsonObject *props, QapiForm form, Error **errp)
{
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(props));
    g_autoptr(ObjectOptions) options =
        qapi_from_json(&qapi_type_ObjectOptions, node, NULL, form, errp);

    return options ? user_creatable_add_options(options, errp) : NULL;
}

bool user_creatable_del(const char *id, Error **errp)
{
    Object *obj = object_child(object_container("/objects"), id);

    if (!obj) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND, "object '%s' not found", id);
    }
    const UserCreatableClass *uc = object_class_interface(obj->klass, TYPE_USER_CREATABLE);
    if (uc && uc->can_be_deleted && !uc->can_be_deleted(obj)) {
        return error_set_code(errp, ERROR_CODE_IN_USE, "object '%s' is in use, can not be deleted",
                              id);
    }
    if (options_of) {
        g_hash_table_remove(options_of, obj);
    }
    object_unparent(obj);
    return true;
}

Object *user_creatable_find(const char *id, const char *type)
{
    Object *obj = object_child(object_container("/objects"), id);

    return obj && object_is_a(obj, type) ? obj : NULL;
}
