/* SPDX-License-Identifier: MIT */
/* CFI parallel NOR flash, Intel/Sharp extended command set (JEDEC JESD68.01, command set 0x0001).
 *
 * Region 0: the array. Two 16-bit chips side by side make a 32-bit bank: a word of the bank is a
 * 16-bit word of each. In read-array mode the region is plain memory; a write that starts a
 * command makes it a device until read-array comes back. Properties: name, size, file, read-only.
 */
#include "hw/block/pflash-cfi01.h"

#include "hw/core/state-hash.h"
#include "util/log.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Status register of a chip. */
enum { STATUS_PROGRAM_ERROR = 0x10, STATUS_ERASE_ERROR = 0x20, STATUS_READY = 0x80 };

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
    char *name, *file;
    uint64_t size; /* bytes */
    bool read_only;

    uint8_t mode; /* CMD_READ_*, CMD_QUERY: what reads return */
    Phase phase;
    uint8_t status;
    uint8_t buffer[BUFFER_BYTES];
    hwaddr buffer_at; /* of the block being written */
    uint32_t words_left;
} PflashState;

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
        return both(at == 0 ? 0x89 : at == 1 ? 0x18 : 0);
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

/* Programming clears bits; only an erase sets them. */
static void program(PflashState *s, hwaddr addr, const uint8_t *data, uint64_t len)
{
    uint8_t *array = s->mr.ram->host + addr;

    if (s->read_only) {
        s->status |= STATUS_PROGRAM_ERROR;
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

    if (s->read_only) {
        s->status |= STATUS_ERASE_ERROR;
        return;
    }
    memset(s->mr.ram->host + start, 0xff, SECTOR_BYTES);
    ram_written(s->mr.ram, start, SECTOR_BYTES);
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
    s->words_left -= MIN(s->words_left, size);
    if (!s->words_left) {
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
            s->status |= STATUS_ERASE_ERROR | STATUS_PROGRAM_ERROR;
        }
        break;
    case PHASE_LOCK_CONFIRM: /* blocks are never locked: both ways succeed */
        s->phase = PHASE_COMMAND;
        break;
    case PHASE_BUFFER_COUNT:
        s->words_left = (uint32_t)(((value & 0xffff) + 1) * BANK_WIDTH);
        s->buffer_at = UINT64_MAX;
        s->phase = PHASE_BUFFER_DATA;
        if (s->words_left > BUFFER_BYTES) {
            s->status |= STATUS_PROGRAM_ERROR;
            s->phase = PHASE_COMMAND;
        }
        break;
    case PHASE_BUFFER_DATA:
        buffer_data(s, addr, size, value);
        break;
    case PHASE_BUFFER_CONFIRM:
        s->phase = PHASE_COMMAND;
        if (cmd == CMD_CONFIRM && !(s->status & STATUS_PROGRAM_ERROR)) {
            program(s, s->buffer_at, s->buffer, sizeof(s->buffer));
        } else {
            s->status |= STATUS_PROGRAM_ERROR;
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

static bool check_file_size(const PflashState *s, const struct stat *st, Error **errp)
{
    if (!S_ISREG(st->st_mode)) {
        return error_set_code(errp, ERROR_CODE_FORMAT_INVALID,
                              "flash image '%s' is not a regular file", s->file);
    }
    if ((uint64_t)st->st_size > s->size || (!s->read_only && (uint64_t)st->st_size != s->size)) {
        return error_set_code(errp, ERROR_CODE_FORMAT_INVALID,
                              "flash image '%s': device requires %" PRIu64
                              " bytes, the file provides %" PRIu64 " bytes",
                              s->file, s->size, (uint64_t)st->st_size);
    }
    return true;
}

/* A writable image is mapped shared: what the guest programs is in the file. */
static bool map_file(PflashState *s, Error **errp)
{
    int fd = open(s->file, (s->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    struct stat st;
    bool ok = false;

    if (fd < 0 || fstat(fd, &st) < 0) {
        error_set_errno(errp, errno, "Could not open '%s'", s->file);
    } else if (check_file_size(s, &st, errp)) {
        ok = st.st_size == 0 ||
             mmap(s->mr.ram->host, align_up((uint64_t)st.st_size, GUEST_PAGE_SIZE),
                  PROT_READ | PROT_WRITE, (s->read_only ? MAP_PRIVATE : MAP_SHARED) | MAP_FIXED, fd,
                  0) != MAP_FAILED;
        if (!ok) {
            error_set_errno(errp, errno, "Could not map '%s'", s->file);
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    if (ok && st.st_size) {
        ram_block_add_cover(s->mr.ram, 0, align_up((uint64_t)st.st_size, GUEST_PAGE_SIZE));
    }
    return ok;
}

static bool pflash_realize(Device *dev, Error **errp)
{
    PflashState *s = (PflashState *)dev;

    if (!s->name || s->size < SECTOR_BYTES || s->size & (s->size - 1)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "cfi.pflash01: 'name' and a power-of-two 'size' are needed");
    }
    if (!memory_region_init_rom_device(&s->mr, &pflash_ops, s, s->name, s->size, errp)) {
        return false;
    }
    device_add_mmio(dev, &s->mr);
    return !s->file || map_file(s, errp);
}

static void pflash_unrealize(Device *dev) NO_THREAD_SAFETY
{
    memory_region_destroy(&((PflashState *)dev)->mr);
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

    state_hash_u64(h, s->mode);
    state_hash_u64(h, s->phase);
    state_hash_u64(h, s->status);
    if (buffers) {
        state_hash_u64(h, s->words_left);
        state_hash_u64(h, s->buffer_at);
        state_hash_bytes(h, s->buffer, sizeof(s->buffer));
    }
}

static const Property pflash_props[] = {
    DEFINE_PROP_STRING("name", PflashState, name),
    DEFINE_PROP_STRING("file", PflashState, file),
    DEFINE_PROP_SIZE("size", PflashState, size, 0),
    DEFINE_PROP_BOOL("read-only", PflashState, read_only, false),
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
     .class_init = pflash_class_init},
};
DEFINE_TYPES(pflash_types);
