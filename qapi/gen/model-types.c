/* SPDX-License-Identifier: MIT */
/* Generator, fourth pass, first part: types, their bases, members and branches. */
#include "qapi/gen/model.h"

#include <string.h>

/* ---- members */

static void check_clash(Loc loc, const char *what, const GPtrArray *members, const char *name)
{
    g_autofree char *c = c_name(name, false);

    for (guint i = 0; i < members->len; i++) {
        const Member *m = members->pdata[i];
        g_autofree char *old = c_name(m->name, false);

        if (!strcmp(c, old)) {
            fail(loc, "member '%s' of %s collides with member '%s' of '%s'", name, what, m->name,
                 m->from->name);
        }
    }
}

void model_add_members(Builder *b, Type *t, Loc loc, const char *what, const Value *data)
{
    for (guint i = 0; i < data->keys->len; i++) {
        const char *key = data->keys->pdata[i];
        const Value *v = data->values->pdata[i];
        Member *m = g_new0(Member, 1);

        m->optional = *key == '*';
        m->name = key + m->optional;
        m->from = t;
        if (v->kind == VALUE_DICT) {
            m->cond = build_cond(value_get(v, "if"));
            m->features = build_features(value_get(v, "features"));
            v = value_get(v, "type");
        } else {
            m->features = g_ptr_array_new();
        }
        g_autofree char *who = g_strdup_printf("member '%s' of %s", m->name, what);
        m->type = type_of(b, loc, v, who);
        check_clash(loc, what, t->members, m->name);
        g_ptr_array_add(t->members, m);
    }
}

static void add_base(Builder *b, Type *t, const char *what, const char *name)
{
    Type *base = type_named(b, t->loc, name, what);

    if (base->kind != TYPE_STRUCT) {
        fail(t->loc, "base '%s' of %s is not a struct", name, what);
    }
    model_resolve_type(b, base);
    t->base = base;
    for (guint i = 0; i < base->members->len; i++) {
        g_ptr_array_add(t->members, base->members->pdata[i]);
    }
}

static void resolve_struct(Builder *b, Type *t, const char *what)
{
    const Value *base = value_get(t->def->expr, "base");

    if (base) {
        add_base(b, t, what, base->string);
    }
    model_add_members(b, t, t->loc, what, value_get(t->def->expr, "data"));
}

static const EnumValue *enum_value_find(const Type *t, const char *name)
{
    for (guint i = 0; i < t->enum_values->len; i++) {
        const EnumValue *v = t->enum_values->pdata[i];

        if (!strcmp(v->name, name)) {
            return v;
        }
    }
    return NULL;
}

static void find_tag(Type *t, const char *what)
{
    const char *name = value_get(t->def->expr, "discriminator")->string;

    for (guint i = 0; i < t->members->len; i++) {
        Member *m = t->members->pdata[i];

        if (!strcmp(m->name, name)) {
            t->tag = m;
        }
    }
    if (!t->tag) {
        fail(t->loc, "discriminator '%s' of %s is not a member of its base", name, what);
    }
    if (t->tag->type->kind != TYPE_ENUM) {
        fail(t->loc, "discriminator '%s' of %s must be of enum type", name, what);
    }
    if (t->tag->optional) {
        fail(t->loc, "discriminator '%s' of %s must not be optional", name, what);
    }
    if (t->tag->cond) {
        fail(t->loc, "discriminator '%s' of %s must not be conditional", name, what);
    }
}

static Branch *add_branch(Builder *b, Type *t, const char *what, guint i)
{
    const Value *data = value_get(t->def->expr, "data");
    const Value *v = data->values->pdata[i];
    Branch *br = g_new0(Branch, 1);

    br->name = data->keys->pdata[i];
    if (v->kind == VALUE_DICT) {
        br->cond = build_cond(value_get(v, "if"));
        v = value_get(v, "type");
    }
    g_autofree char *who = g_strdup_printf("branch '%s' of %s", br->name, what);
    br->type = type_of(b, t->loc, v, who);
    g_ptr_array_add(t->branches, br);
    return br;
}

static void resolve_union(Builder *b, Type *t, const char *what)
{
    const Value *base = value_get(t->def->expr, "base");
    const Value *data = value_get(t->def->expr, "data");

    if (base->kind == VALUE_STRING) {
        add_base(b, t, what, base->string);
    } else {
        model_add_members(b, t, t->loc, what, base);
    }
    find_tag(t, what);
    if (!data->keys->len) {
        fail(t->loc, "%s has no branches", what);
    }
    for (guint i = 0; i < data->keys->len; i++) {
        const Branch *br = add_branch(b, t, what, i);

        if (!enum_value_find(t->tag->type, br->name)) {
            fail(t->loc, "branch '%s' of %s is not a value of enum '%s'", br->name, what,
                 t->tag->type->name);
        }
        if (br->type->kind != TYPE_STRUCT && br->type->kind != TYPE_UNION) {
            fail(t->loc, "branch '%s' of %s needs a struct or union, not '%s'", br->name, what,
                 br->type->name);
        }
        model_resolve_type(b, br->type);
        for (guint j = 0; j < br->type->members->len; j++) {
            const Member *m = br->type->members->pdata[j];
            g_autofree char *who = g_strdup_printf("branch '%s' of %s", br->name, what);

            check_clash(t->loc, who, t->members, m->name);
        }
    }
}

static const char *type_json_kind(const Type *t)
{
    switch (t->kind) {
    case TYPE_ENUM:
        return "string";
    case TYPE_ARRAY:
        return "array";
    case TYPE_BUILTIN:
        return t->builtin->json_type;
    default:
        return "object";
    }
}

/* Whether a text could be meant as a value of another JSON type: command lines have only texts. */
static bool text_may_be(const Type *t, const char *json_kind)
{
    bool as_bool = !strcmp(json_kind, "boolean");
    bool as_number = !strcmp(json_kind, "int") || !strcmp(json_kind, "number");

    if (t->kind != TYPE_ENUM) {
        return !strcmp(type_json_kind(t), "string") && (as_bool || as_number);
    }
    for (guint i = 0; i < t->enum_values->len; i++) {
        const char *name = ((const EnumValue *)t->enum_values->pdata[i])->name;

        if ((as_bool && (!strcmp(name, "on") || !strcmp(name, "off"))) ||
            (as_number && g_ascii_isdigit(*name))) {
            return true;
        }
    }
    return false;
}

/* Two alternatives must be told apart by the JSON value alone, in text form too. */
static bool alternatives_clash(const Type *t, const Type *old)
{
    const char *a = type_json_kind(t), *b = type_json_kind(old);
    bool numbers =
        (!strcmp(a, "int") || !strcmp(a, "number")) && (!strcmp(b, "int") || !strcmp(b, "number"));

    return !strcmp(a, b) || numbers || text_may_be(t, b) || text_may_be(old, a);
}

static void resolve_alternate(Builder *b, Type *t, const char *what)
{
    const Value *data = value_get(t->def->expr, "data");

    for (guint i = 0; i < data->keys->len; i++) {
        const Branch *br = add_branch(b, t, what, i);

        if (br->type->kind == TYPE_ALTERNATE || !strcmp(type_json_kind(br->type), "value")) {
            fail(t->loc, "alternative '%s' of %s cannot use type '%s'", br->name, what,
                 br->type->name);
        }
        for (guint j = 0; j < i; j++) {
            const Branch *old = t->branches->pdata[j];

            if (alternatives_clash(br->type, old->type)) {
                fail(t->loc, "alternative '%s' of %s can't be distinguished from '%s'", br->name,
                     what, old->name);
            }
        }
    }
}

void model_resolve_type(Builder *b, Type *t)
{
    if (t->state == 2 || !t->def || t->implicit) {
        return;
    }
    g_autofree char *what = g_strdup_printf("%s '%s'", t->def->meta, t->name);
    if (t->state == 1) {
        fail(t->loc, "%s contains itself", what);
    }
    t->state = 1;
    if (t->kind == TYPE_STRUCT) {
        resolve_struct(b, t, what);
    } else if (t->kind == TYPE_UNION) {
        resolve_union(b, t, what);
    } else if (t->kind == TYPE_ALTERNATE) {
        resolve_alternate(b, t, what);
    }
    t->state = 2;
}

/* ---- definitions */

static void build_enum(Type *t)
{
    const Value *data = value_get(t->def->expr, "data");
    const Value *prefix = value_get(t->def->expr, "prefix");

    t->prefix = prefix ? prefix->string : c_upper(t->name);
    for (guint i = 0; i < data->values->len; i++) {
        const Value *item = data->values->pdata[i];
        EnumValue *v = g_new0(EnumValue, 1);

        if (item->kind == VALUE_DICT) {
            v->cond = build_cond(value_get(item, "if"));
            v->features = build_features(value_get(item, "features"));
            item = value_get(item, "name");
        } else {
            v->features = g_ptr_array_new();
        }
        v->name = item->string;
        g_ptr_array_add(t->enum_values, v);
    }
}
void model_add_type(Builder *b, const Definition *def)
{
    TypeKind kind = !strcmp(def->meta, "enum")     ? TYPE_ENUM
                    : !strcmp(def->meta, "struct") ? TYPE_STRUCT
                    : !strcmp(def->meta, "union")  ? TYPE_UNION
                                                   : TYPE_ALTERNATE;
    Type *t = type_new(kind, def->name);

    t->def = def;
    t->loc = def->loc;
    t->module = def->module;
    t->doc = def->doc;
    t->cond = build_cond(value_get(def->expr, "if"));
    t->features = build_features(value_get(def->expr, "features"));
    for (guint i = 0; i < t->features->len; i++) {
        const Feature *f = t->features->pdata[i];

        if (!strcmp(f->name, "deprecated") || !strcmp(f->name, "unstable")) {
            fail(t->loc, "feature '%s' is not supported for types", f->name);
        }
    }
    if (kind == TYPE_ENUM) {
        build_enum(t);
    }
    g_hash_table_insert(b->types, (void *)t->name, t);
    g_ptr_array_add(b->m->types, t);
    model_add_entry(b, def)->type = t;
}
