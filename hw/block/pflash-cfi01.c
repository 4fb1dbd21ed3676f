/* SPDX-License-Identifier: MIT */
/* CFI parallel NOR flash, Intel/Sharp extended command set (JEDEC JESD68.01, command set 0x0001).
 *
 * Region 0: the array. Two 16-bit chips side by side make a 32-bit bank: a word of the bank is a
 * 16-bit word of each. In read-array mode the region is plain memory; a write that starts a
 * command makes it a device until read-array comes back. Properties: name, size, drive (a block
 * node whose content is the array; without one what is written is lost at the end). */
#include "hw/block/pflash-cfi01.h"

#include "hw/core/state-hash.h"
#include "util/json.h"
#include "util/log.h"

#define BANK_WIDTH   4
#define SECTOR_BYTES (256 * KiB) /* of the bank */
#define BUFFER_BYTES 4096        /* write buffer of the bank: 2048 a chip */
#define CHIPS        2

/* Commands. */
enum {
    CMD_READ_ARRAY = 0xff,
    CMD_PROGRAM = 0x40,
    CMD_PROGRAM_ALT = 0x10,
    CMD_ERASE = 0x20,
    CMD_CLEAR_STATUS = 0x50,
    CMD_LOCK_SETUP = 0x60,
    CMD_READ_STATUS = 0x70,
    CMD_READ_ID = 0x90,
    CMD_QUERY = 0x98,
    CMD_SUSPEND = 0xb0,
    CMD_CONFIRM = 0xd0,
    CMD_BUFFERED = 0xe8,
};

enum { LOCK_BLOCK = 0x01, UNLOCK_BLOCK = 0xd0, LOCK_DOWN_BLOCK = 0x2f };

/* Status register of a chip. */
enum {
    STATUS_LOCKED = 0x02, /* the block that was to be changed */
    STATUS_PROGRAM_ERROR = 0x10,
    STATUS_ERASE_ERROR = 0x20,
    STATUS_SEQUENCE_ERROR = STATUS_PROGRAM_ERROR | STATUS_ERASE_ERROR,
    STATUS_READY = 0x80,
};

/* What the next write means. */
typedef enum Phase {
    PHASE_COMMAND,
    PHASE_PROGRAM, /* data of a single-word program */
    PHASE_ERASE_CONFIRM,
    PHASE_LOCK_CONFIRM,
    PHASE_BUFFER_COUNT, /* number of words less one */
    PHASE_BUFFER_DATA,
    PHASE_BUFFER_CONFIRM,
} Phase;

typedef struct PflashState {
    Device dev;
    MemoryRegion mr;
    char *name;
    BlockNode *node; /* NULL: none */
    uint64_t size;   /* bytes */

    uint8_t mode; /* CMD_READ_*, CMD_QUERY: what reads return */
    Phase phase;
    uint8_t status;
    uint8_t buffer[BUFFER_BYTES];
    hwaddr buffer_at; /* of the block being written */
    uint32_t bytes_left;
    uint8_t *locked; /* by erase block; as memory that keeps its content, a reset leaves it */
} PflashState;

static size_t block_count(const PflashState *s)
{
    return s->size / SECTOR_BYTES;
}

/* One byte of the CFI query table of a chip (JESD68.01 section 4). */
static uint8_t query_byte(const PflashState *s, unsigned at)
{
    unsigned log2_size = (unsigned)__builtin_ctzll(s->size / CHIPS);
    uint32_t blocks = (uint32_t)(s->size / SECTOR_BYTES) - 1;
    uint32_t block_units = SECTOR_BYTES / CHIPS / 256;

    switch (at) {
    case 0x10:
        return 'Q';
    case 0x11:
        return 'R';
    case 0x12:
        return 'Y';
    case 0x13: /* primary command set 0x0001 */
        return 0x01;
    case 0x15: /* its extended table at 0x31 */
        return 0x31;
    case 0x1b: /* supply 4.5 to 5.5 V */
        return 0x45;
    case 0x1c:
        return 0x55;
    case 0x1f: /* times as powers of two */
    case 0x20:
        return 0x07;
    case 0x21:
        return 0x0a;
    case 0x23:
    case 0x24:
    case 0x25:
        return 0x04;
    case 0x27:
        return (uint8_t)log2_size;
    case 0x28: /* x8/x16 interface */
        return 0x02;
    case 0x2a: /* write buffer of 2^11 bytes */
        return 0x0b;
    case 0x2c: /* one erase region */
        return 0x01;
    case 0x2d:
        return (uint8_t)blocks;
    case 0x2e:
        return (uint8_t)(blocks >> 8);
    case 0x2f:
        return (uint8_t)block_units;
    case 0x30:
        return (uint8_t)(block_units >> 8);
    case 0x31:
        return 'P';
    case 0x32:
        return 'R';
    case 0x33:
        return 'I';
    case 0x34:
        return '1';
    case 0x35:
        return '0';
    case 0x36: /* blocks can be locked */
        return 0x08;
    default:
        return 0;
    }
}

/* The same answer from both chips. */
static uint32_t both(uint32_t chip)
{
    return chip | chip << 16;
}

static uint32_t read_word(const PflashState *s, hwaddr addr)
{
    unsigned at = (unsigned)(addr / BANK_WIDTH) & 0xff;

    switch (s->mode) {
    case CMD_READ_ID:
        return both(at == 0 ? 0x89 : at == 1 ? 0x18 : at == 2 ? s->locked[addr / SECTOR_BYTES] : 0);
    case CMD_QUERY:
        return both(query_byte(s, at));
    default:
        return both(s->status);
    }
}

static MemResult pflash_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                             MemAttrs attrs)
{
    PflashState *s = opaque;

    *ret_value = extract64(read_word(s, addr & ~3ull), (unsigned)(addr & 3) * 8, size * 8);
    return MEM_OK;
}

/* Whether the block may change; else the error is in the status. */
static bool may_change(PflashState *s, hwaddr addr, uint8_t error)
{
    if (s->locked[addr / SECTOR_BYTES]) {
        s->status |= error | STATUS_LOCKED;
        return false;
    }
    if (s->node && s->node->read_only) {
        s->status |= error;
        return false;
    }
    return true;
}

/* Programming clears bits; only an erase sets them. What is programmed lies in one block. */
static void program(PflashState *s, hwaddr addr, const uint8_t *data, uint64_t len)
{
    uint8_t *array = s->mr.ram->host + addr;

    if (!may_change(s, addr, STATUS_PROGRAM_ERROR)) {
        return;
    }
    for (uint64_t i = 0; i < len; i++) {
        array[i] &= data[i];
    }
    ram_written(s->mr.ram, addr, len);
}

static void erase(PflashState *s, hwaddr addr)
{
    hwaddr start = addr & ~(SECTOR_BYTES - 1);

    if (!may_change(s, addr, STATUS_ERASE_ERROR)) {
        return;
    }
    memset(s->mr.ram->host + start, 0xff, SECTOR_BYTES);
    ram_written(s->mr.ram, start, SECTOR_BYTES);
}

static void change_lock(PflashState *s, hwaddr addr, uint8_t cmd)
{
    if (cmd != LOCK_BLOCK && cmd != UNLOCK_BLOCK && cmd != LOCK_DOWN_BLOCK) {
        s->status |= STATUS_SEQUENCE_ERROR;
    } else {
        s->locked[addr / SECTOR_BYTES] = cmd != UNLOCK_BLOCK;
    }
}

static void set_mode(PflashState *s, uint8_t mode) NO_THREAD_SAFETY
{
    s->mode = mode;
    s->phase = PHASE_COMMAND;
    memory_region_set_romd(&s->mr, mode == CMD_READ_ARRAY);
}

static void command(PflashState *s, hwaddr addr, uint8_t cmd)
{
    switch (cmd) {
    case CMD_READ_STATUS:
    case CMD_READ_ID:
    case CMD_QUERY:
        set_mode(s, cmd);
        break;
    case CMD_CLEAR_STATUS:
        s->status = STATUS_READY;
        set_mode(s, CMD_READ_ARRAY);
        break;
    case CMD_PROGRAM:
    case CMD_PROGRAM_ALT:
        set_mode(s, CMD_READ_STATUS);
        s->phase = PHASE_PROGRAM;
        break;
    case CMD_ERASE:
        set_mode(s, CMD_READ_STATUS);
        s->phase = PHASE_ERASE_CONFIRM;
        break;
    case CMD_LOCK_SETUP:
        set_mode(s, CMD_READ_STATUS);
        s->phase = PHASE_LOCK_CONFIRM;
        break;
    case CMD_BUFFERED:
        set_mode(s, CMD_READ_STATUS);
        s->phase = PHASE_BUFFER_COUNT;
        break;
    case CMD_SUSPEND:
    case CMD_CONFIRM: /* resume: nothing takes time here */
        set_mode(s, CMD_READ_STATUS);
        break;
    case CMD_READ_ARRAY:
    case 0xf0: /* reset of the other command set, which drivers try first */
    case 0x00:
        set_mode(s, CMD_READ_ARRAY);
        break;
    default:
        guest_error("%s: unknown command 0x%x at 0x%" PRIx64, s->name, cmd, addr);
        set_mode(s, CMD_READ_ARRAY);
        break;
    }
}

/* Data goes to the buffer, which starts out as "program nothing". */
static void buffer_data(PflashState *s, hwaddr addr, unsigned size, uint64_t value)
{
    hwaddr base = addr & ~(hwaddr)(BUFFER_BYTES - 1);

    if (s->buffer_at == UINT64_MAX) {
        s->buffer_at = base;
        memset(s->buffer, 0xff, sizeof(s->buffer));
    }
    if (base != s->buffer_at) {
        guest_error("%s: buffered write crosses its block at 0x%" PRIx64, s->name, addr);
        s->status |= STATUS_PROGRAM_ERROR;
    } else {
        st_le(s->buffer + (addr - base), size, value);
    }
    s->bytes_left -= MIN(s->bytes_left, size);
    if (!s->bytes_left) {
        s->phase = PHASE_BUFFER_CONFIRM;
    }
}

static MemResult pflash_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                              MemAttrs attrs)
{
    PflashState *s = opaque;
    uint8_t data[8], cmd = (uint8_t)value;

    switch (s->phase) {
    case PHASE_COMMAND:
        command(s, addr, cmd);
        break;
    case PHASE_PROGRAM:
        st_le(data, size, value);
        program(s, addr, data, size);
        s->phase = PHASE_COMMAND;
        break;
    case PHASE_ERASE_CONFIRM:
        s->phase = PHASE_COMMAND;
        if (cmd == CMD_CONFIRM) {
            erase(s, addr);
        } else {
            s->status |= STATUS_SEQUENCE_ERROR;
        }
        break;
    case PHASE_LOCK_CONFIRM:
        s->phase = PHASE_COMMAND;
        change_lock(s, addr, cmd);
        break;
    case PHASE_BUFFER_COUNT:
        s->bytes_left = (uint32_t)(((value & 0xffff) + 1) * BANK_WIDTH);
        s->buffer_at = UINT64_MAX;
        s->phase = PHASE_BUFFER_DATA;
        if (s->bytes_left > BUFFER_BYTES) {
            s->status |= STATUS_SEQUENCE_ERROR;
            s->phase = PHASE_COMMAND;
        }
        break;
    case PHASE_BUFFER_DATA:
        buffer_data(s, addr, size, value);
        break;
    case PHASE_BUFFER_CONFIRM:
        s->phase = PHASE_COMMAND;
        if (cmd != CMD_CONFIRM) {
            s->status |= STATUS_SEQUENCE_ERROR;
        } else if (!(s->status & STATUS_PROGRAM_ERROR)) {
            program(s, s->buffer_at, s->buffer, sizeof(s->buffer));
        }
        break;
    }
    return MEM_OK;
}

static const MemoryRegionOps pflash_ops = {
    .read = pflash_read,
    .write = pflash_write,
    .max_access = 8,
    .impl_max = 4,
};

/* ---- device */

/* What can be written to is shared with the image: what the guest programs is in it. */
static bool use_node(PflashState *s, Error **errp)
{
    BlockNode *node = s->node;
    bool write = !node->read_only;
    int rc;

    if (node->size != s->size) {
        return error_set_code(errp, ERROR_CODE_FORMAT_INVALID,
                              "device requires %" PRIu64 " bytes, block backend provides %" PRIu64
                              " bytes",
                              s->size, node->size);
    }
    if (!block_attach(node, OBJECT(s), write, errp)) {
        return false;
    }
    rc = block_map(node, s->mr.ram->host, write);
    if (rc < 0) {
        block_detach(node, OBJECT(s), write);
        return error_set_errno(errp, -rc, "Could not map '%s'", block_filename(node));
    }
    ram_block_add_cover(s->mr.ram, 0, s->size);
    return true;
}

static bool pflash_realize(Device *dev, Error **errp) REQUIRES(vm_lock)
{
    PflashState *s = (PflashState *)dev;

    if (!s->name || s->size < SECTOR_BYTES || s->size & (s->size - 1)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "cfi.pflash01: 'name' and a power-of-two 'size' are needed");
    }
    if (!memory_region_init_rom_device(&s->mr, &pflash_ops, s, s->name, s->size, errp)) {
        return false;
    }
    s->locked = g_malloc0(block_count(s));
    if (s->node && !use_node(s, errp)) {
        s->node = NULL;
        memory_region_destroy(&s->mr);
        return false;
    }
    device_add_mmio(dev, &s->mr);
    return true;
}

static void pflash_unrealize(Device *dev) NO_THREAD_SAFETY
{
    PflashState *s = (PflashState *)dev;

    memory_region_destroy(&s->mr);
    if (s->node) {
        block_detach(s->node, OBJECT(s), !s->node->read_only);
    }
}

static void pflash_finalize(Object *obj)
{
    g_free(((PflashState *)obj)->locked);
}

static void pflash_reset(Device *dev)
{
    PflashState *s = (PflashState *)dev;

    s->status = STATUS_READY;
    set_mode(s, CMD_READ_ARRAY);
}

/* The array is RAM. */
static void pflash_hash(Device *dev, StateHash *h)
{
    const PflashState *s = (PflashState *)dev;
    bool buffers = s->phase == PHASE_BUFFER_DATA || s->phase == PHASE_BUFFER_CONFIRM;

    state_hash_bytes(h, s->locked, block_count(s));
    state_hash_u64(h, s->mode);
    state_hash_u64(h, s->phase);
    state_hash_u64(h, s->status);
    if (buffers) {
        state_hash_u64(h, s->bytes_left);
        state_hash_u64(h, s->buffer_at);
        state_hash_bytes(h, s->buffer, sizeof(s->buffer));
    }
}

void pflash_cfi01_set_node(Device *dev, BlockNode *node)
{
    ((PflashState *)dev)->node = node;
}

MemoryRegion *pflash_cfi01_array(Device *dev)
{
    return &((PflashState *)dev)->mr;
}

static JsonNode *get_drive(Object *obj, const Property *prop, Error **errp)
{
    const BlockNode *node = ((PflashState *)obj)->node;

    return json_new_string(node ? node->name : "");
}

static bool set_drive(Object *obj, const Property *prop, JsonNode *value, Error **errp)
{
    const char *name = json_get_string(value);
    BlockNode *node = name ? block_find(name) : NULL;

    if (!node) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND,
                              "Property 'cfi.pflash01.drive' can't find value '%s'",
                              name ? name : "");
    }
    ((PflashState *)obj)->node = node;
    return true;
}

static const Property pflash_props[] = {
    DEFINE_PROP_STRING("name", PflashState, name),
    {.name = "drive",
     .kind = PROP_CUSTOM,
     .type_name = "str",
     .get = get_drive,
     .set = set_drive,
     .description = "Node name of the block node whose content is the array"},
    DEFINE_PROP_SIZE("size", PflashState, size, 0),
    DEFINE_PROP_END(),
};

static void pflash_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "CFI NOR flash, Intel command set";
    dc->category = "Storage devices";
    dc->realize = pflash_realize;
    dc->unrealize = pflash_unrealize;
    dc->reset = pflash_reset;
    dc->hash = pflash_hash;
}

static const TypeInfo pflash_types[] = {
    {.name = TYPE_PFLASH_CFI01,
     .parent = TYPE_SYS_BUS_DEVICE,
     .instance_size = sizeof(PflashState),
     .properties = pflash_props,
     .instance_finalize = pflash_finalize,
     .class_init = pflash_class_init},
};
DEFINE_TYPES(pflash_types);
