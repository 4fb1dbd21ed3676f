/* SPDX-License-Identifier: MIT */
/* Who may use a command, and when: from the flags of its definition. */
#include "monitor/policy.h"

static MachinePhase present = MACHINE_PHASE_MACHINE;

MonitorRole policy_role(const QmpCommand *cmd)
{
    return cmd->flags & QMP_FOR_OBSERVER   ? MONITOR_ROLE_OBSERVER
           : cmd->flags & QMP_FOR_OPERATOR ? MONITOR_ROLE_OPERATOR
                                           : MONITOR_ROLE_ADMIN;
}

bool policy_possible_in(const QmpCommand *cmd, MachinePhase phase)
{
    return phase == MACHINE_PHASE_PRECONFIG
               ? (cmd->flags & (QMP_ALLOW_PRECONFIG | QMP_PRECONFIG_ONLY)) != 0
               : !(cmd->flags & QMP_PRECONFIG_ONLY);
}

MachinePhase policy_phase(void)
{
    return present;
}

void policy_set_phase(MachinePhase phase)
{
    present = phase;
}

bool policy_allow(MonitorRole role, const QmpCommand *cmd, Error **errp)
{
    if (role < policy_role(cmd)) {
        return error_set_code(errp, ERROR_CODE_PERMISSION_DENIED,
                              "The command %s needs role '%s', this session has role '%s'",
                              cmd->name, MonitorRole_str(policy_role(cmd)), MonitorRole_str(role));
    }
    if (policy_possible_in(cmd, present)) {
        return true;
    }
    if (present == MACHINE_PHASE_MACHINE) {
        return error_set_code(errp, ERROR_CODE_WRONG_STATE,
                              "The command is permitted only before machine initialization");
    }
    return error_set_code(errp, ERROR_CODE_WRONG_STATE,
                          "The command '%s' is permitted only after machine initialization has "
                          "completed",
                          cmd->name);
}
