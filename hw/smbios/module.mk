# SPDX-License-Identifier: MIT
hw-srcs += hw/smbios/smbios.c
