/* SPDX-License-Identifier: MIT */
/* Global properties: defaults of -global for every device of a type. */
#include "hw/core/globals.h"

#include "hw/core/device.h"
#include "softmmu/configuration.h"

static GPtrArray *globals; /* of GlobalProperty; borrowed */

void globals_set(GPtrArray *list)
{
    globals = list;
}

bool globals_apply(Object *obj, Error **errp)
{
    for (guint i = 0; globals && i < globals->len; i++) {
        GlobalProperty *g = g_ptr_array_index(globals, i);

        if (!object_is_a(obj, g->driver)) {
            continue;
        }
        g->used = true;
        if (!object_set_text(obj, g->property, g->value, errp)) {
            error_prefix(errp, "can't apply global %s.%s=%s: ", g->driver, g->property, g->value);
            return false;
        }
    }
    return true;
}

void globals_warn_unused(void)
{
    for (guint i = 0; globals && i < globals->len; i++) {
        const GlobalProperty *g = g_ptr_array_index(globals, i);
        const Type *t = type_find(g->driver);

        if (g->used) {
            continue;
        }
        if (!t || !type_is_a(t, TYPE_DEVICE)) {
            warn_report("global %s.%s has invalid class name", g->driver, g->property);
        } else {
            warn_report("global %s.%s=%s not used", g->driver, g->property, g->value);
        }
    }
}
