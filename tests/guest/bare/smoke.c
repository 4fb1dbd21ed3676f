/* SPDX-License-Identifier: MIT */
/* The kit itself: levels, expected exceptions, other CPUs. */
#include "kit/bare.h"

static volatile uint64_t seen;

static void at_el0(void *arg)
{
    seen = (uint64_t)arg;
}

static void at_el1(void *arg)
{
    seen = (uint64_t)current_el();
    Trap t = EXPECT("svc #7");
    check(t.taken && trap_ec(&t) == 0x15, "D1.3 SVC", "an SVC at EL1 is taken to EL1");
    check_eq((uint64_t)t.el, 1, "D1.3 SVC", "the level");
    check_eq(trap_iss(&t), 7, "D1.3 SVC", "the immediate is the syndrome");
    check_eq((uint64_t)t.vector, 4, "D1.3.1 vectors", "from the same level with SP_ELx");
    run_at(0, at_el0, (void *)42);
    check_eq(seen, 42, "kit", "a function ran at EL0");
}

static volatile bool second_here;

static void second(void *arg)
{
    second_here = (rd(mpidr_el1) & 0xff) == 1;
    op("dsb sy; sev");
    for (;;) {
        op("wfi");
    }
}

static void undefined(void *arg)
{
    op(".word 0");
}

void suite_main(void)
{
    Trap t = expect(undefined, NULL);

    check(t.taken && trap_ec(&t) == 0, "D1.3 UNDEFINED", "UDF is taken as unknown reason");
    check_eq((uint64_t)t.el, (uint64_t)boot_el, "D1.3 UNDEFINED", "at the current level");
    if (boot_el > 1) {
        run_at(1, at_el1, NULL);
        check_eq(seen, 42, "kit", "came back from EL1");
    } else {
        at_el1(NULL);
    }
    check(cpu_start(1, second, NULL), "kit", "CPU 1 is there");
    while (!second_here) {
        op("wfe");
    }
    check(true, "kit", "CPU 1 ran");
}
