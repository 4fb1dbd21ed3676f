/* SPDX-License-Identifier: MIT */
/* QMP commands of module control: the session itself. */
#include "config.h"
#include "gen/qapi-commands.h"
#include "gen/qapi-visit.h"
#include "monitor/policy.h"
#include "monitor/session.h"
#include "monitor/version.h"
#include "softmmu/run-state.h"

/* The version of the peer's interface that ours is compatible with. */
enum { COMPAT_MAJOR = 7, COMPAT_MINOR = 2, COMPAT_MICRO = 22 };

void qmp_qmp_capabilities(QMPCapabilityList *enable, Error **errp)
{
    Session *s = session_current();
    bool oob = false;

    for (size_t i = 0; enable && i < enable->n; i++) {
        oob = oob || enable->items[i] == QMP_CAPABILITY_OOB;
    }
    if (s && !session_negotiate(s, oob)) {
        error_set_class(errp, ERROR_CLASS_COMMAND_NOT_FOUND,
                        "Capabilities negotiation is already complete, command ignored");
        error_change_code(errp, ERROR_CODE_WRONG_STATE);
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

/* What the asking session may do. */
static MonitorRole present_role(void)
{
    Session *s = session_current();

    return s ? session_profile(s)->role : MONITOR_ROLE_ADMIN;
}

CommandInfoList *qmp_query_commands(Error **errp)
{
    CommandInfoList *list = g_new0(CommandInfoList, 1);

    for (size_t i = 0; i < qmp_command_count(); i++) {
        if (policy_role(qmp_command_at(i)) <= present_role()) {
            CommandInfo *info = g_new0(CommandInfo, 1);

            info->name = g_strdup(qmp_command_at(i)->name);
            QAPI_LIST_APPEND(list, info);
        }
    }
    return list;
}

static CommandAccess *command_access(const QmpCommand *cmd)
{
    CommandAccess *access = g_new0(CommandAccess, 1);

    access->name = g_strdup(cmd->name);
    access->role = policy_role(cmd);
    access->oob = cmd->flags & QMP_ALLOW_OOB;
    access->phases = g_new0(MachinePhaseList, 1);
    for (int phase = 0; phase < MACHINE_PHASE__MAX; phase++) {
        if (policy_possible_in(cmd, (MachinePhase)phase)) {
            QAPI_LIST_APPEND(access->phases, (MachinePhase)phase);
        }
    }
    return access;
}

CommandAccessList *qmp_x_query_commands(Error **errp)
{
    CommandAccessList *list = g_new0(CommandAccessList, 1);

    for (size_t i = 0; i < qmp_command_count(); i++) {
        QAPI_LIST_APPEND(list, command_access(qmp_command_at(i)));
    }
    return list;
}

MachinePhaseInfo *qmp_x_query_phase(Error **errp)
{
    MachinePhaseInfo *info = g_new0(MachinePhaseInfo, 1);

    info->phase = policy_phase();
    info->has_status = info->phase == MACHINE_PHASE_MACHINE;
    info->status = run_state_get();
    info->role = present_role();
    return info;
}

void qmp_quit(Error **errp)
{
    vm_request_shutdown(SHUTDOWN_CAUSE_HOST_QMP_QUIT);
}
