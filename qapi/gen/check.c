/* SPDX-License-Identifier: MIT */
/* Generator, third pass: each definition by itself has the form the language wants. What names
 * mean is the next pass's business. */
#include "qapi/gen/gen.h"

#include <string.h>

typedef struct Check {
    const Source *src;
    Loc loc;    /* of the definition */
    char *what; /* "struct 'Foo'" */
    bool odd_member_names;
} Check;

static const char *const metas[] = {"enum", "struct", "union", "alternate", "command", "event"};

/* ---- names */

/* The name without "*", a downstream prefix "__RFQDN_" or "x-". */
static const char *name_stem(const Check *ck, const char *name, const char *role)
{
    const char *p = name;

    if (g_str_has_prefix(p, "__")) {
        p += 2;
        size_t n = strcspn(p, "_");
        g_autofree char *rfqdn = g_strndup(p, n);
        if (n == 0 || strspn(rfqdn, "abcdefghijklmnopqrstuvwxyz0123456789.-") != n || !p[n]) {
            fail(ck->loc, "%s has an invalid name '%s'", role, name);
        }
        p += n + 1;
    }
    return p;
}

static void check_name_chars(const Check *ck, const char *name, const char *role, bool digit_first)
{
    const char *p = name_stem(ck, name, role);
    bool ok = g_ascii_isalpha(*p) || (digit_first && g_ascii_isdigit(*p));

    for (; ok && *p; p++) {
        ok = g_ascii_isalnum(*p) || *p == '-' || *p == '_';
    }
    if (!ok) {
        fail(ck->loc, "%s has an invalid name '%s'", role, name);
    }
    if (g_str_has_prefix(name, "q_") || g_str_has_prefix(name, "q-")) {
        fail(ck->loc, "%s uses the reserved prefix of name '%s'", role, name);
    }
}

static bool has_upper(const char *s)
{
    return strcspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(s);
}

static bool has_lower(const char *s)
{
    return strcspn(s, "abcdefghijklmnopqrstuvwxyz") != strlen(s);
}

/* Members, features, enum values and commands: lower case and hyphens. */
static void check_name_lower(const Check *ck, const char *name, const char *role, bool digit_first,
                             bool exempt)
{
    check_name_chars(ck, name, role, digit_first);
    if (exempt) {
        return;
    }
    const char *stem = name_stem(ck, name, role);
    if (has_upper(stem) || strchr(stem, '_')) {
        fail(ck->loc, "name of %s must not use uppercase or '_'", role);
    }
}

static void check_definition_name(Check *ck, const char *meta, const char *name)
{
    g_autofree char *role = g_strdup(meta);
    const char *stem;

    check_name_chars(ck, name, role, false);
    stem = name_stem(ck, name, role);
    if (!strcmp(meta, "event")) {
        if (has_lower(stem) || strchr(stem, '-')) {
            fail(ck->loc, "name of event must not use lowercase or '-'");
        }
        return;
    }
    if (!strcmp(meta, "command")) {
        check_name_lower(ck, name, meta, false,
                         name_listed(ck->src->pragmas.command_name_exceptions, name));
        return;
    }
    if (!g_ascii_isupper(*stem) || !has_lower(stem) || strpbrk(stem, "-_")) {
        fail(ck->loc, "name of %s must use CamelCase", meta);
    }
    if (g_str_has_suffix(name, "List")) {
        fail(ck->loc, "%s name should not end in 'List'", meta);
    }
}

/* ---- parts */

static void check_keys(const Check *ck, const Value *v, const char *what, const char *required,
                       const char *optional)
{
    g_auto(GStrv) must = g_strsplit(required, " ", -1);
    g_auto(GStrv) may = g_strsplit(optional, " ", -1);

    for (guint i = 0; *required && must[i]; i++) {
        if (!value_get(v, must[i])) {
            fail(ck->loc, "%s misses key '%s'", what, must[i]);
        }
    }
    for (guint i = 0; i < v->keys->len; i++) {
        const char *key = v->keys->pdata[i];

        if (!g_strv_contains((const char *const *)must, key) &&
            !g_strv_contains((const char *const *)may, key)) {
            fail(ck->loc, "%s has unknown key '%s'", what, key);
        }
    }
}

static void check_cond(const Check *ck, const Value *v, const char *what)
{
    if (!v) {
        return;
    }
    if (v->kind == VALUE_STRING) {
        const char *s = v->string;
        bool ok = g_ascii_isalpha(*s) || *s == '_';

        for (; ok && *s; s++) {
            ok = g_ascii_isalnum(*s) || *s == '_';
        }
        if (!ok) {
            fail(ck->loc, "'if' condition '%s' of %s is not a valid identifier", v->string, what);
        }
        return;
    }
    if (v->kind != VALUE_DICT) {
        fail(ck->loc, "'if' condition of %s must be a string or an object", what);
    }
    if (v->keys->len != 1) {
        fail(ck->loc, "'if' condition of %s has to have one key: 'all', 'any' or 'not'", what);
    }
    g_autofree char *cond_what = g_strdup_printf("'if' condition of %s", what);
    check_keys(ck, v, cond_what, "", "all any not");
    const char *op = v->keys->pdata[0];
    const Value *operand = v->values->pdata[0];
    if (!strcmp(op, "not")) {
        check_cond(ck, operand, what);
        return;
    }
    if (operand->kind != VALUE_LIST || !operand->values->len) {
        fail(ck->loc, "'%s' condition of %s must be a nonempty array", op, what);
    }
    for (guint i = 0; i < operand->values->len; i++) {
        check_cond(ck, operand->values->pdata[i], what);
    }
}

/* They say who may use a command and when. */
static bool is_right(const char *feature)
{
    return !strcmp(feature, "x-observer") || !strcmp(feature, "x-operator") ||
           !strcmp(feature, "x-preconfig-only");
}

static void check_features(const Check *ck, const Value *v, const char *what)
{
    g_autoptr(GPtrArray) seen = g_ptr_array_new();

    if (!v) {
        return;
    }
    if (v->kind != VALUE_LIST) {
        fail(ck->loc, "'features' of %s must be an array", what);
    }
    for (guint i = 0; i < v->values->len; i++) {
        const Value *f = v->values->pdata[i];

        if (f->kind == VALUE_DICT) {
            g_autofree char *feature_what = g_strdup_printf("feature of %s", what);

            check_keys(ck, f, feature_what, "name", "if");
            check_cond(ck, value_get(f, "if"), feature_what);
            f = value_get(f, "name");
        }
        if (f->kind != VALUE_STRING) {
            fail(ck->loc, "feature of %s requires a string name", what);
        }
        g_autofree char *role = g_strdup_printf("feature of %s", what);
        check_name_lower(ck, f->string, role, false, false);
        if (is_right(f->string) && !g_str_has_prefix(what, "command ")) {
            fail(ck->loc, "feature '%s' of %s is for commands only", f->string, what);
        }
        if (name_listed(seen, f->string)) {
            fail(ck->loc, "%s has feature '%s' twice", what, f->string);
        }
        g_ptr_array_add(seen, f->string);
    }
}

static void check_type_ref(const Check *ck, const Value *v, const char *what, bool allow_array)
{
    if (v->kind == VALUE_STRING) {
        return;
    }
    if (v->kind != VALUE_LIST) {
        fail(ck->loc, "%s should be a type name%s", what, allow_array ? " or array" : "");
    }
    if (!allow_array) {
        fail(ck->loc, "%s cannot be an array", what);
    }
    if (v->values->len != 1 || ((const Value *)v->values->pdata[0])->kind != VALUE_STRING) {
        fail(ck->loc, "%s: array type must contain a single type name", what);
    }
}

/* Members of a struct or base, branches of a union, alternatives of an alternate. */
static void check_members(const Check *ck, const Value *v, const char *role, bool members,
                          bool allow_array)
{
    static const char *const reserved[] = {"u", NULL};

    for (guint i = 0; i < v->keys->len; i++) {
        const char *name = v->keys->pdata[i];
        const Value *m = v->values->pdata[i];
        bool optional = members && *name == '*';
        g_autofree char *what = g_strdup_printf("%s '%s' of %s", role, name + optional, ck->what);

        check_name_lower(ck, name + optional, what, !members, ck->odd_member_names);
        if (members && (g_strv_contains(reserved, name + optional) ||
                        g_str_has_prefix(name + optional, "has-") ||
                        g_str_has_prefix(name + optional, "has_"))) {
            fail(ck->loc, "%s uses a reserved name", what);
        }
        if (m->kind == VALUE_DICT) {
            check_keys(ck, m, what, "type", members ? "if features" : "if");
            check_cond(ck, value_get(m, "if"), what);
            check_features(ck, value_get(m, "features"), what);
            m = value_get(m, "type");
        }
        check_type_ref(ck, m, what, allow_array);
    }
}

static void check_dict(const Check *ck, const Value *v, const char *key)
{
    if (v->kind != VALUE_DICT) {
        fail(ck->loc, "'%s' of %s must be an object", key, ck->what);
    }
}

static void check_string(const Check *ck, const Value *v, const char *key)
{
    if (v && v->kind != VALUE_STRING) {
        fail(ck->loc, "'%s' of %s must be a string", key, ck->what);
    }
}

/* A flag that may only be written with its unusual value. */
static void check_flag(const Check *ck, const Value *expr, const char *key, bool only)
{
    const Value *v = value_get(expr, key);

    if (v && (v->kind != VALUE_BOOL || v->boolean != only)) {
        fail(ck->loc, "flag '%s' of %s may only use %s value", key, ck->what,
             only ? "true" : "false");
    }
}

/* ---- definitions */

static void check_enum(const Check *ck, const Value *expr)
{
    const Value *data = value_get(expr, "data");
    g_autoptr(GPtrArray) seen = g_ptr_array_new();

    check_keys(ck, expr, ck->what, "enum data", "if features prefix");
    check_string(ck, value_get(expr, "prefix"), "prefix");
    if (data->kind != VALUE_LIST) {
        fail(ck->loc, "'data' of %s must be an array", ck->what);
    }
    for (guint i = 0; i < data->values->len; i++) {
        const Value *v = data->values->pdata[i];

        if (v->kind == VALUE_DICT) {
            g_autofree char *what = g_strdup_printf("value of %s", ck->what);

            check_keys(ck, v, what, "name", "if features");
            check_cond(ck, value_get(v, "if"), what);
            check_features(ck, value_get(v, "features"), what);
            v = value_get(v, "name");
        }
        if (v->kind != VALUE_STRING) {
            fail(ck->loc, "value of %s requires a string name", ck->what);
        }
        g_autofree char *role = g_strdup_printf("value '%s' of %s", v->string, ck->what);
        check_name_lower(ck, v->string, role, true, ck->odd_member_names);
        char *c = c_name(v->string, false);
        if (name_listed(seen, c)) {
            fail(ck->loc, "value '%s' of %s collides with an earlier one", v->string, ck->what);
        }
        g_ptr_array_add(seen, c);
    }
}

static void check_struct(const Check *ck, const Value *expr)
{
    check_keys(ck, expr, ck->what, "struct data", "base if features");
    check_string(ck, value_get(expr, "base"), "base");
    check_dict(ck, value_get(expr, "data"), "data");
    check_members(ck, value_get(expr, "data"), "member", true, true);
}

static void check_union(const Check *ck, const Value *expr)
{
    const Value *base;

    check_keys(ck, expr, ck->what, "union base discriminator data", "if features");
    base = value_get(expr, "base");
    if (base->kind == VALUE_DICT) {
        check_members(ck, base, "base member", true, true);
    } else {
        check_string(ck, base, "base");
    }
    check_string(ck, value_get(expr, "discriminator"), "discriminator");
    check_dict(ck, value_get(expr, "data"), "data");
    check_members(ck, value_get(expr, "data"), "branch", false, false);
}

static void check_alternate(const Check *ck, const Value *expr)
{
    check_keys(ck, expr, ck->what, "alternate data", "if features");
    check_dict(ck, value_get(expr, "data"), "data");
    if (!value_get(expr, "data")->keys->len) {
        fail(ck->loc, "'data' of %s must not be empty", ck->what);
    }
    check_members(ck, value_get(expr, "data"), "alternative", false, true);
}

/* What commands and events share: arguments. */
static void check_arguments(const Check *ck, const Value *expr)
{
    const Value *data = value_get(expr, "data");

    check_flag(ck, expr, "boxed", true);
    if (value_get(expr, "boxed") && (!data || data->kind != VALUE_STRING)) {
        fail(ck->loc, "'boxed' of %s needs 'data' that names a type", ck->what);
    }
    if (data && data->kind == VALUE_DICT) {
        check_members(ck, data, "parameter", true, true);
    } else if (data && data->kind != VALUE_STRING) {
        fail(ck->loc, "'data' of %s must be an object or a type name", ck->what);
    }
}

static void check_command(const Check *ck, const Value *expr)
{
    check_keys(ck, expr, ck->what, "command",
               "data returns boxed if features gen success-response allow-oob allow-preconfig "
               "coroutine");
    check_flag(ck, expr, "gen", false);
    check_flag(ck, expr, "success-response", false);
    check_flag(ck, expr, "allow-oob", true);
    check_flag(ck, expr, "allow-preconfig", true);
    check_flag(ck, expr, "coroutine", true);
    if (value_get(expr, "allow-oob") && value_get(expr, "coroutine")) {
        fail(ck->loc, "flags 'allow-oob' and 'coroutine' of %s exclude each other", ck->what);
    }
    check_arguments(ck, expr);
    if (value_get(expr, "returns")) {
        g_autofree char *what = g_strdup_printf("'returns' of %s", ck->what);

        check_type_ref(ck, value_get(expr, "returns"), what, true);
    }
}

static void check_event(const Check *ck, const Value *expr)
{
    check_keys(ck, expr, ck->what, "event", "data boxed if features");
    check_arguments(ck, expr);
}

static void check_doc(const Check *ck, const Definition *def)
{
    const Pragmas *pr = &ck->src->pragmas;

    if (!def->doc) {
        if (pr->doc_required) {
            fail(ck->loc, "documentation comment required");
        }
        return;
    }
    for (guint i = 0; i < def->doc->sections->len; i++) {
        const DocSection *s = def->doc->sections->pdata[i];

        if (!g_strcmp0(s->tag, "Returns") && strcmp(def->meta, "command") != 0) {
            fail(s->loc, "'Returns' section is only for commands");
        }
    }
    if (strcmp(def->doc->symbol, def->name)) {
        fail(def->doc->loc, "documentation comment is for '@%s', its definition is '%s'",
             def->doc->symbol, def->name);
    }
}

static void check_definition(const Source *src, Definition *def)
{
    static void (*const checks[])(const Check *, const Value *) = {
        check_enum, check_struct, check_union, check_alternate, check_command, check_event};
    Check ck = {.src = src, .loc = def->loc};
    size_t which = G_N_ELEMENTS(metas);

    for (size_t i = 0; i < G_N_ELEMENTS(metas); i++) {
        if (value_get(def->expr, metas[i])) {
            if (def->meta) {
                fail(def->loc, "expression is both '%s' and '%s'", def->meta, metas[i]);
            }
            def->meta = metas[i];
            which = i;
        }
    }
    if (!def->meta) {
        fail(def->loc, "expression is missing one of the keys 'enum', 'struct', 'union', "
                       "'alternate', 'command', 'event', 'include', 'pragma'");
    }
    const Value *name = value_get(def->expr, def->meta);
    if (name->kind != VALUE_STRING) {
        fail(def->loc, "'%s' key must have a string value", def->meta);
    }
    def->name = name->string;
    ck.what = g_strdup_printf("%s '%s'", def->meta, def->name);
    ck.odd_member_names = name_listed(src->pragmas.member_name_exceptions, def->name);
    check_definition_name(&ck, def->meta, def->name);
    check_doc(&ck, def);
    check_cond(&ck, value_get(def->expr, "if"), ck.what);
    check_features(&ck, value_get(def->expr, "features"), ck.what);
    if (!value_get(def->expr, "data") && which < 4) {
        fail(def->loc, "%s misses key 'data'", ck.what);
    }
    checks[which](&ck, def->expr);
}

void check_source(Source *src)
{
    for (guint i = 0; i < src->definitions->len; i++) {
        Definition *def = src->definitions->pdata[i];

        if (def->expr) {
            check_definition(src, def);
        }
    }
}
