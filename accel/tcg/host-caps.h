/* SPDX-License-Identifier: MIT */
/* What the host CPU can do, found out when first asked: CPUID is slow inside a virtual machine, and
 * most processes end without needing the answer. */
#ifndef ACCEL_TCG_HOST_CAPS_H
#define ACCEL_TCG_HOST_CAPS_H

#include "util/error.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    HOST_KNOWN = 1 << 0,
    HOST_PCLMUL = 1 << 1,
    HOST_FMA = 1 << 2, /* this and all that needs AVX: with the operating system's support */
    HOST_SSE42 = 1 << 3,
    HOST_POPCNT = 1 << 4,
    HOST_AES = 1 << 5,
    HOST_SHA = 1 << 6,
    HOST_AVX = 1 << 7,
    HOST_AVX2 = 1 << 8,
    HOST_BMI1 = 1 << 9,
    HOST_BMI2 = 1 << 10,
    HOST_LZCNT = 1 << 11,
    HOST_F16C = 1 << 12,
    HOST_GFNI = 1 << 13,
    HOST_VPCLMUL = 1 << 14,
    HOST_AVX512 = 1 << 15, /* F, VL, DQ and BW */
};

/* Levels that can be forced: what lies above them is not used. */
typedef enum HostLevel {
    HOST_LEVEL_AUTO, /* all there is */
    HOST_LEVEL_SSE4,
    HOST_LEVEL_AVX2,
    HOST_LEVEL_AVX512,
} HostLevel;

extern uint32_t host_caps_cache;
uint32_t host_caps_find(void);

/* True: the host has all of the level. */
bool host_level_check(HostLevel level, Error **errp);
/* From now on. Before vCPUs execute; the host has the level. */
void host_level_set(HostLevel level);

static inline bool host_has(uint32_t cap)
{
    uint32_t caps = __atomic_load_n(&host_caps_cache, __ATOMIC_RELAXED);

    return (__builtin_expect(caps != 0, 1) ? caps : host_caps_find()) & cap;
}

#endif
