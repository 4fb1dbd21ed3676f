/* SPDX-License-Identifier: MIT */
/* QMP commands of module misc-target. */
#include "gen/qapi-commands.h"

/* Those that the boards of this program know; none is the host's. */
GICCapabilityList *qmp_query_gic_capabilities(Error **errp)
{
    GICCapabilityList *list = g_new0(GICCapabilityList, 1);

    for (int version = 3; version >= 2; version--) {
        GICCapability *gic = g_new0(GICCapability, 1);

        gic->version = version;
        gic->emulated = true;
        QAPI_LIST_APPEND(list, gic);
    }
    return list;
}
