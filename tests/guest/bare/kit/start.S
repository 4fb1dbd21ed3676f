/* SPDX-License-Identifier: MIT */
/* Where a suite begins: the first CPU into C at the level it starts in, the others parked; the
 * exception vectors that every level shares; jumps between levels. */
        .equ STACK_BITS, 14             /* of one level of one CPU */
        .equ FRAME, 272                 /* x0-x30, pstate's place */

        .section .text.start, "ax"
        .global _start
_start: mrs     x1, mpidr_el1
        ands    x1, x1, #0xff
        b.ne    parked
        ldr     x2, =bss_start
        ldr     x3, =bss_end
1:      cmp     x2, x3
        b.hs    2f
        str     xzr, [x2], #8
        b       1b
2:      mov     x20, x0
        bl      own_stack
        mov     x0, x20
        bl      kit_start
3:      wfi
        b       3b

        /* A CPU that nobody turned on (no firmware): waits for its place in cpu_start(). */
parked: ldr     x2, =kit_mailboxes
        add     x2, x2, x1, lsl #3
1:      wfe
        ldr     x3, [x2]
        cbz     x3, 1b
        /* fall through */

        /* CPU_ON's entry: x0 is not looked at, the mailbox tells. */
        .global kit_secondary
kit_secondary:
        bl      own_stack
        bl      kit_secondary_start
3:      wfi
        b       3b

        /* SP and VBAR of the current level, by CPU: leaves only x0-x4 changed. */
own_stack:
        mrs     x1, mpidr_el1
        and     x1, x1, #0xff
        mrs     x2, currentel
        lsr     x2, x2, #2
        add     x3, x2, x1, lsl #2      /* cpu * 4 + level */
        add     x3, x3, #1
        ldr     x4, =kit_stacks
        add     x4, x4, x3, lsl #STACK_BITS
        msr     spsel, #1
        mov     sp, x4
        ldr     x4, =vectors
        cmp     x2, #2
        b.eq    2f
        b.hi    3f
        msr     vbar_el1, x4
        ret
2:      msr     vbar_el2, x4
        ret
3:      msr     vbar_el3, x4
        ret

        /* ---- exceptions: kit_trap(vector, frame) */
        .macro  vector, n
        .balign 0x80
        sub     sp, sp, #FRAME
        stp     x0, x1, [sp]
        mov     x0, #\n
        b       save
        .endm

        .balign 0x800
        .global vectors
vectors:
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        vector  \n
        .endr

save:   stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x19, [sp, #144]
        stp     x20, x21, [sp, #160]
        stp     x22, x23, [sp, #176]
        stp     x24, x25, [sp, #192]
        stp     x26, x27, [sp, #208]
        stp     x28, x29, [sp, #224]
        str     x30, [sp, #240]
        mov     x1, sp
        bl      kit_trap
        ldp     x2, x3, [sp, #16]
        ldp     x4, x5, [sp, #32]
        ldp     x6, x7, [sp, #48]
        ldp     x8, x9, [sp, #64]
        ldp     x10, x11, [sp, #80]
        ldp     x12, x13, [sp, #96]
        ldp     x14, x15, [sp, #112]
        ldp     x16, x17, [sp, #128]
        ldp     x18, x19, [sp, #144]
        ldp     x20, x21, [sp, #160]
        ldp     x22, x23, [sp, #176]
        ldp     x24, x25, [sp, #192]
        ldp     x26, x27, [sp, #208]
        ldp     x28, x29, [sp, #224]
        ldr     x30, [sp, #240]
        ldp     x0, x1, [sp]
        add     sp, sp, #FRAME
        eret

        /* ---- int kit_jump_set(Jump *): 0 now, 1 when kit_jump_resume comes back here */
        .global kit_jump_set, kit_jump_resume
kit_jump_set:
        stp     x19, x20, [x0]
        stp     x21, x22, [x0, #16]
        stp     x23, x24, [x0, #32]
        stp     x25, x26, [x0, #48]
        stp     x27, x28, [x0, #64]
        stp     x29, x30, [x0, #80]
        mov     x1, sp
        str     x1, [x0, #96]
        mov     x0, #0
        ret
        /* Entered by ERET at the level of the jump, x0: Jump * */
kit_jump_resume:
        ldp     x19, x20, [x0]
        ldp     x21, x22, [x0, #16]
        ldp     x23, x24, [x0, #32]
        ldp     x25, x26, [x0, #48]
        ldp     x27, x28, [x0, #64]
        ldp     x29, x30, [x0, #80]
        ldr     x1, [x0, #96]
        mov     sp, x1
        mov     x0, #1
        ret

        /* ---- kit_call_down(fn, arg, sp, SPSR): by ERET; fn's return climbs back (see lib.c) */
        .global kit_call_down_el1, kit_call_down_el2, kit_call_down_el3
        .macro  call_down, el
kit_call_down_el\el:
        mov     x4, x0
        mov     x0, x1
        mov     x1, x4
        msr     spsr_el\el, x3
        adr     x4, down
        msr     elr_el\el, x4
        isb
        eret
        .endm
        call_down 1
        call_down 2
        call_down 3
        /* x0: arg, x1: fn, x2: sp */
down:   mov     sp, x2
        blr     x1
        b       kit_climb

        .section .bss.stacks, "aw", @nobits
        .balign 16
        .global kit_stacks
kit_stacks:
        .skip   (8 * 4 + 1) << STACK_BITS
