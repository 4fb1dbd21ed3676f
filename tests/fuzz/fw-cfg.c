/* SPDX-License-Identifier: MIT */
/* Fuzz target: accesses to fw_cfg, with DMA from descriptors that the input holds. The first 64
 * bytes are in RAM where descriptors are; then five bytes an access: kind, offset, three of the
 * value. */
#include "hw/nvram/fw-cfg.h"
#include "tests/fuzz/fuzz.h"
#include "util/module.h"

enum {
    RAM_SIZE = 1 << 20,
    AT = 0x09020000,
    DESCRIPTORS = 0x1000,
    DESCRIPTOR_BYTES = 64,
    ACCESS_BYTES = 5,
};

static Device *dev;
static MemoryRegion ram;

static void init(void) NO_THREAD_SAFETY
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("content of a file", 17);
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);

    vm_lock_acquire();
    module_call_init(MODULE_QOM);
    memory_map_init();
    g_assert(memory_region_init_ram(&ram, "ram", RAM_SIZE, NULL));
    memory_region_add(system_memory(), 0, &ram);
    dev = device_new(TYPE_FW_CFG_MMIO);
    g_assert(device_realize(dev, NULL));
    device_map(dev, 0, AT);
    fw_cfg_add_file(dev, "etc/some", bytes);
    fw_cfg_add_file(dev, "etc/none", empty);
}

static void dma(uint32_t at) NO_THREAD_SAFETY
{
    address_space_store(&address_space_memory, AT + 0x10, 4, MEM_ATTRS_NONE, 0);
    address_space_store(&address_space_memory, AT + 0x14, 4, MEM_ATTRS_NONE, __builtin_bswap32(at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) NO_THREAD_SAFETY
{
    uint64_t read;

    if (!dev) {
        init();
    }
    if (size < DESCRIPTOR_BYTES) {
        return 0;
    }
    device_reset(dev);
    memcpy(ram.ram->host + DESCRIPTORS, data, DESCRIPTOR_BYTES);
    data += DESCRIPTOR_BYTES;
    size -= DESCRIPTOR_BYTES;
    for (; size >= ACCESS_BYTES; data += ACCESS_BYTES, size -= ACCESS_BYTES) {
        unsigned bytes = 1u << (data[0] >> 2 & 3);
        hwaddr addr = AT + data[1] % 0x18;

        switch (data[0] & 3) {
        case 0:
            address_space_load(&address_space_memory, addr, bytes, MEM_ATTRS_NONE, &read);
            break;
        case 1:
            address_space_store(&address_space_memory, addr, bytes, MEM_ATTRS_NONE,
                                ld_le(data + 2, 2) | (uint64_t)data[4] << 56);
            break;
        case 2:
            dma(DESCRIPTORS + data[2] % DESCRIPTOR_BYTES);
            break;
        default: /* selects a file */
            address_space_store(&address_space_memory, AT + 8, 2, MEM_ATTRS_NONE,
                                __builtin_bswap16((uint16_t)(0x19 + data[2] % 16)));
            break;
        }
    }
    /* It still answers. */
    device_reset(dev);
    address_space_load(&address_space_memory, AT, 4, MEM_ATTRS_NONE, &read);
    g_assert(read == 0x554d4551); /* "QEMU" */
    return 0;
}
