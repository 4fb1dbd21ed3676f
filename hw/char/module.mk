# SPDX-License-Identifier: MIT
hw-srcs += hw/char/pl011.c
