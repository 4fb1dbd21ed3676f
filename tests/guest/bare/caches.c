/* SPDX-License-Identifier: MIT */
/* Caches: what CTR_EL0, CLIDR_EL1 and CCSIDR_EL1 say, maintenance by address and by set and way,
 * DC ZVA, and code that changes: by the same CPU, by another, through another address. */
#include "kit/tables.h"

typedef uint64_t Code(void);

enum { MOV_X0 = 0xd2800000, RET = 0xd65f03c0, NOP = 0xd503201f, B = 0x14000000 };

static uint32_t *code;

static uint32_t mov_x0(unsigned v)
{
    return MOV_X0 | v << 5;
}

/* What a program must do after it wrote an instruction. */
static void sync_code(void *at)
{
    asm volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish; isb" ::"r"(at) : "memory");
}

static uint64_t call(void *at)
{
    return ((Code *)at)();
}

/* ---- self-modifying code */

static void changes(void)
{
    code[0] = mov_x0(1);
    code[1] = RET;
    sync_code(code);
    check_eq(call(code), 1, "B2.4.4 new code", "is executed");
    code[0] = mov_x0(2);
    sync_code(code);
    check_eq(call(code), 2, "B2.4.4 changed code", "is executed after DC CVAU, IC IVAU, ISB");
    code[0] = mov_x0(3);
    asm volatile("dc cvau, %0; dsb ish; ic iallu; dsb ish; isb" ::"r"(code) : "memory");
    check_eq(call(code), 3, "B2.4.4 changed code", "and after IC IALLU");
    code[0] = mov_x0(4);
    asm volatile("dc cvau, %0; dsb ish; ic ialluis; dsb ish; isb" ::"r"(code) : "memory");
    check_eq(call(code), 4, "B2.4.4 changed code", "and after IC IALLUIS");
    uint64_t sum = 0;
    for (unsigned i = 0; i < 200; i++) {
        code[0] = mov_x0(i);
        sync_code(code);
        sum += call(code) == i;
    }
    check_eq(sum, 200, "B2.4.4 changed code", "two hundred times");
    /* A byte of the instruction. */
    ((volatile uint8_t *)code)[0] = 0xe0; /* imm16<2:0> = 7 of 0xd28000e0 | high bits */
    sync_code(code);
    check_eq(call(code) & 7, 7, "B2.4.4 changed code", "by a store of one byte");
    /* By vectors of stores, across lines. */
    for (unsigned i = 0; i < 64; i++) {
        code[i] = NOP;
    }
    code[64] = mov_x0(9);
    code[65] = RET;
    for (unsigned i = 0; i < 66; i += 8) {
        asm volatile("dc cvau, %0" ::"r"(&code[i]) : "memory");
    }
    op("dsb ish; ic iallu; dsb ish; isb");
    check_eq(call(code), 9, "B2.4.4 changed code", "several lines");
    asm volatile("stp %w1, %w2, [%0]" ::"r"(code), "r"(mov_x0(10)), "r"(RET) : "memory");
    sync_code(code);
    check_eq(call(code), 10, "B2.4.4 changed code", "by a store of a pair");
    asm volatile("1: ldxr x1, [%0]; stxr w2, %1, [%0]; cbnz w2, 1b" ::"r"(code),
                 "r"((uint64_t)RET << 32 | mov_x0(11))
                 : "x1", "x2", "memory");
    sync_code(code);
    check_eq(call(code), 11, "B2.4.4 changed code", "by an exclusive store");
    /* Across a page: the second half changes. */
    uint32_t *edge = code + 1023;
    edge[0] = mov_x0(12);
    edge[1] = RET;
    sync_code(edge);
    sync_code(edge + 1);
    check_eq(call(edge), 12, "B2.4.4 changed code", "across pages");
    edge[1] = 0x91000400; /* add x0, x0, #1 */
    edge[2] = RET;
    sync_code(edge + 1);
    check_eq(call(edge), 13, "B2.4.4 changed code", "on the second page");
}

/* Code that changes the instruction that comes next. */
static void ahead(void)
{
    /* x1: address of the third word, w2: what goes there. */
    code[0] = 0xb9000022; /* str w2, [x1] */
    code[1] = 0xd50b7b21; /* dc cvau, x1 */
    code[2] = 0xd5033b9f; /* dsb ish */
    code[3] = 0xd50b7521; /* ic ivau, x1 */
    code[4] = 0xd5033b9f;
    code[5] = 0xd5033fdf; /* isb */
    code[6] = mov_x0(1);
    code[7] = RET;
    for (unsigned i = 0; i < 8; i++) {
        sync_code(&code[i]);
    }
    register uint64_t x0 asm("x0");
    register uint64_t x1 asm("x1") = (uint64_t)&code[6];
    register uint64_t x2 asm("x2") = mov_x0(21);
    asm volatile("blr %3" : "=r"(x0) : "r"(x1), "r"(x2), "r"(code) : "x30", "memory");
    check_eq(x0, 21, "B2.4.4 code ahead", "the new instruction follows the ISB");
}

/* ---- with the MMU, as memory is Device without it */

static void zero_blocks(void)
{
    uint64_t size = 4ull << (rd(dczid_el0) & 15), n = size / 8, sum = 0;
    uint64_t *d = alloc_aligned(4096);

    for (unsigned i = 0; i < 512; i++) {
        d[i] = ~0ull;
    }
    asm volatile("dc zva, %0" ::"r"((uint64_t)d + size + 5) : "memory");
    for (unsigned i = 0; i < 512; i++) {
        sum += d[i] == (i / n == 1 ? 0 : ~0ull);
    }
    check_eq(sum, 512, "DC ZVA", "zeroes the block that the address is in, and nothing else");
    /* A block of code. */
    code[0] = mov_x0(7);
    code[1] = RET;
    sync_code(code);
    call(code);
    asm volatile("dc zva, %0; dsb ish; ic ivau, %0; dsb ish; isb" ::"r"(code) : "memory");
    Trap t = expect((void (*)(void *))code, NULL);
    check(t.taken && trap_ec(&t) == 0, "DC ZVA", "of code: what is executed is undefined then");
}

static void aliases(void)
{
    Tables t = tables_new(12, 39, -1);
    uint64_t other = 0x1008604000ull, sctlr;
    int el = current_el();

    tables_map_suite(&t, DEVICE | D_XN | (el > 1 ? D_EL0 : 0), NORMAL | D_RO | (el > 1 ? D_EL0 : 0),
                     NORMAL | (el > 1 ? D_EL0 : 0));
    tables_map(&t, other, (uint64_t)code, NORMAL | (el > 1 ? D_EL0 : 0), 3);
    if (el != 1) {
        return;
    }
    wr(mair_el1, MAIR_VALUE);
    wr(tcr_el1, 25ull | 1 << 23 | 4ull << 32);
    wr(ttbr0_el1, t.root);
    op("dsb sy; tlbi vmalle1; dsb sy; isb");
    sctlr = rd(sctlr_el1);
    wr(sctlr_el1, sctlr | 0x1005);
    code[0] = mov_x0(31);
    code[1] = RET;
    sync_code(code);
    check_eq(call((void *)other), 31, "D7.5 aliases", "code through another address");
    ((volatile uint32_t *)other)[0] = mov_x0(32);
    asm volatile("dc cvau, %0; dsb ish; ic ivau, %1; dsb ish; isb" ::"r"(other), "r"(code)
                 : "memory");
    check_eq(call(code), 32, "D7.5 aliases", "changed through the other address");
    ((volatile uint32_t *)code)[0] = mov_x0(33);
    sync_code((void *)other);
    check_eq(call((void *)other), 33, "D7.5 aliases", "and the other way round");
    /* Another page takes its place. */
    uint32_t *second = alloc_aligned(4096);
    second[0] = mov_x0(34);
    second[1] = RET;
    sync_code(second);
    tables_map(&t, other, (uint64_t)second, NORMAL, 3);
    op("dsb sy; tlbi vmalle1; dsb sy; ic iallu; dsb sy; isb");
    check_eq(call((void *)other), 34, "D7.5 aliases", "another page at the same address");
    zero_blocks();
    wr(sctlr_el1, sctlr);
}

/* ---- another CPU writes */

static volatile uint32_t step, seen;

static void second_cpu(void *arg)
{
    while (step != 1) {
        op("wfe");
    }
    ((volatile uint32_t *)code)[0] = mov_x0(42);
    asm volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish" ::"r"(code) : "memory");
    step = 2;
    op("dsb sy; sev");
    while (step != 3) {
        op("wfe");
    }
    op("isb");
    seen = (uint32_t)call(code);
    step = 4;
    op("dsb sy; sev");
    for (;;) {
        op("wfi");
    }
}

static void other_cpu(void)
{
    code[0] = mov_x0(41);
    code[1] = RET;
    sync_code(code);
    check_eq(call(code), 41, "B2.4.4 another CPU", "before");
    if (!cpu_start(1, second_cpu, NULL)) {
        check(false, "B2.4.4 another CPU", "is there");
        return;
    }
    step = 1;
    op("dsb sy; sev");
    while (step != 2) {
        op("wfe");
    }
    isb();
    check_eq(call(code), 42, "B2.4.4 another CPU", "what it wrote is executed here");
    code[0] = mov_x0(43);
    sync_code(code);
    step = 3;
    op("dsb sy; sev");
    while (step != 4) {
        op("wfe");
    }
    check_eq(seen, 43, "B2.4.4 another CPU", "what is written here is executed there");
}

/* ---- what the registers say */

static void describe(void)
{
    uint64_t ctr = rd(ctr_el0), clidr = rd(clidr_el1), dczid = rd(dczid_el0);

    check_eq(ctr >> 31 & 1, 1, "CTR_EL0", "bit 31 is 1");
    check((ctr & 15) >= 2 && (ctr & 15) <= 9, "CTR_EL0.IminLine", "16 bytes to 2 KiB");
    check((ctr >> 16 & 15) >= 2 && (ctr >> 16 & 15) <= 9, "CTR_EL0.DminLine", "16 bytes to 2 KiB");
    check((ctr >> 14 & 3) == 2 || (ctr >> 14 & 3) == 3, "CTR_EL0.L1Ip", "VIPT or PIPT");
    check_eq(dczid & ~0x1full, 0, "DCZID_EL0", "reserved bits are 0");
    check((dczid & 15) <= 9, "DCZID_EL0.BS", "at most 2 KiB");
    check_eq(dczid >> 4 & 1, 0, "DCZID_EL0.DZP", "0: permitted");
    for (unsigned level = 0; level < 7; level++) {
        unsigned type = clidr >> (3 * level) & 7;
        if (!type) {
            break;
        }
        check(type <= 4, "CLIDR_EL1.Ctype", "a known kind of cache");
        for (unsigned i = type == 2 || type == 4 ? 0 : type == 1 ? 1 : 0; i <= (type & 1); i++) {
            wr(csselr_el1, level << 1 | i);
            uint64_t ccsidr = rd(ccsidr_el1);
            check((1u << ((ccsidr & 7) + 4)) >= (4u << (ctr >> (i ? 0 : 16) & 15)),
                  "CCSIDR_EL1.LineSize", "not less than the smallest line of CTR_EL0");
            check((ccsidr >> 13 & 0x7fff) > 0, "CCSIDR_EL1.NumSets", "the cache has sets");
        }
    }
    check((clidr >> 24 & 7) <= 7, "CLIDR_EL1.LoC", "is a level");
}

/* ---- maintenance keeps data */

static void set_way(void *unused)
{
    op("dsb sy; dc csw, xzr; dc cisw, xzr; dsb sy; isb");
}

static void data(void)
{
    uint64_t *d = alloc_aligned(4096), sum = 0;

    for (unsigned i = 0; i < 512; i++) {
        d[i] = i;
    }
    for (unsigned i = 0; i < 512; i += 8) {
        asm volatile("dc cvac, %0; dc civac, %0; dc cvau, %0" ::"r"(&d[i]) : "memory");
    }
    Trap t = expect(set_way, NULL);
    check(!t.taken, "DC CSW, CISW", "are accepted");
    for (unsigned i = 0; i < 512; i++) {
        sum += d[i] == i;
    }
    check_eq(sum, 512, "DC CVAC, CIVAC, CSW, CISW", "nothing is lost");
}

void suite_main(void)
{
    code = alloc_aligned(8192);
    describe();
    data();
    changes();
    ahead();
    aliases();
    other_cpu();
}
