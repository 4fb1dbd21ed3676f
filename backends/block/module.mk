# SPDX-License-Identifier: MIT
backends-srcs += $(addprefix backends/block/,block.c file.c qmp-block-core.c raw.c)

unit-tests += block
unit-libs-block := util qapi qom backends
