/* SPDX-License-Identifier: MIT */
/* Block nodes: the registry, and what all drivers share. */
#include "backends/block/block-impl.h"

#include <errno.h>
#include <string.h>

static BlockNode *nodes; /* the latest first */

static const BlockDriver *const drivers[BLOCKDEV_DRIVER__MAX] = {
    [BLOCKDEV_DRIVER_FILE] = &block_driver_file,
    [BLOCKDEV_DRIVER_RAW] = &block_driver_raw,
};

BlockNode *block_find(const char *name)
{
    for (BlockNode *n = nodes; n; n = n->next) {
        if (strcmp(n->name, name) == 0) {
            return n;
        }
    }
    return NULL;
}

void block_foreach(void (*fn)(BlockNode *node, void *opaque), void *opaque)
{
    for (BlockNode *n = nodes; n; n = n->next) {
        fn(n, opaque);
    }
}

static bool check_name(const char *name, Error **errp)
{
    if (!id_is_valid(name)) {
        return error_set_code(errp, ERROR_CODE_ID_INVALID, "Invalid node-name: '%s'", name);
    }
    return !block_find(name) || error_set_code(errp, ERROR_CODE_ID_DUPLICATE,
                                               "Duplicate nodes with node-name='%s'", name);
}

static void node_free(BlockNode *node)
{
    g_ptr_array_unref(node->devices);
    qapi_free_BlockdevOptions(node->options);
    g_free(node->name);
    g_free(node);
}

BlockNode *block_open(const BlockdevOptions *options, Error **errp)
{
    static unsigned made_up;

    if (options->node_name && !check_name(options->node_name, errp)) {
        return NULL;
    }
    if (options->has_force_share && options->force_share &&
        !(options->has_read_only && options->read_only)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "force-share=on can only be used with read-only images");
        return NULL;
    }
    BlockNode *node = g_new0(BlockNode, 1);
    node->drv = drivers[options->driver];
    node->options = qapi_clone_BlockdevOptions(options);
    node->read_only = options->has_read_only && options->read_only;
    node->devices = g_ptr_array_new();
    node->fd = -1;
    node->refs = 1;
    node->name = options->node_name ? g_strdup(options->node_name)
                                    : g_strdup_printf("#block%03u", made_up++);
    if (!node->drv->open(node, options, errp)) {
        node_free(node);
        return NULL;
    }
    node->next = nodes;
    nodes = node;
    return node;
}

BlockNode *block_ref(BlockNode *node)
{
    node->refs++;
    return node;
}

void block_unref(BlockNode *node)
{
    BlockNode **at = &nodes;

    if (--node->refs) {
        return;
    }
    while (*at != node) {
        at = &(*at)->next;
    }
    *at = node->next;
    node->drv->close(node);
    node_free(node);
}

BlockNode *block_open_file(const char *path, bool read_only, Error **errp)
{
    BlockdevOptions options = {
        .driver = BLOCKDEV_DRIVER_FILE,
        .has_read_only = true,
        .read_only = read_only,
        .u.file.filename = (char *)path,
    };

    return block_open(&options, errp);
}

bool block_add(const BlockdevOptions *options, Error **errp)
{
    BlockNode *node;

    if (!options->node_name) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                              "'node-name' must be specified for the root node");
    }
    node = block_open(options, errp);
    if (node) {
        node->owned = true;
    }
    return node;
}

bool block_remove(const char *name, Error **errp)
{
    BlockNode *node = block_find(name);

    if (!node) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND, "Failed to find node with node-name='%s'",
                              name);
    }
    if (node->devices->len) {
        return error_set_code(errp, ERROR_CODE_IN_USE, "Node %s is in use", name);
    }
    if (!node->owned) {
        return error_set_code(errp, ERROR_CODE_WRONG_STATE, "Node %s is not owned by the monitor",
                              name);
    }
    if (node->refs > 1) {
        return error_set_code(errp, ERROR_CODE_IN_USE, "Block device %s is in use", name);
    }
    block_unref(node);
    return true;
}

void block_cleanup_all(void)
{
    for (BlockNode *node = nodes, *next; node; node = next) {
        next = node->next;
        if (node->owned && node->refs == 1) {
            block_unref(node);
            next = nodes; /* what it was on top of may be free now */
        }
    }
}

/* ---- users */

bool block_use(BlockNode *node, bool write, Error **errp)
{
    if (write && node->read_only) {
        return error_set_code(errp, ERROR_CODE_PERMISSION_DENIED, "Block node is read-only");
    }
    if (!node->drv->permit(node, write, errp)) {
        return false;
    }
    node->users++;
    node->writers += write;
    return true;
}

void block_unuse(BlockNode *node, bool write)
{
    node->users--;
    node->writers -= write;
    node->drv->revoke(node, write);
}

bool block_attach(BlockNode *node, Object *device, bool write, Error **errp)
{
    if (!block_use(node, write, errp)) {
        return false;
    }
    g_ptr_array_add(block_ref(node)->devices, device);
    return true;
}

void block_detach(BlockNode *node, Object *device, bool write)
{
    g_ptr_array_remove(node->devices, device);
    block_unuse(node, write);
    block_unref(node);
}

const char *block_filename(const BlockNode *node)
{
    while (node->child) {
        node = node->child;
    }
    return node->options->u.file.filename;
}

/* ---- access */

static bool within(const BlockNode *node, uint64_t offset, uint64_t len)
{
    return offset <= node->size && len <= node->size - offset;
}

int block_pread(BlockNode *node, uint64_t offset, void *buf, uint64_t len)
{
    return within(node, offset, len) ? node->drv->pread(node, offset, buf, len) : -EIO;
}

int block_pwrite(BlockNode *node, uint64_t offset, const void *buf, uint64_t len)
{
    if (node->read_only) {
        return -EROFS;
    }
    return within(node, offset, len) ? node->drv->pwrite(node, offset, buf, len) : -EIO;
}

int block_flush(BlockNode *node)
{
    return node->drv->flush(node);
}

int block_map(BlockNode *node, void *host, bool share)
{
    return node->size ? node->drv->map(node, 0, host, node->size, share) : 0;
}
