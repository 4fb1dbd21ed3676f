/* SPDX-License-Identifier: MIT */
/* Pointer authentication: the cipher by its published vector, codes in pointers of every regime,
 * who may use keys, and what the properties of the model say. */
#include "hw/cpu/arm-pauth.h"

#include "hw/cpu/arm-qarma.h"
#include "tests/lib/check-main.h"
#include "tests/unit/arm-env.h"

static ArmCpu *cpu;

static ArmCpu *cpu_with(const char *const *on)
{
    Device *dev = device_new("max-arm-cpu");

    for (; *on; on++) {
        ck_assert(object_set_bool(OBJECT(dev), *on, true, NULL));
    }
    return ARM_CPU(env_realize(dev));
}

static void setup(void)
{
    static const char *const levels[] = {"has_el2", "has_el3", NULL};

    env_init();
    cpu = cpu_with(levels);
    cpu->scr = SCR_NS | SCR_RW | 3u << 16;
    cpu->hcr = HCR_RW | 3ull << 40;
    cpu->sctlr[1] |= 1ull << 31 | 1 << 30 | 1 << 27 | 1 << 13;
    cpu->tcr[1] = 25 | 16 << 16; /* 39 bits low, 48 bits high */
    cpu->apia[0] = 0x1111;
    cpu->apib[1] = 0x2222;
    cpu->apda[0] = 0x3333;
    env_set_el(cpu, 1);
}

/* The vector of the cipher's authors for the Arm variant (five rounds, S-box 1). */
START_TEST(cipher)
{
    const uint64_t in[] = {0xfb623599da6e8127, 0x477d469dec0b8762, 0x84be85ce9804e94b,
                           0xec2802d4e0a488e9};

    ck_assert_uint_eq(arm_qarma5(in[0], in[1], in[2], in[3]), 0xc003b93999b33765);
    ck_assert_uint_eq(arm_qarma5_portable(in[0], in[1], in[2], in[3]), 0xc003b93999b33765);
}
END_TEST

START_TEST(cipher_with_and_without_help)
{
    uint64_t v[4] = {1, 2, 3, 4};

    for (unsigned i = 0; i < 100000; i++) {
        uint64_t code = arm_qarma5(v[0], v[1], v[2], v[3]);

        ck_assert_uint_eq(code, arm_qarma5_portable(v[0], v[1], v[2], v[3]));
        v[i % 4] = code;
    }
}
END_TEST

static const uint64_t pointers[] = {
    0, 0x123456789, 0x7fffffffff, 0xffff000000000000, 0xffff800010203040, 0xffffffffffffffff};

START_TEST(good_codes_go)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pointers); i++) {
        uint64_t p = pointers[i], s = arm_pauth_sign(cpu, ARM_PAC_IA, p, 42);
        uint64_t address = MASK64(p >> 63 ? 48 : 39) | 1ull << 55;

        ck_assert_uint_eq((s ^ p) & address, 0); /* the address and bit 55 stay */
        ck_assert_uint_eq(arm_pauth_check(cpu, ARM_PAC_IA, s, 42), p);
        ck_assert_uint_eq(arm_pauth_strip(cpu, false, s), p);
    }
}
END_TEST

/* A wrong code, modifier or key leaves a pointer that is none, and says which kind of key. */
START_TEST(wrong_codes_stay)
{
    uint64_t p = 0x123456789, s = arm_pauth_sign(cpu, ARM_PAC_IA, p, 42);

    ck_assert_uint_eq(arm_pauth_check(cpu, ARM_PAC_IA, s, 43), p | 1ull << 61);
    ck_assert_uint_eq(arm_pauth_check(cpu, ARM_PAC_IB, s, 42), p | 2ull << 61);
    ck_assert_uint_eq(arm_pauth_check(cpu, ARM_PAC_IA, s ^ 1ull << 62, 42), p | 1ull << 61);
    /* A pointer that was none is signed so that it does not authenticate. */
    s = arm_pauth_sign(cpu, ARM_PAC_IA, p | 1ull << 50, 42);
    ck_assert_uint_ne(arm_pauth_check(cpu, ARM_PAC_IA, s, 42), p);
}
END_TEST

/* The tag keeps its place for data; for instructions as well unless TBID says otherwise. */
START_TEST(top_byte)
{
    uint64_t p = 0x5a00000123456789;

    cpu->tcr[1] |= 1ull << 37;
    uint64_t s = arm_pauth_sign(cpu, ARM_PAC_DA, p, 7);
    ck_assert_uint_eq(s >> 56, 0x5a);
    ck_assert_uint_eq(arm_pauth_check(cpu, ARM_PAC_DA, s, 7), p);
    ck_assert_uint_eq(arm_pauth_check(cpu, ARM_PAC_DA, s, 8), p | 1ull << 53);
    cpu->tcr[1] |= 1ull << 51;
    s = arm_pauth_sign(cpu, ARM_PAC_IA, 0x123456789, 7);
    ck_assert_uint_eq(arm_pauth_check(cpu, ARM_PAC_IA, s, 8), 0x123456789 | 1ull << 61);
}
END_TEST

START_TEST(who_may_use_keys)
{
    ArmException exc;

    ck_assert_int_eq(arm_pauth_use(cpu, ARM_PAC_IA, &exc), ARM_PAC_ON);
    cpu->sctlr[1] &= ~(1ull << 31);
    ck_assert_int_eq(arm_pauth_use(cpu, ARM_PAC_IA, &exc), ARM_PAC_OFF);
    ck_assert_int_eq(arm_pauth_use(cpu, ARM_PAC_IB, &exc), ARM_PAC_ON);
    cpu->scr &= ~(1ull << 17);
    ck_assert_int_eq(arm_pauth_use(cpu, ARM_PAC_IB, &exc), ARM_PAC_TRAP);
    ck_assert(exc.target_el == 3 && exc.esr >> 26 == EC_PAUTH);
    cpu->hcr &= ~(1ull << 41);
    ck_assert_int_eq(arm_pauth_use(cpu, ARM_PAC_IB, &exc), ARM_PAC_TRAP);
    ck_assert_int_eq(exc.target_el, 2);
    ck_assert_int_eq(arm_pauth_use(cpu, ARM_PAC_IA, &exc), ARM_PAC_OFF); /* off comes first */
    ck_assert_int_eq(arm_pauth_use_generic(cpu, &exc), ARM_PAC_TRAP);
    env_set_el(cpu, 3);
    ck_assert_int_eq(arm_pauth_use_generic(cpu, &exc), ARM_PAC_ON);
}
END_TEST

/* The reason for which a `max` with PAuth's own algorithm but without PAuth is not realized. */
static char *contradiction(Device *dev) NO_THREAD_SAFETY
{
    g_autoptr(Error) err = NULL;

    ck_assert(object_set_bool(OBJECT(dev), "pauth", false, NULL));
    ck_assert(object_set_bool(OBJECT(dev), "pauth-impdef", true, NULL));
    ck_assert(!device_realize(dev, &err));
    return g_strdup(err->message);
}

START_TEST(properties)
{
    static const char *const own[] = {"pauth-impdef", NULL};
    ArmCpu *fast = cpu_with(own);

    ck_assert_uint_eq(cpu->id.id_aa64isar1 & 0xff000ff0, 0x01000010);
    ck_assert_uint_eq(fast->id.id_aa64isar1 & 0xff000ff0, 0x10000100);
    fast->tcr[1] = 25;
    env_set_el(fast, 1);
    uint64_t s = arm_pauth_sign(fast, ARM_PAC_IA, 0x1234, 5);
    ck_assert_uint_eq(arm_pauth_check(fast, ARM_PAC_IA, s, 5), 0x1234);
    ck_assert_uint_ne(s, arm_pauth_sign(fast, ARM_PAC_IA, 0x1234, 6));
    Device *dev = device_new("max-arm-cpu");
    g_autofree char *why = contradiction(dev);
    ck_assert_str_eq(why, "cannot enable pauth-impdef without pauth");
    ck_assert(object_set_bool(OBJECT(dev), "pauth-impdef", false, NULL));
    ArmCpu *none = ARM_CPU(env_realize(dev));
    ck_assert(!arm_has(none, ARM_FEAT_PAUTH) && !(none->id.id_aa64isar1 & 0xff000ff0));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("arm-pauth");
    TCase *tc = tcase_create("pauth");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, cipher);
    tcase_add_test(tc, cipher_with_and_without_help);
    tcase_add_test(tc, good_codes_go);
    tcase_add_test(tc, wrong_codes_stay);
    tcase_add_test(tc, top_byte);
    tcase_add_test(tc, who_may_use_keys);
    tcase_add_test(tc, properties);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
