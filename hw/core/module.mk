hw-srcs += hw/core/cpu.c hw/core/device.c hw/core/machine.c hw/core/reg.c
