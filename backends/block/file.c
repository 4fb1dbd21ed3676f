/* SPDX-License-Identifier: MIT */
/* Block driver "file": a file of the host. */
#include "backends/block/block-impl.h"

#include "util/fdset.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a user does to an image, and what others must not do meanwhile, are locks of one byte each.
 * These places are an agreement among programs that use images. */
enum {
    BYTE_USES = 100,
    BYTE_REFUSES = 200,
    BYTE_READ = 0,
    BYTE_WRITE = 1,
};

static bool locks(const BlockNode *node)
{
    const BlockdevOptionsFile *o = &node->options->u.file;

    return !(o->has_locking && o->locking == ON_OFF_AUTO_OFF) &&
           !(node->options->has_force_share && node->options->force_share);
}

static int set_lock(const BlockNode *node, off_t byte, short type)
{
    struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(node->fd, F_OFD_SETLK, &fl) < 0 ? -errno : 0;
}

/* Somebody else holds the byte. */
static bool is_held(const BlockNode *node, off_t byte)
{
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(node->fd, F_OFD_GETLK, &fl) == 0 && fl.l_type != F_UNLCK;
}

static bool lock_use(const BlockNode *node, int use, const char *name, Error **errp)
{
    int rc = set_lock(node, BYTE_USES + use, F_RDLCK);

    /* File systems without locks do without. */
    if ((rc == 0 || rc == -ENOLCK || rc == -EINVAL || rc == -EOPNOTSUPP) &&
        !is_held(node, BYTE_REFUSES + use)) {
        return true;
    }
    error_set_code(errp, ERROR_CODE_IN_USE, "Failed to get \"%s\" lock", name);
    error_append_hint(errp, "Is another process using the image [%s]?\n",
                      node->options->u.file.filename);
    return false;
}

/* Locks that nobody needs any more are given up. */
static void file_revoke(BlockNode *node, bool write)
{
    if (!node->users) {
        set_lock(node, BYTE_USES + BYTE_READ, F_UNLCK);
    }
    if (!node->writers) {
        set_lock(node, BYTE_USES + BYTE_WRITE, F_UNLCK);
    }
}

static bool file_permit(BlockNode *node, bool write, Error **errp)
{
    if (!locks(node) || (lock_use(node, BYTE_READ, "consistent read", errp) &&
                         (!write || lock_use(node, BYTE_WRITE, "write", errp)))) {
        return true;
    }
    file_revoke(node, write);
    return false;
}

/* ---- opening */

static int open_path(BlockNode *node, const BlockdevOptions *o, Error **errp)
{
    const char *path = o->u.file.filename;
    Error *err = NULL;
    int fd = host_open(path, (node->read_only ? O_RDONLY : O_RDWR) | O_NONBLOCK, 0, &err);

    if (fd < 0 && !node->read_only && o->has_auto_read_only && o->auto_read_only) {
        g_clear_error(&err);
        fd = host_open(path, O_RDONLY | O_NONBLOCK, 0, &err);
        node->read_only = fd >= 0;
    }
    if (fd < 0) {
        g_propagate_error(errp, err);
    }
    return fd;
}

static bool file_open(BlockNode *node, const BlockdevOptions *o, Error **errp)
{
    const char *path = o->u.file.filename;
    struct stat st;

    node->fd = open_path(node, o, errp);
    if (node->fd < 0) {
        return false;
    }
    if (fstat(node->fd, &st) == 0 && S_ISREG(st.st_mode)) {
        node->size = (uint64_t)st.st_size;
        return true;
    }
    close(node->fd);
    return error_set_code(errp, ERROR_CODE_FORMAT_INVALID,
                          "'file' driver requires '%s' to be a regular file", path);
}

static void file_close(BlockNode *node)
{
    close(node->fd);
}

/* ---- access */

static int file_pread(BlockNode *node, uint64_t offset, void *buf, uint64_t len)
{
    for (uint64_t done = 0; done < len;) {
        ssize_t r = pread(node->fd, (char *)buf + done, len - done, (off_t)(offset + done));

        if (r > 0) {
            done += (uint64_t)r;
        } else if (r == 0) {
            return -EIO; /* it became shorter */
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

static int file_pwrite(BlockNode *node, uint64_t offset, const void *buf, uint64_t len)
{
    for (uint64_t done = 0; done < len;) {
        ssize_t r = pwrite(node->fd, (const char *)buf + done, len - done, (off_t)(offset + done));

        if (r >= 0) {
            done += (uint64_t)r;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

static int file_flush(BlockNode *node)
{
    return node->read_only || fdatasync(node->fd) == 0 ? 0 : -errno;
}

static int file_map(BlockNode *node, uint64_t offset, void *host, uint64_t len, bool share)
{
    void *at = mmap(host, len, PROT_READ | PROT_WRITE,
                    (share ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, node->fd, (off_t)offset);

    return at == MAP_FAILED ? -errno : 0;
}

const BlockDriver block_driver_file = {
    .id = BLOCKDEV_DRIVER_FILE,
    .open = file_open,
    .close = file_close,
    .permit = file_permit,
    .revoke = file_revoke,
    .pread = file_pread,
    .pwrite = file_pwrite,
    .flush = file_flush,
    .map = file_map,
};
