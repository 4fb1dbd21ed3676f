/* SPDX-License-Identifier: MIT */
/* Which device is at which address of virt, and what it is connected to. */
#include "hw/arm/virt.h"

#include "hw/block/pflash-cfi01.h"
#include "hw/char/pl011.h"
#include "hw/gpio/gpio-pwr.h"
#include "hw/gpio/pl061.h"
#include "hw/nvram/fw-cfg.h"
#include "hw/rtc/pl031.h"
#include "softmmu/run-state.h"
#include "util/json.h"

#define BUTTON_PRESS_NS 100000000 /* how long system_powerdown holds the button */

static IrqLine spi_input(const VirtMachine *s, int spi)
{
    return device_input(s->gic, "", spi);
}

/* Realizes dev, which stays borrowed from the tree, and puts its first region somewhere. */
static bool place(Device *dev, MemoryRegion *where, hwaddr addr, Error **errp) REQUIRES(vm_lock)
{
    bool ok = device_realize(dev, errp);

    if (ok) {
        memory_region_add(where, addr, g_ptr_array_index(dev->mmio, 0));
    }
    object_unref(OBJECT(dev));
    return ok;
}

/* A device of the board; NULL with an error. */
static Device *create(const char *type, hwaddr addr, Error **errp) REQUIRES(vm_lock)
{
    Device *dev = device_new(type);

    return place(dev, system_memory(), addr, errp) ? dev : NULL;
}

/* ---- the Secure view of memory: all of the other one, and over it what only it has */

static bool create_secure_view(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    if (!s->secure) {
        return true;
    }
    memory_region_init(&s->secure_view, "secure-memory", UINT64_MAX);
    memory_region_init_alias(&s->normal_view, "secure-normal-memory", system_memory(), 0,
                             UINT64_MAX);
    memory_region_add_overlap(&s->secure_view, 0, &s->normal_view, -1);
    if (!memory_region_init_ram(&s->secure_ram, "virt.secure-ram", VIRT_SECURE_MEM_SIZE, errp)) {
        return false;
    }
    memory_region_add(&s->secure_view, VIRT_SECURE_MEM_BASE, &s->secure_ram);
    address_space_init(&s->secure_space, &s->secure_view, "secure-memory");
    return true;
}

/* ---- CPUs and interrupt controller */

/* What the interrupt controller's target lists can name: so many CPUs share Aff1. */
static uint64_t affinity_of(const VirtMachine *s, int i)
{
    unsigned cluster = s->gic_version == 2 ? 8 : 16;

    return (uint64_t)(unsigned)i % cluster | (uint64_t)((unsigned)i / cluster) << 8;
}

static unsigned address_bits(const ArmCpu *cpu)
{
    static const uint8_t bits[] = {32, 36, 40, 42, 44, 48, 52};
    unsigned range = cpu->id.id_aa64mmfr0 & 15;

    return bits[MIN(range, G_N_ELEMENTS(bits) - 1)];
}

static bool create_cpu(VirtMachine *s, int i, Error **errp) REQUIRES(vm_lock)
{
    g_autoptr(Object) obj = (Object *)machine_cpu_new(&s->parent, errp);

    if (!obj || (s->virtualization && !object_set_bool(obj, "has_el2", true, errp)) ||
        (s->secure && !object_set_bool(obj, "has_el3", true, errp)) ||
        !object_set_uint(obj, "mp-affinity", affinity_of(s, i), errp)) {
        return false;
    }
    ArmCpu *cpu = ARM_CPU(obj);
    if (s->secure) {
        cpu->as_secure = &s->secure_space;
    }
    if (s->highmem && i == 0 && !virt_check_address_bits(s, address_bits(cpu), errp)) {
        return false;
    }
    s->cpus[i] = &cpu->dev;
    return device_realize(&cpu->dev, errp);
}

/* The interrupt controller's input of a CPU's private interrupt. */
static IrqLine ppi_input(const VirtMachine *s, int cpu, int ppi)
{
    return device_input(s->gic, "", VIRT_NUM_SPIS + cpu * 32 + 16 + ppi);
}

static void connect_cpu(VirtMachine *s, int i)
{
    static const int timers[ARM_TIMER_COUNT] = {
        [ARM_TIMER_PHYS] = VIRT_PPI_PHYS,         [ARM_TIMER_VIRT] = VIRT_PPI_VIRT,
        [ARM_TIMER_HYP] = VIRT_PPI_HYP,           [ARM_TIMER_SEC] = VIRT_PPI_SEC,
        [ARM_TIMER_HYP_VIRT] = VIRT_PPI_HYP_VIRT,
    };
    int n = s->parent.smp_cpus;

    for (int t = 0; t < ARM_TIMER_COUNT; t++) {
        device_connect(s->cpus[i], "timer", t, ppi_input(s, i, timers[t]));
    }
    device_connect(s->cpus[i], "pmu", 0, ppi_input(s, i, VIRT_PPI_PMU));
    for (int line = 0; line < 4; line++) {
        device_connect(s->gic, "", line * n + i, device_input(s->cpus[i], "", line));
    }
    if (s->virtualization) {
        device_connect(s->gic, "maintenance", i, ppi_input(s, i, VIRT_PPI_GIC_MAINTENANCE));
    }
}

static void map_gicv2(VirtMachine *s) REQUIRES(vm_lock)
{
    device_map(s->gic, 0, VIRT_GIC_DIST_BASE);
    device_map(s->gic, 1, VIRT_GIC_CPU_BASE);
    if (s->virtualization) {
        device_map(s->gic, 2, VIRT_GIC_HYP_BASE);
        device_map(s->gic, 3, VIRT_GIC_VCPU_BASE);
    }
}

static void map_gicv3(VirtMachine *s) REQUIRES(vm_lock)
{
    device_map(s->gic, 0, VIRT_GIC_DIST_BASE);
    device_map(s->gic, 1, VIRT_GIC_REDIST_BASE);
    if (s->high_redist_base) {
        device_map(s->gic, 2, s->high_redist_base);
    }
}

/* So many redistributors are in each region. */
static bool set_redist_regions(VirtMachine *s, Error **errp)
{
    int n = s->parent.smp_cpus, low = virt_low_redists(s);

    if (n == low) {
        return true;
    }
    JsonArray *counts = json_array_new();
    g_autoptr(JsonNode) node = json_new_array(counts);

    json_array_add_int_element(counts, low);
    json_array_add_int_element(counts, n - low);
    s->high_redist_base =
        align_up(MAX(VIRT_HIGH_BASE, align_up(VIRT_RAM_BASE + s->parent.ram_size, GiB)),
                 VIRT_HIGH_REDIST_SIZE);
    return object_set(OBJECT(s->gic), "redist-region-count", node, errp);
}

/* What a GICv3 has besides, and a GICv2. */
static bool set_gic_extensions(VirtMachine *s, Error **errp)
{
    Object *gic = OBJECT(s->gic);

    if (s->secure && !object_set_bool(gic, "has-security-extensions", true, errp)) {
        return false;
    }
    if (s->gic_version == 3) {
        return object_set_bool(gic, "has-lpi", s->its, errp) && set_redist_regions(s, errp);
    }
    return !s->virtualization || object_set_bool(gic, "has-virtualization-extensions", true, errp);
}

static bool create_gic(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    g_autoptr(Object) obj = OBJECT(device_new(s->gic_version == 3 ? "arm-gicv3" : "arm_gic"));

    s->gic = DEVICE(obj);
    if (!object_set_uint(obj, "num-cpu", (uint64_t)s->parent.smp_cpus, errp) ||
        !object_set_uint(obj, "num-irq", VIRT_NUM_SPIS + 32, errp) ||
        !object_set_uint(obj, "revision", (uint64_t)s->gic_version, errp) ||
        !set_gic_extensions(s, errp)) {
        return false;
    }
    if (!device_realize(s->gic, errp)) {
        return false;
    }
    if (s->gic_version == 3) {
        map_gicv3(s);
    } else {
        map_gicv2(s);
    }
    for (int i = 0; i < s->parent.smp_cpus; i++) {
        connect_cpu(s, i);
    }
    return true;
}

/* A GICv2 has a frame that turns writes into SPIs, a GICv3 a service that turns them into LPIs. */
static bool create_msi(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    bool its = s->gic_version == 3;
    const char *type = its ? "arm-gicv3-its" : "arm-gicv2m";

    if (its && !s->its) {
        return true;
    }
    s->msi = device_new(type);
    Object *obj = OBJECT(s->msi);
    bool ok = its ? object_set_link(obj, "parent-gicv3", OBJECT(s->gic), errp)
                  : object_set_uint(obj, "base-spi", VIRT_SPI_V2M, errp) &&
                        object_set_uint(obj, "num-spi", VIRT_V2M_SPIS, errp);
    if (!ok) {
        object_unref(obj);
        return false;
    }
    if (!place(s->msi, system_memory(), its ? VIRT_GIC_ITS_BASE : VIRT_GIC_V2M_BASE, errp)) {
        return false;
    }
    for (int i = 0; !its && i < VIRT_V2M_SPIS; i++) {
        device_connect(s->msi, "", i, spi_input(s, VIRT_SPI_V2M + i));
    }
    return true;
}

/* ---- serial ports, flash, GPIO */

static bool create_uart(VirtMachine *s, int i, Error **errp) REQUIRES(vm_lock)
{
    Device *dev = device_new(TYPE_PL011);
    Object *chardev = s->parent.serials[i];

    if (chardev && !object_set_link(OBJECT(dev), "chardev", chardev, errp)) {
        object_unref(OBJECT(dev));
        return false;
    }
    if (!place(dev, i ? &s->secure_view : system_memory(),
               i ? VIRT_SECURE_UART_BASE : VIRT_UART_BASE, errp)) {
        return false;
    }
    *(i ? &s->secure_uart : &s->uart) = dev;
    device_connect(dev, "", 0, spi_input(s, i ? VIRT_SPI_SECURE_UART : VIRT_SPI_UART));
    return true;
}

/* The content of a flash: what pflash0= and pflash1= name, or the file of -pflash. NULL without an
 * error: it is empty. The caller keeps the node. */
static bool find_content(const VirtMachine *s, int i, Device *flash, BlockNode **ret, Error **errp)
{
    const char *path = s->parent.pflash[i];

    *ret = NULL;
    if (s->pflash_node[i]) {
        return object_set_str(OBJECT(flash), "drive", s->pflash_node[i], errp);
    }
    if (path) {
        *ret = block_open_file(path, false, errp);
        pflash_cfi01_set_node(flash, *ret);
    }
    return !path || *ret;
}

static bool create_flash(VirtMachine *s, int i, Error **errp) REQUIRES(vm_lock)
{
    static const char *const names[] = {"virt.flash0", "virt.flash1"};
    Device *dev = s->flash[i] = device_new(TYPE_PFLASH_CFI01);
    Object *obj = OBJECT(dev);
    BlockNode *file;

    object_add_child(OBJECT(s), names[i], obj);
    object_set_str(obj, "name", names[i], NULL);
    object_set_uint(obj, "size", VIRT_FLASH_SIZE, NULL);
    if (!find_content(s, i, dev, &file, errp)) {
        object_unref(obj);
        return false;
    }
    bool ok = place(dev, i == 0 && s->secure ? &s->secure_view : system_memory(),
                    VIRT_FLASH_BASE + (hwaddr)i * VIRT_FLASH_SIZE, errp);
    if (file) {
        block_unref(file);
    }
    return ok;
}

/* Secure firmware switches the machine off and restarts it with two pins. */
static bool create_secure_gpio(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    g_autoptr(Object) power = OBJECT(device_new(TYPE_GPIO_PWR));

    s->secure_gpio = device_new(TYPE_PL061);
    if (!place(s->secure_gpio, &s->secure_view, VIRT_SECURE_GPIO_BASE, errp) ||
        !device_realize(DEVICE(power), errp)) {
        return false;
    }
    device_connect(s->secure_gpio, "pins", 0, device_input(DEVICE(power), "shutdown", 0));
    device_connect(s->secure_gpio, "pins", 1, device_input(DEVICE(power), "reset", 0));
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

static void create_power_button(VirtMachine *s) REQUIRES(vm_lock)
{
    timer_init(&s->button_release, CLOCK_TYPE_VIRTUAL, button_released, s);
    s->powerdown.notify = button_pressed;
    powerdown_add_notifier(&s->powerdown);
}

/* ---- all of it */

static bool create_cpus(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    for (int i = 0; i < s->parent.smp_cpus; i++) {
        if (!create_cpu(s, i, errp)) {
            return false;
        }
    }
    return true;
}

static bool create_peripherals(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    s->rtc = create(TYPE_PL031, VIRT_RTC_BASE, errp);
    s->gpio = s->rtc ? create(TYPE_PL061, VIRT_GPIO_BASE, errp) : NULL;
    s->fw_cfg = s->gpio ? create(TYPE_FW_CFG_MMIO, VIRT_FW_CFG_BASE, errp) : NULL;
    if (!s->fw_cfg) {
        return false;
    }
    device_connect(s->rtc, "", 0, spi_input(s, VIRT_SPI_RTC));
    device_connect(s->gpio, "", 0, spi_input(s, VIRT_SPI_GPIO));
    create_power_button(s);
    return true;
}

bool virt_create_devices(VirtMachine *s, Error **errp)
{
    memory_region_add(system_memory(), VIRT_RAM_BASE, &s->parent.ram);
    return create_secure_view(s, errp) && create_cpus(s, errp) && create_gic(s, errp) &&
           create_msi(s, errp) && create_flash(s, 0, errp) && create_flash(s, 1, errp) &&
           create_uart(s, 0, errp) &&
           (!s->secure || (create_uart(s, 1, errp) && create_secure_gpio(s, errp))) &&
           create_peripherals(s, errp);
}
