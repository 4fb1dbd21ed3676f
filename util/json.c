/* SPDX-License-Identifier: MIT */
/* JSON values: kinds, construction, access. */
#include "util/json.h"

#include <string.h>

/* json-glib has no unsigned integers. One above INT64_MAX is a string value that starts with this
 * byte, which no UTF-8 text contains, followed by its digits. */
#define UINT_MARK '\xff'

JsonKind json_kind(JsonNode *node)
{
    switch (json_node_get_node_type(node)) {
    case JSON_NODE_OBJECT:
        return JSON_KIND_OBJECT;
    case JSON_NODE_ARRAY:
        return JSON_KIND_ARRAY;
    case JSON_NODE_NULL:
        return JSON_KIND_NULL;
    case JSON_NODE_VALUE:
    default:
        break;
    }
    GType type = json_node_get_value_type(node);
    if (type == G_TYPE_STRING) {
        const char *s = json_node_get_string(node);

        return s && s[0] == UINT_MARK ? JSON_KIND_UINT : JSON_KIND_STRING;
    }
    if (type == G_TYPE_BOOLEAN) {
        return JSON_KIND_BOOL;
    }
    return type == G_TYPE_DOUBLE ? JSON_KIND_DOUBLE : JSON_KIND_INT;
}

JsonNode *json_new_null(void)
{
    return json_node_new(JSON_NODE_NULL);
}

JsonNode *json_new_bool(bool v)
{
    return json_node_init_boolean(json_node_alloc(), v);
}

JsonNode *json_new_int(int64_t v)
{
    return json_node_init_int(json_node_alloc(), v);
}

JsonNode *json_new_uint(uint64_t v)
{
    char text[24];

    if (v <= INT64_MAX) {
        return json_new_int((int64_t)v);
    }
    g_snprintf(text, sizeof(text), "%c%" G_GUINT64_FORMAT, UINT_MARK, v);
    return json_node_init_string(json_node_alloc(), text);
}

JsonNode *json_new_double(double v)
{
    return json_node_init_double(json_node_alloc(), v);
}

JsonNode *json_new_string(const char *v)
{
    return json_node_init_string(json_node_alloc(), v);
}

JsonNode *json_new_object(JsonObject *obj)
{
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);

    json_node_take_object(node, obj);
    return node;
}

JsonNode *json_new_array(JsonArray *array)
{
    JsonNode *node = json_node_new(JSON_NODE_ARRAY);

    json_node_take_array(node, array);
    return node;
}

JsonNode *json_new_empty_object(void)
{
    return json_new_object(json_object_new());
}

bool json_get_int64(JsonNode *node, int64_t *ret)
{
    if (json_kind(node) != JSON_KIND_INT) {
        return false;
    }
    *ret = json_node_get_int(node);
    return true;
}

bool json_get_uint64(JsonNode *node, uint64_t *ret)
{
    switch (json_kind(node)) {
    case JSON_KIND_INT:
        *ret = (uint64_t)json_node_get_int(node);
        return json_node_get_int(node) >= 0;
    case JSON_KIND_UINT:
        *ret = g_ascii_strtoull(json_node_get_string(node) + 1, NULL, 10);
        return true;
    default:
        return false;
    }
}

const char *json_get_string(JsonNode *node)
{
    return json_kind(node) == JSON_KIND_STRING ? json_node_get_string(node) : NULL;
}

bool json_move_member(JsonObject *from, const char *name, JsonObject *to, const char *to_name)
{
    JsonNode *node = json_object_get_member(from, name);

    if (!node) {
        return false;
    }
    json_object_set_member(to, to_name, json_node_copy(node));
    json_object_remove_member(from, name);
    return true;
}
