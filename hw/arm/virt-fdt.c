/* SPDX-License-Identifier: MIT */
/* The device tree of the virt board. */
#include "hw/arm/virt.h"

#include "hw/cpu/arm-cpu.h"
#include <sys/random.h>

/* Interrupt specifiers of the GIC bindings. */
#define GIC_PPI            1u
#define IRQ_LEVEL_HIGH     4u
#define GIC_V2_PPI_CPUS(n) (((1u << (n)) - 1) << 8)

static void add_chosen(FdtBuilder *fdt, const VirtMachine *s)
{
    const Machine *m = &s->parent;
    uint64_t kaslr_seed;
    uint8_t rng_seed[32];

    fdt_node(fdt, "/chosen");
    fdt_prop_str(fdt, "/chosen", "stdout-path", "/pl011@9000000");
    if (m->append) {
        fdt_prop_str(fdt, "/chosen", "bootargs", m->append);
    }
    if (s->initrd_end) {
        fdt_prop_u64(fdt, "/chosen", "linux,initrd-start", s->initrd_start);
        fdt_prop_u64(fdt, "/chosen", "linux,initrd-end", s->initrd_end);
    }
    if (s->dtb_randomness && getrandom(&kaslr_seed, sizeof(kaslr_seed), 0) == 8 &&
        getrandom(rng_seed, sizeof(rng_seed), 0) == sizeof(rng_seed)) {
        fdt_prop_u64(fdt, "/chosen", "kaslr-seed", kaslr_seed);
        fdt_prop_bytes(fdt, "/chosen", "rng-seed", rng_seed, sizeof(rng_seed));
    }
}

static void add_cpus(FdtBuilder *fdt, const VirtMachine *s)
{
    int n = s->parent.smp_cpus;

    fdt_node(fdt, "/cpus");
    fdt_prop_cells(fdt, "/cpus", "#address-cells", 1, 1u);
    fdt_prop_cells(fdt, "/cpus", "#size-cells", 1, 0u);
    /* A new node goes before its siblings: the first CPU comes last. */
    for (int i = n - 1; i >= 0; i--) {
        const ArmCpu *cpu = (const ArmCpu *)s->cpus[i];
        uint32_t affinity = cpu->mpidr & 0xffffff;
        g_autofree char *path = g_strdup_printf("/cpus/cpu@%x", affinity);

        fdt_node(fdt, path);
        fdt_prop_str(fdt, path, "device_type", "cpu");
        fdt_prop_str(fdt, path, "compatible", arm_cpu_dt_compatible(cpu));
        fdt_prop_cells(fdt, path, "reg", 1, affinity);
        if (n > 1) {
            fdt_prop_str(fdt, path, "enable-method", "psci");
        }
    }
}

static void add_psci(FdtBuilder *fdt)
{
    fdt_node(fdt, "/psci");
    fdt_prop_strs(fdt, "/psci", "compatible", "arm,psci-1.0", "arm,psci-0.2", "arm,psci", NULL);
    fdt_prop_str(fdt, "/psci", "method", "hvc");
    fdt_prop_cells(fdt, "/psci", "cpu_suspend", 1, 0xc4000001u);
    fdt_prop_cells(fdt, "/psci", "cpu_off", 1, 0x84000002u);
    fdt_prop_cells(fdt, "/psci", "cpu_on", 1, 0xc4000003u);
}

static void add_timer(FdtBuilder *fdt, uint32_t flags)
{
    fdt_node(fdt, "/timer");
    fdt_prop_strs(fdt, "/timer", "compatible", "arm,armv8-timer", "arm,armv7-timer", NULL);
    fdt_prop_empty(fdt, "/timer", "always-on");
    fdt_prop_cells(fdt, "/timer", "interrupts", 12, GIC_PPI, (uint32_t)VIRT_PPI_SEC, flags, GIC_PPI,
                   (uint32_t)VIRT_PPI_PHYS, flags, GIC_PPI, (uint32_t)VIRT_PPI_VIRT, flags, GIC_PPI,
                   (uint32_t)VIRT_PPI_HYP, flags);
}

static void add_gic(FdtBuilder *fdt, const VirtMachine *s, uint32_t phandle)
{
    const char *path = "/intc@8000000";

    fdt_node(fdt, path);
    fdt_prop_cells(fdt, path, "phandle", 1, phandle);
    fdt_prop_cells(fdt, path, "#interrupt-cells", 1, 3u);
    fdt_prop_cells(fdt, path, "#address-cells", 1, 2u);
    fdt_prop_cells(fdt, path, "#size-cells", 1, 2u);
    fdt_prop_empty(fdt, path, "interrupt-controller");
    fdt_prop_empty(fdt, path, "ranges");
    if (s->gic_version == 3) {
        fdt_prop_str(fdt, path, "compatible", "arm,gic-v3");
        fdt_prop_cells(fdt, path, "#redistributor-regions", 1, 1u);
        fdt_prop_reg(fdt, path, 2, VIRT_GIC_DIST_BASE, VIRT_GIC_DIST_SIZE, VIRT_GIC_REDIST_BASE,
                     VIRT_GIC_REDIST_SIZE);
    } else {
        fdt_prop_str(fdt, path, "compatible", "arm,cortex-a15-gic");
        fdt_prop_reg(fdt, path, 2, VIRT_GIC_DIST_BASE, VIRT_GIC_DIST_SIZE, VIRT_GIC_CPU_BASE,
                     VIRT_GIC_CPU_SIZE);
    }
}

static void add_clock(FdtBuilder *fdt, uint32_t phandle)
{
    fdt_node(fdt, "/apb-pclk");
    fdt_prop_str(fdt, "/apb-pclk", "compatible", "fixed-clock");
    fdt_prop_cells(fdt, "/apb-pclk", "#clock-cells", 1, 0u);
    fdt_prop_cells(fdt, "/apb-pclk", "clock-frequency", 1, 24000000u);
    fdt_prop_str(fdt, "/apb-pclk", "clock-output-names", "clk24mhz");
    fdt_prop_cells(fdt, "/apb-pclk", "phandle", 1, phandle);
}

static void add_device(FdtBuilder *fdt, Device *dev, const FdtPlace *at)
{
    DEVICE_GET_CLASS(dev)->fdt_node(dev, fdt, at);
}

static void add_power_button(FdtBuilder *fdt, uint32_t gpio)
{
    fdt_node(fdt, "/gpio-keys");
    fdt_prop_str(fdt, "/gpio-keys", "compatible", "gpio-keys");
    fdt_node(fdt, "/gpio-keys/poweroff");
    fdt_prop_str(fdt, "/gpio-keys/poweroff", "label", "GPIO Key Poweroff");
    fdt_prop_cells(fdt, "/gpio-keys/poweroff", "linux,code", 1, 116u); /* KEY_POWER */
    fdt_prop_cells(fdt, "/gpio-keys/poweroff", "gpios", 3, gpio, (uint32_t)VIRT_POWER_GPIO, 0u);
}

static void add_flash(FdtBuilder *fdt)
{
    fdt_node(fdt, "/flash@0");
    fdt_prop_str(fdt, "/flash@0", "compatible", "cfi-flash");
    fdt_prop_reg(fdt, "/flash@0", 2, VIRT_FLASH_BASE, VIRT_FLASH_SIZE,
                 VIRT_FLASH_BASE + VIRT_FLASH_SIZE, VIRT_FLASH_SIZE);
    fdt_prop_cells(fdt, "/flash@0", "bank-width", 1, 4u);
}

FdtBuilder *virt_fdt_build(VirtMachine *s)
{
    FdtBuilder *fdt = fdt_builder_new();
    uint32_t gic = fdt_new_phandle(fdt), clock = fdt_new_phandle(fdt);
    uint32_t gpio = fdt_new_phandle(fdt);
    uint32_t flags =
        IRQ_LEVEL_HIGH | (s->gic_version == 2 ? GIC_V2_PPI_CPUS(s->parent.smp_cpus) : 0);

    fdt_prop_str(fdt, "/", "compatible", "linux,dummy-virt");
    fdt_prop_str(fdt, "/", "model", "linux,dummy-virt");
    fdt_prop_cells(fdt, "/", "interrupt-parent", 1, gic);
    add_chosen(fdt, s);
    g_autofree char *memory = g_strdup_printf("/memory@%llx", VIRT_RAM_BASE);
    fdt_node(fdt, memory);
    fdt_prop_str(fdt, memory, "device_type", "memory");
    fdt_prop_reg(fdt, memory, 1, VIRT_RAM_BASE, s->parent.ram_size);
    add_cpus(fdt, s);
    add_psci(fdt);
    add_timer(fdt, flags);
    add_gic(fdt, s, gic);
    add_clock(fdt, clock);
    if (((ArmCpu *)s->cpus[0])->has_pmu) {
        fdt_node(fdt, "/pmu");
        fdt_prop_str(fdt, "/pmu", "compatible", "arm,armv8-pmuv3");
        fdt_prop_cells(fdt, "/pmu", "interrupts", 3, GIC_PPI, (uint32_t)VIRT_PPI_PMU, flags);
    }
    add_flash(fdt);
    add_device(fdt, s->uart, &(FdtPlace){VIRT_UART_BASE, 0x1000, VIRT_SPI_UART, clock, 0});
    add_device(fdt, s->rtc, &(FdtPlace){VIRT_RTC_BASE, 0x1000, VIRT_SPI_RTC, clock, 0});
    add_device(fdt, s->gpio, &(FdtPlace){VIRT_GPIO_BASE, 0x1000, VIRT_SPI_GPIO, clock, gpio});
    add_device(fdt, s->fw_cfg, &(FdtPlace){VIRT_FW_CFG_BASE, 0x18, 0, 0, 0});
    add_power_button(fdt, gpio);
    return fdt;
}
