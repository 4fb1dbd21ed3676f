/* SPDX-License-Identifier: MIT */
/* virt: the generic AArch64 board of virtual machines. Its properties and what they exclude. */
#include "hw/arm/virt.h"

#include "gen/qapi-types.h"
#include "util/json.h"
#include "util/size.h"
#include <string.h>

static bool parse_gic_version(VirtMachine *s, Error **errp)
{
    const char *text = s->gic_version_text;

    if (strcmp(text, "2") == 0) {
        s->gic_version = 2;
    } else if (strcmp(text, "3") == 0 || strcmp(text, "max") == 0) {
        s->gic_version = 3;
    } else if (strcmp(text, "host") == 0) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "gic-version=host requires KVM");
    } else if (strcmp(text, "4") == 0) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "gic-version=4 is not supported");
    } else {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Invalid gic-version value");
        error_append_hint(errp, "Valid values are 2, 3, max.\n");
        return false;
    }
    return true;
}

static bool check_cpus(const VirtMachine *s, Error **errp)
{
    int n = s->parent.smp_max_cpus;

    if (s->gic_version == 2 && n > VIRT_MAX_CPUS_V2) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "Number of SMP CPUs requested (%d) exceeds max CPUs supported by "
                              "machine 'mach-virt' (%d)",
                              n, VIRT_MAX_CPUS_V2);
    }
    if (!s->highmem && n > (int)VIRT_LOW_REDISTS) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "Capacity of the redist regions(%d) does not match the number of "
                              "vcpus(%d)",
                              (int)VIRT_LOW_REDISTS, n);
    }
    return true;
}

/* RAM, and with highmem what comes after it, within bits of physical addresses. */
bool virt_check_address_bits(const VirtMachine *s, unsigned bits, Error **errp)
{
    uint64_t end = align_up(VIRT_RAM_BASE + s->parent.ram_size, GiB), limit = BIT64(bits);

    if (end >= s->parent.ram_size && end <= limit) {
        return true;
    }
    return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                          "Addressing limited to %u bits, but memory exceeds it by %" PRIu64
                          " bytes",
                          bits, end - limit);
}

static bool check_oem(const char *text, const char *name, size_t max, Error **errp)
{
    return !text || strlen(text) <= max ||
           error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                          "User specified %s value is bigger than %zu bytes in size", name, max);
}

/* error_set_path() for a return statement. */
static bool at(const char *pointer, Error **errp)
{
    error_set_path(errp, pointer);
    return false;
}

static bool virt_check(Machine *m, Error **errp)
{
    VirtMachine *s = (VirtMachine *)m;

    if (!parse_gic_version(s, errp)) {
        return at("/machine/props/gic-version", errp);
    }
    if (!check_cpus(s, errp)) {
        return at("/machine/smp", errp);
    }
    if (!virt_check_address_bits(s, s->highmem ? VIRT_MAX_ADDRESS_BITS : 32, errp)) {
        return at("/machine/memory/size", errp);
    }
    if (m->firmware && (m->pflash[0] || s->pflash_node[0])) {
        error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                       "The contents of the first flash device may be specified with -bios or "
                       "with -pflash but you cannot use both options at once");
        return at("/machine/boot/firmware", errp);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(m->pflash); i++) {
        if (m->pflash[i] && s->pflash_node[i]) {
            error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                           "-pflash and pflash%zu= both say what is in a flash: give one", i);
            return at(i ? "/machine/props/pflash1" : "/machine/props/pflash0", errp);
        }
    }
    if (!check_oem(s->oem_id, "oem-id", 6, errp)) {
        return at("/machine/props/x-oem-id", errp);
    }
    if (!check_oem(s->oem_table_id, "oem-table-id", 8, errp)) {
        return at("/machine/props/x-oem-table-id", errp);
    }
    return true;
}

static bool virt_init(Machine *m, Error **errp) NO_THREAD_SAFETY
{
    return virt_check(m, errp) && virt_create_devices((VirtMachine *)m, errp);
}

/* ---- properties */

/* Of a switch that only says what there is not: off, the default, is all it takes. */
static JsonNode *get_absent(Object *obj, const Property *prop, Error **errp)
{
    return json_new_bool(false);
}

static bool set_absent(Object *obj, const Property *prop, JsonNode *value, Error **errp)
{
    const char *text = json_get_string(value);
    bool on = json_kind(value) == JSON_KIND_BOOL && json_node_get_boolean(value);

    if (text ? !parse_bool(text, &on, NULL) : json_kind(value) != JSON_KIND_BOOL) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter '%s' expects 'on' or 'off'", prop->name);
    }
    return !on || error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "%s", (const char *)prop->opaque);
}

static JsonNode *get_iommu(Object *obj, const Property *prop, Error **errp)
{
    return json_new_string("none");
}

static bool set_iommu(Object *obj, const Property *prop, JsonNode *value, Error **errp)
{
    const char *text = json_get_string(value);

    if (g_strcmp0(text, "none") == 0) {
        return true;
    }
    if (g_strcmp0(text, "smmuv3") == 0) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "iommu=smmuv3 is not supported");
    }
    error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Invalid iommu value");
    error_append_hint(errp, "Valid values are none.\n");
    return false;
}

#define SWITCH(n, f, def, text)                                                                  \
    {                                                                                            \
        .name = (n), .kind = PROP_BOOL, .offset = offsetof(VirtMachine, f), .has_default = true, \
        .default_value = (def), .description = (text)                                            \
    }
#define TEXT(n, f, text)                                                      \
    {                                                                         \
        .name = (n), .kind = PROP_STRING, .offset = offsetof(VirtMachine, f), \
        .description = (text)                                                 \
    }
#define ABSENT(n, why, text)                                                      \
    {                                                                             \
        .name = (n), .kind = PROP_CUSTOM, .type_name = "bool", .get = get_absent, \
        .set = set_absent, .opaque = (why), .description = (text)                 \
    }

static const char *const on_off_auto[] = {"auto", "on", "off", NULL};

static const Property virt_props[] = {
    {.name = "acpi",
     .kind = PROP_ENUM,
     .type_name = "OnOffAuto",
     .offset = offsetof(VirtMachine, acpi),
     .enum_names = on_off_auto,
     .has_default = true,
     .default_value = ON_OFF_AUTO_AUTO,
     .description = "Whether firmware finds ACPI tables: it does unless this is off"},
    {.name = "gic-version",
     .kind = PROP_STRING,
     .offset = offsetof(VirtMachine, gic_version_text),
     .default_string = "2",
     .description = "Set GIC version. Valid values are 2, 3 and max"},
    {.name = "iommu",
     .kind = PROP_CUSTOM,
     .type_name = "string",
     .get = get_iommu,
     .set = set_iommu,
     .description = "Type of the IOMMU: there is none"},
    {.name = "phandle-start",
     .kind = PROP_UINT32,
     .type_name = "int",
     .offset = offsetof(VirtMachine, first_phandle),
     .has_default = true,
     .default_value = 0x8000,
     .min = 1,
     .max = INT32_MAX - VIRT_MAX_CPUS - 16,
     .description = "The first phandle of the device tree"},
    SWITCH("dtb-randomness", dtb_randomness, true,
           "Set off to leave random seeds out of the device tree"),
    SWITCH("dtb-kaslr-seed", dtb_randomness, true, "An older name of dtb-randomness"),
    SWITCH("highmem", highmem, true, "Whether anything may lie above 4 GiB"),
    SWITCH("its", its, true, "Whether a GICv3 has an interrupt translation service"),
    SWITCH("secure", secure, false, "Whether there are EL3 and the Secure state"),
    SWITCH("virtualization", virtualization, false, "Whether there is EL2"),
    ABSENT("mte", "MTE requested, but not supported by the guest CPU",
           "Memory tagging: no CPU has it"),
    ABSENT("ras", "ras=on is not supported", "Reports of host memory errors: there are none"),
    TEXT("dt-compatible", dt_compatible, "The root node's \"compatible\" in the device tree"),
    TEXT("pflash0", pflash_node[0], "Node name of the block node that is the first flash"),
    TEXT("pflash1", pflash_node[1], "Node name of the block node that is the second flash"),
    TEXT("x-oem-id", oem_id, "OEMID of ACPI tables, up to 6 bytes"),
    TEXT("x-oem-table-id", oem_table_id, "OEM Table ID of ACPI tables, up to 8 bytes"),
    DEFINE_PROP_END(),
};

/* The second one is Secure. */
static int count_serials(const Machine *m)
{
    return ((const VirtMachine *)m)->secure ? 2 : 1;
}

static void virt_class_init(ObjectClass *klass, const void *data)
{
    MachineClass *mc = (MachineClass *)klass;

    mc->name = "virt-7.2";
    mc->alias = "virt";
    mc->desc = "Poise 7.2 ARM Virtual Machine";
    mc->target = "aarch64";
    mc->max_cpus = VIRT_MAX_CPUS;
    mc->default_cpus = 1;
    mc->default_ram_size = 128 * MiB;
    mc->default_ram_id = "mach-virt.ram";
    mc->default_cpu_type = "cortex-a57" ARM_CPU_TYPE_SUFFIX;
    mc->n_serials = 2;
    mc->count_serials = count_serials;
    mc->has_numa = true;
    mc->check = virt_check;
    mc->init = virt_init;
    mc->load = virt_load;
    mc->done = virt_done;
}

static const TypeInfo virt_types[] = {
    {.name = "virt-7.2" MACHINE_CLASS_SUFFIX,
     .parent = TYPE_MACHINE,
     .instance_size = sizeof(VirtMachine),
     .properties = virt_props,
     .class_init = virt_class_init},
};
DEFINE_TYPES(virt_types);
