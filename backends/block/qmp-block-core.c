/* SPDX-License-Identifier: MIT */
/* QMP commands of module block-core: there are no block devices and no nodes yet. */
#include "gen/qapi-commands.h"

BlockInfoList *qmp_query_block(Error **errp)
{
    return g_new0(BlockInfoList, 1);
}

BlockDeviceInfoList *qmp_query_named_block_nodes(bool has_flat, bool flat, Error **errp)
{
    return g_new0(BlockDeviceInfoList, 1);
}

BlockStatsList *qmp_query_blockstats(bool has_query_nodes, bool query_nodes, Error **errp)
{
    return g_new0(BlockStatsList, 1);
}
