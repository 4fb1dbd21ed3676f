/* SPDX-License-Identifier: MIT */
/* Devices and objects made on request: -device, -object, -global and their help. */
#ifndef HW_CORE_QDEV_H
#define HW_CORE_QDEV_H

#include "hw/core/device.h"

/* A device from {driver, id, property: value...}; under /machine/peripheral/<id> or
 * peripheral-anon. The error names what is wrong. (borrowed) */
Device *qdev_device_add(JsonObject *props, Error **errp);
/* An object from {qom-type, id, property: value...}. (borrowed) */
Object *qdev_add_object(JsonObject *props, Error **errp);

/* -global: (borrowed) array of GlobalProperty, applied to every device made from now on. */
void qdev_set_globals(GPtrArray *globals);
/* Sets the globals of dev's type and its ancestors, in order. */
bool qdev_apply_globals(Device *dev, Error **errp);
void qdev_warn_unused_globals(void);

/* "-device help" or "-device DRIVER,help" among the items: prints and returns true. */
bool qdev_print_help(GPtrArray *devices);

#endif
