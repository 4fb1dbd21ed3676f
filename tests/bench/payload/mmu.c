/* SPDX-License-Identifier: MIT */
/* The payload's translation: 39-bit addresses, 4 KiB pages throughout, all global but WINDOW. */
#include "bench.h"
#include "kit/tables.h"

#define TCR      (25ull | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2ull << 32)
#define SCTLR_ON (0x30d00800ull | 1 | 1 << 2 | 1 << 12)
#define MAPPED   (128ul << 20)

uint64_t mmu_ttbr[2];

/* The tables of each ASID share everything but what lies in the window's gigabyte. */
void mmu_make_tables(void)
{
    extern char bench_user_page[];
    uint64_t user = (uint64_t)bench_user_page;
    Tables all = tables_new(12, 39, -1);

    for (uint64_t a = 0; a < MAPPED; a += 4096) {
        *tables_entry(&all, RAM + a, 3) = (RAM + a) | NORMAL | 3;
    }
    *tables_entry(&all, user, 3) = user | NORMAL | D_EL0 | D_RO | 3;
    tables_map(&all, UART, UART, DEVICE | D_XN | D_PXN, 3);
    for (unsigned asid = 0; asid < 2; asid++) {
        Tables own = tables_new(12, 39, -1);
        own.root[0] = all.root[0];
        own.root[1] = all.root[1];
        for (uint64_t i = 0; i < WINDOW_PAGES; i++) {
            uint64_t *page = alloc_aligned(4096);
            page[i] = i * 2 + asid;
            *tables_entry(&own, WINDOW + i * 4096, 3) = (uint64_t)page | NORMAL | D_NG | 3;
        }
        mmu_ttbr[asid] = (uint64_t)own.root | (uint64_t)(asid + 1) << 48;
    }
    dsb();
}

void mmu_on(void)
{
    wr(mair_el1, MAIR_VALUE);
    wr(tcr_el1, TCR);
    wr(ttbr0_el1, mmu_ttbr[0]);
    op("tlbi vmalle1\n\tdsb nsh\n\tisb");
    wr(sctlr_el1, SCTLR_ON);
}
