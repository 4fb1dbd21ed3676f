/* SPDX-License-Identifier: MIT */
/* CFI NOR flash. */
#ifndef HW_BLOCK_PFLASH_CFI01_H
#define HW_BLOCK_PFLASH_CFI01_H

#include "backends/block/block.h"
#include "hw/core/device.h"

#define TYPE_PFLASH_CFI01 "cfi.pflash01"

/* Before realize: whose content the array is. */
void pflash_cfi01_set_node(Device *dev, BlockNode *node);
/* After it: the array. */
MemoryRegion *pflash_cfi01_array(Device *dev);

#endif
