/* SPDX-License-Identifier: MIT */
/* QMP commands of module run-state. */
#include "gen/qapi-commands.h"
#include "softmmu/clock.h"
#include "softmmu/icount.h"
#include "softmmu/run-for.h"
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

void qmp_x_run_for(bool has_ns, uint64_t ns, bool has_instructions, uint64_t instructions,
                   Error **errp) NO_THREAD_SAFETY
{
    if (has_ns == has_instructions) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                       "x-run-for takes either 'ns' or 'instructions'");
    } else if (has_ns) {
        run_for_ns(ns, errp);
    } else {
        run_for_instructions(instructions, errp);
    }
}

IcountInfo *qmp_x_query_icount(Error **errp)
{
    IcountInfo *info = g_new0(IcountInfo, 1);

    info->enabled = icount_enabled();
    info->has_shift = info->enabled;
    info->shift = icount_shift();
    info->instructions = icount_executed();
    info->ns = clock_now_ns(CLOCK_TYPE_VIRTUAL);
    return info;
}
