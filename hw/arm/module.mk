# SPDX-License-Identifier: MIT
hw-srcs += hw/arm/virt.c hw/arm/virt-acpi.c hw/arm/virt-boot.c hw/arm/virt-devices.c hw/arm/virt-fdt.c
