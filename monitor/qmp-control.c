/* SPDX-License-Identifier: MIT */
/* QMP commands of module control: the session itself. */
#include "config.h"
#include "gen/qapi-commands.h"
#include "gen/qapi-visit.h"
#include "monitor/session.h"
#include "monitor/version.h"
#include "softmmu/run-state.h"

/* The version of the peer's interface that ours is compatible with. */
enum { COMPAT_MAJOR = 7, COMPAT_MINOR = 2, COMPAT_MICRO = 22 };

void qmp_qmp_capabilities(QMPCapabilityList *enable, Error **errp)
{
    Session *s = session_current();

    if (enable && enable->n) {
        error_set(errp, "Capability %s not available", QMPCapability_str(enable->items[0]));
        return;
    }
    if (s && !session_negotiate(s)) {
        error_set_class(errp, ERROR_CLASS_COMMAND_NOT_FOUND,
                        "Capabilities negotiation is already complete, command ignored");
    }
}

VersionInfo *qmp_query_version(Error **errp)
{
    VersionInfo *info = g_new0(VersionInfo, 1);

    info->qemu = g_new0(VersionTriple, 1);
    info->qemu->major = COMPAT_MAJOR;
    info->qemu->minor = COMPAT_MINOR;
    info->qemu->micro = COMPAT_MICRO;
    info->package = g_strdup("poise-" POISE_VERSION);
    return info;
}

JsonNode *version_to_json(void)
{
    g_autoptr(VersionInfo) info = qmp_query_version(NULL);

    return qapi_VersionInfo_to_json(info);
}

CommandInfoList *qmp_query_commands(Error **errp)
{
    CommandInfoList *list = g_new0(CommandInfoList, 1);

    for (size_t i = 0; i < qmp_command_count(); i++) {
        CommandInfo *info = g_new0(CommandInfo, 1);

        info->name = g_strdup(qmp_command_at(i)->name);
        QAPI_LIST_APPEND(list, info);
    }
    return list;
}

void qmp_quit(Error **errp)
{
    vm_request_shutdown(SHUTDOWN_CAUSE_HOST_QMP_QUIT);
}
