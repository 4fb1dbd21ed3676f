/* SPDX-License-Identifier: MIT */
/* Guest instructions per second of the interpreter: loops of arithmetic, of loads and stores, of
 * calls, of vectors. Prints, and judges nothing. */
#include "tests/tcg/env.h"

#include <stdio.h>
#include <time.h>

enum { WFI = 0xd503207fu, ITERATIONS = 20000000 };

static const uint32_t alu[] = {
    0x8b020021, /* add x1, x1, x2 */
    0xca010063, /* eor x3, x3, x1 */
    0xd341fc84, /* lsr x4, x4, #1 */
    0x8b031084, /* add x4, x4, x3, lsl #4 */
    0xf1000400, /* subs x0, x0, #1 */
    0x54ffff61, /* b.ne .-20 */
    WFI,
};
static const uint32_t memory[] = {
    0xf9400022, /* ldr x2, [x1] */
    0x91000442, /* add x2, x2, #1 */
    0xf9000022, /* str x2, [x1] */
    0xa9410c24, /* ldp x4, x3, [x1, #16] */
    0xa9020c24, /* stp x4, x3, [x1, #32] */
    0xb8405423, /* ldr w3, [x1], #5 */
    0xd1001421, /* sub x1, x1, #5 */
    0xf1000400, /* subs x0, x0, #1 */
    0x54ffff01, /* b.ne .-32 */
    WFI,
};
static const uint32_t calls[] = {
    0x94000004,             /* bl .+16 */
    0xf1000400,             /* subs x0, x0, #1 */
    0x54ffffc1,             /* b.ne .-8 */
    WFI,        0xa9bf7bfd, /* stp x29, x30, [sp, #-16]! */
    0x910003fd,             /* mov x29, sp */
    0xa8c17bfd,             /* ldp x29, x30, [sp], #16 */
    0xd65f03c0,             /* ret */
};
static const uint32_t vectors[] = {
    0xad400821, /* ldp q1, q2, [x1] */
    0x4ea28421, /* add v1.4s, v1.4s, v2.4s */
    0x4e221c21, /* and v1.16b, v1.16b, v2.16b */
    0xad000821, /* stp q1, q2, [x1] */
    0x1e622821, /* fadd d1, d1, d2 */
    0xf1000400, /* subs x0, x0, #1 */
    0x54ffff41, /* b.ne .-24 */
    WFI,
};

static double cpu_seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void bench(const char *name, const uint32_t *code, size_t n)
{
    static uint64_t at = ENV_CODE;
    uint64_t count = atomic_load(&env_cpu->cs.insn_count);

    env_reset_state();
    for (size_t i = 0; i < n; i++) {
        env_put(at + i * 4, code[i]);
    }
    env_cpu->pc = at;
    env_cpu->x[0] = ITERATIONS;
    env_cpu->x[1] = ENV_RAM_BASE + 0x80000;
    env_cpu->x[ARM_X_SP] = ENV_RAM_BASE + 0x90000;
    at += GUEST_PAGE_SIZE;
    double start = cpu_seconds();
    env_run();
    double seconds = cpu_seconds() - start;
    count = atomic_load(&env_cpu->cs.insn_count) - count;
    printf("%-10s %8.1f M insn/s  %6.2f ns/insn\n", name, (double)count / seconds * 1e-6,
           seconds * 1e9 / (double)count);
}

int main(void)
{
    env_init();
    bench("alu", alu, G_N_ELEMENTS(alu));
    bench("memory", memory, G_N_ELEMENTS(memory));
    bench("calls", calls, G_N_ELEMENTS(calls));
    bench("vectors", vectors, G_N_ELEMENTS(vectors));
    return 0;
}
