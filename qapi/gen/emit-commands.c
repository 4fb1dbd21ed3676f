/* SPDX-License-Identifier: MIT */
/* Generator: qapi-commands.h and .c: handlers' prototypes, marshallers, the command table. */
#include "qapi/gen/gen.h"

#include <string.h>

static char *return_c_type(const Command *c)
{
    return c->ret ? c_type_member(c->ret) : g_strdup("void ");
}

/* With 'gen': false the handler does the marshaller's work. */
static void emit_prototypes(Out *o, const Command *c)
{
    g_autofree char *name = c_name(c->name, false);

    out_if(o, c->cond);
    if (c->gen) {
        g_autofree char *ret = return_c_type(c);

        out(o, "%sqmp_%s(", ret, name);
        out_params(o, c->arg, c->boxed, false, "Error **errp");
        out(o, ");\n");
    }
    out(o, "bool qmp_%s%s(JsonObject *args, JsonNode **ret, Error **errp);\n",
        c->gen ? "marshal_" : "", name);
    out_endif(o, c->cond);
}

static void emit_call_arguments(Out *o, const Command *c)
{
    if (c->boxed) {
        out(o, "arg, ");
        return;
    }
    for (guint i = 0; c->arg && i < c->arg->members->len; i++) {
        const Member *m = c->arg->members->pdata[i];
        g_autofree char *name = c_name(m->name, true);
        g_autofree char *bare = c_name(m->name, false);

        out_if_inline(o, m->cond);
        if (m->optional && !type_is_pointer(m->type)) {
            out(o, "arg->has_%s, ", bare);
        }
        out(o, "arg->%s, ", name);
        out_endif_inline(o, m->cond);
    }
}

static void emit_marshaller(Out *o, const Command *c)
{
    g_autofree char *name = c_name(c->name, false);

    out(o, "\n");
    out_if(o, c->cond);
    out(o, "bool qmp_marshal_%s(JsonObject *args, JsonNode **ret, Error **errp)\n{\n", name);
    out(o, "    Error *err = NULL;\n");
    if (c->arg) {
        out(o, "    g_autoptr(%s) arg = qmp_arguments(%s, args, errp);\n\n", c->arg->c_name,
            c_reference(c->arg));
        out(o, "    if (!arg) {\n        return false;\n    }\n");
    } else {
        out(o, "\n    if (!qmp_no_arguments(args, errp)) {\n        return false;\n    }\n");
    }
    if (c->ret) {
        g_autofree char *type = return_c_type(c);

        out(o, "    %svalue = qmp_%s(", type, name);
    } else {
        out(o, "    qmp_%s(", name);
    }
    emit_call_arguments(o, c);
    out(o, "&err);\n    if (err) {\n        g_propagate_error(errp, err);\n"
           "        return false;\n    }\n");
    if (c->ret) {
        out(o, "    *ret = qapi_value_to_json(%s, &value);\n", c_reference(c->ret));
        out(o, "    qapi_value_clear(%s, &value);\n", c_reference(c->ret));
    } else if (c->success_response) {
        out(o, "    *ret = qmp_empty_result();\n");
    }
    out(o, "    return true;\n}\n");
    out_endif(o, c->cond);
}

void out_command_flags(Out *o, const Command *c)
{
    out(o, "0");
    if (c->allow_oob) {
        out(o, " | QMP_ALLOW_OOB");
    }
    if (c->allow_preconfig) {
        out(o, " | QMP_ALLOW_PRECONFIG");
    }
    if (!c->success_response) {
        out(o, " | QMP_NO_SUCCESS_RESPONSE");
    }
    if (c->role != ROLE_ADMIN) {
        out(o, c->role == ROLE_OBSERVER ? " | QMP_FOR_OBSERVER" : " | QMP_FOR_OPERATOR");
    }
    if (c->preconfig_only) {
        out(o, " | QMP_PRECONFIG_ONLY");
    }
}

static void emit_row(Out *o, const Command *c)
{
    g_autofree char *name = c_name(c->name, false);

    out_if(o, c->cond);
    out(o, "    {\"%s\", qmp_%s%s, ", c->name, c->gen ? "marshal_" : "", name);
    out_command_flags(o, c);
    out(o, "},\n");
    out_endif(o, c->cond);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    const Command *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

void emit_commands(const Model *m, const Target *to)
{
    Out *h = out_begin_h(to, "commands", "what implements the commands");
    Out *o = out_begin_c("from requests to handlers");
    g_autoptr(GPtrArray) sorted = g_ptr_array_copy(m->commands, NULL, NULL);

    out_include(h, to, "types.h");
    out(h, "#include \"qapi/dispatch.h\"\n");
    out_include(o, to, "commands.h");
    out(o, "#include \"util/module.h\"\n");
    for (guint i = 0; i < m->commands->len; i++) {
        const Command *c = m->commands->pdata[i];

        out(h, "\n");
        emit_prototypes(h, c);
        if (c->gen) {
            emit_marshaller(o, c);
        }
    }
    g_ptr_array_sort(sorted, by_name);
    out(o, "\n/* By name: looked up by bisection. */\nstatic const QmpCommand commands[] = {\n");
    for (guint i = 0; i < sorted->len; i++) {
        emit_row(o, sorted->pdata[i]);
    }
    out(o,
        "};\n\nstatic void %s_commands_register(void)\n{\n"
        "    qmp_register_commands(commands, G_N_ELEMENTS(commands));\n}\n\n"
        "module_init(%s_commands_register, MODULE_QMP);\n",
        to->c_name, to->c_name);
    out_end_h(h);
    out_write(h, to, "commands.h");
    out_write(o, to, "commands.c");
}
