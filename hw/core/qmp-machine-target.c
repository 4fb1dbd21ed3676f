/* SPDX-License-Identifier: MIT */
/* QMP commands of module machine-target. */
#include "gen/qapi-commands.h"
#include "hw/core/machine.h"
#include "softmmu/configuration.h"

CpuDefinitionInfoList *qmp_query_cpu_definitions(Error **errp)
{
    g_autoptr(GPtrArray) types = cpu_type_list(config_target);
    CpuDefinitionInfoList *list = g_new0(CpuDefinitionInfoList, 1);

    for (guint i = 0; i < types->len; i++) {
        CpuDefinitionInfo *info = g_new0(CpuDefinitionInfo, 1);
        const Type *t = g_ptr_array_index(types, i);

        info->name = cpu_model_name(t, config_target);
        info->q_typename = g_strdup(type_name(t));
        QAPI_LIST_APPEND(list, info);
    }
    return list;
}
