# SPDX-License-Identifier: MIT
backends-srcs += $(addprefix backends/chardev/,address.c chardev.c dial.c file.c mux.c options.c \
    pipe.c pty.c qmp-char.c qmp-yank.c ringbuf.c socket.c stdio.c table.c telnet.c websocket.c)

unit-tests += chardev
unit-libs-chardev := util qapi qom backends
