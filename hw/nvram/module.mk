hw-srcs += hw/nvram/fw-cfg.c
