/* SPDX-License-Identifier: MIT */
/* What the host CPU can do (Intel SDM volume 2, CPUID; none of it on other hosts). */
#include "accel/tcg/host-caps.h"

#include <stddef.h>

#ifdef __x86_64__
#include <cpuid.h>

enum { EAX, EBX, ECX, EDX, REGS };
enum { OSXSAVE_BIT = 27 };
/* State components that the operating system saves (XCR0): SSE, AVX; opmask, ZMM. */
enum { STATE_NONE = 0, STATE_AVX = 0x6, STATE_AVX512 = 0xe6 };

/* A capability is there when all rows that have it are. */
static const struct {
    uint32_t cap, leaf;
    uint8_t reg, bit, state;
} bits[] = {
    {HOST_PCLMUL, 1, ECX, 1, STATE_NONE},    {HOST_FMA, 1, ECX, 12, STATE_AVX},
    {HOST_FMA, 1, ECX, 28, STATE_AVX},       {HOST_SSE42, 1, ECX, 20, STATE_NONE},
    {HOST_POPCNT, 1, ECX, 23, STATE_NONE},   {HOST_AES, 1, ECX, 25, STATE_NONE},
    {HOST_AVX, 1, ECX, 28, STATE_AVX},       {HOST_F16C, 1, ECX, 29, STATE_AVX},
    {HOST_BMI1, 7, EBX, 3, STATE_AVX}, /* most of it is encoded with VEX */
    {HOST_AVX2, 7, EBX, 5, STATE_AVX},       {HOST_BMI2, 7, EBX, 8, STATE_AVX},
    {HOST_SHA, 7, EBX, 29, STATE_NONE},      {HOST_GFNI, 7, ECX, 8, STATE_NONE},
    {HOST_VPCLMUL, 7, ECX, 10, STATE_AVX},   {HOST_AVX512, 7, EBX, 16, STATE_AVX512},
    {HOST_AVX512, 7, EBX, 17, STATE_AVX512}, {HOST_AVX512, 7, EBX, 30, STATE_AVX512},
    {HOST_AVX512, 7, EBX, 31, STATE_AVX512}, {HOST_LZCNT, 0x80000001, ECX, 5, STATE_NONE},
};

static uint32_t xcr0(void)
{
    unsigned r[REGS];
    uint32_t low, high;

    if (!__get_cpuid(1, &r[EAX], &r[EBX], &r[ECX], &r[EDX]) || !(r[ECX] >> OSXSAVE_BIT & 1)) {
        return 0;
    }
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static uint32_t detect(void)
{
    uint32_t saved = xcr0(), caps = 0, missing = 0, leaf = 0;
    unsigned r[REGS] = {0};

    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
        if (bits[i].leaf != leaf) {
            leaf = bits[i].leaf;
            if (!__get_cpuid_count(leaf, 0, &r[EAX], &r[EBX], &r[ECX], &r[EDX])) {
                r[EBX] = r[ECX] = 0;
            }
        }
        bool there = r[bits[i].reg] >> bits[i].bit & 1 && (~saved & bits[i].state) == 0;
        *(there ? &caps : &missing) |= bits[i].cap;
    }
    return caps & ~missing;
}
#else
static uint32_t detect(void)
{
    return 0;
}
#endif

uint32_t host_caps_cache; /* the same whoever writes it */

uint32_t host_caps_find(void)
{
    uint32_t caps = detect() | HOST_KNOWN;

    __atomic_store_n(&host_caps_cache, caps, __ATOMIC_RELAXED);
    return caps;
}

/* ---- levels */

enum {
    NEEDS_SSE4 = HOST_SSE42 | HOST_POPCNT,
    NEEDS_AVX2 = NEEDS_SSE4 | HOST_AVX | HOST_AVX2 | HOST_BMI1 | HOST_BMI2 | HOST_LZCNT | HOST_FMA |
                 HOST_F16C,
    NEEDS_AVX512 = NEEDS_AVX2 | HOST_AVX512,
};

/* What a level takes for granted, and what else may be used with it. */
static const struct {
    const char *name;
    uint32_t needs, may;
} levels[] = {
    [HOST_LEVEL_AUTO] = {"auto", 0, UINT32_MAX},
    [HOST_LEVEL_SSE4] = {"sse4", NEEDS_SSE4, HOST_PCLMUL | HOST_AES | HOST_SHA},
    [HOST_LEVEL_AVX2] = {"avx2", NEEDS_AVX2,
                         HOST_PCLMUL | HOST_AES | HOST_SHA | HOST_GFNI | HOST_VPCLMUL},
    [HOST_LEVEL_AVX512] = {"avx512", NEEDS_AVX512, UINT32_MAX},
};

bool host_level_check(HostLevel level, Error **errp)
{
    if (levels[level].needs & ~detect()) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "This host's CPU is not of level %s",
                              levels[level].name);
    }
    return true;
}

void host_level_set(HostLevel level)
{
    uint32_t caps = detect() & (levels[level].needs | levels[level].may);

    __atomic_store_n(&host_caps_cache, caps | HOST_KNOWN, __ATOMIC_RELAXED);
}
