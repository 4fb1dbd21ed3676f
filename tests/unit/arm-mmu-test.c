/* SPDX-License-Identifier: MIT */
/* Stage 1 walks over tables in RAM: granules, blocks, permissions, and the syndrome of each fault.
 */
#include "hw/cpu/arm-mmu.h"

#include "tests/lib/check-main.h"
#include "tests/unit/arm-env.h"

enum {
    L0 = 0x10000, /* tables: one 64K page apart, aligned for every granule */
    L1 = 0x20000,
    L2 = 0x30000,
    L3 = 0x40000,
    PAGE = 0x80000,

    TABLE = 3,
    BLOCK = 1,
    LAST = 3,
    AF = 1 << 10,
    NG = 1 << 11,
    RO = 1 << 7,
    EL0 = 1 << 6,
    ATTR_DEVICE = 1 << 2,
};
#define DBM       (1ull << 51)
#define PXN       (1ull << 53)
#define UXN       (1ull << 54)
#define PXN_TABLE (1ull << 59)
#define UXN_TABLE (1ull << 60)
#define EL0_TABLE (1ull << 61)
#define RO_TABLE  (1ull << 62)
#define TCR_IPS48 (5ull << 32)
#define TCR_AS    (1ull << 36)
#define TCR_TBI0  (1ull << 37)
#define TCR_HA    (1ull << 39)
#define TCR_HD    (1ull << 40)
#define TCR_HPD0  (1ull << 41)
#define TCR_E0PD1 (1ull << 56)
#define TCR_A1    (1ull << 22)
#define TCR_EPD0  (1ull << 7)

static ArmCpu *cpu;

/* TTBR0 at L0 with T0SZ 16 in 4K, attribute 0 Normal write-back, 1 Device. */
static void setup(void)
{
    env_init();
    cpu = env_cpu("max-arm-cpu");
    env_set_el(cpu, 1);
    cpu->mair[1] = 0x00ff;
    cpu->tcr[1] = TCR_IPS48 | TCR_AS | 16 | 16 << 16 | 2u << 30;
    cpu->ttbr0[1] = L0 | 0x1234ull << 48;
    cpu->ttbr1[1] = L0 | 0x5678ull << 48;
    cpu->sctlr[1] |= 1;
}

/* A 4K page at VA, whose indices are 255, 1, 1 and 3. */
#define VA 0x7f8040203000ull
static void map_page(uint64_t bits)
{
    env_st(L0 + (VA >> 39 & 511) * 8, L1 | TABLE);
    env_st(L1 + (VA >> 30 & 511) * 8, L2 | TABLE);
    env_st(L2 + (VA >> 21 & 511) * 8, L3 | TABLE);
    env_st(L3 + (VA >> 12 & 511) * 8, PAGE | LAST | bits);
}

static ArmTranslation good(uint64_t va, ArmAccess access, ArmMmuIdx idx)
{
    ArmTranslation t;
    ArmException exc;
    bool ok = arm_mmu_translate(cpu, va, access, idx, &t, &exc);

    ck_assert_msg(ok, "fault, ESR 0x%x", exc.esr);
    return t;
}

/* The ESR of the fault that must come. */
static uint32_t bad(uint64_t va, ArmAccess access, ArmMmuIdx idx)
{
    ArmTranslation t;
    ArmException exc;

    ck_assert(!arm_mmu_translate(cpu, va, access, idx, &t, &exc));
    ck_assert(exc.has_far && exc.far == va && exc.target_el == 1 && exc.kind == ARM_EXC_SYNC);
    return exc.esr;
}
#define ESR(ec, iss) ((uint32_t)(ec) << 26 | 1u << 25 | (iss))

START_TEST(mmu_off_is_flat)
{
    cpu->sctlr[1] &= ~1ull;
    ArmTranslation t = good(0x123456789abc, ARM_LOAD, ARM_MMU_EL1);

    ck_assert_uint_eq(t.pa, 0x123456789abc);
    ck_assert_uint_eq(t.perms, ARM_PERM_R | ARM_PERM_W | ARM_PERM_X);
    ck_assert(t.device);
    ck_assert(!good(0x1000, ARM_FETCH, ARM_MMU_EL1).device);
    ck_assert_uint_eq(bad(1ull << 48, ARM_STORE, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x40));
}
END_TEST

START_TEST(page_4k)
{
    map_page(AF | NG);
    ArmTranslation t = good(VA + 0x123, ARM_LOAD, ARM_MMU_EL1);

    ck_assert_uint_eq(t.pa, PAGE + 0x123);
    ck_assert_uint_eq(t.map_size, 0x1000);
    ck_assert_uint_eq(arm_mmu_key(cpu, 1).asid, 0x1234);
    ck_assert(!t.global && !t.device);
    ck_assert_uint_eq(t.perms, ARM_PERM_R | ARM_PERM_W | ARM_PERM_X);
    map_page(AF | ATTR_DEVICE);
    t = good(VA, ARM_LOAD, ARM_MMU_EL1);
    ck_assert(t.global && t.device);
    cpu->tcr[1] = (cpu->tcr[1] | TCR_A1) & ~TCR_AS;
    ck_assert_uint_eq(arm_mmu_key(cpu, 1).asid, 0x78);
}
END_TEST

/* The high half starts where the low one ends; its own size, granule and base. */
START_TEST(high_half)
{
    map_page(AF);
    ck_assert_uint_eq(good(0xffff000000000000ull + VA, ARM_LOAD, ARM_MMU_EL1).pa, PAGE);
    ck_assert_uint_eq(bad(0xfffe000000000000ull + VA, ARM_LOAD, ARM_MMU_EL1),
                      ESR(EC_DABORT_SAME, 0x04));
    ck_assert_uint_eq(bad(0x0001000000000000ull + VA, ARM_LOAD, ARM_MMU_EL1),
                      ESR(EC_DABORT_SAME, 0x04));
    cpu->tcr[1] |= TCR_EPD0;
    ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x04));
    ck_assert_uint_eq(good(0xffff000000000000ull + VA, ARM_LOAD, ARM_MMU_EL1).pa, PAGE);
}
END_TEST

/* Start levels by T0SZ: 39-bit starts at level 1, 25-bit at level 2 with a short table. */
START_TEST(start_levels)
{
    cpu->tcr[1] = (cpu->tcr[1] & ~63ull) | 25;
    env_st(L0 + 5 * 8, 1ull << 30 | BLOCK | AF);
    ArmTranslation t = good(5ull << 30 | 0x1234567, ARM_LOAD, ARM_MMU_EL1);

    ck_assert_uint_eq(t.pa, 1ull << 30 | 0x1234567);
    ck_assert_uint_eq(t.map_size, 1ull << 30);
    cpu->tcr[1] = (cpu->tcr[1] & ~63ull) | 39;
    env_st(L0 + 9 * 8, 0x40200000 | BLOCK | AF);
    t = good(9ull << 21 | 0x1abcd, ARM_LOAD, ARM_MMU_EL1);
    ck_assert_uint_eq(t.pa, 0x40200000 | 0x1abcd);
    ck_assert_uint_eq(t.map_size, 2 << 20);
    ck_assert_uint_eq(bad(1ull << 25, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x04));
    cpu->tcr[1] = (cpu->tcr[1] & ~63ull) | 15;
    ck_assert_uint_eq(bad(9ull << 21, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x04));
}
END_TEST

START_TEST(granule_16k)
{
    cpu->tcr[1] = TCR_IPS48 | 2u << 14 | 17; /* 47 bits: level 1 */
    env_st(L0 + 3 * 8, L1 | TABLE);
    env_st(L1 + 2047 * 8, 0x42000000 | BLOCK | AF);
    env_st(L1 + 5 * 8, L2 | TABLE);
    env_st(L2 + 7 * 8, PAGE | LAST | AF);
    ArmTranslation t = good(3ull << 36 | 2047ull << 25 | 0x1234567, ARM_LOAD, ARM_MMU_EL1);

    ck_assert_uint_eq(t.pa, 0x42000000 | 0x1234567);
    ck_assert_uint_eq(t.map_size, 32 << 20);
    t = good(3ull << 36 | 5ull << 25 | 7 << 14 | 0x3abc, ARM_LOAD, ARM_MMU_EL1);
    ck_assert_uint_eq(t.pa, PAGE + 0x3abc);
    ck_assert_uint_eq(t.map_size, 16384);
    env_st(L0 + 3 * 8, BLOCK | AF); /* no blocks of 64G */
    ck_assert_uint_eq(bad(3ull << 36, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x05));
}
END_TEST

START_TEST(granule_64k)
{
    cpu->tcr[1] = TCR_IPS48 | 1u << 14 | 16; /* 48 bits: level 1 of 64 entries */
    env_st(L0 + 63 * 8, L1 | TABLE);
    env_st(L1 + 8191 * 8, 0x60000000 | BLOCK | AF);
    env_st(L1 + 1 * 8, L2 | TABLE);
    env_st(L2 + 8190 * 8, PAGE | LAST | AF);
    ArmTranslation t = good(63ull << 42 | 8191ull << 29 | 0x1234567, ARM_LOAD, ARM_MMU_EL1);

    ck_assert_uint_eq(t.pa, 0x61234567);
    ck_assert_uint_eq(t.map_size, 512 << 20);
    t = good(63ull << 42 | 1ull << 29 | 8190 << 16 | 0xabcd, ARM_LOAD, ARM_MMU_EL1);
    ck_assert_uint_eq(t.pa, PAGE + 0xabcd);
    ck_assert_uint_eq(t.map_size, 65536);
}
END_TEST

START_TEST(translation_faults_have_their_level)
{
    static const unsigned tables[] = {L0, L1, L2, L3}, shifts[] = {39, 30, 21, 12};

    for (unsigned level = 0; level < 4; level++) {
        uint64_t entry;

        map_page(AF);
        entry = tables[level] + (VA >> shifts[level] & 511) * 8;
        env_st(entry, env_ld(entry) & ~1ull);
        ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 4 + level));
    }
    map_page(AF);
    env_st(L3 + (VA >> 12 & 511) * 8, PAGE | BLOCK | AF); /* a block has no place at level 3 */
    ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 7));
    env_st(L0 + (VA >> 39 & 511) * 8, BLOCK | AF); /* nor at level 0 */
    ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 4));
}
END_TEST

START_TEST(syndromes_by_access_and_level)
{
    map_page(0);
    env_st(L3 + (VA >> 12 & 511) * 8, 0);
    ck_assert_uint_eq(bad(VA, ARM_STORE, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x47));
    ck_assert_uint_eq(bad(VA, ARM_FETCH, ARM_MMU_EL1), ESR(EC_IABORT_SAME, 0x07));
    env_set_el(cpu, 0);
    ck_assert_uint_eq(bad(VA, ARM_STORE, ARM_MMU_EL0), ESR(EC_DABORT_LOWER, 0x47));
    ck_assert_uint_eq(bad(VA, ARM_FETCH, ARM_MMU_EL0), ESR(EC_IABORT_LOWER, 0x07));
    ck_assert_uint_eq(arm_mmu_alignment_fault(cpu, 1, ARM_LOAD).esr, ESR(EC_DABORT_LOWER, 0x21));
    ck_assert_uint_eq(arm_mmu_external_abort(cpu, 1, ARM_STORE).esr, ESR(EC_DABORT_LOWER, 0x50));
    ck_assert_uint_eq(arm_mmu_external_abort(cpu, 1, ARM_FETCH).esr, ESR(EC_IABORT_LOWER, 0x10));
}
END_TEST

START_TEST(walks_that_leave_memory)
{
    map_page(AF);
    env_st(L1 + (VA >> 30 & 511) * 8, 0x7000000 | TABLE); /* nothing answers there */
    ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x16));
    cpu->ttbr0[1] = 0x7000000;
    ck_assert_uint_eq(bad(VA, ARM_FETCH, ARM_MMU_EL1), ESR(EC_IABORT_SAME, 0x14));
}
END_TEST

START_TEST(address_size_faults)
{
    cpu->tcr[1] &= ~(7ull << 32); /* IPS: 32 bits */
    map_page(AF);
    env_st(L3 + (VA >> 12 & 511) * 8, 1ull << 32 | LAST | AF);
    ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x03));
    env_st(L1 + (VA >> 30 & 511) * 8, 1ull << 40 | TABLE);
    ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x01));
    cpu->ttbr0[1] = 1ull << 33;
    ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x00));
}
END_TEST

START_TEST(access_flag)
{
    uint64_t entry = L3 + (VA >> 12 & 511) * 8;

    map_page(0);
    ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x0b));
    cpu->tcr[1] |= TCR_HA;
    good(VA, ARM_LOAD, ARM_MMU_EL1);
    ck_assert_uint_eq(env_ld(entry), PAGE | LAST | AF);
    /* A refused access does not count as one. */
    map_page(RO);
    bad(VA, ARM_STORE, ARM_MMU_EL1);
    ck_assert_uint_eq(env_ld(entry), PAGE | LAST | RO);
}
END_TEST

START_TEST(dirty_state)
{
    uint64_t entry = L3 + (VA >> 12 & 511) * 8;

    map_page(AF | RO | DBM);
    cpu->tcr[1] |= TCR_HA;
    ck_assert_uint_eq(bad(VA, ARM_STORE, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x4f));
    cpu->tcr[1] |= TCR_HD;
    ck_assert_uint_eq(good(VA, ARM_LOAD, ARM_MMU_EL1).perms & ARM_PERM_W, 0);
    ck_assert_uint_eq(env_ld(entry), PAGE | LAST | AF | RO | DBM);
    ck_assert_uint_eq(good(VA, ARM_STORE, ARM_MMU_EL1).perms & ARM_PERM_W, ARM_PERM_W);
    ck_assert_uint_eq(env_ld(entry), PAGE | LAST | AF | DBM);
    /* Read-only by the table above: stays so. */
    map_page(AF | RO | DBM);
    env_st(L2 + (VA >> 21 & 511) * 8, L3 | TABLE | RO_TABLE);
    ck_assert_uint_eq(bad(VA, ARM_STORE, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x4f));
}
END_TEST

/* r, w, x as a bit each for the four data contexts; the tables of Arm ARM D8.4. */
typedef struct PermCase {
    uint64_t bits;
    bool wxn;
    uint8_t el1, el1_pan, el0;
} PermCase;
static const PermCase perm_cases[] = {
    {0, false, 7, 7, 4},
    {EL0, false, 3, 0, 7},
    {RO, false, 5, 5, 4},
    {RO | EL0, false, 5, 4, 5},
    {UXN, false, 7, 7, 0},
    {EL0 | UXN, false, 3, 0, 3},
    {PXN, false, 3, 3, 4},
    {RO | EL0 | PXN, false, 1, 0, 5},
    {RO | PXN | UXN, false, 1, 1, 0},
    {0, true, 3, 3, 4},
    {EL0, true, 3, 0, 3},
    {RO, true, 5, 5, 4},
    {RO | EL0, true, 5, 4, 5},
};

static void check_perms(ArmMmuIdx idx, unsigned expected)
{
    for (ArmAccess a = ARM_LOAD; a <= ARM_FETCH; a++) {
        if (expected >> a & 1) {
            ck_assert_uint_eq(good(VA, a, idx).perms, expected);
        } else {
            ck_assert_uint_eq(bad(VA, a, idx) & 0x3f, 0x0f);
        }
    }
}

START_TEST(permissions)
{
    const PermCase *p = &perm_cases[_i];

    map_page(AF | p->bits);
    cpu->sctlr[1] |= p->wxn ? 1u << 19 : 0;
    check_perms(ARM_MMU_EL1, p->el1);
    check_perms(ARM_MMU_EL1_PAN, p->el1_pan);
    check_perms(ARM_MMU_EL0, p->el0);
}
END_TEST

START_TEST(table_permissions)
{
    uint64_t l1 = L1 + (VA >> 30 & 511) * 8, l0 = L0 + (VA >> 39 & 511) * 8;

    map_page(AF | EL0);
    env_st(l1, L2 | TABLE | RO_TABLE);
    check_perms(ARM_MMU_EL1, 5);
    check_perms(ARM_MMU_EL0, 5);
    env_st(l0, L1 | TABLE | EL0_TABLE);
    check_perms(ARM_MMU_EL0, 4);
    env_st(l0, L1 | TABLE | UXN_TABLE | PXN_TABLE);
    check_perms(ARM_MMU_EL1, 1);
    check_perms(ARM_MMU_EL0, 1);
    cpu->tcr[1] |= TCR_HPD0;
    check_perms(ARM_MMU_EL1, 3);
    check_perms(ARM_MMU_EL0, 7);
}
END_TEST

START_TEST(top_byte_ignored)
{
    uint64_t tagged = VA | 0xa5ull << 56;

    map_page(AF);
    ck_assert_uint_eq(bad(tagged, ARM_LOAD, ARM_MMU_EL1), ESR(EC_DABORT_SAME, 0x04));
    cpu->tcr[1] |= TCR_TBI0;
    ck_assert_uint_eq(good(tagged + 8, ARM_LOAD, ARM_MMU_EL1).pa, PAGE + 8);
    ck_assert_uint_eq(arm_mmu_strip(cpu, tagged, ARM_LOAD, ARM_MMU_EL1), VA);
    ck_assert_uint_eq(arm_mmu_strip(cpu, 1ull << 55, ARM_LOAD, ARM_MMU_EL1), 1ull << 55);
}
END_TEST

/* E0PD: the half is closed to EL0, by a fault that does not tell what is mapped. */
START_TEST(closed_to_el0)
{
    map_page(AF | EL0);
    env_msr(cpu, ARM_SYSREG(3, 0, 2, 0, 2), cpu->tcr[1] | TCR_E0PD1);
    good(VA, ARM_LOAD, ARM_MMU_EL0);
    good(0xffff000000000000ull + VA, ARM_LOAD, ARM_MMU_EL1);
    ck_assert_uint_eq(bad(0xffff000000000000ull + VA, ARM_LOAD, ARM_MMU_EL0),
                      ESR(EC_DABORT_SAME, 0x04));
    env_msr(cpu, ARM_SYSREG(3, 0, 2, 0, 2), cpu->tcr[1] | TCR_E0PD1 >> 1);
    ck_assert_uint_eq(bad(VA, ARM_LOAD, ARM_MMU_EL0), ESR(EC_DABORT_SAME, 0x04));
}
END_TEST

START_TEST(address_translate)
{
    map_page(AF | RO | 3 << 8);
    env_msr(cpu, ARM_SYSREG(1, 0, 7, 8, 0), VA + 0x123); /* AT S1E1R */
    ck_assert_uint_eq(env_mrs(cpu, ARM_SYSREG(3, 0, 7, 4, 0)),
                      0xffull << 56 | PAGE | 1 << 11 | 1 << 9 | 3 << 7);
    env_msr(cpu, ARM_SYSREG(1, 0, 7, 8, 1), VA); /* AT S1E1W: permission fault, level 3 */
    ck_assert_uint_eq(env_mrs(cpu, ARM_SYSREG(3, 0, 7, 4, 0)), 1 << 11 | 0x0f << 1 | 1);
    env_msr(cpu, ARM_SYSREG(1, 0, 7, 8, 2), VA); /* AT S1E0R */
    ck_assert_uint_eq(env_mrs(cpu, ARM_SYSREG(3, 0, 7, 4, 0)), 1 << 11 | 0x0f << 1 | 1);
}
END_TEST

/* DC CVAC on an unmapped page: a fault that says cache maintenance and write. */
START_TEST(maintenance_faults)
{
    const ArmSysReg *reg;
    ArmException exc;

    map_page(AF);
    ck_assert(arm_sysreg_write(cpu, ARM_SYSREG(1, 3, 7, 10, 1), 1, VA, &reg, &exc));
    ck_assert(!arm_sysreg_write(cpu, ARM_SYSREG(1, 3, 7, 10, 1), 1, VA + 0x1000, &reg, &exc));
    ck_assert_uint_eq(exc.esr, ESR(EC_DABORT_SAME, 0x147));
    ck_assert_uint_eq(exc.far, VA + 0x1000);
}
END_TEST

START_TEST(granule_the_model_lacks)
{
    ArmCpu *a57 = env_cpu("cortex-a57-arm-cpu");

    cpu = a57;
    env_set_el(cpu, 1);
    cpu->sctlr[1] |= 1;
    cpu->tcr[1] = 4ull << 32 | 2u << 14 | 16; /* 16K asked for: another granule is used */
    cpu->ttbr0[1] = L0;
    map_page(AF);
    ck_assert_uint_eq(good(VA, ARM_LOAD, ARM_MMU_EL1).pa, PAGE);
    env_msr(cpu, ARM_SYSREG(3, 0, 2, 0, 2), TCR_HA | TCR_HD | 16);
    ck_assert_uint_eq(cpu->tcr[1], 16); /* no hardware management */
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("arm-mmu");
    TCase *tc = tcase_create("stage1");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, mmu_off_is_flat);
    tcase_add_test(tc, page_4k);
    tcase_add_test(tc, high_half);
    tcase_add_test(tc, start_levels);
    tcase_add_test(tc, granule_16k);
    tcase_add_test(tc, granule_64k);
    tcase_add_test(tc, translation_faults_have_their_level);
    tcase_add_test(tc, syndromes_by_access_and_level);
    tcase_add_test(tc, walks_that_leave_memory);
    tcase_add_test(tc, address_size_faults);
    tcase_add_test(tc, access_flag);
    tcase_add_test(tc, dirty_state);
    tcase_add_loop_test(tc, permissions, 0, G_N_ELEMENTS(perm_cases));
    tcase_add_test(tc, table_permissions);
    tcase_add_test(tc, top_byte_ignored);
    tcase_add_test(tc, closed_to_el0);
    tcase_add_test(tc, address_translate);
    tcase_add_test(tc, maintenance_faults);
    tcase_add_test(tc, granule_the_model_lacks);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
