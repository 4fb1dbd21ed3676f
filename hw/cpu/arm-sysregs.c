/* SPDX-License-Identifier: MIT */
/* The system-register table: groups of rows, indexed by encoding; access checks, reset.
 *
 * An index is built once for each kind of CPU and shared by the CPUs that are alike; a device that
 * adds rows gives its CPU an index of its own. */
#include "hw/core/state-hash.h"
#include "hw/cpu/arm-internal.h"
#include "util/lock.h"
#include "util/log.h"

#include <inttypes.h>

enum { SLOT_BITS = 11, SLOTS = 1 << SLOT_BITS };

struct ArmSysRegIndex {
    ArmIdRegs id; /* what groups decide by, with the three below */
    bool has_el2, has_el3, has_pmu;
    bool shared;      /* in `indexes`, lives for ever */
    GPtrArray *rows;  /* of const ArmSysReg *, in table order */
    GPtrArray *owned; /* copies of rows: those that devices added, other names */
    const ArmSysReg *slots[SLOTS];
};

static const ArmSysRegGroup *const group_lists[] = {
    arm_sysregs_id,  arm_sysregs_core,  arm_sysregs_maint, arm_sysregs_tlbi, arm_sysregs_timer,
    arm_sysregs_el3, arm_sysregs_debug, arm_sysregs_pmu,   arm_sysregs_ext,
};

static const ArmSysRegGroup *const el2_group_lists[] = {arm_sysregs_el2, arm_sysregs_timer_el2};

static Mutex indexes_lock;
static GPtrArray *indexes;

static unsigned slot_of(uint16_t encoding)
{
    return (uint32_t)encoding * 0x9e3779b1u >> (32 - SLOT_BITS);
}

static void index_add(ArmSysRegIndex *ix, const ArmSysReg *row)
{
    unsigned slot = slot_of(row->encoding);

    g_assert(ix->rows->len < SLOTS / 2);
    while (ix->slots[slot]) {
        g_assert(ix->slots[slot]->encoding != row->encoding);
        slot = (slot + 1) % SLOTS;
    }
    ix->slots[slot] = row;
    g_ptr_array_add(ix->rows, (gpointer)row);
}

static ArmSysRegIndex *index_new(const ArmCpu *cpu)
{
    ArmSysRegIndex *ix = g_new0(ArmSysRegIndex, 1);

    ix->id = cpu->id;
    ix->has_el2 = cpu->has_el2;
    ix->has_el3 = cpu->has_el3;
    ix->has_pmu = cpu->has_pmu;
    ix->rows = g_ptr_array_new();
    ix->owned = g_ptr_array_new_with_free_func(g_free);
    return ix;
}

static void index_free(ArmSysRegIndex *ix)
{
    g_ptr_array_unref(ix->rows);
    g_ptr_array_unref(ix->owned);
    g_free(ix);
}

static bool index_fits(const ArmSysRegIndex *ix, const ArmCpu *cpu)
{
    return ix->has_el2 == cpu->has_el2 && ix->has_el3 == cpu->has_el3 &&
           ix->has_pmu == cpu->has_pmu && memcmp(&ix->id, &cpu->id, sizeof(ix->id)) == 0;
}

/* A copy of a row under a name and with rules of its own. */
static ArmSysReg *index_add_copy(ArmSysRegIndex *ix, const ArmSysReg *row, const char *name,
                                 uint16_t encoding)
{
    struct {
        ArmSysReg row;
        char name[24];
    } *copy = g_malloc0(sizeof(*copy));

    copy->row = *row;
    copy->row.name = copy->name;
    copy->row.encoding = encoding;
    g_strlcpy(copy->name, name, sizeof(copy->name));
    g_ptr_array_add(ix->owned, copy);
    index_add(ix, &copy->row);
    return &copy->row;
}

/* VHE's names for registers of EL1 and EL0, when the names they had mean others. */
static ArmSysAccess renamed_access(ArmCpu *cpu, const ArmSysReg *reg, bool write)
{
    return arm_el2_enabled(cpu) && (cpu->hcr & HCR_E2H) ? ARM_SYS_OK : ARM_SYS_UNDEF;
}

/* SCTLR_EL12, CNTV_CTL_EL02: op1 5. */
static void index_add_renamed(ArmSysRegIndex *ix, const ArmSysReg *row)
{
    g_autofree char *name = g_strconcat(row->name, "2", NULL);
    uint16_t encoding = (uint16_t)((row->encoding & ~(7u << 11)) | 5u << 11);
    ArmSysReg *copy = index_add_copy(ix, row, name, encoding);

    copy->host = 0;
    copy->read_el = copy->write_el = 2;
    copy->trap = ARM_TRAP_NONE;
    copy->flags |= ARM_SYSREG_ALIAS;
    copy->access = renamed_access;
}

/* What is EL2's reads as zero at EL3 where there is no EL2; VPIDR and VMPIDR read as what they
 * would stand for. */
static void index_add_without_el2(ArmSysRegIndex *ix, const ArmSysReg *row)
{
    ArmSysReg *copy = index_add_copy(ix, row, row->name, row->encoding);

    copy->read_el = copy->write_el = 3;
    copy->trap = ARM_TRAP_NONE;
    copy->flags = ARM_SYSREG_CONST | ARM_SYSREG_ALIAS;
    copy->field = -1;
    if (row->field == offsetof(ArmCpu, vpidr)) {
        copy->field = offsetof(ArmCpu, id.midr);
    } else if (row->field == offsetof(ArmCpu, vmpidr)) {
        copy->field = offsetof(ArmCpu, mpidr);
    }
    copy->reset = 0;
    copy->access = NULL;
    copy->read = NULL;
    copy->write = NULL;
    copy->execute = NULL;
}

static void index_fill_group(ArmSysRegIndex *ix, const ArmCpu *cpu, const ArmSysRegGroup *g)
{
    bool renames = cpu->has_el2 && arm_has(cpu, ARM_FEAT_VHE);

    for (size_t i = 0; i < g->n; i++) {
        index_add(ix, &g->rows[i]);
        if (g->rows[i].host && renames) {
            index_add_renamed(ix, &g->rows[i]);
        }
    }
}

static void index_fill_el2(ArmSysRegIndex *ix, const ArmCpu *cpu, const ArmSysRegGroup *g)
{
    if (cpu->has_el2) {
        index_fill_group(ix, cpu, g);
    } else if (cpu->has_el3) {
        for (size_t i = 0; i < g->n; i++) {
            index_add_without_el2(ix, &g->rows[i]);
        }
    }
}

static void index_fill(ArmSysRegIndex *ix, const ArmCpu *cpu)
{
    for (size_t l = 0; l < G_N_ELEMENTS(group_lists); l++) {
        for (const ArmSysRegGroup *g = group_lists[l]; g->rows; g++) {
            if (!g->present || g->present(cpu)) {
                index_fill_group(ix, cpu, g);
            }
        }
    }
    for (size_t l = 0; l < G_N_ELEMENTS(el2_group_lists); l++) {
        for (const ArmSysRegGroup *g = el2_group_lists[l]; g->rows; g++) {
            if (!g->present || g->present(cpu)) {
                index_fill_el2(ix, cpu, g);
            }
        }
    }
}

void arm_sysregs_attach(ArmCpu *cpu)
{
    mutex_lock(&indexes_lock);
    if (!indexes) {
        indexes = g_ptr_array_new();
    }
    cpu->sysregs = NULL;
    for (guint i = 0; i < indexes->len && !cpu->sysregs; i++) {
        ArmSysRegIndex *ix = g_ptr_array_index(indexes, i);

        cpu->sysregs = index_fits(ix, cpu) ? ix : NULL;
    }
    if (!cpu->sysregs) {
        cpu->sysregs = index_new(cpu);
        cpu->sysregs->shared = true;
        index_fill(cpu->sysregs, cpu);
        g_ptr_array_add(indexes, cpu->sysregs);
    }
    mutex_unlock(&indexes_lock);
}

void arm_sysregs_detach(ArmCpu *cpu)
{
    if (cpu->sysregs && !cpu->sysregs->shared) {
        index_free(cpu->sysregs);
    }
    cpu->sysregs = NULL;
}

void arm_sysregs_add(ArmCpu *cpu, const ArmSysReg *rows, size_t n, void *opaque)
{
    ArmSysReg *copies = g_memdup2(rows, n * sizeof(*rows));

    if (cpu->sysregs->shared) {
        ArmSysRegIndex *own = index_new(cpu);

        for (guint i = 0; i < cpu->sysregs->rows->len; i++) {
            index_add(own, g_ptr_array_index(cpu->sysregs->rows, i));
        }
        cpu->sysregs = own;
    }
    g_ptr_array_add(cpu->sysregs->owned, copies);
    for (size_t i = 0; i < n; i++) {
        copies[i].opaque = opaque;
        index_add(cpu->sysregs, &copies[i]);
    }
}

const ArmSysReg *arm_sysreg_find(const ArmCpu *cpu, uint16_t encoding)
{
    const ArmSysRegIndex *ix = cpu->sysregs;

    for (unsigned slot = slot_of(encoding); ix->slots[slot]; slot = (slot + 1) % SLOTS) {
        if (ix->slots[slot]->encoding == encoding) {
            return ix->slots[slot];
        }
    }
    return NULL;
}

/* ---- reset */

static uint64_t *field_of(ArmCpu *cpu, const ArmSysReg *reg)
{
    return reg->field < 0 ? NULL : (uint64_t *)((char *)cpu + reg->field);
}

void arm_sysregs_reset(ArmCpu *cpu)
{
    for (guint i = 0; i < cpu->sysregs->rows->len; i++) {
        const ArmSysReg *reg = g_ptr_array_index(cpu->sysregs->rows, i);
        uint64_t *field = field_of(cpu, reg);

        if (field && !(reg->flags & (ARM_SYSREG_CONST | ARM_SYSREG_ALIAS))) {
            *field = reg->reset_value ? reg->reset_value(cpu, reg) : reg->reset;
        }
    }
}

/* Registers without a field of their own show state that its owner adds. */
void arm_sysregs_hash(ArmCpu *cpu, StateHash *h)
{
    for (guint i = 0; i < cpu->sysregs->rows->len; i++) {
        const ArmSysReg *reg = g_ptr_array_index(cpu->sysregs->rows, i);
        const uint64_t *field = field_of(cpu, reg);

        if (field && !(reg->flags & (ARM_SYSREG_ALIAS | ARM_SYSREG_COUNTS))) {
            state_hash_u64(h, reg->encoding);
            state_hash_u64(h, *field);
        }
    }
}

/* ---- access */

/* ISS of a trapped MSR, MRS or system instruction (Arm ARM D17.2.37). */
static uint32_t sysreg_iss(uint16_t encoding, int rt, bool write)
{
    return extract32(encoding, 14, 2) << 20 | extract32(encoding, 0, 3) << 17 |
           extract32(encoding, 11, 3) << 14 | extract32(encoding, 7, 4) << 10 |
           (uint32_t)(rt & 31) << 5 | extract32(encoding, 3, 4) << 1 | !write;
}

/* Refuses an access: false, and what to take. */
static bool refuse(ArmCpu *cpu, ArmSysAccess why, uint16_t encoding, int rt, bool write,
                   ArmException *exc)
{
    switch (why) {
    case ARM_SYS_TRAP_EL1:
    case ARM_SYS_TRAP_EL2:
    case ARM_SYS_TRAP_EL3:
        *exc = arm_exc_sync(cpu, EC_SYSREG, sysreg_iss(encoding, rt, write));
        exc->target_el = MAX(exc->target_el, (int)(why - ARM_SYS_TRAP_EL1) + 1);
        return false;
    default:
        *exc = arm_exc_undefined(cpu);
        return false;
    }
}

/* Level, then the controls of EL1, of EL2, of EL3. */
static bool access_allowed(ArmCpu *cpu, const ArmSysReg *reg, int rt, bool write, ArmException *exc)
{
    ArmSysAccess result = ARM_SYS_OK;

    if (arm_el(cpu) < (write ? reg->write_el : reg->read_el)) {
        result = ARM_SYS_UNDEF;
    } else if (reg->access) {
        result = reg->access(cpu, reg, write);
    }
    if (reg->trap && result == ARM_SYS_OK) {
        result = arm_trap_check(cpu, reg->trap, write);
    }
    if (likely(result == ARM_SYS_OK)) {
        return !(reg->flags & ARM_SYSREG_FP) || arm_fp_access(cpu, exc);
    }
    return refuse(cpu, result, reg->encoding, rt, write, exc);
}

/* The register that a name which may be accessed means in the current regime. */
static inline const ArmSysReg *in_regime(const ArmCpu *cpu, const ArmSysReg *reg)
{
    return unlikely(reg->host) && arm_in_host_regime(cpu) ? arm_sysreg_find(cpu, reg->host) : reg;
}

/* CRn 11 and 15 are for implementations. */
static bool is_implementation_defined(uint16_t e)
{
    unsigned crn = extract32(e, 7, 4);

    return (extract32(e, 14, 2) & 1) && (crn == 11 || crn == 15);
}

/* Unallocated, or another implementation's: undefined, and worth a line in the debug log. */
static bool refuse_unknown(ArmCpu *cpu, uint16_t e, int rt, bool write, ArmException *exc)
{
    ArmSysAccess trap =
        is_implementation_defined(e) ? arm_trap_check(cpu, ARM_TRAP_IMPDEF, write) : ARM_SYS_OK;

    if (trap != ARM_SYS_OK) {
        return refuse(cpu, trap, e, rt, write, exc);
    }
    if (log_enabled(LOG_UNIMP)) {
        log_printf(LOG_UNIMP, "%s of unknown system register S%u_%u_C%u_C%u_%u at 0x%" PRIx64,
                   write ? "write" : "read", extract32(e, 14, 2), extract32(e, 11, 3),
                   extract32(e, 7, 4), extract32(e, 3, 4), extract32(e, 0, 3), cpu->pc);
    }
    *exc = arm_exc_undefined(cpu);
    return false;
}

bool arm_sysreg_read(ArmCpu *cpu, uint16_t encoding, int rt, uint64_t *ret_value, ArmException *exc)
{
    const ArmSysReg *reg = arm_sysreg_find(cpu, encoding);

    if (!reg) {
        return refuse_unknown(cpu, encoding, rt, false, exc);
    }
    if (!access_allowed(cpu, reg, rt, false, exc)) {
        return false;
    }
    reg = in_regime(cpu, reg);
    if (reg->read) {
        bool taken = (reg->flags & ARM_SYSREG_VM_LOCK) && arm_vm_lock_enter();

        *ret_value = reg->read(cpu, reg);
        arm_vm_lock_leave(taken);
    } else {
        const uint64_t *field = field_of(cpu, reg);

        *ret_value = field ? *field : reg->reset;
    }
    return true;
}

void arm_sysreg_store(ArmCpu *cpu, const ArmSysReg *reg, uint64_t value)
{
    uint64_t mask = reg->write_mask ? reg->write_mask : ~0ull;
    uint64_t *field = field_of(cpu, reg);

    if (field && !(reg->flags & ARM_SYSREG_CONST)) {
        *field = (*field & ~mask) | (value & mask);
    }
}

bool arm_sysreg_write(ArmCpu *cpu, uint16_t encoding, int rt, uint64_t value,
                      const ArmSysReg **ret_reg, ArmException *exc)
{
    const ArmSysReg *reg = arm_sysreg_find(cpu, encoding);

    *ret_reg = reg;
    if (!reg) {
        return refuse_unknown(cpu, encoding, rt, true, exc);
    }
    if (!access_allowed(cpu, reg, rt, true, exc)) {
        return false;
    }
    *ret_reg = reg = in_regime(cpu, reg);
    if (reg->execute) {
        return reg->execute(cpu, reg, value, exc);
    }
    if (reg->write) {
        bool taken = (reg->flags & ARM_SYSREG_VM_LOCK) && arm_vm_lock_enter();

        reg->write(cpu, reg, value);
        arm_vm_lock_leave(taken);
    } else {
        arm_sysreg_store(cpu, reg, value);
    }
    if (reg->flags & ARM_SYSREG_REGIME) {
        arm_regime_changed(cpu);
    }
    return true;
}
