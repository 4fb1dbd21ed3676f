/* SPDX-License-Identifier: MIT */
/* One "max" CPU with RAM, driven by the tests themselves: no vCPU thread runs. */
#ifndef TESTS_TCG_ENV_H
#define TESTS_TCG_ENV_H

#include "accel/tcg/exec.h"
#include "accel/tcg/tlb.h"
#include "hw/cpu/arm-cpu.h"

enum {
    ENV_RAM_BASE = 0x40000000, /* where RAM is, and is mapped to itself as Normal memory */
    ENV_RAM_SIZE = 4 << 20,
    ENV_TABLES = 0x300000,              /* offset of the page tables in RAM */
    ENV_CODE = ENV_RAM_BASE + 0x200000, /* executable from here on */
    ENV_VBAR = ENV_CODE + 0x80000,
};

extern ArmCpu *env_cpu;
extern TcgCpu *env_tcg;
extern uint8_t *env_ram; /* host memory of RAM */

void env_init(void);
/* The translator with a code cache of so many bytes; without one for this host the program ends
 * here, as skipped. */
void env_need_translator(size_t bytes);
/* The same with EL2 and EL3; env_reset_state() makes it EL1, Non-secure. */
void env_init_all_levels(void);
/* The page tables as env_init() makes them. */
void env_make_tables(void);
/* EL1, SP_EL1, everything masked, MMU as env_init() left it, pending exits forgotten. */
void env_reset_state(void);
/* Runs from cpu->pc until an exit is asked for or the CPU waits. */
void env_run(void);
/* Both sides of a comparison: all keys of pointer authentication, by A (IA, IB, DA, DB, GA) and
 * half. */
#define ENV_KEY(k, half) (0x0123456789abcdefull * (2 * (k) + (half) + 3))
#define ENV_SCTLR        (0x1005 | 1ull << 31 | 1 << 30 | 1 << 27 | 1 << 13) /* M, C, I; EnIA to EnDB */
#define ENV_TCR          (25 | 25 << 16 | 1ull << 23 | 5ull << 32)           /* T0SZ, T1SZ, EPD1 */
/* Writes an instruction. */
static inline void env_put(uint64_t va, uint32_t word)
{
    memcpy(env_ram + (va - ENV_RAM_BASE), &word, 4);
}

/* ---- TAP */
void tap(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tap_skip(const char *reason, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int tap_status(void); /* prints the plan; the exit status */

#endif
