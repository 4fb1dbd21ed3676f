/* SPDX-License-Identifier: MIT */
/* Translation tables for suites: any granule, size and level; the suite's own mappings. */
#ifndef BARE_TABLES_H
#define BARE_TABLES_H

#include "kit/bare.h"

/* Descriptor bits. */
#define D_TABLE    3ull
#define D_ATTR(n)  ((uint64_t)(n) << 2)
#define D_NS       (1ull << 5)
#define D_EL0      (1ull << 6)
#define D_RO       (1ull << 7)
#define D_SH       (3ull << 8)
#define D_AF       (1ull << 10)
#define D_NG       (1ull << 11)
#define D_GP       (1ull << 50)
#define D_DBM      (1ull << 51)
#define D_CONT     (1ull << 52)
#define D_PXN      (1ull << 53)
#define D_XN       (1ull << 54)
#define T_PXN      (1ull << 59)
#define T_XN       (1ull << 60)
#define T_EL0      (1ull << 61)
#define T_RO       (1ull << 62)
#define S2_READ    (1ull << 6)
#define S2_WRITE   (1ull << 7)
#define S2_NORMAL  (15ull << 2) /* write-back; 0: Device */
#define MAIR_VALUE 0x44ff00ull  /* 0 Device-nGnRnE, 1 Normal write-back, 2 not cached */
#define NORMAL     (D_ATTR(1) | D_SH | D_AF)
#define DEVICE     (D_ATTR(0) | D_AF)

enum { RAM = 0x40000000, RAM_BLOCKS = 0x8000000 };

typedef struct Tables {
    uint64_t *root;
    unsigned granule, in_bits; /* log2 */
    int level;                 /* of the root */
} Tables;

static inline unsigned tables_shift(const Tables *t, int level)
{
    return (unsigned)(3 - level) * (t->granule - 3) + t->granule;
}

/* `level` below 0: the one that stage 1 starts at for this size. */
static inline Tables tables_new(unsigned granule, unsigned in_bits, int level)
{
    unsigned stride = granule - 3;
    Tables t = {.granule = granule, .in_bits = in_bits, .level = level};

    if (level < 0) {
        t.level = 4 - (int)((in_bits - granule + stride - 1) / stride);
    }
    unsigned bits = in_bits - tables_shift(&t, t.level) + 3;
    t.root = alloc_aligned(1ul << (bits > 6 ? bits : 6));
    return t;
}

/* The entry of an address at a level; tables above are made. */
static inline uint64_t *tables_entry(const Tables *t, uint64_t va, int level)
{
    uint64_t *table = t->root;
    unsigned bits = t->in_bits - tables_shift(t, t->level);

    for (int l = t->level;; l++, bits = t->granule - 3) {
        uint64_t *e = &table[va >> tables_shift(t, l) & ((1ul << bits) - 1)];
        if (l == level) {
            return e;
        }
        if ((*e & 3) != D_TABLE) {
            *e = (uint64_t)alloc_aligned(1ul << t->granule) | D_TABLE;
        }
        table = (uint64_t *)(*e & 0xfffffffff000ull & ~((1ull << t->granule) - 1));
    }
}

static inline void tables_map(const Tables *t, uint64_t va, uint64_t pa, uint64_t bits, int level)
{
    *tables_entry(t, va, level) = pa | bits | (level == 3 ? 3 : 1);
    dsb();
}

/* Devices, the RAM a suite uses; its text is for every level to execute, all else to write. */
static inline void tables_map_suite(const Tables *t, uint64_t device, uint64_t text, uint64_t data)
{
    extern char _start[], bss_start[];
    uint64_t block = 1ull << tables_shift(t, 2), page = 1ull << t->granule;

    for (uint64_t a = 0x08000000 & ~(block - 1); a < 0x0a000000; a += block) {
        tables_map(t, a, a, device, 2);
    }
    uint64_t first = RAM & ~(block - 1), text_end = (uint64_t)bss_start;
    for (uint64_t a = first; a < RAM + RAM_BLOCKS; a += block) {
        if (a > text_end || a + block <= (uint64_t)_start) {
            tables_map(t, a, a, data, 2);
            continue;
        }
        for (uint64_t p = a; p < a + block; p += page) {
            bool is_text = p >= (uint64_t)_start && p < text_end;
            *tables_entry(t, p, 3) = p | (is_text ? text : data) | 3;
        }
    }
    dsb();
}

#endif
