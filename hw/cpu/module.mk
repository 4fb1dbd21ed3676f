# SPDX-License-Identifier: MIT
hw-srcs += hw/cpu/arm-cpu.c hw/cpu/arm-debug.c hw/cpu/arm-dump.c hw/cpu/arm-event.c hw/cpu/arm-exc.c hw/cpu/arm-hash.c hw/cpu/arm-mmu.c hw/cpu/arm-mmu-fault.c hw/cpu/arm-mmu-regime.c \
           hw/cpu/arm-mmu-stage2.c hw/cpu/arm-mmu-walk.c hw/cpu/arm-models.c \
           hw/cpu/arm-pmu.c hw/cpu/arm-psci.c hw/cpu/arm-sysregs.c hw/cpu/arm-sysregs-core.c \
           hw/cpu/arm-sysregs-debug.c hw/cpu/arm-sysregs-hyp.c hw/cpu/arm-sysregs-id.c hw/cpu/arm-sysregs-maint.c \
           hw/cpu/arm-sysregs-pmu.c hw/cpu/arm-sysregs-tlbi.c hw/cpu/arm-sysregs-ext.c hw/cpu/arm-pauth.c hw/cpu/arm-qarma.c hw/cpu/arm-timer.c hw/cpu/arm-trap.c

unit-tests += arm-exc arm-mmu arm-pauth arm-pmu arm-routing arm-sysregs gic
unit-libs-arm-exc := util qapi qom backends softmmu hw
unit-libs-arm-mmu := util qapi qom backends softmmu hw
unit-libs-arm-routing := util qapi qom backends softmmu hw
unit-libs-arm-sysregs := util qapi qom backends softmmu hw
unit-libs-arm-pauth := util qapi qom backends softmmu hw
unit-libs-arm-pmu := util qapi qom backends softmmu hw
unit-libs-gic := util qapi qom backends softmmu hw
hw-srcs += hw/cpu/arm-semihosting.c
