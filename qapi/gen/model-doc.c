/* SPDX-License-Identifier: MIT */
/* Generator, fourth pass, last part: what is documented exists, and what exists is documented. */
#include "qapi/gen/gen.h"

#include <string.h>

static void check_doc_args(const Source *src, Loc loc, const char *name, const Doc *doc,
                           const GPtrArray *names)
{
    bool required =
        src->pragmas.doc_required && !name_listed(src->pragmas.documentation_exceptions, name);

    for (guint i = 0; i < doc->args->len; i++) {
        const DocArg *arg = doc->args->pdata[i];

        if (!name_listed(names, arg->name)) {
            fail(arg->loc, "documented member '%s' does not exist", arg->name);
        }
    }
    for (guint i = 0; required && i < names->len; i++) {
        if (!doc_find(doc->args, names->pdata[i])) {
            fail(loc, "member '%s' of '%s' is not documented", (char *)names->pdata[i], name);
        }
    }
}

static void check_doc_features(Loc loc, const Doc *doc, const GPtrArray *features)
{
    for (guint i = 0; i < doc->features->len; i++) {
        const DocArg *arg = doc->features->pdata[i];
        bool found = false;

        for (guint j = 0; j < features->len; j++) {
            found |= !strcmp(((const Feature *)features->pdata[j])->name, arg->name);
        }
        if (!found) {
            fail(arg->loc, "documented feature '%s' does not exist", arg->name);
        }
    }
    for (guint j = 0; j < features->len; j++) {
        const Feature *f = features->pdata[j];

        if (!doc_find(doc->features, f->name)) {
            fail(loc, "feature '%s' is not documented", f->name);
        }
    }
}

/* Members that a type documents: its own, not its base's; features of members among features. */
static GPtrArray *own_names(const Type *t, GPtrArray *features)
{
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; t && i < t->members->len; i++) {
        const Member *m = t->members->pdata[i];

        if (m->from == t) {
            g_ptr_array_add(names, (char *)m->name);
            for (guint j = 0; j < m->features->len; j++) {
                g_ptr_array_add(features, m->features->pdata[j]);
            }
        }
    }
    for (guint i = 0; t && i < t->enum_values->len; i++) {
        const EnumValue *v = t->enum_values->pdata[i];

        g_ptr_array_add(names, (char *)v->name);
        for (guint j = 0; j < v->features->len; j++) {
            g_ptr_array_add(features, v->features->pdata[j]);
        }
    }
    for (guint i = 0; t && t->kind == TYPE_ALTERNATE && i < t->branches->len; i++) {
        g_ptr_array_add(names, (char *)((const Branch *)t->branches->pdata[i])->name);
    }
    return names;
}

static void check_doc(const Source *src, Loc loc, const char *name, const Doc *doc,
                      const Type *type, const GPtrArray *features)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();

    if (!doc) {
        return;
    }
    for (guint i = 0; i < features->len; i++) {
        g_ptr_array_add(all, features->pdata[i]);
    }
    g_autoptr(GPtrArray) names = own_names(type, all);
    check_doc_args(src, loc, name, doc, names);
    check_doc_features(loc, doc, all);
}

void model_check_docs(const Source *src, const Model *m)
{
    for (guint i = 0; i < m->entries->len; i++) {
        const DocEntry *e = m->entries->pdata[i];

        if (e->type) {
            check_doc(src, e->type->loc, e->type->name, e->type->doc, e->type, e->type->features);
        } else if (e->command) {
            const Type *arg = e->command->arg;

            check_doc(src, e->command->loc, e->command->name, e->command->doc,
                      arg && arg->implicit ? arg : NULL, e->command->features);
            for (guint j = 0; e->command->doc && j < e->command->doc->sections->len; j++) {
                const DocSection *s = e->command->doc->sections->pdata[j];

                if (!g_strcmp0(s->tag, "Returns") && !e->command->ret) {
                    fail(s->loc, "'Returns' section, but command '%s' returns nothing",
                         e->command->name);
                }
            }
        } else if (e->event) {
            const Type *arg = e->event->arg;

            check_doc(src, e->event->loc, e->event->name, e->event->doc,
                      arg && arg->implicit ? arg : NULL, e->event->features);
        }
    }
}
