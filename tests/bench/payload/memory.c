/* SPDX-License-Identifier: MIT */
/* Memory kernels: copying, strings, pointers. */
#include "bench.h"

#include <arm_neon.h>

enum { COPIED = 65536, NODES = 8192, STRINGS = 256, LONGEST = 64 };
static uint8_t from[COPIED] __attribute__((aligned(64))), to[COPIED] __attribute__((aligned(64)));

static void setup_copy(void)
{
    uint64_t state = 2463534242;

    for (unsigned i = 0; i < COPIED; i++) {
        from[i] = (uint8_t)(random_next(&state) >> 32);
    }
}

/* 64 bytes a step, by pairs of vector registers. */
static NOINLINE void copy(uint8_t *d, const uint8_t *s, unsigned n)
{
    for (unsigned i = 0; i < n; i += 64) {
        uint8x16_t a, b, c, e;
        __asm__ volatile("ldp %q0, %q1, [%4]\n\t"
                         "ldp %q2, %q3, [%4, #32]\n\t"
                         "stp %q0, %q1, [%5]\n\t"
                         "stp %q2, %q3, [%5, #32]"
                         : "=&w"(a), "=&w"(b), "=&w"(c), "=&w"(e)
                         : "r"(s + i), "r"(d + i)
                         : "memory");
    }
}

static uint64_t run_memcpy(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        from[round * 61 % COPIED]++;
        copy(to, from, COPIED);
        sum = mix(sum, to[round * 4093 % COPIED]);
    }
    return sum;
}

/* The same through general registers, not aligned. */
static uint64_t run_memmove(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        unsigned skew = round % 7;
        for (unsigned i = 0; i + 8 < COPIED; i += 8) {
            uint64_t v;
            __builtin_memcpy(&v, from + i, 8);
            __builtin_memcpy(to + i + skew - (i + skew + 8 > COPIED ? skew : 0), &v, 8);
        }
        FORGET();
        sum = mix(sum, to[round * 4093 % (COPIED - 16)]);
    }
    return sum;
}

static char strings[STRINGS][LONGEST];

static void setup_strings(void)
{
    uint64_t state = 675248;

    for (int s = 0; s < STRINGS; s++) {
        unsigned length = 8 + (unsigned)(random_next(&state) >> 33) % (LONGEST - 9);
        for (unsigned i = 0; i < length; i++) {
            strings[s][i] = (char)(i < 6 ? 'p' : 'a' + random_next(&state) % 3);
        }
        strings[s][length] = 0;
    }
}

static NOINLINE unsigned length_of(const char *s)
{
    const char *p = s;

    while (*p) {
        p++;
    }
    return (unsigned)(p - s);
}

static NOINLINE int compare(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++, b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static uint64_t run_strings(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        unsigned lengths = 0, greater = 0;
        for (unsigned s = 0; s < STRINGS; s++) {
            lengths += length_of(strings[s]);
            greater += compare(strings[s], strings[(s * 7 + round) % STRINGS]) > 0;
        }
        sum = mix(sum, (uint64_t)lengths << 32 | greater);
    }
    return sum;
}

typedef struct Node {
    struct Node *next;
    uint64_t value[7];
} Node;
static Node nodes[NODES];

/* One ring through all nodes in a random order. */
static void setup_list(void)
{
    static uint16_t order[NODES];
    uint64_t state = 1812433253;

    for (unsigned i = 0; i < NODES; i++) {
        order[i] = (uint16_t)i;
    }
    for (unsigned i = NODES - 1; i > 0; i--) {
        unsigned k = (unsigned)(random_next(&state) >> 16) % (i + 1);
        uint16_t v = order[i];
        order[i] = order[k], order[k] = v;
    }
    for (unsigned i = 0; i < NODES; i++) {
        nodes[order[i]].next = &nodes[order[(i + 1) % NODES]];
        nodes[order[i]].value[3] = i * 3;
    }
}

static uint64_t run_list(uint64_t n)
{
    uint64_t sum = 0;
    const Node *p = nodes;

    for (uint64_t i = 0; i < n * NODES + 77; i++) {
        sum += p->value[3];
        p = p->next;
    }
    return mix(sum, (uint64_t)(p - nodes));
}

const Kernel memory_kernels[] = {
    KERNEL("memcpy", run_memcpy, .setup = setup_copy),
    KERNEL("memmove", run_memmove, .setup = setup_copy),
    KERNEL("strings", run_strings, .setup = setup_strings),
    KERNEL("list", run_list, .setup = setup_list),
    {0},
};
