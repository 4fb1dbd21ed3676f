/* SPDX-License-Identifier: MIT */
/* The kit's C side: results on the serial port, exceptions, jumps between levels, CPUs. */
#include "bare.h"

enum { CPUS = 8, JUMPS = 8, STACK_BITS = 14, CLIMB = 0x5afe };

typedef struct Jump {
    uint64_t regs[13]; /* kit_jump_set */
    uint64_t spsr;
    bool catches; /* of an expect(): exceptions end here, not at a run_at() further in */
} Jump;

typedef struct Cpu {
    Jump jumps[JUMPS];
    int depth;
    Trap trap;
} Cpu;

int kit_jump_set(Jump *j) __attribute__((returns_twice));
void kit_jump_resume(void);
void kit_call_down_el1(void (*fn)(void *), void *arg, uint64_t sp, uint64_t spsr);
void kit_call_down_el2(void (*fn)(void *), void *arg, uint64_t sp, uint64_t spsr);
void kit_call_down_el3(void (*fn)(void *), void *arg, uint64_t sp, uint64_t spsr);
void kit_start(void);
void kit_secondary(void);
void kit_secondary_start(void);
void kit_climb(void);
void kit_trap(unsigned vector, uint64_t *frame);

extern char kit_stacks[], vectors[], bss_end[];
int boot_el;
void (*volatile on_interrupt)(const Trap *t);
bool (*volatile on_trap)(const Trap *t, uint64_t *x, uint64_t *ret_elr, uint64_t *ret_spsr);
volatile uint64_t kit_mailboxes[CPUS];
static struct {
    void (*fn)(void *);
    void *arg;
} starts[CPUS];
static Cpu cpus[CPUS];
static int checks;
static uintptr_t heap;

/* EL0 cannot read MPIDR_EL1: TPIDRRO_EL0 says it there. */
static unsigned cpu_number(void)
{
    return (unsigned)rd(tpidrro_el0) & 7;
}

int current_el(void)
{
    return (int)(rd(currentel) >> 2);
}

/* ---- text */

static void put_char(char c)
{
    while (rd32(UART + 0x18) & 0x20) {
    }
    wr32(UART, (uint8_t)c);
}

static void put(const char *s)
{
    for (; *s; s++) {
        put_char(*s);
    }
}

static void put_number(uint64_t v, unsigned base)
{
    char buf[24];
    int n = 0;

    do {
        buf[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v);
    while (n) {
        put_char(buf[--n]);
    }
}

static void put_hex(const char *name, uint64_t v)
{
    put(name);
    put("0x");
    put_number(v, 16);
}

void check(bool ok, const char *rule, const char *what)
{
    put(ok ? "ok " : "not ok ");
    put_number((uint64_t)++checks, 10);
    put(" - ");
    put(rule);
    put(": ");
    put(what);
    put("\n");
}

void check_eq(uint64_t got, uint64_t want, const char *rule, const char *what)
{
    check(got == want, rule, what);
    if (got != want) {
        put_hex("# got ", got);
        put_hex(", not ", want);
        put("\n");
    }
}

void note(const char *text)
{
    put("# ");
    put(text);
    put("\n");
}

void note_value(const char *text, uint64_t value)
{
    put("# ");
    put(text);
    put_hex(" ", value);
    put("\n");
}

/* ---- memory */

void *memset(void *p, int c, size_t n)
{
    for (volatile char *q = p; n; n--) {
        *q++ = (char)c;
    }
    return p;
}

void *memcpy(void *to, const void *from, size_t n)
{
    volatile char *t = to;

    for (const char *f = from; n; n--) {
        *t++ = *f++;
    }
    return to;
}

void *alloc_aligned(size_t bytes)
{
    if (!heap) {
        heap = ((uintptr_t)bss_end + 0xffff) & ~0xfffful;
    }
    uintptr_t at = (heap + bytes - 1) & ~(uintptr_t)(bytes - 1);
    heap = at + bytes;
    return memset((void *)at, 0, bytes);
}

/* ---- the end */

bool has_psci(void)
{
    return boot_el < 3;
}

int64_t psci(uint64_t id, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t x0 asm("x0") = id, x1 asm("x1") = a, x2 asm("x2") = b, x3 asm("x3") = c;

    if (boot_el == 1) {
        asm volatile("hvc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"x4", "x5", "x6", "x7", "x8", "x9",
                       "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    } else {
        asm volatile("smc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"x4", "x5", "x6", "x7", "x8", "x9",
                       "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    }
    return (int64_t)x0;
}

static void __attribute__((noreturn)) end(void)
{
    put("1..");
    put_number((uint64_t)checks, 10);
    put("\n");
    /* Whoever runs this stops it now. */
    for (;;) {
        op("msr daifset, #15");
        op("wfi");
    }
}

/* ---- exceptions */

static Trap read_trap(unsigned vector)
{
    Trap t = {
        .taken = true, .kind = (TrapKind)(vector & 3), .vector = (int)vector, .el = current_el()};

    switch (t.el) {
    case 1:
        t.esr = rd(esr_el1), t.far = rd(far_el1), t.elr = rd(elr_el1), t.spsr = rd(spsr_el1);
        break;
    case 2:
        t.esr = rd(esr_el2), t.far = rd(far_el2), t.elr = rd(elr_el2), t.spsr = rd(spsr_el2);
        t.hpfar = rd(hpfar_el2);
        break;
    default:
        t.esr = rd(esr_el3), t.far = rd(far_el3), t.elr = rd(elr_el3), t.spsr = rd(spsr_el3);
        break;
    }
    return t;
}

static void set_return(uint64_t elr, uint64_t spsr)
{
    switch (current_el()) {
    case 1:
        wr(elr_el1, elr);
        wr(spsr_el1, spsr);
        break;
    case 2:
        wr(elr_el2, elr);
        wr(spsr_el2, spsr);
        break;
    default:
        wr(elr_el3, elr);
        wr(spsr_el3, spsr);
        break;
    }
}

/* To the level above, whose kit_trap goes on with it. */
void kit_climb(void)
{
    Cpu *c = &cpus[cpu_number()];
    int to = (int)(c->jumps[c->depth - 1].spsr >> 2) & 3;

    if (to == 3) {
        op("smc #0x5afe");
    } else if (to == 2) {
        op("hvc #0x5afe");
    }
    op("svc #0x5afe");
    __builtin_unreachable();
}

static bool is_climb(const Trap *t)
{
    unsigned ec = trap_ec(t);

    return t->kind == TRAP_SYNC && (ec == 0x15 || ec == 0x16 || ec == 0x17) &&
           (t->esr & 0xffff) == CLIMB;
}

static void unexpected(const Trap *t)
{
    put_hex("# unexpected exception, vector ", (uint64_t)t->vector);
    put_hex(" EL", (uint64_t)t->el);
    put_hex(" esr ", t->esr);
    put_hex(" far ", t->far);
    put_hex(" elr ", t->elr);
    put_hex(" spsr ", t->spsr);
    put("\n");
    check(false, "kit", "no unexpected exception");
    end();
}

void kit_trap(unsigned vector, uint64_t *frame)
{
    Cpu *c = &cpus[cpu_number()];
    Trap t = read_trap(vector);
    uint64_t elr = t.elr, spsr = t.spsr;

    if (!is_climb(&t)) {
        if (on_trap && on_trap(&t, frame, &elr, &spsr)) {
            set_return(elr, spsr);
            return;
        }
        if ((t.kind == TRAP_IRQ || t.kind == TRAP_FIQ) && on_interrupt) {
            on_interrupt(&t);
            set_return(elr, spsr);
            return;
        }
        while (c->depth && !c->jumps[c->depth - 1].catches) {
            c->depth--;
        }
        if (!c->depth) {
            unexpected(&t);
        }
        c->trap = t;
    }
    Jump *j = &c->jumps[c->depth - 1];
    if ((int)(j->spsr >> 2 & 3) > t.el) {
        kit_climb();
    }
    c->depth--;
    frame[0] = (uint64_t)j;
    set_return((uint64_t)kit_jump_resume, j->spsr);
}

static Jump *jump_new(Cpu *c, bool catches)
{
    Jump *j = &c->jumps[c->depth++];
    int el = current_el();

    j->catches = catches;
    j->spsr = (uint64_t)el << 2 | rd(daif) | (el ? rd(spsel) : 0);
    return j;
}

Trap expect(void (*fn)(void *arg), void *arg)
{
    Cpu *c = &cpus[cpu_number()];
    Jump *j = jump_new(c, true);

    c->trap = (Trap){0};
    if (kit_jump_set(j) == 0) {
        fn(arg);
        c->depth--;
        c->trap = (Trap){0};
    }
    return c->trap;
}

/* ---- levels and CPUs */

/* What lets the levels below run this code: AArch64, FP, the vectors. */
static void open_lower_levels(void)
{
    int el = current_el();
    uint64_t v = (uint64_t)vectors;

    wr(tpidrro_el0, rd(mpidr_el1) & 0xff);
    if (el == 3) {
        wr(scr_el3, rd(scr_el3) | 1 << 10 | 1 << 8);
        wr(cptr_el3, 0);
    }
    if (el >= 2) {
        bool has_el2 = rd(id_aa64pfr0_el1) >> 8 & 15;

        if (has_el2) {
            wr(vbar_el2, v);
            wr(hcr_el2, 1ull << 31);
            wr(cptr_el2, 0x33ff);
            wr(cnthctl_el2, 3);
        }
        wr(vbar_el1, v);
        wr(sctlr_el1, 0x30d00800);
    }
    wr(cpacr_el1, 3 << 20);
}

static uint64_t stack_of(unsigned cpu, int el)
{
    return (uint64_t)kit_stacks + ((uint64_t)(cpu * 4 + (unsigned)el + 1) << STACK_BITS);
}

static uint64_t sp_for(unsigned cpu, int el)
{
    /* The level may be in use already, further up in this call chain: leave that alone. */
    return stack_of(cpu, el);
}

void run_at(int el, void (*fn)(void *arg), void *arg)
{
    Cpu *c = &cpus[cpu_number()];
    Jump *j = jump_new(c, false);
    uint64_t spsr = 0x3c0 | (uint64_t)el << 2 | (el ? 1 : 0), sp = sp_for(cpu_number(), el);

    if (kit_jump_set(j)) {
        return;
    }
    switch (current_el()) {
    case 1:
        kit_call_down_el1(fn, arg, sp, spsr);
        break;
    case 2:
        kit_call_down_el2(fn, arg, sp, spsr);
        break;
    default:
        kit_call_down_el3(fn, arg, sp, spsr);
        break;
    }
}

void kit_start(void)
{
    boot_el = current_el();
    open_lower_levels();
    wr32(UART + 0x30, 0x101);
    put("# EL");
    put_number((uint64_t)boot_el, 10);
    put("\n");
    suite_main();
    end();
}

void kit_secondary_start(void)
{
    unsigned n = (unsigned)rd(mpidr_el1) & 0xff;

    open_lower_levels();
    starts[n].fn(starts[n].arg);
}

bool cpu_start(unsigned n, void (*fn)(void *arg), void *arg)
{
    starts[n].fn = fn;
    starts[n].arg = arg;
    dsb();
    if (has_psci()) {
        return psci(0xc4000003, n, (uint64_t)kit_secondary, 0) == 0;
    }
    kit_mailboxes[n] = 1;
    dsb();
    op("sev");
    return true;
}
