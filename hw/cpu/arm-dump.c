/* SPDX-License-Identifier: MIT */
/* Registers of an Arm CPU for people: as text, and one by its name. */
#include "hw/cpu/arm-internal.h"

#include <inttypes.h>
#include <string.h>

/* What each level above EL0 has of its own. */
static void dump_levels(const ArmCpu *cpu, GString *out)
{
    for (int el = 1; el <= arm_highest_el(cpu); el++) {
        if (el == 2 && !cpu->has_el2) {
            continue;
        }
        g_string_append_printf(out,
                               "EL%d: SP=%016" PRIx64 " ELR=%016" PRIx64 " SPSR=%08" PRIx64
                               " ESR=%08" PRIx64 " FAR=%016" PRIx64 "\n     VBAR=%016" PRIx64
                               " SCTLR=%016" PRIx64 "\n",
                               el, arm_sp_read(cpu, el), cpu->elr[el], cpu->spsr[el], cpu->esr[el],
                               cpu->far[el], cpu->vbar[el], cpu->sctlr[el]);
    }
    if (cpu->has_el2) {
        g_string_append_printf(out, "HCR=%016" PRIx64 " ", cpu->hcr);
    }
    if (cpu->has_el3) {
        g_string_append_printf(out, "SCR=%016" PRIx64 " ", cpu->scr);
    }
    g_string_append(out, cpu->has_el2 || cpu->has_el3 ? "\n" : "");
}

void arm_cpu_dump(CpuState *cs, GString *out)
{
    const ArmCpu *cpu = arm_cpu_of(cs);
    uint32_t pstate = arm_pstate_read(cpu);

    g_string_append_printf(out, " PC=%016" PRIx64 " ", cpu->pc);
    for (int i = 0; i < 31; i++) {
        g_string_append_printf(out, "X%02d=%016" PRIx64 "%s", i, cpu->x[i],
                               (i + 2) % 3 == 0 ? "\n" : " ");
    }
    g_string_append_printf(out, " SP=%016" PRIx64 "\nPSTATE=%08x %c%c%c%c %sEL%u%c\n",
                           cpu->x[ARM_X_SP], pstate, pstate & PSTATE_N ? 'N' : '-',
                           pstate & PSTATE_Z ? 'Z' : '-', pstate & PSTATE_C ? 'C' : '-',
                           pstate & PSTATE_V ? 'V' : '-',
                           !cpu->has_el3        ? ""
                           : arm_is_secure(cpu) ? "S "
                                                : "NS ",
                           arm_el(cpu), pstate & PSTATE_SP ? 'h' : 't');
    dump_levels(cpu, out);
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
