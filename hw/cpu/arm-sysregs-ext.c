/* SPDX-License-Identifier: MIT */
/* System registers of extensions (Arm ARM D17.2): keys of pointer authentication, random numbers.
 */
#include "hw/cpu/arm-internal.h"
#include "softmmu/icount.h"

#include <sys/random.h>

/* ---- keys */

#define KEY(n, crm, op2, f)                                                           \
    {.name = n "KeyLo_EL1",                                                           \
     SR(3, 0, 2, crm, op2),                                                           \
     SR_RW(1),                                                                        \
     SR_FIELD(f[0]),                                                                  \
     .trap = ARM_TRAP_KEYS},                                                          \
    {                                                                                 \
        .name = n "KeyHi_EL1", SR(3, 0, 2, crm, (op2) + 1), SR_RW(1), SR_FIELD(f[1]), \
        .trap = ARM_TRAP_KEYS                                                         \
    }

static const ArmSysReg key_rows[] = {
    KEY("APIA", 1, 0, apia), KEY("APIB", 1, 2, apib), KEY("APDA", 2, 0, apda),
    KEY("APDB", 2, 2, apdb), KEY("APGA", 3, 0, apga),
};

/* ---- random numbers: the host's, but where everything follows from the guest's instructions */

static bool random_number(ArmCpu *cpu, uint64_t *ret)
{
    if (icount_enabled()) {
        uint64_t v = (icount_executed() + 1) * 0x9e3779b97f4a7c15ull ^ cpu->mpidr;

        v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9ull;
        v = (v ^ v >> 27) * 0x94d049bb133111ebull;
        *ret = v ^ v >> 31;
        return true;
    }
    return getrandom(ret, sizeof(*ret), GRND_NONBLOCK) == sizeof(*ret);
}

/* Z says that there was none. */
static uint64_t rndr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    uint64_t v = 0;

    cpu->nzcv = random_number(cpu, &v) ? 0 : PSTATE_Z;
    return v;
}

static const ArmSysReg random_rows[] = {
    {.name = "RNDR", SR(3, 3, 2, 4, 0), SR_RO(0), SR_NO_FIELD, .read = rndr_read},
    {.name = "RNDRRS", SR(3, 3, 2, 4, 1), SR_RO(0), SR_NO_FIELD, .read = rndr_read},
};

/* ---- Cortex-A55, Cortex-A76, Neoverse N1: implementation-defined controls, which here control
 * nothing */

#define IMPDEF(n, op1, crm, op2, el)                                  \
    {                                                                 \
        .name = (n), SR(3, op1, 15, crm, op2), SR_RW(el), SR_NO_FIELD \
    }

static const ArmSysReg v82_rows[] = {
    IMPDEF("CPUCFR_EL1", 0, 0, 0, 1),    IMPDEF("CPUACTLR_EL1", 0, 1, 0, 1),
    IMPDEF("CPUACTLR2_EL1", 0, 1, 1, 1), IMPDEF("CPUACTLR3_EL1", 0, 1, 2, 1),
    IMPDEF("CPUECTLR_EL1", 0, 1, 4, 1),  IMPDEF("CPUPWRCTLR_EL1", 0, 2, 7, 1),
    IMPDEF("ATCR_EL1", 0, 7, 0, 1),
};
static const ArmSysReg v82_el2_rows[] = {
    IMPDEF("ATCR_EL2", 4, 7, 0, 2),
    IMPDEF("AVTCR_EL2", 4, 7, 1, 2),
};
static const ArmSysReg v82_el3_rows[] = {
    IMPDEF("ATCR_EL3", 6, 7, 0, 3),   IMPDEF("CPUPSELR_EL3", 6, 8, 0, 3),
    IMPDEF("CPUPCR_EL3", 6, 8, 1, 3), IMPDEF("CPUPOR_EL3", 6, 8, 2, 3),
    IMPDEF("CPUPMR_EL3", 6, 8, 3, 3),
};

static bool is_v82(const ArmCpu *cpu)
{
    return extract64(cpu->id.midr, 24, 8) == 0x41 && arm_has(cpu, ARM_FEAT_VHE);
}

static bool is_v82_el2(const ArmCpu *cpu)
{
    return is_v82(cpu) && cpu->has_el2;
}

static bool is_v82_el3(const ArmCpu *cpu)
{
    return is_v82(cpu) && cpu->has_el3;
}

static bool has_keys(const ArmCpu *cpu)
{
    return arm_has(cpu, ARM_FEAT_PAUTH);
}

static bool has_random(const ArmCpu *cpu)
{
    return arm_has(cpu, ARM_FEAT_RNG);
}

const ArmSysRegGroup arm_sysregs_ext[] = {
    {key_rows, G_N_ELEMENTS(key_rows), has_keys},
    {random_rows, G_N_ELEMENTS(random_rows), has_random},
    {v82_rows, G_N_ELEMENTS(v82_rows), is_v82},
    {v82_el2_rows, G_N_ELEMENTS(v82_el2_rows), is_v82_el2},
    {v82_el3_rows, G_N_ELEMENTS(v82_el3_rows), is_v82_el3},
    {NULL, 0, NULL},
};
