/* SPDX-License-Identifier: MIT */
/* SIMD&FP in the translator: every row of the table, alone and several in a block, with random
 * operands, against the interpreter; registers, flags, FPSR and memory, at two levels of the host.
 * Blocks of several are loops as often as not.
 * CASES=n times as many cases, SEED=n others, ROWS=glob only those rows. */
#include "tests/tcg/diff.h"
#include "tests/tcg/env.h"

#include "accel/tcg/a64/jit.h"
#include "accel/tcg/host-caps.h"
#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WORDS_PER_ROW = 8,
    CASES_PER_WORD = 12,
    MIXES = 1500, /* blocks of several instructions */
    MIX_LENGTH = 7,
    CASES_PER_MIX = 6,
    AES_PAIRS = 24,
    WFI = 0xd503207f,
    X_ROUNDS = 28, /* counts those of a loop */
    ROUNDS = 4,
    MAX_REPORTS = 3,
    DATA = 0x80000, /* offset in RAM of what is loaded and stored */
    DATA_SIZE = 0x3000,
};

/* Code that was put: where it begins, and what it is of. */
typedef struct Piece {
    uint64_t pc;
    const A64RowInfo *row; /* NULL: of several */
    unsigned n;
    bool loop;
    uint32_t words[MIX_LENGTH];
} Piece;

static GArray *pieces;
static uint64_t next_pc = ENV_CODE;
static int case_factor = 1;
static const char *only_rows;

/* ---- words */

static int field_value(const A64RowInfo *row, uint32_t word, const char *name)
{
    for (size_t i = 0; i < row->n_fields; i++) {
        if (strcmp(row->fields[i].name, name) == 0) {
            return (int)extract32(word, row->fields[i].lsb, row->fields[i].width);
        }
    }
    return -1;
}

static bool hint(const A64RowInfo *row, const char *token)
{
    return strstr(row->test, token) != NULL;
}

static bool touches_memory(const A64RowInfo *row)
{
    return row->flags & (A64_ROW_LOADS | A64_ROW_STORES) || strcmp(row->class, "ld") == 0;
}

static bool is_subject(const A64RowInfo *row)
{
    return (row->flags & A64_ROW_TRAP_FP) && strncmp(row->test, "no:", 3) != 0 &&
           !hint(row, "literal");
}

static bool random_word(const A64RowInfo *row, uint32_t *ret)
{
    A64Insn rec;

    for (int tries = 0; tries < 4000; tries++) {
        uint32_t word = ((uint32_t)diff_random() & ~row->mask) | row->value;
        int rt = field_value(row, word, "rt"), rt2 = field_value(row, word, "rt2");

        if (a64_decode(word, UINT64_MAX, &rec) == row && !(hint(row, "pair") && rt == rt2)) {
            *ret = word;
            return true;
        }
    }
    return false;
}

static void put_branch_back(uint64_t to)
{
    env_put(next_pc, 0xf1000400 | X_ROUNDS << 5 | X_ROUNDS); /* subs, 1 */
    next_pc += 4;
    env_put(next_pc, 0x54000001 | ((uint32_t)((int64_t)(to - next_pc) / 4) & 0x7ffff) << 5);
    next_pc += 4;
}

static void put(Piece *p)
{
    p->pc = next_pc;
    for (unsigned i = 0; i < p->n; i++, next_pc += 4) {
        env_put(next_pc, p->words[i]);
    }
    if (p->loop) {
        put_branch_back(p->pc);
    }
    env_put(next_pc, WFI);
    next_pc += 4;
    g_array_append_val(pieces, *p);
    g_assert(next_pc < ENV_VBAR);
}

static void put_row(const A64RowInfo *row)
{
    for (int i = 0; i < WORDS_PER_ROW; i++) {
        Piece p = {.row = row, .n = 1};
        if (random_word(row, &p.words[0])) {
            put(&p);
        }
    }
}

static void put_mix(void)
{
    Piece p = {.n = 2 + diff_random() % (MIX_LENGTH - 1), .loop = diff_random() % 2};

    for (unsigned i = 0; i < p.n;) {
        const A64RowInfo *row = &a64_rows[diff_random() % A64_ROW_COUNT];
        if (is_subject(row) && !touches_memory(row) && random_word(row, &p.words[i])) {
            uint32_t few = diff_random() % 2 ? 0x1c : 0; /* registers: results are used */
            p.words[i] &= ~(p.loop ? few | few << 5 | few << 16 : few);
            A64Insn rec;
            const A64RowInfo *is = a64_decode(p.words[i], UINT64_MAX, &rec);
            i += is && is_subject(is) && field_value(is, p.words[i], "rd") != X_ROUNDS;
        }
    }
    put(&p);
}

/* Substitution and then mixing, of the same direction or not: translated as one or as two. */
static void put_aes(void)
{
    uint32_t r = (uint32_t)diff_random(), d = r & 31, to = r >> 5 & 3 ? d : r >> 7 & 31;
    Piece p = {
        .n = 3,
        .words = {0x4e284800u | (r >> 12 & 1) << 12 | (r >> 13 & 31) << 5 | d, /* aese, aesd */
                  0x4e286800u | (r >> 18 & 1) << 12 | d << 5 | to,             /* aesmc, aesimc */
                  0x6e201c00u | to << 16 | d << 5 | (r >> 19 & 31)}, /* eor: both are used */
    };

    put(&p);
}

/* Registers that change places in each round: v0 to vn, by way of v31. */
static void put_rotation(unsigned n)
{
    Piece p = {.loop = true, .n = n + 1};

    for (unsigned i = 0; i <= n; i++) {
        unsigned from = i == n ? 31 : i, to = i == 0 ? 31 : i - 1;
        p.words[i] = 0x4ea01c00 | from << 16 | from << 5 | to; /* mov, 16b */
    }
    put(&p);
}

/* A constant that is kept where the index is beyond the table: movi v1; tbx v1, {v10, v11, v12}. */
static void put_table_over_constant(void)
{
    Piece p = {.n = 2, .words = {0x4f03d761, 0x4e135141}};

    put(&p);
}

static void put_all(void)
{
    for (size_t i = 0; i < A64_ROW_COUNT; i++) {
        if (is_subject(&a64_rows[i])) {
            put_row(&a64_rows[i]);
        }
    }
    for (int i = 0; i < MIXES; i++) {
        put_mix();
    }
    for (int i = 0; i < AES_PAIRS; i++) {
        put_aes();
    }
    for (unsigned n = 2; n < MIX_LENGTH; n++) {
        put_rotation(n);
    }
    put_table_over_constant();
    env_put(ENV_VBAR + 0x200, WFI);
}

/* What hosts have only by chance. */
static void put_crypto(void)
{
    for (size_t i = 0; i < A64_ROW_COUNT; i++) {
        if (strcmp(a64_rows[i].group, "crypto") == 0 ||
            g_str_has_prefix(a64_rows[i].name, "PMULL")) {
            put_row(&a64_rows[i]);
        }
    }
    for (int i = 0; i < AES_PAIRS; i++) {
        put_aes();
    }
}

/* ---- states */

static DiffState before;
static uint8_t data_before[DATA_SIZE], data_interp[DATA_SIZE];

static uint8_t *data(void)
{
    return env_ram + DATA;
}

/* The base register points into the data, often near a page's end. */
static void aim(const Piece *p)
{
    int rn = field_value(p->row, p->words[0], "rn"), rm = field_value(p->row, p->words[0], "rm");
    uint64_t r = diff_random();
    uint64_t base =
        ENV_RAM_BASE + DATA + 0x1000 + (r % 4 ? (r >> 8) % 2048 : 0xfb0 + (r >> 8) % 64);
    A64Insn rec;

    a64_decode(p->words[0], UINT64_MAX, &rec);
    if (rec.imm < -256 || rec.imm > 1024) {
        base -= (uint64_t)rec.imm;
    }
    if (rn == 31) {
        before.sp = base & ~15ull;
    } else if (rn >= 0) {
        before.x[rn] = base;
    }
    if (rm >= 0 && rm != 31 && rm != rn) {
        before.x[rm] = r >> 32 & 63;
    }
}

static void random_state(const Piece *p)
{
    diff_random_state(&before);
    if (diff_random() % 4) {
        before.fpcr = 0;
    }
    before.fpsr = diff_random() % 4 ? 0 : (uint32_t)diff_random() & 0x0800009f;
    if (p->row && touches_memory(p->row)) {
        aim(p);
    }
}

static void run(const Piece *p, unsigned heat_limit, DiffState *ret)
{
    ArmCpu *cpu = env_cpu;

    tcg_options.heat_limit = heat_limit;
    env_reset_state();
    memcpy(cpu->x, before.x, sizeof(before.x));
    cpu->x[ARM_X_ZR] = 0;
    cpu->x[ARM_X_SP] = before.sp;
    cpu->x[X_ROUNDS] = p->loop ? ROUNDS : before.x[X_ROUNDS];
    cpu->nzcv = before.nzcv;
    cpu->fpcr = before.fpcr;
    cpu->fpsr = before.fpsr;
    memcpy(cpu->v, before.v, sizeof(before.v));
    cpu->pc = p->pc;
    env_run();
    memcpy(ret->x, cpu->x, sizeof(ret->x));
    ret->sp = cpu->x[ARM_X_SP];
    ret->pc = cpu->pc;
    ret->nzcv = cpu->nzcv;
    ret->fpcr = cpu->fpcr;
    ret->fpsr = cpu->fpsr;
    memcpy(ret->v, cpu->v, sizeof(ret->v));
}

/* ---- comparison */

static void tell(const Piece *p, const char *what, uint64_t interp, uint64_t jit)
{
    char text[96];

    for (unsigned i = 0; i < p->n; i++) {
        a64_disassemble(p->words[i], 0, text, sizeof(text));
        tap_note("  %08x %s", p->words[i], text);
        if (p->n == 1) {
            int rn = field_value(p->row, p->words[0], "rn"),
                rm = field_value(p->row, p->words[0], "rm");
            int rd = field_value(p->row, p->words[0], "rd");
            for (int k = 0; k < 3; k++) {
                int v = k == 0 ? rd : k == 1 ? rn : rm;
                if (v >= 0) {
                    tap_note("    v%d %016" PRIx64 " %016" PRIx64, v, before.v[v].d[1],
                             before.v[v].d[0]);
                }
            }
        }
    }
    tap_note("%s: interpreter %016" PRIx64 " translator %016" PRIx64 " (fpcr %x fpsr %x)", what,
             interp, jit, before.fpcr, before.fpsr);
}

static bool same(const Piece *p, const DiffState *a, const DiffState *b, bool loud)
{
    char what[32];

#define COMPARE(name, member)                    \
    if (a->member != b->member) {                \
        if (loud) {                              \
            tell(p, name, a->member, b->member); \
        }                                        \
        return false;                            \
    }
    for (int i = 0; i < 31; i++) {
        snprintf(what, sizeof(what), "x%d", i);
        COMPARE(what, x[i])
    }
    for (int i = 0; i < 64; i++) {
        snprintf(what, sizeof(what), "v%d.d[%d]", i / 2, i & 1);
        COMPARE(what, v[i / 2].d[i & 1])
    }
    COMPARE("sp", sp)
    COMPARE("pc", pc)
    COMPARE("nzcv", nzcv)
    COMPARE("fpcr", fpcr)
    COMPARE("fpsr", fpsr)
#undef COMPARE
    for (unsigned i = 0; i < DATA_SIZE; i++) {
        if (data()[i] != data_interp[i]) {
            if (loud) {
                snprintf(what, sizeof(what), "memory + 0x%x", i);
                tell(p, what, data_interp[i], data()[i]);
            }
            return false;
        }
    }
    return true;
}

static bool run_case(const Piece *p, bool loud)
{
    DiffState interp, jit;

    random_state(p);
    memcpy(data(), data_before, DATA_SIZE);
    run(p, TCG_NEVER, &interp);
    memcpy(data_interp, data(), DATA_SIZE);
    memcpy(data(), data_before, DATA_SIZE);
    run(p, 0, &jit);
    return same(p, &interp, &jit, loud);
}

static bool was_translated(const Piece *p)
{
    CodePage *page = code_page_get(env_cpu, ram_blocks, p->pc - ENV_RAM_BASE);

    return jit_find(page, (p->pc & 0xfff) / 4);
}

/* ---- what becomes of a row: its share in the notes */

typedef enum Kind { NATIVE, CALLS, INTERPRETED, KINDS } Kind;
static const char *const kind_names[] = {"native", "a function", "the interpreter"};

static Kind kind_of(const Piece *p)
{
    static IrBlock b;
    CodePage *page = code_page_get(env_cpu, ram_blocks, p->pc - ENV_RAM_BASE);
    Kind kind = NATIVE;

    ir_begin(&b, env_cpu, page, (p->pc & 0xfff) / 4);
    b.max_insns = 1;
    a64_translate(&b);
    for (unsigned i = 1; i < b.state.n; i++) {
        const IrNode *n = &b.nodes[i];
        if (n->op == IR_INTERP) {
            return INTERPRETED;
        }
        if (((n->op == IR_FP || n->op == IR_FP_TO_INT) && n->aux == 0) ||
            (n->op == IR_FP_FROM_INT && (n->aux & 2))) {
            kind = CALLS;
        }
    }
    return kind;
}

/* ---- the test */

static int failed_pieces, reported;

static void run_piece(const Piece *p)
{
    int cases = (p->row ? CASES_PER_WORD : CASES_PER_MIX) * case_factor;
    bool ok = true;

    for (int i = 0; i < cases && ok; i++) {
        ok = run_case(p, reported < MAX_REPORTS * 10);
    }
    if (!was_translated(p)) {
        tap_note("not translated");
        ok = false;
    }
    if (!ok) {
        failed_pieces++;
        reported++;
    }
}

static void run_level(const char *level, unsigned from, unsigned to)
{
    unsigned rows[KINDS] = {0}, n_rows = 0;

    for (unsigned i = from; i < to;) {
        const Piece *p = &g_array_index(pieces, Piece, i);
        const A64RowInfo *row = p->row;
        const char *name = row ? row->name : "blocks of several";
        bool wanted = !only_rows || g_pattern_match_simple(only_rows, name);
        Kind worst = NATIVE;

        failed_pieces = 0;
        for (; i < to && g_array_index(pieces, Piece, i).row == row; i++) {
            p = &g_array_index(pieces, Piece, i);
            if (wanted) {
                run_piece(p);
                worst = MAX(worst, kind_of(p));
            }
        }
        if (wanted) {
            tap(!failed_pieces, "%s, %s", name, level);
            rows[worst] += row != NULL;
            n_rows += row != NULL;
            if (g_getenv("KINDS") && row) {
                tap_note("%s: %s", row->name, kind_names[worst]);
            }
        }
    }
    for (Kind k = NATIVE; k < KINDS; k++) {
        tap_note("%s: %u of %u rows in %s", level, rows[k], n_rows, kind_names[k]);
    }
}

int main(void)
{
    const char *seed = g_getenv("SEED"), *factor = g_getenv("CASES");

    only_rows = g_getenv("ROWS");
    case_factor = factor ? MAX(atoi(factor), 1) : 1;
    diff_seed(seed ? strtoull(seed, NULL, 0) : 1);
    env_need_translator(64 << 20);
    env_init();
    setvbuf(stdout, NULL, _IOLBF, 0);
    env_cpu->isa_features = UINT64_MAX;
    pieces = g_array_new(FALSE, TRUE, sizeof(Piece));
    for (unsigned i = 0; i < DATA_SIZE; i++) {
        data_before[i] = (uint8_t)diff_random();
    }
    put_all();
    unsigned middle = pieces->len;
    put_all();
    run_level("all that the host has", 0, middle);
    if (host_level_check(HOST_LEVEL_SSE4, NULL)) {
        host_level_set(HOST_LEVEL_SSE4);
        run_level("SSE4", middle, pieces->len);
    }
    unsigned crypto = pieces->len;
    put_crypto();
    host_level_set(HOST_LEVEL_AUTO);
    host_caps_cache &= ~(uint32_t)(HOST_AES | HOST_SHA | HOST_PCLMUL);
    run_level("without cryptography", crypto, pieces->len);
    g_array_free(pieces, TRUE);
    return tap_status();
}
