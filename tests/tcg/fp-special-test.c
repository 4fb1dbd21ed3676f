/* SPDX-License-Identifier: MIT */
/* Every row of floating point, scalar and vector, over special operands and modes of FPCR:
 * translated code against the interpreter, results and FPSR. A guest program for each encoding
 * takes its operands from lists and writes down what became of them; both tiers run it. FULL=1:
 * all encodings, operands and modes instead of a choice; HOST=sse4|avx2|avx512|all: at this level
 * of the host only; ROWS=glob only those rows. */
#include "tests/tcg/diff.h"
#include "tests/tcg/env.h"
#include "tests/tcg/fp-values.h"

#include "accel/tcg/host-caps.h"
#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"
#include "util/softfp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WFI = 0xd503207f,
    MAX_CASES = 4096, /* that one run of a program takes */
    MAX_REPORTS = 3,
    /* offsets in RAM */
    IN = 0x80000, /* three lists, of a, b and the accumulator */
    IN_SIZE = MAX_CASES * 16,
    OUT = IN + 3 * IN_SIZE,
};

/* What a program writes down for each case. */
typedef struct Outcome {
    uint64_t v[2], fpsr, flags, x[2];
} Outcome;

_Static_assert(OUT + MAX_CASES * sizeof(Outcome) < ENV_CODE - ENV_RAM_BASE, "all fits into RAM");

static bool full;

/* ---- programs */

typedef enum FlagsRead { BY_MRS, BY_SELECT, BY_BRANCH, FLAGS_READS } FlagsRead;

/* Which registers the instruction has: rn, rm, rd, ra. */
static const uint8_t patterns[][4] = {{0, 1, 2, 3}, {0, 0, 2, 3}, {0, 1, 0, 3}, {0, 1, 1, 1}};

typedef struct Piece {
    const A64RowInfo *row;
    uint32_t word;
    uint64_t pc;
    uint8_t format, acc_format, sources, rd;
    bool integer, pairs;
} Piece;

static GArray *pieces;
static uint64_t next_pc;

enum { /* registers of a program, beside those of the instruction */
       X_FLAG = 4,
       X_FLAGS,
       X_FPSR,
       X_COUNT = 9,
       X_A,
       X_B,
       X_ACC,
       X_OUT,
       X_NZCV,
};

static void put(uint32_t word)
{
    env_put(next_pc, word);
    next_pc += 4;
}

static void put_select(unsigned cond)
{
    put(0x9a9f07e0 | (cond ^ 1) << 12 | X_FLAG);                                 /* cset */
    put(0x8b000000 | (uint32_t)X_FLAGS << 16 | 1 << 10 | X_FLAG << 5 | X_FLAGS); /* add, lsl 1 */
}

static void put_branch(unsigned cond)
{
    put(0x54000000 | 2 << 5 | cond);
    put(0x91000000 | (cond >= 12 ? 1u << 22 : 0) | 1u << (cond % 12) << 10 | X_FLAGS << 5 |
        X_FLAGS);
}

static void put_read_flags(FlagsRead how)
{
    if (how == BY_MRS) {
        put(0xd53b4200 | X_FLAGS);
        return;
    }
    put(0xd2800000 | X_FLAGS); /* mov, 0 */
    for (unsigned cond = 0; cond < 14; cond++) {
        if (how == BY_SELECT) {
            put_select(cond);
        } else {
            put_branch(cond);
        }
    }
}

static void put_loads(void)
{
    static const uint8_t x[] = {X_A, X_B, X_ACC};

    for (unsigned i = 0; i < 3; i++) {
        put(0xf9400000 | (uint32_t)x[i] << 5 | i);            /* ldr xi */
        put(0x3cc00400 | 16 << 12 | (uint32_t)x[i] << 5 | i); /* ldr qi, post-indexed */
    }
    put(0x4ea01c00 | 2 << 16 | 2 << 5 | 3);  /* mov v3, v2: an addend of its own */
    put(0x4ea01c00 | 1 << 16 | 1 << 5 | 17); /* mov v17, v1: an element in a high register */
}

static void put_program(Piece *p, FlagsRead how)
{
    p->pc = next_pc;
    put_loads();
    if (p->row->flags & A64_ROW_READS_FLAGS) {
        put(0xd3400000 | 36 << 16 | 35 << 10 | X_COUNT << 5 | X_NZCV); /* lsl, 28 */
        put(0xd51b4200 | X_NZCV);
    }
    put(0xd51b4420 | 31); /* msr fpsr, xzr */
    put(p->word);
    if (p->row->flags & A64_ROW_WRITES_FLAGS) {
        put_read_flags(how);
    }
    put(0xd53b4420 | X_FPSR);
    put(0x3c800400 | 16 << 12 | X_OUT << 5 | p->rd);
    put(0xa8800000 | 2 << 15 | X_FLAGS << 10 | X_OUT << 5 | X_FPSR);
    put(0xa8800000 | 2 << 15 | (uint32_t)(p->rd + 1) << 10 | X_OUT << 5 | p->rd);
    put(0xf1000400 | X_COUNT << 5 | X_COUNT); /* subs, 1 */
    put(0x54000001 | ((uint32_t)((int64_t)(p->pc - next_pc) / 4) & 0x7ffff) << 5);
    put(WFI);
    g_assert(next_pc < ENV_VBAR);
}

/* ---- encodings of a row */

static int register_field(const char *name, const uint8_t *pattern)
{
    static const char *const names[] = {"rn", "rm", "rd", "ra"};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            return pattern[i];
        }
    }
    return strcmp(name, "rml") == 0 ? pattern[1] : -1;
}

static unsigned free_bits(const A64RowInfo *row)
{
    unsigned n = 0;

    for (size_t i = 0; i < row->n_fields; i++) {
        n += register_field(row->fields[i].name, patterns[0]) < 0 ? row->fields[i].width : 0;
    }
    return n;
}

/* Registers by the pattern, all other fields from `bits`. */
static uint32_t make_word(const A64RowInfo *row, const uint8_t *pattern, uint32_t bits)
{
    uint32_t word = row->value;

    for (size_t i = 0; i < row->n_fields; i++) {
        const A64Field *f = &row->fields[i];
        int reg = register_field(f->name, pattern);
        uint32_t v = reg < 0 ? bits & (uint32_t)MASK64(f->width) : (uint32_t)reg;

        bits >>= reg < 0 ? f->width : 0;
        word |= v << f->lsb;
    }
    return word;
}

/* The format of register n as the disassembly names it; 0: it does not. */
static unsigned format_of(const char *text, unsigned n, bool *ret_integer)
{
    static const char letters[] = "bhsd";
    g_auto(GStrv) words = g_strsplit_set(text, " ,", -1);

    *ret_integer = false;
    for (char **w = words; *w; w++) {
        const char *number = *w + 1, *shape = strchr(*w, '.');
        if (!**w || !strchr("bhsdwxv", **w) || !g_ascii_isdigit(*number) ||
            strtoul(number, NULL, 10) != n) {
            continue;
        }
        *ret_integer = **w == 'w' || **w == 'x';
        const char *of = shape ? strpbrk(shape, letters) : strchr(letters, **w);
        return *ret_integer ? SOFTFP_D : of ? (unsigned)(of - letters) : 0;
    }
    return 0;
}

static bool has_field(const A64RowInfo *row, const char *name)
{
    for (size_t i = 0; i < row->n_fields; i++) {
        if (strcmp(row->fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* How many vectors it reads. */
static unsigned sources_of(const A64RowInfo *row)
{
    if (has_field(row, "ra") || g_str_has_prefix(row->name, "FML") ||
        g_str_has_prefix(row->name, "FCMLA")) {
        return 3;
    }
    return has_field(row, "rm") || has_field(row, "rml") ? 2 : 1;
}

/* The sources' format where their text has none: that of the result, but for these. */
static unsigned source_format(const A64RowInfo *row, const A64Insn *rec)
{
    if (g_str_has_prefix(row->name, "FCVTN_") || g_str_has_prefix(row->name, "FCVTXN_")) {
        return rec->a + 1;
    }
    bool long_sum = g_str_has_prefix(row->name, "FMLAL") || g_str_has_prefix(row->name, "FMLSL");
    return long_sum ? SOFTFP_H : rec->a;
}

static unsigned format_or(unsigned format, unsigned otherwise)
{
    return format >= SOFTFP_H && format <= SOFTFP_D ? format : otherwise;
}

/* `word` has the registers of the first pattern. */
static void describe(Piece *p, uint32_t word, const A64Insn *rec)
{
    const char *name = p->row->name;
    char text[96], last = name[strcspn(name, "_") - 1];
    bool integer;

    a64_disassemble(word, 0, text, sizeof(text));
    unsigned result = format_of(text, 2, &integer), source = format_of(text, 0, &p->integer);
    p->format = (uint8_t)format_or(source, format_or(source_format(p->row, rec), SOFTFP_D));
    p->acc_format =
        (uint8_t)(integer ? p->format : format_or(result, format_or(rec->a, p->format)));
    p->integer |= strstr(name, "CVTF") != NULL;
    p->sources = (uint8_t)sources_of(p->row);
    p->pairs = p->sources < 3 && (last == 'P' || last == 'V') && !g_str_has_prefix(name, "FRINT");
    if (p->pairs) {
        p->sources = 2;
    }
}

static bool put_encoding(const A64RowInfo *row, const uint8_t *pattern, uint32_t bits)
{
    Piece p = {.row = row, .word = make_word(row, pattern, bits), .rd = pattern[2]};
    unsigned reads = row->flags & A64_ROW_WRITES_FLAGS ? FLAGS_READS : 1;
    A64Insn rec;

    if (a64_decode(p.word, UINT64_MAX, &rec) != row) {
        return false;
    }
    describe(&p, make_word(row, patterns[0], bits), &rec);
    for (unsigned how = 0; how < reads; how++) {
        put_program(&p, (FlagsRead)how);
        g_array_append_val(pieces, p);
    }
    return true;
}

static bool is_new_pattern(const A64RowInfo *row, unsigned k)
{
    for (unsigned i = 0; i < k; i++) {
        if (make_word(row, patterns[i], 0) == make_word(row, patterns[k], 0)) {
            return false;
        }
    }
    return true;
}

/* All encodings where they are few, some otherwise. */
static void put_row(const A64RowInfo *row)
{
    enum { TRIES = 200 };
    unsigned n_bits = free_bits(row), limit = full ? 5 : 3;

    for (unsigned k = 0; k < (full ? G_N_ELEMENTS(patterns) : 1); k++) {
        unsigned missing = is_new_pattern(row, k) ? 1u << MIN(n_bits, limit) : 0;
        for (uint32_t i = 0; i < (n_bits <= limit ? missing : 0); i++) {
            put_encoding(row, patterns[k], i);
        }
        for (unsigned i = 0; i < TRIES && missing && n_bits > limit; i++) {
            missing -= put_encoding(row, patterns[k], (uint32_t)diff_random());
        }
    }
}

static bool is_subject(const A64RowInfo *row)
{
    return strcmp(row->group, "fp") == 0 || strcmp(row->group, "simd-fp") == 0;
}

/* ---- operands */

/* What stands in the elements: the case's values in all, in the first with others behind, or in one
 * with ones around. */
typedef enum Layout { EVERYWHERE, MIXED, ALONE, LAYOUTS } Layout;

static ArmVec *list_of(unsigned source)
{
    return (ArmVec *)(void *)(env_ram + IN + source * IN_SIZE);
}

static uint64_t one_of(const Piece *p, unsigned format)
{
    return p->integer ? 1 : fp_one(format);
}

/* Elements by turns `even` and `odd`. */
static void fill(const Piece *p, ArmVec *ret, unsigned format, Layout layout,
                 const FpValues *others, unsigned k, uint64_t even, uint64_t odd)
{
    unsigned size = 1u << format, lanes = 16 / size;
    unsigned at = p->pairs ? k % lanes & ~1u : k % lanes;

    for (unsigned i = 0; i < lanes; i++) {
        uint64_t v = i & 1 ? odd : even;
        if (layout == MIXED && i > p->pairs) {
            v = others->v[diff_random() % others->n];
        } else if (layout == ALONE && i != at && (!p->pairs || i != at + 1)) {
            v = one_of(p, format);
        }
        memcpy(&ret->b[i * size], &v, size);
    }
}

typedef struct Space {
    FpValues v, acc;
    unsigned n; /* combinations */
} Space;

static void fill_case(const Piece *p, const Space *s, Layout layout, unsigned at, unsigned k)
{
    uint64_t a = s->v.v[k % s->v.n], b = s->v.v[k / s->v.n % s->v.n];
    uint64_t acc = p->sources == 3 ? s->acc.v[k / s->v.n / s->v.n] : s->acc.v[k % s->acc.n];

    fill(p, &list_of(0)[at], p->format, layout, &s->v, k, a, p->pairs ? b : a);
    fill(p, &list_of(1)[at], p->format, layout, &s->v, k, b, p->pairs ? a : b);
    fill(p, &list_of(2)[at], p->acc_format, layout, &s->acc, k, acc, acc);
}

static Space space_of(const Piece *p)
{
    Space s = {.v = fp_values(p->format, p->integer, p->sources, full),
               .acc = fp_values(p->acc_format, false, p->sources, full)};

    s.n = s.v.n;
    s.n *= p->sources > 1 ? s.v.n : 1;
    s.n *= p->sources > 2 ? s.acc.n : 1;
    return s;
}

/* ---- running */

static Outcome *outcomes(void)
{
    return (Outcome *)(void *)(env_ram + OUT);
}

static void run(const Piece *p, unsigned heat_limit, uint32_t fpcr, unsigned n)
{
    ArmCpu *cpu = env_cpu;

    tcg_options.heat_limit = heat_limit;
    env_reset_state();
    memset(cpu->x, 0, sizeof(cpu->x));
    memset(cpu->v, 0, sizeof(cpu->v));
    for (unsigned i = 0; i < 3; i++) {
        cpu->x[X_A + i] = ENV_RAM_BASE + IN + i * IN_SIZE;
    }
    cpu->x[X_OUT] = ENV_RAM_BASE + OUT;
    cpu->x[X_COUNT] = n;
    cpu->nzcv = 0;
    cpu->fpcr = fpcr;
    cpu->fpsr = 0;
    cpu->pc = p->pc;
    while (!atomic_load(&cpu->cs.halted)) {
        atomic_store(&cpu->cs.exit_request, 0);
        env_run();
    }
}

static int reported;

static void report(const Piece *p, uint32_t fpcr, unsigned i, const Outcome *a, const Outcome *b)
{
    char text[96];

    if (reported++ >= MAX_REPORTS) {
        return;
    }
    a64_disassemble(p->word, 0, text, sizeof(text));
    tap_note("%08x %s, FPCR %x", p->word, text, fpcr);
    for (unsigned k = 0; k < 3; k++) {
        const ArmVec *v = &list_of(k)[i];
        tap_note("  operand %u %016" PRIx64 " %016" PRIx64, k, v->d[1], v->d[0]);
    }
    for (unsigned k = 0; k < 2; k++) {
        const Outcome *o = k ? b : a;
        tap_note("  %s %016" PRIx64 " %016" PRIx64 " FPSR %" PRIx64 " flags %" PRIx64 " x %" PRIx64,
                 k ? "translator " : "interpreter", o->v[1], o->v[0], o->fpsr, o->flags, o->x[0]);
    }
}

/* Both tiers on the operands that were filled in. */
static bool same(const Piece *p, uint32_t fpcr, unsigned n)
{
    static Outcome interp[MAX_CASES];

    memset(outcomes(), 0xa5, n * sizeof(Outcome));
    run(p, TCG_NEVER, fpcr, n);
    memcpy(interp, outcomes(), n * sizeof(Outcome));
    memset(outcomes(), 0x5a, n * sizeof(Outcome));
    run(p, 0, fpcr, n);
    for (unsigned i = 0; i < n; i++) {
        if (memcmp(&interp[i], &outcomes()[i], sizeof(Outcome)) != 0) {
            report(p, fpcr, i, &interp[i], &outcomes()[i]);
            return false;
        }
    }
    return true;
}

static uint64_t cases_done;

/* Every stride-th combination. */
static bool run_layout(const Piece *p, const Space *s, uint32_t fpcr, Layout layout,
                       unsigned stride)
{
    unsigned n = 0;

    for (unsigned k = stride > 1 ? (unsigned)(diff_random() % stride) : 0; k < s->n; k += stride) {
        fill_case(p, s, layout, n++, k);
        if (n == MAX_CASES || k + stride >= s->n) {
            cases_done += n;
            if (!same(p, fpcr, n)) {
                return false;
            }
            n = 0;
        }
    }
    return true;
}

/* FPCR by a number: RMode, FZ, DN; of half precision, FZ16 and AHP. */
enum { MODES = 16, MODES_OF_HALF = 64 };

static uint32_t fpcr_of(unsigned mode)
{
    return (mode & 3) << SOFTFP_FPCR_RM_SHIFT | (mode & 4 ? SOFTFP_FPCR_FZ : 0) |
           (mode & 8 ? SOFTFP_FPCR_DN : 0) | (mode & 16 ? SOFTFP_FPCR_FZ16 : 0) |
           (mode & 32 ? SOFTFP_FPCR_AHP : 0);
}

static bool run_piece(const Piece *p)
{
    enum { SAMPLES = 60 }; /* of a mode that translated code does not compute itself */
    bool half = p->format == SOFTFP_H || p->acc_format == SOFTFP_H;
    unsigned layouts = p->row->group[0] == 's' || full ? LAYOUTS : MIXED + 1;
    Space s = space_of(p);

    for (unsigned mode = 0; mode < (half ? MODES_OF_HALF : MODES); mode++) {
        unsigned stride = mode == 0 || full ? 1 : MAX(s.n / SAMPLES, 1);
        for (unsigned layout = 0; layout < layouts; layout++) {
            bool wanted = mode == 0 || full || layout == mode % layouts;
            if (wanted && !run_layout(p, &s, fpcr_of(mode), (Layout)layout, stride)) {
                return false;
            }
        }
    }
    CodePage *page = code_page_get(env_cpu, ram_blocks, p->pc - ENV_RAM_BASE);
    if (!jit_find(page, (p->pc & 0xfff) / 4)) {
        tap_note("not translated");
        return false;
    }
    return true;
}

/* ---- the test */

static const struct {
    const char *name;
    HostLevel level;
} hosts[] = {{"all", HOST_LEVEL_AUTO},
             {"avx512", HOST_LEVEL_AVX512},
             {"avx2", HOST_LEVEL_AVX2},
             {"sse4", HOST_LEVEL_SSE4}};

/* The programs of a row, in the room that all rows use one after the other. */
static void run_row(const A64RowInfo *row, const char *host)
{
    bool ok = true;

    g_array_set_size(pieces, 0);
    reported = 0;
    next_pc = ENV_CODE;
    put_row(row);
    code_written(ram_blocks, ENV_CODE - ENV_RAM_BASE, next_pc - ENV_CODE);
    for (unsigned i = 0; i < pieces->len; i++) {
        ok &= run_piece(&g_array_index(pieces, Piece, i));
    }
    tap(ok && pieces->len, "%s, %u programs, %s", row->name, pieces->len, host);
}

static void run_host(unsigned h)
{
    const char *only_rows = g_getenv("ROWS");

    if (!host_level_check(hosts[h].level, NULL)) {
        tap_skip("not this host", "%s", hosts[h].name);
        return;
    }
    host_level_set(hosts[h].level);
    for (size_t i = 0; i < A64_ROW_COUNT; i++) {
        const A64RowInfo *row = &a64_rows[i];
        if (is_subject(row) && (!only_rows || g_pattern_match_simple(only_rows, row->name))) {
            run_row(row, hosts[h].name);
        }
    }
}

int main(void)
{
    const char *host = g_getenv("HOST");

    full = g_getenv("FULL") != NULL;
    diff_seed(1);
    env_need_translator(64 << 20);
    env_init();
    setvbuf(stdout, NULL, _IOLBF, 0);
    env_cpu->isa_features = UINT64_MAX;
    pieces = g_array_new(FALSE, TRUE, sizeof(Piece));
    env_put(ENV_VBAR + 0x200, WFI);
    for (unsigned h = 0; h < G_N_ELEMENTS(hosts); h++) {
        bool usual = hosts[h].level == HOST_LEVEL_AUTO || hosts[h].level == HOST_LEVEL_SSE4;
        if (host ? strcmp(host, hosts[h].name) == 0 : usual) {
            run_host(h);
        }
    }
    tap_note("%" PRIu64 " cases", cases_done);
    g_array_free(pieces, TRUE);
    return tap_status();
}
