# SPDX-License-Identifier: MIT
hw-srcs += hw/core/cpu.c hw/core/device.c hw/core/fdt.c hw/core/generic-loader.c hw/core/globals.c hw/core/loader.c \
           hw/core/loader-arm64.c hw/core/machine.c hw/core/numa.c \
           hw/core/qdev.c hw/core/qmp-misc-target.c \
           hw/core/qmp-machine.c hw/core/qmp-machine-target.c hw/core/qmp-qdev.c hw/core/reg.c \
           hw/core/semihosting.c hw/core/semihosting-files.c hw/core/state-hash.c

unit-tests += numa
unit-libs-numa := util qapi qom backends softmmu hw
