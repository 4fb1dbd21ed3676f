/* SPDX-License-Identifier: MIT */
/* fw_cfg: items that the machine offers to firmware. */
#ifndef HW_NVRAM_FW_CFG_H
#define HW_NVRAM_FW_CFG_H

#include "hw/core/machine.h"

#define TYPE_FW_CFG_MMIO "fw_cfg_mem"

/* An item by key, or a named file (key chosen in order of addition). The bytes are shared. */
void fw_cfg_add(Device *dev, uint16_t key, GBytes *bytes);
void fw_cfg_add_file(Device *dev, const char *name, GBytes *bytes);
/* The standard items: number of CPUs, memory size, UUID; with firmware that boots the kernel, that
 * and its command line. */
void fw_cfg_add_machine(Device *dev, const Machine *m, bool boots_firmware);

#endif
