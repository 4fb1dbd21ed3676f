/* SPDX-License-Identifier: MIT */
/* QMP commands of module machine. */
#include "backends/hostmem.h"
#include "gen/qapi-commands.h"
#include "hw/core/machine.h"
#include "hw/core/state-hash.h"
#include "softmmu/configuration.h"
#include "softmmu/cpus.h"
#include "softmmu/memsave.h"
#include "softmmu/run-state.h"

#include <string.h>

CpuInfoFastList *qmp_query_cpus_fast(Error **errp)
{
    CpuInfoFastList *list = g_new0(CpuInfoFastList, 1);

    CPU_FOREACH (cpu) {
        CpuInfoFast *info = g_new0(CpuInfoFast, 1);

        info->cpu_index = cpu->index;
        info->qom_path = object_path(cpu->object);
        info->thread_id = (int64_t)cpu_thread_id(cpu);
        SysEmuTarget_parse(cpu->ops->target, &info->target, NULL);
        info->props = machine_cpu_topology(current_machine, cpu->index);
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

void qmp_set_numa_node(NumaOptions *arg, Error **errp)
{
    if (current_machine) {
        error_set_code(errp, ERROR_CODE_WRONG_STATE,
                       "The command is permitted only before the machine has been created");
        return;
    }
    QAPI_LIST_APPEND(config->machine->numa, qapi_clone_NumaOptions(arg));
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

/* ---- memory */

static bool append_memdev(Object *child, void *opaque)
{
    MemdevList *list = opaque;

    if (!object_is_a(child, TYPE_MEMORY_BACKEND)) {
        return true;
    }
    const HostMemory *mem = HOST_MEMORY(child);
    const uint16_t *nodes = mem->host_nodes.items;
    Memdev *info = g_new0(Memdev, 1);

    info->id = g_strdup(child->name);
    info->size = mem->size;
    info->merge = mem->merge;
    info->dump = mem->dump;
    info->prealloc = mem->prealloc;
    info->share = mem->share;
    info->has_reserve = true;
    info->reserve = mem->reserve;
    info->host_nodes = g_new0(uint16List, 1);
    for (uint32_t i = 0; i < mem->host_nodes.n; i++) {
        QAPI_LIST_APPEND(info->host_nodes, nodes[i]);
    }
    info->policy = (HostMemPolicy)mem->policy;
    QAPI_LIST_APPEND(list, info);
    return true;
}

MemdevList *qmp_query_memdev(Error **errp)
{
    MemdevList *list = g_new0(MemdevList, 1);

    object_foreach_child(object_container("/objects"), append_memdev, list);
    return list;
}

MemoryDeviceInfoList *qmp_query_memory_devices(Error **errp)
{
    return g_new0(MemoryDeviceInfoList, 1);
}

static bool no_balloon(Error **errp)
{
    return error_set_class(errp, ERROR_CLASS_DEVICE_NOT_ACTIVE,
                           "No balloon device has been activated");
}

BalloonInfo *qmp_query_balloon(Error **errp)
{
    no_balloon(errp);
    return NULL;
}

void qmp_balloon(int64_t value, Error **errp)
{
    no_balloon(errp);
}

/* ---- memory into files: the answer comes when the disk is through */

static void save_done(void *opaque, const Error *err)
{
    if (err) {
        qmp_reply_error(opaque, err);
    } else {
        qmp_reply_return(opaque, qmp_empty_result());
    }
}

static bool write_later(MemorySave *s, Error **errp)
{
    QmpReply *reply = s ? qmp_defer(true) : NULL;

    if (s && !reply) {
        return memsave_write(s, errp);
    }
    if (s) {
        memsave_write_later(s, save_done, reply);
    }
    return s;
}

static bool check_save_size(int64_t size, Error **errp)
{
    return size >= 0 || error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                                       "Parameter 'size' expects a number of bytes");
}

bool qmp_memsave(JsonObject *args, JsonNode **ret, Error **errp) NO_THREAD_SAFETY
{
    g_autoptr(q_memsave_arg) a = qmp_arguments(&qapi_type_q_memsave_arg, args, errp);
    CpuState *cpu = NULL;

    if (!a) {
        return false;
    }
    if (!a->has_cpu_index || (a->cpu_index >= 0 && a->cpu_index <= INT_MAX)) {
        cpu = cpus_by_index(a->has_cpu_index ? (int)a->cpu_index : 0);
    }
    if (!cpu) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'cpu-index' expects a CPU number");
    }
    return check_save_size(a->size, errp) &&
           write_later(memsave_virtual(cpu, (uint64_t)a->val, (uint64_t)a->size, a->filename, errp),
                       errp);
}

bool qmp_pmemsave(JsonObject *args, JsonNode **ret, Error **errp)
{
    g_autoptr(q_pmemsave_arg) a = qmp_arguments(&qapi_type_q_pmemsave_arg, args, errp);

    return a && check_save_size(a->size, errp) &&
           write_later(memsave_physical((uint64_t)a->val, (uint64_t)a->size, a->filename, errp),
                       errp);
}

/* ---- state */

static void add_part(const char *path, const char *hex, void *opaque)
{
    StateHashPart *part = g_new0(StateHashPart, 1);

    part->path = g_strdup(path);
    part->hash = g_strdup(hex);
    QAPI_LIST_APPEND((StateHashPartList *)opaque, part);
}

StateHashInfo *qmp_x_state_hash(Error **errp) NO_THREAD_SAFETY
{
    StateHashInfo *info;

    if (run_state_is_running()) {
        error_set_code(errp, ERROR_CODE_WRONG_STATE,
                       "The state changes while the machine runs: stop it first");
        return NULL;
    }
    info = g_new0(StateHashInfo, 1);
    info->parts = g_new0(StateHashPartList, 1);
    info->hash = state_hash_machine(OBJECT(current_machine), add_part, info->parts);
    return info;
}

/* ---- what no machine can do yet */

HotpluggableCPUList *qmp_query_hotpluggable_cpus(Error **errp)
{
    error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                   "The feature 'query-hotpluggable-cpus' is not enabled");
    return NULL;
}

CurrentMachineParams *qmp_query_current_machine(Error **errp)
{
    return g_new0(CurrentMachineParams, 1);
}

void qmp_system_wakeup(Error **errp)
{
    error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                   "wake-up from suspend is not supported by this guest");
}

void qmp_inject_nmi(Error **errp)
{
    error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                   "this feature or command is not currently supported");
}
