/* SPDX-License-Identifier: MIT */
/* The same work on several CPUs at once, each on data of its own. */
#include "bench.h"
#include "kit/bare.h"

enum { CPUS = 8, WORDS = 4096 };
static struct {
    uint32_t words[WORDS];
    uint64_t sum;
} work[CPUS] __attribute__((aligned(4096)));
static uint64_t units;
static bool go;
static unsigned ready, done;

static void do_work(unsigned cpu)
{
    uint64_t state = 314159265 + cpu, sum = 0;

    for (uint64_t round = 0; round < units; round++) {
        for (int i = 0; i < WORDS; i++) {
            work[cpu].words[i] = (uint32_t)random_next(&state);
        }
        sort_words(work[cpu].words, WORDS);
        sum = mix(sum, work[cpu].words[WORDS / 3]);
    }
    work[cpu].sum = sum;
}

static void worker(void *arg)
{
    mmu_on();
    __atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
    while (!__atomic_load_n(&go, __ATOMIC_ACQUIRE)) {
    }
    do_work((unsigned)(uint64_t)arg);
    __atomic_fetch_add(&done, 1, __ATOMIC_ACQ_REL);
    for (;;) {
        op("wfi");
    }
}

void smp_run(unsigned cpus, uint64_t n)
{
    uint64_t sum = 0;

    units = n;
    for (unsigned i = 1; i < cpus && i < CPUS; i++) {
        check(cpu_start(i, worker, (void *)(uint64_t)i), "PSCI", "the CPU is there");
    }
    while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) < cpus - 1) {
    }
    mark_begin();
    __atomic_store_n(&go, true, __ATOMIC_RELEASE);
    do_work(0);
    while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) < cpus - 1) {
    }
    for (unsigned i = 0; i < cpus; i++) {
        sum = mix(sum, work[i].sum);
    }
    mark_end(sum);
}
