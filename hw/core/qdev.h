/* SPDX-License-Identifier: MIT */
/* Devices and objects made on request: -device, -object and their help. */
#ifndef HW_CORE_QDEV_H
#define HW_CORE_QDEV_H

#include "gen/qapi-types.h"
#include "hw/core/device.h"

/* A device from {driver, id, property: value...}; under /machine/peripheral/<id> or
 * peripheral-anon. The error names what is wrong. (borrowed) */
Device *qdev_device_add(JsonObject *props, Error **errp);
/* device_add before there is a machine: set by whoever keeps the configuration; NULL: refused. */
extern bool (*qdev_cold_plug)(JsonObject *props, Error **errp);
/* device_add and device_del while the machine exists. */
bool qdev_hot_plug(JsonObject *props, Error **errp);
bool qdev_unplug(const char *id, Error **errp);

/* "-device help" or "-device DRIVER,help" among the items: prints and returns true. */
bool qdev_print_help(const anyList *devices);
/* The same for one -object. */
bool qdev_print_object_help(JsonObject *props);
/* A device type that a client may make; NULL with an error. */
const Type *qdev_device_type(const char *driver, Error **errp);

#endif
