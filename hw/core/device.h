/* SPDX-License-Identifier: MIT */
/* Devices: QOM objects with register regions, interrupt lines and a life cycle.
 *
 * realize -> reset -> [resume <-> pause] -> unrealize. Reset only while vCPUs are paused. */
#ifndef HW_CORE_DEVICE_H
#define HW_CORE_DEVICE_H

#include "hw/core/fdt.h"
#include "qom/object.h"
#include "softmmu/irq.h"
#include "softmmu/memory.h"
#include "util/module.h"

#define TYPE_DEVICE         "device"
#define TYPE_SYS_BUS_DEVICE "sys-bus-device" /* sits at fixed addresses of a board */

typedef struct Device Device;
typedef struct DeviceClass DeviceClass;
typedef struct RegBank RegBank;
typedef struct StateHash StateHash;

struct DeviceClass {
    ObjectClass parent;
    const char *desc;     /* for -device help */
    const char *category; /* "Storage devices", ... of -device help; NULL: "Misc devices" */
    bool user_creatable;  /* -device may make it */
    bool hotpluggable;    /* it may come and go while the machine exists */
    bool (*realize)(Device *dev, Error **errp);
    void (*unrealize)(Device *dev);
    void (*reset)(Device *dev) /* REQUIRES(vm_lock); register banks are reset before it */;
    /* Adds what the register tables do not hold: see hw/core/state-hash.h. NULL: nothing. */
    void (*hash)(Device *dev, StateHash *h) /* REQUIRES(vm_lock) */;
    /* Writes its device-tree node for where the board put it; NULL: it has none. */
    void (*fdt_node)(Device *dev, FdtBuilder *fdt, const FdtPlace *place);
};
#define DEVICE(obj)           OBJECT_CHECK(Device, obj, TYPE_DEVICE)
#define DEVICE_GET_CLASS(obj) OBJECT_GET_CLASS(DeviceClass, obj)
#define DEVICE_CLASS(klass)   OBJECT_CLASS_CHECK(DeviceClass, klass, TYPE_DEVICE)

/* Interrupt inputs or outputs of one name; "" is the unnamed list. */
typedef struct DeviceLines {
    const char *name;
    int n;
    IrqHandler *handler; /* inputs */
    IrqLine *out;        /* outputs: where each goes; owned by the device unless static */
    Device *dev;
    /* qtest: who listens in. NULL: nobody. */
    void (*intercept)(Device *dev, const char *name, int n, int level);
} DeviceLines;

struct Device {
    Object parent;
    char *id; /* of -device; NULL otherwise */
    bool realized;
    int64_t realize_begin_ns, realize_end_ns; /* when, on the real-time clock; 0: not yet */
    Error *globals_error;                     /* a -global that did not fit; realize reports it */
    GPtrArray *mmio;                          /* of MemoryRegion *, by index */
    GPtrArray *inputs;                        /* of DeviceLines *, owned */
    GPtrArray *outputs;                       /* of DeviceLines *, owned */
    GPtrArray *reg_banks;                     /* of RegBank *: reset, saved state, generic test */
};

/* A new, unrealized device. (transfer full) */
Device *device_new(const char *type);
/* Realizes dev (once). A device outside of the tree goes to /machine/unattached/device[*]. On
 * error it is unrealized and out of the tree. */
bool device_realize(Device *dev, Error **errp) REQUIRES(vm_lock);
void device_unrealize(Device *dev) REQUIRES(vm_lock);
/* Resets the device and its children. */
void device_reset(Device *dev) REQUIRES(vm_lock);
/* Resets every device below an object that need not be one. */
void device_reset_all(Object *root) REQUIRES(vm_lock);
/* In instance_init or realize: */
void device_add_mmio(Device *dev, MemoryRegion *mr);
void device_add_inputs(Device *dev, const char *name, IrqHandler *handler, int n);
/* lines: n IrqLine, in the device's state. */
void device_add_outputs(Device *dev, const char *name, IrqLine *lines, int n);

/* By the board: */
void device_map(Device *dev, int index, hwaddr addr) REQUIRES(vm_lock);
IrqLine device_input(Device *dev, const char *name, int n);
bool device_has_input(Device *dev, const char *name, int n);
void device_connect(Device *dev, const char *name, int n, IrqLine sink);

/* Drives output n of a list; the only way a device raises a line. Goes through interception. */
void device_set_output(Device *dev, const char *name, int n, int level) REQUIRES(vm_lock);
/* The common case: the unnamed list. */
static inline void device_set_irq(Device *dev, int n, int level) REQUIRES(vm_lock)
{
    device_set_output(dev, "", n, level);
}
/* qtest: fn hears every level on the inputs, or on the outputs named `name` (NULL: all). Levels
 * still go where they went. */
void device_intercept(Device *dev, bool inputs, const char *name,
                      void (*fn)(Device *dev, const char *name, int n, int level));

#endif
