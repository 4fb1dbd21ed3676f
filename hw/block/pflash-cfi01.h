/* SPDX-License-Identifier: MIT */
/* NOR flash with the Intel command set: region 0 the array; properties name, size, file,
 * read-only. */
#ifndef HW_BLOCK_PFLASH_CFI01_H
#define HW_BLOCK_PFLASH_CFI01_H

#define TYPE_PFLASH_CFI01 "cfi.pflash01"

#endif
