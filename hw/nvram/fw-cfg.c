/* SPDX-License-Identifier: MIT */
/* fw_cfg: the firmware configuration device, memory-mapped form with DMA.
 *
 * Region 0, 0x18 bytes, big-endian: data at 0 (1 to 8 bytes), selector at 8 (2 bytes), DMA address
 * at 0x10 (8 bytes, or two halves of 4; the low half starts the transfer). */
#include "hw/nvram/fw-cfg.h"

#include "hw/core/state-hash.h"
#include "softmmu/configuration.h"
#include "util/log.h"
#include <string.h>

/* Keys. */
enum {
    KEY_SIGNATURE = 0x00,
    KEY_ID = 0x01,
    KEY_UUID = 0x02,
    KEY_RAM_SIZE = 0x03,
    KEY_NOGRAPHIC = 0x04,
    KEY_NB_CPUS = 0x05,
    KEY_KERNEL_SIZE = 0x08,
    KEY_MAX_CPUS = 0x0f,
    KEY_INITRD_SIZE = 0x0b,
    KEY_KERNEL_DATA = 0x11,
    KEY_INITRD_DATA = 0x12,
    KEY_CMDLINE_SIZE = 0x14,
    KEY_CMDLINE_DATA = 0x15,
    KEY_FILE_DIR = 0x19,
    KEY_FILE_FIRST = 0x20,
    MAX_FILES = 0x60,
    KEY_COUNT = KEY_FILE_FIRST + MAX_FILES,
    KEY_WRITE_FLAG = 0x4000, /* ignored: items are read-only */
};

/* FWCfgDmaAccess.control */
enum {
    DMA_ERROR = 1 << 0,
    DMA_READ = 1 << 1,
    DMA_SKIP = 1 << 2,
    DMA_SELECT = 1 << 3,
    DMA_WRITE = 1 << 4,
};
#define DMA_SIGNATURE 0x51454d5520434647ull /* "QEMU CFG" */

typedef struct FwCfgState {
    Device dev;
    MemoryRegion mr;
    GBytes *items[KEY_COUNT];
    char *names[MAX_FILES];
    unsigned n_files;

    uint16_t key;
    uint64_t offset; /* in the selected item */
    uint64_t dma_addr;
} FwCfgState;

static const uint8_t *item_data(const FwCfgState *s, uint64_t *ret_len)
{
    gsize len = 0;
    const uint8_t *data = NULL;

    if (s->key < KEY_COUNT && s->items[s->key]) {
        data = g_bytes_get_data(s->items[s->key], &len);
    }
    *ret_len = len;
    return data;
}

/* Copies from the current offset; past the end there are zeros. */
static void take(FwCfgState *s, uint8_t *buf, uint64_t n)
{
    uint64_t len;
    const uint8_t *data = item_data(s, &len);
    uint64_t have = s->offset < len ? MIN(n, len - s->offset) : 0;

    if (have) {
        memcpy(buf, data + s->offset, have);
    }
    memset(buf + have, 0, n - have);
    s->offset = MIN(s->offset + n, len);
}

static void select_key(FwCfgState *s, uint16_t key)
{
    s->key = (uint16_t)(key & ~KEY_WRITE_FLAG);
    s->offset = 0;
    if (s->key >= KEY_COUNT || !s->items[s->key]) {
        guest_error("fw_cfg: selected key 0x%x has no item", key);
    }
}

/* Reads the item into guest memory, a page at a time: the length is the guest's. */
static bool dma_copy_out(FwCfgState *s, uint64_t addr, uint32_t length)
{
    uint8_t buf[GUEST_PAGE_SIZE];

    while (length) {
        uint32_t n = MIN(length, (uint32_t)sizeof(buf));

        take(s, buf, n);
        if (address_space_write(&address_space_memory, addr, MEM_ATTRS_NONE, buf, n) != MEM_OK) {
            return false;
        }
        addr += n;
        length -= n;
    }
    return true;
}

static void dma_run(FwCfgState *s)
{
    uint8_t access[16], status[4];
    uint64_t at = s->dma_addr;
    bool ok = true;

    s->dma_addr = 0;
    if (address_space_read(&address_space_memory, at, MEM_ATTRS_NONE, access, 16) != MEM_OK) {
        guest_error("fw_cfg: DMA descriptor at 0x%" PRIx64 " is not memory", at);
        st_be(status, 4, DMA_ERROR);
        address_space_write(&address_space_memory, at, MEM_ATTRS_NONE, status, 4);
        return;
    }
    uint32_t control = (uint32_t)ld_be(access, 4), length = (uint32_t)ld_be(access + 4, 4);
    if (control & DMA_SELECT) {
        select_key(s, (uint16_t)(control >> 16));
    }
    if (control & DMA_READ) {
        ok = dma_copy_out(s, ld_be(access + 8, 8), length);
    } else if (control & DMA_WRITE) {
        ok = false;
    } else if (control & DMA_SKIP) {
        uint64_t len;

        item_data(s, &len);
        s->offset = MIN(s->offset + length, len);
    }
    st_be(status, 4, ok ? 0 : DMA_ERROR);
    address_space_write(&address_space_memory, at, MEM_ATTRS_NONE, status, 4);
}

static MemResult fw_cfg_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                             MemAttrs attrs)
{
    FwCfgState *s = opaque;
    uint8_t buf[8];

    *ret_value = 0;
    if (addr < 8) {
        take(s, buf, size);
        *ret_value = ld_be(buf, size);
    } else if (addr >= 0x10) {
        st_be(buf, 8, DMA_SIGNATURE);
        *ret_value = ld_be(buf + (addr - 0x10), size);
    }
    return MEM_OK;
}

static MemResult fw_cfg_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                              MemAttrs attrs)
{
    FwCfgState *s = opaque;

    if (addr == 8 && size == 2) {
        select_key(s, (uint16_t)value);
    } else if (addr == 0x10 && size == 8) {
        s->dma_addr = value;
        dma_run(s);
    } else if (addr == 0x10 && size == 4) {
        s->dma_addr = value << 32;
    } else if (addr == 0x14 && size == 4) {
        s->dma_addr |= value & 0xffffffff;
        dma_run(s);
    } else {
        guest_error("fw_cfg: write of %u bytes at offset 0x%" PRIx64, size, addr);
    }
    return MEM_OK;
}

/* The region ends at 0x18, so an access at 0x14 has at most 4 bytes. */
static const MemoryRegionOps fw_cfg_ops = {
    .read = fw_cfg_read,
    .write = fw_cfg_write,
    .big_endian = true,
};

/* ---- items */

void fw_cfg_add(Device *dev, uint16_t key, GBytes *bytes)
{
    FwCfgState *s = (FwCfgState *)dev;

    g_assert(key < KEY_COUNT);
    g_clear_pointer(&s->items[key], g_bytes_unref);
    s->items[key] = g_bytes_ref(bytes);
}

static void add_copy(Device *dev, uint16_t key, const void *data, size_t len)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, len);

    fw_cfg_add(dev, key, bytes);
}

static void add_le(Device *dev, uint16_t key, uint64_t value, unsigned size)
{
    uint8_t buf[8];

    st_le(buf, 8, value);
    add_copy(dev, key, buf, size);
}

/* The directory: be32 count, then {be32 size, be16 key, be16 0, char name[56]}. */
static void update_directory(FwCfgState *s)
{
    g_autofree uint8_t *dir = g_malloc0(4 + s->n_files * 64u);

    st_be(dir, 4, s->n_files);
    for (unsigned i = 0; i < s->n_files; i++) {
        uint8_t *e = dir + 4 + i * 64u;

        st_be(e, 4, g_bytes_get_size(s->items[KEY_FILE_FIRST + i]));
        st_be(e + 4, 2, KEY_FILE_FIRST + i);
        g_strlcpy((char *)e + 8, s->names[i], 56);
    }
    add_copy(&s->dev, KEY_FILE_DIR, dir, 4 + s->n_files * 64u);
}

void fw_cfg_add_file(Device *dev, const char *name, GBytes *bytes)
{
    FwCfgState *s = (FwCfgState *)dev;

    g_assert(s->n_files < MAX_FILES && strlen(name) < 56);
    s->names[s->n_files] = g_strdup(name);
    fw_cfg_add(dev, (uint16_t)(KEY_FILE_FIRST + s->n_files++), bytes);
    update_directory(s);
}

static void add_uuid(Device *dev)
{
    uint8_t raw[16] = {0};
    unsigned n = 0;

    for (const char *p = config->machine->identity->uuid; p && p[0] && p[1] && n < 16; p++) {
        if (*p != '-') {
            raw[n++] = (uint8_t)(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));
            p++;
        }
    }
    add_copy(dev, KEY_UUID, raw, sizeof(raw));
}

static void add_mapped(Device *dev, uint16_t size_key, uint16_t data_key, const char *path)
{
    g_autoptr(GMappedFile) file = path ? g_mapped_file_new(path, FALSE, NULL) : NULL;

    if (file) {
        g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);

        add_le(dev, size_key, g_bytes_get_size(bytes), 4);
        fw_cfg_add(dev, data_key, bytes);
    }
}

void fw_cfg_add_machine(Device *dev, const Machine *m, bool boots_firmware)
{
    const char *append = m->append ? m->append : "";

    add_uuid(dev);
    add_le(dev, KEY_RAM_SIZE, m->ram_size, 8);
    add_le(dev, KEY_NOGRAPHIC, 1, 2);
    add_le(dev, KEY_NB_CPUS, (uint64_t)m->smp_cpus, 2);
    add_le(dev, KEY_MAX_CPUS, (uint64_t)m->smp_max_cpus, 2);
    /* Firmware boots the kernel by itself when the machine starts in firmware. */
    if (boots_firmware) {
        add_mapped(dev, KEY_KERNEL_SIZE, KEY_KERNEL_DATA, m->kernel);
        add_mapped(dev, KEY_INITRD_SIZE, KEY_INITRD_DATA, m->initrd);
        add_le(dev, KEY_CMDLINE_SIZE, strlen(append) + 1, 4);
        add_copy(dev, KEY_CMDLINE_DATA, append, strlen(append) + 1);
    }
}

/* ---- device */

static void fw_cfg_fdt_node(Device *dev, FdtBuilder *fdt, const FdtPlace *place)
{
    g_autofree char *path = g_strdup_printf("/fw-cfg@%" PRIx64, place->addr);

    fdt_node(fdt, path);
    fdt_prop_str(fdt, path, "compatible", "qemu,fw-cfg-mmio");
    fdt_prop_reg(fdt, path, 1, place->addr, place->size);
    fdt_prop_empty(fdt, path, "dma-coherent");
}

static void fw_cfg_reset(Device *dev)
{
    FwCfgState *s = (FwCfgState *)dev;

    s->key = KEY_SIGNATURE;
    s->offset = 0;
    s->dma_addr = 0;
}

/* The items are configuration. */
static void fw_cfg_hash(Device *dev, StateHash *h)
{
    const FwCfgState *s = (FwCfgState *)dev;

    state_hash_u64(h, s->key);
    state_hash_u64(h, s->offset);
    state_hash_u64(h, s->dma_addr);
}

static void fw_cfg_init(Object *obj)
{
    FwCfgState *s = (FwCfgState *)obj;

    memory_region_init_io(&s->mr, &fw_cfg_ops, s, "fwcfg", 0x18);
    device_add_mmio(&s->dev, &s->mr);
    add_copy(&s->dev, KEY_SIGNATURE, "QEMU", 4);
    add_le(&s->dev, KEY_ID, 3, 4); /* traditional and DMA interfaces */
    update_directory(s);
}

static void fw_cfg_finalize(Object *obj)
{
    FwCfgState *s = (FwCfgState *)obj;

    for (unsigned i = 0; i < KEY_COUNT; i++) {
        g_clear_pointer(&s->items[i], g_bytes_unref);
    }
    for (unsigned i = 0; i < s->n_files; i++) {
        g_free(s->names[i]);
    }
}

static void fw_cfg_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "Firmware configuration";
    dc->reset = fw_cfg_reset;
    dc->hash = fw_cfg_hash;
    dc->fdt_node = fw_cfg_fdt_node;
}

static const TypeInfo fw_cfg_types[] = {
    {.name = TYPE_FW_CFG_MMIO,
     .parent = TYPE_SYS_BUS_DEVICE,
     .instance_size = sizeof(FwCfgState),
     .instance_init = fw_cfg_init,
     .instance_finalize = fw_cfg_finalize,
     .class_init = fw_cfg_class_init},
};
DEFINE_TYPES(fw_cfg_types);
