/* SPDX-License-Identifier: MIT */
/* The abstract CPU device, parent of every architecture's CPU. */
#include "hw/core/device.h"
#include "softmmu/cpus.h"

static const TypeInfo cpu_types[] = {
    {.name = TYPE_CPU, .parent = TYPE_DEVICE, .abstract = true},
};
DEFINE_TYPES(cpu_types);
