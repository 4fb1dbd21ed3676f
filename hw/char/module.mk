hw-srcs += hw/char/pl011.c
