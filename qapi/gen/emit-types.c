/* SPDX-License-Identifier: MIT */
/* Generator: qapi-types.h and .c: C types of the schema, names of enum values. */
#include "qapi/gen/gen.h"

#include <string.h>

static char *enum_constant(const Type *t, const char *value)
{
    g_autofree char *upper = c_upper(value);

    return g_strdup_printf("%s_%s", t->prefix, upper);
}

static void emit_enum(Out *o, const Type *t)
{
    out(o, "\ntypedef enum %s {\n", t->c_name);
    for (guint i = 0; i < t->enum_values->len; i++) {
        const EnumValue *v = t->enum_values->pdata[i];
        g_autofree char *c = enum_constant(t, v->name);

        out_if(o, v->cond);
        out(o, "    %s,\n", c);
        out_endif(o, v->cond);
    }
    out(o, "    %s__MAX,\n} %s;\n\n", t->prefix, t->c_name);
    out(o, "extern const char *const %s_lookup[];\n", t->c_name);
    out(o,
        "static inline const char *%s_str(%s value)\n{\n"
        "    return qapi_enum_str(&qapi_type_%s, (int)value);\n}\n",
        t->c_name, t->c_name, t->c_name);
    out(o,
        "static inline bool %s_parse(const char *text, %s *ret, Error **errp)\n{\n"
        "    int value = qapi_enum_parse(&qapi_type_%s, text, errp);\n\n"
        "    *ret = (%s)(value < 0 ? 0 : value);\n    return value >= 0;\n}\n",
        t->c_name, t->c_name, t->c_name, t->c_name);
}

static void emit_enum_lookup(Out *o, const Type *t)
{
    out_if(o, t->cond);
    out(o, "\nconst char *const %s_lookup[] = {\n", t->c_name);
    for (guint i = 0; i < t->enum_values->len; i++) {
        const EnumValue *v = t->enum_values->pdata[i];
        g_autofree char *c = enum_constant(t, v->name);

        out_if(o, v->cond);
        out(o, "    [%s] = \"%s\",\n", c, v->name);
        out_endif(o, v->cond);
    }
    out(o, "    [%s__MAX] = NULL,\n};\n", t->prefix);
    out_endif(o, t->cond);
}

static void emit_member(Out *o, const Member *m)
{
    g_autofree char *type = c_type_member(m->type);
    g_autofree char *name = c_name(m->name, true);
    g_autofree char *bare = c_name(m->name, false);

    out_if(o, m->cond);
    if (m->optional && !type_is_pointer(m->type)) {
        out(o, "    bool has_%s;\n", bare);
    }
    out(o, "    %s%s;\n", type, name);
    out_endif(o, m->cond);
}

static void emit_branches(Out *o, const Type *t)
{
    if (!t->branches->len) {
        return;
    }
    out(o, "    union {\n        char unused_;\n");
    for (guint i = 0; i < t->branches->len; i++) {
        const Branch *br = t->branches->pdata[i];
        g_autofree char *name = c_name(br->name, true);
        g_autofree char *type = t->kind == TYPE_UNION ? g_strdup_printf("%s ", br->type->c_name)
                                                      : c_type_member(br->type);

        out_if(o, br->cond);
        out(o, "        %s%s;\n", type, name);
        out_endif(o, br->cond);
    }
    out(o, "    } u;\n");
}

/* A union holds its branches by value: they come first. */
static void emit_struct(Out *o, const Type *t, GHashTable *done)
{
    if (!g_hash_table_add(done, (void *)t)) {
        return;
    }
    for (guint i = 0; t->kind == TYPE_UNION && i < t->branches->len; i++) {
        emit_struct(o, ((const Branch *)t->branches->pdata[i])->type, done);
    }
    out(o, "\n");
    out_if(o, t->cond);
    out(o, "struct %s {\n", t->c_name);
    for (guint i = 0; i < t->members->len; i++) {
        emit_member(o, t->members->pdata[i]);
    }
    if (t->kind == TYPE_ALTERNATE) {
        out(o, "    JsonKind type; /* what the value is: selects the member of u */\n");
    }
    emit_branches(o, t);
    bool fixed = false;
    for (guint i = 0; i < t->members->len; i++) {
        fixed |= !((const Member *)t->members->pdata[i])->cond;
    }
    if (!fixed && t->kind == TYPE_STRUCT) {
        out(o, "    char unused_;\n"); /* conditions may leave nothing */
    }
    out(o, "};\n");
    out_endif(o, t->cond);
}

static void emit_ownership(Out *o, const Type *t)
{
    out(o,
        "\nstatic inline void qapi_free_%s(%s *obj)\n{\n"
        "    qapi_free(&qapi_type_%s, obj);\n}\n",
        t->c_name, t->c_name, t->c_name);
    out(o,
        "static inline %s *qapi_clone_%s(const %s *obj)\n{\n"
        "    return qapi_clone(&qapi_type_%s, obj);\n}\n",
        t->c_name, t->c_name, t->c_name, t->c_name);
    out(o, "G_DEFINE_AUTOPTR_CLEANUP_FUNC(%s, qapi_free_%s)\n", t->c_name, t->c_name);
}

static void emit_arrays(Out *o, const Model *m)
{
    for (guint i = 0; i < m->arrays->len; i++) {
        const Type *t = m->arrays->pdata[i];
        g_autofree char *item = c_type_member(t->element);

        if (t->predefined) {
            continue; /* qapi/types.h has them */
        }
        out(o, "\n");
        out_if(o, t->cond);
        out(o, "typedef struct %s {\n    %s*items;\n    size_t n;\n} %s;\n", t->c_name, item,
            t->c_name);
        out(o, "extern const QapiType qapi_type_%s;\n", t->c_name);
        emit_ownership(o, t);
        out_endif(o, t->cond);
    }
}

static void emit_header(const Model *m, const Target *to)
{
    Out *o = out_begin_h(to, "types", "C types of the schema");
    g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);

    out(o, "#include \"qapi/types.h\"\n\n");
    for (guint i = 0; i < m->types->len; i++) {
        const Type *t = m->types->pdata[i];

        out_if(o, t->cond);
        if (t->kind != TYPE_ENUM) {
            out(o, "typedef struct %s %s;\n", t->c_name, t->c_name);
        }
        out(o, "extern const QapiType qapi_type_%s;\n", t->c_name);
        out_endif(o, t->cond);
    }
    for (guint i = 0; i < m->types->len; i++) {
        const Type *t = m->types->pdata[i];

        if (t->kind == TYPE_ENUM) {
            out_if(o, t->cond);
            emit_enum(o, t);
            out_endif(o, t->cond);
        }
    }
    emit_arrays(o, m);
    for (guint i = 0; i < m->types->len; i++) {
        const Type *t = m->types->pdata[i];

        if (t->kind != TYPE_ENUM) {
            emit_struct(o, t, done);
            out_if(o, t->cond);
            emit_ownership(o, t);
            out_endif(o, t->cond);
        }
    }
    out_end_h(o);
    out_write(o, to, "types.h");
}

void emit_types(const Model *m, const Target *to)
{
    Out *o = out_begin_c("names of enum values");

    emit_header(m, to);
    out_include(o, to, "types.h");
    for (guint i = 0; i < m->types->len; i++) {
        const Type *t = m->types->pdata[i];

        if (t->kind == TYPE_ENUM) {
            emit_enum_lookup(o, t);
        }
    }
    out_write(o, to, "types.c");
}
