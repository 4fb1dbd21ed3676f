/* SPDX-License-Identifier: MIT */
/* The human monitor's "info": answers of query commands, for reading. */
#include "monitor/hmp-impl.h"

#include "gen/qapi-commands.h"
#include "qom/object.h"
#include <inttypes.h>
#include <string.h>

static void info_status(const HmpCall *call, Error **errp)
{
    g_autoptr(StatusInfo) info = qmp_query_status(errp);

    if (!info) {
        return;
    }
    hmp_printf(call, "VM status: %s", info->running ? "running" : "paused");
    if (!info->running && info->status != RUN_STATE_PAUSED) {
        hmp_printf(call, " (%s)", RunState_str(info->status));
    }
    hmp_printf(call, "\n");
}

static void info_version(const HmpCall *call, Error **errp)
{
    g_autoptr(VersionInfo) v = qmp_query_version(errp);

    if (v) {
        hmp_printf(call, "%" PRId64 ".%" PRId64 ".%" PRId64 "%s\n", v->qemu->major, v->qemu->minor,
                   v->qemu->micro, v->package);
    }
}

static void info_name(const HmpCall *call, Error **errp)
{
    g_autoptr(NameInfo) info = qmp_query_name(errp);

    if (info && info->name) {
        hmp_printf(call, "%s\n", info->name);
    }
}

static void info_uuid(const HmpCall *call, Error **errp)
{
    g_autoptr(UuidInfo) info = qmp_query_uuid(errp);

    if (info) {
        hmp_printf(call, "%s\n", info->UUID);
    }
}

static void info_kvm(const HmpCall *call, Error **errp)
{
    g_autoptr(KvmInfo) info = qmp_query_kvm(errp);

    if (info) {
        hmp_printf(call, "kvm support: %s\n",
                   info->present ? info->enabled ? "enabled" : "disabled" : "not compiled");
    }
}

static void info_cpus(const HmpCall *call, Error **errp)
{
    g_autoptr(CpuInfoFastList) list = qmp_query_cpus_fast(errp);

    for (size_t i = 0; list && i < list->n; i++) {
        const CpuInfoFast *cpu = list->items[i];

        hmp_printf(call, "%c CPU #%" PRId64 ": thread_id=%" PRId64 "\n",
                   cpu->cpu_index == *call->cpu_index ? '*' : ' ', cpu->cpu_index, cpu->thread_id);
    }
}

static void info_chardev(const HmpCall *call, Error **errp)
{
    g_autoptr(ChardevInfoList) list = qmp_query_chardev(errp);

    for (size_t i = 0; list && i < list->n; i++) {
        hmp_printf(call, "%s: filename=%s\n", list->items[i]->label, list->items[i]->filename);
    }
}

static void info_memory_size(const HmpCall *call, Error **errp)
{
    g_autoptr(MemoryInfo) info = qmp_query_memory_size_summary(errp);

    if (info) {
        hmp_printf(call, "base memory: %" PRIu64 "\n", info->base_memory);
        if (info->has_plugged_memory) {
            hmp_printf(call, "plugged memory: %" PRIu64 "\n", info->plugged_memory);
        }
    }
}

static void info_memdev(const HmpCall *call, Error **errp)
{
    g_autoptr(MemdevList) list = qmp_query_memdev(errp);

    for (size_t i = 0; list && i < list->n; i++) {
        const Memdev *m = list->items[i];

        hmp_printf(call, "memory backend: %s\n  size:  %" PRIu64 "\n", m->id ? m->id : "", m->size);
        hmp_printf(call, "  merge: %s\n  dump: %s\n  prealloc: %s\n  share: %s\n",
                   m->merge ? "true" : "false", m->dump ? "true" : "false",
                   m->prealloc ? "true" : "false", m->share ? "true" : "false");
    }
}

static void info_iothreads(const HmpCall *call, Error **errp)
{
    g_autoptr(IOThreadInfoList) list = qmp_query_iothreads(errp);

    for (size_t i = 0; list && i < list->n; i++) {
        const IOThreadInfo *t = list->items[i];

        hmp_printf(call, "%s:\n  thread_id=%" PRId64 "\n  poll-max-ns=%" PRId64 "\n", t->id,
                   t->thread_id, t->poll_max_ns);
    }
}

static void info_balloon(const HmpCall *call, Error **errp)
{
    g_autoptr(BalloonInfo) info = qmp_query_balloon(errp);

    if (info) {
        hmp_printf(call, "balloon: actual=%" PRId64 "\n", info->actual >> 20);
    }
}

/* Lists that can only be empty so far still are asked. */
static void info_block(const HmpCall *call, Error **errp)
{
    g_autoptr(BlockInfoList) list = qmp_query_block(errp);

    for (size_t i = 0; list && i < list->n; i++) {
        hmp_printf(call, "%s\n", list->items[i]->device);
    }
}

static void info_tpm(const HmpCall *call, Error **errp)
{
    g_autoptr(TpmModelList) list = qmp_query_tpm_models(errp);

    for (size_t i = 0; list && i < list->n; i++) {
        hmp_printf(call, "%s\n", TpmModel_str(list->items[i]));
    }
}

/* ---- trees */

typedef struct Tree {
    const HmpCall *call;
    int depth;
    const char *type; /* shown are objects of this type; NULL: all */
} Tree;

static bool print_child(Object *child, void *opaque)
{
    const Tree *t = opaque;
    Tree below = *t;

    if (!t->type || object_is_a(child, t->type)) {
        hmp_printf(t->call, "%*s/%s (%s)\n", t->depth * 2, "", child->name,
                   object_type_name(child));
        below.depth++;
    }
    object_foreach_child(child, print_child, &below);
    return true;
}

static void info_qom_tree(const HmpCall *call, Error **errp)
{
    const char *path = call->args[0] ? call->args[0] : "/machine";
    Object *root = object_resolve(path, NULL);
    Tree t = {.call = call, .depth = 1};

    if (!root) {
        error_set_class(errp, ERROR_CLASS_DEVICE_NOT_FOUND, "Device '%s' not found", path);
        return;
    }
    hmp_printf(call, "%s (%s)\n", path, object_type_name(root));
    object_foreach_child(root, print_child, &t);
}

static void info_qtree(const HmpCall *call, Error **errp)
{
    Object *root = object_resolve("/machine", NULL);
    Tree t = {.call = call, .type = "device"};

    if (root) {
        object_foreach_child(root, print_child, &t);
    }
}

const HmpVerb hmp_info_verbs[] = {
    {"balloon", "", "memory of the balloon device", .run = info_balloon},
    {"block", "", "block devices", .run = info_block},
    {"chardev", "", "character devices", .run = info_chardev},
    {"cpus", "", "vCPUs and their threads", .run = info_cpus},
    {"iothreads", "", "I/O threads", .run = info_iothreads},
    {"kvm", "", "whether KVM is used", .run = info_kvm},
    {"memdev", "", "memory backends", .run = info_memdev},
    {"memory_size_summary", "", "sizes of memory", .run = info_memory_size},
    {"mtree", "", "address spaces", .run = hmp_info_mtree},
    {"name", "", "name of the guest", .run = info_name},
    {"qom-tree", "[path]", "tree of objects", .max_args = 1, .run = info_qom_tree},
    {"qtree", "", "tree of devices", .run = info_qtree},
    {"registers", "", "registers of the vCPU", .run = hmp_info_registers},
    {"status", "", "run state", .run = info_status},
    {"tpm", "", "TPM devices", .run = info_tpm},
    {"uuid", "", "UUID of the machine", .run = info_uuid},
    {"version", "", "versions", .run = info_version},
    {.name = NULL},
};

void hmp_info(const HmpCall *call, Error **errp)
{
    const HmpVerb *verb = call->args[0] ? hmp_find(hmp_info_verbs, call->args[0]) : NULL;
    HmpCall inner = *call;

    if (!call->args[0]) {
        hmp_print_help(call, hmp_info_verbs, "info ", NULL);
        return;
    }
    if (!verb) {
        hmp_printf(call, "unknown command: 'info %s'\n", call->args[0]);
        return;
    }
    if (call->args[1] && !verb->max_args) {
        error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                       "info %s: extraneous characters at the end of line", verb->name);
        return;
    }
    inner.args = call->args + 1;
    verb->run(&inner, errp);
}
