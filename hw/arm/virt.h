/* SPDX-License-Identifier: MIT */
/* The virt board: addresses, interrupt numbers and state shared by its files. */
#ifndef HW_ARM_VIRT_H
#define HW_ARM_VIRT_H

#include "hw/core/loader.h"
#include "hw/core/machine.h"
#include "softmmu/clock.h"
#include "util/notifier.h"

/* The documented memory map. */
#define VIRT_FLASH_BASE      0x00000000ull
#define VIRT_FLASH_SIZE      0x04000000ull /* each of the two */
#define VIRT_GIC_DIST_BASE   0x08000000ull
#define VIRT_GIC_DIST_SIZE   0x00010000ull
#define VIRT_GIC_CPU_BASE    0x08010000ull
#define VIRT_GIC_CPU_SIZE    0x00010000ull
#define VIRT_GIC_REDIST_BASE 0x080a0000ull
#define VIRT_GIC_REDIST_SIZE 0x00f60000ull
#define VIRT_UART_BASE       0x09000000ull
#define VIRT_RTC_BASE        0x09010000ull
#define VIRT_FW_CFG_BASE     0x09020000ull
#define VIRT_GPIO_BASE       0x09030000ull
#define VIRT_RAM_BASE        0x40000000ull
#define VIRT_RAM_MAX         (255 * GiB)

/* Shared peripheral interrupts. */
enum { VIRT_SPI_UART = 1, VIRT_SPI_RTC = 2, VIRT_SPI_GPIO = 7 };
/* Private peripheral interrupts, as interrupt numbers less 16. */
enum {
    VIRT_PPI_PMU = 7,
    VIRT_PPI_HYP = 10,
    VIRT_PPI_VIRT = 11,
    VIRT_PPI_SEC = 13,
    VIRT_PPI_PHYS = 14
};

#define VIRT_NUM_SPIS   256
#define VIRT_MAX_CPUS   8
#define VIRT_POWER_GPIO 3 /* the pin of the power button */

typedef struct VirtMachine {
    Machine parent;
    char *gic_version_text; /* property gic-version */
    bool dtb_randomness;

    int gic_version;
    Device *cpus[VIRT_MAX_CPUS];
    Device *gic, *uart, *rtc, *gpio, *fw_cfg, *flash[2];
    Notifier powerdown;
    Timer button_release;

    KernelImage kernel;
    hwaddr initrd_start, initrd_end;
} VirtMachine;

/* virt-boot.c: kernel and initrd into RAM. */
bool virt_load(Machine *m, Error **errp) REQUIRES(vm_lock);
/* virt-boot.c: the device tree in place; where the first CPU starts. */
bool virt_done(Machine *m, Error **errp) REQUIRES(vm_lock);
/* virt-fdt.c: the board's tree; phandles and nodes of every device. (transfer full) */
FdtBuilder *virt_fdt_build(VirtMachine *s);

#endif
