/* SPDX-License-Identifier: MIT */
/* Generator, fourth pass: names become types, and what definitions mean together is checked. */
#include "qapi/gen/model.h"

#include <string.h>

static void claim_name(Builder *b, Loc loc, const char *name, const char *meta)
{
    char *c = c_name(name, false);
    const char *old = g_hash_table_lookup(b->names, c);

    if (old) {
        fail(loc, "%s '%s' is already defined (%s)", meta, name, old);
    }
    g_hash_table_insert(b->names, c, (void *)meta);
}
/* ---- commands and events */

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
    model_add_members(b, t, def->loc, what, data);
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
    model_add_entry(b, def)->command = c;
}

static void add_event(Builder *b, const Definition *def)
{
    Event *e = g_new0(Event, 1);
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
    model_add_entry(b, def)->event = e;
}

/* ---- all of them */

static void add_definition(Builder *b, const Definition *def)
{
    if (!def->expr) {
        model_add_entry(b, def)->doc = def->doc;
        return;
    }
    const Type *old = g_hash_table_lookup(b->types, def->name);
    if (old && old->predefined) {
        fail(def->loc, "built-in type '%s' is already defined", def->name);
    }
    claim_name(b, def->loc, def->name, def->meta);
    if (!strcmp(def->meta, "command")) {
        add_command(b, def);
    } else if (!strcmp(def->meta, "event")) {
        add_event(b, def);
    } else {
        model_add_type(b, def);
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
DocEntry *model_add_entry(Builder *b, const Definition *def)
{
    DocEntry *entry = g_new0(DocEntry, 1);

    entry->module = def->module;
    entry->place = def->place;
    g_ptr_array_add(b->m->entries, entry);
    return entry;
}

static gint by_place(gconstpointer a, gconstpointer b)
{
    const DocEntry *const *x = a, *const *y = b;

    return (gint)((*x)->place - (*y)->place);
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
    model_add_builtins(&b);
    add_definitions(&b, true);
    for (guint i = 0; i < b.m->types->len; i++) {
        model_resolve_type(&b, b.m->types->pdata[i]);
    }
    add_definitions(&b, false);
    model_check_docs(src, b.m);
    g_ptr_array_sort(b.m->entries, by_place);
    return b.m;
}
