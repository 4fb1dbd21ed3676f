/* SPDX-License-Identifier: MIT */
/* QMP commands of module startup. */
#include "gen/qapi-commands.h"
#include "softmmu/startup.h"
#include "util/module.h"

static StartupModulesList *module_times(void)
{
    StartupModulesList *list = g_new0(StartupModulesList, 1);

    for (ModuleType t = 0; t < MODULE_TYPE_COUNT; t++) {
        StartupModules *m = g_new0(StartupModules, 1);

        m->type = g_strdup(module_type_name(t));
        m->duration_ns = module_init_ns(t);
        QAPI_LIST_APPEND(list, m);
    }
    return list;
}

StartupInfo *qmp_query_startup(Error **errp)
{
    StartupInfo *info = g_new0(StartupInfo, 1);

    info->ready = true;
    info->phases = g_new0(StartupPhaseList, 1);
    info->modules = module_times();
    for (size_t i = 0; startup_phases[i].name; i++) {
        StartupTime t = startup_time(i);

        if (t.start_ns < 0) {
            info->ready = false;
            break;
        }
        StartupPhase *phase = g_new0(StartupPhase, 1);
        phase->name = g_strdup(startup_phases[i].name);
        phase->time_ns = t.start_ns;
        phase->duration_ns = t.duration_ns;
        QAPI_LIST_APPEND(info->phases, phase);
    }
    return info;
}
