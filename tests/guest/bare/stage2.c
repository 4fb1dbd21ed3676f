/* SPDX-License-Identifier: MIT */
/* At EL2: stage 2 translation, the syndromes a hypervisor works with, VMIDs, the EL2&0 regime. */
#include "kit/tables.h"

#define HCR_VM  (1ull << 0)
#define HCR_PTW (1ull << 2)
#define HCR_DC  (1ull << 12)
#define HCR_TGE (1ull << 27)
#define HCR_RW  (1ull << 31)
#define HCR_E2H (1ull << 34)
#define NOTHING 0x6000000000ull
#define IPA     0x1008604000ull /* where the test page is for the guest */
#define S2_ALL  (S2_READ | S2_WRITE | S2_NORMAL | D_SH | D_AF)

static Tables s2; /* 4K, 39 bits, from level 1 */
static Tables s1; /* of the guest: identity, and VA = IPA */
static uint64_t *page, *page2;
static uint64_t mmfr1;

/* ---- what the guest does, at EL1 with its MMU off or on */

static volatile uint64_t value;

static void do_load(void *va)
{
    uint64_t v;
    asm volatile("ldr %0, [%1]" : "=r"(v) : "r"(va) : "memory");
    value = v;
}
static void do_store(void *va)
{
    asm volatile("str xzr, [%0]" ::"r"(va) : "memory");
}
static void do_call(void *va)
{
    value = ((uint64_t(*)(void))va)();
}
#define ACCESS(name, text)                                                                \
    static void name(void *va)                                                            \
    {                                                                                     \
        asm volatile("mov x7, %0\n\t" text ::"r"(va) : "x5", "x7", "x6", "memory", "cc"); \
    }
ACCESS(ldr_w5, "ldr w5, [x7]")
ACCESS(str_x6, "mov x6, #0; str x6, [x7]")
ACCESS(ldrsb_x5, "ldrsb x5, [x7]")
ACCESS(ldrsh_w5, "ldrsh w5, [x7, #2]")
ACCESS(ldrh_w5, "mov x6, #2; ldrh w5, [x7, x6]")
ACCESS(ldrsw_x5, "ldursw x5, [x7, #4]")
ACCESS(strb_wzr, "strb wzr, [x7]")
ACCESS(ldar_x5, "ldar x5, [x7]")
ACCESS(stlrb_w5, "stlrb w5, [x7]")
ACCESS(ldtr_x5, "ldtr x5, [x7]")
ACCESS(ldp_x5, "ldp x5, x6, [x7]")
ACCESS(ldr_post, "ldr x5, [x7], #8")
ACCESS(ldxr_x5, "ldxr x5, [x7]; clrex")
ACCESS(ldr_q0, "ldr xzr, [x7]")

static void at_s1e1r(void *va)
{
    asm volatile("at s1e1r, %0; isb" ::"r"(va) : "memory");
    value = rd(par_el1);
}

/* ---- running it */

static void (*guest_fn)(void *);

static void enter_guest(void *va)
{
    run_at(1, guest_fn, va);
}

static Trap guest(void (*fn)(void *), uint64_t va)
{
    guest_fn = fn;
    return expect(enter_guest, (void *)va);
}

static void good(void (*fn)(void *), uint64_t va, const char *rule, const char *what)
{
    Trap t = guest(fn, va);

    check(!t.taken, rule, what);
    if (t.taken) {
        note_value("ESR", t.esr);
    }
}

static void bad(void (*fn)(void *), uint64_t va, uint32_t iss, const char *rule, const char *what)
{
    Trap t = guest(fn, va);

    check_eq(t.taken && t.el == 2 ? trap_iss(&t) & 0x3fff : ~0u, iss, rule, what);
}

static void tlbi(void)
{
    op("dsb sy; tlbi alle1; tlbi alle2; dsb sy; isb");
}

static void map(uint64_t bits)
{
    tables_map(&s2, IPA, (uint64_t)page, bits, 3);
    tlbi();
}

static void unmap(void)
{
    *tables_entry(&s2, IPA, 3) = 0;
    tlbi();
}

static uint64_t vtcr_for(const Tables *t)
{
    unsigned tg0 = t->granule == 12 ? 0 : t->granule == 14 ? 2 : 1;
    unsigned sl0 = (unsigned)((t->granule == 12 ? 2 : 3) - t->level);

    return (64 - t->in_bits) | sl0 << 6 | tg0 << 14 | 4u << 16 | 1u << 31;
}

static void use_stage2(const Tables *t)
{
    wr(vtcr_el2, vtcr_for(t));
    wr(vttbr_el2, t->root);
    tlbi();
}

static void guest_mmu(bool on)
{
    wr(sctlr_el1, 0x30d00800 | (on ? 0x1005 : 0));
    tlbi();
}

static Tables make_stage2(unsigned granule, unsigned in_bits, int level)
{
    Tables t = tables_new(granule, in_bits, level);

    tables_map_suite(&t, S2_READ | S2_WRITE | D_AF, S2_ALL, S2_ALL);
    return t;
}

static void begin(void)
{
    mmfr1 = rd(id_aa64mmfr1_el1);
    page = alloc_aligned(65536);
    page2 = alloc_aligned(65536);
    page[0] = 0x1111;
    page2[0] = 0x2222;
    s2 = make_stage2(12, 39, 1);
    s1 = tables_new(12, 39, -1);
    tables_map_suite(&s1, DEVICE | D_XN, NORMAL | D_RO, NORMAL | D_XN | D_PXN);
    tables_map(&s1, IPA, IPA, NORMAL | D_NG, 3);
    wr(mair_el1, MAIR_VALUE);
    wr(tcr_el1, 25ull | 1 << 23 | 4ull << 32 | 1ull << 36);
    wr(ttbr0_el1, s1.root);
    guest_mmu(false);
    use_stage2(&s2);
    wr(hcr_el2, HCR_RW | HCR_VM);
}

/* ---- sizes and levels */

static void size(unsigned granule, unsigned in_bits, int level, const char *rule)
{
    Tables t = make_stage2(granule, in_bits, level);
    uint64_t block = 1ull << tables_shift(&t, 2), page_ipa = 3 * block + (1ul << granule);
    uint64_t in_block = (uint64_t)page & (block - 1);

    tables_map(&t, page_ipa, (uint64_t)page, S2_ALL, 3);
    tables_map(&t, 5 * block, (uint64_t)page & ~(block - 1), S2_ALL, 2);
    use_stage2(&t);
    value = 0;
    good(do_load, page_ipa, rule, "a page");
    check_eq(value, 0x1111, rule, "is the right one");
    value = 0;
    good(do_load, 5 * block + in_block, rule, "a block");
    check_eq(value, 0x1111, rule, "is the right one");
    Trap f = guest(do_load, page_ipa + (1ul << granule));
    check_eq(f.esr & 0x3f, 0x07, rule, "the next page: translation fault, level 3");
    check_eq(f.hpfar, (page_ipa + (1ul << granule)) >> 12 << 4, rule, "HPFAR_EL2 has its page");
    if (in_bits < 44) {
        bad(do_load, 1ull << in_bits, 0x04, rule, "beyond: translation fault, level 0");
    }
    use_stage2(&s2);
}

static void sizes(void)
{
    size(12, 39, 1, "D8.1.8 4K, 39 bits, level 1");
    size(12, 40, 1, "D8.1.8 4K, 40 bits, 2 tables");
    size(12, 43, 1, "D8.1.8 4K, 43 bits, 16 tables");
    size(12, 44, 0, "D8.1.8 4K, 44 bits, level 0");
    size(12, 33, 2, "D8.1.8 4K, 33 bits, 8 tables at level 2");
    size(16, 42, 2, "D8.1.8 64K, 42 bits, level 2");
    size(16, 40, 2, "D8.1.8 64K, 40 bits, level 2");
    size(16, 43, 1, "D8.1.8 64K, 43 bits, level 1");
    if (rd(id_aa64mmfr0_el1) >> 20 & 15) {
        size(14, 38, 2, "D8.1.8 16K, 38 bits, 4 tables at level 2");
        size(14, 40, 2, "D8.1.8 16K, 40 bits, 16 tables");
    }
    /* A start level that does not go with the size. */
    wr(vtcr_el2, (vtcr_for(&s2) & ~63ull) | 40);
    tlbi();
    bad(do_load, 0, 0x84 & 0x7f, "D8.1.8 SL0", "fewer bits than the level resolves: level 0");
    use_stage2(&s2);
}

/* ---- faults */

static void faults(void)
{
    static const char *const names[] = {"level 0", "level 1", "level 2", "level 3"};
    Trap t;

    map(S2_ALL);
    for (int level = 1; level <= 3; level++) {
        uint64_t *e = tables_entry(&s2, IPA, level), old = *e;

        *e = 0;
        tlbi();
        bad(do_load, IPA, 0x04 + (uint32_t)level, "D8.15 stage 2 translation fault", names[level]);
        bad(do_store, IPA, 0x44 + (uint32_t)level, "D8.15 stage 2, store", names[level]);
        *e = 3ull | (level < 3 ? NOTHING : 1ull << 45 | S2_ALL);
        tlbi();
        if (level < 3) {
            bad(do_load, IPA, 0x14 + (uint32_t)level + 1, "D8.15 stage 2 external abort",
                names[level + 1]);
        } else {
            bad(do_load, IPA, 0x03, "D8.15 stage 2 address size", names[level]);
        }
        *e = old;
        tlbi();
    }
    t = guest(do_load, IPA + 0x1008);
    check_eq(trap_ec(&t), 0x24, "ESR_EL2.EC", "a data abort from a lower level");
    check_eq(t.far, IPA + 0x1008, "FAR_EL2", "the guest's virtual address");
    check_eq(t.hpfar, (IPA + 0x1000) >> 12 << 4, "HPFAR_EL2", "the IPA's page");
    t = guest(do_call, IPA + 0x1000);
    check_eq(trap_ec(&t), 0x20, "ESR_EL2.EC", "an instruction abort from a lower level");
    check_eq(trap_iss(&t), 0x07, "ESR_EL2.ISS", "of a fetch");
    map(S2_ALL & ~D_AF);
    bad(do_load, IPA, 0x0b, "D8.15 stage 2 access flag fault", "level 3");
    map(S2_ALL & ~S2_WRITE);
    good(do_load, IPA, "D8.5 S2AP 01", "reads");
    bad(do_store, IPA, 0x4f, "D8.5 S2AP 01", "does not write");
    map(S2_ALL & ~S2_READ);
    bad(do_load, IPA, 0x0f, "D8.5 S2AP 10", "does not read");
    good(do_store, IPA, "D8.5 S2AP 10", "writes");
    page[0] = 0xd65f03c0d2800540; /* mov x0, #42; ret */
    map(S2_ALL);
    good(do_call, IPA, "D8.5 XN 00", "executes");
    check_eq(value, 42, "D8.5 XN 00", "the right code");
    map(S2_ALL | D_XN);
    bad(do_call, IPA, 0x0f, "D8.5 XN 10", "does not execute");
    if (mmfr1 >> 28 & 15) {
        map(S2_ALL | D_PXN);
        bad(do_call, IPA, 0x0f, "D8.5 XN 01", "EL0 only");
        map(S2_ALL | D_XN | D_PXN);
        good(do_call, IPA, "D8.5 XN 11", "EL1 only");
    }
    page[0] = 0x1111;
    /* Device memory of stage 2 makes Normal memory of stage 1 Device. */
    guest_mmu(true);
    map(S2_READ | S2_WRITE | D_AF);
    t = guest(do_load, IPA + 4);
    check_eq(t.taken ? trap_iss(&t) & 0x3fff : ~0u, 0x21, "D8.6 combining",
             "Device at stage 2: unaligned accesses fault");
    check_eq((uint64_t)t.el, 2, "D8.6 combining", "at EL2");
    map(S2_ALL);
    good(do_load, IPA + 4, "D8.6 combining", "Normal in both: no fault");
    guest_mmu(false);
    tables_map(&s2, IPA, NOTHING, S2_ALL, 3);
    tlbi();
    t = guest(do_load, IPA);
    check_eq(t.esr & 0x3f, 0x10, "D8.15 external abort", "of the access");
    check_eq((uint64_t)t.el, 1, "D8.15 external abort", "is EL1's own");
    unmap();
}

/* ---- the syndrome of an access: for emulating devices */

static void isv(void (*fn)(void *), uint32_t want, const char *what)
{
    Trap t = guest(fn, IPA);

    check_eq(t.esr >> 14 & 0x7ff, want, "D17.2.37 ISV", what);
}
#define ISV(size, sse, srt, sf, ar) \
    (1u << 10 | (size) << 8 | (sse) << 7 | (srt) << 2 | (sf) << 1 | (ar))

static void syndromes(void)
{
    unmap();
    isv(ldr_w5, ISV(2, 0, 5, 0, 0), "LDR W5");
    isv(str_x6, ISV(3, 0, 6, 1, 0), "STR X6");
    isv(ldrsb_x5, ISV(0, 1, 5, 1, 0), "LDRSB X5");
    isv(ldrsh_w5, ISV(1, 1, 5, 0, 0), "LDRSH W5");
    isv(ldrh_w5, ISV(1, 0, 5, 0, 0), "LDRH W5, register offset");
    isv(ldrsw_x5, ISV(2, 1, 5, 1, 0), "LDURSW X5");
    isv(strb_wzr, ISV(0, 0, 31, 0, 0), "STRB WZR");
    isv(ldar_x5, ISV(3, 0, 5, 1, 1), "LDAR X5");
    isv(stlrb_w5, ISV(0, 0, 5, 0, 1), "STLRB W5");
    isv(ldtr_x5, ISV(3, 0, 5, 1, 0), "LDTR X5");
    isv(ldr_q0, ISV(3, 0, 31, 1, 0), "LDR XZR");
    isv(ldp_x5, 0, "LDP: none");
    isv(ldr_post, 0, "with writeback: none");
    isv(ldxr_x5, 0, "LDXR: none");
    Trap t = guest(strb_wzr, IPA);
    check(t.esr & 1 << 6, "ESR_EL2.WnR", "a store");
    t = guest(ldr_w5, IPA);
    check(!(t.esr & 1 << 6), "ESR_EL2.WnR", "a load");
}

/* ---- both stages */

static void both_stages(void)
{
    uint64_t *table = (uint64_t *)(*tables_entry(&s1, IPA, 2) & 0xfffffffff000);
    uint64_t moved = IPA + 0x10000;
    Trap t;

    guest_mmu(true);
    map(S2_ALL);
    value = 0;
    good(do_load, IPA, "D8.1 both stages", "a load");
    check_eq(value, 0x1111, "D8.1 both stages", "reads the right page");
    t = guest(do_load, IPA + 0x1000);
    check_eq((uint64_t)t.el, 1, "D8.1 both stages", "faults of stage 1 are EL1's");
    check_eq(t.esr, 0x96000007, "D8.1 both stages", "with its syndrome");
    unmap();
    t = guest(do_load, IPA + 8);
    check_eq((uint64_t)t.el, 2, "D8.1 both stages", "faults of stage 2 are EL2's");
    check_eq(t.esr & 0x3fff, 0x07, "D8.1 both stages", "S1PTW is 0");
    /* The guest's level 3 table where stage 2 has nothing. */
    uint64_t *l2 = tables_entry(&s1, IPA, 2), old = *l2;
    *l2 = moved | D_TABLE;
    map(S2_ALL);
    t = guest(do_load, IPA + 8);
    check_eq((uint64_t)t.el, 2, "D8.1 S1PTW", "a walk's fault of stage 2 is EL2's");
    check_eq(t.esr & 0x3fff, 0x80 | 0x07, "D8.1 S1PTW", "is set, fault at level 3");
    check_eq(t.esr >> 24 & 1, 0, "D8.1 S1PTW", "no ISV");
    check_eq(t.hpfar, (moved + ((IPA >> 12 & 511) * 8)) >> 12 << 4, "HPFAR_EL2",
             "the descriptor's page");
    check_eq(t.far, IPA + 8, "FAR_EL2", "the access's address");
    t = guest(do_call, IPA);
    check_eq(trap_ec(&t), 0x20, "D8.1 S1PTW", "of a fetch: an instruction abort");
    check_eq(trap_iss(&t), 0x80 | 0x07, "D8.1 S1PTW", "with its syndrome");
    *l2 = (IPA + 0x40000000) | D_TABLE;
    tlbi();
    bad(do_load, IPA, 0x80 | 0x05, "D8.1 S1PTW", "the level is stage 2's");
    *l2 = moved | D_TABLE;
    tlbi();
    /* AT at EL1: the same fault is taken. */
    t = guest(at_s1e1r, IPA);
    check_eq(t.taken && t.el == 2 ? t.esr & 0x1fff : 0, 1 << 8 | 1 << 7 | 1 << 6 | 0x07,
             "AT S1E1R at EL1", "a stage 2 fault of its walk is taken to EL2, with CM and WnR");
    /* At EL2 it is told. */
    asm volatile("at s1e1r, %0; isb" ::"r"(IPA) : "memory");
    check_eq(rd(par_el1) & 0x37f, 1 << 9 | 1 << 8 | 0x07 << 1 | 1, "AT S1E1R at EL2",
             "PAR_EL1 has S and PTW");
    /* The table is there, in Device memory. */
    tables_map(&s2, moved, (uint64_t)table, S2_READ | S2_WRITE | D_AF, 3);
    tlbi();
    good(do_load, IPA, "HCR_EL2.PTW 0", "tables may be in Device memory");
    wr(hcr_el2, HCR_RW | HCR_VM | HCR_PTW);
    tlbi();
    bad(do_load, IPA, 0x80 | 0x0f, "HCR_EL2.PTW 1", "permission fault on the walk");
    wr(hcr_el2, HCR_RW | HCR_VM);
    *l2 = old;
    tlbi();
    /* AT of both stages, and of one. */
    asm volatile("at s12e1r, %0; isb" ::"r"(IPA) : "memory");
    check_eq(rd(par_el1) & 0xfffffffff001, (uint64_t)page, "AT S12E1R", "the physical page");
    asm volatile("at s1e1r, %0; isb" ::"r"(IPA) : "memory");
    check_eq(rd(par_el1) & 0xfffffffff001, IPA, "AT S1E1R", "stage 1 alone: the IPA");
    map(S2_ALL & ~S2_WRITE);
    asm volatile("at s12e1w, %0; isb" ::"r"(IPA) : "memory");
    check_eq(rd(par_el1) & 0x37f, 1 << 9 | 0x0f << 1 | 1, "AT S12E1W", "stage 2 permission fault");
    asm volatile("at s12e0r, %0; isb" ::"r"(IPA) : "memory");
    check_eq(rd(par_el1) & 0x37f, 0x0f << 1 | 1, "AT S12E0R", "stage 1 permission fault of EL0");
    map(S2_ALL);
    guest_mmu(false);
}

/* ---- hardware updates */

static void updates(void)
{
    uint64_t *e2 = tables_entry(&s2, IPA, 3), *e1 = tables_entry(&s1, IPA, 3), vtcr = vtcr_for(&s2);
    uint64_t *table = (uint64_t *)(*tables_entry(&s1, IPA, 2) & 0xfffffffff000);

    if (!(mmfr1 & 15)) {
        return;
    }
    wr(vtcr_el2, vtcr | 1 << 21);
    map(S2_ALL & ~D_AF);
    good(do_load, IPA, "VTCR_EL2.HA", "no access flag fault");
    check(*e2 & D_AF, "VTCR_EL2.HA", "the flag is set");
    wr(vtcr_el2, vtcr | 1 << 21 | 1 << 22);
    map((S2_ALL & ~S2_WRITE) | D_DBM);
    good(do_load, IPA, "VTCR_EL2.HD", "a load");
    check(!(*e2 & S2_WRITE), "VTCR_EL2.HD", "leaves the page clean");
    good(do_store, IPA, "VTCR_EL2.HD", "a store");
    check(*e2 & S2_WRITE, "VTCR_EL2.HD", "makes it writable");
    page[0] = 0x1111;
    wr(vtcr_el2, vtcr);
    /* Stage 1's table in memory that stage 2 has read-only: its update needs to write. */
    uint64_t moved = IPA + 0x10000, *s1_l2 = tables_entry(&s1, IPA, 2), old = *s1_l2;
    *s1_l2 = moved | D_TABLE;
    tables_map(&s2, moved, (uint64_t)table, S2_ALL & ~S2_WRITE, 3);
    map(S2_ALL);
    *e1 &= ~D_AF;
    wr(tcr_el1, rd(tcr_el1) | 1ull << 39);
    guest_mmu(true);
    Trap t = guest(do_load, IPA);
    check_eq(t.taken && t.el == 2 ? t.esr & 0x3fbf : 0, 0x80 | 0x0f, "D8.5.4 update of stage 1",
             "stage 2 permission fault, S1PTW");
    check(!(*e1 & D_AF), "D8.5.4 update of stage 1", "nothing was written");
    tables_map(&s2, moved, (uint64_t)table, S2_ALL, 3);
    tlbi();
    good(do_load, IPA, "D8.5.4 update of stage 1", "writable at stage 2: done");
    check(*e1 & D_AF, "D8.5.4 update of stage 1", "the flag is set");
    wr(tcr_el1, rd(tcr_el1) & ~(1ull << 39));
    *s1_l2 = old;
    guest_mmu(false);
}

/* ---- tags and maintenance */

static uint64_t guest_reads(uint64_t va)
{
    value = 0;
    Trap t = guest(do_load, va);
    return t.taken ? t.esr : value;
}

#define CHECK_TLBI(name, text, arg)                                                      \
    do {                                                                                 \
        map(S2_ALL);                                                                     \
        guest_reads(IPA);                                                                \
        *tables_entry(&s2, IPA, 3) = (uint64_t)page2 | S2_ALL | 3;                       \
        asm volatile("dsb sy; " text "; dsb sy; isb" ::"r"((uint64_t)(arg)) : "memory"); \
        check_eq(guest_reads(IPA), 0x2222, "TLBI " name, "the new page is seen");        \
    } while (0)

static void maintenance(void)
{
    uint64_t ipa = IPA >> 12;

    for (int on = 0; on <= 1; on++) {
        guest_mmu(on);
        CHECK_TLBI("VMALLS12E1", "tlbi vmalls12e1; nop // %0", 0);
        CHECK_TLBI("VMALLS12E1IS", "tlbi vmalls12e1is; nop // %0", 0);
        CHECK_TLBI("ALLE1", "tlbi alle1; nop // %0", 0);
        CHECK_TLBI("ALLE1IS", "tlbi alle1is; nop // %0", 0);
        CHECK_TLBI("IPAS2E1 and VMALLE1", "tlbi ipas2e1, %0; dsb sy; tlbi vmalle1", ipa);
        CHECK_TLBI("IPAS2E1IS and VMALLE1IS", "tlbi ipas2e1is, %0; dsb sy; tlbi vmalle1is", ipa);
        CHECK_TLBI("IPAS2LE1IS and VMALLE1IS", "tlbi ipas2le1is, %0; dsb sy; tlbi vmalle1is", ipa);
        if ((rd(id_aa64isar0_el1) >> 56 & 15) >= 2) {
            CHECK_TLBI("RIPAS2E1IS and VMALLE1IS", "sys #4, c8, c0, #2, %0; dsb sy; tlbi vmalle1is",
                       ipa | 1ull << 46);
            CHECK_TLBI("VMALLS12E1OS", "sys #4, c8, c1, #6; nop // %0", 0);
            CHECK_TLBI("ALLE1OS", "sys #4, c8, c1, #4; nop // %0", 0);
        }
    }
    guest_mmu(false);
    /* Two virtual machines. */
    map(S2_ALL);
    guest_reads(IPA);
    *tables_entry(&s2, IPA, 3) = (uint64_t)page2 | S2_ALL | 3;
    dsb();
    wr(vttbr_el2, (uint64_t)s2.root | 5ull << 48);
    check_eq(guest_reads(IPA), 0x2222, "D8.13 VMID", "another machine has no entry");
    wr(vttbr_el2, s2.root);
    op("dsb sy; tlbi vmalls12e1; dsb sy; isb");
    *tables_entry(&s2, IPA, 3) = (uint64_t)page | S2_ALL | 3;
    op("dsb sy; tlbi vmalls12e1; dsb sy; isb"); /* this machine's: the other keeps what it has */
    check_eq(guest_reads(IPA), 0x1111, "D8.13 VMID", "this one has the new page");
    tlbi();
}

/* ---- EL2's controls over stage 1 */

static void controls(void)
{
    unmap();
    guest_mmu(true);
    wr(hcr_el2, HCR_RW | HCR_DC);
    map(S2_ALL);
    value = 0;
    good(do_load, IPA, "HCR_EL2.DC", "stage 1 is off, stage 2 on");
    check_eq(value, 0x1111, "HCR_EL2.DC", "the right page");
    good(do_load, IPA + 4, "HCR_EL2.DC", "memory is Normal");
    guest_mmu(false);
    unmap();
    wr(hcr_el2, HCR_RW);
    tlbi();
    Trap t = guest(do_load, (uint64_t)page);
    check(!t.taken, "HCR_EL2.VM 0", "no stage 2");
    wr(hcr_el2, HCR_RW | HCR_VM);
}

/* Without E2H, TGE leaves EL0 in EL1&0: its stage 1 is off, its stage 2 is not. Success is told by
 * an SVC, which goes to EL2. */
static void load_and_call(void *va)
{
    do_load(va);
    op("svc #1");
}

static void enter_el0(void *va)
{
    run_at(0, load_and_call, va);
}

static bool is_call(const Trap *t)
{
    return t->taken && t->el == 2 && t->esr >> 26 == 0x15;
}

static void general_exceptions(void)
{
    const char *rule = "HCR_EL2.TGE without E2H";

    guest_mmu(false);
    unmap();
    wr(hcr_el2, HCR_RW | HCR_TGE | HCR_VM);
    tlbi();
    Trap t = expect(enter_el0, (void *)IPA);
    check_eq(t.taken ? t.esr & 0xfc003fff : 0, 0x24ull << 26 | 0x07, rule, "VM: EL0 has a stage 2");
    check_eq(t.hpfar, IPA >> 12 << 4, rule, "VM: the address is an IPA");
    map(S2_ALL);
    value = 0;
    t = expect(enter_el0, (void *)IPA);
    check(is_call(&t) && value == 0x1111, rule, "VM: the page of stage 2");
    wr(hcr_el2, HCR_RW | HCR_TGE | HCR_DC);
    tlbi();
    value = 0;
    t = expect(enter_el0, (void *)(IPA + 4));
    check(is_call(&t), rule, "DC: stage 2 is on, memory is Normal");
    unmap();
    wr(hcr_el2, HCR_RW | HCR_TGE);
    tlbi();
    t = expect(enter_el0, (void *)IPA);
    check_eq(t.taken ? t.esr & 0xfc003fff : 0, 0x24ull << 26 | 0x10, rule, "VM 0: no stage 2");
    t = expect(enter_el0, page);
    check(is_call(&t), rule, "VM 0: the same addresses");
    guest_mmu(true);
    t = expect(enter_el0, page);
    check(is_call(&t), rule, "SCTLR_EL1.M is 0, whatever it says");
    wr(hcr_el2, HCR_RW | HCR_VM);
    guest_mmu(false);
}

/* ---- EL2&0 */

static void ldtr_value(void *va)
{
    uint64_t v;
    asm volatile("ldtr %0, [%1]" : "=r"(v) : "r"(va) : "memory");
    value = v;
}

static void host_load(void *va)
{
    do_load(va);
}

static void host(void)
{
    Tables low = tables_new(12, 39, -1), high = tables_new(12, 39, -1);
    uint64_t high_va = 0xffffff8000000000ull + IPA, old_mair = rd(mair_el2), old_tcr = rd(tcr_el2);

    if (!(mmfr1 >> 8 & 15)) {
        return;
    }
    tables_map_suite(&low, DEVICE | D_XN, NORMAL | D_RO, NORMAL | D_XN | D_PXN);
    tables_map(&low, IPA, (uint64_t)page, NORMAL | D_EL0 | D_NG | D_XN, 3);
    tables_map(&high, IPA, (uint64_t)page2, NORMAL | D_XN, 3);
    wr(hcr_el2, HCR_RW | HCR_E2H | HCR_TGE);
    wr(cptr_el2, 3 << 20);
    wr(mair_el2, MAIR_VALUE);
    wr(tcr_el2, 25ull | 25 << 16 | 2u << 30 | 4ull << 32 | 1ull << 36);
    wr(ttbr0_el2, (uint64_t)low.root | 3ull << 48);
    wr(S3_4_C2_C0_1, high.root); /* TTBR1_EL2 */
    tlbi();
    uint64_t sctlr = rd(sctlr_el2);
    wr(sctlr_el2, sctlr | 0x1005);
    value = 0;
    Trap t = expect(host_load, (void *)IPA);
    check(!t.taken && value == 0x1111, "D8.1.7 EL2&0", "the low half");
    t = expect(host_load, (void *)high_va);
    check(!t.taken && value == 0x2222, "D8.1.7 EL2&0", "the high half, by TTBR1_EL2");
    t = expect(host_load, (void *)(IPA + 0x1000));
    check_eq(t.esr & 0xfe003fff, 0x96000007, "D8.1.7 EL2&0", "faults are EL2's own");
    check_eq(rd(sctlr_el1) & 1, 1, "VHE", "SCTLR_EL1 means SCTLR_EL2");
    wr(hcr_el2, HCR_RW | HCR_E2H | HCR_TGE | HCR_VM | HCR_DC);
    tlbi();
    value = 0;
    t = expect(ldtr_value, (void *)IPA);
    check(!t.taken && value == 0x1111, "HCR_EL2 with E2H and TGE", "VM and DC are 0 for EL0");
    wr(hcr_el2, HCR_RW | HCR_E2H | HCR_TGE);
    /* Permissions by privilege: LDTR is EL0's. */
    tables_map(&low, IPA, (uint64_t)page, NORMAL | D_NG | D_XN, 3);
    op("dsb sy; tlbi vmalle1; dsb sy; isb");
    t = expect(ldtr_x5, (void *)IPA);
    check_eq(t.taken ? t.esr & 0x3fff : 0, 0x0f, "LDTR with E2H and TGE", "is unprivileged");
    t = expect(do_load, (void *)IPA);
    check(!t.taken, "LDTR with E2H and TGE", "LDR is not");
    asm volatile("at s1e0r, %0; isb" ::"r"(IPA) : "memory");
    check_eq(rd(par_el1) & 0x7f, 0x0f << 1 | 1, "AT S1E0R with E2H and TGE", "is about EL2&0");
    /* ASIDs: maintenance under E2H and TGE is of this regime. */
    tables_map(&low, IPA, (uint64_t)page, NORMAL | D_EL0 | D_NG | D_XN, 3);
    op("dsb sy; tlbi vmalle1; dsb sy; isb");
    do_load((void *)IPA);
    tables_map(&low, IPA, (uint64_t)page2, NORMAL | D_EL0 | D_NG | D_XN, 3);
    asm volatile("dsb sy; tlbi vae1is, %0; dsb sy; isb" ::"r"(IPA >> 12 | 3ull << 48) : "memory");
    do_load((void *)IPA);
    check_eq(value, 0x2222, "TLBI VAE1IS with E2H and TGE", "the new page is seen");
    tables_map(&low, IPA, (uint64_t)page, NORMAL | D_EL0 | D_NG | D_XN, 3);
    asm volatile("dsb sy; tlbi aside1is, %0; dsb sy; isb" ::"r"(3ull << 48) : "memory");
    do_load((void *)IPA);
    check_eq(value, 0x1111, "TLBI ASIDE1IS with E2H and TGE", "the new page is seen");
    tables_map(&low, IPA, (uint64_t)page2, NORMAL | D_EL0 | D_NG | D_XN, 3);
    asm volatile("dsb sy; tlbi vae2is, %0; dsb sy; isb" ::"r"(IPA >> 12 | 3ull << 48) : "memory");
    do_load((void *)IPA);
    check_eq(value, 0x2222, "TLBI VAE2IS with E2H", "the new page is seen");
    wr(ttbr0_el2, (uint64_t)low.root | 4ull << 48);
    tables_map(&low, IPA, (uint64_t)page, NORMAL | D_EL0 | D_NG | D_XN, 3);
    do_load((void *)IPA);
    check_eq(value, 0x1111, "D8.13 ASID in EL2&0", "another has no entry");
    wr(sctlr_el2, sctlr);
    wr(hcr_el2, HCR_RW);
    wr(cptr_el2, 0x33ff);
    wr(mair_el2, old_mair);
    wr(tcr_el2, old_tcr);
    tlbi();
}

void suite_main(void)
{
    begin();
    sizes();
    faults();
    syndromes();
    both_stages();
    updates();
    maintenance();
    controls();
    general_exceptions();
    host();
    wr(hcr_el2, HCR_RW);
}
