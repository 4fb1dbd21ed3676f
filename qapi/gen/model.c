/* SPDX-License-Identifier: MIT */
/* Generator, fourth pass: names become types, and what definitions mean together is checked. */
#include "qapi/gen/gen.h"

#include <string.h>

const Builtin builtins[] = {
    {"str", "char *", "str", "string", true},        {"bool", "bool", "bool", "boolean", false},
    {"int", "int64_t", "int64", "int", false},       {"int8", "int8_t", "int8", "int", false},
    {"int16", "int16_t", "int16", "int", false},     {"int32", "int32_t", "int32", "int", false},
    {"int64", "int64_t", "int64", "int", false},     {"uint8", "uint8_t", "uint8", "int", false},
    {"uint16", "uint16_t", "uint16", "int", false},  {"uint32", "uint32_t", "uint32", "int", false},
    {"uint64", "uint64_t", "uint64", "int", false},  {"size", "uint64_t", "size", "int", false},
    {"number", "double", "number", "number", false}, {"any", "JsonNode *", "any", "value", true},
    {"null", "JsonNode *", "null", "null", true},    {0},
};

typedef struct Builder {
    const Source *src;
    Model *m;
    GHashTable *types;  /* name -> Type, built-in ones too */
    GHashTable *arrays; /* C name -> Type */
    GHashTable *names;  /* of everything: C name -> meta */
} Builder;

const Builtin *builtin_find(const char *name)
{
    for (const Builtin *b = builtins; b->name; b++) {
        if (!strcmp(b->name, name)) {
            return b;
        }
    }
    return NULL;
}

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

static Cond *build_cond(const Value *v)
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

static GPtrArray *build_features(const Value *v)
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
        g_hash_table_insert(b->arrays, (void *)t->c_name, t);
        g_ptr_array_add(b->m->arrays, t);
    }
    return t;
}

static Type *type_named(Builder *b, Loc loc, const char *name, const char *what)
{
    Type *t = g_hash_table_lookup(b->types, name);

    if (!t) {
        fail(loc, "%s uses unknown type '%s'", what, name);
    }
    return t;
}

static Type *type_of(Builder *b, Loc loc, const Value *v, const char *what)
{
    if (v->kind == VALUE_LIST) {
        const Value *item = v->values->pdata[0];

        return array_of(b, type_named(b, loc, item->string, what));
    }
    return type_named(b, loc, v->string, what);
}

static void claim_name(Builder *b, Loc loc, const char *name, const char *meta)
{
    char *c = c_name(name, false);
    const char *old = g_hash_table_lookup(b->names, c);

    if (old) {
        fail(loc, "%s '%s' is already defined (%s)", meta, name, old);
    }
    g_hash_table_insert(b->names, c, (void *)meta);
}

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

static void add_members(Builder *b, Type *t, Loc loc, const char *what, const Value *data)
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

static void resolve(Builder *b, Type *t);

static void add_base(Builder *b, Type *t, const char *what, const char *name)
{
    Type *base = type_named(b, t->loc, name, what);

    if (base->kind != TYPE_STRUCT) {
        fail(t->loc, "base '%s' of %s is not a struct", name, what);
    }
    resolve(b, base);
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
    add_members(b, t, t->loc, what, value_get(t->def->expr, "data"));
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
        add_members(b, t, t->loc, what, base);
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
        resolve(b, br->type);
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

/* Two alternatives must be told apart by the JSON value alone, in text form too. */
static bool alternatives_clash(const Type *t, const Type *old)
{
    const char *a = type_json_kind(t), *b = type_json_kind(old);
    bool numbers =
        (!strcmp(a, "int") || !strcmp(a, "number")) && (!strcmp(b, "int") || !strcmp(b, "number"));

    return !strcmp(a, b) || numbers;
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

/* Members of bases and branches must exist before their users': in any order of definition. */
static void resolve(Builder *b, Type *t)
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

static Type *type_new(TypeKind kind, const char *name)
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

static void add_type(Builder *b, const Definition *def)
{
    TypeKind kind = !strcmp(def->meta, "enum")     ? TYPE_ENUM
                    : !strcmp(def->meta, "struct") ? TYPE_STRUCT
                    : !strcmp(def->meta, "union")  ? TYPE_UNION
                                                   : TYPE_ALTERNATE;
    Type *t = type_new(kind, def->name);
    DocEntry *entry = g_new0(DocEntry, 1);

    t->def = def;
    t->loc = def->loc;
    t->module = def->module;
    t->doc = def->doc;
    t->cond = build_cond(value_get(def->expr, "if"));
    t->features = build_features(value_get(def->expr, "features"));
    if (kind == TYPE_ENUM) {
        build_enum(t);
    }
    g_hash_table_insert(b->types, (void *)t->name, t);
    g_ptr_array_add(b->m->types, t);
    entry->module = t->module;
    entry->type = t;
    g_ptr_array_add(b->m->entries, entry);
}

/* 'data' of a command or event: a named type, or an implicit one. */
static Type *argument_type(Builder *b, const Definition *def, const char *what)
{
    const Value *data = value_get(def->expr, "data");
    bool boxed = value_get(def->expr, "boxed");

    if (!data) {
        return NULL;
    }
    if (data->kind == VALUE_STRING) {
        Type *t = type_named(b, def->loc, data->string, what);

        if (t->kind != TYPE_STRUCT && !(t->kind == TYPE_UNION && boxed)) {
            fail(def->loc, "'data' of %s cannot take type '%s'%s", what, t->name,
                 t->kind == TYPE_UNION ? " without 'boxed'" : "");
        }
        return t;
    }
    char *c = c_name(def->name, false);
    Type *t = type_new(TYPE_STRUCT, g_strdup_printf("q_%s_arg", c));
    t->implicit = true;
    t->def = def;
    t->loc = def->loc;
    t->module = def->module;
    t->cond = build_cond(value_get(def->expr, "if"));
    add_members(b, t, def->loc, what, data);
    g_ptr_array_add(b->m->types, t);
    return t;
}

static Type *return_type(Builder *b, const Definition *def, const char *what)
{
    const Value *v = value_get(def->expr, "returns");

    if (!v) {
        return NULL;
    }
    Type *t = type_of(b, def->loc, v, what);
    const Type *element = t->kind == TYPE_ARRAY ? t->element : t;
    bool plain = element->kind == TYPE_STRUCT || element->kind == TYPE_UNION;
    if (!plain && !name_listed(b->src->pragmas.command_returns_exceptions, def->name)) {
        fail(def->loc, "'returns' of %s cannot take type '%s'", what, element->name);
    }
    return t;
}

/* True when the features of a command had it; clients do not see it among them. */
static bool take_feature(Command *c, const char *name)
{
    for (guint i = 0; i < c->features->len; i++) {
        const Feature *f = c->features->pdata[i];

        if (!strcmp(f->name, name)) {
            if (f->cond) {
                fail(c->loc, "feature '%s' of command '%s' must not be conditional", name, c->name);
            }
            g_ptr_array_remove_index(c->features, i);
            return true;
        }
    }
    return false;
}

static void take_rights(Command *c)
{
    bool observer = take_feature(c, "x-observer");
    bool runs = take_feature(c, "x-operator");

    if (observer && runs) {
        fail(c->loc, "features 'x-observer' and 'x-operator' of command '%s' exclude each other",
             c->name);
    }
    c->role = observer ? ROLE_OBSERVER : runs ? ROLE_OPERATOR : ROLE_ADMIN;
    c->preconfig_only = take_feature(c, "x-preconfig-only");
    if (c->preconfig_only && !c->allow_preconfig) {
        fail(c->loc, "feature 'x-preconfig-only' of command '%s' needs 'allow-preconfig'", c->name);
    }
}

static void add_command(Builder *b, const Definition *def)
{
    Command *c = g_new0(Command, 1);
    DocEntry *entry = g_new0(DocEntry, 1);
    const Value *expr = def->expr;
    g_autofree char *what = g_strdup_printf("command '%s'", def->name);

    c->name = def->name;
    c->module = def->module;
    c->loc = def->loc;
    c->doc = def->doc;
    c->cond = build_cond(value_get(expr, "if"));
    c->features = build_features(value_get(expr, "features"));
    c->arg = argument_type(b, def, what);
    c->ret = return_type(b, def, what);
    c->boxed = value_get(expr, "boxed");
    c->gen = !value_get(expr, "gen");
    c->success_response = !value_get(expr, "success-response");
    c->allow_oob = value_get(expr, "allow-oob");
    c->allow_preconfig = value_get(expr, "allow-preconfig");
    c->coroutine = value_get(expr, "coroutine");
    take_rights(c);
    g_ptr_array_add(b->m->commands, c);
    entry->module = c->module;
    entry->command = c;
    g_ptr_array_add(b->m->entries, entry);
}

static void add_event(Builder *b, const Definition *def)
{
    Event *e = g_new0(Event, 1);
    DocEntry *entry = g_new0(DocEntry, 1);
    g_autofree char *what = g_strdup_printf("event '%s'", def->name);

    e->name = def->name;
    e->module = def->module;
    e->loc = def->loc;
    e->doc = def->doc;
    e->cond = build_cond(value_get(def->expr, "if"));
    e->features = build_features(value_get(def->expr, "features"));
    e->arg = argument_type(b, def, what);
    e->boxed = value_get(def->expr, "boxed");
    g_ptr_array_add(b->m->events, e);
    entry->module = e->module;
    entry->event = e;
    g_ptr_array_add(b->m->entries, entry);
}

/* ---- all of them */

static void add_definition(Builder *b, const Definition *def)
{
    if (!def->expr) {
        DocEntry *entry = g_new0(DocEntry, 1);

        entry->module = def->module;
        entry->doc = def->doc;
        g_ptr_array_add(b->m->entries, entry);
        return;
    }
    if (builtin_find(def->name)) {
        fail(def->loc, "built-in type '%s' is already defined", def->name);
    }
    claim_name(b, def->loc, def->name, def->meta);
    if (!strcmp(def->meta, "command")) {
        add_command(b, def);
    } else if (!strcmp(def->meta, "event")) {
        add_event(b, def);
    } else {
        add_type(b, def);
    }
}

/* Types first, so that definitions may use each other in any order. */
static void add_definitions(Builder *b, bool types)
{
    for (guint i = 0; i < b->src->definitions->len; i++) {
        const Definition *def = b->src->definitions->pdata[i];
        bool is_type =
            def->expr && strcmp(def->meta, "command") != 0 && strcmp(def->meta, "event") != 0;

        if (is_type == types) {
            add_definition(b, def);
        }
    }
}

/* The manual follows the order of the source, not that of the passes. */
static void sort_entries(Builder *b)
{
    GPtrArray *sorted = g_ptr_array_new();

    for (guint i = 0; i < b->src->definitions->len; i++) {
        const Definition *def = b->src->definitions->pdata[i];

        for (guint j = 0; j < b->m->entries->len; j++) {
            DocEntry *e = b->m->entries->pdata[j];

            if ((e->doc && e->doc == def->doc) ||
                (def->expr && ((e->type && e->type->def == def) ||
                               (e->command && e->command->name == def->name) ||
                               (e->event && e->event->name == def->name)))) {
                g_ptr_array_add(sorted, e);
                break;
            }
        }
    }
    b->m->entries = sorted;
}

Model *model_build(const Source *src)
{
    Builder b = {.src = src, .m = g_new0(Model, 1)};

    b.types = g_hash_table_new(g_str_hash, g_str_equal);
    b.arrays = g_hash_table_new(g_str_hash, g_str_equal);
    b.names = g_hash_table_new(g_str_hash, g_str_equal);
    b.m->types = g_ptr_array_new();
    b.m->arrays = g_ptr_array_new();
    b.m->commands = g_ptr_array_new();
    b.m->events = g_ptr_array_new();
    b.m->entries = g_ptr_array_new();
    for (const Builtin *bt = builtins; bt->name; bt++) {
        Type *t = type_new(TYPE_BUILTIN, bt->name);

        t->builtin = bt;
        t->c_name = bt->c_name;
        g_hash_table_insert(b.types, (void *)t->name, t);
    }
    add_definitions(&b, true);
    for (guint i = 0; i < b.m->types->len; i++) {
        resolve(&b, b.m->types->pdata[i]);
    }
    add_definitions(&b, false);
    model_check_docs(src, b.m);
    sort_entries(&b);
    return b.m;
}
