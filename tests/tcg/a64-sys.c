/* SPDX-License-Identifier: MIT */
/* Directed tests: exceptions and their registers, faults of accesses, exclusives, waiting, PSTATE,
 * self-modifying code, counting, and that no operation keeps a stack frame. */
#include "tests/tcg/env.h"

#include "hw/cpu/arm-exc.h"

#include <inttypes.h>
#include <ucontext.h>

/* ---- small programs */

enum {
    WFI = 0xd503207fu,
    NOP = 0xd503201fu,
    DATA = ENV_RAM_BASE + 0x80000,
};

static uint64_t at;

static void begin(void)
{
    env_reset_state();
    memset(env_cpu->x, 0, sizeof(env_cpu->x));
    env_cpu->nzcv = 0;
    for (unsigned i = 0; i < 16; i++) { /* every vector waits */
        env_put(ENV_VBAR + i * 0x80, WFI);
    }
    at += 0x1000; /* a page of its own for each program */
    at = at < ENV_CODE || at >= ENV_VBAR ? ENV_CODE : at;
    env_cpu->pc = at;
}

static void put(uint32_t word)
{
    env_put(at, word);
    at += 4;
}

/* Runs what was put from `start` on, until it waits or took an exception to a vector (and waits
 * there); the vector's offset, -1 when none. */
static int run(uint64_t start)
{
    put(WFI);
    env_cpu->pc = start;
    env_run();
    uint64_t off = env_cpu->pc - 4 - ENV_VBAR;
    return off < 0x800 ? (int)off : -1;
}

static unsigned esr_ec(void)
{
    return (unsigned)(env_cpu->esr[1] >> 26) & 0x3f;
}

static void check_exception(const char *name, uint32_t word, unsigned ec, uint32_t iss,
                            int64_t return_offset)
{
    begin();
    uint64_t start = at;
    put(NOP);
    put(word);
    int vector = run(start);

    tap(vector == 0x200 && esr_ec() == ec && (env_cpu->esr[1] & 0x1ffffff) == iss &&
            env_cpu->elr[1] == start + 4 + (uint64_t)return_offset,
        "%s: vector %x class %x syndrome %x return +%d", name, vector, esr_ec(),
        (unsigned)(env_cpu->esr[1] & 0x1ffffff), (int)(env_cpu->elr[1] - start - 4));
}

static void test_exceptions(void)
{
    check_exception("SVC", 0xd4024681, EC_SVC64, 0x1234, 4);
    check_exception("BRK", 0xd4202460, EC_BRK, 0x123, 0);
    check_exception("UDF", 0x00000000, EC_UNKNOWN, 0, 0);
    check_exception("HLT without halting debug", 0xd4400000, EC_UNKNOWN, 0, 0);
    check_exception("HVC without EL2 or PSCI", 0xd4000002, EC_UNKNOWN, 0, 0);
    check_exception("SMC without EL3 or PSCI", 0xd4000003, EC_UNKNOWN, 0, 0);
    check_exception("unallocated system register", 0xd53bff00, EC_UNKNOWN, 0, 0);
}

static void test_eret(void)
{
    begin();
    uint64_t start = at;
    env_cpu->spsr[1] = PSTATE_Z | PSTATE_DAIF; /* EL0t */
    env_cpu->elr[1] = start + 0x100;
    put(0xd69f03e0);
    env_put(start + 0x100, 0xd4000021); /* svc #1 */
    env_cpu->pc = start;
    env_run();
    tap(env_cpu->pc == ENV_VBAR + 0x404 && esr_ec() == EC_SVC64 &&
            env_cpu->elr[1] == start + 0x104 && env_cpu->spsr[1] == (PSTATE_Z | PSTATE_DAIF),
        "ERET to EL0 and SVC back: SPSR %" PRIx64, env_cpu->spsr[1]);
}

static void test_data_aborts(void)
{
    begin();
    uint64_t start = at;
    put(0xf9400020); /* ldr x0, [x1] */
    env_cpu->x[0] = 7;
    env_cpu->x[1] = 0x123000; /* not mapped */
    run(start);
    tap(esr_ec() == EC_DABORT_SAME && env_cpu->far[1] == 0x123000 && env_cpu->x[0] == 7 &&
            env_cpu->elr[1] == start && !(env_cpu->esr[1] & 1 << 6),
        "load from nowhere: FAR %" PRIx64, env_cpu->far[1]);

    begin();
    start = at;
    put(0xf8008c20);                     /* str x0, [x1, #8]! */
    env_cpu->x[1] = ENV_CODE + 0x1ffffc; /* the second half of the store is beyond RAM's mapping */
    run(start);
    tap(esr_ec() == EC_DABORT_SAME && env_cpu->far[1] == ENV_CODE + 0x200004 &&
            (env_cpu->esr[1] & 1 << 6) && env_cpu->x[1] == ENV_CODE + 0x1ffffc,
        "store past the mapping: no write-back, FAR %" PRIx64, env_cpu->far[1]);

    begin();
    start = at;
    put(0xc85f7c20); /* ldxr x0, [x1] */
    env_cpu->x[1] = DATA + 4;
    run(start);
    tap(esr_ec() == EC_DABORT_SAME && (env_cpu->esr[1] & 0x3f) == 0x21,
        "unaligned exclusive: alignment fault");

    begin();
    start = at;
    env_cpu->sctlr[1] |= 8; /* SA */
    tlb_regime_changed(&env_cpu->cs);
    put(0xf94003e0); /* ldr x0, [sp] */
    env_cpu->x[ARM_X_SP] = DATA + 8;
    run(start);
    tap(esr_ec() == EC_SP_ALIGN && env_cpu->elr[1] == start, "stack pointer alignment");

    begin();
    start = at;
    put(0xd61f0020); /* br x1 */
    env_cpu->x[1] = ENV_CODE + 2;
    run(start);
    tap(esr_ec() == EC_PC_ALIGN && env_cpu->far[1] == ENV_CODE + 2 &&
            env_cpu->elr[1] == ENV_CODE + 2,
        "branch to an unaligned address");
}

static void test_fp_trap(void)
{
    begin();
    uint64_t start = at;
    env_cpu->cpacr = 0;
    put(0x1e604020); /* fmov d0, d1 */
    run(start);
    tap(esr_ec() == EC_FP_ACCESS && env_cpu->elr[1] == start, "FP access trap");
}

static void test_exclusives(void)
{
    begin();
    uint64_t start = at;
    st_le(env_ram + 0x80000, 8, 41);
    put(0xc85f7c20); /* ldxr x0, [x1] */
    put(0x91000400); /* add x0, x0, #1 */
    put(0xc8027c20); /* stxr w2, x0, [x1] */
    put(0xc8037c20); /* stxr w3, x0, [x1]: the monitor is open now */
    env_cpu->x[1] = DATA;
    run(start);
    tap(ld_le(env_ram + 0x80000, 8) == 42 && env_cpu->x[2] == 0 && env_cpu->x[3] == 1,
        "LDXR, STXR: the first store succeeds, the second does not");

    begin();
    start = at;
    st_le(env_ram + 0x80000, 8, 5);
    st_le(env_ram + 0x80008, 8, 6);
    put(0xc87f1420);          /* ldxp x0, x5, [x1] */
    put(0xc8221404 | 1 << 5); /* stxp w2, x4, x5, [x1] */
    env_cpu->x[1] = DATA;
    env_cpu->x[4] = 77;
    run(start);
    tap(ld_le(env_ram + 0x80000, 8) == 77 && ld_le(env_ram + 0x80008, 8) == 6 &&
            env_cpu->x[2] == 0 && env_cpu->x[0] == 5,
        "LDXP, STXP: 16 bytes");

    begin();
    start = at;
    put(0xc85f7c20); /* ldxr x0, [x1] */
    put(0xd5033f5f); /* clrex */
    put(0xc8027c20); /* stxr w2, x0, [x1] */
    env_cpu->x[1] = DATA;
    run(start);
    tap(env_cpu->x[2] == 1, "CLREX opens the monitor");
}

/* LDSMAX, LDSMIN, LDUMAX, LDUMIN below 64 bits, where the oracle is wrong: the operand's upper bits
 * take no part. */
static uint64_t max_min(unsigned opc, unsigned size, uint64_t a, uint64_t b)
{
    unsigned shift = 64 - 8 * (1u << size);
    int64_t sa = (int64_t)(a << shift) >> shift, sb = (int64_t)(b << shift) >> shift;
    uint64_t ua = a << shift >> shift, ub = b << shift >> shift;

    switch (opc) {
    case 4:
        return sa > sb ? ua : ub;
    case 5:
        return sa < sb ? ua : ub;
    case 6:
        return ua > ub ? ua : ub;
    default:
        return ua < ub ? ua : ub;
    }
}

/* One instruction over all pairs of values: how many results are wrong. */
static unsigned wrong_max_min(unsigned opc, unsigned size)
{
    static const uint64_t values[] = {0,          1,          0x7f,       0x80,
                                      0xff,       0x7fff,     0x8000,     0xffff,
                                      0x7fffffff, 0x80000000, 0xffffffff, 0x123456789abcdef0};
    unsigned n = G_N_ELEMENTS(values), bytes = 1u << size, wrong = 0;

    begin();
    uint64_t start = at;
    put(0x38200000 | size << 30 | 2 << 16 | opc << 12 | 1 << 5); /* x0, operand x2, [x1] */
    put(WFI);
    for (unsigned i = 0; i < n * n; i++) {
        uint64_t in_memory = values[i % n] & MASK64(bytes * 8), operand = values[i / n];

        env_reset_state();
        st_le(env_ram + 0x80000, 8, in_memory);
        env_cpu->x[1] = DATA;
        env_cpu->x[2] = operand | 0xa5a5a5a500000000;
        env_cpu->pc = start;
        env_run();
        wrong += ld_le(env_ram + 0x80000, bytes) != max_min(opc, size, in_memory, operand) ||
                 env_cpu->x[0] != in_memory;
    }
    return wrong;
}

static void test_narrow_max_min(void)
{
    static const char *const names[] = {"LDSMAX", "LDSMIN", "LDUMAX", "LDUMIN"};

    for (unsigned op = 0; op < 4; op++) {
        unsigned wrong = 0;

        for (unsigned size = 0; size < 3; size++) {
            wrong += wrong_max_min(4 + op, size);
        }
        tap(wrong == 0, "%s of 8, 16 and 32 bits: %u wrong", names[op], wrong);
    }
}

static void test_pstate(void)
{
    begin();
    uint64_t start = at;
    put(0xd50342ff); /* msr daifclr, #2 */
    put(0xd53b4220); /* mrs x0, daif */
    put(0xd50341df); /* msr daifset, #1 */
    put(0xd53b4221); /* mrs x1, daif */
    run(start);
    tap(env_cpu->x[0] == 0x340 && env_cpu->x[1] == 0x340, "DAIFSet, DAIFClr: %" PRIx64,
        env_cpu->x[0]);

    begin();
    start = at;
    put(0xd50040bf); /* msr spsel, #0 */
    put(0x910003e0); /* mov x0, sp */
    put(0xd50041bf); /* msr spsel, #1 */
    put(0x910003e1); /* mov x1, sp */
    env_cpu->x[ARM_X_SP] = 0x1110;
    env_cpu->sp_bank[0] = 0x2220;
    run(start);
    tap(env_cpu->x[0] == 0x2220 && env_cpu->x[1] == 0x1110, "SPSel changes the stack pointer");

    begin();
    start = at;
    put(0xd53b4200); /* mrs x0, nzcv */
    put(0xd51b4202); /* msr nzcv, x2 */
    put(0xd53b4201); /* mrs x1, nzcv */
    env_cpu->nzcv = PSTATE_C;
    env_cpu->x[2] = PSTATE_N | PSTATE_V;
    run(start);
    tap(env_cpu->x[0] == PSTATE_C && env_cpu->x[1] == (PSTATE_N | PSTATE_V), "MRS, MSR NZCV");
}

/* Once the handler was reached. */
static gpointer ask_to_exit(gpointer data)
{
    while (*(volatile uint64_t *)&env_cpu->x[3] == 0) {
        g_thread_yield();
    }
    atomic_store(&env_cpu->cs.exit_request, 1);
    return NULL;
}

/* An interrupt that is pending while masked is taken right after the unmasking instruction. */
static void test_interrupt(void)
{
    begin();
    uint64_t start = at;
    put(NOP);
    put(0xd50342ff); /* msr daifclr, #2 */
    put(0x52800020); /* mov w0, #1: not reached */
    put(WFI);
    env_cpu->pc = start;
    atomic_store(&env_cpu->cs.interrupt, ARM_INTERRUPT_IRQ);
    env_put(ENV_VBAR + 0x280, 0xd5384023); /* mrs x3, elr_el1 */
    env_put(ENV_VBAR + 0x284, 0x14000000); /* b . */
    GThread *other = g_thread_new("exit", ask_to_exit, NULL);
    env_run();
    tap(env_cpu->x[3] == start + 8 && env_cpu->x[0] == 0 && env_cpu->pc == ENV_VBAR + 0x284,
        "an interrupt is taken when it is unmasked, and a loop can be left: ELR +%d",
        (int)(env_cpu->x[3] - start));
    g_thread_join(other);
    atomic_store(&env_cpu->cs.interrupt, 0);
}

static void test_wait_and_count(void)
{
    begin();
    uint64_t start = at, before = atomic_load(&env_cpu->cs.insn_count);
    put(0xd2800060); /* mov x0, #3 */
    put(0xf1000400); /* subs x0, x0, #1 */
    put(0x54ffffe1); /* b.ne .-4 */
    put(0x94000002); /* bl .+8 */
    put(0x14000002); /* b .+8 */
    put(0xd65f03c0); /* ret */
    run(start);
    tap(atomic_load(&env_cpu->cs.halted), "WFI waits");
    tap(atomic_load(&env_cpu->cs.insn_count) - before == 1 + 6 + 1 + 1 + 1 + 1,
        "instructions are counted: %" PRIu64, atomic_load(&env_cpu->cs.insn_count) - before);
}

/* A store into the page that executes is seen by the next instruction. */
static void test_self_modifying(void)
{
    begin();
    uint64_t start = at;
    put(0xb9000022); /* str w2, [x1] */
    put(0x52800020); /* mov w0, #1: replaced by mov w0, #2 */
    env_cpu->x[1] = start + 4;
    env_cpu->x[2] = 0x52800040;
    run(start);
    tap(env_cpu->x[0] == 2, "a store changes the next instruction: %" PRIu64, env_cpu->x[0]);

    /* Twice through the same code, changed in between from outside, as a device would. */
    begin();
    start = at;
    put(0x52800020);
    run(start);
    env_put(start, 0x52800060);
    ram_written(ram_blocks, start - ENV_RAM_BASE, 4);
    env_reset_state();
    env_cpu->pc = start;
    env_run();
    tap(env_cpu->x[0] == 3, "so does a device: %" PRIu64, env_cpu->x[0]);
}

/* CFINV, XAFLAG and AXFLAG for every NZCV (C6.2.58, C6.2.388, C6.2.13). */
static void test_flag_conversions(void)
{
    static const uint32_t words[3] = {0xd500401f, 0xd500403f, 0xd500405f};
    static const char *const names[3] = {"CFINV", "XAFLAG", "AXFLAG"};
    /* Indexed by NZCV, written down from the manual's pseudocode. */
    static const uint8_t expected[3][16] = {
        {2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13},
        {8, 8, 2, 2, 3, 3, 6, 6, 8, 8, 2, 2, 3, 3, 6, 6},
        {0, 4, 2, 4, 4, 4, 6, 4, 0, 4, 2, 4, 4, 4, 6, 4},
    };

    for (int k = 0; k < 3; k++) {
        int wrong = -1;
        for (unsigned in = 0; in < 16; in++) {
            begin();
            uint64_t start = at;
            put(words[k]);
            env_cpu->nzcv = in << 28;
            run(start);
            wrong = env_cpu->nzcv >> 28 == expected[k][in] ? wrong : (int)in;
        }
        tap(wrong < 0, "%s", names[k]);
    }
}

static void test_pstate_bits(void)
{
    static const struct {
        const char *name;
        uint32_t set, read, bit;
    } bits[] = {{"PAN", 0xd500419f, 0xd5384260, PSTATE_PAN},
                {"UAO", 0xd500417f, 0xd5384280, PSTATE_UAO},
                {"DIT", 0xd503415f, 0xd53b42a0, PSTATE_DIT},
                {"SSBS", 0xd503413f, 0xd53b42c0, PSTATE_SSBS}};

    for (size_t i = 0; i < G_N_ELEMENTS(bits); i++) {
        begin();
        uint64_t start = at;
        put(bits[i].set);
        put(bits[i].read);
        put(bits[i].set & ~0xf00u); /* CRm 0: clear */
        put(bits[i].read | 1);
        run(start);
        tap(env_cpu->x[0] == bits[i].bit && env_cpu->x[1] == 0, "MSR and MRS %s", bits[i].name);
    }
}

static void test_hints(void)
{
    static const uint32_t words[] = {0xd503203f, 0xd50320bf, 0xd503205f, 0xd503209f,
                                     0xd503205f, 0xd50330ff, 0xd503233f};

    begin();
    uint64_t start = at;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        put(words[i]); /* yield, sevl, wfe, sev, wfe, sb, paciasp */
    }
    put(0x52800020); /* mov w0, #1 */
    run(start);
    tap(env_cpu->x[0] == 1, "waiting for events ends, hints do no harm");
}

static void test_psci(void)
{
    begin();
    uint64_t start = at;
    env_cpu->psci_conduit = ARM_PSCI_HVC;
    put(0xd4000002);            /* hvc #0 */
    put(0xaa0003e1);            /* mov x1, x0 */
    put(0xd4000003);            /* smc #0: not PSCI's conduit here */
    env_cpu->x[0] = 0x84000000; /* PSCI_VERSION */
    int vector = run(start);
    tap(env_cpu->x[1] == 0x10001 && vector == 0x200 && env_cpu->elr[1] == start + 8,
        "PSCI_VERSION by HVC: %" PRIx64, env_cpu->x[1]);
    env_cpu->psci_conduit = ARM_PSCI_NONE;
}

/* A translation is kept until TLBI, and forgotten by it. */
static void test_tlbi(uint32_t tlbi, const char *name)
{
    begin();
    uint64_t start = at;
    st_le(env_ram + 0x290000, 8, 0xb);
    st_le(env_ram + 0x90000, 8, 0xa);
    put(0xf9400020); /* ldr x0, [x1] */
    put(0xf90000c5); /* str x5, [x6]: another block behind x1 */
    put(tlbi);       /* by x2 */
    put(0xd5033b9f); /* dsb ish */
    put(0xd5033fdf); /* isb */
    put(0xf9400023); /* ldr x3, [x1] */
    env_cpu->x[1] = ENV_RAM_BASE + 0x90000;
    env_cpu->x[2] = env_cpu->x[1] >> 12;
    env_cpu->x[5] = ENV_CODE | 0x741;
    env_cpu->x[6] = ENV_RAM_BASE + ENV_TABLES + 0x1000;
    run(start);
    tap(env_cpu->x[0] == 0xa && env_cpu->x[3] == 0xb, "%s: %" PRIx64, name, env_cpu->x[3]);
    env_make_tables();
}

static void test_dc_zva(void)
{
    begin();
    uint64_t start = at;
    memset(env_ram + 0x80000, 0xff, 256);
    put(0xd50b7420); /* dc zva, x0 */
    env_cpu->x[0] = DATA + 70;
    run(start);
    bool ok = true;
    for (int i = 0; i < 256; i++) {
        ok &= env_ram[0x80000 + i] == (i / 64 == 1 ? 0 : 0xff);
    }
    tap(ok, "DC ZVA clears its block, no more");
}

/* ---- no operation may keep a stack frame when it goes on to the next */

enum { STACK_BYTES = 256 * 1024, COPIES = 900 };

static ucontext_t main_context, test_context;
static uint8_t *test_stack;
static const A64Insn *test_first;

static void run_records(void)
{
    for (const A64Insn *i = test_first; i;) {
        i = a64_handler_of(i)(env_cpu, env_tcg, i);
    }
}

/* Bytes of stack that running from `first` on takes. */
static size_t stack_used(const A64Insn *first)
{
    size_t used = STACK_BYTES;

    memset(test_stack, 0xa5, STACK_BYTES);
    getcontext(&test_context);
    test_context.uc_stack.ss_sp = test_stack;
    test_context.uc_stack.ss_size = STACK_BYTES;
    test_context.uc_link = &main_context;
    test_first = first;
    makecontext(&test_context, run_records, 0);
    swapcontext(&main_context, &test_context);
    for (uint8_t *p = test_stack; *p == 0xa5; p++) {
        used--;
    }
    return used;
}

static size_t stack_of_copies(CodePage *page, const A64Insn *rec, const A64Insn *stop, int copies)
{
    TcgCpu *t = env_tcg;

    for (int i = 0; i < INSNS_PER_PAGE; i++) {
        page->insns[i] = i < copies ? *rec : *stop;
    }
    env_reset_state();
    for (int i = 0; i < 33; i++) {
        env_cpu->x[i] = i == ARM_X_ZR ? 0 : DATA + 0x10000;
    }
    memset(env_cpu->v, 0, sizeof(env_cpu->v));
    tcg_see_page(t, page->insns, ENV_CODE);
    t->run_start = page->insns;
    return stack_used(page->insns);
}

static void test_stack_of_rows(void)
{
    CodePage *page = aligned_alloc(64, align_up(sizeof(*page), 64));
    A64Insn stop, rec;
    int checked = 0, failed = 0;

    test_stack = g_malloc(STACK_BYTES);
    a64_decode(0xd5033fdf, UINT64_MAX, &stop);
    for (size_t r = 0; r < A64_ROW_COUNT; r++) {
        const A64RowInfo *row = &a64_rows[r];
        uint32_t free_bits = ~row->mask;

        if (row->flags & (A64_ROW_ENDS_ALWAYS | A64_ROW_ENDS_MAYBE)) {
            continue;
        }
        for (int k = 0; k < 12; k++) { /* some of its splits */
            uint32_t word = row->value | (free_bits & (uint32_t)(k * 0x15210000u + k * 0x5441u));
            if (a64_decode(word, UINT64_MAX, &rec) != row) {
                continue;
            }
            size_t one = stack_of_copies(page, &rec, &stop, 1);
            size_t many = stack_of_copies(page, &rec, &stop, COPIES);
            checked++;
            if (many > one + 8 * COPIES) {
                tap_note("%s %08x: %zu bytes of stack for one, %zu for %d", row->name, word, one,
                         many, COPIES);
                failed++;
                break;
            }
        }
    }
    tap(checked > 1000 && !failed, "no operation of %d keeps its frame", checked);
    g_free(test_stack);
    free(page);
}

int main(void)
{
    env_init();
    env_cpu->isa_features = UINT64_MAX; /* rows, not models, are tested */
    test_exceptions();
    test_eret();
    test_data_aborts();
    test_fp_trap();
    test_exclusives();
    test_narrow_max_min();
    test_pstate();
    test_interrupt();
    test_wait_and_count();
    test_self_modifying();
    test_dc_zva();
    test_flag_conversions();
    test_pstate_bits();
    test_hints();
    test_psci();
    test_tlbi(0xd508871f, "TLBI VMALLE1");
    test_tlbi(0xd5088722, "TLBI VAE1");
    test_tlbi(0xd5088762, "TLBI VAAE1");
    test_tlbi(0xd508831f, "TLBI VMALLE1IS");
    test_stack_of_rows();
    return tap_status();
}
