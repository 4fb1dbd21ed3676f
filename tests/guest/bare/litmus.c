/* SPDX-License-Identifier: MIT */
/* The memory model (Arm ARM B2.3) between CPUs: message passing, store buffering, load buffering,
 * independent reads of independent writes, coherence; exclusives, atomics and a lock. An outcome
 * that the model forbids fails; one that is allowed and shows reordering is only counted.
 *
 * Each test runs so many rounds, each on locations of its own, on two or four CPUs that wait for
 * each other a little before each round. The number of rounds can be given as the semihosting
 * command line (-semihosting-config enable=on,arg=N). */
#include "kit/bare.h"
#include "kit/smp.h"

asm(".arch armv8.1-a+rcpc");

enum { BATCH = 2048, CPUS = 4, ROUNDS = 60000, SPINS = 200, ANY = 9 };
#define NOT_READ 0xffffffffu

typedef struct Place {
    uint32_t x __attribute__((aligned(64))), y __attribute__((aligned(64)));
} Place;

/* Runs one CPU's part on its first and second location; what it read goes to r, in its order. */
typedef void Part(uint32_t *a, uint32_t *b, uint32_t *r);

typedef struct Test {
    const char *name;
    bool forbidden; /* the outcome below */
    unsigned cpus;
    struct {
        Part *part;
        char places[3]; /* "xy": first x, then y */
        uint8_t r[2];   /* the outcome that is looked for */
    } cpu[CPUS];
    bool (*present)(void);
} Test;

/* ---- parts: two accesses with something between them */

#define WW(name, first, between, second)                                                         \
    static void name(uint32_t *a, uint32_t *b, uint32_t *r)                                      \
    {                                                                                            \
        asm volatile(first " %w2, [%0]\n\t" between "\n\t" second " %w2, [%1]" ::"r"(a), "r"(b), \
                     "r"(1)                                                                      \
                     : "memory");                                                                \
    }
#define WR(name, first, between, second)                                       \
    static void name(uint32_t *a, uint32_t *b, uint32_t *r)                    \
    {                                                                          \
        asm volatile(first " %w3, [%1]\n\t" between "\n\t" second " %w0, [%2]" \
                     : "=&r"(r[1])                                             \
                     : "r"(a), "r"(b), "r"(1)                                  \
                     : "memory");                                              \
    }
#define RW(name, first, between, second)                                       \
    static void name(uint32_t *a, uint32_t *b, uint32_t *r)                    \
    {                                                                          \
        asm volatile(first " %w0, [%1]\n\t" between "\n\t" second " %w3, [%2]" \
                     : "=&r"(r[0])                                             \
                     : "r"(a), "r"(b), "r"(1)                                  \
                     : "memory");                                              \
    }
#define RR(name, first, between, second)                                       \
    static void name(uint32_t *a, uint32_t *b, uint32_t *r)                    \
    {                                                                          \
        asm volatile(first " %w0, [%2]\n\t" between "\n\t" second " %w1, [%3]" \
                     : "=&r"(r[0]), "=&r"(r[1])                                \
                     : "r"(a), "r"(b)                                          \
                     : "memory");                                              \
    }
#define W(name, store)                                                \
    static void name(uint32_t *a, uint32_t *b, uint32_t *r)           \
    {                                                                 \
        asm volatile(store " %w1, [%0]" ::"r"(a), "r"(1) : "memory"); \
    }
WW(ww, "str", "", "str")
WW(ww_dmb, "str", "dmb ish", "str")
WW(ww_dmbst, "str", "dmb ishst", "str")
WW(ww_rel, "str", "", "stlr")
WR(wr_plain, "str", "", "ldr")
WR(wr_dmb, "str", "dmb ish", "ldr")
WR(wr_dsb, "str", "dsb ish", "ldr")
WR(wr_acqrel, "stlr", "", "ldar")
WR(wr_rcpc, "stlr", "", "ldapr")
RW(rw, "ldr", "", "str")
RW(rw_dmb, "ldr", "dmb ish", "str")
RW(rw_dmbld, "ldr", "dmb ishld", "str")
RW(rw_acq, "ldar", "", "str")
RW(rw_rel, "ldr", "", "stlr")
RW(rw_rcpc, "ldapr", "", "str")
RR(rr, "ldr", "", "ldr")
RR(rr_dmb, "ldr", "dmb ish", "ldr")
RR(rr_dmbld, "ldr", "dmb ishld", "ldr")
RR(rr_acq, "ldar", "", "ldr")
RR(rr_rcpc, "ldapr", "", "ldr")
W(w, "str")
W(w_rel, "stlr")

/* The second address, or the value, is made of what was read. */
static void rr_addr(uint32_t *a, uint32_t *b, uint32_t *r)
{
    uint64_t t;

    asm volatile("ldr %w0, [%3]\n\teor %2, %0, %0\n\tldr %w1, [%4, %2]"
                 : "=&r"(r[0]), "=&r"(r[1]), "=&r"(t)
                 : "r"(a), "r"(b)
                 : "memory");
}

static void rw_data(uint32_t *a, uint32_t *b, uint32_t *r)
{
    uint64_t t;

    asm volatile("ldr %w0, [%2]\n\teor %1, %0, %0\n\tadd %1, %1, #1\n\tstr %w1, [%3]"
                 : "=&r"(r[0]), "=&r"(t)
                 : "r"(a), "r"(b)
                 : "memory");
}

/* A branch that depends on what was read, and ISB. */
static void rr_isb(uint32_t *a, uint32_t *b, uint32_t *r)
{
    asm volatile("ldr %w0, [%2]\n\tcbz %w0, 1f\n1:\tisb\n\tldr %w1, [%3]"
                 : "=&r"(r[0]), "=&r"(r[1])
                 : "r"(a), "r"(b)
                 : "memory");
}

/* Exclusives and atomics with release and acquire, as locks are made of. */
static void ww_stlxr(uint32_t *a, uint32_t *b, uint32_t *r)
{
    uint32_t failed, t;

    asm volatile("str %w4, [%2]\n1:\tldxr %w0, [%3]\n\tstlxr %w1, %w4, [%3]\n\tcbnz %w1, 1b"
                 : "=&r"(t), "=&r"(failed)
                 : "r"(a), "r"(b), "r"(1)
                 : "memory");
}

static void rr_ldaxr(uint32_t *a, uint32_t *b, uint32_t *r)
{
    asm volatile("ldaxr %w0, [%2]\n\tclrex\n\tldr %w1, [%3]"
                 : "=&r"(r[0]), "=&r"(r[1])
                 : "r"(a), "r"(b)
                 : "memory");
}

static void ww_swpl(uint32_t *a, uint32_t *b, uint32_t *r)
{
    uint32_t old;

    asm volatile("str %w3, [%1]\n\tswpl %w3, %w0, [%2]"
                 : "=&r"(old)
                 : "r"(a), "r"(b), "r"(1)
                 : "memory");
}

static void rr_ldadda(uint32_t *a, uint32_t *b, uint32_t *r)
{
    asm volatile("ldadda %w4, %w0, [%2]\n\tldr %w1, [%3]"
                 : "=&r"(r[0]), "=&r"(r[1])
                 : "r"(a), "r"(b), "r"(0)
                 : "memory");
}

static bool has_lse(void)
{
    return (rd(id_aa64isar0_el1) >> 20 & 15) >= 2;
}

static bool has_rcpc(void)
{
    return rd(id_aa64isar1_el1) >> 20 & 15;
}

/* ---- tests */

#define TWO(name, forbidden, p0, at0, r00, r01, p1, at1, r10, r11, ...)                 \
    {                                                                                   \
        name, forbidden, 2, {{p0, at0, {r00, r01}}, {p1, at1, {r10, r11}}}, __VA_ARGS__ \
    }
#define MP(v, forbidden, p0, p1, ...) \
    TWO("MP " v, forbidden, p0, "xy", ANY, ANY, p1, "yx", 1, 0, __VA_ARGS__)
#define SB(v, forbidden, p, ...) \
    TWO("SB " v, forbidden, p, "xy", ANY, 0, p, "yx", ANY, 0, __VA_ARGS__)
#define LB(v, forbidden, p, ...) \
    TWO("LB " v, forbidden, p, "xy", 1, ANY, p, "yx", 1, ANY, __VA_ARGS__)
#define IRIW(v, forbidden, pw, pr, ...) \
    {                                   \
        "IRIW " v, forbidden, 4,        \
            {{pw, "xx", {ANY, ANY}},    \
             {pw, "yy", {ANY, ANY}},    \
             {pr, "xy", {1, 0}},        \
             {pr, "yx", {1, 0}}},       \
            __VA_ARGS__                 \
    }
enum { ALLOWED = false, FORBIDDEN = true };

static const Test tests[] = {
    MP("plain", ALLOWED, ww, rr, NULL),
    MP("dmb", FORBIDDEN, ww_dmb, rr_dmb, NULL),
    MP("dmb ishst, ishld", FORBIDDEN, ww_dmbst, rr_dmbld, NULL),
    MP("dmb, address", FORBIDDEN, ww_dmb, rr_addr, NULL),
    MP("dmb, control and isb", FORBIDDEN, ww_dmb, rr_isb, NULL),
    MP("stlr, ldar", FORBIDDEN, ww_rel, rr_acq, NULL),
    MP("stlr, ldapr", FORBIDDEN, ww_rel, rr_rcpc, has_rcpc),
    MP("stlxr, ldaxr", FORBIDDEN, ww_stlxr, rr_ldaxr, NULL),
    MP("swpl, ldadda", FORBIDDEN, ww_swpl, rr_ldadda, has_lse),
    SB("plain", ALLOWED, wr_plain, NULL),
    SB("dmb", FORBIDDEN, wr_dmb, NULL),
    SB("dsb", FORBIDDEN, wr_dsb, NULL),
    SB("stlr, ldar", FORBIDDEN, wr_acqrel, NULL),
    SB("stlr, ldapr", ALLOWED, wr_rcpc, has_rcpc),
    LB("plain", ALLOWED, rw, NULL),
    LB("dmb", FORBIDDEN, rw_dmb, NULL),
    LB("dmb ishld", FORBIDDEN, rw_dmbld, NULL),
    LB("data", FORBIDDEN, rw_data, NULL),
    LB("ldar", FORBIDDEN, rw_acq, NULL),
    LB("stlr", FORBIDDEN, rw_rel, NULL),
    LB("ldapr", FORBIDDEN, rw_rcpc, has_rcpc),
    TWO("CoRR plain", FORBIDDEN, w, "xx", ANY, ANY, rr, "xx", 1, 0, NULL),
    TWO("CoWR plain", FORBIDDEN, wr_plain, "xx", ANY, 0, rr, "xx", ANY, ANY, NULL),
    IRIW("plain", ALLOWED, w, rr, NULL),
    IRIW("dmb", FORBIDDEN, w, rr_dmb, NULL),
    IRIW("address", FORBIDDEN, w, rr_addr, NULL),
    IRIW("stlr, ldar", FORBIDDEN, w_rel, rr_acq, NULL),
    IRIW("stlr, ldapr", FORBIDDEN, w_rel, rr_rcpc, has_rcpc),
};

/* ---- what runs them on all CPUs */

static Place places[BATCH];
static uint32_t results[CPUS][BATCH][2];
static struct {
    volatile uint32_t v __attribute__((aligned(64)));
} progress[CPUS];
static const Test *volatile test;
static uint64_t seeds[CPUS];

static uint64_t random_next(unsigned cpu)
{
    uint64_t x = seeds[cpu];

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return seeds[cpu] = x;
}

/* Not before the others are in the same round; not long for one that its host does not run. */
static void meet(unsigned cpu, unsigned cpus, uint32_t round)
{
    progress[cpu].v = round;
    for (unsigned i = 0; i < cpus; i++) {
        for (int spin = 0; spin < SPINS && progress[i].v < round; spin++) {
        }
    }
    /* Short delays more often than long ones: what is one instruction differs between engines. */
    uint64_t r = random_next(cpu);
    for (uint64_t n = r >> 8 & ((1u << (r & 7)) - 1); n; n--) {
        op("nop");
    }
}

static void run_part(unsigned cpu)
{
    const Test *t = test;
    Part *part = t->cpu[cpu].part;
    bool first_y = t->cpu[cpu].places[0] == 'y', second_y = t->cpu[cpu].places[1] == 'y';

    for (uint32_t i = 0; i < BATCH; i++) {
        /* Not in the order of addresses: what is near should not tell the host what comes. */
        uint32_t at = i * 769 % BATCH;
        uint32_t *a = first_y ? &places[at].y : &places[at].x;
        uint32_t *b = second_y ? &places[at].y : &places[at].x;
        meet(cpu, t->cpus, i + 1);
        part(a, b, results[cpu][at]);
    }
}

/* ---- outcomes: what all CPUs read, in their order, as the digits of a binary number */

typedef struct Outcomes {
    uint64_t rounds[1 << 4];
    unsigned reads;
} Outcomes;

static void count_outcome(const Test *t, uint32_t at, Outcomes *o)
{
    unsigned key = 0, reads = 0;

    for (unsigned c = 0; c < t->cpus; c++) {
        for (int k = 0; k < 2; k++) {
            if (results[c][at][k] != NOT_READ) {
                key = key << 1 | (results[c][at][k] & 1);
                reads++;
            }
        }
    }
    o->rounds[key & 15]++;
    o->reads = reads;
}

static bool is_looked_for(const Test *t, uint32_t at)
{
    for (unsigned c = 0; c < t->cpus; c++) {
        for (int k = 0; k < 2; k++) {
            if (t->cpu[c].r[k] != ANY && results[c][at][k] != t->cpu[c].r[k]) {
                return false;
            }
        }
    }
    return true;
}

static char *put_text(char *at, const char *text)
{
    while (*text) {
        *at++ = *text++;
    }
    return at;
}

static char *put_decimal(char *at, uint64_t v)
{
    char digits[20];
    int n = 0;

    do {
        digits[n++] = (char)('0' + v % 10);
    } while ((v /= 10) != 0);
    while (n) {
        *at++ = digits[--n];
    }
    return at;
}

/* "MP dmb: 00 1234, 01 12, 11 789; looked for 0" */
static void tell(const Test *t, const Outcomes *o, uint64_t seen)
{
    static char line[512];
    char *at = put_text(line, t->name);
    const char *between = ": ";

    for (unsigned key = 0; key < 1u << o->reads; key++) {
        if (o->rounds[key]) {
            at = put_text(at, between);
            for (unsigned bit = o->reads; bit-- > 0;) {
                *at++ = (char)('0' + (key >> bit & 1));
            }
            *at++ = ' ';
            at = put_decimal(at, o->rounds[key]);
            between = ", ";
        }
    }
    at = put_text(at, t->forbidden ? "; the forbidden one " : "; the allowed weak one ");
    *put_decimal(at, seen) = 0;
    note(line);
}

static void run_test(const Test *t, uint64_t rounds)
{
    Outcomes o = {{0}, 0};
    uint64_t seen = 0;

    if (t->present && !t->present()) {
        return;
    }
    for (uint64_t done = 0; done < rounds; done += BATCH) {
        memset(places, 0, sizeof(places));
        memset(results, 0xff, sizeof(results));
        test = t;
        for (unsigned c = 0; c < CPUS; c++) {
            progress[c].v = 0;
        }
        smp_run(t->cpus, run_part);
        for (uint32_t i = 0; i < BATCH; i++) {
            count_outcome(t, i, &o);
            seen += is_looked_for(t, i);
        }
    }
    tell(t, &o, seen);
    if (t->forbidden) {
        check(!seen, "B2.3 memory model", t->name);
    }
}

/* ---- sums that every CPU adds to: exclusives, atomics, a lock */

static uint64_t additions, exclusive_sum, atomic_sum, locked_sum, locked_copy, swap_sum;
static uint32_t lock;

static void add_exclusive(unsigned cpu)
{
    for (uint64_t i = 0; i < additions; i++) {
        uint64_t v;
        uint32_t failed;
        asm volatile("1:\tldxr %0, [%2]\n\tadd %0, %0, #1\n\tstxr %w1, %0, [%2]\n\tcbnz %w1, 1b"
                     : "=&r"(v), "=&r"(failed)
                     : "r"(&exclusive_sum)
                     : "memory");
    }
}

static void add_atomic(unsigned cpu)
{
    for (uint64_t i = 0; i < additions; i++) {
        asm volatile("stadd %0, [%1]" ::"r"(1ull), "r"(&atomic_sum) : "memory");
    }
}

static void add_compare(unsigned cpu)
{
    for (uint64_t i = 0; i < additions;) {
        uint64_t old = *(volatile uint64_t *)&swap_sum, expected = old;
        asm volatile("cas %0, %1, [%2]"
                     : "+&r"(expected)
                     : "r"(old + 1), "r"(&swap_sum)
                     : "memory");
        i += expected == old;
    }
}

static void add_locked(unsigned cpu)
{
    for (uint64_t i = 0; i < additions; i++) {
        uint32_t v, failed;
        asm volatile("1:\tldaxr %w0, [%2]\n\tcbnz %w0, 1b\n\tstxr %w1, %w3, [%2]\n\tcbnz %w1, 1b"
                     : "=&r"(v), "=&r"(failed)
                     : "r"(&lock), "r"(1)
                     : "memory");
        *(volatile uint64_t *)&locked_sum += 1;
        *(volatile uint64_t *)&locked_copy += 1;
        asm volatile("stlr wzr, [%0]" ::"r"(&lock) : "memory");
    }
}

static void run_sums(unsigned cpus, uint64_t rounds)
{
    additions = rounds;
    exclusive_sum = atomic_sum = locked_sum = locked_copy = swap_sum = 0;
    smp_run(cpus, add_exclusive);
    check_eq(exclusive_sum, rounds * cpus, "B2.9 exclusives", "LDXR and STXR lose no addition");
    smp_run(cpus, add_locked);
    check_eq(locked_sum, rounds * cpus, "B2.9 exclusives", "a lock keeps CPUs apart");
    check_eq(locked_copy, rounds * cpus, "B2.9 exclusives", "all that it guards");
    if (has_lse()) {
        smp_run(cpus, add_atomic);
        check_eq(atomic_sum, rounds * cpus, "B2.9 atomics", "STADD loses no addition");
        smp_run(cpus, add_compare);
        check_eq(swap_sum, rounds * cpus, "B2.9 atomics", "CAS succeeds once for each value");
    }
}

void suite_main(void)
{
    uint64_t rounds = smp_rounds(ROUNDS);
    unsigned cpus = 1;

    smp_init();
    for (unsigned i = 0; i < CPUS; i++) {
        seeds[i] = 88172645463325252u + i;
    }
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (cpus == 2 && tests[i].cpus > 2) {
            run_sums(2, rounds);
        }
        cpus = tests[i].cpus;
        smp_start(cpus);
        run_test(&tests[i], rounds);
    }
    run_sums(CPUS, rounds / 2);
}
