/* SPDX-License-Identifier: MIT */
/* Generator: the reference manual, as Markdown and as a manual page. Both come from one walk over
 * the documentation; they differ in how a heading, a term and a paragraph are written. */
#include "qapi/gen/gen.h"

#include <string.h>

typedef struct Style {
    void (*begin)(Out *o);
    void (*heading)(Out *o, int level, const char *text);
    void (*paragraph)(Out *o, const char *text);
    void (*list)(Out *o, const char *title); /* terms follow */
    void (*term)(Out *o, const char *name, const char *type, const char *text);
    void (*example)(Out *o, const char *text);
} Style;

/* ---- Markdown */

static void md_begin(Out *o)
{
    out(o, "# QMP reference\n\nCommands, events and types of the management interface, "
           "generated from the schema.\n");
}

static void md_heading(Out *o, int level, const char *text)
{
    out(o, "\n%.*s %s\n", level + 1, "######", text);
}

static void md_paragraph(Out *o, const char *text)
{
    g_autofree char *plain = dedent(text);

    out(o, "\n%s\n", plain);
}

static void md_list(Out *o, const char *title)
{
    out(o, "\n%s\n\n", title);
}

static void md_term(Out *o, const char *name, const char *type, const char *text)
{
    g_autofree char *plain = dedent(text);

    g_strdelimit(plain, "\n", ' ');
    out(o, "- `%s`%s%s%s%s%s\n", name, *type ? " (" : "", type, *type ? ")" : "",
        *plain ? ": " : "", plain);
}

static void md_example(Out *o, const char *text)
{
    out(o, "\n```\n%s\n```\n", text);
}

/* ---- manual page */

static void man_text(Out *o, const char *text)
{
    bool line_start = true;

    for (const char *p = text; *p; p++) {
        if (line_start && (*p == '.' || *p == '\'')) {
            out(o, "\\&");
        }
        if (*p == '\\') {
            out(o, "\\e");
        } else if (*p == '-') {
            out(o, "\\-");
        } else {
            out(o, "%c", *p);
        }
        line_start = *p == '\n';
    }
}

static void man_begin(Out *o)
{
    out(o, ".TH POISE\\-QMP 7 \"\" Poise \"QMP reference\"\n.SH NAME\n"
           "poise\\-qmp \\- commands, events and types of the management interface\n");
}

static void man_heading(Out *o, int level, const char *text)
{
    out(o, "%s ", level == 1 ? ".SH" : ".SS");
    man_text(o, text);
    out(o, "\n");
}

static void man_paragraph(Out *o, const char *text)
{
    g_autofree char *plain = dedent(text);

    out(o, ".PP\n");
    man_text(o, plain);
    out(o, "\n");
}

static void man_list(Out *o, const char *title)
{
    man_paragraph(o, title);
}

static void man_term(Out *o, const char *name, const char *type, const char *text)
{
    g_autofree char *plain = dedent(text);

    out(o, ".TP\n.B ");
    man_text(o, name);
    if (*type) {
        out(o, " (");
        man_text(o, type);
        out(o, ")");
    }
    out(o, "\n");
    if (*plain) {
        man_text(o, plain);
    } else {
        out(o, "\\&");
    }
    out(o, "\n");
}

static void man_example(Out *o, const char *text)
{
    out(o, ".PP\n.nf\n");
    man_text(o, text);
    out(o, "\n.fi\n");
}

/* ---- the walk */

static const char *arg_text(const Doc *doc, const char *name)
{
    const DocArg *arg = doc ? doc_find(doc->args, name) : NULL;

    return arg ? arg->text : "";
}

static void write_sections(Out *o, const Style *st, const Doc *doc, bool tagged)
{
    for (guint i = 0; doc && i < doc->sections->len; i++) {
        const DocSection *s = doc->sections->pdata[i];

        if (!s->tag == tagged || !*s->text || !g_strcmp0(s->tag, "TODO")) {
            continue;
        }
        if (s->tag && g_str_has_prefix(s->tag, "Example")) {
            st->paragraph(o, "Example:");
            st->example(o, s->text);
        } else if (s->tag) {
            g_autofree char *text = g_strdup_printf("%s: %s", s->tag, s->text);

            st->paragraph(o, text);
        } else {
            st->paragraph(o, s->text);
        }
    }
}

static void write_members(Out *o, const Style *st, const Type *t, const Doc *doc, const char *title)
{
    if (!t || (!t->members->len && !t->enum_values->len && !t->branches->len)) {
        return;
    }
    st->list(o, title);
    for (guint i = 0; i < t->members->len; i++) {
        const Member *m = t->members->pdata[i];
        g_autofree char *ref = type_ref_name(m->type);
        g_autofree char *type = g_strconcat(ref, m->optional ? ", optional" : "", NULL);

        st->term(o, m->name, type, arg_text(m->from == t ? doc : m->from->doc, m->name));
    }
    for (guint i = 0; i < t->enum_values->len; i++) {
        const EnumValue *v = t->enum_values->pdata[i];

        st->term(o, v->name, "", arg_text(doc, v->name));
    }
    for (guint i = 0; i < t->branches->len; i++) {
        const Branch *br = t->branches->pdata[i];
        g_autofree char *ref = type_ref_name(br->type);
        g_autofree char *text = t->tag ? g_strdup_printf("when %s is \"%s\": the members of %s",
                                                         t->tag->name, br->name, ref)
                                       : g_strdup(arg_text(doc, br->name));

        st->term(o, br->name, t->tag ? "" : ref, text);
    }
}

static void write_features(Out *o, const Style *st, const Doc *doc)
{
    if (!doc || !doc->features->len) {
        return;
    }
    st->list(o, "Features:");
    for (guint i = 0; i < doc->features->len; i++) {
        const DocArg *f = doc->features->pdata[i];

        st->term(o, f->name, "", f->text);
    }
}

static void write_type(Out *o, const Style *st, const Type *t)
{
    static const char *const kinds[] = {
        [TYPE_ENUM] = "Enum",
        [TYPE_STRUCT] = "Object",
        [TYPE_UNION] = "Union",
        [TYPE_ALTERNATE] = "Alternate",
    };
    g_autofree char *heading = g_strdup_printf("%s (%s)", t->name, kinds[t->kind]);

    st->heading(o, 2, heading);
    write_sections(o, st, t->doc, false);
    write_members(o, st, t, t->doc, t->kind == TYPE_ENUM ? "Values:" : "Members:");
    write_features(o, st, t->doc);
    write_sections(o, st, t->doc, true);
}

/* Arguments: written in place, or a type that is described on its own. */
static void write_arguments(Out *o, const Style *st, const Type *arg, const Doc *doc)
{
    if (arg && !arg->implicit) {
        g_autofree char *text = g_strdup_printf("Arguments: the members of %s.", arg->name);

        st->paragraph(o, text);
    } else {
        write_members(o, st, arg, doc, "Arguments:");
    }
}

/* Who may use a command, and in which phases of the machine's life. */
static void write_rights(Out *o, const Style *st, const Command *c)
{
    static const char *const roles[] = {
        [ROLE_ADMIN] = "administrators",
        [ROLE_OPERATOR] = "operators and administrators",
        [ROLE_OBSERVER] = "observers, operators and administrators",
    };
    g_autofree char *text = g_strdup_printf("For %s; %s the machine is made.", roles[c->role],
                                            c->preconfig_only    ? "only before"
                                            : c->allow_preconfig ? "before and after"
                                                                 : "only after");

    st->paragraph(o, text);
}

static void write_command(Out *o, const Style *st, const Command *c)
{
    g_autofree char *heading = g_strdup_printf("%s (Command)", c->name);

    st->heading(o, 2, heading);
    write_sections(o, st, c->doc, false);
    write_arguments(o, st, c->arg, c->doc);
    write_features(o, st, c->doc);
    write_sections(o, st, c->doc, true);
    if (c->ret) {
        g_autofree char *ref = type_ref_name(c->ret);
        g_autofree char *text = g_strdup_printf("Type of the answer: %s.", ref);

        st->paragraph(o, text);
    }
    write_rights(o, st, c);
}

static void write_event(Out *o, const Style *st, const Event *e)
{
    g_autofree char *heading = g_strdup_printf("%s (Event)", e->name);

    st->heading(o, 2, heading);
    write_sections(o, st, e->doc, false);
    write_arguments(o, st, e->arg, e->doc);
    write_features(o, st, e->doc);
    write_sections(o, st, e->doc, true);
}

/* "= Title" makes a heading, other free text paragraphs. */
static void write_free_form(Out *o, const Style *st, const Doc *doc)
{
    for (guint i = 0; i < doc->sections->len; i++) {
        const DocSection *s = doc->sections->pdata[i];

        if (g_str_has_prefix(s->text, "= ")) {
            const char *end = strchr(s->text, '\n');
            g_autofree char *title =
                end ? g_strndup(s->text + 2, (gsize)(end - s->text - 2)) : g_strdup(s->text + 2);

            st->heading(o, 1, title);
            if (end) {
                st->paragraph(o, end + 1);
            }
        } else {
            st->paragraph(o, s->text);
        }
    }
}

static void write_manual(const Model *m, const Style *st, const char *path)
{
    Out *o = g_new0(Out, 1);

    o->text = g_string_new(NULL);
    st->begin(o);
    for (guint i = 0; i < m->entries->len; i++) {
        const DocEntry *e = m->entries->pdata[i];

        if (e->type) {
            write_type(o, st, e->type);
        } else if (e->command) {
            write_command(o, st, e->command);
        } else if (e->event) {
            write_event(o, st, e->event);
        } else {
            write_free_form(o, st, e->doc);
        }
    }
    out_write_file(o, path);
}

void emit_doc_markdown(const Model *m, const char *path)
{
    static const Style style = {md_begin, md_heading, md_paragraph, md_list, md_term, md_example};

    write_manual(m, &style, path);
}

void emit_doc_man(const Model *m, const char *path)
{
    static const Style style = {man_begin, man_heading, man_paragraph,
                                man_list,  man_term,    man_example};

    write_manual(m, &style, path);
}
