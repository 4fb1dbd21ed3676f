/* SPDX-License-Identifier: MIT */
/* Boot images: files and blobs that are in guest memory after every reset. */
#ifndef HW_CORE_LOADER_H
#define HW_CORE_LOADER_H

#include "softmmu/memory.h"

/* Puts a file into RAM at a page-aligned offset without reading it: its pages are mapped
 * copy-on-write and come in when they are touched. At most max_bytes long. The error names the
 * file by `what` ("kernel"). */
bool loader_map_file(MemoryRegion *ram, hwaddr offset, const char *what, const char *path,
                     uint64_t max_bytes, uint64_t *ret_size, Error **errp) REQUIRES(vm_lock);
/* Writes the bytes (through ROM too) at each reset. name: for errors. */
void loader_add_blob(AddressSpace *as, hwaddr addr, const char *name, GBytes *bytes)
    REQUIRES(vm_lock);
/* The same with a file as it is. */
bool loader_add_file(AddressSpace *as, hwaddr addr, const char *path, Error **errp)
    REQUIRES(vm_lock);
/* After everything is loaded: an error when two things are at the same place. */
bool loader_check_overlaps(Error **errp) REQUIRES(vm_lock);

/* The path of a firmware image: the name itself, or in the folders that packages put firmware in.
 * NULL: there is none. (transfer full) */
char *loader_find_firmware(const char *name);

typedef struct KernelImage {
    uint64_t entry;      /* guest physical address of the first instruction */
    uint64_t start, end; /* what it occupies, bss included */
    bool is_elf;
} KernelImage;

bool loader_is_elf(const char *path);
/* The segments of an ELF64 file for AArch64, where they say. */
bool loader_add_elf(AddressSpace *as, const char *path, KernelImage *ret, Error **errp)
    REQUIRES(vm_lock);
/* An arm64 kernel (Documentation/arch/arm64/booting.rst of Linux): Image, Image.gz, or an ELF64
 * file for AArch64, into ram, which begins at ram_base. */
bool loader_load_arm64_kernel(MemoryRegion *ram, hwaddr ram_base, const char *path,
                              KernelImage *ret, Error **errp) REQUIRES(vm_lock);

#endif
