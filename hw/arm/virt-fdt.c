/* SPDX-License-Identifier: MIT */
/* The device tree of the virt board. */
#include "hw/arm/virt.h"

#include <sys/random.h>

/* Interrupt specifiers of the GIC bindings. */
#define GIC_SPI            0u
#define GIC_PPI            1u
#define IRQ_LEVEL_HIGH     4u
#define GIC_V2_PPI_CPUS(n) (((1u << (n)) - 1) << 8)

/* Handles of the nodes that others point to. */
typedef struct Handles {
    uint32_t clock, gic, gpio;
    uint32_t cpu[VIRT_MAX_CPUS];
} Handles;

static void add_chosen(FdtBuilder *fdt, const VirtMachine *s)
{
    const Machine *m = &s->parent;
    uint64_t kaslr_seed;
    uint8_t rng_seed[32];

    if (s->secure) {
        fdt_node(fdt, "/secure-chosen");
        fdt_prop_str(fdt, "/secure-chosen", "stdout-path", "/pl011@9040000");
    }
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

/* ---- CPUs */

static void add_cpu(FdtBuilder *fdt, const VirtMachine *s, int i, uint32_t phandle)
{
    const ArmCpu *cpu = virt_cpu(s, i);
    g_autofree char *path = g_strdup_printf("/cpus/cpu@%d", i);

    fdt_node(fdt, path);
    fdt_prop_str(fdt, path, "device_type", "cpu");
    fdt_prop_str(fdt, path, "compatible", arm_cpu_dt_compatible(cpu));
    if (s->parent.smp_cpus > 1) {
        fdt_prop_str(fdt, path, "enable-method", "psci");
    }
    fdt_prop_cells(fdt, path, "reg", 1, (uint32_t)(cpu->mpidr & 0xffffff));
    if (s->parent.numa) {
        fdt_prop_cells(fdt, path, "numa-node-id", 1, (uint32_t)numa_node_of_cpu(&s->parent, i));
    }
    fdt_prop_cells(fdt, path, "phandle", 1, phandle);
}

/* The node, unless it is there. */
static void ensure_node(FdtBuilder *fdt, const char *path)
{
    if (!fdt_has_node(fdt, path)) {
        fdt_node(fdt, path);
    }
}

/* Adds CPU i to the map of what contains what, outermost first. */
static void add_to_map(FdtBuilder *fdt, const Machine *m, int i, uint32_t phandle)
{
    const struct {
        const char *name;
        int n; /* of what it consists of */
    } levels[] = {{"socket", m->smp_clusters}, {"cluster", m->smp_cores}, {"core", m->smp_threads}};
    g_autoptr(GString) path = g_string_new("/cpus/cpu-map");
    int size = m->smp_clusters * m->smp_cores * m->smp_threads;

    ensure_node(fdt, path->str);
    for (size_t l = 0; l < G_N_ELEMENTS(levels); l++) {
        g_string_append_printf(path, "/%s%d", levels[l].name, i / size);
        ensure_node(fdt, path->str);
        i %= size;
        size /= levels[l].n;
    }
    if (m->smp_threads > 1) {
        g_string_append_printf(path, "/thread%d", i);
        fdt_node(fdt, path->str);
    }
    fdt_prop_cells(fdt, path->str, "cpu", 1, phandle);
}

/* A new node goes before its siblings: the first CPU comes last. */
static void add_cpus(FdtBuilder *fdt, const VirtMachine *s, Handles *h)
{
    fdt_node(fdt, "/cpus");
    fdt_prop_cells(fdt, "/cpus", "#address-cells", 1, 1u);
    fdt_prop_cells(fdt, "/cpus", "#size-cells", 1, 0u);
    for (int i = s->parent.smp_cpus - 1; i >= 0; i--) {
        h->cpu[i] = fdt_new_phandle(fdt);
        add_cpu(fdt, s, i, h->cpu[i]);
    }
    for (int i = s->parent.smp_cpus - 1; i >= 0; i--) {
        add_to_map(fdt, &s->parent, i, h->cpu[i]);
    }
}

static void add_psci(FdtBuilder *fdt, const VirtMachine *s)
{
    if (s->conduit == ARM_PSCI_NONE) {
        return;
    }
    fdt_node(fdt, "/psci");
    fdt_prop_strs(fdt, "/psci", "compatible", "arm,psci-1.0", "arm,psci-0.2", "arm,psci", NULL);
    fdt_prop_str(fdt, "/psci", "method", s->conduit == ARM_PSCI_SMC ? "smc" : "hvc");
    fdt_prop_cells(fdt, "/psci", "cpu_suspend", 1, 0xc4000001u);
    fdt_prop_cells(fdt, "/psci", "cpu_off", 1, 0x84000002u);
    fdt_prop_cells(fdt, "/psci", "cpu_on", 1, 0xc4000003u);
    fdt_prop_cells(fdt, "/psci", "migrate", 1, 0xc4000005u);
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

/* ---- interrupt controller */

static void add_gic_v2(FdtBuilder *fdt, const char *path, const VirtMachine *s)
{
    fdt_prop_str(fdt, path, "compatible", "arm,cortex-a15-gic");
    fdt_prop_reg(fdt, path, s->virtualization ? 4 : 2, VIRT_GIC_DIST_BASE, VIRT_GIC_DIST_SIZE,
                 VIRT_GIC_CPU_BASE, VIRT_GIC_CPU_SIZE, VIRT_GIC_HYP_BASE, VIRT_GIC_HYP_SIZE,
                 VIRT_GIC_VCPU_BASE, VIRT_GIC_VCPU_SIZE);
}

static void add_gic_v3(FdtBuilder *fdt, const char *path, const VirtMachine *s)
{
    bool high = s->high_redist_base;

    fdt_prop_str(fdt, path, "compatible", "arm,gic-v3");
    fdt_prop_cells(fdt, path, "#redistributor-regions", 1, high ? 2u : 1u);
    fdt_prop_reg(fdt, path, high ? 3 : 2, VIRT_GIC_DIST_BASE, VIRT_GIC_DIST_SIZE,
                 VIRT_GIC_REDIST_BASE, VIRT_GIC_REDIST_SIZE, s->high_redist_base,
                 VIRT_HIGH_REDIST_SIZE);
}

static void add_gic(FdtBuilder *fdt, const VirtMachine *s, uint32_t phandle)
{
    const char *path = "/intc@8000000";

    fdt_prop_cells(fdt, "/", "interrupt-parent", 1, phandle);
    fdt_node(fdt, path);
    fdt_prop_cells(fdt, path, "#interrupt-cells", 1, 3u);
    fdt_prop_empty(fdt, path, "interrupt-controller");
    fdt_prop_cells(fdt, path, "#address-cells", 1, 2u);
    fdt_prop_cells(fdt, path, "#size-cells", 1, 2u);
    fdt_prop_empty(fdt, path, "ranges");
    if (s->gic_version == 3) {
        add_gic_v3(fdt, path, s);
    } else {
        add_gic_v2(fdt, path, s);
    }
    if (s->virtualization) {
        fdt_prop_cells(fdt, path, "interrupts", 3, GIC_PPI, (uint32_t)VIRT_PPI_GIC_MAINTENANCE,
                       IRQ_LEVEL_HIGH);
    }
    fdt_prop_cells(fdt, path, "phandle", 1, phandle);
}

static void add_msi(FdtBuilder *fdt, const VirtMachine *s)
{
    bool its = s->gic_version == 3;
    const char *path = its ? "/intc@8000000/its@8080000" : "/intc@8000000/v2m@8020000";

    if (!s->msi) {
        return;
    }
    fdt_node(fdt, path);
    fdt_prop_str(fdt, path, "compatible", its ? "arm,gic-v3-its" : "arm,gic-v2m-frame");
    fdt_prop_empty(fdt, path, "msi-controller");
    if (its) {
        fdt_prop_cells(fdt, path, "#msi-cells", 1, 1u);
        fdt_prop_reg(fdt, path, 1, VIRT_GIC_ITS_BASE, VIRT_GIC_ITS_SIZE);
    } else {
        fdt_prop_reg(fdt, path, 1, VIRT_GIC_V2M_BASE, VIRT_GIC_V2M_SIZE);
    }
    fdt_prop_cells(fdt, path, "phandle", 1, fdt_new_phandle(fdt));
}

/* ---- devices */

/* What the Secure state alone has. */
static void only_secure(FdtBuilder *fdt, const char *path)
{
    fdt_prop_str(fdt, path, "status", "disabled");
    fdt_prop_str(fdt, path, "secure-status", "okay");
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

static void add_uarts(FdtBuilder *fdt, const VirtMachine *s, uint32_t clock)
{
    add_device(fdt, s->uart, &(FdtPlace){VIRT_UART_BASE, 0x1000, VIRT_SPI_UART, clock, 0});
    if (s->secure) {
        fdt_node(fdt, "/secram@e000000");
        fdt_prop_str(fdt, "/secram@e000000", "device_type", "memory");
        fdt_prop_reg(fdt, "/secram@e000000", 1, VIRT_SECURE_MEM_BASE, VIRT_SECURE_MEM_SIZE);
        only_secure(fdt, "/secram@e000000");
        add_device(fdt, s->secure_uart,
                   &(FdtPlace){VIRT_SECURE_UART_BASE, 0x1000, VIRT_SPI_SECURE_UART, clock, 0});
        only_secure(fdt, "/pl011@9040000");
    }
}

static void add_gpio_pin(FdtBuilder *fdt, const char *path, uint32_t gpio, uint32_t pin)
{
    fdt_node(fdt, path);
    fdt_prop_str(fdt, path, "compatible", path + 1);
    fdt_prop_cells(fdt, path, "gpios", 3, gpio, pin, 0u);
    only_secure(fdt, path);
}

/* Its interrupt goes nowhere: the binding wants one named all the same. */
static void add_secure_gpio(FdtBuilder *fdt, const VirtMachine *s, uint32_t clock)
{
    uint32_t phandle = fdt_new_phandle(fdt);

    add_device(fdt, s->secure_gpio, &(FdtPlace){VIRT_SECURE_GPIO_BASE, 0x1000, 0, clock, phandle});
    only_secure(fdt, "/pl061@90b0000");
    add_gpio_pin(fdt, "/gpio-poweroff", phandle, 0);
    add_gpio_pin(fdt, "/gpio-restart", phandle, 1);
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

static void add_flash(FdtBuilder *fdt, const char *path, size_t n, hwaddr addr)
{
    fdt_node(fdt, path);
    fdt_prop_str(fdt, path, "compatible", "cfi-flash");
    fdt_prop_reg(fdt, path, n, addr, VIRT_FLASH_SIZE, addr + VIRT_FLASH_SIZE, VIRT_FLASH_SIZE);
    fdt_prop_cells(fdt, path, "bank-width", 1, 4u);
}

static void add_flashes(FdtBuilder *fdt, const VirtMachine *s)
{
    if (!s->secure) {
        add_flash(fdt, "/flash@0", 2, VIRT_FLASH_BASE);
        return;
    }
    add_flash(fdt, "/secflash@0", 1, VIRT_FLASH_BASE);
    only_secure(fdt, "/secflash@0");
    add_flash(fdt, "/flash@4000000", 1, VIRT_FLASH_BASE + VIRT_FLASH_SIZE);
}

static void add_pmu(FdtBuilder *fdt, const VirtMachine *s, uint32_t flags)
{
    if (virt_cpu(s, 0)->has_pmu) {
        fdt_node(fdt, "/pmu");
        fdt_prop_str(fdt, "/pmu", "compatible", "arm,armv8-pmuv3");
        fdt_prop_cells(fdt, "/pmu", "interrupts", 3, GIC_PPI, (uint32_t)VIRT_PPI_PMU, flags);
    }
}

static void add_memory_node(FdtBuilder *fdt, hwaddr base, uint64_t size, int node)
{
    g_autofree char *path = g_strdup_printf("/memory@%" PRIx64, base);

    fdt_node(fdt, path);
    fdt_prop_str(fdt, path, "device_type", "memory");
    fdt_prop_reg(fdt, path, 1, base, size);
    if (node >= 0) {
        fdt_prop_cells(fdt, path, "numa-node-id", 1, (uint32_t)node);
    }
}

static void add_memory(FdtBuilder *fdt, const Machine *m)
{
    hwaddr base = VIRT_RAM_BASE;

    if (!m->numa) {
        add_memory_node(fdt, base, m->ram_size, -1);
        return;
    }
    for (int i = 0; i < m->numa->n_nodes; i++) {
        if (m->numa->nodes[i].size) {
            add_memory_node(fdt, base, m->numa->nodes[i].size, i);
            base += m->numa->nodes[i].size;
        }
    }
}

static void add_distances(FdtBuilder *fdt, const Numa *numa)
{
    size_t n = (size_t)numa->n_nodes, cell = 0;
    g_autofree uint32_t *cells = g_new(uint32_t, n * n * 3);

    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            cells[cell++] = __builtin_bswap32(i);
            cells[cell++] = __builtin_bswap32(j);
            cells[cell++] = __builtin_bswap32(numa->distance[i][j]);
        }
    }
    fdt_node(fdt, "/distance-map");
    fdt_prop_str(fdt, "/distance-map", "compatible", "numa-distance-map-v1");
    fdt_prop_bytes(fdt, "/distance-map", "distance-matrix", cells, cell * sizeof(cells[0]));
}

FdtBuilder *virt_fdt_build(VirtMachine *s)
{
    FdtBuilder *fdt = fdt_builder_new(s->first_phandle);
    Handles h = {.clock = fdt_new_phandle(fdt)};
    uint32_t flags =
        IRQ_LEVEL_HIGH | (s->gic_version == 2 ? GIC_V2_PPI_CPUS(s->parent.smp_cpus) : 0);

    fdt_prop_str(fdt, "/", "compatible", s->dt_compatible ? s->dt_compatible : "linux,dummy-virt");
    fdt_prop_str(fdt, "/", "model", "linux,dummy-virt");
    if (s->parent.numa && s->parent.numa->has_distances) {
        add_distances(fdt, s->parent.numa);
    }
    add_chosen(fdt, s);
    add_clock(fdt, h.clock);
    add_timer(fdt, flags);
    add_cpus(fdt, s, &h);
    add_flashes(fdt, s);
    h.gic = fdt_new_phandle(fdt);
    add_gic(fdt, s, h.gic);
    add_msi(fdt, s);
    add_pmu(fdt, s, flags);
    add_uarts(fdt, s, h.clock);
    add_device(fdt, s->rtc, &(FdtPlace){VIRT_RTC_BASE, 0x1000, VIRT_SPI_RTC, h.clock, 0});
    h.gpio = fdt_new_phandle(fdt);
    add_device(fdt, s->gpio, &(FdtPlace){VIRT_GPIO_BASE, 0x1000, VIRT_SPI_GPIO, h.clock, h.gpio});
    add_power_button(fdt, h.gpio);
    if (s->secure) {
        add_secure_gpio(fdt, s, h.clock);
    }
    add_device(fdt, s->fw_cfg, &(FdtPlace){VIRT_FW_CFG_BASE, 0x18, 0, 0, 0});
    add_memory(fdt, &s->parent);
    add_psci(fdt, s);
    return fdt;
}
