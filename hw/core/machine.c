/* SPDX-License-Identifier: MIT */
/* Machines: the base class, look-up by name, and the help texts. */
#include "hw/core/machine.h"

#include "backends/hostmem.h"
#include "qom/user-creatable.h"
#include "softmmu/cpus.h"
#include "util/json.h"
#include "util/size.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

Machine *current_machine;

/* Which CPU types a target's models are; the model is the type name without the suffix. */
static const struct {
    const char *target;
    const char *cpu_suffix;
} targets[] = {
    {"aarch64", "-arm-cpu"},
};

static const char *cpu_suffix(const char *target)
{
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        if (strcmp(targets[i].target, target) == 0) {
            return targets[i].cpu_suffix;
        }
    }
    return NULL;
}

bool machine_serves_target(const MachineClass *mc, const char *target)
{
    return !mc->target || strcmp(mc->target, target) == 0;
}

const Type *machine_find(const char *name, const char *target)
{
    g_autoptr(GPtrArray) list = type_list(TYPE_MACHINE, false);

    for (guint i = 0; i < list->len; i++) {
        const Type *t = g_ptr_array_index(list, i);
        const MachineClass *mc = (MachineClass *)type_get_class(t);

        if (machine_serves_target(mc, target) &&
            (strcmp(mc->name, name) == 0 || g_strcmp0(mc->alias, name) == 0)) {
            return t;
        }
    }
    return NULL;
}

const Type *cpu_type_find(const char *model, const char *target)
{
    g_autofree char *name = g_strconcat(model, cpu_suffix(target), NULL);
    const Type *t = type_find(name);

    return t && type_is_a(t, TYPE_CPU) && !type_is_abstract(t) ? t : NULL;
}

GPtrArray *cpu_type_list(const char *target)
{
    GPtrArray *list = type_list(TYPE_CPU, false);

    for (guint i = list->len; i-- > 0;) {
        if (!g_str_has_suffix(type_name(g_ptr_array_index(list, i)), cpu_suffix(target))) {
            g_ptr_array_remove_index(list, i);
        }
    }
    return list;
}

char *cpu_model_name(const Type *type, const char *target)
{
    const char *name = type_name(type);

    return g_strndup(name, strlen(name) - strlen(cpu_suffix(target)));
}

CpuInstanceProperties *machine_cpu_topology(const Machine *m, int index)
{
    CpuInstanceProperties *p = g_new0(CpuInstanceProperties, 1);
    int core = index / m->smp_threads, cluster = core / m->smp_cores;
    int node = numa_node_of_cpu(m, index);

    p->has_thread_id = p->has_core_id = p->has_cluster_id = p->has_socket_id = true;
    p->thread_id = index % m->smp_threads;
    p->core_id = core % m->smp_cores;
    p->cluster_id = cluster % m->smp_clusters;
    p->socket_id = cluster / m->smp_clusters;
    p->has_node_id = node >= 0;
    p->node_id = node;
    return p;
}

Device *machine_cpu_new(Machine *m, Error **errp)
{
    g_autoptr(Object) cpu = OBJECT(device_new(m->cpu_type));
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    if (m->cpu_features) {
        json_object_iter_init(&it, m->cpu_features);
        while (json_object_iter_next(&it, &name, &value)) {
            if (!object_set(cpu, name, value, errp)) {
                return NULL;
            }
        }
    }
    return DEVICE(g_steal_pointer(&cpu));
}

/* ---- RAM */

static bool init_ram_from(Machine *m, HostMemory *mem, uint64_t bytes, Error **errp)
{
    uint64_t size = align_up(mem->size, GUEST_PAGE_SIZE);

    if (bytes && bytes != size) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Machine memory size does not match the size of the memory backend");
    }
    if (!host_memory_claim(mem, errp)) {
        return false;
    }
    m->ram_size = size;
    m->ram_object = object_ref(&mem->parent);
    if (!memory_region_init_ram_from(&m->ram, mem->block_name, mem->host, size, errp)) {
        return false;
    }
    m->ram.ram->shared = mem->share;
    return true;
}

/* By id or, as query-config shows it, by path. */
static Object *find_backend(const char *name)
{
    Object *obj = *name == '/' ? object_resolve(name, NULL) : NULL;

    return obj && object_is_a(obj, TYPE_MEMORY_BACKEND)
               ? obj
               : user_creatable_find(name, TYPE_MEMORY_BACKEND);
}

bool machine_init_ram(Machine *m, uint64_t bytes, Error **errp)
{
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    if (m->ram_backend && m->numa) {
        return numa_complete(m, errp);
    }
    if (m->ram_backend) {
        Object *mem = find_backend(m->ram_backend);

        if (!mem) {
            return error_set_code(errp, ERROR_CODE_NOT_FOUND, "Memory backend '%s' not found",
                                  m->ram_backend);
        }
        if (!mc->default_ram_id) {
            return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                                  "machine '%s' has no RAM that could use memory backend '%s'",
                                  mc->name, m->ram_backend);
        }
        return init_ram_from(m, HOST_MEMORY(mem), bytes, errp);
    }
    m->ram_size = bytes ? bytes : mc->default_ram_size;
    if (!mc->default_ram_id || !m->ram_size) {
        return true;
    }
    if (m->numa) {
        return numa_complete(m, errp) && numa_init_ram(m, errp);
    }
    if (!memory_region_init_ram(&m->ram, mc->default_ram_id, m->ram_size, errp)) {
        return false;
    }
    if (!m->dump_guest_core) {
        (void)madvise(m->ram.ram->host, m->ram.ram->size, MADV_DONTDUMP);
    }
    return true;
}

/* ---- help */

void machine_print_help(const char *target)
{
    g_autoptr(GPtrArray) list = type_list(TYPE_MACHINE, false);

    printf("Supported machines are:\n");
    for (guint i = 0; i < list->len; i++) {
        const MachineClass *mc = (MachineClass *)type_get_class(g_ptr_array_index(list, i));

        if (!machine_serves_target(mc, target)) {
            continue;
        }
        if (mc->alias) {
            printf("%-20s %s (alias of %s)\n", mc->alias, mc->desc, mc->name);
        }
        printf("%-20s %s\n", mc->name, mc->desc);
    }
}

void cpu_print_help(const char *target)
{
    g_autoptr(GPtrArray) list = cpu_type_list(target);

    printf("Available CPUs:\n");
    for (guint i = 0; i < list->len; i++) {
        g_autofree char *model = cpu_model_name(g_ptr_array_index(list, i), target);

        printf("  %s\n", model);
    }
}

static void collect_property(const Property *prop, void *opaque)
{
    g_ptr_array_add(opaque, (gpointer)prop);
}

static gint compare_properties(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const Property *const *)a)->name, (*(const Property *const *)b)->name);
}

void type_print_properties(const Type *type, const char *label)
{
    g_autoptr(GPtrArray) props = g_ptr_array_new();

    type_foreach_property(type, collect_property, props);
    g_ptr_array_sort(props, compare_properties);
    printf("%s options:\n", label);
    for (guint i = 0; i < props->len; i++) {
        const Property *p = g_ptr_array_index(props, i);
        g_autofree char *kind = property_type_name(p);
        g_autofree char *option = g_strdup_printf("%s=<%s>", p->name, kind);

        if (p->flags & PROP_READ_ONLY || (p->get && !p->set)) {
            continue;
        }
        if (p->description) {
            printf("  %-22s - %s\n", option, p->description);
        } else {
            printf("  %s\n", option);
        }
    }
}

/* ---- the class */

static void machine_finalize(Object *obj)
{
    Machine *m = (Machine *)obj;

    if (m->ram_object) {
        host_memory_release(HOST_MEMORY(m->ram_object));
        object_unref(m->ram_object);
    }
    g_clear_pointer(&m->cpu_features, json_object_unref);
    g_clear_pointer(&m->numa, numa_free);
    g_free(m->cpu_type);
    g_free(m->ram_backend);
}

#define MACHINE_PATH(n, f, text)                                                                \
    {                                                                                           \
        .name = (n), .kind = PROP_STRING, .offset = offsetof(Machine, f), .description = (text) \
    }

static JsonNode *get_ram_backend(Object *obj, const Property *prop, Error **errp)
{
    const Machine *m = (Machine *)obj;
    g_autofree char *path = m->ram_object ? object_path(m->ram_object) : NULL;

    return json_new_string(path ? path : "");
}

static bool set_ram_backend(Object *obj, const Property *prop, JsonNode *value, Error **errp)
{
    Machine *m = (Machine *)obj;
    const char *id = json_get_string(value);

    if (!id) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                              "Invalid parameter type for '%s', expected: string", prop->name);
    }
    if (m->ram.ram) {
        return error_set_code(errp, ERROR_CODE_WRONG_STATE,
                              "Property '%s' cannot be changed: the machine has its RAM",
                              prop->name);
    }
    g_free(m->ram_backend);
    m->ram_backend = g_strdup(id);
    return true;
}

static JsonNode *get_usb(Object *obj, const Property *prop, Error **errp)
{
    return json_new_bool(false);
}

static bool set_usb(Object *obj, const Property *prop, JsonNode *value, Error **errp)
{
    const char *text = json_get_string(value);
    bool on = json_kind(value) == JSON_KIND_BOOL && json_node_get_boolean(value);

    if (text ? !parse_bool(text, &on, NULL) : json_kind(value) != JSON_KIND_BOOL) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'usb' expects 'on' or 'off'");
    }
    return !on || error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "machine '%s' has no USB",
                                 MACHINE_GET_CLASS(obj)->name);
}

static const Property machine_props[] = {
    MACHINE_PATH("kernel", kernel, "Linux kernel image file"),
    MACHINE_PATH("initrd", initrd, "Linux initial ramdisk file"),
    MACHINE_PATH("append", append, "Linux kernel command line"),
    MACHINE_PATH("dtb", dtb, "Linux kernel device tree file"),
    MACHINE_PATH("dumpdtb", dumpdtb, "Dump current dtb to a file and quit"),
    MACHINE_PATH("firmware", firmware, "Firmware image"),
    {.name = "memory-backend",
     .kind = PROP_CUSTOM,
     .type_name = "link<memory-backend>",
     .description = "Id of the memory backend that is the machine's RAM",
     .get = get_ram_backend,
     .set = set_ram_backend},
    {.name = "mem-merge",
     .kind = PROP_BOOL,
     .offset = offsetof(Machine, mem_merge),
     .has_default = true,
     .default_value = true,
     .description = "Whether the host may merge pages of memory backends"},
    {.name = "dump-guest-core",
     .kind = PROP_BOOL,
     .offset = offsetof(Machine, dump_guest_core),
     .has_default = true,
     .default_value = true,
     .description = "Whether core dumps hold the guest's memory"},
    {.name = "usb",
     .kind = PROP_CUSTOM,
     .type_name = "bool",
     .description = "Whether there is USB; no machine has it yet",
     .get = get_usb,
     .set = set_usb},
    DEFINE_PROP_END(),
};

static bool none_check(Machine *m, Error **errp)
{
    if (m->kernel) {
        error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                       "The -kernel parameter is not supported by machine 'none'");
        error_set_path(errp, "/machine/boot/kernel");
        return false;
    }
    return true;
}

static bool none_init(Machine *m, Error **errp)
{
    return none_check(m, errp);
}

int machine_n_serials(const Machine *m)
{
    const MachineClass *mc = MACHINE_GET_CLASS(m);

    return mc->count_serials ? mc->count_serials(m) : mc->n_serials;
}

static void none_class_init(ObjectClass *klass, const void *data)
{
    MachineClass *mc = (MachineClass *)klass;

    mc->name = "none";
    mc->desc = "empty machine";
    mc->max_cpus = 1;
    mc->default_cpus = 0;
    mc->check = none_check;
    mc->init = none_init;
}

static const TypeInfo machine_types[] = {
    {.name = TYPE_MACHINE,
     .abstract = true,
     .instance_size = sizeof(Machine),
     .class_size = sizeof(MachineClass),
     .properties = machine_props,
     .instance_finalize = machine_finalize},
    {.name = "none" MACHINE_CLASS_SUFFIX, .parent = TYPE_MACHINE, .class_init = none_class_init},
};
DEFINE_TYPES(machine_types);
