/* SPDX-License-Identifier: MIT */
/* RAM blocks: guest memory in memfds, so that it can be shared and inspected from outside. */
#include "softmmu/memory.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

RamBlock *ram_blocks;
void (*ram_code_written)(RamBlock *rb, uint64_t offset, uint64_t len);

static bool map_memfd(RamBlock *rb, Error **errp)
{
    rb->fd = memfd_create(rb->name, MFD_CLOEXEC);
    if (rb->fd < 0) {
        return error_set_errno(errp, errno, "cannot create memory for '%s'", rb->name);
    }
    if (rb->size > INT64_MAX || ftruncate(rb->fd, (off_t)rb->size) < 0) {
        error_set_errno(errp, rb->size > INT64_MAX ? ENOMEM : errno,
                        "cannot set up guest memory '%s' of %" PRIu64 " bytes", rb->name, rb->size);
        close(rb->fd);
        return false;
    }
    rb->host = mmap(NULL, rb->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, rb->fd, 0);
    if (rb->host == MAP_FAILED) {
        error_set_errno(errp, errno, "cannot set up guest memory '%s'", rb->name);
        close(rb->fd);
        return false;
    }
    return true;
}

/* Takes the memory that rb has. */
static bool add_block(RamBlock *rb, Error **errp)
{
    rb->page_flags = g_try_malloc0(rb->size >> GUEST_PAGE_BITS);
    if (!rb->page_flags) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "cannot set up guest memory '%s': no memory for page flags",
                              rb->name);
    }
    rb->next = ram_blocks;
    ram_blocks = rb;
    return true;
}

static void unmap(RamBlock *rb)
{
    if (!rb->borrowed) {
        munmap(rb->host, rb->size);
        close(rb->fd);
    }
}

RamBlock *ram_block_new(const char *name, uint64_t size, Error **errp)
{
    g_autofree RamBlock *rb = g_new0(RamBlock, 1);

    rb->name = name;
    rb->size = align_up(size, GUEST_PAGE_SIZE);
    if (!map_memfd(rb, errp)) {
        return NULL;
    }
    if (!add_block(rb, errp)) {
        unmap(rb);
        return NULL;
    }
    return g_steal_pointer(&rb);
}

RamBlock *ram_block_new_from(const char *name, uint8_t *host, uint64_t size, Error **errp)
{
    g_autofree RamBlock *rb = g_new0(RamBlock, 1);

    *rb = (RamBlock){.name = name, .host = host, .size = size, .fd = -1, .borrowed = true};
    return add_block(rb, errp) ? g_steal_pointer(&rb) : NULL;
}

void ram_block_free(RamBlock *rb)
{
    RamBlock **p = &ram_blocks;

    while (*p != rb) {
        p = &(*p)->next;
    }
    *p = rb->next;
    unmap(rb);
    g_clear_pointer(&rb->covers, g_array_unref);
    g_free((void *)rb->page_flags);
    g_free(rb);
}

RamBlock *ram_block_from_host(const void *host, uint64_t *ret_offset)
{
    for (RamBlock *rb = ram_blocks; rb; rb = rb->next) {
        uint64_t at = (uint64_t)((const uint8_t *)host - rb->host);

        if ((const uint8_t *)host >= rb->host && at < rb->size) {
            *ret_offset = at;
            return rb;
        }
    }
    return NULL;
}

void ram_block_add_cover(RamBlock *rb, uint64_t offset, uint64_t len)
{
    RamRange range = {offset, len};

    if (!rb->covers) {
        rb->covers = g_array_new(FALSE, FALSE, sizeof(RamRange));
    }
    g_array_append_val(rb->covers, range);
}

uint64_t ram_block_next_data(const RamBlock *rb, uint64_t from)
{
    uint64_t next;

    if (from >= rb->size || rb->fd < 0) {
        return MIN(from, rb->size);
    }
    off_t data = lseek(rb->fd, (off_t)from, SEEK_DATA);
    if (data >= 0) {
        next = (uint64_t)data & ~(uint64_t)(GUEST_PAGE_SIZE - 1);
    } else {
        next = errno == ENXIO ? rb->size : from;
    }
    for (guint i = 0; rb->covers && i < rb->covers->len; i++) {
        const RamRange *c = &g_array_index(rb->covers, RamRange, i);

        if (from < c->offset + c->len) {
            next = MIN(next, MAX(from, c->offset));
        }
    }
    return next;
}
