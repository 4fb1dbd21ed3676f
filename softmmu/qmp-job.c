/* SPDX-License-Identifier: MIT */
/* QMP commands of module job: tools ask for jobs whenever they connect; nothing starts one yet. */
#include "gen/qapi-commands.h"

JobInfoList *qmp_query_jobs(Error **errp)
{
    return g_new0(JobInfoList, 1);
}
