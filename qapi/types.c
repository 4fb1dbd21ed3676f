/* SPDX-License-Identifier: MIT */
/* Built-in types; copies and release of values by their descriptions. */
#include "qapi/types.h"

#include "qapi/value.h"

#include <string.h>

const QapiType qapi_type_str = {.name = "str", .kind = QAPI_STRING, .size = sizeof(char *)};
const QapiType qapi_type_bool = {.name = "bool", .kind = QAPI_BOOL, .size = sizeof(bool)};
const QapiType qapi_type_int8 = {.name = "int8", .kind = QAPI_INT, .size = 1};
const QapiType qapi_type_int16 = {.name = "int16", .kind = QAPI_INT, .size = 2};
const QapiType qapi_type_int32 = {.name = "int32", .kind = QAPI_INT, .size = 4};
const QapiType qapi_type_int64 = {.name = "int", .kind = QAPI_INT, .size = 8};
const QapiType qapi_type_uint8 = {.name = "uint8", .kind = QAPI_UINT, .size = 1};
const QapiType qapi_type_uint16 = {.name = "uint16", .kind = QAPI_UINT, .size = 2};
const QapiType qapi_type_uint32 = {.name = "uint32", .kind = QAPI_UINT, .size = 4};
const QapiType qapi_type_uint64 = {.name = "uint64", .kind = QAPI_UINT, .size = 8};
const QapiType qapi_type_size = {.name = "size", .kind = QAPI_SIZE, .size = 8};
const QapiType qapi_type_number = {.name = "number", .kind = QAPI_NUMBER, .size = sizeof(double)};
const QapiType qapi_type_any = {.name = "any", .kind = QAPI_ANY, .size = sizeof(JsonNode *)};
const QapiType qapi_type_null = {.name = "null", .kind = QAPI_NULL, .size = sizeof(JsonNode *)};

static const char *const qtype_names[] = {
    [QTYPE_NONE] = "none",       [QTYPE_QNULL] = "qnull", [QTYPE_QNUM] = "qnum",
    [QTYPE_QSTRING] = "qstring", [QTYPE_QDICT] = "qdict", [QTYPE_QLIST] = "qlist",
    [QTYPE_QBOOL] = "qbool",     [QTYPE__MAX] = NULL,
};
const QapiType qapi_type_QType = {
    .name = "QType", .kind = QAPI_ENUM, .size = sizeof(QType), .lookup = qtype_names};

#define BUILTIN_LIST(name)                    \
    const QapiType qapi_type_##name##List = { \
        .kind = QAPI_LIST, .size = sizeof(QapiList), .element = &qapi_type_##name}
BUILTIN_LIST(str);
BUILTIN_LIST(bool);
BUILTIN_LIST(int8);
BUILTIN_LIST(int16);
BUILTIN_LIST(int32);
BUILTIN_LIST(int64);
BUILTIN_LIST(uint8);
BUILTIN_LIST(uint16);
BUILTIN_LIST(uint32);
BUILTIN_LIST(uint64);
BUILTIN_LIST(size);
BUILTIN_LIST(number);
BUILTIN_LIST(any);
BUILTIN_LIST(null);
BUILTIN_LIST(QType);

bool qapi_kind_is_pointer(const QapiType *type)
{
    switch (type->kind) {
    case QAPI_STRING:
    case QAPI_ANY:
    case QAPI_NULL:
    case QAPI_STRUCT:
    case QAPI_ALTERNATE:
    case QAPI_LIST:
        return true;
    default:
        return false;
    }
}

size_t qapi_value_size(const QapiType *type)
{
    return qapi_kind_is_pointer(type) ? sizeof(void *) : type->size;
}

const QapiBranch *qapi_branch(const QapiType *type, const void *obj)
{
    const int *tag = (const int *)((const char *)obj + type->tag_offset);

    for (unsigned i = 0; i < type->n_branches; i++) {
        if (type->branches[i].value == *tag) {
            return &type->branches[i];
        }
    }
    return NULL;
}

void qapi_list_grow(QapiList *list, size_t item_size)
{
    if (!(list->n & (list->n - 1))) {
        list->items = g_realloc_n(list->items, list->n ? list->n * 2 : 1, item_size);
    }
}

/* ---- release */

static void clear_object(const QapiType *type, void *obj);

void qapi_value_clear(const QapiType *type, void *value)
{
    void **p = value;

    if (!qapi_kind_is_pointer(type)) {
        memset(value, 0, type->size);
        return;
    }
    if (type->kind == QAPI_STRING) {
        g_free(*p);
    } else if (type->kind == QAPI_ANY || type->kind == QAPI_NULL) {
        g_clear_pointer((JsonNode **)p, json_node_unref);
    } else {
        qapi_free(type, *p);
    }
    *p = NULL;
}

static void clear_branch(const QapiType *type, void *obj)
{
    const QapiBranch *br = qapi_branch(type, obj);
    char *u = (char *)obj + type->u_offset;

    if (br && type->kind == QAPI_STRUCT) {
        clear_object(br->type, u);
    } else if (br) {
        qapi_value_clear(br->type, u);
    }
}

static void clear_object(const QapiType *type, void *obj)
{
    if (type->n_branches) {
        clear_branch(type, obj);
    }
    for (unsigned i = 0; i < type->n_members; i++) {
        const QapiMember *m = &type->members[i];

        qapi_value_clear(m->type, (char *)obj + m->offset);
    }
}

static void clear_list(const QapiType *type, QapiList *list)
{
    size_t size = qapi_value_size(type->element);

    for (size_t i = 0; i < list->n; i++) {
        qapi_value_clear(type->element, (char *)list->items + i * size);
    }
    g_free(list->items);
}

void qapi_free(const QapiType *type, void *obj)
{
    if (!obj) {
        return;
    }
    if (type->kind == QAPI_LIST) {
        clear_list(type, obj);
    } else {
        clear_object(type, obj);
    }
    g_free(obj);
}

/* ---- copies */

static void copy_object(const QapiType *type, void *dst, const void *src);

static void copy_value(const QapiType *type, void *dst, const void *src)
{
    void *const *from = src;
    void **to = dst;

    if (!qapi_kind_is_pointer(type)) {
        memcpy(dst, src, type->size);
    } else if (type->kind == QAPI_STRING) {
        *to = g_strdup(*from);
    } else if (type->kind == QAPI_ANY || type->kind == QAPI_NULL) {
        *to = *from ? json_node_copy(*from) : NULL;
    } else {
        *to = qapi_clone(type, *from);
    }
}

static void copy_branch(const QapiType *type, void *dst, const void *src)
{
    const QapiBranch *br = qapi_branch(type, src);
    char *to = (char *)dst + type->u_offset;
    const char *from = (const char *)src + type->u_offset;

    if (br && type->kind == QAPI_STRUCT) {
        copy_object(br->type, to, from);
    } else if (br) {
        copy_value(br->type, to, from);
    }
}

static void copy_object(const QapiType *type, void *dst, const void *src)
{
    memcpy(dst, src, type->size); /* flags and tags; pointers are replaced below */
    for (unsigned i = 0; i < type->n_members; i++) {
        const QapiMember *m = &type->members[i];

        copy_value(m->type, (char *)dst + m->offset, (const char *)src + m->offset);
    }
    if (type->n_branches) {
        copy_branch(type, dst, src);
    }
}

void *qapi_clone(const QapiType *type, const void *obj)
{
    if (!obj) {
        return NULL;
    }
    void *copy = g_malloc0(type->size);
    if (type->kind != QAPI_LIST) {
        copy_object(type, copy, obj);
        return copy;
    }
    const QapiList *from = obj;
    QapiList *to = copy;
    size_t size = qapi_value_size(type->element);

    for (; to->n < from->n; to->n++) {
        qapi_list_grow(to, size);
        copy_value(type->element, (char *)to->items + to->n * size,
                   (const char *)from->items + to->n * size);
    }
    return to;
}

/* ---- enums */

const char *qapi_enum_str(const QapiType *type, int value)
{
    return type->lookup[value];
}

int qapi_enum_parse(const QapiType *type, const char *text, Error **errp)
{
    g_autofree char *all = NULL;

    for (int i = 0; type->lookup[i]; i++) {
        if (!strcmp(type->lookup[i], text)) {
            return i;
        }
    }
    error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Invalid parameter '%s'", text);
    all = g_strjoinv("', '", (char **)type->lookup);
    error_append_hint(errp, "Accepted are '%s'.\n", all);
    return -1;
}
