/* SPDX-License-Identifier: MIT */
/* CRC-32 as the CRC32 and CRC32C instructions step it: reflected, no inversion (C6.2.85). */
#include "accel/tcg/exec.h"
#include "accel/tcg/ir.h"

uint32_t tcg_crc32(unsigned castagnoli, unsigned bytes, uint32_t crc, uint64_t data)
{
    /* The remainders of four bits. */
    static const uint32_t tables[2][16] = {
        {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158,
         0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4,
         0xa00ae278, 0xbdbdf21c},
        {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362,
         0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab,
         0xe330a81a, 0xf36e6f75},
    };
    const uint32_t *table = tables[castagnoli];

    for (unsigned nibble = 0; nibble < 2 * bytes; nibble++, data >>= 4) {
        crc = crc >> 4 ^ table[(crc ^ data) & 15];
    }
    return crc;
}

uint64_t jit_crc32(ArmCpu *cpu, uint64_t a, uint64_t b, uint64_t c)
{
    return tcg_crc32(c & 1, (unsigned)(c >> 1), (uint32_t)a, b);
}
