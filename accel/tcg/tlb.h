/* SPDX-License-Identifier: MIT */
/* Translations of a vCPU: banks by context, address space and controls, filled from the page
 * tables, flushed by TLBI. */
#ifndef ACCEL_TCG_TLB_H
#define ACCEL_TCG_TLB_H

#include "accel/tcg/tcg-cpu.h"
#include "util/bits.h"

/* Host memory of an access that lies in one page, NULL when the TLB does not know it. The page of
 * the last byte is compared under the index of the first: accesses that cross a page miss. */
static inline void *tlb_find_read(const TlbBank *bank, uint64_t va, unsigned bytes)
{
    const TlbEntry *e = &bank->data[va >> GUEST_PAGE_BITS & (TLB_DATA_ENTRIES - 1)];

    return likely(e->read == ((va + bytes - 1) & ~(uint64_t)(GUEST_PAGE_SIZE - 1)))
               ? (void *)(e->addend + va)
               : NULL;
}

static inline void *tlb_find_write(const TlbBank *bank, uint64_t va, unsigned bytes)
{
    const TlbEntry *e = &bank->data[va >> GUEST_PAGE_BITS & (TLB_DATA_ENTRIES - 1)];

    return likely(e->write == ((va + bytes - 1) & ~(uint64_t)(GUEST_PAGE_SIZE - 1)))
               ? (void *)(e->addend + va)
               : NULL;
}

/* The page of a device that an access may be made to without asking; NULL: not known. */
static inline const TlbIo *tlb_find_io(const TlbBank *bank, uint64_t va, bool store)
{
    const TlbIo *io = &bank->io[va >> GUEST_PAGE_BITS & (TLB_IO_ENTRIES - 1)];
    uint64_t page = va & ~(uint64_t)(GUEST_PAGE_SIZE - 1);

    return (store ? io->write : io->read) == page && io->mr ? io : NULL;
}

/* What a virtual page is. */
typedef struct TlbPage {
    uint64_t pa; /* of the address asked for */
    MemAttrs attrs;
    uint8_t *host;    /* RAM or ROM behind the address asked for, to the end of the page; or NULL */
    RamBlock *ram;    /* of host */
    uint64_t offset;  /* of host in ram */
    bool writable;    /* stores may go to host */
    MemoryRegion *mr; /* no host: what answers all of the page in this view, from mr_offset on */
    uint64_t view, mr_offset;
} TlbPage;

bool tlb_create(TcgCpu *t);
void tlb_destroy(TcgCpu *t);

/* Makes t->bank, bank_unpriv and fp_enabled those of the current state. */
void tlb_select(ArmCpu *cpu, TcgCpu *t);
enum {
    TLB_UNPRIV = 1 << 0,    /* LDTR, STTR */
    TLB_UNALIGNED = 1 << 1, /* faults on Device memory */
    TLB_RMW = 1 << 2,       /* a store that reads too */
};
/* Translates and fills the TLB where the page is plain RAM. False: *exc. */
bool tlb_lookup(ArmCpu *cpu, TcgCpu *t, uint64_t va, ArmAccess access, unsigned how, TlbPage *ret,
                ArmException *exc);
/* The records of the page that pc is in. NULL: *exc. */
CodePage *tlb_lookup_code(ArmCpu *cpu, TcgCpu *t, uint64_t pc, ArmException *exc);

/* AccelCpuOps. */
void tlb_state_changed(CpuState *cs);
void tlb_regime_changed(CpuState *cs);
void tlb_flush(CpuState *cs, const TlbFlush *flush);
/* Waits until every vCPU has done the flushes that this one broadcast. */
void tlb_sync(ArmCpu *cpu, TcgCpu *t);
/* Does what others asked for; by the vCPU itself, between two instructions. */
void tlb_serve(ArmCpu *cpu, TcgCpu *t);
/* Ask every vCPU: forget dead code pages; forget write permissions to a page of RAM (a vCPU that
 * had one discards the page's code). Any thread. */
void tlb_post_dead_code(void);
void tlb_post_write_protect(RamBlock *ram, uint64_t offset);
/* The physical address space changed: forget everything. Any thread. */
void tlb_post_flush_all(void);

#endif
