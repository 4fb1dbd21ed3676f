/* SPDX-License-Identifier: MIT */
/* Writes the generated C: operation numbers, decoder, row descriptions, wrappers. Files whose text
 * did not change keep their time, so that a new row rebuilds only what it touches. */
#include "isagen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- output files */

typedef struct Out {
    FILE *f;
    char *text;
    size_t len;
    char path[512];
} Out;

static void out_begin(Out *o, const char *dir, const char *name, const char *what)
{
    snprintf(o->path, sizeof(o->path), "%s/%s", dir, name);
    o->f = open_memstream(&o->text, &o->len);
    if (!o->f) {
        perror("isagen");
        exit(1);
    }
    fprintf(o->f, "/* Written by isagen: %s. */\n", what);
}

static bool same_as_file(const Out *o)
{
    FILE *f = fopen(o->path, "r");
    char *old = xalloc(o->len + 1);
    bool same = f && fread(old, 1, o->len + 1, f) == o->len && memcmp(old, o->text, o->len) == 0;

    if (f) {
        fclose(f);
    }
    free(old);
    return same;
}

static void out_end(Out *o)
{
    fclose(o->f);
    if (!same_as_file(o)) {
        FILE *f = fopen(o->path, "w");
        if (!f || fwrite(o->text, 1, o->len, f) != o->len || fclose(f) != 0) {
            fprintf(stderr, "isagen: %s: %s\n", o->path, strerror(errno));
            exit(1);
        }
    }
    free(o->text);
}

/* ---- split operations */

/* The values of the split fields in operation k of a row. */
static void split_values(const Row *r, unsigned k, unsigned *values)
{
    for (size_t i = r->n_split; i-- > 0;) {
        unsigned width = r->fields[r->split[i]].width;
        values[i] = k & ((1u << width) - 1);
        k >>= width;
    }
}

static void op_name(const Row *r, unsigned k, char *buf, size_t size)
{
    if (r->n_split) {
        snprintf(buf, size, "%s__%u", r->name, k);
    } else {
        snprintf(buf, size, "%s", r->name);
    }
}

static void emit_ops(const Table *t, const char *dir)
{
    Out o = {0};
    char name[128];
    unsigned values[MAX_SPLIT];

    out_begin(&o, dir, "a64-ops.h", "operation and row numbers");
    fputs("#ifndef GEN_A64_OPS_H\n#define GEN_A64_OPS_H\nenum A64RowId {\n", o.f);
    for (size_t i = 0; i < t->n_rows; i++) {
        fprintf(o.f, "    A64_ROW_%s,\n", t->rows[i]->name);
    }
    fputs("    A64_ROW_COUNT\n};\nenum A64Op {\n    A64_OP_UNDECODED,\n    A64_OP_PAGE_END,\n"
          "    A64_OP_UNALLOCATED,\n    A64_OP_LEAVE,\n    A64_OP_JUMP,\n    A64_OP_STOP,\n    "
          "A64_OP_RESUME,\n",
          o.f);
    for (size_t i = 0; i < t->n_rows; i++) {
        const Row *r = t->rows[i];
        fprintf(o.f, "    A64_OP_%s,\n", r->name);
        if (r->n_ops > 1) {
            fprintf(o.f, "    A64_OP_%s_LAST = A64_OP_%s + %u,\n", r->name, r->name, r->n_ops - 1);
        }
    }
    fputs("    A64_OP_COUNT\n};\n/* X(handler) of every operation after those above. */\n"
          "#define A64_OPS(X)",
          o.f);
    for (size_t i = 0; i < t->n_rows; i++) {
        for (unsigned k = 0; k < t->rows[i]->n_ops; k++) {
            split_values(t->rows[i], k, values);
            op_name(t->rows[i], k, name, sizeof(name));
            fprintf(o.f, " \\\n    X(%s)",
                    check_split_possible(t->rows[i], values) ? name : "unallocated");
        }
    }
    fputs("\n#endif\n", o.f);
    out_end(&o);
}

/* ---- wrappers: an operation is its row's meaning with the split fields filled in */

static void emit_wrapper(FILE *f, const Row *r, unsigned k)
{
    char name[128];
    unsigned values[MAX_SPLIT];

    split_values(r, k, values);
    if (!check_split_possible(r, values)) {
        return;
    }
    op_name(r, k, name, sizeof(name));
    fprintf(f, "A64_OP(%s, %s%s, sem_%s(c, i", name,
            r->mem && strcmp(r->mem, "ld") != 0 ? "A64_WRAP_STORE" : "0",
            r->trap ? " | A64_WRAP_FP" : "", r->name);
    for (size_t i = 0; i < r->n_split; i++) {
        fprintf(f, ", %u", values[i]);
    }
    fputs("))\n", f);
}

static void emit_wrappers(const Table *t, const char *dir, const char *group)
{
    Out o = {0};
    char name[128];

    snprintf(name, sizeof(name), "a64-wrap-%s.h", group);
    out_begin(&o, dir, name, "the operations of a group");
    for (size_t i = 0; i < t->n_rows; i++) {
        for (unsigned k = 0; strcmp(t->rows[i]->group, group) == 0 && k < t->rows[i]->n_ops; k++) {
            emit_wrapper(o.f, t->rows[i], k);
        }
    }
    out_end(&o);
}

/* ---- decoder */

static void emit_row_decoder(FILE *f, const Row *r)
{
    uint32_t used = 0;

    for (size_t i = 0; i < r->n_sets; i++) {
        used |= expr_bits(r, r->sets[i].expr);
    }
    for (size_t i = 0; i < r->n_when; i++) {
        used |= expr_bits(r, r->when[i]);
    }
    for (size_t i = 0; i < r->n_split; i++) {
        used |= 1u << r->fields[r->split[i]].lsb;
    }
    fprintf(f, "static bool dec_%s(uint32_t word, A64Insn *ret)\n{\n", r->name);
    for (size_t i = 0; i < r->n_fields; i++) {
        const Field *x = &r->fields[i];
        if (used >> x->lsb & 1) {
            fprintf(f, "    const uint32_t %s = word >> %u & 0x%llxu;\n", x->name, x->lsb,
                    (1ull << x->width) - 1);
        }
    }
    for (size_t i = 0; i < r->n_when; i++) {
        fprintf(f, "    if (!(%s)) {\n        return false;\n    }\n", r->when[i]);
    }
    fprintf(f, "    ret->op = (uint16_t)(A64_OP_%s", r->name);
    for (size_t i = 0, scale = r->n_ops; i < r->n_split; i++) {
        scale >>= r->fields[r->split[i]].width;
        fprintf(f, " + %s * %zu", r->fields[r->split[i]].name, scale);
    }
    fputs(");\n", f);
    for (size_t i = 0; i < r->n_sets; i++) {
        bool imm = strcmp(r->sets[i].slot, "imm") == 0;
        fprintf(f, "    ret->%s = (%s)(%s);\n", r->sets[i].slot, imm ? "int64_t" : "uint8_t",
                r->sets[i].expr);
    }
    fputs("    return true;\n}\n", f);
}

static void emit_row_info(FILE *f, const Row *r, size_t id)
{
    fprintf(f, "    {.name = \"%s\", .group = \"%s\", .class = \"%s\", .test = \"%s\",\n", r->name,
            r->group, r->class, r->test ? r->test : "");
    fprintf(f, "     .assembly = \"%s\", .mask = 0x%08x, .value = 0x%08x,\n",
            r->assembly ? r->assembly : "", r->mask, r->value);
    fprintf(f, "     .feature = %s%s, .op = A64_OP_%s, .n_ops = %u, .flags = 0", //
            r->feat ? "ARM_FEAT_" : "-1", r->feat ? r->feat : "", r->name, r->n_ops);
    if (r->mem) {
        fprintf(f, " | A64_ROW_%s",
                strcmp(r->mem, "ld") == 0   ? "LOADS"
                : strcmp(r->mem, "st") == 0 ? "STORES"
                                            : "LOADS | A64_ROW_STORES");
    }
    if (r->ends) {
        fprintf(f, " | A64_ROW_ENDS_%s", strcmp(r->ends, "always") == 0 ? "ALWAYS" : "MAYBE");
    }
    if (r->flags) {
        fprintf(f, "%s%s", strchr(r->flags, 'r') ? " | A64_ROW_READS_FLAGS" : "",
                strchr(r->flags, 'w') ? " | A64_ROW_WRITES_FLAGS" : "");
    }
    fprintf(f, "%s,\n     .fields = fields_%zu, .n_fields = %zu},\n",
            r->trap ? " | A64_ROW_TRAP_FP" : "", id, r->n_fields);
}

static void emit_rows(FILE *f, const Table *t)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        emit_row_decoder(f, t->rows[i]);
    }
    fputs("typedef bool A64RowDecoder(uint32_t word, A64Insn *ret);\n"
          "static A64RowDecoder *const row_decoders[] = {\n",
          f);
    for (size_t i = 0; i < t->n_rows; i++) {
        fprintf(f, "    dec_%s,\n", t->rows[i]->name);
    }
    fputs("};\n", f);
    for (size_t i = 0; i < t->n_rows; i++) {
        fprintf(f, "static const A64Field fields_%zu[] = {", i);
        for (size_t k = 0; k < t->rows[i]->n_fields; k++) {
            const Field *x = &t->rows[i]->fields[k];
            fprintf(f, "{\"%s\", %u, %u}, ", x->name, x->lsb, x->width);
        }
        fputs("{0}};\n", f);
    }
    fputs("const A64RowInfo a64_rows[A64_ROW_COUNT] = {\n", f);
    for (size_t i = 0; i < t->n_rows; i++) {
        emit_row_info(f, t->rows[i], i);
    }
    fputs("};\n", f);
}

/* Candidate lists: row numbers ended by 0xffff; equal lists are stored once. */
typedef struct Lists {
    uint16_t *items;
    size_t n, cap;
    struct {
        size_t offset, len;
    } seen[4096];
    size_t n_seen;
} Lists;

enum { LIST_END = 0xffff, LONG_LIST = 4 };

static size_t list_store(Lists *l, const uint16_t *items, size_t n)
{
    for (size_t i = 0; i < l->n_seen; i++) {
        if (l->seen[i].len == n && memcmp(&l->items[l->seen[i].offset], items, n * 2) == 0) {
            return l->seen[i].offset;
        }
    }
    if (l->n_seen == sizeof(l->seen) / sizeof(*l->seen) || l->n + n + 1 >= 0x8000) {
        fprintf(stderr, "isagen: the decoder's lists are full\n");
        exit(1);
    }
    l->items = xgrow(l->items, (l->n + n + 1) * sizeof(*l->items));
    l->seen[l->n_seen].offset = l->n;
    l->seen[l->n_seen++].len = n;
    memcpy(l->items + l->n, items, n * 2);
    l->items[l->n + n] = LIST_END;
    l->n += n + 1;
    return l->n - n - 1;
}

/* Rows of `from` (all when NULL) that can match words with these bits. */
static size_t candidates(const Table *t, const uint16_t *from, size_t n_from, uint32_t mask,
                         uint32_t value, uint16_t *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < n_from; i++) {
        uint16_t id = from ? from[i] : (uint16_t)i;
        const Row *r = t->rows[id];
        if ((r->mask & mask & (r->value ^ value)) == 0) {
            ret[n++] = id;
        }
    }
    return n;
}

static void emit_numbers(FILE *f, const char *decl, const uint16_t *v, size_t n)
{
    fprintf(f, "static const uint16_t %s[] = {", decl);
    for (size_t i = 0; i < n; i++) {
        fprintf(f, "%s%u,", i % 16 ? " " : "\n    ", v[i]);
    }
    fputs("\n};\n", f);
}

/* Level 1: bits 31:21 give a list, or (bit 15 set) a table of 64 lists by bits 15:10. */
static void emit_tables(FILE *f, const Table *t)
{
    static uint16_t top[2048], *second;
    static Lists lists;
    size_t n_second = 0;
    uint16_t *first = xalloc((t->n_rows + 1) * 2), *narrow = xalloc((t->n_rows + 1) * 2);

    for (uint32_t i = 0; i < 2048; i++) {
        size_t n = candidates(t, NULL, t->n_rows, 0xffe00000u, i << 21, first);
        if (n <= LONG_LIST) {
            top[i] = (uint16_t)list_store(&lists, first, n);
            continue;
        }
        second = xgrow(second, (n_second + 1) * 64 * sizeof(*second));
        for (uint32_t k = 0; k < 64; k++) {
            size_t m = candidates(t, first, n, 0xfc00, k << 10, narrow);
            second[n_second * 64 + k] = (uint16_t)list_store(&lists, narrow, m);
        }
        top[i] = (uint16_t)(0x8000 | n_second++);
    }
    emit_numbers(f, "decode_top", top, 2048);
    if (!n_second) {
        second = xalloc(2);
        n_second = 0;
    }
    emit_numbers(f, "decode_second", second, n_second ? n_second * 64 : 1);
    emit_numbers(f, "decode_lists", lists.items, lists.n);
    free(first);
    free(narrow);
}

static void emit_decoder(const Table *t, const char *dir)
{
    Out o = {0};

    out_begin(&o, dir, "a64-rows.h", "row descriptions and decoder tables, for decode.c alone");
    emit_rows(o.f, t);
    emit_tables(o.f, t);
    out_end(&o);
}

void emit_all(const Table *t, const char *dir)
{
    emit_ops(t, dir);
    emit_decoder(t, dir);
    for (size_t i = 0; i < t->n_groups; i++) {
        emit_wrappers(t, dir, t->groups[i]);
    }
}
