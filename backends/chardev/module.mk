# SPDX-License-Identifier: MIT
backends-srcs += $(addprefix backends/chardev/,address.c chardev.c file.c options.c pty.c \
    qmp-char.c socket.c stdio.c)

unit-tests += chardev
unit-libs-chardev := util qapi qom backends
