/* SPDX-License-Identifier: MIT */
/* Bit fields and unaligned little-endian memory. */
#ifndef UTIL_BITS_H
#define UTIL_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BIT(n)      (1u << (n))
#define BIT64(n)    (1ull << (n))
#define MASK64(n)   ((n) >= 64 ? ~0ull : (1ull << (n)) - 1)
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define KiB         ((uint64_t)1 << 10)
#define MiB         ((uint64_t)1 << 20)
#define GiB         ((uint64_t)1 << 30)
#define container_of(ptr, type, member) \
    ((type *)((char *)(1 ? (ptr) : &((type *)0)->member) - offsetof(type, member)))

static inline uint64_t extract64(uint64_t v, unsigned start, unsigned len)
{
    return (v >> start) & MASK64(len);
}

static inline uint32_t extract32(uint32_t v, unsigned start, unsigned len)
{
    return (uint32_t)((v >> start) & MASK64(len));
}

static inline int64_t sextract64(uint64_t v, unsigned start, unsigned len)
{
    return (int64_t)(v << (64 - len - start)) >> (64 - len);
}

static inline uint64_t deposit64(uint64_t v, unsigned start, unsigned len, uint64_t field)
{
    uint64_t mask = MASK64(len) << start;

    return (v & ~mask) | ((field << start) & mask);
}

static inline uint64_t ror64(uint64_t v, unsigned n)
{
    return n & 63 ? v >> (n & 63) | v << (64 - (n & 63)) : v;
}

static inline uint32_t ror32(uint32_t v, unsigned n)
{
    return n & 31 ? v >> (n & 31) | v << (32 - (n & 31)) : v;
}

static inline uint64_t align_up(uint64_t v, uint64_t align)
{
    return (v + align - 1) & ~(align - 1);
}

/* Loads and stores of 1, 2, 4 or 8 bytes in little-endian order at any alignment. */
static inline uint64_t ld_le(const void *p, unsigned size)
{
    uint64_t v = 0;

    memcpy(&v, p, size); /* every supported host is little-endian; config fails elsewhere */
    return v;
}

static inline void st_le(void *p, unsigned size, uint64_t v)
{
    memcpy(p, &v, size);
}

static inline uint64_t ld_be(const void *p, unsigned size)
{
    return __builtin_bswap64(ld_le(p, size)) >> (64 - 8 * size);
}

static inline void st_be(void *p, unsigned size, uint64_t v)
{
    st_le(p, size, __builtin_bswap64(v) >> (64 - 8 * size));
}

#endif
