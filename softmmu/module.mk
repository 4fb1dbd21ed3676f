# SPDX-License-Identifier: MIT
main-srcs += softmmu/main.c
# What stands above every layer, without main().
startup-srcs += softmmu/startup.c softmmu/startup-board.c softmmu/startup-machine.c softmmu/startup-process.c softmmu/validate.c softmmu/query-config.c softmmu/options.c \
                softmmu/options-apply.c softmmu/options-completion.c softmmu/options-ini.c softmmu/options-peer.c softmmu/qmp-startup.c
softmmu-srcs += softmmu/accel.c softmmu/clock.c softmmu/cpus.c softmmu/icount.c softmmu/run-for.c softmmu/main-loop.c softmmu/memory.c softmmu/memory-access.c softmmu/memory-fence.c softmmu/memsave.c softmmu/configuration.c \
                softmmu/process.c \
                softmmu/qmp-job.c softmmu/qmp-misc.c softmmu/qmp-run-state.c softmmu/qmp-stats.c softmmu/qmp-trace.c softmmu/ram.c softmmu/reset.c softmmu/rtc.c \
                softmmu/run-state.c softmmu/sandbox.c softmmu/sigbus.c softmmu/vm-lock.c

unit-tests += memory
unit-libs-memory := util qapi qom softmmu
unit-tests += clock options sandbox rtc
unit-libs-sandbox := util qapi qom softmmu
unit-libs-rtc := util qapi qom softmmu
unit-libs-clock := util qapi qom softmmu
unit-libs-options := util qapi qom backends softmmu hw accel monitor migration startup
