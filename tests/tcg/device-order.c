/* SPDX-License-Identifier: MIT */
/* What a guest orders by barriers stays ordered for devices, though translated code of a lone vCPU
 * executes none: the guest stores X and loads Y, a thread stores Y and loads X as devices do
 * (memory_fence()). At least one of them sees the other's store. ROUNDS=of each test. */
#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"
#include "tests/tcg/diff.h"
#include "tests/tcg/env.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 10000, MAX_ROUNDS = 30000, SECONDS = 5, END = -1 };

/* In guest RAM, each on lines of its own. */
typedef struct Arena {
    _Alignas(256) _Atomic int64_t go;    /* the round that may begin; END */
    _Alignas(256) _Atomic int64_t other; /* the guest's store to it takes its time: X has to wait */
    _Alignas(256) _Atomic int64_t x[MAX_ROUNDS];
    _Alignas(256) _Atomic int64_t y[MAX_ROUNDS];
    _Alignas(256) _Atomic int64_t seen[MAX_ROUNDS]; /* what the guest found in y; -1: not yet */
} Arena;
_Static_assert(sizeof(Arena) < ENV_CODE - ENV_RAM_BASE, "room for it");

static Arena *arena;
static int rounds = ROUNDS;
static int done, both_missed, by_guest, by_device;

/* ---- the device's side */

static void delay(uint64_t n)
{
    for (volatile uint64_t i = 0; i < n; i++) {
    }
}

static void one_round(int i)
{
    uint64_t late = diff_random() % 256;

    atomic_store_explicit(&arena->other, 0, memory_order_relaxed);
    atomic_store_explicit(&arena->go, i, memory_order_release);
    delay(late);
    atomic_store_explicit(&arena->y[i], 1, memory_order_relaxed);
    memory_fence();
    bool i_saw = atomic_load_explicit(&arena->x[i], memory_order_relaxed) != 0;
    while (atomic_load_explicit(&arena->seen[i], memory_order_acquire) < 0) {
    }
    bool it_saw = arena->seen[i] != 0;
    both_missed += !i_saw && !it_saw;
    by_guest += it_saw;
    by_device += i_saw;
}

static gpointer device(gpointer data)
{
    int64_t end = g_get_monotonic_time() + SECONDS * G_USEC_PER_SEC;

    for (done = 0; done < rounds && g_get_monotonic_time() < end;) {
        one_round(++done);
    }
    atomic_store(&arena->go, END);
    return NULL;
}

/* ---- the guest's */

typedef struct Order {
    const char *name;
    uint32_t store, between, load; /* of x1 to [x8]; of x7 from [x9] */
} Order;

enum { NOP = 0xd503201fu };

static const Order orders[] = {
    {"DMB", 0xf9000101, 0xd5033bbf, 0xf9400127},
    {"STLR, LDAR", 0xc89ffd01, NOP, 0xc8dffd27},
    {"LDADDAL", 0xf8e1010a, NOP, 0xf9400127},
};

static void write_code(const Order *o)
{
    const uint32_t code[] = {
        0xf9400006,                                  /* 0: ldr x6, [x0], go */
        0xb7f80186,                                  /* tbnz x6, #63, 13f */
        0xeb0100df,                                  /* cmp x6, x1 */
        0x54ffffa3,                                  /* b.lo 0b */
        0xf90000a1,                                  /* str x1, [x5], other */
        0x8b010c48,                                  /* add x8, x2, x1, lsl #3 */
        0x8b010c69,                                  /* add x9, x3, x1, lsl #3 */
        o->store,   o->between, o->load, 0xf8217887, /* str x7, [x4, x1, lsl #3], seen */
        0x91000421,                                  /* add x1, x1, #1 */
        0x17fffff4,                                  /* b 0b */
        0xd503207f,                                  /* 13: wfi */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(code); i++) {
        env_put(ENV_CODE + 4 * i, code[i]);
    }
    ram_written(ram_blocks, ENV_CODE - ENV_RAM_BASE, sizeof(code));
}

static uint64_t va_of(const void *p)
{
    return ENV_RAM_BASE + (uint64_t)((const uint8_t *)p - env_ram);
}

static void test(const Order *o, const char *who)
{
    memset((void *)arena, 0, sizeof(*arena));
    memset((void *)arena->seen, 0xff, sizeof(arena->seen));
    both_missed = by_guest = by_device = 0;
    write_code(o);
    env_reset_state();
    env_cpu->pc = ENV_CODE;
    env_cpu->x[0] = va_of((void *)&arena->go);
    env_cpu->x[1] = 1;
    env_cpu->x[2] = va_of((void *)arena->x);
    env_cpu->x[3] = va_of((void *)arena->y);
    env_cpu->x[4] = va_of((void *)arena->seen);
    env_cpu->x[5] = va_of((void *)&arena->other);
    GThread *t = g_thread_new("device", device, NULL);
    while (!atomic_load(&env_cpu->cs.halted)) {
        atomic_store(&env_cpu->cs.exit_request, 0);
        env_run();
    }
    g_thread_join(t);
    tap(both_missed == 0 && done > 0, "%s orders for devices, %s", o->name, who);
    tap_note("%d rounds: the guest saw %d, the device %d, neither %d", done, by_guest, by_device,
             both_missed);
}

int main(void)
{
    const char *n = g_getenv("ROUNDS");

    rounds = n ? CLAMP(atoi(n), 1, MAX_ROUNDS - 1) : ROUNDS;
    g_unsetenv("TIER");
    env_init();
    env_need_translator(8 << 20);
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
        puts("1..0 # SKIP one processor has no order to lose");
        return 0;
    }
    tcg_options.heat_limit = 0;
    arena = (Arena *)(void *)env_ram;
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        test(&orders[i], "a vCPU alone");
    }
    jit_company();
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        test(&orders[i], "several");
    }
    return tap_status();
}
