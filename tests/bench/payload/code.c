/* SPDX-License-Identifier: MIT */
/* New code: blocks that run once, code that is patched, code beside data that changes. */
#include "bench.h"
#include "kit/bare.h"

enum { BLOCKS = 200000, BLOCK_WORDS = 8, RET = 0xd65f03c0u };
static uint32_t cold[BLOCKS * BLOCK_WORDS + BLOCK_WORDS] __attribute__((aligned(4096)));
static uint32_t page[1024] __attribute__((aligned(4096)));

typedef uint64_t Code(uint64_t a, uint64_t b);

static void clean(const void *start, uint64_t bytes)
{
    uint64_t ctr = rd(ctr_el0), at = (uint64_t)start, end = at + bytes;
    uint64_t data = 4ull << (ctr >> 16 & 15), code = 4ull << (ctr & 15);

    for (uint64_t a = at & ~(data - 1); a < end; a += data) {
        asm volatile("dc cvau, %0" ::"r"(a) : "memory");
    }
    op("dsb ish");
    for (uint64_t a = at & ~(code - 1); a < end; a += code) {
        asm volatile("ic ivau, %0" ::"r"(a) : "memory");
    }
    op("dsb ish\n\tisb");
}

static uint32_t add_immediate(unsigned rd, unsigned rn, unsigned v)
{
    return 0x91000000u | v << 10 | rn << 5 | rd;
}

/* Block i: some arithmetic of x0 and x1, then a branch to block i + 1, or a return where x2 is 0.
 */
static void setup_cold(void)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        uint32_t *w = cold + i * BLOCK_WORDS;
        *w++ = add_immediate(0, 0, i & 0xfff);
        *w++ = 0xca010c00u | (i & 1) << 22;       /* eor x0, x0, x1, lsl/lsr #3 */
        *w++ = 0x8b000021u | (i % 31) << 10;      /* add x1, x1, x0, lsl # */
        *w++ = i & 2 ? 0xcb010000u : 0xaa010000u; /* sub or orr x0, x0, x1 */
        *w++ = 0x93c11400u | (i & 15) << 10;      /* extr x0, x0, x1, # */
        *w++ = 0xd1000442u;                       /* sub x2, x2, #1 */
        *w++ = 0xb5000042u;                       /* cbnz x2, the next block */
        *w++ = RET;
    }
    cold[BLOCKS * BLOCK_WORDS] = RET;
    clean(cold, sizeof(cold));
}

static uint64_t run_cold(uint64_t n)
{
    uint64_t (*enter)(uint64_t a, uint64_t b, uint64_t blocks) = (void *)cold;

    return enter(1, 2, n > BLOCKS ? BLOCKS : n);
}

/* A tenth of them again and again: more code than data, and no loop that is hot. */
static uint64_t run_flat(uint64_t n)
{
    uint64_t (*enter)(uint64_t a, uint64_t b, uint64_t blocks) = (void *)cold, sum = 1;

    for (uint64_t round = 0; round < n; round++) {
        sum = mix(sum, enter(sum, round, BLOCKS / 10));
    }
    return sum;
}

/* A function with an immediate that changes before every fourth call. */
static uint64_t run_patch(uint64_t n)
{
    uint64_t sum = 0;

    page[0] = 0x8b010000u; /* add x0, x0, x1 */
    page[2] = RET;
    for (uint64_t i = 0; i < n; i++) {
        page[1] = add_immediate(0, 0, i & 0xfff);
        clean(page + 1, 4);
        for (int k = 0; k < 4; k++) {
            sum = ((Code *)(void *)page)(sum, i);
        }
    }
    return sum;
}

/* Code with its counter in the same page, as literal pools and trampolines are laid out. */
static uint64_t run_code_data(uint64_t n)
{
    uint64_t sum = 0;
    volatile uint64_t *counter = (volatile uint64_t *)(void *)(page + 512);

    page[0] = 0x58004002u; /* ldr x2, the counter, 2048 bytes on */
    page[1] = 0x8b020020u; /* add x0, x1, x2 */
    page[2] = RET;
    clean(page, 12);
    for (uint64_t i = 0; i < n; i++) {
        *counter = i * 7;
        sum += ((Code *)(void *)page)(0, i);
    }
    return sum;
}

const Kernel code_kernels[] = {
    KERNEL("cold", run_cold, .setup = setup_cold),
    KERNEL("flat", run_flat, .setup = setup_cold),
    KERNEL("patch", run_patch),
    KERNEL("code-data", run_code_data),
    {0},
};
