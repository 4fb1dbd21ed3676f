/* SPDX-License-Identifier: MIT */
/* NUMA: which memory and which vCPUs are near each other. Built from NumaOptions one after the
 * other, then completed. */
#include "hw/core/numa.h"

#include "backends/hostmem.h"
#include "hw/core/machine.h"
#include "qom/user-creatable.h"
#include <inttypes.h>
#include <string.h>

int numa_node_of_cpu(const Machine *m, int cpu)
{
    return m->numa ? m->numa->cpu_node[cpu] : -1;
}

static Numa *numa_of(Machine *m)
{
    if (!m->numa) {
        m->numa = g_new0(Numa, 1);
        m->numa->cpu_node = g_new(int16_t, (gsize)m->smp_max_cpus);
        for (int i = 0; i < m->smp_max_cpus; i++) {
            m->numa->cpu_node[i] = -1;
        }
    }
    return m->numa;
}

void numa_free(Numa *numa)
{
    if (!numa) {
        return;
    }
    for (int i = 0; i < NUMA_MAX_NODES; i++) {
        g_free(numa->nodes[i].memdev);
    }
    g_free(numa->cpu_node);
    g_free(numa);
}

/* ---- nodes */

static bool set_cpu(Numa *numa, int cpu, int node, Error **errp)
{
    if (numa->cpu_node[cpu] >= 0 && numa->cpu_node[cpu] != node) {
        return error_set_code(errp, ERROR_CODE_IN_USE, "CPU is already assigned to node-id: %d",
                              numa->cpu_node[cpu]);
    }
    numa->cpu_node[cpu] = (int16_t)node;
    return true;
}

static bool set_node_cpus(Machine *m, const NumaNodeOptions *o, int node, Error **errp)
{
    for (size_t i = 0; o->cpus && i < o->cpus->n; i++) {
        int cpu = o->cpus->items[i];

        if (cpu >= m->smp_max_cpus) {
            return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                                  "CPU index (%d) should be smaller than maxcpus (%d)", cpu,
                                  m->smp_max_cpus);
        }
        if (!set_cpu(m->numa, cpu, node, errp)) {
            return false;
        }
    }
    return true;
}

static bool add_node(Machine *m, const NumaNodeOptions *o, Error **errp)
{
    Numa *numa = numa_of(m);
    int id = o->has_nodeid ? o->nodeid : numa->n_nodes;

    if (id >= NUMA_MAX_NODES) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "Max number of NUMA nodes reached: %d", id);
    }
    NumaNode *node = &numa->nodes[id];
    if (node->present) {
        return error_set_code(errp, ERROR_CODE_ID_DUPLICATE, "Duplicate NUMA nodeid: %d", id);
    }
    if (o->has_mem) {
        error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                       "Parameter -numa node,mem is not supported by this machine type");
        error_append_hint(errp, "Use -numa node,memdev instead\n");
        return false;
    }
    if (!set_node_cpus(m, o, id, errp)) {
        return false;
    }
    node->present = true;
    node->memdev = g_strdup(o->memdev);
    numa->n_nodes++;
    return true;
}

static bool add_distance(Machine *m, const NumaDistOptions *o, Error **errp)
{
    Numa *numa = numa_of(m);

    if (o->src >= NUMA_MAX_NODES || o->dst >= NUMA_MAX_NODES) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "Parameter '%s' expects an integer between 0 and %d",
                              o->src >= NUMA_MAX_NODES ? "src" : "dst", NUMA_MAX_NODES - 1);
    }
    if (!numa->nodes[o->src].present || !numa->nodes[o->dst].present) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND,
                              "Source/Destination NUMA node is missing. Please use '-numa node' "
                              "option to declare it first.");
    }
    if (o->val < NUMA_DISTANCE_LOCAL) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "NUMA distance (%d) is invalid, it shouldn't be less than %d.",
                              o->val, NUMA_DISTANCE_LOCAL);
    }
    if (o->src == o->dst && o->val != NUMA_DISTANCE_LOCAL) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Local distance of node %d should be %d.", o->src,
                              NUMA_DISTANCE_LOCAL);
    }
    numa->distance[o->src][o->dst] = o->val;
    numa->has_distances = true;
    return true;
}

/* Every vCPU that sits where the options say. */
static bool place_cpus(Machine *m, const CpuInstanceProperties *o, Error **errp)
{
    bool found = false;

    if (!o->has_node_id) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                              "Missing mandatory node-id "
                              "property");
    }
    if (o->node_id < 0 || o->node_id >= NUMA_MAX_NODES || !m->numa ||
        !m->numa->nodes[o->node_id].present) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND,
                              "Invalid node-id=%" PRId64 ", NUMA node must be defined with -numa "
                              "node,nodeid=ID before it's used with -numa cpu,node-id=ID",
                              o->node_id);
    }
    if (o->has_die_id) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "die-id is not supported");
    }
    for (int i = 0; i < m->smp_max_cpus; i++) {
        g_autoptr(CpuInstanceProperties) p = machine_cpu_topology(m, i);

        if ((o->has_socket_id && o->socket_id != p->socket_id) ||
            (o->has_cluster_id && o->cluster_id != p->cluster_id) ||
            (o->has_core_id && o->core_id != p->core_id) ||
            (o->has_thread_id && o->thread_id != p->thread_id)) {
            continue;
        }
        found = true;
        if (!set_cpu(m->numa, i, (int)o->node_id, errp)) {
            return false;
        }
    }
    return found || error_set_code(errp, ERROR_CODE_NOT_FOUND, "no match found");
}

bool numa_add(Machine *m, const NumaOptions *o, Error **errp)
{
    if (!MACHINE_GET_CLASS(m)->has_numa) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "NUMA is not supported by this machine-type");
    }
    switch (o->type) {
    case NUMA_OPTIONS_TYPE_NODE:
        return add_node(m, &o->u.node, errp);
    case NUMA_OPTIONS_TYPE_DIST:
        return add_distance(m, &o->u.dist, errp);
    case NUMA_OPTIONS_TYPE_CPU:
        return place_cpus(m, &o->u.cpu, errp);
    default:
        g_assert_not_reached();
    }
}

/* ---- completion */

static bool check_ids(const Numa *numa, Error **errp)
{
    for (int i = 0; i < numa->n_nodes; i++) {
        if (!numa->nodes[i].present) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "numa: Node ID missing: %d", i);
        }
    }
    return true;
}

/* A vCPU of which nothing was said is in a node by the socket that it sits in. */
static void complete_cpus(Machine *m)
{
    for (int i = 0; i < m->smp_max_cpus; i++) {
        g_autoptr(CpuInstanceProperties) p = machine_cpu_topology(m, i);

        if (m->numa->cpu_node[i] < 0) {
            m->numa->cpu_node[i] = (int16_t)(p->socket_id % m->numa->n_nodes);
        }
    }
}

/* What was said of one way is true of the other, unless that was said too. */
static bool complete_distances(Numa *numa, Error **errp)
{
    bool symmetric = true;

    for (int i = 0; i < numa->n_nodes; i++) {
        for (int j = 0; j < i; j++) {
            uint8_t there = numa->distance[i][j], back = numa->distance[j][i];

            if (!there && !back) {
                return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                                      "The distance between node %d and %d is missing, at least "
                                      "one distance value between each nodes should be provided.",
                                      i, j);
            }
            symmetric = symmetric && (!there || !back || there == back);
        }
    }
    for (int i = 0; i < numa->n_nodes; i++) {
        numa->distance[i][i] = NUMA_DISTANCE_LOCAL;
        for (int j = 0; j < numa->n_nodes; j++) {
            if (numa->distance[i][j]) {
                continue;
            }
            if (!symmetric) {
                return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                                      "At least one asymmetrical pair of distances is given, "
                                      "please provide distances for both directions of all node "
                                      "pairs.");
            }
            numa->distance[i][j] = numa->distance[j][i];
        }
    }
    return true;
}

static bool find_memory(Machine *m, Error **errp)
{
    uint64_t total = 0;

    for (int i = 0; i < m->numa->n_nodes; i++) {
        NumaNode *node = &m->numa->nodes[i];

        if (!node->memdev) {
            continue;
        }
        node->object = user_creatable_find(node->memdev, TYPE_MEMORY_BACKEND);
        if (!node->object) {
            return error_set_code(errp, ERROR_CODE_NOT_FOUND, "memdev=%s is ambiguous",
                                  node->memdev);
        }
        node->size = align_up(HOST_MEMORY(node->object)->size, GUEST_PAGE_SIZE);
        total += node->size;
    }
    return total == m->ram_size || error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                                                  "total memory for NUMA nodes (0x%" PRIx64
                                                  ") should equal RAM size (0x%" PRIx64 ")",
                                                  total, m->ram_size);
}

bool numa_complete(Machine *m, Error **errp)
{
    Numa *numa = m->numa;

    if (!numa) {
        return true;
    }
    if (!check_ids(numa, errp)) {
        return false;
    }
    if (m->ram_backend) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                              "'-machine memory-backend' and '-numa memdev' properties are "
                              "mutually exclusive");
    }
    complete_cpus(m);
    return find_memory(m, errp) && (!numa->has_distances || complete_distances(numa, errp));
}

bool numa_init_ram(Machine *m, Error **errp)
{
    uint64_t at = 0;

    memory_region_init(&m->ram, MACHINE_GET_CLASS(m)->default_ram_id, m->ram_size);
    for (int i = 0; i < m->numa->n_nodes; i++) {
        NumaNode *node = &m->numa->nodes[i];

        if (!node->object) {
            continue;
        }
        HostMemory *mem = HOST_MEMORY(node->object);
        if (!host_memory_claim(mem, errp)) {
            return false;
        }
        object_ref(node->object);
        if (!memory_region_init_ram_from(&node->region, mem->block_name, mem->host, node->size,
                                         errp)) {
            return false;
        }
        node->region.ram->shared = mem->share;
        memory_region_add(&m->ram, at, &node->region);
        at += node->size;
    }
    return true;
}
