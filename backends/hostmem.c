/* SPDX-License-Identifier: MIT */
/* Host memory: properties, mapping, placement and preallocation that every kind shares, and the
 * kind without a file, memory-backend-ram. */
#include "backends/hostmem.h"

#include "qom/user-creatable.h"
#include "util/bits.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

bool host_memory_claim(HostMemory *m, Error **errp)
{
    if (m->in_use) {
        return error_set_code(errp, ERROR_CODE_IN_USE, "can't use already busy memory backend: %s",
                              m->parent.name);
    }
    if (m->read_only) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "memory backend '%s' is read-only, it cannot be RAM", m->parent.name);
    }
    m->in_use = true;
    return true;
}

void host_memory_release(HostMemory *m)
{
    m->in_use = false;
}

static bool no_memory(const HostMemory *m, int err, Error **errp)
{
    return error_set_errno(errp, err, "cannot set up guest memory '%s'", m->parent.name);
}

/* ---- what the kernel is told about the mapping */

static void advise(HostMemory *m)
{
    /* A kernel without page merging says so; there is nothing to be done about it. */
    (void)madvise(m->host, m->mapped_bytes, m->merge ? MADV_MERGEABLE : MADV_UNMERGEABLE);
    (void)madvise(m->host, m->mapped_bytes, m->dump ? MADV_DODUMP : MADV_DONTDUMP);
}

enum { MAX_HOST_NODES = 128, BITS_PER_LONG = 8 * sizeof(long) };

/* The kernel numbers policies as HostMemPolicy does. */
static bool bind_to_nodes(HostMemory *m, Error **errp)
{
    enum { MOVE_OR_FAIL = 1 | 2 }; /* MPOL_MF_STRICT, MPOL_MF_MOVE */
    unsigned long mask[MAX_HOST_NODES / BITS_PER_LONG + 1] = {0};
    const uint16_t *nodes = m->host_nodes.items;

    for (uint32_t i = 0; i < m->host_nodes.n; i++) {
        if (nodes[i] >= MAX_HOST_NODES) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Invalid host-nodes value: %u",
                                  nodes[i]);
        }
        mask[nodes[i] / BITS_PER_LONG] |= 1ul << nodes[i] % BITS_PER_LONG;
    }
    if (m->host_nodes.n && m->policy == HOST_MEM_POLICY_DEFAULT) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "host-nodes must be empty for policy default, or you should "
                              "explicitly specify a policy other than default");
    }
    if (!m->host_nodes.n && m->policy != HOST_MEM_POLICY_DEFAULT) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "host-nodes must be set for policy %s",
                              HostMemPolicy_str((HostMemPolicy)m->policy));
    }
    if (m->host_nodes.n && syscall(SYS_mbind, m->host, m->mapped_bytes, m->policy, mask,
                                   MAX_HOST_NODES + 1, MOVE_OR_FAIL) < 0) {
        return error_set_errno(errp, errno, "cannot bind memory to host NUMA nodes");
    }
    return true;
}

/* ---- preallocation */

typedef struct Populate {
    uint8_t *host;
    uint64_t len, page_size;
    int err;
} Populate;

/* Without the kernel's help only memory that cannot fail to be there may be touched. */
static int touch(const Populate *p)
{
    for (uint64_t at = 0; at < p->len; at += p->page_size) {
        volatile uint8_t *page = p->host + at;

        *page = *page;
    }
    return 0;
}

static gpointer populate(gpointer opaque)
{
    Populate *p = opaque;

#ifdef MADV_POPULATE_WRITE
    p->err = madvise(p->host, p->len, MADV_POPULATE_WRITE) < 0 ? errno : 0;
#else
    p->err = EINVAL;
#endif
    if (p->err == EINVAL && p->page_size == (uint64_t)sysconf(_SC_PAGESIZE)) {
        p->err = touch(p);
    }
    return NULL;
}

static uint64_t host_bytes(void)
{
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool preallocate(HostMemory *m, Error **errp)
{
    uint64_t pages = m->mapped_bytes / m->page_size;
    uint64_t n = MIN(MIN(pages, m->prealloc_threads), g_get_num_processors());
    g_autofree Populate *parts = g_new0(Populate, n);
    g_autofree GThread **threads = g_new0(GThread *, n);
    int err = 0;

    if (m->mapped_bytes > host_bytes()) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "cannot preallocate '%s': %" PRIu64 " bytes are more than the host "
                              "has",
                              m->parent.name, m->mapped_bytes);
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t first = pages * i / n, end = pages * (i + 1) / n;

        parts[i] = (Populate){.host = m->host + first * m->page_size,
                              .len = (end - first) * m->page_size,
                              .page_size = m->page_size};
        threads[i] = g_thread_new("prealloc", populate, &parts[i]);
    }
    for (uint64_t i = 0; i < n; i++) {
        g_thread_join(threads[i]);
        err = parts[i].err ? parts[i].err : err;
    }
    return !err || error_set_errno(errp, err, "cannot preallocate memory of '%s'", m->parent.name);
}

/* ---- the mapping */

static bool open_default(HostMemory *m, Error **errp)
{
    m->page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    if (!m->share) {
        return true;
    }
    m->fd = memfd_create(TYPE_MEMORY_BACKEND_RAM, MFD_CLOEXEC);
    return (m->fd >= 0 && ftruncate(m->fd, (off_t)m->mapped_bytes) == 0) ||
           no_memory(m, errno, errp);
}

/* Room for the alignment is reserved first; what sticks out is given back. */
static void *map(HostMemory *m)
{
    int prot = PROT_READ | (m->read_only ? 0 : PROT_WRITE);
    int flags = (m->share ? MAP_SHARED : MAP_PRIVATE) | (m->fd < 0 ? MAP_ANONYMOUS : 0) |
                (m->reserve ? 0 : MAP_NORESERVE);
    uint64_t room = m->mapped_bytes + m->align;

    if (m->align <= m->page_size) {
        return mmap(NULL, m->mapped_bytes, prot, flags, m->fd, 0);
    }
    if (room < m->align) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    uint8_t *base = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return MAP_FAILED;
    }
    uint64_t before = align_up((uintptr_t)base, m->align) - (uintptr_t)base;
    uint8_t *at = mmap(base + before, m->mapped_bytes, prot, flags | MAP_FIXED, m->fd, 0);
    if (at == MAP_FAILED) {
        int err = errno;

        munmap(base, room);
        errno = err;
        return MAP_FAILED;
    }
    if (before) {
        munmap(base, before);
    }
    munmap(at + m->mapped_bytes, m->align - before);
    return at;
}

static bool check(Object *obj, Error **errp)
{
    const HostMemory *m = (HostMemory *)obj;

    if (!m->size) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "property 'size' of %s doesn't take value '0'",
                              object_type_name(&m->parent));
    }
    if (m->prealloc && !m->reserve) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "'prealloc=on' and 'reserve=off' are incompatible");
    }
    /* Nothing near this can be mapped; sums of sizes cannot overflow below it. */
    return m->size <= (uint64_t)INT64_MAX / 2 || no_memory(m, ENOMEM, errp);
}

static bool complete(Object *obj, Error **errp)
{
    HostMemory *m = (HostMemory *)obj;
    bool (*open)(HostMemory * m, Error * *errp) = HOST_MEMORY_GET_CLASS(m)->open;

    if (!check(obj, errp)) {
        return false;
    }
    m->mapped_bytes = align_up(m->size, (uint64_t)sysconf(_SC_PAGESIZE));
    if (!(open ? open : open_default)(m, errp)) {
        return false;
    }
    m->mapped_bytes = align_up(m->size, m->page_size);
    void *host = map(m);
    if (host == MAP_FAILED) {
        return no_memory(m, errno, errp);
    }
    m->host = host;
    m->block_name = m->canonical_name ? object_path(obj) : g_strdup(obj->name);
    advise(m);
    return bind_to_nodes(m, errp) && (!m->prealloc || preallocate(m, errp));
}

static bool can_be_deleted(Object *obj)
{
    return !((HostMemory *)obj)->in_use;
}

/* ---- properties */

static bool may_set(Object *obj, const Property *prop, Error **errp)
{
    return !((HostMemory *)obj)->host || prop->flags & PROP_SET_ANYTIME ||
           error_set_code(errp, ERROR_CODE_WRONG_STATE, "cannot change property '%s' of %s",
                          prop->name, object_type_name(obj));
}

static bool changed(Object *obj, const Property *prop, Error **errp)
{
    HostMemory *m = (HostMemory *)obj;

    if (strcmp(prop->name, "prealloc-threads") == 0 && !m->prealloc_threads) {
        m->prealloc_threads = 1;
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "property 'prealloc-threads' of %s doesn't take value '0'",
                              object_type_name(obj));
    }
    if (!m->host) {
        return true;
    }
    if (strcmp(prop->name, "prealloc") == 0 && m->prealloc) {
        return preallocate(m, errp);
    }
    advise(m);
    return true;
}

/* The machine's options decide for memory that says nothing itself. */
static void instance_init(Object *obj)
{
    HostMemory *m = (HostMemory *)obj;
    Object *machine = object_child(object_root(), "machine");

    m->fd = -1;
    m->merge = !machine || object_get_bool(machine, "mem-merge");
    m->dump = !machine || object_get_bool(machine, "dump-guest-core");
}

static void instance_finalize(Object *obj)
{
    HostMemory *m = (HostMemory *)obj;

    if (HOST_MEMORY_GET_CLASS(m)->close) {
        HOST_MEMORY_GET_CLASS(m)->close(m);
    }
    if (m->host) {
        munmap(m->host, m->mapped_bytes);
    }
    if (m->fd >= 0) {
        close(m->fd);
    }
    g_free(m->block_name);
}

/* Types as QMP clients know them. */
static const Property host_memory_props[] = {
    {.name = "size",
     .kind = PROP_SIZE,
     .type_name = "int",
     .offset = offsetof(HostMemory, size),
     .description = "Bytes"},
    {.name = "share",
     .kind = PROP_BOOL,
     .offset = offsetof(HostMemory, share),
     .description = "Whether other processes can see the memory"},
    {.name = "merge",
     .kind = PROP_BOOL,
     .flags = PROP_SET_ANYTIME,
     .offset = offsetof(HostMemory, merge),
     .description = "Whether the host may merge pages of equal content"},
    {.name = "dump",
     .kind = PROP_BOOL,
     .flags = PROP_SET_ANYTIME,
     .offset = offsetof(HostMemory, dump),
     .description = "Whether core dumps hold the memory"},
    {.name = "prealloc",
     .kind = PROP_BOOL,
     .flags = PROP_SET_ANYTIME,
     .offset = offsetof(HostMemory, prealloc),
     .description = "Whether all of it is allocated at once"},
    {.name = "prealloc-threads",
     .kind = PROP_UINT32,
     .flags = PROP_SET_ANYTIME,
     .type_name = "int",
     .offset = offsetof(HostMemory, prealloc_threads),
     .has_default = true,
     .default_value = 1,
     .description = "How many threads allocate it"},
    {.name = "host-nodes",
     .kind = PROP_ARRAY,
     .element = PROP_UINT16,
     .type_name = "int",
     .offset = offsetof(HostMemory, host_nodes),
     .description = "NUMA nodes of the host that the memory comes from"},
    {.name = "policy",
     .kind = PROP_ENUM,
     .type_name = "HostMemPolicy",
     .enum_names = HostMemPolicy_lookup,
     .offset = offsetof(HostMemory, policy),
     .description = "How the NUMA nodes are used"},
    {.name = "reserve",
     .kind = PROP_BOOL,
     .offset = offsetof(HostMemory, reserve),
     .has_default = true,
     .default_value = true,
     .description = "Whether swap space or huge pages are reserved for it"},
    {.name = "x-use-canonical-path-for-ramblock-id",
     .kind = PROP_BOOL,
     .offset = offsetof(HostMemory, canonical_name),
     .description = "Whether saved state names it by its path"},
    DEFINE_PROP_END(),
};

static void host_memory_class_init(ObjectClass *klass, const void *data)
{
    static const UserCreatableClass creatable = {check, complete, can_be_deleted};

    klass->may_set = may_set;
    klass->changed = changed;
    object_class_implement(klass, TYPE_USER_CREATABLE, &creatable);
}

static const char *const creatable_interface[] = {TYPE_USER_CREATABLE, NULL};
static const TypeInfo host_memory_types[] = {
    {.name = TYPE_MEMORY_BACKEND,
     .abstract = true,
     .instance_size = sizeof(HostMemory),
     .class_size = sizeof(HostMemoryClass),
     .interfaces = creatable_interface,
     .properties = host_memory_props,
     .class_init = host_memory_class_init,
     .instance_init = instance_init,
     .instance_finalize = instance_finalize},
    {.name = TYPE_MEMORY_BACKEND_RAM, .parent = TYPE_MEMORY_BACKEND},
};
DEFINE_TYPES(host_memory_types);
