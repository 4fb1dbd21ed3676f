/* SPDX-License-Identifier: MIT */
/* Integer kernels: calls, branches, tables, arithmetic. */
#include "bench.h"

/* ---- calls */

static NOINLINE uint64_t fib(uint64_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static uint64_t run_fib(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < n; i++) {
        sum = mix(sum, fib(18 + (i & 3)));
    }
    return sum;
}

/* ---- bytes */

static uint8_t bytes[32768];

static uint64_t run_sieve(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        unsigned primes = 0;
        for (unsigned i = 2; i < sizeof(bytes); i++) {
            bytes[i] = 1;
        }
        for (unsigned i = 2; i < sizeof(bytes); i++) {
            if (bytes[i]) {
                primes++;
                for (unsigned k = i * 2; k < sizeof(bytes); k += i) {
                    bytes[k] = 0;
                }
            }
        }
        sum = mix(sum, primes + round);
        FORGET();
    }
    return sum;
}

static void setup_text(void)
{
    uint64_t state = 88172645463325252u;

    for (unsigned i = 0; i < sizeof(bytes); i++) {
        uint64_t r = random_next(&state) >> 20;
        bytes[i] = r % 6 == 0 ? ' ' : r % 61 == 0 ? '\n' : (uint8_t)('a' + r % 26);
    }
}

static uint64_t run_wordcount(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        unsigned lines = 0, words = 0;
        bool in_word = false;
        for (unsigned i = 0; i < sizeof(bytes); i++) {
            uint8_t c = bytes[i];
            lines += c == '\n';
            if (c == ' ' || c == '\n' || c == '\t') {
                in_word = false;
            } else if (!in_word) {
                in_word = true;
                words++;
            }
        }
        sum = mix(sum, (uint64_t)words << 32 | lines);
        FORGET();
    }
    return sum;
}

/* FNV-1a over bytes, then a multiplicative finish over words. */
static uint64_t run_hash(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        uint64_t h = 0xcbf29ce484222325u + round;
        for (unsigned i = 0; i < sizeof(bytes) / 2; i++) {
            h = (h ^ bytes[i]) * 0x100000001b3u;
        }
        const uint64_t *words = (const uint64_t *)(const void *)(bytes + sizeof(bytes) / 2);
        for (unsigned i = 0; i < sizeof(bytes) / 16; i++) {
            h = (h ^ words[i]) * 0x9fb21c651e98df25u;
            h ^= h >> 28;
        }
        sum = mix(sum, h);
    }
    return sum;
}

static uint32_t crc_table[256];

static void setup_crc(void)
{
    setup_text();
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) {
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        }
        crc_table[i] = c;
    }
}

static uint64_t run_crc32(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        uint32_t c = ~(uint32_t)round;
        for (unsigned i = 0; i < sizeof(bytes); i++) {
            c = crc_table[(c ^ bytes[i]) & 255] ^ c >> 8;
        }
        sum = mix(sum, ~c);
    }
    return sum;
}

/* ---- words */

enum { SIDE = 32, WORDS = 4096 };
static int64_t left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];

static void setup_matrices(void)
{
    uint64_t state = 362436069;

    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            left[i][j] = (int64_t)random_next(&state) >> 40;
            right[i][j] = (int64_t)random_next(&state) >> 40;
        }
    }
}

static uint64_t run_imatmul(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        for (int i = 0; i < SIDE; i++) {
            for (int j = 0; j < SIDE; j++) {
                int64_t s = 0;
                for (int k = 0; k < SIDE; k++) {
                    s += left[i][k] * right[k][j];
                }
                product[i][j] = s;
            }
        }
        left[round % SIDE][round / SIDE % SIDE] ^= product[3][5] & 255;
        sum = mix(sum, (uint64_t)product[round % SIDE][7]);
        FORGET();
    }
    return sum;
}

static uint32_t words[WORDS];

static uint64_t run_qsort(uint64_t n)
{
    uint64_t sum = 0, state = 521288629;

    for (uint64_t round = 0; round < n; round++) {
        for (int i = 0; i < WORDS; i++) {
            words[i] = (uint32_t)random_next(&state);
        }
        sort_words(words, WORDS);
        for (int i = 1; i < WORDS; i++) {
            sum += words[i - 1] > words[i];
        }
        sum = mix(sum, words[WORDS / 2]);
    }
    return sum;
}

/* Branches that the data decides. */
static uint64_t run_branchy(uint64_t n)
{
    uint64_t state = 88675123, a = 1, b = 2;

    for (uint64_t i = 0; i < n * 1024; i++) {
        uint64_t r = random_next(&state);
        if (r & 1) {
            a += r >> 3;
        } else {
            b ^= r;
        }
        if ((r & 6) == 2) {
            a -= b;
        } else if (r & 8) {
            b += 7;
        }
        if (a > b) {
            a >>= 1;
            OPAQUE(a);
        }
        if ((int64_t)b < 0) {
            b = ~b;
            OPAQUE(b);
        }
    }
    return mix(a, b);
}

static uint64_t run_alu(uint64_t n)
{
    uint64_t a = 0x123456789abcdef, b = 0xfedcba987654321, c = 3, d = 5;

    for (uint64_t i = 0; i < n * 1024; i++) {
        a = a * 5 + (b >> 7);
        b = (b << 13 | b >> 51) ^ a;
        c = (a & 0xff00) + (c | b >> 60);
        d += (uint64_t)__builtin_clzll(c | 1) + (a > b ? c : d >> 1);
        c ^= (uint64_t)(int32_t)d * (uint32_t)a;
        b += c & ~d;
    }
    return mix(mix(a, b), mix(c, d));
}

static uint64_t run_div(uint64_t n)
{
    uint64_t a = 0xfedcba9876543210u, sum = 0;
    int64_t s = -1234567890123456789;

    for (uint64_t i = 1; i <= n * 256; i++) {
        uint64_t divisor = (i & 1023) + 3;
        OPAQUE(divisor);
        sum += a / divisor + a % (divisor + 7);
        s = s / -(int64_t)divisor + (int64_t)(sum << 20);
        a += (uint64_t)((uint32_t)a / (uint32_t)divisor) + (uint64_t)s;
    }
    return mix(sum, (uint64_t)s);
}

const Kernel integer_kernels[] = {
    KERNEL("fib", run_fib),
    KERNEL("sieve", run_sieve),
    KERNEL("wordcount", run_wordcount, .setup = setup_text),
    KERNEL("hash", run_hash, .setup = setup_text),
    KERNEL("crc32", run_crc32, .setup = setup_crc),
    KERNEL("imatmul", run_imatmul, .setup = setup_matrices),
    KERNEL("qsort", run_qsort),
    KERNEL("branchy", run_branchy),
    KERNEL("alu", run_alu),
    KERNEL("div", run_div),
    {0},
};
