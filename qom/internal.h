/* SPDX-License-Identifier: MIT */
/* What the files of qom/ share and nobody else sees. */
#ifndef QOM_INTERNAL_H
#define QOM_INTERNAL_H

#include "qom/object.h"

struct Type {
    const TypeInfo *info;
    const Type *parent; /* NULL: a root, or not looked up yet */
    ObjectClass *klass; /* NULL before the first use */
    GPtrArray *vtables; /* of InterfaceImpl, own and inherited */
    /* Made when first looked at: every Property of objects of the type, nearest class first. */
    GPtrArray *props;
    GHashTable *props_by_name;
};

/* An instance property: its name and, by kind, what it refers to. */
typedef struct InstanceProperty {
    Property prop;
    Object *child;  /* PROP_CHILD; owned reference */
    Object *target; /* PROP_ALIAS; borrowed: the alias lives in an ancestor */
    char *target_name;
} InstanceProperty;

typedef struct InterfaceImpl {
    const char *interface;
    const void *vtable;
} InterfaceImpl;

size_t type_instance_size(const Type *type);
/* Class, defaults and instance_init of the type and its ancestors, on zeroed memory. */
void object_construct(Object *obj, const Type *type);
void object_destruct(Object *obj);
/* Class property by name, nearest class first. */
const Property *type_find_property(const Type *type, const char *name);
InstanceProperty *object_find_instance_property(const Object *obj, const char *name);
/* Initial values of all class properties. */
void object_init_defaults(Object *obj);
/* Frees strings and arrays, drops links of class properties. */
void object_release_fields(Object *obj);
/* Where a PROP_CHILD or other stored value lies. */
static inline void *property_field(Object *obj, const Property *prop)
{
    return (char *)obj + prop->offset;
}
size_t property_kind_size(PropertyKind kind);

#endif
