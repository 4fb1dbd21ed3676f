/* SPDX-License-Identifier: MIT */
/* Generator: the structure of a documentation comment.
 *
 *   @name:           what is documented
 *   text
 *   @member: text    further lines belong to it while they are indented or follow directly
 *   Features:        then @feature: text
 *   Returns: text    and Since, Note, Notes, Example, Examples, Errors, TODO */
#include "qapi/gen/gen.h"

#include <string.h>

typedef struct DocParser {
    Doc *doc;
    GString *text;          /* of the part being read; NULL at first */
    char **ret_text;        /* where it goes */
    const char *in_section; /* the tag of a section that ended the members; NULL: none */
    bool in_features;
    bool in_arg; /* a blank line and an unindented one end it */
    bool blank;
} DocParser;

/* A section is a word at a line's start, followed by a colon. */
static const char *section_tag(const char *line)
{
    static const char *const tags[] = {"Returns", "Since",    "Note",   "Notes",
                                       "Example", "Examples", "Errors", "TODO"};

    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        size_t n = strlen(tags[i]);

        if (!strncmp(line, tags[i], n) && line[n] == ':') {
            return tags[i];
        }
    }
    return NULL;
}

static void finish_part(DocParser *dp)
{
    if (dp->text) {
        g_strchomp(dp->text->str);
        *dp->ret_text = g_strdup(dp->text->str + strspn(dp->text->str, "\n"));
        g_string_free(dp->text, TRUE);
        dp->text = NULL;
    }
}

static void start_part(DocParser *dp, char **ret_text, const char *first_line)
{
    finish_part(dp);
    while (*first_line == ' ') {
        first_line++;
    }
    dp->text = g_string_new(first_line);
    if (*first_line) {
        g_string_append_c(dp->text, '\n');
    }
    dp->ret_text = ret_text;
    *ret_text = g_strdup("");
}

static void start_section(DocParser *dp, const char *tag, const char *first_line, Loc loc)
{
    DocSection *s = g_new0(DocSection, 1);

    if (tag) {
        for (guint i = 0; i < dp->doc->sections->len; i++) {
            const DocSection *old = dp->doc->sections->pdata[i];

            if (old->tag && !strcmp(old->tag, tag) &&
                (!strcmp(tag, "Returns") || !strcmp(tag, "Since"))) {
                fail(loc, "duplicate '%s' section", tag);
            }
        }
    }
    s->tag = g_strdup(tag);
    s->loc = loc;
    g_ptr_array_add(dp->doc->sections, s);
    dp->in_arg = false;
    start_part(dp, &s->text, first_line);
}

static void start_arg(DocParser *dp, const char *line, const char *colon, Loc loc)
{
    if (dp->in_section) {
        fail(loc, "'@%.*s' cannot follow the section '%s'", (int)(colon - line - 1), line + 1,
             dp->in_section);
    }
    GPtrArray *into = dp->in_features ? dp->doc->features : dp->doc->args;
    DocArg *arg = g_new0(DocArg, 1);

    arg->name = g_strndup(line + 1, (gsize)(colon - line - 1));
    arg->loc = loc;
    if (!*arg->name) {
        fail(loc, "'@' is not followed by a name");
    }
    if (doc_find(into, arg->name)) {
        fail(loc, "'@%s' is documented twice", arg->name);
    }
    g_ptr_array_add(into, arg);
    dp->in_arg = true;
    start_part(dp, &arg->text, colon + 1);
}

static void add_line(DocParser *dp, const char *line, Loc loc)
{
    const char *colon = *line == '@' ? strchr(line, ':') : NULL;
    const char *tag = section_tag(line);

    if (colon && strcspn(line, " ") > (size_t)(colon - line)) {
        start_arg(dp, line, colon, loc);
    } else if (!strcmp(line, "Features:")) {
        finish_part(dp);
        dp->in_features = true;
        dp->in_arg = false;
        dp->in_section = NULL;
        if (dp->doc->features->len) {
            fail(loc, "duplicate 'Features' section");
        }
    } else if (tag) {
        dp->in_features = false;
        dp->in_section = tag;
        start_section(dp, tag, line + strlen(tag) + 1, loc);
    } else if (g_str_has_prefix(line, "= ") || g_str_has_prefix(line, "== ")) {
        fail(loc, "headings are for free-form documentation comments only");
    } else if (!*line) {
        if (dp->text) {
            g_string_append_c(dp->text, '\n');
        }
    } else if (!dp->text || (dp->in_arg && dp->blank && *line != ' ')) {
        if (dp->in_features && !dp->in_arg) {
            fail(loc, "expected '@feature:' in a 'Features' section");
        }
        dp->in_features = false;
        start_section(dp, NULL, line, loc);
    } else {
        g_string_append(dp->text, line);
        g_string_append_c(dp->text, '\n');
    }
    dp->blank = !*line;
}

const DocArg *doc_find(const GPtrArray *args, const char *name)
{
    for (guint i = 0; i < args->len; i++) {
        const DocArg *arg = args->pdata[i];

        if (!strcmp(arg->name, name)) {
            return arg;
        }
    }
    return NULL;
}

Doc *doc_parse(const Token *block)
{
    Doc *doc = g_new0(Doc, 1);
    DocParser dp = {.doc = doc};
    g_auto(GStrv) lines = g_strsplit(block->text, "\n", -1);
    Loc loc = block->loc;
    guint i = 0;

    doc->loc = block->loc;
    doc->args = g_ptr_array_new();
    doc->features = g_ptr_array_new();
    doc->sections = g_ptr_array_new();
    for (loc.line++; lines[i] && !*lines[i]; i++) {
        loc.line++;
    }
    if (lines[i] && *lines[i] == '@') {
        size_t n = strlen(lines[i]);

        if (n < 3 || lines[i][n - 1] != ':' || strchr(lines[i], ' ')) {
            fail(loc, "a documentation comment starts with '@NAME:' on a line of its own");
        }
        doc->symbol = g_strndup(lines[i] + 1, n - 2);
        i++;
        loc.line++;
    }
    for (; lines[i]; i++, loc.line++) {
        if (doc->symbol) {
            add_line(&dp, lines[i], loc);
        } else if (*lines[i] == '@' && strchr(lines[i], ':')) {
            fail(loc, "'@NAME:' cannot be in a free-form documentation comment");
        } else if (!dp.text) {
            start_section(&dp, NULL, lines[i], loc);
        } else {
            g_string_append_printf(dp.text, "%s\n", lines[i]);
        }
    }
    finish_part(&dp);
    for (i = 0; i < doc->sections->len; i++) {
        const DocSection *s = doc->sections->pdata[i];

        if (s->tag && !*s->text) {
            fail(s->loc, "section '%s' is empty", s->tag);
        }
    }
    return doc;
}

char *dedent(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *s = g_string_new(NULL);

    for (guint i = 0; lines[i]; i++) {
        g_string_append_printf(s, "%s%s", i ? "\n" : "", g_strchug(lines[i]));
    }
    return g_string_free(s, FALSE);
}
