/* SPDX-License-Identifier: MIT */
/* Programs of random rows of the table, at EL1 and EL0, with random registers: whatever they do to
 * themselves, their page tables and their vectors, the emulator stands. SEED=n, PROGRAMS=n. */
#include "tests/tcg/diff.h"
#include "tests/tcg/env.h"

#include <stdlib.h>

enum { WORDS = 512, PROGRAMS = 300, MICROSECONDS_EACH = 1500 };

static GMutex lock;
static GCond started;
static int running; /* program number; 0: end */

/* Ends a program that does not end by itself. */
static gpointer watchdog(gpointer data)
{
    int seen = 0;

    g_mutex_lock(&lock);
    while (running >= 0) {
        if (running == seen) {
            g_cond_wait(&started, &lock);
            continue;
        }
        seen = running;
        gint64 end = g_get_monotonic_time() + MICROSECONDS_EACH;
        while (running == seen && g_cond_wait_until(&started, &lock, end)) {
        }
        if (running == seen) {
            atomic_store(&env_cpu->cs.exit_request, 1);
        }
    }
    g_mutex_unlock(&lock);
    return NULL;
}

static void set_running(int n)
{
    g_mutex_lock(&lock);
    running = n;
    g_cond_signal(&started);
    g_mutex_unlock(&lock);
}

static uint32_t random_word(void)
{
    const A64RowInfo *row = &a64_rows[diff_random() % A64_ROW_COUNT];

    return diff_random() % 16 ? (row->value | (~row->mask & (uint32_t)diff_random()))
                              : (uint32_t)diff_random();
}

static void fill_code(uint64_t va, unsigned words)
{
    for (unsigned i = 0; i < words; i++) {
        env_put(va + i * 4, random_word());
    }
    ram_written(ram_blocks, va - ENV_RAM_BASE, words * 4ull);
}

static void run_program(int n)
{
    DiffState s;

    env_make_tables();
    env_reset_state();
    diff_random_state(&s);
    for (int i = 0; i < 31; i++) { /* many addresses that are good */
        env_cpu->x[i] = i % 3 ? s.x[i] : ENV_RAM_BASE + (diff_random() & 0x3fffff);
    }
    env_cpu->x[ARM_X_ZR] = 0;
    env_cpu->x[ARM_X_SP] = ENV_RAM_BASE + 0x90000;
    memcpy(env_cpu->v, s.v, sizeof(s.v));
    env_cpu->pc = ENV_CODE + (diff_random() & 0x3ffc);
    fill_code(env_cpu->pc, WORDS);
    fill_code(ENV_VBAR + 0x200, 64);
    fill_code(ENV_VBAR + 0x400, 64);
    if (n % 4 == 0) { /* EL0 may execute here too */
        arm_pstate_write(env_cpu, PSTATE_DAIF);
    }
    set_running(n);
    env_run();
}

int main(void)
{
    const char *seed = g_getenv("SEED"), *n = g_getenv("PROGRAMS");
    int programs = n ? atoi(n) : PROGRAMS;

    diff_seed(seed ? strtoull(seed, NULL, 0) : 1);
    env_init();
    env_cpu->isa_features = UINT64_MAX;
    GThread *thread = g_thread_new("watchdog", watchdog, NULL);
    for (int i = 1; i <= programs; i++) {
        run_program(i);
    }
    set_running(-1);
    g_thread_join(thread);
    tap(true, "%d random programs", programs);
    tap(atomic_load(&env_cpu->cs.insn_count) > 1000, "they executed instructions");
    return tap_status();
}
