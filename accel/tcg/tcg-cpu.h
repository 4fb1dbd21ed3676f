/* SPDX-License-Identifier: MIT */
/* A vCPU's state in the tcg accelerator: translation caches and where it executes. */
#ifndef ACCEL_TCG_TCG_CPU_H
#define ACCEL_TCG_TCG_CPU_H

#include "accel/tcg/a64/a64.h"
#include "hw/cpu/arm-cpu.h"
#include "hw/cpu/arm-mmu.h"

enum {
    TLB_DATA_ENTRIES = 1024,
    TLB_CODE_ENTRIES = 256,
    TLB_EL0_BANKS = 8, /* address spaces whose EL0 translations are kept */
    INSNS_PER_PAGE = GUEST_PAGE_SIZE / 4,
};

/* A tag that no page has. */
#define TLB_NO_TAG 1ull

/* Plain RAM behind a page. A tag is the page's virtual address, or TLB_NO_TAG where the access has
 * to go the slow way: no permission, Device memory, code below a store. */
typedef struct TlbEntry {
    uint64_t read, write;
    uintptr_t addend; /* host address - virtual address */
    uint64_t global;  /* not tagged by an ASID */
} TlbEntry;

/* The predecoded instructions of a guest physical page. */
typedef struct CodePage CodePage;

typedef struct TlbCodeEntry {
    uint64_t tag;
    CodePage *page;
    uint64_t global;
} TlbCodeEntry;

/* Translations of one context (ArmMmuIdx), and of one ASID for EL0. */
typedef struct TlbBank {
    TlbEntry data[TLB_DATA_ENTRIES];
    TlbCodeEntry code[TLB_CODE_ENTRIES];
    uint16_t asid;
    uint64_t used; /* age, for replacement */
    bool empty;
} TlbBank;

typedef struct TcgCpu {
    /* ---- what instructions touch */
    TlbBank *bank;            /* of the current context */
    TlbBank *bank_unpriv;     /* of EL0: LDTR, STTR */
    const A64Insn *insns;     /* records of the page pc is in */
    uint64_t pc_bias;         /* pc = pc_bias + (address of the record >> 2) */
    const A64Insn *run_start; /* first record not yet counted in insn_count */
    bool leave;         /* the records may be stale: look pc up again after this instruction */
    bool fp_enabled;    /* FP and AdvSIMD do not trap */
    uint64_t loaded[2]; /* result of the slow load path */

    /* ---- see tlb.c */
    struct TcgTlb *tlb;
    /* ---- see exec.c */
    ArmCpu *cpu;
} TcgCpu;

static inline TcgCpu *tcg_cpu_of(ArmCpu *cpu)
{
    return cpu->cs.accel_data;
}

#endif
