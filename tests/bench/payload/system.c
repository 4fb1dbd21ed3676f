/* SPDX-License-Identifier: MIT */
/* What kernels do beside computing: exceptions, system registers, TLB maintenance, devices. */
#include "bench.h"
#include "kit/bare.h"

uint64_t bench_svc(uint64_t n);
uint64_t bench_svc_el0(uint64_t n);

static void setup_vectors(void)
{
    extern char bench_vectors[];

    wr(vbar_el1, bench_vectors);
}

/* A kernel that takes exceptions leaves the kit's vectors in place again. */
static uint64_t with_kit_vectors(uint64_t result)
{
    extern char vectors[];

    wr(vbar_el1, vectors);
    return result;
}

static uint64_t run_svc(uint64_t n)
{
    return with_kit_vectors(bench_svc(n * 1024));
}

static uint64_t run_svc_el0(uint64_t n)
{
    return with_kit_vectors(bench_svc_el0(n * 1024));
}

static uint64_t run_daif(uint64_t n)
{
    for (uint64_t i = 0; i < n * 1024; i++) {
        op("msr daifset, #2\n\tmsr daifclr, #2");
    }
    op("msr daifset, #2");
    return rd(daif);
}

static uint64_t run_tpidr(uint64_t n)
{
    wr(tpidr_el1, 1);
    for (uint64_t i = 0; i < n * 1024; i++) {
        uint64_t v = rd(tpidr_el1);
        asm volatile("msr tpidr_el1, %0" ::"r"(v * 3 + i));
    }
    return rd(tpidr_el1);
}

/* How often time went backwards: never. */
static uint64_t run_cntvct(uint64_t n)
{
    uint64_t last = rd(cntvct_el0), backwards = 0;

    for (uint64_t i = 0; i < n * 1024; i++) {
        uint64_t now = rd(cntvct_el0);
        backwards += now < last;
        last = now;
    }
    return backwards;
}

/* ---- translation */

static void setup_touched(void)
{
    for (uint64_t i = 0; i < TOUCHED_PAGES; i++) {
        wr64(TOUCHED + i * 4096, i * i);
    }
}

static uint64_t run_tlb_refill(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        op("tlbi vmalle1is\n\tdsb ish\n\tisb");
        for (uint64_t i = 0; i < TOUCHED_PAGES; i++) {
            sum += rd64(TOUCHED + i * 4096);
        }
    }
    return sum;
}

static uint64_t run_tlbi_va(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < n * 64; i++) {
        uint64_t va = TOUCHED + i % 16 * 4096;
        asm volatile("tlbi vae1is, %0\n\tdsb ish\n\tisb" ::"r"(va >> 12) : "memory");
        sum += rd64(va);
    }
    return sum;
}

static uint64_t run_asid(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n * 2; round++) {
        wr(ttbr0_el1, mmu_ttbr[round & 1]);
        for (uint64_t i = 0; i < WINDOW_PAGES; i++) {
            sum = sum * 3 + rd64(WINDOW + i * 4096 + i * 8);
        }
    }
    wr(ttbr0_el1, mmu_ttbr[0]);
    return sum;
}

/* More pages than a small TLB holds, without maintenance. */
static uint64_t run_tlb_span(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        for (uint64_t i = 0; i < TOUCHED_PAGES; i++) {
            sum += rd64(TOUCHED + (i * 1021 % TOUCHED_PAGES) * 4096);
        }
    }
    return sum;
}

/* ---- devices, cache maintenance */

static uint64_t run_mmio(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < n * 64; i++) {
        /* The flag register: there is room for output, none is on its way. */
        sum += rd32(UART + 0x18) & 0xa0;
    }
    return sum;
}

static uint64_t run_dc_zva(uint64_t n)
{
    uint64_t block = 4ull << (rd(dczid_el0) & 15), sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        wr64(TOUCHED + 8 * (round & 7), 1);
        for (uint64_t at = TOUCHED; at < TOUCHED + 65536; at += block) {
            asm volatile("dc zva, %0" ::"r"(at) : "memory");
        }
        sum += rd64(TOUCHED + 8 * (round & 7)) + 1;
    }
    return sum;
}

const Kernel system_kernels[] = {
    KERNEL("svc", run_svc, .setup = setup_vectors),
    KERNEL("svc-el0", run_svc_el0, .setup = setup_vectors),
    KERNEL("daif", run_daif),
    KERNEL("tpidr", run_tpidr),
    KERNEL("cntvct", run_cntvct),
    KERNEL("tlb-refill", run_tlb_refill, .setup = setup_touched),
    KERNEL("tlb-span", run_tlb_span, .setup = setup_touched),
    KERNEL("tlbi-va", run_tlbi_va, .setup = setup_touched),
    KERNEL("asid", run_asid),
    KERNEL("mmio", run_mmio),
    KERNEL("dc-zva", run_dc_zva),
    {0},
};
