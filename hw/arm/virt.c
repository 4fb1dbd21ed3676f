/* SPDX-License-Identifier: MIT */
/* virt: the generic AArch64 board of virtual machines. Which device at which address. */
#include "hw/arm/virt.h"

#include "gen/qapi-types.h"
#include "hw/block/pflash-cfi01.h"
#include "hw/char/pl011.h"
#include "hw/cpu/arm-cpu.h"
#include "hw/gpio/pl061.h"
#include "hw/nvram/fw-cfg.h"
#include "hw/rtc/pl031.h"
#include "softmmu/run-state.h"
#include "util/json.h"
#include <string.h>

#define BUTTON_PRESS_NS 100000000 /* how long system_powerdown holds the button */

/* A device of the board: made, placed and connected to an SPI (-1: none). */
static Device *place(const char *type, hwaddr addr, VirtMachine *s, int spi, Error **errp)
    REQUIRES(vm_lock)
{
    g_autoptr(Object) obj = OBJECT(device_new(type));
    Device *dev = DEVICE(obj);

    if (!device_realize(dev, errp)) {
        return NULL;
    }
    device_map(dev, 0, addr);
    if (spi >= 0) {
        device_connect(dev, "", 0, device_input(s->gic, "", spi));
    }
    return dev;
}

static bool parse_gic_version(VirtMachine *s, Error **errp)
{
    const char *text = s->gic_version_text;

    if (strcmp(text, "2") == 0) {
        s->gic_version = 2;
    } else if (strcmp(text, "3") == 0 || strcmp(text, "max") == 0) {
        s->gic_version = 3;
    } else if (strcmp(text, "host") == 0) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "gic-version=host requires KVM");
    } else {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Invalid gic-version value");
        error_append_hint(errp, "Valid values are 2, 3, max.\n");
        return false;
    }
    return true;
}

static bool create_cpus(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    for (int i = 0; i < s->parent.smp_cpus; i++) {
        g_autoptr(Object) obj = (Object *)machine_cpu_new(&s->parent, errp);

        if (!obj) {
            return false;
        }
        ArmCpu *cpu = ARM_CPU(obj);
        cpu->psci_conduit = ARM_PSCI_HVC;
        cpu->start_powered_off = i > 0;
        if (!device_realize(&cpu->dev, errp)) {
            return false;
        }
        s->cpus[i] = &cpu->dev;
    }
    return true;
}

/* The interrupt controller's input of a CPU's private interrupt. */
static IrqLine ppi_input(VirtMachine *s, int cpu, int ppi)
{
    return device_input(s->gic, "", VIRT_NUM_SPIS + cpu * 32 + 16 + ppi);
}

static void connect_cpu(VirtMachine *s, int i)
{
    static const struct {
        ArmTimerId timer;
        int ppi;
    } timers[] = {
        {ARM_TIMER_PHYS, VIRT_PPI_PHYS},
        {ARM_TIMER_VIRT, VIRT_PPI_VIRT},
        {ARM_TIMER_HYP, VIRT_PPI_HYP},
        {ARM_TIMER_SEC, VIRT_PPI_SEC},
    };
    int n = s->parent.smp_cpus;

    for (size_t t = 0; t < G_N_ELEMENTS(timers); t++) {
        device_connect(s->cpus[i], "timer", (int)timers[t].timer, ppi_input(s, i, timers[t].ppi));
    }
    device_connect(s->cpus[i], "pmu", 0, ppi_input(s, i, VIRT_PPI_PMU));
    for (int line = 0; line < 4; line++) {
        device_connect(s->gic, "", line * n + i, device_input(s->cpus[i], "", line));
    }
}

static bool create_gic(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    g_autoptr(Object) obj = OBJECT(device_new(s->gic_version == 3 ? "arm-gicv3" : "arm_gic"));

    s->gic = DEVICE(obj);
    object_set_uint(obj, "num-cpu", (uint64_t)s->parent.smp_cpus, NULL);
    object_set_uint(obj, "num-irq", VIRT_NUM_SPIS + 32, NULL);
    object_set_uint(obj, "revision", (uint64_t)s->gic_version, NULL);
    if (!device_realize(s->gic, errp)) {
        return false;
    }
    device_map(s->gic, 0, VIRT_GIC_DIST_BASE);
    device_map(s->gic, 1, s->gic_version == 3 ? VIRT_GIC_REDIST_BASE : VIRT_GIC_CPU_BASE);
    for (int i = 0; i < s->parent.smp_cpus; i++) {
        connect_cpu(s, i);
    }
    return true;
}

static bool create_uart(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    g_autoptr(Object) obj = OBJECT(device_new(TYPE_PL011));

    s->uart = DEVICE(obj);
    if (s->parent.serials[0] && !object_set_link(obj, "chardev", s->parent.serials[0], errp)) {
        return false;
    }
    if (!device_realize(s->uart, errp)) {
        return false;
    }
    device_map(s->uart, 0, VIRT_UART_BASE);
    device_connect(s->uart, "", 0, device_input(s->gic, "", VIRT_SPI_UART));
    return true;
}

static bool create_flash(VirtMachine *s, int i, Error **errp) REQUIRES(vm_lock)
{
    g_autoptr(Object) obj = OBJECT(device_new(TYPE_PFLASH_CFI01));
    const char *file = s->parent.pflash[i];

    if (i == 0 && s->parent.firmware) {
        object_set_bool(obj, "read-only", true, NULL);
        file = s->parent.firmware;
    }
    s->flash[i] = DEVICE(obj);
    object_set_str(obj, "name", i ? "virt.flash1" : "virt.flash0", NULL);
    object_set_uint(obj, "size", VIRT_FLASH_SIZE, NULL);
    if ((file && !object_set_str(obj, "file", file, errp)) || !device_realize(s->flash[i], errp)) {
        return false;
    }
    device_map(s->flash[i], 0, VIRT_FLASH_BASE + (hwaddr)i * VIRT_FLASH_SIZE);
    return true;
}

/* ---- the power button */

static void set_button(VirtMachine *s, int level) NO_THREAD_SAFETY
{
    IrqLine pin = device_input(s->gpio, "", VIRT_POWER_GPIO);

    irq_set(&pin, level);
}

static void button_released(void *opaque)
{
    set_button(opaque, 0);
}

static void button_pressed(Notifier *n, void *data) NO_THREAD_SAFETY
{
    VirtMachine *s = container_of(n, VirtMachine, powerdown);

    set_button(s, 1);
    timer_mod(&s->button_release, clock_now_ns(CLOCK_TYPE_VIRTUAL) + BUTTON_PRESS_NS);
}

/* ---- the board */

static bool virt_check(Machine *m, Error **errp)
{
    if (m->ram_size > VIRT_RAM_MAX) {
        error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                       "mach-virt: cannot model more than 255GiB RAM");
        error_set_path(errp, "/machine/memory/size");
        return false;
    }
    if (m->firmware && m->pflash[0]) {
        error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED,
                       "-bios and the first -pflash are both the firmware: give one");
        error_set_path(errp, "/machine/boot/firmware");
        return false;
    }
    if (!parse_gic_version((VirtMachine *)m, errp)) {
        error_set_path(errp, "/machine/props/gic-version");
        return false;
    }
    return true;
}

static bool virt_init(Machine *m, Error **errp) NO_THREAD_SAFETY
{
    VirtMachine *s = (VirtMachine *)m;

    if (!virt_check(m, errp)) {
        return false;
    }
    memory_region_add(system_memory(), VIRT_RAM_BASE, &m->ram);
    if (!create_cpus(s, errp) || !create_gic(s, errp) || !create_flash(s, 0, errp) ||
        !create_flash(s, 1, errp) || !create_uart(s, errp)) {
        return false;
    }
    s->rtc = place(TYPE_PL031, VIRT_RTC_BASE, s, VIRT_SPI_RTC, errp);
    s->gpio = s->rtc ? place(TYPE_PL061, VIRT_GPIO_BASE, s, VIRT_SPI_GPIO, errp) : NULL;
    s->fw_cfg = s->gpio ? place(TYPE_FW_CFG_MMIO, VIRT_FW_CFG_BASE, s, -1, errp) : NULL;
    if (!s->fw_cfg) {
        return false;
    }
    timer_init(&s->button_release, CLOCK_TYPE_VIRTUAL, button_released, s);
    s->powerdown.notify = button_pressed;
    powerdown_add_notifier(&s->powerdown);
    return true;
}

static JsonNode *get_acpi(Object *obj, const Property *prop, Error **errp)
{
    return json_new_string("off");
}

static bool set_acpi(Object *obj, const Property *prop, JsonNode *value, Error **errp)
{
    const char *text = json_get_string(value);
    OnOffAuto v;

    if (!text || !OnOffAuto_parse(text, &v, NULL)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'acpi' does not accept value '%s'", text ? text : "");
    }
    return v != ON_OFF_AUTO_ON ||
           error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "machine 'virt' has no ACPI tables");
}

static const Property virt_props[] = {
    {.name = "acpi",
     .kind = PROP_CUSTOM,
     .type_name = "OnOffAuto",
     .description = "Whether there are ACPI tables; there are none yet",
     .get = get_acpi,
     .set = set_acpi},
    {.name = "gic-version",
     .kind = PROP_STRING,
     .offset = offsetof(VirtMachine, gic_version_text),
     .default_string = "2",
     .description = "Set GIC version. Valid values are 2, 3 and max"},
    {.name = "dtb-randomness",
     .kind = PROP_BOOL,
     .offset = offsetof(VirtMachine, dtb_randomness),
     .has_default = true,
     .default_value = true,
     .description = "Set off to leave random seeds out of the device tree"},
    DEFINE_PROP_END(),
};

static void virt_class_init(ObjectClass *klass, const void *data)
{
    static const char *const cpu_types[] = {
        "cortex-a53" ARM_CPU_TYPE_SUFFIX, "cortex-a57" ARM_CPU_TYPE_SUFFIX,
        "cortex-a72" ARM_CPU_TYPE_SUFFIX, "max" ARM_CPU_TYPE_SUFFIX, NULL};
    MachineClass *mc = (MachineClass *)klass;

    mc->name = "virt-7.2";
    mc->alias = "virt";
    mc->desc = "Poise 7.2 ARM Virtual Machine";
    mc->target = "aarch64";
    mc->max_cpus = VIRT_MAX_CPUS;
    mc->default_cpus = 1;
    mc->default_ram_size = 128 * MiB;
    mc->default_ram_id = "mach-virt.ram";
    mc->default_cpu_type = "cortex-a57" ARM_CPU_TYPE_SUFFIX;
    mc->valid_cpu_types = cpu_types;
    mc->n_serials = 1;
    mc->check = virt_check;
    mc->init = virt_init;
    mc->load = virt_load;
    mc->done = virt_done;
}

static const TypeInfo virt_types[] = {
    {.name = "virt-7.2" MACHINE_CLASS_SUFFIX,
     .parent = TYPE_MACHINE,
     .instance_size = sizeof(VirtMachine),
     .properties = virt_props,
     .class_init = virt_class_init},
};
DEFINE_TYPES(virt_types);
