/* SPDX-License-Identifier: MIT */
/* A vCPU's state in the tcg accelerator: translation caches and where it executes. */
#ifndef ACCEL_TCG_TCG_CPU_H
#define ACCEL_TCG_TCG_CPU_H

#include "accel/tcg/a64/a64.h"
#include "accel/tcg/stats.h"
#include "hw/cpu/arm-cpu.h"
#include "hw/cpu/arm-mmu.h"

enum {
    TLB_DATA_ENTRIES = 2048,
    TLB_CODE_ENTRIES = 1024,
    TLB_IO_ENTRIES = 16,
    TLB_LARGE_WORDS = 16,
    TLB_SMALL_BITS = 16, /* log2 of the mappings whose pages are all looked for */
    TLB_BANKS = 8,       /* address spaces whose translations are kept, in each context */
    INSNS_PER_PAGE = GUEST_PAGE_SIZE / 4,
};

/* A tag that no page has: page tags are multiples of the page's size, up to unaligned low bits. */
#define TLB_NO_TAG 0x800ull

/* Plain RAM behind a page. A tag is the page's virtual address, or TLB_NO_TAG where the access has
 * to go the slow way: no permission, Device memory, predecoded code below a store. */
typedef struct TlbEntry {
    uint64_t read, write;
    uintptr_t addend; /* host address - virtual address */
    uint8_t map_bits; /* log2 of the mapping that the page is of */
    bool global;      /* not tagged by an ASID */
} TlbEntry;

typedef struct CodePage CodePage;

/* The predecoded instructions behind a page. */
typedef struct TlbCodeEntry {
    uint64_t tag;
    CodePage *page;
    uint8_t map_bits;
    bool global;
    bool guarded;    /* BTI: the page checks branch targets */
    uint64_t unused; /* translated code finds an entry by shifting */
} TlbCodeEntry;

/* A page of a device: what loads and stores need not translate again. */
typedef struct TlbIo {
    uint64_t read, write; /* tags as of TlbEntry */
    uint64_t pa;
    MemAttrs attrs;
    uint8_t map_bits;
    MemoryRegion *mr; /* what answers all of the page while the view is current; NULL: ask */
    uint64_t view;    /* FlatView.id */
    hwaddr offset;    /* of the page in mr */
} TlbIo;

/* Translations of one context (ArmMmuIdx), address space and setting of the controls. */
typedef struct TlbBank {
    TlbEntry data[TLB_DATA_ENTRIES];
    TlbCodeEntry code[TLB_CODE_ENTRIES];
    TlbIo io[TLB_IO_ENTRIES];
    ArmMmuKey key; /* its asid: of entries that are not global */
    uint8_t idx;   /* ArmMmuIdx */
    bool empty;    /* nothing entered since it was cleared */
    bool has_io;
    bool has_non_global;
    /* Mappings larger than a page: up to TLB_SMALL_BITS the largest; of others the sizes that there
     * are (bits of log2), and a set of where they are, with hashes for members. */
    uint8_t small_bits;
    uint64_t large_sizes, large[TLB_LARGE_WORDS];
    uint64_t last_use; /* age, for replacement */
} TlbBank;

typedef struct TcgTlb TcgTlb;       /* tlb.c */
typedef struct TcgVerify TcgVerify; /* verify.c */

typedef struct TcgCpu {
    /* ---- what instructions touch */
    TlbBank *bank;            /* of the current context */
    TlbBank *bank_unpriv;     /* of LDTR and STTR */
    const A64Insn *insns;     /* records of the page pc is in */
    uint64_t pc_bias;         /* address of a record's instruction - (record's own address >> 2) */
    const A64Insn *run_start; /* first record that insn_count does not have */
    bool leave;               /* the records may be out of date: look pc up after this store */
    bool fp_enabled;          /* FP and AdvSIMD do not trap */
    bool sync_pending;        /* flushes were broadcast since the last DSB */
    bool verifying;           /* a block is executed twice: stores are noted (verify.h) */
    uint64_t loaded[2];       /* results of out of line accesses */
    /* Rare ends of branches are dispatched like instructions, so that common ones need no frame:
     * these records do the rest. */
    A64Insn leave_record; /* tcg_leave(branch_from) */
    A64Insn jump_record;  /* a branch from branch_from to branch_target */
    const A64Insn *branch_from;
    uint64_t branch_target;
    uint8_t branch_type;  /* of jump_record, PSTATE.BTYPE's value; 0: does not matter */
    bool checks_branches; /* there are pages that check branch targets (BTI) */

    /* Where the interpreter hands over to the translator: branches that have arrived at an
     * instruction so often leave; more than 255: never. */
    unsigned heat_limit;
    CodePage *alone_jit; /* jit-slow.c: for one record; NULL until needed */
    bool resumed;        /* that was executed, and nothing left */

    CodePage *alone; /* step.c: for one record; NULL until needed */
    bool raised;     /* an instruction took an exception */

    TcgVerify *verify; /* NULL until needed */

    ArmCpu *cpu;
    TcgTlb *tlb;
    /* ---- other threads look at these */
    _Atomic bool in_guest;   /* executes instructions: does not yet see what is posted */
    _Atomic bool has_posted; /* flushes wait for this vCPU (tlb.c) */
    TcgStats stats;
} TcgCpu;

static inline TcgCpu *tcg_cpu_of(ArmCpu *cpu)
{
    return cpu->cs.accel_data;
}

#endif
