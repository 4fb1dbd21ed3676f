/* SPDX-License-Identifier: MIT */
/* A digest of the machine's state: equal states give equal digests, whatever the host's time. */
#ifndef HW_CORE_STATE_HASH_H
#define HW_CORE_STATE_HASH_H

#include "hw/core/device.h"

/* What a part of the machine adds its state to (DeviceClass.hash): everything that a guest could
 * tell apart and that is not in a register table, in a fixed order, and nothing that the passing
 * of host time changes. */
void state_hash_u64(StateHash *h, uint64_t value);
void state_hash_bytes(StateHash *h, const void *data, size_t len);

/* path: of the device, or "ram:" and the name of a RAM block. hex: SHA-256. */
typedef void StateHashPartFn(const char *path, const char *hex, void *opaque);
/* Calls fn for each part in a fixed order; the digest of all of them is returned. vCPUs are
 * paused. (transfer full) */
char *state_hash_machine(Object *machine, StateHashPartFn *fn, void *opaque) REQUIRES(vm_lock);

#endif
