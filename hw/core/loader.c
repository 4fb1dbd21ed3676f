/* SPDX-License-Identifier: MIT */
/* Boot images: mapped files and blobs, restored at every reset. */
#include "hw/core/loader.h"

#include "softmmu/reset.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Blob {
    AddressSpace *as;
    hwaddr addr;
    GBytes *bytes;
} Blob;

/* What is where, for errors. */
typedef struct Loaded {
    AddressSpace *as;
    hwaddr start, end; /* end: the last byte */
    char *name;
} Loaded;

typedef struct MappedFile {
    RamBlock *ram;
    hwaddr offset;
    uint64_t len; /* whole pages */
} MappedFile;

/* The same for memory that files are not mapped over. */
typedef struct CopiedFile {
    RamBlock *ram;
    hwaddr offset;
    GBytes *bytes;
} CopiedFile;

static GArray *blobs, *mapped, *copied, *loaded;

/* Private copies of the mapped pages go away; the file's content shows again. */
static void restore_images(void *opaque)
{
    for (guint i = 0; mapped && i < mapped->len; i++) {
        const MappedFile *m = &g_array_index(mapped, MappedFile, i);

        madvise(m->ram->host + m->offset, m->len, MADV_DONTNEED);
        ram_written(m->ram, m->offset, m->len);
    }
    for (guint i = 0; copied && i < copied->len; i++) {
        const CopiedFile *c = &g_array_index(copied, CopiedFile, i);
        gsize len;
        const void *data = g_bytes_get_data(c->bytes, &len);

        memcpy(c->ram->host + c->offset, data, len);
        ram_written(c->ram, c->offset, len);
    }
    for (guint i = 0; blobs && i < blobs->len; i++) {
        const Blob *b = &g_array_index(blobs, Blob, i);
        gsize len;
        const void *data = g_bytes_get_data(b->bytes, &len);

        address_space_write_rom(b->as, b->addr, data, len);
    }
}

static void restore_at_reset(void) REQUIRES(vm_lock)
{
    if (!blobs) {
        blobs = g_array_new(FALSE, FALSE, sizeof(Blob));
        mapped = g_array_new(FALSE, FALSE, sizeof(MappedFile));
        copied = g_array_new(FALSE, FALSE, sizeof(CopiedFile));
        loaded = g_array_new(FALSE, FALSE, sizeof(Loaded));
        reset_register(restore_images, NULL);
    }
}

static void note(AddressSpace *as, hwaddr start, uint64_t len, const char *name)
{
    Loaded l = {as, start, start + len - 1, g_strdup(name)};

    if (len) {
        g_array_append_val(loaded, l);
    } else {
        g_free(l.name);
    }
}

static int by_address(gconstpointer a, gconstpointer b)
{
    const Loaded *x = a, *y = b;

    return x->as != y->as        ? (x->as < y->as ? -1 : 1)
           : x->start < y->start ? -1
                                 : x->start > y->start;
}

bool loader_check_overlaps(Error **errp)
{
    if (!loaded) {
        return true;
    }
    g_array_sort(loaded, by_address);
    for (guint i = 1; i < loaded->len; i++) {
        const Loaded *a = &g_array_index(loaded, Loaded, i - 1), *b = a + 1;

        if (a->as == b->as && b->start <= a->end) {
            error_set_code(errp, ERROR_CODE_IN_USE, "Some ROM regions are overlapping");
            error_append_hint(errp,
                              "  %s (addresses 0x%016" PRIx64 " - 0x%016" PRIx64 ")\n"
                              "  %s (addresses 0x%016" PRIx64 " - 0x%016" PRIx64 ")\n",
                              a->name, a->start, a->end, b->name, b->start, b->end);
            return false;
        }
    }
    return true;
}

void loader_add_blob(AddressSpace *as, hwaddr addr, const char *name, GBytes *bytes)
{
    Blob b = {as, addr, g_bytes_ref(bytes)};

    restore_at_reset();
    note(as, addr, g_bytes_get_size(bytes), name);
    g_array_append_val(blobs, b);
}

/* Memory that belongs to somebody else may be seen by others or consist of large pages: nothing is
 * mapped over it. Takes fd. */
static bool copy_file(MemoryRegion *ram, hwaddr offset, int fd, Error **errp) REQUIRES(vm_lock)
{
    g_autoptr(GError) err = NULL;
    GMappedFile *file = g_mapped_file_new_from_fd(fd, FALSE, &err);

    close(fd);
    if (!file) {
        return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "%s", err->message);
    }
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
    gsize len;
    const void *data = g_bytes_get_data(bytes, &len);
    CopiedFile c = {ram->ram, offset, g_bytes_ref(bytes)};

    g_mapped_file_unref(file);
    memcpy(ram->ram->host + offset, data, len);
    restore_at_reset();
    g_array_append_val(copied, c);
    return true;
}

/* RAM of several parts: the file may lie in more than one. Takes fd. */
static bool add_fd(AddressSpace *as, hwaddr addr, const char *name, int fd, Error **errp)
    REQUIRES(vm_lock)
{
    g_autoptr(GError) err = NULL;
    GMappedFile *file = g_mapped_file_new_from_fd(fd, FALSE, &err);

    close(fd);
    if (!file) {
        return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "%s", err->message);
    }
    g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
    g_mapped_file_unref(file);
    loader_add_blob(as, addr, name, bytes);
    return true;
}

char *loader_find_firmware(const char *name)
{
    static const char *const folders[] = {"/usr/share/qemu", "/usr/share/qemu-efi-aarch64",
                                          "/usr/share/AAVMF", "/usr/share/edk2/aarch64",
                                          "/usr/lib/u-boot/qemu_arm64"};

    if (access(name, R_OK) == 0) {
        return g_strdup(name);
    }
    for (size_t i = 0; !strchr(name, '/') && i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(folders[i], name, NULL);

        if (access(path, R_OK) == 0) {
            return g_steal_pointer(&path);
        }
    }
    return NULL;
}

bool loader_add_file(AddressSpace *as, hwaddr addr, const char *path, Error **errp)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return error_set_errno(errp, errno, "Cannot load specified image %s", path);
    }
    return add_fd(as, addr, path, fd, errp);
}

bool loader_map_file(MemoryRegion *ram, hwaddr offset, const char *what, const char *path,
                     uint64_t max_bytes, uint64_t *ret_size, Error **errp)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0) {
            close(fd);
        }
        return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "could not load %s '%s'", what, path);
    }
    if ((uint64_t)st.st_size > max_bytes) {
        close(fd);
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "%s '%s' is too large for the guest's memory", what, path);
    }
    *ret_size = (uint64_t)st.st_size;
    if (!ram->ram) {
        return add_fd(&address_space_memory, ram->addr + offset, path, fd, errp);
    }
    if (ram->container == system_memory() && *ret_size) {
        restore_at_reset();
        note(&address_space_memory, ram->addr + offset, *ret_size, path);
    }
    if (ram->ram->borrowed && *ret_size) {
        if (!copy_file(ram, offset, fd, errp)) {
            error_prefix(errp, "could not load %s '%s': ", what, path);
            return false;
        }
        return true;
    }
    uint64_t len = align_up(*ret_size, GUEST_PAGE_SIZE);
    void *at = len ? mmap(ram->ram->host + offset, len, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd, 0)
                   : ram->ram->host;
    int err = errno;
    close(fd);
    if (at == MAP_FAILED) {
        return error_set_errno(errp, err, "could not load %s '%s'", what, path);
    }
    if (len) {
        MappedFile m = {ram->ram, offset, len};

        restore_at_reset();
        g_array_append_val(mapped, m);
        ram_block_add_cover(ram->ram, offset, len);
    }
    return true;
}
