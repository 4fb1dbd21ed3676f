/* SPDX-License-Identifier: MIT */
/* What the host CPU can do, found out when first asked: CPUID is slow inside a virtual machine, and
 * most processes end without needing the answer. */
#ifndef ACCEL_TCG_HOST_CAPS_H
#define ACCEL_TCG_HOST_CAPS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HOST_KNOWN = 1 << 0,
    HOST_PCLMUL = 1 << 1,
    HOST_FMA = 1 << 2, /* with the operating system's support for AVX state */
};

extern uint32_t host_caps_cache;
uint32_t host_caps_find(void);

static inline bool host_has(uint32_t cap)
{
    uint32_t caps = __atomic_load_n(&host_caps_cache, __ATOMIC_RELAXED);

    return (__builtin_expect(caps != 0, 1) ? caps : host_caps_find()) & cap;
}

#endif
