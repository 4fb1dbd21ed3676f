/* SPDX-License-Identifier: MIT */
/* Generator: qapi-events.h and .c: the functions that send events. */
#include "qapi/gen/gen.h"

static char *lower(const char *name)
{
    g_autofree char *c = c_name(name, false);

    return g_ascii_strdown(c, -1);
}

static void emit_prototype(Out *o, const Event *e)
{
    g_autofree char *name = lower(e->name);

    out(o, "void qapi_event_send_%s(", name);
    out_params(o, e->arg, e->boxed, true, NULL);
    out(o, ")");
}

static void emit_fields(Out *o, const Event *e)
{
    out(o, "    %s arg = {0};\n\n", e->arg->c_name);
    for (guint i = 0; i < e->arg->members->len; i++) {
        const Member *m = e->arg->members->pdata[i];
        g_autofree char *name = c_name(m->name, true);
        g_autofree char *bare = c_name(m->name, false);
        g_autofree char *type = c_type_member(m->type);

        out_if(o, m->cond);
        if (m->optional && !type_is_pointer(m->type)) {
            out(o, "    arg.has_%s = has_%s;\n", bare, bare);
        }
        out(o, "    arg.%s = (%s)%s;\n", name, type, name);
        out_endif(o, m->cond);
    }
}

static void emit_event(Out *o, const Event *e)
{
    out(o, "\n");
    out_if(o, e->cond);
    emit_prototype(o, e);
    out(o, "\n{\n");
    if (!e->arg) {
        out(o, "    qapi_event_emit(QAPI_EVENT_%s, \"%s\", NULL);\n}\n", e->name, e->name);
    } else if (e->boxed) {
        out(o, "    qapi_event_emit(QAPI_EVENT_%s, \"%s\", qapi_to_json(%s, arg));\n}\n", e->name,
            e->name, c_reference(e->arg));
    } else {
        emit_fields(o, e);
        out(o, "    qapi_event_emit(QAPI_EVENT_%s, \"%s\", qapi_to_json(%s, &arg));\n}\n", e->name,
            e->name, c_reference(e->arg));
    }
    out_endif(o, e->cond);
}

void emit_events(const Model *m, const Target *to)
{
    Out *h = out_begin_h(to, "events", "sending events");
    Out *o = out_begin_c("sending events");

    out_include(h, to, "types.h");
    out(h, "#include \"qapi/events.h\"\n\ntypedef enum QapiEvent {\n");
    out_include(o, to, "events.h");
    for (guint i = 0; i < m->events->len; i++) {
        const Event *e = m->events->pdata[i];

        out_if(h, e->cond);
        out(h, "    QAPI_EVENT_%s,\n", e->name);
        out_endif(h, e->cond);
        emit_event(o, e);
    }
    out(h, "    QAPI_EVENT__MAX,\n} QapiEvent;\n\n");
    for (guint i = 0; i < m->events->len; i++) {
        const Event *e = m->events->pdata[i];

        out_if(h, e->cond);
        emit_prototype(h, e);
        out(h, ";\n");
        out_endif(h, e->cond);
    }
    out_end_h(h);
    out_write(h, to, "events.h");
    out_write(o, to, "events.c");
}
