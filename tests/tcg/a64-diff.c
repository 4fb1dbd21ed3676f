/* SPDX-License-Identifier: MIT */
/* For every row of the A64 table: random encodings in random states, one instruction at a time,
 * against the oracle. CASES=n times as many cases, SEED=n others, ROWS=glob only those rows. */
#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"
#include "tests/tcg/diff.h"
#include "tests/tcg/env.h"

#include "hw/cpu/arm-pauth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { CASES_PER_OP = 24, MIN_CASES = 400, MAX_CASES = 1600, MAX_REPORTS = 3 };

static uint8_t *oracle_memory;
static CodePage *page; /* stop records everywhere but where the instruction stands */
static A64Insn stop;

/* ---- encodings */

static const A64Field *field_of(const A64RowInfo *row, const char *name)
{
    for (size_t i = 0; i < row->n_fields; i++) {
        if (strcmp(row->fields[i].name, name) == 0) {
            return &row->fields[i];
        }
    }
    return NULL;
}

/* -1 when the row has no such field. */
static int field_value(const A64RowInfo *row, uint32_t word, const char *name)
{
    const A64Field *f = field_of(row, name);

    return f ? (int)(word >> f->lsb & ((1ull << f->width) - 1)) : -1;
}

static bool hint(const A64RowInfo *row, const char *token)
{
    return strstr(row->test, token) != NULL;
}

/* Combinations that the architecture leaves open. */
static bool is_unpredictable(const A64RowInfo *row, uint32_t word)
{
    int rt = field_value(row, word, "rt"), rt2 = field_value(row, word, "rt2");
    int rn = field_value(row, word, "rn"), rs = field_value(row, word, "rs");
    bool vector = row->flags & A64_ROW_TRAP_FP;

    if (hint(row, "writeback") && !vector && rn != 31 && (rt == rn || rt2 == rn)) {
        return true;
    }
    if (hint(row, "pair") && rt == rt2) {
        return true;
    }
    /* The pointer's own code is no modifier for it; there is nothing at address 0. */
    if (hint(row, "signed") && rt >= 0 && rn == 31) {
        return true;
    }
    if (strcmp(row->class, "branch") == 0 &&
        (rn == 31 || (rn >= 0 && rn == field_value(row, word, "rm")))) {
        return true;
    }
    if (hint(row, "exclusive")) {
        return rs == rt || (rs == rn && rn != 31) || rs == rt2;
    }
    return false;
}

static bool random_word(const A64RowInfo *row, uint32_t *ret, A64Insn *ret_rec)
{
    for (int tries = 0; tries < 4000; tries++) {
        uint32_t word = ((uint32_t)diff_random() & ~row->mask) | row->value;

        if (hint(row, "literal")) { /* into the window, 32 bytes at least before its end */
            uint32_t target = DIFF_WINDOW + (uint32_t)diff_random() % (DIFF_WINDOW_SIZE - 64);
            word = (word & ~(0x7ffffu << 5)) | (target / 4) << 5;
        }
        if (a64_decode(word, UINT64_MAX, ret_rec) == row && !is_unpredictable(row, word)) {
            *ret = word;
            return true;
        }
    }
    return false;
}

/* ---- states */

static void set_x(DiffState *s, int n, uint64_t v)
{
    if (n == 31) {
        s->sp = v;
    } else if (n >= 0) {
        s->x[n] = v;
    }
}

/* Makes the address lie in the window. */
static uint64_t aim(const A64RowInfo *row, uint32_t word, const A64Insn *rec, DiffState *s)
{
    int rn = field_value(row, word, "rn"), rm = field_value(row, word, "rm");
    uint64_t r = diff_random(), base = ENV_RAM_BASE + DIFF_WINDOW + DIFF_WINDOW_SIZE / 2;

    base += r % 4 == 0 ? 0xfe0 + (r >> 8) % 64 : (r >> 8) % 4096; /* often across pages */
    if (hint(row, "aligned") || hint(row, "exclusive") || rn == 31) {
        base &= ~15ull;
    }
    if (hint(row, "aligned") && rec->imm) {
        base -= (uint64_t)rec->imm;
    }
    if (rm >= 0 && rm != 31 && rm != rn && hint(row, "index")) {
        uint64_t off = (uint64_t)((int64_t)(r >> 32) % 256);
        bool sign = field_value(row, word, "option") & 4,
             narrow = !(field_value(row, word, "option") & 1);
        if (sign && (r >> 60 & 1)) {
            off = -off;
        }
        s->x[rm] = narrow ? (uint32_t)off | diff_random() << 32 : off;
    }
    set_x(s, rn, base);
    return base;
}

/* Pointer authentication: the oracle poisons pointers that were none by a bit of its own (bit 63,
 * D5.1.5 AddPAC says 62), so they are pointers here. What is to be authenticated carries the right
 * code, but for one load in four. */
static void make_pointers(const A64RowInfo *row, uint32_t word, const A64Insn *rec, DiffState *s)
{
    bool load = row->flags & A64_ROW_LOADS, fixed = strcmp(row->class, "sys") == 0;
    int n = load || fixed ? field_value(row, word, "rn") : field_value(row, word, "rd");

    if (hint(row, "pointer")) {
        for (int i = 0; i < 31; i++) {
            s->x[i] = fixed || i == n ? (uint64_t)sextract64(s->x[i], 0, 39) : s->x[i];
        }
    }
    if (hint(row, "signed") && (!load || diff_random() % 4)) {
        int rn = field_value(row, word, "rn");
        uint64_t modifier = strcmp(row->name, "RETA") == 0       ? s->sp
                            : field_value(row, word, "rm") < 0   ? 0
                            : field_value(row, word, "rm") == 31 ? s->sp
                                                                 : s->x[rec->rm];
        ArmPacKey key = (load ? ARM_PAC_DA : ARM_PAC_IA) + rec->a;
        uint64_t *at = rn == 31 ? &s->sp : &s->x[rn < 0 ? 30 : rn];

        *at = arm_pauth_sign(env_cpu, key, *at, modifier);
    }
    if (load && hint(row, "signed")) {
        s->sp = 0; /* which the oracle takes for the modifier, instead of 0 (C6.2 LDRAA) */
    }
}

/* ---- our side */

static void store_state(DiffState *s, uint64_t count_before)
{
    ArmCpu *cpu = env_cpu;

    memcpy(s->x, cpu->x, sizeof(s->x));
    s->sp = cpu->x[ARM_X_SP];
    s->nzcv = cpu->nzcv;
    s->fpcr = cpu->fpcr;
    s->fpsr = cpu->fpsr;
    memcpy(s->v, cpu->v, sizeof(s->v));
    s->faulted = (cpu->pc & ~0x7ffull) == ENV_VBAR;
    s->pc = cpu->pc;
    if (s->pc - ENV_RAM_BASE <= DIFF_CODE_SIZE &&
        atomic_load(&cpu->cs.insn_count) - count_before > 1) {
        s->pc -= 4; /* by a stop record, which was counted too */
    }
}

static void step(const A64Insn *rec, DiffState *s)
{
    TcgCpu *t = env_tcg;
    uint64_t count = atomic_load(&env_cpu->cs.insn_count);
    A64Insn *where = &page->insns[(s->pc - ENV_RAM_BASE) / 4];

    env_reset_state();
    diff_state_load(env_cpu, s);
    atomic_store(&env_cpu->cs.exit_request, 1); /* branches end here */
    *where = *rec;
    tcg_see_page(t, page->insns, ENV_RAM_BASE);
    t->run_start = where;
    t->heat_limit = tcg_options.heat_limit;
    tlb_select(env_cpu, t);
    bool interpret = true;
    if (t->heat_limit != TCG_NEVER) {
        /* What follows the instruction is the interpreter's too, but nothing that should run. */
        bool ran = tcg_run_translated(env_cpu, t, where, &interpret);
        interpret = !ran || (interpret && env_cpu->pc == s->pc);
        page->entries[where - page->insns] = jit_miss;
    }
    for (const A64Insn *i = interpret ? where : NULL; i;) {
        i = a64_handler_of(i)(env_cpu, t, i);
    }
    *where = stop;
    store_state(s, count);
}

/* ---- comparison */

static void report(const A64RowInfo *row, uint32_t word, const char *what, uint64_t before,
                   uint64_t ours, uint64_t oracle)
{
    char text[96];

    a64_disassemble(word, 0, text, sizeof(text));
    tap_note("%s %08x %s: %s before %016" PRIx64 " ours %016" PRIx64 " oracle %016" PRIx64,
             row->name, word, text, what, before, ours, oracle);
}

enum { FPSR_COMPARED = 0x0800009f };

static bool same(const A64RowInfo *row, uint32_t word, const DiffState *in, const DiffState *a,
                 const DiffState *b, bool tell)
{
    char what[32];

    if (a->faulted || b->faulted) {
        if (a->faulted != b->faulted && tell) {
            report(row, word, "fault", 0, a->faulted, b->faulted);
        }
        return a->faulted == b->faulted;
    }
#define COMPARE(name, member, mask)                                    \
    if (((a->member ^ b->member) & (mask)) != 0) {                     \
        if (tell) {                                                    \
            report(row, word, name, in->member, a->member, b->member); \
        }                                                              \
        return false;                                                  \
    }
    for (int i = 0; i < 31; i++) {
        snprintf(what, sizeof(what), "x%d", i);
        COMPARE(what, x[i], ~0ull)
    }
    for (int i = 0; i < 64; i++) {
        snprintf(what, sizeof(what), "v%d.d[%d]", i / 2, i & 1);
        COMPARE(what, v[i / 2].d[i & 1], ~0ull)
    }
    COMPARE("sp", sp, ~0ull)
    COMPARE("pc", pc, ~0ull)
    COMPARE("nzcv", nzcv, ~0u)
    COMPARE("fpcr", fpcr, ~0u)
    COMPARE("fpsr", fpsr, FPSR_COMPARED)
#undef COMPARE
    return true;
}

static uint8_t *our_window(void)
{
    return env_ram + DIFF_WINDOW;
}

static bool same_memory(const A64RowInfo *row, uint32_t word, uint64_t around, bool tell)
{
    uint64_t off = around - ENV_RAM_BASE - DIFF_WINDOW - 512;

    for (unsigned i = 0; i < 1024; i++) {
        uint64_t at = off + i;
        if (at < DIFF_WINDOW_SIZE && our_window()[at] != oracle_memory[DIFF_WINDOW + at]) {
            if (tell) {
                report(row, word, "memory", at, our_window()[at], oracle_memory[DIFF_WINDOW + at]);
            }
            memcpy(oracle_memory + DIFF_WINDOW, our_window(), DIFF_WINDOW_SIZE);
            return false;
        }
    }
    return true;
}

/* ---- rows */

static bool by_user; /* the second oracle */

/* What it can do: nothing that depends on where the instruction is, on memory, or on keys. */
static bool user_oracle_can(const A64RowInfo *row)
{
    return !(row->flags & (A64_ROW_LOADS | A64_ROW_STORES)) && strcmp(row->class, "branch") != 0 &&
           strcmp(row->class, "ld") != 0 && strcmp(row->group, "pauth") != 0 &&
           !g_str_has_prefix(row->name, "ADR");
}

typedef struct RowResult {
    int done, failed, unknown, known_bugs;
} RowResult;

static void run_case(const A64RowInfo *row, RowResult *res)
{
    DiffState in, ours, theirs;
    bool memory = row->flags & (A64_ROW_LOADS | A64_ROW_STORES);
    uint64_t base = 0;
    uint32_t word;
    A64Insn rec;

    if (!random_word(row, &word, &rec)) {
        return;
    }
    diff_random_state(&in);
    in.pc = ENV_RAM_BASE + DIFF_CODE + 0x400 + (diff_random() & 0x7fc);
    if (hint(row, "literal")) {
        in.pc = ENV_RAM_BASE + 0x400;
    }
    if (strcmp(row->class, "branch") == 0) { /* the oracle fetches what it jumps to */
        int rn = field_value(row, word, "rn");
        set_x(&in, rn < 0 ? 30 : rn, ENV_RAM_BASE + (diff_random() & 0xffc));
    }
    if (memory) {
        base = aim(row, word, &rec, &in);
    }
    make_pointers(row, word, &rec, &in);
    theirs = ours = in;
    if (by_user) {
        user_oracle_step(word, &theirs);
    } else {
        oracle_step(word, &theirs);
    }
    step(&rec, &ours);
    bool tell = res->failed < MAX_REPORTS && !oracle_bug_find(row->name, word);
    bool ok = same(row, word, &in, &ours, &theirs, tell && !theirs.faulted);
    if (memory && !ours.faulted && !theirs.faulted) {
        ok &= same_memory(row, word, base, tell);
        ok &= same_memory(row, word, base + (uint64_t)rec.imm, tell);
    }
    res->done++;
    if (!ok && oracle_bug_find(row->name, word)) {
        res->known_bugs++;
    } else if (!ok) {
        res->failed++;
    }
    res->unknown += theirs.faulted;
}

static int case_factor;

static void run_row(const A64RowInfo *row)
{
    RowResult res = {0};
    int cases = CLAMP(row->n_ops * CASES_PER_OP, MIN_CASES, MAX_CASES) * case_factor;

    if (strncmp(row->test, "no:", 3) == 0) {
        tap_skip(row->test + 3, "%s", row->name);
        return;
    }
    for (int i = 0; i < cases; i++) {
        run_case(row, &res);
    }
    if (row->flags & (A64_ROW_LOADS | A64_ROW_STORES) && !res.failed) {
        if (memcmp(our_window(), oracle_memory + DIFF_WINDOW, DIFF_WINDOW_SIZE) != 0) {
            tap_note("%s: memory far from the address differs", row->name);
            res.failed++;
        }
    }
    if (res.unknown > res.done / 2) { /* it reports a word at an address only once */
        tap_skip("the oracle does not know it", "%s", row->name);
    } else if (!res.done) {
        tap(false, "%s: no valid encoding was found", row->name);
    } else {
        tap(res.failed == 0, "%s%s", row->name,
            res.known_bugs ? " (but for the oracle's bugs)" : "");
        if (res.failed) {
            tap_note("%d of %d cases differ, the oracle refused %d", res.failed, res.done,
                     res.unknown);
        }
    }
    memcpy(oracle_memory + DIFF_WINDOW, our_window(), DIFF_WINDOW_SIZE);
}

static void make_stop_page(void)
{
    a64_decode(0xd5033fdf, UINT64_MAX, &stop); /* ISB leaves with pc behind itself */
    page = aligned_alloc(64, align_up(sizeof(*page), 64));
    memset(page, 0, sizeof(*page));
    if (tcg_options.heat_limit != TCG_NEVER) {
        jit_page_init(page);
    }
    for (int i = 0; i <= INSNS_PER_PAGE; i++) {
        page->insns[i] = stop;
    }
}

int main(void)
{
    const char *reason = NULL, *rows = g_getenv("ROWS"), *seed = g_getenv("SEED");
    const char *runner = g_getenv("USER_RUNNER");
    const char *argv[] = {"qemu-aarch64", "-cpu", "max", runner, NULL};

    by_user = runner != NULL;
    oracle_memory = by_user ? g_malloc0(ENV_RAM_SIZE) : oracle_open(&reason);
    if (!oracle_memory || (by_user && !user_oracle_open(argv, &reason))) {
        printf("1..0 # SKIP %s\n", reason);
        return 0;
    }
    case_factor = g_getenv("CASES") ? MAX(atoi(g_getenv("CASES")), 1) : 1;
    diff_seed(seed ? strtoull(seed, NULL, 0) : 1);
    env_init();
    setvbuf(stdout, NULL, _IOLBF, 0);
    env_cpu->isa_features = UINT64_MAX;
    make_stop_page();
    for (size_t i = 0; i < DIFF_WINDOW_SIZE; i++) {
        our_window()[i] = oracle_memory[DIFF_WINDOW + i] = (uint8_t)diff_random();
    }
    for (size_t i = 0; i < A64_ROW_COUNT; i++) {
        if ((!rows || g_pattern_match_simple(rows, a64_rows[i].name)) &&
            (!by_user || user_oracle_can(&a64_rows[i]))) {
            run_row(&a64_rows[i]);
        }
    }
    return tap_status();
}
