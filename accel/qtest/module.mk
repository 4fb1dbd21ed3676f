# SPDX-License-Identifier: MIT
accel-srcs += accel/qtest/accel.c accel/qtest/qtest.c
