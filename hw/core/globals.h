/* SPDX-License-Identifier: MIT */
/* Global properties: defaults of -global for every device of a type. */
#ifndef HW_CORE_GLOBALS_H
#define HW_CORE_GLOBALS_H

#include "gen/qapi-types.h"
#include "qom/object.h"

/* Applied to every device made from now on. (borrowed) */
void globals_set(const GlobalConfigList *globals);
/* Sets those of obj's type and its ancestors, in order. */
bool globals_apply(Object *obj, Error **errp);
void globals_warn_unused(void);

#endif
