/* SPDX-License-Identifier: MIT */
/* A bare-metal guest for the virt board with GICv2: greets on the serial port, echoes what is
 * typed, sleeps in WFI, and powers off when the power button is pressed. An arm64 Image. */

        .equ UART, 0x09000000
        .equ UART_DR, 0x00
        .equ UART_FR, 0x18
        .equ UART_CR, 0x30
        .equ UART_IMSC, 0x38
        .equ UART_ICR, 0x44
        .equ GPIO, 0x09030000
        .equ GPIO_IBE, 0x408
        .equ GPIO_IEV, 0x40c
        .equ GPIO_IE, 0x410
        .equ GPIO_RIS, 0x414
        .equ GPIO_IC, 0x41c
        .equ GICD, 0x08000000
        .equ GICC, 0x08010000
        .equ POWER_PIN, 1 << 3
        .equ PSCI_SYSTEM_OFF, 0x84000008

        .global _start
_start: b       begin
        .word   0
        .quad   0                       /* text offset */
        .quad   end - _start            /* image size */
        .quad   0xa                     /* little-endian, 4K pages, anywhere */
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .word   0

begin:  adr     x0, stack_top
        mov     sp, x0
        ldr     x20, =UART
        ldr     x21, =GPIO
        ldr     x22, =GICD
        ldr     x23, =GICC
        mov     w0, #0x301              /* receiver, transmitter, UART on */
        str     w0, [x20, #UART_CR]
        adr     x0, greeting
        bl      puts

        mov     w0, #POWER_PIN          /* rising edge of the button */
        str     w0, [x21, #GPIO_IEV]
        str     w0, [x21, #GPIO_IE]
        mov     w0, #0x50               /* receive and receive-timeout interrupts */
        str     w0, [x20, #UART_IMSC]
        mov     w0, #0x82               /* SPIs 1 and 7: 33 and 39 */
        str     w0, [x22, #0x104]
        mov     w0, #0x01010101
        str     w0, [x22, #0x820]       /* targets of 32-35 and 36-39: CPU 0 */
        str     w0, [x22, #0x824]
        mov     w0, #1
        str     w0, [x22]
        mov     w1, #0xff
        str     w1, [x23, #4]           /* priority mask */
        str     w0, [x23]

sleep:  wfi                             /* interrupts stay masked: a pending one wakes */
        ldr     w24, [x23, #0xc]        /* acknowledge */
        ldr     w0, [x21, #GPIO_RIS]
        tst     w0, #POWER_PIN
        b.ne    power_off
1:      ldr     w0, [x20, #UART_FR]
        tbnz    w0, #4, 2f              /* receive FIFO empty */
        ldr     w0, [x20, #UART_DR]
        bl      putc
        b       1b
2:      mov     w0, #0x7ff
        str     w0, [x20, #UART_ICR]
        str     w24, [x23, #0x10]       /* end of interrupt */
        b       sleep

power_off:
        adr     x0, goodbye
        bl      puts
        ldr     x0, =PSCI_SYSTEM_OFF
        hvc     #0
        b       .

puts:   mov     x9, x0
        mov     x10, x30
1:      ldrb    w0, [x9], #1
        cbz     w0, 2f
        bl      putc
        b       1b
2:      ret     x10

putc:   ldr     w1, [x20, #UART_FR]
        tbnz    w1, #5, putc            /* transmit FIFO full */
        str     w0, [x20, #UART_DR]
        ret

greeting:
        .asciz  "Poise guest: running at EL1. Type, and it is echoed; the power button ends it.\r\n"
goodbye:
        .asciz  "Poise guest: power button, off.\r\n"
        .balign 16
        .ltorg
        .balign 16
        .skip   1024
stack_top:
        .balign 4096
end:
