# SPDX-License-Identifier: MIT
hw-srcs += hw/acpi/aml.c hw/acpi/table.c

unit-tests += acpi
unit-libs-acpi := util qapi qom backends softmmu hw
