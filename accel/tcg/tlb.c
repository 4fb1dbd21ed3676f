/* SPDX-License-Identifier: MIT */
/* Translations of a vCPU: banks by context and ASID. Other threads only post; the vCPU serves. */
#include "accel/tcg/tlb.h"

#include "accel/tcg/code.h"
#include "util/rcu.h"

#define PAGE_MASK_64 (~(uint64_t)(GUEST_PAGE_SIZE - 1))

/* More flushes than this waiting make one of everything. */
enum { MAX_POSTED = 16 };

/* What another thread wants forgotten. */
typedef struct Posted {
    bool write_protect; /* ram, offset; else: flush */
    RamBlock *ram;
    uint64_t offset;
    TlbFlush flush;
} Posted;

/* Values of the registers that shape translation, when the banks were filled. */
typedef struct Regime {
    uint64_t sctlr[4], tcr[4], mair[4], hcr, scr;
} Regime;

struct TcgTlb {
    TlbBank *banks[ARM_MMU_COUNT][TLB_BANKS]; /* by ASID, made when first used */
    TlbBank *current[ARM_MMU_COUNT];          /* of this ASID; NULL: not yet looked for */
    uint16_t asid;
    uint64_t clock;
    Regime regime;
    GMutex lock;    /* guards what follows */
    GArray *posted; /* of Posted */
    bool post_all, post_dead_code, post_regime;
};

/* ---- banks */

static void bank_clear(TlbBank *b)
{
    if (b->empty) {
        return;
    }
    for (size_t i = 0; i < TLB_DATA_ENTRIES; i++) {
        b->data[i].read = b->data[i].write = TLB_NO_TAG;
    }
    for (size_t i = 0; i < TLB_CODE_ENTRIES; i++) {
        b->code[i].tag = TLB_NO_TAG;
    }
    b->empty = true;
    b->has_non_global = false;
    for (int half = 0; half < 2; half++) {
        b->large_start[half] = UINT64_MAX;
        b->large_end[half] = 0;
    }
}

static TlbBank *bank_get(TlbBank **where)
{
    if (!*where) {
        *where = g_new0(TlbBank, 1);
        bank_clear(*where);
    }
    return *where;
}

enum { MAX_BANKS = ARM_MMU_COUNT * TLB_BANKS };

/* The banks that have something in them. */
static size_t banks_in_use(TcgTlb *tlb, TlbBank **ret)
{
    size_t n = 0;

    for (size_t i = 0; i < MAX_BANKS; i++) {
        TlbBank *b = tlb->banks[i / TLB_BANKS][i % TLB_BANKS];
        if (b && !b->empty) {
            ret[n++] = b;
        }
    }
    return n;
}

static void clear_all(TcgTlb *tlb)
{
    TlbBank *banks[MAX_BANKS];

    for (size_t n = banks_in_use(tlb, banks); n-- > 0;) {
        bank_clear(banks[n]);
    }
}

static void clear_non_global(TlbBank *b)
{
    if (!b->has_non_global) {
        return;
    }
    for (size_t i = 0; i < TLB_DATA_ENTRIES; i++) {
        if (!b->data[i].global) {
            b->data[i].read = b->data[i].write = TLB_NO_TAG;
        }
    }
    for (size_t i = 0; i < TLB_CODE_ENTRIES; i++) {
        if (!b->code[i].global) {
            b->code[i].tag = TLB_NO_TAG;
        }
    }
    b->has_non_global = false;
}

/* Is the page `tag`, part of a mapping of 2^bits bytes, touched by [va, va + len)? Tags may carry
 * a top byte that translation ignores. */
static bool covers(uint64_t tag, uint8_t bits, uint64_t va, uint64_t len)
{
    uint64_t mask = ~MASK64(bits), low = MASK64(55);
    uint64_t start = tag & mask & low, end = start + ~mask;

    va &= low;
    return start <= ((va + len - 1) & low) && va <= end;
}

static void drop_data(TlbEntry *e, uint64_t va, uint64_t len, bool keep_non_global)
{
    uint64_t tag = e->read != TLB_NO_TAG ? e->read : e->write;

    if (tag != TLB_NO_TAG && (e->global || !keep_non_global) && covers(tag, e->map_bits, va, len)) {
        e->read = e->write = TLB_NO_TAG;
    }
}

static void drop_code(TlbCodeEntry *e, uint64_t va, uint64_t len, bool keep_non_global)
{
    if (e->tag != TLB_NO_TAG && (e->global || !keep_non_global) &&
        covers(e->tag, e->map_bits, va, len)) {
        e->tag = TLB_NO_TAG;
    }
}

/* The index does not find every page of a large mapping. */
static bool touches_large(const TlbBank *b, uint64_t va, uint64_t len)
{
    int half = va >> 55 & 1;

    return (va & MASK64(55)) <= b->large_end[half] &&
           (va & MASK64(55)) + len > b->large_start[half];
}

static void note_large(TlbBank *b, uint64_t va, unsigned map_bits)
{
    int half = va >> 55 & 1;
    uint64_t start = va & MASK64(55) & ~MASK64(map_bits);

    if (map_bits > GUEST_PAGE_BITS) {
        b->large_start[half] = MIN(b->large_start[half], start);
        b->large_end[half] = MAX(b->large_end[half], start + MASK64(map_bits));
    }
}

static void clear_range(TlbBank *b, uint64_t va, uint64_t len, bool keep_non_global)
{
    if (touches_large(b, va, len) || len > 16 * GUEST_PAGE_SIZE) {
        for (size_t i = 0; i < TLB_DATA_ENTRIES; i++) {
            drop_data(&b->data[i], va, len, keep_non_global);
        }
        for (size_t i = 0; i < TLB_CODE_ENTRIES; i++) {
            drop_code(&b->code[i], va, len, keep_non_global);
        }
        return;
    }
    for (uint64_t k = 0, n = va >> GUEST_PAGE_BITS; k < len; k += GUEST_PAGE_SIZE, n++) {
        drop_data(&b->data[n & (TLB_DATA_ENTRIES - 1)], va, len, keep_non_global);
        drop_code(&b->code[n & (TLB_CODE_ENTRIES - 1)], va, len, keep_non_global);
    }
}

static void flush_now(TcgTlb *tlb, const TlbFlush *f)
{
    TlbBank *banks[MAX_BANKS];
    uint64_t len = f->len ? f->len : GUEST_PAGE_SIZE;

    for (size_t n = banks_in_use(tlb, banks); n-- > 0;) {
        TlbBank *b = banks[n];
        bool other_asid = b->asid != f->asid;

        switch (f->scope) {
        case TLB_FLUSH_ALL:
            bank_clear(b);
            break;
        case TLB_FLUSH_ASID:
            if (!other_asid) {
                clear_non_global(b);
            }
            break;
        case TLB_FLUSH_VA:
            clear_range(b, f->va & PAGE_MASK_64, len, other_asid);
            break;
        case TLB_FLUSH_VA_ALL_ASIDS:
            clear_range(b, f->va & PAGE_MASK_64, len, false);
            break;
        }
    }
}

/* ---- the current context */

static Regime regime_of(const ArmCpu *cpu)
{
    Regime r = {.hcr = cpu->hcr, .scr = cpu->scr};

    memcpy(r.sctlr, cpu->sctlr, sizeof(r.sctlr));
    memcpy(r.tcr, cpu->tcr, sizeof(r.tcr));
    memcpy(r.mair, cpu->mair, sizeof(r.mair));
    return r;
}

/* The bank of the current ASID. A bank without entries of an ASID serves any: that is the kernel's
 * when its mappings are global, and it survives the switch from process to process. */
static TlbBank *bank_find(TcgTlb *tlb, ArmMmuIdx idx)
{
    TlbBank **banks = tlb->banks[idx], **oldest = &banks[0];

    for (size_t i = 0; i < TLB_BANKS; i++) {
        if (!banks[i]) {
            oldest = &banks[i];
            break;
        }
        if (banks[i]->asid == tlb->asid || (idx != ARM_MMU_EL0 && !banks[i]->has_non_global)) {
            return banks[i];
        }
        if (banks[i]->last_use < (*oldest)->last_use) {
            oldest = &banks[i];
        }
    }
    TlbBank *b = bank_get(oldest);
    bank_clear(b);
    return b;
}

static TlbBank *bank_of(TcgTlb *tlb, ArmMmuIdx idx)
{
    if (likely(tlb->current[idx])) {
        return tlb->current[idx];
    }
    TlbBank *b = bank_find(tlb, idx);
    b->asid = tlb->asid;
    b->last_use = ++tlb->clock;
    return tlb->current[idx] = b;
}

static void regime_update(ArmCpu *cpu, TcgTlb *tlb)
{
    Regime now = regime_of(cpu);
    uint16_t asid = arm_mmu_asid(cpu);

    if (memcmp(&now, &tlb->regime, sizeof(now)) != 0) {
        clear_all(tlb);
        tlb->regime = now;
    }
    /* A table register that changes without its ASID needs TLBI by the guest: nothing to do. */
    if (tlb->asid != asid) {
        tlb->asid = asid;
        memset(tlb->current, 0, sizeof(tlb->current));
    }
}

static ArmMmuIdx unpriv_idx(const ArmCpu *cpu)
{
    return arm_el(cpu) == 1 && !(cpu->pstate & PSTATE_UAO) ? ARM_MMU_EL0 : arm_mmu_idx(cpu);
}

void tlb_select(ArmCpu *cpu, TcgCpu *t)
{
    ArmException exc;

    t->bank = bank_of(t->tlb, arm_mmu_idx(cpu));
    t->bank_unpriv = bank_of(t->tlb, unpriv_idx(cpu));
    t->fp_enabled = arm_fp_access(cpu, &exc);
}

/* ---- filling */

static void find_host(ArmCpu *cpu, TlbPage *page)
{
    rcu_read_lock();
    const FlatRange *r = address_space_find(cpu->cs.as, page->pa);
    uint64_t base = page->pa & PAGE_MASK_64;

    /* The whole page must be the range's. */
    if (r && r->host && r->start <= base &&
        (r->size == 0 || base - r->start + GUEST_PAGE_SIZE <= r->size)) {
        page->host = r->host + (page->pa - r->start);
        page->ram = r->ram;
        page->offset = (uint64_t)(page->host - r->ram->host);
        page->writable = r->writable;
        if (page->offset % GUEST_PAGE_SIZE != page->pa % GUEST_PAGE_SIZE) {
            page->host = NULL; /* page flags would be another page's */
        }
    }
    rcu_read_unlock();
}

static void fill(ArmCpu *cpu, TlbBank *b, uint64_t va, ArmAccess access, const ArmTranslation *tr,
                 const TlbPage *page)
{
    uint64_t tag = va & PAGE_MASK_64;
    TlbEntry *e = &b->data[va >> GUEST_PAGE_BITS & (TLB_DATA_ENTRIES - 1)];
    uintptr_t addend = (uintptr_t)page->host - (uintptr_t)va;

    if (e->addend != addend || (e->read != tag && e->write != tag)) {
        e->read = e->write = TLB_NO_TAG;
    }
    e->addend = addend;
    e->map_bits = (uint8_t)MAX(__builtin_ctzll(tr->map_size), GUEST_PAGE_BITS);
    e->global = tr->global;
    if (tr->perms & ARM_PERM_R) {
        e->read = tag;
    }
    if (access == ARM_STORE && page->writable) {
        _Atomic uint8_t *flags = &page->ram->page_flags[page->offset >> GUEST_PAGE_BITS];

        /* Announced before code is looked for: code_page_get does it the other way round. */
        if (!(atomic_fetch_or(flags, RAM_PAGE_STORED) & RAM_PAGE_CODE)) {
            e->write = tag;
        }
    }
    b->empty = false;
    note_large(b, va, e->map_bits);
    b->has_non_global |= !tr->global;
}

static bool checks_alignment(const ArmCpu *cpu)
{
    int el = arm_el(cpu);

    return cpu->sctlr[el ? el : 1] >> 1 & 1;
}

bool tlb_lookup(ArmCpu *cpu, TcgCpu *t, uint64_t va, ArmAccess access, unsigned unpriv,
                TlbPage *ret, ArmException *exc)
{
    ArmMmuIdx idx = unpriv ? unpriv_idx(cpu) : arm_mmu_idx(cpu);
    ArmTranslation tr;

    if (!arm_mmu_translate(cpu, va, access, idx, &tr, exc)) {
        return false;
    }
    *ret = (TlbPage){.pa = tr.pa, .attrs = tr.attrs, .device = tr.device || checks_alignment(cpu)};
    find_host(cpu, ret);
    if (ret->host && !ret->device) {
        fill(cpu, bank_of(t->tlb, idx), va, access, &tr, ret);
    }
    return true;
}

CodePage *tlb_lookup_code(ArmCpu *cpu, TcgCpu *t, uint64_t pc, ArmException *exc)
{
    TlbCodeEntry *e = &t->bank->code[pc >> GUEST_PAGE_BITS & (TLB_CODE_ENTRIES - 1)];
    ArmTranslation tr;
    TlbPage page = {0};

    if (likely(e->tag == (pc & ~0xffcull))) {
        return e->page;
    }
    if (pc & 3) {
        *exc = arm_exc_sync(cpu, EC_PC_ALIGN, 0);
        exc->far = pc;
        exc->has_far = true;
        return NULL;
    }
    if (!arm_mmu_translate(cpu, pc, ARM_FETCH, arm_mmu_idx(cpu), &tr, exc)) {
        return NULL;
    }
    page.pa = tr.pa;
    find_host(cpu, &page);
    if (!page.host) { /* devices are not executed */
        *exc = arm_mmu_external_abort(cpu, pc, ARM_FETCH);
        return NULL;
    }
    e->tag = pc & PAGE_MASK_64;
    e->page = code_page_get(cpu, page.ram, page.offset);
    e->map_bits = (uint8_t)MAX(__builtin_ctzll(tr.map_size), GUEST_PAGE_BITS);
    e->global = tr.global;
    t->bank->empty = false;
    note_large(t->bank, pc, e->map_bits);
    t->bank->has_non_global |= !tr.global;
    return e->page;
}

/* ---- posted by other threads */

static void kick(TcgCpu *t)
{
    atomic_store(&t->has_posted, true);
    atomic_store(&t->cpu->cs.exit_request, 1);
}

static void post(TcgCpu *t, const Posted *p)
{
    g_mutex_lock(&t->tlb->lock);
    if (t->tlb->posted->len < MAX_POSTED || p->write_protect) {
        g_array_append_vals(t->tlb->posted, p, 1);
    } else {
        t->tlb->post_all = true;
    }
    kick(t);
    g_mutex_unlock(&t->tlb->lock);
}

void tlb_post_dead_code(void)
{
    CPU_FOREACH (cs) {
        TcgCpu *t = cs->accel_data;

        if (!t) {
            continue;
        }
        g_mutex_lock(&t->tlb->lock);
        t->tlb->post_dead_code = true;
        atomic_store(&t->has_posted, true);
        g_mutex_unlock(&t->tlb->lock);
        if (cs == cpu_current) {
            t->leave = true; /* the loop serves at once */
        } else {
            atomic_store(&cs->exit_request, 1);
        }
    }
}

/* Forgets that stores to the page need not tell; true when that was so. */
static bool write_protect(TcgTlb *tlb, RamBlock *ram, uint64_t offset)
{
    TlbBank *banks[MAX_BANKS];
    uintptr_t host = (uintptr_t)ram->host + offset;
    bool any = false;

    for (size_t n = banks_in_use(tlb, banks); n-- > 0;) {
        for (size_t i = 0; i < TLB_DATA_ENTRIES; i++) {
            TlbEntry *e = &banks[n]->data[i];

            if (e->write != TLB_NO_TAG && e->addend + e->write == host) {
                e->write = TLB_NO_TAG;
                any = true;
            }
        }
    }
    return any;
}

void tlb_post_write_protect(RamBlock *ram, uint64_t offset)
{
    Posted p = {.write_protect = true, .ram = ram, .offset = offset};

    CPU_FOREACH (cs) {
        TcgCpu *t = cs->accel_data;

        if (t && cs == cpu_current) {
            write_protect(t->tlb, ram, offset); /* nothing is decoded yet */
        } else if (t) {
            post(t, &p);
        }
    }
}

void tlb_post_flush_all(void)
{
    Posted p = {.flush = {.scope = TLB_FLUSH_ALL}};

    CPU_FOREACH (cs) {
        if (cs->accel_data) {
            post(cs->accel_data, &p);
        }
    }
}

/* All of it: a page that is out of date may be freed already, and cannot be asked. */
static void drop_code_entries(TcgTlb *tlb)
{
    TlbBank *banks[MAX_BANKS];

    for (size_t n = banks_in_use(tlb, banks); n-- > 0;) {
        for (size_t i = 0; i < TLB_CODE_ENTRIES; i++) {
            banks[n]->code[i].tag = TLB_NO_TAG;
        }
    }
}

static void serve_one(TcgTlb *tlb, const Posted *p)
{
    if (!p->write_protect) {
        flush_now(tlb, &p->flush);
    } else if (write_protect(tlb, p->ram, p->offset)) {
        code_discard(p->ram, p->offset); /* what was decoded since may be old */
        drop_code_entries(tlb);
    }
}

void tlb_serve(ArmCpu *cpu, TcgCpu *t)
{
    TcgTlb *tlb = t->tlb;
    g_autoptr(GArray) posted = g_array_new(FALSE, FALSE, sizeof(Posted));

    g_mutex_lock(&tlb->lock);
    GArray *waiting = tlb->posted;
    bool all = tlb->post_all, dead = tlb->post_dead_code, regime = tlb->post_regime;
    tlb->posted = g_steal_pointer(&posted);
    tlb->post_all = tlb->post_dead_code = tlb->post_regime = false;
    g_mutex_unlock(&tlb->lock);
    for (guint i = 0; i < waiting->len; i++) {
        serve_one(tlb, &g_array_index(waiting, Posted, i));
    }
    g_array_unref(waiting);
    if (dead) {
        drop_code_entries(tlb);
    }
    if (all) {
        clear_all(tlb);
    }
    if (regime) {
        regime_update(cpu, tlb);
    }
    g_mutex_lock(&tlb->lock);
    if (!tlb->posted->len && !tlb->post_all && !tlb->post_dead_code && !tlb->post_regime) {
        atomic_store(&t->has_posted, false);
    }
    g_mutex_unlock(&tlb->lock);
}

/* ---- AccelCpuOps */

void tlb_state_changed(CpuState *cs)
{
    TcgCpu *t = cs->accel_data;

    if (!t) {
        return;
    }
    g_mutex_lock(&t->tlb->lock);
    t->tlb->post_all = t->tlb->post_regime = true;
    atomic_store(&t->has_posted, true);
    g_mutex_unlock(&t->tlb->lock);
}

void tlb_regime_changed(CpuState *cs)
{
    TcgCpu *t = cs->accel_data;

    if (t && cs == cpu_current) {
        regime_update(t->cpu, t->tlb);
    } else {
        tlb_state_changed(cs);
    }
}

void tlb_flush(CpuState *cs, const TlbFlush *flush)
{
    TcgCpu *self = cs->accel_data;
    Posted p = {.flush = *flush};

    if (self) {
        flush_now(self->tlb, flush);
    }
    if (!flush->broadcast) {
        return;
    }
    CPU_FOREACH (other) {
        if (other != cs && other->accel_data) {
            post(other->accel_data, &p);
            self->sync_pending = true;
        }
    }
}

/* A vCPU out of the guest serves before it enters: only those inside are waited for. The waiting
 * one counts as outside, so two that wait for each other both go on. */
void tlb_sync(ArmCpu *cpu, TcgCpu *t)
{
    t->sync_pending = false;
    atomic_store(&t->in_guest, false);
    CPU_FOREACH (cs) {
        TcgCpu *other = cs->accel_data;

        while (other && other != t && atomic_load(&other->in_guest) &&
               atomic_load(&other->has_posted)) {
            g_thread_yield();
        }
    }
    atomic_store(&t->in_guest, true);
    if (atomic_load(&t->has_posted)) {
        tlb_serve(cpu, t);
    }
}

bool tlb_create(TcgCpu *t)
{
    t->tlb = g_new0(TcgTlb, 1);
    g_mutex_init(&t->tlb->lock);
    t->tlb->posted = g_array_new(FALSE, FALSE, sizeof(Posted));
    tlb_state_changed(&t->cpu->cs);
    return true;
}

void tlb_destroy(TcgCpu *t)
{
    for (size_t i = 0; i < MAX_BANKS; i++) {
        g_free(t->tlb->banks[i / TLB_BANKS][i % TLB_BANKS]);
    }
    g_array_unref(t->tlb->posted);
    g_mutex_clear(&t->tlb->lock);
    g_free(t->tlb);
}
