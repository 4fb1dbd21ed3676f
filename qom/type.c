/* SPDX-License-Identifier: MIT */
/* QOM types: registration by name, classes built on first use, ancestry. */
#include "qom/internal.h"

#include "util/module.h"
#include <string.h>

static GHashTable *types; /* name -> Type * */

static GHashTable *type_table(void)
{
    if (!types) {
        types = g_hash_table_new(g_str_hash, g_str_equal);
    }
    return types;
}

void type_register_static(const TypeInfo *info)
{
    Type *t = g_new0(Type, 1);

    t->info = info;
    g_assert(g_hash_table_insert(type_table(), (gpointer)info->name, t));
}

const Type *type_find(const char *name)
{
    return g_hash_table_lookup(type_table(), name);
}

const char *type_name(const Type *type)
{
    return type->info->name;
}

static bool type_is_root(const Type *type)
{
    return strcmp(type->info->name, TYPE_OBJECT) == 0 ||
           strcmp(type->info->name, TYPE_INTERFACE) == 0;
}

const char *type_parent_name(const Type *type)
{
    if (type_is_root(type)) {
        return NULL;
    }
    return type->info->parent ? type->info->parent : TYPE_OBJECT;
}

static const Type *type_parent(const Type *type)
{
    const char *name = type_parent_name(type);

    if (!type->parent && name) {
        const Type *parent = type_find(name);

        if (!parent) {
            g_error("type '%s': parent type '%s' is not registered", type->info->name, name);
        }
        ((Type *)type)->parent = parent;
    }
    return type->parent;
}

bool type_is_abstract(const Type *type)
{
    return type->info->abstract;
}

bool type_is_a(const Type *type, const char *name)
{
    for (const Type *t = type; t; t = type_parent(t)) {
        if (t->info->name == name || strcmp(t->info->name, name) == 0) {
            return true;
        }
        for (const char *const *i = t->info->interfaces; i && *i; i++) {
            const Type *iface = type_find(*i);

            if (strcmp(*i, name) == 0 || (iface && type_is_a(iface, name))) {
                return true;
            }
        }
    }
    return false;
}

static size_t inherited_size(const Type *type, size_t member, size_t least)
{
    for (const Type *t = type; t; t = type_parent(t)) {
        size_t size = *(const size_t *)((const char *)t->info + member);

        if (size) {
            return size;
        }
    }
    return least;
}

size_t type_instance_size(const Type *type)
{
    return inherited_size(type, offsetof(TypeInfo, instance_size), sizeof(Object));
}

ObjectClass *type_get_class(const Type *type)
{
    if (type->klass) {
        return type->klass;
    }
    const Type *parent = type_parent(type);
    const ObjectClass *pklass = parent ? type_get_class(parent) : NULL;
    ObjectClass *klass =
        g_malloc0(inherited_size(type, offsetof(TypeInfo, class_size), sizeof(ObjectClass)));
    Type *t = (Type *)type;

    if (pklass) {
        memcpy(klass, pklass,
               inherited_size(parent, offsetof(TypeInfo, class_size), sizeof(ObjectClass)));
    }
    klass->type = type;
    t->vtables = g_ptr_array_new();
    for (guint i = 0; parent && i < parent->vtables->len; i++) {
        g_ptr_array_add(t->vtables, g_ptr_array_index(parent->vtables, i));
    }
    t->klass = klass;
    if (type->info->class_init) {
        type->info->class_init(klass, type->info->class_data);
    }
    return klass;
}

void object_class_implement(ObjectClass *klass, const char *interface, const void *vtable)
{
    InterfaceImpl *impl = g_new(InterfaceImpl, 1);

    *impl = (InterfaceImpl){interface, vtable};
    g_ptr_array_insert(klass->type->vtables, 0, impl);
}

const void *object_class_interface(const ObjectClass *klass, const char *interface)
{
    GPtrArray *vtables = klass->type->vtables;

    for (guint i = 0; i < vtables->len; i++) {
        const InterfaceImpl *impl = g_ptr_array_index(vtables, i);

        if (strcmp(impl->interface, interface) == 0) {
            return impl->vtable;
        }
    }
    return NULL;
}

ObjectClass *object_class_cast(ObjectClass *klass, const char *type)
{
    g_assert(type_is_a(klass->type, type));
    return klass;
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const Type *const *)a)->info->name, (*(const Type *const *)b)->info->name);
}

GPtrArray *type_list(const char *implements, bool include_abstract)
{
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter it;
    gpointer t;

    g_hash_table_iter_init(&it, type_table());
    while (g_hash_table_iter_next(&it, NULL, &t)) {
        if ((include_abstract || !type_is_abstract(t)) &&
            (!implements || type_is_a(t, implements))) {
            g_ptr_array_add(list, t);
        }
    }
    g_ptr_array_sort(list, compare_names);
    return list;
}

/* A class may define a property of an ancestor anew. */
static void index_properties(Type *type)
{
    type->props = g_ptr_array_new();
    type->props_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    for (const Type *t = type; t; t = type_parent(t)) {
        for (const Property *p = t->info->properties; p && p->name; p++) {
            if (!g_hash_table_contains(type->props_by_name, p->name)) {
                g_hash_table_insert(type->props_by_name, (gpointer)p->name, (gpointer)p);
                g_ptr_array_add(type->props, (gpointer)p);
            }
        }
    }
}

const Property *type_find_property(const Type *type, const char *name)
{
    if (!type->props) {
        index_properties((Type *)type);
    }
    return g_hash_table_lookup(type->props_by_name, name);
}

void type_foreach_property(const Type *type, void (*fn)(const Property *prop, void *opaque),
                           void *opaque)
{
    if (!type->props) {
        index_properties((Type *)type);
    }
    for (guint i = 0; i < type->props->len; i++) {
        fn(g_ptr_array_index(type->props, i), opaque);
    }
}

static void run_instance_init(const Type *type, Object *obj)
{
    if (type_parent(type)) {
        run_instance_init(type_parent(type), obj);
    }
    if (type->info->instance_init) {
        type->info->instance_init(obj);
    }
}

void object_construct(Object *obj, const Type *type)
{
    obj->klass = type_get_class(type);
    obj->ref = 1;
    object_init_defaults(obj);
    run_instance_init(type, obj);
}

void object_destruct(Object *obj)
{
    for (const Type *t = obj->klass->type; t; t = type_parent(t)) {
        if (t->info->instance_finalize) {
            t->info->instance_finalize(obj);
        }
    }
}

static JsonNode *get_type(Object *obj, const Property *prop, Error **errp)
{
    return json_node_init_string(json_node_alloc(), object_type_name(obj));
}

static const Property object_props[] = {
    {.name = "type", .kind = PROP_STRING, .get = get_type},
    DEFINE_PROP_END(),
};

static const TypeInfo root_types[] = {
    {.name = TYPE_OBJECT,
     .instance_size = sizeof(Object),
     .abstract = true,
     .class_size = sizeof(ObjectClass),
     .properties = object_props},
    {.name = TYPE_INTERFACE, .abstract = true, .class_size = sizeof(ObjectClass)},
    {.name = TYPE_CONTAINER},
    {.name = TYPE_USER_CREATABLE, .parent = TYPE_INTERFACE, .abstract = true},
};

DEFINE_TYPES(root_types);
