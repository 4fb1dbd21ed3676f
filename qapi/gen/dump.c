/* SPDX-License-Identifier: MIT */
/* Generator: --dump, the model as text that tests compare. */
#include "qapi/gen/gen.h"

#include <stdio.h>

static void dump_cond(const Cond *c, const char *indent)
{
    if (c) {
        g_autofree char *text = cond_text(c);

        printf("%sif %s\n", indent, text);
    }
}

static void dump_features(const GPtrArray *features, const char *indent)
{
    g_autofree char *inner = g_strconcat(indent, "    ", NULL);

    for (guint i = 0; features && i < features->len; i++) {
        const Feature *f = features->pdata[i];

        printf("%sfeature %s\n", indent, f->name);
        dump_cond(f->cond, inner);
    }
}

static void dump_type(const Type *t)
{
    static const char *const kinds[] = {
        [TYPE_ENUM] = "enum",
        [TYPE_STRUCT] = "struct",
        [TYPE_UNION] = "union",
        [TYPE_ALTERNATE] = "alternate",
    };

    printf("%s %s%s\n", kinds[t->kind], t->name, t->implicit ? " (implicit)" : "");
    dump_cond(t->cond, "    ");
    dump_features(t->features, "    ");
    if (t->prefix && t->def && value_get(t->def->expr, "prefix")) {
        printf("    prefix %s\n", t->prefix);
    }
    for (guint i = 0; i < t->enum_values->len; i++) {
        const EnumValue *v = t->enum_values->pdata[i];

        printf("    value %s\n", v->name);
        dump_cond(v->cond, "        ");
        dump_features(v->features, "        ");
    }
    if (t->base) {
        printf("    base %s\n", t->base->name);
    }
    for (guint i = 0; i < t->members->len; i++) {
        const Member *m = t->members->pdata[i];
        g_autofree char *type = type_ref_name(m->type);

        if (m->from == t) {
            printf("    member %s%s: %s\n", m->name, m->optional ? "?" : "", type);
            dump_cond(m->cond, "        ");
            dump_features(m->features, "        ");
        }
    }
    if (t->tag) {
        printf("    tag %s\n", t->tag->name);
    }
    for (guint i = 0; i < t->branches->len; i++) {
        const Branch *br = t->branches->pdata[i];
        g_autofree char *type = type_ref_name(br->type);

        printf("    case %s: %s\n", br->name, type);
        dump_cond(br->cond, "        ");
    }
}

static void dump_command(const Command *c)
{
    g_autofree char *ret = c->ret ? type_ref_name(c->ret) : g_strdup("nothing");

    printf("command %s: %s -> %s\n", c->name, c->arg ? c->arg->name : "nothing", ret);
    static const char *const roles[] = {
        [ROLE_ADMIN] = "",
        [ROLE_OPERATOR] = " x-operator",
        [ROLE_OBSERVER] = " x-observer",
    };

    printf("   %s%s%s%s%s%s%s%s\n", c->boxed ? " boxed" : "", c->gen ? " gen" : "",
           c->success_response ? " success-response" : "", c->allow_oob ? " allow-oob" : "",
           c->allow_preconfig ? " allow-preconfig" : "", c->coroutine ? " coroutine" : "",
           roles[c->role], c->preconfig_only ? " x-preconfig-only" : "");
    dump_cond(c->cond, "    ");
    dump_features(c->features, "    ");
}

static void dump_doc(const char *name, const Doc *doc)
{
    if (!doc) {
        return;
    }
    printf("doc %s\n", name);
    for (guint i = 0; i < doc->sections->len; i++) {
        const DocSection *s = doc->sections->pdata[i];
        g_autofree char *text = g_strescape(s->text, NULL);

        printf("    section %s: %s\n", s->tag ? s->tag : "text", text);
    }
    for (guint i = 0; i < doc->args->len; i++) {
        const DocArg *a = doc->args->pdata[i];
        g_autofree char *text = g_strescape(a->text, NULL);

        printf("    member %s: %s\n", a->name, text);
    }
    for (guint i = 0; i < doc->features->len; i++) {
        const DocArg *a = doc->features->pdata[i];
        g_autofree char *text = g_strescape(a->text, NULL);

        printf("    feature %s: %s\n", a->name, text);
    }
}

void dump_model(const Model *m)
{
    for (guint i = 0; i < m->types->len; i++) {
        dump_type(m->types->pdata[i]);
    }
    for (guint i = 0; i < m->commands->len; i++) {
        dump_command(m->commands->pdata[i]);
    }
    for (guint i = 0; i < m->events->len; i++) {
        const Event *e = m->events->pdata[i];

        printf("event %s: %s%s\n", e->name, e->arg ? e->arg->name : "nothing",
               e->boxed ? " boxed" : "");
        dump_cond(e->cond, "    ");
        dump_features(e->features, "    ");
    }
    for (guint i = 0; i < m->entries->len; i++) {
        const DocEntry *e = m->entries->pdata[i];

        if (e->type) {
            dump_doc(e->type->name, e->type->doc);
        } else if (e->command) {
            dump_doc(e->command->name, e->command->doc);
        } else if (e->event) {
            dump_doc(e->event->name, e->event->doc);
        } else {
            dump_doc("(free-form)", e->doc);
        }
    }
}
