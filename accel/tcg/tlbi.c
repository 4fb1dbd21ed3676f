/* SPDX-License-Identifier: MIT */
/* Forgetting translations: TLBI of this vCPU and of others, changes of the regime, pages that must
 * not be stored to or executed any more. Other threads only post; the vCPU serves. */
#include "accel/tcg/tlb-internal.h"

/* More flushes than this waiting make one of everything. */
enum { MAX_POSTED = 16 };

/* What another thread wants forgotten. */
typedef struct Posted {
    bool write_protect; /* ram, offset; else: flush */
    RamBlock *ram;
    uint64_t offset;
    TlbFlush flush;
} Posted;

GArray *tlb_posted_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(Posted));
}

/* ---- parts of a bank */

static void clear_non_global(TlbBank *b)
{
    tlb_io_clear(b);
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

static void drop_io(TlbBank *b, uint64_t va, uint64_t len)
{
    for (size_t i = 0; b->has_io && i < TLB_IO_ENTRIES; i++) {
        TlbIo *io = &b->io[i];
        uint64_t tag = io->read != TLB_NO_TAG ? io->read : io->write;

        if (tag != TLB_NO_TAG && covers(tag, io->map_bits, va, len)) {
            io->read = io->write = TLB_NO_TAG;
        }
    }
}

/* Looks at everything, and notes anew what is large. */
static void clear_by_scan(TlbBank *b, uint64_t va, uint64_t len, bool keep_non_global)
{
    tlb_forget_sizes(b);
    for (size_t i = 0; i < TLB_DATA_ENTRIES; i++) {
        TlbEntry *e = &b->data[i];

        drop_data(e, va, len, keep_non_global);
        if (e->read != TLB_NO_TAG || e->write != TLB_NO_TAG) {
            tlb_note_size(b, e->read != TLB_NO_TAG ? e->read : e->write, e->map_bits);
        }
    }
    for (size_t i = 0; i < TLB_CODE_ENTRIES; i++) {
        TlbCodeEntry *e = &b->code[i];

        drop_code(e, va, len, keep_non_global);
        if (e->tag != TLB_NO_TAG) {
            tlb_note_size(b, e->tag, e->map_bits);
        }
    }
}

static void clear_range(TlbBank *b, uint64_t va, uint64_t len, bool keep_non_global)
{
    drop_io(b, va, len);
    if (len > 16 * GUEST_PAGE_SIZE || tlb_touches_large(b, va, len)) {
        clear_by_scan(b, va, len, keep_non_global);
        return;
    }
    /* All pages of small mappings. */
    uint64_t first = va & ~MASK64(b->small_bits), last = (va + len - 1) | MASK64(b->small_bits);
    for (uint64_t n = first >> GUEST_PAGE_BITS; n <= last >> GUEST_PAGE_BITS; n++) {
        drop_data(&b->data[n & (TLB_DATA_ENTRIES - 1)], va, len, keep_non_global);
        drop_code(&b->code[n & (TLB_CODE_ENTRIES - 1)], va, len, keep_non_global);
    }
}

static void flush_bank(TlbBank *b, const TlbFlush *f)
{
    uint64_t len = f->len ? f->len : GUEST_PAGE_SIZE;
    bool other_asid = b->key.asid != f->asid;

    switch (f->scope) {
    case TLB_FLUSH_ALL:
        tlb_bank_clear(b);
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

static void flush_now(TcgTlb *tlb, const TlbFlush *f)
{
    bool all = !f->contexts;

    TLB_FOREACH_BANK(tlb, b)
    {
        if (all || ((f->contexts >> b->idx & 1) && (f->any_vmid || b->key.vmid == f->vmid))) {
            flush_bank(b, f);
        }
    }
}

/* ---- posted by other threads */

static void kick(TcgCpu *t)
{
    atomic_store(&t->has_posted, true);
    atomic_store(&t->cpu->cs.exit_request, 1);
}

static void post(TcgCpu *t, const Posted *p)
{
    mutex_lock(&t->tlb->lock);
    if (t->tlb->posted->len < MAX_POSTED || p->write_protect) {
        g_array_append_vals(t->tlb->posted, p, 1);
    } else {
        t->tlb->post_all = true;
    }
    kick(t);
    mutex_unlock(&t->tlb->lock);
}

void tlb_post_dead_code(void)
{
    CPU_FOREACH (cs) {
        TcgCpu *t = cs->accel_data;

        if (!t) {
            continue;
        }
        mutex_lock(&t->tlb->lock);
        t->tlb->post_dead_code = true;
        atomic_store(&t->has_posted, true);
        mutex_unlock(&t->tlb->lock);
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
    uintptr_t host = (uintptr_t)ram->host + offset;
    bool any = false;

    TLB_FOREACH_BANK(tlb, b)
    {
        for (size_t i = 0; i < TLB_DATA_ENTRIES; i++) {
            TlbEntry *e = &b->data[i];

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
    TLB_FOREACH_BANK(tlb, b)
    {
        for (size_t i = 0; i < TLB_CODE_ENTRIES; i++) {
            b->code[i].tag = TLB_NO_TAG;
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
    g_autoptr(GArray) posted = tlb_posted_new();

    mutex_lock(&tlb->lock);
    GArray *waiting = tlb->posted;
    bool all = tlb->post_all, dead = tlb->post_dead_code, regime = tlb->post_regime;
    tlb->posted = g_steal_pointer(&posted);
    tlb->post_all = tlb->post_dead_code = tlb->post_regime = false;
    mutex_unlock(&tlb->lock);
    for (guint i = 0; i < waiting->len; i++) {
        serve_one(tlb, &g_array_index(waiting, Posted, i));
    }
    g_array_unref(waiting);
    if (dead) {
        drop_code_entries(tlb);
    }
    if (all) {
        tlb_clear_all(tlb);
    }
    if (regime) {
        tlb_regime_update(cpu, tlb);
    }
    mutex_lock(&tlb->lock);
    if (!tlb->posted->len && !tlb->post_all && !tlb->post_dead_code && !tlb->post_regime) {
        atomic_store(&t->has_posted, false);
    }
    mutex_unlock(&tlb->lock);
}

/* ---- AccelCpuOps */

void tlb_state_changed(CpuState *cs)
{
    TcgCpu *t = cs->accel_data;

    if (!t) {
        return;
    }
    mutex_lock(&t->tlb->lock);
    t->tlb->post_all = t->tlb->post_regime = true;
    atomic_store(&t->has_posted, true);
    mutex_unlock(&t->tlb->lock);
}

void tlb_regime_changed(CpuState *cs)
{
    TcgCpu *t = cs->accel_data;

    if (t && cs == cpu_current) {
        tlb_regime_update(t->cpu, t->tlb);
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
    if (!self || !flush->broadcast) {
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
