/* SPDX-License-Identifier: MIT */
/* Fuzz target: commands to a NOR flash. Five bytes an access: kind, three of the address, value. */
#include "hw/block/pflash-cfi01.h"
#include "tests/fuzz/fuzz.h"
#include "util/module.h"

enum { FLASH_SIZE = 1 << 20, ACCESS_BYTES = 5 };

static Device *flash;

static void init(void) NO_THREAD_SAFETY
{
    vm_lock_acquire();
    module_call_init(MODULE_QOM);
    memory_map_init();
    flash = device_new(TYPE_PFLASH_CFI01);
    object_set_str(OBJECT(flash), "name", "flash", NULL);
    object_set_uint(OBJECT(flash), "size", FLASH_SIZE, NULL);
    g_assert(device_realize(flash, NULL));
    device_map(flash, 0, 0);
}

/* What commands begin and end with comes up more often than it would by chance. */
static uint64_t value_of(uint8_t byte)
{
    static const uint8_t commands[] = {0xff, 0x10, 0x20, 0x40, 0x50, 0x60, 0x70, 0x90,
                                       0x98, 0xb0, 0xd0, 0xe8, 0x01, 0x2f, 0x00, 0xf0};
    uint8_t low = byte & 0x80 ? commands[byte & 15] : byte;

    return low | (uint64_t)low << 16 | (uint64_t)low << 32;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) NO_THREAD_SAFETY
{
    uint64_t read;

    if (!flash) {
        init();
    }
    device_reset(flash);
    for (; size >= ACCESS_BYTES; data += ACCESS_BYTES, size -= ACCESS_BYTES) {
        unsigned bytes = 1u << (data[0] >> 1 & 3);
        hwaddr addr = ld_le(data + 1, 2) | (uint64_t)(data[3] & 15) << 16;

        if (data[0] & 8) {
            addr &= ~(hwaddr)(bytes - 1);
        }
        if (data[0] & 1) {
            address_space_store(&address_space_memory, addr, bytes, MEM_ATTRS_NONE,
                                value_of(data[4]));
        } else {
            address_space_load(&address_space_memory, addr, bytes, MEM_ATTRS_NONE, &read);
        }
    }
    /* However it was left, an unlocked block is erased. */
    device_reset(flash);
    address_space_store(&address_space_memory, 0, 4, MEM_ATTRS_NONE, 0x00600060);
    address_space_store(&address_space_memory, 0, 4, MEM_ATTRS_NONE, 0x00d000d0);
    address_space_store(&address_space_memory, 0, 4, MEM_ATTRS_NONE, 0x00200020);
    address_space_store(&address_space_memory, 0, 4, MEM_ATTRS_NONE, 0x00d000d0);
    address_space_store(&address_space_memory, 0, 4, MEM_ATTRS_NONE, 0x00ff00ff);
    address_space_load(&address_space_memory, 0x100, 4, MEM_ATTRS_NONE, &read);
    g_assert(read == UINT32_MAX);
    return 0;
}
