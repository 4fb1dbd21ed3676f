/* SPDX-License-Identifier: MIT */
/* Register blocks: a device's registers as one constant table.
 *
 * From the table come dispatch, partial and wide access, unknown offsets, reset values, the dump
 * that QMP shows (property "registers" of the device) and the generic qtest. Side effects are
 * hooks; a register without hooks is a plain field. */
#ifndef HW_CORE_REG_H
#define HW_CORE_REG_H

#include "hw/core/device.h"

typedef enum RegAccess {
    REG_RO = 1, /* writes are ignored (and are guest errors) */
    REG_WO = 2, /* reads return 0 (and are guest errors) */
    REG_RW = 3,
} RegAccess;

enum {
    REG_VOLATILE = 1 << 0,     /* reads back something else than was written: not walked */
    REG_READ_EFFECT = 1 << 1,  /* reading changes state (FIFO): not walked, not dumped */
    REG_WRITE_EFFECT = 1 << 2, /* writing does more than to store: the walk does not write it */
    REG_QUIET = 1 << 3,        /* a refused write is no guest error (documented as ignored) */
};

typedef struct RegDef {
    const char *name; /* as the document names it */
    uint32_t offset;  /* in the block */
    uint8_t size;     /* bytes: 1, 2, 4 or 8 */
    uint8_t access;   /* RegAccess */
    uint8_t flags;
    uint16_t count;  /* an array of registers; 0 or 1: a single one */
    uint16_t stride; /* bytes between array elements; 0: size */
    int32_t field;   /* offset in the device's state of an unsigned integer of field_size
                      * bytes (array: of that many, packed); -1: none */
    uint8_t field_size;
    uint64_t reset;
    uint64_t write_mask; /* bits a write changes; 0 with REG_RW: all */
    uint64_t w1c_mask;   /* bits that a written 1 clears */
    /* index: the element of an array. read replaces the field's value; write gets the value
     * masked to the register's size and stores what is to be stored by itself. */
    uint64_t (*read)(void *state, unsigned index);
    void (*write)(void *state, unsigned index, uint64_t value);
    /* After a plain store to the field (no write hook): recompute what depends on it. */
    void (*written)(void *state);
} RegDef;

/* Rows: REG(name, offset, access, field or hooks...). */
#define REG_FIELD(state, f) .field = offsetof(state, f), .field_size = sizeof(((state *)0)->f)
#define REG_FIELD_ARRAY(state, f) \
    .field = offsetof(state, f), .field_size = sizeof(((state *)0)->f[0])
#define REG_NO_FIELD .field = -1
/* The usual row: a register of 32 bits. */
#define REG32(n, off, acc, ...)                                               \
    {                                                                         \
        .name = (n), .offset = (off), .size = 4, .access = (acc), __VA_ARGS__ \
    }
/* A constant, as identification registers are. */
#define REG_CONST(n, off, sz, value)                                                      \
    {                                                                                     \
        .name = (n), .offset = (off), .size = (sz), .access = REG_RO, .flags = REG_QUIET, \
        .field = -1, .reset = (value)                                                     \
    }

/* The identification registers at 0xfe0 that every Arm PrimeCell has: its part (12 bits), then
 * revision and configuration as they stand in PeriphID2 and 3. */
#define REG_PRIMECELL_IDS(prefix, part, id2, id3)                    \
    REG_CONST(prefix "PeriphID0", 0xfe0, 4, (part)&0xff),            \
        REG_CONST(prefix "PeriphID1", 0xfe4, 4, 0x10 | (part) >> 8), \
        REG_CONST(prefix "PeriphID2", 0xfe8, 4, (id2)),              \
        REG_CONST(prefix "PeriphID3", 0xfec, 4, (id3)),              \
        REG_CONST(prefix "PCellID0", 0xff0, 4, 0x0d),                \
        REG_CONST(prefix "PCellID1", 0xff4, 4, 0xf0),                \
        REG_CONST(prefix "PCellID2", 0xff8, 4, 0x05), REG_CONST(prefix "PCellID3", 0xffc, 4, 0xb1)

typedef struct RegBlock {
    const char *name; /* of the region: "pl011" */
    uint64_t size;    /* bytes of address space */
    const RegDef *regs;
    size_t n;
    uint8_t min_access, max_access; /* what the guest may use; 0: 1 and the register's size.
                                     * Narrow accesses pick bytes of the register. */
    bool big_endian;
    /* Offsets that no row covers; NULL: read 0, write ignored, guest error. */
    uint64_t (*unknown_read)(void *state, hwaddr offset, unsigned size);
    void (*unknown_write)(void *state, hwaddr offset, unsigned size, uint64_t value);
} RegBlock;

struct RegBank {
    const RegBlock *block;
    void *state;
    Device *dev;
    MemoryRegion mr;
    MemoryRegionOps ops;
    uint16_t *index; /* row by offset in units of the smallest register; 0xffff none */
    unsigned index_shift;
};

/* Makes bank->mr and adds it to dev's MMIO regions; state is what field offsets refer to. */
void reg_bank_init(RegBank *bank, Device *dev, const RegBlock *block, void *state);
void reg_bank_finalize(RegBank *bank);
/* Every field back to its reset value. */
void reg_bank_reset(RegBank *bank);
/* Adds every field, in the table's order. */
void reg_bank_hash(const RegBank *bank, StateHash *h);
/* For QMP and tests: {name, size, mapped, address, registers: [{name, offset, size, access, count,
 * stride, reset, write-mask, w1c-mask, volatile, read-effect, write-effect, value (absent where
 * reading has an effect, and for arrays)}]}. (transfer full) */
JsonNode *reg_bank_describe(RegBank *bank);

#endif
