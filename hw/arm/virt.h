/* SPDX-License-Identifier: MIT */
/* The virt board: addresses, interrupt numbers and state shared by its files. */
#ifndef HW_ARM_VIRT_H
#define HW_ARM_VIRT_H

#include "hw/core/loader.h"
#include "hw/core/machine.h"
#include "hw/cpu/arm-cpu.h"
#include "softmmu/clock.h"
#include "util/notifier.h"

/* The documented memory map. */
#define VIRT_FLASH_BASE       0x00000000ull
#define VIRT_FLASH_SIZE       0x04000000ull /* each of the two */
#define VIRT_GIC_DIST_BASE    0x08000000ull
#define VIRT_GIC_DIST_SIZE    0x00010000ull
#define VIRT_GIC_CPU_BASE     0x08010000ull
#define VIRT_GIC_CPU_SIZE     0x00010000ull
#define VIRT_GIC_V2M_BASE     0x08020000ull
#define VIRT_GIC_V2M_SIZE     0x00001000ull
#define VIRT_GIC_HYP_BASE     0x08030000ull
#define VIRT_GIC_HYP_SIZE     0x00010000ull
#define VIRT_GIC_VCPU_BASE    0x08040000ull
#define VIRT_GIC_VCPU_SIZE    0x00010000ull
#define VIRT_GIC_ITS_BASE     0x08080000ull
#define VIRT_GIC_ITS_SIZE     0x00020000ull
#define VIRT_GIC_REDIST_BASE  0x080a0000ull
#define VIRT_GIC_REDIST_SIZE  0x00f60000ull
#define VIRT_UART_BASE        0x09000000ull
#define VIRT_RTC_BASE         0x09010000ull
#define VIRT_FW_CFG_BASE      0x09020000ull
#define VIRT_GPIO_BASE        0x09030000ull
#define VIRT_SECURE_UART_BASE 0x09040000ull
#define VIRT_SECURE_GPIO_BASE 0x090b0000ull
#define VIRT_SECURE_MEM_BASE  0x0e000000ull
#define VIRT_SECURE_MEM_SIZE  0x01000000ull
#define VIRT_RAM_BASE         0x40000000ull
#define VIRT_HIGH_BASE        (256 * GiB) /* at least: it lies above the RAM */
#define VIRT_HIGH_REDIST_SIZE 0x04000000ull
#define VIRT_MAX_ADDRESS_BITS 52 /* of the architecture; a CPU has fewer */

/* Shared peripheral interrupts. */
enum {
    VIRT_SPI_UART = 1,
    VIRT_SPI_RTC = 2,
    VIRT_SPI_GPIO = 7,
    VIRT_SPI_SECURE_UART = 8,
    VIRT_SPI_V2M = 48, /* the first of VIRT_V2M_SPIS */
};
/* Private peripheral interrupts, as interrupt numbers less 16. */
enum {
    VIRT_PPI_PMU = 7,
    VIRT_PPI_GIC_MAINTENANCE = 9,
    VIRT_PPI_HYP = 10,
    VIRT_PPI_VIRT = 11,
    VIRT_PPI_HYP_VIRT = 12,
    VIRT_PPI_SEC = 13,
    VIRT_PPI_PHYS = 14
};

#define VIRT_NUM_SPIS    256
#define VIRT_V2M_SPIS    64
#define VIRT_MAX_CPUS    512
#define VIRT_MAX_CPUS_V2 8
/* Redistributors that fit below the UART. */
#define VIRT_LOW_REDISTS (VIRT_GIC_REDIST_SIZE / 0x20000)
#define VIRT_POWER_GPIO  3 /* the pin of the power button */

typedef struct VirtMachine {
    Machine parent;
    char *gic_version_text; /* property gic-version */
    char *pflash_node[2];   /* properties pflash0, pflash1: names of block nodes */
    char *dt_compatible, *oem_id, *oem_table_id;
    bool dtb_randomness, secure, virtualization, highmem, its;
    int acpi;               /* OnOffAuto */
    uint32_t first_phandle; /* property phandle-start */

    int gic_version;
    ArmPsciConduit conduit;
    hwaddr high_redist_base;
    Device *cpus[VIRT_MAX_CPUS];
    Device *gic, *msi, *uart, *rtc, *gpio, *fw_cfg, *flash[2];
    /* What only Secure accesses see: these, and under them all the rest. */
    Device *secure_uart, *secure_gpio;
    MemoryRegion secure_view, normal_view, secure_ram;
    AddressSpace secure_space;
    Notifier powerdown;
    Timer button_release;

    KernelImage kernel;
    hwaddr initrd_start, initrd_end;
} VirtMachine;

static inline ArmCpu *virt_cpu(const VirtMachine *s, int i)
{
    return (ArmCpu *)s->cpus[i];
}

/* virt.c: whether the RAM can be reached with so many bits of physical address. */
bool virt_check_address_bits(const VirtMachine *s, unsigned bits, Error **errp);
/* virt-devices.c: everything on the board. */
bool virt_create_devices(VirtMachine *s, Error **errp) REQUIRES(vm_lock);
/* virt-boot.c: kernel and initrd into RAM. */
bool virt_load(Machine *m, Error **errp) REQUIRES(vm_lock);
/* virt-boot.c: the device tree in place; where CPUs start. */
bool virt_done(Machine *m, Error **errp) REQUIRES(vm_lock);
/* virt-fdt.c: the board's tree; phandles and nodes of every device. (transfer full) */
FdtBuilder *virt_fdt_build(VirtMachine *s);
/* virt-acpi.c: the board's ACPI tables, for firmware, unless they are switched off. */
void virt_acpi_add(VirtMachine *s);
/* Redistributors in the low region; the others are in the high one. */
static inline int virt_low_redists(const VirtMachine *s)
{
    return MIN(s->parent.smp_cpus, (int)VIRT_LOW_REDISTS);
}

#endif
