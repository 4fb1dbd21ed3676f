/* SPDX-License-Identifier: MIT */
/* Generator: qapi-introspect.h and .c: commands and events as introspection shows them; the
 * types are those of gen/qapi-visit.c. */
#include "qapi/gen/gen.h"

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
    if (c->allow_oob) {
        out(o, "     .allow_oob = true,\n");
    }
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

void emit_introspect(const Model *m, const Target *to)
{
    Out *h = out_begin_h(to, "introspect", "commands and events for introspection");
    Out *o = out_begin_c("commands and events for introspection");

    out(h, "#include \"qapi/introspect.h\"\n\nextern const QapiInterface %s_interface;\n",
        to->c_name);
    out_end_h(h);
    out_include(o, to, "introspect.h");
    out_include(o, to, "types.h");
    out(o, "\nstatic const QapiCommandInfo commands[] = {\n");
    for (guint i = 0; i < m->commands->len; i++) {
        emit_command(o, m->commands->pdata[i]);
    }
    out(o, "};\n\nstatic const QapiEventInfo events[] = {\n");
    for (guint i = 0; i < m->events->len; i++) {
        emit_event(o, m->events->pdata[i]);
    }
    out(o,
        "};\n\nconst QapiInterface %s_interface = {\n    .commands = commands,\n"
        "    .n_commands = G_N_ELEMENTS(commands),\n    .events = events,\n"
        "    .n_events = G_N_ELEMENTS(events),\n};\n",
        to->c_name);
    out_write(h, to, "introspect.h");
    out_write(o, to, "introspect.c");
}
