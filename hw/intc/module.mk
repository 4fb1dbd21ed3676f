hw-srcs += hw/intc/arm-gic.c hw/intc/gic-common.c
