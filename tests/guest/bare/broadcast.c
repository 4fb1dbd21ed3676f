/* SPDX-License-Identifier: MIT */
/* What one CPU does and another must notice: TLB maintenance (D8.14), new instructions (B2.4.4),
 * events (D1.6.1), SGIs. CPU 0 changes something and then publishes a generation; CPU 1 looks at it
 * all the time and must not see what was before a generation that it has read. */
#include "kit/gic.h"
#include "kit/smp.h"

enum { ROUNDS = 2000, WINDOW = 0x80000000u, TARGETS = 64, RET = 0xd65f03c0u };

static uint64_t rounds, deadline, generation, looked_at, done, *entry, *frames[2];
static volatile uint64_t wrong, faults;
static volatile bool faulted;
static volatile uint64_t *const window = (volatile uint64_t *)(uintptr_t)WINDOW;

static uint64_t acquire(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void publish(uint64_t *p, uint64_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}

/* Until the other CPU has looked at this generation: its TLB knows it then. */
static void wait_looked_at(uint64_t g)
{
    while (acquire(&looked_at) < g) {
        op("yield");
    }
}

/* CPU 0: is there another round? A host with more to do than CPUs makes each of them slow. */
static bool more(uint64_t round)
{
    if (round < rounds && rd(cntvct_el0) < deadline) {
        return true;
    }
    publish(&done, 1);
    return false;
}

static void run_pair(void (*fn)(unsigned cpu), const char *rule, const char *what)
{
    uint64_t second = rd(cntfrq_el0);

    generation = looked_at = done = wrong = faults = 0;
    deadline = rd(cntvct_el0) + second / 2 * (1 + rounds / ROUNDS);
    smp_run(2, fn);
    check(!wrong, rule, what);
    if (wrong) {
        note_value("times", wrong);
    }
}

/* ---- TLB maintenance, broadcast */

typedef void Invalidate(uint64_t va);
#define TLBI(name, operation)                                                            \
    static void name(uint64_t va)                                                        \
    {                                                                                    \
        asm volatile("dsb ishst\n\ttlbi " operation "\n\tdsb ish\n\tisb" ::"r"(va >> 12) \
                     : "memory");                                                        \
    }
TLBI(tlbi_vae1is, "vae1is, %0")
TLBI(tlbi_vaae1is, "vaae1is, %0")
TLBI(tlbi_vale1is, "vale1is, %0")
TLBI(tlbi_vaale1is, "vaale1is, %0")
/* The address has no ASID: 0. */
static void tlbi_aside1is(uint64_t va)
{
    op("dsb ishst\n\ttlbi aside1is, xzr\n\tdsb ish\n\tisb");
}
static void tlbi_vmalle1is(uint64_t va)
{
    op("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb");
}

static const struct {
    Invalidate *fn;
    const char *name;
} operations[] = {
    {tlbi_vae1is, "VAE1IS"},     {tlbi_vaae1is, "VAAE1IS"},   {tlbi_vale1is, "VALE1IS"},
    {tlbi_vaale1is, "VAALE1IS"}, {tlbi_aside1is, "ASIDE1IS"}, {tlbi_vmalle1is, "VMALLE1IS"},
};
static Invalidate *invalidate;

static void set_entry(uint64_t v)
{
    *(volatile uint64_t *)entry = v;
    op("dsb ishst\n\tisb");
}

/* Break before make; the frame that is mapped says since when. */
static void remap(unsigned cpu)
{
    if (cpu == 0) {
        for (uint64_t g = 1; more(g); g++) {
            frames[g & 1][0] = g;
            set_entry(0);
            invalidate(WINDOW);
            set_entry((uint64_t)frames[g & 1] | NORMAL | D_NG | 3);
            publish(&generation, g);
            wait_looked_at(g);
        }
        return;
    }
    while (!acquire(&done)) {
        uint64_t before = acquire(&generation);
        if (before == 0) {
            continue;
        }
        uint64_t v = window[0];
        uint64_t after = acquire(&generation);
        wrong += v < before || v > after + 1;
        publish(&looked_at, before);
    }
}

/* Generations of three kinds: the page is closed; it is about to be opened; it is open. */
enum { CLOSED = 1, OPENING = 2, KINDS = 3 };
static uint64_t closed_entry; /* nothing, or not to be written */

static void close_page(unsigned cpu)
{
    if (cpu == 0) {
        for (uint64_t g = 0; more(g / KINDS); g += KINDS) {
            set_entry(closed_entry);
            invalidate(WINDOW);
            publish(&generation, g + CLOSED);
            wait_looked_at(g + CLOSED);
            publish(&generation, g + OPENING);
            set_entry(0);
            invalidate(WINDOW);
            set_entry((uint64_t)frames[0] | NORMAL | D_NG | 3);
            publish(&generation, g + KINDS);
            wait_looked_at(g + KINDS);
        }
        return;
    }
    while (!acquire(&done)) {
        uint64_t before = acquire(&generation);
        faulted = false;
        if (closed_entry) {
            window[1] = before;
        } else {
            (void)window[1];
        }
        wrong += !faulted && before % KINDS == CLOSED && acquire(&generation) == before;
        publish(&looked_at, before);
    }
}

/* The same for instructions: two pages with a function of their own. */
typedef uint64_t Function(void);

static void clean_code(const void *p)
{
    asm volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" ::"r"(p) : "memory");
}

static uint32_t move_to_w0(uint64_t v)
{
    return 0x52800000u | (uint32_t)(v & 0xffff) << 5;
}

/* Odd generations: the page of their number's half is mapped; even ones: it is being changed. */
static void remap_code(unsigned cpu)
{
    if (cpu == 0) {
        for (uint64_t g = 1; more(g); g += 2) {
            set_entry(0);
            invalidate(WINDOW);
            set_entry((uint64_t)frames[g >> 1 & 1] | NORMAL | D_NG | 3);
            publish(&generation, g);
            wait_looked_at(g);
            publish(&generation, g + 1);
        }
        return;
    }
    while (!acquire(&done)) {
        uint64_t before = acquire(&generation);
        if (before == 0) {
            continue;
        }
        isb();
        uint64_t v = ((Function *)(uintptr_t)(WINDOW + 64))();
        wrong += (before & 1) && acquire(&generation) == before && v != (before >> 1 & 1);
        publish(&looked_at, before);
    }
}

/* Faults of the window: gone through again where a mapping comes, stepped over where none does. */
static bool skip_faults;

static bool on_fault(const Trap *t, uint64_t *x, uint64_t *ret_elr, uint64_t *ret_spsr)
{
    unsigned ec = trap_ec(t);

    if ((ec != 0x25 && ec != 0x21) || t->far >> 12 != WINDOW >> 12) {
        return false;
    }
    faults++;
    faulted = true;
    if (skip_faults) {
        *ret_elr += 4;
    }
    return true;
}

static void test_tlbi(void)
{
    on_trap = on_fault;
    for (unsigned i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        invalidate = operations[i].fn;
        skip_faults = false;
        note(operations[i].name);
        set_entry(0);
        invalidate(WINDOW);
        run_pair(remap, "D8.14 TLBI", "the other CPU sees the new page");
        skip_faults = true;
        closed_entry = 0;
        run_pair(close_page, "D8.14 TLBI", "the other CPU loses a page");
        closed_entry = (uint64_t)frames[0] | NORMAL | D_NG | D_RO | 3;
        run_pair(close_page, "D8.14 TLBI", "the other CPU loses permission to write");
        skip_faults = false;
        for (uint64_t f = 0; f < 2; f++) {
            uint32_t *code = (uint32_t *)&frames[f][8];
            code[0] = move_to_w0(f);
            code[1] = RET;
            clean_code(code);
        }
        run_pair(remap_code, "D8.14 TLBI", "the other CPU executes the new page");
    }
    on_trap = NULL;
}

/* ---- instructions that another CPU writes */

static uint32_t *code;

static void sync_by_address(void)
{
    clean_code(code);
}

static void sync_all(void)
{
    asm volatile("dc cvau, %0\n\tdsb ish\n\tic ialluis\n\tdsb ish\n\tisb" ::"r"(code) : "memory");
}
static void (*sync_code)(void);

/* In turns: any instruction may be replaced while nobody executes it. */
static void patch_in_turns(unsigned cpu)
{
    uint64_t seen = 0;

    if (cpu == 0) {
        for (uint64_t g = 1; more(g); g++) {
            code[0] = move_to_w0(g);
            sync_code();
            publish(&generation, g);
            wait_looked_at(g);
        }
        return;
    }
    while (!acquire(&done)) {
        uint64_t g = acquire(&generation);
        if (g == seen) {
            continue;
        }
        seen = g;
        isb();
        for (int i = 0; i < 3; i++) {
            wrong += ((Function *)(void *)code)() != (g & 0xffff);
        }
        publish(&looked_at, g);
    }
}

/* While it is executed: a branch may be replaced by another (B2.3.9). Old or new, until it was
 * published; then new. */
static void patch_branch(unsigned cpu)
{
    if (cpu == 0) {
        for (uint64_t g = 1; more(g); g++) {
            __atomic_store_n(&code[0], 0x14000002u + (uint32_t)(g % TARGETS) * 2, __ATOMIC_RELAXED);
            sync_code();
            publish(&generation, g);
            if (g % 4 == 0) {
                wait_looked_at(g);
            }
        }
        return;
    }
    while (!acquire(&done)) {
        uint64_t before = acquire(&generation);
        isb();
        uint64_t v = ((Function *)(void *)code)();
        uint64_t after = acquire(&generation);
        wrong += (v - before) % TARGETS > after - before + 1;
        publish(&looked_at, before);
    }
}

static void test_code(void)
{
    code = alloc_aligned(4096);
    for (uint32_t k = 0; k < TARGETS; k++) {
        code[2 + k * 2] = move_to_w0(k);
        code[3 + k * 2] = RET;
    }
    for (uint32_t *p = code; p < code + 2 + TARGETS * 2; p += 4) {
        clean_code(p);
    }
    for (int all = 0; all < 2; all++) {
        sync_code = all ? sync_all : sync_by_address;
        note(all ? "IC IALLUIS" : "IC IVAU");
        code[1] = RET;
        run_pair(patch_in_turns, "B2.4.4 instructions", "the other CPU executes the new one");
        code[0] = 0x14000002u;
        sync_code();
        run_pair(patch_branch, "B2.3.9 instructions", "a branch changes while it is executed");
    }
}

/* ---- waiting */

static uint64_t turn __attribute__((aligned(64)));

/* Even turns are CPU 0's. */
static void events(unsigned cpu)
{
    for (uint64_t i = cpu; i < rounds * 2; i += 2) {
        while (acquire(&turn) != i) {
            op("wfe");
        }
        publish(&turn, i + 1);
        op("dsb ishst\n\tsev");
    }
}

/* Nobody sends an event: the store takes the other's exclusive monitor (B2.9.1), as locks wait. */
static void monitors(unsigned cpu)
{
    for (uint64_t i = cpu; i < rounds * 2; i += 2) {
        uint64_t v;
        asm volatile("sevl\n1:\twfe\n\tldaxr %0, [%1]\n\tcmp %0, %2\n\tb.ne 1b"
                     : "=&r"(v)
                     : "r"(&turn), "r"(i)
                     : "cc", "memory");
        publish(&turn, i + 1);
    }
}

static uint64_t mail, taken_count;

static void take_sgi(const Trap *t)
{
    uint64_t id = RD(ICC_IAR1);

    wrong += id != 3 || acquire(&mail) != taken_count + 1;
    WR(ICC_EOIR1, id);
    publish(&taken_count, taken_count + 1);
}

static void gic_on(unsigned cpu)
{
    uintptr_t base = RD_BASE + cpu * 0x20000ul;

    wr32(base + WAKER, 0);
    wr32(base + 0x10000 + IGROUPR, 0xffffffff);
    wr32(base + 0x10000 + ISENABLER, 1 << 3);
    WR(ICC_SRE, 7);
    WR(ICC_PMR, 0xff);
    WR(ICC_IGRPEN1, 1);
}

static void sgis(unsigned cpu)
{
    gic_on(cpu);
    if (cpu == 0) {
        wait_looked_at(1);
        for (uint64_t i = 1; i <= rounds; i++) {
            publish(&mail, i);
            op("dsb ishst");
            WR(ICC_SGI1R, 3ull << 24 | 2);
            while (acquire(&taken_count) != i) {
                op("yield");
            }
        }
        return;
    }
    publish(&looked_at, 1);
    /* Masked until it waits: WFI returns with an interrupt that is taken after it. */
    while (acquire(&taken_count) < rounds) {
        op("wfi");
        op("msr daifclr, #2\n\tisb\n\tmsr daifset, #2");
    }
}

static void test_waiting(void)
{
    turn = 0;
    run_pair(events, "D1.6.1 WFE", "SEV wakes the other CPU");
    check_eq(turn, rounds * 2, "D1.6.1 WFE", "all turns were taken");
    turn = 0;
    run_pair(monitors, "B2.9.1 WFE", "a store to what is monitored wakes the other CPU");
    check_eq(turn, rounds * 2, "B2.9.1 WFE", "all turns were taken");
    wr32(GICD + CTLR, 0x12);
    on_interrupt = take_sgi;
    run_pair(sgis, "D1.6.2 WFI", "SGIs wake the other CPU, which sees what was written before");
    check_eq(taken_count, rounds, "D1.6.2 WFI", "each was taken once");
}

void suite_main(void)
{
    rounds = smp_rounds(ROUNDS);
    smp_init();
    for (int i = 0; i < 2; i++) {
        frames[i] = alloc_aligned(4096);
    }
    entry = tables_entry(&smp_tables, WINDOW, 3);
    smp_start(2);
    test_tlbi();
    test_code();
    test_waiting();
}
