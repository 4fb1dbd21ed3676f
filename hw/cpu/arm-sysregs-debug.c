/* SPDX-License-Identifier: MIT */
/* Debug registers (Arm ARM D17.3). There is no external debugger: its channel reads empty. */
#include "hw/cpu/arm-debug.h"
#include "hw/cpu/arm-internal.h"

/* Registers beyond the number that ID_AA64DFR0_EL1 tells are not there. */
static ArmSysAccess exists(ArmCpu *cpu, const ArmSysReg *reg, unsigned id_shift)
{
    return extract32(reg->encoding, 3, 4) <= extract64(cpu->id.id_aa64dfr0, id_shift, 4)
               ? ARM_SYS_OK
               : ARM_SYS_UNDEF;
}

static ArmSysAccess breakpoint_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return exists(cpu, reg, 12);
}

static ArmSysAccess watchpoint_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return exists(cpu, reg, 20);
}

/* MDSCR_EL1.TDCC keeps EL0 from the debug communications channel. */
static ArmSysAccess dcc_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el(cpu) == 0 && (cpu->mdscr & MDSCR_TDCC) ? ARM_SYS_TRAP_EL1 : ARM_SYS_OK;
}

enum { OSLSR_OSLM = 1 << 3, OSLSR_OSLK = 1 << 1 };

static void oslar_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    cpu->oslsr = OSLSR_OSLM | (value & 1 ? OSLSR_OSLK : 0);
    arm_debug_update(cpu);
}

/* Registers that enable debug exceptions. */
static void debug_write(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    arm_sysreg_store(cpu, reg, value);
    arm_debug_update(cpu);
}

static uint64_t oslsr_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return cpu->oslsr;
}

/* DBGCLAIMSET: all claim tags exist; none is kept. */
static uint64_t claim_read(ArmCpu *cpu, const ArmSysReg *reg)
{
    return 0xff;
}

#define DBG(n, crn, crm, op2) .name = (n), SR(2, 0, crn, crm, op2), .trap = ARM_TRAP_DEBUG
#define OS(n, crm, op2)       .name = (n), SR(2, 0, 1, crm, op2), .trap = ARM_TRAP_DEBUG_OS
#define ENABLES               .flags = ARM_SYSREG_ENDS_BLOCK, .write = debug_write
/* DBGBCR: BT LBN SSC HMC BAS PMC E; DBGWCR: MASK WT LBN SSC HMC BAS LSC PAC E. */
#define BREAK_WATCH(n)                                                                       \
    {DBG("DBGBVR" #n "_EL1", 0, n, 4), SR_RW(1), ENABLES, SR_FIELD(dbgbvr[n]),               \
     .access = breakpoint_access},                                                           \
        {DBG("DBGBCR" #n "_EL1", 0, n, 5),                                                   \
         SR_RW(1),                                                                           \
         ENABLES,                                                                            \
         SR_FIELD(dbgbcr[n]),                                                                \
         .access = breakpoint_access,                                                        \
         .write_mask = 0xffe1e7},                                                            \
        {DBG("DBGWVR" #n "_EL1", 0, n, 6), SR_RW(1),           ENABLES, SR_FIELD(dbgwvr[n]), \
         .access = watchpoint_access,      .write_mask = ~3ull},                             \
    {                                                                                        \
        DBG("DBGWCR" #n "_EL1", 0, n, 7), SR_RW(1), ENABLES, SR_FIELD(dbgwcr[n]),            \
            .access = watchpoint_access, .write_mask = 0x1fffffff                            \
    }

static const ArmSysReg rows[] = {
    {DBG("OSDTRRX_EL1", 0, 0, 2), SR_RW(1), SR_NO_FIELD},
    {DBG("MDCCINT_EL1", 0, 2, 0), SR_RW(1), SR_FIELD(mdccint), .write_mask = 3u << 29},
    {DBG("MDSCR_EL1", 0, 2, 2), SR_RW(1), ENABLES, SR_FIELD(mdscr), .write_mask = 0xf001},
    {DBG("OSDTRTX_EL1", 0, 3, 2), SR_RW(1), SR_NO_FIELD},
    {DBG("OSECCR_EL1", 0, 6, 2), SR_RW(1), SR_NO_FIELD},
    BREAK_WATCH(0),
    BREAK_WATCH(1),
    BREAK_WATCH(2),
    BREAK_WATCH(3),
    BREAK_WATCH(4),
    BREAK_WATCH(5),
    BREAK_WATCH(6),
    BREAK_WATCH(7),
    BREAK_WATCH(8),
    BREAK_WATCH(9),
    BREAK_WATCH(10),
    BREAK_WATCH(11),
    BREAK_WATCH(12),
    BREAK_WATCH(13),
    BREAK_WATCH(14),
    BREAK_WATCH(15),
    {.name = "MDRAR_EL1", SR(2, 0, 1, 0, 0), SR_RO(1), SR_NO_FIELD, .trap = ARM_TRAP_DEBUG_ROM},
    {OS("OSLAR_EL1", 0, 4), SR_WO(1), .flags = ARM_SYSREG_ENDS_BLOCK, SR_NO_FIELD,
     .write = oslar_write},
    {OS("OSLSR_EL1", 1, 4), SR_RO(1), SR_FIELD(oslsr), .read = oslsr_read,
     .reset = OSLSR_OSLM | OSLSR_OSLK},
    {OS("OSDLR_EL1", 3, 4), SR_RW(1), ENABLES, SR_FIELD(osdlr), .write_mask = 1},
    {OS("DBGPRCR_EL1", 4, 4), SR_RW(1), SR_NO_FIELD},
    {DBG("DBGCLAIMSET_EL1", 7, 8, 6), SR_RW(1), SR_NO_FIELD, .read = claim_read},
    {DBG("DBGCLAIMCLR_EL1", 7, 9, 6), SR_RW(1), SR_NO_FIELD},
    {DBG("DBGAUTHSTATUS_EL1", 7, 14, 6), SR_RO(1), SR_NO_FIELD},
    {.name = "MDCCSR_EL0",
     SR(2, 3, 0, 1, 0),
     SR_RO(0),
     SR_NO_FIELD,
     .access = dcc_access,
     .trap = ARM_TRAP_DEBUG},
    {.name = "DBGDTR_EL0",
     SR(2, 3, 0, 4, 0),
     SR_RW(0),
     SR_NO_FIELD,
     .access = dcc_access,
     .trap = ARM_TRAP_DEBUG},
    {.name = "DBGDTRTX_EL0",
     SR(2, 3, 0, 5, 0),
     SR_RW(0),
     SR_NO_FIELD,
     .access = dcc_access,
     .trap = ARM_TRAP_DEBUG},
};

const ArmSysRegGroup arm_sysregs_debug[] = {{rows, G_N_ELEMENTS(rows), NULL}, {NULL, 0, NULL}};
