/* SPDX-License-Identifier: MIT */
/* Single-copy atomicity (Arm ARM B2.2): a reader sees all of another CPU's store or nothing of it.
 * And neighbours: an access changes the bytes that it names, no others, whatever CPUs do there. */
#include "kit/smp.h"

asm(".arch armv8.1-a");

enum { ROUNDS = 100000, CHANGES = 2000 };

/* Every value is one byte all over, so that a mixture shows. */
typedef struct Access {
    const char *rule, *name;
    unsigned size, offset;
    void (*store)(uint8_t *p, uint64_t v);
    void (*load)(const uint8_t *p, uint64_t v[2]);
    bool (*present)(void);
} Access;

#define STORE(name, text)                                                  \
    static void name(uint8_t *p, uint64_t v)                               \
    {                                                                      \
        asm volatile(text ::"r"(p), "r"(v) : "x8", "x9", "x10", "memory"); \
    }
#define LOAD(name, text)                                                                      \
    static void name(const uint8_t *p, uint64_t v[2])                                         \
    {                                                                                         \
        asm volatile(text : "=&r"(v[0]), "=&r"(v[1]) : "r"(p) : "x8", "x9", "x10", "memory"); \
    }
STORE(st2, "strh %w1, [%0]")
STORE(st4, "str %w1, [%0]")
STORE(st8, "str %1, [%0]")
STORE(st8_rel, "stlr %1, [%0]")
STORE(stp4, "stp %w1, %w1, [%0]")
STORE(stp8, "stp %1, %1, [%0]")
STORE(st16, "fmov d0, %1\n\tmov v0.d[1], %1\n\tstr q0, [%0]")
STORE(stxp, "1:\tldxp x8, x9, [%0]\n\tstxp w10, %1, %1, [%0]\n\tcbnz w10, 1b")
STORE(swp8, "swp %1, x8, [%0]")
static void casp(uint8_t *p, uint64_t v)
{
    register uint64_t low asm("x8") = 0, high asm("x9") = 0;
    register uint64_t new_low asm("x10") = v, new_high asm("x11") = v;
    uint64_t seen_low, seen_high;

    do {
        seen_low = low, seen_high = high;
        asm volatile("casp x8, x9, x10, x11, [%4]"
                     : "+r"(low), "+r"(high)
                     : "r"(new_low), "r"(new_high), "r"(p)
                     : "memory");
    } while (low != seen_low || high != seen_high);
}
LOAD(ld2, "ldrh %w0, [%2]\n\tmov %1, #0")
LOAD(ld4, "ldr %w0, [%2]\n\tmov %1, #0")
LOAD(ld8, "ldr %0, [%2]\n\tmov %1, #0")
LOAD(ld8_acq, "ldar %0, [%2]\n\tmov %1, #0")
LOAD(ldp4, "ldp %w0, %w1, [%2]")
LOAD(ldp8, "ldp %0, %1, [%2]")
LOAD(ld16, "ldr q0, [%2]\n\tfmov %0, d0\n\tmov %1, v0.d[1]")
LOAD(ldxp, "1:\tldxp %0, %1, [%2]\n\tstxp w10, %0, %1, [%2]\n\tcbnz w10, 1b")

static bool has_lse(void)
{
    return (rd(id_aa64isar0_el1) >> 20 & 15) >= 2;
}

static bool has_lse2(void)
{
    return rd(id_aa64mmfr2_el1) >> 32 & 15;
}

#define ROW(rule, name, size, offset, store, load, present) \
    {                                                       \
        rule, name, size, offset, store, load, present      \
    }
static const Access accesses[] = {
    ROW("B2.2.1 atomicity", "halfwords", 2, 2, st2, ld2, NULL),
    ROW("B2.2.1 atomicity", "words", 4, 4, st4, ld4, NULL),
    ROW("B2.2.1 atomicity", "doublewords", 8, 8, st8, ld8, NULL),
    ROW("B2.2.1 atomicity", "doublewords, STLR and LDAR", 8, 0, st8_rel, ld8_acq, NULL),
    ROW("B2.2.1 atomicity", "doublewords, SWP and LDR", 8, 0, swp8, ld8, has_lse),
    ROW("B2.2.1 atomicity", "each word of a pair", 4, 8, stp4, ldp4, NULL),
    ROW("B2.2.1 atomicity", "each doubleword of a pair", 8, 0, stp8, ldp8, NULL),
    ROW("B2.2.1 atomicity", "each doubleword of a pair, to words of a pair", 4, 0, stp8, ldp4,
        NULL),
    ROW("B2.2.1 atomicity", "each half of a quadword", 8, 0, st16, ld16, NULL),
    ROW("B2.2.1 atomicity", "LDXP with STXP that succeeds", 16, 0, stxp, ldxp, NULL),
    ROW("B2.2.1 atomicity", "CASP, LDXP with STXP", 16, 0, casp, ldxp, has_lse),
    ROW("B2.2.1 FEAT_LSE2", "a pair of doublewords", 16, 0, stp8, ldp8, has_lse2),
    ROW("B2.2.1 FEAT_LSE2", "a quadword", 16, 0, st16, ld16, has_lse2),
    ROW("B2.2.1 FEAT_LSE2", "a doubleword inside 16 bytes", 8, 5, st8, ld8, has_lse2),
};

static uint8_t area[64] __attribute__((aligned(64)));
static uint64_t rounds, deadline, wrong, seen, done, here;
static const Access *volatile access_now;

static uint64_t byte_of(uint64_t v)
{
    return (v & 0xff) * 0x0101010101010101u;
}

/* Is each part of `size` bytes one value? */
static bool is_whole(const uint64_t v[2], unsigned size)
{
    if (size == 16) {
        return v[0] == v[1] && v[0] == byte_of(v[0]);
    }
    uint64_t mask = size == 8 ? ~0ull : (1ull << size * 8) - 1;
    return ((v[0] ^ byte_of(v[0])) & mask) == 0 && ((v[1] ^ byte_of(v[1])) & mask) == 0;
}

static void tear(unsigned cpu)
{
    const Access *a = access_now;
    uint64_t v[2], last = 0;

    if (cpu == 0) {
        /* Until the other has seen enough of it; but it may not run on its host just now. */
        for (uint64_t i = 1; i <= rounds || (__atomic_load_n(&seen, __ATOMIC_RELAXED) < CHANGES &&
                                             rd(cntvct_el0) < deadline);
             i++) {
            a->store(area + a->offset, byte_of(i * 0x9d));
        }
        __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
        return;
    }
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
        a->load(area + a->offset, v);
        wrong += !is_whole(v, a->size);
        __atomic_store_n(&seen, seen + (v[0] != last), __ATOMIC_RELAXED);
        last = v[0];
    }
}

static void test_tearing(void)
{
    for (unsigned i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
        access_now = &accesses[i];
        if (access_now->present && !access_now->present()) {
            continue;
        }
        memset(area, 0, sizeof(area));
        done = wrong = seen = 0;
        deadline = rd(cntvct_el0) + rd(cntfrq_el0);
        smp_run(2, tear);
        check(!wrong, access_now->rule, access_now->name);
        note_value("  values seen", seen);
    }
}

/* ---- neighbours: CPU n changes byte or halfword n only, each in its own way */

static uint8_t near[16] __attribute__((aligned(16)));

static void add_byte(uint8_t *p)
{
    *(volatile uint8_t *)p = (uint8_t)(*(volatile uint8_t *)p + 1);
}

static void add_exclusive(uint8_t *p)
{
    uint32_t v, failed;

    asm volatile("1:\tldxrb %w0, [%2]\n\tadd %w0, %w0, #1\n\tstxrb %w1, %w0, [%2]\n\tcbnz %w1, 1b"
                 : "=&r"(v), "=&r"(failed)
                 : "r"(p)
                 : "memory");
}

static void add_atomic(uint8_t *p)
{
    asm volatile("staddb %w0, [%1]" ::"r"(1), "r"(p) : "memory");
}

static void add_compare(uint8_t *p)
{
    uint32_t expected, old;

    do {
        expected = old = *(volatile uint8_t *)p;
        asm volatile("casb %w0, %w1, [%2]" : "+&r"(expected) : "r"(old + 1), "r"(p) : "memory");
    } while (expected != old);
}

static const struct {
    const char *name;
    void (*add)(uint8_t *p);
    bool (*present)(void);
} ways[] = {
    {"LDRB and STRB", add_byte, NULL},
    {"LDXRB and STXRB", add_exclusive, NULL},
    {"STADDB", add_atomic, has_lse},
    {"CASB", add_compare, has_lse},
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };
static volatile unsigned way[2];

/* Both CPUs run now. */
static void meet(void)
{
    __atomic_fetch_add(&here, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&here, __ATOMIC_ACQUIRE) < 2) {
    }
}

static void add_near(unsigned cpu)
{
    meet();
    for (uint64_t i = 0; i < rounds; i++) {
        ways[way[cpu]].add(&near[6 + cpu]);
    }
}

static void test_neighbours(void)
{
    for (unsigned a = 0; a < WAYS; a++) {
        for (unsigned b = 0; b < WAYS; b++) {
            if ((ways[a].present && !ways[a].present()) ||
                (ways[b].present && !ways[b].present())) {
                continue;
            }
            memset(near, 0, sizeof(near));
            way[0] = a, way[1] = b;
            here = 0;
            smp_run(2, add_near);
            note(ways[b].name);
            check(near[6] == (uint8_t)rounds && near[7] == (uint8_t)rounds,
                  "B2.2 neighbours keep their values beside", ways[a].name);
        }
    }
}

/* Additions to bytes, halfwords and words of one doubleword by different CPUs: none is lost. */
static uint64_t shared;

static void add_parts(unsigned cpu)
{
    meet();
    for (uint64_t i = 0; i < rounds; i++) {
        if (cpu == 0) {
            asm volatile("stadd %0, [%1]" ::"r"(1ull), "r"(&shared) : "memory");
        } else {
            asm volatile("stadd %w0, [%1]\n\tstaddh %w0, [%2]" ::"r"(1),
                         "r"((uint8_t *)&shared + 4), "r"((uint8_t *)&shared + 6)
                         : "memory");
        }
    }
}

void suite_main(void)
{
    rounds = smp_rounds(ROUNDS);
    smp_init();
    smp_start(2);
    test_tearing();
    test_neighbours();
    if (has_lse()) {
        shared = here = 0;
        smp_run(2, add_parts);
        check_eq(shared, rounds + ((uint64_t)(uint32_t)(rounds + (rounds << 16)) << 32),
                 "B2.2.1 atomics of different sizes", "no addition is lost");
    }
}
