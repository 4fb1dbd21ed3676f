/* SPDX-License-Identifier: MIT */
/* SIMD&FP instructions that the oracle does not know or does wrong, by formulas of the test's own,
 * and the trap of FP access. */
#include "tests/tcg/diff.h"
#include "tests/tcg/env.h"

enum {
    USDOT = 0x4e829c20, /* usdot v0.4s, v1.16b, v2.16b */
    SMMLA = 0x4e82a420, /* smmla v0.4s, v1.16b, v2.16b; and so on */
    UMMLA = 0x6e82a420,
    USMMLA = 0x4e82ac20,
    SUDOT_E1 = 0x4f22f020, /* sudot v0.4s, v1.16b, v2.4b[1] */
    USDOT_E1 = 0x4fa2f020,
    FCVTZS_H4 = 0x5f1cfc20, /* fcvtzs h0, h1, #4 */
    FCMLA_E0 = 0x2f421020,  /* fcmla v0.4h, v1.4h, v2.h[0], #0 */
    ADD_4S = 0x4ea28420,    /* add v0.4s, v1.4s, v2.4s */
    WFI = 0xd503207f,
};

static const uint32_t words[] = {USDOT,    SMMLA,     UMMLA,    USMMLA, SUDOT_E1,
                                 USDOT_E1, FCVTZS_H4, FCMLA_E0, ADD_4S};

/* Every word with a wait behind it, before anything runs: code never changes. */
static void put_words(void)
{
    for (size_t n = 0; n < G_N_ELEMENTS(words); n++) {
        env_put(ENV_CODE + 8 * n, words[n]);
        env_put(ENV_CODE + 8 * n + 4, WFI);
    }
    env_put(ENV_VBAR + 0x200, WFI); /* of exceptions from the same level */
}

static uint64_t place(uint32_t word)
{
    uint64_t pc = ENV_CODE;

    for (size_t n = 0; words[n] != word; n++) {
        pc += 8;
    }
    return pc;
}

static void run(uint32_t word)
{
    env_reset_state();
    env_cpu->pc = place(word);
    env_run();
}

static ArmVec random_vec(void)
{
    return (ArmVec){.d = {diff_random(), diff_random()}};
}

static int value(const ArmVec *v, unsigned n, bool is_signed)
{
    return is_signed ? (int8_t)v->b[n] : v->b[n];
}

/* Element n: four products of the bytes that belong to it; of b the `fixed`th four, if not -1. */
static uint32_t dot(const ArmVec *acc, const ArmVec *a, const ArmVec *b, unsigned n, int fixed,
                    bool signed_a, bool signed_b)
{
    int sum = 0;

    for (unsigned k = 0; k < 4; k++) {
        unsigned m = fixed < 0 ? n * 4 + k : (unsigned)fixed * 4 + k;
        sum += value(a, n * 4 + k, signed_a) * value(b, m, signed_b);
    }
    return acc->s[n] + (uint32_t)sum;
}

/* Row n / 2 of a times row n % 2 of b, rows of eight. */
static uint32_t matrix(const ArmVec *acc, const ArmVec *a, const ArmVec *b, unsigned n, int fixed,
                       bool signed_a, bool signed_b)
{
    int sum = 0;

    for (unsigned k = 0; k < 8; k++) {
        sum += value(a, n / 2 * 8 + k, signed_a) * value(b, n % 2 * 8 + k, signed_b);
    }
    return acc->s[n] + (uint32_t)sum;
}

typedef uint32_t Formula(const ArmVec *acc, const ArmVec *a, const ArmVec *b, unsigned n, int fixed,
                         bool signed_a, bool signed_b);

static const struct {
    const char *name;
    uint32_t word;
    Formula *formula;
    int fixed;
    bool signed_a, signed_b;
} products[] = {
    {"USDOT_v", USDOT, dot, -1, false, true},     {"USDOT_ve", USDOT_E1, dot, 1, false, true},
    {"SUDOT_ve", SUDOT_E1, dot, 1, true, false},  {"SMMLA_v", SMMLA, matrix, -1, true, true},
    {"UMMLA_v", UMMLA, matrix, -1, false, false}, {"USMMLA_v", USMMLA, matrix, -1, false, true},
};

static void test_products(void)
{
    for (size_t p = 0; p < sizeof(products) / sizeof(*products); p++) {
        bool ok = true;
        for (int i = 0; i < 200 && ok; i++) {
            ArmVec acc = random_vec(), a = random_vec(), b = random_vec();
            env_cpu->v[0] = acc;
            env_cpu->v[1] = a;
            env_cpu->v[2] = b;
            run(products[p].word);
            for (unsigned n = 0; n < 4; n++) {
                ok &= env_cpu->v[0].s[n] == products[p].formula(&acc, &a, &b, n, products[p].fixed,
                                                                products[p].signed_a,
                                                                products[p].signed_b);
            }
        }
        tap(ok, "%s", products[p].name);
    }
}

static void test_zero_above(void)
{
    env_cpu->v[0] = random_vec();
    env_cpu->v[1] = (ArmVec){.h = {0xc000}}; /* -2.0 */
    run(FCVTZS_H4);
    tap(env_cpu->v[0].d[0] == 0xffe0 && env_cpu->v[0].d[1] == 0,
        "FCVTZS_sfh: -2.0 with four bits is -32, zero above");
}

static void test_flags_of_half(void)
{
    env_cpu->fpcr = env_cpu->fpsr = 0;
    env_cpu->v[0] = (ArmVec){{0}};
    env_cpu->v[1] = (ArmVec){.h = {0x3c00, 0x3c00, 0x3c00, 0x3c00, 0x7d00, 0x7d00, 0x7d00, 0x7d00}};
    env_cpu->v[2] = (ArmVec){.h = {0x4000, 0x4200}};
    run(FCMLA_E0);
    tap(env_cpu->fpsr == 0 && env_cpu->v[0].d[0] == 0x4200400042004000,
        "FCMLA_veh: signalling NaNs above bit 63 raise nothing");
}

static void test_trap(void)
{
    ArmVec before = random_vec();

    env_reset_state();
    uint64_t pc = place(ADD_4S);
    env_cpu->v[0] = before;
    env_cpu->cpacr = 0;
    accel_cpu_ops->state_changed(&env_cpu->cs);
    tlb_select(env_cpu, env_tcg);
    env_cpu->pc = pc;
    env_run();
    tap(env_cpu->elr[1] == pc && env_cpu->esr[1] >> 26 == EC_FP_ACCESS &&
            env_cpu->v[0].q == before.q,
        "access trap: nothing is executed");
}

int main(void)
{
    diff_seed(1);
    env_init();
    env_cpu->isa_features = UINT64_MAX;
    put_words();
    test_products();
    test_zero_above();
    test_flags_of_half();
    test_trap();
    return tap_status();
}
