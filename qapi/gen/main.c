/* SPDX-License-Identifier: MIT */
/* poise-qapi-gen: from a QAPI schema to C, introspection and manual. */
#include "qapi/gen/gen.h"

#include <stdio.h>
#include <stdlib.h>

void fail(Loc loc, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "%s:%d: ", loc.file, loc.line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

void fail_syntax(Loc loc, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "%s:%d:%d: ", loc.file, loc.line, loc.col);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

static void write_c(const Model *m, const char *dir, const char *stem)
{
    Target to = {.dir = dir, .stem = stem, .name = g_path_get_basename(stem)};

    to.c_name = c_name(to.name, false);
    emit_types(m, &to);
    emit_visit(m, &to);
    emit_commands(m, &to);
    emit_events(m, &to);
    emit_introspect(m, &to);
}

int main(int argc, char **argv)
{
    gboolean dump = FALSE;
    char *out_dir = NULL, *stem = NULL, *doc_md = NULL, *doc_man = NULL;
    g_autoptr(GError) err = NULL;
    const GOptionEntry entries[] = {
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out_dir, "Write C files into DIR", "DIR"},
        {"stem", 0, 0, G_OPTION_ARG_FILENAME, &stem, "How they include each other [gen/qapi]",
         "PATH"},
        {"doc-md", 0, 0, G_OPTION_ARG_FILENAME, &doc_md, "Write the manual as Markdown", "FILE"},
        {"doc-man", 0, 0, G_OPTION_ARG_FILENAME, &doc_man, "Write the manual page", "FILE"},
        {"dump", 0, 0, G_OPTION_ARG_NONE, &dump, "Print the model", NULL},
        {0},
    };
    GOptionContext *ctx = g_option_context_new("SCHEMA");

    g_option_context_add_main_entries(ctx, entries, NULL);
    if (!g_option_context_parse(ctx, &argc, &argv, &err) || argc != 2) {
        fprintf(stderr, "poise-qapi-gen: %s\n", err ? err->message : "one schema file expected");
        return 1;
    }
    Source *src = parse_file(argv[1]);
    check_source(src);
    Model *m = model_build(src);
    if (dump) {
        dump_model(m);
    }
    if (out_dir) {
        write_c(m, out_dir, stem ? stem : "gen/qapi");
    }
    if (doc_md) {
        emit_doc_markdown(m, doc_md);
    }
    if (doc_man) {
        emit_doc_man(m, doc_man);
    }
    return 0;
}
