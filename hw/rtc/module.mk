# SPDX-License-Identifier: MIT
hw-srcs += hw/rtc/pl031.c
