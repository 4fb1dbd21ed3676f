/* SPDX-License-Identifier: MIT */
/* QMP commands of module machine. */
#include "gen/qapi-commands.h"
#include "hw/core/machine.h"
#include "softmmu/configuration.h"
#include "softmmu/cpus.h"
#include "softmmu/run-state.h"

#include <string.h>

static CpuInstanceProperties *topology_of(const Machine *m, int index)
{
    CpuInstanceProperties *p = g_new0(CpuInstanceProperties, 1);
    int core = index / m->smp_threads, cluster = core / m->smp_cores;

    p->has_thread_id = p->has_core_id = p->has_cluster_id = p->has_socket_id = true;
    p->thread_id = index % m->smp_threads;
    p->core_id = core % m->smp_cores;
    p->cluster_id = cluster % m->smp_clusters;
    p->socket_id = cluster / m->smp_clusters;
    return p;
}

CpuInfoFastList *qmp_query_cpus_fast(Error **errp)
{
    CpuInfoFastList *list = g_new0(CpuInfoFastList, 1);

    CPU_FOREACH (cpu) {
        CpuInfoFast *info = g_new0(CpuInfoFast, 1);

        info->cpu_index = cpu->index;
        info->qom_path = object_path(cpu->object);
        info->thread_id = (int64_t)atomic_load(&cpu->thread_id);
        SysEmuTarget_parse(cpu->ops->target, &info->target, NULL);
        info->props = topology_of(current_machine, cpu->index);
        QAPI_LIST_APPEND(list, info);
    }
    return list;
}

static MachineInfo *describe(const MachineClass *mc)
{
    MachineInfo *info = g_new0(MachineInfo, 1);

    info->name = g_strdup(mc->name);
    info->alias = g_strdup(mc->alias);
    info->cpu_max = mc->max_cpus;
    info->default_cpu_type = g_strdup(mc->default_cpu_type);
    info->default_ram_id = g_strdup(mc->default_ram_id);
    return info;
}

MachineInfoList *qmp_query_machines(Error **errp)
{
    g_autoptr(GPtrArray) types = type_list(TYPE_MACHINE, false);
    MachineInfoList *list = g_new0(MachineInfoList, 1);

    for (guint i = 0; i < types->len; i++) {
        const MachineClass *mc = (MachineClass *)type_get_class(g_ptr_array_index(types, i));

        if (machine_serves_target(mc, config_target)) {
            QAPI_LIST_APPEND(list, describe(mc));
        }
    }
    return list;
}

TargetInfo *qmp_query_target(Error **errp)
{
    TargetInfo *info = g_new0(TargetInfo, 1);

    SysEmuTarget_parse(config_target, &info->arch, NULL);
    return info;
}

UuidInfo *qmp_query_uuid(Error **errp)
{
    const char *uuid = config->machine->identity->uuid;
    UuidInfo *info = g_new0(UuidInfo, 1);

    info->UUID = g_strdup(uuid ? uuid : "00000000-0000-0000-0000-000000000000");
    return info;
}

KvmInfo *qmp_query_kvm(Error **errp)
{
    KvmInfo *info = g_new0(KvmInfo, 1);

    info->present = type_find("kvm" ACCEL_CLASS_SUFFIX) != NULL;
    info->enabled = strcmp(accel_name(), "kvm") == 0;
    return info;
}

MemoryInfo *qmp_query_memory_size_summary(Error **errp)
{
    MemoryInfo *info = g_new0(MemoryInfo, 1);

    info->base_memory = current_machine ? current_machine->ram_size : 0;
    info->has_plugged_memory = true;
    return info;
}

void qmp_system_reset(Error **errp)
{
    vm_request_reset(SHUTDOWN_CAUSE_HOST_QMP_SYSTEM_RESET);
}

void qmp_system_powerdown(Error **errp)
{
    vm_request_powerdown();
}
