/* SPDX-License-Identifier: MIT */
/* The table compiler's model of an instruction table; passes: parse -> check -> emit. */
#ifndef ACCEL_TCG_GEN_ISAGEN_H
#define ACCEL_TCG_GEN_ISAGEN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { MAX_FIELDS = 16, MAX_SETS = 8, MAX_SPLIT = 5, MAX_WHEN = 6 };

typedef struct Field {
    char *name;
    unsigned lsb, width;
} Field;

typedef struct Set {
    char *slot, *expr;
} Set;

/* One row: an encoding. */
typedef struct Row {
    char *name, *group;
    const char *file;
    int line;
    uint32_t mask, value; /* the fixed bits */
    Field fields[MAX_FIELDS];
    size_t n_fields;
    Set sets[MAX_SETS];
    size_t n_sets;
    char *when[MAX_WHEN];
    size_t n_when;
    int split[MAX_SPLIT]; /* indices of fields */
    size_t n_split;
    unsigned n_ops; /* product of the split fields' ranges */
    char *feat, *class, *mem, *ends, *flags, *trap, *test, *assembly;
} Row;

typedef struct Table {
    Row **rows;
    size_t n_rows;
    char **groups;
    size_t n_groups;
    char **inputs; /* every file read, for the dependency file */
    size_t n_inputs;
} Table;

/* isagen.c */
void *xalloc(size_t n);
void *xgrow(void *p, size_t n);
char *xstrdup(const char *s);
void fail_at(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), noreturn));

/* parse.c */
void parse_file(Table *t, const char *path);

/* expr.c: C-like expressions over fields. A call of an unknown function makes the result unknown.
 */
typedef struct Value {
    bool known;
    int64_t v;
} Value;
/* lookup gives an identifier's value; false: no such field (an error at the row). */
typedef bool ExprLookup(void *opaque, const char *name, size_t len, Value *ret);
Value expr_eval(const Row *row, const char *text, ExprLookup *lookup, void *opaque);
/* Bits of the instruction word that the expression depends on; checks every name. */
uint32_t expr_bits(const Row *row, const char *text);
int row_field(const Row *row, const char *name, size_t len);

/* check.c: names unique, fields known, overlaps ordered; sorts rows for the decoder. */
void check_table(Table *t);
/* False when the row's conditions cannot hold for this choice of split fields. */
bool check_split_possible(const Row *row, const unsigned *values);
bool row_matches(const Row *row, uint32_t word);

/* emit.c */
void emit_all(const Table *t, const char *dir);

#endif
