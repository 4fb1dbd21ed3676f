/* SPDX-License-Identifier: MIT */
/* For suites of several CPUs at EL1: caches and MMU on, everything at its own address; jobs that
 * CPUs do together. */
#ifndef BARE_SMP_H
#define BARE_SMP_H

#include "kit/bare.h"
#include "kit/tables.h"

static Tables smp_tables;
static struct {
    void (*fn)(unsigned cpu);
    unsigned cpus; /* that take part: 0 to cpus - 1 */
    uint32_t number, finished;
    unsigned started;
} smp_job = {.started = 1};

static inline void smp_mmu_on(void)
{
    wr(mair_el1, MAIR_VALUE);
    wr(tcr_el1, 25ull | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2ull << 32);
    wr(ttbr0_el1, smp_tables.root);
    op("tlbi vmalle1\n\tdsb nsh\n\tisb");
    wr(sctlr_el1, 0x30d00800ull | 1 | 1 << 2 | 1 << 12);
}

static inline void smp_init(void)
{
    smp_tables = tables_new(12, 39, -1);
    tables_map_suite(&smp_tables, DEVICE, NORMAL, NORMAL);
    smp_mmu_on();
}

static inline void smp_worker(void *arg)
{
    unsigned cpu = (unsigned)(uint64_t)arg;
    uint32_t seen = 0;

    smp_mmu_on();
    for (;;) {
        uint32_t now = __atomic_load_n(&smp_job.number, __ATOMIC_ACQUIRE);
        if (now == seen) {
            op("yield");
            continue;
        }
        seen = now;
        if (cpu < smp_job.cpus) {
            smp_job.fn(cpu);
            __atomic_fetch_add(&smp_job.finished, 1, __ATOMIC_ACQ_REL);
        }
    }
}

/* Starts CPUs until there are so many. Those that have no job look for one all the time. */
static inline void smp_start(unsigned cpus)
{
    for (; smp_job.started < cpus; smp_job.started++) {
        check(cpu_start(smp_job.started, smp_worker, (void *)(uint64_t)smp_job.started), "PSCI",
              "the CPU is there");
    }
}

/* CPUs 0 to cpus - 1 run fn, the caller being CPU 0. */
static inline void smp_run(unsigned cpus, void (*fn)(unsigned cpu))
{
    smp_job.fn = fn;
    smp_job.cpus = cpus;
    smp_job.finished = 0;
    __atomic_fetch_add(&smp_job.number, 1, __ATOMIC_ACQ_REL);
    fn(0);
    while (__atomic_load_n(&smp_job.finished, __ATOMIC_ACQUIRE) != cpus - 1) {
        op("yield");
    }
}

static char smp_words[32];

static inline void smp_ask_command_line(void *arg)
{
    static uint64_t block[2] = {(uint64_t)smp_words, sizeof(smp_words)};
    register uint64_t x0 asm("x0") = 0x15;
    register uint64_t *x1 asm("x1") = block;

    asm volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
}

/* How many rounds: the semihosting command line (-semihosting-config enable=on,arg=N), if any. */
static inline uint64_t smp_rounds(uint64_t usual)
{
    uint64_t n = 0;

    /* Without semihosting it is undefined. */
    expect(smp_ask_command_line, NULL);
    for (const char *p = smp_words; *p >= '0' && *p <= '9'; p++) {
        n = n * 10 + (uint64_t)(*p - '0');
    }
    return n ? n : usual;
}

#endif
