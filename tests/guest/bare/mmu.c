/* SPDX-License-Identifier: MIT */
/* Stage 1 translation: sizes, permissions, faults, hardware updates, TLB maintenance, AT. At EL1
 * all of EL1&0; at EL2 and EL3 what their regimes have. */
#include "kit/tables.h"

#define TEST_VA  0x1008604000ull /* level 1 index 64, level 2 index 67, level 3 index 4 */
#define OTHER_VA (TEST_VA + 0x1000)
#define NOTHING  0x6000000000ull /* no memory, no device */

enum { WNR = 1 << 6, CM = 1 << 8, NO_ISV = 0x3fff };

static Tables tables;
static int el;
static uint64_t *page, *page2;
static uint64_t mmfr1, mmfr2;

/* ---- registers of the level under test */

#define BY_EL(op1, op2, op3)  \
    do {                      \
        if (el == 1) {        \
            op1;              \
        } else if (el == 2) { \
            op2;              \
        } else {              \
            op3;              \
        }                     \
    } while (0)

static void wr_sctlr(uint64_t v)
{
    BY_EL(wr(sctlr_el1, v), wr(sctlr_el2, v), wr(sctlr_el3, v));
}

static uint64_t rd_sctlr(void)
{
    uint64_t v;
    BY_EL(v = rd(sctlr_el1), v = rd(sctlr_el2), v = rd(sctlr_el3));
    return v;
}

static void wr_tcr(uint64_t v)
{
    BY_EL(wr(tcr_el1, v), wr(tcr_el2, v), wr(tcr_el3, v));
}

static uint64_t rd_tcr(void)
{
    uint64_t v;
    BY_EL(v = rd(tcr_el1), v = rd(tcr_el2), v = rd(tcr_el3));
    return v;
}

static void wr_ttbr0(uint64_t v)
{
    BY_EL(wr(ttbr0_el1, v), wr(ttbr0_el2, v), wr(ttbr0_el3, v));
}

static void tlbi_all(void)
{
    dsb();
    BY_EL(op("tlbi vmalle1"), op("tlbi alle2"), op("tlbi alle3"));
    dsb();
    isb();
}

/* ---- accesses that may fault */

static volatile uint64_t value;

static void do_load(void *va)
{
    value = *(volatile uint64_t *)va;
}
static void do_store(void *va)
{
    *(volatile uint64_t *)va = 0x5707e;
}
static void do_ldtr(void *va)
{
    uint64_t v;
    asm volatile("ldtr %0, [%1]" : "=r"(v) : "r"(va) : "memory");
    value = v;
}
static void do_sttr(void *va)
{
    asm volatile("sttr xzr, [%0]" ::"r"(va) : "memory");
}
static void do_call(void *va)
{
    value = ((uint64_t(*)(void))va)();
}
static void do_ldxr(void *va)
{
    asm volatile("ldxr x0, [%0]; clrex" ::"r"(va) : "x0", "memory");
}
static void do_zva(void *va)
{
    asm volatile("dc zva, %0" ::"r"(va) : "memory");
}
static void do_civac(void *va)
{
    asm volatile("dc civac, %0" ::"r"(va) : "memory");
}
static void do_ivau(void *va)
{
    asm volatile("ic ivau, %0" ::"r"(va) : "memory");
}
static void do_cas(void *va)
{
    asm volatile(".arch armv8.1-a\n\tcas x0, x1, [%0]" ::"r"(va) : "x0", "x1", "memory");
}

static Trap try(void (*fn)(void *), uint64_t va)
{
    return expect(fn, (void *)va);
}

static void good(void (*fn)(void *), uint64_t va, const char *rule, const char *what)
{
    Trap t = try(fn, va);

    check(!t.taken, rule, what);
    if (t.taken) {
        note_value("ESR", t.esr);
    }
}

static void bad(void (*fn)(void *), uint64_t va, uint32_t iss, const char *rule, const char *what)
{
    Trap t = try(fn, va);

    check_eq(t.taken ? trap_iss(&t) & NO_ISV : ~0u, iss, rule, what);
}

/* ---- setting up */

static uint64_t tcr_for(const Tables *t)
{
    static const uint8_t tg0[] = {0, 2, 1}, tg1[] = {2, 1, 3};
    unsigned g = (t->granule - 12) / 2, tsz = 64 - t->in_bits;

    if (el == 1) { /* both halves the same way; 44-bit addresses, 16-bit ASIDs */
        return tsz | tsz << 16 | (uint64_t)tg0[g] << 14 | (uint64_t)tg1[g] << 30 | 4ull << 32 |
               1ull << 36;
    }
    return tsz | (uint64_t)tg0[g] << 14 | 4u << 16 | 1ull << 31 | 1u << 23;
}

static uint64_t sctlr_off, sctlr_on;

static void use(const Tables *t)
{
    wr_sctlr(sctlr_off);
    wr_tcr(tcr_for(t));
    wr_ttbr0((uint64_t)t->root);
    if (el == 1) {
        wr(ttbr1_el1, t->root);
    }
    tlbi_all();
    wr_sctlr(sctlr_on);
}

/* `el0`: the suite's text and data are EL0's as well. AP[1] is RES1 where there is one privilege.
 */
static Tables make_for(unsigned granule, unsigned in_bits, bool for_el0)
{
    Tables t = tables_new(granule, in_bits, -1);
    uint64_t el0 = for_el0 || el != 1 ? D_EL0 : 0;

    tables_map_suite(&t, DEVICE | D_XN | (el == 1 ? 0 : el0), NORMAL | D_RO | el0,
                     NORMAL | el0 | D_XN | (el == 1 ? D_PXN : 0));
    return t;
}

static Tables make(unsigned granule, unsigned in_bits)
{
    return make_for(granule, in_bits, false);
}

static void begin(void)
{
    el = current_el();
    BY_EL(wr(mair_el1, MAIR_VALUE), wr(mair_el2, MAIR_VALUE), wr(mair_el3, MAIR_VALUE));
    sctlr_off = rd_sctlr() & ~(1ull | 1 << 1 | 1 << 19);
    sctlr_on = sctlr_off | 1 | 1 << 2 | 1 << 12;
    mmfr1 = rd(id_aa64mmfr1_el1);
    mmfr2 = rd(S3_0_C0_C7_2);
    page = alloc_aligned(65536);
    page2 = alloc_aligned(65536);
    page[0] = 0x1111;
    page2[0] = 0x2222;
    tables = make(12, 39);
    use(&tables);
    check(rd_sctlr() & 1, "SCTLR.M", "runs with the MMU on");
}

/* Maps the test page; forgets what was known of it. */
static void map(uint64_t bits)
{
    tables_map(&tables, TEST_VA, (uint64_t)page, bits, 3);
    tlbi_all();
}

/* ---- sizes */

static void check_granule(unsigned granule, unsigned in_bits, const char *rule)
{
    Tables t = make(granule, in_bits);
    uint64_t page_va = 3ull << tables_shift(&t, 2), block = 1ull << tables_shift(&t, 2);
    uint64_t block_va = 5ull << tables_shift(&t, 2);
    uint64_t in_block = (uint64_t)page & (block - 1);

    tables_map(&t, page_va + (1ul << granule), (uint64_t)page, NORMAL | D_EL0 | D_XN, 3);
    tables_map(&t, block_va, (uint64_t)page & ~(block - 1), NORMAL | D_EL0 | D_XN, 2);
    use(&t);
    value = 0;
    good(do_load, page_va + (1ul << granule), rule, "a page is accessible");
    check_eq(value, 0x1111, rule, "and is the right one");
    value = 0;
    good(do_load, block_va + in_block, rule, "a block is accessible");
    check_eq(value, 0x1111, rule, "and is the right one");
    bad(do_load, page_va + (2ul << granule), 0x07, rule, "the next page is not mapped: level 3");
    if (in_bits < 44) {
        bad(do_load, 1ull << in_bits, 0x04, rule, "above the region: level 0");
    }
    use(&tables);
}

static void sizes(void)
{
    unsigned mmfr0 = (unsigned)rd(id_aa64mmfr0_el1);

    check_granule(12, 39, "D8.2 4K, 39 bits");
    check_granule(12, 48, "D8.2 4K, 48 bits");
    check_granule(12, 32, "D8.2 4K, 32 bits");
    check_granule(16, 42, "D8.2 64K, 42 bits");
    check_granule(16, 48, "D8.2 64K, 48 bits");
    if (mmfr0 >> 20 & 15) {
        check_granule(14, 36, "D8.2 16K, 36 bits");
        check_granule(14, 47, "D8.2 16K, 47 bits");
    }
}

/* ---- faults */

static void levels(void)
{
    static const char *const names[] = {"level 0", "level 1", "level 2", "level 3"};
    Tables t = make(12, 48);

    tables_map(&t, TEST_VA, (uint64_t)page, NORMAL | D_EL0 | D_XN, 3);
    use(&t);
    for (int level = 0; level <= 3; level++) {
        /* Index 1 of level 0: the suite itself lives below. */
        uint64_t va = level ? TEST_VA : TEST_VA + (1ull << 39);
        uint64_t *e = tables_entry(&t, va, level), old = *e;

        *e = 0;
        tlbi_all();
        bad(do_load, va, 0x04 + (uint32_t)level, "D8.15 translation fault", names[level]);
        bad(do_store, va, 0x44 + (uint32_t)level, "D8.15 translation fault, store", names[level]);
        *e = 3ull | NOTHING;
        tlbi_all();
        if (level < 3) {
            bad(do_load, va, 0x14 + (uint32_t)level + 1, "D8.15 external abort on a walk",
                names[level + 1]);
            *e = 3ull | 1ull << 45;
            tlbi_all();
            bad(do_load, va, 0x00 + (uint32_t)level, "D8.15 address size, table", names[level]);
        } else {
            *e = 1ull | (uint64_t)page | NORMAL; /* a block has no place there */
            tlbi_all();
            bad(do_load, va, 0x07, "D8.3 reserved descriptor", names[level]);
            *e = 3ull | 1ull << 45 | NORMAL;
            tlbi_all();
            bad(do_load, va, 0x03, "D8.15 address size, page", names[level]);
        }
        *e = old;
        tlbi_all();
    }
    /* Blocks at level 0 do not exist. */
    *tables_entry(&t, 1ull << 39, 0) = NORMAL | 1;
    tlbi_all();
    bad(do_load, 1ull << 39, 0x04, "D8.3 block descriptors", "none at level 0");
    for (int level = 1; level <= 3; level++) {
        uint64_t va = TEST_VA + (5ull << 30), size = 1ull << tables_shift(&t, level);
        tables_map(&t, va & ~(size - 1), (uint64_t)page & ~(size - 1), D_ATTR(1) | D_EL0 | D_XN,
                   level);
        tlbi_all();
        bad(do_load, va, 0x08 + (uint32_t)level, "D8.15 access flag fault", names[level]);
        *tables_entry(&t, va, level) |= D_AF | D_RO;
        tlbi_all();
        bad(do_store, va, 0x4c + (uint32_t)level, "D8.15 permission fault", names[level]);
        *tables_entry(&t, va, level) = 0;
    }
    use(&tables);
}

static void other_faults(void)
{
    Trap t;

    map(NORMAL | D_EL0 | D_XN);
    t = try(do_load, OTHER_VA + 8);
    check_eq(t.far, OTHER_VA + 8, "FAR_ELx", "the address of the access");
    check_eq(trap_ec(&t), 0x25, "ESR_ELx.EC", "a data abort from the same level");
    check_eq(trap_iss(&t) >> 14, 0, "ESR_ELx.ISV", "0 for faults of stage 1");
    t = try(do_call, OTHER_VA);
    check_eq(trap_ec(&t), 0x21, "ESR_ELx.EC", "an instruction abort from the same level");
    check_eq(trap_iss(&t), 0x07, "ESR_ELx.ISS", "of a fetch: level 3");
    check_eq(t.far, OTHER_VA, "FAR_ELx", "the address fetched from");
    check_eq(t.elr, OTHER_VA, "ELR_ELx", "the same");
    t = try(do_call, TEST_VA + 2);
    check_eq(trap_ec(&t), 0x22, "D1.3.4 PC alignment", "is a class of its own");
    check_eq(t.far, TEST_VA + 2, "D1.3.4 PC alignment", "FAR_ELx has the address");
    t = try(do_call, OTHER_VA + 2);
    check_eq(trap_ec(&t), 0x22, "D1.3.5 priorities", "PC alignment before a translation fault");
    /* An access that crosses into a page that is not there. */
    t = try(do_load, OTHER_VA - 4);
    check_eq(t.far, OTHER_VA, "FAR_ELx", "of the part that faulted");
    good(do_load, OTHER_VA - 12, "B2.5 unaligned", "is fine in Normal memory");
    t = try(do_ldxr, TEST_VA + 4);
    check_eq(trap_iss(&t) & NO_ISV, 0x21, "B2.5 unaligned", "exclusives must be aligned");
    t = try(do_ldxr, OTHER_VA + 4);
    check_eq(trap_iss(&t) & NO_ISV, 0x21, "D8.15 priorities",
             "alignment of the type before translation");
    map(DEVICE | D_EL0 | D_XN);
    t = try(do_load, TEST_VA + 4);
    check_eq(t.taken ? trap_iss(&t) & NO_ISV : ~0u, 0x21, "B2.5 unaligned",
             "faults in Device memory");
    t = try(do_zva, TEST_VA);
    check_eq(t.taken ? trap_iss(&t) & NO_ISV : ~0u, 0x61, "DC ZVA", "faults in Device memory");
    map(DEVICE | D_EL0 | D_RO | D_XN);
    t = try(do_store, TEST_VA + 4);
    check_eq(t.taken ? trap_iss(&t) & NO_ISV : ~0u, 0x61, "D8.15 priorities",
             "alignment of the memory type before permission");
    map(NORMAL | D_EL0 | D_XN);
    wr_sctlr(sctlr_on | 2);
    t = try(do_load, TEST_VA + 4);
    check_eq(t.taken ? trap_iss(&t) & NO_ISV : ~0u, 0x21, "SCTLR_ELx.A",
             "unaligned accesses fault");
    t = try(do_load, OTHER_VA + 4);
    check_eq(t.taken ? trap_iss(&t) & NO_ISV : ~0u, 0x21, "SCTLR_ELx.A",
             "before a translation fault");
    wr_sctlr(sctlr_on);
    tables_map(&tables, OTHER_VA, NOTHING, NORMAL | D_EL0 | D_XN, 3);
    tlbi_all();
    bad(do_load, OTHER_VA, 0x10, "D8.15 external abort", "nothing answers");
    bad(do_store, OTHER_VA, 0x50, "D8.15 external abort", "nothing answers a store");
    *tables_entry(&tables, OTHER_VA, 3) = 0;
    tlbi_all();
    bad(do_zva, OTHER_VA + 8, 0x47, "ESR_ELx.CM", "DC ZVA is a store, not maintenance");
    bad(do_civac, OTHER_VA, CM | WNR | 0x07, "ESR_ELx.CM", "DC CIVAC faults and says so");
    bad(do_ivau, OTHER_VA, CM | WNR | 0x07, "ESR_ELx.CM", "IC IVAU faults and says so");
    if (rd(id_aa64isar0_el1) >> 20 & 15) {
        bad(do_cas, OTHER_VA, 0x07, "ESR_ELx.WnR", "0 when a read would fault as well: CAS");
        map(NORMAL | D_EL0 | D_RO | D_XN);
        bad(do_cas, TEST_VA, WNR | 0x0f, "ESR_ELx.WnR", "1 when only a write would fault: CAS");
    }
}

static void off(void *unused)
{
    wr_sctlr(sctlr_off);
    do_load((void *)(1ull << 50));
}

static void mmu_off(void)
{
    Trap t = expect(off, NULL);

    check_eq(t.taken ? trap_iss(&t) & NO_ISV : ~0u, 0x00, "D8.2.11 stage 1 off",
             "addresses beyond the physical ones: address size fault, level 0");
    use(&tables);
}

/* ---- permissions */

typedef struct Perm {
    uint64_t bits;
    uint8_t el1, el0; /* 1 read, 2 write, 4 execute */
} Perm;

static void check_perm(void (*fn)(void *), bool allowed, uint32_t iss, const char *rule,
                       const char *what)
{
    if (allowed) {
        good(fn, TEST_VA, rule, what);
    } else {
        bad(fn, TEST_VA, iss, rule, what);
    }
}

static void perms_el1(const Perm *p, const char *rule)
{
    map(NORMAL | p->bits);
    check_perm(do_load, p->el1 & 1, 0x0f, rule, "EL1 reads");
    check_perm(do_store, p->el1 & 2, 0x4f, rule, "EL1 writes");
    page[0] = 0xd65f03c0d2800540; /* mov x0, #42; ret */
    op("dsb sy; ic iallu; dsb sy; isb");
    check_perm(do_call, p->el1 & 4, 0x0f, rule, "EL1 executes");
    check_perm(do_ldtr, p->el0 & 1, 0x0f, rule, "LDTR");
    check_perm(do_sttr, p->el0 & 2, 0x4f, rule, "STTR");
    page[0] = 0x1111;
}

static void permissions(void)
{
    static const Perm rw = {0, 7, 0}, rw_all = {D_EL0, 3, 3}, ro = {D_RO, 5, 0},
                      ro_all = {D_RO | D_EL0, 5, 1}, pxn = {D_PXN, 3, 0};
    uint64_t *l2 = tables_entry(&tables, TEST_VA, 2), old = *l2;

    perms_el1(&rw, "D8.4 AP 00");
    perms_el1(&rw_all, "D8.4 AP 01");
    perms_el1(&ro, "D8.4 AP 10");
    perms_el1(&ro_all, "D8.4 AP 11");
    perms_el1(&pxn, "D8.4 PXN");
    wr_sctlr(sctlr_on | 1 << 19);
    perms_el1(&(Perm){0, 3, 0}, "D8.4 WXN, AP 00");
    perms_el1(&(Perm){D_RO, 5, 0}, "D8.4 WXN, AP 10");
    wr_sctlr(sctlr_on);
    *l2 = old | T_RO;
    perms_el1(&(Perm){D_EL0, 5, 1}, "D8.4 APTable 10");
    *l2 = old | T_EL0;
    perms_el1(&(Perm){D_EL0, 7, 0}, "D8.4 APTable 01");
    *l2 = old | T_PXN;
    perms_el1(&(Perm){0, 3, 0}, "D8.4 PXNTable");
    if (mmfr1 >> 12 & 15) {
        wr_tcr(rd_tcr() | 1ull << 41);
        *l2 = old | T_RO | T_EL0 | T_PXN;
        perms_el1(&(Perm){D_EL0, 3, 3}, "D8.4 TCR_EL1.HPD0");
        wr_tcr(tcr_for(&tables));
    }
    *l2 = old;
    map(NORMAL | D_EL0 | D_XN);
}

/* One privilege: EL2 without E2H, EL3. */
static void permissions_above(void)
{
    map(NORMAL | D_EL0);
    good(do_store, TEST_VA, "D8.4 one privilege", "writes");
    page[0] = 0xd65f03c0d2800540;
    op("dsb sy; ic iallu; dsb sy; isb");
    good(do_call, TEST_VA, "D8.4 one privilege", "executes what it may write");
    check_eq(value, 42, "D8.4 one privilege", "the right code");
    wr_sctlr(sctlr_on | 1 << 19);
    tlbi_all();
    bad(do_call, TEST_VA, 0x0f, "D8.4 WXN", "writable is not executable");
    wr_sctlr(sctlr_on);
    map(NORMAL | D_EL0 | D_XN);
    bad(do_call, TEST_VA, 0x0f, "D8.4 XN", "is not executable");
    map(NORMAL | D_EL0 | D_RO);
    bad(do_store, TEST_VA, 0x4f, "D8.4 AP 1x", "is read-only");
    good(do_call, TEST_VA, "D8.4 AP 1x", "is executable");
    page[0] = 0x1111;
    map(NORMAL | D_EL0 | D_XN);
}

static void (*el0_fn)(void *);

static void enter_el0(void *va)
{
    run_at(0, el0_fn, va);
}

static Trap try_el0(void (*fn)(void *), uint64_t va)
{
    el0_fn = fn;
    return expect(enter_el0, (void *)va);
}

/* What EL0 itself meets: classes "from a lower level". */
static void el0_accesses(void)
{
    Tables old = tables;
    Trap t;

    tables = make_for(12, 39, true);
    use(&tables);
    map(NORMAL | D_RO | D_EL0 | D_XN);
    t = try_el0(do_call, TEST_VA);
    check_eq(trap_ec(&t), 0x20, "D8.4 UXN", "EL0 may not execute: abort from a lower level");
    check_eq(trap_iss(&t), 0x0f, "D8.4 UXN", "a permission fault at level 3");
    t = try_el0(do_load, TEST_VA);
    check(!t.taken, "D8.4 AP 11", "EL0 reads");
    t = try_el0(do_store, TEST_VA);
    check_eq(trap_iss(&t), 0x4f, "D8.4 AP 11", "EL0 may not write");
    map(NORMAL | D_EL0);
    page[0] = 0xd65f03c0d2800540; /* mov x0, #42; ret */
    op("dsb sy; ic iallu; dsb sy; isb");
    t = try_el0(do_call, TEST_VA);
    check(!t.taken, "D8.4 AP 01", "EL0 executes what it may write");
    wr_sctlr(sctlr_on | 1 << 19);
    tlbi_all();
    t = try_el0(do_call, TEST_VA);
    check_eq(trap_iss(&t), 0x0f, "D8.4 WXN, AP 01", "but not with WXN");
    wr_sctlr(sctlr_on);
    page[0] = 0x1111;
    map(NORMAL);
    t = try_el0(do_load, TEST_VA);
    check_eq(trap_ec(&t), 0x24, "D8.4 AP 00", "EL0 may not read: abort from a lower level");
    check_eq(trap_iss(&t), 0x0f, "D8.4 AP 00", "a permission fault at level 3");
    tables = old;
    use(&tables);
}

#define PAN_ON  "msr s0_0_c4_c1_4, xzr\n\t"
#define PAN_OFF "\n\tmsr s0_0_c4_c0_4, xzr"
#define UAO_ON  "msr s0_0_c4_c1_3, xzr\n\t"
#define UAO_OFF "\n\tmsr s0_0_c4_c0_3, xzr"

static void pan_load(void *va)
{
    asm volatile(PAN_ON "ldr x0, [%0]" PAN_OFF ::"r"(va) : "x0", "memory");
}
static void pan_store(void *va)
{
    asm volatile(PAN_ON "str xzr, [%0]" PAN_OFF ::"r"(va) : "memory");
}
static void pan_ldtr(void *va)
{
    asm volatile(PAN_ON "ldtr x0, [%0]" PAN_OFF ::"r"(va) : "x0", "memory");
}
static void pan_maintenance(void *va)
{
    asm volatile(PAN_ON "dc civac, %0" PAN_OFF ::"r"(va) : "memory");
}
static void uao_ldtr(void *va)
{
    asm volatile(UAO_ON "ldtr x0, [%0]" UAO_OFF ::"r"(va) : "x0", "memory");
}

static void pan(void)
{
    map(NORMAL | D_EL0 | D_XN);
    bad(pan_load, TEST_VA, 0x0f, "D8.4 PAN", "EL1 may not read what EL0 may");
    bad(pan_store, TEST_VA, 0x4f, "D8.4 PAN", "nor write it");
    good(pan_ldtr, TEST_VA, "D8.4 PAN", "LDTR is not under it");
    good(pan_maintenance, TEST_VA, "D8.4 PAN", "cache maintenance is not under it");
    asm volatile(PAN_ON "at s1e1r, %0; isb" PAN_OFF ::"r"(TEST_VA) : "memory");
    check_eq(rd(par_el1) & 1, 0, "D8.4 PAN", "AT S1E1R is not under it");
    if ((mmfr1 >> 20 & 15) >= 2) {
        asm volatile(PAN_ON "sys #0, c7, c9, #0, %0; isb" PAN_OFF ::"r"(TEST_VA) : "memory");
        check_eq(rd(par_el1) & 0x7f, 0x0f << 1 | 1, "AT S1E1RP", "is under PAN");
        asm volatile("sys #0, c7, c9, #1, %0; isb" ::"r"(TEST_VA) : "memory");
        check_eq(rd(par_el1) & 1, 0, "AT S1E1WP", "is as S1E1W without PAN");
    }
}

static void uao(void)
{
    map(NORMAL | D_XN);
    bad(do_ldtr, TEST_VA, 0x0f, "LDTR", "is unprivileged");
    if (mmfr2 >> 4 & 15) {
        good(uao_ldtr, TEST_VA, "PSTATE.UAO", "makes LDTR privileged");
    }
    map(NORMAL | D_EL0 | D_XN);
}

/* ---- halves, tags */

static void halves(void)
{
    uint64_t high = 0xffffff8000000000ull + TEST_VA;

    map(NORMAL | D_EL0 | D_XN);
    good(do_load, high, "D8.2 TTBR1", "the high half is there");
    bad(do_load, high - (1ull << 39), 0x04, "D8.2 TTBR1", "below it: translation fault, level 0");
    wr_tcr(tcr_for(&tables) | 1 << 23);
    tlbi_all();
    bad(do_load, high, 0x04, "TCR_EL1.EPD1", "translation fault, level 0");
    wr_tcr(tcr_for(&tables) | 1ull << 37 | 1ull << 38);
    tlbi_all();
    good(do_load, TEST_VA | 0xa5ull << 56, "D8.8 TBI0", "the tag is ignored");
    good(do_load, high & ~(0x5aull << 56), "D8.8 TBI1", "the tag is ignored");
    Trap t = try(do_load, (OTHER_VA + 8) | 0xa5ull << 56);
    check_eq(t.far, (OTHER_VA + 8) | 0xa5ull << 56, "FAR_EL1", "has the tag");
    wr_tcr(tcr_for(&tables));
    tlbi_all();
    bad(do_load, TEST_VA | 0xa5ull << 56, 0x04, "D8.8 TBI0", "off: translation fault, level 0");
    if (mmfr2 >> 60 & 15) {
        wr_tcr(tcr_for(&tables) | 1ull << 56);
        tlbi_all();
        bad(do_ldtr, high, 0x04, "TCR_EL1.E0PD1", "closed to what is unprivileged");
        good(do_load, high, "TCR_EL1.E0PD1", "open to EL1");
        wr_tcr(tcr_for(&tables));
        tlbi_all();
    }
}

/* ---- hardware updates */

static void updates(void)
{
    uint64_t *e = tables_entry(&tables, TEST_VA, 3), ha, hd;

    if (!(mmfr1 & 15)) {
        return;
    }
    ha = el == 1 ? 1ull << 39 : 1ull << 21;
    hd = el == 1 ? 1ull << 40 : 1ull << 22;
    map(D_ATTR(1) | D_SH | D_EL0 | D_XN);
    bad(do_load, TEST_VA, 0x0b, "D8.4.7 HA 0", "access flag fault");
    wr_tcr(tcr_for(&tables) | ha);
    tlbi_all();
    good(do_load, TEST_VA, "D8.4.5 HA", "no fault");
    check(*e & D_AF, "D8.4.5 HA", "the flag is set");
    map(NORMAL | D_EL0 | D_XN | D_RO | D_DBM);
    bad(do_store, TEST_VA, 0x4f, "D8.4.6 HD 0", "DBM has no meaning");
    wr_tcr(tcr_for(&tables) | ha | hd);
    tlbi_all();
    good(do_load, TEST_VA, "D8.4.6 HD", "a load");
    check(*e & D_RO, "D8.4.6 HD", "leaves the page clean");
    good(do_store, TEST_VA, "D8.4.6 HD", "a store");
    check(!(*e & D_RO), "D8.4.6 HD", "marks it dirty");
    map(NORMAL | D_EL0 | D_XN | D_RO | D_DBM);
    BY_EL(asm volatile("at s1e1w, %0; isb" ::"r"(TEST_VA)),
          asm volatile("at s1e2w, %0; isb" ::"r"(TEST_VA)),
          asm volatile("at s1e3w, %0; isb" ::"r"(TEST_VA)));
    check_eq(rd(par_el1) & 1, 0, "D8.4.6 HD", "AT finds the page writable");
    check(*e & D_RO, "D8.4.6 HD", "AT does not mark it");
    page[0] = 0x1111;
    wr_tcr(tcr_for(&tables));
    map(NORMAL | D_EL0 | D_XN);
}

/* ---- AT */

static void at_read(uint64_t va)
{
    BY_EL(asm volatile("at s1e1r, %0; isb" ::"r"(va)), asm volatile("at s1e2r, %0; isb" ::"r"(va)),
          asm volatile("at s1e3r, %0; isb" ::"r"(va)));
}

static void at_write(uint64_t va)
{
    BY_EL(asm volatile("at s1e1w, %0; isb" ::"r"(va)), asm volatile("at s1e2w, %0; isb" ::"r"(va)),
          asm volatile("at s1e3w, %0; isb" ::"r"(va)));
}

static void address_translate(void)
{
    map(NORMAL | D_EL0 | D_XN | D_RO);
    at_read(TEST_VA + 0x123);
    uint64_t par = rd(par_el1);
    check_eq(par & 0xfffffffff000, (uint64_t)page, "PAR_EL1", "the page");
    check_eq(par >> 56, 0xff, "PAR_EL1.ATTR", "of Normal memory");
    check_eq(par & 1, 0, "PAR_EL1.F", "success");
    check_eq(par >> 7 & 3, 3, "PAR_EL1.SH", "inner shareable");
    at_write(TEST_VA);
    check_eq(rd(par_el1) & 0x37f, 0x0f << 1 | 1, "PAR_EL1.FST", "permission fault, level 3");
    at_read(OTHER_VA);
    check_eq(rd(par_el1) & 0x37f, 0x07 << 1 | 1, "PAR_EL1.FST", "translation fault, level 3");
    map(DEVICE | D_EL0 | D_XN);
    at_read(TEST_VA);
    par = rd(par_el1);
    check_eq(par >> 56, 0, "PAR_EL1.ATTR", "of Device memory");
    check_eq(par >> 7 & 3, 2, "PAR_EL1.SH", "Device is outer shareable");
    if (el == 1) {
        map(NORMAL);
        asm volatile("at s1e0r, %0; isb" ::"r"(TEST_VA));
        check_eq(rd(par_el1) & 0x37f, 0x0f << 1 | 1, "AT S1E0R", "EL0 may not read");
        map(NORMAL | D_EL0);
        asm volatile("at s1e0w, %0; isb" ::"r"(TEST_VA));
        check_eq(rd(par_el1) & 1, 0, "AT S1E0W", "EL0 may write");
    }
    map(NORMAL | D_EL0 | D_XN);
}

/* ---- TLB maintenance */

static uint64_t read_test(uint64_t va)
{
    value = 0;
    Trap t = try(do_load, va);
    return t.taken ? t.esr : value;
}

static void remap(uint64_t pa, uint64_t bits)
{
    *tables_entry(&tables, TEST_VA, 3) = pa | bits | 3;
    dsb();
}

#define CHECK_TLBI(name, bits, text, arg)                                                \
    do {                                                                                 \
        remap((uint64_t)page, NORMAL | D_EL0 | D_XN | (bits));                           \
        tlbi_all();                                                                      \
        read_test(TEST_VA);                                                              \
        remap((uint64_t)page2, NORMAL | D_EL0 | D_XN | (bits));                          \
        asm volatile("dsb sy; " text "; dsb sy; isb" ::"r"((uint64_t)(arg)) : "memory"); \
        check_eq(read_test(TEST_VA), 0x2222, "TLBI " name, "the new page is seen");      \
    } while (0)

static void tlbi_el1(void)
{
    uint64_t va = TEST_VA >> 12, asid = 7ull << 48, root = (uint64_t)tables.root;

    wr_ttbr0(root | asid);
    CHECK_TLBI("VMALLE1", 0, "tlbi vmalle1; nop // %0", 0);
    CHECK_TLBI("VMALLE1IS", 0, "tlbi vmalle1is; nop // %0", 0);
    CHECK_TLBI("VAE1", 0, "tlbi vae1, %0", va | asid);
    CHECK_TLBI("VAE1, global, another ASID", 0, "tlbi vae1, %0", va);
    CHECK_TLBI("VAE1, nG", D_NG, "tlbi vae1, %0", va | asid);
    CHECK_TLBI("VAE1IS", D_NG, "tlbi vae1is, %0", va | asid);
    CHECK_TLBI("VALE1", D_NG, "tlbi vale1, %0", va | asid);
    CHECK_TLBI("VALE1IS", D_NG, "tlbi vale1is, %0", va | asid);
    CHECK_TLBI("VAAE1", D_NG, "tlbi vaae1, %0", va);
    CHECK_TLBI("VAAE1IS", D_NG, "tlbi vaae1is, %0", va);
    CHECK_TLBI("VAALE1", D_NG, "tlbi vaale1, %0", va);
    CHECK_TLBI("VAALE1IS", D_NG, "tlbi vaale1is, %0", va);
    CHECK_TLBI("ASIDE1", D_NG, "tlbi aside1, %0", asid);
    CHECK_TLBI("ASIDE1IS", D_NG, "tlbi aside1is, %0", asid);
    if ((rd(id_aa64isar0_el1) >> 56 & 15) >= 2) {
        uint64_t one = va | asid | 1ull << 46;                                   /* 2 pages */
        uint64_t many = (va - 60) | asid | 1ull << 46 | 1ull << 44 | 1ull << 39; /* 128 pages */
        CHECK_TLBI("RVAE1", D_NG, "sys #0, c8, c6, #1, %0", one);
        CHECK_TLBI("RVAE1, SCALE 1", D_NG, "sys #0, c8, c6, #1, %0", many);
        CHECK_TLBI("RVAE1IS", D_NG, "sys #0, c8, c2, #1, %0", one);
        CHECK_TLBI("RVAE1OS", D_NG, "sys #0, c8, c5, #1, %0", one);
        CHECK_TLBI("RVAAE1", D_NG, "sys #0, c8, c6, #3, %0", one);
        CHECK_TLBI("RVALE1", D_NG, "sys #0, c8, c6, #5, %0", one);
        CHECK_TLBI("RVAALE1IS", D_NG, "sys #0, c8, c2, #7, %0", one);
        CHECK_TLBI("VMALLE1OS", 0, "sys #0, c8, c1, #0; nop // %0", 0);
        CHECK_TLBI("VAE1OS", D_NG, "sys #0, c8, c1, #1, %0", va | asid);
        CHECK_TLBI("ASIDE1OS", D_NG, "sys #0, c8, c1, #2, %0", asid);
    }
    /* Address spaces: what is not global belongs to one. */
    remap((uint64_t)page, NORMAL | D_EL0 | D_XN | D_NG);
    tlbi_all();
    read_test(TEST_VA);
    remap((uint64_t)page2, NORMAL | D_EL0 | D_XN | D_NG);
    wr_ttbr0(root | 8ull << 48);
    check_eq(read_test(TEST_VA), 0x2222, "D8.13 ASID", "another has no entry: it is walked for");
    wr_ttbr0(root);
    tlbi_all();
    /* A block, by an address inside. */
    uint64_t va2 = TEST_VA + (9ull << 21);
    tables_map(&tables, va2 & ~0x1fffffull, (uint64_t)page & ~0x1fffffull, NORMAL | D_EL0 | D_XN,
               2);
    uint64_t in = (va2 & ~0x1fffffull) | ((uint64_t)page & 0x1fffff);
    check_eq(read_test(in), 0x1111, "D8.3 block", "is mapped");
    *tables_entry(&tables, va2, 2) = 0;
    asm volatile("dsb sy; tlbi vae1, %0; dsb sy; isb" ::"r"(((in & ~0x1fffffull) | 0x5000) >> 12)
                 : "memory");
    bad(do_load, in, 0x06, "D8.13 TLBI of a block", "any address in it serves");
    /* No maintenance where an entry was invalid. */
    *tables_entry(&tables, OTHER_VA, 3) = 0;
    tlbi_all();
    bad(do_load, OTHER_VA, 0x07, "D8.13", "a fault");
    tables_map(&tables, OTHER_VA, (uint64_t)page2, NORMAL | D_EL0 | D_XN, 3);
    isb();
    check_eq(read_test(OTHER_VA), 0x2222, "D8.13", "faults are not cached");
    *tables_entry(&tables, OTHER_VA, 3) = 0;
    map(NORMAL | D_EL0 | D_XN);
}

static void tlbi_el2(void)
{
    uint64_t va = TEST_VA >> 12;

    CHECK_TLBI("ALLE2", 0, "tlbi alle2; nop // %0", 0);
    CHECK_TLBI("ALLE2IS", 0, "tlbi alle2is; nop // %0", 0);
    CHECK_TLBI("VAE2", 0, "tlbi vae2, %0", va);
    CHECK_TLBI("VAE2IS", 0, "tlbi vae2is, %0", va);
    CHECK_TLBI("VALE2", 0, "tlbi vale2, %0", va);
    CHECK_TLBI("VALE2IS", 0, "tlbi vale2is, %0", va);
    if ((rd(id_aa64isar0_el1) >> 56 & 15) >= 2) {
        CHECK_TLBI("RVAE2", 0, "sys #4, c8, c6, #1, %0", va | 1ull << 46);
        CHECK_TLBI("RVALE2IS", 0, "sys #4, c8, c2, #5, %0", va | 1ull << 46);
        CHECK_TLBI("VAE2OS", 0, "sys #4, c8, c1, #1, %0", va);
    }
}

static void tlbi_el3(void)
{
    uint64_t va = TEST_VA >> 12;

    CHECK_TLBI("ALLE3", 0, "tlbi alle3; nop // %0", 0);
    CHECK_TLBI("ALLE3IS", 0, "tlbi alle3is; nop // %0", 0);
    CHECK_TLBI("VAE3", 0, "tlbi vae3, %0", va);
    CHECK_TLBI("VAE3IS", 0, "tlbi vae3is, %0", va);
    CHECK_TLBI("VALE3", 0, "tlbi vale3, %0", va);
    CHECK_TLBI("VALE3IS", 0, "tlbi vale3is, %0", va);
}

/* The contiguous hint changes nothing for who keeps its rules. */
static void contiguous(void)
{
    uint64_t va = TEST_VA + (11ull << 21), *base = alloc_aligned(65536);

    va &= ~0xffffull;
    for (unsigned i = 0; i < 16; i++) {
        base[i * 512] = i;
        tables_map(&tables, va + i * 4096, (uint64_t)base + i * 4096,
                   NORMAL | D_EL0 | D_XN | D_CONT, 3);
    }
    tlbi_all();
    uint64_t sum = 0;
    for (unsigned i = 0; i < 16; i++) {
        sum += read_test(va + i * 4096) == i;
    }
    check_eq(sum, 16, "D8.6 contiguous", "every page is its own");
}

void suite_main(void)
{
    begin();
    sizes();
    levels();
    other_faults();
    mmu_off();
    updates();
    address_translate();
    contiguous();
    if (el == 1) {
        permissions();
        el0_accesses();
        if (mmfr1 >> 20 & 15) {
            pan();
        }
        uao();
        halves();
        tlbi_el1();
    } else {
        permissions_above();
        el == 2 ? tlbi_el2() : tlbi_el3();
    }
    wr_sctlr(sctlr_off);
}
