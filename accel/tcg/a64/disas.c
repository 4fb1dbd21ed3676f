/* SPDX-License-Identifier: MIT */
/* A64 disassembler: expands the table's assembly texts. */
#include "accel/tcg/a64/a64.h"
#include "hw/cpu/arm-cpu.h"
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct Disas {
    const A64RowInfo *row;
    const A64Insn *rec;
    uint32_t word;
    uint64_t pc;
} Disas;

/* A field of the encoding, else a slot of the record. */
static int64_t value_of(const Disas *d, const char *name)
{
    for (size_t i = 0; i < d->row->n_fields; i++) {
        const A64Field *f = &d->row->fields[i];
        if (strcmp(f->name, name) == 0) {
            return d->word >> f->lsb & ((1ull << f->width) - 1);
        }
    }
    return strcmp(name, "a") == 0 ? d->rec->a : strcmp(name, "b") == 0 ? d->rec->b : d->rec->imm;
}

static void put_general(GString *out, bool wide, bool sp, unsigned n)
{
    if (n == 31) {
        g_string_append(out, sp ? (wide ? "sp" : "wsp") : (wide ? "xzr" : "wzr"));
    } else {
        g_string_append_printf(out, "%c%u", wide ? 'x' : 'w', n);
    }
}

static bool put_named(GString *out, const char *kind, unsigned v)
{
    static const char conds[16][3] = {"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc",
                                      "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"};
    static const char shifts[4][4] = {"lsl", "lsr", "asr", "ror"};
    static const char extends[8][5] = {"uxtb", "uxth", "uxtw", "uxtx",
                                       "sxtb", "sxth", "sxtw", "sxtx"};

    if (strcmp(kind, "c") == 0) {
        g_string_append(out, conds[v & 15]);
    } else if (strcmp(kind, "sh") == 0) {
        g_string_append(out, shifts[v & 3]);
    } else if (strcmp(kind, "ext") == 0) {
        g_string_append(out, extends[v & 7]);
    } else {
        return false;
    }
    return true;
}

/* A SIMD&FP register by the record's shape (see a64-simd.isa): v3.4s, or d3. */
static void put_shaped(GString *out, const Disas *d, bool vector, unsigned n)
{
    unsigned esize = d->rec->a < 5 ? d->rec->a : 4;

    if (vector) {
        g_string_append_printf(out, "v%u.%u%c", n, d->rec->b >> esize, "bhsdq"[esize]);
    } else {
        g_string_append_printf(out, "%c%u", "bhsdq"[esize], n);
    }
}

static void put_operand(GString *out, const Disas *d, const char *kind, const char *name)
{
    int64_t v = value_of(d, name);
    bool general = strchr("rxw", kind[0]) && (!kind[1] || strcmp(kind + 1, "s") == 0);

    if (general) {
        bool wide = kind[0] == 'x' || (kind[0] == 'r' && value_of(d, "sf"));
        put_general(out, wide, kind[1] == 's', (unsigned)v);
    } else if (strcmp(kind, "vt") == 0 || strcmp(kind, "vs") == 0) {
        put_shaped(out, d, kind[1] == 't', (unsigned)v);
    } else if (strcmp(kind, "d") == 0 && strcmp(name, "imm") == 0) {
        g_string_append_printf(out, "%" PRId64, v);
    } else if (strcmp(kind, "u") == 0) {
        g_string_append_printf(out, "%" PRIu64, (uint64_t)v);
    } else if (strcmp(kind, "h") == 0 && strcmp(name, "imm") == 0) {
        g_string_append_printf(out, "0x%" PRIx64, (uint64_t)v);
    } else if (strcmp(kind, "pc") == 0) {
        g_string_append_printf(out, "0x%" PRIx64, d->pc + (uint64_t)v);
    } else if (strcmp(kind, "page") == 0) {
        g_string_append_printf(out, "0x%" PRIx64, (d->pc & ~UINT64_C(0xfff)) + (uint64_t)v);
    } else if (!put_named(out, kind, (unsigned)v)) {
        g_string_append_printf(out, "%s%" PRId64, kind, v); /* b h s d q v: vector registers */
    }
}

void a64_disassemble(uint32_t word, uint64_t pc, char *buf, size_t size)
{
    A64Insn rec;
    Disas d = {a64_decode(word, UINT64_MAX, &rec), &rec, word, pc};

    if (!d.row) {
        snprintf(buf, size, ".inst 0x%08x", word);
        return;
    }
    if (!d.row->assembly[0]) {
        snprintf(buf, size, "%s", d.row->name);
        return;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *p = d.row->assembly; *p; p++) {
        char kind[8], name[16];
        int len = 0;

        if (*p == '{' && sscanf(p, "{%7[a-z]:%15[^}]}%n", kind, name, &len) == 2 && len) {
            put_operand(out, &d, kind, name);
            p += len - 1;
        } else {
            g_string_append_c(out, *p);
        }
    }
    g_strlcpy(buf, out->str, size);
}
