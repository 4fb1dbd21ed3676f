# SPDX-License-Identifier: MIT
hw-srcs += hw/intc/arm-gic.c hw/intc/arm-gic-mmio.c hw/intc/arm-gicv3.c \
           hw/intc/arm-gicv3-cpuif.c hw/intc/arm-gicv3-mmio.c hw/intc/gic-common.c
