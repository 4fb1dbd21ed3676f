/* SPDX-License-Identifier: MIT */
/* Input visitor: JSON to C values, by the description of their type. Errors name the value by its
 * path, as "backend.data.addr" or "actions[1]". */
#include "qapi/value.h"

#include "util/size.h"

#include <string.h>

/* Where the visit is: a member of an object (name), or an element of a list. */
typedef struct Place {
    const struct Place *up;
    const char *name;
    size_t index;
} Place;

typedef struct Input {
    QapiForm form;
    Error **errp;
} Input;

static bool read_value(const Input *in, const QapiType *type, JsonNode *node, const Place *at,
                       void *value);

static void append_place(GString *s, const Place *at)
{
    if (at->up) {
        append_place(s, at->up);
    }
    if (!at->name) {
        if (at->up) {
            g_string_append_printf(s, "[%zu]", at->index);
        }
        return;
    }
    g_string_append_printf(s, "%s%s", s->len ? "." : "", at->name);
}

static char *place_name(const Place *at)
{
    GString *s = g_string_new(NULL);

    append_place(s, at);
    return g_string_free(s, FALSE);
}

/* As a JSON pointer (RFC 6901), relative to the outermost value. */
static void append_pointer(GString *s, const Place *at)
{
    if (!at->up) {
        return;
    }
    append_pointer(s, at->up);
    g_string_append_c(s, '/');
    if (!at->name) {
        g_string_append_printf(s, "%zu", at->index);
        return;
    }
    for (const char *p = at->name; *p; p++) {
        if (*p == '~' || *p == '/') {
            g_string_append(s, *p == '~' ? "~0" : "~1");
        } else {
            g_string_append_c(s, *p);
        }
    }
}

/* An error about the value at a place. */
G_GNUC_PRINTF(4, 5)
static bool refuse(const Input *in, const Place *at, ErrorCode code, const char *fmt, ...)
{
    g_autoptr(GString) pointer = g_string_new(NULL);
    va_list ap;

    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    append_pointer(pointer, at);
    error_set_code(in->errp, code, "%s", text);
    error_set_path(in->errp, pointer->str);
    return false;
}

static bool wrong_type(const Input *in, const Place *at, const char *expected)
{
    g_autofree char *name = place_name(at);

    return refuse(in, at, ERROR_CODE_PARAMETER_TYPE,
                  "Invalid parameter type for '%s', expected: %s", name, expected);
}

static bool wrong_value(const Input *in, const Place *at, const char *expected)
{
    g_autofree char *name = place_name(at);

    return refuse(in, at, ERROR_CODE_PARAMETER_VALUE, "Parameter '%s' expects %s", name, expected);
}

/* The text of a scalar that a key=value list gave; NULL in JSON. */
static const char *scalar_text(const Input *in, JsonNode *node)
{
    return in->form == QAPI_TEXT ? json_get_string(node) : NULL;
}

static bool read_bool(const Input *in, JsonNode *node, const Place *at, bool *ret)
{
    const char *text = scalar_text(in, node);

    if (text) {
        return parse_bool(text, ret, NULL) || wrong_value(in, at, "'on' or 'off'");
    }
    if (json_kind(node) != JSON_KIND_BOOL) {
        return wrong_type(in, at, "boolean");
    }
    *ret = json_node_get_boolean(node);
    return true;
}

static bool read_int(const Input *in, const QapiType *type, JsonNode *node, const Place *at,
                     void *ret)
{
    const char *text = scalar_text(in, node);
    unsigned unused = 64 - type->size * 8;
    int64_t v;

    if (text ? !parse_int64(text, &v, NULL) : !json_get_int64(node, &v)) {
        return text ? wrong_value(in, at, "integer") : wrong_type(in, at, "integer");
    }
    if ((int64_t)((uint64_t)v << unused) >> unused != v) {
        g_autofree char *c_type = g_strdup_printf("int%u_t", type->size * 8);

        return wrong_value(in, at, c_type);
    }
    memcpy(ret, &v, type->size); /* the low bytes: hosts are little-endian */
    return true;
}

static bool read_uint(const Input *in, const QapiType *type, JsonNode *node, const Place *at,
                      void *ret)
{
    const char *text = scalar_text(in, node);
    uint64_t v;
    bool ok;

    if (text && type->kind == QAPI_SIZE) {
        if (!parse_size(text, &v, NULL)) {
            return wrong_value(in, at, "a size value");
        }
    } else {
        ok = text ? parse_uint64(text, &v, NULL) : json_get_uint64(node, &v);
        if (!ok && type->size == 8) {
            return wrong_value(in, at, "uint64");
        }
        if (!ok || v >> (type->size * 8 - 1) >> 1) {
            g_autofree char *c_type = g_strdup_printf("uint%u_t", type->size * 8);

            return wrong_value(in, at, c_type);
        }
    }
    memcpy(ret, &v, type->size);
    return true;
}

static bool read_number(const Input *in, JsonNode *node, const Place *at, double *ret)
{
    const char *text = scalar_text(in, node);
    uint64_t u;
    char *end;

    if (text) {
        *ret = g_ascii_strtod(text, &end);
        return (*text && !*end) || wrong_value(in, at, "number");
    }
    switch (json_kind(node)) {
    case JSON_KIND_DOUBLE:
        *ret = json_node_get_double(node);
        return true;
    case JSON_KIND_INT:
        *ret = (double)json_node_get_int(node);
        return true;
    case JSON_KIND_UINT:
        json_get_uint64(node, &u);
        *ret = (double)u;
        return true;
    default:
        return wrong_type(in, at, "number");
    }
}

static bool read_enum(const Input *in, const QapiType *type, JsonNode *node, const Place *at,
                      int *ret)
{
    const char *text = json_get_string(node);

    if (!text) {
        return wrong_type(in, at, "string");
    }
    int v = qapi_enum_parse(type, text, NULL);
    if (v < 0) {
        g_autofree char *name = place_name(at);

        return refuse(in, at, ERROR_CODE_PARAMETER_VALUE,
                      "Parameter '%s' does not accept value '%s'", name, text);
    }
    *ret = v;
    return true;
}

static bool knows_member(const QapiType *type, const void *obj, const char *name)
{
    for (unsigned i = 0; i < type->n_members; i++) {
        if (!strcmp(type->members[i].name, name)) {
            return true;
        }
    }
    const QapiBranch *br = type->n_branches ? qapi_branch(type, obj) : NULL;
    return br && knows_member(br->type, (const char *)obj + type->u_offset, name);
}

static bool read_members(const Input *in, const QapiType *type, JsonObject *from, const Place *at,
                         void *obj)
{
    for (unsigned i = 0; i < type->n_members; i++) {
        const QapiMember *m = &type->members[i];
        JsonNode *node = json_object_get_member(from, m->name);
        Place place = {.up = at, .name = m->name};

        if (!node && m->optional) {
            continue;
        }
        if (!node) {
            g_autofree char *name = place_name(&place);

            return refuse(in, &place, ERROR_CODE_PARAMETER_MISSING, "Parameter '%s' is missing",
                          name);
        }
        if (!read_value(in, m->type, node, &place, (char *)obj + m->offset)) {
            return false;
        }
        if (m->optional && !qapi_kind_is_pointer(m->type)) {
            *((bool *)((char *)obj + m->has_offset)) = true;
        }
    }
    const QapiBranch *br = type->n_branches ? qapi_branch(type, obj) : NULL;
    return !br || read_members(in, br->type, from, at, (char *)obj + type->u_offset);
}

/* Members that no one reads are an error. */
static bool check_members(const Input *in, const QapiType *type, JsonObject *from, const Place *at,
                          const void *obj)
{
    JsonObjectIter it;
    const char *name;

    json_object_iter_init_ordered(&it, from);
    while (json_object_iter_next_ordered(&it, &name, NULL)) {
        if (!knows_member(type, obj, name)) {
            Place place = {.up = at, .name = name};
            g_autofree char *full = place_name(&place);

            return refuse(in, &place, ERROR_CODE_PARAMETER_UNEXPECTED,
                          "Parameter '%s' is unexpected", full);
        }
    }
    return true;
}

static bool read_struct(const Input *in, const QapiType *type, JsonNode *node, const Place *at,
                        void *obj)
{
    if (json_kind(node) != JSON_KIND_OBJECT) {
        return wrong_type(in, at, "object");
    }
    JsonObject *from = json_node_get_object(node);
    return read_members(in, type, from, at, obj) && check_members(in, type, from, at, obj);
}

static bool read_alternate(const Input *in, const QapiType *type, JsonNode *node, const Place *at,
                           void *obj)
{
    JsonKind kind = json_kind(node);

    if (kind == JSON_KIND_UINT) {
        kind = JSON_KIND_INT;
    }
    for (unsigned i = 0; i < type->n_branches; i++) {
        const QapiBranch *br = &type->branches[i];
        bool is_number = br->value == JSON_KIND_DOUBLE && kind == JSON_KIND_INT;

        if (br->value == (int)kind || is_number) {
            *(int *)((char *)obj + type->tag_offset) = br->value;
            return read_value(in, br->type, node, at, (char *)obj + type->u_offset);
        }
    }
    return wrong_type(in, at, type->name);
}

static bool read_list(const Input *in, const QapiType *type, JsonNode *node, const Place *at,
                      QapiList *list)
{
    size_t size = qapi_value_size(type->element);

    if (json_kind(node) != JSON_KIND_ARRAY) {
        return wrong_type(in, at, "array");
    }
    JsonArray *from = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(from); i++) {
        Place place = {.up = at, .index = i};

        qapi_list_grow(list, size);
        char *slot = (char *)list->items + list->n * size;
        memset(slot, 0, size);
        list->n++;
        if (!read_value(in, type->element, json_array_get_element(from, i), &place, slot)) {
            return false;
        }
    }
    return true;
}

/* The object is in place before it is read, so that an error frees what there is of it. */
static bool read_object(const Input *in, const QapiType *type, JsonNode *node, const Place *at,
                        void **ret)
{
    *ret = g_malloc0(type->size);
    switch (type->kind) {
    case QAPI_LIST:
        return read_list(in, type, node, at, *ret);
    case QAPI_ALTERNATE:
        return read_alternate(in, type, node, at, *ret);
    default:
        return read_struct(in, type, node, at, *ret);
    }
}

static bool read_value(const Input *in, const QapiType *type, JsonNode *node, const Place *at,
                       void *value)
{
    void **p = value;

    switch (type->kind) {
    case QAPI_STRING:
        *p = g_strdup(json_get_string(node));
        return *p || wrong_type(in, at, "string");
    case QAPI_BOOL:
        return read_bool(in, node, at, value);
    case QAPI_INT:
        return read_int(in, type, node, at, value);
    case QAPI_UINT:
    case QAPI_SIZE:
        return read_uint(in, type, node, at, value);
    case QAPI_NUMBER:
        return read_number(in, node, at, value);
    case QAPI_ENUM:
        return read_enum(in, type, node, at, value);
    case QAPI_ANY:
        *p = json_node_copy(node);
        return true;
    case QAPI_NULL:
        if (json_kind(node) != JSON_KIND_NULL) {
            return wrong_type(in, at, "null");
        }
        *p = json_new_null();
        return true;
    case QAPI_STRUCT:
    case QAPI_ALTERNATE:
    case QAPI_LIST:
        return read_object(in, type, node, at, p);
    }
    g_assert_not_reached();
}

bool qapi_value_from_json(const QapiType *type, JsonNode *node, const char *name, QapiForm form,
                          void *ret_value, Error **errp)
{
    Input in = {.form = form, .errp = errp};
    Place at = {.name = name};

    memset(ret_value, 0, qapi_value_size(type));
    if (!read_value(&in, type, node, &at, ret_value)) {
        qapi_value_clear(type, ret_value);
        return false;
    }
    return true;
}

void *qapi_from_json(const QapiType *type, JsonNode *node, const char *name, QapiForm form,
                     Error **errp)
{
    void *obj;

    return qapi_value_from_json(type, node, name, form, &obj, errp) ? obj : NULL;
}
