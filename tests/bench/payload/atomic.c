/* SPDX-License-Identifier: MIT */
/* Atomics and ordered accesses, not contended. */
#include "bench.h"
#include "kit/bare.h"

static uint64_t cell[8] __attribute__((aligned(64)));

static uint64_t run_acquire(uint64_t n)
{
    uint64_t v;

    for (uint64_t i = 0; i < n * 1024; i++) {
        asm volatile("ldar %0, [%1]\n\tadd %0, %0, #3\n\tstlr %0, [%1]"
                     : "=&r"(v)
                     : "r"(&cell[0])
                     : "memory");
    }
    return cell[0];
}

static uint64_t run_exclusive(uint64_t n)
{
    uint64_t v;
    uint32_t failed;

    for (uint64_t i = 0; i < n * 1024; i++) {
        asm volatile("1:\tldxr %0, [%2]\n\tadd %0, %0, #5\n\tstxr %w1, %0, [%2]\n\tcbnz %w1, 1b"
                     : "=&r"(v), "=&r"(failed)
                     : "r"(&cell[1])
                     : "memory");
    }
    return cell[1];
}

static bool has_lse(void)
{
    return (rd(id_aa64isar0_el1) >> 20 & 15) >= 2;
}

static uint64_t run_ldadd(uint64_t n)
{
    uint64_t old, sum = 0;

    for (uint64_t i = 0; i < n * 1024; i++) {
        asm volatile(".arch armv8.1-a\n\tldaddal %2, %0, [%1]"
                     : "=&r"(old)
                     : "r"(&cell[2]), "r"(i)
                     : "memory");
        sum += old;
    }
    return mix(cell[2], sum);
}

static uint64_t run_cas(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < n * 1024; i++) {
        uint64_t expected = i;
        asm volatile(".arch armv8.1-a\n\tcasal %0, %2, [%1]"
                     : "+&r"(expected)
                     : "r"(&cell[3]), "r"(i + 1)
                     : "memory");
        sum += expected == i;
    }
    return mix(cell[3], sum * 3);
}

static uint64_t run_dmb(uint64_t n)
{
    volatile uint64_t *p = &cell[4];

    for (uint64_t i = 0; i < n * 1024; i++) {
        p[0] = i;
        op("dmb ish");
        p[1] += p[0];
        op("dmb ishld");
    }
    return p[1];
}

const Kernel atomic_kernels[] = {
    KERNEL("ldar-stlr", run_acquire),
    KERNEL("ldxr-stxr", run_exclusive),
    KERNEL("ldadd", run_ldadd, .present = has_lse),
    KERNEL("cas", run_cas, .present = has_lse),
    KERNEL("dmb", run_dmb),
    {0},
};
