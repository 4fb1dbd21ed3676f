/* SPDX-License-Identifier: MIT */
/* QMP commands of module hmp. */
#include "gen/qapi-commands.h"
#include "monitor/hmp.h"

char *qmp_human_monitor_command(const char *command_line, bool has_cpu_index, int64_t cpu_index,
                                Error **errp)
{
    int cpu = 0;

    if (has_cpu_index && (cpu_index < 0 || cpu_index > G_MAXINT || !hmp_has_cpu((int)cpu_index))) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter 'cpu-index' expects a CPU number");
        return NULL;
    }
    if (has_cpu_index) {
        cpu = (int)cpu_index;
    }
    return hmp_execute(command_line, &cpu);
}
