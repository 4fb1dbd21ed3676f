/* SPDX-License-Identifier: MIT */
/* Guest physical memory: a tree of regions, rendered into flat views that readers use without
 * locks. Regions are plain structures embedded in their owner. */
#ifndef SOFTMMU_MEMORY_H
#define SOFTMMU_MEMORY_H

#include "softmmu/vm-lock.h"
#include "util/bits.h"
#include "util/error.h"
#include <inttypes.h>
#include <stdatomic.h>

typedef uint64_t hwaddr;

#define GUEST_PAGE_BITS 12
#define GUEST_PAGE_SIZE (1u << GUEST_PAGE_BITS)

typedef enum MemResult {
    MEM_OK,
    MEM_ERROR,        /* the device refused */
    MEM_DECODE_ERROR, /* nothing answers at this address */
} MemResult;

/* Who asks. */
typedef struct MemAttrs {
    unsigned secure : 1;
    unsigned user : 1;
    unsigned debug : 1; /* a debugger or loader: no side effects */
    unsigned requester : 16;
} MemAttrs;
#define MEM_ATTRS_NONE ((MemAttrs){0})

/* size is 1, 2, 4 or 8; values are in the low bits; devices are little-endian unless big_endian.
 * Called with vm_lock held. Accesses the guest makes outside [min_access, max_access] are refused
 * with MEM_ERROR; those outside [impl_min, impl_max] are split or widened by the caller of ops. */
typedef struct MemoryRegionOps {
    MemResult (*read)(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                      MemAttrs attrs);
    MemResult (*write)(void *opaque, hwaddr addr, unsigned size, uint64_t value, MemAttrs attrs);
    uint8_t min_access, max_access; /* 0: 1 and 8 */
    uint8_t impl_min, impl_max;     /* 0: 1 and 8 */
    bool unaligned;                 /* may the guest access it unaligned */
    bool big_endian;
} MemoryRegionOps;

/* Host memory behind RAM and ROM: a memfd mapping, or what somebody else provides. */
typedef struct RamBlock RamBlock;
typedef struct RamRange {
    uint64_t offset, len;
} RamRange;
struct RamBlock {
    const char *name; /* as query commands and migration call it */
    uint8_t *host;
    uint64_t size;
    int fd;                      /* the memfd; -1: not ours, or none */
    bool borrowed;               /* the memory belongs to somebody else and looks as he likes */
    bool shared;                 /* borrowed: other processes use it while the guest runs */
    GArray *covers;              /* of RamRange: where files are mapped over the memfd */
    _Atomic uint8_t *page_flags; /* RAM_PAGE_* by guest page */
    RamBlock *next;
};
enum {
    RAM_PAGE_CODE = 1 << 0,   /* an accelerator holds translations of it: stores must tell */
    RAM_PAGE_STORED = 1 << 1, /* an accelerator may store to it without looking here */
};

typedef enum MemoryRegionKind {
    MEMORY_CONTAINER,
    MEMORY_IO,
    MEMORY_RAM,
    MEMORY_ALIAS,
} MemoryRegionKind;

typedef struct MemoryRegion MemoryRegion;
struct MemoryRegion {
    const char *name;
    MemoryRegionKind kind;
    bool enabled;
    bool read_only; /* ROM; with ops: ROM device, reads come from RAM, writes go to ops */
    bool romd;      /* ROM device in read mode */
    hwaddr addr;    /* in the container */
    uint64_t size;
    int priority;
    MemoryRegion *container;
    GPtrArray *subregions; /* by falling priority, later ones first among equals */
    const MemoryRegionOps *ops;
    void *opaque;
    RamBlock *ram;
    MemoryRegion *alias;
    hwaddr alias_offset;
};

/* Names are copied by nobody: they must outlive the region. Sizes are in bytes. */
void memory_region_init(MemoryRegion *mr, const char *name, uint64_t size);
void memory_region_init_io(MemoryRegion *mr, const MemoryRegionOps *ops, void *opaque,
                           const char *name, uint64_t size);
bool memory_region_init_ram(MemoryRegion *mr, const char *name, uint64_t size, Error **errp);
/* RAM in memory that the caller provides for as long as the region lives: whole guest pages. */
bool memory_region_init_ram_from(MemoryRegion *mr, const char *name, uint8_t *host, uint64_t size,
                                 Error **errp);
bool memory_region_init_rom(MemoryRegion *mr, const char *name, uint64_t size, Error **errp);
/* Flash: reads come straight from RAM while romd is set, everything else goes to ops. */
bool memory_region_init_rom_device(MemoryRegion *mr, const MemoryRegionOps *ops, void *opaque,
                                   const char *name, uint64_t size, Error **errp);
void memory_region_init_alias(MemoryRegion *mr, const char *name, MemoryRegion *target,
                              hwaddr offset, uint64_t size);
/* Out of its container, RAM released. */
void memory_region_destroy(MemoryRegion *mr) REQUIRES(vm_lock);

void memory_region_add(MemoryRegion *container, hwaddr addr, MemoryRegion *mr) REQUIRES(vm_lock);
void memory_region_add_overlap(MemoryRegion *container, hwaddr addr, MemoryRegion *mr, int priority)
    REQUIRES(vm_lock);
void memory_region_remove(MemoryRegion *mr) REQUIRES(vm_lock);
void memory_region_set_enabled(MemoryRegion *mr, bool enabled) REQUIRES(vm_lock);
void memory_region_set_romd(MemoryRegion *mr, bool romd) REQUIRES(vm_lock);
/* Changes between begin and the outermost commit become visible at once. */
void memory_transaction_begin(void) REQUIRES(vm_lock);
void memory_transaction_commit(void) REQUIRES(vm_lock);

/* A stretch of an address space that one region answers. */
typedef struct FlatRange {
    hwaddr start;
    uint64_t size;
    MemoryRegion *mr;
    hwaddr mr_offset; /* of start in mr */
    uint8_t *host;    /* RAM and ROM (in read mode): where start lies; else NULL */
    RamBlock *ram;
    bool writable; /* stores may go to host */
} FlatRange;

typedef struct FlatView {
    uint64_t id; /* no two views ever have the same */
    size_t n;
    FlatRange ranges[]; /* by address, not overlapping */
} FlatView;

typedef struct AddressSpace AddressSpace;
typedef struct MemoryListener MemoryListener;
struct MemoryListener {
    /* After a commit changed the space's view. */
    void (*changed)(MemoryListener *l, AddressSpace *as);
    MemoryListener *next;
};

struct AddressSpace {
    const char *name;
    MemoryRegion *root;
    FlatView *_Atomic view; /* read inside an RCU section */
    MemoryListener *listeners;
    AddressSpace *next;
};

void address_space_init(AddressSpace *as, MemoryRegion *root, const char *name) REQUIRES(vm_lock);
void address_space_destroy(AddressSpace *as) REQUIRES(vm_lock);
void address_space_add_listener(AddressSpace *as, MemoryListener *l) REQUIRES(vm_lock);
void address_space_remove_listener(AddressSpace *as, MemoryListener *l) REQUIRES(vm_lock);
/* The range that holds addr, NULL when nothing answers. Inside an RCU section; the result is
 * good until the section ends (its host memory for as long as the region lives). */
const FlatRange *address_space_find(AddressSpace *as, hwaddr addr);

/* Any length, any alignment. Takes vm_lock by itself for device accesses; RAM needs none.
 * The first failing piece decides the result; later pieces are still tried; what failed reads 0. */
MemResult address_space_read(AddressSpace *as, hwaddr addr, MemAttrs attrs, void *buf,
                             uint64_t len);
MemResult address_space_write(AddressSpace *as, hwaddr addr, MemAttrs attrs, const void *buf,
                              uint64_t len);
/* One access of 1, 2, 4 or 8 bytes, little-endian value. */
MemResult address_space_load(AddressSpace *as, hwaddr addr, unsigned size, MemAttrs attrs,
                             uint64_t *ret_value);
MemResult address_space_store(AddressSpace *as, hwaddr addr, unsigned size, MemAttrs attrs,
                              uint64_t value);
/* One access to a found I/O range (mr offset), with the ops' size rules. */
MemResult memory_region_load(MemoryRegion *mr, hwaddr offset, unsigned size, MemAttrs attrs,
                             uint64_t *ret_value);
MemResult memory_region_store(MemoryRegion *mr, hwaddr offset, unsigned size, MemAttrs attrs,
                              uint64_t value);
/* What RAM and ROM hold; zeros for everything else: devices are not disturbed. */
void address_space_peek(AddressSpace *as, hwaddr addr, void *ret, size_t len);
/* Loaders: writes through ROM too. */
MemResult address_space_write_rom(AddressSpace *as, hwaddr addr, const void *buf, uint64_t len);

/* The two spaces of the machine, made by start-up. A port without a device reads as all ones. */
extern AddressSpace address_space_memory; /* "memory" */
extern AddressSpace address_space_io;     /* "I/O" */
MemoryRegion *system_memory(void);
MemoryRegion *system_io(void);
void memory_map_init(void) REQUIRES(vm_lock);

/* RAM blocks. */
extern RamBlock *ram_blocks;
/* The name is borrowed for the block's life; the size is rounded up to whole guest pages. */
RamBlock *ram_block_new(const char *name, uint64_t size, Error **errp);
RamBlock *ram_block_new_from(const char *name, uint8_t *host, uint64_t size, Error **errp);
void ram_block_free(RamBlock *rb);
/* The block and offset a host address lies in; NULL when none. */
RamBlock *ram_block_from_host(const void *host, uint64_t *ret_offset);
/* A file has been mapped over a part of the block, which shows its content from now on. */
void ram_block_add_cover(RamBlock *rb, uint64_t offset, uint64_t len);
/* The first page from `from` on (a page) that may hold more than zeros; the block's size when there
 * is none. What was never written is passed over without being touched, as far as that is known. */
uint64_t ram_block_next_data(const RamBlock *rb, uint64_t from);
/* Set by an accelerator: a store hits [offset, +len) of a block whose page has RAM_PAGE_CODE.
 * Called after the store, from any thread. */
extern void (*ram_code_written)(RamBlock *rb, uint64_t offset, uint64_t len);
static inline void ram_written(RamBlock *rb, uint64_t offset, uint64_t len)
{
    for (uint64_t p = offset >> GUEST_PAGE_BITS; len && p <= (offset + len - 1) >> GUEST_PAGE_BITS;
         p++) {
        if (unlikely(atomic_load_explicit(&rb->page_flags[p], memory_order_relaxed) &
                     RAM_PAGE_CODE)) {
            ram_code_written(rb, offset, len);
            return;
        }
    }
}

/* Fences against the guest (memory-fence.c). A thread that stores to RAM and then loads what a
 * guest may have stored meanwhile (am I to be told of more? is there more?) calls memory_fence()
 * between: a fence of its own is not enough. */
void memory_fence(void);
/* An accelerator whose only thread of guest code would rather execute no fences: from now on
 * memory_fence() fences that thread too. False: the host cannot. */
bool memory_fence_for_all(void);

#endif
