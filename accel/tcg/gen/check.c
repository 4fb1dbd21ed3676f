/* SPDX-License-Identifier: MIT */
/* Consistency of the table: names, fields, and the order of rows that overlap. */
#include "isagen.h"

#include <stdlib.h>
#include <string.h>

typedef struct WordOf {
    const Row *row;
    uint32_t word;
} WordOf;

static bool field_of_word(void *opaque, const char *name, size_t len, Value *ret)
{
    const WordOf *w = opaque;
    int f = row_field(w->row, name, len);

    if (f < 0) {
        return false;
    }
    *ret = (Value){true, (int64_t)((w->word >> w->row->fields[f].lsb) &
                                   ((1ull << w->row->fields[f].width) - 1))};
    return true;
}

bool row_matches(const Row *row, uint32_t word)
{
    WordOf w = {row, word};

    if ((word & row->mask) != row->value) {
        return false;
    }
    for (size_t i = 0; i < row->n_when; i++) {
        Value v = expr_eval(row, row->when[i], field_of_word, &w);
        if (v.known && !v.v) {
            return false;
        }
    }
    return true;
}

typedef struct SplitOf {
    const Row *row;
    const unsigned *values;
} SplitOf;

static bool field_of_split(void *opaque, const char *name, size_t len, Value *ret)
{
    const SplitOf *s = opaque;
    int f = row_field(s->row, name, len);

    *ret = (Value){0};
    for (size_t i = 0; i < s->row->n_split; i++) {
        if (s->row->split[i] == f) {
            *ret = (Value){true, s->values[i]};
        }
    }
    return f >= 0;
}

bool check_split_possible(const Row *row, const unsigned *values)
{
    SplitOf s = {row, values};

    for (size_t i = 0; i < row->n_when; i++) {
        Value v = expr_eval(row, row->when[i], field_of_split, &s);
        if (v.known && !v.v) {
            return false;
        }
    }
    return true;
}

static uint32_t when_bits(const Row *r)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < r->n_when; i++) {
        bits |= expr_bits(r, r->when[i]);
    }
    return bits;
}

/* A word that both rows take? Tries every value of the bits their conditions look at. */
static bool find_common(const Row *a, const Row *b, uint32_t *ret_word)
{
    uint32_t fixed = a->mask | b->mask, base = a->value | b->value;
    uint32_t vary = (when_bits(a) | when_bits(b)) & ~fixed;

    if (__builtin_popcount(vary) > 18) {
        fail_at(a->file, a->line, "%s and %s overlap under conditions on too many bits", a->name,
                b->name);
    }
    for (uint32_t v = 0;;) {
        if (row_matches(a, base | v) && row_matches(b, base | v)) {
            *ret_word = base | v;
            return true;
        }
        v = (v - vary) & vary;
        if (v == 0) {
            return false;
        }
    }
}

/* Rows with more fixed bits that include the other's are tried first; a row with conditions comes
 * before one without. Any other overlap has no order, and is refused. */
static void check_overlap(const Row *a, const Row *b)
{
    uint32_t word;

    if ((a->mask & b->mask & (a->value ^ b->value)) != 0) {
        return;
    }
    bool a_in_b = (a->mask & b->mask) == b->mask, b_in_a = (a->mask & b->mask) == a->mask;
    if (a_in_b != b_in_a || (a_in_b && !a->n_when != !b->n_when)) {
        return;
    }
    if (find_common(a, b, &word)) {
        fail_at(b->file, b->line,
                "%s and %s (line %d of %s) both match %08x and neither is more "
                "specific",
                b->name, a->name, a->line, a->file, word);
    }
}

static int compare_specific(const void *pa, const void *pb)
{
    const Row *a = *(Row *const *)pa, *b = *(Row *const *)pb;
    int fixed = __builtin_popcount(b->mask) - __builtin_popcount(a->mask);

    if (fixed) {
        return fixed;
    }
    return !b->n_when != !a->n_when ? !a->n_when - !b->n_when : strcmp(a->name, b->name);
}

static void check_value(const Row *r, const char *attribute, const char *value, const char *allowed)
{
    size_t len = value ? strlen(value) : 0;

    for (const char *p = allowed; value && (p = strstr(p, value)); p++) {
        if ((p == allowed || p[-1] == ' ') && (p[len] == ' ' || p[len] == 0)) {
            return;
        }
    }
    if (value) {
        fail_at(r->file, r->line, "%s: %s=%s is none of: %s", r->name, attribute, value, allowed);
    }
}

static void check_row(const Row *r)
{
    uint32_t fields = 0;

    for (size_t i = 0; i < r->n_fields; i++) {
        fields |= (uint32_t)(((1ull << r->fields[i].width) - 1) << r->fields[i].lsb);
    }
    if (fields & r->mask) {
        fail_at(r->file, r->line, "%s: a field lies over fixed bits", r->name);
    }
    for (size_t i = 0; i < r->n_sets; i++) {
        expr_bits(r, r->sets[i].expr);
    }
    when_bits(r);
    if (!r->class) {
        fail_at(r->file, r->line, "%s: no class", r->name);
    }
    check_value(r, "mem", r->mem, "ld st rmw");
    check_value(r, "ends", r->ends, "always maybe");
    check_value(r, "flags", r->flags, "r w rw");
    check_value(r, "trap", r->trap, "fp");
}

void check_table(Table *t)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        check_row(t->rows[i]);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(t->rows[i]->name, t->rows[j]->name) == 0) {
                fail_at(t->rows[i]->file, t->rows[i]->line, "%s: also at %s:%d", t->rows[i]->name,
                        t->rows[j]->file, t->rows[j]->line);
            }
            check_overlap(t->rows[j], t->rows[i]);
        }
    }
    qsort(t->rows, t->n_rows, sizeof(*t->rows), compare_specific);
}
