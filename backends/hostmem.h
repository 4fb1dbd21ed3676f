/* SPDX-License-Identifier: MIT */
/* Host memory that a management tool configures: objects of types memory-backend-*. A machine or
 * device takes one as its RAM. */
#ifndef BACKENDS_HOSTMEM_H
#define BACKENDS_HOSTMEM_H

#include "qom/object.h"

#define TYPE_MEMORY_BACKEND       "memory-backend"
#define TYPE_MEMORY_BACKEND_RAM   "memory-backend-ram"
#define TYPE_MEMORY_BACKEND_FILE  "memory-backend-file"
#define TYPE_MEMORY_BACKEND_MEMFD "memory-backend-memfd"

typedef struct HostMemory {
    Object parent;
    /* Properties. */
    uint64_t size;
    bool share, merge, dump, prealloc, reserve;
    bool canonical_name; /* the block's name is the object's path, not its id */
    uint32_t prealloc_threads;
    int policy;           /* HostMemPolicy */
    PropArray host_nodes; /* of uint16_t */

    /* What a kind's open() says. */
    int fd;             /* -1: anonymous memory */
    uint64_t page_size; /* of the host memory, bytes */
    uint64_t align;     /* of the address */
    bool read_only;

    uint8_t *host;         /* the mapping; NULL before the object is complete */
    uint64_t mapped_bytes; /* size, rounded up to pages */
    char *block_name;      /* what the guest memory is called in saved state */
    bool in_use;
} HostMemory;

typedef struct HostMemoryClass {
    ObjectClass parent;
    /* Fills in fd, page_size, align, read_only. NULL: anonymous memory, or a plain memfd when it
     * is shared. */
    bool (*open)(HostMemory *m, Error **errp);
    /* Before the memory is unmapped; there is none when the object never became complete. */
    void (*close)(HostMemory *m);
} HostMemoryClass;
#define HOST_MEMORY(obj)           OBJECT_CHECK(HostMemory, obj, TYPE_MEMORY_BACKEND)
#define HOST_MEMORY_GET_CLASS(obj) OBJECT_GET_CLASS(HostMemoryClass, obj)

/* Takes the memory for one user until the release; it cannot be deleted meanwhile. */
bool host_memory_claim(HostMemory *m, Error **errp);
void host_memory_release(HostMemory *m);

#endif
