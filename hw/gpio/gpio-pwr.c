/* SPDX-License-Identifier: MIT */
/* Lines that switch the machine off and restart it.
 *
 * Inputs "reset" and "shutdown", one each: a high level asks for it. No registers. */
#include "hw/gpio/gpio-pwr.h"

#include "hw/core/device.h"
#include "softmmu/run-state.h"

static void reset_line(void *opaque, int n, int level)
{
    if (level) {
        vm_request_reset(SHUTDOWN_CAUSE_GUEST_RESET);
    }
}

static void shutdown_line(void *opaque, int n, int level)
{
    if (level) {
        vm_request_shutdown(SHUTDOWN_CAUSE_GUEST_SHUTDOWN);
    }
}

static void gpio_pwr_init(Object *obj)
{
    device_add_inputs(DEVICE(obj), "reset", reset_line, 1);
    device_add_inputs(DEVICE(obj), "shutdown", shutdown_line, 1);
}

static void gpio_pwr_class_init(ObjectClass *klass, const void *data)
{
    DEVICE_CLASS(klass)->desc = "Power control by lines";
}

static const TypeInfo gpio_pwr_types[] = {
    {.name = TYPE_GPIO_PWR,
     .parent = TYPE_SYS_BUS_DEVICE,
     .instance_size = sizeof(Device),
     .instance_init = gpio_pwr_init,
     .class_init = gpio_pwr_class_init},
};
DEFINE_TYPES(gpio_pwr_types);
