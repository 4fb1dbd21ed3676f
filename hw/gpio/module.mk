# SPDX-License-Identifier: MIT
hw-srcs += hw/gpio/gpio-pwr.c hw/gpio/pl061.c
