/* SPDX-License-Identifier: MIT */
/* The payload of the engine benchmark: runs the kernel that the semihosting command line names,
 * "KERNEL UNITS" or "smp CPUS UNITS", between the marks @begin and @end on the serial port, and
 * turns the machine off. */
#include "bench.h"
#include "kit/bare.h"

static const Kernel *const groups[] = {
    integer_kernels, memory_kernels, indirect_kernels, fp_kernels,
    simd_kernels,    atomic_kernels, system_kernels,   code_kernels,
};

void mark_begin(void)
{
    note("@begin");
}

void mark_end(uint64_t sum)
{
    note("@end");
    note_value("sum", sum);
}

static const char *command_line(void)
{
    static char text[128];
    static uint64_t block[2] = {(uint64_t)text, sizeof(text)};
    register uint64_t x0 asm("x0") = 0x15; /* SYS_GET_CMDLINE */
    register uint64_t *x1 asm("x1") = block;

    asm volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return x0 ? "" : text;
}

/* The word at *s, which moves behind it, is `word`. */
static bool take_word(const char **s, const char *word)
{
    const char *p = *s;

    while (*word && *p == *word) {
        p++, word++;
    }
    if (*word || (*p && *p != ' ')) {
        return false;
    }
    *s = *p ? p + 1 : p;
    return true;
}

static uint64_t take_number(const char **s)
{
    uint64_t v = 0;

    for (; **s >= '0' && **s <= '9'; ++*s) {
        v = v * 10 + (uint64_t)(**s - '0');
    }
    *s += **s == ' ';
    return v;
}

static void run(const Kernel *k, uint64_t n)
{
    if (k->present && !k->present()) {
        note("skipped: this CPU does not have it");
        return;
    }
    if (k->setup) {
        k->setup();
    }
    mark_begin();
    mark_end(k->run(n));
}

static void run_named(const char *text)
{
    if (take_word(&text, "smp")) {
        uint64_t cpus = take_number(&text);
        smp_run((unsigned)cpus, take_number(&text));
        return;
    }
    for (unsigned g = 0; g < COUNT_OF(groups); g++) {
        for (const Kernel *k = groups[g]; k->name; k++) {
            if (take_word(&text, k->name)) {
                run(k, take_number(&text));
                return;
            }
        }
    }
    check(false, "command line", "names a kernel");
}

void suite_main(void)
{
    const char *text = command_line();

    mmu_make_tables();
    mmu_on();
    run_named(text);
    psci(0x84000008, 0, 0, 0); /* SYSTEM_OFF */
}
