/* SPDX-License-Identifier: MIT */
/* A digest of the machine's state: RAM blocks by name, then devices (vCPUs among them) by path. */
#include "hw/core/state-hash.h"

#include "hw/core/reg.h"
#include <string.h>

struct StateHash {
    GChecksum *sum;
};

void state_hash_bytes(StateHash *h, const void *data, size_t len)
{
    g_checksum_update(h->sum, data, (gssize)len);
}

void state_hash_u64(StateHash *h, uint64_t value)
{
    uint8_t bytes[8];

    st_le(bytes, sizeof(bytes), value);
    state_hash_bytes(h, bytes, sizeof(bytes));
}

typedef struct Walk {
    GChecksum *total;
    StateHashPartFn *fn;
    void *opaque;
} Walk;

static StateHash begin_part(void)
{
    return (StateHash){.sum = g_checksum_new(G_CHECKSUM_SHA256)};
}

static void end_part(Walk *w, StateHash *h, const char *path)
{
    const char *hex = g_checksum_get_string(h->sum);

    g_checksum_update(w->total, (const guchar *)path, (gssize)strlen(path) + 1);
    g_checksum_update(w->total, (const guchar *)hex, (gssize)strlen(hex));
    w->fn(path, hex, w->opaque);
    g_checksum_free(h->sum);
}

/* ---- RAM */

/* Pages of zeros do not count, so that it is all one whether they were ever touched. */
static void hash_ram(Walk *w, const RamBlock *rb)
{
    static const uint8_t zeros[GUEST_PAGE_SIZE];
    g_autofree char *path = g_strconcat("ram:", rb->name, NULL);
    StateHash h = begin_part();

    state_hash_u64(&h, rb->size);
    for (uint64_t at = ram_block_next_data(rb, 0); at < rb->size;
         at = ram_block_next_data(rb, at + GUEST_PAGE_SIZE)) {
        if (memcmp(rb->host + at, zeros, GUEST_PAGE_SIZE) != 0) {
            state_hash_u64(&h, at);
            state_hash_bytes(&h, rb->host + at, GUEST_PAGE_SIZE);
        }
    }
    end_part(w, &h, path);
}

static gint compare_blocks(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const RamBlock *const *)a)->name, (*(const RamBlock *const *)b)->name);
}

static void hash_all_ram(Walk *w)
{
    g_autoptr(GPtrArray) blocks = g_ptr_array_new();

    for (RamBlock *rb = ram_blocks; rb; rb = rb->next) {
        g_ptr_array_add(blocks, rb);
    }
    g_ptr_array_sort(blocks, compare_blocks);
    for (guint i = 0; i < blocks->len; i++) {
        hash_ram(w, blocks->pdata[i]);
    }
}

/* ---- devices */

static bool collect_device(Object *child, void *opaque)
{
    if (object_is_a(child, TYPE_DEVICE) && DEVICE(child)->realized) {
        g_hash_table_insert(opaque, object_path(child), child);
    }
    object_foreach_child(child, collect_device, opaque);
    return true;
}

static void hash_device(Walk *w, const char *path, Device *dev) REQUIRES(vm_lock)
{
    const DeviceClass *klass = DEVICE_GET_CLASS(dev);
    const char *type = object_type_name(OBJECT(dev));
    StateHash h = begin_part();

    state_hash_bytes(&h, type, strlen(type) + 1);
    for (guint i = 0; dev->reg_banks && i < dev->reg_banks->len; i++) {
        reg_bank_hash(dev->reg_banks->pdata[i], &h);
    }
    if (klass->hash) {
        klass->hash(dev, &h);
    }
    end_part(w, &h, path);
}

static void hash_devices(Walk *w, Object *machine) REQUIRES(vm_lock)
{
    g_autoptr(GHashTable) devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    object_foreach_child(machine, collect_device, devices);
    g_autoptr(GList) paths = g_list_sort(g_hash_table_get_keys(devices), (GCompareFunc)strcmp);
    for (GList *l = paths; l; l = l->next) {
        hash_device(w, l->data, g_hash_table_lookup(devices, l->data));
    }
}

char *state_hash_machine(Object *machine, StateHashPartFn *fn, void *opaque)
{
    Walk w = {.total = g_checksum_new(G_CHECKSUM_SHA256), .fn = fn, .opaque = opaque};

    hash_all_ram(&w);
    hash_devices(&w, machine);
    char *hex = g_strdup(g_checksum_get_string(w.total));
    g_checksum_free(w.total);
    return hex;
}
