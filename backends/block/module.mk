# SPDX-License-Identifier: MIT
backends-srcs += backends/block/qmp-block-core.c
