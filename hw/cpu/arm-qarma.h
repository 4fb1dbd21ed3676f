/* SPDX-License-Identifier: MIT */
/* The block cipher of pointer authentication codes (Arm ARM D5.1.6, ComputePACQARMA5). */
#ifndef HW_CPU_ARM_QARMA_H
#define HW_CPU_ARM_QARMA_H

#include <stdint.h>

/* key: <127:64>, <63:0>. */
uint64_t arm_qarma5(uint64_t data, uint64_t modifier, uint64_t key_hi, uint64_t key_lo);
/* The same on a host with nothing to help; for tests. */
uint64_t arm_qarma5_portable(uint64_t data, uint64_t modifier, uint64_t key_hi, uint64_t key_lo);

#endif
