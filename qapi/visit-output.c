/* SPDX-License-Identifier: MIT */
/* Output visitor: C values to JSON, by the description of their type. */
#include "qapi/value.h"

#include <string.h>

static JsonNode *integer_to_json(const QapiType *type, const void *value)
{
    uint64_t u = 0;

    memcpy(&u, value, type->size);
    if (type->kind != QAPI_INT) {
        return json_new_uint(u);
    }
    unsigned unused = 64 - type->size * 8;
    return json_new_int((int64_t)(u << unused) >> unused);
}

static void add_members(const QapiType *type, const void *obj, JsonObject *out)
{
    for (unsigned i = 0; i < type->n_members; i++) {
        const QapiMember *m = &type->members[i];
        const void *value = (const char *)obj + m->offset;

        if (m->optional) {
            const bool *has = (const bool *)((const char *)obj + m->has_offset);

            if (qapi_kind_is_pointer(m->type) ? !*(void *const *)value : !*has) {
                continue;
            }
        }
        json_object_set_member(out, m->name, qapi_value_to_json(m->type, value));
    }
    if (type->n_branches) {
        const QapiBranch *br = qapi_branch(type, obj);

        if (br) {
            add_members(br->type, (const char *)obj + type->u_offset, out);
        }
    }
}

static JsonNode *list_to_json(const QapiType *type, const QapiList *list)
{
    size_t size = qapi_value_size(type->element);
    JsonArray *array = json_array_sized_new((guint)list->n);

    for (size_t i = 0; i < list->n; i++) {
        json_array_add_element(
            array, qapi_value_to_json(type->element, (const char *)list->items + i * size));
    }
    return json_new_array(array);
}

JsonNode *qapi_to_json(const QapiType *type, const void *obj)
{
    if (type->kind == QAPI_LIST) {
        return obj ? list_to_json(type, obj) : json_new_array(json_array_new());
    }
    if (type->kind == QAPI_ALTERNATE) {
        const QapiBranch *br = qapi_branch(type, obj);

        g_assert(br);
        return qapi_value_to_json(br->type, (const char *)obj + type->u_offset);
    }
    JsonObject *out = json_object_new();
    if (obj) {
        add_members(type, obj, out);
    }
    return json_new_object(out);
}

JsonNode *qapi_value_to_json(const QapiType *type, const void *value)
{
    void *const *p = value;

    switch (type->kind) {
    case QAPI_STRING:
        return json_new_string(*p ? *p : "");
    case QAPI_BOOL:
        return json_new_bool(*(const bool *)value);
    case QAPI_INT:
    case QAPI_UINT:
    case QAPI_SIZE:
        return integer_to_json(type, value);
    case QAPI_NUMBER:
        return json_new_double(*(const double *)value);
    case QAPI_ENUM:
        return json_new_string(qapi_enum_str(type, *(const int *)value));
    case QAPI_ANY:
        return *p ? json_node_copy(*p) : json_new_null();
    case QAPI_NULL:
        return json_new_null();
    case QAPI_STRUCT:
    case QAPI_ALTERNATE:
    case QAPI_LIST:
        return qapi_to_json(type, *p);
    }
    g_assert_not_reached();
}
