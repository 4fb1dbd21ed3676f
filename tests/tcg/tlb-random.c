/* SPDX-License-Identifier: MIT */
/* What the TLB answers is what the tables say: random edits of both stages, each followed by
 * maintenance that the architecture calls sufficient, switches of address spaces, machines, levels
 * and controls in between; everything the current banks hold is compared with fresh walks.
 * SEED=n, STEPS=n. */
#include "tests/tcg/diff.h"
#include "tests/tcg/env.h"

#include "accel/tcg/tlb-internal.h"
#include "hw/cpu/arm-sysregs.h"
#include "util/rcu.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    STEPS = 100000,
    SPACES = 3, /* ASIDs of each machine, with tables of their own in the low half */
    MACHINES = 2,
    ROOMS = 4, /* 2 MiB each, mapped by a block or by pages */
    PAGES = 8, /* used of a room */
    POOL = 16, /* pages of data, by IPA */
    POOL_AT = ENV_RAM_BASE + 0x10000,
    TABLES_AT = 0x200000, /* offset in RAM: the second 2 MiB, identity at stage 2 */

    VALID = 1,
    TABLE = 3,
    AF = 1 << 10,
    NG = 1 << 11,
    S2_ALL = 0xfc, /* read, write, Normal */
};
#define HIGH 0xffffff8000000000ull
#define DBM  (1ull << 51)
#define PXN  (1ull << 53)
#define UXN  (1ull << 54)

typedef struct Space {
    uint64_t *root, *level2, *level3[ROOMS];
} Space;
typedef struct Machine {
    Space low[SPACES], high;
    uint64_t *root, *level2, *level3; /* of stage 2 */
} Machine;

static Machine machines[MACHINES];
static int machine, space; /* current */
static uint64_t next_table = TABLES_AT;
static unsigned long compared;

/* ---- tables */

static uint64_t *table_new(void)
{
    uint64_t *t = (uint64_t *)(void *)(env_ram + next_table);

    next_table += 0x1000;
    return t;
}

static uint64_t pa_of(const void *host)
{
    return ENV_RAM_BASE + (uint64_t)((const uint8_t *)host - env_ram);
}

static uint64_t random_leaf(bool high)
{
    uint64_t pa = POOL_AT + diff_random() % POOL * GUEST_PAGE_SIZE;
    uint64_t bits = diff_random() & (3 << 6 | AF | PXN | UXN | DBM);
    bool ng = !high || diff_random() % 4 == 0;

    return diff_random() % 8 ? pa | TABLE | bits | (ng ? NG : 0) : 0;
}

static uint64_t random_room(const Space *s, int room, bool high)
{
    if (diff_random() % 4) {
        return pa_of(s->level3[room]) | TABLE;
    }
    return (random_leaf(high) & ~(uint64_t)(0x1ff000 | TABLE)) | VALID;
}

static void space_make(Space *s, bool high)
{
    s->root = table_new();
    s->level2 = table_new();
    s->root[0] = pa_of(s->level2) | TABLE;
    for (int r = 0; r < ROOMS; r++) {
        s->level3[r] = table_new();
        for (int p = 0; p < PAGES; p++) {
            s->level3[r][p] = random_leaf(high);
        }
        s->level2[r] = random_room(s, r, high);
    }
}

static void machine_make(Machine *m)
{
    for (int i = 0; i < SPACES; i++) {
        space_make(&m->low[i], false);
    }
    space_make(&m->high, true);
    m->root = table_new();
    m->level2 = table_new();
    m->level3 = table_new();
    m->root[ENV_RAM_BASE >> 30] = pa_of(m->level2) | TABLE;
    m->level2[0] = pa_of(m->level3) | TABLE;
    m->level2[1] = (ENV_RAM_BASE + 0x200000) | VALID | S2_ALL | AF;
    for (uint64_t i = 0; i < 512; i++) {
        m->level3[i] = (ENV_RAM_BASE + i * GUEST_PAGE_SIZE) | TABLE | S2_ALL | AF;
    }
}

/* ---- the CPU */

static void write_reg(uint16_t encoding, uint64_t v)
{
    const ArmSysReg *reg;
    ArmException exc;

    if (!arm_sysreg_write(env_cpu, encoding, 0, v, &reg, &exc)) {
        g_error("a register refuses");
    }
}

static void set_level(int el, bool pan)
{
    arm_pstate_write(env_cpu, (uint32_t)el << PSTATE_EL_SHIFT | (el ? PSTATE_SP : 0) |
                                  (pan ? PSTATE_PAN : 0) | PSTATE_DAIF);
}

enum {
    SCTLR_EL1 = ARM_SYSREG(3, 0, 1, 0, 0),
    TTBR0_EL1 = ARM_SYSREG(3, 0, 2, 0, 0),
    TTBR1_EL1 = ARM_SYSREG(3, 0, 2, 0, 1),
    TCR_EL1 = ARM_SYSREG(3, 0, 2, 0, 2),
    MAIR_EL1 = ARM_SYSREG(3, 0, 10, 2, 0),
    HCR_EL2 = ARM_SYSREG(3, 4, 1, 1, 0),
    VTTBR_EL2 = ARM_SYSREG(3, 4, 2, 1, 0),
    VTCR_EL2 = ARM_SYSREG(3, 4, 2, 1, 2),
};

static uint64_t asid_of(int s)
{
    return (uint64_t)(s + 1) << 48;
}

static void enter(int m, int s)
{
    machine = m;
    space = s;
    set_level(2, false);
    write_reg(VTTBR_EL2, pa_of(machines[m].root) | (uint64_t)(m + 1) << 48);
    set_level(1, false);
    write_reg(TTBR1_EL1, pa_of(machines[m].high.root));
    write_reg(TTBR0_EL1, pa_of(machines[m].low[s].root) | asid_of(s));
}

/* ---- maintenance */

static void tlbi(unsigned op1, unsigned crm, unsigned op2, uint64_t v)
{
    set_level(op1 ? 2 : 1, false);
    write_reg(ARM_SYSREG(1, op1, 8, crm, op2), v);
}

/* After an edit of stage 1 for [va, +pages), in this machine: what was non-global belongs to
 * `asid`, or to any. */
static void tlbi_stage1(uint64_t va, bool global, bool any_asid)
{
    static const unsigned crms[] = {1, 3, 7}, range_crms[] = {2, 5, 6};
    unsigned crm = crms[diff_random() % 3], range = range_crms[diff_random() % 3];
    uint64_t page = extract64(va, 12, 44), asid = asid_of(space);

    switch (diff_random() % (any_asid ? 4 : global ? 6 : 8)) {
    case 0:
        return tlbi(0, crm, 0, 0);
    case 1:
        return tlbi(0, crm, diff_random() % 2 ? 3 : 7, page); /* VAAE1, VAALE1 */
    case 2:
        return tlbi(0, range, diff_random() % 2 ? 3 : 7,
                    extract64(va, 12, 37) | diff_random() % 8 << 39 | 1ull << 46);
    case 3:
        return tlbi(4, crm, diff_random() % 2 ? 4 : 6, 0); /* ALLE1, VMALLS12E1 */
    case 4:
        return tlbi(0, crm, diff_random() % 2 ? 1 : 5, page | asid); /* VAE1, VALE1 */
    case 5:
        return tlbi(0, range, diff_random() % 2 ? 1 : 5, extract64(va, 12, 37) | 1ull << 46 | asid);
    default:
        return tlbi(0, crm, 2, asid); /* ASIDE1 */
    }
}

static void tlbi_stage2(uint64_t ipa)
{
    static const unsigned crms[] = {1, 3, 7};
    unsigned crm = crms[diff_random() % 3];

    switch (diff_random() % 3) {
    case 0:
        return tlbi(4, crm, 6, 0);
    case 1:
        return tlbi(4, crm, 4, 0);
    default:
        tlbi(4, diff_random() % 2 ? 0 : 4, diff_random() % 2 ? 1 : 5, ipa >> 12);
        return tlbi(0, crm, 0, 0);
    }
}

/* ---- edits: break, maintain, make */

static void store(uint64_t *entry, uint64_t v)
{
    __atomic_store_n(entry, v, __ATOMIC_SEQ_CST);
}

static void edit_stage1(void)
{
    bool high = diff_random() % 3 == 0;
    Space *s = high ? &machines[machine].high : &machines[machine].low[space];
    int room = (int)(diff_random() % ROOMS), page = (int)(diff_random() % PAGES);
    uint64_t va = (high ? HIGH : 0) | (uint64_t)room << 21 | (uint64_t)page << 12;
    bool edit_room = diff_random() % 4 == 0, was_table = (s->level2[room] & 3) == TABLE;
    uint64_t *entry = edit_room ? &s->level2[room] : &s->level3[room][page];
    uint64_t old = *entry;

    store(entry, 0);
    if (edit_room && was_table) { /* all that was below, whatever it was */
        tlbi(diff_random() % 2 ? 4 : 0, 3, 0, 0);
        tlbi(0, 3, 0, 0);
    } else {
        bool global = !(old & NG);
        tlbi_stage1(edit_room ? va | (diff_random() & 0x1ff000) : va, global, high && !global);
    }
    store(entry, edit_room ? random_room(s, room, high) : random_leaf(high));
}

static void edit_stage2(void)
{
    Machine *m = &machines[machine];
    uint64_t i = (POOL_AT - ENV_RAM_BASE) / GUEST_PAGE_SIZE + diff_random() % POOL;
    uint64_t pa = POOL_AT + diff_random() % POOL * GUEST_PAGE_SIZE;
    uint64_t bits = diff_random() & (3 << 6 | AF | DBM | UXN | PXN);

    store(&m->level3[i], 0);
    tlbi_stage2(ENV_RAM_BASE + i * GUEST_PAGE_SIZE);
    store(&m->level3[i], diff_random() % 8 ? pa | TABLE | 0x3c | bits | 0x40 : 0);
}

/* ---- controls that may change without maintenance here: banks belong to their setting */

static void change_controls(void)
{
    uint64_t hcr = HCR_RW | (diff_random() % 4 ? HCR_VM : 0) | (diff_random() % 8 ? 0 : HCR_DC);

    set_level(2, false);
    write_reg(HCR_EL2, hcr);
    set_level(1, false);
    write_reg(SCTLR_EL1, 0x1005 ^ (diff_random() % 8 ? 0 : 1) ^ (diff_random() % 4 ? 0 : 1 << 19));
}

/* ---- comparison */

static void fail(const char *what, uint64_t va, ArmMmuIdx idx)
{
    tap(false, "%s: va 0x%" PRIx64 ", context %d, machine %d, space %d", what, va, idx, machine,
        space);
    exit(tap_status());
}

/* Where the tables say an access goes; NULL: it faults. */
static uint8_t *walk(uint64_t va, ArmAccess access, ArmMmuIdx idx, uint8_t need)
{
    ArmMmuRequest req = {.va = va, .access = access, .idx = idx, .debug = true};
    ArmTranslation t;
    ArmException exc;

    if (!arm_mmu_request(env_cpu, &req, &t, &exc) || !(t.perms & need) ||
        t.pa - ENV_RAM_BASE >= ENV_RAM_SIZE) {
        return NULL;
    }
    return env_ram + (t.pa - ENV_RAM_BASE);
}

static void check_bank(const TlbBank *b, ArmMmuIdx idx)
{
    for (size_t i = 0; i < TLB_DATA_ENTRIES; i++) {
        const TlbEntry *e = &b->data[i];

        if (e->read != TLB_NO_TAG &&
            walk(e->read, ARM_LOAD, idx, ARM_PERM_R) != (uint8_t *)(e->addend + e->read)) {
            fail("a stale load", e->read, idx);
        }
        if (e->write != TLB_NO_TAG &&
            walk(e->write, ARM_STORE, idx, ARM_PERM_W) != (uint8_t *)(e->addend + e->write)) {
            fail("a stale store", e->write, idx);
        }
        compared += (e->read != TLB_NO_TAG) + (e->write != TLB_NO_TAG);
    }
    for (size_t i = 0; i < TLB_CODE_ENTRIES; i++) {
        const TlbCodeEntry *e = &b->code[i];

        if (e->tag != TLB_NO_TAG &&
            walk(e->tag, ARM_FETCH, idx, ARM_PERM_X) != e->page->ram->host + e->page->offset) {
            fail("a stale fetch", e->tag, idx);
        }
        compared += e->tag != TLB_NO_TAG;
    }
}

static void access_and_check(void)
{
    int el = diff_random() % 3 ? 1 : 0;

    set_level(el, diff_random() % 3 == 0);
    tlb_select(env_cpu, env_tcg);
    for (int i = 0; i < 6; i++) {
        uint64_t room = diff_random() % ROOMS, page = diff_random() % PAGES;
        uint64_t va =
            (diff_random() % 3 ? 0 : HIGH) | room << 21 | page << 12 | (diff_random() & 0xff8);
        TlbPage p;
        ArmException exc;

        if (diff_random() % 4 == 0) {
            tlb_lookup_code(env_cpu, env_tcg, va & ~3ull, &exc);
        } else {
            tlb_lookup(env_cpu, env_tcg, va, diff_random() % 2 ? ARM_STORE : ARM_LOAD,
                       diff_random() % 4 ? 0 : TLB_UNPRIV, &p, &exc);
        }
    }
    check_bank(env_tcg->bank, arm_mmu_idx(env_cpu));
    if (env_tcg->bank_unpriv != env_tcg->bank) {
        check_bank(env_tcg->bank_unpriv, arm_mmu_idx_unpriv(env_cpu));
    }
}

static void begin(void)
{
    memset(env_ram + TABLES_AT, 0, ENV_RAM_SIZE - TABLES_AT);
    for (int m = 0; m < MACHINES; m++) {
        machine_make(&machines[m]);
    }
    set_level(2, false);
    write_reg(HCR_EL2, HCR_RW | HCR_VM);
    write_reg(VTCR_EL2, 25 | 1 << 6 | 5 << 16 | 1 << 21 | 1 << 22); /* level 1, HA, HD */
    set_level(1, false);
    write_reg(MAIR_EL1, 0xff);
    /* 39 bits each, 16-bit ASIDs, HA, HD */
    write_reg(TCR_EL1, 25ull | 25 << 16 | 2u << 30 | 5ull << 32 | 1ull << 36 | 3ull << 39);
    write_reg(SCTLR_EL1, 0x1005);
    enter(0, 0);
}

int main(void)
{
    const char *seed = g_getenv("SEED"), *n = g_getenv("STEPS");
    int steps = n ? atoi(n) : STEPS;

    diff_seed(seed ? strtoull(seed, NULL, 0) : 1);
    env_init_all_levels();
    begin();
    rcu_read_lock();
    for (int i = 0; i < steps; i++) {
        switch (diff_random() % 16) {
        case 0:
            enter((int)(diff_random() % MACHINES), (int)(diff_random() % SPACES));
            break;
        case 1:
        case 2:
            edit_stage1();
            break;
        case 3:
            edit_stage2();
            break;
        case 4:
            change_controls();
            break;
        default:
            access_and_check();
            break;
        }
    }
    rcu_read_unlock();
    tap(true, "%d steps", steps);
    tap(compared > (unsigned long)steps * 2, "%lu entries were as the tables say", compared);
    return tap_status();
}
