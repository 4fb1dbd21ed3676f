/* SPDX-License-Identifier: MIT */
/* Predecoded guest code: an array of records for each page of RAM that was executed, shared by all
 * vCPUs. A record is filled when it is first reached and never changes after; a store to decoded
 * instructions replaces the whole page. */
#ifndef ACCEL_TCG_CODE_H
#define ACCEL_TCG_CODE_H

#include "accel/tcg/tcg-cpu.h"
#include "softmmu/memory.h"

struct CodePage {
    RamBlock *ram;
    uint64_t offset;   /* of the page in ram */
    uint64_t features; /* ArmCpu.isa_features it was decoded for */
    CodePage *next;    /* the same page for other features */
    /* Where translated code for each instruction begins, or jit_miss: jit.h. Never NULL. */
    const void **_Atomic entries;
    _Atomic bool dead;                 /* replaced: nothing more is translated */
    uint32_t arenas;                   /* of the code cache that have code of this page, as bits */
    uint8_t heat[INSNS_PER_PAGE];      /* how often branches arrived, until it is translated */
    A64Insn insns[INSNS_PER_PAGE + 1]; /* the last is A64_OP_PAGE_END */
};

/* The records of a page of RAM. Inside an RCU section, which the result lives as long as. */
CodePage *code_page_get(ArmCpu *cpu, RamBlock *ram, uint64_t offset);
/* *where, made when it is NULL: a page whose records all are `op`, for somebody to execute a few
 * records among them. free() ends it. */
CodePage *code_page_alone(CodePage **where, enum A64Op op);
/* Fills records from i on, at least that one. */
void code_decode(CodePage *page, const A64Insn *i);
/* Out of date: a store changed [offset, offset + len), or may have (no record is looked at). */
void code_written(RamBlock *ram, uint64_t offset, uint64_t len);
void code_discard(RamBlock *ram, uint64_t offset);

static inline CodePage *code_page_of(const A64Insn *first)
{
    return (CodePage *)((char *)(uintptr_t)first - offsetof(CodePage, insns));
}

/* The instruction of a record of the page whose records begin at `insns`. */
static inline uint32_t code_word(const A64Insn *insns, const A64Insn *i)
{
    const CodePage *page = code_page_of(insns);

    return (uint32_t)ld_le(page->ram->host + page->offset + (i - insns) * 4, 4);
}

#endif
