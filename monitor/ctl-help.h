/* SPDX-License-Identifier: MIT */
/* Inside "poise ctl": what the server can be asked. */
#ifndef MONITOR_CTL_HELP_H
#define MONITOR_CTL_HELP_H

#include "monitor/ctl-link.h"

/* Prints all commands, or one with its arguments; false with an error, or when there is none. */
bool ctl_help(CtlLink *l, const char *command, Error **errp);
/* Prints words for shells: commands, a command's arguments, or the values of one. */
bool ctl_complete(CtlLink *l, const char *command, const char *argument, Error **errp);

#endif
