/* SPDX-License-Identifier: MIT */
/* Rate limits of events. A kind is an event's name, for some with a member of the data. */
#include "monitor/throttle.h"

#include <string.h>

enum { WINDOW_NS = 1000000000 };

static const struct {
    const char *name;
    const char *key; /* member of the data that tells subjects apart; NULL: one for all */
} limits[] = {
    {"BALLOON_CHANGE", NULL}, {"MEMORY_DEVICE_SIZE_CHANGE", "qom-path"},
    {"QUORUM_FAILURE", NULL}, {"QUORUM_REPORT_BAD", NULL},
    {"RTC_CHANGE", NULL},     {"VSERPORT_CHANGE", "id"},
    {"WATCHDOG", NULL},
};

/* A kind of which an event was delivered less than a second ago. */
typedef struct Window {
    int64_t end_ns;
    JsonNode *last; /* what happened meanwhile; NULL: nothing */
    char *kind;
} Window;

struct Throttle {
    ThrottleDeliverFn *deliver;
    void *opaque;
    GHashTable *by_kind; /* borrows keys from the windows */
    GQueue windows;      /* by rising end */
};

Throttle *throttle_new(ThrottleDeliverFn *deliver, void *opaque)
{
    Throttle *t = g_new0(Throttle, 1);

    t->deliver = deliver;
    t->opaque = opaque;
    t->by_kind = g_hash_table_new(g_str_hash, g_str_equal);
    return t;
}

static void window_free(void *opaque)
{
    Window *w = opaque;

    g_clear_pointer(&w->last, json_node_unref);
    g_free(w->kind);
    g_free(w);
}

void throttle_free(Throttle *t)
{
    g_hash_table_unref(t->by_kind);
    g_queue_clear_full(&t->windows, window_free);
    g_free(t);
}

/* NULL: an event without a limit. (transfer full) */
static char *kind_of(JsonNode *event)
{
    JsonObject *obj = json_node_get_object(event);
    const char *name = json_object_get_string_member(obj, "event");
    JsonNode *data = json_object_get_member(obj, "data");
    size_t i = 0;

    while (i < G_N_ELEMENTS(limits) && strcmp(name, limits[i].name) != 0) {
        i++;
    }
    if (i == G_N_ELEMENTS(limits)) {
        return NULL;
    }
    const char *key = limits[i].key && data ? json_object_get_string_member_with_default(
                                                  json_node_get_object(data), limits[i].key, "")
                                            : "";
    return g_strdup_printf("%s %s", name, key);
}

/* Takes kind. */
static void open_window(Throttle *t, int64_t now_ns, char *kind)
{
    Window *w = g_new0(Window, 1);

    w->end_ns = now_ns + WINDOW_NS;
    w->kind = kind;
    g_hash_table_insert(t->by_kind, w->kind, w);
    g_queue_push_tail(&t->windows, w);
}

void throttle_event(Throttle *t, int64_t now_ns, JsonNode *event)
{
    g_autofree char *kind = kind_of(event);

    throttle_expire(t, now_ns);
    Window *w = kind ? g_hash_table_lookup(t->by_kind, kind) : NULL;
    if (w) {
        g_clear_pointer(&w->last, json_node_unref);
        w->last = json_node_ref(event);
        return;
    }
    t->deliver(t->opaque, event);
    if (kind) {
        open_window(t, now_ns, g_steal_pointer(&kind));
    }
}

void throttle_expire(Throttle *t, int64_t now_ns)
{
    Window *w;

    while ((w = g_queue_peek_head(&t->windows)) && w->end_ns <= now_ns) {
        g_queue_pop_head(&t->windows);
        g_hash_table_remove(t->by_kind, w->kind);
        if (w->last) {
            t->deliver(t->opaque, w->last);
            open_window(t, now_ns, g_steal_pointer(&w->kind));
        }
        window_free(w);
    }
}

int64_t throttle_deadline_ns(const Throttle *t)
{
    const Window *w = g_queue_peek_head((GQueue *)&t->windows);

    return w ? w->end_ns : -1;
}
