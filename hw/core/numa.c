/* SPDX-License-Identifier: MIT */
/* NUMA: which memory and which vCPUs are near each other. */
#include "hw/core/numa.h"

#include "hw/core/machine.h"

int numa_node_of_cpu(const Machine *m, int cpu)
{
    return m->numa ? m->numa->cpu_node[cpu] : -1;
}
