/* SPDX-License-Identifier: MIT */
/* At the reset vector in flash: copies the suite behind it to RAM and enters it, at EL3. */
        .equ LOAD, 0x40400000
        .equ STAGED, 0x403fff00         /* a word behind the device tree: the copy is there */
        .section .text, "ax"
        .global _start
_start: ldr     x9, =STAGED
        mrs     x1, mpidr_el1
        tst     x1, #0xff
        b.ne    wait
        adr     x2, image
        ldr     x3, =LOAD
        ldr     x4, =image_end
        ldr     x5, =image
        sub     x4, x4, x5
        add     x4, x4, x3
1:      ldr     x5, [x2], #8
        str     x5, [x3], #8
        cmp     x3, x4
        b.lo    1b
        mov     w5, #1
        dsb     sy
        str     w5, [x9]
        sev
        b       go
wait:   ldr     w5, [x9]
        cbz     w5, wait
go:     ic      iallu
        dsb     sy
        isb
        ldr     x3, =LOAD
        mov     x0, #0
        br      x3
        .ltorg
        .balign 8
image:  .incbin SUITE
        .balign 8
image_end:
