/* SPDX-License-Identifier: MIT */
/* What the engine counts, always: clients ask with query-stats. */
#ifndef ACCEL_TCG_STATS_H
#define ACCEL_TCG_STATS_H

#include "softmmu/accel.h"
#include <stdint.h>
#include <time.h>

enum { TCG_STATS_EXITS = 3 }; /* reasons: JitExit */

/* Of a vCPU: it alone writes them, anybody reads them. */
typedef struct TcgStats {
    uint64_t translated_insns; /* executed in translated code that was left */
    uint64_t entered; /* CpuState.insn_count + 1 when it was entered; 0: it is not executed */
    uint64_t exits[TCG_STATS_EXITS];
    uint64_t slow_calls; /* of translated code to C that go on in it */
    uint64_t tlb_data_misses, tlb_code_misses;
    uint64_t verified, differences; /* blocks that were compared with the interpreter */
} TcgStats;

/* Of the translator: written under its lock. */
typedef struct TcgTranslations {
    uint64_t blocks, guest_bytes, host_bytes, ns;
} TcgTranslations;
extern TcgTranslations tcg_translations;

/* One writer, so no read-modify-write is needed. */
static inline void tcg_stats_add(uint64_t *counter, uint64_t n)
{
    __atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/* Translated code is entered, and left for a JitExit: `insns` is CpuState.insn_count. */
static inline void tcg_stats_enter(TcgStats *s, uint64_t insns)
{
    __atomic_store_n(&s->entered, insns + 1, __ATOMIC_RELAXED);
}

static inline void tcg_stats_exit(TcgStats *s, unsigned why, uint64_t insns)
{
    tcg_stats_add(&s->exits[why], 1);
    tcg_stats_add(&s->translated_insns, insns + 1 - s->entered);
    __atomic_store_n(&s->entered, 0, __ATOMIC_RELEASE);
}

/* A block was made. */
static inline void tcg_stats_block(unsigned insns, uint64_t host_bytes, uint64_t ns)
{
    tcg_stats_add(&tcg_translations.blocks, 1);
    tcg_stats_add(&tcg_translations.guest_bytes, insns * 4ull);
    tcg_stats_add(&tcg_translations.host_bytes, host_bytes);
    tcg_stats_add(&tcg_translations.ns, ns);
}

static inline uint64_t tcg_stats_now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* AccelClass.stats. */
extern const AccelStat tcg_stats[];

#endif
