/* SPDX-License-Identifier: MIT */
/* QMP commands of module events: catching up with events, and waiting for them. */
#include "gen/qapi-commands.h"
#include "gen/qapi-visit.h"
#include "monitor/events.h"
#include "monitor/session.h"
#include "monitor/wait.h"

/* A set of event names; NULL without a list. */
static bool name_set(const strList *names, GHashTable **ret, Error **errp)
{
    g_autoptr(GHashTable) set = NULL;

    *ret = NULL;
    if (!names) {
        return true;
    }
    set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < names->n; i++) {
        if (!event_check_name(names->items[i], errp)) {
            return false;
        }
        g_hash_table_add(set, g_strdup(names->items[i]));
    }
    *ret = g_steal_pointer(&set);
    return true;
}

EventLog *qmp_x_events(bool has_since, int64_t since, strList *only, Error **errp)
{
    g_autoptr(GPtrArray) past = g_ptr_array_new();
    Session *s = session_current();
    GHashTable *set;

    if (has_since && (since < 0 || (uint64_t)since > events_next())) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter 'since' expects 0 to %" G_GUINT64_FORMAT, events_next());
        return NULL;
    }
    if (!name_set(only, &set, errp)) {
        return NULL;
    }
    EventLog *log = g_new0(EventLog, 1);
    log->next = (int64_t)events_next();
    log->events = g_new0(anyList, 1);
    if (has_since) {
        log->dropped = (int64_t)events_since((uint64_t)since, set, past);
    }
    for (guint i = 0; i < past->len; i++) {
        QAPI_LIST_APPEND(log->events, past->pdata[i]);
    }
    if (s) {
        session_subscribe(s, set);
    } else {
        g_clear_pointer(&set, g_hash_table_unref);
    }
    return log;
}

bool qmp_x_wait(JsonObject *args, JsonNode **ret, Error **errp)
{
    g_autoptr(WaitArguments) arg = qmp_arguments(&qapi_type_WaitArguments, args, errp);

    return arg && wait_begin(arg, ret, errp);
}
