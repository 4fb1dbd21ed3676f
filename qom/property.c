/* SPDX-License-Identifier: MIT */
/* QOM property values: typed fields of an object to and from JSON nodes and text. */
#include "qom/internal.h"

#include "util/json.h"
#include "util/size.h"
#include <inttypes.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} kinds[] = {
    [PROP_BOOL] = {"bool", sizeof(bool)},
    [PROP_UINT8] = {"uint8", 1},
    [PROP_UINT16] = {"uint16", 2},
    [PROP_UINT32] = {"uint32", 4},
    [PROP_UINT64] = {"uint64", 8},
    [PROP_INT32] = {"int32", 4},
    [PROP_INT64] = {"int64", 8},
    [PROP_SIZE] = {"size", 8},
    [PROP_STRING] = {"string", sizeof(char *)},
    [PROP_ENUM] = {"enum", sizeof(int)},
    [PROP_LINK] = {"link", sizeof(Object *)},
    [PROP_CHILD] = {"child", 0},
    [PROP_ALIAS] = {"alias", 0},
    [PROP_ARRAY] = {"list", sizeof(PropArray)},
    [PROP_CUSTOM] = {"any", 0},
};

size_t property_kind_size(PropertyKind kind)
{
    return kinds[kind].size;
}

char *property_type_name(const Property *prop)
{
    if (prop->type_name) {
        return g_strdup(prop->type_name);
    }
    if (prop->kind == PROP_LINK) {
        return g_strdup_printf("link<%s>", prop->target);
    }
    if (prop->kind == PROP_ARRAY) {
        return g_strdup_printf("list<%s>", kinds[prop->element].name);
    }
    return g_strdup(kinds[prop->kind].name);
}

static bool kind_is_signed(PropertyKind kind)
{
    return kind == PROP_INT32 || kind == PROP_INT64;
}

static JsonNode *node_int(PropertyKind kind, uint64_t v)
{
    return kind_is_signed(kind) ? json_new_int((int64_t)v) : json_new_uint(v);
}

JsonNode *property_default(const Property *prop)
{
    if (prop->default_string) {
        return json_new_string(prop->default_string);
    }
    if (!prop->has_default) {
        return NULL;
    }
    switch (prop->kind) {
    case PROP_BOOL:
        return json_new_bool(prop->default_value != 0);
    case PROP_ENUM:
        return json_new_string(prop->enum_names[prop->default_value]);
    default:
        return node_int(prop->kind, prop->default_value);
    }
}

/* ---- fields */

static uint64_t load_int(const void *p, PropertyKind kind)
{
    switch (kind) {
    case PROP_UINT8:
        return *(const uint8_t *)p;
    case PROP_UINT16:
        return *(const uint16_t *)p;
    case PROP_UINT32:
        return *(const uint32_t *)p;
    case PROP_INT32:
        return (uint64_t)(int64_t) * (const int32_t *)p;
    default:
        return *(const uint64_t *)p;
    }
}

static JsonNode *load_value(const Property *prop, PropertyKind kind, const void *p)
{
    switch (kind) {
    case PROP_BOOL:
        return json_new_bool(*(const bool *)p);
    case PROP_STRING:
        return json_new_string(*(char *const *)p ? *(char *const *)p : "");
    case PROP_ENUM:
        return json_new_string(prop->enum_names[*(const int *)p]);
    case PROP_LINK: {
        Object *target = *(Object *const *)p;
        g_autofree char *path = target ? object_path(target) : NULL;

        return json_new_string(path ? path : "");
    }
    default:
        return node_int(kind, load_int(p, kind));
    }
}

static JsonNode *load_array(const Property *prop, const PropArray *a)
{
    JsonArray *out = json_array_sized_new(a->n);
    size_t size = property_kind_size(prop->element);

    for (uint32_t i = 0; i < a->n; i++) {
        json_array_add_element(out, load_value(prop, prop->element, (char *)a->items + i * size));
    }
    return json_new_array(out);
}

static bool type_error(const Property *prop, const char *expected, Error **errp)
{
    return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                          "Invalid parameter type for '%s', expected: %s", prop->name, expected);
}

/* The integer a node holds, as itself or as text. */
static bool node_to_int(const Property *prop, PropertyKind kind, JsonNode *node, uint64_t *ret,
                        Error **errp)
{
    const char *text = json_get_string(node);

    if (text && kind == PROP_SIZE) {
        return parse_size(text, ret, errp);
    }
    if (text) {
        return kind_is_signed(kind) ? parse_int64(text, (int64_t *)ret, errp)
                                    : parse_uint64(text, ret, errp);
    }
    if (kind_is_signed(kind) ? json_get_int64(node, (int64_t *)ret) : json_get_uint64(node, ret)) {
        return true;
    }
    if (json_kind(node) == JSON_KIND_INT || json_kind(node) == JSON_KIND_UINT) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Parameter '%s' expects %s",
                              prop->name, kinds[kind].name);
    }
    return type_error(prop, "integer", errp);
}

static bool int_in_range(const Property *prop, PropertyKind kind, uint64_t v)
{
    size_t bits = 8 * property_kind_size(kind);

    if (kind == PROP_INT32) {
        return (int64_t)v == (int32_t)v;
    }
    if (bits < 64 && v >> bits) {
        return false;
    }
    return !prop->max || (v >= prop->min && v <= prop->max);
}

static bool store_int(const Property *prop, PropertyKind kind, void *p, JsonNode *node,
                      Error **errp)
{
    uint64_t v;

    if (!node_to_int(prop, kind, node, &v, errp)) {
        return false;
    }
    if (!int_in_range(prop, kind, v)) {
        if (prop->max) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                                  "Property '%s' takes a value between %" PRIu64 " and %" PRIu64
                                  ", not %" PRId64,
                                  prop->name, prop->min, prop->max, (int64_t)v);
        }
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Parameter '%s' expects %s",
                              prop->name, kinds[kind].name);
    }
    memcpy(p, &v, property_kind_size(kind)); /* little-endian hosts */
    return true;
}

static bool store_bool(const Property *prop, bool *p, JsonNode *node, Error **errp)
{
    const char *text = json_get_string(node);

    if (json_kind(node) == JSON_KIND_BOOL) {
        *p = json_node_get_boolean(node);
        return true;
    }
    if (text) {
        return parse_bool(text, p, NULL) ||
               error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter '%s' expects 'on' or 'off'", prop->name);
    }
    return type_error(prop, "boolean", errp);
}

static bool store_enum(const Property *prop, int *p, const char *text, Error **errp)
{
    for (int i = 0; prop->enum_names[i]; i++) {
        if (strcmp(prop->enum_names[i], text) == 0) {
            *p = i;
            return true;
        }
    }
    return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                          "Parameter '%s' does not accept value '%s'", prop->name, text);
}

static void replace_link(Object **p, Object *target)
{
    Object *old = *p;

    *p = target ? object_ref(target) : NULL;
    object_unref(old);
}

static bool store_link(const Property *prop, Object **p, const char *path, Error **errp)
{
    bool ambiguous = false;
    Object *target = *path ? object_resolve(path, &ambiguous) : NULL;

    if (ambiguous) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Path '%s' does not uniquely identify an object", path);
    }
    if (*path && !target) {
        return error_set_class(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "Device '%s' not found", path);
    }
    if (target && !object_is_a(target, prop->target)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                              "Invalid parameter type for '%s', expected: %s", prop->name,
                              prop->target);
    }
    replace_link(p, target);
    return true;
}

static bool store_value(const Property *prop, PropertyKind kind, void *p, JsonNode *node,
                        Error **errp)
{
    const char *text;

    switch (kind) {
    case PROP_BOOL:
        return store_bool(prop, p, node, errp);
    case PROP_STRING:
    case PROP_ENUM:
    case PROP_LINK:
        text = json_get_string(node);
        if (!text) {
            return type_error(prop, "string", errp);
        }
        if (kind == PROP_ENUM) {
            return store_enum(prop, p, text, errp);
        }
        if (kind == PROP_LINK) {
            return store_link(prop, p, text, errp);
        }
        g_free(*(char **)p);
        *(char **)p = g_strdup(text);
        return true;
    default:
        return store_int(prop, kind, p, node, errp);
    }
}

static void array_clear(const Property *prop, PropArray *a)
{
    for (uint32_t i = 0; i < a->n; i++) {
        if (prop->element == PROP_STRING) {
            g_free(((char **)a->items)[i]);
        } else if (prop->element == PROP_LINK) {
            object_unref(((Object **)a->items)[i]);
        }
    }
    g_free(a->items);
    *a = (PropArray){0};
}

static bool store_array(const Property *prop, PropArray *a, JsonNode *node, Error **errp)
{
    if (!JSON_NODE_HOLDS_ARRAY(node)) {
        return type_error(prop, "array", errp);
    }
    JsonArray *in = json_node_get_array(node);
    size_t size = property_kind_size(prop->element);
    PropArray fresh = {.n = json_array_get_length(in)};

    fresh.items = g_malloc0(MAX(fresh.n * size, 1));
    for (uint32_t i = 0; i < fresh.n; i++) {
        if (!store_value(prop, prop->element, (char *)fresh.items + i * size,
                         json_array_get_element(in, i), errp)) {
            array_clear(prop, &fresh);
            return false;
        }
    }
    array_clear(prop, a);
    *a = fresh;
    return true;
}

static void foreach_class_field(Object *obj, void (*fn)(Object *obj, const Property *prop))
{
    for (const Type *t = obj->klass->type; t; t = t->parent) {
        for (const Property *p = t->info->properties; p && p->name; p++) {
            if (!p->get && !p->set) {
                fn(obj, p);
            }
        }
    }
}

static void init_default(Object *obj, const Property *p)
{
    void *field = property_field(obj, p);

    if (p->default_string) {
        *(char **)field = g_strdup(p->default_string);
    } else if (p->has_default && p->kind == PROP_BOOL) {
        *(bool *)field = p->default_value != 0;
    } else if (p->has_default) {
        memcpy(field, &p->default_value, property_kind_size(p->kind));
    }
}

void object_init_defaults(Object *obj)
{
    foreach_class_field(obj, init_default);
}

static void release_field(Object *obj, const Property *p)
{
    void *field = property_field(obj, p);

    if (p->kind == PROP_STRING) {
        g_clear_pointer((char **)field, g_free);
    } else if (p->kind == PROP_LINK) {
        replace_link(field, NULL);
    } else if (p->kind == PROP_ARRAY) {
        array_clear(p, field);
    }
}

void object_release_fields(Object *obj)
{
    foreach_class_field(obj, release_field);
}

/* ---- access by name */

static const Property *property_or_error(Object *obj, const char *name, Error **errp)
{
    const Property *p = object_find_property(obj, name);

    if (!p) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "Property '%s.%s' not found",
                       object_type_name(obj), name);
    }
    return p;
}

JsonNode *object_get(Object *obj, const char *name, Error **errp)
{
    const Property *p = property_or_error(obj, name, errp);

    if (!p) {
        return NULL;
    }
    if (p->flags & PROP_WRITE_ONLY || (p->kind == PROP_CUSTOM && !p->get)) {
        error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "Property '%s.%s' is not readable",
                       object_type_name(obj), name);
        return NULL;
    }
    if (p->get) {
        return p->get(obj, p, errp);
    }
    if (p->kind == PROP_CHILD) {
        g_autofree char *path = object_path(((const InstanceProperty *)p)->child);

        return json_new_string(path ? path : "");
    }
    if (p->kind == PROP_ALIAS) {
        const InstanceProperty *ip = (const InstanceProperty *)p;

        return object_get(ip->target, ip->target_name, errp);
    }
    if (p->kind == PROP_ARRAY) {
        return load_array(p, property_field(obj, p));
    }
    return load_value(p, p->kind, property_field(obj, p));
}

bool object_set(Object *obj, const char *name, JsonNode *value, Error **errp)
{
    const Property *p = property_or_error(obj, name, errp);

    if (!p) {
        return false;
    }
    if (p->kind == PROP_ALIAS) {
        const InstanceProperty *ip = (const InstanceProperty *)p;

        return object_set(ip->target, ip->target_name, value, errp);
    }
    if (p->flags & PROP_READ_ONLY || p->kind == PROP_CHILD || (p->get && !p->set) ||
        (p->kind == PROP_CUSTOM && !p->set)) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "Property '%s.%s' is not writable",
                              object_type_name(obj), name);
    }
    if (obj->klass->may_set && !obj->klass->may_set(obj, p, errp)) {
        return false;
    }
    if (p->set) {
        return p->set(obj, p, value, errp);
    }
    if (p->kind == PROP_ARRAY ? !store_array(p, property_field(obj, p), value, errp)
                              : !store_value(p, p->kind, property_field(obj, p), value, errp)) {
        return false;
    }
    return !obj->klass->changed || obj->klass->changed(obj, p, errp);
}

static bool set_node(Object *obj, const char *name, JsonNode *node, Error **errp)
{
    bool ok = object_set(obj, name, node, errp);

    json_node_unref(node);
    return ok;
}

bool object_set_text(Object *obj, const char *name, const char *text, Error **errp)
{
    return set_node(obj, name, json_new_string(text), errp);
}

bool object_set_bool(Object *obj, const char *name, bool v, Error **errp)
{
    return set_node(obj, name, json_new_bool(v), errp);
}

bool object_set_uint(Object *obj, const char *name, uint64_t v, Error **errp)
{
    return set_node(obj, name, json_new_uint(v), errp);
}

bool object_set_str(Object *obj, const char *name, const char *v, Error **errp)
{
    return set_node(obj, name, json_new_string(v), errp);
}

bool object_set_link(Object *obj, const char *name, Object *v, Error **errp)
{
    const Property *p = property_or_error(obj, name, errp);

    if (!p) {
        return false;
    }
    if (p->kind == PROP_LINK && !p->set) {
        if (obj->klass->may_set && !obj->klass->may_set(obj, p, errp)) {
            return false;
        }
        g_assert(!v || object_is_a(v, p->target));
        replace_link(property_field(obj, p), v);
        return true;
    }
    g_autofree char *path = v ? object_path(v) : g_strdup("");
    return object_set_str(obj, name, path, errp);
}

bool object_get_bool(Object *obj, const char *name)
{
    g_autoptr(JsonNode) n = object_get(obj, name, NULL);

    g_assert(n);
    return json_node_get_boolean(n);
}

uint64_t object_get_uint(Object *obj, const char *name)
{
    g_autoptr(JsonNode) n = object_get(obj, name, NULL);

    g_assert(n);
    uint64_t v = 0;
    g_assert(json_get_uint64(n, &v));
    return v;
}

char *object_get_str(Object *obj, const char *name)
{
    g_autoptr(JsonNode) n = object_get(obj, name, NULL);

    g_assert(n);
    return json_node_dup_string(n);
}

Object *object_get_link(Object *obj, const char *name)
{
    const Property *p = object_find_property(obj, name);

    if (p && p->kind == PROP_ALIAS) {
        const InstanceProperty *ip = (const InstanceProperty *)p;

        return object_get_link(ip->target, ip->target_name);
    }
    if (p && p->kind == PROP_CHILD) {
        return ((const InstanceProperty *)p)->child;
    }
    return p && p->kind == PROP_LINK && !p->get ? *(Object **)property_field(obj, p) : NULL;
}
