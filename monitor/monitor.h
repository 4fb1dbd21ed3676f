/* SPDX-License-Identifier: MIT */
/* QMP monitors: sessions over character devices. */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "util/error.h"

/* Serves QMP to whoever connects to the character device, one client after the other. The greeting
 * is sent by the main loop, so a client that has it can use every command. With pretty, a line
 * for each member. */
bool monitor_add(const char *chardev_id, bool pretty, Error **errp);

#endif
