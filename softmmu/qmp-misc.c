/* SPDX-License-Identifier: MIT */
/* QMP commands of module misc. */
#include "gen/qapi-commands.h"
#include "softmmu/configuration.h"
#include "softmmu/run-state.h"

NameInfo *qmp_query_name(Error **errp)
{
    NameInfo *info = g_new0(NameInfo, 1);

    info->name = g_strdup(config->machine->identity->name);
    return info;
}

void qmp_stop(Error **errp) NO_THREAD_SAFETY
{
    if (run_state_is_running()) {
        vm_stop(RUN_STATE_PAUSED);
    }
}

/* States that only a reset leaves. */
static bool needs_reset(RunState s)
{
    return s == RUN_STATE_INTERNAL_ERROR || s == RUN_STATE_SHUTDOWN;
}

void qmp_cont(Error **errp) NO_THREAD_SAFETY
{
    if (needs_reset(run_state_get())) {
        error_set_code(errp, ERROR_CODE_WRONG_STATE, "Resetting the Virtual Machine is required");
        return;
    }
    vm_start();
}
