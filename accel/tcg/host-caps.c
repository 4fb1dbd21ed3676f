/* SPDX-License-Identifier: MIT */
/* What the host CPU can do (Intel SDM volume 2, CPUID; none of it on other hosts). */
#include "accel/tcg/host-caps.h"

#ifdef __x86_64__
#include <cpuid.h>

enum { ECX_PCLMUL = 1 << 1, ECX_FMA = 1 << 12, ECX_OSXSAVE = 1 << 27, ECX_AVX = 1 << 28 };
enum { XCR0_SSE_AND_AVX = 6 };

static uint32_t xcr0(void)
{
    uint32_t low, high;

    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static uint32_t detect(void)
{
    unsigned a, b, c, d;
    uint32_t caps = 0;

    if (!__get_cpuid(1, &a, &b, &c, &d)) {
        return 0;
    }
    caps |= c & ECX_PCLMUL ? HOST_PCLMUL : 0;
    if ((c & ECX_FMA) && (c & ECX_AVX) && (c & ECX_OSXSAVE) &&
        (xcr0() & XCR0_SSE_AND_AVX) == XCR0_SSE_AND_AVX) {
        caps |= HOST_FMA;
    }
    return caps;
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
