/* SPDX-License-Identifier: MIT */
/* QMP monitors: sessions over character devices. */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "gen/qapi-types.h"

/* Serves QMP to whoever connects to the character device: on a socket that listens to any number
 * of clients at a time, else to one after the other. The greeting is sent by the main loop, so a
 * client that has it can use every command of the phase. */
bool monitor_add(const MonitorOptions *opts, Error **errp);

/* Is there a machine? From the start it is assumed that there is. Without one, commands for which
 * the schema does not say 'allow-preconfig' are refused. */
void monitor_set_phase(bool machine_exists);

/* The descriptor that a client of the monitor whose command is being executed named with getfd;
 * it has the name no more. (transfer full) -1: there is none, or no command is being executed. */
int monitor_take_fd(const char *name, Error **errp);

#endif
