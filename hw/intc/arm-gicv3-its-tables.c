/* SPDX-License-Identifier: MIT */
/* The tables of the ITS (IHI 0069 5.2). Their memory is the guest's, the format is ours: 8 bytes an
 * entry, of which bit 63 says that it is valid.
 *
 *   device       4:0 EventID bits less one, 51:8 address of the interrupt translation table
 *   collection   15:0 CPU
 *   translation  31:0 LPI, 47:32 collection */
#include "hw/intc/arm-gicv3-its.h"

#include "util/bits.h"
#include "util/log.h"

#define VALID       BIT64(63)
#define INDIRECT    BIT64(62)
#define L2_ADDRESS  (MASK64(40) << 12)
#define ITT_ADDRESS (MASK64(44) << 8)

/* ---- GITS_BASERn */

static uint64_t page_size(uint64_t baser)
{
    static const uint32_t sizes[] = {0x1000, 0x4000, 0x10000, 0x10000};

    return sizes[extract64(baser, 8, 2)];
}

static uint64_t table_base(uint64_t baser)
{
    if (page_size(baser) < 0x10000) {
        return baser & MASK64(36) << 12;
    }
    return (baser & MASK64(32) << 16) | extract64(baser, 12, 4) << 48;
}

/* Where an entry of a table is; false: beyond it, or on a page that is not there. */
static bool locate(const ArmGicV3Its *s, ItsTable table, uint32_t n, uint64_t *ret_addr)
{
    uint64_t baser = s->baser[table], page = page_size(baser);
    uint64_t size = (extract64(baser, 0, 8) + 1) * page, offset = (uint64_t)n * ITS_ENTRY_SIZE;
    uint64_t l1;
    uint8_t raw[8];

    if (!(baser & VALID) || n >= BIT(ITS_ID_BITS)) {
        return false;
    }
    if (!(baser & INDIRECT)) {
        *ret_addr = table_base(baser) + offset;
        return offset < size;
    }
    l1 = offset / page * 8;
    if (l1 >= size || !arm_gicv3_ram_read(its_gic(s), table_base(baser) + l1, raw, 8) ||
        !(ld_le(raw, 8) & VALID)) {
        return false;
    }
    *ret_addr = (ld_le(raw, 8) & L2_ADDRESS & ~(page - 1)) + offset % page;
    return true;
}

/* ---- entries */

static bool entry_read(const ArmGicV3Its *s, uint64_t addr, uint64_t *ret)
{
    uint8_t raw[8];

    if (!arm_gicv3_ram_read(its_gic(s), addr, raw, 8)) {
        guest_error("arm-gicv3-its: table entry at 0x%" PRIx64 " is not in RAM", addr);
        return false;
    }
    *ret = ld_le(raw, 8);
    return *ret & VALID;
}

static bool entry_write(const ArmGicV3Its *s, uint64_t addr, uint64_t entry)
{
    uint8_t raw[8];

    st_le(raw, 8, entry);
    if (!arm_gicv3_ram_write(its_gic(s), addr, raw, 8)) {
        guest_error("arm-gicv3-its: table entry at 0x%" PRIx64 " is not in RAM", addr);
        return false;
    }
    return true;
}

bool its_device_get(const ArmGicV3Its *s, uint32_t device, ItsDevice *ret)
{
    uint64_t addr, entry;

    if (!locate(s, ITS_DEVICES, device, &addr) || !entry_read(s, addr, &entry)) {
        return false;
    }
    *ret = (ItsDevice){entry & ITT_ADDRESS, MIN((unsigned)(entry & 31) + 1, ITS_ID_BITS)};
    return true;
}

bool its_device_set(const ArmGicV3Its *s, uint32_t device, const ItsDevice *to)
{
    uint64_t addr;

    return locate(s, ITS_DEVICES, device, &addr) &&
           entry_write(s, addr, to ? VALID | (to->itt & ITT_ADDRESS) | (to->event_bits - 1) : 0);
}

static bool event_address(const ItsDevice *device, uint32_t event, uint64_t *ret)
{
    *ret = device->itt + (uint64_t)event * ITS_ENTRY_SIZE;
    return event < BIT(device->event_bits);
}

bool its_event_get(const ArmGicV3Its *s, const ItsDevice *device, uint32_t event, ItsEvent *ret)
{
    uint64_t addr, entry;

    if (!event_address(device, event, &addr) || !entry_read(s, addr, &entry)) {
        return false;
    }
    *ret = (ItsEvent){(uint32_t)entry, (uint16_t)(entry >> 32)};
    return true;
}

bool its_event_set(const ArmGicV3Its *s, const ItsDevice *device, uint32_t event,
                   const ItsEvent *to)
{
    uint64_t addr;

    return event_address(device, event, &addr) &&
           entry_write(s, addr, to ? VALID | (uint64_t)to->collection << 32 | to->irq : 0);
}

GicV3Cpu *its_collection_get(const ArmGicV3Its *s, uint32_t collection)
{
    ArmGicV3 *gic = its_gic(s);
    uint64_t addr, entry;

    if (!locate(s, ITS_COLLECTIONS, collection, &addr) || !entry_read(s, addr, &entry) ||
        (entry & 0xffff) >= gic->num_cpu) {
        return NULL;
    }
    return &gic->cpus[entry & 0xffff];
}

bool its_collection_set(const ArmGicV3Its *s, uint32_t collection, const GicV3Cpu *to)
{
    uint64_t addr;

    return locate(s, ITS_COLLECTIONS, collection, &addr) &&
           entry_write(s, addr, to ? VALID | to->index : 0);
}
