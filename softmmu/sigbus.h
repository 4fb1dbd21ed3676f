/* SPDX-License-Identifier: MIT */
/* Failing memory under the guest: SIGBUS on guest RAM becomes event MEMORY_FAILURE and a stopped
 * VM. */
#ifndef SOFTMMU_SIGBUS_H
#define SOFTMMU_SIGBUS_H

#include "util/error.h"

/* Installs the handler and its end in the main loop. A SIGBUS that has nothing to do with guest
 * memory takes its default action. */
bool sigbus_init(Error **errp);

#endif
