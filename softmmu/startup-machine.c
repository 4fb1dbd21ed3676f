/* SPDX-License-Identifier: MIT */
/* From the description of a machine to its object. */
#include "softmmu/startup-machine.h"

#include "softmmu/configuration.h"
#include "util/bits.h"
#include "util/json.h"
#include <inttypes.h>
#include <string.h>

/* Far above any machine, so that the product of all levels fits 64 bits. */
enum { SMP_LIMIT = 32767 };

/* error_set_path() for a return statement. */
static bool at(const char *pointer, Error **errp)
{
    error_set_path(errp, pointer);
    return false;
}

/* ---- properties */

bool config_set_properties(Object *obj, JsonNode *props, const char *place, GPtrArray *errors,
                           Error **errp)
{
    JsonObjectIter it;
    const char *name;
    JsonNode *value;
    bool ok = true;

    if (!props) {
        return true;
    }
    if (json_kind(props) != JSON_KIND_OBJECT) {
        error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                       "Invalid parameter type for '%s', expected: object", place);
        return at(place, errp);
    }
    json_object_iter_init_ordered(&it, json_node_get_object(props));
    while ((ok || errors) && json_object_iter_next_ordered(&it, &name, &value)) {
        g_autofree char *pointer = g_strdup_printf("%s/%s", place, name);
        Error *err = NULL;

        if (object_set(obj, name, value, &err)) {
            continue;
        }
        ok = false;
        error_set_path(&err, pointer);
        if (errors) {
            g_ptr_array_add(errors, err);
        } else {
            g_propagate_error(errp, err);
        }
    }
    return ok;
}

bool config_wants_console(const Config *c)
{
    bool defaults = !c->has_defaults || c->defaults;

    return c->has_nographic && c->nographic && defaults && !c->machine->serials->n;
}

bool config_asks_for_help(JsonNode *props)
{
    return props && json_kind(props) == JSON_KIND_OBJECT &&
           json_object_has_member(json_node_get_object(props), "help");
}

JsonNode *config_read_back(Object *obj, JsonNode *props)
{
    JsonObject *result = json_object_new();
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    json_object_iter_init_ordered(&it, json_node_get_object(props));
    while (json_object_iter_next_ordered(&it, &name, &value)) {
        JsonNode *now = object_get(obj, name, NULL);

        json_object_set_member(result, name, now ? now : json_node_copy(value));
    }
    return json_new_object(result);
}

/* ---- type */

const Type *machine_config_type(const MachineConfig *cfg, Error **errp)
{
    const Type *type = cfg->type ? machine_find(cfg->type, config_target) : NULL;

    if (type) {
        return type;
    }
    if (!cfg->type) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                       "No machine specified, and there is no default");
    } else {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "unsupported machine type");
    }
    error_append_hint(errp, "Use -machine help to list supported machines\n");
    at("/machine/type", errp);
    return NULL;
}

/* ---- vCPUs */

typedef struct Topology {
    int64_t cpus, maxcpus, sockets, clusters, cores, threads; /* 0: not given */
} Topology;

static bool check_level(bool has, int64_t value, const char *name, int64_t *ret, Error **errp)
{
    if (!has) {
        return true;
    }
    if (value == 0) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Invalid CPU topology: CPU topology parameters must be greater "
                              "than zero");
    }
    if (value < 0 || value > SMP_LIMIT) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter '%s' expects a number up to %d", name, SMP_LIMIT);
    }
    *ret = value;
    return true;
}

static bool read_topology(const SMPConfiguration *c, Topology *ret, Error **errp)
{
    *ret = (Topology){0};
    return check_level(c->has_cpus, c->cpus, "cpus", &ret->cpus, errp) &&
           check_level(c->has_maxcpus, c->maxcpus, "maxcpus", &ret->maxcpus, errp) &&
           check_level(c->has_sockets, c->sockets, "sockets", &ret->sockets, errp) &&
           check_level(c->has_clusters, c->clusters, "clusters", &ret->clusters, errp) &&
           check_level(c->has_cores, c->cores, "cores", &ret->cores, errp) &&
           check_level(c->has_threads, c->threads, "threads", &ret->threads, errp);
}

static void fill_in(Topology *t, int64_t default_cpus)
{
    bool any = t->sockets || t->clusters || t->cores || t->threads;

    t->clusters = MAX(t->clusters, 1);
    t->threads = MAX(t->threads, 1);
    if (!t->cpus && !t->maxcpus) {
        t->cpus =
            any ? MAX(t->sockets, 1) * t->clusters * MAX(t->cores, 1) * t->threads : default_cpus;
    }
    t->maxcpus = t->maxcpus ? t->maxcpus : t->cpus;
    t->cpus = t->cpus ? t->cpus : t->maxcpus;
    if (!t->sockets) {
        t->sockets = t->cores ? MAX(t->maxcpus / (t->clusters * t->cores * t->threads), 1) : 1;
    }
    if (!t->cores) {
        t->cores = t->maxcpus / (t->sockets * t->clusters * t->threads);
    }
}

static bool check_topology(const Topology *t, const MachineClass *mc, Error **errp)
{
    if (t->maxcpus && t->sockets * t->clusters * t->cores * t->threads != t->maxcpus) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Invalid CPU topology: product of the hierarchy must match maxcpus: "
                              "sockets (%" PRId64 ") * clusters (%" PRId64 ") * cores (%" PRId64
                              ") * threads (%" PRId64 ") != maxcpus (%" PRId64 ")",
                              t->sockets, t->clusters, t->cores, t->threads, t->maxcpus);
    }
    if (t->cpus > t->maxcpus) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Invalid CPU topology: maxcpus must be equal to or greater than smp");
    }
    if (t->maxcpus > mc->max_cpus) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "Invalid SMP CPUs %" PRId64 ". The max CPUs supported by machine "
                              "'%s' is %d",
                              t->maxcpus, mc->name, mc->max_cpus);
    }
    return true;
}

bool machine_config_smp(Machine *m, const SMPConfiguration *cfg, Error **errp)
{
    const MachineClass *mc = MACHINE_GET_CLASS(m);
    Topology t;

    if (!read_topology(cfg, &t, errp)) {
        return at("/machine/smp", errp);
    }
    fill_in(&t, mc->default_cpus);
    if (!check_topology(&t, mc, errp)) {
        return at("/machine/smp", errp);
    }
    m->smp_cpus = (int)t.cpus;
    m->smp_max_cpus = (int)t.maxcpus;
    m->smp_clusters = (int)t.clusters;
    m->smp_cores = (int)t.cores;
    m->smp_threads = (int)t.threads;
    return true;
}

static bool cpu_type_is_valid(const MachineClass *mc, const char *type)
{
    return !mc->valid_cpu_types || g_strv_contains(mc->valid_cpu_types, type);
}

const Type *machine_config_cpu(Machine *m, const CpuConfig *cfg, Error **errp)
{
    const MachineClass *mc = m ? MACHINE_GET_CLASS(m) : NULL;
    const Type *type;

    if (!m && !cfg) {
        return NULL;
    }
    if (!cfg) {
        m->cpu_type = g_strdup(mc->default_cpu_type);
        return mc->default_cpu_type ? type_find(mc->default_cpu_type) : NULL;
    }
    type = cpu_type_find(cfg->model, config_target);
    if (!type) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "unable to find CPU model '%s'",
                       cfg->model);
        at("/machine/cpu/model", errp);
        return NULL;
    }
    if (!m) {
        return type;
    }
    if (!cpu_type_is_valid(mc, type_name(type))) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "mach-virt: CPU type %s not supported",
                       type_name(type));
        at("/machine/cpu/model", errp);
        return NULL;
    }
    g_free(m->cpu_type);
    m->cpu_type = g_strdup(type_name(type));
    if (cfg->features && json_kind(cfg->features) == JSON_KIND_OBJECT) {
        g_clear_pointer(&m->cpu_features, json_object_unref);
        m->cpu_features = json_object_ref(json_node_get_object(cfg->features));
    }
    return type;
}

bool machine_config_numa(Machine *m, const NumaOptionsList *list, Error **errp)
{
    for (size_t i = 0; i < list->n; i++) {
        g_autofree char *pointer = g_strdup_printf("/machine/numa/%zu", i);

        if (!numa_add(m, list->items[i], errp)) {
            return at(pointer, errp);
        }
    }
    return true;
}

/* ---- memory and images */

bool machine_config_memory(Machine *m, const MemorySizeConfiguration *cfg, Error **errp)
{
    const MachineClass *mc = MACHINE_GET_CLASS(m);
    uint64_t size = cfg->has_size && cfg->size ? cfg->size : mc->default_ram_size;

    if ((cfg->has_slots && cfg->slots) || (cfg->has_max_size && cfg->max_size != size)) {
        error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                       "memory hot-plug is not supported: slots must be 0 and maxmem the size");
        return at("/machine/memory", errp);
    }
    if (size > UINT64_MAX - 4 * KiB) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter 'size' expects a number of bytes that this host can address");
        return at("/machine/memory/size", errp);
    }
    m->ram_size = align_up(size, 4 * KiB);
    return true;
}

bool machine_config_boot(Machine *m, const BootConfig *cfg, Error **errp)
{
    const struct {
        const char *property, *value;
    } files[] = {
        {"kernel", cfg->kernel}, {"initrd", cfg->initrd},     {"append", cfg->append},
        {"dtb", cfg->dtb},       {"firmware", cfg->firmware},
    };

    if (!cfg->kernel && cfg->append) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                       "-append only allowed with -kernel option");
        return at("/machine/boot/append", errp);
    }
    if (!cfg->kernel && cfg->initrd) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                       "-initrd only allowed with -kernel option");
        return at("/machine/boot/initrd", errp);
    }
    for (const char *letter = cfg->order; letter && *letter; letter++) {
        if (*letter < 'a' || *letter > 'p') {
            error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Invalid boot device '%c'", *letter);
            return at("/machine/boot/order", errp);
        }
    }
    if (cfg->pflash->n > G_N_ELEMENTS(m->pflash)) {
        error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                       "the machine has two flashes, %zu images are given", cfg->pflash->n);
        return at("/machine/boot/pflash", errp);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (files[i].value && !object_set_str(OBJECT(m), files[i].property, files[i].value, errp)) {
            return false;
        }
    }
    for (size_t i = 0; i < cfg->pflash->n; i++) {
        m->pflash[i] = cfg->pflash->items[i];
    }
    return true;
}
