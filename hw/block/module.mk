# SPDX-License-Identifier: MIT
hw-srcs += hw/block/pflash-cfi01.c
