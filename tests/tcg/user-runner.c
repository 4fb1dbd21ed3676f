/* SPDX-License-Identifier: MIT */
/* An arm64 program: reads register states with an instruction each, executes it, writes the states
 * back. For a user-mode emulator, or an arm64 host. */
#include "tests/tcg/user-state.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Copied to a page of its own, with the state behind it: all registers from there, the word, all
 * registers back. TPIDR_EL0 is the one place that holds x0 meanwhile. */
extern const uint8_t template_start[], template_word[], template_end[];
enum { STATE_AT = 4096, SAVED_AT = 8192 };
__asm__("       .text\n"
        "       .global template_start, template_word, template_end\n"
        "       .balign 16\n"
        "template_start:\n"
        "       adr     x1, template_start + 8192\n"
        "       mrs     x2, tpidr_el0\n"
        "       mov     x3, sp\n"
        "       stp     x2, x3, [x1]\n"
        "       stp     x19, x20, [x1, #16]\n"
        "       stp     x21, x22, [x1, #32]\n"
        "       stp     x23, x24, [x1, #48]\n"
        "       stp     x25, x26, [x1, #64]\n"
        "       stp     x27, x28, [x1, #80]\n"
        "       stp     x29, x30, [x1, #96]\n"
        "       stp     d8, d9, [x1, #112]\n"
        "       stp     d10, d11, [x1, #128]\n"
        "       stp     d12, d13, [x1, #144]\n"
        "       stp     d14, d15, [x1, #160]\n"
        "       adr     x0, template_start + 4096\n"
        "       ldr     x1, [x0, #248]\n"
        "       mov     sp, x1\n"
        "       .irp    n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30\n"
        "       add     x1, x0, #256 + 16 * \\n\n"
        "       ld1     {v\\n\\().2d}, [x1]\n"
        "       .endr\n"
        "       .irp    n, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31\n"
        "       add     x1, x0, #256 + 16 * \\n\n"
        "       ld1     {v\\n\\().2d}, [x1]\n"
        "       .endr\n"
        "       add     x3, x0, #768\n"
        "       ldp     x1, x2, [x3]\n"
        "       msr     nzcv, x1\n"
        "       msr     fpcr, x2\n"
        "       ldr     x1, [x3, #16]\n"
        "       msr     fpsr, x1\n"
        "       ldp     x2, x3, [x0, #16]\n"
        "       ldp     x4, x5, [x0, #32]\n"
        "       ldp     x6, x7, [x0, #48]\n"
        "       ldp     x8, x9, [x0, #64]\n"
        "       ldp     x10, x11, [x0, #80]\n"
        "       ldp     x12, x13, [x0, #96]\n"
        "       ldp     x14, x15, [x0, #112]\n"
        "       ldp     x16, x17, [x0, #128]\n"
        "       ldp     x18, x19, [x0, #144]\n"
        "       ldp     x20, x21, [x0, #160]\n"
        "       ldp     x22, x23, [x0, #176]\n"
        "       ldp     x24, x25, [x0, #192]\n"
        "       ldp     x26, x27, [x0, #208]\n"
        "       ldp     x28, x29, [x0, #224]\n"
        "       ldr     x30, [x0, #240]\n"
        "       ldp     x0, x1, [x0]\n"
        "template_word:\n"
        "       nop\n"
        "       msr     tpidr_el0, x0\n"
        "       adr     x0, template_start + 4096\n"
        "       stp     x2, x3, [x0, #16]\n"
        "       stp     x4, x5, [x0, #32]\n"
        "       stp     x6, x7, [x0, #48]\n"
        "       stp     x8, x9, [x0, #64]\n"
        "       stp     x10, x11, [x0, #80]\n"
        "       stp     x12, x13, [x0, #96]\n"
        "       stp     x14, x15, [x0, #112]\n"
        "       stp     x16, x17, [x0, #128]\n"
        "       stp     x18, x19, [x0, #144]\n"
        "       stp     x20, x21, [x0, #160]\n"
        "       stp     x22, x23, [x0, #176]\n"
        "       stp     x24, x25, [x0, #192]\n"
        "       stp     x26, x27, [x0, #208]\n"
        "       stp     x28, x29, [x0, #224]\n"
        "       mov     x2, sp\n"
        "       stp     x30, x2, [x0, #240]\n"
        "       mrs     x2, tpidr_el0\n"
        "       stp     x2, x1, [x0]\n"
        "       mrs     x1, nzcv\n"
        "       mrs     x2, fpcr\n"
        "       mrs     x3, fpsr\n"
        "       add     x4, x0, #768\n"
        "       stp     x1, x2, [x4]\n"
        "       str     x3, [x4, #16]\n"
        "       .irp    n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30\n"
        "       add     x1, x0, #256 + 16 * \\n\n"
        "       st1     {v\\n\\().2d}, [x1]\n"
        "       .endr\n"
        "       .irp    n, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31\n"
        "       add     x1, x0, #256 + 16 * \\n\n"
        "       st1     {v\\n\\().2d}, [x1]\n"
        "       .endr\n"
        "       msr     fpcr, xzr\n"
        "       adr     x1, template_start + 8192\n"
        "       ldp     x2, x3, [x1]\n"
        "       msr     tpidr_el0, x2\n"
        "       mov     sp, x3\n"
        "       ldp     x19, x20, [x1, #16]\n"
        "       ldp     x21, x22, [x1, #32]\n"
        "       ldp     x23, x24, [x1, #48]\n"
        "       ldp     x25, x26, [x1, #64]\n"
        "       ldp     x27, x28, [x1, #80]\n"
        "       ldp     x29, x30, [x1, #96]\n"
        "       ldp     d8, d9, [x1, #112]\n"
        "       ldp     d10, d11, [x1, #128]\n"
        "       ldp     d12, d13, [x1, #144]\n"
        "       ldp     d14, d15, [x1, #160]\n"
        "       ret\n"
        "template_end:\n"
        "       .balign 16\n");

static uint8_t *page;
static uint64_t thread_pointer;
static sigjmp_buf back;

static void signaled(int n)
{
    __asm__ volatile("msr tpidr_el0, %0; msr fpcr, xzr" ::"r"(thread_pointer));
    siglongjmp(back, 1);
}

static int read_all(void *p, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t r = read(0, (char *)p + done, n - done);
        if (r <= 0) {
            return 0;
        }
        done += (size_t)r;
    }
    return 1;
}

static void execute(UserState *s)
{
    uint32_t word = (uint32_t)s->word;
    uint8_t *at = page + (template_word - template_start);

    memcpy(at, &word, 4);
    __builtin___clear_cache((char *)at, (char *)at + 4);
    memcpy(page + STATE_AT, s, sizeof(*s));
    if (sigsetjmp(back, 1) == 0) {
        ((void (*)(void))page)();
        memcpy(s, page + STATE_AT, sizeof(*s));
    } else {
        s->faulted = 1;
    }
}

int main(void)
{
    static uint8_t stack[65536];
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction action = {.sa_handler = signaled, .sa_flags = SA_ONSTACK};
    static const int signals[] = {SIGILL, SIGSEGV, SIGBUS, SIGTRAP, SIGFPE};
    UserState s;

    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(thread_pointer));
    sigaltstack(&alternative, 0);
    for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        sigaction(signals[i], &action, 0);
    }
    page =
        mmap(0, 3 * 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(page, template_start, (size_t)(template_end - template_start));
    __builtin___clear_cache((char *)page, (char *)page + 4096);
    while (read_all(&s, sizeof(s))) {
        execute(&s);
        if (write(1, &s, sizeof(s)) != sizeof(s)) {
            return 1;
        }
    }
    return 0;
}
