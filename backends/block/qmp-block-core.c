/* SPDX-License-Identifier: MIT */
/* QMP commands of module block-core. */
#include "backends/block/block.h"
#include "gen/qapi-commands.h"

#include <string.h>
#include <sys/stat.h>

static ImageInfo *describe_image(const BlockNode *node)
{
    ImageInfo *image = g_new0(ImageInfo, 1);
    struct stat st;

    image->filename = g_strdup(block_filename(node));
    image->format = g_strdup(BlockdevDriver_str(node->drv->id));
    image->virtual_size = (int64_t)node->size;
    image->has_dirty_flag = true;
    while (node->child) {
        node = node->child;
    }
    if (fstat(node->fd, &st) == 0) {
        image->has_actual_size = true;
        image->actual_size = (int64_t)st.st_blocks * 512;
    }
    return image;
}

static BlockDeviceInfo *describe(const BlockNode *node)
{
    BlockDeviceInfo *info = g_new0(BlockDeviceInfo, 1);

    info->file = g_strdup(block_filename(node));
    info->node_name = g_strdup(node->name);
    info->ro = node->read_only;
    info->drv = g_strdup(BlockdevDriver_str(node->drv->id));
    info->image = describe_image(node);
    info->cache = g_new0(BlockdevCacheInfo, 1);
    info->cache->writeback = true;
    return info;
}

static void append_node(BlockNode *node, void *opaque)
{
    QAPI_LIST_APPEND((BlockDeviceInfoList *)opaque, describe(node));
}

BlockDeviceInfoList *qmp_query_named_block_nodes(bool has_flat, bool flat, Error **errp)
{
    BlockDeviceInfoList *list = g_new0(BlockDeviceInfoList, 1);

    block_foreach(append_node, list);
    return list;
}

static void append_devices(BlockNode *node, void *opaque)
{
    for (guint i = 0; i < node->devices->len; i++) {
        BlockInfo *info = g_new0(BlockInfo, 1);

        info->device = g_strdup("");
        info->qdev = object_path(node->devices->pdata[i]);
        info->type = g_strdup("unknown");
        info->inserted = describe(node);
        QAPI_LIST_APPEND((BlockInfoList *)opaque, info);
    }
}

BlockInfoList *qmp_query_block(Error **errp)
{
    BlockInfoList *list = g_new0(BlockInfoList, 1);

    block_foreach(append_devices, list);
    return list;
}

BlockStatsList *qmp_query_blockstats(bool has_query_nodes, bool query_nodes, Error **errp)
{
    return g_new0(BlockStatsList, 1);
}

void qmp_blockdev_add(BlockdevOptions *arg, Error **errp)
{
    block_add(arg, errp);
}

void qmp_blockdev_del(const char *node_name, Error **errp)
{
    block_remove(node_name, errp);
}
