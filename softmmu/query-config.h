/* SPDX-License-Identifier: MIT */
/* The configuration as it is now. */
#ifndef SOFTMMU_QUERY_CONFIG_H
#define SOFTMMU_QUERY_CONFIG_H

#include "gen/qapi-types.h"
#include "util/json.h"

/* What --config takes to make this machine again, without empty sections. (transfer full) */
JsonNode *query_config(void);
/* c with the members of machine in place of its own. (transfer full) */
Config *config_with_machine(const Config *c, const MachineConfig *machine, Error **errp);

#endif
