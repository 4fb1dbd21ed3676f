/* SPDX-License-Identifier: MIT */
/* The engine's statistics as clients see them. */
#include "accel/tcg/stats.h"

#include "accel/tcg/code-cache.h"
#include "accel/tcg/jit.h"
#include "accel/tcg/tcg-cpu.h"
#include "softmmu/cpus.h"

_Static_assert(JIT_EXIT_INTERP + 1 == TCG_STATS_EXITS, "a counter for each reason");

TcgTranslations tcg_translations;

static uint64_t load(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* ---- of a vCPU */

static uint64_t get_insns(const AccelStat *stat, CpuState *cs)
{
    return atomic_load_explicit(&cs->insn_count, memory_order_relaxed);
}

/* With those of translated code that executes now: it may do so for long. */
static uint64_t get_translated(const AccelStat *stat, CpuState *cs)
{
    const TcgCpu *t = cs->accel_data;
    uint64_t before, entered, n = 0;

    if (!t) {
        return 0;
    }
    entered = __atomic_load_n(&t->stats.entered, __ATOMIC_ACQUIRE);
    for (int tries = 0; tries < 100; tries++) {
        uint64_t left = __atomic_load_n(&t->stats.translated_insns, __ATOMIC_ACQUIRE);

        n = left + (entered ? get_insns(stat, cs) + 1 - entered : 0);
        atomic_thread_fence(memory_order_acquire);
        before = entered;
        entered = __atomic_load_n(&t->stats.entered, __ATOMIC_ACQUIRE);
        if (entered == before) {
            break;
        }
    }
    return n;
}

static uint64_t get_interpreted(const AccelStat *stat, CpuState *cs)
{
    uint64_t translated = get_translated(stat, cs), all = get_insns(stat, cs);

    return all > translated ? all - translated : 0;
}

static uint64_t get_cpu(const AccelStat *stat, CpuState *cs)
{
    const TcgCpu *t = cs->accel_data;

    return t ? load((const uint64_t *)(const void *)((const char *)&t->stats + stat->arg)) : 0;
}

/* ---- of the machine */

static uint64_t get_translator(const AccelStat *stat, CpuState *cs)
{
    return load((const uint64_t *)(const void *)((const char *)&tcg_translations + stat->arg));
}

static uint64_t get_cache(const AccelStat *stat, CpuState *cs)
{
    CodeCacheInfo info = code_cache_info();

    return *(const uint64_t *)(const void *)((const char *)&info + stat->arg);
}

#define OF_CPU(n, fn, ...)                                                                      \
    {                                                                                           \
        .name = (n), .type = STATS_TYPE_CUMULATIVE, .per_cpu = true, .get = (fn), ##__VA_ARGS__ \
    }
#define COUNTED(n, field) OF_CPU(n, get_cpu, .arg = offsetof(TcgStats, field))
#define TRANSLATOR(n, field, ...)                                          \
    {                                                                      \
        .name = (n), .type = STATS_TYPE_CUMULATIVE, .get = get_translator, \
        .arg = offsetof(TcgTranslations, field), ##__VA_ARGS__             \
    }
#define CACHE(n, field, kind, ...)                                                            \
    {                                                                                         \
        .name = (n), .type = (kind), .get = get_cache, .arg = offsetof(CodeCacheInfo, field), \
        ##__VA_ARGS__                                                                         \
    }
#define BYTES .has_unit = true, .unit = STATS_UNIT_BYTES

const AccelStat tcg_stats[] = {
    OF_CPU("instructions", get_insns),
    OF_CPU("instructions-interpreted", get_interpreted),
    OF_CPU("instructions-translated", get_translated),
    COUNTED("exits-look", exits[JIT_EXIT_LOOK]),
    COUNTED("exits-jump", exits[JIT_EXIT_JUMP]),
    COUNTED("exits-interpreter", exits[JIT_EXIT_INTERP]),
    COUNTED("slow-calls", slow_calls),
    COUNTED("verified-blocks", verified),
    COUNTED("verified-differences", differences),
    COUNTED("tlb-misses-data", tlb_data_misses),
    COUNTED("tlb-misses-code", tlb_code_misses),
    TRANSLATOR("translated-blocks", blocks),
    TRANSLATOR("translated-guest-bytes", guest_bytes, BYTES),
    TRANSLATOR("translated-host-bytes", host_bytes, BYTES),
    TRANSLATOR("translation-time", ns, .has_unit = true, .unit = STATS_UNIT_SECONDS, .base = 10,
               .exponent = -9),
    CACHE("code-cache-size", size, STATS_TYPE_INSTANT, BYTES),
    CACHE("code-cache-used", used, STATS_TYPE_INSTANT, BYTES),
    CACHE("code-cache-tables", tables, STATS_TYPE_INSTANT),
    CACHE("code-cache-evictions", evictions, STATS_TYPE_CUMULATIVE),
    CACHE("code-cache-flushes", flushes, STATS_TYPE_CUMULATIVE),
    {.name = NULL},
};
