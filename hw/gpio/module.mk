# SPDX-License-Identifier: MIT
hw-srcs += hw/gpio/pl061.c
