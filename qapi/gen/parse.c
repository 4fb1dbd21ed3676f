/* SPDX-License-Identifier: MIT */
/* Generator, second pass: tokens as values; includes read, pragmas noted. */
#include "qapi/gen/gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NESTING = 64 };

typedef struct Parser {
    Lexer lx;
    Token tok; /* the one looked at */
    Source *src;
    GHashTable *seen; /* canonical names of files read */
    const char *module;
    int depth;
} Parser;

static void parse_into(Source *src, GHashTable *seen, const char *path, const Loc *from);

static void next(Parser *ps)
{
    ps->tok = lex_next(&ps->lx);
}

static bool at_punct(const Parser *ps, char c)
{
    return ps->tok.kind == TOK_PUNCT && ps->tok.punct == c;
}

static void expect_punct(Parser *ps, char c, const char *where)
{
    if (!at_punct(ps, c)) {
        fail_syntax(ps->tok.loc, "expected '%c' %s", c, where);
    }
    next(ps);
}

Value *value_get(const Value *dict, const char *key)
{
    for (guint i = 0; i < dict->keys->len; i++) {
        if (!strcmp(dict->keys->pdata[i], key)) {
            return dict->values->pdata[i];
        }
    }
    return NULL;
}

const char *value_kind_name(const Value *v)
{
    static const char *const names[] = {
        [VALUE_STRING] = "string",
        [VALUE_BOOL] = "boolean",
        [VALUE_LIST] = "array",
        [VALUE_DICT] = "object",
    };

    return names[v->kind];
}

static Value *value_new(ValueKind kind, Loc loc)
{
    Value *v = g_new0(Value, 1);

    v->kind = kind;
    v->loc = loc;
    if (kind == VALUE_LIST || kind == VALUE_DICT) {
        v->keys = g_ptr_array_new();
        v->values = g_ptr_array_new();
    }
    return v;
}

static Value *parse_value(Parser *ps);

static Value *parse_dict(Parser *ps)
{
    Value *v = value_new(VALUE_DICT, ps->tok.loc);

    next(ps);
    if (at_punct(ps, '}')) {
        next(ps);
        return v;
    }
    for (;;) {
        if (ps->tok.kind != TOK_STRING) {
            fail_syntax(ps->tok.loc, v->keys->len ? "expected string" : "expected string or '}'");
        }
        if (value_get(v, ps->tok.text)) {
            fail_syntax(ps->tok.loc, "duplicate key '%s'", ps->tok.text);
        }
        g_ptr_array_add(v->keys, ps->tok.text);
        next(ps);
        expect_punct(ps, ':', "after a key");
        g_ptr_array_add(v->values, parse_value(ps));
        if (at_punct(ps, '}')) {
            next(ps);
            return v;
        }
        if (!at_punct(ps, ',')) {
            fail_syntax(ps->tok.loc, "expected ',' or '}'");
        }
        next(ps);
    }
}

static Value *parse_list(Parser *ps)
{
    Value *v = value_new(VALUE_LIST, ps->tok.loc);

    next(ps);
    if (at_punct(ps, ']')) {
        next(ps);
        return v;
    }
    for (;;) {
        g_ptr_array_add(v->values, parse_value(ps));
        if (at_punct(ps, ']')) {
            next(ps);
            return v;
        }
        if (!at_punct(ps, ',')) {
            fail_syntax(ps->tok.loc, "expected ',' or ']'");
        }
        next(ps);
    }
}

static Value *parse_value(Parser *ps)
{
    Value *v;

    if (++ps->depth > MAX_NESTING) {
        fail_syntax(ps->tok.loc, "nested too deeply");
    }
    if (at_punct(ps, '{')) {
        v = parse_dict(ps);
    } else if (at_punct(ps, '[')) {
        v = parse_list(ps);
    } else if (ps->tok.kind == TOK_STRING) {
        v = value_new(VALUE_STRING, ps->tok.loc);
        v->string = ps->tok.text;
        next(ps);
    } else if (ps->tok.kind == TOK_TRUE || ps->tok.kind == TOK_FALSE) {
        v = value_new(VALUE_BOOL, ps->tok.loc);
        v->boolean = ps->tok.kind == TOK_TRUE;
        next(ps);
    } else {
        fail_syntax(ps->tok.loc, "expected '{', '[', string, or boolean");
    }
    ps->depth--;
    return v;
}

static void parse_include(Parser *ps, const Value *expr, const Value *v)
{
    if (expr->keys->len != 1) {
        fail(expr->loc, "an 'include' directive has no other keys");
    }
    if (v->kind != VALUE_STRING) {
        fail(expr->loc, "value of 'include' must be a string");
    }
    if (g_path_is_absolute(v->string)) {
        fail(expr->loc, "include file '%s' must be named relative to this one", v->string);
    }
    g_autofree char *dir = g_path_get_dirname(ps->lx.loc.file);
    const char *path =
        strcmp(dir, ".") ? g_build_filename(dir, v->string, NULL) : g_strdup(v->string);
    parse_into(ps->src, ps->seen, path, &expr->loc);
}

static void pragma_list(const Value *expr, const char *key, const Value *v, GPtrArray *into)
{
    if (v->kind != VALUE_LIST) {
        fail(expr->loc, "pragma '%s' must be an array of strings", key);
    }
    for (guint i = 0; i < v->values->len; i++) {
        const Value *item = v->values->pdata[i];

        if (item->kind != VALUE_STRING) {
            fail(expr->loc, "pragma '%s' must be an array of strings", key);
        }
        g_ptr_array_add(into, item->string);
    }
}

static void parse_pragma(Parser *ps, const Value *expr, const Value *v)
{
    Pragmas *pr = &ps->src->pragmas;

    if (expr->keys->len != 1) {
        fail(expr->loc, "a 'pragma' directive has no other keys");
    }
    if (v->kind != VALUE_DICT) {
        fail(expr->loc, "value of 'pragma' must be an object");
    }
    for (guint i = 0; i < v->keys->len; i++) {
        const char *key = v->keys->pdata[i];
        const Value *val = v->values->pdata[i];

        if (!strcmp(key, "doc-required")) {
            if (val->kind != VALUE_BOOL) {
                fail(expr->loc, "pragma 'doc-required' must be boolean");
            }
            pr->doc_required = val->boolean;
        } else if (!strcmp(key, "command-name-exceptions")) {
            pragma_list(expr, key, val, pr->command_name_exceptions);
        } else if (!strcmp(key, "command-returns-exceptions")) {
            pragma_list(expr, key, val, pr->command_returns_exceptions);
        } else if (!strcmp(key, "documentation-exceptions")) {
            pragma_list(expr, key, val, pr->documentation_exceptions);
        } else if (!strcmp(key, "member-name-exceptions")) {
            pragma_list(expr, key, val, pr->member_name_exceptions);
        } else {
            fail(expr->loc, "unknown pragma '%s'", key);
        }
    }
}

static void add_definition(Parser *ps, Value *expr, Doc *doc)
{
    Definition *def = g_new0(Definition, 1);

    def->loc = expr ? expr->loc : doc->loc;
    def->place = ps->src->definitions->len;
    def->module = ps->module;
    def->expr = expr;
    def->doc = doc;
    g_ptr_array_add(ps->src->definitions, def);
}

static void parse_expression(Parser *ps, Doc *doc)
{
    Value *directive;

    if (!at_punct(ps, '{')) {
        fail_syntax(ps->tok.loc, "expected '{'");
    }
    Value *expr = parse_value(ps);
    if ((directive = value_get(expr, "include")) || (directive = value_get(expr, "pragma"))) {
        if (doc) {
            fail(doc->loc, "documentation of '@%s' is not followed by its definition", doc->symbol);
        }
        if (value_get(expr, "include")) {
            parse_include(ps, expr, directive);
        } else {
            parse_pragma(ps, expr, directive);
        }
        return;
    }
    add_definition(ps, expr, doc);
}

static void parse_definitions(Parser *ps)
{
    Doc *pending = NULL; /* waits for its definition */

    while (ps->tok.kind != TOK_EOF) {
        if (ps->tok.kind != TOK_DOC) {
            parse_expression(ps, pending);
            pending = NULL;
            continue;
        }
        Doc *doc = doc_parse(&ps->tok);
        next(ps);
        if (pending) {
            fail(pending->loc, "documentation of '@%s' is not followed by its definition",
                 pending->symbol);
        }
        if (doc->symbol) {
            pending = doc;
        } else {
            add_definition(ps, NULL, doc);
        }
    }
    if (pending) {
        fail(pending->loc, "documentation of '@%s' is not followed by its definition",
             pending->symbol);
    }
}

static void parse_into(Source *src, GHashTable *seen, const char *path, const Loc *from)
{
    g_autofree char *canonical = realpath(path, NULL);
    char *text;

    if (canonical && g_hash_table_contains(seen, canonical)) {
        return; /* repeated includes are read once */
    }
    if (!canonical || !g_file_get_contents(path, &text, NULL, NULL)) {
        const char *why = g_strerror(canonical ? EIO : errno);

        if (from) {
            fail(*from, "can't read '%s': %s", path, why);
        }
        g_printerr("poise-qapi-gen: can't read '%s': %s\n", path, why);
        exit(1);
    }
    g_hash_table_add(seen, g_strdup(canonical));
    Parser ps = {.src = src, .seen = seen, .module = g_path_get_basename(path)};
    char *dot = strrchr((char *)ps.module, '.');
    if (dot) {
        *dot = 0;
    }
    lex_init(&ps.lx, path, text);
    next(&ps);
    parse_definitions(&ps);
}

Source *parse_file(const char *path)
{
    Source *src = g_new0(Source, 1);
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

    src->definitions = g_ptr_array_new();
    src->pragmas.command_name_exceptions = g_ptr_array_new();
    src->pragmas.command_returns_exceptions = g_ptr_array_new();
    src->pragmas.documentation_exceptions = g_ptr_array_new();
    src->pragmas.member_name_exceptions = g_ptr_array_new();
    parse_into(src, seen, path, NULL);
    return src;
}

bool name_listed(const GPtrArray *list, const char *name)
{
    for (guint i = 0; i < list->len; i++) {
        if (!strcmp(list->pdata[i], name)) {
            return true;
        }
    }
    return false;
}
