# SPDX-License-Identifier: MIT
hw-srcs += hw/acpi/aml.c hw/acpi/table.c
