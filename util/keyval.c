/* SPDX-License-Identifier: MIT */
/* Option arguments: key=value lists with nesting, or a JSON object. */
#include "util/keyval.h"

#include "util/json.h"

#include <string.h>

/* Deep enough for any option, small enough for recursion over what comes out. */
enum { MAX_DEPTH = 16, MAX_INDEX = 65535, MAX_INDEX_DIGITS = 5 };

static bool is_index(const char *s)
{
    size_t n = strspn(s, "0123456789");

    return n > 0 && n <= MAX_INDEX_DIGITS && !s[n];
}

/* A key's part: an index, or a name that starts with a letter or '_' ("__org.x" ones too). */
static bool is_key_part(const char *s)
{
    if (is_index(s)) {
        return true;
    }
    if (!g_ascii_isalpha(*s) && *s != '_') {
        return false;
    }
    while (g_ascii_isalnum(*s) || *s == '-' || *s == '_') {
        s++;
    }
    return !*s;
}

/* Stores value at the dotted key, making objects on the way. */
static bool put(JsonObject *root, const char *key, const char *value, Error **errp)
{
    g_auto(GStrv) parts = g_strsplit(key, ".", -1);
    guint n = g_strv_length(parts);
    JsonObject *obj = root;
    g_autoptr(GString) prefix = g_string_new(NULL);

    if (n == 0 || n > MAX_DEPTH) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED, "Invalid parameter '%s'", key);
    }
    for (guint i = 0; i < n; i++) {
        if (!is_key_part(parts[i]) || (i == 0 && is_index(parts[i]))) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED, "Invalid parameter '%s'",
                                  key);
        }
    }
    for (guint i = 0; i < n; i++) {
        JsonNode *old = json_object_get_member(obj, parts[i]);
        bool last = i == n - 1;

        g_string_append_printf(prefix, "%s%s", i ? "." : "", parts[i]);
        if (old && last != !JSON_NODE_HOLDS_OBJECT(old)) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                                  "Parameters '%s.*' used inconsistently", prefix->str);
        }
        if (last) {
            json_object_set_string_member(obj, parts[i], value);
        } else if (old) {
            obj = json_node_get_object(old);
        } else {
            JsonObject *sub = json_object_new();

            json_object_set_object_member(obj, parts[i], sub);
            obj = sub;
        }
    }
    return true;
}

/* Takes the value at *p up to a single comma and steps over that. */
static char *take_value(const char **p)
{
    GString *value = g_string_new(NULL);
    const char *s = *p;

    for (; *s; s++) {
        if (*s == ',' && *++s != ',') {
            break;
        }
        g_string_append_c(value, *s);
    }
    *p = s;
    return g_string_free(value, FALSE);
}

/* What a word without '=' stands for. */
typedef enum BareWords {
    BARE_NOTHING,
    BARE_SWITCHES, /* "server" is on, "nowait" is wait=off */
    BARE_FEATURES, /* "+pmu" is on, "-pmu" is off */
} BareWords;

static bool put_bare_word(JsonObject *root, const char *word, BareWords bare, Error **errp)
{
    if (!strcmp(word, "help") || !strcmp(word, "?")) {
        return put(root, "help", "on", errp);
    }
    if (bare == BARE_FEATURES && (*word == '+' || *word == '-')) {
        return put(root, word + 1, *word == '+' ? "on" : "off", errp);
    }
    if (bare != BARE_SWITCHES) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Expected '=' after parameter '%s'",
                              word);
    }
    if (g_str_has_prefix(word, "no") && word[2]) {
        return put(root, word + 2, "off", errp);
    }
    return put(root, word, "on", errp);
}

static bool parse_items(JsonObject *root, const char *text, const char *implied_key, BareWords bare,
                        Error **errp)
{
    const char *p = text;

    while (*p) {
        size_t n = strcspn(p, "=,");
        bool has_value = p[n] == '=';
        g_autofree char *key = g_strndup(p, n);

        /* A bare first item is a value as a whole: it may hold doubled commas. */
        if (!has_value && p == text && implied_key && strcmp(key, "help") != 0 &&
            strcmp(key, "?") != 0) {
            g_autofree char *value = take_value(&p);

            if (!put(root, *value ? implied_key : "", value, errp)) {
                return false;
            }
            continue;
        }
        p += n;
        if (has_value) {
            p++;
            g_autofree char *value = take_value(&p);

            if (!put(root, key, value, errp)) {
                return false;
            }
            continue;
        }
        p += *p == ',';
        if (!put_bare_word(root, key, bare, errp)) {
            return false;
        }
    }
    return true;
}

static bool arrays_from_indices(JsonObject *obj, const char *path, Error **errp);

/* Turns an object whose members are all indices into an array; NULL on a mixture or gap. */
static JsonArray *array_from_object(JsonObject *obj, const char *path, Error **errp)
{
    guint n = json_object_get_size(obj);
    g_autoptr(JsonArray) array = json_array_sized_new(n);

    for (guint i = 0; i < n; i++) {
        char index[16];

        g_snprintf(index, sizeof(index), "%u", i);
        JsonNode *node = json_object_get_member(obj, index);
        if (!node) {
            error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "Parameter '%s.%u' missing", path,
                           i);
            return NULL;
        }
        json_array_add_element(array, json_node_copy(node));
    }
    return g_steal_pointer(&array);
}

static bool fix_member(JsonObject *obj, const char *name, const char *path, Error **errp)
{
    JsonNode *node = json_object_get_member(obj, name);
    g_autoptr(GList) names = NULL;
    guint indices = 0;

    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return true;
    }
    JsonObject *sub = json_node_get_object(node);
    if (!arrays_from_indices(sub, path, errp)) {
        return false;
    }
    names = json_object_get_members(sub);
    for (GList *l = names; l; l = l->next) {
        indices += is_index(l->data);
    }
    if (indices && indices != json_object_get_size(sub)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameters '%s.*' used inconsistently", path);
    }
    if (indices) {
        JsonArray *array = array_from_object(sub, path, errp);

        if (!array) {
            return false;
        }
        json_object_set_array_member(obj, name, array);
    }
    return true;
}

static bool arrays_from_indices(JsonObject *obj, const char *path, Error **errp)
{
    g_autoptr(GList) names = json_object_get_members(obj);

    for (GList *l = names; l; l = l->next) {
        g_autofree char *name = g_strdup(l->data);
        g_autofree char *full = path ? g_strconcat(path, ".", name, NULL) : g_strdup(name);

        if (!fix_member(obj, name, full, errp)) {
            return false;
        }
    }
    return true;
}

static JsonObject *parse_json(const char *text, Error **errp)
{
    g_autoptr(JsonNode) node = json_parse(text, -1, errp);

    if (node && !JSON_NODE_HOLDS_OBJECT(node)) {
        error_set_code(errp, ERROR_CODE_JSON_SYNTAX, "JSON parse error, expected an object");
        return NULL;
    }
    return node ? json_node_dup_object(node) : NULL;
}

static JsonObject *parse(const char *text, const char *implied_key, BareWords bare, Error **errp)
{
    g_autoptr(JsonObject) root = NULL;

    if (text[0] == '{') {
        return parse_json(text, errp);
    }
    root = json_object_new();
    if (!parse_items(root, text, implied_key, bare, errp) ||
        !arrays_from_indices(root, NULL, errp)) {
        return NULL;
    }
    return g_steal_pointer(&root);
}

JsonObject *keyval_parse(const char *text, const char *implied_key, Error **errp)
{
    return parse(text, implied_key, BARE_NOTHING, errp);
}

JsonObject *keyval_parse_switches(const char *text, const char *implied_key, Error **errp)
{
    return parse(text, implied_key, BARE_SWITCHES, errp);
}

JsonObject *keyval_parse_features(const char *text, const char *implied_key, Error **errp)
{
    return parse(text, implied_key, BARE_FEATURES, errp);
}

const char *keyval_get(JsonObject *obj, const char *key)
{
    JsonNode *node = json_object_get_member(obj, key);

    return node ? json_get_string(node) : NULL;
}
