/* SPDX-License-Identifier: MIT */
/* QMP commands of module migration, of which only what tools ask at every start is here. */
#include "gen/qapi-commands.h"

MigrationCapabilityStatusList *qmp_query_migrate_capabilities(Error **errp)
{
    return g_new0(MigrationCapabilityStatusList, 1);
}

/* All that can be asked for is to be told of migrations, and there are none. */
void qmp_migrate_set_capabilities(MigrationCapabilityStatusList *capabilities, Error **errp)
{
}
