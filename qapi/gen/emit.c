/* SPDX-License-Identifier: MIT */
/* Generator: what the emitters share: C names, conditions, output files. */
#include "qapi/gen/gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const reserved_words[] = {
    "alignas",  "alignof",  "and",      "and_eq",   "asm",    "auto",    "bitand",    "bitor",
    "bool",     "break",    "case",     "catch",    "char",   "class",   "compl",     "const",
    "continue", "default",  "delete",   "do",       "double", "else",    "enum",      "errno",
    "explicit", "export",   "extern",   "false",    "float",  "for",     "friend",    "goto",
    "if",       "inline",   "int",      "linux",    "long",   "mutable", "namespace", "new",
    "not",      "not_eq",   "operator", "or",       "or_eq",  "private", "protected", "public",
    "register", "restrict", "return",   "short",    "signed", "sizeof",  "static",    "struct",
    "switch",   "template", "this",     "throw",    "true",   "try",     "typedef",   "typeof",
    "typename", "union",    "unix",     "unsigned", "using",  "virtual", "void",      "volatile",
    "wchar_t",  "while",    "xor",      "xor_eq",   NULL};

char *c_name(const char *name, bool protect)
{
    char *c = g_strdup(name);

    g_strcanon(c, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", '_');
    if (protect && (g_strv_contains(reserved_words, c) || g_ascii_isdigit(*c))) {
        char *q = g_strconcat("q_", c, NULL);

        g_free(c);
        return q;
    }
    return c;
}

/* A '_' goes before a capital that starts a word: after a small letter or digit, or before a
 * small letter within a row of capitals. */
char *c_upper(const char *name)
{
    g_autofree char *c = c_name(name, false);
    GString *s = g_string_new(NULL);

    for (const char *p = c; *p; p++) {
        if (p > c && g_ascii_isupper(*p) && p[-1] != '_' &&
            (!g_ascii_isupper(p[-1]) || g_ascii_islower(p[1]))) {
            g_string_append_c(s, '_');
        }
        g_string_append_c(s, g_ascii_toupper(*p));
    }
    return g_string_free(s, FALSE);
}

char *cond_text(const Cond *c)
{
    if (c->op == COND_SYMBOL) {
        return g_strdup_printf("defined(%s)", c->symbol);
    }
    if (c->op == COND_NOT) {
        g_autofree char *inner = cond_text(c->operands->pdata[0]);

        return g_strdup_printf("!%s", inner);
    }
    GString *s = g_string_new("(");
    for (guint i = 0; i < c->operands->len; i++) {
        g_autofree char *inner = cond_text(c->operands->pdata[i]);

        g_string_append_printf(s, "%s%s", i ? c->op == COND_ALL ? " && " : " || " : "", inner);
    }
    g_string_append_c(s, ')');
    return g_string_free(s, FALSE);
}

void out(Out *o, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_string_append_vprintf(o->text, fmt, ap);
    va_end(ap);
}

void out_if(Out *o, const Cond *c)
{
    if (c) {
        g_autofree char *text = cond_text(c);

        out(o, "#if %s\n", text);
    }
}

void out_if_inline(Out *o, const Cond *c)
{
    if (c) {
        out(o, "\n");
        out_if(o, c);
    }
}

void out_endif_inline(Out *o, const Cond *c)
{
    if (c) {
        out(o, "\n");
        out_endif(o, c);
    }
}

void out_endif(Out *o, const Cond *c)
{
    if (c) {
        out(o, "#endif\n");
    }
}

Out *out_begin_c(const char *what)
{
    Out *o = g_new0(Out, 1);

    o->text = g_string_new(NULL);
    out(o, "/* Written by poise-qapi-gen: %s. */\n", what);
    return o;
}

Out *out_begin_h(const Target *to, const char *part, const char *what)
{
    Out *o = out_begin_c(what);
    g_autofree char *joined = g_strdup_printf("%s_%s_H", to->stem, part);
    g_autofree char *name = c_name(joined, false);
    g_autofree char *guard = g_ascii_strup(name, -1);

    out(o, "#ifndef %s\n#define %s\n\n", guard, guard);
    return o;
}

void out_include(Out *o, const Target *to, const char *part)
{
    out(o, "#include \"%s-%s\"\n", to->stem, part);
}

void out_end_h(Out *o)
{
    out(o, "\n#endif\n");
}

void out_write_file(Out *o, const char *path)
{
    g_autofree char *parent = g_path_get_dirname(path);
    g_autofree char *old = NULL;
    g_autoptr(GError) err = NULL;

    if (g_file_get_contents(path, &old, NULL, NULL) && !strcmp(old, o->text->str)) {
        return;
    }
    if (g_mkdir_with_parents(parent, 0777) ||
        !g_file_set_contents(path, o->text->str, (gssize)o->text->len, &err)) {
        g_printerr("poise-qapi-gen: can't write '%s': %s\n", path,
                   err ? err->message : g_strerror(errno));
        exit(1);
    }
}

void out_write(Out *o, const Target *to, const char *part)
{
    g_autofree char *path = g_strdup_printf("%s/%s-%s", to->dir, to->name, part);

    out_write_file(o, path);
}

char *c_type_member(const Type *t)
{
    if (t->kind == TYPE_BUILTIN) {
        return t->builtin->pointer ? g_strdup(t->builtin->c_type)
                                   : g_strdup_printf("%s ", t->builtin->c_type);
    }
    return g_strdup_printf(type_is_pointer(t) ? "%s *" : "%s ", t->c_name);
}

char *c_type_param(const Type *t)
{
    if (t->kind == TYPE_BUILTIN && !strcmp(t->name, "str")) {
        return g_strdup("const char *");
    }
    return c_type_member(t);
}

const char *c_reference(const Type *t)
{
    return t ? g_strdup_printf("&qapi_type_%s", t->c_name) : "NULL";
}

/* A comma behind parameter i: when another one follows, which may depend on conditions. */
static void out_comma(Out *o, const Type *t, guint i, const char *last)
{
    g_autoptr(GString) any = g_string_new(NULL);

    for (guint j = i + 1; !last && j < t->members->len; j++) {
        const Member *m = t->members->pdata[j];

        if (!m->cond) {
            last = "";
            break;
        }
        g_autofree char *cond = cond_text(m->cond);
        g_string_append_printf(any, "%s%s", any->len ? " || " : "", cond);
    }
    if (last) {
        out(o, ", ");
    } else if (any->len) {
        out(o, "\n#if %s\n    ,\n#endif\n", any->str);
    }
}

/* Without a last one, all may be conditional: then none may be left. */
static void out_void(Out *o, const Type *t)
{
    guint i = 0;

    while (i < t->members->len && ((const Member *)t->members->pdata[i])->cond) {
        i++;
    }
    if (i < t->members->len) {
        return;
    }
    for (i = 0; i < t->members->len; i++) {
        const Member *m = t->members->pdata[i];
        g_autofree char *cond = cond_text(m->cond);

        out(o, "%s!%s", i ? " && " : "\n#if ", cond);
    }
    out(o, i ? "\n    void\n#endif\n" : "void");
}

void out_params(Out *o, const Type *t, bool boxed, bool constant, const char *last)
{
    if (t && boxed) {
        out(o, "%s%s *arg%s", constant ? "const " : "", t->c_name, last ? ", " : "");
    } else if (t) {
        for (guint i = 0; i < t->members->len; i++) {
            const Member *m = t->members->pdata[i];
            g_autofree char *type = c_type_param(m->type);
            g_autofree char *name = c_name(m->name, true);
            g_autofree char *bare = c_name(m->name, false);

            out_if_inline(o, m->cond);
            if (m->optional && !type_is_pointer(m->type)) {
                out(o, "bool has_%s, ", bare);
            }
            out(o, "%s%s", type, name);
            out_comma(o, t, i, last);
            out_endif_inline(o, m->cond);
        }
        if (!last) {
            out_void(o, t);
        }
    } else if (!last) {
        out(o, "void");
    }
    out(o, "%s", last ? last : "");
}
