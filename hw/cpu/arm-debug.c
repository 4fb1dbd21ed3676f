/* SPDX-License-Identifier: MIT */
/* Self-hosted debug (Arm ARM D2): where debug exceptions are enabled, what matches, stepping. */
#include "hw/cpu/arm-debug.h"

#include "hw/cpu/arm-internal.h"

enum {
    ISS_DEBUG = 0x22, /* the fault status code of all of them */
    ISS_WNR = 1 << 6,
    ISS_STEP_EX = 1 << 6,
    ISS_STEP_ISV = 1 << 24,
    MDCR_EL3_SDD_BIT = 16,
};
/* Addresses are compared without the byte that may be a tag. */
#define VA_MASK MASK64(56)

/* ---- where debug exceptions are enabled */

static bool is_locked(const ArmCpu *cpu)
{
    return cpu->oslsr & 2 || cpu->osdlr & 1;
}

static int target_el(const ArmCpu *cpu, bool secure)
{
    return secure || !cpu->has_el2 || !(cpu->mdcr[2] & MDCR_EL2_TDE || cpu->hcr & HCR_TGE) ? 1 : 2;
}

int arm_debug_target_el(const ArmCpu *cpu)
{
    return target_el(cpu, arm_is_secure_below_el3(cpu));
}

/* From this level and state with this PSTATE.D. */
static bool is_enabled_from(const ArmCpu *cpu, int el, bool secure, bool masked)
{
    int target = target_el(cpu, secure);

    if (is_locked(cpu) || (secure && (cpu->mdcr[3] & BIT64(MDCR_EL3_SDD_BIT)))) {
        return false;
    }
    return el == target ? (cpu->mdscr & MDSCR_KDE) && !masked : el < target;
}

static bool is_enabled(const ArmCpu *cpu)
{
    return is_enabled_from(cpu, arm_el(cpu), arm_is_secure(cpu), cpu->pstate & PSTATE_D);
}

/* ---- what is enabled at all */

static unsigned breakpoints(const ArmCpu *cpu)
{
    return (unsigned)extract64(cpu->id.id_aa64dfr0, 12, 4) + 1;
}

static unsigned watchpoints(const ArmCpu *cpu)
{
    return (unsigned)extract64(cpu->id.id_aa64dfr0, 20, 4) + 1;
}

static bool any_enabled(const uint64_t *controls, unsigned n)
{
    uint64_t enabled = 0;

    for (unsigned i = 0; i < n; i++) {
        enabled |= controls[i] & 1;
    }
    return enabled;
}

static void flush_translations(ArmCpu *cpu)
{
    if (accel_cpu_ops && accel_cpu_ops->tlb_flush) {
        accel_cpu_ops->tlb_flush(&cpu->cs, &(TlbFlush){.scope = TLB_FLUSH_ALL, .any_vmid = true});
    }
}

void arm_debug_update(ArmCpu *cpu)
{
    bool on = (cpu->mdscr & MDSCR_MDE) && !is_locked(cpu);
    bool was = cpu->debug_break || cpu->debug_watch;

    cpu->debug_break = on && any_enabled(cpu->dbgbcr, breakpoints(cpu));
    cpu->debug_watch = on && any_enabled(cpu->dbgwcr, watchpoints(cpu));
    cpu->debug_active = cpu->debug_break || ((cpu->mdscr & MDSCR_SS) && !is_locked(cpu));
    if (was || cpu->debug_break || cpu->debug_watch) {
        flush_translations(cpu); /* which pages are watched has changed */
    }
}

static ArmException make(ArmCpu *cpu, unsigned ec_lower, uint32_t iss)
{
    ArmException exc = arm_exc_sync(cpu, ec_lower, iss | ISS_DEBUG);

    if (exc.target_el == arm_el(cpu)) {
        exc.esr += 1u << 26; /* "same" follows "lower" */
    }
    return exc;
}

/* ---- the state that a breakpoint or watchpoint asks for */

typedef struct Match {
    bool breakpoint, unprivileged;
    bool linked;
    unsigned hmc, ssc, pxc, lbn;
} Match;

/* Combinations of HMC, SSC and PMC or PAC that are reserved match nothing. */
static bool is_reserved(const ArmCpu *cpu, const Match *m)
{
    unsigned v = m->hmc << 4 | m->ssc << 2 | m->pxc;

    if ((v & 0x1c) == 0x0c || (v & 0x1d) == 0x10 || (v & 0x1d) == 0x14 || v == 0x1a || v == 0x1d ||
        (v & 0x1e) == 0x1e || (!m->hmc && !m->pxc)) {
        return true;
    }
    return ((m->ssc == 1 || m->ssc == 2) && !cpu->has_el3) ||
           (m->hmc + m->ssc != 0 && v >> 2 != 7 && !cpu->has_el3 && !cpu->has_el2) ||
           (v == 0x1c && !cpu->has_el2);
}

static bool level_matches(const ArmCpu *cpu, const Match *m)
{
    if (m->unprivileged && !m->breakpoint) {
        return m->pxc & 2;
    }
    switch (arm_el(cpu)) {
    case 0:
        return m->pxc & 2;
    case 1:
        return m->pxc & 1;
    case 2:
        return (m->hmc && (m->ssc << 2 | m->pxc) != 8) || m->ssc == 3;
    default:
        return m->hmc && !(m->ssc & 1);
    }
}

static bool state_matches(const ArmCpu *cpu, const Match *m)
{
    bool secure = arm_is_secure(cpu);

    switch (m->ssc) {
    case 1:
        return !secure;
    case 2:
        return secure;
    case 3:
        return m->hmc || secure;
    default:
        return true;
    }
}

/* ---- contexts */

enum {
    BT_LINKED = 1,
    BT_CONTEXT = 2, /* of the current regime; with BT_VHE, EL1's */
    BT_VHE = 4,
    BT_VMID = 8, /* with BT_VHE: CONTEXTIDR_EL2 instead */
};

static bool context_matches(const ArmCpu *cpu, unsigned type, uint64_t value)
{
    bool host = arm_in_host_regime(cpu), guest = arm_el(cpu) <= 1 && !host;
    unsigned vmid_bits = extract64(cpu->id.id_aa64mmfr1, 4, 4) >= 2 ? 16 : 8;
    bool ok = true;

    if (type & BT_CONTEXT) {
        ok = host && !(type & BT_VHE) ? (uint32_t)cpu->contextidr[2] == (uint32_t)value
                                      : guest && (uint32_t)cpu->contextidr[1] == (uint32_t)value;
    }
    if ((type & BT_VMID) && (type & BT_VHE)) {
        ok = ok && arm_el(cpu) < 3 && arm_el2_enabled(cpu) &&
             (uint32_t)cpu->contextidr[2] == value >> 32;
    } else if (type & BT_VMID) {
        ok = ok && guest && arm_el2_enabled(cpu) &&
             extract64(cpu->vttbr, 48, vmid_bits) == extract64(value, 32, vmid_bits);
    }
    return ok;
}

static bool is_context_type(const ArmCpu *cpu, unsigned n, unsigned type)
{
    unsigned aware = (unsigned)extract64(cpu->id.id_aa64dfr0, 28, 4) + 1;

    if (n + aware < breakpoints(cpu) || n >= breakpoints(cpu) || !(type & (BT_CONTEXT | BT_VMID))) {
        return false;
    }
    return !(type & BT_VHE) || arm_has(cpu, ARM_FEAT_VHE);
}

/* The breakpoint that another one, or a watchpoint, is linked to. */
static bool link_matches(const ArmCpu *cpu, unsigned n)
{
    uint64_t control = n < breakpoints(cpu) ? cpu->dbgbcr[n] : 0;
    unsigned type = (unsigned)extract64(control, 20, 4);

    return (control & 1) && (type & BT_LINKED) && is_context_type(cpu, n, type) &&
           context_matches(cpu, type, cpu->dbgbvr[n]);
}

static bool matches(const ArmCpu *cpu, const Match *m)
{
    return !is_reserved(cpu, m) && level_matches(cpu, m) && state_matches(cpu, m) &&
           (!m->linked || link_matches(cpu, m->lbn));
}

/* ---- breakpoints */

static bool breakpoint_matches(const ArmCpu *cpu, unsigned n)
{
    uint64_t c = cpu->dbgbcr[n];
    unsigned type = (unsigned)extract64(c, 20, 4);
    Match m = {.breakpoint = true,
               .linked = type == BT_LINKED,
               .hmc = (unsigned)extract64(c, 13, 1),
               .ssc = (unsigned)extract64(c, 14, 2),
               .pxc = (unsigned)extract64(c, 1, 2),
               .lbn = (unsigned)extract64(c, 16, 4)};
    bool value;

    if (!(c & 1)) {
        return false;
    }
    if (type <= BT_LINKED) { /* an address, perhaps linked to a context */
        value = !((cpu->pc ^ cpu->dbgbvr[n]) & VA_MASK & ~3ull);
    } else {
        value = !(type & BT_LINKED) && is_context_type(cpu, n, type) &&
                context_matches(cpu, type, cpu->dbgbvr[n]);
    }
    return value && matches(cpu, &m);
}

bool arm_debug_breakpoint(ArmCpu *cpu, ArmException *exc)
{
    if (!cpu->debug_break || !is_enabled(cpu)) {
        return false;
    }
    for (unsigned n = 0; n < breakpoints(cpu); n++) {
        if (breakpoint_matches(cpu, n)) {
            *exc = make(cpu, EC_BREAKPOINT_LOWER, 0);
            return true;
        }
    }
    return false;
}

bool arm_debug_breaks_page(const ArmCpu *cpu, uint64_t va)
{
    for (unsigned n = 0; cpu->debug_break && n < breakpoints(cpu); n++) {
        bool by_address = extract64(cpu->dbgbcr[n], 20, 4) <= BT_LINKED;

        if ((cpu->dbgbcr[n] & 1) &&
            (!by_address || !((va ^ cpu->dbgbvr[n]) & VA_MASK & ~MASK64(GUEST_PAGE_BITS)))) {
            return true;
        }
    }
    return false;
}

/* ---- watchpoints */

/* The bytes that watchpoint n looks at lie in [*ret_start, *ret_start + *ret_size); within a
 * doubleword DBGWCR.BAS selects. */
static void watched_range(const ArmCpu *cpu, unsigned n, uint64_t *ret_start, uint64_t *ret_size)
{
    unsigned mask = (unsigned)extract64(cpu->dbgwcr[n], 24, 5);
    uint64_t size = BIT64(MAX(mask, 3));

    *ret_start = cpu->dbgwvr[n] & VA_MASK & ~(size - 1);
    *ret_size = size;
}

/* DBGWVR<2> set: BAS<3:0> are the bytes of that word. */
static bool byte_is_selected(const ArmCpu *cpu, unsigned n, uint64_t va)
{
    unsigned bas = (unsigned)extract64(cpu->dbgwcr[n], 5, 8);
    unsigned mask = (unsigned)extract64(cpu->dbgwcr[n], 24, 5);

    if (mask) {
        return mask > 2 && bas == 0xff; /* other values are reserved */
    }
    if (cpu->dbgwvr[n] & 4) {
        return (va & 4) && (bas >> (va & 3) & 1);
    }
    return bas >> (va & 7) & 1;
}

/* The first byte of the access that watchpoint n sees. */
static bool sees(const ArmCpu *cpu, unsigned n, uint64_t va, unsigned bytes, uint64_t *ret_byte)
{
    uint64_t start, size;

    watched_range(cpu, n, &start, &size);
    for (uint64_t b = va; b != va + bytes; b++) {
        if ((b & VA_MASK) - start < size && byte_is_selected(cpu, n, b)) {
            *ret_byte = b;
            return true;
        }
    }
    return false;
}

enum { LSC_LOAD = 1, LSC_STORE = 2 };

static bool watchpoint_matches(const ArmCpu *cpu, unsigned n, unsigned kinds, bool unprivileged)
{
    uint64_t c = cpu->dbgwcr[n];
    Match m = {.unprivileged = unprivileged,
               .linked = extract64(c, 20, 1),
               .hmc = (unsigned)extract64(c, 13, 1),
               .ssc = (unsigned)extract64(c, 14, 2),
               .pxc = (unsigned)extract64(c, 1, 2),
               .lbn = (unsigned)extract64(c, 16, 4)};

    return (c & 1) && (extract64(c, 3, 2) & kinds) && matches(cpu, &m);
}

bool arm_debug_watch(ArmCpu *cpu, uint64_t va, unsigned bytes, ArmAccess access, bool rmw,
                     bool unprivileged, ArmException *exc)
{
    unsigned kinds = rmw ? LSC_LOAD | LSC_STORE : access == ARM_STORE ? LSC_STORE : LSC_LOAD;
    uint64_t byte;

    if (!cpu->debug_watch || !is_enabled(cpu)) {
        return false;
    }
    for (unsigned n = 0; n < watchpoints(cpu); n++) {
        if (watchpoint_matches(cpu, n, kinds, unprivileged) && sees(cpu, n, va, bytes, &byte)) {
            /* Of what reads and writes, the read is told when it is watched. */
            bool is_write =
                kinds == LSC_STORE || (rmw && !(extract64(cpu->dbgwcr[n], 3, 2) & LSC_LOAD));

            *exc = make(cpu, EC_WATCHPOINT_LOWER, is_write ? ISS_WNR : 0);
            exc->far = byte;
            exc->has_far = true;
            return true;
        }
    }
    return false;
}

bool arm_debug_watches_page(const ArmCpu *cpu, uint64_t va)
{
    uint64_t page = va & VA_MASK & ~MASK64(GUEST_PAGE_BITS), start, size;

    for (unsigned n = 0; cpu->debug_watch && n < watchpoints(cpu); n++) {
        watched_range(cpu, n, &start, &size);
        if ((cpu->dbgwcr[n] & 1) && start < page + GUEST_PAGE_SIZE && page < start + size) {
            return true;
        }
    }
    return false;
}

/* ---- software step */

static bool is_stepping(const ArmCpu *cpu)
{
    return (cpu->mdscr & MDSCR_SS) && is_enabled(cpu);
}

uint32_t arm_debug_return_ss(const ArmCpu *cpu, uint32_t spsr, bool illegal)
{
    int el = illegal ? arm_el(cpu) : (int)(spsr >> PSTATE_EL_SHIFT & 3);
    bool secure = arm_is_secure_below_el3(cpu) || (cpu->has_el3 && el == 3);

    if (!(cpu->mdscr & MDSCR_SS) || is_enabled(cpu) ||
        !is_enabled_from(cpu, el, secure, spsr & PSTATE_D)) {
        return 0;
    }
    return spsr & PSTATE_SS;
}

void arm_debug_step_done(ArmCpu *cpu)
{
    if (cpu->mdscr & MDSCR_SS) {
        cpu->pstate &= ~PSTATE_SS;
    }
}

bool arm_debug_one_insn(const ArmCpu *cpu)
{
    return is_stepping(cpu) || arm_debug_breaks_page(cpu, cpu->pc);
}

bool arm_debug_step_pending(ArmCpu *cpu, ArmException *exc)
{
    if (!is_stepping(cpu) || (cpu->pstate & PSTATE_SS)) {
        return false;
    }
    *exc = make(cpu, EC_STEP_LOWER,
                cpu->step_did ? ISS_STEP_ISV | (cpu->step_exclusive ? ISS_STEP_EX : 0) : 0);
    return true;
}

void arm_debug_stepped(ArmCpu *cpu, bool load_exclusive)
{
    cpu->pstate &= ~PSTATE_SS;
    cpu->step_did = true;
    cpu->step_exclusive = load_exclusive;
}
