/* SPDX-License-Identifier: MIT */
/* What a QMP interface offers, as lines. */
#include "tests/qmp/shape.h"

#include <string.h>

typedef struct Surface {
    GHashTable *entries; /* name -> JsonObject, types only */
    GPtrArray *lines;
} Surface;

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *text(JsonObject *obj, const char *name)
{
    return json_object_get_string_member(obj, name);
}

static char *enum_text(JsonObject *type)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    JsonArray *members = json_object_get_array_member(type, "members");

    for (guint i = 0; i < json_array_get_length(members); i++) {
        g_ptr_array_add(names, (char *)text(json_array_get_object_element(members, i), "name"));
    }
    g_ptr_array_sort(names, by_text);
    g_ptr_array_add(names, NULL);
    g_autofree char *joined = g_strjoinv(",", (char **)names->pdata);
    return g_strdup_printf("enum{%s}", joined);
}

static void add_line(Surface *s, const char *path, const char *type)
{
    g_ptr_array_add(s->lines, g_strdup_printf("%s: %s", path, type));
}

static void walk(Surface *s, const char *path, const char *type_name, GPtrArray *stack);

static void walk_members(Surface *s, const char *path, JsonObject *type, GPtrArray *stack)
{
    JsonArray *members = json_object_get_array_member(type, "members");

    for (guint i = 0; i < json_array_get_length(members); i++) {
        JsonObject *m = json_array_get_object_element(members, i);
        bool optional = json_object_has_member(m, "default");
        const char *dot = g_str_has_suffix(path, " ") ? "" : ".";
        g_autofree char *sub =
            g_strdup_printf("%s%s%s%s", path, dot, text(m, "name"), optional ? "?" : "");

        walk(s, sub, text(m, "type"), stack);
    }
}

static void walk_object(Surface *s, const char *path, JsonObject *type, GPtrArray *stack)
{
    walk_members(s, path, type, stack);
    if (!json_object_has_member(type, "variants")) {
        return;
    }
    JsonArray *variants = json_object_get_array_member(type, "variants");
    for (guint i = 0; i < json_array_get_length(variants); i++) {
        JsonObject *v = json_array_get_object_element(variants, i);
        JsonObject *sub = g_hash_table_lookup(s->entries, text(v, "type"));
        g_autofree char *case_path =
            g_strdup_printf("%s(%s=%s)", path, text(type, "tag"), text(v, "case"));

        walk_object(s, case_path, sub, stack);
    }
}

static void walk(Surface *s, const char *path, const char *type_name, GPtrArray *stack)
{
    JsonObject *type = g_hash_table_lookup(s->entries, type_name);
    const char *meta = text(type, "meta-type");

    if (g_ptr_array_find(stack, type, NULL)) {
        add_line(s, path, "(recursive)");
        return;
    }
    g_ptr_array_add(stack, type);
    if (!strcmp(meta, "builtin")) {
        add_line(s, path, type_name);
    } else if (!strcmp(meta, "enum")) {
        g_autofree char *values = enum_text(type);

        add_line(s, path, values);
    } else if (!strcmp(meta, "array")) {
        g_autofree char *sub = g_strconcat(path, "[]", NULL);

        walk(s, sub, text(type, "element-type"), stack);
    } else if (!strcmp(meta, "object")) {
        if (!g_str_has_suffix(path, " ")) {
            add_line(s, path, "object");
        }
        walk_object(s, path, type, stack);
    } else {
        add_line(s, path, "alternate");
    }
    g_ptr_array_set_size(stack, (gint)stack->len - 1);
}

static void walk_entry(Surface *s, JsonObject *obj)
{
    const char *name = text(obj, "name");
    const char *meta = text(obj, "meta-type");
    g_autoptr(GPtrArray) stack = g_ptr_array_new();
    bool command = !strcmp(meta, "command");

    if (!command && strcmp(meta, "event") != 0) {
        return;
    }
    g_autofree char *head = g_strdup_printf("%s %s", meta, name);
    g_ptr_array_add(s->lines, g_strdup(head));
    g_autofree char *arg = g_strdup_printf("%s %s ", head, command ? "arg" : "data");
    walk(s, arg, text(obj, "arg-type"), stack);
    if (command) {
        g_autofree char *ret = g_strdup_printf("%s returns ", head);

        walk(s, ret, text(obj, "ret-type"), stack);
    }
}

GPtrArray *surface_lines(JsonNode *schema)
{
    Surface s = {.lines = g_ptr_array_new_with_free_func(g_free)};
    JsonArray *all = json_node_get_array(schema);

    s.entries = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < json_array_get_length(all); i++) {
        JsonObject *obj = json_array_get_object_element(all, i);
        const char *meta = text(obj, "meta-type");

        if (strcmp(meta, "command") != 0 && strcmp(meta, "event") != 0) {
            g_hash_table_insert(s.entries, (char *)text(obj, "name"), obj);
        }
    }
    for (guint i = 0; i < json_array_get_length(all); i++) {
        walk_entry(&s, json_array_get_object_element(all, i));
    }
    g_hash_table_unref(s.entries);
    g_ptr_array_sort(s.lines, by_text);
    return s.lines;
}

/* ---- shapes of values */

static const char *kind_name(JsonNode *node)
{
    static const char *const names[] = {
        [JSON_KIND_NULL] = "null",     [JSON_KIND_BOOL] = "bool",     [JSON_KIND_INT] = "integer",
        [JSON_KIND_UINT] = "integer",  [JSON_KIND_DOUBLE] = "number", [JSON_KIND_STRING] = "string",
        [JSON_KIND_OBJECT] = "object", [JSON_KIND_ARRAY] = "array",
    };

    return names[json_kind(node)];
}

static bool part_of(JsonNode *ours, JsonNode *theirs, const char *path, char **ret_difference);

/* Does any element of theirs agree? */
static bool element_part_of(JsonNode *ours, JsonArray *theirs, const char *path,
                            char **ret_difference)
{
    for (guint i = 0; i < json_array_get_length(theirs); i++) {
        g_clear_pointer(ret_difference, g_free);
        if (part_of(ours, json_array_get_element(theirs, i), path, ret_difference)) {
            return true;
        }
    }
    return false;
}

static bool array_part_of(JsonArray *ours, JsonArray *theirs, const char *path,
                          char **ret_difference)
{
    g_autofree char *sub = g_strconcat(path, "[]", NULL);

    if (!json_array_get_length(theirs)) {
        return true;
    }
    for (guint i = 0; i < json_array_get_length(ours); i++) {
        if (!element_part_of(json_array_get_element(ours, i), theirs, sub, ret_difference)) {
            return false;
        }
    }
    return true;
}

static bool object_part_of(JsonObject *ours, JsonObject *theirs, const char *path,
                           char **ret_difference)
{
    g_autoptr(GList) names = json_object_get_members(ours);

    for (GList *l = names; l; l = l->next) {
        JsonNode *other = json_object_get_member(theirs, l->data);
        g_autofree char *sub = g_strdup_printf("%s.%s", path, (char *)l->data);

        if (!other) {
            *ret_difference = g_strdup_printf("%s is ours alone", sub);
            return false;
        }
        if (!part_of(json_object_get_member(ours, l->data), other, sub, ret_difference)) {
            return false;
        }
    }
    return true;
}

static bool part_of(JsonNode *ours, JsonNode *theirs, const char *path, char **ret_difference)
{
    if (strcmp(kind_name(ours), kind_name(theirs)) != 0) {
        *ret_difference =
            g_strdup_printf("%s is %s, not %s", path, kind_name(ours), kind_name(theirs));
        return false;
    }
    if (json_kind(ours) == JSON_KIND_ARRAY) {
        return array_part_of(json_node_get_array(ours), json_node_get_array(theirs), path,
                             ret_difference);
    }
    return json_kind(ours) != JSON_KIND_OBJECT ||
           object_part_of(json_node_get_object(ours), json_node_get_object(theirs), path,
                          ret_difference);
}

bool shape_is_part_of(JsonNode *ours, JsonNode *theirs, char **ret_difference)
{
    *ret_difference = NULL;
    return part_of(ours, theirs, "answer", ret_difference);
}
