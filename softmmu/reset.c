/* SPDX-License-Identifier: MIT */
/* System reset: handlers in registration order. */
#include "softmmu/reset.h"

typedef struct ResetEntry {
    ResetHandler *fn;
    void *opaque;
} ResetEntry;

static GArray *entries;

void reset_register(ResetHandler *fn, void *opaque)
{
    ResetEntry e = {fn, opaque};

    if (!entries) {
        entries = g_array_new(FALSE, FALSE, sizeof(ResetEntry));
    }
    g_array_append_val(entries, e);
}

void reset_unregister(ResetHandler *fn, void *opaque)
{
    for (guint i = 0; entries && i < entries->len; i++) {
        ResetEntry *e = &g_array_index(entries, ResetEntry, i);

        if (e->fn == fn && e->opaque == opaque) {
            g_array_remove_index(entries, i);
            return;
        }
    }
}

void reset_run(void)
{
    for (guint i = 0; entries && i < entries->len; i++) {
        ResetEntry e = g_array_index(entries, ResetEntry, i);

        e.fn(e.opaque);
    }
}
