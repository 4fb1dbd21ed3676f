/* SPDX-License-Identifier: MIT */
/* QOM: objects with a type name, properties, a parent and children.
 *
 * Types are constant descriptions (TypeInfo) registered by name; a class is built on its first
 * use. Property values travel as JsonNode, so QMP, the command line and C share one form. */
#ifndef QOM_OBJECT_H
#define QOM_OBJECT_H

#include "util/error.h"
#include "util/module.h"
#include <json-glib/json-glib.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Object Object;
typedef struct ObjectClass ObjectClass;
typedef struct TypeInfo TypeInfo;
typedef struct Type Type; /* a registered TypeInfo */
typedef struct Property Property;

#define TYPE_OBJECT    "object"
#define TYPE_INTERFACE "interface"
#define TYPE_CONTAINER "container"
/* Interface of what -object and object-add may make. */
#define TYPE_USER_CREATABLE "user-creatable"

struct TypeInfo {
    const char *name;
    const char *parent;   /* NULL: TYPE_OBJECT */
    size_t instance_size; /* 0: the parent's */
    size_t class_size;    /* 0: the parent's */
    bool abstract;
    const char *const *interfaces; /* names, NULL-terminated; NULL: none of its own */
    const Property *properties;    /* class properties, ended by one without a name; may be NULL */
    void (*class_init)(ObjectClass *klass, const void *data);
    const void *class_data;
    void (*instance_init)(Object *obj);     /* ancestors' run first */
    void (*instance_finalize)(Object *obj); /* ancestors' run last */
};

/* The description and everything it points to live for ever. */
void type_register_static(const TypeInfo *info);
/* DEFINE_TYPES(array of TypeInfo): registers them when module type MODULE_QOM is run. */
#define DEFINE_TYPES(array)                                                  \
    static void array##_register(void)                                       \
    {                                                                        \
        for (size_t type_i_ = 0; type_i_ < G_N_ELEMENTS(array); type_i_++) { \
            type_register_static(&(array)[type_i_]);                         \
        }                                                                    \
    }                                                                        \
    module_init(array##_register, MODULE_QOM)

/* ---- properties */

typedef enum PropertyKind {
    PROP_BOOL,
    PROP_UINT8,
    PROP_UINT16,
    PROP_UINT32,
    PROP_UINT64,
    PROP_INT32,
    PROP_INT64,
    PROP_SIZE,   /* uint64_t bytes; text takes suffixes K M G T P E */
    PROP_STRING, /* char *, owned by the object */
    PROP_ENUM,   /* int, an index into enum_names */
    PROP_LINK,   /* Object *, a reference to another object of type target */
    PROP_CHILD,  /* Object *, owned */
    PROP_ALIAS,  /* another object's property */
    PROP_ARRAY,  /* PropArray of element kind */
    PROP_CUSTOM, /* only through get and set */
} PropertyKind;

/* A PROP_ARRAY field: n elements of the element kind's C type. */
typedef struct PropArray {
    uint32_t n;
    void *items;
} PropArray;

enum {
    PROP_READ_ONLY = 1 << 0,
    PROP_SET_ANYTIME = 1 << 1, /* devices: may be set after realize */
    PROP_WRITE_ONLY = 1 << 2,  /* secrets: never shown */
};

struct Property {
    const char *name;
    PropertyKind kind;
    PropertyKind element; /* of PROP_ARRAY */
    uint16_t flags;
    size_t offset; /* of the field in the instance; unused with get/set */
    const char
        *type_name; /* as QMP shows it; NULL: the kind's ("bool", "uint32", "link<target>") */
    const char *description;
    const char *target;            /* QOM type of a link or child */
    const char *const *enum_names; /* NULL-terminated */
    bool has_default;
    uint64_t default_value;     /* bool, integers and enums */
    const char *default_string; /* strings */
    uint64_t min, max;          /* integers; checked when max is not 0 */
    /* Override the field access. The node is (transfer full) from get, borrowed by set. */
    JsonNode *(*get)(Object *obj, const Property *prop, Error **errp);
    bool (*set)(Object *obj, const Property *prop, JsonNode *value, Error **errp);
    const void *opaque; /* for get and set */
};

#define PROP_FIELD_(k, n, state, field, ...)                                    \
    {                                                                           \
        .name = (n), .kind = (k), .offset = offsetof(state, field), __VA_ARGS__ \
    }
#define DEFINE_PROP_BOOL(n, state, field, def) \
    PROP_FIELD_(PROP_BOOL, n, state, field, .has_default = true, .default_value = (def))
#define DEFINE_PROP_UINT8(n, state, field, def) \
    PROP_FIELD_(PROP_UINT8, n, state, field, .has_default = true, .default_value = (def))
#define DEFINE_PROP_UINT16(n, state, field, def) \
    PROP_FIELD_(PROP_UINT16, n, state, field, .has_default = true, .default_value = (def))
#define DEFINE_PROP_UINT32(n, state, field, def) \
    PROP_FIELD_(PROP_UINT32, n, state, field, .has_default = true, .default_value = (def))
#define DEFINE_PROP_UINT64(n, state, field, def) \
    PROP_FIELD_(PROP_UINT64, n, state, field, .has_default = true, .default_value = (def))
#define DEFINE_PROP_INT32(n, state, field, def)                   \
    PROP_FIELD_(PROP_INT32, n, state, field, .has_default = true, \
                .default_value = (uint64_t)(int64_t)(def))
#define DEFINE_PROP_SIZE(n, state, field, def) \
    PROP_FIELD_(PROP_SIZE, n, state, field, .has_default = true, .default_value = (def))
#define DEFINE_PROP_STRING(n, state, field) PROP_FIELD_(PROP_STRING, n, state, field)
#define DEFINE_PROP_ENUM(n, state, field, names, def)                                   \
    PROP_FIELD_(PROP_ENUM, n, state, field, .enum_names = (names), .has_default = true, \
                .default_value = (def))
#define DEFINE_PROP_LINK(n, state, field, tgt) \
    PROP_FIELD_(PROP_LINK, n, state, field, .target = (tgt))
#define DEFINE_PROP_ARRAY(n, state, field, elem) \
    PROP_FIELD_(PROP_ARRAY, n, state, field, .element = (elem))
#define DEFINE_PROP_END() \
    {                     \
        .name = NULL      \
    }

/* ---- instances and classes */

struct ObjectClass {
    const Type *type;
    /* Checked before a property is set; NULL: always allowed. Devices refuse after realize. */
    bool (*may_set)(Object *obj, const Property *prop, Error **errp);
    /* Called after a new value was stored in the property's field; NULL: nobody cares. */
    bool (*changed)(Object *obj, const Property *prop, Error **errp);
    /* Called when an object becomes reachable from the root and when it stops being so. */
    void (*unparent)(Object *obj);
};

struct Object {
    const ObjectClass *klass;
    Object *parent;
    const char *name;          /* under the parent; borrowed from the parent's property */
    GPtrArray *props;          /* instance properties in order of addition; NULL when none */
    GHashTable *props_by_name; /* the same, once they are many; else NULL */
    gint ref;
    bool embedded; /* memory belongs to another object */
};

#define OBJECT(obj) ((Object *)(obj))
/* Casts with a check of the dynamic type (g_assert: a wrong cast is our bug). */
#define OBJECT_CHECK(ctype, obj, name) ((ctype *)object_cast(OBJECT(obj), (name)))
#define OBJECT_CLASS_CHECK(ctype, klass, name) \
    ((ctype *)object_class_cast((ObjectClass *)(klass), (name)))
#define OBJECT_GET_CLASS(ctype, obj) ((ctype *)OBJECT(obj)->klass)

/* NULL when no such type is registered, or (with a concrete type asked) it is abstract. */
const Type *type_find(const char *name);
const char *type_name(const Type *type);
const char *type_parent_name(const Type *type); /* NULL for a root type */
bool type_is_abstract(const Type *type);
bool type_is_a(const Type *type, const char *name); /* ancestor or interface */
/* Builds the class on first use. */
ObjectClass *type_get_class(const Type *type);
/* Types derived from `implements` (NULL: all), sorted by name; abstract ones when asked.
 * (transfer container) */
GPtrArray *type_list(const char *implements, bool include_abstract);

/* A new object with one reference; the type must exist and be concrete. (transfer full) */
Object *object_new(const char *type);
/* The same for names that come from outside. */
Object *object_try_new(const char *type, Error **errp);
/* For objects embedded in another: initialises size bytes at obj as a child of parent. */
void object_init_child(Object *parent, const char *name, void *obj, size_t size, const char *type);
Object *object_ref(Object *obj);
void object_unref(Object *obj);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Object, object_unref)

const char *object_type_name(const Object *obj);
bool object_is_a(const Object *obj, const char *type);
Object *object_cast(Object *obj, const char *type);
ObjectClass *object_class_cast(ObjectClass *klass, const char *type);
/* The interface's vtable set by type_implement; NULL when the class does not have it. */
const void *object_class_interface(const ObjectClass *klass, const char *interface);
/* In class_init: gives this class its implementation of an interface it names. */
void object_class_implement(ObjectClass *klass, const char *interface, const void *vtable);

/* ---- composition tree */

/* The root "/", with containers /machine (made by start-up), /objects and /chardevs. */
Object *object_root(void);
/* The container at an absolute path, made where missing. (borrowed) */
Object *object_container(const char *path);
/* Adds child under name; "name[*]" takes the first free index. The parent takes a reference. */
void object_add_child(Object *parent, const char *name, Object *child);
bool object_try_add_child(Object *parent, const char *name, Object *child, Error **errp);
/* Removes the object from its parent, which drops its reference. */
void object_unparent(Object *obj);
Object *object_child(const Object *parent, const char *name); /* (borrowed), NULL when none */
/* "/machine/peripheral/x"; NULL for an object outside of the tree. (transfer full) */
char *object_path(const Object *obj);
/* An absolute path, or a partial one that must match exactly one object. `ambiguous` may be
 * NULL. (borrowed) */
Object *object_resolve(const char *path, bool *ambiguous);
/* Calls fn for each child, in order; stops when fn returns false. */
bool object_foreach_child(Object *obj, bool (*fn)(Object *child, void *opaque), void *opaque);

/* ---- access */

/* Class and instance properties of obj, instance ones last. */
void object_foreach_property(const Object *obj, void (*fn)(const Property *prop, void *opaque),
                             void *opaque);
void type_foreach_property(const Type *type, void (*fn)(const Property *prop, void *opaque),
                           void *opaque);
const Property *object_find_property(const Object *obj, const char *name);
/* The type as QMP shows it, e.g. "link<chardev>". (transfer full) */
char *property_type_name(const Property *prop);
JsonNode *property_default(const Property *prop); /* NULL: none. (transfer full) */

/* An instance property; prop is copied, its name too. */
void object_add_property(Object *obj, const Property *prop);
/* An alias `name` on obj of target's property. */
void object_add_alias(Object *obj, const char *name, Object *target, const char *target_name);

/* Errors name the property and the type. The node from get is (transfer full); set borrows. */
JsonNode *object_get(Object *obj, const char *name, Error **errp);
bool object_set(Object *obj, const char *name, JsonNode *value, Error **errp);
/* Text as the command line has it: "on", "0x10", "128M", a path for a link. */
bool object_set_text(Object *obj, const char *name, const char *text, Error **errp);

bool object_set_bool(Object *obj, const char *name, bool v, Error **errp);
bool object_set_uint(Object *obj, const char *name, uint64_t v, Error **errp);
bool object_set_str(Object *obj, const char *name, const char *v, Error **errp);
bool object_set_link(Object *obj, const char *name, Object *v, Error **errp);
/* For properties known to exist. */
bool object_get_bool(Object *obj, const char *name);
uint64_t object_get_uint(Object *obj, const char *name);
char *object_get_str(Object *obj, const char *name);    /* (transfer full) */
Object *object_get_link(Object *obj, const char *name); /* (borrowed) */

/* What may be an id: a letter, then letters, digits, '-', '.', '_'. */
bool id_is_valid(const char *id);

#endif
