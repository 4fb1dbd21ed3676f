# SPDX-License-Identifier: MIT
monitor-srcs += $(addprefix monitor/,audit-records.c audit.c ctl-help.c ctl-link.c ctl-schema.c \
                ctl.c events.c fds.c hmp-complete.c hmp-info.c hmp-memory.c hmp.c line-editor.c \
                monitor.c policy.c qmp-control.c qmp-events.c qmp-fd.c qmp-hmp.c qmp-introspect.c \
                session.c text-session.c throttle.c wait.c)

# Not with the commands of all other folders, which the archive's table of commands needs.
unit-tests += audit line-editor session throttle
$(addprefix tests/unit/,audit-test line-editor-test session-test throttle-test): libmonitor.a
$(foreach t,audit line-editor session throttle,$(eval unit-libs-$(t) := util qapi qom backends softmmu))
$(foreach t,audit line-editor session throttle,$(eval unit-ldlibs-$(t) := libmonitor.a))
