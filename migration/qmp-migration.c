/* SPDX-License-Identifier: MIT */
/* QMP commands of module migration: no ability of it can be switched on yet. */
#include "gen/qapi-commands.h"

MigrationCapabilityStatusList *qmp_query_migrate_capabilities(Error **errp)
{
    return g_new0(MigrationCapabilityStatusList, 1);
}

/* The type of the list leaves nothing that could be in it. */
void qmp_migrate_set_capabilities(MigrationCapabilityStatusList *capabilities, Error **errp)
{
}
