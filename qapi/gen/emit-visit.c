/* SPDX-License-Identifier: MIT */
/* Generator: qapi-visit.h and .c: a constant description of each type, which the visitors
 * read, and the functions that convert between C and JSON by it. */
#include "qapi/gen/gen.h"

#include <string.h>

static char *feature_list(const GPtrArray *features)
{
    GString *s = g_string_new(NULL);

    if (!features || !features->len) {
        return g_string_free(s, FALSE);
    }
    g_string_append(s, "(const char *const[]){\n");
    for (guint i = 0; i < features->len; i++) {
        const Feature *f = features->pdata[i];

        if (f->cond) {
            g_autofree char *cond = cond_text(f->cond);

            g_string_append_printf(s, "#if %s\n", cond);
        }
        g_string_append_printf(s, "    \"%s\",\n%s", f->name, f->cond ? "#endif\n" : "");
    }
    g_string_append(s, "    NULL}");
    return g_string_free(s, FALSE);
}

static void emit_features(Out *o, const GPtrArray *features)
{
    g_autofree char *list = feature_list(features);

    if (*list) {
        out(o, "    .features = %s,\n", list);
    }
}

static void emit_member(Out *o, const Type *t, const Member *m)
{
    g_autofree char *name = c_name(m->name, true);
    g_autofree char *bare = c_name(m->name, false);

    out_if(o, m->cond);
    out(o, "    {.name = \"%s\", .type = %s,\n     .offset = offsetof(%s, %s)", m->name,
        c_reference(m->type), t->c_name, name);
    if (m->optional) {
        out(o, ", .optional = true");
        if (!type_is_pointer(m->type)) {
            out(o, ", .has_offset = offsetof(%s, has_%s)", t->c_name, bare);
        }
    }
    out(o, ",\n ");
    emit_features(o, m->features);
    out(o, "    },\n");
    out_endif(o, m->cond);
}

static const char *branch_kind(const Type *t)
{
    if (t->kind == TYPE_ENUM) {
        return "JSON_KIND_STRING";
    }
    if (t->kind == TYPE_ARRAY) {
        return "JSON_KIND_ARRAY";
    }
    if (t->kind != TYPE_BUILTIN) {
        return "JSON_KIND_OBJECT";
    }
    static const char *const kinds[][2] = {
        {"string", "JSON_KIND_STRING"}, {"boolean", "JSON_KIND_BOOL"}, {"int", "JSON_KIND_INT"},
        {"number", "JSON_KIND_DOUBLE"}, {"null", "JSON_KIND_NULL"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!strcmp(t->builtin->json_type, kinds[i][0])) {
            return kinds[i][1];
        }
    }
    g_assert_not_reached();
}

static void emit_branches(Out *o, const Type *t)
{
    if (!t->branches->len) {
        return;
    }
    out(o, "static const QapiBranch branches_%s[] = {\n", t->c_name);
    for (guint i = 0; i < t->branches->len; i++) {
        const Branch *br = t->branches->pdata[i];

        out_if(o, br->cond);
        out(o, "    {.name = \"%s\", .type = %s, ", br->name, c_reference(br->type));
        if (t->kind == TYPE_UNION) {
            g_autofree char *value = c_upper(br->name);

            out(o, ".value = %s_%s},\n", t->tag->type->prefix, value);
        } else {
            out(o, ".value = %s},\n", branch_kind(br->type));
        }
        out_endif(o, br->cond);
    }
    out(o, "};\n");
}

static void emit_branch_fields(Out *o, const Type *t)
{
    if (!t->branches->len) {
        return;
    }
    out(o, "    .branches = branches_%s,\n    .n_branches = G_N_ELEMENTS(branches_%s),\n",
        t->c_name, t->c_name);
    out(o, "    .u_offset = offsetof(%s, u),\n", t->c_name);
    if (t->tag) {
        g_autofree char *tag = c_name(t->tag->name, true);

        out(o, "    .tag = \"%s\",\n    .tag_type = %s,\n", t->tag->name,
            c_reference(t->tag->type));
        out(o, "    .tag_offset = offsetof(%s, %s),\n", t->c_name, tag);
    } else {
        out(o, "    .tag_offset = offsetof(%s, type),\n", t->c_name);
    }
}

static void emit_struct(Out *o, const Type *t)
{
    out(o, "\n");
    out_if(o, t->cond);
    if (t->members->len) {
        out(o, "static const QapiMember members_%s[] = {\n", t->c_name);
        for (guint i = 0; i < t->members->len; i++) {
            emit_member(o, t, t->members->pdata[i]);
        }
        out(o, "};\n");
    }
    emit_branches(o, t);
    out(o, "const QapiType qapi_type_%s = {\n    .name = \"%s\",\n", t->c_name, t->name);
    out(o, "    .kind = %s,\n    .size = sizeof(%s),\n",
        t->kind == TYPE_ALTERNATE ? "QAPI_ALTERNATE" : "QAPI_STRUCT", t->c_name);
    if (t->members->len) {
        out(o, "    .members = members_%s,\n    .n_members = G_N_ELEMENTS(members_%s),\n",
            t->c_name, t->c_name);
    }
    emit_branch_fields(o, t);
    emit_features(o, t->features);
    out(o, "};\n");
    out_endif(o, t->cond);
}

static void emit_enum(Out *o, const Type *t)
{
    bool any = false;

    out(o, "\n");
    out_if(o, t->cond);
    for (guint i = 0; i < t->enum_values->len; i++) {
        any |= ((const EnumValue *)t->enum_values->pdata[i])->features->len > 0;
    }
    if (any) {
        out(o, "static const char *const *const value_features_%s[] = {\n", t->c_name);
        for (guint i = 0; i < t->enum_values->len; i++) {
            const EnumValue *v = t->enum_values->pdata[i];
            g_autofree char *list = feature_list(v->features);

            out_if(o, v->cond);
            out(o, "    %s,\n", *list ? list : "NULL");
            out_endif(o, v->cond);
        }
        out(o, "};\n");
    }
    out(o, "const QapiType qapi_type_%s = {\n    .name = \"%s\",\n    .kind = QAPI_ENUM,\n",
        t->c_name, t->name);
    out(o, "    .size = sizeof(%s),\n    .lookup = %s_lookup,\n", t->c_name, t->c_name);
    if (any) {
        out(o, "    .value_features = value_features_%s,\n", t->c_name);
    }
    emit_features(o, t->features);
    out(o, "};\n");
    out_endif(o, t->cond);
}

static void emit_array(Out *o, const Type *t)
{
    out(o, "\n");
    out_if(o, t->cond);
    out(o,
        "const QapiType qapi_type_%s = {\n    .kind = QAPI_LIST,\n    .size = sizeof(%s),\n"
        "    .element = %s,\n};\n",
        t->c_name, t->c_name, c_reference(t->element));
    out_endif(o, t->cond);
}

static void emit_conversions(Out *o, const Type *t)
{
    const char *c = t->c_name;

    out(o, "\n");
    out_if(o, t->cond);
    out(o,
        "static inline JsonNode *qapi_%s_to_json(const %s *obj)\n{\n"
        "    return qapi_to_json(&qapi_type_%s, obj);\n}\n",
        c, c, c);
    out(o,
        "static inline %s *qapi_%s_from_json(JsonNode *node, const char *name, Error **errp)\n{\n"
        "    return qapi_from_json(&qapi_type_%s, node, name, QAPI_JSON, errp);\n}\n",
        c, c, c);
    out(o,
        "static inline %s *qapi_%s_from_text(JsonNode *node, const char *name, Error **errp)\n{\n"
        "    return qapi_from_json(&qapi_type_%s, node, name, QAPI_TEXT, errp);\n}\n",
        c, c, c);
    out_endif(o, t->cond);
}

static void emit_header(const Model *m, const Target *to)
{
    Out *o = out_begin_h(to, "visit", "conversion between C and JSON");

    out_include(o, to, "types.h");
    for (guint i = 0; i < m->types->len; i++) {
        const Type *t = m->types->pdata[i];

        if (t->kind != TYPE_ENUM) {
            emit_conversions(o, t);
        }
    }
    for (guint i = 0; i < m->arrays->len; i++) {
        emit_conversions(o, m->arrays->pdata[i]);
    }
    out_end_h(o);
    out_write(o, to, "visit.h");
}

void emit_visit(const Model *m, const Target *to)
{
    Out *o = out_begin_c("descriptions of the schema's types");

    emit_header(m, to);
    out_include(o, to, "visit.h");
    out(o, "#include <stddef.h>\n");
    for (guint i = 0; i < m->types->len; i++) {
        const Type *t = m->types->pdata[i];

        if (t->kind == TYPE_ENUM) {
            emit_enum(o, t);
        } else {
            emit_struct(o, t);
        }
    }
    for (guint i = 0; i < m->arrays->len; i++) {
        const Type *t = m->arrays->pdata[i];

        if (!t->predefined) {
            emit_array(o, t);
        }
    }
    out_write(o, to, "visit.c");
}
