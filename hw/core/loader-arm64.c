/* SPDX-License-Identifier: MIT */
/* Kernels for arm64: Linux Image (plain or gzip) and ELF64. */
#include "hw/core/loader.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* The header of an Image (booting.rst, "Call the kernel image"). */
typedef struct ImageHeader {
    uint32_t code0, code1;
    uint64_t text_offset; /* from a 2 MiB boundary */
    uint64_t image_size;  /* bss included; 0 in old kernels */
    uint64_t flags;
    uint64_t res2, res3, res4;
    uint32_t magic;
    uint32_t res5;
} ImageHeader;

#define IMAGE_MAGIC     0x644d5241u /* "ARM\x64" */
#define OLD_TEXT_OFFSET 0x80000
#define IMAGE_ALIGN     (2 * MiB)
#define MAX_INFLATED    (512 * MiB)

static bool bad_kernel(const char *path, const char *why, Error **errp)
{
    return error_set_code(errp, ERROR_CODE_FORMAT_INVALID, "could not load kernel '%s'%s%s", path,
                          why ? ": " : "", why ? why : "");
}

/* Where an Image goes; false when it does not fit. */
static bool place_image(const ImageHeader *h, uint64_t file_size, const MemoryRegion *ram,
                        hwaddr ram_base, const char *path, KernelImage *ret, Error **errp)
{
    uint64_t text_offset = h->image_size ? h->text_offset : OLD_TEXT_OFFSET;
    uint64_t size = MAX(h->image_size, file_size);

    /* Room below the kernel, as boot loaders leave it. */
    uint64_t offset = text_offset < GUEST_PAGE_SIZE ? text_offset + IMAGE_ALIGN : text_offset;
    if (text_offset > GiB || size > ram->size || offset > ram->size - size) {
        return bad_kernel(path, "it does not fit into the guest's memory", errp);
    }
    ret->entry = ret->start = ram_base + offset;
    ret->end = ret->start + size;
    return true;
}

static bool load_image(MemoryRegion *ram, hwaddr ram_base, const char *path, const ImageHeader *h,
                       KernelImage *ret, Error **errp) REQUIRES(vm_lock)
{
    uint64_t size;

    if (!place_image(h, 0, ram, ram_base, path, ret, errp)) {
        return false;
    }
    hwaddr offset = ret->start - ram_base;
    if (offset & (GUEST_PAGE_SIZE - 1)) {
        return bad_kernel(path, "its text offset is not page aligned", errp);
    }
    if (!loader_map_file(ram, offset, "kernel", path, ram->size - offset, &size, errp)) {
        return false;
    }
    ret->end = MAX(ret->end, ret->start + size);
    return true;
}

static GBytes *gunzip(const char *path, Error **errp)
{
    gzFile f = gzopen(path, "rb");
    g_autoptr(GByteArray) out = g_byte_array_new();
    uint8_t buf[65536];
    int n;

    if (!f) {
        bad_kernel(path, NULL, errp);
        return NULL;
    }
    while ((n = gzread(f, buf, sizeof(buf))) > 0 && out->len < MAX_INFLATED) {
        g_byte_array_append(out, buf, (guint)n);
    }
    gzclose(f);
    if (n) {
        bad_kernel(path, n < 0 ? "damaged gzip data" : "it inflates to more than 512 MiB", errp);
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

static bool load_gzip(MemoryRegion *ram, hwaddr ram_base, const char *path, KernelImage *ret,
                      Error **errp) REQUIRES(vm_lock)
{
    g_autoptr(GBytes) bytes = gunzip(path, errp);
    gsize len;

    if (!bytes) {
        return false;
    }
    const ImageHeader *h = g_bytes_get_data(bytes, &len);
    if (len < sizeof(*h) || h->magic != IMAGE_MAGIC) {
        return bad_kernel(path, "no arm64 Image inside", errp);
    }
    if (!place_image(h, len, ram, ram_base, path, ret, errp)) {
        return false;
    }
    loader_add_blob(&address_space_memory, ret->start, path, bytes);
    return true;
}

/* Where segments may lie. */
typedef struct Bounds {
    hwaddr base;
    uint64_t size;
} Bounds;

static bool segment_ok(const Elf64_Phdr *p, gsize len, const Bounds *in)
{
    return p->p_filesz <= p->p_memsz && p->p_offset <= len && p->p_filesz <= len - p->p_offset &&
           p->p_paddr >= in->base && p->p_paddr - in->base <= in->size &&
           p->p_memsz <= in->size - (p->p_paddr - in->base);
}

static bool load_elf(AddressSpace *as, const Bounds *bounds, const char *path, KernelImage *ret,
                     Error **errp) REQUIRES(vm_lock)
{
    g_autofree char *data = NULL;
    gsize len;

    if (!g_file_get_contents(path, &data, &len, NULL)) {
        return bad_kernel(path, NULL, errp);
    }
    const Elf64_Ehdr *h = (const Elf64_Ehdr *)data;
    if (len < sizeof(*h) || h->e_ident[EI_CLASS] != ELFCLASS64 ||
        h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_machine != EM_AARCH64 ||
        h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phoff > len ||
        h->e_phnum > (len - h->e_phoff) / sizeof(Elf64_Phdr)) {
        return bad_kernel(path, "not a little-endian AArch64 ELF file", errp);
    }
    *ret = (KernelImage){.entry = h->e_entry, .start = UINT64_MAX, .is_elf = true};
    for (unsigned i = 0; i < h->e_phnum; i++) {
        Elf64_Phdr p;

        memcpy(&p, data + h->e_phoff + i * sizeof(p), sizeof(p));
        if (p.p_type != PT_LOAD || !p.p_memsz) {
            continue;
        }
        if (!segment_ok(&p, len, bounds)) {
            return bad_kernel(path, "a segment lies outside of the guest's memory", errp);
        }
        g_autofree uint8_t *content = g_try_malloc0(p.p_memsz);
        if (!content) {
            return bad_kernel(path, "not enough host memory", errp);
        }
        memcpy(content, data + p.p_offset, p.p_filesz);
        g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&content), p.p_memsz);
        loader_add_blob(as, p.p_paddr, path, bytes);
        ret->start = MIN(ret->start, p.p_paddr);
        ret->end = MAX(ret->end, p.p_paddr + p.p_memsz);
    }
    if (!ret->end) {
        return bad_kernel(path, "it has nothing to load", errp);
    }
    return true;
}

bool loader_is_elf(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char magic[SELFMAG];
    bool elf = fd >= 0 && read(fd, magic, sizeof(magic)) == sizeof(magic) &&
               memcmp(magic, ELFMAG, SELFMAG) == 0;

    if (fd >= 0) {
        close(fd);
    }
    return elf;
}

bool loader_add_elf(AddressSpace *as, const char *path, KernelImage *ret, Error **errp)
{
    static const Bounds anywhere = {0, UINT64_MAX};

    return load_elf(as, &anywhere, path, ret, errp);
}

bool loader_load_arm64_kernel(MemoryRegion *ram, hwaddr ram_base, const char *path,
                              KernelImage *ret, Error **errp)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ImageHeader h = {0};

    *ret = (KernelImage){0};
    if (fd < 0) {
        return bad_kernel(path, NULL, errp);
    }
    ssize_t n = read(fd, &h, sizeof(h));
    close(fd);
    if (n >= 4 && memcmp(&h, ELFMAG, SELFMAG) == 0) {
        return load_elf(&address_space_memory, &(Bounds){ram_base, ram->size}, path, ret, errp);
    }
    if (n >= 2 && memcmp(&h, "\x1f\x8b", 2) == 0) {
        return load_gzip(ram, ram_base, path, ret, errp);
    }
    if (n == sizeof(h) && h.magic == IMAGE_MAGIC) {
        return load_image(ram, ram_base, path, &h, ret, errp);
    }
    return bad_kernel(path, "neither an arm64 Image, a gzipped one, nor an ELF file", errp);
}
