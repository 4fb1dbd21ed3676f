# SPDX-License-Identifier: MIT
backends-srcs += $(addprefix backends/chardev/,address.c chardev.c dial.c file.c front.c mux.c \
    options.c pipe.c pty.c qmp-char.c qmp-yank.c ringbuf.c socket.c stdio.c table.c telnet.c \
    websocket.c)

unit-tests += chardev chardev-codec chardev-kinds chardev-listen
unit-libs-chardev := util qapi qom backends
unit-libs-chardev-codec := util qapi qom backends
unit-libs-chardev-kinds := util qapi qom backends
unit-libs-chardev-listen := util qapi qom backends
