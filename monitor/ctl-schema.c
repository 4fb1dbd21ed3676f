/* SPDX-License-Identifier: MIT */
/* "poise ctl": the interface as the server describes it, and arguments typed by it. */
#include "monitor/ctl-schema.h"

#include "util/size.h"

#include <string.h>

struct CtlSchema {
    JsonObject *reply;
    GHashTable *by_name; /* of JsonObject *, borrowed from reply */
};

CtlSchema *ctl_schema_read(CtlLink *l, bool docs, Error **errp)
{
    g_autoptr(JsonObject) arguments = json_object_new();

    if (docs && g_str_has_prefix(ctl_link_package(l), "poise-")) {
        json_object_set_boolean_member(arguments, "x-docs", TRUE);
    }
    g_autoptr(JsonObject) reply = ctl_link_execute(l, "query-qmp-schema", arguments, NULL, errp);
    if (!reply) {
        return NULL;
    }
    CtlSchema *s = g_new0(CtlSchema, 1);
    s->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    JsonArray *all = ctl_schema_array(reply, "return");
    for (guint i = 0; i < json_array_get_length(all); i++) {
        JsonNode *node = json_array_get_element(all, i);

        if (json_kind(node) == JSON_KIND_OBJECT) {
            JsonObject *info = json_node_get_object(node);

            g_hash_table_insert(s->by_name, (char *)ctl_text(info, "name"), info);
        }
    }
    s->reply = g_steal_pointer(&reply);
    return s;
}

void ctl_schema_free(CtlSchema *s)
{
    g_hash_table_unref(s->by_name);
    json_object_unref(s->reply);
    g_free(s);
}

JsonObject *ctl_schema_find(const CtlSchema *s, const char *name)
{
    return g_hash_table_lookup(s->by_name, name);
}

static bool is_a(JsonObject *info, const char *meta_type)
{
    return info && strcmp(ctl_text(info, "meta-type"), meta_type) == 0;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(ctl_text((JsonObject *)a, "name"), ctl_text((JsonObject *)b, "name"));
}

GList *ctl_schema_list(const CtlSchema *s, const char *meta_type)
{
    GList *list = NULL;
    GHashTableIter it;
    gpointer info;

    g_hash_table_iter_init(&it, s->by_name);
    while (g_hash_table_iter_next(&it, NULL, &info)) {
        if (is_a(info, meta_type)) {
            list = g_list_prepend(list, info);
        }
    }
    return g_list_sort(list, by_name);
}

JsonArray *ctl_schema_array(JsonObject *info, const char *name)
{
    static JsonArray *none;
    JsonNode *node = json_object_get_member(info, name);

    if (node && json_kind(node) == JSON_KIND_ARRAY) {
        return json_node_get_array(node);
    }
    none = none ? none : json_array_new();
    return none;
}

/* The i-th element of such an array; NULL at its end. */
static JsonObject *element(JsonArray *array, guint i)
{
    JsonNode *node = i < json_array_get_length(array) ? json_array_get_element(array, i) : NULL;

    return node && json_kind(node) == JSON_KIND_OBJECT ? json_node_get_object(node) : NULL;
}

char *ctl_schema_describe(const CtlSchema *s, const char *type)
{
    JsonObject *info = ctl_schema_find(s, type);

    if (is_a(info, "array")) {
        g_autofree char *inner = ctl_schema_describe(s, ctl_text(info, "element-type"));

        return g_strdup_printf("[%s]", inner);
    }
    if (!is_a(info, "enum") && !is_a(info, "alternate")) {
        const char *json_type = info ? ctl_text(info, "json-type") : "";

        return g_strdup(*json_type ? json_type : "object");
    }
    bool is_enum = is_a(info, "enum");
    JsonArray *members = ctl_schema_array(info, "members");
    GString *text = g_string_new(NULL);
    JsonObject *m;
    for (guint i = 0; (m = element(members, i)); i++) {
        g_autofree char *word =
            is_enum ? g_strdup(ctl_text(m, "name")) : ctl_schema_describe(s, ctl_text(m, "type"));

        g_string_append_printf(text, "%s%s", i ? "|" : "", word);
    }
    return g_string_free(text, FALSE);
}

/* ---- the type of a member */

static JsonObject *type_of_member(const CtlSchema *s, JsonObject *type, const char *name,
                                  JsonNode *value);

/* A member of the branch that the tag's present value chooses. */
static JsonObject *type_in_branch(const CtlSchema *s, JsonObject *type, const char *name,
                                  JsonNode *value)
{
    JsonArray *variants = ctl_schema_array(type, "variants");
    JsonObject *v;

    if (json_kind(value) != JSON_KIND_OBJECT) {
        return NULL;
    }
    const char *tag = ctl_text(json_node_get_object(value), ctl_text(type, "tag"));
    for (guint i = 0; (v = element(variants, i)); i++) {
        if (!strcmp(ctl_text(v, "case"), tag)) {
            return type_of_member(s, ctl_schema_find(s, ctl_text(v, "type")), name, value);
        }
    }
    return NULL;
}

/* NULL: not known. value is what the member is a part of. */
static JsonObject *type_of_member(const CtlSchema *s, JsonObject *type, const char *name,
                                  JsonNode *value)
{
    if (!type) {
        return NULL;
    }
    if (is_a(type, "array")) {
        return ctl_schema_find(s, ctl_text(type, "element-type"));
    }
    JsonArray *members = ctl_schema_array(type, "members");
    JsonObject *m, *found = NULL;
    for (guint i = 0; !found && (m = element(members, i)); i++) {
        JsonObject *member_type = ctl_schema_find(s, ctl_text(m, "type"));

        if (is_a(type, "alternate") && is_a(member_type, "object")) {
            found = type_of_member(s, member_type, name, value);
        } else if (is_a(type, "object") && !strcmp(ctl_text(m, "name"), name)) {
            found = member_type;
        }
    }
    return found ? found : type_in_branch(s, type, name, value);
}

/* ---- values */

static JsonNode *to_int(const char *text)
{
    int64_t i;
    uint64_t u;

    if (parse_int64(text, &i, NULL)) {
        return json_new_int(i);
    }
    return parse_uint64(text, &u, NULL) || parse_size(text, &u, NULL) ? json_new_uint(u) : NULL;
}

static JsonNode *to_bool(const char *text)
{
    bool on;

    return parse_bool(text, &on, NULL) ? json_new_bool(on) : NULL;
}

/* What JSON makes of it; but words without quotes stay words. */
static JsonNode *to_any(const char *text)
{
    return json_parse(text, -1, NULL);
}

static JsonNode *to_number(const char *text)
{
    g_autoptr(JsonNode) node = to_any(text);
    JsonKind kind = node ? json_kind(node) : JSON_KIND_NULL;

    return kind == JSON_KIND_INT || kind == JSON_KIND_UINT || kind == JSON_KIND_DOUBLE
               ? g_steal_pointer(&node)
               : NULL;
}

/* NULL: it is no such value. */
static JsonNode *to_type(const CtlSchema *s, JsonObject *type, const char *text)
{
    static const struct {
        const char *json_type;
        JsonNode *(*convert)(const char *text);
    } table[] = {{"int", to_int}, {"number", to_number}, {"boolean", to_bool}, {"value", to_any}};
    JsonNode *node = NULL;
    JsonObject *m;

    if (!type) {
        return to_any(text);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (!strcmp(ctl_text(type, "json-type"), table[i].json_type)) {
            return table[i].convert(text);
        }
    }
    if (is_a(type, "alternate")) {
        JsonArray *members = ctl_schema_array(type, "members");

        for (guint i = 0; !node && (m = element(members, i)); i++) {
            node = to_type(s, ctl_schema_find(s, ctl_text(m, "type")), text);
        }
    }
    return node;
}

/* Could it be meant as anything but a string? */
static bool may_be_typed(const char *text)
{
    return parse_bool(text, &(bool){false}, NULL) || !strcmp(text, "null") ||
           g_ascii_isdigit(text[*text == '-' || *text == '+']);
}

/* ---- arguments */

typedef struct Argument {
    char **path;
    JsonNode *value;
    bool untyped; /* a string that may be meant otherwise */
} Argument;

static void argument_clear(gpointer opaque)
{
    Argument *a = opaque;

    g_strfreev(a->path);
    json_node_unref(a->value);
}

static bool is_index(const char *word)
{
    return g_ascii_isdigit(*word);
}

/* The element of this name or number; NULL: there is none. */
static JsonNode *child(JsonNode *node, const char *name)
{
    if (json_kind(node) == JSON_KIND_OBJECT) {
        return json_object_get_member(json_node_get_object(node), name);
    }
    if (json_kind(node) != JSON_KIND_ARRAY || !is_index(name)) {
        return NULL;
    }
    JsonArray *array = json_node_get_array(node);
    guint64 i = g_ascii_strtoull(name, NULL, 10);
    return i < json_array_get_length(array) ? json_array_get_element(array, (guint)i) : NULL;
}

/* Takes value. False: lists grow at their end only. */
static bool set_child(JsonNode *node, const char *name, JsonNode *value)
{
    if (json_kind(node) == JSON_KIND_OBJECT) {
        json_object_set_member(json_node_get_object(node), name, value);
        return true;
    }
    if (json_kind(node) == JSON_KIND_ARRAY && is_index(name) &&
        g_ascii_strtoull(name, NULL, 10) == json_array_get_length(json_node_get_array(node))) {
        json_array_add_element(json_node_get_array(node), value);
        return true;
    }
    json_node_unref(value);
    return false;
}

/* Puts a copy of the value at its path, with the objects and lists on the way. */
static bool put(JsonNode *root, const Argument *a, Error **errp)
{
    JsonNode *node = root;
    char **path = a->path;
    bool ok = true;

    for (; ok && path[1]; path++) {
        if (!child(node, path[0])) {
            ok = set_child(node, path[0],
                           is_index(path[1]) ? json_new_array(json_array_new())
                                             : json_new_empty_object());
        }
        node = ok ? child(node, path[0]) : node;
    }
    if (ok && set_child(node, path[0], json_node_copy(a->value))) {
        return true;
    }
    g_autofree char *key = g_strjoinv(".", a->path);
    return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                          "%s: does not go with the arguments before it", key);
}

static JsonNode *put_all(GArray *list, Error **errp)
{
    g_autoptr(JsonNode) root = json_new_empty_object();

    for (guint i = 0; i < list->len; i++) {
        if (!put(root, &g_array_index(list, Argument, i), errp)) {
            return NULL;
        }
    }
    return g_steal_pointer(&root);
}

/* draft: all arguments, for the tags that choose branches. */
static void type_argument(const CtlSchema *s, JsonObject *type, JsonNode *draft, Argument *a)
{
    JsonNode *node = draft;

    for (char **name = a->path; *name; name++) {
        type = type_of_member(s, type, *name, node);
        node = child(node, *name);
    }
    JsonNode *typed = to_type(s, type, json_get_string(a->value));
    if (typed) {
        json_node_unref(a->value);
        a->value = typed;
    }
}

/* Members of an object in JSON's notation. */
static bool add_object(GArray *list, const char *text, Error **errp)
{
    g_autoptr(JsonNode) node = json_parse(text, -1, errp);
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    if (!node) {
        error_prefix(errp, "%s: ", text);
        return false;
    }
    json_object_iter_init_ordered(&it, json_node_get_object(node));
    while (json_object_iter_next_ordered(&it, &name, &value)) {
        Argument a = {g_new0(char *, 2), json_node_copy(value), false};

        a.path[0] = g_strdup(name);
        g_array_append_val(list, a);
    }
    return true;
}

/* member=text */
static bool add_member(GArray *list, const char *word, Error **errp)
{
    const char *eq = strchr(word, '=');
    bool is_json = eq && eq[1] && strchr("{[\"", eq[1]);

    if (!eq || eq == word) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "'%s' is no argument: expected member=value or a JSON object", word);
    }
    g_autofree char *key = g_strndup(word, (gsize)(eq - word));
    JsonNode *value = is_json ? json_parse(eq + 1, -1, errp) : json_new_string(eq + 1);
    if (!value) {
        error_prefix(errp, "%s: ", key);
        return false;
    }
    Argument a = {g_strsplit(key, ".", -1), value, !is_json && may_be_typed(eq + 1)};
    g_array_append_val(list, a);
    return true;
}

static bool any_untyped(GArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        if (g_array_index(list, Argument, i).untyped) {
            return true;
        }
    }
    return false;
}

static bool type_all(CtlLink *l, const char *command, GArray *list, JsonNode *draft, Error **errp)
{
    g_autoptr(CtlSchema) s = ctl_schema_read(l, false, errp);

    if (!s) {
        return false;
    }
    JsonObject *info = ctl_schema_find(s, command);
    JsonObject *type = info ? ctl_schema_find(s, ctl_text(info, "arg-type")) : NULL;
    for (guint i = 0; type && i < list->len; i++) {
        Argument *a = &g_array_index(list, Argument, i);

        if (a->untyped) {
            type_argument(s, type, draft, a);
        }
    }
    return true;
}

JsonObject *ctl_arguments(CtlLink *l, const char *command, char **words, Error **errp)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Argument));

    g_array_set_clear_func(list, argument_clear);
    for (; *words; words++) {
        if (!(**words == '{' ? add_object : add_member)(list, *words, errp)) {
            return NULL;
        }
    }
    g_autoptr(JsonNode) draft = put_all(list, errp);
    if (!draft || !any_untyped(list)) {
        return draft ? json_object_ref(json_node_get_object(draft)) : NULL;
    }
    if (!type_all(l, command, list, draft, errp)) {
        return NULL;
    }
    g_autoptr(JsonNode) typed = put_all(list, errp);
    return typed ? json_object_ref(json_node_get_object(typed)) : NULL;
}
