/* SPDX-License-Identifier: MIT */
/* NUMA: which memory and which vCPUs are near each other (-numa). */
#ifndef HW_CORE_NUMA_H
#define HW_CORE_NUMA_H

#include "gen/qapi-types.h"
#include "qom/object.h"
#include "softmmu/memory.h"

typedef struct Machine Machine;

enum {
    NUMA_MAX_NODES = 128,
    NUMA_DISTANCE_LOCAL = 10,
    NUMA_DISTANCE_DEFAULT = 20,
    NUMA_DISTANCE_UNREACHABLE = 255,
};

typedef struct NumaNode {
    bool present;
    uint64_t size;  /* bytes of its memory */
    char *memdev;   /* id of the backend that is its memory; NULL: it has none */
    Object *object; /* the same, in use */
    MemoryRegion region;
} NumaNode;

typedef struct Numa {
    int n_nodes; /* 0 to n_nodes - 1 are present */
    NumaNode nodes[NUMA_MAX_NODES];
    uint8_t distance[NUMA_MAX_NODES][NUMA_MAX_NODES]; /* 0: not said */
    bool has_distances;
    int16_t *cpu_node; /* of each possible vCPU; -1: not said */
} Numa;

/* The node of a vCPU; -1 when there are no nodes. */
int numa_node_of_cpu(const Machine *m, int cpu);
/* One -numa, after those before it. The machine's topology is known. */
bool numa_add(Machine *m, const NumaOptions *o, Error **errp);
/* After all of them, and with the memory backends there: what was not said follows from the rest,
 * and all fits together. */
bool numa_complete(Machine *m, Error **errp);
/* The machine's RAM, of the nodes' backends one after the other. */
bool numa_init_ram(Machine *m, Error **errp) REQUIRES(vm_lock);
void numa_free(Numa *numa);

#endif
