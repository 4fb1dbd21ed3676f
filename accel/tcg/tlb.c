/* SPDX-License-Identifier: MIT */
/* Translations of a vCPU: banks by context, address space (VMID, ASID) and setting of the controls,
 * filled from the page tables. A switch between them costs a look-up of the bank; banks of settings
 * that are not current stay, and are flushed like the others. */
#include "accel/tcg/tlb-internal.h"

#include "accel/tcg/jit.h"
#include "hw/cpu/arm-debug.h"
#include "util/rcu.h"

/* ---- sizes of mappings */

void tlb_forget_sizes(TlbBank *b)
{
    b->small_bits = GUEST_PAGE_BITS;
    if (b->large_sizes) {
        b->large_sizes = 0;
        memset(b->large, 0, sizeof(b->large));
    }
}

/* Above VA<54> are copies of a bit, and a top byte that translation may ignore. */
static unsigned large_hash(uint64_t va, unsigned map_bits)
{
    uint64_t n = (va & MASK64(55)) >> map_bits;

    return (unsigned)((n + map_bits) * 0x9e3779b97f4a7c15ull >> 54);
}

_Static_assert(TLB_LARGE_WORDS * 64 == 1 << (64 - 54), "a bit for each hash");

void tlb_note_size(TlbBank *b, uint64_t va, unsigned map_bits)
{
    if (likely(map_bits <= TLB_SMALL_BITS)) {
        b->small_bits = MAX(b->small_bits, (uint8_t)map_bits);
        return;
    }
    unsigned h = large_hash(va, map_bits);

    b->large_sizes |= BIT64(map_bits);
    b->large[h / 64] |= BIT64(h % 64);
}

bool tlb_touches_large(const TlbBank *b, uint64_t va, uint64_t len)
{
    for (uint64_t sizes = b->large_sizes; sizes; sizes &= sizes - 1) {
        unsigned bits = (unsigned)__builtin_ctzll(sizes);
        uint64_t first = va >> bits, last = (va + len - 1) >> bits;

        for (uint64_t n = first; n <= last; n++) {
            unsigned h = large_hash(n << bits, bits);
            if (b->large[h / 64] >> h % 64 & 1) {
                return true;
            }
        }
    }
    return false;
}

/* ---- banks */

void tlb_io_clear(TlbBank *b)
{
    for (size_t i = 0; i < TLB_IO_ENTRIES; i++) {
        b->io[i].read = b->io[i].write = TLB_NO_TAG;
    }
    b->has_io = false;
}

void tlb_bank_clear(TlbBank *b)
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
    tlb_io_clear(b);
    b->empty = true;
    b->has_non_global = false;
    tlb_forget_sizes(b);
}

static TlbBank *bank_get(TcgTlb *tlb, ArmMmuIdx idx, TlbBank **where)
{
    if (!*where) {
        *where = g_new0(TlbBank, 1);
        (*where)->idx = (uint8_t)idx;
        tlb_bank_clear(*where);
        tlb->made[tlb->n_made++] = *where;
    }
    return *where;
}

void tlb_clear_all(TcgTlb *tlb)
{
    TLB_FOREACH_BANK(tlb, b)
    {
        tlb_bank_clear(b);
    }
}

/* ---- the current context */

static int control_el(ArmMmuIdx idx)
{
    return idx <= ARM_MMU_EL1_PAN ? 1 : idx == ARM_MMU_EL3 ? 3 : 2;
}

static bool bank_fits(const TlbBank *b, ArmMmuIdx idx, const ArmMmuKey *key)
{
    bool unprivileged = idx == ARM_MMU_EL0 || idx == ARM_MMU_EL20_0;
    ArmMmuKey as = b->key;

    /* A bank without entries of an ASID serves any: that is the kernel's when its mappings are
     * global, and it survives the switch from process to process. */
    if (!unprivileged && !b->has_non_global) {
        as.asid = key->asid;
    }
    return memcmp(&as, key, sizeof(as)) == 0;
}

static TlbBank *bank_find(TcgTlb *tlb, ArmMmuIdx idx)
{
    const ArmMmuKey *key = &tlb->keys[control_el(idx)];
    TlbBank **banks = tlb->banks[idx], **oldest = &banks[0];

    for (size_t i = 0; i < TLB_BANKS; i++) {
        if (!banks[i]) {
            oldest = &banks[i];
            break;
        }
        if (bank_fits(banks[i], idx, key)) {
            return banks[i];
        }
        if (banks[i]->last_use < (*oldest)->last_use) {
            oldest = &banks[i];
        }
    }
    TlbBank *b = bank_get(tlb, idx, oldest);
    tlb_bank_clear(b);
    return b;
}

static TlbBank *bank_of(TcgTlb *tlb, ArmMmuIdx idx)
{
    if (likely(tlb->current[idx])) {
        return tlb->current[idx];
    }
    TlbBank *b = bank_find(tlb, idx);
    b->key = tlb->keys[control_el(idx)];
    b->last_use = ++tlb->clock;
    return tlb->current[idx] = b;
}

/* A table register that changes without its ASID needs TLBI by the guest: nothing to do. */
void tlb_regime_update(ArmCpu *cpu, TcgTlb *tlb)
{
    for (int el = 1; el <= 3; el++) {
        ArmMmuKey key = arm_mmu_key(cpu, el);

        if (memcmp(&key, &tlb->keys[el], sizeof(key)) == 0) {
            continue;
        }
        tlb->keys[el] = key;
        for (ArmMmuIdx idx = 0; idx < ARM_MMU_COUNT; idx++) {
            if (control_el(idx) == el) {
                tlb->current[idx] = NULL;
            }
        }
    }
}

void tlb_select(ArmCpu *cpu, TcgCpu *t)
{
    ArmException exc;

    t->bank = bank_of(t->tlb, arm_mmu_idx(cpu));
    t->bank_unpriv = bank_of(t->tlb, arm_mmu_idx_unpriv(cpu));
    t->fp_enabled = arm_fp_access(cpu, &exc);
}

/* ---- filling */

/* Host memory or a device, when the whole page is its. */
static void find_host(ArmCpu *cpu, TlbPage *page)
{
    AddressSpace *as = arm_address_space(cpu, page->attrs.secure);

    rcu_read_lock();
    const FlatView *view = atomic_load_explicit(&as->view, memory_order_acquire);
    const FlatRange *r = address_space_find(as, page->pa);
    uint64_t base = page->pa & PAGE_MASK_64;
    bool whole =
        r && r->start <= base && (r->size == 0 || base - r->start + GUEST_PAGE_SIZE <= r->size);

    if (whole && r->host) {
        page->host = r->host + (page->pa - r->start);
        page->ram = r->ram;
        page->offset = (uint64_t)(page->host - r->ram->host);
        page->writable = r->writable;
        if (page->offset % GUEST_PAGE_SIZE != page->pa % GUEST_PAGE_SIZE) {
            page->host = NULL; /* page flags would be another page's */
        }
    } else if (whole) {
        page->mr = r->mr;
        page->mr_offset = r->mr_offset + (base - r->start);
        /* The one that was looked at, or none. */
        page->view = atomic_load_explicit(&as->view, memory_order_relaxed) == view ? view->id : 0;
    }
    rcu_read_unlock();
}

static uint8_t map_bits(const ArmTranslation *tr)
{
    return (uint8_t)MAX(__builtin_ctzll(tr->map_size), GUEST_PAGE_BITS);
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
    e->map_bits = map_bits(tr);
    e->global = tr->global;
    if (tr->perms & ARM_PERM_R) {
        e->read = tag;
    }
    /* Atomics look at the write tag alone. */
    if (access == ARM_STORE && page->writable && (tr->perms & ARM_PERM_R)) {
        _Atomic uint8_t *flags = &page->ram->page_flags[page->offset >> GUEST_PAGE_BITS];

        /* Announced before code is looked for: code_page_get does it the other way round. */
        if (!(atomic_fetch_or(flags, RAM_PAGE_STORED) & RAM_PAGE_CODE)) {
            e->write = tag;
        }
    }
    b->empty = false;
    tlb_note_size(b, va, e->map_bits);
    b->has_non_global |= !tr->global;
}

static TlbIo *io_entry(TlbBank *b, uint64_t va)
{
    return &b->io[va >> GUEST_PAGE_BITS & (TLB_IO_ENTRIES - 1)];
}

static void fill_io(TlbBank *b, uint64_t va, ArmAccess access, const ArmTranslation *tr,
                    const TlbPage *page)
{
    TlbIo *io = io_entry(b, va);
    uint64_t tag = va & PAGE_MASK_64, pa = page->pa & PAGE_MASK_64;

    if (io->pa != pa || (io->read != tag && io->write != tag)) {
        io->read = io->write = TLB_NO_TAG;
    }
    io->pa = pa;
    io->attrs = page->attrs;
    io->map_bits = map_bits(tr);
    io->mr = page->mr;
    io->view = page->view;
    io->offset = page->mr_offset;
    *(access == ARM_STORE ? &io->write : &io->read) = tag;
    b->empty = false;
    b->has_io = true;
}

bool tlb_lookup(ArmCpu *cpu, TcgCpu *t, uint64_t va, ArmAccess access, unsigned how, TlbPage *ret,
                ArmException *exc)
{
    ArmMmuRequest req = {
        .va = va,
        .access = access,
        .idx = how & TLB_UNPRIV ? arm_mmu_idx_unpriv(cpu) : arm_mmu_idx(cpu),
        .unaligned = how & TLB_UNALIGNED,
        .rmw = how & TLB_RMW,
    };
    ArmTranslation tr;
    TlbBank *bank = bank_of(t->tlb, req.idx);
    const TlbIo *io = io_entry(bank, va);

    if (!(how & (TLB_UNALIGNED | TLB_RMW)) &&
        (access == ARM_STORE ? io->write : io->read) == (va & PAGE_MASK_64)) {
        *ret = (TlbPage){.pa = io->pa | (va & ~PAGE_MASK_64), .attrs = io->attrs};
        return true;
    }
    tcg_stats_add(&t->stats.tlb_data_misses, 1);
    if (!arm_mmu_request(cpu, &req, &tr, exc)) {
        return false;
    }
    *ret = (TlbPage){.pa = tr.pa, .attrs = tr.attrs};
    find_host(cpu, ret);
    if (ret->host && !tr.device && !arm_mmu_checks_alignment(cpu) &&
        !arm_debug_watches_page(cpu, va)) {
        fill(cpu, bank, va, access, &tr, ret);
    } else if (!ret->host && !(how & (TLB_UNALIGNED | TLB_RMW))) {
        fill_io(bank, va, access, &tr, ret);
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
    tcg_stats_add(&t->stats.tlb_code_misses, 1);
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
    page.attrs = tr.attrs;
    find_host(cpu, &page);
    if (!page.host) { /* devices are not executed */
        *exc = arm_mmu_external_abort(cpu, pc, ARM_FETCH);
        return NULL;
    }
    e->tag = arm_debug_breaks_page(cpu, pc) ? TLB_NO_TAG : pc & PAGE_MASK_64;
    e->page = code_page_get(cpu, page.ram, page.offset);
    e->map_bits = map_bits(&tr);
    e->global = tr.global;
    e->guarded = tr.guarded;
    t->bank->empty = false;
    tlb_note_size(t->bank, pc, e->map_bits);
    t->bank->has_non_global |= !tr.global;
    return e->page;
}

/* ---- life */

bool tlb_create(TcgCpu *t)
{
    t->tlb = g_new0(TcgTlb, 1);
    t->tlb->posted = tlb_posted_new();
    tlb_state_changed(&t->cpu->cs);
    return true;
}

void tlb_destroy(TcgCpu *t)
{
    for (size_t i = 0; i < t->tlb->n_made; i++) {
        g_free(t->tlb->made[i]);
    }
    g_array_unref(t->tlb->posted);
    g_free(t->tlb);
}
