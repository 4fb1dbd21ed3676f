/* SPDX-License-Identifier: MIT */
/* Block nodes: images that devices read and write. A node is a driver's instance, perhaps on top of
 * others; those with names are known to clients. The machine lock is held in every call. */
#ifndef BACKENDS_BLOCK_BLOCK_H
#define BACKENDS_BLOCK_BLOCK_H

#include "gen/qapi-types.h"
#include "qom/object.h"
#include "util/error.h"

typedef struct BlockNode BlockNode;
typedef struct BlockDriver BlockDriver;

struct BlockDriver {
    BlockdevDriver id;
    bool (*open)(BlockNode *node, const BlockdevOptions *options, Error **errp);
    void (*close)(BlockNode *node);
    /* Somebody begins to use it, or has ended. */
    bool (*permit)(BlockNode *node, bool write, Error **errp);
    void (*revoke)(BlockNode *node, bool write);
    /* All of len, which lies within the node; -errno. */
    int (*pread)(BlockNode *node, uint64_t offset, void *buf, uint64_t len);
    int (*pwrite)(BlockNode *node, uint64_t offset, const void *buf, uint64_t len);
    int (*flush)(BlockNode *node);
    /* Puts the content at host, instead of what is mapped there: see block_map(). */
    int (*map)(BlockNode *node, uint64_t offset, void *host, uint64_t len, bool share);
};

struct BlockNode {
    char *name; /* "#block000": made up */
    BlockdevOptions *options;
    const BlockDriver *drv;
    BlockNode *child; /* NULL: a driver that needs none */
    int fd;           /* of driver file */
    uint64_t offset;  /* of driver raw: in the child */
    uint64_t size;    /* bytes */
    bool read_only;
    bool owned;              /* by clients, until blockdev-del; else by what is on top of it */
    unsigned refs;           /* what keeps it */
    unsigned users, writers; /* who reads, and of them who writes */
    GPtrArray *devices;      /* of Object *: users that are no nodes */
    BlockNode *next;
};

/* By name; NULL: there is none. */
BlockNode *block_find(const char *name);
/* blockdev-add, blockdev-del */
bool block_add(const BlockdevOptions *options, Error **errp);
bool block_remove(const char *name, Error **errp);
/* The file at a path as a node without a name of its own; block_unref() it. */
BlockNode *block_open_file(const char *path, bool read_only, Error **errp);
void block_unref(BlockNode *node);
void block_foreach(void (*fn)(BlockNode *node, void *opaque), void *opaque);
/* At the end of the process. */
void block_cleanup_all(void);

/* A device begins to use the node and ends; meanwhile it keeps it. */
bool block_attach(BlockNode *node, Object *device, bool write, Error **errp);
void block_detach(BlockNode *node, Object *device, bool write);
/* The path or name of what holds the content, for people. */
const char *block_filename(const BlockNode *node);

/* -errno, also where the range is not within the node. */
int block_pread(BlockNode *node, uint64_t offset, void *buf, uint64_t len);
int block_pwrite(BlockNode *node, uint64_t offset, const void *buf, uint64_t len);
int block_flush(BlockNode *node);
/* The content of the whole node appears in whole pages of memory at host; with share, what is
 * stored there gets into the image. */
int block_map(BlockNode *node, void *host, bool share);

#endif
