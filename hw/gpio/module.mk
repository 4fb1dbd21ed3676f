hw-srcs += hw/gpio/pl061.c
