# SPDX-License-Identifier: MIT
monitor-srcs += $(addprefix monitor/,audit-records.c audit.c events.c fds.c monitor.c policy.c \
                qmp-control.c qmp-events.c qmp-fd.c qmp-introspect.c session.c throttle.c wait.c)

unit-tests += audit session throttle
unit-libs-audit := util qapi qom backends softmmu monitor
unit-libs-session := util qapi qom backends softmmu monitor
unit-libs-throttle := util qapi qom backends softmmu monitor
