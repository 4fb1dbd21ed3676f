/* SPDX-License-Identifier: MIT */
/* Generator: qapi-introspect.h and .c: commands and events as introspection shows them; the
 * types are those of gen/qapi-visit.c. */
#include "qapi/gen/gen.h"

#include <string.h>

static void emit_features(Out *o, const GPtrArray *features)
{
    if (!features->len) {
        return;
    }
    out(o, "     .features = (const char *const[]){\n");
    for (guint i = 0; i < features->len; i++) {
        const Feature *f = features->pdata[i];

        out_if(o, f->cond);
        out(o, "         \"%s\",\n", f->name);
        out_endif(o, f->cond);
    }
    out(o, "         NULL},\n");
}

static void emit_command(Out *o, const Command *c)
{
    out_if(o, c->cond);
    out(o, "    {.name = \"%s\", .arg = %s, .ret = %s,\n", c->name, c_reference(c->arg),
        c_reference(c->ret));
    out(o, "     .flags = ");
    out_command_flags(o, c);
    out(o, ",\n");
    emit_features(o, c->features);
    out(o, "    },\n");
    out_endif(o, c->cond);
}

static void emit_event(Out *o, const Event *e)
{
    out_if(o, e->cond);
    out(o, "    {.name = \"%s\", .arg = %s,\n", e->name, c_reference(e->arg));
    emit_features(o, e->features);
    out(o, "    },\n");
    out_endif(o, e->cond);
}

/* ---- documentation: strings one behind the other, see qapi/introspect.h */

/* One of them, for what is documented at all. */
static void emit_string(Out *o, char kind, const char *text)
{
    if (text && *text) {
        g_autofree char *plain = dedent(text);
        g_autofree char *escaped = g_strescape(plain, NULL);

        out(o, "    \"%c%s\\0\"\n", kind, escaped);
    }
}

static void emit_member(Out *o, const char *name, const Doc *doc)
{
    const DocArg *arg = doc ? doc_find(doc->args, name) : NULL;

    if (arg && *arg->text) {
        emit_string(o, 'M', name);
        emit_string(o, 'D', arg->text);
    }
}

static void emit_type_docs(Out *o, const Type *t, const Doc *doc)
{
    for (guint i = 0; t && i < t->members->len; i++) {
        const Member *m = t->members->pdata[i];

        emit_member(o, m->name, m->from == t ? doc : m->from->doc);
    }
    for (guint i = 0; t && i < t->enum_values->len; i++) {
        emit_member(o, ((const EnumValue *)t->enum_values->pdata[i])->name, doc);
    }
    for (guint i = 0; t && t->kind == TYPE_ALTERNATE && i < t->branches->len; i++) {
        emit_member(o, ((const Branch *)t->branches->pdata[i])->name, doc);
    }
}

/* What has a name of its own: its text in paragraphs, since when, what it returns. */
static void emit_sections(Out *o, const char *name, const Doc *doc)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *since = NULL, *returns = NULL;

    for (guint i = 0; doc && i < doc->sections->len; i++) {
        const DocSection *s = doc->sections->pdata[i];

        if (!s->tag) {
            g_string_append_printf(text, "%s%s", text->len ? "\n\n" : "", s->text);
        } else if (!strcmp(s->tag, "Since")) {
            since = s->text;
        } else if (!strcmp(s->tag, "Returns")) {
            returns = s->text;
        }
    }
    emit_string(o, 'N', name);
    emit_string(o, 'T', text->str);
    emit_string(o, 'S', since);
    emit_string(o, 'R', returns);
}

static void emit_docs(Out *o, const Model *m)
{
    out(o, "\nstatic const char docs[] =\n");
    for (guint i = 0; i < m->entries->len; i++) {
        const DocEntry *e = m->entries->pdata[i];
        const Type *arg = e->command ? e->command->arg : e->event ? e->event->arg : NULL;
        const Doc *doc = e->type      ? e->type->doc
                         : e->command ? e->command->doc
                         : e->event   ? e->event->doc
                                      : NULL;

        if (doc) {
            emit_sections(o,
                          e->type      ? e->type->name
                          : e->command ? e->command->name
                                       : e->event->name,
                          doc);
            emit_type_docs(o, e->type, doc);
            if (arg && arg->implicit) {
                emit_string(o, 'N', arg->name);
                emit_type_docs(o, arg, doc);
            }
        }
    }
    out(o, "    \"\";\n");
}

void emit_introspect(const Model *m, const Target *to)
{
    Out *h = out_begin_h(to, "introspect", "commands and events for introspection");
    Out *o = out_begin_c("commands and events for introspection");

    out(h, "#include \"qapi/introspect.h\"\n\nextern const QapiInterface %s_interface;\n",
        to->c_name);
    out_end_h(h);
    out_include(o, to, "introspect.h");
    out_include(o, to, "types.h");
    out(o, "#include \"qapi/dispatch.h\"\n");
    out(o, "\nstatic const QapiCommandInfo commands[] = {\n");
    for (guint i = 0; i < m->commands->len; i++) {
        emit_command(o, m->commands->pdata[i]);
    }
    out(o, "};\n\nstatic const QapiEventInfo events[] = {\n");
    for (guint i = 0; i < m->events->len; i++) {
        emit_event(o, m->events->pdata[i]);
    }
    out(o, "};\n");
    emit_docs(o, m);
    out(o,
        "\nconst QapiInterface %s_interface = {\n    .commands = commands,\n"
        "    .n_commands = G_N_ELEMENTS(commands),\n    .events = events,\n"
        "    .n_events = G_N_ELEMENTS(events),\n    .docs = docs,\n};\n",
        to->c_name);
    out_write(h, to, "introspect.h");
    out_write(o, to, "introspect.c");
}
