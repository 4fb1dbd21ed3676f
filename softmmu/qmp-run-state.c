/* SPDX-License-Identifier: MIT */
/* QMP commands of module run-state. */
#include "gen/qapi-commands.h"
#include "softmmu/run-state.h"

StatusInfo *qmp_query_status(Error **errp)
{
    StatusInfo *info = g_new0(StatusInfo, 1);

    info->running = run_state_is_running();
    info->status = run_state_get();
    return info;
}

void qmp_set_action(ActionConfig *arg, Error **errp)
{
    run_state_set_action(arg);
}

void qmp_watchdog_set_action(WatchdogAction action, Error **errp)
{
    const ActionConfig change = {.has_watchdog = true, .watchdog = action};

    run_state_set_action(&change);
}
