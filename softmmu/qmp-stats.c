/* SPDX-License-Identifier: MIT */
/* QMP commands of module stats: what the accelerator counts, of each vCPU and of the machine. */
#include "gen/qapi-commands.h"
#include "softmmu/accel.h"
#include "softmmu/cpus.h"

#include <string.h>

/* The chosen accelerator's statistics; none: an empty list. */
static const AccelStat *stats_of(StatsProvider *ret_provider)
{
    static const AccelStat none[] = {{.name = NULL}};

    if (!current_accel || !accel_stats() ||
        !StatsProvider_parse(accel_name(), ret_provider, NULL)) {
        return none;
    }
    return accel_stats();
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

/* Whether the request names a statistic. */
static bool wanted(const StatsRequestList *requests, StatsProvider provider, const char *name)
{
    for (size_t i = 0; requests && i < requests->n; i++) {
        const StatsRequest *r = requests->items[i];

        if (r->provider == provider && contains(r->names, name)) {
            return true;
        }
    }
    return !requests;
}

/* Of a vCPU, or (NULL) of the machine: then those of vCPUs are summed up. */
static uint64_t value_of(const AccelStat *stat, CpuState *cpu)
{
    uint64_t sum = 0;

    if (cpu || !stat->per_cpu) {
        return stat->get(stat, cpu);
    }
    CPU_FOREACH (each) {
        sum += stat->get(stat, each);
    }
    return sum;
}

static Stats *read_stat(const AccelStat *stat, CpuState *cpu)
{
    Stats *stats = g_new0(Stats, 1);

    stats->name = g_strdup(stat->name);
    stats->value = g_new0(StatsValue, 1);
    stats->value->type = JSON_KIND_INT;
    stats->value->u.scalar = value_of(stat, cpu);
    return stats;
}

static void add_result(StatsResultList *list, const StatsRequestList *requests, CpuState *cpu)
{
    StatsProvider provider = STATS_PROVIDER_TCG;
    StatsResult *result = g_new0(StatsResult, 1);

    result->stats = g_new0(StatsList, 1);
    for (const AccelStat *s = stats_of(&provider); s->name; s++) {
        if ((!cpu || s->per_cpu) && wanted(requests, provider, s->name)) {
            QAPI_LIST_APPEND(result->stats, read_stat(s, cpu));
        }
    }
    result->provider = provider;
    result->qom_path = cpu ? object_path(cpu->object) : NULL;
    if (result->stats->n) {
        QAPI_LIST_APPEND(list, result);
    } else {
        qapi_free_StatsResult(result);
    }
}

StatsResultList *qmp_query_stats(StatsFilter *filter, Error **errp)
{
    StatsResultList *list = g_new0(StatsResultList, 1);

    if (filter->target == STATS_TARGET_VM) {
        add_result(list, filter->providers, NULL);
        return list;
    }
    CPU_FOREACH (cpu) {
        g_autofree char *path = object_path(cpu->object);

        if (contains(filter->u.vcpu.vcpus, path)) {
            add_result(list, filter->providers, cpu);
        }
    }
    return list;
}

static StatsSchemaValue *describe(const AccelStat *stat)
{
    StatsSchemaValue *value = g_new0(StatsSchemaValue, 1);

    value->name = g_strdup(stat->name);
    value->type = stat->type;
    value->has_unit = stat->has_unit;
    value->unit = stat->unit;
    value->has_base = stat->base != 0;
    value->base = stat->base;
    value->exponent = stat->exponent;
    return value;
}

StatsSchemaList *qmp_query_stats_schemas(bool has_provider, StatsProvider provider, Error **errp)
{
    StatsSchemaList *list = g_new0(StatsSchemaList, 1);
    StatsProvider ours = STATS_PROVIDER_TCG;
    const AccelStat *stats = stats_of(&ours);

    if (!stats->name || (has_provider && provider != ours)) {
        return list;
    }
    for (StatsTarget target = 0; target < STATS_TARGET__MAX; target++) {
        StatsSchema *schema = g_new0(StatsSchema, 1);

        schema->provider = ours;
        schema->target = target;
        schema->stats = g_new0(StatsSchemaValueList, 1);
        for (const AccelStat *s = stats; s->name; s++) {
            if (target == STATS_TARGET_VM || s->per_cpu) {
                QAPI_LIST_APPEND(schema->stats, describe(s));
            }
        }
        QAPI_LIST_APPEND(list, schema);
    }
    return list;
}
