# SPDX-License-Identifier: MIT
monitor-srcs += monitor/monitor.c monitor/qmp-control.c monitor/qmp-introspect.c monitor/session.c
