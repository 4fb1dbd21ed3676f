/* SPDX-License-Identifier: MIT */
/* The ACPI tables of the virt board. */
#include "hw/arm/virt.h"

#include "gen/qapi-types.h"
#include "hw/acpi/aml.h"
#include "hw/acpi/table.h"
#include "hw/nvram/fw-cfg.h"

/* Interrupt numbers as ACPI counts them. */
#define GSI_SPI(n) (32u + (n))
#define GSI_PPI(n) (16u + (n))

enum { BAUD_9600 = 3, UART_PL011 = 3, IRQ_OF_GIC = 8 };

/* ---- DSDT: devices */

static GByteArray *memory_and_interrupt(uint64_t base, uint32_t len, int spi)
{
    GByteArray *r = g_byte_array_new();

    aml_resource_memory(r, (uint32_t)base, len);
    if (spi >= 0) {
        aml_resource_interrupt(r, GSI_SPI((uint32_t)spi));
    }
    return r;
}

static void add_cpu_devices(GByteArray *b, const VirtMachine *s)
{
    for (int i = 0; i < s->parent.smp_cpus; i++) {
        g_autofree char *name = g_strdup_printf("C%03X", (unsigned)i);
        size_t dev = aml_begin_device(b, name);

        aml_name_string(b, "_HID", "ACPI0007");
        aml_name_integer(b, "_UID", (uint64_t)i);
        aml_end(b, dev);
    }
}

static void add_uart_device(GByteArray *b)
{
    size_t dev = aml_begin_device(b, "COM0");

    aml_name_string(b, "_HID", "ARMH0011");
    aml_name_integer(b, "_UID", 0);
    aml_name_resources(b, "_CRS", memory_and_interrupt(VIRT_UART_BASE, 0x1000, VIRT_SPI_UART));
    aml_end(b, dev);
}

static void add_fw_cfg_device(GByteArray *b)
{
    size_t dev = aml_begin_device(b, "FWCF");

    aml_name_string(b, "_HID", "QEMU0002");
    aml_name_integer(b, "_STA", 0xb); /* present, working, not shown */
    aml_name_integer(b, "_CCA", 1);
    aml_name_resources(b, "_CRS", memory_and_interrupt(VIRT_FW_CFG_BASE, 0x18, -1));
    aml_end(b, dev);
}

/* An edge on the button's pin runs the method of the pin's number, which tells the button. */
static void add_power_button(GByteArray *b)
{
    GByteArray *event = g_byte_array_new();
    size_t dev = aml_begin_device(b, "GPO0");

    aml_name_string(b, "_HID", "ARMH0061");
    aml_name_integer(b, "_UID", 0);
    aml_name_resources(b, "_CRS", memory_and_interrupt(VIRT_GPIO_BASE, 0x1000, VIRT_SPI_GPIO));
    aml_resource_gpio_event(event, VIRT_POWER_GPIO, "GPO0");
    aml_name_resources(b, "_AEI", event);
    size_t method = aml_begin_method(b, "_E03", 0);
    aml_notify(b, "PWRB", 0x80);
    aml_end(b, method);
    aml_end(b, dev);
    dev = aml_begin_device(b, "PWRB");
    aml_name_string(b, "_HID", "PNP0C0C");
    aml_name_integer(b, "_UID", 0);
    aml_end(b, dev);
}

static size_t add_dsdt(AcpiTables *t, const VirtMachine *s)
{
    size_t dsdt = acpi_begin(t, "DSDT", 2);
    size_t scope = aml_begin_scope(t->blob, "\\_SB");

    add_cpu_devices(t->blob, s);
    add_uart_device(t->blob);
    add_fw_cfg_device(t->blob);
    add_power_button(t->blob);
    aml_end(t->blob, scope);
    acpi_end(t, dsdt);
    return dsdt;
}

/* ---- FADT: hardware-reduced, so that most of it is empty */

static void add_fadt(AcpiTables *t, const VirtMachine *s, size_t dsdt)
{
    enum { HW_REDUCED = 1 << 20, PSCI = 1, PSCI_HVC = 2 };
    size_t fadt = acpi_begin(t, "FACP", 6);
    unsigned psci = s->conduit == ARM_PSCI_NONE  ? 0
                    : s->conduit == ARM_PSCI_HVC ? PSCI | PSCI_HVC
                                                 : PSCI;

    acpi_zeros(t, 112 - 36);
    acpi_u32(t, HW_REDUCED);
    acpi_zeros(t, 129 - 116);
    acpi_u16(t, (uint16_t)psci);
    acpi_u8(t, 0); /* minor revision */
    acpi_u64(t, 0);
    acpi_pointer(t, dsdt);
    acpi_zeros(t, 268 - 148);
    g_byte_array_append(t->blob, (const guint8 *)"QEMU\0\0\0\0", 8); /* hypervisor */
    acpi_end_listed(t, fadt);
}

/* ---- MADT: interrupt controller */

static void add_gic_cpu(AcpiTables *t, const VirtMachine *s, int i)
{
    bool v2 = s->gic_version == 2, virtualized = v2 && s->virtualization;
    const ArmCpu *cpu = virt_cpu(s, i);

    acpi_u8(t, 11);
    acpi_u8(t, 80);
    acpi_u16(t, 0);
    acpi_u32(t, (uint32_t)i);
    acpi_u32(t, (uint32_t)i);
    acpi_u32(t, 1); /* enabled */
    acpi_u32(t, 0);
    acpi_u32(t, cpu->has_pmu ? GSI_PPI(VIRT_PPI_PMU) : 0);
    acpi_u64(t, 0);
    acpi_u64(t, v2 ? VIRT_GIC_CPU_BASE : 0);
    acpi_u64(t, virtualized ? VIRT_GIC_VCPU_BASE : 0);
    acpi_u64(t, virtualized ? VIRT_GIC_HYP_BASE : 0);
    acpi_u32(t, s->virtualization ? GSI_PPI(VIRT_PPI_GIC_MAINTENANCE) : 0);
    acpi_u64(t, 0); /* redistributor: see its region */
    acpi_u64(t, cpu->mpidr & ARM_AFFINITY_MASK);
    acpi_u32(t, 0);
}

static void add_redist_region(AcpiTables *t, uint64_t base, uint64_t size)
{
    acpi_u8(t, 14);
    acpi_u8(t, 16);
    acpi_u16(t, 0);
    acpi_u64(t, base);
    acpi_u32(t, (uint32_t)size);
}

static void add_gic_v3_parts(AcpiTables *t, const VirtMachine *s)
{
    add_redist_region(t, VIRT_GIC_REDIST_BASE, VIRT_GIC_REDIST_SIZE);
    if (s->high_redist_base) {
        add_redist_region(t, s->high_redist_base, VIRT_HIGH_REDIST_SIZE);
    }
    if (s->msi) {
        acpi_u8(t, 15); /* interrupt translation service */
        acpi_u8(t, 20);
        acpi_u16(t, 0);
        acpi_u32(t, 0);
        acpi_u64(t, VIRT_GIC_ITS_BASE);
        acpi_u32(t, 0);
    }
}

static void add_msi_frame(AcpiTables *t)
{
    acpi_u8(t, 13);
    acpi_u8(t, 24);
    acpi_u16(t, 0);
    acpi_u32(t, 0);
    acpi_u64(t, VIRT_GIC_V2M_BASE);
    acpi_u32(t, 1); /* count and base are as told here */
    acpi_u16(t, VIRT_V2M_SPIS);
    acpi_u16(t, GSI_SPI(VIRT_SPI_V2M));
}

static void add_madt(AcpiTables *t, const VirtMachine *s)
{
    size_t madt = acpi_begin(t, "APIC", 4);

    acpi_zeros(t, 8);
    acpi_u8(t, 12); /* distributor */
    acpi_u8(t, 24);
    acpi_zeros(t, 6);
    acpi_u64(t, VIRT_GIC_DIST_BASE);
    acpi_u32(t, 0);
    acpi_u32(t, (uint32_t)s->gic_version);
    for (int i = 0; i < s->parent.smp_cpus; i++) {
        add_gic_cpu(t, s, i);
    }
    if (s->gic_version == 3) {
        add_gic_v3_parts(t, s);
    } else if (s->msi) {
        add_msi_frame(t);
    }
    acpi_end_listed(t, madt);
}

/* The translation service, for what will send messages to it. */
static void add_iort(AcpiTables *t, const VirtMachine *s)
{
    if (s->gic_version != 3 || !s->msi) {
        return;
    }
    size_t iort = acpi_begin(t, "IORT", 3);
    acpi_u32(t, 1);  /* nodes */
    acpi_u32(t, 48); /* where they begin */
    acpi_u32(t, 0);
    acpi_u8(t, 0); /* ITS group */
    acpi_u16(t, 24);
    acpi_u8(t, 1);
    acpi_zeros(t, 12);
    acpi_u32(t, 1); /* of one */
    acpi_u32(t, 0); /* its id in the MADT */
    acpi_end_listed(t, iort);
}

/* ---- topology */

static uint32_t add_processor(AcpiTables *t, size_t pptt, uint32_t flags, uint32_t parent, int id)
{
    uint32_t offset = (uint32_t)(t->blob->len - pptt);

    acpi_u8(t, 0);
    acpi_u8(t, 20);
    acpi_u16(t, 0);
    acpi_u32(t, flags);
    acpi_u32(t, parent);
    acpi_u32(t, (uint32_t)id);
    acpi_u32(t, 0); /* caches are not described */
    return offset;
}

static void add_pptt(AcpiTables *t, const Machine *m)
{
    enum { PACKAGE = 1, ID_VALID = 2, THREAD = 4, LEAF = 8 };
    size_t pptt = acpi_begin(t, "PPTT", 2);
    int per_core = m->smp_threads, per_cluster = per_core * m->smp_cores;
    int per_socket = per_cluster * m->smp_clusters;
    uint32_t socket = 0, cluster = 0, core = 0;

    for (int i = 0; i < m->smp_cpus; i++) {
        if (i % per_socket == 0) {
            socket = add_processor(t, pptt, PACKAGE, 0, i / per_socket);
        }
        if (i % per_cluster == 0) {
            cluster = add_processor(t, pptt, 0, socket, i % per_socket / per_cluster);
        }
        if (per_core == 1) {
            add_processor(t, pptt, ID_VALID | LEAF, cluster, i);
            continue;
        }
        if (i % per_core == 0) {
            core = add_processor(t, pptt, 0, cluster, i % per_cluster / per_core);
        }
        add_processor(t, pptt, ID_VALID | THREAD | LEAF, core, i);
    }
    acpi_end_listed(t, pptt);
}

static void add_srat(AcpiTables *t, const Machine *m)
{
    size_t srat = acpi_begin(t, "SRAT", 3);
    uint64_t base = VIRT_RAM_BASE;

    acpi_u32(t, 1);
    acpi_u64(t, 0);
    for (int i = 0; i < m->smp_cpus; i++) {
        acpi_u8(t, 3);
        acpi_u8(t, 18);
        acpi_u32(t, (uint32_t)numa_node_of_cpu(m, i));
        acpi_u32(t, (uint32_t)i);
        acpi_u32(t, 1);
        acpi_u32(t, 0);
    }
    for (int n = 0; n < m->numa->n_nodes; n++) {
        if (!m->numa->nodes[n].size) {
            continue;
        }
        acpi_u8(t, 1);
        acpi_u8(t, 40);
        acpi_u32(t, (uint32_t)n);
        acpi_u16(t, 0);
        acpi_u64(t, base);
        acpi_u64(t, m->numa->nodes[n].size);
        acpi_u32(t, 0);
        acpi_u32(t, 1);
        acpi_u64(t, 0);
        base += m->numa->nodes[n].size;
    }
    acpi_end_listed(t, srat);
}

static void add_slit(AcpiTables *t, const Numa *numa)
{
    size_t slit = acpi_begin(t, "SLIT", 1);

    acpi_u64(t, (uint64_t)numa->n_nodes);
    for (int i = 0; i < numa->n_nodes; i++) {
        g_byte_array_append(t->blob, numa->distance[i], (guint)numa->n_nodes);
    }
    acpi_end_listed(t, slit);
}

/* ---- timer and consoles */

static void add_gtdt(AcpiTables *t)
{
    enum { ALWAYS_ON = 4 }; /* else level-triggered, active high */
    static const struct {
        int ppi;
        uint32_t flags;
    } timers[] = {
        {VIRT_PPI_SEC, 0}, {VIRT_PPI_PHYS, ALWAYS_ON}, {VIRT_PPI_VIRT, 0}, {VIRT_PPI_HYP, 0}};
    size_t gtdt = acpi_begin(t, "GTDT", 2);

    acpi_u64(t, UINT64_MAX); /* no counter in memory */
    acpi_u32(t, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(timers); i++) {
        acpi_u32(t, GSI_PPI((uint32_t)timers[i].ppi));
        acpi_u32(t, timers[i].flags);
    }
    acpi_u64(t, UINT64_MAX);
    acpi_u64(t, 0);
    acpi_end_listed(t, gtdt);
}

static void add_spcr(AcpiTables *t)
{
    size_t spcr = acpi_begin(t, "SPCR", 2);

    acpi_u32(t, UART_PL011);
    acpi_memory_register(t, VIRT_UART_BASE, 1);
    acpi_u16(t, IRQ_OF_GIC);
    acpi_u32(t, GSI_SPI(VIRT_SPI_UART));
    acpi_u8(t, BAUD_9600);
    acpi_u8(t, 0); /* no parity */
    acpi_u8(t, 1); /* stop bit */
    acpi_u8(t, 2); /* RTS and CTS */
    acpi_u16(t, 0);
    acpi_u32(t, UINT32_MAX); /* no PCI device */
    acpi_zeros(t, 12);
    acpi_end_listed(t, spcr);
}

static void add_dbg2(AcpiTables *t)
{
    enum { INFO = 22, ADDRESS = 12, NAME = INFO + ADDRESS + 4, NAME_LEN = 5 };
    size_t dbg2 = acpi_begin(t, "DBG2", 0);

    acpi_u32(t, 44); /* where the devices begin */
    acpi_u32(t, 1);
    acpi_u8(t, 0);
    acpi_u16(t, NAME + NAME_LEN);
    acpi_u8(t, 1); /* of registers */
    acpi_u16(t, NAME_LEN);
    acpi_u16(t, NAME);
    acpi_u32(t, 0);
    acpi_u16(t, 0x8000); /* serial */
    acpi_u16(t, UART_PL011);
    acpi_u16(t, 0);
    acpi_u16(t, INFO);
    acpi_u16(t, INFO + ADDRESS);
    acpi_memory_register(t, VIRT_UART_BASE, 1);
    acpi_u32(t, 0x1000);
    g_byte_array_append(t->blob, (const guint8 *)"COM0", NAME_LEN);
    acpi_end_listed(t, dbg2);
}

/* ---- all of them */

static AcpiTables *build(const VirtMachine *s)
{
    AcpiTables *t = acpi_tables_new(s->oem_id ? s->oem_id : "BOCHS ",
                                    s->oem_table_id ? s->oem_table_id : "BXPC    ");
    size_t dsdt = add_dsdt(t, s);

    add_fadt(t, s, dsdt);
    add_madt(t, s);
    add_pptt(t, &s->parent);
    add_gtdt(t);
    add_spcr(t);
    add_dbg2(t);
    if (s->parent.numa) {
        add_srat(t, &s->parent);
        if (s->parent.numa->has_distances) {
            add_slit(t, s->parent.numa);
        }
    }
    add_iort(t, s);
    acpi_finish(t);
    return t;
}

static void add_file(const VirtMachine *s, const char *name, const GByteArray *content)
{
    g_autoptr(GBytes) bytes = g_bytes_new(content->data, content->len);

    fw_cfg_add_file(s->fw_cfg, name, bytes);
}

void virt_acpi_add(VirtMachine *s)
{
    AcpiTables *t;

    if (s->acpi == ON_OFF_AUTO_OFF) {
        return;
    }
    t = build(s);
    add_file(s, ACPI_FILE_RSDP, t->rsdp);
    add_file(s, ACPI_FILE_TABLES, t->blob);
    add_file(s, ACPI_FILE_LINKER, t->linker);
    acpi_tables_free(t);
}
