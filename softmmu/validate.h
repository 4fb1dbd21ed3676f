/* SPDX-License-Identifier: MIT */
/* The search for errors in a configuration: everything that can be known without making, opening or
 * changing anything. */
#ifndef SOFTMMU_VALIDATE_H
#define SOFTMMU_VALIDATE_H

#include "gen/qapi-types.h"
#include "util/error.h"

/* Adds an Error for each thing that is wrong (error_path: where). */
void config_validate(const Config *c, GPtrArray *errors);
/* The machine alone. */
void config_validate_machine(const MachineConfig *c, GPtrArray *errors);
void config_validate_devices(const anyList *devices, GPtrArray *errors);
void config_validate_accel(const AccelConfigList *list, GPtrArray *errors);

/* Of a process that has not begun to start: it ends afterwards. */
void config_validate_process(const Config *c, GPtrArray *errors);

/* Prints [{"pointer", "code", "message", "hint"}...] on standard output; returns the exit status: 2
 * when there are any. */
int config_print_errors(GPtrArray *errors);

#endif
