/* SPDX-License-Identifier: MIT */
/* Generator, fourth pass, its vocabulary: built-in types, conditions, features, types by name. */
#include "qapi/gen/model.h"

#include <string.h>

static const Builtin builtins[] = {
    {"str", "char *", "str", "string", true},        {"bool", "bool", "bool", "boolean", false},
    {"int", "int64_t", "int64", "int", false},       {"int8", "int8_t", "int8", "int", false},
    {"int16", "int16_t", "int16", "int", false},     {"int32", "int32_t", "int32", "int", false},
    {"int64", "int64_t", "int64", "int", false},     {"uint8", "uint8_t", "uint8", "int", false},
    {"uint16", "uint16_t", "uint16", "int", false},  {"uint32", "uint32_t", "uint32", "int", false},
    {"uint64", "uint64_t", "uint64", "int", false},  {"size", "uint64_t", "size", "int", false},
    {"number", "double", "number", "number", false}, {"any", "JsonNode *", "any", "value", true},
    {"null", "JsonNode *", "null", "null", true},    {0},
};
bool type_is_pointer(const Type *t)
{
    switch (t->kind) {
    case TYPE_BUILTIN:
        return t->builtin->pointer;
    case TYPE_ENUM:
        return false;
    default:
        return true;
    }
}

char *type_ref_name(const Type *t)
{
    if (t->kind == TYPE_ARRAY) {
        g_autofree char *element = type_ref_name(t->element);

        return g_strdup_printf("[%s]", element);
    }
    return g_strdup(t->name);
}

Cond *build_cond(const Value *v)
{
    if (!v) {
        return NULL;
    }
    Cond *c = g_new0(Cond, 1);
    if (v->kind == VALUE_STRING) {
        c->symbol = v->string;
        return c;
    }
    const char *op = v->keys->pdata[0];
    const Value *operand = v->values->pdata[0];
    c->op = !strcmp(op, "all") ? COND_ALL : !strcmp(op, "any") ? COND_ANY : COND_NOT;
    c->operands = g_ptr_array_new();
    if (c->op == COND_NOT) {
        g_ptr_array_add(c->operands, build_cond(operand));
        return c;
    }
    for (guint i = 0; i < operand->values->len; i++) {
        g_ptr_array_add(c->operands, build_cond(operand->values->pdata[i]));
    }
    return c;
}

GPtrArray *build_features(const Value *v)
{
    GPtrArray *features = g_ptr_array_new();

    for (guint i = 0; v && i < v->values->len; i++) {
        const Value *item = v->values->pdata[i];
        Feature *f = g_new0(Feature, 1);

        if (item->kind == VALUE_DICT) {
            f->cond = build_cond(value_get(item, "if"));
            item = value_get(item, "name");
        }
        f->name = item->string;
        g_ptr_array_add(features, f);
    }
    return features;
}

/* ---- types by name */

Type *type_new(TypeKind kind, const char *name)
{
    Type *t = g_new0(Type, 1);

    t->kind = kind;
    t->name = name;
    t->c_name = c_name(name, false);
    t->members = g_ptr_array_new();
    t->branches = g_ptr_array_new();
    t->enum_values = g_ptr_array_new();
    t->features = g_ptr_array_new();
    return t;
}

/* Types of the language itself that are made like a schema's. */
static void add_qtype(Builder *b)
{
    static const char *const values[] = {"none",  "qnull", "qnum", "qstring",
                                         "qdict", "qlist", "qbool"};
    Type *t = type_new(TYPE_ENUM, "QType");

    t->predefined = true;
    t->prefix = "QTYPE";
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        EnumValue *v = g_new0(EnumValue, 1);

        v->name = values[i];
        v->features = g_ptr_array_new();
        g_ptr_array_add(t->enum_values, v);
    }
    g_hash_table_insert(b->types, (void *)t->name, t);
}

void model_add_builtins(Builder *b)
{
    for (const Builtin *bt = builtins; bt->name; bt++) {
        Type *t = type_new(TYPE_BUILTIN, bt->name);

        t->builtin = bt;
        t->predefined = true;
        t->c_name = bt->c_name;
        g_hash_table_insert(b->types, (void *)t->name, t);
    }
    add_qtype(b);
}

static Type *array_of(Builder *b, Type *element)
{
    g_autofree char *c = g_strdup_printf("%sList", element->c_name);
    Type *t = g_hash_table_lookup(b->arrays, c);

    if (!t) {
        t = g_new0(Type, 1);
        t->kind = TYPE_ARRAY;
        t->element = element;
        t->name = element->name;
        t->c_name = g_steal_pointer(&c);
        t->cond = element->cond;
        t->predefined = element->predefined;
        g_hash_table_insert(b->arrays, (void *)t->c_name, t);
        g_ptr_array_add(b->m->arrays, t);
    }
    return t;
}

Type *type_named(Builder *b, Loc loc, const char *name, const char *what)
{
    Type *t = g_hash_table_lookup(b->types, name);

    if (!t) {
        fail(loc, "%s uses unknown type '%s'", what, name);
    }
    return t;
}

Type *type_of(Builder *b, Loc loc, const Value *v, const char *what)
{
    if (v->kind == VALUE_LIST) {
        const Value *item = v->values->pdata[0];

        return array_of(b, type_named(b, loc, item->string, what));
    }
    return type_named(b, loc, v->string, what);
}
