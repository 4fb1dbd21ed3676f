/* SPDX-License-Identifier: MIT */
/* The payload of the engine benchmark: what its kernels are, and what they share. */
#ifndef ENGINE_BENCH_H
#define ENGINE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

/* `run` does n units of work and returns a sum over its results: the same on every machine. */
typedef struct Kernel {
    const char *name;
    void (*setup)(void); /* not measured; NULL: nothing to do */
    uint64_t (*run)(uint64_t n);
    bool (*present)(void); /* does this CPU have the instructions? NULL: all do */
} Kernel;

/* One array a file, ended by a row without a name. */
extern const Kernel integer_kernels[], memory_kernels[], indirect_kernels[], fp_kernels[],
    simd_kernels[], atomic_kernels[], system_kernels[], code_kernels[];

#define KERNEL(kernel_name, fn, ...)                \
    {                                               \
        .name = kernel_name, .run = fn, __VA_ARGS__ \
    }

/* The compiler knows nothing of memory or of this value from here on. */
#define FORGET()    __asm__ volatile("" ::: "memory")
#define OPAQUE(v)   __asm__ volatile("" : "+r"(v))
#define NOINLINE    __attribute__((noinline, noclone))
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static inline uint64_t random_next(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static inline uint64_t mix(uint64_t sum, uint64_t v)
{
    return (sum ^ v) * 0x9e3779b97f4a7c15u;
}

/* ---- mmu.c: the machine's RAM and devices at their own addresses in 4 KiB pages */

enum {
    TOUCHED = 0x44000000, /* RAM that nothing else uses */
    TOUCHED_PAGES = 4096,
    WINDOW = 0x80000000u, /* pages of their own for each of two ASIDs */
    WINDOW_PAGES = 64,
};
void mmu_make_tables(void);
void mmu_on(void);
/* TTBR0_EL1 for ASID 1 and 2. */
extern uint64_t mmu_ttbr[2];

/* ---- sort.c */

void sort_words(uint32_t *a, long n);

/* ---- smp.c: `cpus` CPUs do n units each, between the two marks */

void smp_run(unsigned cpus, uint64_t n);

/* ---- main.c */

void mark_begin(void);
void mark_end(uint64_t sum);

#endif
