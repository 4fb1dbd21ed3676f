/* SPDX-License-Identifier: MIT */
/* Devices: life cycle, register regions and interrupt lines. */
#include "hw/core/device.h"

#include "hw/core/globals.h"
#include "hw/core/reg.h"
#include "softmmu/clock.h"
#include "softmmu/reset.h"
#include "util/trace.h"
#include <string.h>

static DeviceLines *lines_find(GPtrArray *lists, const char *name)
{
    for (guint i = 0; lists && i < lists->len; i++) {
        DeviceLines *l = g_ptr_array_index(lists, i);

        if (strcmp(l->name, name) == 0) {
            return l;
        }
    }
    return NULL;
}

static DeviceLines *lines_add(GPtrArray **lists, Device *dev, const char *name, int n)
{
    DeviceLines *l = g_new0(DeviceLines, 1);

    g_assert(!lines_find(*lists, name));
    *l = (DeviceLines){.name = name, .n = n, .dev = dev};
    if (!*lists) {
        *lists = g_ptr_array_new_with_free_func(g_free);
    }
    g_ptr_array_add(*lists, l);
    return l;
}

void device_add_mmio(Device *dev, MemoryRegion *mr)
{
    if (!dev->mmio) {
        dev->mmio = g_ptr_array_new();
    }
    g_ptr_array_add(dev->mmio, mr);
}

void device_add_inputs(Device *dev, const char *name, IrqHandler *handler, int n)
{
    lines_add(&dev->inputs, dev, name, n)->handler = handler;
}

void device_add_outputs(Device *dev, const char *name, IrqLine *lines, int n)
{
    lines_add(&dev->outputs, dev, name, n)->out = lines;
}

void device_map(Device *dev, int index, hwaddr addr)
{
    memory_region_add(system_memory(), addr, g_ptr_array_index(dev->mmio, index));
}

static void input_level(void *opaque, int n, int level) NO_THREAD_SAFETY
{
    DeviceLines *l = opaque;

    TRACE(irq_input, "%s %s[%d] %d", object_type_name(OBJECT(l->dev)), l->name, n, level);
    if (l->intercept) {
        l->intercept(l->dev, l->name, n, level);
    }
    l->handler(l->dev, n, level);
}

IrqLine device_input(Device *dev, const char *name, int n)
{
    DeviceLines *l = lines_find(dev->inputs, name);

    g_assert(l && n < l->n);
    return (IrqLine){.handler = input_level, .opaque = l, .n = n};
}

bool device_has_input(Device *dev, const char *name, int n)
{
    DeviceLines *l = lines_find(dev->inputs, name);

    return l && n >= 0 && n < l->n;
}

void device_connect(Device *dev, const char *name, int n, IrqLine sink)
{
    DeviceLines *l = lines_find(dev->outputs, name);

    g_assert(l && n < l->n);
    l->out[n] = sink;
}

void device_set_output(Device *dev, const char *name, int n, int level)
{
    DeviceLines *l = lines_find(dev->outputs, name);

    TRACE(irq_output, "%s %s[%d] %d", object_type_name(OBJECT(dev)), name, n, level);
    if (l->intercept) {
        l->intercept(dev, l->name, n, level);
    }
    irq_set(&l->out[n], level);
}

void device_intercept(Device *dev, bool inputs, const char *name,
                      void (*fn)(Device *dev, const char *name, int n, int level))
{
    GPtrArray *lists = inputs ? dev->inputs : dev->outputs;

    for (guint i = 0; lists && i < lists->len; i++) {
        DeviceLines *l = g_ptr_array_index(lists, i);

        if (!name || strcmp(l->name, name) == 0) {
            l->intercept = fn;
        }
    }
}

/* ---- life cycle */

Device *device_new(const char *type)
{
    Device *dev = DEVICE(object_new(type));

    globals_apply(OBJECT(dev), &dev->globals_error);
    return dev;
}

bool device_realize(Device *dev, Error **errp)
{
    Object *obj = OBJECT(dev);
    DeviceClass *klass = DEVICE_GET_CLASS(dev);
    bool placed = false;

    g_assert(!dev->realized);
    if (dev->globals_error) {
        g_propagate_error(errp, g_steal_pointer(&dev->globals_error));
        return false;
    }
    if (!obj->parent) {
        object_add_child(object_container("/machine/unattached"), "device[*]", obj);
        placed = true;
    }
    dev->realize_begin_ns = clock_now_ns(CLOCK_TYPE_REALTIME);
    if (klass->realize && !klass->realize(dev, errp)) {
        if (placed) {
            object_unparent(obj);
        }
        return false;
    }
    dev->realize_end_ns = clock_now_ns(CLOCK_TYPE_REALTIME);
    dev->realized = true;
    return true;
}

void device_unrealize(Device *dev)
{
    DeviceClass *klass = DEVICE_GET_CLASS(dev);

    if (dev->realized) {
        dev->realized = false;
        if (klass->unrealize) {
            klass->unrealize(dev);
        }
    }
}

static bool reset_child(Object *child, void *opaque) NO_THREAD_SAFETY
{
    if (object_is_a(child, TYPE_DEVICE)) {
        device_reset(DEVICE(child));
    } else {
        object_foreach_child(child, reset_child, NULL);
    }
    return true;
}

void device_reset(Device *dev)
{
    DeviceClass *klass = DEVICE_GET_CLASS(dev);

    object_foreach_child(OBJECT(dev), reset_child, NULL);
    if (!dev->realized) {
        return;
    }
    for (guint i = 0; dev->reg_banks && i < dev->reg_banks->len; i++) {
        reg_bank_reset(g_ptr_array_index(dev->reg_banks, i));
    }
    if (klass->reset) {
        klass->reset(dev);
    }
}

void device_reset_all(Object *root)
{
    object_foreach_child(root, reset_child, NULL);
}

static bool device_may_set(Object *obj, const Property *prop, Error **errp)
{
    Device *dev = (Device *)obj;

    if (dev->realized && !(prop->flags & PROP_SET_ANYTIME)) {
        return error_set_code(
            errp, ERROR_CODE_WRONG_STATE,
            "Attempt to set property '%s' on device '%s' (type '%s') after it was "
            "realized",
            prop->name, dev->id ? dev->id : "", object_type_name(obj));
    }
    return true;
}

static JsonNode *get_registers(Object *obj, const Property *prop, Error **errp)
{
    Device *dev = (Device *)obj;
    JsonArray *banks = json_array_new();

    for (guint i = 0; dev->reg_banks && i < dev->reg_banks->len; i++) {
        json_array_add_element(banks, reg_bank_describe(g_ptr_array_index(dev->reg_banks, i)));
    }
    return json_node_init_array(json_node_alloc(), banks);
}

static const Property device_props[] = {
    {.name = "realized",
     .kind = PROP_BOOL,
     .flags = PROP_READ_ONLY,
     .offset = offsetof(Device, realized)},
    {.name = "x-registers",
     .kind = PROP_CUSTOM,
     .type_name = "RegisterBanks",
     .description = "Register tables with current values where reading has no effect",
     .get = get_registers},
    DEFINE_PROP_END(),
};

static void device_unparent(Object *obj) NO_THREAD_SAFETY
{
    device_unrealize((Device *)obj);
}

static void device_class_init(ObjectClass *klass, const void *data)
{
    klass->may_set = device_may_set;
    klass->unparent = device_unparent;
}

static void device_finalize(Object *obj)
{
    Device *dev = (Device *)obj;

    for (guint i = 0; dev->reg_banks && i < dev->reg_banks->len; i++) {
        reg_bank_finalize(g_ptr_array_index(dev->reg_banks, i));
    }
    g_clear_pointer(&dev->reg_banks, g_ptr_array_unref);
    g_clear_pointer(&dev->mmio, g_ptr_array_unref);
    g_clear_pointer(&dev->inputs, g_ptr_array_unref);
    g_clear_pointer(&dev->outputs, g_ptr_array_unref);
    g_clear_error(&dev->globals_error);
    g_free(dev->id);
}

static const TypeInfo device_types[] = {
    {.name = TYPE_DEVICE,
     .abstract = true,
     .instance_size = sizeof(Device),
     .class_size = sizeof(DeviceClass),
     .class_init = device_class_init,
     .properties = device_props,
     .instance_finalize = device_finalize},
    {.name = TYPE_SYS_BUS_DEVICE, .parent = TYPE_DEVICE, .abstract = true},
};
DEFINE_TYPES(device_types);
