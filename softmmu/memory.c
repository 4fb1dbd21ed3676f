/* SPDX-License-Identifier: MIT */
/* The region tree: construction, transactions, and rendering into flat views. */
#include "softmmu/memory.h"

#include "util/rcu.h"
#include "util/trace.h"
#include <inttypes.h>

AddressSpace address_space_memory;
AddressSpace address_space_io;

static MemoryRegion memory_root, io_root;
static AddressSpace *spaces;
static unsigned transaction_depth;
static bool transaction_dirty;

/* ---- regions */

void memory_region_init(MemoryRegion *mr, const char *name, uint64_t size)
{
    *mr = (MemoryRegion){.name = name, .kind = MEMORY_CONTAINER, .enabled = true, .size = size};
}

void memory_region_init_io(MemoryRegion *mr, const MemoryRegionOps *ops, void *opaque,
                           const char *name, uint64_t size)
{
    memory_region_init(mr, name, size);
    mr->kind = MEMORY_IO;
    mr->ops = ops;
    mr->opaque = opaque;
}

bool memory_region_init_ram(MemoryRegion *mr, const char *name, uint64_t size, Error **errp)
{
    memory_region_init(mr, name, size);
    mr->kind = MEMORY_RAM;
    mr->ram = ram_block_new(name, size, errp);
    return mr->ram != NULL;
}

bool memory_region_init_ram_from(MemoryRegion *mr, const char *name, uint8_t *host, uint64_t size,
                                 Error **errp)
{
    memory_region_init(mr, name, size);
    mr->kind = MEMORY_RAM;
    mr->ram = ram_block_new_from(name, host, size, errp);
    return mr->ram != NULL;
}

bool memory_region_init_rom(MemoryRegion *mr, const char *name, uint64_t size, Error **errp)
{
    bool ok = memory_region_init_ram(mr, name, size, errp);

    mr->read_only = true;
    return ok;
}

bool memory_region_init_rom_device(MemoryRegion *mr, const MemoryRegionOps *ops, void *opaque,
                                   const char *name, uint64_t size, Error **errp)
{
    bool ok = memory_region_init_rom(mr, name, size, errp);

    mr->ops = ops;
    mr->opaque = opaque;
    mr->romd = true;
    return ok;
}

void memory_region_init_alias(MemoryRegion *mr, const char *name, MemoryRegion *target,
                              hwaddr offset, uint64_t size)
{
    memory_region_init(mr, name, size);
    mr->kind = MEMORY_ALIAS;
    mr->alias = target;
    mr->alias_offset = offset;
}

static void tree_changed(void) REQUIRES(vm_lock)
{
    memory_transaction_begin();
    transaction_dirty = true;
    memory_transaction_commit();
}

void memory_region_destroy(MemoryRegion *mr)
{
    if (mr->container) {
        memory_region_remove(mr);
    }
    while (mr->subregions && mr->subregions->len) {
        memory_region_remove(g_ptr_array_index(mr->subregions, 0));
    }
    g_clear_pointer(&mr->subregions, g_ptr_array_unref);
    if (mr->ram) {
        ram_block_free(mr->ram);
        mr->ram = NULL;
    }
}

void memory_region_add_overlap(MemoryRegion *container, hwaddr addr, MemoryRegion *mr, int priority)
{
    guint at = 0;

    g_assert(!mr->container);
    mr->container = container;
    mr->addr = addr;
    mr->priority = priority;
    TRACE(memory_region_add, "%s at 0x%" PRIx64 " size 0x%" PRIx64 " priority %d in %s", mr->name,
          addr, mr->size, priority, container->name);
    if (!container->subregions) {
        container->subregions = g_ptr_array_new();
    }
    while (at < container->subregions->len &&
           ((MemoryRegion *)g_ptr_array_index(container->subregions, at))->priority > priority) {
        at++;
    }
    g_ptr_array_insert(container->subregions, (gint)at, mr);
    tree_changed();
}

void memory_region_add(MemoryRegion *container, hwaddr addr, MemoryRegion *mr)
{
    memory_region_add_overlap(container, addr, mr, 0);
}

void memory_region_remove(MemoryRegion *mr)
{
    TRACE(memory_region_remove, "%s of %s", mr->name, mr->container->name);
    g_ptr_array_remove(mr->container->subregions, mr);
    mr->container = NULL;
    tree_changed();
}

void memory_region_set_enabled(MemoryRegion *mr, bool enabled)
{
    if (mr->enabled != enabled) {
        TRACE(memory_region_enable, "%s %d", mr->name, enabled);
        mr->enabled = enabled;
        tree_changed();
    }
}

void memory_region_set_romd(MemoryRegion *mr, bool romd)
{
    if (mr->romd != romd) {
        mr->romd = romd;
        tree_changed();
    }
}

/* ---- rendering */

/* What one recursion step draws into. */
typedef struct Render {
    GArray *ranges; /* of FlatRange, by address */
} Render;

static FlatRange *range_at(const Render *r, guint i)
{
    return &g_array_index(r->ranges, FlatRange, i);
}

/* Puts mr, whose offset 0 is at base, into what is still free of [start, end). */
static void render_leaf(Render *r, MemoryRegion *mr, __int128 base, uint64_t start, uint64_t end,
                        bool read_only)
{
    guint i = 0;

    while (start < end) {
        uint64_t gap_end = end;

        while (i < r->ranges->len && range_at(r, i)->start + range_at(r, i)->size <= start) {
            i++;
        }
        if (i < r->ranges->len) {
            FlatRange *next = range_at(r, i);

            if (next->start <= start) {
                start = next->start + next->size;
                continue;
            }
            gap_end = MIN(end, next->start);
        }
        FlatRange fr = {
            .start = start,
            .size = gap_end - start,
            .mr = mr,
            .mr_offset = (hwaddr)((__int128)start - base),
            .ram = mr->ram,
        };
        if (mr->ram && (!mr->ops || mr->romd)) {
            fr.host = mr->ram->host + fr.mr_offset;
            fr.writable = !mr->read_only && !read_only;
        }
        g_array_insert_val(r->ranges, i, fr);
        start = gap_end;
    }
}

static void render(Render *r, MemoryRegion *mr, __int128 base, uint64_t clip_start,
                   uint64_t clip_end, bool read_only)
{
    __int128 start = MAX(base, (__int128)clip_start);
    __int128 end = MIN(base + mr->size, (__int128)clip_end);

    if (!mr->enabled || start >= end) {
        return;
    }
    read_only |= mr->read_only;
    if (mr->kind == MEMORY_ALIAS) {
        render(r, mr->alias, base - mr->alias_offset, (uint64_t)start, (uint64_t)end, read_only);
        return;
    }
    for (guint i = 0; mr->subregions && i < mr->subregions->len; i++) {
        MemoryRegion *sub = g_ptr_array_index(mr->subregions, i);

        render(r, sub, base + sub->addr, (uint64_t)start, (uint64_t)end, read_only);
    }
    if (mr->kind != MEMORY_CONTAINER) {
        render_leaf(r, mr, base, (uint64_t)start, (uint64_t)end, read_only);
    }
}

static bool ranges_join(const FlatRange *a, const FlatRange *b)
{
    return a->mr == b->mr && a->writable == b->writable && !a->host == !b->host &&
           a->start + a->size == b->start && a->mr_offset + a->size == b->mr_offset;
}

static FlatView *flat_view_new(MemoryRegion *root)
{
    Render r = {.ranges = g_array_new(FALSE, FALSE, sizeof(FlatRange))};

    render(&r, root, 0, 0, UINT64_MAX, false);
    FlatView *view = g_malloc(sizeof(*view) + r.ranges->len * sizeof(FlatRange));
    view->n = 0;
    for (guint i = 0; i < r.ranges->len; i++) {
        const FlatRange *fr = range_at(&r, i);

        if (view->n && ranges_join(&view->ranges[view->n - 1], fr)) {
            view->ranges[view->n - 1].size += fr->size;
        } else {
            view->ranges[view->n++] = *fr;
        }
    }
    g_array_unref(r.ranges);
    return view;
}

static bool views_equal(const FlatView *a, const FlatView *b)
{
    return a->n == b->n && memcmp(a->ranges, b->ranges, a->n * sizeof(a->ranges[0])) == 0;
}

static uint64_t views; /* so many were published */

static void space_update(AddressSpace *as) REQUIRES(vm_lock)
{
    FlatView *old = atomic_load_explicit(&as->view, memory_order_relaxed);
    FlatView *view = flat_view_new(as->root);

    if (old && views_equal(old, view)) {
        g_free(view);
        return;
    }
    view->id = ++views;
    atomic_store_explicit(&as->view, view, memory_order_release);
    if (old) {
        rcu_retire(g_free, old);
    }
    for (MemoryListener *l = as->listeners; l; l = l->next) {
        l->changed(l, as);
    }
}

void memory_transaction_begin(void)
{
    transaction_depth++;
}

void memory_transaction_commit(void)
{
    if (--transaction_depth || !transaction_dirty) {
        return;
    }
    transaction_dirty = false;
    for (AddressSpace *as = spaces; as; as = as->next) {
        space_update(as);
    }
}

/* ---- address spaces */

void address_space_init(AddressSpace *as, MemoryRegion *root, const char *name)
{
    *as = (AddressSpace){.name = name, .root = root, .next = spaces};
    spaces = as;
    space_update(as);
}

void address_space_destroy(AddressSpace *as)
{
    AddressSpace **p = &spaces;

    while (*p != as) {
        p = &(*p)->next;
    }
    *p = as->next;
    rcu_retire(g_free, atomic_exchange(&as->view, NULL));
}

void address_space_add_listener(AddressSpace *as, MemoryListener *l)
{
    l->next = as->listeners;
    as->listeners = l;
}

void address_space_remove_listener(AddressSpace *as, MemoryListener *l)
{
    MemoryListener **p = &as->listeners;

    while (*p != l) {
        p = &(*p)->next;
    }
    *p = l->next;
}

const FlatRange *address_space_find(AddressSpace *as, hwaddr addr)
{
    const FlatView *view = atomic_load_explicit(&as->view, memory_order_acquire);
    size_t lo = 0, hi = view ? view->n : 0;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const FlatRange *fr = &view->ranges[mid];

        if (addr < fr->start) {
            hi = mid;
        } else if (addr - fr->start >= fr->size) {
            lo = mid + 1;
        } else {
            return fr;
        }
    }
    return NULL;
}

MemoryRegion *system_memory(void)
{
    return &memory_root;
}

MemoryRegion *system_io(void)
{
    return &io_root;
}

/* A port that no device answers: the lines of the bus stay high, writes go nowhere. */
static MemResult open_bus_read(void *opaque, hwaddr addr, unsigned size, uint64_t *ret_value,
                               MemAttrs attrs)
{
    *ret_value = MASK64(size * 8);
    return MEM_OK;
}

static MemResult open_bus_write(void *opaque, hwaddr addr, unsigned size, uint64_t value,
                                MemAttrs attrs)
{
    return MEM_OK;
}

static const MemoryRegionOps open_bus_ops = {
    .read = open_bus_read,
    .write = open_bus_write,
    .unaligned = true,
};

void memory_map_init(void)
{
    memory_region_init(&memory_root, "system", UINT64_MAX);
    address_space_init(&address_space_memory, &memory_root, "memory");
    memory_region_init_io(&io_root, &open_bus_ops, NULL, "io", 65536);
    address_space_init(&address_space_io, &io_root, "I/O");
}
