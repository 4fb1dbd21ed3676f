/* SPDX-License-Identifier: MIT */
/* Device "loader": puts a file, or a few bytes, into memory at every reset, and says where a CPU
 * starts.
 *
 * Properties: addr; file (an ELF file goes where it says; with force-raw and all else to addr);
 * data and data-len, big-endian with data-be; cpu-num: the CPU that starts at addr, or at the entry
 * of the file. */
#include "hw/core/device.h"
#include "hw/core/loader.h"
#include "softmmu/cpus.h"

#define NO_CPU UINT32_MAX

typedef struct GenericLoader {
    Device dev;
    uint64_t addr, data;
    uint8_t data_len;
    bool data_be, force_raw;
    char *file;
    uint32_t cpu_num;
} GenericLoader;

static bool check(const GenericLoader *s, Error **errp)
{
    bool with_data = s->data || s->data_len || s->data_be;

    if (with_data && s->file) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                              "Specifying a file is not supported when loading memory values");
    }
    if (with_data && s->force_raw) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                              "Specifying force-raw is not supported when loading memory values");
    }
    if (with_data && !s->data_len) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                              "Both data and data-len must be specified");
    }
    if (s->data_len > 8) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "data-len cannot be greater then 8 bytes");
    }
    if (!with_data && !s->file && !s->addr) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING, "please include valid arguments");
    }
    if (!with_data && !s->file && s->cpu_num == NO_CPU) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                              "cpu_num must be specified when setting a program counter");
    }
    return true;
}

static bool load_file(GenericLoader *s, AddressSpace *as, uint64_t *ret_entry, Error **errp)
    REQUIRES(vm_lock)
{
    KernelImage image;

    *ret_entry = s->addr;
    if (s->force_raw || !loader_is_elf(s->file)) {
        return loader_add_file(as, s->addr, s->file, errp);
    }
    if (!loader_add_elf(as, s->file, &image, errp)) {
        return false;
    }
    *ret_entry = image.entry;
    return true;
}

static void load_data(const GenericLoader *s, AddressSpace *as) REQUIRES(vm_lock)
{
    uint8_t bytes[8];

    if (s->data_be) {
        st_be(bytes, s->data_len, s->data);
    } else {
        st_le(bytes, s->data_len, s->data);
    }
    g_autoptr(GBytes) blob = g_bytes_new(bytes, s->data_len);
    loader_add_blob(as, s->addr, "data of a loader", blob);
}

static bool generic_loader_realize(Device *dev, Error **errp) REQUIRES(vm_lock)
{
    GenericLoader *s = (GenericLoader *)dev;
    CpuState *cpu = NULL;
    uint64_t entry = s->addr;

    if (!check(s, errp)) {
        return false;
    }
    if (s->cpu_num != NO_CPU) {
        cpu = s->cpu_num <= INT_MAX ? cpus_by_index((int)s->cpu_num) : NULL;
        if (!cpu) {
            return error_set_code(errp, ERROR_CODE_NOT_FOUND,
                                  "Specified boot CPU#%" PRIu32 " is nonexistent", s->cpu_num);
        }
    }
    AddressSpace *as = cpu && cpu->as ? cpu->as : &address_space_memory;
    if (s->file && !load_file(s, as, &entry, errp)) {
        return false;
    }
    if (s->data_len) {
        load_data(s, as);
    } else if (cpu) {
        cpu->starts_at = true;
        cpu->start_pc = entry;
    }
    return true;
}

static const Property generic_loader_props[] = {
    DEFINE_PROP_UINT64("addr", GenericLoader, addr, 0),
    DEFINE_PROP_UINT64("data", GenericLoader, data, 0),
    DEFINE_PROP_UINT8("data-len", GenericLoader, data_len, 0),
    DEFINE_PROP_BOOL("data-be", GenericLoader, data_be, false),
    DEFINE_PROP_UINT32("cpu-num", GenericLoader, cpu_num, NO_CPU),
    DEFINE_PROP_BOOL("force-raw", GenericLoader, force_raw, false),
    DEFINE_PROP_STRING("file", GenericLoader, file),
    DEFINE_PROP_END(),
};

static void generic_loader_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Generic Loader";
    dc->user_creatable = true;
    dc->realize = generic_loader_realize;
}

static const TypeInfo generic_loader_types[] = {
    {.name = "loader",
     .parent = TYPE_DEVICE,
     .instance_size = sizeof(GenericLoader),
     .properties = generic_loader_props,
     .class_init = generic_loader_class_init},
};
DEFINE_TYPES(generic_loader_types);
