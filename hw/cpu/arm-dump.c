/* SPDX-License-Identifier: MIT */
/* Registers of an Arm CPU for people: as text, and one by its name. */
#include "hw/cpu/arm-internal.h"

#include <inttypes.h>
#include <string.h>

void arm_cpu_dump(CpuState *cs, GString *out)
{
    const ArmCpu *cpu = arm_cpu_of(cs);
    uint32_t pstate = arm_pstate_read(cpu);

    g_string_append_printf(out, " PC=%016" PRIx64 " ", cpu->pc);
    for (int i = 0; i < 31; i++) {
        g_string_append_printf(out, "X%02d=%016" PRIx64 "%s", i, cpu->x[i],
                               (i + 2) % 3 == 0 ? "\n" : " ");
    }
    g_string_append_printf(
        out, " SP=%016" PRIx64 "\nPSTATE=%08x %c%c%c%c EL%u%c\n", cpu->x[ARM_X_SP], pstate,
        pstate & PSTATE_N ? 'N' : '-', pstate & PSTATE_Z ? 'Z' : '-', pstate & PSTATE_C ? 'C' : '-',
        pstate & PSTATE_V ? 'V' : '-', arm_el(cpu), pstate & PSTATE_SP ? 'h' : 't');
}

bool arm_cpu_get_register(CpuState *cs, const char *name, uint64_t *ret)
{
    const ArmCpu *cpu = arm_cpu_of(cs);

    if (strcmp(name, "pc") == 0) {
        *ret = cpu->pc;
    } else if (strcmp(name, "sp") == 0) {
        *ret = cpu->x[ARM_X_SP];
    } else if (strcmp(name, "pstate") == 0 || strcmp(name, "cpsr") == 0) {
        *ret = arm_pstate_read(cpu);
    } else {
        guint64 n;

        if (*name != 'x' || !g_ascii_string_to_unsigned(name + 1, 10, 0, 30, &n, NULL)) {
            return false;
        }
        *ret = cpu->x[n];
    }
    return true;
}
