/* SPDX-License-Identifier: MIT */
/* Host memory of files: memory-backend-file (a path) and memory-backend-memfd (no name). */
#include "backends/hostmem.h"

#include "util/bits.h"
#include "util/fdset.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* ---- memory-backend-file */

typedef struct HostMemoryFile {
    HostMemory mem;
    char *path;
    uint64_t align;
    bool discard_data;
    bool read_only;
    bool created; /* the file was not there before */
} HostMemoryFile;

/* A file that has no name any more once it is open. */
static int open_in_directory(const char *dir, Error **errp)
{
    g_autofree char *name = g_build_filename(dir, "poise-memory.XXXXXX", NULL);
    int fd = mkostemp(name, O_CLOEXEC);

    if (fd < 0) {
        error_set_errno(errp, errno, "cannot make a file for guest memory in '%s'", dir);
        return -1;
    }
    unlink(name);
    return fd;
}

static int open_path(HostMemoryFile *f, Error **errp)
{
    struct stat st;
    bool exists = stat(f->path, &st) == 0;

    if (exists && S_ISDIR(st.st_mode)) {
        if (f->read_only) {
            error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                           "'readonly' needs a file, '%s' is a directory", f->path);
            return -1;
        }
        return open_in_directory(f->path, errp);
    }
    int fd = host_open(f->path, f->read_only ? O_RDONLY : O_RDWR | O_CREAT, 0644, errp);
    f->created = fd >= 0 && !exists && !f->read_only;
    return fd;
}

/* Pages of hugetlbfs are larger than others. */
static uint64_t page_size_of(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && fs.f_type == HUGETLBFS_MAGIC ? (uint64_t)fs.f_bsize
                                                                 : (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool fit_size(HostMemoryFile *f, Error **errp)
{
    HostMemory *m = &f->mem;
    uint64_t bytes = align_up(m->size, m->page_size);
    struct stat st;

    if (fstat(m->fd, &st) < 0) {
        return error_set_errno(errp, errno, "cannot use '%s' as guest memory", f->path);
    }
    if (!S_ISREG(st.st_mode)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "'%s' is neither a file nor a directory", f->path);
    }
    if ((st.st_size || f->read_only) && (uint64_t)st.st_size < m->size) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "backing store size 0x%" PRIx64
                              " does not match 'size' option 0x%" PRIx64,
                              (uint64_t)st.st_size, m->size);
    }
    if (!f->read_only && (uint64_t)st.st_size < bytes && ftruncate(m->fd, (off_t)bytes) < 0) {
        return error_set_errno(errp, errno, "cannot make '%s' 0x%" PRIx64 " bytes large", f->path,
                               bytes);
    }
    return true;
}

static bool file_open(HostMemory *m, Error **errp)
{
    HostMemoryFile *f = (HostMemoryFile *)m;

    if (!f->path || !*f->path) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                              "Parameter 'mem-path' is missing");
    }
    m->fd = open_path(f, errp);
    if (m->fd < 0) {
        return false;
    }
    m->read_only = f->read_only;
    m->align = f->align;
    m->page_size = page_size_of(m->fd);
    if (f->align % m->page_size || (f->align & (f->align - 1))) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "alignment 0x%" PRIx64 " must be a power of two and a multiple of "
                              "page size 0x%" PRIx64,
                              f->align, m->page_size);
    }
    return fit_size(f, errp);
}

/* The host need not write out what nobody will read, nor keep a file that did not do. */
static void file_close(HostMemory *m)
{
    HostMemoryFile *f = (HostMemoryFile *)m;

    if (!m->host && f->created) {
        unlink(f->path);
    } else if (m->host && f->discard_data && m->share && !m->read_only) {
        (void)madvise(m->host, m->mapped_bytes, MADV_REMOVE);
    }
}

static const Property file_props[] = {
    DEFINE_PROP_STRING("mem-path", HostMemoryFile, path),
    {.name = "align",
     .kind = PROP_SIZE,
     .type_name = "int",
     .offset = offsetof(HostMemoryFile, align)},
    {.name = "discard-data",
     .kind = PROP_BOOL,
     .flags = PROP_SET_ANYTIME,
     .offset = offsetof(HostMemoryFile, discard_data)},
    {.name = "readonly", .kind = PROP_BOOL, .offset = offsetof(HostMemoryFile, read_only)},
    DEFINE_PROP_END(),
};

static void file_class_init(ObjectClass *klass, const void *data)
{
    ((HostMemoryClass *)klass)->open = file_open;
    ((HostMemoryClass *)klass)->close = file_close;
}

/* ---- memory-backend-memfd */

typedef struct HostMemoryMemfd {
    HostMemory mem;
    bool huge;
    uint64_t huge_size;
    bool seal;
} HostMemoryMemfd;

static bool memfd_flags(HostMemoryMemfd *f, unsigned *ret, Error **errp)
{
    *ret = MFD_CLOEXEC | (f->seal ? MFD_ALLOW_SEALING : 0);
    if (!f->huge) {
        return !f->huge_size ||
               error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "'hugetlbsize' needs 'hugetlb=on'");
    }
    if (f->huge_size & (f->huge_size - 1)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'hugetlbsize' expects a power of two");
    }
    *ret |= MFD_HUGETLB;
    if (f->huge_size) {
        *ret |= (unsigned)__builtin_ctzll(f->huge_size) << MAP_HUGE_SHIFT;
    }
    return true;
}

static bool memfd_open(HostMemory *m, Error **errp)
{
    HostMemoryMemfd *f = (HostMemoryMemfd *)m;
    enum { SEALS = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL };
    unsigned flags;

    if (!memfd_flags(f, &flags, errp)) {
        return false;
    }
    m->fd = memfd_create(TYPE_MEMORY_BACKEND_MEMFD, flags);
    if (m->fd < 0) {
        return error_set_errno(errp, errno, "cannot make a memfd for '%s'", m->parent.name);
    }
    m->page_size = page_size_of(m->fd);
    if (ftruncate(m->fd, (off_t)align_up(m->size, m->page_size)) < 0) {
        return error_set_errno(errp, errno, "failed to resize memfd to %" PRIu64, m->size);
    }
    if (f->seal && fcntl(m->fd, F_ADD_SEALS, SEALS) < 0) {
        return error_set_errno(errp, errno, "cannot seal the memfd of '%s'", m->parent.name);
    }
    return true;
}

static const Property memfd_props[] = {
    {.name = "hugetlb",
     .kind = PROP_BOOL,
     .offset = offsetof(HostMemoryMemfd, huge),
     .description = "Whether it consists of huge pages"},
    {.name = "hugetlbsize",
     .kind = PROP_SIZE,
     .type_name = "int",
     .offset = offsetof(HostMemoryMemfd, huge_size),
     .description = "Size of the huge pages"},
    {.name = "seal",
     .kind = PROP_BOOL,
     .offset = offsetof(HostMemoryMemfd, seal),
     .has_default = true,
     .default_value = true,
     .description = "Whether nobody can change its size any more"},
    DEFINE_PROP_END(),
};

static void memfd_instance_init(Object *obj)
{
    ((HostMemory *)obj)->share = true;
}

static void memfd_class_init(ObjectClass *klass, const void *data)
{
    ((HostMemoryClass *)klass)->open = memfd_open;
}

static const TypeInfo file_types[] = {
    {.name = TYPE_MEMORY_BACKEND_FILE,
     .parent = TYPE_MEMORY_BACKEND,
     .instance_size = sizeof(HostMemoryFile),
     .properties = file_props,
     .class_init = file_class_init},
    {.name = TYPE_MEMORY_BACKEND_MEMFD,
     .parent = TYPE_MEMORY_BACKEND,
     .instance_size = sizeof(HostMemoryMemfd),
     .properties = memfd_props,
     .class_init = memfd_class_init,
     .instance_init = memfd_instance_init},
};
DEFINE_TYPES(file_types);
