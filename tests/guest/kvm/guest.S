/* SPDX-License-Identifier: MIT */
/* What runs in the virtual machine: its virtual timer interrupts it, and each time it sends an SGI to
 * itself. After enough of them it says so, and how many, by a store to where nothing is. x0: version of
 * its interrupt controller. */
        .equ GICD, 0x08000000
        .equ GICC, 0x08010000
        .equ GICR, 0x080a0000
        .equ DONE, 0x10000000
        .equ FAILED, 0x10000008
        .equ TIMER, 27
        .equ ENOUGH, 40
        .equ TICKS, 5000

        .global _start
_start: mov     x19, x0
        mov     x20, #0
        adr     x0, vectors
        msr     vbar_el1, x0
        ldr     x21, =GICD
        ldr     x22, =GICC
        cmp     x19, #2
        b.eq    two

        mov     w0, #0x12               /* affinity routing, group 1 */
        str     w0, [x21]
        ldr     x1, =GICR
        ldr     w0, [x1, #0x14]
        bic     w0, w0, #2              /* awake */
        str     w0, [x1, #0x14]
        add     x1, x1, #0x10, lsl #12
        mov     w0, #-1
        str     w0, [x1, #0x80]
        ldr     w0, =1 << TIMER | 1
        str     w0, [x1, #0x100]
        mov     x0, #1
        msr     S3_0_C12_C12_5, x0      /* SRE */
        isb
        mov     x0, #0xf0
        msr     S3_0_C4_C6_0, x0        /* PMR */
        mov     x0, #1
        msr     S3_0_C12_C12_7, x0      /* IGRPEN1 */
        b       start

two:    ldr     w0, =1 << TIMER
        str     w0, [x21, #0x100]
        mov     w0, #1
        str     w0, [x21]
        mov     w1, #0xf0
        str     w1, [x22, #4]
        str     w0, [x22]

start:  bl      rearm
        msr     daifclr, #2
sleep:  wfi
        cmp     x20, #ENOUGH
        b.lt    sleep
        ldr     x1, =DONE
        str     x20, [x1]
        b       sleep

rearm:  mov     x0, #TICKS
        msr     cntv_tval_el0, x0
        mov     x0, #1
        msr     cntv_ctl_el0, x0
        isb
        ret

failed: ldr     x1, =FAILED
        mrs     x0, esr_el1
        str     x0, [x1]
        b       failed

irq:    cmp     x19, #2
        b.eq    1f
        mrs     x4, S3_0_C12_C12_0      /* IAR1 */
        b       2f
1:      ldr     w4, [x22, #0xc]
2:      cmp     x4, #1023
        b.eq    4f
        add     x20, x20, #1
        cmp     x4, #TIMER
        b.ne    3f
        mov     x5, x30
        bl      rearm
        mov     x30, x5
        bl      sgi
3:      cmp     x19, #2
        b.eq    5f
        msr     S3_0_C12_C12_1, x4      /* EOIR1 */
        isb
4:      eret
5:      str     w4, [x22, #0x10]
        eret

sgi:    cmp     x19, #2
        b.eq    6f
        mov     x0, #1
        msr     S3_0_C12_C11_5, x0      /* SGI1R: 0, to CPU 0 */
        isb
        ret
6:      mov     w0, #2 << 24            /* to itself */
        str     w0, [x21, #0xf00]
        ret

        .align  11
vectors:
        .rept   5
        .align  7
        b       failed
        .endr
        .align  7
        b       irq
        .rept   10
        .align  7
        b       failed
        .endr
