/* SPDX-License-Identifier: MIT */
/* Global properties: defaults of -global for every device of a type. */
#include "hw/core/globals.h"

#include "hw/core/device.h"

static const GlobalConfigList *globals; /* NULL: none yet */
static bool *used;                      /* by index: some device took it */

void globals_set(const GlobalConfigList *list)
{
    globals = list;
    g_free(used);
    used = g_new0(bool, list->n + 1);
}

bool globals_apply(Object *obj, Error **errp)
{
    for (size_t i = 0; globals && i < globals->n; i++) {
        const GlobalConfig *g = globals->items[i];

        if (!object_is_a(obj, g->driver)) {
            continue;
        }
        used[i] = true;
        if (!object_set_text(obj, g->property, g->value, errp)) {
            error_prefix(errp, "can't apply global %s.%s=%s: ", g->driver, g->property, g->value);
            return false;
        }
    }
    return true;
}

void globals_warn_unused(void)
{
    for (size_t i = 0; globals && i < globals->n; i++) {
        const GlobalConfig *g = globals->items[i];
        const Type *t = type_find(g->driver);

        if (used[i]) {
            continue;
        }
        if (!t || !type_is_a(t, TYPE_DEVICE)) {
            warn_report("global %s.%s has invalid class name", g->driver, g->property);
        } else {
            warn_report("global %s.%s=%s not used", g->driver, g->property, g->value);
        }
    }
}
