/* SPDX-License-Identifier: MIT */
/* Exceptions as short as they can be, for the kernels that measure them. */
        .text
        .balign 0x800
        .global bench_vectors
bench_vectors:
        .macro  wrong
        .balign 0x80
        b       .
        .endm
        wrong                           /* SP_EL0 */
        wrong
        wrong
        wrong
        .balign 0x80                    /* this level: counts in x2 */
        add     x2, x2, #1
        eret
        wrong
        wrong
        wrong
        .balign 0x80                    /* EL0: SVC 1 ends it, others are counted */
        mrs     x3, esr_el1
        tst     x3, #0xffff
        b.ne    1f
        add     x2, x2, #1
        eret
1:      mov     x0, x2
        ret     x4
        wrong
        wrong
        wrong
        .balign 0x80

        /* uint64_t bench_svc(uint64_t n): n of them taken from this level */
        .global bench_svc
bench_svc:
        mov     x2, #0
1:      svc     #0
        subs    x0, x0, #1
        b.ne    1b
        mov     x0, x2
        ret

        /* uint64_t bench_svc_el0(uint64_t n): from EL0 */
        .global bench_svc_el0
bench_svc_el0:
        mov     x2, #0
        mov     x4, x30
        adr     x3, user
        msr     elr_el1, x3
        mov     x3, #0x3c0
        msr     spsr_el1, x3
        eret
        .balign 4096
        .global bench_user_page
bench_user_page:
user:   svc     #0
        subs    x0, x0, #1
        b.ne    user
        svc     #1
        .balign 4096
