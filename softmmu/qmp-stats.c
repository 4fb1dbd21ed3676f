/* SPDX-License-Identifier: MIT */
/* QMP commands of module stats: what the interpreter counts of each vCPU. */
#include "gen/qapi-commands.h"
#include "softmmu/cpus.h"

#include <string.h>

static const char instructions[] = "instructions";

static bool counting(void)
{
    return current_accel && strcmp(accel_name(), "tcg") == 0;
}

static bool contains(const strList *list, const char *text)
{
    for (size_t i = 0; list && i < list->n; i++) {
        if (strcmp(list->items[i], text) == 0) {
            return true;
        }
    }
    return !list;
}

/* Whether the request names the one provider and the one statistic there are. */
static bool wanted(const StatsRequestList *providers)
{
    for (size_t i = 0; providers && i < providers->n; i++) {
        const StatsRequest *r = providers->items[i];

        if (r->provider == STATS_PROVIDER_TCG && contains(r->names, instructions)) {
            return true;
        }
    }
    return !providers;
}

static StatsResult *count_of(CpuState *cpu)
{
    StatsResult *result = g_new0(StatsResult, 1);
    Stats *stats = g_new0(Stats, 1);

    stats->name = g_strdup(instructions);
    stats->value = g_new0(StatsValue, 1);
    stats->value->type = JSON_KIND_INT;
    stats->value->u.scalar = atomic_load_explicit(&cpu->insn_count, memory_order_relaxed);
    result->provider = STATS_PROVIDER_TCG;
    result->qom_path = object_path(cpu->object);
    result->stats = g_new0(StatsList, 1);
    QAPI_LIST_APPEND(result->stats, stats);
    return result;
}

StatsResultList *qmp_query_stats(StatsFilter *filter, Error **errp)
{
    StatsResultList *list = g_new0(StatsResultList, 1);

    if (!counting() || filter->target != STATS_TARGET_VCPU || !wanted(filter->providers)) {
        return list;
    }
    CPU_FOREACH (cpu) {
        g_autofree char *path = object_path(cpu->object);

        if (contains(filter->u.vcpu.vcpus, path)) {
            QAPI_LIST_APPEND(list, count_of(cpu));
        }
    }
    return list;
}

StatsSchemaList *qmp_query_stats_schemas(bool has_provider, StatsProvider provider, Error **errp)
{
    StatsSchemaList *list = g_new0(StatsSchemaList, 1);

    if (counting() && (!has_provider || provider == STATS_PROVIDER_TCG)) {
        StatsSchema *schema = g_new0(StatsSchema, 1);
        StatsSchemaValue *value = g_new0(StatsSchemaValue, 1);

        value->name = g_strdup(instructions);
        value->type = STATS_TYPE_CUMULATIVE;
        schema->provider = STATS_PROVIDER_TCG;
        schema->target = STATS_TARGET_VCPU;
        schema->stats = g_new0(StatsSchemaValueList, 1);
        QAPI_LIST_APPEND(schema->stats, value);
        QAPI_LIST_APPEND(list, schema);
    }
    return list;
}
