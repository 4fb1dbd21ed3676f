/* SPDX-License-Identifier: MIT */
/* QMP commands of module trace: trace points. */
#include "gen/qapi-commands.h"
#include "softmmu/cpus.h"
#include "util/trace.h"
#include <inttypes.h>

/* No point can be switched for one vCPU: patterns then fit nothing. */
static bool check(const char *name, bool has_vcpu, int64_t vcpu, Error **errp)
{
    if (has_vcpu && (vcpu < 0 || vcpu > G_MAXINT || !cpus_by_index((int)vcpu))) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "invalid vCPU index %" PRId64,
                              vcpu);
    }
    if (trace_is_pattern(name)) {
        return true;
    }
    g_autoptr(GPtrArray) points = trace_find(name);
    if (!points->len) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND, "unknown event \"%s\"", name);
    }
    return !has_vcpu || error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                                       "event \"%s\" is not vcpu-specific", name);
}

TraceEventInfoList *qmp_trace_event_get_state(const char *name, bool has_vcpu, int64_t vcpu,
                                              Error **errp)
{
    if (!check(name, has_vcpu, vcpu, errp)) {
        return NULL;
    }
    TraceEventInfoList *list = g_new0(TraceEventInfoList, 1);
    g_autoptr(GPtrArray) points = trace_find(name);
    for (guint i = 0; !has_vcpu && i < points->len; i++) {
        const TracePoint *p = points->pdata[i];
        TraceEventInfo *info = g_new0(TraceEventInfo, 1);

        info->name = g_strdup(p->name);
        info->state =
            atomic_load(&p->enabled) ? TRACE_EVENT_STATE_ENABLED : TRACE_EVENT_STATE_DISABLED;
        QAPI_LIST_APPEND(list, info);
    }
    return list;
}

void qmp_trace_event_set_state(const char *name, bool enable, bool has_ignore_unavailable,
                               bool ignore_unavailable, bool has_vcpu, int64_t vcpu, Error **errp)
{
    if (check(name, has_vcpu, vcpu, errp) && !has_vcpu) {
        (void)trace_set(name, enable, errp);
    }
}
