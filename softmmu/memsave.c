/* SPDX-License-Identifier: MIT */
/* Guest memory into files of the host. */
#include "softmmu/memsave.h"

#include "softmmu/main-loop.h"
#include "util/fdset.h"
#include "util/rcu.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

struct MemorySave {
    AddressSpace *as;
    uint64_t addr, size;
    GArray *pages; /* of uint64_t: where each page of the range is; NULL: it is physical */
    char *path;
    int fd; /* -1: not opened yet */
    /* of a thread */
    void (*done)(void *opaque, const Error *err);
    void *opaque;
    Error *err;
};

static void memsave_free(MemorySave *s)
{
    if (s->fd >= 0) {
        close(s->fd);
    }
    if (s->pages) {
        g_array_unref(s->pages);
    }
    g_clear_error(&s->err);
    g_free(s->path);
    g_free(s);
}

/* ---- what is asked for */

/* More than all memory and every device's space is nobody's wish, and would fill the disk. */
static bool check_size(uint64_t size, Error **errp)
{
    uint64_t max = GiB;

    for (const RamBlock *rb = ram_blocks; rb; rb = rb->next) {
        max += rb->size;
    }
    return size <= max ||
           error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                          "size %" PRIu64 " is more than the machine's memory", size);
}

/* Descriptor sets belong to the main loop; other files are opened by who writes. */
static bool open_set(MemorySave *s, Error **errp)
{
    if (!g_str_has_prefix(s->path, "/dev/fdset/")) {
        return true;
    }
    s->fd = host_open(s->path, O_WRONLY, 0, errp);
    return s->fd >= 0;
}

MemorySave *memsave_physical(uint64_t addr, uint64_t size, const char *path, Error **errp)
{
    MemorySave *s;

    if (!check_size(size, errp)) {
        return NULL;
    }
    s = g_new0(MemorySave, 1);
    *s = (MemorySave){.as = &address_space_memory, .addr = addr, .size = size, .fd = -1};
    s->path = g_strdup(path);
    if (!open_set(s, errp)) {
        g_clear_pointer(&s, memsave_free);
    }
    return s;
}

typedef struct Lookup {
    MemorySave *save;
    uint64_t failed; /* the first address that is not mapped */
    bool ok;
} Lookup;

/* In the vCPU's thread. */
static void look_up(CpuState *cpu, void *data)
{
    Lookup *l = data;
    uint64_t first = l->save->addr & ~(uint64_t)(GUEST_PAGE_SIZE - 1);
    uint64_t n = (l->save->addr - first + l->save->size + GUEST_PAGE_SIZE - 1) / GUEST_PAGE_SIZE;

    for (uint64_t i = 0; i < n; i++) {
        uint64_t va = first + i * GUEST_PAGE_SIZE, pa;

        if (!cpu->ops->translate(cpu, va, &pa)) {
            l->failed = MAX(va, l->save->addr);
            return;
        }
        g_array_append_val(l->save->pages, pa);
    }
    l->ok = true;
}

MemorySave *memsave_virtual(CpuState *cpu, uint64_t addr, uint64_t size, const char *path,
                            Error **errp)
{
    MemorySave *s;

    if (!cpu->ops->translate) {
        error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                       "this CPU model does not tell how it translates addresses");
        return NULL;
    }
    s = memsave_physical(addr, size, path, errp);
    if (!s) {
        return NULL;
    }
    Lookup l = {.save = s};
    s->as = cpu->as;
    s->pages = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    cpu_run_on(cpu, look_up, &l);
    if (!l.ok) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND,
                       "Invalid addr 0x%016" PRIx64 "/size %" PRIu64 " specified", l.failed,
                       size - (l.failed - addr));
        memsave_free(s);
        return NULL;
    }
    return s;
}

/* ---- writing it */

static bool write_all(MemorySave *s, const uint8_t *buf, size_t len)
{
    while (len) {
        ssize_t r = write(s->fd, buf, len);

        if (r < 0 && errno != EINTR) {
            return error_set_errno(&s->err, errno, "writing memory to '%s' failed", s->path);
        }
        buf += MAX(r, 0);
        len -= (size_t)MAX(r, 0);
    }
    return true;
}

static bool write_pages(MemorySave *s)
{
    uint8_t buf[GUEST_PAGE_SIZE];
    uint64_t addr = s->addr, left = s->size;

    for (guint i = 0; left; i++) {
        uint64_t offset = addr % GUEST_PAGE_SIZE;
        size_t n = MIN(left, GUEST_PAGE_SIZE - offset);
        uint64_t pa = s->pages ? g_array_index(s->pages, uint64_t, i) + offset : addr;

        address_space_peek(s->as, pa, buf, n);
        if (!write_all(s, buf, n)) {
            return false;
        }
        addr += n;
        left -= n;
    }
    return true;
}

static void run(MemorySave *s)
{
    if (s->fd < 0) {
        s->fd = host_open(s->path, O_WRONLY | O_CREAT | O_TRUNC, 0666, &s->err);
    }
    if (s->fd >= 0 && write_pages(s)) {
        int fd = s->fd;

        s->fd = -1;
        if (close(fd) < 0) {
            error_set_errno(&s->err, errno, "writing memory to '%s' failed", s->path);
        }
    }
}

bool memsave_write(MemorySave *s, Error **errp)
{
    bool ok;

    run(s);
    ok = !s->err;
    if (!ok) {
        g_propagate_error(errp, g_steal_pointer(&s->err));
    }
    memsave_free(s);
    return ok;
}

static void report(void *opaque)
{
    MemorySave *s = opaque;

    s->done(s->opaque, s->err);
    memsave_free(s);
}

static gpointer write_in_thread(gpointer opaque)
{
    rcu_register_thread();
    run(opaque);
    rcu_unregister_thread();
    main_loop_run_soon(report, opaque);
    return NULL;
}

void memsave_write_later(MemorySave *s, void (*done)(void *opaque, const Error *err), void *opaque)
{
    s->done = done;
    s->opaque = opaque;
    g_thread_unref(g_thread_new("memsave", write_in_thread, s));
}
