/* SPDX-License-Identifier: MIT */
/* NUMA: which memory and which vCPUs are near each other (-numa). */
#ifndef HW_CORE_NUMA_H
#define HW_CORE_NUMA_H

#include "qom/object.h"

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
    char *memdev;   /* id of the backend that is its memory; NULL: a part of the machine's */
    Object *object; /* the same, in use */
    int initiator;  /* the node whose vCPUs are nearest; -1: not said */
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

#endif
