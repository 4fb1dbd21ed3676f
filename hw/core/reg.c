/* SPDX-License-Identifier: MIT */
/* Register blocks: dispatch, reset and description derived from a device's register table. */
#include "hw/core/reg.h"

#include "hw/core/state-hash.h"
#include "util/json.h"
#include "util/log.h"
#include "util/trace.h"

#define NO_ROW 0xffff

static unsigned row_count(const RegDef *r)
{
    return r->count ? r->count : 1;
}

static unsigned row_stride(const RegDef *r)
{
    return r->stride ? r->stride : r->size;
}

static uint64_t size_mask(unsigned size)
{
    return MASK64(size * 8);
}

static void *row_field(const RegBank *bank, const RegDef *r, unsigned index)
{
    return (char *)bank->state + r->field + (size_t)index * r->field_size;
}

static uint64_t row_value(const RegBank *bank, const RegDef *r, unsigned index)
{
    return r->field >= 0 ? ld_le(row_field(bank, r, index), r->field_size) : r->reset;
}

/* The row that holds offset; *ret_index and *ret_byte say where in it. */
static const RegDef *row_at(const RegBank *bank, hwaddr offset, unsigned *ret_index,
                            unsigned *ret_byte)
{
    uint16_t i = bank->index[offset >> bank->index_shift];

    if (i == NO_ROW) {
        return NULL;
    }
    const RegDef *r = &bank->block->regs[i];
    unsigned at = (unsigned)(offset - r->offset);
    *ret_index = at / row_stride(r);
    *ret_byte = at % row_stride(r);
    return *ret_byte < r->size ? r : NULL;
}

static const char *name_at(const RegBank *bank, hwaddr offset)
{
    unsigned index, byte;
    const RegDef *r = row_at(bank, offset, &index, &byte);

    return r ? r->name : "(unknown)";
}

static MemResult read_row(RegBank *bank, hwaddr offset, unsigned size, uint64_t *ret_value)
{
    unsigned index, byte;
    const RegDef *r = row_at(bank, offset, &index, &byte);

    if (!r) {
        if (bank->block->unknown_read) {
            *ret_value = bank->block->unknown_read(bank->state, offset, size);
        } else {
            guest_error("%s: read of unknown register 0x%" PRIx64, bank->block->name, offset);
            *ret_value = 0;
        }
        return MEM_OK;
    }
    if (!(r->access & REG_RO)) {
        guest_error("%s: read of write-only register %s", bank->block->name, r->name);
        *ret_value = 0;
        return MEM_OK;
    }
    uint64_t v = r->read ? r->read(bank->state, index) : row_value(bank, r, index);
    *ret_value = (v & size_mask(r->size)) >> (byte * 8) & size_mask(size);
    return MEM_OK;
}

static MemResult bank_read(void *opaque, hwaddr offset, unsigned size, uint64_t *ret_value,
                           MemAttrs attrs)
{
    RegBank *bank = opaque;
    MemResult result = read_row(bank, offset, size, ret_value);

    TRACE(reg_read, "%s@0x%" PRIx64 " %s offset 0x%" PRIx64 " size %u value 0x%" PRIx64,
          bank->block->name, bank->mr.addr, name_at(bank, offset), offset, size, *ret_value);
    return result;
}

/* A plain register: write_mask decides what changes, w1c_mask what a 1 clears. */
static void store_plain(RegBank *bank, const RegDef *r, unsigned index, uint64_t value,
                        uint64_t lanes)
{
    uint64_t old = row_value(bank, r, index);
    uint64_t mask = (r->write_mask ? r->write_mask : r->w1c_mask ? 0 : ~0ull) & lanes;
    uint64_t v = (old & ~mask) | (value & mask);

    v &= ~(value & lanes & r->w1c_mask);
    if (r->field >= 0) {
        st_le(row_field(bank, r, index), r->field_size, v);
    }
    if (r->written) {
        r->written(bank->state);
    }
}

static MemResult bank_write(void *opaque, hwaddr offset, unsigned size, uint64_t value,
                            MemAttrs attrs)
{
    RegBank *bank = opaque;
    unsigned index, byte;
    const RegDef *r = row_at(bank, offset, &index, &byte);

    TRACE(reg_write, "%s@0x%" PRIx64 " %s offset 0x%" PRIx64 " size %u value 0x%" PRIx64,
          bank->block->name, bank->mr.addr, name_at(bank, offset), offset, size, value);
    if (!r) {
        if (bank->block->unknown_write) {
            bank->block->unknown_write(bank->state, offset, size, value);
        } else {
            guest_error("%s: write of 0x%" PRIx64 " to unknown register 0x%" PRIx64,
                        bank->block->name, value, offset);
        }
        return MEM_OK;
    }
    if (!(r->access & REG_WO)) {
        if (!(r->flags & REG_QUIET)) {
            guest_error("%s: write to read-only register %s", bank->block->name, r->name);
        }
        return MEM_OK;
    }
    uint64_t lanes = size_mask(size) << (byte * 8) & size_mask(r->size);
    value = value << (byte * 8) & lanes;
    if (!r->write) {
        store_plain(bank, r, index, value, lanes);
        return MEM_OK;
    }
    if (lanes != size_mask(r->size) && r->field >= 0 && !r->w1c_mask) {
        value |= row_value(bank, r, index) & ~lanes;
    }
    r->write(bank->state, index, value);
    return MEM_OK;
}

static void build_index(RegBank *bank, unsigned smallest)
{
    const RegBlock *b = bank->block;

    bank->index_shift = (unsigned)__builtin_ctz(smallest);
    size_t units = (b->size + smallest - 1) >> bank->index_shift;
    bank->index = g_malloc(units * sizeof(uint16_t));
    memset(bank->index, 0xff, units * sizeof(uint16_t));
    for (size_t i = 0; i < b->n; i++) {
        const RegDef *r = &b->regs[i];

        for (unsigned e = 0; e < row_count(r); e++) {
            for (unsigned byte = 0; byte < r->size; byte += smallest) {
                size_t unit = (r->offset + e * row_stride(r) + byte) >> bank->index_shift;

                g_assert(unit < units && bank->index[unit] == NO_ROW);
                bank->index[unit] = (uint16_t)i;
            }
        }
    }
}

void reg_bank_init(RegBank *bank, Device *dev, const RegBlock *block, void *state)
{
    unsigned smallest = 8, largest = 1;

    *bank = (RegBank){.block = block, .state = state, .dev = dev};
    for (size_t i = 0; i < block->n; i++) {
        smallest = MIN(smallest, block->regs[i].size);
        largest = MAX(largest, block->regs[i].size);
    }
    build_index(bank, smallest);
    bank->ops = (MemoryRegionOps){
        .read = bank_read,
        .write = bank_write,
        .min_access = block->min_access ? block->min_access : 1,
        .max_access = block->max_access ? block->max_access : (uint8_t)largest,
        .impl_max = (uint8_t)largest,
        .big_endian = block->big_endian,
    };
    memory_region_init_io(&bank->mr, &bank->ops, bank, block->name, block->size);
    device_add_mmio(dev, &bank->mr);
    if (!dev->reg_banks) {
        dev->reg_banks = g_ptr_array_new();
    }
    g_ptr_array_add(dev->reg_banks, bank);
}

void reg_bank_finalize(RegBank *bank)
{
    g_clear_pointer(&bank->index, g_free);
}

void reg_bank_reset(RegBank *bank)
{
    for (size_t i = 0; i < bank->block->n; i++) {
        const RegDef *r = &bank->block->regs[i];

        for (unsigned e = 0; r->field >= 0 && e < row_count(r); e++) {
            st_le(row_field(bank, r, e), r->field_size, r->reset);
        }
    }
}

void reg_bank_hash(const RegBank *bank, StateHash *h)
{
    for (size_t i = 0; i < bank->block->n; i++) {
        const RegDef *r = &bank->block->regs[i];

        for (unsigned e = 0; r->field >= 0 && e < row_count(r); e++) {
            state_hash_u64(h, row_value(bank, r, e));
        }
    }
}

static void set_uint(JsonObject *o, const char *name, uint64_t v)
{
    json_object_set_member(o, name, json_new_uint(v));
}

static JsonNode *describe_row(RegBank *bank, const RegDef *r)
{
    JsonObject *o = json_object_new();
    uint64_t mask = r->access & REG_WO ? r->write_mask ? r->write_mask : ~r->w1c_mask : 0;

    json_object_set_string_member(o, "name", r->name);
    set_uint(o, "offset", r->offset);
    set_uint(o, "size", r->size);
    json_object_set_string_member(o, "access",
                                  r->access == REG_RO   ? "ro"
                                  : r->access == REG_WO ? "wo"
                                                        : "rw");
    set_uint(o, "count", row_count(r));
    set_uint(o, "stride", row_stride(r));
    set_uint(o, "reset", r->reset & size_mask(r->size));
    set_uint(o, "write-mask", mask & size_mask(r->size));
    set_uint(o, "w1c-mask", r->w1c_mask);
    json_object_set_boolean_member(o, "volatile", r->flags & REG_VOLATILE || r->read != NULL);
    json_object_set_boolean_member(o, "read-effect", (r->flags & REG_READ_EFFECT) != 0);
    json_object_set_boolean_member(o, "write-effect",
                                   r->flags & REG_WRITE_EFFECT || r->write != NULL);
    if (r->access & REG_RO && !(r->flags & REG_READ_EFFECT) && row_count(r) == 1) {
        uint64_t v = r->read ? r->read(bank->state, 0) : row_value(bank, r, 0);

        set_uint(o, "value", v);
    }
    return json_new_object(o);
}

/* Where Non-secure software finds a region; false: nowhere. */
static bool find_address(const MemoryRegion *mr, uint64_t *ret)
{
    *ret = 0;
    for (; mr->container; mr = mr->container) {
        *ret += mr->addr;
    }
    return mr == system_memory();
}

JsonNode *reg_bank_describe(RegBank *bank)
{
    uint64_t address;
    bool mapped = find_address(&bank->mr, &address);
    JsonObject *o = json_object_new();
    JsonArray *rows = json_array_new();

    for (size_t i = 0; i < bank->block->n; i++) {
        json_array_add_element(rows, describe_row(bank, &bank->block->regs[i]));
    }
    json_object_set_string_member(o, "name", bank->block->name);
    set_uint(o, "size", bank->block->size);
    json_object_set_boolean_member(o, "mapped", mapped);
    set_uint(o, "address", address);
    json_object_set_array_member(o, "registers", rows);
    return json_new_object(o);
}
