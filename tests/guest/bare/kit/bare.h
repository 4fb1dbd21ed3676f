/* SPDX-License-Identifier: MIT */
/* What a bare-metal suite is written with: checks, traps that are expected, other levels and CPUs.
 *
 * A suite defines suite_main(), which starts on CPU 0 at boot_el with the MMU off, interrupts
 * masked and FP accessible. Every check names its rule: a short mark of the manual's ("D1.3.1
 * R_TNVSL", "ELR_EL1 of SVC"), which is the key in differences.txt. */
#ifndef BARE_H
#define BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void suite_main(void);
extern int boot_el;

/* ---- checks */

void check(bool ok, const char *rule, const char *what);
/* The same, telling both values when they differ. */
void check_eq(uint64_t got, uint64_t want, const char *rule, const char *what);
/* A line for the reader, not a check. */
void note(const char *text);
void note_value(const char *text, uint64_t value);

/* ---- registers: any name or S3_... encoding that the assembler knows */

#define rd(reg)                                                   \
    ({                                                            \
        uint64_t rd_value;                                        \
        asm volatile("mrs %0, " #reg : "=r"(rd_value)::"memory"); \
        rd_value;                                                 \
    })
#define wr(reg, value) asm volatile("msr " #reg ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory")
#define op(text)       asm volatile(text ::: "memory")
static inline void isb(void)
{
    op("isb");
}
static inline void dsb(void)
{
    op("dsb sy");
}
int current_el(void);

/* ---- memory and devices of the board */

enum {
    GICD = 0x08000000,
    GICC = 0x08010000,
    GICH = 0x08030000,
    GICV = 0x08040000,
    GITS = 0x08080000,
    GICR = 0x080a0000,
    UART = 0x09000000,
    RTC = 0x09010000,
    GPIO = 0x09030000,
};
static inline uint32_t rd32(uintptr_t addr)
{
    return *(volatile uint32_t *)addr;
}
static inline void wr32(uintptr_t addr, uint32_t v)
{
    *(volatile uint32_t *)addr = v;
}
static inline uint64_t rd64(uintptr_t addr)
{
    return *(volatile uint64_t *)addr;
}
static inline void wr64(uintptr_t addr, uint64_t v)
{
    *(volatile uint64_t *)addr = v;
}
/* Zeroed memory of `bytes`, aligned to that (a power of two); never given back. */
void *alloc_aligned(size_t bytes);
void *memset(void *p, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);

/* ---- exceptions */

typedef enum TrapKind { TRAP_SYNC, TRAP_IRQ, TRAP_FIQ, TRAP_SERROR } TrapKind;
typedef struct Trap {
    bool taken;
    TrapKind kind;
    int vector; /* 0-15: its place in the table */
    int el;     /* that took it */
    uint64_t esr, far, elr, spsr;
    uint64_t hpfar; /* at EL2 */
} Trap;
static inline unsigned trap_ec(const Trap *t)
{
    return (unsigned)(t->esr >> 26) & 0x3f;
}
static inline uint32_t trap_iss(const Trap *t)
{
    return (uint32_t)t->esr & 0x1ffffff;
}

/* Runs fn; the first exception, at whichever level, ends it and is returned. Nests. */
Trap expect(void (*fn)(void *arg), void *arg);
/* expect() of some inline assembly. */
#define EXPECT(text)                                     \
    ({                                                   \
        void expect_fn(void *unused)                     \
        {                                                \
            (void)unused;                                \
            asm volatile(text ::: "x0", "x1", "memory"); \
        }                                                \
        expect(expect_fn, NULL);                         \
    })

/* Called for IRQs and FIQs instead of ending an expect(), on the CPU that takes them; it must make
 * the source go away. NULL: none. */
extern void (*volatile on_interrupt)(const Trap *t);
/* Called before anything else is done with an exception: true when that is all, and execution
 * goes on at *ret_elr with *ret_spsr. NULL: none. */
extern bool (*volatile on_trap)(const Trap *t, uint64_t *x, uint64_t *ret_elr, uint64_t *ret_spsr);

/* Runs fn one or more levels below the current one, and comes back. Interrupts are masked; SP is
 * SP_ELx. The registers that rule the lower level are the caller's business (HCR_EL2.RW and
 * SCR_EL3.RW are set by the kit). The instructions SVC, HVC, SMC with immediate 0x5afe are the
 * kit's: they bring it back. */
void run_at(int el, void (*fn)(void *arg), void *arg);

/* ---- other CPUs and power */

/* Starts CPU n (1-7) in fn at the level PSCI starts it in, or at EL3 without PSCI. fn does not
 * return. False: there is none. */
bool cpu_start(unsigned n, void (*fn)(void *arg), void *arg);
/* SMCCC call with the conduit of the machine (HVC from EL1, SMC from EL2). */
int64_t psci(uint64_t id, uint64_t a, uint64_t b, uint64_t c);
bool has_psci(void);

#endif
