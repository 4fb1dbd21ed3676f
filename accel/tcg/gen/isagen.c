/* SPDX-License-Identifier: MIT */
/* isagen: compiles an instruction table (see a64/README.md) to decoder, prototypes and wrappers.
 * Usage: isagen TABLE OUTPUT-DIRECTORY [DEPENDENCY-FILE TARGET] */
#include "isagen.h"

#include <stdlib.h>
#include <string.h>

void *xalloc(size_t n)
{
    return xgrow(NULL, n);
}

void *xgrow(void *p, size_t n)
{
    bool fresh = !p;

    p = realloc(p, n ? n : 1);
    if (!p) {
        perror("isagen");
        exit(1);
    }
    return fresh ? memset(p, 0, n) : p;
}

char *xstrdup(const char *s)
{
    size_t n = strlen(s) + 1;

    return memcpy(xalloc(n), s, n);
}

void fail_at(const char *file, int line, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "%s:%d: error: ", file, line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

static void write_dependencies(const Table *t, const char *path, const char *target)
{
    FILE *f = fopen(path, "w");

    if (!f) {
        perror(path);
        exit(1);
    }
    fprintf(f, "%s:", target);
    for (size_t i = 0; i < t->n_inputs; i++) {
        fprintf(f, " %s", t->inputs[i]);
    }
    for (size_t i = 0; i < t->n_inputs; i++) { /* a removed include must not break the build */
        fprintf(f, "\n%s:", t->inputs[i]);
    }
    fputc('\n', f);
    fclose(f);
}

int main(int argc, char **argv)
{
    Table t = {0};

    if (argc != 3 && argc != 5) {
        fprintf(stderr, "usage: isagen TABLE OUTPUT-DIRECTORY [DEPENDENCY-FILE TARGET]\n");
        return 2;
    }
    parse_file(&t, argv[1]);
    check_table(&t);
    emit_all(&t, argv[2]);
    if (argc == 5) {
        write_dependencies(&t, argv[3], argv[4]);
    }
    return 0;
}
