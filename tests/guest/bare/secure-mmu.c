/* SPDX-License-Identifier: MIT */
/* The two physical address spaces in translation: NS and NSTable, SCR_EL3.SIF, hierarchical
 * permissions, in the regimes of EL3 and of EL1&0 in either Security state. Starts at EL3. */
#include "kit/tables.h"

#define TEST_VA  0x1008604000ull /* level 1 index 64, level 2 index 67, level 3 index 4 */
#define BLOCK_VA (TEST_VA + (5ull << 21))
#define T_NS     (1ull << 63)
#define BOTH     (NORMAL | D_EL0) /* for EL0 and EL1, or for EL3 */

enum {
    SECURE_RAM = 0x0e000000, /* in the Secure space; in the Non-secure one there is nothing */
    SCR_NS = 1 << 0,
    SCR_EA = 1 << 3,
    SCR_SIF = 1 << 9,
    SCTLR_M = 1,
    SCTLR_WXN = 1 << 19,
    ASID_SHIFT = 48,
    HCR_VM = 1 << 0,
    HCR_DC = 1 << 12,
    HCR_TGE = 1 << 27,
};

static const uint64_t mov_ret = 0xd65f03c0d2800540; /* mov x0, #42; ret */
static uint64_t secure_used; /* initialised data is read-only with the MMU on */
static uint64_t *page, *page2, *secure_page;
static uint64_t mmfr1;
static volatile uint64_t value;

/* A page of the Secure space. */
static uint64_t *secure_alloc(void)
{
    uint64_t *p = (uint64_t *)(SECURE_RAM + secure_used);

    secure_used += 4096;
    return memset(p, 0, 4096);
}

/* ---- the regime under test: EL3's, or EL1&0 of the Security state in SCR_EL3 */

static int el;
static Tables tables;

static uint64_t tcr_for(int level)
{
    const uint64_t halves = 4ull << 32 | 1ull << 36 | 1 << 23; /* EPD1; 16-bit ASIDs */

    return 25 | (level == 1 ? halves : 4u << 16 | 1ull << 31 | 1u << 23);
}

static void tlbi_all(void)
{
    dsb();
    op("tlbi alle3; tlbi vmalle1; dsb sy; isb");
}

static void wr_tcr(uint64_t v)
{
    if (el == 1) {
        wr(tcr_el1, v);
    } else {
        wr(tcr_el3, v);
    }
    tlbi_all();
}

static void scr(uint64_t set, uint64_t clear)
{
    wr(scr_el3, (rd(scr_el3) & ~clear) | set);
    tlbi_all();
}

static void use(int level)
{
    el = level;
    wr_tcr(tcr_for(level));
    if (level == 1) {
        wr(mair_el1, MAIR_VALUE);
        wr(ttbr0_el1, tables.root);
        wr(sctlr_el1, 0x30d00800 | 1 << 2 | 1 << 12 | SCTLR_M);
    } else {
        wr(mair_el3, MAIR_VALUE);
        wr(ttbr0_el3, tables.root);
        wr(sctlr_el3, rd(sctlr_el3) | SCTLR_M);
    }
    tlbi_all();
}

/* EL3's accesses are physical ones again. */
static void stop(void)
{
    wr(sctlr_el3, rd(sctlr_el3) & ~(uint64_t)SCTLR_M);
    tlbi_all();
}

static Tables make(void)
{
    Tables t = tables_new(12, 39, -1);

    tables_map_suite(&t, DEVICE | D_XN | D_EL0, NORMAL | D_RO | D_EL0, NORMAL | D_EL0 | D_XN);
    return t;
}

static void map(const void *to, uint64_t bits)
{
    tables_map(&tables, TEST_VA, (uint64_t)to, bits, 3);
    tlbi_all();
}

static void map_block(uint64_t bits)
{
    tables_map(&tables, BLOCK_VA & ~0x1fffffull, (uint64_t)page & ~0x1fffffull, bits, 2);
    tlbi_all();
}

static uint64_t in_block(void)
{
    return (BLOCK_VA & ~0x1fffffull) | ((uint64_t)page & 0x1fffff);
}

/* ---- accesses at a level, which may fault */

static void do_load(void *va)
{
    value = *(volatile uint64_t *)va;
}
static void do_store(void *va)
{
    *(volatile uint64_t *)va = 0x5707e;
}
static void do_call(void *va)
{
    value = ((uint64_t(*)(void))va)();
}
static void do_swap(void *va)
{
    asm volatile("1: ldxr x0, [%0]; add x0, x0, #1; stxr w1, x0, [%0]; cbnz w1, 1b" ::"r"(va)
                 : "x0", "x1", "memory");
}

static void (*below_fn)(void *);
static int below_el;

/* The way to EL0 and back is through EL1. */
static void go_to_el0(void *va)
{
    run_at(0, below_fn, va);
}

static void go_below(void *va)
{
    run_at(1, below_el ? below_fn : go_to_el0, va);
}

/* fn(va) at `level`, which is EL3 or in EL1&0. */
static Trap try_at(int level, void (*fn)(void *), uint64_t va)
{
    value = 0;
    if (level == 3) {
        return expect(fn, (void *)va);
    }
    below_fn = fn;
    below_el = level;
    return expect(go_below, (void *)va);
}

static void good_at(int level, void (*fn)(void *), uint64_t va, const char *rule, const char *what)
{
    Trap t = try_at(level, fn, va);

    check(!t.taken, rule, what);
    if (t.taken) {
        note_value("ESR", t.esr);
        note_value("FAR", t.far);
    }
}

/* The class and status expected: a fault of a data access, or of a fetch. */
static void bad_at(int level, void (*fn)(void *), uint64_t va, uint32_t iss, const char *rule,
                   const char *what)
{
    Trap t = try_at(level, fn, va);
    unsigned ec = (fn == do_call ? 0x20 : 0x24) + (t.el == level);

    check_eq(t.taken ? t.esr & 0xfc003fff : ~0ull, (uint64_t)ec << 26 | iss, rule, what);
}

static void good(void (*fn)(void *), uint64_t va, const char *rule, const char *what)
{
    good_at(el, fn, va, rule, what);
}

static void bad(void (*fn)(void *), uint64_t va, uint32_t iss, const char *rule, const char *what)
{
    bad_at(el, fn, va, iss, rule, what);
}

static uint64_t load(uint64_t va)
{
    Trap t = try_at(el, do_load, va);
    return t.taken ? t.esr : value;
}

/* AT of the regime: its stage 1, for a read. */
static uint64_t at(uint64_t va)
{
    if (el == 1) {
        asm volatile("at s1e1r, %0; isb" ::"r"(va));
    } else {
        asm volatile("at s1e3r, %0; isb" ::"r"(va));
    }
    return rd(par_el1);
}

/* ---- NS of the leaf */

static void leaf(const char *rule)
{
    secure_page[0] = 0x5ec;
    page[0] = 0x1111;
    map(secure_page, BOTH | D_XN);
    check_eq(load(TEST_VA), 0x5ec, rule, "NS 0: a Secure address");
    good(do_swap, TEST_VA, rule, "NS 0: exclusives of Secure memory");
    check_eq(at(TEST_VA) & 0xfffffffff201, (uint64_t)secure_page, rule, "NS 0: PAR_EL1.NS is 0");
    map(secure_page, BOTH | D_XN | D_NS);
    bad(do_load, TEST_VA, 0x10, rule, "NS 1: a Non-secure address, where nothing is");
    bad(do_store, TEST_VA, 0x50, rule, "NS 1: nor for stores");
    check_eq(at(TEST_VA) & 0xfffffffff201, (uint64_t)secure_page | 0x200, rule,
             "NS 1: PAR_EL1.NS is 1");
    map(secure_page, BOTH | D_RO | D_NS);
    bad(do_call, TEST_VA, 0x10, rule, "NS 1: nor for fetches");
    map(page, BOTH | D_XN | D_NS);
    check_eq(load(TEST_VA), 0x1111, rule, "NS 1: a Non-secure address, with memory");
    secure_page[0] = mov_ret;
    map(secure_page, BOTH | D_RO);
    op("ic iallu; dsb sy; isb");
    good(do_call, TEST_VA, rule, "NS 0: executes Secure memory");
    check_eq(value, 42, rule, "NS 0: the right code");
    map_block(BOTH | D_XN | D_NS);
    check_eq(load(in_block()), 0x1111, rule, "NS 1: of a block");
    check_eq(at(in_block()) & 0x201, 0x200, rule, "NS 1: of a block: PAR_EL1.NS is 1");
}

/* ---- NSTable */

/* The entry of level 2 leads to a table in Secure memory, with one leaf. */
static uint64_t *secure_table(const void *to, uint64_t bits)
{
    static uint64_t *table;

    table = table ? table : secure_alloc();
    table[4] = (uint64_t)to | bits | 3;
    tlbi_all();
    return table;
}

static void tables_below(const char *rule)
{
    uint64_t *l1 = tables_entry(&tables, TEST_VA, 1), *l2 = tables_entry(&tables, TEST_VA, 2);
    uint64_t old1 = *l1, old2 = *l2;

    secure_page[0] = 0x5ec;
    page[0] = 0x1111;
    *l2 = (uint64_t)secure_table(secure_page, BOTH | D_XN) | D_TABLE;
    tlbi_all();
    check_eq(load(TEST_VA), 0x5ec, rule, "0: the table is in Secure memory");
    *l2 |= T_NS;
    tlbi_all();
    bad(do_load, TEST_VA, 0x17, rule, "1: it is not found in Non-secure memory, level 3");
    bad(do_call, TEST_VA, 0x17, rule, "1: nor for a fetch");
    check_eq(load(in_block()), 0x1111, rule, "1: only for what is below");
    *l2 = old2 | T_NS;
    map(secure_page, BOTH | D_XN);
    bad(do_load, TEST_VA, 0x10, rule, "1: a leaf below with NS 0 is Non-secure");
    check_eq(at(TEST_VA) & 0x201, 0x200, rule, "1: PAR_EL1.NS is 1");
    map(page, BOTH | D_XN);
    check_eq(load(TEST_VA), 0x1111, rule, "1: Non-secure memory");
    *l2 = old2;
    *l1 = old1 | T_NS;
    map(secure_page, BOTH | D_XN);
    bad(do_load, TEST_VA, 0x10, rule, "1 at level 1: all below, NSTable 0 at level 2");
    *l2 = (uint64_t)secure_table(secure_page, BOTH | D_XN) | D_TABLE;
    tlbi_all();
    bad(do_load, TEST_VA, 0x17, rule, "1 at level 1: also the table of level 3");
    check_eq(at(in_block()) & 0x201, 0x200, rule, "1 at level 1: a block");
    *l1 = old1;
    *l2 = old2;
    tlbi_all();
}

/* Where the hardware has the access flag: it is set in the table's own space. */
static void access_flag(const char *rule)
{
    uint64_t *l2 = tables_entry(&tables, TEST_VA, 2), old2 = *l2, *table;

    if (!(mmfr1 & 15)) {
        return;
    }
    table = secure_table(secure_page, D_ATTR(1) | D_SH | D_EL0 | D_XN);
    *l2 = (uint64_t)table | D_TABLE;
    wr_tcr(tcr_for(el) | (el == 1 ? 1ull << 39 : 1ull << 21));
    good(do_load, TEST_VA, rule, "a leaf in Secure memory");
    *l2 = old2;
    wr_tcr(tcr_for(el));
    if (el == 3) {
        stop();
    }
    check(table[4] & D_AF, rule, "the flag is set there");
    use(el);
}

/* Leaves that a Non-secure table maps for Secure EL1&0 belong to the ASID. */
static void not_global(void)
{
    const char *rule = "D8.3 NSTable: leaves below are not global";
    uint64_t *l2 = tables_entry(&tables, TEST_VA, 2), old2 = *l2, root = (uint64_t)tables.root;

    page[0] = 0x1111;
    page2[0] = 0x2222;
    for (int ns = 0; ns <= 1; ns++) {
        *l2 = old2 | (ns ? T_NS : 0);
        wr(ttbr0_el1, root | 7ull << ASID_SHIFT);
        map(page, BOTH | D_XN);
        load(TEST_VA);
        tables_map(&tables, TEST_VA, (uint64_t)page2, BOTH | D_XN, 3);
        wr(ttbr0_el1, root | 8ull << ASID_SHIFT);
        if (ns) {
            check_eq(load(TEST_VA), 0x2222, rule, "another ASID walks for itself");
        }
        asm volatile("tlbi vaae1, %0; dsb sy; isb" ::"r"(TEST_VA >> 12) : "memory");
        check_eq(load(TEST_VA), 0x2222, rule, ns ? "and is found by TLBI VAAE1" : "0: VAAE1");
    }
    *l2 = old2;
    wr(ttbr0_el1, root);
    tlbi_all();
}

/* ---- SCR_EL3.SIF */

static void fetches(int level, const char *rule)
{
    uint64_t *l2 = tables_entry(&tables, TEST_VA, 2), old2 = *l2;

    page[0] = mov_ret;
    op("dsb sy; ic iallu; dsb sy; isb");
    scr(0, SCR_SIF);
    map(page, BOTH | D_RO | D_NS);
    good_at(level, do_call, TEST_VA, rule, "0: executes Non-secure memory");
    scr(SCR_SIF, 0);
    bad_at(level, do_call, TEST_VA, 0x0f, rule, "1: a permission fault, level 3");
    Trap t = try_at(level, do_call, TEST_VA);
    check_eq(t.far, TEST_VA, rule, "1: FAR_ELx");
    check_eq(t.el, level ? level : 1, rule, "1: taken to the regime's level");
    good_at(level, do_load, TEST_VA, rule, "1: loads are as before");
    map(page, BOTH | D_RO);
    good_at(level, do_call, TEST_VA, rule, "1: Secure memory is executed");
    check_eq(value, 42, rule, "1: the right code");
    map_block(BOTH | D_RO | D_NS);
    bad_at(level, do_call, in_block(), 0x0e, rule, "1: of a block: level 2");
    *l2 = old2 | T_NS;
    tlbi_all();
    bad_at(level, do_call, TEST_VA, 0x0f, rule, "1: what NSTable makes Non-secure");
    *l2 = old2;
    scr(0, SCR_SIF);
    map(page, BOTH | D_RO);
}

/* ---- hierarchical permissions */

static void set_tables(uint64_t level1, uint64_t level2)
{
    uint64_t *l1 = tables_entry(&tables, TEST_VA, 1), *l2 = tables_entry(&tables, TEST_VA, 2);
    const uint64_t address = 0xfffffffff003;

    *l1 = (*l1 & address) | level1;
    *l2 = (*l2 & address) | level2;
    tlbi_all();
}

static void hierarchy(void)
{
    const char *ap = "D8.4 APTable, Secure EL1&0", *xn = "D8.4 UXNTable, PXNTable, Secure EL1&0";

    page[0] = mov_ret;
    map(page, BOTH | D_XN);
    set_tables(T_RO, 0);
    good_at(0, do_load, TEST_VA, ap, "10 at level 1: EL0 reads");
    bad_at(0, do_store, TEST_VA, 0x4f, ap, "10 at level 1: EL0 does not write");
    bad_at(1, do_store, TEST_VA, 0x4f, ap, "10 at level 1: nor does EL1");
    set_tables(0, T_EL0);
    bad_at(0, do_load, TEST_VA, 0x0f, ap, "01 at level 2: nothing for EL0");
    good_at(1, do_load, TEST_VA, ap, "01 at level 2: EL1 reads");
    set_tables(T_RO, T_EL0);
    bad_at(0, do_load, TEST_VA, 0x0f, ap, "10 at level 1, 01 at 2: nothing for EL0");
    bad_at(1, do_store, TEST_VA, 0x4f, ap, "10 at level 1, 01 at 2: EL1 does not write");
    good_at(1, do_load, TEST_VA, ap, "10 at level 1, 01 at 2: EL1 reads");
    map(page, BOTH | D_RO);
    op("ic iallu; dsb sy; isb");
    set_tables(T_XN, 0);
    bad_at(0, do_call, TEST_VA, 0x0f, xn, "UXNTable: EL0 does not execute");
    good_at(1, do_call, TEST_VA, xn, "UXNTable: EL1 does");
    set_tables(0, T_PXN);
    good_at(0, do_call, TEST_VA, xn, "PXNTable: EL0 executes");
    bad_at(1, do_call, TEST_VA, 0x0f, xn, "PXNTable: EL1 does not");
    set_tables(0, 0);
}

static void hierarchy_el3(void)
{
    const char *rule = "D8.4 one privilege, EL3";

    map(page, BOTH | D_XN);
    set_tables(T_RO, 0);
    bad(do_store, TEST_VA, 0x4f, rule, "APTable 10: does not write");
    set_tables(T_EL0, T_PXN);
    good(do_store, TEST_VA, rule, "APTable[0] and PXNTable have no meaning: writes");
    page[0] = mov_ret;
    map(page, BOTH | D_RO | D_PXN);
    op("ic iallu; dsb sy; isb");
    good(do_call, TEST_VA, rule, "PXN has no meaning: executes");
    set_tables(0, T_XN);
    bad(do_call, TEST_VA, 0x0f, rule, "XNTable: does not execute");
    set_tables(0, 0);
}

/* Hierarchical permission disables leave the address space alone. */
static void disable_hierarchy(const char *rule)
{
    if (!(mmfr1 >> 12 & 15)) {
        return;
    }
    map(page, BOTH | D_XN);
    set_tables(T_RO, T_RO | (el == 1 ? T_EL0 : 0));
    bad(do_store, TEST_VA, 0x4f, rule, "0: APTable counts");
    wr_tcr(tcr_for(el) | (el == 1 ? 1ull << 41 : 1ull << 24));
    good(do_store, TEST_VA, rule, "1: APTable does not");
    page[0] = mov_ret;
    map(page, BOTH | D_RO);
    op("ic iallu; dsb sy; isb");
    set_tables(0, T_XN | T_PXN);
    good(do_call, TEST_VA, rule, "1: nor do XNTable and PXNTable");
    map(secure_page, BOTH | D_XN);
    set_tables(0, T_NS);
    bad(do_load, TEST_VA, 0x10, rule, "1: NSTable still does");
    set_tables(0, 0);
    wr_tcr(tcr_for(el));
}

/* ---- the Non-secure state */

static void non_secure(void)
{
    uint64_t *l2 = tables_entry(&tables, TEST_VA, 2), old2 = *l2;

    page[0] = 0x1111;
    scr(SCR_NS, 0);
    map(page, BOTH | D_XN);
    check_eq(load(TEST_VA), 0x1111, "D8.3 NS, Non-secure state", "0: Non-secure memory");
    map(secure_page, BOTH | D_XN);
    bad(do_load, TEST_VA, 0x10, "D8.3 NS, Non-secure state", "0: never Secure memory");
    bad_at(0, do_store, TEST_VA, 0x50, "D8.3 NS, Non-secure state", "0: nor for EL0");
    map(secure_page, BOTH | D_XN | D_NS);
    bad(do_load, TEST_VA, 0x10, "D8.3 NS, Non-secure state", "1: the same");
    *l2 = old2 | T_NS;
    map(page, BOTH | D_XN);
    check_eq(load(TEST_VA), 0x1111, "D8.3 NSTable, Non-secure state", "1: no meaning");
    *l2 = (uint64_t)secure_table(page, BOTH | D_XN) | D_TABLE;
    tlbi_all();
    bad(do_load, TEST_VA, 0x17, "D8.3 NSTable, Non-secure state", "0: no table in Secure memory");
    *l2 = old2;
    page[0] = mov_ret;
    op("dsb sy; ic iallu; dsb sy; isb");
    map(page, BOTH | D_RO | D_NS);
    scr(SCR_SIF, 0);
    good(do_call, TEST_VA, "SCR_EL3.SIF, Non-secure state", "1: executes");
    scr(0, SCR_SIF | SCR_NS);
}

static void do_at(void *unused)
{
    at(TEST_VA);
}

/* The root of the tables, by the state; then addresses of a stage 1 that is off. */
static void roots(void)
{
    uint64_t *root = secure_alloc();

    memcpy(root, tables.root, 4096);
    page[0] = 0x1111;
    map(page, BOTH | D_XN);
    wr(ttbr0_el1, root);
    tlbi_all();
    check_eq(load(TEST_VA), 0x1111, "TTBR0_EL1, Secure state", "a table in Secure memory");
    scr(SCR_NS, 0);
    Trap t = expect(do_at, NULL);
    check_eq(t.taken ? t.esr & 0xfc003e3f : ~0ull, 0x25ull << 26 | 0x15,
             "TTBR0_EL1, Non-secure state", "AT: an external abort on the walk is taken");
    scr(0, SCR_NS);
    wr(ttbr0_el1, tables.root);
    wr(sctlr_el1, rd(sctlr_el1) & ~(uint64_t)SCTLR_M);
    tlbi_all();
    secure_page[0] = 0x5ec;
    check_eq(load((uint64_t)secure_page), 0x5ec, "D8.2.11 stage 1 off", "Secure: Secure addresses");
    scr(SCR_NS, 0);
    bad(do_load, (uint64_t)secure_page, 0x10, "D8.2.11 stage 1 off",
        "Non-secure: Non-secure addresses");
    scr(0, SCR_NS);
    use(1);
}

/* Each state has its own entries: none is found in the other. */
static void separate(void)
{
    const char *rule = "D8.13 TLB, Security state";

    page[0] = 0x1111;
    page2[0] = 0x2222;
    map(page, BOTH | D_XN);
    check_eq(load(TEST_VA), 0x1111, rule, "an entry of the Secure regime");
    tables_map(&tables, TEST_VA, (uint64_t)page2, BOTH | D_XN, 3);
    wr(scr_el3, rd(scr_el3) | SCR_NS);
    check_eq(load(TEST_VA), 0x2222, rule, "is none of the Non-secure one");
    tables_map(&tables, TEST_VA, (uint64_t)page, BOTH | D_XN, 3);
    asm volatile("tlbi vae1, %0; dsb sy; isb" ::"r"(TEST_VA >> 12) : "memory");
    check_eq(load(TEST_VA), 0x1111, rule, "TLBI at EL3, SCR_EL3.NS 1: the Non-secure entry");
    wr(scr_el3, rd(scr_el3) & ~(uint64_t)SCR_NS);
    tables_map(&tables, TEST_VA, (uint64_t)page2, BOTH | D_XN, 3);
    asm volatile("tlbi vae1, %0; dsb sy; isb" ::"r"(TEST_VA >> 12) : "memory");
    check_eq(load(TEST_VA), 0x2222, rule, "TLBI at EL3, SCR_EL3.NS 0: the Secure entry");
    asm volatile("at s1e1r, %0; isb" ::"r"(TEST_VA));
    check_eq(rd(par_el1) & 0xfffffffff201, (uint64_t)page2, "AT S1E1R at EL3",
             "SCR_EL3.NS 0: the Secure regime");
}

/* What EL2 wants of EL1&0 counts only where EL2 is there for it: not in Secure state. */
static void without_el2(void)
{
    const char *rule = "HCR_EL2, Secure state without Secure EL2";
    uint64_t hcr;

    if (!(rd(id_aa64pfr0_el1) >> 8 & 15)) {
        return;
    }
    hcr = rd(hcr_el2);
    page[0] = 0x1111;
    map(page, BOTH | D_XN);
    wr(vttbr_el2, 0);
    wr(hcr_el2, hcr | HCR_VM);
    tlbi_all();
    check_eq(load(TEST_VA), 0x1111, rule, "VM: no stage 2");
    wr(hcr_el2, hcr | HCR_DC);
    tlbi_all();
    check_eq(load(TEST_VA), 0x1111, rule, "DC: stage 1 is on");
    wr(hcr_el2, hcr | HCR_TGE);
    tlbi_all();
    bad_at(0, do_load, TEST_VA + 4096, 0x07, rule, "TGE: stage 1 is on for EL0");
    Trap t = try_at(0, do_load, TEST_VA + 4096);
    check_eq(t.el, 1, rule, "TGE: EL0's exceptions go to EL1");
    wr(hcr_el2, hcr);
    tlbi_all();
}

/* ---- where external aborts go */

static void aborts(void)
{
    Trap t;

    map(secure_page, BOTH | D_XN | D_NS);
    t = try_at(1, do_load, TEST_VA);
    check_eq(t.el, 1, "SCR_EL3.EA", "0: an external abort stays at EL1");
    scr(SCR_EA, 0);
    t = try_at(1, do_load, TEST_VA);
    check_eq(t.el, 3, "SCR_EL3.EA", "1: it is taken to EL3");
    check_eq(t.esr & 0xfc003fff, 0x24ull << 26 | 0x10, "SCR_EL3.EA", "1: from a lower level");
    check_eq(t.far, TEST_VA, "SCR_EL3.EA", "1: FAR_EL3");
    scr(0, SCR_EA);
}

void suite_main(void)
{
    mmfr1 = rd(id_aa64mmfr1_el1);
    page = alloc_aligned(65536);
    page2 = alloc_aligned(65536);
    secure_page = secure_alloc();
    scr(0, SCR_NS | SCR_SIF | SCR_EA);
    tables = make();
    /* EL3's accesses to Secure memory are those of the suite too. */
    for (uint64_t a = SECURE_RAM; a < SECURE_RAM + 0x200000; a += 0x200000) {
        tables_map(&tables, a, a, NORMAL | D_EL0 | D_XN, 2);
    }
    map_block(BOTH | D_XN);
    use(3);
    leaf("D8.3 NS, EL3");
    tables_below("D8.3 NSTable, EL3");
    access_flag("D8.4.5 HA, EL3");
    fetches(3, "SCR_EL3.SIF, EL3");
    hierarchy_el3();
    disable_hierarchy("TCR_EL3.HPD");
    stop();
    use(1);
    leaf("D8.3 NS, Secure EL1");
    tables_below("D8.3 NSTable, Secure EL1");
    access_flag("D8.4.5 HA, Secure EL1");
    not_global();
    fetches(1, "SCR_EL3.SIF, Secure EL1");
    fetches(0, "SCR_EL3.SIF, Secure EL0");
    hierarchy();
    disable_hierarchy("TCR_EL1.HPD0, Secure EL1");
    separate();
    without_el2();
    aborts();
    roots();
    non_secure();
}
