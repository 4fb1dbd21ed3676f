/* SPDX-License-Identifier: MIT */
/* Extensions of the instruction set that need a machine around them or that single-instruction
 * tests do not reach: pointer authentication, branch targets, random numbers, flags, matrix
 * products. */
#include "kit/tables.h"

asm(".arch armv8.5-a+i8mm+rng");

static uint64_t isar0, isar1, pfr1;

static uint64_t random_state; /* what is initialized is read-only here */
static uint64_t random(void)
{
    random_state = random_state ? random_state : 1;
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* ---- flags */

static uint64_t with_flags(uint64_t nzcv, int which)
{
    uint64_t r = 0;

    switch (which) {
    case 0:
        asm volatile("msr nzcv, %1; cfinv; mrs %0, nzcv" : "=r"(r) : "r"(nzcv << 28) : "cc");
        break;
    case 1:
        asm volatile("msr nzcv, %1; axflag; mrs %0, nzcv" : "=r"(r) : "r"(nzcv << 28) : "cc");
        break;
    default:
        asm volatile("msr nzcv, %1; xaflag; mrs %0, nzcv" : "=r"(r) : "r"(nzcv << 28) : "cc");
        break;
    }
    return r >> 28;
}

static void flags(void)
{
    unsigned good[3] = {0};

    for (unsigned f = 0; f < 16; f++) {
        unsigned z = f >> 2 & 1, c = f >> 1 & 1, v = f & 1;
        good[0] += with_flags(f, 0) == (f ^ 2);
        good[1] += with_flags(f, 1) == ((z | v) << 2 | (c & (v ^ 1)) << 1);
        good[2] +=
            with_flags(f, 2) == (((c | z) ^ 1) << 3 | (z & c) << 2 | (c | z) << 1 | ((c ^ 1) & z));
    }
    check_eq(good[0], 16, "C6.2 CFINV", "all flags");
    check_eq(good[1], 16, "C6.2 AXFLAG", "all flags");
    check_eq(good[2], 16, "C6.2 XAFLAG", "all flags");
}

/* ---- matrix and mixed-sign products */

typedef union Vec {
    uint8_t u8[16];
    int8_t s8[16];
    int32_t s32[4];
    uint64_t u64[2];
} Vec;

#define VECTOR(text, d, n, m)                                                                  \
    asm volatile("ldr q0, [%0]; ldr q1, [%1]; ldr q2, [%2]; " text " ; str q0, [%0]" ::"r"(d), \
                 "r"(n), "r"(m)                                                                \
                 : "memory", "v0", "v1", "v2")

static int get(const Vec *v, unsigned i, bool sign)
{
    return sign ? v->s8[i] : v->u8[i];
}

static bool same(const Vec *a, const Vec *b)
{
    return a->u64[0] == b->u64[0] && a->u64[1] == b->u64[1];
}

static void matrix(Vec *d, const Vec *n, const Vec *m, bool sn, bool sm)
{
    for (unsigned i = 0; i < 4; i++) {
        uint32_t sum = (uint32_t)d->s32[i];
        for (unsigned k = 0; k < 8; k++) {
            sum += (uint32_t)(get(n, i / 2 * 8 + k, sn) * get(m, i % 2 * 8 + k, sm));
        }
        d->s32[i] = (int32_t)sum;
    }
}

static void dot(Vec *d, const Vec *n, const Vec *m, bool sn, bool sm, int index)
{
    for (unsigned i = 0; i < 4; i++) {
        uint32_t sum = (uint32_t)d->s32[i];
        for (unsigned k = 0; k < 4; k++) {
            sum += (uint32_t)(get(n, i * 4 + k, sn) *
                              get(m, (index < 0 ? i : (unsigned)index) * 4 + k, sm));
        }
        d->s32[i] = (int32_t)sum;
    }
}

static void products(void)
{
    unsigned good[6] = {0};

    for (unsigned round = 0; round < 50; round++) {
        Vec n = {.u64 = {random(), random()}}, m = {.u64 = {random(), random()}};
        Vec a = {.u64 = {random(), random()}};
#define CASE(k, text, expected)   \
    do {                          \
        Vec d = a, e = a;         \
        VECTOR(text, &d, &n, &m); \
        expected;                 \
        good[k] += same(&d, &e);  \
    } while (0)
        CASE(0, "smmla v0.4s, v1.16b, v2.16b", matrix(&e, &n, &m, true, true));
        CASE(1, "ummla v0.4s, v1.16b, v2.16b", matrix(&e, &n, &m, false, false));
        CASE(2, "usmmla v0.4s, v1.16b, v2.16b", matrix(&e, &n, &m, false, true));
        CASE(3, "usdot v0.4s, v1.16b, v2.16b", dot(&e, &n, &m, false, true, -1));
        CASE(4, "usdot v0.4s, v1.16b, v2.4b[2]", dot(&e, &n, &m, false, true, 2));
        CASE(5, "sudot v0.4s, v1.16b, v2.4b[3]", dot(&e, &n, &m, true, false, 3));
    }
    check_eq(good[0], 50, "C7.2 SMMLA", "random values");
    check_eq(good[1], 50, "C7.2 UMMLA", "random values");
    check_eq(good[2], 50, "C7.2 USMMLA", "random values");
    check_eq(good[3], 50, "C7.2 USDOT (vector)", "random values");
    check_eq(good[4], 50, "C7.2 USDOT (by element)", "random values");
    check_eq(good[5], 50, "C7.2 SUDOT (by element)", "random values");
}

/* ---- random numbers */

static void random_numbers(void)
{
    uint64_t a, b, c, f, g;

    asm volatile(
        "msr nzcv, %5; mrs %0, rndr; mrs %3, nzcv; mrs %1, rndr; mrs %2, rndrrs; mrs %4, nzcv"
        : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(f), "=&r"(g)
        : "r"(0xf0000000ull)
        : "cc");
    check_eq(f, 0, "C6.2 RNDR", "the flags say success");
    check_eq(g, 0, "C6.2 RNDRRS", "the flags say success");
    check(a != b && b != c && a != c, "C6.2 RNDR", "numbers differ");
}

/* ---- pointer authentication: T0SZ 25 in the tables below */

static uint64_t sign_ia(uint64_t p, uint64_t mod)
{
    asm volatile("pacia %0, %1" : "+r"(p) : "r"(mod));
    return p;
}

static uint64_t auth_ia(uint64_t p, uint64_t mod)
{
    asm volatile("autia %0, %1" : "+r"(p) : "r"(mod));
    return p;
}

static void load_by_key(void *p)
{
    asm volatile("ldraa x0, [%0]" ::"r"(p) : "x0", "memory");
}

static uint64_t through_branches(void)
{
    uint64_t r;

    /* BRAA to 2f, BLRAAZ to 3f and back by RETAA. */
    asm volatile("adr x1, 2f; mov x2, #77; pacia x1, x2; mov %0, #0; braa x1, x2\n"
                 "2: add %0, %0, #1; adr x3, 3f; paciza x3; mov x9, x30; blraaz x3; b 4f\n"
                 "3: paciasp; add %0, %0, #2; retaa\n"
                 "4: mov x30, x9\n"
                 : "=&r"(r)::"x1", "x2", "x3", "x9", "x30", "memory");
    return r;
}

static void pauth(void)
{
    static uint64_t data = 0xda7a;
    uint64_t p = (uint64_t)&data, s, x;
    uint64_t sctlr = rd(sctlr_el1);

    wr(S3_0_C2_C1_0, 0x1111111111111111); /* APIAKeyLo_EL1, Hi */
    wr(S3_0_C2_C1_1, 0x2222222222222222);
    wr(S3_0_C2_C1_2, 0x3333333333333333); /* APIB */
    wr(S3_0_C2_C1_3, 0x4444444444444444);
    wr(S3_0_C2_C2_0, 0x5555555555555555); /* APDA */
    wr(S3_0_C2_C2_1, 0x6666666666666666);
    wr(S3_0_C2_C3_0, 0x7777777777777777); /* APGA */
    wr(S3_0_C2_C3_1, 0x8888888888888888);
    check_eq(rd(S3_0_C2_C1_1), 0x2222222222222222, "APIAKeyHi_EL1", "holds what is written");
    check_eq(sign_ia(p, 5), p, "SCTLR_EL1.EnIA 0", "PACIA does nothing");
    wr(sctlr_el1, sctlr | 1ull << 31 | 1 << 30 | 1 << 27 | 1 << 13);
    s = sign_ia(p, 5);
    check(s != p, "D5.1.5 PACIA", "puts a code into the pointer");
    check_eq(s & 0x80007fffffffff, p, "D5.1.5 PACIA", "outside of the address");
    check_eq(auth_ia(s, 5), p, "D5.1.5 AUTIA", "gives the pointer back");
    check_eq(auth_ia(s, 6), p | 1ull << 61, "D5.1.5 AUTIA", "a wrong modifier: error code 01");
    asm volatile("autib %0, %1" : "=r"(x) : "r"(5ull), "0"(s));
    check_eq(x, p | 2ull << 61, "D5.1.5 AUTIB", "another key: error code 10");
    asm volatile("xpaci %0" : "=r"(x) : "0"(s));
    check_eq(x, p, "C6.2 XPACI", "removes the code");
    if ((isar1 >> 4 & 15) == 1) {
        asm volatile("pacga %0, %1, %2" : "=r"(x) : "r"(0x0123456789abcdefull), "r"(0x42ull));
        check_eq(x, 0xf12addc400000000, "D5.1.6 QARMA5", "PACGA of known values");
    }
    check_eq(through_branches(), 3, "C6.2 BRAA, BLRAAZ, RETAA", "go where they should");
    uint64_t d = p;
    asm volatile("pacdza %0" : "+r"(d));
    asm volatile("ldraa %0, [%1]" : "=r"(x) : "r"(d) : "memory");
    check_eq(x, 0xda7a, "C6.2 LDRAA", "loads by an authenticated pointer");
    asm volatile("mov x1, %1; ldraa %0, [x1, #8]!; mov %0, x1" : "=r"(x) : "r"(d) : "x1", "memory");
    check_eq(x, p + 8, "C6.2 LDRAA", "writes the address back");
    Trap t = expect(load_by_key, (void *)(d ^ 1ull << 62));
    check(t.taken && trap_ec(&t) == 0x25, "C6.2 LDRAA", "faults with a wrong code");
    wr(sctlr_el1, sctlr);
}

/* ---- branch targets */

enum {
    NOP = 0xd503201f,
    RET = 0xd65f03c0,
    BTI = 0xd503241f,
    BTI_C = 0xd503245f,
    BTI_J = 0xd503249f,
    BTI_JC = 0xd50324df,
    PACIASP = 0xd503233f,
    BRK = 0xd4200000,
};

static uint32_t *code;
static uint64_t guarded = 0x1008604000ull;

static void by_blr(void *to)
{
    asm volatile("mov x9, x30; blr %0; mov x30, x9" ::"r"(to) : "x9", "x30", "memory");
}
static void by_br(void *to)
{
    asm volatile("mov x9, x30; adr x30, 1f; mov x1, %0; br x1\n1: mov x30, x9" ::"r"(to)
                 : "x1", "x9", "x30", "memory");
}
static void by_br16(void *to)
{
    asm volatile("mov x9, x30; adr x30, 1f; mov x16, %0; br x16\n1: mov x30, x9" ::"r"(to)
                 : "x16", "x9", "x30", "memory");
}
static void by_ret(void *to)
{
    asm volatile("mov x9, x30; adr x30, 1f; mov x1, %0; ret x1\n1: mov x30, x9" ::"r"(to)
                 : "x1", "x9", "x30", "memory");
}
/* From the guarded page itself: BR X1 there has type 11. */
static void by_guarded_br(void *to)
{
    asm volatile(
        "mov x9, x30; adr x30, 1f; mov x1, %0; mov x2, %1; ret x2\n1: mov x30, x9" ::"r"(to),
        "r"(guarded + 0x100)
        : "x1", "x2", "x9", "x30", "memory");
}

static void lands(void (*fn)(void *), uint32_t insn, bool good, unsigned type, const char *rule,
                  const char *what)
{
    code[0] = insn;
    code[1] = RET;
    asm volatile("dc cvau, %0; ic ivau, %1; dsb ish; isb" ::"r"(code), "r"(guarded) : "memory");
    Trap t = expect(fn, (void *)guarded);
    if (good) {
        check(!t.taken, rule, what);
    } else {
        check_eq(t.taken ? t.esr : 0, 0x0dull << 26 | 1 << 25 | type, rule, what);
    }
}

static void branch_targets(void)
{
    code[0x100 / 4] = 0xd61f0020; /* br x1 */
    lands(by_blr, BTI_C, true, 0, "D5.1.4 BTI c", "BLR lands");
    lands(by_blr, BTI_JC, true, 0, "D5.1.4 BTI jc", "BLR lands");
    lands(by_blr, BTI_J, false, 2, "D5.1.4 BTI j", "BLR does not: BTYPE 10");
    lands(by_blr, BTI, false, 2, "D5.1.4 BTI", "BLR does not");
    lands(by_blr, NOP, false, 2, "D5.1.4 NOP", "BLR does not");
    lands(by_br, BTI_C, true, 0, "D5.1.4 BTI c", "BR from a page that is not guarded lands");
    lands(by_br, NOP, false, 1, "D5.1.4 NOP", "nor does BR: BTYPE 01");
    lands(by_br16, BTI_J, true, 0, "D5.1.4 BTI j", "BR X16 lands");
    lands(by_br16, BTI_C, true, 0, "D5.1.4 BTI c", "BR X16 lands");
    lands(by_guarded_br, BTI_C, false, 3, "D5.1.4 BTI c", "BR X1 in the page does not: BTYPE 11");
    lands(by_guarded_br, BTI_J, true, 0, "D5.1.4 BTI j", "BR X1 in the page lands");
    lands(by_ret, NOP, true, 0, "D5.1.4 RET", "goes anywhere");
    lands(by_blr, PACIASP, true, 0, "D5.1.4 PACIASP", "BLR lands");
    lands(by_guarded_br, PACIASP, true, 0, "SCTLR_EL1.BT1 0", "BR X1 lands on PACIASP");
    wr(sctlr_el1, rd(sctlr_el1) | 1ull << 36);
    lands(by_guarded_br, PACIASP, false, 3, "SCTLR_EL1.BT1 1", "BR X1 does not land on PACIASP");
    wr(sctlr_el1, rd(sctlr_el1) & ~(1ull << 36));
    code[0] = BRK;
    asm volatile("dc cvau, %0; ic ivau, %1; dsb ish; isb" ::"r"(code), "r"(guarded) : "memory");
    Trap t = expect(by_blr, (void *)guarded);
    check_eq(trap_ec(&t), 0x3c, "D5.1.4 BRK", "is a landing place");
    check_eq(t.spsr >> 10 & 3, 2, "SPSR_EL1.BTYPE", "of a BRK at a branch target");
    code[0] = NOP;
    asm volatile("dc cvau, %0; ic ivau, %1; dsb ish; isb" ::"r"(code), "r"(guarded) : "memory");
    t = expect(by_blr, (void *)guarded);
    check_eq(t.elr, guarded, "D5.1.4", "ELR_EL1 is the target");
    check_eq(t.spsr >> 10 & 3, 2, "SPSR_EL1.BTYPE", "is the type of the branch");
}

static void mmu_on(void)
{
    Tables t = tables_new(12, 39, -1);

    code = alloc_aligned(4096);
    tables_map_suite(&t, DEVICE | D_XN, NORMAL | D_RO, NORMAL | D_XN | D_PXN);
    tables_map(&t, guarded, (uint64_t)code, NORMAL | D_GP, 3);
    wr(mair_el1, MAIR_VALUE);
    wr(tcr_el1, 25ull | 25ull << 16 | 1 << 23 | 4ull << 32);
    wr(ttbr0_el1, t.root);
    op("dsb sy; tlbi vmalle1; dsb sy; isb");
    wr(sctlr_el1, rd(sctlr_el1) | 0x1005);
}

void suite_main(void)
{
    isar0 = rd(id_aa64isar0_el1);
    isar1 = rd(id_aa64isar1_el1);
    pfr1 = rd(id_aa64pfr1_el1);
    mmu_on();
    if ((isar0 >> 52 & 15) >= 2) {
        flags();
    }
    if (isar1 >> 52 & 15) {
        products();
    }
    if (isar0 >> 60) {
        random_numbers();
    }
    if (isar1 >> 4 & 0xff) {
        pauth();
    }
    if (pfr1 & 15) {
        branch_targets();
    }
    wr(sctlr_el1, rd(sctlr_el1) & ~1ull);
}
