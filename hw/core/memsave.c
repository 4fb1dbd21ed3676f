/* SPDX-License-Identifier: MIT */
/* Guest memory into files of the host: in chunks, through a vCPU's translation where asked. */
#include "hw/core/memsave.h"

#include "hw/core/machine.h"
#include "util/fdset.h"
#include "util/rcu.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { PAGES_AT_ONCE = 64 };

/* More than all memory and every device's space is nobody's wish, and would fill the disk. */
static bool check_size(uint64_t size, Error **errp)
{
    uint64_t max = (current_machine ? current_machine->ram_size : 0) + GiB;

    return size <= max ||
           error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                          "size %" PRIu64 " is more than the machine's memory", size);
}

static int open_file(const char *path, Error **errp)
{
    return host_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0666, errp);
}

static bool write_all(int fd, const uint8_t *buf, size_t len, const char *path, Error **errp)
{
    while (len) {
        ssize_t r = write(fd, buf, len);

        if (r < 0 && errno != EINTR) {
            return error_set_errno(errp, errno, "writing memory to '%s' failed", path);
        }
        buf += MAX(r, 0);
        len -= (size_t)MAX(r, 0);
    }
    return true;
}

static bool close_file(int fd, bool ok, const char *path, Error **errp)
{
    if (close(fd) < 0 && ok) {
        return error_set_errno(errp, errno, "writing memory to '%s' failed", path);
    }
    return ok;
}

bool memsave_physical(AddressSpace *as, uint64_t addr, uint64_t size, const char *path,
                      Error **errp)
{
    uint8_t buf[GUEST_PAGE_SIZE];
    bool ok = true;
    int fd;

    if (!check_size(size, errp)) {
        return false;
    }
    fd = open_file(path, errp);
    if (fd < 0) {
        return false;
    }
    while (ok && size) {
        size_t n = MIN(size, sizeof(buf));

        address_space_peek(as, addr, buf, n);
        ok = write_all(fd, buf, n, path, errp);
        addr += n;
        size -= n;
    }
    return close_file(fd, ok, path, errp);
}

/* A few pages' places, asked for in the vCPU's thread. */
typedef struct Lookup {
    uint64_t va;
    unsigned n;
    uint64_t pa[PAGES_AT_ONCE];
    bool found[PAGES_AT_ONCE];
} Lookup;

static void look_up(CpuState *cpu, void *data)
{
    Lookup *l = data;

    for (unsigned i = 0; i < l->n; i++) {
        l->found[i] = cpu->ops->translate(cpu, l->va + i * GUEST_PAGE_SIZE, &l->pa[i]);
    }
}

/* From `addr` up to `size` bytes; returns how many, 0 on error. */
static size_t save_pages(CpuState *cpu, uint64_t addr, uint64_t size, int fd, const char *path,
                         Error **errp) REQUIRES(vm_lock)
{
    uint64_t offset = addr % GUEST_PAGE_SIZE;
    uint64_t pages =
        (MIN(size, (PAGES_AT_ONCE - 1) * GUEST_PAGE_SIZE) + offset + GUEST_PAGE_SIZE - 1) /
        GUEST_PAGE_SIZE;
    Lookup l = {.va = addr - offset, .n = (unsigned)MIN(pages, PAGES_AT_ONCE)};
    uint8_t buf[GUEST_PAGE_SIZE];
    size_t done = 0;

    cpu_run_on(cpu, look_up, &l);
    for (unsigned i = 0; i < l.n; i++, offset = 0) {
        size_t n = MIN(size - done, GUEST_PAGE_SIZE - offset);

        if (!l.found[i]) {
            error_set_code(errp, ERROR_CODE_NOT_FOUND,
                           "Invalid addr 0x%016" PRIx64 "/size %" PRIu64 " specified", addr + done,
                           size - done);
            return 0;
        }
        address_space_peek(cpu->as, l.pa[i] + offset, buf, n);
        if (!write_all(fd, buf, n, path, errp)) {
            return 0;
        }
        done += n;
    }
    return done;
}

bool memsave_virtual(CpuState *cpu, uint64_t addr, uint64_t size, const char *path, Error **errp)
{
    bool ok = true;
    int fd;

    if (!cpu->ops->translate) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "this CPU model does not tell how it translates addresses");
    }
    if (!check_size(size, errp)) {
        return false;
    }
    fd = open_file(path, errp);
    if (fd < 0) {
        return false;
    }
    while (ok && size) {
        size_t n = save_pages(cpu, addr, size, fd, path, errp);

        ok = n > 0;
        addr += n;
        size -= n;
    }
    return close_file(fd, ok, path, errp);
}
