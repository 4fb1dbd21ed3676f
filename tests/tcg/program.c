/* SPDX-License-Identifier: MIT */
/* Random guest programs that end, made of units: an instruction or a few that belong together.
 * Branches go to the beginning of units, backwards only with a counter that all loops share. */
#include "tests/tcg/program.h"

#include <string.h>

static unsigned below(unsigned n)
{
    return (unsigned)(diff_random() % n);
}

static void put(Program *p, uint32_t word)
{
    g_assert(p->n < PROGRAM_MAX_WORDS);
    p->words[p->n++] = word;
}

/* ---- rows */

typedef enum RowKind { ROW_INT, ROW_VECTOR, ROW_OTHER, ROW_MEM, ROW_VECTOR_MEM, ROW_KINDS } RowKind;

static struct {
    const A64RowInfo *row[A64_ROW_COUNT];
    unsigned n;
} rows[ROW_KINDS];

static RowKind kind_of(const A64RowInfo *row)
{
    bool vector = row->flags & A64_ROW_TRAP_FP;

    if (row->flags & (A64_ROW_LOADS | A64_ROW_STORES)) {
        return vector ? ROW_VECTOR_MEM : ROW_MEM;
    }
    return vector ? ROW_VECTOR : strcmp(row->group, "int") == 0 ? ROW_INT : ROW_OTHER;
}

static void sort_rows(void)
{
    for (size_t i = 0; i < A64_ROW_COUNT; i++) {
        const A64RowInfo *row = &a64_rows[i];

        if (strcmp(row->class, "branch") != 0 && strcmp(row->class, "sys") != 0) {
            RowKind k = kind_of(row);
            rows[k].row[rows[k].n++] = row;
        }
    }
}

static const A64Field *field_of(const A64RowInfo *row, const char *name)
{
    for (size_t i = 0; i < row->n_fields; i++) {
        if (strcmp(row->fields[i].name, name) == 0) {
            return &row->fields[i];
        }
    }
    return NULL;
}

static void set_field(const A64RowInfo *row, uint32_t *word, const char *name, uint32_t v)
{
    const A64Field *f = field_of(row, name);

    if (f) {
        uint32_t mask = (uint32_t)MASK64(f->width) << f->lsb;
        *word = (*word & ~mask) | (v << f->lsb & mask);
    }
}

/* ---- registers */

static bool is_reserved(const Program *p, unsigned n)
{
    return n == p->counter || n == p->temp || n == p->log || n == p->base[0] || n == p->base[1] ||
           n == p->index || n == p->keep || n == 30;
}

static unsigned any_register(const Program *p)
{
    unsigned n;

    do {
        n = below(32);
    } while (is_reserved(p, n));
    return n;
}

/* Two in a row, for pairs that are named by the even one. */
static unsigned even_register(const Program *p)
{
    unsigned n;

    do {
        n = below(15) * 2;
    } while (is_reserved(p, n) || is_reserved(p, n + 1));
    return n;
}

static void choose_registers(Program *p)
{
    uint8_t *const which[] = {&p->counter, &p->temp,  &p->log, &p->base[0],
                              &p->base[1], &p->index, &p->keep};

    for (size_t i = 0; i < G_N_ELEMENTS(which); i++) {
        *which[i] = 30;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(which); i++) {
        unsigned n = any_register(p);
        while (n == 31) {
            n = any_register(p);
        }
        *which[i] = (uint8_t)n;
    }
}

/* ---- instructions by row */

static void own_results(const Program *p, const A64RowInfo *row, uint32_t *word)
{
    static const char *const results[] = {"rd", "rt", "rt2", "rs"};
    bool pair = strcmp(row->name, "CASP") == 0;

    for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
        const A64Field *f = field_of(row, results[i]);
        unsigned n = f ? *word >> f->lsb & 31 : 31;

        if (f && pair) {
            set_field(row, word, results[i], even_register(p));
        } else if (is_reserved(p, n)) {
            set_field(row, word, results[i], any_register(p));
        }
    }
}

static void aim(const Program *p, const A64RowInfo *row, uint32_t *word)
{
    set_field(row, word, "rn", below(8) ? p->base[below(2)] : 31);
    if (field_of(row, "rm")) {
        set_field(row, word, "rm", below(8) ? p->index : 31);
    }
    if (field_of(row, "imm12") && below(2)) {
        set_field(row, word, "imm12", below(64));
    }
    if (field_of(row, "imm19")) { /* a literal: of the program */
        set_field(row, word, "imm19", below(64) - 32);
    }
}

/* When such a store faults at its second page, what it left in the first is UNKNOWN: the two
 * tiers store different units first. */
static bool may_store_a_part(const A64RowInfo *row)
{
    const char *name = row->name;

    return g_str_has_prefix(name, "ST") && name[2] >= '2' && name[2] <= '4' &&
           (!name[3] || strcmp(name + 3, "_post") == 0);
}

static uint32_t row_word(const Program *p, RowKind kind)
{
    A64Insn rec;

    for (;;) {
        const A64RowInfo *row = rows[kind].row[below(rows[kind].n)];
        uint32_t word = row->value | (~row->mask & (uint32_t)diff_random());

        if (kind == ROW_MEM || kind == ROW_VECTOR_MEM) {
            aim(p, row, &word);
        }
        if (may_store_a_part(row) && !p->all_good) {
            continue;
        }
        own_results(p, row, &word);
        bool moves_sp = a64_decode(word, UINT64_MAX, &rec) == row && rec.rd == ARM_X_SP;
        if (a64_decode(word, UINT64_MAX, &rec) == row && (!moves_sp || !below(16))) {
            return word;
        }
    }
}

static uint32_t data_word(const Program *p)
{
    unsigned r = below(16);

    return row_word(p, r < 10 ? ROW_INT : r < 14 ? ROW_VECTOR : ROW_OTHER);
}

static uint32_t memory_word(const Program *p)
{
    return row_word(p, below(3) ? ROW_MEM : ROW_VECTOR_MEM);
}

/* ---- instructions by hand */

enum {
    BTI_JC = (int)0xd50324df,
    DSB_ISH = (int)0xd5033b9f,
    ISB = (int)0xd5033fdf,
    WFI = (int)0xd503207f,
    ERET = (int)0xd69f03e0,
};
#define SYSREG(op0, op1, crn, crm, op2) \
    ((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define MRS(reg, t) (0xd5200000u | (reg) | (t))
#define MSR(reg, t) (0xd5000000u | (reg) | (t))
enum {
    ELR_EL1 = SYSREG(3, 0, 4, 0, 1),
    SPSR_EL1 = SYSREG(3, 0, 4, 0, 0),
    SP_EL0 = SYSREG(3, 0, 4, 1, 0),
    ESR_EL1 = SYSREG(3, 0, 5, 2, 0),
    FAR_EL1 = SYSREG(3, 0, 6, 0, 0),
    NZCV = SYSREG(3, 3, 4, 2, 0),
    FPCR = SYSREG(3, 3, 4, 4, 0),
    FPSR = SYSREG(3, 3, 4, 4, 1),
    TPIDR_EL0 = SYSREG(3, 3, 13, 0, 2),
    CNTVCT_EL0 = SYSREG(3, 3, 14, 0, 2),
    CTR_EL0 = SYSREG(3, 3, 0, 0, 1),
    DCZID_EL0 = SYSREG(3, 3, 0, 0, 7),
};

static void sub_counter(Program *p, bool flags)
{
    put(p, (flags ? 0xf1000400u : 0xd1000400u) | (uint32_t)p->counter << 5 | p->counter);
}

static void refer(Program *p, uint32_t word, unsigned unit, int bytes)
{
    p->fixes[p->n_fixes++] = (ProgramFix){p->n, unit, bytes};
    put(p, word);
}

static uint32_t conditional_word(const Program *p)
{
    uint32_t t = below(32), sf = below(2);

    switch (below(4)) {
    case 0:
        return 0x34000000u | sf << 31 | below(2) << 24 | t;
    case 1:
        return 0x36000000u | sf << 31 | below(2) << 24 | below(32) << 19 | t;
    default:
        return 0x54000000u | below(16);
    }
}

enum { BR = (int)0xd61f0000, BLR = (int)0xd63f0000, RET = (int)0xd65f0000, B = 0x14000000 };

/* PACIA or PACIB with a modifier, mostly the same as BRAA, BRAB, BLRAA or BLRAB have. */
static void put_signed_branch(Program *p, uint32_t branch)
{
    uint32_t key = below(2) << 10, n = (uint32_t)p->temp << 5;

    put(p, 0xdac10000u | key | (uint32_t)p->counter << 5 | p->temp);
    put(p, branch | 0x01000800u | (below(8) ? key : 0) | n | p->counter);
}

/* ADR of a unit, then a branch to it. */
static void jump_to(Program *p, uint32_t branch, unsigned unit, int bytes)
{
    refer(p, 0x10000000u | p->temp, unit, bytes);
    if (branch != (uint32_t)RET && !below(4)) {
        put_signed_branch(p, branch);
    } else {
        put(p, branch | (uint32_t)p->temp << 5);
    }
}

static void unit_forward(Program *p)
{
    unsigned to = p->n_units + 1 + below(6);

    to = MIN(to, p->n_main);
    switch (below(8)) {
    case 0:
        refer(p, B, to, 0);
        break;
    case 1:
        jump_to(p, below(2) ? BR : RET, to, 0);
        break;
    default:
        refer(p, conditional_word(p), to, 0);
        break;
    }
}

static void unit_backward(Program *p)
{
    unsigned to = p->n_units - below(MIN(p->n_units, 10u) + 1);

    switch (below(4)) {
    case 0: /* b.pl */
        sub_counter(p, true);
        refer(p, 0x54000005, to, 0);
        break;
    case 1: /* tbz counter, #63 */
        sub_counter(p, false);
        refer(p, 0xb6f80000u | p->counter, to, 0);
        break;
    case 2:
        sub_counter(p, false);
        refer(p, 0xb7f80000u | p->counter, p->n_units + 1, 0);
        refer(p, B, to, 0);
        break;
    default:
        sub_counter(p, false);
        refer(p, 0xb7f80000u | p->counter, p->n_units + 1, 0);
        jump_to(p, BR, to, 0);
        break;
    }
}

/* Subroutines follow the main part: n_main is its end, two more are callees. */
static void unit_call(Program *p)
{
    unsigned to = p->n_main + 1 + below(2);

    if (below(2)) {
        refer(p, 0x94000000u, to, 0);
    } else {
        jump_to(p, BLR, to, 0);
    }
}

static void unit_exclusive(Program *p)
{
    uint32_t size = below(4) << 30, order = below(2) << 15, rs = any_register(p);
    uint32_t rt = any_register(p);

    /* and keep, base, #-16 */
    put(p, 0x927cec00u | (uint32_t)p->base[below(2)] << 5 | p->keep);
    if (below(2)) { /* mov rs, rt: what rt was is used when it is something else */
        put(p, 0xaa0003e0u | rt << 16 | rs);
    }
    if (below(3) == 0) { /* ldadd or swp xzr, rt, [keep] */
        put(p, (below(2) ? 0x383f8000u : 0x383f0000u) | size | (uint32_t)p->keep << 5 | rt);
        put(p, 0xca000000u | rs << 16 | rt << 5 | rt); /* eor rt, rt, rs */
        return;
    }
    put(p, 0x085f7c00u | size | order | (uint32_t)p->keep << 5 | rt);
    for (unsigned i = below(3); i > 0; i--) {
        put(p, below(3) ? data_word(p) : memory_word(p));
    }
    put(p, 0x08007c00u | size | order | rs << 16 | (uint32_t)p->keep << 5 | below(32));
}

static void unit_system(Program *p)
{
    uint32_t t = any_register(p);

    switch (below(14)) {
    case 0:
        put(p, MSR(NZCV, t));
        break;
    case 1:
        put(p, MRS(NZCV, t));
        break;
    case 2:
        put(p, MRS(FPSR, t));
        break;
    case 3:
        put(p, below(4) ? MRS(FPCR, t) : MSR(FPCR, below(2) ? 31u : t));
        break;
    case 4:
        put(p, MSR(TPIDR_EL0, t));
        break;
    case 5:
        put(p, MRS(TPIDR_EL0, t));
        break;
    case 6:
        put(p, 0xd5033bbf); /* dmb ish */
        break;
    case 7:
        put(p, ISB);
        break;
    case 8:
        put(p, 0xd50b7420u | p->base[below(2)]); /* dc zva */
        break;
    case 9:
        put(p, 0xd503305fu | below(16) << 8); /* clrex */
        break;
    case 10:
        put(p, 0xd4200000u | below(65536) << 5); /* brk */
        break;
    case 11:
        put(p, 0x5ac00000u | below(2) << 31 | any_register(p) << 5 | t); /* rbit */
        put(p, 0x5ac01000u | below(2) << 31 | t << 5 | any_register(p)); /* clz */
        break;
    case 12:
        put(p, MRS(below(3) == 0 ? CNTVCT_EL0 : below(2) == 0 ? CTR_EL0 : DCZID_EL0, t));
        break;
    default:
        put(p, below(2) ? 0 : 0xd500401fu | below(2) << 5); /* udf; cfinv, xaflag */
        break;
    }
}

/* Another instruction where one of the program's is, with what the architecture asks for. */
static void unit_patch(Program *p)
{
    uint32_t word = below(2) ? data_word(p) : memory_word(p);

    put(p, 0xd2800000u | (word & 0xffff) << 5 | p->keep);
    put(p, 0xf2a00000u | word >> 16 << 5 | p->keep);
    p->patches[p->n_patches++] = (ProgramFix){p->n, 0, 0};
    put(p, 0x10000000u | p->temp);                          /* adr */
    put(p, 0xb9000000u | (uint32_t)p->temp << 5 | p->keep); /* str w */
    put(p, 0xd50b7b20u | p->temp);                          /* dc cvau */
    put(p, DSB_ISH);
    put(p, 0xd50b7520u | p->temp); /* ic ivau */
    put(p, DSB_ISH);
    put(p, ISB);
}

/* Data behind the program, mostly in the page that executes. */
static void unit_own_page(Program *p)
{
    put(p, 0x10000000u | p->temp | (PROGRAM_MAX_WORDS + below(64) * 2) << 5); /* adr */
    put(p, (below(2) ? 0xf9000000u : 0xf9400000u) | (uint32_t)p->temp << 5 | any_register(p));
}

/* To where nothing is, or between instructions. */
static void unit_wild(Program *p)
{
    if (below(2)) {
        jump_to(p, BR, p->n_main, 2);
    } else {
        put(p, 0x90000000u | 1u << 5 | p->temp); /* adrp, 4 pages on */
        put(p, (uint32_t)BR | (uint32_t)p->temp << 5);
    }
}

static void unit_data(Program *p, bool memory)
{
    p->single[p->n_single++] = p->n_units;
    put(p, memory ? memory_word(p) : data_word(p));
}

/* Where branches to pages that check them land, or do not. */
static void put_landing(Program *p)
{
    static const uint32_t words[] = {
        0xd503245f, 0xd503245f,                     /* bti c */
        0xd503249f, 0xd503249f,                     /* bti j */
        BTI_JC,     BTI_JC,     BTI_JC, 0xd503241f, /* bti */
        0xd503233f,                                 /* paciasp, pacibsp */
        0xd503237f, 0xd4200000,                     /* brk */
        0xd4400000,                                 /* hlt */
    };
    unsigned n = below(G_N_ELEMENTS(words) + 3);

    if (p->guarded && n < G_N_ELEMENTS(words)) {
        put(p, words[n]);
    }
}

static void make_unit(Program *p)
{
    static const struct {
        uint8_t weight;
        void (*make)(Program *p);
    } kinds[] = {
        {24, unit_forward}, {6, unit_backward}, {6, unit_call},     {4, unit_exclusive},
        {12, unit_system},  {3, unit_patch},    {3, unit_own_page}, {1, unit_wild},
    };
    unsigned r = below(180);

    p->unit[p->n_units] = p->n;
    put_landing(p);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (r < kinds[i].weight) {
            kinds[i].make(p);
            p->n_units++;
            return;
        }
        r -= kinds[i].weight;
    }
    unit_data(p, r % 5 >= 3);
    p->n_units++;
}

static void make_subroutine(Program *p)
{
    bool signs = !below(4);

    p->unit[p->n_units++] = p->n;
    put_landing(p);
    if (signs) {
        put(p, 0xd503233f); /* paciasp */
    }
    for (unsigned i = 1 + below(3); i > 0; i--) {
        put(p, below(3) ? data_word(p) : memory_word(p));
    }
    if (signs) {
        put(p, below(8) ? 0xd65f0bff : 0xd65f0fff); /* retaa, retab */
    } else {
        put(p, (below(8) ? (uint32_t)RET : (uint32_t)BR) | 30u << 5);
    }
}

/* ---- references */

static void fix(Program *p, unsigned at, int64_t to)
{
    uint32_t *w = &p->words[at];
    int64_t bytes = to - (int64_t)at * 4, words = bytes / 4;

    if ((*w & 0x1f000000) == 0x10000000) {
        *w |= (uint32_t)(bytes & 3) << 29 | (uint32_t)(words & 0x7ffff) << 5;
    } else if ((*w & 0x7c000000) == 0x14000000) {
        *w |= (uint32_t)words & 0x3ffffff;
    } else if ((*w & 0x7e000000) == 0x36000000) {
        *w |= (uint32_t)(words & 0x3fff) << 5;
    } else {
        *w |= (uint32_t)(words & 0x7ffff) << 5;
    }
}

static void fix_all(Program *p)
{
    for (unsigned i = 0; i < p->n_fixes; i++) {
        const ProgramFix *f = &p->fixes[i];
        fix(p, f->at, (int64_t)p->unit[f->unit] * 4 + f->bytes);
    }
    for (unsigned i = 0; i < p->n_patches; i++) {
        unsigned unit = p->n_single ? p->single[below(p->n_single)] : p->n_main + 1;
        fix(p, p->patches[i].at, (int64_t)p->unit[unit] * 4);
    }
}

/* ---- the state it begins with */

enum { PAGE_RW, PAGE_RW_EL0, PAGE_READ_ONLY, PAGE_HOLE, PAGE_DEVICE };

static void choose_pages(Program *p)
{
    p->all_good = below(3) == 0;
    for (size_t i = 0; i < G_N_ELEMENTS(p->page_kind); i++) {
        unsigned r = p->all_good ? 0 : below(16);
        uint8_t good = p->el0 || below(2) ? PAGE_RW_EL0 : PAGE_RW;

        p->page_kind[i] = r < 11   ? good
                          : r < 13 ? PAGE_READ_ONLY
                          : r < 15 ? PAGE_HOLE
                                   : PAGE_DEVICE;
    }
}

static uint64_t random_pointer(void)
{
    uint64_t page = PROGRAM_WINDOW + PROGRAM_WINDOW_SIZE / 4 +
                    below(PROGRAM_WINDOW_SIZE / 2 / GUEST_PAGE_SIZE) * GUEST_PAGE_SIZE;

    switch (below(4)) {
    case 0:
        return page - 32 + below(64); /* around the boundary */
    case 1:
        return page + (below(4096) & ~15u);
    case 2:
        return page + (below(4096) & ~7u);
    default:
        return page + below(4096);
    }
}

/* Before units are made. */
static void choose_guards(Program *p)
{
    p->guarded = below(3) ? 0 : below(2) ? 15 : (uint8_t)below(16);
    if (p->guarded && below(3) == 0 && !is_reserved(p, 16)) {
        p->temp = 16; /* whose branches differ */
    }
}

static void choose_state(Program *p)
{
    DiffState *s = &p->start;

    diff_random_state(s);
    if (below(4)) {
        s->fpcr = 0;
    }
    s->x[p->counter] = below(7);
    s->x[p->log] = PROGRAM_LOG;
    s->x[p->base[0]] = random_pointer();
    s->x[p->base[1]] = random_pointer();
    s->x[p->index] = (uint64_t)((int64_t)below(512) - 256);
    s->x[30] = PROGRAM_CODE;
    s->sp = random_pointer() & (below(8) ? ~15ull : ~0ull);
    uint64_t size = (uint64_t)p->n * 4, page = below(3) * GUEST_PAGE_SIZE,
             in_page = below(1024) * 4;
    if (below(2)) { /* across the boundary */
        in_page = GUEST_PAGE_SIZE - below((unsigned)size / 4) * 4 - 4;
    }
    s->pc = PROGRAM_CODE + page + in_page;
    p->sctlr = ENV_SCTLR | 1 << 14 | 1 << 15 | 1 << 26;                     /* DZE, UCT, UCI */
    p->sctlr |= (below(4) ? 0 : 1 << 1) | (below(2) ? 1 << 3 | 1 << 4 : 0); /* A; SA, SA0 */
    p->sctlr &= ~(uint64_t)(below(8) ? 0 : 1 << 14 | 1 << 15);
    p->cntkctl = below(4);
    p->cpacr = below(16) ? 3 << 20 : 0;
    p->logs_vectors = p->cpacr != 0;
    p->pstate = PSTATE_DAIF | (p->el0 ? 0 : 1u << PSTATE_EL_SHIFT | PSTATE_SP);
    if (p->guarded) {
        p->sctlr |= (uint64_t)below(4) << 35;            /* BT0, BT1 */
        p->pstate |= below(4) == 0 ? below(4) << 10 : 0; /* BTYPE */
    }
}

static void put_end(Program *p)
{
    if (p->guarded) {
        put(p, BTI_JC);
    }
    put(p, 0xd4000001); /* svc */
}

void program_make(Program *p, uint64_t seed)
{
    if (!rows[ROW_INT].n) {
        sort_rows();
    }
    diff_seed(seed);
    for (int i = 0; i < 8; i++) { /* seeds that are neighbours part */
        diff_random();
    }
    memset(p, 0, sizeof(*p));
    p->el0 = below(4) == 0;
    p->exact = below(4) == 0;
    choose_registers(p);
    choose_guards(p);
    choose_pages(p);
    p->n_main = 1 + below(PROGRAM_MAX_UNITS);
    while (p->n_units < p->n_main) {
        make_unit(p);
    }
    p->unit[p->n_units++] = p->n;
    put_end(p);
    make_subroutine(p);
    make_subroutine(p);
    if (p->guarded) { /* the handler may have skipped a return */
        put_end(p);
    }
    p->unit[p->n_units] = p->n;
    fix_all(p);
    choose_state(p);
}

/* ---- in RAM */

/* The address of the program's end: where a branch goes whose ADR has been skipped. */
static unsigned put_adr(const Program *p, uint32_t *w, unsigned n)
{
    uint64_t here = ENV_VBAR + 0x800 + n * 4ull, end = p->start.pc + p->unit[p->n_main] * 4ull;
    uint32_t words = (uint32_t)((int64_t)(end - here) / 4) & 0x7ffff;

    w[n++] = 0x10000000u | words << 5 | p->temp;
    return n;
}

enum { SKIP_TARGET_WORDS = 7 };

/* Where a branch does not land: goes on behind it, with a lower BTYPE. Not often, for it may have
 * been the counting of a loop. */
static unsigned skip_target(const Program *p, uint32_t *w, unsigned n, unsigned stop)
{
    uint32_t t = p->temp, counter = p->counter;

    w[n++] = 0xf100001fu | (uint32_t)EC_BTI << 10 | t << 5; /* cmp, b.ne */
    w[n++] = 0x54000001u | 6 << 5;
    w[n++] = 0xd1000400u | counter << 5 | counter;
    w[n] = 0xb7f80000u | (stop - n) << 5 | counter;
    n++;
    w[n++] = MRS(SPSR_EL1, t);
    w[n++] = 0xd1100000u | t << 5 | t; /* sub #0x400 */
    w[n++] = MSR(SPSR_EL1, t);
    return n;
}

/* The handler: logs the state; ends the program, or goes on behind the instruction. */
static unsigned make_handler(const Program *p, uint32_t *w)
{
    /* SVC; instruction aborts, PC alignment, illegal state: nothing to go on with. */
    static const uint8_t ends[] = {EC_SVC64, EC_IABORT_LOWER, EC_IABORT_SAME, EC_PC_ALIGN,
                                   EC_ILLEGAL_STATE};
    static const uint32_t told[] = {ELR_EL1, SPSR_EL1, ESR_EL1, FAR_EL1, NZCV, SP_EL0};
    uint32_t t = p->temp, log = (uint32_t)p->log << 5;
    unsigned n = 0, first = 32;

    for (unsigned r = 0; r < 31; r++) {
        if (r != p->log && first == 32) {
            first = r;
        } else if (r != p->log) {
            w[n++] = 0xa8810000u | r << 10 | log | first;
            first = 32;
        }
    }
    for (unsigned r = 0; r < 32 && p->logs_vectors; r += 2) {
        w[n++] = 0xac810000u | (r + 1) << 10 | log | r;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        w[n++] = MRS(told[i], t);
        w[n++] = 0xf8008400u | log | t;
    }
    w[n++] = MRS(ESR_EL1, t);
    w[n++] = 0xd35afc00u | t << 5 | t; /* lsr #26 */
    unsigned stop = n + G_N_ELEMENTS(ends) * 2 + (p->guarded ? SKIP_TARGET_WORDS + 1 : 0) + 4;
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        w[n++] = 0xf100001fu | (uint32_t)ends[i] << 10 | t << 5; /* cmp, b.eq */
        w[n] = 0x54000000u | (stop - n) << 5;
        n++;
    }
    if (p->guarded) {
        n = skip_target(p, w, n, stop);
    }
    w[n++] = MRS(ELR_EL1, t);
    w[n++] = 0x91001000u | t << 5 | t;
    w[n++] = MSR(ELR_EL1, t);
    if (p->guarded) {
        n = put_adr(p, w, n);
    }
    w[n++] = ERET;
    w[n++] = WFI;
    w[n++] = 0x17ffffff; /* b to it */
    return n;
}

static void map(unsigned table, uint64_t va, uint64_t descriptor)
{
    uint64_t *level3 = (uint64_t *)(void *)(env_ram + ENV_TABLES + table * 0x1000u);

    level3[va >> GUEST_PAGE_BITS & 511] = descriptor ? va | descriptor : 0;
}

static void install_tables(const Program *p)
{
    static const uint64_t kinds[] = {
        [PAGE_RW] = 0x703 | 3ull << 53,        [PAGE_RW_EL0] = 0x743 | 3ull << 53,
        [PAGE_READ_ONLY] = 0x7c3 | 3ull << 53, [PAGE_HOLE] = 0,
        [PAGE_DEVICE] = 0x747 | 3ull << 53,
    };
    uint64_t *level2 = (uint64_t *)(void *)(env_ram + ENV_TABLES + 0x1000);

    memset(env_ram + ENV_TABLES + 0x2000, 0, 0x2000);
    level2[0] = (ENV_RAM_BASE + ENV_TABLES + 0x2000) | 3;
    level2[1] = (ENV_RAM_BASE + ENV_TABLES + 0x3000) | 3;
    for (unsigned i = 0; i < G_N_ELEMENTS(p->page_kind); i++) {
        map(2, PROGRAM_WINDOW + i * (uint64_t)GUEST_PAGE_SIZE, kinds[p->page_kind[i]]);
    }
    for (uint64_t at = 0; at < PROGRAM_LOG_SIZE; at += GUEST_PAGE_SIZE) {
        map(2, PROGRAM_LOG + at, kinds[PAGE_RW]);
    }
    for (uint64_t at = 0; at < PROGRAM_CODE_SIZE; at += GUEST_PAGE_SIZE) {
        uint64_t gp = (uint64_t)(p->guarded >> at / GUEST_PAGE_SIZE & 1) << 50;
        map(3, PROGRAM_CODE + at, (p->el0 ? 0x743 : 0x703) | gp);
    }
    map(3, ENV_VBAR, 0x783);
    tlb_state_changed(&env_cpu->cs);
}

void program_install(const Program *p)
{
    uint32_t *vectors = (uint32_t *)(void *)(env_ram + (ENV_VBAR - ENV_RAM_BASE));

    install_tables(p);
    vectors[0x200 / 4] = (uint32_t)B | (0x800 - 0x200) / 4;
    vectors[0x400 / 4] = (uint32_t)B | (0x800 - 0x400) / 4;
    make_handler(p, &vectors[0x800 / 4]);
    ram_written(ram_blocks, ENV_VBAR - ENV_RAM_BASE, GUEST_PAGE_SIZE);
}
