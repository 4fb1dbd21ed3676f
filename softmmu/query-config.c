/* SPDX-License-Identifier: MIT */
/* The configuration as it is now: what was asked for, with what start-up chose. */
#include "softmmu/query-config.h"

#include "backends/block/block.h"
#include "backends/chardev/chardev.h"
#include "gen/qapi-visit.h"
#include "hw/core/machine.h"
#include "qom/user-creatable.h"
#include "softmmu/configuration.h"
#include "softmmu/cpus.h"
#include "softmmu/run-state.h"
#include "softmmu/startup-machine.h"
#include "softmmu/startup.h"

Config *config_with_machine(const Config *c, const MachineConfig *machine, Error **errp)
{
    g_autoptr(JsonNode) whole = qapi_Config_to_json(c);
    g_autoptr(JsonNode) change = qapi_MachineConfig_to_json(machine);
    JsonObject *doc = json_node_get_object(whole);

    config_doc_merge(json_object_get_object_member(doc, "machine"), json_node_get_object(change),
                     true);
    return config_from_doc(doc, errp);
}

/* ---- what start-up chose */

static void set_smp(SMPConfiguration *c, const Machine *m)
{
    *c = (SMPConfiguration){
        .has_cpus = true,
        .cpus = m->smp_cpus,
        .has_maxcpus = true,
        .maxcpus = m->smp_max_cpus,
        .has_clusters = true,
        .clusters = m->smp_clusters,
        .has_cores = true,
        .cores = m->smp_cores,
        .has_threads = true,
        .threads = m->smp_threads,
        .has_sockets = true,
        .sockets = m->smp_max_cpus / (m->smp_clusters * m->smp_cores * m->smp_threads),
    };
}

static void set_cpu(MachineConfig *c, const Machine *m)
{
    CpuState *first = cpus_first;

    if (!c->cpu) {
        c->cpu = g_new0(CpuConfig, 1);
    }
    g_free(c->cpu->model);
    c->cpu->model = cpu_model_name(type_find(m->cpu_type), config_target);
    if (c->cpu->features && first) {
        JsonNode *asked = c->cpu->features;

        c->cpu->features = config_read_back(first->object, asked);
        json_node_unref(asked);
    }
}

static void set_machine(MachineConfig *c, Machine *m)
{
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    g_free(c->type);
    c->type = g_strdup(mc->name);
    if (c->props) {
        JsonNode *asked = c->props;

        c->props = config_read_back(OBJECT(m), asked);
        json_node_unref(asked);
    }
    if (m->smp_cpus) {
        set_smp(c->smp, m);
    }
    if (m->cpu_type) {
        set_cpu(c, m);
    }
    if (m->ram_size) {
        *c->memory = (MemorySizeConfiguration){.has_size = true, .size = m->ram_size};
    }
}

/* ---- what came and went since */

static void add_chardev(Chardev *chr, void *opaque)
{
    ChardevConfigList *list = opaque;

    if (chardev_backend(chr)) {
        ChardevConfig *c = g_new0(ChardevConfig, 1);

        c->id = g_strdup(chardev_id(chr));
        c->backend = qapi_clone_ChardevBackend(chardev_backend(chr));
        QAPI_LIST_APPEND(list, c);
    }
}

static ChardevConfigList *chardevs_now(void)
{
    ChardevConfigList *list = g_new0(ChardevConfigList, 1);

    chardev_foreach(add_chardev, list);
    return list;
}

static bool add_object(Object *obj, void *opaque)
{
    ObjectOptionsList *list = opaque;
    const ObjectOptions *made_from = user_creatable_options(obj);

    if (made_from) {
        QAPI_LIST_APPEND(list, qapi_clone_ObjectOptions(made_from));
    }
    return true;
}

/* Objects of the command line are made with the machine, those of object-add at once. */
static void add_objects_now(ObjectOptionsList *list)
{
    if (startup_complete()) {
        while (list->n) {
            qapi_free_ObjectOptions(list->items[--list->n]);
        }
    }
    object_foreach_child(object_container("/objects"), add_object, list);
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i]->qom_type == OBJECT_TYPE_SECRET) {
            g_clear_pointer(&list->items[i]->u.secret.data, g_free);
        }
    }
}

static void add_blockdev(BlockNode *node, void *opaque)
{
    if (node->owned) {
        QAPI_LIST_APPEND((BlockdevOptionsList *)opaque, qapi_clone_BlockdevOptions(node->options));
    }
}

/* The latest comes first in the registry; what is on top of others comes after them here. */
static void add_blockdevs_now(BlockdevOptionsList *list)
{
    if (startup_complete()) {
        while (list->n) {
            qapi_free_BlockdevOptions(list->items[--list->n]);
        }
    }
    size_t first = list->n;

    block_foreach(add_blockdev, list);
    for (size_t i = first, j = list->n; i + 1 < j; i++) {
        BlockdevOptions *swap = list->items[--j];

        list->items[j] = list->items[i];
        list->items[i] = swap;
    }
}

/* ---- what was not said is not shown */

static bool is_empty(JsonNode *node)
{
    switch (json_kind(node)) {
    case JSON_KIND_OBJECT:
        return json_object_get_size(json_node_get_object(node)) == 0;
    case JSON_KIND_ARRAY:
        return json_array_get_length(json_node_get_array(node)) == 0;
    default:
        return false;
    }
}

/* Empty sections and lists of the schema; those within an "any" are the client's. */
static void prune(JsonObject *o, int depth)
{
    g_autoptr(GList) names = json_object_get_members(o);

    for (GList *l = names; l; l = l->next) {
        JsonNode *node = json_object_get_member(o, l->data);

        if (depth && json_kind(node) == JSON_KIND_OBJECT) {
            prune(json_node_get_object(node), depth - 1);
        }
        if (is_empty(node)) {
            json_object_remove_member(o, l->data);
        }
    }
}

JsonNode *query_config(void)
{
    g_autoptr(Config) c = qapi_clone_Config(config);

    if (startup_complete()) {
        set_machine(c->machine, current_machine);
        c->has_preconfig = false;
    }
    qapi_free_ChardevConfigList(c->chardevs);
    c->chardevs = chardevs_now();
    add_objects_now(c->objects);
    add_blockdevs_now(c->blockdevs);
    qapi_free_ActionConfig(c->action);
    c->action = run_state_get_action();
    JsonNode *node = qapi_Config_to_json(c);
    prune(json_node_get_object(node), 2);
    return node;
}
