/* SPDX-License-Identifier: MIT */
/* Block driver "raw": a part, or all, of another node. */
#include "backends/block/block-impl.h"

#include <inttypes.h>

static BlockNode *find_child(const BlockdevRef *ref, const BlockNode *node, Error **errp)
{
    BlockNode *child;

    if (ref->type == JSON_KIND_STRING) {
        child = block_find(ref->u.reference);
        if (!child) {
            error_set_code(errp, ERROR_CODE_NOT_FOUND, "Cannot find device='%s' nor node-name='%s'",
                           ref->u.reference, ref->u.reference);
        }
        return child ? block_ref(child) : NULL;
    }
    /* What is not said of the inner node is as it is for this one. */
    g_autoptr(BlockdevOptions) o = qapi_clone_BlockdevOptions(ref->u.definition);
    if (!o->has_read_only) {
        o->has_read_only = true;
        o->read_only = node->read_only;
    }
    if (!o->has_auto_read_only) {
        o->has_auto_read_only = node->options->has_auto_read_only;
        o->auto_read_only = node->options->auto_read_only;
    }
    if (!o->has_force_share) {
        o->has_force_share = node->options->has_force_share && o->read_only;
        o->force_share = node->options->force_share;
    }
    return block_open(o, errp);
}

/* The part of the child that this node is. */
static bool choose_part(BlockNode *node, const BlockdevOptionsRaw *o, Error **errp)
{
    uint64_t have = node->child->size;

    if (o->has_offset && (o->offset < 0 || (uint64_t)o->offset > have)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Offset (%" PRId64 ") cannot be greater than size of the containing "
                              "file (%" PRIu64 ")",
                              o->offset, have);
    }
    node->offset = o->has_offset ? (uint64_t)o->offset : 0;
    node->size = have - node->offset;
    if (o->has_size && (o->size < 0 || (uint64_t)o->size > node->size)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "The sum of offset (%" PRIu64 ") and size (%" PRId64
                              ") has to be smaller or equal to the actual size of the containing "
                              "file (%" PRIu64 ")",
                              node->offset, o->size, have);
    }
    node->size = o->has_size ? (uint64_t)o->size : node->size;
    return true;
}

static bool raw_open(BlockNode *node, const BlockdevOptions *o, Error **errp)
{
    BlockNode *child = node->child = find_child(o->u.raw.file, node, errp);

    if (!child) {
        return false;
    }
    if (child->read_only && o->has_auto_read_only && o->auto_read_only) {
        node->read_only = true;
    }
    if ((node->read_only || !child->read_only ||
         error_set_code(errp, ERROR_CODE_PERMISSION_DENIED, "Block node is read-only")) &&
        choose_part(node, &o->u.raw, errp)) {
        return true;
    }
    block_unref(child);
    return false;
}

static void raw_close(BlockNode *node)
{
    block_unref(node->child);
}

static bool raw_permit(BlockNode *node, bool write, Error **errp)
{
    return block_use(node->child, write, errp);
}

static void raw_revoke(BlockNode *node, bool write)
{
    block_unuse(node->child, write);
}

/* ---- access */

static int raw_pread(BlockNode *node, uint64_t offset, void *buf, uint64_t len)
{
    return block_pread(node->child, node->offset + offset, buf, len);
}

static int raw_pwrite(BlockNode *node, uint64_t offset, const void *buf, uint64_t len)
{
    return block_pwrite(node->child, node->offset + offset, buf, len);
}

static int raw_flush(BlockNode *node)
{
    return block_flush(node->child);
}

static int raw_map(BlockNode *node, uint64_t offset, void *host, uint64_t len, bool share)
{
    BlockNode *child = node->child;

    return child->drv->map(child, node->offset + offset, host, len, share);
}

const BlockDriver block_driver_raw = {
    .id = BLOCKDEV_DRIVER_RAW,
    .open = raw_open,
    .close = raw_close,
    .permit = raw_permit,
    .revoke = raw_revoke,
    .pread = raw_pread,
    .pwrite = raw_pwrite,
    .flush = raw_flush,
    .map = raw_map,
};
