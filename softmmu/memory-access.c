/* SPDX-License-Identifier: MIT */
/* Accesses through an address space: host memory directly, devices by their size rules. */
#include "softmmu/memory.h"

#include "util/log.h"
#include "util/rcu.h"

static bool access_is_valid(const MemoryRegion *mr, hwaddr offset, unsigned size)
{
    unsigned min = mr->ops->min_access ? mr->ops->min_access : 1;
    unsigned max = mr->ops->max_access ? mr->ops->max_access : 8;

    return size >= min && size <= max && (mr->ops->unaligned || !(offset & (size - 1)));
}

static uint64_t swap_to_device(const MemoryRegion *mr, uint64_t v, unsigned size)
{
    return mr->ops->big_endian ? __builtin_bswap64(v) >> (64 - 8 * size) : v;
}

static MemResult load_by_impl(MemoryRegion *mr, hwaddr offset, unsigned size, MemAttrs attrs,
                              uint64_t *ret_value)
{
    unsigned min = mr->ops->impl_min ? mr->ops->impl_min : 1;
    unsigned max = mr->ops->impl_max ? mr->ops->impl_max : 8;
    unsigned step = MIN(MAX(size, min), max);
    MemResult result = MEM_OK;
    uint64_t value = 0;

    if (step > size) {
        hwaddr base = offset & ~(hwaddr)(step - 1);

        result = mr->ops->read(mr->opaque, base, step, &value, attrs);
        value = extract64(value, (unsigned)(offset - base) * 8, size * 8);
    } else {
        for (unsigned i = 0; i < size; i += step) {
            uint64_t part = 0;
            MemResult r = mr->ops->read(mr->opaque, offset + i, step, &part, attrs);

            result = result ? result : r;
            value |= (part & MASK64(step * 8)) << (i * 8);
        }
    }
    *ret_value = swap_to_device(mr, value, size);
    return result;
}

static MemResult store_by_impl(MemoryRegion *mr, hwaddr offset, unsigned size, MemAttrs attrs,
                               uint64_t value)
{
    unsigned min = mr->ops->impl_min ? mr->ops->impl_min : 1;
    unsigned max = mr->ops->impl_max ? mr->ops->impl_max : 8;
    unsigned step = MIN(MAX(size, min), max);
    MemResult result = MEM_OK;

    value = swap_to_device(mr, value & MASK64(size * 8), size);
    if (step > size) {
        hwaddr base = offset & ~(hwaddr)(step - 1);

        return mr->ops->write(mr->opaque, base, step, value << ((offset - base) * 8), attrs);
    }
    for (unsigned i = 0; i < size; i += step) {
        MemResult r =
            mr->ops->write(mr->opaque, offset + i, step, extract64(value, i * 8, step * 8), attrs);

        result = result ? result : r;
    }
    return result;
}

/* Device callbacks run under the lock; a vCPU takes it for the one access. */
static bool lock_if_needed(void) NO_THREAD_SAFETY
{
    if (vm_lock_held()) {
        return false;
    }
    vm_lock_acquire();
    return true;
}

static void unlock_if(bool locked) NO_THREAD_SAFETY
{
    if (locked) {
        vm_lock_release();
    }
}

MemResult memory_region_load(MemoryRegion *mr, hwaddr offset, unsigned size, MemAttrs attrs,
                             uint64_t *ret_value)
{
    *ret_value = 0;
    if (!mr->ops || !mr->ops->read) {
        return MEM_DECODE_ERROR;
    }
    if (!access_is_valid(mr, offset, size)) {
        guest_error("%s: invalid read of %u bytes at offset 0x%" PRIx64, mr->name, size, offset);
        return MEM_DECODE_ERROR;
    }
    bool locked = lock_if_needed();
    MemResult r = load_by_impl(mr, offset, size, attrs, ret_value);
    unlock_if(locked);
    return r;
}

MemResult memory_region_store(MemoryRegion *mr, hwaddr offset, unsigned size, MemAttrs attrs,
                              uint64_t value)
{
    if (!mr->ops || !mr->ops->write) {
        /* A write to ROM is dropped, as the bus of the boards we have does. */
        return mr->ram ? MEM_OK : MEM_DECODE_ERROR;
    }
    if (!access_is_valid(mr, offset, size)) {
        guest_error("%s: invalid write of %u bytes at offset 0x%" PRIx64, mr->name, size, offset);
        return MEM_DECODE_ERROR;
    }
    bool locked = lock_if_needed();
    MemResult r = store_by_impl(mr, offset, size, attrs, value);
    unlock_if(locked);
    return r;
}

static MemResult range_load(const FlatRange *fr, hwaddr addr, unsigned size, MemAttrs attrs,
                            uint64_t *ret_value)
{
    hwaddr at = addr - fr->start;

    if (fr->host) {
        *ret_value = ld_le(fr->host + at, size);
        return MEM_OK;
    }
    return memory_region_load(fr->mr, fr->mr_offset + at, size, attrs, ret_value);
}

static MemResult range_store(const FlatRange *fr, hwaddr addr, unsigned size, MemAttrs attrs,
                             uint64_t value)
{
    hwaddr at = addr - fr->start;

    if (fr->writable) {
        st_le(fr->host + at, size, value);
        ram_written(fr->ram, fr->mr_offset + at, size);
        return MEM_OK;
    }
    return memory_region_store(fr->mr, fr->mr_offset + at, size, attrs, value);
}

MemResult address_space_load(AddressSpace *as, hwaddr addr, unsigned size, MemAttrs attrs,
                             uint64_t *ret_value)
{
    MemResult result = MEM_DECODE_ERROR;

    *ret_value = 0;
    rcu_read_lock();
    const FlatRange *fr = address_space_find(as, addr);
    if (fr && fr->size - (addr - fr->start) >= size) {
        result = range_load(fr, addr, size, attrs, ret_value);
    } else if (fr) {
        uint8_t buf[8] = {0};

        result = address_space_read(as, addr, attrs, buf, size);
        *ret_value = ld_le(buf, size);
    }
    rcu_read_unlock();
    return result;
}

MemResult address_space_store(AddressSpace *as, hwaddr addr, unsigned size, MemAttrs attrs,
                              uint64_t value)
{
    MemResult result = MEM_DECODE_ERROR;

    rcu_read_lock();
    const FlatRange *fr = address_space_find(as, addr);
    if (fr && fr->size - (addr - fr->start) >= size) {
        result = range_store(fr, addr, size, attrs, value);
    } else if (fr) {
        uint8_t buf[8];

        st_le(buf, 8, value);
        result = address_space_write(as, addr, attrs, buf, size);
    }
    rcu_read_unlock();
    return result;
}

/* The largest access of a device transfer: naturally aligned, at most 4 bytes as buses do. */
static unsigned piece_size(const MemoryRegion *mr, hwaddr addr, uint64_t len)
{
    unsigned max = mr->ops && mr->ops->max_access ? mr->ops->max_access : 4;
    unsigned size = max;

    while (size > 1 && (size > len || addr & (size - 1))) {
        size /= 2;
    }
    return size;
}

MemResult address_space_read(AddressSpace *as, hwaddr addr, MemAttrs attrs, void *buf, uint64_t len)
{
    MemResult result = MEM_OK;
    uint8_t *p = buf;

    rcu_read_lock();
    while (len) {
        const FlatRange *fr = address_space_find(as, addr);
        uint64_t n = 1;
        MemResult r = MEM_OK;

        if (!fr) {
            r = MEM_DECODE_ERROR;
            *p = 0;
        } else if (fr->host) {
            n = MIN(len, fr->size - (addr - fr->start));
            memcpy(p, fr->host + (addr - fr->start), n);
        } else {
            uint64_t v;

            n = piece_size(fr->mr, addr, len);
            r = range_load(fr, addr, (unsigned)n, attrs, &v);
            st_le(p, (unsigned)n, v);
        }
        result = result ? result : r;
        p += n;
        addr += n;
        len -= n;
    }
    rcu_read_unlock();
    return result;
}

static MemResult write_pieces(AddressSpace *as, hwaddr addr, MemAttrs attrs, const uint8_t *p,
                              uint64_t len, bool into_rom)
{
    MemResult result = MEM_OK;

    rcu_read_lock();
    while (len) {
        const FlatRange *fr = address_space_find(as, addr);
        uint64_t n = 1;
        MemResult r = MEM_OK;

        if (!fr) {
            r = MEM_DECODE_ERROR;
        } else if (fr->writable || (into_rom && fr->ram)) {
            hwaddr at = fr->mr_offset + (addr - fr->start);

            n = MIN(len, fr->size - (addr - fr->start));
            memcpy(fr->ram->host + at, p, n);
            ram_written(fr->ram, at, n);
        } else {
            n = piece_size(fr->mr, addr, len);
            r = range_store(fr, addr, (unsigned)n, attrs, ld_le(p, (unsigned)n));
        }
        result = result ? result : r;
        p += n;
        addr += n;
        len -= n;
    }
    rcu_read_unlock();
    return result;
}

MemResult address_space_write(AddressSpace *as, hwaddr addr, MemAttrs attrs, const void *buf,
                              uint64_t len)
{
    return write_pieces(as, addr, attrs, buf, len, false);
}

MemResult address_space_write_rom(AddressSpace *as, hwaddr addr, const void *buf, uint64_t len)
{
    return write_pieces(as, addr, MEM_ATTRS_NONE, buf, len, true);
}

void address_space_peek(AddressSpace *as, hwaddr addr, void *ret, size_t len)
{
    uint8_t *buf = ret;

    memset(buf, 0, len);
    rcu_read_lock();
    while (len) {
        size_t n = MIN(len, GUEST_PAGE_SIZE - addr % GUEST_PAGE_SIZE);
        const FlatRange *r = address_space_find(as, addr);

        if (r && r->host) {
            n = MIN(n, r->size - (addr - r->start));
            memcpy(buf, r->host + (addr - r->start), n);
        }
        addr += n;
        buf += n;
        len -= n;
    }
    rcu_read_unlock();
}
