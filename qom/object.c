/* SPDX-License-Identifier: MIT */
/* QOM objects: life time, the composition tree and paths. */
#include "qom/internal.h"

#include <string.h>

/* ---- life time */

static Object *object_new_of(const Type *type)
{
    Object *obj = g_malloc0(type_instance_size(type));

    object_construct(obj, type);
    return obj;
}

Object *object_try_new(const char *name, Error **errp)
{
    const Type *type = type_find(name);

    if (!type) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "invalid object type: %s", name);
        return NULL;
    }
    if (type_is_abstract(type)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "object type '%s' is abstract", name);
        return NULL;
    }
    return object_new_of(type);
}

Object *object_new(const char *name)
{
    const Type *type = type_find(name);

    g_assert(type && !type_is_abstract(type));
    return object_new_of(type);
}

/* The memory belongs to the parent's structure: only the reference count keeps the content. */
void object_init_child(Object *parent, const char *name, void *ptr, size_t size, const char *type)
{
    const Type *t = type_find(type);
    Object *obj = ptr;

    g_assert(t && !type_is_abstract(t) && type_instance_size(t) <= size);
    memset(ptr, 0, size);
    object_construct(obj, t);
    obj->embedded = true;
    object_add_child(parent, name, obj);
    object_unref(obj);
}

Object *object_ref(Object *obj)
{
    g_atomic_int_inc(&obj->ref);
    return obj;
}

static void instance_property_free(gpointer data)
{
    InstanceProperty *p = data;

    if (p->child) {
        p->child->parent = NULL;
        p->child->name = NULL;
        object_unref(p->child);
    }
    g_free(p->target_name);
    g_free((char *)p->prop.name);
    g_free((char *)p->prop.type_name);
    g_free(p);
}

void object_unref(Object *obj)
{
    if (!obj || !g_atomic_int_dec_and_test(&obj->ref)) {
        return;
    }
    g_assert(!obj->parent);
    g_clear_pointer(&obj->props_by_name, g_hash_table_unref);
    while (obj->props && obj->props->len) {
        g_ptr_array_remove_index(obj->props, obj->props->len - 1);
    }
    object_destruct(obj);
    object_release_fields(obj);
    if (obj->props) {
        g_ptr_array_unref(obj->props);
    }
    if (!obj->embedded) {
        g_free(obj);
    }
}

const char *object_type_name(const Object *obj)
{
    return type_name(obj->klass->type);
}

bool object_is_a(const Object *obj, const char *type)
{
    return type_is_a(obj->klass->type, type);
}

Object *object_cast(Object *obj, const char *type)
{
    g_assert(obj && object_is_a(obj, type));
    return obj;
}

/* ---- instance properties */

/* From how many on instance properties are found by hash instead of one after the other. */
enum { MANY_PROPERTIES = 12 };

static void index_property(Object *obj, InstanceProperty *p)
{
    if (obj->props_by_name) {
        g_hash_table_insert(obj->props_by_name, (gpointer)p->prop.name, p);
    } else if (obj->props->len == MANY_PROPERTIES) {
        obj->props_by_name = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint i = 0; i < obj->props->len; i++) {
            index_property(obj, g_ptr_array_index(obj->props, i));
        }
    }
}

static InstanceProperty *instance_property_new(Object *obj, const Property *prop)
{
    InstanceProperty *p = g_new0(InstanceProperty, 1);

    p->prop = *prop;
    p->prop.name = g_strdup(prop->name);
    p->prop.type_name = g_strdup(prop->type_name);
    if (!obj->props) {
        obj->props = g_ptr_array_new_with_free_func(instance_property_free);
    }
    g_ptr_array_add(obj->props, p);
    index_property(obj, p);
    return p;
}

static void instance_property_remove(Object *obj, InstanceProperty *p)
{
    if (obj->props_by_name) {
        g_hash_table_remove(obj->props_by_name, p->prop.name);
    }
    g_ptr_array_remove(obj->props, p);
}

InstanceProperty *object_find_instance_property(const Object *obj, const char *name)
{
    if (obj->props_by_name) {
        return g_hash_table_lookup(obj->props_by_name, name);
    }
    for (guint i = 0; obj->props && i < obj->props->len; i++) {
        InstanceProperty *p = g_ptr_array_index(obj->props, i);

        if (strcmp(p->prop.name, name) == 0) {
            return p;
        }
    }
    return NULL;
}

const Property *object_find_property(const Object *obj, const char *name)
{
    const Property *p = type_find_property(obj->klass->type, name);

    if (!p) {
        InstanceProperty *ip = object_find_instance_property(obj, name);

        p = ip ? &ip->prop : NULL;
    }
    return p;
}

void object_add_property(Object *obj, const Property *prop)
{
    g_assert(!object_find_property(obj, prop->name));
    instance_property_new(obj, prop);
}

void object_add_alias(Object *obj, const char *name, Object *target, const char *target_name)
{
    const Property *of = object_find_property(target, target_name);
    g_autofree char *type = of ? property_type_name(of) : NULL;
    Property prop = {.name = name, .kind = PROP_ALIAS, .type_name = type};

    g_assert(of && !object_find_property(obj, name));
    InstanceProperty *p = instance_property_new(obj, &prop);
    p->target = target;
    p->target_name = g_strdup(target_name);
}

void object_foreach_property(const Object *obj, void (*fn)(const Property *prop, void *opaque),
                             void *opaque)
{
    type_foreach_property(obj->klass->type, fn, opaque);
    for (guint i = 0; obj->props && i < obj->props->len; i++) {
        InstanceProperty *p = g_ptr_array_index(obj->props, i);

        fn(&p->prop, opaque);
    }
}

/* ---- composition tree */

Object *object_root(void)
{
    static Object *root;

    if (!root) {
        root = object_new(TYPE_CONTAINER);
    }
    return root;
}

/* "cpu[*]" to the first free "cpu[N]". */
static char *free_child_name(Object *parent, const char *name)
{
    size_t len = strlen(name);

    if (len < 3 || strcmp(name + len - 3, "[*]") != 0) {
        return g_strdup(name);
    }
    for (unsigned i = 0;; i++) {
        g_autofree char *full = g_strdup_printf("%.*s[%u]", (int)(len - 3), name, i);

        if (!object_find_property(parent, full)) {
            return g_steal_pointer(&full);
        }
    }
}

bool object_try_add_child(Object *parent, const char *name, Object *child, Error **errp)
{
    g_autofree char *full = free_child_name(parent, name);
    g_autofree char *type = g_strdup_printf("child<%s>", object_type_name(child));
    Property prop = {.name = full, .kind = PROP_CHILD, .type_name = type};

    g_assert(!child->parent);
    if (object_find_property(parent, full)) {
        return error_set_code(errp, ERROR_CODE_ID_DUPLICATE,
                              "attempt to add duplicate property '%s' to object (type '%s')", full,
                              object_type_name(parent));
    }
    InstanceProperty *p = instance_property_new(parent, &prop);
    p->child = object_ref(child);
    child->parent = parent;
    child->name = p->prop.name;
    return true;
}

void object_add_child(Object *parent, const char *name, Object *child)
{
    g_assert(object_try_add_child(parent, name, child, NULL));
}

void object_unparent(Object *obj)
{
    Object *parent = obj->parent;

    if (!parent) {
        return;
    }
    object_ref(obj);
    if (obj->klass->unparent) {
        ((ObjectClass *)obj->klass)->unparent(obj);
    }
    instance_property_remove(parent, object_find_instance_property(parent, obj->name));
    object_unref(obj);
}

Object *object_child(const Object *parent, const char *name)
{
    InstanceProperty *p = object_find_instance_property(parent, name);

    return p ? p->child : NULL;
}

Object *object_container(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    Object *at = object_root();

    for (char **part = parts; *part; part++) {
        if (!**part) {
            continue;
        }
        Object *next = object_child(at, *part);
        if (!next) {
            next = object_new(TYPE_CONTAINER);
            object_add_child(at, *part, next);
            object_unref(next);
        }
        at = next;
    }
    return at;
}

char *object_path(const Object *obj)
{
    GString *path = g_string_new(NULL);

    if (obj == object_root()) {
        return g_string_free(g_string_assign(path, "/"), FALSE);
    }
    for (; obj->parent; obj = obj->parent) {
        g_string_prepend(path, obj->name);
        g_string_prepend_c(path, '/');
    }
    if (obj != object_root()) {
        g_string_free(path, TRUE);
        return NULL;
    }
    return g_string_free(path, FALSE);
}

bool object_foreach_child(Object *obj, bool (*fn)(Object *child, void *opaque), void *opaque)
{
    for (guint i = 0; obj->props && i < obj->props->len; i++) {
        InstanceProperty *p = g_ptr_array_index(obj->props, i);

        if (p->child && !fn(p->child, opaque)) {
            return false;
        }
    }
    return true;
}

/* One step of a path: a child, a link or an alias to one. */
static Object *resolve_step(Object *obj, const char *name)
{
    Object *child = object_child(obj, name);
    const Property *prop = child ? NULL : object_find_property(obj, name);

    if (child || !prop) {
        return child;
    }
    return object_get_link(obj, name);
}

static Object *resolve_parts(Object *from, char **parts)
{
    for (; from && *parts; parts++) {
        if (**parts) {
            from = resolve_step(from, *parts);
        }
    }
    return from;
}

static Object *resolve_partial(Object *from, char **parts, bool *ambiguous)
{
    Object *found = resolve_parts(from, parts);

    for (guint i = 0; from->props && i < from->props->len && !*ambiguous; i++) {
        InstanceProperty *p = g_ptr_array_index(from->props, i);
        Object *sub = p->child ? resolve_partial(p->child, parts, ambiguous) : NULL;

        if (sub && found && sub != found) {
            *ambiguous = true;
        }
        found = sub ? sub : found;
    }
    return *ambiguous ? NULL : found;
}

Object *object_resolve(const char *path, bool *ret_ambiguous)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    bool ambiguous = false;
    Object *obj;

    if (!parts[0]) {
        obj = NULL;
    } else if (!*parts[0]) {
        obj = resolve_parts(object_root(), parts + 1);
    } else {
        obj = resolve_partial(object_root(), parts, &ambiguous);
    }
    if (ret_ambiguous) {
        *ret_ambiguous = ambiguous;
    }
    return obj;
}
