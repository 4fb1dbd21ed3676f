/* SPDX-License-Identifier: MIT */
/* The machine as the configuration describes it: from MachineConfig to a Machine object that is not
 * initialised yet. The same steps serve start-up and the search for errors. */
#ifndef SOFTMMU_STARTUP_MACHINE_H
#define SOFTMMU_STARTUP_MACHINE_H

#include "gen/qapi-types.h"
#include "hw/core/machine.h"

/* Errors carry the place in the configuration (error_path). All of them leave everything else
 * as it was. */
const Type *machine_config_type(const MachineConfig *cfg, Error **errp);
bool machine_config_smp(Machine *m, const SMPConfiguration *cfg, Error **errp);
bool machine_config_numa(Machine *m, const NumaOptionsList *list, Error **errp);
bool machine_config_memory(Machine *m, const MemorySizeConfiguration *cfg, Error **errp);
bool machine_config_boot(Machine *m, const BootConfig *cfg, Error **errp);
/* The CPU's type; with m NULL it is only looked up. */
const Type *machine_config_cpu(Machine *m, const CpuConfig *cfg, Error **errp);

/* Sets the members of an object of properties; place is where it stands. With errors (of Error *)
 * each failure is added there and the rest is tried; else the first one ends it. */
bool config_set_properties(Object *obj, JsonNode *props, const char *place, GPtrArray *errors,
                           Error **errp);
/* -nographic without -serial: standard input and output are shared by the first serial port and a
 * text monitor, on the character device of this id. */
#define CONSOLE_ID "serial0"
bool config_wants_console(const Config *c);
/* "help" among the properties. */
bool config_asks_for_help(JsonNode *props);
/* The members of props as the object now has them: numbers for texts. (transfer full) */
JsonNode *config_read_back(Object *obj, JsonNode *props);

#endif
