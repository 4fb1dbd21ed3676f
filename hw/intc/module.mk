# SPDX-License-Identifier: MIT
hw-srcs += hw/intc/arm-gic.c hw/intc/arm-gic-cpuif.c hw/intc/arm-gic-dist.c \
           hw/intc/arm-gic-virt.c hw/intc/arm-gicv2m.c hw/intc/arm-gicv3.c \
           hw/intc/arm-gicv3-cpuif.c hw/intc/arm-gicv3-cpuif-virt.c hw/intc/arm-gicv3-dist.c \
           hw/intc/arm-gicv3-its.c hw/intc/arm-gicv3-its-commands.c \
           hw/intc/arm-gicv3-its-tables.c hw/intc/arm-gicv3-lpi.c hw/intc/arm-gicv3-redist.c \
           hw/intc/arm-gicv3-sgi.c \
           hw/intc/gic-common.c hw/intc/gic-virt.c

unit-tests += gicv3 gicv3-its
unit-libs-gicv3 := util qapi qom backends softmmu hw
unit-libs-gicv3-its := util qapi qom backends softmmu hw
