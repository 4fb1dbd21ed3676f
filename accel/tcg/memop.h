/* SPDX-License-Identifier: MIT */
/* How a guest memory access is made. */
#ifndef ACCEL_TCG_MEMOP_H
#define ACCEL_TCG_MEMOP_H

/* Log2 of its size, and flags. */
enum {
    MO_8 = 0,
    MO_16 = 1,
    MO_32 = 2,
    MO_64 = 3,
    MO_128 = 4,
    MO_SIZE = 7,
    MO_SIGN64 = 1 << 3, /* loads: sign-extend to 64 bits */
    MO_SIGN32 = 1 << 4, /* loads: sign-extend to 32 bits, zero above */
    MO_UNPRIV = 1 << 5, /* with EL0's permissions (LDTR, STTR) */
    MO_ALIGN = 1 << 6,  /* unaligned addresses fault */
    MO_ACQUIRE = 1 << 7,
    MO_RELEASE = 1 << 8,
    MO_PART_SHIFT = 9, /* three bits: elements of 2^(they - 1) bytes; 0: it is one */
};

typedef enum Fence {
    FENCE_ACQUIRE_RELEASE, /* everything but stores before later loads */
    FENCE_FULL,
    FENCE_SYNC, /* DSB's in the translator */
} Fence;

#endif
