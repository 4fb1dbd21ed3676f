/* SPDX-License-Identifier: MIT */
/* Inside monitor: who may use a command, and when. */
#ifndef MONITOR_POLICY_H
#define MONITOR_POLICY_H

#include "gen/qapi-types.h"
#include "qapi/dispatch.h"

/* The least role that may use it. */
MonitorRole policy_role(const QmpCommand *cmd);
bool policy_possible_in(const QmpCommand *cmd, MachinePhase phase);
MachinePhase policy_phase(void);
void policy_set_phase(MachinePhase phase);

/* May it be used by this role, now? */
bool policy_allow(MonitorRole role, const QmpCommand *cmd, Error **errp);

#endif
