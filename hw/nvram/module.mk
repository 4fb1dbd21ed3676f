# SPDX-License-Identifier: MIT
hw-srcs += hw/nvram/fw-cfg.c
